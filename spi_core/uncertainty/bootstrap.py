"""How far principal-component weights would move with another sample of areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.method.moments import ZERO_LOADING, Moments, is_singular, kmo_stack, orient

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Spread of principal-component weights if the rows had been another sample.

    Parameters
    ----------
    weights : ndarray (n − n_failed, k)
        Weights of each replicate that would not have fallen back to equal weights.
    se, low, high : ndarray (k,) or None
        Standard deviation, 5th and 95th percentile over those; None with fewer than two.
    n : int
        Replicates drawn.
    n_failed : int
        Replicates that would have fallen back: a loading ≤ 0 or KMO too low.
    reason : str
        Empty, or why there is no spread.
    """

    weights: Array
    se: Array | None
    low: Array | None
    high: Array | None
    n: int
    n_failed: int
    reason: str = ""


def bootstrap(
    m: Moments,
    best: ArrayLike,
    worst: ArrayLike,
    polarity: ArrayLike,
    rng: np.random.Generator,
    n: int = 1000,
    min_kmo: float = 0.5,
) -> Bootstrap:
    """Draw the weights again and again from samples of the same size and correlation.

    Parameters
    ----------
    m, best, worst, polarity, min_kmo
        As in `fit`.
    rng : numpy.random.Generator
        Source of randomness.
    n : int
        Number of replicates.

    Returns
    -------
    Bootstrap
        Weights of the replicates; those that failed are counted.

    Raises
    ------
    ValueError
        If n is below 1.

    Notes
    -----
    Parametric: mean from ``N(mean, Σ/n)`` and scatter from ``Wishart(n − 1, Σ)`` by Bartlett's
    decomposition. It takes rows as independent and normal; neighbouring areas and two periods of
    one area are not independent, so the true spread is wider. Goalposts stay fixed.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1; got {n}")
    k = m.mean.size
    oriented, ends = orient(m, best, worst, polarity)
    if reason := _why_not(m):
        return Bootstrap(np.empty((0, k)), None, None, None, n, n, reason)
    mean, scatter = _draw(oriented, rng, n)
    bare = _correlations(scatter)
    low_kmo = ~(kmo_stack(bare) >= min_kmo) if k > 1 else np.ones(n, dtype=bool)
    gap = ends.mean(axis=0) - mean
    centred = ends - ends.mean(axis=0)
    extra = (2 * m.n_rows / (m.n_rows + 2)) * gap[:, :, None] * gap[:, None, :]
    vectors = np.linalg.eigh(_correlations(scatter + centred.T @ centred + extra))[1][:, :, -1]
    vectors *= np.sign(vectors[:, :1])  # those of both signs are wrong either way
    wrong = (vectors <= ZERO_LOADING).any(axis=1)
    kept = vectors[~(wrong | low_kmo)]
    weights = kept / kept.sum(axis=1, keepdims=True)
    counts = (n, n - len(kept))
    if len(kept) < 2:
        reason = "not defined because fewer than two replicates gave principal-component weights"
        return Bootstrap(weights, None, None, None, *counts, reason)
    low, high = np.quantile(weights, [0.05, 0.95], axis=0)
    return Bootstrap(weights, weights.std(axis=0, ddof=1), low, high, *counts)


def _why_not(m: Moments) -> str:
    """Say why nothing can be drawn; empty if it can."""
    if m.n_rows <= m.mean.size:
        return f"not defined because {m.n_rows} rows for {m.mean.size} indicators are too few"
    if (m.sd == 0).any():
        return "not defined because an indicator is constant"
    if is_singular(m.correlation):
        return "not defined because the correlation matrix is singular: an indicator repeats others"
    return ""


def _draw(m: Moments, rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Means (n, k) and scatter matrices (n, k, k) of n normal samples of m.n_rows rows."""
    k, df = m.mean.size, m.n_rows - 1
    eigenvalues, vectors = np.linalg.eigh(m.correlation)
    root = m.sd[:, None] * vectors * np.sqrt(np.maximum(eigenvalues, 0))
    factor = np.tril(rng.standard_normal((n, k, k)), -1)
    factor[:, np.arange(k), np.arange(k)] = np.sqrt(rng.chisquare(df - np.arange(k), (n, k)))
    drawn = root @ factor
    mean = m.mean + rng.standard_normal((n, k)) @ root.T / np.sqrt(m.n_rows)
    return mean, drawn @ drawn.swapaxes(1, 2)


def _correlations(scatter: Array) -> Array:
    d = np.sqrt(np.diagonal(scatter, axis1=1, axis2=2))
    return np.asarray(scatter / (d[:, :, None] * d[:, None, :]))
