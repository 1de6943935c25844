"""Boundaries as SVG paths on whole numbers: simplified together, so that neighbours still meet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

#: Longer side of the map's own grid; a phone and a printed page need no finer one.
GRID = 2000
#: Simplification of the finest level, as a share of the map's longer side.
TOLERANCE = 0.0015
#: Of more areas than this each is small: their outlines are drawn with fewer points.
MANY, COARSER = 150, 1.6


def shapes(levels: dict[str, gpd.GeoDataFrame], grid: int = GRID) -> dict[str, Any] | None:
    """Project every level's polygons onto one grid and write them as SVG paths.

    Parameters
    ----------
    levels : dict of str to GeoDataFrame
        Polygons of each level in British National Grid, in the order of its areas.
    grid : int
        Units along the longer side.

    Returns
    -------
    dict or None
        None without any. ``width, height`` of the grid; ``west, north`` and ``metres`` a unit, to
        get back to eastings and northings; per level ``d`` (paths), ``centre`` (a point inside each
        area) and
        ``neighbours`` (positions of the areas that share a border).
    """
    if not levels:
        return None
    west, south, east, north = (
        f(b) for f, b in zip((min, min, max, max), _bounds(levels), strict=True)
    )
    metres = max(east - west, north - south) / grid
    drawn: dict[str, Any] = {}
    for level, frame in levels.items():
        geometry = np.asarray(frame.geometry)
        coarser = COARSER if len(geometry) > MANY else 1
        fine = shapely.coverage_simplify(geometry, TOLERANCE * coarser * metres * grid)
        units = shapely.transform(fine, lambda xy: _to_grid(xy, west, north, metres))
        drawn[level] = {
            "d": paths(units),
            "centre": _centres(units),
            "neighbours": neighbours(geometry),
        }
    size = [round((east - west) / metres), round((north - south) / metres)]
    return {
        "crs": "EPSG:27700",
        "width": size[0],
        "height": size[1],
        "west": round(west, 1),
        "north": round(north, 1),
        "metres": metres,
        "levels": drawn,
    }


def _bounds(levels: dict[str, gpd.GeoDataFrame]) -> NDArray[np.float64]:
    return np.array([f.total_bounds for f in levels.values()]).T


def _to_grid(
    xy: NDArray[np.float64], west: float, north: float, metres: float
) -> NDArray[np.float64]:
    out = np.empty_like(xy)
    out[:, 0], out[:, 1] = (xy[:, 0] - west) / metres, (north - xy[:, 1]) / metres
    return np.asarray(np.rint(out))


def paths(polygons: Iterable[Any]) -> list[str]:
    """Write polygons as SVG paths: absolute starts, then steps.

    Parameters
    ----------
    polygons : iterable of Polygon or MultiPolygon
        On a grid of whole numbers.

    Returns
    -------
    list of str
        One path a polygon, for ``fill-rule: evenodd``.

    Examples
    --------
    >>> import shapely
    >>> paths([shapely.box(0, 0, 2, 3)])
    ['M2 0l0 3-2 0 0-3z']
    """
    return ["".join(outline(ring) for ring in _rings(p)) for p in polygons]


def _rings(polygon: Any) -> list[NDArray[np.float64]]:
    parts = shapely.get_parts(polygon)
    rings = shapely.get_rings(parts)
    return [shapely.get_coordinates(r) for r in rings]


def outline(ring: NDArray[np.float64]) -> str:
    """Write one closed ring; points that rounding has made equal are dropped.

    Parameters
    ----------
    ring : ndarray, shape (points, 2)
        Whole numbers, first point repeated at the end.

    Returns
    -------
    str
        Empty where fewer than three points are left.
    """
    steps = np.diff(ring, axis=0)
    keep = steps.any(axis=1)
    moves = steps[keep].astype(int)
    if len(moves) < 3:
        return ""
    x, y = (int(v) for v in ring[0])
    text = " ".join(f"{dx} {dy}" for dx, dy in moves[:-1].tolist())
    return f"M{x} {y}l{text.replace(' -', '-')}z"


def _centres(polygons: NDArray[Any]) -> list[list[int]]:
    points = shapely.get_coordinates(shapely.point_on_surface(polygons))
    return [[round(x), round(y)] for x, y in points.tolist()]


def neighbours(polygons: NDArray[Any]) -> list[list[int]]:
    """List for each polygon those that share a stretch of border with it.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon
        A coverage.

    Returns
    -------
    list of list of int
        Positions, sorted. Polygons that meet in one point are no neighbours, unless an area has
        no other: an arrow key must lead on from everywhere. An island leads to the nearest area.
    """
    tree = shapely.STRtree(polygons)
    left, right = tree.query(polygons, predicate="intersects")
    apart = left != right
    left, right = left[apart], right[apart]
    shared = shapely.length(shapely.intersection(polygons[left], polygons[right])) > 0
    found: list[set[int]] = [set() for _ in polygons]
    for a, b in zip(left[shared].tolist(), right[shared].tolist(), strict=True):
        found[a].add(b)
    for a, b in zip(left[~shared].tolist(), right[~shared].tolist(), strict=True):
        if not found[a]:
            found[a].add(b)
            found[b].add(a)
    _join_islands(polygons, found)
    return [sorted(f) for f in found]


def _join_islands(polygons: NDArray[Any], found: list[set[int]]) -> None:
    if len(polygons) < 2:
        return
    for a, near in enumerate(found):
        if not near:
            distance = shapely.distance(polygons[a], polygons)
            distance[a] = np.inf
            b = int(np.argmin(distance))
            near.add(b)
            found[b].add(a)
