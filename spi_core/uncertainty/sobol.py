"""Which choice moves the ranks: Sobol's indices of the method's choices.

Each choice is a factor between 0 and 1 that switches or slides; the outcome is how far ranks move
from those of the method as decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from SALib.analyze import sobol as analyse
from SALib.sample import sobol as sample

from spi_core.method.ranking import ranks
from spi_core.method.recipe import Recipe
from spi_core.method.score import Estimated
from spi_core.uncertainty.alternatives import SAMPLING, Alternatives
from spi_core.uncertainty.averaging import Tree
from spi_core.uncertainty.replicates import Plan, replicate
from spi_core.uncertainty.sampling import Sampling
from spi_core.uncertainty.simulate import noise

Array: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]

#: What each factor does as it runs from 0 to 1.
FACTORS: Mapping[str, str] = MappingProxyType(
    {
        "sampling": "which draw of sampling errors the values carry",
        "weights": "below ½ the weights as decided, above equal weights in each component",
        "normaliser": "goalposts, z-score, min–max or percentile rank, for a quarter each",
        "aggregator": "below ½ the means as decided, above the geometric mean at every level",
        "imputation": "estimates move from the 2.5th to the 97.5th percentile of their residual",
        "goalposts": "both goalposts slide from further out to further in",
    }
)


@dataclass(frozen=True, slots=True)
class Sobol:
    """Share of the variance of an outcome that each factor makes.

    Parameters
    ----------
    factors : tuple of str
        Keys of `FACTORS` that were varied.
    first, first_error : ndarray (factors,)
        By the factor alone; half-width of the 90 % bootstrap interval.
    total, total_error : ndarray (factors,)
        With all its interactions.
    mean, sd : float
        Of the outcome over all runs.
    n, n_failed : int
        Runs, and those without a result: they take the mean of the others.
    reason : str
        Empty, or why the indices are all 0.
    left_out : mapping of str to str
        Factors that were not varied, and why.
    """

    factors: tuple[str, ...]
    first: Array
    first_error: Array
    total: Array
    total_error: Array
    mean: float
    sd: float
    n: int
    n_failed: int
    reason: str
    left_out: Mapping[str, str]


def choices(
    value: ArrayLike,
    sampling: Sampling,
    recipe: Recipe,
    rng: np.random.Generator,
    n: int = 512,
    *,
    period: int = -1,
    estimated: Estimated | None = None,
    alternatives: Alternatives | None = None,
    reference: Mask | None = None,
    pool: int = 256,
) -> Sobol:
    """Split the mean shift of ranks among the choices that cause it.

    Parameters
    ----------
    value : array_like (periods, areas, indicators)
        Raw values, gaps estimated.
    sampling, recipe, rng, estimated, alternatives, reference
        As in :func:`spi_core.uncertainty.simulate`; ranks are among the reference areas.
    n : int
        Base samples, a power of 2; the runs are n (factors + 2).
    period : int
        The period whose ranks are looked at.
    pool : int
        Different draws of sampling errors.

    Returns
    -------
    Sobol
        For the mean over areas of how far the rank moves: Saisana, Saltelli and Tarantola, *Journal
        of the Royal Statistical Society* A 168 (2005).
    """
    x = np.asarray(value, dtype=np.float64)
    wards = np.ones(x.shape[1], bool) if reference is None else np.asarray(reference, bool)
    options = alternatives or Alternatives()
    left_out = {}
    if estimated is None or not estimated.estimated[..., recipe.used].any():
        left_out["imputation"] = "no cell was estimated"
    if not np.nan_to_num(sampling.se[..., recipe.used]).any():
        left_out["sampling"] = "no standard error is above 0"
    names = tuple(f for f in FACTORS if f not in left_out)
    used = recipe.used
    model = noise(x, sampling, recipe, used, SAMPLING - {"imputation"})
    shape = model.shape
    errors = rng.standard_normal((shape[0], pool, shape[1] * shape[2]), dtype=np.float32)
    step = None
    if estimated is not None and "imputation" in names:
        step = _residual(estimated, recipe, used)
    tree = Tree.of(recipe, used)

    def shifts(factors: Array) -> tuple[Array, Mask]:
        row = dict(zip(names, factors.T, strict=True))
        plan = _plan(row, len(factors), recipe, used, options, pool)
        out, _, failed = replicate(
            model, [tree], plan, rng, np.tile(wards, shape[1]), pool=errors, step=step
        )
        index = out[0].index.reshape(-1, *shape[1:])[:, period][:, wards]
        moved = np.abs(ranks(index[1:]) - ranks(index[0])).mean(axis=1)
        return moved, failed[1:]

    # the first run is the method as decided
    nominal = np.array([[-1.0 if f == "sampling" else _NOMINAL[f] for f in names]])
    return analyse_factors(lambda u: shifts(np.concatenate([nominal, u])), names, rng, n, left_out)


_NOMINAL = {
    "weights": 0.0,
    "normaliser": 0.0,
    "aggregator": 0.0,
    "imputation": 0.5,
    "goalposts": 0.5,
}


def analyse_factors(
    outcome: Callable[[Array], tuple[Array, Mask]],
    names: tuple[str, ...],
    rng: np.random.Generator,
    n: int,
    left_out: Mapping[str, str] | None = None,
) -> Sobol:
    """Estimate first and total indices of any outcome of factors between 0 and 1.

    Parameters
    ----------
    outcome : callable
        Takes factors (runs, factors); gives the outcome of each run and which runs failed.
    names : tuple of str
        Names of the factors, at least two.
    rng : numpy.random.Generator
        Seeds the sample and the bootstrap.
    n : int
        Base samples, a power of 2.
    left_out : mapping of str to str, optional
        Factors not varied, and why.

    Returns
    -------
    Sobol
        Saltelli's estimators as in SALib, without second-order indices.

    Raises
    ------
    ValueError
        If n is no power of 2, there are fewer than two factors, or every run failed.
    """
    if n < 2 or n & (n - 1):
        raise ValueError(f"n must be a power of 2; got {n}")
    if len(names) < 2:
        raise ValueError("Sobol's indices need at least two factors that vary")
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    seeds = rng.integers(2**31, size=2).tolist()
    u = sample.sample(problem, n, calc_second_order=False, seed=seeds[0])
    y, failed = outcome(u)
    if failed.all():
        raise ValueError("every run failed")
    y = np.where(failed, y[~failed].mean(), y)
    zero = np.zeros(len(names))
    common = (float(y.mean()), float(y.std()), y.size, int(failed.sum()))
    if np.ptp(y) == 0:
        why = "no choice moves a rank"
        return Sobol(names, zero, zero, zero, zero, *common, why, dict(left_out or {}))
    found = analyse.analyze(problem, y, calc_second_order=False, conf_level=0.9, seed=seeds[1])
    first, first_error = np.asarray(found["S1"]), np.asarray(found["S1_conf"])
    total, total_error = np.asarray(found["ST"]), np.asarray(found["ST_conf"])
    return Sobol(names, first, first_error, total, total_error, *common, "", dict(left_out or {}))


def _residual(estimated: Estimated, recipe: Recipe, used: Mask) -> Array:
    """Score units of one residual standard deviation in estimated cells (indicators, cells)."""
    unit = 100 / (recipe.best - recipe.worst)
    size = np.where(estimated.estimated, np.nan_to_num(estimated.residual_sd) * unit, 0.0)
    return np.asarray(size.reshape(-1, size.shape[-1]).T[used])


def _plan(
    row: Mapping[str, Array],
    n: int,
    recipe: Recipe,
    used: Mask,
    options: Alternatives,
    pool: int,
) -> Plan:
    """Turn factors into the choices of each run."""
    kinds = np.array(("goalposts", "zscore", "minmax", "percentile_rank"), "U16")
    normaliser = kinds[np.minimum((row["normaliser"] * 4).astype(int), 3)]
    order = np.tile([mean.order for mean in recipe.means], (n, 1))
    order[row["aggregator"] >= 0.5] = 0.0
    tree = Tree.of(recipe, used)
    equal = tree.shares(np.ones((1, tree.share.size)))[:, 0]
    share = np.where(row["weights"][:, None] < 0.5, tree.share, equal)
    slide = options.goalpost_shift * (2 * row["goalposts"] - 1)
    ends = np.stack([slide, 100 - slide], axis=1)[..., None] * np.ones(tree.share.size)
    errors = np.full(n, -1)
    if "sampling" in row:
        drawn = np.minimum((row["sampling"] * pool).astype(int), pool - 1)
        errors = np.where(row["sampling"] < 0, -1, drawn)
    # 0.5 is the estimate itself; the ends are two standard deviations away
    push = 4 * (row["imputation"] - 0.5) if "imputation" in row else None
    return Plan(normaliser, order, share, ends, errors, push)
