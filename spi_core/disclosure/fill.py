"""Work out, as a reader could, the counts that the panel itself does not hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spi_core.disclosure.tree import Families, Tree

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
#: With data for a smaller share of the residents a total says nothing of one part.
KNOWN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts to reason with, all of shape (areas, columns).

    Parameters
    ----------
    count : ndarray
        The true count, or a guess where it is unknown.
    unknown : ndarray of bool
        Hidden whatever its size: by the source, or because a rule could not be applied.
    absent : ndarray of bool
        No figure of its own.
    empty : ndarray of bool
        No figure of its own and none beneath it.
    linked : tuple of ndarray of bool
        For each level of the tree, the parents whose parts add up.
    """

    count: Array
    unknown: Mask
    absent: Mask
    empty: Mask
    linked: tuple[Mask, ...]


def fill_counts(count: Array, unknown: Mask, tree: Tree) -> Counts:
    """Fill totals from their parts, and lone unknown parts from their totals.

    Parameters
    ----------
    count : ndarray, shape (areas, columns)
        NaN where the panel has none.
    unknown : ndarray of bool, same shape
        Cells that stay hidden whatever their count.
    tree : Tree
        The families.

    Returns
    -------
    Counts
        Several unknown parts of one total share what is left of it equally; without any clue an
        unknown count is taken as 1, which leaves it the least room.
    """
    absent = np.isnan(count) & ~unknown
    empty = absent.copy()
    for family in tree.families:
        found = family.matrix @ (~empty).astype(float) > 0
        empty &= ~found
    filled = np.where(empty, 0.0, count)
    filled = _upwards(filled, tree)
    filled = _downwards(filled, unknown, tree)
    filled = np.where(np.isnan(filled) & unknown & ~_heads(tree)[:, None], 1.0, filled)
    filled = _upwards(filled, tree)
    filled = np.where(np.isnan(filled), np.where(unknown, 1.0, 0.0), filled)
    linked = tuple(_binding(f, tree, empty) for f in tree.families)
    return Counts(filled, unknown, absent, empty, linked)


def _heads(tree: Tree) -> Mask:
    heads = np.zeros(tree.size, bool)
    for family in tree.families:
        heads[family.heads] = True
    return heads


def _upwards(count: Array, tree: Tree) -> Array:
    count = count.copy()
    for family in tree.families:
        head = count[family.heads]
        total = (family.matrix @ count)[family.heads]
        count[family.heads] = np.where(np.isnan(head), total, head)
    return count


def _downwards(count: Array, unknown: Mask, tree: Tree) -> Array:
    count = count.copy()
    for family in reversed(tree.families):
        open_ = np.isnan(count) & unknown
        known = family.matrix @ np.nan_to_num(count)
        number = family.matrix @ open_.astype(float)
        at, p = family.members, family.parent
        left = np.maximum(count[p] - known[p], 0.0) / np.maximum(number[p], 1.0)
        count[at] = np.where(open_[at], left, count[at])
    return count


def _binding(family: Families, tree: Tree, empty: Mask) -> Mask:
    """Parents that have a figure, and parts with figures for at least half the residents."""
    held = family.matrix @ (tree.population[:, None] * ~empty)
    whole = family.matrix @ tree.population
    binds = np.zeros(empty.shape, bool)
    at = family.heads
    binds[at] = ~empty[at] & (held[at] > 0) & (held[at] >= KNOWN_SHARE * whole[at, None])
    return binds
