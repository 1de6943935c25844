"""Breaks: between which periods an indicator came to mean something else."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from spi_core.edition.readers.read import Read, fault_at, strangers
from spi_core.errors import Fault
from spi_core.tables import records


def check_breaks(breaks: Read, ids: Collection[str], periods: Sequence[str]) -> list[Fault]:
    """Check that every break lies between two periods of an indicator, the earlier one first.

    Parameters
    ----------
    breaks : Read
        ``breaks.csv`` as read.
    ids, periods : collection of str
        What the edition knows, periods in order; where one is empty, its file has said so.

    Returns
    -------
    list of Fault
        Unknown indicators and periods, and periods that don't follow each other.
    """
    if breaks.frame.empty or breaks.lacks:
        return []
    faults = strangers(breaks, "indicator_id", ids, "an indicator of indicators.csv") if ids else []
    if not periods:
        return faults
    for column in ("from_period", "to_period"):
        faults += strangers(breaks, column, periods, "a period of edition.yml")
    place = {p: i for i, p in enumerate(periods)}
    for r in records(breaks.frame):
        first, last = place.get(r.from_period), place.get(r.to_period)
        if first is not None and last is not None and first >= last:
            message = f"does not lie before to_period, {r.to_period}"
            earlier = ", ".join(periods[:last]) or "none: to_period must be a later one"
            faults.append(fault_at(r, "from_period", message, earlier))
    return faults
