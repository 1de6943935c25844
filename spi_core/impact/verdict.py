"""Put the evidence into words: verdict, certainty, Maryland scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from spi_core.edition.interventions.design import Design, Outcome
from spi_core.impact.diagnostics import Refit
from spi_core.impact.estimate.difference import Specification
from spi_core.impact.estimate.event_study import EventStudy
from spi_core.impact.estimate.regression_to_mean import RegressionPanel
from spi_core.impact.inference.permutation import Permutation
from spi_core.impact.inference.power import Power

Status = Literal[
    "clear improvement", "no clear change", "clear decline", "inconclusive", "not answerable"
]

LEVELS = ("very low", "low", "moderate", "high")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdict on one outcome rests on.

    Parameters
    ----------
    effect, p_adjusted : Permutation, float
        Primary estimate and its p after Holm.
    power : Power
        Minimum detectable effect.
    panel, grid, study, refits : results
        Of the modules of the same names; `refits` holds leave-one-out and donut.
    placebo_p : sequence of float
        Unadjusted p-values of placebo outcomes and the placebo group.
    absent : int
        Areas without any value.
    """

    effect: Permutation
    p_adjusted: float
    power: Power
    panel: RegressionPanel
    grid: tuple[Specification, ...]
    study: EventStudy | None
    refits: tuple[Refit, ...]
    placebo_p: Sequence[float]
    absent: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Answer in words.

    Parameters
    ----------
    status : str
        "clear improvement", "clear decline", "no clear change" (an effect worth having is ruled
        out), "inconclusive" (it is not) or "not answerable".
    certainty : str
        "very low", "low", "moderate", "high" (drawn by lot only); "" when refused.
    reasons : tuple of str
        Why the certainty is what it is.
    maryland : int
        Level of the Maryland scale, 3 at best without a drawing by lot; 0 when refused.
    maryland_reason : str
        Why that level.
    change_mind : tuple of str
        What would change our mind.
    """

    status: Status
    certainty: str
    reasons: tuple[str, ...]
    maryland: int
    maryland_reason: str
    change_mind: tuple[str, ...]


def unclear(low: float, high: float, worth: float) -> Status:
    """Tell "no clear change" from "inconclusive".

    Parameters
    ----------
    low, high : float
        Interval of the effect.
    worth : float
        Smallest effect worth having, with the sign that is better.

    Returns
    -------
    str
        "inconclusive" where the interval holds the effect worth having or a larger one, or leaves
        out zero and yet was no clear change; else "no clear change".

    Examples
    --------
    >>> unclear(-4.0, 6.0, -10.0), unclear(-12.0, 6.0, -10.0), unclear(-12.0, 6.0, 10.0)
    ('no clear change', 'inconclusive', 'no clear change')
    """
    reaches = low <= worth if worth < 0 else high >= worth
    return "inconclusive" if reaches or not low <= 0 <= high else "no clear change"


def judge(design: Design, outcome: Outcome, evidence: Evidence) -> Verdict:
    """Say what the evidence on one outcome supports.

    Parameters
    ----------
    design : Design
        Protocol.
    outcome : Outcome
        Outcome and its good direction.
    evidence : Evidence
        Numbers.

    Returns
    -------
    Verdict
        A clear change needs the Holm-adjusted exact p at or below alpha and both ends of the
        regression-to-the-mean bracket on the same side of zero.

    Notes
    -----
    Certainty after GRADE with a ROBINS-I start (Schünemann et al. 2019): high, one level off
    because areas were not drawn by lot, and one for each concern found; hence moderate at best.
    Maryland scale: 3 for a comparison group before and after, 2 if earlier trends contradict it.
    """
    panel, effect = evidence.panel, evidence.effect
    both = panel.low > 0 or panel.high < 0
    clear = evidence.p_adjusted <= design.alpha and both
    least = design.worth or evidence.power.effect
    status = unclear(panel.low, panel.high, least if outcome.direction == "up" else -least)
    if clear:
        better = (effect.estimate > 0) == (outcome.direction == "up")
        status = "clear improvement" if better else "clear decline"
    concerns = _concerns(design, evidence, clear)
    level = max(0, 2 + drawn(design) - len(concerns))
    contradicted = _contradicted(evidence, design.alpha)
    return Verdict(
        status=status,
        certainty=LEVELS[level],
        reasons=(lot_words(design), *concerns),
        **scale(design, contradicted=contradicted),
        change_mind=_change_mind(design, evidence, clear),
    )


def drawn(design: Design) -> bool:
    """Whether the areas were drawn by lot."""
    return design.selection == "lot"


def lot_words(design: Design) -> str:
    """Give the reason with which certainty starts."""
    if drawn(design):
        return "The areas were drawn by lot."
    return "The protocol records no drawing by lot: moderate at best."


def scale(design: Design, *, contradicted: bool) -> dict[str, Any]:
    """Place on the Maryland scale, and why.

    Parameters
    ----------
    design : Design
        Protocol.
    contradicted : bool
        Whether the areas moved apart before the start already.

    Returns
    -------
    dict
        Fields of `Verdict`.
    """
    if drawn(design):
        return {"maryland": 5, "maryland_reason": "Areas drawn by lot, before and after."}
    said = "Treated and comparison areas before and after"
    if contradicted:
        return {"maryland": 2, "maryland_reason": f"{said}, but they did not move alike before."}
    return {"maryland": 3, "maryland_reason": f"{said}; no drawing by lot is on record."}


def _contradicted(evidence: Evidence, alpha: float) -> bool:
    study = evidence.study
    return study is not None and study.pre_periods > 0 and study.joint_p <= alpha


def _concerns(design: Design, evidence: Evidence, clear: bool) -> tuple[str, ...]:
    """Reasons that take a level of certainty each."""
    effect, panel, study = evidence.effect, evidence.panel, evidence.study
    sign = math.copysign(1, effect.estimate)
    others = [row.estimate for row in evidence.grid] + [row.estimate for row in evidence.refits]
    flips = any(other * sign < 0 for other in others if math.isfinite(other))
    reach = max(abs(effect.low), abs(effect.high))
    chosen = design.selection in ("baseline_figure", "unknown")
    silent = study is None or study.pre_periods == 0
    checks = (
        (silent, "Whether the areas moved alike before is not testable with two periods."),
        (_contradicted(evidence, design.alpha), "The areas did not move alike before the start."),
        (
            chosen and abs(panel.baseline_gap) > 0.5,
            "Treated areas stood apart before the start and may have been chosen for that.",
        ),
        (
            not clear and reach >= evidence.power.effect,
            "The interval is wide: it holds effects that would matter.",
        ),
        (clear and math.isinf(reach), "The interval has no bound on one side."),
        (flips, "The direction changes with the specification or with one ward left out."),
        (
            any(p <= design.alpha / len(evidence.placebo_p) for p in evidence.placebo_p),
            "A placebo that should not have moved did.",
        ),
        (design.inferred, "The treated areas are inferred from addresses, not from a list."),
        (evidence.absent > 0, f"{evidence.absent} areas have no values and dropped out."),
    )
    return tuple(words for holds, words in checks if holds)


def _change_mind(design: Design, evidence: Evidence, clear: bool) -> tuple[str, ...]:
    """List findings that would turn the verdict; none that the protocol records already."""
    silent = evidence.study is None or evidence.study.pre_periods == 0
    found = ["Further years in which the difference does not last."] if clear else []
    if not clear:
        units = design.called if design.by_unit else "small areas"
        found.append(f"More treated {units} or further years, which narrow the interval.")
    if silent:
        found.append("Two or more earlier years, to see whether the areas moved alike before.")
    if design.selection == "unknown" and abs(evidence.panel.baseline_gap) > 0.5:
        found.append("A record, from before the start, of why these areas were chosen.")
    return tuple(found)
