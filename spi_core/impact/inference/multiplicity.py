"""Correct p-values for the number of outcomes."""

from __future__ import annotations

import numpy as np

from spi_core.impact.arrays import Floats
from spi_core.impact.inference.inversion import TIE


def holm(p: Floats) -> Floats:
    """Adjust p-values so that the chance of any false claim is held (primary outcomes).

    Parameters
    ----------
    p : numpy.ndarray, shape (outcomes,)
        Unadjusted p-values.

    Returns
    -------
    numpy.ndarray, shape (outcomes,)
        Holm's (1979) adjusted p-values: the k-th smallest of m times m - k + 1, never falling.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04])).tolist()
    [0.02, 0.04]
    """
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(p.size)
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    return np.minimum(adjusted, 1.0)


def benjamini_hochberg(p: Floats) -> Floats:
    """Adjust p-values so that the share of false claims is held (exploratory outcomes).

    Parameters
    ----------
    p : numpy.ndarray, shape (outcomes,)
        Unadjusted p-values.

    Returns
    -------
    numpy.ndarray, shape (outcomes,)
        Benjamini and Hochberg's (1995) adjusted p-values: the k-th smallest of m times m / k,
        never rising on the way down.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04])).tolist()
    [0.02, 0.04]
    """
    order = np.argsort(-p, kind="stable")
    adjusted = np.empty(p.size)
    adjusted[order] = np.minimum.accumulate(p[order] * p.size / np.arange(p.size, 0, -1))
    return np.minimum(adjusted, 1.0)


def max_t(statistic: Floats) -> Floats:
    """Adjust for the family by the largest statistic of each reassignment, stepping down.

    Parameters
    ----------
    statistic : numpy.ndarray, shape (sets, outcomes)
        Studentised placebo effects under the same reassignments, row 0 observed; NaN counts as
        extreme.

    Returns
    -------
    numpy.ndarray, shape (outcomes,)
        Adjusted p-values, which use the correlation between outcomes.

    Notes
    -----
    Westfall and Young (1993), step-down maxT: the k-th largest observed |t| is compared with the
    maximum over the outcomes not yet passed, and p-values may not fall along the way.

    Examples
    --------
    >>> max_t(np.array([[3.0, 1.0], [1.0, 2.0], [0.5, 0.1], [2.0, 0.2]])).tolist()
    [0.25, 0.5]
    """
    size = np.nan_to_num(np.abs(statistic), nan=np.inf)
    order = np.argsort(-size[0], kind="stable")
    adjusted = np.empty(order.size)
    least = 0.0
    for step, outcome in enumerate(order):
        highest = size[:, order[step:]].max(axis=1)
        least = max(least, float((highest >= size[0, outcome] * (1 - TIE)).mean()))
        adjusted[outcome] = least
    return adjusted
