"""Where areas stand, how they moved and what made them move, as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.build.evidence import Evidence
from spi_core.method.decompose import decompose
from spi_core.method.ranking import interval, quarter, quarter_of, rank_summary
from spi_core.method.score import Scores
from spi_core.tables import empty_table
from spi_core.text.words import NOT_RATED
from spi_core.uncertainty.change import change_table, indicator_change, level_changes
from spi_core.uncertainty.gaps import MEASURES, Gap, gap, movers
from spi_core.uncertainty.peers import (
    Peers,
    borough_difference,
    context_matrix,
    nearest,
    rate,
)
from spi_core.uncertainty.simulate import Scored

__all__ = ["standing_tables"]

COMPOSITES = ("component", "dimension", "index")
Array = NDArray[np.float64]


def standing_tables(a: Evidence) -> dict[str, pd.DataFrame]:
    """Set the evidence out as tables.

    Parameters
    ----------
    a : Evidence
        The draws.

    Returns
    -------
    dict of str to DataFrame
        ``standing``, ``changes``, ``indicator_changes``, ``contributions``, ``peers``, ``gaps``,
        ``movers``, ``errors``.
    """
    tables = {"standing": _standing(a), "peers": _peers(a), "errors": _each(a, _errors)}
    moved: dict[str, Callable[[], pd.DataFrame]] = {
        "changes": lambda: _each(a, _changes),
        "indicator_changes": lambda: _each(a, _indicator_changes),
        "contributions": lambda: _each(a, _contributions),
        "gaps": lambda: _gaps(a),
        "movers": lambda: _movers(a),
    }
    return tables | {n: find() if a.compared else empty_table(n) for n, find in moved.items()}


def _each(a: Evidence, find: Callable[[Evidence], pd.DataFrame]) -> pd.DataFrame:
    """Say it of the evidence, then of what stands beside it."""
    return pd.concat([find(b) for b in (a, a.beside) if b is not None], ignore_index=True)


def _pick(scored: Scores | Scored, level: str) -> NDArray[np.floating]:
    """Scores or draws of one level, always with an axis of elements."""
    array = getattr(scored, level)
    return np.asarray(array[..., None] if level == "index" else array)


def _standing(a: Evidence) -> pd.DataFrame:
    """Compare every unit and composite of the current period with whole, units and comparators.

    Parameters
    ----------
    a : Evidence
        The draws.

    Returns
    -------
    DataFrame
        One row a unit and element that is scored.
    """
    p = a.inputs.panel
    rows, home = a.rows, p.areas.index(a.inputs.geography.whole)
    near = _nearest(a)
    frames = []
    for level in COMPOSITES:
        point = _pick(a.scores, level)[a.now]
        chance = _pick(a.sampling.full, level)[:, a.now]
        low, high = interval(chance[:, rows])
        gap_to = borough_difference(point[[*rows, home]], chance[:, [*rows, home]], len(rows))
        columns = {
            "score": point[rows],
            "low": low,
            "high": high,
            "whole": np.broadcast_to(point[home], point[rows].shape),
            "difference": gap_to.difference,
            "difference_low": gap_to.low,
            "difference_high": gap_to.high,
            **_ranks(point[rows], _pick(a.everything.full, level)[:, a.now][:, rows]),
            **_rating_columns(a, near, point[rows], chance[:, rows]),
        }
        elements = a.elements(level)
        keys = {
            "area_code": np.repeat(a.units, len(elements)),
            "element": list(elements) * len(rows),
            "level": level,
        }
        frames.append(pd.DataFrame({**keys, **{k: v.ravel() for k, v in columns.items()}}))
    return pd.concat(frames, ignore_index=True).dropna(subset="score", ignore_index=True)


def _ranks(point: NDArray[np.floating], draws: NDArray[np.floating]) -> dict[str, Array]:
    """Ranks of every element that is scored in two units or more.

    Clearly in an end quarter is whoever's whole rank interval lies in it.
    """
    names = ("rank", "rank_low", "rank_high", "p_top", "p_bottom", "quarter", "places")
    out = {name: np.full(point.shape, np.nan) for name in (*names, "clear_quarter")}
    for e in np.flatnonzero((~np.isnan(point)).sum(axis=0) >= 2):
        r = rank_summary(point[:, e], draws[..., e])
        places = r.high - r.low + 1
        found = (r.rank, r.low, r.high, r.top, r.bottom, quarter_of(r.rank), places)
        for name, values in zip(names, found, strict=True):
            out[name][:, e] = values
        n = int(np.isfinite(r.rank).sum())
        ends = [r.high <= quarter(n), r.low > n - quarter(n)]
        out["clear_quarter"][:, e] = np.select(ends, [1.0, 4.0], np.nan)
    return out


def _nearest(a: Evidence) -> Peers | None:
    """Each ward's comparators; None where the edition does not say how to find them."""
    rule, context = a.inputs.settings.get("comparators"), a.inputs.tables["context"]
    if rule is None or context.empty:
        return None
    return nearest(context_matrix(context, a.units, rule["context"]), rule["number"])


