"""The parts of an impact chapter: a call prints one whole, marked where figures are generated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.figure import Figure

from spi_core.present.base.figure import emit_table
from spi_core.present.base.marks import sentence
from spi_core.present.base.pairs import emit_both
from spi_core.present.base.prose import fill, prose
from spi_core.present.base.words import capital
from spi_core.present.impact import (
    captions,
    charts,
    checks,
    intervals,
    maps,
    notes,
    tables,
    wide,
    words,
)
from spi_core.present.impact import decision as first
from spi_core.present.impact.data import ChapterPage
from spi_core.present.impact.numbers import day_words
from spi_core.store import Tables
from spi_core.text.seal import address

#: A table of outcomes and their numbers.
NUMBERS = ("left", *["right"] * 5)


def conditions(page: ChapterPage) -> None:
    """Print what ``when-meta`` and ``unless-meta`` may ask: ``estimated``, ``generated``."""
    said = {"estimated": bool(page.answered), "generated": page.generated, "wide": page.wide}
    said["decided"] = first.decided(page)
    lines = "\n".join(f"{name}: {str(holds).lower()}" for name, holds in said.items())
    print(f"\n---\n{lines}\n---\n")


def question(page: ChapterPage) -> None:
    """Print the question of the programme card, if it has one."""
    if asked := page.design["card"].get("Question"):
        print(f"*{asked}*")


def decision(page: ChapterPage) -> None:
    """Print what could have been found, and then what follows."""
    if found := [sentence(item, page.generated) for item in first.findable(page)]:
        print(f"{prose('impact')['headings.findable']}\n")
        _list(found)
    heading, why, *wanted = first.decision(page)
    print(f"\n::: {{.panel}}\n{heading} {sentence(why, page.generated)}\n")
    print("\n".join(wanted) + "\n:::\n")


def lead(page: ChapterPage) -> str:
    """Give the answer in a sentence or two that can be repeated."""
    return sentence(words.lead(page), page.generated)


def answers(page: ChapterPage) -> None:
    """Print the answer for each primary outcome."""
    print("\n\n".join(sentence(item, page.generated) for item in words.answer_items(page)))


def change_mind(page: ChapterPage) -> None:
    """Print what would turn the answer or, of a refused chapter, what it would need."""
    needed = page.design["card"].get(notes.ANSWERABLE) if page.refused else None
    heading = f"{notes.ANSWERABLE}?" if needed else prose("impact")["headings.change_mind"]
    print(f"**{heading}**\n")
    _list([needed] if needed else words.change_mind(page))


def programme(built: Tables, page: ChapterPage) -> None:
    """Print map, card and sources of the programme."""
    maps.print_sides(built, page)
    print(f"\n{notes.card_items(page)}\n")
    sources = page.design["card"].get("Sources", [])
    if sources := [sources] if isinstance(sources, str) else sources:
        heading = prose("impact")["headings.sources"]
        print(f"::: {{.source}}\n**{heading}** {' · '.join(map(address, sources))}\n:::")


def dated(page: ChapterPage) -> str:
    """Say whether the protocol is known to be older than the figures it speaks of."""
    d = page.design
    key = "unseen" if d["unseen"] else "seen" if d["dated"] else "none"
    return fill("impact", f"dated.{key}", day=day_words(d["dated"]) if d["dated"] else "")


def protocol(page: ChapterPage) -> None:
    """Print what was fixed beforehand."""
    fingerprint = page.node["provenance"]["protocol_sha256"][:16]
    caption = _fixed(page, "captions.protocol", fingerprint=fingerprint)
    emit_table(tables.protocol_table(page), "tbl-protocol", caption, widths=[28, 72])


def estimand(page: ChapterPage) -> None:
    """Print what is estimated, on whom, how weighted, who is in and who is out."""
    _list(notes.estimand(page))


def raw_figures(page: ChapterPage) -> None:
    """Print the plain means, and every unit's way from before to after."""
    table = tables.raw_table(page)
    if table.empty:
        print(_fixed(page, "absent.raw"))
        return
    caption = _fixed(page, "captions.raw" if page.answered else "captions.raw_refused")
    sides = ["left", "left", "right", "right", "right"]
    shown = tables.mark_table(table, page.generated)
    emit_table(shown, "tbl-raw", caption, sides, [34, 20, 16, 14, 14])
    _picture(page, "slopes", charts.slope_chart, captions.slope_caption, captions.slope_alt)


def power(page: ChapterPage) -> None:
    """Print how small an effect could have been seen."""
    if page.wide:
        _table(page, "wide_power", wide.power_table(page), NUMBERS[:5], [32, 16, 18, 18, 16])
        return
    _table(page, "power", tables.power_table(page), NUMBERS, [30, 16, 14, 16, 12, 12])


def estimate(page: ChapterPage) -> None:
    """Print method, estimates, placebo effects and companion tests."""
    if not page.answered:
        return
    print(notes.method_words(page))
    _table(
        page,
        "wide_estimate" if page.wide else "estimate",
        checks.estimate_table(page),
        NUMBERS,
        [30, 10, 24, 12, 12, 12],
    )
    _picture(page, "placebos", charts.placebo_chart, captions.placebo_caption, captions.placebo_alt)
    if page.wide:
        return
    companions = checks.companion_table(page)
    if companions.empty:
        print(_fixed(page, "absent.companions"))
    _table(page, "companions", companions, widths=[25, 35, 20, 20])


