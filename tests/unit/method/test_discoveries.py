"""Tiers against statsmodels, and that picture and word agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from statsmodels.stats.multitest import multipletests

from spi_core.method.errors import tier

NUMBERS = arrays(float, (4, 7), elements=st.floats(-6, 6, allow_subnormal=False))


def test_clear_is_what_statsmodels_rejects():
    rng = np.random.default_rng(5)
    d = np.where(rng.uniform(size=(17, 30)) < 0.2, 3.5, 0) + rng.normal(size=(17, 30))
    p = 2 * stats.norm.sf(np.abs(d))
    found = tier(d, np.ones(d.shape))
    assert 20 < found.clear.sum() < 150
    reject = multipletests(p.ravel(), alpha=0.1, method="fdr_bh")[0]
    np.testing.assert_array_equal(found.clear.ravel(), reject)
    assert found.level == pytest.approx(1 - 0.1 * reject.sum() / d.size)


@given(NUMBERS, st.floats(0.02, 0.4))
def test_an_interval_leaves_out_zero_if_and_only_if_it_is_clear(d, rate):
    found = tier(d, np.ones(d.shape), rate)
    assert (found.clear == ((found.low > 0) | (found.high < 0))).all()
    assert (found.low <= d).all()
    assert (d <= found.high).all()


@given(NUMBERS, st.floats(0.1, 30))
def test_sign_unit_and_order_do_not_matter(d, unit):
    found, turned = tier(d, np.ones(d.shape)), tier(-unit * d[::-1], np.full(d.shape, unit))
    assert found.level == turned.level
    # on the very edge a last digit may decide
    edge = np.isclose(np.abs(d), stats.norm.ppf(0.5 + found.level / 2), rtol=1e-9)
    assert ((found.clear == turned.clear[::-1]) | edge).all()


def test_what_has_no_error_is_not_tested():
    found = tier([3.9, 9.0, np.nan], [1.0, np.nan, 1.0])
    assert (found.tested, found.clear.tolist()) == (1, [True, False, False])
    assert np.isnan(found.low[1:]).all()
    nothing = tier([np.nan], [np.nan])
    assert (nothing.tested, nothing.clear.any()) == (0, False)


def test_without_error_any_difference_is_clear_and_none_is_none():
    found = tier([0.0, 0.1], [0.0, 0.0])
    assert found.clear.tolist() == [False, True]
    np.testing.assert_array_equal(found.low, [0, 0.1])
    assert tier([0.0, 1.28], [0.0, 1.0], rate=0.9).clear.tolist() == [False, True]


def test_a_difference_beside_a_clear_one_is_clear_at_the_very_rate():
    # Benjamini and Hochberg 1995: p of rank i of m is rejected where p <= q i/m; here 2 of 2
    rate = 2 * float(stats.norm.sf(2.0))
    assert tier([9.0, 2.0], [1.0, 1.0], rate).clear.tolist() == [True, True]
    assert tier([9.0, 1.9999], [1.0, 1.0], rate).clear.tolist() == [True, False]


def test_pure_noise_is_seldom_called_anything():
    rng = np.random.default_rng(6)
    any_claim = [tier(rng.normal(size=300), np.ones(300)).clear.any() for _ in range(2000)]
    assert 0.035 < np.mean(any_claim) < 0.065  # Simes's test at 5 %


def test_false_claims_are_a_tenth_and_intervals_of_clear_ones_hold_the_truth():
    rng = np.random.default_rng(7)
    false, held, clear = 0, 0, 0
    for _ in range(300):
        truth = np.where(rng.uniform(size=400) < 0.2, rng.choice([-3.5, 3.5], 400), 0)
        d = truth + rng.normal(size=400)
        found = tier(d, np.ones(400))
        clear += found.clear.sum()
        false += (found.clear & (truth == 0)).sum()
        held += (found.clear & (found.low <= truth) & (truth <= found.high)).sum()
    assert 0.06 < false / clear < 0.1
    assert held / clear > 0.9


@pytest.mark.parametrize(("se", "rate"), [(1.0, 0.0), (1.0, 1.0), (1.0, 1.5), ([-1.0, 1], 0.1)])
def test_what_makes_no_sense_is_refused(se, rate):
    with pytest.raises(ValueError, match=r"false discovery rate must|standard errors must"):
        tier([1.0, 2.0], se, rate)
