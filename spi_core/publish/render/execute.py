"""Run a document's Python cells in a fresh IPython shell and keep what they show."""

from __future__ import annotations

import ast
import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import spi_core
from spi_core.errors import RenderError, SpiError, where_it_arose
from spi_core.publish.render.options import CellOptions, cell_options
from spi_core.publish.render.shell import new_shell, run_code
from spi_core.publish.render.source import Cell, Document
from spi_core.text.inline import inline_text
from spi_core.text.seal import plain

_INLINE = re.compile(r"(?P<before>^|[^`])`\{python\}[ \t](?P<code>[^`]+)`", re.MULTILINE)
_PACKAGE = Path(spi_core.__file__).parent


@dataclass(frozen=True, slots=True)
class ExecutedCell:
    """A cell after its run.

    Parameters
    ----------
    cell : Cell
        The cell; Markdown has its inline expressions replaced.
    options : CellOptions or None
        Options with defaults; None for Markdown.
    outputs : tuple of mapping
        What a code cell showed, in order: MIME type to data, ``stdout`` and ``stderr`` for
        printed text.
    """

    cell: Cell
    options: CellOptions | None
    outputs: tuple[Mapping[str, Any], ...]


@contextmanager
def _surroundings(cwd: Path, environment: Mapping[str, str], source: Path) -> Iterator[None]:
    """Set folder, environment and import path for the run, and set them back."""
    folder, variables, paths = Path.cwd(), dict(os.environ), list(sys.path)
    main = sys.modules["__main__"]
    streams = sys.stdout, sys.stderr
    os.chdir(cwd)
    os.environ.update(environment)
    sys.path.insert(0, str(source.parent))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        sys.modules["__main__"] = main
        sys.path[:] = paths
        os.environ.clear()
        os.environ.update(variables)
        os.chdir(folder)


def _cell_line(error: BaseException) -> int | None:
    """Return the line of the cell on which an error arose: its own innermost frame."""
    if isinstance(error, SyntaxError):
        return error.lineno
    line = None
    step: TracebackType | None = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename.startswith("<ipython-input-"):
            line = step.tb_lineno
        step = step.tb_next
    return line


def _failure(
    cell: Cell, what: str, error: BaseException, parameters: Mapping[str, object]
) -> RenderError:
    line = _cell_line(error)
    on = f", line {cell.line + line - 1}" if line and cell.line else ""
    place = f"{cell.file.name}, {what}{on}"
    given = ", ".join(f"{name}={value!r}" for name, value in parameters.items())
    with_parameters = f" ({given})" if given else ""
    details = where_it_arose(error) if _is_ours(error) else ""
    said = f"{place}{with_parameters}: {type(error).__name__}: {error}"
    return RenderError(plain(said), details)


def _is_ours(error: BaseException) -> bool:
    """Tell whether an error that nobody foresaw arose in our code, not in the document's own."""
    frames = traceback.extract_tb(error.__traceback__)
    below = (Path(frame.filename) for frame in frames if frame.filename != __file__)
    return not isinstance(error, SpiError) and any(p.is_relative_to(_PACKAGE) for p in below)


def _parameter_names(cell: Cell) -> list[str]:
    """Return the names that a parameters cell assigns."""
    names: list[str] = []
    for node in ast.parse(cell.source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names += [target.id for target in targets if isinstance(target, ast.Name)]
    return names


def _check_parameters(document: Document, parameters: Mapping[str, object]) -> None:
    cell = next((cell for cell in document.cells if cell.is_parameters), None)
    if cell is None and parameters:
        raise RenderError(f"{document.path.name}: no cell is tagged 'parameters', so it takes none")
    names = _parameter_names(cell) if cell else []
    unknown = [name for name in parameters if name not in names]
    if unknown:
        allowed = ", ".join(names)
        where = document.path.name
        raise RenderError(f"{where}: unknown parameter {unknown[0]!r}; allowed: {allowed}")


def _inline(shell: Any, cell: Cell, parameters: Mapping[str, object]) -> str:
    def replaced(match: re.Match[str]) -> str:
        try:
            value = shell.ev(match["code"].strip())
        except Exception as error:
            what = f"inline expression `{match['code'].strip()}`"
            raise _failure(cell, what, error, parameters) from error
        data, _ = shell.display_formatter.format(value)
        return match["before"] + inline_text(data, value)

    return _INLINE.sub(replaced, cell.source)


def _execute_cell(
    shell: Any, cell: Cell, defaults: Mapping[str, Any], parameters: Mapping[str, object]
) -> ExecutedCell:
    if cell.kind == "markdown":
        text = _inline(shell, cell, parameters)
        return ExecutedCell(Cell("markdown", text, {}, 0, cell.file, 0), None, ())
    options = cell_options(cell.options, defaults, f"{cell.file.name}, {cell.name}")
    shell.shown.clear()
    if options.eval:
        error = run_code(shell, cell.source)
        if error is not None:
            raise _failure(cell, cell.name, error, parameters) from error
    if cell.is_parameters:
        shell.user_ns.update(parameters)
    return ExecutedCell(cell, options, tuple(dict(output) for output in shell.shown))


def execute(
    document: Document,
    defaults: Mapping[str, Any],
    parameters: Mapping[str, object],
    cwd: Path,
    environment: Mapping[str, str],
) -> tuple[ExecutedCell, ...]:
    """Run a document from top to bottom.

    Parameters
    ----------
    document : Document
        The document.
    defaults : mapping
        Its ``execute:`` options.
    parameters : mapping
        Values that replace those of the cell tagged ``parameters``.
    cwd : pathlib.Path
        Folder to run in.
    environment : mapping
        Environment variables to add.

    Returns
    -------
    tuple of ExecutedCell
        The cells in order, with what they showed.

    Raises
    ------
    RenderError
        If a parameter is unknown, or a cell or inline expression fails: the message names document,
        cell, line, parameters and error; where it arose in our code is in ``details``.
    """
    _check_parameters(document, parameters)
    with _surroundings(cwd, environment, document.path):
        shell = new_shell()
        return tuple(_execute_cell(shell, cell, defaults, parameters) for cell in document.cells)
