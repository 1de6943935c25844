"""Permute the treated wards: exact p-values and intervals for few treated clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spi_core.impact.arrays import Floats, Ints
from spi_core.impact.inference.inversion import (
    ConfidenceSet,
    Placebos,
    confidence_set,
    exceedances,
)
from spi_core.impact.inference.sets import WardSets, smallest_p
from spi_core.impact.inference.studentise import jackknife, two_groups, ward_sums


@dataclass(frozen=True, slots=True)
class Permutation:
    """Result of a permutation test.

    Parameters
    ----------
    estimate, se : float
        Effect in the unit of the outcome and the standard error that studentises it.
    p : float
        Two-sided p-value.
    low, high : float
        Confidence interval by inversion; infinite ends when no effect can be rejected.
    connected : bool
        False when the inverted set has gaps that the interval covers.
    sets : int
        Reassignments compared, the observed one included.
    exact : bool
        Whether these are all there are.
    floor : float
        Smallest p-value that this design can give.
    monte_carlo_se : float
        Standard error of p from drawing sets at random; 0 when exact.
    effects : numpy.ndarray, shape (sets,)
        Placebo effects, the observed first.
    """

    estimate: float
    se: float
    p: float
    low: float
    high: float
    connected: bool
    sets: int
    exact: bool
    floor: float
    monte_carlo_se: float
    effects: Floats


def permute_wards(
    y: Floats,
    ward: Ints,
    sets: WardSets,
    *,
    weights: Floats | None = None,
    covariates: Floats | None = None,
    alpha: float | None = 0.05,
) -> Permutation:
    """Test and bound the effect of treatment by permuting wards.

    Parameters
    ----------
    y : numpy.ndarray, shape (units,)
        Change (or outcome after) of each unit.
    ward : numpy.ndarray of int, shape (units,)
        Ward of each unit, numbered from 0.
    sets : WardSets
        Sets to compare, row 0 observed.
    weights : numpy.ndarray, shape (units,), optional
        Weights of the units.
    covariates : numpy.ndarray, shape (units, k), optional
        Covariates without the constant.
    alpha : float or None
        One minus the level of the interval; None leaves the interval out, which saves time.

    Returns
    -------
    Permutation
        Statistic: regression coefficient of the ward set over its CV3 standard error.

    Raises
    ------
    ValueError
        With fewer than two treated or two comparison wards, where no jackknife exists.

    Notes
    -----
    CV3 = (G - 1)/G Σ_g (b_(-g) - b)², b_(-g) the coefficient without ward g (MacKinnon, Nielsen
    and Webb 2023). With unequal ward sizes the test is exact for the sharp null under equal chance
    of every set, and studentising keeps it close to nominal otherwise (Chung and Romano 2013).
    """
    size = int(sets.members[0].sum())
    if min(size, sets.members.shape[1] - size) < 2:
        raise ValueError("at least two treated and two comparison wards are needed")
    observed = sets.members[0][ward]
    sums = ward_sums(np.column_stack([y, observed]), ward, weights=weights, covariates=covariates)
    if covariates is None:
        effect, from_y = two_groups(sets.members, sums, "cv3", other=0)
        from_d = two_groups(sets.members, sums, "cv3", other=1)[1]
        a, b, c = from_y[:, 0], from_y[:, 1], from_d[:, 1]
    else:
        estimates = jackknife(sets.members, sums)
        effect = next(estimates)
        a, b, c = np.zeros((3, effect.shape[0]))
        for without in estimates:
            gap = without - effect
            a += gap[:, 0] ** 2
            b += gap[:, 0] * gap[:, 1]
            c += gap[:, 1] ** 2
    scale = 1 - 1 / sums.weight.size
    placebos = Placebos(effect[:, 0], effect[:, 1], scale * a, scale * b, scale * c)
    floor = smallest_p(sets.members.shape[1], size)
    return summarise(placebos, exact=sets.exact, floor=floor, alpha=alpha)


def summarise(placebos: Placebos, *, exact: bool, floor: float, alpha: float | None) -> Permutation:
    """p-value, interval and Monte Carlo error from the statistics of all reassignments.

    Parameters
    ----------
    placebos : Placebos
        Statistics, row 0 observed.
    exact : bool
        Whether the rows are all reassignments there are.
    floor : float
        Smallest attainable p-value of the full list.
    alpha : float or None
        One minus the level of the interval; None leaves the interval out, which saves time.

    Returns
    -------
    Permutation
        p = share of reassignments at least as extreme; drawn at random, the observed one counts
        once (Phipson and Smyth 2010), and the standard error of p is √(p(1 - p)/draws).
    """
    if not placebos.a[0] > 0:
        raise ValueError("the change does not vary between wards: there is nothing to test")
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = placebos.effect / np.sqrt(np.where(placebos.a > 0, placebos.a, np.nan))
    total = placebos.effect.size
    p = float(exceedances(statistic).mean())
    interval = ConfidenceSet(np.nan, np.nan, connected=True)
    if alpha is not None:
        interval = confidence_set(placebos, alpha)
    return Permutation(
        estimate=float(placebos.effect[0]),
        se=float(np.sqrt(placebos.a[0])),
        p=p,
        low=interval.low,
        high=interval.high,
        connected=interval.connected,
        sets=total,
        exact=exact,
        floor=floor if exact else 1 / total,
        monte_carlo_se=0.0 if exact else math.sqrt(p * (1 - p) / (total - 1)),
        effects=placebos.effect,
    )
