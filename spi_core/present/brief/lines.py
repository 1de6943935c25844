"""Figures over all years at hand, beside the reference's: the brief's small lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from spi_core.present.base.canvas import fitted, kept_in, page, reach, words
from spi_core.present.base.marks import carried, marked, of_area
from spi_core.present.base.numbers import number
from spi_core.present.base.page import Page, Picture
from spi_core.present.base.spans import beside
from spi_core.present.base.theme import RATINGS, chart_style, colour
from spi_core.present.brief.facts import has_counts
from spi_core.present.brief.rows import CONTEXT
from spi_core.store import Tables
from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.present.brief.data import Brief

#: Lines on the first page; years that make one.
MOST, YEARS = 3, 4
#: Behind words that lie on a line.
BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.8}
#: Which way a rating of a change points for the reader: the arrow is better or worse, the verb says
#: which way the figure went.
WAYS = {"clear improvement": "better: ", "clear decline": "worse: "}


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of an area over the years.

    Parameters
    ----------
    name, unit : str
        Of the figure.
    years : list of str
        What each value stands for.
    values, reference : ndarray, shape (years,)
        The area's; the reference's own, NaN without one.
    said : list of str
        What is written at each value: counts where they are known, else the first and last.
    limits : tuple of float
        Lowest and highest value of all units and the reference: the same in every brief.
    verdict : tuple of str and str
        What became of it, and how that is beside the reference.
    illustrative : bool
        Whether any value is made up.
    """

    name: str
    unit: str
    years: list[str]
    values: np.ndarray
    reference: np.ndarray
    said: list[str]
    limits: tuple[float, float]
    verdict: tuple[str, str]
    illustrative: bool


def print_lines(page: Page, tables: Tables, brief: Brief) -> None:
    """Print the figures told, and the one that moved most, since they began (``output: asis``)."""
    lines = gathered(tables, brief)
    if not lines:
        return
    print(f'\n:::: {{layout="{[[1] * MOST]}"}}')
    for k, line in enumerate(lines):
        page.picture(f"line-{k}", picture(line, brief), once=True)
    print("::::\n")


def picture(line: Line, brief: Brief) -> Picture:
    """Draw one figure of an area over the years, beside the reference's."""
    place = f"; dashed: {brief.place}" if brief.place else ""
    said = ", ".join([_spoken(line), *filter(None, line.verdict)])
    return Picture(
        lambda _: panel(line, brief.place),
        f"Over the years in {brief.name}{place}. {line.name} ({line.unit}): {said}.",
        line.illustrative,
    )


def _spoken(line: Line) -> str:
    pairs = zip(line.years, line.values, strict=True)
    return ", ".join(f"{year} {number(value)}" for year, value in pairs)


def chosen(tables: Tables, code: str, told: Iterable[str]) -> list[str]:
    """Choose the figures to show over the years: those told first, and whatever moved furthest.

    Parameters
    ----------
    tables : Tables
        ``history, long_changes``; without them there are none.
    code : str
        The area.
    told : iterable of str
        Figures that the page tells, in its order.

    Returns
    -------
    list of str
        At most `MOST` indicators, each with `YEARS` values or more that mean the same.
    """
    if "history" not in tables or tables["history"].empty:
        return []
    mine = of_area(tables["history"], code).dropna(subset="value")
    mine = mine[mine["comparable"]]
    enough = mine["indicator_id"].value_counts().loc[lambda n: n >= YEARS].index
    moved = of_area(tables["long_changes"], code).pipe(lambda d: d[d["level"] == "indicator"])
    far = moved.set_index("element")["points"].abs().dropna()
    most = [i for i in far.sort_values(ascending=False, kind="stable").index if i in enough]
    told = [i for i in told if i in enough]
    return list(dict.fromkeys([*told[: MOST - 1], *most[:1], *told, *most]))[:MOST]


def gathered(tables: Tables, brief: Brief) -> list[Line]:
    """Gather the lines of an area.

    Parameters
    ----------
    tables : Tables
        ``history, long_changes``.
    brief : Brief
        The area's figures.
    """
    if not brief.lines:
        return []
    every, areas = carried(tables, "history"), tables["areas"]
    units = areas.loc[areas["level"] == brief.unit.id, "code"]
    every = every[every["comparable"] & every["area_code"].isin(units)].dropna(subset="value")
    moved = of_area(tables["long_changes"], brief.code).set_index("element")
    about: Any = tables["indicators"].set_index("id")
    return [_line(every[every["indicator_id"] == i], i, about, moved, brief) for i in brief.lines]


