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
from spi_core.method.means import lift
from spi_core.method.normalise import beyond_goalposts, goalposts
from spi_core.method.recipe import Recipe, alike, recipe_for

Array = NDArray[np.float64]
ALL = slice(None)


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
    residual_sd : ndarray, shape (indicators,), or that of the values
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
        An area with more gaps keeps them: its component is not scored. What is absent in a period
        is not estimated there, nor used to estimate another.
    """
    filled = value.copy()
    estimated = np.zeros(value.shape, bool)
    spread = np.full(value.shape[-1], np.nan)
    for at_once, absent in alike(recipe, value.shape[0]):
        for c in np.flatnonzero(recipe.scored):
            at = np.flatnonzero((recipe.component_of == c) & recipe.used & ~absent)
            block = value[:, fit_on][..., at]
            if limit == 0 or not np.isnan(block[at_once]).any():
                continue
            result = regress(block.reshape(-1, at.size), max_missing=limit)
            where = np.ix_(at_once, fit_on, at)
            filled[where] = result.values.reshape(block.shape)[at_once]
            estimated[where] = result.estimated.reshape(block.shape)[at_once]
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
        A component is scored where all its used indicators have a value, a dimension and the index
        where all their components are; `Recipe.missing_components` may be lacking.

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

    Raises
    ------
    ValueError
        If something is absent in a period and the values have no axis of those periods.
    """
    x = np.asarray(indicator, float)
    if recipe.absent is None:
        return _score_alike(x, recipe)
    if x.ndim < 3 or x.shape[-3] != len(recipe.absent):
        raise ValueError(f"values of {len(recipe.absent)} periods are needed; shape is {x.shape}")
    parts = x.shape[:-1]
    component = np.full((*parts, recipe.dimension_of.size), np.nan)
    dimension = np.full((*parts, int(recipe.dimension_of.max()) + 1), np.nan)
    index = np.full(parts, np.nan)
    for at_once, absent in alike(recipe, len(recipe.absent)):
        here = recipe_for(replace(recipe, absent=None), ~absent, 0.0)
        found = _score_alike(x[..., at_once, :, :], here, recipe.scored)
        component[..., at_once, :, :], dimension[..., at_once, :, :], index[..., at_once, :] = found
    return component, dimension, index


def _score_alike(
    x: Array, recipe: Recipe, expected: NDArray[np.bool_] | None = None
) -> tuple[Array, Array, Array]:
    """Score values in which nothing is absent; `expected` are the components that should be."""
    scored = recipe.scored if expected is None else expected
    if not recipe.used.any():  # nothing comparable, say: nothing is scored
        nothing = np.full((*x.shape[:-1], recipe.dimension_of.size), np.nan)
        return nothing, nothing[..., : int(recipe.dimension_of.max()) + 1], nothing[..., 0]
    used, components = recipe.used, recipe.component_of[recipe.used]
    members = np.bincount(components, minlength=recipe.dimension_of.size)
    of = np.bincount(recipe.dimension_of[scored], minlength=recipe.dimension_of.max() + 1)
    levels = hierarchy(
        x[..., used],
        [components, recipe.dimension_of, np.zeros(of.size, np.intp)],
        [recipe.share[used], None, None],
        recipe.means,
        [np.maximum(members, 1), np.maximum(of - recipe.missing_components, 1), (of > 0).sum()],
    )
    component, dimension, index = levels.scores
    lacking = np.isnan(component[..., scored]).sum(axis=-1)
    enough = lacking <= recipe.missing_components
    return component, dimension, np.where(enough, index[..., 0], np.nan)
