"""The borough report's sentences: headline, findings, cautions and corrections."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from spi_core.present.edition_words import only_first
from spi_core.present.marks import marked, sentence
from spi_core.present.words import and_list, capital, endpoints, number, of_each, signed, small
from spi_core.ranking import quarter as quarter_size
from spi_core.read import records

if TYPE_CHECKING:
    from spi_core.present.report_data import BoroughReport

__all__ = [
    "clearly",
    "findings",
    "gap_sentence",
    "lead_sentence",
    "missing_sentence",
    "quarter_caption",
    "quarter_names",
]


def quarter_names(wards: pd.DataFrame, quarter: int) -> str:
    """List the wards of one quarter, by name.

    Parameters
    ----------
    wards : DataFrame
        ``name, quarter``.
    quarter : {1, 2, 3, 4}
        1 the highest.

    Returns
    -------
    str
        For instance ``Heath and River``.

    Examples
    --------
    >>> quarter_names(pd.DataFrame({"name": ["River", "Heath"], "quarter": [4, 4]}), 4)
    'Heath and River'
    """
    return and_list(sorted(wards.loc[wards["quarter"] == quarter, "name"]))


def clearly(report: BoroughReport, quarter: int) -> list[str]:
    """Name the wards whose whole rank interval lies in the highest or the lowest quarter.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.
    quarter : {1, 4}
        The highest or the lowest.

    Returns
    -------
    list of str
        By name; empty if there is none.
    """
    ranked = report.wards.dropna(subset="rank")
    end = quarter_size(len(ranked)) if len(ranked) else 0
    inside = {1: ranked["rank_high"] <= end, 4: ranked["rank_low"] > len(ranked) - end}[quarter]
    return sorted(ranked.loc[inside, "name"])


def _ends(report: BoroughReport) -> str:
    """Say which wards are clearly at either end."""
    high, low = clearly(report, 1), clearly(report, 4)
    if high and low:
        verb = "is" if len(high) == 1 else "are"
        return (
            f"{and_list(high)} {verb} clearly in the highest quarter, {and_list(low)} clearly in "
            "the lowest"
        )
    if high or low:
        named, word = (high, "highest") if high else (low, "lowest")
        verb = "is" if len(named) == 1 else "are"
        return f"{and_list(named)} {verb} clearly in the {word} quarter"
    return "no ward is clearly in the highest or the lowest quarter"


def lead_sentence(report: BoroughReport) -> str:
    """Answer first: the borough's score, the range of its wards, and who is clearly at either end.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
        Two sentences.
    """
    scores = report.wards["score"]
    if scores.empty:
        return f"No ward of {report.name} has a score: figures are missing."
    span = f"from {number(scores.min(), 0)} to {number(scores.max(), 0)}"
    first = (
        f"{report.name} has no score of its own, as figures are missing; its wards score {span}."
        if math.isnan(report.score)
        else f"{report.name} scores {number(report.score, 0)} out of 100, its wards {span}."
    )
    text = (
        f"{first} {capital(_ends(report))}; the others are too close together to be put in order."
    )
    return sentence(" ".join(filter(None, (text, missing_sentence(report)))), report.illustrative)


def missing_sentence(report: BoroughReport) -> str:
    """Name the wards that have no score.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
        Empty if every ward has one.
    """
    if report.missing.empty:
        return ""
    verb = "has" if len(report.missing) == 1 else "have"
    names, now = and_list(list(report.missing["name"])), report.periods["current"]
    return f"{names} {verb} no index score for {now}: too many figures are missing."


def quarter_caption(report: BoroughReport) -> str:
    """Say which wards are in the highest quarter: the message of the map.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
        One or two sentences.
    """
    high = report.wards.loc[report.wards["quarter"] == 1, "name"]
    if high.empty:
        return "No ward has a score."
    verb = "is" if len(high) == 1 else "are"
    text = f"{quarter_names(report.wards, 1)} {verb} in the highest quarter of the wards."
    return " ".join(filter(None, (text, missing_sentence(report))))


def findings(report: BoroughReport) -> list[str]:
    """Say what stands out, as Markdown list items that begin with their subject in bold.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    list of str
        Wards, the reference, components, change, gaps; a finding without figures is left out.
    """
    known = report.indicators
    made = [
        sentence(_wards(report), report.illustrative),
        sentence(_reference(report), known["illustrative_now"].any()),
        sentence(_components(report), report.illustrative),
        sentence(_change(report), report.changes["illustrative"].any() and report.compared),
        _gaps(report),
    ]
    return [text for text in made if text]


def _wards(r: BoroughReport) -> str:
    if r.wards.empty:
        return ""
    sure = {*clearly(r, 1), *clearly(r, 4)}
    rest = r.wards[~r.wards["name"].isin(sure)]
    text = f"**Wards.** {capital(_ends(r))} (nine chances in ten or more)."
    if rest.empty:
        return text
    span = (rest["rank_high"] - rest["rank_low"] + 1).round()
    width = number(span.min(), 0)
    width += f" to {number(span.max(), 0)}" if span.max() > span.min() else ""
    return (
        f"{text} Each of the other {len(rest)} could be in any of {width} places, so this report "
        "names quarters and likely places, never a single place."
    )


def _reference(r: BoroughReport) -> str:
    known = r.indicators.dropna(subset="gap").sort_values("gap")
    if known.empty or not r.place:
        return ""
    behind, ahead = known[known["gap"] < 0], known[known["gap"] > 0]
    text = (
        f"**Against {r.place}.** On {len(behind)} of {len(known)} indicators the borough does "
        f"worse than {r.place}’s average ward, on {len(ahead)} it does better."
    )
    ends = [
        f"furthest {word} on {_facts(rows)}"
        for word, rows in (("behind", behind.head(3)), ("ahead", ahead.tail(2)[::-1]))
        if len(rows)
    ]
    return f"{text} It is {', and '.join(ends)}." if ends else text


def _facts(rows: pd.DataFrame) -> str:
    """Each indicator with the borough's figure and the reference's."""
    return and_list(
        [
            f"{small(r.name)} ({marked(_short(r.now, r.unit), r.illustrative_now)} against "
            f"{_short(r.london_now, r.unit)})"
            for r in records(rows)
        ]
    )


def _short(value: float, unit: str) -> str:
    return f"{number(value)}%" if unit.startswith("%") else number(value)


def _components(r: BoroughReport) -> str:
    scores = r.borough[r.scored].dropna().sort_values()
    if scores.empty:
        return ""

    def listed(part: pd.Series) -> str:
        return and_list([f"{name} ({number(score, 0)})" for name, score in part.items()])

    n = min(3, len(scores) // 2)
    if n == 0:
        return f"**Components.** The borough’s only component score is {listed(scores)}."
    return (
        f"**Components.** The borough scores highest on {listed(scores.tail(n)[::-1])}. It scores "
        f"lowest on {listed(scores.head(n))}."
    )


def _change(r: BoroughReport) -> str:
    index, before = r.index_change, r.periods["baseline"]
    if not r.compared:
        return f"**Change since {before}.** Nothing can be compared: {_why(r)}."
    if math.isnan(index["change"]):
        text = f"The borough’s index cannot be compared: {_why(r)}."
    else:
        text = (
            f"On the {int(r.indicators['in_change'].sum())} figures that can be compared, the "
            f"index moved by {signed(index['change'])} points (likely {signed(index['low'])} to "
            f"{signed(index['high'])}: {index['rating']})."
        )
    text += f" It rose clearly in {of_each(int(index['risen']), len(r.wards), 'wards')}."
    text = f"**Change since {before}.** {text}{_movers(r)}"
    both = r.indicators[r.indicators["in_change"]].dropna(subset=["change", "london_change"])
    if both.empty:
        return text
    same = int((both["change"] * both["london_change"] > 0).sum())
    story = f"{same} of those {len(both)} figures moved the same way in {r.place}’s average ward."
    much = f"Much of this is {r.place}’s story too: " if same > len(both) / 2 else ""
    return f"{text} {much}{story if much else capital(story)}"


def _why(r: BoroughReport) -> str:
    """Give the reason why the borough's index cannot be compared."""
    reason = r.index_change["reason"]
    return only_first(reason) if isinstance(reason, str) and reason else "figures are missing"


