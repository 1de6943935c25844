from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from spi_core.build.audit.correlation import component_links, pair_correlation
from spi_core.build.audit.screening import double_counting, outliers, silent
from spi_core.method.moments import Moments, moments
from spi_core.method.ranking import ranks
from spi_core.uncertainty.reliability import audit_component, bartlett, cronbach, vif
from spi_core.uncertainty.sensitivity import (
    compare,
    leave_component_out,
    leave_indicator_out,
    shift,
)

NAN = np.nan


def _sample(n: int = 80, k: int = 4, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) + rng.normal(size=(n, k))


def test_vif_equals_one_over_unexplained_share() -> None:
    x = _sample()
    ours = vif(np.corrcoef(x.T))
    for j in range(4):
        fit = sm.OLS(x[:, j], sm.add_constant(np.delete(x, j, axis=1))).fit()
        np.testing.assert_allclose(ours[j], 1 / (1 - fit.rsquared), rtol=1e-9)


def test_polarity_turns_the_indicators_before_the_audit() -> None:
    x = _sample()
    p = np.array([1.0, -1.0, 1.0, -1.0])
    turned, plain = audit_component(moments(x * p), p), audit_component(moments(x))
    assert turned.alpha is not None
    assert plain.alpha is not None
    assert turned.alpha.raw == pytest.approx(plain.alpha.raw)


@pytest.mark.parametrize(
    ("m", "word"),
    [
        (moments(_sample(30, 1)), "only one indicator"),
        (moments(_sample(2, 3)), "2 complete rows are too few"),
        (moments(np.full((9, 3), NAN)), "0 complete rows are too few"),
        (
            moments(np.column_stack([_sample(30, 2), np.ones(30)])),
            "is constant: column 2",
        ),
    ],
    ids=["one indicator", "two areas", "all missing", "constant"],
)
def test_undefined_statistics_are_none_with_the_reason(m: Moments, word: str) -> None:
    result = audit_component(m)
    assert [result.alpha, result.kmo, result.msa, result.bartlett, result.vif] == [None] * 5
    assert set(result.reasons) == {"alpha", "KMO", "Bartlett", "VIF"}
    for name, reason in result.reasons.items():
        assert reason.startswith(f"{name} is not defined because")
        assert word in reason


def test_singular_correlations_leave_alpha_defined() -> None:
    x = _sample(50, 3)
    result = audit_component(moments(np.column_stack([x, x[:, 0]])))
    assert result.alpha is not None
    assert set(result.reasons) == {"KMO", "Bartlett", "VIF"}
    assert all("singular" in reason for reason in result.reasons.values())


def test_alpha_without_variance_of_the_sum_is_not_defined() -> None:
    x = np.array([1.0, 4.0, 2.0, 8.0])
    with pytest.raises(ValueError, match="sum of the indicators does not vary"):
        cronbach(moments(np.column_stack([x, -x])))


def test_alpha_of_two_indicators_has_no_value_if_one_is_dropped() -> None:
    assert cronbach(moments(_sample(30, 2))).if_dropped is None


def test_bartlett_refuses_what_is_no_correlation_matrix() -> None:
    with pytest.raises(ValueError, match="too few"):
        bartlett(np.eye(3), 3)
    impossible = [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]
    with pytest.raises(ValueError, match="not a possible one"):
        bartlett(impossible, 50)
    none = bartlett(np.eye(3), 50)
    assert (none.chi2, none.df, none.p) == (0, 3, 1)


def test_pair_correlation_matches_scipy_over_common_rows() -> None:
    x = _sample(60, 5) * [1, 10, 100, 1e4, 1] + 1e3
    x[np.random.default_rng(1).random(x.shape) < 0.3] = NAN
    ours = pair_correlation(x)
    for i in range(5):
        for j in range(5):
            both = ~np.isnan(x[:, i]) & ~np.isnan(x[:, j])
            assert ours.n[i, j] == both.sum()
            expected = stats.pearsonr(x[both, i], x[both, j]).statistic
            np.testing.assert_allclose(ours.r[i, j], expected, rtol=1e-9)


def test_pair_correlation_knows_when_it_is_not_defined() -> None:
    x = np.array([[1.0, 1.0, NAN, 2.0], [2.0, 1.0, NAN, NAN], [4.0, 1.0, NAN, 1.0]])
    ours = pair_correlation(x)
    assert ours.defined.tolist() == [[True] + [False] * 3] + [[False] * 4] * 3
    assert ours.r.sum() == 1


def test_component_links_match_plain_means() -> None:
    x = _sample(60, 5)
    x[:, 4] += 3 * x[:, 0]  # listed under component 1, behaves like component 0
    links = component_links(x, [0, 0, 1, 1, 1])
    r = np.corrcoef(x.T)
    np.testing.assert_allclose(links.mean_r[0, 1], r[:2, 2:].mean())
    np.testing.assert_allclose(links.mean_r[1, 1], (r[2, 3] + r[2, 4] + r[3, 4]) / 3)
    assert links.n_pairs.tolist() == [[1, 6], [6, 3]]
    np.testing.assert_allclose(links.own[4], r[4, 2:4].mean())
    np.testing.assert_allclose(links.nearest_r[4], r[4, :2].mean())
    assert links.misplaced[4]
    single = component_links(x[:, :3], [0, 0, 1])
    assert (single.n_pairs[1, 1], single.mean_r[1, 1], single.misplaced[2]) == (0, 0, False)
    lone = component_links(x[:, :2], [0, 0])
    assert lone.nearest.tolist() == [-1, -1]


