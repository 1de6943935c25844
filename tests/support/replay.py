"""Repeat the choice of what is hidden for other counts: which of them would look the same?

A reader who knows the rules and the program puts another count in place of a hidden one, evens
that out in another hidden cell so that everything published stays, and runs the choice again. If
no such world hides the same cells, the count is ruled out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from spi_core.disclosure.columns import columns_of
from spi_core.disclosure.control import Controlled, decide
from spi_core.disclosure.tree import Tree, grow_tree
from spi_core.edition.areas.geography import Geography
from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel
from spi_core.edition.rules import parse_rule

CELLS = ("value", "numerator", "denominator", "status")


@dataclass(frozen=True)
class Table:
    """One indicator in one period, to be decided on alone."""

    panel: Panel
    framework: Framework
    geography: Geography

    @cached_property
    def _tree(self) -> tuple[NDArray[np.intp], Tree]:
        order = np.argsort(np.array(self.panel.areas))
        return order, grow_tree([self.panel.areas[i] for i in order], self.geography)

    def hidden(self, counts: NDArray[np.float64] | None = None) -> NDArray[np.bool_]:
        """Which areas are hidden, were these the counts; shape (areas,)."""
        panel = self.panel
        if counts is not None:
            per = float(self.framework.indicators["per"].iloc[0])
            rates = counts * per / panel.denominator[0, :, 0]
            value = np.where(np.isnan(counts), panel.value[0, :, 0], rates)
            panel = replace(panel, numerator=counts[None, :, None], value=value[None, :, None])
        order, tree = self._tree
        rules = [parse_rule(str(self.framework.indicators["disclosure_rule"].iloc[0]))]
        columns = columns_of(panel, self.framework, rules, order, [], None)
        out = np.zeros(len(panel.areas), bool)
        out[order] = decide(columns, tree, [])[:, 0] > 0
        return out


def table_of(
    panel: Panel,
    framework: Framework,
    geography: Geography,
    period: str,
    indicator: str,
) -> Table:
    """Cut out one table."""
    p, at = panel.periods.index(period), [panel.indicators.index(indicator)]
    arrays = {name: getattr(panel, name)[[p]][:, :, at] for name in CELLS}
    return Table(
        replace(panel, periods=(period,), indicators=(indicator,), **arrays),
        replace(
            framework,
            indicators=framework.indicators.iloc[at],
            component_of=framework.component_of[at],
        ),
        geography,
    )


def ruled_out(
    panel: Panel,
    framework: Framework,
    geography: Geography,
    found: Controlled,
    rng: np.random.Generator,
    tries: int = 200,
) -> Iterator[tuple[str, str, str, int, list[int]]]:
    """Yield every cell hidden as a small count, with the small counts that were ruled out.

    Yields
    ------
    tuple
        Indicator, period, area, the true count, and the counts from 1 to K - 1 for which none of
        ``tries`` worlds hides the same cells.
    """
    log = found.log[found.log["decision"] == "primary"]
    for (indicator, period), rows in log.groupby(["indicator_id", "period"]):
        table = table_of(panel, framework, geography, period, indicator)
        limit = parse_rule(str(framework.indicators.at[indicator, "disclosure_rule"])).suppress
        pattern = table.hidden()
        was = found.panel.status[panel.periods.index(period), :, panel.indicators.index(indicator)]
        assert (pattern == (was == "suppressed")).all()  # it is decided on alone
        partners, above = _partners(table, pattern)
        for area in rows["area_code"]:
            a = panel.areas.index(area)
            true = table.panel.numerator[0, a, 0]
            if not 0 < true < limit or a not in partners:
                continue  # few outside the count, or a total: its parts are sought instead
            lost = [
                n
                for n in range(1, limit)
                if n != true
                and not _possible(table, pattern, partners[a], above, a, n, limit, rng, tries)
            ]
            yield indicator, period, area, int(true), lost


def _partners(
    table: Table, hidden: NDArray[np.bool_]
) -> tuple[dict[int, list[int]], list[list[int]]]:
    """For each hidden lowest cell those that can give way to it unseen; everyone's totals."""
    panel, parents = table.panel, table.geography.areas["parent_code"]
    where = {code: i for i, code in enumerate(panel.areas)}
    above: list[list[int]] = []
    for code in panel.areas:
        line, up = [], parents.get(code, "")
        while up in where:
            line.append(where[up])
            up = parents.get(up, "")
        above.append(line)
    there = ~np.isnan(panel.numerator[0, :, 0])
    given = there | (panel.status[0, :, 0] == "suppressed")
    heads = {h for i, line in enumerate(above) if given[i] for h in line}
    lowest = [i for i in np.flatnonzero(hidden & given) if i not in heads]

    def unseen(a: int, b: int) -> bool:
        apart = set(above[a]) ^ set(above[b])
        return all(hidden[h] or not there[h] for h in apart)

    return {a: [b for b in lowest if b != a and unseen(a, b)] for a in lowest}, above


def _possible(
    table: Table,
    pattern: NDArray[np.bool_],
    partners: list[int],
    above: list[list[int]],
    a: int,
    count: int,
    limit: int,
    rng: np.random.Generator,
    tries: int,
) -> bool:
    before = table.panel.numerator[0, :, 0]
    most = table.panel.denominator[0, :, 0]
    capped = str(table.framework.indicators["kind"].iloc[0]) == "proportion"
    free = [b for b in partners if np.isnan(before[b])]  # nobody knows it: any of them gives way
    partners = [b for b in partners if b not in free]
    small = [b for b in partners if before[b] < limit]
    large = [b for b in partners if before[b] >= limit]
    for t in range(-len(free), tries if partners else 0):
        change = {a: count - before[a]}
        if t < 0:
            pass
        elif t < len(partners):
            change[partners[t]] = -change[a]
        elif t < 2 * len(partners):  # all others as small as they may be, but for one
            last = partners[t - len(partners)]
            least = {b: (1 if b in small else limit) - before[b] for b in partners if b != last}
            change |= least | {last: -change[a] - sum(least.values())}
        elif t % 2:  # one at a time, each from any other cell
            for _ in range(abs(int(change[a]))):
                b = int(rng.choice(partners))
                change[b] = change.get(b, 0) - np.sign(change[a])
        else:  # other small counts anew, and one cell that makes up for all
            for b in small:
                if rng.random() < 0.7:
                    change[b] = rng.integers(1, limit) - before[b]
            for b in large:
                if rng.random() < 0.3:
                    change[b] = rng.integers(limit, 3 * limit) - before[b]
            last = int(rng.choice(large or small))
            change[last] = -sum(d for b, d in change.items() if b != last)
        counts = before.copy()
        for b, d in change.items():
            counts[[b, *above[b]]] += d
        wrong = (counts < 0) | (capped & (counts > most))
        if not wrong.any() and (table.hidden(counts) == pattern).all():
            return True
    return False
