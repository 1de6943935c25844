"""Sentences of an impact chapter: no more than interval, exact p and certainty allow."""

from __future__ import annotations

import math
import re

from spi_core.present.impact_data import ChapterPage, OutcomePage, end
from spi_core.present.impact_figures import (
    fewer_or_more,
    headcount,
    p_words,
    periods,
    span,
    whole,
)
from spi_core.present.theme import RATINGS
from spi_core.present.words import and_list, number

__all__ = ["answer_items", "change_mind", "lead", "named", "status_words"]

NOT_RATED = RATINGS["not rated"].symbol


def named(page: ChapterPage, text: str) -> str:
    """Put names for the area codes in a text.

    Parameters
    ----------
    page : ChapterPage
        Knows the names.
    text : str
        Such as ``without E05000026``.

    Returns
    -------
    str
    """
    return re.sub(r"[EWSN]\d{8}", lambda found: page.names.get(found[0], found[0]), text)


def status_words(outcome: OutcomePage) -> str:
    """Write a verdict with its sign.

    Parameters
    ----------
    outcome : OutcomePage
        The outcome.

    Returns
    -------
    str
        For instance ``→ no clear change``; ``○ not answerable`` where refused.
    """
    rating = RATINGS.get(outcome.status)
    return f"{rating.symbol if rating else NOT_RATED} {outcome.status}"


def lead(page: ChapterPage) -> str:
    """Give the answer in a sentence or two that can be repeated.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    str
    """
    if page.refused or not page.answered:
        reasons = page.node["refusals"] or page.outcomes[0].node["refusals"]
        return f"This question cannot be answered with the figures at hand. {reasons[0]['words']}"
    said = []
    for status in ("clear improvement", "clear decline"):
        labels = [_low(o) for o in page.answered if o.status == status]
        if labels:
            said.append(f"{RATINGS[status].symbol} {status.capitalize()}: {and_list(labels)}.")
    unclear = [_low(o) for o in page.answered if o.status == "no clear change"]
    if unclear and said:
        said.append(f"No clear change: {and_list(unclear)}.")
    elif unclear:
        said.append(
            f"We cannot show that the programme changed {_or_list(unclear)}, for better or worse. "
            "That is not proof that nothing changed."
        )
    refused = [_low(o) for o in page.outcomes if not o.analysis]
    if refused:
        said.append(f"Not answerable: {and_list(refused)}.")
    return " ".join(said)


def _low(outcome: OutcomePage) -> str:
    """Write a label within a sentence; abbreviations keep their capitals."""
    label = outcome.label
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _or_list(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}"


def answer_items(page: ChapterPage) -> list[str]:
    """Give the answer for each primary outcome, as a paragraph.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    list of str
        Markdown: levels, effect, interval, exact p with its floor, certainty.
    """
    return [_answer(page, o) if o.analysis else _no_answer(o) for o in page.outcomes]


def _no_answer(outcome: OutcomePage) -> str:
    reasons = " ".join(r["words"] for r in outcome.node["refusals"])
    return f"### {NOT_RATED} {outcome.label}: not answerable\n\n{reasons}"


def _answer(page: ChapterPage, o: OutcomePage) -> str:
    raw, panel = o.raw, o.analysis["panel"]
    did, ancova = end(panel["did"], math.nan), end(panel["ancova"], math.nan)
    higher = "higher" if raw["treated_before"] > raw["comparison_before"] else "lower"
    return (
        f"### {status_words(o).split(' ')[0]} {o.label}: {o.status}\n\n"
        f"From {periods(page.design['before'])} to {periods(page.design['after'])} the treated "
        f"{_noun(page)} went from {whole(o, raw['treated_before'])} to "
        f"{whole(o, raw['treated_after'])} {o.unit}, the others from "
        f"{whole(o, raw['comparison_before'])} to {whole(o, raw['comparison_after'])}. "
        f"That is {_said(o, did)} than if they had moved like the others, or {_said(o, ancova)} "
        f"when their {higher} starting level is allowed for."
        f"{_heads(o, did, ancova)}\n\n[{_evidence(page, o)}]{{.smaller}}"
    )


def _noun(page: ChapterPage) -> str:
    return "wards" if page.by_ward else "small areas"


def _counted(o: OutcomePage) -> bool:
    return not math.isnan(headcount(o, 1.0))


def _said(o: OutcomePage, value: float) -> str:
    return fewer_or_more(value, o.digits, counted=_counted(o))


def _evidence(page: ChapterPage, o: OutcomePage) -> str:
    """Interval, exact p, power and certainty, for the second reading."""
    panel = o.analysis["panel"]
    level = f"{100 * (1 - page.design['alpha']):g}%"
    return (
        f"{level} interval {span(o, panel['low'], panel['high'])} {o.unit}. {_chance(page, o)} "
        f"{_power(o)} Certainty: **{o.verdict['certainty']}** (reasons in part 14)."
    )


def _heads(o: OutcomePage, did: float, ancova: float) -> str:
    """Say it in numbers of events, for all treated wards together."""
    panel = o.analysis["panel"]
    low, high = end(panel["low"], -math.inf), end(panel["high"], math.inf)
    if not _counted(o):
        return ""
    small, large = sorted((headcount(o, did), headcount(o, ancova)))
    people = number(round(o.residents, -2), 0)
    fits = f"anything from {_ends(headcount(o, low), headcount(o, high))}"
    if not math.isfinite(low + high):
        fits = "a range without end on one side"
    return (
        f" Among the {people} residents there that is about {_ends(small, large)} "
        f"{o.unit.split(' per ')[0]}; the figures fit **{fits}**."
    )


def _ends(low: float, high: float) -> str:
    """Two numbers of events, the word fewer or more said once where it holds for both."""
    if low * high > 0 and low != high:
        near, far = sorted((abs(low), abs(high)))
        return f"{number(near, 0)} to {fewer_or_more(math.copysign(far, low), 0)}"
    if low == high:
        return fewer_or_more(low, 0)
    return f"{fewer_or_more(low, 0)} to {fewer_or_more(high, 0)}"


def _chance(page: ChapterPage, o: OutcomePage) -> str:
    """Put the exact p in words, with the smallest that the design can give."""
    effect, family = o.analysis["effect"], len(page.answered)
    floor = f"the smallest this design can give is {p_words(effect['floor'])}"
    after = (
        f", {p_words(o.node['p_holm'])} after correction for {family} outcomes"
        if family > 1
        else ""
    )
    if page.by_ward and effect["exact"]:
        as_strong = number(round(effect["p"] * effect["sets"]), 0)
        return (
            f"Of the {number(effect['sets'], 0)} ways to pick as many wards, {as_strong} show a "
            f"difference at least as strong: exact p = {p_words(effect['p'])}{after}; {floor}."
        )
    kind = "exact p" if effect["exact"] else f"p (± {p_words(effect['monte_carlo_se'])})"
    return f"{kind[:1].upper() + kind[1:]} = {p_words(effect['p'])}{after}; {floor}."


def _power(o: OutcomePage) -> str:
    if o.status != "no clear change":
        return ""
    found = whole(o, o.analysis["power"]["effect"])
    return f"A true effect smaller than {found} would probably have been missed."


def change_mind(page: ChapterPage) -> list[str]:
    """List what would turn the answer.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    list of str
        Each once.
    """
    return list(dict.fromkeys(words for o in page.outcomes for words in o.verdict["change_mind"]))
