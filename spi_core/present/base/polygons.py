"""Draw polygons on a chart."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import matplotlib.pyplot as plt
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path

from spi_core.present.base.canvas import MM
from spi_core.present.base.theme import colour


def draw_areas(ax: Axes, areas: gpd.GeoDataFrame, **look: Any) -> None:
    """Add areas to a map of equal scale in both directions.

    Parameters
    ----------
    ax : Axes
        The map.
    areas : GeoDataFrame
        Polygons, in metres.
    **look
        As for a matplotlib collection: ``facecolor``, ``edgecolor``, ``linewidth``, ``hatch`` …

    Notes
    -----
    ``GeoDataFrame.plot`` draws the whole figure anew at each call, which was a tenth of the time
    that a ward brief takes.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> fig, ax = plt.subplots()
    >>> draw_areas(ax, gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 2, 1)]), facecolor="none")
    >>> len(ax.collections)
    1
    >>> plt.close(fig)
    """
    ax.add_collection(PathCollection([_outline(g) for g in areas.geometry], **look))
    ax.set_aspect("equal")
    ax.autoscale_view()


def map_page(
    areas: gpd.GeoDataFrame, across: float, width: float, below: float = 0, least: float = 0
) -> tuple[Figure, Axes, float]:
    """Open a picture with a map at its top left.

    Parameters
    ----------
    areas : GeoDataFrame
        All that will be drawn: the map is as tall as they ask for.
    across, width, below, least : float
        Millimetres: width of the map and of the picture, room below the map, least height.

    Returns
    -------
    tuple of Figure, Axes and float
        The picture, the map on it, and the height of the picture.
    """
    west, south, east, north = areas.total_bounds
    tall = across * (north - south) / (east - west)
    height = max(tall + below, least)
    fig = plt.figure(figsize=(width * MM, height * MM))
    ax = fig.add_axes((0, 1 - tall / height, across / width, tall / height))
    ax.set_axis_off()
    ax.margins(0.01)
    return fig, ax, height


def rim(ax: Axes, areas: gpd.GeoDataFrame, width: float = 0.7) -> None:
    """Draw the outer border of areas."""
    look = {"facecolor": "none", "edgecolor": colour("muted"), "linewidth": width}
    draw_areas(ax, areas.dissolve(), **look)


def inside(area: shapely.Geometry) -> tuple[float, float]:
    """Find the centre of the largest circle that fits: the place with most room for a name."""
    x, y = shapely.maximum_inscribed_circle(area, tolerance=20).coords[0]
    return float(x), float(y)


def _outline(area: shapely.Geometry) -> Path:
    """Join the rings of all parts: holes stay open by the direction of their ring."""
    parts = shapely.get_parts(shapely.orient_polygons(area))
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return Path.make_compound_path(*(Path(ring.coords, closed=True) for ring in rings))
