"""Which sources of an edition are due, by the update frequency of the catalogue."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

from spi_core.sources.fetch.mapping import Mapping

DAYS = {"daily": 1, "weekly": 7, "monthly": 30, "quarterly": 91, "termly": 120, "annual": 365}
YEAR = DAYS["annual"]


def days(frequency: str) -> int:
    """Say after how many days something published so often is due again.

    Parameters
    ----------
    frequency : str
        As in ``indicators.csv``.

    Returns
    -------
    int
        A year where it does not tell.

    Examples
    --------
    >>> days("monthly"), days("every 4 years"), days("irregular (about every 2–3 years)")
    (30, 1460, 730)
    >>> days("irregular")
    365
    """
    if found := re.search(r"(\d+)(?:\D\d+)? years", frequency):
        return int(found[1]) * YEAR
    return next((n for word, n in DAYS.items() if word in frequency.lower()), YEAR)


def last(mapping: Mapping) -> date | None:
    """Say when a source was last fetched; None where it never was."""
    try:
        record: dict[str, Any] = json.loads(mapping.record.read_text("utf-8"))
        return date.fromisoformat(record["time"][:10])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def due(mapping: Mapping, today: date) -> tuple[bool, str]:
    """Say whether a source is due, and why.

    Parameters
    ----------
    mapping : Mapping
        The source; one of areas is never due: other areas are a decision.
    today : date
        The day.

    Returns
    -------
    tuple of bool and str
        The reason in words.
    """
    if not mapping.wanted:
        return False, "areas are fetched by name"
    before = last(mapping)
    if before is None:
        return True, "never fetched"
    often = [str(mapping.about.indicators.at[i, "update_frequency"]) for i in mapping.wanted]
    rhythm = min(often, key=days)
    again = before + timedelta(days=days(rhythm))
    return today >= again, f"fetched on {before}, {rhythm or 'no frequency'}: due on {again}"
