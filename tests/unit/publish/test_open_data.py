"""Open data as its users meet it: headers that stay, marks in every row, nothing hidden shown."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyogrio
import pytest
import yaml

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.errors import SpiError
from spi_core.publish.editions import Edition
from spi_core.publish.open_data.api import api
from spi_core.publish.open_data.datapackage import citation
from spi_core.publish.open_data.described import TABLES
from spi_core.publish.open_data.spatial import geojson, geopackage, outlines
from spi_core.publish.open_data.tidy import EMPTY, ILLUSTRATIVE, MEASURED, tidy
from spi_core.publish.open_data.workbook import workbook
from spi_core.publish.open_data.write import open_data
from spi_core.publish.parts import write_part
from spi_core.store import Tables
from tests.support.editions import BOROUGH, ROOT, WARDS, make_edition, rewrite, settings
from tests.support.folder_bytes import contents, layers
from tests.support.open_formats import faults_of
from tests.support.spreadsheet import workbook_texts

Files = dict[str, bytes]
FORMULA = "=HYPERLINK(1)"


def _mark(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Generate one ward's rent, hide one ward's cold homes, lose one ward's burglary."""
    hidden = {"value": "", "numerator": "", "denominator": ""}
    cells = {
        ("rent", WARDS[1], "current"): {"status": "illustrative"},
        ("cold_homes", WARDS[2], "current"): hidden | {"status": "suppressed"},
        ("burglary", WARDS[3], "baseline"): hidden | {"status": "missing"},
    }
    for r in rows:
        r |= cells.get((r["indicator_id"], r["area_code"], r["period"]), {})
    return rows


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    root = tmp_path_factory.mktemp("open")
    edition = make_edition(root / "data" / "tiny")
    rewrite(edition / "observations" / "all.csv", _mark)
    settings(edition, lambda s: s.update(illustrative=True))
    rewrite(
        edition / "indicators.csv",
        lambda rows: [r | {"description": FORMULA} if r["id"] == "rent" else r for r in rows],
    )
    build(load(edition), root / "reports" / "tiny")
    return Tables(root / "reports" / "tiny" / "tables")


