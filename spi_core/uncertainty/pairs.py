"""Which indicators may be compared between two periods of an edition, and why others may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.edition.panel import Panel
from spi_core.edition.settings import every_period
from spi_core.method.change import (
    BROKEN,
    CLOSER,
    LONGER,
    NOT_COLLECTED,
    STEP,
    YEAR,
    Array,
    Mask,
    grouped,
    spanned,
)
from spi_core.tables import records
from spi_core.text.words import NO_NEWER

#: Years between two figures whose change is one over a year, unless the edition says otherwise.
CHANGE_YEARS = (0.75, 1.25)
#: Years from which a window is one of several years.
ROLLING = 1.5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two periods, and what of each indicator may be said between them.

    Parameters
    ----------
    first, last : str
        The periods.
    group : ndarray of str (indicators,)
        ``in step``, ``further apart``, ``closer``, ``broken`` or ``not collected``.
    years : ndarray (indicators,)
        Between the two figures.
    when : ndarray (2, indicators)
        The years that the middles of the two windows lie in; NaN without dates.
    rolling : ndarray of bool (indicators,)
        Whether a window is one of several years.
    reason : ndarray of str (indicators,)
        Why it counts in no change of scores; empty where it may.
    """

    first: str
    last: str
    group: NDArray[np.str_]
    years: Array
    when: Array
    rolling: Mask
    reason: NDArray[np.str_]

    @property
    def compared(self) -> Mask:
        """Whether an indicator has a change of its own."""
        return ~np.isin(self.group, [BROKEN, NOT_COLLECTED])

    @property
    def counts(self) -> Mask:
        """Whether it may count in a change of scores."""
        return np.asarray(self.group == STEP)


def pair_of(
    panel: Panel, breaks: pd.DataFrame, settings: Mapping[str, Any], first: str, last: str
) -> Pair:
    """Say which indicators count in the change from one period to another.

    Parameters
    ----------
    panel : Panel
        Whose dates and indicators they are; it may be cut to some periods.
    breaks : DataFrame
        ``breaks.csv``; empty without one.
    settings : mapping
        ``edition.yml``: its periods in order, and ``index.change_years``.
    first, last : str
        The periods; the same one twice where an edition has one: then nothing is left out.

    Returns
    -------
    Pair
        Indicators as in the panel.
    """
    periods, n = every_period(settings), len(panel.indicators)
    if first == last:
        blank = np.full(n, "", dtype="U1")
        no = np.zeros(n)
        return Pair(first, last, np.full(n, STEP), no, np.zeros((2, n)), no.astype(bool), blank)
    broken = broken_between(breaks, periods, panel.indicators, first, last)
    axes = pd.MultiIndex.from_product([[first, last], panel.indicators])
    dates = panel.dates.set_index(["period", "indicator_id"])[["start", "end"]].reindex(axes)
    start, end = (
        ((pd.to_datetime(dates[c]) - pd.Timestamp(0)) / pd.Timedelta(days=1))
        .to_numpy(float)
        .reshape(2, n)
        for c in ("start", "end")
    )
    least, most = settings["index"].get("change_years", CHANGE_YEARS)
    years, group = grouped(start, end, broken, least, most)
    rolling = ((end - start + 1) > ROLLING * YEAR).any(axis=0)
    middle = pd.to_datetime(((start + end) / 2).ravel(), unit="D")
    when = np.asarray(middle.year, dtype=np.float64).reshape(2, n)
    why = _why(breaks, periods, first, last)
    reason = [
        why[i]
        if g == BROKEN
        else f"{g}: {a:.0f} to {b:.0f}"
        if g in (LONGER, CLOSER)
        else (NO_NEWER if y == 0 else "no figures in one of the periods")
        if g == NOT_COLLECTED
        else ""
        for i, g, y, a, b in zip(panel.indicators, group, years, *when, strict=True)
    ]
    return Pair(first, last, group, years, when, np.asarray(rolling), np.array(reason, str))


def broken_between(
    breaks: pd.DataFrame, periods: Sequence[str], indicators: Sequence[str], first: str, last: str
) -> Mask:
    """Find the indicators that a break parts two periods of; shape (indicators,)."""
    names = (("indicator_id", indicators), ("from_period", periods), ("to_period", periods))
    at = [pd.Index(list(a)).get_indexer(pd.Index(breaks[c])) for c, a in names if len(breaks)]
    ends = (periods.index(first), periods.index(last))
    return spanned(np.array(at, np.intp).T, *ends, len(indicators))


def _why(breaks: pd.DataFrame, periods: Sequence[str], first: str, last: str) -> dict[str, str]:
    """Give the reasons of every broken indicator."""
    place = {p: i for i, p in enumerate(periods)}
    ends = sorted((place[first], place[last]))
    said: dict[str, list[str]] = {}
    for r in records(breaks):
        if ends[0] <= place[r.from_period] and place[r.to_period] <= ends[1]:
            said.setdefault(r.indicator_id, []).append(r.reason)
    return {i: "; ".join(reasons) for i, reasons in said.items()}
