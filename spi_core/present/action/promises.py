"""What was promised, what moved and what is not known, of all figures of the whole."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spi_core.present.action.data import Action
from spi_core.present.base.edition import labels
from spi_core.present.base.marks import carried, marked, of_area
from spi_core.present.base.numbers import number
from spi_core.present.base.words import and_list, capital, small
from spi_core.present.brief.facts import unit_words
from spi_core.present.report.elsewhere import short
from spi_core.present.report.priorities import over_years
from spi_core.tables import records
from spi_core.text.words import DECLINE, IMPROVEMENT, NO_CHANGE

VERDICTS = ("reached", "on track", "too uncertain to say", "off track", "missed", "no figure")
#: Figures of a list that are named with their numbers; more are named alone, or counted.
NAMED = 12


def lead(action: Action) -> str:
    """Say how many promises are on track, and how many figures moved which way.

    Returns
    -------
    str
        Markdown.
    """
    rows, page = _of_whole(action), action.page
    said = rows["status"].value_counts()
    counts = and_list([f"{said[v]} {v}" for v in VERDICTS if v in said.index])
    first = page.text("promised", n=len(rows), counts=counts) if len(rows) else page.text("none")
    moved = ratings(action).value_counts()
    up, down, same = (int(moved.get(r, 0)) for r in (IMPROVEMENT, DECLINE, NO_CHANGE))
    total = len(action.about)
    rest = total - up - down - same
    return f"{first} {page.text('moved', total=total, up=up, down=down, same=same, rest=rest)}"


def ratings(action: Action) -> pd.Series:
    """Rate each figure's change of the whole: over several years where there is one."""
    found = {i: str(action.moved.get(i, {}).get("rating", "none")) for i in action.figures}
    return pd.Series(found, dtype=str)


def _of_whole(action: Action) -> pd.DataFrame:
    rows = of_area(action.tables["target_standing"], action.report.code)
    about = action.tables["indicators"].rename(columns={"id": "indicator_id"})
    rows = rows.merge(about[["indicator_id", "name", "unit"]], on="indicator_id")
    if rows.empty:
        return rows
    given = action.tables["targets"].astype({"by": str})[["indicator_id", "by", "source"]]
    return rows.merge(given, on=["indicator_id", "by"])


def promise_table(action: Action) -> pd.DataFrame:
    """List every target: by whom, from where to where it moves, and the verdict.

    Returns
    -------
    DataFrame
        Cells as text.
    """
    rows = []
    for r in records(_of_whole(action)):
        heading, span = "–", f"{short(r.value, r.unit)} ({r.last})"
        if pd.notna(r.expected):
            heading = marked(short(r.expected, r.unit), r.illustrative)
        if pd.notna(r.expected_low):
            heading += f" ({number(r.expected_low)} to {number(r.expected_high)})"
        if r.first:
            span = f"{short(r.before, r.unit)} ({r.first}) to {span}"
        rows.append(
            {
                "Figure": r.name,
                "Promised": f"{short(r.target, r.unit)} by {r.by}: {r.source}",
                "Answers for it": r.owner or "nobody is named",
                "Has moved": marked(span, r.illustrative),
                "Is heading for": heading,
                "So": f"**{r.status}**" + (f": {r.reason}" if r.reason else ""),
            }
        )
    return pd.DataFrame(rows)


def places_table(action: Action) -> pd.DataFrame:
    """List for every target which units are on track and which are not.

    Returns
    -------
    DataFrame
        Cells as text.
    """
    names = action.tables["areas"].set_index("code")["name"]
    about: dict[Any, str] = action.tables["indicators"].set_index("id")["name"].to_dict()
    every = carried(action.tables, "target_standing")
    every = every[every["area_code"] != action.report.code]
    rows = []
    for (i, by), own in every.groupby(["indicator_id", "by"], sort=False):
        said = own.assign(name=own["area_code"].map(names)).groupby("status")["name"].agg(list)
        row = {"Figure": f"{about[i]}, {by}"}
        for head, verdicts in (
            ("Reached or on track", VERDICTS[:2]),
            ("Off track or missed", VERDICTS[3:5]),
            ("Too uncertain", VERDICTS[2:3]),
        ):
            listed = [name for v in verdicts for name in said.get(v, [])]
            few = ", ".join(sorted(listed)) if len(listed) <= 5 else f"{len(listed)} of {len(own)}"
            row[head] = marked(few or "none", own["illustrative"].any() and bool(listed))
        rows.append(row)
    return pd.DataFrame(rows)


