"""What stands beside the answer of an impact chapter: card, estimand, refusals, cautions."""

from __future__ import annotations

from spi_core.present.base.numbers import number, signed
from spi_core.present.base.prose import fill
from spi_core.present.base.words import and_list, owned
from spi_core.present.impact import wide
from spi_core.present.impact.data import ChapterPage
from spi_core.present.impact.numbers import p_is, periods

#: Heading of the card under which a chapter says what it would need.
ANSWERABLE = "What would make it answerable"


def estimand(page: ChapterPage) -> list[str]:
    """Say what is estimated, on whom, how weighted, who is in and who is out.

    Returns
    -------
    list of str
        Markdown, one item a line.
    """
    if page.wide:
        return wide.estimand(page)
    raw, sides = page.outcomes[0].raw, page.sides
    dropped = sorted({code for o in page.outcomes for code in o.raw.get("absent", ())})
    items = [
        _fixed(page, "estimand.effect"),
        _fixed(page, f"estimand.of_{'units' if page.by_unit else 'small_areas'}"),
        f"**Treated:** {_side(page, 'treated', raw.get('treated_units', 0))}.",
        f"**Comparison:** {_side(page, 'comparison', raw.get('comparison_units', 0))}.",
    ]
    if sides["set aside"]:
        items.append(f"**Set aside beforehand:** {and_list(list(sides['set aside']))}.")
    gone = and_list([page.names.get(c, c) for c in dropped]) if dropped else "no area"
    return [*items, f"**Dropped out for want of figures** (primary outcomes): {gone}."]


def method_words(page: ChapterPage) -> str:
    """Say what is estimated and how it is tested.

    Parameters
    ----------
    page : ChapterPage
        A chapter with estimates.

    Returns
    -------
    str
        The p-value is called exact only where every other choice was gone through.
    """
    if page.wide:
        return wide.method_words(page)
    exact = all(o.analysis["effect"]["exact"] for o in page.answered)
    return _fixed(page, f"method.{'exact' if exact else 'simulated'}")


def _fixed(page: ChapterPage, key: str) -> str:
    before, after = periods(page.design["before"]), periods(page.design["after"])
    names = {"one": page.unit.one, "many": page.unit.many, "areas": page.areas}
    return fill("impact", key, **names, counted=page.counted, before=before, after=after)


def _side(page: ChapterPage, side: str, parts: int) -> str:
    names = list(page.sides[side])
    if not names:
        return "none"
    count = f" ({parts} small areas)" if page.small else ""
    return f"{len(names)} {page.unit.noun(len(names))}{count}: {and_list(names)}"


def refusal_items(page: ChapterPage) -> list[str]:
    """List what the chapter refuses to say, with the reason and what would help.

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


def caution_items(page: ChapterPage) -> list[str]:
    """List what a reader should know though the question is answered.

    Returns
    -------
    list of str
        A caution that holds for several outcomes names them once.
    """
    found: dict[str, list[str]] = {}
    for o in page.answered:
        for caution in o.node["cautions"]:
            found.setdefault(caution.replace(" %", "%"), []).append(o.label)
    everyone = len(page.answered)
    return [
        text if len(labels) == everyone else f"**{and_list(labels)}.** {text}"
        for text, labels in found.items()
    ]


def card_items(page: ChapterPage) -> str:
    """Write the programme card as a definition list.

    Returns
    -------
    str
        Markdown, in the order of the card; the question and the sources stand elsewhere, and
        so does, in a refused chapter, what would make it answerable.
    """
    card = page.design["card"]
    elsewhere = {"Question"} | ({ANSWERABLE} if page.refused else set())
    shown = {k: v for k, v in card.items() if isinstance(v, str) and k not in elsewhere}
    return "\n\n".join(
        f"**{heading}**\n:   {text.replace(' %', '%')}" for heading, text in shown.items()
    )


def placebo_outcomes(page: ChapterPage) -> str:
    """Say whether outcomes that should not move did.

    Parameters
    ----------
    page : ChapterPage
        The chapter, with placebo outcomes.
    """
    rows = [s for s in page.node["side"] if s["role"] == "placebo" and s["p"] is not None]
    if not rows:
        return "No placebo outcome could be tested."
    said = []
    for words, moved in (("moved clearly", True), ("did not move clearly", False)):
        group = [s for s in rows if (s["p_adjusted"] <= page.design["alpha"]) is moved]
        if group:
            names = ", ".join(f"{s['outcome']['label'].lower()} {p_is(s['p'])}" for s in group)
            said.append(f"{words}: {names}")
    return f"Placebo outcomes, which the programme should not touch, {'; '.join(said)}."


def gap_items(page: ChapterPage) -> list[str]:
    """Say for each outcome where the treated areas stood before, and how far levels last."""
    many = page.unit.many
    panels = [(o, o.analysis["panel"]) for o in page.answered]
    return [
        f"**{o.label}:** before, treated {many} stood {gap_words(p['baseline_gap'])}; from before "
        f"to after the other {owned(many)} levels correlate at {p['correlation']:.2f}."
        for o, p in panels
    ]


def bias_words(page: ChapterPage) -> str:
    """Say how far either comparison goes wrong where areas are picked and nothing happens.

    Parameters
    ----------
    page : ChapterPage
        A chapter with estimates.
    """
    first, one, many = page.answered[0], page.unit.one, page.unit.many
    bias = {s["story"]: s for s in first.analysis["panel"]["simulated"]}
    by = {
        story: [signed(bias[story][way], 1) for way in ("did", "ancova")]
        for story in ("baseline_figure", "lasting_level")
    }
    return (
        f"In simulated {page.whole.many} where nothing happens, picking the worst {many} on such a "
        f"baseline figure shifts difference-in-differences by {by['baseline_figure'][0]} and the "
        f"adjusted comparison by {by['baseline_figure'][1]}; picking them for a lasting level, by "
        f"{' and '.join(by['lasting_level'])} ({first.label}, standard deviations of {one} levels)."
    )


def gap_words(gap: float | None) -> str:
    """Say how far the treated areas stood from the others before.

    Parameters
    ----------
    gap : float or None
        In standard deviations of the areas' levels.

    Examples
    --------
    >>> gap_words(1.542)
    '1.5 standard deviations higher than the others'
    >>> gap_words(0.03)
    'level with the others'
    """
    if gap is None:
        return "no different from the others"
    side, size = "higher" if gap > 0 else "lower", number(abs(gap), 1)
    if size == "0.0":
        return "level with the others"
    return f"{size} standard deviations {side} than the others"
