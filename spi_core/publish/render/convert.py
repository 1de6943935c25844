"""Convert assembled Markdown to one HTML file or a PDF/UA-1 file."""

from __future__ import annotations

import datetime
import functools
import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pypandoc
import typst

from spi_core.errors import RenderError
from spi_core.present.base.fonts import drawable, fonts_dir, theme_dir
from spi_core.text.seal import plain

_PAGE = re.compile(rb"/Type/Page\b")
#: What typst-show.typ writes where a document says how many pages it may have.
_PROMISE = re.compile(r"^// At most (\d+) pages", re.MULTILINE)
_FILTER_MESSAGE = re.compile(r"<<<(.*?)>>>", re.DOTALL)
#: Written into PDFs where the format wants a time: the clock must not change the bytes.
_TIMESTAMP = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
#: Parts of its size that text is set in to fit its pages: small print stays legible.
_FITS = (1.0, 0.97, 0.94, 0.91)


@functools.cache
def _pandoc() -> str:
    return str(pypandoc.get_pandoc_path())


def _theme(name: str) -> str:
    """Name a template, as Pandoc wants it: an address, in which %20 is a blank."""
    return str(theme_dir() / name).replace("%", "%25")


def _convert(
    markdown: str, metadata: Mapping[str, Any], arguments: list[str], folder: Path, source: Path
) -> str:
    """Run Pandoc with the theme's filters; its warnings are errors."""
    meta = folder / "metadata.json"
    # as it is: Pandoc takes no characters in two halves
    text = json.dumps(metadata, default=str, ensure_ascii=False)
    meta.write_text(text, encoding="utf-8", newline="\n")
    command = [
        _pandoc(),
        "--from=markdown",
        "--standalone",
        "--fail-if-warnings",
        "--wrap=none",
        "--syntax-highlighting=none",
        f"--metadata-file={meta}",
        f"--resource-path={os.pathsep.join(map(str, (folder, source.parent, theme_dir())))}",
        f"--lua-filter={theme_dir() / 'quarto.lua'}",
        f"--lua-filter={theme_dir() / 'layout.lua'}",
        *arguments,
        # after all others: until then nothing may read text from data as mark-up
        f"--lua-filter={theme_dir() / 'text.lua'}",
    ]
    if metadata.get("bibliography") or metadata.get("references"):
        command.append("--citeproc")
    if metadata.get("toc"):
        command += ["--toc", f"--toc-depth={int(metadata.get('toc-depth', 3))}"]
    done = subprocess.run(
        command, input=markdown.encode(), capture_output=True, cwd=folder, check=False
    )
    if done.returncode:
        message = done.stderr.decode(errors="replace")
        ours = _FILTER_MESSAGE.search(message)
        said = message.replace("Failing because there were warnings.", "").strip()
        raise RenderError(plain(f"{source.name}: {ours[1] if ours else said}"))
    return done.stdout.decode()


def to_html(markdown: str, metadata: Mapping[str, Any], folder: Path, source: Path) -> bytes:
    """Make one self-contained HTML page.

    Parameters
    ----------
    markdown : str
        The assembled document.
    metadata : mapping
        Its metadata for HTML.
    folder : pathlib.Path
        Private folder with the document's images.
    source : pathlib.Path
        The document: files it refers to are looked for beside it.

    Returns
    -------
    bytes
        The page, with style sheet, fonts and images inside.

    Raises
    ------
    RenderError
        If Pandoc or a filter stops; the message says why.
    """
    arguments = [
        "--to=html5",
        "--embed-resources",
        "--mathml",
        f"--template={_theme('template.html')}",
        "--css=report.css",
    ]
    page = _convert(markdown, metadata, arguments, folder, source)
    # a wide formula scrolls on a phone, so the keyboard must reach it
    return page.replace('<math display="block"', '<math display="block" tabindex="0"').encode()


def _fits(pdf: bytes, text: str) -> bool:
    """Say whether it has the pages that its Typst promises."""
    promise = _PROMISE.search(text)
    return promise is None or len(_PAGE.findall(pdf)) <= int(promise[1])


def _compile(path: Path, text: str, *fonts: Path) -> tuple[Any, Any]:
    """Set in the first size in which it has the pages that it promises, or else the smallest."""
    path.write_text(text, encoding="utf-8", newline="\n")
    made: tuple[Any, Any] = (b"", [])
    for fit in _FITS:
        made = typst.compile_with_warnings(
            str(path),
            root=str(path.parent),
            font_paths=[str(fonts_dir()), *map(str, fonts)],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=_TIMESTAMP,
            sys_inputs={"fit": str(fit)},
        )
        if _fits(made[0], text):
            break
    return made


def set_again(path: Path, pdf: bytes) -> bytes:
    """Set smaller what Quarto has set, where it has more pages than it promises.

    Parameters
    ----------
    path : pathlib.Path
        The Typst that Quarto made and kept, its pictures beside it.
    pdf : bytes
        The PDF that Quarto made from it.

    Raises
    ------
    RenderError
        If Typst stops.
    """
    text = path.read_text(encoding="utf-8")
    if _fits(pdf, text):
        return pdf
    try:
        return bytes(_compile(path, text)[0])
    except typst.TypstError as error:
        raise RenderError(f"{path.name}: Typst: {error.message}\n{error.diagnostic}") from error


def to_pdf(markdown: str, metadata: Mapping[str, Any], folder: Path, source: Path) -> bytes:
    """Make a tagged PDF that declares and passes PDF/UA-1.

    Parameters
    ----------
    markdown : str
        The assembled document.
    metadata : mapping
        Its metadata for print: with ``pages``, text that asks for ``fit(size)`` is set down to
        91 % of it until there are no more pages than that.
    folder : pathlib.Path
        Private folder with the document's images; the Typst text is left there.
    source : pathlib.Path
        The document: files it refers to are looked for beside it.

    Returns
    -------
    bytes
        The PDF: the same for the same inputs, whatever the clock.

    Raises
    ------
    RenderError
        If Pandoc, a filter or Typst stops, or the bundled font is missing.
    """
    arguments = [
        "--to=typst",
        f"--template={_theme('template.typst')}",
        # after quarto.lua: a layout must still see each block as one
        f"--lua-filter={theme_dir() / 'classes.lua'}",
    ]
    path = folder / "document.typ"
    text = _convert(markdown, metadata, arguments, folder, source)
    try:
        try:
            pdf, warnings = _compile(path, text)
        except typst.TypstError as error:
            if "could not be displayed with font" not in error.message:
                raise
            fonts = folder / "fonts"
            pdf, warnings = _compile(path, drawable(text, fonts), fonts)
    except typst.TypstError as error:
        raise RenderError(f"{source.name}: Typst: {error.message}\n{error.diagnostic}") from error
    for warning in warnings:
        if "unknown font" in warning.message:
            raise RenderError(f"{source.name}: {warning.message}; expected it in {fonts_dir()}")
    if not isinstance(pdf, bytes):
        raise RenderError(f"{source.name}: Typst made no PDF")
    return pdf
