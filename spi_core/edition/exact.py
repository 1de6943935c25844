"""Numbers that are exact linear functions of others, but for rounding."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
#: A share of the standard deviation that rounding in publications leaves, of percentages too.
ROUNDING = 1e-3
#: Of so many others at most an exact function is looked for.
MOST = 3


def told_by(y: Array, others: Array, most: int = MOST) -> tuple[int, ...]:
    """Find the fewest others of which a number is an exact linear function.

    Parameters
    ----------
    y : ndarray (rows,)
        The number; NaN where missing.
    others : ndarray (rows, k)
        The others.
    most : int
        How many others to try together.

    Returns
    -------
    tuple of int
        Their positions; empty where there are none, or too few rows to tell.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=(20, 3))
    >>> told_by(100 - x[:, 0] - x[:, 2], x)
    (0, 2)
    """
    for size in range(1, most + 1):
        for at in combinations(range(others.shape[1]), size):
            rows = np.isfinite(y) & np.isfinite(others[:, at]).all(axis=1)
            if rows.sum() < 2 * size + 4:
                continue
            x, z = others[rows][:, at], y[rows] - y[rows].mean()
            x = x - x.mean(axis=0)
            left = z - x @ np.linalg.lstsq(x, z, rcond=None)[0]
            if z.std() > 0 and left.std() < ROUNDING * z.std():
                return at
    return ()


def told_by_two(y: Array, others: Array) -> tuple[int, ...]:
    """Find one or two of many others of which a number is an exact linear function.

    Parameters
    ----------
    y : ndarray (rows,)
        The number.
    others : ndarray (rows, k)
        The others, without gaps.

    Returns
    -------
    tuple of int
        Their positions; empty where there are none, or too few rows to tell.

    Notes
    -----
    For all pairs at once: ``1 − R² = 1 − (r₁² + r₂² − 2 r₁ r₂ r₁₂) / (1 − r₁₂²)``.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=(20, 9))
    >>> told_by_two(3 * x[:, 2] - x[:, 7], x), told_by_two(-x[:, 4], x)
    ((2, 7), (4,))
    >>> told_by_two(x[:, 0], x[:, 1:])
    ()
    """
    kept = np.flatnonzero(others.std(axis=0) > 0)
    if len(y) < 8 or not y.std() > 0 or not kept.size:
        return ()
    r = np.corrcoef(np.column_stack([y, others[:, kept]]).T)
    own, among = r[0, 1:], r[1:, 1:]
    if 1 - own.max(initial=0) ** 2 < ROUNDING**2 or 1 - own.min(initial=0) ** 2 < ROUNDING**2:
        return (int(kept[np.argmax(np.abs(own))]),)
    apart = np.triu(1 - among**2, 1)
    explained = own[:, None] ** 2 + own**2 - 2 * np.outer(own, own) * among
    left = np.where(apart > ROUNDING**2, apart - explained, np.inf)
    pairs = left < ROUNDING**2 * np.where(apart > 0, apart, 1)
    return tuple(int(k) for k in kept[np.argwhere(pairs)[0]]) if pairs.any() else ()
