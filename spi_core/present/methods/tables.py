"""Tables of the methods chapter, cells as text, made from the built tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.present.base.edition import labels, of_units
from spi_core.present.base.figure import listed
from spi_core.present.base.marks import carried, marked, sentence
from spi_core.present.base.numbers import number
from spi_core.present.base.prose import words_of
from spi_core.present.base.words import capital
from spi_core.present.methods.register import DIRECTION
from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.present.base.page import Page
    from spi_core.present.methods.data import Methods
    from spi_core.store import Tables


def base_table(tables: Tables) -> pd.DataFrame:
    """Show how large each indicator's base is beside the number of residents.

    Returns
    -------
    DataFrame
        One row an indicator with a published or implied base, current period, smallest first.
    """
    unit, whole = tables.levels.unit.one, tables.whole.one
    about: Any = tables["indicators"].set_index("id")
    return listed(
        tables["bases"],
        {
            "Indicator": lambda r: about.at[r.indicator_id, "name"],
            "Base, as described": lambda r: about.at[r.indicator_id, "denominator"],
            f"Base, {whole}": lambda r: marked(number(r.denominator, 0), r.illustrative),
            "Per resident": lambda r: marked(number(r.per_resident, 2), r.illustrative),
            f"Lowest to highest {unit}": lambda r: _span(r.lowest, r.highest, 2, r.illustrative),
        },
    )


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
    posts: Any = tables["goalposts"].set_index("indicator_id")
    made_up: Any = of_units(tables, "values").groupby("indicator_id")["illustrative"].any()
    span = capital(tables.levels.unit.many)
    span += f", {words_of(tables)['periods']}" if len(labels(tables)) > 1 else ""
    invented = posts["reason"].str.contains("illustrative", case=False)
    return listed(
        tables["indicators"],
        {
            "Indicator": "name",
            "Unit": "unit",
            "Direction": lambda r: DIRECTION[int(r.polarity)],
            "Worst": lambda r: marked(number(posts.at[r.id, "worst"], 3), invented[r.id]),
            "Best": lambda r: marked(number(posts.at[r.id, "best"], 3), invented[r.id]),
            span: lambda r: _span(
                posts.at[r.id, "lowest"], posts.at[r.id, "highest"], 3, made_up.get(r.id)
            ),
            "Capped": lambda r: str(posts.at[r.id, "capped"]),
        },
    )


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
    invented = posts["reason"].str.contains("illustrative", case=False)

    def counts_as(r: Any) -> str:
        end = "best" if r.score > 50 else "worst"
        post = number(posts.at[r.indicator_id, end], 3)
        return f"{end}, {marked(post, invented[r.indicator_id])}"

    beyond = carried(tables, "values").query("capped")
    return listed(
        beyond.sort_values(["indicator_id", "period", "area_code"]),
        {
            "Indicator": lambda r: about.at[r.indicator_id, "name"],
            "Area": lambda r: areas[r.area_code],
            "Period": "period_label",
            "Value": lambda r: marked(number(r.value, 3), r.illustrative),
            "Counts as": counts_as,
            "Score": lambda r: marked(number(r.score, 0), r.illustrative),
        },
    )


def weight_table(tables: Tables) -> pd.DataFrame:
    """List every weight with its loading, standard deviation and share of the component's score.

    Returns
    -------
    DataFrame
        In the order of the framework.
    """
    about = tables["indicators"].set_index("id")["name"]
    generated = generated_components(tables)
    return listed(
        tables["weights"],
        {
            "Component": "component",
            "Indicator": lambda r: about[r.indicator_id],
            "Method": lambda r: {"pca": "principal component"}.get(r.method, r.method),
            "Loading": lambda r: number(r.loading, 3),
            "Weight": lambda r: f"{r.weight:.4f}",
            "Standard deviation": lambda r: number(r.sd, 3),
            "Share": lambda r: marked(f"{r.share:.4f}", r.component in generated),
        },
    )


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
    known = dict(zip(tables["weights"]["component"], tables["weights"]["reason"], strict=True))
    generated = generated_components(tables)

    def why(c: Any) -> str:
        reason = capital(str(known.get(c.component, c.note)))
        return sentence(reason, c.component in known and c.component in generated)

    return listed(
        tables["framework"],
        {"Component": "component", "Indicators": "indicators", "Why these weights": why},
    )


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
            row["In change"] = str(c.comparable_indicators)
        for period in periods:
            n = getattr(c, f"complete_{period}")
            row[f"Complete, {period}"] = f"{n} of {units} {unit.many}" if c.indicators else "–"
        row["Estimated"] = str(c.estimated)
        row["Status"] = ("scored" if c.scored else c.note) + (", thin" if c.note == "thin" else "")
        rows.append(row)
    return pd.DataFrame(rows)


def excluded_table(tables: Tables) -> pd.DataFrame:
    """List the indicators that count in no change of a score, and what that does to it.

    Returns
    -------
    DataFrame
        One row an indicator that would count in a score and not in its change.
    """
    left: Any = tables["framework"].set_index("component")["comparable_indicators"]
    weighted = set(tables["weights"].query("share > 0")["indicator_id"])
    pairs = tables["comparisons"].query("not in_change")
    about: Any = tables["indicators"].set_index("id")
    dates: Any = tables["dates"].set_index(["indicator_id", "period"])["period_label"]
    dates = dates.unstack("period").reindex(columns=["baseline", "current"]).fillna("–")

    def consequence(r: Any) -> str:
        if n := int(left[about.at[r.indicator_id, "component"]]):
            return f"The component’s change rests on the other {n}"
        return "No change of the component is shown: too little is left"

    return listed(
        pairs[pairs["indicator_id"].isin(weighted)],
        {
            "Indicator": lambda r: about.at[r.indicator_id, "name"],
            "Component": lambda r: about.at[r.indicator_id, "component"],
            "Periods": lambda r: " and ".join(dates.loc[r.indicator_id]),
            "Why": "reason",
            "Consequence": consequence,
        },
    )


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
    index: Any = tables["elements"].set_index("element").loc["index"]
    areas = tables["standing"].query("level == 'index'")["area_code"]
    return int(index["up_in_full"]), int(index["up"]), len(areas)
