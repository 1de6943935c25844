"""The figures that tell why an area's component stands out: in people where counts are known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from spi_core.present.base.marks import carried, marked, of_area
from spi_core.present.base.numbers import apart, number
from spi_core.present.base.scale import beside_place
from spi_core.present.base.words import ABOUT_THE_SAME, capital
from spi_core.present.brief.people import more_or_fewer
from spi_core.present.brief.yardstick import Yardstick
from spi_core.store import Tables
from spi_core.tables import records
from spi_core.text.words import SIMILAR, STRENGTH, WEAKNESS

#: Counts of people, homes or events stand above these kinds of figure.
COUNTED = ("rate", "proportion")
#: A unit that names whom it counts: "% of homes", "per 1,000 residents", not "% (as published)".
_BASE = re.compile(r"^(%|per [\d,]+) (?!\()")
#: Rows that the first page tells at most, of them weaknesses where there are strengths too; fewer
#: than the least are filled up with what lies furthest.
ROWS, TOLD, FEW = 5, 3, 3


class Shown:
    """An area's values as cells of a table, those that are generated marked.

    Parameters
    ----------
    tables : Tables
        The edition's tables.
    code : str
        Of a unit of evidence.
    yard : Yardstick
        What it is held against.
    """

    def __init__(self, tables: Tables, code: str, yard: Yardstick) -> None:
        self.code, self.yard = code, yard
        edition = tables.about["edition"]
        self.home, self.compares = str(edition["area"]), len(edition["periods"]) > 1
        self.unit, self.whole = tables.levels.unit, tables.whole
        near = of_area(tables["peers"], code).sort_values("order")
        self.peers = tuple(near["peer_code"])
        values = carried(tables, "values")
        values = values[values["area_code"].isin([code, self.home, *self.peers])]
        self.values = {(r.indicator_id, r.area_code, r.period): r for r in records(values)}
        self.about = {r.id: r for r in records(tables["indicators"])}
        stands = of_area(tables["indicator_standing"], code)
        self.stands: pd.DataFrame = stands.set_index("indicator_id")
        place = beside_place(tables)
        self.near = capital(f"similar {self.unit.many}")
        self.reference = f"{capital(place)} {self.unit.one}" if place else ""
        self.mean: dict[Any, float] = {}
        if place:
            now = tables["reference"].query("period == 'current'")
            self.mean = now.set_index("indicator_id")["mean"].to_dict()

    @property
    def columns(self) -> list[str]:
        """Headings of :meth:`now`."""
        place = [self.reference] if self.reference else []
        near = [self.near] if self.peers else []
        return ["Figure", "Here", *near, capital(self.whole.one), *place, "Period"]

    def cell(self, indicator: str, area: str, period: str) -> str:
        """Write one value; a withheld or an estimated one says so."""
        row = self.values.get((indicator, area, period))
        if row is None:
            return "–"
        if row.provenance == "suppressed":
            return "withheld"
        est = " est." if row.provenance == "estimated" else ""
        return marked(number(row.value), row.illustrative) + est

    def label(self, indicator: str, period: str = "current") -> str:
        """Write what time the area's value is of."""
        label = getattr(self.values.get((indicator, self.code, period)), "period_label", "–")
        return label if isinstance(label, str) else "–"

    def now(self, indicator: str) -> dict[str, str]:
        """Write one indicator's current figures."""
        about = self.about[indicator]
        made = {
            "Figure": f"{about.name}, {unit_words(about.unit)}",
            "Here": self.cell(indicator, self.code, "current"),
            self.near: self.among_peers(indicator),
            capital(self.whole.one): self.cell(indicator, self.home, "current"),
            "Period": self.label(indicator),
        }
        if self.reference:
            made[self.reference] = number(self.mean.get(indicator, np.nan))
        return {name: made[name] for name in self.columns}

    def range(self, indicator: str) -> str:
        """Write the interval of the area's current value."""
        row = self.values[indicator, self.code, "current"]
        ends = f"{number(row.value_low)} to {number(row.value_high)}"
        return marked(ends, row.illustrative)

    def among_peers(self, indicator: str) -> str:
        """Write the median of the similar areas' values."""
        middle = number(self.stands["peers_value"].get(indicator, np.nan))
        return marked(middle, self.held_made_up(indicator, near=True))

    def held_made_up(self, indicator: str, near: bool | None = None) -> bool:
        """Tell whether what the area is held against, or similar areas, rest on made up values."""
        near = self.yard.other != "whole" if near is None else near
        areas = self.peers if near else (self.home,)
        rows = [self.values.get((indicator, a, "current")) for a in areas]
        return any(r is not None and np.isfinite(r.value) and r.illustrative for r in rows)

    def pair(self, indicator: str) -> tuple[str, str]:
        """Write the area's value and what it is held against so that they differ in print."""
        row = self.values[indicator, self.code, "current"]
        home = self.values.get((indicator, self.home, "current"))
        near = self.stands["peers_value"].get(indicator, np.nan)
        there = near if self.yard.other != "whole" else getattr(home, "value", np.nan)
        texts = apart(row.value, there)[:2]
        per = "%" if self.about[indicator].unit.startswith("%") else ""
        made_up = row.illustrative, self.held_made_up(indicator)
        here, other = (marked(text + per, m) for text, m in zip(texts, made_up, strict=True))
        return here, other


