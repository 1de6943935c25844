"""Read a Quarto document: header, Markdown and Python cells with their options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from spi_core.errors import InputError, RenderError
from spi_core.text.yaml_text import parse_yaml

_FENCE = re.compile(r"^\s{0,3}(?P<fence>`{3,}|~{3,})\s*(?P<info>.*)$")
_CODE_INFO = re.compile(r"^\{(?P<language>[A-Za-z]\w*)[\s,}]")
_SHORTCODE = re.compile(r"(?<!\{)\{\{<\s*(?P<name>[^\s>]*)")
_CODE_SPAN = re.compile(r"(`+).*?\1")
#: Shortcodes that both engines know.
_SHORTCODES = ("include", "meta", "pagebreak")
_SHIELD = "\ue000"  # a private-use character before each line of code that is only shown
#: A cell that is only shown: without doubled braces Quarto runs it, in a longer fence too.
_SHOWN_CELL = re.compile(r"^(\s*`{3,})\{\{(\w+)\}\}")
_OPTION = re.compile(r"^#\s*\| ?")
_INCLUDE = re.compile(r"^\{\{<\s*include\s+[\"']?(?P<name>[^\"'\s]+)[\"']?\s*>\}\}\s*$")


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of Markdown or one code cell.

    Parameters
    ----------
    kind : {"markdown", "code"}
        What it holds.
    source : str
        Text; of a code cell without its option lines.
    options : mapping
        The ``#|`` options.
    number : int
        Position among the code cells, from 1; 0 for Markdown.
    file : pathlib.Path
        The file it stands in: the document or one that it includes.
    line : int
        Line of the file on which ``source`` starts; 0 for Markdown.
    header : str
        The ``#|`` lines as they stand.
    """

    kind: Literal["markdown", "code"]
    source: str
    options: Mapping[str, Any]
    number: int
    file: Path
    line: int
    header: str = ""

    @property
    def name(self) -> str:
        """Label in quotes, or number: how a message names the cell."""
        label = self.options.get("label")
        return f"cell '{label}'" if label else f"cell {self.number}"

    @property
    def is_parameters(self) -> bool:
        """Whether the cell is tagged ``parameters``."""
        tags = self.options.get("tags") or []
        return "parameters" in ([tags] if isinstance(tags, str) else tags)


@dataclass(frozen=True, slots=True)
class Document:
    """A Quarto document, read.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    metadata : mapping
        Its YAML header.
    cells : tuple of Cell
        Markdown and code in order.
    files : tuple of pathlib.Path
        The document and every file that it includes.
    """

    path: Path
    metadata: Mapping[str, Any]
    cells: tuple[Cell, ...]
    files: tuple[Path, ...] = ()


def _lines(path: Path, above: tuple[Path, ...] = ()) -> Iterator[tuple[str, Path, int]]:
    """Yield each line with its origin, included files in place."""
    if path in above:
        raise RenderError(f"{above[-1]}: {path.name} includes itself")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        by = f"{above[-1]}: includes " if above else ""
        raise RenderError(f"{by}{path}, which cannot be read: {error}") from error
    for number, line in enumerate(text.splitlines(), start=1):
        include = _INCLUDE.match(line)
        if include:
            yield from _lines((path.parent / include["name"]).resolve(), (*above, path))
        else:
            yield line, path, number


def _check_shortcodes(line: str, where: str) -> None:
    """Refuse a shortcode that nobody knows: Quarto would only warn."""
    for found in _SHORTCODE.finditer(_CODE_SPAN.sub("", line)):
        if found["name"] not in _SHORTCODES:
            said = f"unknown shortcode {{{{< {found['name']} >}}}}"
            raise RenderError(f"{where}: {said}; allowed: {', '.join(_SHORTCODES)}")
        if found["name"] == "include":
            raise RenderError(f"{where}: {{{{< include >}}}} must stand on a line of its own")


def source_files(path: Path) -> tuple[Path, ...]:
    """Name the files whose text makes a document: itself and what it includes.

    Parameters
    ----------
    path : pathlib.Path
        The document.

    Returns
    -------
    tuple of pathlib.Path
        Absolute paths, the document first; a file that is not there is named all the same.
    """
    found = [path.resolve()]
    for file in found:  # grows as includes are met
        text = file.read_text(encoding="utf-8-sig", errors="replace") if file.is_file() else ""
        named = (_INCLUDE.match(line) for line in text.splitlines())
        files = ((file.parent / match["name"]).resolve() for match in named if match)
        found += [other for other in files if other not in found]
    return tuple(found)


