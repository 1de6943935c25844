"""Write an edition's open data: CSV files, a workbook, their description."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from spi_core.errors import SpiError
from spi_core.files import write_bytes
from spi_core.publish.open_data.datapackage import descriptor, readme
from spi_core.publish.open_data.tidy import tidy
from spi_core.publish.open_data.workbook import workbook
from spi_core.text.cells import csv_text

if TYPE_CHECKING:
    from spi_core.store import Tables


def open_data(tables: Tables, folder: Path) -> list[Path]:
    """Write the open data of a built edition.

    Parameters
    ----------
    tables : Tables
        The built tables.
    folder : Path
        ``reports/<edition>/open-data``.

    Returns
    -------
    list of Path
        The files: one CSV a table, the workbook, ``datapackage.json``, ``README.txt``.

    Raises
    ------
    SpiError
        If the tables were built for internal use, or a file cannot be written.

    Notes
    -----
    Same tables, same bytes: no file holds the date of its writing.
    """
    if tables.about.get("audience") == "internal":
        raise SpiError(
            f"{tables.folder}: these tables are for internal use; open data come of public ones"
        )
    about = {name: tables.about[name] for name in ("edition", "data_version", "software")}
    frames = tidy(tables, about)
    contents = {name: _csv(frame) for name, frame in frames.items()}
    package = json.dumps(descriptor(frames, contents, about), ensure_ascii=False, indent=1)
    files = {f"{name}.csv": content for name, content in contents.items()} | {
        f"{about['edition']['id']}.xlsx": workbook(frames, about),
        "datapackage.json": f"{package}\n".encode(),
        "README.txt": readme(frames, about).encode(),
    }
    for name, content in files.items():
        write_bytes(folder / name, content)
    return [folder / name for name in files]


def _csv(frame: pd.DataFrame) -> bytes:
    words = {True: "true", False: "false"}
    flags = frame.select_dtypes("bool")
    return csv_text(frame.assign(**{str(c): flags[c].map(words) for c in flags})).encode()
