"""Small areas of an edition: which are scored, on which components, and their table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.levels import Level
from spi_core.present.base.marks import marked
from spi_core.present.base.numbers import number
from spi_core.present.base.page import Page, Picture
from spi_core.present.base.words import and_list, capital
from spi_core.present.methods.maps import (
    level_alt,
    level_scores,
    level_sheet,
    level_standing,
    shown_flags,
)

if TYPE_CHECKING:
    from spi_core.store import Tables


def small_area_components(tables: Tables) -> list[str]:
    """List the components that are scored for small areas.

    Returns
    -------
    list of str
        In the order of the framework; empty where none is scored, or none lies within a unit.
    """
    if "small_area_spread" not in tables:
        return []
    scored = set(tables["small_area_scores"].query("period == 'current'")["element"])
    return [c for c in tables["framework"]["component"] if c in scored]


def small_area_level(tables: Tables) -> Level:
    """Say what the smallest areas are that are scored: the units, where no smaller ones are."""
    if "small_area_scores" not in tables:
        return tables.levels.unit
    areas, scored = tables["areas"], set(tables["small_area_scores"]["area_code"])
    used = set(areas.loc[areas["code"].isin(scored), "level"])
    details = (level for level in tables.levels.details[::-1] if level.id in used)
    return next(details, tables.levels.unit)


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


def small_area_words(tables: Tables) -> dict[str, str]:
    """Give what texts about small areas ask for.

    Returns
    -------
    dict of str to str
        ``part, parts, Parts``: what they are called; their ``size``; ``n`` of ``of`` components
        that are scored; the ``widest`` of these and the ``others``.
    """
    scored, level = small_area_components(tables), small_area_level(tables)
    widest = widest_component(tables) if scored else ""
    return {
        **{"part": level.one, "parts": level.many, "Parts": capital(level.many)},
        "size": f" of about {number(level.residents, 0)} residents" if level.residents else "",
        "n": str(len(scored)),
        "of": str(int(tables["framework"]["scored"].sum())),
        "widest": widest,
        "others": and_list([c for c in scored if c != widest]),
    }


def at_each_level(tables: Tables) -> Picture:
    """Map the component on which small areas differ most at every level with boundaries."""
    levels = (tables.whole, tables.levels.unit, small_area_level(tables))
    mapped = [level for level in levels if f"map_{level.id}" in tables]
    if not small_area_components(tables) or levels[2] not in mapped:
        return Picture(None)
    widest = widest_component(tables)
    sheet = [(level_scores(tables, widest, level), level) for level in mapped]
    return _sheet(tables, [(a, capital(lv.noun(len(a))), widest, lv) for a, lv in sheet], levels[2])


def other_components(tables: Tables) -> Picture:
    """Map the other components that are scored for small areas, each by its small areas."""
    scored, level = small_area_components(tables), small_area_level(tables)
    if len(scored) < 2 or f"map_{level.id}" not in tables:
        return Picture(None)
    widest = widest_component(tables)
    others = [(level_scores(tables, c, level), c, c, level) for c in scored if c != widest]
    return _sheet(tables, others, level)


def _sheet(tables: Tables, maps: Sequence[tuple[Any, str, str, Level]], rimmed: Level) -> Picture:
    """Lay maps beside each other; on those of one level stand the borders of the units."""
    shown = [(areas, title) for areas, title, _, _ in maps]
    rim = tables.get(f"map_{tables.levels.unit.id}")
    rims = [rim if level == rimmed else None for *_, level in maps]
    return Picture(
        lambda narrow: level_sheet(shown, rims, narrow),
        " ".join(level_alt(areas, element, level) for areas, _, element, level in maps),
        shown_flags(shown),
        small_area_words(tables),
    )


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


def print_small_areas(page: Page, tables: Tables, code: str) -> None:
    """Print the scores of one unit's small areas, where there are any (``output: asis``).

    Parameters
    ----------
    code : str
        Of the unit.
    """
    rows = small_area_table(tables, code) if small_area_components(tables) else pd.DataFrame()
    if rows.empty:
        return
    words = small_area_words(tables)
    coded = rows.iloc[:, 0].str.contains(r"\d").all()
    words["small"] = page.text("small", **words) if words["size"] else ""
    words["codes"] = page.text("codes") if coded else ""
    heading = page.text("small-areas")
    print(f'::: {{.callout-note collapse="true" title="{heading}"}}')
    page.table("tbl-lsoa", rows, "lr+", words=words)
    print(":::")
