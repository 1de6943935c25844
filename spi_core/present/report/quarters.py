"""What may be said of the quarters of the areas: who is clearly in one, and where they part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spi_core.present.base.numbers import number
from spi_core.present.base.words import capital, lacking_words, named
from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.present.report.data import BoroughReport

#: Areas without an index that are told of one by one.
NAMED = 5


def quarter_ranges(quarters: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """Write each quarter's lowest and highest score so that no two quarters seem to overlap.

    Parameters
    ----------
    quarters : DataFrame
        ``quarter, lowest, highest``.

    Returns
    -------
    dict of int to tuple of str
        Whole points where that is enough, else one or two decimals.

    Examples
    --------
    >>> quarter_ranges(
    ...     pd.DataFrame({"quarter": [1, 2], "lowest": [50.2, 45.0], "highest": [63.0, 49.9]})
    ... )
    {1: ('50.2', '63.0'), 2: ('45.0', '49.9')}
    """
    ends = quarters.set_index("quarter")[["lowest", "highest"]].sort_index()
    digits = 0
    for digits in (0, 1, 2):
        low, high = ends["lowest"].round(digits), ends["highest"].round(digits)
        if (low.to_numpy()[:-1] > high.to_numpy()[1:]).all():
            break
    return {
        int(quarter): (number(low, digits), number(high, digits))
        for quarter, low, high in ends.itertuples()
    }


def clearly(report: BoroughReport, quarter: int) -> list[str]:
    """Name the areas whose whole rank interval lies in the highest or the lowest quarter.

    Parameters
    ----------
    quarter : {1, 4}
        The highest or the lowest.

    Returns
    -------
    list of str
        By name; empty if there is none.
    """
    wards = report.wards
    return sorted(wards.loc[wards["clear_quarter"] == quarter, "name"])


def unsure(report: BoroughReport) -> bool:
    """Tell whether the error of every area's index is unknown, so that no order can be claimed."""
    return bool(len(report.wards)) and bool(report.wards["low"].isna().all())


def ends_words(report: BoroughReport) -> str:
    """Say which areas are clearly at either end.

    Returns
    -------
    str
        Without a capital and a full stop.
    """
    if unsure(report):
        return (
            "how sure the figures are is not known, so no order is claimed: no "
            f"{report.unit.one} can be said to be in the highest or the lowest quarter"
        )
    high, low = clearly(report, 1), clearly(report, 4)
    if high and low:
        verb = "is" if len(high) == 1 else "are"
        return (
            f"{named(high, report.unit)} {verb} clearly in the highest quarter, "
            f"{named(low, report.unit)} clearly in the lowest"
        )
    if high or low:
        ours, word = (high, "highest") if high else (low, "lowest")
        verb = "is" if len(ours) == 1 else "are"
        return f"{named(ours, report.unit)} {verb} clearly in the {word} quarter"
    return f"no {report.unit.one} is clearly in the highest or the lowest quarter"


def others_words(report: BoroughReport) -> str:
    """Say how far the areas that are clearly at neither end can be put in order.

    Returns
    -------
    str
        Empty where there are fewer than two such areas.
    """
    rest = report.wards.dropna(subset=["rank", "rank_low", "rank_high"])
    rest = rest[rest["clear_quarter"].isna()].sort_values("rank")
    if len(rest) < 2 or unsure(report):
        return ""
    who = "the others" if report.wards["clear_quarter"].notna().any() else f"the {report.unit.many}"
    if rest["rank_low"].max() <= rest["rank_high"].min():
        return f"{who} are too close together to be put in order"
    joined = int((rest["rank_low"].to_numpy()[1:] <= rest["rank_high"].to_numpy()[:-1]).sum())
    if joined == len(rest) - 1:
        return f"each of {who} overlaps with its neighbours, so only those far apart can be ordered"
    most = "most" if joined > (len(rest) - 1) / 2 else "some"
    return f"{most} of {who} overlap with their neighbours"


def missing_sentence(report: BoroughReport) -> str:
    """Name the areas that have no score.

    Returns
    -------
    str
        Empty if every area has one.
    """
    if report.missing.empty:
        return ""
    now, n = report.periods["current"], len(report.missing)
    if n > NAMED:
        return f"{n} {report.unit.many} have no index for {now}: figures are missing."
    return " ".join(
        f"{m.name} has no index for {now}: {lacking_words(m.parts, m.of, m.lacking)}."
        for m in records(report.missing)
    )


def quarter_caption(report: BoroughReport) -> str:
    """Say which areas are surely in the highest and the lowest quarter: the message of the map.

    Returns
    -------
    str
        One sentence or two; the second only where a boundary between quarters parts areas that
        cannot be told apart.
    """
    if report.wards.empty:
        return f"No {report.unit.one} has a score."
    said = [f"{capital(ends_words(report))}."]
    split, lines = report.quarters["split"].sum(), len(report.quarters) - 1
    if split and not unsure(report):
        which = "The" if split == lines else "Some"
        close = f"{report.unit.many} too close to tell apart"
        said.append(f"{which} lines between quarters run between {close}.")
    return " ".join(filter(None, (*said, missing_sentence(report))))
