"""Captions and alternative texts of the report's charts: each says what its chart shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.present.base.canvas import MANY
from spi_core.present.base.numbers import change_words, number, signed
from spi_core.present.base.words import QUARTERS, and_list, capital, named, of_each
from spi_core.tables import records
from spi_core.text.words import DECLINE, IMPROVEMENT, NOT_RATED

if TYPE_CHECKING:
    from spi_core.levels import Level
    from spi_core.present.report.data import BoroughReport


def map_alt(report: BoroughReport) -> str:
    """Describe the map: which areas are in which quarter."""
    names = report.wards.groupby("quarter")["name"]
    parts = [f"{QUARTERS[int(str(q))]}: {named(sorted(n), report.unit)}" for q, n in names]
    if len(report.missing):
        parts.append(f"no score, hatched: {named(list(report.missing['name']), report.unit)}")
    who = f"{len(report.wards)} {report.unit.many} of {report.name}"
    text = ". ".join(map(capital, parts))
    return f"Map of the {who} by quarter of the index score. {text}."


def standing_caption(report: BoroughReport) -> str:
    """Say which areas clearly stand on one side of the whole on every dimension.

    Returns
    -------
    str
        One sentence.
    """
    dims, unit, whole = report.dimensions, report.unit, report.whole.one
    if report.home[dims].isna().any():
        return f"The {whole} has no score of its own to compare its {unit.many} with."
    above = report.grid["difference_low"][dims].astype(float).gt(0).all(axis=1)
    below = report.grid["difference_high"][dims].astype(float).lt(0).all(axis=1)
    names = report.wards.set_index("code")["name"]
    high, low = sorted(names[above[above].index]), sorted(names[below[below].index])
    every = {2: "both", 3: "all three"}.get(len(dims), f"all {len(dims)}")
    count = dims[0] if len(dims) == 1 else f"{every} dimensions"
    verb = "scores" if len(high or low) == 1 else "score"
    if high and low:
        return (
            f"{named(high, unit)} {verb} clearly above the {whole} on {count}; "
            f"{named(low, unit)} clearly below it."
        )
    if high or low:
        side = "above" if high else "below"
        return f"{named(high or low, unit)} {verb} clearly {side} the {whole} on {count}."
    return f"No {unit.one} scores clearly above, and none clearly below, the {whole} on {count}."


def dots_alt(report: BoroughReport) -> str:
    """Describe the dot plot: the spread of the areas on the index and each dimension."""
    parts, whole = [], report.whole.one
    for column in ("index", *report.dimensions):
        units: Any = report.elements.loc[column]
        home = report.home[column]
        part = (
            f"{column if column != 'index' else 'Index'}: {whole} {number(home, 0)}, "
            f"{report.unit.many} {number(units['lowest'], 0)} to {number(units['highest'], 0)}"
        )
        parts.append(part if pd.isna(home) else f"{part}, {units['above']} above the {whole}")
    return f"Scores of every {report.unit.one} beside the {whole}. " + ". ".join(parts) + "."


def _most(report: BoroughReport, rating: str) -> str:
    """Name the areas with most ratings of one kind, and how many."""
    ratings: Any = report.grid["rating"][report.scored]
    count = ratings.eq(rating).sum(axis=1)
    names = report.wards.set_index("code")["name"]
    most = sorted(names[count[count == count.max()].index])
    if len(most) > 4:
        return f"{len(most)} {report.unit.many} ({count.max()} each)"
    return f"{and_list(most)} ({count.max()})"


def grid_caption(report: BoroughReport) -> str:
    """Say how many strengths and weaknesses there are, and where most of them lie.

    Returns
    -------
    str
        One or two sentences.
    """
    ratings: Any = report.grid["rating"][report.scored]
    counts = {r: int(ratings.eq(r).to_numpy().sum()) for r in ("strength", "weakness")}
    scores = int(report.grid["score"][report.scored].notna().to_numpy().sum())
    if ratings.eq(NOT_RATED).to_numpy().all():
        return (
            f"Of {number(scores, 0)} component scores not one is rated as a strength or weakness: "
            f"no similar {report.unit.many} are known, or not how sure the figures are."
        )
    text = (
        f"Of {number(scores, 0)} component scores, {number(counts['strength'], 0)} are strengths "
        f"and {number(counts['weakness'], 0)} are weaknesses among similar {report.unit.many}."
    )
    ends = [
        f"most {plural} in {_most(report, rating)}"
        for rating, plural in (("strength", "strengths"), ("weakness", "weaknesses"))
        if counts[rating]
    ]
    return f"{text} {capital(', '.join(ends))}." if ends else text


def grid_alt(report: BoroughReport) -> str:
    """Describe the component grid: every area's strengths and weaknesses."""
    parts = []
    ratings: Any = report.grid["rating"][report.scored]
    rated = bool(ratings.ne(NOT_RATED).to_numpy().any())
    few = rated and len(report.wards) <= MANY
    for w in records(report.wards if few else report.wards.iloc[:0]):
        mine = report.grid["rating"].loc[w.code, report.scored]
        said = [
            f"{word} {', '.join(mine[mine == rating].index)}"
            for rating, word in (("strength", "strong on"), ("weakness", "weak on"))
            if (mine == rating).any()
        ]
        parts.append(f"{w.name} {'; '.join(said) or 'similar on all'}")
    unit = report.unit
    against = f"Ratings of each {unit.one}’s components against similar {unit.many}. "
    return against + (". ".join(parts) + "." if parts else grid_caption(report))


