"""The panel: observations checked against the framework and laid out as arrays."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.edition.areas.geography import Geography
from spi_core.edition.framework import INDICATOR, Framework
from spi_core.edition.readers.read import Read, fault_at, strangers
from spi_core.errors import Fault, some
from spi_core.tables import records

#: What a panel knows of every cell.
CELLS = ("value", "numerator", "denominator", "status")
#: A stored rate may be rounded by its publisher: this much relative difference is rounding.
RATE_TOLERANCE = 0.005


@dataclass(frozen=True, slots=True)
class Panel:
    """Values of every area, indicator and period.

    Parameters
    ----------
    periods, areas, indicators : tuple of str
        What the axes mean, in this order.
    value, numerator, denominator : ndarray, shape (periods, areas, indicators)
        Raw units; NaN where there is none.
    status : ndarray of str, same shape
        One of those of ``edition/readers/inputs.yml``; ``missing`` where no row was given.
    dates : DataFrame
        ``indicator_id, period, period_label, start, end``: what each indicator's period means.
    """

    periods: tuple[str, ...]
    areas: tuple[str, ...]
    indicators: tuple[str, ...]
    value: NDArray[np.float64]
    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]
    status: NDArray[np.str_]
    dates: pd.DataFrame

    @property
    def compared(self) -> list[int]:
        """Positions of the baseline and the current period; of the latter alone without one."""
        return [self.periods.index(p) for p in ("baseline", "current") if p in self.periods]

    def rows(self, areas: Sequence[str]) -> NDArray[np.intp]:
        """Positions of areas on the area axis.

        Parameters
        ----------
        areas : sequence of str
            GSS codes.

        Returns
        -------
        ndarray of int
            One position a code, in the order asked.
        """
        where = {code: i for i, code in enumerate(self.areas)}
        return np.array([where[a] for a in areas], np.intp)

    def take(self, areas: Sequence[str]) -> Panel:
        """Keep some of the areas.

        Parameters
        ----------
        areas : sequence of str
            GSS codes, in the order wanted.

        Returns
        -------
        Panel
            The same periods and indicators.
        """
        at = self.rows(areas)
        return replace(self, areas=tuple(areas), **{n: getattr(self, n)[:, at] for n in CELLS})

    def during(self, at: Sequence[int]) -> Panel:
        """Keep some of the periods.

        Parameters
        ----------
        at : sequence of int
            Their positions, in the order wanted.

        Returns
        -------
        Panel
            The same areas and indicators.
        """
        periods = tuple(self.periods[i] for i in at)
        return replace(self, periods=periods, **{n: getattr(self, n)[at] for n in CELLS})


def joined(earlier: Panel | None, later: Panel) -> Panel:
    """Lay the periods of two panels of one shape behind each other; without one, the other."""
    if earlier is None:
        return later
    periods = (*earlier.periods, *later.periods)
    dates = pd.concat([earlier.dates, later.dates], ignore_index=True)
    laid: dict[str, Any] = {
        n: np.concatenate([getattr(p, n) for p in (earlier, later)]) for n in CELLS
    }
    return replace(later, periods=periods, dates=dates, **laid)


def check_keys(
    observations: Read,
    indicators: Collection[str],
    areas: Collection[str],
    periods: Collection[str],
    geography: Geography | None = None,
    former: Collection[str] = (),
    names: Mapping[str, str] | None = None,
) -> list[Fault]:
    """Check that every observation speaks of an indicator, an area and a period of the edition.

    Parameters
    ----------
    observations : Read
        All observation files, read and joined.
    indicators, areas, periods : collection of str
        What the edition knows; where it is empty, that file could not be read and has said so.
    geography : Geography, optional
        Tells by its code what a stranger is.
    former : collection of str
        Codes of areas of other vintages, which have a check of their own.
    names : mapping of str to str
        Names of areas, for whoever writes them in place of codes.

    Returns
    -------
    list of Fault
        Unknown indicators, areas and periods.
    """
    faults = []
    for column, known, what in (
        ("indicator_id", indicators, INDICATOR),
        ("area_code", [*areas, *former], "an area of geography/areas.csv"),
        ("period", periods, "a period of edition.yml"),
    ):
        found = strangers(observations, column, known, what, names) if known else []
        for fault in found:
            if column == "area_code" and what in fault.message:
                about, alike = _same_kind(str(fault.value), areas, geography)
                fault = replace(fault, message=fault.message + about, allowed=some(alike))
            faults.append(fault)
    return faults


def check_order(observations: Read, periods: Sequence[str]) -> list[Fault]:
    """Find indicators whose later period lies before an earlier one: change would be turned round.

    Parameters
    ----------
    observations : Read
        All observation files.
    periods : sequence of str
        In order of time.

    Returns
    -------
    list of Fault
        One an indicator and pair of periods; a later start alone is a warning.
    """
    frame, faults = observations.whole, []
    if frame.empty or not set(frame["period"]) <= set(periods):
        return []
    dated = frame.dropna(subset=["start", "end"]).drop_duplicates(["indicator_id", "period"])
    dated = dated.assign(order=dated["period"].map(list(periods).index)).sort_values("order")
    for indicator, group in dated.groupby("indicator_id", sort=False):
        for before, after in pairwise(records(group)):
            if after.start < before.start and after.end < before.end:
                message = f"lies before {before.period} of {indicator}, which ends on"
                allowed = f"{' and '.join(periods)} in order of time: are they swapped?"
                message = f"{message} {before.end:%Y-%m-%d}: dates run backwards"
                faults.append(fault_at(after, "end", message, allowed))
    return faults


def _same_kind(
    code: str, areas: Collection[str], geography: Geography | None
) -> tuple[str, Collection[str]]:
    """Name the level whose codes look like this one, and the edition's areas of that level."""
    for level in reversed(geography.levels.rows if geography else ()):
        if re.fullmatch(level.pattern, code):
            alike = [a for a in areas if re.fullmatch(level.pattern, a)]
            return f": not one of this edition's {level.many}", alike or areas
    return "", areas


