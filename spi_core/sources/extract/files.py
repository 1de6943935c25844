"""Open what was sent: a workbook of any program, text parted by anything, packed or not."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import IO

from spi_core.edition.readers.book import MOST_BYTES, Sheet, UnreadableError, read_book
from spi_core.errors import Fault, InputError
from spi_core.files import refusals_as_faults, shown

BOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
#: Bytes and lines of a text; in memory each takes many times its length.
MOST_TEXT, MOST_LINES = 100 * 10**6, 2_000_000
ALLOWED = "a workbook (.xlsx, .xls, .ods), .csv, .tsv or .txt, packed as .gz or alone in a .zip"


@refusals_as_faults()
def open_extract(path: Path) -> tuple[list[Sheet], str]:
    """Open a file that somebody sent.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tuple of list of Sheet, and str
        Its sheets; how its cells are parted (blank for a workbook).

    Raises
    ------
    InputError
        If it is missing, broken or of a kind that is not read.
    """
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise UnreadableError("is no file")  # a pipe may never end
        name, content = path.name.lower(), path.read_bytes()
        if name.endswith(".gz"):
            name, content = name[:-3], _unzipped(gzip.GzipFile(fileobj=io.BytesIO(content)))
        elif name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                files = [
                    i for i in parts.infolist() if not i.is_dir() and "__MACOSX" not in i.filename
                ]
                if len(files) != 1:
                    listed = ", ".join(i.filename for i in files[:6])
                    raise UnreadableError(f"holds {len(files)} files ({listed}): unpack it")
                with parts.open(files[0]) as stream:
                    name, content = files[0].filename.lower(), _unzipped(stream)
        if name.endswith(BOOKS) or content[:4] in (b"PK\3\4", b"\xd0\xcf\x11\xe0"):
            return read_book(content), ""
        if not name.endswith((".csv", ".tsv", ".txt")):
            raise UnreadableError("is of a kind that is not read")
        if len(content) > MOST_TEXT:
            raise UnreadableError(f"is a text of more than {MOST_TEXT // 10**6} MB")
        rows, mark = _rows(_text(content))
        return [Sheet(path.name, False, rows)], mark
    except UnreadableError as error:
        message = str(error)
    except FileNotFoundError:
        message = "is missing"
    except OSError as error:
        if error.errno is not None:
            raise
        message = str(error)  # gzip's word for what is not gzip
    except Exception as error:  # zip and csv have words of their own
        message = f"{type(error).__name__}: {error}"
    raise InputError([Fault(shown(path), f"cannot be read: {message}", allowed=ALLOWED)])


def _unzipped(stream: IO[bytes] | gzip.GzipFile) -> bytes:
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnreadableError("unpacks to more than 1 GB")
    return content


def _text(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    if b"\0" in content:
        raise UnreadableError("is no text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _rows(text: str) -> tuple[list[list[object]], str]:
    """Part a text where most of its rows have as many cells as each other."""
    lines = text.splitlines(keepends=True)
    if len(lines) > MOST_LINES:
        raise UnreadableError(f"has more than {MOST_LINES:,} lines")
    if lines and lines[0].strip().lower().startswith("sep="):
        lines[0] = "\n"  # rows stay those of a spreadsheet
    best: tuple[int, str] = (0, ",")
    for mark in ",;\t|":
        widths = Counter[int]()
        with suppress(csv.Error):  # a line that this mark does not part may be too long for a cell
            widths.update(len(row) for row in csv.reader(lines[:500], delimiter=mark))
        width, count = max(((w, n) for w, n in widths.items() if w > 1), key=lambda p: p[1] * p[0],
                           default=(1, 0))  # fmt: skip
        best = max(best, ((width - 1) * count, mark), key=lambda pair: pair[0])
    stream, rows = io.StringIO("".join(lines), newline=""), list[list[object]]()
    try:  # strict: a quotation mark that nothing closes would swallow all rows below it
        for row in csv.reader(stream, delimiter=best[1], strict=True):
            rows.append(list[object](row))
    except csv.Error as error:
        message = f"a quotation mark is missing, or one too many, from row {len(rows) + 1} on"
        if "limit" in str(error):
            message = f"row {len(rows) + 1} has a cell of more letters than any figure or name"
        raise UnreadableError(f"{message} ({error})") from None
    return rows, best[1]
