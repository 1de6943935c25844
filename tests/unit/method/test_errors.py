"""Overdispersion and spread of a population's changes against other software and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from spi_core.method.errors import expected, overdispersion, spread_of_changes


def counts(phi, areas=300, ratio=0.8, seed=1):
    """Negative binomial counts with variance φ times the mean; rates differ widely by area."""
    rng = np.random.default_rng(seed)
    base = np.tile(rng.uniform(6000, 16_000, areas), (2, 1))
    mean = base * rng.uniform(0.002, 0.02, areas) * np.array([[1.0], [ratio]])
    if phi == 1:
        return rng.poisson(mean).astype(float), base
    return rng.negative_binomial(mean / (phi - 1), 1 / phi).astype(float), base


def test_overdispersion_is_statsmodels_pearson_dispersion():
    x, n = counts(2.5)
    # given the sum of a pair the later count is binomial; one intercept for the common ratio
    fitted = sm.GLM(x.T[:, ::-1], np.ones(x.shape[1]), family=sm.families.Binomial()).fit()
    found = overdispersion(x, n)
    assert found.size == pytest.approx(fitted.pearson_chi2 / fitted.df_resid, rel=1e-9)
    assert found.change == pytest.approx(np.exp(fitted.params[0]), rel=1e-9)
    error = np.sqrt(fitted.scale * fitted.pearson_chi2 / fitted.df_resid) * fitted.bse[0]
    assert found.change_se / found.change == pytest.approx(error, rel=1e-6)


@pytest.mark.parametrize("phi", [1.3, 2.0, 3.2])
def test_overdispersion_is_found_whatever_all_areas_share(phi):
    for ratio in (0.7, 1.0, 1.3):
        assert overdispersion(*counts(phi, 6000, ratio)).size == pytest.approx(phi, rel=0.06)


def test_shares_are_judged_by_the_binomial_variance():
    rng = np.random.default_rng(2)
    n = np.tile(rng.integers(200, 900, 4000), (2, 1)).astype(float)
    p = rng.uniform(0.3, 0.7, 4000) * np.array([[1.0], [0.9]])
    clustered = 2 * rng.binomial((n / 2).astype(int), p)
    assert overdispersion(clustered, n, binomial=True).size == pytest.approx(2, rel=0.06)
    assert overdispersion(clustered, n).size < 1.2  # a Poisson variance is too large for shares


def test_shares_of_all_have_no_variance_and_make_no_residual():
    # by hand: R = 1, pooled p = 1, 0.7, 0.7, so z² = 0 and twice 0.2²/(2 · 0.7 · 0.3/50)
    found = overdispersion([[50.0, 30, 40], [50, 40, 30]], np.full((2, 3), 50.0), binomial=True)
    assert found.size == pytest.approx(2 * 0.04 / 0.0084 / (3 - 1))


def test_windows_in_common_make_the_same_distance_larger():
    x, n = counts(1.5)
    apart, shared = (overdispersion(x, n, overlap=rho).size for rho in (0.0, 2 / 3))
    assert shared == pytest.approx(3 * apart, rel=0.05)


def test_overdispersion_is_at_least_one_and_needs_counts():
    x, n = counts(1)
    x[1] = 0.8 * x[0]
    assert overdispersion(x, n).size == 1
    x[:, 0], n[0, 1] = 0, np.nan
    assert overdispersion(x, n).n == x.shape[1] - 2
    with pytest.raises(ValueError, match="two areas or more"):
        overdispersion(np.zeros((2, 9)), np.ones((2, 9)))


def test_the_unit_of_the_base_and_areas_without_one_do_not_matter():
    x, n = counts(1.5)
    found = overdispersion(x, n)
    np.testing.assert_allclose(overdispersion(x, n / 1e5), found, rtol=1e-9)
    grown = overdispersion(x, n * [[1.0], [1.25]])  # a base a quarter larger, rates so much lower
    assert grown == pytest.approx(
        (found.size, found.change / 1.25, found.change_se / 1.25, found.n)
    )
    n, x = (np.column_stack([a, b]) for a, b in ((n, [0.0, 90]), (x, [0.0, 4])))
    assert overdispersion(x, n) == pytest.approx(found)


def test_spread_is_the_standard_deviation_about_the_populations_own_change():
    value = np.array([[10.0, 20, 30, np.nan], [13, 21, 36, 9]])
    found = spread_of_changes(value)
    assert found == pytest.approx((np.std([3, 1, 6], ddof=1), 10 / 3, found.change_se, 3))
    assert found.change_se == pytest.approx(found.size / np.sqrt(3))
    logged = spread_of_changes(value, log=True, ratio=True)
    assert logged.size == pytest.approx(np.std(np.log([1.3, 1.05, 1.2]), ddof=1))
    assert logged.change == pytest.approx(70 / 60)
    rest = np.array([13, 21, 36]) - 70 / 60 * np.array([10, 20, 30])
    assert logged.change_se == pytest.approx(rest.std(ddof=1) / np.sqrt(3) / 20)


def test_a_common_percentage_is_no_spread_of_prices():
    price = np.array([200.0, 300.0, 900.0])
    for unit in (1, 1e-4):  # in millions they lie below 1
        same = spread_of_changes([unit * price, 1.16 * unit * price], log=True)
        assert same.size == pytest.approx(0, abs=1e-12)
    assert spread_of_changes([[1.0, 2.0], [1.5, 3.5]]).size == pytest.approx(np.sqrt(0.5))
    with pytest.raises(ValueError, match="two areas or more"):
        spread_of_changes([[1.0], [1.5]])
    with pytest.raises(ValueError, match="above 0"):
        spread_of_changes([[1.0, 0.0], [1.0, 2.0]], log=True)


def test_the_poorest_do_not_beat_a_fall_in_per_cent():
    before = np.array([[2.0, 70.0], [10.0, 80.0]])
    after = expected(before, [0.71, 0.4], [True, False])
    np.testing.assert_allclose(after, [[1.42, 70.4], [7.1, 80.4]])
