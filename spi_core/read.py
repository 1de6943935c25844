"""Read one input file without losing a fault.

A file is read as text, so that codes keep their zeros and every bad cell can be shown as it was
typed; numbers and dates are then converted cell by cell, and pandera checks the rest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile

import jsonschema
import openpyxl
import pandas as pd
import pandera.pandas as pa
import yaml

from spi_core.errors import Fault

__all__ = ["Read", "find_tables", "read_edition_file", "read_table"]


@dataclass(frozen=True, slots=True)
class Read:
    """One file as read.

    Parameters
    ----------
    frame : DataFrame
        Typed columns; ``row`` is the spreadsheet row and ``file`` the path. Empty if unreadable.
    faults : tuple of Fault
        Every fault found in the file.
    """

    frame: pd.DataFrame
    faults: tuple[Fault, ...]


def find_tables(folder: Path, name: str) -> list[Path]:
    """List the files that make up one table: ``name.csv``/``.xlsx``, or all files in ``name/``.

    Parameters
    ----------
    folder : Path
        The edition's folder.
    name : str
        Table name, with a subfolder if it has one (``geography/areas``).

    Returns
    -------
    list of Path
        Sorted; Excel's lock files (``~$…``) are left out.
    """
    base = folder / name
    found = [base.with_suffix(s) for s in (".csv", ".xlsx") if base.with_suffix(s).exists()]
    if base.is_dir():
        found += [p for p in base.iterdir() if p.suffix in {".csv", ".xlsx"}]
    return sorted(p for p in found if not p.name.startswith("~$"))


def read_table(path: Path, schema: pa.DataFrameSchema) -> Read:
    """Read one CSV file or Excel workbook and check it against its schema.

    Parameters
    ----------
    path : Path
        A ``.csv`` file in UTF-8, or an ``.xlsx`` workbook (its first sheet).
    schema : DataFrameSchema
        One of :data:`spi_core.schema.TABLES`.

    Returns
    -------
    Read
        The typed rows, and every fault with file, row, column, value and what is allowed.
    """
    file = _shown(path)
    raw, faults = _read_text(path, file)
    if raw is None:
        return Read(pd.DataFrame(), tuple(faults))
    raw, headings = _check_headings(raw, schema, file)
    faults += headings
    if any("is missing" in f.message for f in headings):
        return Read(pd.DataFrame(), tuple(faults))
    typed, bad = _convert(raw, schema, file)
    faults += bad
    faults += _check(typed, raw, schema, file, {(f.row, f.column) for f in bad})
    return Read(typed.assign(file=file, row=raw.index + 2), tuple(sorted(faults, key=_place)))


def read_edition_file(path: Path) -> tuple[dict[str, Any], list[Fault]]:
    """Read ``edition.yml`` and check it against its JSON schema.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tuple of dict and list of Fault
        The settings (empty when the file cannot be parsed) and every fault.
    """
    file = _shown(path)
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, [Fault(file, "is missing", allowed="every edition has an edition.yml")]
    except yaml.YAMLError as error:
        return {}, [Fault(file, f"is not valid YAML: {error}")]
    schema = json.loads((resources.files("spi_core") / "edition.schema.json").read_text("utf-8"))
    errors = jsonschema.Draft202012Validator(schema).iter_errors(settings)
    faults = [
        Fault(file, e.message, column=".".join(str(p) for p in e.absolute_path) or None)
        for e in sorted(errors, key=lambda e: [str(p) for p in e.absolute_path])
    ]
    return (settings if isinstance(settings, dict) else {}), faults


def _shown(path: Path) -> str:
    """Path as the analyst would type it: from the current folder where it lies below."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _place(fault: Fault) -> tuple[int, str]:
    return (fault.row or 0, fault.column or "")


def _read_text(path: Path, file: str) -> tuple[pd.DataFrame | None, list[Fault]]:
    try:
        if path.suffix == ".xlsx":
            return _read_workbook(path, file)
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        return None, [Fault(file, "is missing")]
    except UnicodeDecodeError as error:
        return None, [Fault(file, f"is not UTF-8 (byte {error.start})", allowed="CSV UTF-8")]
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        return None, [Fault(file, f"cannot be read as CSV: {error}")]
    except (BadZipFile, KeyError, OSError) as error:
        return None, [Fault(file, f"cannot be read as an Excel workbook: {error}")]
    return raw.map(str.strip), []


