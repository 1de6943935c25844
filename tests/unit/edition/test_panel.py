"""Observations as arrays: every figure at its place, nothing where there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spi_core.edition.inputs import load
from spi_core.edition.panel import Panel, make_panel
from spi_core.edition.readers.read import read_table
from spi_core.edition.readers.schema import TABLES
from tests.support.editions import BOROUGH, WARDS, make_edition, read, rewrite


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_edition(tmp_path_factory.mktemp("data") / "tiny")

    def thin(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        rows[0] |= {"value": "", "status": "suppressed", "numerator": "", "denominator": ""}
        rows[1] |= {"value": "", "status": "missing", "numerator": "", "denominator": ""}
        return [r for r in rows if (r["indicator_id"], r["period"]) != ("turnout", "baseline")]

    rewrite(folder / "observations" / "all.csv", thin)
    return folder


@pytest.fixture(scope="module")
def panel(edition: Path) -> Panel:
    return load(edition).panel


def test_every_row_of_the_file_stands_at_its_place(edition: Path, panel: Panel) -> None:
    rows = read(edition / "observations" / "all.csv")
    for r in rows:
        at = (
            panel.periods.index(r["period"]),
            panel.areas.index(r["area_code"]),
            panel.indicators.index(r["indicator_id"]),
        )
        for name in ("value", "numerator", "denominator"):
            expected = float(r[name]) if r[name] else np.nan
            np.testing.assert_equal(getattr(panel, name)[at], expected)
        assert panel.status[at] == r["status"]


def test_no_row_is_missing_and_a_withheld_one_is_suppressed(panel: Panel) -> None:
    k = panel.indicators.index("crowding")
    first, second = panel.rows([WARDS[0], WARDS[1]])
    assert panel.status[0, first, k] == "suppressed"
    assert panel.status[0, second, k] == "missing"
    assert np.isnan(panel.value[0, [first, second], k]).all()
    turnout = panel.indicators.index("turnout")
    assert set(panel.status[0, :, turnout]) == {"missing"}
    assert set(panel.status[1, 1:, turnout]) == {"observed"}


def test_rows_are_found_in_the_order_asked(panel: Panel) -> None:
    assert panel.rows([WARDS[3], BOROUGH]).tolist() == [panel.areas.index(WARDS[3]), 0]


def test_each_indicators_period_has_one_label_and_dates(panel: Panel) -> None:
    assert len(panel.dates) == 2 * len(panel.indicators) - 1
    one = panel.dates.set_index(["indicator_id", "period"]).loc[("rent", "current")]
    assert (one["period_label"], str(one["start"].date())) == ("2014", "2014-01-01")


def test_the_order_of_the_rows_does_not_matter(edition: Path) -> None:
    inputs = load(edition)
    frame = read_table(edition / "observations" / "all.csv", TABLES["observations"]).frame
    axes = inputs.framework, WARDS, ("baseline", "current")
    one, other = make_panel(frame, *axes), make_panel(frame.iloc[::-1], *axes)
    np.testing.assert_array_equal(one.value, other.value)
    np.testing.assert_array_equal(one.status, other.status)
