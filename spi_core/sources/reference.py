"""Make what an edition takes from its reference population anew, from the population's figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spi_core.build.fitting import fit_weights
from spi_core.edition.framework import Framework, make_framework
from spi_core.edition.inputs import Inputs, load
from spi_core.edition.readers.read import Read, read_table
from spi_core.edition.readers.schema import TABLES
from spi_core.edition.settings import read_edition_file
from spi_core.errors import Fault, InputError, some
from spi_core.files import shown, write_bytes
from spi_core.method.moments import moments
from spi_core.sources.errors import error_figures
from spi_core.tables import records
from spi_core.text.cells import csv_text

__all__ = ["GOALPOST_BASIS", "population", "write_reference"]

#: What ``goalposts.csv`` calls goalposts that follow from the reference population.
GOALPOST_BASIS = "reference distribution"
REASON = "1st and 99th percentile of the reference population, the outer of its periods"
PERCENTILES = {
    "min": 0, "p01": 1, "p05": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95, "p99": 99,
    "max": 100,
}  # fmt: skip


def write_reference(folder: Path) -> list[str]:
    """Make an edition's percentiles, moments, correlations, errors, goalposts and weights anew.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``, whose ``edition.yml`` names the population's figures and the mapping.

    Returns
    -------
    list of str
        Files within the folder that were written. Weights only where the edition has frozen ones.

    Raises
    ------
    InputError
        If the edition names no figures, or with every fault of the files it names.
    """
    settings, faults = read_edition_file(folder / "edition.yml")
    framework, found = make_framework(settings, _read(folder, "indicators"))
    named = settings.get("index", {}).get("reference", {})
    if not {"figures", "mapping"} <= set(named):
        message, allowed = "is missing: there is nothing to make a reference of", "a Parquet file"
        file = shown(folder / "edition.yml")
        faults = [*faults, Fault(file, message, None, "index.reference.figures", None, allowed)]
    if faults or found or framework is None:
        raise InputError([*faults, *found])
    figures = _figures(folder / named["figures"])
    mapping = _mapping(folder, named["mapping"], framework, figures)
    cells = population(mapping, figures, framework)
    table = cells.pivot(
        index=["period", "area_code"], columns="indicator_id", values="value"
    ).reindex(columns=list(framework.ids))
    m = moments(table.to_numpy(float))
    ids = pd.Index(framework.ids, name="indicator_id")
    spread = _distribution(cells, framework)
    correlation = pd.DataFrame(m.correlation, ids, list(ids)).round(6)
    made = {
        "reference/distribution.csv": spread,
        named["moments"]: _rounded(
            pd.DataFrame({"n_rows": m.n_rows, "mean": m.mean, "sd": m.sd}, ids)
        ),
        named["correlation"]: correlation.reset_index(),
        "reference/errors.csv": error_figures(cells, mapping, framework),
        "goalposts.csv": _goalposts(folder, spread, framework),
    }
    frozen = (folder / "weights.csv").exists()
    if frozen:
        load(folder, without=["weights"])  # what stands in the way is said before a file is written
    for name, frame in made.items():
        write_bytes(folder / name, csv_text(frame).encode())
    if frozen:
        made["weights.csv"] = _weights(load(folder, without=["weights"]))
        write_bytes(folder / "weights.csv", csv_text(made["weights.csv"]).encode())
    return list(made)


def population(mapping: pd.DataFrame, figures: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Work the indicators of the reference population out of its figures.

    Parameters
    ----------
    mapping : DataFrame
        ``mapping.csv``: one row an indicator and period. `value_figure` is taken as published;
        where it is blank the value is the sum of `numerator_figures` over that of
        `denominator_figures` times `per`. Several figures are joined by ``+``.
    figures : DataFrame
        ``area_code, figure_id, period, value``.
    framework : Framework
        Says `per`.

    Returns
    -------
    DataFrame
        ``indicator_id, period, area_code, value, numerator, denominator``; areas without a figure
        have no row.
    """
    wide = figures.pivot(index="area_code", columns=["figure_id", "period"], values="value")
    frames = []
    for m in records(mapping):
        per: Any = framework.indicators.at[m.indicator_id, "per"]
        top = _total(wide, m.numerator_figures, m.figure_period)
        if m.denominator_figures == "implied":
            base = top * per / wide[(m.value_figure, m.figure_period)]
        else:
            base = _total(wide, m.denominator_figures, m.denominator_period)
        published = (m.value_figure, m.figure_period)
        value = wide[published] if m.value_figure else top / base * per
        frame = pd.DataFrame({"value": value, "numerator": top, "denominator": base})
        frames.append(frame.assign(indicator_id=m.indicator_id, period=m.period))
    cells = pd.concat(frames).dropna(subset="value").reset_index()
    return cells[["indicator_id", "period", "area_code", "value", "numerator", "denominator"]]


