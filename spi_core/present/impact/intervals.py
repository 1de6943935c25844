"""Intervals about zero: the bracket of a chapter, and the answers of all chapters."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from spi_core.present.base import canvas
from spi_core.present.base.marks import marked, sentence
from spi_core.present.base.numbers import signed
from spi_core.present.base.theme import RATINGS, chart_style, colour
from spi_core.present.impact.data import ChapterPage, OutcomePage, end
from spi_core.present.impact.numbers import effect_text

#: Millimetres from one line of a heading to the next.
LINE = 3.9


@dataclass(frozen=True, slots=True)
class _Line:
    """One interval of a picture: where, how it looks, what is said beside it."""

    text: str
    said: str
    estimate: float
    low: float
    high: float
    marker: str
    paint: str
    filled: bool


def bracket_chart(page: ChapterPage, narrow: bool = False) -> Figure:
    """Set the treated areas’ own change beside both ends of the bracket, outcome by outcome.

    Parameters
    ----------
    narrow : bool
        For a phone: the words above the line.
    """
    rows: list[tuple[str, list[_Line], tuple[float, float]]] = []
    made = page.generated
    for outcome in page.answered:
        panel = outcome.analysis["panel"]
        lines = [
            _line(outcome, "Own change, nothing compared", made, "naive", ("o", "muted", False)),
            _line(outcome, "Difference-in-differences", made, "did", ("s", "blue", True)),
            _line(outcome, "Given the starting level", made, "ancova", ("D", "blue", True)),
        ]
        band = (end(panel["low"], -math.inf), end(panel["high"], math.inf))
        rows.append((sentence(outcome.label, page.generated), lines, band))
    return _intervals(rows, narrow)


def answer_chart(pages: Sequence[ChapterPage], narrow: bool = False) -> Figure:
    """Show every answer of every chapter as a share of the level before.

    Parameters
    ----------
    pages : sequence of ChapterPage
        Chapters; outcomes without an estimate are left out.
    narrow : bool
        For a phone.
    """
    rows: list[tuple[str, list[_Line], tuple[float, float]]] = []
    for page in pages:
        lines = [_share(o, page.generated) for o in page.answered if o.level > 0]
        if lines:
            rows.append((page.name, lines, (math.nan, math.nan)))
    return _intervals(rows, narrow, "%")


def _line(
    outcome: OutcomePage,
    text: str,
    generated: bool,
    key: str,
    look: tuple[str, str, bool],
) -> _Line:
    panel = outcome.analysis["panel"]
    return _Line(
        text,
        marked(effect_text(outcome, panel[key]), generated),
        end(panel[key], math.nan),
        end(panel[f"{key}_low"], -math.inf),
        end(panel[f"{key}_high"], math.inf),
        look[0],
        look[1],
        look[2],
    )


def _share(outcome: OutcomePage, generated: bool) -> _Line:
    panel, scale = outcome.analysis["panel"], outcome.scale
    rating = RATINGS[outcome.status]
    value = end(panel["did"], math.nan) * scale
    return _Line(
        outcome.label,
        marked(f"{rating.symbol} {rating.word}", generated),
        value,
        end(panel["low"], -math.inf) * scale,
        end(panel["high"], math.inf) * scale,
        rating.marker,
        rating.colour,
        True,
    )


def _intervals(
    groups: Sequence[tuple[str, list[_Line], tuple[float, float]]],
    narrow: bool,
    suffix: str = "",
) -> Figure:
    """Draw groups of intervals below each other; with a suffix all share one scale."""
    frame = _NARROW if narrow else _WIDE
    together = _reach([line for _, lines, _ in groups for line in lines])
    titles = [textwrap.wrap(title, 46 if narrow else 100) for title, _, _ in groups]
    height = sum(3 + frame.step * len(lines) for _, lines, _ in groups)
    height += sum(frame.head + LINE * (len(title) - 1) for title in titles)
    with chart_style():
        fig, ax = canvas.page(frame.width, height)
        top = 0.0
        for title, (_, lines, band) in zip(titles, groups, strict=True):
            scale = _Scale(frame, together if suffix else _reach(lines))
            ax.text(0, top + 1, "\n".join(title), weight="bold", va="top")
            top += frame.head + LINE * (len(title) - 1)
            _tick_words(ax, scale, top - 1.9, suffix)
            for line in lines:
                _ground(ax, scale, top, band)
                _draw_line(ax, line, scale, top)
                top += frame.step
            top += 3
    return fig


@dataclass(frozen=True, slots=True)
class _Frame:
    """Millimetres: width, ends of the scale, height of a line and of a group's heading."""

    width: float
    x0: float
    x1: float
    step: float
    head: float
    text_at: float
    mark_at: float
    ground_at: float


