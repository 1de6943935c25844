"""Oracles for the arithmetic of errors that random mutants survived in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from spi_core.method.means import Mean
from spi_core.method.moments import Moments
from spi_core.method.normalise import NORMALISERS
from spi_core.method.recipe import Recipe
from spi_core.method.score import Estimated, score
from spi_core.text.words import STRENGTH, WEAKNESS
from spi_core.uncertainty.alternatives import ALL, Alternatives, make_plan
from spi_core.uncertainty.averaging import Tree
from spi_core.uncertainty.bootstrap import _draw, bootstrap
from spi_core.uncertainty.change import known_share
from spi_core.uncertainty.gaps import gap
from spi_core.uncertainty.peers import nearest, rate
from spi_core.uncertainty.reliability import audit_component, bartlett, cronbach
from spi_core.uncertainty.replicates import _percentile
from spi_core.uncertainty.sampling import error_model, sampling
from spi_core.uncertainty.sensitivity import (
    compare,
    leave_component_out,
    leave_indicator_out,
    shift,
)
from spi_core.uncertainty.shrink import shrink, shrink_panel
from spi_core.uncertainty.simulate import noise, simulate
from spi_core.uncertainty.sobol import _NOMINAL, FACTORS, _plan, _residual, analyse_factors
from tests.support.sampled import make

R = np.array([[1, 0.5, 0.2], [0.5, 1, -0.3], [0.2, -0.3, 1]])


def test_drawn_scatter_has_the_mean_and_variance_of_wishart() -> None:
    # Anderson, An Introduction to Multivariate Statistical Analysis, 7.3: E = νΣ and
    # var = ν(σij² + σii σjj) of ν = rows − 1 degrees of freedom
    m, sd, draws = 6, np.array([1.0, 2.0, 3.0]), 60_000
    means, scatter = _draw(Moments(np.zeros(3), sd, R, m), np.random.default_rng(8), draws)
    cov = R * np.outer(sd, sd)
    variance = (m - 1) * (cov**2 + np.outer(np.diag(cov), np.diag(cov)))
    error = np.sqrt(variance / draws)
    assert (np.abs(scatter.mean(axis=0) - (m - 1) * cov) < 5 * error).all()
    np.testing.assert_allclose(scatter.var(axis=0), variance, rtol=0.06)
    np.testing.assert_allclose(np.cov(means.T), cov / m, atol=0.03)


def test_alpha_does_not_hang_on_the_unit() -> None:
    # Cronbach 1951: k/(k − 1)(1 − Σσᵢ²/σ²)
    cov = R * np.outer([1.0, 2, 3], [1.0, 2, 3])
    by_hand = 3 / 2 * (1 - np.trace(cov) / cov.sum())
    for unit in (1e-9, 1.0, 1e9):
        found = cronbach(Moments(np.zeros(3), unit * np.array([1.0, 2, 3]), R, 40))
        assert found.raw == pytest.approx(by_hand, rel=1e-9)
    # without one of three standardised alpha is that of two: 2r/(1 + r)
    np.testing.assert_allclose(found.if_dropped, [2 * r / (1 + r) for r in (-0.3, 0.2, 0.5)])
    opposed = np.array([[1.0, -1], [-1, 1]])
    with pytest.raises(ValueError, match="sum of the indicators does not vary"):
        cronbach(Moments(np.zeros(2), np.ones(2), opposed, 40))


def test_a_variable_that_does_not_vary_is_named_by_its_column() -> None:
    context = np.array([[1.0, 7, 3], [2, 7, 9], [4, 7, 1], [8, 7, 5], [6, 7, 2]])
    with pytest.raises(ValueError, match=r"must vary between wards: column 1$"):
        nearest(context, 2)


@pytest.mark.parametrize(
    ("base", "other"),
    [([1.0, 2], [2.0, 1]), ([1.0, 1, 1, 1], [1.0, 2, 3, 4]), ([1.0, 2, 3], [5.0, 5, 5])],
)
def test_ranks_of_two_areas_or_all_alike_have_no_correlation(
    base: list[float], other: list[float]
) -> None:
    found = shift(base, other, "x")
    assert found.rank_correlation is None
    assert "fewer than three areas differ" in found.reason


def test_two_base_samples_are_a_power_of_two_and_no_other_number_passes() -> None:
    seen: list[int] = []

    def outcome(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        seen.append(len(u))
        return u[:, 0], np.zeros(len(u), bool)

    for n in range(-1, 18):
        if n in {2, 4, 8, 16}:
            analyse_factors(outcome, ("a", "b"), np.random.default_rng(1), n)
            assert seen[-1] == n * 4  # Saltelli: n(k + 2) runs
        else:
            with pytest.raises(ValueError, match="power of 2"):
                analyse_factors(outcome, ("a", "b"), np.random.default_rng(1), n)


def test_two_wards_have_a_gap_and_one_has_none() -> None:
    point = np.array([[40.0, 50], [42, 60]])
    found = gap(point, np.repeat(point[None], 3, axis=0))
    np.testing.assert_allclose(found.value, [[10, 5, np.sqrt(50)], [18, 9, np.sqrt(162)]])
    np.testing.assert_allclose(found.low, found.value)
    np.testing.assert_allclose(found.change, found.value[1] - found.value[0])
    with pytest.raises(ValueError, match="two wards"):
        gap(np.where([True, False], point, np.nan), point[None])


@pytest.mark.parametrize("other", [[1.0, 2], [[1.0, 2, 3]]])
def test_a_shift_is_of_the_same_areas(other: list[float]) -> None:
    for a, b in (([1.0, 2, 3], other), ([[1.0, 2, 3]], [[1.0, 2, 3]])):
        with pytest.raises(ValueError, match="scores must be of the same areas; shapes are"):
            shift(a, b, "x")


def test_areas_scored_one_way_alone_shift_nothing() -> None:
    found = shift([1.0, np.nan, 3, 5], [2.0, 4, np.nan, 5], "x")
    assert found.compared.tolist() == [True, False, False, True]
    assert found.score_shift.tolist() == [1, 0, 0, 0]
    assert found.rank_shift.tolist() == [0, 0, 0, 0]
    assert found.n_lost == 1


def test_a_small_difference_that_counts_is_a_strength_above_and_a_weakness_below() -> None:
    point = np.array([[50.5], [50.0], [50.0], [49.5], [50.0]])
    position = np.array([[1, 2, 4], [2, 4, 0], [1, 4, 0], [1, 2, 4], [1, 2, 0]])
    draws = np.repeat(point[None], 20, axis=0)
    found = rate(point, draws, position, minimum=0.2).rating[:, 0]
    assert found[[0, 3]].tolist() == [STRENGTH, WEAKNESS]


def test_a_proportion_is_shrunk_by_the_chance_of_a_binomial() -> None:
    # by hand: m = 40/100; s² = (0.2² + 0.2²)/2 = 0.04; chance 0.4 · 0.6/50 = 0.0048; A = 0.0352
    found = shrink([10, 30], [50, 50], "proportion", per=100)
    np.testing.assert_allclose(found.kept, 0.0352 / 0.04)
    np.testing.assert_allclose(found.value, [40 - 20 * 0.88, 40 + 20 * 0.88])
    assert found.between == pytest.approx(352)


def test_shrinking_does_not_hang_on_the_unit_of_the_base_and_takes_none_and_all() -> None:
    x, n = np.array([2.0, 40, 90]), np.array([100.0, 1000, 1000])
    plain, thousands = shrink(x, n), shrink(x, n / 1000)
    np.testing.assert_allclose(thousands.kept, plain.kept)
    np.testing.assert_allclose(thousands.value, 1000 * plain.value)
    none, every = shrink([0, 0], n[:2]), shrink([50, 30], [50, 50], "proportion", 100)
    assert (none.kept.tolist(), none.value.tolist()) == ([0, 0], [0, 0])
    assert every.centre == 80
    assert 80 < every.value[0] < 100
    with pytest.raises(ValueError, match="counts must be 0 or more"):
        shrink([-1, 5], [50, 50])


@pytest.mark.parametrize(("rows", "enough"), [(3, False), (4, True)])
def test_as_many_rows_as_indicators_are_too_few(rows: int, enough: bool) -> None:
    # of k rows the correlations have rank k − 1 at most, and so no inverse and no determinant
    x = np.random.default_rng(4).normal(size=(rows, 3))
    assert np.linalg.matrix_rank(np.corrcoef(x.T)) == rows - 1
    found = audit_component(Moments(x.mean(0), x.std(0, ddof=1), np.corrcoef(x.T), rows))
    assert (found.vif is not None) == (found.bartlett is not None) == enough
    assert (found.n_rows, found.n_incomplete) == (rows, 0)
    assert not enough or not found.reasons
    assert enough or set(found.reasons) == {"KMO", "alpha", "Bartlett", "VIF"}


def test_sphericity_is_certain_of_no_correlation_and_needs_more_rows_than_indicators() -> None:
    found = bartlett(np.eye(3), 30)
    assert (found.chi2, found.df, found.p) == (0, 3, 1)
    for r, rows in ((np.eye(1), 30), (np.eye(2), 2)):
        with pytest.raises(ValueError, match="are too few"):
            bartlett(r, rows)


def test_nearness_does_not_hang_on_the_unit() -> None:
    x = np.random.default_rng(5).normal(size=(12, 3))
    for unit in (1e-9, 1e9):
        np.testing.assert_array_equal(nearest(x * unit, 5).position, nearest(x, 5).position)


def test_shares_of_what_is_not_scored_are_nothing() -> None:
    recipe = Recipe(
        best=np.ones(3), worst=np.zeros(3), share=np.array([0.5, 0.5, 0.0]),
        component_of=np.array([0, 0, 1]), dimension_of=np.zeros(2, int), means=(Mean(1.0),) * 3,
        minimum=1,
    )  # fmt: skip
    tree = Tree.of(recipe, np.ones(3, bool))
    for varied in ([1.0, 3, 2], [0.125, 0.375, 0.25]):
        assert tree.shares(np.array([varied]))[:, 0].tolist() == [0.25, 0.75, 0.0]


def test_factors_slide_goalposts_and_switch_weights_and_means_at_a_half() -> None:
    recipe = Recipe(
        best=np.ones(2), worst=np.zeros(2), share=np.array([0.25, 0.75]),
        component_of=np.zeros(2, int), dimension_of=np.zeros(1, int), means=(Mean(1.0),) * 3,
        minimum=1,
    )  # fmt: skip
    row = {name: np.array([0.0, 0.5, 1.0]) for name in FACTORS}
    plan = _plan(row, 3, recipe, np.ones(2, bool), Alternatives(goalpost_shift=10), 4)
    assert plan.ends is not None
    assert plan.ends[:, :, 0].tolist() == [[-10, 110], [0, 100], [10, 90]]
    assert plan.share is not None
    assert plan.share.tolist() == [[0.25, 0.75], [0.5, 0.5], [0.5, 0.5]]
    assert plan.order.tolist() == [[1, 1, 1], [0, 0, 0], [0, 0, 0]]
    assert plan.normaliser.tolist() == ["goalposts", "minmax", "percentile_rank"]
    assert plan.push is not None
    assert plan.push.tolist() == [-2, 0, 2]
    # the method as decided
    plan = _plan({n: np.array([v]) for n, v in _NOMINAL.items()}, 1, recipe, np.ones(2, bool),
                 Alternatives(), 4)  # fmt: skip
    assert plan.ends is not None
    assert plan.share is not None
    assert plan.push is not None
    assert plan.ends[..., 0].tolist() == [[0, 100]]
    assert (plan.share.tolist(), plan.order.tolist()) == ([[0.25, 0.75]], [[1, 1, 1]])
    assert (plan.normaliser.tolist(), plan.push.tolist()) == (["goalposts"], [0])


def test_each_draw_of_the_pool_may_be_taken_and_none_beyond_it() -> None:
    recipe = Recipe(
        best=np.ones(2), worst=np.zeros(2), share=np.full(2, 0.5), component_of=np.zeros(2, int),
        dimension_of=np.zeros(1, int), means=(Mean(1.0),) * 3, minimum=1,
    )  # fmt: skip
    row = {name: np.array([0.0, 0.26, 0.99, -1.0]) for name in FACTORS}
    plan = _plan(row, 4, recipe, np.ones(2, bool), Alternatives(), 4)
    assert plan.errors is not None
    assert plan.errors.tolist() == [0, 1, 3, -1]


def test_one_set_of_bootstrapped_weights_may_be_asked_for() -> None:
    m = Moments(np.zeros(3), np.ones(3), np.full((3, 3), 0.6) + 0.4 * np.eye(3), 60)
    found = bootstrap(m, np.full(3, 3.0), np.full(3, -3.0), np.ones(3), np.random.default_rng(1), 1)
    assert found.weights.shape == (1, 3)
    with pytest.raises(ValueError, match="at least 1"):
        bootstrap(m, np.full(3, 3.0), np.full(3, -3.0), np.ones(3), np.random.default_rng(1), 0)


def test_skewness_of_a_proportion_is_taken_at_wilson_s_centre_and_elsewhere_there_is_none() -> None:
    # skewness of p̂ is (1 − 2p)/√(n p (1 − p)) = (1 − 2p) σ / (p (1 − p)) with σ its error; twice
    # that for what the true value may be (Cornish and Fisher, of a skewness that moves with p)
    panel, framework = make(
        [[[30.0, 5.0], [60.0, 6.0]]], [[[3.0, 5.0], [30.0, 6.0]]], [[[10.0, 0.0], [50.0, 0.0]]],
        kind=("wilson", "none"), per=(100.0, 1.0),
    )  # fmt: skip
    found = sampling(panel, framework)
    z2, n, x = stats.norm.ppf(0.95) ** 2, np.array([10.0, 50.0]), np.array([3.0, 30.0])
    p = (x + z2 / 2) / (n + z2)
    error = found.se[0, :, 0] / 100
    np.testing.assert_allclose(found.skew[0, :, 0], 2 * (1 - 2 * p) * error / (p * (1 - p)))
    assert (found.skew[0, :, 1] == 0).all()


def test_a_published_error_may_be_below_one_and_a_count_one() -> None:
    panel, framework = make(np.full((2, 2, 1), 5.0), kind=("none",))
    found = sampling(panel, framework, published=np.full((2, 2, 1), 0.25))
    assert (found.se == 0.25).all()
    assert (sampling(panel, framework, published=np.zeros((2, 2, 1))).se == 0).all()  # a census
    counted, framework = make(np.full((2, 2, 1), 5.0), np.full((2, 2, 1), 4.0))
    assert (sampling(counted, framework).skew > 0).all()
    assert (sampling(counted, framework, published=np.full((2, 2, 1), 0.25)).skew == 0).all()
    with pytest.raises(ValueError, match="must be 0 or more"):
        sampling(panel, framework, published=np.full((2, 2, 1), -0.25))


def test_an_error_that_goes_with_counts_goes_with_a_single_one_too() -> None:
    count = np.array([[[1.0], [4.0]], [[1.0], [4.0]]])
    panel, framework = make(np.full((2, 2, 1), 5.0), count, kind=("none",))
    model = error_model(framework, pd.DataFrame())
    model = model.assign(spread=2.0, scale="linear", error_counts="i0", at_count=4.0, error="none")
    found = sampling(panel, framework, model)
    np.testing.assert_allclose(found.se[..., 0], [[2 * np.sqrt(2), np.sqrt(2)]] * 2)
    none = replace(panel, numerator=np.zeros(count.shape))  # then as of any area
    np.testing.assert_allclose(sampling(none, framework, model).se, np.sqrt(2))


def test_a_spread_of_changes_that_share_most_of_their_windows_bounds_a_larger_error() -> None:
    windows = [("2010-01-01", "2012-12-31"), ("2011-01-01", "2013-12-31")]
    panel, framework = make(np.full((2, 2, 1), 5.0), kind=("none",), windows=windows)
    model = error_model(framework, pd.DataFrame()).assign(spread=2.0, scale="linear")
    shared = 731 / 1096  # days of 2011 and 2012, and of any of the two windows
    np.testing.assert_allclose(sampling(panel, framework, model).se, 2 / np.sqrt(2 * (1 - shared)))


def test_a_variable_of_nothing_but_zeros_does_not_vary() -> None:
    x = np.random.default_rng(5).normal(size=(12, 2))
    x[:, 1] = 0
    with pytest.raises(ValueError, match="column 1"):
        nearest(x, 5)


def test_the_ends_of_a_gap_s_change_mirror_those_of_the_draws() -> None:
    rng = np.random.default_rng(3)
    point = rng.uniform(20, 80, (2, 9))
    draws = point + rng.normal(0, 4, (400, 2, 9))
    found = gap(point, draws)
    spreads = [np.ptp(draws, axis=-1), np.subtract(*np.quantile(draws, [0.75, 0.25], axis=-1))]
    spreads += [draws.std(axis=-1, ddof=1)]
    for k, spread in enumerate(spreads):
        low, high = np.quantile(spread[:, 1] - spread[:, 0], [0.05, 0.95])
        assert found.change_low[k] == pytest.approx(2 * found.change[k] - high)
        assert found.change_high[k] == pytest.approx(2 * found.change[k] - low)


def test_a_gap_changes_between_the_ends_whatever_lies_between() -> None:
    rng = np.random.default_rng(3)
    point = rng.uniform(20, 80, (3, 9))
    draws = point + rng.normal(0, 4, (50, 3, 9))
    found, ends = gap(point, draws), gap(point[[0, 2]], draws[:, [0, 2]])
    for name in ("change", "change_low", "change_high"):
        np.testing.assert_array_equal(getattr(found, name), getattr(ends, name))


def test_the_size_of_a_shift_is_its_largest_and_its_mean() -> None:
    found = shift([1.0, 2, 3, 4], [1.5, 0, 3, 10], "x")  # ranks 4, 3, 2, 1 become 3, 4, 2, 1
    assert (found.max_score_shift, found.max_rank_shift, found.mean_rank_shift) == (6, 1, 0.5)


def test_two_indicators_or_two_components_may_each_be_left_out() -> None:
    x = np.array([[10.0, 30, 2], [20, 0, 4], [5, 5, 5]])

    def mean(keep: np.ndarray) -> np.ndarray:
        return np.asarray(x[:, : keep.size][:, keep].mean(axis=1))

    for found, left, whole in (
        (leave_indicator_out(mean, 2), ([1], [0]), 2),
        (leave_component_out(mean, [0, 1, 0]), ([1], [0, 2]), 3),
    ):
        assert len(found) == 2
        for one, kept in zip(found, left, strict=True):
            expected = x[:, kept].mean(axis=1) - x[:, :whole].mean(axis=1)
            np.testing.assert_allclose(one.score_shift, expected)
    for refused in (lambda: leave_indicator_out(mean, 1), lambda: leave_component_out(mean, [1])):
        with pytest.raises(ValueError, match="at least two"):
            refused()


def test_what_cannot_be_compared_stands_behind_what_moves_nothing() -> None:
    found = compare([1.0, 2.0, 3.0], {"none": [np.nan] * 3, "same": [1.0, 2.0, 3.0]})
    assert [s.label for s in found] == ["same", "none"]


def test_counts_of_two_areas_are_shrunk_and_of_one_are_not() -> None:
    count = np.array([[[3.0, 4.0], [9.0, np.nan]]])
    base = np.full(count.shape, 100.0)
    panel, framework = make(10 * count, count, base, kind=("byar", "byar"), per=(1000.0, 1000.0))
    found = shrink_panel(panel, framework, panel.areas)
    alone = shrink(count[0, :, 0], base[0, :, 0], "rate", 1000.0)
    np.testing.assert_allclose(found.value[0, :, 0], alone.value)
    np.testing.assert_array_equal(found.value[..., 1], 10 * count[..., 1])
    assert np.isnan(found.kept[..., 1]).all()


def test_every_level_has_its_own_mean_in_replicates_too() -> None:
    recipe = Recipe(
        best=np.full(6, 100.0), worst=np.zeros(6), share=np.full(6, 0.5),
        component_of=np.repeat([0, 1, 2], 2), dimension_of=np.array([0, 0, 1]),
        means=(Mean(1.0), Mean(0.0), Mean(-1.0)), minimum=1,
    )  # fmt: skip
    value = np.random.default_rng(1).uniform(20, 80, (1, 4, 6))
    panel, framework = make(value, kind=("none",) * 6, per=(1.0,) * 6)
    none = replace(sampling(panel, framework), se=np.zeros(value.shape))
    drawn = simulate(value, none, recipe, np.random.default_rng(2), 2).full
    oracle = score(value, recipe)
    for name in ("component", "dimension", "index"):
        np.testing.assert_allclose(getattr(drawn, name)[0], getattr(oracle, name), rtol=1e-5)
    assert np.ptp(oracle.index) > 1


def test_a_residual_is_scored_by_the_distance_of_the_goalposts() -> None:
    recipe = Recipe(
        best=np.array([1.0, 0.0]), worst=np.array([0.0, 50.0]), share=np.full(2, 0.5),
        component_of=np.zeros(2, int), dimension_of=np.zeros(1, int), means=(Mean(1.0),) * 3,
        minimum=1,
    )  # fmt: skip
    there = np.array([[[True, False], [False, True]]])
    estimated = Estimated(np.ones((1, 2, 2)), there, np.array([0.1, 5.0]))
    found = _residual(estimated, recipe, np.ones(2, bool))
    np.testing.assert_allclose(found, [[10, 0], [0, -10]])  # a better value is a lower one


def test_goalposts_that_do_not_move_stand_at_0_and_100() -> None:
    recipe = Recipe(
        best=np.ones(2), worst=np.zeros(2), share=np.full(2, 0.5), component_of=np.zeros(2, int),
        dimension_of=np.zeros(1, int), means=(Mean(1.0),) * 3, minimum=1,
    )  # fmt: skip
    options = Alternatives(goalpost_shift=0.0)
    plan = make_plan(recipe, np.ones(2, bool), {"goalposts"}, options, 3, np.random.default_rng(1))
    assert plan.ends is not None
    assert plan.ends.tolist() == [[[0, 0], [100, 100]]] * 3


def test_what_may_be_chosen_is_chosen_alike_often() -> None:
    recipe = Recipe(
        best=np.ones(2), worst=np.zeros(2), share=np.full(2, 0.5), component_of=np.zeros(2, int),
        dimension_of=np.zeros(1, int), means=(Mean(-1.0),) * 3, minimum=1,
    )  # fmt: skip
    n = 4000
    plan = make_plan(recipe, np.ones(2, bool), ALL, Alternatives(), n, np.random.default_rng(1))
    orders, counts = np.unique(plan.order, return_counts=True)
    assert orders.tolist() == [-1, 0, 1]  # the recipe's own beside the geometric and arithmetic
    np.testing.assert_allclose(counts / (3 * n), 1 / 3, atol=0.02)
    kinds, counts = np.unique(plan.normaliser, return_counts=True)
    assert set(kinds) == set(NORMALISERS)
    np.testing.assert_allclose(counts / n, 1 / 4, atol=0.03)
    assert plan.share is not None
    assert plan.ends is not None
    # a quarter more or less of each share, ten points of each goalpost, uniformly
    for drawn, low, high in (
        (plan.share, 0.375, 0.625), (plan.ends[:, 0], -10, 10), (plan.ends[:, 1], 90, 110),
    ):  # fmt: skip
        assert stats.kstest(drawn.ravel(), stats.uniform(low, high - low).cdf).pvalue > 0.01


def test_an_area_beside_the_ranked_ones_has_the_percentile_of_its_score_among_them() -> None:
    wards, others = np.array([1.0, 2, 2, 4, np.nan]), np.array([2.0, 4, 5, 0, np.nan])
    u = np.concatenate([wards, others]).astype(np.float32)[None, None]
    _percentile(u, np.arange(10) < 5)
    expected = [stats.percentileofscore(wards[:4], x, "mean") for x in (1, 2, 2, 4)]
    np.testing.assert_allclose(u[0, 0, :5], [*expected, np.nan])
    expected = [stats.percentileofscore(wards[:4], x, "mean") for x in others[:4]]
    np.testing.assert_allclose(u[0, 0, 5:], [*expected, np.nan])


def test_an_estimate_s_error_and_its_residual_add_up_as_squares() -> None:
    recipe = Recipe(
        best=np.array([100.0]), worst=np.array([0.0]), share=np.ones(1),
        component_of=np.zeros(1, int), dimension_of=np.zeros(1, int), means=(Mean(1.0),) * 3,
        minimum=1,
    )  # fmt: skip
    value = np.array([[[40.0], [60.0]]])
    panel, framework = make(value, kind=("none",), per=(1.0,))
    errors = replace(sampling(panel, framework), se=np.full(value.shape, 3.0))
    estimated = Estimated(value, np.array([[[True], [False]]]), np.array([4.0]))
    found = noise(value, errors, recipe, np.ones(1, bool), {"sampling", "imputation"}, estimated)
    assert found.scale.ravel().tolist() == [5.0, 3.0]


def test_three_areas_have_ranks_that_can_be_correlated() -> None:
    assert shift([1.0, 2.0, 3.0], [1.0, 3.0, 2.0], "x").rank_correlation == pytest.approx(0.5)


def test_where_nothing_is_scored_no_share_of_the_index_is_known() -> None:
    recipe = Recipe(
        best=np.ones(3), worst=np.zeros(3), share=np.zeros(3), component_of=np.array([0, 1, 2]),
        dimension_of=np.array([0, 1, 1]), means=(Mean(1.0),) * 3, minimum=1,
    )  # fmt: skip
    assert known_share(recipe, np.ones((4, 3), bool)).shape == (4, 3 + 2 + 1)
    # of a dimension without indicators the index knows as little as it needs
    half = replace(
        recipe, share=np.array([0, 0.5, 0.5]), component_of=np.array([0, 1, 1]),
        dimension_of=np.array([0, 1]),
    )  # fmt: skip
    known = known_share(half, [[True, True, False]])
    assert known.tolist() == [[0, 0.5, 0, 0.5, 0.5]]
