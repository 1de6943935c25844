"""Put an edition on the scale it is scored on: the treatments that the catalogue names."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from spi_core.edition.areas.rollup import roll_up
from spi_core.edition.framework import Framework, stale_shares
from spi_core.edition.inputs import Inputs
from spi_core.edition.readers.read import fault_at
from spi_core.errors import Fault, InputError
from spi_core.method.checks import ColumnError
from spi_core.method.recipe import Recipe, absent_in
from spi_core.method.score import Estimated, Scores, estimate_missing
from spi_core.method.treat import Treatment, fit_treatment
from spi_core.uncertainty.sampling import Sampling
from spi_core.uncertainty.shrink import shrink_panel

Array = NDArray[np.float64]


def on_scale(inputs: Inputs) -> Inputs:
    """Put an edition on the scale that it is scored on.

    Parameters
    ----------
    inputs : Inputs
        The edition in raw units.

    Returns
    -------
    Inputs
        The same where nothing is to be treated.

    Raises
    ------
    InputError
        As `fit_edition` and `treat_inputs`.
    """
    treatment = fit_edition(inputs)
    return inputs if treatment is None else treat_inputs(inputs, treatment)


def fit_edition(inputs: Inputs) -> Treatment | None:
    """Fit the treatments of an edition once, over all units of evidence and periods.

    Parameters
    ----------
    inputs : Inputs
        The edition; ``transform`` in its register names each indicator's treatment. Where moments
        of a reference population are named, treatments are those that they were taken after.

    Returns
    -------
    Treatment or None
        None if nothing is to be treated.

    Raises
    ------
    InputError
        For a logarithm of values that have none.
    """
    names = list(inputs.framework.indicators["transform"])
    if set(names) <= {"none"}:
        return None
    value = inputs.panel.value[:, inputs.panel.rows(inputs.geography.units)]
    if inputs.reference is None:
        return fit_values(value, inputs.framework)
    table = inputs.reference[0].loc[list(inputs.framework.ids)]
    bounds = [table[c].to_numpy(float) for c in ("lower", "upper", "offset")]
    lower, upper = np.nan_to_num(bounds[0], nan=-np.inf), np.nan_to_num(bounds[1], nan=np.inf)
    moved = ((value < lower) | (value > upper)).sum(axis=(0, 1))
    reason = ("as the reference population",) * len(names)
    return Treatment(tuple(names), lower, upper, bounds[2], moved, reason)


def fit_values(value: Array, framework: Framework) -> Treatment:
    """Fit the treatments that a register names to values.

    Parameters
    ----------
    value : ndarray (..., areas, indicators)
        Raw units, of the edition or its reference population.
    framework : Framework
        The register.

    Returns
    -------
    Treatment
        Frozen parameters.

    Raises
    ------
    InputError
        For a logarithm of values that have none.
    """
    try:
        return fit_treatment(value, list(framework.indicators["transform"]))
    except ColumnError as error:
        raise InputError(_no_log(framework, error.columns, str(error))) from error


def _no_log(framework: Framework, columns: Iterable[int], message: str) -> list[Fault]:
    rows = framework.indicators.iloc[list(columns)]
    said = f"does not fit {{}}: {message}"
    return [
        fault_at(r, "transform", said.format(r.Index), "another treatment, or none")
        for r in rows.itertuples()
    ]


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
        If a value or goalpost cannot be treated, both goalposts become the same, or frozen shares
        do not follow from the treated goalposts.
    """
    ids = list(inputs.framework.ids)
    posts = inputs.tables["goalposts"].set_index("indicator_id").loc[ids]
    ends = posts[["worst", "best"]].to_numpy(float).T
    for name, x in (("goalposts", ends), ("values", inputs.panel.value)):
        low = np.nanmin(np.where(np.isnan(x), np.inf, x), axis=tuple(range(x.ndim - 1)))
        bad = np.flatnonzero((np.array(treatment.name) == "log") & (low <= -treatment.offset))
        if bad.size:
            message = f"the lowest of the {name} is {low[bad[0]]:.6g}, which has no logarithm"
            raise InputError(_no_log(inputs.framework, bad, message))
    worst, best = treatment.apply(ends)
    same = posts[worst == best]
    if len(same):
        message = "equals worst once both are treated: the goalposts must differ"
        raise InputError(fault_at(r, "best", message) for r in same.itertuples())
    table = posts.assign(best=best, worst=worst).reset_index()
    weights = inputs.tables["weights"]
    if len(weights) and (faults := stale_shares(weights, table)):
        raise InputError(faults)
    panel = replace(inputs.panel, value=treatment.apply(inputs.panel.value))
    return replace(inputs, panel=panel, tables={**inputs.tables, "goalposts": table})


def fill(
    inputs: Inputs, recipe: Recipe, treatment: Treatment | None
) -> tuple[Recipe, Estimated, Estimated]:
    """Estimate the gaps that may be, in all periods.

    Parameters
    ----------
    inputs : Inputs
        In raw units, its panel without details.
    recipe : Recipe
        What was decided before scoring.
    treatment : Treatment or None
        Fitted on the edition.

    Returns
    -------
    tuple of Recipe, Estimated and Estimated
        The recipe that knows what nobody has in a period; values in raw units and on the scale of
        scoring.
    """
    raw, rows = inputs.panel.value, inputs.panel.rows(inputs.geography.units)
    settings = inputs.settings["index"]
    if settings.get("shrinkage", "none") == "empirical_bayes":
        raw = shrink_panel(inputs.panel, inputs.framework, inputs.geography.units).value
    recipe = replace(recipe, absent=absent_in(raw[:, rows], recipe))
    filled = estimate_missing(raw, recipe, rows, settings.get("max_imputed", 1))
    filled = _carry_up(inputs, filled)
    return recipe, filled, filled if treatment is None else treat_estimated(filled, treatment, rows)


def _carry_up(inputs: Inputs, filled: Estimated) -> Estimated:
    """Roll larger areas up again: a gap estimated in one unit does not unscore its whole."""
    panel = replace(inputs.panel, value=filled.value)
    rolled = roll_up(panel, inputs.geography, inputs.framework).value
    filled_up = np.isnan(filled.value) & ~np.isnan(rolled)
    return replace(filled, value=rolled, estimated=filled.estimated | filled_up)


def lay_in(scores: Scores, own: Scores, periods: Sequence[int]) -> Scores:
    """Put scores of the first areas and some periods into those of all, in place.

    Parameters
    ----------
    scores, own : Scores
        The last digit of a sum hangs on how many areas are summed at once: `own` are scored by
        themselves.
    periods : sequence of int
        Positions of those of `own`.

    Returns
    -------
    Scores
        `scores`.
    """
    for f in fields(scores):
        found = getattr(own, f.name)
        getattr(scores, f.name)[list(periods), : found.shape[1]] = found
    return scores


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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # what no unit has is treated to nothing
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
    change = errors.change_se * slope.mean(axis=0)
    skew = np.where(logged, 0.0, errors.skew)
    return replace(errors, se=errors.se * slope, skew=skew, change_se=change, low=low, high=high)


def _slope(value: Array, treatment: Treatment) -> Array:
    """Slope of the treatment; 1 where values are only bounded."""
    logged = np.array([n == "log" for n in treatment.name])
    shifted = np.where(logged, value + treatment.offset, 1.0)
    return np.asarray(1 / shifted)
