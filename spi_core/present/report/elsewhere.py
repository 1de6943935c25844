"""Where the whole stands beside the reference: the report's headline and its details."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from spi_core.present.base.marks import marked
from spi_core.present.base.numbers import number
from spi_core.present.base.words import and_list, small
from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.present.report.data import BoroughReport


def elsewhere(r: BoroughReport) -> str:
    """Give the score of an area with the reference's average figures; empty without one."""
    if math.isnan(r.reference_score):
        return ""
    return f", {r.place}’s average {r.unit.one} {number(r.reference_score, 0)}"


def behind_words(r: BoroughReport) -> str:
    """Say on how many figures the whole does worse than the reference; empty without one."""
    known = r.indicators["gap"].dropna()
    if known.empty or not r.place:
        return ""
    worse = int((known < 0).sum())
    of = f"{len(known)} figures" if len(known) == len(r.indicators) else f"the {len(known)} figures"
    return f"On {worse} of {of} {r.name} does worse than {r.place}’s average {r.unit.one}."


def reference_finding(r: BoroughReport) -> str:
    """Say on how many figures the whole does better, and where it lies furthest apart."""
    known = r.indicators.dropna(subset="gap").sort_values("gap")
    if known.empty or not r.place:
        return ""
    behind, ahead = known[known["gap"] < 0], known[known["gap"] > 0]
    text = (
        f"**Against {r.place}.** On {len(ahead)} of {_of_known(r, len(known))} the {r.whole.one} "
    )
    text += f"does better than {r.place}’s average {r.unit.one}."
    ends = [
        f"furthest {word} on {_facts(rows)}"
        for word, rows in (("behind", behind.head(3)), ("ahead", ahead.tail(2)[::-1]))
        if len(rows)
    ]
    return f"{text} It is {', and '.join(ends)}." if ends else text


def _of_known(r: BoroughReport, known: int) -> str:
    """Say of how many indicators; fewer than all are those with a figure for the reference."""
    if known == len(r.indicators):
        return f"{known} indicators"
    return f"the {known} indicators with a figure for {r.place}"


def _facts(rows: pd.DataFrame) -> str:
    """Each indicator with the whole's figure and the reference's."""
    return and_list(
        [
            f"{small(r.name)} ({marked(short(r.now, r.unit), r.illustrative_now)} against "
            f"{short(r.london_now, r.unit)})"
            for r in records(rows)
        ]
    )


def short(value: float, unit: str) -> str:
    """Write a figure without its unit, but for a percentage.

    Examples
    --------
    >>> short(23.21, "% of registered electors"), short(6.53, "ratio (years of income)")
    ('23.2%', '6.5')
    >>> short(float("nan"), "% of homes")
    '–'
    """
    percent = unit.startswith("%") and math.isfinite(value)
    return f"{number(value)}%" if percent else number(value)
