"""Rows given twice: in two files of one table, or in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spi_core.errors import Fault
from spi_core.tables import records

if TYPE_CHECKING:
    import pandera.pandas as pa


def repeated_over_files(frame: pd.DataFrame, key: list[str]) -> list[Fault]:
    """Find rows that stand in two files; within one file the schema has said so."""
    faults = []
    named = frame[(frame[key] != "").all(axis=1)]
    for values, group in named[named.duplicated(key, keep=False)].groupby(key, sort=False):
        first = group.iloc[0]
        faults += [
            Fault(
                str(r.file),
                f"repeats {first['file']}, row {first['row']}",
                int(r.row),
                " + ".join(key),
                " + ".join(map(str, values)),
                "each combination once over all files",
            )
            for r in records(group.iloc[1:])
            if r.file != first["file"]
        ]
    return faults


def repeated_rows(
    raw: pd.DataFrame, schema: pa.DataFrameSchema, file: str, rows: list[int]
) -> list[Fault]:
    """Name the first of each row that stands twice in a file."""
    key = [schema.unique] if isinstance(schema.unique, str) else list(schema.unique or [])
    first: dict[tuple[str, ...], int] = {}
    faults = []
    for i in rows:
        values = tuple(raw.loc[i, key])
        if "" in values:
            continue  # the blank cell is the fault
        if values in first:
            faults.append(
                Fault(
                    file,
                    f"repeats row {first[values]}",
                    i + 2,
                    " + ".join(key),
                    " + ".join(values),
                    "each combination once",
                )
            )
        else:
            first[values] = i + 2
    return faults
