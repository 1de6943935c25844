"""Pull small areas' rates towards the borough, as far as chance alone could have moved them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel

Array: TypeAlias = NDArray[np.float64]
CountKind: TypeAlias = Literal["rate", "proportion"]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Shrunken values of one indicator.

    Parameters
    ----------
    value : ndarray (areas,)
        Between the area's own value and the borough's; NaN where counts are missing.
    kept : ndarray (areas,)
        Weight (0–1) of the area's own value; the rest is the borough's.
    centre : float
        The borough's value.
    between : float
        Variance between areas beyond chance, 0 if chance explains all of it.
    """

    value: Array
    kept: Array
    centre: float
    between: float


def shrink(
    numerator: ArrayLike, denominator: ArrayLike, kind: CountKind = "rate", per: float = 1.0
) -> Shrunk:
    """Empirical-Bayes estimate of each area's rate or proportion.

    Parameters
    ----------
    numerator, denominator : array_like (areas,)
        Counts of the areas of one borough, one period; NaN where missing.
    kind : {"rate", "proportion"}
        Whether the variance of chance is ``m/n`` (Poisson) or ``m(1 − m)/n`` (binomial).
    per : float
        Unit of the values returned, 1,000 for a rate per 1,000.

    Returns
    -------
    Shrunk
        Values, and how much of each area's own value is kept.

    Raises
    ------
    ValueError
        For an unknown kind, counts that do not fit, or fewer than two areas with counts.

    Notes
    -----
    Marshall, *Applied Statistics* 40 (1991), global estimator: with m = ΣO/Σn,
    ``s² = Σ n (r − m)²/Σn`` and ``A = max(0, s² − chance at the mean n)``, an area keeps
    ``A / (A + its own chance)``. Shrunken values have too little spread to be ranked or to
    measure a gap: scores use the values as published unless the edition asks otherwise.

    Examples
    --------
    >>> s = shrink([2, 40, 90], [100, 1000, 1000], per=1000)
    >>> s.value.round(1), s.kept.round(2)
    (array([42. , 42.2, 87.4]), array([0.49, 0.9 , 0.9 ]))
    """
    if kind not in get_args(CountKind):
        raise ValueError(f"unknown kind {kind!r}; allowed: {', '.join(get_args(CountKind))}")
    x, n = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    there = ~(np.isnan(x) | np.isnan(n))
    if there.sum() < 2:
        raise ValueError("shrinking needs at least two areas with counts")
    if (x < 0).any() or (n <= 0).any() or (kind == "proportion" and (x > n).any()):
        raise ValueError("counts must be 0 or more, denominators above 0 and not below numerators")
    o, d = x[there], n[there]
    m = o.sum() / d.sum()
    chance = m if kind == "rate" else m * (1 - m)
    between = max(0.0, float((d * (o / d - m) ** 2).sum() / d.sum() - chance / d.mean()))
    kept = np.full(x.shape, np.nan)
    # with no variance at all (every count 0) each value already is the borough's
    total = between + chance / d
    kept[there] = np.divide(between, total, out=np.zeros_like(d), where=total > 0)
    return Shrunk(per * (m + kept * (x / n - m)), kept, float(per * m), per**2 * between)


@dataclass(frozen=True, slots=True)
class ShrunkPanel:
    """A panel with its counted indicators shrunken.

    Parameters
    ----------
    value : ndarray (periods, areas, indicators)
        Shrunken where there are counts, as they were elsewhere.
    kept : ndarray, same shape
        Weight (0–1) of the area's own value; NaN where nothing was shrunken.
    """

    value: Array
    kept: Array


def shrink_panel(panel: Panel, framework: Framework, areas: Sequence[str]) -> ShrunkPanel:
    """Shrink every indicator that has counts, period by period.

    Parameters
    ----------
    panel : Panel
        Values and counts.
    framework : Framework
        Says how each indicator's chance is computed (``interval``) and its unit (``per``).
    areas : sequence of str
        The areas to shrink, of one level.

    Returns
    -------
    ShrunkPanel
        The same axes. An indicator with counts of fewer than two areas is left as it is.
    """
    at = panel.rows(areas)
    value, kept = panel.value.copy(), np.full(panel.value.shape, np.nan)
    about = framework.indicators
    for k, (how, per) in enumerate(zip(about["interval"], about["per"], strict=True)):
        for p in range(len(panel.periods)):
            top, base = panel.numerator[p, at, k], panel.denominator[p, at, k]
            counted = ~(np.isnan(top) | np.isnan(base))
            if how == "none" or counted.sum() < 2:
                continue
            s = shrink(top, base, "proportion" if how == "wilson" else "rate", float(per))
            value[p, at[counted], k] = s.value[counted]
            kept[p, at, k] = s.kept
    return ShrunkPanel(value, kept)
