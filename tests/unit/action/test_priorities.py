"""Priorities: what a figure's gap costs the index, and in which order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.action.priorities import places, weighed
from spi_core.store import Tables

BOROUGH, VILLAGE = "E09000002", "E05000041"


@pytest.fixture(scope="module")
def tables(built_open: Path) -> Tables:
    return Tables(built_open / "tables")


def test_only_what_lies_behind_and_is_sure_has_a_place() -> None:
    need, place, by_gap, by_people = weighed(
        [[12.0, 30.0, -5.0, 20.0, np.nan]],
        [[0.10, 0.02, 0.5, 0.09, 0.5]],
        [[-7.0, np.nan, 90.0, 400.0, 1.0]],
        [[True, True, True, False, True]],
    )
    assert need[0].round(6).tolist()[:4] == [1.2, 0.6, -2.5, 1.8]
    assert np.array_equal(place, [[1, 2, np.nan, np.nan, np.nan]], equal_nan=True)
    assert np.array_equal(by_gap, [[2, 1, np.nan, np.nan, np.nan]], equal_nan=True)
    assert np.array_equal(by_people, [[1, np.nan, np.nan, np.nan, np.nan]], equal_nan=True)
    assert places([[1.0, 1.0]], [[True, True]]).tolist() == [[1, 2]]


def test_the_borough_s_gap_costs_what_its_score_would_gain(tables: Tables) -> None:
    """By hand: had it London's figure, the component's and the index's score would rise by this."""
    row = _of(tables, BOROUGH).loc["youth_jsa_rate"]
    posts = tables["goalposts"].set_index("indicator_id").loc["youth_jsa_rate"]
    values = tables["values"].query("area_code == @BOROUGH and period == 'current'")
    value = values.set_index("indicator_id").loc["youth_jsa_rate"]
    mean = tables["reference"].query("period == 'current'").set_index("indicator_id")["mean"]
    assert row["beside"] == "reference"
    assert (row["value"], row["other"]) == (value["value"], mean["youth_jsa_rate"])
    share = tables["weights"].set_index("indicator_id")["share"]["youth_jsa_rate"]
    # four components in Opportunity, three dimensions, arithmetic means throughout
    assert row["influence"] == pytest.approx(share / 4 / 3)
    assert row["need"] == pytest.approx(row["gap"] * share / 12)
    if (tables["indicators"].set_index("id")["transform"] == "")["youth_jsa_rate"]:
        reach = posts["best"] - posts["worst"]
        assert row["gap"] == pytest.approx(100 * (row["other"] - row["value"]) / reach)
    more = (row["value"] - row["other"]) * value["denominator"] / 100
    assert row["people"] == pytest.approx(more)
    assert row["people_low"] < more < row["people_high"]


def test_a_ward_is_held_against_similar_wards(tables: Tables) -> None:
    rows = _of(tables, VILLAGE)
    stands = tables["indicator_standing"].query("area_code == @VILLAGE")
    stands = stands.set_index("indicator_id").reindex(rows.index)
    assert set(rows["beside"]) == {"peers"}
    assert np.allclose(rows["other"], stands["peers_value"], equal_nan=True)
    share = tables["weights"].set_index("indicator_id")["share"].reindex(rows.index)
    assert np.allclose(rows["gap"] * share, -stands["peers_pull"], equal_nan=True)
    placed = rows.dropna(subset="place").sort_values("place")
    assert placed["place"].tolist() == list(range(1, len(placed) + 1))
    assert placed["need"].is_monotonic_decreasing
    assert stands.loc[placed.index, "peers_tells"].all()


def test_influence_adds_up_to_one_in_an_area_with_an_index(tables: Tables) -> None:
    """All scores a point higher, the index is a point higher: the means are homogeneous."""
    total = tables["priorities"].groupby("area_code")["influence"].sum(min_count=1)
    assert np.allclose(total.dropna(), 1.0)
    assert len(total.dropna()) > 15


def _of(tables: Tables, area: str) -> pd.DataFrame:
    return tables["priorities"].query("area_code == @area").set_index("indicator_id")
