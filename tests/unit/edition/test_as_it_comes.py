"""Files as people send them: what is hidden, doubled, broken or beside is said, in few words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

from spi_core.edition.inputs import load
from spi_core.edition.readers.book import UnreadableError, read_book
from spi_core.edition.warned.collect import collect, in_words
from tests.support.editions import WARDS, faults, make_edition, only, rewrite
from tests.support.extracts import OBSERVATIONS, edit, workbook


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    return make_edition(tmp_path / "tiny")


def warned(edition: Path) -> str:
    return "\n".join(in_words(collect(load(edition))))


def hide(book: openpyxl.Workbook) -> None:
    book.active.row_dimensions[5].hidden = True
    book.active.column_dimensions["F"].hidden = True


def old_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("old", 0).append(["x"])
    book["old"].sheet_state = "hidden"


def more(book: openpyxl.Workbook) -> None:
    book.create_sheet("more").append([1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (hide, "hidden rows: of sheet 'Sheet' are hidden and were read: 5"),
        (hide, "hidden columns: of sheet 'Sheet' are hidden and were read: F"),
        (old_sheet, "sheets not read: sheet 'Sheet' was read, not 'old', hidden"),
        (more, "sheets not read: sheet 'Sheet' was read, not 'more'"),
    ],
)
def test_what_a_workbook_hides(edition: Path, change: Callable[..., None], said: str) -> None:
    workbook(edition, change)
    assert said in warned(edition)


def test_a_workbook_that_hides_nothing_has_no_warning(edition: Path) -> None:
    workbook(edition, lambda book: book.create_sheet("empty"))
    assert warned(edition) == ""


def test_the_per_cent_format_is_read_as_it_is_shown(edition: Path) -> None:
    before = load(edition).panel.value

    def per_cent(book: openpyxl.Workbook) -> None:
        for row in book.active.iter_rows(min_row=2):
            if row[0].value == "absence":
                row[6].value /= 100
                row[6].number_format = '0.0%;[Red]-0.0"%"'

    workbook(edition, per_cent)
    assert load(edition).panel.value == pytest.approx(before, nan_ok=True)
    assert warned(edition) == ""


STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
}  # fmt: skip


def strict(content: bytes) -> bytes:
    for old, new in STRICT.items():
        content = content.replace(old, new)
    return content


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("", strict),
        ("styles.xml", lambda x: x.replace(b"<fill><patternFill /></fill>", b"<fill/>")),
        (
            "styles.xml",
            lambda x: x.replace(b"<patternFill/>", b"<patternFill><extLst/></patternFill>"),
        ),
    ],
)
def test_workbooks_of_other_programs_are_read(
    edition: Path, part: str, change: Callable[[bytes], bytes]
) -> None:
    before = load(edition).panel.value
    edit(workbook(edition), part, change)
    assert load(edition).panel.value == pytest.approx(before, nan_ok=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x[: len(x) // 2],
        lambda x: b"",
        lambda x: x.replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        ),
    ],
)
def test_a_sheet_that_is_cut_or_reaches_to_the_end_of_the_world(
    edition: Path, change: Callable[[bytes], bytes]
) -> None:
    edit(workbook(edition), "sheet1.xml", change)
    assert "cannot be read as an Excel workbook" in only(edition).message


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"<html>"]
)
def test_what_is_no_workbook(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_book(content)


def test_what_would_end_the_process_that_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken .xls can ask for 400 GB; the process that reads it is another."""
    monkeypatch.setattr("spi_core.edition.readers.book.sys.executable", "/bin/false")
    with pytest.raises(UnreadableError, match="is broken"):
        read_book(b"\xd0\xcf\x11\xe0")


def test_formulas_without_a_value_and_errors_are_no_blanks(edition: Path) -> None:
    def spoil(book: openpyxl.Workbook) -> None:
        book.active["G5"] = "#DIV/0!"
        book.active["G6"] = "=1+1"

    workbook(edition, spoil)
    assert [(f.row, f.value) for f in faults(edition)] == [(5, "#DIV/0!"), (6, "=1+1")]


@pytest.mark.parametrize("above", ["Table 1: all\n", "sep=,\n", "Table 1,of 3\nthe council,2014\n"])
@pytest.mark.parametrize("file", [OBSERVATIONS, "geography/areas.csv"])
def test_headings_further_down_are_one_fault_that_tells_their_row(
    edition: Path, above: str, file: str
) -> None:
    path = edition / file
    path.write_text(above + path.read_text("utf-8"), "utf-8")
    mine = [f for f in faults(edition) if f.file.endswith(file)]
    assert len(mine) == 1
    assert f"they are in row {above.count(chr(10)) + 1}" in mine[0].message


