"""Follow the effect over periods, and find the trend that would explain it away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spi_core.impact.arrays import Floats
from spi_core.impact.estimate.difference import first_difference
from spi_core.impact.inference.multiplicity import max_t
from spi_core.impact.inference.permutation import Permutation
from spi_core.impact.inference.sets import WardSets
from spi_core.impact.inference.studentise import studentised, ward_sums
from spi_core.impact.sample import Sample


@dataclass(frozen=True, slots=True)
class PeriodEffect:
    """Effect of one period against the last period before the start."""

    period: str
    estimate: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class EventStudy:
    """Effects period by period, in order; the base period is left out.

    Parameters
    ----------
    base : str
        Last period before the start.
    effects : tuple of PeriodEffect
        One a period, those before the base first.
    pre_periods : int
        Periods before the base.
    joint_p : float
        Exact p that no earlier period differs (max-t; for LSOA schemes the Bonferroni bound); NaN
        without earlier periods.
    """

    base: str
    effects: tuple[PeriodEffect, ...]
    pre_periods: int
    joint_p: float


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Difference in trend that would explain the result away.

    Parameters
    ----------
    per_period : float
        Extra change per period (year) of treated areas that alone gives the estimate.
    to_doubt : float
        Extra change per period that brings the near end of the interval to zero; 0 when the
        interval holds zero already.
    observed, observed_low, observed_high : float
        Difference in trend before the start, with interval; NaN with fewer than two periods before.
    gap : float
        Periods between the middle of before and the middle of after.
    """

    per_period: float
    to_doubt: float
    observed: float
    observed_low: float
    observed_high: float
    gap: float


def event_study(
    sample: Sample,
    base: int,
    rng: np.random.Generator,
    *,
    sets: WardSets | None = None,
    alpha: float = 0.05,
) -> EventStudy:
    """Compare every period with the last one before the start.

    Parameters
    ----------
    sample : Sample
        Balanced units with three or more periods.
    base : int
        Column of the last period before the start.
    rng : numpy.random.Generator
        Passed on.
    sets : WardSets, optional
        Ward sets already at hand.
    alpha : float
        One minus the level of the intervals.

    Returns
    -------
    EventStudy
        Same inference as the primary estimate.
    """
    change = sample.cells - sample.cells[:, [base]]
    effects = []
    for column, period in enumerate(sample.periods):
        if column == base:
            continue
        found = first_difference(sample, rng, y=change[:, column], sets=sets, alpha=alpha)
        effects.append(PeriodEffect(period, found.estimate, found.low, found.high, found.p))
    joint = float("nan")
    if base > 0 and sets is not None:
        statistic = studentised(sets, ward_sums(change[:, :base], sample.ward))
        joint = float(max_t(statistic).min())
    elif base > 0:
        joint = min(1.0, base * min(effect.p for effect in effects[:base]))
    return EventStudy(sample.periods[base], tuple(effects), base, joint)


def break_even(
    sample: Sample,
    primary: Permutation,
    earlier_and_before: int,
    before: int,
    rng: np.random.Generator,
    *,
    alpha: float = 0.05,
) -> BreakEven:
    """Find the difference in trend that would explain the estimate away.

    Parameters
    ----------
    sample : Sample
        Balanced units.
    primary : Permutation
        Estimate.
    earlier_and_before : int
        How many of the sample's first periods lie before the start.
    before : int
        How many of those are averaged as "before".
    rng : numpy.random.Generator
        Passed on.
    alpha : float
        One minus the level of the interval.

    Returns
    -------
    BreakEven
        In units of the outcome per period: a year where periods are years, else a step.
    """
    time = _times(sample.periods)
    gap = float(
        time[earlier_and_before:].mean()
        - time[earlier_and_before - before : earlier_and_before].mean()
    )
    nearest = primary.low if primary.estimate > 0 else primary.high
    doubt = nearest / gap if nearest * primary.estimate > 0 and np.isfinite(nearest) else 0.0
    observed = low = high = float("nan")
    if earlier_and_before > 1:
        centred = time[:earlier_and_before] - time[:earlier_and_before].mean()
        slope = sample.cells[:, :earlier_and_before] @ centred / (centred @ centred)
        trend = first_difference(sample, rng, y=slope, alpha=alpha)
        observed, low, high = trend.estimate, trend.low, trend.high
    return BreakEven(primary.estimate / gap, doubt, observed, low, high, gap)


def _times(periods: tuple[str, ...]) -> Floats:
    """Years where periods start with one, else positions."""
    years = [period[:4] for period in periods]
    if all(year.isdecimal() for year in years) and len(set(years)) == len(years):
        return np.array(years, dtype=float)
    return np.arange(len(periods), dtype=float)
