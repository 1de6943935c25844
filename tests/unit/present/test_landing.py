"""The landing page offers what there is, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spi_core.levels import KNOWN, levels_of
from spi_core.present.report import landing
from tests.support.editions import OPEN


class Built(dict):
    """Facts of an edition of wards in a borough, two periods and a map."""

    levels, whole = levels_of(["borough", "ward"]), KNOWN["borough"]

    def __init__(self, folder: Path, illustrative: bool = False) -> None:
        super().__init__({"map_ward": None})
        self.folder = folder / "tables"
        documents = ["index", "borough-report", "impact-overview", "methods"]
        self.about = {
            "edition": {
                "id": "made-up",
                "illustrative": illustrative,
                "geography": {"vintage": "2002-2022"},
                "periods": [{"id": "baseline"}, {"id": "current"}],
                "reports": {"documents": documents},
            }
        }


def _links(tables: Built) -> str:
    return " ".join(link for link, _ in landing.panels(tables))


def test_panels_are_those_of_pages_that_exist(tmp_path: Path) -> None:
    assert _links(Built(tmp_path)) == (
        "[Borough report](borough-report.html) [For decision](decision.html) "
        "[How it is made](methods.html)"
    )
    (tmp_path / "explorer").mkdir()
    (tmp_path / "explorer" / "index.html").write_text("x", "utf-8")
    assert "(explorer/index.html)" in _links(Built(tmp_path))


def test_programmes_are_spoken_of_only_where_there_are_any(tmp_path: Path) -> None:
    tables = Built(tmp_path)
    tables.about["edition"]["reports"]["documents"].remove("impact-overview")
    assert "programmes" not in str(landing.panels(tables))
    tables["impact"] = None
    assert "what programmes did" in str(landing.panels(tables))
    # and so on pages: what speaks of impact chapters is hidden where there are none
    pages = [p for p in (OPEN.parents[1] / "notebooks").glob("*.qmd") if "impact" not in p.name]
    lines = [line for p in pages for line in p.read_text("utf-8").splitlines()]
    named = [line for line in lines if "impact chapters" in line]
    assert named
    hidden = r'\[[^\]]*impact chapters[^\]]*\]\{\.content-hidden when-meta="no-programmes"\}'
    assert not any("impact chapters" in re.sub(hidden, "", line) for line in named)


def test_open_data_is_linked_only_if_written(tmp_path: Path) -> None:
    assert "open-data" not in landing.data_sentence(Built(tmp_path))
    (tmp_path / "open-data").mkdir()
    (tmp_path / "open-data" / "datapackage.json").write_text("{}", "utf-8")
    assert "(open-data/made-up.xlsx)" in landing.data_sentence(Built(tmp_path))


def test_the_column_of_generated_values_is_named_where_there_are_any(tmp_path: Path) -> None:
    assert "illustrative" not in landing.data_sentence(Built(tmp_path))
    assert "`illustrative`" in landing.data_sentence(Built(tmp_path, illustrative=True))


@pytest.mark.parametrize(
    ("vintage", "said"),
    [
        ("2002-2022", "Wards had these borders from 2002 to 2022."),
        ("2022", "Wards have the borders of 2022."),
    ],
)
def test_the_vintage_is_said_in_years(tmp_path: Path, vintage: str, said: str) -> None:
    tables = Built(tmp_path)
    tables.about["edition"]["geography"]["vintage"] = vintage
    assert landing.vintage_sentence(tables) == said
