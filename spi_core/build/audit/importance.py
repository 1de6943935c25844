"""How much each indicator really moves the index, beside the weight it was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Importance:
    """Nominal weight and effective importance of k indicators.

    Parameters
    ----------
    nominal : ndarray (k,)
        The weight given, scaled to sum 1.
    effective : ndarray (k,)
        Squared correlations scaled to sum 1: what the weight amounts to.
    correlation : ndarray (k,)
        Pearson correlation of each indicator's score with the index; 0 where not defined.
    n_rows : ndarray of int (k,)
        Rows where both indicator and index are present.
    reason : tuple of str
        Empty, or why an indicator's correlation is not defined (it counts as 0).
    """

    nominal: Array
    effective: Array
    correlation: Array
    n_rows: NDArray[np.int64]
    reason: tuple[str, ...]


def importance(scores: ArrayLike, share: ArrayLike, index: ArrayLike) -> Importance:
    """Compare nominal weights with effective importance.

    Parameters
    ----------
    scores : array_like (..., areas, k)
        Indicator scores.
    share : array_like (k,)
        Share of each indicator in the index.
    index : array_like (..., areas)
        The index (or a component) of the same areas.

    Returns
    -------
    Importance
        One value an indicator.

    Raises
    ------
    ValueError
        If shapes do not match, shares are negative or all 0, or the index does not vary.

    Notes
    -----
    Paruolo, Saisana and Saltelli, *Journal of the Royal Statistical Society A* 176 (2013)
    609–634: a weight is not an importance, since indicators differ in variance and move together.

    Examples
    --------
    >>> x = np.array([[0.0, 50.0], [50.0, 40.0], [100.0, 60.0]])
    >>> importance(x, [0.5, 0.5], x.mean(axis=1)).effective.round(2)
    array([0.71, 0.29])
    """
    x, y = np.asarray(scores, dtype=np.float64), np.asarray(index, dtype=np.float64)
    nominal = np.asarray(share, dtype=np.float64)
    if x.shape[:-1] != y.shape or nominal.shape != x.shape[-1:]:
        raise ValueError("scores (..., areas, k) need an index (..., areas) and k shares")
    if not (nominal >= 0).all() or not nominal.sum() > 0:
        raise ValueError("shares must not be negative, and one must be above 0")
    x, y = x.reshape(-1, x.shape[-1]), y.ravel()
    there = ~np.isnan(y)
    if there.sum() < 2 or np.ptp(y[there]) == 0:
        raise ValueError("importance is not defined because the index does not vary")
    k = x.shape[1]
    correlation, reasons = np.zeros(k), [""] * k
    n_rows = (there[:, None] & ~np.isnan(x)).sum(axis=0)
    for j in range(k):
        both = there & ~np.isnan(x[:, j])
        a, b = x[both, j], y[both]
        if a.size < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
            reasons[j] = "not defined because " + (
                "fewer than three areas have it" if a.size < 3 else "it does not vary"
            )
            continue
        correlation[j] = np.corrcoef(a, b)[0, 1]
    squared = correlation**2
    if not squared.sum() > 0:
        raise ValueError("importance is not defined because no indicator moves with the index")
    return Importance(
        nominal / nominal.sum(),
        squared / squared.sum(),
        correlation,
        n_rows,
        tuple(reasons),
    )