@pytest.fixture(scope="module")
def folder(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("out") / "open-data"
    open_data(tables, made)
    return made


@pytest.fixture(scope="module")
def files(folder: Path) -> Files:
    return contents(folder)


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


def _tables_of(files: Files) -> Iterator[tuple[str, list[dict[str, str]]]]:
    for name in TABLES:
        if f"{name}.csv" in files:
            yield name, _rows(files[f"{name}.csv"])


def _only(rows: list[dict[str, str]], **cells: str) -> dict[str, str]:
    [row] = [r for r in rows if cells.items() <= r.items()]
    return row


def test_headers_are_fixed_and_every_row_has_its_marks(files: Files) -> None:
    names = []
    for name, rows in _tables_of(files):
        names.append(name)
        assert list(rows[0]) == list(TABLES[name].columns)
        assert list(rows[0])[-3:] == ["provenance", "illustrative", "status"]
        for row in rows:
            assert row["provenance"]
            assert row["illustrative"] in {"true", "false"}
            assert (row["status"] == ILLUSTRATIVE) == (row["illustrative"] == "true")
            assert row["status"] in {ILLUSTRATIVE, MEASURED, *EMPTY.values()}
    assert names == ["scores", "values", "changes", "indicators", "areas"]
    assert set(names) == set(TABLES) - {"effects", "changelog"}


def test_what_rests_on_a_generated_value_is_marked_and_nothing_else(files: Files) -> None:
    data = dict(_tables_of(files))
    values = data["values"]
    assert {r["indicator_id"] for r in values if r["provenance"] == "illustrative"} == {"rent"}
    mine = {"indicator_id": "rent", "period": "current"}
    assert _only(values, area_code=WARDS[1], **mine)["illustrative"] == "true"
    assert _only(values, area_code=BOROUGH, **mine)["illustrative"] == "true"
    assert _only(values, area_code=WARDS[0], **mine)["illustrative"] == "false"
    marked = {r["element"] for r in data["scores"] if r["illustrative"] == "true"}
    assert marked == {"index", "Needs", "Shelter"}
    marked = {r["element"] for r in data["changes"] if r["illustrative"] == "true"}
    assert marked == {"index", "Needs", "Shelter", "rent"}
    marked = {r["indicator_id"] for r in data["indicators"] if r["illustrative"] == "true"}
    assert "rent" in marked
    assert "robbery" not in marked


def test_figures_are_those_of_the_built_tables(files: Files, tables: Tables) -> None:
    data = dict(_tables_of(files))
    scores = tables["scores"].query("same_figures")  # others tell another story than the change
    built = scores.set_index(["area_code", "period", "element"])["score"]
    for row in data["scores"]:
        key = (row["area_code"], row["period"], row["element"])
        assert row["score"] == ("" if key not in built.index else repr(float(built[key])))
    assert {r["element_level"] for r in data["scores"]} == {"index", "dimension", "component"}
    assert len(data["scores"]) == 9 * 2 * (1 + 2 + 5)  # areas, periods, composites
    unscored = _only(data["scores"], area_code=WARDS[0], period="current", element="Choice")
    assert (unscored["score"], unscored["status"]) == ("", EMPTY["missing"])
    values = tables["values"].set_index(["area_code", "period", "indicator_id"])
    for row in data["values"]:
        value = values.at[(row["area_code"], row["period"], row["indicator_id"]), "value"]
        if row["value"]:
            assert float(row["value"]) == value
        else:
            assert row["provenance"] in EMPTY
    changes = tables["changes"].set_index(["area_code", "element"])["change"]
    for row in data["changes"]:
        if row["element_level"] != "indicator":
            change = changes[row["area_code"], row["element"]]
            assert row["change"] == ("" if pd.isna(change) else repr(float(change)))


def test_an_interval_stands_beside_every_rank(files: Files) -> None:
    for row in _rows(files["scores.csv"]):
        assert bool(row["rank"]) == bool(row["rank_low"]) == bool(row["rank_high"])
        assert not (row["rank"] and row["period"] == "baseline")


class _Built(dict[str, Any]):
    """Built tables with some exchanged."""

    def __init__(self, tables: Tables, **other: pd.DataFrame) -> None:
        super().__init__({name: tables[name] for name in tables} | other)


def _about(tables: Tables) -> Mapping[str, Any]:
    return {name: tables.about[name] for name in ("edition", "data_version", "software")}


def test_a_hidden_cell_shows_nothing_even_if_the_tables_hold_it(tables: Tables) -> None:
    values = tables["values"]
    cell = (values["area_code"] == WARDS[2]) & (values["indicator_id"] == "robbery")
    secret = 987.654321
    numbers = ["value", "numerator", "denominator", "score", "low", "high"]
    built = [*numbers[:4], "value_low", "value_high"]
    values.loc[cell, built] = secret
    values.loc[cell, "provenance"] = "suppressed"
    frames = tidy(_Built(tables, values=values), _about(tables))
    shown = frames["values"].query("area_code == @WARDS[2] and indicator_id == 'robbery'")
    assert shown[numbers].isna().all(axis=None)
    assert (shown["status"] == EMPTY["suppressed"]).all()
    text = "".join(frame.to_csv() for frame in frames.values())
    assert str(secret) not in text
    drawn = outlines(_Built(tables, values=values), frames)
    made = [*api(frames, _about(tables)).values(), geojson(drawn, frames, _about(tables))]
    made += list(layers(geopackage(drawn, frames, _about(tables))))
    assert not [m for m in made if str(secret).encode() in m]
    part = {"values": frames["values"].query("area_code == @WARDS[2]")}
    book = openpyxl.load_workbook(io.BytesIO(workbook(part, _about(tables))))
    assert secret not in {c.value for sheet in book for row in sheet.iter_rows() for c in row}


def test_small_areas_stand_among_the_values_with_their_own_marks(tables: Tables) -> None:
    areas, values = tables["areas"], tables["values"]
    ward = areas["code"] == WARDS[0]
    small = areas[ward].assign(code="E01000001", level="lsoa", parent_code=WARDS[0], scored=False)
    rows = values[values["area_code"] == WARDS[0]]
    rows = rows.assign(area_code="E01000001", illustrative=True, provenance="illustrative")
    rows = rows.drop(columns=["period_label", "start", "end"])
    scores = tables["scores"].query("area_code == @WARDS[0] and element == 'Safety'")
    scores = scores.drop(columns="level").assign(area_code="E01000001", illustrative=True)
    built = _Built(
        tables,
        areas=pd.concat([areas, small], ignore_index=True),
        small_area_values=rows,
        small_area_scores=scores,
    )
    frames = tidy(built, _about(tables))
    for name, count in (("values", len(rows)), ("scores", 2)):
        mine = frames[name].query("area_level == 'lsoa'")
        assert len(mine) == count
        assert mine["illustrative"].all()
        assert mine["period_label"].notna().all()
    assert frames["indicators"]["illustrative"].all()
    part = {"values": frames["values"].query("area_code in ['E01000001', @WARDS[0]]")}
    book = openpyxl.load_workbook(io.BytesIO(workbook(part, _about(tables))))
    assert {r["GSS code"] for r in _sheet(book, "1 Values")} == {WARDS[0]}


# the workbook


@pytest.fixture(scope="module")
def book(files: Files) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(files["tiny.xlsx"]))


