"""``spi template EDITION OWNER``: a workbook that a partner fills in and ``spi import`` takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spi_core.said import Edition, Json, Quiet, Said

if TYPE_CHECKING:
    import pandas as pd  # every command imports this module, and must be quick

app = typer.Typer()
#: Columns that a partner fills in; the others are locked, but for dates that nobody knows yet.
OPEN = ("value", "numerator", "denominator", "status", "note")
DATES = ("period_label", "start", "end")
HEADINGS = ("indicator_id", "indicator", "area_code", "area", "period", *DATES, *OPEN, "asked")
WIDE = {"indicator": 44, "asked": 90}
STATUSES = ("observed", "provisional", "revised", "modelled", "suppressed", "missing")
WORDS = (
    "Fill in the white cells of the sheet Figures, for the time from start to end of each line.",
    "Either the value, in the unit that is named; or the count (numerator) and its base "
    "(denominator), of which the value is made; or all three.",
    "The last column, asked, says for each line what is to be counted.",
    "Where a figure must be withheld, choose the status suppressed and leave it blank.",
    "A line left blank is a missing figure. Lines and headings stay as they are.",
)


@app.command()
def template(
    edition: Edition,
    owner: Annotated[
        str, typer.Argument(help="A publisher_or_owner or partner of indicators.csv.")
    ],
    period: Annotated[str, typer.Option(help="Period to ask for; the last without it.")] = "",
    output: Annotated[Path | None, typer.Option(help="The workbook to write.")] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a workbook for an owner's indicators, to be filled in and taken in by spi import."""
    from spi_core.edition.inputs import read_all
    from spi_core.edition.settings import read_edition_file
    from spi_core.errors import Fault, InputError, in_order
    from spi_core.files import in_place, shown
    from spi_core.publish.named import edition_folder
    from spi_core.sources.extract.dates import Calendar
    from spi_core.sources.extract.keep import name_of

    folder, said = edition_folder(edition), Said(quiet, as_json)
    settings, faults = read_edition_file(folder / "edition.yml")
    reads = {name: read_all(folder, name) for name in ("indicators", "areas", "observations")}
    faults += [f for name in ("indicators", "areas") for f in reads[name].faults]
    if faults:
        raise InputError(in_order(faults))
    about, periods = reads["indicators"].frame, [p["id"] for p in settings["periods"]]
    period = period or periods[-1]
    owners = list(dict.fromkeys([*about["publisher_or_owner"], *about["partner"]]))
    own = about[(about[["publisher_or_owner", "partner"]].apply(lambda s: s.str.casefold())
                 == owner.casefold()).any(axis=1)]  # fmt: skip
    path = output or Path(f"{folder.name}-{name_of(Path(owner.replace(' ', '-')))}.xlsx")
    if path.parent.is_dir() and path in path.parent.iterdir():
        says = "is there already, and somebody may have filled it in"
        allowed = "another name by --output, or the file moved away"
        faults.append(Fault("command line", says, None, "--output", str(path), allowed))
    if output is not None and (output.suffix != ".xlsx" or not output.parent.is_dir()):
        given, allowed = str(output), "a name that ends in .xlsx, in a folder that is there"
        faults.append(Fault("command line", "is not written", None, "--output", given, allowed))
    for option, value, wrong, known in (
        ("OWNER", owner, own.empty, sorted(o for o in owners if o)),
        ("--period", period, period not in periods, periods),
    ):
        if wrong:
            allowed = ", ".join(known)
            faults.append(Fault("command line", "is unknown", None, option, value, allowed))
    if faults:
        raise InputError(faults)
    present = reads["observations"].sound
    calendar = Calendar({p["id"]: p["label"] for p in settings["periods"]}, present, folder)
    own = own.assign(asked=[_asked(r) for r in own.to_dict("records")])
    own = own.assign(dates=[calendar.dates(i, period, None) for i in own["id"]])
    lines = _lines(own, settings, reads["areas"].frame, present, period)
    with in_place(path) as part:
        _book(lines, own, periods).save(part)
    many = f"{len(own)} indicators, {len(lines)} lines for {period}"
    said.line(f"{shown(path)}: {many}; when it is filled in: spi import {path} {edition}")
    said.result(edition=folder.name, file=str(path), indicators=list(own["id"]), lines=len(lines))


