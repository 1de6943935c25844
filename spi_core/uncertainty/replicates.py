"""Score many replicates at once: drawn values, varied choices, bounded memory.

Values travel in score units of the edition's goalposts, uncapped and oriented (0 worst, 100 best),
so that every normaliser is a map of the same numbers. Arrays are float32 with shape (indicators,
replicates, cells); a cell is one area in one period. What is lost, 1e-5 of a point, is far below
what a thousand replicates can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from spi_core.method.means import Mean, lowest
from spi_core.uncertainty.averaging import Levels, Tree, aggregate

Array: TypeAlias = NDArray[np.float64]
Single: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]

#: Cells drawn and scored at a time: a few arrays of this size stay in a processor's cache.
_BLOCK_CELLS = 500_000


@dataclass(frozen=True, slots=True)
class Noise:
    """Where values are drawn from: ``centre + scale·z + curve·(z² − 1)``, z standard normal.

    Parameters
    ----------
    centre, scale, curve : ndarray of float32 (indicators, cells)
        Mean, standard error and the second-order term that gives the skewness (Cornish and
        Fisher); centre is NaN where there is no value.
    low, high : ndarray of float32 (indicators,)
        Limits no value passes.
    mix : ndarray of float32 (indicators, periods, periods)
        Lower triangular: how the errors of the periods hang together.
    """

    centre: Single
    scale: Single
    curve: Single
    low: Single
    high: Single
    mix: Single

    @property
    def shape(self) -> tuple[int, int, int]:
        """Indicators, periods, areas."""
        k, cells = self.centre.shape
        return k, self.mix.shape[1], cells // self.mix.shape[1]


@dataclass(frozen=True, slots=True)
class Plan:
    """What differs between replicates.

    Parameters
    ----------
    normaliser : ndarray of str (n,)
        Keys of the normalisers.
    order : ndarray (n, 3)
        Orders of the means of components, dimensions and the index.
    share : ndarray (n, indicators) or None
        Shares of the indicators; None for the recipe's.
    ends : ndarray (n, 2, indicators) or None
        Worst and best goalpost in score units; None for 0 and 100.
    errors : ndarray of int (n,) or None
        Which errors of the pool a replicate has, −1 for none; None to draw its own.
    push : ndarray (n,) or None
        Steps by which every value moves along `step`; None for no move.
    """

    normaliser: NDArray[np.str_]
    order: Array
    share: Array | None = None
    ends: Array | None = None
    errors: NDArray[np.intp] | None = None
    push: Array | None = None


def replicate(
    noise: Noise,
    trees: list[Tree],
    plan: Plan,
    rng: np.random.Generator,
    reference: Mask,
    pool: Single | None = None,
    step: Array | None = None,
    indicators: Single | None = None,
    capped: bool = True,
) -> tuple[list[Levels], dict[str, int], Mask]:
    """Draw, normalise and aggregate every replicate of a plan.

    Parameters
    ----------
    noise : Noise
        Values and their errors.
    trees : list of Tree
        Scored from the same draws (all indicators, and the comparable ones).
    plan : Plan
        Choices of each replicate.
    rng : numpy.random.Generator
        Source of errors.
    reference : ndarray of bool (cells,)
        Cells that min–max, z-score and percentile rank are fitted on: the wards.
    pool : ndarray of float32 (indicators, draws, cells), optional
        Errors z that the plan refers to.
    step : ndarray (indicators, cells), optional
        Score units of one step of the plan's `push`.
    indicators : ndarray of float32 (indicators, replicates, cells), optional
        Filled with the indicators' scores if given, always capped.
    capped : bool
        Whether values beyond a fixed goalpost count as the goalpost; if not, they are kept at 0
        or more only where a mean has no meaning below.

    Returns
    -------
    list of Levels, dict of str to int, ndarray of bool (n,)
        Scores of each tree, why replicates failed and how many, and which did.
    """
    n, cells = plan.normaliser.size, noise.centre.shape[1]
    out = [
        Levels(
            np.empty((t.dimension_of.size, n, cells), np.float32),
            np.empty((int(t.dimension_of.max()) + 1, n, cells), np.float32),
            np.empty((n, cells), np.float32),
        )
        for t in trees
    ]
    failures: dict[str, int] = {}
    failed = np.zeros(n, bool)
    blocks = list(_blocks(plan, max(1, _BLOCK_CELLS // noise.centre.size)))
    for rows, z in _errors(noise, blocks, plan, rng, pool):
        kind = str(plan.normaliser[rows[0]])
        means = tuple(Mean(float(order)) for order in plan.order[rows[0]])
        u = _draw(noise, z, rows, plan, step)
        ends = None if plan.ends is None else plan.ends[rows]
        bad, why = _normalise(u, kind, ends, reference, capped)
        if bad.any():
            failures[why] = failures.get(why, 0) + int(bad.sum())
            failed[rows[bad]] = True
        if indicators is not None:
            indicators[:, rows] = np.clip(u, 0, 100)
        if any(mean.order != 1 for mean in means):
            np.maximum(u, 0, out=u)  # other means have no meaning below
        if (low := lowest(means)) > 0:
            u *= np.float32((100 - low) / 100)
            u += np.float32(low)
        for tree, levels in zip(trees, out, strict=True):
            varied = None if plan.share is None else plan.share[rows]
            aggregate(u, tree, tree.shares(varied).astype(np.float32), means, levels, rows)
    return out, failures, failed


def _blocks(plan: Plan, size: int) -> Iterator[NDArray[np.intp]]:
    """Replicates that are normalised and averaged alike, a cacheful at a time."""
    _, normaliser = np.unique(plan.normaliser, return_inverse=True)
    keys = np.column_stack([normaliser, -plan.order])
    _, kind = np.unique(keys, axis=0, return_inverse=True)
    for k in range(int(kind.max()) + 1):
        rows = np.flatnonzero(kind.ravel() == k)
        yield from (rows[i : i + size] for i in range(0, rows.size, size))


def _errors(
    noise: Noise,
    blocks: list[NDArray[np.intp]],
    plan: Plan,
    rng: np.random.Generator,
    pool: Single | None,
) -> Iterator[tuple[NDArray[np.intp], Single]]:
    """Replicates of each block with their errors z (indicators, replicates, cells)."""
    if plan.errors is not None and pool is not None:
        for rows in blocks:
            drawn = plan.errors[rows]
            yield rows, np.asarray(pool[:, drawn] * (drawn >= 0)[:, None])
        return
    k, cells = noise.centre.shape

    def draw(rows: NDArray[np.intp]) -> Single:
        return rng.standard_normal((k, rows.size, cells), dtype=np.float32)

    # drawing takes half of the time: the next block is drawn while this one is scored
    with ThreadPoolExecutor(1) as ahead:
        following = [ahead.submit(draw, blocks[0])]
        for i, rows in enumerate(blocks):
            z = following.pop().result()
            if i + 1 < len(blocks):
                following.append(ahead.submit(draw, blocks[i + 1]))
            yield rows, z


def _draw(
    noise: Noise, z: Single, rows: NDArray[np.intp], plan: Plan, step: Array | None
) -> Single:
    """Values (indicators, rows, cells) in score units from their errors."""
    k, periods, areas = noise.shape
    split = z.reshape(k, rows.size, periods, areas)
    for p in range(periods - 1, 0, -1):
        if noise.mix[:, p, :p].any():
            mixed = noise.mix[:, p, p, None, None] * split[:, :, p]
            for q in range(p):
                mixed += noise.mix[:, p, q, None, None] * split[:, :, q]
            split[:, :, p] = mixed
    u = z * noise.curve[:, None]
    u += noise.scale[:, None]
    u *= z
    u += (noise.centre - noise.curve)[:, None]
    if plan.errors is not None:
        # no error drawn at all: the value itself, without the skew's correction of the mean
        u[:, plan.errors[rows] < 0] = noise.centre[:, None]
    if plan.push is not None and step is not None:
        u += (plan.push[rows][:, None] * step[:, None]).astype(np.float32)
    np.clip(u, noise.low[:, None, None], noise.high[:, None, None], out=u)
    return np.asarray(u)


def _normalise(
    u: Single, kind: str, ends: Array | None, reference: Mask, capped: bool
) -> tuple[Mask, str]:
    """Turn u into scores 0–100 in place; tell which replicates cannot be, and why."""
    if kind == "percentile_rank":
        _percentile(u, reference)
        return np.zeros(u.shape[1], bool), ""
    fitted = u[..., reference]
    why = "an indicator does not vary"
    if kind == "goalposts":
        if ends is None:
            if capped:
                np.clip(u, 0, 100, out=u)
            return np.zeros(u.shape[1], bool), ""
        start, end = ends.transpose(1, 2, 0)
        why = "goalposts are crossed"
    elif kind == "minmax":
        start, end = np.fmin.reduce(fitted, axis=-1), np.fmax.reduce(fitted, axis=-1)
    else:
        # T-scores: 50 at the mean, ten points a standard deviation
        there = ~np.isnan(fitted)
        count = np.maximum(there.sum(axis=-1), 2)
        filled = np.where(there, fitted, 0.0)
        mean = filled.sum(axis=-1) / count
        gap = np.where(there, fitted - mean[..., None], 0.0)
        sd = np.sqrt((gap**2).sum(axis=-1) / (count - 1))
        start, end = mean - 5 * sd, mean + 5 * sd
        start = np.where(there.any(axis=-1), start, np.nan)
    span = end - start
    bad = span <= 1e-9  # an indicator without any value gives NaN here and stays unscored
    safe = np.where(bad, 1.0, span)
    u -= start[..., None].astype(np.float32)
    u *= (100 / safe)[..., None].astype(np.float32)
    np.clip(u, 0, 100, out=u)
    return np.asarray(bad.any(axis=0)), why


def _percentile(u: Single, reference: Mask) -> None:
    """Percentile ranks among the reference cells, in place; others by how many they beat."""
    fitted = u[..., reference]
    missing = np.isnan(fitted)
    count = np.maximum((~missing).sum(axis=-1, keepdims=True), 1)
    others = np.flatnonzero(~reference)
    for cell in others:
        x = u[..., cell, None].copy()
        beaten = (fitted < x).sum(axis=-1) + 0.5 * (fitted == x).sum(axis=-1)
        u[..., cell] = np.where(np.isnan(x[..., 0]), np.nan, 100 * beaten / count[..., 0])
    ranks = stats.rankdata(np.where(missing, np.inf, fitted), axis=-1)
    u[..., reference] = np.where(missing, np.nan, 100 * (ranks - 0.5) / count)
