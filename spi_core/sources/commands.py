"""The commands that make or change an edition's inputs: ``spi reference``, ``import`` …."""

from __future__ import annotations

import typer

from spi_core.publish.named import edition_folder
from spi_core.said import Edition, Json, Quiet, Said
from spi_core.sources.extract.command import app as extract
from spi_core.sources.fetch.command import app as fetch
from spi_core.sources.indicator.command import app as indicator
from spi_core.sources.new_edition_command import new_edition
from spi_core.sources.protocol import app as protocol
from spi_core.sources.roll.command import roll_edition
from spi_core.sources.template import app as template

app = typer.Typer()
app.command("new-edition")(new_edition)
app.command("roll")(roll_edition)
app.add_typer(indicator, name="indicator")
app.add_typer(extract)
app.add_typer(fetch)
app.add_typer(template)
app.add_typer(protocol)


@app.command()
def reference(edition: Edition, quiet: Quiet = False, as_json: Json = False) -> None:
    """Make an edition's percentiles, moments, goalposts and weights from its reference figures."""
    from spi_core.sources.reference import write_reference

    folder = edition_folder(edition)
    made = write_reference(folder)
    said = Said(quiet, as_json)
    said.line(f"{folder.name}: {', '.join(made)} made anew")
    said.result(edition=folder.name, files=made)
