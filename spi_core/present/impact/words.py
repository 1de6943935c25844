"""Sentences of an impact chapter: no more than interval, exact p and certainty allow."""

from __future__ import annotations

import math
import re

from spi_core.present.base.numbers import number
from spi_core.present.base.prose import prose
from spi_core.present.base.theme import RATINGS
from spi_core.present.base.words import and_list
from spi_core.present.impact import wide
from spi_core.present.impact.data import ChapterPage, OutcomePage, end
from spi_core.present.impact.numbers import (
    fewer_or_more,
    headcount,
    p_is,
    p_words,
    periods,
    span,
    whole,
)

NOT_RATED = RATINGS["not rated"].symbol


def named(page: ChapterPage, text: str) -> str:
    """Put names for the area codes in a text.

    Parameters
    ----------
    page : ChapterPage
        Knows the names.
    text : str
        Such as ``without E05000026``.
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
    """Give the answer in a sentence or two that can be repeated."""
    if page.refused or not page.answered:
        reasons = page.node["refusals"] or page.outcomes[0].node["refusals"]
        return f"This question cannot be answered with the figures at hand. {reasons[0]['words']}"
    said = []
    for status in ("clear improvement", "clear decline"):
        labels = [mid(o) for o in page.answered if o.status == status]
        if labels:
            said.append(f"{RATINGS[status].symbol} {status.capitalize()}: {and_list(labels)}.")
    ruled_out = [mid(o) for o in page.answered if o.status == "no clear change"]
    if ruled_out:
        said.append(f"No clear change: {and_list(ruled_out)}. {_ruled_out(page)}")
    unclear = [mid(o) for o in page.answered if o.status == "inconclusive"]
    if unclear and said:
        said.append(f"Inconclusive: {and_list(unclear)}.")
    elif unclear:
        said.append(
            f"We cannot show that the programme changed {_or_list(unclear)}, for better or worse. "
            "That is not proof that nothing changed."
        )
    refused = [mid(o) for o in page.outcomes if not o.analysis]
    if refused:
        said.append(f"Not answerable: {and_list(refused)}.")
    return " ".join(said)


def _ruled_out(page: ChapterPage) -> str:
    """Say what "no clear change" rules out."""
    if page.design["worth"]:
        return "An effect worth having is ruled out, a smaller one is not."
    return (
        "An effect that these figures would probably have shown is ruled out, a smaller one is not."
    )


def mid(outcome: OutcomePage) -> str:
    """Write a label within a sentence; abbreviations keep their capitals.

    Parameters
    ----------
    outcome : OutcomePage
        The outcome.
    """
    label = outcome.label
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _or_list(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}"


def answer_items(page: ChapterPage) -> list[str]:
    """Give the answer for each primary outcome, as a paragraph.

    Returns
    -------
    list of str
        Markdown: levels, effect, interval, exact p with its floor, certainty.
    """
    if page.refused:  # the reason stands in the lead, once
        labels = "; ".join(o.label if i == 0 else mid(o) for i, o in enumerate(page.outcomes))
        return [f"### {NOT_RATED} {labels}: not answerable"]
    return [_answer(page, o) if o.analysis else _no_answer(o) for o in page.outcomes]


def _no_answer(outcome: OutcomePage) -> str:
    reasons = " ".join(r["words"] for r in outcome.node["refusals"])
    return f"### {NOT_RATED} {outcome.label}: not answerable\n\n{reasons}"


def _answer(page: ChapterPage, o: OutcomePage) -> str:
    if page.wide:
        head = f"### {status_words(o).split(' ')[0]} {o.label}: {o.status}"
        return wide.answer(page, o, head)
    raw, panel = o.raw, o.analysis["panel"]
    did, ancova = end(panel["did"], math.nan), end(panel["ancova"], math.nan)
    first, last, *others = (
        whole(o, raw[f"{side}_{when}"])
        for side in ("treated", "comparison")
        for when in ("before", "after")
    )
    level = "starting level"
    if first != others[0]:
        higher = raw["treated_before"] > raw["comparison_before"]
        level = f"{'higher' if higher else 'lower'} starting level"
    return (
        f"### {status_words(o).split(' ')[0]} {o.label}: {o.status}\n\n"
        f"From {periods(page.design['before'])} to {periods(page.design['after'])} the treated "
        f"{page.areas} went from {first} to {last} {o.unit}{_averaged(page, o)}, the others from "
        f"{others[0]} to {others[1]}. "
        f"That is {_said(o, did)} than if they had moved like the others, or {_said(o, ancova)} "
        f"when their {level} is allowed for{_doubt(page, o)}."
        f"{_heads(page, o)}\n\n[{_evidence(page, o)}]{{.smaller}}"
    )


def _leads(page: ChapterPage, o: OutcomePage) -> bool:
    """Whether it is the first answer: what holds for all is said there, once."""
    return o is page.answered[0]


def _averaged(page: ChapterPage, o: OutcomePage) -> str:
    """Say what the levels are means of: a mean of small areas is not the units’ own rate."""
    small = page.small and page.by_unit and _leads(page, o)
    return " (mean of their small areas)" if small else ""


def _doubt(page: ChapterPage, o: OutcomePage) -> str:
    """Say beside a point that is no finding what else could bring it."""
    if o.clear:
        return ""
    if o.node["p_holm"] > page.design["alpha"]:
        return ": chance alone could bring that"
    return ": areas that drift back to their usual level could bring that"


def _counted(o: OutcomePage) -> bool:
    return not math.isnan(headcount(o, 1.0))


def _said(o: OutcomePage, value: float) -> str:
    return fewer_or_more(value, o.digits, counted=_counted(o))


def _evidence(page: ChapterPage, o: OutcomePage) -> str:
    """Interval, exact p, power and certainty, for the second reading."""
    panel = o.analysis["panel"]
    reasons = f" (reasons in {prose('impact')['parts.certainty']})" if _leads(page, o) else ""
    level = f"{100 * (1 - page.design['alpha']):g}%"
    return (
        f"{level} interval over both comparisons {span(o, panel['low'], panel['high'])}. "
        f"{_chance(page, o)} {_power(page, o)} Certainty: **{o.verdict['certainty']}**"
        f"{reasons}."
    )


def _heads(page: ChapterPage, o: OutcomePage) -> str:
    """Say it in numbers of events, for all treated units together.

    The number is that of the estimate in which each resident counts once: the mean of small areas
    times all residents would count those of small areas for more. The range holds the intervals
    of both.
    """
    if not (_counted(o) and page.by_unit):  # residents are known by unit only
        return ""
    rows = [row for row in o.analysis["grid"] if row["key"] == "population"]
    weighted = end(rows[0]["estimate"] if rows else None, math.nan)
    spans = [o.analysis["panel"], *(r for r in rows if r["low"] is not None)]
    low = min(end(s["low"], -math.inf) for s in spans)
    high = max(end(s["high"], math.inf) for s in spans)
    people = number(round(o.residents, -2), 0)
    fits = f"anything from {_ends(headcount(o, low), headcount(o, high))}"
    if not math.isfinite(low + high):
        fits = "a range without end on one side"
    things = o.unit.split(" per ")[0]
    if math.isnan(weighted):
        return (
            f" If it touches each of the {people} residents there alike, the figures fit "
            f"**{fits}** {things}."
        )
    about = fewer_or_more(headcount(o, weighted), 0)
    made = f"about {about} {things}"
    if about == "no difference":
        made = "next to no difference"
    part = prose("impact")["parts.specifications"]
    return (
        f" Weighted by residents ({part}) it is {made} among {people} people; if it touches each "
        f"of them alike, the figures fit **{fits}**."
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
    least = p_words(effect["floor"]).replace("<", "below ")
    floor = f"; the smallest this design can give is {least}" if _leads(page, o) else ""
    after = (
        f" ({p_words(o.node['p_holm'])} after correction for {family} outcomes)"
        if family > 1
        else ""
    )
    if page.by_unit and effect["exact"]:
        as_strong = round(effect["p"] * effect["sets"])
        found = f"{number(as_strong, 0)} show a difference at least as strong"
        if as_strong == 1:
            found = f"only the {page.unit.many} treated show a difference as strong as theirs"
        return (
            f"Of the {number(effect['sets'], 0)} ways to pick as many {page.unit.many}, {found}: "
            f"exact {p_is(effect['p'])}{after}{floor}."
        )
    kind = "Exact" if effect["exact"] else "Simulated"
    error = "" if effect["exact"] else f" ± {p_words(effect['monte_carlo_se'])}"
    return f"{kind} {p_is(effect['p'])}{error}{after}{floor}."


def _power(page: ChapterPage, o: OutcomePage) -> str:
    """Say how likely an effect was to be found, by the test that was used."""
    if o.clear:
        return ""
    found = whole(o, o.analysis["power"]["effect"])
    chance = end(o.analysis["power_exact"], math.nan)
    if math.isnan(chance):
        chance = page.design["power"]
    return (
        f"A true effect of {found} had a chance of {100 * chance:.0f}% of being found, a smaller "
        "one less."
    )


def change_mind(page: ChapterPage) -> list[str]:
    """List what would turn the answer.

    Returns
    -------
    list of str
        Each once.
    """
    return list(dict.fromkeys(words for o in page.outcomes for words in o.verdict["change_mind"]))
