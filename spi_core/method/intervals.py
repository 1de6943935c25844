"""Intervals and standard errors of proportions and counts; pure array functions.

Recorded events and claimants are whole counts of a year, but the year is read as one draw of an
underlying risk: that is the convention of public-health statistics and what an interval means here.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]

#: Every interval of this project covers 90 % unless told otherwise.
LEVEL = 0.9

#: Byar's approximation serves from this count on; the exact interval below.
BYAR_FROM = 10


def quantile(level: float) -> float:
    """Give the standard normal quantile of a two-sided interval.

    Parameters
    ----------
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    float
        1.645 for 0.9.

    Raises
    ------
    ValueError
        If the level is not strictly between 0 and 1.

    Examples
    --------
    >>> round(quantile(0.95), 2)
    1.96
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1; got {level}")
    return float(scipy.special.ndtri(0.5 + level / 2))


def _counts(count: ArrayLike, base: ArrayLike | None = None) -> tuple[Array, Array]:
    x = np.asarray(count, dtype=np.float64)
    n = np.ones_like(x) if base is None else np.asarray(base, dtype=np.float64)
    if (x < 0).any() or np.isinf(x).any():
        raise ValueError("counts must be 0 or more, or NaN where missing")
    if base is not None and ((n <= 0).any() or (x > n).any()):
        raise ValueError("the denominator must be above 0 and not below the numerator")
    return x, n


def wilson(
    numerator: ArrayLike, denominator: ArrayLike, level: float = LEVEL
) -> tuple[Array, Array]:
    """Wilson's score interval of a proportion.

    Parameters
    ----------
    numerator, denominator : array_like
        Counts; NaN where missing.
    level : float
        Coverage.

    Returns
    -------
    low, high : ndarray
        As fractions of 1; never outside 0–1, and of some width even for 0 out of n.

    Raises
    ------
    ValueError
        For negative counts, a denominator of 0 or a numerator above it.

    Notes
    -----
    Wilson, *Journal of the American Statistical Association* 22 (1927).

    Examples
    --------
    >>> low, high = wilson([0, 5], [20, 20])
    >>> low.round(3), high.round(3)
    (array([0.   , 0.127]), array([0.119, 0.432]))
    """
    x, n = _counts(numerator, denominator)
    z2 = quantile(level) ** 2
    centre = (x + z2 / 2) / (n + z2)
    half = quantile(level) * wilson_se(x, n, level)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def wilson_se(numerator: ArrayLike, denominator: ArrayLike, level: float = LEVEL) -> Array:
    """Half of Wilson's interval in units of a standard error: above 0 even for 0 out of n.

    Parameters
    ----------
    numerator, denominator, level
        As in `wilson`.

    Returns
    -------
    ndarray
        ``√(p(1 − p)/n + z²/4n²) / (1 + z²/n)``, fraction of 1.

    Examples
    --------
    >>> wilson_se([0.0, 500.0], [1000.0, 1000.0]).round(4)
    array([0.0008, 0.0158])
    """
    x, n = _counts(numerator, denominator)
    z2 = quantile(level) ** 2
    p = x / n
    return np.asarray(np.sqrt(p * (1 - p) / n + z2 / (4 * n**2)) / (1 + z2 / n))


def byar(count: ArrayLike, level: float = LEVEL) -> tuple[Array, Array]:
    """Byar's approximation to the exact interval of a Poisson count.

    Parameters
    ----------
    count : array_like
        Observed events; NaN where missing.
    level : float
        Coverage.

    Returns
    -------
    low, high : ndarray
        Of the expected count: divide by the denominator for a rate, by the expected events for a
        standardised ratio.

    Notes
    -----
    ``O (1 − 1/9O − z/3√O)³`` and ``(O + 1)(1 − 1/9(O + 1) + z/3√(O + 1))³``: Breslow and Day,
    *Statistical Methods in Cancer Research* II (1987), p. 69.

    Examples
    --------
    >>> low, high = byar(100)
    >>> round(float(low), 1), round(float(high), 1)
    (84.1, 118.1)
    """
    x, _ = _counts(count)
    z = quantile(level)
    safe = np.where(x > 0, x, 1.0)
    low = safe * np.maximum(1 - 1 / (9 * safe) - z / (3 * np.sqrt(safe)), 0.0) ** 3
    up = x + 1
    return np.where(x > 0, low, x), up * (1 - 1 / (9 * up) + z / (3 * np.sqrt(up))) ** 3


