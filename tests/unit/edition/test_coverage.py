"""What is there and what is not, by indicator, level and period."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.edition.areas.rollup import roll_up
from spi_core.edition.coverage import check_presence, coverage_matrix, in_brief
from spi_core.edition.inputs import Inputs, load
from spi_core.edition.readers.read import Read, read_table
from spi_core.edition.readers.schema import TABLES
from spi_core.edition.summary import data_tables
from tests.support.editions import WARDS, faults, make_edition, rewrite


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return load(make_edition(tmp_path_factory.mktemp("data") / "tiny"))


def _matrix(inputs: Inputs) -> pd.DataFrame:
    return coverage_matrix(inputs.given, inputs.panel, inputs.geography)


def _with(inputs: Inputs, *cells: tuple[int, int, str]) -> Inputs:
    """The same edition with some cells of the current period's wards and indicators changed."""
    g = inputs.given
    arrays = {n: getattr(g, n).copy() for n in ("value", "numerator", "denominator")}
    status = g.status.copy()
    for area, k, kind in cells:
        status[1, area, k] = kind
        if kind in {"missing", "suppressed"}:
            for array in arrays.values():
                array[1, area, k] = np.nan
    given = replace(g, **arrays, status=status)
    rolled = roll_up(given, inputs.geography, inputs.framework)
    return replace(inputs, given=given, panel=rolled)


def test_a_whole_edition(inputs: Inputs) -> None:
    matrix = _matrix(inputs)
    assert len(matrix) == 9 * 2 * 2  # indicators, levels, periods
    wards, home = (matrix[matrix["level"] == n] for n in ("ward", "borough"))
    assert (wards[["areas", "given", "rolled_up"]] == [8, 8, 0]).all(axis=None)
    assert (home[["areas", "given", "rolled_up"]] == [1, 0, 1]).all(axis=None)
    assert (matrix[["suppressed", "missing", "illustrative"]] == 0).all(axis=None)


def test_each_kind_of_cell_is_counted_once(inputs: Inputs) -> None:
    cells = ((1, 0, "missing"), (2, 0, "suppressed"), (3, 0, "suppressed"), (4, 1, "illustrative"))
    matrix = _matrix(_with(inputs, *cells)).set_index(["indicator_id", "level", "period"])
    kinds = ["given", "rolled_up", "suppressed", "missing"]
    assert (matrix[kinds].sum(axis=1) == matrix["areas"]).all()
    assert matrix.loc[("crowding", "ward", "current"), kinds].tolist() == [5, 0, 2, 1]
    assert matrix.loc[("crowding", "borough", "current"), kinds].tolist() == [0, 0, 0, 1]
    assert matrix.at[("cold_homes", "ward", "current"), "illustrative"] == 1
    assert matrix.at[("cold_homes", "borough", "current"), "illustrative"] == 1
    assert matrix["illustrative"].sum() == 2


def test_in_brief_an_indicator_has_one_row(inputs: Inputs) -> None:
    cells = [(1, 0, "suppressed"), (4, 1, "illustrative")]
    cells += [(a, 2, "missing") for a in range(1, 9)]
    changed = _with(inputs, *cells)
    brief = in_brief(_matrix(changed))
    assert list(brief.columns) == ["borough", "ward"]
    assert list(brief.index) == list(inputs.panel.indicators)
    assert brief.loc["crowding"].tolist() == ["1/1 0/1", "8/8 7/8[c]"]
    assert brief.loc["cold_homes"].tolist() == ["1/1 1/1[i]", "8/8 8/8[i]"]
    assert brief.loc["rent"].tolist() == ["1/1 0/1", "8/8 0/8"]
    nowhere = replace(changed.given, value=np.full_like(changed.given.value, np.nan))
    gone = in_brief(coverage_matrix(nowhere, nowhere, inputs.geography))
    assert set(gone["ward"].drop("crowding")) == {"–"}


def _observations(folder: Path) -> Read:
    return read_table(folder / "observations" / "all.csv", TABLES["observations"])


def test_an_area_without_a_row_in_one_period_is_named(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "tiny")
    places = load(edition).geography
    whole = ("rent", "baseline")
    rewrite(
        edition / "observations" / "all.csv",
        lambda rows: [r for r in rows[1:] if (r["indicator_id"], r["period"]) != whole],
    )
    found = check_presence(_observations(edition), places, pd.DataFrame(), ["borough", "ward"])
    assert [f.message for f in found] == [f"crowding has no row in baseline for {WARDS[0]}"]
    assert check_presence(_observations(edition), places, pd.DataFrame(), ["borough"]) == []


def test_a_misspelt_key_is_not_taken_for_a_gap(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "tiny")
    rewrite(
        edition / "observations" / "all.csv",
        lambda rows: [rows[0] | {"area_code": "Ward 1"}, *rows[1:]],
    )
    assert [(f.column, f.value) for f in faults(edition)] == [("area_code", "Ward 1")]


def test_tables_to_publish_hide_what_the_panel_hides(inputs: Inputs) -> None:
    given = inputs.given
    given = replace(given, value=given.value.copy(), status=given.status.copy())
    given.value[1, 0, 0], given.status[1, 0, 0] = 12.0, "observed"  # the borough's own figure
    known = roll_up(given, inputs.geography, inputs.framework)
    open_ = data_tables(replace(inputs, given=given, panel=known))
    assert len(open_["rollup_differences"]) == 1
    panel = replace(known, status=known.status.copy(), value=known.value.copy())
    panel.status[1, 2, 0], panel.value[1, 2, 0] = "suppressed", np.nan
    shut = data_tables(replace(inputs, given=given, panel=panel))
    assert shut["rollup_differences"].empty
    row = shut["coverage_matrix"].set_index(["indicator_id", "level", "period"])
    assert row.at[("crowding", "ward", "current"), "suppressed"] == 1
    assert row.at[("crowding", "ward", "current"), "given"] == 7
    assert shut["rebased"].empty
