"""What councils send: a workbook with everything at once, and workbooks to spoil."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl

from tests.support.editions import BOROUGH, WARDS, make_edition, read, rewrite

OBSERVATIONS = "observations/all.csv"
NAMES = ["Abbey", "St Mary's", "Longbridge", "Eastbury", "Eastbrook", "River", "Heath", "Thames"]


def named_edition(folder: Path) -> Path:
    """Write the made-up edition with names of wards as there are."""
    make_edition(folder)
    names = dict(zip((BOROUGH, *WARDS), ("Barking and Dagenham", *NAMES), strict=True))
    areas = folder / "geography" / "areas.csv"
    rewrite(areas, lambda rows: [r | {"name": names[r["code"]]} for r in rows])
    return folder


def everything(path: Path) -> Path:
    """Write the workbook of the list: all that a council's extract may have at once."""
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["Published 3 May. c: withheld."])
    sheet = book.create_sheet("Wards")
    sheet.append(["Table 4: figures by ward"])
    sheet.append([])
    sheet.append(["Ward", "Burglary", None, None, "Absence", "Turnout", "Rent", "Rank"])
    sheet.merge_cells("B3:D3")
    sheet.append([None, 2012, "2013", 2014, dt.date(2014, 1, 1), 41640, "2014", None])
    marks = ["*", "c", "..", "<5"]
    for k, name in enumerate(NAMES):
        spelt = {"Abbey": "ABBEY ", "St Mary's": "Saint Mary\u2019s Ward", "River": "River ward"}
        cells: list[object] = [spelt.get(name, f"{name}  "), 1, 20 + k]
        cells += [marks[k] if k < 4 else f"{21 + k}.5", 0.05 + k / 1000, f"{30 + k}.5%"]
        sheet.append([*cells, "1,234" if k == 0 else 900 + k, k + 1])
        sheet.cell(sheet.max_row, 5).number_format = "0.0%"
    sheet.append(["Barking & Dagenham ", 1, "25", 24.5, "5.5%", None, None])
    sheet.append(["Total", 9, 180, 190, 9, 9, 9])
    sheet.append([])
    sheet.append(["Source: the council"])
    sheet.row_dimensions[7].hidden = True
    old = book.create_sheet("Old", 0)
    old.sheet_state = "hidden"
    for row in (["Ward", "Burglary 2014"], ["Abbey", 99], ["River", 98]):
        old.append(row)
    book.save(path)
    return path


def workbook(
    edition: Path, change: Callable[[openpyxl.Workbook], object] = lambda book: None
) -> Path:
    """Give the edition's observations as a workbook instead."""
    rows = read(edition / OBSERVATIONS)
    (edition / OBSERVATIONS).unlink()
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        numbers = {
            n: float(row[n]) if row[n] else None for n in ("value", "numerator", "denominator")
        }
        book.active.append(list((row | numbers).values()))
    change(book)
    path = edition / "observations" / "all.xlsx"
    book.save(path)
    return path


def edit(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """Change one part of a workbook."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, change(content) if name.endswith(part) else content)
