"""Render only what has changed, and record what each file rests on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spi_core.errors import RenderError
from spi_core.files import file_digest, remove_leftovers
from spi_core.publish.keep.hashes import OUTDATED, Hashes
from spi_core.publish.keep.manifest import Manifest
from spi_core.publish.render.engine import render
from spi_core.publish.render.job import RenderJob, RenderResult

#: Between two writings of the record in a long run: what a killed run has done stays done.
_SAVE_AFTER = 5.0


@dataclass(frozen=True, slots=True)
class Batch:
    """The documents of one edition.

    Parameters
    ----------
    folder : Path
        ``reports/<edition>``.
    jobs : tuple of RenderJob
        What is wanted.
    whole : bool
        Whether these are all documents of the edition: others of earlier runs are then removed.
    """

    folder: Path
    jobs: tuple[RenderJob, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an edition's documents.

    Parameters
    ----------
    results : tuple of RenderResult
        Of those that were rendered, in the order of the jobs.
    current : tuple of Path
        Files that were up to date.
    removed : tuple of Path
        Files of documents that the edition no longer has.
    """

    results: tuple[RenderResult, ...]
    current: tuple[Path, ...]
    removed: tuple[Path, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """Files that were written."""
        return tuple(path for result in self.results for path in result.outputs)

    @property
    def summary(self) -> str:
        """What was done, in words."""
        done = sum(result.error is None for result in self.results)
        parts = [f"{done} documents rendered ({len(self.files)} files)"] if self.results else []
        if self.current:
            parts.append(f"{len(self.current)} files up to date")
        if self.removed:
            parts.append(f"{len(self.removed)} files of former documents removed")
        return ", ".join(parts) or "no documents"


class _Edition:
    """One edition's record and what is to be rendered of it."""

    def __init__(self, root: Path, batch: Batch, force: bool) -> None:
        remove_leftovers(batch.folder)
        self.batch, self.results = batch, list[RenderResult]()
        self.manifest, self.hashes = Manifest(batch.folder), Hashes(root, batch.folder)
        self.current: list[Path] = []
        self.todo: list[RenderJob] = []
        for job in batch.jobs:
            fresh = [
                target
                for target in job.formats
                if not force and self.manifest.is_current(job, job.output(target), self.hashes)
            ]
            self.current += [job.output(target) for target in fresh]
            stale = tuple(target for target in job.formats if target not in fresh)
            if stale:
                self.todo.append(replace(job, formats=stale))
        self.saved = time.monotonic()

    def finished(self, result: RenderResult) -> None:
        if self.hashes.outdated:
            for path in result.outputs:
                path.unlink(missing_ok=True)
            error = RenderError(f"{result.job.source.name}: {OUTDATED}")
            result = replace(result, outputs=(), error=result.error or error)
        self.results.append(result)
        reads = self.hashes.everything() if result.reads is None else result.reads
        self.manifest.record_document(result.job, result.outputs, reads, self.hashes)
        if time.monotonic() - self.saved > _SAVE_AFTER:
            self.manifest.save()
            self.saved = time.monotonic()

    def remove_dropped(self) -> list[Path]:
        """Remove documents that the edition has had; what a hand has changed stays."""
        if not self.batch.whole:
            return []
        suffixes = {f".{target}" for job in self.batch.jobs for target in job.formats}
        wanted = {self.manifest.name(j.output(t)) for j in self.batch.jobs for t in j.formats}
        removed = []
        for name, record in self.manifest.documents.items():
            path = self.manifest.folder / name
            if name in wanted or path.suffix not in suffixes:
                continue
            self.manifest.forget(name)
            if file_digest(path) == record["sha256"]:
                path.unlink()
                removed.append(path)
        return removed


def render_changed(
    root: Path,
    batches: Sequence[Batch],
    *,
    force: bool = False,
    n_workers: int | None = None,
    scheduler: str | None = None,
    on_progress: Callable[[RenderResult], None] | None = None,
    on_plan: Callable[[int], None] | None = None,
) -> list[Outcome]:
    """Render the documents of several editions whose files are not up to date, in one pool.

    Parameters
    ----------
    root : Path
        The project's folder.
    batches : sequence of Batch
        The editions.
    force : bool
        Render everything, up to date or not.
    n_workers, scheduler
        As for :func:`spi_core.publish.render.engine.render`.
    on_progress : callable, optional
        Called with each result as it arrives.
    on_plan : callable, optional
        Called with the number of documents to be rendered, before the first.

    Returns
    -------
    list of Outcome
        One an edition, in the order of the batches.

    Notes
    -----
    A file is up to date when its source with all it includes, its parameters and metadata, the
    facts of the build that it has read, the code and the file itself have the hashes recorded in
    ``manifest.json``. The clock and the files' dates play no part.
    """
    editions = [_Edition(root, batch, force) for batch in batches]
    owners = {id(job): edition for edition in editions for job in edition.todo}
    todo = [job for edition in editions for job in edition.todo]
    if on_plan is not None:
        on_plan(len(todo))

    def finished(result: RenderResult) -> None:
        owners[id(result.job)].finished(result)
        if on_progress is not None:
            on_progress(result)

    removed = [edition.remove_dropped() for edition in editions]
    try:
        render(todo, n_workers, finished, scheduler)
    finally:
        for edition in editions:
            edition.manifest.save()
    return [
        Outcome(_in_order(edition), tuple(edition.current), tuple(gone))
        for edition, gone in zip(editions, removed, strict=True)
    ]


def _in_order(edition: _Edition) -> tuple[RenderResult, ...]:
    place = {id(job): i for i, job in enumerate(edition.todo)}
    return tuple(sorted(edition.results, key=lambda result: place[id(result.job)]))
