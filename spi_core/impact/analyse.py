"""Analyse one outcome: everything a chapter shows about it, before the verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spi_core.edition.interventions.design import Design
from spi_core.impact.arrays import Floats, Ints
from spi_core.impact.diagnostics import (
    Balance,
    Refit,
    balance,
    donut,
    leave_one_out,
    placebo_group,
)
from spi_core.impact.estimate.difference import (
    Specification,
    first_difference,
    model_inference,
    specification_grid,
)
from spi_core.impact.estimate.event_study import BreakEven, EventStudy, break_even, event_study
from spi_core.impact.estimate.regression_to_mean import RegressionPanel, regression_panel
from spi_core.impact.inference.clusters import ClusterInference, MeansTest, compare_ward_means
from spi_core.impact.inference.permutation import Permutation
from spi_core.impact.inference.power import (
    Power,
    intraclass_correlation,
    minimum_detectable_effect,
    permutation_power,
)
from spi_core.impact.inference.sets import WardSets
from spi_core.impact.inference.wild import WildBootstrap, wild_cluster_bootstrap
from spi_core.impact.sample import Sample
from spi_core.impact.spatial import Moran, Neighbours, morans_i


@dataclass(frozen=True, slots=True)
class WardRow:
    """One line of the slope chart: unit means of a ward before and after.

    Parameters
    ----------
    area_code : str
        Of the ward.
    treated : bool
        Whether any unit of it is treated.
    units : int
        Units in it.
    population, before, after : float
        Residents, and unit means of the outcome.
    """

    area_code: str
    treated: bool
    units: int
    population: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class RawTable:
    """The raw two-by-two table, unit means, and the lines of the slope chart.

    Parameters
    ----------
    treated_before, treated_after, comparison_before, comparison_after : float
        Unit means; NaN for a side without units.
    treated_units, comparison_units, treated_wards, comparison_wards : int
        Counts; a ward with any treated unit counts as treated.
    absent : tuple of str
        Areas of the design without any value.
    wards : tuple of WardRow
        Every ward.
    """

    treated_before: float
    treated_after: float
    comparison_before: float
    comparison_after: float
    treated_units: int
    comparison_units: int
    treated_wards: int
    comparison_wards: int
    absent: tuple[str, ...]
    wards: tuple[WardRow, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """All numbers of one primary outcome, in the order of a chapter.

    Parameters
    ----------
    raw : RawTable
        Raw means.
    power, power_exact : Power, float
        Minimum detectable effect by formula, and the share of simulated boroughs in which the
        exact test finds it (NaN for LSOA schemes).
    effect : Permutation
        Primary estimate.
    model, means, wild : results or None
        Companions; withheld with fewer than three treated wards and for LSOA schemes (means, wild).
    grid : tuple of Specification
        Specification grid.
    panel : RegressionPanel
        Regression to the mean.
    study, trend : EventStudy or None, BreakEven
        Periods; None with two periods only.
    balance, placebo, refits, donut, moran : diagnostics
        None where they need a map or a ward scheme.
    """

    raw: RawTable
    power: Power
    power_exact: float
    effect: Permutation
    model: ClusterInference | None
    means: MeansTest | None
    wild: WildBootstrap | None
    grid: tuple[Specification, ...]
    panel: RegressionPanel
    study: EventStudy | None
    trend: BreakEven
    balance: tuple[Balance, ...]
    placebo: Refit | None
    refits: tuple[Refit, ...]
    donut: Refit | None
    moran: Moran | None


def describe(sample: Sample) -> RawTable:
    """Tabulate raw means.

    Parameters
    ----------
    sample : Sample
        Balanced units.

    Returns
    -------
    RawTable
        No estimate, no test.
    """
    side, inside = sample.treated_wards, sample.treated
    sizes = np.bincount(sample.ward)
    people = np.bincount(sample.ward, weights=sample.population)
    before, after = sample.ward_means(sample.before), sample.ward_means(sample.after)
    rows = zip(sample.wards, side, sizes, people, before, after, strict=True)
    return RawTable(
        treated_before=_mean(sample.before[inside]),
        treated_after=_mean(sample.after[inside]),
        comparison_before=_mean(sample.before[~inside]),
        comparison_after=_mean(sample.after[~inside]),
        treated_units=int(inside.sum()),
        comparison_units=int((~inside).sum()),
        treated_wards=int(side.sum()),
        comparison_wards=int((~side).sum()),
        absent=sample.absent,
        wards=tuple(
            WardRow(w, bool(t), int(n), float(p), float(b), float(a)) for w, t, n, p, b, a in rows
        ),
    )


def analyse(
    design: Design,
    sample: Sample,
    sets: WardSets | None,
    rng: np.random.Generator,
    *,
    neighbours: Neighbours | None = None,
) -> Analysis:
    """Compute everything about one outcome that does not depend on the others.

    Parameters
    ----------
    design : Design
        Protocol.
    sample : Sample
        Balanced units.
    sets : WardSets or None
        Ward sets of a ward scheme; None for an LSOA scheme.
    rng : numpy.random.Generator
        Source of simulations.
    neighbours : mapping of str to collection of str, optional
        Adjacent areas; without it neither donut nor Moran's I.

    Returns
    -------
    Analysis
        Numbers only.

    Raises
    ------
    ValueError
        When nothing varies, so that there is nothing to test.
    """
    alpha = design.alpha
    power, achieved = _power(design, sample, sets, rng)
    effect = first_difference(sample, rng, sets=sets, alpha=alpha)
    grid = specification_grid(sample, effect, rng, sets=sets, alpha=alpha)
    ancova = next(row for row in grid if row.key == "ancova")
    first = len(design.earlier) + len(design.before)
    companions = not design.by_unit or sample.treated_wards.sum() > 2
    return Analysis(
        raw=describe(sample),
        power=power,
        power_exact=achieved,
        effect=effect,
        model=model_inference(sample, alpha=alpha) if companions else None,
        means=_means(sample, alpha) if design.by_unit and companions else None,
        wild=_wild(sample, rng) if design.by_unit and companions else None,
        grid=grid,
        panel=regression_panel(sample, effect, ancova, design.selection, rng, alpha=alpha),
        study=(
            event_study(sample, first - 1, rng, sets=sets, alpha=alpha)
            if len(sample.periods) > 2
            else None
        ),
        trend=break_even(sample, effect, first, len(design.before), rng, alpha=alpha),
        balance=balance(sample),
        placebo=placebo_group(sample, rng, alpha=alpha) if design.by_unit else None,
        refits=leave_one_out(sample, rng),
        donut=donut(sample, neighbours, rng, alpha=alpha) if neighbours else None,
        moran=morans_i(sample, neighbours) if neighbours else None,
    )


def _power(
    design: Design, sample: Sample, sets: WardSets | None, rng: np.random.Generator
) -> tuple[Power, float]:
    """Minimum detectable effect from the comparison units' spread alone."""
    change, ward, sizes = _untreated(sample)
    centred = change - change.mean()
    if not design.by_unit:
        # Within wards an LSOA stands for itself: ward effects are taken out, no correlation left.
        centred = centred - (np.bincount(ward, centred) / np.bincount(ward).clip(1))[ward]
        spare = max(change.size - np.unique(ward).size, 1)
        sd = float(np.sqrt((centred**2).sum() / spare))
        single = np.ones(sample.ward.size, dtype=np.int64)
        found = minimum_detectable_effect(
            single, sample.treated, sd=sd, icc=0.0, alpha=design.alpha, power=design.power
        )
        return found, float("nan")
    found = minimum_detectable_effect(
        sizes,
        sample.treated_wards,
        sd=float(change.std(ddof=1)),
        icc=intraclass_correlation(change, ward),
        alpha=design.alpha,
        power=design.power,
    )
    return found, permutation_power(sizes, sets, found, rng) if sets else float("nan")


def _untreated(sample: Sample) -> tuple[Floats, Ints, Ints]:
    """Take changes and wards of the comparison units, and the units of every ward."""
    outside = ~sample.treated
    return sample.change[outside], sample.ward[outside], np.bincount(sample.ward)


def _means(sample: Sample, alpha: float) -> MeansTest:
    return compare_ward_means(sample.ward_means(sample.change), sample.treated_wards, alpha=alpha)


def _wild(sample: Sample, rng: np.random.Generator) -> WildBootstrap:
    return wild_cluster_bootstrap(sample.change, sample.treated_wards, sample.ward, rng)


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")
