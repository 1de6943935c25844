"""Rate change: from fixed goalposts and weights, comparable indicators only, with its interval.

All changes of one table are judged together: one is clear if it survives a false discovery rate
of 10 %, and the interval beside it is adjusted so that it says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from spi_core.method.errors import Tier, tier
from spi_core.method.recipe import ENOUGH, Recipe
from spi_core.method.score import Scores
from spi_core.text.words import DECLINE, IMPROVEMENT, NO_CHANGE, NOT_RATED
from spi_core.uncertainty.pairs import Pair
from spi_core.uncertainty.sampling import MISSING, MODELLED, Sampling
from spi_core.uncertainty.simulate import Draws, Scored

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Change:
    """Change from the first to the last period.

    Parameters
    ----------
    change : ndarray (areas, items)
        Raw units for indicators, score points above them; NaN where there is none.
    tier : Tier
        All of them judged together: intervals and what is clear.
    apart : Tier or None
        Those from longer ago, judged by themselves: what ten years did would make it easier to
        call clear what one year did.
    rating : ndarray of str (areas, items)
        ``clear improvement``, ``no clear change``, ``clear decline`` or ``not rated``.
    reason : ndarray of str (areas, items)
        Why it is not rated; empty elsewhere.
    known : ndarray (areas, items)
        Share (0–1) of the full weight whose error is known.
    """

    change: Array
    tier: Tier
    rating: NDArray[np.str_]
    reason: NDArray[np.str_]
    known: Array
    apart: Tier | None = None

    def end(self, name: str) -> Array:
        """Lay out one end, ``low`` or ``high``, of all intervals; shape as `change`."""
        ends = [getattr(t, name) for t in (self.tier, self.apart) if t is not None]
        return np.asarray(np.fmax.reduce(ends))


class Moves(NamedTuple):
    """Changes before they are judged together; all are (areas, items).

    Parameters
    ----------
    change, se : ndarray
        The change and its standard error; NaN where there is none.
    reason : ndarray of str
        Why it is not to be rated; empty elsewhere.
    known : ndarray
        As of :class:`Change`.
    """

    change: Array
    se: Array
    reason: NDArray[np.object_]
    known: Array

    def rated(self, better: ArrayLike = 1.0) -> Change:
        """Judge them as one tier; `better` is +1 where a higher value is, else -1."""
        judged = tier(self.change, np.where(self.reason == "", self.se, np.nan))
        rating = _words(judged.clear, np.asarray(better) * self.change, self.reason)
        return Change(self.change, judged, rating, self.reason.astype(np.str_), self.known)


def indicator_moves(value: ArrayLike, sampling: Sampling, pair: Pair) -> Moves:
    """Find the change of every indicator, as for :func:`indicator_change`."""
    x = np.asarray(value, dtype=np.float64)
    if x.ndim != 3 or x.shape != sampling.se.shape or x.shape[0] < 2:
        raise ValueError(f"change needs two periods of fitting shapes; got {x.shape}")
    change = np.where(pair.compared, x[-1] - x[0], np.nan)
    known = sampling.known([0, -1])
    reason = np.full(change.shape, "", dtype=object)
    reason[~known] = "its error is not known"
    reason[(sampling.basis[[0, -1]] == MODELLED).any(axis=0)] = "modelled by its publisher"
    reason[(sampling.basis[[0, -1]] == MISSING).any(axis=0)] = "no value in one of the periods"
    reason[np.isnan(x[-1] - x[0])] = "no value in one of the periods"
    reason[:, ~pair.compared] = pair.reason[~pair.compared]
    return Moves(change, sampling.change_se, reason, known.astype(np.float64))


def indicator_change(
    value: ArrayLike, sampling: Sampling, polarity: ArrayLike, pair: Pair
) -> Change:
    """Rate the change of every indicator in raw units, those from longer ago by themselves.

    Parameters
    ----------
    value : array_like (periods, areas, indicators)
        Raw values as published: an estimate is no evidence of change.
    sampling : Sampling
        Standard errors of changes.
    polarity : array_like (indicators,)
        +1 where higher is better, -1 where lower is.
    pair : Pair
        What may be compared.

    Returns
    -------
    Change
        An indicator that cannot be compared has no change; one whose error is not known, or that
        its publisher models, has no interval. What is from longer ago says so in ``reason``, rated
        or not.
    """
    change, se, reason, known = indicator_moves(value, sampling, pair)
    se = np.where(reason == "", se, np.nan)
    year, rest = (tier(change, np.where(of, se, np.nan)) for of in (pair.counts, ~pair.counts))
    better = np.asarray(polarity, dtype=np.float64) * change
    rating = _words(year.clear | rest.clear, better, reason)
    for k in np.flatnonzero(pair.compared & ~pair.counts):
        reason[:, k] = [
            f"{why}; {pair.reason[k]}" if why else pair.reason[k] for why in reason[:, k]
        ]
    return Change(change, year, rating, reason.astype(np.str_), known, apart=rest)


def _words(clear: Mask, better: Array, reason: NDArray[np.object_]) -> NDArray[np.str_]:
    rating = np.where(clear, np.where(better > 0, IMPROVEMENT, DECLINE), NO_CHANGE)
    return np.where(reason == "", rating, NOT_RATED)


def known_share(recipe: Recipe, known: ArrayLike) -> Array:
    """Share of each score's weight that rests on figures whose error is known.

    Parameters
    ----------
    recipe : Recipe
        The full recipe: what cannot be compared counts as not known.
    known : array_like of bool (areas, indicators)
        `Sampling.known`, and for a change, whether the indicator is compared.

    Returns
    -------
    ndarray (areas, components + dimensions + 1)
        Shares between 0 and 1, laid out as by `stacked`; components of a dimension count alike,
        and so do dimensions. What is not scored at all has 0.
    """
    of, scored = recipe.dimension_of, recipe.scored
    member = np.zeros((recipe.share.size, of.size))
    member[np.arange(recipe.share.size), recipe.component_of] = recipe.share
    component = np.asarray(known, dtype=np.float64) @ member
    group = np.eye(int(of.max()) + 1)[of] * scored[:, None]
    size = group.sum(axis=0)
    dimension = component @ (group / np.maximum(size, 1))
    index = dimension[:, size > 0].mean(axis=1, keepdims=True) if scored.any() else dimension[:, :1]
    return np.concatenate([component, dimension, index], axis=1)


def unknown_reason(share: ArrayLike) -> NDArray[np.object_]:
    """Say where too little of the weight has a known error, and how little.

    Parameters
    ----------
    share : array_like
        From `known_share`.

    Returns
    -------
    ndarray of str, same shape
        Empty where it is enough.
    """
    known = np.asarray(share, dtype=np.float64)
    said = np.array([f"error known for {s:.0%} of its weight" for s in known.ravel()], object)
    # a sum of shares that make half may end a digit below it
    return np.where(known < ENOUGH - 1e-9, said.reshape(known.shape), "")


def stacked(scored: Scores | Scored) -> Array:
    """Lay components, dimensions and the index side by side.

    Parameters
    ----------
    scored : Scores or Scored
        Scores or replicates of them.

    Returns
    -------
    ndarray (..., areas, components + dimensions + 1)
        On the last axis.
    """
    parts = (scored.component, scored.dimension, scored.index[..., None])
    return np.concatenate(parts, axis=-1)


def level_moves(
    point: Scores, draws: Draws, full: Recipe, recipe: Recipe, sampling: Sampling
) -> Moves:
    """Find the change of every component, dimension and the index, to be judged as one tier.

    Parameters
    ----------
    point : Scores
        Of the comparable recipe, both periods.
    draws : Draws
        Under `SAMPLING`, with the comparable recipe.
    full, recipe : Recipe
        The full and the comparable recipe.
    sampling : Sampling
        Whose errors are known.

    Returns
    -------
    Moves
        Items laid out as by `stacked`. Not to be rated where not scored in both periods, or where
        the error of less than half of the full weight is known.

    Notes
    -----
    The standard error is the Monte Carlo's standard deviation of last less first: it keeps the
    errors that two overlapping windows share. Draws are of scores before they are capped.
    """
    scores, drawn = stacked(point), stacked(draws.comparable)
    if scores.shape[0] < 2 or drawn.shape[1:] != scores.shape:
        raise ValueError("change needs two periods, with replicates that fit")
    lacking = np.isnan(point.component)
    lost = lacking[0] != lacking[-1]
    member = np.eye(point.dimension.shape[-1], dtype=bool)[recipe.dimension_of]
    other = [np.zeros_like(lost), lost @ member, lost.any(axis=1, keepdims=True)]
    differ = np.concatenate(other, axis=1)
    change = np.where(differ, np.nan, scores[-1] - scores[0])
    known = sampling.known([0, -1])
    thin = known_share(full, np.broadcast_to(recipe.used, known.shape)) < ENOUGH - 1e-9
    change[thin] = np.nan
    share = known_share(full, known & recipe.used)
    reason = unknown_reason(share)
    reason[np.isnan(change)] = "too few figures comparable in both periods"
    reason[differ] = "not the same components are scored in both periods"
    se = (drawn[:, -1] - drawn[:, 0]).std(axis=0, ddof=1)
    return Moves(change, se, reason, share)


def level_changes(
    point: Scores, draws: Draws, full: Recipe, recipe: Recipe, sampling: Sampling
) -> Change:
    """Rate the changes of :func:`level_moves` as one tier."""
    return level_moves(point, draws, full, recipe, sampling).rated()


def change_table(change: Change, areas: Sequence[str], items: Sequence[str]) -> pd.DataFrame:
    """Set changes out as rows.

    Parameters
    ----------
    change : Change
        Of these areas and items.
    areas, items : sequence of str
        GSS codes, and ids or names of the items.

    Returns
    -------
    DataFrame
        ``area_code, item, change, low, high, rating, reason, known``.
    """
    rows = pd.MultiIndex.from_product([areas, items], names=["area_code", "item"])
    names = ("change", "rating", "reason", "known")
    columns = {name: getattr(change, name).ravel() for name in names}
    columns |= {name: change.end(name).ravel() for name in ("low", "high")}
    return pd.DataFrame(columns, index=rows).reset_index()
