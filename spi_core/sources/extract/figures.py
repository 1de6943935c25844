"""Make observations of the cells of a table: times, units, counts, and what is withheld."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from spi_core.errors import Fault, some
from spi_core.sources.extract.cells import Number, decimal_marks, number, period_key, plain
from spi_core.sources.extract.names import Indicators, words
from spi_core.sources.extract.table import FIELDS, Table, When, when

#: A value is of another unit where the middle one is so many times as large as it was.
OFF = 5
#: Slips of unit.
SLIPS = (100, 10, 1000)
KEY = ["indicator_id", "area_code", "period"]
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
        What figures of an indicator are to be multiplied with.
    decimal : str
        ``comma`` or ``point``.
    """

    sheet: str = ""
    indicators: dict[str, str] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)
    periods: dict[str, str] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)
    decimal: str = ""


class Calendar:
    """The edition's periods: what each means for each indicator.

    Parameters
    ----------
    labels : mapping of str to str
        Label of each period of ``edition.yml``, in order.
    present : DataFrame
        Observations of the edition.
    """

    def __init__(self, labels: Mapping[str, str], present: pd.DataFrame) -> None:
        self.labels = dict(labels)
        self.known: dict[tuple[str, str], tuple[str, Any, Any]] = {}
        if len(present):
            rows = present.dropna(subset=["start", "end"]).drop_duplicates(
                ["indicator_id", "period"]
            )
            for r in rows.to_dict("records"):
                about = (str(r["period_label"]), r["start"], r["end"])
                self.known[str(r["indicator_id"]), str(r["period"])] = about

    def find(self, indicator: str, said: When) -> str | None:
        """Name the period that a time means for an indicator."""
        if said.text in self.labels:
            return said.text
        own = {p: self.known[indicator, p] for p in self.labels if (indicator, p) in self.known}
        if said.day:
            at = pd.Timestamp(said.day)
            found = [p for p, (_, start, end) in own.items() if start <= at <= end]
            found = found or [p for p, label in self.labels.items()
                              if p not in own and period_key(label)[0] == (str(at.year),)]  # fmt: skip
        else:
            found = [p for p, (label, _, _) in own.items() if period_key(label)[0] == said.key]
            found = found or [p for p, label in self.labels.items()
                              if p not in own and period_key(label)[0] == said.key]  # fmt: skip
        return found[0] if len(found) == 1 else None

    def spell(self, indicator: str) -> str:
        """Say what the periods are called for an indicator."""
        said = {p: self.known.get((indicator, p), (label,))[0] for p, label in self.labels.items()}
        return ", ".join(f"{period} is {label}" for period, label in said.items())

    def dates(self, indicator: str, period: str, said: When | None) -> tuple[str, Any, Any] | None:
        """Say what a period is called and when it starts and ends, or None where it can't be told.

        A new period is as long as the one before it, so many years later.
        """
        if (indicator, period) in self.known:
            return self.known[indicator, period]
        label = (
            said.text if said and said.key and said.text not in self.labels else self.labels[period]
        )
        label = label if period_key(label)[1] == "" else self.labels[period]
        key = period_key(label)[0]
        before = [about for (i, _), about in self.known.items() if i == indicator]
        for old, start, end in sorted(before, key=lambda about: about[2], reverse=True):
            was = period_key(old)[0]
            if key and len(was) == len(key) and [len(t) for t in was] == [len(t) for t in key]:
                years = int(key[0][:4]) - int(was[0][:4])
                last = end + pd.DateOffset(days=1) + pd.DateOffset(years=years)
                return label, start + pd.DateOffset(years=years), last - pd.DateOffset(days=1)
        if len(key) == 1 and len(key[0]) == 4 and not before:
            return label, pd.Timestamp(int(key[0]), 1, 1), pd.Timestamp(int(key[0]), 12, 31)
        return None


@dataclass(slots=True)
class Taken:
    """The observations of an extract, with what was left out and what is wrong.

    ``frame`` has the columns of an observations file, and ``cell``, where each figure stands;
    ``times`` are those that no period of their indicator is.
    """

    frame: pd.DataFrame
    left: list[str]
    told: list[str]
    faults: list[Fault]
    times: dict[str, str] = field(default_factory=dict)


