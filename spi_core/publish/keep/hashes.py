"""The files that documents rest on, hashed as they are now."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spi_core.disclosure import in_force
from spi_core.files import digest, file_digest
from spi_core.present.base.prose import words_files
from spi_core.publish.render.job import RenderJob
from spi_core.publish.render.source import source_files
from spi_core.store import ABOUT, LISTING

#: Files beside a document that it may show, cite or import.
_BESIDE = {".py", ".svg", ".png", ".jpg", ".jpeg", ".bib", ".csl", ".yml", ".csv", ".json"}
OUTDATED = "left out: the edition was built anew meanwhile and hides other figures; run it again"
#: Parts of a job that say where it runs, not what it says.
_PLACE = {"source", "output_stem", "formats", "environment"}


def project_sources(root: Path, source: Path) -> set[Path]:
    """Find the files that a document may be made of, tables apart.

    Parameters
    ----------
    root : Path
        The project's folder.
    source : Path
        The document.

    Returns
    -------
    set of Path
        It, what it includes, what stands beside them to be shown, cited or imported, the fixed
        prose and the project's own settings; some may be absent.
    """
    written = source_files(source)
    folders = {file.parent for file in written if file.parent.is_dir()}
    beside = {p for folder in folders for p in folder.iterdir() if p.suffix in _BESIDE}
    return {*written, *beside, *words_files(root), root / "_quarto.yml", root / "_brand.yml"}


class Hashes:
    """Files of a project as they are now; each is hashed once.

    Parameters
    ----------
    root : Path
        The project's folder.
    folder : Path
        ``reports/<edition>``.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root.resolve(), folder.resolve()
        self._hashes: dict[Path, str | None] = {}
        self._about: dict[str, Any] | None = None
        self._passed = file_digest(self.folder / in_force.NAME)

    @property
    def outdated(self) -> bool:
        """Whether a build has held the folder to other rules since: nothing older may come in."""
        return file_digest(self.folder / in_force.NAME) != self._passed

    def name(self, path: Path) -> str:
        """Name a source so that the project's place on the disk does not matter."""
        whole = path.resolve()
        inside = whole.is_relative_to(self.root)
        return (whole.relative_to(self.root) if inside else whole).as_posix()

    def source(self, name: str) -> str | None:
        """Hash a source named by :meth:`name`."""
        return self._hash(self.root / name)

    def _hash(self, path: Path) -> str | None:
        if path not in self._hashes:
            self._hashes[path] = file_digest(path)
        return self._hashes[path]

    def read(self, name: str) -> str | None:
        """Hash what a document reads from the build, named as by ``recording_reads``.

        Parameters
        ----------
        name : str
            A table, ``build.json#…``, ``*`` or a file beside the tables.

        Returns
        -------
        str or None
            Its hash; None where it is not there.
        """
        tables = self.folder / "tables"
        if name.startswith(ABOUT):
            facts = self._facts()
            key = name.removeprefix(ABOUT)
            return _json_digest(facts[key]) if key in facts else None
        if name == LISTING:
            return listing_digest(p.name for p in tables.glob("*.parquet"))
        beside = "/" in name or "." in name
        return self._hash(self.folder / name if beside else tables / f"{name}.parquet")

    def everything(self) -> tuple[str, ...]:
        """Name all that a document might read: for engines that do not tell what it did read."""
        tables = [p.stem for p in (self.folder / "tables").glob("*.parquet")]
        facts = [ABOUT + key for key in self._facts()]
        others = [f"impact/{p.name}" for p in (self.folder / "impact").glob("*.json")]
        return tuple(sorted([LISTING, *tables, *facts, *others]))

    def _facts(self) -> dict[str, Any]:
        if self._about is None:
            path = self.folder / "tables" / "build.json"
            text = path.read_text(encoding="utf-8") if path.is_file() else "{}"
            self._about = dict(json.loads(text))
        return self._about

    def sources(self, job: RenderJob) -> dict[str, str | None]:
        """Hash the text of a document and whatever it may show beside it."""
        names = sorted(self.name(p) for p in project_sources(self.root, job.source))
        return {name: self.source(name) for name in names}

    def words(self) -> dict[str, str | None]:
        """Hash the fixed prose, which other commands read too."""
        return {name: self.source(name) for name in map(self.name, words_files(self.root))}

    def job(self, job: RenderJob) -> str:
        """Hash what a job asks for: source, parameters, metadata, engine; not where it runs."""
        asked = {
            field.name: getattr(job, field.name)
            for field in dataclasses.fields(job)
            if field.name not in _PLACE
        }
        return _json_digest({**asked, "source": self.name(job.source)})


def listing_digest(files: Iterable[str]) -> str:
    """Hash a list of tables.

    Parameters
    ----------
    files : iterable of str
        Names of their files, in any order; folders before the name do not count.

    Returns
    -------
    str
        SHA-256, hexadecimal.

    Examples
    --------
    >>> listing_digest(["b.parquet", "a.parquet"]) == listing_digest(["t/a.parquet", "b.parquet"])
    True
    """
    return _json_digest(sorted(Path(name).stem for name in files))


def _json_digest(value: object) -> str:
    return digest(json.dumps(value, sort_keys=True, default=str).encode())
