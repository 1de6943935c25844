"""Open data as validators by others see them: CSV on the Web, Frictionless, JSON Schema, GDAL."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import csvw
import frictionless
import geopandas as gpd
import jsonschema
import yaml

__all__ = ["faults_of"]

#: Fields that the Citation File Format 1.2.0 wants.
CITED = {"cff-version", "message", "title", "authors"}


def faults_of(folder: Path) -> list[str]:
    """List what validators have against a folder of open data."""
    return [*_tables(folder), *_api(folder / "api" / "v1"), *_maps(folder), *_cited(folder)]


def _tables(folder: Path) -> list[str]:
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    found = [e.message for e in report.errors]
    found += [e.message for task in report.tasks for e in task.errors]
    try:
        web = csvw.CSVW(str(folder / "csv-metadata.json"), validate=True)
        valid = web.is_valid
    except ValueError as error:
        return [*found, str(error)]
    return found + ([] if valid else [str(w.message) for w in web.warnings] or ["CSVW"])


def _api(folder: Path) -> list[str]:
    found = []
    for kind, where in (("area", "areas/*"), ("measure", "measures/*"), ("index", "index.json")):
        schema = json.loads((folder / "schemas" / f"{kind}.json").read_text("utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        paths = sorted(folder.glob(where))
        found += [] if paths else [f"no {kind}"]
        for path in paths:
            errors = validator.iter_errors(json.loads(path.read_text("utf-8")))
            found += [f"{path.name}: {e.json_path}: {e.message[:200]}" for e in errors]
    index = json.loads((folder / "index.json").read_text("utf-8"))
    listed = [e["path"] for e in [*index["areas"], *index["measures"]]] + index["schemas"]
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*.json")} - {"index.json"}
    return found + ([] if set(listed) == there and len(listed) == len(there) else ["index.json"])


def _maps(folder: Path) -> list[str]:
    found = []
    for path in folder.glob("*.geojson"):
        try:
            frame = gpd.read_file(path)
        except Exception as error:  # GDAL has many words
            return [f"{path.name}: {error}"]
        if not (
            frame.geometry.is_valid.all() and frame.geometry.geom_type.str.contains("Pol").all()
        ):
            found.append(f"{path.name}: not valid")
        west, south, east, north = frame.total_bounds
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            found.append(f"{path.name}: no degrees")
    for path in folder.glob("*.gpkg"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
            said = base.execute("pragma integrity_check").fetchone()[0]
            kind = base.execute("pragma application_id").fetchone()[0]
            found += [] if (said, kind) == ("ok", 0x47504B47) else [f"{path.name}: {said}"]
    return found


def _cited(folder: Path) -> list[str]:
    said = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    return [f"CITATION.cff lacks {name}" for name in CITED - set(said)]
