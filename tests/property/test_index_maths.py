"""What must hold of every normaliser, weight method and aggregator, whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from spi_core.method.aggregate import hierarchy
from spi_core.method.impute import regress
from spi_core.method.means import Mean
from spi_core.method.moments import add_rows, moments
from spi_core.method.normalise import NORMALISERS, beyond_goalposts, fit_scale, normalise
from spi_core.method.treat import fit_treatment
from spi_core.method.weights import fit, scoring_weights
from spi_core.uncertainty.bootstrap import bootstrap

cases = settings(max_examples=40, deadline=None)

AREAS, K = 12, 3
# Steps of 1/64 keep sums and products of test data exact enough to compare ranks and ties.
STEP = 64
values = hnp.arrays(
    np.float64, (2, AREAS, K), elements=st.integers(-STEP * 50, STEP * 50).map(lambda i: i / STEP)
)
gaps = hnp.arrays(np.bool_, (2, AREAS, K), elements=st.integers(0, 9).map(lambda i: i == 0))
signs = hnp.arrays(np.float64, K, elements=st.sampled_from([-1.0, 1.0]))
factors = st.sampled_from([0.25, 0.5, 2.0, 8.0, 1024.0])
offsets = st.integers(-100, 100).map(float)
scores = hnp.arrays(np.float64, (5, 4), elements=st.floats(1, 100))
weights = hnp.arrays(np.float64, 4, elements=st.floats(0.01, 1))
normaliser = pytest.mark.parametrize("name", list(NORMALISERS))
every_order = pytest.mark.parametrize("order", [1, 0, -1, 0.5, 2, 0.01, -10, 10])
orders = st.one_of(st.just(0.0), st.floats(0.01, 10), st.floats(-10, -0.01))


def _mean(x: np.ndarray, w: np.ndarray, order: float, minimum: int = 1) -> np.ndarray:
    parent = np.zeros(x.shape[-1], int)
    return hierarchy(x, [parent], [w], [Mean(order)], [minimum]).scores[0][..., 0]


def _panel(x: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Values with gaps, every indicator present and varying somewhere."""
    x = np.where(gap, np.nan, x)
    x[0, 0], x[0, 1] = -51.0, 51.0
    return x


def _ends(p: np.ndarray, reach: float = 30.0) -> tuple[np.ndarray, np.ndarray]:
    return p * reach, -p * reach


@normaliser
@cases
@given(x=values, gap=gaps, p=signs, factor=factors, offset=offsets)
def test_unit_of_measurement_does_not_matter(
    name: str, x: np.ndarray, gap: np.ndarray, p: np.ndarray, factor: float, offset: float
) -> None:
    x = _panel(x, gap)
    best, worst = _ends(p)
    one = normalise(x, fit_scale(x, best, worst, p), name)  # type: ignore[arg-type]
    y = x * factor + offset
    scale = fit_scale(y, best * factor + offset, worst * factor + offset, p)
    np.testing.assert_allclose(normalise(y, scale, name), one, rtol=1e-9, atol=1e-9)  # type: ignore[arg-type]


@normaliser
@cases
@given(x=values, gap=gaps, p=signs)
def test_normalising_keeps_gaps_bounds_order_and_direction(
    name: str, x: np.ndarray, gap: np.ndarray, p: np.ndarray
) -> None:
    x = _panel(x, gap)
    best, worst = _ends(p)
    s = normalise(x, fit_scale(x, best, worst, p), name)  # type: ignore[arg-type]
    np.testing.assert_array_equal(np.isnan(s), np.isnan(x))
    if name != "zscore":
        assert ((s >= 0) & (s <= 100))[~np.isnan(s)].all()
    for j in range(K):
        column, score = (p * x)[..., j].ravel(), s[..., j].ravel()
        order = np.argsort(column[~np.isnan(column)])
        assert (np.diff(score[~np.isnan(column)][order]) >= 0).all()
    turned = normalise(-x, fit_scale(-x, -best, -worst, -p), name)  # type: ignore[arg-type]
    np.testing.assert_allclose(turned, s, rtol=1e-9, atol=1e-9)


