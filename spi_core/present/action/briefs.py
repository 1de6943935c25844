"""What a partner or a theme could move: where to begin, what it would take, whom it needs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spi_core.present.action.data import (
    Action,
    done_before,
    ends_and_way,
    first_of,
    place_of,
)
from spi_core.present.base.marks import carried, marked, of_area, sentence
from spi_core.present.base.numbers import number, with_unit
from spi_core.present.base.words import and_list, capital, small
from spi_core.present.brief.facts import unit_words
from spi_core.present.brief.people import in_people
from spi_core.present.report.elsewhere import short
from spi_core.present.report.priorities import over_years
from spi_core.tables import records

#: Rows where to begin, of the figures and of a needs statement: what two pages hold.
MOST, LISTED, NEEDS = 11, 10, 5


def lead(action: Action) -> str:
    """Say first what to do: the figure whose gaps cost most, where, and in how many people.

    Returns
    -------
    str
        Markdown.
    """
    rows = first_of(action)
    if rows.empty:
        return action.page.text("nothing-behind")
    near = f"similar {action.report.unit.many}"
    counted = rows.dropna(subset="people")
    if len(counted):
        parts = [f"in {r.where} {in_people(r)}" for r in records(counted)]
        than = f"than at the middle rate of {near}"
    else:
        ends = [(r.where, short(r.value, r.unit), short(r.other, r.unit)) for r in records(rows)]
        parts, than = [f"in {w} {a} against {b}" for w, a, b in ends], f"in {near}"
    text = action.page.text(
        "begin",
        figure=small(rows["figure"].iloc[0]),
        parts=and_list(parts),
        than=than,
        leads=_leads(action, rows["indicator_id"].iloc[0]),
    )
    return sentence(text, rows["illustrative"].any())


def _leads(action: Action, indicator: str) -> str:
    who, _, service = str(action.leads.get(indicator, "")).partition(": ")
    said = f"{who} ({service})" if service else who
    return action.page.text("leads", who=said) if who else action.page.text("nobody")


def orders(action: Action) -> dict[str, object]:
    """Say which row another order would begin with.

    Returns
    -------
    dict
        ``orders``: a sentence with a space before it; empty where all orders begin alike.
    """
    rows, said = action.behind, []
    for by, order in (("gap", "the gap alone"), ("people", "people")):
        size = rows[by].abs().fillna(0)
        if size.gt(size.iloc[:1].sum()).any():
            r: Any = rows.iloc[int(size.to_numpy().argmax())]
            said.append(f"by {order}, {small(r['figure'])} in {r['where']}")
    text = f" Weighed otherwise the first would be: {'; '.join(said)}." if said else ""
    return {"orders": text, "n": len(rows), "shown": min(len(rows), MOST), **listed(action)}


def listed(action: Action) -> dict[str, object]:
    """Count the figures, and those that the table of all has room for."""
    return {"total": len(action.about), "listed": min(len(action.about), LISTED)}


def begin_table(action: Action) -> pd.DataFrame:
    """List where to begin, with what it would take and whether that has been done before.

    Returns
    -------
    DataFrame
        Cells as text.
    """
    unit = action.report.unit
    rows = [
        {
            capital(unit.one): r.where,
            "Figure": f"{r.figure}, {unit_words(r.unit)}",
            "Here": here,
            f"Similar {unit.many}": there,
            "In numbers": in_people(r),
            "To come level": way,
            "Done before": done_before(action, r),
        }
        for r in records(action.behind.head(MOST))
        for here, there, way in [ends_and_way(r)]
    ]
    frame = pd.DataFrame(rows)
    return frame if frame.empty or place_of(action) else frame.drop(columns="Done before")


def moved_table(action: Action) -> pd.DataFrame:
    """Tell of each figure how the whole stands, how it has moved, and how many units lie behind.

    Returns
    -------
    DataFrame
        Cells as text.
    """
    t, report, place = action.tables, action.report, place_of(action)
    now = of_area(carried(t, "values"), report.code).query("period == 'current'")
    now = now.set_index("indicator_id")
    other = t["reference"].query("period == 'current'").set_index("indicator_id")["mean"]
    behind = action.behind.groupby("indicator_id")["where"].agg(list)
    cost = action.behind.groupby("indicator_id")["need"].sum()
    order = sorted(action.figures, key=lambda i: -cost.get(i, 0))
    rows = []
    for i in order[:LISTED]:
        name, measure = action.figures[i]
        there = {capital(place): short(other.get(i, float("nan")), measure)} if place else {}
        rows.append(
            {
                "Figure": f"{name}, {unit_words(measure)}",
                capital(report.whole.one): _cell(now.loc[i], measure),
                **there,
                "Over the years": over_years(action.moved.get(i), report.place),
                f"{capital(report.unit.many)} behind": _few(behind.get(i, ["none for sure"])),
            }
        )
    return pd.DataFrame(rows)


def print_moved(action: Action) -> None:
    """Print the table of all figures (``output: asis``)."""
    frame, place = moved_table(action), place_of(action)
    widths = {"Figure": 24, "Over the years": 32, frame.columns[-1]: 24}
    align = "lrrll" if place else "lrll"
    action.page.table("tbl-moved", frame, align=align, widths=widths, words=listed(action))


def _cell(value: Any, unit: str) -> str:
    if value["provenance"] == "suppressed":
        return "withheld"
    return marked(short(value["value"], unit), value["illustrative"])


def needed(action: Action) -> list[str]:
    """Name whom a partner needs: who leads the other figures of the components that it moves.

    Returns
    -------
    list of str
        Markdown, one a component, in the order of the framework: those that it holds most of.
    """
    every = action.tables["indicators"].set_index("id")
    share = action.tables["weights"].set_index("indicator_id")["share"]
    said = []
    held = share.reindex(action.about.index).groupby(action.about["component"]).sum()
    kept = held.sort_values(ascending=False, kind="stable").index[:NEEDS]
    for component in (c for c in dict.fromkeys(action.about["component"]) if c in kept):
        own = action.about.index[action.about["component"] == component]
        rest = [i for i in every.index[every["component"] == component] if i not in own]
        rest = [i for i in rest if share.get(i, 0) > 0]
        part = 100 * share.reindex(own).sum() / share.reindex([*own, *rest]).sum()
        who: dict[str, list[str]] = {}
        for i in rest:
            name = str(action.leads.get(i, "nobody named")).partition(":")[0]
            who.setdefault(name, []).append(small(str(every.at[i, "name"])))
        others = "; ".join(f"{name} ({_few(what)})" for name, what in who.items())
        text = f"**{component}**, {number(part, 0)}% of it yours"
        said.append(f"{text}: {others}." if others else f"{text}: you need nobody else’s figures.")
    return said


def _few(names: list[str]) -> str:
    """List three names, and count the rest."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def needs(action: Action) -> list[str]:
    """State the need, a figure a line: how it stands, beside what, how many, where published.

    Returns
    -------
    list of str
        Markdown.
    """
    said = []
    for r in records(_stated(action)):
        about: Any = action.about.loc[str(r.indicator_id)]
        count = f": {in_people(r)}" if pd.notna(r.people) else ""
        value = with_unit(r.value, r.unit.removeprefix("ratio "))
        text = action.page.text(
            "need", figure=r.figure, where=r.where, value=value, label=r.period_label,
            other=short(r.other, r.unit), count=count,
            beside=f"similar {action.report.unit.many}",
            source=f"{about['source_dataset']} ({about['publisher_or_owner']}, {about['licence']})",
        )  # fmt: skip
        said.append(sentence(text, r.illustrative))
    return said or [action.page.text("no-need")]


