"""Distances in people, what change would close them, and what London's wards achieved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.action.distances import achieved_table, reach
from spi_core.store import Tables
from tests.support.editions import ROOT

BOROUGH, VILLAGE = "E09000002", "E05000041"


@pytest.fixture(scope="module")
def tables(built_open: Path) -> Tables:
    return Tables(built_open / "tables")


def test_the_worked_example_of_docs_action(tables: Tables) -> None:
    """Village's robberies, by hand: 42 among 11,000; similar wards' middle rate is 1.98."""
    row = _row(tables, VILLAGE, "robbery_offences", "peers")
    assert row["value"] == pytest.approx(1000 * 42 / 11_000)
    assert row["other"] == pytest.approx(1.98, abs=0.005)
    assert row["take"] == pytest.approx(3.82 - 1.98, abs=0.005)
    assert row["people"] == pytest.approx(42 - 1.978 * 11, abs=0.05)
    assert (round(row["people_low"]), round(row["people_high"])) == (2, 41)
    assert row["sure"]
    achieved = tables["achieved"].set_index(["indicator_id", "span"])["best"]
    year, four = (achieved[("robbery_offences", s)] for s in ("year", "years"))
    assert (round(year, 2), round(four, 2)) == (1.07, 2.44)
    # 1.84 is more than a quarter of wards achieved in a year, less than in four
    assert year < row["take"] < four
    assert row["reach"] == "four years"
    text = (ROOT / "docs" / "action.md").read_text(encoding="utf-8")
    for said in ("42 robberies", "3.82", "1.98", "1.84", "about 20", "2 to 41", "1.07", "2.44"):
        assert said in text, said


def test_the_whole_is_held_against_the_reference_alone(tables: Tables) -> None:
    rows = tables["distances"].query("area_code == @BOROUGH")
    assert set(rows["beside"]) == {"reference"}
    mine = tables["values"].query("area_code == @BOROUGH and period == 'current'")
    home = mine.set_index("indicator_id")["value"]
    held = tables["distances"].query("beside == 'whole'")
    assert np.allclose(held["other"], held["indicator_id"].map(home))


def test_nothing_is_said_where_a_figure_is_estimated_or_withheld(tables: Tables) -> None:
    now = tables["values"].query("period == 'current'").set_index(["area_code", "indicator_id"])
    keys = pd.MultiIndex.from_frame(tables["distances"][["area_code", "indicator_id"]])
    assert not now.loc[keys.unique(), "estimated"].any()
    assert now.loc[keys.unique(), "value"].notna().all()
    assert now["estimated"].any()


def test_what_areas_achieved_counts_for_the_better_and_is_the_reference_s(tables: Tables) -> None:
    """Worked anew from the population's own figures: obesity at eleven, all wards."""
    figures = pd.read_parquet(ROOT / "data" / "reference" / "london" / "ward_figures.parquet")
    mapped = pd.read_csv(ROOT / "data" / "lbbd-open" / "reference" / "mapping.csv", dtype=str)
    rows = mapped.query("indicator_id == 'obesity_year6'").set_index("period")
    wide = {}
    for period in ("baseline", "current"):
        named = rows.loc[period]
        own = figures[figures["period"] == named["figure_period"]]
        wide[period] = own[own["figure_id"] == named["value_figure"]].set_index("area_code")[
            "value"
        ]
    moved = (wide["current"] - wide["baseline"]).dropna()
    made = tables["achieved"].set_index(["indicator_id", "span"]).loc[("obesity_year6", "year")]
    # fewer is better: the best quarter is the lowest
    assert made["best"] == pytest.approx(-np.percentile(moved, 25), rel=1e-4)
    assert made["areas"] == len(moved)


def test_a_broken_pair_and_another_span_achieve_nothing() -> None:
    row = {"years": 1.0, "areas": 9, "moved_p25": -3.0, "moved_median": 0.0, "moved_p75": 1.0}
    year = pd.DataFrame([row | {"indicator_id": i} for i in ("kept", "broken")])
    far = pd.DataFrame([row | {"indicator_id": "kept", "period": p, "years": y}
                        for p, y in (("2010", 4.0), ("2012", 2.0))])  # fmt: skip
    alike = pd.MultiIndex.from_tuples([("kept", "baseline"), ("kept", "2010"), ("kept", "2012")])
    way = pd.Series({"kept": -1.0, "broken": 1.0})
    made = achieved_table([year, far], way, alike)
    assert made[["indicator_id", "span", "best"]].to_numpy().tolist() == [
        ["kept", "year", 3.0],
        ["kept", "years", 3.0],
    ]
    assert achieved_table([pd.DataFrame(), pd.DataFrame()], way, alike).empty


def test_reach_at_its_boundaries() -> None:
    nan = float("nan")
    said = reach([0.0, 3.0, 3.01, 6.0, 6.01, 1.0, 1.0, nan], [3.0] * 5 + [nan, -2.0, 1.0],
                 [6.0] * 5 + [nan, -1.0, 1.0])  # fmt: skip
    assert said.tolist() == [
        *("none needed", "one year", "four years", "four years", "further"),
        *("unknown", "further", "unknown"),
    ]


def _row(tables: Tables, area: str, indicator: str, beside: str) -> pd.Series:
    found = tables["distances"].query(
        "area_code == @area and indicator_id == @indicator and beside == @beside"
    )
    assert len(found) == 1
    return found.iloc[0]
