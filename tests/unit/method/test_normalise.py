from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from spi_core.method.checks import ColumnError, check_goalposts
from spi_core.method.normalise import (
    NORMALISERS,
    beyond_goalposts,
    fit_scale,
    goalposts,
    minmax,
    normalise,
    percentile_rank,
    zscore,
)
from spi_core.method.treat import fit_treatment

NAN = np.nan


def test_goalposts_score_both_ends_exactly_and_cap_beyond() -> None:
    x = np.array([[0.1, 30.0], [0.7, 10.0], [0.4, 20.0], [9.0, 99.0], [NAN, NAN]])
    scores = goalposts(x, best=[0.7, 10.0], worst=[0.1, 30.0])
    assert scores[:2].tolist() == [[0, 0], [100, 100]]
    np.testing.assert_allclose(scores[2], 50)
    assert scores[3].tolist() == [100, 0]
    assert np.isnan(scores[4]).all()
    beyond = beyond_goalposts(x, [0.7, 10.0], [0.1, 30.0])
    assert beyond.sum() == 2
    assert beyond[3].all()


def test_goalposts_agree_for_any_layout_and_for_goalposts_by_replicate() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(5, 900, 84))  # more than one block
    best, worst = rng.uniform(1, 2, 84), rng.uniform(-2, -1, 84)
    plain = np.clip(100 * (x - worst) / (best - worst), 0, 100)
    before = x.copy()
    np.testing.assert_allclose(goalposts(x, best, worst), plain, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(
        goalposts(x[:, ::2], best, worst), goalposts(x, best, worst)[:, ::2]
    )
    many = best * np.linspace(1, 2, 5)[:, None]
    by_replicate = goalposts(x, many[:, None], worst)
    for r in range(5):
        np.testing.assert_array_equal(by_replicate[r], goalposts(x[r], many[r], worst))


@pytest.mark.parametrize(
    ("best", "worst", "polarity", "word", "column"),
    [
        ([1.0, 5.0], [0.0, 5.0], None, "differ", 1),
        ([1.0, 0.1 + 0.2], [0.0, 0.3], None, "differ", 1),
        ([1.0, 0.0], [0.0, 0.0], None, "differ", 1),
        ([2e-9, 3e-10], [1e-9, (0.1 + 0.2) * 1e-9], None, "differ", 1),
        ([NAN, 5.0], [0.0, 1.0], None, "finite", 0),
        ([1.0, np.inf], [0.0, 1.0], None, "finite", 1),
        ([1.0, 5.0], [0.0, 1.0], [1, -1], "crossed", 1),
        ([1.0, 5.0], [0.0, 1.0], [1, 0], "polarity", 1),
        ([1.0, 5.0], [0.0, 1.0], [NAN, 1], "polarity", 0),
    ],
)
def test_unfit_goalposts_name_the_column(
    best: list[float], worst: list[float], polarity: list[float] | None, word: str, column: int
) -> None:
    with pytest.raises(ColumnError, match=word) as caught:
        check_goalposts(best, worst, polarity)
    assert caught.value.columns == (column,)
    assert caught.value.named(["burglary", "robbery"]).endswith(("burglary", "robbery")[column])


def test_minmax_and_zscore_refuse_what_they_cannot_scale() -> None:
    with pytest.raises(ColumnError, match="low must be below high"):
        minmax([[1.0]], [2.0], [1.0], [1])
    with pytest.raises(ColumnError, match="differ"):
        minmax([[1.0]], [2.0], [2.0], [1])
    with pytest.raises(ValueError, match="floor"):
        minmax([[1.0]], [1.0], [2.0], [1], floor=5, ceiling=5)
    with pytest.raises(ColumnError, match="constant"):
        zscore([[1.0, 1.0]], [0.0, 0.0], [1.0, 0.0], [1, 1])
    with pytest.raises(ColumnError, match="mean"):
        zscore([[1.0]], [NAN], [1.0], [1])


def test_percentile_rank_pools_periods_and_ignores_gaps() -> None:
    x = np.array([[[1.0, NAN], [2.0, NAN]], [[3.0, NAN], [NAN, NAN]]])
    result = percentile_rank(x, [1, 1])
    np.testing.assert_allclose(result[..., 0], [[100 / 6, 50], [500 / 6, NAN]])
    assert np.isnan(result[..., 1]).all()
    np.testing.assert_allclose(percentile_rank(x, [-1, 1])[0, 0, 0], 500 / 6)


def test_a_value_alone_stands_in_the_middle() -> None:
    np.testing.assert_array_equal(percentile_rank([[NAN], [3.0]], [1]), [[NAN], [50]])


def test_registry_gives_what_the_functions_give() -> None:
    x = np.random.default_rng(0).normal(size=(2, 30, 3))
    best, worst, p = [3.0, -3.0, 3.0], [-3.0, 3.0, -3.0], [1, -1, 1]
    scale = fit_scale(x, best, worst, p)
    flat = x.reshape(-1, 3)
    expected = {
        "goalposts": goalposts(x, best, worst),
        "zscore": zscore(x, flat.mean(axis=0), flat.std(axis=0, ddof=1), p),
        "minmax": minmax(x, flat.min(axis=0), flat.max(axis=0), p),
        "percentile_rank": percentile_rank(x, p),
    }
    assert set(NORMALISERS) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(normalise(x, scale, name), values)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="allowed: goalposts"):
        normalise(x, scale, "rank")  # type: ignore[arg-type]


