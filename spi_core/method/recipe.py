"""What a score follows: goalposts, weights, the tree, its means, and what is absent when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.method.means import Means

Array = NDArray[np.float64]
#: Share of an element's full weight that a statement about its change must rest on.
ENOUGH = 0.5


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
    missing_components : int
        Scored components that an area may lack and still have an index.
    absent : ndarray of bool, shape (periods, indicators), or None
        Indicators that nobody has in a period: components do without them there, in all areas
        alike. None where every used indicator was collected in every period.
    """

    best: Array
    worst: Array
    share: Array
    component_of: NDArray[np.intp]
    dimension_of: NDArray[np.intp]
    means: Means
    minimum: int
    missing_components: int = 0
    absent: NDArray[np.bool_] | None = None

    def scores_like(self, other: Recipe) -> bool:
        """Whether another recipe that differs at most in coverage and shares scores the same."""
        alike = self.missing_components == other.missing_components
        return alike and self.absent is other.absent and np.array_equal(self.share, other.share)

    @property
    def used(self) -> NDArray[np.bool_]:
        """Whether an indicator counts in a score; shape (indicators,)."""
        return self.share > 0

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Whether a component can be scored at all; shape (components,)."""
        return np.bincount(self.component_of[self.used], minlength=self.dimension_of.size) > 0


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


def absent_in(value: ArrayLike, recipe: Recipe) -> NDArray[np.bool_] | None:
    """Find the indicators that nobody has in a period though others have them in another.

    Parameters
    ----------
    value : array_like, shape (periods, areas, indicators)
        Raw values of the units of evidence.
    recipe : Recipe
        Says which indicators are used.

    Returns
    -------
    ndarray of bool, shape (periods, indicators), or None
        None where there is none: as :attr:`Recipe.absent`.

    Examples
    --------
    >>> recipe = Recipe(*np.ones((3, 2)), np.zeros(2, int), np.zeros(1, int), (), 1)
    >>> absent_in([[[1.0, np.nan]], [[2.0, 3.0]]], recipe)
    array([[False,  True],
           [False, False]])
    """
    found = np.isnan(np.asarray(value, float)).all(axis=1) & recipe.used
    return found if found.any() else None


def during(recipe: Recipe, periods: Sequence[int]) -> Recipe:
    """Keep of a recipe what it says of some periods.

    Parameters
    ----------
    recipe : Recipe
        Of all periods.
    periods : sequence of int
        Positions to keep.

    Returns
    -------
    Recipe
        For values of these periods.
    """
    kept = None if recipe.absent is None else recipe.absent[list(periods)]
    return replace(recipe, absent=kept if kept is not None and kept.any() else None)


def alike(recipe: Recipe, periods: int) -> Iterator[tuple[NDArray[np.intp], NDArray[np.bool_]]]:
    """Group periods in which the same indicators are absent."""
    if recipe.absent is None:
        yield np.arange(periods), np.zeros(recipe.share.size, bool)
        return
    for absent in np.unique(recipe.absent, axis=0):
        yield np.flatnonzero((recipe.absent == absent).all(axis=1)), absent
