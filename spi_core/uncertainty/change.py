"""Rate change: from fixed goalposts and weights, comparable indicators only, with its interval.

A change is clear when its interval excludes zero; without counts or a published standard error an
indicator's change is not rated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from spi_core.edition.framework import Framework
from spi_core.method.intervals import LEVEL, quantile
from spi_core.method.ranking import interval
from spi_core.method.recipe import Recipe
from spi_core.method.score import Scores
from spi_core.text.words import DECLINE, IMPROVEMENT, NO_CHANGE, NOT_RATED
from spi_core.uncertainty.sampling import Sampling
from spi_core.uncertainty.simulate import Draws

__all__ = [
    "Change",
    "change_table",
    "composite_change",
    "counted_share",
    "indicator_change",
    "level_changes",
]

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Change:
    """Change from the first to the last period.

    Parameters
    ----------
    change : ndarray (areas, items)
        Raw units for indicators, score points above them; NaN where there is none.
    low, high : ndarray (areas, items)
        Its interval; NaN where it is not known.
    rating : ndarray of str (areas, items)
        ``clear improvement``, ``no clear change``, ``clear decline`` or ``not rated``.
    reason : ndarray of str (areas, items)
        Why it is not rated; empty elsewhere.
    counted : ndarray (areas, items)
        Share (0–1) of the weight that rests on counts or published standard errors; the rest
        rests on the stand-in.
    """

    change: Array
    low: Array
    high: Array
    rating: NDArray[np.str_]
    reason: NDArray[np.str_]
    counted: Array


def indicator_change(
    value: ArrayLike, sampling: Sampling, framework: Framework, level: float = LEVEL
) -> Change:
    """Rate the change of every indicator in raw units.

    Parameters
    ----------
    value : array_like (periods, areas, indicators)
        Raw values as published: an estimate is no evidence of change.
    sampling : Sampling
        Standard errors of changes.
    framework : Framework
        Polarity, and what may be compared.
    level : float
        Coverage of the interval.

    Returns
    -------
    Change
        An indicator that cannot be compared has no change; one without counts has no interval.
    """
    x = np.asarray(value, dtype=np.float64)
    if x.ndim != 3 or x.shape != sampling.se.shape or x.shape[0] < 2:
        raise ValueError(f"change needs two periods of fitting shapes; got {x.shape}")
    change = np.where(framework.comparable, x[-1] - x[0], np.nan)
    known = sampling.counted & ~np.isnan(change)
    half = np.where(known, quantile(level) * sampling.change_se, np.nan)
    reason = np.full(change.shape, "", dtype=object)
    reason[~known] = "no counts published"
    reason[np.isnan(x[-1] - x[0])] = "no value in one of the periods"
    for k in np.flatnonzero(~framework.comparable):
        reason[:, k] = str(framework.indicators["break_reason"].iloc[k])
    low, high = change - half, change + half
    rating = _rate(framework.polarity * change, low, high)
    return Change(change, low, high, rating, reason.astype(np.str_), known.astype(np.float64))


def _rate(better: Array, low: Array, high: Array) -> NDArray[np.str_]:
    clear = (low > 0) | (high < 0)
    named = np.where(clear, np.where(better > 0, IMPROVEMENT, DECLINE), NO_CHANGE)
    return np.where(np.isnan(low) | np.isnan(high), NOT_RATED, named)


def composite_change(
    point: ArrayLike,
    draws: ArrayLike,
    counted: ArrayLike,
    level: float = LEVEL,
    differ: ArrayLike | None = None,
) -> Change:
    """Rate the change of components, dimensions or the index.

    Parameters
    ----------
    point : array_like (periods, areas, items)
        Scores by the comparable recipe.
    draws : array_like (n, periods, areas, items)
        Their replicates, from :func:`spi_core.uncertainty.simulate` under `SAMPLING`.
    counted : array_like (areas, items)
        From `counted_share`.
    level : float
        Coverage of the interval.
    differ : array_like of bool (areas, items), optional
        Scores that are the mean of other parts in the last period than in the first: no change.

    Returns
    -------
    Change
        Not rated where not scored in both periods, or where nothing rests on counts.

    Notes
    -----
    The interval is the Monte Carlo's: it keeps the caps at the goalposts and the errors that two
    overlapping windows share, which the delta method on uncapped scores would not.
    """
    scores, drawn = np.asarray(point, dtype=np.float64), np.asarray(draws)
    share = np.asarray(counted, dtype=np.float64)
    if scores.shape[0] < 2 or drawn.shape[1:] != scores.shape or share.shape != scores.shape[1:]:
        raise ValueError("change needs two periods, with replicates and counted shares that fit")
    other = np.zeros(share.shape, bool) if differ is None else np.asarray(differ, bool)
    change = np.where(other, np.nan, scores[-1] - scores[0])
    ends = interval(drawn[:, -1] - drawn[:, 0], level)
    low, high = (np.where(np.isnan(change), np.nan, end) for end in ends)
    rating = _rate(change, low, high)
    reason = np.full(change.shape, "", dtype=object)
    rating = np.where(share > 0, rating, NOT_RATED)
    reason[share <= 0] = "no counts published for any of its indicators"
    reason[np.isnan(change)] = "too few comparable indicators with values in both periods"
    reason[other] = "not the same components are scored in both periods"
    return Change(change, low, high, rating, reason.astype(np.str_), share)


def counted_share(recipe: Recipe, counted: Mask) -> tuple[Array, Array, Array]:
    """Share of each score's weight that rests on counts.

    Parameters
    ----------
    recipe : Recipe
        The comparable recipe.
    counted : ndarray of bool (areas, indicators)
        `Sampling.counted`.

    Returns
    -------
    component, dimension, index : ndarray (areas, components), (areas, dimensions), (areas, 1)
        Shares between 0 and 1; components of a dimension count alike.
    """
    size = recipe.dimension_of.size
    member = np.zeros((recipe.share.size, size))
    member[np.arange(recipe.share.size), recipe.component_of] = recipe.share
    component = np.asarray(counted, dtype=np.float64) @ member
    scored = np.flatnonzero(recipe.scored)
    dimension = np.zeros((component.shape[0], int(recipe.dimension_of.max()) + 1))
    for d in np.unique(recipe.dimension_of[scored]):
        dimension[:, d] = component[:, scored[recipe.dimension_of[scored] == d]].mean(axis=1)
    there = np.unique(recipe.dimension_of[scored])
    if not there.size:
        return component, dimension, np.zeros((component.shape[0], 1))
    return component, dimension, dimension[:, there].mean(axis=1, keepdims=True)


def level_changes(
    point: Scores, draws: Draws, recipe: Recipe, sampling: Sampling, level: float = LEVEL
) -> dict[str, Change]:
    """Rate the change of every component, dimension and the index.

    Parameters
    ----------
    point : Scores
        Of the comparable recipe, both periods.
    draws : Draws
        Under `SAMPLING`, with the comparable recipe.
    recipe : Recipe
        The comparable recipe.
    sampling : Sampling
        Says what rests on counts.
    level : float
        Coverage.

    Returns
    -------
    dict of str to Change
        ``component``, ``dimension``, ``index`` (one item).
    """
    counted = counted_share(recipe, sampling.counted)
    drawn = draws.comparable
    scored = ~np.isnan(point.component)
    lost = scored[0] != scored[-1]
    member = np.eye(point.dimension.shape[-1], dtype=bool)[recipe.dimension_of]
    differ = (np.zeros_like(lost), lost @ member, lost.any(axis=1, keepdims=True))
    pairs = {
        "component": (point.component, drawn.component),
        "dimension": (point.dimension, drawn.dimension),
        "index": (point.index[..., None], drawn.index[..., None]),
    }
    return {
        name: composite_change(scores, replicates, share, level, other)
        for (name, (scores, replicates)), share, other in zip(
            pairs.items(), counted, differ, strict=True
        )
    }


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
        ``area_code, item, change, low, high, rating, reason, counted``.
    """
    rows = pd.MultiIndex.from_product([areas, items], names=["area_code", "item"])
    names = ("change", "low", "high", "rating", "reason", "counted")
    columns = {name: getattr(change, name).ravel() for name in names}
    return pd.DataFrame(columns, index=rows).reset_index()
