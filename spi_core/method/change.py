"""Which figures may be compared between two periods, and which count in a change of scores."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]

#: Days of a year.
YEAR = 365.25
#: Groups of two figures.
STEP, LONGER, CLOSER = "in step", "further apart", "closer"
BROKEN, NOT_COLLECTED = "broken", "not collected"


def spanned(breaks: ArrayLike, first: int, last: int, indicators: int) -> Mask:
    """Find the indicators whose figures mean something else in one period than in another.

    Parameters
    ----------
    breaks : array_like of int, shape (breaks, 3)
        Position of the indicator, of the period before the break and of the one after it.
    first, last : int
        Positions of the two periods, in any order.
    indicators : int
        How many there are.

    Returns
    -------
    ndarray of bool (indicators,)
        A break between two periods breaks their own pair and every pair that spans it.

    Examples
    --------
    >>> spanned([[0, 1, 2], [1, 0, 1]], 0, 2, 3)
    array([ True,  True, False])
    >>> spanned([[0, 1, 2], [1, 0, 1]], 1, 2, 3)
    array([ True, False, False])
    """
    at = np.asarray(breaks, dtype=np.intp).reshape(-1, 3)
    first, last = min(first, last), max(first, last)
    broken = np.zeros(indicators, bool)
    broken[at[(at[:, 1] >= first) & (at[:, 2] <= last), 0]] = True
    return broken


def grouped(
    start: ArrayLike, end: ArrayLike, broken: ArrayLike, least: float, most: float
) -> tuple[Array, NDArray[np.str_]]:
    """Group indicators by how far apart their two figures lie.

    Parameters
    ----------
    start, end : array_like, shape (2, indicators)
        First and last day of both windows, in days; NaN where nothing was collected.
    broken : array_like of bool (indicators,)
        From `spanned`.
    least, most : float
        Years between the middles of the windows that are the step of the edition's change.

    Returns
    -------
    tuple of ndarray (indicators,)
        Years between the middles; the group, of which only ``in step`` counts in scores.

    Examples
    --------
    >>> days = [[0, 0, 0, 0], [274, 457, 365, 273]]
    >>> years, group = grouped(days, np.add(days, 364), [False, False, True, False], 0.75, 1.25)
    >>> years.round(3), group.tolist()
    (array([0.75 , 1.251, 0.999, 0.747]), ['in step', 'further apart', 'broken', 'closer'])
    """
    opens, ends = (np.asarray(a, dtype=np.float64) for a in (start, end))
    middle = (opens + ends) / 2
    years = np.asarray(np.abs(middle[1] - middle[0]) / YEAR)
    # what serves twice was collected once
    once = np.isnan(years) | ((opens[0] == opens[1]) & (ends[0] == ends[1]))
    cases = [once, np.asarray(broken, bool), years < least, years > most]
    return years, np.select(cases, [NOT_COLLECTED, BROKEN, CLOSER, LONGER], STEP)
