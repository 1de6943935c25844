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
from spi_core.method.score import Recipe

__all__ = ["Levels", "Tree", "aggregate"]

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
    """

    share: Array
    component_of: NDArray[np.intp]
    dimension_of: NDArray[np.intp]

    @classmethod
    def of(cls, recipe: Recipe, used: Mask) -> Tree:
        """Take the tree of a recipe for the indicators that are drawn."""
        return cls(recipe.share[used], recipe.component_of[used], recipe.dimension_of)

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
    term = np.empty(u.shape[1:], np.float32)
    for c in np.unique(tree.component_of[tree.share > 0]):
        total = np.zeros(u.shape[1:], np.float32)
        for k in np.flatnonzero((tree.component_of == c) & (tree.share > 0)):
            np.multiply(means[0].forward(u[k]), share[k][:, None], out=term)
            total += term
        block[c] = means[0].inverse(total)
    out.component[:, rows] = block
    above = np.stack(
        [_mean(block[tree.dimension_of == d], means[1]) for d in range(out.dimension.shape[0])]
    )
    out.dimension[:, rows] = above
    out.index[rows] = _mean(above, means[2])


def _mean(children: Single, mean: Mean) -> Single:
    """Mean of the children that are scored; NaN if none is."""
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
    result = mean.inverse(np.where(count > 0, total, np.float32(1)))
    return np.where(count > 0, result, np.float32(np.nan)).astype(np.float32)
