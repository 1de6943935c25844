"""``spi fetch SOURCE EDITION``, ``spi fetch --due EDITION``: figures from their publishers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from spi_core.said import Json, Quiet, Said

app = typer.Typer()


@app.command()
def fetch(
    names: Annotated[
        list[str], typer.Argument(help="SOURCE EDITION; with --due EDITION alone.", metavar="…")
    ],
    due: Annotated[bool, typer.Option("--due", help="All sources that are due.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Fetch, but write nothing.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Fetch figures or boundaries from their publisher, as the edition's sources/ say."""
    from spi_core.errors import Fault, InputError, SpiError
    from spi_core.publish.named import edition_folder
    from spi_core.sources.fetch import mapping as mappings
    from spi_core.sources.fetch.due import due as is_due
    from spi_core.sources.fetch.web import registry

    if len(names) != (1 if due else 2):
        allowed = "spi fetch SOURCE EDITION, or spi fetch --due EDITION"
        raise InputError([Fault("command line", "is not understood", None, "fetch", " ".join(names),
                                allowed)])  # fmt: skip
    edition = names[-1]
    folder, said, publishers = edition_folder(edition), Said(quiet, as_json), registry()
    wanted = mappings.names(folder) if due else names[:1]
    about = mappings.read_about(folder)
    read, faults = list[mappings.Mapping](), list[Fault]()
    for name in wanted:
        try:
            read.append(mappings.read_mapping(about, name, publishers))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    if due:
        chosen = []
        for source in read:
            yes, why = is_due(source, date.today())
            said.line(f"{source.name}: {'due' if yes else 'not due'}: {why}")
            chosen += [source] if yes else []
        public = about.indicators.index[about.indicators["access"] == "public"]
        if without := set(public) - {i for source in read for i in source.wanted}:
            said.line(f"{len(without)} of {len(public)} public indicators have no source")
        read = chosen
    done, failed = dict[str, Any](), list[SpiError]()
    for source in read:
        try:
            done[source.name] = _one(source, publishers, preview, said)
        except SpiError as error:
            if not due:
                raise
            failed.append(error)
            said.line(f"{source.name}: not fetched: {str(error).splitlines()[0]}")
    if failed:
        bad = [fault for e in failed if isinstance(e, InputError) for fault in e.faults]
        fine = f"; fetched: {', '.join(done)}" if done else ""
        raise (
            InputError(bad)
            if bad and not done
            else SpiError(
                "\n".join([*map(str, failed), f"{len(failed)} of {len(read)} sources failed{fine}"])
            )
        )
    said.line(f"next: spi check {edition}")
    said.result(edition=folder.name, sources=done)


def _one(source: Any, publishers: Any, preview: bool, said: Said) -> dict[str, Any]:
    publisher = source.publisher(publishers)
    if source.said["source"] == "arcgis":
        from spi_core.sources.fetch.geography import take_areas as take
    else:
        from spi_core.sources.fetch.take import take
    found = take(source, publisher, preview=preview)
    counts = ", ".join(f"{n} {name}" for name, n in found.counts.items())
    where = f" → {', '.join(found.files)}" if found.files else "; nothing was written"
    said.line(f"{source.name}: {counts}{where}")
    for line in found.lines:
        said.line(f"  {line}")
    return {"counts": found.counts, "files": found.files, "notes": found.lines}
