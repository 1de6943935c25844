"""Which areas belong to the edition's vintage, and what may be done with figures of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from spi_core.edition.readers.read import Read, fault_at
from spi_core.errors import Fault, some
from spi_core.levels import Levels
from spi_core.tables import records

ASKED = "compare_across_vintages: true under geography in edition.yml"
REBASE = "geography/rebase.csv"


def split_vintages(
    settings: Mapping[str, Any], levels: Levels | None, areas: Read
) -> tuple[Read, Read, list[Fault]]:
    """Part the edition's own areas from those of other vintages.

    Parameters
    ----------
    settings : mapping
        ``edition.yml``: ``geography.vintage``, and for instance ``geography.lsoa_vintage`` where
        the LSOAs have another.
    levels : Levels or None
        Of the areas; None where ``edition.yml`` does not say.
    areas : Read
        ``geography/areas.csv`` as read.

    Returns
    -------
    tuple of Read, Read and list of Fault
        Own areas (with every fault of the file), areas of other vintages, and a fault for each
        level that has no area of the edition's vintage.
    """
    frame, wanted = areas.frame, settings.get("geography", {})
    if frame.empty or areas.lacks or "vintage" not in wanted or levels is None:
        return areas, Read(frame.iloc[:0], ()), []
    faults, old = [], pd.Series(False, index=frame.index)
    # codes change with boundaries; what is larger than a unit of evidence keeps its code
    for level in (levels.unit.id, *(detail.id for detail in levels.details)):
        vintage, here = wanted_vintage(settings, level), frame["level"] == level
        other = here & (frame["vintage"] != vintage)
        if here.any() and other.sum() == here.sum():
            r = next(iter(records(frame[here])))
            message = f"is not the vintage of the {level}s that edition.yml asks for"
            faults.append(fault_at(r, "vintage", message, vintage))
        else:
            old |= other
    return replace(areas, frame=frame[~old]), Read(frame[old], ()), faults


def wanted_vintage(settings: Mapping[str, Any], level: str) -> str:
    """Vintage of one level's areas.

    Parameters
    ----------
    settings : mapping
        ``edition.yml``.
    level : str
        Id of the level.

    Returns
    -------
    str
        ``lsoa_vintage`` for LSOAs where it is set, and so on, else ``vintage``.

    Examples
    --------
    >>> wanted_vintage({"geography": {"vintage": "2022", "lsoa_vintage": "2021"}}, "lsoa")
    '2021'
    """
    geography = settings["geography"]
    return str(geography.get(f"{level}_vintage") or geography["vintage"])


def check_rebase(own: Read, old: Read, links: Read) -> list[Fault]:
    """Check the lookup from old areas to the edition's own.

    Parameters
    ----------
    own, old : Read
        From :func:`split_vintages`.
    links : Read
        ``geography/rebase.csv`` as read.

    Returns
    -------
    list of Fault
        Codes that are not areas, or not of the vintage they must be; areas of different levels;
        weights of an old area that do not sum to 1.
    """
    if links.frame.empty or links.lacks or own.frame.empty or own.lacks:
        return []
    new_level = own.frame.drop_duplicates("code").set_index("code")["level"]
    old_level = old.frame.drop_duplicates("code").set_index("code")["level"]
    faults = []
    for r in records(links.sound):
        if r.from_code == r.to_code and r.from_code in new_level.index and r.weight == 1:
            continue  # an unchanged area keeps its code
        if r.from_code not in old_level.index:
            here = r.from_code in new_level.index
            message = "is an area of this edition" if here else "is not in geography/areas.csv"
            allowed = "areas of another vintage, listed in geography/areas.csv: "
            allowed += some(list(old_level.index)) or "it lists none"
            faults.append(fault_at(r, "from_code", message, allowed))
        elif new_level.get(r.to_code) != old_level[r.from_code]:
            level = old_level[r.from_code]
            message = f"is not a {level} of this edition's vintage"
            allowed = some(list(new_level.index[new_level == level]))
            faults.append(fault_at(r, "to_code", message, allowed))
    for code, group in links.sound.groupby("from_code", sort=False):
        row, total = int(group["row"].iloc[0]), group["weight"].sum()
        whole = len(group) == (links.frame["from_code"] == code).sum()
        if whole and abs(total - 1) > 1e-6:
            message = f"the weights of {code} sum to {total:.6g}"
            faults.append(Fault(group["file"].iloc[0], message, row, "weight", None, "a sum of 1"))
    return faults


def check_old_codes(
    settings: Mapping[str, Any], table: Read, old: Read, links: Read, *, rebased: bool
) -> list[Fault]:
    """Refuse figures for areas of another vintage, unless the edition asks for a rebase.

    Parameters
    ----------
    settings : mapping
        ``edition.yml``; ``geography.compare_across_vintages`` allows the rebase.
    table : Read
        A table with a column ``area_code``.
    old : Read
        Areas of other vintages, from :func:`split_vintages`.
    links : Read
        ``geography/rebase.csv`` as read: names the successors.
    rebased : bool
        Whether figures of this table can be carried to another vintage at all.

    Returns
    -------
    list of Fault
        One for each old code, at the first row that has it: its vintage, and its successors
        where the lookup names them.
    """
    if table.frame.empty or old.frame.empty or "area_code" not in table.frame:
        return []
    about = old.frame.drop_duplicates("code").set_index("code")
    levels, vintages = (about[name].astype(str).to_dict() for name in ("level", "vintage"))
    successors = _successors(links)
    allowed = settings.get("geography", {}).get("compare_across_vintages", False)
    used = table.frame[table.frame["area_code"].isin(about.index)]
    rows = used["area_code"].value_counts()
    faults = []
    for r in records(used.drop_duplicates("area_code")):
        code, next_ones = r.area_code, successors.get(r.area_code, "")
        if rebased and allowed and next_ones:
            continue
        level, vintage = levels[code], vintages[code]
        wanted = wanted_vintage(settings, level)
        many = f" ({rows[code]} rows)" if rows[code] > 1 else ""
        message = f"is a {level} of vintage {vintage}, not of this edition's {wanted}{many}"
        choices = [f"its successors {next_ones}" if next_ones else f"a {level} of {wanted}"]
        if rebased and not allowed:
            choices.append(f"or, to have it rebased, {ASKED}")
        if rebased and not next_ones:
            choices.append(f"with rows from it in {REBASE}")
        faults.append(fault_at(r, "area_code", message, ", ".join(choices)))
    return faults


def _successors(links: Read) -> dict[str, str]:
    if links.frame.empty or links.lacks:
        return {}
    found: dict[str, list[str]] = {}
    for r in records(links.frame.sort_values("weight", ascending=False, kind="stable")):
        if r.from_code != r.to_code and r.weight > 0:
            found.setdefault(r.from_code, []).append(f"{r.to_code} ({100 * r.weight:.3g} %)")
    return {code: ", ".join(listed) for code, listed in found.items()}
