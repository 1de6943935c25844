"""Turn executed cells into one Markdown text, as their options ask."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spi_core.errors import RenderError
from spi_core.publish.render.execute import ExecutedCell
from spi_core.publish.render.options import CellOptions

_IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def _attribute(text: str) -> str:
    """Quote an attribute's value for Pandoc."""
    flat = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{flat}"'


def _fenced(text: str, info: str) -> str:
    """Wrap text in a fence longer than any inside it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{info}\n{text.rstrip()}\n{fence}"


def _printed(text: str) -> str:
    return _fenced(_ANSI.sub("", text), "{.cell-text}")


def _div(body: str, attributes: str) -> str:
    longest = max((len(run) for run in re.findall(r"^:{3,}", body, re.MULTILINE)), default=2)
    colons = ":" * (longest + 1)
    return f"{colons} {{{attributes}}}\n\n{body}\n\n{colons}"


def _image(data: Any, kind: str, name: str, folder: Path, alt: str) -> str:
    path = folder / f"{name}.{_IMAGES[kind]}"
    content = data if isinstance(data, bytes) else None
    if content is None:
        content = data.encode() if kind == "image/svg+xml" else base64.b64decode(data)
    path.write_bytes(content)
    return f"![]({path.name}){{fig-alt={_attribute(alt)}}}"


def _pick(items: tuple[str, ...], index: int) -> str:
    return items[index] if index < len(items) else ""


class _Outputs:
    """Writes the outputs of one cell; counts its figures."""

    def __init__(self, done: ExecutedCell, options: CellOptions, folder: Path) -> None:
        self.done, self.options, self.folder, self.figures = done, options, folder, 0
        self.where = f"{done.cell.file.name}, {done.cell.name}"
        self.stem = re.sub(r"[^\w-]", "-", options.label) or f"cell-{done.cell.number}"

    def figure(self, data: Any, kind: str) -> str:
        index, self.figures = self.figures, self.figures + 1
        alt = _pick(self.options.fig_alt, index)
        if not alt.strip():
            raise RenderError(f"{self.where}: the figure needs alt text: option fig-alt")
        if self.options.label.startswith("fig-") and index:
            raise RenderError(f"{self.where}: one label, but several figures")
        body = _image(data, kind, f"{self.stem}-{index + 1}", self.folder, alt)
        caption = _pick(self.options.fig_cap, index)
        label = f"#{self.options.label}" if self.options.label.startswith("fig-") else ".float"
        return _div(f"{body}\n\n{caption}", label) if caption or label != ".float" else body

    def rich(self, output: Mapping[str, Any]) -> str:
        if "text/markdown" in output:
            return str(output["text/markdown"])
        for kind in _IMAGES:
            if kind in output:
                return self.figure(output[kind], kind)
        if "text/html" in output:
            return _fenced(str(output["text/html"]), "{=html}")
        return _printed(str(output.get("text/plain", "")))

    def one(self, output: Mapping[str, Any]) -> str:
        if "stdout" in output:
            text = str(output["stdout"])
            return text if self.options.output == "asis" else _printed(text)
        if "stderr" in output:
            return _printed(str(output["stderr"])) if self.options.warning else ""
        return self.rich(output)

    def all(self) -> str:
        body = "\n\n".join(filter(None, (self.one(output) for output in self.done.outputs)))
        is_table = self.options.label.startswith("tbl-")
        if body and (is_table or self.options.tbl_cap):
            widths = self.options.attributes.get("tbl-colwidths")
            label = f"#{self.options.label}" if is_table else ".float"
            extra = f" tbl-colwidths={_attribute(widths)}" if widths else ""
            return _div(f"{body}\n\n{self.options.tbl_cap}", label + extra)
        return body


def _code_cell(done: ExecutedCell, folder: Path) -> str:
    options = done.options
    if options is None or not options.include:
        return ""
    parts = []
    if options.echo and done.cell.source.strip():
        parts.append(_fenced(done.cell.source, "{.python .cell-code}"))
    if options.output is not False:
        parts.append(_Outputs(done, options, folder).all())
    body = "\n\n".join(part for part in parts if part.strip())
    attributes = [f".{name}" for name in options.classes]
    layout = {name: value for name, value in options.attributes.items() if "layout" in name}
    attributes += [f"{name}={_attribute(value)}" for name, value in layout.items()]
    return _div(body, " ".join(attributes)) if body and attributes else body


def assemble(cells: Iterable[ExecutedCell], folder: Path) -> str:
    """Write the executed document as Markdown for Pandoc.

    Parameters
    ----------
    cells : iterable of ExecutedCell
        The cells in order.
    folder : pathlib.Path
        Folder for the images that cells showed.

    Returns
    -------
    str
        The Markdown; images are referred to by name, relative to ``folder``.

    Raises
    ------
    RenderError
        If a figure has no alternative text, or one label would name several figures.
    """
    parts = [
        done.cell.source if done.options is None else _code_cell(done, folder) for done in cells
    ]
    return "\n\n".join(part for part in parts if part.strip()) + "\n"
