"""Areas, how they nest, and what a larger area's value is when only its parts are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.errors import Fault
from spi_core.framework import Framework
from spi_core.panel import Panel
from spi_core.read import Read

__all__ = ["Geography", "boundaries", "check_geography", "load_boundaries", "roll_up"]

BRITISH_NATIONAL_GRID = 27700


@dataclass(frozen=True, slots=True)
class Geography:
    """The edition's areas.

    Parameters
    ----------
    areas : DataFrame
        Index ``code``; ``name, level, vintage, parent_code, population``.
    lookup : DataFrame
        ``from_code, to_code, weight, basis``: the smaller area first.
    smallest : GeoDataFrame
        Polygons of the smallest areas, British National Grid, index ``code``.
    borough : str
        GSS code of the borough.
    """

    areas: pd.DataFrame
    lookup: pd.DataFrame
    smallest: gpd.GeoDataFrame
    borough: str

    def codes(self, level: str) -> list[str]:
        """GSS codes of one level, sorted.

        Parameters
        ----------
        level : {'lsoa', 'ward', 'borough', 'region'}
            The level.

        Returns
        -------
        list of str
            The codes.
        """
        return sorted(self.areas.index[self.areas["level"] == level])


def load_boundaries(path: Path) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """Read the polygons and check that each is valid.

    Parameters
    ----------
    path : Path
        GeoJSON or GeoPackage with a column ``code``.

    Returns
    -------
    tuple of GeoDataFrame or None, and list of Fault
        In British National Grid, index ``code``.
    """
    file = path.as_posix()
    if not path.exists():
        return None, [Fault(file, "is missing", allowed="boundaries.geojson or boundaries.gpkg")]
    frame = gpd.read_file(path)
    if "code" not in frame or frame.crs is None:
        return None, [Fault(file, "needs a column 'code' and a coordinate reference system")]
    bad = frame.loc[~frame.is_valid | frame.is_empty, "code"]
    faults = [Fault(file, "has an invalid polygon", None, "code", c) for c in bad]
    twice = frame.loc[frame["code"].duplicated(), "code"]
    faults += [Fault(file, "has two polygons", None, "code", c) for c in twice]
    return frame.to_crs(BRITISH_NATIONAL_GRID).set_index("code").sort_index(), faults


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
    frame, links = areas.frame, lookup.frame
    if frame.empty or links.empty:
        return []
    known, faults = set(frame["code"]), []
    borough = settings.get("borough")
    if borough not in known:
        message = "the borough of edition.yml is not listed"
        faults.append(Fault(frame["file"].iloc[0], message, None, "code", borough))
    for r in frame[(frame["parent_code"] != "") & ~frame["parent_code"].isin(known)].itertuples():
        message = "is not an area of this file"
        faults.append(Fault(r.file, message, r.row, "parent_code", r.parent_code))
    for column in ("from_code", "to_code"):
        for r in links[~links[column].isin(known)].itertuples():
            message = "is not an area of geography/areas.csv"
            faults.append(Fault(r.file, message, r.row, column, getattr(r, column)))
    sums = links.groupby("from_code")["weight"].sum()
    faults += [
        Fault(links["file"].iloc[0], f"the weights of {c} sum to {s:.6g}", None, "weight", None, "1")
        for c, s in sums[(sums - 1).abs() > 1e-6].items()
    ]
    return faults + _unmatched(settings, frame, polygons)


def _unmatched(
    settings: Mapping[str, Any], frame: pd.DataFrame, polygons: gpd.GeoDataFrame | None
) -> list[Fault]:
    if polygons is None:
        return []
    strangers = sorted(set(polygons.index) - set(frame["code"]))
    levels = frame.set_index("code")["level"]
    drawn = set(levels[levels.index.intersection(polygons.index)])
    need = levels[levels.isin(drawn)].index
    file = "geography/boundaries"
    return [
        Fault(file, "is not an area of geography/areas.csv", None, "code", c) for c in strangers
    ] + [Fault(file, "has no polygon", None, "code", c) for c in sorted(set(need) - set(polygons.index))]


def boundaries(geography: Geography, level: str) -> gpd.GeoDataFrame:
    """Polygons of one level, dissolved from the smallest areas where they nest.

    Parameters
    ----------
    geography : Geography
        The areas.
    level : {'lsoa', 'ward', 'borough'}
        The level wanted.

    Returns
    -------
    GeoDataFrame
        Index ``code``, columns ``name`` and ``geometry``, British National Grid.
    """
    current, wanted = geography.smallest[["geometry"]], set(geography.codes(level))
    parent = geography.lookup.set_index("from_code")["to_code"]
    for _ in range(len(geography.areas["level"].unique())):
        if wanted.issuperset(current.index):
            return current.join(geography.areas["name"]).sort_index()
        current = current.reset_index(drop=True).assign(
            code=parent.reindex(current.index).to_numpy()
        ).dissolve("code")
    raise ValueError(f"no polygons for level {level!r}")


def roll_up(panel: Panel, geography: Geography, framework: Framework) -> Panel:
    """Fill the values of larger areas from their parts.

    Parameters
    ----------
    panel : Panel
        Observations; a value given for a larger area is kept.
    geography : Geography
        Areas and their parents.
    framework : Framework
        Says for each indicator whether counts are added up or the mean is weighted.

    Returns
    -------
    Panel
        Same axes. A cell is filled only when every part has a value. Its status is ``observed``
        where counts were added up, ``modelled`` where a mean was weighted, and ``illustrative``
        as soon as one part is.

    Notes
    -----
    ``ratio`` indicators: sum of numerators over sum of denominators, times ``per``. Others, and
    ratios whose counts are not known: mean of the parts, weighted by population.
    """
    arrays = {n: getattr(panel, n).copy() for n in ("value", "numerator", "denominator")}
    status = panel.status.copy()
    per = framework.indicators["per"].to_numpy(float)
    ratio = (framework.indicators["rollup"] == "ratio").to_numpy()
    for code, parts in _families(panel.areas, geography):
        at, members = panel.areas.index(code), panel.rows(parts)
        people = geography.areas.loc[parts, "population"].to_numpy(float)
        empty = np.isnan(arrays["value"][:, at])
        value, top, base = _from_parts(arrays, members, people, per, ratio)
        kind = np.where(np.isnan(top), "modelled", "observed")
        kind = np.where((status[:, members] == "illustrative").any(axis=1), "illustrative", kind)
        for name, filled in (("value", value), ("numerator", top), ("denominator", base)):
            arrays[name][:, at] = np.where(empty, filled, arrays[name][:, at])
        status[:, at] = np.where(empty & ~np.isnan(value), kind, status[:, at])
    return replace(panel, **arrays, status=status)


def _families(
    areas: Sequence[str], geography: Geography
) -> list[tuple[str, list[str]]]:
    """Larger areas and their parts on the panel, smallest families first."""
    order = {"lsoa": 0, "ward": 1, "borough": 2, "region": 3}
    parent = geography.areas["parent_code"].reindex(areas)
    families = [
        (code, list(parent.index[parent == code])) for code in areas if (parent == code).any()
    ]
    return sorted(families, key=lambda f: order[str(geography.areas.at[f[0], "level"])])


def _from_parts(
    arrays: Mapping[str, NDArray[np.float64]],
    members: NDArray[np.intp],
    people: NDArray[np.float64],
    per: NDArray[np.float64],
    ratio: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    parts = {name: a[:, members] for name, a in arrays.items()}
    top, base = parts["numerator"].sum(axis=1), parts["denominator"].sum(axis=1)
    counted = ratio & ~np.isnan(top) & ~np.isnan(base)
    rate = np.divide(top * per, base, out=np.full_like(top, np.nan), where=counted & (base > 0))
    mean = np.einsum("pak,a->pk", parts["value"], people / people.sum())
    return (
        np.where(counted, rate, mean),
        np.where(counted, top, np.nan),
        np.where(counted, base, np.nan),
    )
