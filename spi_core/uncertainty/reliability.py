"""Test whether indicators belong together, and find those that do not pull their weight.

A statistic that cannot be computed is None with a reason ("not defined because …"), never NaN.
Indicators must be oriented (higher is better) or come with their polarity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from spi_core.method.checks import check_polarity
from spi_core.method.moments import Moments, is_singular, kmo

Array: TypeAlias = NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha of k indicators.

    Parameters
    ----------
    raw : float
        From covariances.
    standardised : float
        From correlations.
    if_dropped : ndarray (k,) or None
        Standardised alpha without each indicator; None for two indicators.
    """

    raw: float
    standardised: float
    if_dropped: Array | None


@dataclass(frozen=True, slots=True)
class Bartlett:
    """Bartlett's test that all correlations are 0.

    Parameters
    ----------
    chi2 : float
        Test statistic.
    df : int
        Degrees of freedom.
    p : float
        Probability of a larger statistic if no indicators were correlated.
    """

    chi2: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class ComponentAudit:
    """Everything the audit says of one component of k indicators.

    Parameters
    ----------
    alpha : Alpha or None
    kmo : float or None
    msa : ndarray (k,) or None
    bartlett : Bartlett or None
    vif : ndarray (k,) or None
    n_rows, n_incomplete : int
        Complete rows used, and rows left out.
    reasons : dict of str to str
        For each statistic that is None why it is not defined; empty if all are.
    """

    alpha: Alpha | None
    kmo: float | None
    msa: Array | None
    bartlett: Bartlett | None
    vif: Array | None
    n_rows: int
    n_incomplete: int
    reasons: dict[str, str]


def audit_component(m: Moments, polarity: ArrayLike | None = None) -> ComponentAudit:
    """Gather reliability, sampling adequacy, sphericity and collinearity of a component.

    Parameters
    ----------
    m : Moments
        Of the component's indicators (without the best and worst rows).
    polarity : array_like (k,), optional
        +1 or −1; leave out if the moments are of oriented values.

    Returns
    -------
    ComponentAudit
        Statistics, or the reason why one is not defined.

    Raises
    ------
    ColumnError
        If polarity is neither +1 nor −1.

    Examples
    --------
    >>> one = audit_component(Moments(np.zeros(1), np.ones(1), np.eye(1), 30))
    >>> one.alpha, one.reasons["alpha"]
    (None, 'alpha is not defined because there is only one indicator')
    """
    p = np.ones(m.mean.size) if polarity is None else check_polarity(polarity)
    turned = Moments(m.mean * p, m.sd, m.correlation * np.outer(p, p), m.n_rows, m.n_incomplete)
    reasons: dict[str, str] = {}

    def attempt(name: str, compute: Callable[[], T]) -> T | None:
        try:
            _need_variation(turned, name)
            return compute()
        except ValueError as error:
            reasons[name] = str(error)
            return None

    adequacy = attempt("KMO", lambda: kmo(turned.correlation))
    return ComponentAudit(
        attempt("alpha", lambda: cronbach(turned)),
        adequacy[0] if adequacy else None,
        adequacy[1] if adequacy else None,
        attempt("Bartlett", lambda: bartlett(turned.correlation, turned.n_rows)),
        attempt("VIF", lambda: vif(turned.correlation)),
        m.n_rows,
        m.n_incomplete,
        reasons,
    )


def _need_variation(m: Moments, name: str) -> None:
    k = m.mean.size
    if k < 2:
        raise ValueError(f"{name} is not defined because there is only one indicator")
    if m.n_rows <= k:
        raise ValueError(
            f"{name} is not defined because {m.n_rows} complete rows are too few for {k} indicators"
        )
    constant = np.flatnonzero(m.sd == 0)
    if constant.size:
        columns = ", ".join(map(str, constant))
        raise ValueError(
            f"{name} is not defined because an indicator is constant: column {columns}"
        )


