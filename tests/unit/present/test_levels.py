"""Coverage, roll-ups and what is withheld: counts add up, gaps are told apart, nothing leaks."""

from __future__ import annotations

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import shapely

from spi_core.levels import KNOWN, levels_of
from spi_core.present.base.marks import SYMBOL
from spi_core.present.methods import levels, maps, small_areas

CODES = [f"E0100000{i}" for i in range(6)]
SCORES = [5.0, 25.0, 45.0, 99.0, np.nan, np.nan]


class Built(dict):
    """Tables of a small edition, as far as these pages read them."""

    levels, whole = levels_of(["borough", "ward", "lsoa"]), KNOWN["borough"]

    def __init__(self) -> None:
        squares = [shapely.box(1000 * i, 0, 1000 * (i + 1), 1000) for i in range(6)]
        names = [f"Place {i}" for i in range(6)]
        shapes = {"code": CODES, "name": names, "geometry": squares}
        super().__init__(
            framework=pd.DataFrame({"component": ["Shelter", "Safety"]}),
            indicators=pd.DataFrame(
                {
                    "id": ["rent", "theft"],
                    "name": ["Rent", "Theft"],
                    "component": ["Shelter", "Safety"],
                    "disclosure_rule": ["none", "suppress<5"],
                }
            ),
            areas=pd.DataFrame(
                {"code": CODES, "name": names, "level": "lsoa", "parent_code": ["W1"] * 6}
            ),
            map_lsoa=gpd.GeoDataFrame(shapes, crs=27700),
            small_area_spread=pd.DataFrame({"element": ["Safety"], "period": "current"}),
            small_area_scores=pd.DataFrame(
                {"period": "current", "area_code": CODES[:4], "element": "Safety",
                 "score": SCORES[:4], "quarter": [4.0, 3.0, 2.0, 1.0],
                 "illustrative": [True, False, True, False]}
            ),
            small_area_values=pd.DataFrame(
                {"period": "current", "area_code": CODES, "indicator_id": "theft",
                 "provenance": ["observed"] * 4 + ["suppressed", "missing"]}
            ),
            coverage_matrix=_matrix(),
            rollup_differences=pd.DataFrame(
                {"indicator_id": ["rent", "theft"], "area_code": CODES[:2], "level": "ward",
                 "period": "current", "given": [10.0, 4.0], "rolled_up": [10.04, 5.0],
                 "difference": [-0.04, -1.0], "relative": [-0.004, -0.2],
                 "beyond_rounding": [False, True]}
            ),
            disclosure_summary=pd.DataFrame(
                {"indicator_id": ["rent", "theft"], "level": "lsoa", "period": "current",
                 "cells": [6, 6], "published": [6, 4], "suppressed": [0, 2], "flagged": [0, 0],
                 "rounded": [0, 0]}
            ),
        )  # fmt: skip
        periods = [{"id": "baseline", "label": "2013"}, {"id": "current", "label": "2014"}]
        self.about = {"edition": {"periods": periods, "illustrative": True, "area": "B"}}


def _matrix() -> pd.DataFrame:
    rows = [
        ("rent", "ward", "baseline", 17, 17, 0, 0, 0, 0),
        ("rent", "ward", "current", 17, 16, 0, 1, 0, 16),
        ("theft", "lsoa", "current", 6, 4, 0, 2, 0, 4),
        ("theft", "ward", "current", 17, 0, 17, 0, 0, 17),
    ]
    return pd.DataFrame(rows, columns=["indicator_id", "level", "period", *levels.COUNTS])


@pytest.fixture
def tables() -> Built:
    return Built()


def test_component_coverage_adds_the_periods_up(tables: Built) -> None:
    table = levels.component_coverage(tables).set_index(["Component", "Level"])
    assert len(table) == 3
    assert list(table.loc[("Shelter", "Wards")])[:5] == ["34", "33", "0", "1", "0"]
    assert table.loc[("Safety", "Wards"), "Rolled up"] == "17"


def test_indicator_coverage_marks_generated_and_counts_withheld(tables: Built) -> None:
    table = levels.indicator_coverage(tables).set_index("Indicator")
    assert table.at["Rent", "Wards, 2013"] == "17/17"
    assert table.at["Rent", "Wards, 2014"] == f"16/17{SYMBOL}, 1 withheld"
    assert table.at["Rent", "LSOAs, 2014"] == "–"


