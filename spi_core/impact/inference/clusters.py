"""Standard errors and degrees of freedom for few clusters, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.regression.linear_model import WLS

from spi_core.impact.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class ClusterInference:
    """One coefficient with every standard error worth comparing.

    Parameters
    ----------
    estimate : float
        Coefficient, in the unit of the outcome.
    classical, hc1, hc2, hc3 : float
        Standard errors that take the rows as independent: shown as a warning, never used.
    cr1, p_cr1 : float
        Clustered standard error and its p-value with G - 1 degrees of freedom.
    cr2, df, p_cr2, low, high : float
        Bias-reduced clustered standard error, Bell–McCaffrey degrees of freedom, p, interval.
    cv3 : float
        Jackknife standard error over clusters; NaN where a cluster cannot be left out.
    clusters : int
        Number of clusters G.
    """

    estimate: float
    classical: float
    hc1: float
    hc2: float
    hc3: float
    cr1: float
    p_cr1: float
    cr2: float
    df: float
    p_cr2: float
    low: float
    high: float
    cv3: float
    clusters: int


@dataclass(frozen=True, slots=True)
class MeansTest:
    """Difference of ward means, each ward counted once.

    Parameters
    ----------
    estimate : float
        Mean of treated wards minus mean of comparison wards.
    p_pooled, df_pooled : float
        Student's t with the variance pooled.
    p_welch, df_welch : float
        Welch's t; NaN with fewer than two wards on a side.
    low, high : float
        Interval of the pooled t.
    """

    estimate: float
    p_pooled: float
    df_pooled: float
    p_welch: float
    df_welch: float
    low: float
    high: float


def cluster_inference(
    y: Floats,
    design: Floats,
    cluster: Ints,
    *,
    column: int = 1,
    weights: Floats | None = None,
    alpha: float = 0.05,
) -> ClusterInference:
    """Fit least squares and bound one coefficient, allowing for clusters.

    Parameters
    ----------
    y : numpy.ndarray, shape (rows,)
        Outcome.
    design : numpy.ndarray, shape (rows, k)
        Regressors, the constant included.
    cluster : numpy.ndarray of int, shape (rows,)
        Cluster of each row.
    column : int
        The regressor of interest.
    weights : numpy.ndarray, shape (rows,), optional
        Weights of least squares.
    alpha : float
        One minus the level of the interval.

    Returns
    -------
    ClusterInference
        The fit, HC1–HC3 and CR1 come from statsmodels; CR2 and CV3 from the formulas below.

    Notes
    -----
    CR2 premultiplies the residuals of cluster g by A_g = ((I - H)(I - H)')_gg^(-1/2), which without
    weights is (I - H_gg)^(-1/2) (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018, identity
    working model, with weights too, as in R's clubSandwich). Its degrees of freedom are
    (Σ P_gg)² / Σ P_gh², P_gh = p_g'p_h, p_g = (I - H)_g' A_g W_g X_g (X'WX)⁻¹ c.
    CV3 = (G - 1)/G Σ_g (b_(-g) - b)².
    """
    w = np.ones_like(y) if weights is None else weights
    fit = WLS(y, design, weights=w).fit()
    codes = np.unique(cluster, return_inverse=True)[1]
    count = int(codes.max()) + 1
    robust = fit.get_robustcov_results("cluster", groups=codes, use_t=True)
    root = np.sqrt(w)
    cr2, df = _cr2(design, w, y - fit.fittedvalues, codes, column)
    estimate = float(fit.params[column])
    reach = float(stats.t.ppf(1 - alpha / 2, df)) * cr2
    return ClusterInference(
        estimate=estimate,
        classical=float(fit.bse[column]),
        hc1=float(fit.HC1_se[column]),
        hc2=float(fit.HC2_se[column]),
        hc3=float(fit.HC3_se[column]),
        cr1=float(robust.bse[column]),
        p_cr1=float(robust.pvalues[column]),
        cr2=cr2,
        df=df,
        p_cr2=float(2 * stats.t.sf(abs(estimate) / cr2, df)),
        low=estimate - reach,
        high=estimate + reach,
        cv3=_cv3(design * root[:, None], y * root, codes, column, estimate),
        clusters=count,
    )


def compare_ward_means(means: Floats, treated: Bools, *, alpha: float = 0.05) -> MeansTest:
    """Compare treated and comparison wards by their means.

    Parameters
    ----------
    means : numpy.ndarray, shape (wards,)
        Mean change of each ward.
    treated : numpy.ndarray of bool, shape (wards,)
        Treated wards.
    alpha : float
        One minus the level of the interval.

    Returns
    -------
    MeansTest
        Pooled and Welch t.

    Examples
    --------
    >>> test = compare_ward_means(np.array([1., 2., 3., 5.]), np.array([False, False, True, True]))
    >>> test.estimate, round(test.p_pooled, 4)
    (2.5, 0.1548)
    """
    inside, outside = means[treated], means[~treated]
    pooled = stats.ttest_ind(inside, outside, equal_var=True)
    bounds = pooled.confidence_interval(1 - alpha)
    welch_p = welch_df = float("nan")
    if min(inside.size, outside.size) > 1:
        welch = stats.ttest_ind(inside, outside, equal_var=False)
        welch_p, welch_df = float(welch.pvalue), float(welch.df)
    return MeansTest(
        estimate=float(inside.mean() - outside.mean()),
        p_pooled=float(pooled.pvalue),
        df_pooled=float(pooled.df),
        p_welch=welch_p,
        df_welch=welch_df,
        low=float(bounds.low),
        high=float(bounds.high),
    )


def _cr2(x: Floats, w: Floats, residual: Floats, codes: Ints, column: int) -> tuple[float, float]:
    """CR2 standard error and Bell–McCaffrey degrees of freedom of one coefficient.

    With B = (X'WX)⁻¹ and l_g the lever of cluster g, P_gh = l_g'l_g 1(g = h) + r_g' N r_h, where
    r_g = (X_g'l_g, X_g'W_g l_g) and N = ((B X'W²X B, -B), (-B, 0)): no matrix of rows or of
    clusters is made.
    """
    heavy = x * w[:, None]
    bread = np.linalg.pinv(x.T @ heavy, hermitian=True)
    twice = bread @ heavy.T @ heavy @ bread
    inner = np.block([[twice, -bread], [-bread, np.zeros_like(bread)]])
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    total, length, reach = 0.0, np.zeros(len(parts)), np.zeros((len(parts), 2 * x.shape[1]))
    for g, rows in enumerate(parts):
        own = np.column_stack([x[rows], heavy[rows]])
        value, vector = np.linalg.eigh(np.eye(rows.size) + own @ inner @ own.T)
        # A direction that the model fits exactly (eigenvalue 0) carries no residual.
        inverse = np.where(value > 1e-10, 1 / np.sqrt(np.maximum(value, 1e-10)), 0.0)
        lever = (vector * inverse) @ (vector.T @ (heavy[rows] @ bread[:, column]))
        total += float(lever @ residual[rows]) ** 2
        length[g], reach[g] = lever @ lever, own.T @ lever
    spread = np.einsum("gi,ij,gj->g", reach, inner, reach)
    product = inner @ (reach.T @ reach)
    squares = (length**2).sum() + 2 * length @ spread + np.trace(product @ product)
    return float(np.sqrt(total)), float((length + spread).sum() ** 2 / squares)


def _cv3(x: Floats, y: Floats, codes: Ints, column: int, estimate: float) -> float:
    """Leave out one cluster at a time for a standard error.

    Effects of units that leave with their cluster are no more, which costs the coefficient nothing;
    NaN where the coefficient itself can no longer be told.
    """
    count = int(codes.max()) + 1
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    gram, load, total = x.T @ x, x.T @ y, 0.0
    for rows in parts:
        rest = gram - x[rows].T @ x[rows]
        inverse = np.linalg.pinv(rest, rcond=1e-12, hermitian=True)
        if abs((inverse @ rest)[column, column] - 1) > 1e-6:
            return float("nan")
        without = inverse[column] @ (load - x[rows].T @ y[rows])
        total += float(without - estimate) ** 2
    return float(np.sqrt((count - 1) / count * total))
