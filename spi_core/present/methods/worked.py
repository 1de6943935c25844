"""One area's score worked by hand: plain arithmetic from the raw figures, every step kept.

A second way to the same numbers: nothing here calls the code that built the scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.errors import SpiError
from spi_core.present.base.marks import carried, marked
from spi_core.present.base.numbers import number
from spi_core.present.base.scale import adds_up
from spi_core.present.methods.cells import figure_text, six
from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.present.base.page import Page
    from spi_core.present.methods.data import Methods
    from spi_core.store import Tables

#: Decimals of scores; the products that are added up carry one more.
PLACES = 2


@dataclass(frozen=True, slots=True)
class Worked:
    """Every step from raw figures to the index of one unit of evidence.

    Parameters
    ----------
    code, name : str
        The area.
    period : str
        Period id.
    indicators : DataFrame
        One row an indicator that counts: ``id, name, component, dimension, value, numerator,
        denominator, per, worst, best, raw_score`` (before capping)``, score, weight, sd, stretch``
        (weight · |best − worst| / sd)``, share, product`` (share · score) and ``illustrative``.
    components, dimensions : dict of str to float
        Scores, in the order of the framework.
    parts : dict of str to list of str
        The components of each dimension.
    index : float
        The index score.
    """

    code: str
    name: str
    period: str
    indicators: pd.DataFrame
    components: dict[str, float]
    dimensions: dict[str, float]
    parts: dict[str, list[str]]
    index: float


def print_example(page: Page, methods: Methods) -> None:
    """Print the worked example step by step, or why there is none (``output: asis``)."""
    tables, said = methods.tables, methods.said
    code = choose_example(tables) if adds_up(tables) else ""
    if not code:
        page.say("worked.incomplete" if adds_up(tables) else "worked.other-mean")
        return
    w = work_by_hand(tables, code)
    first = next(iter(w.components))
    words = {"name": w.name, "first": first}
    index = tables["scores"].query("level == 'index' and area_code == @code")
    score = index.loc[index["period"] == w.period, "score"].iloc[0]
    capped = (w.indicators["raw_score"] != w.indicators["score"]).any()
    among = page.text("worked.among") if capped else ""
    figures = said(page.text("worked.figures", score=number(score, 1)))
    page.say("worked.start", among=among, figures=figures, **words)
    page.say("worked.scores")
    widths = [19, 24, 38, 12, 12, 13, 10, 11]
    page.table("tbl-step-indicators", indicator_steps(w), "llr+", widths, words)
    page.say("worked.shares", **words)
    page.table("tbl-step-shares", share_steps(w, first), "lr+", words=words)
    print(f"{said(page.text('worked.sum', **words))}\n\n$$ {component_equation(w, first)} $$\n")
    page.table("tbl-step-components", component_steps(w), "lllr", [24, 30, 56, 10], words)
    page.say("worked.means")
    page.bullets(
        [
            *(said(f"{d}: {_mean_of(w, d)}") for d in w.parts),
            said(f"**Index: {mean_equation(list(w.dimensions.values()), w.index)}**"),
        ]
    )
    printed = said(page.text("worked.printed", score=number(score, 2)))
    page.say("worked.tested", printed=printed)


def _mean_of(worked: Worked, dimension: str) -> str:
    scores = [worked.components[c] for c in worked.parts[dimension]]
    return mean_equation(scores, worked.dimensions[dimension])


def choose_example(tables: Tables) -> str:
    """Choose the unit to work: a capped value among its figures, and closest to the whole.

    Returns
    -------
    str
        Its code. Where none has a capped value, the one closest to the whole; empty where none has
        every figure.
    """
    index = tables["standing"].query("level == 'index'").set_index("area_code")
    index = index.dropna(subset="score")
    used = set(tables["weights"].query("share > 0")["indicator_id"])
    now = tables["values"].query("period == 'current'")
    now = now[now["indicator_id"].isin(used)]
    known = now.dropna(subset="value").groupby("area_code")["indicator_id"].nunique()
    index = index[index.index.isin(known[known == len(used)].index)]
    if index.empty:
        return ""
    capped = set(now.loc[now["capped"].eq(True), "area_code"]) & set(index.index)
    choice = index.loc[sorted(capped)] if capped else index
    distance = choice["difference"].abs().fillna(0.0)
    return str(distance.idxmin())


def work_by_hand(tables: Tables, code: str, period: str = "current") -> Worked:
    """Work one area's index from its raw figures with nothing but + − × ÷.

    Parameters
    ----------
    tables : Tables
        The edition's tables; only raw values, goalposts and weights are used, no scores.
    code : str
        GSS code.
    period : str
        Period id.

    Raises
    ------
    SpiError
        If the edition averages otherwise than arithmetically, or the area lacks a figure.
    """
    if not adds_up(tables):
        raise SpiError("the worked example adds up by hand: every mean must be arithmetic")
    rows = _figures(tables, code, period)
    reach = rows["best"] - rows["worst"]
    rows["raw_score"] = 100 * (rows["value_scored"] - rows["worst"]) / reach
    rows["score"] = [min(100.0, max(0.0, s)) for s in rows["raw_score"]]
    rows["stretch"] = rows["weight"] * reach.abs() / rows["sd"]
    rows["share"] = rows["stretch"] / rows.groupby("component")["stretch"].transform("sum")
    rows["product"] = rows["share"] * rows["score"]
    products = rows.groupby("component", sort=False)["product"].sum()
    components = {str(c): float(score) for c, score in products.items()}
    groups = rows.groupby("dimension", sort=False)["component"]
    parts = {str(d): list(dict.fromkeys(of)) for d, of in groups}
    dimensions = {d: sum(components[c] for c in of) / len(of) for d, of in parts.items()}
    areas = tables["areas"].set_index("code")
    return Worked(
        code=code,
        name=str(areas.at[code, "name"]),
        period=period,
        indicators=rows,
        components=components,
        dimensions=dimensions,
        parts=parts,
        index=sum(dimensions.values()) / len(dimensions),
    )


def _figures(tables: Tables, code: str, period: str) -> pd.DataFrame:
    about = tables["indicators"][["id", "name", "component", "dimension", "per", "transform"]]
    values = carried(tables, "values").query("area_code == @code and period == @period")
    posts = tables["goalposts"][["indicator_id", "worst_scored", "best_scored"]]
    posts = posts.rename(columns={"worst_scored": "worst", "best_scored": "best"})
    weights = tables["weights"].query("share > 0")[["indicator_id", "weight", "sd"]]
    kept = ["value", "value_scored", "numerator", "denominator", "period_label", "illustrative"]
    raw = values[["indicator_id", *kept]]
    rows = about.rename(columns={"id": "indicator_id"}).merge(weights, on="indicator_id")
    rows = rows.merge(raw, on="indicator_id", how="left").merge(posts, on="indicator_id")
    lost = list(rows.loc[rows["value"].isna(), "indicator_id"])
    if lost:
        raise SpiError(f"{code}: no value of {', '.join(lost)} in period {period!r}")
    return rows.rename(columns={"indicator_id": "id"})


def indicator_steps(worked: Worked) -> pd.DataFrame:
    """Show the first two steps as a table: raw figure, goalposts, score, share, product.

    Returns
    -------
    DataFrame
        Cells as text. A capped score says so.
    """
    rows = []
    # a share rests on all indicators of its component
    shared = worked.indicators.groupby("component")["illustrative"].any()
    steps: Any = worked.indicators.iterrows()
    for _, r in steps:
        made_up = shared[r["component"]]
        capped = abs(r["raw_score"] - r["score"]) > 0
        rows.append(
            {
                "Component": r["component"],
                "Indicator": r["name"],
                "Figure": marked(figure_text(r), r["illustrative"]),
                "Worst": six(r["worst"]),
                "Best": six(r["best"]),
                "Score": marked(number(r["score"], PLACES), r["illustrative"])
                + (" (capped)" if capped else ""),
                "Share": marked(f"{r['share']:.4f}", made_up),
                "Score × share": marked(number(r["product"], PLACES + 1), made_up),
            }
        )
    return pd.DataFrame(rows)


def share_steps(worked: Worked, component: str) -> pd.DataFrame:
    """Show how the shares of one component come about.

    Parameters
    ----------
    component : str
        Name of a scored component.

    Returns
    -------
    DataFrame
        Cells as text; the last row adds up.
    """
    part = worked.indicators[worked.indicators["component"] == component]
    made_up = part["illustrative"].any()
    rows = [
        {
            "Indicator": r.name,
            "Weight": f"{r.weight:.4f}",
            "Distance of the goalposts": six(abs(r.best - r.worst)),
            "Standard deviation": six(r.sd),
            "Weight × distance ÷ deviation": f"{r.stretch:.4f}",
            "Share": marked(f"{r.share:.4f}", made_up),
        }
        for r in records(part)
    ]
    total = {"Indicator": "**Sum**", "Weight": f"{part['weight'].sum():.4f}"}
    total |= {"Distance of the goalposts": "", "Standard deviation": ""}
    total["Weight × distance ÷ deviation"] = f"{part['stretch'].sum():.4f}"
    return pd.DataFrame([*rows, total | {"Share": marked(f"{part['share'].sum():.4f}", made_up)}])


def component_steps(worked: Worked) -> pd.DataFrame:
    """Show the third step as a table: the products of each component added up."""
    rows = []
    for component, group in worked.indicators.groupby("component", sort=False):
        total = " + ".join(number(p, PLACES + 1) for p in group["product"])
        score = number(worked.components[str(component)], PLACES)
        dimension = group["dimension"].iloc[0]
        rows.append(
            {
                "Dimension": dimension,
                "Component": component,
                "Sum": total,
                "Score": f"**{marked(score, group['illustrative'].any())}**",
            }
        )
    return pd.DataFrame(rows)


def component_equation(worked: Worked, component: str) -> str:
    """Write how shares and score of one component come about, as LaTeX.

    Parameters
    ----------
    component : str
        Name of a scored component.

    Returns
    -------
    str
        Display mathematics without the dollar signs.
    """
    rows = worked.indicators[worked.indicators["component"] == component]
    terms = [rf"{r.share:.4f} \times {r.score:.2f}" for r in records(rows)]
    return rf"{' + '.join(terms)} = {worked.components[component]:.2f}"


def mean_equation(scores: list[float], result: float, places: int = PLACES) -> str:
    """Write a mean as a sum to follow.

    Parameters
    ----------
    scores : list of float
        What is averaged.
    result : float
        The mean.
    places : int
        Decimals of the result.

    Examples
    --------
    >>> mean_equation([50.0, 61.0], 55.5, places=1)
    '(50.00 + 61.00) ÷ 2 = 55.5'
    """
    above = " + ".join(number(s, PLACES) for s in scores)
    return f"({above}) ÷ {len(scores)} = {number(result, places)}"
