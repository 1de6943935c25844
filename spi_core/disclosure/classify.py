"""Find the counts too small to show, and say what a reader may and must not learn of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spi_core.disclosure.fill import Counts
from spi_core.disclosure.tree import Tree

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
#: Why a cell is hidden in the first place: few in the count, few outside it, both, its source or
#: an unmet rule, one contributor too large.
SHOWN, LOW, HIGH, BOTH, UNKNOWN, MONEY = range(6)


@dataclass(frozen=True, slots=True)
class Cells:
    """What is hidden first, and the room every count has or would have if hidden.

    All arrays have shape (areas, columns); slack is distance from the true count.

    Parameters
    ----------
    code : ndarray of int
        :data:`SHOWN` or why the cell is hidden.
    up, down : ndarray
        Slack if the cell is hidden, against a reader who knows the reason.
    loose_up, loose_down : ndarray
        The same against a reader who does not know the reason.
    need_up, need_down : ndarray
        Slack that must remain; 0 where nothing is asked.
    """

    code: NDArray[np.int8]
    up: Array
    down: Array
    loose_up: Array
    loose_down: Array
    need_up: Array
    need_down: Array


def classify(counts: Counts, base: Array, limit: Array, money: Array, tree: Tree) -> Cells:
    """Apply the threshold to every count.

    Parameters
    ----------
    counts : Counts
        Counts of every cell.
    base : ndarray, shape (areas, columns)
        What the count cannot exceed: the denominator of a proportion, infinite for a rate.
    limit : ndarray, shape (columns,)
        The K of ``suppress<K``; 0 where only cells hidden at the source need protection.
    money : ndarray, shape (areas, columns)
        How far a dominated sum must be able to move; 0 where no rule of dominance applies.
    tree : Tree
        The families.

    Returns
    -------
    Cells
        Of what lies in a hidden small total everything is hidden, zeros too: it could only be
        small itself, and a shown zero would bound the others.
    """
    n, k = counts.count, np.where(limit > 0, limit, SOURCE_LIMIT)
    base = np.maximum(base, n)
    code = _codes(counts, base, limit)
    code[(money > 0) & (code == SHOWN)] = MONEY
    under = _cascade(code, counts, tree)
    low, high = _bounds(code, n, base, k, under)
    want_low, want_high = _wanted(code, n, base, k)
    need_up, need_down = np.maximum(want_high - n, 0.0), np.maximum(n - want_low, 0.0)
    plain = _obvious(code, counts, tree, k)
    asked = (code != SHOWN) & ~counts.absent & ~plain
    need_up, need_down = need_up * asked, need_down * asked
    is_money = code == MONEY
    need_up = np.where(is_money, money, need_up)
    need_down = np.where(is_money, np.minimum(money, n), need_down)
    free = counts.absent & ~counts.empty
    up = np.where(free, np.inf, np.maximum(high - n, 0.0))
    down = np.where(free, np.inf, np.maximum(n - low, 0.0))
    loose_down = np.maximum(n - np.minimum(1.0, n), 0.0)
    return Cells(code, up, down, np.maximum(base - n, 0.0), loose_down, need_up, need_down)


#: Cells that a source has hidden without saying how small they are.
SOURCE_LIMIT = 5


def _codes(counts: Counts, base: Array, limit: Array) -> NDArray[np.int8]:
    n, k = counts.count, limit
    capped = np.isfinite(base)
    few = (n > 0) & (n < k)
    rest = capped & (base - n < k) & (k > 0)
    tiny = capped & (base <= 2 * k - 2) & ((n > 0) | (base < k))
    code = np.select([tiny, few, rest], [BOTH, LOW, HIGH], SHOWN).astype(np.int8)
    code[counts.absent] = SHOWN
    code[counts.unknown] = UNKNOWN
    return code


def _cascade(code: NDArray[np.int8], counts: Counts, tree: Tree) -> Mask:
    """Hide all parts of a small total, in place; the result marks them."""
    under, why = np.zeros(code.shape, bool), code.copy()
    for family, binds in zip(reversed(tree.families), reversed(counts.linked), strict=True):
        at, p = family.members, family.parent
        small = np.isin(why[p], (LOW, HIGH, BOTH)) & binds[p]
        under[at] |= small & ~counts.empty[at] & ~counts.absent[at]
        # on to its own parts, through what the source hid or never gave
        why[at] = np.where(small, why[p], why[at])
    code[:] = np.where(under & (code != UNKNOWN), why, code)
    return under


def _bounds(
    code: NDArray[np.int8], n: Array, base: Array, k: Array, under: Mask
) -> tuple[Array, Array]:
    """Give the least and the largest count a reader who knows the reason thinks possible."""
    few = np.minimum(k - 1, base)
    least = np.where(under | (n <= 0), 0.0, 1.0)
    rest = np.maximum(base - k + 1, 0.0)
    at = [code == LOW, code == HIGH, code == BOTH, (code == UNKNOWN) | (code == MONEY)]
    low = np.select(at, [least, rest, np.where(base < k, 0.0, least), np.zeros_like(n)], k + 0 * n)
    high = np.select(at, [few, base, base, base], np.maximum(base - k, 0.0))
    return np.minimum(low, n), np.maximum(high, n)


def _wanted(code: NDArray[np.int8], n: Array, base: Array, k: Array) -> tuple[Array, Array]:
    """Give the counts between which a reader must not be able to decide."""
    few = np.minimum(k - 1, base)
    on_rest = (code == HIGH) | ((code == BOTH) & (n >= k))
    with np.errstate(invalid="ignore"):  # a rate has no rest: infinite bases are not chosen
        low = np.where(on_rest, np.maximum(base - few, 0.0), 1.0)
    high = np.where(on_rest, base - 1, few)
    return low, high


def _obvious(code: NDArray[np.int8], counts: Counts, tree: Tree, k: Array) -> Mask:
    """Totals hidden at the source whose shown parts alone reach the threshold: no secret."""
    shown = np.where(code == SHOWN, counts.count, 0.0)
    plain = np.zeros(code.shape, bool)
    for family in tree.families:
        plain |= (code == UNKNOWN) & (family.matrix @ shown >= k)
    return plain
