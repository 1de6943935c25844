"""Boundaries as paths: neighbours still meet, arrow keys lead everywhere."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spi_core.explorer.paths import GRID, neighbours, outline, paths, shapes
from tests.support.explorer_world import Size, made_tables


def _polygon(path: str) -> shapely.Geometry:
    """Read a path back, the slow way."""
    rings = []
    for part in re.findall(r"M([^Mz]*)z", path):
        start, steps = part.split("l")
        numbers = [int(n) for n in re.findall(r"-?\d+", steps)]
        moves = np.array(numbers).reshape(-1, 2)
        first = np.array([int(n) for n in re.findall(r"-?\d+", start)])
        rings.append(np.vstack([first, first + moves.cumsum(axis=0)]))
    whole = shapely.Polygon(rings[0])
    for ring in rings[1:]:
        whole = whole.symmetric_difference(shapely.Polygon(ring))
    return whole


@pytest.fixture(scope="module")
def maps() -> dict[str, gpd.GeoDataFrame]:
    tables = made_tables(np.random.default_rng(2), Size(wards=9, lsoas=60, indicators=12))
    return {level: tables[f"map_{level}"] for level in ("borough", "ward", "lsoa")}


def test_simplified_neighbours_leave_no_gap_and_do_not_overlap(
    maps: dict[str, gpd.GeoDataFrame],
) -> None:
    drawn = shapes(maps)
    for level, found in drawn["levels"].items():
        polygons = np.array([_polygon(d) for d in found["d"]])
        assert shapely.coverage_is_valid(polygons), level
        whole = shapely.union_all(polygons)
        assert shapely.get_num_geometries(whole) == 1
        # a gap between neighbours would be a hole that the borough does not have
        assert shapely.get_num_interior_rings(whole) == 0
        assert shapely.area(polygons).sum() == pytest.approx(whole.area)


def test_paths_lie_where_the_areas_lie(maps: dict[str, gpd.GeoDataFrame]) -> None:
    drawn = shapes(maps)
    unit, west, north = drawn["metres"], drawn["west"], drawn["north"]
    for level, frame in maps.items():
        found = drawn["levels"][level]
        for true, d, (x, y) in zip(frame.geometry, found["d"], found["centre"], strict=True):
            back = shapely.transform(
                _polygon(d),
                lambda xy: np.column_stack([xy[:, 0] * unit + west, north - xy[:, 1] * unit]),
            )
            assert back.symmetric_difference(true).area < 0.1 * true.area
            assert shapely.Point(x * unit + west, north - y * unit).within(true.buffer(unit))


def test_the_longer_side_fills_the_grid(maps: dict[str, gpd.GeoDataFrame]) -> None:
    drawn = shapes(maps)
    assert max(drawn["width"], drawn["height"]) == GRID


def test_arrows_lead_from_every_area_to_every_other(maps: dict[str, gpd.GeoDataFrame]) -> None:
    found = shapes(maps)["levels"]["lsoa"]["neighbours"]
    assert all(a in found[b] for a, near in enumerate(found) for b in near)
    reached, edge = {0}, [0]
    while edge:
        edge = [b for a in edge for b in found[a] if b not in reached]
        reached |= set(edge)
    assert len(reached) == len(found)


def test_a_corner_is_no_border_but_an_island_has_a_way_off() -> None:
    boxes = [(0, 0), (1, 0), (1, 1), (9, 9)]
    squares = np.array([shapely.box(x, y, x + 1, y + 1) for x, y in boxes])
    assert neighbours(squares) == [[1], [0, 2], [1, 3], [2]]


def test_points_that_rounding_joins_are_dropped() -> None:
    ring = np.array([[0, 0], [0, 0], [4, 0], [4, 5], [0, 5], [0, 0]], float)
    assert outline(ring) == "M0 0l4 0 0 5-4 0z"
    assert outline(np.array([[1, 1], [1, 1], [2, 2], [1, 1]], float)) == ""


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), min_size=3, max_size=12))
def test_a_path_can_be_read_back(points: list[tuple[int, int]]) -> None:
    hull = shapely.convex_hull(shapely.multipoints(points))
    if hull.geom_type == "Polygon":
        assert shapely.equals(_polygon(paths([hull])[0]), hull)
