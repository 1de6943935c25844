"""Tell whether one contributor could read another's amount from a sum of money."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def _descending(amounts: ArrayLike) -> np.ndarray:
    x = np.asarray(amounts, dtype=np.float64).ravel()
    if not np.isfinite(x).all() or (x < 0).any():
        raise ValueError("amounts must be finite and not negative")
    return np.sort(x)[::-1]


def dominance(amounts: ArrayLike, n: int = 1, k: float = 70) -> bool:
    """Tell whether the n largest contributors hold more than k per cent of a sum.

    Parameters
    ----------
    amounts : array_like
        What each contributor gave, 0 or more.
    n : int
        How many contributors together.
    k : float
        Per cent.

    Returns
    -------
    bool
        True where the sum must be hidden.

    Raises
    ------
    ValueError
        If an amount is negative or not finite.

    Notes
    -----
    The (n, k) rule: hidden if ``x_(1) + … + x_(n) > k/100 · Σ x`` (Hundepool et al., Statistical
    Disclosure Control, 2012, section 4.2).

    Examples
    --------
    >>> dominance([80, 10, 10]), dominance([60, 20, 20])
    (True, False)
    """
    x = _descending(amounts)
    return bool(x[:n].sum() > k / 100 * x.sum())


def p_percent(amounts: ArrayLike, p: float = 10) -> bool:
    """Tell whether the second largest contributor can estimate the largest to within p per cent.

    Parameters
    ----------
    amounts : array_like
        What each contributor gave, 0 or more.
    p : float
        Per cent.

    Returns
    -------
    bool
        True where the sum must be hidden.

    Raises
    ------
    ValueError
        If an amount is negative or not finite.

    Notes
    -----
    Hidden if ``Σ x − x_(1) − x_(2) < p/100 · x_(1)`` (Hundepool et al. 2012, section 4.2).

    Examples
    --------
    >>> p_percent([80, 19, 1], 10), p_percent([50, 30, 20], 10)
    (True, False)
    """
    x = _descending(amounts)
    return bool(x.size > 0 and x[0] > 0 and x[2:].sum() < p / 100 * x[0])


def protection(
    amounts: ArrayLike, rule: tuple[int, int] | None = None, p: int | None = None
) -> float:
    """Say how far from the true sum a hidden sum must at least be able to lie.

    Parameters
    ----------
    amounts : array_like
        What each contributor gave.
    rule : tuple of int, optional
        ``(n, k)`` of the dominance rule.
    p : int, optional
        Per cent of the p% rule.

    Returns
    -------
    float
        0 where the sum may be shown.

    Notes
    -----
    The sum to which the cell would have to grow before the rule lets it pass:
    ``100/k · (x_(1) + … + x_(n)) − Σ x`` and ``p/100 · x_(1) − (Σ x − x_(1) − x_(2))``.

    Examples
    --------
    >>> round(protection([80, 10, 10], (1, 70)), 2)
    14.29
    """
    x = _descending(amounts)
    need = 0.0
    if rule is not None and dominance(x, *rule):
        need = max(need, 100 / rule[1] * x[: rule[0]].sum() - x.sum())
    if p is not None and p_percent(x, p):
        need = max(need, p / 100 * x[0] - x[2:].sum())
    return float(need)