def take(
    table: Table,
    indicators: Indicators,
    calendar: Calendar,
    said: Said,
    file: str,
    parted: str,
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
    out = Taken(pd.DataFrame(columns=[*COLUMNS, "cell", "percent"]), [], [], [])
    comma = _comma(table, said, parted, file, out)
    cells = _cells(table, indicators, calendar, said, file, out, comma)
    rows = []
    for key, parts in cells.items():
        row = _row(key, parts, table, out, file)
        if row is not None:
            rows.append(row)
    if rows:
        out.frame = pd.DataFrame(rows)
        empty = out.frame.groupby(KEY[::2])["status"].transform(lambda s: (s == "missing").all())
        for indicator, period in out.frame.loc[empty, KEY[::2]].drop_duplicates().to_numpy():
            out.left.append(f"{indicator} in {period}: not one figure is filled in")
        out.frame = out.frame[~empty].reset_index(drop=True)
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
    comma: bool,
) -> dict[tuple[str, str, str], dict[str, list[tuple[Any, int, int, bool]]]]:  # fmt: skip
    """Sort the cells by indicator, area and period, then by the part of a figure they say."""
    found: dict[tuple[str, str, str], dict[str, list[tuple[Any, int, int, bool]]]] = {}
    role = {name: next((c.at for c in table.columns if c.role == name), None)
            for name in ("indicator", "period", "status", "note", "start", "end", "period_label")}  # fmt: skip
    columns = [c for c in table.columns if c.role in FIELDS]
    times = {c.when for c in columns if c.when}
    titles = {w for t in table.titles if (w := when(t)) and w.key}
    hidden = set(table.sheet.hidden_rows), set(table.sheet.hidden_columns)
    strange: dict[str, list[str]] = {}
    wrong: dict[str, list[str]] = {}
    lost: dict[tuple[str, str], list[str]] = {}
    memo: dict[Any, str | None] = {}

    def period_of(indicator: str, time: When | None, several: bool) -> str | None:
        if time and time.text in said.periods:
            return said.periods[time.text]
        if time and (named := calendar.find(indicator, time)):
            return named
        if "" in said.periods and not several:
            return said.periods[""]
        return None

    in_column = {plain(table.sheet.rows[r][role["period"]]) for r in table.rows} if role["period"] is not None else set()  # fmt: skip
    for r, area in table.rows.items():
        row = table.sheet.rows[r]
        more: dict[str, Any] = {n: row[k] for n, k in role.items() if k is not None and n not in ("indicator", "period")}  # fmt: skip
        named = plain(row[role["indicator"]]) if role["indicator"] is not None else ""
        of_row = indicators.find(named) if named else None
        if role["indicator"] is not None and of_row is None:
            strange.setdefault(f"{named!r} is no indicator", []).append(table.place(r))
            continue
        for c in columns:
            cell = row[c.at]
            indicator = c.indicator or (of_row[0] if of_row else "")
            if not indicator:
                continue
            part = of_row[1] if of_row and of_row[1] and c.role == "value" else c.role
            time, several = c.when, len(times) > 1
            if time is None and role["period"] is not None:
                text = row[role["period"]]
                time, several = when(text) or When(text=plain(text)), len(in_column) > 1
            elif time is None and len(titles) == 1:
                time = next(iter(titles))
            key = (indicator, time, several)
            if key not in memo:
                memo[key] = period_of(*key)
            period = memo[key]
            x = number(cell, comma=comma)
            if period is None:
                if x.kind != "blank":
                    unknown = (indicator, time.text if time else "")
                    lost.setdefault(unknown, []).append(table.place(r, c.at))
                continue
            if x.kind == "text":
                wrong.setdefault(plain(cell), []).append(table.place(r, c.at))
                continue
            unseen = r in hidden[0] or c.at in hidden[1]
            parts = found.setdefault((indicator, area, period), {})
            parts.setdefault(part, []).append((x, r, c.at, unseen))
            parts["when"] = parts.get("when") or [(time, r, c.at, unseen)]
            parts["dates"] = parts.get("dates") or [
                (calendar.dates(indicator, period, time), r, c.at, unseen)
            ]
            for name, text in more.items():
                parts.setdefault(name, []).append((text, r, c.at, unseen))
    out.left += [f"{why}: {len(at)} rows from {at[0]}" for why, at in strange.items()]
    there = {indicator for indicator, _, _ in found}
    for (indicator, text), at in lost.items():
        known = calendar.spell(indicator)
        if indicator in there and text:
            out.left.append(
                f"{indicator}, {text}: no period of the edition ({known}); {len(at)} cells from {at[0]}"
            )
        else:
            out.times[text] = indicator
            message = (
                f"is no period of {indicator} ({at[0]})"
                if text
                else f"no period is named for {indicator}"
            )
            allowed = f"{known}: --period {f'{text}=PERIOD' if text else 'PERIOD'}"
            out.faults.append(Fault(file, message, None, None, text or None, allowed))
    for text, at in list(wrong.items())[:12]:
        message = f"is no figure ({some(at, 6)})"
        allowed = "a number, or a mark such as * c [c] .. <5 (suppressed), - n/a (missing)"
        out.faults.append(Fault(file, message, None, None, text, allowed))
    return found