def cronbach(m: Moments) -> Alpha:
    """Cronbach's alpha, raw and standardised, and standardised if an indicator is dropped.

    Parameters
    ----------
    m : Moments
        Of oriented values.

    Returns
    -------
    Alpha
        Near 1 if the indicators move together; can be negative if they do not.

    Raises
    ------
    ValueError
        "… not defined because …": fewer than two indicators, a constant one, or a sum that
        does not vary.

    Notes
    -----
    ``k/(k − 1) (1 − Σ var / var of the sum)``: Cronbach, *Psychometrika* 16 (1951) 297–334. It
    grows with the number of indicators, so compare components of like size.

    Examples
    --------
    >>> r = np.array([[1, 0.5], [0.5, 1]])
    >>> round(cronbach(Moments(np.zeros(2), np.ones(2), r, 30)).raw, 6)
    0.666667
    """
    _need_variation(m, "alpha")
    k = m.mean.size
    if_dropped = None
    if k > 2:
        keep = [np.delete(np.arange(k), j) for j in range(k)]
        if_dropped = np.array([_alpha(m.correlation[np.ix_(i, i)]) for i in keep])
    return Alpha(_alpha(m.correlation * np.outer(m.sd, m.sd)), _alpha(m.correlation), if_dropped)


def _alpha(covariance: Array) -> float:
    k = len(covariance)
    total = float(covariance.sum())
    if total <= 1e-12 * float(np.trace(covariance)):
        raise ValueError("alpha is not defined because the sum of the indicators does not vary")
    return float(k / (k - 1) * (1 - float(np.trace(covariance)) / total))


def bartlett(correlation: ArrayLike, n_rows: int) -> Bartlett:
    """Bartlett's test of sphericity.

    Parameters
    ----------
    correlation : array_like (k, k)
        Correlation matrix.
    n_rows : int
        Rows it rests on.

    Returns
    -------
    Bartlett
        A small p says that there is something to summarise; large samples nearly always do.

    Raises
    ------
    ValueError
        If the matrix is singular, or there are too few rows or indicators.

    Notes
    -----
    ``−(n − 1 − (2k + 5)/6) ln |R|`` against chi-squared with k(k − 1)/2 degrees of freedom:
    Bartlett, *British Journal of Statistical Psychology* 3 (1950) 77–85. Neighbouring areas are
    not independent, so p is too small.

    Examples
    --------
    >>> round(bartlett([[1, 0.5], [0.5, 1]], 30).chi2, 6)
    7.911257
    """
    r = np.asarray(correlation, dtype=np.float64)
    k = len(r)
    if k < 2 or n_rows <= k:
        raise ValueError(
            f"Bartlett is not defined because {n_rows} rows of {k} indicators are too few"
        )
    log_det = np.linalg.slogdet(_regular(r, "Bartlett"))[1]
    chi2 = max(0.0, -(n_rows - 1 - (2 * k + 5) / 6) * float(log_det))
    df = k * (k - 1) // 2
    return Bartlett(chi2, df, float(stats.chi2.sf(chi2, df)))


def vif(correlation: ArrayLike) -> Array:
    """Variance inflation factor of each indicator given the others.

    Parameters
    ----------
    correlation : array_like (k, k)
        Correlation matrix.

    Returns
    -------
    ndarray (k,)
        1 if unrelated to the others; above 10, the others nearly tell it.

    Raises
    ------
    ValueError
        If the matrix is singular.

    Notes
    -----
    ``1 / (1 − R²)`` of each on all others: the diagonal of the inverse correlation matrix.

    Examples
    --------
    >>> vif([[1, 0.5], [0.5, 1]]).round(6)
    array([1.333333, 1.333333])
    """
    r = np.asarray(correlation, dtype=np.float64)
    return np.diag(np.linalg.inv(_regular(r, "VIF"))).copy()


def _regular(r: Array, name: str) -> Array:
    if is_singular(r):
        raise ValueError(
            f"{name} is not defined because the correlation matrix is singular "
            "(an indicator repeats others) or not a possible one"
        )
    return r
