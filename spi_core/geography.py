"""Areas, how they nest, and what a larger area's value is when only its parts are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.errors import Fault
from spi_core.framework import Framework
from spi_core.panel import Panel
from spi_core.sheet import shown

__all__ = ["ORDER", "Geography", "boundaries", "load_boundaries", "roll_up"]

BRITISH_NATIONAL_GRID = 27700
VALID = "a closed outline that does not cross itself"
#: Levels from small to large.
ORDER = ("lsoa", "ward", "borough", "region")
#: From the firmest to the weakest: a sum is worth its weakest part.
WEAKNESS = ("observed", "revised", "provisional", "modelled", "illustrative")


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
    file = shown(path)
    if not path.exists():
        return None, [Fault(file, "is missing", allowed="boundaries.geojson or boundaries.gpkg")]
    try:
        frame = gpd.read_file(path)
    except (RuntimeError, ValueError, OSError) as error:  # what GDAL says of a broken file
        return None, [Fault(file, f"cannot be read as polygons: {error}")]
    if "code" not in frame or frame.crs is None:
        return None, [Fault(file, "needs a column 'code' and a coordinate reference system")]
    bad = frame.loc[~frame.is_valid | frame.is_empty, "code"]
    faults = [Fault(file, "has an invalid polygon", None, "code", c, VALID) for c in bad]
    twice = frame.loc[frame["code"].duplicated(), "code"]
    faults += [Fault(file, "has two polygons", None, "code", c, "one an area") for c in twice]
    polygons = frame.drop_duplicates("code").to_crs(BRITISH_NATIONAL_GRID)
    polygons = polygons.set_index("code").sort_index()
    outside = ~polygons.bounds.sum(axis=1).between(0, 4e6)  # also where a projection gives infinity
    if outside.any() and not faults:
        message = f"does not lie in Great Britain if its coordinates are {frame.crs.to_string()}"
        code = polygons.index[outside][0]
        allowed = "the coordinate reference system the file was drawn in"
        faults = [Fault(file, message, None, "code", code, allowed)]
    polygons.attrs["file"] = file
    return polygons, faults


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
        current = (
            current.reset_index(drop=True)
            .assign(code=parent.reindex(current.index).to_numpy())
            .dissolve("code")
        )
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
        Same axes. A cell is filled only when every part has a value, and never where the larger
        area's own figure is suppressed. Its status is that of its weakest part (``illustrative``
        as soon as one part is), and at best ``modelled`` where a mean was weighted.

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
        empty = np.isnan(arrays["value"][:, at]) & (status[:, at] != "suppressed")
        value, top, base = _from_parts(arrays, members, people, per, ratio)
        weakest = np.maximum(_weakness(status[:, members]).max(axis=1), np.isnan(top) * MODELLED)
        kind = np.array(WEAKNESS)[weakest]
        for name, filled in (("value", value), ("numerator", top), ("denominator", base)):
            arrays[name][:, at] = np.where(empty, filled, arrays[name][:, at])
        status[:, at] = np.where(empty & ~np.isnan(value), kind, status[:, at])
    return replace(panel, **arrays, status=status)


MODELLED = WEAKNESS.index("modelled")


def _weakness(status: NDArray[np.str_]) -> NDArray[np.intp]:
    """Position in WEAKNESS; a missing or suppressed part, which fills nothing, counts as firm."""
    found = status[..., None] == np.array(WEAKNESS)
    return np.asarray(found.argmax(axis=-1))


def _families(areas: Sequence[str], geography: Geography) -> list[tuple[str, list[str]]]:
    """Larger areas and their parts on the panel, smallest families first."""
    parent = geography.areas["parent_code"].reindex(list(areas))
    families = [
        (code, list(parent.index[parent == code])) for code in areas if (parent == code).any()
    ]
    return sorted(families, key=lambda f: ORDER.index(str(geography.areas.at[f[0], "level"])))


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
