"""The brief's chart of a row a component: where each stands and how it moved, in one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spi_core.present.base.canvas import MM, fitted, laid_over, words
from spi_core.present.base.marks import marked
from spi_core.present.base.numbers import change_words
from spi_core.present.base.theme import RATINGS, chart_style, colour
from spi_core.tables import records

#: Grey of what is context: at least 3:1 on white, so that it survives a photocopier.
CONTEXT = "#6B7785"
CLEAR = ("clear improvement", "clear decline")


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a row puts its parts, in millimetres across and rows down.

    A wide row has its name left of the scale and its movement right of it; a narrow one, for
    phones, its name above and its movement below.
    """

    width: float
    row: float
    x0: float
    x1: float
    number: float
    word: float
    change: float
    moved: float
    step: float
    mark_at: float
    moved_at: float


WIDE = _Frame(170, 4.9, 57, 93, 99.5, 101.5, 130, 132, 1, 0.5, 0.5)
NARROW = _Frame(88, 5, 2, 46, 55, 57, 12, 14, 3.1, 1.45, 2.3)


def component_chart(
    rows: pd.DataFrame,
    spread: pd.DataFrame,
    heads: tuple[str, str],
    narrow: bool = False,
) -> Figure:
    """Show every component's score against what it is held against, and its change beside it.

    Parameters
    ----------
    rows : DataFrame
        In their order: ``component, score, other, rating, word``; NaN score where not scored,
        ``word`` then says why; ``change, change_rating, change_word`` where two periods are
        compared, ``change_word`` then says why there is no change; ``illustrative``.
    spread : DataFrame
        Index element: ``lowest, highest`` of the areas.
    heads : tuple of str
        Over the words of the level, and over the change; an empty second leaves that out.
    narrow : bool
        For a phone.
    """
    frame = NARROW if narrow else WIDE
    head = 1.0 if narrow else 1.35
    slots = head + len(rows) * frame.step + 0.15
    with chart_style(8.2):
        fig = plt.figure(figsize=(frame.width * MM, slots * frame.row * MM))
        ax = laid_over(fig, frame.width, slots)
        ends = _at(frame, np.array([0.0, 50.0, 100.0]))
        ax.vlines(ends, head - 0.15, slots - 0.1, color="#C5CCD3", lw=0.6, zorder=0)
        for x, text in zip(ends, ("0", "50", "100"), strict=True):
            words(ax, x, 0.5, text, 7.5, muted=True, ha="center")
        words(ax, frame.word, 0.5, heads[0], 7.5, muted=True)
        if not narrow:
            words(ax, frame.moved - 9, 0.5, heads[1], 7.5, muted=True)
        tops = head + frame.step * np.arange(len(rows))
        for r, top in zip(records(rows), tops, strict=True):
            _row_words(ax, frame, r, float(top), bool(heads[1]))
        _bars(ax, frame, rows.assign(y=tops + frame.mark_at), spread)
    return fig


# What all rows have alike is drawn at once: a line of its own for each takes most of the time.


def _bars(ax: Axes, frame: _Frame, rows: pd.DataFrame, spread: pd.DataFrame) -> None:
    """Draw the reach of the areas, what the area is held against and its own mark."""
    rows = rows.dropna(subset="score")
    every = spread.reindex(rows["component"]).set_index(rows["y"])
    low, high = (_at(frame, every[end].to_numpy()) for end in ("lowest", "highest"))
    ax.hlines(every.index, low, high, color=CONTEXT, lw=0.9, zorder=1)
    near = rows.dropna(subset="other")
    x, y = _at(frame, near["other"].to_numpy(float)), near["y"]
    ax.vlines(x, y - 0.46, y + 0.46, color=colour("ink"), lw=1.6, zorder=2)
    rows = rows.assign(x=_at(frame, rows["score"].to_numpy(float)))
    for word, group in rows.groupby("rating"):
        rating = RATINGS[str(word)]
        look: dict[str, Any] = {"ls": "none", "marker": rating.marker, "ms": 7.2, "mew": 0.9}
        paint: dict[str, Any] = {"mfc": colour(rating.colour), "mec": colour("ink")}
        ax.plot(group["x"], group["y"], zorder=3, **look, **paint)


def _at(frame: _Frame, value: Any) -> Any:
    return frame.x0 + (frame.x1 - frame.x0) * value / 100


def _row_words(ax: Axes, frame: _Frame, r: Any, top: float, moves: bool) -> None:
    y, weight = top + frame.mark_at, "bold" if r.component == "Index" else "normal"
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    beside = frame.mark_at == frame.moved_at
    name = r.component if r.component != "Index" else "Whole score"
    if beside:
        fitted(ax, 0, y, name, frame.x0 - 3, 8.2, weight=weight)
    else:
        words(ax, 0, top + 0.55, name, 8.2, weight="bold")
    if np.isnan(r.score):
        ax.text(frame.x0, y, r.word, va="center", color=colour("muted"), style="italic", bbox=box)
        return
    ax.text(frame.number, y, marked(f"{r.score:.0f}", r.illustrative), ha="right", va="center",
            weight="bold")  # fmt: skip
    ax.text(frame.word, y, f"{RATINGS[r.rating].symbol} {r.word}", va="center")
    if not moves:
        return
    y = top + frame.moved_at
    if np.isnan(r.change):
        x = frame.moved - 9 if beside else 0
        words(ax, x, y, "cannot be compared", 7.6, muted=True, style="italic")
        return
    size = marked(change_words(r.change, r.change_rating in CLEAR), r.change_illustrative)
    words(ax, frame.change, y, size, 8.2, ha="right")
    sign = RATINGS[r.change_rating].symbol
    fitted(ax, frame.moved, y, f"{sign} {r.change_word}", frame.width - 11, 8.2)
    when = f"{r.change_first}–{r.change_last[-2:]}"
    fitted(ax, frame.width - 10, y, when, frame.width, 7.2, color=colour("muted"))
