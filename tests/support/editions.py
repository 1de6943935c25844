"""Small editions to test with: a made-up one, written anew, and copies of the open one to spoil."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from spi_core.edition.inputs import load
from spi_core.errors import Fault, InputError

ROOT = Path(__file__).parents[2]
OPEN = ROOT / "data" / "lbbd-open"
WARDS = tuple(f"E0500010{i}" for i in range(1, 9))
BOROUGH = "E09000099"
PERIODS = {
    "baseline": ("2013", "2013-01-01", "2013-12-31"),
    "current": ("2014", "2014-01-01", "2014-12-31"),
}

Row = dict[str, str]

#: id, component, dimension, polarity, kind, per, counts known, mean of the wards
INDICATORS = (
    ("crowding", "Shelter", "Needs", "-1", "proportion", 100, True, 12.0),
    ("cold_homes", "Shelter", "Needs", "-1", "proportion", 100, True, 8.0),
    ("rent", "Shelter", "Needs", "-1", "mean", 1, False, 900.0),
    ("burglary", "Safety", "Needs", "-1", "rate", 1000, True, 20.0),
    ("robbery", "Safety", "Needs", "-1", "rate", 1000, True, 9.0),
    ("exam_points", "Knowledge", "Foundations", "+1", "mean", 1, False, 320.0),
    ("absence", "Knowledge", "Foundations", "-1", "proportion", 100, False, 5.0),
    ("library_loans", "Knowledge", "Foundations", "+1", "mean", 1, False, 4.0),
    ("turnout", "Rights", "Foundations", "+1", "proportion", 100, False, 35.0),
)


def copy_open(folder: Path, without: tuple[str, ...] = ("source",)) -> Path:
    """Copy the open edition, so that a test can spoil it."""
    shutil.copytree(OPEN, folder, ignore=shutil.ignore_patterns(*without))
    if not (shared := folder.parent / "reference").exists():
        shared.symlink_to(OPEN.parent / "reference")  # the panels of series.yml
    return folder


def make_edition(folder: Path, seed: int = 1) -> Path:
    """Write a sound edition: 8 square wards, 9 indicators, 3 scored components of 5."""
    folder.mkdir(parents=True)
    settings = yaml.safe_load((OPEN / "edition.yml").read_text(encoding="utf-8"))
    settings |= {
        "id": folder.name,
        "area": BOROUGH,
        "framework": [
            {"dimension": "Needs", "components": ["Shelter", "Safety"]},
            {"dimension": "Foundations", "components": ["Knowledge", "Rights", "Choice"]},
        ],
    }
    settings["geography"] = {"vintage": "2022", "levels": ["borough", "ward"]}
    settings["index"].pop("reference")
    settings.pop("history")
    settings.pop("notes", None)  # what must be known of the open figures
    settings["comparators"] = {"number": 5, "minimum_points": 1, "context": ["children", "older"]}
    settings["uncertainty"]["replicates"] = 200
    (folder / "edition.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    write(folder / "indicators.csv", [_indicator(*i) for i in INDICATORS])
    write(folder / "breaks.csv", [broken("exam_points", "The exam changed.")])
    write(folder / "observations" / "all.csv", _observations(seed))
    write(folder / "goalposts.csv", [_goalposts(*i) for i in INDICATORS])
    write(folder / "geography" / "areas.csv", _areas())
    write(
        folder / "geography" / "lookup.csv",
        [{"from_code": w, "to_code": BOROUGH, "weight": "1", "basis": "nests"} for w in WARDS],
    )
    draw(folder, WARDS)
    write(folder / "context.csv", _context(seed))
    return folder


def broken(indicator: str, reason: str, first: str = "baseline", last: str = "current") -> Row:
    """Write a row of breaks.csv."""
    return {"indicator_id": indicator, "from_period": first, "to_period": last, "reason": reason}


def _indicator(
    name: str, component: str, dimension: str, polarity: str, kind: str, per: int, *rest: Any
) -> Row:
    # without `error` an indicator's follows from its `interval`
    row = {name: "" for name in read(OPEN / "indicators.csv")[0] if name != "error"}
    return row | {
        "id": name,
        "name": name.replace("_", " ").capitalize(),
        "component": component,
        "dimension": dimension,
        "description": "Made up.",
        "unit": "% of homes",
        "polarity": polarity,
        "kind": kind,
        "per": str(per),
        "access": "public",
        "publisher_or_owner": "ONS",
        "source_dataset": "Made up",
        "finest_level": "ward",
        "licence": "OGL v3",
        "transform": "none",
        "valid_min": "0",
        "valid_max": "100" if kind == "proportion" else "",
        "rollup": "ratio" if rest[0] else "mean",
        "interval": "none",
    }


def _observations(seed: int) -> list[Row]:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(2, len(WARDS)))
    rows = []
    for name, _, _, polarity, _, per, counted, mean in INDICATORS:
        spread = int(polarity) * common + rng.normal(size=common.shape)
        for p, (period, (label, start, end)) in enumerate(PERIODS.items()):
            for a, ward in enumerate(WARDS):
                value = round(mean * (1 + 0.1 * spread[p, a]), 4)
                top = base = ""
                if counted:
                    base = str(4000 + 250 * a)
                    top = str(round(value * int(base) / per))
                    value = round(int(top) * per / int(base), 6)
                rows.append(
                    {
                        "indicator_id": name,
                        "area_code": ward,
                        "period": period,
                        "period_label": label,
                        "start": start,
                        "end": end,
                        "value": f"{value:g}",
                        "numerator": top,
                        "denominator": base,
                        "status": "observed",
                        "note": "",
                    }
                )
    return rows


def _goalposts(name: str, *rest: Any) -> Row:
    polarity, mean = int(rest[2]), rest[6]
    low, high = round(0.6 * mean, 4), round(1.4 * mean, 4)
    worst, best = (low, high) if polarity > 0 else (high, low)
    return {
        "indicator_id": name,
        "worst": str(worst),
        "best": str(best),
        "basis": "target",
        "reason": "Made up.",
    }


def _areas() -> list[Row]:
    rows = [(BOROUGH, "Testing", "borough", "", "39000")]
    rows += [
        (w, f"Ward {w[-1]}", "ward", BOROUGH, str(4000 + 250 * i)) for i, w in enumerate(WARDS)
    ]
    return [
        {"code": c, "name": n, "level": level, "vintage": "2022", "parent_code": p, "population": k}
        for c, n, level, p, k in rows
    ]


def _context(seed: int) -> list[Row]:
    rng = np.random.default_rng(seed)
    return [
        {
            "area_code": w,
            "variable": v,
            "label": v,
            "period_label": "2013",
            "value": f"{x:.2f}",
            "source": "ONS",
        }
        for v in ("children", "older")
        for w, x in zip(WARDS, rng.uniform(5, 30, len(WARDS)), strict=True)
    ]


def draw(folder: Path, codes: Sequence[str]) -> None:
    """Write a square of 1 km for each area, side by side."""
    squares = ",".join(_square(c, 540000 + 1000 * i) for i, c in enumerate(codes))
    crs = '{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::27700"}}'
    text = f'{{"type":"FeatureCollection","crs":{crs},"features":[{squares}]}}'
    (folder / "geography" / "boundaries.geojson").write_text(text, "utf-8")


def _square(code: str, x: int, y: int = 184000, side: int = 1000) -> str:
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    return json.dumps({"type": "Feature", "properties": {"code": code}, "geometry": shape})


def read(path: Path) -> list[Row]:
    """Rows of a CSV file as text."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def ward_figures() -> list[Row]:
    """Figures of the open edition's wards as they were published, as text."""
    table = pd.read_parquet(OPEN.parent / "reference" / "london" / "ward_figures.parquet")
    wards = {r["code"] for r in read(OPEN / "geography" / "areas.csv") if r["level"] == "ward"}
    rows = table[table["area_code"].isin(wards)].to_dict("records")
    return [{str(k): str(v) for k, v in row.items()} for row in rows]


