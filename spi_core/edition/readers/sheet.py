"""Open a CSV file or an Excel workbook as cells of text, each at the row a spreadsheet shows."""

from __future__ import annotations

import csv
import io
import warnings
from pathlib import Path
from typing import Any, cast

import openpyxl
import pandas as pd
from openpyxl.utils import get_column_letter

from spi_core.errors import Fault
from spi_core.files import shown
from spi_core.text.cells import unshielded

SUFFIXES = (".csv", ".xlsx")
#: What looks like a table but is not read: passing over it in silence would lose its figures.
NOT_READ = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".tsv", ".txt", ".json", ".parquet")
SAVE_AS = "CSV UTF-8 (comma delimited), or .xlsx"
SAVE_AGAIN = "opened in Excel or LibreOffice and saved again as Excel Workbook (.xlsx), not Strict"


def find_tables(folder: Path, name: str) -> list[Path]:
    """List the files that make up one table: ``name.csv``/``.xlsx``, or all files below ``name/``.

    Parameters
    ----------
    folder : Path
        The edition's folder.
    name : str
        Table name, with a subfolder if it has one (``geography/areas``).

    Returns
    -------
    list of Path
        Sorted; Excel's lock files (``~$…``) and hidden files are left out.
    """
    return [p for p in _candidates(folder, name) if p.suffix.lower() in SUFFIXES]


def unread(folder: Path, name: str) -> list[Fault]:
    """Name the files that stand where a table belongs but are of a kind that is not read.

    Parameters
    ----------
    folder, name
        As for :func:`find_tables`.

    Returns
    -------
    list of Fault
        One a file.
    """
    return [
        Fault(shown(p), f"is a {p.suffix} file and would not be read", allowed=SAVE_AS)
        for p in _candidates(folder, name)
        if p.suffix.lower() in NOT_READ
    ]


def _candidates(folder: Path, name: str) -> list[Path]:
    base = folder / name
    beside = base.parent.iterdir() if base.parent.is_dir() else ()
    found = [p for p in beside if p.is_file() and p.stem == base.name]
    if base.is_dir():
        found += [p for p in base.rglob("*") if p.is_file()]
    return sorted(p for p in found if not p.name.startswith(("~$", ".")))


def read_cells(path: Path) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Read a file's cells as text, stripped of blanks at both ends.

    Parameters
    ----------
    path : Path
        A ``.csv`` file in UTF-8, or an ``.xlsx`` workbook (its first sheet).

    Returns
    -------
    tuple of DataFrame or None, and list of Fault
        Columns as headed; the index is the spreadsheet row less 2. Blank rows are left out. None
        where no table can be made of the file.
    """
    file = shown(path)
    if not path.is_file():
        return None, [Fault(file, "is missing")]
    read = _workbook if path.suffix.lower() == ".xlsx" else _csv
    rows, faults = read(path, file)
    return (None, faults) if faults else _table(rows, file)


def _csv(path: Path, file: str) -> tuple[list[list[str]], list[Fault]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [[unshielded(cell.strip()) for cell in row] for row in reader]
    except UnicodeDecodeError as error:
        row = error.object.count(b"\n", 0, error.start) + 1
        return [], [Fault(file, f"is not UTF-8 (byte {error.start})", row, allowed=SAVE_AS)]
    except csv.Error as error:
        return [], [Fault(file, f"cannot be read as CSV: {error}", allowed=SAVE_AS)]
    if rows and len(rows[0]) == 1:
        for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if mark in rows[0][0]:
                return [], [Fault(file, f"is parted by {name}", 1, allowed=f"commas: {SAVE_AS}")]
    return rows, []


def _workbook(path: Path, file: str) -> tuple[list[list[str]], list[Fault]]:
    content = io.BytesIO(path.read_bytes())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # drop-down lists and the like: no figures
            sheets = openpyxl.load_workbook(content, data_only=True).worksheets
    except Exception as error:  # openpyxl, zip and XML have many words for what they cannot read
        message = f"cannot be read as an Excel workbook: {type(error).__name__}: {error}"
        return [], [Fault(file, message, allowed=SAVE_AGAIN)]
    if not sheets:  # Strict Open XML has other names for everything
        return [], [Fault(file, "has no sheet that can be read", allowed=SAVE_AGAIN)]
    sheet = sheets[0]
    merged = [
        Fault(
            file,
            f"stands in merged cells, {area} of sheet {sheet.title!r}",
            int(area.min_row),
            "–".join(dict.fromkeys(map(get_column_letter, (area.min_col, area.max_col)))),
            sheet.cell(area.min_row, area.min_col).value,
            "one heading in each cell of row 1, nothing merged",
        )
        for area in sorted(sheet.merged_cells.ranges, key=lambda a: (a.min_row, a.min_col))
    ]
    return [[_text(c) for c in row] for row in sheet.iter_rows(values_only=True)], merged


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(cast(Any, value).isoformat())[:10]
    return str(value).strip()


def _table(rows: list[list[str]], file: str) -> tuple[pd.DataFrame | None, list[Fault]]:
    if not rows or not any(rows[0]):
        return None, [Fault(file, "has no headings", 1, allowed="column headings in row 1")]
    head = rows[0]
    if sum(map(bool, head)) == 1 and any(sum(map(bool, row)) > 1 for row in rows[1:]):
        allowed = "column headings in row 1, nothing above them"
        return None, [Fault(file, "stands where the headings belong", 1, None, max(head), allowed)]
    width = max(i + 1 for i, h in enumerate(head) if h)
    twice = sorted({h for h in head[:width] if head.count(h) > 1})
    if twice:
        message, allowed = "heads more than one column", "each heading once"
        return None, [Fault(file, message, 1, h or "(blank)", h, allowed) for h in twice]
    used = [(i, row) for i, row in enumerate(rows[1:]) if any(row)]
    # a cell too many or too few shifts all that follow: such a row cannot be trusted
    ragged = [(i, row) for i, row in used if len(row) < width or any(row[width:])]
    message = f"cells do not fit the {width} headings"
    faults = [
        Fault(file, message, i + 2, None, len(row), f"{width} cells; a text with a comma in quotes")
        for i, row in ragged
    ]
    wrong = {i for i, _ in ragged}
    kept = [(i, row[:width]) for i, row in used if i not in wrong]
    index = pd.Index([i for i, _ in kept], dtype=int)
    return pd.DataFrame([r for _, r in kept], index, head[:width], dtype=str), faults
