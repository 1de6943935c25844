"""Write an edition's explorer: page, element, data and downloads."""

from __future__ import annotations

from pathlib import Path

from spi_core.explorer.data import explorer_data, explorer_json
from spi_core.explorer.flat import area_features, flat_csv
from spi_core.explorer.page import SITE, element_module, embed_page, index_page
from spi_core.files import write_bytes
from spi_core.store import Tables


def explore(tables: Tables, folder: Path, site: Path = SITE) -> list[Path]:
    """Write the explorer of a built edition.

    Parameters
    ----------
    tables : Tables
        The edition's tables; nothing else is read.
    folder : Path
        ``reports/<edition>/explorer``.
    site : Path
        Folder of the template, style sheet and modules.

    Returns
    -------
    list of Path
        The files, each written under a temporary name and moved into place.
    """
    data = explorer_data(tables)
    text = explorer_json(data)
    files = {
        "data.json": text,
        "data.csv": flat_csv(data),
        **{
            f"areas-{level}.geojson": area_features(tables, data, level)
            for level in (data["shapes"] or {"levels": ()})["levels"]
        },
        "spi-explorer.js": element_module(site),
        "embed.html": embed_page(data),
        "index.html": index_page(data, site),
    }
    for name, content in files.items():
        write_bytes(folder / name, content.encode())
    for path in folder.glob("areas-*.geojson"):
        if path.name not in files:
            path.unlink()
    return [folder / name for name in files]
