"""Test whether what the estimate leaves unexplained clusters on the map."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import scipy

from spi_core.impact.arrays import Floats
from spi_core.impact.sample import Sample

Neighbours = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Moran:
    """Moran's I of what the estimate leaves unexplained.

    Parameters
    ----------
    i, expected, p : float
        Statistic, its expectation and two-sided p under randomisation.
    units : int
        Areas with a neighbour.
    """

    i: float
    expected: float
    p: float
    units: int


def morans_i(sample: Sample, neighbours: Neighbours) -> Moran | None:
    """Test whether what is left of the change clusters on the map.

    Parameters
    ----------
    sample : Sample
        Balanced units.
    neighbours : mapping of str to collection of str
        Adjacent areas by unit code; by ward code where units have none.

    Returns
    -------
    Moran or None
        Neighbours of an area weigh the same and 1 together; areas without a neighbour are left
        out, and None is returned when fewer than four remain or nothing varies.
    """
    residual = sample.change - np.where(
        sample.treated, sample.change[sample.treated].mean(), sample.change[~sample.treated].mean()
    )
    values = dict(zip(sample.units, residual, strict=True))
    if not any(unit in neighbours for unit in sample.units):
        values = dict(zip(sample.wards, sample.ward_means(residual), strict=True))
    links = {
        code: sorted(
            {other for other in neighbours.get(code, ()) if other in values and other != code}
            | {other for other in values if other != code and code in neighbours.get(other, ())}
        )
        for code in values
    }
    links = {code: others for code, others in links.items() if others}
    y = np.array([values[code] for code in links])
    if y.size < 4 or np.ptp(y) == 0:
        return None
    at = {code: k for k, code in enumerate(links)}
    weights = np.zeros((y.size, y.size))
    for code, others in links.items():
        weights[at[code], [at[other] for other in others]] = 1 / len(others)
    i, expected, variance = moran_moments(y, weights)
    p = 2 * scipy.special.ndtr(-abs(i - expected) / np.sqrt(variance))
    return Moran(i, expected, float(p), y.size)


def moran_moments(values: Floats, weights: Floats) -> tuple[float, float, float]:
    """Moran's I, and its expectation and variance were the values dealt out anew at random.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
        At least four, not all equal.
    weights : numpy.ndarray, shape (n, n)
        Of the neighbours of each area; 0 on the diagonal.

    Returns
    -------
    tuple of float
        I = n / S₀ · z'Wz / z'z, -1 / (n - 1), and the variance over all n! orders of the values
        (Cliff and Ord 1973, under randomisation).

    Examples
    --------
    >>> chain = np.eye(4, k=1) + np.eye(4, k=-1)
    >>> [round(number, 3) for number in moran_moments(np.array([1.0, 2, 3, 4]), chain)]
    [0.333, -0.333, 0.178]
    """
    n, z = values.size, values - values.mean()
    s0 = weights.sum()
    s1 = np.square(weights + weights.T).sum() / 2
    s2 = np.square(weights.sum(axis=0) + weights.sum(axis=1)).sum()
    peaked = n * (z**4).sum() / np.square((z**2).sum())
    free = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    bound = peaked * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    expected = -1 / (n - 1)
    second = (free - bound) / ((n - 1) * (n - 2) * (n - 3) * s0**2)
    i = n / s0 * (z @ weights @ z) / (z @ z)
    return float(i), expected, float(second - expected**2)
