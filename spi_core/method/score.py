"""From raw values to the index: one recipe, one pure scoring function.

A recipe holds everything that is decided beforehand (goalposts, weights, means); scoring is then
a function of the values alone, over any number of periods or Monte-Carlo replicates at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.method.aggregate import hierarchy
from spi_core.method.impute import regress
from spi_core.method.means import Means, lift
from spi_core.method.normalise import beyond_goalposts, goalposts

__all__ = [
    "Estimated",
    "Recipe",
    "Scores",
    "estimate_missing",
    "recipe_for",
    "score",
    "score_levels",
    "take",
]

Array = NDArray[np.float64]
ALL = slice(None)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything decided before a value is scored.

    Parameters
    ----------
    best, worst : ndarray, shape (indicators,)
        Goalposts in raw units.
    share : ndarray, shape (indicators,)
        What each indicator's 0–100 score counts in its component; 0 for an unused indicator.
    component_of : ndarray of int, shape (indicators,)
        Position of each indicator's component.
    dimension_of : ndarray of int, shape (components,)
        Position of each component's dimension.
    means : tuple of Mean
        Of components, dimensions and the index.
    minimum : int
        Indicators that a component needs to be scored.
    """

    best: Array
    worst: Array
    share: Array
    component_of: NDArray[np.intp]
    dimension_of: NDArray[np.intp]
    means: Means
    minimum: int

    @property
    def used(self) -> NDArray[np.bool_]:
        """Whether an indicator counts in a score; shape (indicators,)."""
        return self.share > 0

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Whether a component can be scored at all; shape (components,)."""
        return np.bincount(self.component_of[self.used], minlength=self.dimension_of.size) > 0


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores 0–100, higher is better; NaN where not scored. Leading axes as in the values.

    Parameters
    ----------
    indicator : ndarray, shape (..., areas, indicators)
        Goalpost scores, also of indicators that count in no component.
    component : ndarray, shape (..., areas, components)
    dimension : ndarray, shape (..., areas, dimensions)
    index : ndarray, shape (..., areas)
    capped : ndarray of bool, shape (..., areas, indicators)
        The value lies beyond a goalpost and counts as the goalpost.
    """

    indicator: Array
    component: Array
    dimension: Array
    index: Array
    capped: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Estimated:
    """Values with gaps filled where the rule allows.

    Parameters
    ----------
    value : ndarray, shape (periods, areas, indicators)
    estimated : ndarray of bool, same shape
        Cells filled by regression.
    residual_sd : ndarray, shape (indicators,)
        Standard deviation of the regression's residuals, raw units; NaN where nothing was filled.
    """

    value: Array
    estimated: NDArray[np.bool_]
    residual_sd: Array


#: What has an axis of periods and one of areas.
Cells = TypeVar("Cells", Estimated, Scores)


def take(found: Cells, periods: Sequence[int] | slice = ALL, areas: slice = ALL) -> Cells:
    """Keep some periods and areas of what was estimated or scored.

    Parameters
    ----------
    found : Estimated or Scores
        Of any periods and areas.
    periods, areas : sequence of int or slice
        Positions to keep; all if left out.

    Returns
    -------
    Estimated or Scores
        The same indicators.
    """
    arrays = {f.name: getattr(found, f.name) for f in fields(found)}
    return replace(found, **{n: a[periods][:, areas] for n, a in arrays.items() if a.ndim > 1})


def recipe_for(recipe: Recipe, available: NDArray[np.bool_], minimum_coverage: float) -> Recipe:
    """Fit a recipe to smaller areas, where fewer indicators are published.

    Parameters
    ----------
    recipe : Recipe
        The full recipe.
    available : ndarray of bool, shape (indicators,)
        Whether the indicator has values at that level.
    minimum_coverage : float
        Share (0–1) of a component's weight that must be available for it to be scored.

    Returns
    -------
    Recipe
        The same weights among the available indicators, rescaled to sum 1 in each component;
        components below the coverage, or the minimum of indicators, are not scored.
    """
    share = np.where(available, recipe.share, 0.0)
    n = recipe.dimension_of.size
    covered = np.bincount(recipe.component_of, weights=share, minlength=n)
    left = np.bincount(recipe.component_of[share > 0], minlength=n)
    keep = (covered >= minimum_coverage) & (left >= recipe.minimum)
    where = keep[recipe.component_of]
    total = covered[recipe.component_of]
    return replace(recipe, share=np.divide(share, total, out=np.zeros_like(share), where=where))


