"""Read an extract in an edition's terms, with what has to be asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from spi_core.edition.areas.geography import Geography
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
from spi_core.levels import levels_of
from spi_core.sources.extract.cells import plain
from spi_core.sources.extract.dates import Calendar
from spi_core.sources.extract.figures import Said, take
from spi_core.sources.extract.files import open_extract
from spi_core.sources.extract.names import Areas, Ask, Indicators, area_words, of_answer, words
from spi_core.sources.extract.preview import MOST, beside_parts, compare
from spi_core.sources.extract.table import FIELDS, Table, find_table, letter, settle_columns
from spi_core.sources.extract.units import settle_units

EXPECTED = (
    "a column, or row, that names areas of geography/areas.csv, below or beside headings that name "
    "indicators or years"
)

#: Kind of a place in ``places.csv`` that says what an area was called.
FORMER = "former name"


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
    needed = ("indicators", "areas", "observations", "distribution", "places")
    reads = {n: read_all(folder, n) for n in needed}
    faults += [f for n in ("indicators", "areas", "places") for f in reads[n].faults]
    if faults:
        raise InputError(in_order(faults))
    present = reads["observations"].sound.drop(columns=["of_file", "of_row"], errors="ignore")
    present = present if len(present) else pd.DataFrame(columns=[*TABLES["observations"].columns])
    areas = _areas(settings, reads["areas"].frame, reads["places"].frame, said)
    indicators = Indicators(reads["indicators"].frame, said.indicators)
    file = shown(path)
    _check_said(said, areas, indicators, [p["id"] for p in settings["periods"]])
    sheets, parted = open_extract(path)
    table, lines = _choose(sheets, areas, said, ask, file)
    faults = _settle_areas(table, areas, said, ask, file)
    faults += _settle_columns(table, indicators, said, ask, file, path.stem)
    calendar = Calendar({p["id"]: p["label"] for p in settings["periods"]}, present, folder)
    taken = take(table, indicators, calendar, said, file, parted)
    if ask and taken.times:
        for text, indicator in taken.times.items():
            named = f"{text!r} of {indicator}" if text else f"the figures of {indicator}"
            answer = ask(f"{named}: which period is it?", list(calendar.labels))
            said.periods |= {text: answer} if answer in calendar.labels else {}
        taken = take(table, indicators, calendar, said, file, parted)
    if taken.frame.empty and not [*faults, *taken.faults]:
        what = some([*table.left, *taken.left], MOST) or "no column holds figures"
        message = f"sheet {table.sheet.name!r}: nothing is left to take in: {what}"
        labels = ", ".join(f"{p} ({label})" for p, label in calendar.labels.items())
        faults.append(Fault(file, message, allowed=f"--indicator ID; --period, of {labels}"))
    spread = reads["distribution"].frame
    usual = spread.groupby("indicator_id")["median"].median().to_dict() if len(spread) else {}
    if len(taken.frame):
        before = replace(
            taken, frame=taken.frame.copy(), told=[*taken.told], faults=[*taken.faults]
        )
        asked = settle_units(taken, indicators.about, present, usual, said, file)
        if ask and asked:
            new = taken.faults[len(before.faults) :]
            for fault, (indicator, factor) in zip(new, asked.items(), strict=True):
                other = "no: stop here" if factor == 1 else f"times {factor:g}"
                answer = ask(fault.message, [other, "right as it is"])
                if answer != "no: stop here":
                    said.times[indicator] = factor if answer == other else 1.0
            taken = before
            settle_units(taken, indicators.about, present, usual, said, file)
    faults += taken.faults
    faults += _check(taken.frame, settings, reads["indicators"], file) if len(taken.frame) else []
    if faults:
        raise InputError(in_order(faults))
    rows, told = compare(taken.frame, present, spread, list(calendar.labels), areas.names)
    framework, _ = make_framework(settings, reads["indicators"])
    places = reads["areas"].frame
    places = places[_wanted(settings, places)].set_index("code")
    levels = levels_of(settings["geography"]["levels"], places["level"])
    if framework is not None:
        geography = Geography(places, levels, None, settings["area"])
        told += beside_parts(taken.frame, present, framework, geography)
    columns = [
        f"{c.head or letter(c.at)!r} is {c.indicator or 'the'} {c.role}"
        for c in table.columns
        if c.role not in ("", "area")
    ]
    lines += [f"columns: {some(columns, 16)}", *taken.told]
    if unseen := int(taken.frame["hidden"].sum()):
        told.append(f"{unseen} figures stand in hidden rows or columns, and nowhere else")
    notes = [*told, *(f"left out: {left}" for left in (*table.left, *taken.left))]
    heads = ("indicator", "period", "figures", "withheld", "missing", "now", "→ new", "before it")
    return Understood(taken.frame, lines, heads, [_shown(r) for r in rows], notes, rows, said)


def _wanted(settings: Any, areas: pd.DataFrame) -> pd.Series:
    return areas["vintage"] == [wanted_vintage(settings, level) for level in areas["level"]]


def _areas(settings: Any, frame: pd.DataFrame, places: pd.DataFrame, said: Said) -> Areas:
    own = frame[_wanted(settings, frame)]
    # an old area of the name of a new one is meant by its code only
    old = frame[~frame["code"].isin(own["code"]) & ~frame["name"].isin(own["name"])]
    former: dict[str, str] = {}
    if len(places):  # what several areas were called is asked, what one is called means that one
        named = {area_words(n) for n in frame["name"]}
        once = places[places["kind"] == FORMER].drop_duplicates("name", keep=False)
        pairs = zip(once["name"], once["area_code"], strict=True)
        former = {name: code for name, code in pairs if area_words(name) not in named}
    return Areas(pd.concat([own, old]), former | said.areas, settings["area"])


def _check_said(said: Said, areas: Areas, indicators: Indicators, periods: list[str]) -> None:
    """Refuse answers that name nothing of the edition; a heading may be answered with nothing."""
    ids = list(indicators.about.index)
    answers = said.indicators.items()
    named = [(k, i) for k, v in answers for i in (of_answer(v)[0].split(",") if k else [v])]
    faults = [
        Fault("command line", "is not of the edition", None, option, value, some(list(known)))
        for option, values, known in (
            ("--area", said.areas.values(), areas.names),
            ("--indicator", [i for k, i in named if i or not k], ids),
            ("--period", said.periods.values(), periods),
            ("--times", [k.partition(":")[0] for k in said.times if k], ids),
        )
        for value in values
        if value not in known
    ]
    if faults:
        raise InputError(faults)


def _choose(
    sheets: list[Sheet], areas: Areas, said: Said, ask: Ask | None, file: str
) -> tuple[Table, list[str]]:
    """Choose the sheet to read: the one with areas and figures, if it is the only one seen."""
    named = [s for s in sheets if s.name == said.sheet]
    tables = [t for s in named or sheets if s.rows and (t := find_table(s, areas))]
    seen = [t for t in tables if (named or not t.sheet.hidden) and len(set(t.rows.values())) > 1]
    full = [t for t in seen if t.has_figures()]
    full = full or sorted(seen, key=lambda t: len(t.rows))[-1:]  # its faults tell what is there
    names = [t.sheet.name for t in full]
    if said.sheet and not named and len(sheets) > 1:
        allowed = ", ".join(names or [s.name for s in sheets])
        raise InputError([Fault(file, "is no sheet of it", None, "--sheet", said.sheet, allowed)])
    if len(full) > 1 and ask:
        said.sheet = ask(f"Areas stand in {len(full)} sheets. Which one is to be read?", names)
        full = [t for t in full if t.sheet.name == said.sheet]
    if len(full) > 1:
        message = f"areas and figures stand in {len(full)} sheets"
        raise InputError([Fault(file, message, allowed=f"--sheet, one of {', '.join(names)}")])
    if full:
        table = full[0]
        turned = "; areas stand across it" if table.turned else ""
        lines = [
            f"{file}: sheet {table.sheet.name!r}, headings in {table.place(max(table.top, 0))}, "
            f"{len(set(table.rows.values()))} areas{turned}"
        ]
        rest = [
            f"{s.name!r}" + " (hidden)" * s.hidden for s in sheets if s.name != table.sheet.name
        ]
        lines += [f"sheets not read: {', '.join(rest)}"] if rest else []
        if hidden := table.hidden():
            lines.append(f"hidden, read only where nothing seen says it: {some(hidden, 12)}")
        return table, lines
    faults = []
    for sheet in sheets:
        rows = [(r + 1, [plain(c) for c in row if plain(c)]) for r, row in enumerate(sheet.rows)]
        looked = [f"row {r}: {', '.join(cells)[:80]}" for r, cells in rows if cells][:4]
        hidden_ = ", hidden," if sheet.hidden else ""
        said_ = "; ".join(looked) or "it is empty"
        message = f"sheet {sheet.name!r}{hidden_} cannot be understood: {said_}"
        faults.append(Fault(file, message, allowed=EXPECTED))
    raise InputError(faults)


def _settle_areas(
    table: Table, areas: Areas, said: Said, ask: Ask | None, file: str
) -> list[Fault]:
    """Settle names of areas that are in doubt: ask, or make them faults."""
    faults, there = [], set(table.rows.values())
    levels = {areas.level[code] for code in there}
    lacking = [c for c, level in areas.level.items() if c not in there and level in levels]
    for text, rows in table.unknown.items():
        near = list(table.shared.get(text, ())) or areas.near(text, set(areas.names) - there)
        at = some([table.place(r) for r in rows], 4)
        told = [f"{areas.names[c]} ({c})" for c in near]
        if not near and not lacking:
            table.left.append(f"{text!r} is none of the edition's areas: {at}")
        elif ask:
            answer = ask(f"{text!r} in {at}: which area is it?", told)
            code = dict(zip(told, near, strict=True)).get(answer, answer)
            if code in areas.names:
                said.areas[text] = code
                table.rows |= dict.fromkeys(rows, code)
            else:
                table.left.append(f"{text!r} is no area, as was said: {at}")
        else:
            hint = f"it may be {some(told, 3)}"
            if not told:
                hint = f"without figures are {some([areas.names[c] for c in lacking], 4)}"
            allowed = f"--area '{text}=CODE'; {hint}"
            faults.append(Fault(file, f"is not an area ({at})", None, None, text, allowed))
    return faults


def _settle_columns(
    table: Table, indicators: Indicators, said: Said, ask: Ask | None, file: str, stem: str
) -> list[Fault]:
    """Settle what each column holds, in the same way."""
    faults = []
    texts = (*table.titles[::-1], table.sheet.name, stem)
    only = said.indicators.get("") or next((i for t in texts if (i := indicators.within(t))), "")
    strange = settle_columns(table, indicators)
    nameless = [c for c in table.columns if c.role in FIELDS and not c.indicator]
    if any(c.role == "indicator" for c in table.columns):
        nameless = []
    shared = [c for c in nameless if indicators.is_base(c.head)]
    nameless = [c for c in nameless if c not in shared]
    if nameless and not only:
        heads = some([repr(c.head) for c in nameless], 6)
        near = indicators.near(" ".join(texts))
        if ask:
            answer = ask(f"Which indicator do {heads} hold?", near)
            only = said.indicators[""] = answer if answer in indicators.about.index else ""
        if not only:
            message = f"no indicator is named in titles or headings ({heads})"
            allowed = f"--indicator ID{': perhaps ' + some(near, 3) if near else ''}"
            if base := next((c.head for c in nameless if c.role == "denominator"), ""):
                allowed += f"; --indicator '{base}=base', the base of every count without one"
            faults.append(Fault(file, message, allowed=allowed))
    for column in nameless:
        column.indicator = only
    of = {
        role: {i for c in table.columns if c.role == role for i in c.indicator.split(",") if i}
        for role in FIELDS
    }
    for column in shared:
        column.indicator = ",".join(sorted(of["numerator"] - of["denominator"])) or only
        if not column.indicator:
            table.left.append(f"column {column.head!r}: there is no count that lacks a base")
    mine = {only, *of["value"], *of["numerator"], *of["denominator"]} - {""}
    for column in strange:
        if base := indicators.base_of(column.head, mine):
            column.indicator, column.role = base, "denominator"
            continue
        near = indicators.near(column.head) if words(column.head) else []
        where = f"column {column.head or letter(column.at)!r}"
        if near and ask:
            answer = ask(f"{where}: which indicator is it? Enter leaves it out.", near)
            known = answer in indicators.about.index
            said.indicators[column.head] = answer if known else ""
            column.indicator, column.role = (answer, "value") if known else ("", "")
        elif near:
            allowed = f"--indicator '{column.head}=ID', perhaps {some(near, 3)}; "
            allowed += f"'{column.head}=' leaves it out"
            faults.append(Fault(file, "may be an indicator", None, None, column.head, allowed))
        else:
            table.left.append(f"{where} names no indicator")
    return faults


def _check(frame: pd.DataFrame, settings: Any, register: Read, file: str) -> list[Fault]:
    """Hold the observations against the rules of observations files."""
    framework, _ = make_framework(settings, register)
    faults = []
    for f in check_observations(
        Read(frame.assign(file=file, row=range(len(frame))), ()), framework
    ):
        message = f"{f.message} (in {frame['cell'].iloc[f.row or 0]})"
        faults.append(Fault(file, message, None, f.column, f.value, f.allowed))
    statuses = TABLES["observations"].columns["status"].checks[0].statistics["allowed_values"]
    for status in set(frame["status"]) - {*statuses}:
        faults.append(Fault(file, "is no status", None, "status", status, ", ".join(statuses)))
    return faults


def _shown(row: dict[str, Any]) -> tuple[str, ...]:
    figures = (row["before"], row["after"], row["earlier_period"])
    return (
        row["indicator"],
        f"{row['period']} ({row['label']})",
        *(str(row[name]) for name in ("figures", "suppressed", "missing")),
        *("–" if x is None else f"{x:.4g}" for x in figures),
    )
