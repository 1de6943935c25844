"""The orchestrated index against its formula, and what happens where figures are missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spi_core.build.edition import compute
from spi_core.build.fitting import fit_weights
from spi_core.build.recipe import comparable_recipe, make_recipe, pair_compared
from spi_core.build.treated import on_scale
from spi_core.edition.inputs import Inputs, load
from spi_core.method.means import Mean
from spi_core.method.recipe import Recipe
from spi_core.method.score import estimate_missing, score
from tests.support.editions import OPEN, make_edition, only, settings

SHELTER, SAFETY, KNOWLEDGE, RIGHTS, CHOICE = range(5)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return load(make_edition(tmp_path_factory.mktemp("data") / "tiny"))


@pytest.fixture(scope="module")
def recipe(tiny: Inputs) -> Recipe:
    return make_recipe(tiny)[0]


@pytest.fixture(scope="module")
def open_edition() -> Inputs:
    """The open edition's wards on their scale, the two counts that were left out estimated."""
    inputs = on_scale(load(OPEN))
    wards = inputs.panel.take(inputs.geography.units)
    rows = np.arange(len(wards.areas))
    filled = estimate_missing(wards.value, make_recipe(inputs)[0], rows, 1).value
    return replace(inputs, panel=replace(wards, value=filled))


