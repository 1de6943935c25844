"""The borough report's tables, cells as text: twins of its charts, and every indicator."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.present.theme import RATINGS
from spi_core.present.words import QUARTERS, number, signed
from spi_core.read import records

if TYPE_CHECKING:
    from spi_core.present.report_data import BoroughReport

__all__ = [
    "component_table",
    "grid_table",
    "indicator_table",
    "source_table",
    "ward_table",
]


def _rated(rating: str) -> str:
    return f"{RATINGS[rating].symbol} {rating}"


def _range(low: float, high: float, digits: int = 0) -> str:
    return f"{number(low, digits)}–{number(high, digits)}"


def ward_table(report: BoroughReport) -> pd.DataFrame:
    """Every ward's index: score, likely range and place, rating, change.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    DataFrame
        By quarter, then name; the borough last.
    """
    rows = [
        {
            "Ward": w.name,
            "Quarter": QUARTERS[w.quarter].removesuffix(" quarter"),
            "Index": number(w.score, 1),
            "Likely range": _range(w.low, w.high),
            "Likely place": _range(w.rank_low, w.rank_high),
            "Against similar wards": _rated(w.rating),
            "Change": f"{signed(w.change)} {_rated(w.change_rating)}",
        }
        for w in records(report.wards)
    ]
    change = report.index_change
    last = dict.fromkeys(rows[0], "") | {
        "Ward": f"**{report.name}**",
        "Index": f"**{number(report.score, 1)}**",
        "Change": f"{signed(change['change'])} {_rated(change['rating'])}",
    }
    return pd.DataFrame([*rows, last])


def component_table(report: BoroughReport) -> pd.DataFrame:
    """Every component: how many figures, the borough's score, strengths, weaknesses, change.

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
    changes = report.changes.set_index("element")
    rows = []
    for c in records(report.components):
        row = {"Component": c.component, "Figures": str(c.indicators)}
        if c.scored:
            scores, ratings = (report.grid[k][c.component] for k in ("score", "rating"))
            row["Borough"] = number(float(report.borough[c.component]), 0)
            row["Wards"] = _range(scores.min(), scores.max())
            for word in ("strength", "weakness"):
                rated = sorted(names[ratings[ratings == word].index])
                row[f"{RATINGS[word].symbol} {word.capitalize()}"] = ", ".join(rated) or "none"
        else:
            row |= {"Borough": "–", "Wards": "–"}
            row |= {"▲ Strength": f"*{c.note}*", "▼ Weakness": ""}
        row["Change"] = "not comparable"
        if c.component in changes.index:
            moved: Any = changes.loc[c.component]
            row["Change"] = f"{signed(moved['change'])} {_rated(moved['rating'])}"
        rows.append(row)
    return pd.DataFrame(rows)


def grid_table(report: BoroughReport) -> pd.DataFrame:
    """Every ward's score on every dimension and scored component, with its rating's sign.

    Parameters
    ----------
    report : BoroughReport
        The report's figures.

    Returns
    -------
    DataFrame
        One row a ward, the borough first.
    """
    columns = [*report.dimensions, *report.scored]
    scores: Any = report.grid["score"]
    ratings: Any = report.grid["rating"]
    borough: Any = report.borough
    rows = []
    for w in records(report.wards):
        row = {"Ward": w.name}
        for c in columns:
            sign = RATINGS[ratings.at[w.code, c]].symbol
            row[c] = f"{sign} {number(scores.at[w.code, c], 0)}"
        rows.append(row)
    home = {"Ward": "Borough"} | {c: number(borough[c], 0) for c in columns}
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
    sign = RATINGS[r.rating].symbol
    change = f"{signed(r.change, 0)} {sign}" if r.comparable else "not comparable"
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
