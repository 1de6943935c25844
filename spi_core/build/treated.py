"""Put an edition on the scale it is scored on: the treatments that the catalogue names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spi_core.edition.inputs import Inputs
from spi_core.errors import Fault, InputError
from spi_core.method.checks import ColumnError
from spi_core.method.score import Estimated
from spi_core.method.treat import Treatment, fit_treatment
from spi_core.uncertainty.sampling import Sampling

__all__ = ["fit_edition", "treat_errors", "treat_estimated", "treat_inputs"]

Array = NDArray[np.float64]


def fit_edition(inputs: Inputs) -> Treatment | None:
    """Fit the treatments of an edition once, over all units of evidence and periods.

    Parameters
    ----------
    inputs : Inputs
        The edition; ``transform`` in its register names each indicator's treatment.

    Returns
    -------
    Treatment or None
        None if nothing is to be treated.

    Raises
    ------
    InputError
        For a logarithm of values that have none, or a treated indicator in an edition whose
        weights rest on moments of raw values.
    """
    names = list(inputs.framework.indicators["transform"])
    treated = [i for i, name in zip(inputs.framework.ids, names, strict=True) if name != "none"]
    if not treated:
        return None
    file = f"{inputs.folder.as_posix()}/indicators.csv"
    if inputs.reference is not None:
        message = "cannot be treated: the edition's reference moments are of raw values"
        allowed = "transform none, or an edition without index.reference"
        raise InputError([Fault(file, message, None, "transform", i, allowed) for i in treated])
    parts = inputs.panel.rows(inputs.geography.units)
    try:
        return fit_treatment(inputs.panel.value[:, parts], names)
    except ColumnError as error:
        bad = [inputs.framework.ids[c] for c in error.columns]
        raise InputError([Fault(file, str(error), None, "transform", i) for i in bad]) from error


def treat_inputs(inputs: Inputs, treatment: Treatment) -> Inputs:
    """Treat values and goalposts alike.

    Parameters
    ----------
    inputs : Inputs
        The edition in raw units.
    treatment : Treatment
        Fitted on it.

    Returns
    -------
    Inputs
        On the scale of scoring; counts stay as they are.

    Raises
    ------
    InputError
        If a goalpost cannot be treated or both become the same.
    """
    posts = inputs.tables["goalposts"].set_index("indicator_id").loc[list(inputs.framework.ids)]
    file = f"{inputs.folder.as_posix()}/goalposts.csv"
    try:
        ends = treatment.apply(posts[["best", "worst"]].to_numpy(float).T)
    except ColumnError as error:
        bad = [inputs.framework.ids[c] for c in error.columns]
        raise InputError([Fault(file, str(error), None, "indicator_id", i) for i in bad]) from error
    same = [i for i, b, w in zip(inputs.framework.ids, *ends, strict=True) if b == w]
    if same:
        message = "has equal goalposts once it is treated"
        raise InputError([Fault(file, message, None, "indicator_id", i) for i in same])
    table = posts.assign(best=ends[0], worst=ends[1]).reset_index()
    panel = replace(inputs.panel, value=treatment.apply(inputs.panel.value))
    return replace(inputs, panel=panel, tables={**inputs.tables, "goalposts": table})


def treat_estimated(filled: Estimated, treatment: Treatment, units: NDArray[np.intp]) -> Estimated:
    """Treat values with their estimated gaps.

    Parameters
    ----------
    filled : Estimated
        Raw units.
    treatment : Treatment
        Fitted on the observed values.
    units : ndarray of int
        Positions of the units of evidence.

    Returns
    -------
    Estimated
        The residual's spread is carried over by the slope at the units' median value.
    """
    middle = np.nanmedian(filled.value[:, units], axis=(0, 1))
    spread = filled.residual_sd * _slope(middle, treatment)
    return replace(filled, value=treatment.apply(filled.value), residual_sd=spread)


def treat_errors(errors: Sampling, value: Array, treatment: Treatment) -> Sampling:
    """Carry standard errors over to the scale of scoring.

    Parameters
    ----------
    errors : Sampling
        Raw units.
    value : ndarray (periods, areas, indicators)
        Raw values.
    treatment : Treatment
        Fitted on them.

    Returns
    -------
    Sampling
        By the delta method: the error times the treatment's slope at the value. A logarithm takes
        the skewness of a small count with it.
    """
    logged = np.array([n == "log" for n in treatment.name])
    slope = _slope(value, treatment)
    ends = []
    for limit in (errors.low, errors.high):
        inside = np.where(np.isfinite(limit) & (limit + treatment.offset > 0), limit, np.nan)
        mapped = np.where(logged, np.log(np.where(logged, inside + treatment.offset, 1.0)), limit)
        ends.append(mapped)
    low = np.where(np.isnan(ends[0]), -np.inf, ends[0])
    high = np.where(np.isnan(ends[1]), np.inf, ends[1])
    change = errors.change_se * np.nanmean(slope, axis=0)
    skew = np.where(logged, 0.0, errors.skew)
    return replace(errors, se=errors.se * slope, skew=skew, change_se=change, low=low, high=high)


def _slope(value: Array, treatment: Treatment) -> Array:
    """Slope of the treatment; 1 where values are only bounded."""
    logged = np.array([n == "log" for n in treatment.name])
    shifted = np.where(logged, value + treatment.offset, 1.0)
    return np.asarray(1 / shifted)