def _read_workbook(path: Path, file: str) -> tuple[pd.DataFrame | None, list[Fault]]:
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    merged = [str(r) for r in sheet.merged_cells.ranges]
    if merged:
        return None, [
            Fault(
                file,
                f"has merged cells ({', '.join(merged)}) in sheet {sheet.title!r}",
                row=min(int(r.min_row) for r in sheet.merged_cells.ranges),
                allowed="one heading in each cell of row 1, nothing merged",
            )
        ]
    rows = [[_cell(c) for c in row] for row in sheet.iter_rows(values_only=True)]
    if not rows:
        return None, [Fault(file, "is empty")]
    width = max((i + 1 for i, h in enumerate(rows[0]) if h), default=0)
    frame = pd.DataFrame([r[:width] for r in rows[1:]], columns=rows[0][:width], dtype=str)
    # trailing blank rows are what Excel leaves behind; a blank row in the middle keeps its place
    used = frame.ne("").any(axis=1)
    return frame.loc[: used[used].index.max()] if used.any() else frame.iloc[:0], []


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(cast(Any, value).isoformat())[:10]
    return str(value).strip()


def _check_headings(
    raw: pd.DataFrame, schema: pa.DataFrameSchema, file: str
) -> tuple[pd.DataFrame, list[Fault]]:
    known = list(schema.columns)
    needed = [c for c, column in schema.columns.items() if column.required]
    allowed = ", ".join(known)
    faults = [
        Fault(file, "the column is missing", row=1, column=c, allowed=allowed)
        for c in needed
        if c not in raw
    ]
    unknown = [str(c) for c in raw.columns if c not in known]
    faults += [Fault(file, "is not a known column", 1, c, c, allowed) for c in unknown]
    return raw[[c for c in known if c in raw]], faults


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
            infinite = typed[name].isin([float("inf"), float("-inf")])
            bad = (raw[name] != "") & (typed[name].isna() | infinite)
        elif kind.startswith("datetime"):
            typed[name] = pd.to_datetime(raw[name], format="%Y-%m-%d", errors="coerce")
            typed[name] = typed[name].astype("datetime64[ns]")
            allowed, bad = "a date such as 2014-03-31", typed[name].isna()
        else:
            continue
        noun = "number" if kind.startswith("float") else "date"
        faults += [
            Fault(file, f"is not a {noun}", int(i) + 2, name, raw.at[i, name], allowed)
            for i in raw.index[bad]
        ]
    return typed, faults


def _check(
    typed: pd.DataFrame,
    raw: pd.DataFrame,
    schema: pa.DataFrameSchema,
    file: str,
    known: set[tuple[int | None, str | None]],
) -> list[Fault]:
    try:
        schema.validate(typed, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    faults, duplicates = [], set()
    for case in cases.itertuples():
        if case.index is None or pd.isna(case.index):
            faults.append(Fault(file, f"fails the check {case.check!r}", column=str(case.column)))
        elif "uniqueness" in str(case.check):
            duplicates.add(int(case.index))
        elif (int(case.index) + 2, case.column) not in known:
            value = raw.at[int(case.index), case.column]
            allowed = "a number: the cell is blank" if "nullable" in case.check else case.check
            message = "is not allowed" if value else "a blank is not allowed here"
            row = int(case.index) + 2
            faults.append(Fault(file, message, row, case.column, value or None, allowed))
    return faults + _duplicate_faults(raw, schema, file, sorted(duplicates))


def _duplicate_faults(
    raw: pd.DataFrame, schema: pa.DataFrameSchema, file: str, rows: list[int]
) -> list[Fault]:
    key = [schema.unique] if isinstance(schema.unique, str) else list(schema.unique or [])
    first: dict[tuple[str, ...], int] = {}
    faults = []
    for i in rows:
        values = tuple(raw.loc[i, key])
        if values in first:
            faults.append(
                Fault(
                    file,
                    f"repeats row {first[values]}",
                    i + 2,
                    " + ".join(key),
                    " + ".join(values),
                    "each combination once",
                )
            )
        else:
            first[values] = i + 2
    return faults
