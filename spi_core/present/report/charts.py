"""The report's chart of where the areas stand, and what it shares with the others."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spi_core.present.base.canvas import BAND, MANY, RULE, fitted, page, words
from spi_core.present.base.page import Picture
from spi_core.present.base.theme import chart_style, colour
from spi_core.present.base.words import QUARTERS
from spi_core.present.report.captions import dots_alt, standing_caption

if TYPE_CHECKING:
    from spi_core.present.report.data import BoroughReport

#: Millimetres above the first row of the chart of standing.
HEAD = 15.5
#: Letters of a name that may need a second line, and with it a taller row.
ONE_LINE = 22
#: Millimetres of the rows of many areas, and the least of a heading.
FULL, HEADING = 130.0, 3.3


def row_height(areas: int, usual: float) -> float:
    """Give each area's row its usual height, or so much that many fill a page, millimetres."""
    return usual if areas <= MANY else FULL / areas


def in_order(wards: pd.DataFrame) -> pd.DataFrame:
    """Put many areas, which no name finds, in the order of their scores."""
    return wards if len(wards) <= MANY else wards.sort_values("score", ascending=False)


def ward_rows(quarters: pd.Series, top: float, row: float) -> tuple[list[float], dict[int, float]]:
    """Place every area's row, and the heading above each quarter's first one.

    Parameters
    ----------
    quarters : Series
        Of every area, 1 the highest, in order.
    top, row : float
        Millimetres: where the first row begins, and how tall each is.

    Returns
    -------
    tuple of list and dict
        The middle of every row, and of every quarter's heading.
    """
    middles: list[float] = []
    heads: dict[int, float] = {}
    y = top
    for quarter in quarters:
        if int(quarter) not in heads:
            head = max(row, HEADING)
            y += 0.35 * head if heads else 0
            heads[int(quarter)] = y + head / 2
            y += head
        middles.append(y + row / 2)
        y += row
    return middles, heads


def ward_names(
    ax: Axes, names: pd.Series, middles: list[float], heads: dict[int, float], end: float
) -> None:
    """Write the quarters and the areas at the left; of many areas the quarters alone.

    Parameters
    ----------
    ax : Axes
        From :func:`page`.
    names : Series
        Of the areas.
    middles, heads : list and dict
        From :func:`ward_rows`.
    end : float
        Millimetres: where the figures begin.
    """
    for quarter, y in heads.items():
        words(ax, 0, y, QUARTERS[quarter].capitalize(), weight="semibold", color=colour("blue"))
    if len(names) <= MANY:
        for name, y in zip(names, middles, strict=True):
            fitted(ax, 2, y, name, end)


def standing(report: BoroughReport) -> Picture:
    """Show where the areas stand on the index and on each dimension."""
    panels = ["index", *report.dimensions]
    scores = {name: report.grid[name][panels] for name in ("score", "low", "high")}
    return Picture(
        lambda narrow: standing_dots(
            in_order(report.wards), scores, report.home, report.whole.one, narrow
        ),
        dots_alt(report),
        report.grid["illustrative"][panels].to_numpy().ravel(),
        {"message": standing_caption(report)},
    )


def standing_dots(
    wards: pd.DataFrame,
    scores: dict[str, pd.DataFrame],
    home: pd.Series,
    whole: str,
    narrow: bool = False,
) -> Figure:
    """Place every area on the scale of the index and of each dimension, the whole as a line.

    Parameters
    ----------
    wards : DataFrame
        ``code, name, quarter``, by quarter, then name.
    scores : dict of str to DataFrame
        ``score, low, high``: index code of the area, one column a panel.
    home : Series
        The score of the whole of each panel.
    whole : str
        What the whole is called.
    narrow : bool
        For the phone: 88 mm wide, two panels a row.
    """
    width, row, left, gap = (88.0, 3.9, 24.0, 4.5) if narrow else (170.0, 3.1, 32.0, 6.0)
    if wards["name"].str.len().max() > ONE_LINE:
        row = 5.6
    row = row_height(len(wards), row)
    panels = list(scores["score"].columns)
    across = 2 if narrow else len(panels)
    # a score whose error is not known has no band
    reach = np.stack([scores[name][panels].to_numpy(float) for name in ("score", "low", "high")])
    low, high = 10 * np.floor(np.nanmin(reach) / 10), 10 * np.ceil(np.nanmax(reach) / 10)
    room = (width - left - 2.5) / across - gap
    tall = ward_rows(wards["quarter"], HEAD, row)[0][-1] + 8.5
    with chart_style():
        fig, ax = page(width, tall * -(-len(panels) // across) - 3.0)
        for k, panel in enumerate(panels):
            x0, top = left + gap + (k % across) * (room + gap), tall * (k // across)
            middles, heads = ward_rows(wards["quarter"], top + HEAD, row)
            if k % across == 0:
                ward_names(ax, wards["name"], middles, heads, left + gap - 2)
            ours = [scores[name].loc[wards["code"], panel].to_numpy() for name in scores]
            scale = np.array([x0, room / (high - low), low, high])
            line = (float(home[panel]), f"{whole} {home[panel]:.0f}")
            _dot_panel(ax, scale, panel, (top, middles), np.array(ours), line)
    return fig


def _dot_panel(
    ax: Axes,
    scale: Any,
    title: str,
    rows: tuple[float, Sequence[float]],
    ours: Any,
    line: tuple[float, str],
) -> None:
    x0, step, first, last = scale
    home, said = line
    start, middles = rows
    top, bottom = start + HEAD, middles[-1] + 2.3

    def at(score: float) -> float:
        return float(x0 + step * (score - first))

    for tick in np.arange(first, last + 1, 20):
        ax.plot([at(tick)] * 2, [top, bottom], color=RULE, lw=0.6, zorder=0)
        words(ax, at(tick), bottom + 1.6, f"{tick:.0f}", 7, muted=True, ha="center")
    name = "Index" if title == "index" else textwrap.fill(title, 16)
    ax.text(x0, start + 1, name, va="top", weight="bold", linespacing=1.1)
    if not np.isnan(home):
        ax.plot([at(home)] * 2, [top - 1, bottom], color=colour("ink"), lw=1, zorder=1)
        ax.text(at(home), top - 2, said, ha="center", va="bottom", fontsize=7.5)
    fill = colour("blue") if title == "index" else "#3B78AC"
    many, (scores, lows, highs), y = len(middles) > MANY, ours, np.array(middles)
    band: dict[str, Any] = {"color": BAND, "lw": 0.8 if many else 3.6, "rasterized": many}
    ax.hlines(y, x0 + step * (lows - first), x0 + step * (highs - first), zorder=2, **band)
    dot: dict[str, Any] = {"s": 3, "lw": 0} if many else {"s": 24, "edgecolor": "white", "lw": 0.5}
    ax.scatter(x0 + step * (scores - first), y, color=fill, zorder=3, rasterized=many, **dot)
    if many:
        return
    for score, low, high, y in zip(*ours, middles, strict=True):
        if np.isnan(score):
            words(ax, x0, y, "no score", 7, muted=True)
            continue
        left = score < home
        beside = at(min(low, score)) - 1.1 if left else at(max(high, score)) + 1.1
        words(ax, beside, y, f"{score:.0f}", 7.5, ha="right" if left else "left")
