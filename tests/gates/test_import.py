"""Large files in seconds; any workbook, however spoiled, taken in or refused in words."""

from __future__ import annotations

import datetime as dt
import random
import time
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.styles import Font

from spi_core.edition.inputs import load
from spi_core.errors import InputError
from spi_core.sources.extract.figures import Said
from spi_core.sources.extract.understand import Understood, understand
from tests.support.editions import WARDS, make_edition
from tests.support.extracts import edit, everything, named_edition, workbook

pytestmark = pytest.mark.gate
JUNK: list[object] = [
    "", None, "n/a", "#DIV/0!", -1, 1e300, "1,2,3", "12.3.4", "2014", "Abbey", "=1+1", "Total",
    dt.datetime(2014, 5, 1), True, "ΑΒ", "é" * 300, "'5", "5 %", 0,
    "(3)", "1.5e3", "\u2212 4", 42005,
]  # fmt: skip


def spoil(original: Path, path: Path, rng: random.Random) -> None:
    book = openpyxl.load_workbook(original)
    sheet = book["Wards"]
    for merged in list(sheet.merged_cells.ranges):
        if rng.random() < 0.5:
            sheet.unmerge_cells(str(merged))
    for _ in range(rng.randrange(1, 6)):
        cell = sheet.cell(rng.randrange(1, 18), rng.randrange(1, 10))
        if not isinstance(cell, openpyxl.cell.cell.MergedCell):
            cell.value = rng.choice(JUNK)  # type: ignore[assignment]
    if rng.random() < 0.3:
        sheet.delete_rows(rng.randrange(1, 16))
    if rng.random() < 0.2:
        sheet.delete_cols(rng.randrange(1, 6))
    book.save(path)
    if rng.random() < 0.2:
        content = bytearray(path.read_bytes())
        for _ in range(20):
            content[rng.randrange(len(content))] = rng.randrange(256)
        path.write_bytes(bytes(content))


def taken(edition: Path, path: Path) -> Understood | InputError:
    try:
        return understand(edition, path, Said(), None)
    except InputError as error:
        return error


def test_any_spoiled_workbook_is_read_or_refused(tmp_path: Path) -> None:
    edition, rng, n = named_edition(tmp_path / "tiny"), random.Random(20), 0
    original = everything(tmp_path / "original.xlsx")
    whole = understand(edition, original, Said(), None).frame
    key = ["indicator_id", "area_code", "period"]
    for trial in range(40):
        path = tmp_path / f"{trial}.xlsx"
        spoil(original, path, rng)
        found = taken(edition, path)
        if isinstance(found, InputError):
            assert found.faults
            assert all(len(str(fault)) < 2000 for fault in found.faults)
            continue
        n += 1
        # what is taken in is what the sheet said, but for the five cells at most that were spoiled
        both = whole.merge(found.frame, on=key, suffixes=("", "_now"))
        there = both["value"].notna() & both["value_now"].notna()
        other = ~np.isclose(both["value"], both["value_now"]) & there
        assert other.sum() <= 5, both[other]
    assert n > 5


def test_a_hundred_thousand_rows_in_seconds(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "tiny")
    path = tmp_path / "london.csv"
    rng = np.random.default_rng(1)
    with path.open("w") as stream:
        stream.write("code,area,measure,year,value\n")
        for k in range(100_000):
            code = WARDS[k % 8] if k < 8 else f"E0{1000000 + k}"
            stream.write(f"{code},Somewhere,Rent,2014,{900 + rng.integers(100)}\n")
    started = time.perf_counter()
    found = understand(edition, path, Said(), None)
    assert time.perf_counter() - started < 20
    assert len(found.frame) == 8
    assert "99992 rows of areas outside the edition" in "\n".join(found.notes)


def test_a_workbook_formatted_to_its_last_row(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "tiny")
    path = workbook(edition, lambda book: setattr(book.active["A1"], "font", Font(bold=True)))
    rows = "".join(f'<row r="{r}" s="1"><c r="A{r}" s="1"/></row>' for r in range(200, 1_048_577))
    edit(path, "sheet1.xml", lambda x: x.replace(b"</sheetData>", rows.encode() + b"</sheetData>"))
    started = time.perf_counter()
    assert load(edition)
    assert time.perf_counter() - started < 20
