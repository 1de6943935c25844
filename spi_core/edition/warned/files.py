"""Files, sheets, rows and columns that nobody may have meant to be read, or to be passed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from spi_core.edition.fingerprint import input_files
from spi_core.edition.inputs import FILES, Inputs
from spi_core.edition.interventions.dated import FOLDER
from spi_core.edition.interventions.panels import COLUMNS
from spi_core.edition.panel import Panel
from spi_core.edition.readers.sheet import find_tables
from spi_core.edition.warned.said import Places
from spi_core.errors import Warned
from spi_core.files import shown

#: Other files of an edition's contract.
READ = ("edition.yml", "interventions.yml", "series.yml", "breaks.csv", "partners.csv")
GEOGRAPHY = ("boundaries.geojson", "boundaries.gpkg")
#: What is for people, not for programs.
PROSE = (".md", ".txt", ".pdf", ".docx", ".py")


def hidden(inputs: Inputs, given: Panel, places: Places) -> Iterator[Warned]:
    """Warn of hidden rows and columns that were read, and of sheets that were not.

    Parameters
    ----------
    inputs : Inputs
        The edition.
    given, places
        Not needed.

    Yields
    ------
    Warned
        As found where the files were read.
    """
    start = len(shown(inputs.folder)) + 1
    yield from (replace(w, file=w.file[start:]) for w in inputs.warned)


def passed_over(inputs: Inputs, given: Panel, places: Places) -> Iterator[Warned]:
    """Warn of files of the edition's folder that nothing reads.

    Parameters
    ----------
    inputs : Inputs
        The edition.
    given, places
        Not needed.

    Yields
    ------
    Warned
        One a file; not of words for people, nor of what ``edition.yml`` names.
    """
    folder, named = inputs.folder, set(_texts(inputs.settings))
    known = {p.relative_to(folder).as_posix() for stem, _ in FILES.values()
             for p in find_tables(folder, stem)}  # fmt: skip
    known |= {*READ, *(f"geography/{name}" for name in GEOGRAPHY)}
    known |= {str(panel.about[part]) for panel in inputs.panels.values() for part in COLUMNS}
    dated = f"{FOLDER}/"
    for name, path in input_files(folder).items():
        if name in known | named or (name.startswith(dated) and name.endswith(".yml")):
            continue
        if path.suffix.lower() not in PROSE:
            message = "is no file of an edition: nothing reads it"
            yield Warned("file passed over", name, None, message)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
