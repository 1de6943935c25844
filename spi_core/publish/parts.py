"""Write what stands beside an edition's documents: its explorer and its open data."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from spi_core.errors import SpiError
from spi_core.files import remove_leftovers
from spi_core.publish.editions import Edition, raise_failed, refuse_other_rules
from spi_core.publish.keep.hashes import OUTDATED, Hashes
from spi_core.publish.keep.manifest import Manifest
from spi_core.publish.workers.pool import answers_of
from spi_core.store import Tables

#: A part's folder, and its name in the record.
PartName = Literal["explorer", "open-data"]


@dataclass(frozen=True, slots=True)
class Part:
    """What became of an edition's explorer or open data.

    Parameters
    ----------
    edition : Edition
        The edition.
    name : {"explorer", "open-data"}
        Which.
    files : tuple of Path
        The files that were written; empty when all were up to date.
    seconds : float
        Wall time.
    """

    edition: Edition
    name: PartName
    files: tuple[Path, ...]
    seconds: float


def _explorer(tables: Tables, folder: Path) -> Sequence[Path]:
    from spi_core.explorer.explore import explore

    return explore(tables, folder)


def _open_data(tables: Tables, folder: Path) -> Sequence[Path]:
    from spi_core.publish.open_data.write import open_data

    return open_data(tables, folder)


_WRITERS: Mapping[PartName, Callable[[Tables, Path], Sequence[Path]]] = {
    "explorer": _explorer,
    "open-data": _open_data,
}


def write_part(root: Path, edition: Edition, part: PartName, *, force: bool = False) -> Part:
    """Write a built edition's explorer or open data, unless it is up to date.

    Parameters
    ----------
    root : Path
        The project's folder.
    edition : Edition
        The edition, built.
    part : {"explorer", "open-data"}
        Which.
    force : bool
        Write it, up to date or not.

    Returns
    -------
    Part
        What became of it.

    Raises
    ------
    SpiError
        If the edition has not been built, or not under the disclosure rules of now, or a file
        cannot be written.
    """
    refuse_other_rules(edition)
    started = time.perf_counter()
    manifest, hashes = Manifest(edition.folder), Hashes(root, edition.folder)
    if not force and manifest.is_part_current(part, hashes):
        return Part(edition, part, (), 0.0)
    folder = edition.folder / part
    remove_leftovers(folder)
    files = tuple(_WRITERS[part](Tables(edition.folder / "tables"), folder))
    if hashes.outdated:
        for path in files:
            path.unlink(missing_ok=True)
        raise SpiError(f"{edition.name}: {part}: {OUTDATED}")
    manifest.record_part(part, files, hashes)
    return Part(edition, part, files, time.perf_counter() - started)


def write_parts(
    root: Path,
    editions: Sequence[Edition],
    *,
    force: bool = False,
    n_workers: int | None = None,
) -> list[Part]:
    """Write the explorer and the open data of editions, several editions side by side.

    Parameters
    ----------
    root : Path
        The project's folder.
    editions : sequence of Edition
        The editions, built; open data are for the public only.
    force : bool
        Write all, up to date or not.
    n_workers : int, optional
        Editions at a time, where there are several; the number of cores by default.

    Returns
    -------
    list of Part
        In the order of the editions.

    Raises
    ------
    SpiError
        With the sentence of each edition that failed; the others are written.
    """
    stale = [e for e in editions if force or not _is_current(root, e)]
    if len(stale) > 1:
        answers = answers_of(_parts_of, [(root, e, force) for e in stale], n_workers)
        raise_failed(stale, answers)
        answered = zip(stale, answers, strict=True)
        written = {e: parts for e, parts in answered if not isinstance(parts, SpiError)}
    else:
        written = {e: _parts_of(root, e, force) for e in stale}
    current = {e: [Part(e, name, (), 0.0) for name in _names(e)] for e in editions}
    return [part for e in editions for part in (current | written)[e]]


def _names(edition: Edition) -> tuple[PartName, ...]:
    return ("explorer", "open-data") if edition.audience == "public" else ("explorer",)


def _is_current(root: Path, edition: Edition) -> bool:
    manifest, hashes = Manifest(edition.folder), Hashes(root, edition.folder)
    return all(manifest.is_part_current(name, hashes) for name in _names(edition))


def _parts_of(root: Path, edition: Edition, force: bool) -> list[Part]:
    return [write_part(root, edition, name, force=force) for name in _names(edition)]
