"""What the report shows of three periods or more: lines, and the change of several years."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spi_core.present.base.canvas import BAND, RULE, page, words
from spi_core.present.base.edition import labels
from spi_core.present.base.marks import carried, marked
from spi_core.present.base.numbers import change_words, number
from spi_core.present.base.page import Picture
from spi_core.present.base.spans import counted
from spi_core.present.base.theme import RATINGS, chart_style, colour
from spi_core.present.base.words import and_list, capital
from spi_core.store import Tables
from spi_core.text.words import DECLINE, IMPROVEMENT

if TYPE_CHECKING:
    from spi_core.present.report.data import BoroughReport


def over_time(tables: Tables, code: str, most: int = 99) -> Picture:
    """Show an area among the units on what has comparable scores in three periods or more.

    Parameters
    ----------
    tables : Tables
        ``scores_comparable``: one set of figures for all periods.
    code : str
        GSS code of the whole or of a unit.
    most : int
        Panels: the index and the first components, those that moved most before others.
    """
    areas = tables["areas"].set_index("code")
    units = areas.index[areas["level"] == tables.levels.unit.id]
    periods = list(labels(tables))
    every = tables["scores_comparable"].query("level in ['index', 'component']")
    every = every[every["area_code"].isin([code, *units])]
    wide = every.pivot(index=["element", "area_code"], columns="period", values="score")
    wide = wide.reindex(columns=periods)
    order = [e for e in ("index", *tables["framework"]["component"]) if (e, code) in wide.index]
    shown = [e for e in order if wide.loc[(e, code)].notna().sum() > 2]
    if not shown:
        return Picture(None)
    rest = [e for e in order if e not in shown]
    changes = tables["changes"].query("area_code == @code").set_index("element")["change"]
    shown = sorted(shown, key=lambda e: (e != "index", -abs(changes.get(e, 0.0))))[:most]
    drawn = every[every["element"].isin(shown)].dropna(subset="score")
    made = drawn[drawn["area_code"] == code].pivot(
        index="element", columns="period", values="illustrative"
    )
    made = made.reindex(index=shown, columns=periods).eq(True)
    name, many = str(areas.at[code, "name"]), tables.levels.unit.many
    names = list(labels(tables).values())
    said = and_list([e if e != "index" else "the index" for e in rest])
    return Picture(
        lambda narrow: lines(wide, made, code, (name, many), names, narrow),
        _alt({e: _said(wide, made, e, code) for e in shown}, name, many, names),
        drawn["illustrative"].eq(True),
        {"rest": f" No line for {said}: earlier figures mean something else." if rest else ""},
    )


def several_years(tables: Tables, report: BoroughReport) -> pd.DataFrame:
    """Show what has changed over several years: of the whole, beside the reference, in its units.

    Parameters
    ----------
    tables : Tables
        ``long_changes``.
    report : BoroughReport
        Whose units they are.

    Returns
    -------
    DataFrame
        Cells as text, one row a component or dimension in the order of the framework; no rows
        where none has figures enough.
    """
    every = carried(tables, "long_changes")
    every = every[every["level"].isin(["dimension", "component"])].dropna(subset="change")
    mine = every[every["area_code"] == report.code].set_index("element")
    of = tables["framework"]
    order = [*of["component"], *dict.fromkeys(of["dimension"])]
    units = every[every["area_code"].isin([*report.wards["code"], *report.missing["code"]])]
    rows = []
    for element in [e for e in order if e in mine.index]:
        r: Any = mine.loc[element]
        clear = r["rating"] in (IMPROVEMENT, DECLINE)
        rated = units.loc[units["element"] == element, "rating"]
        ends = rated.eq(IMPROVEMENT).sum(), rated.eq(DECLINE).sum()
        rows.append(
            {
                "Component": element if r["level"] == "component" else f"**{element}**",
                "Years": f"{r['first']}–{r['last']}",
                "Rests on": counted(r["parts"], r["of"], str(r["level"])),
                "Change in points": f"{RATINGS[r['rating']].symbol} {r['rating']}, "
                f"{marked(change_words(r['change'], clear), r['illustrative'])}",
                **({f"Beside {report.place}": r["relative_rating"]} if report.place else {}),
                capital(report.unit.many): f"{ends[0]}\u00a0↗ {ends[1]}\u00a0↘",
            }
        )
    return pd.DataFrame(rows)


def _said(wide: pd.DataFrame, made: pd.DataFrame, element: str, code: str) -> list[str]:
    """Write the whole's scores of an element, period by period."""
    row: Any = wide.loc[(element, code)]
    signs: Any = made.loc[element]
    return [marked(number(x, 0), sign) for x, sign in zip(row, signs, strict=True)]


