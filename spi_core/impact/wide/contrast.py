"""Hold a set of areas against what was expected of it, and against what other sets show."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spi_core.impact.arrays import Floats, Ints
from spi_core.impact.inference.inversion import TIE, snap

STUDENTISED = 3  # areas from which on a set's own spread can be told


@dataclass(frozen=True, slots=True)
class SetTest:
    """Effect on the treated set against the effects on placebo sets.

    Parameters
    ----------
    estimate : float
        Effect less `drift`: a logarithm of a ratio, or points.
    drift : float
        Median of the placebo effects, which the estimate is freed of.
    se : float
        What studentises it; NaN with fewer than three areas, where the effect itself is compared.
    p, floor, monte_carlo_se : float
        Two-sided p, the smallest there can be, and its error from drawing.
    low, high : float
        Every effect that the test does not reject.
    sets : int
        Placebo sets.
    exact : bool
        Whether these are all there are.
    power : float
        Share of placebo sets to which the effect worth having, added, would be found.
    detectable : float
        Size of the smallest effect found in four sets of five.
    effects : numpy.ndarray, shape (sets,)
        Placebo effects less their median.
    """

    estimate: float
    drift: float
    se: float
    p: float
    floor: float
    monte_carlo_se: float
    low: float
    high: float
    sets: int
    exact: bool
    power: float
    detectable: float
    effects: Floats


def set_effects(
    observed: Floats, expected: Floats, members: Ints, *, ratio: bool
) -> tuple[Floats, Floats]:
    """Effect of every set and its jackknife standard error over the set's areas.

    Parameters
    ----------
    observed, expected : numpy.ndarray, shape (n,)
        Means over the periods after.
    members : numpy.ndarray of int, shape (sets, size)
        Areas of each set.
    ratio : bool
        log(Σ observed / Σ expected), or the mean of observed - expected.

    Returns
    -------
    tuple of numpy.ndarray, each (sets,)
        Effects and standard errors √((m - 1)/m Σ (b_(-i) - b)²); NaN errors with fewer than three
        areas.

    Examples
    --------
    >>> set_effects(np.array([6.0, 4.0]), np.array([5.0, 5.0]), np.array([[0, 1]]), ratio=False)
    (array([0.]), array([nan]))
    """
    o, e = observed[members], expected[members]
    size = members.shape[1]
    effect = _contrast(o.sum(axis=1), e.sum(axis=1), size, ratio)
    if size < STUDENTISED:
        return effect, np.full(effect.shape, np.nan)
    without = _contrast(
        o.sum(axis=1, keepdims=True) - o, e.sum(axis=1, keepdims=True) - e, size - 1, ratio
    )
    squares = np.square(without - effect[:, None]).sum(axis=1)
    return effect, np.sqrt((size - 1) / size * squares)


def _contrast(observed: Floats, expected: Floats, size: int, ratio: bool) -> Floats:
    if not ratio:
        return np.asarray((observed - expected) / size)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(observed) - np.log(expected))


def compare(
    effects: Floats, errors: Floats, *, exact: bool, alpha: float, worth: float = math.nan
) -> SetTest:
    """Test and bound the effect of row 0 by the other rows.

    Parameters
    ----------
    effects, errors : numpy.ndarray, shape (1 + sets,)
        From `set_effects`, the treated set first. Sets without a finite effect are left out.
    exact : bool
        Whether the placebo sets are all there are.
    alpha : float
        Level of the test.
    worth : float
        Effect worth having, with its sign, in the unit of the effects.

    Returns
    -------
    SetTest
        p = (1 + #{|t| ≥ |t_0|}) / (1 + sets) (Phipson and Smyth 2010); the interval inverts it: the
        placebo sets were not treated, so an effect supposed for the treated one leaves them alone.

    Raises
    ------
    ValueError
        Where nothing was observed or expected of the treated set.

    Examples
    --------
    >>> found = compare(np.array([3.0, *np.arange(-20, 20) / 10]), np.full(41, np.nan),
    ...                 exact=True, alpha=0.05)
    >>> round(found.p, 4), found.low > 0
    (0.0244, True)
    """
    if not np.isfinite(effects[0]):
        raise ValueError("nothing was recorded there before or after: there is nothing to compare")
    usable = np.isfinite(effects[1:])
    other = effects[1:][usable]
    scale = errors[1:][usable]
    drift = float(np.median(other))
    own = float(errors[0])
    studentised = math.isfinite(own) and own > 0
    other, scale = other - drift, scale if studentised else np.ones(other.size)
    estimate, unit = float(effects[0]) - drift, own if studentised else 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.nan_to_num(np.abs(other / scale), nan=np.inf)
    total = other.size + 1
    p = float(1 + (size >= abs(estimate / unit) * (1 - TIE)).sum()) / total
    rank = math.floor(alpha * total * (1 + TIE))
    reach = unit * float(np.sort(size)[-rank]) if rank else math.inf
    cut = reach / unit
    # an effect of one sign, added to a set, is found where it carries it past the cut
    needed = cut * scale - math.copysign(1.0, worth) * other
    power = float((needed <= abs(worth)).mean()) if math.isfinite(worth) else math.nan
    return SetTest(
        estimate=estimate,
        drift=drift,
        se=own if studentised else math.nan,
        p=p,
        floor=1 / total,
        monte_carlo_se=0.0 if exact else math.sqrt(p * (1 - p) / other.size),
        low=snap(estimate - reach, unit),
        high=snap(estimate + reach, unit),
        sets=other.size,
        exact=exact,
        power=power,
        detectable=float(np.quantile(needed, 0.8)) if rank else math.inf,
        effects=other,
    )
