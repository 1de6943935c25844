"""Values that are likely slips: beyond the reference, on another scale, out of step with others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import Panel
from spi_core.edition.warned.said import Places
from spi_core.errors import Warned

Array = NDArray[np.float64]
#: Factors that a slip of unit or decimal point makes.
FACTORS = (100, 10, 5)
#: A count jumps only if chance would not have it at half the least factor, at this probability.
CHANCE = 0.001
#: Percentiles are stored with six figures.
ROUNDING = 1e-5
#: As many times the residents as no base is.
TOO_MANY = 100


def observed(inputs: Inputs) -> Panel:
    """Take the values as given, without generated ones: there is nothing to find out about them.

    Parameters
    ----------
    inputs : Inputs
        The edition.

    Returns
    -------
    Panel
        What is published, before the roll-up.
    """
    given = inputs.given.take(inputs.panel.areas)
    made = given.status == "illustrative"
    given.value[made] = np.nan
    return given


def before(inputs: Inputs) -> Panel | None:
    """Take the figures of the earlier years that the files give, without generated ones."""
    if inputs.history is None:
        return None
    past, rows = inputs.history.take(inputs.panel.areas), inputs.tables["history"]
    axes = {"period": past.periods, "area_code": past.areas, "indicator_id": past.indicators}
    at = [pd.Index(axis).get_indexer(pd.Index(rows[name])) for name, axis in axes.items()]
    own = np.zeros(past.value.shape, bool)
    own[tuple(index[np.min(at, axis=0) >= 0] for index in at)] = True
    return replace(past, value=np.where(own & (past.status != "illustrative"), past.value, np.nan))


def fractions(inputs: Inputs, given: Panel, places: Places) -> Iterator[Warned]:
    """Warn of percentages that look like fractions: all at most 1, where others are not.

    Parameters
    ----------
    inputs : Inputs
        The edition, with the distribution of its reference population.
    given : Panel
        From `observed`.
    places : Places
        Where each observation stands.

    Yields
    ------
    Warned
        One an indicator and period.
    """
    about, usual = inputs.framework.indicators, _reference(inputs, "median")
    percent = ((about["per"] == 100) & (about["kind"] == "proportion")).to_numpy()
    top = np.fmax.reduce(given.value, axis=1)
    for t, k in np.argwhere((top <= 1) & (top > 0) & percent):
        if usual[k] < FACTORS[-1] * _middle(given.value[t, :, k]):
            continue
        indicator, period = given.indicators[k], given.periods[t]
        message = f"all values of {period} are at most {top[t, k]:.4g}, as fractions of 1 would be"
        yield Warned(f"fractions: {indicator}", *places.of(indicator, period), message)


def jumps(inputs: Inputs, given: Panel, places: Places) -> Iterator[Warned]:
    """Warn of jumps of a factor 5, 10 or 100 from one period to the next.

    Parameters
    ----------
    inputs : Inputs
        The edition.
    given : Panel
        From `observed`.
    places : Places
        Where each observation stands.

    Yields
    ------
    Warned
        One for a whole indicator that jumps; otherwise one for each area that jumps against the
        usual change of its level's areas.

    Notes
    -----
    A ratio of counts is a jump if chance would hardly make it of half the least factor: given
    n + m events, m is binomial.
    """
    level = inputs.geography.areas["level"].reindex(list(given.areas)).to_numpy()
    for (s, before), (t, after) in pairwise(enumerate(given.periods)):
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(given.value[s] > 0, given.value[t] / given.value[s], np.nan)
        ratio[ratio == 0] = np.nan
        for k, indicator in enumerate(given.indicators):
            usual = np.nanmedian(ratio[:, k]) if np.isfinite(ratio[:, k]).any() else np.nan
            if _factor(usual):
                message = f"the middle area's value of {after} is {_times(usual)} that of {before}"
                yield Warned(f"{_named(usual)}: {indicator}", *places.of(indicator, after), message)
                continue
            counts = [p[:, k] for p in (given.numerator[s], given.numerator[t])]
            bases = [p[:, k] for p in (given.denominator[s], given.denominator[t])]
            for of_level in pd.unique(level):
                rows = np.flatnonzero(level == of_level)
                usual = _middle(ratio[rows, k])
                off = ratio[:, k] / usual
                for a in rows[np.maximum(off, 1 / off)[rows] >= FACTORS[-1]]:
                    n, m = counts[0][a], counts[1][a]
                    exposure = bases[1][a] / bases[0][a] * usual
                    if np.isfinite(n + m + exposure) and _by_chance(n, m, exposure):
                        continue
                    area = given.areas[a]
                    message = (
                        f"{given.value[t, a, k]:.6g} in {area} in {after} is "
                        f"{_times(ratio[a, k])} the {given.value[s, a, k]:.6g} of {before}; "
                        f"usual is {_times(usual)}"
                    )
                    where = places.of(indicator, after, area)
                    yield Warned(f"{_named(off[a])}: {indicator}", *where, message)


def beyond_reference(inputs: Inputs, given: Panel, places: Places) -> Iterator[Warned]:
    """Warn of values that no area of the reference population has in any period.

    Parameters
    ----------
    inputs : Inputs
        The edition; its reference population is of the level of its units of evidence.
    given : Panel
        From `observed`.
    places : Places
        Where each observation stands.

    Yields
    ------
    Warned
        One for a whole indicator and period that lies on another scale; otherwise one a value.
    """
    low, high, usual = (_reference(inputs, n) for n in ("min", "max", "median"))
    units = given.take(inputs.geography.units)
    slack = ROUNDING * np.maximum(abs(low), abs(high))
    for t, period in enumerate(units.periods):
        for k, indicator in enumerate(units.indicators):
            x = units.value[t, :, k]
            middle = _middle(x)
            file_row = places.of(indicator, period)
            if middle > 0 and usual[k] > 0 and (_factor(middle / usual[k]) or 0) >= FACTORS[1]:
                message = (
                    f"the middle value of {period}, {middle:.4g}, is "
                    f"{_times(middle / usual[k])} the reference population's, {usual[k]:.4g}"
                )
                yield Warned(f"beyond the reference: {indicator}", *file_row, message)
                continue
            for a in np.flatnonzero((x < low[k] - slack[k]) | (x > high[k] + slack[k])):
                area = units.areas[a]
                message = (
                    f"{x[a]:.6g} in {area} in {period} lies outside the reference population's "
                    f"{low[k]:.6g} to {high[k]:.6g}"
                )
                where = places.of(indicator, period, area)
                yield Warned(f"beyond the reference: {indicator}", *where, message)


def populations(inputs: Inputs, given: Panel, places: Places) -> Iterator[Warned]:
    """Warn of populations that look like thousands: bases of the same areas are far larger.

    Parameters
    ----------
    inputs : Inputs
        The edition.
    given : Panel
        From `observed`.
    places : Places
        Not needed.

    Yields
    ------
    Warned
        At most one.
    """
    units = given.take(inputs.geography.units)
    people = inputs.geography.areas.loc[list(units.areas), "population"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        times = units.denominator / people[:, None]
    middle = [m for m in (_middle(times[..., k].ravel()) for k in range(times.shape[-1])) if m > 0]
    if middle and float(np.median(middle)) > TOO_MANY:
        message = (
            f"populations look like thousands: the bases of rates are {np.median(middle):.4g} "
            "times as large"
        )
        yield Warned("populations", "geography/areas.csv", None, message)


def _reference(inputs: Inputs, column: str) -> Array:
    """Lowest, highest or middle of the reference population, over all its periods."""
    table = inputs.tables["distribution"]
    if table.empty:
        return np.full(len(inputs.framework.ids), np.nan)
    by = table.groupby("indicator_id")[column].agg(column)
    return by.reindex(list(inputs.framework.ids)).to_numpy(float)


def _middle(x: Array) -> float:
    there = x[np.isfinite(x)]
    return float(np.median(there)) if there.size else float("nan")


def _factor(ratio: float) -> int | None:
    """Name the largest factor that a ratio reaches, up or down; None below the least."""
    if not np.isfinite(ratio) or ratio <= 0:
        return None
    size = max(ratio, 1 / ratio)
    # eight or eighty times is a slip of ten or a hundred where the true values differ too
    return next((f for f in FACTORS if size >= (f if f == FACTORS[-1] else 0.8 * f)), None)


def _named(ratio: float) -> str:
    return f"jump of a factor {_factor(ratio)}"


def _times(ratio: float) -> str:
    return f"{ratio:.3g} times"


def _by_chance(before: float, after: float, exposure: float) -> bool:
    """Tell whether two counts could differ so with a ratio of half the least factor."""
    if after < before * exposure:
        before, after, exposure = after, before, 1 / exposure
    odds = exposure * FACTORS[-1] / 2
    return bool(
        scipy.special.bdtrc(round(after) - 1, round(before + after), odds / (1 + odds)) > CHANCE
    )
