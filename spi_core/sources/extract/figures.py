"""Make observations of the cells of a table: times, units, counts, and what is withheld."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from spi_core.errors import Fault, some
from spi_core.sources.extract.cells import Number, day, decimal_marks, number, plain
from spi_core.sources.extract.dates import Calendar
from spi_core.sources.extract.names import Indicators, words
from spi_core.sources.extract.table import FIELDS, Table, When, when

Key = tuple[str, str, str]
KEY = ["indicator_id", "area_code", "period"]
PART = ["indicator_id", "period"]
Lists = defaultdict[Any, list[str]]
A_FIGURE = "a number, or a mark such as * c [c] .. <5 (suppressed), - n/a (missing)"
COLUMNS = [*KEY, "period_label", "start", "end", *FIELDS, "status", "note"]


@dataclass(slots=True)
class Said:
    """What somebody has said of a file: options of the command, answers, and what was kept.

    Parameters
    ----------
    sheet : str
        The one to read.
    indicators, areas, periods : dict of str to str
        What headings and names mean; the key ``""`` is the whole file's.
    times : dict of str to float
        What figures of an indicator, or of ``indicator:period``, are to be multiplied with.
    decimal : str
        ``comma`` or ``point``.
    """

    sheet: str = ""
    indicators: dict[str, str] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)
    periods: dict[str, str] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)
    decimal: str = ""


@dataclass(slots=True)
class Taken:
    """The observations of an extract, with what was left out and what is wrong.

    ``frame`` has the columns of an observations file, and ``cell``, where each figure stands;
    ``times`` are those that no period of their indicator is.
    """

    frame: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))
    left: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    times: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Cell:
    """What the cells of one indicator, area and period say: figures by part, texts by role."""

    figures: dict[str, list[tuple[Number, str, bool]]] = field(default_factory=dict)
    texts: dict[str, object] = field(default_factory=dict)


def take(
    table: Table, indicators: Indicators, calendar: Calendar, said: Said, file: str, parted: str
) -> Taken:
    """Make observations of a table's cells.

    Parameters
    ----------
    table : Table
        With its rows and columns settled.
    indicators : Indicators
        The register.
    calendar : Calendar
        What times mean.
    said : Said
        What somebody has said.
    file : str
        As messages call it.
    parted : str
        What parts the cells of a text; semicolons leave it open how decimals are written.

    Returns
    -------
    Taken
        One row an indicator, area and period.
    """
    out = Taken()
    comma = _comma(table, said, parted, file, out)
    times: dict[tuple[str, str], When | None] = {}
    cells = _cells(table, indicators, calendar, said, file, out, comma, times)
    dates = {key: calendar.dates(*key, time) for key, time in times.items()}
    where = f"{file}, sheet {table.sheet.name!r}"
    rows = [_row(key, cell, dates[key[0], key[2]], where, out) for key, cell in cells.items()]
    if found := [row for row in rows if row]:
        frame = pd.DataFrame(found)
        gone = frame["status"].eq("missing")
        empty = gone.groupby([frame[name] for name in PART]).transform("all")
        for indicator, period in frame.loc[empty, PART].drop_duplicates().to_numpy():
            out.left.append(f"{indicator} in {period}: not one figure is filled in")
        out.frame = frame[~empty].reset_index(drop=True)
        for (indicator, period, lost), rest in out.frame.groupby([*PART, "lost"], sort=False):
            if lost:
                kept, lacks = ("counts", "base") if lost == "base" else ("bases", "count")
                about = f"{indicator}, {period}: of {len(rest)} areas"
                way = f"--indicator 'HEADING={lacks}' names its column"
                out.told.append(f"{kept} are left out: no {lacks} was found: {about}; {way}")
    return out


def _comma(table: Table, said: Said, parted: str, file: str, out: Taken) -> bool:
    """Tell whether decimals are parted by commas; what may be either is asked."""
    if said.decimal:
        return said.decimal == "comma"
    at = [c.at for c in table.columns if c.role in FIELDS]
    texts = (t for r in table.rows for k in at if isinstance(t := table.sheet.rows[r][k], str))
    point, comma, either = decimal_marks(texts)
    message = None
    if point and comma:
        message = f"{point!r} has a decimal point and {comma!r} a decimal comma"
    elif parted == ";" and either and not (point or comma):
        message = f"{either!r} may be a number with decimals or one of thousands"
    if message:
        out.faults.append(Fault(file, message, allowed="--decimal point, or --decimal comma"))
    return bool(comma and not point)


def _cells(
    table: Table, indicators: Indicators, calendar: Calendar, said: Said, file: str, out: Taken,
    comma: bool, times: dict[tuple[str, str], When | None],
) -> dict[Key, _Cell]:  # fmt: skip
    """Sort the cells by indicator, area and period, and what they say of it."""
    found: dict[Key, _Cell] = {}
    role = {c.role: c.at for c in reversed(table.columns) if c.role not in ("", "area", *FIELDS)}
    columns, rows = [c for c in table.columns if c.role in FIELDS], table.sheet.rows
    titles = {w for t in table.titles if (w := when(t)) and w.key}
    named = {c.when for c in columns if c.when}
    across = len(named) > 1
    down = len({plain(rows[r][role["period"]]) for r in table.rows} if "period" in role else ()) > 1
    hidden = set(table.sheet.hidden_rows), set(table.sheet.hidden_columns)
    strange, wrong, lost, joint = Lists(list), Lists(list), Lists(list), Lists(list)
    joined = _joined(table)
    memo: dict[object, tuple[When | None, str | None]] = {}

    def period_of(
        indicator: str, cell: object, time: When | None
    ) -> tuple[When | None, str | None]:
        if time is None and "period" in role:
            time = when(cell) or When(text=plain(cell))
        time = time or (next(iter(titles)) if len(titles) == 1 else None)
        period = said.periods.get(time.text) if time else None
        period = period or (calendar.find(indicator, time) if time else None)
        return time, period or ("" if across or down else said.periods.get("")) or None

    for r, area in table.rows.items():
        row = rows[r]
        of_row = indicators.find(plain(row[role["indicator"]])) if "indicator" in role else None
        if "indicator" in role and of_row is None:
            strange[f"{plain(row[role['indicator']])!r} is no indicator"].append(table.place(r))
            continue
        cell = row[role["period"]] if "period" in role else None
        name = of_row[0] if of_row else ""
        for c, indicator in ((k, i) for k in columns for i in (k.indicator or name).split(",")):
            if not indicator:
                continue
            part = of_row[1] if of_row and of_row[1] and c.role == "value" else c.role
            key = (indicator, plain(cell), c.at)
            if key not in memo:  # a count or base without a time is of the others' one
                shared = "period" not in role and c.role != "value" and len(named) == 1
                memo[key] = period_of(indicator, cell, next(iter(named)) if shared else c.when)
            time, period = memo[key]
            x, place = number(row[c.at], comma=comma), table.place(r, c.at)
            if period is None:
                if x.kind != "blank":
                    lost[indicator, time.text if time else ""].append(place)
            elif x.kind == "text":
                wrong[plain(row[c.at])].append(place)
            elif x.kind == "number" and (r, c.at) in joined:
                joint[plain(row[c.at])].append(place)
            else:
                times.setdefault((indicator, period), time)
                here = found.setdefault((indicator, area, period), _Cell())
                unseen = r in hidden[0] or c.at in hidden[1]
                here.figures.setdefault(part, []).append((x, place, unseen))
                here.texts |= {n: row[k] for n, k in role.items()}
    out.left += [f"{why}: {len(at)} rows from {at[0]}" for why, at in strange.items()]
    there = {indicator for indicator, _, _ in found}
    for (indicator, text), at in lost.items():
        known = calendar.spell(indicator)
        if indicator in there and text:
            why = f"{indicator}, {text}: no period of the edition ({known})"
            out.left.append(f"{why}; {len(at)} cells from {at[0]}")
            continue
        out.times[text] = indicator
        message = f"is no period of {indicator} ({at[0]})"
        message = message if text else f"no period is named for {indicator}"
        allowed = f"{known}: --period {f'{text}=PERIOD' if text else 'PERIOD'}"
        out.faults.append(Fault(file, message, None, None, text or None, allowed))
    for text, at in list(wrong.items())[:12]:
        message = f"is no figure ({some(at, 6)})"
        out.faults.append(Fault(file, message, None, None, text, A_FIGURE))
    for text, at in joint.items():
        message = f"is one figure for several areas, in merged cells ({some(at, 6)})"
        out.faults.append(Fault(file, message, None, None, text, "a cell for each area"))
    return found


def _joined(table: Table) -> set[tuple[int, int]]:
    """Find the cells merged over several areas: their figure may be a sum, or anybody's."""
    found: set[tuple[int, int]] = set()
    for top, left, bottom, right in table.sheet.merged:
        rows = [r for r in table.rows if top <= r <= bottom]
        if len({table.rows[r] for r in rows}) > 1:
            columns = range(left, min(right + 1, len(table.columns)))
            found |= {(r, c) for r in rows for c in columns}
    return found


