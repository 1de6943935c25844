"""The borough report's charts: where wards stand, the component grid, and what has changed."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from spi_core.present.frames import records
from spi_core.present.maps import QUARTER_FILL, quarter_text
from spi_core.present.theme import chart_style, colour
from spi_core.present.words import QUARTERS, signed

__all__ = ["change_strip", "component_grid", "london_dumbbell", "standing_dots"]

MM = 1 / 25.4
RULE = "#E4E7EB"
LIGHT = "#9FB3C8"


def _page(width: float, height: float) -> tuple[Figure, Axes]:
    """Open a picture whose coordinates are millimetres, from the top left."""
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


def standing_dots(
    wards: pd.DataFrame,
    grid: pd.DataFrame,
    borough: pd.Series,
    width: float = 170,
    row: float = 3.9,
) -> Figure:
    """Place every ward on the scale of the index and of each dimension, with the borough as a line.

    Parameters
    ----------
    wards : DataFrame
        ``code, name, quarter``, by quarter, then name.
    grid : DataFrame
        Index ward code; one column a panel.
    borough : Series
        The borough's score of each panel, index as the columns of `grid`.
    width, row : float
        Millimetres: the picture's width, a row's height.

    Returns
    -------
    Figure
    """
    top, left, gap = 15.5, 33.0, 5.5
    middles, heads = _ward_rows(wards["quarter"], top, row)
    low = 10 * np.floor(grid.to_numpy().min() / 10)
    high = 10 * np.ceil(grid.to_numpy().max() / 10)
    panel = (width - left) / grid.shape[1] - gap
    with chart_style():
        fig, ax = _page(width, middles[-1] + 5.5)
        for quarter, y in heads.items():
            ax.text(0, y, QUARTERS[quarter].capitalize(), va="center", weight="semibold",
                    color=colour("blue"))
        for name, y in zip(wards["name"], middles, strict=True):
            ax.text(2, y, name, va="center")
        for k, column in enumerate(grid.columns):
            x0 = left + gap + k * (panel + gap)
            scale = (x0, panel / (high - low), low)
            _dot_panel(ax, scale, (low, high), str(column), top, middles, grid[column].loc[
                wards["code"]], float(borough[column]))
    return fig


def _dot_panel(
    ax: Axes,
    scale: tuple[float, float, float],
    limits: tuple[float, float],
    title: str,
    top: float,
    middles: Sequence[float],
    scores: pd.Series,
    borough: float,
) -> None:
    x0, step, low = scale
    bottom = middles[-1] + 2.5
    for tick in np.arange(limits[0], limits[1] + 1, 20):
        x = x0 + step * (tick - low)
        ax.plot([x, x], [top, bottom], color=RULE, lw=0.6, zorder=0)
        ax.text(x, bottom + 1.6, f"{tick:.0f}", ha="center", va="center", fontsize=7,
                color=colour("muted"))
    home = x0 + step * (borough - low)
    ax.plot([home, home], [top - 1, bottom], color=colour("ink"), lw=1, zorder=1)
    name = "Index" if title == "index" else textwrap.fill(title, 16)
    ax.text(x0, 1, name, va="top", weight="bold", linespacing=1.1)
    ax.text(home, top - 2, f"borough {borough:.0f}", ha="center", va="bottom", fontsize=7.5)
    fill = colour("blue") if title == "index" else "#3B78AC"
    for score, y in zip(scores, middles, strict=True):
        x = x0 + step * (score - low)
        ax.scatter([x], [y], s=30, color=fill, edgecolor="white", lw=0.5, zorder=3)
        side = -1 if score < borough else 1
        ax.text(x + side * 1.9, y, f"{score:.0f}", va="center", fontsize=7.5, zorder=2,
                ha="right" if side < 0 else "left")


def component_grid(
    wards: pd.DataFrame,
    grid: pd.DataFrame,
    quarters: pd.DataFrame,
    borough: pd.Series,
    groups: pd.Series,
    width: float = 170,
    row: float = 4.4,
) -> Figure:
    """Write every ward's score on every component, shaded and marked by the ward's quarter there.

    Parameters
    ----------
    wards : DataFrame
        ``code, name, quarter``, by quarter of the index, then name.
    grid, quarters : DataFrame
        Index ward code, one column a component: score and quarter.
    borough : Series
        The borough's score, index as the columns.
    groups : Series
        Each component's dimension, index as the columns: a gap parts the dimensions.
    width, row : float
        Millimetres.

    Returns
    -------
    Figure
    """
    left, right, head = 31.0, 26.0, 31.0
    dimension = groups.loc[list(grid.columns)]
    steps = (dimension != dimension.shift()).cumsum().to_numpy() - 1
    cell = (width - left - right - 2.5 * steps[-1]) / grid.shape[1]
    starts = left + cell * np.arange(grid.shape[1]) + 2.5 * steps
    middles, heads = _ward_rows(wards["quarter"], head + row + 2.5, row)
    with chart_style():
        fig, ax = _page(width, middles[-1] + row / 2 + 11)
        for x, column in zip(starts, grid.columns, strict=True):
            ax.text(x + cell / 2 - 1, head - 2, column, rotation=42, rotation_mode="anchor",
                    ha="left", va="center", fontsize=7.8)
            ax.text(x + cell / 2, head + row / 2, f"{borough[column]:.0f}", ha="center",
                    va="center", weight="bold")
        ax.text(0, head + row / 2, "Borough", va="center", weight="bold")
        for quarter, y in heads.items():
            ax.text(0, y, QUARTERS[quarter].capitalize(), va="center", weight="semibold",
                    color=colour("blue"), fontsize=8)
        for code, name, y in zip(wards["code"], wards["name"], middles, strict=True):
            ax.text(2, y, name, va="center")
            ours: Any = zip(starts, grid.loc[code], quarters.loc[code], strict=True)
            for x, score, quarter in ours:
                _grid_cell(ax, (x, y, cell, row), score, quarter)
        _grid_key(ax, 0, middles[-1] + row / 2 + 6)
    return fig


def _grid_cell(
    ax: Axes, box: tuple[float, float, float, float], score: float, quarter: float
) -> None:
    x, y, w, h = box
    if np.isnan(score):
        ax.text(x + w / 2, y, "–", ha="center", va="center", color=colour("muted"))
        return
    q = int(quarter)
    ax.add_patch(Rectangle((x + 0.25, y - h / 2 + 0.25), w - 0.5, h - 0.5,
                           facecolor=QUARTER_FILL[q], linewidth=0))
    ax.text(x + w / 2 + 1.2, y, f"{score:.0f}", ha="center", va="center", color=quarter_text(q))
    if q in (1, 4):
        _mark(ax, x + w / 2 - 3.0, y, q)


def _mark(ax: Axes, x: float, y: float, quarter: int) -> None:
    """Draw a full diamond for the highest quarter, an empty one for the lowest."""
    ink = quarter_text(quarter)
    ax.scatter([x], [y], s=11, marker="D", facecolor=ink if quarter == 1 else "none", edgecolor=ink,
               lw=0.7, zorder=3)


def _grid_key(ax: Axes, x: float, y: float) -> None:
    for quarter, word in QUARTERS.items():
        ax.add_patch(Rectangle((x, y - 2), 6.5, 4, facecolor=QUARTER_FILL[quarter], linewidth=0.4,
                               edgecolor=colour("muted")))
        if quarter in (1, 4):
            _mark(ax, x + 3.25, y, quarter)
        ax.text(x + 8, y, word, va="center", fontsize=7.8)
        x += 42


def _key(ax: Axes, x: float, marks: Sequence[tuple[str, str, str, str]]) -> None:
    """Say at the top what each marker is: marker, fill, edge, word."""
    for marker, fill, edge, word in marks:
        ax.scatter([x + 1.5], [4], s=34, marker=marker, facecolor=fill, edgecolor=edge, lw=0.9)
        ax.text(x + 5, 4, word, va="center")
        x += 27


def change_strip(
    rows: pd.DataFrame, ward_changes: pd.DataFrame, width: float = 170, row: float = 5.5
) -> Figure:
    """Show the change of the index and of each component: every ward a light dot, the borough dark.

    Parameters
    ----------
    rows : DataFrame
        ``element, change, risen, fallen``; the first row is the index.
    ward_changes : DataFrame
        Index ward code, one column an element: change in points.
    width, row : float
        Millimetres.

    Returns
    -------
    Figure
    """
    x0, x1, top = 56.0, 126.0, 17.0
    reach = ward_changes.to_numpy()
    low, high = 10 * np.floor(np.nanmin(reach) / 10), 10 * np.ceil(np.nanmax(reach) / 10)
    step = (x1 - x0) / (high - low)
    bottom = top + row * len(rows) + 2
    with chart_style():
        fig, ax = _page(width, bottom + 2)
        for tick in np.arange(low, high + 1, 10):
            x = x0 + step * (tick - low)
            ax.plot([x, x], [top - 2, bottom], color=colour("ink") if tick == 0 else RULE,
                    lw=0.9 if tick == 0 else 0.6, zorder=0)
            ax.text(x, top - 4.5, signed(tick, 0), ha="center", va="center", fontsize=7.5,
                    color=colour("muted"))
        _key(ax, x0, (("D", colour("blue"), "white", "borough"), ("o", LIGHT, LIGHT, "each ward")))
        ax.text(x1 + 17, top - 4.5, "borough", ha="right", va="center", color=colour("muted"))
        ax.text(x1 + 20, top - 4.5, "wards", va="center", color=colour("muted"))
        for i, r in enumerate(records(rows)):
            y = top + row * (i + 0.5) + (2 if i else 0)
            _change_row(ax, r, ward_changes[r.element], lambda v: x0 + step * (v - low), y, x1)
    return fig


def _change_row(
    ax: Axes, r: Any, wards: pd.Series, at: Callable[[Any], Any], y: float, right: float
) -> None:
    first = r.element == "index"
    ax.text(0, y, "Index" if first else r.element, va="center", weight="bold" if first else None)
    values = wards.dropna()
    ax.scatter(at(values), np.full(len(values), y), s=20, color=LIGHT, alpha=0.75, lw=0, zorder=2)
    ax.scatter([at(r.change)], [y], s=44, marker="D", color=colour("blue"), edgecolor="white",
               lw=0.7, zorder=3)
    ax.text(right + 17, y, signed(r.change), ha="right", va="center", weight="bold")
    ax.text(right + 20, y, f"{r.risen} up, {r.fallen} down", va="center")


def london_dumbbell(rows: pd.DataFrame, width: float = 170, row: float = 6.9) -> Figure:
    """Set the borough's change of each indicator beside that of London's average ward.

    Parameters
    ----------
    rows : DataFrame
        ``name, label_before, label_now, change, london_change``, in the order to be shown.
    width, row : float
        Millimetres.

    Returns
    -------
    Figure
    """
    x0, x1, top = 66.0, 134.0, 17.0
    both = rows[["change", "london_change"]].to_numpy()
    low, high = 10 * np.floor(np.nanmin(both) / 10), 10 * np.ceil(np.nanmax(both) / 10)
    step = (x1 - x0) / (high - low)
    bottom = top + row * len(rows)
    with chart_style():
        fig, ax = _page(width, bottom + 2)
        for tick in np.arange(low, high + 1, 10):
            x = x0 + step * (tick - low)
            ax.plot([x, x], [top - 2, bottom], color=colour("ink") if tick == 0 else RULE,
                    lw=0.9 if tick == 0 else 0.6, zorder=0)
            ax.text(x, top - 4.5, signed(tick, 0), ha="center", va="center", fontsize=7.5,
                    color=colour("muted"))
        _key(ax, x0, (("D", colour("blue"), "white", "borough"),
                      ("o", "white", colour("ink"), "London’s average ward")))
        ax.text(width - 15, top - 4.5, "borough", ha="right", va="center", color=colour("muted"))
        ax.text(width, top - 4.5, "London", ha="right", va="center", color=colour("muted"))
        for i, r in enumerate(records(rows)):
            _dumbbell(ax, r, lambda v: x0 + step * (v - low), top + row * (i + 0.5), width)
    return fig


def _dumbbell(ax: Axes, r: Any, at: Callable[[Any], Any], y: float, right: float) -> None:
    ax.text(0, y - 1.5, r.name, va="center", fontsize=8)
    ax.text(0, y + 1.8, f"{r.label_before} → {r.label_now}", va="center", fontsize=6.8,
            color=colour("muted"))
    if not np.isnan(r.london_change):
        ax.plot([at(r.change), at(r.london_change)], [y, y], color=LIGHT, lw=1.4, zorder=1)
        ax.scatter([at(r.london_change)], [y], s=26, facecolor="white", edgecolor=colour("ink"),
                   lw=1, zorder=2)
    ax.scatter([at(r.change)], [y], s=38, marker="D", color=colour("blue"), edgecolor="white",
               lw=0.6, zorder=3)
    ax.text(right - 15, y, signed(r.change, 0), ha="right", va="center", weight="bold")
    ax.text(right, y, "–" if np.isnan(r.london_change) else signed(r.london_change, 0), ha="right",
            va="center")
