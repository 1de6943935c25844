"""Compare a ward with the wards whose circumstances are most like its own, and with the borough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from spi_core.edition.comparators import MIN_PEERS
from spi_core.method.errors import Tier, tier
from spi_core.text.words import NOT_RATED, SIMILAR, STRENGTH, WEAKNESS

Array: TypeAlias = NDArray[np.float64]

#: Share of a population's wards whose comparators are all near.
OUTLYING = 0.95


@dataclass(frozen=True, slots=True)
class Peers:
    """Each ward's comparators, the nearest first.

    Parameters
    ----------
    position : ndarray of int (wards, number)
        Rows of the comparators.
    distance : ndarray (wards, number)
        Their distance in standard deviations of the context.
    usual : float
        What is further is not near.
    """

    position: NDArray[np.intp]
    distance: Array
    usual: float


@dataclass(frozen=True, slots=True)
class Ratings:
    """Scores against the comparators' median.

    Parameters
    ----------
    median : ndarray (wards, items)
        Of the comparators.
    difference : ndarray (wards, items)
        Ward minus median, score points.
    tier : Tier
        All of them judged together: intervals and what is clear.
    spread : ndarray (wards, items)
        Average absolute deviation of the comparators from their median.
    rating : ndarray of str (wards, items)
        ``strength``, ``similar``, ``weakness`` or ``not rated``.
    reason : ndarray of str (wards, items)
        Why it is not rated; empty elsewhere.
    """

    median: Array
    difference: Array
    tier: Tier
    spread: Array
    rating: NDArray[np.str_]
    reason: NDArray[np.str_]


def context_matrix(table: pd.DataFrame, areas: Sequence[str], variables: Sequence[str]) -> Array:
    """Lay the context variables out, one row an area.

    Parameters
    ----------
    table : DataFrame
        ``context.csv``: ``area_code, variable, value``.
    areas, variables : sequence of str
        GSS codes and names of variables wanted.

    Returns
    -------
    ndarray (areas, variables)
        Values.

    Raises
    ------
    ValueError
        If a value is missing or given twice; the message names it.
    """
    rows = table[table["area_code"].isin(list(areas)) & table["variable"].isin(list(variables))]
    twice = rows[rows.duplicated(["area_code", "variable"])]
    wide = rows.drop_duplicates(["area_code", "variable"]).pivot_table(
        index="area_code", columns="variable", values="value", aggfunc="first"
    )
    matrix = wide.reindex(index=list(areas), columns=list(variables)).to_numpy(float)
    lost = [f"{areas[i]} {variables[j]}" for i, j in np.argwhere(np.isnan(matrix))]
    lost += [f"{r.area_code} {r.variable} (twice)" for r in twice.itertuples()]
    if lost:
        raise ValueError(f"context needs one value of every area and variable: {', '.join(lost)}")
    return matrix


def nearest(context: ArrayLike, number: int, of: int | None = None) -> Peers:
    """Find the wards in the most similar circumstances.

    Parameters
    ----------
    context : array_like (wards, variables)
        Population structure, tenure, density …; never an outcome that is scored.
    number : int
        Comparators of each ward.
    of : int, optional
        Find those of the first so many wards alone, in a population of others.

    Returns
    -------
    Peers
        By Euclidean distance of standardised variables; ties keep the order of the wards. What is
        further than the middle of the distances between any two wards is not near; in a population
        what is further than 19 of 20 wards' furthest comparator is not.

    Raises
    ------
    ValueError
        If there are too few wards, a value is missing or a variable does not vary.

    Examples
    --------
    >>> nearest([[1.0], [2.0], [4.0], [9.0]], number=2).position
    array([[1, 2],
           [0, 2],
           [1, 0],
           [2, 1]])
    """
    x = np.asarray(context, dtype=np.float64)
    if x.ndim != 2 or not x.shape[1] or not np.isfinite(x).all():
        raise ValueError("context must be a table of numbers, wards by variables, without gaps")
    if not 1 <= number < len(x):
        raise ValueError(f"{len(x)} wards allow 1 to {len(x) - 1} comparators; got {number}")
    sd = x.std(axis=0, ddof=1)
    if (sd <= 1e-12 * np.abs(x).max(axis=0)).any():
        columns = ", ".join(map(str, np.flatnonzero(sd <= 1e-12 * np.abs(x).max(axis=0))))
        raise ValueError(f"a context variable must vary between wards: column {columns}")
    z = (x - x.mean(axis=0)) / sd
    distance = np.sqrt(((z[:, None] - z[None]) ** 2).sum(axis=-1))
    np.fill_diagonal(distance, np.inf)
    position = np.argsort(distance, axis=1, kind="stable")[:, :number]
    found = np.take_along_axis(distance, position, axis=1)
    usual = float(np.median(distance[np.isfinite(distance)]))
    if of is not None:
        usual = float(np.quantile(found[:, -1], OUTLYING))
    return Peers(position[:of], found[:of], usual)


def rate(
    point: ArrayLike,
    draws: ArrayLike,
    position: ArrayLike,
    minimum: float,
    unknown: ArrayLike | None = None,
    elsewhere: tuple[ArrayLike, ArrayLike] | None = None,
) -> Ratings:
    """Rate every score as strength, similar or weakness among its comparators, as one tier.

    Parameters
    ----------
    point : array_like (wards, items)
        Scores of one period, NaN where not scored.
    draws : array_like (n, wards, items)
        Their replicates under :data:`spi_core.uncertainty.simulate.SAMPLING`.
    position : array_like of int (wards, number)
        From `nearest`.
    minimum : float
        Least difference, score points.
    unknown : array_like of str (wards, items), optional
        Why a score is not rated, its error not being known; empty where it is.
    elsewhere : tuple of array_like (others, items) and (n, others, items), optional
        Scores and replicates of further wards that are compared with and not rated; positions
        count on into them.

    Returns
    -------
    Ratings
        By `RATING_RULE`; the error is the replicates' standard deviation. A comparator that is not
        scored is left out of the median; with fewer than
        `MIN_PEERS` left the score is not rated.
    """
    scores, drawn = np.asarray(point, dtype=np.float64), np.asarray(draws)
    peers = np.asarray(position)
    if scores.ndim != 2 or drawn.shape[1:] != scores.shape or len(peers) != len(scores):
        raise ValueError(
            f"scores {scores.shape}, replicates {drawn.shape} and comparators {peers.shape} "
            "must have the same wards and items"
        )
    if minimum < 0:
        raise ValueError(f"the least difference must be 0 or more; got {minimum}")
    others = scores
    if elsewhere is not None:
        others = np.concatenate([scores, np.asarray(elsewhere[0], dtype=np.float64)])
        drawn = np.concatenate([drawn, np.asarray(elsewhere[1])], axis=1)
    others = others[peers]
    enough = (~np.isnan(others)).sum(axis=1) >= MIN_PEERS
    median = _median(others, axis=1)
    spread = np.abs(others - median[:, None])
    count = np.maximum((~np.isnan(spread)).sum(axis=1), 1)
    spread = np.where(enough, np.nansum(spread, axis=1) / count, np.nan)
    error = np.stack(
        [
            (drawn[:, a] - _median(drawn[:, near], axis=1)).std(axis=0, ddof=1)
            for a, near in enumerate(peers)
        ]
    )
    difference = scores - median
    reason = np.full(scores.shape, "", dtype=object)
    if unknown is not None:
        reason[:] = unknown
    reason[~enough] = f"fewer than {MIN_PEERS} comparators are scored"
    reason[np.isnan(scores)] = "not scored"
    judged = tier(difference, np.where(reason == "", error, np.nan))
    clear = judged.clear & (np.abs(difference) > np.maximum(spread, minimum))
    rating = np.where(clear, np.where(difference > 0, STRENGTH, WEAKNESS), SIMILAR)
    rating = np.where(reason == "", rating, NOT_RATED)
    return Ratings(median, difference, judged, spread, rating, reason.astype(np.str_))


def _median(x: NDArray[np.floating], axis: int) -> Array:
    """Median of what is scored; NaN where nothing is."""
    ordered = np.sort(x, axis=axis)  # missing values sort last
    count = (~np.isnan(x)).sum(axis=axis, keepdims=True)
    lower = np.take_along_axis(ordered, (count - 1) // 2, axis=axis)
    upper = np.take_along_axis(ordered, count // 2, axis=axis)
    return np.asarray(((lower + upper) / 2).squeeze(axis), dtype=np.float64)


def borough_difference(point: ArrayLike, draws: ArrayLike, borough: int) -> tuple[Array, Tier]:
    """Compare each ward's score with the borough's, as one tier.

    Parameters
    ----------
    point : array_like (areas, items)
        Scores of one period.
    draws : array_like (n, areas, items)
        Their replicates.
    borough : int
        Position of the borough among the areas.

    Returns
    -------
    difference : ndarray (wards, items)
        Ward minus borough, score points, of the other areas in their order.
    tier : Tier
        All of them judged together; not those of which nothing varies.

    Notes
    -----
    The borough contains the ward, so their errors go together: with ward share w of the borough
    the variance is ``(1 − 2w) V(ward) + V(borough)``. The draws are independent, which leaves the
    term with w out: cautious, the interval is about w wider (6 % for one of 17 wards).
    """
    scores, drawn = np.asarray(point, dtype=np.float64), np.asarray(draws)
    difference = np.delete(scores - scores[borough], borough, axis=0)
    apart = np.delete(drawn - drawn[:, [borough]], borough, axis=1)
    # nothing varies where no error is known at all
    error = np.where((apart == apart[0]).all(axis=0), np.nan, apart.std(axis=0, ddof=1))
    return difference, tier(difference, error)
