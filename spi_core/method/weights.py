"""Weigh the indicators of a component: principal component, equal or given, always with a reason.

One set of weights, standard deviations and goalposts serves all periods.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.method.checks import check_goalposts
from spi_core.method.moments import (
    ZERO_LOADING,
    Moments,
    add_rows,
    first_component,
    kmo,
    orient,
)
from spi_core.method.options import WeightMethod

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ComponentWeights:
    """Weights of the k indicators of one component.

    Parameters
    ----------
    method : {"pca", "equal", "equal_scores", "given"}
        What was used.
    reason : str
        Why the method used was used; never empty.
    weight : ndarray (k,)
        Weight u of each standardised, oriented indicator; sums to 1.
    loading : ndarray (k,)
        Correlation of each oriented indicator with the first principal component, whatever the
        method; the sign makes their sum positive.
    kmo : float or None
        Overall Kaiser–Meyer–Olkin measure of the rows without best and worst; None if it is not
        defined, with the cause in `reason` if it mattered.
    sd : ndarray (k,)
        Standard deviation (ddof 1) with the best and the worst row added, in raw units.
    n_rows : int
        Complete rows before the two were added.
    """

    method: WeightMethod
    reason: str
    weight: Array
    loading: Array
    kmo: float | None
    sd: Array
    n_rows: int


def fit(
    m: Moments,
    best: ArrayLike,
    worst: ArrayLike,
    polarity: ArrayLike,
    method: WeightMethod = "pca",
    given: ArrayLike | None = None,
    min_rows_per_indicator: float = 10,
    min_kmo: float = 0.5,
) -> ComponentWeights:
    """Fit the weights of one component from moments of raw values.

    Parameters
    ----------
    m : Moments
        Of the raw indicators over all areas and periods, or of a reference population.
    best, worst, polarity : array_like (k,)
        Goalposts and direction.
    method : {"pca", "equal", "equal_scores", "given"}
        ``equal`` weighs standardised indicators alike, ``equal_scores`` 0–100 scores. ``pca``
        falls back to ``equal``, with the reason recorded, if a loading is not positive, KMO is too
        low or not defined, there are only two indicators (or one), or rows are too few.
    given : array_like (k,), optional
        Weights for ``given``: not negative, sum 1.
    min_rows_per_indicator, min_kmo : float
        Limits below which a principal component is not trusted.

    Returns
    -------
    ComponentWeights
        Weights and the reason for them.

    Raises
    ------
    ValueError
        For an unknown method, or given weights that do not fit.
    ColumnError
        For goalposts that are equal, crossed or not finite, or a wrong polarity.

    Notes
    -----
    Stern, Wares and Epner, *Social Progress Index: Methodology Report*: the correlation matrix of
    all oriented rows plus one best and one worst row; its first eigenvector scaled to sum 1.

    Examples
    --------
    >>> from spi_core.method.moments import moments
    >>> m = moments(np.random.default_rng(1).normal(size=(200, 1)) + np.zeros(3)
    ...             + np.random.default_rng(2).normal(size=(200, 3)))
    >>> w = fit(m, best=[3, 3, 3], worst=[-3, -3, -3], polarity=[1, 1, 1])
    >>> w.method, round(float(w.weight.sum()), 12)
    ('pca', 1.0)
    >>> fit(m, best=[3, 3, 3], worst=[-3, -3, -3], polarity=[1, 1, 1], min_kmo=0.9).method
    'equal'
    """
    if method not in get_args(WeightMethod):
        allowed = ", ".join(get_args(WeightMethod))
        raise ValueError(f"unknown weight method {method!r}; allowed: {allowed}")
    k = m.mean.size
    oriented, ends = orient(m, best, worst, polarity)
    with_ends = add_rows(oriented, ends)
    loading, share = first_component(with_ends.correlation)
    overall, undefined = _try_kmo(m)
    used: WeightMethod = method
    if method == "given":
        weight, reason = _check_given(given, k), "weights were given"
    elif method == "equal":
        weight, reason = np.full(k, 1 / k), "equal weights were asked for"
    elif method == "equal_scores":
        weight = with_ends.sd / np.abs(ends[0] - ends[1])  # what `scoring_weights` turns into 1/k
        weight, reason = weight / weight.sum(), "equal shares of the 0–100 scores were asked for"
    else:
        doubts = _doubts(m, loading, overall, undefined, min_rows_per_indicator, min_kmo)
        if doubts:
            used, weight = "equal", np.full(k, 1 / k)
            reason = "equal weights because " + "; ".join(doubts)
        else:
            weight = loading / loading.sum()
            reason = (
                f"first principal component of {m.n_rows} rows: "
                f"{100 * share:.0f} % of the variance, KMO {overall:.2f}"
            )
    return ComponentWeights(used, reason, weight, loading, overall, with_ends.sd, m.n_rows)


def _try_kmo(m: Moments) -> tuple[float | None, str]:
    """KMO of the rows as they are, or None and why it is not defined."""
    constant = np.flatnonzero(m.sd == 0)
    if constant.size:
        columns = ", ".join(map(str, constant))
        return None, f"KMO is not defined because indicators are constant: column {columns}"
    try:
        return kmo(m.correlation)[0], ""
    except ValueError as error:
        return None, str(error)


def _doubts(
    m: Moments,
    loading: Array,
    overall: float | None,
    undefined: str,
    min_rows_per_indicator: float,
    min_kmo: float,
) -> list[str]:
    """Every reason not to trust the first principal component, in words."""
    k = m.mean.size
    if k < 3:
        return ["the component has only one indicator" if k == 1 else "there are two indicators"]
    doubts = []
    if m.n_rows < min_rows_per_indicator * k:
        doubts.append(
            f"{m.n_rows} complete rows are fewer than {min_rows_per_indicator:g} per indicator"
        )
    if m.n_rows < 2:
        return doubts or ["no two rows are complete"]
    if overall is None:
        doubts.append(undefined)
    elif overall < min_kmo:
        doubts.append(f"KMO {overall:.2f} is below {min_kmo:g}")
    columns = np.flatnonzero(loading <= ZERO_LOADING)
    if columns.size:
        doubts.append(f"loadings are not positive: column {', '.join(map(str, columns))}")
    return doubts


def _check_given(given: ArrayLike | None, k: int) -> Array:
    weight = np.asarray([] if given is None else given, dtype=np.float64)
    if weight.shape != (k,):
        raise ValueError(f"given weights must be {k} numbers, one an indicator")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError("given weights must be finite and not negative")
    if abs(weight.sum() - 1) > 1e-6:
        raise ValueError(f"given weights must sum to 1; they sum to {weight.sum():g}")
    return np.asarray(weight / weight.sum())


def scoring_weights(weight: ArrayLike, sd: ArrayLike, best: ArrayLike, worst: ArrayLike) -> Array:
    """Turn weights of standardised indicators into shares of goalpost scores.

    Parameters
    ----------
    weight, sd, best, worst : array_like (..., k)
        As in `ComponentWeights` and the goalposts.

    Returns
    -------
    ndarray (..., k)
        Shares that sum to 1.

    Raises
    ------
    ValueError
        If a standard deviation is not positive or the weights are all 0.

    Notes
    -----
    With ``z = s (x − mean) / sd`` and ``X = Σ u z`` the component score
    ``100 (X − X_worst) / (X_best − X_worst)`` equals ``Σ share · goalpost score`` with share
    proportional to ``u |best − worst| / sd``: a weighted mean, so it can be aggregated like one.

    Examples
    --------
    >>> scoring_weights([0.5, 0.5], sd=[1.0, 1.0], best=[3.0, 0.0], worst=[0.0, 1.0])
    array([0.75, 0.25])
    """
    b, w = check_goalposts(best, worst)
    s, u = np.asarray(sd, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    if not ((s > 0) & np.isfinite(s)).all():
        raise ValueError("standard deviations must be above 0; add the best and worst row first")
    raw = u * np.abs(b - w) / s
    total = raw.sum(axis=-1, keepdims=True)
    if (raw < 0).any() or not (total > 0).all():
        raise ValueError("weights must not be negative and at least one must be above 0")
    return np.asarray(raw / total)
