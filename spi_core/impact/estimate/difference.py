"""Estimate the effect: first difference, and the grid of other specifications."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from statsmodels.regression.linear_model import OLS
from statsmodels.tools import add_constant

from spi_core.impact.arrays import Floats
from spi_core.impact.estimate.doubly_robust import doubly_robust
from spi_core.impact.estimate.within import permute_within_wards
from spi_core.impact.inference.clusters import (
    ClusterInference,
    cluster_inference,
    compare_ward_means,
)
from spi_core.impact.inference.inversion import TIE
from spi_core.impact.inference.permutation import Permutation, permute_wards
from spi_core.impact.inference.sets import DRAWS, WardSets, ward_sets
from spi_core.impact.sample import Sample

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Specification:
    """One row of the specification grid.

    Parameters
    ----------
    key, label : str
        Name and words.
    estimate, low, high, p_exact : float
        Effect, interval and p from permutation; NaN where the specification has none.
    se, df, p_model : float
        Companion standard error, degrees of freedom and p; NaN where withheld.
    companion : str
        Which companion: "CR2", "pooled t", "HC2" (LSOA schemes) or "".
    note : str
        Why something is missing.
    """

    key: str
    label: str
    estimate: float
    low: float = NAN
    high: float = NAN
    p_exact: float = NAN
    se: float = NAN
    df: float = NAN
    p_model: float = NAN
    companion: str = ""
    note: str = ""


def first_difference(
    sample: Sample,
    rng: np.random.Generator,
    *,
    y: Floats | None = None,
    sets: WardSets | None = None,
    weights: Floats | None = None,
    covariates: Floats | None = None,
    alpha: float | None = 0.05,
    draws: int = DRAWS,
) -> Permutation:
    """Difference of mean changes, by permutation of what was assigned: wards or LSOAs.

    Parameters
    ----------
    sample : Sample
        Balanced units.
    rng : numpy.random.Generator
        Used only when the reassignments are too many to list.
    y : numpy.ndarray, shape (units,), optional
        Another dependent variable than the change.
    sets : WardSets, optional
        Ward sets already at hand.
    weights, covariates : numpy.ndarray, optional
        Weights and covariates of the units (ward schemes only).
    alpha : float or None
        One minus the level of the interval; None leaves the interval out.
    draws : int
        Sets drawn when they are too many to list.

    Returns
    -------
    Permutation
        Identical, as an estimate, to the interaction of the 2×2 regression on stacked rows.
    """
    values = sample.change if y is None else y
    if not sample.by_unit:
        if weights is not None or covariates is not None:
            raise ValueError("weights and covariates are for schemes that treat whole wards")
        return permute_within_wards(values, sample.treated, sample.ward, rng, alpha=alpha)
    if sets is None:
        sets = ward_sets(sample.treated_wards, rng, draws=draws)
    return permute_wards(
        values, sample.ward, sets, weights=weights, covariates=covariates, alpha=alpha
    )


def model_inference(
    sample: Sample,
    *,
    y: Floats | None = None,
    weights: Floats | None = None,
    covariates: Floats | None = None,
    alpha: float = 0.05,
) -> ClusterInference:
    """Companion inference of a first difference.

    Parameters
    ----------
    sample : Sample
        Balanced units.
    y, weights, covariates : numpy.ndarray, optional
        As for `first_difference`.
    alpha : float
        One minus the level of the interval.

    Returns
    -------
    ClusterInference
        Clustered by ward; for LSOA schemes with ward effects and every LSOA its own cluster, so
        that CR2 is HC2 with Bell–McCaffrey degrees of freedom.
    """
    columns = [np.ones(sample.ward.size), sample.treated.astype(float)]
    cluster = sample.ward
    if not sample.by_unit:
        columns += list((sample.ward[:, None] == np.arange(1, len(sample.wards))).astype(float).T)
        cluster = np.arange(sample.ward.size)
    if covariates is not None:
        columns += list(covariates.T)
    values = sample.change if y is None else y
    return cluster_inference(
        values, np.column_stack(columns), cluster, weights=weights, alpha=alpha
    )


def specification_grid(
    sample: Sample,
    primary: Permutation,
    rng: np.random.Generator,
    *,
    sets: WardSets | None = None,
    alpha: float = 0.05,
) -> tuple[Specification, ...]:
    """Estimate the same effect in every way a critic may ask for; none is picked.

    Parameters
    ----------
    sample : Sample
        Balanced units.
    primary : Permutation
        The unweighted first difference.
    rng : numpy.random.Generator
        Passed on.
    sets : WardSets, optional
        Ward sets already at hand.
    alpha : float
        One minus the level of the intervals.

    Returns
    -------
    tuple of Specification
        Companions are withheld with fewer than three treated wards.
    """
    cases: list[tuple[str, str, Floats, Floats | None, Floats | None]] = [
        ("unweighted", "Every unit counts once", sample.change, None, None),
        ("population", "Weighted by population", sample.change, sample.population, None),
        ("ancova", "After, given before", sample.after, None, sample.before[:, None]),
    ]
    if sample.covariate is not None:
        given = sample.covariate[:, None]
        cases.insert(2, ("covariate", "Given the covariate", sample.change, None, given))
    grid = []
    for key, label, y, weights, covariates in cases:
        if covariates is not None and np.ptp(covariates) <= TIE:
            grid.append(Specification(key, label, NAN, note="what it adjusts for does not vary"))
            continue
        exact = primary if key == "unweighted" else None
        if exact is None and sample.by_unit:
            exact = first_difference(
                sample, rng, y=y, sets=sets, weights=weights, covariates=covariates, alpha=alpha
            )
        grid.append(_row(sample, key, label, exact, y, weights, covariates, alpha))
    if sample.by_unit:
        grid.append(_ward_means(sample, rng, sets, alpha))
        grid.append(_ward_logs(sample, rng, sets, alpha))
    grid.append(_doubly_robust(sample))
    return tuple(grid)


def _row(
    sample: Sample,
    key: str,
    label: str,
    exact: Permutation | None,
    y: Floats,
    weights: Floats | None,
    covariates: Floats | None,
    alpha: float,
) -> Specification:
    """Permutation and companion of one regression."""
    if sample.by_unit and sample.treated_wards.sum() < 3 and exact is not None:
        note = "two treated wards: permutation only"
        return Specification(key, label, exact.estimate, exact.low, exact.high, exact.p, note=note)
    model = model_inference(sample, y=y, weights=weights, covariates=covariates, alpha=alpha)
    return Specification(
        key,
        label,
        model.estimate,
        low=model.low if exact is None else exact.low,
        high=model.high if exact is None else exact.high,
        p_exact=NAN if exact is None else exact.p,
        se=model.cr2,
        df=model.df,
        p_model=model.p_cr2,
        companion="CR2" if sample.by_unit else "HC2",
        note="" if exact else "interval of the companion: no permutation of this specification",
    )


def _ward_means(
    sample: Sample, rng: np.random.Generator, sets: WardSets | None, alpha: float
) -> Specification:
    """Every ward counts once."""
    means, side = sample.ward_means(sample.change), sample.treated_wards
    if sets is None:
        sets = ward_sets(side, rng)
    exact = permute_wards(means, np.arange(side.size), sets, alpha=alpha)
    row = ("ward_means", "Every ward counts once", exact.estimate, exact.low, exact.high, exact.p)
    if side.sum() < 3:
        return Specification(*row, note="two treated wards: permutation only")
    test = compare_ward_means(means, side, alpha=alpha)
    # The pooled t statistic gives back its standard error.
    design = add_constant(side.astype(float))
    se = float(OLS(means, design).fit().bse[1])
    return Specification(
        *row, se=se, df=test.df_pooled, p_model=test.p_pooled, companion="pooled t"
    )


def _ward_logs(
    sample: Sample, rng: np.random.Generator, sets: WardSets | None, alpha: float
) -> Specification:
    """Change of the logarithm of the wards' population-weighted levels."""
    label = "Logarithm of ward levels (estimate × 100 ≈ per cent)"
    weight = sample.ward_means(sample.population)
    before = sample.ward_means(sample.population * sample.before) / weight
    after = sample.ward_means(sample.population * sample.after) / weight
    if min(before.min(), after.min()) <= 0:
        return Specification("ward_log", label, NAN, note="a ward level is zero or negative")
    if sets is None:
        sets = ward_sets(sample.treated_wards, rng)
    exact = permute_wards(np.log(after) - np.log(before), np.arange(weight.size), sets, alpha=alpha)
    return Specification("ward_log", label, exact.estimate, exact.low, exact.high, exact.p)


def _doubly_robust(sample: Sample) -> Specification:
    """Sant'Anna and Zhao's point estimate on the baseline (and the covariate)."""
    columns = [sample.before] + ([] if sample.covariate is None else [sample.covariate])
    columns = [column for column in columns if np.ptp(column) > TIE]
    label = "Doubly robust (Sant'Anna and Zhao), point estimate"
    if not columns:
        return Specification("doubly_robust", label, NAN, note="the baseline does not vary")
    found = doubly_robust(sample.change, sample.treated, np.column_stack(columns))
    return Specification("doubly_robust", label, found.estimate, note=found.reason)
