"""Turn placebo statistics into a p-value and, by inverting the test, into an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spi_core.impact.arrays import Bools, Floats

TIE = 1e-9  # statistics closer than this, relatively, count as equal


@dataclass(frozen=True, slots=True)
class Placebos:
    """Statistics of every reassignment as functions of a hypothesised effect tau.

    For reassignment p the estimate on ``y - tau * D_observed`` is ``effect - tau * slope`` and its
    variance ``a - 2 * b * tau + c * tau**2``. Row 0 is the observed assignment.

    Parameters
    ----------
    effect, slope, a, b, c : numpy.ndarray of float, shape (sets,)
        Coefficients in the unit of the outcome (slope: none; a: squared; b: single; c: none).
    """

    effect: Floats
    slope: Floats
    a: Floats
    b: Floats
    c: Floats


@dataclass(frozen=True, slots=True)
class ConfidenceSet:
    """Effects that the permutation test does not reject.

    Parameters
    ----------
    low, high : float
        Ends of the smallest interval that holds the set; infinite when no effect can be rejected.
    connected : bool
        False when the set has gaps, which the interval then covers.
    """

    low: float
    high: float
    connected: bool


def exceedances(statistic: Floats) -> Bools:
    """Which reassignments are at least as extreme as the observed one, row 0.

    Parameters
    ----------
    statistic : numpy.ndarray of float, shape (sets,) or (sets, outcomes)
        Signed statistics; NaN (a reassignment whose variance is zero) counts as extreme, which can
        only enlarge the p-value.

    Returns
    -------
    numpy.ndarray of bool
        Same shape; row 0 is True.

    Examples
    --------
    >>> exceedances(np.array([2.0, -2.0, 1.9, 3.0])).tolist()
    [True, True, False, True]
    """
    size = np.abs(statistic)
    extreme: Bools = ~(size < size[0] * (1 - TIE))
    return extreme


def confidence_set(placebos: Placebos, alpha: float) -> ConfidenceSet:
    """Invert the two-sided permutation test exactly.

    Parameters
    ----------
    placebos : Placebos
        Statistics of every reassignment, row 0 the observed one.
    alpha : float
        Level of the test, between 0 and 1.

    Returns
    -------
    ConfidenceSet
        All tau with p(tau) > alpha.

    Notes
    -----
    Reassignment p is at least as extreme as the observed assignment at tau when

        (effect - slope tau)² V_0 >= (effect_0 - tau)² (a - 2 b tau + c tau²),

    an inequality of degree four in tau. p(tau) is therefore a step function whose steps are the
    real roots of one quartic per reassignment; they are found together as eigenvalues of companion
    matrices, so the interval carries no search error. Method: Rosenbaum (2002), *Observational
    Studies*, 2.6; Canay, Romano and Shaikh (2017) for the studentised form.
    """
    coefficients, always = _quartics(placebos)
    total = placebos.effect.size
    need = alpha * total * (1 + TIE)
    if always > need:
        return ConfidenceSet(-np.inf, np.inf, connected=True)
    starts, ends = _segments(coefficients)
    place = np.concatenate([starts, ends])
    step = np.concatenate([np.ones(starts.size), -np.ones(ends.size)])
    order = np.lexsort((-step, place))  # at a tie openings come first: the sets are closed
    place, count = place[order], always + np.cumsum(step[order])
    inside = np.flatnonzero(count > need)
    # The observed effect itself is never rejected, so there is always one.
    first, last = int(inside[0]), int(inside[-1])
    gaps = (count[first:last] <= need) & (np.diff(place[first : last + 1]) > TIE)
    scale = float(np.sqrt(placebos.a[0]))
    centre = float(placebos.effect[0])
    return ConfidenceSet(
        snap(centre + scale * float(place[first]), scale),
        snap(centre + scale * float(place[min(last + 1, place.size - 1)]), scale),
        connected=not bool(gaps.any()),
    )


def snap(end: float, scale: float) -> float:
    """Give an end of an interval that is zero but for rounding as zero itself.

    Parameters
    ----------
    end, scale : float
        The end, and the standard error of the estimate.

    Examples
    --------
    >>> snap(3e-17, 1.0), snap(-2.0, 1.0)
    (0.0, -2.0)
    """
    return 0.0 if abs(end) <= TIE * scale else end


def _quartics(placebos: Placebos) -> tuple[Floats, int]:
    """Coefficients (degree 4 … 0) in u = (tau - estimate) / se, and how many sets always count."""
    centre, scale = placebos.effect[0], np.sqrt(placebos.a[0])
    n0 = (placebos.effect - placebos.slope * centre) / scale
    n1 = -placebos.slope
    v2 = placebos.c
    v1 = (2 * placebos.c * centre - 2 * placebos.b) / scale
    v0 = (placebos.a - 2 * placebos.b * centre + placebos.c * centre**2) / scale**2
    quartic = np.column_stack([-v2, -v1, n1**2 - v0, 2 * n0 * n1, n0**2])
    # c vanishes only for the observed set, its copies and its complement; NaN counts as extreme.
    never_smaller = ~(v2 > 1e-12)
    return quartic[~never_smaller], int(never_smaller.sum())


def _segments(quartic: Floats) -> tuple[Floats, Floats]:
    """Find every stretch of u on which a quartic is not negative: starts, ends."""
    monic = quartic / quartic[:, :1]
    companion = np.zeros((quartic.shape[0], 4, 4))
    companion[:, 0, :] = -monic[:, 1:]
    companion[:, [1, 2, 3], [0, 1, 2]] = 1.0
    # Real parts of complex roots are harmless extra break points: the sign decides.
    breaks = np.sort(np.linalg.eigvals(companion).real, axis=1)
    middle = (breaks[:, :-1] + breaks[:, 1:]) / 2
    value = np.zeros_like(middle)
    for column in range(5):
        value = value * middle + quartic[:, [column]]
    # Neighbouring stretches are one: a set may not count twice where they touch.
    kept = np.pad(value >= 0, ((0, 0), (1, 1)))
    opens, closes = kept[:, 1:-1] & ~kept[:, :-2], kept[:, 1:-1] & ~kept[:, 2:]
    return breaks[:, :-1][opens], breaks[:, 1:][closes]
