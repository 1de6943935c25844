"""Test whether what the estimate leaves unexplained clusters on the map."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

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
        From esda, row-standardised weights; areas without a neighbour are left out, and None is
        returned when fewer than four remain or nothing varies.
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
    # esda and libpysal take seconds to import: only chapters with a map pay for them.
    from esda.moran import Moran as EsdaMoran
    from libpysal.weights import W

    weights = W(links, id_order=list(links), silence_warnings=True)
    found = EsdaMoran(y, weights, transformation="r", permutations=0)
    return Moran(float(found.I), float(found.EI), float(found.p_rand), int(y.size))