def _row(
    key: Key, cell: _Cell, dates: tuple[str, Any, Any] | None, file: str, out: Taken
) -> dict[str, Any] | None:
    """Make one observation; None where it cannot be."""
    of, said, place, unseen = f"{key[0]} in {key[1]}, {key[2]}", dict[str, Number](), "", False

    def fault(message: str, allowed: str) -> dict[str, Any] | None:
        out.faults.append(Fault(file, message, allowed=allowed))
        return None

    for name, cells in cell.figures.items():
        seen = [c for c in cells if not c[2]] or cells  # what is seen wins over what is hidden
        seen = [c for c in seen if c[0].kind != "blank"] or seen[:1]
        if len({c[0] for c in seen}) > 1:
            where = some([place for _, place, _ in seen], 6)
            return fault(f"{name} of {of}, is given {len(seen)} times ({where})", "one figure")
        said[name], place, unseen = seen[0][0], place or seen[0][1], seen[0][2]
    none, texts, lost = Number("blank"), cell.texts, ""
    value, top, base = (said.get(n, none) for n in FIELDS[:3])
    numbers = {n: math.nan if x.value is None else x.value for n, x in said.items()}
    numbers = dict.fromkeys(FIELDS, math.nan) | numbers
    kinds = {value.kind} if value.kind != "blank" else {top.kind, base.kind}
    told, status = words(texts.get("status", "")), value.status or top.status or "observed"
    if "suppressed" in kinds or told == "suppressed":
        status = "suppressed"
    elif kinds != {"number"}:
        if top.kind == "number" and value.kind == "blank":
            return fault(
                f"{of}, has a count and neither base nor rate",
                "a rate, or count and base; --indicator 'HEADING=base' names its column",
            )
        status = "missing"
    elif told:
        status = told
    if status in ("suppressed", "missing"):
        numbers = dict.fromkeys(FIELDS, math.nan)
    elif math.isnan(numbers["numerator"] + numbers["denominator"]):
        lost = "base" if top.kind == "number" else ""
        lost = lost or ("count" if base.kind == "number" and "numerator" not in said else "")
        numbers |= {"numerator": math.nan, "denominator": math.nan}
    label, start, end = dates or ("", None, None)
    if (first := day(texts.get("start"))) and (last := day(texts.get("end"))):
        start, end = pd.Timestamp(first), pd.Timestamp(last)
    label = plain(texts.get("period_label")) or label
    if not label or start is None or end is None:
        why = f"nobody says when {key[2]} of {key[0]} starts and ends"
        if any(f.message.startswith(why) for f in out.faults):
            return None  # once for all areas
        allowed = "columns period_label, start and end beside it; of the edition's last period "
        allowed += "next_start and next_end in source/wanted.csv, where there is one"
        return fault(f"{why} ({place})", allowed)
    row = dict(zip(KEY, key, strict=True)) | {"period_label": label, "start": start, "end": end}
    row |= numbers | {"status": status, "note": plain(texts.get("note"))}
    return row | {"cell": place, "percent": value.percent, "hidden": unseen, "lost": lost}
