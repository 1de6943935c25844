"""Cells of CSV files: a text that a spreadsheet would calculate is kept a text."""

from __future__ import annotations

import functools
import re

import pandas as pd

#: What shows as nothing before a sign, tabs and line ends aside; JavaScript's \s differs.
_BLANK = (
    r"[\0-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]"
)
#: = + - @ |, also of full width and small.
_SIGN = r"[=+\-@|\uff1d\uff0b\uff0d\uff20\uff5c\ufe66\ufe62\ufe63\ufe6b]"
_FORMULA = rf"'*{_BLANK}*{_SIGN}"
_START = re.compile(rf"{_FORMULA}|[\t\r\n]")
#: Where a spreadsheet of another country begins a new cell: semicolons part cells there, and
#: quotation marks inside such a cell hold nothing together.
_WITHIN = re.compile(rf"([;\t\r\n])(?={_FORMULA})")
_SHIELD = re.compile(rf"(^|[;\t\r\n])'(?={_FORMULA})")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def shielded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would calculate.

    Parameters
    ----------
    text : str
        Of one cell.

    Returns
    -------
    str
        The text as it was unless it, or what follows a semicolon, tab or line end in it, begins
        with ``= + - @ |`` or a tab or line end; a plain number stays one. ``records.js`` of the
        explorer does the same.

    Examples
    --------
    >>> shielded("=1+1"), shielded(" @SUM(A1)"), shielded("-3.2"), shielded("a = b")
    ("'=1+1", "' @SUM(A1)", '-3.2', 'a = b')
    """
    if _NUMBER.fullmatch(text):
        return text
    within = _WITHIN.sub(r"\1'", text)
    return f"'{within}" if _START.match(text) else within


def unshielded(text: str) -> str:
    """Take the apostrophes of :func:`shielded` away again.

    Parameters
    ----------
    text : str
        Of one cell.

    Returns
    -------
    str
        So that a file of ours, copied back to be read, says what it said.

    Examples
    --------
    >>> unshielded("'=1+1"), unshielded("'tis so")
    ('=1+1', "'tis so")
    """
    return _SHIELD.sub(r"\1", text) if "'" in text else text


def csv_text(frame: pd.DataFrame) -> str:
    """Write a table as CSV: every CSV file that is published is written here.

    Parameters
    ----------
    frame : DataFrame
        Any cells; its index is left out.

    Returns
    -------
    str
        One line a row, dates as ``2014-03-31``, texts :func:`shielded`.
    """
    safe = frame.copy(deep=False)
    for name, column in frame.items():
        if column.dtype.kind == "O":
            cells = [_cell(c) if isinstance(c, str) else c for c in column.to_numpy(object)]
            safe[name] = pd.Series(cells, frame.index, object)  # else whole numbers become 3.0
    return str(safe.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d"))


@functools.lru_cache(4096)
def _cell(text: str) -> str:
    # a carriage return alone would end the line: csv quotes a cell for the file's own line end
    return shielded(re.sub(r"\r\n?", "\n", text))
