"""``spi protocol EDITION``: write protocols down, with the day and what was there to be seen."""

from __future__ import annotations

import typer

from spi_core.said import Edition, Json, Quiet, Said

app = typer.Typer()


@app.command()
def protocol(edition: Edition, quiet: Quiet = False, as_json: Json = False) -> None:
    """Write down every protocol that is not on record yet, before its figures are added."""
    import datetime

    from spi_core.edition.areas.geography import Geography
    from spi_core.edition.framework import make_framework
    from spi_core.edition.inputs import read_all
    from spi_core.edition.interventions.dated import Dated, read_dated, write_dated
    from spi_core.edition.interventions.design import protocol_hash
    from spi_core.edition.interventions.read import filled, parse_protocols
    from spi_core.edition.settings import read_edition_file
    from spi_core.errors import Fault, InputError, in_order
    from spi_core.files import shown
    from spi_core.levels import levels_of
    from spi_core.publish.named import edition_folder

    folder, said = edition_folder(edition), Said(quiet, as_json)
    path = folder / "interventions.yml"
    settings, faults = read_edition_file(folder / "edition.yml")
    reads = {n: read_all(folder, n) for n in ("indicators", "areas", "series", "observations")}
    framework, found = make_framework(settings, reads["indicators"])
    dated, more = read_dated(folder)
    faults += [*found, *more, *(f for read in reads.values() for f in read.faults)]
    if not path.exists():
        faults.append(Fault(shown(path), "is missing: there is no protocol to write down"))
    if faults or framework is None:
        raise InputError(in_order(faults))
    areas = reads["areas"].frame
    levels = levels_of(settings["geography"]["levels"], areas["level"])
    geography = Geography(areas.set_index("code"), levels, None, settings.get("area", ""))
    there = filled(folder, settings, framework, reads, geography.homes())
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    written = []
    for design, entry in parse_protocols(path, levels):
        sha256 = protocol_hash(design)
        if sha256 in dated:
            said.line(f"{design.id}: on record since {dated[sha256].written}")
            continue
        seen = [
            p for o in design.outcomes for p in design.after if (design.series, o.id, p) in there
        ]
        made = write_dated(folder, design, entry, sha256, Dated(today, not seen))
        what = "the edition holds no figure of the periods after"
        if seen:
            what = f"the edition holds figures of the periods after already ({seen[0]})"
        said.line(f"{design.id}: written down {today}; {what} → {shown(made)}")
        said.line(f"{design.id}: protocol_sha256 {sha256}")
        written.append(str(made))
    said.result(edition=folder.name, files=written)
