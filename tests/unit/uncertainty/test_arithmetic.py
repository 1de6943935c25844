"""Oracles for the arithmetic of errors that random mutants survived in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spi_core.method.intervals import LEVEL, poisson_se
from spi_core.method.means import Mean
from spi_core.method.moments import Moments
from spi_core.method.normalise import fit_scale, normalise
from spi_core.uncertainty.alternatives import Alternatives, make_plan
from spi_core.uncertainty.bootstrap import _draw
from spi_core.uncertainty.change import indicator_moves
from spi_core.uncertainty.gaps import gap
from spi_core.uncertainty.peers import nearest
from spi_core.uncertainty.reliability import cronbach
from spi_core.uncertainty.sampling import sampling
from spi_core.uncertainty.sensitivity import shift
from spi_core.uncertainty.sobol import analyse_factors
from tests.unit.uncertainty.test_progress import errors, pair, values
from tests.unit.uncertainty.test_sampling import make
from tests.unit.uncertainty.test_uncertainty import RECIPE, panel, run

R = np.array([[1, 0.5, 0.2], [0.5, 1, -0.3], [0.2, -0.3, 1]])


def test_drawn_scatter_has_the_mean_and_variance_of_wishart() -> None:
    # Anderson, An Introduction to Multivariate Statistical Analysis, 7.3: E = νΣ and
    # var = ν(σij² + σii σjj) of ν = rows − 1 degrees of freedom
    m, sd, draws = 6, np.array([1.0, 2.0, 3.0]), 60_000
    means, scatter = _draw(Moments(np.zeros(3), sd, R, m), np.random.default_rng(8), draws)
    cov = R * np.outer(sd, sd)
    variance = (m - 1) * (cov**2 + np.outer(np.diag(cov), np.diag(cov)))
    error = np.sqrt(variance / draws)
    assert (np.abs(scatter.mean(axis=0) - (m - 1) * cov) < 5 * error).all()
    np.testing.assert_allclose(scatter.var(axis=0), variance, rtol=0.06)
    np.testing.assert_allclose(np.cov(means.T), cov / m, atol=0.03)


def test_alpha_does_not_hang_on_the_unit() -> None:
    # Cronbach 1951: k/(k − 1)(1 − Σσᵢ²/σ²)
    cov = R * np.outer([1.0, 2, 3], [1.0, 2, 3])
    by_hand = 3 / 2 * (1 - np.trace(cov) / cov.sum())
    for unit in (1e-9, 1.0, 1e9):
        found = cronbach(Moments(np.zeros(3), unit * np.array([1.0, 2, 3]), R, 40))
        assert found.raw == pytest.approx(by_hand, rel=1e-9)
    opposed = np.array([[1.0, -1], [-1, 1]])
    with pytest.raises(ValueError, match="sum of the indicators does not vary"):
        cronbach(Moments(np.zeros(2), np.ones(2), opposed, 40))


def test_the_error_of_a_share_is_skewed_alike_on_both_sides_of_a_half() -> None:
    n, x = 40.0, np.array([0.0, 7, 20, 33, 40])
    value = (100 * x / n)[None, :, None]
    panel, framework = make(value, x[None, :, None], np.full((1, 5, 1), n), ("wilson",), (100.0,))
    skew = sampling(panel, framework).skew[0, :, 0]
    np.testing.assert_allclose(skew, -skew[::-1], atol=1e-12)
    assert skew[2] == pytest.approx(0, abs=1e-12)
    assert (np.diff(skew) < 0).all()


def test_a_variable_that_does_not_vary_is_named_by_its_column() -> None:
    context = np.array([[1.0, 7, 3], [2, 7, 9], [4, 7, 1], [8, 7, 5], [6, 7, 2]])
    with pytest.raises(ValueError, match=r"must vary between wards: column 1$"):
        nearest(context, 2)


@pytest.mark.parametrize(
    ("base", "other"),
    [([1.0, 2], [2.0, 1]), ([1.0, 1, 1, 1], [1.0, 2, 3, 4]), ([1.0, 2, 3], [5.0, 5, 5])],
)
def test_ranks_of_two_areas_or_all_alike_have_no_correlation(
    base: list[float], other: list[float]
) -> None:
    found = shift(base, other, "x")
    assert found.rank_correlation is None
    assert "fewer than three areas differ" in found.reason


def test_two_base_samples_are_a_power_of_two_and_no_other_number_passes() -> None:
    seen: list[int] = []

    def outcome(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        seen.append(len(u))
        return u[:, 0], np.zeros(len(u), bool)

    for n in range(-1, 18):
        if n in {2, 4, 8, 16}:
            analyse_factors(outcome, ("a", "b"), np.random.default_rng(1), n)
            assert seen[-1] == n * 4  # Saltelli: n(k + 2) runs
        else:
            with pytest.raises(ValueError, match="power of 2"):
                analyse_factors(outcome, ("a", "b"), np.random.default_rng(1), n)


@pytest.mark.parametrize("name", ["minmax", "zscore"])
def test_indicators_that_vary_by_less_than_a_point_are_normalised_like_others(name: str) -> None:
    value, errors = panel(se=0.0)
    width = RECIPE.best - RECIPE.worst
    value[1, :4, 2] = np.nan
    near = RECIPE.worst + (0.4 + 0.005 * (value - RECIPE.worst) / width) * width
    for at, tolerance in ((value, 1e-3), (near, 2e-2)):
        draws = run(
            at, errors, n=2, vary={"normaliser"}, keep_indicators=True,
            alternatives=Alternatives(normalisers=(name,)),
        )  # fmt: skip
        scale = fit_scale(at, RECIPE.best, RECIPE.worst, np.sign(width))
        expected = normalise(at, scale, name)
        expected = 50 + 10 * expected if name == "zscore" else expected
        np.testing.assert_allclose(draws.indicator[0], expected, atol=tolerance)


def test_two_wards_have_a_gap_and_one_has_none() -> None:
    point = np.array([[40.0, 50], [42, 60]])
    found = gap(point, np.repeat(point[None], 3, axis=0))
    np.testing.assert_allclose(found.value, [[10, 5, np.sqrt(50)], [18, 9, np.sqrt(162)]])
    np.testing.assert_allclose(found.low, found.value)
    np.testing.assert_allclose(found.change, found.value[1] - found.value[0])
    with pytest.raises(ValueError, match="two wards"):
        gap(np.where([True, False], point, np.nan), point[None])


@pytest.mark.parametrize("other", [[1.0, 2], [[1.0, 2, 3]]])
def test_a_shift_is_of_the_same_areas(other: list[float]) -> None:
    for a, b in (([1.0, 2, 3], other), ([[1.0, 2, 3]], [[1.0, 2, 3]])):
        with pytest.raises(ValueError, match="scores must be of the same areas; shapes are"):
            shift(a, b, "x")


@pytest.mark.parametrize("basis", ["unknown", "modelled", "no value"])
def test_a_change_asks_the_first_and_the_last_of_three_periods(basis: str) -> None:
    value = np.concatenate([values(4.0), values(9.0)[1:]])
    for period, rated in ((0, False), (1, True), (2, False)):
        told = errors(value.shape)
        told.basis[period] = basis
        found = indicator_moves(value, told, pair())
        np.testing.assert_allclose(found.change, 9)
        assert (found.reason == "").all() == rated
        assert (found.known == rated).all()


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


def test_a_plan_without_choices_is_the_method_as_decided() -> None:
    recipe = replace(RECIPE, means=(Mean(1.0), Mean(0.0), Mean(0.5)))
    plan = make_plan(recipe, recipe.used, set(), Alternatives(), 5, np.random.default_rng(1))
    np.testing.assert_array_equal(plan.order, [[1.0, 0.0, 0.5]] * 5)
    assert set(plan.normaliser) == {"goalposts"}
    assert (plan.share, plan.ends) == (None, None)
