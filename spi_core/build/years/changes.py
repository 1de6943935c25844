"""Change over several years: the functions of one year's, from each first year that serves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.build.evidence import Evidence, draw_changes
from spi_core.build.marking import rests_on_generated
from spi_core.build.recipe import comparable_recipe, pair_compared
from spi_core.build.shown.beside import Points
from spi_core.build.standing import RELATIVE, counted, elements_of
from spi_core.build.treated import fill, lay_in
from spi_core.build.years.since import annual, since
from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import joined
from spi_core.edition.settings import every_period
from spi_core.method.recipe import ENOUGH, Recipe, during
from spi_core.method.score import Scores, score, take
from spi_core.method.treat import Treatment
from spi_core.tables import empty_table
from spi_core.text.words import NOT_RATED
from spi_core.uncertainty.change import Change, Moves, indicator_moves, known_share, level_moves
from spi_core.uncertainty.change import stacked as laid

Array: TypeAlias = NDArray[np.float64]
TABLES = ("long_changes", "long_scores", "long_tiers")


@dataclass(frozen=True, slots=True)
class Seen:
    """An edition seen from an earlier year.

    Parameters
    ----------
    first : str
        The year.
    annual : ndarray of bool (indicators,)
        Those with a figure every year since.
    drawn : Evidence
        Of that year and the current period.
    trend : Scores
        Of all years since, by the recipe of what is comparable.
    """

    first: str
    annual: NDArray[np.bool_]
    drawn: Evidence
    trend: Scores


def see_years(inputs: Inputs, recipe: Recipe, treatment: Treatment | None) -> list[Seen]:
    """See an edition from each earlier year that serves some indicator.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panels without details.
    recipe : Recipe
        What was decided before scoring.
    treatment : Treatment or None
        Fitted on the edition.

    Returns
    -------
    list of Seen
        The earliest first; empty where there are no years.
    """
    found = {} if inputs.history is None else annual(inputs)
    return [_see(inputs, recipe, treatment, *of, n) for n, of in enumerate(found.items(), 2)]


def long_tables(inputs: Inputs, seen: Sequence[Seen], points: Points) -> dict[str, pd.DataFrame]:
    """Set out the changes of several years: of every element from the earliest year that serves.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panels without details.
    seen : sequence of Seen
        From :func:`see_years`.
    points : callable
        From :func:`spi_core.build.shown.beside.uncapped`.

    Returns
    -------
    dict of str to DataFrame
        ``long_changes, long_scores, long_tiers``. An indicator serves from a year on if it has a
        figure every year since; a component, dimension or index if at least half of its weight
        has. All elements are judged together, indicators apart, whatever their first year.
    """
    if not seen:
        return {name: empty_table(name) for name in TABLES}
    rests = rests_on_generated(joined(inputs.history, inputs.panel), inputs.framework)
    frames, tiers = [], []
    for get in (_itself, _beside):
        drawn = [e for s in seen if (e := get(s.drawn)) is not None]
        if drawn:
            for find in (_of_indicators, _of_levels):
                frame, judged = find(inputs, seen, drawn, points)
                frames.append(frame)
                tiers += judged if get is _itself else []
    changes = pd.concat(frames, ignore_index=True)
    changes["illustrative"] = changes["element"].map(rests).astype(bool)
    rows = [(n, c.tier.tested, int(c.tier.clear.sum()), c.tier.level) for n, c in tiers]
    return {
        "long_changes": changes,
        "long_scores": _scores(inputs, seen).assign(
            illustrative=lambda f: f["element"].map(rests).astype(bool)
        ),
        "long_tiers": pd.DataFrame(rows, columns=["tier", "tested", "clear", "coverage"]),
    }


def _see(
    inputs: Inputs,
    recipe: Recipe,
    treatment: Treatment | None,
    first: str,
    only: NDArray[np.bool_],
    stream: int,
) -> Seen:
    """Draw the change from one year to now, as the build draws that from the baseline."""
    past = since(inputs, first, only)
    there, _, scale = fill(past, recipe, treatment)
    # what has no logarithm has no score
    scale = replace(scale, value=np.where(np.isfinite(scale.value), scale.value, np.nan))
    at = past.panel.compared
    here = during(there, at)
    changing = comparable_recipe(here, pair_compared(past).counts)
    cut = replace(past, panel=past.panel.during(at))
    drawn = draw_changes(cut, here, changing, take(scale, at), treatment, stream)
    trend = lay_in(score(scale.value, changing), drawn.comparable, at)
    return Seen(first, only, drawn, trend)


def _itself(e: Evidence) -> Evidence | None:
    return e


def _beside(e: Evidence) -> Evidence | None:
    return e.beside


def pick(parts: Sequence[NDArray[Any]], choice: NDArray[np.intp]) -> NDArray[Any]:
    """Take each item from the year chosen for it; (areas, items), those without one left out."""
    kept = np.flatnonzero(choice >= 0)
    return np.asarray(np.stack(parts)[choice[kept], :, kept].T)


def _earliest(serves: Sequence[NDArray[np.bool_]]) -> NDArray[np.intp]:
    """Choose for each item the earliest year that serves; -1 where none does."""
    found = np.stack(serves)
    return np.where(found.any(axis=0), found.argmax(axis=0), -1)


def _rated(
    drawn: Sequence[Evidence],
    moves: Callable[[Evidence], Moves],
    choice: NDArray[np.intp],
    better: Array,
) -> tuple[Change, Change]:
    """Judge the chosen changes together, and what is left beside the reference population's."""
    own = [moves(e) for e in drawn]
    nothing = "the reference population's change is not known"
    left = [
        moves(e.relative) if e.relative is not None
        else Moves(m.change * np.nan, m.se * np.nan, np.full(m.change.shape, nothing, object),
                   m.known * 0)
        for e, m in zip(drawn, own, strict=True)
    ]  # fmt: skip
    kept = better[choice >= 0]

    def judged(found: Sequence[Moves]) -> Change:
        return Moves(*(pick(part, choice) for part in zip(*found, strict=True))).rated(kept)

    return judged(own), judged(left)


