"""The borough report's sentences: headline, findings, cautions and corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spi_core.present.words import and_list, number, signed
from spi_core.read import records

if TYPE_CHECKING:
    from spi_core.present.report_data import BoroughReport

#: From this chance on, a ward is said to be clearly in a quarter.
SURE = 0.9

__all__ = [
    "capital",
    "clearly",
    "corrections",
    "date_cautions",
    "findings",
    "gap_sentence",
    "lead_sentence",
    "of_each",
    "quarter_names",
    "small",
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


def of_each(count: int, total: int, noun: str) -> str:
    """Say how many of a group, with ``all`` and ``none`` where they fit.

    Parameters
    ----------
    count, total : int
        How many, of how many.
    noun : str
        Plural.

    Returns
    -------
    str
        For instance ``16 of the 17 wards``.

    Examples
    --------
    >>> of_each(16, 17, "wards"), of_each(17, 17, "wards"), of_each(0, 17, "wards")
    ('16 of the 17 wards', 'all 17 wards', 'none of the 17 wards')
    """
    if count == total:
        return f"all {total} {noun}"
    return f"{count or 'none'} of the {total} {noun}"


def clearly(report: BoroughReport, quarter: int) -> list[str]:
    """Name the wards that are in the highest or lowest quarter, nine chances in ten or more.

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
    chance = {1: "p_top", 4: "p_bottom"}[quarter]
    return sorted(report.wards.loc[report.wards[chance] >= SURE, "name"])


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
    return (
        f"{report.name} scores {number(report.score, 0)} out of 100, its wards from "
        f"{number(scores.min(), 0)} to {number(scores.max(), 0)}. {capital(_ends(report))}; the "
        "others are too close together to be put in order."
    )


def findings(report: BoroughReport) -> list[str]:
    """Say what stands out, as Markdown list items that begin with their subject in bold.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    list of str
        Wards, London, components, change, gaps; a finding without figures is left out.
    """
    made = [_wards(report), _london(report), _components(report), _change(report), _gaps(report)]
    return [text for text in made if text]


def _wards(r: BoroughReport) -> str:
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


def _london(r: BoroughReport) -> str:
    known = r.indicators.dropna(subset="gap").sort_values("gap")
    if known.empty:
        return ""
    behind, ahead = int((known["gap"] < 0).sum()), int((known["gap"] > 0).sum())
    worst, best = known.head(3), known.tail(2)[::-1]
    return (
        f"**Against London.** On {behind} of {len(known)} indicators the borough does worse than "
        f"London’s average ward, on {ahead} it does better. It is furthest behind on "
        f"{_facts(worst)}, and furthest ahead on {_facts(best)}."
    )


def _facts(rows: pd.DataFrame) -> str:
    """Each indicator with the borough's figure and London's."""
    return and_list(
        [
            f"{small(r.name)} ({_short(r.now, r.unit)} against {_short(r.london_now, r.unit)})"
            for r in records(rows)
        ]
    )


def _short(value: float, unit: str) -> str:
    return f"{number(value)}%" if unit.startswith("%") else number(value)


def small(name: str) -> str:
    """Begin with a small letter within a sentence, unless the word is an abbreviation or a name.

    Parameters
    ----------
    name : str
        For instance an indicator's name.

    Returns
    -------
    str

    Examples
    --------
    >>> small("Violent crime"), small("GCSE results"), small("A-level points")
    ('violent crime', 'GCSE results', 'A-level points')
    """
    first = name.split()[0]
    keep = not first[1:].islower() or not first.isalpha()
    return name if keep else name[0].lower() + name[1:]


def capital(text: str) -> str:
    """Begin with a capital and leave the rest.

    Parameters
    ----------
    text : str
        Not empty.

    Returns
    -------
    str

    Examples
    --------
    >>> capital("most in River")
    'Most in River'
    """
    return text[0].upper() + text[1:]


def _components(r: BoroughReport) -> str:
    scores = r.borough[r.scored].sort_values()

    def listed(part: pd.Series) -> str:
        return and_list([f"{name} ({number(score, 0)})" for name, score in part.items()])

    return (
        f"**Components.** The borough scores highest on {listed(scores.tail(3)[::-1])}. It scores "
        f"lowest on {listed(scores.head(3))}."
    )