def specifications(page: ChapterPage) -> None:
    """Print the effect as estimated in other ways."""
    grid = (wide if page.wide else checks).grid_table(page)
    _table(
        page,
        "wide_specifications" if page.wide else "specifications",
        grid,
        widths=_widths(grid, 28),
    )


def selection(page: ChapterPage) -> str:
    """Give the reason for which the areas were chosen; empty where nothing is estimated."""
    if page.wide:
        return ""
    stories = [str(o.analysis["panel"]["story"]) for o in page.answered]
    return stories[0].replace("year's", "year’s") if stories else ""


def fallback(page: ChapterPage) -> None:
    """Print both ends of the bracket, where the areas stood before, and how far that misleads."""
    if page.wide and page.answered:
        print(sentence(wide.fallback_words(page), page.generated))
    elif page.answered:
        chart, caption, alt = (
            intervals.bracket_chart,
            captions.bracket_caption,
            captions.bracket_alt,
        )
        _picture(page, "bracket", chart, caption, alt)
        _list([sentence(text, page.generated) for text in notes.gap_items(page)])
        print(f"\n{sentence(notes.bias_words(page), page.generated)}")


def earlier_periods(page: ChapterPage) -> None:
    """Print whether the areas moved alike before."""
    if any(o.analysis["study"] for o in page.answered):
        _picture(page, "periods", charts.event_chart, captions.event_caption, captions.event_alt)
    elif page.answered:
        print(_fixed(page, "absent.periods"))
    if page.wide:
        bounds = wide.bounds_table(page)
        _table(page, "bounds", bounds, widths=_widths(bounds, 28))
        if bounds.empty and any(o.analysis["study"] for o in page.answered):
            print(f"\n{_fixed(page, 'absent.bounds')}")
        return
    trend = checks.trend_table(page)
    _table(page, "trend", trend, widths=_widths(trend, 25))


def stress(page: ChapterPage) -> None:
    """Print the attempts to break the estimate, and what placebo outcomes did."""
    if page.wide:
        _table(page, "alike", wide.alike_table(page), widths=[24, 76])
    tried = (wide if page.wide else checks).check_table(page)
    _table(page, "wide_checks" if page.wide else "checks", tried, widths=_widths(tried, 26))
    if page.answered and any(s["role"] == "placebo" for s in page.node["side"]):
        print(sentence(notes.placebo_outcomes(page), page.generated))


def outcomes(page: ChapterPage) -> None:
    """Print every outcome tested, with its corrected p-value."""
    sides = ["left", *NUMBERS]
    _table(page, "outcomes", checks.multiplicity_table(page), sides, [24, 14, 11, 22, 13, 21])


def refusals(page: ChapterPage) -> None:
    """Print what the chapter refuses to say, and what to keep in mind of the rest."""
    refused = notes.refusal_items(page)
    if not refused:
        print(_fixed(page, "absent.refusals"))
    _list([sentence(line, page.generated) for line in refused])
    if cautions := notes.caution_items(page):
        print(f"\n**{prose('impact')['headings.cautions']}**\n")
        _list([sentence(line, page.generated) for line in cautions])


def sureness(page: ChapterPage) -> None:
    """Print scale, certainty and the reasons."""
    if not page.answered:
        print(_fixed(page, "absent.certainty"))
    _table(page, "certainty", tables.certainty_table(page), widths=[20, 30, 12, 38])


def provenance(page: ChapterPage) -> None:
    """Print the fingerprints of what the chapter rests on."""
    emit_table(
        tables.provenance_table(page),
        "tbl-audit",
        _fixed(page, "captions.provenance", id=page.id),
        widths=[20, 80],
    )


def _fixed(page: ChapterPage, key: str, **more: str) -> str:
    """Fill this chapter's words into a fixed text."""
    unit = page.outcomes[0].unit or prose("impact")["absent.unit"]
    names = {"unit": unit, "Unit": capital(unit), "many": page.unit.many}
    return fill("impact", key, **names, **more)


def _list(lines: Sequence[str]) -> None:
    for line in lines:
        print(f"- {line}")


def _widths(table: pd.DataFrame, first: int) -> list[int]:
    """Share what the first column leaves among the others."""
    others = len(table.columns) - 1
    return [first] + [(100 - first) // max(others, 1)] * others


def _table(
    page: ChapterPage,
    name: str,
    table: pd.DataFrame,
    align: Sequence[str] | None = None,
    widths: Sequence[int] | None = None,
) -> None:
    """Print a table of what is estimated; nothing where nothing is."""
    if page.answered and len(table):
        shown = tables.mark_table(table, page.generated)
        emit_table(shown, f"tbl-{name}", _fixed(page, f"captions.{name}"), align, widths)


def _picture(
    page: ChapterPage,
    name: str,
    chart: Callable[..., Figure],
    caption: Callable[[ChapterPage], str],
    alt: Callable[[ChapterPage], str],
) -> None:
    """Print a chart for the page and one for the phone."""
    pair = chart(page), chart(page, narrow=True)
    emit_both(*pair, f"fig-{name}", caption(page), alt(page), [page.generated])
