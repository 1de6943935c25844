from __future__ import annotations

import numpy as np
import pytest

from spi_core.build.audit.importance import importance
from spi_core.method.checks import ColumnError
from spi_core.method.moments import (
    Moments,
    add_rows,
    first_component,
    kmo,
    kmo_stack,
    moments,
)
from spi_core.method.weights import fit, scoring_weights
from spi_core.uncertainty.bootstrap import _correlations, _draw, bootstrap

NAN = np.nan


def _sample(n: int = 400, k: int = 4, seed: int = 0, noise: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    spread = np.arange(1, k + 1)
    return (rng.normal(size=(n, 1)) + noise * rng.normal(size=(n, k))) * spread + 10 * spread


BEST, WORST, UP = np.full(4, 60.0), np.full(4, -20.0), np.ones(4)


def test_moments_use_complete_rows_and_count_the_others() -> None:
    x = _sample().reshape(2, 200, 4)
    x[0, 5, 1] = x[1, 7, 3] = NAN
    m = moments(x)
    rows = x.reshape(-1, 4)
    rows = rows[~np.isnan(rows).any(axis=1)]
    assert (m.n_rows, m.n_incomplete) == (398, 2)
    np.testing.assert_allclose(m.mean, rows.mean(axis=0))
    np.testing.assert_allclose(m.sd, rows.std(axis=0, ddof=1))
    np.testing.assert_allclose(m.correlation, np.corrcoef(rows.T))


def test_moments_of_constants_and_of_nothing_hold_no_nan() -> None:
    x = _sample(30)
    x[:, 2] = 0.1
    m = moments(x)
    assert m.sd[2] == 0
    assert m.correlation[2].tolist() == [0, 0, 1, 0]
    none = moments(np.full((3, 2), NAN))
    assert (none.n_rows, none.n_incomplete) == (0, 3)
    assert none.sd.tolist() == [0, 0]
    assert moments(x[:1]).sd.tolist() == [0, 0, 0, 0]
    with pytest.raises(ValueError, match="finite"):
        moments([[np.inf, 1.0]])
    with pytest.raises(ValueError, match="finite"):
        moments([[np.inf, -np.inf], [1.0, 2.0]])


def test_no_correlation_is_beyond_one_in_size() -> None:
    for seed in range(9):  # in most of these rounding alone leads there
        x = np.random.default_rng(seed).normal(size=(30, 1))
        r = moments(x * [1, 3.3, -0.7] + [0, 1, 0]).correlation
        assert np.abs(r).max() == 1
        np.testing.assert_allclose(r, [[1, 1, -1], [1, 1, -1], [-1, -1, 1]], rtol=1e-12)


def test_the_first_component_has_a_positive_sum_whatever_its_signs() -> None:
    for seed in range(9):
        r = np.corrcoef(np.random.default_rng(seed).normal(size=(4, 9)))
        loading, share = first_component(r)
        assert 4 * share == pytest.approx(np.linalg.norm(r, 2))  # the largest singular value
        np.testing.assert_allclose(r @ loading, 4 * share * loading, atol=1e-12)
        assert loading @ loading == pytest.approx(4 * share)
        assert loading.sum() > 0


@pytest.mark.parametrize("n", [0, 1, 2, 50])
def test_adding_rows_is_exact(n: int) -> None:
    x, extra = _sample(60), _sample(3, seed=9)
    m = add_rows(moments(x[:n]) if n else moments(np.full((1, 4), NAN)), extra)
    direct = moments(np.vstack([x[:n], extra]))
    assert m.n_rows == direct.n_rows
    np.testing.assert_allclose(m.mean, direct.mean, rtol=1e-12)
    np.testing.assert_allclose(m.sd, direct.sd, rtol=1e-12)
    np.testing.assert_allclose(m.correlation, direct.correlation, rtol=1e-10, atol=1e-12)


def test_adding_refuses_other_shapes_and_gaps() -> None:
    m = moments(_sample(20))
    assert add_rows(m, np.empty((0, 4))) is m
    for rows in ([[1.0, 2.0]], [[1.0, 2.0, 3.0, NAN]], [1.0, 2.0, 3.0, 4.0]):
        with pytest.raises(ValueError, match="rows to add"):
            add_rows(m, rows)


def test_impossible_moments_are_refused() -> None:
    with pytest.raises(ValueError, match="correlation"):
        Moments(np.zeros(2), np.ones(2), np.eye(3), 5)
    with pytest.raises(ValueError, match="finite"):
        Moments(np.zeros(2), np.array([1, NAN]), np.eye(2), 5)
    with pytest.raises(ValueError, match="negative"):
        Moments(np.zeros(2), np.array([1.0, -1.0]), np.eye(2), 5)


def test_pca_weights_match_the_rows_themselves() -> None:
    """Slow oracle: stack the best and worst row under the oriented data and decompose it."""
    x = _sample()
    p = np.array([1.0, -1.0, 1.0, -1.0])
    x, best, worst = x * p, BEST * p, WORST * p  # now -1 columns are better when lower
    w = fit(moments(x), best, worst, p)
    rows = np.vstack([x, best, worst]) * p
    vector = np.linalg.svd((rows - rows.mean(axis=0)) / rows.std(axis=0, ddof=1))[2][0]
    assert (w.method, w.n_rows) == ("pca", 400)
    np.testing.assert_allclose(w.weight, vector / vector.sum(), rtol=1e-9)
    np.testing.assert_allclose(w.sd, rows.std(axis=0, ddof=1), rtol=1e-12)
    assert w.kmo == pytest.approx(kmo(np.corrcoef(x.T))[0])
    assert "400 rows" in w.reason


def test_component_score_identity() -> None:
    """The literal formula of the method equals the weighted mean of goalpost scores."""
    x = _sample(50)
    w = fit(moments(x), BEST, WORST, UP)
    rows = np.vstack([x, BEST, WORST])
    mean = rows.mean(axis=0)
    total = [
        float(sum(w.weight[i] * (row[i] - mean[i]) / w.sd[i] for i in range(4))) for row in rows
    ]
    literal = [100 * (t - total[-1]) / (total[-2] - total[-1]) for t in total[:-2]]
    share = scoring_weights(w.weight, w.sd, BEST, WORST)
    ours = (100 * (x - WORST) / (BEST - WORST)) @ share
    np.testing.assert_allclose(ours, literal, rtol=1e-10)


def _moments_of(r: np.ndarray, n: int = 500) -> Moments:
    return Moments(np.zeros(len(r)), np.ones(len(r)), r, n)


def _equicorrelated(k: int, r: float) -> np.ndarray:
    return np.full((k, k), r) + (1 - r) * np.eye(k)


NEGATIVE = np.array([[1, 0.9, -0.8], [0.9, 1, -0.8], [-0.8, -0.8, 1]])
LOW_KMO = np.array([[1, 0.7, 0.0], [0.7, 1, 0.7], [0.0, 0.7, 1]])


@pytest.mark.parametrize(
    ("m", "words"),
    [
        (_moments_of(NEGATIVE), ["not positive: column 2"]),
        (_moments_of(LOW_KMO), ["KMO", "below 0.5"]),
        (_moments_of(_equicorrelated(2, 0.5)), ["two indicators"]),
        (_moments_of(np.eye(1)), ["only one indicator"]),
        (_moments_of(_equicorrelated(3, 0.5), 29), ["29 complete rows are fewer than 10"]),
        (_moments_of(_equicorrelated(3, 1.0)), ["singular"]),
        (moments(np.full((5, 3), NAN)), ["0 complete rows"]),
        (moments(np.column_stack([_sample(99, 2), np.ones(99)])), ["constant: column 2"]),
    ],
)
def test_pca_falls_back_to_equal_with_the_reason(m: Moments, words: list[str]) -> None:
    k = m.mean.size
    w = fit(m, np.full(k, 3.0), np.full(k, -3.0), np.ones(k))
    assert w.method == "equal"
    assert w.weight.tolist() == [1 / k] * k
    assert all(word in w.reason for word in words), w.reason
    assert np.isfinite(w.loading).all()
    assert (w.sd > 0).all()


def test_every_reason_is_given_at_once() -> None:
    reason = fit(_moments_of(NEGATIVE, 25), [3.0] * 3, [-3.0] * 3, [1] * 3, min_kmo=0.99).reason
    assert "25 complete rows" in reason
    assert "KMO" in reason
    assert "not positive" in reason


def test_thirty_rows_for_three_indicators_are_enough() -> None:
    m = _moments_of(_equicorrelated(3, 0.5), 30)
    ends = ([3.0] * 3, [-3.0] * 3, [1] * 3)
    found = fit(m, *ends)
    assert found.method == "pca"
    # by hand: r = (29 · 0.5 + 18)/(29 + 18) with both ends, so (1 + 2r)/3; KMO of the rows alone
    for least, method in ((found.kmo, "pca"), (np.nextafter(found.kmo, 1), "equal")):
        assert fit(m, *ends, min_kmo=least).method == method
    assert found.reason.endswith("of 30 rows: 79 % of the variance, KMO 0.69")


def test_equal_and_given_weights_are_recorded() -> None:
    m = moments(_sample())
    equal = fit(m, BEST, WORST, UP, "equal")
    assert (equal.method, equal.weight.tolist()) == ("equal", [0.25] * 4)
    assert "asked" in equal.reason
    alike = fit(m, BEST, WORST, UP, "equal_scores")
    assert alike.method == "equal_scores"
    assert "0–100 scores" in alike.reason
    assert alike.weight.sum() == pytest.approx(1)
    shares = scoring_weights(alike.weight, alike.sd, BEST, WORST)
    np.testing.assert_allclose(shares, 0.25, rtol=1e-12)
    given = fit(m, BEST, WORST, UP, "given", given=[0.1, 0.2, 0.3, 0.4])
    assert given.method == "given"
    np.testing.assert_allclose(given.weight, [0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (None, "4 numbers"),
        ([0.5, 0.5], "4 numbers"),
        ([0.5, 0.5, 0.5, 0.5], "sum to 2"),
        ([0.5, 0.7, -0.2, 0.0], "not negative"),
        ([NAN, 0.5, 0.5, 0.0], "finite"),
    ],
)
def test_given_weights_that_do_not_fit_are_refused(given: list[float] | None, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        fit(moments(_sample()), BEST, WORST, UP, "given", given=given)


def test_fit_refuses_unknown_methods_and_unfit_goalposts() -> None:
    m = moments(_sample())
    with pytest.raises(ValueError, match="allowed: pca, equal, equal_scores, given"):
        fit(m, BEST, WORST, UP, "factor")  # type: ignore[arg-type]
    with pytest.raises(ColumnError, match="crossed"):
        fit(m, WORST, BEST, UP)
    with pytest.raises(ValueError, match="one value for each of 4"):
        fit(m, BEST[:3], WORST[:3], UP[:3])
    for one in ((BEST, WORST, UP[:1]), (BEST[:1], WORST[:1], UP)):
        with pytest.raises(ValueError, match="one value for each of 4"):
            fit(m, *one)


def test_scoring_weights_refuse_what_cannot_be_a_share() -> None:
    with pytest.raises(ValueError, match="above 0"):
        scoring_weights([0.5, 0.5], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0])
    with pytest.raises(ValueError, match="at least one"):
        scoring_weights([[0.0, 0.0], [1.0, 0.0]], [1.0, 1.0], [1.0, 1.0], [0.0, 0.0])
    by_replicate = scoring_weights([[1.0, 1.0], [1.0, 3.0]], [1.0, 1.0], [1.0, 1.0], [0.0, 0.0])
    np.testing.assert_allclose(by_replicate, [[0.5, 0.5], [0.25, 0.75]])


@pytest.mark.parametrize(
    ("r", "word"),
    [(np.eye(1), "one indicator"), (np.eye(3), "no other"), (np.ones((2, 2)), "sin")],
)
def test_kmo_says_why_it_is_not_defined(r: np.ndarray, word: str) -> None:
    with pytest.raises(ValueError, match=f"not defined because.*{word}"):
        kmo(r)


def test_kmo_of_many_equals_kmo_of_each() -> None:
    stack = np.stack([_equicorrelated(4, r) for r in (0.2, 0.5, 0.8)])
    np.testing.assert_allclose(kmo_stack(stack), [kmo(r)[0] for r in stack])


def test_bootstrap_spread_matches_resampled_normal_rows() -> None:
    """Slow oracle: draw the rows themselves, and fit each sample."""
    x = _sample(120)
    m = moments(x)
    quick = bootstrap(m, BEST, WORST, UP, np.random.default_rng(1), 2000)
    rng = np.random.default_rng(2)
    cov = m.correlation * np.outer(m.sd, m.sd)
    slow = np.array([
        fit(moments(rng.multivariate_normal(m.mean, cov, 120)), BEST, WORST, UP).weight
        for _ in range(600)
    ])  # fmt: skip
    assert quick.n_failed == 0
    assert quick.se is not None
    # two estimates of a standard deviation from 2,000 and 600 draws differ by about 3 %
    np.testing.assert_allclose(quick.se, slow.std(axis=0, ddof=1), rtol=0.15)
    np.testing.assert_allclose(quick.weights.mean(axis=0), slow.mean(axis=0), atol=0.002)
    assert quick.low is not None
    assert quick.high is not None
    assert (quick.low < fit(m, BEST, WORST, UP).weight).all()


def test_bootstrap_counts_failed_replicates_and_repeats_by_seed() -> None:
    r = np.array([[1, 0.6, 0.05], [0.6, 1, 0.05], [0.05, 0.05, 1]])
    args = (_moments_of(r, 40), [3.0] * 3, [-3.0] * 3, [1] * 3)
    one = bootstrap(*args, np.random.default_rng(5), 500)
    assert 0 < one.n_failed < 500
    assert len(one.weights) == 500 - one.n_failed
    again = bootstrap(*args, np.random.default_rng(5), 500)
    np.testing.assert_array_equal(one.weights, again.weights)


def test_bootstrap_says_why_there_is_no_spread() -> None:
    rng = np.random.default_rng(0)
    few = bootstrap(_moments_of(_equicorrelated(3, 0.5), 3), [3.0] * 3, [-3.0] * 3, [1] * 3, rng, 9)
    assert few.se is None
    assert few.n_failed == 9
    assert few.weights.shape == (0, 3)
    assert "too few" in few.reason
    flat = moments(np.column_stack([_sample(99, 2), np.ones(99)]))
    assert "constant" in bootstrap(flat, [30.0] * 3, [-9.0] * 3, [1] * 3, rng, 9).reason
    twins = bootstrap(_moments_of(_equicorrelated(3, 1)), [3.0] * 3, [-3.0] * 3, [1] * 3, rng, 9)
    assert (twins.n_failed, twins.se) == (9, None)
    assert "an indicator repeats others" in twins.reason
    none = bootstrap(_moments_of(NEGATIVE), [3.0] * 3, [-3.0] * 3, [1] * 3, rng, 9)
    assert none.n_failed == 9
    assert "fewer than two" in none.reason
    with pytest.raises(ValueError, match="at least 1"):
        bootstrap(_moments_of(NEGATIVE), [3.0] * 3, [-3.0] * 3, [1] * 3, rng, 0)


def test_each_draw_is_weighed_as_rows_with_those_moments_and_both_ends_would_be() -> None:
    m, best, worst = _moments_of(_equicorrelated(3, 0.7), 8), [9.0, 7, 5], [-1.0, -2, -1]
    means, scatter = _draw(m, np.random.default_rng(1), 40)
    found = bootstrap(m, best, worst, [1] * 3, np.random.default_rng(1), 40, min_kmo=0)
    each = []
    for mean, s in zip(means, scatter, strict=True):
        d = np.sqrt(np.diag(s))
        rows = add_rows(Moments(mean, d / np.sqrt(7), s / np.outer(d, d), 8), [best, worst])
        loading, _ = first_component(rows.correlation)
        each.append(loading / loading.sum())
    assert found.n_failed == 0
    np.testing.assert_allclose(found.weights, each, rtol=1e-9)
    two = bootstrap(m, best, worst, [1] * 3, np.random.default_rng(1), 2, min_kmo=0)
    np.testing.assert_allclose(two.se, np.abs(np.diff(two.weights, axis=0)[0]) / np.sqrt(2))
    np.testing.assert_allclose(two.high - two.low, 0.9 * np.abs(np.diff(two.weights, axis=0)[0]))


def test_bootstrap_asks_of_each_draw_what_fit_asks_of_the_rows() -> None:
    ends = ([3.0] * 3, [-3.0] * 3, [1] * 3)
    m = _moments_of(_equicorrelated(3, 0.3), 60)
    limit = kmo_stack(_correlations(_draw(m, np.random.default_rng(1), 1)[1]))[0]
    for least, failed in ((limit, 0), (np.nextafter(limit, 1), 1)):
        assert bootstrap(m, *ends, np.random.default_rng(1), 1, least).n_failed == failed
    # of two indicators KMO is a half whatever their correlation, and of one there is none
    two = bootstrap(
        _moments_of(_equicorrelated(2, 0.6), 60), *(e[:2] for e in ends), np.random.default_rng(1),
        50, 0.4,
    )  # fmt: skip
    assert two.n_failed == 0
    np.testing.assert_allclose(two.weights, 0.5)
    with np.errstate(all="raise"):
        one = bootstrap(
            _moments_of(np.eye(1), 60), *(e[:1] for e in ends), np.random.default_rng(1)
        )
    assert one.n_failed == one.n


def test_importance_sees_through_equal_weights() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 500, 2)) * [3.0, 1.0]
    result = importance(x, [0.5, 0.5], x.mean(axis=-1))
    # independent, so the shares of variance are 9 : 1
    np.testing.assert_allclose(result.effective, [0.9, 0.1], atol=0.02)
    assert result.nominal.tolist() == [0.5, 0.5]


def test_importance_records_what_is_not_defined() -> None:
    x = np.array([[1.0, 5.0, NAN], [2.0, 5.0, 3.0], [4.0, 5.0, 1.0]])
    result = importance(x, [1, 1, 1], [1.0, 2.0, 4.0])
    assert result.reason == (
        "",
        "not defined because it does not vary",
        "not defined because fewer than three areas have it",
    )
    np.testing.assert_allclose(result.effective, [1, 0, 0])
    with pytest.raises(ValueError, match="does not vary"):
        importance(x, [1, 1, 1], [1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="no indicator moves"):
        importance(x[:, 1:2], [1], [1.0, 2.0, 4.0])
    with pytest.raises(ValueError, match="shares must not"):
        importance(x, [0, 0, 0], [1.0, 2.0, 4.0])
    with pytest.raises(ValueError, match="need an index"):
        importance(x, [1, 1], [1.0, 2.0, 4.0])