def _sheet(book: openpyxl.Workbook, name: str) -> list[dict[str, Any]]:
    """The rows of a sheet's one table."""
    sheet = book[name]
    [table] = sheet.tables.values()
    head, *rows = ([c.value for c in row] for row in sheet[table.ref])
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_workbook_has_a_cover_contents_notes_and_a_table_a_sheet(
    book: openpyxl.Workbook,
) -> None:
    tables = ["1 Scores", "2 Values", "3 Changes", "4 Indicators", "5 Areas"]
    assert book.sheetnames == ["Cover", "Contents", "Notes", *tables]
    assert [r["Sheet name"] for r in _sheet(book, "Contents")] == tables
    for name in tables:
        sheet = book[name]
        [table] = sheet.tables.values()
        assert table.ref.startswith("A")
        assert table.headerRowCount == 1
        assert "[note 1]" in sheet["A1"].value or "[note 3]" in sheet["A1"].value
    links = [
        c.hyperlink.location for row in book["Contents"].iter_rows() for c in row if c.hyperlink
    ]
    assert [link.replace("'", "") for link in links] == [f"{name}!A1" for name in tables]


def test_no_cell_of_a_table_is_blank_and_none_is_a_formula(book: openpyxl.Workbook) -> None:
    for name in book.sheetnames[1:]:
        for row in _sheet(book, name):
            assert all(v not in (None, "") for v in row.values()), (name, row)
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f"]
    assert [r["Description"] for r in _sheet(book, "4 Indicators")].count(FORMULA) == 1


def test_symbols_stand_where_there_is_no_number(book: openpyxl.Workbook, tables: Tables) -> None:
    scores = {(r["GSS code"], r["Element"], r["Period"]): r for r in _sheet(book, "1 Scores")}
    assert scores[WARDS[0], "Choice", "current"]["Score"] == "[x]"
    assert scores[WARDS[0], "Safety", "baseline"]["Rank"] == "[z]"
    kinds = ("suppressed", "missing", "estimated", "modelled", "provisional", "revised", "observed")
    values = tables["values"].query("indicator_id == 'rent' and period == 'baseline'")
    values = values.iloc[: len(kinds)].assign(provenance=kinds)
    values["illustrative"] = [False] * 5 + [True, False]
    frame = tidy(_Built(tables, values=values), _about(tables))["values"]
    made = openpyxl.load_workbook(io.BytesIO(workbook({"values": frame}, _about(tables))))
    rows = _sheet(made, "1 Values")
    assert [r["Value"] for r in rows[:2]] == ["[c]", "[x]"]
    assert [r["Numerator"] for r in rows[:3]] == ["[c]", "[x]", "[z]"]
    assert all(isinstance(r["Value"], float) for r in rows[2:])
    marks = ["[c]", "[x]", "[e]", "[e]", "[p]", "[r], [i]", "None"]
    assert [r["Shorthand"] for r in rows] == marks


