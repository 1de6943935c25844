"""How far a raw value could be off by chance: from counts, as published, or an upper bound.

Benefit counts are published rounded to 5; against a sampling error of ten and more claimants that
is small, and it is not added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel
from spi_core.method.intervals import LEVEL, poisson_se, quantile, wilson_se
from spi_core.tables import empty_table

Array: TypeAlias = NDArray[np.float64]

COUNTS, PUBLISHED, SPREAD, MODELLED, UNKNOWN, MISSING = (
    "counts",
    "published",
    "reference spread",
    "modelled",
    "unknown",
    "no value",
)


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling error of every cell of a panel, raw units.

    Parameters
    ----------
    se : ndarray, shape (periods, areas, indicators)
        Standard error; NaN where it is not known.
    skew : ndarray, same shape
        Skewness of what the true value may be: small counts have a longer tail upwards.
    overlap : ndarray, shape (indicators, periods, periods)
        Correlation of the errors of two periods: what share of their windows is the same.
    change_se : ndarray, shape (areas, indicators)
        Standard error of the change from the first to the last period.
    basis : ndarray of str, shape (periods, areas, indicators)
        ``counts``, ``published`` (a standard error was given), ``reference spread`` (an upper
        bound: it holds true differences between areas too), ``modelled`` (by its publisher: the
        error of the model is not known, whatever `se` lets the value vary by), ``unknown`` or
        ``no value``.
    low, high : ndarray, shape (indicators,)
        Limits that a value cannot pass; infinite where there is none.
    """

    se: Array
    skew: Array
    overlap: Array
    change_se: Array
    basis: NDArray[np.str_]
    low: Array
    high: Array

    def take(self, at: slice) -> Sampling:
        """Keep some of the areas.

        Parameters
        ----------
        at : slice
            Their positions.

        Returns
        -------
        Sampling
            The same periods and indicators.
        """
        cells = {name: getattr(self, name)[:, at] for name in ("se", "skew", "basis")}
        return replace(self, **cells, change_se=self.change_se[at])

    def known(self, periods: Sequence[int]) -> NDArray[np.bool_]:
        """Whether the error is known well enough to rate by, in each of some periods.

        Parameters
        ----------
        periods : sequence of int
            Their positions: the first and the last for a change.

        Returns
        -------
        ndarray of bool (areas, indicators)
            From counts, as published, or the reference population's spread.
        """
        known = np.isin(self.basis[list(periods)], [COUNTS, PUBLISHED, SPREAD])
        return np.asarray(known.all(axis=0))


def overlap(dates: pd.DataFrame, indicators: tuple[str, ...], periods: tuple[str, ...]) -> Array:
    """Share of days that two periods of an indicator have in common.

    Parameters
    ----------
    dates : DataFrame
        ``indicator_id, period, start, end``, both days included.
    indicators, periods : tuple of str
        The axes.

    Returns
    -------
    ndarray, shape (indicators, periods, periods)
        ``shared / √(length · length)``, 1 on the diagonal: 2/3 for two windows of three years one
        year apart. 0 where dates are not known, which makes a change less certain, never more.

    Examples
    --------
    >>> d = pd.DataFrame({"indicator_id": "a", "period": ["x", "y"],
    ...     "start": pd.to_datetime(["2010-01-01", "2011-01-01"]),
    ...     "end": pd.to_datetime(["2012-12-31", "2013-12-31"])})
    >>> overlap(d, ("a",), ("x", "y"))[0, 0].round(2)
    array([1.  , 0.67])
    """
    axes = pd.MultiIndex.from_product([indicators, periods])
    rows = dates.set_index(["indicator_id", "period"])[["start", "end"]].reindex(axes)
    shape = (len(indicators), len(periods))
    # days since an arbitrary day; NaN where there is no date
    origin = pd.Timestamp(0)
    days = (pd.to_datetime(rows[c]) - origin for c in ("start", "end"))
    start, end = ((d / pd.Timedelta(days=1)).to_numpy(float).reshape(shape) for d in days)
    length = end - start + 1
    last = np.minimum(end[:, :, None], end[:, None, :])
    shared = last - np.maximum(start[:, :, None], start[:, None, :]) + 1
    share = np.nan_to_num(np.maximum(shared, 0) / np.sqrt(length[:, :, None] * length[:, None, :]))
    share[:, np.arange(len(periods)), np.arange(len(periods))] = 1.0
    return np.asarray(share)


