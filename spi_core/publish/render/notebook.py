"""Write an executed document as a Jupyter notebook that a reviewer can run again."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat

from spi_core.publish.render.execute import ExecutedCell
from spi_core.publish.render.source import Document
from spi_core.text.seal import as_markdown, plain

Node = Any  # nbformat has no types
_NBFORMAT: Any = nbformat
_V4: Any = _NBFORMAT.v4
_FIGURE = re.compile(
    r"!\[(?P<caption>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<path>[^)\s]+\.(?:svg|png))\)"
    r"(?:\{(?P<attributes>[^}]*)\})?"
)
_ALT = re.compile(r'fig-alt="([^"]*)"')
_DIV = re.compile(r"^:{3,}\s*(?P<attributes>\{.*\})?\s*$")
_TITLE = re.compile(r'title="([^"]*)"')
_RAW = re.compile(r"^(`{3,})\{=\w+\}\s*$.*?^\1\s*$\n?", re.MULTILINE | re.DOTALL)
_CAPTION = re.compile(r"^: (?P<text>.*?)\s*(?:\{#tbl-[^}]*\})?\s*$", re.MULTILINE)
_SPAN = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\{\.[^}]*\}")
#: Attributes of headings, page breaks: instructions to the layout.
_LAYOUT = re.compile(r"[ ]\{[#.][^}]*\}[ ]*$|\{\{< pagebreak >\}\}", re.MULTILINE)
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_MIME = {".svg": "image/svg+xml", ".png": "image/png"}
_LANGUAGE = {
    "name": "python",
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "pygments_lexer": "ipython3",
}


def _readable(text: str) -> str:
    r"""Leave out of a report's Markdown what only a layout understands.

    >>> print(_readable("## Here {#sec-here}\n\n::: {.lead}\nOne [word]{.smaller}.\n:::"))
    ## Here
    <BLANKLINE>
    One word.
    """
    lines: list[str] = []
    open_divs: list[bool] = []  # of each open block: whether it is only for phones
    for line in _RAW.sub("", text).splitlines():
        div = _DIV.match(line)
        if div and div["attributes"]:
            open_divs.append("narrow-only" in div["attributes"])
            title = _TITLE.search(div["attributes"])
            lines += [f"**{title[1]}**", ""] if title else []
        elif div:  # one without an open block closes one that an earlier cell began
            del open_divs[-1:]
        elif not any(open_divs):
            lines.append(line)
    plain = _SPAN.sub(r"\1", _LAYOUT.sub("", "\n".join(lines)))
    plain = _CAPTION.sub(r"*\g<text>*", plain)
    return re.sub(r"\n{3,}", "\n\n", plain).strip()


def _text(value: object) -> object:
    """Drop what changes from run to run: addresses of objects. What is left is shown as it is."""
    return _ADDRESS.sub("", plain(value)) if isinstance(value, str) else value


def _shown(data: Mapping[str, Any]) -> Node:
    bundle = {}
    for kind, value in data.items():
        content = base64.b64encode(value).decode() if isinstance(value, bytes) else value
        if kind in ("text/markdown", "text/html"):
            content = as_markdown(str(content))
        bundle[kind] = _text(content) if kind.startswith("text/") else content
    return _V4.new_output("display_data", data=bundle)


def _picture(match: re.Match[str], folder: Path) -> Iterator[Node]:
    """Embed a figure that a cell wrote to a file and showed as Markdown."""
    path = folder / match["path"]
    alt = _ALT.search(match["attributes"] or "")
    said = alt[1] if alt else match["caption"]
    content = path.read_bytes()
    vector = path.suffix == ".svg"
    yield _shown(
        {
            _MIME[path.suffix]: content.decode("utf-8") if vector else content,
            "text/plain": said,
        }
    )
    if match["caption"]:
        yield _shown({"text/markdown": match["caption"]})


def _from_markdown(text: str, folder: Path) -> Iterator[Node]:
    """Split Markdown at its pictures: each is embedded with its alternative text."""
    at = 0
    text = _readable(text)
    for match in _FIGURE.finditer(text):
        if not (folder / match["path"]).is_file():
            continue
        before = text[at : match.start()].strip()
        if before:
            yield _shown({"text/markdown": before + "\n"})
        yield from _picture(match, folder)
        at = match.end()
    rest = text[at:].strip()
    if rest:
        yield _shown({"text/markdown": rest + "\n"})


def _outputs(done: ExecutedCell, folder: Path) -> Iterator[Node]:
    markdown = done.options is not None and done.options.output == "asis"
    for output in done.outputs:
        if "stdout" in output and markdown:
            yield from _from_markdown(str(output["stdout"]), folder)
        elif "stdout" in output or "stderr" in output:
            name = "stdout" if "stdout" in output else "stderr"
            yield _V4.new_output("stream", name=name, text=_text(str(output[name])))
        else:
            yield _shown(output)


def _first_cell(metadata: Mapping[str, Any]) -> str:
    """Title, mark and how to run it again: what a loose notebook must say about itself."""
    mark = f"> **{metadata['mark']}**\n\n" if metadata.get("mark") else ""
    footer = f"\n\n{metadata['footer']}" if metadata.get("footer") else ""
    return (
        f"{mark}# {metadata['title']}\n\n"
        "This notebook is the document as it was run, with what each cell showed. To run it "
        "again, install `spi_core`, build the edition (`spi build EDITION`) and leave the file in "
        "the project's folder, or name the folder of built tables in the environment variable "
        "`SPI_TABLES`."
        f"{footer}"
    )


def _injected(parameters: Mapping[str, object]) -> str:
    # slow to import, rarely needed
    from papermill.translators import papermill_translators

    translator = papermill_translators.find_translator("python3", "python")
    return str(translator.codify(dict(parameters), "Parameters of this run")).rstrip()


def _cells(
    document: Document,
    cells: Iterable[ExecutedCell],
    metadata: Mapping[str, Any],
    parameters: Mapping[str, object],
    folder: Path,
) -> Iterator[Node]:
    yield _V4.new_markdown_cell(as_markdown(_first_cell(metadata)))
    count = 0
    for done in cells:
        if done.options is None:
            text = _readable(done.cell.source)
            if text:
                yield _V4.new_markdown_cell(as_markdown(text))
            continue
        if not done.options.eval:  # shown, not run: as code it would run with the rest
            yield _V4.new_markdown_cell(f"```python\n{done.cell.source}\n```")
            continue
        count += 1
        source = "\n".join(filter(None, (done.cell.header, done.cell.source)))
        code = _V4.new_code_cell(
            source,
            execution_count=count,
            outputs=list(_outputs(done, folder)),
        )
        if done.cell.is_parameters:
            code.metadata["tags"] = ["parameters"]
        yield code
        if done.cell.is_parameters and parameters:
            count += 1
            given = _injected(parameters)
            yield _V4.new_code_cell(
                given, execution_count=count, metadata={"tags": ["injected-parameters"]}
            )


def to_notebook(
    document: Document,
    cells: Iterable[ExecutedCell],
    metadata: Mapping[str, Any],
    parameters: Mapping[str, object],
    folder: Path,
) -> bytes:
    """Write an executed document as a notebook.

    Parameters
    ----------
    document : Document
        The document.
    cells : iterable of ExecutedCell
        Its cells after the run.
    metadata : mapping
        Its metadata: title, mark and footer stand in the first cell.
    parameters : mapping
        The run's parameters: a cell tagged ``injected-parameters`` follows the one tagged
        ``parameters``, as papermill writes it.
    folder : pathlib.Path
        Folder of the run, with the figures that cells wrote.

    Returns
    -------
    bytes
        The notebook, valid nbformat 4.5; the same for the same inputs.

    Notes
    -----
    A cell that prints Markdown (``output: asis``) shows it here as Markdown, its figures embedded
    as SVG with their alternative text. Cells that a report hides are all there.
    """
    notebook = _V4.new_notebook(
        cells=list(_cells(document, cells, metadata, parameters, folder)),
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": _LANGUAGE,
            "papermill": {"parameters": dict(parameters), "input_path": document.path.name},
            "title": plain(str(metadata["title"])),
        },
    )
    if metadata.get("mark"):
        notebook.metadata["mark"] = plain(str(metadata["mark"]))
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number:03}"  # random ones would change the bytes
    _NBFORMAT.validate(notebook)
    return f"{_NBFORMAT.writes(notebook)}\n".encode()
