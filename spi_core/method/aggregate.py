"""Join scores into scores of the level above: weighted means that allow for gaps.

A missing child is dropped and the other weights are scaled up; a parent with too few children
present is NaN, and its coverage says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.method.means import Mean

Array: TypeAlias = NDArray[np.float64]

# Rows are aggregated in blocks: small enough to stay in cache, and for the matrix product to be
# done by one thread, so that neither a busy machine nor its number of cores changes a result.
_BLOCK_CELLS = 32_768
_BLOCK_PRODUCTS = 250_000


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Scores of every level above the indicators, lowest first.

    Parameters
    ----------
    scores : tuple of ndarray (..., areas, parents)
        One array a level; NaN where too few children are present.
    coverage : tuple of ndarray (..., areas, parents)
        Share (0–1) of a parent's direct children that are present; 0 for a parent without any.
    """

    scores: tuple[Array, ...]
    coverage: tuple[Array, ...]


@dataclass(frozen=True, slots=True)
class _Level:
    """One step up: K children, P parents."""

    member: Array  # (K, P), 1 where the child belongs to the parent
    mean: Mean
    minimum: Array  # (P,)


def hierarchy(
    scores: ArrayLike,
    parent: Sequence[ArrayLike],
    weights: Sequence[ArrayLike | None] | None = None,
    means: Sequence[Mean] | None = None,
    minimum: Sequence[int | ArrayLike] | None = None,
) -> Hierarchy:
    """Aggregate indicator scores level by level up to the index.

    Parameters
    ----------
    scores : array_like (..., areas, K)
        Scores of the lowest level, NaN where missing.
    parent : sequence of array_like of int
        For each level the position of every child's parent on the level above. A level has as
        many parents as the next one has children, the top one more than its largest position; a
        parent without children is never scored.
    weights : sequence of array_like (children,) or (..., children), optional
        For each level the children's weights; equal if left out or None. They need not sum to 1.
        With leading axes (one set a replicate) they match the leading axes of scores.
    means : sequence of Mean, optional
        One a level; arithmetic if left out.
    minimum : sequence of int or array_like (parents,), optional
        For each level the least number of children present; 1 if left out.

    Returns
    -------
    Hierarchy
        Scores and coverage of every level.

    Raises
    ------
    ValueError
        If shapes do not fit, a weight is negative or not finite, a parent's weights are all 0, or
        scores are infinite, or too low for the mean asked for.

    Examples
    --------
    >>> h = hierarchy([[10.0, 30.0, np.nan, 60.0]], parent=[[0, 0, 1, 1], [0, 0]])
    >>> h.scores[0], h.scores[1], h.coverage[0]
    (array([[20., 60.]]), array([[40.]]), array([[1. , 0.5]]))
    """
    x = np.asarray(scores, dtype=np.float64)
    if x.ndim < 2:
        raise ValueError(f"scores must have shape (..., areas, children); got {x.shape}")
    levels = _plan(x.shape[-1], parent, means, minimum)
    given: list[ArrayLike | None] = [None] * len(levels) if weights is None else list(weights)
    if len(given) != len(levels):
        raise ValueError(f"{len(given)} sets of weights for {len(levels)} levels")
    w = [_check_weights(g, level) for g, level in zip(given, levels, strict=True)]
    lead = np.broadcast_shapes(x.shape[:-2], *(a.shape[:-1] for a in w))
    x = np.broadcast_to(x, lead + x.shape[-2:])
    out, coverage = [], []
    for level, weight in zip(levels, w, strict=True):
        shape = (*lead, x.shape[-2], level.member.shape[1])
        parents, share = np.empty(shape), np.empty(shape)
        flat = (parents.reshape(-1, shape[-1]), share.reshape(-1, shape[-1]))
        rows = x.reshape(-1, x.shape[-1])
        for here, matrix in _blocks(len(rows), x.shape[-2], weight, level, lead):
            flat[0][here], flat[1][here] = _combine(rows[here], matrix, level)
        out.append(parents)
        coverage.append(share)
        x = parents
    return Hierarchy(tuple(out), tuple(coverage))


