"""How far changes could be error, and which of many differences are clear.

Overdispersion of counts and spread of changes are those of a reference population, its own change
taken out first: what all areas share is a trend and no noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from spi_core.method.intervals import quantile

Array: TypeAlias = NDArray[np.float64]

#: Share of false claims expected among the clear ones of a tier.
RATE = 0.1
#: Chance that a tier of pure noise carries any claim at all, as a share of the former.
ANY = 0.5


class Moved(NamedTuple):
    """How the areas of a population moved from one period to the next.

    Parameters
    ----------
    size : float
        Overdispersion φ (variance over that of counts), or the spread of changes.
    change : float
        The population's own: a ratio, or a difference in the indicator's unit.
    change_se : float
        Standard error of that.
    n : int
        Areas that it rests on.
    """

    size: float
    change: float
    change_se: float
    n: int


def overdispersion(
    count: ArrayLike, base: ArrayLike, *, binomial: bool = False, overlap: float = 0.0
) -> Moved:
    """Estimate how much more two counts of an area differ than chance alone would let them.

    Parameters
    ----------
    count, base : array_like, shape (2, areas)
        Events and what they are out of, in both periods; NaN where missing.
    binomial : bool
        Whether the counts are part of the base: the variance of a share is p(1 − p)/n, of a rate
        p/n.
    overlap : float
        Correlation of the errors of the two periods: the share of their windows in common.

    Returns
    -------
    Moved
        φ, at least 1; the population's ratio R = Σx₁/Σn₁ : Σx₀/Σn₀, its standard error √φ times
        that of the counts. Areas without an event in either period are left out.

    Raises
    ------
    ValueError
        If fewer than two areas have counts in both periods.

    Notes
    -----
    ``φ = Σ z² / (m − 1)`` over m areas with Pearson's residual of the pair,
    ``z = (r₁ − R r₀) / √(v₁ + R² v₀ − 2ρR √(v₀v₁))``, the v at the pooled
    ``p₀ = (x₀ + x₁)/(n₀ + R n₁), p₁ = R p₀``: McCullagh and Nelder, *Generalized Linear Models*
    (1989), section 4.5, one parameter spent on R. For rates that is the residual of x₁ given
    x₀ + x₁. Areas that truly change by different amounts raise it: it is an upper bound.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> mean = rng.uniform(20, 200, 5000) * np.array([[1.0], [0.8]])
    >>> found = overdispersion(2.0 * rng.poisson(mean / 2), np.full(mean.shape, 1e4))
    >>> round(found.size, 1), round(found.change, 1)
    (2.0, 0.8)
    """
    x, n = np.asarray(count, dtype=np.float64), np.asarray(base, dtype=np.float64)
    there = (n > 0).all(axis=0) & (x.sum(axis=0) > 0)  # NaN compares as False
    x, n = x[:, there], n[:, there]
    if x.shape[1] < 2 or not (x.sum(axis=1) > 0).all():
        raise ValueError("overdispersion needs two areas or more with counts in both periods")
    ratio = float((x[1].sum() / n[1].sum()) / (x[0].sum() / n[0].sum()))
    pooled = x.sum(axis=0) / (n[0] + ratio * n[1])
    p = np.stack([pooled, ratio * pooled])
    rest = np.maximum(1 - p, 0.0) if binomial else 1.0
    v0, v1 = p * rest / n
    variance = v1 + ratio**2 * v0 - 2 * overlap * ratio * np.sqrt(v0 * v1)
    gap = x[1] / n[1] - ratio * x[0] / n[0]
    z2 = np.divide(gap**2, variance, out=np.zeros_like(gap), where=variance > 0)
    phi = max(1.0, float(z2.sum() / (gap.size - 1)))
    # the population's own counts, as a pair
    share = x.sum(axis=1) / n.sum(axis=1)
    relative = (1 - share if binomial else 1.0) / x.sum(axis=1)
    own = relative.sum() - 2 * overlap * np.sqrt(relative.prod())
    return Moved(phi, ratio, ratio * float(np.sqrt(phi * own)), gap.size)


def spread_of_changes(value: ArrayLike, *, log: bool = False, ratio: bool = False) -> Moved:
    """Measure how far the changes of areas lie apart: what error there is cannot be larger.

    Parameters
    ----------
    value : array_like, shape (2, areas)
        Values of both periods, raw units; NaN where missing.
    log : bool
        Whether the spread is one of logarithms, as of prices.
    ratio : bool
        Whether the population's own change is a ratio.

    Returns
    -------
    Moved
        Standard deviation (ddof 1) about the mean change; the mean difference, or the ratio of
        the means R with the error ``SD(x₁ − R x₀) / (x̄₀ √m)`` of a ratio estimator.

    Raises
    ------
    ValueError
        If fewer than two areas have values in both periods, or one is not above 0 for `log`.

    Notes
    -----
    ``SD(Δ) ≥ √2·SE`` where areas' errors are independent and alike, as the variance of true
    changes adds to that of the errors. Ratio estimator: Cochran, *Sampling Techniques* (1977),
    section 6.

    Examples
    --------
    >>> found = spread_of_changes([[100.0, 200.0, 300.0], [110.0, 220.0, 330.0]], ratio=True)
    >>> found.size, round(found.change, 3), round(found.change_se, 3)
    (10.0, 1.1, 0.0)
    """
    x = np.asarray(value, dtype=np.float64)
    x = x[:, np.isfinite(x).all(axis=0)]
    if x.shape[1] < 2 or (log and (x <= 0).any()):
        raise ValueError("a spread needs two areas or more, on the log scale with values above 0")
    moved = np.diff(np.log(x) if log else x, axis=0)[0]
    before, after = x.mean(axis=1)
    change, scale = (after / before, before) if ratio else (after - before, 1.0)
    apart = x[1] - expected(x[0], change, ratio)
    error = apart.std(ddof=1) / np.sqrt(moved.size) / scale
    return Moved(float(moved.std(ddof=1)), float(change), float(error), moved.size)


def expected(value: ArrayLike, change: ArrayLike, ratio: ArrayLike) -> Array:
    """Work out what values would have become had they moved as the population did.

    Parameters
    ----------
    value : array_like, shape (..., indicators)
        Earlier values, raw units.
    change : array_like (indicators,)
        The population's change.
    ratio : array_like of bool (indicators,)
        Whether that is a ratio: rates and prices move by so many per cent, in points the areas
        with the lowest would seem to do best where everything falls.

    Returns
    -------
    ndarray
        ``value · change`` or ``value + change``.

    Examples
    --------
    >>> expected([50.0, 50.0], [0.7, -3.0], [True, False])
    array([35., 47.])
    """
    x, moved = np.asarray(value, dtype=np.float64), np.asarray(change, dtype=np.float64)
    return np.where(np.asarray(ratio, bool), x * moved, x + moved)


@dataclass(frozen=True, slots=True)
class Tier:
    """Differences that are judged together.

    Parameters
    ----------
    clear : ndarray of bool
        Survives: the interval leaves out zero.
    low, high : ndarray
        Interval at `level`; NaN where the error is not known.
    tested : int
        How many have an error.
    level : float
        Coverage (0–1) of each interval, so that of the clear ones' intervals a share of
        1 − `RATE` is expected to hold the truth.
    """

    clear: NDArray[np.bool_]
    low: Array
    high: Array
    tested: int
    level: float


def tier(difference: ArrayLike, se: ArrayLike, rate: float = RATE) -> Tier:
    """Judge many differences together, the rate of false discoveries held.

    Parameters
    ----------
    difference : array_like
        Estimates of any shape; NaN where there is none.
    se : array_like, same shape
        Their standard errors; NaN where not known.
    rate : float
        False discovery rate q.

    Returns
    -------
    Tier
        With R clear of m tested every interval is one at ``1 − q·R/m``, or ``1 − q/2m`` if R is
        0: it leaves out zero for the clear ones and for no other.

    Raises
    ------
    ValueError
        If the rate is not between 0 and 1 or a standard error is negative.

    Notes
    -----
    ``p = 2Φ(−|d|/SE)``; Benjamini and Hochberg, *Journal of the Royal Statistical Society* B 57
    (1995), as SciPy has it; the intervals are those of Benjamini and Yekutieli, *Journal of the
    American Statistical Association* 100 (2005), adjusted for the false coverage rate. On pure
    noise Benjamini and Hochberg's rule makes some claim in a share q of tiers; so a tier carries
    none unless it rejects one at q/2 too, which is Simes's test of them all together
    (*Biometrika* 73, 1986).

    Examples
    --------
    >>> t = tier([0.5, 4.0, 2.0], [1.0, 1.0, 1.0])
    >>> t.clear, round(t.level, 3), t.low.round(2)
    (array([False,  True,  True]), 0.933, array([-1.33,  2.17,  0.17]))
    """
    d, error = np.broadcast_arrays(np.asarray(difference, float), np.asarray(se, float))
    if not 0 < rate < 1:
        raise ValueError(f"the false discovery rate must lie between 0 and 1; got {rate}")
    if (error < 0).any():
        raise ValueError("standard errors must be 0 or more, or NaN")
    there = np.isfinite(d) & np.isfinite(error)
    size, spread = np.abs(d[there]), error[there]
    # without error any difference is certain and no difference is none
    z = np.divide(size, spread, out=np.where(size > 0, np.inf, 0.0), where=spread > 0)
    clear = np.zeros(d.shape, bool)
    adjusted = stats.false_discovery_control(2 * stats.norm.sf(z)) if size.size else z
    if adjusted.min(initial=1.0) <= ANY * rate:
        clear[there] = adjusted <= rate
    level = 1 - rate * (int(clear.sum()) or ANY) / max(1, size.size)
    half = np.full(d.shape, np.nan)
    half[there] = quantile(level) * spread
    return Tier(clear, d - half, d + half, int(size.size), level)
