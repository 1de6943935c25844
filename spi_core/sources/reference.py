"""Make what an edition takes from its reference population anew, from the population's figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spi_core.build.fitting import fit_weights
from spi_core.build.treated import fit_values, on_scale
from spi_core.edition.areas.pool import CONTEXT, from_reference
from spi_core.edition.framework import Framework, check_goalposts
from spi_core.edition.inputs import Inputs, load
from spi_core.edition.population import check_mapping, population, read_figures, read_mapping
from spi_core.edition.readers.read import Read, read_table
from spi_core.edition.readers.schema import TABLES
from spi_core.edition.settings import earlier, every_period, read_edition_file
from spi_core.errors import Fault, InputError
from spi_core.files import shown, write_bytes
from spi_core.method.moments import moments
from spi_core.sources.context import context_table, outlines
from spi_core.sources.errors import error_figures, history_figures
from spi_core.sources.new_edition_places import ABOUT
from spi_core.text.cells import csv_text
from spi_core.text.yaml_text import parse_yaml

#: What ``goalposts.csv`` calls goalposts that follow from the reference population.
GOALPOST_BASIS = "reference distribution"
REASON = "1st and 99th percentile of the reference population, the outer of its periods"
PERCENTILES = {
    "min": 0, "p01": 1, "p05": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95, "p99": 99,
    "max": 100,
}  # fmt: skip
#: What is made here, and so need not be there or fit before.
MADE = (
    *("distribution", "errors", "history_errors", "goalposts", "weights", "reference"),
    "population_context",
)


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
        If the edition names no figures, or with every fault of its files; then nothing is written.
    """
    settings, faults = read_edition_file(folder / "edition.yml")
    named = settings.get("index", {}).get("reference", {})
    if not faults and "figures" not in named:
        file, allowed = shown(folder / "edition.yml"), "a Parquet file, and index.reference.mapping"
        message = "is missing: there is nothing to make a reference of"
        faults = [Fault(file, message, None, "index.reference.figures", None, allowed)]
    if faults:
        raise InputError(faults)
    inputs = load(folder, without=MADE)
    framework, mapping = inputs.framework, read_mapping(folder, settings)
    figures = read_figures(folder / named["figures"])
    if faults := check_mapping(mapping, figures, framework, every_period(settings)):
        raise InputError(faults)
    years = population(mapping.frame, figures, dict(framework.indicators["per"]))
    cells = years[years["period"].isin(inputs.panel.periods)]
    spread = _distribution(cells, framework)
    goalposts = _goalposts(folder, spread, framework, mapping)
    table, correlation = _moments(cells, framework, folder / named["figures"])
    tables = {**inputs.tables, "goalposts": goalposts}
    inputs = replace(inputs, reference=(table, correlation), tables=tables)
    made = {
        "reference/distribution.csv": spread,
        named["moments"]: table.reset_index(),
        named["correlation"]: correlation.reset_index(),
        "reference/errors.csv": error_figures(cells, mapping.frame, framework),
        "goalposts.csv": goalposts,
    }
    if earlier(settings):
        past = history_figures(years, mapping.frame, framework, every_period(settings))
        made["reference/history.csv"] = past
    if (folder / "weights.csv").exists():
        made["weights.csv"] = refit(inputs)
    if from_reference(settings):
        made[CONTEXT] = _context(inputs, folder / named["figures"], figures)
    for name, frame in made.items():
        write_bytes(folder / name, csv_text(frame).encode())
    return list(made)


def _context(inputs: Inputs, path: Path, figures: pd.DataFrame) -> pd.DataFrame:
    """Take all areas' values of the variables that the edition's own context has."""
    beside = path.with_name(ABOUT)
    if not beside.is_file():
        message = "is missing: it says what context variables are made of"
        allowed = "that file, or comparators.from: edition"
        raise InputError([Fault(shown(beside), message, allowed=allowed)])
    about = parse_yaml(shown(beside), beside.read_bytes())
    table = context_table(about, figures, outlines(beside.parent, about))
    own = set(inputs.tables["context"].get("variable", ()))
    return table.loc[table["variable"].isin(own), ["area_code", "variable", "value"]]


