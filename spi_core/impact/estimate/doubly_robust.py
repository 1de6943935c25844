"""Estimate the effect on the treated by Sant'Anna and Zhao's doubly robust method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from statsmodels.regression.linear_model import WLS

from spi_core.impact.arrays import Bools, Floats


@dataclass(frozen=True, slots=True)
class DoublyRobust:
    """Doubly robust point estimate, or why there is none.

    Parameters
    ----------
    estimate : float
        Effect on the treated, in the unit of the outcome; NaN without overlap.
    reason : str
        Why there is no estimate; empty when there is one.
    """

    estimate: float
    reason: str = ""


def doubly_robust(
    change: Floats, treated: Bools, covariates: Floats, *, least_effective: float = 10.0
) -> DoublyRobust:
    """Reweight comparison units to the covariates of the treated, and regress.

    Parameters
    ----------
    change : numpy.ndarray, shape (units,)
        Change of each unit.
    treated : numpy.ndarray of bool, shape (units,)
        Treated units.
    covariates : numpy.ndarray, shape (units, k)
        Covariates of the baseline, without the constant.
    least_effective : float
        Fewest effective comparison units for which the estimate is shown.

    Returns
    -------
    DoublyRobust
        Point estimate only: with few wards its analytic standard error misleads.

    Notes
    -----
    The improved estimator for panels of Sant'Anna and Zhao (2020, *Journal of Econometrics* 219,
    section 3.1): propensity by inverse probability tilting, so that Σ_C exp(x'g) x = Σ_T x; outcome
    regression on the comparison units with weights exp(x'g); then
    mean_T(change - x'b) - mean_C,w(change - x'b).
    """
    spread = covariates.std(axis=0)
    scaled = (covariates - covariates.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    x = np.column_stack([np.ones(change.size), scaled])
    tilt = _tilt(x[~treated], x[treated].sum(axis=0))
    if tilt is None:
        return DoublyRobust(float("nan"), "no weighting of the comparison units balances")
    effective = float(tilt.sum() ** 2 / (tilt**2).sum())  # Kish's number
    if effective < least_effective:
        return DoublyRobust(float("nan"), "too few comparison units resemble the treated ones")
    fit = WLS(change[~treated], x[~treated], weights=tilt).fit()
    residual = change - x @ fit.params
    estimate = residual[treated].mean() - np.average(residual[~treated], weights=tilt)
    return DoublyRobust(float(estimate))


def _tilt(x: Floats, target: Floats, steps: int = 100) -> Floats | None:
    """Weights exp(x'g) whose weighted sum of x is `target`, by damped Newton; None if none."""
    g = np.zeros(x.shape[1])
    g[0] = np.log(target[0] / x.shape[0])

    def loss(at: Floats) -> float:
        with np.errstate(over="ignore"):
            return float(np.exp(x @ at).sum() - target @ at)

    for _ in range(steps):
        weight = np.exp(x @ g)
        gradient = x.T @ weight - target
        if np.abs(gradient).max() < 1e-10 * target[0]:
            return np.asarray(weight, dtype=np.float64)
        hessian = (x * weight[:, None]).T @ x
        if np.linalg.cond(hessian) > 1e14:
            return None
        step = np.linalg.solve(hessian, gradient)
        size, slope = 1.0, float(gradient @ step)
        while loss(g - size * step) > loss(g) - 1e-4 * size * slope and size > 1e-8:
            size /= 2
        g = g - size * step
    return None
