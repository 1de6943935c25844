"""How far wards lie apart over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.method.intervals import LEVEL
from spi_core.method.ranking import interval

Array: TypeAlias = NDArray[np.float64]

#: What is measured, in the order of the arrays.
MEASURES = ("range", "interquartile range", "standard deviation")


@dataclass(frozen=True, slots=True)
class Gap:
    """Spread of the wards' scores; the last axis follows `MEASURES`.

    Parameters
    ----------
    value : ndarray (periods, 3)
        Spread of the scores as they are.
    by_chance : ndarray (periods, 3)
        How much of it the errors added, estimated.
    low, high : ndarray (periods, 3)
        Interval of the true spread, so corrected for what errors add.
    change, change_low, change_high : ndarray (3,)
        Last minus first period, with its interval; above 0 the gap widened.
    """

    value: Array
    by_chance: Array
    low: Array
    high: Array
    change: Array
    change_low: Array
    change_high: Array


def gap(point: ArrayLike, draws: ArrayLike, level: float = LEVEL) -> Gap:
    """Measure the gap between wards in every period.

    Parameters
    ----------
    point : array_like (periods, wards)
        Scores of one level, without the borough; wards not scored are NaN and left out.
    draws : array_like (n, periods, wards)
        Their replicates.
    level : float
        Coverage.

    Returns
    -------
    Gap
        Range, interquartile range and standard deviation (ddof 1).

    Raises
    ------
    ValueError
        If fewer than two wards are scored in every period.

    Notes
    -----
    Errors spread scores out, and replicates spread them out once more: squares of spreads add up.
    The interval therefore mirrors the percentiles of the squares at the square of the value,
    ``√(2·value² − q)``, 0 where that is negative; the change's mirrors them at the change (basic
    interval: Davison and Hinkley, *Bootstrap Methods and their Application*, 1997).
    """
    scores, drawn = np.asarray(point, dtype=np.float64), np.asarray(draws, dtype=np.float64)
    there = ~np.isnan(scores).any(axis=0)
    if there.sum() < 2:
        raise ValueError("a gap needs at least two wards scored in every period")
    value, replicated = _spread(scores[..., there]), _spread(drawn[..., there])
    low, high = interval(replicated**2, level)
    moved = replicated[:, -1] - replicated[:, 0]
    change = value[-1] - value[0]
    change_low, change_high = interval(moved, level)
    return Gap(
        value=value,
        by_chance=value - _mirror(value, (replicated**2).mean(axis=0)),
        low=_mirror(value, high),
        high=_mirror(value, low),
        change=change,
        change_low=2 * change - change_high,
        change_high=2 * change - change_low,
    )


def _mirror(value: Array, square: Array) -> Array:
    return np.asarray(np.sqrt(np.maximum(2 * value**2 - square, 0.0)))


def _spread(x: Array) -> Array:
    quarter, three_quarters = np.quantile(x, [0.25, 0.75], axis=-1)
    return np.stack([np.ptp(x, axis=-1), three_quarters - quarter, x.std(axis=-1, ddof=1)], axis=-1)