_WIDE = _Frame(170, 66, 130, 5.6, 10, 2.8, 2.8, 0)
_NARROW = _Frame(88, 5, 53, 9.6, 10, 2.2, 6.9, 4.6)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to millimetres, symmetric about zero."""

    frame: _Frame
    reach: float

    @property
    def ticks(self) -> tuple[float, ...]:
        return tuple(self.reach * (i - 2) / 2 for i in range(5))

    def at(self, value: float) -> float:
        share = (min(max(value, -self.reach), self.reach) + self.reach) / (2 * self.reach)
        return self.frame.x0 + (self.frame.x1 - self.frame.x0) * share


def _tick_words(ax: Axes, scale: _Scale, y: float, suffix: str) -> None:
    digits = max(0, -math.floor(math.log10(scale.reach / 2)))
    for value in scale.ticks:
        text = signed(value, digits) + suffix
        canvas.words(ax, scale.at(value), y, text, 7.5, muted=True, ha="center")


def _ground(ax: Axes, scale: _Scale, top: float, band: tuple[float, float]) -> None:
    """Draw scale lines and band behind one line; on a phone only below its words."""
    frame = scale.frame
    upper, lower = top + frame.ground_at, top + frame.step
    for value in scale.ticks:
        zero = value == 0
        paint, weight = (colour("ink"), 0.8) if zero else ("#D5DBE1", 0.6)
        ax.plot([scale.at(value)] * 2, [upper, lower], lw=weight, color=paint, zorder=0)
    if not math.isnan(band[0]):
        left, right = scale.at(band[0]), scale.at(band[1])
        size = (right - left, lower - upper)
        look: dict[str, Any] = {"facecolor": "#E3EDF6", "edgecolor": "none", "zorder": -1}
        ax.add_patch(Rectangle((left, upper), *size, **look))


def _draw_line(ax: Axes, line: _Line, scale: _Scale, top: float) -> None:
    frame, y = scale.frame, top + scale.frame.mark_at
    canvas.words(ax, 0, top + frame.text_at, line.text, 8.5)
    strong = line.paint in ("blue", "muted")
    dark = colour(line.paint) if strong else colour("ink")
    stroke: dict[str, Any] = {"color": dark, "lw": 1.4, "solid_capstyle": "butt"}
    for low, high in ((line.low, line.estimate), (line.estimate, line.high)):
        if not math.isnan(low + high):
            ax.plot([scale.at(low), scale.at(high)], [y, y], zorder=2, **stroke)
    fill = colour(line.paint) if line.filled else "white"
    look: dict[str, Any] = {"marker": line.marker, "color": fill, "edgecolor": dark, "lw": 1.0}
    ax.scatter([scale.at(line.estimate)], [y], s=34, zorder=3, **look)
    canvas.words(ax, frame.x1 + 4, y, line.said, 8.5)


def _reach(lines: Sequence[_Line]) -> float:
    """End of the scale: twice a round number that holds every finite end."""
    ends = [abs(v) for ln in lines for v in (ln.low, ln.high, ln.estimate) if math.isfinite(v)]
    largest = max([e for e in ends if e > 0], default=1.0)
    unit: float = 10.0 ** math.floor(math.log10(largest / 2))
    return 2 * unit * next(k for k in (1, 2, 3, 4, 5, 6, 8, 10) if 2 * unit * k >= largest)
