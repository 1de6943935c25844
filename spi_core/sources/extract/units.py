"""Bring figures to the unit of their indicator, and find those that may be of another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from spi_core.errors import Fault
from spi_core.sources.extract.figures import PART, Said, Taken

#: A value is of another unit where the middle one is so many times as large as it was.
OFF = 5
#: Slips of unit.
SLIPS = (100, 0.01, 10, 0.1, 1000, 0.001)


def settle_units(
    taken: Taken, register: pd.DataFrame, before: pd.DataFrame, usual: Mapping[Any, float],
    said: Said, file: str,
) -> dict[str, float]:  # fmt: skip
    """Bring values to the unit of their indicator, and find those that may be of another.

    Parameters
    ----------
    taken : Taken
        Its values are changed, its faults added to.
    register : DataFrame
        ``indicators.csv``, index ``id``.
    before : DataFrame
        Present observations.
    usual : mapping of str to float
        The middle value of each indicator in its reference population.
    said : Said
        ``times`` decides.
    file : str
        As messages call it.

    Returns
    -------
    dict of str to float
        A factor to ask for, by indicator, or indicator:period where there are several: with it the
        values would be of the size they were.
    """
    asked: dict[str, float] = {}
    several = taken.frame.groupby("indicator_id")["period"].nunique().gt(1)
    for (indicator, period), rows in taken.frame.groupby(PART, sort=False):
        name, about = str(indicator), register.loc[str(indicator)]
        key = f"{name}:{period}" if several[name] else name
        ratio, per = about["kind"] in ("rate", "proportion"), float(str(about["per"]))
        value, marked = rows["value"].to_numpy(float), rows["percent"].to_numpy(bool)
        base = rows["denominator"].replace(0, math.nan)
        implied = (rows["numerator"] / base * per).to_numpy(float)
        sure = marked & ratio  # per cent of a rate is that rate, whatever it is per
        value = np.where(sure, value / 100 * per, value)
        bare = np.where(sure, math.nan, value)
        factor = next((said.times[k] for k in (key, name, "") if k in said.times), math.nan)
        by_counts = _middle(implied / np.where(bare == 0, math.nan, bare))
        slip = [f for f in (*SLIPS, per, 1 / per) if f != 1 and abs(by_counts / f - 1) < 0.01]
        if math.isnan(factor) and slip:
            factor = slip[0]
        if marked.any():
            taken.told.append(f"{key}: {marked.sum()} figures shown as per cent")
        if not math.isnan(factor):
            value = np.where(sure, value, value * factor)
            taken.told.append(f"{key}: multiplied by {factor:g}" + ", as counts say" * bool(slip))
        blank = np.isnan(value) & ~rows["status"].isin(["missing", "suppressed"]).to_numpy()
        value = np.where(blank, implied, value)
        taken.frame.loc[rows.index, "value"] = [float(f"{v:.10g}") for v in value]
        if not math.isnan(factor):
            continue
        counted = bool(np.isfinite(implied).any())
        if counted and np.isfinite(bare).any():
            continue  # figure and counts agree, or are refused where all are checked
        old = before[(before["indicator_id"] == name) & before["area_code"].isin(rows["area_code"])]
        was = abs(_middle(old["value"].to_numpy(float)) if len(old) else usual.get(name, math.nan))
        now, why = _middle(np.abs(implied if counted else bare)), ""
        other = now > 0 and was > 0 and not 1 / OFF < was / now < OFF
        if other and counted:
            message = f"the counts of {key} make {now:.4g} in the middle, where {was:.4g} is usual"
            message += ": are numerator and denominator the right columns, of one unit?"
            asked[key], allowed = 1.0, f"--times {key}=1 if they are right"
            taken.faults.append(Fault(file, message, None, None, None, allowed))
        elif other:
            asked[key] = next((f for f in SLIPS if 0.5 < was / now / f < 2), 1.0)
            why = f"the middle figure of {key} is {now:.4g}, where {was:.4g} is usual"
        elif (
            not counted
            and now > 0
            and math.isnan(was)
            and per == 100
            and ratio
            and not (bare > 1).any()
        ):
            asked[key], why = 100.0, f"all figures of {key} are at most 1"
        if why:
            message = f"{why}: is it in another unit than {about['unit']!r}?"
            choices = dict.fromkeys((f"{asked[key]:g}", "1"))
            allowed = " or ".join(f"--times {key}={choice}" for choice in choices)
            allowed += "; 1 if it is right as it is"
            taken.faults.append(Fault(file, message, None, None, None, allowed))
    return asked


def _middle(x: np.ndarray[Any, Any]) -> float:
    there = x[np.isfinite(x)]
    return float(np.median(there)) if there.size else math.nan
