"""The report's charts of change: by component, and beside the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spi_core.edition.readers.read import records
from spi_core.levels import Level
from spi_core.present.base.bounds import change_words
from spi_core.present.base.marks import marked
from spi_core.present.base.numbers import signed
from spi_core.present.base.theme import RATINGS, chart_style, colour
from spi_core.present.report.charts import BAND, RULE, page
from spi_core.uncertainty.change import DECLINE, IMPROVEMENT

__all__ = ["change_strip", "london_dumbbell"]

LIGHT = "#9FB3C8"
#: White behind words that a scale line would cross.
PLAIN = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}


def _scale(
    ax: Axes, ends: tuple[float, float], values: Any, top: float, bottom: float
) -> Callable[[Any], Any]:
    """Draw the scale of change with its zero; hand out where a change lies."""
    low, high = 10 * np.floor(np.nanmin(values) / 10), 10 * np.ceil(np.nanmax(values) / 10)
    step = (ends[1] - ends[0]) / (high - low)

    def at(change: Any) -> Any:
        return ends[0] + step * (change - low)

    every = 10 if high - low <= 60 or ends[1] - ends[0] > 60 else 20
    for tick in np.arange(np.ceil(low / every) * every, high + 1, every):
        zero = tick == 0
        ax.plot(
            [at(tick)] * 2,
            [top, bottom],
            color=colour("ink") if zero else RULE,
            lw=0.9 if zero else 0.6,
            zorder=0,
        )
        ax.text(
            at(tick),
            top - 2.5,
            "0" if zero else signed(tick, 0),
            ha="center",
            va="center",
            fontsize=7.5,
            color=colour("muted"),
        )
    return at


def _key(ax: Axes, x: float, marks: Sequence[tuple[str, str, str, str]]) -> None:
    """Say at the top what each marker is: marker, fill, edge, word."""
    for marker, fill, edge, word in marks:
        ax.scatter([x + 1.5], [3], s=30, marker=marker, facecolor=fill, edgecolor=edge, lw=0.9)
        ax.text(x + 5, 3, word, va="center", fontsize=8)
        x += 24


def change_strip(
    rows: pd.DataFrame,
    ward_changes: pd.DataFrame,
    levels: tuple[Level, Level],
    narrow: bool = False,
) -> Figure:
    """Show the change of the index and of each component: the units light, the whole dark.

    Parameters
    ----------
    rows : DataFrame
        ``element, change, low, high, rating, risen, fallen, span``; the first row is the index.
    ward_changes : DataFrame
        Index code of the unit, one column an element: change in points.
    levels : tuple of Level
        What the units are, and the whole.
    narrow : bool
        For the phone: 88 mm wide, names above the scale.
    """
    width, row, top = (88.0, 13.5, 14.0) if narrow else (170.0, 5.5, 14.0)
    ends = (3.0, 85.0) if narrow else (63.0, 114.0)
    bottom = top + row * len(rows) + 2
    unit, whole = levels
    with chart_style():
        fig, ax = page(width, bottom + 1)
        at = _scale(ax, ends, ward_changes.to_numpy(), top - 2, bottom)
        _key(ax, ends[0], (_dark(whole), ("o", LIGHT, LIGHT, unit.one)))
        if not narrow:
            ax.text(
                width,
                top - 4.5,
                f"{unit.many}, clear",
                ha="right",
                va="center",
                fontsize=7.5,
                color=colour("muted"),
            )
        for i, r in enumerate(records(rows)):
            _change_row(ax, r, ward_changes[r.element].dropna(), at, top + row * (i + 0.5), narrow)
    return fig


def _change_row(
    ax: Axes, r: Any, wards: pd.Series, at: Callable[[Any], Any], y: float, narrow: bool
) -> None:
    weight = "bold" if r.element == "index" else "normal"
    name = "Index" if r.element == "index" else r.element
    sign = RATINGS[r.rating]
    clear = f"{r.risen} ↗  {r.fallen} ↘"
    known = not np.isnan(r.change)
    shown = change_words(r.change, r.rating in (IMPROVEMENT, DECLINE))
    said = f"{sign.symbol} {sign.word}" if known else "not comparable"
    dots = y + 4.0 if narrow else y
    ax.scatter(at(wards), np.full(len(wards), dots), s=18, color=LIGHT, alpha=0.75, lw=0, zorder=2)
    if known:
        ax.plot(
            [at(r.low), at(r.high)], [dots, dots], color=BAND, lw=5, solid_capstyle="butt", zorder=1
        )
        ax.scatter(
            [at(r.change)],
            [dots],
            s=40,
            marker="D",
            color=colour("blue"),
            edgecolor="white",
            lw=0.7,
            zorder=3,
        )
    line = y - 4.0 if narrow else y
    label = ax.text(0, line, name, va="center", weight=weight, fontsize=8, bbox=PLAIN)
    if r.span:
        # the years stand beside the name, where they are further apart than the title says
        look: dict[str, Any] = {"fontsize": 7, "color": colour("muted"), "bbox": PLAIN}
        beside = label.get_window_extent().transformed(ax.transData.inverted()).x1 + 1.2
        ax.text(beside, line, r.span, va="center", **look)
    if narrow:
        words = f"{shown} {said}" if known else said
        ax.text(0, y - 0.3, words, va="center", fontsize=8, bbox=PLAIN)
        return
    ax.text(124, y, shown, ha="right", va="center", weight="bold")
    ax.text(126, y, said, va="center", fontsize=8)
    ax.text(170, y, clear, ha="right", va="center", fontsize=8)


def _dark(whole: Level) -> tuple[str, str, str, str]:
    return ("D", colour("blue"), "white", whole.one)


def london_dumbbell(
    rows: pd.DataFrame, levels: tuple[Level, Level], narrow: bool = False, place: str = "London"
) -> Figure:
    """Set the whole's change of each indicator beside that of the reference's average unit.

    Parameters
    ----------
    rows : DataFrame
        ``name, label_before, label_now, change, london_change``, in the order to be shown.
    levels : tuple of Level
        What the units are, and the whole.
    narrow : bool
        For the phone: 88 mm wide, names above the scale.
    place : str
        Whose units are the reference; empty without one: the whole stands alone.
    """
    width, row, top = (88.0, 13.0, 14.0) if narrow else (170.0, 6.9, 14.0)
    ends = (3.0, 85.0) if narrow else (66.0, 136.0)
    bottom = top + row * len(rows)
    values = rows[["change", "london_change"]].to_numpy()
    unit, whole = levels
    with chart_style():
        fig, ax = page(width, bottom + 1)
        at = _scale(ax, ends, values, top - 2, bottom)
        marks = [_dark(whole)]
        if place:
            marks.append(("o", "white", colour("ink"), f"{place}’s average {unit.one}"))
        _key(ax, ends[0], marks)
        if not narrow:
            for x, word in ((width - 15, whole.one), (width, place)):
                ax.text(
                    x, top - 4.5, word, ha="right", va="center", fontsize=7.5, color=colour("muted")
                )
        for i, r in enumerate(records(rows)):
            _dumbbell(ax, r, at, top + row * (i + 0.5), place if narrow else None)
    return fig


def _dumbbell(ax: Axes, r: Any, at: Callable[[Any], Any], y: float, place: str | None) -> None:
    """Draw one indicator; with a place it is drawn for the phone."""
    narrow = place is not None
    lift, dots = (3.4, y + 3.2) if narrow else (1.5, y)
    name = marked(r.name, r.illustrative_before or r.illustrative_now)
    ax.text(0, y - lift, name, va="center", fontsize=8, bbox=PLAIN)
    ax.text(
        0,
        y - lift + 3.3,
        f"{r.label_before} → {r.label_now}",
        va="center",
        fontsize=6.8,
        color=colour("muted"),
    )
    known = not np.isnan(r.london_change)
    if known:
        ax.plot([at(r.change), at(r.london_change)], [dots, dots], color=LIGHT, lw=1.4, zorder=1)
        ax.scatter(
            [at(r.london_change)],
            [dots],
            s=26,
            facecolor="white",
            edgecolor=colour("ink"),
            lw=1,
            zorder=2,
        )
    ax.scatter(
        [at(r.change)],
        [dots],
        s=38,
        marker="D",
        color=colour("blue"),
        edgecolor="white",
        lw=0.6,
        zorder=3,
    )
    london = signed(r.london_change, 0) if known else "–"
    if narrow:
        ax.text(
            88,
            y - 0.1,
            f"{signed(r.change, 0)}, {place} {london}" if place else signed(r.change, 0),
            ha="right",
            va="center",
            fontsize=8,
        )
        return
    ax.text(155, y, signed(r.change, 0), ha="right", va="center", weight="bold")
    ax.text(170, y, london, ha="right", va="center")
