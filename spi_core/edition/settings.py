"""Read ``edition.yml``: what an edition says about itself."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema

from spi_core.edition.readers.sheet import shown
from spi_core.edition.readers.yaml_text import parse_yaml
from spi_core.errors import Fault, InputError, some
from spi_core.levels import KNOWN, levels_of, units_named

__all__ = ["read_edition_file"]


def _finite(_: object, value: object) -> bool:
    """YAML's .nan and .inf pass every limit of a schema: they are no numbers here."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_Draft = jsonschema.Draft202012Validator
_Validator = jsonschema.validators.extend(
    _Draft, type_checker=_Draft.TYPE_CHECKER.redefine("number", _finite)
)


def read_edition_file(path: Path) -> tuple[dict[str, Any], list[Fault]]:
    """Read ``edition.yml`` and check it against its JSON schema.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tuple of dict and list of Fault
        The settings without those that have a fault (empty when the file cannot be parsed), and
        every fault.
    """
    file = shown(path)
    try:
        settings = parse_yaml(file, path.read_bytes())
    except (FileNotFoundError, IsADirectoryError):
        return {}, [Fault(file, "is missing", allowed="every edition has an edition.yml")]
    except InputError as error:
        return {}, list(error.faults)
    schema = json.loads(
        (resources.files("spi_core.edition") / "edition.schema.json").read_text("utf-8")
    )
    schema["$defs"]["known"]["enum"] = list(KNOWN)
    validator = _Validator(schema, format_checker=_Validator.FORMAT_CHECKER)
    errors = list(validator.iter_errors(settings))
    faults = [_setting_fault(file, e) for e in errors]
    if not isinstance(settings, dict):
        return {}, faults
    broken = {e.absolute_path[0] for e in errors if e.absolute_path}
    settings = {key: value for key, value in settings.items() if key not in broken}
    faults += _repeated_names(file, settings) + _period_order(file, settings)
    if "geography" in settings:
        found = _level_faults(file, settings["geography"])
        faults += found
        settings = {k: v for k, v in settings.items() if k != "geography" or not found}
    return settings, sorted(faults, key=lambda f: f.column or "")


def _setting_fault(file: str, error: jsonschema.ValidationError) -> Fault:
    where = ".".join(str(p) for p in error.absolute_path) or None
    simple = isinstance(error.instance, str | int | float)
    if error.validator == "anyOf":
        allowed = error.schema["description"]
        return Fault(file, "is not allowed", None, where, str(error.instance), allowed)
    if error.validator == "contains":
        wanted = error.validator_value
        name = wanted.get("const") or wanted["properties"]["id"]["const"]
        return Fault(file, f"{name!r} is not listed", None, where, None, f"{name} among others")
    sayings: dict[str, Callable[[Any], str]] = {
        "enum": lambda v: ", ".join(map(str, v)),
        "const": str,
        "type": lambda v: f"{v}; text that looks like a number in quotes" if v == "string" else v,
        "pattern": lambda v: f"text that matches {v}",
        "format": lambda v: f"a valid {v}",
        "minimum": lambda v: f"{v} or more",
        "maximum": lambda v: f"{v} or less",
        "additionalProperties": lambda _: ", ".join(error.schema["properties"]),
    }
    say = sayings.get(str(error.validator))
    message = "is not allowed" if simple and say else error.message
    value = error.instance if simple else None
    said = say(error.validator_value) if say else None
    return Fault(file, message, None, where, value, said)


def _repeated_names(file: str, settings: dict[str, Any]) -> list[Fault]:
    names = {
        "periods": [p["id"] for p in settings.get("periods", [])],
        "framework": [c for d in settings.get("framework", []) for c in d["components"]],
    }
    return [
        Fault(file, "is named twice", None, column, name, "each name once")
        for column, listed in names.items()
        for name in dict.fromkeys(listed)
        if listed.count(name) > 1
    ]


def _level_faults(file: str, geography: dict[str, Any]) -> list[Fault]:
    """Find levels that say one thing twice, lie in one that is not named, or lack a unit."""
    named, column, faults = geography["levels"], "geography.levels", []
    ids = [item if isinstance(item, str) else item["id"] for item in named]
    for name in sorted({i for i in ids if ids.count(i) > 1}):
        faults.append(Fault(file, "is named twice", None, column, name, "each name once"))
    units = units_named(named)
    if len(units) != 1:
        message = f"name {len(units) or 'no'} units of evidence: {some(units) or 'none is a ward'}"
        allowed = "role: evidence for one of them, what scores and ranks are of"
        faults.append(Fault(file, message, None, column, None, allowed))
    known = {f"{name}_vintage" for name in (*ids, *KNOWN)}
    for key in sorted(k for k in geography if k.endswith("_vintage") and k not in known):
        faults.append(Fault(file, "is not a level's", None, f"geography.{key}", None, some(known)))
    if faults:
        return faults
    levels = levels_of(named)
    for level, next_one in pairwise(levels):
        if level.order == next_one.order:
            message = f"has the same order as {next_one.id}"
            faults.append(Fault(file, message, None, column, level.id, "a number of its own"))
    for item in named:
        if not isinstance(item, str) and item.get("parent", ids[0]) not in ids:
            message = f"lies in {item['parent']!r}, which is not named"
            faults.append(Fault(file, message, None, column, item["id"], some(ids)))
    if not levels.contexts:
        message = f"are all smaller than {levels.unit.id}: no level is left for the whole area"
        faults.append(Fault(file, message, None, column, None, "a larger level besides"))
    return faults


def _period_order(file: str, settings: dict[str, Any]) -> list[Fault]:
    """Change runs from the first period to the last: any other order would be a wrong number."""
    ids = [p["id"] for p in settings.get("periods", [])]
    wanted = (("baseline", "first", 0), ("current", "last", -1))
    return [
        Fault(file, f"must be the {place} period", None, "periods", name, "in order of time")
        for name, place, at in wanted
        if name in ids and ids[at] != name
    ]
