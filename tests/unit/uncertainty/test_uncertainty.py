"""Replicates against a slow oracle; ranks, failures and Sobol's indices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.stats import rankdata

from spi_core.method.means import Mean
from spi_core.method.moments import moments
from spi_core.method.ranking import interval, quarter, rank_summary
from spi_core.method.recipe import Recipe
from spi_core.method.score import Estimated, score
from spi_core.uncertainty import replicates, sobol
from spi_core.uncertainty.alternatives import ALL, SAMPLING, Alternatives, make_plan, pca_shares
from spi_core.uncertainty.sampling import Sampling
from spi_core.uncertainty.simulate import simulate
from spi_core.uncertainty.sobol import FACTORS, analyse_factors, choices

RECIPE = Recipe(
    best=np.array([100.0, 0.0, 10.0, 80.0, 50.0]),
    worst=np.array([0.0, 40.0, 0.0, 20.0, 0.0]),
    share=np.array([0.4, 0.6, 0.5, 0.5, 0.0]),
    component_of=np.array([0, 0, 2, 2, 3]),
    dimension_of=np.array([0, 0, 1, 1]),
    means=(Mean(1.0),) * 3,
    minimum=2,
)
COMPARABLE = replace(RECIPE, share=np.array([0.0, 0.0, 0.5, 0.5, 0.0]))


def panel(areas=9, periods=2, se=0.03, seed=0):
    rng = np.random.default_rng(seed)
    at = rng.uniform(0.1, 0.9, (periods, areas, 5))
    value = RECIPE.worst + at * (RECIPE.best - RECIPE.worst)
    shape = value.shape
    errors = Sampling(
        se=np.broadcast_to(se * np.abs(RECIPE.best - RECIPE.worst), shape).copy(),
        skew=np.zeros(shape),
        overlap=np.tile(np.eye(periods), (5, 1, 1)),
        change_se=np.ones(shape[1:]),
        basis=np.full(shape, "counts"),
        low=np.full(5, -np.inf),
        high=np.full(5, np.inf),
    )
    return value, errors


def run(value, errors, seed=1, n=50, **options):
    return simulate(value, errors, RECIPE, np.random.default_rng(seed), n, **options)


def test_replicates_match_the_scoring_function():
    value, errors = panel(se=0.02)
    value = 0.3 * (RECIPE.best + RECIPE.worst) + 0.4 * value  # no draw reaches a goalpost
    value[0, 3, 1] = np.nan
    draws = run(value, errors, keep_indicators=True, comparable=COMPARABLE)
    for recipe, found in ((RECIPE, draws.full), (COMPARABLE, draws.comparable)):
        raw = RECIPE.worst + draws.indicator.astype(float) / 100 * (RECIPE.best - RECIPE.worst)
        expected = score(raw, recipe)
        np.testing.assert_allclose(found.component, expected.component, atol=1e-3)
        np.testing.assert_allclose(found.dimension, expected.dimension, atol=1e-3)
        np.testing.assert_allclose(found.index, expected.index, atol=1e-3)
    assert np.isnan(draws.full.component[:, 0, 3, 0]).all()
    lacking = np.zeros((2, draws.full.index.shape[-1]), bool)
    lacking[0, 3] = True
    assert (np.isnan(draws.full.index) == lacking).all()


def test_replicates_match_where_an_index_may_lack_a_component_and_a_period_an_indicator():
    value, errors = panel(se=0.02)
    value = 0.3 * (RECIPE.best + RECIPE.worst) + 0.4 * value  # no draw reaches a goalpost
    value[0, 3, 1] = np.nan
    absent = np.zeros((2, RECIPE.share.size), bool)
    absent[0, 2] = True
    value[0, :, 2] = np.nan
    recipe = replace(RECIPE, missing_components=1, absent=absent, minimum=1)
    draws = simulate(value, errors, recipe, np.random.default_rng(1), 50, vary=SAMPLING)
    again = simulate(
        value, errors, recipe, np.random.default_rng(1), 50, vary=SAMPLING, keep_indicators=True
    )
    raw = RECIPE.worst + again.indicator.astype(float) / 100 * (RECIPE.best - RECIPE.worst)
    expected = score(raw, recipe)
    for name in ("component", "dimension", "index"):
        found = getattr(again.full, name)
        np.testing.assert_allclose(found, getattr(expected, name), atol=1e-3)
    alone = np.arange(9) != 3  # its one component that counts in a dimension is lacking
    assert np.isfinite(draws.full.index[:, 0, alone]).all()
    assert np.isnan(draws.full.index[:, 0, 3]).all()


@pytest.mark.parametrize("kept", [False, True])
def test_a_mean_of_its_own_a_level_a_gap_and_what_is_absent_meet_in_one_recipe(kept):
    recipe = Recipe(
        best=np.full(8, 100.0), worst=np.zeros(8),
        share=np.array([0.5, 0.3, 0.2, 0, 0.5, 0.5, 0.6, 0.4]),
        component_of=np.array([0, 0, 0, 0, 1, 1, 2, 2]), dimension_of=np.array([0, 0, 1]),
        means=(Mean(0.5), Mean(0.0), Mean(-1.0)), minimum=2, missing_components=1,
        absent=np.array([[k == 2 for k in range(8)], [k == 5 for k in range(8)]]),
    )  # fmt: skip
    value = np.random.default_rng(3).uniform(10, 90, (2, 7, 8))
    value[..., 3] = np.nan  # counts in nothing
    value[np.broadcast_to(recipe.absent[:, None], value.shape)] = value[0, 3, 6] = np.nan
    blank = np.zeros(value.shape)
    errors = Sampling(
        se=blank, skew=blank, overlap=np.tile(np.eye(2), (8, 1, 1)), change_se=blank[0],
        basis=np.full(value.shape, "counts"), low=np.full(8, -np.inf), high=np.full(8, np.inf),
    )  # fmt: skip
    rng = np.random.default_rng(1)
    found = simulate(value, errors, recipe, rng, 2, keep_indicators=kept).full
    expected = score(value, recipe)
    assert np.isnan(expected.component[1, :, 1]).all()  # one indicator of two is left
    assert np.isfinite(expected.index).sum() == 2 * 7 - 1
    for name in ("component", "dimension", "index"):
        for drawn in getattr(found, name):
            np.testing.assert_allclose(drawn, getattr(expected, name), rtol=1e-5)


@pytest.mark.parametrize("period", [0, 1])
def test_what_a_period_lacks_is_not_filled_from_another(period):
    value, errors = panel(se=0.0)
    absent = np.zeros((2, RECIPE.share.size), bool)
    absent[period, 2] = True
    recipe = replace(RECIPE, missing_components=1, absent=absent)  # two figures, or no component
    drawn = simulate(value, errors, recipe, np.random.default_rng(1), 50, vary=SAMPLING)
    assert np.isnan(drawn.full.component[:, period, :, 2]).all()
    alone = score(value, replace(recipe, absent=None)).component[1 - period]
    np.testing.assert_allclose(drawn.full.component[0, 1 - period, :, 2], alone[:, 2], atol=1e-4)


def test_draws_beyond_a_goalpost_do_not_pile_up_on_one_side():
    value, errors = panel(se=0.1)
    value[..., :2] = RECIPE.best[:2]  # every other draw lies beyond
    draws = run(value, errors, n=4000)
    found = score(value, RECIPE)
    np.testing.assert_allclose(draws.full.component[..., 0].mean(axis=0), 100, atol=0.5)
    spread = 10 * np.hypot(0.4, 0.6)
    np.testing.assert_allclose(draws.full.component[..., 0].std(axis=0), spread, rtol=0.06)
    np.testing.assert_allclose(draws.full.index.mean(axis=0), found.index, atol=0.5)
    assert draws.full.component[..., 0].max() > 100
    capped = run(value, errors, n=400, vary={"sampling", "weights"})
    assert capped.full.component[..., 0].max() <= 100 + 1e-4


@pytest.mark.parametrize("where", [-0.5, 0.0, 0.5, 1.0, 1.5])
def test_without_error_draws_beyond_a_goalpost_are_the_score(where):
    value, errors = panel(se=0.0)
    value[:] = RECIPE.worst + where * (RECIPE.best - RECIPE.worst)
    draws = run(value, errors, n=3)
    expected = np.tile(score(value, RECIPE).index, (3, 1, 1))
    np.testing.assert_allclose(draws.full.index, expected, atol=1e-4)


def test_a_mean_that_has_no_zero_is_drawn_above_it():
    value, errors = panel(se=0.2)
    value[..., 0] = RECIPE.worst[0]
    recipe = replace(RECIPE, means=(Mean(0.0), Mean(1.0), Mean(-1.0)))
    draws = simulate(value, errors, recipe, np.random.default_rng(1), 300)
    assert np.isfinite(draws.full.index).all()
    assert (draws.full.component[..., 0] > 0).all()


@pytest.mark.parametrize("order", [0.0, 2.0])
def test_means_without_negative_scores_are_given_none(order):
    recipe = replace(RECIPE, means=(Mean(order),) * 3)
    value, errors = panel(se=0.0)
    value[:] = RECIPE.worst
    held = simulate(value, errors, recipe, np.random.default_rng(1), 2, capped=True)
    np.testing.assert_allclose(held.full.index, score(value, recipe).index[None].repeat(2, 0))
    _, errors = panel(se=0.2)  # every other draw lies below the worst
    assert np.isfinite(
        simulate(value, errors, recipe, np.random.default_rng(1), 20).full.index
    ).all()


@pytest.mark.parametrize(
    "orders", [(0, 1, -1), (0, 0, 0), (0.5, 1, 2), (-10, 0.3, 10), (0.01, 1, 1)]
)
def test_other_means_match_a_slow_oracle(orders):
    value, errors = panel()
    recipe = replace(RECIPE, means=tuple(Mean(b) for b in orders))
    draws = simulate(value, errors, recipe, np.random.default_rng(1), 5, keep_indicators=True)

    def mean(x, w, b):
        b = b or 1e-9  # near enough to the geometric mean, by another way
        return (np.average(x**b, weights=w, axis=-1)) ** (1 / b)

    x = draws.indicator.astype(float)
    if min(orders) <= 0:
        x = x * 0.99 + 1
    parts = [mean(x[..., at], RECIPE.share[at], orders[0]) for at in ([0, 1], [2, 3])]
    expected = mean(np.stack(parts, -1), [1, 1], orders[2])  # one component a dimension
    np.testing.assert_allclose(draws.full.index, expected, rtol=1e-4)


def test_without_error_every_replicate_is_the_score():
    value, errors = panel(se=0.0)
    draws = run(value, errors, n=7)
    np.testing.assert_allclose(
        draws.full.index, np.tile(score(value, RECIPE).index, (7, 1, 1)), atol=1e-4
    )
    low, high = interval(draws.full.index)
    np.testing.assert_array_equal(low, high)


def test_same_seed_same_numbers_and_inputs_untouched():
    value, errors = panel()
    before = value.copy(), errors.se.copy()
    first, again = (run(value, errors, vary=ALL) for _ in range(2))
    np.testing.assert_array_equal(first.full.index, again.full.index)
    other = run(value, errors, seed=2, vary=ALL)
    assert (first.full.index != other.full.index).any()
    np.testing.assert_array_equal(value, before[0])
    np.testing.assert_array_equal(errors.se, before[1])


def test_draws_have_the_mean_and_spread_of_the_error():
    value, errors = panel(areas=3)
    value[:] = (RECIPE.best + RECIPE.worst) / 2
    errors = replace(errors, skew=np.full(value.shape, 0.6))
    draws = run(value, errors, n=20_000, keep_indicators=True).indicator
    np.testing.assert_allclose(draws.mean(axis=0), 50, atol=0.12)
    np.testing.assert_allclose(draws.std(axis=0), 3 * np.sqrt(1 + 2 * 0.1**2), rtol=0.03)
    # oriented scores turn the tail of an indicator that is better when lower
    third = ((draws - 50.0) ** 3).mean(axis=(0, 1, 2)) / 3**3
    sign = np.sign(RECIPE.best - RECIPE.worst)
    np.testing.assert_allclose(third * sign, 6 * 0.1 + 8 * 0.1**3, atol=0.05)


def test_draws_are_as_skewed_as_the_error_says():
    # of x = σz + c(z² − 1), c = σg/6: variance σ² + 2c², third moment 6cσ² + 8c³
    value, errors = panel(areas=2, periods=1)
    value[:] = (RECIPE.best + RECIPE.worst) / 2
    errors = replace(errors, skew=np.full(value.shape, 0.6))
    drawn = run(value, errors, n=40_000, keep_indicators=True).indicator[..., 0].ravel()
    sigma, c = 3.0, 0.3  # score points
    variance = sigma**2 + 2 * c**2
    assert drawn.mean() == pytest.approx(50, abs=0.05)
    assert drawn.std() == pytest.approx(np.sqrt(variance), rel=0.01)
    third = (6 * c * sigma**2 + 8 * c**3) / variance**1.5
    assert stats.skew(drawn.astype(float)) == pytest.approx(third, abs=0.04)
    assert run(value, errors, n=2).indicator is None


def test_errors_go_together_by_what_windows_share_indicator_by_indicator():
    value, errors = panel(areas=2, periods=3)
    value[:] = (RECIPE.best + RECIPE.worst) / 2
    errors.overlap[1] = [[1, 0.6, 0], [0.6, 1, 0.3], [0, 0.3, 1]]  # of the others nothing
    drawn = run(value, errors, n=20_000, keep_indicators=True).indicator[:, :, 0]
    for k in (0, 1):
        np.testing.assert_allclose(np.corrcoef(drawn[..., k].T), errors.overlap[k], atol=0.03)


def test_errors_of_overlapping_windows_go_together():
    value, errors = panel(areas=2, periods=3)
    value[:] = (RECIPE.best + RECIPE.worst) / 2
    shared = np.array([[1, 0.75, 0.5], [0.75, 1, 0.75], [0.5, 0.75, 1]])
    errors = replace(errors, overlap=np.tile(shared, (5, 1, 1)))
    draws = run(value, errors, n=20_000, keep_indicators=True).indicator
    for k in range(5):
        np.testing.assert_allclose(np.corrcoef(draws[:, :, 0, k].T), shared, atol=0.02)


def test_identical_windows_have_identical_errors():
    value, errors = panel()
    errors = replace(errors, overlap=np.ones((5, 2, 2)))
    value[1] = value[0]
    draws = run(value, errors).full.index
    np.testing.assert_allclose(draws[:, 0], draws[:, 1], atol=0.02)


def test_values_never_pass_their_limits():
    value, errors = panel(se=0.5)
    low = RECIPE.worst + 0.3 * (RECIPE.best - RECIPE.worst)
    errors = replace(errors, low=np.minimum(low, RECIPE.best), high=np.maximum(low, RECIPE.best))
    drawn = run(value, errors, keep_indicators=True).indicator
    assert drawn.min() >= 30 - 1e-3
    assert drawn.max() <= 100


def test_unknown_errors_are_reported_and_do_not_vary():
    value, errors = panel()
    errors.se[:, 2, 2:4] = np.nan
    draws = run(value, errors)
    assert draws.fixed[:, 2, 2:4].all()
    assert draws.fixed.sum() == 4
    assert np.ptp(draws.full.component[:, :, 2, 2], axis=0) == pytest.approx(0)


def test_estimates_vary_by_their_residual():
    value, errors = panel(se=0.0)
    mask = np.zeros(value.shape, bool)
    mask[0, 1, 0] = True
    estimated = Estimated(value, mask, np.array([5.0, np.nan, np.nan, np.nan, np.nan]))
    drawn = run(value, errors, n=4000, estimated=estimated).full.component.astype(float)
    assert drawn[:, 0, 1, 0].std() == pytest.approx(5 * 0.4, rel=0.05)
    drawn[:, 0, 1, 0] = 0
    assert np.nanmax(np.ptp(drawn, axis=0)) == pytest.approx(0, abs=1e-4)
    still = run(value, errors, estimated=estimated, vary={"sampling"}).full.component
    assert np.nanmax(np.ptp(still, axis=0)) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("choice", sorted(ALL - {"imputation"}))
def test_each_choice_moves_scores_by_itself(choice):
    value, errors = panel()
    draws = run(value, errors, vary={choice})
    assert draws.varied == {choice}
    assert np.ptp(draws.full.index, axis=0).min() > 0
    assert np.nanmin(draws.full.component) >= 0
    assert np.nanmax(draws.full.component) <= 100 + 1e-3


@pytest.mark.parametrize("name", ["zscore", "minmax", "percentile_rank"])
def test_normalisers_match_their_modules(name):
    from spi_core.method.normalise import fit_scale, normalise

    value, errors = panel(se=0.0)
    draws = run(
        value, errors, n=2, vary={"normaliser"}, keep_indicators=True,
        alternatives=Alternatives(normalisers=(name,)),
    )  # fmt: skip
    polarity = np.sign(RECIPE.best - RECIPE.worst)
    expected = normalise(value, fit_scale(value, RECIPE.best, RECIPE.worst, polarity), name)
    expected = 50 + 10 * expected if name == "zscore" else expected
    np.testing.assert_allclose(draws.indicator[0], expected, atol=1e-3)


def test_borough_is_ranked_among_wards_without_being_one():
    value, errors = panel(se=0.0)
    wards = np.arange(9) > 0
    draws = run(
        value, errors, n=1, vary={"normaliser"}, keep_indicators=True, reference=wards,
        alternatives=Alternatives(normalisers=("percentile_rank",)),
    )  # fmt: skip
    oriented = value * np.sign(RECIPE.best - RECIPE.worst)
    beaten = (oriented[:, 1:] < oriented[0, 0]).mean(axis=(0, 1))
    np.testing.assert_allclose(draws.indicator[0, 0, 0], 100 * beaten, atol=1e-3)
    assert draws.indicator[0, :, 1:].mean(axis=(0, 1)) == pytest.approx(np.full(5, 50), abs=1e-3)


def test_failed_replicates_are_counted_and_left_out():
    value, errors = panel(se=0.0)
    value[..., 0] = 30.0
    options = Alternatives(normalisers=("goalposts", "minmax"))
    draws = run(value, errors, n=200, vary={"normaliser"}, alternatives=options)
    assert draws.failures == {"an indicator does not vary": draws.n_failed}
    assert 60 < draws.n_failed < 140
    for level in (draws.full.index, draws.full.component, draws.full.dimension):
        assert len(level) == 200 - draws.n_failed
    assert np.isfinite(draws.full.index).all()
    only = Alternatives(normalisers=("minmax",))
    with pytest.raises(ValueError, match="every replicate failed: an indicator does not vary"):
        run(value, errors, vary={"normaliser"}, alternatives=only)


def test_crossed_goalposts_fail():
    value, errors = panel()
    draws = run(
        value, errors, n=300, vary={"goalposts"}, alternatives=Alternatives(goalpost_shift=60)
    )
    assert draws.failures.keys() == {"goalposts are crossed"}
    assert 0 < draws.n_failed < 300


def test_component_without_a_value_is_unscored_in_every_replicate():
    value, errors = panel()
    value[..., :2] = np.nan
    draws = run(value, errors, vary=ALL)
    assert draws.n_failed == 0
    assert np.isnan(draws.full.component[..., 0]).all()
    assert np.isnan(draws.full.index).all()


def test_two_areas_are_enough_to_simulate_and_rank():
    value, errors = panel(areas=2)
    r = rank_summary(score(value, RECIPE).index, run(value, errors, vary=ALL).full.index)
    assert np.isfinite([r.rank, r.low, r.high, r.top, r.bottom]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vary": {"colour"}}, "unknown choices.*allowed"),
        ({"vary": set()}, "unknown choices"),
        ({"n": 0}, "at least 1"),
        ({"max_bytes": 100.0}, "fewer replicates"),
    ],
)
def test_wrong_requests_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        run(*panel(), **options)


def test_wrong_arrays_are_refused():
    value, errors = panel()
    with pytest.raises(ValueError, match="must fit"):
        run(value[:, :3], errors)
    with pytest.raises(ValueError, match="finite"):
        run(np.where(value > 50, np.inf, value), errors)
    empty = replace(RECIPE, share=np.zeros(5))
    with pytest.raises(ValueError, match="no component"):
        simulate(value, errors, empty, np.random.default_rng(1), 9)
    errors.se[0, 0, 0] = -1
    with pytest.raises(ValueError, match="standard errors 0 or more"):
        run(value, errors)


def test_ranks_by_hand():
    draws = np.array([[9.0, 5, 5, 1], [5, 9, 4, 1], [9, 5, 4, 1], [9, 5, 4, 6]])
    r = rank_summary([9.0, 6, 5, 1], draws, level=0.9)
    np.testing.assert_array_equal(r.rank, [1, 2, 3, 4])
    # intervals 5.6–9, 5–8.4, 4–4.9, 1–5.2: the third lies wholly below two, the fourth below one
    np.testing.assert_array_equal(r.low, [1, 1, 3, 2])
    np.testing.assert_array_equal(r.high, [2, 3, 4, 4])
    np.testing.assert_array_equal(r.top, [0.75, 0.25, 0, 0])
    np.testing.assert_array_equal(r.bottom, [0, 0, 0.25, 0.75])


def test_unscored_area_has_no_rank_and_takes_no_place():
    draws = np.array([[3.0, np.nan, 1.0]] * 5)
    r = rank_summary(draws[0], draws)
    np.testing.assert_array_equal(r.rank, [1, np.nan, 2])
    np.testing.assert_array_equal(r.top, [1, np.nan, 0])
    with pytest.raises(ValueError, match="two scored"):
        rank_summary([1.0, np.nan], draws[:, :2])
    with pytest.raises(ValueError, match="must fit"):
        rank_summary([1.0, 2.0], draws)


def test_a_quarter_of_seventeen_is_four():
    assert [quarter(n) for n in (2, 5, 6, 17, 18, 20)] == [1, 1, 2, 4, 5, 5]


def test_interval_needs_replicates():
    with pytest.raises(ValueError, match="at least one"):
        interval(np.empty((0, 3)))


def test_weights_spread_around_the_fitted_ones_and_others_stay():
    rng = np.random.default_rng(3)
    common = rng.normal(size=(400, 1))
    recipe = Recipe(
        best=np.full(5, 3.0), worst=np.full(5, -3.0), share=np.array([1, 1, 1, 1.5, 1.5]) / 3,
        component_of=np.array([0, 0, 0, 1, 1]), dimension_of=np.array([0, 0]),
        means=(Mean(1.0),) * 3, minimum=2,
    )  # fmt: skip
    m = moments(common + rng.normal(size=(400, 3)))
    shares, fell_back = pca_shares({0: m}, recipe, np.ones(5), rng, 300)
    np.testing.assert_allclose(shares[:, :3].sum(axis=1), 1)
    np.testing.assert_allclose(shares[:, 3:], 0.5)
    assert fell_back == {0: 0}
    assert (shares[:, :3].std(axis=0) > 0.002).all()
    noise = moments(rng.normal(size=(40, 3)))
    shares, fell_back = pca_shares({0: noise}, recipe, np.ones(5), rng, 300)
    assert fell_back[0] > 100
    assert np.isclose(shares[:, :3].std(axis=1), shares[0, :3].std()).sum() < 300
    np.testing.assert_allclose(shares[:, :3].sum(axis=1), 1)


def test_sobol_indices_of_a_function_with_known_ones():
    # y = 4a + 2b + 0c + 6ab-type interaction has indices that integrate by hand
    def outcome(u):
        a, b, _ = (u - 0.5).T
        return 4 * a + 2 * b + 12 * a * b, np.zeros(len(u), bool)

    found = analyse_factors(outcome, ("a", "b", "c"), np.random.default_rng(1), 2048)
    parts = np.array([16 / 12, 4 / 12, 144 / 144])
    np.testing.assert_allclose(found.first, np.append(parts[:2], 0) / parts.sum(), atol=0.02)
    totals = np.array([parts[0] + parts[2], parts[1] + parts[2], 0]) / parts.sum()
    np.testing.assert_allclose(found.total, totals, atol=0.02)
    assert found.n == 2048 * 5
    assert found.n_failed == 0


def test_sobol_counts_failures_and_names_what_is_still():
    found = analyse_factors(
        lambda u: (np.ones(len(u)), u[:, 0] > 0.9), ("a", "b"), np.random.default_rng(1), 64
    )
    assert found.reason == "no choice moves a rank"
    assert found.n_failed > 0
    np.testing.assert_array_equal(found.total, 0)


@pytest.mark.parametrize(("n", "names"), [(100, ("a", "b")), (64, ("a",))])
def test_sobol_refuses_what_it_cannot_sample(n, names):
    with pytest.raises(ValueError, match=r"power of 2|two factors"):
        analyse_factors(lambda u: (u[:, 0], u[:, 0] > 2), names, np.random.default_rng(1), n)


def test_choices_that_move_ranks_have_sobol_indices():
    value, errors = panel(areas=12)
    errors.se[..., 0] = 0  # as of a census
    found = choices(value, errors, RECIPE, np.random.default_rng(1), 64, pool=32)
    assert set(found.factors) | set(found.left_out) == set(FACTORS)
    assert found.left_out == {"imputation": "no cell was estimated"}
    assert found.mean > 0
    assert (found.total >= -0.05).all()
    assert found.total.sum() >= 0.9
    again = choices(value, errors, RECIPE, np.random.default_rng(1), 64, pool=32)
    np.testing.assert_array_equal(found.total, again.total)


def test_ranks_move_from_those_of_the_method_as_decided(monkeypatch):
    value, errors = panel(areas=12)

    def outcome_of(outcome, names, *rest):
        def shift(sampling=-1.0, **choices):
            row = sobol._NOMINAL | {"sampling": sampling} | choices
            return [row[name] for name in names]

        # an error from the pool, its first and its last draw; none; none but other weights
        rows = [shift(0.001), shift(0.999), shift(), shift(weights=0.9)]
        return outcome(np.array(rows))[0]

    monkeypatch.setattr(sobol, "analyse_factors", outcome_of)
    moved = choices(value, errors, RECIPE, np.random.default_rng(1), pool=8)
    assert (moved[:2] > 0).all()
    assert moved[2] == 0
    others = replace(RECIPE, share=np.array([0.5, 0.5, 0.5, 0.5, 0.0]))
    at = [rankdata(score(value, r).index[-1]) for r in (RECIPE, others)]
    assert moved[3] == np.abs(at[1] - at[0]).mean() > 0


def test_choices_are_of_the_last_period_and_of_a_number_that_can_be_sampled():
    value, errors = panel(areas=4, periods=3)
    found = [
        choices(value, errors, RECIPE, np.random.default_rng(1), pool=4, **period)
        for period in ({}, {"period": 2}, {"period": 1})
    ]
    assert found[0].mean == found[1].mean != found[2].mean
    assert found[0].n == 512 * (len(found[0].factors) + 2)


def test_replicates_larger_than_a_block_are_drawn_one_by_one(monkeypatch):
    value, errors = panel(se=0.0)
    monkeypatch.setattr(replicates, "_BLOCK_CELLS", 1)
    sizes, draw = [], replicates._draw
    monkeypatch.setattr(replicates, "_draw", lambda *a: sizes.append(a[2].size) or draw(*a))
    drawn = run(value, errors, n=3).full.index
    np.testing.assert_allclose(drawn, np.tile(score(value, RECIPE).index, (3, 1, 1)), atol=1e-4)
    assert set(sizes) == {1}
    monkeypatch.setattr(replicates, "_BLOCK_CELLS", 2 * 9 * 4 * 3)  # periods, areas, indicators
    run(value, errors, n=7)
    assert sizes[5:8] == [3, 3, 1]


def test_imputation_can_be_what_moves_the_ranks():
    value, errors = panel(areas=12, se=0.0)
    mask = np.zeros(value.shape, bool)
    mask[-1, :6, 0] = True
    estimated = Estimated(value, mask, np.full(5, 30.0))
    options = Alternatives(goalpost_shift=0.0)
    found = choices(
        value,
        errors,
        RECIPE,
        np.random.default_rng(1),
        64,
        estimated=estimated,
        alternatives=options,
    )
    assert "sampling" in found.left_out
    total = dict(zip(found.factors, found.total, strict=True))
    assert total["imputation"] > 0.1
    assert total["goalposts"] == pytest.approx(0, abs=1e-9)


def test_sampling_is_the_default():
    value, errors = panel()
    assert run(value, errors).varied == SAMPLING


@pytest.mark.parametrize("name", ["minmax", "zscore"])
def test_indicators_that_vary_by_less_than_a_point_are_normalised_like_others(name):
    from spi_core.method.normalise import fit_scale, normalise

    value, errors = panel(se=0.0)
    width = RECIPE.best - RECIPE.worst
    value[1, :4, 2] = np.nan
    near = RECIPE.worst + (0.4 + 0.005 * (value - RECIPE.worst) / width) * width
    for at, tolerance in ((value, 1e-3), (near, 2e-2)):
        draws = run(
            at, errors, n=2, vary={"normaliser"}, keep_indicators=True,
            alternatives=Alternatives(normalisers=(name,)),
        )  # fmt: skip
        scale = fit_scale(at, RECIPE.best, RECIPE.worst, np.sign(width))
        expected = normalise(at, scale, name)
        expected = 50 + 10 * expected if name == "zscore" else expected
        np.testing.assert_allclose(draws.indicator[0], expected, atol=tolerance)


def test_a_plan_without_choices_is_the_method_as_decided() -> None:
    recipe = replace(RECIPE, means=(Mean(1.0), Mean(0.0), Mean(0.5)))
    plan = make_plan(recipe, recipe.used, set(), Alternatives(), 5, np.random.default_rng(1))
    np.testing.assert_array_equal(plan.order, [[1.0, 0.0, 0.5]] * 5)
    assert set(plan.normaliser) == {"goalposts"}
    assert (plan.share, plan.ends) == (None, None)


@pytest.mark.parametrize("comparable", [None, COMPARABLE])
def test_what_replicates_take_is_known_to_the_byte(comparable):
    value, errors = panel()
    options = {"n": 20, "keep_indicators": True, "comparable": comparable}
    draws = run(value, errors, **options)
    levels = [draws.full] if comparable is None else [draws.full, draws.comparable]
    arrays = [getattr(x, name) for x in levels for name in ("component", "dimension", "index")]
    size = sum(a.nbytes for a in (*arrays, draws.indicator))
    run(value, errors, **options, max_bytes=size)
    with pytest.raises(ValueError, match="20 replicates would take"):
        run(value, errors, **options, max_bytes=size - 1)


def test_indicators_that_are_kept_lie_between_0_and_100() -> None:
    value, errors = panel(se=0.8)
    kept = run(value, errors, keep_indicators=True).indicator
    assert (np.nanmin(kept), np.nanmax(kept)) == (0, 100)
