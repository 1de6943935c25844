"""An index rests on all its components, and nothing is made up that nobody has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.build.edition import compute
from spi_core.build.recipe import make_recipe
from spi_core.edition.inputs import load
from tests.support.editions import (
    BOROUGH,
    WARDS,
    count,
    make_edition,
    read,
    rewrite,
    settings,
    write,
)

Tables = dict[str, pd.DataFrame]
Spoil = Callable[[dict[str, str]], bool]


def spoiled(folder: Path, blank: Spoil, drop: Spoil = lambda _: False, **index: int) -> Tables:
    """Build the made-up edition with some figures blank and some rows left out."""
    make_edition(folder)
    file = folder / "observations" / "all.csv"
    rows = [row for row in read(file) if not drop(row)]
    for row in rows:
        if blank(row):
            row |= {"value": "", "numerator": "", "denominator": "", "status": "missing"}
    write(file, rows)
    settings(folder, lambda s: s["index"].update(index))
    return compute(load(folder))


def lacks_shelter(row: dict[str, str]) -> bool:
    here = (row["area_code"], row["period"]) == (WARDS[2], "current")
    return here and row["indicator_id"] in ("crowding", "cold_homes")


def nobody_has_cold_homes(row: dict[str, str]) -> bool:
    return (row["indicator_id"], row["period"]) == ("cold_homes", "current")


@pytest.fixture(scope="module")
def without_shelter(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return spoiled(tmp_path_factory.mktemp("gaps") / "tiny", lacks_shelter)


def test_an_area_without_a_component_has_no_index_and_no_place(without_shelter: Tables) -> None:
    scores = without_shelter["scores"].query("area_code == @WARDS[2] and period == 'current'")
    assert set(scores["element"]) >= {"Safety", "Knowledge", "Foundations"}
    assert not set(scores["element"]) & {"Shelter", "Needs", "index"}
    index = without_shelter["standing"].query("level == 'index'")
    assert set(index["area_code"]) == set(WARDS) - {WARDS[2]}
    assert index["rank_high"].max() <= len(WARDS) - 1
    change = without_shelter["changes"].query("area_code == @WARDS[2] and element == 'index'")
    assert change["rating"].tolist() == ["not rated"]


def test_what_it_lacks_stands_in_every_table_of_scores(without_shelter: Tables) -> None:
    found = without_shelter["completeness"].set_index(["area_code", "period", "element"])
    row = found.loc[(WARDS[2], "current", "index")]
    assert (row["parts"], row["of"], row["lacking"]) == (2, 3, "Shelter")
    rest = found.drop(
        index=[(a, "current", e) for a in (WARDS[2], BOROUGH) for e in found.index.levels[2]]
    )
    assert (rest["lacking"] == "").all()
    flat = without_shelter["ward_data"].query("element == 'index' and period == 'current'")
    flat = flat.set_index("area_code")
    assert np.isnan(flat.at[WARDS[2], "score"])
    assert flat.loc[WARDS[2], ["components_scored", "components_of"]].tolist() == [2, 3]
    assert (flat["components_scored"] == 3).sum() == len(WARDS) - 1
    standing = without_shelter["standing"].query("level == 'index'")
    assert (standing["parts"] == 3).all()
    assert (standing["of"] == 3).all()


def test_by_decision_an_index_may_lack_a_component(tmp_path: Path) -> None:
    tables = spoiled(tmp_path / "tiny", lacks_shelter, missing_components=1)
    row = tables["standing"].query("area_code == @WARDS[2] and level == 'index'").iloc[0]
    assert (row["parts"], row["of"]) == (2, 3)
    scores = tables["scores"].query("area_code == @WARDS[2] and period == 'current'")
    score = scores.set_index("element")["score"]
    assert score["Needs"] == pytest.approx(score["Safety"])
    assert score["index"] == pytest.approx((score["Needs"] + score["Foundations"]) / 2)
    # two means of different parts are no change
    change = tables["changes"].query("area_code == @WARDS[2] and element == 'index'").iloc[0]
    assert np.isnan(change["change"])


def test_what_nobody_has_is_not_estimated(tmp_path: Path) -> None:
    tables = spoiled(tmp_path / "tiny", lambda _: False, nobody_has_cold_homes)
    assert tables["not_collected"].to_numpy().tolist() == [["current", "cold_homes", "Shelter"]]
    values = tables["values"].query("indicator_id == 'cold_homes' and period == 'current'")
    assert values["value"].isna().all()
    assert not values["estimated"].any()
    # the component is scored without it, by the other shares scaled to sum 1
    recipe, _ = make_recipe(load(tmp_path / "tiny"))
    share = pd.Series(recipe.share, load(tmp_path / "tiny").framework.ids)[["crowding", "rent"]]
    scores = tables["scores"].pivot(
        index=["area_code", "period"], columns="element", values="score"
    )
    now = scores.xs("current", level="period").loc[list(WARDS)]
    expected = now[["crowding", "rent"]] @ (share / share.sum())
    np.testing.assert_allclose(now["Shelter"], expected, atol=1e-9)
    # change is of the same set in both periods
    before = tables["scores_comparable"].query("period == 'baseline' and element == 'Shelter'")
    before = before.set_index("area_code")["score"].loc[list(WARDS)]
    then = scores.xs("baseline", level="period").loc[list(WARDS)]
    np.testing.assert_allclose(
        before, then[["crowding", "rent"]] @ (share / share.sum()), atol=1e-9
    )


def test_a_figure_without_counts_has_no_interval(tmp_path: Path) -> None:
    """An estimate of a count-based indicator once had the interval from its least to its most."""
    folder = make_edition(tmp_path / "tiny")
    count(folder)
    gap = {"value": "", "numerator": "", "denominator": "", "status": "missing"}
    here = (WARDS[2], "current", "cold_homes")

    def lose(row: dict[str, str]) -> dict[str, str]:
        at = (row["area_code"], row["period"], row["indicator_id"])
        return row | gap if at == here else row

    rewrite(folder / "observations" / "all.csv", lambda rows: [lose(row) for row in rows])
    values = compute(load(folder))["values"].set_index(["area_code", "period", "indicator_id"])
    assert values.at[here, "estimated"]
    assert np.isnan([values.at[here, "value_low"], values.at[here, "value_high"]]).all()
    counted = values.loc[(WARDS[1], "current", "cold_homes")]
    assert counted["value_low"] < counted["value"] < counted["value_high"]
