"""The open tables as a static API: one JSON file an area, one a measure, and their JSON schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from spi_core.publish.open_data.datapackage import warning
from spi_core.publish.open_data.described import TABLES

FOLDER = "api/v1"
AREA, ELEMENT, INDICATOR = (
    ("area_code", "area_name", "area_level", "parent_code"),
    ("element", "element_level"),
    ("indicator_id", "indicator_name", "unit"),
)
#: Columns of a file's rows that the file says once, by what the file is of and the table.
ONCE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "area": dict.fromkeys(("scores", "values", "changes"), AREA),
    "measure": {"scores": ELEMENT, "values": INDICATOR, "changes": ("element", "element_name")},
}
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def api(frames: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> dict[str, bytes]:
    """Write open tables as the files of a static API.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        From :func:`spi_core.publish.open_data.tidy.tidy`: nothing else is in the files.
    about : mapping
        Facts of the build: ``edition``, ``data_version``, ``software``.

    Returns
    -------
    dict of str to bytes
        By path: ``api/v1/index.json`` lists areas and measures with their paths;
        ``areas/<code>.json`` has an area, what it lies in, its scores with intervals, values and
        changes; ``measures/<id>.json`` a definition and all areas' figures; ``schemas/`` say so.
    """
    edition = about["edition"]
    head = {
        "edition": edition["id"], "data_version": about["data_version"],
        "licence": edition["licence"], "attribution": edition["attribution"],
        "warning": warning(frames),
    }  # fmt: skip
    areas = {row["area_code"]: row for row in _rows(frames["areas"], ())}
    elements = frames["scores"][["element", "element_level"]].drop_duplicates()
    elements = elements[elements["element_level"].notna()]
    # numbers, for a name may be anything: the index says which is which
    number = elements.groupby("element_level", sort=False).cumcount() + 1
    named = {f"{level}-{n}": (name, level) for (name, level), n in
             zip(elements.itertuples(index=False, name=None), number, strict=True)}  # fmt: skip
    measures = [(str(i), str(i), "indicator") for i in frames["indicators"]["indicator_id"]]
    measures += [(m, *about) for m, about in named.items()]
    paths = {code: f"areas/{code if NAME.fullmatch(code) else f'area-{n}'}.json"
             for n, code in enumerate(areas, 1)}  # fmt: skip
    files: dict[str, Any] = {}
    parts = {n: _grouped(frames[n], "area_code", ONCE["area"][n]) for n in ONCE["area"]}
    for code, area in areas.items():
        own = {name: rows.get((code,), []) for name, rows in parts.items()}
        files[paths[code]] = {**head, "area": area, "parents": _parents(area, areas), **own}
    index: dict[str, Any] = {"scores": ["element", "element_level"], "values": "indicator_id",
             "changes": ["element", "element_level"]}  # fmt: skip
    by = {n: _grouped(frames[n], key, ONCE["measure"][n]) for n, key in index.items()}
    about_each = {(r["indicator_id"],): r for r in _rows(frames["indicators"], ())}
    for measure, name, level in measures:
        files[f"measures/{measure}.json"] = {
            **head, "measure": {"id": measure, "name": name, "level": level},
            "indicator": about_each.get((name,)) if level == "indicator" else None,
            "scores": by["scores"].get((name, level), []),
            "values": by["values"].get((name,), []) if level == "indicator" else [],
            "changes": by["changes"].get((name, level), []),
        }  # fmt: skip
    files["index.json"] = {
        **head, "title": edition["title"], "software": about["software"],
        "contact": edition["contact"],
        "areas": [{"code": c, "name": a["area_name"], "level": a["area_level"],
                   "parent_code": a["parent_code"], "path": paths[c]} for c, a in areas.items()],
        "measures": [{"id": m, "name": name, "level": level, "path": f"measures/{m}.json"}
                     for m, name, level in measures],
        "schemas": [f"schemas/{name}.json" for name in SCHEMAS],
    }  # fmt: skip
    files |= {f"schemas/{name}.json": schema for name, schema in SCHEMAS.items()}
    return {f"{FOLDER}/{name}": _json(content) for name, content in files.items()}


def _json(content: Any) -> bytes:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()


def _rows(frame: pd.DataFrame, without: Iterable[str]) -> list[dict[str, Any]]:
    frame = frame.drop(columns=[n for n in without if n in frame])
    dates = frame.select_dtypes("datetime")
    frame = frame.assign(**{str(n): dates[n].dt.strftime("%Y-%m-%d") for n in dates})
    frame = frame.astype(object).where(frame.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _grouped(
    frame: pd.DataFrame, key: str | list[str], without: tuple[str, ...]
) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    names = [key] if isinstance(key, str) else key
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    keys = frame[names].itertuples(index=False, name=None)
    for where, row in zip(keys, _rows(frame, without), strict=True):
        found.setdefault(where, []).append(row)
    return found


def _parents(area: Mapping[str, Any], areas: Mapping[str, Any]) -> list[Any]:
    found: list[Any] = []
    above = areas.get(area["parent_code"])
    while above and above not in found:
        found.append(above)
        above = areas.get(above["parent_code"])
    return found


def _row(table: str, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Say in a schema what a row of a table holds."""
    columns = {n: f for n, f in TABLES[table].columns.items() if n not in without}
    kinds = {n: "string" if f.kind == "date" else f.kind for n, f in columns.items()}
    properties: dict[str, Any] = {
        n: {"type": [kinds[n], "null"], "description": f.description} for n, f in columns.items()
    }
    for name, field in columns.items():
        properties[name] |= {"format": "date"} if field.kind == "date" else {}
    return _object(properties)


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties),
            "additionalProperties": False}  # fmt: skip


def _schemas() -> dict[str, dict[str, Any]]:
    text: dict[str, Any] = {"type": "string"}
    head: dict[str, Any] = dict.fromkeys(
        ("edition", "data_version", "licence", "attribution"), text
    )
    head["warning"] = {**text, "description": "How much is generated; empty where nothing is"}

    def rows(kind: str) -> dict[str, Any]:
        return {n: {"type": "array", "items": _row(n, cols), "description": TABLES[n].title}
                for n, cols in ONCE[kind].items()}  # fmt: skip

    listed = {"code": text, "name": text, "level": text, "path": text,
              "parent_code": {"type": ["string", "null"]}}  # fmt: skip
    measure = {"id": text, "name": text, "level": {"enum": ["indicator", "component", "dimension",
                                                            "index"]}}  # fmt: skip
    items = {"areas": _object(listed), "measures": _object({**measure, "path": text}),
             "schemas": text}  # fmt: skip
    parents = {
        "type": "array",
        "items": _row("areas"),
        "description": "What it lies in, nearest first",
    }
    found = {
        "area": {"area": _row("areas"), "parents": parents, **rows("area")},
        "measure": {
            "measure": _object(measure),
            "indicator": {"oneOf": [_row("indicators"), {"type": "null"}]},
            **rows("measure"),
        },
        "index": {
            **dict.fromkeys(("title", "software", "contact"), text),
            **{name: {"type": "array", "items": item} for name, item in items.items()},
        },
    }
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {n: {"$schema": draft, "title": n, **_object({**head, **p})} for n, p in found.items()}


#: JSON schemas of the files, made from ``open_data.yml``.
SCHEMAS: Mapping[str, dict[str, Any]] = _schemas()
