"""Postcodes and the area that each lies in, packed by sector."""

from __future__ import annotations

from typing import Any

from spi_core.store import Tables


def pack(pairs: dict[str, int]) -> dict[str, list[list[Any]]]:
    """Pack postcodes: one entry a sector, the last two letters of each postcode strung together.

    Parameters
    ----------
    pairs : dict of str to int
        Postcode to the position of its area.

    Returns
    -------
    dict of str to list
        Sector without its blank to pairs of an area's position and the letters of its postcodes.

    Examples
    --------
    >>> pack({"RM10 8AA": 3, "RM10 8AB": 3, "RM108XY": 5})
    {'RM108': [[3, 'AAAB'], [5, 'XY']]}
    """
    found: dict[str, dict[int, str]] = {}
    for postcode, area in sorted(pairs.items()):
        plain = "".join(postcode.split()).upper()
        units = found.setdefault(plain[:-2], {})
        units[area] = units.get(area, "") + plain[-2:]
    return {sector: [[a, u] for a, u in units.items()] for sector, units in sorted(found.items())}


def sectors(tables: Tables, levels: list[str]) -> dict[str, Any] | None:
    """Pack the edition's postcodes, where it has any.

    Parameters
    ----------
    tables : Tables
        The edition's tables; ``postcodes`` has ``postcode`` and ``area_code``.
    levels : list of str
        Levels of the explorer, from large to small: the last one is what postcodes lead to.

    Returns
    -------
    dict or None
        ``level`` that the positions are of, and ``sectors``.
    """
    if "postcodes" not in tables:
        return None
    areas, frame = tables["areas"], tables["postcodes"]
    level = levels[-1]
    listed = areas[areas["level"] == level].sort_values("code")["code"]
    place = {c: i for i, c in enumerate(listed)}
    parent = dict(zip(areas["code"], areas["parent_code"], strict=True))
    pairs = {}
    for postcode, code in zip(frame["postcode"], frame["area_code"], strict=True):
        while code not in place:
            code = parent[code]
        pairs[postcode] = place[code]
    return {"level": level, "sectors": pack(pairs)}
