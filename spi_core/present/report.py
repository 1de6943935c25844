"""The borough report's charts of the present: where wards stand, and the component grid."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from spi_core.present.theme import RATINGS, chart_style, colour
from spi_core.present.words import QUARTERS

__all__ = ["BAND", "RULE", "component_grid", "page", "standing_dots"]

MM = 1 / 25.4
#: Grey of scale lines, and blue-grey of a band in which a value likely lies.
RULE, BAND = "#E4E7EB", "#BCCCDC"

#: Fill and edge of a cell; the text on it stays dark.
CELL = {
    "strength": ("#CFDAE6", "#12436D"),
    "similar": ("#FFFFFF", "#D5DBE1"),
    "weakness": ("#FCDFD0", "#F46A25"),
    "not rated": ("#FFFFFF", "#D5DBE1"),
}


def page(width: float, height: float) -> tuple[Figure, Axes]:
    """Open a picture whose coordinates are millimetres, from the top left.

    Parameters
    ----------
    width, height : float
        Millimetres.

    Returns
    -------
    tuple of Figure and Axes
        The axes cover the whole figure.
    """
    fig = plt.figure(figsize=(width * MM, height * MM))
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    return fig, ax


def _ward_rows(quarters: pd.Series, top: float, row: float) -> tuple[list[float], dict[int, float]]:
    """Middle of every ward's row, and of the heading above each quarter's first ward."""
    middles: list[float] = []
    heads: dict[int, float] = {}
    y = top
    for quarter in quarters:
        if int(quarter) not in heads:
            y += 0.35 * row if heads else 0
            heads[int(quarter)] = y + row / 2
            y += row
        middles.append(y + row / 2)
        y += row
    return middles, heads


def _ward_names(ax: Axes, names: pd.Series, middles: list[float], heads: dict[int, float]) -> None:
    for quarter, y in heads.items():
        ax.text(
            0,
            y,
            QUARTERS[quarter].capitalize(),
            va="center",
            weight="semibold",
            color=colour("blue"),
            fontsize=8,
        )
    for name, y in zip(names, middles, strict=True):
        ax.text(2, y, name, va="center", fontsize=8)


def standing_dots(
    wards: pd.DataFrame,
    scores: dict[str, pd.DataFrame],
    borough: pd.Series,
    narrow: bool = False,
) -> Figure:
    """Place every ward on the scale of the index and of each dimension, the borough as a line.

    Parameters
    ----------
    wards : DataFrame
        ``code, name, quarter``, by quarter, then name.
    scores : dict of str to DataFrame
        ``score, low, high``: index ward code, one column a panel.
    borough : Series
        The borough's score of each panel.
    narrow : bool
        For the phone: 88 mm wide, the first panel only.

    Returns
    -------
    Figure
    """
    width, row, top, left, gap = (88.0 if narrow else 170.0), 3.7, 15.5, 32.0, 6.0
    panels = list(scores["score"].columns)[: 1 if narrow else None]
    middles, heads = _ward_rows(wards["quarter"], top, row)
    low = 10 * np.floor(np.nanmin(scores["low"][panels].to_numpy(float)) / 10)
    high = 10 * np.ceil(np.nanmax(scores["high"][panels].to_numpy(float)) / 10)
    room = (width - left - 2.5) / len(panels) - gap
    with chart_style():
        fig, ax = page(width, middles[-1] + 5.5)
        _ward_names(ax, wards["name"], middles, heads)
        for k, panel in enumerate(panels):
            x0 = left + gap + k * (room + gap)
            ours = [scores[name].loc[wards["code"], panel].to_numpy() for name in scores]
            scale = np.array([x0, room / (high - low), low, high])
            _dot_panel(ax, scale, panel, middles, np.array(ours), float(borough[panel]))
    return fig


def _dot_panel(
    ax: Axes, scale: Any, title: str, middles: Sequence[float], ours: Any, borough: float
) -> None:
    x0, step, first, last = scale
    top, bottom = 15.5, middles[-1] + 2.3

    def at(score: float) -> float:
        return float(x0 + step * (score - first))

    for tick in np.arange(first, last + 1, 20):
        ax.plot([at(tick)] * 2, [top, bottom], color=RULE, lw=0.6, zorder=0)
        ax.text(
            at(tick),
            bottom + 1.6,
            f"{tick:.0f}",
            ha="center",
            va="center",
            fontsize=7,
            color=colour("muted"),
        )
    name = "Index" if title == "index" else textwrap.fill(title, 16)
    ax.text(x0, 1, name, va="top", weight="bold", linespacing=1.1)
    if not np.isnan(borough):
        ax.plot([at(borough)] * 2, [top - 1, bottom], color=colour("ink"), lw=1, zorder=1)
        ax.text(
            at(borough), top - 2, f"borough {borough:.0f}", ha="center", va="bottom", fontsize=7.5
        )
    fill = colour("blue") if title == "index" else "#3B78AC"
    for score, low, high, y in zip(*ours, middles, strict=True):
        if np.isnan(score):
            ax.text(x0, y, "no score", va="center", fontsize=7, color=colour("muted"))
            continue
        ax.plot([at(low), at(high)], [y, y], color=BAND, lw=3.6, solid_capstyle="butt", zorder=2)
        ax.scatter([at(score)], [y], s=24, color=fill, edgecolor="white", lw=0.5, zorder=3)
        below = score < borough
        ax.text(
            at(min(low, score)) - 1.1 if below else at(max(high, score)) + 1.1,
            y,
            f"{score:.0f}",
            va="center",
            fontsize=7.5,
            ha="right" if below else "left",
        )


def component_grid(
    wards: pd.DataFrame,
    grid: pd.DataFrame,
    ratings: pd.DataFrame,
    borough: pd.Series,
    groups: pd.Series,
    narrow: bool = False,
) -> Figure:
    """Write every ward's score on every component, marked by its rating.

    Parameters
    ----------
    wards : DataFrame
        ``code, name, quarter``, by quarter of the index, then name.
    grid, ratings : DataFrame
        Index ward code, one column a component: score and rating.
    borough : Series
        The borough's score, index as the columns.
    groups : Series
        Each component's dimension, index as the columns: a gap parts the dimensions.
    narrow : bool
        For the phone: 88 mm wide, symbols without the scores.

    Returns
    -------
    Figure
    """
    width, left, right, head, gap = (
        (88.0, 25.0, 17.5, 33.0, 1.2) if narrow else (170.0, 31.0, 26.0, 31.0, 2.5)
    )
    row = 4.4
    # the names slant upwards: the longest must find room
    head = max(head, 3.5 + (0.86 if narrow else 0.92) * max(len(str(c)) for c in grid.columns))
    dimension = groups.loc[list(grid.columns)]
    steps = (dimension != dimension.shift()).cumsum().to_numpy() - 1
    cell = (width - left - right - gap * steps[-1]) / grid.shape[1]
    starts = left + cell * np.arange(grid.shape[1]) + gap * steps
    middles, heads = _ward_rows(wards["quarter"], head + row + 2, row)
    with chart_style():
        fig, ax = page(width, middles[-1] + row / 2 + (13 if narrow else 9))
        _grid_heads(ax, starts, cell, head, borough[list(grid.columns)], narrow)
        ax.text(0, head + row / 2, "Borough", va="center", weight="bold", fontsize=8)
        _ward_names(ax, wards["name"], middles, heads)
        for code, y in zip(wards["code"], middles, strict=True):
            ours: Any = zip(starts, grid.loc[code], ratings.loc[code], strict=True)
            for x, score, rating in ours:
                _grid_cell(ax, (x, y, cell, row), score, rating, narrow)
        _grid_key(ax, middles[-1] + row / 2 + 5, narrow)
    return fig


def _grid_heads(
    ax: Axes, starts: Any, cell: float, head: float, borough: pd.Series, narrow: bool
) -> None:
    for x, (name, score) in zip(starts, borough.items(), strict=True):
        ax.text(
            x + cell / 2 - 0.5,
            head - 2,
            str(name),
            rotation=58 if narrow else 42,
            va="center",
            rotation_mode="anchor",
            ha="left",
            fontsize=6.6 if narrow else 7.8,
        )
        ax.text(
            x + cell / 2,
            head + 2.2,
            "–" if np.isnan(score) else f"{score:.0f}",
            ha="center",
            va="center",
            weight="bold",
            fontsize=7 if narrow else 8.5,
        )


def _grid_cell(
    ax: Axes, box: tuple[float, float, float, float], score: float, rating: str, narrow: bool
) -> None:
    x, y, w, h = box
    fill, edge = CELL[rating]
    ax.add_patch(
        Rectangle(
            (x + 0.35, y - h / 2 + 0.35),
            w - 0.7,
            h - 0.7,
            facecolor=fill,
            edgecolor=edge,
            linewidth=0.7,
        )
    )
    if np.isnan(score):
        ax.text(x + w / 2, y, "–", ha="center", va="center", color=colour("muted"))
        return
    _mark(ax, x + w / 2 - (0 if narrow else 2.7), y, rating)
    if not narrow:
        ax.text(x + w / 2 + 1.2, y, f"{score:.0f}", ha="center", va="center", fontsize=8)


def _mark(ax: Axes, x: float, y: float, rating: str) -> None:
    sign = RATINGS[rating]
    size = 16 if rating in ("strength", "weakness") else 7
    ax.scatter(
        [x],
        [y],
        s=size,
        marker=sign.marker,
        facecolor=colour(sign.colour),
        edgecolor=colour("ink"),
        lw=0.5,
        zorder=3,
    )


def _grid_key(ax: Axes, y: float, narrow: bool) -> None:
    x = 0.0
    for rating in CELL:
        fill, edge = CELL[rating]
        ax.add_patch(Rectangle((x + 0.3, y - 1.8), 6, 3.6, facecolor=fill, edgecolor=edge, lw=0.7))
        _mark(ax, x + 3.3, y, rating)
        ax.text(x + 7.6, y, rating, va="center", fontsize=7.5)
        x += 22 if narrow else 27
    at = (0.0, y + 5) if narrow else (x + 2, y)
    ax.text(
        at[0],
        at[1],
        "against wards in similar circumstances",
        va="center",
        fontsize=7.5,
        color=colour("muted"),
    )
