"""Doubly robust oracle, degrees of freedom, power, simulation, words, trends, map."""

import itertools

import numpy as np
import pytest
import statsmodels.formula.api as smf
from scipy.optimize import minimize

from spi_core.impact.estimate.doubly_robust import doubly_robust
from spi_core.impact.estimate.regression_to_mean import simulate_selection
from spi_core.impact.inference.clusters import cluster_inference, compare_ward_means
from spi_core.impact.inference.power import (
    intraclass_correlation,
    minimum_detectable_effect,
    permutation_power,
)
from spi_core.impact.inference.sets import ward_sets
from spi_core.impact.refusal import refuse
from spi_core.impact.sample import Sample, restrict
from spi_core.impact.spatial import moran_moments, morans_i
from spi_core.impact.words import REFUSALS


def entropy_balanced_difference(change, treated, x):
    """Primal of the tilting: weights of largest entropy that balance x (slow, no regression)."""
    inside, outside = x[treated].mean(axis=0), x[~treated]
    size = outside.shape[0]
    found = minimize(
        lambda w: np.sum(w * np.log(w)),
        np.full(size, 1 / size),
        jac=lambda w: np.log(w) + 1,
        bounds=[(1e-9, 1)] * size,
        constraints=[
            {"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(size)},
            {"type": "eq", "fun": lambda w: outside.T @ w - inside, "jac": lambda w: outside.T},
        ],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert found.success
    return change[treated].mean() - found.x @ change[~treated]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_doubly_robust_matches_entropy_balancing(seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, size=(40, 2))
    treated = x[:, 0] + 2 * rng.normal(size=40) > 0.8
    change = 2 * treated + x @ [1.0, -0.5] + rng.normal(size=40)
    found = doubly_robust(change, treated, 10 + 5 * x, least_effective=2)
    assert found.estimate == pytest.approx(
        entropy_balanced_difference(change, treated, x), abs=1e-5
    )


def test_doubly_robust_without_covariate_differences_is_the_difference_of_means():
    x = np.tile([[1.0], [2.0], [3.0]], (10, 1))
    treated = np.repeat([True, False], 15)
    change = np.random.default_rng(0).normal(size=30)
    found = doubly_robust(change, treated, x, least_effective=14.99)
    assert found.estimate == pytest.approx(change[treated].mean() - change[~treated].mean())
    # all fifteen count alike
    assert "resemble" in doubly_robust(change, treated, x, least_effective=15.01).reason


def test_doubly_robust_refuses_without_overlap():
    x = np.linspace(0, 1, 40)[:, None]
    treated = x[:, 0] > 0.5
    found = doubly_robust(np.zeros(40), treated, x)
    assert np.isnan(found.estimate)
    assert found.reason
    rng = np.random.default_rng(0)
    wide = np.concatenate([rng.normal(2.2, 0.3, 15), rng.normal(0, 1, 40)])[:, None]
    few = doubly_robust(np.zeros(55), np.arange(55) < 15, wide)
    assert "resemble" in few.reason or "balances" in few.reason


def test_cr2_of_balanced_clusters_is_the_pooled_t_of_their_means():
    rng = np.random.default_rng(3)
    ward = np.repeat(np.arange(10), 5)
    side = np.arange(10) < 5
    y = rng.normal(size=50) + rng.normal(size=10)[ward]
    fit = cluster_inference(y, np.column_stack([np.ones(50), side[ward]]), ward)
    means = np.bincount(ward, y) / 5
    pooled = compare_ward_means(means, side)
    assert fit.estimate == pytest.approx(pooled.estimate)
    assert fit.df == pytest.approx(8)
    assert fit.p_cr2 == pytest.approx(pooled.p_pooled)


def test_first_difference_is_the_interaction_of_the_two_by_two_regression():
    import pandas as pd

    rng = np.random.default_rng(0)
    before, after, d = rng.normal(size=30), rng.normal(size=30), np.arange(30) < 8
    long = pd.DataFrame(
        {"y": np.r_[before, after], "d": np.r_[d, d] * 1, "post": np.repeat([0, 1], 30)}
    )
    fit = cluster_inference(after - before, np.column_stack([np.ones(30), d]), np.arange(30))
    assert fit.estimate == pytest.approx(smf.ols("y ~ d * post", long).fit().params["d:post"])


def test_jackknife_is_withheld_where_a_cluster_cannot_be_left_out():
    d = np.array([1.0, 0, 0, 0, 0])
    y = np.array([1.0, 2, 4, 3, 5])
    fit = cluster_inference(y, np.column_stack([np.ones(5), d]), np.arange(5))
    assert np.isnan(fit.cv3)


def test_minimum_detectable_effect_of_the_specification():
    sizes, treated = np.array([6, 7] * 8 + [6]), np.arange(17) < 4
    found = minimum_detectable_effect(sizes, treated, sd=1.0, icc=0.1)
    assert found.effect == pytest.approx(0.84, abs=0.005)
    assert minimum_detectable_effect(sizes, treated, sd=3.0, icc=0.1).effect == pytest.approx(
        3 * found.effect
    )
    assert minimum_detectable_effect(sizes, treated, sd=1.0, icc=0.3).effect > found.effect
    with pytest.raises(ValueError, match="treated and comparison"):
        minimum_detectable_effect(sizes, np.ones(17, bool), sd=1.0, icc=0.1)


def test_power_of_the_exact_test_grows_with_the_effect():
    sizes, treated = np.array([6, 7] * 8 + [6]), np.arange(17) < 4
    rng = np.random.default_rng(5)
    sets = ward_sets(treated, rng)
    found = minimum_detectable_effect(sizes, treated, sd=2.0, icc=0.1)
    larger = minimum_detectable_effect(sizes, treated, sd=2.0, icc=0.1, power=0.99)
    at, above = (permutation_power(sizes, sets, f, rng) for f in (found, larger))
    assert 0.62 < at < 0.85
    assert above > 0.9


def test_intraclass_correlation_recovers_what_was_built_in():
    rng = np.random.default_rng(0)
    ward = np.repeat(np.arange(2_000), 5)
    y = np.sqrt(0.3) * rng.normal(size=2_000)[ward] + np.sqrt(0.7) * rng.normal(size=10_000)
    assert intraclass_correlation(y, ward) == pytest.approx(0.3, abs=0.02)
    assert intraclass_correlation(rng.normal(size=4), np.arange(4)) == 1.0


@pytest.mark.parametrize(("correlation", "bias"), [(0.5, -0.82), (0.7, -0.49), (0.9, -0.16)])
def test_selection_on_the_baseline_year_biases_did_as_theory_says(correlation, bias):
    """It is -(1 - r) times the gap between worst 4 and other 13, 1.64 SD by order statistics."""
    worst, lasting = simulate_selection(17, 4, correlation, 20_000, np.random.default_rng(0))
    assert worst.did == pytest.approx(bias, abs=0.02)
    assert worst.ancova == pytest.approx(0, abs=0.03)
    assert lasting.did == pytest.approx(0, abs=0.02)
    assert lasting.ancova > 0.1


def grid_sample(change):
    """A 5 × 5 board of single-unit wards, the first column treated."""
    units = tuple(f"U{i:02d}" for i in range(25))
    zero = np.zeros(25)
    return Sample(
        outcome="o",
        by_unit=True,
        units=units,
        wards=units,
        ward=np.arange(25),
        treated=np.arange(25) % 5 == 0,
        population=zero + 1,
        covariate=None,
        periods=("a", "b"),
        cells=np.column_stack([zero, change]),
        before=zero,
        after=change,
        absent=(),
    )


def rook():
    links = {}
    for i in range(25):
        row, column = divmod(i, 5)
        near = [(row, column + 1), (row + 1, column)]
        links[f"U{i:02d}"] = [f"U{5 * r + c:02d}" for r, c in near if r < 5 and c < 5]
    return links  # one direction only: the other is implied


def test_morans_i_sees_a_gradient_and_not_noise():
    rows = np.repeat(np.arange(5.0), 5)
    found = morans_i(grid_sample(rows), rook())
    assert found.i > 0.5
    assert found.p < 0.001
    noise = morans_i(grid_sample(np.random.default_rng(1).normal(size=25)), rook())
    assert noise.p > 0.05
    assert noise.expected == pytest.approx(-1 / 24)


def test_morans_i_matches_its_formula():
    change = np.random.default_rng(2).normal(size=25)
    sample = grid_sample(change)
    z = change - np.where(
        sample.treated, change[sample.treated].mean(), change[~sample.treated].mean()
    )
    z = z - z.mean()
    w = np.zeros((25, 25))
    for a, others in rook().items():
        for b in others:
            w[int(a[1:]), int(b[1:])] = w[int(b[1:]), int(a[1:])] = 1
    w /= w.sum(axis=1, keepdims=True)
    assert morans_i(sample, rook()).i == pytest.approx(25 / w.sum() * (z @ w @ z) / (z @ z))


def test_moran_moments_are_those_of_all_orders_of_the_values():
    rng = np.random.default_rng(3)
    values, weights = rng.normal(size=6) ** 3, rng.random((6, 6)) * (1 - np.eye(6))
    i, expected, variance = moran_moments(values, weights)
    z = np.array(list(itertools.permutations(values - values.mean())))
    every = 6 / weights.sum() * np.einsum("pi,ij,pj->p", z, weights, z) / np.square(z[0]).sum()
    assert i == pytest.approx(every[0])
    assert expected == pytest.approx(every.mean())
    assert variance == pytest.approx(every.var())


def test_morans_p_is_that_of_the_normal_distribution():
    change = np.random.default_rng(2).normal(size=25)
    found = morans_i(grid_sample(change), rook())
    # esda 2.9.0: Moran(..., transformation="r"), I and p_rand
    assert found.i == pytest.approx(-0.3875302082589043)
    assert found.p == pytest.approx(0.01517034653739223)


def test_morans_i_without_neighbours_is_none():
    assert morans_i(grid_sample(np.arange(25.0)), {"U00": ["U01"]}) is None


def test_restrict_renumbers_wards():
    part = restrict(grid_sample(np.arange(25.0)), np.arange(25) >= 20)
    assert part.wards == ("U20", "U21", "U22", "U23", "U24")
    assert part.ward.tolist() == [0, 1, 2, 3, 4]
    assert part.treated.tolist() == [True, False, False, False, False]


def test_refusals_are_words_and_unknown_codes_an_error():
    assert all(refuse(code).words.endswith(".") for code in REFUSALS)
    with pytest.raises(ValueError, match="one_treated_ward"):
        refuse("because")
