"""What must hold for any counts, any panel, any recipe."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spi_core.method.intervals import byar, exact_poisson, poisson_se, wilson, wilson_se
from spi_core.method.means import Mean
from spi_core.method.ranking import interval, rank_summary
from spi_core.method.recipe import Recipe
from spi_core.method.score import Scores, score
from spi_core.uncertainty.alternatives import ALL, SAMPLING
from spi_core.uncertainty.decompose import decompose, influence
from spi_core.uncertainty.peers import nearest, rate
from spi_core.uncertainty.sampling import Sampling
from spi_core.uncertainty.shrink import shrink
from spi_core.uncertainty.simulate import simulate

counts = st.integers(0, 10_000)
levels = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


PLAIN = (Mean(1.0),) * 3


def recipe(k, means=PLAIN, seed=0):
    rng = np.random.default_rng(seed)
    component_of = np.arange(k) // 2
    share = rng.uniform(0.1, 1, k)
    share /= np.bincount(component_of, share)[component_of]
    flip = rng.random(k) < 0.5
    return Recipe(
        best=np.where(flip, 0.0, 100.0),
        worst=np.where(flip, 100.0, 0.0),
        share=share,
        component_of=component_of,
        dimension_of=np.arange(component_of.max() + 1) // 2,
        means=means,
        minimum=1,
    )


def sampling(shape, se):
    return Sampling(
        se=np.full(shape, se),
        skew=np.zeros(shape),
        overlap=np.tile(np.eye(shape[0]), (shape[2], 1, 1)),
        change_se=np.full(shape[1:], se),
        basis=np.full(shape, "counts"),
        low=np.zeros(shape[2]),
        high=np.full(shape[2], 100.0),
    )


@given(counts, counts, levels)
def test_wilson_holds_the_proportion_and_stays_within_bounds(x, more, level):
    assume(x + more > 0)
    n = x + more
    low, high = wilson(x, n, level)
    assert 0 <= low <= x / n + 1e-12
    assert x / n - 1e-12 <= high <= 1
    assert low < high
    mirrored = wilson(more, n, level)
    np.testing.assert_allclose([low, high], [1 - mirrored[1], 1 - mirrored[0]], atol=1e-12)


@given(counts, levels)
def test_poisson_intervals_hold_the_count_and_widen_with_the_level(x, level):
    for function in (byar, exact_poisson):
        low, high = function(x, level)
        assert 0 <= low <= x < high
        wider = function(x, (1 + level) / 2)
        assert wider[0] <= low
        assert wider[1] > high


@given(counts, st.integers(1, 50))
def test_more_of_the_same_is_surer(x, times):
    n = x + 7
    assert wilson_se(times * x, times * n) <= wilson_se(x, n) + 1e-15
    assert poisson_se(times * x) / times <= poisson_se(x) + 1e-12


@given(
    arrays(np.float64, 8, elements=st.integers(0, 500)),
    arrays(np.float64, 8, elements=st.integers(500, 5000)),
    st.sampled_from(["rate", "proportion"]),
)
def test_shrunken_values_lie_between_area_and_borough(x, n, kind):
    s = shrink(x, n, kind)
    lower, upper = np.minimum(x / n, s.centre), np.maximum(x / n, s.centre)
    assert ((lower - 1e-12 <= s.value) & (s.value <= upper + 1e-12)).all()
    assert ((s.kept >= 0) & (s.kept <= 1)).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 12), st.integers(1, 3), st.integers(2, 8), st.integers(0, 2**31))
def test_any_panel_gives_bounded_scores_and_ranks_that_hold_their_point(areas, periods, k, seed):
    rng = np.random.default_rng(seed)
    value = rng.uniform(0, 100, (periods, areas, k))
    draws = simulate(value, sampling(value.shape, 8.0), recipe(k), rng, 40, vary=ALL)
    # with few areas all values of an indicator can be capped alike: no min–max, counted
    assert draws.n_failed == sum(draws.failures.values()) == 40 - len(draws.full.index)
    assert np.isfinite(draws.full.index).all()
    assert draws.full.index.min() >= 0
    assert draws.full.index.max() <= 100.001
    r = rank_summary(score(value, recipe(k)).index, draws.full.index)
    assert ((r.low <= r.rank) & (r.rank <= r.high)).all()
    assert ((r.top >= 0) & (r.top <= 1) & (r.bottom >= 0) & (r.bottom <= 1)).all()
    np.testing.assert_allclose(r.rank.sum(axis=-1), areas * (areas + 1) / 2)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.floats(0.1, 3))
def test_more_error_never_makes_a_score_surer(seed, factor):
    value = np.random.default_rng(seed).uniform(20, 80, (1, 4, 4))
    widths = []
    for se in (2.0, 2.0 * (1 + factor)):
        draws = simulate(
            value, sampling(value.shape, se), recipe(4), np.random.default_rng(1), 60, vary=SAMPLING
        )
        low, high = interval(draws.full.index)
        widths.append(high - low)
    assert (widths[1] >= widths[0] - 1e-4).all()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 9),
    st.tuples(*[st.sampled_from([1, 0, -1, 0.5, 2, 0.01, -10, 10])] * 3),
    st.integers(0, 2**31),
)
def test_contributions_add_up_for_every_mean_at_every_level(k, orders, seed):
    rng = np.random.default_rng(seed)
    r = recipe(k, tuple(map(Mean, orders)), seed)
    value = rng.uniform(-20, 120, (2, 7, k))  # some beyond the goalposts: scores of 0 and 100
    value[0, 5], value[:, 6] = r.worst, r.worst  # up from 0 everywhere; 0 everywhere both times
    value[1, :, 0] = value[0, :, 0]
    c = decompose(value, r)
    index = score(value, r).index
    np.testing.assert_allclose(c.index.sum(axis=1), index[1] - index[0], atol=1e-9)
    np.testing.assert_allclose(c.index[:, 0], 0, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 15), st.integers(0, 2**31), st.floats(0.1, 100), st.floats(-50, 50))
def test_units_of_the_context_do_not_matter(wards, seed, scale, shift):
    x = np.random.default_rng(seed).normal(size=(wards, 3))
    a, b = nearest(x, 3), nearest(x * scale + shift, 3)
    np.testing.assert_array_equal(a.position, b.position)
    np.testing.assert_allclose(a.distance, b.distance, rtol=1e-6)
    assert (a.position != np.arange(wards)[:, None]).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.floats(-200, 200))
def test_ratings_do_not_depend_on_the_level_of_all(seed, shift):
    rng = np.random.default_rng(seed)
    point = rng.normal(50, 5, (6, 2))
    draws = point + rng.normal(size=(50, 6, 2))
    peers = nearest(rng.normal(size=(6, 2)), 4).position
    a, b = rate(point, draws, peers, 1), rate(point + shift, draws + shift, peers, 1)
    np.testing.assert_array_equal(a.rating, b.rating)
    np.testing.assert_allclose(a.difference, b.difference, atol=1e-9)


@pytest.mark.parametrize("overlap", [0.0, 0.6])
def test_known_truth_is_covered_nine_times_in_ten(overlap):
    rng = np.random.default_rng(8)
    k, areas, se = 6, 40, 4.0
    truth = rng.uniform(25, 75, (2, areas, k))
    model = replace(
        sampling(truth.shape, se),
        overlap=np.tile([[1, overlap], [overlap, 1]], (k, 1, 1)),
    )
    true = score(truth, recipe(k)).index
    hits = []
    for _ in range(40):
        z = rng.normal(size=truth.shape)
        z[1] = overlap * z[0] + np.sqrt(1 - overlap**2) * z[1]
        draws = simulate(truth + se * z, model, recipe(k), rng, 300).full.index
        low, high = interval(draws)
        change_low, change_high = interval(draws[:, 1] - draws[:, 0])
        change = true[1] - true[0]
        held = (change_low <= change) & (change <= change_high)
        hits.append(np.concatenate([((low <= true) & (true <= high)).ravel(), held]))
    assert 0.87 <= np.mean(hits) <= 0.93


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 12), st.floats(0.1, 20), st.integers(0, 10**6))
def test_no_place_is_likely_that_the_intervals_of_the_scores_exclude(areas, spread, seed):
    rng = np.random.default_rng(seed)
    point = rng.uniform(0, 100, areas)
    draws = point + spread * rng.normal(size=(60, areas))
    r = rank_summary(point, draws)
    low, high = interval(draws)
    for a in range(areas):
        above, below = (low > high[a]).sum(), (high < low[a]).sum()
        assert min(r.rank[a], above + 1) <= r.low[a] <= r.rank[a] <= r.high[a]
        assert r.high[a] <= max(r.rank[a], areas - below)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(1, 1, 1), (0, -1, 2), (1, 0, 1)]))
def test_influence_is_the_slope_of_the_index(seed, means):
    """Against a central difference of the score itself."""
    rng = np.random.default_rng(seed)
    r = recipe(4, tuple(Mean(float(order)) for order in means), seed)
    x = rng.uniform(0.2, 0.8, (1, 3, len(r.best))) * (r.best - r.worst) + r.worst
    found = influence(Scores(*(getattr(score(x, r), f.name)[0] for f in fields(Scores))), r)
    step = 1e-4 * (r.best - r.worst)  # a hundredth of a point
    for i in range(len(r.best)):
        by = np.zeros(len(r.best))
        by[i] = step[i]
        up, down = score(x + by, r), score(x - by, r)
        slope = (up.index - down.index)[0] / (up.indicator - down.indicator)[0, :, i]
        np.testing.assert_allclose(found[:, i], slope, atol=1e-6)
