"""Check that similar wards can be found as the edition asks, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from spi_core.edition.areas.geography import Geography
from spi_core.edition.readers.read import Read
from spi_core.errors import Fault, some
from spi_core.levels import Level

__all__ = ["MIN_PEERS", "check_comparators"]

#: Fewer scored comparators than this make no comparison.
MIN_PEERS = 3


def check_comparators(
    file: str, settings: Mapping[str, Any], geography: Geography, context: Read
) -> list[Fault]:
    """Hold the comparator rule against the units of evidence and their context.

    Parameters
    ----------
    file : str
        Path of ``edition.yml``.
    settings : mapping
        Its content.
    geography : Geography
        Its areas.
    context : Read
        ``context.csv`` as read; without it none is rated, which is no fault.

    Returns
    -------
    list of Fault
        More comparators than there are others; variables that are not in the file, lack a unit
        or do not vary.
    """
    rule, unit, units = settings.get("comparators"), geography.levels.unit, geography.units
    if rule is None or len(units) < 2:
        return []
    faults = []
    if rule["number"] >= len(units):
        others = len(units) - 1
        allowed = f"{MIN_PEERS} to {others}, the other {unit.many}"
        if others < MIN_PEERS:
            allowed = f"no comparators: {len(units)} {unit.many} are too few"
        message = f"is more than there are {unit.many} to choose from"
        faults.append(Fault(file, message, None, "comparators.number", rule["number"], allowed))
    if context.frame.empty or context.faults:
        return faults
    known = sorted(set(context.frame["variable"]))
    for variable in rule["context"]:
        if variable not in known:
            message = "is not a variable of context.csv"
            faults.append(Fault(file, message, None, "comparators.context", variable, some(known)))
        else:
            rows = context.frame[context.frame["variable"] == variable]
            faults += _variable_faults(variable, rows, unit, units)
    return faults


def _variable_faults(
    variable: str, rows: pd.DataFrame, unit: Level, units: Sequence[str]
) -> Iterator[Fault]:
    place = str(rows["file"].iloc[0])
    there = rows[rows["area_code"].isin(list(units))]
    lost = [u for u in units if u not in set(there["area_code"])]
    if lost:
        message = f"has no {variable} of {some(lost)}"
        yield Fault(place, message, None, "variable", variable, f"a row for every {unit.one}")
    elif there["value"].nunique() < 2:
        message = f"is the same for every {unit.one}: it cannot tell which are similar"
        yield Fault(place, message, None, "variable", variable, "values that differ")