def _lines(
    own: pd.DataFrame, settings: Any, areas: pd.DataFrame, present: pd.DataFrame, period: str
) -> list[list[Any]]:
    """List what is asked: each indicator for the areas that have had it, else for every unit."""
    from spi_core.edition.areas.vintage import wanted_vintage
    from spi_core.levels import levels_of

    unit = levels_of(settings["geography"]["levels"]).unit.id
    here = areas["vintage"] == [wanted_vintage(settings, level) for level in areas["level"]]
    names = dict(zip(areas["code"], areas["name"], strict=True))
    units = areas.loc[here & (areas["level"] == unit), "code"]
    had = present[["indicator_id", "area_code"]] if len(present) else present
    lines = []
    for indicator in own.to_dict("records"):
        rows = had[had["indicator_id"] == indicator["id"]] if len(had) else had
        codes = (
            [c for c in areas.loc[here, "code"] if c in set(rows["area_code"])]
            if len(rows)
            else units
        )
        label = f"{indicator['name']} ({indicator['unit']})"
        when, *ends = indicator["dates"] or (None, None, None)
        dates = [when, *(day and day.date() for day in ends)]
        blank, asked = [None] * len(OPEN), indicator["asked"]
        lines += [
            [indicator["id"], label, code, names[code], period, *dates, *blank, asked]
            for code in codes
        ]
    return lines


def _asked(indicator: dict[str, Any]) -> str:
    """Say what an indicator counts, in the words of the catalogue."""
    per = f", × {indicator['per']:,g}" if indicator["per"] != 1 else ""
    parts = [("numerator", indicator["numerator"]), ("denominator", indicator["denominator"])]
    told = [f"{name}: {text}" for name, text in parts if text]
    how = f" value: numerator / denominator{per}." if len(told) == 2 else ""
    return " ".join([indicator["description"], *(f"{text.rstrip('.')}." for text in told)]) + how


def _book(lines: list[list[Any]], own: pd.DataFrame, periods: list[str]) -> Any:
    """Lay the lines out: headings and what is asked locked, lists to choose from."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill, Protection
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    read, sheet, lists = book.active, book.create_sheet("Figures"), book.create_sheet("Lists")
    read.title = "Read me"
    for text in WORDS:
        read.append([text])
        read.cell(read.max_row, 1).alignment = Alignment(wrap_text=True)
    read.column_dimensions["A"].width = WIDE["asked"]
    sheet.append(HEADINGS)
    grey, last = PatternFill("solid", fgColor="EEEEEE"), len(lines) + 1
    for line in lines:
        sheet.append(line)
    for row in sheet.iter_rows(min_row=1, max_row=last, max_col=len(HEADINGS)):
        for cell, name in zip(row, HEADINGS, strict=True):
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
            if cell.row > 1 and (name in OPEN or (name in DATES and cell.value is None)):
                cell.protection = Protection(locked=False)
            else:
                cell.fill, cell.font = grey, Font(bold=cell.row == 1)
    columns = {
        "status": list(STATUSES),
        "period": periods,
        "indicator_id": list(own["id"]),
        "area_code": list(dict.fromkeys(line[2] for line in lines)),
    }
    for k, (name, values) in enumerate(columns.items(), 1):
        for r, value in enumerate((name, *values), 1):
            lists.cell(r, k, value).data_type = "s"
        where = f"Lists!${get_column_letter(k)}$2:${get_column_letter(k)}${len(values) + 1}"
        _allow(sheet, DataValidation("list", formula1=where, allow_blank=True), name, last)
    for name in ("value", "numerator", "denominator"):
        least = {"value": "-1E+15"}.get(name, "0")
        rule = DataValidation("decimal", operator="greaterThanOrEqual", formula1=least)
        _allow(sheet, rule, name, last)
    for k, name in enumerate(HEADINGS, 1):
        sheet.column_dimensions[get_column_letter(k)].width = WIDE.get(name, 16)
    sheet.freeze_panes = "A2"
    sheet.protection.sheet = lists.protection.sheet = read.protection.sheet = True
    return book


def _allow(sheet: Any, rule: Any, name: str, last: int) -> None:
    from openpyxl.utils import get_column_letter

    column = get_column_letter(HEADINGS.index(name) + 1)
    rule.errorTitle, rule.error = "Not allowed", f"{name}: choose from the list, or type a number."
    sheet.add_data_validation(rule)
    rule.add(f"{column}2:{column}{last}")
