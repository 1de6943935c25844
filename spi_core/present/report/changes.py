"""The report's charts of change: by component, and beside the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spi_core.levels import Level
from spi_core.present.base.canvas import BAND, MANY, RULE, page, words
from spi_core.present.base.marks import marked
from spi_core.present.base.numbers import change_words, signed
from spi_core.present.base.page import Picture
from spi_core.present.base.theme import RATINGS, chart_style, colour
from spi_core.present.report.captions import (
    change_alt,
    change_caption,
    london_alt,
    london_caption,
)
from spi_core.tables import records
from spi_core.text.words import DECLINE, IMPROVEMENT

if TYPE_CHECKING:
    from spi_core.present.report.data import BoroughReport

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
        paint, thick = (colour("ink"), 0.9) if zero else (RULE, 0.6)
        ax.plot([at(tick)] * 2, [top, bottom], color=paint, lw=thick, zorder=0)
        text = "0" if zero else signed(tick, 0)
        words(ax, at(tick), top - 2.5, text, 7.5, muted=True, ha="center")
    return at


def _key(ax: Axes, x: float, marks: Sequence[tuple[str, str, str, str]]) -> None:
    """Say at the top what each marker is: marker, fill, edge, word."""
    for marker, fill, edge, word in marks:
        ax.scatter([x + 1.5], [3], s=30, marker=marker, facecolor=fill, edgecolor=edge, lw=0.9)
        words(ax, x + 5, 3, word)
        x += 24


def change(report: BoroughReport) -> Picture:
    """Show how the index and its components moved, in the whole and in each area."""
    if not report.compared:
        return Picture(None)
    return Picture(
        lambda narrow: change_strip(report.changes, report.ward_changes, report.levels, narrow),
        change_alt(report),
        report.changes["illustrative"],
        {"message": change_caption(report)},
    )


def beside_reference(report: BoroughReport, most: int = 12) -> Picture:
    """Show the figures that moved most, each beside the reference's.

    Parameters
    ----------
    most : int
        How many figures.
    """
    rows = report.indicators[report.indicators["in_change"]].dropna(subset="change")
    rows = rows.sort_values("change", key=abs, ascending=False).head(most)
    if rows.empty:
        return Picture(None)
    place, (unit, whole) = report.place, report.levels
    return Picture(
        lambda narrow: london_dumbbell(rows, report.levels, narrow, place),
        london_alt(rows, whole.one, place),
        rows[["illustrative_before", "illustrative_now"]].any(axis=1),
        {"message": london_caption(rows, unit.one, place)},
    )


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
        ``element, change, low, high, rating, risen, fallen, share``; the first row is the index.
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
        marks = [("D", colour("blue"), "white", whole.one), ("o", LIGHT, LIGHT, unit.one)]
        _key(ax, ends[0], marks)
        if not narrow:
            words(ax, width, top - 4.5, f"{unit.many}, clear", 7.5, muted=True, ha="right")
        for i, r in enumerate(records(rows)):
            _change_row(ax, r, ward_changes[r.element].dropna(), at, top + row * (i + 0.5), narrow)
    return fig


def _dark() -> dict[str, Any]:
    """How the change of the whole is marked."""
    return {"marker": "D", "color": colour("blue"), "edgecolor": "white", "zorder": 3}


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
    ax.scatter(
        at(wards),
        np.full(len(wards), dots),
        s=18,
        color=LIGHT,
        alpha=0.75,
        lw=0,
        zorder=2,
        rasterized=len(wards) > MANY,
    )
    if known:
        band: dict[str, Any] = {"color": BAND, "lw": 5, "solid_capstyle": "butt"}
        ax.plot([at(r.low), at(r.high)], [dots, dots], zorder=1, **band)
        ax.scatter([at(r.change)], [dots], s=40, lw=0.7, **_dark())
    line = y - 4.0 if narrow else y
    label = words(ax, 0, line, name, weight=weight, bbox=PLAIN)
    if r.share:  # how much of it the change counts
        beside = label.get_window_extent().transformed(ax.transData.inverted()).x1 + 1.2
        words(ax, beside, line, r.share, 7, muted=True, bbox=PLAIN)
    if narrow:
        words(ax, 0, y - 0.3, f"{shown} {said}" if known else said, bbox=PLAIN)
        return
    words(ax, 124, y, shown, 8.5, ha="right", weight="bold")
    words(ax, 126, y, said)
    words(ax, 170, y, clear, ha="right")


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
        marks = [("D", colour("blue"), "white", whole.one)]
        if place:
            marks.append(("o", "white", colour("ink"), f"{place}’s average {unit.one}"))
        _key(ax, ends[0], marks)
        if not narrow:
            for x, word in ((width - 15, whole.one), (width, place)):
                words(ax, x, top - 4.5, word, 7.5, muted=True, ha="right")
        for i, r in enumerate(records(rows)):
            _dumbbell(ax, r, at, top + row * (i + 0.5), place, narrow)
    return fig


def _dumbbell(
    ax: Axes, r: Any, at: Callable[[Any], Any], y: float, place: str, narrow: bool
) -> None:
    """Draw one indicator; without a place nothing stands beside it."""
    lift, dots = (3.4, y + 3.2) if narrow else (1.5, y)
    name = marked(r.name, r.illustrative_before or r.illustrative_now)
    words(ax, 0, y - lift, name, bbox=PLAIN)
    words(ax, 0, y - lift + 3.3, f"{r.label_before} → {r.label_now}", 6.8, muted=True)
    known = not np.isnan(r.london_change)
    if known:
        ax.plot([at(r.change), at(r.london_change)], [dots, dots], color=LIGHT, lw=1.4, zorder=1)
        hollow: dict[str, Any] = {"facecolor": "white", "edgecolor": colour("ink"), "lw": 1}
        ax.scatter([at(r.london_change)], [dots], s=26, zorder=2, **hollow)
    ax.scatter([at(r.change)], [dots], s=38, lw=0.6, **_dark())
    london = signed(r.london_change, 0) if known else "–" * bool(place)
    if narrow:
        beside = f"{signed(r.change, 0)}, {place} {london}" if place else signed(r.change, 0)
        words(ax, 88, y - 0.1, beside, ha="right")
        return
    words(ax, 155, y, signed(r.change, 0), 8.5, ha="right", weight="bold")
    words(ax, 170, y, london, 8.5, ha="right")