def _row(
    key: tuple[str, str, str], parts: dict[str, list[tuple[Any, int, int, bool]]], table: Table,
    out: Taken, file: str,
) -> dict[str, Any] | None:  # fmt: skip
    """Make one observation; None where it cannot be."""
    indicator, area, period = key
    said: dict[str, Number] = {}
    place = ""
    for name in FIELDS:
        cells = parts.get(name, [])
        seen = [c for c in cells if not c[3]] or cells  # what is seen wins over what is hidden
        seen = [c for c in seen if c[0].kind != "blank"] or seen[:1]
        if len({c[0] for c in seen}) > 1:
            where = some([table.place(r, k) for _, r, k, _ in seen], 6)
            message = (
                f"{name} of {indicator} in {area}, {period}, is given {len(seen)} times ({where})"
            )
            out.faults.append(Fault(file, message, allowed="one figure; --sheet or a clean table"))
            return None
        if seen:
            said[name] = seen[0][0]
            place = place or table.place(seen[0][1], seen[0][2])
    row: dict[str, Any] = dict.fromkeys(COLUMNS, "") | dict(zip(KEY, key, strict=True))
    none = Number("blank")
    value, top, base = (said.get(n, none) for n in FIELDS[:3])
    numbers = {n: x.value if x.kind == "number" else math.nan
               for n, x in ((n, said.get(n, none)) for n in FIELDS)}  # fmt: skip
    kinds = [value.kind] if value.kind != "blank" else [top.kind, base.kind]
    status = next((x.status for x in (value, top) if x.status), "observed")
    told = words(parts["status"][0][0]) if "status" in parts else ""
    if "suppressed" in kinds or told == "suppressed":
        status = "suppressed"
    elif value.kind in ("blank", "missing") and (
        kinds != ["number", "number"] or value.kind == "missing"
    ):
        if top.kind == "number":
            message = f"{indicator} has a count and neither base nor rate ({place})"
            out.faults.append(Fault(file, message, None, None, None, "a rate, or count and base"))
            return None
        status = "missing"
    elif told:
        status = told
    if status in ("suppressed", "missing"):
        numbers = dict.fromkeys(FIELDS, math.nan)
    elif math.isnan(numbers["numerator"]) or math.isnan(numbers["denominator"]):
        numbers |= {"numerator": math.nan, "denominator": math.nan}
    dates = parts["dates"][0][0]
    label, start, end = dates or ("", None, None)
    if "start" in parts and "end" in parts:
        start, end = (when(parts[n][0][0]) for n in ("start", "end"))
        start, end = (pd.Timestamp(t.day) if t and t.day else None for t in (start, end))
    if "period_label" in parts:
        label = plain(parts["period_label"][0][0]) or label
    if not label or start is None or end is None:
        message = f"nobody says when {period} of {indicator} starts and ends"
        out.faults.append(Fault(file, message, allowed="columns period_label, start and end"))
        return None
    note = plain(parts["note"][0][0]) if "note" in parts else ""
    row |= numbers | {
        "period_label": label,
        "start": start,
        "end": end,
        "status": status,
        "note": note,
    }
    hidden = all(c[3] for c in parts.get("value") or parts.get("numerator") or [(0, 0, 0, False)])
    return row | {"cell": place, "percent": value.percent, "hidden": hidden}


