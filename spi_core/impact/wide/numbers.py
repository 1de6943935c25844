"""Hold the numbers of one outcome against areas beyond the borough."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from spi_core.impact.analyse import RawTable
from spi_core.impact.wide.bounds import HonestBound
from spi_core.impact.wide.contrast import SetTest

LABELS = {
    "pool": "All areas in reach of no programme, in per cent (Poisson)",
    "matched": "Areas most like them before, in per cent",
    "ancova": "Given the level before and the context (ANCOVA)",
    "difference": "All areas, in numbers instead of per cent",
    "last_year": "The last period before alone, in per cent",
    "sdid": "Synthetic difference-in-differences",
    "control": "Synthetic control",
    "did": "Plain difference-in-differences",
}
DRAWN = 2_000  # placebo effects kept for the picture, as quantiles


@dataclass(frozen=True, slots=True)
class WideRow:
    """One way to estimate the effect; percent of what was expected."""

    key: str
    label: str
    estimate: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class WidePeriod:
    """Effect of one period against the mean of those before the start, in per cent."""

    period: str
    estimate: float
    low: float
    high: float
    observed: float
    expected: float


@dataclass(frozen=True, slots=True)
class WideBalance:
    """How far the treated stood from those compared with, before the start, in SD."""

    variable: str
    everyone: float
    compared: float


@dataclass(frozen=True, slots=True)
class WideAnalysis:
    """All numbers of one primary outcome; effects in per cent of what was expected.

    Parameters
    ----------
    raw : RawTable
        Means an area and period.
    effect : SetTest
        Estimate that decides.
    method : str
        Which row of `grid` that is.
    observed, expected : float
        Sums over the treated areas and the periods after.
    worth, detectable : float
        Smallest effect worth having, with its sign, and smallest that would be found in four of
        five.
    grid : tuple of WideRow
        The same effect in other ways.
    study, joint_p : tuple of WidePeriod, float
        Event study, and p that no period before differs.
    bounds, breakdown : tuple of HonestBound, float
        Honest bounds and the M̄ at which a clear effect is no more.
    balance : tuple of WideBalance
        Before and after matching.
    alike : tuple of tuple
        Areas compared with that count most: name, borough, weight.
    overlap : float
        Share of all areas with nearer matches than the treated: near 1, they have no like.
    ring : WideRow or None
        Effect on the ring of neighbours.
    overdispersion, model_low, model_high : float
        φ of the Poisson model, and the interval that it alone would give; NaN for boroughs.
    shocks : tuple of tuple
        Periods in which the whole pool jumped: period, per cent.
    cost : tuple of float
        Pounds for one more or fewer: see :func:`cost_of_one`.
    """

    raw: RawTable
    effect: SetTest
    method: str
    observed: float
    expected: float
    worth: float
    detectable: float
    grid: tuple[WideRow, ...]
    study: tuple[WidePeriod, ...]
    joint_p: float
    bounds: tuple[HonestBound, ...]
    breakdown: float
    balance: tuple[WideBalance, ...]
    alike: tuple[tuple[str, str, float], ...]
    overlap: float
    ring: WideRow | None
    overdispersion: float
    model_low: float
    model_high: float
    shocks: tuple[tuple[str, float], ...]
    cost: tuple[float, float, float]


def cost_of_one(
    cost: float, observed: float, effect: float, low: float, high: float, direction: str
) -> tuple[float, float, float]:
    """Say what one event fewer, or more, has cost: pounds over observed less expected.

    Parameters
    ----------
    cost : float
        Pounds spent in the periods after; 0 for unknown.
    observed : float
        Events recorded in the treated areas in the periods after.
    effect, low, high : float
        Estimate and ends of its interval, per cent of the number expected.
    direction : {"up", "down"}
        Which way is better.

    Returns
    -------
    tuple of float
        Pounds for one by the estimate, by the larger and by the smaller effect of the interval;
        NaN where it holds no effect, or the effect is for the worse.

    Examples
    --------
    Of 100 expected 80 came, so 20 were averted for £1,000; between 10 and 30 for the interval.

    >>> [round(x, 1) for x in cost_of_one(1000, 80, -20, -27.27, -11.11, "down")]
    [50.0, 33.3, 100.0]
    >>> cost_of_one(1000, 80, -20, -30, 2, "down")
    (nan, nan, nan)
    """
    ends = (effect, low, high) if direction == "down" else (effect, high, low)
    sign = -1.0 if direction == "down" else 1.0
    if cost <= 0 or not all(end * sign > 0 for end in ends):
        return (math.nan,) * 3
    moved = [abs(observed - observed / (1 + end / 100)) if end > -100 else math.inf for end in ends]
    per = [cost / m if m > 0 else math.nan for m in moved]
    return per[0], per[1], per[2]


def percent(logarithm: float) -> float:
    """Give the logarithm of a ratio in per cent of change."""
    return float(100 * np.expm1(logarithm))


def in_percent(test: SetTest) -> SetTest:
    """Give a test on the log scale in per cent; p and sets stay."""
    kept = (
        np.quantile(test.effects, np.linspace(0, 1, DRAWN)) if test.sets > DRAWN else test.effects
    )
    return replace(
        test,
        estimate=percent(test.estimate),
        drift=percent(test.drift),
        low=percent(test.low),
        high=percent(test.high),
        detectable=percent(test.detectable),
        effects=100 * np.expm1(kept),
    )
