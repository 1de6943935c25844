"""The report's grid: every area's score on every component, marked by its rating."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from spi_core.levels import Level
from spi_core.present.base.canvas import MANY, page, words
from spi_core.present.base.page import Picture
from spi_core.present.base.theme import RATINGS, chart_style, colour
from spi_core.present.base.words import capital
from spi_core.present.report.captions import grid_alt, grid_caption
from spi_core.present.report.charts import (
    HEADING,
    in_order,
    row_height,
    ward_names,
    ward_rows,
)

if TYPE_CHECKING:
    from spi_core.present.report.data import BoroughReport

#: The areas, their ratings, the scores of the whole, and what both are called.
Shown: TypeAlias = tuple[pd.DataFrame, pd.DataFrame, pd.Series, tuple[Level, Level]]
#: Ratings that an image without signs shows in their full colour.
SIGNED = ("strength", "weakness")
#: Fill and edge of a cell; the text on it stays dark. The two tints differ in grey too.
CELL = {
    "strength": ("#A9C3DD", "#12436D"),
    "similar": ("#FFFFFF", "#D5DBE1"),
    "weakness": ("#FDE6DA", "#F46A25"),
    "not rated": ("#FFFFFF", "#D5DBE1"),
}


def components(report: BoroughReport) -> Picture:
    """Show the score of every area on every component, with its rating."""
    scored, grid = report.scored, report.grid
    groups = report.components.set_index("component")["dimension"]
    cells = (grid["score"][scored], grid["rating"][scored], report.home, report.levels, groups)
    return Picture(
        lambda narrow: component_grid(in_order(report.wards), *cells, narrow),
        grid_alt(report),
        grid["illustrative"][scored].to_numpy().ravel(),
        {"message": grid_caption(report)},
    )


def component_grid(
    wards: pd.DataFrame,
    grid: pd.DataFrame,
    ratings: pd.DataFrame,
    home: pd.Series,
    levels: tuple[Level, Level],
    groups: pd.Series,
    narrow: bool = False,
) -> Figure:
    """Write every area's score on every component, marked by its rating.

    Parameters
    ----------
    wards : DataFrame
        ``code, name, quarter``, by quarter of the index, then name.
    grid, ratings : DataFrame
        Index code of the area, one column a component: score and rating.
    home : Series
        The score of the whole, index as the columns.
    levels : tuple of Level
        What the areas are, and the whole.
    groups : Series
        Each component's dimension, index as the columns: a gap parts the dimensions.
    narrow : bool
        For the phone: 88 mm wide, a block of rows for each dimension.
    """
    names, dimension = list(grid.columns), groups.loc[list(grid.columns)]
    blocks = [list(part.index) for _, part in dimension.groupby(dimension, sort=False)]
    with chart_style():
        shown = (wards, ratings, home, levels)
        return _phone(shown, grid, blocks) if narrow else _wide(shown, grid[names], dimension)


def _wide(shown: Shown, grid: pd.DataFrame, dimension: pd.Series) -> Figure:
    """Draw all components beside each other, their names slanted."""
    wards, _, _, levels = shown
    width, left, right, gap = 170.0, 31.0, 26.0, 2.5
    row = row_height(len(wards), 4.4)
    # the names slant upwards: the longest must find room
    head = max(31.0, 3.5 + 0.92 * max(len(str(c)) for c in grid.columns))
    steps = (dimension != dimension.shift()).cumsum().to_numpy() - 1
    cell = (width - left - right - gap * steps[-1]) / grid.shape[1]
    starts = left + cell * np.arange(grid.shape[1]) + gap * steps
    middles, heads = ward_rows(wards["quarter"], head + max(row, HEADING) + 2, row)
    fig, ax = page(width, middles[-1] + row / 2 + 9)
    slant: dict[str, Any] = {"rotation": 42, "va": "center", "ha": "left", "fontsize": 7.8}
    for x, name in zip(starts, grid.columns, strict=True):
        ax.text(x + cell / 2 - 0.5, head - 2, str(name), rotation_mode="anchor", **slant)
    _block(ax, shown, grid, (starts, cell, head, row), (middles, heads))
    _key(ax, middles[-1] + row / 2 + 5, levels[0].many, narrow=False, signs=len(wards) <= MANY)
    return fig


def _phone(shown: Shown, grid: pd.DataFrame, blocks: list[list[str]]) -> Figure:
    """Draw a block of rows for each dimension: every score and every name finds room."""
    wards, _, _, levels = shown
    width, left, line, row = 88.0, 25.0, 2.7, row_height(len(wards), 4.0)
    cell = (width - left) / max(map(len, blocks))
    letters = max(8, int(cell / 1.12))
    titles = [[textwrap.wrap(name, letters) for name in block] for block in blocks]
    heads = [2.0 + line * max(map(len, lines)) for lines in titles]
    first = max(row, HEADING) + 2
    tall = ward_rows(wards["quarter"], first, row)[0][-1] + row / 2 + 5.0
    fig, ax = page(width, sum(heads) + tall * len(blocks) + 11.0)
    top = 0.0
    for block, lines, head in zip(blocks, titles, heads, strict=True):
        rows = ward_rows(wards["quarter"], top + head + first, row)
        starts = left + cell * np.arange(len(block))
        for x, title in zip(starts, lines, strict=True):
            for k, text in enumerate(reversed(title)):
                words(ax, x + cell / 2, top + head - 1.5 - line * k, text, 6.4, ha="center")
        _block(ax, shown, grid[block], (starts, cell, top + head, row), rows)
        top += head + tall
    _key(ax, top + 1.0, levels[0].many, narrow=True, signs=len(wards) <= MANY)
    return fig


def _block(
    ax: Axes,
    shown: Shown,
    grid: pd.DataFrame,
    place: tuple[Any, float, float, float],
    rows: tuple[list[float], dict[int, float]],
) -> None:
    """Write the row of the whole and the areas' rows of some components."""
    wards, ratings, home, levels = shown
    (starts, cell, head, row), (middles, heads) = place, rows
    names = list(grid.columns)
    over = head + max(row, HEADING) / 2
    words(ax, 0, over, capital(levels[1].one), weight="bold")
    for x, name in zip(starts, names, strict=True):
        score = home[name]
        text = "–" if np.isnan(score) else f"{score:.0f}"
        words(ax, x + cell / 2, over, text, 8.5, ha="center", weight="bold")
    ward_names(ax, wards["name"], middles, heads, starts[0] - 0.5)
    if len(wards) > MANY:
        _image(ax, ratings.loc[wards["code"], names], starts, cell, middles)
        return
    for code, y in zip(wards["code"], middles, strict=True):
        ours: Any = zip(starts, grid.loc[code], ratings.loc[code, names], strict=True)
        for x, score, rating in ours:
            _cell(ax, (x, y, cell, row), score, rating)


