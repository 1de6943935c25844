"""Bound an effect though trends were not parallel: Rambachan and Roth's relative magnitudes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spi_core.impact.arrays import Floats

MAGNITUDES = (0.0, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class HonestBound:
    """Interval of the effect where trends may break as much as `magnitude` times the worst before.

    Parameters
    ----------
    magnitude : float
        M̄.
    set_low, set_high : float
        Effects that the estimates allow, were they without error.
    low, high : float
        With sampling error.
    """

    magnitude: float
    set_low: float
    set_high: float
    low: float
    high: float


def relative_magnitudes(
    before: Floats,
    after: Floats,
    steps: Floats,
    others_before: Floats,
    others_after: Floats,
    *,
    alpha: float = 0.05,
    magnitudes: Sequence[float] = MAGNITUDES,
) -> tuple[HonestBound, ...]:
    """Bound the mean effect of the periods after.

    Parameters
    ----------
    before : numpy.ndarray, shape (a,)
        Effects of the periods before, in order, the last one being the base (0).
    after : numpy.ndarray, shape (b,)
        Effects of the periods after, against the base.
    steps : numpy.ndarray, shape (b,)
        How many periods each lies behind the base.
    others_before, others_after : numpy.ndarray, shapes (sets, a), (sets, b)
        The same of the placebo sets: what the estimates' errors look like.
    alpha : float
        One minus the level of the interval.
    magnitudes : sequence of float
        M̄ to be tried.

    Returns
    -------
    tuple of HonestBound
        One a magnitude.

    Notes
    -----
    Rambachan and Roth (2023, *Review of Economic Studies* 90): |δ_(t+1) - δ_t| ≤ M̄ max_s
    |δ_(s+1) - δ_s| over the steps s before. The set is a union over the step s that is largest and
    over its sign; in each, both ends are linear in the estimates, so each gets the placebo sets'
    quantile of that very combination. The condition that s *is* the largest is not used: intervals
    are valid and, at small M̄ with many periods before, longer than the conditional ones.

    Examples
    --------
    >>> none = np.zeros((9, 2))
    >>> found = relative_magnitudes(np.array([1.0, 0.0]), np.array([5.0, 5.0]), np.array([1, 2]),
    ...                             none, none)
    >>> [(b.low, b.high) for b in found]
    [(5.0, 5.0), (4.25, 5.75), (3.5, 6.5), (2.0, 8.0)]
    """
    target = float(after.mean())
    target_others = others_after.mean(axis=1)
    far = float(np.mean(steps))
    breaks, breaks_others = np.diff(before), np.diff(others_before, axis=1)
    made = []
    for magnitude in magnitudes:
        low, high = math.inf, -math.inf
        for s in range(breaks.size):
            for sign in (-1.0, 1.0):
                shift = sign * magnitude * far
                end = target + shift * float(breaks[s])
                noise = target_others + shift * breaks_others[:, s]
                reach = float(np.quantile(np.abs(noise - np.median(noise)), 1 - alpha))
                low, high = min(low, end - reach), max(high, end + reach)
        worst = magnitude * far * float(np.abs(breaks).max())
        made.append(HonestBound(magnitude, target - worst, target + worst, low, high))
    return tuple(made)


def breakdown(
    before: Floats,
    after: Floats,
    steps: Floats,
    others_before: Floats,
    others_after: Floats,
    *,
    alpha: float = 0.05,
    most: float = 10.0,
) -> float:
    """Largest M̄ at which the interval still leaves out zero.

    Parameters
    ----------
    before, after, steps, others_before, others_after, alpha
        As for `relative_magnitudes`.
    most : float
        Where the search ends.

    Returns
    -------
    float
        NaN where the interval holds zero at M̄ = 0 already; to two decimals, from below.
    """

    def clear(magnitude: float) -> bool:
        bound = relative_magnitudes(
            before, after, steps, others_before, others_after, alpha=alpha, magnitudes=[magnitude]
        )[0]
        return bound.low > 0 or bound.high < 0

    if not clear(0.0):
        return math.nan
    low, high = 0.0, most
    while high - low > 0.005:
        middle = (low + high) / 2
        low, high = (middle, high) if clear(middle) else (low, middle)
    return math.floor(100 * low) / 100