def estimate_missing(
    value: Array, recipe: Recipe, fit_on: NDArray[np.intp], limit: int
) -> Estimated:
    """Fill single gaps within a component by regression on its other indicators.

    Parameters
    ----------
    value : ndarray, shape (periods, areas, indicators)
        Raw values.
    recipe : Recipe
        Which indicators belong together.
    fit_on : ndarray of int
        Positions of the areas that the regression is fitted on and applied to.
    limit : int
        Gaps allowed in one component of one area and period: 0 or 1.

    Returns
    -------
    Estimated
        An area with more gaps keeps them: its component is not scored.
    """
    filled = value.copy()
    estimated = np.zeros(value.shape, bool)
    spread = np.full(value.shape[-1], np.nan)
    for c in np.flatnonzero(recipe.scored):
        at = np.flatnonzero((recipe.component_of == c) & recipe.used)
        block = value[:, fit_on][..., at]
        if limit == 0 or not np.isnan(block).any():
            continue
        result = regress(block.reshape(-1, at.size), max_missing=limit)
        where = np.ix_(np.arange(value.shape[0]), fit_on, at)
        filled[where] = result.values.reshape(block.shape)
        estimated[where] = result.estimated.reshape(block.shape)
        if result.residual_sd is not None:
            spread[at] = result.residual_sd
    return Estimated(filled, estimated, spread)


def score(value: ArrayLike, recipe: Recipe) -> Scores:
    """Score values by a recipe.

    Parameters
    ----------
    value : array_like, shape (..., areas, indicators)
        Raw values; NaN where missing.
    recipe : Recipe
        What was decided beforehand.

    Returns
    -------
    Scores
        A component is scored where all its used indicators have a value; dimensions and the index
        are means of what is scored.

    Notes
    -----
    Component = Σ share · 100 (x − worst) / (best − worst) where its mean is arithmetic: the Social
    Progress Imperative's 100 (X − X_worst) / (X_best − X_worst) with X = Σ u z (see
    :func:`spi_core.method.weights.scoring_weights`).
    """
    x = np.asarray(value, float)
    indicator = lift(goalposts(x, recipe.best, recipe.worst), recipe.means)
    component, dimension, index = score_levels(indicator, recipe)
    capped = beyond_goalposts(x, recipe.best, recipe.worst)
    return Scores(indicator, component, dimension, index, capped)


def score_levels(indicator: ArrayLike, recipe: Recipe) -> tuple[Array, Array, Array]:
    """Average indicator scores up to the index.

    Parameters
    ----------
    indicator : array_like, shape (..., areas, indicators)
        Scores of any normaliser, as `spi_core.method.means.lift` makes them fit the means.
    recipe : Recipe
        Shares and means; its goalposts are not used.

    Returns
    -------
    component, dimension, index : ndarray (..., areas, components), (..., areas, dimensions), \
(..., areas)
        NaN where not scored.
    """
    x = np.asarray(indicator, float)
    if not recipe.used.any():  # nothing comparable, say: nothing is scored
        nothing = np.full((*x.shape[:-1], recipe.dimension_of.size), np.nan)
        return nothing, nothing[..., : int(recipe.dimension_of.max()) + 1], nothing[..., 0]
    used, components = recipe.used, recipe.component_of[recipe.used]
    members = np.bincount(components, minlength=recipe.dimension_of.size)
    levels = hierarchy(
        x[..., used],
        [components, recipe.dimension_of, np.zeros(recipe.dimension_of.max() + 1, np.intp)],
        [recipe.share[used], None, None],
        recipe.means,
        [np.maximum(members, 1), 1, 1],
    )
    component, dimension, index = levels.scores
    return component, dimension, index[..., 0]
