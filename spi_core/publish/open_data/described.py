"""What the open tables hold, as ``open_data.yml`` says it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any, NamedTuple

import yaml


class Field(NamedTuple):
    """A column: its Frictionless type and what it holds."""

    kind: str
    description: str


class OpenTable(NamedTuple):
    """A table: title, columns that name a row, notes of its sheet, and its columns in order."""

    title: str
    key: tuple[str, ...]
    notes: tuple[str, ...]
    columns: Mapping[str, Field]


_SAID = yaml.safe_load((resources.files(__package__) / "open_data.yml").read_text("utf-8"))


def _table(said: Mapping[str, Any]) -> OpenTable:
    meant = _SAID["columns"] | said["own"]
    columns = {name: Field(*meant[name]) for name in said["columns"].split()}
    return OpenTable(
        said["title"], tuple(said["key"].split()), tuple(said["notes"].split()), columns
    )


#: Open tables by name.
TABLES: Mapping[str, OpenTable] = {name: _table(said) for name, said in _SAID["tables"].items()}
#: Notes of the workbook, by the names that sheets refer to.
NOTES: Mapping[str, str] = _SAID["notes"]
