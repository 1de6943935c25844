"""The brief's pictures: locator map, the scale with its landmarks, components."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from matplotlib.figure import Figure

from spi_core.present.base.canvas import fitted, kept_in, page, reach, words
from spi_core.present.base.edition import area_name
from spi_core.present.base.marks import marked
from spi_core.present.base.page import Picture
from spi_core.present.base.polygons import draw_areas, map_page
from spi_core.present.base.theme import chart_style, colour
from spi_core.present.brief.data import Brief
from spi_core.present.brief.notes import strip_alt
from spi_core.present.brief.rows import CONTEXT, component_chart
from spi_core.present.brief.words import component_alt
from spi_core.store import Tables

#: Millimetres beyond which a picture is one for paper, not for a phone.
WIDE = 100


def locator_map(wards: gpd.GeoDataFrame, code: str, width: float = 44) -> Figure:
    """Show where among its neighbours an area lies.

    Parameters
    ----------
    wards : GeoDataFrame
        Columns ``code`` and ``geometry``.
    code : str
        The area to fill.
    width : float
        Millimetres.
    """
    with chart_style():
        fig, ax, _ = map_page(wards, width, width)
        fills = [colour("blue") if ward == code else "#E4E7EB" for ward in wards["code"]]
        draw_areas(ax, wards, facecolor=fills, edgecolor="white", linewidth=0.7)
    return fig


def locator(tables: Tables, brief: Brief) -> Picture:
    """Map where the area lies among the others."""
    shapes = tables.get(f"map_{brief.unit.id}")
    if shapes is None:
        return Picture(None)
    alt = f"Map of the {brief.unit.many} of {area_name(tables)} with {brief.name} filled in."
    return Picture(lambda _: locator_map(shapes, brief.code, 25), alt)


def standing(brief: Brief) -> Picture:
    """Show where the area stands on the scale, with its range, among the others."""
    return Picture(
        lambda narrow: scale_strip(brief, 88 if narrow else 170),
        strip_alt(brief),
        brief.wards["illustrative"],
    )


def components(brief: Brief) -> Picture:
    """Show every component's level and movement in one row."""
    return Picture(
        lambda narrow: component_chart(brief.rows, brief.spread, brief.heads, narrow),
        component_alt(brief),
        brief.rows["illustrative"],
    )


def scale_strip(brief: Brief, width: float) -> Figure:
    """Place an area on the scale from 0 to 100, which is the same in every brief.

    Parameters
    ----------
    brief : Brief
        The area's figures: its score with its range, the others' scores, and the landmarks.
    width : float
        Millimetres.
    """
    mine, blue, ink = brief.index, colour("blue"), colour("ink")
    with chart_style(8.2):
        wide = width > WIDE
        fig, ax = page(width, 22.5 if wide else 30)
        left, right = 3.0, width - 3

        def at(score: float) -> float:
            return float(left + (right - left) * score / 100)

        ax.plot([left, right], [11, 11], color=ink, lw=0.9, zorder=1)
        for tick in range(0, 101, 10):
            ax.plot([at(tick)] * 2, [11, 12.2], color=ink, lw=0.7, zorder=1)
        others = brief.wards.loc[brief.wards["area_code"] != brief.code, "score"]
        ax.vlines([at(s) for s in others], 8.9, 11, color=CONTEXT, lw=1.0, zorder=2)
        if brief.scored:
            if not np.isnan(mine["low"]):
                ends = [at(mine["low"]), at(mine["high"])]
                ax.plot(ends, [7.2, 7.2], color=blue, lw=1.4, zorder=3)
                ax.vlines(ends, 6.4, 8.0, color=blue, lw=1.4, zorder=3)
            ax.scatter([at(mine["score"])], [7.2], s=70, color=blue, edgecolor="white", lw=0.8,
                       zorder=4)  # fmt: skip
            text = marked(f"{brief.name} {mine['score']:.0f}", brief.illustrative)
            kept_in(ax, at(mine["score"]), 2.6, text, width, size=10, weight="bold",
                    color=blue, ha="center")  # fmt: skip
        end = width
        for k, (name, score, made_up) in enumerate(sorted(brief.landmarks, key=lambda m: -m[1])):
            ax.plot([at(score)] * 2, [8.9, 13.4], color=ink, lw=1.7, zorder=3)
            # side by side, the lower one's words to the left, so that neither runs into the other
            x, side = (at(score) + 0.8, "right") if k else (at(score) - 0.8, "left")
            text = marked(f"{name} {score:.0f}", made_up)
            end = reach(ax, kept_in(ax, x, 16, text, end, size=8.2, ha=side)).x0 - 2
        first, last = (f"{n}: {end}" for n, end in zip((0, 100), brief.ends, strict=True))
        worst = words(ax, 0, 20.4, first, 7.6, muted=True)
        best = words(ax, width, 20.4 if wide else 24, last, 7.6, muted=True, ha="right")
        band = " · bar: where this score likely lies" if brief.scored else ""
        key = f"small lines: the other {brief.unit.many}{band}"
        # what 0 and 100 mean is of any length: on paper the key takes what is left between
        start, end = (reach(ax, worst).x1 + 4, reach(ax, best).x0 - 4) if wide else (0, width)
        fitted(ax, start, 20.4 if wide else 27.6, key, end, 7.6, color=colour("muted"))
    return fig
