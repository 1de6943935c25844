"""Make one document: execute, assemble and convert it, without writing its files."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from spi_core.errors import RenderError
from spi_core.publish.render.job import Made, RenderJob
from spi_core.publish.render.options import Format, document_metadata, merge, project_metadata
from spi_core.store import hold_tables, recording_reads
from spi_core.text.seal import seal

if TYPE_CHECKING:
    from spi_core.publish.render.source import Document

#: Sources that a worker has read for the documents it forks.
_ahead: dict[Path, tuple[Document, Mapping[str, object]]] = {}


def _read(source: Path) -> tuple[Document, Mapping[str, object]]:
    """Read a document, and its metadata with the project's."""
    from spi_core.publish.render.source import read_document

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
    from spi_core.publish.render.assemble import assemble
    from spi_core.publish.render.convert import to_html, to_pdf
    from spi_core.publish.render.execute import execute
    from spi_core.publish.render.notebook import to_notebook
    from spi_core.publish.render.quarto import render_with_quarto

    document, base = _ahead.get(job.source) or _read(job.source)
    # what a job says comes from data, what a document says is its author's Markdown
    metadata = merge(base, seal(job.metadata))
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
