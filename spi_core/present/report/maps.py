"""Maps of the whole: areas filled by the quarter they fall in, named on the map."""

from __future__ import annotations

import textwrap
from itertools import product
from typing import Any

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from spi_core.levels import Level
from spi_core.present.base.canvas import MANY, box, laid_over, words
from spi_core.present.base.page import Picture
from spi_core.present.base.polygons import draw_areas, inside, map_page, rim
from spi_core.present.base.theme import chart_style, colour
from spi_core.present.base.words import QUARTERS
from spi_core.present.report.captions import map_alt
from spi_core.present.report.data import BoroughReport
from spi_core.present.report.quarters import quarter_caption, quarter_ranges
from spi_core.tables import records

#: One fill a quarter, from dark (1, highest) to light: in order even without colour vision.
QUARTER_FILL = {0: "#F3F2F1", 1: "#12436D", 2: "#3B78AC", 3: "#A9CBE8", 4: "#EAF2F9"}


#: Metres of a border's detail that a map of this size can't show.
DETAIL = 12.0
#: Points of names, the largest that has room is taken; places that are tried on an area's box.
SIZES, GRID = (6.4, 5.8, 5.2, 4.8), 31
#: How an area's score and its name stand on it.
SCORE: dict[str, Any] = {
    "xytext": (0, -1.5), "textcoords": "offset points", "va": "top", "ha": "center",
    "fontsize": 8, "weight": "bold",
}  # fmt: skip
NAME: dict[str, Any] = {
    "xytext": (0, -1), "textcoords": "offset points", "va": "bottom", "ha": "center",
    "linespacing": 0.95,
}  # fmt: skip
#: Hatching of areas without a figure, and of areas whose figure is withheld.
MISSING, SUPPRESSED = "////", "xxx"


def quarter_text(quarter: int) -> str:
    """Colour of text that can be read on a quarter's fill.

    Parameters
    ----------
    quarter : {1, 2, 3, 4}
        1 the highest.

    Returns
    -------
    str
        White or the colour of ink.
    """
    return colour("white") if quarter in (1, 2) else colour("ink")


def quarters(report: BoroughReport, across: float) -> Picture:
    """Show the quarters of the areas on a map, where the edition has boundaries.

    Parameters
    ----------
    across : float
        Width of the map itself on the wide page, millimetres.
    """
    words = {"message": quarter_caption(report)}
    if not report.mapped:
        return Picture(None, words=words)
    wards, missing = gpd.GeoDataFrame(report.wards), gpd.GeoDataFrame(report.missing)
    return Picture(
        lambda narrow: ward_map(wards, report.quarters, report.unit, across, narrow, missing),
        map_alt(report),
        wards["illustrative"],
        words,
    )


def spots(report: BoroughReport, across: float, narrow: bool) -> tuple[str, list[list[Any]]]:
    """Find where the areas lie on the drawing of :func:`quarters`, for links that lie on it.

    Returns
    -------
    str
        Width over height of the drawing.
    list
        Code, name, and per cent from its left and from its top.
    """
    areas = gpd.GeoDataFrame(pd.concat([report.wards, report.missing]))
    width = 88.0 if narrow else 170.0
    fig, ax, height = map_page(areas, width if narrow else across, width)
    draw_areas(ax, areas)
    at = ax.transData.transform([inside(shape) for shape in areas.geometry]) / fig.bbox.size
    plt.close(fig)  # it is only measured
    places = np.column_stack([100 * at[:, 0], 100 * (1 - at[:, 1])]).round(1).tolist()
    return f"{width:g} / {height:.1f}", [
        [area.code, area.name, *place] for area, place in zip(records(areas), places, strict=True)
    ]


def ward_map(
    wards: gpd.GeoDataFrame,
    quarters: pd.DataFrame,
    unit: Level,
    across: float = 100,
    narrow: bool = False,
    missing: gpd.GeoDataFrame | None = None,
) -> Figure:
    """Fill every area by its quarter; name and score stand on it.

    Parameters
    ----------
    wards : GeoDataFrame
        ``name, score, quarter`` and the polygon.
    quarters : DataFrame
        ``quarter, areas, lowest, highest``.
    unit : Level
        What the areas are.
    across : float
        Width of the map itself, millimetres; the picture is as wide as the page.
    narrow : bool
        For the phone: 88 mm wide, the key below the map instead of beside it.
    missing : GeoDataFrame, optional
        ``name`` and the polygon of areas without a score: hatched, and named in the key.
    """
    gone = wards.iloc[:0] if missing is None else missing
    wards = wards.set_geometry(wards.simplify_coverage(DETAIL))
    everywhere = pd.concat([wards[["name", "geometry"]], gone[["name", "geometry"]]])
    width = 88.0 if narrow else 170.0
    across = width if narrow else across
    least = 52.0 if gone.empty else 62.0  # the key stands beside the map
    below = (34.0 if gone.empty else 42.0) if narrow else 0.0
    with chart_style():
        fig, ax, height = map_page(everywhere, across, width, below, 0 if narrow else least)
        edge = 1.0 if len(wards) <= MANY else 0.25
        for quarter, fill in QUARTER_FILL.items():
            group = wards[wards["quarter"] == quarter]
            if len(group):
                draw_areas(ax, group, facecolor=fill, edgecolor="white", linewidth=edge)
        if len(gone):
            look = {"facecolor": "white", "edgecolor": colour("muted"), "hatch": MISSING}
            draw_areas(ax, gone, linewidth=0.6, **look)
        rim(ax, everywhere)
        if len(wards) <= MANY:
            _name(ax, wards)
        start = (0.0, height - (37 if len(gone) else 29)) if narrow else (across + 6, 2.0)
        _key(laid_over(fig, width, height), quarters, unit, start, narrow, len(gone))
    return fig