def _literal(inputs: Inputs, only: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Score by the written formula, cell by cell: standardise, weigh, rescale to best and worst."""
    p, f = inputs.panel, inputs.framework
    posts = inputs.tables["goalposts"].set_index("indicator_id")
    table = make_recipe(inputs)[1].set_index("indicator_id")
    component = np.full((*p.value.shape[:2], len(f.components)), np.nan)
    for c, _ in enumerate(f.components):
        members = [k for k in f.members(c) if f.ids[k] in table.index and (only is None or only[k])]
        if len(members) < 2:
            continue
        for t, a in np.ndindex(p.value.shape[:2]):
            total = total_best = total_worst = 0.0
            for k in members:
                i = f.ids[k]
                u, sd = table.at[i, "weight"], table.at[i, "sd"]
                s = float(f.indicators.at[i, "polarity"])
                best, worst = posts.at[i, "best"], posts.at[i, "worst"]
                x = min(max(p.value[t, a, k], min(best, worst)), max(best, worst))
                mean = 123.4  # whatever the mean is, it cancels
                total += u * s * (x - mean) / sd
                total_best += u * s * (best - mean) / sd
                total_worst += u * s * (worst - mean) / sd
            component[t, a, c] = 100 * (total - total_worst) / (total_best - total_worst)
    scored = ~np.isnan(component).all(axis=(0, 1))
    dimension = np.stack(
        [
            component[..., scored & (f.dimension_of == d)].mean(axis=-1)
            for d in range(len(f.dimensions))
        ],
        axis=-1,
    )
    return {"component": component, "dimension": dimension, "index": dimension.mean(axis=-1)}


@pytest.mark.parametrize("name", ["tiny", "open_edition"])
def test_scores_are_the_literal_formula(name: str, request: pytest.FixtureRequest) -> None:
    inputs = request.getfixturevalue(name)
    recipe, _ = make_recipe(inputs)
    found, expected = score(inputs.panel.value, recipe), _literal(inputs)
    for level in ("component", "dimension", "index"):
        np.testing.assert_allclose(getattr(found, level), expected[level], rtol=0, atol=1e-9)
    assert np.isfinite(found.index).mean() > 0.9  # nothing is estimated here


@pytest.mark.parametrize("name", ["tiny", "open_edition"])
def test_change_rests_on_comparable_indicators_alone(
    name: str, request: pytest.FixtureRequest
) -> None:
    inputs = request.getfixturevalue(name)
    recipe = comparable_recipe(make_recipe(inputs)[0], pair_compared(inputs).counts)
    found = score(inputs.panel.value, recipe)
    expected = _literal(inputs, pair_compared(inputs).counts)
    for level in ("component", "dimension", "index"):
        np.testing.assert_allclose(getattr(found, level), expected[level], rtol=0, atol=1e-9)


def test_shares_of_a_component_sum_to_1_with_and_without_breaks(
    recipe: Recipe, tiny: Inputs
) -> None:
    for r in (recipe, comparable_recipe(recipe, pair_compared(tiny).counts)):
        sums = np.bincount(r.component_of, weights=r.share, minlength=5)
        np.testing.assert_allclose(sums[r.scored], 1, rtol=1e-12)
        assert set(sums[~r.scored]) == {0.0}


def test_a_broken_indicator_has_no_share_and_the_others_keep_their_proportion(
    recipe: Recipe, tiny: Inputs
) -> None:
    other = comparable_recipe(recipe, pair_compared(tiny).counts)
    exam, absence, loans = 5, 6, 7
    assert other.share[exam] == 0
    assert other.share[absence] / other.share[loans] == pytest.approx(
        recipe.share[absence] / recipe.share[loans], rel=1e-12
    )
    np.testing.assert_allclose(other.share[:5], recipe.share[:5], rtol=1e-12)


def test_a_component_left_with_one_comparable_indicator_counts_in_no_change(
    recipe: Recipe, tiny: Inputs
) -> None:
    counts = pair_compared(tiny).counts
    counts[tiny.framework.ids.index("robbery")] = False
    other = comparable_recipe(recipe, counts)
    assert other.scored.tolist() == [True, False, True, False, False]
    assert recipe.scored.tolist() == [True, True, True, False, False]


def test_one_indicator_makes_no_component_but_keeps_its_own_score(
    recipe: Recipe, tiny: Inputs
) -> None:
    scores = score(tiny.panel.value, recipe)
    assert np.isnan(scores.component[..., [RIGHTS, CHOICE]]).all()
    assert np.isfinite(scores.indicator[..., 8]).all()
    np.testing.assert_allclose(scores.dimension[..., 1], scores.component[..., KNOWLEDGE])


def test_goalposts_score_100_and_0_and_beyond_them_is_capped_and_marked(recipe: Recipe) -> None:
    rows = np.stack([recipe.best, recipe.worst, 2 * recipe.best - recipe.worst])
    scores = score(rows, recipe)
    np.testing.assert_allclose(scores.index, [100, 0, 100], atol=1e-9)
    assert scores.capped.tolist() == [[False] * 9, [False] * 9, [True] * 9]


def test_the_borough_is_no_row_of_the_fit(tiny: Inputs) -> None:
    best = tiny.tables["goalposts"]["best"].to_numpy()
    worst = tiny.tables["goalposts"]["worst"].to_numpy()
    table = fit_weights(tiny, best, worst)
    other = tiny.panel.value.copy()
    other[:, 0] *= 3
    again = fit_weights(replace(tiny, panel=replace(tiny.panel, value=other)), best, worst)
    np.testing.assert_array_equal(table["sd"], again["sd"])
    rows = np.vstack([tiny.panel.value[:, 1:, 3].reshape(-1, 1), [[best[3]], [worst[3]]]])
    assert table.set_index("indicator_id").at["burglary", "sd"] == pytest.approx(rows.std(ddof=1))


def test_equal_weights_come_with_their_reason(tiny: Inputs) -> None:
    table = make_recipe(tiny)[1].set_index("component")
    assert set(table["method"]) == {"equal"}
    assert "two indicators" in table.at["Safety", "reason"].iloc[0]
    assert "fewer than 10 per indicator" in table.at["Shelter", "reason"].iloc[0]
    assert "Rights" not in table.index


# ---- missing figures


def _parts(inputs: Inputs) -> np.ndarray:
    return inputs.panel.rows(inputs.geography.codes("ward"))


def test_one_missing_cell_is_estimated_marked_and_scored(recipe: Recipe, tiny: Inputs) -> None:
    value = tiny.panel.value.copy()
    value[1, 3, 1] = np.nan
    filled = estimate_missing(value, recipe, _parts(tiny), 1)
    assert np.argwhere(filled.estimated).tolist() == [[1, 3, 1]]
    # ordinary least squares on the other indicators of the component, over complete ward rows
    rows = value[:, 1:, :3].reshape(-1, 3)
    complete = rows[~np.isnan(rows).any(axis=1)]
    design = np.column_stack([np.ones(len(complete)), complete[:, [0, 2]]])
    beta = np.linalg.lstsq(design, complete[:, 1], rcond=None)[0]
    assert filled.value[1, 3, 1] == pytest.approx(beta @ [1, *value[1, 3, [0, 2]]], rel=1e-9)
    assert np.isfinite(filled.residual_sd[1])
    assert np.isnan(filled.residual_sd[3])
    assert np.isfinite(score(filled.value, recipe).component[1, 3, SHELTER])
    assert np.isnan(value[1, 3, 1])  # the input is as it was


def test_two_missing_cells_leave_component_dimension_and_index_unscored(
    recipe: Recipe, tiny: Inputs
) -> None:
    value = tiny.panel.value.copy()
    value[1, 3, [0, 1]] = np.nan
    filled = estimate_missing(value, recipe, _parts(tiny), 1)
    assert not filled.estimated.any()
    scores, whole = score(filled.value, recipe), score(tiny.panel.value, recipe)
    assert np.isnan(scores.component[1, 3, SHELTER])
    assert np.isnan(scores.dimension[1, 3, 0])
    assert np.isnan(scores.index[1, 3])
    by_decision = score(filled.value, replace(recipe, missing_components=1))
    assert by_decision.dimension[1, 3, 0] == pytest.approx(whole.component[1, 3, SAFETY])
    assert by_decision.index[1, 3] == pytest.approx(by_decision.dimension[1, 3].mean())
    assert np.delete(scores.component, 3, axis=1)[1, :, SHELTER] == pytest.approx(
        np.delete(whole.component, 3, axis=1)[1, :, SHELTER]
    )


def test_estimating_can_be_switched_off(recipe: Recipe, tiny: Inputs) -> None:
    value = tiny.panel.value.copy()
    value[1, 3, 1] = np.nan
    filled = estimate_missing(value, recipe, _parts(tiny), 0)
    np.testing.assert_array_equal(filled.value, value)


def test_an_indicator_of_an_unscored_component_is_never_estimated(
    recipe: Recipe, tiny: Inputs
) -> None:
    value = tiny.panel.value.copy()
    value[1, 3, 8] = np.nan
    filled = estimate_missing(value, recipe, _parts(tiny), 1)
    assert np.isnan(filled.value[1, 3, 8])


@pytest.mark.parametrize("level", ["component", "dimension", "index"])
def test_a_geometric_mean_can_be_asked_for(level: str, tmp_path: Path) -> None:
    """A score of 0 must not stop it: scores are brought to 1–100 where they enter the mean."""
    edition = make_edition(tmp_path / "tiny")
    settings(edition, lambda s: s["index"].update({f"{level}_mean": "geometric"}))
    inputs = load(edition)
    recipe, _ = make_recipe(inputs)
    value = inputs.panel.value.copy()
    value[0, 1, 0] = recipe.worst[0]
    found = score(value, recipe)
    assert np.isfinite(found.index).all()
    plain = score(value, replace(recipe, means=(Mean(1.0),) * 3))
    assert (found.index <= plain.index + 1).all()
    assert not np.allclose(found.index, plain.index)


def test_one_indicator_is_a_component_by_decision(tmp_path: Path) -> None:
    """Rights has turnout alone: it is scored only where the edition says so, and why."""
    edition = make_edition(tmp_path / "tiny")
    settings(edition, lambda s: s["index"].update(minimum_indicators=1))
    fault = only(edition)
    assert "minimum_reason" in str(fault)
    settings(edition, lambda s: s["index"].update(minimum_reason="Turnout is all there is."))
    tables = compute(load(edition))
    rights = tables["scores"].query("element == 'Rights'").set_index(["period", "area_code"])
    turnout = tables["scores"].query("element == 'turnout'").set_index(["period", "area_code"])
    np.testing.assert_allclose(rights["score"], turnout["score"].reindex(rights.index), atol=1e-9)
    assert tables["framework"].set_index("component").at["Rights", "scored"]
    reason = tables["weights"].set_index("indicator_id").at["turnout", "reason"]
    assert reason == "equal weights because the component has only one indicator"


def test_equal_shares_of_scores_are_the_plain_mean(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "tiny")
    settings(edition, lambda s: s["index"].update(weights="equal_scores"))
    tables = compute(load(edition))
    assert tables["weights"]["share"].to_numpy() == pytest.approx(
        [1 / 3] * 3 + [1 / 2] * 2 + [1 / 3] * 3
    )
    scores = tables["scores"].pivot(
        index=["period", "area_code"], columns="element", values="score"
    )
    plain = scores[["crowding", "cold_homes", "rent"]].mean(axis=1)
    np.testing.assert_allclose(scores["Shelter"], plain, atol=1e-9)
    assert "failed" not in set(tables["quality"]["result"])
