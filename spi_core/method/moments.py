"""Means, standard deviations and correlations of complete rows, and what they say of a component.

Moments are enough to fit principal-component weights, so a reference population can be used
without its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.method.checks import check_goalposts, check_polarity

Array: TypeAlias = NDArray[np.float64]

# A loading this close to 0 is rounding, not a direction.
ZERO_LOADING = 1e-12

# Below this ratio of smallest to largest eigenvalue an inverse correlation is mostly rounding.
_SINGULAR = 1e-10


@dataclass(frozen=True, slots=True)
class Moments:
    """First and second moments of k indicators over n rows without a missing value.

    Parameters
    ----------
    mean, sd : ndarray (k,)
        Mean and standard deviation (ddof 1), in the units of the rows. A constant indicator, or
        fewer than two rows, has sd 0; no row at all has mean 0 too. `n_rows` tells them apart.
    correlation : ndarray (k, k)
        Pearson correlation; 0 off the diagonal for an indicator of sd 0.
    n_rows : int
        Rows used.
    n_incomplete : int
        Rows left out because a value is missing.
    """

    mean: Array
    sd: Array
    correlation: Array
    n_rows: int
    n_incomplete: int = 0

    def __post_init__(self) -> None:
        k = self.mean.shape[0]
        if self.sd.shape != (k,) or self.correlation.shape != (k, k):
            raise ValueError(f"{k} means need {k} standard deviations and a {k} × {k} correlation")
        if not all(np.isfinite(a).all() for a in (self.mean, self.sd, self.correlation)):
            raise ValueError("moments must be finite numbers")
        if (self.sd < 0).any() or self.n_rows < 0:
            raise ValueError("standard deviations and the number of rows must not be negative")


def moments(x: ArrayLike) -> Moments:
    """Take the moments of all complete rows.

    Parameters
    ----------
    x : array_like (..., areas, k)
        Values of one component; all axes but the last are rows.

    Returns
    -------
    Moments
        With the number of rows used and left out.

    Raises
    ------
    ValueError
        If a value is infinite.

    Examples
    --------
    >>> m = moments([[1.0, 2.0], [3.0, 6.0], [2.0, float("nan")]])
    >>> m.n_rows, m.n_incomplete, m.mean.tolist(), m.correlation[0, 1].round(12).item()
    (2, 1, [2.0, 4.0], 1.0)
    """
    values = np.asarray(x, dtype=np.float64)
    k = values.shape[-1]
    # One long row an indicator: loops over the few indicators would cost more than the sums.
    columns = np.ascontiguousarray(np.moveaxis(values, -1, 0).reshape(k, -1))
    total = columns.shape[1]
    with np.errstate(invalid="ignore"):  # ∞ − ∞ is refused below
        # A gap in a row shows in its sum: cheaper than a mask of all cells.
        sums = columns.sum(axis=0)
    gaps = np.flatnonzero(~np.isfinite(sums))
    if gaps.size and np.isinf(columns).any():
        raise ValueError("values must be finite, or NaN where missing")
    n = total - gaps.size
    if n == 0:
        return Moments(np.zeros(k), np.zeros(k), np.eye(k), 0, total)
    first = columns[:, [int(np.argmax(np.isfinite(sums)))]]
    # Distances from one row: a constant is exactly 0, and rows with gaps can be set to 0.
    distance = columns - first
    distance[:, gaps] = 0.0
    shift = distance.sum(axis=1, keepdims=True) / n
    distance -= shift
    distance[:, gaps] = 0.0
    return _from_scatter((first + shift)[:, 0], distance @ distance.T, n, gaps.size)


def add_rows(m: Moments, rows: ArrayLike) -> Moments:
    """Add rows to moments, exactly as if they had been among the data.

    Parameters
    ----------
    m : Moments
        Moments of the rows so far.
    rows : array_like (r, k)
        Rows to add, without a missing value.

    Returns
    -------
    Moments
        Of all rows, sd with ddof 1.

    Raises
    ------
    ValueError
        If the rows do not match or are not finite.

    Notes
    -----
    Pairwise update of mean and scatter: Chan, Golub and LeVeque, *The American Statistician* 37
    (1983) 242–247.

    Examples
    --------
    >>> add_rows(moments([[1.0], [3.0]]), [[2.0], [6.0]]).mean
    array([3.])
    """
    extra = np.asarray(rows, dtype=np.float64)
    k = m.mean.size
    if extra.ndim != 2 or extra.shape[1] != k or not np.isfinite(extra).all():
        raise ValueError(f"rows to add must be finite numbers of shape (rows, {k})")
    if not len(extra):
        return m
    n = m.n_rows + len(extra)
    extra_mean = extra.mean(axis=0)
    centred = extra - extra_mean
    gap = extra_mean - m.mean
    scatter = (
        m.correlation * np.outer(m.sd, m.sd) * (m.n_rows - 1)
        + centred.T @ centred
        + np.outer(gap, gap) * (m.n_rows * len(extra) / n)
    )
    return _from_scatter(m.mean + gap * (len(extra) / n), scatter, n, m.n_incomplete)


def _from_scatter(mean: Array, scatter: Array, n: int, n_incomplete: int) -> Moments:
    """Moments from the matrix of summed squares and products about the mean."""
    root = np.sqrt(np.diag(scatter))
    safe = np.where(root > 0, root, 1.0)
    correlation = np.clip(scatter / np.outer(safe, safe), -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    return Moments(mean, root / np.sqrt(max(n - 1, 1)), correlation, n, n_incomplete)


def orient(
    m: Moments, best: ArrayLike, worst: ArrayLike, polarity: ArrayLike
) -> tuple[Moments, Array]:
    """Turn moments and goalposts so that higher is better.

    Parameters
    ----------
    m : Moments
        Of raw values.
    best, worst, polarity : array_like (k,)
        Goalposts and direction.

    Returns
    -------
    oriented : Moments
        Of ``polarity · x``.
    ends : ndarray (2, k)
        The best and the worst row, turned alike.

    Raises
    ------
    ColumnError
        For goalposts that are equal, crossed or not finite, or a wrong polarity.
    ValueError
        If there is not one goalpost and polarity an indicator.

    Examples
    --------
    >>> orient(moments([[1.0], [3.0]]), best=[0.0], worst=[4.0], polarity=[-1])[1].ravel()
    array([-0., -4.])
    """
    p = check_polarity(polarity)
    b, w = check_goalposts(best, worst, p)
    if p.shape != m.mean.shape or b.shape != m.mean.shape:
        raise ValueError(f"goalposts and polarity must have one value for each of {m.mean.size}")
    turned = Moments(m.mean * p, m.sd, m.correlation * np.outer(p, p), m.n_rows, m.n_incomplete)
    return turned, np.stack([b * p, w * p])


def first_component(correlation: ArrayLike) -> tuple[Array, float]:
    """Take the first principal component of a correlation matrix.

    Parameters
    ----------
    correlation : array_like (k, k)
        Correlation matrix.

    Returns
    -------
    loading : ndarray (k,)
        Correlation of each indicator with the component, the sign making their sum positive;
        scaled to sum 1 they are its weights.
    share : float
        Share of the variance that it carries (0–1).

    Examples
    --------
    >>> loading, share = first_component([[1, 0.5], [0.5, 1]])
    >>> loading.round(4).tolist(), round(share, 4)
    ([0.866, 0.866], 0.75)
    """
    r = np.asarray(correlation, dtype=np.float64)
    values, vectors = np.linalg.eigh(r)
    sign = 1.0 if vectors[:, -1].sum() >= 0 else -1.0
    return sign * vectors[:, -1] * np.sqrt(values[-1]), float(values[-1] / len(r))


def is_singular(correlation: Array) -> bool:
    """Tell whether a correlation matrix has no inverse worth the name.

    Parameters
    ----------
    correlation : ndarray (k, k)
        Correlation matrix.

    Returns
    -------
    bool
        True where an indicator repeats others, or the numbers cannot be correlations of anything.

    Examples
    --------
    >>> is_singular(np.array([[1, 0.5], [0.5, 1]])), is_singular(np.ones((2, 2)))
    (False, True)
    """
    eigenvalues = np.linalg.eigvalsh(correlation)
    return bool(eigenvalues[0] <= _SINGULAR * eigenvalues[-1])


def kmo(correlation: ArrayLike) -> tuple[float, Array]:
    """Kaiser–Meyer–Olkin measure of sampling adequacy.

    Parameters
    ----------
    correlation : array_like (k, k)
        Correlation matrix.

    Returns
    -------
    overall : float
        Between 0 and 1; below 0.5 a common component is not supported.
    msa : ndarray (k,)
        The same for each indicator.

    Raises
    ------
    ValueError
        "KMO is not defined because …": one indicator, a singular matrix, or one whose indicators
        are not correlated at all.

    Notes
    -----
    ``Σ r² / (Σ r² + Σ p²)`` over pairs, p the partial correlations given all other indicators:
    Kaiser and Rice, *Educational and Psychological Measurement* 34 (1974) 111–117.

    Examples
    --------
    >>> round(kmo([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]])[0], 4)
    0.6923
    """
    r = np.asarray(correlation, dtype=np.float64)
    if len(r) < 2:
        raise ValueError("KMO is not defined because there is only one indicator")
    if is_singular(r):
        raise ValueError(
            "KMO is not defined because the correlation matrix is singular "
            "(an indicator repeats others, or there are too few rows)"
        )
    r2, p2 = _squares(r)
    own = r2 + p2
    if not (own > 0).all():
        raise ValueError("KMO is not defined because an indicator is correlated with no other")
    return float(r2.sum() / own.sum()), r2 / own


def _squares(r: Array) -> tuple[Array, Array]:
    """Each indicator's summed squared correlations and partial correlations; (..., k, k) too."""
    inverse = np.linalg.inv(r)
    d = np.sqrt(np.diagonal(inverse, axis1=-2, axis2=-1))
    partial = inverse / (d[..., :, None] * d[..., None, :])
    off = ~np.eye(r.shape[-1], dtype=bool)
    return np.sum(r**2, axis=-1, where=off), np.sum(partial**2, axis=-1, where=off)


def kmo_stack(correlation: ArrayLike) -> Array:
    """Overall KMO of many correlation matrices at once, for replicates.

    Parameters
    ----------
    correlation : array_like (..., k, k)
        Non-singular correlation matrices.

    Returns
    -------
    ndarray (...)
        As `kmo` gives for each.

    Examples
    --------
    >>> kmo_stack([[[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]]]).round(4)
    array([0.6923])
    """
    r2, p2 = _squares(np.asarray(correlation, dtype=np.float64))
    return np.asarray(r2.sum(axis=-1) / (r2 + p2).sum(axis=-1))
