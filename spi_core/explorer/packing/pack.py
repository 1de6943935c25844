"""The page's data as they are sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from spi_core.explorer.packing.columns import RULES, pack_columns
from spi_core.explorer.packing.repeated import SLOTS, pack_sentences
from spi_core.explorer.packing.signs import ALPHABET, Row, path_of, text_of


def pack(data: Mapping[str, Any]) -> dict[str, Any]:
    """Write figures, scores, paths and sentences short; everything else stays.

    Parameters
    ----------
    data : mapping
        As :func:`spi_core.explorer.data.explorer_data` gives it.

    Returns
    -------
    dict
        The same with ``packing`` (how), from which ``unpack.js`` gets back every digit and letter.
    """
    recipe, shapes = data["recipe"], data["shapes"]
    figures = {level: _once(_every(data, "figures", level)) for level in data["figures"]}
    scores = {
        level: [
            [
                text_of(row, _score(data, level, k, p))
                for k, row in zip(recipe["components"], rows, strict=True)
            ]
            for p, rows in enumerate(periods)
        ]
        for level, periods in recipe["scores"].items()
    }
    drawn = shapes and {
        level: {**shape, "d": [path_of(d) for d in shape["d"]]}
        for level, shape in shapes["levels"].items()
    }
    templates: dict[str, int] = {}
    said = {
        level: {
            kind: [
                texts and pack_sentences(data, level, k, texts, templates)
                for k, texts in enumerate(of_each)
            ]
            for kind, of_each in kinds.items()
        }
        for level, kinds in data["sentences"]["areas"].items()
    }
    unit = data["areas"][next(lv["id"] for lv in data["levels"] if lv["role"] == "evidence")]
    named = zip(data["links"]["briefs"], unit["code"], unit["name"], strict=True)
    briefs = [_brief(*each) for each in named]
    return {
        **data,
        "figures": figures,
        "years": {level: _every(data, "years", level) for level in data["years"]},
        "recipe": {**recipe, "scores": scores},
        "shapes": shapes and {**shapes, "levels": drawn},
        "sentences": {**data["sentences"], "areas": said},
        "links": {**data["links"], "briefs": briefs},
        "packing": {
            "alphabet": ALPHABET,
            "rules": [[name, *rule] for name, rule in RULES.items()],
            "slots": SLOTS,
            "templates": list(templates),
        },
    }


def _every(data: Mapping[str, Any], kind: str, level: str) -> list[dict[str, Any] | None]:
    """Pack all measures of one level."""
    columns, measures = data[kind][level], data["measures"]
    near = (data["peers"] or {}).get("near", []) if _is_unit(data, level) else []
    parts: list[list[int]] = [[] for _ in measures]
    for k, measure in enumerate(measures):
        if measure["parent"] >= 0 and columns[k]:
            parts[measure["parent"]].append(k)
    made = []
    for column, measure, at in zip(columns, measures, parts, strict=True):
        below = [(columns[k], measures[k]) for k in at]
        made.append(column and pack_columns(column, measure, below, near))
    return made


def _is_unit(data: Mapping[str, Any], level: str) -> bool:
    return any(lv["id"] == level and lv["role"] == "evidence" for lv in data["levels"])


def _once(columns: list[Any]) -> list[Any]:
    """Name the last measure of the same base in the place of a base that comes before it."""
    last: dict[str, int] = {}
    for k, column in reversed([*enumerate(columns)]):
        if column and "base" in column and last.setdefault(column["base"], k) != k:
            column["base"] = last[column["base"]]
    return columns


def _brief(brief: Mapping[str, str] | None, code: str, name: str) -> Any:
    """Leave out what follows from the code and the name of an area: its brief's addresses."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower(), flags=re.ASCII).strip("-")
    stem = f"../wards/{code}-{slug}."
    return 1 if brief == {"html": f"{stem}html", "pdf": f"{stem}pdf"} else brief


def _score(data: Mapping[str, Any], level: str, measure: int, period: int) -> Row:
    column = data["figures"][level][measure]
    return [] if column is None else column["score"][period]
