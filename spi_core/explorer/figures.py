"""Columns of figures: for each level and measure one short array a quantity, areas in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spi_core.explorer.codes import (
    FLAGS,
    RATING_CODES,
    STATES,
    Texts,
    flags,
    letters,
    numbers,
    said_why,
)
from spi_core.explorer.grids import WRITTEN, Grid, Level
from spi_core.explorer.measures import Measure
from spi_core.present.base.words import lacking_words

SCORE_DECIMALS = 1
STATE_CODES = {word: code for word, (code, *_) in STATES.items()}
HIDDEN = ("suppressed", "missing", "not collected")
#: Columns of ``standing``, which speak of the current period, with the decimals they are shown in.
STANDING = {
    "low": 1,
    "high": 1,
    "difference": 1,
    "difference_low": 1,
    "difference_high": 1,
    "rank": 1,
    "rank_low": 0,
    "rank_high": 0,
    "quarter": 0,
    "peers_median": 1,
    "peers_difference": 1,
    "peers_low": 1,
    "peers_high": 1,
}
PLACES = ("rank", "rank_low", "rank_high", "quarter")


def decimals_of(measure: Measure, levels: Sequence[Level]) -> int:
    """Choose how many decimals a measure is shown with, the same everywhere.

    Parameters
    ----------
    measure : Measure
        The measure.
    levels : sequence of Level
        All levels that have it.

    Returns
    -------
    int
        0 where its typical value is 1,000 or more, 2 where it is below 1, else 1.
    """
    if measure.kind != "indicator":
        return SCORE_DECIMALS
    parts = [lv.cells[measure.id]["value"].ravel() for lv in levels if measure.id in lv.cells]
    sizes = np.abs(np.concatenate(parts)) if parts else np.array([])
    sizes = sizes[np.isfinite(sizes)]
    typical = float(np.median(sizes)) if sizes.size else 1.0
    return 0 if typical >= 1000 else 1 if typical >= 1 else 2


def columns(level: Level, measure: Measure, decimals: int, texts: Texts) -> dict[str, Any] | None:
    """Write one measure of one level as columns.

    Parameters
    ----------
    level : Level
        Areas and tables.
    measure : Measure
        The measure.
    decimals : int
        As the measure is shown.
    texts : Texts
        Reasons are added to it.

    Returns
    -------
    dict or None
        Without NaN and without what no cell has; None where the level has nothing of it.
    """
    if measure.kind == "indicator":
        counted = measure.facts["page"]["counted"]
        found = _indicator(level.cells.get(measure.id), decimals, counted)
        if found is not None and level.role == "evidence":
            found |= _exact(level, measure)
    else:
        found = _composite(level.points.get(measure.element), texts)
    if found is None:
        return None
    found["trend"] = _trend(level, measure, found, decimals)
    found |= _standing(level.stands.get(measure.element), texts)
    found |= _change(level.moves.get(measure.element), measure.kind, decimals, texts)
    return {key: column for key, column in found.items() if column is not None}


def _trend(
    level: Level, measure: Measure, found: Mapping[str, Any], decimals: int
) -> list[list[float | int | None]] | None:
    """Take what may be drawn as a line over three periods or more."""
    lines = level.lines.get(measure.element)
    if lines is None:
        return None
    if measure.kind != "indicator":
        return _rows(lines["score"], SCORE_DECIMALS)
    kept = np.isfinite(lines["score"])
    value = np.array(found["value"], dtype=float)
    return _rows(np.where(kept, value, np.nan), decimals)


def _indicator(cells: Grid | None, decimals: int, counted: bool) -> dict[str, Any] | None:
    if cells is None:
        return None
    provenance = _states(cells)
    if (provenance == "not collected").all():
        return None
    shown = ~np.isin(provenance, HIDDEN)
    marks = {
        "capped": _truth(cells, "capped"),
        "low reliability": _truth(cells, "few"),
        "illustrative": _truth(cells, "illustrative") | (provenance == "illustrative"),
    }
    return {
        "value": _rows(np.where(shown, cells["value"], np.nan), decimals),
        "score": _rows(np.where(shown, cells["score"], np.nan), SCORE_DECIMALS, optional=True),
        "value_low": _rows(np.where(shown, cells["value_low"], np.nan), decimals, optional=True),
        "value_high": _rows(np.where(shown, cells["value_high"], np.nan), decimals, optional=True),
        "state": [letters(p, STATE_CODES, "x") for p in provenance],
        "flags": flags(*((FLAGS[k][0], m & shown) for k, m in marks.items())),
        **(_counts(cells, shown[-1]) if counted else {}),
    }


def _exact(level: Level, measure: Measure) -> dict[str, Any]:
    """Give what a scenario starts from: scores to the thousandth, unless counts tell them."""
    cells, page = level.cells[measure.id], measure.facts["page"]
    value, top, base = (
        np.asarray(cells[name][-1], float) for name in ("value", "numerator", "denominator")
    )
    shown = ~np.isin(_states(cells)[-1], HIDDEN)
    counts = shown & np.isfinite(top) & np.isfinite(base)
    if not page["weight"]["share"] or not shown.any():
        return {}
    if page["counted"] and counts.any() and "count" in (_counts(cells, shown) or ()):
        told = top[counts] / base[counts] * float(page["per"])
        if np.allclose(told, value[counts], rtol=1e-5):
            return {"derived": True}
    if len(level.areas) > WRITTEN:
        return {}
    return {"exact": numbers(np.where(shown, np.asarray(cells["score"][-1], float), np.nan), 3)}


def _counts(cells: Grid, shown: NDArray[np.bool_]) -> dict[str, Any]:
    """Give what was counted and out of how many in the last period, where whole numbers are."""
    pair = [np.where(shown, cells[name][-1], np.nan) for name in ("denominator", "numerator")]
    known = np.isfinite(pair).all(axis=0)
    if not known.any() or not all(np.allclose(n[known], n[known].round()) for n in pair):
        return {}
    return {k: numbers(np.where(known, n, np.nan), 0) for k, n in zip(("base", "count"), pair)}  # noqa: B905


def _rows(
    values: NDArray[np.float64], decimals: int, optional: bool = False
) -> list[list[float | int | None]] | None:
    if optional and not np.isfinite(values).any():
        return None
    return [numbers(row, decimals) for row in values]


def _truth(cells: Grid, column: str, beside: str = "score") -> NDArray[np.bool_]:
    """Read a column of yes and no that a build may not have made; it has the shape of another."""
    if column not in cells:
        return np.zeros(cells[beside].shape, dtype=bool)
    return np.asarray(cells[column] == True)  # noqa: E712 - empty cells of an object column


def _states(cells: Grid) -> NDArray[np.object_]:
    """Tell a cell that is missing from a period in which nothing is collected."""
    words = cells["provenance"]
    nothing = np.isnan(cells["value"]) & (words != "suppressed")
    words = np.where(nothing | (words == None), "missing", words)  # noqa: E711 - elementwise
    return np.where((words == "missing").all(axis=1, keepdims=True), "not collected", words)


def why_unscored(points: Grid | None, period: int, area: int) -> str:
    """Name the components that an index or dimension lacks; empty where that is not known."""
    if points is None or "of" not in points:
        return ""
    parts, of, lacking = (points[name][period, area] for name in ("parts", "of", "lacking"))
    return lacking_words(parts, of, lacking) if isinstance(lacking, str) else ""


def _composite(points: Grid | None, texts: Texts) -> dict[str, Any] | None:
    if points is None or not np.isfinite(points["score"]).any():
        return None
    score = points["score"]
    apart = np.isnan(score) & (points["same_figures"] == False)  # noqa: E712 - NaN in between
    words = np.where(apart, "not comparable", "not scored")
    words = np.where(np.isfinite(score), "calculated", words)
    illustrative = _truth(points, "illustrative") & np.isfinite(score)
    return {
        "score": _rows(score, SCORE_DECIMALS),
        "state": [letters(row, STATE_CODES, "u") for row in words.tolist()],
        "flags": flags((FLAGS["illustrative"][0], illustrative)),
        "score_reason": _reasons(points, texts),
    }


def _reasons(points: Grid, texts: Texts) -> list[list[int]] | None:
    """Say why what is not scored is not; None where everything is, or nothing is known."""
    periods, areas = points["score"].shape
    said = [[why_unscored(points, p, a) for a in range(areas)] for p in range(periods)]
    return [[texts.place(t) for t in row] for row in said] if any(map(any, said)) else None


def _standing(rows: Grid | None, texts: Texts) -> dict[str, Any]:
    if rows is None:
        return {}
    # without a range of the score, that of the places says nothing
    unknown = np.isnan(rows["low"])
    shown = {n: np.where(unknown, np.nan, rows[n]) if n in PLACES else rows[n] for n in STANDING}
    return {
        **{name: numbers(shown[name], decimals) for name, decimals in STANDING.items()},
        "rating": letters(rows["rating"], RATING_CODES, "-"),
        "rating_reason": texts.places(rows["reason"]),
    }


def _change(rows: Grid | None, kind: str, decimals: int, texts: Texts) -> dict[str, Any]:
    if rows is None:
        return {}
    named = {"change": "change", "low": "change_low", "high": "change_high"}
    if kind != "indicator":
        named |= {"baseline": "comparable_baseline", "current": "comparable_current"}
    known = {key: rows[name] for name, key in named.items() if np.isfinite(rows[name]).any()}
    return {
        # one more of the two ends: where it is needed, they are printed with it (decision 012)
        **{key: numbers(x, decimals + key.startswith("comparable")) for key, x in known.items()},
        "change_rating": letters(rows["rating"], RATING_CODES, "-"),
        "change_illustrative": bool(_truth(rows, "illustrative", "change").any()) or None,
        "change_reason": texts.places(map(said_why, rows["reason"])),
    }


def earlier(level: Level, measure: Measure, decimals: int, texts: Texts) -> dict[str, Any] | None:
    """Write what is known of one measure before the edition's periods.

    Parameters
    ----------
    level : Level
        Areas and tables.
    measure : Measure
        The measure.
    decimals : int
        As the measure is shown.
    texts : Texts
        Reasons are added to it.

    Returns
    -------
    dict or None
        ``labels`` of the earlier years that have a figure; ``value, value_low, value_high, made``
        a row an earlier year; ``counts`` and ``reference`` a row and a figure a year, the edition's
        periods last; of the change
        since the first of them ``first, last, change, low, high, rating, reason, relative,
        relative_rating``. None where nothing is known.
    """
    past, moves = level.past.get(measure.element), level.longs.get(measure.element)
    if past is None and moves is None:
        return None
    found: dict[str, Any] = {}
    dated = [] if past is None else [bool(row.any()) for row in np.isfinite(past["value"])]
    n = sum(dated[: len(level.earlier)])
    if past is not None and n:
        dated[len(level.earlier) :] = [True] * len(level.periods)
        past = {name: rows[dated] for name, rows in past.items()}
        found["labels"] = [
            next((str(w) for w in row if isinstance(w, str)), name)
            for row, name in zip(past["period_label"][:n], compress(level.earlier, dated))  # noqa: B905
        ]
        # scores of all years rest on one set of figures; of figures the periods' own are at hand
        own = n if measure.kind == "indicator" else None
        for key in ("value", "value_low", "value_high"):
            found[key] = _rows(past[key][:own], decimals, optional=key != "value")
        if measure.facts.get("page", {}).get("counted"):
            found["counts"] = _rows(past["numerator"].astype(float), 0, optional=True)
        made = _truth(past, "illustrative", "value")[:own]
        found["made"] = flags((1, made)) if made.any() else None
        found["reference"] = numbers(
            np.array([_first_known(r) for r in past["reference"]]), decimals
        )
    if moves is not None:
        known = np.isfinite(moves["change"])
        found |= {k: _said(moves[k], known) for k in ("first", "last")}
        for key in ("change", "low", "high", "relative"):
            found[f"long_{key}"] = numbers(moves[key], decimals)
        found["long_rating"] = letters(moves["rating"], RATING_CODES, "-")
        found["long_reason"] = texts.places(map(said_why, moves["reason"]))
        found["long_relative_rating"] = [
            r if isinstance(r, str) else "" for r in moves["relative_rating"]
        ]
    return {key: column for key, column in found.items() if column is not None} or None


def _first_known(row: NDArray[Any]) -> float:
    known = row.astype(float)[np.isfinite(row.astype(float))]
    return float(known[0]) if known.size else np.nan


def _said(words: NDArray[Any], known: NDArray[np.bool_]) -> str:
    return next((str(w) for w, k in zip(words, known, strict=True) if k and isinstance(w, str)), "")
