"""The brief's charts of a row a component: where each stands, and how each changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spi_core.present.base.canvas import MM, laid_over
from spi_core.present.base.marks import marked
from spi_core.present.base.numbers import change_words, signed
from spi_core.present.base.theme import RATINGS, Rating, chart_style, colour
from spi_core.tables import records


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a row chart puts its parts, in millimetres across and rows down.

    A wide row has its name left of the scale; a narrow one, for phones, above it.
    """

    width: float
    row: float
    x0: float
    x1: float
    number: float
    word: float
    step: float
    name_at: float
    mark_at: float


WIDE = _Frame(170, 4.7, 66, 124, 133.5, 136, 1, 0.5, 0.5)
NARROW = _Frame(88, 5, 2, 46, 55, 57, 2.1, 0.55, 1.45)


def _canvas(frame: _Frame, slots: float) -> tuple[Figure, Axes]:
    """Open a picture whose coordinates are millimetres across and rows down."""
    fig = plt.figure(figsize=(frame.width * MM, slots * frame.row * MM))
    return fig, laid_over(fig, frame.width, slots)


def _name(ax: Axes, frame: _Frame, name: str, top: float, weight: str, share: str = "") -> None:
    """Write a row's name, and beside it how many of its parts its change counts."""
    # white behind the words, so that the scale's lines don't strike them through
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    y = top + frame.name_at
    text = ax.text(0, y, name, va="center", weight=weight, bbox=box, zorder=2)
    if not share:
        return
    end = ax.transData.inverted().transform(text.get_window_extent().get_points())[1, 0]
    beside = ax.annotate(share, (end, y), (3, 0), textcoords="offset points", va="center")
    beside.set(color=colour("muted"), fontsize=7.2, bbox=box, zorder=2)
    room = frame.x0 - 2 if frame.name_at == frame.mark_at else frame.width
    over = ax.transData.inverted().transform(beside.get_window_extent().get_points())[1, 0]
    if over > room:  # a long name: both smaller, so that neither runs into the scale
        small = max(5.5, 8.5 * room / over)
        text.set_fontsize(small)
        end = ax.transData.inverted().transform(text.get_window_extent().get_points())[1, 0]
        beside.xy = (end, y)
        beside.set_fontsize(small * 0.85)


def component_strip(rows: pd.DataFrame, spread: pd.DataFrame, narrow: bool = False) -> Figure:
    """Show every component against the whole and the other areas, grouped by dimension.

    Parameters
    ----------
    rows : DataFrame
        In the order of the framework: ``dimension, component, score, whole, peers_median,
        rating, word``; NaN score where not scored, ``word`` then says why.
    spread : DataFrame
        Index element: ``lowest, q1, q3, highest`` of the areas.
    narrow : bool
        For a phone: the name above its bar.
    """
    frame = NARROW if narrow else WIDE
    dimensions = list(dict.fromkeys(rows["dimension"]))
    slots = len(rows) * frame.step + 0.95 * len(dimensions) + 0.9
    with chart_style():
        fig, ax = _canvas(frame, slots)
        _scale(ax, frame, {t: str(t) for t in (0, 25, 50, 75, 100)}, 0, 100, slots)
        y, at = 0.9, {}
        for dimension in dimensions:
            ax.text(0, y + 0.48, dimension, weight="bold", va="center", color=colour("blue"))
            y += 0.95
            for r in records(rows[rows["dimension"] == dimension]):
                _component_words(ax, frame, r, y)
                at[r.component] = y + frame.mark_at
                y += frame.step
        _bars(ax, frame, rows.assign(y=rows["component"].map(at)), spread)
    return fig


# What all rows have alike is drawn at once: a line of its own for each takes most of the time.


def _bars(ax: Axes, frame: _Frame, rows: pd.DataFrame, spread: pd.DataFrame) -> None:
    """Draw the spread of the areas, the whole, the similar areas and the area's own mark."""
    rows = rows.dropna(subset="score")
    every = spread.reindex(rows["component"]).set_index(rows["y"])
    for low, high, shade in (("lowest", "highest", "#E4E7EB"), ("q1", "q3", "#BCCCDC")):
        ends = [_at(frame, every[end].to_numpy(), 0, 100) for end in (low, high)]
        cap = "round" if low == "lowest" else "butt"
        ax.hlines(every.index, *ends, color=shade, lw=6.5, capstyle=cap, zorder=1)
    home = rows.dropna(subset="whole")
    x, y = _at(frame, home["whole"].to_numpy(), 0, 100), home["y"]
    ax.vlines(x, y - 0.36, y + 0.36, color=colour("ink"), lw=1.1, zorder=2)
    if "peers_median" in rows:  # what the rating compares with: a short tick that crowns the bar
        near = rows.dropna(subset="peers_median")
        x, y = _at(frame, near["peers_median"].to_numpy(), 0, 100), near["y"]
        ax.vlines(x, y - 0.46, y - 0.2, color=colour("blue"), lw=1.6, zorder=2)
    _marks(ax, rows.assign(x=_at(frame, rows["score"].to_numpy(), 0, 100)))


