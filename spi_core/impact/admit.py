"""Admit outcomes to a chapter, or refuse the chapter or an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from spi_core.edition.interventions.design import Design, Outcome
from spi_core.impact.arrays import Bools, Ints
from spi_core.impact.estimate.within import smallest_p_within
from spi_core.impact.inference.sets import smallest_p
from spi_core.impact.refusal import Refusal, refuse
from spi_core.impact.sample import (
    Sample,
    UnbalancedError,
    arrange,
    carried_forward,
    copied_down,
)

CARRIED = 0.5  # share of identical values above which they count as carried forward


@dataclass(frozen=True, slots=True)
class Trial:
    """One outcome on its way through a chapter.

    Parameters
    ----------
    outcome : Outcome
        As in the protocol.
    sample : Sample or None
        Balanced units; None where there are none.
    refusals : tuple of Refusal
        Why it is not answered; empty if it is admitted.
    """

    outcome: Outcome
    sample: Sample | None
    refusals: tuple[Refusal, ...]


def design_refusals(design: Design, units: pd.DataFrame) -> tuple[float, tuple[Refusal, ...]]:
    """Refuse a chapter before any outcome is read.

    Parameters
    ----------
    design : Design
        Protocol.
    units : pandas.DataFrame
        Areas of the design with their side, from `members`.

    Returns
    -------
    tuple of float and tuple of Refusal
        Smallest attainable p, and the reasons that no outcome can lift.
    """
    treated = units["treated"].to_numpy(dtype=bool)
    ward = np.unique(units["ward_code"].to_numpy(dtype=str), return_inverse=True)[1]
    return _lacking(design, treated, ward)


def admit(design: Design, outcome: Outcome, values: pd.DataFrame, areas: pd.DataFrame) -> Trial:
    """Arrange one outcome and refuse what is no evidence.

    Parameters
    ----------
    design : Design
        Protocol.
    outcome : Outcome
        Outcome of the protocol.
    values, areas : pandas.DataFrame
        As for `arrange`.

    Returns
    -------
    Trial
        With every reason found.
    """
    try:
        sample = arrange(design, outcome.id, values, areas)
    except UnbalancedError as error:
        several = f" and {len(error.faults) - 5} more" if len(error.faults) > 5 else ""
        detail = "; ".join(str(fault) for fault in error.faults[:5]) + several
        return Trial(outcome, None, (refuse("unbalanced", detail),))
    found = list(_lacking(design, sample.treated, sample.ward)[1])
    if copied_down(sample):
        found.append(refuse("copied_down"))
    share = carried_forward(sample)
    if share >= CARRIED:
        found.append(refuse("carried_forward", f"{100 * share:.0f} % of values are identical"))
    return Trial(outcome, sample, tuple(found))


def _lacking(design: Design, treated: Bools, ward: Ints) -> tuple[float, tuple[Refusal, ...]]:
    """Smallest attainable p of some units, and the refusal for want of areas."""
    if not design.by_unit:
        floor = smallest_p_within(treated, ward)
        reason = "no_comparison" if floor == 1.0 else ""
    else:
        count = int(ward.max()) + 1
        chosen = np.unique(ward[treated]).size
        floor = smallest_p(count, chosen)
        reason = "no_comparison" if count - chosen < 2 else "one_treated_ward" * (chosen == 1)
    if not reason and floor > design.alpha:
        reason = "p_floor"
    detail = (
        ""
        if floor == 1.0
        else f"the smallest possible p is {Fraction(floor).limit_denominator(10**6)}"
    )
    return floor, (refuse(reason, detail),) if reason else ()
