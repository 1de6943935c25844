"""Check that similar wards can be found as the edition asks, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from spi_core.edition.readers.read import Read
from spi_core.errors import Fault, some

__all__ = ["MIN_PEERS", "check_comparators"]

#: Fewer scored comparators than this make no comparison.
MIN_PEERS = 3


def check_comparators(
    file: str, settings: Mapping[str, Any], wards: Sequence[str], context: Read
) -> list[Fault]:
    """Hold the comparator rule against the wards and their context.

    Parameters
    ----------
    file : str
        Path of ``edition.yml``.
    settings : mapping
        Its content.
    wards : sequence of str
        GSS codes.
    context : Read
        ``context.csv`` as read; without it no ward is rated, which is no fault.

    Returns
    -------
    list of Fault
        More comparators than there are other wards; variables that are not in the file, lack a
        ward or do not vary.
    """
    rule = settings.get("comparators")
    if rule is None or len(wards) < 2:
        return []
    faults = []
    if rule["number"] >= len(wards):
        others = len(wards) - 1
        allowed = f"{MIN_PEERS} to {others}, the other wards"
        if others < MIN_PEERS:
            allowed = f"no comparators: {len(wards)} wards are too few"
        message = "is more than there are wards to choose from"
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
            faults += _variable_faults(variable, rows, wards)
    return faults


def _variable_faults(variable: str, rows: pd.DataFrame, wards: Sequence[str]) -> Iterator[Fault]:
    place = str(rows["file"].iloc[0])
    there = rows[rows["area_code"].isin(list(wards))]
    lost = [w for w in wards if w not in set(there["area_code"])]
    if lost:
        message = f"has no {variable} of {some(lost)}"
        yield Fault(place, message, None, "variable", variable, "a row for every ward")
    elif there["value"].nunique() < 2:
        message = "is the same for every ward: it cannot tell which are similar"
        yield Fault(place, message, None, "variable", variable, "values that differ")
