"""Permutation tests against slow oracles, and what must hold for any data."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from statsmodels.stats.multitest import multipletests

from spi_core.impact.estimate.within import permute_within_wards, smallest_p_within
from spi_core.impact.inference.multiplicity import benjamini_hochberg, holm, max_t
from spi_core.impact.inference.permutation import permute_wards
from spi_core.impact.inference.sets import smallest_p, ward_sets
from spi_core.impact.inference.studentise import studentised, ward_sums
from spi_core.impact.inference.wild import wild_cluster_bootstrap

seeds = st.integers(0, 10_000)


def borough(seed, wards=8, treated=3):
    """Uneven wards with a common shock each."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 6, wards)
    ward = np.repeat(np.arange(wards), sizes)
    y = rng.normal(size=ward.size) + rng.normal(size=wards)[ward]
    side = np.isin(np.arange(wards), rng.choice(wards, treated, replace=False))
    return y, ward, side, rng


def slow_t(y, ward, chosen, weights=None, covariate=None):
    """CV3 t statistic by refitting the regression without each ward."""
    w = np.ones(y.size) if weights is None else weights
    columns = [np.ones(y.size), np.isin(ward, chosen).astype(float)]
    x = np.column_stack(columns if covariate is None else [*columns, covariate])

    def fit(rows):
        root = np.sqrt(w[rows])[:, None]
        return np.linalg.lstsq(x[rows] * root, y[rows] * root[:, 0], rcond=None)[0][1]

    groups = np.unique(ward)
    b = fit(np.ones(y.size, bool))
    left = np.array([fit(ward != g) for g in groups])
    return b / np.sqrt((groups.size - 1) / groups.size * ((left - b) ** 2).sum())


def slow_p(y, ward, side, **more):
    observed = slow_t(y, ward, np.flatnonzero(side), **more)
    placebo = [
        slow_t(y, ward, chosen, **more) for chosen in combinations(range(side.size), side.sum())
    ]
    return np.mean(np.abs(placebo) >= abs(observed) * (1 - 1e-9))


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_p_value_matches_refitting_every_set(seed):
    y, ward, side, rng = borough(seed)
    sets = ward_sets(side, rng)
    weights, covariate = rng.uniform(1, 3, y.size), rng.normal(size=y.size)
    plain = permute_wards(y, ward, sets)
    assert plain.p == pytest.approx(slow_p(y, ward, side))
    assert plain.estimate / plain.se == pytest.approx(slow_t(y, ward, np.flatnonzero(side)))
    weighted = permute_wards(y, ward, sets, weights=weights)
    assert weighted.p == pytest.approx(slow_p(y, ward, side, weights=weights))
    given_x = permute_wards(y, ward, sets, covariates=covariate[:, None])
    assert given_x.p == pytest.approx(slow_p(y, ward, side, covariate=covariate))


@settings(max_examples=12, deadline=None)
@given(seeds, st.booleans())
def test_interval_is_where_the_test_stops_rejecting(seed, adjusted):
    y, ward, side, rng = borough(seed, wards=9, treated=3)
    sets = ward_sets(side, rng)
    covariates = rng.normal(size=(y.size, 1)) if adjusted else None
    found = permute_wards(y, ward, sets, covariates=covariates)
    inside = side[ward]

    def p_at(tau):
        return permute_wards(y - tau * inside, ward, sets, covariates=covariates, alpha=None).p

    step = 1e-4 * found.se  # where two curves nearly touch, ties reach about 1e-6
    for end, outward in ((found.low, -1), (found.high, 1)):
        assert p_at(end - outward * step) > 0.05
        for far in (1, 1e2, 1e4):
            assert p_at(end + outward * far * step) <= 0.05
    grid = np.linspace(found.low - found.se, found.high + found.se, 41)
    outside = (grid < found.low) | (grid > found.high)
    assert all(p_at(tau) <= 0.05 for tau in grid[outside])
    if found.connected:
        assert all(p_at(tau) > 0.05 for tau in grid[~outside][1:-1])


