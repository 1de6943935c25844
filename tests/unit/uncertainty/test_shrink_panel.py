"""Shrinking a whole panel, and an edition that asks for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.build.edition import compute
from spi_core.edition.inputs import Inputs, load
from spi_core.uncertainty.shrink import shrink, shrink_panel
from tests.support.editions import BOROUGH, WARDS, make_edition, rewrite, settings

COUNTED = {"crowding": "wilson", "cold_homes": "wilson", "burglary": "byar", "robbery": "byar"}


def _edition(folder: Path, shrinkage: str = "none") -> Path:
    edition = make_edition(folder / "tiny")
    rewrite(
        edition / "indicators.csv",
        lambda rows: [r | {"interval": COUNTED.get(r["id"], "none")} for r in rows],
    )
    settings(edition, lambda s: s["index"].update(shrinkage=shrinkage))
    return edition


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return load(_edition(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def plain(inputs: Inputs) -> dict[str, pd.DataFrame]:
    return compute(inputs)


@pytest.fixture(scope="module")
def shrunken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    return compute(load(_edition(tmp_path_factory.mktemp("data"), "empirical_bayes")))


def test_each_indicator_and_period_is_shrunk_by_itself(inputs: Inputs) -> None:
    p, found = inputs.panel, shrink_panel(inputs.panel, inputs.framework, WARDS)
    at = p.rows(WARDS)
    for name, how in COUNTED.items():
        k = p.indicators.index(name)
        per = float(inputs.framework.indicators.at[name, "per"])
        kind = "proportion" if how == "wilson" else "rate"
        for t in range(2):
            one = shrink(p.numerator[t, at, k], p.denominator[t, at, k], kind, per)
            np.testing.assert_allclose(found.value[t, at, k], one.value)
            np.testing.assert_allclose(found.kept[t, at, k], one.kept)


def test_what_has_no_counts_and_the_borough_stay_as_they_are(inputs: Inputs) -> None:
    p, found = inputs.panel, shrink_panel(inputs.panel, inputs.framework, WARDS)
    others = [k for k, i in enumerate(p.indicators) if i not in COUNTED]
    np.testing.assert_array_equal(found.value[..., others], p.value[..., others])
    assert np.isnan(found.kept[..., others]).all()
    home = p.areas.index(BOROUGH)
    np.testing.assert_array_equal(found.value[:, home], p.value[:, home])


def test_the_panel_given_is_not_touched(inputs: Inputs) -> None:
    before = inputs.panel.value.copy()
    shrink_panel(inputs.panel, inputs.framework, WARDS)
    np.testing.assert_array_equal(inputs.panel.value, before)


def test_one_area_with_counts_is_left_alone(inputs: Inputs) -> None:
    found = shrink_panel(inputs.panel, inputs.framework, WARDS[:1])
    np.testing.assert_array_equal(found.value, inputs.panel.value)


def _wide(tables: dict[str, pd.DataFrame], level: str) -> pd.DataFrame:
    rows = tables["scores"].query("level == @level and period == 'current'")
    return rows.pivot(index="area_code", columns="element", values="score")


def test_the_option_moves_wards_towards_the_borough(
    plain: dict[str, pd.DataFrame], shrunken: dict[str, pd.DataFrame]
) -> None:
    a, b = _wide(plain, "indicator"), _wide(shrunken, "indicator")
    wards = list(WARDS)
    for name in COUNTED:
        assert b.loc[wards, name].std() < a.loc[wards, name].std()
        away, now = (x.loc[wards, name] - a.at[BOROUGH, name] for x in (a, b))
        assert (now.abs() <= away.abs() + 1e-9).all()
    for name in set(a) - set(COUNTED):
        pd.testing.assert_series_equal(a[name], b[name])
    shelter = _wide(plain, "component")["Shelter"] - _wide(shrunken, "component")["Shelter"]
    assert (shelter[wards].abs() > 0.01).any()
    np.testing.assert_allclose(a.loc[BOROUGH], b.loc[BOROUGH])


def test_figures_are_shown_as_published_whatever_is_scored(
    plain: dict[str, pd.DataFrame], shrunken: dict[str, pd.DataFrame]
) -> None:
    columns = ["period", "area_code", "indicator_id", "value", "numerator", "denominator"]
    pd.testing.assert_frame_equal(plain["values"][columns], shrunken["values"][columns])
    pd.testing.assert_frame_equal(plain["errors"], shrunken["errors"])


def test_ratings_and_contributions_rest_on_the_shrunken_scores(
    shrunken: dict[str, pd.DataFrame],
) -> None:
    standing = shrunken["standing"].query("level == 'index'").set_index("area_code")["score"]
    np.testing.assert_allclose(standing, _wide(shrunken, "index")["index"][standing.index])
    parts = shrunken["contributions"].groupby("area_code")["points"].sum()
    change = shrunken["changes"].query("level == 'index'").set_index("area_code")["change"]
    np.testing.assert_allclose(parts[change.index], change, atol=1e-9)
    assert not (shrunken["quality"]["result"] == "failed").any()