@normaliser
@cases
@given(x=values, gap=gaps, p=signs, seed=st.integers(0, 99))
def test_order_of_areas_and_indicators_does_not_matter_to_scores(
    name: str, x: np.ndarray, gap: np.ndarray, p: np.ndarray, seed: int
) -> None:
    x = _panel(x, gap)
    rng = np.random.default_rng(seed)
    a, c = rng.permutation(AREAS), rng.permutation(K)
    best, worst = _ends(p)
    one = normalise(x, fit_scale(x, best, worst, p), name)  # type: ignore[arg-type]
    y = x[:, a][..., c]
    two = normalise(y, fit_scale(y, best[c], worst[c], p[c]), name)  # type: ignore[arg-type]
    np.testing.assert_allclose(two, one[:, a][..., c], rtol=1e-9, atol=1e-9)


@cases
@given(x=values, gap=gaps, p=signs)
def test_only_values_beyond_goalposts_are_capped(
    x: np.ndarray, gap: np.ndarray, p: np.ndarray
) -> None:
    x = _panel(x, gap)
    best, worst = _ends(p)
    s = normalise(x, fit_scale(x, best, worst, p), "goalposts")
    free = 100 * (x - worst) / (best - worst)
    beyond = beyond_goalposts(x, best, worst)
    np.testing.assert_array_equal(beyond, (free < 0) | (free > 100))
    np.testing.assert_allclose(s[~beyond], free[~beyond], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["none", "log", "cap", "winsorise"])
@cases
@given(x=values, gap=gaps)
def test_treatments_keep_order_and_gaps(name: str, x: np.ndarray, gap: np.ndarray) -> None:
    x = _panel(x, gap) + 51  # a logarithm needs values of 0 or more
    treated = fit_treatment(x, [name] * K).apply(x)  # type: ignore[list-item]
    np.testing.assert_array_equal(np.isnan(treated), np.isnan(x))
    for j in range(K):
        there = ~np.isnan(x[..., j])
        order = np.argsort(x[..., j][there])
        assert (np.diff(treated[..., j][there][order]) >= 0).all()


def _rows(seed: int, n: int = 60, k: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) + rng.normal(size=(n, k)) * rng.uniform(0.5, 1.5, k)


methods = pytest.mark.parametrize("method", ["pca", "equal", "given"])


@methods
@cases
@given(seed=st.integers(0, 10**6), scale=st.floats(1e-3, 1e3), shift=st.floats(-1e3, 1e3))
def test_weights_sum_to_one_and_do_not_depend_on_units_or_order(
    method: str, seed: int, scale: float, shift: float
) -> None:
    x = _rows(seed)
    rng = np.random.default_rng(seed)
    p = rng.choice([-1.0, 1.0], 4)
    x, best, worst = x * p, 3 * p, -3 * p
    given_weights = rng.dirichlet(np.ones(4))
    w = fit(moments(x), best, worst, p, method, given_weights)  # type: ignore[arg-type]
    assert abs(w.weight.sum() - 1) < 1e-12
    assert (w.weight >= 0).all()
    assert w.reason
    factor = scale * np.array([1.0, 2.0, 0.5, 1.0])
    other = fit(
        moments(x * factor + shift), best * factor + shift, worst * factor + shift, p,
        method, given_weights,  # type: ignore[arg-type]
    )  # fmt: skip
    assert other.method == w.method
    np.testing.assert_allclose(other.weight, w.weight, rtol=1e-5)
    np.testing.assert_allclose(
        scoring_weights(other.weight, other.sd, best * factor, worst * factor),
        scoring_weights(w.weight, w.sd, best, worst),
        rtol=1e-5,
    )
    c = rng.permutation(4)
    turned = fit(
        moments(x[rng.permutation(60)][:, c]), best[c], worst[c], p[c], method, given_weights[c]
    )  # type: ignore[arg-type]
    np.testing.assert_allclose(turned.weight, w.weight[c], rtol=1e-9)


