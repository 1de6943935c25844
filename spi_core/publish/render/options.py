"""Which Quarto options the built-in engine honours; anything else is an error that names it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from spi_core.errors import RenderError
from spi_core.text.yaml_text import parse_yaml

Format = Literal["html", "pdf", "ipynb"]

#: Quarto's name of the format that makes each output.
QUARTO_FORMATS: dict[Format, str] = {"html": "html", "pdf": "typst", "ipynb": "ipynb"}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EXECUTE = {
    "echo": True,
    "output": True,
    "include": True,
    "eval": True,
    "warning": True,
    "error": False,
}
_EXECUTE_IGNORED = {"freeze", "cache", "daemon", "enabled", "keep-md", "keep-ipynb"}
_CELL = _words(
    "echo output include eval warning error label fig-cap fig-alt tbl-cap tbl-colwidths tags "
    "layout layout-ncol layout-valign classes"
)
#: Options of a format that change what a document says.
_FORMAT = _words(
    "toc toc-depth toc-title number-sections number-depth execute bibliography csl title subtitle "
    "kicker author date lang mark footer description pages"
)
#: Options of a format that say how Quarto should lay it out: here the theme does.
_FORMAT_LAYOUT = _words(
    "theme css template template-partials include-in-header include-before-body include-after-body "
    "embed-resources self-contained standalone minimal page-layout grid toc-location "
    "anchor-sections smooth-scroll link-external-newwindow code-fold code-tools code-copy "
    "highlight-style syntax-highlighting html-math-method section-divs papersize margin mainfont "
    "fontsize font-paths columns pdf-standard keep-typ section-numbering shift-heading-level-by "
    "citeproc brand fig-format fig-width fig-height fig-dpi linkcolor title-block-style "
    "respect-user-color-scheme axe filters format-links site-page"
)
_PROJECT_ONLY = {"project", "website", "book", "brand", "manuscript"}


@dataclass(frozen=True, slots=True)
class CellOptions:
    """Options of one code cell, with the document's defaults filled in.

    Parameters
    ----------
    echo, include, eval, warning : bool
        Whether the source is shown, anything is shown, the cell is run, warnings are shown.
    output : bool or "asis"
        Whether results are shown; ``"asis"`` takes printed text as Markdown.
    label, fig_cap, fig_alt, tbl_cap : str or tuple
        Cross-reference label, captions and alternative text (one, or one a figure).
    attributes : mapping
        Options passed on to the layout as attributes.
    classes : tuple of str
        Classes of the cell's block.
    """

    echo: bool
    include: bool
    eval: bool
    warning: bool
    output: bool | Literal["asis"]
    label: str
    fig_cap: tuple[str, ...]
    fig_alt: tuple[str, ...]
    tbl_cap: str
    attributes: Mapping[str, str]
    classes: tuple[str, ...]


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(v) for v in value) if isinstance(value, list) else (str(value),)


def _truth(value: object, name: str, where: str) -> bool:
    if not isinstance(value, bool):
        raise RenderError(
            f"{where}: option {name}: {value!r} is not supported; allowed: true, false"
        )
    return value


def cell_options(
    options: Mapping[str, Any], defaults: Mapping[str, Any], where: str
) -> CellOptions:
    """Combine a cell's options with the document's ``execute:`` defaults.

    Parameters
    ----------
    options : mapping
        The cell's ``#|`` options.
    defaults : mapping
        The document's ``execute:`` map.
    where : str
        Document and cell, for messages.

    Returns
    -------
    CellOptions
        Every option with a value.

    Raises
    ------
    RenderError
        If an option is unknown or has a value that is not supported.

    Examples
    --------
    >>> cell_options({"output": "asis"}, {"echo": False}, "a.qmd, cell 1").echo
    False
    """
    for name in options:
        if name not in _CELL:
            allowed = ", ".join(sorted(_CELL))
            raise RenderError(f"{where}: cell option {name!r} is not supported; allowed: {allowed}")
    for name in defaults:
        if name not in _EXECUTE and name not in _EXECUTE_IGNORED:
            raise RenderError(
                f"{where}: execute option {name!r} is not supported; allowed: {', '.join(_EXECUTE)}"
            )
    chosen = {**_EXECUTE, **defaults, **options}
    if chosen["error"] is not False:
        raise RenderError(
            f"{where}: option error: true is not supported: a report must not rest on a failed cell"
        )
    output = chosen["output"]
    label = str(chosen.get("label") or "")
    return CellOptions(
        echo=_truth(chosen["echo"], "echo", where),
        include=_truth(chosen["include"], "include", where),
        eval=_truth(chosen["eval"], "eval", where),
        warning=_truth(chosen["warning"], "warning", where),
        output="asis" if output == "asis" else _truth(output, "output", where),
        label=label,
        fig_cap=_texts(chosen.get("fig-cap")),
        fig_alt=_texts(chosen.get("fig-alt")),
        tbl_cap=str(chosen.get("tbl-cap") or ""),
        attributes={
            name: str(chosen[name])
            for name in ("layout", "layout-ncol", "layout-valign", "tbl-colwidths")
            if name in chosen
        },
        classes=tuple(str(chosen.get("classes") or "").replace(".", " ").split()),
    )


def merge(base: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` overridden by ``extra``, maps within maps merged.

    Parameters
    ----------
    base, extra : mapping
        Metadata; neither is changed.

    Returns
    -------
    dict
        The merged metadata.

    Examples
    --------
    >>> merge({"execute": {"echo": False}}, {"execute": {"eval": True}, "toc": True})
    {'execute': {'echo': False, 'eval': True}, 'toc': True}
    """
    merged = dict(base)
    for key, value in extra.items():
        old = merged.get(key)
        merged[key] = (
            merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
        )
    return merged


