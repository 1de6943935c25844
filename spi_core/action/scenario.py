"""What if a figure were different: the scores and places that the built tables would then hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from spi_core.action.distances import COUNTED
from spi_core.errors import Fault, some
from spi_core.method.intervals import difference
from spi_core.method.means import Mean
from spi_core.method.ranking import ranks
from spi_core.method.recipe import Recipe
from spi_core.method.score import Scores, score
from spi_core.method.treat import Treatment
from spi_core.tables import records

Array: TypeAlias = NDArray[np.float64]
Place: TypeAlias = tuple[float, float, float]
#: What a scenario is called wherever one is shown.
MARK = "Scenario – not a figure"


def moved_place(score: ArrayLike, ends: ArrayLike, place: Place, at: int, to: float) -> Place:
    """Find the place of an area whose score were another, all others as they are.

    Parameters
    ----------
    score : array_like, shape (areas,)
        Scores; NaN where there is none.
    ends : array_like, shape (2, areas)
        Their intervals; NaN where none is known.
    place : tuple of float
        The area's place, and the best and the last of its interval.
    at : int
        Position of the area.
    to : float
        Its score in the scenario; its interval moves along.

    Returns
    -------
    tuple of float
        Place and interval. Each end moves by as many areas as the new score overtakes clearly: the
        interval of the difference leaves out zero. No place that disjoint intervals exclude.

    Examples
    --------
    >>> s = np.array([80.0, 60.0, 50.0, 49.0])
    >>> moved_place(s, [s - 3, s + 3], (4.0, 3.0, 4.0), 3, 61.0)
    (2.0, 2.0, 3.0)
    >>> moved_place(s, [s - 3, s + 3], (4.0, 3.0, 4.0), 3, 49.0)
    (4.0, 3.0, 4.0)
    """
    x, (low, high) = np.array(score, float), np.asarray(ends, float)
    before = x[at]
    _, best, last = place
    for value, sign in ((before, -1), (to, 1)):
        x[at] = value
        own = (value, *(end[at] - before + value for end in (low, high)))
        ahead, behind = difference((np.delete(x, at), *np.delete([low, high], at, 1)), own)
        best, last = best + sign * (ahead > 0).sum(), last - sign * (behind < 0).sum()
    rank, n = float(ranks(x)[at]), int(np.isfinite(x).sum())
    # own is the interval of the scenario
    best = max(1.0, best, 1.0 + (low > own[2]).sum() - (low[at] > own[2]))
    last = min(n, last, n - (high < own[1]).sum() + (high[at] < own[1]))
    return rank, float(min(rank, best)), float(max(rank, last))


@dataclass(frozen=True)
class Area:
    """What was built of one area: the ground of its scenarios.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The built tables.
    edition : mapping
        Its settings.
    code, period : str
        Area and period.
    """

    tables: Mapping[str, pd.DataFrame]
    edition: Mapping[str, Any]
    code: str
    period: str

    @cached_property
    def figures(self) -> pd.DataFrame:
        """The area's figures of the period, with what is known of their indicators."""
        t = self.tables
        about = t["indicators"].rename(columns={"id": "indicator_id"})
        about = about.drop(columns=["numerator", "denominator"])
        posts = t["goalposts"][["indicator_id", "least", "most", "offset"]]
        rows = t["values"].query("area_code == @self.code and period == @self.period")
        for other in (posts, t["weights"][["indicator_id", "share"]], rows):
            about = about.merge(other, "left", on="indicator_id")
        return about.set_index("indicator_id")

    @property
    def made_up(self) -> bool:
        """Whether the area's scores of the period rest on generated figures."""
        rows = self.tables["scores"].query("area_code == @self.code and period == @self.period")
        return bool(rows["illustrative"].eq(True).any())

    @cached_property
    def recipe(self) -> Recipe:
        """What the build scored by."""
        t, about = self.tables, self.tables["indicators"].set_index("id")
        parts = t["framework"]
        dimensions = pd.Index(parts["dimension"].unique())
        posts = t["goalposts"].set_index("indicator_id").loc[about.index]
        share = t["weights"].set_index("indicator_id")["share"].reindex(about.index).fillna(0.0)
        absent = np.zeros((len(self.periods), len(about)), bool)
        for row in records(t["not_collected"]):
            absent[self.periods.index(row.period), about.index == row.indicator_id] = True
        settings = self.edition["index"]
        return Recipe(
            best=posts["best_scored"].to_numpy(float),
            worst=posts["worst_scored"].to_numpy(float),
            share=share.to_numpy(float),
            component_of=pd.Index(parts["component"]).get_indexer(about["component"]),
            dimension_of=dimensions.get_indexer(parts["dimension"]),
            means=tuple(Mean(float(order)) for order in t["means"]["order"]),
            minimum=settings["minimum_indicators"],
            missing_components=settings.get("missing_components", 0),
            absent=absent if absent.any() else None,
        )

    @cached_property
    def periods(self) -> list[str]:
        """The edition's, in their order."""
        return [p["id"] for p in self.edition["periods"]]

    def faults(self, wanted: Mapping[str, float]) -> list[Fault]:
        """Find what of a scenario cannot be.

        Parameters
        ----------
        wanted : mapping of str to float
            Indicator to its figure in the scenario.

        Returns
        -------
        list of Fault
            A figure that is withheld or missing, that no score rests on, or beyond its bounds.
        """
        if self.edition["index"].get("shrinkage", "none") != "none":
            why = "can't be told: index: shrinkage in edition.yml draws figures towards each other"
            return [_fault(None, why)]
        f, found = self.figures, []
        here, rows = f["provenance"].notna().any(), _by_id(f)
        there = f["share"].gt(0) & f["value"].notna() & ~f["estimated"].eq(True)
        can = some(list(f.index[there]))
        for name, value in wanted.items():
            row, said = rows[name], f"{name}={value:.12g}"
            low, high = _bounds(row)
            if not row["share"] > 0:
                found.append(_fault(said, "is of an indicator that no score rests on", can))
            elif here and not there[name]:
                why = "withheld" if row["provenance"] == "suppressed" else "missing"
                found.append(_fault(said, f"has no figure to start from: it is {why}", can))
            elif not low <= value <= high:
                found.append(_fault(said, "is out of bounds", _between(low, high)))
            elif row["transform"] == "log" and max(value, row["least"]) <= -row["offset"]:
                why, allowed = "is scored by its logarithm", f"more than {-row['offset']:g}"
                found.append(_fault(said, f"{why}: it has none", allowed))
        return found

    def reckon(self, wanted: Mapping[str, float]) -> dict[str, Any]:
        """Reckon what would be scored.

        Parameters
        ----------
        wanted : mapping of str to float
            Indicator to its figure in the scenario; none with a fault.

        Returns
        -------
        dict
            ``figures``: of each set indicator ``value`` and ``score`` now and in the scenario, the
            change in ``people`` (homes, events) and whether it is ``capped``; ``scores``: the same
            of each component and dimension that it counts in, and of the index, with intervals and
            places in the current period.

        Notes
        -----
        Everything is as the build makes it: the treatment, then ``100 (x − worst) / (best −
        worst)`` within the goalposts, the shares, the means. What other areas have, estimates of
        other figures and the weights stay.
        """
        recipe, figures, at = self.recipe, self.figures, self.periods.index(self.period)
        built = self.tables["values"].query("area_code == @self.code")
        grid = built.pivot(index="period", columns="indicator_id", values="value_scored")
        now = grid.reindex(index=self.periods, columns=figures.index).to_numpy(float)
        then = now.copy()
        known = _by_id(figures)
        moved = np.array([list(known).index(name) for name in wanted], int)
        raw = figures["value"].to_numpy(float).copy()
        raw[moved] = list(wanted.values())
        # a figure that stays is not treated anew: not one digit of it changes
        changed = moved[raw[moved] != figures["value"].to_numpy(float)[moved]]
        then[at, changed] = _treatment(figures).apply(raw)[changed]
        before, after = (_at(score(x[:, None], recipe), at) for x in (now, then))
        points = [s.indicator[moved].tolist() for s in (before, after)]
        told = zip(wanted, raw[moved].tolist(), *points, after.capped[moved].tolist(), strict=True)
        rows = [_figure(known[name], name, *rest) for name, *rest in told]
        parts = self.tables["framework"]
        of = sorted({int(recipe.component_of[k]) for k in moved})
        above = sorted({int(recipe.dimension_of[c]) for c in of})
        names = {
            "component": list(parts["component"]),
            "dimension": list(parts["dimension"].unique()),
        }
        scores = [
            (names[level][k], level, *(float(getattr(s, level)[k]) for s in (before, after)))
            for level, places in (("component", of), ("dimension", above))
            for k in places
        ]
        scores.append(("index", "index", float(before.index), float(after.index)))
        return {"figures": rows, "scores": [self._placed(*s) for s in scores]}

    def _placed(self, element: str, level: str, before: float, after: float) -> dict[str, Any]:
        """Set a score now and then side by side, with intervals and places where there are any."""
        made: dict[str, Any] = {"element": element, "level": level}
        made |= {"now": {"score": _known(before)}, "scenario": {"score": _known(after)}}
        rows = self.tables["standing"].query("element == @element").reset_index(drop=True)
        at = np.flatnonzero(rows["area_code"] == self.code)
        if self.period != "current" or not at.size or np.isnan([before, after]).any():
            return made
        k = int(at[0])
        # the ends as pages print them: whoever reckons with those finds the same places
        ends = [rows[name].to_numpy(float).round(1) for name in ("low", "high")]
        rank, best, last = (float(rows[name][k]) for name in ("rank", "rank_low", "rank_high"))
        place = (rank, best, last)
        x = rows["score"].to_numpy(float)
        for name, value in (("now", before), ("scenario", after)):
            own = [np.clip(end[k] + (value - before), 0, 100) for end in ends]
            stays = value == before or np.isnan(rank)
            found = place if stays else moved_place(x, ends, place, k, x[k] + (value - before))
            keys = ("low", "high", "rank", "rank_low", "rank_high")
            made[name] |= dict(zip(keys, map(_known, (*own, *found)), strict=True))
        return made | {"of": int(np.isfinite(x).sum())}


