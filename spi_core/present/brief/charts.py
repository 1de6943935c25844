"""The brief's pictures: locator map, strip of the areas, component strip, change chart."""

from __future__ import annotations

from typing import Any, cast

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spi_core.levels import Level
from spi_core.present.base.canvas import MM
from spi_core.present.base.edition import area_name
from spi_core.present.base.marks import marked
from spi_core.present.base.page import Picture
from spi_core.present.base.polygons import draw_areas, map_page
from spi_core.present.base.theme import chart_style, colour
from spi_core.present.brief.data import Brief
from spi_core.present.brief.notes import strip_alt
from spi_core.present.brief.rows import change_chart, component_strip
from spi_core.present.brief.words import change_alt, component_alt
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
    """Show where the area stands among all on the index."""
    args = (brief.wards, brief.code, brief.index["whole"], (brief.unit, brief.whole))
    return Picture(
        lambda narrow: ward_strip(*args, 88 if narrow else 170, brief.illustrative),
        strip_alt(brief),
        brief.wards["illustrative"],
    )


def components(brief: Brief) -> Picture:
    """Show every component among the others' scores, with its rating."""
    return Picture(
        lambda narrow: component_strip(brief.components, brief.spread, narrow),
        component_alt(brief),
        brief.components["illustrative"],
    )


def changes(brief: Brief) -> Picture:
    """Show how the index and every component moved."""
    return Picture(
        lambda narrow: change_chart(brief.changes, narrow),
        change_alt(brief),
        brief.changes["illustrative"],
    )


def ward_strip(
    scores: pd.DataFrame,
    code: str,
    home: float,
    levels: tuple[Level, Level],
    width: float = 170,
    illustrative: bool = False,
) -> Figure:
    """Place every area on the index scale and name this one, the ends and the whole.

    Parameters
    ----------
    scores : DataFrame
        Columns ``area_code, name, score``; optionally ``low`` and ``high``, the interval, and
        ``illustrative``: the numbers of those areas are marked.
    code : str
        The area in question.
    home : float
        The score of the whole.
    levels : tuple of Level
        What the areas are, and the whole.
    width : float
        Millimetres.
    illustrative : bool
        Whether the score of the whole is marked.
    """
    unit, whole = levels
    bottom = -1.25 if _is_crowded(scores, code, home, width) else -0.85
    # the key stands where the area's name does not; on a phone, above it
    top = 1.05 if width > WIDE else 1.75
    with chart_style():
        fig = plt.figure(figsize=(width * MM, 8.48 * (top - bottom) * MM))
        ax = fig.add_axes((0.0, 0.0, 1, 1))
        ax.set_axis_off()
        ax.set_ylim(bottom, top)
        if scores.empty:
            ax.text(0.5, 0, f"No {unit.one} has a score", ha="center", va="center")
            return fig
        words = marked(f"{whole.one} {home:.0f}", illustrative)
        _draw_strip(ax, scores, code, (home, words), f"dots: the {unit.many}")
    return fig


def _draw_strip(
    ax: Axes, scores: pd.DataFrame, code: str, whole: tuple[float, str], key: str
) -> None:
    home, words = whole
    mine = scores.loc[scores["area_code"] == code]
    span = scores["score"].max() - scores["score"].min() or 1.0
    left, right = scores["score"].min() - 0.08 * span, scores["score"].max() + 0.08 * span
    if "low" in scores and len(mine.dropna(subset="low")):
        low, high = mine.iloc[0][["low", "high"]]
        left, right = min(left, low - 0.02 * span), max(right, high + 0.02 * span)
        band: dict[str, Any] = {"color": colour("sky"), "lw": 5, "alpha": 0.55}
        ax.plot([low, high], [0, 0], zorder=2, solid_capstyle="butt", **band)
    ax.axhline(0, color=colour("line"), lw=0.8, zorder=1)
    others = scores.loc[scores["area_code"] != code, "score"]
    look: dict[str, Any] = {"s": 34, "color": "#9FB3C8", "edgecolor": "white", "lw": 0.6}
    ax.scatter(others, np.zeros(len(others)), zorder=3, **look)
    if not np.isnan(home):
        ax.plot([home, home], [-0.32, 0.32], color=colour("ink"), lw=1.1, zorder=3)
        ax.text(home, -0.42, words, ha="center", va="top")
    if len(mine):
        _draw_here(ax, mine.iloc[0], (left, right))
    _name_ends(ax, scores, code, home, span)
    ax.set_xlim(left, right)
    is_left = bool(len(mine)) and float(mine.iloc[0]["score"]) > (left + right) / 2
    place: dict[str, Any] = {"ha": "left" if is_left else "right", "va": "top", "fontsize": 7.5}
    key += " · band: where this one likely lies" if len(mine) else ""
    ax.text(left if is_left else right, ax.get_ylim()[1], key, color=colour("muted"), **place)


def _named(area: pd.Series) -> str:
    """Write an area's name with its score, marked where that rests on generated values."""
    return marked(f"{area['name']} {area['score']:.0f}", area.get("illustrative", False))


def _draw_here(ax: Axes, area: pd.Series, ends: tuple[float, float]) -> None:
    score = float(area["score"])
    blue, place = colour("blue"), (score - ends[0]) / (ends[1] - ends[0])
    # near an end the name stands at the edge, so that none of it is cut off
    side, at = ("left", ends[0]) if place < 0.2 else ("center", score)
    side, at = ("right", ends[1]) if place > 0.8 else (side, at)
    ax.scatter([score], [0], s=95, color=blue, edgecolor="white", lw=0.8, zorder=4)
    look: dict[str, Any] = {"fontsize": 10, "weight": "bold", "color": blue}
    ax.text(at, 0.42, _named(area), ha=side, va="bottom", **look)


def _is_near(score: float, home: float, span: float, width: float) -> bool:
    """Whether the words at an end would run into those of the whole."""
    return not np.isnan(home) and abs(score - home) <= (0.2 if width > WIDE else 0.36) * span


def _is_crowded(scores: pd.DataFrame, code: str, home: float, width: float) -> bool:
    """Whether any end is named on a second line."""
    if scores.empty:
        return False
    ends = scores.sort_values("score").iloc[[0, -1]]
    span = scores["score"].max() - scores["score"].min() or 1.0
    others = ends.loc[ends["area_code"] != code, "score"]
    return any(_is_near(score, home, span, width) for score in others)


def _name_ends(ax: Axes, scores: pd.DataFrame, code: str, home: float, span: float) -> None:
    """Name the highest and lowest area where the words fit."""
    ordered = scores.sort_values("score")
    width = cast(Figure, ax.figure).get_size_inches()[0] / MM
    for r in (ordered.iloc[0], ordered.iloc[-1]):
        if r["area_code"] == code:
            continue
        # towards the middle, so that no name runs off the edge; lower where the whole's stands
        near = _is_near(r["score"], home, span, width)
        lowest = r["area_code"] == ordered.iloc[0]["area_code"]
        shift, side = (-0.02, "left") if lowest else (0.02, "right")
        look: dict[str, Any] = {"ha": side, "va": "top", "color": colour("muted")}
        ax.text(r["score"] + shift * span, -0.8 if near else -0.42, _named(r), **look)
