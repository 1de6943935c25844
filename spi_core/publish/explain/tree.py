"""Where one number comes from: scores, figures, scales, weights, rows of data and sources."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spi_core.present.base.scale import shares_in
from spi_core.publish.named import chosen
from spi_core.store import Tables
from spi_core.tables import records

#: What a node takes over from each built table about its area, element and period.
_SCORED = ("score", "illustrative", "same_figures")
_PLACED = ("low", "high", "rank", "rank_low", "rank_high", "parts", "of")
_VALUES = (
    *("value", "numerator", "denominator", "value_scored", "score", "provenance", "estimated"),
    *("capped", "period_label", "start", "end", "value_low", "value_high", "illustrative"),
)
_ABOUT = (
    *("name", "unit", "per", "transform", "polarity", "publisher_or_owner", "source_dataset"),
    *("licence", "access"),
)
_WEIGHED = ("share", "weight", "loading", "sd", "method", "reason", "fitted_on", "fitted_at")
_POSTS = ("worst", "best", "worst_scored", "best_scored", "basis")


@dataclass(frozen=True, slots=True)
class Node:
    """One number, and those that it is made of.

    Parameters
    ----------
    element : str
        ``index``, a dimension or component, or an indicator's id.
    level : str
        ``index``, ``dimension``, ``component`` or ``indicator``.
    facts : mapping
        As they stand in the built tables; None where there is none.
    parts : tuple of Node
        What it is averaged from, in the framework's order.
    """

    element: str
    level: str
    facts: Mapping[str, Any]
    parts: tuple[Node, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give it and its parts as JSON can hold them."""
        named = {"element": self.element, "level": self.level, **self.facts}
        return {**named, "parts": [part.as_dict() for part in self.parts]}


