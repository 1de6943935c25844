"""What must hold of every normaliser, weight method and aggregator, whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spi_core.method.aggregate import AGGREGATORS, generalised, geometric, harmonic, hierarchy
from spi_core.method.impute import regress
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
aggregator = pytest.mark.parametrize("name", list(AGGREGATORS))


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


@aggregator
@cases
@given(x=scores, w=weights, factor=st.floats(0.1, 10))
def test_means_lie_within_their_children_and_follow_their_scale(
    name: str, x: np.ndarray, w: np.ndarray, factor: float
) -> None:
    mean = AGGREGATORS[name]  # type: ignore[index]
    m = mean(x, w)
    assert (m >= x.min(axis=1) * (1 - 1e-12)).all()
    assert (m <= x.max(axis=1) * (1 + 1e-12)).all()
    np.testing.assert_allclose(mean(x, w * factor), m, rtol=1e-12)
    np.testing.assert_allclose(mean(x * factor, w), m * factor, rtol=1e-10)
    np.testing.assert_allclose(mean(x[::-1, ::-1], w[::-1]), m[::-1], rtol=1e-12)


@aggregator
@cases
@given(x=scores, w=weights, j=st.integers(0, 3), rise=st.floats(0, 50))
def test_a_better_child_never_lowers_its_parent(
    name: str, x: np.ndarray, w: np.ndarray, j: int, rise: float
) -> None:
    better = x.copy()
    better[:, j] += rise
    mean = AGGREGATORS[name]  # type: ignore[index]
    assert (mean(better, w) >= mean(x, w) * (1 - 1e-12)).all()


@cases
@given(x=scores, w=weights, low=st.floats(-10, 10), more=st.floats(0, 5))
def test_means_grow_with_their_order(x: np.ndarray, w: np.ndarray, low: float, more: float) -> None:
    assume(min(abs(low), abs(low + more)) > 1e-3)  # 1/order is not stable close to 0
    h, g, a = harmonic(x, w), geometric(x, w), generalised(x, w, 1.0)
    assert (h <= g * (1 + 1e-12)).all()
    assert (g <= a * (1 + 1e-12)).all()
    assert (generalised(x, w, low) <= generalised(x, w, low + more) * (1 + 1e-9)).all()


@aggregator
@cases
@given(x=scores, w=weights, gap=hnp.arrays(np.bool_, (5, 4)), least=st.integers(1, 4))
def test_missing_children_are_as_if_they_had_never_been(
    name: str, x: np.ndarray, w: np.ndarray, gap: np.ndarray, least: int
) -> None:
    mean = AGGREGATORS[name]  # type: ignore[index]
    result = mean(np.where(gap, np.nan, x), w, minimum=least)
    for row in range(5):
        there = ~gap[row]
        if there.sum() < least:
            assert np.isnan(result[row])
        else:
            alone = mean(x[row : row + 1, there], w[there])[0]
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
