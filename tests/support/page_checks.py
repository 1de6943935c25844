"""What must be true of every HTML page, read back from the file; each check lists what is wrong."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html

__all__ = ["broken_links", "outside", "page_faults", "page_text", "parse", "table_rows"]

#: Where a browser fetches from; a link that a reader follows is no fetch.
FETCHES = ("img/@src", "img/@srcset", "script/@src", "link/@href", "iframe/@src", "source/@src")


def parse(path: Path) -> lxml.html.HtmlElement:
    """Read a page."""
    return lxml.html.document_fromstring(path.read_bytes())


def page_text(path: Path) -> str:
    """Return the words that a reader sees, white space as single spaces."""
    body = parse(path).body
    for hidden in body.xpath("//style|//script|//annotation"):
        hidden.drop_tree()
    return " ".join(body.text_content().split())


def table_rows(path: Path, label: str) -> list[list[str]]:
    """Return the cells of a table's body, white space as single spaces."""
    rows = parse(path).xpath(f"//table[@id='{label}']/tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in rows]


def outside(path: Path) -> list[str]:
    """Return what a browser would fetch from elsewhere to show a page."""
    page = parse(path)
    found = [str(x) for way in FETCHES for x in page.xpath(f"//{way}")]
    styles = " ".join(page.xpath("//style/text()") + page.xpath("//@style"))
    found += re.findall(r"url\(\s*['\"]?([^'\")]+)", styles) + re.findall(
        r"@import\s+(\S+)", styles
    )
    return [x for x in found if not x.startswith(("data:", "#"))]


def broken_links(path: Path) -> list[str]:
    """Return links within the site whose file, or place within a page, does not exist."""
    broken = []
    for href in parse(path).xpath("//a/@href"):
        target = urlsplit(href)
        if target.scheme or target.netloc:
            continue
        file = path.parent / unquote(target.path) if target.path else path
        if not file.is_file():
            broken.append(href)
        elif target.fragment and file.suffix == ".html":
            ids = set(parse(file).xpath("//@id"))
            broken += [href] if unquote(target.fragment) not in ids else []
    return broken


def page_faults(path: Path) -> list[str]:
    """Return what keeps a page from being the accessible, self-contained document it should be."""
    page, faults = parse(path), []
    if page.get("lang") != "en-GB":
        faults.append("language is not en-GB")
    if not (page.findtext("head/title") or "").strip():
        faults.append("no title")
    levels = [int(h.tag[1]) for h in page.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    if levels.count(1) != 1 or levels[0] != 1:
        faults.append(f"headings start {levels[:3]}, not with the only level 1")
    faults += [f"heading level {b} follows {a}" for a, b in pairwise(levels) if b > a + 1]
    faults += [f"fetches {x[:80]}" for x in outside(path)]
    if page.xpath("//img[not(@alt) or normalize-space(@alt)='']"):
        faults.append("image without alternative text")
    if page.xpath("//table[not(.//th)]"):
        faults.append("table without header cells")
    if page.xpath("//th[not(@scope)]"):
        faults.append("header cell without scope")
    ids = page.xpath("//@id")
    faults += [f"id {i!r} is given twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
    return faults
