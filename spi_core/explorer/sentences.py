"""The explorer's sentences: what a view says in plain English, never more than its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from spi_core.present.base.marks import SYMBOL, sentence
from spi_core.present.base.numbers import endpoints, number, ordinal, signed, with_unit
from spi_core.present.base.theme import RATINGS
from spi_core.present.base.words import against_whole, owned
from spi_core.present.brief.data import gather
from spi_core.present.brief.words import change_sentence, headline
from spi_core.text.words import AHEAD, BEHIND, NOT_RATED


def index_sentences(tables: Any, code: str, first: str) -> tuple[str, str]:
    """Say of an area's index what its brief says.

    Parameters
    ----------
    code : str
        Of an area that has a brief.
    first : str
        Label of the first period.

    Returns
    -------
    tuple of str
        Standing and change.
    """
    brief = gather(tables, code, facts=False)
    return headline(brief), change_sentence(brief, first)


def once_marked(text: str, illustrative: bool) -> str:
    """Put the mark of generated figures behind a sentence that does not carry it yet."""
    return text if SYMBOL in text else sentence(text, illustrative)


def about_score(
    title: str,
    row: Mapping[str, float],
    rating: str,
    areas: tuple[int, str],
    whole: str,
    why: str = "",
) -> str:
    """Say how an area's composite score stands.

    Parameters
    ----------
    title : str
        Area and measure.
    row : mapping
        ``score, low, high, whole, difference_low, difference_high, rank_low, rank_high``; NaN
        where there is none.
    rating : str
        Against similar areas.
    areas : tuple of int and str
        How many areas the level has, and what they are called.
    whole : str
        What the edition is about.
    why : str
        Why there is no score, if that is known.

    Examples
    --------
    >>> about_score("Abbey, Shelter", {"score": 76.0, "low": 74.9, "high": 76.9,
    ...     "whole": 74.8, "difference_low": 0.1, "difference_high": 2.1,
    ...     "rank_low": 1.0, "rank_high": 11.0}, "similar", (17, "wards"), "region")
    'Abbey, Shelter: 76 out of 100 (likely 75 to 77), clearly above the region’s 75. Likely \
1st to 11th of 17 wards. Against similar wards: ● similar.'
    """
    score, low, high = (row.get(k, math.nan) for k in ("score", "low", "high"))
    if math.isnan(score):
        return f"{title}: not scored{why and f', {why}'}."
    said = f"{title}: {number(score, 0)} out of 100"
    if not math.isnan(low):
        said += f" (likely {number(low, 0)} to {number(high, 0)})"
    home, *gap = (row.get(k, math.nan) for k in ("whole", "difference_low", "difference_high"))
    compared = against_whole(score, home, gap[0], gap[1], whole)
    said += "." if math.isnan(low) else f", {compared}."
    first, last = row.get("rank_low", math.nan), row.get("rank_high", math.nan)
    if not math.isnan(first) and not math.isnan(low):
        place = ordinal(first) if first == last else f"{ordinal(first)} to {ordinal(last)}"
        said += f" Likely {place} of {areas[0]} {areas[1]}."
    if rating:
        said += f" Against similar {areas[1]}: {RATINGS[rating].symbol} {rating}."
    return said


def about_indicator(
    title: str,
    unit: str,
    here: tuple[float, float, float],
    there: float,
    apart: float,
    whole: str,
    state: str = "observed",
    digits: int | None = None,
) -> str:
    """Say what an indicator's figure is, beside that of the whole.

    Parameters
    ----------
    title : str
        Area, indicator and the label of its period.
    unit : str
        Of the indicator.
    here : tuple of float
        Value and its interval, NaN where unknown.
    there : float
        The whole's value.
    apart : float
        1 where the value clearly lies above the whole's, -1 below, 0 neither, NaN where unknown.
    whole : str
        What the edition is about.
    state : str
        Where the figure comes from; said where a reader has to know.
    digits : int, optional
        Decimals; by size without it.

    Returns
    -------
    str
        "Clearly" only where the interval of the difference leaves out zero.

    Examples
    --------
    >>> about_indicator("Abbey, Claimants, 2014", "% of residents", (5.2, 4.9, 5.5),
    ...     4.1, 1, "region")
    'Abbey, Claimants, 2014: 5.2% of residents (likely 4.9 to 5.5), clearly higher than the \
region’s 4.1.'
    >>> about_indicator("Abbey, Claimants, 2014", "%", (math.nan,) * 3, 4.1, math.nan,
    ...     "city", "suppressed")
    'Abbey, Claimants, 2014: no figure (suppressed); the city’s is 4.1%.'
    >>> about_indicator("Abbey, Deaths, 2013", "ratio (national = 100)", (118.7, 96.0, 145.1),
    ...     104.6, 0, "region")
    'Abbey, Deaths, 2013: 118.7 (national = 100, likely 96.0 to 145.1), not clearly different \
from the region’s 104.6.'
    """
    value, low, high = here
    if math.isnan(value):
        rest = "" if math.isnan(there) else f"; the {whole}’s is {_figure(there, unit, digits)}"
        return f"{title}: no figure ({state}){rest}."
    said = f"{title}: {_figure(value, unit, digits, low, high)}"
    if state in ("provisional", "modelled", "estimated"):
        said += f", {state}"
    if math.isnan(there):
        return said + "."
    if math.isnan(apart):
        return f"{said}; the {whole}’s is {number(there, digits)}."
    side = "higher than" if apart > 0 else "lower than"
    how = f"clearly {side}" if apart else "not clearly different from"
    return f"{said}, {how} the {whole}’s {number(there, digits)}."


def _figure(
    value: float,
    unit: str,
    digits: int | None,
    low: float = math.nan,
    high: float = math.nan,
) -> str:
    """Write a value with its unit and likely range: never a bracket within or behind another."""
    # a ratio's bracket holds what it is a ratio to: that is all a reader needs
    plain = unit[6:] if unit.startswith("ratio (") and "=" in unit else unit
    text = with_unit(value, plain, digits)
    if math.isnan(low):
        return text
    likely = f"likely {number(low, digits)} to {number(high, digits)}"
    return f"{text[:-1]}, {likely})" if text.endswith(")") else f"{text} ({likely})"


def change_word(rating: str, lower_is_better: bool) -> str:
    """Call a clear change better or worse where a decline could be read as a fall.

    Parameters
    ----------
    rating : str
        Of the change.
    lower_is_better : bool
        Whether a fall is an improvement.

    Examples
    --------
    >>> change_word("clear decline", True), change_word("clear decline", False)
    ('clearly worse', 'clear decline')
    """
    ways = {"clear decline": BEHIND, "clear improvement": AHEAD}
    return ways.get(rating, rating) if lower_is_better else rating


def about_change(
    title: str,
    row: Mapping[str, Any],
    labels: tuple[str, str],
    digits: int,
    points: bool,
    lower_is_better: bool = False,
) -> str:
    """Say how a measure moved, or why that can't be said.

    Parameters
    ----------
    title : str
        Area and measure.
    row : mapping
        ``baseline, current, change, low, high, rating, reason``.
    labels : tuple of str
        Labels of the two periods.
    digits : int
        Decimals.
    points : bool
        Whether it is a score, worked out from comparable figures only.
    lower_is_better : bool
        Whether a fall is an improvement.

    Examples
    --------
    >>> about_change("Abbey, Shelter", {"baseline": 70.0, "current": 74.0, "change": 4.0,
    ...     "low": 1.0, "high": 7.0, "rating": "clear improvement", "reason": ""},
    ...     ("2013", "2014"), 1, True)
    'Abbey, Shelter: +4.0 points from 2013 to 2014, on figures that mean the same in both periods \
(likely +1.0 to +7.0): ↗ clear improvement.'
    """
    reason = row["reason"] if isinstance(row["reason"], str) else ""
    if math.isnan(row["change"]):
        return f"{title}: no change can be given{f': {reason}' if reason else ''}."
    change, likely = signed(row["change"], digits), ""
    if not math.isnan(row["low"]):
        likely = f"likely {signed(row['low'], digits)} to {signed(row['high'], digits)}"
    if points:  # the scores that it is the difference of are other numbers than the scores shown
        basis = "on figures that mean the same in both periods"
        said = f"{title}: {change} points from {labels[0]} to {labels[1]}, {basis}"
        said += f" ({likely})" if likely else ""
    else:
        before, after = endpoints(row["baseline"], row["current"], digits)
        change = ", ".join(filter(None, (change, likely)))
        said = f"{title}: {before} in {labels[0]}, {after} in {labels[1]} ({change})"
    why = f" ({reason})" if reason else ""
    rating = str(row["rating"])
    return f"{said}: {RATINGS[rating].symbol} {change_word(rating, lower_is_better)}{why}."


def beside_changes(place: str, ratings: Sequence[object]) -> str:
    """Say how changes are beside the reference population's own.

    Parameters
    ----------
    place : str
        Whose population that is; empty without one.
    ratings : sequence
        What is left of each change after that; one of them alone is told by its word.

    Returns
    -------
    str
        Nothing where none is rated.

    Examples
    --------
    >>> beside_changes("Kent", ["clearly better"])
    'Beside Kent’s own change: clearly better.'
    >>> beside_changes("Kent", ["clearly better", "no clear difference", "not rated"])
    'Beside Kent’s own change: 1 clearly better, none clearly worse, 1 not clearly different.'
    """
    known = [r for r in ratings if isinstance(r, str) and r != NOT_RATED]
    if not place or not known:
        return ""
    ahead, behind = known.count(AHEAD), known.count(BEHIND)
    rest = len(known) - ahead - behind
    said = f"{ahead or 'none'} {AHEAD}, {behind or 'none'} {BEHIND}, {rest or 'none'} not clearly"
    one = len(ratings) == 1
    return f"Beside {owned(place)} own change: {known[0] if one else f'{said} different'}."


def about_spread(
    measure: str,
    values: Sequence[float],
    there: float,
    areas: tuple[int, str],
    whole: str,
    unit: str = "",
    digits: int = 0,
    names: Sequence[str] = (),
) -> str:
    """Say how far a level's areas lie apart.

    Parameters
    ----------
    measure : str
        The measure.
    values : sequence of float
        Those that are known.
    there : float
        The whole's; NaN where unknown.
    areas : tuple of int and str
        How many areas the level has, and what they are called.
    whole : str
        What the edition is about.
    unit : str
        Of an indicator; a score without it.
    digits : int
        Decimals.
    names : sequence of str
        Of the areas, in the order of the values; without them none is named.

    Examples
    --------
    >>> about_spread("Shelter", [40.2, 71.8], 55.0, (3, "wards"), "region")
    'Shelter, out of 100: 2 of 3 wards score from 40 to 72; the region scores 55.'
    >>> about_spread("Shelter", [40.2, 71.8], 55.0, (2, "wards"), "city", names=["Abbey", "River"])
    'Shelter, out of 100: the 2 wards score from 40 in Abbey to 72 in River; the city scores 55.'
    >>> about_spread("Claimants", [4.1], math.nan, (1, "cities"), "city", "% of residents", 1)
    'Claimants: 4.1% of residents.'
    """
    number_of, plural = areas
    if not values:
        return f"{measure}: no figure for this period."
    top, end = max(values), min(values)
    high = _figure(top, unit, digits) if unit else number(top, digits)
    if number_of == 1:
        return f"{measure}: {high}{'' if unit else ' out of 100'}."
    count = f"the {number_of}" if len(values) == number_of else f"{len(values)} of {number_of}"
    low = number(end, digits) + _where(end, values, names, digits)
    high += _where(top, values, names, digits)
    home = "" if math.isnan(there) else number(there, digits)
    if unit:
        home = home and f"; the {whole}’s is {home}"
        return f"{measure}: figures of {count} {plural} run from {low} to {high}{home}."
    home = home and f"; the {whole} scores {home}"
    return f"{measure}, out of 100: {count} {plural} score from {low} to {high}{home}."


def _where(value: float, values: Sequence[float], names: Sequence[str], digits: int) -> str:
    """Name the one area that shows a value; where several show it alike, none stands out."""
    shown = number(value, digits)
    found = [n for n, v in zip(names, values, strict=False) if number(v, digits) == shown]
    return f" in {found[0]}" if len(found) == 1 and len(set(values)) > 1 else ""