def _plan(
    k: int,
    parent: Sequence[ArrayLike],
    means: Sequence[Mean] | None,
    minimum: Sequence[int | ArrayLike] | None,
) -> list[_Level]:
    """Check the tree and turn it into membership matrices."""
    position = [np.asarray(p) for p in parent]
    n = len(position)
    kinds = [Mean(1.0)] * n if means is None else means
    least: Sequence[int | ArrayLike] = [1] * n if minimum is None else minimum
    if not n or len(kinds) != n or len(least) != n:
        raise ValueError(f"{n} levels need as many means and minimum counts, and at least 1")
    levels = []
    for i, p in enumerate(position):
        if p.ndim != 1 or p.size != k or not np.issubdtype(p.dtype, np.integer) or not k:
            raise ValueError(f"level {i} needs {k} integer positions of parents, one a child")
        k = position[i + 1].size if i + 1 < n else int(p.max()) + 1
        if p.min() < 0 or p.max() >= k:
            raise ValueError(f"level {i}: positions of parents must lie between 0 and {k - 1}")
        member = np.zeros((p.size, k))
        member[np.arange(p.size), p] = 1.0
        floor = np.maximum(np.broadcast_to(np.asarray(least[i], dtype=np.float64), (k,)), 1.0)
        levels.append(_Level(member, kinds[i], floor))
    return levels


def _check_weights(given: ArrayLike | None, level: _Level) -> Array:
    k = level.member.shape[0]
    w = np.ones(k) if given is None else np.asarray(given, dtype=np.float64)
    if w.ndim < 1 or w.shape[-1] != k:
        raise ValueError(f"weights must have {k} values on the last axis; shape is {w.shape}")
    if not np.isfinite(w).all() or (w < 0).any():
        raise ValueError("weights must be finite and not negative")
    if ((w @ level.member <= 0) & (level.member.sum(axis=0) > 0)).any():
        raise ValueError("at least one child of each parent needs a weight above 0")
    return w


def _blocks(
    rows: int, areas: int, weight: Array, level: _Level, lead: tuple[int, ...]
) -> Iterator[tuple[slice, Array]]:
    """Slices of rows, each with its weight matrix (P, K), rows of it summing to 1."""
    size = level.member.size
    step = max(1, min(_BLOCK_CELLS // level.member.shape[0], _BLOCK_PRODUCTS // size))
    if weight.ndim == 1:
        sets, areas = weight[None], rows
    else:
        sets = np.broadcast_to(weight, (*lead, weight.shape[-1])).reshape(-1, weight.shape[-1])
    for i, one in enumerate(sets):
        matrix = _matrix(one, level)
        for start in range(i * areas, (i + 1) * areas, step):
            yield slice(start, min(start + step, (i + 1) * areas)), matrix


def _matrix(w: Array, level: _Level) -> Array:
    matrix = level.member.T * w
    total = matrix.sum(axis=1, keepdims=True)
    return np.asarray(matrix / np.where(total > 0, total, 1.0))


def _combine(x: Array, matrix: Array, level: _Level) -> tuple[Array, Array]:
    """Parents' scores and coverage for rows of children (n, K) → (n, P)."""
    children = level.member.sum(axis=0)
    size = np.maximum(children, 1.0)
    t = level.mean.forward(x)
    with np.errstate(invalid="ignore"):  # ∞ − ∞ is refused below
        gaps = not np.isfinite(x.sum())  # cheaper than a mask of all cells
    if not gaps:
        mean, scored = (matrix @ t.T).T, children >= level.minimum
        covered = children / size
    else:
        if np.isinf(x).any():
            raise ValueError("scores must be finite, or NaN where missing")
        there = ~np.isnan(x)
        present = there.astype(np.float64)
        weight, count = (matrix @ present.T).T, (level.member.T @ present.T).T
        scored = (count >= level.minimum) & (weight > 0)
        mean = (matrix @ np.where(there, t, 0.0).T).T / np.where(weight > 0, weight, 1.0)
        covered = count / size
    if scored.all():
        return level.mean.inverse(mean), covered
    # 1 is a value that every inverse takes; it is overwritten at once.
    return np.where(scored, level.mean.inverse(np.where(scored, mean, 1.0)), np.nan), covered
