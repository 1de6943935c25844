"""Ratings of change, their reasons, decomposition, gaps and movers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from spi_core.build.recipe import comparable_recipe
from spi_core.edition.framework import Framework
from spi_core.method.decompose import decompose
from spi_core.method.means import Mean, lift
from spi_core.method.recipe import Recipe
from spi_core.method.score import score
from spi_core.text.words import DECLINE, IMPROVEMENT, NO_CHANGE, NOT_RATED
from spi_core.uncertainty.change import (
    change_table,
    composite_change,
    counted_share,
    indicator_change,
    level_changes,
)
from spi_core.uncertainty.gaps import gap, movers
from spi_core.uncertainty.sampling import Sampling
from spi_core.uncertainty.simulate import simulate

RECIPE = Recipe(
    best=np.full(6, 100.0),
    worst=np.zeros(6),
    share=np.array([0.5, 0.5, 0.2, 0.8, 0.3, 0.7]),
    component_of=np.array([0, 0, 1, 1, 2, 2]),
    dimension_of=np.array([0, 0, 1]),
    means=(Mean(1.0),) * 3,
    minimum=2,
)


def framework(polarity=1, broken=()):
    k = RECIPE.share.size
    register = pd.DataFrame(
        {"polarity": polarity, "comparable": "yes", "break_reason": ""},
        index=[f"i{j}" for j in range(k)],
    )
    for j in broken:
        register.loc[f"i{j}", ["comparable", "break_reason"]] = ["no", "the rules changed"]
    return Framework(
        register, ("a", "b", "c"), ("x", "y"), RECIPE.component_of, RECIPE.dimension_of
    )


def errors(shape, se=1.0, counted=True):
    return Sampling(
        se=np.full(shape, se),
        skew=np.zeros(shape),
        overlap=np.tile(np.eye(shape[0]), (shape[2], 1, 1)),
        change_se=np.full(shape[1:], se * 2**0.5),
        basis=np.full(shape, "counts" if counted else "spread of changes"),
        low=np.full(shape[2], -np.inf),
        high=np.full(shape[2], np.inf),
    )


def values(change, areas=3):
    first = np.random.default_rng(1).uniform(30, 60, (areas, 6))
    return np.stack([first, first + change])


def composites(value, sampling, recipe=RECIPE):
    draws = simulate(value, sampling, RECIPE, np.random.default_rng(1), 400, comparable=recipe)
    return level_changes(score(value, recipe), draws, recipe, sampling)


def test_a_change_is_clear_when_its_interval_excludes_zero():
    value = values([2.4, 2.2, -2.4, -2.2, 0.0, np.nan])
    c = indicator_change(value, errors(value.shape), framework())
    expected = [IMPROVEMENT, NO_CHANGE, DECLINE, NO_CHANGE, NO_CHANGE, NOT_RATED]
    assert c.rating.tolist() == [expected] * 3
    assert c.reason[0].tolist() == [""] * 5 + ["no value in one of the periods"]
    np.testing.assert_allclose(c.high[:, 0] - c.change[:, 0], 1.6449 * 2**0.5, rtol=1e-4)


def test_polarity_turns_the_rating_not_the_number():
    value = values(5.0)
    c = indicator_change(value, errors(value.shape), framework(polarity=-1))
    assert (c.rating == DECLINE).all()
    assert (c.change > 0).all()
    assert (c.low > 0).all()


def test_indicators_without_counts_are_not_rated():
    value = values(50.0)
    c = indicator_change(value, errors(value.shape, counted=False), framework())
    assert (c.rating == NOT_RATED).all()
    assert (c.reason == "no counts published").all()
    assert np.isnan(c.low).all()
    np.testing.assert_allclose(c.change, 50)


def test_indicators_that_cannot_be_compared_have_no_change():
    value = values(50.0)
    c = indicator_change(value, errors(value.shape), framework(broken=[4]))
    assert (c.rating[:, 4] == NOT_RATED).all()
    assert (c.reason[:, 4] == "the rules changed").all()
    assert np.isnan(c.change[:, 4]).all()
    assert (c.rating[:, :4] == IMPROVEMENT).all()


def test_certain_values_that_stay_are_no_change():
    value = values(0.0)
    c = indicator_change(value, errors(value.shape, se=0.0), framework())
    assert (c.rating == NO_CHANGE).all()
    assert (composites(value, errors(value.shape, se=0.0))["index"].rating == NO_CHANGE).all()


def test_composites_are_rated_by_their_interval():
    value = values([6, 6, -6, -6, 0.1, 0.1])
    c = composites(value, errors(value.shape))
    assert c["component"].rating.tolist() == [[IMPROVEMENT, DECLINE, NO_CHANGE]] * 3
    assert c["dimension"].rating.tolist() == [[NO_CHANGE, NO_CHANGE]] * 3
    assert c["index"].rating.tolist() == [[NO_CHANGE]] * 3
    np.testing.assert_allclose(c["component"].change, [[6, -6, 0.1]] * 3)
    half = (c["component"].high - c["component"].low) / 2
    np.testing.assert_allclose(half[:, 0], 1.645 * np.sqrt(2 * 0.5), rtol=0.2)


def test_change_counts_comparable_indicators_only():
    value = values([50, 0, 0, 0, 0, 0])
    recipe = comparable_recipe(RECIPE, framework(broken=[0]))
    c = composites(value, errors(value.shape), recipe)
    assert (c["component"].rating[:, 0] == NOT_RATED).all()
    assert (
        c["component"].reason[:, 0] == "too few comparable indicators with values in both periods"
    ).all()
    assert (c["index"].rating == NO_CHANGE).all()
    np.testing.assert_allclose(c["index"].change, 0, atol=1e-9)


def test_composites_without_any_counts_are_not_rated():
    value = values(50.0)
    sampling = errors(value.shape)
    sampling.basis[:, :, :2] = "spread of changes"
    c = composites(value, sampling)
    assert (c["component"].rating[:, 0] == NOT_RATED).all()
    assert (c["component"].reason[:, 0] == "no counts published for any of its indicators").all()
    assert (c["index"].rating == IMPROVEMENT).all()
    np.testing.assert_allclose(c["dimension"].counted, [[0.5, 1]] * 3)
    np.testing.assert_allclose(c["index"].counted, 0.75)


def test_counted_share_follows_the_shares():
    counted = np.zeros((1, 6), bool)
    counted[0, 3] = True
    component, dimension, index = counted_share(RECIPE, counted)
    np.testing.assert_allclose(component, [[0, 0.8, 0]])
    np.testing.assert_allclose(dimension, [[0.4, 0]])
    np.testing.assert_allclose(index, [[0.2]])


def test_index_of_other_components_is_no_change():
    value = values(5.0)
    value[1, 1, 0] = np.nan
    c = composites(value, errors(value.shape))
    why = "not the same components are scored in both periods"
    assert c["index"].reason[:, 0].tolist() == ["", why, ""]
    assert c["dimension"].reason[1].tolist() == [why, ""]
    assert c["component"].reason[1, 0].startswith("too few")
    for level in c.values():
        assert (np.isnan(level.change) <= (level.rating == NOT_RATED)).all()
        assert ((level.reason != "") == (level.rating == NOT_RATED)).all()


def test_table_has_a_row_for_every_area_and_item():
    value = values(5.0)
    c = composites(value, errors(value.shape))["dimension"]
    table = change_table(c, ["E1", "E2", "E3"], ["x", "y"])
    assert table["area_code"].tolist() == ["E1", "E1", "E2", "E2", "E3", "E3"]
    assert table["item"].tolist() == ["x", "y"] * 3
    np.testing.assert_array_equal(table["change"], c.change.ravel())


@pytest.mark.parametrize(
    "call",
    [
        lambda: indicator_change(np.ones((1, 2, 6)), errors((1, 2, 6)), framework()),
        lambda: composite_change(np.ones((2, 2, 1)), np.ones((5, 2, 3, 1)), np.ones((2, 1))),
        lambda: decompose(np.ones((1, 2, 6)), RECIPE),
    ],
)
def test_shapes_that_do_not_fit_are_refused(call):
    with pytest.raises(ValueError, match="two periods"):
        call()


@pytest.mark.parametrize("order", [1, 0, -1, 0.5, 2])
def test_contributions_add_up_exactly(order):
    recipe = replace(RECIPE, means=(Mean(order), Mean(0), Mean(order)))
    value = np.random.default_rng(2).uniform(5, 95, (2, 40, 6))
    value[1, 0] = value[0, 0]
    c = decompose(value, recipe)
    index = score(value, recipe).index
    np.testing.assert_allclose(c.index.sum(axis=1), index[1] - index[0], atol=1e-11)
    np.testing.assert_allclose(c.change, index[1] - index[0])
    np.testing.assert_array_equal(c.index[0], 0)


def test_arithmetic_contributions_are_effective_weights_times_change():
    value = values([4, 0, 0, 10, 0, -10])
    c = decompose(value, RECIPE)
    expected = [0.25 * 0.5 * 4, 0, 0, 0.25 * 0.8 * 10, 0, -0.5 * 0.7 * 10]
    np.testing.assert_allclose(c.index, [expected] * 3)


def test_geometric_contributions_are_log_mean_divisia():
    recipe = replace(RECIPE, means=(Mean(0.0),) * 3)
    value = np.random.default_rng(3).uniform(10, 90, (2, 5, 6))
    g0, g1 = score(value, recipe).index
    weight = RECIPE.share * np.array([0.25, 0.25, 0.25, 0.25, 0.5, 0.5])
    log_mean = (g1 - g0) / np.log(g1 / g0)
    x0, x1 = lift(value, recipe.means)  # scores under a geometric mean run from 1
    expected = log_mean[:, None] * weight * np.log(x1 / x0)
    np.testing.assert_allclose(decompose(value, recipe).index, expected, rtol=1e-10)


def test_tiny_changes_keep_their_digits():
    recipe = replace(RECIPE, means=(Mean(0.0),) * 3)
    value = values(1e-9)
    c = decompose(value, recipe)
    assert (c.index > 0).all()
    np.testing.assert_allclose(c.index.sum(axis=1), 1e-9, rtol=0.2)


def test_what_cannot_be_split_says_why():
    value = values(5.0)
    value[1, 1, 0] = np.nan
    value[:, 2] = np.nan
    c = decompose(value, RECIPE)
    assert c.reason.tolist() == ["", "scored components differ between the periods", "not scored"]
    assert np.isnan(c.index[1:]).all()
    assert np.isfinite(c.index[0]).all()


def test_a_component_missing_in_both_periods_is_left_out_of_the_split():
    value = values(5.0)
    value[:, :, 1] = np.nan
    assert (decompose(value, RECIPE).reason == "not scored").all()  # no index without it
    c = decompose(value, replace(RECIPE, missing_components=1))
    np.testing.assert_array_equal(c.index[:, :2], 0)
    np.testing.assert_allclose(c.index.sum(axis=1), 5)


def test_gap_of_certain_scores_is_their_spread():
    point = np.array([[10.0, 20, 30, 40, np.nan], [10, 20, 30, 80, 5]])
    g = gap(point, np.tile(point, (3, 1, 1)))
    np.testing.assert_allclose(g.value[0], [30, 15, np.std([10, 20, 30, 40], ddof=1)])
    np.testing.assert_allclose(g.change[:2], [40, 10])
    for a, b in ((g.low, g.value), (g.high, g.value), (g.change_low, g.change)):
        np.testing.assert_allclose(a, b)
    np.testing.assert_allclose(g.by_chance, 0, atol=1e-12)


def test_gap_of_equal_wards_reaches_down_to_nothing():
    rng = np.random.default_rng(4)
    point = 50 + rng.normal(size=(2, 17))
    g = gap(point, point + rng.normal(size=(2000, 2, 17)))
    assert (g.low[:, 2] == 0).all()
    assert (g.by_chance > 0).all()
    assert ((g.change_low < 0) & (g.change_high > 0)).all()


def test_gap_needs_two_wards():
    with pytest.raises(ValueError, match="two wards"):
        gap(np.array([[1.0, np.nan], [1.0, 2.0]]), np.ones((5, 2, 2)))


def test_movers_match_statsmodels():
    rng = np.random.default_rng(5)
    change = np.append(rng.normal(0, 2, 17), np.nan)
    draws = np.append(rng.normal(size=(3000, 17)), np.full((3000, 1), np.nan), axis=1)
    m = movers(change, draws)
    reject, q, *_ = multipletests(m.p[:17], alpha=0.1, method="fdr_bh")
    np.testing.assert_allclose(m.q[:17], q)
    np.testing.assert_array_equal(m.moved[:17], reject)
    assert 0 < m.moved.sum() < 17
    assert not m.moved[17]
    assert np.isnan(m.p[17])


def test_movers_without_error_move_if_they_move_at_all():
    m = movers([0.0, 0.1], np.tile([0.0, 0.1], (5, 1)))
    np.testing.assert_array_equal(m.p, [1, 0])
    assert m.moved.tolist() == [False, True]


def test_movers_refuse_what_they_cannot_test():
    with pytest.raises(ValueError, match="false discovery"):
        movers([1.0], np.ones((5, 1)), rate=1.5)
    with pytest.raises(ValueError, match="two or more"):
        movers([1.0], np.ones((1, 1)))