def _rows(
    areas: Sequence[str], items: pd.DataFrame, change: Change, beside: Change, **more: Array
) -> pd.DataFrame:
    """Lay chosen changes out, one row an area and item."""
    n, size = len(areas), len(items)
    rows = {c: np.tile(items[c].to_numpy(), n) for c in items}
    own: dict[str, NDArray[Any]] = {
        "change": change.change,
        "low": change.tier.low,
        "high": change.tier.high,
    }
    own |= {"rating": change.rating, "reason": change.reason, "known": change.known}
    left = {"relative": beside.change, "relative_low": beside.tier.low}
    left |= {"relative_high": beside.tier.high, **more}
    frame = pd.DataFrame(
        {"area_code": np.repeat(areas, size), **rows}
        | {name: cells.ravel() for name, cells in (own | left).items()}
    )
    said = pd.Series(beside.rating.ravel()).map(RELATIVE)
    frame["relative_rating"] = said.where(frame["relative"].notna(), NOT_RATED)
    order = [c for c in empty_table("long_changes") if c != "illustrative"]
    return frame.dropna(subset="change", ignore_index=True)[order]


def _years(inputs: Inputs, seen: Sequence[Seen], choice: NDArray[np.intp]) -> pd.DataFrame:
    """Say of each chosen item from when to when it is."""
    every = every_period(inputs.settings)
    first = [seen[c].first for c in choice[choice >= 0]]
    return pd.DataFrame(
        {
            "from_period": first,
            "to_period": every[-1],
            "first": first,
            "last": inputs.periods[every[-1]],
            "years": [len(every) - 1 - every.index(f) for f in first],
        }
    )