def test_names_for_codes_are_one_fault_that_tells_the_codes(edition: Path) -> None:
    names = {w: f"Ward {w[-1]}" for w in WARDS}
    rewrite(
        edition / OBSERVATIONS,
        lambda rows: [r | {"area_code": names[r["area_code"]]} for r in rows],
    )
    fault = only(edition)
    assert "144 rows with 8 names" in fault.message
    assert "Ward 1 is E05000101, Ward 2 is E05000102" in str(fault.allowed)


def test_codes_of_another_country_are_one_fault(edition: Path) -> None:
    rewrite(
        edition / OBSERVATIONS,
        lambda rows: [r | {"area_code": f"DE{k}"} for k, r in enumerate(rows)],
    )
    assert "144 rows with 144 values" in only(edition).message


def test_days_of_excel_are_told(edition: Path) -> None:
    rewrite(edition / OBSERVATIONS, lambda rows: [r | {"start": "42005"} for r in rows])
    assert "42005 is Excel's 1 January 2015" in str(only(edition).allowed)


def test_a_key_given_twice_names_both_rows(edition: Path) -> None:
    path = edition / "edition.yml"
    text = path.read_text("utf-8")
    path.write_text(text + "index:\n  weights: pca\n", "utf-8")
    fault = only(edition)
    row = text.splitlines().index("index:") + 1
    assert fault.message == f"is given twice, in rows {row} and {text.count(chr(10)) + 1}"
    assert fault.column == "index"


def test_figures_in_a_packed_file_are_not_passed_over(edition: Path) -> None:
    (edition / "observations" / "x.zip").write_bytes(b"PK")
    assert "spi import FILE EDITION" in str(only(edition).allowed)


def test_a_file_that_nothing_reads_is_named(edition: Path) -> None:
    (edition / "observation.csv").write_text("a\n")
    (edition / "README.md").write_text("a\n")
    (edition / "imports").mkdir()
    (edition / "imports" / "x.yml").write_text("a\n")
    assert "observation.csv: file passed over" in warned(edition)
    assert warned(edition).count("passed over") == 1


def drawn(edition: Path, change: Callable[[gpd.GeoDataFrame], None], keep: bool = False) -> None:
    path = edition / "geography" / "boundaries.geojson"
    frame = gpd.read_file(path)
    change(frame)
    if not keep:
        path.unlink()
    frame.to_file(path.with_suffix(".gpkg") if keep else path)


def test_two_files_of_polygons(edition: Path) -> None:
    drawn(edition, lambda frame: None, keep=True)
    assert "stands beside boundaries.geojson" in only(edition).message


def test_points_for_polygons(edition: Path) -> None:
    drawn(edition, lambda frame: frame.set_geometry(frame.centroid, inplace=True))
    assert "8 areas drawn as Point" in only(edition).message


def test_one_polygon_of_two_areas(edition: Path) -> None:
    def double(frame: gpd.GeoDataFrame) -> None:
        frame.geometry = [frame.geometry[1].reverse(), *frame.geometry[1:]]

    drawn(edition, double)
    assert only(edition).value == WARDS[1]


@pytest.mark.parametrize("population", ["0", "-1", "0.5"])
def test_nobody_lives_in_an_area(edition: Path, population: str) -> None:
    rewrite(
        edition / "geography" / "areas.csv",
        lambda rows: [r | {"population": population} for r in rows],
    )
    assert only(edition).column == "population"


def test_a_component_that_the_whole_lacks_for_two_wards(edition: Path) -> None:
    gap = {"value": "", "numerator": "", "denominator": "", "status": "missing"}
    rewrite(
        edition / OBSERVATIONS,
        lambda rows: [
            r | gap
            if r["indicator_id"] in ("rent", "crowding") and r["area_code"] in WARDS[:2]
            else r
            for r in rows
        ],
    )
    said = warned(edition)
    assert "Shelter will not be scored in baseline: crowding lacks 2 of 8 wards" in said
    assert "give the figure of" in said


def test_a_gap_that_is_estimated_costs_nothing(edition: Path) -> None:
    gap = {"value": "", "numerator": "", "denominator": "", "status": "missing"}
    rewrite(
        edition / OBSERVATIONS,
        lambda rows: [
            r | gap if r["indicator_id"] == "rent" and r["area_code"] == WARDS[0] else r
            for r in rows
        ],
    )
    assert "not scored" not in warned(edition)
