"""Say of a number how sure it is: intervals, ranks with intervals, chances of the end quarters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from spi_core.method.intervals import LEVEL, quantile

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranks:
    """Ranks of the areas, 1 for the highest score; NaN where not scored.

    Parameters
    ----------
    rank : ndarray (..., areas)
        By the score itself.
    low, high : ndarray (..., areas)
        Interval; whole or half ranks that were drawn, and never without the rank itself.
    top, bottom : ndarray (..., areas)
        Chance (0–1) of being in the top and in the bottom quarter.
    """

    rank: Array
    low: Array
    high: Array
    top: Array
    bottom: Array


def interval(draws: ArrayLike, level: float = LEVEL) -> tuple[Array, Array]:
    """Percentile interval over replicates.

    Parameters
    ----------
    draws : array_like (n, ...)
        Replicates first; NaN where not scored, in every replicate.
    level : float
        Coverage: 0.9 takes the 5th and the 95th percentile.

    Returns
    -------
    low, high : ndarray (...)
        Ends of the interval.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1 or there is no replicate.

    Examples
    --------
    >>> low, high = interval(np.arange(101.0)[:, None])
    >>> low, high
    (array([5.]), array([95.]))
    """
    values = np.asarray(draws)
    quantile(level)
    if not values.shape[0]:
        raise ValueError("an interval needs at least one replicate")
    # a replicate is a row; percentiles are quicker along rows
    columns = np.ascontiguousarray(np.moveaxis(values, 0, -1))
    low, high = np.quantile(columns, [(1 - level) / 2, (1 + level) / 2], axis=-1)
    return np.asarray(low, np.float64), np.asarray(high, np.float64)


def quarter(n: int) -> int:
    """Count the areas in a quarter.

    Parameters
    ----------
    n : int
        Areas that are ranked.

    Returns
    -------
    int
        n/4 rounded to the nearest, halves up, at least 1.

    Examples
    --------
    >>> quarter(17), quarter(2), quarter(22)
    (4, 1, 6)
    """
    return max(1, (n + 2) // 4)


def rank_summary(point: ArrayLike, draws: ArrayLike, level: float = LEVEL) -> Ranks:
    """Rank areas and say how sure the ranks are.

    Parameters
    ----------
    point : array_like (..., areas)
        Scores; areas of one level only, so without the borough. NaN where not scored.
    draws : array_like (n, ..., areas)
        Replicates of the same scores.
    level : float
        Coverage of the interval.

    Returns
    -------
    Ranks
        Ranks, intervals and chances.

    Raises
    ------
    ValueError
        If fewer than two areas are scored, or shapes do not fit.

    Notes
    -----
    Draws scatter around scores that already hold an error, so ranks of draws scatter somewhat
    more than ranks are uncertain: the intervals are cautious. An area is never given a place
    above one whose score interval lies wholly above its own, nor below one that lies wholly
    below: where these bind, the end of the interval is the first place they leave.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> score = np.array([80.0, 50.0, 49.0, 20.0])
    >>> r = rank_summary(score, score + rng.normal(size=(500, 4)))
    >>> r.rank, r.low, r.high
    (array([1., 2., 3., 4.]), array([1., 2., 2., 4.]), array([1., 3., 3., 4.]))
    """
    scores, drawn = np.asarray(point, dtype=np.float64), np.asarray(draws)
    if drawn.shape[1:] != scores.shape:
        raise ValueError(f"scores and replicates must fit: {scores.shape} and {drawn.shape[1:]}")
    scored = (~np.isnan(scores)).sum(axis=-1)
    if (scored < 2).any():
        raise ValueError("ranks need at least two scored areas")
    rank, replicated = ranks(scores), ranks(drawn)
    tail = [(1 - level) / 2, (1 + level) / 2]
    quantile(level)
    low = np.quantile(replicated, tail[0], axis=0, method="inverted_cdf")
    high = np.quantile(replicated, tail[1], axis=0, method="inverted_cdf")
    # places that disjoint intervals of the scores leave; NaN compares as False
    below, above = interval(drawn, level)
    over = (below[..., None, :] > above[..., :, None]).sum(axis=-1)
    under = (above[..., None, :] < below[..., :, None]).sum(axis=-1)
    low = np.maximum(low, over + 1)
    high = np.minimum(high, scored[..., None] - under)
    missing = np.isnan(rank)
    size = np.maximum(1, (scored + 2) // 4)[..., None]
    top = (replicated <= size).mean(axis=0)
    bottom = (replicated > scored[..., None] - size).mean(axis=0)
    return Ranks(
        rank,
        np.minimum(low, rank),
        np.maximum(high, rank),
        np.where(missing, np.nan, top),
        np.where(missing, np.nan, bottom),
    )


def quarter_of(rank: ArrayLike) -> Array:
    """Name the quarter of the areas that each rank falls in.

    Parameters
    ----------
    rank : array_like (areas,)
        Ranks, 1 for the highest score; NaN where not scored.

    Returns
    -------
    ndarray (areas,)
        1 for the highest quarter, 4 for the lowest, 2 and 3 for the upper and lower part of what
        lies between; NaN where not scored.

    Examples
    --------
    >>> quarter_of([1.0, 2.0, 3.0, 4.0, 5.0, np.nan])
    array([ 1.,  2.,  2.,  3.,  4., nan])
    """
    r = np.asarray(rank, dtype=np.float64)
    n = int((~np.isnan(r)).sum())
    end = quarter(n)
    inner = np.where(r <= (n + 1) / 2, 2.0, 3.0)
    named = np.where(r <= end, 1.0, np.where(r > n - end, 4.0, inner))
    return np.where(np.isnan(r), np.nan, named)


def ranks(scores: ArrayLike) -> Array:
    """Rank areas, 1 for the highest score, ties sharing their mean rank.

    Parameters
    ----------
    scores : array_like (..., areas)
        Scores, higher is better.

    Returns
    -------
    ndarray (..., areas)
        Ranks among the areas that have a score; NaN where the score is.

    Examples
    --------
    >>> ranks([50.0, 70.0, 50.0])
    array([2.5, 1. , 2.5])
    """
    values = np.asarray(scores, dtype=np.float64)
    missing = np.isnan(values)
    return np.where(missing, np.nan, stats.rankdata(np.where(missing, np.inf, -values), axis=-1))
