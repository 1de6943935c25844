"""What lies behind of a partner's, a theme's or an area's figures, gathered from built tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from spi_core.present.base.links import group_of, keys_of
from spi_core.present.base.marks import carried, marked
from spi_core.present.base.numbers import apart, subtracted
from spi_core.present.base.page import Page
from spi_core.present.base.prose import partner_name
from spi_core.present.base.scale import beside_place
from spi_core.present.report.data import BoroughReport, gather_report
from spi_core.present.report.priorities import changes_of
from spi_core.store import Tables
from spi_core.tables import records

#: How `take` compares with what the best quarter of the reference's areas achieved.
REACH = {
    "one year": "yes, in one year",
    "four years": "yes, in four years",
    "none needed": "nothing is needed",
    "unknown": "not known",
}


@dataclass(frozen=True, slots=True)
class Action:
    """What one of the documents is about.

    Parameters
    ----------
    tables : Tables
        The edition's.
    page : Page
        With the document's words.
    report : BoroughReport
        The whole's figures.
    key, name : str
        Of the partner, theme or area; empty for what is about all.
    about : DataFrame
        The register's rows of its figures, index the ids, in the order of the framework.
    behind : DataFrame
        Figures of units that lie behind similar ones for sure, what costs the index most first:
        ``priorities`` with ``take, reach, value_low, value_high, period_label`` and ``figure,
        unit, where``.
    leads : dict of str to str
        Who leads each figure, with the service.
    moved : dict of str to dict
        The whole's longest change of each figure that can be compared.
    """

    tables: Tables
    page: Page
    report: BoroughReport
    key: str
    name: str
    about: pd.DataFrame
    behind: pd.DataFrame
    leads: dict[str, str]
    moved: dict[str, dict[str, Any]]

    @property
    def polarity(self) -> dict[str, float]:
        """+1 where higher is better, else -1, by indicator."""
        about = self.tables["indicators"]
        return dict(zip(about["id"], about["polarity"].astype(float), strict=True))

    @property
    def figures(self) -> dict[str, tuple[str, str]]:
        """Name and unit of each of its figures, in the order of the framework."""
        named = zip(self.about["name"], self.about["unit"], strict=True)
        return dict(zip(map(str, self.about.index), named, strict=True))


def gather_action(tables: Tables, each: str = "", key: str = "") -> Action:
    """Gather a document's figures.

    Parameters
    ----------
    each : {"partner", "theme", ""}
        What the document goes through; empty for all figures.
    key : str
        As its file is called; of a theme's document also an area's code.
    """
    about = tables["indicators"].set_index("id")
    names = tables["areas"].set_index("code")["name"]
    rows = carried(tables, "priorities").query("beside == 'peers'").dropna(subset="place")
    group = about.apply(group_of, axis=1, each=each)
    text = keys_of(sorted(group)).get(key, "") if each else ""
    name = partner_name(text) if each == "partner" else text
    if text:
        about = about[group == text]
    elif key:
        name, rows = str(names[key]), rows[rows["area_code"] == key]
        about = about[about.index.isin(rows["indicator_id"])]
    rows = rows[rows["indicator_id"].isin(about.index)]
    far = tables["distances"].query("beside == 'peers' and sure and take > 0")
    people = ["people", "people_low", "people_high"]
    keys = ["area_code", "indicator_id"]
    now = tables["values"].query("period == 'current'")
    rows = rows.drop(columns=people).merge(far[[*keys, "take", "reach", *people]], on=keys)
    rows = rows.merge(now[[*keys, "value_low", "value_high", "period_label"]], on=keys)
    rows = rows.assign(
        where=rows["area_code"].map(names),
        noun=rows["indicator_id"].map(about.get("noun", pd.Series(dtype=str))).fillna(""),
        **{
            c: rows["indicator_id"].map(about[n]) for c, n in (("figure", "name"), ("unit", "unit"))
        },
    )
    lead = tables["partners"].query("role == 'leads'").drop_duplicates("indicator_id")
    leads = {r.indicator_id: ": ".join(filter(None, (r.partner, r.service))) for r in records(lead)}
    report = gather_report(tables)
    return Action(
        tables, Page("action", tables), report, key, name, about,
        rows.sort_values("need", ascending=False, kind="stable", ignore_index=True),
        leads, changes_of(tables, report.code),
    )  # fmt: skip


def ends_and_way(r: Any) -> list[str]:
    """Write a figure, the level to come to and the change that reaches it, in its own unit.

    Parameters
    ----------
    r : named tuple
        ``value, other, unit, illustrative``.

    Returns
    -------
    list of str
        Marked; who subtracts the first from the second gets the third.
    """
    here, there, _ = apart(r.value, r.other)
    per = "%" if r.unit.startswith("%") else ""
    texts = (here, there, subtracted(there, here))
    return [marked(text + per, r.illustrative) for text in texts]


def done_before(action: Action, r: Any) -> str:
    """Write whether the best quarter of the reference's areas achieved as much, and when.

    Parameters
    ----------
    r : named tuple
        ``indicator_id, reach``.
    """
    if r.reach != "further":
        return REACH[r.reach]
    spans = action.tables["achieved"].query("indicator_id == @r.indicator_id")["span"]
    return f"no, not in {'four years' if 'years' in set(spans) else 'one year'}"


def first_of(action: Action) -> pd.DataFrame:
    """Choose where to begin: the figure whose gaps cost most in all, in the areas that lie behind.

    Returns
    -------
    DataFrame
        Rows of ``behind`` of one figure, three at most; none where nothing lies behind.
    """
    rows = action.behind
    if rows.empty:
        return rows
    most = rows.groupby("indicator_id", sort=False)["need"].sum().idxmax()
    return rows[rows["indicator_id"] == most].head(3)


def place_of(action: Action) -> str:
    """Name the reference's average area; empty without a reference."""
    place = beside_place(action.tables)
    return f"{place}’s average {action.report.unit.one}" if place else ""
