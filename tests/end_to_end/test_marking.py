"""A generated value never appears unmarked: each format is checked against what was generated.

A small edition with generated and published figures is rendered whole, then once more with one
status turned from illustrative to observed: every checker must find exactly that lie.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.explorer.explore import explore
from spi_core.present.base.marks import INTERNAL, LEGEND, PICTURE, SYMBOL, page_mark
from spi_core.publish.documents import Choice, document_jobs
from spi_core.publish.open_data.write import open_data
from spi_core.publish.render.engine import render
from spi_core.store import Tables
from tests.support.editions import (
    BOROUGH,
    ROOT,
    WARDS,
    count,
    make_edition,
    read,
    rewrite,
    settings,
)
from tests.support.marking import CHECKERS, Truth, truth_of
from tests.support.page_checks import page_text, parse, table_rows
from tests.support.pdf_checks import figure_alts, page_texts, pdf_faults

WARD = WARDS[0]
#: What a picture or a table may say of its mark; narrow pictures with fewer words.
KEYS = (LEGEND, *PICTURE[True], *PICTURE[False])
#: The only indicator that is published; everything else is generated.
PUBLISHED = "burglary"


def generated(edition: Path) -> set[tuple[str, str, str]]:
    rows = read(edition / "observations" / "all.csv")
    cells = {(r["indicator_id"], r["area_code"], r["period"]) for r in rows}
    return {c for c in cells if c[0] != PUBLISHED}


def illustrative(folder: Path, lie: tuple[str, str, str] | None = None) -> Path:
    """Write an edition whose generated values say so, but for one that lies."""
    edition = make_edition(folder)
    count(edition)  # a figure without an interval tells no fact
    settings(edition, lambda s: s.update(illustrative=True))

    def status(r: dict[str, str]) -> str:
        cell = (r["indicator_id"], r["area_code"], r["period"])
        return "observed" if r["indicator_id"] == PUBLISHED or cell == lie else "illustrative"

    rewrite(
        edition / "observations" / "all.csv",
        lambda rows: [r | {"status": status(r)} for r in rows],
    )
    return edition


def publish(edition: Path, folder: Path) -> Path:
    """Make every output of an edition: two documents, the data, the workbook, the explorer."""
    build(load(edition), folder)
    tables = Tables(folder / "tables")
    jobs = document_jobs(ROOT, tables, folder, Choice(documents=("borough-report",)))
    jobs += document_jobs(ROOT, tables, folder, Choice(areas=(WARD,)))
    assert [str(r.error) for r in render(jobs, 1) if r.error] == []
    open_data(tables, folder / "open-data")
    explore(tables, folder / "explorer")
    return folder


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return illustrative(tmp_path_factory.mktemp("data") / "made-up")


@pytest.fixture(scope="module")
def truth(edition: Path) -> Truth:
    rows = read(edition / "observations" / "all.csv")
    known = {(r["indicator_id"], r["area_code"], r["period"]) for r in rows}
    cells = generated(edition)
    return truth_of(edition, cells, known - cells)


@pytest.fixture(scope="module")
def site(edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(edition, tmp_path_factory.mktemp("reports") / "made-up")


@pytest.fixture(scope="module")
def shown(site: Path, truth: Truth) -> tuple[str, str, str]:
    """Return a generated cell that the brief shows on paper too."""
    (page,) = (site / "wards").glob("*.html")
    for row in table_rows(page, "tbl-facts"):
        cell = (truth.indicator(row[0]), WARD, "current")
        if cell in truth.cells:
            return cell
    raise AssertionError("the brief shows no generated figure")


@pytest.fixture(scope="module")
def lying(shown: tuple[str, str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    edition = illustrative(tmp_path_factory.mktemp("lie") / "made-up", lie=shown)
    return publish(edition, tmp_path_factory.mktemp("lying") / "made-up")


@pytest.mark.parametrize("kind", CHECKERS)
def test_every_generated_value_is_marked(site: Path, truth: Truth, kind: str) -> None:
    assert CHECKERS[kind](site, truth) == []


@pytest.mark.parametrize("kind", CHECKERS)
def test_one_status_turned_to_observed_is_found_in_every_format(
    lying: Path, truth: Truth, shown: tuple[str, str, str], kind: str
) -> None:
    found = CHECKERS[kind](lying, truth)
    assert found, f"nothing found in {kind}"
    assert all(", ".join(shown) in fault for fault in found), found


def test_published_figures_are_not_marked(site: Path, truth: Truth) -> None:
    (page,) = (site / "wards").glob("*.html")
    rows = {truth.indicator(r[1]): r for r in table_rows(page, "tbl-figures")}
    assert SYMBOL not in " ".join(rows[PUBLISHED])
    assert all(SYMBOL in " ".join(row) for i, row in rows.items() if i != PUBLISHED)


def test_every_sheet_of_paper_and_every_picture_says_so(site: Path) -> None:
    mark = page_mark({"edition": {"illustrative": True}})
    for path in sorted(site.rglob("*.pdf")):
        assert pdf_faults(path) == [], path.name
        assert all(mark in " ".join(text.split()) for text in page_texts(path)), path.name
        charts = [alt for alt in figure_alts(path) if "filled in" not in alt]
        assert charts
        assert all(alt.endswith(tuple(f"{key}." for key in KEYS)) for alt in charts), path.name
    for path in sorted(site.glob("*.html")):
        (aside,) = parse(path).xpath("//aside[@class='mark']")
        assert " ".join(aside.text_content().split()) == mark
        assert any(key in page_text(path) for key in KEYS)


def test_internal_pages_say_so_on_every_sheet(site: Path, tmp_path: Path) -> None:
    tables = Tables(site / "tables")
    tables.about["audience"] = "internal"
    (job,) = document_jobs(ROOT, tables, tmp_path, Choice(areas=(WARD,)))
    assert str(job.metadata["mark"]).startswith(INTERNAL)
    (result,) = render([job], 1)
    assert result.error is None
    html, pdf = (next(p for p in result.outputs if p.suffix == s) for s in (".html", ".pdf"))
    assert INTERNAL in page_text(html)
    assert all(INTERNAL in text for text in page_texts(pdf))


def test_the_borough_is_generated_where_a_ward_is(truth: Truth) -> None:
    assert ("rent", BOROUGH, "current") in truth.cells
    assert (PUBLISHED, BOROUGH, "current") not in truth.cells
    assert ("index", WARD, "current") in truth.scores
