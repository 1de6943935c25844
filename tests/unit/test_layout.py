"""What is wrong with a PDF's pages is seen: each fault is planted in a small one."""

from __future__ import annotations

from pathlib import Path

import pytest
import typst

from spi_core.present.base.fonts import fonts_dir
from tests.support.pdf_layout import layout_faults, page_shares
from tests.support.pdf_structure import landmarks

#: The margins of the briefs, a running foot in them, and two pages that are well filled.
HEAD = """#set document(title: "Two pages")
#set text(font: "Inter", size: 10pt)
#set page("a4", margin: (top: 22mm, bottom: 24mm, x: 20mm), footer: [page 1])
"""
SOUND = "= Title\n#lorem(420)\n#block(fill: silver, inset: 6pt)[A box with *words* in it]\n"
SECOND = "#pagebreak()\n== Second\n#lorem(300)\n"
PLANTED = {
    "a third page": (SECOND + SECOND, "pages: 3 instead of 2"),
    "words in the margin": (
        "#move(dx: 155mm)[Reaching out]" + SECOND,
        "margin: 'Reaching out' reaches into it (page 1)",
    ),
    "a line in the margin": (
        "#move(dx: -9mm, line(length: 100%))" + SECOND,
        "margin: a picture or line reaches into it (page 1)",
    ),
    "words over words": (
        "#place(dy: 3pt)[Above] Below" + SECOND,
        "overlap: 'Above' and 'Below' (page 1)",
    ),
    "words cut off": (
        "#block(width: 2cm, height: 1cm, clip: true, box(width: 9cm)[Longer than room])" + SECOND,
        "cut: 'Longer than room' goes past the edge of its box (page 1)",
    ),
    "words beyond a fill": (
        "#block(width: 2cm, fill: silver, inset: 4pt, box(width: 9cm)[Longer than its box])"
        + SECOND,
        "cut: 'Longer than its box' goes past the edge of its box (page 1)",
    ),
    "a heading left behind": (
        "#v(1fr)\n== Left behind\n" + SECOND,
        "orphan heading: 'Left behind' is the last of its page (page 1)",
    ),
    "little on a page": (
        "#pagebreak()\n== Second\nA line.",
        "nearly empty: 4% of the height is taken (page 2)",
    ),
}


def made(folder: Path, text: str) -> Path:
    path = folder / "planted.pdf"
    typst.compile(
        (HEAD + SOUND + text).encode(),
        output=path,
        font_paths=[str(fonts_dir())],
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
    )
    return path


def test_two_sound_pages_have_no_fault(tmp_path: Path) -> None:
    path = made(tmp_path, SECOND)
    assert layout_faults(path, 2) == []
    assert layout_faults(path) == []
    assert [round(share, 1) for share in page_shares(path)] == [0.6, 0.4]
    assert landmarks(path) == [("H1", "Title"), ("H2", "Second")]


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_fault_is_the_one_that_is_found(tmp_path: Path, what: str) -> None:
    text, said = PLANTED[what]
    assert layout_faults(made(tmp_path, text), 2) == [said]
