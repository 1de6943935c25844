"""Intervals and standard errors against statsmodels, SciPy and esda."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from spi_core.method.intervals import (
    LEVEL,
    byar,
    exact_poisson,
    poisson,
    poisson_se,
    quantile,
    wilson,
    wilson_se,
)
from spi_core.uncertainty.sampling import change_error, error_model, overlap, sampling
from spi_core.uncertainty.shrink import shrink
from tests.support.sampled import make

COUNTS = np.array([0, 1, 3, 9, 10, 40, 250, 4000])


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("n", [1, 7, 50, 12_345])
def test_wilson_matches_statsmodels(level, n):
    x = np.unique(np.minimum(COUNTS, n))
    expected = proportion_confint(x, n, alpha=1 - level, method="wilson")
    np.testing.assert_allclose(wilson(x, np.full(x.size, n), level), expected, atol=1e-12)
    all_of = np.arange(1.0, 1100)  # for some of these rounding alone leads beyond 1
    assert wilson(all_of, all_of, level)[1].max() <= 1


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_exact_poisson_matches_statsmodels(level):
    expected = confint_poisson(COUNTS[1:], 1, method="exact-c", alpha=1 - level)
    found = exact_poisson(COUNTS[1:], level)
    np.testing.assert_allclose(found, np.transpose(expected).T, rtol=1e-9)
    # Garwood: of a mean of years, too
    tails = [(1 - level) / 2, (1 + level) / 2]
    garwood = stats.chi2.ppf(tails, [2 * 0.5, 2 * 0.5 + 2]) / 2
    np.testing.assert_allclose(exact_poisson(0.5, level), garwood, rtol=1e-9)


def test_exact_poisson_of_nothing_is_the_rule_of_three():
    low, high = exact_poisson(0, 0.9)
    assert low == 0
    assert high == pytest.approx(-np.log(0.05))


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_byar_lies_close_to_the_exact_interval(level):
    x = COUNTS[COUNTS >= 10]
    np.testing.assert_allclose(byar(x, level), exact_poisson(x, level), rtol=0.012)
    assert byar(0)[0] == 0


def test_poisson_interval_changes_method_at_ten():
    low, high = poisson([9, 10])
    assert (low[0], high[0]) == (exact_poisson(9)[0], exact_poisson(9)[1])
    assert (low[1], high[1]) == (byar(10)[0], byar(10)[1])


def test_poisson_se_is_half_of_statsmodels_score_interval():
    low, high = confint_poisson(COUNTS, 1, method="score", alpha=0.1)
    np.testing.assert_allclose(poisson_se(COUNTS), (high - low) / 2 / stats.norm.ppf(0.95))


def test_standard_errors_are_positive_for_zero_counts():
    assert poisson_se(0) > 0
    assert wilson_se(0, 30) > 0
    assert wilson_se(30, 30) == pytest.approx(wilson_se(0, 30))


def test_missing_counts_stay_missing_in_every_interval():
    for low, high in (wilson(np.nan, 5), byar(np.nan), exact_poisson(np.nan), poisson(np.nan)):
        assert np.isnan(low)
        assert np.isnan(high)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wilson(-1, 5), "0 or more"),
        (lambda: wilson(1, 0), "above 0"),
        (lambda: wilson(0, 0), "above 0"),
        (lambda: wilson(6, 5), "not below the numerator"),
        (lambda: byar(np.inf), "0 or more"),
        (lambda: quantile(1.0), "between 0 and 1"),
        (lambda: exact_poisson(3, 90), "between 0 and 1"),
    ],
)
def test_counts_and_levels_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_rate_error_is_that_of_its_count():
    x, n = np.array([[[20.0], [0.0]], [[30.0], [4.0]]]), np.full((2, 2, 1), 5000.0)
    s = sampling(*make(x * 1000 / n, x, n))
    np.testing.assert_allclose(s.se, poisson_se(x) / 5)
    np.testing.assert_allclose(s.change_se[:, 0], np.hypot(*s.se[..., 0]))
    assert (s.basis == "counts").all()
    assert s.known([0, -1]).all()


def test_proportion_error_is_wilsons_in_per_cent():
    x, n = np.full((2, 3, 1), 30.0), np.full((2, 3, 1), 120.0)
    panel, framework = make(100 * x / n, x, n, ("wilson",), (100.0,))
    np.testing.assert_allclose(sampling(panel, framework).se, 100 * wilson_se(30, 120))


def test_count_without_denominator_takes_the_published_rate():
    panel, framework = make(np.full((2, 2, 1), 8.0), np.full((2, 2, 1), 16.0))
    np.testing.assert_allclose(sampling(panel, framework).se, 8 / 16 * poisson_se(16))


def test_overlapping_windows_shrink_the_error_of_change():
    windows = [("2010-09-01", "2013-08-31"), ("2011-09-01", "2014-08-31")]
    x, n = np.full((2, 2, 1), 50.0), np.full((2, 2, 1), 1000.0)
    s = sampling(*make(x, x, n, windows=windows))
    share = 731 / np.sqrt(1096 * 1096)
    assert s.overlap[0, 0, 1] == pytest.approx(share)
    np.testing.assert_allclose(s.change_se, np.sqrt(2 * (1 - share)) * s.se[0])


def test_overlap_is_zero_apart_and_without_dates():
    panel, _ = make(np.ones((2, 2, 1)))
    np.testing.assert_array_equal(overlap(panel.dates, ("i0",), ("p0", "p1"))[0], np.eye(2))
    np.testing.assert_array_equal(overlap(panel.dates, ("other",), ("p0", "p1"))[0], np.eye(2))


def told(panel, framework, **columns):
    """Error model of an edition whose reference population tells these columns."""
    rows = {"phi": np.nan, "spread": np.nan, "scale": "linear", "change": 1.0, "moves": "ratio"}
    rows |= {"change_se": 0.0, "areas": 600, "years": 1.0} | columns
    reference = pd.DataFrame({"indicator_id": list(panel.indicators), **rows})
    return error_model(framework, reference)


def test_overdispersed_counts_have_an_error_of_root_phi_times_chance():
    x, n = np.array([[[20.0], [0.0]], [[30.0], [4.0]]]), np.full((2, 2, 1), 5000.0)
    panel, framework = make(x * 1000 / n, x, n)
    plain = sampling(panel, framework)
    wide = sampling(panel, framework, told(panel, framework, phi=4.0))
    np.testing.assert_allclose(wide.se, 2 * plain.se)
    np.testing.assert_allclose(wide.skew, 2 * plain.skew)
    np.testing.assert_allclose(wide.change_se, 2 * plain.change_se)


def test_without_counts_the_reference_spread_is_an_upper_bound():
    value = np.array([[[40.0], [50.0]], [[44.0], [51.0]]])
    panel, framework = make(value, kind=("none",))
    s = sampling(panel, framework, told(panel, framework, spread=3.0))
    np.testing.assert_allclose(s.se, 3 / np.sqrt(2))
    np.testing.assert_allclose(s.change_se, 3)
    assert (s.basis == "reference spread").all()
    assert s.known([0, -1]).all()


def test_a_spread_of_logarithms_goes_with_the_value():
    value = np.array([[[100.0], [200.0]], [[100.0], [200.0]]])
    panel, framework = make(value, kind=("none",))
    s = sampling(panel, framework, told(panel, framework, spread=0.1, scale="log"))
    np.testing.assert_allclose(s.change_se[:, 0], [10, 20])


def test_a_spread_that_goes_with_counts_of_another_is_wider_where_they_are_few():
    value = np.array([[[80.0, 100.0], [80.0, 90.0], [80.0, 90.0], [80.0, 90.0]]] * 2)
    deaths = np.full(value.shape, np.nan)
    deaths[..., 1] = [100.0, 25.0, 1600.0, np.nan]
    panel, framework = make(value, deaths, deaths, kind=("none", "byar"))
    framework.indicators["error_counts"] = [panel.indicators[1], ""]
    model = told(panel, framework, spread=[2.0, np.nan], at_count=[100.0, np.nan], phi=1.0)
    families, people = [(panel.areas[2], panel.areas[:2])], np.array([1.0, 1, 2, 2])
    s = sampling(panel, framework, model, families, people)
    # a whole has the error of its own count; without a count the plain spread stays, if it may
    np.testing.assert_allclose(s.change_se[:, 0], [2, 4, 0.5, np.nan])
    model = told(panel, framework, spread=[2.0, np.nan], phi=1.0)
    plain = sampling(panel, framework, model, families, people)
    np.testing.assert_allclose(plain.change_se[:3, 0], [2, 2, np.sqrt(2)])


def test_counts_come_before_the_spread_and_the_spread_stands_in_for_a_missing_count():
    x, n = np.full((2, 2, 1), 50.0), np.full((2, 2, 1), 1000.0)
    x[:, 1] = np.nan
    panel, framework = make(np.full(x.shape, 50.0), x, n)
    s = sampling(panel, framework, told(panel, framework, spread=3.0, phi=1.0))
    assert s.basis[0, :, 0].tolist() == ["counts", "reference spread"]


def test_modelled_figures_vary_but_their_error_is_not_known():
    panel, framework = make(np.full((2, 3, 1), 50.0), kind=("none",))
    framework.indicators["error"] = "modelled"
    s = sampling(panel, framework, told(panel, framework, spread=3.0))
    assert (s.basis == "modelled").all()
    np.testing.assert_allclose(s.se, 3 / np.sqrt(2))
    assert not s.known([0, -1]).any()


def test_bound_of_the_whole_allows_for_its_size():
    value = np.full((2, 10, 1), 50.0)
    panel, framework = make(value, kind=("none",))
    people = np.array([9.0, 2, 1, 1, 1, 1, 1, 1, 1, 0])
    model = told(panel, framework, spread=3.0)
    s = sampling(panel, framework, model, [("a0", panel.areas[1:])], people)
    share = people[1:] / people[1:].sum()
    np.testing.assert_allclose(s.se[:, 0], s.se[:, 1] * np.sqrt((share**2).sum()))


def test_without_a_reference_population_the_error_is_not_known():
    value = np.random.default_rng(3).normal(size=(2, 30, 1))
    s = sampling(*make(value, kind=("none",)))
    assert (s.basis == "unknown").all()
    assert np.isnan(s.se).all()
    assert not s.known([0, -1]).any()


def test_same_window_twice_tells_nothing():
    value = np.random.default_rng(4).normal(size=(2, 30, 1))
    windows = [("2010-01-01", "2010-12-31")] * 2
    panel, framework = make(value, kind=("none",), windows=windows)
    s = sampling(panel, framework, told(panel, framework, spread=3.0))
    assert (s.basis == "unknown").all()


def test_published_errors_win_and_may_be_rated():
    x, n = np.full((2, 6, 1), 50.0), np.full((2, 6, 1), 1000.0)
    given = np.full(x.shape, np.nan)
    given[:, 0] = 3.5
    s = sampling(*make(x, x, n), published=given)
    assert s.se[0, 0, 0] == 3.5
    assert s.basis[:, :2, 0].tolist() == [["published", "counts"]] * 2
    assert s.known([0, -1]).all()
    with pytest.raises(ValueError, match="0 or more"):
        sampling(*make(x, x, n), published=-given)


def test_missing_value_has_no_error_and_no_change():
    x, n = np.full((2, 6, 1), 50.0), np.full((2, 6, 1), 1000.0)
    panel, framework = make(x, x, n)
    value = panel.value.copy()
    value[1, 2] = np.nan
    s = sampling(replace(panel, value=value), framework)
    assert s.basis[1, 2, 0] == "no value"
    assert np.isnan(s.se[1, 2, 0])
    assert np.isnan(s.change_se[2, 0])
    assert not s.known([0, -1])[2, 0]


def test_shrunken_rates_match_esda():
    # esda 2.9.0: Empirical_Bayes(e, b).r, Marshall's global estimator
    found = shrink([2, 40, 90, 0, 15], [100, 1000, 1000, 250, 400])
    expected = [
        0.033483045250053,
        0.040850890744471,
        0.08768879676164,
        0.011365867289074,
        0.039803931199543,
    ]
    np.testing.assert_allclose(found.value, expected, rtol=1e-9)


def test_chance_alone_is_shrunk_to_the_borough():
    found = shrink([10, 10, 10], [100, 100, 100], "proportion", per=100)
    assert found.between == 0
    np.testing.assert_array_equal(found.kept, 0)
    np.testing.assert_allclose(found.value, 10)


def test_shrinking_keeps_more_of_larger_areas_and_leaves_gaps():
    found = shrink([1, 300, 20, np.nan], [50, 5000, 1000, 10], "proportion")
    assert found.kept[1] > found.kept[2] > found.kept[0]
    assert np.isnan(found.value[3])
    assert not np.isnan(found.value[:3]).any()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (([1, np.nan], [5, 5]), "two areas"),
        (([1, 9], [5, 5], "proportion"), "not below"),
        (([1, 2], [5, 0]), "above 0"),
        (([1, 2], [5, 5], "mean"), "rate, proportion"),
    ],
)
def test_counts_that_cannot_be_shrunk_are_refused(args, message):
    with pytest.raises(ValueError, match=message):
        shrink(*args)


def test_the_change_of_three_periods_is_from_the_first_to_the_last():
    """A middle period, however uncertain, has no part in it."""
    se = np.array([[[3.0]], [[50.0]], [[4.0]]])
    shared = np.eye(3)[None]
    np.testing.assert_allclose(change_error(se, shared), [[5.0]])
    shared = np.array([[[1.0, 0.9, 0.25], [0.9, 1.0, 0.9], [0.25, 0.9, 1.0]]])
    np.testing.assert_allclose(change_error(se, shared), [[np.sqrt(9 + 16 - 2 * 0.25 * 12)]])


@pytest.mark.parametrize(("x", "n"), [(20, 100), (80, 100), (150, 200), (60, 400)])
def test_the_skewness_of_a_proportion_is_that_of_its_beta(x, n):
    """The posterior of a share is a Beta: SciPy's skewness of it, sign included."""
    found = sampling(*make([[[100 * x / n]]], [[[x]]], [[[n]]], ("wilson",), (100.0,)))
    expected = stats.beta(x + 1, n - x + 1).stats("s")
    assert found.skew.item() == pytest.approx(float(expected), rel=0.05)


