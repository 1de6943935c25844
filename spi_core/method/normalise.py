"""Put indicators of different units on one scale.

Arrays are float64 with shape (..., areas, indicators) and NaN for a missing value. Leading axes
are periods or replicates. A missing value stays missing; nothing else becomes NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from spi_core.method.checks import check_goalposts, check_polarity, refuse
from spi_core.method.options import NormaliserName

Array: TypeAlias = NDArray[np.float64]


def _scale_to(x: Array, start: Array, end: Array, low: float, high: float) -> Array:
    """Map start → low and end → high linearly, capped at both."""
    out = np.asarray(x - start)
    out /= end - start
    # Cap before stretching, so that the goalposts score exactly low and high.
    np.clip(out, 0.0, 1.0, out=out)
    out *= high - low
    return out + low if low else out


def goalposts(x: ArrayLike, best: ArrayLike, worst: ArrayLike) -> Array:
    """Score 0 at the worst and 100 at the best goalpost, linear between, capped beyond.

    Parameters
    ----------
    x : array_like (..., areas, indicators)
        Raw values.
    best, worst : array_like (indicators,) or broadcastable to x
        Goalposts; which of them is larger gives the direction.

    Returns
    -------
    ndarray (..., areas, indicators)
        Scores 0–100, higher is better, NaN where x is NaN.

    Raises
    ------
    ColumnError
        If goalposts are equal or not finite.

    Notes
    -----
    ``100 (x − worst) / (best − worst)``, the min–max of OECD/JRC, *Handbook on Constructing
    Composite Indicators* (2008, step 5) with fixed ends, so that a change of score is a change
    of the indicator. `beyond_goalposts` tells which values were capped.

    Examples
    --------
    >>> goalposts([[20.0], [35.0], [99.0]], best=[10.0], worst=[60.0]).ravel()
    array([80., 50.,  0.])
    """
    b, w = check_goalposts(best, worst)
    return _scale_to(np.asarray(x, dtype=np.float64), w, b, 0.0, 100.0)


def beyond_goalposts(x: ArrayLike, best: ArrayLike, worst: ArrayLike) -> NDArray[np.bool_]:
    """Tell which values lie beyond a goalpost and so count as the goalpost.

    Parameters
    ----------
    x, best, worst : array_like
        As in `goalposts`.

    Returns
    -------
    ndarray of bool (..., areas, indicators)
        True where capped; False where missing.

    Examples
    --------
    >>> beyond_goalposts([[20.0], [99.0]], best=[10.0], worst=[60.0]).ravel()
    array([False,  True])
    """
    b, w = check_goalposts(best, worst)
    values = np.asarray(x, dtype=np.float64)
    return np.asarray((values < np.minimum(b, w)) | (values > np.maximum(b, w)))


def minmax(
    x: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    polarity: ArrayLike,
    floor: float = 0.0,
    ceiling: float = 100.0,
) -> Array:
    """Map the observed range to floor–ceiling, turned so that higher is better.

    Parameters
    ----------
    x : array_like (..., areas, indicators)
        Raw values.
    low, high : array_like (indicators,) or broadcastable
        Smallest and largest value, taken once over all areas and periods.
    polarity : array_like (indicators,)
        +1 or −1.
    floor, ceiling : float
        Ends of the scale. A geometric mean needs a floor above 0; 1 is usual.

    Returns
    -------
    ndarray (..., areas, indicators)
        Scores between floor and ceiling; values outside low–high count as the end.

    Raises
    ------
    ColumnError
        If low is not below high.
    ValueError
        If floor is not below ceiling.

    Examples
    --------
    >>> minmax([[0.0], [5.0], [10.0]], [0.0], [10.0], [-1], floor=1).ravel()
    array([100. ,  50.5,   1. ])
    """
    if not floor < ceiling:
        raise ValueError(f"floor must be below ceiling; got {floor} and {ceiling}")
    p = check_polarity(polarity)
    hi, lo = check_goalposts(high, low)
    refuse(hi < lo, "low must be below high")
    start, end = np.where(p > 0, lo, hi), np.where(p > 0, hi, lo)
    return _scale_to(np.asarray(x, dtype=np.float64), start, end, float(floor), float(ceiling))


def zscore(x: ArrayLike, mean: ArrayLike, sd: ArrayLike, polarity: ArrayLike) -> Array:
    """Standardise, turned so that higher is better.

    Parameters
    ----------
    x : array_like (..., areas, indicators)
        Raw values.
    mean, sd : array_like (indicators,) or broadcastable
        Moments over all areas and periods.
    polarity : array_like (indicators,)
        +1 or −1.

    Returns
    -------
    ndarray (..., areas, indicators)
        ``polarity (x − mean) / sd``. Not bounded and partly negative, so not for a geometric mean.

    Raises
    ------
    ColumnError
        If a standard deviation is not above 0, or a moment is not finite.

    Examples
    --------
    >>> zscore([[2.0], [6.0]], mean=[4.0], sd=[2.0], polarity=[-1]).ravel()
    array([ 1., -1.])
    """
    m, s = np.asarray(mean, dtype=np.float64), np.asarray(sd, dtype=np.float64)
    refuse(~np.isfinite(m), "mean must be a finite number")
    refuse(~((s > 0) & np.isfinite(s)), "standard deviation must be above 0 (constant indicator?)")
    return np.asarray((np.asarray(x, dtype=np.float64) - m) * (check_polarity(polarity) / s))


def percentile_rank(x: ArrayLike, polarity: ArrayLike) -> Array:
    """Share of values that are worse, plus half of those equal, in per cent.

    Parameters
    ----------
    x : array_like (..., areas, indicators)
        Raw values; all axes but the last are ranked together (areas and periods). Loop over
        replicates: ranking them together would compare one replicate with another.
    polarity : array_like (indicators,)
        +1 or −1.

    Returns
    -------
    ndarray (..., areas, indicators)
        ``100 (r − ½) / n`` with r the mean rank from the worst and n the count of values present:
        above 0 and below 100, 50 on average.

    Notes
    -----
    Uses order only: robust to outliers, blind to distance. Change of a percentile rank depends on
    every other area, so it suits a sensitivity test better than a measure of progress.

    Examples
    --------
    >>> percentile_rank([[1.0], [5.0], [5.0], [9.0]], [1]).ravel()
    array([12.5, 50. , 50. , 87.5])
    """
    values = np.asarray(x, dtype=np.float64) * check_polarity(polarity)
    rows = values.reshape(-1, values.shape[-1])
    missing = np.isnan(rows)
    n = np.maximum(len(rows) - missing.sum(axis=0), 1)
    # Missing values sort last, so they cannot move the rank of a value that is present.
    ranks = scipy.stats.rankdata(np.where(missing, np.inf, rows), axis=0)
    return np.asarray(np.where(missing, np.nan, 100 * (ranks - 0.5) / n).reshape(values.shape))


@dataclass(frozen=True, slots=True)
class Scale:
    """What the normalisers need, fitted once and used for every period; all (indicators,).

    Parameters
    ----------
    best, worst : ndarray
        Goalposts.
    mean, sd : ndarray
        Moments of the values present (sd with ddof 1).
    low, high : ndarray
        Smallest and largest value present.
    polarity : ndarray
        +1 or −1.
    """

    best: Array
    worst: Array
    mean: Array
    sd: Array
    low: Array
    high: Array
    polarity: Array


def fit_scale(x: ArrayLike, best: ArrayLike, worst: ArrayLike, polarity: ArrayLike) -> Scale:
    """Take the moments and the range of every indicator over all areas and periods.

    Parameters
    ----------
    x : array_like (..., areas, indicators)
        Raw values of all periods.
    best, worst, polarity : array_like (indicators,)
        Goalposts and direction.

    Returns
    -------
    Scale
        Frozen parameters for `normalise`.

    Raises
    ------
    ColumnError
        If an indicator has fewer than two values or is constant, or goalposts or polarity are
        not fit.

    Examples
    --------
    >>> fit_scale([[1.0], [3.0]], [5.0], [0.0], [1]).mean
    array([2.])
    """
    values = np.asarray(x, dtype=np.float64)
    rows = values.reshape(-1, values.shape[-1])
    p = check_polarity(polarity)
    b, w = check_goalposts(best, worst, p)
    refuse((~np.isnan(rows)).sum(axis=0) < 2, "an indicator needs at least two values")
    low, high = np.nanmin(rows, axis=0), np.nanmax(rows, axis=0)
    refuse(low == high, "an indicator must vary; this one is constant")
    return Scale(b, w, np.nanmean(rows, axis=0), np.nanstd(rows, axis=0, ddof=1), low, high, p)


def normalise(x: ArrayLike, scale: Scale, method: NormaliserName = "goalposts") -> Array:
    """Normalise by name.

    Parameters
    ----------
    x : array_like (..., areas, indicators)
        Raw values.
    scale : Scale
        From `fit_scale`.
    method : {"goalposts", "zscore", "minmax", "percentile_rank"}
        A key of `NORMALISERS`.

    Returns
    -------
    ndarray (..., areas, indicators)
        Higher is better.

    Raises
    ------
    ValueError
        If the method is unknown; the message lists the known ones.
    """
    if method not in NORMALISERS:
        raise ValueError(f"unknown normaliser {method!r}; allowed: {', '.join(NORMALISERS)}")
    return NORMALISERS[method](np.asarray(x, dtype=np.float64), scale)


NORMALISERS: Mapping[NormaliserName, Callable[[Array, Scale], Array]] = MappingProxyType(
    {
        "goalposts": lambda x, s: goalposts(x, s.best, s.worst),
        "zscore": lambda x, s: zscore(x, s.mean, s.sd, s.polarity),
        "minmax": lambda x, s: minmax(x, s.low, s.high, s.polarity),
        "percentile_rank": lambda x, s: percentile_rank(x, s.polarity),
    }
)