def error_model(framework: Framework, reference: pd.DataFrame) -> pd.DataFrame:
    """Say for every indicator what its error is and what the reference population adds to it.

    Parameters
    ----------
    framework : Framework
        ``error``, and ``interval`` where a register does not say ``error``.
    reference : DataFrame
        ``reference/errors.csv``; empty without one.

    Returns
    -------
    DataFrame
        Index the ids: ``error`` and the columns of the file; φ is 1 and the others are NaN or
        blank where the population does not tell them.
    """
    about = framework.indicators
    kind = np.where(about["interval"] == "none", "none", "counts")
    if "error" in about:
        kind = about["error"].to_numpy()
    other = about.get("error_counts", "")
    made = pd.DataFrame({"error": kind, "error_counts": other}, index=about.index)
    told = empty_table("error_model").drop(columns=list(made))
    rows = (told if reference.empty else reference.reindex(columns=list(told))).set_index(
        "indicator_id"
    )
    made = made.join(rows.reindex(about.index))
    return made.assign(phi=made["phi"].astype(float).fillna(1.0))


def sampling(
    panel: Panel,
    framework: Framework,
    model: pd.DataFrame | None = None,
    families: Sequence[tuple[str, Sequence[str]]] = (),
    population: ArrayLike | None = None,
    published: ArrayLike | None = None,
    level: float = LEVEL,
) -> Sampling:
    """Give every value its standard error and say what that rests on.

    Parameters
    ----------
    panel : Panel
        Values and counts of the periods that are compared.
    framework : Framework
        ``interval`` and ``per`` of each indicator.
    model : DataFrame, optional
        From :func:`error_model`; if left out, that of an edition without a reference population.
    families : sequence of tuple of str and sequence of str
        Larger areas with the units that make them up. Where there are any, the spread says
        nothing of an area that is neither; where there are none, every area is a unit.
    population : array_like (areas,), optional
        People of each area, in panel order; how much each counts in a larger one. Equal if left
        out.
    published : array_like (periods, areas, indicators), optional
        Standard errors that a publisher gives; NaN elsewhere.
    level : float
        Level of the intervals that the standard errors are taken from.

    Returns
    -------
    Sampling
        Standard errors with their basis.

    Notes
    -----
    The standard error of a count is that of chance times √φ. Without counts, the spread of the
    reference population's changes about its own, divided by ``√(2(1 − overlap))``, is an upper
    bound: too large rather than too small, because areas truly change by different amounts.
    An error that all areas share (a new definition) is in no sampling error. For a larger area it
    is multiplied by ``√Σw²``, w being its units' shares. Where the spread goes with the counts n of
    another indicator (life expectancy with deaths), an area's is that at ``at_count``, times
    ``√(at_count / n)``, whatever its size.
    ``SE(change) = √(se₀² + se₁² − 2 · overlap · se₀ · se₁)``, which is ``√(2(1 − overlap)) · SE``
    for equal errors.
    """
    if model is None:
        model = error_model(framework, pd.DataFrame())
    counted, phi = (model["error"] == "counts").to_numpy(), np.sqrt(model["phi"].to_numpy(float))
    se, skew = (np.where(counted, phi * a, np.nan) for a in _from_counts(panel, framework, level))
    basis = np.where(np.isnan(se), UNKNOWN, COUNTS).astype("U16")
    if published is not None:
        given = np.broadcast_to(np.asarray(published, dtype=np.float64), se.shape)
        if (given < 0).any():
            raise ValueError("published standard errors must be 0 or more, or NaN")
        there = ~np.isnan(given)
        se, skew = np.where(there, given, se), np.where(there, 0.0, skew)
        basis[there] = PUBLISHED
    shared = overlap(panel.dates, panel.indicators, panel.periods)
    bound = _from_spread(panel, model, shared[:, 0, -1], families, population)
    filled = (basis == UNKNOWN) & ~np.isnan(bound)
    basis[filled] = SPREAD
    basis[..., (model["error"] == "modelled").to_numpy()] = MODELLED
    basis[np.isnan(panel.value)] = MISSING
    se = np.where(filled, bound, se)
    se[basis == MISSING] = np.nan
    limits = framework.indicators[["valid_min", "valid_max"]].to_numpy(float)
    return Sampling(
        se=se,
        skew=np.where(np.isnan(skew), 0.0, skew),
        overlap=shared,
        change_se=change_error(se, shared),
        basis=basis,
        low=np.nan_to_num(limits[:, 0], nan=-np.inf),
        high=np.nan_to_num(limits[:, 1], nan=np.inf),
    )


