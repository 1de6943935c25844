"""What must hold for any values, weights and goalposts, not only for those of an edition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spi_core.method.means import Mean
from spi_core.method.recipe import Recipe
from spi_core.method.score import score

COMPONENT_OF = np.array([0, 0, 0, 1, 1, 2, 2, 3])
DIMENSION_OF = np.array([0, 0, 1, 1])
K = COMPONENT_OF.size


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, Recipe]:
    """Values of some areas, with gaps, and a recipe; the last component has one indicator."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    worst = rng.normal(size=K) * 10.0 ** rng.integers(-2, 4, K)
    width = rng.uniform(0.1, 10, K) * np.maximum(np.abs(worst), 1) * rng.choice([-1, 1], K)
    share = rng.uniform(0.05, 1, K)
    share /= np.bincount(COMPONENT_OF, weights=share)[COMPONENT_OF]
    share[COMPONENT_OF == 3] = 0
    value = worst + width * rng.uniform(-0.3, 1.3, (draw(st.integers(1, 6)), K))
    if draw(st.booleans()):
        value[rng.uniform(size=value.shape) < 0.15] = np.nan
    means = tuple(Mean(draw(st.sampled_from([1.0, 0.0, 0.5, -1.0, 2.0]))) for _ in range(3))
    return value, Recipe(worst + width, worst, share, COMPONENT_OF, DIMENSION_OF, means, minimum=2)


def _all(value: np.ndarray, recipe: Recipe) -> np.ndarray:
    found = score(value, recipe)
    return np.concatenate([found.component, found.dimension, found.index[..., None]], axis=-1)


@given(cases())
def test_scores_lie_between_0_and_100(case: tuple[np.ndarray, Recipe]) -> None:
    scores = _all(*case)
    scores = scores[~np.isnan(scores)]
    assert ((scores >= -1e-9) & (scores <= 100 + 1e-9)).all()


@given(cases(), st.integers(0, K - 1), st.floats(0, 1))
def test_a_better_value_never_lowers_a_score(
    case: tuple[np.ndarray, Recipe], k: int, step: float
) -> None:
    value, recipe = case
    better = value.copy()
    better[:, k] += step * (recipe.best - recipe.worst)[k]
    before, after = _all(value, recipe), _all(better, recipe)
    np.testing.assert_array_equal(np.isnan(before), np.isnan(after))
    assert (np.nan_to_num(after - before) >= -1e-9).all()


@given(cases(), st.floats(0.01, 100), st.floats(-1000, 1000))
def test_units_do_not_matter(case: tuple[np.ndarray, Recipe], factor: float, shift: float) -> None:
    value, recipe = case
    other = replace(recipe, best=factor * recipe.best + shift, worst=factor * recipe.worst + shift)
    np.testing.assert_allclose(
        _all(factor * value + shift, other), _all(value, recipe), rtol=1e-6, atol=1e-5
    )


@given(cases())
def test_areas_are_scored_each_by_itself(case: tuple[np.ndarray, Recipe]) -> None:
    value, recipe = case
    order = np.arange(len(value))[::-1]
    together = _all(value, recipe)
    np.testing.assert_array_equal(_all(value[order], recipe), together[order])
    for i, row in enumerate(value):
        np.testing.assert_allclose(_all(row[None], recipe)[0], together[i], rtol=1e-12)


@given(cases())
def test_many_replicates_at_once_are_the_same_as_one_by_one(
    case: tuple[np.ndarray, Recipe],
) -> None:
    value, recipe = case
    stack = np.stack([value, value[::-1], 2 * value])
    found = _all(stack, recipe)
    for one, expected in zip(stack, found, strict=True):
        np.testing.assert_allclose(_all(one, recipe), expected, rtol=1e-12)


@given(cases(), st.integers(0, 2))
def test_a_component_with_a_gap_or_a_single_indicator_is_not_scored(
    case: tuple[np.ndarray, Recipe], missing: int
) -> None:
    value, recipe = case
    recipe = replace(recipe, missing_components=missing)
    found = score(value, recipe)
    for c in range(3):
        whole = ~np.isnan(value[:, c == COMPONENT_OF]).any(axis=1)
        np.testing.assert_array_equal(np.isfinite(found.component[:, c]), whole)
    assert np.isnan(found.component[:, 3]).all()
    # an index only where its components are: so many may lack as the edition allows
    there = np.isfinite(found.component[:, :3])
    of = np.array(recipe.dimension_of[:3])
    whole = np.ones(len(value), bool)
    for d in (0, 1):
        lacking = (~there[:, of == d]).sum(axis=1)
        scored = lacking <= min(missing, (of == d).sum() - 1)
        np.testing.assert_array_equal(np.isfinite(found.dimension[:, d]), scored)
        whole &= scored
    whole &= (~there).sum(axis=1) <= missing
    np.testing.assert_array_equal(np.isfinite(found.index), whole)


@given(cases())
@settings(max_examples=30)
def test_means_lie_between_their_parts(case: tuple[np.ndarray, Recipe]) -> None:
    value, recipe = case
    found = score(value, recipe)
    for row, top in zip(found.dimension, found.index, strict=True):
        if np.isfinite(top):
            assert np.nanmin(row) - 1e-9 <= top <= np.nanmax(row) + 1e-9


@given(cases())
@settings(max_examples=30)
def test_what_is_given_is_not_changed(case: tuple[np.ndarray, Recipe]) -> None:
    value, recipe = case
    before = value.copy(), recipe.share.copy(), recipe.best.copy()
    score(value, recipe)
    for a, b in zip(before, (value, recipe.share, recipe.best), strict=True):
        np.testing.assert_array_equal(a, b)
