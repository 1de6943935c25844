"""Read ``edition.yml``: what an edition says about itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema

from spi_core.errors import Fault, InputError, some
from spi_core.files import shown
from spi_core.levels import KNOWN, levels_of, units_named
from spi_core.text.yaml_text import parse_yaml

#: No setting is as large as that; an integer beyond it is none that a float can hold.
MOST = 1e300


def _finite(_: object, value: object) -> bool:
    """YAML's .nan and .inf pass every limit of a schema: they are no numbers here."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST


def _whole(_: object, value: object) -> bool:
    """Take as whole what has no point: 200.0 is no number of replicates to numpy."""
    return isinstance(value, int) and _finite(_, value)


_Draft = jsonschema.Draft202012Validator
_Validator = jsonschema.validators.extend(
    _Draft,
    type_checker=_Draft.TYPE_CHECKER.redefine_many({"number": _finite, "integer": _whole}),
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
        return {}, [Fault(file, "is missing", allowed="put it back: every edition has one")]
    except InputError as error:
        return {}, list(error.faults)
    schema = json.loads(
        (resources.files("spi_core.edition") / "edition.schema.json").read_text("utf-8")
    )
    schema["$defs"]["known"]["enum"] = list(KNOWN)
    vintage = {f"^({'|'.join(KNOWN)})_vintage$": {"type": "string"}}
    schema["properties"]["geography"]["patternProperties"] = vintage
    validator = _Validator(schema, format_checker=_Validator.FORMAT_CHECKER)
    errors = list(validator.iter_errors(settings))
    faults = [setting_fault(file, e) for e in errors]
    if not isinstance(settings, dict):
        return {}, faults
    broken = {e.absolute_path[0] for e in errors if e.absolute_path}
    settings = {key: value for key, value in settings.items() if key not in broken}
    faults += _repeated_names(file, settings) + _period_order(file, settings)
    least, most = settings.get("index", {}).get("change_years", (0, 0))
    if least > most:
        message, where = "has the least years after the most", "index.change_years"
        faults.append(Fault(file, message, None, where, f"{least}, {most}", "least first"))
    if "geography" in settings:
        found = _level_faults(file, settings["geography"]["levels"])
        faults += found
        settings = {k: v for k, v in settings.items() if k != "geography" or not found}
    return settings, sorted(faults, key=lambda f: f.column or "")


def earlier(settings: Mapping[str, Any]) -> list[str]:
    """Name the years before the edition's periods whose figures it has, in order of time."""
    return sorted(settings.get("history", {}).get("periods", ()))


def every_period(settings: Mapping[str, Any]) -> list[str]:
    """Name the years before and the periods of an edition, in order of time."""
    return [*earlier(settings), *(p["id"] for p in settings.get("periods", ()))]


def setting_fault(file: str, error: jsonschema.ValidationError) -> Fault:
    """Say in an analyst's words what a schema has against a file of settings.

    Parameters
    ----------
    file : str
        Its path.
    error : ValidationError
        What jsonschema found.

    Returns
    -------
    Fault
        Its column is the place in the file, parted by points.
    """
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
        "enum": lambda v: ", ".join([*map(str, v), *error.schema.get("examples", [])]),
        "const": str,
        "type": lambda v: {
            "string": "string; text that looks like a number in quotes",
            "integer": "integer, without a point",
        }.get(v, v),
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
        "periods": every_period(settings),
        "periods.label": [p["label"] for p in settings.get("periods", ())],
        "framework": [c for d in settings.get("framework", []) for c in d["components"]],
        "geography.levels": [
            n if isinstance(n, str) else n["id"]
            for n in settings.get("geography", {}).get("levels", [])
        ],
    }
    return [
        Fault(file, "is named twice", None, column, name, "each name once")
        for column, listed in names.items()
        for name in dict.fromkeys(listed)
        if listed.count(name) > 1
    ]


def _level_faults(file: str, named: list[Any]) -> list[Fault]:
    """Find levels of one order or in none, and editions without one unit or anything above it."""

    def fault(message: str, value: str | None, allowed: str) -> Fault:
        return Fault(file, message, None, "geography.levels", value, allowed)

    units = units_named(named)
    if len(units) != 1:
        message = f"name {len(units)} units of evidence, what scores and ranks are of"
        return [fault(message, some(units) or None, "ward, or role: evidence for one level")]
    levels = levels_of(named)
    faults = [
        fault(f"has the order of {smaller.id}", level.id, "an order of its own")
        for level, smaller in pairwise(levels)
        if level.order == smaller.order
    ]
    for item in (i for i in named if isinstance(i, dict)):
        if item.get("parent", "") and item["parent"] not in levels:
            message = f"lies in {item['parent']}, which is not named"
            faults.append(fault(message, item["id"], some([level.id for level in levels])))
    if not levels.contexts:
        message = "is the largest level: none is left for the area that the edition is about"
        faults.append(fault(message, levels.unit.id, "a larger level besides"))
    return faults


def _period_order(file: str, settings: dict[str, Any]) -> list[Fault]:
    """Change runs to the last period: any other order would be a wrong number."""
    ids = [p["id"] for p in settings.get("periods", [])]
    if "current" not in ids or ids[-1] == "current":
        return []
    message = "must be the last period"
    return [Fault(file, message, None, "periods", "current", "in order of time")]
