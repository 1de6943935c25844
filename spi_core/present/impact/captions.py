"""Captions and alternative texts of an impact chapter: each picture’s message in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from spi_core.present.base.numbers import number
from spi_core.present.base.words import and_list
from spi_core.present.impact.data import ChapterPage, OutcomePage, end
from spi_core.present.impact.numbers import (
    effect_text,
    p_is,
    p_words,
    percent,
    periods,
    span,
    whole,
)
from spi_core.present.impact.words import mid, status_words


def map_caption(page: ChapterPage) -> str:
    """Say what the map shows and how sure it is."""
    everywhere = not (page.wide or page.sides["comparison"] or page.sides["set aside"])
    first = f"Treated: {and_list(list(page.treated))}."
    if everywhere:
        first = f"Every {page.unit.one} was treated."
    inferred = f" The {page.unit.many} are inferred from the places that the sources name."
    return f"**{first}**{inferred if page.design['inferred'] else ''}"


def map_alt(page: ChapterPage) -> str:
    """List the areas of each side."""
    said = "; ".join(f"{side}: {and_list(list(n))}" for side, n in page.sides.items() if n)
    return f"Map of the {page.unit.many}. {said}."


def slope_caption(page: ChapterPage) -> str:
    """Count the areas that rose or, where more of the treated ones did so, fell."""
    shown = [o for o in page.outcomes if o.raw]
    unit = page.unit.one
    rest = " treated or compared with most" if page.wide else ""
    said = "; ".join(f"{o.label if o is shown[0] else mid(o)} {_moved(o, page)}" for o in shown)
    mean = ", mean of its small areas" if page.small else ""
    return f"**{said}.** Every {unit}{rest}, {shown[0].unit or 'each in its own unit'}{mean}."


def _moved(o: OutcomePage, page: ChapterPage) -> str:
    sides = [[w for w in o.raw["wards"] if w["treated"] is side] for side in (True, False)]
    up = [sum(w["after"] > w["before"] for w in side) for side in sides]
    down = [sum(w["after"] < w["before"] for w in side) for side in sides]
    verb, moved = ("rose", up) if up[0] >= down[0] else ("fell", down)
    said = f"{verb} in {_of(moved[0], len(sides[0]), f'treated {page.unit.noun(len(sides[0]))}')}"
    others = "other" if len(sides[1]) == 1 else "others"
    return said + (f" and {_of(moved[1], len(sides[1]), others)}" if sides[1] else "")


def _of(part: int, whole_: int, noun: str) -> str:
    """Count as a person would: all 5 others, both others, none of the 5 others, the one other."""
    if whole_ == 1:
        return f"the one {noun}" if part else f"none of the 1 {noun}"
    return f"{_part(part, whole_)} {noun}"


def _part(part: int, whole_: int) -> str:
    if part == whole_:
        return "both" if whole_ == 2 else f"all {whole_}"
    return f"{part or 'none'} of the {whole_}"


def slope_alt(page: ChapterPage) -> str:
    """Give the levels of the treated areas and the span of the others."""
    parts = []
    for o in page.outcomes:
        if not o.raw:
            continue
        treated = [w for w in o.raw["wards"] if w["treated"]]
        others = [w for w in o.raw["wards"] if not w["treated"]]
        said = ", ".join(
            f"{page.names.get(w['area_code'], w['area_code'])} {whole(o, w['before'])} to "
            f"{whole(o, w['after'])}"
            for w in treated
        )
        rest = ""
        if others:
            low, high = min(w["after"] for w in others), max(w["after"] for w in others)
            rest = f"; the others end between {whole(o, low)} and {whole(o, high)}"
        parts.append(f"{o.label}: {said}{rest}.")
    span_of = f"{periods(page.design['before'])} and {periods(page.design['after'])}"
    return f"Lines from level to level between {span_of}, one a {page.unit.one}. {' '.join(parts)}"


def placebo_caption(page: ChapterPage) -> str:
    """Say whether the effect stands out among the placebo effects."""
    alpha = page.design["alpha"]
    out = [mid(o) for o in page.answered if o.node["p_holm"] <= alpha]
    first = "No effect stands out from those of other sets of areas."
    if out:
        first = f"The effect on {and_list(out)} stands out among those of other sets."
    elif any(o.node["p"] <= alpha for o in page.answered):
        first = "After correction for the number of outcomes, no effect stands out."
    each = "set" if page.by_unit else "assignment"
    sizes = {o.analysis["effect"]["sets"] for o in page.answered}
    count = number(max(sizes), 0)
    if page.wide:
        sets = f"{count} other {page.unit.many}"
        if page.outcomes[0].raw["treated_units"] > 1:
            sets = f"{count} other sets of {page.unit.many}"
        return f"**{first}** What {sets} show where no such programme ran."
    kind = "all" if page.node["exact"] else "drawn from all"
    return (
        f"**{first}** The effect that each of {kind} {count} possible {each}s would have “had”. "
        "The p-value ranks effects after dividing each by its standard error."
    )


def placebo_alt(page: ChapterPage) -> str:
    """Give the effect, and the span of the middle of the placebo effects."""
    parts = []
    for o in page.answered:
        effect = o.analysis["effect"]
        others = sorted(e for e in effect["effects"] if e is not None)
        low, high = (others[round(q * (len(others) - 1))] for q in (0.05, 0.95))
        parts.append(
            f"{o.label}: found {effect_text(o, effect['estimate'])}, nine in ten of the others "
            f"from {effect_text(o, low)} to {effect_text(o, high)}, {p_is(effect['p'])}."
        )
    return f"Histograms of placebo effects with the effect found as a line. {' '.join(parts)}"


def event_caption(page: ChapterPage) -> str:
    """Say whether the areas moved alike before."""
    shown = [o for o in page.answered if o.analysis["study"]]
    apart = [mid(o) for o in shown if _joint(o) <= page.design["alpha"]]
    first = "Before the start the treated areas did not move clearly apart from the others."
    if apart:
        first = f"Before the start the areas moved apart already: {and_list(apart)}."
    joint = "; ".join(f"{mid(o)} {p_words(_joint(o))}" for o in shown)
    unit = f", {shown[0].unit}," if shown[0].unit else ""
    if page.wide:
        unit = ", in per cent of the number expected,"
    base = shown[0].analysis["study"]["base"]
    level = f"{100 * (1 - page.design['alpha']):g}%"
    return (
        f"**{first}** Gap to the comparison areas{unit} against {base}, with {level} intervals. "
        f"Joint {'' if page.wide else 'exact '}p that no earlier period differs: {joint}."
    )


def _joint(o: OutcomePage) -> float:
    return end(o.analysis["study"]["joint_p"], math.nan)


def event_alt(page: ChapterPage) -> str:
    """Give every period’s gap."""
    parts = []
    for o in page.answered:
        study = o.analysis["study"]
        if study:
            said = ", ".join(
                f"{r['period']} {effect_text(o, r['estimate'])}" for r in study["effects"]
            )
            parts.append(f"{o.label}, against {study['base']}: {said}.")
    return f"Effects period by period with intervals. {' '.join(parts)}"


def bracket_caption(page: ChapterPage) -> str:
    """Say what both ends of the bracket agree on."""
    clear = []
    for o in page.answered:
        panel = o.analysis["panel"]
        low, high = end(panel["low"], -math.inf), end(panel["high"], math.inf)
        if low > 0 or high < 0:
            clear.append(mid(o))
    first = "For every outcome better and worse are both possible: the band holds zero."
    if len(page.answered) == 1:
        first = "Better and worse are both possible: the band holds zero."
    if clear:
        first = f"Both ends agree on the direction for {and_list(clear)}."
    return (
        f"**{first}** Band: smallest interval that holds both. The hollow mark, the treated "
        "areas’ own change, is no estimate of an effect."
        f"{' Each outcome has its own scale.' if len(page.answered) > 1 else ''}"
    )


def bracket_alt(page: ChapterPage) -> str:
    """Give the three figures of each outcome."""
    parts = []
    for o in page.answered:
        panel = o.analysis["panel"]
        parts.append(
            f"{o.label}: own change {effect_text(o, panel['naive'])}; difference-in-differences "
            f"{effect_text(o, panel['did'])}; given the starting level "
            f"{effect_text(o, panel['ancova'])}; both {span(o, panel['low'], panel['high'])}."
        )
    return f"Intervals about zero. {' '.join(parts)}"


def answer_alt(pages: Sequence[ChapterPage]) -> str:
    """Give every answer of every chapter.

    Parameters
    ----------
    pages : sequence of ChapterPage
        The chapters.
    """
    parts = []
    for page in pages:
        for o in page.answered:
            panel = o.analysis["panel"]
            ends = [percent(end(panel[k], math.inf), 100 / o.scale) for k in ("did", "low", "high")]
            parts.append(
                f"{page.name}, {o.label}: {ends[0]} ({ends[1]} to {ends[2]}), {status_words(o)}."
            )
    return " ".join(["Intervals about zero, in percent of the level before.", *parts])