@cases
@given(seed=st.integers(0, 10**6), n=st.integers(0, 40))
def test_fit_always_answers_without_nan(seed: int, n: int) -> None:
    x = np.round(_rows(seed, n + 1)[:n], 0)
    w = fit(moments(x), [3.0] * 4, [-3.0] * 4, [1.0] * 4)
    assert np.isfinite(w.weight).all()
    assert np.isfinite(w.loading).all()
    assert (w.method == "pca") == w.reason.startswith("first principal component")
    assert (w.method == "equal") == w.reason.startswith("equal weights because")


@cases
@given(seed=st.integers(0, 10**6), cut=st.integers(0, 60))
def test_rows_can_be_added_in_any_split(seed: int, cut: int) -> None:
    x = _rows(seed)
    start = moments(x[:cut]) if cut else moments(np.full((1, 4), np.nan))
    joined, whole = add_rows(start, x[cut:]), moments(x)
    np.testing.assert_allclose(joined.sd, whole.sd, rtol=1e-10)
    np.testing.assert_allclose(joined.correlation, whole.correlation, atol=1e-10)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), n_rows=st.integers(6, 60))
def test_bootstrap_accounts_for_every_replicate(seed: int, n_rows: int) -> None:
    rng = np.random.default_rng(seed)
    result = bootstrap(moments(_rows(seed, n_rows)), [3] * 4, [-3] * 4, [1] * 4, rng, 50)
    assert len(result.weights) + result.n_failed == result.n == 50
    np.testing.assert_allclose(result.weights.sum(axis=1), 1)
    assert (result.weights > 0).all()


@every_order
@cases
@given(x=scores, w=weights, factor=st.floats(0.1, 10))
def test_means_lie_within_their_children_and_follow_their_scale(
    order: float, x: np.ndarray, w: np.ndarray, factor: float
) -> None:
    m = _mean(x, w, order)
    assert (m >= x.min(axis=1) * (1 - 1e-12)).all()
    assert (m <= x.max(axis=1) * (1 + 1e-12)).all()
    np.testing.assert_allclose(_mean(x, w * factor, order), m, rtol=1e-12)
    np.testing.assert_allclose(_mean(x * factor, w, order), m * factor, rtol=1e-10)
    np.testing.assert_allclose(_mean(x[::-1, ::-1], w[::-1], order), m[::-1], rtol=1e-12)


@every_order
@cases
@given(x=scores, w=weights, j=st.integers(0, 3), rise=st.floats(0, 50))
def test_a_better_child_never_lowers_its_parent(
    order: float, x: np.ndarray, w: np.ndarray, j: int, rise: float
) -> None:
    better = x.copy()
    better[:, j] += rise
    assert (_mean(better, w, order) >= _mean(x, w, order) * (1 - 1e-12)).all()


@cases
@given(x=scores, w=weights, pair=st.tuples(orders, orders))
def test_means_grow_with_their_order(
    x: np.ndarray, w: np.ndarray, pair: tuple[float, float]
) -> None:
    low, high = sorted(pair)
    assert (_mean(x, w, low) <= _mean(x, w, high) * (1 + 1e-12)).all()
    h, g, a = (_mean(x, w, order) for order in (-1, 0, 1))
    assert (h <= g * (1 + 1e-12)).all()
    assert (g <= a * (1 + 1e-12)).all()


@cases
@given(x=scores, w=weights, order=orders)
def test_means_are_those_of_scipy(x: np.ndarray, w: np.ndarray, order: float) -> None:
    expected = stats.pmean(x, order, axis=1, weights=w)
    np.testing.assert_allclose(_mean(x, w, order), expected, rtol=1e-11)
    named = {1.0: np.average, 0.0: stats.gmean, -1.0: stats.hmean}
    for known, mean in named.items():
        np.testing.assert_allclose(_mean(x, w, known), mean(x, axis=1, weights=w), rtol=1e-11)


