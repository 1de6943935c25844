"""Find out which outcomes an edition has, and bring them into the one form a chapter reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from spi_core.edition.interventions.design import Design, Outcome

_RATE = re.compile(r"\bper ([1-9][\d,]*) residents\b")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one outcome before any of its values is read.

    Parameters
    ----------
    periods : frozenset of str
        Periods with values.
    levels : frozenset of str
        Levels with values, of those that a chapter's units may have.
    count : bool
        Whether the values are counts, of which a rate can be made.
    """

    periods: frozenset[str]
    levels: frozenset[str]
    count: bool = False


def known_outcomes(values: pd.DataFrame, levels: Mapping[str, str]) -> dict[str, Known]:
    """Say which outcomes there are, from a table that may hold values but need not.

    Parameters
    ----------
    values : DataFrame
        ``outcome_id, area_code, period`` of the cells that are filled, and ``unit`` where known.
    levels : mapping of str to str
        Level of each area that may be a chapter's unit.

    Returns
    -------
    dict of str to Known
        By outcome. A unit with "per" or "%" is a rate, one that names things is a count; without a
        unit nothing is known to be a count.

    Examples
    --------
    >>> cells = pd.DataFrame({"outcome_id": ["fires"], "area_code": ["E05000026"],
    ...                       "period": ["2019"], "unit": ["fires"]})
    >>> known_outcomes(cells, {"E05000026": "ward"})["fires"].count
    True
    """
    level = values["area_code"].map(levels)
    inside = values.assign(level=level)[level.notna()]
    found = {}
    for name, rows in inside.groupby("outcome_id"):
        unit = str(rows["unit"].iloc[0]) if "unit" in rows else ""
        found[str(name)] = Known(
            periods=frozenset(rows["period"].astype(str)),
            levels=frozenset(rows["level"]),
            count=bool(unit) and "%" not in unit and not re.search(r"\bper\b|ratio|score", unit),
        )
    return found


def shared_level(design: Design, known: Mapping[str, Known], levels: Iterable[str]) -> str:
    """Choose the level of a chapter's units: the finest that all its outcomes have.

    Where parts of units were chosen, the chapter's units are areas of that very level.

    Parameters
    ----------
    design : Design
        Protocol.
    known : mapping of str to Known
        Of every outcome of the protocol.
    levels : iterable of str
        Levels that a chapter's units may have, the smallest first.

    Returns
    -------
    str
        Id of the level, or "" when there is none.
    """
    shared = frozenset.intersection(*(known[outcome.id].levels for outcome in design.outcomes))
    levels = levels if design.by_unit else [design.targeting]
    return next((level for level in levels if level in shared), "")


def count_base(outcome: Outcome, known: Known) -> float:
    """How many residents a rate is wanted for, where the protocol asks for one.

    Parameters
    ----------
    outcome : Outcome
        Its unit is part of the protocol and of its fingerprint.
    known : Known
        Whether counts stand behind it.

    Returns
    -------
    float
        For instance 1000; 0 when the values are taken as they are.

    Examples
    --------
    >>> counts = Known(frozenset(), frozenset(), count=True)
    >>> count_base(Outcome("fires", "down", unit="fires a year per 1,000 residents"), counts)
    1000.0
    """
    found = _RATE.search(outcome.unit)
    return float(found[1].replace(",", "")) if found and known.count else 0.0


def as_rates(
    values: pd.DataFrame,
    design: Design,
    known: Mapping[str, Known],
    population: Mapping[str, float],
) -> pd.DataFrame:
    """Turn counts into rates where the protocol's units ask for it.

    Parameters
    ----------
    values : DataFrame
        ``outcome_id, area_code, period, value``.
    design : Design
        Protocol.
    known : mapping of str to Known
        Of every outcome of the protocol.
    population : mapping of str to float
        Residents of each area: one figure for all periods, so that only the counts move.

    Returns
    -------
    DataFrame
        The rows of the protocol's outcomes; the input is left as it is.
    """
    base = {o.id: count_base(o, known[o.id]) for o in design.outcomes}
    rows = values[values["outcome_id"].isin(base)]
    wanted = rows["outcome_id"].map(base)
    rate = rows["value"] * wanted / rows["area_code"].map(population)
    return rows.assign(value=rows["value"].where(wanted == 0, rate))
