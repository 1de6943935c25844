"""Built tables as small as their schemas allow."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spi_core.tables import schema_of

BLANK = {"text": "", "number": 0.0, "count": 0, "flag": False, "date": pd.Timestamp("2014-01-01")}


def table(name: str, rows: pd.DataFrame | None = None, **given: Any) -> pd.DataFrame:
    """Fill up columns that a test does not care about; one row where none are given."""
    frame = pd.DataFrame(index=[0]) if rows is None else rows.copy()
    for column, value in given.items():
        frame[column] = value
    for column in schema_of(name).columns:
        if column.name not in frame:
            kind = column.type.partition(" or ")[0]
            frame[column.name] = column.allowed[0] if column.allowed else BLANK[kind]
    return frame[[c.name for c in schema_of(name).columns]]
