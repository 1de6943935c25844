"""The explorer's data: one compact JSON of everything its page shows, taken from built tables."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from spi_core.explorer.codes import (
    FLAGS,
    Texts,
    flags_legend,
    ratings_legend,
    states_legend,
)
from spi_core.explorer.figures import columns, decimals_of, earlier
from spi_core.explorer.grids import WRITTEN, Level, explorer_levels
from spi_core.explorer.measures import Measure, measure_tree
from spi_core.explorer.notes import glossary, history, links, meta, targets
from spi_core.explorer.paths import shapes
from spi_core.explorer.places import places, sectors
from spi_core.explorer.texts import TEMPLATES, area_sentences, beside_reference, spread_sentences
from spi_core.present.base.edition import score_meaning
from spi_core.present.base.prose import fill, words_of
from spi_core.present.base.scale import similar_names
from spi_core.present.fellows.listed import fellows
from spi_core.store import Tables

VERSION = 1
ILLUSTRATIVE = FLAGS["illustrative"][0]


def explorer_data(tables: Tables) -> dict[str, Any]:
    """Gather everything the explorer shows.

    Parameters
    ----------
    tables : Tables
        A built edition; nothing else is read.

    Returns
    -------
    dict
        As ``explorer.schema.json`` describes; see ``docs/explorer-data.md``.
    """
    tree = measure_tree(tables)
    levels = explorer_levels(tables)
    unit = next(lv for lv in levels if lv.role == "evidence")
    texts = Texts()
    decimals = [decimals_of(m, levels) for m in tree]
    figures: dict[str, list[dict[str, Any] | None]] = {
        lv.id: [columns(lv, m, d, texts) for m, d in zip(tree, decimals, strict=True)]
        for lv in levels
    }
    years = {
        lv.id: [earlier(lv, m, d, texts) for m, d in zip(tree, decimals, strict=True)]
        for lv in levels
        if len(lv.history) + len(lv.long)
    }
    drawn = shapes({lv.id: _polygons(tables, lv) for lv in levels if f"map_{lv.id}" in tables})
    return {
        "schema": VERSION,
        "meta": meta(tables),
        "periods": tables.about["edition"]["periods"],
        "levels": [_level(lv, _above(lv, levels)) for lv in levels],
        "areas": {lv.id: _areas(lv, _above(lv, levels)) for lv in levels},
        "shapes": drawn,
        "measures": [
            _measure(m, d, {k: f[i] for k, f in figures.items()})
            for i, (m, d) in enumerate(zip(tree, decimals, strict=True))
        ],
        "figures": figures,
        "years": years,
        "texts": texts.all,
        "states": states_legend(),
        "flags": flags_legend(),
        "ratings": ratings_legend(),
        "peers": _peers(tables, unit),
        "recipe": _recipe(tables, tree, levels),
        "sentences": _sentences(tables, levels, tree, figures, decimals),
        "glossary": glossary(tables),
        "history": history(tables),
        "targets": targets(tables, tree, figures),
        "fellows": fellows(tables, [m.element for m in tree], decimals),
        "places": places(tables, unit, drawn),
        "postcodes": sectors(tables, levels),
        "links": links(tables, unit.areas),
    }


def explorer_json(data: dict[str, Any]) -> str:
    """Write the data as text, the same bytes for the same data.

    Parameters
    ----------
    data : dict
        As :func:`explorer_data` gives it.

    Returns
    -------
    str
        Compact; a number that is not finite raises ValueError.
    """
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _above(level: Level, levels: list[Level]) -> Level | None:
    """Find the level that a level's areas name as their parents."""
    parents = set(level.areas["parent_code"])
    larger = levels[: levels.index(level)]
    return next((lv for lv in larger[::-1] if parents & set(lv.areas["code"])), None)


def _level(level: Level, above: Level | None) -> dict[str, Any]:
    vintage = str(level.areas["vintage"].iloc[0])
    parent = above.id if above else None
    return {"id": level.id, "role": level.role, "above": parent, **level.words, "vintage": vintage}


