"""Everything the explorer shows as one flat table, and its boundaries for other maps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import shapely

from spi_core.store import Tables
from spi_core.text.cells import csv_text

PERIOD = ("value", "value_low", "value_high", "score")
CURRENT = (
    *("low", "high", "difference", "difference_low", "difference_high", "rank", "rank_low"),
    *("rank_high", "quarter", "peers_median", "peers_difference", "peers_low", "peers_high"),
)
CHANGE = ("change", "change_low", "change_high", "comparable_baseline", "comparable_current")
HEAD = (
    *("edition", "data_version", "level", "area_code", "area_name", "measure", "name", "kind"),
    *("period", "period_label", "unit", *PERIOD, "state", "capped", "low_reliability"),
    *("illustrative", *CURRENT, "rating", "rating_reason", *CHANGE, "change_rating"),
    "change_reason",
)
#: About 0.1 m, finer than the boundaries are drawn.
DEGREES = 6


def flat_csv(data: dict[str, Any]) -> str:
    """Write the explorer's figures as one table, a row an area, measure and period.

    Returns
    -------
    str
        CSV with a header row. Standing and change stand in the rows of the last period.
    """
    rows = [
        row
        for level, measures in data["figures"].items()
        for measure, columns in zip(data["measures"], measures, strict=True)
        if columns is not None
        for row in _rows(data, level, measure, columns)
    ]
    return csv_text(pd.DataFrame(rows, columns=list(HEAD), dtype=object))


def _rows(
    data: dict[str, Any], level: str, measure: dict[str, Any], columns: dict[str, Any]
) -> Iterator[list[Any]]:
    areas, meta = data["areas"][level], data["meta"]
    last = len(data["periods"]) - 1
    for p, period in enumerate(data["periods"]):
        for i, (code, name) in enumerate(zip(areas["code"], areas["name"], strict=True)):
            flag = int(columns["flags"][p][i], 16) if "flags" in columns else 0
            yield [
                *(meta["id"], meta["data_version"], level, code, name, measure["id"]),
                *(measure["name"], measure["kind"], period["id"], _label(measure, p, period)),
                measure["unit"],
                *(columns[k][p][i] if k in columns else None for k in PERIOD),
                data["states"][columns["state"][p][i]]["word"],
                *("yes" if flag & bit else "no" for bit in (1, 2, 4)),
                *_once(data, columns, i if p == last else None),
            ]


def _label(measure: dict[str, Any], at: int, period: dict[str, str]) -> str:
    own = measure.get("page", {}).get("periods", [None] * (at + 1))[at]
    return str(own["label"] if own else period["label"])


def _once(data: dict[str, Any], columns: dict[str, Any], at: int | None) -> list[Any]:
    """Columns that speak of the current period or of the change only."""
    found: list[Any] = []
    for names, kind in ((CURRENT, "rating"), (CHANGE, "change_rating")):
        found += [columns[k][at] if at is not None and k in columns else None for k in names]
        rated = at is not None and kind in columns
        found.append(data["ratings"][columns[kind][at]]["word"] if rated else None)
        place = columns.get(
            kind.replace("rating", "reason") if kind != "rating" else "rating_reason"
        )
        why = place[at] if place and at is not None else -1
        found.append(data["texts"][why] if why >= 0 else None)
    return found


def area_features(tables: Tables, data: dict[str, Any], level: str) -> str:
    """Write one level's boundaries as GeoJSON.

    Parameters
    ----------
    level : str
        One that has boundaries.

    Returns
    -------
    str
        Longitude and latitude, as the format demands (RFC 7946); ``code`` and ``name``.
    """
    frame = tables[f"map_{level}"].set_index("code").loc[data["areas"][level]["code"]]
    shapes = shapely.set_precision(frame.to_crs(4326).geometry.to_numpy(), 10.0**-DEGREES)
    texts = shapely.to_geojson(shapely.orient_polygons(shapes))
    features = [
        {"type": "Feature", "properties": {"code": c, "name": n}, "geometry": json.loads(g)}
        for c, n, g in zip(frame.index, data["areas"][level]["name"], texts, strict=True)
    ]
    whole = {
        "type": "FeatureCollection",
        "attribution": data["meta"]["attribution"],
        "features": features,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
