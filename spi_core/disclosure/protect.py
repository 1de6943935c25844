"""Hide further counts until no hidden one follows from the totals: secondary suppression.

In rounds: find the families that leave a hidden count too little room, hide in each the part with
most residents, else the total; look again. Slack is exact (see ``tree``), so what remains is
proof, not hope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spi_core.disclosure.classify import BOTH, HIGH, LOW, SHOWN, UNKNOWN, Cells
from spi_core.disclosure.fill import Counts
from spi_core.disclosure.tree import Families, Inside, Tree, slack_inside, slack_outside

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
TOLERANCE = 1e-4
#: Each round hides or asks for something new; more rounds than this never were needed.
ROUNDS = 500


@dataclass(frozen=True, slots=True)
class Protected:
    """What must be hidden.

    Parameters
    ----------
    hidden : ndarray of bool, shape (areas, columns)
        First and further cells.
    failed : ndarray of bool, shape (columns,)
        Columns that cannot be protected cell by cell.
    """

    hidden: Mask
    failed: Mask


@dataclass(slots=True)
class _State:
    """What one set of columns looks like between two rounds."""

    cells: Cells
    counts: Counts
    tree: Tree
    linked: list[Mask]
    most: Array
    hidden: Mask
    up: Array
    down: Array
    need_up: Array
    need_down: Array
    want_up: Array
    want_down: Array
    spare: Array

    def free(self) -> Mask:
        return self.hidden | (self.counts.absent & ~self.counts.empty)

    def own(self) -> tuple[Array, Array]:
        free = self.free()
        up = np.where(free, np.minimum(self.up, self.most), 0.0)
        return up, np.where(free, np.minimum(self.down, self.most), 0.0)


@dataclass(slots=True)
class _Room:
    """Slack in both directions, given what is hidden now."""

    own: tuple[Array, Array]
    inside: tuple[Inside, Inside]
    outside: tuple[Array, Array]
    left: tuple[tuple[Array, ...], tuple[Array, ...]]


def protect(cells: Cells, counts: Counts, tree: Tree, hidden: Mask | None = None) -> Protected:
    """Choose what else to hide.

    Parameters
    ----------
    cells : Cells
        What is hidden first, and the room it needs.
    counts : Counts
        The counts.
    tree : Tree
        The families; areas in the order of their codes, which settles ties.
    hidden : ndarray of bool, shape (areas, columns), optional
        Cells hidden for another reason, which help.

    Returns
    -------
    Protected
        With it every hidden cell keeps the slack it needs.

    Notes
    -----
    Greedy: not always the fewest cells, but always enough. Most residents first, then by area code:
    an order by the counts themselves could be repeated for each possible count, and would rule
    some out. For the same reason the others must leave a count one more than it needs. With K the
    threshold, p small counts in a family and r further ones hidden, it asks that all hidden add up
    to T_r >= (r + 1)K + p - 1. Whatever a small count is, the others may be 1 and K: then
    T_j <= K - 1 + p - 1 + jK for every j < r, so the same r cells were tried and not enough, and
    the last of them is T_r less the rest, K + 1 at least, so they are enough.
    """
    first = cells.code != SHOWN
    given = first if hidden is None else first | hidden
    out, failed = given.copy(), np.zeros(given.shape[1], bool)
    todo = np.flatnonzero((cells.need_up + cells.need_down > TOLERANCE).any(axis=0))
    state = _start(cells, counts, tree, given, todo)
    for _ in range(ROUNDS):
        if not todo.size:
            break
        room = _room(state)
        short = _short(state, room)
        open_ = (short[0] > TOLERANCE).any(axis=0) | (short[1] > TOLERANCE).any(axis=0)
        out[:, todo[~open_]] = state.hidden[:, ~open_]
        keep = np.flatnonzero(open_)
        todo, state, room = todo[keep], _take(state, keep), _take_room(room, keep)
        moved = _round(state, room)
        moved |= _spare_no_more(state, (short[0] + short[1])[:, keep] * ~moved)
        stuck = np.flatnonzero(~moved)
        failed[todo[stuck]] = True
        todo, state = todo[moved], _take(state, np.flatnonzero(moved))
    failed[todo] = True
    return Protected(out, failed)


def _start(cells: Cells, counts: Counts, tree: Tree, hidden: Mask, at: NDArray[np.intp]) -> _State:
    cells, counts = _columns(cells, counts, at)
    linked = counts.linked
    most = 10.0 * (1.0 + counts.count.max(axis=0, initial=0.0))
    zeros = np.zeros_like(cells.up)
    up, down = np.minimum(cells.up, most), np.minimum(cells.down, most)
    needs = cells.need_up.copy(), cells.need_down.copy()
    binds = _reliable(cells, tree, linked, most)
    state = _State(
        *(cells, counts, tree, binds, most, hidden[:, at].copy(), up, down),
        *(*needs, zeros, zeros.copy()),
        np.where(np.isin(cells.code, (LOW, HIGH, BOTH)), np.sign(needs[0] + needs[1]), 0.0),
    )
    _modest(state)
    return state


def _columns(cells: Cells, counts: Counts, at: NDArray[np.intp]) -> tuple[Cells, Counts]:
    some = Cells(*(getattr(cells, n)[:, at] for n in Cells.__slots__))
    linked = tuple(m[:, at] for m in counts.linked)
    c = counts
    return some, Counts(c.count[:, at], c.unknown[:, at], c.absent[:, at], c.empty[:, at], linked)


def _modest(s: _State) -> None:
    """Ask of a total hidden at its source no more doubt than its own hidden parts leave."""
    first = (s.cells.code != SHOWN) | (s.counts.absent & ~s.counts.empty)
    unknown = s.cells.code == UNKNOWN
    for need, said, own in (
        (s.need_up, s.cells.need_up, s.up),
        (s.need_down, s.cells.need_down, s.down),
    ):
        inside = slack_inside(np.where(first, own, 0.0), s.tree, s.linked, s.most).slack
        need[unknown] = np.minimum(need, inside)[unknown]
        said[unknown] = need[unknown]


def _reliable(cells: Cells, tree: Tree, linked: Sequence[Mask], most: Array) -> list[Mask]:
    """Drop the sums that contradict a small total's own parts: such sources do not add up."""
    first = cells.code != SHOWN
    up = np.where(first, np.minimum(cells.up, most), 0.0)
    down = np.where(first, np.minimum(cells.down, most), 0.0)
    kept = []
    for family, binds in zip(tree.families, linked, strict=True):
        short = (family.matrix @ up < cells.need_up - TOLERANCE) | (
            family.matrix @ down < cells.need_down - TOLERANCE
        )
        small = np.isin(cells.code, (LOW, HIGH, BOTH))
        kept.append(binds & ~(small & short))
    return kept


