"""One level's areas and the built tables about them, laid out as arrays; nothing withheld."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.levels import Level as Kind
from spi_core.present.base.words import article, capital
from spi_core.store import Tables
from spi_core.tables import empty_table
from spi_core.text.words import NOT_RATED

Grid: TypeAlias = Mapping[str, NDArray[Any]]
#: Above so many areas sentences come from templates and earlier years are left to the tables, or
#: the page would grow too large.
WRITTEN = 60
#: How an array column starts out: as if no cell were known.
EMPTY: dict[str, tuple[type, Any]] = {
    "f": (float, np.nan),
    "i": (float, np.nan),
    "b": (bool, False),
}


@dataclass(frozen=True)
class Level:
    """One level's areas and long tables, ready to be cut into columns.

    Parameters
    ----------
    id, role, one, many : str
        As in :class:`spi_core.levels.Level`; the role of what the edition is about is ``whole``.
    within : bool
        Whether its areas are parts of the whole.
    areas : DataFrame
        ``code, name, parent_code, population`` in the order of every column.
    periods : tuple of str
        The edition's periods.
    values : DataFrame
        ``indicator_id, period, area_code, value, score, provenance`` and what else there is.
    scores : DataFrame
        ``element, period, area_code, score`` of composites.
    standing, changes : DataFrame
        By ``element`` and ``area_code``; changes of indicators in their own units.
    trend : DataFrame
        Scores that may be set in a row over the periods: of composites by one set of figures, of
        indicators where no break lies between; without rows where there are two periods or one.
    history, long : DataFrame
        Figures and comparable scores of earlier years, and what changed over several years; without
        rows for small areas and where there are very many: a page would grow too large.
    """

    id: str
    role: str
    one: str
    many: str
    within: bool
    areas: pd.DataFrame
    periods: tuple[str, ...]
    values: pd.DataFrame
    scores: pd.DataFrame
    standing: pd.DataFrame
    changes: pd.DataFrame
    trend: pd.DataFrame
    history: pd.DataFrame
    long: pd.DataFrame

    @property
    def first(self) -> int:
        """Position of the period that changes are measured from."""
        return self.periods.index("baseline") if "baseline" in self.periods else 0

    @property
    def plain(self) -> str:
        """What the areas are called, without what stands in brackets."""
        return self.many.split(" (")[0]

    @property
    def words(self) -> dict[str, str]:
        """How the page calls it and its areas."""
        alone = self.role == "whole" or len(self.areas) == 1
        return {
            "name": capital(self.one),
            "label": capital(self.one if alone else self.plain),
            "singular": self.one,
            "a": article(self.one),
            "plural": self.many,
        }

    @cached_property
    def lines(self) -> Mapping[str, Grid]:
        """Cut ``trend`` by element: arrays of shape (periods, areas)."""
        return _grids(self.trend, "element", self.areas["code"], self.periods)

    @property
    def earlier(self) -> list[str]:
        """Years before the edition's periods, in order."""
        return sorted(set(self.history["period"]) - set(self.periods))

    @cached_property
    def past(self) -> Mapping[str, Grid]:
        """Cut ``history`` by element: arrays of shape (earlier years and periods, areas)."""
        years = [*self.earlier, *self.periods]
        return _grids(self.history, "element", self.areas["code"], years)

    @cached_property
    def longs(self) -> Mapping[str, Grid]:
        """Cut ``long`` by element: arrays of shape (areas,)."""
        return _grids(self.long, "element", self.areas["code"])

    @cached_property
    def cells(self) -> Mapping[str, Grid]:
        """Cut ``values`` by indicator: arrays of shape (periods, areas)."""
        return _grids(self.values, "indicator_id", self.areas["code"], self.periods)

    @cached_property
    def points(self) -> Mapping[str, Grid]:
        """Cut ``scores`` by element: arrays of shape (periods, areas)."""
        return _grids(self.scores, "element", self.areas["code"], self.periods)

    @cached_property
    def stands(self) -> Mapping[str, Grid]:
        """Cut ``standing`` by element: arrays of shape (areas,)."""
        return _grids(self.standing, "element", self.areas["code"])

    @cached_property
    def moves(self) -> Mapping[str, Grid]:
        """Cut ``changes`` by element: arrays of shape (areas,); none from or to a hidden figure."""
        found = _grids(self.changes, "element", self.areas["code"])
        return {name: _between_shown(rows, self.cells.get(name)) for name, rows in found.items()}


def explorer_levels(tables: Tables) -> list[Level]:
    """Gather what the built tables say of each level of which they have figures.

    Returns
    -------
    list of Level
        The largest areas first.
    """
    return [made for level in tables.levels if len((made := _level(tables, level)).values)]


