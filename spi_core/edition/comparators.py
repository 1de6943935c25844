"""Check that similar wards can be found as the edition asks, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from spi_core.edition.areas.geography import Geography
from spi_core.edition.areas.pool import from_reference
from spi_core.edition.exact import told_by, told_by_two
from spi_core.edition.readers.read import Read
from spi_core.errors import Fault, some
from spi_core.levels import Level

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
    if rule["number"] >= len(units) and not from_reference(settings):
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


def check_independence(
    file: str,
    rule: Mapping[str, Any] | None,
    context: Read,
    observations: Read,
    units: Sequence[str],
) -> list[Fault]:
    """Check that no context variable is scored, or tells what is scored: that would be circular.

    Parameters
    ----------
    file : str
        Path of ``edition.yml``.
    rule : mapping or None
        Its ``comparators``.
    context, observations : Read
        As read, without a fault.
    units : sequence of str
        Units of evidence.

    Returns
    -------
    list of Fault
        Variables of which together an indicator is an exact linear function, in the units of any
        period, and variables that are one of two indicators.
    """
    if rule is None or context.frame.empty or observations.frame.empty:
        return []
    table = context.frame.pivot_table(index="area_code", columns="variable", values="value")
    x = table.reindex(index=list(units), columns=list(rule["context"]))
    values = observations.frame.pivot_table(
        index="area_code", columns=["period", "indicator_id"], values="value"
    ).reindex(list(units))
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for _, y in values.T.groupby("period", sort=False):
        scored = y.T.droplevel("period", axis=1).dropna(axis=1)
        for name in scored:
            by = told_by(scored[name].to_numpy(), x.to_numpy())
            found.setdefault(tuple(x.columns[list(by)]), (str(name),))
        for name in x:
            by = told_by_two(x[name].to_numpy(), scored.to_numpy())
            found.setdefault((str(name),) if by else (), tuple(scored.columns[list(by)]))
    message = "tells exactly what is scored: {}; likeness in an outcome is no likeness"
    allowed = "variables that are neither scored nor make up what is, some left out"
    return [
        Fault(file, message.format(some(of)), None, "comparators.context", ", ".join(by), allowed)
        for by, of in found.items()
        if by
    ]


def _variable_faults(
    variable: str, rows: pd.DataFrame, unit: Level, units: Sequence[str]
) -> Iterator[Fault]:
    place = str(rows["file"].iloc[0])
    there = rows[rows["area_code"].isin(list(units))]
    known = set(there["area_code"])
    lost = [u for u in units if u not in known]
    if lost:
        message = f"has no {variable} of {some(lost)}"
        yield Fault(place, message, None, "variable", variable, f"a row for every {unit.one}")
    elif there["value"].nunique() < 2:
        message = f"is the same for every {unit.one}: it cannot tell which are similar"
        yield Fault(place, message, None, "variable", variable, "values that differ")
