"""One document in this process: what it tells of its reading, its failure and its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spi_core.publish.render import engine
from spi_core.publish.render.engine import render, render_document
from spi_core.publish.render.job import RenderJob, RenderResult
from spi_core.store import write_tables
from tests.support.tables import table

Render = Callable[..., RenderResult]


@pytest.fixture
def rendered(tmp_path: Path) -> Render:
    """Render a page of one cell beside built tables."""
    tables = tmp_path / "reports" / "tiny" / "tables"
    write_tables(
        tables,
        {"scores": table("scores"), "values": table("values")},
        {"edition": {"id": "t"}, "rows": 1},
    )

    def run(code: str, **metadata: str) -> RenderResult:
        source = tmp_path / "page.qmd"
        parameters = "```{python}\n#| tags: [parameters]\narea = ''\n```\n\n"
        head = "---\ntitle: Page\nexecute: {echo: false}\n---\n\n"
        cell = f"```{{python}}\n#| label: reads\n{code}\n```\n"
        source.write_text(head + parameters + cell, encoding="utf-8")
        job = RenderJob(
            source,
            tmp_path / "out" / "page",
            formats=("html",),
            parameters={"area": "E05000026"},
            metadata=metadata,
            environment={"SPI_TABLES": str(tables)},
        )
        return render_document(job)

    return run


def test_a_document_tells_which_tables_and_facts_it_has_read(rendered: Render) -> None:
    code = (
        "from spi_core.store import open_tables\n"
        "t = open_tables()\n"
        "t['scores'], t.about['edition'], 'gaps' in t, 'values' in t"
    )
    result = rendered(code)
    assert result.error is None
    assert result.reads == ("build.json#edition", "gaps", "scores", "values")


def test_a_failing_cell_names_area_document_cell_line_and_its_last_lines(rendered: Render) -> None:
    result = rendered("total = 1\ntotal / 0", title="Abbey")
    message = str(result.error)
    assert message.startswith("Abbey: page.qmd, cell 'reads', line 14 (area='E05000026'): ")
    assert message.endswith("ZeroDivisionError: division by zero")
    assert result.outputs == ()
    assert not list(result.job.output_stem.parent.parent.glob("out/*"))


def test_documents_do_not_see_each_others_variables(rendered: Render) -> None:
    assert rendered("secret = 1").error is None
    assert "NameError: name 'secret' is not defined" in str(rendered("secret").error)


def test_a_file_that_cannot_be_written_is_that_documents_error(
    rendered: Render, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file where a folder should be")
    assert "out/page.html: cannot be written" in str(rendered("1").error)


def test_a_missing_font_stops_before_anything_is_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spi_core.present.base.fonts.fonts_dir", lambda: tmp_path)
    with pytest.raises(Exception, match=r"missing font Inter-Regular\.otf, Inter-Italic\.otf"):
        render([RenderJob(tmp_path / "a.qmd", tmp_path / "a")])


def test_nothing_to_render_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "run_all", lambda *_: pytest.fail("workers were started"))
    assert render([]) == []
