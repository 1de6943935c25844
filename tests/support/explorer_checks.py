"""Compare the explorer's data with the built tables, cell by cell."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import jsonschema
import pandas as pd

HIDDEN = "sxnu"
PERIODS = ("baseline", "current")


def schema_faults(data: Mapping[str, Any]) -> list[str]:
    """Say where data don't fit the published schema."""
    text = (resources.files("spi_core.explorer") / "explorer.schema.json").read_text("utf-8")
    checker = jsonschema.Draft202012Validator(json.loads(text))
    found = checker.iter_errors(json.loads(json.dumps(data, allow_nan=False)))
    return [f"{e.json_path}: {e.message[:120]}" for e in found]


def wrong_cells(data: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """List every cell that differs from its table, or stands in one and not in the other.

    The expected text comes from Python's own formatting of the unrounded number, so that a cell is
    right only if it is the number as a reader would round it.
    """
    return [
        f"{where}: {found!r}, not {wanted!r}"
        for where, found, wanted, digits in _cells(data, tables)
        if not _same(found, wanted, digits)
    ]


def _same(found: float | None, wanted: float, digits: int) -> bool:
    if found is None or math.isnan(wanted):
        return found is None and math.isnan(wanted)
    return float(f"{wanted:.{digits}f}") == found


def _cells(
    data: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, float | None, float, int]]:
    periods = [p["id"] for p in data["periods"]]
    for level, role in ((lv["id"], lv["role"]) for lv in data["levels"]):
        small = role == "detail"
        values = _lookup(tables["small_area_values" if small else "values"], "indicator_id", True)
        scores = {}
        if "small_area_scores" in tables or not small:
            scores = _lookup(tables["small_area_scores" if small else "scores"], "element", True)
        stands = {} if role != "evidence" else _lookup(tables["standing"], "element", False)
        moves = {}
        if not small:
            moves = _lookup(tables["changes"], "element", False)
            moves |= _lookup(tables["indicator_changes"], "indicator_id", False)
        for measure, column in zip(data["measures"], data["figures"][level], strict=True):
            name, single = measure["element"], measure["kind"] == "indicator"
            for i, code in enumerate(data["areas"][level]["code"]):
                for p, period in enumerate(periods):
                    row = (values if single else scores).get((name, code, period), {})
                    yield from _now(f"{level} {name} {code} {period}", measure, column, p, i, row)
                where = f"{level} {name} {code}"
                stood = stands.get((name, code), {})
                if math.isnan(float(stood.get("low", math.nan))):
                    stood = {k: v for k, v in stood.items() if k not in PLACES}
                yield from _once(where, STANDING, column, i, stood)
                row = values.get((name, code, periods[-1]), {})
                for key, of in (("count", "numerator"), ("base", "denominator")):
                    if column is not None and key in column and column[key][i] is not None:
                        yield f"{where} {key}", column[key][i], float(row[of]), 0
                digits = {k: measure["decimals"] + k.startswith("comparable") for k in CHANGE}
                moved = moves.get((name, code), {})
                names = {k: k.removeprefix("comparable_") for k in CHANGE}
                names |= {"change_low": "low", "change_high": "high"}
                ends = [values.get((name, code, p), {}).get("value", math.nan) for p in PERIODS]
                for key in CHANGE if not single else CHANGE[:3]:
                    wanted = float(moved.get(names[key], math.nan))
                    if column is None and math.isnan(float(moved.get("change", math.nan))):
                        wanted = math.nan  # no score of any period can be shown, nor a change
                    if single and any(math.isnan(v) for v in ends):
                        wanted = math.nan  # from or to a figure that is not shown
                    yield f"{where} {key}", _at(column, key, i), wanted, digits[key]


STANDING = {
    **dict.fromkeys(("low", "high", "difference", "difference_low", "difference_high"), 1),
    **{"rank": 1, "rank_low": 0, "rank_high": 0, "quarter": 0},
    **dict.fromkeys(("peers_median", "peers_difference", "peers_low", "peers_high"), 1),
}
PLACES = ("rank", "rank_low", "rank_high", "quarter")
CHANGE = ("change", "change_low", "change_high", "comparable_baseline", "comparable_current")


def _lookup(frame: pd.DataFrame, key: str, periods: bool) -> dict[tuple[str, ...], dict[str, Any]]:
    names = [key, "area_code", *(["period"] if periods else [])]
    return {tuple(str(r[n]) for n in names): r for r in frame.to_dict("records")}


def _at(column: Mapping[str, Any] | None, key: str, i: int) -> float | None:
    return None if column is None or key not in column else column[key][i]


def _now(
    where: str,
    measure: Mapping[str, Any],
    column: Mapping[str, Any] | None,
    p: int,
    i: int,
    row: Mapping[str, Any],
) -> Iterator[tuple[str, float | None, float, int]]:
    withheld = row.get("provenance") == "suppressed"
    for key, digits in (("value", measure["decimals"]), ("score", 1)):
        wanted = math.nan if withheld else float(row.get(key, math.nan))
        if key == "score" and measure["kind"] != "indicator" and not row.get("same_figures", True):
            wanted = math.nan  # an earlier score of other figures tells another story
        if measure["kind"] == "indicator" and math.isnan(float(row.get("value", math.nan))):
            wanted = math.nan  # a figure that is not shown has no score to show either
        found = None if column is None or key not in column else column[key][p][i]
        yield f"{where} {key}", found, wanted, digits
        if column is not None and column["state"][p][i] in HIDDEN:
            yield f"{where} hidden {key}", found, math.nan, digits


def _once(
    where: str,
    keys: Mapping[str, int],
    column: Mapping[str, Any] | None,
    i: int,
    row: Mapping[str, Any],
) -> Iterator[tuple[str, float | None, float, int]]:
    for key, digits in keys.items():
        found = _at(column, key, i)
        yield f"{where} {key}", found, float(row.get(key, math.nan)), digits
