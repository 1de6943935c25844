"""The page that lists all impact chapters: its parts and its sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from spi_core.present.base.figure import emit_table
from spi_core.present.base.marks import mark_rows, sentence
from spi_core.present.base.pairs import emit_both
from spi_core.present.base.prose import prose
from spi_core.present.base.theme import RATINGS
from spi_core.present.base.words import and_list, capital
from spi_core.present.impact import words
from spi_core.present.impact.captions import answer_alt
from spi_core.present.impact.data import ChapterPage
from spi_core.present.impact.decision import follows
from spi_core.present.impact.intervals import answer_chart
from spi_core.present.impact.numbers import day_words
from spi_core.present.impact.tables import overview_table


def lead(pages: Sequence[ChapterPage]) -> str:
    """Sum the chapters up, marked where any rests on generated figures."""
    return sentence(overview_lead(pages), any(page.generated for page in pages))


def print_chapters(pages: Sequence[ChapterPage]) -> None:
    """Print a panel a chapter: question, answer, size, and the way to it."""
    for page in pages:
        said = sentence(words.lead(page), page.generated)
        print(f"::: {{.panel}}\n**[{page.name}](impact/{page.id}.html)**\n")
        print(f"{page.design['card'].get('Question', '')} {said} ", end="")
        print(f"[{facts(page)} For print: [PDF](impact/{page.id}.pdf).]{{.smaller}}\n:::\n")


def print_answers(pages: Sequence[ChapterPage]) -> None:
    """Print all answers on one scale, and as a table."""
    if answered := [page for page in pages if page.answered]:
        pair = answer_chart(answered), answer_chart(answered, narrow=True)
        marks = [page.generated for page in answered]
        caption = prose("impact")["captions.answers"]
        emit_both(*pair, "fig-answers", caption, answer_alt(answered), marks)
    made_up = [page.generated for page in pages for _ in page.outcomes]
    shown = mark_rows(overview_table(pages), made_up, ["Answer", "Effect", "Certainty"])
    emit_table(shown, "tbl-answers", overview_caption(pages), widths=[31, 21, 18, 18, 12])


def print_decisions(pages: Sequence[ChapterPage]) -> None:
    """Print what each programme's answers are and what follows, one row a programme.

    Chapters of one programme are named alike up to a colon: the last, which compares more widely,
    speaks for it.
    """
    last = {page.name.partition(": ")[0]: page for page in pages}
    rows = [
        {
            "Programme": f"[{name}](impact/{page.id}.html)",
            "Answers": _counted(page),
            "What follows": follows(page),
        }
        for name, page in last.items()
    ]
    shown = mark_rows(pd.DataFrame(rows), [p.generated for p in last.values()], ["Answers"])
    emit_table(shown, "tbl-decide", prose("impact")["captions.decide"], widths=[28, 20, 24])


def _counted(page: ChapterPage) -> str:
    found = Counter(o.status for o in page.answered)
    each = [f"{RATINGS[status].symbol}\u00a0{status} ({n})" for status, n in found.items()]
    return ", ".join(each) or "none"


def facts(page: ChapterPage) -> str:
    """Give a chapter's size in one line."""
    treated, compared = (len(page.sides[s]) for s in ("treated", "comparison"))
    if page.wide:
        compared = page.outcomes[0].raw.get("comparison_units", 0)
    against = f" compared with {compared}" if compared else ", none to compare with"
    inferred = ", inferred from place names" if page.design["inferred"] else ""
    start = day_words(page.design["start"])
    comma = "," if inferred and compared else ""
    return f"{treated} treated {page.unit.noun(treated)}{inferred}{comma}{against}; since {start}."


def overview_lead(pages: Sequence[ChapterPage]) -> str:
    """Sum the chapters up."""
    answers = [o.status for page in pages for o in page.answered]
    head = f"{_count(len(pages), 'programme')}, {_count(len(answers), 'answer').lower()}"
    unclear = sum(not status.startswith("clear") for status in answers)
    said = [f"{head}."]
    if unclear == len(answers) > 0:
        none = "It shows no" if unclear == 1 else "None shows a"
        neither = "does not rule" if unclear == 1 else "none rules"
        said.append(
            f"{none} clear change, for better or worse, and {neither} out a change too small "
            "for these figures to show."
        )
    elif answers:
        each = [
            f"{_count(answers.count(status)).lower()} {RATINGS[status].symbol} {status}"
            for status in ("clear improvement", "clear decline", "no clear change", "inconclusive")
            if status in answers
        ]
        said = [f"{head}: {and_list(each)}."]
    refused = sum(page.refused for page in pages)
    if refused:
        said.append(f"{_count(refused, 'programme')} cannot be judged with the figures at hand.")
    return " ".join(said)


def _count(n: int, thing: str = "") -> str:
    spelt = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    text = str(spelt[n] if n < len(spelt) else n)
    if thing:
        text += f" {thing}{'s' if n != 1 else ''}"
    return text[:1].upper() + text[1:]


def overview_caption(pages: Sequence[ChapterPage]) -> str:
    """Say what the table of answers holds."""
    units = list(dict.fromkeys(o.unit for page in pages for o in page.answered if o.unit))
    unit = units[0] if len(units) == 1 else "each in its own unit"
    return (
        f"Effect: difference-in-differences, {unit}; in brackets the interval that also allows for "
        "areas chosen in a bad year."
    )


def count_tests(pages: Sequence[ChapterPage]) -> str:
    """Count the primary outcomes tested, and say what their number means."""
    tested = [len(page.answered) for page in pages if page.answered]
    count = _count(sum(tested), "primary test").lower()
    said = "Corrections for the number of primary outcomes are made within a chapter"
    if len(tested) < 2:
        return f"{said}."
    return (
        f"{said}, not across chapters: over {count} in all, the chance of "
        "at least one false alarm is larger than 5%."
    )


def neighbours_words(pages: Sequence[ChapterPage]) -> str:
    """Say whether areas of one programme serve as comparison for another of the same year.

    Returns
    -------
    str
        Names the chapters where they do; empty where no two programmes began in one year.
    """
    said, together = [], False
    for page in pages:
        for other in pages:
            if other is page or other.design["start"][:4] != page.design["start"][:4]:
                continue
            together = True
            shared = [name for name in page.sides["comparison"] if name in other.treated]
            if page.wide or other.wide:
                continue
            if shared:
                said.append(
                    f"In “{page.name}” {_count(len(shared)).lower()} of the "
                    f"{len(page.sides['comparison'])} {page.unit.many} compared with had a "
                    f"programme of their own that began in the same year, “{other.name}”."
                )
    if said or not together:
        return " ".join(said)
    return (
        f"{capital(pages[0].unit.many)} whose own programme began in the same year are compared "
        "with in no other chapter."
    )