def change_caption(report: BoroughReport) -> str:
    """Say how the index and its components moved in the areas, as far as it is clear.

    Returns
    -------
    str
        One sentence.
    """
    parts = report.changes.iloc[1:]
    n, unit = len(report.wards), report.unit
    every = len(report.ward_changes)
    up = list(parts.loc[parts["risen"] == every, "element"])
    down = list(parts.loc[parts["fallen"] == every, "element"])
    if report.wards["change_rating"].eq(NOT_RATED).all():
        return f"Whether the index rose or fell clearly in any {unit.one} is not known."
    risen = of_each(int(report.index_change["risen"]), n, unit.many)
    text = f"The index rose clearly in {risen}"
    if up:
        text += f"; in every {unit.one} so did {and_list(up)}"
    if down:
        text += f"; {and_list(down)} fell clearly in every {unit.one}"
    return text + "."


def _moved(r: Any) -> str:
    return change_words(r.change, r.rating in (IMPROVEMENT, DECLINE))


def _counted(count: int, unit: Level) -> str:
    return f"{count or 'no'} {unit.noun(max(count, 1))}"


def change_alt(report: BoroughReport) -> str:
    """Describe the change chart, element by element."""
    parts = []
    for r in records(report.changes):
        name = "Index" if r.element == "index" else r.element
        name += f" ({r.share})" if r.share else ""
        up, down = (_counted(n, report.unit) for n in (r.risen, r.fallen))
        moved = f"{_moved(r)} {r.rating} ({up} clearly up, {down} clearly down)"
        parts.append(f"{name} {'not comparable' if math.isnan(r.change) else moved}")
    return f"Change of the {report.whole.one} in points: " + "; ".join(parts) + "."


def london_caption(rows: pd.DataFrame, unit: str, place: str = "London") -> str:
    """Say on how many of the shown indicators whole and reference leaned the same way.

    Parameters
    ----------
    rows : DataFrame
        ``change, london_change``.
    unit : str
        What one of the reference's areas is called.
    place : str
        Whose areas are the reference; empty without one.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> moved = pd.DataFrame({"change": [5.0, -3.0], "london_change": [2.0, 1.0]})
    >>> london_caption(moved, "town", "Kent")
    'On 1 of the 2 indicators that moved most, Kent’s average town leaned the same way.'
    """
    known = rows.dropna(subset="london_change")
    if known.empty:
        return f"The {len(rows)} indicators that moved most."
    same = int((known["change"] * known["london_change"] > 0).sum())
    if len(known) < len(rows):
        some = (
            f"{len(known)} of the {len(rows)} indicators that moved most have a figure for {place}"
        )
        there = of_each(same, len(known), "").strip()
        return f"{some}; {there} leaned the same way in its average {unit}."
    count = of_each(same, len(known), "indicators")
    return f"On {count} that moved most, {place}’s average {unit} leaned the same way."


def london_alt(rows: pd.DataFrame, whole: str, place: str = "London") -> str:
    """Describe the comparison with the reference, indicator by indicator.

    Parameters
    ----------
    rows : DataFrame
        ``name, change, london_change``.
    whole : str
        What the edition is about.
    place : str
        Whose areas are the reference; empty without one.

    Examples
    --------
    >>> moved = pd.DataFrame({"name": ["Robbery"], "change": [2.2], "london_change": [6.8]})
    >>> london_alt(moved, "city", "Kent")
    'Change in points, city and Kent: Robbery +2 and +7.'
    """
    if not place:
        own = [f"{r.name} {signed(r.change, 0)}" for r in records(rows)]
        return f"Change of the {whole} in points: " + "; ".join(own) + "."
    parts = [
        f"{r.name} {signed(r.change, 0)}, no figure for {place}"
        if math.isnan(r.london_change)
        else f"{r.name} {signed(r.change, 0)} and {signed(r.london_change, 0)}"
        for r in records(rows)
    ]
    return f"Change in points, {whole} and {place}: " + "; ".join(parts) + "."
