"""``spi new-edition``: what is asked for, and asked back on a terminal."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from spi_core.errors import Fault, InputError
from spi_core.files import shown
from spi_core.publish.named import edition_folder
from spi_core.said import Json, Quiet, Said


def new_edition(
    area: Annotated[str, typer.Argument(help="Code or name of the area.", show_default=False)] = "",
    periods: Annotated[str, typer.Option(help="Years, such as 2013,2014.")] = "",
    name: Annotated[str, typer.Option("--as", help="Name of the edition.")] = "",
    like: Annotated[str, typer.Option(help="Edition to take catalogue and settings from.")] = "",
    contact: Annotated[str, typer.Option(help="Who answers for the edition.")] = "",
    source: Annotated[
        Path | None, typer.Option("--from", help="Folder of your own areas and figures.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make an edition of a borough or of London from figures at hand, or of files of your own."""
    from spi_core.sources.new_edition import new_edition as make
    from spi_core.sources.new_edition_files import edition_from_files
    from spi_core.sources.new_edition_places import find_place, suggested

    said = Said(quiet, as_json)
    left_out: list[str] = []
    if source is not None:
        made = edition_from_files(source, name or source.resolve().name.lower(), area, contact)
    else:
        talks = not area and sys.stdin.isatty()
        place = find_place(typer.prompt("Code or name of the area") if talks else area)
        name, like = name or suggested(place), like or place.about["like"]
        contact = contact or f"Insight team, {place.name}"
        if talks:
            name = typer.prompt("Name of the edition", name)
            periods = typer.prompt("Years, parted by commas", periods or "as in the catalogue")
            contact = typer.prompt("Who answers for it", contact)
        made, left_out = make(place, name, edition_folder(like), _years(periods), contact)
    said.line(f"{made.name}: {shown(made)} is complete and checked; next: spi all {made.name}")
    if left_out:
        said.line(f"left out of its notes, since they name years of {like}: write anew what holds")
    for text in left_out:
        said.line(f"  {text}")
    files = sorted(shown(p) for p in made.rglob("*") if p.is_file())
    said.result(edition=made.name, files=files, left_out=left_out)


def _years(text: str) -> list[int]:
    """Read a list of years; none where the catalogue's are wanted."""
    parts = [] if text == "as in the catalogue" else [p.strip() for p in text.split(",") if p]
    if wrong := [p for p in parts if not re.fullmatch("(19|20)[0-9]{2}", p)]:
        fault = Fault("command line", "is no year", None, "--periods", wrong[0], "2013,2014")
        raise InputError([fault])
    if twice := [p for p in parts if parts.count(p) > 1]:
        message, allowed = "is named twice", "each year once"
        raise InputError([Fault("command line", message, None, "--periods", twice[0], allowed)])
    return [int(p) for p in parts]
