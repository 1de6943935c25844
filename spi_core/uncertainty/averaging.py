"""Average indicator scores of many replicates up to components, dimensions and the index.

The same means as :func:`spi_core.method.score.score`, laid out for replicates: (indicators,
replicates, cells), so that every sum runs along memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from spi_core.method.means import Mean, Means
from spi_core.method.recipe import Recipe

Array: TypeAlias = NDArray[np.float64]
Single: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tree:
    """Which indicators make which component, dimension, index.

    Parameters
    ----------
    share : ndarray (indicators,)
        0 for an indicator that does not count.
    component_of : ndarray of int (indicators,)
    dimension_of : ndarray of int (components,)
    missing_components : int
        Components that a cell may lack and still have an index.
    absent : ndarray of bool (periods, indicators) or None
        As :attr:`spi_core.method.recipe.Recipe.absent`; cells are periods by areas.
    minimum : int
        Indicators that a component needs.
    """

    share: Array
    component_of: NDArray[np.intp]
    dimension_of: NDArray[np.intp]
    missing_components: int
    absent: Mask | None
    minimum: int

    @classmethod
    def of(cls, recipe: Recipe, used: Mask) -> Tree:
        """Take the tree of a recipe for the indicators that are drawn."""
        absent = None if recipe.absent is None else recipe.absent[:, used]
        tree = (recipe.share[used], recipe.component_of[used], recipe.dimension_of)
        return cls(*tree, recipe.missing_components, absent, recipe.minimum)

    def shares(self, varied: Array | None) -> Array:
        """Shares (indicators, 1 or replicates); varied ones are scaled to sum 1 in this tree."""
        if varied is None:
            return self.share[:, None]
        kept = np.where(self.share > 0, varied, 0.0).T
        total = np.zeros((self.dimension_of.size, kept.shape[1]))
        np.add.at(total, self.component_of, kept)
        return np.asarray(kept / np.where(total > 0, total, 1.0)[self.component_of])


@dataclass(frozen=True, slots=True)
class Levels:
    """Scores of all replicates; NaN where a component is not scored.

    Parameters
    ----------
    component, dimension : ndarray of float32 (components or dimensions, replicates, cells)
    index : ndarray of float32 (replicates, cells)
    """

    component: Single
    dimension: Single
    index: Single


def aggregate(
    u: Single,
    tree: Tree,
    share: Single,
    means: Means,
    out: Levels,
    rows: NDArray[np.intp],
) -> None:
    """Average one block of replicates up to the index, written into `out`.

    Parameters
    ----------
    u : ndarray of float32 (indicators, replicates, cells)
        Scores of the indicators.
    tree : Tree
        Who belongs to whom.
    share : ndarray of float32 (indicators, 1 or replicates)
        From :meth:`Tree.shares`.
    means : tuple of Mean
        Of components, dimensions and the index.
    out : Levels
        Where the scores go.
    rows : ndarray of int (replicates,)
        Which replicates these are.
    """
    block = np.full((tree.dimension_of.size, *u.shape[1:]), np.nan, np.float32)
    scored = np.unique(tree.component_of[tree.share > 0])
    for c in scored:
        at = np.flatnonzero((tree.component_of == c) & (tree.share > 0))
        if tree.absent is None or not tree.absent[:, at].any():
            block[c] = _component(u[at], share[at], means[0])
            continue
        each = u.shape[2] // len(tree.absent)
        for p, absent in enumerate(tree.absent[:, at]):
            k, cells = at[~absent], slice(p * each, (p + 1) * each)
            if k.size >= tree.minimum:
                left = share[k] / share[k].sum(axis=0)
                block[c][:, cells] = _component(u[k][..., cells], left, means[0])
    out.component[:, rows] = block
    above, of = [], np.bincount(tree.dimension_of[scored], minlength=out.dimension.shape[0])
    for d, members in enumerate(of):
        need = max(int(members) - tree.missing_components, 1)
        above.append(_mean(block[tree.dimension_of == d], means[1], need))
    out.dimension[:, rows] = above
    index = _mean(np.stack(above), means[2], max(int((of > 0).sum()), 1))
    if tree.missing_components:
        lacking = np.isnan(block[scored, 0]).sum(axis=0)
        index[:, lacking > tree.missing_components] = np.nan
    out.index[rows] = index


def _component(u: Single, share: Single, mean: Mean) -> Single:
    """Weighted mean of (indicators, replicates, cells) by shares (indicators, 1 or replicates)."""
    total, term = np.zeros(u.shape[1:], np.float32), np.empty(u.shape[1:], np.float32)
    for k, weight in enumerate(share):
        np.multiply(mean.forward(u[k]), weight[:, None], out=term)
        total += term
    return np.asarray(mean.inverse(total))


def _mean(children: Single, mean: Mean, need: int) -> Single:
    """Mean of the children that are scored; NaN if fewer than needed are."""
    # whether a child is scored does not depend on the replicate
    there = ~np.isnan(children[:, 0])
    total = np.zeros(children.shape[1:], np.float32)
    for child, scored in zip(children, there, strict=True):
        if scored.all():
            total += mean.forward(child)
        elif scored.any():
            total[:, scored] += mean.forward(child[:, scored])
    count = there.sum(axis=0).astype(np.float32)
    # the value put where nothing is scored is overwritten at once
    total /= np.where(count > 0, count, 1)
    result = mean.inverse(np.where(count >= need, total, np.float32(1)))
    return np.where(count >= need, result, np.float32(np.nan)).astype(np.float32)
