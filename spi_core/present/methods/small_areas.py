"""Small areas of an edition: which are scored, on which components, and their table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.levels import Level
from spi_core.present.base.figure import emit_table
from spi_core.present.base.marks import marked
from spi_core.present.base.numbers import number
from spi_core.present.base.words import capital
from spi_core.present.methods.maps import level_standing

if TYPE_CHECKING:
    from spi_core.store import Tables

__all__ = [
    "print_small_areas",
    "small_area_components",
    "small_area_level",
    "small_area_table",
    "widest_component",
]


def small_area_components(tables: Tables) -> list[str]:
    """List the components that are scored for small areas.

    Returns
    -------
    list of str
        In the order of the framework; empty where none is scored.
    """
    if "small_area_scores" not in tables:
        return []
    scored = set(tables["small_area_scores"].query("period == 'current'")["element"])
    return [c for c in tables["framework"]["component"] if c in scored]


def small_area_level(tables: Tables) -> Level:
    """Say what the small areas are that are scored: the smallest, where there are several.

    Parameters
    ----------
    tables : Tables
        An edition with scores of small areas.
    """
    areas, scored = tables["areas"], set(tables["small_area_scores"]["area_code"])
    used = set(areas.loc[areas["code"].isin(scored), "level"])
    return next(level for level in tables.levels.details[::-1] if level.id in used)


def widest_component(tables: Tables) -> str:
    """Name the component on which the small areas of one unit differ most.

    Returns
    -------
    str
        By the median over units of the distance between highest and lowest small area.
    """
    spread = tables["small_area_spread"].query("period == 'current'")
    reach = (spread["high"] - spread["low"]).groupby(spread["element"]).median()
    return str(reach.idxmax())


def small_area_table(tables: Tables, unit: str = "") -> pd.DataFrame:
    """List the scores of small areas: the twin of their maps.

    Parameters
    ----------
    unit : str
        Code of the unit whose small areas are listed; all without it.

    Returns
    -------
    DataFrame
        Cells as text; ``withheld`` and a dash for the two kinds of gap.
    """
    areas, level = tables["areas"], small_area_level(tables)
    names: Any = areas.set_index("code")["name"]
    small = areas[areas["level"] == level.id]
    if unit:
        small = small[small["parent_code"] == unit]
    small = small.assign(above=small["parent_code"].map(names)).sort_values(["above", "name"])
    made = pd.DataFrame({capital(level.one): small["name"]})
    if not unit:
        made[capital(tables.levels.unit.one)] = small["above"]
    for component in small_area_components(tables):
        found = level_standing(tables, component, level).set_index("code").reindex(small["code"])
        made[component] = [
            "withheld" if status == "suppressed" else marked(number(score, 0), made_up)
            for score, status, made_up in zip(
                found["score"], found["status"], found["illustrative"], strict=True
            )
        ]
    return made


def print_small_areas(tables: Tables, code: str) -> None:
    """Print the scores of one unit's small areas, where there are any (``output: asis``).

    Parameters
    ----------
    code : str
        Of the unit.
    """
    rows = small_area_table(tables, code) if small_area_components(tables) else pd.DataFrame()
    if rows.empty:
        return
    level, unit = small_area_level(tables), tables.levels.unit.one
    size = (
        f", small areas of about {number(level.residents, 0)} residents" if level.residents else ""
    )
    caption = f"Scores of the {unit}’s {level.many}{size}."
    if rows.iloc[:, 0].str.contains(r"\d").all():
        caption += " They have codes, no names"
        mapped = f"map_{level.id}" in tables
        caption += ": the explorer’s map shows where each lies." if mapped else "."
    print(f'::: {{.callout-note collapse="true" title="Small areas of this {unit}"}}')
    emit_table(rows, "tbl-lsoa", caption, align=["left", *["right"] * (rows.shape[1] - 1)])
    print(":::")
