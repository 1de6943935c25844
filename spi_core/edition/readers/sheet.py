"""Open a CSV file or an Excel workbook as cells of text, each at the row a spreadsheet shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from pathlib import Path
from typing import Any, cast

import pandas as pd

from spi_core.edition.readers.book import Percent, Sheet, UnreadableError, column_letters, read_book
from spi_core.errors import Fault, Warned, some
from spi_core.files import shown
from spi_core.text.cells import unshielded

SUFFIXES = (".csv", ".xlsx")
#: What looks like a table but is not read: passing over it in silence would lose its figures.
NOT_READ = (
    *(".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".tsv", ".txt", ".json", ".parquet", ".html"),
    *(".xml", ".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".pdf", ".docx", ".sav", ".dta"),
)
SAVE_AS = "CSV UTF-8 (comma delimited), or .xlsx"
TAKE_IN = f"{SAVE_AS}; figures as somebody sent them go through spi import FILE EDITION"
SAVE_AGAIN = "opened in Excel or LibreOffice and saved again as Excel Workbook (.xlsx)"
#: Headings further down than this are not looked for.
DEPTH = 60


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
        Fault(shown(p), f"is a {p.suffix} file and would not be read", allowed=TAKE_IN)
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


def read_cells(
    path: Path, known: Collection[str] = ()
) -> tuple[pd.DataFrame | None, list[Fault], list[Warned]]:
    """Read a file's cells as text, stripped of blanks at both ends.

    Parameters
    ----------
    path : Path
        A ``.csv`` file in UTF-8, or an ``.xlsx`` workbook (its first visible sheet).
    known : collection of str
        Headings to look for further down, so that a title above them is one fault.

    Returns
    -------
    tuple of DataFrame or None, list of Fault, and list of Warned
        Columns as headed; the index is the spreadsheet row less 2. Blank rows are left out. None
        where no table can be made of the file. Warnings name hidden rows and columns that were
        read, and sheets that were not.
    """
    file = shown(path)
    if not path.is_file():
        return None, [Fault(file, "is missing")], []
    if path.suffix.lower() == ".xlsx":
        rows, faults, warned = _workbook(path, file)
    else:
        (rows, faults), warned = _csv(path, file), []
    return *((None, faults) if faults else _table(rows, file, known)), warned


def _csv(path: Path, file: str) -> tuple[list[list[str]], list[Fault]]:
    rows = list[list[str]]()
    try:
        text = path.read_bytes().decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            rows.append([unshielded(cell.strip()) for cell in row])
    except UnicodeDecodeError as error:
        at = error.object.count(b"\n", 0, error.start) + 1
        return [], [Fault(file, f"is not UTF-8 (byte {error.start})", at, allowed=SAVE_AS)]
    except csv.Error as error:
        message = f"cannot be read as CSV: {error}"
        return [], [Fault(file, message, len(rows) + 1, allowed=SAVE_AS)]
    if rows and len(rows[0]) == 1:
        for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if mark in rows[0][0]:
                return [], [Fault(file, f"is parted by {name}", 1, allowed=f"commas: {SAVE_AS}")]
    return rows, []


def _workbook(path: Path, file: str) -> tuple[list[list[str]], list[Fault], list[Warned]]:
    try:
        sheets = read_book(path.read_bytes())
    except UnreadableError as error:
        message = f"cannot be read as an Excel workbook: {error}"
        return [], [Fault(file, message, allowed=SAVE_AGAIN)], []
    sheet = next((s for s in sheets if not s.hidden), sheets[0])
    merged = [
        Fault(
            file,
            f"stands in merged cells, {_area(area)} of sheet {sheet.name!r}",
            area[0] + 1,
            "–".join(dict.fromkeys(column_letters(c + 1) for c in (area[1], area[3]))),
            _text(sheet.rows[area[0]][area[1]]) if area[0] < len(sheet.rows) else None,
            "one heading in each cell of row 1, nothing merged",
        )
        for area in sorted(sheet.merged)
    ]
    others = [s for s in sheets if s is not sheet and s.filled]
    rows = [[_text(cell) for cell in row] for row in sheet.rows]
    return rows, merged, [*_hidden(sheet, rows, file), *_others(sheet, others, file)]


def _area(area: tuple[int, int, int, int]) -> str:
    top, left, bottom, right = area
    return f"{column_letters(left + 1)}{top + 1}:{column_letters(right + 1)}{bottom + 1}"


def _hidden(sheet: Sheet, rows: list[list[str]], file: str) -> list[Warned]:
    """Warn of what nobody sees in the sheet that is read."""
    high = [r for r in sheet.hidden_rows if r < len(rows) and any(rows[r])]
    wide = [c for c in sheet.hidden_columns if any(c < len(row) and row[c] for row in rows)]
    told = []
    for what, names in (
        ("rows", [str(r + 1) for r in high]),
        ("columns", [column_letters(c + 1) for c in wide]),
    ):
        if names:
            message = f"of sheet {sheet.name!r} are hidden and were read: {some(names, 12)}"
            told.append(Warned(f"hidden {what}", file, None, message))
    return told


def _others(sheet: Sheet, others: list[Sheet], file: str) -> list[Warned]:
    """Warn of sheets that hold something and are not read."""
    if not others:
        return []
    names = [f"{s.name!r}, hidden" if s.hidden else repr(s.name) for s in others]
    message = f"sheet {sheet.name!r} was read, not {some(names, 12)}"
    return [Warned("sheets not read", file, None, message)]


def _text(value: object) -> str:
    if isinstance(value, Percent):  # as its cell shows it
        value = float(f"{100 * value:.12g}")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(cast(Any, value).isoformat())[:10]
    return str(value).strip()


def _table(
    rows: list[list[str]], file: str, known: Collection[str]
) -> tuple[pd.DataFrame | None, list[Fault]]:
    found = [len({*row} & {*known}) for row in rows[:DEPTH]]
    if found and (at := found.index(max(found))) and found[at] > max(found[0], len(known) / 3):
        first = next((cell for cell in rows[0] if cell), None)
        message = f"stands where the headings belong: they are in row {at + 1}"
        allowed = f"headings in row 1: delete row{'s 1 to' if at > 1 else ''} {at}"
        return None, [Fault(file, message, 1, None, first, allowed)]
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
