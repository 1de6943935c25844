"""Periods that can hardly be compared: of unequal length, out of order, not yet over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import Panel
from spi_core.edition.warned.said import Places
from spi_core.errors import Warned

#: A longer period is this many times the shorter at most: leap years are, quarters are not.
ALIKE = 1.1


def periods(inputs: Inputs, given: Panel, places: Places) -> Iterator[Warned]:
    """Warn of an indicator's periods of unequal length, that run backwards or lie ahead.

    Parameters
    ----------
    inputs : Inputs
        The edition; what ends more than a year after the edition's own lies ahead.
    given : Panel
        As given.
    places : Places
        Where each observation stands.

    Yields
    ------
    Warned
        One an indicator and pair of periods, or period.
    """
    year = re.match(r"\d{4}", str(inputs.settings["edition_year"]))
    last = int(year.group()) + 1 if year else None
    dates = given.dates.set_index(["indicator_id", "period"])
    for indicator in given.indicators:
        there = [p for p in given.periods if (indicator, p) in dates.index]
        spans: dict[str, Any] = {p: dates.loc[(indicator, p)] for p in there}
        for period, span in spans.items():
            if last is not None and span["end"].year > last:
                message = f"{period} ends on {span['end']:%Y-%m-%d}, after the edition's year"
                yield Warned(
                    f"dates lie ahead: {indicator}", *places.of(indicator, period), message
                )
        for before, after in pairwise(there):
            one, two = spans[before], spans[after]
            where, both = places.of(indicator, after), f"{_span(before, one)}, {_span(after, two)}"
            days = sorted((s["end"] - s["start"]).days + 1 for s in (one, two))
            if days[1] > ALIKE * days[0]:
                yield Warned(
                    f"periods of unequal length: {indicator}", *where,
                    f"{both}: {days[0]} and {days[1]} days",
                )  # fmt: skip
            if two["start"] < one["start"]:
                yield Warned(f"dates run backwards: {indicator}", *where, both)


def _span(period: str, span: Any) -> str:
    return f"{period} is {span['start']:%Y-%m-%d} to {span['end']:%Y-%m-%d}"
