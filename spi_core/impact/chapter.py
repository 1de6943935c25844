"""Build a chapter: protocol first, then outcomes, corrections, verdicts, one frozen result."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from spi_core.edition.interventions.design import Design, protocol_hash
from spi_core.impact.admit import Trial, admit, design_refusals
from spi_core.impact.analyse import Analysis, analyse, describe
from spi_core.impact.estimate.difference import first_difference
from spi_core.impact.inference.multiplicity import benjamini_hochberg, holm, max_t
from spi_core.impact.inference.permutation import Permutation
from spi_core.impact.inference.sets import WardSets, ward_sets
from spi_core.impact.inference.studentise import studentised, ward_sums
from spi_core.impact.provenance import trace
from spi_core.impact.refusal import Refusal, refuse
from spi_core.impact.results import ChapterResult, PrimaryResult, SideResult
from spi_core.impact.sample import Sample, carried_forward, members
from spi_core.impact.spatial import Neighbours
from spi_core.impact.verdict import Evidence, Verdict, judge

CARRIED_CAUTION = 0.2

NAN = float("nan")


def run_chapter(
    design: Design,
    load: Callable[[], pd.DataFrame],
    areas: pd.DataFrame,
    rng: np.random.Generator,
    *,
    neighbours: Neighbours | None = None,
) -> ChapterResult:
    """Compute one intervention chapter.

    Parameters
    ----------
    design : Design
        Protocol. It is hashed before `load` is called.
    load : callable
        Returns the outcomes in long form: outcome_id, area_code, period, value.
    areas : pandas.DataFrame
        Units: area_code, ward_code, population and the covariate if one is named.
    rng : numpy.random.Generator
        Source of every simulation; exact permutations use none of it.
    neighbours : mapping of str to collection of str, optional
        Adjacent areas, by ward and by unit code.

    Returns
    -------
    ChapterResult
        A refused chapter has refusals and raw means, and no estimate.
    """
    protocol = protocol_hash(design)
    units = members(design, areas)
    floor, refusals = design_refusals(design, units)
    values = load()
    parts = {str(key): rows for key, rows in values.groupby("outcome_id")}
    none = values.iloc[:0]
    trials = {o.id: admit(design, o, parts.get(o.id, none), areas) for o in design.outcomes}
    sets: WardSets | None = None
    if not refusals and design.by_unit:
        wards = units.groupby("ward_code")["treated"].any().sort_index()
        sets = ward_sets(wards.to_numpy(dtype=bool), rng)
    side = () if refusals else _side_results(design, trials, sets, rng)
    primary = _primary_results(design, trials, refusals, side, sets, rng, neighbours)
    return ChapterResult(
        design=design,
        refusals=refusals,
        sets=sets.members.shape[0] if sets else 0,
        exact=sets.exact if sets else True,
        floor=floor,
        primary=primary,
        side=side,
        provenance=trace(protocol, len(values), _raw_means(primary), areas),
    )


def _raw_means(primary: Sequence[PrimaryResult]) -> pd.DataFrame:
    """List what is published of the outcomes as they are."""
    rows = [
        (result.outcome.id, row.area_code, row.before, row.after)
        for result in primary
        for row in (result.raw.wards if result.raw else ())
    ]
    return pd.DataFrame(rows, columns=["outcome_id", "area_code", "before", "after"])


def _side_results(
    design: Design, trials: dict[str, Trial], sets: WardSets | None, rng: np.random.Generator
) -> tuple[SideResult, ...]:
    """Placebo and exploratory outcomes, each role corrected within itself."""
    results: list[SideResult] = []
    for role, outcomes in (("placebo", design.placebo), ("exploratory", design.exploratory)):
        tested: list[tuple[Trial, Permutation | None]] = []
        for outcome in outcomes:
            trial = trials[outcome.id]
            effect = None
            if trial.sample is not None and not trial.refusals:
                trial, effect = _attempt(design, trial, trial.sample, sets, rng)
            tested.append((trial, effect))
        adjusted = iter(benjamini_hochberg(np.array([e.p for _, e in tested if e])))
        for trial, effect in tested:
            numbers = (effect.estimate, effect.low, effect.high, effect.p) if effect else (NAN,) * 4
            q = float(next(adjusted)) if effect else NAN
            results.append(SideResult(trial.outcome, role, *numbers, q, trial.refusals))
    return tuple(results)


def _attempt(
    design: Design,
    trial: Trial,
    sample: Sample,
    sets: WardSets | None,
    rng: np.random.Generator,
) -> tuple[Trial, Permutation | None]:
    """Primary estimate of a side outcome, or the refusal to give one."""
    sets = _fitting(sets, sample, rng)
    try:
        return trial, first_difference(sample, rng, sets=sets, alpha=design.alpha)
    except ValueError as error:
        refusal = refuse("no_variation", str(error))
        return Trial(trial.outcome, sample, (refusal,)), None


def _fitting(sets: WardSets | None, sample: Sample, rng: np.random.Generator) -> WardSets | None:
    """Take the sets of the chapter, or new ones where a whole ward has no value."""
    if sets is None or sets.members.shape[1] == len(sample.wards):
        return sets
    return ward_sets(sample.treated_wards, rng)


def _primary_results(
    design: Design,
    trials: dict[str, Trial],
    refusals: tuple[Refusal, ...],
    side: tuple[SideResult, ...],
    sets: WardSets | None,
    rng: np.random.Generator,
    neighbours: Neighbours | None,
) -> tuple[PrimaryResult, ...]:
    """Analyse, correct and judge the primary outcomes."""
    done: dict[str, Analysis] = {}
    for outcome in design.primary:
        trial = trials[outcome.id]
        if refusals or trial.refusals or trial.sample is None:
            continue
        fitting = _fitting(sets, trial.sample, rng)
        try:
            done[outcome.id] = analyse(design, trial.sample, fitting, rng, neighbours=neighbours)
        except ValueError as error:
            refusal = refuse("no_variation", str(error))
            trials[outcome.id] = Trial(outcome, trial.sample, (refusal,))
    corrected = holm(np.array([analysis.effect.p for analysis in done.values()]))
    family = dict(zip(done, corrected, strict=True))
    joint = _max_t([trials[name].sample for name in done], sets)
    largest = dict(zip(done, joint, strict=True))
    placebo = [row.p for row in side if row.role == "placebo" and np.isfinite(row.p)]
    return tuple(
        _judged(
            design,
            trials[outcome.id],
            done.get(outcome.id),
            float(family.get(outcome.id, NAN)),
            largest.get(outcome.id, NAN),
            placebo,
            refusals,
        )
        for outcome in design.primary
    )


def _max_t(samples: Sequence[Sample | None], sets: WardSets | None) -> list[float]:
    """Max-t p-values where all primary outcomes share wards and ward sets."""
    whole = [sample for sample in samples if sample is not None]
    if sets is None or any(len(sample.wards) != sets.members.shape[1] for sample in whole):
        return [NAN] * len(samples)
    if not whole:
        return []
    columns = [studentised(sets, ward_sums(sample.change, sample.ward)) for sample in whole]
    return [float(p) for p in max_t(np.column_stack(columns))]


def _judged(
    design: Design,
    trial: Trial,
    analysis: Analysis | None,
    p_holm: float,
    p_max_t: float,
    placebo: list[float],
    refusals: tuple[Refusal, ...],
) -> PrimaryResult:
    """Attach verdict and cautions."""
    raw = describe(trial.sample) if trial.sample is not None else None
    reasons = tuple({reason.code: reason for reason in (*trial.refusals, *refusals)}.values())
    if analysis is None or trial.sample is None:
        needs = tuple(dict.fromkeys(reason.needs for reason in reasons))
        verdict = Verdict("not answerable", "", (), 0, "", needs)
        return PrimaryResult(trial.outcome, reasons, (), raw, None, NAN, NAN, NAN, verdict)
    refits = (*analysis.refits, *((analysis.donut,) if analysis.donut else ()))
    group = [analysis.placebo.p] if analysis.placebo and np.isfinite(analysis.placebo.p) else []
    evidence = Evidence(
        effect=analysis.effect,
        p_adjusted=p_holm,
        power=analysis.power,
        panel=analysis.panel,
        grid=analysis.grid,
        study=analysis.study,
        refits=refits,
        placebo_p=[*placebo, *group],
        absent=len(trial.sample.absent),
    )
    verdict = judge(design, trial.outcome, evidence)
    cautions = _cautions(design, trial.sample, analysis)
    p = analysis.effect.p
    return PrimaryResult(trial.outcome, (), cautions, raw, analysis, p, p_holm, p_max_t, verdict)


def _cautions(design: Design, sample: Sample, analysis: Analysis) -> tuple[str, ...]:
    """Collect what a reader should know though the question is answered."""
    share, family = carried_forward(sample), len(design.primary)
    power = f"{100 * analysis.power_exact:.0f} %, not {100 * design.power:.0f} %"
    checks = (
        (share >= CARRIED_CAUTION, f"{100 * share:.0f} % of values equal the period before."),
        (
            analysis.effect.floor * family > design.alpha,
            f"With {family} primary outcomes Holm's correction asks for a p below what this design "
            "can give.",
        ),
        (
            not analysis.effect.connected,
            "The effects not rejected form several stretches; the interval covers them all.",
        ),
        (
            analysis.power_exact < design.power - 0.02,
            f"The exact test finds the minimum detectable effect in {power} of simulated boroughs.",
        ),
        (
            any(period == design.start[:4] for period in design.after),
            "The first period after holds some time from before the start.",
        ),
        (
            design.by_unit and sample.treated_wards.sum() == 2,
            "Two treated wards: permutation only, companion tests are withheld.",
        ),
    )
    return tuple(words for holds, words in checks if holds)