def _total(wide: pd.DataFrame, names: str, period: str) -> pd.Series:
    if not names:
        return pd.Series(np.nan, index=wide.index)
    return sum((wide[(name, period)] for name in names.split("+")), pd.Series(0.0, wide.index))


def _read(folder: Path, name: str) -> Read:
    return read_table(folder / f"{name}.csv", TABLES[name])


def _figures(path: Path) -> pd.DataFrame:
    columns = ["area_code", "figure_id", "period", "value"]
    allowed = "a Parquet file with the columns " + ", ".join(columns)
    try:
        return pd.read_parquet(path, columns=columns)
    except Exception as error:  # whatever a library says of a file it cannot read
        message = "is missing" if not path.exists() else "cannot be read"
        raise InputError([Fault(shown(path), message, None, None, None, allowed)]) from error


def _mapping(folder: Path, name: str, framework: Framework, figures: pd.DataFrame) -> pd.DataFrame:
    """Read the mapping; every figure that it names must be there."""
    read = read_table(folder / name, TABLES["mapping"])
    faults, file = list(read.faults), shown(folder / name)
    pairs = figures[["figure_id", "period"]].drop_duplicates()
    known = set(pairs.itertuples(index=False, name=None))
    for m in records(read.frame):
        if m.indicator_id not in framework.ids:
            message = "is not an indicator of indicators.csv"
            faults.append(Fault(file, message, m.row, "indicator_id", m.indicator_id))
        if not (m.value_figure or m.denominator_figures):
            message = "is blank, and so is denominator_figures: there is no value"
            faults.append(Fault(file, message, m.row, "value_figure", ""))
        for column, when in (
            ("value_figure", m.figure_period),
            ("numerator_figures", m.figure_period),
            ("denominator_figures", m.denominator_period),
        ):
            for figure in filter(None, getattr(m, column).split("+")):
                if figure != "implied" and (figure, when) not in known:
                    years = sorted(p for f, p in known if f == figure)
                    message = f"has no figure of {when}" if years else "is no figure"
                    allowed = some(years or sorted({f for f, _ in known}))
                    faults.append(Fault(file, message, m.row, column, figure, allowed))
    lost = [i for i in framework.ids if i not in set(read.frame.get("indicator_id", ()))]
    faults += [Fault(file, "has no row for this indicator", None, "indicator_id", i) for i in lost]
    if faults:
        raise InputError(faults)
    return read.frame


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Write eight digits: more would be the machine's."""
    short = {n: [float(f"{x:.8g}") for x in table[n]] for n in ("mean", "sd")}
    return table.assign(**short).reset_index()


def _distribution(cells: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    groups = dict(list(cells.groupby(["indicator_id", "period"])["value"]))
    periods = list(dict.fromkeys(cells["period"]))
    for key in ((i, p) for i in framework.ids for p in periods if (i, p) in groups):
        x = groups[key].to_numpy(float)
        found = {"mean": x.mean(), "sd": x.std(ddof=1)}
        found |= dict(zip(PERCENTILES, np.percentile(x, list(PERCENTILES.values())), strict=True))
        short = {name: float(f"{value:.6g}") for name, value in found.items()}
        rows.append({"indicator_id": key[0], "period": key[1], "n_wards": x.size, **short})
    return pd.DataFrame(rows)


def _goalposts(folder: Path, spread: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Set goalposts that rest on the population; those set otherwise stay, and every reason."""
    ends = spread.groupby("indicator_id").agg(low=("p01", "min"), high=("p99", "max"))
    ends = ends.reindex(list(framework.ids))
    up = framework.polarity > 0
    made = pd.DataFrame(
        {
            "indicator_id": ends.index,
            "worst": np.where(up, ends["low"], ends["high"]),
            "best": np.where(up, ends["high"], ends["low"]),
            "basis": GOALPOST_BASIS,
            "reason": REASON,
        }
    )
    if not (folder / "goalposts.csv").exists():
        return made
    read = _read(folder, "goalposts")
    if read.faults:
        raise InputError(read.faults)
    before = read.frame.drop(columns=["file", "row"]).set_index("indicator_id")
    after = made.set_index("indicator_id")
    after["reason"] = before["reason"].reindex(after.index).fillna(REASON)
    kept = before[before["basis"] != GOALPOST_BASIS]
    both = pd.concat([kept, after.drop(index=kept.index, errors="ignore")])
    return both.reindex(list(framework.ids)).reset_index()


def _weights(inputs: Inputs) -> pd.DataFrame:
    posts = inputs.tables["goalposts"].set_index("indicator_id").loc[list(inputs.framework.ids)]
    table = fit_weights(inputs, posts["best"].to_numpy(float), posts["worst"].to_numpy(float))
    for name, column in table.select_dtypes("number").items():
        table[name] = [float(f"{x:.12g}") for x in column]
    return table
