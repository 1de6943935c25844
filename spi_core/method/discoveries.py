"""Which of many differences are clear, and the intervals that say the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from spi_core.method.intervals import quantile

__all__ = ["RATE", "Tier", "tier"]

Array: TypeAlias = NDArray[np.float64]

#: Share of false claims expected among the clear ones of a tier.
RATE = 0.1
#: Chance that a tier of pure noise carries any claim at all, as a share of the former.
ANY = 0.5


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
