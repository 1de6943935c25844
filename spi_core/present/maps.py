"""Maps of the borough: wards filled by the quarter they fall in, named on the map."""

from __future__ import annotations

import textwrap

import geopandas as gpd
import matplotlib.pyplot as plt
import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from spi_core.present.frames import records
from spi_core.present.theme import chart_style, colour
from spi_core.present.words import QUARTERS

__all__ = ["QUARTER_FILL", "quarter_text", "ward_map"]

MM = 1 / 25.4

#: One fill a quarter, from dark (1, highest) to light: in order even without colour vision.
QUARTER_FILL = {1: "#12436D", 2: "#3B78AC", 3: "#A9CBE8", 4: "#EAF2F9"}


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
    return colour("white") if quarter <= 2 else colour("ink")


def ward_map(wards: gpd.GeoDataFrame, width: float = 132, names: bool = True) -> Figure:
    """Fill every ward by its quarter; name and score stand on it, the key beside the map.

    Parameters
    ----------
    wards : GeoDataFrame
        ``name, score, quarter`` and the polygon.
    width : float
        Millimetres.
    names : bool
        Whether the names stand on the map.

    Returns
    -------
    Figure
    """
    west, south, east, north = wards.total_bounds
    across = width - 45
    height = across * (north - south) / (east - west)
    with chart_style():
        fig = plt.figure(figsize=(width * MM, height * MM))
        ax = fig.add_axes((0, 0, across / width, 1))
        for quarter, group in wards.groupby("quarter"):
            group.plot(ax=ax, color=QUARTER_FILL[int(quarter)], edgecolor="white", linewidth=1.0)
        wards.dissolve().boundary.plot(ax=ax, color=colour("muted"), linewidth=0.7)
        ax.set_axis_off()
        ax.margins(0.01)
        if names:
            _name(ax, wards)
        side = fig.add_axes((1 - 41 / width, 0, 41 / width, 1))
        _legend(side, wards, 41, height)
    return fig


def _name(ax: Axes, wards: gpd.GeoDataFrame) -> None:
    for ward in records(wards):
        point = _inside(ward.geometry)
        paint = quarter_text(ward.quarter)
        # where a name is longer than its ward, a rim of the ward's fill keeps it readable
        rim = [patheffects.withStroke(linewidth=1.8, foreground=QUARTER_FILL[ward.quarter])]
        text = textwrap.fill(ward.name, 10, break_long_words=False)
        ax.annotate(text, point, ha="center", va="bottom", fontsize=6.9, color=paint,
                    xytext=(0, -1), textcoords="offset points", linespacing=0.95,
                    path_effects=rim)
        ax.annotate(f"{ward.score:.0f}", point, ha="center", va="top", fontsize=8, weight="bold",
                    color=paint, xytext=(0, -1.5), textcoords="offset points", path_effects=rim)


def _inside(polygon: shapely.Polygon) -> tuple[float, float]:
    """Centre of the largest circle that fits: the place with most room for a name."""
    x, y = shapely.maximum_inscribed_circle(polygon, tolerance=20).coords[0]
    return float(x), float(y)


def _legend(ax: Axes, wards: gpd.GeoDataFrame, width: float, height: float) -> None:
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    y = 2.0
    ax.text(0, y, "Index score, by quarter", weight="bold", va="center")
    ax.text(0, y + 4.5, f"of the {len(wards)} wards", va="center", color=colour("muted"))
    y += 10
    for quarter, word in QUARTERS.items():
        group = wards[wards["quarter"] == quarter]
        if group.empty:
            continue
        box = Rectangle((0, y - 2.2), 5.5, 4.4, facecolor=QUARTER_FILL[quarter],
                        edgecolor=colour("muted"), linewidth=0.5)
        ax.add_patch(box)
        low, high = group["score"].min(), group["score"].max()
        ax.text(7.5, y, word.capitalize(), va="center", weight="semibold")
        ax.text(7.5, y + 4.3, f"{len(group)} wards, {low:.0f} to {high:.0f}", va="center",
                color=colour("muted"), fontsize=8)
        y += 11
