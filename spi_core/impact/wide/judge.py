"""Judge an effect held against areas beyond the borough."""

from __future__ import annotations

import math
from collections.abc import Sequence

from spi_core.edition.interventions.design import Design, Outcome
from spi_core.impact.verdict import LEVELS, Status, Verdict, drawn, lot_words, scale, unclear
from spi_core.impact.wide.numbers import WideAnalysis


def judge_wide(
    design: Design,
    outcome: Outcome,
    found: WideAnalysis,
    p_adjusted: float,
    placebo_p: Sequence[float],
) -> Verdict:
    """Say what the evidence on one outcome supports.

    Parameters
    ----------
    design, outcome : Design, Outcome
        Protocol.
    found : WideAnalysis
        Numbers.
    p_adjusted : float
        p after Holm.
    placebo_p : sequence of float
        p-values of the placebo outcomes.

    Returns
    -------
    Verdict
        A clear change needs p at or below alpha and an interval without zero. Otherwise the
        question is inconclusive while the interval holds the smallest effect worth having, and
        only then "no clear change" when it does not. One treated area, and boroughs, never earn
        more than low certainty.
    """
    effect = found.effect
    clear = p_adjusted <= design.alpha and not effect.low <= 0 <= effect.high
    status: Status = unclear(effect.low, effect.high, found.worth)
    if clear:
        better = (effect.estimate > 0) == (outcome.direction == "up")
        status = "clear improvement" if better else "clear decline"
    if design.alongside:
        status = "inconclusive"
    alone = found.raw.treated_units == 1
    concerns = _concerns(design, found, status, placebo_p)
    level = max(0, 2 + drawn(design) - len(concerns))
    if alone and level > 1:
        level, concerns = 1, (*concerns, "One area was treated: low at most.")
    contradicted = found.joint_p <= design.alpha
    return Verdict(
        status=status,
        certainty=LEVELS[level],
        reasons=(lot_words(design), *concerns),
        **scale(design, contradicted=contradicted),
        change_mind=_change_mind(design, found, status),
    )


def _concerns(
    design: Design, found: WideAnalysis, status: Status, placebo_p: Sequence[float]
) -> tuple[str, ...]:
    """Reasons that take a level of certainty each."""
    effect = found.effect
    sign = math.copysign(1, effect.estimate)
    flips = any(row.estimate * sign < 0 for row in found.grid if math.isfinite(row.estimate))
    clear = status.startswith("clear")
    checks = (
        (found.joint_p <= design.alpha, "The areas did not move alike before the start."),
        (
            clear and not found.breakdown >= 1,
            "A break in trend no larger than the largest before would explain the result."
            if found.bounds
            else "How far trends break cannot be told: too little lies before the start.",
        ),
        (
            bool(design.alongside),
            f"The programme cannot be told from what else changed: {design.alongside}.",
        ),
        (
            status == "inconclusive" and effect.low <= 0 <= effect.high,
            "The interval holds effects that would matter.",
        ),
        (flips, "The direction changes with the way of comparing."),
        (found.overlap > 0.95, "Hardly any area elsewhere resembles the treated ones."),
        (
            any(p <= design.alpha / len(placebo_p) for p in placebo_p),
            "A placebo that should not have moved did.",
        ),
        (design.inferred, "The treated areas are inferred from addresses, not from a list."),
        (
            found.ring is not None and found.ring.p <= design.alpha,
            "The neighbours moved too: the effect may have spread, or be no effect.",
        ),
        (
            design.comparison == "boroughs",
            "One borough is held against a few others, not all of whose schemes are known.",
        ),
    )
    return tuple(words for holds, words in checks if holds)


def _change_mind(design: Design, found: WideAnalysis, status: Status) -> tuple[str, ...]:
    if status.startswith("clear"):
        return ("Further periods in which the difference does not last.",)
    words = []
    if design.alongside:
        words.append(f"Figures, for the same periods, of what else changed: {design.alongside}.")
    if found.effect.power < design.power:
        words.append(
            "Figures nearer to what the programme does: by street, and of what it set out to lower."
        )
        words.append("More places or more periods, which narrow the interval.")
    if found.raw.treated_units == 1:
        words.append("The same programme in further places.")
    if design.selection == "unknown":
        words.append("A record, from before the start, of why these areas were chosen.")
    return tuple(words) or ("The same question on another outcome.",)
