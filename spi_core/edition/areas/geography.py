"""Areas, their boundaries, and how smaller ones make up larger ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from spi_core.errors import Fault, some
from spi_core.files import shown
from spi_core.levels import Level, Levels

BRITISH_NATIONAL_GRID = 27700
VALID = "a closed outline that does not cross itself"


@dataclass(frozen=True, slots=True)
class Geography:
    """The edition's areas.

    Parameters
    ----------
    areas : DataFrame
        Index ``code``; ``name, level, vintage, parent_code, population``.
    levels : Levels
        Those of the areas, scored or not.
    polygons : GeoDataFrame or None
        As drawn, British National Grid, index ``code``; None for an edition without boundaries.
    whole : str
        Code of the area that the edition is about.
    """

    areas: pd.DataFrame
    levels: Levels
    polygons: gpd.GeoDataFrame | None
    whole: str

    @property
    def units(self) -> list[str]:
        """Codes of the units of evidence, sorted."""
        return self.codes(self.levels.unit.id)

    @property
    def home(self) -> Level:
        """Level of the whole."""
        return self.levels[str(self.areas.at[self.whole, "level"])]

    def codes(self, level: str) -> list[str]:
        """Codes of one level, sorted.

        Parameters
        ----------
        level : str
            Id of the level.

        Returns
        -------
        list of str
            The codes.
        """
        return sorted(self.areas.index[self.areas["level"] == level])

    def lines(self) -> dict[str, list[str]]:
        """Name what each area lies in.

        Returns
        -------
        dict of str to list of str
            Area to the larger ones, from its parent up.
        """
        parent = {str(code): str(above) for code, above in self.areas["parent_code"].items()}
        return {code: lies_in(parent, code) for code in parent}

    def families(self, areas: Sequence[str]) -> list[tuple[str, list[str]]]:
        """Larger areas and the areas that make them up, smallest families first.

        Parameters
        ----------
        areas : sequence of str
            Codes to look among.

        Returns
        -------
        list of tuple of str and list of str
            The whole, and what lies between it and the units, is made up of units; a unit, or a
            smaller area, of the areas right below it. What the whole is part of is made up of
            nothing here: most of its parts belong to other editions.
        """
        level = {str(code): self.levels[name] for code, name in self.areas["level"].items()}
        lines, parts = self.lines(), dict[str, list[str]]()
        for code in areas:
            above = lines[code]
            if level[code].role == "detail":
                heads = [head for head in above[:1] if level[head].role != "context"]
            elif level[code].role == "evidence" and self.whole in above:
                heads = above[: above.index(self.whole) + 1]
            else:
                continue
            for head in heads:
                parts.setdefault(head, []).append(code)
        made = []
        for head in sorted((a for a in areas if a in parts), key=lambda a: level[a].order):
            kinds = {level[part] for part in parts[head]}
            # of two levels beneath it the one that names it as its own, else the larger
            kind = max(kinds, key=lambda k: (k.parent == level[head].id, k.order))
            made.append((head, [part for part in parts[head] if level[part] is kind]))
        return made

    def homes(self) -> dict[str, dict[str, str]]:
        """Say which unit of evidence each smaller area lies in.

        Returns
        -------
        dict of str to dict of str to str
            By level, the smallest first, area to unit (a unit to itself); without levels that
            have an area outside every unit.
        """
        lines, units, found = self.lines(), set(self.units), {}
        for level in (*reversed(self.levels.details), self.levels.unit):
            home = {
                code: next((a for a in (code, *lines[code]) if a in units), "")
                for code in self.codes(level.id)
            }
            if home and all(home.values()):
                found[level.id] = home
        return found


def lies_in(parent: Mapping[str, str], code: str) -> list[str]:
    """Name the areas that an area lies in.

    Parameters
    ----------
    parent : mapping of str to str
        The area that each lies in, blank at the top.
    code : str
        Code of the area.

    Returns
    -------
    list of str
        From its parent up; ends where an area is not known or a circle closes.

    Examples
    --------
    >>> lies_in({"lsoa": "ward", "ward": "borough", "borough": ""}, "lsoa")
    ['ward', 'borough']
    """
    found: list[str] = []
    while (code := parent.get(code, "")) in parent and code not in found:
        found.append(code)
    return found


def load_boundaries(folder: Path) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """Read the polygons and check that each is valid.

    Parameters
    ----------
    folder : Path
        ``data/<edition>/geography``; ``boundaries.gpkg`` or ``boundaries.geojson`` in it has a
        column ``code``.

    Returns
    -------
    tuple of GeoDataFrame or None, and list of Fault
        In British National Grid, index ``code``; None where there is no such file: an edition
        need not have maps.
    """
    paths = [p for p in (folder / "boundaries.gpkg", folder / "boundaries.geojson") if p.exists()]
    if not paths:
        return None, []
    path, file = paths[0], shown(paths[0])
    if len(paths) > 1:
        message = f"stands beside {paths[1].name}: only one can be drawn"
        return None, [Fault(file, message, allowed="one file")]
    try:
        layers = list(gpd.list_layers(path)["name"])
        frame = gpd.read_file(path, layer=layers[0])
    except Exception as error:  # GDAL has many words for what it cannot read
        return None, [Fault(file, f"cannot be read as polygons: {error}")]
    if len(layers) > 1:
        message = f"has {len(layers)} layers: {some(layers)}"
        return None, [Fault(file, message, allowed="one layer")]
    if "code" not in frame or frame.crs is None:
        return None, [Fault(file, "needs a column 'code' and a coordinate reference system")]
    other = frame[~frame.geom_type.isin(["Polygon", "MultiPolygon"]) & ~frame.is_empty]
    if len(other) and other.geom_type.notna().any():
        kinds = some(sorted({str(kind) for kind in other.geom_type}))
        message, code = f"has {len(other)} areas drawn as {kinds}", other["code"].iloc[0]
        return None, [Fault(file, message, None, "code", code, "polygons")]
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


def boundaries(geography: Geography, level: str) -> gpd.GeoDataFrame | None:
    """Polygons of one level, dissolved from smaller areas where they are not drawn themselves.

    Parameters
    ----------
    geography : Geography
        The areas.
    level : str
        Id of the level wanted.

    Returns
    -------
    GeoDataFrame or None
        Index ``code``, columns ``name`` and ``geometry``, British National Grid, without areas
        that are neither drawn nor made up of such; None where that leaves none.
    """
    drawn, wanted = geography.polygons, set(geography.codes(level))
    if drawn is None:
        return None
    shapes = drawn.loc[drawn.index.isin(wanted), ["geometry"]]
    families = geography.families(list(geography.areas.index))
    head = {part: code for code, parts in families for part in parts if code in wanted}
    if head and shapes.empty:
        small = boundaries(geography, str(geography.areas.at[next(iter(head)), "level"]))
        if small is not None:
            inside = small[small.index.isin(head)]
            codes = inside.index.map(head).to_numpy()
            shapes = inside[["geometry"]].reset_index(drop=True).assign(code=codes).dissolve("code")
    return shapes.join(geography.areas["name"]).sort_index() if len(shapes) else None
