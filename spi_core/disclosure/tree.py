"""How far each count can move while larger areas stay the sums of their parts.

Every number here is a *slack*: how far a count can lie above (up) or below (down) the true one.
A published count has none. ``δ_parent = Σ δ_part`` holds whatever the counts, so a total that
does not quite equal its parts needs no special case: the reader is assumed to know the gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from spi_core.edition.areas.geography import Geography

Array = NDArray[np.float64]
#: Parts that hold a smaller share of the parent's residents say nothing of the rest.
COMPLETE = 0.8


@dataclass(frozen=True, slots=True)
class Families:
    """All families whose parts are of one level.

    Parameters
    ----------
    members : ndarray of int, shape (parts,)
        Positions of the parts, sorted by parent.
    parent : ndarray of int, shape (parts,)
        Position of each part's parent.
    starts, heads : ndarray of int, shape (families,)
        Where each family begins among the members, and its parent.
    matrix : sparse matrix, shape (areas, areas)
        Adds parts up into their parent's row.
    """

    members: NDArray[np.intp]
    parent: NDArray[np.intp]
    starts: NDArray[np.intp]
    heads: NDArray[np.intp]
    matrix: sp.csr_array


@dataclass(frozen=True, slots=True)
class Tree:
    """The nesting of areas, small levels first.

    Parameters
    ----------
    size : int
        Number of areas.
    families : tuple of Families
        One a level that has parents on the panel.
    population : ndarray, shape (areas,)
        Residents.
    """

    size: int
    families: tuple[Families, ...]
    population: Array


@dataclass(frozen=True, slots=True)
class Inside:
    """Slack that a count's own parts leave it.

    Parameters
    ----------
    slack : ndarray, shape (areas, columns)
        The least of its own and that of each family of its parts.
    sums : tuple of ndarray, same shape
        For each level the summed slack of the parts, in the parent's row; unbounded elsewhere.
    """

    slack: Array
    sums: tuple[Array, ...]


def grow_tree(areas: Sequence[str], geography: Geography) -> Tree:
    """Lay the hierarchy out for sums by level.

    Parameters
    ----------
    areas : sequence of str
        Codes in the order of the arrays.
    geography : Geography
        Parents, levels and residents.

    Returns
    -------
    Tree
        Families whose parts together hold at least four fifths of the parent's residents.
    """
    table = geography.areas.loc[list(areas)]
    where = {code: i for i, code in enumerate(areas)}
    parent = np.array([where.get(p, -1) for p in table["parent_code"]], np.intp)
    population = table["population"].to_numpy(float)
    families = []
    for level in reversed(geography.levels.rows):
        at = np.flatnonzero((table["level"] == level.id).to_numpy() & (parent >= 0))
        held = np.bincount(parent[at], population[at], minlength=len(table))
        at = at[held[parent[at]] >= COMPLETE * population[parent[at]]]
        if at.size:
            families.append(_family(at, parent[at], len(table)))
    return Tree(len(table), tuple(families), population)


def _family(at: NDArray[np.intp], parent: NDArray[np.intp], size: int) -> Families:
    order = np.lexsort((at, parent))
    at, parent = at[order], parent[order]
    heads, starts = np.unique(parent, return_index=True)
    matrix = sp.csr_array((np.ones(at.size), (parent, at)), shape=(size, size))
    return Families(at, parent, starts.astype(np.intp), heads, matrix)


def slack_inside(
    own: Array, tree: Tree, linked: Sequence[NDArray[np.bool_]], most: Array
) -> Inside:
    """Carry slack from the parts up to the totals.

    Parameters
    ----------
    own : ndarray, shape (areas, columns)
        Slack of each count by itself.
    tree : Tree
        The families.
    linked : sequence of ndarray of bool, shape (areas, columns)
        For each level, the parents whose sum binds.
    most : ndarray, shape (columns,)
        Stands for "unbounded".

    Returns
    -------
    Inside
        Exact, since every count is part of one family and head of others.
    """
    slack, sums = own.copy(), []
    for family, binds in zip(tree.families, linked, strict=True):
        total = np.where(binds, family.matrix @ slack, most)
        slack = np.minimum(slack, total)
        sums.append(total)
    return Inside(slack, tuple(sums))


def slack_outside(
    own: Array,
    tree: Tree,
    linked: Sequence[NDArray[np.bool_]],
    most: Array,
    same: Inside,
    opposite: Inside,
) -> tuple[Array, tuple[Array, ...]]:
    """Carry slack from the totals down to the parts.

    Parameters
    ----------
    own, tree, linked, most
        As in :func:`slack_inside`.
    same, opposite : Inside
        Slack from below in this direction and the other: a count can rise by what its total can
        rise and by what its siblings can fall.

    Returns
    -------
    tuple of ndarray and tuple of ndarray
        Slack that the rest of the table leaves each count; for each level what the parent leaves
        that family.
    """
    out = np.broadcast_to(most, own.shape).copy()
    left: list[Array] = []
    for j in reversed(range(len(tree.families))):
        family, binds = tree.families[j], linked[j]
        others = [s for i, s in enumerate(same.sums) if i != j]
        allowed = np.minimum.reduce([own, out, *others])
        p, at = family.parent, family.members
        siblings = (family.matrix @ opposite.slack)[p] - opposite.slack[at]
        out[at] = np.where(binds[p], np.minimum(allowed[p] + siblings, most), most)
        left.insert(0, allowed)
    return out, tuple(left)
