"""The first page of a chapter: what could have been found, and what follows for the programme."""

from __future__ import annotations

import math

from spi_core.present.base.prose import fill, prose
from spi_core.present.base.words import and_list, capital
from spi_core.present.impact.data import ChapterPage, OutcomePage, end
from spi_core.present.impact.numbers import effect_text, periods, whole
from spi_core.present.impact.words import mid


def decision(page: ChapterPage) -> list[str]:
    """Say what follows: renew, stop, or collect this data first; and why.

    Returns
    -------
    list of str
        A heading, the reason, and what to collect where that is the answer.
    """
    key = _key(page)
    status = _STATUS.get(key, "inconclusive")
    rests = [o for o in page.answered if o.clear if key in ("mixed", "doubtful")]
    labels = [mid(o) for o in rests or page.answered if rests or o.status == status]
    words = {"outcomes": and_list(labels) if labels else "", "else": page.design["alongside"]}
    why = fill("impact", f"decision.{key}_why", **words)
    said = [f"**{prose('impact')[f'decision.{key}']}**", f"{why}{_cost(page)}"]
    if key in ("collect", "alongside", "doubtful", "refused"):
        needed = page.design["card"].get("What would make it answerable") if page.refused else None
        wanted = dict.fromkeys(w for o in page.outcomes for w in o.verdict["change_mind"])
        said += [f"- {item}" for item in ([needed] if needed else wanted)]
    return said


def _cost(page: ChapterPage) -> str:
    """Say what one more or fewer has cost, where the protocol has a cost."""
    if not (page.design.get("cost") and page.answered):
        return ""
    each = []
    for o in page.answered:
        most, least, highest = (end(x, math.nan) for x in o.analysis["cost"])
        if not math.isnan(most):
            way = "more" if o.direction == "up" else "fewer"
            likely = f"likely {_pounds(least)} to {_pounds(highest)}"
            each.append(f"about {_pounds(most)} for one {way} of “{mid(o)}” ({likely})")
    key = "cost" if each else "cost_unknown"
    spent, when = _pounds(page.design["cost"]), periods(page.design["after"])
    return " " + fill("impact", f"decision.{key}", spent=spent, when=when, each=and_list(each))


def _pounds(x: float) -> str:
    """Write pounds with three figures that tell.

    Examples
    --------
    >>> _pounds(60000), _pounds(183.42), _pounds(1234.5), _pounds(0.5)
    ('£60,000', '£183', '£1,230', '£0.50')
    """
    if x < 10:
        return f"£{x:.2f}"
    return f"£{round(x, 2 - math.floor(math.log10(x))):,.0f}"


def follows(page: ChapterPage) -> str:
    """Say what follows in one clause."""
    return capital(prose("impact")[f"decision.{_key(page)}"].partition(": ")[2])


_STATUS = {"stop": "clear decline", "renew": "clear improvement", "no_ground": "no clear change"}


def _key(page: ChapterPage) -> str:
    found = {o.status for o in page.answered}
    if not found:
        return "refused"
    sure = {o.status for o in page.answered if o.clear and o.verdict["certainty"] != "very low"}
    if len(sure) == 2:
        return "mixed"
    for key in ("stop", "renew"):
        if _STATUS[key] in sure:
            return key
    if any(status.startswith("clear") for status in found):
        return "doubtful"
    if page.design["alongside"]:
        return "alongside"
    return "collect" if "inconclusive" in found else "no_ground"


def decided(page: ChapterPage) -> bool:
    """Whether something else follows than to collect figures, which the decision then lists."""
    return _key(page) in (*_STATUS, "mixed")


def findable(page: ChapterPage) -> list[str]:
    """Say for each outcome what could have been found, before what was.

    Returns
    -------
    list of str
        One item an answered outcome.
    """
    return [_findable(page, o) for o in page.answered]


def _findable(page: ChapterPage, o: OutcomePage) -> str:
    if not page.wide:
        size = end(o.analysis["power"]["effect"], math.nan)
        share = f", {100 * size / o.level:.0f}% of the level before" if o.level > 0 else ""
        chance = end(o.analysis["power_exact"], math.nan)
        chance = page.design["power"] if math.isnan(chance) else chance
        return (
            f"**{o.label}:** an effect of {whole(o, size)}{share}, would have been found with a "
            f"chance of {100 * chance:.0f}%."
        )
    worth, power = o.analysis["worth"], o.analysis["effect"]["power"]
    least = end(o.analysis["detectable"], math.inf)
    text = (
        f"**{o.label}:** the smallest effect worth having, {effect_text(o, worth)}, had a chance "
        f"of {100 * power:.0f}% of being found"
    )
    if not math.isfinite(least):
        return f"{text}; with so few places to compare with none is found for sure."
    return f"{text}; four times in five it takes {effect_text(o, least)}."
