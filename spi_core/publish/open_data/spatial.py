"""The open tables on the map: GeoJSON for the web, GeoPackage for desktop programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from spi_core.files import scratch_folder
from spi_core.publish.open_data.datapackage import warning

#: A GeoPackage names the time of its writing, unless it is told one: same tables, same bytes.
EPOCH = "2000-01-01T00:00:00.000Z"
#: Decimals of a degree: a decimetre.
DECIMALS = 6


def outlines(tables: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> Any:
    """Put the current index, with its interval, on the areas that are drawn.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        A built edition's, with its maps.
    frames : mapping of str to DataFrame
        From :func:`spi_core.publish.open_data.tidy.tidy`.

    Returns
    -------
    GeoDataFrame or None
        ``area_code``, the columns of the areas, those of the index, ``geometry``; None where no
        area is drawn.
    """
    import geopandas as gpd

    maps = [tables[n][["code", "geometry"]] for n in tables if n.startswith("map_")]
    if not maps:
        return None
    drawn = gpd.GeoDataFrame(pd.concat(maps, ignore_index=True), crs=maps[0].crs)
    scores = frames["scores"]
    index = scores[(scores["element"] == "index") & (scores["period"] == "current")]
    shown = ["period_label", "score", "low", "high", "rank", "rank_low", "rank_high", "rating"]
    marks = ["provenance", "illustrative", "status"]
    areas = frames["areas"].drop(columns=marks)
    both = areas.merge(index[["area_code", *shown, *marks]], "left", "area_code")
    both["provenance"] = both["provenance"].fillna("missing")
    both["illustrative"] = both["illustrative"].astype("boolean").fillna(False).astype(bool)
    both["status"] = both["status"].fillna("not available")
    drawn = drawn.rename(columns={"code": "area_code"}).merge(both, "inner", "area_code")
    return drawn.sort_values("area_code", ignore_index=True)


def geojson(drawn: Any, frames: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> bytes:
    """Write outlines as GeoJSON (RFC 7946): longitude and latitude, rings by the right hand."""
    import shapely

    world = drawn.to_crs(4326)
    world["geometry"] = shapely.orient_polygons(
        shapely.transform(world.geometry.to_numpy(), lambda xy: xy.round(DECIMALS))
    )
    edition = about["edition"]
    said = {
        "type": "FeatureCollection", "name": edition["title"], "licence": edition["licence"],
        "attribution": edition["attribution"], "data_version": about["data_version"],
        "warning": warning(frames),
    }  # fmt: skip
    features = world.to_geo_dict(drop_id=True)["features"]
    for feature in features:
        cells = feature["properties"].items()
        feature["properties"] = {k: None if pd.isna(v) else v for k, v in cells}
    text = json.dumps({**said, "features": features}, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n".encode()


def geopackage(drawn: Any, frames: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> bytes:
    """Write outlines and every open table as a GeoPackage, in the grid of the outlines."""
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": EPOCH})
    try:
        with scratch_folder() as folder:
            path = folder / "open.gpkg"
            said = {"TITLE": about["edition"]["title"], "LICENCE": about["edition"]["licence"],
                    "DATA_VERSION": about["data_version"], "WARNING": warning(frames)}  # fmt: skip
            pyogrio.write_dataframe(
                drawn, path, layer="outlines", driver="GPKG", dataset_metadata=said
            )
            for name, frame in frames.items():
                dates = frame.select_dtypes("datetime")
                plain = frame.assign(**{str(n): dates[n].dt.strftime("%Y-%m-%d") for n in dates})
                pyogrio.write_dataframe(plain, path, layer=name, driver="GPKG", append=True)
            return path.read_bytes()
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
