"""Sentences of an impact chapter: no more than interval, exact p and certainty allow."""

from __future__ import annotations

import math
import re

from spi_core.present.impact_data import ChapterPage, OutcomePage, end
from spi_core.present.impact_figures import fewer_or_more, headcount, p_words, periods, whole
from spi_core.present.theme import RATINGS
from spi_core.present.words import and_list, number

__all__ = ["answer_items", "change_mind", "estimand", "lead", "named", "refusal_items", "status_words"]

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
            f"We cannot show that this changed {_or_list(unclear)}, for better or worse. "
            "That is not proof that nothing changed."
        )
    refused = [_low(o) for o in page.outcomes if not o.analysis]
    if refused:
        said.append(f"Not answerable: {and_list(refused)}.")
    return " ".join(said)


def _low(outcome: OutcomePage) -> str:
    """A label within a sentence; abbreviations keep their capitals."""
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
    return f"**{NOT_RATED} {outcome.label}: not answerable.** {reasons}"


def _answer(page: ChapterPage, o: OutcomePage) -> str:
    raw, panel, verdict = o.raw, o.analysis["panel"], o.verdict
    did, ancova = end(panel["did"], math.nan), end(panel["ancova"], math.nan)
    low, high = end(panel["low"], -math.inf), end(panel["high"], math.inf)
    level = f"{100 * (1 - page.design['alpha']):g}%"
    return (
        f"**{status_words(o).split(' ')[0]} {o.label}: {o.status}.** "
        f"From {periods(page.design['before'])} to {periods(page.design['after'])} the treated "
        f"{_noun(page)} went from {whole(o, raw['treated_before'])} to "
        f"{whole(o, raw['treated_after'])} {o.unit}, the others from "
        f"{whole(o, raw['comparison_before'])} to {whole(o, raw['comparison_after'])}. "
        f"Against the others that is {_said(o, did)}, or {_said(o, ancova)} once where they "
        f"started is allowed for{_heads(o, did, ancova)}. With {level} confidence the effect lies "
        f"between {_said(o, low)} and {_said(o, high)}{_head_span(o, low, high)}. "
        f"{_chance(page, o)} {_power(o)} Certainty: **{verdict['certainty']}**."
    )


def _noun(page: ChapterPage) -> str:
    return "wards" if page.by_ward else "small areas"


def _counted(o: OutcomePage) -> bool:
    return not math.isnan(headcount(o, 1.0))


def _said(o: OutcomePage, value: float) -> str:
    return fewer_or_more(value, o.digits, counted=_counted(o))


def _heads(o: OutcomePage, did: float, ancova: float) -> str:
    """The same in numbers of events, for all treated wards together."""
    if not _counted(o):
        return ""
    ends = sorted({headcount(o, did), headcount(o, ancova)})
    things = o.unit.split(" per ")[0]
    words = " to ".join(fewer_or_more(v, 0) for v in ends)
    people = number(round(o.residents, -2), 0)
    return f" (among these wards’ {people} residents: about {words} {things})"


def _head_span(o: OutcomePage, low: float, high: float) -> str:
    if not _counted(o) or not math.isfinite(low + high):
        return ""
    left, right = (fewer_or_more(headcount(o, v), 0) for v in (low, high))
    return f" (about {left} to {right} {o.unit.split(' per ')[0]})"


def _chance(page: ChapterPage, o: OutcomePage) -> str:
    """Put the exact p in words, with the smallest that the design can give."""
    effect, family = o.analysis["effect"], len(page.answered)
    floor = f"the smallest this design can give is {p_words(effect['floor'])}"
    after = f", {p_words(o.node['p_holm'])} after correction for {family} outcomes" if family > 1 else ""
    if page.by_ward and effect["exact"]:
        as_strong = number(round(effect["p"] * effect["sets"]), 0)
        return (
            f"Of the {number(effect['sets'], 0)} ways to pick as many wards, {as_strong} show a "
            f"difference at least as strong (exact p = {p_words(effect['p'])}{after}; {floor})."
        )
    kind = "exact p" if effect["exact"] else f"p ± {p_words(effect['monte_carlo_se'])}"
    return f"Chance alone would show as much with {kind} = {p_words(effect['p'])}{after}; {floor}."


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


def estimand(page: ChapterPage) -> list[str]:
    """Say what is estimated, on whom, how weighted, who is in and who is out.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    list of str
        Markdown, one item a line.
    """
    small = page.node["edition"]["level"] == "lsoa"
    unit = "LSOA (a small area of about 1,500 residents)" if small else "ward"
    before, after = periods(page.design["before"]), periods(page.design["after"])
    raw = page.outcomes[0].raw
    sides = page.sides
    dropped = sorted({code for o in page.outcomes for code in o.raw.get("absent", ())})
    items = [
        f"**Estimand:** how much more or less the treated {_noun(page)} changed from {before} to "
        f"{after} than they would have without the programme, on average over them.",
        f"**Unit and weights:** each {unit} counts once. The evidence is counted by "
        f"{'ward, because wards were treated: small areas of one ward share its fortunes' if page.by_ward else 'small area within wards, because small areas were treated'}.",
        f"**Treated:** {_side(sides['treated'], raw.get('treated_units', 0), small)}.",
        f"**Comparison:** {_side(sides['comparison'], raw.get('comparison_units', 0), small)}.",
    ]
    if sides["set aside"]:
        items.append(f"**Set aside beforehand:** {and_list(list(sides['set aside']))}.")
    gone = and_list([page.names.get(c, c) for c in dropped]) if dropped else "no area"
    return [*items, f"**Dropped out for want of figures** (primary outcomes): {gone}."]


def _side(wards: tuple[str, ...], units: int, small: bool) -> str:
    if not wards:
        return "none"
    count = f" ({units} small areas)" if small else ""
    return f"{len(wards)} ward{'s' if len(wards) != 1 else ''}{count}: {and_list(list(wards))}"


def refusal_items(page: ChapterPage) -> list[str]:
    """List what the chapter refuses to say, with the reason and what would help.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    list of str
        Markdown; empty when nothing was refused.
    """
    items = [f"**The whole chapter.** {_refusal(r)}" for r in page.node["refusals"]]
    for entry in [] if page.refused else [*page.node["primary"], *page.node["side"]]:
        label = entry["outcome"]["label"] or entry["outcome"]["id"]
        items += [f"**{label}.** {_refusal(r)}" for r in entry["refusals"]]
    return items


def _refusal(refusal: dict[str, str]) -> str:
    detail = f" ({refusal['detail']})" if refusal["detail"] else ""
    return f"{refusal['words']}{detail} What would help: {refusal['needs']}"
