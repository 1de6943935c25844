"""Pictures of an impact chapter, a panel an outcome: every unit, placebo effects, year by year."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from spi_core.present.base.canvas import MM
from spi_core.present.base.marks import marked, sentence
from spi_core.present.base.theme import chart_style, colour
from spi_core.present.impact.data import ChapterPage, OutcomePage, end
from spi_core.present.impact.labels import name_ends, name_room
from spi_core.present.impact.numbers import effect_text, p_is, periods, short_unit

COMPARED = "#9FB3C8"
TREATED: dict[str, Any] = {"color": "#12436D", "lw": 1.7, "marker": "o", "ms": 4, "zorder": 3}
WIDE, NARROW = 170.0, 88.0
#: With more treated units than this the lines carry no names.
MOST_NAMES = 8
#: Periods of more letters are called before and after below an axis.
MOST_LETTERS = 12
#: Unit of effects that are held against a number expected.
SHARE = "% of the number expected"
#: Millimetres left of a panel for the numbers of its scale.
SCALE = 9.0


def _panels(
    page: ChapterPage,
    outcomes: Sequence[OutcomePage],
    narrow: bool,
    tall: float,
    margins: tuple[float, ...],
) -> tuple[Figure, list[tuple[Axes, OutcomePage]]]:
    """Open a picture with one panel an outcome, three across at most; on a phone one a row.

    ``margins`` are millimetres left, right, above and below each panel. The title of a panel
    carries the mark where its figures are generated.
    """
    across = 1 if narrow else min(3, len(outcomes))
    down = math.ceil(len(outcomes) / across)
    width = NARROW if narrow else WIDE
    cell = width / across
    left, right, above, below = margins
    key = 6.0
    height = key + down * (above + tall + below)
    fig = plt.figure(figsize=(width * MM, height * MM))
    panels = []
    for i, outcome in enumerate(outcomes):
        x = (i % across) * cell + left
        y = height - key - (i // across) * (above + tall + below) - above - tall
        size = ((cell - left - right) / width, tall / height)
        ax = fig.add_axes((x / width, y / height, *size))
        fig.text(
            (x - left) / width,
            (y + tall + above - 4) / height,
            sentence(outcome.label, page.generated),
            weight="bold",
            va="center",
        )
        panels.append((ax, outcome))
    return fig, panels


def _key(fig: Figure, items: Sequence[tuple[dict[str, Any], str]]) -> None:
    """One line of signs and words across the top."""
    handles = [Line2D([], [], **look) for look, _ in items]
    fig.legend(
        handles,
        [text for _, text in items],
        loc="upper left",
        ncols=len(items),
        bbox_to_anchor=(0, 1),
        frameon=False,
        borderpad=0,
        borderaxespad=0,
        handlelength=1.6,
        columnspacing=1.4,
        handletextpad=0.5,
        fontsize=8,
    )


def _quiet(ax: Axes) -> None:
    """Leave lines away that carry nothing."""
    ax.spines["left"].set_visible(False)
    ax.tick_params(length=0, labelsize=7.5, colors=colour("muted"))
    ax.grid(axis="y", color="#E4E7EB", linewidth=0.6)
    ax.set_axisbelow(True)


def slope_chart(page: ChapterPage, narrow: bool = False) -> Figure:
    """Draw every unit’s level before and after; treated ones are named.

    Parameters
    ----------
    page : ChapterPage
        The chapter; outcomes without raw figures are left out.
    narrow : bool
        For a phone: panels below each other.
    """
    shown = [o for o in page.outcomes if o.raw]
    before, after = (periods(page.design[k]) for k in ("before", "after"))
    if max(len(before), len(after)) > MOST_LETTERS:
        before, after = "before", "after"
    with chart_style():
        named = len(page.sides["treated"]) <= MOST_NAMES
        across = 1 if narrow else min(3, len(shown))
        cell = (NARROW if narrow else WIDE) / across
        size, right = name_room(page.treated, cell - SCALE) if named else (0.0, 5.0)
        fig, panels = _panels(page, shown, narrow, 60, (SCALE, right, 9, 7))
        shift = 1 / (cell - SCALE - right)  # a millimetre, as a share of the panel
        for ax, outcome in panels:
            wards = outcome.raw["wards"]
            for w in sorted(wards, key=lambda w: w["treated"]):
                look = TREATED if w["treated"] else {"color": COMPARED, "lw": 0.9, "zorder": 2}
                ax.plot([0, 1], [w["before"], w["after"]], clip_on=False, **look)
            _quiet(ax)
            ax.set_xlim(0, 1)
            ax.set_ylim(0, 1.04 * max(max(w["before"], w["after"]) for w in wards))
            ax.set_xticks([0, 1], [before, after])
            ax.tick_params(axis="x", pad=6)  # clear of the lowest number of the scale
            if named:
                lines = [w for w in wards if w["treated"]]
                name_ends(ax, page.names, lines, shift, size)
        items = [(TREATED, f"treated {page.unit.many}")]
        if page.sides["comparison"] or page.wide:
            items.append(({"color": COMPARED, "lw": 1.2}, f"comparison {page.unit.many}"))
        _key(fig, items)
    return fig


def placebo_chart(page: ChapterPage, narrow: bool = False) -> Figure:
    """Show the effect found among those of all other sets of areas.

    Parameters
    ----------
    narrow : bool
        For a phone.
    """
    with chart_style():
        fig, panels = _panels(page, page.answered, narrow, 40, (3, 5, 15, 11))
        for ax, outcome in panels:
            effect = outcome.analysis["effect"]
            found = float(effect["estimate"])
            others = np.array([e for e in effect["effects"] if e is not None], float)
            reach = 1.06 * max(float(np.abs(others).max()), abs(found))
            bins = np.linspace(-reach, reach, 42 if others.size > 500 else 22)
            ax.hist(others, bins=list(bins), color=colour("grey"), edgecolor="white", lw=0.4)
            top = float(np.histogram(others, bins=bins)[0].max())
            ax.plot([0, 0], [0, 1.04 * top], color=colour("ink"), lw=0.7)
            ax.plot([found, found], [0, 1.15 * top], color=colour("blue"), lw=2)
            value = marked(effect_text(outcome, found), page.generated)
            text = f"{value}, {p_is(effect['p'])}"
            ax.text(
                found,
                1.2 * top,
                text,
                color=colour("blue"),
                weight="bold",
                fontsize=8,
                va="bottom",
                ha="center" if abs(found) < 0.45 * reach else "right" if found > 0 else "left",
            )
            ax.set_ylim(0, 1.2 * top)
            ax.set_xlim(-reach, reach)
            ax.set_yticks([])
            _quiet(ax)
            ax.grid(visible=False)
            ax.set_xlabel(
                "effect, " + (SHARE if outcome.share else short_unit(outcome.unit)),
                fontsize=7.5,
                color=colour("muted"),
            )
        _key(fig, [
            ({"color": colour("blue"), "lw": 2}, "effect found"),
            ({"color": colour("grey"), "lw": 6}, f"had another set of {page.areas} been treated"),
        ])  # fmt: skip
    return fig


def event_chart(page: ChapterPage, narrow: bool = False) -> Figure:
    """Show the gap to the comparison areas, period by period, against the last one before.

    Parameters
    ----------
    page : ChapterPage
        The chapter; outcomes without an event study are left out.
    narrow : bool
        For a phone.
    """
    shown = [o for o in page.answered if o.analysis["study"]]
    after = set(page.design["after"])
    with chart_style():
        fig, panels = _panels(page, shown, narrow, 46, (10, 4, 9, 8))
        for ax, outcome in panels:
            study = outcome.analysis["study"]
            rows = list(study["effects"])
            names = [r["period"] for r in rows]
            if not outcome.share:  # held against one period
                rows.append({"period": study["base"], "estimate": 0.0})
            x_of = positions([r["period"] for r in rows])
            for r in rows:
                name = r["period"]
                _period(ax, x_of[name], r, name in after, name == study["base"])
            first = min(x_of[p] for p in after)
            base = x_of.get(
                study["base"], max((x_of[p] for p in names if p not in after), default=0)
            )
            ax.axvline((first + base) / 2, color=colour("muted"), lw=0.8, ls=(0, (3, 2)))
            ax.axhline(0, color=colour("ink"), lw=0.8, zorder=1)
            few = list(x_of)[:: 1 + len(x_of) // 12 * 3]
            ax.set_xticks([x_of[p] for p in few], [_tick(p) for p in few])
            _quiet(ax)
            ax.margins(x=0.06, y=0.08)
        base_key = ({"color": colour("muted"), "marker": "o", "ms": 4.5, "lw": 0, "mfc": "white"},
                    "compared with")  # fmt: skip
        _key(fig, [
            ({"color": colour("muted"), "marker": "o", "ms": 4.5, "lw": 1}, "before"),
            *([] if page.wide else [base_key]),
            ({"color": colour("blue"), "marker": "D", "ms": 4.5, "lw": 1.6}, "after"),
            ({"color": colour("muted"), "lw": 0.8, "ls": (0, (3, 2))}, "start"),
        ])  # fmt: skip
    return fig


def _period(ax: Axes, x: float, row: Any, after: bool, base: bool) -> None:
    paint = colour("blue") if after else colour("muted")
    if not base:
        low, high = end(row["low"], -math.inf), end(row["high"], math.inf)
        if math.isfinite(low) and math.isfinite(high):
            ax.plot([x, x], [low, high], color=paint, lw=1.6 if after else 1, zorder=2)
    ax.plot(
        [x],
        [row["estimate"]],
        marker="D" if after else "o",
        ms=4.5,
        color=paint,
        zorder=3,
        mfc="white" if base else paint,
    )


def _tick(period: str) -> str:
    if len(period) == 7 and period[:4].isdigit():  # a month
        return f"{int(period[5:])}/’{period[2:4]}"
    return f"’{period[2:]}" if len(period) == 4 and period.isdigit() else period


def positions(names: Sequence[str]) -> dict[str, float]:
    """Place periods: years on their year, so that one left out leaves a gap; others in order.

    Parameters
    ----------
    names : sequence of str
        Periods, the last one the base.

    Returns
    -------
    dict of str to float
        In ascending order where they are years.

    Examples
    --------
    >>> positions(["2016", "2019", "2017"])
    {'2016': 2016.0, '2017': 2017.0, '2019': 2019.0}
    """
    if all(len(n) == 4 and n.isdecimal() for n in names):
        return {n: float(n) for n in sorted(names)}
    return {n: float(i) for i, n in enumerate(names)}