@cases
@given(x=scores, w=weights, sign=st.sampled_from([-1, 1]))
def test_towards_order_0_lies_the_geometric_mean(x: np.ndarray, w: np.ndarray, sign: int) -> None:
    """To second order ``ln M_β = ln M_0 + β/2 · variance of the logarithms``."""
    share, log = w / w.sum(), np.log(x)
    spread = (log**2) @ share - (log @ share) ** 2
    beta = 0.01 * sign
    near = np.log(_mean(x, w, beta) / _mean(x, w, 0))
    np.testing.assert_allclose(near, beta / 2 * spread, atol=2e-4)


@cases
@given(order=orders, pair=st.tuples(st.floats(1, 100), st.floats(1, 100)))
def test_the_slope_of_a_mean_is_that_of_its_function(
    order: float, pair: tuple[float, float]
) -> None:
    mean, (a, b) = Mean(order), np.array(pair)
    assert mean.inverse(mean.forward(np.array([a, b]))) == pytest.approx([a, b], rel=1e-9)
    slope = mean.slope(a, b)
    assert slope == mean.slope(b, a)
    rise = float(np.diff(mean.forward(np.array([a, b])))[0])
    known = abs(rise) > 1e-6 * abs(mean.forward(np.array([min(a, b)]))[0])  # else digits are lost
    if a != b and known:
        assert slope == pytest.approx(rise / (b - a), rel=1e-8)
    derivative = {1.0: 1.0, 0.0: 1 / a}.get(order, order * a ** (order - 1))
    assert mean.slope(a, a) == pytest.approx(derivative)
    assert mean.slope(a, a * (1 + 1e-14)) == pytest.approx(derivative, rel=1e-9)


@every_order
@cases
@given(x=scores, w=weights, gap=hnp.arrays(np.bool_, (5, 4)), least=st.integers(1, 4))
def test_missing_children_are_as_if_they_had_never_been(
    order: float, x: np.ndarray, w: np.ndarray, gap: np.ndarray, least: int
) -> None:
    result = _mean(np.where(gap, np.nan, x), w, order, least)
    for row in range(5):
        there = ~gap[row]
        if there.sum() < least:
            assert np.isnan(result[row])
        else:
            alone = _mean(x[row : row + 1, there], w[there], order)[0]
            np.testing.assert_allclose(result[row], alone, rtol=1e-12)


@cases
@given(x=scores, gap=hnp.arrays(np.bool_, (5, 4)), seed=st.integers(0, 99))
def test_hierarchy_does_not_depend_on_the_order_of_indicators(
    x: np.ndarray, gap: np.ndarray, seed: int
) -> None:
    x = np.where(gap, np.nan, x)
    parent, c = np.array([0, 0, 1, 1]), np.random.default_rng(seed).permutation(4)
    one = hierarchy(x, [parent, [0, 0]])
    two = hierarchy(x[:, c], [parent[c], [0, 0]])
    if parent[c].max() == parent.max():
        np.testing.assert_allclose(two.scores[1], one.scores[1], rtol=1e-12)
    for share in one.coverage:
        assert ((share >= 0) & (share <= 1)).all()
    np.testing.assert_array_equal(np.isnan(one.scores[0]), one.coverage[0] == 0)


@cases
@given(seed=st.integers(0, 10**6), factor=st.floats(0.01, 100), limit=st.integers(0, 3))
def test_imputation_never_touches_what_was_observed(seed: int, factor: float, limit: int) -> None:
    x = _rows(seed)
    gap = np.random.default_rng(seed).random(x.shape) < 0.1
    x = np.where(gap, np.nan, x)
    result = regress(x, max_missing=limit)
    np.testing.assert_array_equal(result.values[~gap], x[~gap])
    assert not (result.estimated & ~gap).any()
    np.testing.assert_array_equal(np.isnan(result.values), gap & ~result.estimated)
    np.testing.assert_array_equal(result.refused, gap.sum(axis=1) > limit)
    scaled = regress(x * factor, max_missing=limit)
    np.testing.assert_allclose(scaled.values, result.values * factor, rtol=1e-6, atol=1e-9)