def _name(ax: Axes, wards: gpd.GeoDataFrame) -> None:
    """Write name and score of every area wholly on it; a name without room is left out."""
    ax.get_xlim()  # limits that were not asked for yet are not those of the areas
    for area in records(wards):
        shade = quarter_text(area.quarter)
        score, at = f"{area.score:.0f}", inside(area.geometry)
        names = dict.fromkeys((area.name, textwrap.fill(area.name, 10, break_long_words=False)))
        for size, name in product(SIZES, names):
            label = ax.annotate(name, at, color=shade, fontsize=size, **NAME)
            number = ax.annotate(score, at, color=shade, **SCORE)
            if place := _room(ax, area.geometry, label, number):
                label.xy = number.xy = place
                break
            label.remove()
            number.remove()
        else:
            number = ax.annotate(score, at, color=shade, **SCORE)
            # a rim of the fill keeps it readable where it is larger than its area
            fill = QUARTER_FILL[area.quarter]
            number.set_path_effects([patheffects.withStroke(linewidth=1.8, foreground=fill)])


def _room(ax: Axes, polygon: shapely.Polygon, *words: Annotation) -> tuple[float, float] | None:
    """Find where words that belong together lie wholly on their area, nearest to its middle."""
    middle = inside(polygon)
    extent = Bbox.union([w.get_window_extent() for w in words]).expanded(1.06, 1.0)
    inverse = ax.transData.inverted()
    low, high = inverse.transform(extent.get_points()) - middle
    west, south, east, north = polygon.bounds
    grid = np.meshgrid(np.linspace(west, east, GRID), np.linspace(south, north, GRID))
    points = np.vstack([[middle], np.column_stack([axis.ravel() for axis in grid])])
    points = points[np.argsort(((points - middle) ** 2).sum(axis=1), kind="stable")]
    boxes = shapely.box(*(points + low).T, *(points + high).T)
    shapely.prepare(polygon)
    there = np.flatnonzero(shapely.contains(polygon, boxes))
    return (float(points[there[0]][0]), float(points[there[0]][1])) if there.size else None


def _key(
    ax: Axes,
    quarters: pd.DataFrame,
    unit: Level,
    start: tuple[float, float],
    narrow: bool,
    gone: int,
) -> None:
    """Say what the fills mean: beside the map one below the other, below it two by two."""
    x0, y0 = start
    areas = quarters.set_index("quarter")["areas"]
    title = f"Index score, by quarter of the {areas.sum()} {unit.many}"
    for i, line in enumerate([title] if narrow else title.split(", ")):
        words(ax, x0, y0 + 4.4 * i, line, 8.5, weight="bold")
    y0 += 0 if narrow else 4.4
    ends = quarter_ranges(quarters)
    for quarter, word in QUARTERS.items():
        i = max(0, quarter - 1)
        if n := areas.get(quarter, 0):
            x = x0 + (44 * (i % 2) if narrow else 0)
            y = y0 + 6.5 + (10 * (i // 2) if narrow else 11 * i)
            said = f"{n} {unit.noun(n)}, {' to '.join(ends[quarter])}"
            _entry(ax, x, y, word.capitalize(), said, facecolor=QUARTER_FILL[quarter])
    if gone:
        said = f"{gone} {unit.noun(gone)}, figures missing"
        y = y0 + (27.0 if narrow else 51.0)
        _entry(ax, x0, y, "No score", said, facecolor="white", hatch=MISSING)


def _entry(ax: Axes, x: float, y: float, title: str, said: str, **look: Any) -> None:
    box(ax, x, y, edgecolor=colour("muted"), linewidth=0.5, **look)
    words(ax, x + 7.5, y, title, weight="semibold")
    words(ax, x + 7.5, y + 4.2, said, muted=True)
