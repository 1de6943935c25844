"""Tables of the methods chapter, cells as text, made from the built tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.present.base.edition import labels, of_units
from spi_core.present.base.marks import carried, marked, sentence
from spi_core.present.base.numbers import number
from spi_core.present.base.words import capital
from spi_core.present.methods.register import DIRECTION
from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.store import Tables

__all__ = [
    "base_table",
    "capped_table",
    "coverage_table",
    "excluded_table",
    "generated_components",
    "goalpost_reasons",
    "goalpost_table",
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
    unit, whole = tables.levels.unit.one, tables.whole.one
    about: Any = tables["indicators"].set_index("id")
    rows = [
        {
            "Indicator": about.at[r.indicator_id, "name"],
            "Base, as described": about.at[r.indicator_id, "denominator"],
            f"Base, {whole}": marked(number(r.denominator, 0), r.illustrative),
            "Per resident": marked(number(r.per_resident, 2), r.illustrative),
            f"Lowest to highest {unit}": _span(r.lowest, r.highest, 2, r.illustrative),
        }
        for r in records(tables["bases"])
    ]
    return pd.DataFrame(rows)


def _span(low: Any, high: Any, digits: int, illustrative: object) -> str:
    if pd.isna(low):
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
    made_up: Any = of_units(tables, "values").groupby("indicator_id")["illustrative"].any()
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
            span: _span(posts.at[i, "lowest"], posts.at[i, "highest"], 3, made_up.get(i)),
            "Capped": str(posts.at[i, "capped"]),
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
    unit = tables.levels.unit
    units = of_units(tables, "coverage")["area_code"].nunique()
    rows = []
    for c in records(tables["framework"]):
        row = {"Component": c.component, "Indicators": str(c.indicators)}
        periods = [p for p in ("baseline", "current") if p in labels(tables)]
        if len(periods) > 1:
            row["Comparable"] = str(c.comparable_indicators)
        for period in periods:
            n = getattr(c, f"complete_{period}")
            row[f"Complete, {period}"] = f"{n} of {units} {unit.many}" if c.indicators else "–"
        row["Estimated"] = str(c.estimated)
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


def risen(tables: Tables) -> tuple[int, int, int]:
    """Count the units whose index rose, from all indicators and from the comparable ones.

    Returns
    -------
    tuple of int
        From all indicators; from the comparable ones; units.
    """
    index: Any = tables["elements"].set_index("element").loc["index"]
    areas = tables["standing"].query("level == 'index'")["area_code"]
    return int(index["up_in_full"]), int(index["up"]), len(areas)