def settle_units(
    taken: Taken, register: pd.DataFrame, before: pd.DataFrame, usual: Mapping[str, float],
    said: Said, file: str,
) -> dict[str, float]:  # fmt: skip
    """Bring values to the unit of their indicator, and find those that may be of another.

    Parameters
    ----------
    taken : Taken
        Its values are changed, its faults added to.
    register : DataFrame
        ``indicators.csv``, index ``id``.
    before : DataFrame
        Present observations.
    usual : mapping of str to float
        The middle value of each indicator in its reference population.
    said : Said
        ``times`` decides.
    file : str
        As messages call it.

    Returns
    -------
    dict of str to float
        A factor to ask for, by indicator: the values would then be of the size they were.
    """
    asked: dict[str, float] = {}
    for indicator, rows in taken.frame.groupby("indicator_id", sort=False):
        about, at = register.loc[indicator], rows.index
        ratio = about["kind"] in ("rate", "proportion")
        per, value = float(about["per"]), rows["value"].to_numpy(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            implied = (rows["numerator"] / rows["denominator"] * per).to_numpy(float)
        marked = rows["percent"].to_numpy(bool)
        if ratio and marked.any():
            value = np.where(marked, value / 100 * per, value)
        if marked.any():
            taken.told.append(f"{indicator}: {marked.sum()} figures shown as per cent")
        plain_values = np.where(marked & ratio, np.nan, value)
        factor = said.times.get(str(indicator), said.times.get("", math.nan))
        if not math.isnan(factor):
            value = np.where(marked & ratio, value, value * factor)
            taken.told.append(f"{indicator}: multiplied by {factor:g}")
        elif np.isfinite(implied + plain_values).any():
            with np.errstate(divide="ignore", invalid="ignore"):
                times = _middle(implied / plain_values)
            if any(
                abs(times / f - 1) < 0.01 for f in {*SLIPS, per, *(1 / s for s in SLIPS)} - {1.0}
            ):
                size = min((*SLIPS, per, *(1 / s for s in SLIPS)), key=lambda f: abs(times / f - 1))
                value = np.where(marked, value, value * size)
                taken.told.append(f"{indicator}: multiplied by {size:g}, as its counts say")
        value = np.where(np.isnan(value) & (rows["status"] != "missing")
                         & (rows["status"] != "suppressed"), implied, value)  # fmt: skip
        taken.frame.loc[at, "value"] = [float(f"{v:.10g}") for v in value]
        old = before[
            (before["indicator_id"] == indicator) & before["area_code"].isin(rows["area_code"])
        ]
        was = _middle(old["value"].to_numpy(float)) if len(old) else math.nan
        was = usual.get(str(indicator), math.nan) if math.isnan(was) else was
        now = _middle(np.abs(plain_values if math.isnan(factor) else value))
        if now > 0 and abs(was) > 0 and math.isnan(factor) and not np.isfinite(implied).any():
            times = abs(was) / now
            if not 1 / OFF < times < OFF:
                near = [f for s in SLIPS for f in (s, 1 / s) if 0.5 < times / f < 2]
                asked[str(indicator)] = near[0] if near else 1.0
                guess = (
                    f"--times {indicator}={near[0]:g}"
                    if near
                    else "a figure of the indicator's unit"
                )
                message = (f"the middle figure of {indicator} is {now:.4g}, where {was:.4g} is usual: "
                           f"is it in another unit than {about['unit']!r}?")  # fmt: skip
                allowed = f"{guess}, or --times {indicator}=1 if it is right as it is"
                taken.faults.append(Fault(file, message, None, None, None, allowed))
        elif now > 0 and math.isnan(was) and per == 100 and ratio and np.nanmax(plain_values) <= 1:
            asked[str(indicator)] = 100.0
            message = f"all figures of {indicator} are at most 1: are they fractions of {about['unit']!r}?"
            allowed = (
                f"--times {indicator}=100, or --times {indicator}=1 if they are right as they are"
            )
            taken.faults.append(Fault(file, message, None, None, None, allowed))
    return asked


def _middle(x: np.ndarray[Any, Any]) -> float:
    there = x[np.isfinite(x)]
    return float(np.median(there)) if there.size else math.nan
