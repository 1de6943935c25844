"""Protect counts that are tied across tables: a total and its parts, years and their pool.

Sums over areas and over indicators form loops, where slack cannot be carried from cell to cell: a
linear program pushes each hidden count to both ends of its range and hides what it had to move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from spi_core.disclosure.classify import BOTH, LOW, SHOWN, Cells
from spi_core.disclosure.fill import Counts
from spi_core.disclosure.tree import Tree
from spi_core.edition.rules import DENOMINATOR

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Cell = tuple[int, int]
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Link:
    """One sum across tables, holding in every area.

    Parameters
    ----------
    total : tuple of int or None
        Period and indicator of the total; None where it is a published constant.
    parts : tuple of tuple of int
        Periods and indicators of the parts.
    names : tuple of tuple of str
        Indicator and period of every table, as ``cells`` lists them: what order goes by.
    """

    total: Cell | None
    parts: tuple[Cell, ...]
    names: tuple[tuple[str, str], ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All tables that the link names."""
        return (*self.parts, *([self.total] if self.total is not None else []))


def make_links(
    settings: Mapping[str, Any], periods: Sequence[str], indicators: Sequence[str]
) -> list[Link]:
    """Read ``disclosure.relations`` and ``disclosure.pooled`` of ``edition.yml``.

    Parameters
    ----------
    settings : mapping
        The edition's settings.
    periods, indicators : sequence of str
        Axes of the panel.

    Returns
    -------
    list of Link
        Relations in every period, pools for every indicator.
    """
    setting = settings.get("disclosure", "none")
    if setting == "none":
        return []
    when = {name: p for p, name in enumerate(periods)}
    what = {name: i for i, name in enumerate(indicators)}
    links = []
    for relation in setting.get("relations", []):
        total = relation["total"]
        for p, period in enumerate(periods):
            head = None if total == DENOMINATOR else (p, what[total])
            parts = tuple((p, what[n]) for n in relation["parts"])
            used = [*relation["parts"], *([total] if head else [])]
            links.append(Link(head, parts, tuple((n, period) for n in used)))
    for pool in setting.get("pooled", []):
        for i, name in enumerate(indicators):
            parts = tuple((when[n], i) for n in pool["parts"])
            used = [*pool["parts"], pool["total"]]
            links.append(Link((when[pool["total"]], i), parts, tuple((name, n) for n in used)))
    return sorted(links, key=lambda link: link.names)


def groups_of(links: Sequence[Link]) -> list[tuple[list[Link], list[Cell]]]:
    """Join links that share a table.

    Parameters
    ----------
    links : sequence of Link
        All links.

    Returns
    -------
    list of tuple
        Links of each group, and its tables, in the order of their names.
    """
    groups: list[tuple[list[Link], set[Cell]]] = []
    for link in links:
        mine, cells = [link], set(link.cells)
        apart = []
        for other in groups:
            if other[1] & cells:
                mine, cells = other[0] + mine, other[1] | cells
            else:
                apart.append(other)
        groups = [*apart, (mine, cells)]
    name = {c: n for link in links for c, n in zip(link.cells, link.names, strict=True)}
    return [
        (sorted(group, key=lambda link: link.names), sorted(cells, key=name.__getitem__))
        for group, cells in groups
    ]


def columns_of_links(links: Sequence[Link], active: Mask) -> tuple[Mask, list[list[Cell]]]:
    """Find the tables that must be decided together.

    Parameters
    ----------
    links : sequence of Link
        All links.
    active : ndarray of bool, shape (periods, indicators)
        Tables with something to hide.

    Returns
    -------
    tuple of ndarray of bool and list
        Active tables and all that are tied to one; the tables of each such group.
    """
    wanted, groups = active.copy(), []
    for _, cells in groups_of(links):
        if any(active[c] for c in cells):
            groups.append(cells)
            for c in cells:
                wanted[c] = True
    return wanted, groups


