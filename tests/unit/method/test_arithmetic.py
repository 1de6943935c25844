"""Oracles for arithmetic that random mutants survived in (`benchmarks/mutants.py`)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from spi_core.method.aggregate import hierarchy
from spi_core.method.change import YEAR, grouped
from spi_core.method.checks import ColumnError, check_polarity, refuse
from spi_core.method.errors import overdispersion, tier
from spi_core.method.intervals import byar
from spi_core.method.means import Mean
from spi_core.method.moments import is_singular, kmo, kmo_stack, moments
from spi_core.method.ranking import quarter_of, rank_summary
from spi_core.method.recipe import Recipe, absent_in, during, recipe_for
from spi_core.method.score import estimate_missing, score, take
from spi_core.method.treat import fit_treatment
from spi_core.method.weights import fit, scoring_weights


def test_the_kmo_of_a_stack_of_any_shape_is_that_of_each_matrix() -> None:
    rng = np.random.default_rng(4)
    stack = np.array([[np.corrcoef(rng.normal(size=(4, 30))) for _ in range(3)] for _ in range(2)])
    each = [[kmo(matrix)[0] for matrix in row] for row in stack]
    np.testing.assert_allclose(kmo_stack(stack), each, rtol=1e-12)


@pytest.mark.parametrize("gap", [3e-10, 7e-10])
def test_singular_means_a_condition_number_above_ten_thousand_million(gap: float) -> None:
    # 5 indicators correlated 1 - gap: eigenvalues gap (four times) and 5 - 4 gap
    matrix = np.full((5, 5), 1 - gap) + gap * np.eye(5)
    assert is_singular(matrix) == (np.linalg.cond(matrix) >= 1e10) == (gap < 5e-10)
    assert is_singular(0 * matrix)  # of nothing


def test_given_weights_may_be_zero_and_are_scaled_to_sum_to_one_exactly() -> None:
    m = moments(np.random.default_rng(1).normal(size=(50, 3)))
    ends = ([3.0] * 3, [-3.0] * 3, [1] * 3)
    given = np.array([0.0, 0.25, 0.75 - 8e-7])
    found = fit(m, *ends, method="given", given=given).weight
    assert found.sum() == pytest.approx(1, abs=1e-15)
    np.testing.assert_allclose(found[2] / found[1], given[2] / given[1], rtol=1e-12)
    for wrong in ([-0.1, 0.5, 0.6], [0.5, 0.5, np.nan], [0.5, 0.25, 0.25 + 2e-6]):
        with pytest.raises(ValueError, match="given weights must"):
            fit(m, *ends, method="given", given=wrong)


@pytest.mark.parametrize("sign", [1, -1])
def test_winsorising_takes_the_end_to_which_the_values_are_skewed(sign: int) -> None:
    # skewness 0.93 of 1, above a limit of 0.5 and below 1
    x = sign * np.array([0.0, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 6])
    found = fit_treatment(x[:, None], ["winsorise"], max_skew=0.5, max_kurtosis=0.1)
    assert "1 values moved" in found.reason[0]
    np.testing.assert_array_equal(np.flatnonzero(found.moved(x[:, None])), [12])


def test_one_event_in_a_period_is_enough_to_compare() -> None:
    found = overdispersion([[3.0, 1, 2], [0, 1, 0]], np.full((2, 3), 50.0))
    assert found.change == pytest.approx(1 / 6)


def test_a_fault_in_any_period_names_its_indicator_and_no_other() -> None:
    bad = np.zeros((4, 5, 3), bool)
    bad[2, 1, 1] = True
    with pytest.raises(ColumnError, match=r"never") as error:
        refuse(bad, "never")
    assert list(error.value.columns) == [1]
    with pytest.raises(ColumnError) as error:
        check_polarity([1, -1, 0.5, 1])
    assert list(error.value.columns) == [2]


def test_the_error_of_a_ratio_of_shares_is_that_of_katz() -> None:
    # Katz and others, Biometrics 34 (1978): var log(p1/p0) = 1/x1 - 1/n1 + 1/x0 - 1/n0
    rng = np.random.default_rng(3)
    n = np.tile(rng.integers(300, 900, 60), (2, 1)).astype(float)
    x = rng.binomial(n.astype(int), [[0.7], [0.6]]).astype(float)
    found = overdispersion(x, n, binomial=True)
    x1, n1 = x.sum(axis=1), n.sum(axis=1)
    katz = np.sqrt((1 / x1 - 1 / n1).sum() * found.size)
    assert found.change_se / found.change == pytest.approx(katz, rel=1e-12)


def test_two_complete_rows_say_what_is_wrong_with_them() -> None:
    ends = ([9.0] * 3, [-9.0] * 3, [1] * 3)
    two = fit(moments([[1.0, 2, 3], [2, 4, 1]]), *ends, min_rows_per_indicator=0)
    assert (two.method, "KMO is not defined" in two.reason) == ("equal", True)
    one = fit(moments([[1.0, 2, 3]]), *ends, min_rows_per_indicator=0)
    assert (one.method, "no two rows are complete" in one.reason) == ("equal", True)


def test_the_ends_of_a_rank_interval_are_the_places_that_five_per_cent_lie_beyond() -> None:
    rng = np.random.default_rng(2)
    together = rng.normal(scale=20, size=(100, 1))  # moves all alike: no interval is disjoint
    for first, low in ((4, 2), (5, 1)):
        ahead = np.where(np.arange(100) < first, 2.0, -1.0)[:, None]
        draws = together + np.concatenate(
            [ahead, np.zeros((100, 1)), np.full((100, 1), -9.0)], axis=1
        )
        found = rank_summary(np.array([-1.0, 0.0, -9.0]), draws)
        assert found.low[0] == low


def test_places_that_the_score_intervals_exclude_bind_both_ends_item_by_item() -> None:
    # either of two falls behind the third in 4 draws of 100, so one of them does in 8, though the
    # interval of each lies wholly above: third it is; turned round it is first
    point, draws = np.array([10.0, 10.5, 0.0]), np.tile([10.0, 10.5, 0.0], (100, 1))
    draws[:4, 0] = draws[4:8, 1] = -10
    found = rank_summary(np.stack([point, -point]), np.stack([draws, -draws], axis=1))
    assert (found.low[0, 2], found.high[1, 2]) == (3, 1)
    for i, sign in enumerate((1, -1)):
        alone = rank_summary(sign * point, sign * draws)
        for name in ("rank", "low", "high", "top", "bottom"):
            np.testing.assert_array_equal(getattr(found, name)[i], getattr(alone, name))
    np.testing.assert_array_equal(found.low[0], 4 - found.high[1])
    with pytest.raises(ValueError, match="at least two scored"):
        rank_summary([[1.0, 2.0], [1.0, np.nan]], np.ones((5, 2, 2)))


@pytest.mark.parametrize("shape", [(4, 2), (1, 4, 2), (3, 4, 2)])
def test_values_of_other_periods_than_what_is_absent_are_refused(shape: tuple[int, ...]) -> None:
    recipe = Recipe(
        best=np.ones(2), worst=np.zeros(2), share=np.full(2, 0.5), component_of=np.zeros(2, int),
        dimension_of=np.zeros(1, int), means=(Mean(1.0),) * 3, minimum=1,
        absent=np.array([[True, False], [False, False]]),
    )  # fmt: skip
    with pytest.raises(ValueError, match="values of 2 periods are needed"):
        score(np.full(shape, 0.5), recipe)
    np.testing.assert_allclose(score(np.full((2, 4, 2), 0.5), recipe).index, 50)


@pytest.mark.parametrize(("z", "clear"), [(2.0, True), (1.9999, False)])
def test_a_difference_at_the_limit_of_simes_test_is_clear(z: float, clear: bool) -> None:
    # Simes 1986: rejected where p <= q; of one difference at half the false discovery rate
    rate = 2 * 2 * float(stats.norm.sf(2.0))
    assert tier([z], [1.0], rate=rate).clear.tolist() == [clear]


def test_where_nothing_may_be_compared_nothing_has_a_score() -> None:
    recipe = Recipe(
        best=np.ones(2), worst=np.zeros(2), share=np.zeros(2), component_of=np.zeros(2, int),
        dimension_of=np.array([0, 1, 1]), means=(Mean(1.0),) * 3, minimum=1,
    )  # fmt: skip
    found = score(np.full((2, 4, 2), 0.5), recipe)
    shapes = [getattr(found, level).shape for level in ("component", "dimension", "index")]
    assert shapes == [(2, 4, 3), (2, 4, 2), (2, 4)]
    assert np.isnan(found.index).all()
    assert np.isnan(found.component).all()
    # a dimension without indicators is not scored, and the index does without it
    found = score(np.full((4, 2), 0.5), replace(recipe, share=np.full(2, 0.5)))
    np.testing.assert_array_equal(found.dimension, [[50, np.nan]] * 4)
    np.testing.assert_array_equal(found.index, [50] * 4)


def test_a_step_may_be_as_short_and_as_long_as_it_is_said_to_be() -> None:
    start = np.array([[0.0, 0.0], [0.75 * YEAR, 1.25 * YEAR]])
    years, group = grouped(start, start + 364, [False, False], 0.75, 1.25)
    assert years.tolist() == [0.75, 1.25]
    assert set(group) == {"in step"}


def test_only_the_very_same_window_was_collected_once() -> None:
    start = np.array([[0.0, 0, 0], [0, 0, 400]])
    end = np.array([[364.0, 364, 700], [364, 1094, 700]])
    _, group = grouped(start, end, [False] * 3, 0.5, 1.5)
    assert group.tolist() == ["not collected", "in step", "in step"]


def test_one_indicator_that_is_correlated_with_none_leaves_kmo_undefined() -> None:
    matrix = np.array([[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1.0]])
    with pytest.raises(ValueError, match="correlated with no other"):
        kmo(matrix)


@pytest.mark.parametrize(("areas", "ends"), [(9, 2), (10, 3), (13, 3)])
def test_chances_are_of_a_quarter_of_the_areas_rounded_to_the_nearest(
    areas: int, ends: int
) -> None:
    point = np.arange(areas, 0, -1.0)
    found = rank_summary(point, np.tile(point, (5, 1)))
    assert found.top.tolist() == [1] * ends + [0] * (areas - ends)
    assert found.bottom.tolist() == [0] * (areas - ends) + [1] * ends


def test_intervals_that_touch_do_not_part_two_places() -> None:
    # one draw in ten is a tie at 20, where the upper's interval ends and the lower's begins
    draws = np.tile([30.0, 10.0], (100, 1))
    draws[:10] = 20.0
    found = rank_summary(draws.mean(axis=0), draws)
    assert (found.high[0], found.low[1]) == (1.5, 1.5)


def test_byar_s_lower_end_of_one_event() -> None:
    z = stats.norm.ppf(0.95)
    o = np.array([0.75, 1.0, 2.0])  # a mean of years need not be whole
    low, high = byar(o, 0.9)
    np.testing.assert_allclose(low, o * (1 - 1 / (9 * o) - z / (3 * np.sqrt(o))) ** 3)
    np.testing.assert_allclose(
        high, (o + 1) * (1 - 1 / (9 * (o + 1)) + z / (3 * np.sqrt(o + 1))) ** 3
    )


def test_an_area_with_one_event_in_all_is_an_area_and_a_period_without_any_is_refused() -> None:
    base = np.full((2, 3), 50.0)
    assert overdispersion([[1.0, 4, 3], [0, 3, 5]], base).n == 3
    assert overdispersion([[4.0, 3], [3, 5]], base[:, :2]).n == 2
    for few in ([[0.0, 0, 0], [2, 1, 3]], [[4.0, 0, 0], [3, 0, 0]]):
        with pytest.raises(ValueError, match="counts in both periods"):
            overdispersion(few, base)


def test_counts_of_overlapping_windows_share_their_error() -> None:
    # of R = (X1/n1)/(X0/n0): var R = R² φ (1/X0 + 1/X1 − 2ρ/√(X0 X1)), the delta method
    rng = np.random.default_rng(2)
    x = rng.poisson(40, (2, 30)).astype(float)
    found = overdispersion(x, np.full(x.shape, 1e3), overlap=2 / 3)
    x0, x1 = x.sum(axis=1)
    share = 1 / x0 + 1 / x1 - 2 * 2 / 3 / np.sqrt(x0 * x1)
    assert found.change_se == pytest.approx(found.change * np.sqrt(found.size * share))
    apart = overdispersion(x, np.full(x.shape, 1e3))
    assert found.change_se < apart.change_se


def test_residuals_are_of_indicators_however_many_areas_there_are() -> None:
    recipe = Recipe(
        best=np.ones(2), worst=np.zeros(2), share=np.full(2, 0.5), component_of=np.zeros(2, int),
        dimension_of=np.zeros(1, int), means=(Mean(1.0),) * 3, minimum=1,
    )  # fmt: skip
    found = estimate_missing(np.full((1, 5, 2), 0.5), recipe, np.arange(5), 1)
    assert found.residual_sd.shape == (2,)
    assert np.isnan(found.residual_sd).all()


def test_a_gap_is_told_by_its_own_component_and_only_where_that_is_allowed() -> None:
    rng = np.random.default_rng(7)
    value = rng.normal(size=(2, 30, 1)) + 0.3 * rng.normal(size=(2, 30, 9))
    value[1, 4, 1] = value[0, 9, 5] = value[0, 9, 4] = np.nan
    recipe = Recipe(
        best=np.ones(9), worst=np.zeros(9), share=np.full(9, 1 / 3),
        component_of=np.repeat([0, 1, 2], 3), dimension_of=np.zeros(3, int),
        means=(Mean(1.0),) * 3, minimum=1,
    )  # fmt: skip
    found = estimate_missing(value, recipe, np.arange(30), 1)
    rows = value[..., :3].reshape(-1, 3)
    there = np.isfinite(rows).all(axis=1)
    x = np.column_stack([np.ones(there.sum()), rows[there][:, [0, 2]]])
    fitted, squares, *_ = np.linalg.lstsq(x, rows[there][:, 1], rcond=None)
    own = float(np.array([1, *value[1, 4, [0, 2]]]) @ fitted)
    assert found.value[1, 4, 1] == pytest.approx(own)
    assert np.argwhere(found.estimated).tolist() == [[1, 4, 1]]
    assert found.residual_sd[1] == pytest.approx(np.sqrt(squares[0] / (there.sum() - 3)))
    assert np.isnan(found.residual_sd[6:]).all()  # nothing is missing there
    assert np.isnan(found.value[0, 9, 4:6]).all()  # two gaps are one too many
    kept = estimate_missing(value, recipe, np.arange(30), 0)
    np.testing.assert_array_equal(kept.value, value)
    assert not kept.estimated.any()
    assert np.isnan(kept.residual_sd).all()


@pytest.mark.parametrize(("z", "clear", "level"), [(1.9, False, 0.95), (2.0, True, 0.9)])
def test_a_difference_alone_is_judged_alone(z: float, clear: bool, level: float) -> None:
    # in pure noise one claim in twenty: what is not clear at 95 % has an interval of that level
    found = tier([z], [1.0])
    assert found.clear.tolist() == [clear]
    assert found.level == pytest.approx(level)


def test_the_middle_half_is_parted_in_its_middle() -> None:
    assert quarter_of(np.arange(1.0, 9)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert quarter_of([1.0, 2, 3.5, 3.5, 5, 6]).tolist() == [1, 1, 2, 2, 4, 4]


def test_what_is_absent_in_some_of_the_periods_stays_so() -> None:
    recipe = Recipe(
        best=np.ones(2), worst=np.zeros(2), share=np.full(2, 0.5), component_of=np.zeros(2, int),
        dimension_of=np.zeros(1, int), means=(Mean(1.0),) * 3, minimum=1,
        absent=np.array([[False, True], [False, False], [False, False]]),
    )  # fmt: skip
    kept = during(recipe, [0, 2]).absent
    assert kept is not None
    assert kept.tolist() == [[False, True], [False, False]]
    assert during(recipe, [1, 2]).absent is None


def test_a_recipe_of_fewer_indicators_keeps_what_has_just_enough() -> None:
    recipe = Recipe(
        best=np.ones(3), worst=np.zeros(3), share=np.array([0.5, 0.5, 1]),
        component_of=np.array([0, 0, 1]), dimension_of=np.zeros(2, int), means=(Mean(1.0),) * 3,
        minimum=1,
    )  # fmt: skip
    assert recipe.scored.tolist() == [True, True]  # one indicator makes a component
    half = recipe_for(recipe, np.array([True, False, True]), 0.5)
    assert half.share.tolist() == [1, 0, 1]
    assert recipe.scores_like(replace(recipe, minimum=2))
    for other in ({"missing_components": 1}, {"absent": np.eye(3, dtype=bool)}):
        assert not recipe.scores_like(replace(recipe, **other))
    assert not recipe.scores_like(half)
    value = np.array([[[1.0, np.nan, 1], [1, 1, 1]]] * 2)
    assert absent_in(value, recipe) is None  # one area has it
    kept = take(score(value, recipe), [1], slice(1))
    assert kept.index.shape == (1, 1)
    assert kept.capped.shape == (1, 1, 3)


def test_a_parent_whose_children_weigh_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one child of each parent"):
        hierarchy(np.ones((4, 3)), [[0, 0, 1]], [[0.5, 0.5, 0.0]])


def test_a_cap_says_at_which_percentiles() -> None:
    x = np.arange(101.0)[:, None]
    assert "the 5 and 95 percentiles" in fit_treatment(x, ["cap"], share=0.05).reason[0]


def test_an_indicator_may_weigh_nothing_in_a_score() -> None:
    found = scoring_weights([0.0, 0.5, 0.5], [1.0] * 3, [1.0] * 3, [0.0] * 3)
    np.testing.assert_allclose(found, [0, 0.5, 0.5])
    with pytest.raises(ValueError, match="not be negative"):
        scoring_weights([-0.1, 0.5, 0.6], [1.0] * 3, [1.0] * 3, [0.0] * 3)
