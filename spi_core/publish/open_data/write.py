"""Write an edition's open data: tables, a workbook, outlines, a static API, their description."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spi_core.errors import SpiError
from spi_core.files import write_bytes
from spi_core.publish.open_data.api import api
from spi_core.publish.open_data.datapackage import citation, csvw, descriptor, readme
from spi_core.publish.open_data.described import TABLES
from spi_core.publish.open_data.spatial import geojson, geopackage, outlines
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
        The files: a CSV and a Parquet file a table, the workbook, outlines where areas are drawn,
        the API, descriptions. Whatever else is in the folder, of an earlier run, is removed.

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
    files = {f"{name}.csv": content for name, content in contents.items()} | {
        f"{about['edition']['id']}.xlsx": workbook(frames, about),
        "datapackage.json": _json(descriptor(frames, contents, about)),
        "csv-metadata.json": _json(csvw(frames, about)),
        "CITATION.cff": citation(about).encode(),
        "README.txt": readme(frames, about).encode(),
    }
    files |= {f"parquet/{name}.parquet": _parquet(name, frame) for name, frame in frames.items()}
    files |= api(frames, about)
    drawn = outlines(tables, frames)
    if drawn is not None:
        files["areas.geojson"] = geojson(drawn, frames, about)
        files[f"{about['edition']['id']}.gpkg"] = geopackage(drawn, frames, about)
    for name, content in files.items():
        write_bytes(folder / name, content)
    made = [folder / name for name in files]
    for path in set(folder.rglob("*")) - set(made):
        if path.is_file():
            path.unlink()
    return made


def _json(content: Any) -> bytes:
    return f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode()


def _parquet(name: str, frame: pd.DataFrame) -> bytes:
    """Write a table with the meaning of each column."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = TABLES[name].columns
    typed = frame.assign(
        **{n: frame[n].astype("string") for n, f in fields.items() if f.kind == "string"}
    )
    table = pa.Table.from_pandas(typed, preserve_index=False)
    schema = pa.schema(
        [f.with_metadata({"description": fields[f.name].description}) for f in table.schema],
        {"title": TABLES[name].title},
    )
    stream = io.BytesIO()
    pq.write_table(table.cast(schema), stream, compression="zstd")
    return stream.getvalue()


def _csv(frame: pd.DataFrame) -> bytes:
    words = {True: "true", False: "false"}
    flags = frame.select_dtypes("bool")
    return csv_text(frame.assign(**{str(c): flags[c].map(words) for c in flags})).encode()