def test_only_differences_beyond_rounding_are_listed(tables: Built) -> None:
    table = levels.difference_table(tables)
    assert table["Indicator"].tolist() == ["Theft"]
    assert table["Difference"].tolist() == [f"−20.0%{SYMBOL}"]
    assert "2 figures are given" in levels.difference_sentence(tables)
    assert "1 differs from the roll-up" in levels.difference_sentence(tables)


def test_withheld_are_counted_but_never_located(tables: Built) -> None:
    table = levels.withheld_table(tables)
    assert table.to_dict("records") == [
        {"Indicator": "Theft", "Rule": "suppress<5", "Level": "LSOAs", "Figures": "6",
         "Withheld": "2", "Flagged": "0", "Rounded": "0"}
    ]  # fmt: skip
    assert not any("Place" in cell for cell in table.to_numpy().ravel())
    assert levels.withheld_sentence(tables) == "Of 12 figures, 2 are withheld."


@pytest.mark.parametrize("threshold", [3, 5, 8, 10])
def test_the_made_up_example_cannot_be_solved(threshold: int) -> None:
    table = levels.example_table("ward", threshold).set_index("Made-up area")
    cases = table["Cases"].astype(int)
    assert cases["Area A"] < threshold <= cases["Area B"]
    assert cases["Their ward"] == cases.iloc[:3].sum()
    hidden = table["Published"] == "withheld"
    together = cases["Their ward"] - cases[~hidden].drop("Their ward").sum()
    # whatever A is below the threshold, B makes up the rest and is no small number
    assert all(together - a >= threshold for a in range(1, threshold))
    assert levels.example_counts(threshold)["both"] == str(together)


def test_areas_without_a_score_say_which_kind_of_gap(tables: Built) -> None:
    areas = maps.level_scores(tables, "Safety", KNOWN["lsoa"]).set_index("code")
    assert areas["status"].tolist() == ["shown"] * 4 + ["suppressed", "missing"]
    alt = maps.level_alt(areas.reset_index(), "Safety", KNOWN["lsoa"])
    assert "1 hatched, no figure" in alt
    assert "1 hatched, withheld" in alt
    assert "Lowest Place 0, 5; highest Place 3, 99." in alt


def test_both_hatches_stand_in_the_key_of_the_map(tables: Built) -> None:
    fig = maps.level_sheet([(maps.level_scores(tables, "Safety", KNOWN["lsoa"]), "Safety")])
    said = [t.get_text() for ax in fig.axes for t in ax.texts]
    assert {"no figure: 1", "withheld: 1", "highest quarter: 1", "lowest quarter: 1"} <= set(said)
    hatches = {p.get_hatch() for ax in fig.axes for p in [*ax.patches, *ax.collections]}
    assert len(hatches - {None}) == 2
    plt.close("all")


KEYS = ("highest quarter", "lowest quarter", "withheld", "no figure")


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("count", [3, 4, 5])
def test_maps_beside_each_other_share_one_key_and_whole_titles(
    tables: Built, narrow: bool, count: int
) -> None:
    areas, title = (
        maps.level_scores(tables, "Safety", KNOWN["lsoa"]),
        "Access to Nothing & Everything",
    )
    fig = maps.level_sheet([(areas, title)] * count, narrow=narrow)
    said = [t.get_text() for ax in fig.axes for t in ax.texts]
    assert [said.count(key) for key in KEYS] == [1] * 4
    assert " ".join(said).count(title) == count
    fig.canvas.draw()
    for t in [t for ax in fig.axes for t in ax.texts]:
        assert t.get_window_extent().x1 <= fig.bbox.x1 + 1
    plt.close("all")


def test_the_table_twin_has_the_figures_of_the_map(tables: Built) -> None:
    table = small_areas.small_area_table(tables, unit="W1")
    assert table["Safety"].tolist() == [f"5{SYMBOL}", "25", f"45{SYMBOL}", "99", "withheld", "–"]
    assert small_areas.small_area_components(tables) == ["Safety"]
