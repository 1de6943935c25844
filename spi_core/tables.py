"""The schema of every built table: what a row is, what each column means, in which unit.

``tables.yml`` is the one place that says it. The build checks each table against it before writing,
the files carry its fingerprint, and whoever reads a table written under another one is told so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from spi_core.errors import SpiError

if TYPE_CHECKING:
    import pandas as pd

#: Where a Parquet file says under which schema it was written.
SCHEMA = b"spi_schema"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    name : str
        Its name.
    type : {"text", "number", "count", "flag", "date", "shape"}
        Its type, perhaps with "or blank".
    meaning : str
        What it says, with its unit.
    allowed : tuple
        The only values there are; empty where any may stand.
    """

    name: str
    type: str
    meaning: str
    allowed: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One table.

    Parameters
    ----------
    name : str
        Its name; ``map`` stands for every ``map_<level>``.
    row : str
        What one row is.
    key : tuple of str
        Columns that name a row; empty where rows may repeat.
    columns : tuple of Column
        In their order.
    further : bool
        Whether the edition may bring columns of its own.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    further: bool


@cache
def _said() -> Mapping[str, Any]:
    text = (resources.files("spi_core") / "tables.yml").read_text("utf-8")
    said: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return said


@cache
def _schemas() -> Mapping[str, TableSchema]:
    said = _said()
    shared = said["columns"]
    found = {}
    for name, table in said["tables"].items():
        meant = {**shared, **table.get("own", {})}
        columns = tuple(_column(c, *meant[c]) for c in table["columns"].split())
        key = tuple(table.get("key", "").split())
        found[name] = TableSchema(name, table["row"], key, columns, table.get("further", False))
    return found


def _column(name: str, type_: str, meaning: str, allowed: list[Any] | None = None) -> Column:
    return Column(name, type_, meaning, tuple(allowed or ()))


def schema_of(name: str) -> TableSchema:
    """Find the schema of a table.

    Parameters
    ----------
    name : str
        For instance ``scores`` or ``map_ward``.

    Raises
    ------
    SpiError
        If no table of that name is described.

    Examples
    --------
    >>> schema_of("scores").key
    ('area_code', 'period', 'element')
    """
    key = "map" if name.startswith("map_") else name
    if key not in _schemas():
        raise SpiError(f"no built table {name!r} is described in spi_core/tables.yml")
    return _schemas()[key]