def facts_table(shown: Shown, rows: pd.DataFrame) -> pd.DataFrame:
    """List the figures that the first page tells, with all that they can be held against.

    Parameters
    ----------
    shown : Shown
        The area's values.
    rows : DataFrame
        From :func:`standouts`.

    Returns
    -------
    DataFrame
        Cells as text, in their order.
    """
    told = [i for i in rows["indicator_id"] if i]
    facts = pd.DataFrame([shown.now(i) for i in told], columns=shown.columns)
    facts.insert(2, "Likely", [shown.range(i) for i in told])
    # generated indicators have no reference: a column of dashes would only take room
    blank = shown.reference and facts[shown.reference].eq("–").all()
    return facts.drop(columns=shown.reference) if blank else facts


def figures_table(shown: Shown) -> pd.DataFrame:
    """List every indicator of the framework with the area's figures, each with its own time.

    Parameters
    ----------
    shown : Shown
        The area's values.

    Returns
    -------
    DataFrame
        Cells as text.
    """
    earlier = ["Earlier", "Earlier period"] if shown.compares else []
    here = [c for c in shown.columns[1:] if c != shown.near]
    columns = ["Component", "Figure", *earlier, *here]
    rows = [
        {
            "Component": r.component,
            "Earlier": shown.cell(r.id, shown.code, "baseline"),
            "Earlier period": shown.label(r.id, "baseline"),
        }
        | shown.now(r.id)
        for r in shown.about.values()
    ]
    return pd.DataFrame(rows, columns=columns)