def cascade_links(
    links: Sequence[Link], column: Mapping[Cell, int], cells: Cells, counts: Counts, limit: Array
) -> Cells:
    """Hide the parts of a small total, zeros too, as :func:`classify` does within areas.

    Parameters
    ----------
    links : sequence of Link
        The sums.
    column : mapping
        Column of each table.
    cells, counts : Cells, Counts
        As classified table by table.
    limit : ndarray, shape (columns,)
        Threshold of each column.

    Returns
    -------
    Cells
        A copy with more cells hidden first.
    """
    new = Cells(*(getattr(cells, n).copy() for n in Cells.__slots__))
    sums = [link for link in links if link.total is not None and link.total in column]
    done = {link: np.zeros(cells.code.shape[0], bool) for link in sums}
    while True:  # a part may be the total of another sum
        before = sum(d.sum() for d in done.values())
        for link in sums:
            done[link] |= _cascade(link, column, new, counts, limit, done[link])
        if sum(d.sum() for d in done.values()) == before:
            return new


def _cascade(
    link: Link,
    column: Mapping[Cell, int],
    new: Cells,
    counts: Counts,
    limit: Array,
    done: Mask,
) -> Mask:
    assert link.total is not None
    t = column[link.total]
    small = np.isin(new.code[:, t], (LOW, BOTH)) & ~counts.absent[:, t]
    for c in link.parts:
        j = column[c]
        at = small & ~done & ~counts.absent[:, j] & ~counts.empty[:, j]
        n = counts.count[:, j]
        few = np.maximum(np.minimum(limit[t] - 1, n + new.loose_up[:, j]), n)
        new.code[at & (new.code[:, j] == SHOWN), j] = LOW
        new.up[at, j], new.down[at, j] = (few - n)[at], n[at]
        new.need_up[at, j] = (few - n)[at]
        new.need_down[at, j] = np.maximum(n - 1, 0.0)[at]
    return np.asarray(small)


def protect_links(
    links: Sequence[Link],
    column: Mapping[Cell, int],
    cells: Cells,
    counts: Counts,
    tree: Tree,
    hidden: Mask,
) -> tuple[Mask, Mask]:
    """Hide what the sums across tables would give away.

    Parameters
    ----------
    links : sequence of Link
        The sums.
    column : mapping
        Column of each table.
    cells, counts, tree
        As in :func:`spi_core.disclosure.protect.protect`.
    hidden : ndarray of bool, shape (areas, columns)
        Hidden so far.

    Returns
    -------
    tuple of ndarray of bool
        What must be hidden; columns that cannot be protected cell by cell.
    """
    hidden, failed = hidden.copy(), np.zeros(hidden.shape[1], bool)
    for group, tables in groups_of(links):
        if not all(c in column for c in tables):
            continue
        at = np.array([column[c] for c in tables], np.intp)
        place = {c: k for k, c in enumerate(tables)}
        matrix = _equations(group, place, counts, at, tree)
        found = _push(matrix, cells, counts, at, hidden)
        if found is None:
            failed[at] = True
        else:
            hidden[:, at] = found
    return hidden, failed


def _equations(
    group: Sequence[Link],
    place: Mapping[Cell, int],
    counts: Counts,
    at: NDArray[np.intp],
    tree: Tree,
) -> sp.csr_array:
    """Write the sums over areas in every table, then over tables in every area."""
    rows = []
    size, number = tree.size, len(at)
    for family, linked in zip(tree.families, counts.linked, strict=True):
        heads = sp.csr_array((np.ones(size), (np.arange(size), np.arange(size))))
        sums = family.matrix - heads
        for k, c in enumerate(at):
            binds = np.flatnonzero(linked[:, c])
            blocks: list[Any] = [None] * k + [sums[binds]] + [None] * (number - k - 1)
            rows.append(_wide(blocks, size, binds.size))
    for link in group:
        there = ~np.any([counts.absent[:, at[place[c]]] for c in link.cells], axis=0)
        there &= ~np.any([counts.empty[:, at[place[c]]] for c in link.cells], axis=0)
        binds = np.flatnonzero(there)
        pick = sp.csr_array(
            (np.ones(binds.size), (np.arange(binds.size), binds)), shape=(binds.size, size)
        )
        blocks = [None] * number
        for c in link.parts:
            blocks[place[c]] = pick
        if link.total is not None:
            blocks[place[link.total]] = -pick
        rows.append(_wide(blocks, size, binds.size))
    return sp.csr_array(sp.vstack(rows))