def write(path: Path, rows: list[Row]) -> None:
    """Write rows as a CSV file; the first row names the columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode())


def spoil(path: Path, row: int, **cells: str) -> None:
    """Change cells of one row, numbered as a spreadsheet does: the first below the header is 2."""
    rows = read(path)
    rows[row - 2] |= cells
    write(path, rows)


def rewrite(path: Path, change: Callable[[list[Row]], list[Row]]) -> None:
    """Change a whole file."""
    write(path, change(read(path)))


def count(folder: Path) -> None:
    """Let every indicator with counts have its sampling error."""
    how = {"rate": "byar", "proportion": "wilson"}
    rewrite(
        folder / "indicators.csv",
        lambda rows: [
            r | {"interval": how[r["kind"]]} if r["rollup"] == "ratio" else r for r in rows
        ],
    )


def settings(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change edition.yml."""
    path = folder / "edition.yml"
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(values)
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")


def faults(folder: Path) -> tuple[Fault, ...]:
    """Every fault that loading finds; none where the edition is sound."""
    try:
        load(folder)
    except InputError as error:
        return error.faults
    return ()


def only(folder: Path) -> Fault:
    """Return the one fault of an edition with one mistake: more would send the analyst astray."""
    found = faults(folder)
    assert len(found) == 1, "\n".join(map(str, found)) or "no fault was found"
    return found[0]


#: An edition of other levels than wards in a borough: codes of another country, nothing drawn.
STATE, TOWNS = "13", tuple(f"130000{i}" for i in range(1, 9))


def make_municipal(folder: Path) -> Path:
    """Write the made-up edition as one of eight municipalities of a state: one period, no map."""
    make_edition(folder)
    codes = dict(zip((BOROUGH, *WARDS), (STATE, *TOWNS), strict=True))
    for path in folder.rglob("*.csv"):
        rows = read(path)
        for row in rows:
            row |= {key: codes.get(cell, cell) for key, cell in row.items()}
        write(path, [row for row in rows if row.get("period") != "baseline"])
    for name in ("breaks.csv", "geography/boundaries.geojson"):
        (folder / name).unlink()
    rename = {"ward": "municipality", "borough": "state"}
    for name in ("geography/areas.csv", "indicators.csv"):
        key = "level" if name.startswith("geo") else "finest_level"
        rewrite(folder / name, lambda rows, k=key: [r | {k: rename[r[k]]} for r in rows])
    rewrite(
        folder / "geography" / "areas.csv",
        lambda rows: [r | {"name": r["name"].replace("Ward", "Vila")} for r in rows],
    )
    levels = [
        {"id": "state", "order": 60, "one": "state", "many": "states", "pattern": "[0-9]{2}"},
        {
            "id": "municipality",
            "order": 40,
            "one": "municipality",
            "many": "municipalities",
            "pattern": "[0-9]{7}",
            "role": "evidence",
        },
    ]

    def change(values: dict[str, Any]) -> None:
        values |= {"area": STATE, "area_name": "Testing", "title": "Index of the municipalities"}
        values |= {"short_title": "Index of Testing", "subtitle": "", "attribution": "Made up."}
        values |= {"contact": "Insight team, State of Testing"}
        values["geography"] = {"vintage": "2022", "levels": levels}
        values["periods"] = [p for p in values["periods"] if p["id"] == "current"]

    settings(folder, change)
    return folder
