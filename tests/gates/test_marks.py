"""The mark of illustrative figures on every page of every format, and the notebooks run again."""

from __future__ import annotations

from pathlib import Path

import nbclient
import nbformat
import pytest

from spi_core.present.base.marks import page_mark
from tests.support.page_checks import parse
from tests.support.pdf_checks import page_texts
from tests.support.project import pages, pdfs

pytestmark = pytest.mark.gate

ILLUSTRATIVE = page_mark({"edition": {"illustrative": True}})


def spaces(text: str) -> str:
    return " ".join(text.split())


def test_every_page_of_every_pdf_is_marked(rendered_84):
    bare = [
        (path.name, number)
        for path in pdfs(rendered_84)
        for number, text in enumerate(page_texts(path), start=1)
        if ILLUSTRATIVE not in spaces(text)
    ]
    assert bare == []


def test_every_page_of_the_site_is_marked(rendered_84):
    for path in pages(rendered_84):
        (mark,) = parse(path).xpath("//aside[@class = 'mark']")
        assert spaces(mark.text_content()) == ILLUSTRATIVE, path.name


def test_open_figures_are_not_marked_as_illustrative(rendered):
    for path in pages(rendered):
        assert parse(path).xpath("//aside[@class = 'mark']") == [], path.name


def notebooks(site: Path) -> list[Path]:
    found = sorted(site.rglob("*.ipynb"))
    assert {path.parent.name for path in found} == {"lbbd-84", "wards"}
    return found


def test_every_notebook_is_valid_and_marked_at_the_top(rendered_84):
    for path in notebooks(rendered_84):
        made = nbformat.read(path, as_version=4)
        nbformat.validate(made)
        assert made.cells[0].source.startswith(f"> **{ILLUSTRATIVE}**"), path.name
        assert made.metadata.mark == ILLUSTRATIVE


def test_a_notebook_runs_again_where_it_lies(rendered_84, project, monkeypatch):
    monkeypatch.delenv("SPI_TABLES", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(project))
    for path in notebooks(rendered_84):
        made = nbformat.read(path, as_version=4)
        showed = [bool(cell.get("outputs")) for cell in made.cells]
        place = {"metadata": {"path": str(path.parent)}}
        nbclient.NotebookClient(made, timeout=600, resources=place).execute()
        assert [bool(cell.get("outputs")) for cell in made.cells] == showed, path.name
        assert sum(showed) > 5
