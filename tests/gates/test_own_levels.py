"""An edition of municipalities, one period, no boundaries: every document and the explorer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.explorer.explore import explore
from spi_core.publish.documents import Choice, document_jobs
from spi_core.publish.render.engine import render
from spi_core.store import Tables
from tests.support.editions import ROOT, TOWNS, make_municipal
from tests.support.explorer_browser import Tab
from tests.support.page_checks import page_faults, page_text
from tests.support.pdf_checks import page_texts, pdf_faults

pytestmark = pytest.mark.gate

OTHERS = re.compile(r"\b(wards?|boroughs?|LSOAs?)\b", re.IGNORECASE)
#: Names of files, which are the same in every edition.
FILES = re.compile(r"\bward-data\.csv\b|\bborough-report\.(html|pdf)\b")
VIEWS = (
    *("view=map", "view=map&level=state", "view=map&measure=crowding&table=on"),
    *(f"view=scorecard&areas={TOWNS[0]}&table=on", f"view=compare&areas={TOWNS[0]},{TOWNS[1]}"),
    *("view=figure&measure=crowding&table=on", "view=weights", "view=about"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    above = tmp_path_factory.mktemp("municipal")
    made = above / "reports"
    build(load(make_municipal(above / "municipal")), made)
    tables = Tables(made / "tables")
    explore(tables, made / "explorer")
    jobs = document_jobs(ROOT, tables, made, Choice())
    assert len(jobs) == 6 + len(TOWNS)
    assert [str(r.error) for r in render(jobs, 2) if r.error] == []
    return made


def test_every_document_speaks_of_its_own_levels(folder: Path) -> None:
    pages = [p for p in sorted(folder.rglob("*.html")) if p.parent.name != "explorer"]
    papers = sorted(folder.rglob("*.pdf"))
    assert (len(pages), len(papers)) == (6 + len(TOWNS), 5 + len(TOWNS))
    for path in pages:
        assert page_faults(path) == [], path.name
        assert OTHERS.findall(FILES.sub("", page_text(path))) == [], path.name
    for path in papers:
        assert pdf_faults(path) == [], path.name
        assert OTHERS.findall(FILES.sub("", " ".join(page_texts(path)))) == [], path.name
    brief = page_text(next((folder / "wards").glob(f"{TOWNS[0]}-*.html")))
    assert brief.count("one period, so no change is shown") == 1
    assert "Is it getting better?" not in brief


@pytest.mark.parametrize("width", [320, 1280])
def test_the_explorer_opens_without_a_map(folder: Path, browser: Any, width: int) -> None:
    tab = Tab(browser, f"{(folder / 'explorer').as_uri()}/", width).open()
    for view in VIEWS:
        tab.go(view)
        text = str(tab.page.evaluate("document.body.innerText + document.title"))
        assert OTHERS.findall(text) == [], view
        assert not re.search(r"\b(undefined|null|NaN)\b", text), view
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width, view
    assert tab.trouble == []
    tab.close()
