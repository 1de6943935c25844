"""Areas elsewhere of the kind of the whole, such as boroughs, each as in an edition of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.build.evidence import Evidence, parts_of
from spi_core.build.fellows.editions import edition_of, editions_elsewhere, homes
from spi_core.build.marking import rests_on_generated
from spi_core.build.standing import elements_of, places_of
from spi_core.build.treated import fill
from spi_core.build.years.changes import Seen, chosen, pick
from spi_core.build.years.since import since
from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import joined
from spi_core.edition.settings import earlier, every_period
from spi_core.method.errors import tier
from spi_core.method.ranking import interval
from spi_core.method.recipe import Recipe, during
from spi_core.method.score import Estimated, score, take
from spi_core.method.treat import Treatment
from spi_core.tables import empty_table
from spi_core.uncertainty.change import level_moves, stacked

Array: TypeAlias = NDArray[np.float64]
TABLES = ("fellows", "fellow_changes")


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A fellow's two periods: the recipe of its scores, and where it is in what is drawn."""

    here: Recipe
    drawn: Evidence
    at: int


def fellow_tables(
    inputs: Inputs,
    drawn: Evidence,
    seen: Sequence[Seen],
    made: Recipe,
    treatment: Treatment | None,
) -> dict[str, pd.DataFrame]:
    """Set the whole among the reference population's areas of its kind.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panels without details.
    drawn : Evidence
        Of the periods that are compared: the whole's own scores and replicates are taken from it.
    seen : sequence of Seen
        The edition from each earlier year that serves.
    made : Recipe
        What was decided before scoring.
    treatment : Treatment or None
        Fitted on the edition.

    Returns
    -------
    dict of str to DataFrame
        ``fellows, fellow_changes``; without rows where the reference population says nothing of
        such areas.

    Notes
    -----
    A fellow's gaps are estimated and rolled up among its own units, as in an edition of its own;
    it is scored without what none of its units has. Places follow the rule of the units. Several
    years' changes come before one year's. They are compared by what is left of them beside the
    reference population's own (in points whoever has the most to gain would seem to do best);
    differences from the whole's are judged together, those of all fellows and elements.
    """
    every = editions_elsewhere(inputs)
    if every is None:
        return {name: empty_table(name) for name in TABLES}
    spans: list[tuple[Seen | None, Evidence]] = [(None, drawn), *((s, s.drawn) for s in seen)]
    found = [_draw(every, s, e, made, treatment, n) for n, (s, e) in enumerate(spans)]
    whole = inputs.geography.whole
    names = {whole: str(inputs.geography.areas.at[whole, "name"])}
    names |= {code: str(every.geography.areas.at[code, "name"]) for code in homes(every)}
    rests = rests_on_generated(joined(inputs.history, inputs.panel), inputs.framework)
    tables = {
        "fellows": _standing(inputs, drawn, found[0], names),
        "fellow_changes": _changes(inputs, spans, found, names),
    }
    return {
        name: frame.assign(illustrative=frame["element"].map(rests).astype(bool))
        for name, frame in tables.items()
    }


def _draw(
    every: Inputs,
    seen: Seen | None,
    own: Evidence,
    made: Recipe,
    treatment: Treatment | None,
    stream: int,
) -> list[_Drawn]:
    """Draw their errors as the edition's own are drawn: at once of those that lack the same."""
    if seen is not None:
        every = since(every, seen.first, seen.annual)
    codes, at, changing = homes(every), every.panel.compared, own.comparable_recipe
    filled = [fill(edition_of(every, code), made, treatment) for code in codes]
    alike = seen is not None and changing.used.any()
    here = [changing if alike else during(recipe, at) for recipe, _, _ in filled]
    groups: dict[bytes, list[int]] = {}
    for k, recipe in enumerate(here):
        groups.setdefault(b"" if recipe.absent is None else recipe.absent.tobytes(), []).append(k)
    order = [k for group in groups.values() for k in group]
    panel = every.panel.take([*(codes[k] for k in order), *every.geography.units]).during(at)
    cut, scale = replace(every, panel=panel), take(_firsts([filled[k][2] for k in order]), at)
    part = parts_of(cut, cut, own.recipe, changing, scale, treatment)
    found: list[_Drawn] = []
    rng = np.random.default_rng([every.settings["uncertainty"]["seed"], 1, stream])
    for group in groups.values():
        start = len(found)
        e = part(slice(start, start + len(group)), rng, 1, here[group[0]])
        found += [_Drawn(here[k], e, n) for n, k in enumerate(group)]
    return [found[order.index(k)] for k in range(len(codes))]


def _firsts(filled: Sequence[Estimated]) -> Estimated:
    """Lay the first areas of several editions side by side; each keeps its own residuals."""
    value = np.concatenate([f.value[:, :1] for f in filled], axis=1)
    spread = np.stack([f.residual_sd for f in filled])
    return Estimated(
        # what has no logarithm has no score
        np.where(np.isfinite(value), value, np.nan),
        np.concatenate([f.estimated[:, :1] for f in filled], axis=1),
        np.broadcast_to(spread, value.shape),
    )


