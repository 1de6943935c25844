"""What a ward brief says, gathered from the built tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spi_core.errors import SpiError
from spi_core.present.edition_words import reference_place
from spi_core.present.marks import carried, marked
from spi_core.present.words import number, signed
from spi_core.read import records
from spi_core.store import Tables

__all__ = ["Brief", "gather"]


@dataclass(frozen=True, slots=True)
class Brief:
    """A ward's figures.

    Parameters
    ----------
    code, name : str
        The ward.
    index : Series
        Its row of ``standing`` for the index; NaN where it has no score.
    wards : DataFrame
        The row for the index of every ward that has a score, with its ``name``.
    components : DataFrame
        In the order of the framework: ``dimension, component, score, borough, difference,
        rating, word, illustrative``; NaN score where not scored.
    spread : DataFrame
        Index component: ``min, q1, q3, max`` of the wards' scores.
    changes : DataFrame
        ``component, baseline, current, change, rating, word, illustrative`` of the index and the
        components.
    facts : DataFrame
        The figures behind the components furthest from the borough, cells as text, marked.
    figures : DataFrame
        Every figure of the ward, cells as text, marked.
    peers : tuple of str
        Names of the wards in similar circumstances, the nearest first.
    contributions : Series
        Points of the index's change that each indicator made, index its name.
    """

    code: str
    name: str
    index: pd.Series
    wards: pd.DataFrame
    components: pd.DataFrame
    spread: pd.DataFrame
    changes: pd.DataFrame
    facts: pd.DataFrame
    figures: pd.DataFrame
    peers: tuple[str, ...]
    contributions: pd.Series

    @property
    def scored(self) -> bool:
        """Whether the ward has an index score."""
        return not bool(np.isnan(self.index["score"]))

    @property
    def illustrative(self) -> bool:
        """Whether the ward's index rests on generated values."""
        return bool(self.index["illustrative"])


def gather(tables: Tables, code: str, facts: int = 3) -> Brief:
    """Collect what one ward's brief shows.

    Parameters
    ----------
    tables : Tables
        The edition's tables.
    code : str
        GSS code of the ward.
    facts : int
        How many components at each end are explained by a figure; with 0
        neither ``facts`` nor ``figures`` are gathered.

    Returns
    -------
    Brief

    Raises
    ------
    SpiError
        If the edition has no such ward.
    """
    standing, names = carried(tables, "standing"), _names(tables)
    areas = tables["areas"]
    known = areas.loc[(areas["level"] == "ward") & areas["scored"], "code"]
    if code not in set(known):
        listed = ", ".join(f"{c} {names[c]}" for c in sorted(known))
        raise SpiError(f"no ward {code!r} in this edition; there are {listed}")
    wards = standing[standing["level"] == "index"].dropna(subset="score")
    wards = wards.assign(name=wards["area_code"].map(names))
    component = standing[standing["level"] == "component"]
    grouped = component.groupby("element")["score"]
    spread = pd.DataFrame(
        {
            "min": grouped.min(),
            "q1": grouped.quantile(0.25),
            "q3": grouped.quantile(0.75),
            "max": grouped.max(),
        }
    )
    components = _components(tables, component[component["area_code"] == code])
    mine = wards[wards["area_code"] == code]
    return Brief(
        code=code,
        name=names[code],
        index=mine.iloc[0] if len(mine) else _no_index(wards, code, names[code]),
        wards=wards,
        components=components,
        spread=spread,
        changes=_changes(tables, code, components),
        facts=_facts(tables, code, components, facts) if facts else pd.DataFrame(),
        figures=_figures(tables, code) if facts else pd.DataFrame(),
        peers=_peers(tables, code, names),
        contributions=_contributions(tables, code),
    )


def _no_index(wards: pd.DataFrame, code: str, name: str) -> pd.Series:
    """Stand in for the index of a ward without one: the borough's score, nothing else."""
    known: dict[Any, Any] = {
        "area_code": code,
        "name": name,
        "rating": "not rated",
        "illustrative": False,
    }
    row: pd.Series = pd.Series([known.get(c, np.nan) for c in wards], wards.columns, dtype=object)
    row["borough"] = wards["borough"].max() if len(wards) else np.nan
    return row


def _names(tables: Tables) -> dict[str, str]:
    return dict(tables["areas"].set_index("code")["name"])


def _components(tables: Tables, mine: pd.DataFrame) -> pd.DataFrame:
    rows = tables["framework"].merge(
        mine.rename(columns={"element": "component"}), on="component", how="left"
    )
    missing = rows["note"].where(~rows["scored"], "not scored: figures are missing")
    rows["word"] = rows["rating"].fillna(missing)
    rows["rating"] = rows["rating"].fillna("not rated")
    rows["illustrative"] = rows["illustrative"].eq(True)
    return rows


