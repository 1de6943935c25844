"""See what happens without one indicator or component, or with another recipe.

The scoring itself is a callable passed in, so any recipe can be examined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.method.ranking import ranks

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Score: TypeAlias = Callable[[Mask], ArrayLike]


@dataclass(frozen=True, slots=True)
class Shift:
    """What an alternative does to scores and ranks, over the areas scored both ways.

    Parameters
    ----------
    label : str
        What is different: "without indicator 3", or the name of a recipe.
    score_shift : ndarray (areas,)
        Alternative minus base; 0 where not `compared`.
    rank_shift : ndarray (areas,)
        The same of ranks among the compared areas; below 0 is a better rank.
    compared : ndarray of bool (areas,)
        Areas scored both ways.
    max_score_shift, max_rank_shift, mean_rank_shift : float or None
        Largest and mean absolute shifts; None if no area could be compared.
    rank_correlation : float or None
        Spearman's; None if not defined.
    n_lost : int
        Areas that the base scores and the alternative does not.
    reason : str
        Empty, or what is not defined and why.
    """

    label: str
    score_shift: Array
    rank_shift: Array
    compared: Mask
    max_score_shift: float | None
    max_rank_shift: float | None
    mean_rank_shift: float | None
    rank_correlation: float | None
    n_lost: int
    reason: str


def shift(base: ArrayLike, other: ArrayLike, label: str) -> Shift:
    """Compare an alternative's scores with the base's.

    Parameters
    ----------
    base, other : array_like (areas,)
        Scores of the same areas, NaN where not scored.
    label : str
        What is different.

    Returns
    -------
    Shift
        Shifts over the areas scored both ways.

    Raises
    ------
    ValueError
        If the two do not hold the same areas.

    Examples
    --------
    >>> shift([10.0, 20.0, 30.0], [10.0, 35.0, 30.0], "equal weights").rank_shift
    array([ 0., -1.,  1.])
    """
    a, b = np.asarray(base, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"scores must be of the same areas; shapes are {a.shape} and {b.shape}")
    both = ~np.isnan(a) & ~np.isnan(b)
    score, rank = np.zeros(a.size), np.zeros(a.size)
    n_lost = int((~np.isnan(a) & np.isnan(b)).sum())
    if not both.any():
        reason = "not defined because no area is scored both ways"
        return Shift(label, score, rank, both, None, None, None, None, n_lost, reason)
    score[both] = b[both] - a[both]
    rank_a, rank_b = ranks(a[both]), ranks(b[both])
    rank[both] = rank_b - rank_a
    correlation, reason = None, ""
    if both.sum() < 3 or np.ptp(rank_a) == 0 or np.ptp(rank_b) == 0:
        reason = "rank correlation is not defined because fewer than three areas differ"
    else:
        correlation = float(np.corrcoef(rank_a, rank_b)[0, 1])
    d, e = np.abs(score[both]), np.abs(rank[both])
    sizes = (float(d.max()), float(e.max()), float(e.mean()))
    return Shift(label, score, rank, both, *sizes, correlation, n_lost, reason)


def _failed(base: Array, label: str, why: Exception) -> Shift:
    """Record an alternative that cannot be scored at all."""
    other = np.full(base.size, np.nan)
    empty = shift(base, other, label)
    return Shift(
        label, empty.score_shift, empty.rank_shift, empty.compared,
        None, None, None, None, empty.n_lost, f"not defined because {why}",
    )  # fmt: skip


def _leave_out(score: Score, keeps: list[Mask], labels: list[str]) -> tuple[Shift, ...]:
    base = np.asarray(score(np.ones(keeps[0].size, dtype=bool)), dtype=np.float64)
    shifts = []
    for keep, label in zip(keeps, labels, strict=True):
        try:
            shifts.append(shift(base, score(keep), label))
        except ValueError as error:
            shifts.append(_failed(base, label, error))
    return tuple(shifts)


def leave_indicator_out(score: Score, n_indicators: int) -> tuple[Shift, ...]:
    """Score without each indicator in turn.

    Parameters
    ----------
    score : callable
        Takes a mask (indicators,) of those to keep and returns scores (areas,). A ValueError it
        raises is recorded as that alternative's reason.
    n_indicators : int
        Their number, at least 2.

    Returns
    -------
    tuple of Shift
        One an indicator, in order.

    Raises
    ------
    ValueError
        If there are fewer than two indicators.

    Examples
    --------
    >>> x = np.array([[10.0, 30.0], [20.0, 0.0]])
    >>> [s.max_rank_shift for s in leave_indicator_out(lambda k: x[:, k].mean(axis=1), 2)]
    [0.0, 1.0]
    """
    if n_indicators < 2:
        raise ValueError("leaving one out needs at least two indicators")
    keeps = list(~np.eye(n_indicators, dtype=bool))
    return _leave_out(score, keeps, [f"without indicator {j}" for j in range(n_indicators)])


def leave_component_out(score: Score, component: ArrayLike) -> tuple[Shift, ...]:
    """Score without each component in turn.

    Parameters
    ----------
    score : callable
        As in `leave_indicator_out`.
    component : array_like of int (indicators,)
        Position of each indicator's component.

    Returns
    -------
    tuple of Shift
        One a component that has indicators, in order of position.

    Raises
    ------
    ValueError
        If there are fewer than two components.
    """
    group = np.asarray(component)
    present = np.unique(group)
    if present.size < 2:
        raise ValueError("leaving one out needs at least two components")
    return _leave_out(
        score, [group != c for c in present], [f"without component {c}" for c in present]
    )


def compare(base: ArrayLike, recipes: Mapping[str, ArrayLike]) -> tuple[Shift, ...]:
    """Set alternative recipes against the base, the largest rank shift first.

    Parameters
    ----------
    base : array_like (areas,)
        Scores of the recipe in use.
    recipes : mapping of str to array_like (areas,)
        Scores of each alternative by name.

    Returns
    -------
    tuple of Shift
        One a recipe; those without a comparison last.

    Examples
    --------
    >>> [s.label for s in compare([1.0, 2.0], {"a": [1.0, 3.0], "b": [2.0, 1.0]})]
    ['b', 'a']
    """
    shifts = [shift(base, other, label) for label, other in recipes.items()]
    size = {s.label: -1.0 if s.max_rank_shift is None else s.max_rank_shift for s in shifts}
    return tuple(sorted(shifts, key=lambda s: size[s.label], reverse=True))