def _marks(ax: Axes, rows: pd.DataFrame) -> None:
    """Put the sign of each row's rating at its ``x`` and ``y``."""
    for word, group in rows.groupby("rating"):
        rating = RATINGS[str(word)]
        look: dict[str, Any] = {"ls": "none", "marker": rating.marker, "ms": 7.6, "mew": 0.8}
        paint: dict[str, Any] = {"mfc": colour(rating.colour), "mec": colour("ink")}
        ax.plot(group["x"], group["y"], zorder=3, **look, **paint)


def _at(frame: _Frame, value: Any, low: float, high: float) -> Any:
    return frame.x0 + (frame.x1 - frame.x0) * (value - low) / (high - low)


def _scale(
    ax: Axes, frame: _Frame, ticks: Mapping[float, str], low: float, high: float, bottom: float
) -> None:
    places = [_at(frame, tick, low, high) for tick in ticks]
    ax.vlines(places, 0.85, bottom - 0.1, color="#E4E7EB", lw=0.6, zorder=0)
    for x, text in zip(places, ticks.values(), strict=True):
        ax.text(x, 0.42, text, ha="center", va="center", fontsize=7.5, color=colour("muted"))


def _unscored(ax: Axes, frame: _Frame, text: str, y: float) -> None:
    # white behind the words, so that the scale's lines don't strike them through
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    ax.text(frame.x0, y, text, va="center", color=colour("muted"), style="italic", bbox=box)


def _verdict(ax: Axes, frame: _Frame, number: str, rating: Rating, word: str, y: float) -> None:
    ax.text(frame.number, y, number, ha="right", va="center", weight="bold")
    ax.text(frame.word, y, f"{rating.symbol} {word}", va="center")


def _component_words(ax: Axes, frame: _Frame, r: Any, top: float) -> None:
    y = top + frame.mark_at
    _name(ax, frame, r.component, top, "normal")
    if np.isnan(r.score):
        _unscored(ax, frame, r.word, y)
        return
    number = marked(f"{r.score:.0f}", getattr(r, "illustrative", False))
    _verdict(ax, frame, number, RATINGS[r.rating], r.word, y)


def change_chart(rows: pd.DataFrame, narrow: bool = False) -> Figure:
    """Show each component's change on one scale, with its interval where there is one.

    Parameters
    ----------
    rows : DataFrame
        ``component, change, rating, word`` and, where known, ``low, high``; NaN change where it
        cannot be compared, ``word`` then says why; ``share``, where there is one, beside the name.
    narrow : bool
        For a phone: the name above its bar.
    """
    frame = NARROW if narrow else WIDE
    reach = _reach(rows)
    slots = len(rows) * frame.step + 1
    with chart_style():
        fig, ax = _canvas(frame, slots)
        steps = np.linspace(-reach, reach, 5)
        _scale(ax, frame, {t: signed(t, 0) for t in steps}, -reach, reach, slots)
        zero = _at(frame, 0, -reach, reach)
        ax.plot([zero, zero], [0.8, slots - 0.05], color=colour("ink"), lw=0.8, zorder=0)
        tops = 1 + frame.step * np.arange(len(rows))
        for r, top in zip(records(rows), tops, strict=True):
            _change_words(ax, frame, r, float(top))
        known = rows.assign(y=tops + frame.mark_at).dropna(subset="change")
        if "low" in known:
            likely = known.dropna(subset=["low", "high"])
            ends = [_at(frame, likely[e].to_numpy(), -reach, reach) for e in ("low", "high")]
            ax.hlines(likely["y"], *ends, color="#BCCCDC", lw=4, capstyle="butt", zorder=1)
        _marks(ax, known.assign(x=_at(frame, known["change"].to_numpy(), -reach, reach)))
    return fig


def _reach(rows: pd.DataFrame) -> float:
    """End the scale at a multiple of ten points that holds every change and interval."""
    ends = rows[[c for c in ("change", "low", "high") if c in rows]].to_numpy(float)
    known = ends[np.isfinite(ends)]
    return 10.0 * max(1.0, float(np.ceil(np.abs(known).max(initial=0) / 10)))


def _change_words(ax: Axes, frame: _Frame, r: Any, top: float) -> None:
    y = top + frame.mark_at
    weight = "bold" if r.component == "Index" else "normal"
    _name(ax, frame, r.component, top, weight, getattr(r, "share", ""))
    if np.isnan(r.change):
        _unscored(ax, frame, r.word, y)
        return
    clear = r.rating in ("clear improvement", "clear decline")
    number = marked(change_words(r.change, clear), getattr(r, "illustrative", False))
    _verdict(ax, frame, number, RATINGS[r.rating], r.word, y)
