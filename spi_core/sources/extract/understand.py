"""Read an extract in an edition's terms, with what has to be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter

from spi_core.edition.areas.vintage import wanted_vintage
from spi_core.edition.framework import make_framework
from spi_core.edition.inputs import read_all
from spi_core.edition.panel import check_observations
from spi_core.edition.readers.book import Sheet
from spi_core.edition.readers.read import Read
from spi_core.edition.readers.schema import TABLES
from spi_core.edition.settings import read_edition_file
from spi_core.errors import Fault, InputError, in_order, some
from spi_core.files import shown
from spi_core.sources.extract.cells import plain
from spi_core.sources.extract.figures import FIELDS, Calendar, Said, settle_units, take
from spi_core.sources.extract.files import open_extract
from spi_core.sources.extract.names import Areas, Indicators, words
from spi_core.sources.extract.preview import MOST, compare
from spi_core.sources.extract.table import Table, find_table, settle_columns

Ask = Callable[[str, list[str]], str]
EXPECTED = (
    "a column, or row, that names areas of geography/areas.csv, below or beside headings that name "
    "indicators or years"
)


@dataclass(frozen=True, slots=True)
class Understood:
    """An extract in the edition's terms.

    ``lines`` tell how it was read, ``rows`` (under ``heads``) compare it, ``notes`` what stands out
    and what is left out; ``answers`` hold what was asked.
    """

    frame: pd.DataFrame
    lines: list[str]
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    notes: list[str]
    facts: list[dict[str, Any]]
    answers: Said


def understand(folder: Path, path: Path, said: Said, ask: Ask | None) -> Understood:
    """Understand an extract.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    path : Path
        The extract.
    said : Said
        What is known of it already.
    ask : callable or None
        Asks a person; without it what is not certain is a fault.

    Returns
    -------
    Understood
        Nothing is written.

    Raises
    ------
    InputError
        With everything that is not certain, wrong or not understood.
    """
    settings, faults = read_edition_file(folder / "edition.yml")
    reads = {
        n: read_all(folder, n) for n in ("indicators", "areas", "observations", "distribution")
    }
    faults += [f for n in ("indicators", "areas") for f in reads[n].faults]
    if faults:
        raise InputError(in_order(faults))
    present = reads["observations"].sound.drop(columns=["of_file", "of_row"], errors="ignore")
    present = present if len(present) else pd.DataFrame(columns=[*TABLES["observations"].columns])
    areas = _areas(settings, reads["areas"].frame, said)
    indicators = Indicators(reads["indicators"].frame, said.indicators)
    file = shown(path)
    _check_said(said, areas, indicators, [p["id"] for p in settings["periods"]])
    sheets, parted = open_extract(path)
    table, lines = _choose(sheets, areas, said, ask, file)
    faults = _settle(table, areas, indicators, said, ask, file, path)
    calendar = Calendar({p["id"]: p["label"] for p in settings["periods"]}, present)
    taken = take(table, indicators, calendar, said, file, parted)
    if ask and taken.times:
        for text, indicator in taken.times.items():
            named = f"{text!r} of {indicator}" if text else f"the figures of {indicator}"
            answer = ask(f"{named}: which period is it?", list(calendar.labels))
            said.periods |= {text: answer} if answer in calendar.labels else {}
        taken = take(table, indicators, calendar, said, file, parted)
    faults += taken.faults
    if taken.frame.empty and not faults:
        what = some([*table.left, *taken.left], MOST) or "no column holds figures"
        message = f"sheet {table.sheet.name!r}: nothing is left to take in: {what}"
        labels = ", ".join(f"{p} ({label})" for p, label in calendar.labels.items())
        faults.append(Fault(file, message, allowed=f"--indicator ID; --period, of {labels}"))
    spread = reads["distribution"].frame
    usual = spread.groupby("indicator_id")["median"].median().to_dict() if len(spread) else {}
    register = indicators.about
    if len(taken.frame):
        before = len(taken.faults)
        asked = settle_units(taken, register, present, usual, said, file)
        if ask and asked:
            for fault, (indicator, factor) in zip(
                taken.faults[before:], asked.items(), strict=True
            ):
                choices = list(dict.fromkeys([f"{factor:g}", "1"]))
                answer = ask(f"{fault.message} Multiply by:", choices)
                if _is_number(answer):
                    said.times[indicator] = float(answer)
            del taken.faults[before:]
            settle_units(taken, register, present, usual, said, file)
        faults += taken.faults[before:]
        faults += _check(taken.frame, settings, reads["indicators"], file)
    if faults:
        raise InputError(in_order(faults))
    rows, told = compare(taken.frame, present, spread, list(calendar.labels), areas.names)
    lines += [*_columns(table), *taken.told]
    notes = [*told, *(f"left out: {left}" for left in (*table.left, *taken.left))]
    heads = (
        "indicator",
        "period",
        "figures",
        "suppressed",
        "missing",
        "middle now",
        "→ new",
        "period before",
    )
    return Understood(taken.frame, lines, heads, [_shown(r) for r in rows], notes, rows, said)


def _is_number(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False


def _areas(settings: Any, frame: pd.DataFrame, said: Said) -> Areas:
    wanted = [wanted_vintage(settings, level) for level in frame["level"]]
    own = frame.assign(own=frame["vintage"] == wanted).sort_values(
        "own", ascending=False, kind="stable"
    )
    # an old area of the name of a new one is meant by its code only
    own = own[own["own"] | ~own["name"].isin(own.loc[own["own"], "name"])]
    return Areas(own, said.areas)


def _check_said(said: Said, areas: Areas, indicators: Indicators, periods: list[str]) -> None:
    faults = []
    for option, values, known in (
        ("--area", said.areas, areas.names),
        (
            "--indicator",
            {k: v for k, v in said.indicators.items() if v or not k},
            indicators.about.index,
        ),
        ("--period", said.periods, periods),
        ("--times", {k: k for k in said.times if k}, indicators.about.index),
    ):
        faults += [
            Fault("command line", "is not one of the edition", None, option, value, some(list(known)))
            for value in values.values() if value not in known
        ]  # fmt: skip
    if faults:
        raise InputError(faults)


def _choose(
    sheets: list[Sheet], areas: Areas, said: Said, ask: Ask | None, file: str
) -> tuple[Table, list[str]]:
    """Choose the sheet to read: the one with areas and figures, if it is the only one seen."""
    listed = [repr(s.name) + (" (hidden)" if s.hidden else "") for s in sheets]
    wanted = [s for s in sheets if s.name == said.sheet]
    if said.sheet and len(sheets) > 1 and not wanted:
        allowed = ", ".join(listed)
        raise InputError([Fault(file, "is no sheet", None, "--sheet", said.sheet, allowed)])
    tables = [t for s in wanted or sheets if s.rows and (t := find_table(s, areas))]
    seen = [t for t in tables if not t.sheet.hidden or wanted]
    full = [t for t in seen if len(set(t.rows.values())) > 1 and _figures(t)]
    if len(full) > 1 and ask:
        names = [t.sheet.name for t in full]
        name = ask(f"Areas stand in {len(full)} sheets. Which one is to be read?", names)
        full = [t for t in full if t.sheet.name == name]
        said.sheet = name
    if len(full) == 1:
        table, rest = full[0], [x for x in listed if not x.startswith(repr(full[0].sheet.name))]
        turned = "; areas stand across it" if table.turned else ""
        lines = [f"{file}: sheet {table.sheet.name!r}, headings in {table.place(max(table.top, 0))}, "
                 f"{len(set(table.rows.values()))} areas{turned}"]  # fmt: skip
        lines += [f"sheets not read: {', '.join(rest)}"] if rest else []
        for what, of, name in ((table.sheet.hidden_rows, len(table.sheet.rows), lambda k: str(k + 1)),
                               (table.sheet.hidden_columns, len(table.columns), get_column_letter_)):  # fmt: skip
            if found := [name(k) for k in what if k < of]:
                kind = "rows" if what is table.sheet.hidden_rows else "columns"
                kind = kind if not table.turned else {"rows": "columns", "columns": "rows"}[kind]
                lines.append(
                    f"hidden {kind}, read only where nothing seen says it: {some(found, 12)}"
                )
        return table, lines
    if full:
        names = ", ".join(repr(t.sheet.name) for t in full)
        message = f"has areas and figures in {len(full)} sheets"
        raise InputError([Fault(file, message, allowed=f"--sheet, one of {names}")])
    faults = []
    for sheet in sheets:
        rows = [(r + 1, [plain(c) for c in row if plain(c)]) for r, row in enumerate(sheet.rows)]
        looked = "; ".join(
            f"row {r}: {', '.join(cells)[:80]}" for r, cells in [p for p in rows if p[1]][:4]
        )
        hidden = ", hidden" if sheet.hidden else ""
        message = f"sheet {sheet.name!r}{hidden} cannot be understood: {looked or 'it is empty'}"
        faults.append(Fault(file, message, allowed=EXPECTED))
    raise InputError(faults)


def get_column_letter_(k: int) -> str:
    """Name a column counted from 0."""
    return str(get_column_letter(k + 1))


def _figures(table: Table) -> bool:
    from spi_core.sources.extract.cells import number

    at = [c.at for c in table.columns if not c.role]
    return any(
        number(table.sheet.rows[r][k]).kind in ("number", "suppressed")
        for r in list(table.rows)[:200] for k in at
    )  # fmt: skip


def _settle(
    table: Table, areas: Areas, indicators: Indicators, said: Said, ask: Ask | None, file: str, path: Path
) -> list[Fault]:  # fmt: skip
    """Settle names that are in doubt: ask, or make them faults."""
    faults: list[Fault] = []
    there = set(table.rows.values())
    for text, rows in table.unknown.items():
        near = list(table.shared.get(text, ())) or areas.near(text, set(areas.names) - there)
        lacking = [c for c, level in areas.level.items()
                   if c not in there and level in {areas.level[x] for x in there}]  # fmt: skip
        if not near and not lacking:
            table.left.append(f"{text!r} is none of the edition's areas: {table.place(rows[0])}")
            continue
        told = [f"{areas.names[c]} ({c})" for c in near]
        if ask:
            answer = ask(f"{text!r} in {table.place(rows[0])}: which area is it?", told)
            code = next((c for c in near if f"({c})" in answer), answer)
            if code in areas.names:
                said.areas[text] = code
                table.rows |= dict.fromkeys(rows, code)
            else:
                table.left.append(f"{text!r} is no area, as was said: {table.place(rows[0])}")
            continue
        message = f"is not an area ({some([table.place(r) for r in rows], 4)})"
        hint = (
            f"it may be {some(told, 3)}"
            if told
            else f"without figures are {some([areas.names[c] for c in lacking], 4)}"
        )
        allowed = f"--area '{text}=CODE'; {hint}"
        faults.append(Fault(file, message, None, None, text, allowed))
    title = next(
        (
            i
            for t in (*table.titles[::-1], table.sheet.name, path.stem)
            if (i := indicators.within(t))
        ),
        None,
    )
    only = said.indicators.get("") or title
    strange = settle_columns(table, indicators, only)
    nameless = [c for c in strange if c.role]
    if nameless and not only:
        texts = " ".join((*table.titles, path.stem))
        near = indicators.near(texts)
        if ask:
            answer = ask(
                f"{file}: which indicator is it? ({some([c.head for c in nameless], 6)})", near
            )
            if answer in indicators.about.index:
                said.indicators[""] = answer
                return faults + _settle_again(table, indicators, answer)
        heads = some([repr(c.head) for c in nameless], 6)
        message = f"no indicator is named in titles or headings ({heads})"
        allowed = f"--indicator ID{': perhaps ' + some(near, 3) if near else ''}"
        faults.append(Fault(file, message, allowed=allowed))
    for column in (c for c in strange if not c.role):
        near = indicators.near(column.head) if words(column.head) else []
        where = f"column {column.head or get_column_letter_(column.at)!r}"
        if near and ask:
            answer = ask(f"{where}: which indicator is it? Enter leaves it out.", near)
            said.indicators[column.head] = answer if answer in indicators.about.index else ""
            if answer in indicators.about.index:
                column.indicator, column.role = answer, "value"
        elif near:
            message = "may be an indicator"
            allowed = f"--indicator '{column.head}=ID', perhaps {some(near, 3)}, or '{column.head}=' to leave it out"
            faults.append(Fault(file, message, None, None, column.head, allowed))
        else:
            table.left.append(f"{where} names no indicator")
    return faults


def _settle_again(table: Table, indicators: Indicators, only: str) -> list[Fault]:
    for column in table.columns:
        if column.role in FIELDS and not column.indicator:
            column.indicator = only
    return []


def _columns(table: Table) -> list[str]:
    """Say what each column was taken for."""
    said = [
        f"{c.head or get_column_letter_(c.at)!r} is {c.indicator or 'the'} {c.role}"
        for c in table.columns if c.role not in ("", "area")
    ]  # fmt: skip
    return [f"columns: {some(said, 16)}"]


def _check(frame: pd.DataFrame, settings: Any, register: Read, file: str) -> list[Fault]:
    """Hold the observations against the rules of observations files."""
    framework, _ = make_framework(settings, register)
    rows = frame.assign(file=file, row=range(len(frame)))
    found = check_observations(Read(rows, ()), framework)
    cells = list(frame["cell"])
    return [
        Fault(file, f"{f.message} (in {cells[f.row or 0]})", None, f.column, f.value, f.allowed)
        for f in found
    ]


def _shown(row: dict[str, Any]) -> tuple[str, ...]:
    def said(x: float | None) -> str:
        return "–" if x is None else f"{x:.4g}"

    return (
        row["indicator"], f"{row['period']} ({row['label']})", str(row["figures"]), str(row["suppressed"]),
        str(row["missing"]), said(row["before"]), said(row["after"]), said(row["earlier_period"]),
    )  # fmt: skip
