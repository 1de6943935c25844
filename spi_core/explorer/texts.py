"""Every sentence of the explorer, written in Python for each measure and area."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from spi_core.explorer.codes import FLAGS
from spi_core.explorer.figures import why_unscored
from spi_core.explorer.grids import Level
from spi_core.explorer.measures import Measure
from spi_core.explorer.sentences import (
    about_change,
    about_indicator,
    about_score,
    about_spread,
    beside_changes,
    index_sentences,
    once_marked,
)
from spi_core.present.base.scale import reference_place
from spi_core.store import Tables

#: For levels with too many areas to write each sentence: figures as shown, no comparison.
TEMPLATES = {
    "figure": "{area}, {measure}, {period}: {value}.",
    "figure_with_interval": "{area}, {measure}, {period}: {value} (likely {low} to {high}).",
    "none": "{area}, {measure}, {period}: no figure ({state}).",
}
SCORES = ("score", "low", "high", "whole", "difference_low", "difference_high")
#: What the index is of: the first words that a resident reads.
INDEX = "How well people live, beyond income"
RANKS = ("rank_low", "rank_high")
GENERATED = FLAGS["illustrative"][0]
CHANGE = ("baseline", "current", "change", "low", "high", "rating", "reason")


def area_sentences(
    tables: Tables,
    level: Level,
    tree: Sequence[Measure],
    data: Sequence[Mapping[str, Any] | None],
    home: Sequence[Mapping[str, Any] | None],
    decimals: Sequence[int],
) -> dict[str, list[list[str] | None]]:
    """Write what the page says of each area's standing and change.

    Parameters
    ----------
    level : Level
        The areas: not so many that sentences would weigh too much.
    tree : sequence of Measure
        The measures.
    data, home : sequence of mapping or None
        Columns of this level and of the whole, one a measure, as :func:`columns` gives them.
    decimals : sequence of int
        Of each measure.

    Returns
    -------
    dict of str to list
        ``standing`` and ``change``: for each measure one sentence an area, None where the level
        has nothing of it. Where figures are generated, each sentence carries their mark.
    """
    periods = tables.about["edition"]["periods"]
    labels = (str(periods[level.first]["label"]), str(periods[-1]["label"]))
    said: dict[str, list[list[str] | None]] = {"standing": [], "change": []}
    whole, place = tables.whole.one, reference_place(tables)
    for measure, column, at_home, digits in zip(tree, data, home, decimals, strict=True):
        standing: list[str] | None = None
        change: list[str] | None = None
        if column is not None and measure.kind == "index" and level.role == "evidence":
            both = [index_sentences(tables, c, labels[0]) for c in level.areas["code"]]
            standing, change = [b[0] for b in both], [b[1] for b in both]
        elif column is not None and measure.kind == "indicator":
            standing = _figures(level, measure, column, at_home, digits, whole)
        elif column is not None:
            standing = _scores(level, measure, whole)
        if column is not None and change is None:
            change = _changes(level, measure, labels, digits, place)
        said["standing"].append(_marked(standing, _generated(level, measure, column, at_home)))
        change = change if len(periods) > 1 else None
        said["change"].append(_marked(change, _moved(level, measure)))
    return said


def _marked(said: list[str] | None, generated: Sequence[bool]) -> list[str] | None:
    if said is None:
        return None
    return [once_marked(text, bool(g)) for text, g in zip(said, generated, strict=True)]


def _generated(
    level: Level,
    measure: Measure,
    column: Mapping[str, Any] | None,
    home: Mapping[str, Any] | None,
) -> Sequence[bool]:
    """Say which sentences of standing rest on generated figures, the whole's among them."""
    stands = level.stands.get(measure.element, {})
    if "illustrative" in stands:
        return [bool(x) for x in stands["illustrative"]]
    generated = level.within and _flag(home, 0)
    return [generated or _flag(column, i) for i in range(len(level.areas))]


def _flag(column: Mapping[str, Any] | None, at: int) -> bool:
    return bool(column and "flags" in column and int(column["flags"][-1][at], 16) & GENERATED)


def _moved(level: Level, measure: Measure) -> Sequence[bool]:
    moves = level.moves.get(measure.element, {})
    none = [False] * len(level.areas)
    return [bool(x) for x in moves["illustrative"]] if "illustrative" in moves else none


def _scores(level: Level, measure: Measure, whole: str) -> list[str]:
    stands = level.stands.get(measure.element)
    known = {n: stands[n] for n in (*SCORES, *RANKS)} if stands is not None else {}
    known |= {"score": level.points[measure.element]["score"][-1]} if not known else {}
    points = level.points.get(measure.element)
    ratings = stands["rating"] if stands is not None else [""] * len(level.areas)
    names, title = level.areas["name"], measure.facts["name"]
    return [
        about_score(
            f"{name}, {title}",
            {n: float(c[i]) for n, c in known.items()},
            str(ratings[i] or ""),
            (len(names), level.many),
            whole,
            why_unscored(points, -1, i),
        )
        for i, name in enumerate(names)
    ]


