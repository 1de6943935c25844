"""Where the whole stands among others of its kind, and how its change compares with theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spi_core.present.base.canvas import BAND, RULE, page, words
from spi_core.present.base.marks import sentence
from spi_core.present.base.numbers import number, signed
from spi_core.present.base.page import Picture
from spi_core.present.base.theme import chart_style, colour
from spi_core.present.base.words import and_list, beside_others, place_words
from spi_core.store import Tables
from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.present.report.data import BoroughReport

LIGHT = "#9FB3C8"
#: White behind words that a scale line would cross.
PLAIN = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
UPPER = ("index", "dimension")


def fellows(tables: Tables, r: BoroughReport) -> Picture:
    """Show index and dimensions of the whole and of the others, and how each moved.

    Parameters
    ----------
    tables : Tables
        ``fellows, fellow_changes, reference_scores``.
    r : BoroughReport
        What the whole is called.
    """
    now, moved = (_upper(tables, name) for name in ("fellows", "fellow_changes"))
    moved = moved.dropna(subset="relative")
    mine = now[now["area_code"] == r.code].set_index("element")
    if mine.empty:
        return Picture(None)
    order = [e for e in ("index", *r.dimensions) if e in mine.index]
    average = tables["reference_scores"].set_index("element")["score"]
    parts = {"places": _places(mine.loc[order], now), "moves": _moves(moved, r)}
    more = " ".join(filter(None, (parts["moves"], _without(tables, r))))
    return Picture(
        lambda narrow: _strips(now, moved, average, order, r, narrow),
        f"Scores of {r.name}, {r.place}’s other {r.whole.many} and its average {r.unit.one}, and "
        f"changes beside {r.place}’s own. {parts['places']} {more}".rstrip(),
        mine["illustrative"],
        {
            "message": parts["places"] or "A place needs two scores.",
            "more": more,
            "wholes": r.whole.many,
        },
    )


def fellows_finding(tables: Tables, r: BoroughReport) -> str:
    """Say in a sentence or two where the whole stands among others; empty without them."""
    now, moved = (_upper(tables, name) for name in ("fellows", "fellow_changes"))
    mine = now[now["area_code"] == r.code].set_index("element")
    if mine.empty:
        return ""
    first = mine.index[mine.index.isin(["index"])].tolist() or list(mine.index[:1])
    kept = moved[moved["element"].isin(first)]
    # where it stands worst is worth as much as where it stands
    count = now.groupby("element").size()
    worst = (mine["rank_low"] / count).drop(first).dropna()
    named = [*first, *([worst.idxmax()] if len(worst) else [])]
    text = f"**Among {r.place}’s {r.whole.many}.** {_places(mine.loc[named], now)}"
    return sentence(" ".join(filter(None, (text, _moves(kept, r)))), mine["illustrative"].any())


def likely_score(tables: Tables, r: BoroughReport) -> str:
    """Give the likely range of the whole's index, where it is known, to stand beside it."""
    rows = tables["fellows"].query("element == 'index' and area_code == @r.code and low == low")
    said = [f"likely {number(m.low, 0)} to {number(m.high, 0)};" for m in records(rows)]
    return "".join(said) or "\N{NO-BREAK SPACE}"


def _upper(tables: Tables, name: str) -> pd.DataFrame:
    frame = tables[name]
    return frame[frame["level"].isin(UPPER)]


def _called(element: str) -> str:
    return "the index" if element == "index" else element


def _places(mine: pd.DataFrame, now: pd.DataFrame) -> str:
    count = now.groupby("element").size()
    said = [
        f"{place_words(m.rank_low, m.rank_high, count[m.element])} on {_called(m.element)}"
        for m in records(mine.reset_index())
        if count[m.element] > 1
    ]
    return f"Likely places, 1st being best: {and_list(said)}." if said else ""


def _moves(moved: pd.DataFrame, r: BoroughReport) -> str:
    """Count the others whose change differs clearly from the whole's, element by element."""
    said, mine = [], moved[moved["area_code"] == r.code].set_index("element")
    for element in [e for e in ("index", *r.dimensions) if e in mine.index]:
        rest = moved[moved["element"].eq(element) & moved["apart_low"].notna()]
        if rest.empty:
            continue
        first, last = mine.loc[element, ["first", "last"]]
        ahead, behind = int((rest["apart_high"] < 0).sum()), int((rest["apart_low"] > 0).sum())
        others = beside_others(ahead, behind, len(rest), "than in")
        said.append(f"{_called(element)} {others}, {first} to {last}")
    text = f"Beside {r.place}’s own change, and of the other {r.whole.many} that can be compared"
    return f"{text}: {'; '.join(said)}." if said else ""


def _without(tables: Tables, r: BoroughReport) -> str:
    """Say how many lack an index, and which figures some have nowhere."""
    every = tables["fellows"]
    n, scored = every["area_code"].nunique(), int((every["element"] == "index").sum())
    said = []
    if scored < n:
        said.append(f"{n - scored} of the {n} {r.whole.many} have no index: figures are missing.")
    lost = every.loc[(every["level"] == "component") & (every["lacking"] != ""), "lacking"]
    for name, count in lost.str.split("; ").explode().value_counts().items():
        verb = "is" if count == 1 else "are"
        noun = r.whole.one if count == 1 else r.whole.many
        said.append(f"{count} {noun} {verb} scored without “{name}”, which has no figure there.")
    return " ".join(said)


