"""Permute small areas inside their wards: the test for schemes aimed at LSOAs."""

from __future__ import annotations

import math
from itertools import combinations, product

import numpy as np

from spi_core.impact.arrays import Bools, Floats, Ints
from spi_core.impact.inference.inversion import Placebos
from spi_core.impact.inference.permutation import Permutation, summarise
from spi_core.impact.inference.sets import EXACT_LIMIT


def smallest_p_within(treated: Bools, ward: Ints) -> float:
    """Smallest p-value that permuting LSOAs within wards can give.

    Parameters
    ----------
    treated : numpy.ndarray of bool, shape (units,)
        Treated LSOAs.
    ward : numpy.ndarray of int, shape (units,)
        Ward of each LSOA.

    Returns
    -------
    float
        One over the product of the wards' numbers of sets; twice that when every mixed ward is
        half treated; 1 when no ward holds both treated and untreated LSOAs.

    Examples
    --------
    >>> smallest_p_within(np.array([True, False, False, True]), np.array([0, 0, 0, 1]))
    0.3333333333333333
    """
    sets = _count(treated, ward)
    if sets == 1:
        return 1.0
    mirrored = all(2 * k == n for n, k in _sizes(treated, ward) if 0 < k < n)
    return (2 if mirrored else 1) / sets


def permute_within_wards(
    y: Floats,
    treated: Bools,
    ward: Ints,
    rng: np.random.Generator,
    *,
    alpha: float | None = 0.05,
    limit: int = EXACT_LIMIT,
    draws: int = 19_999,
) -> Permutation:
    """Test and bound the effect on treated LSOAs by permuting LSOAs within each ward.

    Parameters
    ----------
    y : numpy.ndarray, shape (units,)
        Change of each LSOA.
    treated : numpy.ndarray of bool, shape (units,)
        Treated LSOAs.
    ward : numpy.ndarray of int, shape (units,)
        Ward of each LSOA; wards without both kinds add nothing.
    rng : numpy.random.Generator
        Used only when there are more than `limit` reassignments.
    alpha : float or None
        One minus the level of the interval; None leaves the interval out.
    limit, draws : int
        Largest number of reassignments listed in full, and how many are drawn above it.

    Returns
    -------
    Permutation
        Ward-fixed-effect estimate over its HC3 standard error.

    Raises
    ------
    ValueError
        When no ward holds both treated and untreated LSOAs, or too few of them to leave a
        residual.

    Notes
    -----
    With D and y taken as deviations from their ward means, b = Σ D y / Σ D² and
    HC3 = Σ D² e²/(1 - h)² / (Σ D²)² with leverage h = 1/n_ward + D²/Σ D² (MacKinnon and White
    1985). Whatever is common to a ward, effects of other schemes included, drops out.
    """
    mixed = np.isin(ward, [w for w in np.unique(ward) if np.unique(treated[ward == w]).size == 2])
    if mixed.sum() - np.unique(ward[mixed]).size < 2:
        raise ValueError("wards must hold both treated and untreated LSOAs, with one to spare")
    y, treated, ward = y[mixed], treated[mixed], np.unique(ward[mixed], return_inverse=True)[1]
    floor = smallest_p_within(treated, ward)
    exact = _count(treated, ward) <= limit
    sets = _listed(treated, ward) if exact else _drawn(treated, ward, rng, draws)
    return summarise(_placebos(y, sets, ward), exact=exact, floor=floor, alpha=alpha)


def _sizes(treated: Bools, ward: Ints) -> list[tuple[int, int]]:
    """LSOAs and treated LSOAs of every ward."""
    return [(int((ward == w).sum()), int(treated[ward == w].sum())) for w in np.unique(ward)]


def _count(treated: Bools, ward: Ints) -> int:
    """Count the reassignments within wards."""
    return math.prod(math.comb(n, k) for n, k in _sizes(treated, ward))


def _listed(treated: Bools, ward: Ints) -> Floats:
    """Every reassignment, the observed one first, (sets, units)."""
    choices = []
    for w in range(int(ward.max()) + 1):
        inside = np.flatnonzero(ward == w)
        choices.append(list(combinations(inside.tolist(), int(treated[inside].sum()))))
    rows = [list(sum(pick, start=())) for pick in product(*choices)]
    members = np.zeros((len(rows), treated.size))
    np.put_along_axis(members, np.array(rows), 1.0, axis=1)
    others = members[~(members == treated).all(axis=1)]
    return np.vstack([treated.astype(float), others])


def _drawn(treated: Bools, ward: Ints, rng: np.random.Generator, draws: int) -> Floats:
    """Random reassignments after the observed one, (draws + 1, units)."""
    members = np.tile(treated.astype(float), (draws + 1, 1))
    for w in range(int(ward.max()) + 1):
        inside = np.flatnonzero(ward == w)
        members[1:, inside] = rng.permuted(members[1:, inside], axis=1)
    return members


def _placebos(y: Floats, sets: Floats, ward: Ints) -> Placebos:
    """Fixed-effect estimate and HC3 variance of each reassignment, linear in tau."""
    onehot = (ward[:, None] == np.arange(int(ward.max()) + 1)).astype(float)
    size = onehot.sum(axis=0)

    def centre(rows: Floats) -> Floats:
        centred: Floats = rows - (rows @ onehot / size) @ onehot.T
        return centred

    d, y0, d0 = centre(sets), centre(y[None, :]), centre(sets[:1])
    total = float((d0**2).sum())  # the same for every reassignment
    effect, slope = d @ y0[0] / total, d @ d0[0] / total
    # A unit that its ward mean and D fit exactly has no residual: its term is 0, not 0/0.
    spare = np.maximum(1 - (1 / size)[ward] - d**2 / total, 1e-12)
    score_y = d * (y0 - effect[:, None] * d) / spare / total
    score_d = d * (d0 - slope[:, None] * d) / spare / total
    return Placebos(
        effect,
        slope,
        (score_y**2).sum(axis=1),
        (score_y * score_d).sum(axis=1),
        (score_d**2).sum(axis=1),
    )
