"""Check that areas nest: codes, levels, parents, lookup and polygons agree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from spi_core.edition.areas.geography import lies_in
from spi_core.edition.readers.read import Read, fault_at, strangers
from spi_core.errors import Fault, some
from spi_core.levels import KNOWN, Levels, levels_of
from spi_core.tables import records

#: What messages call what other tables name.
AREA = "an area of geography/areas.csv"
CUT = "polygons of the smallest scored level: larger ones are dissolved from them"


def check_codes(levels: Levels, areas: Read) -> list[Fault]:
    """Check that each area is of a level there is, and its code one of that level's.

    Parameters
    ----------
    levels : Levels
        Those that ``edition.yml`` names, and known ones.
    areas : Read
        ``geography/areas.csv`` as read, areas of all vintages.

    Returns
    -------
    list of Fault
        Levels that nobody described; codes that their level's pattern does not allow.
    """
    faults = []
    for r in records(areas.frame.iloc[:0] if areas.lacks else areas.sound):
        if r.level not in levels:
            allowed = ", ".join(dict.fromkeys([*(level.id for level in levels), *KNOWN]))
            allowed += "; levels of your own are described in edition.yml, under geography"
            message = "is not a level of this edition"
            faults.append(fault_at(r, "level", message, allowed))
        elif not re.fullmatch(levels[r.level].pattern, r.code):
            allowed = f"text that matches {levels[r.level].pattern}"
            message = f"is not a code of level {r.level}"
            faults.append(fault_at(r, "code", message, allowed))
    return faults


def check_geography(
    settings: Mapping[str, Any],
    levels: Levels,
    areas: Read,
    lookup: Read,
    polygons: gpd.GeoDataFrame | None,
) -> list[Fault]:
    """Check that codes, levels, parents, lookup and polygons agree.

    Parameters
    ----------
    settings : mapping
        ``edition.yml``.
    levels : Levels
        Of the areas.
    areas, lookup : Read
        ``geography/areas.csv`` and ``geography/lookup.csv`` as read.
    polygons : GeoDataFrame or None
        From :func:`load_boundaries`.

    Returns
    -------
    list of Fault
        Unknown whole or parent, areas outside the whole, lookup codes that are no areas, lookup
        weights that do not sum to 1, polygons without an area and the reverse.
    """
    faults = []
    if not areas.frame.empty and not areas.lacks:
        scored = levels_of(settings["geography"]["levels"])
        faults += _check_areas(settings.get("area"), scored, levels, areas)
        faults += _unmatched(scored, levels, areas, polygons)
        sound = Read(areas.frame, (*areas.faults, *faults)).sound
        if not (lookup.frame.empty or lookup.lacks):
            faults += _check_lookup(list(areas.frame["code"]), sound, lookup)
    return faults


def _check_areas(whole: str | None, scored: Levels, levels: Levels, areas: Read) -> list[Fault]:
    frame, unit, faults = areas.frame, scored.unit, []
    file = str(frame["file"].iloc[0])
    level = frame.drop_duplicates("code").set_index("code")["level"]
    larger = [context.id for context in scored.contexts]
    if whole is not None and level.get(whole) not in larger:
        message = f"the area of edition.yml is not listed with a scored level above {unit.id}"
        faults.append(Fault(file, message, None, "code", whole, some(larger)))
    for name in (n.id for n in scored if n.id not in set(level)):
        message = f"has no area of level {name}, which edition.yml scores"
        faults.append(Fault(file, message, None, "level", None, "at least one"))
    for r in records(areas.sound[areas.sound["parent_code"] != ""]):
        above = level.get(r.parent_code)
        if above is None:
            message, allowed = "is not an area of this file", "a code of this file, or blank"
            faults.append(fault_at(r, "parent_code", message, allowed))
        elif above in levels and levels[above].order <= levels[r.level].order:
            message = f"is a {above}, which cannot hold a {r.level}"
            allowed = "an area of a larger level"
            faults.append(fault_at(r, "parent_code", message, allowed))
    return faults + _elsewhere(areas.sound, level, levels, whole)


def _elsewhere(
    sound: pd.DataFrame, level: pd.Series, levels: Levels, whole: str | None
) -> list[Fault]:
    """Find units and details that lie nowhere, or outside what the edition is about."""
    parent = dict(zip(sound["code"], sound["parent_code"], strict=True))
    inner = [levels.unit.id, *(detail.id for detail in levels.details)]
    faults = []
    for r in records(sound[sound["level"].isin(inner)]):
        if r.parent_code == "":
            message, allowed = f"is blank: every {r.level} lies in a larger area", "its code"
            faults.append(fault_at(r, "parent_code", message, allowed))
        # of the parts of a unit elsewhere nothing is said: it would only echo
        elif (whole in parent and r.parent_code in parent and level[r.parent_code] not in inner
              and whole not in lies_in(parent, r.code)):  # fmt: skip
            message = f"does not lie in edition.yml's area: {r.code} is not of this edition"
            faults.append(fault_at(r, "parent_code", message, whole))
    return faults


def _check_lookup(codes: list[str], areas: pd.DataFrame, lookup: Read) -> list[Fault]:
    links, sound = lookup.frame, lookup.sound
    rows = links["from_code"].value_counts()
    faults = [
        fault
        for column in ("from_code", "to_code")
        for fault in strangers(lookup, column, codes, AREA)
    ]
    for code, group in sound.groupby("from_code", sort=False):
        row, total = int(group["row"].iloc[0]), group["weight"].sum()
        whole = len(group) == rows[code]
        if whole and abs(total - 1) > 1e-6:
            message = f"the weights of {code} sum to {total:.6g}"
            faults.append(Fault(group["file"].iloc[0], message, row, "weight", None, "a sum of 1"))
        elif whole and len(group) > 1:
            # roll-ups add whole areas: a split one would be counted in one place only
            message = f"parts {code} between {len(group)} areas"
            allowed = "one row with weight 1: areas nest"
            faults.append(Fault(group["file"].iloc[0], message, row, "to_code", None, allowed))
    parent = areas.set_index("code")["parent_code"]
    nests = sound["from_code"].isin(parent.index[parent != ""]) & sound["to_code"].isin(codes)
    other = sound["from_code"].map(parent) != sound["to_code"]
    for r in records(sound[nests & other]):
        if rows[r.from_code] == 1:
            message = f"is not the parent_code of {r.from_code} in geography/areas.csv"
            faults.append(fault_at(r, "to_code", message, parent[r.from_code]))
    return faults


def _unmatched(
    scored: Levels, levels: Levels, areas: Read, polygons: gpd.GeoDataFrame | None
) -> list[Fault]:
    if polygons is None:
        return []
    file, level = str(polygons.attrs["file"]), areas.sound.set_index("code")["level"]
    unlisted = sorted(set(polygons.index) - set(areas.frame["code"]))  # a bad row lists its area
    drawn = set(level[level.index.intersection(polygons.index)])
    lost = sorted(set(level.index[level.isin(drawn)]) - set(polygons.index))
    finest = min((levels[name].order for name in drawn), default=0)
    finer = [n.id for n in reversed(scored.rows) if n.order < finest and (level == n.id).any()]
    on_grid = polygons[polygons.bounds.lt(1e9).all(axis=1)]  # what lies nowhere has its fault
    shapes = pd.DataFrame({"wkb": on_grid.normalize().to_wkb(), "level": level}).dropna()
    shapes = shapes[shapes.duplicated()]
    return [
        *(
            Fault(file, "has the polygon of another area", None, "code", c, "one an area")
            for c in shapes.index
        ),
        *(
            Fault(file, f"has no polygons of level {name}, which edition.yml scores", allowed=CUT)
            for name in finer
        ),
        *(
            Fault(file, f"is not {AREA}", None, "code", c, some(list(level.index)))
            for c in unlisted
        ),
        *(
            Fault(file, "has no polygon for this area", None, "code", c, "one an area")
            for c in lost
        ),
    ]
