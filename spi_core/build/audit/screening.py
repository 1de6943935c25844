"""Look over all indicators at once: silence, double counting, outliers.

Each function returns what an auditor should look at; a value that is not defined comes with a
reason instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from spi_core.build.audit.correlation import pair_correlation

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an auditor should look at.

    Parameters
    ----------
    kind : {"silent", "double counting", "not defined"}
    columns : tuple of int
        Positions of the indicators concerned.
    value : float or None
        The correlation, None if it is not defined.
    reason : str
        The finding in words.
    """

    kind: Literal["silent", "double counting", "not defined"]
    columns: tuple[int, ...]
    value: float | None
    reason: str


def silent(scores: ArrayLike, index: ArrayLike, threshold: float = 0.1) -> tuple[Finding, ...]:
    """Find indicators that hardly move with the index.

    Parameters
    ----------
    scores : array_like (..., areas, k)
        Indicator scores.
    index : array_like (..., areas)
        The index of the same areas.
    threshold : float
        Absolute correlation below which an indicator is silent.

    Returns
    -------
    tuple of Finding
        Silent indicators, and those whose correlation is not defined.

    Examples
    --------
    >>> x = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    >>> [f.reason for f in silent(x, x.mean(axis=1))]
    ['correlation with the index is not defined because fewer than three areas differ']
    """
    y = np.asarray(index, dtype=np.float64)[..., None]
    pairs = pair_correlation(np.concatenate([np.asarray(scores, dtype=np.float64), y], axis=-1))
    findings = []
    for j in range(pairs.r.shape[0] - 1):
        r = float(pairs.r[j, -1])
        if not pairs.defined[j, -1]:
            why = "correlation with the index is not defined because fewer than three areas differ"
            findings.append(Finding("not defined", (j,), None, why))
        elif abs(r) < threshold:
            why = f"correlation with the index is {r:.2f}: it hardly moves it"
            findings.append(Finding("silent", (j,), r, why))
    return tuple(findings)


def double_counting(x: ArrayLike, threshold: float = 0.9) -> tuple[Finding, ...]:
    """Find pairs of indicators that say nearly the same.

    Parameters
    ----------
    x : array_like (..., areas, k)
        Values or scores.
    threshold : float
        Absolute correlation above which a pair is reported.

    Returns
    -------
    tuple of Finding
        Pairs, the closest first.

    Examples
    --------
    >>> double_counting([[1.0, 2.0], [2.0, 4.0], [3.0, 6.1]])[0].columns
    (0, 1)
    """
    pairs = pair_correlation(x)
    found = [
        Finding("double counting", (int(i), int(j)), r, f"correlation {r:.2f}: nearly the same")
        for i, j in zip(*np.triu_indices(pairs.r.shape[0], 1), strict=True)
        if pairs.defined[i, j] and abs(r := float(pairs.r[i, j])) > threshold
    ]
    return tuple(sorted(found, key=lambda f: (-abs(f.value or 0.0), f.columns)))


@dataclass(frozen=True, slots=True)
class Outliers:
    """Shape of each indicator's distribution.

    Parameters
    ----------
    skew, kurtosis : ndarray (k,)
        Skewness and excess kurtosis; 0 where `reason` says they are not defined.
    skewed : ndarray of bool (k,)
        |skewness| above 2 and kurtosis above 3.5: a treatment should be considered.
    cells : ndarray of bool (..., areas, k)
        Values more than the given number of standard deviations from the mean.
    reason : tuple of str
        Empty, or why an indicator's shape is not defined.
    """

    skew: Array
    kurtosis: Array
    skewed: NDArray[np.bool_]
    cells: NDArray[np.bool_]
    reason: tuple[str, ...]


def outliers(x: ArrayLike, max_z: float = 3.0) -> Outliers:
    """Find skewed indicators and single values far out.

    Parameters
    ----------
    x : array_like (..., areas, k)
        Raw values of all periods.
    max_z : float
        Distance from the mean in standard deviations (ddof 1) beyond which a value is reported.

    Returns
    -------
    Outliers
        One result an indicator, and the mask of values far out.

    Notes
    -----
    A single value among n can never be further out than ``(n − 1)/√n`` standard deviations: with
    10 areas or fewer none exceeds 3. Thresholds of skewness and kurtosis: OECD/JRC *Handbook*.

    Examples
    --------
    >>> outliers([[1.0]] * 30 + [[2.0]] * 30 + [[90.0]]).cells.sum()
    np.int64(1)
    """
    values = np.asarray(x, dtype=np.float64)
    rows = values.reshape(-1, values.shape[-1])
    k = rows.shape[1]
    skew, kurtosis, reasons = np.zeros(k), np.zeros(k), [""] * k
    cells = np.zeros(rows.shape, dtype=bool)
    for j in range(k):
        column = rows[~np.isnan(rows[:, j]), j]
        if column.size < 3 or np.ptp(column) == 0:
            why = "it is constant" if column.size >= 3 else f"it has {column.size} values"
            reasons[j] = f"not defined because {why}"
            continue
        skew[j], kurtosis[j] = stats.skew(column), stats.kurtosis(column)
        cells[:, j] = np.abs(rows[:, j] - column.mean()) > max_z * column.std(ddof=1)
    skewed = (np.abs(skew) > 2) & (kurtosis > 3.5)
    return Outliers(skew, kurtosis, skewed, cells.reshape(values.shape), tuple(reasons))