class Lineage:
    """The numbers of one area in one period, followed to their rows.

    Parameters
    ----------
    folder : Path
        The edition's inputs.
    tables : Tables
        What was built of them.
    area : str
        Code or name of an area.
    period : str
        Id or label of a period; the last without one.

    Raises
    ------
    InputError
        If the edition knows no such area or period.
    """

    def __init__(self, folder: Path, tables: Tables, area: str, period: str | None = None) -> None:
        self._folder, self._tables = folder, tables
        areas, periods = tables.rows("areas"), tables.about["edition"]["periods"]
        names = {a["code"]: a["name"] for a in areas if a["scored"]}
        self.code = chosen(area, names, "AREA", "is not a scored area of this edition")
        labels = {p["id"]: str(p["label"]) for p in periods}
        wanted = period or periods[-1]["id"]
        self.period = chosen(wanted, labels, "--period", "is not a period of this edition")
        self.name, self.label = names[self.code], labels[self.period]
        self._parts = [a["code"] for a in areas if a["parent_code"] == self.code]
        self._at = {
            name: self._keyed(name, key)
            for name, key in {
                "scores": "element",
                "standing": "element",
                "completeness": "element",
                "values": "indicator_id",
                "errors": "indicator_id",
                "indicators": "id",
                "weights": "indicator_id",
                "goalposts": "indicator_id",
                "framework": "component",
                "means": "level",
            }.items()
        }
        self._rows = _observed(folder, self.period)
        self._shares = shares_in(tables, self.period)
        self._former = _former(folder)

    def _keyed(self, name: str, key: str) -> dict[str, dict[str, Any]]:
        rows = self._tables.rows(name)
        here = {"area_code": self.code, "period": self.period}
        return {r[key]: r for r in rows if all(r.get(k, v) == v for k, v in here.items())}

    def of(self, element: str) -> Node:
        """Follow one number down to its rows.

        Parameters
        ----------
        element : str
            ``index``, the name of a dimension or component, or an indicator's id or name.

        Raises
        ------
        InputError
            If the edition has no such element.
        """
        known = {"index": "index"} | {e: e for e in self._framed()}
        known |= {i: r["name"] for i, r in self._at["indicators"].items()}
        meant = chosen(element, known, "ELEMENT", "is no element of this edition")
        return self._indicator(meant) if meant in self._at["indicators"] else self._made(meant)

    def _framed(self) -> dict[str, list[str]]:
        """Give every dimension and component with its parts that are scored."""
        framed: dict[str, list[str]] = {}
        for component, row in self._at["framework"].items():
            framed.setdefault(row["dimension"], [])
            if row["scored"]:
                framed[row["dimension"]].append(component)
            framed[component] = [
                i
                for i, w in self._at["weights"].items()
                if w["component"] == component and w["share"] > 0
            ]
        return framed

    def _made(self, element: str) -> Node:
        framed = self._framed()
        level = "component" if element in self._at["framework"] else "dimension"
        parts = framed.get(element, [])
        if element == "index":
            level = "index"
            parts = [d for d, of in framed.items() if of and d not in self._at["framework"]]
        below = self._indicator if level == "component" else self._made
        placed = self._at["standing"].get(element, {}) if self.period == "current" else {}
        facts = {
            **_taken(self._at["scores"].get(element, {}), _SCORED),
            **_taken(placed, _PLACED),
            "mean": self._at["means"].get(level, {}).get("mean"),
            "lacking": self._at["completeness"].get(element, {}).get("lacking") or None,
            "note": self._at["framework"].get(element, {}).get("note") or None,
        }
        return Node(element, level, facts, tuple(below(part) for part in parts))

    def _indicator(self, indicator: str) -> Node:
        at = self._at
        own = self._places(indicator, self.code)
        below = [r for part in self._parts for r in self._places(indicator, part)]
        places = {(r["file"], r["row"]): r for r in own or below}  # of a split area once
        current = {self.code, *self._parts}
        error = at["errors"].get(indicator, {})
        weighed = _taken(at["weights"].get(indicator, {}), _WEIGHED)
        facts = {
            **_taken(at["indicators"].get(indicator, {}), _ABOUT),
            **_taken(at["values"].get(indicator, {}), _VALUES),
            **weighed,
            **_taken(at["goalposts"].get(indicator, {}), _POSTS),
            "share": self._shares.get(indicator),
            "not_collected": bool(weighed["share"]) and not self._shares[indicator],
            "standard_error": _plain(error.get("se")),
            "error_basis": error.get("basis"),
            "rolled_up": bool(below) and not own,
            "rebased": any(r["area_code"] not in current for r in places.values()),
            "rows": list(places.values()),
        }
        return Node(indicator, "indicator", facts)

    def _places(self, indicator: str, code: str) -> list[dict[str, Any]]:
        """Find an area's rows, or those of another vintage that its figure was made of."""
        rows = self._rows.get(indicator, [])
        former = self._former.get(code, ())
        return [r for r in rows if r["area_code"] == code] or [
            r for r in rows if r["area_code"] in former
        ]


def _former(folder: Path) -> dict[str, set[str]]:
    """Name the areas of another vintage that reach into each area."""
    from spi_core.edition.inputs import read_all

    found: dict[str, set[str]] = {}
    for r in records(read_all(folder, "rebase").frame):
        if r.weight > 0:
            found.setdefault(str(r.to_code), set()).add(str(r.from_code))
    return found


def _observed(folder: Path, period: str) -> dict[str, list[dict[str, Any]]]:
    """Find where a period's observations stand: file and row, never the figures themselves."""
    from spi_core.edition.inputs import read_all

    frame = read_all(folder, "observations").frame
    found: dict[str, list[dict[str, Any]]] = {}
    if frame.empty:
        return found
    here = frame.loc[frame["period"] == period, ["indicator_id", "area_code", "file", "row"]]
    for r in records(here):
        place = {"file": str(r.file), "row": int(r.row), "area_code": str(r.area_code)}
        found.setdefault(str(r.indicator_id), []).append(place)
    return found


def _taken(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(row.get(name)) for name in names}


def _plain(value: Any) -> Any:
    """Give a cell as JSON holds it: a blank is None, a day its ISO text."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)) or value == "":
        return None
    return value.date().isoformat() if hasattr(value, "date") else value
