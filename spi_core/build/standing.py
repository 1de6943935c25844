"""Where areas stand, how they moved and what made them move, as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.build.evidence import Evidence
from spi_core.build.recipe import pair_compared
from spi_core.build.shown.similar import peer_values, peers_table
from spi_core.method.errors import Tier
from spi_core.method.intervals import LEVEL
from spi_core.method.ranking import interval, quarter, quarter_of, rank_summary, ranks
from spi_core.method.recipe import Recipe
from spi_core.tables import empty_table
from spi_core.text.words import (
    ABREAST,
    AHEAD,
    BEHIND,
    DECLINE,
    IMPROVEMENT,
    NO_CHANGE,
    NOT_RATED,
)
from spi_core.uncertainty.change import (
    Change,
    change_table,
    indicator_change,
    known_share,
    level_changes,
    stacked,
    unknown_reason,
)
from spi_core.uncertainty.decompose import decompose
from spi_core.uncertainty.gaps import MEASURES, Gap, gap
from spi_core.uncertainty.peers import borough_difference, rate
from spi_core.uncertainty.simulate import simulate

COMPOSITES = ("component", "dimension", "index")
#: Replicates that a gap between units rests on.
GAP_DRAWS = 1000
#: Words of a change, for what is left of it after the reference population's.
RELATIVE = {IMPROVEMENT: AHEAD, NO_CHANGE: ABREAST, DECLINE: BEHIND, NOT_RATED: NOT_RATED}
#: What needs two periods.
MOVED = ("changes", "indicator_changes", "contributions", "gaps")
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
        ``standing``, ``changes``, ``indicator_changes``, ``contributions``, ``peers``,
        ``peer_values``, ``gaps``, ``errors``, ``error_model``, ``tiers``.
    """
    standing, tiers = _standing(a)
    tables = {
        "standing": standing,
        "peers": peers_table(a.inputs, a.similar),
        "errors": _each(a, _errors),
    }
    tables["error_model"] = a.model.rename_axis("indicator_id").reset_index()
    register = a.inputs.framework.indicators
    tables["peer_values"] = peer_values(register, tables["error_model"], a.similar)
    if a.compared:
        for name, find, table in (
            ("changes", _changes, _change_rows),
            ("indicator_changes", _indicator_changes, _indicator_rows),
        ):
            parts = [_moved(b, find, table) for b in (a, a.beside) if b is not None]
            tables[name] = pd.concat([frame for frame, _ in parts], ignore_index=True)
            for kind, found in zip(("", "relative_"), parts[0][1], strict=False):
                tiers[kind + name] = found.tier
                if found.apart is not None and found.apart.tested:
                    tiers[f"{kind}{name}_apart"] = found.apart
        tables |= {"contributions": _each(a, _contributions), "gaps": _gaps(a)}
    else:
        tables |= {n: empty_table(n) for n in MOVED}
    rows = [(n, t.tested, int(t.clear.sum()), t.level) for n, t in tiers.items()]
    return tables | {"tiers": pd.DataFrame(rows, columns=["tier", "tested", "clear", "coverage"])}


def _each(a: Evidence, find: Callable[[Evidence], pd.DataFrame]) -> pd.DataFrame:
    """Say it of the evidence, then of what stands beside it."""
    return pd.concat([find(b) for b in (a, a.beside) if b is not None], ignore_index=True)


def elements_of(a: Evidence) -> pd.DataFrame:
    """Name and level of every composite, laid out as by `stacked`."""
    rows = [(name, level) for level in COMPOSITES for name in a.elements(level)]
    return pd.DataFrame(rows, columns=["element", "level"])