def _rating_columns(
    a: Evidence, near: Peers | None, point: Array, draws: NDArray[np.floating]
) -> dict[str, NDArray[np.generic]]:
    names = ("median", "difference", "low", "high")
    if near is None:
        why = "the edition names no comparators"
        if "comparators" in a.inputs.settings:
            why = "the edition has no context.csv to find comparators by"
        blank = {f"peers_{n}": np.full(point.shape, np.nan) for n in names}
        said = {"rating": NOT_RATED, "reason": why}
        return blank | {name: np.full(point.shape, text) for name, text in said.items()}
    rule = a.inputs.settings["comparators"]
    r = rate(point, draws, near.position, rule["minimum_points"])
    found = {f"peers_{n}": getattr(r, n) for n in names}
    return found | {"rating": r.rating, "reason": r.reason}


def _changes(a: Evidence) -> pd.DataFrame:
    """Change of component, dimension and index in score points, all areas."""
    by_level = level_changes(a.comparable, a.sampling, a.comparable_recipe, a.errors)
    frames = []
    for level, change in by_level.items():
        frame = change_table(change, a.inputs.panel.areas, a.elements(level))
        before, after = _pick(a.comparable, level)[[0, a.now]]
        frame.insert(2, "level", level)
        frame["baseline"], frame["current"] = before.ravel(), after.ravel()
        frames.append(frame.rename(columns={"item": "element"}))
    return pd.concat(frames, ignore_index=True)


def _indicator_changes(a: Evidence) -> pd.DataFrame:
    """Change of every indicator in its own unit, all areas."""
    change = indicator_change(a.inputs.panel.value, a.errors, a.inputs.framework)
    table = change_table(change, a.inputs.panel.areas, a.inputs.framework.ids)
    return table.rename(columns={"item": "indicator_id"})


def _contributions(a: Evidence) -> pd.DataFrame:
    """Points of each ward's index change that each indicator made."""
    parts = decompose(a.filled.value, a.comparable_recipe)
    ids = a.inputs.framework.ids
    index = pd.MultiIndex.from_product(
        [a.inputs.panel.areas, ids], names=["area_code", "indicator_id"]
    )
    return pd.DataFrame({"points": parts.index.ravel()}, index=index).reset_index()


def _peers(a: Evidence) -> pd.DataFrame:
    """Each ward's comparators, the nearest first."""
    found = _nearest(a)
    if found is None:
        return empty_table("peers")
    n = found.position.shape[1]
    return pd.DataFrame(
        {
            "area_code": np.repeat(a.units, n),
            "order": np.tile(np.arange(1, n + 1), len(a.units)),
            "peer_code": np.array(a.units)[found.position].ravel(),
            "distance": found.distance.ravel(),
            "near": found.distance.ravel() <= found.usual,
        }
    )


def _gaps(a: Evidence) -> pd.DataFrame:
    """How far apart the wards are in each period, and whether that changed."""
    rows = a.rows
    frames = []
    for level in COMPOSITES:
        point, draws = (
            _pick(a.comparable, level)[:, rows],
            _pick(a.sampling.comparable, level)[:, :, rows],
        )
        for e, element in enumerate(a.elements(level)):
            if (~np.isnan(point[..., e])).all(axis=0).sum() < 2:
                continue
            g = gap(point[..., e], draws[..., e])
            frames.append(_gap_rows(level, element, g))
    if not frames:  # nothing can be compared over time
        return empty_table("gaps")
    return pd.concat(frames, ignore_index=True)


def _gap_rows(level: str, element: str, g: Gap) -> pd.DataFrame:
    names = ("change", "change_low", "change_high")
    frame = pd.DataFrame({"measure": MEASURES, **{n: getattr(g, n) for n in names}})
    for name in ("value", "by_chance", "low", "high"):
        array = getattr(g, name)
        frame[f"{name}_baseline"], frame[f"{name}_current"] = array[0], array[-1]
    return frame.assign(level=level, element=element)


def _movers(a: Evidence) -> pd.DataFrame:
    """Wards whose index moved, with the false discovery rate held at 10 %."""
    rows = a.rows
    draws = a.sampling.comparable.index[:, :, rows]
    rated = level_changes(a.comparable, a.sampling, a.comparable_recipe, a.errors)["index"]
    # a change that cannot be rated is not tested either
    change = np.where(rated.rating == NOT_RATED, np.nan, rated.change)[rows, 0]
    found = movers(change, draws[:, a.now] - draws[:, 0])
    columns = {n: getattr(found, n) for n in ("change", "p", "q", "moved")}
    return pd.DataFrame({"area_code": a.units, **columns})


def _errors(a: Evidence) -> pd.DataFrame:
    """Set out the standard error of every raw value, and what it rests on."""
    p: Sequence[Sequence[str]] = (
        a.inputs.panel.periods,
        a.inputs.panel.areas,
        a.inputs.panel.indicators,
    )
    index = pd.MultiIndex.from_product(p, names=["period", "area_code", "indicator_id"])
    columns = {"se": a.errors.se.ravel(), "basis": a.errors.basis.ravel()}
    return pd.DataFrame(columns, index=index).reset_index()