def check_observations(observations: Read, framework: Framework | None) -> list[Fault]:
    """Check what every observation says against the framework and against itself.

    Parameters
    ----------
    observations : Read
        All observation files, read and joined; those that lack a column are passed over.
    framework : Framework or None
        The framework; without it only what each row says of itself is checked.

    Returns
    -------
    list of Fault
        A value out of its valid range; a numerator above its denominator; a value that its own
        counts contradict; a status that contradicts the value; dates the wrong way round;
        different labels or dates for one indicator and period.
    """
    frame = observations.whole
    if frame.empty:
        return []
    faults = [*_contradictions(frame), *_labels(frame)]
    if framework is None:
        return faults
    known = frame[frame["indicator_id"].isin(framework.ids)]
    about = framework.indicators.loc[known["indicator_id"]].reset_index(drop=True)
    return faults + _out_of_range(known, about) + _counts(known, about)


def make_panel(
    frame: pd.DataFrame, framework: Framework, areas: Sequence[str], periods: Sequence[str]
) -> Panel:
    """Lay checked observations out as arrays.

    Parameters
    ----------
    frame : DataFrame
        Observations without a fault.
    framework : Framework
        The framework.
    areas, periods : sequence of str
        The axes.

    Returns
    -------
    Panel
        NaN and status ``missing`` where no row was given.
    """
    axes = (list(periods), list(areas), list(framework.ids))
    shape = tuple(len(a) for a in axes)
    at = tuple(
        pd.Index(axis).get_indexer(pd.Index(frame[column]))
        for axis, column in zip(axes, ("period", "area_code", "indicator_id"), strict=True)
    )
    arrays = {}
    for name in ("value", "numerator", "denominator"):
        arrays[name] = np.full(shape, np.nan)
        arrays[name][at] = frame[name]
    status = np.full(shape, "missing", dtype="U12")
    status[at] = frame["status"].astype(str)
    columns = ["indicator_id", "period", "period_label", "start", "end"]
    dates = frame[columns].drop_duplicates(["indicator_id", "period"]).reset_index(drop=True)
    return Panel(tuple(periods), tuple(areas), framework.ids, **arrays, status=status, dates=dates)


def _contradictions(frame: pd.DataFrame) -> list[Fault]:
    hidden = frame["status"].isin(["missing", "suppressed"])
    faults = [
        fault_at(r, "value", f"stands beside status {r.status!r}", "a blank")
        for r in records(frame[hidden & frame["value"].notna()])
    ]
    faults += [
        fault_at(r, "value", "a blank is not allowed here", "a number, or status 'missing'")
        for r in records(frame[~hidden & frame["value"].isna()])
    ]
    faults += [
        fault_at(r, "start", f"lies after end, {r.end:%Y-%m-%d}", "end or before")
        for r in records(frame[frame["start"] > frame["end"]])
    ]
    return faults


def _labels(frame: pd.DataFrame) -> list[Fault]:
    """Find rows whose label or dates differ: a page names one for an indicator and period."""
    faults = []
    for column in ("period_label", "start", "end"):
        groups = frame.groupby(["indicator_id", "period"], sort=False)[column]
        for (indicator, period), values in groups:
            usual = values.mode()
            if values.nunique() < 2 or usual.empty:
                continue
            message = f"differs from the other rows of {indicator} in {period}"
            for r in records(frame.loc[values.index[values.notna() & (values != usual[0])]]):
                allowed = _plain(usual[0])
                faults.append(fault_at(r, column, message, allowed))
    return faults


def _plain(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def _out_of_range(frame: pd.DataFrame, about: pd.DataFrame) -> list[Fault]:
    value = frame["value"].to_numpy()
    low, high = about["valid_min"].to_numpy(float), about["valid_max"].to_numpy(float)
    bad = (value < low) | (value > high)
    faults = []
    for r, lo, hi in zip(records(frame[bad]), low[bad], high[bad], strict=True):
        message = f"is outside the valid range of {r.indicator_id}"
        bounds = f"{lo:g} to {hi:g}"
        if np.isnan(lo) or np.isnan(hi):
            bounds = f"{hi:g} or less" if np.isnan(lo) else f"{lo:g} or more"
        faults.append(fault_at(r, "value", message, bounds))
    return faults


def _counts(frame: pd.DataFrame, about: pd.DataFrame) -> list[Fault]:
    top, base = frame["numerator"].to_numpy(), frame["denominator"].to_numpy()
    above = (about["kind"] == "proportion").to_numpy() & (base > 0) & (top > base)
    faults = [
        fault_at(r, "numerator", "is above the denominator", f"up to {r.denominator:g}")
        for r in records(frame[above])
    ]
    faults += [
        fault_at(r, "denominator", "cannot divide", "more than 0")
        for r in records(frame[base == 0])
    ]
    per = about["per"].to_numpy(float)
    value = frame["value"].to_numpy()
    implied = np.divide(top * per, base, out=np.full_like(value, np.nan), where=base > 0)
    off = ~above & (np.abs(implied - value) > np.maximum(RATE_TOLERANCE * np.abs(value), 0.05))
    for r, should in zip(records(frame[off]), implied[off], strict=True):
        message = "is not numerator / denominator × per"
        faults.append(fault_at(r, "value", message, f"about {should:.6g}"))
    return faults
