"""Whether what stands on a PDF's pages fits them, read back from the file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pikepdf

from tests.support.pdf_marks import Box, Mark, common, page_marks
from tests.support.pdf_structure import headings

__all__ = ["layout_faults", "page_shares"]

#: Margins of ``typst-template.typ`` in points: left, bottom, right, top. Typst sets the last line
#: upon the lower one, so that its descenders hang below.
MARGINS = (56.7, 68.0 - 4.0, 56.7, 62.4)
#: A page whose content ends above this part of its height is nearly empty.
NEARLY_EMPTY = 0.4
#: Points by which edges may miss each other, and the least size of an area that holds words.
HAIR, AREA = 0.75, (20.0, 6.0)


def _room(page: pikepdf.Page) -> Box:
    left, bottom, right, top = (float(v) for v in page.MediaBox)
    return left + MARGINS[0], bottom + MARGINS[1], right - MARGINS[2], top - MARGINS[3]


def _share(body: list[Mark], room: Box) -> float:
    """Say how much of a page's height its content takes."""
    lowest = min((mark.box[1] for mark in body), default=room[3])
    return (room[3] - lowest) / (room[3] - room[1])


def _within(box: Box, around: Box) -> bool:
    shared = common(box, around)
    return max(abs(a - b) for a, b in zip(box, shared, strict=True)) <= HAIR


def _meet(a: Box, b: Box) -> bool:
    left, bottom, right, top = common(a, b)
    return right - left > HAIR and top - bottom > HAIR


def _called(mark: Mark) -> str:
    return repr(mark.text.strip()[:40]) if mark.text.strip() else "a picture or line"


def _body(page: pikepdf.Page) -> list[Mark]:
    """Return what is neither in the foot nor in the head, which page 1 reads aloud."""
    top = _room(page)[3]
    return [mark for mark in page_marks(page) if not mark.running and mark.box[1] < top]


def _words(body: list[Mark]) -> Iterator[str]:
    """List words over words, and words that an edge cuts or leaves behind."""
    said = [(i, mark) for i, mark in enumerate(body) if mark.text.strip()]
    for (_, a), (_, b) in combinations(said, 2):
        if _meet(a.box, b.box):
            yield f"overlap: {_called(a)} and {_called(b)}"
    areas = [(i, m.box) for i, m in enumerate(body) if m.filled and not m.text]
    areas = [(i, b) for i, b in areas if b[2] - b[0] > AREA[0] and b[3] - b[1] > AREA[1]]
    for i, mark in said:
        under = [box for j, box in areas if j < i and _meet(box, mark.box)]
        if not all(_within(mark.box, box) for box in [mark.clip, *under]):
            yield f"cut: {_called(mark)} goes past the edge of its box"


def _page_faults(body: list[Mark], room: Box, heads: set[int]) -> Iterator[str]:
    for mark in body:
        seen = common(mark.box, mark.clip)
        if seen[0] <= seen[2] and seen[1] <= seen[3] and not _within(seen, room):
            yield f"margin: {_called(mark)} reaches into it"
    yield from _words(body)
    last = min(body, key=lambda mark: mark.box[1], default=None)
    if last is not None and last.mcid in heads:
        yield f"orphan heading: {_called(last)} is the last of its page"
    if (share := _share(body, room)) < NEARLY_EMPTY:
        yield f"nearly empty: {share:.0%} of the height is taken"


def layout_faults(path: Path, pages: int | None = None) -> list[str]:
    """Return what a reader would see to be wrong with a PDF's pages, each with its kind first.

    Kinds are ``pages`` (another number of them than is due), ``margin``, ``overlap`` (words over
    words), ``cut``, ``orphan heading`` and ``nearly empty``. Words within pictures are paths here:
    `tests.support.page_layout` sees those.
    """
    with pikepdf.open(path) as pdf:
        heads, count = headings(pdf), len(pdf.pages)
        faults = [] if pages in (None, count) else [f"pages: {count} instead of {pages}"]
        for number, page in enumerate(pdf.pages, start=1):
            body = _body(page)
            here = {mcid for at, mcid in heads if at == page.obj.objgen}
            found = dict.fromkeys(_page_faults(body, _room(page), here))
            faults += [f"{fault} (page {number})" for fault in found]
    return faults


def page_shares(path: Path) -> list[float]:
    """Return how much of each page's height is taken, from the upper margin down."""
    with pikepdf.open(path) as pdf:
        return [_share(_body(page), _room(page)) for page in pdf.pages]
