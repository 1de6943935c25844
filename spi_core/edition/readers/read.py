"""Read one input file without losing a fault.

A file is read as text, so that codes keep their zeros and every bad cell can be shown as it was
typed; numbers and dates are then converted cell by cell, and pandera checks the rest.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.edition.readers.repeated import repeated_over_files, repeated_rows
from spi_core.errors import Fault, Warned, some
from spi_core.files import shown
from spi_core.tables import records

if TYPE_CHECKING:
    import pandera.pandas as pa

#: Larger numbers are slips of the keyboard, and infinity is no number to compute with.
LARGEST = 1e15
#: Excel counts days from here.
EXCEL_ZERO = dt.date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Read:
    """One table as read, from one file or several.

    Parameters
    ----------
    frame : DataFrame
        Typed columns; ``row`` is the spreadsheet row and ``file`` the path. Empty if unreadable.
    faults : tuple of Fault
        Every fault found.
    lacks : frozenset of tuple
        ``(file, column)`` of every missing column; it is blank in ``frame``.
    warned : tuple of Warned
        What was hidden, or not read.
    """

    frame: pd.DataFrame
    faults: tuple[Fault, ...]
    lacks: frozenset[tuple[str, str]] = frozenset()
    warned: tuple[Warned, ...] = ()

    @property
    def missing(self) -> set[str]:
        """Columns that some file lacks."""
        return {column for _, column in self.lacks}

    @property
    def whole(self) -> pd.DataFrame:
        """The rows of those files that lack no column."""
        files = {file for file, _ in self.lacks}
        if self.frame.empty or not files:
            return self.frame
        return self.frame[~self.frame["file"].isin(files)]

    @property
    def sound(self) -> pd.DataFrame:
        """The rows without a fault: fit to check other tables against."""
        bad = {(f.file, f.row) for f in self.faults}
        if self.frame.empty or not bad:
            return self.frame
        places = zip(self.frame["file"], self.frame["row"], strict=True)
        return self.frame[[place not in bad for place in places]]


def read_table(path: Path, schema: pa.DataFrameSchema) -> Read:
    """Read one CSV file or Excel workbook and check it against its schema.

    Parameters
    ----------
    path : Path
        A ``.csv`` file in UTF-8, or an ``.xlsx`` workbook (its first visible sheet).
    schema : DataFrameSchema
        One of :data:`spi_core.edition.readers.schema.TABLES`.

    Returns
    -------
    Read
        The typed rows, and every fault with file, row, column, value and what is allowed. A
        missing column does not hide the faults of the others.
    """
    from spi_core.edition.readers.sheet import read_cells  # heavy, as pandera is

    file = shown(path)
    raw, faults, warned = read_cells(path, list(schema.columns))
    if raw is None:
        return Read(pd.DataFrame(), tuple(faults))
    raw, headings, missing = _check_headings(raw, schema, file)
    typed, bad = _convert(raw, schema, file)
    faults = [*faults, *headings, *bad]
    known = {(f.row, f.column) for f in bad}
    faults += _check(typed, raw, _without(schema, missing), file, known)
    for name in missing:
        text = str(schema.columns[name].dtype).startswith("str")
        typed[name] = "" if text else pd.Series(dtype=schema.columns[name].dtype.type)
    own = {"file": "of_file", "row": "of_row"}  # a table's own columns of these names
    typed = typed.rename(columns=own).assign(file=file, row=raw.index + 2)
    lacks = frozenset((file, name) for name in missing)
    return Read(typed, tuple(sorted(faults, key=_place)), lacks, tuple(warned))


def join_reads(reads: Iterable[Read], key: list[str] | None) -> Read:
    """Join the files of one table.

    Parameters
    ----------
    reads : iterable of Read
        One a file.
    key : list of str or None
        Columns that name a row; a row given in two files is a fault.

    Returns
    -------
    Read
        All rows and all faults.
    """
    parts = list(reads)
    frames = [r.frame for r in parts if not r.frame.empty]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    faults = [f for r in parts for f in r.faults]
    if key and len(frames) > 1:
        faults += repeated_over_files(frame, key)
    lacks = frozenset[tuple[str, str]]().union(*(r.lacks for r in parts))
    return Read(frame, tuple(faults), lacks, tuple(w for r in parts for w in r.warned))


def fault_at(row: Any, column: str, message: str, allowed: str | None = None) -> Fault:
    """Make a fault of a cell that was read.

    Parameters
    ----------
    row : named tuple
        Of :func:`records`; it says file, row and value.
    column, message, allowed : str
        As for :class:`spi_core.errors.Fault`.

    Returns
    -------
    Fault
        A blank cell has no value; a date is written as it was given.
    """
    value = getattr(row, column)
    if value == "" or pd.isna(value):
        value = None
    elif isinstance(value, pd.Timestamp):
        value = f"{value:%Y-%m-%d}"
    return Fault(row.file, message, row.row, column, value, allowed)


def strangers(
    read: Read,
    column: str,
    known: Collection[str],
    what: str,
    names: Mapping[str, str] | None = None,
) -> list[Fault]:
    """Find the cells that name something that is not there.

    Parameters
    ----------
    read : Read
        The table.
    column : str
        Where it names others.
    known : collection of str
        What is there.
    what : str
        As a message calls one of them, for instance ``an area of geography/areas.csv``.
    names : mapping of str to str
        From `names_of`: names in place of codes are one fault that tells the codes.
    """
    if read.frame.empty or column in read.missing:
        return []
    lost, faults = read.frame[~read.frame[column].isin(list(known))], []
    meant = lost[column].str.casefold().map(dict(names or {}))
    for _, rows in lost[meant.notna()].groupby("file", sort=False):
        pairs = dict(zip(rows[column], meant[rows.index], strict=True))
        message = f"is a name, not a code ({len(rows)} rows with {len(pairs)} names)"
        told = ", ".join(f"{name} is {code}" for name, code in pairs.items())
        allowed = f"{told}; spi import FILE EDITION takes names"
        faults.append(fault_at(next(iter(records(rows))), column, message, allowed))
    lost = lost[meant.isna()]
    return faults + [fault_at(r, column, f"is not {what}", some(known)) for r in records(lost)]


def names_of(areas: pd.DataFrame) -> dict[str, str]:
    """Find the code that a name means.

    Parameters
    ----------
    areas : DataFrame
        ``geography/areas.csv`` as read.

    Returns
    -------
    dict of str to str
        Lower-case name to code, without names of several areas.
    """
    if not {"name", "code"} <= set(areas):
        return {}
    names = areas["name"].str.casefold()
    alone = ~names.duplicated(keep=False) & ~names.isin(areas["code"])
    return dict(zip(names[alone], areas.loc[alone, "code"], strict=True))


def _place(fault: Fault) -> tuple[int, str]:
    return (fault.row or 0, fault.column or "")


def _without(schema: pa.DataFrameSchema, missing: list[str]) -> pa.DataFrameSchema:
    """Make the same schema for a file that lacks some columns and has its types already."""
    import pandera.pandas as pa

    key = list(schema.unique or [])
    columns = {
        name: pa.Column(None, c.checks, nullable=c.nullable, required=c.required)
        for name, c in schema.columns.items()
        if name not in missing
    }
    return pa.DataFrameSchema(columns, unique=None if set(key) & set(missing) else key, strict=True)


def _check_headings(
    raw: pd.DataFrame, schema: pa.DataFrameSchema, file: str
) -> tuple[pd.DataFrame, list[Fault], list[str]]:
    known = list(schema.columns)
    needed = [c for c, column in schema.columns.items() if column.required]
    allowed = ", ".join(known)
    missing = [c for c in needed if c not in raw]
    faults = [Fault(file, "the column is missing", 1, c, None, allowed) for c in missing]
    unknown = [str(c) for c in raw.columns if c not in known]
    faults += [Fault(file, "is not a known column", 1, c, c, allowed) for c in unknown]
    return raw[[c for c in known if c in raw]], faults, missing


def _convert(
    raw: pd.DataFrame, schema: pa.DataFrameSchema, file: str
) -> tuple[pd.DataFrame, list[Fault]]:
    """Numbers and dates cell by cell: one bad cell does not hide the next fault."""
    typed, faults = raw.copy(), []
    for name in raw.columns:
        kind = str(schema.columns[name].dtype)
        if kind.startswith("float"):
            typed[name] = pd.to_numeric(raw[name].where(raw[name] != ""), errors="coerce")
            typed[name] = typed[name].astype(float)
            allowed = "a number with a decimal point, no thousands separator or unit"
            if schema.columns[name].nullable:
                allowed += "; blank where there is none"
            # sums and squares of larger numbers would leave what a computer can hold
            huge = typed[name].abs() > LARGEST
            bad = (raw[name] != "") & (typed[name].isna() | huge)
            allowed += f", at most {LARGEST:.0e}" if huge.any() else ""
        elif kind.startswith("datetime"):
            dates = pd.to_datetime(raw[name], format="%Y-%m-%d", errors="coerce")
            # pandas keeps time in nanoseconds: the year 9999 of an open end would not fit
            fits = (dates > pd.Timestamp.min) & (dates < pd.Timestamp.max)
            typed[name] = dates.where(fits).astype("datetime64[ns]")
            allowed, bad = "a date such as 2014-03-31", typed[name].isna()
            if (serial := raw.loc[bad, name].map(excel_day).dropna()).size:
                first = serial.index[0]
                allowed += f"; {raw[name][first]!s} is Excel's {serial[first]}"
        else:
            continue
        noun = "number" if kind.startswith("float") else "date"
        faults += [
            Fault(file, f"is not a {noun}", int(i) + 2, name, raw.at[i, name], allowed)
            for i in raw.index[bad]
        ]
    return typed, faults


def excel_day(text: str) -> str | None:
    """Say the day that Excel means by a number.

    Parameters
    ----------
    text : str
        Of a cell.

    Returns
    -------
    str or None
        None where it is no number of days from 1954 to 2119.

    Examples
    --------
    >>> excel_day("42005"), excel_day("2014")
    ('1 January 2015', None)
    """
    if not re.fullmatch(r"[2-7]\d{4}(\.0)?", text):
        return None
    day: dt.date = EXCEL_ZERO + dt.timedelta(days=int(text[:5]))
    return day.strftime(f"{day.day} %B %Y")


def _check(
    typed: pd.DataFrame,
    raw: pd.DataFrame,
    schema: pa.DataFrameSchema,
    file: str,
    known: set[tuple[int | None, str | None]],
) -> list[Fault]:
    from pandera.errors import SchemaErrors

    try:
        schema.validate(typed, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    faults, duplicates = [], set()
    for case in records(cases):
        if case.index is None or pd.isna(case.index):
            faults.append(Fault(file, f"fails the check {case.check!r}", column=str(case.column)))
        elif "uniqueness" in str(case.check):
            duplicates.add(int(case.index))
        elif (int(case.index) + 2, case.column) not in known:
            value = raw.at[int(case.index), case.column]
            allowed = "a number" if "nullable" in case.check else case.check
            message = "is not allowed" if value else "a blank is not allowed here"
            row = int(case.index) + 2
            faults.append(Fault(file, message, row, case.column, value or None, allowed))
    return faults + repeated_rows(raw, schema, file, sorted(duplicates))
