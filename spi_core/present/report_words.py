"""The borough report's sentences: headline, findings, captions and alternative text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spi_core.present.frames import records
from spi_core.present.words import QUARTERS, and_list, number, signed

if TYPE_CHECKING:
    from spi_core.present.report_data import BoroughReport

__all__ = [
    "change_alt",
    "change_caption",
    "date_cautions",
    "dots_alt",
    "findings",
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


def lead_sentence(report: BoroughReport) -> str:
    """Answer first: the borough's score, the range of its wards and how close most of them lie.

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
    low, high = scores.quantile(0.25), scores.quantile(0.75)
    return (
        f"{report.name} scores {number(report.score, 0)} out of 100. Its wards run from "
        f"{number(scores.min(), 0)} to {number(scores.max(), 0)}, but the middle half lie between "
        f"{number(low, 0)} and {number(high, 0)}: too close together to be put in order."
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
    return (
        f"**Wards.** {quarter_names(r.wards, 1)} are in the highest quarter of the "
        f"{len(r.wards)} wards; {quarter_names(r.wards, 4)} are in the lowest."
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
    rows = r.components[r.components["scored"]].sort_values("score")

    def listed(part: pd.DataFrame) -> str:
        return and_list([f"{c.component} ({number(c.score, 0)})" for c in records(part)])

    return (
        f"**Components.** The borough scores highest on {listed(rows.tail(3)[::-1])}. It scores "
        f"lowest on {listed(rows.head(3))}."
    )


def _change(r: BoroughReport) -> str:
    index, parts = r.changes.iloc[0], r.changes.iloc[1:].sort_values("change")
    up, down = parts.iloc[-1], parts.iloc[0]
    word = "rose" if r.change > 0 else "fell"
    text = (
        f"**Change since {r.periods['baseline']}.** On the {int(r.indicators['in_change'].sum())} "
        f"indicators that can be compared, the index {word} by {number(abs(r.change), 1)} points; "
        f"it rose in {of_each(int(index['risen']), len(r.wards), 'wards')}. "
        f"{up['element']} moved up most ({signed(up['change'])}), {down['element']} down most "
        f"({signed(down['change'])})."
    )
    both = r.indicators[r.indicators["in_change"]].dropna(subset=["change", "london_change"])
    if both.empty:
        return text
    same = int((both["change"] * both["london_change"] > 0).sum())
    return (
        f"{text} Much of this is London’s story too: {same} of those {len(both)} indicators moved "
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
        text += f"{thin} of the {r.scored} scored components rest on two indicators only."
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
    dims = list(dict.fromkeys(report.components["dimension"]))
    above = report.grid[dims].gt(report.borough[dims]).all(axis=1)
    below = report.grid[dims].lt(report.borough[dims]).all(axis=1)
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
    dims = list(dict.fromkeys(report.components["dimension"]))
    parts = []
    for column in ("index", *dims):
        scores = report.grid[column]
        above = int((scores > report.borough[column]).sum())
        parts.append(
            f"{column if column != 'index' else 'Index'}: borough "
            f"{number(report.borough[column], 0)}, wards {number(scores.min(), 0)} to "
            f"{number(scores.max(), 0)}, {above} above the borough"
        )
    return "Scores of every ward beside the borough. " + ". ".join(parts) + "."


def grid_caption(report: BoroughReport) -> str:
    """Say how many wards are high on something, and how many low on something.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
        One sentence.
    """
    components = list(report.components.loc[report.components["scored"], "component"])
    of = report.quarters[components]
    high, low = int(of.eq(1).any(axis=1).sum()), int(of.eq(4).any(axis=1).sum())
    start = _upper(of_each(high, len(of), "wards"))
    both = "as many" if low == high else of_each(low, len(of), "wards")
    return (
        f"{start} are in the highest quarter on at least one component, and "
        f"{both} in the lowest on at least one."
    )


def grid_alt(report: BoroughReport) -> str:
    """Describe the component grid: who is in the highest and lowest quarter most often.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
    """
    components = list(report.components.loc[report.components["scored"], "component"])
    names = report.wards.set_index("code")["name"]
    parts = []
    for quarter in (1, 4):
        count = report.quarters[components].eq(quarter).sum(axis=1)
        most = sorted(names[count[count == count.max()].index])
        parts.append(
            f"{and_list(most)} {'are' if len(most) > 1 else 'is'} in the {QUARTERS[quarter]} on "
            f"{count.max()} of {len(components)} components"
        )
    return f"Scores of {len(report.wards)} wards on each component. " + "; ".join(parts) + "."


def change_caption(report: BoroughReport) -> str:
    """Say how the index and its components moved, in one sentence.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    str
    """
    index, parts = report.changes.iloc[0], report.changes.iloc[1:]
    n = len(report.wards)
    up = list(parts.loc[parts["risen"] == n, "element"])
    down = list(parts.loc[parts["fallen"] == n, "element"])
    text = f"The index rose in {of_each(int(index['risen']), n, 'wards')}"
    if up:
        text += f"; {and_list(up)} rose in every ward"
    if down:
        text += f"; {and_list(down)} fell in every ward"
    return text + "."


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
        f"({r.risen} of {len(report.wards)} wards up)"
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
