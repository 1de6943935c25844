"""Lay the panel out for disclosure control: one column a period and indicator with a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.disclosure.classify import MONEY, SHOWN, UNKNOWN, Cells, classify
from spi_core.disclosure.dominance import protection
from spi_core.disclosure.fill import Counts, fill_counts
from spi_core.disclosure.record import DECISIONS
from spi_core.disclosure.ties import Link, columns_of_links
from spi_core.disclosure.tree import Tree
from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel
from spi_core.edition.rules import Rule

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Columns:
    """Everything that is decided on; arrays of shape (areas, columns), areas sorted by code.

    Parameters
    ----------
    period, indicator : ndarray of int, shape (columns,)
        Positions on the panel's axes.
    count : ndarray
        What the rule counts: events or people; NaN where there is none.
    base : ndarray
        Denominator of a proportion, infinite where the count has no ceiling.
    source, withheld : ndarray of bool
        Hidden by the source; hidden because too few events or nothing known to count.
    money : ndarray
        Protection a dominated sum needs.
    limit : ndarray, shape (columns,)
        K of ``suppress<K``, 0 without.
    """

    period: NDArray[np.intp]
    indicator: NDArray[np.intp]
    count: Array
    base: Array
    source: Mask
    withheld: Mask
    money: Array
    limit: Array

    @property
    def place(self) -> dict[tuple[int, int], int]:
        """Column of each period and indicator."""
        return _place(self.period, self.indicator)

    def classified(self, tree: Tree) -> tuple[Counts, Cells]:
        """Fill gaps a reader can fill, and find what is too small to show."""
        counts = fill_counts(self.count, self.source | self.withheld, tree)
        return counts, classify(counts, self.base, self.limit, self.money, tree)

    def small_bases(self) -> NDArray[np.intp]:
        """Columns with a denominator so small that it is a secret of its own."""
        small = (self.base > 0) & (self.base < self.limit)
        return np.flatnonzero(small.any(axis=0))

    def classified_bases(
        self, tree: Tree, at: NDArray[np.intp], hidden: Mask
    ) -> tuple[Counts, Cells]:
        """Do the same for the denominators of some columns."""
        base = np.where(np.isfinite(self.base[:, at]), self.base[:, at], np.nan)
        counts = fill_counts(base, hidden & np.isnan(base), tree)
        ceiling, none = np.full_like(base, np.inf), np.zeros_like(base)
        return counts, classify(counts, ceiling, self.limit[at], none, tree)

    def decisions(self, code: NDArray[np.int8], hidden: Mask, whole: Mask) -> NDArray[np.int8]:
        """Name what was decided on every cell, as positions in ``DECISIONS``."""
        kinds = [
            (self.source, "source"),
            (self.withheld, "withheld"),
            (code == MONEY, "dominance"),
            ((code != SHOWN) & (code != UNKNOWN), "primary"),
            (whole, "withheld"),
            (hidden, "secondary"),
        ]
        masks, names = [m for m, _ in kinds], [DECISIONS.index(n) for _, n in kinds]
        return np.select(masks, names, 0).astype(np.int8)


def columns_of(
    panel: Panel,
    framework: Framework,
    rules: Sequence[Rule],
    order: NDArray[np.intp],
    links: Sequence[Link],
    contributions: pd.DataFrame | None,
) -> Columns:
    """Pick the columns that need a decision.

    Parameters
    ----------
    panel : Panel
        The panel.
    framework : Framework
        Kinds and units.
    rules : sequence of Rule
        One an indicator.
    order : ndarray of int
        Positions of the areas in the order of their codes.
    links : sequence of Link
        Sums across tables: each table takes the strictest threshold of those tied to it.
    contributions : DataFrame or None
        Amounts behind sums of money.

    Returns
    -------
    Columns
        Indicators with a rule, and those where the source hid a cell.
    """
    active = np.array([r.counts or r.money for r in rules], bool)
    suppressed = panel.status == "suppressed"
    wanted, groups = columns_of_links(links, active | suppressed.any(axis=1))
    period, indicator = np.nonzero(wanted)

    def flat(a: NDArray[np.float64]) -> Array:
        return a[period][:, order][np.arange(period.size), :, indicator].T.astype(float)

    value, top, base = (flat(a) for a in (panel.value, panel.numerator, panel.denominator))
    kind = framework.indicators["kind"].to_numpy()[indicator]
    per = framework.indicators["per"].to_numpy(float)[indicator]
    mine = [rules[i] for i in indicator.tolist()]
    ratio = np.isin(kind, ("rate", "proportion"))
    with np.errstate(invalid="ignore"):
        implied = np.where(ratio & np.isnan(top), value * base / per, top)
    # a mean is of people: those behind it are counted, unless its rule counts events
    people = ~ratio & np.array([r.suppress is not None and r.events is None for r in mine], bool)
    people &= ~np.array([r.money for r in mine], bool)
    count = np.where(people, base, implied)
    source = suppressed[period][:, order][np.arange(period.size), :, indicator].T
    money, unmet = _money(panel, mine, (period, indicator), order, contributions)
    shown = ~source & ~np.isnan(value)
    limit = np.array([0 if r.money else r.suppress or 0 for r in mine], float)
    place = _place(period, indicator)
    for group in groups:
        at = [place[c] for c in group]
        limit[at] = limit[at].max()
    events = np.array([r.events or 0 for r in mine], float)
    counted = np.array([r.counts and not r.money for r in mine], bool)
    withheld = shown & ((counted & np.isnan(count)) | (count < events) | unmet)
    ceiling = np.where((kind == "proportion") & ~np.isnan(base), base, np.inf)
    count = np.where(source, np.nan, count)
    return Columns(period, indicator, count, ceiling, source, withheld, money * shown, limit)


def _place(period: NDArray[np.intp], indicator: NDArray[np.intp]) -> dict[tuple[int, int], int]:
    pairs = zip(period.tolist(), indicator.tolist(), strict=True)
    return {cell: column for column, cell in enumerate(pairs)}


def _money(
    panel: Panel,
    rules: Sequence[Rule],
    at: tuple[NDArray[np.intp], NDArray[np.intp]],
    order: NDArray[np.intp],
    contributions: pd.DataFrame | None,
) -> tuple[Array, Mask]:
    """Protection each sum needs, and the cells whose contributors nobody has listed."""
    need = np.zeros((order.size, len(rules)))
    unmet = np.zeros(need.shape, bool)
    if not any(r.money for r in rules):
        return need, unmet
    keys = ["indicator_id", "period", "area_code"]
    groups = {} if contributions is None else dict(list(contributions.groupby(keys)["amount"]))
    for column, rule in enumerate(rules):
        if not rule.money:
            continue
        names = panel.indicators[at[1][column]], panel.periods[at[0][column]]
        for row, area in enumerate(order):
            amounts = groups.get((*names, panel.areas[area]))
            if amounts is None:
                unmet[row, column] = True
                continue
            need[row, column] = protection(amounts, rule.dominance, rule.p_percent)
            if rule.suppress is not None and 0 < (amounts > 0).sum() < rule.suppress:
                need[row, column] = max(need[row, column], float(amounts.sum()))
    return need, unmet
