"""Render documents: execute, assemble, convert, and move the files into place."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spi_core.errors import RenderError
from spi_core.publish.assemble import assemble
from spi_core.publish.convert import to_html, to_pdf
from spi_core.publish.execute import execute
from spi_core.publish.options import Format, document_metadata, merge, project_metadata
from spi_core.publish.source import read_document
from spi_core.publish.workers import run_all

__all__ = ["RenderJob", "RenderResult", "render", "render_document"]

_CONVERTERS = {"html": to_html, "pdf": to_pdf}


@dataclass(frozen=True, slots=True)
class RenderJob:
    """One document to render.

    Parameters
    ----------
    source : pathlib.Path
        The ``.qmd`` file.
    output_stem : pathlib.Path
        Path of the outputs without their suffix; folders are made.
    formats : tuple of {"html", "pdf"}, default both
        What to make.
    parameters : mapping, optional
        Values for the cell tagged ``parameters``.
    metadata : mapping, optional
        Metadata that overrides the document's (as Quarto's ``-M``): title, mark, footer, nav …
    environment : mapping, optional
        Environment variables of the run, such as SPI_TABLES.
    """

    source: Path
    output_stem: Path
    formats: tuple[Format, ...] = ("html", "pdf")
    parameters: Mapping[str, object] = field(default_factory=dict)
    metadata: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def output(self, target: Format) -> Path:
        """Return the path of one output (a dot in the stem is kept).

        Parameters
        ----------
        target : {"html", "pdf"}
            The format.

        Returns
        -------
        pathlib.Path
            The stem with the format's suffix.
        """
        return self.output_stem.with_name(f"{self.output_stem.name}.{target}")


@dataclass(frozen=True, slots=True)
class RenderResult:
    """What became of a job.

    Parameters
    ----------
    job : RenderJob
        The job.
    outputs : tuple of pathlib.Path
        Files written; empty after an error.
    error : RenderError or None
        Why it failed.
    seconds : float
        Wall time.
    """

    job: RenderJob
    outputs: tuple[Path, ...]
    error: RenderError | None
    seconds: float


def _make(job: RenderJob, folder: Path) -> dict[Format, bytes]:
    """Execute once, convert to each format."""
    document = read_document(job.source)
    base = merge(project_metadata(document.path), document.metadata)
    metadata = merge(base, job.metadata)
    name = document.path.name
    flat = {target: document_metadata(metadata, target, name) for target in job.formats}
    defaults = metadata.get("execute") or {}
    cells = execute(document, defaults, job.parameters, folder, job.environment)
    markdown = assemble(cells, folder)
    return {
        target: _CONVERTERS[target](markdown, flat[target], folder, document.path)
        for target in job.formats
    }


def _put_in_place(job: RenderJob, made: Mapping[Format, bytes]) -> tuple[Path, ...]:
    """Write outputs under temporary names, then move them: nothing half-written is seen."""
    parts: list[tuple[Path, Path]] = []
    try:
        job.output_stem.parent.mkdir(parents=True, exist_ok=True)
        for target, content in made.items():
            path = job.output(target)
            part = path.with_name(f".{path.name}.part")
            parts.append((part, path))
            part.write_bytes(content)
        for part, path in parts:
            part.replace(path)
    except OSError as error:
        for part, _ in parts:
            part.unlink(missing_ok=True)
        raise RenderError(f"{job.output_stem}: cannot be written: {error.strerror}") from error
    return tuple(path for _, path in parts)


def render_document(job: RenderJob, scratch: Path | None = None) -> RenderResult:
    """Render one document in this process.

    Parameters
    ----------
    job : RenderJob
        The document.
    scratch : pathlib.Path, optional
        Folder for the private working folder; the system's by default.

    Returns
    -------
    RenderResult
        Outputs, or the error: faults of the document are returned, not raised.
    """
    start = time.perf_counter()
    outputs: tuple[Path, ...] = ()
    error: RenderError | None = None
    try:
        with tempfile.TemporaryDirectory(dir=scratch, prefix="render-") as folder:
            outputs = _put_in_place(job, _make(job, Path(folder).resolve()))
    except RenderError as caught:
        error = caught
    return RenderResult(job, outputs, error, time.perf_counter() - start)


def render(
    jobs: Iterable[RenderJob],
    n_workers: int | None = None,
    on_progress: Callable[[RenderResult], None] | None = None,
) -> list[RenderResult]:
    """Render documents side by side, each in a process of its own.

    Parameters
    ----------
    jobs : iterable of RenderJob
        The documents.
    n_workers : int, optional
        Processes at a time; the number of cores by default.
    on_progress : callable, optional
        Called with each result as it arrives.

    Returns
    -------
    list of RenderResult
        One a job, in the order of the jobs. One document's failure does not stop the others.

    Raises
    ------
    ValueError
        If two jobs write the same file.

    Notes
    -----
    Where the system can fork, every document runs in a fresh fork of a process that has imported
    the heavy modules once, so no document can see another's variables. Elsewhere (Windows)
    processes are reused, each document with a namespace of its own.
    """
    todo = list(jobs)
    counts = Counter(str(job.output(target).absolute()) for job in todo for target in job.formats)
    twice = sorted(path for path, count in counts.items() if count > 1)
    if twice:
        raise ValueError(f"two jobs write the same file: {', '.join(twice)}")
    results: list[RenderResult | None] = [None] * len(todo)

    def finished(index: int, result: RenderResult | str) -> None:
        if isinstance(result, str):
            error = RenderError(f"{todo[index].source.name}: {result}")
            result = RenderResult(todo[index], (), error, 0.0)
        results[index] = result
        if on_progress is not None:
            on_progress(result)

    with tempfile.TemporaryDirectory(prefix="spi-") as scratch:
        arguments = [(job, Path(scratch)) for job in todo]
        run_all(render_document, arguments, n_workers or os.cpu_count() or 1, finished)
    return [result for result in results if result is not None]
