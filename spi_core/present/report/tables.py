"""The report's tables, cells as text: twins of its charts, and every indicator."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.present.base.marks import marked
from spi_core.present.base.numbers import change_words, number, signed
from spi_core.present.base.spans import APART
from spi_core.present.base.theme import RATINGS
from spi_core.present.base.words import QUARTERS, capital, of_parts
from spi_core.tables import records
from spi_core.text.words import DECLINE, IMPROVEMENT, NO_NEWER, NOT_RATED

if TYPE_CHECKING:
    from spi_core.present.report.data import BoroughReport


def _rated(rating: str) -> str:
    return f"{RATINGS[rating].symbol} {rating}"


def _range(low: float, high: float) -> str:
    if math.isnan(low):
        return "–"
    ends = dict.fromkeys((number(low, 0), number(high, 0)))  # 1–1 is said as 1
    return "–".join(ends)


def _change(change: float, rating: str, illustrative: object) -> str:
    if math.isnan(change):
        return "not comparable"
    clear = rating in (IMPROVEMENT, DECLINE)
    return f"{marked(change_words(change, clear), illustrative)} {_rated(rating)}"


def ward_table(report: BoroughReport) -> pd.DataFrame:
    """Every area's index: score, likely range and place, rating, change.

    Returns
    -------
    DataFrame
        By quarter, then name; the whole last.
    """
    unit, against = capital(report.unit.one), f"Against similar {report.unit.many}"
    columns = [unit, "Quarter", "Index", "Likely range", "Likely place", against]
    columns += ["Change"] if len(report.periods) > 1 else []
    rows = [
        {
            unit: w.name,
            "Quarter": QUARTERS[w.quarter].removesuffix(" quarter"),
            "Index": marked(f"{number(w.score, 1)}{of_parts(w.parts, w.of)}", w.illustrative),
            "Likely range": marked(_range(w.low, w.high), w.illustrative),
            # without a range of the score, that of the places says nothing
            "Likely place": "–"
            if math.isnan(w.low)
            else marked(_range(w.rank_low, w.rank_high), w.illustrative),
            against: _rated(w.rating),
            "Change": _change(w.change, w.change_rating, w.illustrative),
        }
        for w in records(report.wards)
    ]
    rows += [
        dict.fromkeys(columns, "–")
        | {unit: m.name, "Quarter": f"no index: {m.parts:.0f} of {m.of:.0f} components"}
        for m in records(report.missing)
    ]
    change = report.index_change
    last = dict.fromkeys(columns, "") | {
        unit: f"**{report.name}**",
        "Index": f"**{marked(number(report.score, 1), report.illustrative)}**",
        "Change": _change(change["change"], change["rating"], change["illustrative"]),
    }
    return pd.DataFrame([*rows, last], columns=columns)


def component_table(report: BoroughReport) -> pd.DataFrame:
    """Every component: how many figures, the whole's score, strengths, weaknesses, change.

    Returns
    -------
    DataFrame
        In the order of the framework; a component that is not scored says why.
    """
    names = report.wards.set_index("code")["name"]
    whole, units = capital(report.whole.one), capital(report.unit.many)
    changes = report.changes.set_index("element")
    rows = []
    for c in records(report.components):
        row = {"Component": c.component, "Figures": f"{c.indicators}"}
        if c.scored and c.collected < c.indicators:
            row["Figures"] = f"{c.collected:.0f} of {c.indicators}"
        if c.scored:
            ends, ratings = report.elements.loc[c.component], report.grid["rating"][c.component]
            made_up = report.grid["illustrative"][c.component].any()
            row[whole] = marked(number(float(report.home[c.component]), 0), made_up)
            row[units] = marked(_range(ends["lowest"], ends["highest"]), made_up)
            none = "–" if ratings.eq(NOT_RATED).all() else "none"
            for word in ("strength", "weakness"):
                rated = sorted(names[ratings[ratings == word].index])
                row[f"{RATINGS[word].symbol} {word.capitalize()}"] = ", ".join(rated) or none
        else:
            row |= {whole: "–", units: "–"}
            row |= {"▲ Strength": f"*{c.note}*", "▼ Weakness": ""}
        if len(report.periods) > 1:
            few = f"not compared: too few of {c.indicators} figures"
            row["Change"] = few if c.scored else "–"
        if c.component in changes.index:
            moved: Any = changes.loc[c.component]
            row["Change"] = _change(moved["change"], moved["rating"], moved["illustrative"])
            if not math.isnan(moved["change"]) and moved["parts"] < moved["of"]:
                row["Change"] += f", {moved['share']}"
        rows.append(row)
    return pd.DataFrame(rows)


def grid_table(report: BoroughReport) -> pd.DataFrame:
    """Every area's score on every dimension and scored component, with its rating's sign.

    Returns
    -------
    DataFrame
        One row an area, the whole first.
    """
    columns = [*report.dimensions, *report.scored]
    scores: Any = report.grid["score"]
    ratings: Any = report.grid["rating"]
    whole: Any = report.home
    unit = capital(report.unit.one)
    made_up: Any = report.grid["illustrative"]
    rows = []
    for w in records(report.wards):
        row = {unit: w.name}
        for c in columns:
            sign = RATINGS[ratings.at[w.code, c]].symbol
            row[c] = f"{sign} {marked(number(scores.at[w.code, c], 0), made_up.at[w.code, c])}"
        rows.append(row)
    home = {unit: capital(report.whole.one)} | {
        c: marked(number(whole[c], 0), made_up[c].any()) for c in columns
    }
    return pd.DataFrame([home, *rows])


def indicator_table(report: BoroughReport) -> pd.DataFrame:
    """Every indicator: the whole in both periods, the reference, change and dates.

    Returns
    -------
    DataFrame
        In the order of the register, which is that of the framework.
    """
    return pd.DataFrame(
        [_indicator_row(r, report.place, len(report.periods)) for r in records(report.indicators)],
        columns=indicator_columns(report),
    )


def indicator_columns(report: BoroughReport) -> list[str]:
    """Name the columns of the table of indicators.

    Returns
    -------
    list of str
        Without a reference, without its column; with one period, without those of change.
    """
    place = [capital(report.place)] if report.place else []
    if len(report.periods) < 2:
        return ["Indicator", "Latest", *place, "Dates"]
    return ["Indicator", "Earlier", "Latest", *place, "Change", "Dates"]


def _indicator_row(r: Any, place: str, periods: int) -> dict[str, str]:
    sign = RATINGS[r.rating].symbol
    both = r.illustrative_before or r.illustrative_now
    change = "same figure" if r.reason == NO_NEWER else "not comparable"
    if not math.isnan(r.change):
        change = f"{marked(signed(r.change, 0), both)} {sign}"
    london = "" if math.isnan(r.london_change) else f" ({signed(r.london_change, 0)})"
    known = r.unit.lower() in r.name.lower()
    apart = r.group if r.group in APART else "rolling" * r.rolling
    both_dates = dict.fromkeys((r.label_before, r.label_now))
    dates = " → ".join(both_dates) + (f", {apart}" if apart else "")
    return {
        "Indicator": r.name if known else f"{r.name}, {r.unit}",
        "Earlier": marked(number(r.before), r.illustrative_before),
        "Latest": marked(number(r.now), r.illustrative_now),
        capital(place) if place else "–": number(r.london_now),
        "Change": change + london,
        "Dates": dates if periods > 1 else r.label_now,
    }
