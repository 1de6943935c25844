"""Say, before the result, how large an effect would have to be to be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from spi_core.impact.arrays import Bools, Floats, Ints
from spi_core.impact.inference.inversion import exceedances
from spi_core.impact.inference.sets import WardSets
from spi_core.impact.inference.studentise import studentised, ward_sums


@dataclass(frozen=True, slots=True)
class Power:
    """Minimum detectable effect and what it rests on.

    Parameters
    ----------
    effect : float
        Smallest true effect found with probability `power`, in the unit of `sd`.
    sd, icc : float
        Standard deviation of the units' change and the share of its variance that lies between
        wards.
    power, alpha : float
        Chance of finding it, and two-sided level of the test.
    df : float
        Degrees of freedom used.
    """

    effect: float
    sd: float
    icc: float
    power: float
    alpha: float
    df: float


def intraclass_correlation(y: Floats, ward: Ints) -> float:
    """Share of the variance of `y` that lies between wards.

    Parameters
    ----------
    y : numpy.ndarray, shape (units,)
        Changes.
    ward : numpy.ndarray of int, shape (units,)
        Ward of each unit.

    Returns
    -------
    float
        Analysis-of-variance estimate, held within 0 and 1; 1 when every ward is a single unit.

    Notes
    -----
    (MSB - MSW) / (MSB + (n0 - 1) MSW), n0 = (N - Σ n²/N)/(G - 1) (Donner 1986).

    Examples
    --------
    >>> intraclass_correlation(np.array([1.0, 1.0, 5.0, 5.0]), np.array([0, 0, 1, 1]))
    1.0
    """
    codes = np.unique(ward, return_inverse=True)[1]
    size = np.bincount(codes)
    total, groups = y.size, size.size
    if groups in (1, total):
        return 1.0
    mean = np.bincount(codes, weights=y) / size
    between = float((size * (mean - y.mean()) ** 2).sum()) / (groups - 1)
    inside = float(((y - mean[codes]) ** 2).sum()) / (total - groups)
    n0 = (total - float((size**2).sum()) / total) / (groups - 1)
    spread = between + (n0 - 1) * inside
    return float(np.clip((between - inside) / spread, 0.0, 1.0)) if spread > 0 else 1.0


def minimum_detectable_effect(
    sizes: Ints,
    treated: Bools,
    *,
    sd: float,
    icc: float,
    alpha: float = 0.05,
    power: float = 0.8,
) -> Power:
    """Smallest effect that the difference of changes would find with the stated power.

    Parameters
    ----------
    sizes : numpy.ndarray of int, shape (wards,)
        Units in each ward.
    treated : numpy.ndarray of bool, shape (wards,)
        Treated wards.
    sd : float
        Standard deviation of the units' change.
    icc : float
        Intraclass correlation of the change, 0 to 1.
    alpha, power : float
        Level of the test and chance of finding the effect.

    Returns
    -------
    Power
        Minimum detectable effect in the unit of `sd`.

    Notes
    -----
    (t_{1-α/2} + t_{power}) √(V_T + V_C) with G - 2 degrees of freedom and
    V = sd² Σ n²(icc + (1 - icc)/n) / (Σ n)² over the wards of each side (Bloom 1995).

    Examples
    --------
    >>> sizes, treated = np.array([6, 7] * 8 + [6]), np.arange(17) < 4
    >>> round(minimum_detectable_effect(sizes, treated, sd=1.0, icc=0.1).effect, 2)
    0.84
    """
    if not 0 < treated.sum() < treated.size or treated.size < 3:
        raise ValueError("treated and comparison wards are needed, three wards at least")
    variance = 0.0
    for side in (treated, ~treated):
        n = sizes[side].astype(float)
        variance += float((n**2 * (icc + (1 - icc) / n)).sum() / n.sum() ** 2)
    df = treated.size - 2
    reach = float(stats.t.ppf(1 - alpha / 2, df) + stats.t.ppf(power, df))
    return Power(reach * sd * float(np.sqrt(variance)), sd, icc, power, alpha, float(df))


def permutation_power(
    sizes: Ints,
    sets: WardSets,
    found: Power,
    rng: np.random.Generator,
    *,
    draws: int = 400,
) -> float:
    """Share of simulated boroughs in which the permutation test finds the effect of `found`.

    Parameters
    ----------
    sizes : numpy.ndarray of int, shape (wards,)
        Units in each ward.
    sets : WardSets
        Sets to compare, row 0 observed.
    found : Power
        Minimum detectable effect.
    rng : numpy.random.Generator
        Source of the simulated changes.
    draws : int
        Simulated boroughs.

    Returns
    -------
    float
        Usually below the nominal power: the t formula takes the variance as common to both sides,
        the exact test does not.
    """
    ward = np.repeat(np.arange(sizes.size), sizes)
    common = np.sqrt(found.icc) * rng.normal(size=(sizes.size, draws))[ward]
    own = np.sqrt(1 - found.icc) * rng.normal(size=(ward.size, draws))
    y = found.sd * (common + own) + found.effect * sets.members[0][ward][:, None]
    hits = 0
    for start in range(0, draws, 50):
        statistic = studentised(sets, ward_sums(y[:, start : start + 50], ward))
        hits += int((exceedances(statistic).mean(axis=0) <= found.alpha).sum())
    return hits / draws
