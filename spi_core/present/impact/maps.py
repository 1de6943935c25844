"""Where a programme was: the map of an impact chapter."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spi_core.present.base.canvas import box, laid_over, words
from spi_core.present.base.marks import sentence
from spi_core.present.base.pairs import emit_both
from spi_core.present.base.polygons import draw_areas, inside, map_page, rim
from spi_core.present.base.prose import prose
from spi_core.present.base.theme import chart_style
from spi_core.present.impact.captions import map_alt, map_caption
from spi_core.present.impact.data import ChapterPage
from spi_core.store import Tables

#: With more treated units than this the map is no place for their names.
MOST_NAMES = 8
#: Fill, hatching and text of each side: told apart without colour by hatching and by the text.
SIDES = {
    "treated": ("#12436D", "", "#FFFFFF"),
    "comparison": ("#E4E7EB", "", "#1F2933"),
    "set aside": ("#FFFFFF", "////", "#52606D"),
}


def print_sides(tables: Tables, page: ChapterPage) -> None:
    """Print the map of where the programme was; without boundaries its words (``output: asis``)."""
    shapes, caption = tables.get(f"map_{page.unit.id}"), map_caption(page)
    elsewhere = page.wide and not page.sides["comparison"]
    if shapes is None or elsewhere:
        print(f"{caption} {prose('impact')['absent.own_map' if elsewhere else 'absent.map']}\n")
        return
    wide, small = (treated_map(shapes, page, narrow) for narrow in (False, True))
    emit_both(wide, small, "fig-map", caption, map_alt(page), [page.generated])


def treated_map(wards: gpd.GeoDataFrame, page: ChapterPage, narrow: bool = False) -> Figure:
    """Fill the treated units, name them where they are few, hatch those set aside.

    Parameters
    ----------
    wards : GeoDataFrame
        ``name`` and the polygon.
    page : ChapterPage
        Says which side each unit is on.
    narrow : bool
        For a phone: the key below the map.
    """
    width, across = (88.0, 76.0) if narrow else (170.0, 70.0)
    used = [side for side in SIDES if page.sides[side]]
    with chart_style():
        fig, ax, height = map_page(wards, across, width, 7.0 * len(used) if narrow else 0.0)
        for side in used:
            fill, hatch, ink = SIDES[side]
            group = wards[wards["name"].isin(page.sides[side])]
            look = {"facecolor": fill, "edgecolor": "#9AA5B1", "hatch": hatch}
            draw_areas(ax, group, linewidth=0.7, **look)
            if side == "treated" and len(group) <= MOST_NAMES:
                for name, shape in zip(group["name"], group.geometry, strict=True):
                    _name(ax, name, shape, ink)
        rim(ax, wards)
        _sides_key(laid_over(fig, width, height), page, used, height, across, narrow)
    return fig


def _name(ax: Axes, name: str, shape: shapely.Geometry, ink: str) -> None:
    # where a name is longer than its area, a rim of the area's fill keeps it readable
    stroke = [patheffects.withStroke(linewidth=2.2, foreground=SIDES["treated"][0])]
    look: dict[str, Any] = {"color": ink, "linespacing": 0.95, "path_effects": stroke}
    text = textwrap.fill(name, 10, break_long_words=False)
    words(ax, *inside(shape), text, 6.9, ha="center", **look)


def _sides_key(
    ax: Axes, page: ChapterPage, used: Sequence[str], height: float, across: float, narrow: bool
) -> None:
    for i, side in enumerate(used):
        fill, hatch, _ = SIDES[side]
        x = 0.0 if narrow else across + 6
        y = height - 7 * len(used) + 4 + 7 * i if narrow else 5 + 9 * i
        box(ax, x, y, 6, facecolor=fill, hatch=hatch, edgecolor="#9AA5B1", linewidth=0.6)
        count = len(page.sides[side])
        said = f"{side.capitalize()} · {count} {page.unit.noun(count)}"
        words(ax, x + 8.5, y, sentence(said, page.generated), 8.5)