def _movers(r: BoroughReport) -> str:
    """Name the components that moved furthest up and down."""
    parts = r.changes.iloc[1:].dropna(subset="change").sort_values("change")
    up, down = parts[parts["change"] > 0].tail(1), parts[parts["change"] < 0].head(1)
    said = [
        f"{p['element'].iloc[0]} moved {way} most ({signed(p['change'].iloc[0])})"
        for way, p in (("up", up), ("down", down))
        if len(p)
    ]
    return f" {', '.join(said)}." if said else ""


def _gaps(r: BoroughReport) -> str:
    missing = r.components.loc[~r.components["scored"], "component"]
    thin = int((r.components["note"] == "thin").sum())
    wards = missing_sentence(r)
    if missing.empty and not thin and not wards:
        return ""
    text = "**What we can’t see.** "
    if len(missing):
        text += f"{and_list(list(missing))} {'has' if len(missing) == 1 else 'have'} no score yet. "
    if thin:
        text += f"{thin} of the {len(r.scored)} scored components rest on few indicators. "
    return f"{text}{wards}".strip()


def gap_sentence(report: BoroughReport) -> str:
    """Say whether highest and lowest ward have moved closer.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
        One sentence.
    """
    g = report.gap
    before, now = report.periods["baseline"], report.periods["current"]
    if math.isnan(g["change"]):
        return (
            f"Whether the wards have moved closer together since {before} cannot be said: their "
            "index cannot be compared."
        )
    clear = "a clear narrowing" if g["change_high"] < 0 else "a clear widening"
    verdict = "no clear change" if g["change_low"] <= 0 <= g["change_high"] else clear
    apart, nearer = endpoints(g["value_baseline"], g["value_current"], 0)
    text = (
        f"The index of the highest and of the lowest ward lay {apart} points apart in {before} "
        f"and {nearer} in {now}, on comparable figures: {verdict} (likely "
        f"{signed(g['change_low'])} to {signed(g['change_high'])})."
    )
    return sentence(text, report.illustrative)