@cache
def fingerprint(name: str) -> str:
    """Hash a table's schema, so that a file says under which one it was written.

    Parameters
    ----------
    name : str
        Name of the table.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    return hashlib.sha256(repr(schema_of(name)).encode()).hexdigest()[:16]


def check_table(name: str, frame: pd.DataFrame) -> None:
    """Hold a table against its schema.

    Parameters
    ----------
    name : str
        Name of the table.
    frame : DataFrame
        Its rows.

    Raises
    ------
    SpiError
        With every column that is missing, unknown, of another type or has other values than those
        allowed, and with keys that repeat: the build is at fault, not the inputs.
    """
    import pandera.pandas as pa
    from pandera.errors import SchemaErrors

    schema = schema_of(name)
    columns = {c.name: _pandera(c) for c in schema.columns}
    known = pa.DataFrameSchema(columns, strict=not schema.further, unique=list(schema.key) or None)
    try:
        known.validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases[["column", "check", "failure_case"]].drop_duplicates()
        lines = [f"{c.column}: {c.check}, found {c.failure_case}" for c in cases.itertuples()]
        text = "; ".join(lines[:10])
        raise SpiError(f"built table {name!r} is not what tables.yml says: {text}") from error


def _pandera(column: Column) -> Any:
    import pandera.pandas as pa

    kind, blank, _ = column.type.partition(" or blank")
    types = {"text": str, "number": float, "count": int, "date": "datetime64[ns]", "flag": bool}
    checks = [pa.Check.isin(column.allowed)] if column.allowed else []
    # a flag with gaps is an object to pandas
    dtype = None if kind == "shape" or (kind == "flag" and blank) else types[kind]
    gaps = bool(blank) or kind in {"number", "date"}
    return pa.Column(dtype, checks, nullable=gaps)


def empty_table(name: str) -> pd.DataFrame:
    """Make a table without rows: what an edition does not have it still names.

    Parameters
    ----------
    name : str
        Name of the table.

    Returns
    -------
    DataFrame
        With all its columns.

    Examples
    --------
    >>> list(empty_table("postcodes"))
    ['postcode', 'area_code']
    """
    import pandas as pd

    types = {"number": "float64", "count": "int64", "date": "datetime64[ns]", "flag": "bool"}
    columns = schema_of(name).columns
    return pd.DataFrame({c.name: pd.Series(dtype=types.get(c.type, "str")) for c in columns})


def records(frame: pd.DataFrame) -> Iterable[Any]:
    """Go through the rows of a frame by attribute.

    Parameters
    ----------
    frame : DataFrame
        Column names must be Python names.

    Returns
    -------
    iterable
        Named tuples, which type checkers cannot know the fields of.
    """
    return frame.itertuples()


def _typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give columns without any value the type of their schema: pandas knows none."""
    if not len(frame) and not name.startswith("map_"):
        empty = empty_table(name)
        return empty.reindex(columns=[*empty, *(c for c in frame if c not in empty)])
    numbers = [c.name for c in schema_of(name).columns if c.type == "number" and c.name in frame]
    bare = [c for c in numbers if frame[c].dtype == object and frame[c].isna().all()]
    return frame.astype(dict.fromkeys(bare, "float64")) if bare else frame


def is_of_now(name: str, metadata: Mapping[bytes, bytes] | None) -> bool:
    """Whether a file's metadata say that it was written under the schema of now."""
    return (metadata or {}).get(SCHEMA) == fingerprint(name).encode()


def refuse_other(path: Path, metadata: Mapping[bytes, bytes] | None) -> None:
    """Refuse a table whose columns may mean something else by now."""
    if not is_of_now(path.stem, metadata):
        raise SpiError(f"{path}: built by another version of the program; run 'spi build EDITION'")


def write_table(path: Path, frame: pd.DataFrame, name: str) -> None:
    """Check a table and write it with the fingerprint of its schema."""
    import pyarrow as pa
    from pyarrow import parquet

    frame = _typed(name, frame)
    check_table(name, frame)
    if name.startswith("map_"):
        whole = BytesIO()
        frame.to_parquet(whole, index=False)  # geopandas alone knows how polygons are written
        table = parquet.read_table(whole)
    else:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    metadata = {**(table.schema.metadata or {}), SCHEMA: fingerprint(name).encode()}
    parquet.write_table(table.replace_schema_metadata(metadata), path, compression="zstd")


def describe() -> str:
    """Describe all tables in Markdown: ``docs/tables.md`` is made from it.

    Returns
    -------
    str
        A section a table: what a row is, what names it, and its columns.
    """
    parts = [_said()["about"].rstrip()]
    for schema in _schemas().values():
        name = "map_<level>" if schema.name == "map" else schema.name
        key = ", ".join(f"`{k}`" for k in schema.key)
        named = f" Key: {key}." if key else ""
        more = " An edition may bring further columns." if schema.further else ""
        rows = [
            f"| `{c.name}` | {c.type} | {c.meaning}{_allowed(c.allowed)} |" for c in schema.columns
        ]
        head = ["| column | type | meaning |", "|---|---|---|"]
        parts.append(
            "\n".join(
                [f"## `{name}`", "", f"One row: {schema.row}.{named}{more}", "", *head, *rows]
            )
        )
    return "\n\n".join(parts) + "\n"


def _allowed(values: tuple[str | int, ...]) -> str:
    return f": {', '.join(map(str, values))}" if values else ""


if __name__ == "__main__":
    print(describe(), end="")