@settings(max_examples=12, deadline=None)
@given(seeds, st.floats(-50, 50), st.floats(0.01, 100))
def test_effect_and_interval_follow_shift_and_scale(seed, shift, scale):
    y, ward, side, rng = borough(seed)
    sets = ward_sets(side, rng)
    found = permute_wards(y, ward, sets, alpha=0.1)
    moved = permute_wards(scale * (y + shift * side[ward]) + 3, ward, sets, alpha=0.1)
    assert moved.estimate == pytest.approx(scale * (found.estimate + shift), abs=1e-8 * scale * 60)
    for ours, theirs in ((moved.low, found.low), (moved.high, found.high)):
        assert ours == pytest.approx(scale * (theirs + shift), abs=1e-6 * scale * 60)


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_order_of_wards_does_not_matter(seed):
    y, ward, side, rng = borough(seed)
    found = permute_wards(y, ward, ward_sets(side, rng))
    new = rng.permutation(side.size)
    swapped = np.empty_like(side)
    swapped[new] = side
    again = permute_wards(y, new[ward], ward_sets(swapped, rng))
    assert again.p == found.p
    assert again.low == pytest.approx(found.low)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_p_never_falls_below_its_floor(seed):
    y, ward, side, rng = borough(seed, wards=6, treated=3)
    found = permute_wards(y + 100 * side[ward], ward, ward_sets(side, rng))
    assert found.floor == smallest_p(6, 3) == 0.1
    assert found.p >= found.floor
    assert (found.low, found.high) == (-np.inf, np.inf)  # nothing can be rejected at 5 %


def test_drawn_sets_agree_with_listed_ones():
    y, ward, side, rng = borough(3, wards=12, treated=4)
    y = y + 0.8 * side[ward]
    exact = permute_wards(y, ward, ward_sets(side, rng))
    drawn = permute_wards(y, ward, ward_sets(side, rng, limit=10, draws=20_000))
    assert exact.exact
    assert exact.monte_carlo_se == 0
    assert not drawn.exact
    assert drawn.sets == 20_001
    assert drawn.monte_carlo_se == pytest.approx(np.sqrt(drawn.p * (1 - drawn.p) / 20_000))
    assert abs(drawn.p - exact.p) < 5 * drawn.monte_carlo_se
    assert drawn.floor == 1 / 20_001
    assert drawn.low == pytest.approx(exact.low, abs=0.1 * exact.se)


def test_same_seed_same_drawn_sets():
    side = np.arange(30) < 10
    first, second = (ward_sets(side, np.random.default_rng(4), draws=50) for _ in range(2))
    assert (first.members == second.members).all()
    assert (first.members.sum(axis=1) == 10).all()


def test_one_treated_ward_has_no_jackknife():
    y, ward, side, rng = borough(1, treated=1)
    with pytest.raises(ValueError, match="at least two treated"):
        permute_wards(y, ward, ward_sets(side, rng))


def test_constant_change_is_not_tested():
    _, ward, side, rng = borough(1)
    with pytest.raises(ValueError, match="nothing to test"):
        permute_wards(np.ones(ward.size), ward, ward_sets(side, rng))
    with pytest.raises(ValueError, match="nothing to test"):
        wild_cluster_bootstrap(np.ones(ward.size), side, ward, rng)


def slow_wild(y, side, ward):
    """Loop over all sign vectors, refitting with statsmodels."""
    import statsmodels.api as sm

    x = sm.add_constant(side[ward].astype(float))

    def t(outcome):
        fit = sm.OLS(outcome, x).fit(cov_type="cluster", cov_kwds={"groups": ward}, use_t=True)
        return abs(fit.tvalues[1])

    observed, residual = t(y), y - y.mean()
    signs = product([-1, 1], repeat=side.size)
    return np.mean([t(y.mean() + residual * np.array(s)[ward]) >= observed - 1e-9 for s in signs])


@settings(max_examples=3, deadline=None)
@given(seeds)
def test_wild_bootstrap_matches_refitting_every_sign_vector(seed):
    y, ward, side, rng = borough(seed, wards=6, treated=2)
    assert wild_cluster_bootstrap(y, side, ward, rng).p == pytest.approx(slow_wild(y, side, ward))