def exact_poisson(count: ArrayLike, level: float = LEVEL) -> tuple[Array, Array]:
    """Exact interval of a Poisson count, from the chi-squared distribution.

    Parameters
    ----------
    count, level
        As in `byar`.

    Returns
    -------
    low, high : ndarray
        Of the expected count; 0 is the lower limit of a count of 0.

    Notes
    -----
    Garwood, *Biometrika* 28 (1936): ``χ²(α/2; 2O)/2`` and ``χ²(1 − α/2; 2O + 2)/2``.

    Examples
    --------
    >>> low, high = exact_poisson([0, 4])
    >>> low.round(2), high.round(2)
    (array([0.  , 1.37]), array([3.  , 9.15]))
    """
    x, _ = _counts(count)
    tail = (1 - level) / 2
    quantile(level)
    low = scipy.special.gammaincinv(np.where(x > 0, x, 1.0), tail)
    return np.where(x > 0, low, x), np.asarray(scipy.special.chdtri(2 * x + 2, tail) / 2)


def poisson(count: ArrayLike, level: float = LEVEL) -> tuple[Array, Array]:
    """Byar's interval from a count of ten on, the exact one below.

    Parameters
    ----------
    count, level
        As in `byar`.

    Returns
    -------
    low, high : ndarray
        Of the expected count.

    Examples
    --------
    >>> poisson(3)[0] == exact_poisson(3)[0], poisson(30)[0] == byar(30)[0]
    (np.True_, np.True_)
    """
    x, _ = _counts(count)
    pairs = zip(exact_poisson(x, level), byar(x, level), strict=True)
    low, high = (np.where(x < BYAR_FROM, small, large) for small, large in pairs)
    return low, high


def poisson_se(count: ArrayLike, level: float = LEVEL) -> Array:
    """Half of the score interval of a count in units of a standard error; above 0 even for 0.

    Parameters
    ----------
    count, level
        As in `byar`.

    Returns
    -------
    ndarray
        ``√(O + z²/4)``: the limit of `wilson_se` for rare events. √O alone would call a count of
        0 certain; Byar's half-width would cover more than it says.

    Examples
    --------
    >>> poisson_se([0, 100]).round(2)
    array([ 0.82, 10.03])
    """
    x, _ = _counts(count)
    return np.asarray(np.sqrt(x + quantile(level) ** 2 / 4))


def difference(
    here: tuple[ArrayLike, ArrayLike, ArrayLike], there: tuple[ArrayLike, ArrayLike, ArrayLike]
) -> tuple[Array, Array]:
    """Interval of a difference from the two intervals, by Newcombe's square-and-add rule.

    Parameters
    ----------
    here, there : tuple of array_like
        Value and its interval, both of the same level.

    Returns
    -------
    tuple of ndarray
        Interval of the first less the second, taken as independent: a part and its whole are not,
        and for them it is somewhat too wide.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions.
    Statistics in Medicine 17, 873-890, method 10.

    Examples
    --------
    Newcombe's first example, 56 of 70 and 48 of 80, which he gives as 0.0524 to 0.3339:

    >>> a, b = (tuple(float(end) for end in wilson(x, n, 0.95)) for x, n in ((56, 70), (48, 80)))
    >>> low, high = difference((56 / 70, *a), (48 / 80, *b))
    >>> round(low.item(), 4), round(high.item(), 4)
    (0.0524, 0.3339)
    """
    (a, a_low, a_high), (b, b_low, b_high) = (
        [np.asarray(end, dtype=np.float64) for end in one] for one in (here, there)
    )
    low, high = np.hypot(a - a_low, b_high - b), np.hypot(a_high - a, b - b_low)
    return np.asarray(a - b - low), np.asarray(a - b + high)
