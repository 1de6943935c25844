"""A document to render, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from spi_core.errors import RenderError
from spi_core.publish.render.options import Format

if TYPE_CHECKING:
    from spi_core.publish.render.quarto import EngineName


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
