"""Sentences of the page that lists all impact chapters."""

from __future__ import annotations

from collections.abc import Sequence

from spi_core.present.impact_data import ChapterPage
from spi_core.present.impact_figures import day_words
from spi_core.present.theme import RATINGS

__all__ = ["count_tests", "facts", "overview_caption", "overview_lead"]


def facts(page: ChapterPage) -> str:
    """Give a chapter's size in one line.

    Parameters
    ----------
    page : ChapterPage
        The chapter.

    Returns
    -------
    str
    """
    treated, compared = (len(page.sides[s]) for s in ("treated", "comparison"))
    against = f" compared with {compared}" if compared else ", none to compare with"
    inferred = ", inferred from place names" if page.design["inferred"] else ""
    wards = "ward" if treated == 1 else "wards"
    start = day_words(page.design["start"])
    return f"{treated} treated {wards}{inferred}{against}; since {start}."


def overview_lead(pages: Sequence[ChapterPage]) -> str:
    """Sum the chapters up.

    Parameters
    ----------
    pages : sequence of ChapterPage
        All chapters of the edition.

    Returns
    -------
    str
    """
    answers = [o.status for page in pages for o in page.answered]
    said = [f"{_count(len(pages), 'programme')}, {_count(len(answers), 'answer').lower()}."]
    for status in ("clear improvement", "clear decline"):
        if status in answers:
            said.append(f"{RATINGS[status].symbol} {status}: {answers.count(status)}.")
    unclear = answers.count("no clear change")
    if unclear == len(answers) > 0:
        said.append(
            "None shows a clear change, for better or worse, and none rules out a change too small "
            "for these figures to show."
        )
    elif unclear:
        said.append(f"No clear change: {unclear}.")
    refused = sum(page.refused for page in pages)
    if refused:
        said.append(f"{_count(refused, 'programme')} cannot be judged with the figures at hand.")
    return " ".join(said)


def _count(n: int, thing: str) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    text = f"{words[n] if n < len(words) else n} {thing}{'s' if n != 1 else ''}"
    return text[:1].upper() + text[1:]


def overview_caption(pages: Sequence[ChapterPage]) -> str:
    """Say what the table of answers holds.

    Parameters
    ----------
    pages : sequence of ChapterPage
        All chapters of the edition.

    Returns
    -------
    str
    """
    units = list(dict.fromkeys(o.unit for page in pages for o in page.answered if o.unit))
    unit = units[0] if len(units) == 1 else "each in its own unit"
    return (
        f"Effect: difference-in-differences, {unit}; in brackets the interval that also allows for "
        "areas chosen in a bad year."
    )


def count_tests(pages: Sequence[ChapterPage]) -> str:
    """Count the primary outcomes tested in all chapters.

    Parameters
    ----------
    pages : sequence of ChapterPage
        All chapters of the edition.

    Returns
    -------
    str
    """
    return _count(sum(len(page.answered) for page in pages), "primary test").lower()
