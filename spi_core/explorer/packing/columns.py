"""Columns as the distance of each cell from what other columns foretell of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from spi_core.explorer.packing.signs import Row, signs, text_of

Terms: TypeAlias = list[tuple[int, str]]
#: Columns and measures that a measure is made of.
Below: TypeAlias = list[tuple[Mapping[str, Any], Mapping[str, Any]]]

#: Column to what foretells it: a sum of columns (``@``: its first row; ``=``: the score by what it
#: is made of; ``#``: the count by the rate; ``~``: the median of similar areas' scores; each stands
#: after those it rests on), and how: ``order``: cells go by the order of the score, each told by
#: its difference from the one before; ``width``: less so many times what `_width` gives. unpack.js
#: is sent this.
RULES: dict[str, tuple[Terms, str]] = {
    "base": ([], ""),
    "value": ([], ""),
    "count": ([(1, "#")], ""),
    "counts": ([], ""),
    "value_low": ([(1, "value")], "width"),
    "value_high": ([(2, "value"), (-1, "value_low")], ""),
    "score": ([(1, "=")], ""),
    "exact": ([(1, "score")], ""),
    "low": ([(1, "score")], ""),
    "high": ([(2, "score"), (-1, "low")], ""),
    "trend": ([(1, "value"), (1, "score")], ""),
    "difference": ([(1, "score")], "order"),
    "difference_low": ([(1, "difference"), (1, "low"), (-1, "score")], ""),
    "difference_high": ([(2, "difference"), (-1, "difference_low")], ""),
    "rank": ([], "order"),
    "rank_low": ([], "order"),
    "rank_high": ([], "order"),
    "quarter": ([], "order"),
    "peers_median": ([(1, "~")], ""),
    "peers_difference": ([(1, "score"), (-1, "peers_median")], ""),
    "peers_low": ([(1, "peers_difference")], ""),
    "peers_high": ([(2, "peers_difference"), (-1, "peers_low")], ""),
    "comparable_current": ([(1, "score")], ""),
    "comparable_baseline": ([(1, "comparable_current")], ""),
    "change": (
        [(1, "value"), (-1, "@value"), (1, "comparable_current"), (-1, "comparable_baseline")],
        "",
    ),
    "long_change": ([], ""),
    "long_low": ([(1, "long_change")], ""),
    "long_high": ([(2, "long_change"), (-1, "long_low")], ""),
    "long_relative": ([(1, "long_change")], ""),
    "change_low": ([(1, "change")], "width"),
    "change_high": ([(2, "change"), (-1, "change_low")], ""),
}


def pack_columns(
    column: Mapping[str, Any], measure: Mapping[str, Any], below: Below, near: list[list[int]]
) -> dict[str, Any]:
    """Pack one measure of one level; letters and texts stay as they are."""
    made = dict(column)
    order = _order(column)

    def foretold(terms: Terms, period: int, size: int) -> list[float]:
        told = [0.0] * size
        for sign, name in terms:
            if name == "=":
                row = _by_parts(column, period, measure, below)
            elif name == "~":
                row = [_median(column["score"][-1], those) for those in near]
            else:
                row = _row(column, name, period, measure)
            for i, v in enumerate(row):
                told[i] += sign * (v or 0)
        return told

    for name, (terms, how) in RULES.items():
        if name not in column:
            continue
        if not isinstance(column[name][0], list):
            told = foretold(terms, -1, len(column[name]))
            head, told = _narrowed(column[name], told, column, name)
            made[name] = head + text_of(column[name], told, order if how == "order" else None)
            continue
        rows: list[str] = []
        surprise: list[float] = [0.0] * len(column[name][0])
        for p in reversed(range(len(column[name]))):  # what the last period brings, others may too
            row = column[name][p]
            told = foretold(terms, p, len(row))
            head, told = _narrowed(row, told, column, name)
            rows.append(head + text_of(row, [a + b for a, b in zip(told, surprise, strict=True)]))
            surprise = [0.0 if v is None else v - t for v, t in zip(row, told, strict=True)]
        made[name] = rows[::-1]
    return made


def _order(column: Mapping[str, Any]) -> list[int]:
    """Areas from the highest score to the lowest, those without one last."""
    score = column["score"][-1] if "score" in column else []
    return sorted(range(len(score)), key=lambda i: math.inf if score[i] is None else -score[i])


def _row(column: Mapping[str, Any], name: str, period: int, measure: Mapping[str, Any]) -> Row:
    """Give a row that foretells others; what is not there counts as nothing."""
    if name == "#":
        per = measure.get("page", {}).get("per") or 1
        pairs = zip(column["value"][-1], column["base"], strict=True)
        return [(v or 0) * (n or 0) / per for v, n in pairs]
    row: Any = column.get(name.lstrip("@")) or []
    if row and isinstance(row[0], list):
        row = row[0 if name[0] == "@" else period]
    return list(row)


def _by_parts(
    column: Mapping[str, Any], period: int, measure: Mapping[str, Any], below: Below
) -> Row:
    """Foretell a score: by the goalposts, or the mean of what it is made of."""
    if measure["kind"] == "indicator":
        return _by_goalposts(column, period, measure)
    told = [0.0] * len(column["score"][period])
    for part, about in below:
        if measure["kind"] == "component":
            share, row = _share(about), _by_goalposts(part, period, about)
        else:
            share, row = 1 / len(below), part["score"][period]
        for i, v in enumerate(row):
            told[i] += share * (v or 0)
    return list(told)


def _share(measure: Mapping[str, Any]) -> float:
    weight = measure.get("page", {}).get("weight") or {}
    return float(weight.get("share") or 0)


def _median(row: Row, places: Sequence[int]) -> float:
    there = sorted(v for v in (row[i] for i in places) if v is not None)
    if not there:
        return 0.0
    return (there[(len(there) - 1) // 2] + there[len(there) // 2]) / 2


def _width(column: Mapping[str, Any], name: str) -> list[float]:
    """Say how wide an interval may be: as counts are, as of a change's two ends, or all alike."""
    value = column.get("value", [[]])
    if name == "value_low" and "count" in column:
        pairs = zip(value[-1], column["count"], strict=True)
        return [abs(v or 0) / math.sqrt(max(n or 0, 1)) for v, n in pairs]
    if name == "value_low":
        return [math.sqrt(abs(v or 0)) for v in value[-1]]
    if "value_low" not in column:
        return [1.0] * len(column[name])
    ends = zip(value[-1], column["value_low"][-1], column["value_high"][0], value[0], strict=True)
    sides = [((a or 0) - (b or 0), (c or 0) - (d or 0)) for a, b, c, d in ends]
    return [math.sqrt(x * x + y * y) for x, y in sides]


def _narrowed(
    row: Row, told: list[float], column: Mapping[str, Any], name: str
) -> tuple[str, list[float]]:
    """Take so many widths off what was foretold, by the middle of those seen; say how many."""
    if RULES[name][1] != "width":
        return "", told
    width = _width(column, name)
    cells = zip(row, told, width, strict=True)
    seen = sorted((t - v) / w for v, t, w in cells if v is not None and w)
    hundredths = round(100 * seen[len(seen) // 2]) if seen else 0
    less = [t - hundredths / 100 * w for t, w in zip(told, width, strict=True)]
    return "".join(signs(hundredths)), less


def _by_goalposts(column: Mapping[str, Any], period: int, measure: Mapping[str, Any]) -> Row:
    """Foretell an indicator's score: where its figure lies between the goalposts."""
    post = measure.get("page", {}).get("goalposts", {"best": None})
    if post["best"] is None or post["best"] == post["worst"]:
        return []
    worst, span = post["worst"], (post["best"] - post["worst"]) / 100
    values = column["value"][period]
    return [v if v is None else min(max((v - worst) / span, 0), 100) for v in values]