def test_generated_values_are_named_in_every_sheet_and_row(book: openpyxl.Workbook) -> None:
    rent = [r for r in _sheet(book, "2 Values") if r["Indicator id"] == "rent"]
    marked = {(r["GSS code"], r["Period"]): r for r in rent if r["Illustrative"] == "Yes"}
    assert set(marked) == {(WARDS[1], "current"), (BOROUGH, "current")}
    assert all("[i]" in r["Shorthand"] for r in marked.values())
    for name in book.sheetnames:
        if name != "Contents":
            text = " ".join(str(c.value) for row in book[name].iter_rows() for c in row)
            assert "generated" in text, name
    assert "ILLUSTRATIVE DATA" in book["Cover"]["A3"].value
    assert "ILLUSTRATIVE DATA" in book.properties.description


def test_without_generated_values_nothing_says_so(tables: Tables, tmp_path: Path) -> None:
    built = _Built(tables)
    for name, frame in built.items():
        if "illustrative" in frame:
            built[name] = frame.assign(illustrative=False)
    frames = tidy(built, _about(tables))
    part = {"scores": frames["scores"].head(20)}
    book = openpyxl.load_workbook(io.BytesIO(workbook(part, _about(tables))))
    cover = " ".join(str(c.value) for row in book["Cover"].iter_rows() for c in row)
    assert "ILLUSTRATIVE DATA" not in cover
    assert {r["Illustrative"] for r in _sheet(book, "1 Scores")} == {"No"}


#: What gptables, XlsxWriter or Excel would read, or refuse.
READ = (
    *("[GLA](www.london.gov.uk)", "[a](b) [c](d)", "[x](javascript:alert(1))", "$$scores$$"),
    *("<r><t>rich</t></r>", "<r>&</r>", "_x0041_", "a\x01b", "{=1+1}", "=1+1", "@x"),
    *("http://www.example.org", "mailto:a@example.org", "internal:'5 Areas'!A1", "file:///etc"),
    *("\u2013", "\u533a", "\U0001f600", "?!*", " ends in blanks ", "12", "two\nlines"),
)


def test_every_text_is_shown_as_it_is(tables: Tables) -> None:
    frame = tidy(tables, _about(tables))["indicators"]
    frame = pd.concat([frame] * 3, ignore_index=True).iloc[: len(READ)]
    frame = frame.assign(description=READ, status=READ[::-1])
    for text in READ:
        given = dict.fromkeys(("title", "subtitle", "contact", "licence", "attribution"), text)
        about = {**_about(tables), "edition": {**_about(tables)["edition"], **given}}
        cells = workbook_texts(workbook({"indicators": frame}, about))
        assert cells["Cover"].count(text) == 4
        assert f"Licence: {text}" in cells["Cover"]
        assert [c for c in cells["1 Indicators"] if c in READ] == list(READ)


def test_a_text_too_long_for_a_cell_says_that_it_is_cut(tables: Tables) -> None:
    frame = tidy(tables, _about(tables))["indicators"]
    long = "\U0001f600" * 40_000
    frame = frame.assign(description=[long, *frame["description"][1:]])
    cells = workbook_texts(workbook({"indicators": frame}, _about(tables)))
    [cut] = [c for c in cells["1 Indicators"] if isinstance(c, str) and c.startswith(long[:9])]
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert cut.endswith("the CSV files hold all of it)")


# the description


