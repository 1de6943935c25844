"""Which indicators made the index change, so that the parts add up exactly."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.method.recipe import Recipe
from spi_core.method.score import Scores, score

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contributions:
    """Points of index change that each indicator made.

    Parameters
    ----------
    index : ndarray (areas, indicators)
        Sums to `change` along each row; 0 for indicators that count in no change, NaN for a whole
        row that cannot be split.
    change : ndarray (areas,)
        Change of the index by this recipe.
    reason : ndarray of str (areas,)
        Why a row cannot be split; empty elsewhere.
    """

    index: Array
    change: Array
    reason: NDArray[np.str_]


def decompose(value: ArrayLike, recipe: Recipe) -> Contributions:
    """Split each area's index change into its indicators' contributions.

    Parameters
    ----------
    value : array_like (periods, areas, indicators)
        Raw values; the first and the last period are compared.
    recipe : Recipe
        The comparable recipe.

    Returns
    -------
    Contributions
        Exact for every mean.

    Raises
    ------
    ValueError
        For fewer than two periods.

    Notes
    -----
    A mean y of x with weights w keeps ``g(y) = Σ w g(x)`` (:class:`spi_core.method.means.Mean`).
    With the slope ``s(x) = (g(x₁) − g(x₀))/(x₁ − x₀)`` it follows exactly that
    ``Δy = Σ w s(x)/s(y) Δx``; chaining the three levels gives each indicator's part. For the
    geometric mean this is the log-mean Divisia index: Ang, *Energy Policy* 32 (2004). Contributions
    are of capped scores, so an indicator that moves beyond a goalpost contributes nothing.
    """
    x = np.asarray(value, dtype=np.float64)
    if x.ndim != 3 or x.shape[0] < 2:
        raise ValueError(f"change needs two periods, areas and indicators; got shape {x.shape}")
    scores = score(x[[0, -1]], recipe)
    scored, later = ~np.isnan(scores.component)
    same = (scored == later).all(axis=1) & scored.any(axis=1)
    parts = _slopes(scores, recipe) * (scores.indicator[1] - scores.indicator[0])
    counts = recipe.used & scored[:, recipe.component_of]
    reason = np.where(same, "", "scored components differ between the periods")
    reason[np.isnan(scores.index).all(axis=0)] = "not scored"
    return Contributions(
        np.where(same[:, None], np.where(counts, parts, 0.0), np.nan),
        scores.index[1] - scores.index[0],
        reason,
    )


def influence(scores: Scores, recipe: Recipe) -> Array:
    """Give what one point of each indicator's score makes in the index.

    Parameters
    ----------
    scores : Scores
        Of one period: arrays (areas, ...).
    recipe : Recipe
        What they follow.

    Returns
    -------
    ndarray, shape (areas, indicators)
        ``∂ index / ∂ score``, points a point: with arithmetic means the indicator's share over
        the number of components in its dimension and of dimensions. NaN without an index.
    """
    twice = Scores(*(np.stack([getattr(scores, f.name)] * 2) for f in fields(scores)))
    slopes = _slopes(twice, recipe)
    return np.where(np.isnan(scores.index)[:, None], np.nan, np.where(recipe.used, slopes, 0.0))


def _slopes(scores: Scores, recipe: Recipe) -> Array:
    """Chain the slopes of the three means between two periods; shape (areas, indicators)."""
    component, dimension = scores.component, scores.dimension
    of_component, of_dimension, of_index = recipe.means
    both = ~np.isnan(component).any(axis=0)
    # every scored component of a dimension, every scored dimension, counts alike
    member = np.eye(dimension.shape[-1])[recipe.dimension_of]
    members = both @ member
    n_dimensions = np.count_nonzero(members, axis=1)[:, None]
    top = of_index.slope(*dimension) / of_index.slope(*scores.index)[:, None]
    middle = of_dimension.slope(*component) / of_dimension.slope(*dimension)[:, recipe.dimension_of]
    lowest = of_component.slope(*scores.indicator)
    lowest = lowest / of_component.slope(*component)[:, recipe.component_of]
    count = np.where(both, members[:, recipe.dimension_of] * n_dimensions, 1)
    factor = top[:, recipe.dimension_of] * middle / count
    return np.asarray(recipe.share * lowest * factor[:, recipe.component_of])