def _strips(
    now: pd.DataFrame,
    moved: pd.DataFrame,
    average: pd.Series,
    order: Sequence[str],
    r: BoroughReport,
    narrow: bool,
) -> Figure:
    """Draw a row an element: all scores, and all changes with their years."""
    width, row, top = (88.0, 31.0, 15.0) if narrow else (170.0, 10.0, 19.0)
    left, right = ((3.0, 85.0), (3.0, 85.0)) if narrow else ((46.0, 101.0), (128.0, 168.0))
    bottom = top + row * len(order)
    count = now.groupby("element").size()
    with chart_style():
        fig, ax = page(width, bottom + 1)
        _key(ax, r, 0.0 if narrow else left[0], narrow)
        if not narrow:
            words(ax, left[0], top - 8.5, "Score", 7.5, weight="semibold")
            heading = f"Change beside {r.place}’s own"
            words(ax, right[1], top - 8.5, heading, 7.5, weight="semibold", ha="right")
        levels = _scaled(ax, now["score"], left, (top - 2, bottom), 20, not narrow)
        shown = moved[moved["element"].isin(order)]
        changes = None
        if len(shown):
            changes = _scaled(ax, shown["relative"], right, (top - 2, bottom), 2, not narrow)
        for i, element in enumerate(order):
            y = top + row * (i + 0.5) - (12.0 if narrow else 0.0)
            mine: Any = now[(now["element"] == element) & (now["area_code"] == r.code)].iloc[0]
            title = "Index" if element == "index" else element
            words(ax, 0, y - 2, title, weight="semibold")
            places = place_words(mine["rank_low"], mine["rank_high"], count[element])
            words(ax, 0, y + 2, f"likely {places}", 7, muted=True)
            dots = y + (8 if narrow else 0)
            rows = now[now["element"] == element]
            band = (mine["low"], mine["high"])
            _strip(ax, rows, "score", levels, dots, r.code, average.get(element, np.nan), band)
            rows = shown[shown["element"] == element]
            if changes is None or rows.empty:
                x, line = (3.0, y + 14) if narrow else (right[0], y)
                words(ax, x, line, "change not comparable", 7, muted=True, bbox=PLAIN)
                continue
            own: Any = rows[rows["area_code"] == r.code].iloc[0]
            years, size = f"{own['first']}–{own['last']}", signed(own["relative"])
            if narrow:
                said = f"{years}, beside {r.place}’s own change: {size}"
                words(ax, 3, y + 14, said, 7, muted=True)
            else:
                words(ax, 126, y - 2, size, 8.5, weight="bold", ha="right")
                words(ax, 126, y + 2, years, 7, muted=True, ha="right")
            dots = y + (19 if narrow else 0)
            _strip(ax, rows, "relative", changes, dots, r.code, 0.0, None)
    return fig


def _key(ax: Axes, r: BoroughReport, x: float, narrow: bool) -> None:
    marks = (
        ("D", colour("blue"), "white", r.name),
        ("o", LIGHT, LIGHT, f"other {r.whole.many}"),
        ("o", "white", colour("ink"), f"{r.place}’s average {r.unit.one}"),
    )
    for k, (marker, fill, edge, word) in enumerate(marks):
        at = (x + 1.5, 2.5 + 3.6 * k) if narrow else (x + 1.5 + 43 * k, 2.5)
        ax.scatter([at[0]], [at[1]], s=28, marker=marker, facecolor=fill, edgecolor=edge, lw=0.9)
        words(ax, at[0] + 3, at[1], word, 7.5)


def _scaled(
    ax: Axes,
    values: pd.Series,
    ends: tuple[float, float],
    reach: tuple[float, float],
    every: int,
    drawn: bool,
) -> Callable[[Any], Any]:
    """Draw a scale, where there is one for all rows, and hand out where a number lies on it."""
    step = every / 2
    low, high = step * np.floor(values.min() / step), step * np.ceil(values.max() / step)
    wide = (ends[1] - ends[0]) / (high - low)

    def at(value: Any) -> Any:
        return ends[0] + wide * (value - low)

    for tick in np.arange(np.ceil(low / every) * every, high + 1, every) if drawn else ():
        ax.plot([at(tick)] * 2, reach, color=RULE, lw=0.6, zorder=0)
        text = signed(tick, 0) if low < 0 and tick else number(tick, 0)
        words(ax, at(tick), reach[0] - 2.5, text, 7.5, muted=True, ha="center")
    return at


def _strip(
    ax: Axes,
    rows: pd.DataFrame,
    column: str,
    at: Callable[[Any], Any],
    y: float,
    code: str,
    average: float,
    band: tuple[float, float] | None,
) -> None:
    mine = rows["area_code"] == code
    if band is not None and np.isfinite(band[0]):
        wide: dict[str, Any] = {"color": BAND, "lw": 6, "solid_capstyle": "butt", "zorder": 0}
        ax.plot([at(band[0]), at(band[1])], [y, y], **wide)
    others = at(rows.loc[~mine, column].to_numpy(float))
    ax.scatter(others, np.full(len(others), y), s=18, color=LIGHT, alpha=0.75, lw=0, zorder=1)
    if np.isfinite(average):
        hollow: dict[str, Any] = {"facecolor": "white", "edgecolor": colour("ink"), "lw": 1}
        ax.scatter([at(average)], [y], s=26, zorder=2, **hollow)
    own = {"marker": "D", "color": colour("blue"), "edgecolor": "white", "lw": 0.7, "zorder": 3}
    for value in records(rows[mine]):
        ax.scatter([at(getattr(value, column))], [y], s=40, **own)  # type: ignore[arg-type]
