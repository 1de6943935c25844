"""The borough report's sentences: headline, findings, captions and alternative text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.present.frames import records
from spi_core.present.words import QUARTERS, and_list, number, signed

if TYPE_CHECKING:
    from spi_core.present.report_data import BoroughReport

#: From this chance on, a ward is said to be clearly in a quarter.
SURE = 0.9

__all__ = [
    "change_alt",
    "change_caption",
    "clearly",
    "date_cautions",
    "dots_alt",
    "findings",
    "gap_sentence",
    "grid_alt",
    "grid_caption",
    "lead_sentence",
    "london_alt",
    "london_caption",
    "map_alt",
    "of_each",
    "quarter_names",
    "standing_caption",
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
        f"{number(scores.min(), 0)} to {number(scores.max(), 0)}. {_upper(_ends(report))}; the "
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
    text = f"**Wards.** {_upper(_ends(r))} (nine chances in ten or more)."
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
            f"{_lower(r.name)} ({_short(r.now, r.unit)} against {_short(r.london_now, r.unit)})"
            for r in records(rows)
        ]
    )


def _short(value: float, unit: str) -> str:
    return f"{number(value)}%" if unit.startswith("%") else number(value)


def _lower(name: str) -> str:
    """Begin with a small letter within a sentence, unless the word is an abbreviation or a name."""
    first = name.split()[0]
    keep = not first[1:].islower() or not first.isalpha()
    return name if keep else name[0].lower() + name[1:]


def _upper(text: str) -> str:
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


def map_alt(report: BoroughReport) -> str:
    """Describe the map: which wards are in which quarter.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
    """
    parts = [f"{word}: {quarter_names(report.wards, q)}" for q, word in QUARTERS.items()]
    return (
        f"Map of the {len(report.wards)} wards of {report.name} by quarter of the index score. "
        + ". ".join(map(_upper, parts))
        + "."
    )


def standing_caption(report: BoroughReport) -> str:
    """Say which wards stand on one side of the borough on the index and every dimension.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
        One sentence.
    """
    dims, scores = report.dimensions, report.grid["score"]
    above = scores[dims].gt(report.borough[dims]).all(axis=1)
    below = scores[dims].lt(report.borough[dims]).all(axis=1)
    names = report.wards.set_index("code")["name"]
    high, low = sorted(names[above[above].index]), sorted(names[below[below].index])
    count = "all three dimensions" if len(dims) == 3 else f"all {len(dims)} dimensions"
    if high and low:
        return f"{and_list(high)} score above the borough on {count}; {and_list(low)} below it."
    if high or low:
        side = "above" if high else "below"
        return f"{and_list(high or low)} score {side} the borough on {count}."
    return f"No ward scores above, and none below, the borough on {count}."


def dots_alt(report: BoroughReport) -> str:
    """Describe the dot plot: the spread of the wards on the index and each dimension.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
    """
    parts = []
    for column in ("index", *report.dimensions):
        scores = report.grid["score"][column]
        above = int((scores > report.borough[column]).sum())
        parts.append(
            f"{column if column != 'index' else 'Index'}: borough "
            f"{number(report.borough[column], 0)}, wards {number(scores.min(), 0)} to "
            f"{number(scores.max(), 0)}, {above} above the borough"
        )
    return "Scores of every ward beside the borough. " + ". ".join(parts) + "."


def _most(report: BoroughReport, rating: str) -> str:
    """Name the wards with most ratings of one kind, and how many."""
    ratings: Any = report.grid["rating"][report.scored]
    count = ratings.eq(rating).sum(axis=1)
    names = report.wards.set_index("code")["name"]
    most = sorted(names[count[count == count.max()].index])
    return f"{and_list(most)} ({count.max()})"


def grid_caption(report: BoroughReport) -> str:
    """Say how many strengths and weaknesses there are, and where most of them lie.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
        One or two sentences.
    """
    ratings: Any = report.grid["rating"][report.scored]
    counts = {r: int(ratings.eq(r).to_numpy().sum()) for r in ("strength", "weakness")}
    text = (
        f"Of {ratings.size} component scores, {counts['strength']} are strengths and "
        f"{counts['weakness']} are weaknesses among similar wards."
    )
    ends = [
        f"most {plural} in {_most(report, rating)}"
        for rating, plural in (("strength", "strengths"), ("weakness", "weaknesses"))
        if counts[rating]
    ]
    return f"{text} {_upper(', '.join(ends))}." if ends else text


def grid_alt(report: BoroughReport) -> str:
    """Describe the component grid: every ward's strengths and weaknesses.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
    """
    parts = []
    for w in records(report.wards):
        mine = report.grid["rating"].loc[w.code, report.scored]
        said = [
            f"{word} {', '.join(mine[mine == rating].index)}"
            for rating, word in (("strength", "strong on"), ("weakness", "weak on"))
            if (mine == rating).any()
        ]
        parts.append(f"{w.name} {'; '.join(said) or 'similar on all'}")
    return "Ratings of each ward’s components against similar wards. " + ". ".join(parts) + "."


def change_caption(report: BoroughReport) -> str:
    """Say how the index and its components moved in the wards, as far as it is clear.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
        One sentence.
    """
    index, parts = report.index_change, report.changes.iloc[1:]
    n = len(report.wards)
    up = list(parts.loc[parts["risen"] == n, "element"])
    down = list(parts.loc[parts["fallen"] == n, "element"])
    text = f"The index rose clearly in {of_each(int(index['risen']), n, 'wards')}"
    if up:
        text += f"; in every ward so did {and_list(up)}"
    if down:
        text += f"; {and_list(down)} fell clearly in every ward"
    return text + "."


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


def change_alt(report: BoroughReport) -> str:
    """Describe the change chart, element by element.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
    """
    parts = [
        f"{'Index' if r.element == 'index' else r.element} {signed(r.change)} "
        f"{r.rating} ({r.risen} wards clearly up, {r.fallen} clearly down)"
        for r in records(report.changes)
    ]
    return "Change of the borough in points: " + "; ".join(parts) + "."


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
            f"{and_list([_lower(names[i]) for i in rows.index])} ({a} and {b})"
            for (a, b), rows in pairs
        ]
        made.append(f"**Dates far apart.** {_upper('; '.join(listed))}.")
    if len(overlap):
        listed = [_lower(n) for n in overlap]
        made.append(
            f"**Overlapping windows.** The two periods share years for {and_list(listed)}: their "
            "change is damped."
        )
    return made


def london_caption(rows: pd.DataFrame) -> str:
    """Say on how many of the shown indicators the borough and London moved the same way.

    Parameters
    ----------
    rows : DataFrame
        ``change, london_change``.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> london_caption(pd.DataFrame({"change": [5.0, -3.0], "london_change": [2.0, 1.0]}))
    'On 1 of the 2 indicators that moved most, London’s average ward moved the same way.'
    """
    known = rows.dropna(subset="london_change")
    same = int((known["change"] * known["london_change"] > 0).sum())
    count = of_each(same, len(known), "indicators")
    return f"On {count} that moved most, London’s average ward moved the same way."


def london_alt(rows: pd.DataFrame) -> str:
    """Describe the comparison with London, indicator by indicator.

    Parameters
    ----------
    rows : DataFrame
        ``name, change, london_change``.

    Returns
    -------
    str

    Examples
    --------
    >>> london_alt(pd.DataFrame({"name": ["Robbery"], "change": [2.2], "london_change": [6.8]}))
    'Change in points, borough and London: Robbery +2 and +7.'
    """
    parts = [
        f"{r.name} {signed(r.change, 0)} and {signed(r.london_change, 0)}"
        for r in records(rows)
    ]
    return "Change in points, borough and London: " + "; ".join(parts) + "."