def _line(every: pd.DataFrame, i: str, about: Any, moved: Any, brief: Brief) -> Line:
    mine = every[every["area_code"] == brief.code].sort_values("year", kind="stable")
    values, reference = (mine[c].to_numpy(float) for c in ("value", "reference"))
    counted = all(has_counts(about.loc[i], r) for r in records(mine))
    if counted:
        said = [marked(number(r.numerator, 0), r.illustrative) for r in records(mine)]
    else:
        said = [marked(number(r.value), r.illustrative) for r in records(mine)]
        said[1:-1] = [""] * (len(said) - 2)
    ends = np.concatenate([every["value"].to_numpy(float), reference])
    verdict = ("", "")
    if i in moved.index:
        verdict = _verdict(moved.loc[i], brief.place, "the rate " if counted else "")
    return Line(
        name=str(about.at[i, "name"]),
        unit=str(about.at[i, "unit"]) + ("; numbers: how many" if counted else ""),
        # the label that tables and sentences give the same figure
        years=[str(r.period_label or r.year) for r in records(mine)],
        values=values,
        reference=reference,
        said=said,
        limits=(float(np.nanmin(ends)), float(np.nanmax(ends))),
        verdict=verdict,
        illustrative=bool(mine["illustrative"].any()),
    )


def _verdict(r: Any, place: str, what: str) -> tuple[str, str]:
    """Say what became of a figure: the arrow says better or worse, the verb up or down."""
    verb = "rose" if r["change"] > 0 else "fell" if r["change"] < 0 else "stayed"
    clear = r["rating"] in WAYS
    ends = f"from {number(r['baseline'])} to {number(r['current'])}"
    said = f"{WAYS[r['rating']]}{what}{verb} {ends}" if clear else str(r["rating"])
    beside_it = beside(place, r["relative_rating"]).removeprefix(", ")
    return f"{RATINGS[r['rating']].symbol} {said}", beside_it


def panel(line: Line, place: str) -> Figure:
    """Draw a small line, of a third of a page's width, which a phone shows as wide as it is.

    Parameters
    ----------
    line : Line
        What is drawn.
    place : str
        Whose line is dashed; empty without one.
    """
    room = 53.0
    with chart_style(8):
        fig, ax = page(room, 35.5)
        _draw(ax, line, place, room)
    return fig


def _draw(ax: Axes, line: Line, place: str, room: float) -> None:
    fitted(ax, 0, 2.5, line.name, room - 2, 8.4, weight="semibold")
    fitted(ax, 0, 6.6, line.unit, room - 2, 7, color=colour("muted"))
    low, high = line.limits
    span = (high - low) or 1.0
    x = np.linspace(3, room - 5, len(line.values))

    def y(value: Any) -> Any:
        return 22.4 - 9 * (np.asarray(value, float) - low) / span

    ax.plot([0, room], [26.4] * 2, color=CONTEXT, lw=0.7, zorder=1)
    ax.plot(x, y(line.reference), color=CONTEXT, lw=1.2, ls=(0, (3, 2)), zorder=2)
    ax.plot(x, y(line.values), color=colour("blue"), lw=1.9, marker="o", ms=3.6, zorder=3)
    above = np.nan_to_num(line.values - line.reference, nan=1.0) >= 0
    points = zip(x, y(line.values), line.said, above, strict=True)
    said = [
        kept_in(ax, across, at + (-3 if up else 3.2), text, room, size=7.4, ha="center", zorder=4,
                bbox=BEHIND, weight="semibold")
        for across, at, text, up in points if text
    ]  # fmt: skip
    if place:
        _name_dashed(ax, place, y(line.reference), above, room, said)
    words(ax, 0, 28.4, line.years[0], 7, muted=True)
    words(ax, room, 28.4, line.years[-1], 7, muted=True, ha="right")
    fitted(ax, 0, 31.4, line.verdict[0], room, 7.8, weight="semibold")
    fitted(ax, 0, 34.3, line.verdict[1], room, 7.2)


def _name_dashed(ax: Axes, place: str, at: Any, above: Any, room: float, said: list[Text]) -> None:
    """Write whose line is dashed at one of its ends, where it lies on no number, or else not."""
    label = words(ax, 0, 0, place, 7, muted=True, bbox=BEHIND, zorder=4)
    ends = [(room, "right", -1), (0, "left", 0)]
    for x, side, end in [e for e in ends if np.isfinite(at[e[2]])]:
        for off in (3.2, -3) if above[end] else (-3, 3.2):
            label.set(x=x, y=at[end] + off, ha=side)
            if not any(reach(ax, label).overlaps(reach(ax, other)) for other in said):
                return
    label.remove()
