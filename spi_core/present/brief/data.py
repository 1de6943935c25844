"""What a brief says, gathered from the built tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spi_core.errors import SpiError
from spi_core.levels import Level
from spi_core.present.base.edition import why_no_index
from spi_core.present.base.marks import carried, marked
from spi_core.present.base.scale import beside_place
from spi_core.present.base.spans import from_other_dates, with_share
from spi_core.present.brief.facts import Shown, facts_table, figures_table, standouts, to_ask
from spi_core.store import Tables


@dataclass(frozen=True, slots=True)
class Brief:
    """The figures of one unit of evidence: a ward, say.

    Parameters
    ----------
    code, name : str
        The area.
    unit, whole : Level
        What it is, and what the edition is about.
    place : str
        Whose areas are the reference; empty without one.
    index : Series
        Its row of ``standing`` for the index; NaN where it has no score.
    wards : DataFrame
        The row for the index of every unit that has a score, with its ``name``.
    components : DataFrame
        In the order of the framework: ``dimension, component, score, whole, difference,
        rating, word, illustrative``; NaN score where not scored.
    spread : DataFrame
        Index element: ``lowest, q1, q3, highest`` of the units' scores.
    changes : DataFrame
        ``component, baseline, current, change, rating, word, illustrative`` of the index and the
        components; ``share``: how many of its parts count in it.
    longer_ago : DataFrame
        ``rating, text`` of the changes that count in no score's.
    facts : DataFrame
        The figures behind the components furthest from the whole, cells as text, marked.
    figures : DataFrame
        Every figure of the area, cells as text, marked.
    peers : tuple of str
        Names of the units in similar circumstances, the nearest first.
    contributions : DataFrame
        ``name, points, rating``: what each indicator's change did to the index's, and how that
        change is rated.
    standouts : DataFrame
        ``component, rating, fact`` of every strength and weakness, the furthest first.
    to_ask : tuple of str, str and bool
        One question to ask: the figure it is about, the question, whether the figure is generated.
    lacking : str
        Why it has no index; empty where it has one.
    """

    code: str
    name: str
    unit: Level
    whole: Level
    place: str
    index: pd.Series
    wards: pd.DataFrame
    components: pd.DataFrame
    spread: pd.DataFrame
    changes: pd.DataFrame
    longer_ago: pd.DataFrame
    facts: pd.DataFrame
    figures: pd.DataFrame
    peers: tuple[str, ...]
    contributions: pd.DataFrame
    standouts: pd.DataFrame
    to_ask: tuple[str, str, bool]
    lacking: str

    @property
    def scored(self) -> bool:
        """Whether the area has an index score."""
        return not bool(np.isnan(self.index["score"]))

    @property
    def mark(self) -> str:
        """The mark of generated values, where the index rests on one."""
        return marked("", self.illustrative)

    @property
    def illustrative(self) -> bool:
        """Whether the area's index rests on generated values."""
        return bool(self.index["illustrative"])


def gather(tables: Tables, code: str, facts: int = 3) -> Brief:
    """Collect what one area's brief shows.

    Parameters
    ----------
    code : str
        Of a unit of evidence.
    facts : int
        How many components furthest from the whole are explained by a figure; with 0 neither
        ``facts`` nor ``figures`` nor the facts of strengths and weaknesses are gathered.

    Raises
    ------
    SpiError
        If the edition has no such unit.
    """
    standing, names = carried(tables, "standing"), _names(tables)
    areas, unit = tables["areas"], tables.levels.unit
    known = areas.loc[(areas["level"] == unit.id) & areas["scored"], "code"]
    if code not in set(known):
        listed = ", ".join(f"{c} {names[c]}" for c in sorted(known))
        raise SpiError(f"no {unit.one} {code!r} in this edition; there are {listed}")
    wards = standing[standing["level"] == "index"].dropna(subset="score")
    wards = wards.assign(name=wards["area_code"].map(names))
    component = standing[standing["level"] == "component"]
    components = _components(tables, component[component["area_code"] == code])
    mine = wards[wards["area_code"] == code]
    shown = Shown(tables, code) if facts else None
    return Brief(
        code=code,
        name=names[code],
        unit=unit,
        whole=tables.whole,
        place=beside_place(tables),
        index=mine.iloc[0] if len(mine) else _no_index(wards, code, names[code]),
        wards=wards,
        components=components,
        spread=tables["elements"].set_index("element"),
        changes=_changes(tables, code, components),
        longer_ago=from_other_dates(tables, code),
        facts=facts_table(shown, components, facts) if shown else pd.DataFrame(),
        figures=figures_table(shown) if shown else pd.DataFrame(),
        peers=_peers(tables, code, names),
        contributions=_contributions(tables, code),
        standouts=standouts(shown, components) if shown else pd.DataFrame(),
        to_ask=to_ask(shown, components) if shown else ("", "", False),
        lacking=why_no_index(tables, code),
    )


def _no_index(wards: pd.DataFrame, code: str, name: str) -> pd.Series:
    """Stand in for the index of an area without one: the score of the whole, nothing else."""
    known: dict[Any, Any] = {
        "area_code": code,
        "name": name,
        "rating": "not rated",
        "illustrative": False,
    }
    row: pd.Series = pd.Series([known.get(c, np.nan) for c in wards], wards.columns, dtype=object)
    row["whole"] = wards["whole"].max() if len(wards) else np.nan
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
    few = rows["reason"].where(
        rows["reason"].fillna("").ne(""), "too few figures comparable in both periods"
    )
    rows["word"] = rows["rating"].where(rows["change"].notna(), few)
    rows["rating"] = rows["rating"].fillna("not rated")
    rows["illustrative"] = rows["illustrative"].eq(True)
    rows["share"] = with_share(rows.fillna({"parts": 0, "of": 0}))
    return rows.reset_index()


def _peers(tables: Tables, code: str, names: dict[str, str]) -> tuple[str, ...]:
    mine = tables["peers"].query("area_code == @code").sort_values("order")
    return tuple(names[c] for c in mine["peer_code"])


def _contributions(tables: Tables, code: str) -> pd.DataFrame:
    mine = tables["contributions"].query("area_code == @code")[["indicator_id", "points"]]
    rated = tables["indicator_changes"].query("area_code == @code")[["indicator_id", "rating"]]
    rows = mine.merge(rated, on="indicator_id", how="left").dropna(subset="points")
    names = tables["indicators"].set_index("id")["name"]
    return rows.assign(name=rows["indicator_id"].map(names))[["name", "points", "rating"]]