def _wide(blocks: Sequence[Any], size: int, height: int) -> sp.csr_array:
    empty = sp.csr_array((height, size))
    return sp.csr_array(sp.hstack([empty if b is None else b for b in blocks]))


def _push(
    matrix: sp.csr_array, cells: Cells, counts: Counts, at: NDArray[np.intp], hidden: Mask
) -> Mask | None:
    """Push every hidden count to its ends, hiding what has to give way."""

    def line(a: NDArray[Any]) -> NDArray[Any]:
        return a[:, at].T.ravel()

    out, count = line(hidden).copy(), line(counts.count)
    absent = line(counts.absent)
    free = absent & ~line(counts.empty)
    usable = ~absent & (count > 0)
    tight = line(cells.up), line(cells.down)
    wide = np.maximum(tight[0], line(cells.loose_up)), np.maximum(tight[1], line(cells.loose_down))
    first = line(cells.code) != SHOWN
    loose = np.where(first, tight[0], wide[0]), np.where(first, tight[1], wide[1])
    needs = line(cells.need_up) * first, line(cells.need_down) * first
    for rows, at_once in _apart(matrix, (needs[0] > TOLERANCE) | (needs[1] > TOLERANCE)):
        part = matrix[rows][:, at_once]
        rooms = [(r[0][at_once], r[1][at_once]) for r in (tight, loose, wide)]
        asked = [(int(t), s) for s in (0, 1) for t in np.flatnonzero(needs[s][at_once] > TOLERANCE)]
        for t, sign in asked:
            target = t, sign, float(needs[sign][at_once[t]])
            here = (out | free)[at_once]
            cost = np.where(here, 0.0, 1.0 + count[at_once])
            may = here | usable[at_once]
            tries = (_least(part, may, room, cost, target) for room in rooms)
            moved = next((m for m in tries if m is not None), None)
            if moved is None:
                return None
            out[at_once[moved & ~absent[at_once]]] = True
    return np.asarray(out.reshape(len(at), -1).T)


def _apart(matrix: sp.csr_array, wanted: Mask) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Split into sets of sums that share no count; those with a wanted one, as rows and columns."""
    m, n = matrix.shape
    graph = sp.block_array([[None, abs(matrix)], [sp.csr_array((n, m)), None]])
    label = connected_components(graph, directed=False)[1]
    found = np.unique(label[m:][wanted])
    return [(np.flatnonzero(label[:m] == k), np.flatnonzero(label[m:] == k)) for k in found]


def _least(
    sums: sp.csr_array,
    may: Mask,
    room: tuple[Array, Array],
    cost: Array,
    target: tuple[int, int, float],
) -> Mask | None:
    """Move one count by the amount asked at least cost; None if no table fits."""
    t, sign, amount = target
    n = may.size
    upper = np.concatenate([np.where(may, room[0], 0.0), np.where(may, room[1], 0.0)])
    lower = np.zeros(2 * n)
    upper[[t, t + n]] = 0.0
    lower[t + sign * n] = upper[t + sign * n] = amount
    both = sp.csc_array(sp.hstack([sums, -sums]))
    result = linprog(
        np.concatenate([cost, cost]),
        A_eq=both,
        b_eq=np.zeros(both.shape[0]),
        bounds=np.column_stack([lower, upper]),
        method="highs",
    )
    if result.status != 0:
        return None
    moved = np.abs(result.x[:n] - result.x[n:]) > TOLERANCE
    return np.asarray(moved)
