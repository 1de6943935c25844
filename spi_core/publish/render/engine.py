"""Render documents side by side, and move their files into place."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from spi_core.errors import RenderError, SpiError
from spi_core.files import WriteError, in_place, scratch_folder
from spi_core.present.base.fonts import check_fonts
from spi_core.publish.render.job import Made, RenderJob, RenderResult
from spi_core.publish.render.make import make_document, read_ahead
from spi_core.publish.workers.pool import run_all


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
        error = RenderError(f"{job.metadata['title']}: {error}", error.details)
    return RenderResult(job, outputs, error, made.seconds, made.reads)


def render_document(job: RenderJob, scratch: Path | None = None) -> RenderResult:
    """Render one document in this process.

    Parameters
    ----------
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

    def finished(index: int, made: Made | SpiError) -> None:
        job = todo[index]
        if isinstance(made, SpiError):
            what = f"{job.source.name}{_given(job)}: {made}"
            made = Made({}, RenderError(what, made.details), 0.0)
        results[index] = result = _put_in_place(job, made)
        if on_progress is not None:
            on_progress(result)

    if not todo:
        return []
    check_fonts()
    if scheduler is not None:
        from spi_core.publish.workers.scheduler import make_on_cluster

        make_on_cluster(scheduler, todo, finished)
    else:
        with scratch_folder() as scratch:
            arguments = [(job, scratch) for job in todo]
            workers = n_workers or os.cpu_count() or 1
            run_all(make_document, arguments, workers, finished, read_ahead)
    return [result for result in results if result is not None]
