"""One file at a time: every bad cell is found, with the row a spreadsheet shows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from spi_core.edition.readers.read import Read, read_table
from spi_core.edition.readers.schema import TABLES
from spi_core.edition.readers.sheet import find_tables, unread
from spi_core.errors import Fault

HEAD = ",".join(n for n, c in TABLES["observations"].columns.items() if c.required)
GOOD = "crowding,E05000101,current,2014,2014-01-01,2014-12-31,12.5,,,observed,"
OBSERVATIONS = TABLES["observations"]


def _read(path: Path, *lines: str, head: str = HEAD, encoding: str = "utf-8") -> Read:
    path.write_bytes("\n".join([head, *lines, ""]).encode(encoding))
    return read_table(path, OBSERVATIONS)


def _line(**cells: str) -> str:
    names = HEAD.split(",")
    return ",".join((dict(zip(names, GOOD.split(","), strict=True)) | cells)[n] for n in names)


def _one(read: Read) -> Fault:
    assert len(read.faults) == 1, "\n".join(map(str, read.faults))
    return read.faults[0]


def test_a_sound_file_has_no_fault_and_typed_columns(tmp_path: Path) -> None:
    read = _read(tmp_path / "a.csv", GOOD)
    assert read.faults == ()
    row = read.frame.iloc[0]
    assert row["value"] == 12.5
    assert row["start"] == pd.Timestamp("2014-01-01")
    assert row["area_code"] == "E05000101"
    assert row["row"] == 2
    assert pd.isna(row["numerator"])


@pytest.mark.parametrize(
    "typed",
    [
        "1,234",
        "n/a",
        "-",
        "..",
        "*",
        "12%",
        "£5",
        "1_000",
        "inf",
        "-Infinity",
        "nan",
        "1e999",
        "½",
        "TRUE",
        "#N/A",
        "12 5",
        "0x1F",
    ],
)
def test_what_is_not_a_number_is_named_as_it_was_typed(tmp_path: Path, typed: str) -> None:
    fault = _one(_read(tmp_path / "a.csv", GOOD, _line(period="baseline", value=f'"{typed}"')))
    assert (fault.row, fault.column, fault.value) == (3, "value", typed)
    assert fault.message == "is not a number"
    assert "no thousands separator" in str(fault.allowed)


@pytest.mark.parametrize("typed", ["12.5", " 12.5 ", "1.25e1", "+12.5", "\u00a012.5"])
def test_numbers_may_be_written_in_any_plain_way(tmp_path: Path, typed: str) -> None:
    read = _read(tmp_path / "a.csv", _line(value=typed))
    assert read.faults == ()
    assert read.frame["value"].tolist() == [12.5]


@pytest.mark.parametrize("typed", ["31/12/2014", "2014", "2014-02-30", "", "2014-12-31T00:00"])
def test_dates_have_one_form(tmp_path: Path, typed: str) -> None:
    fault = _one(_read(tmp_path / "a.csv", _line(end=typed)))
    assert (fault.row, fault.column, fault.value) == (2, "end", typed)
    assert "2014-03-31" in str(fault.allowed)


@pytest.mark.parametrize(
    ("cell", "allowed"),
    [
        ({"status": "guessed"}, "observed, modelled"),
        ({"status": ""}, "observed, modelled"),
        ({"indicator_id": ""}, "some text"),
        ({"denominator": "-3"}, "0 or more"),
    ],
)
def test_each_column_says_what_it_allows(
    tmp_path: Path, cell: dict[str, str], allowed: str
) -> None:
    fault = _one(_read(tmp_path / "a.csv", _line(**cell)))
    assert (fault.row, fault.column) == (2, next(iter(cell)))
    assert fault.value == (next(iter(cell.values())) or None)
    assert allowed in str(fault.allowed)


def test_a_repeated_row_names_the_first(tmp_path: Path) -> None:
    lines = [GOOD, _line(period="baseline"), GOOD, GOOD]
    faults = _read(tmp_path / "a.csv", *lines).faults
    assert [(f.row, f.message) for f in faults] == [(4, "repeats row 2"), (5, "repeats row 2")]
    assert faults[0].value == "crowding + E05000101 + current"


def test_several_faults_of_one_file_come_together_in_order(tmp_path: Path) -> None:
    lines = [_line(period="baseline", value="x", status="y"), _line(start="z"), GOOD]
    faults = _read(tmp_path / "a.csv", *lines).faults
    assert [(f.row, f.column) for f in faults] == [
        (2, "status"),
        (2, "value"),
        (3, "start"),
        (4, "indicator_id + area_code + period"),
    ]


def test_a_missing_column_does_not_hide_the_faults_of_the_others(tmp_path: Path) -> None:
    head, line = HEAD.removesuffix(",note"), _line(value="x").removesuffix(",")
    read = _read(tmp_path / "a.csv", line, head=head)
    assert [(f.row, f.column, f.message) for f in read.faults] == [
        (1, "note", "the column is missing"),
        (2, "value", "is not a number"),
    ]
    assert str(read.faults[0].allowed) == ", ".join(OBSERVATIONS.columns)
    assert {column for _, column in read.lacks} == {"note"}
    assert read.whole.empty


def test_without_a_key_column_nothing_is_called_a_repeat(tmp_path: Path) -> None:
    head, line = HEAD.replace("period,", "", 1), GOOD.replace("current,", "")
    read = _read(tmp_path / "a.csv", line, line, head=head)
    assert _one(read).column == "period"


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    fault = _one(_read(tmp_path / "a.csv", GOOD + ",x", head=HEAD + ",remarks"))
    assert (fault.row, fault.column, fault.message) == (1, "remarks", "is not a known column")


def test_a_column_that_is_optional_may_be_left_out_or_given(tmp_path: Path) -> None:
    assert "standard_error" not in _read(tmp_path / "a.csv", GOOD).frame
    head, line = HEAD + ",standard_error", GOOD + ",0.4"
    assert _read(tmp_path / "b.csv", line, head=head).frame["standard_error"].tolist() == [0.4]
    fault = _one(_read(tmp_path / "c.csv", GOOD + ",-1", head=head))
    assert (fault.column, fault.allowed) == ("standard_error", "0 or more")


def test_headings_may_have_blanks_around_them(tmp_path: Path) -> None:
    assert _read(tmp_path / "a.csv", GOOD, head=HEAD.replace("value", " value ")).faults == ()


def test_a_heading_given_twice_is_named(tmp_path: Path) -> None:
    fault = _one(_read(tmp_path / "a.csv", GOOD, head=HEAD.replace("note", "value")))
    assert (fault.row, fault.column) == (1, "value")
    assert "more than one column" in fault.message


@pytest.mark.parametrize("line", [GOOD + ",7", GOOD.removesuffix(",")])
def test_a_row_with_other_cells_than_headings_is_not_shifted_into_place(
    tmp_path: Path, line: str
) -> None:
    read = _read(tmp_path / "a.csv", _line(period="baseline"), line)
    fault = _one(read)
    assert fault.row == 3
    assert "do not fit the 11 headings" in fault.message
    assert len(read.frame) == 1


def test_every_row_with_a_cell_too_many_is_refused(tmp_path: Path) -> None:
    """Some readers would take the first column for row names and shift all others."""
    read = _read(tmp_path / "a.csv", GOOD + ",7", _line(period="baseline") + ",7")
    assert [f.row for f in read.faults] == [2, 3]
    assert read.frame.empty


def test_blank_rows_are_passed_over_and_row_numbers_stay_right(tmp_path: Path) -> None:
    read = _read(tmp_path / "a.csv", GOOD, "", "," * 10, _line(period="baseline", value="x"))
    assert (_one(read).row, len(read.frame)) == (5, 2)


def test_byte_order_mark_and_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEAD}\r\n{GOOD}\r\n".encode())
    read = read_table(path, OBSERVATIONS)
    assert read.faults == ()
    assert read.frame["note"].tolist() == [""]


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_is_named_instead_of_eleven_missing_columns(
    tmp_path: Path, mark: str, name: str
) -> None:
    fault = _one(_read(tmp_path / "a.csv", GOOD.replace(",", mark), head=HEAD.replace(",", mark)))
    assert fault.message == f"is parted by {name}"
    assert "CSV UTF-8" in str(fault.allowed)


def test_another_encoding_is_named_with_its_row(tmp_path: Path) -> None:
    fault = _one(_read(tmp_path / "a.csv", GOOD, _line(note="café"), encoding="cp1252"))
    assert fault.row == 3
    assert "is not UTF-8" in fault.message


@pytest.mark.parametrize("content", ["", "\n", ",,,\n"])
def test_an_empty_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    assert _one(read_table(path, OBSERVATIONS)).message == "has no headings"


def test_a_quote_that_never_ends_is_named(tmp_path: Path) -> None:
    fault = _one(_read(tmp_path / "a.csv", _line(note='"never ends')))
    assert "cannot be read as CSV" in fault.message
    assert fault.row == 2


def test_a_cell_longer_than_any_text_is_named_with_its_row(
    tmp_path: Path, usual_cells: None
) -> None:
    fault = _one(_read(tmp_path / "a.csv", GOOD, _line(note="a" * 140_000)))
    assert (fault.row, "field limit" in fault.message) == (3, True)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert _one(read_table(tmp_path / "no.csv", OBSERVATIONS)).message == "is missing"


def _workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in [HEAD.split(","), *rows]:
        book.active.append(row)
    book.save(path)
    return path


def test_a_workbook_with_real_numbers_and_dates_reads_like_the_csv(tmp_path: Path) -> None:
    day, end = dt.date(2014, 1, 1), dt.datetime(2014, 12, 31)
    row = ["crowding", "E05000101", "current", 2014, day, end, 12.5, None, None, "observed", None]
    blank: list[object] = [None] * 11
    book = read_table(_workbook(tmp_path / "a.xlsx", row, blank, [""] * 11, blank), OBSERVATIONS)
    text = _read(tmp_path / "a.csv", GOOD)
    assert book.faults == ()
    pd.testing.assert_frame_equal(book.frame.drop(columns="file"), text.frame.drop(columns="file"))


def test_a_code_of_digits_in_a_workbook_is_text(tmp_path: Path) -> None:
    """Whether there is such an area is for areas.csv to say, not for the look of the code."""
    row = [
        "crowding",
        5000101,
        "current",
        "2014",
        "2014-01-01",
        "2014-12-31",
        1,
        2,
        200,
        "observed",
        "",
    ]
    found = read_table(_workbook(tmp_path / "a.xlsx", row), OBSERVATIONS)
    assert found.faults == ()
    assert found.frame["area_code"].tolist() == ["5000101"]


def test_merged_headings_are_named_with_sheet_cells_and_text(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("A1:B1")
    book.active["G1"] = "Values"
    book.active.merge_cells("G1:I1")
    book.save(path)
    found = read_table(path, OBSERVATIONS).faults
    assert [(f.row, f.column, f.value) for f in found] == [
        (1, "A–B", "indicator_id"),
        (1, "G–I", "Values"),
    ]
    assert all("nothing merged" in str(f.allowed) for f in found)


def test_a_file_that_only_calls_itself_a_workbook_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"<html>Please log in</html>")
    assert (
        "cannot be read as an Excel workbook"
        in _one(read_table(tmp_path / "a.xlsx", OBSERVATIONS)).message
    )


def test_files_of_a_folder_are_found_whatever_their_case_or_depth(tmp_path: Path) -> None:
    folder = tmp_path / "observations"
    (folder / "police").mkdir(parents=True)
    for name in ("b.CSV", "a.csv", "police/c.xlsx", "~$a.xlsx", ".hidden.csv", "README.md"):
        (folder / name).touch()
    found = [p.relative_to(folder).as_posix() for p in find_tables(tmp_path, "observations")]
    assert found == ["a.csv", "b.CSV", "police/c.xlsx"]


@pytest.mark.parametrize("name", ["old.xls", "macro.xlsm", "data.tsv", "sheet.ODS"])
def test_a_table_in_a_form_that_is_not_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "observations").mkdir()
    (tmp_path / "observations" / name).touch()
    (found,) = unread(tmp_path, "observations")
    assert found.file.endswith(name)
    assert "would not be read" in found.message
    assert find_tables(tmp_path, "observations") == []
