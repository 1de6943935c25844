"""The commands ``spi indicator add`` and ``spi indicator remove``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from spi_core.publish.named import edition_folder
from spi_core.said import Edition, Json, Quiet, Said

app = typer.Typer(help="Add an indicator to an edition or take one out, in every file at once.")

Id = Annotated[str, typer.Argument(help="Id of the indicator.", metavar="ID")]
Cells = Annotated[
    list[str] | None,
    typer.Option("--set", help="A field of indicators.csv, such as component=Shelter. Repeatable."),
]
Row = Annotated[Path | None, typer.Option(help="The same fields as a YAML file.")]
From = Annotated[
    Path | None,
    typer.Option("--from", help="Figures of the edition's areas, in columns of observations."),
]
Of = Annotated[str | None, typer.Option(help="Figure of the reference population.")]
Base = Annotated[str, typer.Option(help="Figure that it is divided by, times per.")]
Use = Annotated[
    list[str] | None,
    typer.Option("--use", help="PERIOD=FIGURE'S PERIOD, where years do not tell it. Repeatable."),
]
Why = Annotated[str | None, typer.Option(help="Why, for corrections.csv.")]


@app.command("add")
def add_indicator(
    edition: Edition,
    indicator: Id,
    from_: From = None,
    figure: Of = None,
    base: Base = "",
    use: Use = None,
    cells: Cells = None,
    row: Row = None,
    why: Why = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Add an indicator with its figures; the weights of its component are fitted anew."""
    from spi_core.files import shown
    from spi_core.sources.indicator.change import add
    from spi_core.sources.indicator.figure import Figure
    from spi_core.text.yaml_text import parse_yaml

    folder = edition_folder(edition)
    given: dict[str, str] = {}
    if row is not None:
        said: Any = parse_yaml(shown(row), row.read_bytes()) if row.is_file() else None
        if not isinstance(said, dict):
            raise _wrong("--row", str(row), "a YAML file of fields and their values")
        given |= {str(k): str(v) for k, v in said.items()}
    given |= _pairs("--set", cells)
    given |= {"why": why} if why else {}
    of = Figure(figure, base, tuple(_pairs("--use", use).items())) if figure else None
    _tell(folder, indicator, add(folder, indicator, given, of, from_), Said(quiet, as_json))


@app.command("remove")
def remove_indicator(
    edition: Edition, indicator: Id, why: Why = None, quiet: Quiet = False, as_json: Json = False
) -> None:
    """Take an indicator out of every file; the weights of its component are fitted anew."""
    from spi_core.sources.indicator.change import remove

    folder = edition_folder(edition)
    _tell(folder, indicator, remove(folder, indicator, why), Said(quiet, as_json))


def _tell(folder: Path, indicator: str, done: list[str], said: Said) -> None:
    for line in done:
        said.line(line)
    said.line(f"{folder.name}: recorded in corrections.csv; the next step is spi check")
    said.result(edition=folder.name, indicator=indicator, done=done)


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    parts = [text.partition("=") for text in given or ()]
    for name, mark, _ in parts:
        if not (name and mark):
            raise _wrong(option, name, "NAME=VALUE")
    return {name.strip(): value.strip() for name, _, value in parts}


def _wrong(option: str, value: str, allowed: str) -> Exception:
    from spi_core.errors import Fault, InputError

    return InputError([Fault("command line", "is not allowed", None, option, value, allowed)])
