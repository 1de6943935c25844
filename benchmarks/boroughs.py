"""Boroughs made up from the open edition: many editions to render, none to publish."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import yaml
from shapely.geometry import box

__all__ = ["make_borough"]

OPEN = Path(__file__).resolve().parents[1] / "data" / "lbbd-open"
KEPT = ("edition.yml", "indicators.csv", "goalposts.csv", "weights.csv", "reference")


def make_borough(folder: Path, number: int, wards: int) -> None:
    """Write an edition whose wards are drawn from those of the open one.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    number : int
        Of the borough, from 0: makes its codes and its chances.
    wards : int
        How many wards it has.
    """
    rng = np.random.default_rng(number)
    folder.mkdir(parents=True)
    for name in KEPT:
        copy = shutil.copytree if (OPEN / name).is_dir() else shutil.copy
        copy(OPEN / name, folder / name)
    settings = yaml.safe_load((OPEN / "edition.yml").read_text(encoding="utf-8"))
    home = f"E0900{100 + number:04d}"
    settings |= {"id": folder.name, "area": home, "illustrative": True}
    settings["area_name"] = f"Borough {number + 1}"
    settings["reports"] = {"ward_briefs": True, "documents": ["index"]}
    (folder / "edition.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    areas = pd.read_csv(OPEN / "geography" / "areas.csv", dtype=str)
    real = areas.loc[areas["level"] == "ward", "code"].to_numpy()
    codes = [f"E05{900000 + 100 * number + i:06d}" for i in range(wards)]
    of = dict(zip(codes, rng.choice(real, wards), strict=True))
    _geography(folder, areas, of, str(settings["area"]))
    observations = pd.read_csv(OPEN / "observations" / "open.csv", dtype=str)
    context = pd.read_csv(OPEN / "context.csv", dtype=str)
    _write(folder / "observations" / "all.csv", _drawn(observations, of, rng))
    _write(folder / "context.csv", _of(context, of))


def _geography(folder: Path, areas: pd.DataFrame, of: dict[str, str], home: str) -> None:
    rows = _of(areas.rename(columns={"code": "area_code"}), of)
    rows = rows.rename(columns={"area_code": "code"})
    rows["name"] = [f"Ward {i + 1}" for i in range(len(rows))]
    rows["parent_code"] = home
    borough = areas[areas["level"] == "borough"].head(1).assign(code=home)
    borough["population"] = str(rows["population"].astype(float).sum())
    _write(folder / "geography" / "areas.csv", pd.concat([borough, rows]))
    lookup = pd.DataFrame({"from_code": list(of), "to_code": home, "weight": 1, "basis": "nests"})
    _write(folder / "geography" / "lookup.csv", lookup)
    side, across = 1000, 5
    shapes = [
        box(x, y, x + side, y + side)
        for x, y in (
            (540000 + side * (i % across), 180000 + side * (i // across)) for i in range(len(of))
        )
    ]
    drawn = gpd.GeoDataFrame({"code": list(of)}, geometry=shapes, crs=27700)
    drawn.to_file(folder / "geography" / "boundaries.gpkg", driver="GPKG")


def _of(rows: pd.DataFrame, of: dict[str, str]) -> pd.DataFrame:
    """Give each made-up ward the rows of the real one it is drawn from."""
    parts = [rows[rows["area_code"] == real].assign(area_code=code) for code, real in of.items()]
    return pd.concat(parts, ignore_index=True)


def _drawn(rows: pd.DataFrame, of: dict[str, str], rng: np.random.Generator) -> pd.DataFrame:
    """Move values without counts by 2 %, so that no two wards are the same."""
    drawn = _of(rows, of)
    plain = drawn["numerator"].isna() & drawn["value"].notna()
    moved = drawn.loc[plain, "value"].astype(float) * rng.uniform(0.98, 1.0, plain.sum())
    drawn.loc[plain, "value"] = moved.round(6).astype(str)
    return drawn.assign(status="illustrative")


def _write(path: Path, frame: pd.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, lineterminator="\n")
