"""Open a workbook of any program: values by calamine, what it leaves out from the file itself.

Calamine reads what Excel reads, a workbook formatted down to its last row at once. Of ``.xlsx``
it drops hidden rows and columns, per cent formats and errors: these are found in the XML.
"""

from __future__ import annotations

import io
import pickle
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from functools import reduce
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook, SheetVisibleEnum

#: More cells than this from A1 to the last one: a stray cell makes a table of nothing.
MOST_CELLS = 30_000_000
#: More bytes than this of one part of a workbook: no sheet of figures is so large.
MOST_BYTES = 1 << 30
#: Numbers of Excel's own formats that show per cent.
_PER_CENT = {"9", "10"}
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*\shidden="(?:1|true)"[^>]*>')
_HIDDEN_COLUMNS = re.compile(rb'<(?:\w+:)?col\b[^>]*\shidden="(?:1|true)"[^>]*>')
_ERROR = re.compile(
    rb'(<(?:\w+:)?c\b[^>]*\st="e"[^>]*>)(?:<(?:\w+:)?f\b.*?(?:</(?:\w+:)?f>|/>))?'
    rb"<(?:\w+:)?v>([^<]*)</"
)
_NOT_CALCULATED = re.compile(
    rb"(<(?:\w+:)?c\b[^>]*>)\s*<(?:\w+:)?f\b[^>]*(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
#: Without one of these, and without per cent formats, the XML says no more than calamine does.
_MARKS = (b"hidden=", b't="e"', b"<f", b":f")
_EMPTY = re.compile(rb"<(?:\w+:)?(?:c|row) [^<>]*/>|(?<=>)</row>")
_FAR = re.compile(rb' r="([A-Z]{2,3})\d')


class UnreadableError(Exception):
    """What a person is told of a workbook that cannot be read."""


class Percent(float):
    """A number that its cell shows as per cent: 0.123 for 12.3 %."""


@dataclass(slots=True)
class Sheet:
    """One sheet of a workbook.

    Parameters
    ----------
    name : str
        As its tab says.
    hidden : bool
        Whether Excel shows no tab.
    rows : list of list of object
        Cells from A1: text, number, `Percent`, date or bool, ``""`` where there is nothing.
    merged : list of tuple of int
        First row, first column, last row, last column of merged cells, from 0.
    hidden_rows, hidden_columns : list of int
        From 0.
    """

    name: str
    hidden: bool
    rows: list[list[object]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)

    @property
    def filled(self) -> bool:
        """Whether any cell holds anything."""
        return any(cell != "" for row in self.rows for cell in row)


def read_book(content: bytes) -> list[Sheet]:
    """Read every sheet of a workbook.

    Parameters
    ----------
    content : bytes
        An ``.xlsx``, ``.xlsm``, ``.xlsb``, ``.xls`` or ``.ods`` file.

    Returns
    -------
    list of Sheet
        In the order of the tabs.

    Raises
    ------
    UnreadableError
        In words, if the file is broken, protected, or no workbook.
    """
    if b"xl/workbook.xml" not in content:
        return _read_apart(content)
    return _read(content)


def _read_apart(content: bytes) -> list[Sheet]:
    """Read a workbook of another kind than ``.xlsx`` in a process of its own.

    A broken one may ask for more memory than there is, which ends the process that reads it.
    """
    code = f"from {__name__} import serve; serve()"
    done = subprocess.run([sys.executable, "-c", code], input=content, capture_output=True)
    if done.returncode:
        raise UnreadableError("is broken: whatever reads it stops")
    sheets: list[Sheet] | str = pickle.loads(done.stdout)
    if isinstance(sheets, str):
        raise UnreadableError(sheets)
    return sheets


def serve() -> None:
    """Read a workbook from standard input, and write its sheets, or what is wrong, to output."""
    try:
        found: list[Sheet] | str = _read(sys.stdin.buffer.read())
    except UnreadableError as error:
        found = str(error)
    sys.stdout.buffer.write(pickle.dumps(found))


def _read(content: bytes) -> list[Sheet]:
    try:
        extras = _extras(content)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = []
        for about in book.sheets_metadata:
            if "WorkSheet" not in str(about.typ):
                continue  # a chart
            found = book.get_sheet_by_name(about.name)
            rows: list[list[object]] = [*found.to_python(skip_empty_area=False)]  # type: ignore[list-item]
            hidden = about.visible != SheetVisibleEnum.Visible
            merged = [(*a, *b) for a, b in found.merged_cell_ranges or ()]
            sheet = Sheet(about.name, hidden, rows, merged)
            if about.name in extras:
                _complete(sheet, *extras[about.name])
            sheets.append(sheet)
    except UnreadableError:
        raise
    except Exception as error:  # zip, XML and calamine have many words for a broken file
        raise UnreadableError(f"{type(error).__name__}: {error}") from error
    if not any(sheet.filled for sheet in sheets):
        raise UnreadableError("has no sheet with anything in it")
    return sheets


def _complete(sheet: Sheet, xml: bytes, per_cent: set[bytes]) -> None:
    """Put into a sheet what calamine leaves out."""
    for tag in _HIDDEN_ROW.findall(xml):
        place = re.search(rb'\br="(\d+)"', tag)
        sheet.hidden_rows += [int(place[1]) - 1] if place else []
    for tag in _HIDDEN_COLUMNS.findall(xml):
        ends = [re.search(rb'\b%s="(\d+)"' % end, tag) for end in (b"min", b"max")]
        if all(ends):
            first, last = (int(end[1]) for end in ends if end)
            sheet.hidden_columns += range(first - 1, min(last, 16384))
    for tag, said in _ERROR.findall(xml):
        _put(sheet, tag, said.decode("utf-8", "replace"))
    for tag, formula in _NOT_CALCULATED.findall(xml):
        _put(sheet, tag, f"={formula.decode('utf-8', 'replace')}")
    if per_cent:
        styles = b"|".join(map(re.escape, sorted(per_cent)))
        for tag in re.findall(rb'<(?:\w+:)?c\b[^>]*\ss="(?:%s)"[^>]*[^/]>' % styles, xml):
            _put(sheet, tag, None)


def column_letters(number: int) -> str:
    """Name a column as a spreadsheet does.

    Examples
    --------
    >>> column_letters(1), column_letters(26), column_letters(27), column_letters(16384)
    ('A', 'Z', 'AA', 'XFD')
    """
    text = ""
    while number:
        number, last = divmod(number - 1, 26)
        text = chr(ord("A") + last) + text
    return text


def column_number(letters: str) -> int:
    """Count a column, the first 1.

    Examples
    --------
    >>> column_number("A"), column_number("AA"), column_number("XFD")
    (1, 27, 16384)
    """
    return reduce(lambda n, letter: 26 * n + ord(letter) - ord("A") + 1, letters, 0)


def _put(sheet: Sheet, tag: bytes, text: str | None) -> None:
    """Write a text into the cell of a tag; without one mark its number as per cent."""
    place = _PLACE.search(tag)
    if place is None:
        return
    row, column = int(place[2]) - 1, column_number(place[1].decode()) - 1
    if text is not None:
        while len(sheet.rows) <= row < 1 << 20:
            sheet.rows.append([""] * len(sheet.rows[0] if sheet.rows else []))
        cells = sheet.rows[row]
        cells += [""] * (column + 1 - len(cells))
        cells[column] = text
    elif row < len(sheet.rows) and column < len(sheet.rows[row]):
        there = sheet.rows[row][column]
        if isinstance(there, float | int) and not isinstance(there, bool):
            sheet.rows[row][column] = Percent(there)


def _extras(content: bytes) -> dict[str, tuple[bytes, set[bytes]]]:
    """Find each sheet's XML and the styles that show per cent; nothing where it is no ``.xlsx``."""
    if not content.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = set(parts.namelist())
        if large := [i.filename for i in parts.infolist() if i.file_size > MOST_BYTES]:
            raise UnreadableError(f"{large[0]} unpacks to more than 1 GB")
        if "xl/workbook.xml" not in names:
            return {}
        book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
        links = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): str(link.get("Target")) for link in links}
        styles = parts.read("xl/styles.xml") if "xl/styles.xml" in names else b"<none/>"
        per_cent, found = _per_cent(styles), {}
        for sheet in (e for e in book.iter() if _plain(e.tag) == "sheet"):
            link = next((v for k, v in sheet.attrib.items() if _plain(k) == "id"), None)
            target = targets.get(link, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path in names:
                name, xml = sheet.get("name", ""), parts.read(path)
                if per_cent or _too_far(xml) or any(mark in xml for mark in _MARKS):
                    xml = _EMPTY.sub(b"", xml)  # a million of them where all is formatted
                    if place := _too_far(xml):
                        message = f"sheet {name!r} reaches to {place}: clear what stands far off"
                        raise UnreadableError(message)
                    found[name] = xml, per_cent
        return found


def _too_far(xml: bytes) -> str:
    """Name the last cell of a sheet that holds too many."""
    columns = set(_FAR.findall(xml))
    wide = max((column_number(c.decode()) for c in columns), default=26)
    end = xml.rfind(b"sheetData>")
    last = re.findall(rb'\br="[A-Z]+(\d+)"', xml[max(0, end - 100_000) : end])
    high = max(map(int, last), default=1)
    return f"{column_letters(wide)}{high}" if wide * high > MOST_CELLS else ""


def _per_cent(styles: bytes) -> set[bytes]:
    """Name the styles that show per cent."""
    root = ElementTree.fromstring(styles)
    shown = _PER_CENT | {
        str(e.get("numFmtId"))
        for e in root.iter()
        if _plain(e.tag) == "numFmt"
        and "%" in re.sub(r'"[^"]*"|\\.|\[[^]]*\]', "", e.get("formatCode", ""))
    }
    cells = next((e for e in root.iter() if _plain(e.tag) == "cellXfs"), ())
    return {str(i).encode() for i, style in enumerate(cells) if style.get("numFmtId") in shown}


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]