def _image(ax: Axes, ratings: pd.DataFrame, starts: Any, cell: float, middles: list[float]) -> None:
    """Fill the cells of very many areas: one mesh a component, no scores, no signs."""
    half = (middles[1] - middles[0]) / 2
    y = np.repeat(middles, 2) + np.tile([-half, half], len(middles))  # headings stay empty
    for x, name in zip(starts, ratings, strict=True):
        shades = np.array([to_rgb(CELL[rating][rating in SIGNED]) for rating in ratings[name]])
        rows = np.full((2 * len(middles) - 1, 1, 4), 0.0)
        rows[::2, 0] = np.insert(shades, 3, 1.0, axis=1)
        ax.pcolormesh([x + 0.35, x + cell - 0.35], y, rows, rasterized=True)


def _cell(ax: Axes, box: tuple[float, float, float, float], score: float, rating: str) -> None:
    x, y, w, h = box
    fill, edge = CELL[rating]
    corner = (x + 0.35, y - h / 2 + 0.35)
    look: dict[str, Any] = {"facecolor": fill, "edgecolor": edge, "linewidth": 0.7}
    ax.add_patch(Rectangle(corner, w - 0.7, h - 0.7, **look))
    if np.isnan(score):
        words(ax, x + w / 2, y, "–", 8.5, muted=True, ha="center")
        return
    _mark(ax, x + w / 2 - 2.7, y, rating)
    words(ax, x + w / 2 + 1.2, y, f"{score:.0f}", ha="center")


def _mark(ax: Axes, x: float, y: float, rating: str) -> None:
    """Draw a rating's sign; a score that is not rated has none, and can't be taken for similar."""
    if rating == "not rated":
        return
    sign = RATINGS[rating]
    fill, size, edge = (colour(sign.colour), 16, 0.5)
    if rating == "similar":
        fill, size, edge = (colour("muted"), 9, 0)
    look: dict[str, Any] = {"facecolor": fill, "edgecolor": colour("ink"), "lw": edge}
    ax.scatter([x], [y], s=size, marker=sign.marker, zorder=3, **look)


def _key(ax: Axes, y: float, many: str, narrow: bool, signs: bool) -> None:
    x = 0.0
    for rating, (fill, edge) in CELL.items():
        fill = fill if signs or rating not in SIGNED else edge
        ax.add_patch(Rectangle((x + 0.3, y - 1.8), 6, 3.6, facecolor=fill, edgecolor=edge, lw=0.7))
        if signs:
            _mark(ax, x + 3.3, y, rating)
        bare = signs and rating == "not rated" and not narrow
        word = f"{rating} (no sign)" if bare else rating
        words(ax, x + 7.6, y, word, 7.5)
        x += 22 if narrow else 27 + (8 if rating == "not rated" else 0)
    at = (0.0, y + 5) if narrow else (x + 2, y)
    label = words(ax, *at, f"against {many} in similar circumstances", 7.5, muted=True)
    end = label.get_window_extent().transformed(ax.transData.inverted()).x1
    width = ax.get_xlim()[1]
    if end > width:  # a long word: smaller, so that none of it is cut off
        label.set_fontsize(7.5 * (width - at[0]) / (end - at[0]))
