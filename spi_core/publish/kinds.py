"""Read the kinds of document that a project has: the rows of ``notebooks/documents.yml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from spi_core.errors import Fault, InputError
from spi_core.files import refusals_as_faults
from spi_core.text.yaml_text import parse_yaml

ROWS = "notebooks/documents.yml"
FORMATS = ("html", "pdf")
TITLES = ("title", "subtitle", "kicker")
#: Groups of figures that documents may go through.
GROUPS = ("partner", "theme")


@dataclass(frozen=True, slots=True)
class Document:
    """A kind of document: a row of ``notebooks/documents.yml``, which explains its fields."""

    name: str
    source: str
    navigation: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    formats: tuple[str, ...] = FORMATS
    each: str = ""
    folder: str = ""
    needs: str = ""
    beside: str = ""
    switch: str = ""
    asked: bool = False


def documents(root: Path) -> dict[str, Document]:
    """Read the kinds of document that a project has.

    Parameters
    ----------
    root : Path
        The project's folder.

    Returns
    -------
    dict of str to Document
        By name, in the order of the rows.

    Raises
    ------
    InputError
        With every fault of the rows.
    """
    path = root / ROWS
    with refusals_as_faults():
        rows = parse_yaml(ROWS, path.read_bytes()) if path.is_file() else None
    if not isinstance(rows, dict):
        message = "is missing" if rows is None else "is not a list of documents by name"
        raise InputError([Fault(ROWS, message, allowed="name: {source: notebooks/….qmd}")])
    if faults := [fault for name, row in rows.items() for fault in _faults(root, str(name), row)]:
        raise InputError(faults)
    return {str(name): _document(str(name), row) for name, row in rows.items()}


def _faults(root: Path, name: str, row: Any) -> Iterator[Fault]:
    if not isinstance(row, dict) or not isinstance(row.get("source"), str):
        yield Fault(ROWS, "has no source", value=name, allowed="source: notebooks/….qmd")
        return
    if not (root / row["source"]).is_file():
        yield Fault(ROWS, "is no file of the project", None, name, row["source"])
    known = {f.name for f in fields(Document)} - {"name", "titles", "beside"} | {"with", *TITLES}
    for key in row:
        if str(key).partition(".")[0] not in known:
            yield Fault(ROWS, "is not known", None, name, key, ", ".join(sorted(known)))
    if row.get("each", "area") not in (*GROUPS, "area", "intervention"):
        allowed = "area, intervention, partner, theme"
        yield Fault(ROWS, "cannot be gone through", None, name, row["each"], allowed)
    formats = row.get("formats", [])
    if not isinstance(formats, list) or not set(formats) <= set(FORMATS):
        yield Fault(ROWS, "are not its formats", None, name, formats, ", ".join(FORMATS))


def _document(name: str, row: Mapping[str, Any]) -> Document:
    titles = {k: str(v) for k, v in row.items() if k.partition(".")[0] in TITLES}
    rest = {k: v for k, v in row.items() if k not in titles and k not in ("with", "formats")}
    formats = tuple(row.get("formats", FORMATS))
    return Document(name, titles=titles, formats=formats, beside=row.get("with", ""), **rest)