def _at(scores: Scores, period: int) -> Scores:
    names = ("indicator", "component", "dimension", "index", "capped")
    return Scores(*(getattr(scores, name)[period, 0] for name in names))


def _treatment(figures: pd.DataFrame) -> Treatment:
    low, high = figures["least"].fillna(-np.inf), figures["most"].fillna(np.inf)
    none, names = np.zeros(len(figures), np.int64), tuple(figures["transform"])
    offset = figures["offset"].to_numpy(float)
    return Treatment(names, low.to_numpy(float), high.to_numpy(float), offset, none, names)


def _by_id(figures: pd.DataFrame) -> dict[str, Any]:
    return {str(name): row for name, row in figures.to_dict("index").items()}


def _figure(
    f: Mapping[str, Any], name: str, value: float, before: float, after: float, capped: bool
) -> dict[str, Any]:
    """Set a figure now and then side by side; people only where both counts are published."""
    counted = f["kind"] in COUNTED and np.isfinite(f["numerator"])
    people = (value - f["value"]) * f["denominator"] / f["per"] if counted else np.nan
    return {
        "indicator": name,
        "name": f["name"],
        "unit": f["unit"],
        "illustrative": bool(f["illustrative"]),
        "now": {"value": float(f["value"]), "score": _known(before)},
        "scenario": {"value": value, "score": _known(after)},
        "people": _known(people),
        "noun": f.get("noun", ""),
        "capped": capped,
    }


def _bounds(f: Mapping[str, Any]) -> tuple[float, float]:
    """Give what the register allows, and what shares and counts can be."""
    low, high = (float(f[name]) for name in ("valid_min", "valid_max"))
    low = 0.0 if f["kind"] in COUNTED and not low > 0 else low
    high = float(f["per"]) if f["kind"] == "proportion" and not high < f["per"] else high
    return (-np.inf if np.isnan(low) else low, np.inf if np.isnan(high) else high)


def _between(low: float, high: float) -> str:
    if np.isfinite([low, high]).all():
        return f"{low:g} to {high:g}"
    return f"{low:g} or more" if np.isfinite(low) else f"{high:g} or less"


def _fault(value: str | None, message: str, allowed: str | None = None) -> Fault:
    return Fault("command line", message, None, "--set", value, allowed)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
