"""Try to break the estimate: balance, placebo group, leaving wards or neighbours out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spi_core.impact.arrays import Bools, Floats
from spi_core.impact.estimate.difference import first_difference
from spi_core.impact.sample import Sample, restrict
from spi_core.impact.spatial import Neighbours

LARGE_DIFFERENCE = 0.25
DRAWS = 9_999


@dataclass(frozen=True, slots=True)
class Balance:
    """How far the two sides differ before the start.

    Parameters
    ----------
    variable : str
        "baseline", "population" or "covariate".
    treated, comparison : float
        Means over units.
    standardised : float
        Difference over the pooled standard deviation.
    large : bool
        Whether it exceeds 0.25 in size (Imbens and Rubin 2015).
    """

    variable: str
    treated: float
    comparison: float
    standardised: float
    large: bool


@dataclass(frozen=True, slots=True)
class Refit:
    """The primary estimate on other units.

    Parameters
    ----------
    name : str
        What was changed.
    estimate, low, high, p : float
        As in the primary estimate; NaN where refused or left out.
    wards : int
        Wards that remain.
    note : str
        Why it is refused; empty otherwise.
    """

    name: str
    estimate: float
    low: float
    high: float
    p: float
    wards: int
    note: str = ""


def balance(sample: Sample) -> tuple[Balance, ...]:
    """Compare the two sides before the start.

    Parameters
    ----------
    sample : Sample
        Balanced units.

    Returns
    -------
    tuple of Balance
        Baseline outcome, population and, where named, the covariate.
    """
    variables = {"baseline": sample.before, "population": sample.population}
    if sample.covariate is not None:
        variables["covariate"] = sample.covariate
    rows = []
    for name, values in variables.items():
        inside, outside = values[sample.treated], values[~sample.treated]
        gap = float(inside.mean() - outside.mean())
        spread = float(np.sqrt((_variance(inside) + _variance(outside)) / 2))
        score = (
            gap / spread if spread > 0 else (0.0 if gap == 0 else float(np.copysign(np.inf, gap)))
        )
        large = abs(score) > LARGE_DIFFERENCE
        rows.append(Balance(name, float(inside.mean()), float(outside.mean()), score, large))
    return tuple(rows)


def leave_one_out(sample: Sample, rng: np.random.Generator) -> tuple[Refit, ...]:
    """Estimate again without each ward in turn.

    Parameters
    ----------
    sample : Sample
        Balanced units.
    rng : numpy.random.Generator
        Used only when the reassignments are too many to list.

    Returns
    -------
    tuple of Refit
        One a ward, in the order of the sample; estimate and p, no interval.
    """
    return tuple(
        _refit(f"without {code}", sample, sample.ward != place, rng, None)
        for place, code in enumerate(sample.wards)
    )


def donut(
    sample: Sample, neighbours: Neighbours, rng: np.random.Generator, *, alpha: float = 0.05
) -> Refit:
    """Estimate again without the comparison areas that touch a treated one.

    Parameters
    ----------
    sample : Sample
        Balanced units.
    neighbours : mapping of str to collection of str
        Adjacent areas, by ward code for ward schemes and by LSOA code for LSOA schemes.
    rng : numpy.random.Generator
        Passed on.
    alpha : float
        One minus the level of the interval.

    Returns
    -------
    Refit
        If a programme pushes problems next door, this estimate is the smaller one.
    """
    codes = np.array([sample.wards[w] for w in sample.ward] if sample.by_unit else sample.units)
    inside = set(codes[sample.treated].tolist())
    touching = {code for area in inside for code in neighbours.get(area, ())}
    touching |= {area for area, others in neighbours.items() if inside & set(others)}
    kept = sample.treated | ~np.isin(codes, sorted(touching))
    return _refit("without neighbours", sample, kept, rng, alpha)


def placebo_group(sample: Sample, rng: np.random.Generator, *, alpha: float = 0.05) -> Refit:
    """Pretend that the comparison wards most like the treated ones were treated.

    Parameters
    ----------
    sample : Sample
        Balanced units of a ward scheme.
    rng : numpy.random.Generator
        Passed on.
    alpha : float
        One minus the level of the interval.

    Returns
    -------
    Refit
        Comparison wards only; as many as were treated, nearest to the treated wards' mean before
        the start. A clear effect here means that something else is going on.
    """
    side = sample.treated_wards
    before = sample.ward_means(sample.before)
    distance = np.where(side, np.inf, np.abs(before - before[side].mean()))
    fake = np.argsort(distance, kind="stable")[: min(int(side.sum()), int((~side).sum()) // 2)]
    outside = restrict(sample, ~side[sample.ward])
    pretended = np.isin([sample.wards[w] for w in sample.ward], [sample.wards[w] for w in fake])
    names = ", ".join(sorted(sample.wards[w] for w in fake))
    swapped = replace(outside, treated=pretended[~side[sample.ward]])
    return _refit(f"as if {names}", swapped, np.ones(swapped.ward.size, dtype=bool), rng, alpha)


def _refit(
    name: str, sample: Sample, kept: Bools, rng: np.random.Generator, alpha: float | None
) -> Refit:
    """Primary estimate on some units, or why not."""
    nan = float("nan")
    if np.unique(sample.treated[kept]).size < 2:
        return Refit(name, nan, nan, nan, nan, 0, "nobody is left on one side")
    part = restrict(sample, kept)
    try:
        found = first_difference(part, rng, alpha=alpha, draws=DRAWS)
    except ValueError as error:
        return Refit(name, nan, nan, nan, nan, len(part.wards), str(error))
    return Refit(name, found.estimate, found.low, found.high, found.p, len(part.wards))


def _variance(values: Floats) -> float:
    return float(values.var(ddof=1)) if values.size > 1 else 0.0