def test_wild_bootstrap_beyond_twenty_wards_states_its_error():
    y, ward, side, rng = borough(2, wards=22, treated=8)
    found = wild_cluster_bootstrap(y, side, ward, rng, draws=4_000)
    assert not found.exact
    assert found.monte_carlo_se > 0
    assert found.replications == 4_000


def slow_within(y, treated, ward):
    """List reassignments within wards and refit by dummy regression with HC3."""
    import statsmodels.api as sm

    dummies = (ward[:, None] == np.unique(ward)).astype(float)

    def t(d):
        fit = sm.OLS(y, np.column_stack([d, dummies])).fit(cov_type="HC3")
        return abs(fit.tvalues[0])

    choices = [
        combinations(np.flatnonzero(ward == w), int(treated[ward == w].sum()))
        for w in np.unique(ward)
    ]
    observed, all_t = t(treated.astype(float)), []
    for pick in product(*map(list, choices)):
        d = np.zeros(y.size)
        d[[i for part in pick for i in part]] = 1
        all_t.append(t(d))
    return np.mean(np.array(all_t) >= observed - 1e-9), len(all_t)


@settings(max_examples=5, deadline=None)
@given(seeds)
def test_within_ward_permutation_matches_dummy_regressions(seed):
    rng = np.random.default_rng(seed)
    ward = np.repeat(np.arange(3), [4, 5, 4])
    treated = np.isin(np.arange(13), [0, 4, 5, 9])
    y = rng.normal(size=13) + 5 * ward
    p, count = slow_within(y, treated, ward)
    found = permute_within_wards(y, treated, ward, rng)
    assert found.sets == count == round(1 / smallest_p_within(treated, ward))
    assert found.p == pytest.approx(p)
    drawn = permute_within_wards(y, treated, ward, rng, limit=1, draws=4_000)
    assert abs(drawn.p - p) < 5 * max(drawn.monte_carlo_se, 1e-3)


def test_within_ward_estimate_ignores_what_wards_share():
    rng = np.random.default_rng(0)
    ward = np.repeat(np.arange(4), 6)
    treated = np.tile([True, True, False, False, False, False], 4)
    y = rng.normal(size=24)
    one = permute_within_wards(y, treated, ward, rng)
    two = permute_within_wards(y + 100 * ward, treated, ward, rng)
    assert one.estimate == pytest.approx(two.estimate)
    assert one.low == pytest.approx(two.low)


def test_within_ward_permutation_needs_mixed_wards():
    with pytest.raises(ValueError, match="both treated and untreated"):
        permute_within_wards(
            np.arange(4.0),
            np.array([True, True, False, False]),
            np.array([0, 0, 1, 1]),
            np.random.default_rng(0),
        )


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_max_t_lies_between_the_raw_p_and_holm(seed):
    y, ward, side, rng = borough(seed)
    outcomes = np.column_stack([y, y + rng.normal(size=y.size), rng.normal(size=y.size)])
    sets = ward_sets(side, rng)
    statistic = studentised(sets, ward_sums(outcomes, ward))
    raw = np.array([permute_wards(column, ward, sets, alpha=None).p for column in outcomes.T])
    corrected = max_t(statistic)
    assert (corrected >= raw - 1e-12).all()
    assert (holm(raw) >= benjamini_hochberg(raw) - 1e-12).all()


@given(hnp.arrays(float, st.integers(1, 9), elements=st.floats(0, 1)))
def test_adjusted_p_values_are_those_of_statsmodels(p):
    for ours, method in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
        assert ours(p) == pytest.approx(multipletests(p, method=method)[1])


def test_max_t_of_copies_needs_no_correction():
    y, ward, side, rng = borough(5)
    sets = ward_sets(side, rng)
    single = permute_wards(y, ward, sets).p
    copies = studentised(sets, ward_sums(np.column_stack([y, 2 * y, y + 1]), ward))
    assert max_t(copies) == pytest.approx([single] * 3)
    assert holm(np.array([single] * 3))[0] == pytest.approx(min(1, 3 * single))
