"""What a ward brief says, gathered from the built tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spi_core.errors import SpiError
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
        Its row of ``standing`` for the index.
    wards : DataFrame
        Every ward's row for the index, with its ``name``.
    components : DataFrame
        In the order of the framework: ``dimension, component, score, borough, difference,
        rating, word``; NaN score where not scored.
    spread : DataFrame
        Index component: ``min, q1, q3, max`` of the wards' scores.
    changes : DataFrame
        ``component, baseline, current, change, rating, word`` of the index and the components.
    facts : DataFrame
        The figures behind the components furthest from the borough, cells as text.
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
    peers: tuple[str, ...]
    contributions: pd.Series


def gather(tables: Tables, code: str, facts: int = 3) -> Brief:
    """Collect what one ward's brief shows.

    Parameters
    ----------
    tables : Tables
        The edition's tables.
    code : str
        GSS code of the ward.
    facts : int
        How many components at each end are explained by a figure.

    Returns
    -------
    Brief

    Raises
    ------
    SpiError
        If the edition has no such ward.
    """
    standing, names = tables["standing"], _names(tables)
    wards = standing[standing["level"] == "index"].copy()
    if code not in set(wards["area_code"]):
        listed = ", ".join(f"{c} {names[c]}" for c in sorted(wards["area_code"]))
        raise SpiError(f"no ward {code!r} in this edition; there are {listed}")
    wards["name"] = wards["area_code"].map(names)
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
    return Brief(
        code=code,
        name=names[code],
        index=wards[wards["area_code"] == code].iloc[0],
        wards=wards,
        components=components,
        spread=spread,
        changes=_changes(tables, code, components),
        facts=_facts(tables, code, components, facts),
        peers=_peers(tables, code, names),
        contributions=_contributions(tables, code),
    )


def _names(tables: Tables) -> dict[str, str]:
    return dict(tables["areas"].set_index("code")["name"])


def _components(tables: Tables, mine: pd.DataFrame) -> pd.DataFrame:
    rows = tables["framework"].merge(
        mine.rename(columns={"element": "component"}), on="component", how="left"
    )
    missing = rows["note"].where(~rows["scored"], "not scored: figures are missing")
    rows["word"] = rows["rating"].fillna(missing)
    rows["rating"] = rows["rating"].fillna("not rated")
    return rows


def _changes(tables: Tables, code: str, components: pd.DataFrame) -> pd.DataFrame:
    mine = tables["changes"].query("area_code == @code")
    index = mine[mine["level"] == "index"].assign(element="Index")
    rows = pd.concat([index, mine[mine["level"] == "component"]])
    order = ["Index", *components.loc[components["score"].notna(), "component"]]
    rows = rows.rename(columns={"element": "component"}).set_index("component").loc[order]
    few = "fewer than two comparable indicators"
    rows["word"] = np.where(rows["change"].isna(), few, rows["rating"])
    return rows.reset_index()


def _facts(tables: Tables, code: str, components: pd.DataFrame, n: int) -> pd.DataFrame:
    """Find what does most to put the components furthest from the borough where they are."""
    values = tables["values"].query("period == 'current'")
    about = tables["indicators"].set_index("id")
    borough = tables.about["edition"]["borough"]
    weight = tables["weights"].set_index("indicator_id")["share"]
    both = values.pivot(index="indicator_id", columns="area_code", values=["value", "score"])
    here, home = both["value"][code].to_dict(), both["value"][borough].to_dict()
    gap = (both["score"][code] - both["score"][borough]).reindex(weight.index) * weight
    reference = tables["reference"]
    london: dict[Any, float] = {}
    if not reference.empty:
        london = reference.query("period == 'current'").set_index("indicator_id")["mean"].to_dict()
    labels = dict(zip(values["indicator_id"], values["period_label"], strict=True))
    names, units = about["name"].to_dict(), about["unit"].to_dict()
    scored = components.dropna(subset="score").sort_values("difference")
    rows = []
    for r in [*records(scored.tail(n)[::-1]), *records(scored.head(n))]:
        mine = gap[about["component"].reindex(gap.index) == r.component]
        i = mine.idxmax() if r.difference > 0 else mine.idxmin()
        rows.append(
            {
                "Component": f"{r.component} ({signed(r.difference, 0)})",
                "Figure": f"{names[i]}, {_short(units[i])}",
                "Here": number(here[i]),
                "Borough": number(home[i]),
                "London ward": number(london.get(i, np.nan)),
                "Period": labels[i],
            }
        )
    return pd.DataFrame(rows)


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
