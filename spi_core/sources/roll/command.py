"""The command ``spi roll``, and what it asks on a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from spi_core.publish.named import edition_folder
from spi_core.said import Edition, Json, Quiet, Said

Period = Annotated[str, typer.Option("--period", help="Label of the new period, such as 2015.")]
Name = Annotated[str | None, typer.Option("--as", help="Name of the new edition's folder.")]
Breaks = Annotated[
    Path | None,
    typer.Option(
        help="CSV of indicator_id, reason: what is not comparable with the period before."
    ),
]


def roll_edition(
    edition: Edition,
    period: Period,
    name: Name = None,
    breaks: Breaks = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make the next edition: all periods kept, a new empty one, a list of figures to ask for."""
    from spi_core.edition.inputs import load
    from spi_core.edition.summary import WANTED
    from spi_core.files import shown
    from spi_core.sources.roll.edition import read_breaks, roll
    from spi_core.sources.roll.wanted import by_owner

    folder, said = edition_folder(edition), Said(quiet, as_json)
    broken: dict[str, str] = {}
    asks = sys.stdin.isatty() and not (quiet or as_json)
    if breaks is not None or asks:
        inputs = load(folder)
        ids, before = inputs.framework.ids, inputs.periods["current"]
        broken = _ask(before, period, ids) if breaks is None else read_breaks(breaks, ids)
    made = roll(folder, period, name, broken)
    labels = list(made.periods.values())
    n = made.wanted["indicator_id"].nunique()
    said.line(f"{made.folder.name}: {', '.join(labels)}; {labels[-1]} has no figures yet")
    said.line(f"figures of {n} indicators to ask for, listed in {shown(made.folder / WANTED)}")
    said.table(("owner", "partner", "indicators", "which"), by_owner(made.wanted))
    not_compared = f": all but {', '.join(made.broken)}" if made.broken else ": all indicators"
    said.line(f"comparable between {labels[-2]} and {labels[-1]}{not_compared}")
    for line in made.read_again:
        said.line(f"edition.yml still says {labels[-2]}, {line}")
    said.result(
        edition=made.folder.name,
        periods=dict(made.periods),
        wanted=shown(made.folder / WANTED),
        indicators=n,
        broken=list(made.broken),
        read_again=list(made.read_again),
    )


def _ask(before: str, label: str, ids: tuple[str, ...]) -> dict[str, str]:
    """Ask which indicators are not comparable between the two periods, and why."""
    if typer.confirm(f"Is {before} → {label} comparable for all {len(ids)} indicators?", True):
        return {}
    while True:
        named = typer.prompt("Which are not? Their ids, with commas between").split(",")
        wrong = [i for i in map(str.strip, named) if i not in ids]
        if not wrong:
            return {i.strip(): typer.prompt(f"Why is {i.strip()} not?") for i in named}
        typer.echo(f"not in indicators.csv: {', '.join(wrong)}; there are {', '.join(ids)}")