def _figures(
    level: Level,
    measure: Measure,
    column: Mapping[str, Any],
    home: Mapping[str, Any] | None,
    digits: int,
    whole: str,
) -> list[str]:
    page, words = measure.facts["page"]["periods"][-1], level.cells[measure.id]["provenance"][-1]
    without = {"s": "suppressed", "x": "missing", "n": "not collected"}
    label = f", {page['label']}" if page else ""
    there = _figure(home if level.within else None, 0)[0]
    apart = level.cells[measure.id]["beside_whole"][-1]
    return [
        about_indicator(
            f"{name}, {measure.facts['name']}{label}",
            measure.facts["unit"],
            _figure(column, i),
            there,
            float(apart[i]),
            whole,
            without.get(column["state"][-1][i], str(words[i])),
            digits,
        )
        for i, name in enumerate(level.areas["name"])
    ]


def _figure(column: Mapping[str, Any] | None, at: int) -> tuple[float, float, float]:
    """Value and interval as shown."""
    if column is None:
        return (math.nan,) * 3
    ends = (column.get(k) for k in ("value", "value_low", "value_high"))
    value, low, high = (math.nan if c is None or c[-1][at] is None else c[-1][at] for c in ends)
    return value, low, high


def _changes(
    level: Level, measure: Measure, labels: tuple[str, str], digits: int, place: str
) -> list[str] | None:
    moves = level.moves.get(measure.element)
    if moves is None:
        return None
    columns = dict(moves)
    single = measure.kind == "indicator"
    if single:
        value = level.cells[measure.id]["value"]
        columns |= {"baseline": value[level.first], "current": value[-1]}
        pages = measure.facts["page"]["periods"]
        ends = zip((pages[level.first], pages[-1]), labels, strict=True)
        own = [str(page["label"]) if page else label for page, label in ends]
        labels = (own[0], own[1])
    title = measure.facts["name"]
    falls = measure.facts["polarity"] < 0
    said = [
        about_change(
            f"{name}, {title}",
            {k: columns[k][i] for k in CHANGE},
            labels,
            digits,
            points=not single,
            lower_is_better=falls,
        )
        for i, name in enumerate(level.areas["name"])
    ]
    beside = [
        beside_changes(place, [r]) for r in columns.get("relative_rating", [None] * len(said))
    ]
    return [" ".join(filter(None, pair)) for pair in zip(said, beside, strict=True)]


def beside_reference(
    tables: Tables, level: Level, tree: Sequence[Measure]
) -> list[list[str] | None]:
    """Write how a level's changes are beside the reference population's own.

    Parameters
    ----------
    level : Level
        The areas.
    tree : sequence of Measure
        The measures.

    Returns
    -------
    list of list of str or None
        One sentence a measure; None where it is not known.
    """
    moves = [level.moves.get(m.element, {}).get("relative_rating", ()) for m in tree]
    said = [beside_changes(reference_place(tables), list(ratings)) for ratings in moves]
    return [[text] if text else None for text in said]


def spread_sentences(
    level: Level,
    tree: Sequence[Measure],
    data: Sequence[Mapping[str, Any] | None],
    home: Sequence[Mapping[str, Any] | None],
    decimals: Sequence[int],
    whole: str,
) -> list[list[str] | None]:
    """Write what the page says of a measure as a whole, one sentence a period.

    Parameters
    ----------
    level : Level
        The areas.
    tree : sequence of Measure
        The measures.
    data, home : sequence of mapping or None
        Columns of this level and of the whole.
    decimals : sequence of int
        Of each measure.
    whole : str
        What the edition is about.

    Returns
    -------
    list of list of str or None
        For each measure one sentence a period.
    """
    every = zip(tree, data, home, decimals, strict=True)
    return [None if c is None else _spread(level, m, c, h, d, whole) for m, c, h, d in every]


def _spread(
    level: Level,
    measure: Measure,
    column: Mapping[str, Any],
    home: Mapping[str, Any] | None,
    digits: int,
    whole: str,
) -> list[str]:
    single = measure.kind == "indicator"
    key, unit = ("value", measure.facts["unit"]) if single else ("score", "")
    areas = (len(level.areas), level.plain)
    # a small area is known by a code, which tells a resident nothing
    named = [] if level.role == "detail" else list(level.areas["name"])
    title = INDEX if measure.kind == "index" else measure.facts["name"]
    said = []
    for p, values in enumerate(column[key]):
        known = [v for v in values if v is not None]
        names = [n for n, v in zip(named, values, strict=False) if v is not None]
        there = _first(home if level.within else None, key, p)
        text = about_spread(title, known, there, areas, whole, unit, digits, names)
        flags = "".join(c["flags"][p] for c in (column, home) if c and "flags" in c)
        said.append(once_marked(text, any(int(f, 16) & GENERATED for f in flags)))
    return said


def _first(column: Mapping[str, Any] | None, key: str, period: int) -> float:
    value = None if column is None else column[key][period][0]
    return math.nan if value is None else float(value)
