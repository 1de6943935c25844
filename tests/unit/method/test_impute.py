from __future__ import annotations

import numpy as np
import pytest

from spi_core.method.impute import regress

NAN = np.nan


def _sample(n: int = 60, k: int = 4, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(n, 1)) + rng.normal(size=(n, k))) * 10.0 ** np.arange(k) + 5


def test_single_gaps_match_least_squares_on_complete_rows() -> None:
    x = _sample()
    x[3, 0] = x[8, 2] = x[9, 2] = NAN
    before = x.copy()
    result = regress(x)
    complete = x[~np.isnan(x).any(axis=1)]
    for row, j in [(3, 0), (8, 2), (9, 2)]:
        others = [c for c in range(4) if c != j]
        design = np.column_stack([np.ones(len(complete)), complete[:, others]])
        beta, rss, *_ = np.linalg.lstsq(design, complete[:, j], rcond=None)
        expected = beta[0] + x[row, others] @ beta[1:]
        np.testing.assert_allclose(result.values[row, j], expected, rtol=1e-9)
        assert result.residual_sd is not None
        np.testing.assert_allclose(result.residual_sd[j], np.sqrt(rss[0] / 53), rtol=1e-9)
    assert result.estimated.sum() == 3
    assert result.estimated[[3, 8, 9], [0, 2, 2]].all()
    assert len(complete) == 57
    assert result.reason == "3 cells estimated by regression on 57 complete rows"
    assert not result.refused.any()
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(result.values[~np.isnan(x)], x[~np.isnan(x)])


def test_rows_with_more_gaps_are_refused_whole() -> None:
    x = _sample()
    x[1, :2] = NAN
    x[2] = NAN
    result = regress(x)
    assert not result.estimated.any()
    assert np.flatnonzero(result.refused).tolist() == [1, 2]
    two = regress(x, max_missing=2)
    assert two.estimated.sum() == 2
    assert np.flatnonzero(two.refused).tolist() == [2]
    complete = np.delete(x, [1, 2], axis=0)
    design = np.column_stack([np.ones(58), complete[:, 2:]])
    beta = np.linalg.lstsq(design, complete[:, :2], rcond=None)[0]
    np.testing.assert_allclose(two.values[1, :2], np.append(1.0, x[1, 2:]) @ beta, rtol=1e-9)


@pytest.mark.parametrize(
    ("rows", "done"), [(14, True), (13, False)], ids=["k + 10 complete rows", "one fewer"]
)
def test_too_few_complete_rows_leave_the_gap_and_say_so(rows: int, done: bool) -> None:
    x = _sample(rows + 1)
    x[0, 0] = NAN
    result = regress(x)
    assert bool(result.estimated.any()) is done
    assert result.refused.sum() == (0 if done else 1)
    assert (result.residual_sd is not None) is done
    assert ("too few" in result.reason) is not done


def test_nothing_is_estimated_where_nothing_can_be() -> None:
    alone = regress(np.array([[1.0], [NAN]]))
    assert alone.refused.sum() == 1
    assert "one indicator" in alone.reason
    off = regress(np.where(np.eye(30, 3) > 0, NAN, _sample(30, 3)), method="none")
    assert off.refused.sum() == 3
    assert "switched off" in off.reason
    empty = regress(np.full((40, 3), NAN))
    assert empty.refused.sum() == 40
    limit = regress(np.where(np.eye(30, 3) > 0, NAN, _sample(30, 3)), max_missing=0)
    assert limit.refused.sum() == 3


def test_collinear_and_constant_predictors_do_no_harm() -> None:
    x = _sample(40, 4)
    x[:, 2] = 2 * x[:, 1] + 1
    x[:, 3] = 7.0
    x[5, 0] = x[6, 2] = x[7, 3] = NAN
    result = regress(x)
    np.testing.assert_allclose(result.values[6, 2], 2 * x[6, 1] + 1, rtol=1e-6)
    assert result.values[7, 3] == 7
    complete = np.delete(x, [5, 6, 7], axis=0)
    slope, at = np.polyfit(complete[:, 1], complete[:, 0], 1)
    np.testing.assert_allclose(result.values[5, 0], slope * x[5, 1] + at, rtol=1e-6)


def test_options_and_shapes_are_checked() -> None:
    with pytest.raises(ValueError, match="shape"):
        regress(np.zeros((2, 3, 4)))
    with pytest.raises(ValueError, match="allowed: regression, none"):
        regress(np.zeros((2, 3)), method="mean")  # type: ignore[arg-type]
    for least in ({"max_missing": -1}, {"min_residual_df": 0}):
        with pytest.raises(ValueError, match="max_missing must be 0 or more and min_residual_df 1"):
            regress(np.zeros((2, 3)), **least)
    with pytest.raises(ValueError, match="finite"):
        regress(np.array([[np.inf, 1.0], [1.0, 2.0]]))


def test_a_gap_is_least_squares_on_the_complete_rows_however_few_the_indicators():
    """NumPy’s least squares on the same rows: of three indicators, no row more than needed."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(14, 3)) @ [[1, 0.6, 0.2], [0, 1, 0.5], [0, 0, 1]]
    x[0, 2] = np.nan
    full = x[1:]
    design = np.column_stack([np.ones(13), full[:, :2]])
    beta, *_ = np.linalg.lstsq(design, full[:, 2], rcond=None)
    found = regress(x, min_residual_df=10)
    assert found.values[0, 2] == pytest.approx(float(np.r_[1, x[0, :2]] @ beta), abs=1e-12)
    assert not regress(x[:-1], min_residual_df=10).estimated.any()
    assert regress(x[:5], min_residual_df=1).estimated.sum() == 1
