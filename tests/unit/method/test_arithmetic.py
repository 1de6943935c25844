"""Oracles for arithmetic that random mutants survived in (`benchmarks/mutants.py`)."""

from __future__ import annotations

import numpy as np
import pytest

from spi_core.method.checks import ColumnError, check_polarity, refuse
from spi_core.method.errors import overdispersion
from spi_core.method.moments import is_singular, kmo, kmo_stack, moments
from spi_core.method.treat import fit_treatment
from spi_core.method.weights import fit


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