def _standing(
    inputs: Inputs, own: Evidence, found: Sequence[_Drawn], names: dict[str, str]
) -> pd.DataFrame:
    """Score every area of the kind in the current period, with its likely places."""
    home, now = own.inputs.panel.areas.index(inputs.geography.whole), own.now
    point = np.stack(
        [
            stacked(own.scores)[now, home],
            *(stacked(score(f.drawn.filled.value, f.here))[now, f.at] for f in found),
        ]
    )
    drawn = [stacked(own.sampling.full)[:, now, home]]
    every = {id(f.drawn): stacked(f.drawn.sampling.full)[:, now] for f in found}
    drawn += [every[id(f.drawn)][:, f.at] for f in found]
    size = min(len(d) for d in drawn)
    draws = np.stack([d[:size] for d in drawn], axis=1)
    # without any known error nothing varies: that is no certainty
    blind = np.isfinite(point) & (draws == draws[0]).all(axis=0)
    low, high = (np.where(blind, np.nan, np.clip(end, 0, 100)) for end in interval(draws))
    places = places_of(point, draws, blind)
    elements = elements_of(own)
    columns = {"score": point, "low": low, "high": high}
    columns |= {n: places[n] for n in ("rank", "rank_low", "rank_high")}
    frame = _rows(names, elements).assign(**{n: c.ravel() for n, c in columns.items()})
    here = [during(own.recipe, [now]), *(during(f.here, [now]) for f in found)]
    frame["lacking"] = [text for recipe in here for text in _lacking(inputs, here[0], recipe)]
    return frame.dropna(subset="score", ignore_index=True)


def _lacking(inputs: Inputs, own: Recipe, recipe: Recipe) -> list[str]:
    """Name, element by element, the figures of the edition's recipe that an area has nowhere."""
    ids, register = inputs.framework.ids, inputs.framework.indicators
    nothing = np.zeros((1, len(ids)), bool)
    absent = nothing if recipe.absent is None else recipe.absent
    lost = own.used & absent[0] & ~(nothing if own.absent is None else own.absent)[0]
    component = inputs.framework.component_of
    dimension = inputs.framework.dimension_of[component]
    names = register["name"].to_numpy(str)

    def of(kept: NDArray[np.bool_]) -> str:
        return "; ".join(names[kept & lost])

    parts = [of(component == c) for c in range(len(inputs.framework.components))]
    parts += [of(dimension == d) for d in range(len(inputs.framework.dimensions))]
    return [*parts, of(~nothing[0])]


def _rows(names: dict[str, str], elements: pd.DataFrame) -> pd.DataFrame:
    keys = {"area_code": list(names), "name": list(names.values())}
    frame = pd.DataFrame({k: np.repeat(v, len(elements)) for k, v in keys.items()})
    return frame.assign(**{str(c): np.tile(elements[c].to_numpy(), len(names)) for c in elements})


def _changes(
    inputs: Inputs,
    spans: Sequence[tuple[Seen | None, Evidence]],
    found: Sequence[Sequence[_Drawn]],
    names: dict[str, str],
) -> pd.DataFrame:
    """Set the change of every area of the kind, and what is left of it, beside the whole's."""
    if not spans[0][1].compared:
        return empty_table("fellow_changes")
    every, label = every_period(inputs.settings), {y: y for y in earlier(inputs.settings)}
    label |= inputs.periods
    own, left, ends, years = [], [], [], []
    for (seen, drawn), those in zip(spans, found, strict=True):
        rows = [(drawn, drawn.inputs.panel.areas.index(inputs.geography.whole))]
        rows += [(f.drawn, f.at) for f in those]
        drawn_at_once = {id(e): e for e, _ in rows}
        moves = {k: _moves(e) for k, e in drawn_at_once.items()}
        beside = {
            k: _moves(e.relative) if e.relative else np.full_like(moves[k], np.nan)
            for k, e in drawn_at_once.items()
        }
        own.append(np.stack([moves[id(e)][:, at] for e, at in rows], axis=1))
        left.append(np.stack([beside[id(e)][:, at] for e, at in rows], axis=1))
        ends.append(np.stack([stacked(e.comparable)[:, at] for e, at in rows], axis=1))
        first = "baseline" if seen is None else seen.first
        years.append((first, label[first], len(every) - 1 - every.index(first)))
    change = np.stack([m[0] for m in own])
    # several years' before one year's, of what the whole has a change of
    long = [seen for seen, _ in spans if seen is not None]
    choice = chosen(long) + 1 if long else np.zeros(change.shape[2], np.intp)
    choice = np.where(np.isnan(change[choice, 0, np.arange(choice.size)]), -1, choice)
    relative, se = (pick([m[k] for m in left], choice) for k in (0, 1))
    judged = tier(relative[1:] - relative[0], np.hypot(se[1:], se[0]))
    blank = np.full((1, relative.shape[1]), np.nan)
    columns = {
        "baseline": pick([e[0] for e in ends], choice),
        "current": pick([e[-1] for e in ends], choice),
        "change": pick([m[0] for m in own], choice),
        "relative": relative,
        "apart": relative - relative[0],
        "apart_low": np.concatenate([blank, judged.low]),
        "apart_high": np.concatenate([blank, judged.high]),
    }
    items = elements_of(spans[0][1])[choice >= 0].reset_index(drop=True)
    for name, k in (("from_period", 0), ("first", 1), ("years", 2)):
        items[name] = [years[c][k] for c in choice[choice >= 0]]
    items = items.assign(last=label[every[-1]])
    frame = _rows(names, items).assign(**{n: c.ravel() for n, c in columns.items()})
    return frame.dropna(subset="change", ignore_index=True)


def _moves(e: Evidence) -> Array:
    """Give areas' changes and their errors; what may not be rated has none."""
    m = level_moves(e.comparable, e.sampling, e.recipe, e.comparable_recipe, e.errors)
    return np.stack([m.change, np.where(m.reason == "", m.se, np.nan)])
