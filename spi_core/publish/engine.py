"""Render documents: execute, assemble, convert, and move the files into place."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from spi_core.errors import RenderError
from spi_core.files import WriteError, in_place, scratch_folder
from spi_core.publish.fonts import check_fonts
from spi_core.publish.options import Format, document_metadata, merge, project_metadata
from spi_core.publish.workers import run_all
from spi_core.store import hold_tables, recording_reads

if TYPE_CHECKING:
    from spi_core.publish.quarto import EngineName
    from spi_core.publish.source import Document

__all__ = [
    "Made",
    "RenderJob",
    "RenderResult",
    "make_document",
    "read_ahead",
    "render",
    "render_document",
]

#: Sources that a worker has read for the documents it forks.
_ahead: dict[Path, tuple[Document, Mapping[str, object]]] = {}


@dataclass(frozen=True, slots=True)
class RenderJob:
    """One document to render.

    Parameters
    ----------
    source : pathlib.Path
        The ``.qmd`` file.
    output_stem : pathlib.Path
        Path of the outputs without their suffix; folders are made.
    formats : tuple of {"html", "pdf", "ipynb"}, default the first two
        What to make.
    parameters : mapping, optional
        Values for the cell tagged ``parameters``.
    metadata : mapping, optional
        Metadata that overrides the document's (as Quarto's ``-M``): title, mark, footer, nav …
    environment : mapping, optional
        Environment variables of the run, such as SPI_TABLES.
    engine : {"builtin", "quarto"}, default "builtin"
        What makes HTML and PDF; a notebook is always the built-in engine's.
    """

    source: Path
    output_stem: Path
    formats: tuple[Format, ...] = ("html", "pdf")
    parameters: Mapping[str, object] = field(default_factory=dict)
    metadata: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    engine: EngineName = "builtin"

    def output(self, target: Format) -> Path:
        """Return the path of one output (a dot in the stem is kept).

        Parameters
        ----------
        target : {"html", "pdf", "ipynb"}
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
    reads : tuple of str or None
        What it has read from built tables, as named by ``recording_reads``; None where the engine
        does not tell.
    """

    job: RenderJob
    outputs: tuple[Path, ...]
    error: RenderError | None
    seconds: float
    reads: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A document as bytes, wherever it was made.

    Parameters
    ----------
    content : mapping of {"html", "pdf", "ipynb"} to bytes
        Its files; empty after an error.
    error : RenderError or None
        Why it failed.
    seconds : float
        Wall time.
    reads : tuple of str or None
        What it has read from built tables; None where the engine does not tell.
    """

    content: Mapping[Format, bytes]
    error: RenderError | None
    seconds: float
    reads: tuple[str, ...] | None = None


def _read(source: Path) -> tuple[Document, Mapping[str, object]]:
    """Read a document, and its metadata with the project's."""
    from spi_core.publish.source import read_document

    document = read_document(source)
    return document, merge(project_metadata(document.path), document.metadata)


def read_ahead(job: RenderJob, scratch: Path | None = None) -> None:
    """Read what a job shares with those after it, for this process and its forks.

    Parameters
    ----------
    job : RenderJob
        A document: its source and the tables of its edition are read, once.
    scratch : pathlib.Path, optional
        Not used: the arguments are those of :func:`make_document`.

    Raises
    ------
    SpiError
        If something cannot be read.
    """
    if job.source not in _ahead:
        _ahead[job.source] = _read(job.source)
    if tables := job.environment.get("SPI_TABLES"):
        hold_tables(Path(tables))


def _make(job: RenderJob, folder: Path) -> dict[Format, bytes]:
    """Make each format with the engine asked for."""
    # a run that finds nothing to do must not wait for these
    from spi_core.publish.assemble import assemble
    from spi_core.publish.convert import to_html, to_pdf
    from spi_core.publish.execute import execute
    from spi_core.publish.notebook import to_notebook
    from spi_core.publish.quarto import render_with_quarto

    document, base = _ahead.get(job.source) or _read(job.source)
    metadata = merge(base, job.metadata)
    name = document.path.name
    flat = {target: document_metadata(metadata, target, name) for target in job.formats}
    made: dict[Format, bytes] = {}
    own = list(job.formats)
    if job.engine == "quarto":
        pages: list[Format] = [target for target in own if target != "ipynb"]
        own = [target for target in own if target == "ipynb"]
        made = render_with_quarto(
            document, pages, job.parameters, job.metadata, job.environment, folder
        )
    if not own:
        return made
    defaults = metadata.get("execute") or {}
    cells = execute(document, defaults, job.parameters, folder, job.environment)
    if "ipynb" in own:
        made["ipynb"] = to_notebook(document, cells, flat["ipynb"], job.parameters, folder)
        own.remove("ipynb")
    markdown = assemble(cells, folder) if own else ""
    for target in own:
        convert = to_html if target == "html" else to_pdf
        made[target] = convert(markdown, flat[target], folder, document.path)
    return {target: made[target] for target in job.formats}


