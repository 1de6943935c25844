"""Read what an edition wants of a publisher: ``sources/<name>.yml``, checked at the door."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd

from spi_core.edition.inputs import read_all
from spi_core.edition.settings import read_edition_file, setting_fault
from spi_core.errors import Fault, InputError, in_order, some
from spi_core.files import shown
from spi_core.text.yaml_text import parse_yaml

FOLDER = "sources"
_Validator = jsonschema.Draft202012Validator


@dataclass(frozen=True, slots=True)
class About:
    """What a mapping speaks of: an edition's ``edition.yml``, areas and indicators (by id)."""

    folder: Path
    settings: dict[str, Any]
    areas: pd.DataFrame
    indicators: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Mapping:
    """A source of an edition: its name, and what its file says."""

    about: About
    name: str
    said: dict[str, Any]

    @property
    def folder(self) -> Path:
        """``data/<edition>``."""
        return self.about.folder

    @property
    def file(self) -> str:
        """Path of the file, as messages call it."""
        return shown(self.folder / FOLDER / f"{self.name}.yml")

    @property
    def record(self) -> Path:
        """Where it is kept what was fetched, when, from where."""
        return self.folder / FOLDER / f"{self.name}.fetched.json"

    @property
    def wanted(self) -> list[str]:
        """Indicators that it brings."""
        return list(dict.fromkeys(f["indicator"] for f in self.said.get("figures", [])))

    def publisher(self, publishers: dict[str, Any]) -> dict[str, Any]:
        """Say who is asked: the entry of the registry, and what this source knows of it."""
        found: dict[str, Any] = publishers[self.said["source"]]
        return found | {"open_end": self.said.get("open_end", False)}

    def times(self, period: str) -> list[str]:
        """Say how the source writes the times that make up a period."""
        about = self.said["periods"][period]
        if "months" in about:
            months = pd.date_range(about["start"], about["end"], freq="MS")
            return [month.strftime(about["months"]) for month in months]
        return [str(text) for text in about["is"]]


def names(folder: Path) -> list[str]:
    """List the sources of an edition."""
    return sorted(path.stem for path in (folder / FOLDER).glob("*.yml"))


def read_about(folder: Path) -> About:
    """Read what mappings of an edition speak of.

    Raises
    ------
    InputError
        With every fault of these files.
    """
    settings, faults = read_edition_file(folder / "edition.yml")
    reads = {n: read_all(folder, n) for n in ("indicators", "areas")}
    faults += [f for read in reads.values() for f in read.faults]
    if faults:
        raise InputError(in_order(faults))
    return About(folder, settings, reads["areas"].frame, reads["indicators"].frame.set_index("id"))


def read_mapping(about: About, name: str, publishers: dict[str, Any]) -> Mapping:
    """Read a source of an edition.

    Parameters
    ----------
    about : About
        The edition.
    name : str
        Of the file.
    publishers : dict
        The registry.

    Returns
    -------
    Mapping
        Without a fault.

    Raises
    ------
    InputError
        With everything that is wrong with it.
    """
    if name not in names(about.folder):
        allowed = some(names(about.folder)) or f"a file {FOLDER}/NAME.yml in the edition"
        raise InputError([Fault("command line", "is no source", None, "SOURCE", name, allowed)])
    path = about.folder / FOLDER / f"{name}.yml"
    file = shown(path)
    said = json.loads(json.dumps(parse_yaml(file, path.read_bytes()), default=str))
    schema = json.loads((resources.files(__package__) / "mapping.schema.json").read_text("utf-8"))
    faults = _schema_faults(file, schema, said, "")
    if faults:
        raise InputError(faults)
    source = said["source"]
    if source not in publishers or source not in schema["$defs"]:
        known = some([p for p in publishers if p in schema["$defs"]])
        raise InputError([Fault(file, "is not in the registry", None, "source", source, known)])
    part = {**schema["$defs"][source], "$defs": schema["$defs"]}
    faults = _schema_faults(file, part, said["request"], "request.")
    made = Mapping(about, name, said)
    faults = faults or _unknown(made)
    if faults:
        raise InputError(faults)
    return made


def _schema_faults(file: str, schema: Any, said: Any, before: str) -> list[Fault]:
    validator = _Validator(schema, format_checker=_Validator.FORMAT_CHECKER)
    found = [setting_fault(file, error) for error in validator.iter_errors(said)]
    return [
        Fault(
            file,
            f.message,
            None,
            f"{before}{f.column or ''}".strip(".") or None,
            f.value,
            f.allowed,
        )
        for f in sorted(found, key=lambda f: f.column or "")
    ]


def _unknown(mapping: Mapping) -> list[Fault]:
    periods = [p["id"] for p in mapping.about.settings["periods"]]
    levels = sorted(set(mapping.about.areas["level"]))
    said = mapping.said
    level = [said["level"]] if "level" in said else []
    return [
        Fault(mapping.file, "is not of the edition", None, column, value, some(known))
        for column, values, known in (
            ("level", level, levels),
            ("periods", said.get("periods", {}), periods),
            ("figures", mapping.wanted, list(mapping.about.indicators.index)),
        )
        for value in values
        if value not in known
    ]