def project_file(source: Path) -> Path | None:
    """Find the nearest ``_quarto.yml`` above a document.

    Parameters
    ----------
    source : pathlib.Path
        A document.

    Returns
    -------
    pathlib.Path or None
        The file.
    """
    files = (folder / "_quarto.yml" for folder in source.resolve().parents)
    return next((file for file in files if file.is_file()), None)


def project_metadata(source: Path) -> dict[str, Any]:
    """Read the metadata that the nearest ``_quarto.yml`` above a document gives to every document.

    Parameters
    ----------
    source : pathlib.Path
        A document.

    Returns
    -------
    dict
        The project's document options, file names made absolute; empty without a project file.
    """
    path = project_file(source)
    if path is None:
        return {}
    data = parse_yaml(str(path), path.read_bytes()) or {}
    data = {key: value for key, value in data.items() if key not in _PROJECT_ONLY}
    for key in ("bibliography", "csl"):
        if key in data:
            files = [str(path.parent / name) for name in _texts(data[key])]
            data[key] = files if len(files) > 1 else files[0]
    return data


def _readable_date(value: object, where: str) -> str:
    if isinstance(value, datetime.date):
        return f"{value.day} {value:%B %Y}"
    text = str(value)
    if text in {"today", "now", "last-modified"}:
        raise RenderError(f"{where}: date: {text} changes from run to run; give the date itself")
    try:
        return _readable_date(datetime.date.fromisoformat(text), where)
    except ValueError:
        return text


def _author(value: object) -> str:
    name = value.get("name") if isinstance(value, Mapping) else value
    return str(name.get("literal") if isinstance(name, Mapping) else name)


def document_metadata(metadata: Mapping[str, Any], target: Format, where: str) -> dict[str, Any]:
    """Flatten a document's metadata for one output format.

    Parameters
    ----------
    metadata : mapping
        Project, document and job metadata, already merged.
    target : {"html", "pdf", "ipynb"}
        The output wanted.
    where : str
        Document, for messages.

    Returns
    -------
    dict
        Metadata for Pandoc: the format's own options override the document's.

    Raises
    ------
    RenderError
        If a format option is not supported, there is no title, or the date depends on the clock.

    Examples
    --------
    >>> document_metadata({"title": "A", "format": {"typst": {"toc": True}}}, "pdf", "a.qmd")["toc"]
    True
    """
    formats = metadata.get("format", {})
    formats = {formats: {}} if isinstance(formats, str) else formats
    chosen = formats.get(QUARTO_FORMATS[target])
    chosen = chosen if isinstance(chosen, Mapping) else {}
    for name in chosen:
        if name not in _FORMAT | _FORMAT_LAYOUT:
            allowed = ", ".join(sorted(_FORMAT))
            what = f"{QUARTO_FORMATS[target]} option {name!r}"
            raise RenderError(f"{where}: {what} is not supported; allowed: {allowed}")
    options = {key: value for key, value in chosen.items() if key in _FORMAT}
    left_out = _FORMAT_LAYOUT | {
        *("format", "execute", "jupyter", "engine", "metadata-files", "date-format")
    }
    flat = merge({key: value for key, value in metadata.items() if key not in left_out}, options)
    if not str(flat.get("title") or "").strip():
        raise RenderError(f"{where}: the document has no title")
    flat.setdefault("lang", "en-GB")
    if flat.get("date") is not None:
        flat["date"] = _readable_date(flat["date"], where)
    if flat.get("author") is not None:
        authors = flat["author"] if isinstance(flat["author"], list) else [flat["author"]]
        flat["author"] = [_author(author) for author in authors]
    return flat
