"""``spi import FILE EDITION``: understand, show, ask, and only then write."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from spi_core.said import Edition, Json, Quiet, Said

app = typer.Typer()
Texts = list[str] | None


def _option(help_: str) -> Any:
    return typer.Option(help=help_)


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="The extract: a workbook or text, packed or not.")],
    edition: Edition,
    sheet: Annotated[str, _option("The sheet to read.")] = "",
    indicator: Annotated[
        Texts, _option("ID, or HEADING=ID, =count, =base; HEADING= leaves it out.")
    ] = None,
    period: Annotated[Texts, _option("Of the edition: PERIOD, or TEXT=PERIOD.")] = None,
    area: Annotated[Texts, _option("NAME=CODE for a name that is in doubt.")] = None,
    times: Annotated[Texts, _option("FACTOR, or ID=FACTOR, for figures in another unit.")] = None,
    decimal: Annotated[str, _option("point or comma, where the file leaves it open.")] = "",
    name: Annotated[str, typer.Option("--as", help="Name to keep it under.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Show only; write nothing.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Take in a council's extract as observations: a preview first, then the write."""
    from spi_core.errors import Fault, InputError
    from spi_core.publish.named import edition_folder
    from spi_core.sources.extract.figures import Said as Answers
    from spi_core.sources.extract.keep import name_of, recall, write
    from spi_core.sources.extract.table import when
    from spi_core.sources.extract.understand import understand

    folder, said = edition_folder(edition), Said(quiet, as_json)
    if name_of(Path(name or "x")) != (name or "x"):
        fault = Fault("command line", "is no name", None, "--as", name, "letters and hyphens")
        raise InputError([fault])
    if decimal not in ("", "point", "comma"):
        raise InputError(
            [Fault("command line", "is unknown", None, "--decimal", decimal, "point, comma")]
        )
    name = name or name_of(file)
    known = recall(folder / "imports" / f"{name}.yml")
    factors = {}
    for key, text in _pairs(times).items():
        try:
            factors[key] = float(text)
        except ValueError:
            allowed = "--times 100, or --times ID=100"
            fault = Fault("command line", "is no number", None, "--times", text, allowed)
            raise InputError([fault]) from None
    answers = Answers(
        sheet or known.sheet,
        known.indicators | _pairs(indicator, join=":base"),
        known.areas | _pairs(area),
        {(t.text if (t := when(k)) else k): v for k, v in _pairs(period).items()},
        known.times | factors,
        decimal or known.decimal,
    )
    talks = sys.stdin.isatty() and sys.stdout.isatty() and not (quiet or as_json or yes)
    found = understand(folder, file, answers, _ask if talks else None)
    for line in found.lines:
        said.line(line)
    said.table(found.heads, found.rows)
    for line in found.notes:
        said.line(line)
    facts = {"name": name, "figures": found.facts, "said": found.lines, "notes": found.notes}
    if preview:
        said.line("nothing was written")
        said.result(edition=folder.name, files=[], **facts)
        return
    if not yes and not (talks and typer.confirm("Write this?")):
        if talks:
            said.line("nothing was written")
            raise typer.Exit(1)
        allowed = "--yes to write what --preview shows"
        raise InputError([Fault("command line", "is missing", None, "--yes", None, allowed)])
    kept = replace(found.answers, periods={})
    files = write(folder, name, found.frame, kept)
    said.line(f"{folder.name}: {len(found.frame)} observations written → {', '.join(files)}")
    said.line(f"next: spi check {edition}")
    said.result(edition=folder.name, files=files, answers=asdict(kept), **facts)


def _pairs(texts: Texts, join: str = "=") -> dict[str, str]:
    """Part ``KEY=VALUE``; what has no key is of the whole file, values that end so add up."""
    found: dict[str, str] = {}
    for text in texts or ():
        key, sign, value = text.rpartition("=")
        key, value = key if sign else "", value.strip()
        also = value.endswith(join) and found.get(key, "").endswith(join)
        found[key] = f"{found[key]},{value}" if also else value
    return found


def _ask(question: str, choices: list[str]) -> str:
    """Ask on a terminal; nothing but Enter leaves it open."""
    typer.echo(question)
    for k, choice in enumerate(choices, 1):
        typer.echo(f"  {k}  {choice}")
    answer = str(typer.prompt("number or text, Enter for none", default="", show_default=False))
    return (
        choices[int(answer) - 1]
        if answer.isdecimal() and 0 < int(answer) <= len(choices)
        else answer
    )