def test_the_package_describes_the_files_as_they_are(files: Files) -> None:
    package = json.loads(files["datapackage.json"])
    assert package["profile"] == "tabular-data-package"
    assert package["name"] == "tiny"
    assert package["illustrative"] is True
    assert package["licenses"][0]["name"] == "OGL-UK-3.0"
    data = dict(_tables_of(files))
    assert [r["name"] for r in package["resources"]] == list(data)
    for resource in package["resources"]:
        content, rows = files[resource["path"]], data[resource["name"]]
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["rows"] == len(rows)
        schema = resource["schema"]
        assert [f["name"] for f in schema["fields"]] == list(rows[0])
        assert all(f["description"] for f in schema["fields"])
        key = [tuple(r[k] for k in schema["primaryKey"]) for r in rows]
        assert len(key) == len(set(key))
        for foreign in schema.get("foreignKeys", []):
            assert foreign["reference"]["resource"] == "areas"
            known = {r["area_code"] for r in data["areas"]}
            assert {r[foreign["fields"]] for r in rows} <= known


CASTS = {
    "string": str,
    "number": float,
    "integer": int,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
}


def test_every_cell_is_of_the_kind_that_is_declared(files: Files) -> None:
    cells = 0
    for name, rows in _tables_of(files):
        for column, field in TABLES[name].columns.items():
            cast = CASTS[field.kind]
            for row in rows:
                if row[column]:
                    cast(row[column])
                    cells += 1
    assert cells > 1000


def test_the_readme_names_every_file_and_warns(files: Files) -> None:
    text = files["README.txt"].decode()
    for name in files:
        shown = name.startswith("api/v1/") or name.startswith("parquet/")
        assert shown or name in text or name == "README.txt"
    assert "parquet/" in text
    assert "api/v1/index.json" in text
    assert "ILLUSTRATIVE DATA" in text
    assert ILLUSTRATIVE in text


def test_same_tables_same_bytes(files: Files, tables: Tables, tmp_path: Path) -> None:
    (tmp_path / "api" / "v1" / "areas").mkdir(parents=True)
    (tmp_path / "api" / "v1" / "areas" / "E05000999.json").write_text("of an earlier run")
    open_data(Tables(tables.folder), tmp_path)
    assert contents(tmp_path) == files
    with zipfile.ZipFile(io.BytesIO(files["tiny.xlsx"])) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_what_is_up_to_date_is_not_written_again(tables: Tables) -> None:
    folder = tables.folder.parent
    edition = Edition(folder.parents[1] / "data" / "tiny", folder)
    written = write_part(ROOT, edition, "open-data").files
    assert {p.relative_to(folder).parts[0] for p in written} == {"open-data"}
    assert write_part(ROOT, edition, "open-data").files == ()
    (folder / "open-data" / "scores.csv").write_text("spoilt")
    assert len(write_part(ROOT, edition, "open-data").files) == len(written)
    assert write_part(ROOT, edition, "open-data", force=True).files == written


def test_internal_tables_are_refused(tables: Tables, tmp_path: Path) -> None:
    internal = tmp_path / "tables"
    shutil.copytree(tables.folder, internal)
    about = json.loads((internal / "build.json").read_text(encoding="utf-8"))
    (internal / "build.json").write_text(json.dumps(about | {"audience": "internal"}))
    with pytest.raises(SpiError, match="for internal use"):
        open_data(Tables(internal), tmp_path / "open-data")
    assert not (tmp_path / "open-data").exists()


# other formats


def test_outside_validators_find_nothing(folder: Path) -> None:
    assert faults_of(folder) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("scores.csv", "current", ""),  # two rows of one key
        ("values.csv", WARDS[1], "E05009999"),
        ("csv-metadata.json", '"boolean"', '"date"'),
        ("datapackage.json", '"type": "number"', '"type": "boolean"'),
        (f"api/v1/areas/{WARDS[1]}.json", '"rating":null', '"rating":1'),
        ("api/v1/measures/rent.json", '"scores":', '"score":'),
        ("areas.geojson", '"Polygon"', '"Polygone"'),
        ("CITATION.cff", "title:", "name:"),
    ],
)
def test_a_fault_is_found(folder: Path, tmp_path: Path, name: str, old: str, new: str) -> None:
    """Shows that the check above can fail."""
    copy = shutil.copytree(folder, tmp_path / "copy")
    text = (copy / name).read_text("utf-8")
    assert old in text
    (copy / name).write_text(text.replace(old, new), "utf-8")
    assert faults_of(copy)