def _areas(level: Level, above: Level | None) -> dict[str, Any]:
    """Name each area, its parent by position in the level above, and its population."""
    parents = {c: i for i, c in enumerate(above.areas["code"])} if above else {}
    people = level.areas["population"]
    return {
        "code": list(level.areas["code"]),
        "name": list(level.areas["name"]),
        "parent": [parents.get(c, -1) for c in level.areas["parent_code"]],
        "population": [int(p) if p == p else None for p in people],
    }


def _polygons(tables: Tables, level: Level) -> Any:
    return tables[f"map_{level.id}"].set_index("code").loc[list(level.areas["code"])]


def _measure(
    measure: Measure, decimals: int, found: dict[str, dict[str, Any] | None]
) -> dict[str, Any]:
    there = {level: columns for level, columns in found.items() if columns is not None}
    flags = "".join(f for columns in there.values() for f in columns.get("flags", []))
    return {
        "id": measure.id,
        "kind": measure.kind,
        "parent": measure.parent,
        "element": measure.element,
        "shows": "value" if measure.kind == "indicator" else "score",
        "decimals": decimals,
        "levels": list(there),
        "illustrative": any(int(f, 16) & ILLUSTRATIVE for f in set(flags)),
        **measure.facts,
    }


def _peers(tables: Tables, unit: Level) -> dict[str, Any]:
    place = {c: i for i, c in enumerate(unit.areas["code"])}
    found: list[list[int]] = [[] for _ in place]
    names: list[list[str]] = [[] for _ in place]
    for code, rows in tables["peers"].sort_values("order").groupby("area_code"):
        # those elsewhere have a name and no figures here
        found[place[code]] = [place[peer] for peer in rows["peer_code"] if peer in place]
        names[place[code]] = similar_names(rows)
    number = max((len(f) for f in names), default=0)
    rule = fill("explorer", "peers-rule", **{**words_of(tables), "n": str(number)})
    return {"near": found, "names": names, "rule": rule if number else ""}


def _recipe(tables: Tables, tree: list[Measure], levels: list[Level]) -> dict[str, Any]:
    """Give what a reader needs to weigh the components anew: means, tree, unrounded scores."""
    drawn = tables.about["edition"].get("index", {}).get("shrinkage", "none") != "none"
    means = tables["means"]
    order = means.set_index("level")["order"]
    place = {m.element: i for i, m in enumerate(tree)}
    framework = tables["framework"]
    scored = framework[framework["scored"]]
    names = list(scored["component"])
    scores = {
        lv.id: [[_exact(lv, name, period) for name in names] for period in range(len(lv.periods))]
        for lv in levels
        if lv.role != "detail"
    }
    return {
        # figures that are drawn towards each other before they are scored have no scenarios
        "component_order": None if drawn else float(order["component"]),
        "dimension_order": float(order["dimension"]),
        "index_order": float(order["index"]),
        "lowest": float(means["lowest"].max()),
        "scale": score_meaning(tables),
        "components": [place[n] for n in names],
        "dimensions": [place[d] for d in scored["dimension"]],
        "scores": scores,
    }


def _exact(level: Level, name: str, period: int) -> list[float | None]:
    """One component's scores in one period, with decimals that no rank depends on."""
    column = level.points[name]["score"][period]
    return [None if np.isnan(v) else round(v, 4) for v in column.tolist()]


def _sentences(
    tables: Tables,
    levels: list[Level],
    tree: list[Measure],
    figures: dict[str, list[dict[str, Any] | None]],
    decimals: list[int],
) -> dict[str, Any]:
    whole = tables.whole
    home = figures.get(whole.id, [None] * len(tree))
    written = [lv for lv in levels if len(lv.areas) <= WRITTEN and lv.role != "detail"]
    return {
        "areas": {
            lv.id: area_sentences(tables, lv, tree, figures[lv.id], home, decimals)
            for lv in written
        },
        "spread": {
            lv.id: spread_sentences(lv, tree, figures[lv.id], home, decimals, whole.one)
            for lv in levels
        },
        "beside": {lv.id: beside_reference(tables, lv, tree) for lv in levels},
        "templates": TEMPLATES,
    }
