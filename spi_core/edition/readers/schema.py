"""What each input file looks like: ``inputs.yml`` as one pandera schema a file."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

import pandera.pandas as pa
import yaml

_SAID = yaml.safe_load((resources.files(__package__) / "inputs.yml").read_text("utf-8"))
_CELL = re.compile(r"(?P<kind>\w+)(?P<blank> or blank)?(?: from (?P<least>\d+))?")


def _column(cell: str | list[str], required: bool) -> pa.Column:
    if isinstance(cell, list):
        checks = [pa.Check.isin(cell, error="one of " + ", ".join(cell))]
        return pa.Column(str, checks, required=required)
    said = _CELL.fullmatch(cell)
    if said is None:
        raise ValueError(f"inputs.yml: no cell can be {cell!r}")
    kind, blank, least = said["kind"], bool(said["blank"]), said["least"]
    if kind == "date":
        return pa.Column("datetime64[ns]", nullable=False, required=required)
    if kind == "number":
        checks = [pa.Check.ge(float(least), error=f"{least} or more")] if least else []
        return pa.Column(float, checks, nullable=blank, required=required)
    checks = []
    if kind != "text":
        pattern, words = _SAID["looks"][kind]
        checks.append(pa.Check.str_matches(pattern, error=words))
    if not blank:
        checks.append(pa.Check.str_length(min_value=1, error="some text"))
    return pa.Column(str, checks, required=required)


def _schema(table: dict[str, Any]) -> pa.DataFrameSchema:
    optional = table.get("optional", ())
    columns = {name: _column(c, name not in optional) for name, c in table["columns"].items()}
    return pa.DataFrameSchema(columns, unique=table.get("key"), strict=True)


#: One schema a file. ``unique`` names the key; a file's stem or folder picks the schema.
TABLES: dict[str, pa.DataFrameSchema] = {n: _schema(t) for n, t in _SAID["tables"].items()}