def _level(tables: Tables, level: Kind) -> Level:
    every, whole = tables["areas"], tables.whole
    areas = every[every["level"] == level.id].sort_values("code", ignore_index=True)
    small, unit = level.role == "detail", level.role == "evidence"
    empty = pd.DataFrame({"element": [], "area_code": []})
    names = ("small_area_values", "small_area_scores") if small else ("values", "scores")
    values, scores = (tables[n if n in tables else n.removeprefix("small_area_")] for n in names)
    moves = [] if small else [_indicator_changes(tables), tables["changes"]]
    # an earlier score of other figures would tell another story than the change beside it
    scores = scores.assign(score=scores["score"].where(scores["same_figures"]))
    if not small:  # those without a score say why
        scores = scores.merge(tables["completeness"], "outer")
    # a resident knows no abbreviation; with two kinds of small areas each must be named
    plain = small and len(tables.levels.details) == 1
    return Level(
        id=level.id,
        role="whole" if level == whole else level.role,
        one=f"small area ({level.one})" if plain else level.one,
        many=f"small areas ({level.many})" if plain else level.many,
        within=level.order < whole.order,
        areas=areas,
        periods=tuple(p["id"] for p in tables.about["edition"]["periods"]),
        values=_withheld(values[values["area_code"].isin(areas["code"])]),
        scores=scores[scores["area_code"].isin(areas["code"])],
        standing=tables["standing"] if unit else empty,
        changes=pd.concat(moves) if moves else empty,
        trend=_trend(tables, small),
        **_past(tables, small or len(areas) > WRITTEN),
    )


def _past(tables: Tables, left_out: bool) -> dict[str, pd.DataFrame]:
    """Take what is known of earlier years; without rows where that is left out."""
    frames = [
        tables[n] if n in tables and not left_out else empty_table(n)
        for n in ("history", "long_scores", "long_changes")
    ]
    figures, scores, changes = frames
    figures = _withheld(figures[figures["comparable"].astype(bool)])
    figures = figures.rename(columns={"indicator_id": "element"})
    scores = scores.rename(columns={"score": "value"})
    return {"history": pd.concat([figures, scores]), "long": changes}


def _trend(tables: Tables, small: bool) -> pd.DataFrame:
    if small or len(tables.about["edition"]["periods"]) < 3:
        return pd.DataFrame({"element": [], "area_code": [], "period": [], "score": []})
    single = tables["scores"].query("level == 'indicator' and same_figures")
    return pd.concat([single, tables["scores_comparable"].query("level != 'indicator'")])


def _indicator_changes(tables: Tables) -> pd.DataFrame:
    return tables["indicator_changes"].rename(columns={"indicator_id": "element"})


def _grids(
    frame: pd.DataFrame, key: str, codes: pd.Series, periods: Sequence[str] | None = None
) -> dict[str, Grid]:
    """Lay a long table out: one array a column and key, empty cells NaN, None or False."""
    names = pd.Index(frame[key].unique())
    places = [names.get_indexer(pd.Index(frame[key]))]
    if periods is not None:
        places.append(pd.Index(list(periods)).get_indexer(pd.Index(frame["period"])))
    places.append(pd.Index(list(codes)).get_indexer(pd.Index(frame["area_code"])))
    known = np.logical_and.reduce([p >= 0 for p in places])
    at = tuple(p[known] for p in places)
    shape = (len(names), *([len(periods)] if periods is not None else []), len(codes))
    laid: dict[str, NDArray[Any]] = {}
    for column in frame.columns.difference([key, "area_code", "period"]):
        cells = frame[column].to_numpy()
        kind, empty = EMPTY.get(cells.dtype.kind, (object, None))
        laid[column] = np.full(shape, empty, dtype=kind)
        laid[column][at] = cells[known]
    return {str(n): {c: cube[i] for c, cube in laid.items()} for i, n in enumerate(names)}


def _withheld(values: pd.DataFrame) -> pd.DataFrame:
    """Drop whatever the table still holds of a suppressed cell: the page must not rely on it."""
    hidden = values["provenance"] == "suppressed"
    numbers_in = [c for c in values.columns if values[c].dtype.kind == "f"]
    return values.assign(**{c: values[c].mask(hidden) for c in numbers_in})


def _between_shown(rows: Grid, cells: Grid | None) -> Grid:
    """Blank a change where one of its two figures is not shown: the other would give it away."""
    if cells is None:
        return rows
    hidden = np.isnan(cells["value"][[0, -1]]).any(axis=0)
    blank = {c: np.where(hidden, np.nan, v) for c, v in rows.items() if v.dtype.kind == "f"}
    rated = {c: np.where(hidden, NOT_RATED, v) for c, v in rows.items() if c.endswith("rating")}
    return {**rows, **blank, **rated}
