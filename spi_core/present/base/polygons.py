"""Draw polygons on a chart."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.path import Path

__all__ = ["draw_areas"]


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


def _outline(area: shapely.Geometry) -> Path:
    """Join the rings of all parts: holes stay open by the direction of their ring."""
    parts = shapely.get_parts(shapely.orient_polygons(area))
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return Path.make_compound_path(*(Path(ring.coords, closed=True) for ring in rings))
