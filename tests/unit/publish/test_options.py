"""Which options the engine honours."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from spi_core.errors import RenderError
from spi_core.publish.render.options import (
    cell_options,
    document_metadata,
    merge,
    project_metadata,
)


def test_cell_options_override_the_document() -> None:
    chosen = cell_options({"echo": True}, {"echo": False, "warning": False, "freeze": False}, "a")
    assert (chosen.echo, chosen.warning, chosen.include) == (True, False, True)


@pytest.mark.parametrize(
    ("cell", "defaults", "message"),
    [
        ({"fig-subcap": "x"}, {}, "cell option 'fig-subcap'"),
        ({}, {"ecko": True}, "execute option 'ecko'"),
        ({"error": True}, {}, "error: true"),
        ({}, {"error": True}, "error: true"),
        ({"output": "markdown"}, {}, "output: 'markdown'"),
        ({"include": "no"}, {}, "include: 'no'"),
    ],
)
def test_unsupported_cell_options_are_named(
    cell: dict[str, object], defaults: dict[str, object], message: str
) -> None:
    with pytest.raises(RenderError, match=message):
        cell_options(cell, defaults, "a.qmd, cell 1")


def test_merge_changes_neither_side() -> None:
    base: dict[str, object] = {"execute": {"echo": True}}
    extra: dict[str, object] = {"execute": {"echo": False}}
    assert merge(base, extra) == {"execute": {"echo": False}}
    assert base == {"execute": {"echo": True}}


def test_format_options_override_the_document_for_their_format_only() -> None:
    metadata = {"title": "A", "toc": False, "format": {"html": {"toc": True, "theme": "none"}}}
    assert document_metadata(metadata, "html", "a")["toc"] is True
    assert document_metadata(metadata, "pdf", "a")["toc"] is False
    assert "theme" not in document_metadata(metadata, "html", "a")


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({}, "no title"),
        ({"title": "A", "date": "today"}, "date: today"),
        ({"title": "A", "format": {"typst": {"tock": True}}}, "typst option 'tock'"),
    ],
)
def test_bad_metadata_is_named(metadata: dict[str, object], message: str) -> None:
    with pytest.raises(RenderError, match=message):
        document_metadata(metadata, "pdf", "a.qmd")


def test_dates_and_authors_are_written_out() -> None:
    metadata = {
        "title": "A",
        "date": datetime.date(2015, 3, 1),
        "author": ["Ada", {"name": "Grace"}, {"name": {"literal": "Mary"}}],
    }
    flat = document_metadata(metadata, "html", "a.qmd")
    assert flat["date"] == "1 March 2015"
    assert flat["author"] == ["Ada", "Grace", "Mary"]
    assert flat["lang"] == "en-GB"


def test_the_project_gives_defaults_to_documents_below(tmp_path: Path) -> None:
    (tmp_path / "_quarto.yml").write_text(
        "project: {type: website}\nwebsite: {title: W}\nlang: en-GB\nbibliography: refs.bib\n",
        encoding="utf-8",
    )
    found = project_metadata(tmp_path / "notebooks" / "a.qmd")
    assert found == {"lang": "en-GB", "bibliography": str(tmp_path / "refs.bib")}
