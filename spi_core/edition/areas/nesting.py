"""Check that areas nest: codes, levels, parents, lookup and polygons agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from spi_core.edition.areas.geography import ORDER
from spi_core.edition.readers.read import Read, records
from spi_core.errors import Fault, some

__all__ = ["check_geography"]

CUT = "polygons of the smallest scored level: larger ones are dissolved from them"


def check_geography(
    settings: Mapping[str, Any], areas: Read, lookup: Read, polygons: gpd.GeoDataFrame | None
) -> list[Fault]:
    """Check that codes, levels, parents, lookup and polygons agree.

    Parameters
    ----------
    settings : mapping
        ``edition.yml``.
    areas, lookup : Read
        ``geography/areas.csv`` and ``geography/lookup.csv`` as read.
    polygons : GeoDataFrame or None
        From :func:`load_boundaries`.

    Returns
    -------
    list of Fault
        Unknown borough or parent, lookup codes that are no areas, lookup weights that do not sum
        to 1, polygons without an area and the reverse.
    """
    faults = []
    if not areas.frame.empty and not areas.lacks:
        faults += _check_areas(settings, areas) + _unmatched(settings, areas.sound, polygons)
        sound = Read(areas.frame, (*areas.faults, *faults)).sound
        if not (lookup.frame.empty or lookup.lacks):
            faults += _check_lookup(list(areas.frame["code"]), sound, lookup)
    return faults


def _check_areas(settings: Mapping[str, Any], areas: Read) -> list[Fault]:
    frame, faults = areas.frame, []
    file = str(frame["file"].iloc[0])
    level = frame.drop_duplicates("code").set_index("code")["level"]
    borough = settings.get("area")
    if borough is not None and level.get(borough) != "borough":
        message = "the borough of edition.yml is not listed with level borough"
        faults.append(Fault(file, message, None, "code", borough))
    for name in settings.get("geography", {}).get("levels", []):
        if name not in set(level):
            message = f"has no area of level {name}, which edition.yml scores"
            faults.append(Fault(file, message, None, "level", None, "at least one"))
    if (level == "ward").sum() == 1:
        message = "has one ward: there is nothing to compare it with"
        faults.append(Fault(file, message, None, "level", "ward", "two at least"))
    for r in records(areas.sound[areas.sound["parent_code"] != ""]):
        if r.parent_code not in level.index:
            message, allowed = "is not an area of this file", "a code of this file, or blank"
            faults.append(Fault(r.file, message, r.row, "parent_code", r.parent_code, allowed))
        elif level[r.parent_code] in ORDER[: ORDER.index(r.level) + 1]:
            message = f"is a {level[r.parent_code]}, which cannot hold a {r.level}"
            allowed = "an area of a larger level"
            faults.append(Fault(r.file, message, r.row, "parent_code", r.parent_code, allowed))
    return faults + _elsewhere(areas.sound, level, borough)


def _elsewhere(sound: pd.DataFrame, level: pd.Series, borough: Any) -> list[Fault]:
    """Find wards and LSOAs that lie nowhere, or in another borough."""
    boroughs = set(level.index[level == "borough"])
    others = boroughs - {borough} if borough in boroughs else set()
    faults = []
    for r in records(sound[sound["level"].isin(["lsoa", "ward"])]):
        if r.parent_code == "":
            message, allowed = f"is blank: every {r.level} lies in a larger area", "its GSS code"
            faults.append(Fault(r.file, message, r.row, "parent_code", None, allowed))
        elif r.parent_code in others:
            message = f"is another borough than edition.yml's: {r.code} is not of this edition"
            faults.append(Fault(r.file, message, r.row, "parent_code", r.parent_code, borough))
    return faults


def _check_lookup(codes: list[str], areas: pd.DataFrame, lookup: Read) -> list[Fault]:
    links, faults = lookup.frame, []
    for column in ("from_code", "to_code"):
        for r in records(links[~links[column].isin(codes)]):
            message, allowed = "is not an area of geography/areas.csv", some(codes)
            faults.append(Fault(r.file, message, r.row, column, getattr(r, column), allowed))
    sound = lookup.sound
    for code, group in sound.groupby("from_code", sort=False):
        row, total = int(group["row"].iloc[0]), group["weight"].sum()
        whole = len(group) == (links["from_code"] == code).sum()
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
    for r in records(sound[nests]):
        if parent[r.from_code] != r.to_code and (links["from_code"] == r.from_code).sum() == 1:
            message = f"is not the parent_code of {r.from_code} in geography/areas.csv"
            faults.append(Fault(r.file, message, r.row, "to_code", r.to_code, parent[r.from_code]))
    return faults


def _unmatched(
    settings: Mapping[str, Any], areas: pd.DataFrame, polygons: gpd.GeoDataFrame | None
) -> list[Fault]:
    if polygons is None:
        return []
    file, level = str(polygons.attrs["file"]), areas.set_index("code")["level"]
    strangers = sorted(set(polygons.index) - set(level.index))
    drawn = set(level[level.index.intersection(polygons.index)])
    lost = sorted(set(level.index[level.isin(drawn)]) - set(polygons.index))
    finest = min((ORDER.index(name) for name in drawn), default=0)
    scored = settings.get("geography", {}).get("levels", [])
    finer = [name for name in scored if ORDER.index(name) < finest and (level == name).any()]
    message = "is not an area of geography/areas.csv"
    return [
        *(
            Fault(file, f"has no polygons of level {name}, which edition.yml scores", allowed=CUT)
            for name in finer
        ),
        *(Fault(file, message, None, "code", c, some(list(level.index))) for c in strangers),
        *(
            Fault(file, "has no polygon for this area", None, "code", c, "one an area")
            for c in lost
        ),
    ]
