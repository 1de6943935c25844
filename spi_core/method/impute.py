"""Estimate a missing indicator from the others of its component, or refuse to.

The estimate is a regression on complete rows of all periods; more gaps than allowed in one row
are left open, so that no component rests on guesses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spi_core.method.moments import Moments, moments
from spi_core.method.options import ImputeMethod

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Imputed:
    """Values of one component with what could be estimated filled in.

    Parameters
    ----------
    values : ndarray (rows, k)
        Observed values untouched, estimates where `estimated`, NaN where a gap was left.
    estimated : ndarray of bool (rows, k)
        Cells that are estimates.
    refused : ndarray of bool (rows,)
        Rows with a gap that was left, so not to be scored.
    residual_sd : ndarray (k,) or None
        Residual standard deviation of each indicator given all others, in its own units, for the
        Monte Carlo; None if no regression was fitted.
    reason : str
        In words, what was done, or why nothing was.
    """

    values: Array
    estimated: NDArray[np.bool_]
    refused: NDArray[np.bool_]
    residual_sd: Array | None
    reason: str


def regress(
    x: ArrayLike,
    max_missing: int = 1,
    method: ImputeMethod = "regression",
    min_residual_df: int = 10,
) -> Imputed:
    """Fill single gaps by ordinary least squares on the component's other indicators.

    Parameters
    ----------
    x : array_like (rows, k)
        Raw values of one component, all periods stacked, NaN where missing.
    max_missing : int
        Most gaps in a row that are estimated; rows with more are refused whole.
    method : {"regression", "none"}
        ``none`` leaves every gap.
    min_residual_df : int
        Complete rows must exceed the k coefficients by this many. With 10 the residual standard
        deviation is known to about ±22 %; with fewer, an estimate would look surer than it is.

    Returns
    -------
    Imputed
        Values with provenance.

    Raises
    ------
    ValueError
        If x is not two-dimensional, holds an infinite value, or an option is unknown.

    Notes
    -----
    With several gaps allowed, each is predicted from the indicators that the row has. An estimate
    may lie outside the observed range; goalposts cap it like any value. Estimates have no noise:
    add draws of `residual_sd` where spread matters. Collinear predictors share their coefficient
    (least norm).

    Examples
    --------
    >>> a = np.arange(20.0)
    >>> x = np.column_stack([a, 2 * a + 1])
    >>> x[4, 1] = np.nan
    >>> result = regress(x)
    >>> result.values[4].round(9).tolist(), result.estimated.sum().item()
    ([4.0, 9.0], 1)
    """
    values = np.array(x, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"x must have shape (rows, indicators); got {values.shape}")
    if method not in get_args(ImputeMethod):
        allowed = ", ".join(get_args(ImputeMethod))
        raise ValueError(f"unknown imputation {method!r}; allowed: {allowed}")
    if max_missing < 0 or min_residual_df < 1:
        raise ValueError("max_missing must be 0 or more and min_residual_df 1 or more")
    missing = np.isnan(values)
    m = moments(values)
    k = values.shape[1]
    if method == "none":
        return _left(values, missing, None, "imputation was switched off")
    if k < 2:
        return _left(values, missing, None, "one indicator: nothing to estimate it from")
    if m.n_rows < k + min_residual_df:
        reason = (
            f"{m.n_rows} complete rows are too few for {k} coefficients "
            f"and {min_residual_df} degrees of freedom"
        )
        return _left(values, missing, None, reason)
    gaps = missing.sum(axis=1)
    for pattern in np.unique(missing[(gaps > 0) & (gaps <= max_missing)], axis=0):
        if pattern.all():
            continue
        rows = np.flatnonzero((missing == pattern).all(axis=1))
        known, wanted = np.flatnonzero(~pattern), np.flatnonzero(pattern)
        beta = _coefficients(m, known, wanted)
        centred = values[np.ix_(rows, known)] - m.mean[known]
        values[np.ix_(rows, wanted)] = m.mean[wanted] + centred @ beta
    estimated = missing & ~np.isnan(values)
    reason = f"{int(estimated.sum())} cells estimated by regression on {m.n_rows} complete rows"
    return _left(values, missing, _residual_sd(m), reason)


def _left(values: Array, missing: NDArray[np.bool_], sd: Array | None, reason: str) -> Imputed:
    gap: NDArray[np.bool_] = np.isnan(values)
    refused = np.asarray(gap.any(axis=1))
    return Imputed(values, np.asarray(missing & ~gap), refused, sd, reason)


def _coefficients(m: Moments, known: NDArray[np.intp], wanted: NDArray[np.intp]) -> Array:
    """Slopes (known, wanted) in raw units, from the correlations of complete rows."""
    r = m.correlation
    slope = np.linalg.pinv(r[np.ix_(known, known)], rcond=1e-10, hermitian=True)
    slope = slope @ r[np.ix_(known, wanted)]
    inverse_sd = np.divide(1.0, m.sd, out=np.zeros_like(m.sd), where=m.sd > 0)
    return np.asarray(inverse_sd[known, None] * slope * m.sd[wanted])


def _residual_sd(m: Moments) -> Array:
    """Residual standard deviation of each indicator regressed on all others."""
    k = m.mean.size
    sd = np.empty(k)
    for j in range(k):
        known = np.delete(np.arange(k), j)
        r = m.correlation[known, j]
        inner = np.linalg.pinv(m.correlation[np.ix_(known, known)], rcond=1e-10, hermitian=True)
        unexplained = max(0.0, 1 - float(r @ inner @ r))
        sd[j] = m.sd[j] * np.sqrt(unexplained * (m.n_rows - 1) / (m.n_rows - k))
    return sd
