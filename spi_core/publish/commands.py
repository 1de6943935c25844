"""Commands that read what was made: is it as recorded, where is it from, what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from spi_core.errors import SpiError
from spi_core.files import project_root
from spi_core.publish.named import edition_named, output_folder
from spi_core.said import Audience, Edition, Json, Quiet, Said, say_json

app = typer.Typer()


@app.command()
def verify(
    edition: Edition,
    audience: Audience = "public",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare inputs, tables and documents with what was recorded when they were made."""
    from spi_core.publish.keep.manifest import NAME
    from spi_core.publish.keep.verify import knows_inputs
    from spi_core.publish.keep.verify import verify as differences

    said, alone = Said(quiet, as_json), Path(edition)
    if (alone / NAME).exists():  # a folder of reports, wherever it was taken
        name, known, found = alone.resolve().name, False, differences(alone, None, alone)
    else:
        chosen = edition_named(edition, audience)
        name, known = chosen.name, knows_inputs(chosen.folder)
        found = differences(project_root(), chosen.inputs, chosen.folder)
    for difference in found:
        said.line(str(difference))
    if not known:
        said.line(f"{name}: inputs are not known: their record stays where the reports were made")
    said.line(f"{name}: {len(found)} differences" if found else f"{name}: as recorded")
    facts = [{"kind": d.kind, "name": d.name, "what": d.what} for d in found]
    status = "different" if found else "done"
    said.result(status=status, edition=name, inputs_known=known, differences=facts)
    if found:
        raise typer.Exit(1)


def _as_built(edition: str, audience: Audience) -> tuple[Any, Any]:
    """Open an edition's tables; a figure might be another one now where its data changed."""
    from spi_core.publish.keep.manifest import Manifest
    from spi_core.store import Tables

    chosen = edition_named(edition, audience)
    tables = Tables(chosen.folder / "tables")
    if not Manifest(chosen.folder).is_built(chosen.inputs):
        raise SpiError(f"{chosen.name}: data or software changed since: run 'spi build' first")
    return chosen, tables


def _mark(said: Said, audience: Audience) -> None:
    """Say first that what follows is not for everybody."""
    from spi_core.present.base.marks import INTERNAL

    if audience == "internal":
        said.line(INTERNAL)


@app.command(name="explain")
def explain_number(
    edition: Edition,
    area: Annotated[str, typer.Argument(help="Code or name of an area.", metavar="AREA")],
    element: Annotated[
        str,
        typer.Argument(
            help="index, a dimension, a component, or an indicator’s id.", metavar="ELEMENT"
        ),
    ] = "index",
    period: Annotated[
        str | None, typer.Option(help="A period’s id or label; the last without it.")
    ] = None,
    audience: Audience = "public",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Say where one number comes from: scores, figures, scales, weights, rows of data, sources."""
    from spi_core.publish.explain.tree import Lineage
    from spi_core.publish.explain.words import drawn

    chosen, tables = _as_built(edition, audience)
    lineage = Lineage(chosen.inputs, tables, area, period)
    node, said = lineage.of(element), Said(quiet, as_json)
    _mark(said, audience)
    said.tree(drawn(node, f"{lineage.name} ({lineage.code}), {lineage.label}"))
    about = {"edition": chosen.name, "area_code": lineage.code, "period": lineage.period}
    said.result(**about, **node.as_dict())


@app.command(name="what-if")
def what_if(
    edition: Edition,
    area: Annotated[str, typer.Option(help="Code or name of an area.")],
    sets: Annotated[
        list[str], typer.Option("--set", help="indicator=value. Repeatable.", metavar="TEXT")
    ],
    period: Annotated[
        str | None, typer.Option(help="A period’s id or label; the last without it.")
    ] = None,
    audience: Audience = "public",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Say what would be scored if figures of an area were others: a scenario, not a figure."""
    from spi_core.action.scenario import MARK
    from spi_core.publish.explain.whatif import asked, told

    chosen, tables = _as_built(edition, audience)
    ground, wanted, whose = asked(tables, area, sets, period)
    scenario, said = ground.reckon(wanted), Said(quiet, as_json)
    _mark(said, audience)
    units = tables.levels.unit.many
    for line in told(scenario, whose, made_up=ground.made_up, units=units):
        said.line(line)
    about = {"edition": chosen.name, "area_code": ground.code, "period": ground.period}
    said.result(scenario=MARK, **about, illustrative=ground.made_up, **scenario)


@app.command(name="list")
def list_editions(as_json: Json = False) -> None:
    """List the editions and what has been built of them."""
    from spi_core.edition.settings import read_edition_file

    rows = []
    for path in sorted((project_root() / "data").glob("*/edition.yml")):
        settings, faults = read_edition_file(path)
        built = (output_folder(path.parent.name) / "tables" / "build.json").exists()
        title = settings.get("title", "") if not faults else "edition.yml has faults"
        rows.append({"edition": path.parent.name, "title": title, "built": built})
    if as_json:
        say_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['edition']:<16} {'built' if row['built'] else '–':<6} {row['title']}")
