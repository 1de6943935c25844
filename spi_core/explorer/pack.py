"""The page's data made short: each number as what is left when others foretell it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias

from spi_core.present.base.numbers import number, ordinal, signed

Row: TypeAlias = list[float | None]
Terms: TypeAlias = list[tuple[int, str]]
#: Columns and measures that a measure is made of.
Below: TypeAlias = list[tuple[Mapping[str, Any], Mapping[str, Any]]]

#: What no JSON text has to escape; the first half ends a number, the second goes on.
ALPHABET = "".join(c for c in map(chr, range(32, 127)) if c not in '"\\<')
HALF = len(ALPHABET) // 2
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
CHANGES = (
    "@value",
    "change",
    "change_low",
    "change_high",
    "comparable_baseline",
    "comparable_current",
)
RANKS = ("rank_low", "rank_high")
#: What of an area a sentence may repeat: a column, of the area or of the whole, and how written.
SLOTS = [
    ("name", "", ""),
    *(
        (column, whose, how)
        for how in ("plain", "whole", "signed", "place")
        for column in ("value", "value_low", "value_high", "score", "low", "high", *CHANGES, *RANKS)
        for whose in ("own", "home")
        if (column in RANKS) == (how == "place")
        and (whose == "own" or column in ("value", "score"))
    ),
]
#: Letters of the slots: for private use, in no text of an edition that is packed.
SLOT = 0xE000
NUMBER = re.compile(r"[+−]?\d[\d,]*(?:\.\d+)?(?:st|nd|rd|th)?")


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
                _text(row, _score(data, level, k, p))
                for k, row in zip(recipe["components"], rows, strict=True)
            ]
            for p, rows in enumerate(periods)
        ]
        for level, periods in recipe["scores"].items()
    }
    drawn = shapes and {
        level: {**shape, "d": [_path(d) for d in shape["d"]]}
        for level, shape in shapes["levels"].items()
    }
    templates: dict[str, int] = {}
    said = {
        level: {
            kind: [
                texts and _sentences(data, level, k, texts, templates)
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
        made.append(column and _columns(column, measure, below, near))
    return made


def _is_unit(data: Mapping[str, Any], level: str) -> bool:
    return any(lv["id"] == level and lv["role"] == "evidence" for lv in data["levels"])


def _columns(
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
            made[name] = head + _text(column[name], told, order if how == "order" else None)
            continue
        rows: list[str] = []
        surprise: list[float] = [0.0] * len(column[name][0])
        for p in reversed(range(len(column[name]))):  # what the last period brings, others may too
            row = column[name][p]
            told = foretold(terms, p, len(row))
            head, told = _narrowed(row, told, column, name)
            rows.append(head + _text(row, [a + b for a, b in zip(told, surprise, strict=True)]))
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
    return "".join(_signs(hundredths)), less


def _by_goalposts(column: Mapping[str, Any], period: int, measure: Mapping[str, Any]) -> Row:
    """Foretell an indicator's score: where its figure lies between the goalposts."""
    post = measure.get("page", {}).get("goalposts", {"best": None})
    if post["best"] is None or post["best"] == post["worst"]:
        return []
    worst, span = post["worst"], (post["best"] - post["worst"]) / 100
    values = column["value"][period]
    return [v if v is None else min(max((v - worst) / span, 0), 100) for v in values]


def _text(row: Row, told: Sequence[float | None], order: Sequence[int] | None = None) -> str:
    """Write a row: its decimals, then each cell's distance from what was foretold."""
    digits = next(d for d in range(16) if all(v is None or round(v, d) == v for v in row))
    scale, before, parts = 10**digits, 0, [str(digits)]
    for i in range(len(row)) if order is None else order:
        value = row[i]
        if value is None:
            parts.append(ALPHABET[0])
            continue
        guess = told[i] if i < len(told) else 0
        off = round(value * scale) - math.floor((guess or 0) * scale + 0.5)
        parts += _signs(off - before)
        before = 0 if order is None else off
    return "".join(parts)


def _signs(whole: int) -> Iterator[str]:
    """Write a whole number: those near nothing are one sign, and none is the first sign."""
    n = 2 * abs(whole) - (whole > 0) + 1
    while n >= HALF:
        yield ALPHABET[HALF + n % HALF]
        n //= HALF
    yield ALPHABET[n]


def _path(d: str) -> str:
    """Write a path: for each ring its numbers and, to end it, the sign for none."""
    rings = ([int(n) for n in re.findall(r"-?\d+", ring)] for ring in d.split("M")[1:])
    return "".join("".join(s for n in ring for s in _signs(n)) + ALPHABET[0] for ring in rings)


def _sentences(
    data: Mapping[str, Any], level: str, at: int, texts: list[str], templates: dict[str, int]
) -> list[Any]:
    """Write each area's sentence as the place of its template; as itself where that would lie."""
    made: list[Any] = []
    for i, text in enumerate(texts):
        name = data["areas"][level]["name"][i]
        offered = {w: chr(SLOT + k) for k, w in reversed(list(_offered(data, level, at, i)))}
        short = _with_slots(text.replace(name, chr(SLOT)), offered)
        filled = "".join(_filled(s, name, offered) for s in short)
        made.append(templates.setdefault(short, len(templates)) if filled == text else text)
    return made


def _with_slots(text: str, offered: Mapping[str, str]) -> str:
    return NUMBER.sub(lambda found: offered.get(found[0], found[0]), text)


def _filled(sign: str, name: str, offered: Mapping[str, str]) -> str:
    if sign == chr(SLOT):
        return name
    return next((words for words, slot in offered.items() if slot == sign), sign)


def _offered(data: Mapping[str, Any], level: str, at: int, area: int) -> Iterable[tuple[int, str]]:
    """Write the figures that a sentence may repeat as the page does, each with its slot."""
    measure, home = data["measures"][at], data["meta"]["area"]
    whole = next((lv for lv, a in data["areas"].items() if a["code"] == [home]), level)
    for k, (name, whose, how) in enumerate(SLOTS[1:], 1):
        column = data["figures"][whole if whose == "home" else level][at] or {}
        row = column.get(name.lstrip("@")) or []
        row = row[0 if name[0] == "@" else -1] if row and isinstance(row[0], list) else row
        value = row[0 if whose == "home" else area] if row else None
        if value is not None:
            yield k, _written(value, how, measure["decimals"])


def _written(value: float, how: str, decimals: int) -> str:
    """Write a number as the page does, which rounds halves up."""
    if how == "place":
        return ordinal(value)
    digits = 0 if how == "whole" else decimals
    exact = Decimal(abs(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return (signed if how == "signed" else number)(math.copysign(float(exact), value), digits)