def _standing(a: Evidence) -> tuple[pd.DataFrame, dict[str, Tier]]:
    """Compare every unit and composite of the current period with whole, units and comparators.

    Parameters
    ----------
    a : Evidence
        The draws.

    Returns
    -------
    DataFrame, dict of str to Tier
        One row a unit and element that is scored; the tiers ``whole`` and ``strengths``.
    """
    rows, home = a.rows, a.inputs.panel.areas.index(a.inputs.geography.whole)
    point = stacked(a.scores)[a.now]
    chance = stacked(a.sampling.full)[:, a.now]
    # without any known error nothing varies: that is no certainty
    blind = np.isfinite(point) & (chance == chance[0]).all(axis=0)
    ends = interval(chance[:, rows])
    low, high = (np.where(blind[rows], np.nan, np.clip(end, 0, 100)) for end in ends)
    difference, tier = borough_difference(point[[*rows, home]], chance[:, [*rows, home]], len(rows))
    rated, strengths = _rating_columns(a, point[rows], chance[:, rows])
    columns = {
        "score": point[rows],
        "low": low,
        "high": high,
        "whole": np.broadcast_to(point[home], point[rows].shape),
        "difference": difference,
        "difference_low": tier.low,
        "difference_high": tier.high,
        **places_of(point[rows], chance[:, rows], blind[rows]),
        **_by_choices(stacked(a.everything.full)[:, a.now][:, rows]),
        **rated,
    }
    elements = elements_of(a)
    n = len(rows)
    keys = {"area_code": np.repeat(a.units, len(elements))}
    keys |= {k: np.tile(elements[k].to_numpy(str), n) for k in ("element", "level")}
    frame = pd.DataFrame({**keys, **{k: v.ravel() for k, v in columns.items()}})
    frame = _by_level(frame.dropna(subset="score"))
    return frame, {"whole": tier, **strengths}


def _by_level(frame: pd.DataFrame) -> pd.DataFrame:
    """Put components first and the index last."""
    order = frame["level"].map(COMPOSITES.index)
    return frame.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def places_of(
    point: NDArray[np.floating], draws: NDArray[np.floating], blind: NDArray[np.bool_]
) -> dict[str, Array]:
    """Ranks of every element that is scored in two units or more.

    Clearly in an end quarter is whoever's whole rank interval lies in it. Whose error is not known
    at all may have any place.
    """
    names = ("rank", "rank_low", "rank_high", "p_top", "p_bottom", "quarter", "places")
    out = {name: np.full(point.shape, np.nan) for name in (*names, "clear_quarter")}
    for e in np.flatnonzero((~np.isnan(point)).sum(axis=0) >= 2):
        r = rank_summary(point[:, e], draws[..., e])
        n, lost = int(np.isfinite(r.rank).sum()), blind[:, e]
        best, last = np.where(lost, 1.0, r.low), np.where(lost, n, r.high)
        top, bottom = (np.where(lost, np.nan, chance) for chance in (r.top, r.bottom))
        places = last - best + 1
        found = (r.rank, best, last, top, bottom, quarter_of(r.rank), places)
        for name, values in zip(names, found, strict=True):
            out[name][:, e] = values
        ends = [last <= quarter(n), best > n - quarter(n)]
        out["clear_quarter"][:, e] = np.select(ends, [1.0, 4.0], np.nan)
    return out


def _by_choices(draws: NDArray[np.floating]) -> dict[str, Array]:
    """Places that other weights, normalisers, means and goalposts, and chance, would give."""
    ends = np.full((2, *draws.shape[1:]), np.nan)
    for e in np.flatnonzero(np.isfinite(draws[0]).any(axis=0)):
        tail = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        ends[..., e] = np.quantile(ranks(draws[..., e]), tail, axis=0, method="inverted_cdf")
    return {"choices_low": ends[0], "choices_high": ends[1]}


def _rating_columns(
    a: Evidence, point: Array, draws: NDArray[np.floating]
) -> tuple[dict[str, NDArray[np.generic]], dict[str, Tier]]:
    if a.similar is None:
        why = "the edition names no comparators"
        if "comparators" in a.inputs.settings:
            why = "the edition has no context.csv to find comparators by"
        names = ("median", "difference", "low", "high")
        blank = {f"peers_{n}": np.full(point.shape, np.nan) for n in names}
        said = {"rating": NOT_RATED, "reason": why, "rating_own": ""}
        return blank | {name: np.full(point.shape, text) for name, text in said.items()}, {}
    share = known_share(a.recipe, a.errors.known([a.now]))[a.rows]
    least = a.inputs.settings["comparators"]["minimum_points"]
    near, unknown = a.similar.near.position, unknown_reason(share)
    r = rate(point, draws, near, least, unknown, a.similar.scores)
    other = np.full(point.shape, "")
    if a.similar.elsewhere is not None and (own := a.similar.elsewhere.own) is not None:
        other = rate(point, draws, own.position, least, unknown).rating
    found = {"peers_median": r.median, "peers_difference": r.difference}
    found |= {"peers_low": r.tier.low, "peers_high": r.tier.high}
    words = {"rating": r.rating, "reason": r.reason, "rating_own": other}
    return {**found, **words}, {"strengths": r.tier}


