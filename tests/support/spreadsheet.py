"""What a spreadsheet makes of a cell, told without the code that keeps it from doing so."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from typing import Any

import openpyxl

#: Unicode's kinds of blanks, controls and marks that show as nothing.
NOTHING = {"Cc", "Cf", "Zs", "Zl", "Zp"}


def calculated(cell: str) -> bool:
    """Whether a spreadsheet of any country would calculate the cell or begin a new one in it."""
    if cell[:1] in {"\t", "\r", "\n"}:
        return True
    try:
        float(cell)
    except ValueError:
        return any(_starts(part) for part in re.split("[;\t\r\n]", cell))
    # a sign before letters begins a formula, as in "-inf"; without one they are text
    return cell.strip()[:1] in {"+", "-"} and cell.lower().strip()[-1:] in {"f", "n", "y"}


def _starts(part: str) -> bool:
    shown = next((c for c in part if unicodedata.category(c) not in NOTHING), "")
    return unicodedata.normalize("NFKC", shown) in {"=", "+", "-", "@", "|"}


def workbook_texts(content: bytes) -> dict[str, list[Any]]:
    """Cells of each sheet of a workbook in which nothing is anything but text or a number."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name).decode("utf-8")
            assert "<f>" not in part, name
            assert "<f " not in part, name
            assert 'TargetMode="External"' not in part, name
            assert "externalLink" not in name, name
    book = openpyxl.load_workbook(io.BytesIO(content), rich_text=False)
    found = {}
    for sheet in book:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        linked = [c.hyperlink for c in cells if c.hyperlink]
        assert all(link.location and not link.target for link in linked), sheet.title
        assert sheet.title == "Contents" or not linked, sheet.title
        assert not [c for c in cells if c.data_type == "f"], sheet.title
        found[sheet.title] = [_meant(c.value) for c in cells]
    return found


def _meant(value: Any) -> Any:
    """Excel writes a control character as _x0001_, and reads it back."""
    if not isinstance(value, str):
        return value
    return re.sub(r"_x00([01][0-9A-F])_", lambda found: chr(int(found[1], 16)), value)
