"""List the sets of wards that might have been treated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np

from spi_core.impact.arrays import Bools, Floats

EXACT_LIMIT = 100_000
DRAWS = 19_999


@dataclass(frozen=True, slots=True)
class WardSets:
    """Sets of wards that might have been treated; row 0 is the set that was.

    Parameters
    ----------
    members : numpy.ndarray of float, shape (sets, wards)
        1 where a ward belongs to the set.
    exact : bool
        True when the rows are all sets there are, False when they are drawn at random.
    """

    members: Floats
    exact: bool


def smallest_p(wards: int, treated: int) -> float:
    """Smallest two-sided p-value that permuting wards can give.

    Parameters
    ----------
    wards, treated : int
        Wards in the study and how many of them are treated.

    Returns
    -------
    float
        One over the number of sets; twice that when exactly half is treated, because a set and
        its complement give the same statistic up to its sign. 1 when there is nothing to permute.

    Examples
    --------
    >>> smallest_p(17, 4) == 1 / 2380, smallest_p(6, 3) == 1 / 10, smallest_p(17, 17)
    (True, True, 1.0)
    """
    if not 0 < treated < wards:
        return 1.0
    return (2 if 2 * treated == wards else 1) / math.comb(wards, treated)


def ward_sets(
    treated: Bools, rng: np.random.Generator, *, limit: int = EXACT_LIMIT, draws: int = DRAWS
) -> WardSets:
    """List every set of as many wards as were treated, or draw sets when they are too many.

    Parameters
    ----------
    treated : numpy.ndarray of bool, shape (wards,)
        The observed set.
    rng : numpy.random.Generator
        Used only above `limit`.
    limit : int
        Largest number of sets that is listed in full.
    draws : int
        Sets drawn above the limit, besides the observed one.

    Returns
    -------
    WardSets
        Row 0 is the observed set.

    Examples
    --------
    >>> sets = ward_sets(np.array([True, False, False, True]), np.random.default_rng(1))
    >>> sets.members.shape, sets.exact, sets.members[0].tolist()
    ((6, 4), True, [1.0, 0.0, 0.0, 1.0])
    """
    wards, size = treated.size, int(treated.sum())
    if math.comb(wards, size) <= limit:
        flat = np.fromiter(chain.from_iterable(combinations(range(wards), size)), dtype=np.int64)
        chosen, exact = flat.reshape(-1, size), True
    else:
        chosen, exact = np.argsort(rng.random((draws, wards)), axis=1)[:, :size], False
    members = np.zeros((chosen.shape[0], wards))
    np.put_along_axis(members, chosen, 1.0, axis=1)
    if exact:  # the observed set moves to the front
        members = members[~(members == treated).all(axis=1)]
    return WardSets(np.vstack([treated.astype(float), members]), exact)