def _stated(action: Action) -> pd.DataFrame:
    """Take the first place of each figure, the figures that cost most in all first."""
    rows = action.behind.drop_duplicates("indicator_id")
    cost = action.behind.groupby("indicator_id")["need"].sum()
    order = rows["indicator_id"].map(cost).sort_values(ascending=False, kind="stable").index
    return rows.loc[order].head(NEEDS)


def measures_table(action: Action) -> pd.DataFrame:
    """List outcome measures for a contract: baseline, unit, target and how each is verified.

    Returns
    -------
    DataFrame
        Cells as text.
    """
    t, rows = action.tables, []
    aims = t["targets"].set_index("indicator_id") if "targets" in t else pd.DataFrame()
    for r in records(_stated(action)):
        about: Any = action.about.loc[r.indicator_id]
        level = f"to agree (similar areas have {short(r.other, r.unit)})"
        if r.indicator_id in aims.index:
            aim: Any = aims.loc[[r.indicator_id]].iloc[0]
            whose = f"{action.report.whole.one}, {aim['status']}"
            level = f"{number(float(aim['target']))} by {aim['by']} ({whose})"
        rows.append(
            {
                "Measure": f"{r.figure}, {r.where}",
                "Baseline": f"{marked(short(r.value, r.unit), r.illustrative)} "
                f"({number(r.value_low)} to {number(r.value_high)})",
                "Unit": about["unit"],
                "Target": level,
                "Verified by": f"{about['source_dataset']}, {about['update_frequency']}",
            }
        )
    return pd.DataFrame(rows)


def annex(action: Action) -> str:
    """Say where the annex is, and which of its rows are this brief's."""
    areas = set(action.tables["areas"]["code"])
    kind = "annex-area" if action.key in areas else "annex-theme"
    rows = action.page.text(kind, name=action.name, key=action.key)
    return action.page.text("annex", rows=rows)