def _room(s: _State) -> _Room:
    up, down = s.own()
    in_up = slack_inside(up, s.tree, s.linked, s.most)
    in_down = slack_inside(down, s.tree, s.linked, s.most)
    out_up, left_up = slack_outside(up, s.tree, s.linked, s.most, in_up, in_down)
    out_down, left_down = slack_outside(down, s.tree, s.linked, s.most, in_down, in_up)
    return _Room((up, down), (in_up, in_down), (out_up, out_down), (left_up, left_down))


def _short(s: _State, room: _Room) -> tuple[Array, Array]:
    first = s.cells.code != SHOWN
    short = []
    for k, need in enumerate((s.cells.need_up, s.cells.need_down)):
        mine = need * first - np.minimum(room.own[k], room.inside[k].slack)
        others = need * first + s.spare - room.outside[k]
        short.append(np.maximum(np.maximum(mine, others), 0.0))
    return short[0], short[1]


def _take(s: _State, at: NDArray[np.intp]) -> _State:
    if at.size == s.most.size:
        return s
    cells, counts = _columns(s.cells, s.counts, at)
    rest = ("hidden", "up", "down", "need_up", "need_down", "want_up", "want_down", "spare")
    binds = [m[:, at] for m in s.linked]
    return _State(cells, counts, s.tree, binds, s.most[at], *(getattr(s, n)[:, at] for n in rest))


def _take_room(r: _Room, at: NDArray[np.intp]) -> _Room:
    def pair(p: tuple[Array, Array]) -> tuple[Array, Array]:
        return p[0][:, at], p[1][:, at]

    def inside(i: Inside) -> Inside:
        return Inside(i.slack[:, at], tuple(s[:, at] for s in i.sums))

    def left(arrays: tuple[Array, ...]) -> tuple[Array, ...]:
        return tuple(a[:, at] for a in arrays)

    both = inside(r.inside[0]), inside(r.inside[1])
    return _Room(pair(r.own), both, pair(r.outside), (left(r.left[0]), left(r.left[1])))


def _spare_no_more(s: _State, short: Array) -> Mask:
    """Where a total's own bounds leave nothing to spare, ask for what is needed alone."""
    vain = (short > TOLERANCE) & (s.spare > 0)
    s.spare[vain] = 0.0
    return np.asarray(vain.any(axis=0))


