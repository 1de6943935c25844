"""The panel: observations checked against the framework and laid out as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.errors import Fault
from spi_core.framework import Framework

__all__ = ["Panel", "check_observations", "make_panel"]

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
        One of :data:`spi_core.schema.STATUSES`; ``missing`` where no row was given.
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


def check_observations(
    frame: pd.DataFrame,
    framework: Framework,
    areas: Mapping[str, str],
    periods: Sequence[str],
) -> list[Fault]:
    """Check every observation against the framework, the geography and the edition.

    Parameters
    ----------
    frame : DataFrame
        All observation files, read and joined (columns of the schema, ``file`` and ``row``).
    framework : Framework
        The framework.
    areas : mapping of str to str
        Known GSS codes and their level.
    periods : sequence of str
        The edition's periods.

    Returns
    -------
    list of Fault
        Unknown indicator, area or period; a value out of its valid range; a numerator above its
        denominator; a value that its own counts contradict; a status that contradicts the value;
        dates the wrong way round; a row given twice in two files.
    """
    faults = [
        *_unknown(frame, "indicator_id", list(framework.ids), "is not an indicator"),
        *_unknown(frame, "area_code", list(areas), "is not an area of geography/areas.csv"),
        *_unknown(frame, "period", list(periods), "is not a period of edition.yml"),
        *_repeated(frame),
        *_contradictions(frame),
    ]
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
        pd.Index(axis).get_indexer(frame[column])
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
    return Panel(
        tuple(periods), tuple(areas), framework.ids, **arrays, status=status, dates=dates
    )


def _fault(r: tuple, message: str, column: str, value: object, allowed: str | None) -> Fault:  # type: ignore[type-arg]
    return Fault(r.file, message, r.row, column, value, allowed)  # type: ignore[attr-defined]


def _unknown(frame: pd.DataFrame, column: str, known: Sequence[str], message: str) -> list[Fault]:
    bad = frame[~frame[column].isin(known)]
    shown = ", ".join(known) if len(known) <= 40 else f"{', '.join(known[:20])} … ({len(known)})"
    return [_fault(r, message, column, getattr(r, column), shown) for r in bad.itertuples()]


def _repeated(frame: pd.DataFrame) -> list[Fault]:
    key = ["indicator_id", "area_code", "period"]
    twice = frame[frame.duplicated(key, keep=False)]
    faults = []
    for _, group in twice.groupby(key, sort=False):
        first = group.iloc[0]
        faults += [
            _fault(
                r,
                f"repeats {first['file']}, row {first['row']}",
                " + ".join(key),
                f"{r.indicator_id} + {r.area_code} + {r.period}",
                "each combination once over all files",
            )
            for r in group.iloc[1:].itertuples()
            if r.file != first["file"]  # within one file the schema has said so
        ]
    return faults


def _contradictions(frame: pd.DataFrame) -> list[Fault]:
    hidden = frame["status"].isin(["missing", "suppressed"])
    faults = [
        _fault(r, f"stands beside status {r.status!r}", "value", r.value, "a blank")
        for r in frame[hidden & frame["value"].notna()].itertuples()
    ]
    faults += [
        _fault(r, "a blank is not allowed here", "value", None, "a number, or status 'missing'")
        for r in frame[~hidden & frame["value"].isna()].itertuples()
    ]
    faults += [
        _fault(r, f"lies after end, {r.end:%Y-%m-%d}", "start", f"{r.start:%Y-%m-%d}", None)
        for r in frame[frame["start"] > frame["end"]].itertuples()
    ]
    return faults


def _out_of_range(frame: pd.DataFrame, about: pd.DataFrame) -> list[Fault]:
    value = frame["value"].to_numpy()
    low, high = about["valid_min"].to_numpy(float), about["valid_max"].to_numpy(float)
    bad = (value < low) | (value > high)
    faults = []
    for r, lo, hi in zip(frame[bad].itertuples(), low[bad], high[bad], strict=True):
        message = f"is outside the valid range of {r.indicator_id}"
        bounds = f"{lo:g} or more" if np.isnan(hi) else f"{lo:g} to {hi:g}"
        faults.append(_fault(r, message, "value", r.value, bounds))
    return faults


def _counts(frame: pd.DataFrame, about: pd.DataFrame) -> list[Fault]:
    top, base = frame["numerator"].to_numpy(), frame["denominator"].to_numpy()
    proportion = (about["kind"] == "proportion").to_numpy()
    faults = [
        _fault(r, "is above the denominator", "numerator", r.numerator, f"at most {r.denominator:g}")
        for r in frame[proportion & (top > base)].itertuples()
    ]
    faults += [
        _fault(r, "cannot divide", "denominator", r.denominator, "more than 0")
        for r in frame[base == 0].itertuples()
    ]
    per = about["per"].to_numpy(float)
    value = frame["value"].to_numpy()
    implied = np.divide(top * per, base, out=np.full_like(value, np.nan), where=base > 0)
    off = np.abs(implied - value) > np.maximum(RATE_TOLERANCE * np.abs(value), 0.05)
    for r, should in zip(frame[off].itertuples(), implied[off], strict=True):
        message = "is not numerator / denominator × per"
        faults.append(_fault(r, message, "value", r.value, f"about {should:.6g}"))
    return faults
