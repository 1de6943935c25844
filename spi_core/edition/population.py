"""The reference population's own figures, and which of them is which indicator of which period."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spi_core.edition.framework import INDICATOR, Framework
from spi_core.edition.readers.read import Read, fault_at, read_table, strangers
from spi_core.edition.readers.schema import TABLES
from spi_core.errors import Fault, InputError, some
from spi_core.files import shown
from spi_core.tables import records

#: Columns of the population's figures.
FIGURES = ["area_code", "figure_id", "period", "value"]
#: What stands for a base that follows from the published rate and its numerator.
IMPLIED = "implied"


def read_mapping(folder: Path, settings: Mapping[str, Any]) -> Read:
    """Read the mapping that ``edition.yml`` names.

    Parameters
    ----------
    folder : Path
        The edition's folder.
    settings : mapping
        ``edition.yml``.

    Returns
    -------
    Read
        Without rows where the edition names no mapping.
    """
    name = settings.get("index", {}).get("reference", {}).get("mapping")
    return read_table(folder / name, TABLES["mapping"]) if name else Read(pd.DataFrame(), ())


def check_dates(mapping: Read, observations: Read) -> list[Fault]:
    """Check that the population's figures are of the same time as the edition's.

    Parameters
    ----------
    mapping, observations : Read
        As read.

    Returns
    -------
    list of Fault
        Rows of the mapping that call an indicator's period otherwise than the observations do.
    """
    key, there = ["indicator_id", "period"], observations.whole
    if there.empty or mapping.frame.empty or mapping.lacks:
        return []
    faults = []
    for column in ("period_label", "start", "end"):
        dated = there.dropna(subset=column)
        groups = dated.groupby([*key, column], sort=False).agg(
            n=("row", "size"), file=("file", "first"), first=("row", "first")
        )
        usual = groups.reset_index().sort_values("n", ascending=False, kind="stable")
        usual = usual.drop_duplicates(key).rename(columns={column: "usual", "file": "in_file"})
        both = mapping.frame.dropna(subset=column).merge(usual, on=key)
        for r in records(both[both[column] != both["usual"]]):
            said = f"{r.usual:%Y-%m-%d}" if isinstance(r.usual, pd.Timestamp) else str(r.usual)
            message = f"differs from {r.in_file}, row {r.first}"
            faults.append(fault_at(r, column, message, said))
    return faults


def read_figures(path: Path) -> pd.DataFrame:
    """Read the figures of the reference population.

    Parameters
    ----------
    path : Path
        A Parquet file.

    Returns
    -------
    DataFrame
        ``area_code, figure_id, period, value``, one row an area, figure and period.

    Raises
    ------
    InputError
        If the file is missing, or not of this shape.
    """
    allowed = "a Parquet file with the columns " + ", ".join(FIGURES)
    try:
        figures = pd.read_parquet(path, columns=FIGURES)
        figures["value"] = figures["value"].astype(float)
    except Exception as error:  # whatever a library says of a file it cannot read
        message = "cannot be read" if path.exists() else "is missing"
        raise InputError([Fault(shown(path), message, None, None, None, allowed)]) from error
    twice = figures[figures.duplicated(FIGURES[:3])]
    if len(twice):
        message = f"has {len(twice)} figures twice; the first"
        value = ", ".join(twice.iloc[0, :3].astype(str))
        raise InputError([Fault(shown(path), f"{message} is {value}", allowed="each once")])
    return figures


def check_mapping(
    mapping: Read, figures: pd.DataFrame, framework: Framework, periods: Collection[str]
) -> list[Fault]:
    """Check that the mapping makes every indicator from figures that are there.

    Parameters
    ----------
    mapping : Read
        As `read_mapping` read it.
    figures : DataFrame
        As `read_figures` read them.
    framework : Framework
        Its indicators must all be there.
    periods : collection of str
        Those of the edition.

    Returns
    -------
    list of Fault
        Unknown or absent indicators, unknown periods, figures that nobody has or that are not of
        this period, rows that give no value.
    """
    faults = strangers(mapping, "indicator_id", framework.ids, INDICATOR)
    faults += strangers(mapping, "period", periods, "a period of edition.yml")
    file, there = str(mapping.frame["file"].iloc[0]), set(mapping.frame["indicator_id"])
    message = "has no row for this indicator"
    lost = [i for i in framework.ids if i not in there]
    faults += [Fault(file, message, None, "indicator_id", i) for i in lost]
    years = figures.groupby("figure_id")["period"].unique().map(sorted)
    for r in records(mapping.frame):
        divided = r.numerator_figures and r.denominator_figures not in ("", IMPLIED)
        if not (r.value_figure or divided):
            message = "is blank, and there are no two figures to divide: there is no value"
            allowed = "a figure, or numerator_figures and denominator_figures"
            faults.append(fault_at(r, "value_figure", message, allowed))
        for column, when in (
            ("value_figure", "figure_period"),
            ("numerator_figures", "figure_period"),
            ("denominator_figures", "denominator_period"),
        ):
            for figure in filter(None, getattr(r, column).split("+")):
                if figure == IMPLIED:
                    continue
                if figure not in years.index:
                    message = f"names {figure!r}, which is no figure of the population"
                    faults.append(fault_at(r, column, message, some(sorted(years.index))))
                elif getattr(r, when) not in years[figure]:
                    message = f"is no period of the figure {figure!r}"
                    faults.append(fault_at(r, when, message, some(years[figure])))
    return faults


def population(
    mapping: pd.DataFrame, figures: pd.DataFrame, per: Mapping[Any, Any]
) -> pd.DataFrame:
    """Work the indicators of the reference population out of its figures.

    Parameters
    ----------
    mapping : DataFrame
        One row an indicator and period. `value_figure` is taken as published; where it is blank the
        value is the sum of `numerator_figures` over that of `denominator_figures` times `per`.
        Several figures are joined by ``+``.
    figures : DataFrame
        ``area_code, figure_id, period, value``.
    per : mapping of str to float
        What the rate of each indicator is per.

    Returns
    -------
    DataFrame
        ``indicator_id, period, area_code, value, numerator, denominator``; areas without a figure
        have no row.
    """
    wide = figures.pivot(index="area_code", columns=["figure_id", "period"], values="value")
    frames = []
    for m in records(mapping):
        top = _total(wide, m.numerator_figures, m.figure_period)
        published = wide.get((m.value_figure, m.figure_period))
        if m.denominator_figures == IMPLIED:
            base = top * per[m.indicator_id] / published
        else:
            base = _total(wide, m.denominator_figures, m.denominator_period)
        value = top / base * per[m.indicator_id] if published is None else published
        frame = pd.DataFrame({"value": value, "numerator": top, "denominator": base})
        frames.append(frame.assign(indicator_id=m.indicator_id, period=m.period))
    cells = pd.concat(frames).replace([np.inf, -np.inf], np.nan).dropna(subset="value")
    order = ["indicator_id", "period", "area_code", "value", "numerator", "denominator"]
    return cells.reset_index()[order]


def _total(wide: pd.DataFrame, names: str, period: str) -> pd.Series:
    # a figure that none of these areas has is no column
    nothing = pd.Series(np.nan, index=wide.index)
    found = [wide.get((name, period), nothing) for name in names.split("+")]
    return sum(found[1:], found[0]) if names else nothing
