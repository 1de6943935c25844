"""What the whole would gain most by: three figures, how far behind, since when, whose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.present.base.marks import carried, marked, of_area
from spi_core.present.base.numbers import number
from spi_core.present.base.spans import beside
from spi_core.present.base.theme import RATINGS
from spi_core.present.base.words import and_list, capital, small
from spi_core.present.brief.people import in_people
from spi_core.present.report.elsewhere import short
from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.present.report.data import BoroughReport
    from spi_core.store import Tables

#: Priorities that are named: each of another component.
NAMED = 3


#: What the first order goes by: in the caption, and how it counts.
ORDERS = {
    "place": ("costs the index most", "the gap counts by what it takes off the index"),
    "place_by_gap": (
        "is widest in points of the 0–100 scale",
        "without an index of the {whole} what a gap takes off it cannot be said",
    ),
}


def first_order(tables: Tables, code: str) -> str:
    """Name the order to go by: what a gap costs the index, where there is an index."""
    rows = of_area(tables["priorities"], code)
    return "place" if rows["place"].notna().any() else "place_by_gap"


def chosen(tables: Tables, code: str, by: str = "") -> pd.DataFrame:
    """Choose the first figures by one of the orders, one a component.

    Parameters
    ----------
    tables : Tables
        ``priorities, indicators``.
    code : str
        The area.
    by : str
        The order, :func:`first_order` by default, or ``place_by_gap`` or ``place_by_people``.

    Returns
    -------
    DataFrame
        Rows of ``priorities`` with ``name, unit, noun, component``, the first first.
    """
    by = by or first_order(tables, code)
    about = tables["indicators"].rename(columns={"id": "indicator_id"})
    about = about.assign(noun=about.get("noun", ""))
    about = about[["indicator_id", "name", "unit", "noun", "component"]]
    rows = of_area(carried(tables, "priorities"), code).dropna(subset=by).merge(about)
    return rows.sort_values(by).drop_duplicates("component").head(NAMED)


def priority_table(tables: Tables, report: BoroughReport) -> pd.DataFrame:
    """Tell each priority: here and elsewhere, in people, over the years, and who can move it.

    Returns
    -------
    DataFrame
        Cells as text; no rows where nothing lies behind for sure.
    """
    there = f"{report.place}’s average {report.unit.one}"
    lead = tables["partners"].query("role == 'leads'").drop_duplicates("indicator_id")
    leads = lead.set_index("indicator_id")[["partner", "service"]].agg(": ".join, axis=1)
    targets: Any = tables.get("targets")
    aims = {} if targets is None else {r.indicator_id: r for r in records(targets)}
    moved = changes_of(tables, report.code)
    rows = [
        {
            "Figure": f"**{r.name}** ({r.component})",
            capital(report.whole.one): marked(short(r.value, r.unit), r.illustrative),
            capital(there): short(r.other, r.unit),
            "In numbers": in_people(r) + f" than at {report.place}’s rate" * pd.notna(r.people),
            "Over the years": over_years(moved.get(r.indicator_id), report.place),
            "Who leads": leads.get(r.indicator_id, "nobody is named"),
            "Target": _aim(aims.get(r.indicator_id)),
        }
        for r in records(chosen(tables, report.code))
    ]
    made = pd.DataFrame(rows)
    return made if aims or made.empty else made.drop(columns="Target")


def priority_words(tables: Tables, report: BoroughReport) -> dict[str, object]:
    """Say among how many figures these were chosen, and what another order would name."""
    by = first_order(tables, report.code)
    most, counts = ORDERS[by]
    sure = of_area(tables["priorities"], report.code)[by].notna().sum()
    first = set(chosen(tables, report.code)["indicator_id"])
    others = []
    for by, order in (("place_by_gap", "the gap alone"), ("place_by_people", "people")):
        rows = chosen(tables, report.code, by)
        names = [small(r.name) for r in records(rows) if r.indicator_id not in first]
        if names:
            others.append(f"by {order}, {and_list(names)} would come in")
    other = f" In another order, {'; '.join(others)}." if others else ""
    return {
        "sure": int(sure),
        "other": other,
        "there": f"{report.place}’s average",
        "most": most,
        "counts": counts.format(whole=report.whole.one),
    }


def changes_of(tables: Tables, code: str) -> dict[str, dict[str, Any]]:
    """Take an area's change of each figure: over several years where there is one, else of a year.

    Returns
    -------
    dict of str to dict
        By indicator, of ``long_changes``, or of ``indicator_changes`` with ``first, last``; what
        cannot be compared is left out.
    """
    values = of_area(tables["values"], code)
    when = values.pivot(index="indicator_id", columns="period", values="period_label")
    when = when.reindex(columns=["baseline", "current"]).set_axis(["first", "last"], axis=1)
    year = of_area(carried(tables, "indicator_changes"), code).dropna(subset="change")
    long = of_area(carried(tables, "long_changes"), code).dropna(subset="change")
    made = year.set_index("indicator_id").join(when).to_dict("index")
    made |= long[long["level"] == "indicator"].set_index("element").to_dict("index")
    return {str(i): {str(k): v for k, v in row.items()} for i, row in made.items()}


def over_years(change: Mapping[str, Any] | None, place: str) -> str:
    """Write a change beside the reference's, with its years.

    Parameters
    ----------
    change : mapping or None
        From :func:`changes_of`.
    place : str
        Whose the reference is.
    """
    if change is None:
        return "cannot be compared"
    rating = str(change["rating"])
    text = f"{RATINGS[rating].symbol} {marked(rating, change['illustrative'])}"
    first, last = (str(change[end]).replace(" to ", "–") for end in ("first", "last"))
    return f"{text}{beside(place, change['relative_rating'])} ({first} to {last})"


def _aim(target: Any) -> str:
    return "none on record" if target is None else f"{number(target.target)} by {target.by}"