def _moved(
    a: Evidence,
    find: Callable[[Evidence], Change],
    table: Callable[[Evidence, Change], pd.DataFrame],
) -> tuple[pd.DataFrame, list[Change]]:
    """Set out changes, and beside each what is left of it after the reference population's."""
    change = find(a)
    rows = table(a, change)
    names = {"change": "relative", "low": "relative_low", "high": "relative_high"}
    if a.relative is None:
        blank = dict.fromkeys(names.values(), np.nan)
        return rows.assign(**blank, relative_rating=NOT_RATED), [change]
    beside = find(a.relative)
    left = table(a.relative, beside)
    own = left["rating"].map(RELATIVE).where(left["change"].notna(), NOT_RATED)
    found = left[list(names)].rename(columns=names).assign(relative_rating=own)
    return pd.concat([rows, found], axis=1), [change, beside]


def _changes(a: Evidence) -> Change:
    """Change of component, dimension and index in score points, all areas."""
    return level_changes(a.comparable, a.sampling, a.recipe, a.comparable_recipe, a.errors)


def _change_rows(a: Evidence, change: Change) -> pd.DataFrame:
    elements = elements_of(a)
    frame = change_table(change, a.inputs.panel.areas, list(elements["element"]))
    frame = frame.rename(columns={"item": "element"})
    frame.insert(2, "level", np.tile(elements["level"], len(a.inputs.panel.areas)))
    before, after = stacked(a.comparable)[[0, a.now]]
    frame["baseline"], frame["current"] = before.ravel(), after.ravel()
    for name, recipe in (("parts", a.comparable_recipe), ("of", a.recipe)):
        frame[name] = np.tile(counted(recipe), len(a.inputs.panel.areas))
    return _by_level(frame)


def counted(recipe: Recipe) -> NDArray[np.intp]:
    """Count a component's indicators, a dimension's and the index's components that count."""
    n = recipe.dimension_of.size
    component = np.bincount(recipe.component_of[recipe.used], minlength=n)
    of = recipe.dimension_of[recipe.scored]
    dimension = np.bincount(of, minlength=int(recipe.dimension_of.max()) + 1)
    return np.concatenate([component, dimension, [recipe.scored.sum()]])


def _indicator_changes(a: Evidence) -> Change:
    """Change of every indicator in its own unit, all areas."""
    pair = pair_compared(a.inputs)
    return indicator_change(a.inputs.panel.value, a.errors, a.inputs.framework.polarity, pair)


def _indicator_rows(a: Evidence, change: Change) -> pd.DataFrame:
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


def _gaps(a: Evidence) -> pd.DataFrame:
    """How far apart the wards are in each period, and whether that changed."""
    if not a.comparable_recipe.used.any():  # nothing can be compared over time
        return empty_table("gaps")
    rows, frames = a.rows, []
    settings = a.inputs.settings["uncertainty"]
    # what errors add to the spread of scores is what they add once values are capped
    drawn = simulate(
        a.filled.value,
        a.scale_errors,
        a.comparable_recipe,
        np.random.default_rng([settings["seed"], 2]),
        min(GAP_DRAWS, settings["replicates"]),
        estimated=a.filled,
        capped=True,
    )
    point, draws = stacked(a.comparable)[:, rows], stacked(drawn.full)[:, :, rows]
    # without errors draws are alike, and any difference of theirs would seem clear
    share = known_share(a.recipe, a.errors.known([0, -1]) & a.comparable_recipe.used)[rows]
    known = unknown_reason(np.nanmean(share, axis=0)) == ""
    for e, (element, level) in enumerate(elements_of(a).itertuples(index=False)):
        if (~np.isnan(point[..., e])).all(axis=0).sum() < 2:
            continue
        g = gap(point[..., e], draws[..., e])
        frames.append(_gap_rows(level, element, g, sure=bool(known[e])))
    if not frames:
        return empty_table("gaps")
    return pd.concat(frames, ignore_index=True)


def _gap_rows(level: str, element: str, g: Gap, sure: bool) -> pd.DataFrame:
    blank = np.full(len(MEASURES), np.nan)
    ends = {n: getattr(g, n) if sure else blank for n in ("change_low", "change_high")}
    frame = pd.DataFrame({"measure": MEASURES, "change": g.change, **ends})
    for name in ("value", "by_chance", "low", "high"):
        array = getattr(g, name)
        if name != "value" and not sure:
            array = np.full_like(array, np.nan)
        frame[f"{name}_baseline"], frame[f"{name}_current"] = array[0], array[-1]
    return frame.assign(level=level, element=element)


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
