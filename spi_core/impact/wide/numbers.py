"""Hold the numbers of one outcome against areas beyond the borough."""

from __future__ import annotations

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