def _scan(lines: list[tuple[str, Path, int]]) -> tuple[list[tuple[str, Path, int]], str]:
    """Find the executable cells, and shield from jupytext every fence that only shows code.

    Returns the language and place of each cell, and the text for jupytext.
    """
    cells: list[tuple[str, Path, int]] = []
    text: list[str] = []
    inside, runs = "", False
    for line, file, number in lines:
        match = _FENCE.match(line)
        closes = match and match["fence"].startswith(inside) and not match["info"].strip()
        if match and not inside:
            inside, language = match["fence"], _CODE_INFO.match(match["info"])
            if match["info"].startswith("{{"):
                raise RenderError(f"{file}, line {number}: {match['info']} is not supported")
            runs = language is not None
            if language:
                cells.append((language["language"], file, number))
            closes = None
        if not inside:
            _check_shortcodes(line, f"{file}, line {number}")
        shown = inside and not runs
        text.append(_SHIELD + _SHOWN_CELL.sub(r"\1{\2}", line) if shown else line)
        if closes:
            inside = ""
    return cells, "\n".join(text) + "\n"


def _options(source: str, where: str) -> tuple[dict[str, Any], str, list[str]]:
    """Split a cell's source into options, code, and the option lines."""
    lines = source.splitlines()
    count = next((i for i, line in enumerate(lines) if not _OPTION.match(line)), len(lines))
    text = "\n".join(_OPTION.sub("", line) for line in lines[:count])
    try:
        options = parse_yaml(f"{where}, cell options", text.encode()) or {}
    except InputError as error:
        raise RenderError(str(error)) from error
    if not isinstance(options, dict):
        raise RenderError(f"{where}: cell options must be 'name: value' lines")
    return options, "\n".join(lines[count:]), lines[:count]


def _header(cells: list[Any], path: Path) -> dict[str, Any]:
    if not cells or cells[0].cell_type != "raw":
        return {}
    try:
        header = parse_yaml(f"{path}, header", cells[0].source.strip().strip("-").encode()) or {}
    except InputError as error:
        raise RenderError(str(error)) from error
    if not isinstance(header, dict):
        raise RenderError(f"{path}: the header must be 'name: value' lines")
    return header


def _markdown(source: str) -> str:
    """Mark HTML tables that stand in the Markdown as raw blocks, so that they stay whole."""
    lines: list[str] = []
    inside, in_table = "", False
    for line in source.splitlines():
        match = _FENCE.match(line)
        if match and not in_table:
            closes = inside and match["fence"].startswith(inside) and not match["info"].strip()
            inside = "" if closes else inside or match["fence"]
        if not inside and not in_table and line.startswith("<table"):
            lines.append("```{=html}")
            in_table = True
        lines.append(line)
        if in_table and line.rstrip().endswith("</table>"):
            lines.append("```")
            in_table = False
    return "\n".join(lines)


def read_document(path: Path) -> Document:
    """Read a ``.qmd`` file and the files it includes.

    Parameters
    ----------
    path : pathlib.Path
        The document.

    Returns
    -------
    Document
        Header and cells; nothing has been run.

    Raises
    ------
    RenderError
        If a file cannot be read, a header or option is not YAML, or a cell is not Python.
    """
    import jupytext  # slow to import: a run that finds nothing to do goes without

    path = path.resolve()
    lines = list(_lines(path))
    fences, text = _scan(lines)
    for language, file, number in fences:
        if language != "python":
            where = f"{file}, line {number}"
            raise RenderError(f"{where}: cells in {language!r} are not supported; allowed: python")
    notebook = list(jupytext.reads(text, fmt="Rmd").cells)
    metadata = _header(notebook, path)
    cells: list[Cell] = []
    count = 0
    for cell in notebook[1 if metadata else 0 :]:
        if cell.cell_type != "code":
            cells.append(
                Cell("markdown", _markdown(cell.source.replace(_SHIELD, "")), {}, 0, path, 0)
            )
            continue
        if count == len(fences):
            raise RenderError(f"{path}: code fences do not match; is one left open?")
        _, file, line = fences[count]
        count += 1
        options, code, header = _options(cell.source, f"{file}, line {line}")
        options = {**{k: v for k, v in cell.metadata.items() if k == "tags"}, **options}
        first = line + 1 + len(header)
        cells.append(Cell("code", code, options, count, file, first, "\n".join(header)))
    if count != len(fences):
        raise RenderError(f"{path}: code fences do not match; is one left open?")
    files = tuple(dict.fromkeys([path, *(file for _, file, _ in lines)]))
    return Document(path, metadata, tuple(cells), files)
