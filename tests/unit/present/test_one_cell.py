"""A number that brief, report and explorer print is one cell of one built table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spi_core.explorer.data import explorer_data
from spi_core.present.brief.data import gather
from spi_core.present.brief.words import change_sentence, place
from spi_core.present.report.data import gather_report
from spi_core.present.report.tables import indicator_table, ward_table
from spi_core.store import Tables

WARD = "E05000026"


class Changed(Tables):
    """Built tables of which some cells are others."""

    def __init__(self, folder: Path, name: str, row: dict[str, str], **cells: float) -> None:
        super().__init__(folder)
        frame = self[name]
        at = np.logical_and.reduce([frame[key].eq(value) for key, value in row.items()])
        assert at.sum() == 1
        frame.loc[at, list(cells)] = list(cells.values())
        self._read[name] = frame


def _explored(tables: Tables, measure: str, level: str, code: str) -> dict[str, Any]:
    """Everything that the explorer holds of one measure and area."""
    data = explorer_data(tables)
    which = next(i for i, m in enumerate(data["measures"]) if m["element"] == measure)
    found, place = data["figures"][level][which], data["areas"][level]["code"].index(code)
    return {k: v[place] for k, v in found.items() if isinstance(v, list) and len(v) > place} | {
        k: v[-1][place] for k, v in found.items() if isinstance(v, list) and isinstance(v[0], list)
    }


def test_standing_is_one_cell(built_open: Path) -> None:
    row = {"area_code": WARD, "element": "index"}
    cells = {"low": 81.25, "high": 83.75, "rank_low": 6.0, "rank_high": 9.0}
    tables = Changed(built_open / "tables", "standing", row, **cells)
    brief, report = gather(tables, WARD), gather_report(tables)
    assert (brief.index["low"], brief.index["high"]) == (81.25, 83.75)
    assert "likely 6th to 9th of " in place(brief)
    line = ward_table(report).set_index("Ward").loc[brief.name]
    assert (line["Likely range"], line["Likely place"]) == ("81–84", "6–9")
    seen = _explored(tables, "index", "ward", WARD)
    assert [seen[k] for k in cells] == pytest.approx([81.2, 83.8, 6, 9], abs=0.051)


def test_change_is_one_cell(built_open: Path) -> None:
    row = {"area_code": WARD, "element": "index"}
    cells = {"change": 7.75, "low": 6.5, "high": 9.25}
    tables = Changed(built_open / "tables", "changes", row, **cells)
    brief, report = gather(tables, WARD), gather_report(tables)
    assert "rose by 7.8 points (likely +6.5 to +9.2)" in change_sentence(brief, "2013")
    line = ward_table(report).set_index("Ward").loc[brief.name]
    assert line["Change"].startswith("+7.8")
    seen = _explored(tables, "index", "ward", WARD)
    assert [seen[k] for k in ("change", "change_low", "change_high")] == pytest.approx(
        [7.8, 6.5, 9.2], abs=0.051
    )


def test_a_figure_is_one_cell(built_open: Path) -> None:
    tables = Tables(built_open / "tables")
    whole = str(tables.about["edition"]["area"])
    name = tables["indicators"].set_index("id")["name"]["jsa_claimant_rate"]
    row = {"area_code": whole, "indicator_id": "jsa_claimant_rate", "period": "current"}
    changed = Changed(built_open / "tables", "values", row, value=44.5, value_low=43.5)
    brief, report = gather(changed, WARD), gather_report(changed)
    figures = brief.figures[brief.figures["Figure"].str.startswith(name)]
    assert list(figures["Borough"]) == ["44.5"]
    lines = indicator_table(report)
    assert "44.5" in set(lines.loc[lines["Indicator"].str.startswith(name), "Latest"])
    seen = _explored(changed, "jsa_claimant_rate", "borough", whole)
    assert (seen["value"], seen["value_low"]) == (44.5, 43.5)


def test_what_stands_in_two_tables_is_the_same_number(built_open: Path) -> None:
    tables = Tables(built_open / "tables")
    keys = ["area_code", "element"]
    scores = tables["scores"].query("period == 'current'").set_index(keys)["score"]
    standing = tables["standing"].set_index(keys)
    assert standing["score"].eq(scores.reindex(standing.index)).all()
    whole = scores[str(tables.about["edition"]["area"])]
    assert standing["whole"].eq(whole.reindex(standing.index, level="element")).all()
    values = tables["values"].query("period == 'current'").set_index(["area_code", "indicator_id"])
    both = values["score"].dropna()
    assert both.eq(scores.reindex(both.index)).all()
    changes = tables["changes"].set_index(keys)
    comparable = tables["scores_comparable"].pivot(index=keys, columns="period", values="score")
    for period in ("baseline", "current"):
        pd.testing.assert_series_equal(
            changes[period], comparable[period].reindex(changes.index), check_names=False
        )
