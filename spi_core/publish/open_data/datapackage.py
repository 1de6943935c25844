"""Describe open tables for machines (``datapackage.json``) and for people (``README.txt``)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pandas as pd
import yaml

from spi_core.files import digest
from spi_core.publish.open_data.described import TABLES
from spi_core.publish.open_data.tidy import ILLUSTRATIVE

OGL = {
    "name": "OGL-UK-3.0",
    "title": "Open Government Licence v3.0",
    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}


def warning(frames: Mapping[str, pd.DataFrame]) -> str:
    """Say in a sentence how much of the data rests on generated values.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        From :func:`spi_core.publish.open_data.tidy.tidy`.

    Returns
    -------
    str
        Empty where nothing does.
    """
    rows = sum(len(f) for f in frames.values())
    marked = sum(int(f["illustrative"].sum()) for f in frames.values())
    if not marked:
        return ""
    return (
        f"ILLUSTRATIVE DATA: {marked:,} of {rows:,} rows are generated, not measured, or rest on "
        "generated values. They say nothing about any place. The column illustrative is true, and "
        "the column status says so, in each of them."
    )


def descriptor(
    frames: Mapping[str, pd.DataFrame], contents: Mapping[str, bytes], about: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe the files as a Frictionless Tabular Data Package.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        From :func:`spi_core.publish.open_data.tidy.tidy`.
    contents : mapping of str to bytes
        The CSV file of each table.
    about : mapping
        Facts of the build: ``edition``, ``data_version``, ``software``.

    Returns
    -------
    dict
        Content of ``datapackage.json``. It names no date of writing: same data, same file.
    """
    edition, marked = about["edition"], warning(frames)
    description = " ".join(t for t in (marked, edition.get("subtitle", ""), "See README.txt.") if t)
    return {
        "profile": "tabular-data-package",
        "name": edition["id"],
        "title": edition["title"],
        "description": description,
        "version": about["data_version"],
        "illustrative": bool(marked),
        "licenses": [_licence(edition["licence"])],
        "sources": [{"title": edition["attribution"]}],
        "contributors": [{"title": edition["contact"], "role": "publisher"}],
        "resources": [_resource(name, frames[name], contents[name]) for name in frames],
    }


#: Datatypes of CSVW, by those of Frictionless.
CSVW = {"number": "double"}


def csvw(frames: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the CSV files as CSV on the Web (W3C) does.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        From :func:`spi_core.publish.open_data.tidy.tidy`.
    about : mapping
        Facts of the build: ``edition``, ``data_version``, ``software``.

    Returns
    -------
    dict
        Content of ``csv-metadata.json``.
    """
    edition = about["edition"]
    licence = _licence(edition["licence"])
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": edition["title"],
        "dc:description": warning(frames) or edition.get("subtitle") or "See README.txt.",
        "dc:license": {"@id": licence["path"]} if "path" in licence else licence["title"],
        "dc:publisher": edition["contact"],
        "dc:identifier": about["data_version"],
        "tables": [{"url": f"{n}.csv", "dc:title": TABLES[n].title, "tableSchema": _columns(n)}
                   for n in frames],
    }  # fmt: skip


def _columns(name: str) -> dict[str, Any]:
    columns = [
        {"name": n, "titles": n, "dc:description": f.description,
         "datatype": CSVW.get(f.kind, f.kind)}
        for n, f in TABLES[name].columns.items()
    ]  # fmt: skip
    said: dict[str, Any] = {"columns": columns, "primaryKey": list(TABLES[name].key)}
    if "area_code" in TABLES[name].columns and name != "areas":
        to = {"resource": "areas.csv", "columnReference": "area_code"}
        said["foreignKeys"] = [{"columnReference": "area_code", "reference": to}]
    return said


def citation(about: Mapping[str, Any]) -> str:
    """Say how to cite the data: content of ``CITATION.cff`` (Citation File Format 1.2.0)."""
    edition = about["edition"]
    licence = _licence(edition["licence"])
    parts = edition["contact"].split(", ")  # a name, then an address: from the house number on
    name = list(itertools.takewhile(lambda part: not any(map(str.isdigit, part)), parts)) or parts
    where = ", ".join(parts[len(name) :])
    said = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite them as below.",
        "type": "dataset",
        "title": edition["title"],
        "authors": [{"name": ", ".join(name), **({"address": where} if where else {})}],
        "version": about["data_version"],
        "abstract": edition["attribution"],
    }
    said |= {"license": licence["name"]} if "path" in licence else {}
    said |= {"url": edition["site"]} if edition.get("site") else {}
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True)


def _licence(text: str) -> dict[str, str]:
    return OGL if text == OGL["title"] else {"name": "see-title", "title": text}


def _resource(name: str, frame: pd.DataFrame, content: bytes) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [
            {"name": n, "type": f.kind, "description": f.description}
            for n, f in TABLES[name].columns.items()
        ],
        "missingValues": [""],
        "primaryKey": list(TABLES[name].key),
    }
    if "area_code" in frame and name != "areas":
        to = {"resource": "areas", "fields": "area_code"}
        schema["foreignKeys"] = [{"fields": "area_code", "reference": to}]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "title": TABLES[name].title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{digest(content)}",
        "illustrative_rows": int(frame["illustrative"].sum()),
        "rows": len(frame),
        "schema": schema,
    }


def readme(frames: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> str:
    """Explain the folder in plain text.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        From :func:`spi_core.publish.open_data.tidy.tidy`.
    about : mapping
        Facts of the build: ``edition``, ``data_version``, ``software``.

    Returns
    -------
    str
        Content of ``README.txt``.
    """
    edition, marked = about["edition"], warning(frames)
    files = [f"{n}.csv: {TABLES[n].title}, {len(f):,} rows" for n, f in frames.items()]
    parts = [
        f"{edition['title']}\n{edition.get('subtitle', '')}".rstrip(),
        *([marked] if marked else []),
        "\n".join(
            [
                *files,
                f"{edition['id']}.xlsx: the same for a spreadsheet, with a cover and notes",
                f"areas.geojson, {edition['id']}.gpkg: outlines with the index; the second has "
                "all tables too",
                "parquet/: the same tables, typed",
                "api/v1/index.json: the same as JSON, a file an area and a measure, with schemas",
                "datapackage.json, csv-metadata.json: every column described, for programs "
                "(Frictionless, CSV on the Web)",
                "CITATION.cff: how to cite the data",
            ]
        ),
        "Scores run from 0 to 100, higher is better. Intervals are 90 %. A blank cell has no "
        "value: the column provenance says whether it was suppressed to protect people or is not "
        "available; otherwise it does not apply. The column illustrative is true, and status "
        f'reads\n"{ILLUSTRATIVE}",\nin every row that rests on a generated value.',
        "Files are CSV in UTF-8; codes are GSS codes.",
        f"Data version {about['data_version']}, software {about['software']}.",
        f"Licence: {edition['licence']}\n{edition['attribution']}\nContact: {edition['contact']}",
    ]
    return "\n\n".join(parts) + "\n"