def _of_indicators(
    inputs: Inputs, seen: Sequence[Seen], drawn: Sequence[Evidence], points: Points
) -> tuple[pd.DataFrame, list[tuple[str, Change]]]:
    choice, ids = _earliest([s.annual for s in seen]), np.array(inputs.framework.ids, object)

    def moves(e: Evidence) -> Moves:
        return indicator_moves(e.inputs.panel.value, e.errors, pair_compared(e.inputs))

    judged = _rated(drawn, moves, choice, inputs.framework.polarity.astype(float))
    items = _years(inputs, seen, choice).assign(element=ids[choice >= 0], level="indicator")
    dates = joined(inputs.history, inputs.panel).dates
    label = dates.set_index(["indicator_id", "period"])["period_label"]
    for name, period in (("first", "from_period"), ("last", "to_period")):
        items[name] = label.loc[[*zip(items["element"], items[period], strict=True)]].to_numpy()
    items["parts"] = items["of"] = 1
    values = [e.inputs.panel.value for e in drawn]
    scored = [points(v) for v in values]
    frame = _rows(
        drawn[0].inputs.panel.areas,
        items,
        *judged,
        points=pick([s[-1] - s[0] for s in scored], choice),
        baseline=pick([v[0] for v in values], choice),
        current=pick([v[-1] for v in values], choice),
    )
    names = ("long_indicator_changes", "relative_long_indicator_changes")
    return frame, [*zip(names, judged, strict=True)]


def _of_levels(
    inputs: Inputs, seen: Sequence[Seen], drawn: Sequence[Evidence], points: Points
) -> tuple[pd.DataFrame, list[tuple[str, Change]]]:
    choice = chosen(seen)
    items = elements_of(drawn[0])[choice >= 0].reset_index(drop=True)
    items = pd.concat([items, _years(inputs, seen, choice)], axis=1)

    def moves(e: Evidence) -> Moves:
        return level_moves(e.comparable, e.sampling, e.recipe, e.comparable_recipe, e.errors)

    judged = _rated(drawn, moves, choice, np.ones(choice.size))
    for name, of in (("parts", "comparable_recipe"), ("of", "recipe")):
        counts = [counted(getattr(e, of))[None] for e in drawn]
        items[name] = pick(counts, choice)[0]
    ends = [laid(e.comparable) for e in drawn]
    frame = _rows(
        drawn[0].inputs.panel.areas,
        items,
        *judged,
        points=judged[0].change,
        baseline=pick([x[0] for x in ends], choice),
        current=pick([x[-1] for x in ends], choice),
    )
    return frame, [*zip(("long_changes", "relative_long_changes"), judged, strict=True)]


def chosen(seen: Sequence[Seen]) -> NDArray[np.intp]:
    """Choose the year from which at least half of a score's weight has a figure every year."""
    shares = [known_share(s.drawn.recipe, s.drawn.comparable_recipe.used[None])[0] for s in seen]
    return _earliest([share >= ENOUGH - 1e-9 for share in shares])


def _scores(inputs: Inputs, seen: Sequence[Seen]) -> pd.DataFrame:
    """List the comparable scores of all years since the first, of what changed over several."""
    choice, every = chosen(seen), every_period(inputs.settings)
    elements, frames = elements_of(seen[0].drawn), [empty_table("long_scores")[:0]]
    for n, s in enumerate(seen):
        scores, periods = laid(s.trend), every[every.index(s.first) :]
        for k in np.flatnonzero(choice == n):
            keys = pd.MultiIndex.from_product([periods, inputs.panel.areas])
            frame = keys.to_frame(index=False, name=["period", "area_code"])
            frame["element"], frame["level"] = elements.iloc[k]
            frames.append(frame.assign(score=scores[..., k].ravel()))
    order = ["area_code", "period", "element", "level", "score"]
    return pd.concat(frames[1:] or frames)[order].dropna(subset="score", ignore_index=True)