def make_document(job: RenderJob, scratch: Path | None = None) -> Made:
    """Make one document in this process, without writing its files.

    Parameters
    ----------
    job : RenderJob
        The document.
    scratch : pathlib.Path, optional
        Folder for the private working folder; the system's by default.

    Returns
    -------
    Made
        Its files as bytes, or the error: faults of the document are returned, not raised.
    """
    start = time.perf_counter()
    content: dict[Format, bytes] = {}
    error: RenderError | None = None
    with recording_reads() as names:
        try:
            with tempfile.TemporaryDirectory(dir=scratch, prefix="render-") as folder:
                content = _make(job, Path(folder).resolve())
        except RenderError as caught:
            error = caught
        except OSError as caught:
            place = caught.filename or "the working folder"
            error = RenderError(f"{job.source.name}: {place}: {caught.strerror or caught}")
    reads = tuple(sorted(names)) if job.engine == "builtin" else None
    return Made(content, error, time.perf_counter() - start, reads)


def _put_in_place(job: RenderJob, made: Made) -> RenderResult:
    """Write all files of a document under temporary names, then move them: none is half there."""
    outputs: tuple[Path, ...] = ()
    error = made.error
    try:
        with ExitStack() as parts:
            for target, content in made.content.items():
                parts.enter_context(in_place(job.output(target))).write_bytes(content)
        outputs = tuple(job.output(target) for target in made.content)
    except WriteError as caught:
        error = RenderError(str(caught))
    if error is not None and "title" in job.metadata:  # a person knows a ward by its name
        error = RenderError(f"{job.metadata['title']}: {error}")
    return RenderResult(job, outputs, error, made.seconds, made.reads)


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
    return _put_in_place(job, make_document(job, scratch))


def _given(job: RenderJob) -> str:
    """Name a job's area and other parameters, for messages."""
    given = ", ".join(f"{name}={value!r}" for name, value in job.parameters.items())
    return f" ({given})" if given else ""


def render(
    jobs: Iterable[RenderJob],
    n_workers: int | None = None,
    on_progress: Callable[[RenderResult], None] | None = None,
    scheduler: str | None = None,
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
    scheduler : str, optional
        Address of a Dask scheduler, such as ``tcp://10.0.0.4:8786``, whose workers make the
        documents; their files are written here.

    Returns
    -------
    list of RenderResult
        One a job, in the order of the jobs. One document's failure does not stop the others.

    Raises
    ------
    ValueError
        If two jobs write the same file.
    SpiError
        If a bundled font is missing, or the scheduler does not answer.

    Notes
    -----
    Where the system can fork, every document runs in a fresh fork of a worker that has imported
    the heavy modules and read the edition's tables, so no document can see another's variables.
    Elsewhere (Windows) processes are reused, each document with a namespace of its own.
    """
    todo = list(jobs)
    counts = Counter(str(job.output(target).absolute()) for job in todo for target in job.formats)
    twice = sorted(path for path, count in counts.items() if count > 1)
    if twice:
        raise ValueError(f"two jobs write the same file: {', '.join(twice)}")
    results: list[RenderResult | None] = [None] * len(todo)

    def finished(index: int, made: Made | str) -> None:
        job = todo[index]
        if isinstance(made, str):
            made = Made({}, RenderError(f"{job.source.name}{_given(job)}: {made}"), 0.0)
        results[index] = result = _put_in_place(job, made)
        if on_progress is not None:
            on_progress(result)

    if not todo:
        return []
    check_fonts()
    if scheduler is not None:
        from spi_core.publish.scheduler import make_on_cluster

        make_on_cluster(scheduler, todo, finished)
    else:
        with scratch_folder() as scratch:
            arguments = [(job, scratch) for job in todo]
            workers = n_workers or os.cpu_count() or 1
            run_all(make_document, arguments, workers, finished, read_ahead)
    return [result for result in results if result is not None]