@pytest.mark.parametrize("x", [12, 40, 250])
def test_the_skewness_of_a_count_is_that_of_its_gamma(x):
    found = sampling(*make([[[1000 * x / 5000]]], [[[x]]], [[[5000]]]))
    assert found.skew.item() == pytest.approx(float(stats.gamma(x).stats("s")), rel=0.05)


def test_the_error_of_a_share_is_skewed_alike_on_both_sides_of_a_half() -> None:
    n, x = 40.0, np.array([0.0, 7, 20, 33, 40])
    value = (100 * x / n)[None, :, None]
    panel, framework = make(value, x[None, :, None], np.full((1, 5, 1), n), ("wilson",), (100.0,))
    skew = sampling(panel, framework).skew[0, :, 0]
    np.testing.assert_allclose(skew, -skew[::-1], atol=1e-12)
    assert skew[2] == pytest.approx(0, abs=1e-12)
    assert (np.diff(skew) < 0).all()


def test_one_event_without_a_base_has_the_error_of_its_published_rate() -> None:
    value, count = np.array([2.5, 5.0, 0.0]), np.array([1.0, 2.0, 0.0])
    panel, framework = make(value[None, :, None], count[None, :, None])
    se = sampling(panel, framework).se[0, :, 0]
    np.testing.assert_allclose(se[:2], 2.5 * poisson_se(count[:2], LEVEL))
    assert np.isnan(se[2])


def test_no_draw_passes_what_an_indicator_can_be() -> None:
    panel_, framework = make([[[2.5, 40.0]]], kind=("none", "none"), per=(1.0, 100.0))
    framework.indicators["valid_min"] = [0.5, np.nan]
    framework.indicators["valid_max"] = [np.nan, 100.0]
    found = sampling(panel_, framework)
    np.testing.assert_array_equal(found.low, [0.5, -np.inf])
    np.testing.assert_array_equal(found.high, [np.inf, 100])
