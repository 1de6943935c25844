"""Correlate indicators pair by pair, within and across components, gaps allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairCorrelation:
    """Correlation of every pair of columns over the rows that have both.

    Parameters
    ----------
    r : ndarray (k, k)
        Pearson correlation; 0 where not `defined`.
    n : ndarray of int (k, k)
        Rows with both.
    defined : ndarray of bool (k, k)
        False with fewer than three common rows, or if one does not vary over them.
    """

    r: Array
    n: NDArray[np.int64]
    defined: NDArray[np.bool_]


def pair_correlation(x: ArrayLike) -> PairCorrelation:
    """Correlate all pairs of columns, each over the rows that have both.

    Parameters
    ----------
    x : array_like (..., areas, k)
        Values; all axes but the last are rows.

    Returns
    -------
    PairCorrelation
        With counts. Such a matrix need not be a possible correlation matrix as a whole: do not
        invert it.

    Examples
    --------
    >>> pair_correlation([[1.0, 2.0, 7.0], [2.0, 4.0, 7.0], [3.0, 6.0, 7.0]]).defined[0]
    array([ True,  True, False])
    """
    values = np.asarray(x, dtype=np.float64)
    rows = values.reshape(-1, values.shape[-1])
    there = ~np.isnan(rows)
    f = there.astype(np.float64)
    n = f.T @ f
    count = np.maximum(np.diag(n), 1)
    z = np.where(there, rows, 0.0)
    z = np.where(there, z - z.sum(axis=0) / count, 0.0)
    sd = np.sqrt((z**2).sum(axis=0) / count)
    z = z / np.where(sd > 0, sd, 1.0)
    pairs = np.maximum(n, 1)
    own = z.T @ f / pairs  # mean of the row's column over the rows it shares with the other
    covariance = z.T @ z / pairs - own * own.T
    variance = np.maximum((z**2).T @ f / pairs - own**2, 0.0)
    low = np.minimum(variance, variance.T)
    defined = (n >= 3) & (low > 1e-12)
    scale = np.where(defined, np.sqrt(variance * variance.T), 1.0)
    r = np.where(defined, np.clip(covariance / scale, -1.0, 1.0), 0.0)
    return PairCorrelation(r, n.astype(np.int64), defined)


@dataclass(frozen=True, slots=True)
class ComponentLinks:
    """How indicators correlate within their component and with the others.

    Parameters
    ----------
    mean_r : ndarray (C, C)
        Mean correlation between the indicators of two components, on the diagonal within one;
        0 where `n_pairs` is 0.
    n_pairs : ndarray of int (C, C)
        Pairs of indicators behind each mean.
    own : ndarray (k,)
        Mean correlation of each indicator with the others of its component (0 if it has none).
    nearest : ndarray of int (k,)
        The other component it correlates with most; −1 if there is none.
    nearest_r : ndarray (k,)
        Its mean correlation with that one.
    misplaced : ndarray of bool (k,)
        True if it is closer to another component than to its own.
    """

    mean_r: Array
    n_pairs: NDArray[np.int64]
    own: Array
    nearest: NDArray[np.int64]
    nearest_r: Array
    misplaced: NDArray[np.bool_]


def component_links(x: ArrayLike, component: ArrayLike) -> ComponentLinks:
    """Tabulate correlations within and across components.

    Parameters
    ----------
    x : array_like (..., areas, k)
        Oriented values or scores.
    component : array_like of int (k,)
        Position of each indicator's component.

    Returns
    -------
    ComponentLinks
        Means over the defined pairs.

    Examples
    --------
    >>> a = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    >>> b = np.array([1.0, -1.0, 0.5, -1.0, 1.0])
    >>> component_links(np.column_stack([a, b, a, b + a / 10]), [0, 0, 1, 1]).misplaced
    array([ True,  True,  True,  True])
    """
    group = np.asarray(component)
    pairs = pair_correlation(x)
    k, size = group.size, int(group.max()) + 1
    usable = pairs.defined & ~np.eye(k, dtype=bool)
    member = np.zeros((k, size))
    member[np.arange(k), group] = 1.0
    r = np.where(usable, pairs.r, 0.0)
    n_by = usable @ member
    r_by = (r @ member) / np.maximum(n_by, 1)
    n_pairs = member.T @ n_by
    mean_r = member.T @ r @ member / np.maximum(n_pairs, 1)
    n_pairs[np.diag_indices(size)] /= 2  # within a component each pair was met twice
    rows = np.arange(k)
    own = r_by[rows, group]
    others = np.where(n_by > 0, r_by, -np.inf)
    others[rows, group] = -np.inf
    nearest = others.argmax(axis=1)
    found = others[rows, nearest] > -np.inf
    nearest_r = np.where(found, r_by[rows, nearest], 0.0)
    misplaced = found & (n_by[rows, group] > 0) & (nearest_r > own)
    nearest = np.where(found, nearest, -1).astype(np.int64)
    return ComponentLinks(mean_r, n_pairs.astype(np.int64), own, nearest, nearest_r, misplaced)
