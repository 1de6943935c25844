"""Take in the areas of another vintage: their polygons, what lies in them, and their weights."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from spi_core.edition.areas.geography import load_boundaries
from spi_core.edition.areas.vintage import wanted_vintage
from spi_core.edition.readers.sheet import find_tables, read_cells
from spi_core.errors import Fault, InputError, some
from spi_core.files import shown
from spi_core.levels import levels_of
from spi_core.sources.fetch.arcgis import features
from spi_core.sources.fetch.mapping import Mapping
from spi_core.sources.fetch.take import Fetched, record
from spi_core.sources.fetch.web import Web
from spi_core.sources.whole import whole_copy
from spi_core.text.cells import csv_text

BASIS = "residents, by {} (best fit)"
DRAWN = "geography/boundaries.geojson"


def take_areas(mapping: Mapping, publisher: dict[str, Any], *, preview: bool = False) -> Fetched:
    """Give an edition the units of another vintage; figures of the old ones are rebased from now.

    Parameters
    ----------
    mapping : Mapping
        Its request names the layers of the polygons and of the lookup from the smaller areas.
    publisher : dict
        Its entry of the registry.
    preview : bool
        Write nothing.

    Returns
    -------
    Fetched
        ``areas.csv``, ``lookup.csv``, ``rebase.csv``, the polygons and ``edition.yml`` are changed
        together.

    Raises
    ------
    FetchError
        If the publisher does not answer.
    InputError
        If the polygons, the lookup and the edition's smaller areas don't fit each other.

    Notes
    -----
    A smaller area lies in the unit that the lookup names. The weight of an old unit in a new one is
    the share of its residents whose smaller area lies there.
    """
    request, web, folder = mapping.said["request"], Web(publisher), mapping.folder
    layer, link, vintage = request["boundaries"], request["lookup"], request["vintage"]
    if vintage == mapping.about.settings["geography"]["vintage"]:  # the old areas would be lost
        return Fetched({"new": 0}, [], [f"the edition is of {vintage} already"])
    drawn = features(web, layer, drawn=True)
    links = {r[link["code"]]: r[link["to"]] for r in features(web, link, drawn=False)}
    levels = levels_of(mapping.about.settings["geography"]["levels"])
    unit, whole = levels.unit.id, mapping.about.settings["area"]
    areas, small = mapping.about.areas.copy(), _small(mapping, unit)
    names = {f["properties"][layer["code"]]: f["properties"][layer["name"]] for f in drawn}
    lies, what = small["code"].map(links), str(small["level"].iloc[0])
    faults = [
        Fault(about["service"], message, None, about["code"], some(sorted(codes), 4), allowed)
        for about, message, codes, allowed in (
            (link, f"lacks {what}s of the edition", set(small["code"]) - set(links),
             "the lookup from the edition's vintage"),
            (layer, "has areas in which nothing lies", set(names) - set(lies),
             "a where for the edition's area"),
            (layer, "lacks areas of the lookup", set(lies.dropna()) - set(names),
             f"the boundaries of {vintage}"),
        )
        if codes
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    people = small["population"].groupby(lies).sum()
    new = pd.DataFrame(
        {"code": list(names), "name": list(names.values()), "level": unit, "vintage": vintage,
         "parent_code": whole, "population": [people[code] for code in names]}
    )  # fmt: skip
    shares = small["population"].groupby([small["parent_code"], lies]).sum()
    rebase = (shares / shares.groupby(level=0).transform("sum")).rename("weight").reset_index()
    rebase.columns = pd.Index(["from_code", "to_code", "weight"])
    rebase["basis"] = BASIS.format(f"{what}s")
    at = areas["code"].isin(small["code"])
    areas.loc[at, "parent_code"] = areas.loc[at, "code"].map(links)
    areas = pd.concat([areas[~areas["code"].isin(names)], new])[list(new)]
    nests = [(c, w, 1, "best fit") for c, w in zip(small["code"], lies, strict=True)]
    nests += [(code, whole, 1, "nests") for code in names]
    lookup = pd.DataFrame(nests, columns=["from_code", "to_code", "weight", "basis"])
    areas["population"] = areas["population"].map("{:.10g}".format)
    files = [*(f"geography/{n}.csv" for n in ("areas", "lookup", "rebase")), DRAWN, "edition.yml"]
    lines = [f"{len(names)} {unit}s of {vintage}; those of before are rebased by {what}s"]
    lines += _left(folder, set(small["parent_code"]))
    if preview:
        return Fetched({"new": len(new)}, [], lines)
    with whole_copy(folder, folder) as copy:
        for name, frame in (("areas", areas), ("lookup", lookup), ("rebase", rebase)):
            for path in find_tables(copy, f"geography/{name}"):
                path.unlink()
            (copy / "geography" / f"{name}.csv").write_bytes(csv_text(frame).encode())
        _draw(copy, drawn, layer, set(areas.loc[areas["level"] != unit, "code"]))
        _say(copy / "edition.yml", mapping, vintage, what)
        text = record(mapping, publisher, web, {"rows": len(drawn) + len(links)})
        (copy / "sources" / mapping.record.name).write_text(text, "utf-8", newline="\n")
    return Fetched({"new": len(new)}, files, lines)


def _small(mapping: Mapping, unit: str) -> pd.DataFrame:
    """List the smaller areas that tell how people are spread."""
    levels = levels_of(
        mapping.about.settings["geography"]["levels"], mapping.about.areas["level"].unique()
    )
    for level in reversed(levels.details):
        vintage = wanted_vintage(mapping.about.settings, level.id)
        here = mapping.about.areas[mapping.about.areas["level"] == level.id]
        here = here[here["vintage"] == vintage]
        if len(here):
            return here
    message = f"has no areas smaller than {unit}s: nobody knows how people are spread"
    file = shown(mapping.folder / "geography" / "areas.csv")
    raise InputError([Fault(file, message, allowed="LSOAs with parent_code and population")])


def _draw(
    folder: Path, drawn: list[dict[str, Any]], layer: dict[str, Any], others: set[str]
) -> None:
    """Put the new polygons beside those of other levels."""
    import geopandas as gpd

    old = list((folder / "geography").glob("boundaries.*"))
    try:
        new = gpd.GeoDataFrame.from_features(drawn, crs=27700)
    except Exception as error:  # a library with many words for a broken shape
        message = f"cannot be drawn: {error}"
        raise InputError([Fault(layer["service"], message, allowed="polygons")]) from None
    new = new.rename(columns={layer["code"]: "code"})
    frames = [new[["code", "geometry"]]]
    for path in old:
        before = gpd.read_file(path).to_crs(27700)
        small = before["code"].isin(others)
        frames.insert(0, before.loc[small, ["code", "geometry"]])
        path.unlink()
    made = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=27700)
    made.to_file(folder / DRAWN, driver="GeoJSON", COORDINATE_PRECISION=0)
    if faults := load_boundaries(folder / "geography")[1]:
        raise InputError(replace(f, file=layer["service"]) for f in faults)


def _say(path: Path, mapping: Mapping, vintage: str, small: str) -> None:
    """Change the vintage in ``edition.yml``, whose other words stay."""
    about, text = mapping.about.settings["geography"], path.read_text("utf-8")
    said = f'vintage: "{vintage}"\n'
    if f"{small}_vintage" not in about:
        said += f'  {small}_vintage: "{about["vintage"]}"\n'
    if not about.get("compare_across_vintages"):
        said += "  compare_across_vintages: true\n"
    text, n = re.subn(r"(?<=\n  )vintage:.*\n", lambda _: said, text, count=1)
    if not n:
        message = "has its geography on one line, and is not changed"
        raise InputError([Fault(shown(path), message, allowed="a line of its own for vintage")])
    path.write_text(text, "utf-8", newline="\n")


def _left(folder: Path, old: set[str]) -> list[str]:
    """Name files that still speak of the old units: no weight makes up what they say."""
    found = []
    for stem in ("context", "series", "targets", "geography/places", "geography/postcodes"):
        for path in find_tables(folder, stem):
            cells, _, _ = read_cells(path)
            n = 0 if cells is None else int(cells.isin(old).any(axis=1).sum())
            if n:
                name = path.relative_to(folder).as_posix()
                found.append(f"{name}: {n} rows are of the units of before; give them anew")
    named = folder / "interventions.yml"
    if named.is_file() and any(code in named.read_text("utf-8", "replace") for code in old):
        found.append(f"{named.name}: names units of before; say which are meant now")
    return found
