"""Fetch a source of an edition, through the door that extracts take: understood, then written."""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from spi_core.edition.inputs import read_all
from spi_core.errors import Fault, InputError
from spi_core.files import digest, scratch_folder
from spi_core.sources.extract.figures import KEY, Said
from spi_core.sources.extract.keep import write
from spi_core.sources.extract.understand import Understood, understand
from spi_core.sources.fetch import datastore, fingertips, nomis, police
from spi_core.sources.fetch.figures import figures
from spi_core.sources.fetch.got import Got
from spi_core.sources.fetch.mapping import FOLDER, Mapping
from spi_core.sources.fetch.web import Web
from spi_core.text.cells import csv_text

#: One function a protocol; a further source is one more.
CONNECTORS: Table[str, Callable[[Web, Mapping], Got]] = {
    "nomis": nomis.fetch,
    "police": police.fetch,
    "fingertips": fingertips.fetch,
    "datastore": datastore.fetch,
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a source brought: numbers of figures by what they are, files, lines for a person."""

    counts: dict[str, int]
    files: list[str]
    lines: list[str]


def take(mapping: Mapping, publisher: dict[str, Any], *, preview: bool = False) -> Fetched:
    """Fetch a source's figures and write those that are new or revised.

    Parameters
    ----------
    mapping : Mapping
        The source.
    publisher : dict
        Its entry of the registry.
    preview : bool
        Write nothing.

    Returns
    -------
    Fetched
        Beside the figures ``sources/<name>.fetched.json`` says where they are from.

    Raises
    ------
    FetchError
        If the publisher does not answer.
    InputError
        If what it answers is not whole or not fit; nothing is written then.
    """
    web = Web(publisher)
    got = CONNECTORS[mapping.said["source"]](web, mapping)
    made = figures(mapping, got)
    if made.frame.empty:
        raise InputError([Fault(mapping.file, f"incomplete: {line}") for line in made.incomplete])
    found = _understood(mapping, made.frame)
    kind = _kinds(mapping, found.frame)
    counts = {name: int((kind == name).sum()) for name in ("new", "revised", "same", "missing")}
    counts["incomplete"] = len(made.incomplete)
    told = {"rows": got.rows, "figures": len(found.frame), "left_out": got.notes}
    told |= {"incomplete": made.incomplete} | ({"licence": got.licence} if got.licence else {})
    lines = [f"incomplete, no figure: {line}" for line in made.incomplete]
    lines += [f"left out: {note}" for note in got.notes] + found.notes
    files = list[str]()
    if not preview:
        text = record(mapping, publisher, web, told)
        changed = found.frame[kind.isin(["new", "revised"])]
        files = write(mapping.folder, mapping.name, changed, None, {mapping.record: text})
    return Fetched(counts, files, lines)


def _understood(mapping: Mapping, frame: pd.DataFrame) -> Understood:
    """Read the figures as ``spi import`` reads a file, with the mapping's answers."""
    times = {f["indicator"]: float(f["times"]) for f in mapping.said["figures"] if "times" in f}
    with scratch_folder() as folder:
        path = folder / f"{mapping.name}.csv"
        path.write_bytes(csv_text(frame).encode())
        try:
            return understand(mapping.folder, path, Said(times=times), None)
        except InputError as error:  # of a file that nobody will find
            raise InputError(replace(f, file=mapping.file) for f in error.faults) from None


def _kinds(mapping: Mapping, frame: pd.DataFrame) -> pd.Series:
    """Say of each figure whether it is new, revised, the same, or missing."""
    present = read_all(mapping.folder, "observations").sound
    none = frame["status"].eq("missing").to_numpy()
    if not len(present):
        return pd.Series(np.where(none, "missing", "new"), index=frame.index)
    old = present.drop_duplicates(KEY).set_index(KEY).reindex(pd.MultiIndex.from_frame(frame[KEY]))
    same = np.ones(len(frame), dtype=bool)
    for name in ("value", "numerator", "denominator"):
        x, y = frame[name].to_numpy(float), old[name].to_numpy(float)
        same &= np.isclose(x, y, rtol=1e-9, equal_nan=True)
    same &= frame["status"].to_numpy() == old["status"].to_numpy()
    there = old["status"].notna().to_numpy()
    kind = np.where(~there, "new", np.where(same, "same", "revised"))
    return pd.Series(np.where(none & ~there, "missing", kind), index=frame.index)


def record(mapping: Mapping, publisher: dict[str, Any], web: Web, told: dict[str, Any]) -> str:
    """Say where figures are from: what stands in ``sources/<name>.fetched.json``."""
    about = {"source": mapping.said["source"], "title": mapping.said["title"],
             "licence": publisher["licence"], "time": web.answers[-1].time}  # fmt: skip
    about |= told | ({"licence": mapping.said["licence"]} if "licence" in mapping.said else {})
    content = (mapping.folder / FOLDER / f"{mapping.name}.yml").read_bytes()
    about |= {"requests": [a.about() for a in web.answers], "mapping_sha256": digest(content)}
    return json.dumps(about, ensure_ascii=False, indent=1) + "\n"
