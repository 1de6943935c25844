"""A small edition every text field of which carries a text of one's choice: nothing may read it.

Each field is named in its own text ("… areas.name 3"), so that a test can tell which of them an
output shows. Fields are found by the schemas: a new one is carried as soon as it exists.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import yaml

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.edition.readers.schema import TABLES
from spi_core.explorer.explore import explore
from spi_core.publish.open_data.write import open_data
from spi_core.store import Tables
from spi_core.text.cells import unshielded
from tests.support.editions import INDICATORS, WARDS, Row, make_edition, read, write
from tests.support.spreadsheet import calculated, workbook_texts

#: What a field carries that nothing could take for more than text.
PLAIN = "Plain"
#: Places that differ because the data differ, or that are made of a name's letters.
OWN = re.compile(r"sha256| bytes$| hash$| measures \d+ id$| links briefs|data\.csv \d+ 5$")

#: Columns of free text that name something else of the edition, or follow a grammar.
REFERENCES = {
    *("indicator_id", "area_code", "parent_code", "vintage", "disclosure_rule"),
    *("period", "from_period", "to_period"),
    *("level", "finest_level", "error_counts"),
}
#: What a JSON schema says of strings that may not be any text.
FIXED = {"enum", "const", "pattern", "anyOf", "oneOf"}
#: The same in edition.yml and interventions.yml: ids, codes, periods, names of files and columns.
SETTING_REFERENCES = {
    *("vintage", "moments", "correlation", "context", "documents", "id"),
    *("relations", "pooled", "total", "parts", "before", "after", "earlier", "treated", "excluded"),
    *("comparison", "covariate", "end", "disclosure", "targeting"),
}
INTERVENTION = {
    "id": "wardens",
    "name": "Wardens",
    "start": "2014",
    "targeting": "ward",
    "treated": list(WARDS[:3]),
    "before": ["baseline"],
    "after": ["current"],
    "primary": [{"id": "burglary", "direction": "down", "label": "Burglary", "unit": "a year"}],
    "exploratory": [{"id": "litter", "direction": "down", "label": "Litter", "unit": "bags"}],
    "card": {"Question": "Did it?", f"{PLAIN} heading": "Wardens."},
}
#: Files that the small edition of ``editions`` does without, with a row each.
MORE: dict[str, list[Row]] = {
    "corrections": [{"date": "2026", "table": "values", "what": "A value", "why": "A slip"}],
    "signoff": [
        {"indicator_id": "rent", "expert": "A", "organisation": "B", "date": "C", "caveat": "D"}
    ],
    "targets": [
        {
            "manifesto_theme": "Homes",
            "indicator_id": "rent",
            "target": "800",
            "by": "2030",
            "source": "A plan",
            "status": "agreed",
            "note": "",
        }
    ],
    "geography/places": [{"name": "Mast", "kind": "park", "area_code": WARDS[0]}],
    "geography/postcodes": [{"postcode": "RM10 8XX", "area_code": WARDS[0]}],
    "reference/distribution": [
        dict.fromkeys(TABLES["distribution"].columns, "1")
        | {"indicator_id": "rent", "period": "baseline"}
    ],
    "reference/moments": [
        {"indicator_id": i[0], "n_rows": "100", "mean": str(i[7]), "sd": "1"} for i in INDICATORS
    ],
    "reference/correlation": [
        {"indicator_id": i[0]} | {j[0]: str(float(i is j)) for j in INDICATORS} for i in INDICATORS
    ],
    "series/litter": [
        {
            "measure_id": "litter",
            "area_code": ward,
            "period": period,
            "value": str(10 + 3 * p + a * (7 + p) % 5),
            "unit": "bags",
            "status": "observed",
            "note": "",
        }
        for a, ward in enumerate(WARDS)
        for p, period in enumerate(("baseline", "current"))
    ],
}


def hostile(folder: Path, text: str) -> Path:
    """Write the edition: ``text`` at the front of every text field of every file."""
    make_edition(folder)
    for name, rows in MORE.items():
        write(folder / f"{name}.csv", rows)
    names: dict[str, str] = {}
    for path in sorted(folder.rglob("*.csv")):
        name = path.parent.name if path.parent.name in ("observations", "series") else path.stem
        if name in TABLES:
            write(path, _carried(name, read(path), text, names))
    settings = yaml.safe_load((folder / "edition.yml").read_text(encoding="utf-8"))
    settings["index"]["reference"] = {
        "name": "Others",
        "moments": "reference/moments.csv",
        "correlation": "reference/correlation.csv",
    }
    settings["notes"] = {"measured": ["A"], "change": ["B"], "twice": [["C", "D", "E"]]}
    settings["notes"]["limits"] = ["F"]
    settings["site"] = "https://data.example.gov.uk/spi"
    _write_yaml(folder / "edition.yml", "edition/edition.schema.json", settings, text, names)
    plan = {"interventions": [INTERVENTION]}
    schema = "edition/interventions/interventions.schema.json"
    _write_yaml(folder / "interventions.yml", schema, plan, text, names)
    return folder


def _carried(name: str, rows: list[Row], text: str, names: dict[str, str]) -> list[Row]:
    """Put the text into each free column, alike where the cells were alike."""
    for column, schema in TABLES[name].columns.items():
        if column not in rows[0] or column in REFERENCES or not is_free(schema):
            continue
        seen: dict[str, int] = {}
        for row in rows:
            n = seen.setdefault(row[column], len(seen) + 1)
            # a target falls due in a year
            carried = f"{text} {name}.{column} {n + 2030 * (column == 'by')}"
            if column in ("dimension", "component"):
                carried = names.setdefault(row[column], carried)
            row[column] = carried
    return rows


def is_free(column: pa.Column) -> bool:
    """Whether any text may stand in a column."""
    checks = {check.name for check in column.checks}
    return str(column.dtype).startswith("str") and not checks & {"isin", "str_matches"}


def _write_yaml(
    path: Path, schema: str, values: dict[str, Any], text: str, names: dict[str, str]
) -> None:
    rules = json.loads((resources.files("spi_core") / schema).read_text("utf-8"))
    carried = _walk(values, rules, rules, path.stem, text, names)
    path.write_text(yaml.safe_dump(carried, allow_unicode=True, sort_keys=False), "utf-8")


def _walk(
    value: Any, rule: Mapping[str, Any], rules: Mapping[str, Any], where: str, text: str,
    names: dict[str, str],
) -> Any:  # fmt: skip
    """Put the text into each string that a JSON schema leaves free."""
    if "$ref" in rule:
        rule = rules["$defs"][rule["$ref"].rpartition("/")[2]]
    if isinstance(value, dict):
        inner = rule.get("properties", {})
        named = {key: carrying(key, text) for key in value}  # of a card the headings are text, too
        return {
            named[key]: item if key in SETTING_REFERENCES
            else _walk(item, inner.get(key, {}), rules, f"{where}.{named[key]}", text, names)
            for key, item in value.items()
        }  # fmt: skip
    if isinstance(value, list):
        each = rule.get("items", {})
        return [
            _walk(item, each, rules, f"{where}.{n}", text, names) for n, item in enumerate(value, 1)
        ]
    if not isinstance(value, str) or FIXED & set(rule) or "if" in rule:
        return value
    carried = f"{text} {where}"
    framework = where.startswith("edition.framework")
    return names.setdefault(value, carried) if framework else carried


def publish(edition: Path, reports: Path) -> Path:
    """Build an edition and write its open data and its explorer."""
    build(load(edition), reports)
    tables = Tables(reports / "tables")
    open_data(tables, reports / "open-data")
    explore(tables, reports / "explorer")
    return reports


def differences(plain: Path, carried: Path, text: str) -> list[str]:
    """What two folders of :func:`publish` say otherwise than that the second carries ``text``.

    The first carries :data:`PLAIN`, and both must say the same apart from that: a text that is
    interpreted, cut or dropped anywhere is a difference.
    """
    wanted, found = carrying(_said(plain), text), _said(carried)
    assert list(found) == list(wanted)
    pairs = ((place, said, found[place]) for place, said in wanted.items())
    return [f"{place}: {b!r:.300} instead of {a!r:.300}" for place, a, b in pairs if a != b]


def carrying(said: Any, text: str) -> Any:
    """What a plain edition says, as one would say it that carries the text."""
    if isinstance(said, dict):
        return {carrying(key, text): carrying(part, text) for key, part in said.items()}
    if isinstance(said, list):
        return [carrying(part, text) for part in said]
    return said.replace(PLAIN, text) if isinstance(said, str) else said


def _said(folder: Path) -> dict[str, Any]:
    """Every cell, value and element of the files made, by place."""
    said: dict[str, Any] = {}
    for path in sorted(p for p in folder.rglob("*.*") if p.parent.name != "tables"):
        name, content = path.relative_to(folder).as_posix(), path.read_bytes()
        if path.suffix == ".csv":
            said |= {f"{name} {place}": cell for place, cell in csv_cells(content).items()}
        elif path.suffix == ".xlsx":
            for sheet, cells in workbook_texts(content).items():
                said |= {f"{name} {sheet} {n}": cell for n, cell in enumerate(cells)}
        elif path.suffix in (".json", ".geojson"):
            said |= _leaves(name, json.loads(content))
        elif path.suffix == ".cff":
            said |= _leaves(name, yaml.safe_load(content))
        elif path.suffix == ".parquet":
            said |= _leaves(
                name, json.loads(pd.read_parquet(path).to_json(orient="split", date_format="iso"))
            )
        elif path.suffix == ".gpkg":
            said |= {f"{name} {place}": cell for place, cell in _package(path).items()}
        elif path.suffix == ".html":
            said[name] = _Elements(content.decode()).found
        else:
            said[name] = content.decode()
    version = json.loads((folder / "tables" / "build.json").read_text("utf-8"))["data_version"]
    shown = {place: cell for place, cell in said.items() if not OWN.search(place)}
    return {p: c.replace(version, "VERSION") if isinstance(c, str) else c for p, c in shown.items()}


def _package(path: Path) -> dict[str, Any]:
    """Cells of the tables of a GeoPackage, outlines and its own tables aside."""
    found = {}
    with closing(sqlite3.connect(path)) as base:
        listed = base.execute("select table_name from gpkg_contents order by 1").fetchall()
        for (name,) in listed:
            rows = base.execute(f'select * from "{name}" order by fid')
            heads = [column[0] for column in rows.description]
            for n, row in enumerate(rows):
                cells = zip(heads, row, strict=True)
                found |= {f"{name} {n} {h}": c for h, c in cells if not isinstance(c, bytes)}
    return found


def csv_cells(content: bytes) -> dict[str, str]:
    """Cells of a CSV file as they were meant, by row and column; none may be calculated."""
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    for row in [head, *rows]:
        assert len(row) == len(head), row
        assert not [cell for cell in row if calculated(cell)], row
    return {
        f"{n} {column}": unshielded(cell)
        for n, row in enumerate([head, *rows], 1)
        for column, cell in enumerate(row)
    }


def _leaves(name: str, value: Any) -> dict[str, Any]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    parts: dict[str, Any] = {}
    for key, item in inner:
        place = f"{name} {key}"
        parts |= _leaves(place, item) if isinstance(item, dict | list) else {place: item}
    return parts


class _Elements(HTMLParser):
    """The elements of a page, each with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[list[Any]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append([tag, *(list(pair) for pair in attrs)])
