"""The report's sentences: headline, findings, cautions and corrections."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.present.base.canvas import MANY
from spi_core.present.base.edition import only_first
from spi_core.present.base.marks import marked, sentence
from spi_core.present.base.numbers import change_words, likely, number
from spi_core.present.base.theme import RATINGS
from spi_core.present.base.words import (
    LEFT,
    and_list,
    beside_reference,
    capital,
    of_each,
    owned,
)
from spi_core.present.report.elsewhere import behind_words, elsewhere, reference_finding
from spi_core.present.report.quarters import ends_words, missing_sentence, others_words, unsure
from spi_core.tables import records
from spi_core.text.words import DECLINE, IMPROVEMENT, NOT_RATED

if TYPE_CHECKING:
    from spi_core.present.report.data import BoroughReport


def lead_sentence(report: BoroughReport) -> str:
    """Answer first: how many figures lie behind the reference, the scores, who is at either end.

    Returns
    -------
    str
        Two or three sentences.
    """
    unit = report.unit
    if report.wards.empty:
        return f"No {unit.one} of {report.name} has a score: figures are missing."
    ends: Any = report.elements.loc["index"]
    span = f"from {number(ends['lowest'], 0)} to {number(ends['highest'], 0)}"
    first = (
        f"{report.name} has no index of its own: {report.lacking}; its {unit.many} score {span}."
        if math.isnan(report.score)
        else f"{report.name} scores {number(report.score, 0)} out of 100{elsewhere(report)}, its "
        f"{unit.many} {span}."
    )
    behind, order = behind_words(report), [ends_words(report)]
    if behind:
        first = first.replace(report.name, "It", 1)
    if not (behind and report.wards["clear_quarter"].notna().any()):  # else told further down
        order.append(others_words(report))
    text = " ".join(filter(None, (behind, first, f"{capital('; '.join(filter(None, order)))}.")))
    return sentence(" ".join(filter(None, (text, missing_sentence(report)))), report.illustrative)


def score_range(report: BoroughReport) -> str:
    """Write the lowest and the highest score of the areas."""
    ends: Any = report.elements.loc["index"]
    low, high = ends["lowest"], ends["highest"]
    return f"{number(low, 0)} to {marked(number(high, 0), report.illustrative)}"


def unscored_dimensions(report: BoroughReport) -> str:
    """Name the dimensions that have no score; empty if there is none."""
    without = and_list(report.unscored_dimensions)
    why = "no score, since not all of its components have one."
    return f"{without}: {why}" if without else ""


def findings(report: BoroughReport, among: str = "") -> list[str]:
    """Say what stands out, as Markdown list items that begin with their subject in bold.

    Parameters
    ----------
    among : str
        Where the whole stands among others of its kind.

    Returns
    -------
    list of str
        The units, the reference, components, change, gaps; a finding without figures is left out.
    """
    known = report.indicators.dropna(subset="gap")
    made = [
        sentence(_wards(report), report.illustrative),
        sentence(reference_finding(report), known["illustrative_now"].any()),
        among,
        sentence(_components(report), report.illustrative),
        sentence(_change(report), report.changes["illustrative"].any() and report.compared),
        _gaps(report),
    ]
    return [text for text in made if text]


def order(r: BoroughReport) -> str:
    """Say what areas stand in order of within a quarter of the pictures."""
    return "name" if len(r.wards) <= MANY else "score"


def home_scored(r: BoroughReport) -> int:
    """Count the components that the whole itself is scored on."""
    return int(r.home[r.scored].notna().sum())


def _wards(r: BoroughReport) -> str:
    if not r.wards["quarter"].any():  # none is ranked
        return ""
    rest = r.wards[r.wards["clear_quarter"].isna()]
    text = f"**{capital(r.unit.many)}.** {capital(ends_words(r))}"
    if unsure(r):
        return f"{text}."
    text += " (nine chances in ten or more)."
    if rest.empty:
        return text
    least, most = rest["places"].round().agg(["min", "max"])
    places = f"{number(least, 0)} to {number(most, 0)}" if least < most else number(most, 0)
    who = f"Each of the {len(rest)} {r.unit.many}"
    if len(rest) < len(r.wards):
        who = f"Each of the other {len(rest)}" if len(rest) > 1 else "The other"
    return (
        f"{text} {who} has {places} likely place{'s' * (most > 1)}, so this report names quarters "
        "and likely places."
    )


def _components(r: BoroughReport) -> str:
    scores = r.home[r.scored].dropna().sort_values()
    if scores.empty:
        return ""

    def listed(part: pd.Series) -> str:
        return and_list([f"{name} ({number(score, 0)})" for name, score in part.items()])

    n = min(3, len(scores) // 2)
    if n == 0:
        return f"**Components.** The {r.whole.one}’s only component score is {listed(scores)}."
    return (
        f"**Components.** The {r.whole.one} scores highest on {listed(scores.tail(n)[::-1])}. It "
        f"scores lowest on {listed(scores.head(n))}."
    )


def change_sentence(r: BoroughReport) -> str:
    """Say how the index of the whole moved in the last step, beside the reference and in its units.

    Returns
    -------
    str
        Two or three sentences.
    """
    return sentence(_step(r), r.changes["illustrative"].any() and r.compared)


def _step(r: BoroughReport) -> str:
    index, n = r.index_change, int(r.indicators["in_change"].sum())
    if len(r.periods) < 2:
        return "This edition has one period, so it shows no change."
    if not r.compared:
        return f"Nothing can be compared: {_why(r)}."
    years = f"from {r.periods['baseline']} to {r.periods['current']}"
    subject = "It"
    if math.isnan(index["change"]):
        text = f"There is no single figure for the {r.whole.one}: {_why(r)}."
        subject = f"{capital(years)} the {owned(r.unit.many)} own index"
    else:
        ends = f"likely {likely(index['low'], index['high'])}: {index['rating']}"
        if math.isnan(index["low"]):
            ends = f"{index['rating']}: {index['reason']}"
        size = change_words(index["change"], _clear(index["rating"]))
        text = (
            f"On the {n} figures of {index['share']} that can be compared, {years} the index "
            f"moved by {size} points ({ends})."
            f"{beside_reference(r.place, size, *(index[name] for name in LEFT))}"
        )
    return f"{text} {risen_sentence(r, subject)}"


def _change(r: BoroughReport) -> str:
    text = f"**Change.** {_step(r)}"
    if not r.compared:
        return text
    both = r.indicators[r.indicators["in_change"]]
    n, text = len(both), f"{text}{_movers(r)}"
    both = both.dropna(subset=["change", "london_change"])
    if both.empty:
        return text
    same = int((both["change"] * both["london_change"] > 0).sum())
    single = not math.isnan(r.index_change["change"])
    known = "those" if len(both) == n and single else "the"
    which = "" if known == "those" else " that can be compared"
    which += "" if len(both) == n else f" and have a figure for {r.place}"
    story = (
        f"{same} of {known} {len(both)} figures{which} leaned the same way in {r.place}’s average "
        f"{r.unit.one}, clearly or not."
    )
    much = f"Much of this is {r.place}’s story too: " if same > len(both) / 2 else ""
    return f"{text} {much}{story if much else capital(story)}"


def _clear(rating: str) -> bool:
    return rating in (IMPROVEMENT, DECLINE)


def risen_sentence(report: BoroughReport, subject: str = "The index") -> str:
    """Count the areas that rose clearly.

    Parameters
    ----------
    subject : str
        What rose.

    Returns
    -------
    str
        One sentence.
    """
    if report.wards["change_rating"].eq(NOT_RATED).all():
        return f"Whether it rose clearly in any {report.unit.one} is not known."
    risen = int(report.index_change["risen"])
    return f"{subject} rose clearly in {of_each(risen, len(report.wards), report.unit.many)}."


def change_figure(report: BoroughReport) -> tuple[str, str]:
    """Write the whole's change of the index as a key figure, or why there is none.

    Returns
    -------
    tuple of str
        What is set large, and the words beside it.
    """
    index = report.index_change
    if math.isnan(index["change"]):
        how = "no single figure" if report.compared else "not comparable"
        return "–", f"{how}: {_why(report)}"
    shown = change_words(index["change"], _clear(index["rating"]))
    symbol = RATINGS[index["rating"]].symbol
    return shown, f"{marked('', index['illustrative'])} {symbol} {index['rating']}"


def _why(r: BoroughReport) -> str:
    """Give the reason why the whole's index cannot be compared."""
    if r.uneven:
        whole = set(r.uneven) >= set(r.scored)
        return "; ".join(
            f"{'no component' if whole else and_list(names)} could {'' if whole else 'not '}be "
            f"scored for {r.periods[period]}"
            for period in ("baseline", "current")
            if (names := [c for c, lost in r.uneven.items() if lost == period])
        )
    reason = r.index_change["reason"]
    return only_first(reason) if isinstance(reason, str) and reason else "figures are missing"