def _change(r: BoroughReport) -> str:
    index, parts = r.index_change, r.changes.iloc[1:].sort_values("change")
    up, down = parts.iloc[-1], parts.iloc[0]
    text = (
        f"**Change since {r.periods['baseline']}.** On the {int(r.indicators['in_change'].sum())} "
        f"figures that can be compared, the index moved by {signed(index['change'])} points "
        f"(likely {signed(index['low'])} to {signed(index['high'])}: {index['rating']}). It rose "
        f"clearly in {of_each(int(index['risen']), len(r.wards), 'wards')}. "
        f"{up['element']} moved up most ({signed(up['change'])}), {down['element']} down most "
        f"({signed(down['change'])})."
    )
    both = r.indicators[r.indicators["in_change"]].dropna(subset=["change", "london_change"])
    if both.empty:
        return text
    same = int((both["change"] * both["london_change"] > 0).sum())
    return (
        f"{text} Much of this is London’s story too: {same} of those {len(both)} figures moved "
        "the same way in London’s average ward."
    )


def _gaps(r: BoroughReport) -> str:
    missing = r.components.loc[~r.components["scored"], "component"]
    thin = int((r.components["note"] == "thin").sum())
    if missing.empty and not thin:
        return ""
    text = "**What we can’t see.** "
    if len(missing):
        text += f"{and_list(list(missing))} {'has' if len(missing) == 1 else 'have'} no score yet. "
    if thin:
        text += f"{thin} of the {len(r.scored)} scored components rest on two indicators only."
    return text.strip()


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
    clear = "a clear narrowing" if g["change_high"] < 0 else "a clear widening"
    verdict = "no clear change" if g["change_low"] <= 0 <= g["change_high"] else clear
    return (
        f"The index of the highest and of the lowest ward lay {number(g['value_baseline'], 0)} "
        f"points apart in {before} and {number(g['value_current'], 0)} in {now}, on comparable "
        f"figures: {verdict} (likely {signed(g['change_low'])} to {signed(g['change_high'])})."
    )


def corrections(log: pd.DataFrame) -> list[str]:
    """Write the log of corrections as sentences, the latest first.

    Parameters
    ----------
    log : DataFrame
        ``date, what, why``; may be empty.

    Returns
    -------
    list of str

    Examples
    --------
    >>> log = {"date": ["2026-11-02"], "what": ["A name is corrected"], "why": ["Misspelt."]}
    >>> corrections(pd.DataFrame(log))
    ['2 November 2026: A name is corrected. Misspelt.']
    """
    made = []
    for r in records(log.sort_values("date", ascending=False) if len(log) else log):
        day = pd.Timestamp(r.date)
        made.append(f"{day.day} {day:%B %Y}: {r.what.rstrip('.')}. {r.why.rstrip('.')}.")
    return made


def date_cautions(dates: pd.DataFrame, names: pd.Series, far: float = 3.0) -> list[str]:
    """Say which figures compare distant dates, and which compare windows that overlap.

    Parameters
    ----------
    dates : DataFrame
        ``indicator_id, period, period_label, start, end`` of ``baseline`` and ``current``.
    names : Series
        Index indicator id: names of the indicators to speak of.
    far : float
        Years between the starts of the two periods from which they are called distant.

    Returns
    -------
    list of str
        Markdown; a caution that applies to no indicator is left out.
    """
    wide = dates.pivot(index="indicator_id", columns="period").reindex(names.index)
    gap = (wide[("start", "current")] - wide[("start", "baseline")]).dt.days / 365.25
    distant = wide[gap >= far]
    overlap = names[wide[("start", "current")] <= wide[("end", "baseline")]]
    made = []
    if len(distant):
        pairs = distant["period_label"].groupby(["baseline", "current"], sort=False)
        listed = [
            f"{and_list([small(names[i]) for i in rows.index])} ({a} and {b})"
            for (a, b), rows in pairs
        ]
        made.append(f"**Dates far apart.** {capital('; '.join(listed))}.")
    if len(overlap):
        listed = [small(n) for n in overlap]
        made.append(
            f"**Overlapping windows.** The two periods share years for {and_list(listed)}: their "
            "change is damped."
        )
    return made
