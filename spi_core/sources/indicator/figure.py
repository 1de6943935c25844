"""A figure of the reference population as an indicator: its periods, and the edition's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spi_core.edition.inputs import Inputs
from spi_core.edition.population import population, read_figures, read_mapping
from spi_core.edition.readers.sheet import read_cells
from spi_core.edition.settings import earlier
from spi_core.errors import Fault, InputError, some

#: How a period of the figures looks, and the months it begins and ends with.
LOOKS = (
    (r"(\d{4})", "01-01", "12-31"),
    (r"(\d{4})-(\d{4})", "01-01", "12-31"),
    (r"(\d{4})/(\d{2})", "04-01", "03-31"),
    (r"(\d{4})/\d{2}-\d{2}(\d{2})/(\d{2})", "09-01", "08-31"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """What of the reference population's figures an indicator is.

    Parameters
    ----------
    value : str
        Id of the figure.
    base : str
        Id of the figure that it is divided by; empty for a figure that is taken as published.
    periods : tuple of (str, str)
        Periods of the edition and of the figure, where they are not to be found by year.
    """

    value: str
    base: str = ""
    periods: tuple[tuple[str, str], ...] = ()

    def about(self, inputs: Inputs) -> dict[str, str]:
        """Take unit, publisher and source from the list beside the figures, or from their ids."""
        path = inputs.folder / inputs.settings["index"]["reference"]["figures"]
        cells, _, _ = read_cells(path.with_name("figures.csv"))

        def first(figure: str, column: str) -> str:
            if cells is None or column not in cells:
                return ""
            return next(iter(cells.loc[cells["figure_id"] == figure, column]), "")

        def called(figure: str, column: str) -> str:
            name, more = figure.replace("_", " ").capitalize(), first(figure, column)
            return f"{name} ({more})" if more else name

        said = {
            "open_figures": self.value,
            "source_dataset": called(self.value, "publisher"),
            "publisher_or_owner": first(self.value, "publisher"),
        }
        if self.base:
            said["numerator"] = called(self.value, "unit")
            said["denominator"] = called(self.base, "unit")
        else:
            said["unit"] = first(self.value, "unit")
        return {k: v for k, v in said.items() if v}


def mapped(inputs: Inputs, indicator: str, figure: Figure) -> pd.DataFrame:
    """Say which period of the figure is which of the edition.

    Parameters
    ----------
    inputs : Inputs
        The edition before.
    indicator : str
        Id of the new indicator.
    figure : Figure
        What it is.

    Returns
    -------
    DataFrame
        Rows of the mapping: the latest period of the figure by the year of the edition's last
        period that the population reaches, then back from it, and on through the earlier years as
        long as there is a figure a year before.

    Raises
    ------
    InputError
        If there is no such figure, or no period of it fits.
    """
    figures = _figures(inputs)
    there = figures.groupby("figure_id")["period"].unique().map(sorted)
    faults = [
        Fault("command line", "is no figure of the population", None, option, f, some(there.index))
        for option, f in (("--figure", figure.value), ("--base", figure.base))
        if f and f not in there.index
    ]
    if faults:
        raise InputError(faults)
    mapping = read_mapping(inputs.folder, inputs.settings).frame
    reached = [p for p in inputs.periods if p in set(mapping["period"])]
    chosen = dict(figure.periods) or _by_year(inputs, reached, list(there[figure.value]))
    if not figure.periods:
        past = [p for p in earlier(inputs.settings) if p in set(mapping["period"])]
        chosen = _before(past, chosen, list(there[figure.value])) | chosen
    if not chosen:
        message, allowed = "has no period that fits", "--use PERIOD=FIGURE'S PERIOD, of "
        allowed += ", ".join(there[figure.value])
        raise InputError([Fault("command line", message, None, "--figure", figure.value, allowed)])
    rows = []
    for period, own in chosen.items():
        start, end = window(own)
        base = [p for p in there.get(figure.base, []) if p[:4] <= own[:4]]
        if figure.base and not base and period not in inputs.periods:
            continue  # nothing that old to divide an earlier year's by
        row = {"indicator_id": indicator, "period": period, "period_label": own}
        row |= {"start": start, "end": end, "figure_period": own}
        if figure.base:
            row |= {"numerator_figures": figure.value, "denominator_figures": figure.base}
            row["denominator_period"] = base[-1] if base else ""
        else:
            row["value_figure"] = figure.value
        rows.append(row)
    return pd.DataFrame(rows)


def _by_year(inputs: Inputs, reached: list[str], there: list[str]) -> dict[str, str]:
    last = re.match(r"\d{4}", inputs.periods[reached[-1]]) if reached else None
    fit = [p for p in there if last is None or _year(p) <= int(last[0])]
    return dict(reversed(list(zip(reversed(reached), reversed(fit), strict=False))))


def _before(past: list[str], chosen: dict[str, str], there: list[str]) -> dict[str, str]:
    """Find the figures of earlier years, each a year before the one after it."""
    starts, found = {window(p)[0]: p for p in there}, dict[str, str]()
    at = next(iter(chosen.values()), None)
    for period in reversed(past):
        if at is None:
            break
        start = window(at)[0]
        at = starts.get(f"{int(start[:4]) - 1}{start[4:]}")
        if at is not None:
            found[period] = at
    return dict(reversed(found.items()))


def _year(period: str) -> int:
    """Tell the year that a period is called by: its last, the first of one that runs over two."""
    start, end = window(period)
    return int(end[:4]) - (end[5:] != "12-31" and start[:4] != end[:4])


def window(period: str) -> tuple[str, str]:
    """Give the first and the last day of a period of the figures.

    Parameters
    ----------
    period : str
        As the population's figures call it.

    Returns
    -------
    tuple of str
        ISO dates: a calendar year, several of them, a financial year, or school years.

    Raises
    ------
    InputError
        If it looks like none of these.

    Examples
    --------
    >>> window("2013"), window("2013/14")
    (('2013-01-01', '2013-12-31'), ('2013-04-01', '2014-03-31'))
    >>> window("2008-2012"), window("2011/12-2013/14")
    (('2008-01-01', '2012-12-31'), ('2011-09-01', '2014-08-31'))
    """
    for look, first, last in LOOKS:
        if found := re.fullmatch(look, period):
            start, end = found[1], found[found.lastindex or 1]
            return f"{start}-{first}", f"{start[: 4 - len(end)]}{end}-{last}"
    allowed = "2013, 2008-2012, 2013/14 or 2011/12-2013/14: else give the figures by --from"
    raise InputError([Fault("command line", "has no dates", None, "--figure", period, allowed)])


def _figures(inputs: Inputs) -> pd.DataFrame:
    return read_figures(inputs.folder / inputs.settings["index"]["reference"]["figures"])


def observed(inputs: Inputs, mapping: pd.DataFrame, per: float) -> pd.DataFrame:
    """Take the edition's own areas out of the population.

    Parameters
    ----------
    inputs : Inputs
        The edition before.
    mapping : DataFrame
        From :func:`mapped`.
    per : float
        What a rate is per.

    Returns
    -------
    DataFrame
        Columns of observations; an area of the unit without a figure is ``missing``.

    Raises
    ------
    InputError
        If the population has none of the edition's areas.
    """
    rows = mapping.reindex(
        columns=["indicator_id", "period", "value_figure", "numerator_figures",
                 "denominator_figures", "figure_period", "denominator_period"]
    ).astype(object).fillna("")  # fmt: skip
    indicator = str(rows["indicator_id"].iloc[0])
    cells = population(rows, _figures(inputs), {indicator: per})
    axes: Any = [[indicator], rows["period"], list(inputs.geography.units)]
    names = ["indicator_id", "period", "area_code"]
    every: pd.DataFrame = pd.MultiIndex.from_product(axes, names=names).to_frame(index=False)
    own: pd.DataFrame = every.merge(cells, "left", names)
    if own["value"].isna().all():
        message, allowed = "has none of the edition's areas", "figures of its own, by --from"
        raise InputError([Fault("command line", message, None, "--figure", indicator, allowed)])
    own = own.merge(mapping[[*names[:2], "period_label", "start", "end"]], "left", names[:2])
    own["status"] = own["value"].notna().map({True: "observed", False: "missing"})
    own["value"] = own["value"].round(6)
    order = [*names[:1], "area_code", "period", "period_label", "start", "end", "value"]
    return own[[*order, "numerator", "denominator", "status"]].assign(note="")
