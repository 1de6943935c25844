"""How sure a score, a rank and a change are: Monte Carlo over errors and over choices.

Two uses. For ratings, intervals and ranks goalposts and weights are fixed by the method, so only
the values vary (`SAMPLING`). For the audit every choice varies too (`ALL`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.method.recipe import Recipe
from spi_core.method.score import Estimated
from spi_core.text.words import Choice
from spi_core.uncertainty.alternatives import ALL, SAMPLING, Alternatives, make_plan
from spi_core.uncertainty.averaging import Levels, Tree
from spi_core.uncertainty.replicates import Noise, Plan, replicate
from spi_core.uncertainty.sampling import Sampling

Array: TypeAlias = NDArray[np.float64]
Single: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scored:
    """Replicates of the scores of one recipe; NaN where not scored, in every replicate alike.

    Parameters
    ----------
    component : ndarray of float32 (n, periods, areas, components)
    dimension : ndarray of float32 (n, periods, areas, dimensions)
    index : ndarray of float32 (n, periods, areas)
    """

    component: Single
    dimension: Single
    index: Single


@dataclass(frozen=True, slots=True)
class Draws:
    """Replicates that succeeded, and what became of the others.

    Parameters
    ----------
    full : Scored
        By the recipe: for levels and ranks.
    comparable : Scored
        By the recipe of comparable indicators: for changes. The same object where none was given.
    indicator : ndarray of float32 (n, periods, areas, indicators) or None
        Scores of the indicators, if they were asked for.
    n : int
        Replicates asked for.
    n_failed : int
        Replicates without a result; they are in no array.
    failures : mapping of str to int
        Why, and how many.
    fixed : ndarray of bool (periods, areas, indicators)
        Cells with a value whose error is unknown: they did not vary.
    varied : frozenset of str
        The choices that varied.
    """

    full: Scored
    comparable: Scored
    indicator: Single | None
    n: int
    n_failed: int
    failures: dict[str, int]
    fixed: Mask
    varied: frozenset[Choice]


def simulate(
    value: ArrayLike,
    sampling: Sampling,
    recipe: Recipe,
    rng: np.random.Generator,
    n: int,
    *,
    vary: Collection[Choice] = SAMPLING,
    comparable: Recipe | None = None,
    estimated: Estimated | None = None,
    alternatives: Alternatives | None = None,
    reference: Mask | None = None,
    keep_indicators: bool = False,
    capped: bool = False,
    max_bytes: float = 1.5e9,
) -> Draws:
    """Score the panel again and again with errors drawn and, if asked, with other choices.

    Parameters
    ----------
    value : array_like, shape (periods, areas, indicators)
        Raw values, gaps estimated.
    sampling : Sampling
        Their errors.
    recipe : Recipe
        The method as decided.
    rng : numpy.random.Generator
        Source of randomness; the same seed gives the same numbers.
    n : int
        Replicates.
    vary : collection of str
        `SAMPLING`, `ALL` or any of the choices.
    comparable : Recipe, optional
        Scored from the same draws: :func:`spi_core.build.recipe.comparable_recipe`.
    estimated : Estimated, optional
        Which cells are estimates, and their residual spread.
    alternatives : Alternatives, optional
        What to choose from.
    reference : ndarray of bool (areas,), optional
        Areas that min–max, z-scores and percentile ranks are fitted on; all if left out. Leave out
        the whole: it is a mix of its units.
    keep_indicators : bool
        Keep the draws of indicator scores, of all indicators; they are capped.
    capped : bool
        Whether values are capped at the goalposts before they are averaged, as they are wherever
        more varies than values.
    max_bytes : float
        Most memory the result may take.

    Returns
    -------
    Draws
        Replicates of every level.

    Raises
    ------
    ValueError
        For an unknown choice, shapes that do not fit, a result too large, or if every replicate
        failed.

    Notes
    -----
    A value is drawn as ``x + se·z + se·g/6·(z² − 1)`` with skewness g (Cornish–Fisher): its mean
    is x, it follows the gamma distribution of a count's expectation to second order, and it is
    kept within the indicator's valid range, so a rate is never below 0. Errors of two periods
    correlate by the overlap of their windows. An estimate has its regression's residual on top.
    Unless `capped`, scores are drawn before values are capped at the goalposts and then moved by
    what capping the value itself takes or adds: draws that pile up at a goalpost would lie to one
    side of the score. Scores drawn with a mean that has no zero are moved to
    1–100 first. z-scores are shown
    as T-scores, 50 ± 10 a standard deviation; scores of `ALL` mix scales, so use its ranks.
    """
    x = np.asarray(value, dtype=np.float64)
    choices = _check(x, sampling, recipe, n, vary)
    used = np.ones(recipe.share.size, bool) if keep_indicators else recipe.used.copy()
    model = noise(x, sampling, recipe, used, choices, estimated)
    trees = [Tree.of(recipe, used)]
    if comparable is not None and not comparable.scores_like(recipe):
        trees.append(Tree.of(comparable, used))
    width = recipe.dimension_of.size + int(recipe.dimension_of.max()) + 2
    size = 4.0 * n * x.shape[0] * x.shape[1] * (width * len(trees) + used.sum() * keep_indicators)
    if size > max_bytes:
        raise ValueError(
            f"{n} replicates would take {size / 1e9:.1f} GB; allowed: {max_bytes / 1e9:.1f} GB. "
            "Ask for fewer replicates or areas"
        )
    plan = make_plan(recipe, used, choices, alternatives or Alternatives(), n, rng)
    cells = np.ones(x.shape[1], bool) if reference is None else np.asarray(reference, bool)
    kept = None
    if keep_indicators:
        kept = np.empty((used.size, n, x.shape[0] * x.shape[1]), np.float32)
    fitted, capped = np.tile(cells, x.shape[0]), capped or bool(choices - SAMPLING)
    levels, failures, failed = replicate(
        model, trees, plan, rng, fitted, indicators=kept, capped=capped
    )
    if failed.all():
        raise ValueError(f"every replicate failed: {', '.join(failures)}")
    if not capped:
        _recentre(levels, model, trees, plan, rng, fitted)
    scored = [_scored(level, ~failed, x.shape[:2]) for level in levels]
    return Draws(
        full=scored[0],
        comparable=scored[-1],
        indicator=None if kept is None else _shape(kept, ~failed, x.shape[:2]),
        n=n,
        n_failed=int(failed.sum()),
        failures=failures,
        fixed=~np.isnan(x) & np.isnan(sampling.se) & (recipe.used | keep_indicators),
        varied=choices,
    )


def _recentre(
    levels: list[Levels],
    model: Noise,
    trees: list[Tree],
    plan: Plan,
    rng: np.random.Generator,
    fitted: Mask,
) -> None:
    """Move uncapped draws, in place, from the uncapped score of the values to their score."""
    one = replace(plan, normaliser=plan.normaliser[:1], order=plan.order[:1], errors=np.array([-1]))
    still = np.zeros((model.centre.shape[0], 1, model.centre.shape[1]), np.float32)
    free, held = (
        replicate(model, trees, one, rng, fitted, still, capped=capped)[0]
        for capped in (False, True)
    )
    for drawn, before, after in zip(levels, free, held, strict=True):
        for name in ("component", "dimension", "index"):
            array = getattr(drawn, name)
            array += getattr(after, name) - getattr(before, name)


def noise(
    x: Array,
    sampling: Sampling,
    recipe: Recipe,
    used: Mask,
    choices: Collection[Choice],
    estimated: Estimated | None = None,
) -> Noise:
    """Turn values and standard errors into score units, ready to be drawn from.

    Parameters
    ----------
    x : ndarray (periods, areas, indicators)
        Raw values.
    sampling, recipe, estimated
        As in `simulate`.
    used : ndarray of bool (indicators,)
        Indicators to draw.
    choices : collection of str
        Whether ``sampling`` and ``imputation`` vary.

    Returns
    -------
    Noise
        Of the used indicators.
    """
    unit = 100 / (recipe.best - recipe.worst)
    se = np.where(np.isnan(sampling.se) | ("sampling" not in choices), 0.0, sampling.se)
    curve = se * sampling.skew / 6
    if estimated is not None and "imputation" in choices:
        spread = np.where(estimated.estimated, np.nan_to_num(estimated.residual_sd), 0.0)
        se = np.sqrt(se**2 + spread**2)
    ends = (np.stack([sampling.low, sampling.high]) - recipe.worst) * unit

    def flat(a: Array) -> Single:
        return np.ascontiguousarray(a.reshape(-1, a.shape[-1]).T[used], np.float32)

    # a correlation of exactly 1 has a Cholesky factor only in the limit
    shared = sampling.overlap[used] * (1 - 1e-9)
    shared[:, np.arange(x.shape[0]), np.arange(x.shape[0])] = 1.0
    return Noise(
        centre=flat((x - recipe.worst) * unit),
        scale=flat(se * unit),
        curve=flat(curve * unit),
        low=ends.min(axis=0)[used].astype(np.float32),
        high=ends.max(axis=0)[used].astype(np.float32),
        mix=np.linalg.cholesky(shared).astype(np.float32),
    )


def _check(
    x: Array, sampling: Sampling, recipe: Recipe, n: int, vary: Collection[Choice]
) -> frozenset[Choice]:
    choices = frozenset(vary)
    if not choices or choices - ALL:
        raise ValueError(f"unknown choices {sorted(choices - ALL)}; allowed: {sorted(ALL)}")
    if n < 1:
        raise ValueError(f"n must be at least 1; got {n}")
    if x.ndim != 3 or x.shape != sampling.se.shape or x.shape[-1] != recipe.share.size:
        raise ValueError(
            f"values, standard errors and recipe must fit; shapes are {x.shape}, "
            f"{sampling.se.shape} and {recipe.share.shape}"
        )
    if not recipe.used.any():
        raise ValueError("no component can be scored: every share is 0")
    if np.isinf(x).any() or (sampling.se < 0).any():
        raise ValueError("values must be finite or missing, standard errors 0 or more")
    return choices


def _scored(levels: Levels, kept: Mask, shape: tuple[int, ...]) -> Scored:
    return Scored(
        _shape(levels.component, kept, shape),
        _shape(levels.dimension, kept, shape),
        levels.index[kept].reshape(-1, *shape),
    )


def _shape(a: Single, kept: Mask, shape: tuple[int, ...]) -> Single:
    """(children, n, cells) → (n, periods, areas, children) without copying if none failed."""
    good = a if kept.all() else a[:, kept]
    return np.moveaxis(good.reshape(a.shape[0], -1, *shape), 0, -1)
