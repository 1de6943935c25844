"""Areas, their boundaries, and how smaller ones make up larger ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from spi_core.edition.readers.sheet import shown
from spi_core.errors import Fault

__all__ = ["ORDER", "Geography", "boundaries", "load_boundaries"]

BRITISH_NATIONAL_GRID = 27700
VALID = "a closed outline that does not cross itself"
#: Levels from small to large.
ORDER = ("lsoa", "ward", "borough", "region")


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
    whole : str
        Code of the area that the edition is about.
    """

    areas: pd.DataFrame
    lookup: pd.DataFrame
    smallest: gpd.GeoDataFrame
    whole: str

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