def standouts(shown: Shown, components: pd.DataFrame) -> pd.DataFrame:
    """Choose what the first page tells of, and say each in people where counts are known.

    Parameters
    ----------
    shown : Shown
        The area's values.
    components : DataFrame
        ``component, contents, score, other, gap, rating, illustrative``.

    Returns
    -------
    DataFrame
        These with ``indicator_id``, the figure that does most to put the component where it is,
        and ``fact``, which says it; both empty where chance could explain every such figure. The
        weaknesses come first, then the strengths, each the furthest first; where they are few,
        what lies furthest of the others, below before above.
    """
    rows = components.dropna(subset=["score", "gap"])
    far = rows["gap"].abs().sort_values(ascending=False, kind="stable").index
    order = {WEAKNESS: 0, STRENGTH: 1, SIMILAR: 2}
    rows = rows.loc[far].assign(by=lambda d: d["rating"].map(order))
    rows = rows[rows["by"].notna() & ((rows["by"] < 2) | (rows["gap"].abs() >= ABOUT_THE_SAME))]
    rows = rows.assign(up=rows["gap"].gt(0)).sort_values(["by", "up"], kind="stable")
    sure = rows[rows["by"] < 2]
    weak = int(rows["by"].eq(0).sum())
    kept = [*sure.index[:weak][:TOLD], *sure.index[weak:]][:ROWS]
    rest = rows[rows["by"].eq(2)]
    few = FEW - len(kept)
    if few > 0:
        ends = [rest[~rest["up"]].index[: -(-few // 2)], rest[rest["up"]].index[: few // 2]]
        kept += [i for end in ends for i in end]
    rows = rows.loc[kept].drop(columns=["by", "up"])
    told = [_telling(shown, r.component, r.gap > 0) for r in records(rows)]
    return rows.assign(indicator_id=told, fact=[_fact(shown, i) if i else "" for i in told])


def to_ask(shown: Shown, rows: pd.DataFrame, lines: Sequence[str] = ()) -> tuple[str, str, bool]:
    """Pick one question: of the first figure that surely makes the area worse, else of the first.

    Parameters
    ----------
    shown : Shown
        The area's values.
    rows : DataFrame
        From :func:`standouts`.
    lines : sequence of str
        Figures that are shown over the years.

    Returns
    -------
    tuple of str, str and bool
        The figure, its question from the catalogue, whether it is generated; empty where no figure
        on the page has a question.
    """
    pull = shown.stands[shown.yard.pull].where(shown.stands[shown.yard.tells].astype(bool), 0.0)
    every = [*rows["indicator_id"], *lines]
    weak = [*rows.loc[rows["gap"] < 0, "indicator_id"], *(i for i in lines if pull.get(i, 0) < 0)]
    for i in (*weak, *every):
        if i and (asked := getattr(shown.about[i], "question", "")):
            return i, asked, bool(shown.values[i, shown.code, "current"].illustrative)
    return "", "", False


def _telling(shown: Shown, component: str, better: bool) -> str:
    """Name the indicator that does most to put a component where it is; empty if there is none.

    A figure that chance could have put on the other side is no evidence.
    """
    at = [shown.about[i].component == component for i in shown.stands.index]
    at &= shown.stands[shown.yard.tells].to_numpy(bool)
    mine = shown.stands.loc[at, shown.yard.pull].dropna()
    mine = mine[mine > 0] if better else mine[mine < 0]
    if mine.empty:
        return ""
    return str(mine.idxmax() if better else mine.idxmin())


def _fact(shown: Shown, indicator: str) -> str:
    """Say a figure and what it is held against: as a count where one is known."""
    about, row = shown.about[indicator], shown.values[indicator, shown.code, "current"]
    names = (f"{shown.yard.apart}{end}" for end in ("", "_low", "_high"))
    n, low, high = (float(shown.stands[name].get(indicator, np.nan)) for name in names)
    if has_counts(about, row) and np.isfinite(n):
        count = marked(number(row.numerator, 0), row.illustrative)
        made_up = row.illustrative or shown.held_made_up(indicator)
        apart = more_or_fewer(n, low, high, made_up, getattr(about, "noun", ""))
        when = f"**{count}** in {row.period_label}"
        return f"{about.name}: {when}, {apart} than at {shown.yard.whose} rate"
    here, there = shown.pair(indicator)
    when = f"{row.period_label}; {shown.yard.at} {there}"
    return f"{about.name}: **{here}**{_rest(about.unit)}, {when}"


def _rest(unit: str) -> str:
    """Write what follows a number; what stands in brackets is the register's business."""
    if unit.startswith("%"):
        return "" if unit[1:].lstrip().startswith("(") else unit[1:]
    if unit.startswith("ratio ("):
        return f"{',' if '=' in unit else ''} {unit[7:-1]}"
    return f" ({unit})" if unit.startswith(("ratio", "score")) else f" {unit}"


def has_counts(about: Any, row: Any) -> bool:
    """Whether whole counts stand behind a figure, of a group that its unit names."""
    ends = np.array([row.numerator, row.denominator], dtype=float)
    return bool(
        about.kind in COUNTED
        and _BASE.match(about.unit)
        and row.provenance not in ("suppressed", "estimated")
        and np.isfinite([*ends, row.value]).all()
        and np.array_equal(ends, ends.round())
    )


def unit_words(unit: str) -> str:
    """Shorten a unit to what a reader needs; what stands in brackets is the register's business."""
    if unit.startswith("ratio (") and "=" not in unit:
        return unit[7:-1]
    return unit