def _changes(tables: Tables, code: str, components: pd.DataFrame) -> pd.DataFrame:
    mine = carried(tables, "changes").query("area_code == @code")
    index = mine[mine["level"] == "index"].assign(element="Index")
    rows = pd.concat([index, mine[mine["level"] == "component"]])
    order = ["Index", *components.loc[components["score"].notna(), "component"]]
    rows = rows.rename(columns={"element": "component"}).set_index("component").reindex(order)
    few = rows["reason"].where(rows["reason"].fillna("").ne(""), "too few comparable figures")
    rows["word"] = rows["rating"].where(rows["change"].notna(), few)
    rows["rating"] = rows["rating"].fillna("not rated")
    rows["illustrative"] = rows["illustrative"].eq(True)
    return rows.reset_index()


def _facts(tables: Tables, code: str, components: pd.DataFrame, n: int) -> pd.DataFrame:
    """Find what does most to put the components furthest from the borough where they are."""
    about = tables["indicators"].set_index("id")
    shown = _Shown(tables, code)
    weight = tables["weights"].set_index("indicator_id")["share"]
    gap = (shown.score(code) - shown.score(shown.borough)).reindex(weight.index) * weight
    scored = components.dropna(subset=["score", "difference"]).sort_values("difference")
    half = min(n, -(-len(scored) // 2))
    low = scored.head(min(half, len(scored) - half))
    rows = []
    for r in [*records(scored.tail(half)[::-1]), *records(low)]:
        mine = gap[about["component"].reindex(gap.index) == r.component].dropna()
        if mine.empty:
            continue
        i = str(mine.idxmax() if r.difference > 0 else mine.idxmin())
        difference = marked(signed(r.difference, 0), r.illustrative)
        rows.append({"Component": f"{r.component} ({difference})"} | shown.now(i))
    facts = pd.DataFrame(rows, columns=["Component", *shown.columns])
    # generated indicators have no reference: a column of dashes would only take room
    blank = shown.reference and facts[shown.reference].eq("–").all()
    return facts.drop(columns=shown.reference) if blank else facts


def _figures(tables: Tables, code: str) -> pd.DataFrame:
    """List every indicator of the framework with the ward's figures."""
    shown = _Shown(tables, code)
    columns = ["Component", "Figure", "Earlier", *shown.columns[1:]]
    rows = [
        {"Component": r.component, "Earlier": shown.cell(r.id, code, "baseline")} | shown.now(r.id)
        for r in records(tables["indicators"])
    ]
    return pd.DataFrame(rows, columns=columns)


class _Shown:
    """A ward's values as cells of a table, those that are generated marked."""

    def __init__(self, tables: Tables, code: str) -> None:
        self.code = code
        self.borough = str(tables.about["edition"]["borough"])
        values = carried(tables, "values")
        values = values[values["area_code"].isin([code, self.borough])]
        self.values = {(r.indicator_id, r.area_code, r.period): r for r in records(values)}
        self.about = {r.id: r for r in records(tables["indicators"])}
        place = reference_place(tables)
        self.reference = f"{place[:1].upper()}{place[1:]} ward" if place else ""
        self.mean: dict[Any, float] = {}
        if place:
            now = tables["reference"].query("period == 'current'")
            self.mean = now.set_index("indicator_id")["mean"].to_dict()

    @property
    def columns(self) -> list[str]:
        """Headings of :meth:`now`."""
        place = [self.reference] if self.reference else []
        return ["Figure", "Here", "Borough", *place, "Period"]

    def score(self, area: str) -> pd.Series:
        """Scores of an area's indicators, current period."""
        now = {
            indicator: row.score
            for (indicator, place, period), row in self.values.items()
            if (place, period) == (area, "current")
        }
        return pd.Series(now, dtype=float)

    def cell(self, indicator: str, area: str, period: str) -> str:
        """Write one value; a withheld one says so."""
        row = self.values.get((indicator, area, period))
        if row is None:
            return "–"
        if row.provenance == "suppressed":
            return "withheld"
        return marked(number(row.value), row.illustrative)

    def now(self, indicator: str) -> dict[str, str]:
        """Write one indicator's current figures."""
        about = self.about[indicator]
        label = getattr(self.values.get((indicator, self.code, "current")), "period_label", "–")
        made = {
            "Figure": f"{about.name}, {_short(about.unit)}",
            "Here": self.cell(indicator, self.code, "current"),
            "Borough": self.cell(indicator, self.borough, "current"),
            "Period": label if isinstance(label, str) else "–",
        }
        if self.reference:
            made[self.reference] = number(self.mean.get(indicator, np.nan))
        return made


def _peers(tables: Tables, code: str, names: dict[str, str]) -> tuple[str, ...]:
    mine = tables["peers"].query("area_code == @code").sort_values("order")
    return tuple(names[c] for c in mine["peer_code"])


def _contributions(tables: Tables, code: str) -> pd.Series:
    mine = tables["contributions"].query("area_code == @code").set_index("indicator_id")["points"]
    return mine.rename(tables["indicators"].set_index("id")["name"].to_dict())


def _short(unit: str) -> str:
    """Shorten a unit to what a reader needs; what stands in brackets is the register's business."""
    if unit.startswith("ratio (") and "=" not in unit:
        return unit[7:-1]
    return unit
