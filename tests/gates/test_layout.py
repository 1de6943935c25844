"""Briefs fill their pages and windows; what does not fit on a page is seen by the browser."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.support.page_layout import browser_faults
from tests.support.pdf_layout import layout_faults

pytestmark = pytest.mark.gate

#: A picture as matplotlib writes it: a glyph named once, each line of words a group with a scale.
WORD = '<g transform="translate({} {}) scale(0.1 -0.1)"><use href="#a"/></g>'
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" viewBox="0 0 200 100">'
    '<defs><path id="a" d="M 0 0 L 600 0 L 600 100 L 0 100 z"/></defs>{}</svg>'
)
PAGE = '<!doctype html><html lang="en"><title>x</title><main>{}</main></html>'
APART, OVER, OUTSIDE = ((10, 30), (10, 50)), ((10, 30), (40, 35)), ((10, 30), (150, 50))
PLANTED = {
    "a wide line": ('<div style="width: 2000px">Wide</div>', ["sideways"]),
    "words cut off": (
        '<div style="width: 50px; overflow: hidden; white-space: nowrap">Longer than room</div>',
        ["cut"],
    ),
    "words over words": (OVER, ["overlap"]),
    "words beyond a picture": (OUTSIDE, ["cut"]),
    "nothing": (APART, []),
}


def html(content: str | tuple[tuple[int, int], ...]) -> str:
    if isinstance(content, str):
        return content
    svg = PICTURE.format("".join(WORD.format(*at) for at in content))
    return f'<img alt="Words" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_fault_is_the_one_that_is_found(browser: Any, tmp_path: Path, what: str) -> None:
    content, kinds = PLANTED[what]
    page = tmp_path / "page.html"
    page.write_text(PAGE.format(html(content)), encoding="utf-8")
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    found = browser_faults(tab, page)
    tab.close()
    assert [fault.split(": ")[0] for fault in found] == kinds, found


def test_every_brief_fills_its_pages(site: Path) -> None:
    briefs = sorted((site / "wards").glob("*.pdf"))
    assert briefs
    found = {path.name: layout_faults(path, 2) for path in briefs}
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("width", [320, 1280])
def test_every_brief_fits_its_window(site: Path, browser: Any, width: int) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 900})
    briefs = sorted((site / "wards").glob("*.html"))
    found = {path.name: browser_faults(tab, path) for path in briefs}
    tab.close()
    assert {name: faults for name, faults in found.items() if faults} == {}