def _movers(r: BoroughReport) -> str:
    """Name the components that moved furthest up and down."""
    parts = r.changes.iloc[1:].dropna(subset="change").sort_values("change")
    up, down = parts[parts["change"] > 0].tail(1), parts[parts["change"] < 0].head(1)
    moves = [
        (p, way, change_words(p.change, _clear(p.rating)))
        for way, rows in (("up", up), ("down", down))
        for p in records(rows)
    ]
    # what prints as 0.0 has moved nowhere
    said = [f"{p.element} moved {w} most ({x}, {p.share})" for p, w, x in moves if x[0] != "0"]
    return f" {', '.join(said)}." if said else ""


def _gaps(r: BoroughReport) -> str:
    return f"**What we can’t see.** {said}" if (said := unseen(r)) else ""


def unseen(r: BoroughReport) -> str:
    """Say which components and areas have no score, and how many scores rest on little.

    Returns
    -------
    str
        Empty where nothing is missing.
    """
    missing = r.components.loc[~r.components["scored"], "component"]
    thin = int((r.components["note"] == "thin").sum())
    wards = missing_sentence(r)
    if missing.empty and not thin and not wards:
        return ""
    text = ""
    if len(missing):
        text += f"{and_list(list(missing))} {'has' if len(missing) == 1 else 'have'} no score yet. "
    if thin:
        text += f"{thin} of the {len(r.scored)} scored components rest on few indicators. "
    return f"{text}{wards}".strip()


def gap_sentence(report: BoroughReport) -> str:
    """Say whether highest and lowest area have moved closer.

    Returns
    -------
    str
        One sentence; none where there is one period.
    """
    g, unit = report.gap, report.unit
    before, now = report.periods.get("baseline"), report.periods["current"]
    if before is None:
        return ""
    if math.isnan(g["change"]):
        return (
            f"Whether the {unit.many} have moved closer together since {before} cannot be said: "
            "their index cannot be compared."
        )
    if math.isnan(g["change_low"]):
        return (
            f"Whether the {unit.many} have moved closer together since {before} cannot be said: "
            "for most of their index it is not known how sure its figures are."
        )
    clear = "a clear narrowing" if g["change_high"] < 0 else "a clear widening"
    verdict = "no clear change" if g["change_low"] <= 0 <= g["change_high"] else clear
    way = "closer together" if g["change"] < 0 else "further apart"
    text = (
        f"From {before} to {now} the index of the highest and of the lowest {unit.one} moved "
        f"{number(abs(g['change']), 0)} points {way}, on comparable figures: {verdict} (likely "
        f"{likely(g['change_low'], g['change_high'])})."
    )
    return sentence(text, report.illustrative)
