"""Reading workbooks as councils keep them, beside openpyxl."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
from python_calamine import CalamineWorkbook

#: Rows that were formatted once and hold nothing, below 500 with figures.
FORMATTED = (10_000, 100_000, 1_048_576)
WRITTEN = 500


def workbook(path: Path, rows: int) -> None:
    """Write a sheet whose rows are formatted down to the last."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    bold = openpyxl.styles.Font(bold=True)
    blank = openpyxl.cell.WriteOnlyCell(sheet, value=None)
    blank.font = bold
    for row in range(rows):
        sheet.append([f"E01{row:06d}", row] if row < WRITTEN else [blank, blank])
    book.save(path)


def by_calamine(path: Path) -> int:
    """Read all rows with what the package uses."""
    return len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())


def by_openpyxl(path: Path) -> int:
    """Read all rows with the peer."""
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    return sum(any(cell is not None for cell in row) for row in sheet.iter_rows(values_only=True))


def seconds(read: Callable[[Path], int], path: Path) -> float:
    """Time one reading."""
    start = time.perf_counter()
    read(path)
    return time.perf_counter() - start


def main() -> None:
    """Print seconds by number of formatted rows; the peer is not asked for the largest."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for n in FORMATTED:
            path = Path(folder) / f"{n}.xlsx"
            workbook(path, n)
            peer = seconds(by_openpyxl, path) if n < FORMATTED[-1] else float("nan")
            rows.append((f"{n:,} rows, {WRITTEN} with figures", seconds(by_calamine, path), peer))
    table = pd.DataFrame(rows, columns=["workbook", "calamine, seconds", "openpyxl, seconds"])
    print(table.round(2).to_string(index=False, na_rep="–"))


if __name__ == "__main__":
    main()
