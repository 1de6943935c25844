"""Tables of the methods chapter, cells as text, made from the built tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.edition.readers.read import records
from spi_core.present.base.edition import labels, of_units
from spi_core.present.base.marks import carried, marked, sentence
from spi_core.present.base.numbers import number
from spi_core.present.base.words import capital
from spi_core.present.methods.register import DIRECTION

if TYPE_CHECKING:
    from spi_core.present.base.page import Page
    from spi_core.present.methods.data import Methods
    from spi_core.store import Tables

__all__ = [
    "base_table",
    "capped_table",
    "coverage_table",
    "excluded_table",
    "generated_components",
    "goalpost_reasons",
    "goalpost_table",
    "print_risen",
    "risen",
    "weight_reasons",
    "weight_table",
]


def base_table(tables: Tables) -> pd.DataFrame:
    """Show how large each indicator's base is beside the number of residents.

    Returns
    -------
    DataFrame
        One row an indicator with a published or implied base, current period, smallest first.
    """
    areas = tables["areas"].set_index("code")
    unit, whole = tables.levels.unit.one, tables.whole.one
    about: Any = tables["indicators"].set_index("id")
    now = carried(tables, "values").query("period == 'current'").dropna(subset="denominator")
    now = now.assign(
        ratio=now["denominator"] / now["area_code"].map(areas["population"]),
        level=now["area_code"].map(areas["level"]),
    )
    home = now[now["area_code"] == tables.about["edition"]["area"]]
    home = home.set_index("indicator_id").sort_values("ratio")
    units = now[now["level"] == tables.levels.unit.id].groupby("indicator_id")["ratio"]
    low: Any = units.min()
    high: Any = units.max()
    rows = [
        {
            "Indicator": about.at[i, "name"],
            "Base, as described": about.at[i, "denominator"],
            f"Base, {whole}": marked(number(r["denominator"], 0), r["illustrative"]),
            "Per resident": marked(number(r["ratio"], 2), r["illustrative"]),
            f"Lowest to highest {unit}": _span(low.get(i), high.get(i), 2, r["illustrative"]),
        }
        for i, r in home.iterrows()
    ]
    return pd.DataFrame(rows)


def _span(low: Any, high: Any, digits: int, illustrative: object) -> str:
    if low is None or pd.isna(low):
        return "–"
    return marked(f"{number(low, digits)} to {number(high, digits)}", illustrative)


def goalpost_table(tables: Tables) -> pd.DataFrame:
    """List every indicator's goalposts beside the range of the units.

    Returns
    -------
    DataFrame
        In the order of the register.
    """
    about: Any = tables["indicators"].set_index("id")
    posts: Any = tables["goalposts"].set_index("indicator_id")
    units = of_units(tables, "values").groupby("indicator_id")
    low: Any = units["value"].min()
    high: Any = units["value"].max()
    capped: Any = units["capped"].sum()
    made_up: Any = units["illustrative"].any()
    span = capital(tables.levels.unit.many)
    span += ", both periods" if len(labels(tables)) > 1 else ""
    invented = posts["reason"].str.contains("illustrative", case=False)
    rows = [
        {
            "Indicator": r["name"],
            "Unit": r["unit"],
            "Direction": DIRECTION[int(r["polarity"])],
            "Worst": marked(number(posts.at[i, "worst"], 3), invented[i]),
            "Best": marked(number(posts.at[i, "best"], 3), invented[i]),
            span: _span(low.get(i), high.get(i), 3, made_up.get(i)),
            "Capped": str(int(capped.get(i, 0))),
        }
        for i, r in about.iterrows()
    ]
    return pd.DataFrame(rows)


def capped_table(tables: Tables) -> pd.DataFrame:
    """List every value that lies beyond a goalpost and counts as the goalpost.

    Returns
    -------
    DataFrame
        By indicator, period, area.
    """
    about: Any = tables["indicators"].set_index("id")
    posts: Any = tables["goalposts"].set_index("indicator_id")
    areas = tables["areas"].set_index("code")["name"]
    beyond = carried(tables, "values").query("capped")
    invented = posts["reason"].str.contains("illustrative", case=False)
    beyond = beyond.sort_values(["indicator_id", "period", "area_code"])
    rows = []
    for r in records(beyond):
        end = "best" if r.score > 50 else "worst"
        rows.append(
            {
                "Indicator": about.at[r.indicator_id, "name"],
                "Area": areas[r.area_code],
                "Period": r.period_label,
                "Value": marked(number(r.value, 3), r.illustrative),
                "Counts as": f"{end}, "
                + marked(number(posts.at[r.indicator_id, end], 3), invented[r.indicator_id]),
                "Score": marked(number(r.score, 0), r.illustrative),
            }
        )
    columns = ["Indicator", "Area", "Period", "Value", "Counts as", "Score"]
    return pd.DataFrame(rows, columns=columns)


def weight_table(tables: Tables) -> pd.DataFrame:
    """List every weight with its loading, standard deviation and share of the component's score.

    Returns
    -------
    DataFrame
        In the order of the framework.
    """
    about = tables["indicators"].set_index("id")["name"]
    generated = generated_components(tables)
    rows = [
        {
            "Component": r.component,
            "Indicator": about[r.indicator_id],
            "Method": {"pca": "principal component"}.get(r.method, r.method),
            "Loading": number(r.loading, 3),
            "Weight": f"{r.weight:.4f}",
            "Standard deviation": number(r.sd, 3),
            "Share": marked(f"{r.share:.4f}", r.component in generated),
        }
        for r in records(tables["weights"])
    ]
    return pd.DataFrame(rows)


def generated_components(tables: Tables) -> set[str]:
    """Name the components that hold any generated value."""
    about = tables["indicators"].set_index("id")["component"]
    values = carried(tables, "values")
    made_up: set[str] = set(about.reindex(values.loc[values["illustrative"], "indicator_id"]))
    return made_up


def weight_reasons(tables: Tables) -> pd.DataFrame:
    """Say for each component how its weights were found, and why so.

    Returns
    -------
    DataFrame
        Components that are not scored say so.
    """
    weights: Any = tables["weights"].drop_duplicates("component").set_index("component")
    generated = generated_components(tables)
    rows = []
    for c in records(tables["framework"]):
        known = c.component in weights.index
        reason = str(weights.at[c.component, "reason"]) if known else str(c.note)
        rows.append(
            {
                "Component": c.component,
                "Indicators": str(c.indicators),
                "Why these weights": sentence(
                    reason[0].upper() + reason[1:], known and c.component in generated
                ),
            }
        )
    return pd.DataFrame(rows)


def coverage_table(tables: Tables) -> pd.DataFrame:
    """Count for each component: indicators, areas that have them all, what was estimated.

    Returns
    -------
    DataFrame
        In the order of the framework.
    """
    coverage, unit = of_units(tables, "coverage"), tables.levels.unit
    full = (coverage["present"] == coverage["indicators"]) & (coverage["indicators"] > 0)
    complete: Any = full.groupby([coverage["component"], coverage["period"]]).sum()
    units = coverage["area_code"].nunique()
    estimated: Any = coverage.groupby("component")["estimated"].sum()
    rows = []
    for c in records(tables["framework"]):
        row = {"Component": c.component, "Indicators": str(c.indicators)}
        periods = [p for p in ("baseline", "current") if p in labels(tables)]
        if len(periods) > 1:
            row["Comparable"] = str(c.comparable_indicators)
        for period in periods:
            n = int(complete[(c.component, period)])
            row[f"Complete, {period}"] = f"{n} of {units} {unit.many}" if c.indicators else "–"
        row["Estimated"] = str(int(estimated[c.component]))
        row["Status"] = ("scored" if c.scored else c.note) + (", thin" if c.note == "thin" else "")
        rows.append(row)
    return pd.DataFrame(rows)


def excluded_table(tables: Tables) -> pd.DataFrame:
    """List the indicators left out of every change, and what that does to their component.

    Returns
    -------
    DataFrame
        One row an indicator that cannot be compared.
    """
    framework: Any = tables["framework"].set_index("component")
    minimum = int(tables.about["edition"]["index"]["minimum_indicators"])
    labels = tables["dates"].set_index(["indicator_id", "period"])["period_label"]
    dates: Any = labels.unstack("period")
    rows = []
    dates = dates.reindex(columns=["baseline", "current"]).fillna("–")
    for r in records(tables["indicators"].query("comparable == 'no'")):
        left = int(framework.at[r.component, "comparable_indicators"])
        rest = (
            f"The component’s change rests on the other {left}"
            if left >= minimum
            else f"No change of the component is shown: {left} left"
        )
        rows.append(
            {
                "Indicator": r.name,
                "Component": r.component,
                "Periods": f"{dates.at[r.id, 'baseline']} and {dates.at[r.id, 'current']}",
                "Why": r.break_reason,
                "Consequence": rest,
            }
        )
    columns = ["Indicator", "Component", "Periods", "Why", "Consequence"]
    return pd.DataFrame(rows, columns=columns)


def goalpost_reasons(tables: Tables) -> list[str]:
    """Say how the goalposts were set, and for how many indicators.

    Returns
    -------
    list of str
        One line a way, the most frequent first.
    """
    found: Any = tables["goalposts"].groupby(["basis", "reason"], sort=False).size()
    found = found.sort_values(ascending=False, kind="stable").reset_index(name="n")
    return [
        f"{r.n} indicator{'s' if r.n != 1 else ''}, {r.basis}: {str(r.reason).rstrip('.')}."
        for r in records(found)
    ]


def print_risen(page: Page, methods: Methods) -> None:
    """Print why comparable figures matter, where it shows in this edition (``output: asis``)."""
    every, comparable, n = risen(methods.tables)
    if not methods.tables["changes"]["change"].notna().any():
        page.say("not-compared")
    elif every != comparable:
        words = {"all": str(every), "some": str(comparable), "n": str(n)}
        print(methods.said(page.text("why-comparable", **words)))


def risen(tables: Tables) -> tuple[int, int, int]:
    """Count the units whose index rose, from all indicators and from the comparable ones.

    Returns
    -------
    tuple of int
        From all indicators; from the comparable ones; units.
    """
    codes = tables["standing"].query("level == 'index'")["area_code"]
    wide = tables["scores"].query("level == 'index' and area_code in @codes")
    wide = wide.pivot(index="area_code", columns="period", values="score")
    wide = wide.reindex(columns=["baseline", "current"])
    change = tables["changes"].query("level == 'index' and area_code in @codes")["change"]
    return int((wide["current"] > wide["baseline"]).sum()), int((change > 0).sum()), len(codes)
