"""The door: read an edition's folder, find every fault at once, hand on what is fit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spi_core.errors import Fault, InputError
from spi_core.framework import Framework, check_goalposts, check_weights, make_framework
from spi_core.geography import Geography, check_geography, load_boundaries, roll_up
from spi_core.panel import Panel, check_observations, make_panel
from spi_core.read import Read, find_tables, read_edition_file, read_table
from spi_core.schema import TABLES

__all__ = ["Inputs", "data_version", "load"]

#: Tables by name: the file within the edition's folder, and whether it must be there.
FILES = {
    "indicators": ("indicators", True),
    "observations": ("observations", True),
    "areas": ("geography/areas", True),
    "lookup": ("geography/lookup", True),
    "goalposts": ("goalposts", True),
    "weights": ("weights", False),
    "series": ("series", False),
    "context": ("context", False),
    "signoff": ("signoff", False),
    "corrections": ("corrections", False),
}


@dataclass(frozen=True, slots=True)
class Inputs:
    """A whole edition, checked.

    Parameters
    ----------
    folder : Path
        Where it was read from.
    settings : mapping
        ``edition.yml``.
    framework : Framework
        Dimensions, components, indicators.
    geography : Geography
        Areas, lookup, polygons.
    panel : Panel
        Observations of all scored areas, larger areas rolled up.
    tables : mapping of str to DataFrame
        The other tables by name (``goalposts``, ``weights``, ``series``, …); empty when absent.
    reference : tuple of DataFrame or None
        Moments and correlations of the reference population, index ``indicator_id``.
    version : str
        First characters of the hash of every input file.
    """

    folder: Path
    settings: Mapping[str, Any]
    framework: Framework
    geography: Geography
    panel: Panel
    tables: Mapping[str, pd.DataFrame]
    reference: tuple[pd.DataFrame, pd.DataFrame] | None
    version: str

    @property
    def periods(self) -> dict[str, str]:
        """Period ids and their labels, in the order of ``edition.yml``."""
        return {p["id"]: p["label"] for p in self.settings["periods"]}


def load(folder: Path) -> Inputs:
    """Read and check an edition.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.

    Returns
    -------
    Inputs
        Fit to compute from.

    Raises
    ------
    InputError
        With every fault of every file.
    """
    if not folder.is_dir():
        others = sorted(p.parent.name for p in folder.parent.glob("*/edition.yml"))
        allowed = ", ".join(others) or None
        raise InputError([Fault(str(folder), "is not an edition's folder", allowed=allowed)])
    settings, faults = read_edition_file(folder / "edition.yml")
    reads = {name: _read_all(folder, name) for name in FILES}
    faults += [f for read in reads.values() for f in read.faults]
    polygons, found = load_boundaries(_boundary_file(folder))
    faults += found
    if not settings or "periods" not in settings:
        raise InputError(faults)
    framework, found = make_framework(settings, reads["indicators"])
    faults += found + check_geography(settings, reads["areas"], reads["lookup"], polygons)
    reference, found = _read_reference(folder, settings, framework)
    faults += found
    if framework is not None and not reads["areas"].frame.empty:
        faults += _check_tables(settings, framework, reads)
    if faults or framework is None or polygons is None:
        raise InputError(faults)
    areas = reads["areas"].frame.set_index("code")
    links = reads["lookup"].frame
    geography = Geography(areas, links, polygons, settings["borough"])
    scored = [c for level in settings["geography"]["levels"] for c in geography.codes(level)]
    periods = [p["id"] for p in settings["periods"]]
    frame = reads["observations"].frame
    panel = make_panel(frame[frame["area_code"].isin(scored)], framework, scored, periods)
    return Inputs(
        folder=folder,
        settings=settings,
        framework=framework,
        geography=geography,
        panel=roll_up(panel, geography, framework),
        tables={name: read.frame for name, read in reads.items()},
        reference=reference,
        version=data_version(folder)[:7],
    )


def data_version(folder: Path) -> str:
    """Hash every input of an edition, so that a report can say which data it rests on.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``; the publishers' own files under ``source/`` are not inputs.

    Returns
    -------
    str
        SHA-256, hexadecimal. The same on every system: line ends of text files do not count.
    """
    digest = hashlib.sha256()
    files = [p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(("~$", "."))]
    for path in sorted(files, key=lambda p: p.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("source/"):
            content = path.read_bytes()
            if path.suffix not in {".xlsx", ".gpkg"}:
                content = content.replace(b"\r\n", b"\n")
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _read_all(folder: Path, name: str) -> Read:
    stem, needed = FILES[name]
    paths = find_tables(folder, stem)
    if not paths:
        shown = f"{folder.as_posix()}/{stem}.csv"
        return Read(pd.DataFrame(), (Fault(shown, "is missing"),) if needed else ())
    reads = [read_table(p, TABLES[name]) for p in paths]
    frames = [r.frame for r in reads if not r.frame.empty]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return Read(frame, tuple(f for r in reads for f in r.faults))


def _boundary_file(folder: Path) -> Path:
    package = folder / "geography" / "boundaries.gpkg"
    return package if package.exists() else package.with_suffix(".geojson")


def _read_reference(
    folder: Path, settings: Mapping[str, Any], framework: Framework | None
) -> tuple[tuple[pd.DataFrame, pd.DataFrame] | None, list[Fault]]:
    named = settings.get("index", {}).get("reference")
    if not named or framework is None:
        return None, []
    read = read_table(folder / named["moments"], TABLES["moments"])
    path = folder / named["correlation"]
    if not path.exists():
        return None, [*read.faults, Fault(path.as_posix(), "is missing")]
    matrix = pd.read_csv(path, index_col="indicator_id")
    faults = list(read.faults)
    known = set(read.frame.get("indicator_id", []))
    for where, names in ((folder / named["moments"], known), (path, set(matrix.index))):
        lost = [i for i in framework.ids if i not in names]
        message = "has no row for this indicator"
        faults += [Fault(where.as_posix(), message, None, "indicator_id", i) for i in lost]
    if list(matrix.index) != list(matrix.columns) or not np.allclose(matrix, matrix.T):
        faults.append(Fault(path.as_posix(), "is not a symmetric matrix of correlations"))
    return (None if faults else (read.frame.set_index("indicator_id"), matrix)), faults


def _check_tables(
    settings: Mapping[str, Any], framework: Framework, reads: Mapping[str, Read]
) -> list[Fault]:
    areas = dict(zip(reads["areas"].frame["code"], reads["areas"].frame["level"], strict=True))
    periods = [p["id"] for p in settings["periods"]]
    faults = check_goalposts(framework, reads["goalposts"])
    faults += check_weights(framework, reads["weights"])
    if not reads["observations"].frame.empty:
        faults += check_observations(reads["observations"].frame, framework, areas, periods)
    for name in ("series", "context"):
        frame = reads[name].frame
        if not frame.empty:
            faults += [
                Fault(r.file, "is not an area of geography/areas.csv", r.row, "area_code", r.area_code)
                for r in frame[~frame["area_code"].isin(list(areas))].itertuples()
            ]
    return faults
