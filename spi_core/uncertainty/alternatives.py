"""What may vary between replicates, and how: errors, weights, normaliser, means, goalposts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.method.means import Mean
from spi_core.method.moments import Moments
from spi_core.method.normalise import NORMALISERS
from spi_core.method.options import NormaliserName
from spi_core.method.recipe import Recipe
from spi_core.method.weights import fit, scoring_weights
from spi_core.text.words import Choice
from spi_core.uncertainty.bootstrap import bootstrap
from spi_core.uncertainty.replicates import Plan

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
#: What varies behind ratings, intervals and ranks: the values, under fixed goalposts and weights.
SAMPLING: frozenset[Choice] = frozenset({"sampling", "imputation"})

#: What varies in the audit.
ALL: frozenset[Choice] = frozenset(get_args(Choice))


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What a replicate may choose from when a choice varies.

    Parameters
    ----------
    normalisers : tuple of str
        One is drawn a replicate, each as likely.
    means : tuple of Mean
        One is drawn a replicate and level, of these and those of the recipe.
    shares : ndarray (any number, indicators) or None
        Sets of shares to draw from, as `pca_shares` makes them.
    weight_noise : float
        Without `shares`: every share is multiplied by a uniform number within ± this and they are
        scaled to sum 1 in each component.
    goalpost_shift : float
        Each goalpost is moved by a uniform number within ± this many score points; 10 takes the
        worst one from about the 1st percentile to well beyond the extreme or to about the 5th.
    """

    normalisers: tuple[NormaliserName, ...] = tuple(NORMALISERS)
    means: tuple[Mean, ...] = (Mean(1.0), Mean(0.0))
    shares: Array | None = None
    weight_noise: float = 0.25
    goalpost_shift: float = 10.0


def make_plan(
    recipe: Recipe,
    used: Mask,
    choices: Collection[Choice],
    alternatives: Alternatives,
    n: int,
    rng: np.random.Generator,
) -> Plan:
    """Draw the choices of every replicate.

    Parameters
    ----------
    recipe : Recipe
        The method as decided, kept where nothing varies.
    used : ndarray of bool (indicators,)
        Indicators that are drawn.
    choices : collection of str
        What varies.
    alternatives : Alternatives
        What to choose from.
    n : int
        Replicates.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Plan
        One choice a replicate.
    """
    normaliser = np.full(n, "goalposts", "U16")
    if "normaliser" in choices:
        normaliser = rng.choice(np.array(alternatives.normalisers, "U16"), n)
    order = np.tile([mean.order for mean in recipe.means], (n, 1))
    if "aggregator" in choices:
        kinds = dict.fromkeys((*alternatives.means, *recipe.means))
        order = rng.choice([mean.order for mean in kinds], (n, 3))
    share = ends = None
    if "weights" in choices:
        if alternatives.shares is not None:
            share = alternatives.shares[rng.integers(len(alternatives.shares), size=n)]
        else:
            width = alternatives.weight_noise
            share = recipe.share * rng.uniform(1 - width, 1 + width, (n, recipe.share.size))
        share = share[:, used]
    if "goalposts" in choices:
        shift = alternatives.goalpost_shift
        moved = rng.uniform(-shift, shift, (n, 2, int(used.sum())))
        ends = moved + np.array([[0.0], [100.0]])
    return Plan(normaliser, order, share, ends)


def pca_shares(
    parts: dict[int, Moments],
    recipe: Recipe,
    polarity: ArrayLike,
    rng: np.random.Generator,
    n: int = 1000,
) -> tuple[Array, dict[int, int]]:
    """Shares as they would be with other samples of the population the weights were fitted on.

    Parameters
    ----------
    parts : dict of int to Moments
        For each component with principal-component weights, the moments of its used indicators in
        their order.
    recipe : Recipe
        Other components keep their shares.
    polarity : array_like (indicators,)
        +1 or −1.
    rng : numpy.random.Generator
        Source of randomness.
    n : int
        Sets of shares.

    Returns
    -------
    ndarray (n, indicators), dict of int to int
        Shares; and for each component how many of the n sets fell back to equal weights, as the
        method does when a loading or KMO fails.
    """
    shares = np.tile(recipe.share, (n, 1))
    fell_back = {}
    sign = np.asarray(polarity, dtype=np.float64)
    for c, m in parts.items():
        at = np.flatnonzero((recipe.component_of == c) & recipe.used)
        ends = (recipe.best[at], recipe.worst[at])
        drawn = bootstrap(m, *ends, sign[at], rng, n)
        weight = np.full((n, at.size), 1 / at.size)
        weight[: len(drawn.weights)] = drawn.weights
        fell_back[c] = n - len(drawn.weights)
        sd = fit(m, *ends, sign[at]).sd
        # failures stand last; shuffle, or they would meet those of other components
        shares[:, at] = scoring_weights(weight, sd, *ends)[rng.permutation(n)]
    return shares, fell_back