def _distribution(cells: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    groups = dict(list(cells.groupby(["indicator_id", "period"])["value"]))
    periods = list(dict.fromkeys(cells["period"]))
    for key in ((i, p) for i in framework.ids for p in periods if (i, p) in groups):
        x = groups[key].to_numpy(float)
        found = {"mean": x.mean(), "sd": x.std(ddof=1) if x.size > 1 else 0.0}
        found |= dict(zip(PERCENTILES, np.percentile(x, list(PERCENTILES.values())), strict=True))
        short = {name: float(f"{value:.6g}") for name, value in found.items()}
        rows.append({"indicator_id": key[0], "period": key[1], "n_wards": x.size, **short})
    return pd.DataFrame(rows)


def _goalposts(
    folder: Path, spread: pd.DataFrame, framework: Framework, mapping: Read
) -> pd.DataFrame:
    """Set goalposts that rest on the population; those set otherwise stay, and every reason."""
    ends = spread.groupby("indicator_id").agg(low=("p01", "min"), high=("p99", "max"))
    ends = ends.reindex(list(framework.ids))
    up = framework.polarity > 0
    made = pd.DataFrame(
        {
            "worst": np.where(up, ends["low"], ends["high"]),
            "best": np.where(up, ends["high"], ends["low"]),
            "basis": GOALPOST_BASIS,
            "reason": REASON,
        },
        ends.index,
    )
    if (folder / "goalposts.csv").exists():
        own = read_table(folder / "goalposts.csv", TABLES["goalposts"])
        if own.faults:
            raise InputError(own.faults)
        frame = own.frame.set_index("indicator_id")
        made["reason"] = frame["reason"].reindex(made.index).fillna(REASON)
        own = replace(own, frame=own.frame[own.frame["basis"] != GOALPOST_BASIS])
        faults = check_goalposts(framework, own, framework.ids)
        if wrong := [f for f in faults if f.row is not None]:  # those without a row are made here
            raise InputError(wrong)
        frame = own.frame.set_index("indicator_id")[list(made)]
        made = pd.concat([frame, made.drop(index=frame.index)]).reindex(made.index)
    flat = made.index[~(made["best"] != made["worst"]) | made["best"].isna()]
    if len(flat):
        file, message = str(mapping.frame["file"].iloc[0]), "has figures that do not differ"
        allowed = "figures that differ, or goalposts of another basis in goalposts.csv"
        raise InputError(Fault(file, message, None, "indicator_id", i, allowed) for i in flat)
    return made.reset_index()


def _moments(
    cells: pd.DataFrame, framework: Framework, figures: Path
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take the moments, once treated, of the areas and periods with every indicator's figure."""
    ids = list(framework.ids)
    wide = cells.pivot(index=["period", "area_code"], columns="indicator_id", values="value")
    value = wide.reindex(columns=ids).to_numpy(float)
    treatment = fit_values(value, framework)
    m = moments(treatment.apply(value))
    if m.n_rows < 2:
        message = "has no two areas and periods with a figure of every indicator"
        raise InputError([Fault(shown(figures), message)])
    index = pd.Index(ids, name="indicator_id")
    table = pd.DataFrame({"n_rows": m.n_rows, "mean": m.mean, "sd": m.sd}, index)
    for name in ("mean", "sd"):  # eight digits: more would be the machine's
        table[name] = [float(f"{x:.8g}") for x in table[name]]
    table["transform"] = treatment.name
    table["lower"], table["upper"] = treatment.lower, treatment.upper
    table = table.replace({"lower": {-np.inf: np.nan}, "upper": {np.inf: np.nan}})
    table["offset"] = treatment.offset
    return table, pd.DataFrame(m.correlation, index, ids).round(6)


def refit(inputs: Inputs) -> pd.DataFrame:
    """Fit the weights of an edition.

    Parameters
    ----------
    inputs : Inputs
        The edition, its frozen weights not looked at.

    Returns
    -------
    DataFrame
        As ``weights.csv`` holds them, to twelve digits.
    """
    inputs = on_scale(inputs)
    posts = inputs.tables["goalposts"].set_index("indicator_id").loc[list(inputs.framework.ids)]
    table = fit_weights(inputs, posts["best"].to_numpy(float), posts["worst"].to_numpy(float))
    for name, column in table.select_dtypes("number").items():
        table[name] = [float(f"{x:.12g}") for x in column]
    return table
