"""Where people live, by names they know: postcodes, stations, parks, estates, streets, wards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np

from spi_core.explorer.grids import Level
from spi_core.store import Tables


def pack(pairs: dict[str, int]) -> dict[str, list[list[Any]]]:
    """Pack postcodes: one entry a sector, the last two letters of each postcode strung together.

    Parameters
    ----------
    pairs : dict of str to int
        Postcode to the position of its area.

    Returns
    -------
    dict of str to list
        Sector without its blank to pairs of an area's position and the letters of its postcodes.

    Examples
    --------
    >>> pack({"RM10 8AA": 3, "RM10 8AB": 3, "RM108XY": 5})
    {'RM108': [[3, 'AAAB'], [5, 'XY']]}
    """
    found: dict[str, dict[int, str]] = {}
    for postcode, area in sorted(pairs.items()):
        plain = "".join(postcode.split()).upper()
        units = found.setdefault(plain[:-2], {})
        units[area] = units.get(area, "") + plain[-2:]
    return {sector: [[a, u] for a, u in units.items()] for sector, units in sorted(found.items())}


def sectors(tables: Tables, levels: list[Level]) -> dict[str, Any] | None:
    """Pack the edition's postcodes, where it has any.

    Parameters
    ----------
    tables : Tables
        The edition's tables; ``postcodes`` has ``postcode`` and ``area_code``.
    levels : list of Level
        Levels of the explorer, from large to small.

    Returns
    -------
    dict or None
        ``level`` that the positions are of, the smallest that holds every postcode's area, and
        ``sectors``.
    """
    if "postcodes" not in tables:
        return None
    frame = tables["postcodes"]
    for level in levels[::-1]:
        at = positions(tables, frame["area_code"], level)
        if -1 not in at:
            return {
                "level": level.id,
                "sectors": pack(dict(zip(frame["postcode"], at, strict=True))),
            }
    return None


def positions(tables: Tables, codes: Iterable[str], level: Level) -> list[int]:
    """Find the area of a level that each code is, or lies in; -1 where it is a larger one."""
    place = {c: i for i, c in enumerate(level.areas["code"])}
    parent = dict(zip(tables["areas"]["code"], tables["areas"]["parent_code"], strict=True))
    found = []
    for code in codes:
        while code and code not in place:
            code = parent.get(code, "")
        found.append(place.get(code, -1))
    return found


def places(tables: Tables, unit: Level, shapes: dict[str, Any] | None) -> dict[str, Any] | None:
    """List the named places of the edition, where it has any.

    Parameters
    ----------
    tables : Tables
        The edition's tables; ``places`` has a row a place and area that it lies in.
    unit : Level
        What the positions are of.
    shapes : dict or None
        The map's grid, as :func:`spi_core.explorer.paths.shapes` gives it.

    Returns
    -------
    dict or None
        Columns ``name, kind, area, share`` (of the area, 0 where not known), ``note`` and ``at``
        (on the map, ``[x, y]`` or None), and ``sources``.
    """
    if "places" not in tables:
        return None
    frame = tables["places"]
    given = frame.reindex(columns=["lon", "lat", "share", "note", "source"])
    at: list[list[int] | None] = [None] * len(frame)
    if shapes is not None:
        points = gpd.GeoSeries.from_xy(given["lon"].astype(float), given["lat"].astype(float))
        there = points.set_crs(4326).to_crs(shapes["crs"])
        x = ((there.x - shapes["west"]) / shapes["metres"]).round().to_numpy()
        y = ((shapes["north"] - there.y) / shapes["metres"]).round().to_numpy()
        inside = (x >= 0) & (x <= shapes["width"]) & (y >= 0) & (y <= shapes["height"])
        at = [[int(a), int(b)] if i else None for a, b, i in zip(x, y, inside, strict=True)]
    return {
        "name": list(frame["name"]),
        "kind": list(frame["kind"]),
        "area": positions(tables, frame["area_code"], unit),
        "share": [float(np.nan_to_num(s)) for s in given["share"].astype(float)],
        "note": [n if isinstance(n, str) else "" for n in given["note"]],
        "at": at,
        "sources": sorted({s for s in given["source"] if isinstance(s, str) and s}),
    }
