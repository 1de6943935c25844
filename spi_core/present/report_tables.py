"""The borough report's tables, cells as text: twins of its charts, and every indicator."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.present.frames import records
from spi_core.present.words import QUARTERS, number, signed

if TYPE_CHECKING:
    from spi_core.present.report_data import BoroughReport

__all__ = [
    "component_table",
    "grid_table",
    "indicator_table",
    "source_table",
    "ward_table",
]


def ward_table(report: BoroughReport) -> pd.DataFrame:
    """Every ward's index score, quarter, dimensions and change.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    DataFrame
        By quarter, then name; the borough last.
    """
    dims = list(dict.fromkeys(report.components["dimension"]))
    scores: Any = report.grid
    home: Any = report.borough
    rows = []
    for w in records(report.wards):
        row = {"Ward": w.name, "Quarter": QUARTERS[w.quarter].removesuffix(" quarter")}
        row |= {"Index": number(w.score, 1), "Against borough": signed(w.difference)}
        row |= {d: number(scores.at[w.code, d], 0) for d in dims}
        rows.append(row | {"Change": signed(w.change)})
    last = {"Ward": f"**{report.name}**", "Quarter": "", "Index": f"**{number(report.score, 1)}**"}
    last |= {"Against borough": ""} | {d: f"**{number(home[d], 0)}**" for d in dims}
    return pd.DataFrame([*rows, last | {"Change": f"**{signed(report.change)}**"}])


def component_table(report: BoroughReport) -> pd.DataFrame:
    """Every component: how many indicators, the borough's score, who is highest and lowest.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    DataFrame
        In the order of the framework; a component that is not scored says why.
    """
    names = report.wards.set_index("code")["name"]
    rows = []
    for c in records(report.components):
        row = {"Component": c.component, "Figures": str(c.indicators)}
        if c.scored:
            of = report.quarters[c.component]
            ends = {q: ", ".join(sorted(names[of[of == q].index])) for q in (1, 4)}
            row |= {"Borough": number(c.score, 0)}
            row |= {"Wards": f"{number(c.low, 0)} to {number(c.high, 0)}"}
            row |= {"Highest quarter": ends[1], "Lowest quarter": ends[4]}
        else:
            row |= {"Borough": "–", "Wards": "–"}
            row |= {"Highest quarter": f"*{c.note}*", "Lowest quarter": ""}
        rows.append(row)
    return pd.DataFrame(rows)


def grid_table(report: BoroughReport) -> pd.DataFrame:
    """Every ward's score on every scored component, with a sign for the highest and lowest quarter.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    DataFrame
        One row a ward; ◆ highest quarter, ◇ lowest quarter.
    """
    components = list(report.components.loc[report.components["scored"], "component"])
    signs = {1: "◆ ", 4: "◇ "}
    scores: Any = report.grid
    quarters: Any = report.quarters
    borough: Any = report.borough
    rows = []
    for w in records(report.wards):
        row = {"Ward": w.name}
        for c in components:
            sign = signs.get(quarters.at[w.code, c], "")
            row[c] = sign + number(scores.at[w.code, c], 0)
        rows.append(row)
    home = {"Ward": "Borough"} | {c: number(borough[c], 0) for c in components}
    return pd.DataFrame([home, *rows])


def indicator_table(report: BoroughReport) -> pd.DataFrame:
    """Every indicator: the borough in both periods, London, change, dates, publisher.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    DataFrame
        In the order of the register, which is that of the framework.
    """
    return pd.DataFrame([_indicator_row(r) for r in records(report.indicators)])


def _indicator_row(r: Any) -> dict[str, str]:
    change = signed(r.change, 0) if r.comparable else "not comparable"
    london = "" if math.isnan(r.london_change) else f" ({signed(r.london_change, 0)})"
    known = r.unit.lower() in r.name.lower()
    return {
        "Indicator": r.name if known else f"{r.name}, {r.unit}",
        "Earlier": number(r.before),
        "Latest": number(r.now),
        "London": number(r.london_now),
        "Change": change + london,
        "Dates": f"{r.label_before} → {r.label_now}",
        "Publisher": r.publisher,
    }


def source_table(indicators: pd.DataFrame) -> pd.DataFrame:
    """Who published what, under which licence.

    Parameters
    ----------
    indicators : DataFrame
        The indicator register.

    Returns
    -------
    DataFrame
        One row a publisher and licence, by name.
    """
    rows = []
    for (publisher, licence), group in indicators.groupby(["publisher_or_owner", "licence"]):
        names = "; ".join(group["name"])
        rows.append({"Publisher": publisher, "Figures": names, "Licence": licence})
    return pd.DataFrame(rows)