def moved(action: Action) -> list[str]:
    """Name the figures that moved for sure, for the better and for the worse.

    Returns
    -------
    list of str
        Markdown.
    """
    said, found = [], ratings(action)
    for rating, name in ((IMPROVEMENT, "better"), (DECLINE, "worse")):
        own = [i for i in action.figures if found[i] == rating]
        if own:
            few = len(own) <= NAMED
            parts = [small(action.figures[i][0]) + (few * f" ({_ends(action, i)})") for i in own]
            said.append(action.page.text(name, parts="; ".join(parts)))
    return said


def _ends(action: Action, indicator: str) -> str:
    r = action.moved[indicator]
    rows = of_area(action.tables["values"], action.report.code)
    now = rows.query("indicator_id == @indicator and period == 'current'")["value"].iloc[0]
    unit = action.figures[indicator][1]
    ends = f"{short(now - r['change'], unit)} to {short(now, unit)}"
    return f"{marked(ends, r['illustrative'])}, {r['first']} to {r['last']}"


def unknown(action: Action) -> list[str]:
    """Say what is not known, in counts and names.

    Returns
    -------
    list of str
        Markdown; what there is none of is not listed.
    """
    t, page, ids = action.tables, action.page, action.figures
    found = ratings(action)
    values = t["values"].query("period == 'current'")
    aimed = set(t["target_standing"]["indicator_id"])
    no_target = [i for i in ids if aimed and i not in aimed]
    groups = (
        ("not-compared", [i for i in ids if found[i] == "none"]),
        ("not-rated", [i for i in ids if found[i] == "not rated"]),
        ("no-target", no_target),
        ("no-leader", [i for i in ids if i not in action.leads]),
    )
    said = []
    for name, own in groups:
        if own:
            names = and_list([small(action.figures[i][0]) for i in own])
            listed = f": {names}" if len(own) <= NAMED else ""
            said.append(page.text(name, n=len(own), total=len(ids), names=listed))
    for name, count in (
        ("withheld", int(values["provenance"].eq("suppressed").sum())),
        ("estimated", int((values["estimated"] & values["provenance"].ne("suppressed")).sum())),
    ):
        if count:
            said.append(page.text(name, n=number(count, 0)))
    return [*said, page.text("no-cause")]


def periods_table(action: Action) -> pd.DataFrame:
    """List every figure of the whole in all periods.

    Returns
    -------
    DataFrame
        Cells as text; a figure in brackets means something else than the latest.
    """
    t, code = action.tables, action.report.code
    now = of_area(carried(t, "values"), code)
    now = now.assign(comparable=True, year=now["period"].map(labels(t)))
    broken = t["comparisons"].query("group in ['broken', 'not collected']")["indicator_id"]
    now.loc[now["indicator_id"].isin(broken) & now["period"].ne("current"), "comparable"] = False
    parts = [now]
    if "history" in t:
        past = of_area(carried(t, "history"), code)
        parts.insert(0, past[~past["period"].isin(set(now["period"]))])
    every = pd.concat(parts).dropna(subset="value")
    cells = {(r.indicator_id, r.year): r for r in records(every)}
    years = sorted(set(every["year"].dropna()))
    rows = []
    for i, (name, unit) in action.figures.items():
        row = {"Figure": f"{name}, {unit_words(unit)}"}
        for year in years:
            r = cells.get((i, year))
            text = "–" if r is None else marked(number(r.value), r.illustrative)
            row[str(year)] = text if r is None or r.comparable else f"({text})"
        row["Over the years"] = over_years(action.moved.get(i), action.report.place)
        row["Led by"] = str(action.leads.get(i, "nobody is named")).partition(":")[0]
        rows.append(row)
    return pd.DataFrame(rows).rename(columns=capital)
