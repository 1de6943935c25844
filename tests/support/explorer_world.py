"""Built tables of made-up places of any size: random figures in the form of a real build."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spi_core.build.shown.counts import beside, with_intervals
from spi_core.build.shown.elements import elements_table
from spi_core.store import Tables
from spi_core.tables import empty_table

BOROUGH = "E09000098"
DIMENSIONS = ("Basic Human Needs", "Foundations of Wellbeing", "Opportunity")
COLUMNS = (
    *("publisher_or_owner", "source_dataset", "update_frequency", "finest_level", "licence"),
    *("disclosure_rule", "partner", "manifesto_theme", "rationale", "transform"),
)


class MadeTables(Tables):
    """Tables that were never written; they behave as those that were."""

    def __init__(self, frames: dict[str, Any], about: dict[str, Any]) -> None:
        self.frames, self.about, self.folder = frames, about, Path("nowhere") / "tables"

    def __getitem__(self, name: str) -> Any:
        return self.frames[name].copy() if name in self.frames else empty_table(name)

    def rows(self, name: str) -> Any:
        return self.frames[name].to_dict("records")

    def __iter__(self) -> Any:
        return iter(self.frames)

    def __contains__(self, name: object) -> bool:
        return name in self.frames

    def __len__(self) -> int:
        return len(self.frames)


@dataclass(frozen=True)
class Size:
    """How much there is: 84 indicators, 12 components, 3 dimensions and the index make 100."""

    wards: int = 19
    lsoas: int = 131
    indicators: int = 84
    periods: int = 3


def made_tables(
    rng: np.random.Generator, size: Size = Size(), names: Sequence[str] = ()
) -> MadeTables:
    """Make the tables of a place.

    Parameters
    ----------
    rng : Generator
        What the figures are drawn from.
    size : Size
        How many of what.
    names : sequence of str
        Given to the first wards, to the first indicators and to whoever made them.
    """
    maps, areas = _places(rng, size, names)
    periods = [("baseline", "2012"), *((f"year{i}", f"201{i}") for i in range(3, size.periods + 1))]
    periods = [*periods[: size.periods - 1], ("current", "2016")]
    framework, indicators = _framework(size, names)
    frames = {
        "areas": areas,
        "framework": framework.assign(contents=""),
        "indicators": indicators,
        **_about_indicators(indicators, [p for p, _ in periods], names),
        **_figures(rng, areas, indicators, framework, [p for p, _ in periods]),
        "peers": _peers(rng, areas),
        "means": pd.DataFrame(
            {
                "level": ["component", "dimension", "index"],
                "mean": "arithmetic mean",
                "order": 1.0,
                "lowest": 0.0,
            }
        ),
        "comparisons": empty_table("comparisons"),
        "scores_comparable": empty_table("scores_comparable"),
        "reference_scores": empty_table("reference_scores"),
        **{f"map_{level}": frame for level, frame in maps.items()},
    }
    register = indicators.set_index("id").assign(valid_min=0.0, valid_max=np.nan)
    for name in ("values", "small_area_values"):
        plain = frames[name].assign(estimated=False)
        model = pd.DataFrame({"indicator_id": register.index, "error": "counts", "phi": 1.0})
        sure = with_intervals(plain, register, model, empty_table("errors"))
        sure = sure.drop(columns="estimated")
        home = sure if name == "values" else frames["values"]
        frames[name] = beside(sure, home[home["area_code"] == BOROUGH])
    frames["elements"] = elements_table(frames)
    return MadeTables(frames, _about(periods, names))


def _about(periods: list[tuple[str, str]], names: Sequence[str]) -> dict[str, Any]:
    edition = {
        "id": "made-up",
        "title": names[0] if names else "Made-up borough",
        "area": BOROUGH,
        "edition_year": "2016",
        "illustrative": True,
        "geography": {"vintage": "2022", "levels": ["borough", "ward", "lsoa"]},
        "periods": [{"id": i, "label": label} for i, label in periods],
        "contact": names[0] if names else "Nobody",
        "licence": "OGL v3",
        "attribution": "Made up for tests.",
    }
    return {"edition": edition, "data_version": "0000000", "software": "0"}


def _places(
    rng: np.random.Generator, size: Size, names: Sequence[str]
) -> tuple[dict[str, gpd.GeoDataFrame], pd.DataFrame]:
    """Draw small areas around random points, and join them to wards around some of these."""
    side = 200.0 * size.lsoas**0.5
    points = rng.uniform(0, side, (size.lsoas, 2)) + np.array([530000.0, 180000.0])
    box = shapely.box(*points.min(axis=0) - 100, *points.max(axis=0) + 100)
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=box, ordered=True)
    small = shapely.intersection(shapely.get_parts(cells), box)
    seats = points[: size.wards]
    ward = ((points[:, None] - seats[None]) ** 2).sum(axis=2).argmin(axis=1)
    codes = {
        "lsoa": np.array([f"E01{i:06d}" for i in range(size.lsoas)]),
        "ward": np.array([f"E05{i:06d}" for i in range(size.wards)]),
    }
    joined = np.array([shapely.union_all(small[ward == w]) for w in range(size.wards)])
    shapes = {"borough": [shapely.union_all(joined)], "ward": joined, "lsoa": small}
    listed = {"borough": [BOROUGH], **codes}
    maps = {
        level: gpd.GeoDataFrame({"code": listed[level]}, geometry=list(shapes[level]), crs=27700)
        for level in shapes
    }
    people = rng.integers(1000, 2500, size.lsoas)
    wards = [n for n, _ in itertools.zip_longest(names[: size.wards], range(size.wards))]
    named = {
        "borough": ["Made-up borough"],
        "ward": [n or f"Ward {i}" for i, n in enumerate(wards)],
        "lsoa": [f"Made-up {i:04d}" for i in range(size.lsoas)],
    }
    parents = {"borough": [""], "ward": [BOROUGH] * size.wards, "lsoa": codes["ward"][ward]}
    counts = {
        "borough": [people.sum()],
        "ward": np.bincount(ward, weights=people, minlength=size.wards),
        "lsoa": people,
    }
    rows = [
        pd.DataFrame(
            {
                "code": listed[level],
                "name": named[level],
                "level": level,
                "vintage": "2022",
                "parent_code": parents[level],
                "population": np.asarray(counts[level], float),
                "scored": True,
            }
        )
        for level in shapes
    ]
    return maps, pd.concat(rows, ignore_index=True)


def _framework(size: Size, names: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    components = [f"Component {i}" for i in range(12)]
    home = np.arange(size.indicators) * 12 // size.indicators
    count = np.bincount(home, minlength=12)
    framework = pd.DataFrame(
        {
            "component": components,
            "dimension": [DIMENSIONS[i // 4] for i in range(12)],
            "indicators": count,
            "comparable_indicators": count,
            "scored": True,
            "note": "",
            "contents": "made-up figures",
        }
    )
    given = [n for n, _ in itertools.zip_longest(names, range(size.indicators))]
    indicators = pd.DataFrame(
        {
            "id": [f"indicator_{i:03d}" for i in range(size.indicators)],
            "name": [
                n or f"Made-up figure number {i}, of those who live here"
                for i, n in enumerate(given[: size.indicators])
            ],
            "component": [components[h] for h in home],
            "dimension": [DIMENSIONS[h // 4] for h in home],
            "description": "Of all residents of the area, the share to whom this figure applies.",
            "unit": "% of residents",
            "polarity": np.where(np.arange(size.indicators) % 3, -1, 1),
            "numerator": names[0] if names else "Residents to whom it applies",
            "denominator": "All residents",
            "kind": "proportion",
            "per": 100.0,
            "access": "public",
            **dict.fromkeys(COLUMNS, names[0] if names else "made up"),
            "interval": "wilson",
        }
    )
    return framework, indicators


def _about_indicators(
    indicators: pd.DataFrame, periods: list[str], names: Sequence[str]
) -> dict[str, pd.DataFrame]:
    ids = indicators["id"]
    pairs = list(itertools.product(ids, periods))
    who = names[0] if names else "An expert"
    return {
        "goalposts": pd.DataFrame(
            {
                "indicator_id": ids,
                "worst": 60.0,
                "best": 5.0,
                "basis": "target",
                "reason": "Made up.",
            }
        ),
        "weights": pd.DataFrame(
            {
                "indicator_id": ids,
                "component": indicators["component"],
                "share": 1 / 7,
                "method": "equal",
                "reason": "made up",
                "fitted_on": "nothing",
            }
        ),
        "dates": pd.DataFrame(
            {
                "indicator_id": [i for i, _ in pairs],
                "period": [p for _, p in pairs],
                "period_label": [p for _, p in pairs],
                "start": pd.Timestamp("2012-01-01"),
                "end": pd.Timestamp("2016-12-31"),
            }
        ),
        "signoff": pd.DataFrame(
            {
                "indicator_id": ids[:1],
                "expert": who,
                "organisation": who,
                "date": "2016-01-01",
                "caveat": who,
            }
        ),
        "corrections": pd.DataFrame(
            {"date": ["2016-02-02"], "table": ["values"], "what": [who], "why": [who]}
        ),
    }


def _peers(rng: np.random.Generator, areas: pd.DataFrame) -> pd.DataFrame:
    wards = list(areas.loc[areas["level"] == "ward", "code"])
    n, names = min(5, len(wards) - 1), areas.set_index("code")["name"]
    rows = pd.DataFrame(
        [
            {"area_code": w, "order": k, "peer_code": p, "name": names[p], "place": ""}
            for w in wards
            for k, p in enumerate(rng.choice([x for x in wards if x != w], n, replace=False), 1)
        ]
    )
    if n > 2:  # the furthest lies elsewhere
        rows.loc[rows["order"] == n, ["peer_code", "name", "place"]] = ["X", "Upton", "Westham"]
    return rows


#: Composites whose earlier scores cannot stand beside the latest.
APART = ("index", "Opportunity")


def _figures(
    rng: np.random.Generator,
    areas: pd.DataFrame,
    indicators: pd.DataFrame,
    framework: pd.DataFrame,
    periods: list[str],
) -> dict[str, pd.DataFrame]:
    small = list(areas.loc[areas["level"] == "lsoa", "code"])
    large = list(areas.loc[areas["level"] != "lsoa", "code"])
    wards = list(areas.loc[areas["level"] == "ward", "code"])
    levels = {
        **dict.fromkeys(framework["component"], "component"),
        **dict.fromkeys(DIMENSIONS, "dimension"),
        "index": "index",
    }
    composites, ids = list(levels), list(indicators["id"])
    whole = _cells(("area_code", large), ("period", periods), ("element", [*DIMENSIONS, "index"]))
    return {
        "completeness": whole.assign(level=whole["element"].map(levels), parts=1, of=1, lacking=""),
        "not_collected": pd.DataFrame(columns=["period", "indicator_id", "component"]),
        "values": _values(rng, periods, large, ids, 4000),
        "small_area_values": _values(rng, periods, small, ids, 400),
        "scores": _scores(rng, periods, large, composites).assign(
            level=lambda f: f["element"].map(levels)
        ),
        "small_area_scores": _scores(rng, periods, small, composites),
        "standing": _standing(rng, wards, composites, levels),
        "changes": _changes(rng, large, composites, "element").assign(
            level=lambda f: f["element"].map(levels), parts=3, of=3
        ),
        "indicator_changes": _changes(rng, large, ids, "indicator_id"),
        "contributions": pd.DataFrame(
            list(itertools.product(wards, ids)), columns=["area_code", "indicator_id"]
        ).assign(points=0.1),
    }


def _cells(*axes: tuple[str, Sequence[str]]) -> pd.DataFrame:
    names, values = [n for n, _ in axes], [list(v) for _, v in axes]
    return pd.MultiIndex.from_product(values, names=names).to_frame(index=False)


def _values(
    rng: np.random.Generator, periods: list[str], codes: list[str], ids: list[str], base: int
) -> pd.DataFrame:
    cells = _cells(("period", periods), ("area_code", codes), ("indicator_id", ids))
    n = len(cells)
    top = rng.binomial(base, rng.uniform(0.05, 0.5, n)).astype(float)
    kind = rng.choice(
        ["observed", "illustrative", "suppressed", "missing"], n, p=[0.8, 0.15, 0.03, 0.02]
    )
    shown = (kind == "observed") | (kind == "illustrative")
    value = np.where(shown, 100 * top / base, np.nan)
    return cells.assign(
        value=value,
        numerator=np.where(shown, top, np.nan),
        denominator=np.where(shown, float(base), np.nan),
        score=np.clip(100 * (60 - value) / 55, 0, 100),
        provenance=kind,
        illustrative=kind == "illustrative",
        capped=value < 5,
    )


def _scores(
    rng: np.random.Generator, periods: list[str], codes: list[str], names: list[str]
) -> pd.DataFrame:
    cells = _cells(("period", periods), ("area_code", codes), ("element", names))
    # of the index and one dimension, earlier scores rest on other figures than the latest
    apart = cells["element"].isin(APART) & (cells["period"] != periods[-1])
    score = rng.uniform(20, 80, len(cells))
    return cells.assign(score=score, illustrative=True, same_figures=~apart)


def _standing(
    rng: np.random.Generator, wards: list[str], names: list[str], levels: dict[str, str]
) -> pd.DataFrame:
    cells = _cells(("element", names), ("area_code", wards))
    n, score = len(cells), rng.uniform(20, 80, len(cells))
    rank = cells.assign(score=score).groupby("element")["score"].rank(ascending=False)
    top = rank.max()
    wide = {"low": score - 3, "high": score + 3, "whole": 50.0, "difference": score - 50}
    return cells.assign(
        level=cells["element"].map(levels),
        score=score,
        **wide,
        difference_low=score - 53,
        difference_high=score - 47,
        rank=rank,
        rank_low=np.maximum(rank - 2, 1),
        rank_high=np.minimum(rank + 2, top),
        quarter=np.ceil(4 * rank / top),
        peers_median=50.0,
        peers_difference=score - 50,
        peers_low=score - 54,
        peers_high=score - 46,
        rating=rng.choice(["strength", "similar", "weakness", "not rated"], n),
        reason="",
        parts=1.0,
        of=1.0,
        illustrative=True,
    )


def _changes(
    rng: np.random.Generator, codes: list[str], names: list[str], key: str
) -> pd.DataFrame:
    cells = _cells((key, names), ("area_code", codes))
    change = rng.normal(0, 4, len(cells))
    rated = np.where(np.abs(change) < 3, "no clear change", "clear improvement")
    return cells.assign(
        baseline=50.0,
        current=50 + change,
        change=change,
        low=change - 3,
        high=change + 3,
        rating=np.where(change < -3, "clear decline", rated),
        reason="",
        known=1.0,
        relative=change - 1,
        relative_low=change - 5,
        relative_high=change + 3,
        relative_rating=np.where(change < -3, "clear decline", "no clear change"),
        illustrative=True,
    )