def test_scale_refuses_constant_and_empty_indicators() -> None:
    x = np.array([[1.0, 5.0, NAN], [2.0, 5.0, NAN]])
    with pytest.raises(ColumnError, match="two values") as caught:
        fit_scale(x, [9, 9, 9], [0, 0, 0], [1, 1, 1])
    assert caught.value.columns == (2,)
    with pytest.raises(ColumnError, match="constant") as caught:
        fit_scale(x[:, :2], [9, 9], [0, 0], [1, 1])
    assert caught.value.columns == (1,)


def test_cap_moves_both_tails_to_fitted_percentiles() -> None:
    x = np.arange(101.0)[:, None]
    t = fit_treatment(x, ["cap"], share=0.05)
    assert (t.lower[0], t.upper[0], t.n_treated[0]) == (5, 95, 10)
    # frozen: new values are held to the old bounds
    assert t.apply([[500.0], [50.0], [NAN]]).ravel().tolist()[:2] == [95, 50]
    assert t.moved([[500.0], [50.0], [NAN]]).ravel().tolist() == [True, False, False]


def test_winsorise_moves_only_the_outlier() -> None:
    x = np.append(np.linspace(0, 1, 40), 50.0)[:, None]
    t = fit_treatment(x, ["winsorise"])
    assert t.n_treated[0] == 1
    assert t.apply(x).max() == 1.0
    low = fit_treatment(-x, ["winsorise"])
    assert low.apply(-x).min() == -1.0


def test_winsorise_says_when_it_is_not_enough() -> None:
    x = np.exp(np.linspace(0, 12, 60))[:, None]
    t = fit_treatment(x, ["winsorise"], max_moved=2)
    assert t.n_treated[0] == 2
    assert "still skewed" in t.reason[0]
    two = fit_treatment([[0.0]] * 50 + [[1.0]], ["winsorise"])
    assert "too few distinct values" in two.reason[0]


def test_values_are_moved_by_the_thresholds_of_the_jrc() -> None:
    # skewness 2.35 and 2.34, excess kurtosis 3.62 and 3.47: just beyond 2 and 3.5, and not
    beyond, within = np.r_[np.linspace(0, 0.1, 15), 1, 1.1], np.r_[np.zeros(22), np.ones(3)]
    assert stats.skew(within) > 2
    assert stats.kurtosis(within) < 3.5 < stats.kurtosis(beyond) < 4
    for x, moved in ((beyond, 2), (within, 0)):
        assert fit_treatment(x[:, None], ["winsorise"]).reason == (
            f"winsorised, {moved} values moved",
        )
    # at a limit itself nothing is moved
    skew, kurtosis = float(stats.skew(beyond)), float(stats.kurtosis(beyond))
    for limits in ({"max_skew": skew}, {"max_kurtosis": kurtosis}):
        found = fit_treatment(beyond[:, None], ["winsorise"], **limits)
        assert found.reason == ("winsorised, 0 values moved",)
    six = np.r_[np.linspace(0, 1, 100), 10.0 ** np.arange(2, 8)]
    assert "after winsorising 5 values" in fit_treatment(six[:, None], ["winsorise"]).reason[0]


def test_log_offset_is_frozen_and_negative_values_are_refused() -> None:
    t = fit_treatment([[0.0, 1.0], [4.0, np.e]], ["log", "log"])
    assert t.offset.tolist() == [2.0, 0.0]
    np.testing.assert_allclose(t.apply([[4.0, np.e]]), [[np.log(6), 1]])
    with pytest.raises(ColumnError, match="logarithm") as caught:
        t.apply([[[1.0, 0.0]], [[1.0, 1.0]]])
    assert caught.value.columns == (1,)
    with pytest.raises(ColumnError, match="0 or more"):
        fit_treatment([[-1.0], [2.0]], ["log"])
    with pytest.raises(ColumnError, match="above 0"):
        fit_treatment([[0.0], [0.0]], ["log"])


def test_treatments_check_names_and_leave_others_alone() -> None:
    x = np.array([[-5.0, NAN], [1e9, NAN]])
    t = fit_treatment(x, ["none", "none"])
    np.testing.assert_array_equal(t.apply(x), x)
    with pytest.raises(ValueError, match="allowed: none, log, cap, winsorise"):
        fit_treatment(x, ["none", "sqrt"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="1 treatments"):
        fit_treatment(x, ["none"])
    with pytest.raises(ColumnError, match="there are none"):
        fit_treatment(x, ["none", "cap"])
    with pytest.raises(ValueError, match="share"):
        fit_treatment(x, ["cap", "none"], share=0.5)
