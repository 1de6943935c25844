"""Every PDF: a validator of others and our own checks find nothing, briefs fill two pages.

Typst and the validator see that tags are there; whether they are the right ones only the page made
from the same source can tell: the same headings and captions in the same order, the same words for
the same pictures.
"""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pytest

from spi_core.store import Tables
from tests.support.page_checks import parse
from tests.support.pdf_checks import figure_alts, pdf_faults
from tests.support.pdf_structure import landmarks
from tests.support.project import WARDS_84, pdfs

pytestmark = pytest.mark.gate

HEADINGS = tuple(f"h{level}" for level in range(1, 7))
_NUMBER = re.compile(r"^(Figure|Table) \d+:? ?")
_EMPTY_ALT = re.compile(r"^(an? )?(image|picture|figure|chart|graph|map)\W*$", re.IGNORECASE)


def faults_of(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: faults for name, faults in found.items() if faults}


def plain(text: str) -> str:
    """Leave out the number: a table that only the web has moves those after it."""
    return _NUMBER.sub("", " ".join(text.replace("\u00a0", " ").split()))


def web_landmarks(page: Path) -> list[tuple[str, str]]:
    """Headings and captions of a page, in order."""
    names = {name: name.upper() for name in HEADINGS} | {
        "figcaption": "Caption",
        "caption": "Caption",
    }
    return [
        (names[element.tag], plain(element.text_content()))
        for element in parse(page).xpath("//main//*")
        if element.tag in names
    ]


def web_alts(page: Path) -> list[str]:
    """Words of a page's pictures, without the second drawing for phones."""
    shown = "//main//img[not(ancestor::*[contains(@class, 'narrow-only')])]"
    return [image.get("alt") or "" for image in parse(page).xpath(shown)]


def is_within(short: list[tuple[str, str]], long: list[tuple[str, str]]) -> bool:
    """Whether one list is the other with some left out."""
    rest = iter(long)
    return all(item in rest for item in short)


def test_every_pdf_conforms_to_pdf_ua_1(site):
    page = pytest.importorskip("page", reason="page-validation is not installed")
    faults = {}
    for path in pdfs(site):
        report = page.validate_pdf(path, profile="ua1")
        if not report.is_compliant:
            faults[path.name] = sorted({f"{f.rule_id}: {f.message}" for f in report.failures})
    assert faults == {}


def test_every_pdf_passes_our_own_checks(site):
    assert faults_of({path.name: pdf_faults(path) for path in pdfs(site)}) == {}


def test_reading_order_is_that_of_the_page(site):
    lost: dict[str, list[str]] = {}
    for path in pdfs(site):
        web = web_landmarks(path.with_suffix(".html"))
        paper = [(kind, plain(text)) for kind, text in landmarks(path)]
        outlined = [mark for mark in web if mark != ("H2", "Contents") and mark[0] != "Caption"]
        read = [mark for mark in paper if mark != ("H2", "Contents") and mark[0] != "Caption"]
        faults = [] if read == outlined else ["headings differ"]
        if not is_within([mark for mark in paper if mark != ("H2", "Contents")], web):
            faults.append("captions stand elsewhere than on the page")
        lost[path.name] = faults
    assert faults_of(lost) == {}


def test_pictures_have_the_words_of_the_page(site):
    differ = [p.name for p in pdfs(site) if figure_alts(p) != web_alts(p.with_suffix(".html"))]
    assert differ == []


def test_words_of_pictures_say_something(site):
    poor = {
        alt
        for path in pdfs(site)
        for alt in figure_alts(path)
        if len(alt.split()) < 5 or _EMPTY_ALT.match(alt) or re.search(r"\.(svg|png)\b", alt)
    }
    assert poor == set()


def test_what_is_to_be_decided_fits_one_side(site):
    with pikepdf.open(site / "decision.pdf") as pdf:
        assert len(pdf.pages) == 1


def test_every_ward_brief_fills_two_pages(site):
    briefs = sorted((site / "wards").glob("*.pdf"))
    count = {}
    for path in briefs:
        with pikepdf.open(path) as pdf:
            count[path.name] = len(pdf.pages)
    wards = Tables(site / "tables")["areas"].query("level == 'ward'")["code"]
    made = set(wards) if site.name == "lbbd-open" else set(WARDS_84)
    assert {path.name[:9] for path in briefs} == made
    assert set(count.values()) == {2}, count