def test_the_api_says_what_the_tables_say(folder: Path, files: Files) -> None:
    data = dict(_tables_of(files))
    index = json.loads(files["api/v1/index.json"])
    assert {a["code"] for a in index["areas"]} == {BOROUGH, *WARDS}
    shown = 0
    for a in index["areas"]:
        said = json.loads(files[f"api/v1/{a['path']}"])
        assert [p["area_code"] for p in said["parents"]] == [BOROUGH] * (a["code"] != BOROUGH)
        assert "ILLUSTRATIVE DATA" in said["warning"]
        for name in ("values", "scores", "changes"):
            rows = [r for r in data[name] if r["area_code"] == a["code"]]
            assert len(rows) == len(said[name])
            for row, cell in zip(rows, said[name], strict=True):
                for key, value in cell.items():
                    text = str(value).lower() if isinstance(value, bool) else value or ""
                    assert row[key] == (repr(value) if isinstance(value, float) else text)
                    shown += 1
    assert shown > 1000
    for m in index["measures"]:
        said = json.loads(files[f"api/v1/{m['path']}"])
        assert (said["indicator"] or {"indicator_id": m["id"]})["indicator_id"] == m["id"]
        codes = {r["area_code"] for r in [*said["values"], *said["scores"]]}
        assert codes == {BOROUGH, *WARDS}


def test_parquet_and_geopackage_hold_the_same_rows(folder: Path, files: Files) -> None:
    for name, rows in _tables_of(files):
        frame = pd.read_parquet(folder / "parquet" / f"{name}.parquet")
        assert (len(frame), list(frame)) == (len(rows), list(rows[0]))
        table = pyogrio.read_dataframe(folder / "tiny.gpkg", layer=name)
        assert (len(table), list(table)) == (len(rows), list(rows[0]))
    drawn = pyogrio.read_dataframe(folder / "tiny.gpkg", layer="outlines").set_index("area_code")
    assert drawn.crs.to_epsg() == 27700
    scores = {r["area_code"]: r for r in _rows(files["scores.csv"])
              if (r["element"], r["period"]) == ("index", "current")}  # fmt: skip
    for code, row in drawn.iterrows():
        assert row["parent_code"] == ("" if code == BOROUGH else BOROUGH)
        for column in ("score", "low", "high"):
            value = scores[str(code)][column]
            assert value == ("" if pd.isna(row[column]) else repr(row[column]))
        assert scores[str(code)]["illustrative"] == str(row["illustrative"]).lower()


def test_what_changed_since_the_build_before_is_a_table(tables: Tables) -> None:
    revised = pd.DataFrame(
        {"kind": ["figure revised", "indicator added"], "what": ["a", "b"], "field": ["value", ""],
         "before": ["1", ""], "after": ["2", ""]}
    )  # fmt: skip
    frame = tidy(_Built(tables, revisions=revised), _about(tables))["changelog"]
    assert list(frame["illustrative"]) == [True, False]
    assert list(frame["after"]) == ["2", ""]


def test_an_edition_without_outlines_has_no_map(tables: Tables) -> None:
    built = _Built(tables)
    for name in [n for n in built if n.startswith("map_")]:
        del built[name]
    assert outlines(built, tidy(built, _about(tables))) is None


@pytest.mark.parametrize(
    ("contact", "authors"),
    [
        (
            "Insight team, A Council, 1 Town Square, Barking",
            [{"name": "Insight team, A Council", "address": "1 Town Square, Barking"}],
        ),
        ("insight@example.org", [{"name": "insight@example.org"}]),
        ("2 High Street", [{"name": "2 High Street"}]),
    ],
)
def test_the_author_is_cited_by_name(contact: str, authors: list[dict[str, str]]) -> None:
    edition = {"contact": contact, "title": "T", "licence": "Own", "attribution": "A"}
    said = yaml.safe_load(citation({"edition": edition, "data_version": "1"}))
    assert said["authors"] == authors