def _alt(said: Mapping[str, list[str]], name: str, many: str, names: list[str]) -> str:
    parts = [f"{element} {', '.join(scores)}" for element, scores in said.items()]
    return (
        f"Comparable scores of {name} in {', '.join(names)}: {'; '.join(parts)}. "
        f"Light lines: all {many}."
    )


def lines(
    wide: pd.DataFrame,
    made: pd.DataFrame,
    code: str,
    who: tuple[str, str],
    names: list[str],
    narrow: bool = False,
) -> Figure:
    """Draw a panel an element: units light, the area dark with its numbers.

    Parameters
    ----------
    wide : DataFrame
        Index element and area, one column a period: comparable scores.
    made : DataFrame of bool
        Of the area, index the elements to be drawn: whether a score rests on generated values.
    code : str
        GSS code of the area.
    who : tuple of str
        Its name, and what the units are.
    names : list of str
        Labels of the periods.
    narrow : bool
        For the phone: 88 mm wide, two panels a row.
    """
    across, width = (2, 88.0) if narrow else (4, 170.0)
    room, tall = width / across - 6, 33.0
    drawn = wide.loc[list(made.index)].to_numpy(float)
    low, high = 10 * np.floor(np.nanmin(drawn) / 10), 10 * np.ceil(np.nanmax(drawn) / 10)
    with chart_style():
        fig, ax = page(width, tall * -(-len(made) // across) + 5)
        said = f"Scores from one set of figures · dark: {who[0]} · light: {who[1]}"
        words(ax, 0, 2.5, said, 7.5, muted=True)
        for k, element in enumerate(made.index):
            x = (k % across) * (room + 6) + 3 + np.linspace(3, room - 3, len(names))
            top = tall * (k // across) + 5
            at = (top + 26, (top + 10 - (top + 26)) / (high - low), low)
            _panel(ax, wide.loc[element], _said(wide, made, element, code), code, x, at)
            title = "Index" if element == "index" else element
            words(ax, x[0] - 3, top + 3, title, 7.5, weight="semibold")
            for j in (0, len(names) - 1):
                words(ax, x[j], top + 29.5, names[j], 7, muted=True, ha="center")
    return fig


def _panel(
    ax: Axes, rows: pd.DataFrame, said: list[str], code: str, x: Any, at: tuple[float, float, float]
) -> None:
    def y(scores: pd.Series | pd.DataFrame) -> Any:
        return at[0] + at[1] * (scores.to_numpy(float) - at[2])

    ax.plot([x[0], x[-1]], [at[0]] * 2, color=RULE, lw=0.6, zorder=0)
    ax.plot(x, y(rows.drop(index=code)).T, color=BAND, lw=0.8, zorder=1)
    whole = y(rows.loc[code])
    ax.plot(x, whole, color=colour("blue"), lw=1.8, marker="o", ms=3.5, zorder=2)
    for across, up, text in zip(x, whole, said, strict=True):
        if np.isfinite(up):
            plate = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8}
            words(ax, across, up - 3.2, text, 7, ha="center", bbox=plate, zorder=3)