def test_silent_and_double_indicators_are_found() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(2000, 4))
    x[:, 1] = x[:, 0] + 0.1 * x[:, 1]
    x[:, 3] = 5.0
    index = x[:, 0]
    found = {f.columns[0]: f for f in silent(x, index)}
    assert {c: f.kind for c, f in found.items()} == {2: "silent", 3: "not defined"}
    assert found[3].value is None
    pairs = double_counting(-x * [1, -1, 1, 1])
    assert [p.columns for p in pairs] == [(0, 1)]
    assert pairs[0].value == pytest.approx(-0.995, abs=0.01)
    assert double_counting(x, threshold=0.999) == ()


def test_double_counting_lists_the_closest_pair_first() -> None:
    base = np.arange(20.0)
    noise = np.random.default_rng(0).normal(size=(20, 2))
    x = np.column_stack([base, base + 2 * noise[:, 0], base + 0.1 * noise[:, 1]])
    values = [abs(f.value or 0) for f in double_counting(x)]
    assert len(values) == 3
    assert values == sorted(values, reverse=True)


def test_outliers_report_shape_and_cells() -> None:
    x = np.random.default_rng(0).normal(size=(2, 50, 3))
    x[1, 7, 0] = 60.0
    x[..., 1] = 4.0
    x[..., 2] = NAN
    x[0, 0, 2] = 1.0
    result = outliers(x)
    assert result.skewed.tolist() == [True, False, False]
    assert np.argwhere(result.cells).tolist() == [[1, 7, 0]]
    assert result.reason == (
        "", "not defined because it is constant", "not defined because it has 1 values",
    )  # fmt: skip
    assert np.isfinite(result.skew).all()


def test_ranks_count_from_the_best_and_keep_gaps() -> None:
    np.testing.assert_array_equal(
        ranks([[3.0, NAN, 9.0, 3.0], [1.0, 2.0, 3.0, 4.0]]), [[2.5, NAN, 1, 2.5], [4, 3, 2, 1]]
    )


def test_shift_compares_only_areas_scored_both_ways() -> None:
    result = shift([1.0, 2.0, 3.0, 4.0, NAN], [4.0, 3.0, 2.0, NAN, 9.0], "other")
    assert result.compared.tolist() == [True, True, True, False, False]
    assert result.score_shift.tolist() == [3, 1, -1, 0, 0]
    assert result.rank_shift.tolist() == [-2, 0, 2, 0, 0]
    assert (result.max_score_shift, result.max_rank_shift, result.n_lost) == (3, 2, 1)
    assert (result.rank_correlation, result.reason) == (pytest.approx(-1), "")


def test_shift_says_when_there_is_nothing_to_compare() -> None:
    nothing = shift([1.0, NAN], [NAN, 1.0], "x")
    assert nothing.max_score_shift is None
    assert "no area" in nothing.reason
    two = shift([1.0, 2.0], [2.0, 1.0], "x")
    assert (two.max_rank_shift, two.rank_correlation) == (1, None)
    assert "fewer than three areas" in two.reason
    with pytest.raises(ValueError, match="same areas"):
        shift([1.0], [1.0, 2.0], "x")


def test_leaving_out_reports_every_alternative_and_its_failure() -> None:
    x = np.array([[10.0, 90.0, 50.0], [20.0, 10.0, 60.0], [30.0, 50.0, 10.0]])

    def score(keep: np.ndarray) -> np.ndarray:
        if not keep[2]:
            raise ValueError("a component would be empty")
        return x[:, keep].mean(axis=1)

    shifts = leave_indicator_out(score, 3)
    assert [s.label for s in shifts] == [f"without indicator {j}" for j in range(3)]
    np.testing.assert_allclose(shifts[0].score_shift, [20, 5, 0])
    assert shifts[2].reason == "not defined because a component would be empty"
    assert shifts[2].n_lost == 3
    by_component = leave_component_out(score, [0, 4, 4])
    assert [s.label for s in by_component] == ["without component 0", "without component 4"]
    np.testing.assert_allclose(by_component[0].score_shift, [20, 5, 0])


def test_leaving_out_needs_something_to_remain() -> None:
    for call in (
        lambda: leave_indicator_out(lambda k: k, 1),
        lambda: leave_component_out(lambda k: k, [0, 0]),
    ):
        with pytest.raises(ValueError, match="at least"):
            call()


def test_recipes_are_listed_by_largest_rank_shift() -> None:
    base = [1.0, 2.0, 3.0]
    table = compare(base, {"same": base, "none": [NAN] * 3, "turned": base[::-1]})
    assert [s.label for s in table] == ["turned", "same", "none"]