def change_error(se: Array, shared: Array) -> Array:
    """Work out the standard error of the change from the first to the last period.

    Parameters
    ----------
    se : ndarray (periods, areas, indicators)
        Standard errors.
    shared : ndarray (indicators, periods, periods)
        From :func:`overlap`.

    Returns
    -------
    ndarray (areas, indicators)
        ``√(se₀² + se₁² − 2 · overlap · se₀ · se₁)``.
    """
    variance = se[0] ** 2 + se[-1] ** 2 - 2 * shared[:, 0, -1] * se[0] * se[-1]
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _from_counts(panel: Panel, framework: Framework, level: float) -> tuple[Array, Array]:
    """Give standard error and skewness where counts are known; NaN elsewhere."""
    se, skew = (np.full(panel.value.shape, np.nan) for _ in range(2))
    per = framework.indicators["per"].to_numpy(float)
    for k, kind in enumerate(framework.indicators["interval"]):
        x, n, v = (a[..., k] for a in (panel.numerator, panel.denominator, panel.value))
        if kind == "wilson":
            error = wilson_se(x, n, level)
            z2 = quantile(level) ** 2
            p = (x + z2 / 2) / (n + z2)  # Wilson's centre: never 0 or 1
            se[..., k] = per[k] * error
            skew[..., k] = 2 * (1 - 2 * p) * error / (p * (1 - p))
        elif kind == "byar":
            error = poisson_se(x, level)
            # without a denominator the published rate tells it, unless the count is 0
            unit = np.divide(v, x, out=np.full_like(v, np.nan), where=x > 0)
            se[..., k] = error * np.where(np.isnan(n), unit, per[k] / n)
            skew[..., k] = 2 / error
    return se, skew


def _from_spread(
    panel: Panel,
    model: pd.DataFrame,
    rho: Array,
    families: Sequence[tuple[str, Sequence[str]]],
    population: ArrayLike | None,
) -> Array:
    """Bound standard errors by the spread of the reference population's changes."""
    spread = model["spread"].to_numpy(float)
    apart = np.sqrt(2 * (1 - rho))
    # the same window twice, or one period only: the change says nothing about the error
    se = np.divide(spread, apart, out=np.full_like(spread, np.nan), where=apart > 1e-6)
    units = {part for _, parts in families for part in parts} or set(panel.areas)
    people = np.ones(len(panel.areas)) if population is None else np.asarray(population, float)
    damped = np.where([a in units for a in panel.areas], 1.0, np.nan)
    for head, parts in families:
        share = people[panel.rows(parts)] / people[panel.rows(parts)].sum()
        damped[panel.areas.index(head)] = np.sqrt((share**2).sum())
    size = np.where((model["scale"] == "log").to_numpy(), np.abs(panel.value), 1.0)
    of = pd.Index(panel.indicators).get_indexer(pd.Index(model["error_counts"]))
    count = np.where((of >= 0) & (panel.numerator[..., of] > 0), panel.numerator[..., of], np.nan)
    by_count = np.sqrt(model["at_count"].to_numpy(float) / count)
    return np.asarray(size * se * np.where(np.isnan(by_count), damped[:, None], by_count))
