"""Every page of an edition that lacks something renders, and says what is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.publish.documents import Choice, document_jobs
from spi_core.publish.render.engine import render
from spi_core.store import Tables
from tests.support.degenerate import BARE, MISSING, lacking
from tests.support.editions import ROOT
from tests.support.page_checks import page_faults, page_text
from tests.support.pdf_checks import pdf_faults

pytestmark = pytest.mark.gate

SITE = ("index", "borough-report", "decision", "methods", "what-changed")
#: What its pages say, by what the edition lacks.
SAID = {
    "nothing": "All figures",
    "a ward": "Ward 3 has no index for 2014: no component has a score",
    "the baseline": "cannot be compared",
    "a dimension": "Knowledge has no score",
    "comparability": "cannot be compared",
}


@pytest.mark.parametrize("what", MISSING)
def test_every_page_renders_and_says_what_is_missing(what: str, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    build(load(lacking(tmp_path / "tiny", what)), folder)
    tables = Tables(folder / "tables")
    jobs = document_jobs(ROOT, tables, folder, Choice(documents=SITE))
    jobs += document_jobs(ROOT, tables, folder, Choice(areas=(BARE,)))
    assert [str(r.error) for r in render(jobs, 2) if r.error] == []
    said = ""
    for path in sorted(folder.rglob("*.html")):
        text = page_text(path)
        assert page_faults(path) == [], path.name
        assert not re.search(r"\b(nan|NaN|NaT)\b", text), path.name
        said += text
    assert SAID[what] in said
    for path in sorted(folder.rglob("*.pdf")):
        assert pdf_faults(path) == [], path.name
    (brief,) = (folder / "wards").glob("*.pdf")
    with pikepdf.open(brief) as pdf:
        assert len(pdf.pages) == 2