def _round(s: _State, room: _Room) -> Mask:
    """Hide or ask once in every family that falls short; say which columns moved."""
    moved = np.zeros(s.most.size, bool)
    if not moved.size:
        return moved
    free = s.free()
    lacks = [np.maximum(s.need_up + s.spare - room.outside[0], 0.0) * free]
    lacks.append(np.maximum(s.need_down + s.spare - room.outside[1], 0.0) * free)
    for j, family in enumerate(s.tree.families):
        moved |= _mend(s, room, j, family, lacks)
    return moved


def _mend(s: _State, room: _Room, j: int, family: Families, lacks: Sequence[Array]) -> Mask:
    at, heads, binds = family.members, family.heads, s.linked[j][family.heads]

    def most_of(a: Array) -> Array:
        return np.maximum.reduceat(a[at], family.starts, axis=0) * binds

    # slack upwards of one part comes from its siblings' slack downwards, and the reverse
    rise, fall = most_of(lacks[0]), most_of(lacks[1])
    asked_up = np.maximum(s.want_up - room.inside[0].sums[j], 0.0)[heads] * binds
    asked_down = np.maximum(s.want_down - room.inside[1].sums[j], 0.0)[heads] * binds
    waiting = most_of(
        (
            (s.want_up > room.inside[0].slack + TOLERANCE)
            | (s.want_down > room.inside[1].slack + TOLERANCE)
        ).astype(float)
    )
    rise, fall = rise * (waiting == 0), fall * (waiting == 0)
    demand = np.maximum(fall, asked_up), np.maximum(rise, asked_down)
    chosen, served = _choose(s, family, demand)
    moved = np.zeros(s.most.size, bool)
    row, column, group = chosen
    s.hidden[row, column] = True
    moved[column] = True
    for want, d, room_own in zip((s.want_up, s.want_down), demand, (s.up, s.down), strict=True):
        want[row, column] = np.minimum(d[group, column], room_own[row, column])
    moved |= _give_up(s, room, j, heads, (asked_up, asked_down), served)
    moved |= _escalate(s, room, j, heads, (rise, fall), served)
    return moved


def _choose(
    s: _State, family: Families, demand: tuple[Array, Array]
) -> tuple[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]], Mask]:
    """Pick at most one part in each family: that with most residents, whatever its count."""
    at = family.members
    group = np.searchsorted(family.heads, family.parent)
    dem_up, dem_down = demand
    open_ = (dem_up > TOLERANCE) | (dem_down > TOLERANCE)
    usable = open_[group] & ~s.hidden[at] & ~s.counts.absent[at] & (s.counts.count[at] > 0)
    i, column = np.nonzero(usable)
    row, g = at[i], group[i]
    order = np.lexsort((row, -s.tree.population[row], g, column))
    place = (column * len(family.heads) + g)[order]
    first = order[np.r_[True, place[1:] != place[:-1]]] if order.size else order
    served = np.zeros(open_.shape, bool)
    served[g[first], column[first]] = True
    return (row[first], column[first], g[first]), served


def _give_up(
    s: _State,
    room: _Room,
    j: int,
    heads: NDArray[np.intp],
    asked: tuple[Array, Array],
    served: Mask,
) -> Mask:
    """Ask no more of a total's parts than they can give."""
    over = ((asked[0] > TOLERANCE) | (asked[1] > TOLERANCE)) & ~served
    for want, inside in ((s.want_up, room.inside[0]), (s.want_down, room.inside[1])):
        less = np.minimum(want[heads], inside.sums[j][heads])
        want[heads] = np.where(over, less, want[heads])
    return np.asarray(over.any(axis=0))


def _escalate(
    s: _State,
    room: _Room,
    j: int,
    heads: NDArray[np.intp],
    lacks: tuple[Array, Array],
    served: Mask,
) -> Mask:
    """No part is left to hide: hide the total and ask its own family for the room."""
    stuck = ((lacks[0] > TOLERANCE) | (lacks[1] > TOLERANCE)) & ~served
    new = stuck & ~s.hidden[heads] & ~s.counts.absent[heads]
    s.hidden[heads] |= new
    moved = new.any(axis=0)
    loose = s.cells.loose_up, s.cells.loose_down
    for k, (need, own) in enumerate(((s.need_up, s.up), (s.need_down, s.down))):
        wish = np.where(lacks[k] > TOLERANCE, room.left[k][j][heads] + lacks[k], 0.0) * stuck
        wish = np.minimum(wish, s.most)
        wider = wish > own[heads] + TOLERANCE
        most = np.minimum(loose[k][heads], s.most)
        can = wider & (most > own[heads] + TOLERANCE)
        own[heads] = np.where(can, np.maximum(own[heads], most), own[heads])
        wish = np.minimum(wish, own[heads])
        more = wish > need[heads] + TOLERANCE
        need[heads] = np.maximum(need[heads], wish)
        moved |= (more | can).any(axis=0)
    return np.asarray(moved)
