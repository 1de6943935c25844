"""Render documents with the Quarto command, each in a working copy of its own."""

from __future__ import annotations

import base64
import functools
import html
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

from spi_core.errors import Fault, InputError, RenderError
from spi_core.publish.render.options import QUARTO_FORMATS, Format
from spi_core.publish.render.source import Document
from spi_core.publish.render.working_copy import working_copy

EngineName = Literal["builtin", "quarto"]

#: The first version that passes alternative text on to Typst and declares PDF/UA-1.
MINIMUM = (1, 9)
#: A document that takes longer is stuck: the slowest takes about a minute.
SECONDS = 900.0
_MESSAGE_LINES = 12
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
#: Quarto only warns of these and writes a page that is wrong.
_FATAL = re.compile(
    r"unknown font family|unable to resolve crossref|shortcode .* not found|citation .* not found"
    r"|unable to resolve link",
    re.IGNORECASE,
)
#: What Quarto leaves where an inline expression or a reference has come to nothing: on a page, and
#: in the Typst that a PDF is made from.
_CODE = {
    "html": re.compile(r"<code\b[^>]*>(\{python\}\s[^<]*)"),
    "pdf": re.compile(r"(?<![\\`])`(\{python\}\s[^`]*)`"),
}
_LEFT = {
    re.compile(r"(\?\\?@(?:fig|tbl|eq|sec|lst|nte|tip)-[\w-]+)"): "a reference leads nowhere",
    re.compile(r"(\?(?:meta|var|env):[\w.-]+)"): "the document has no such metadata",
}
_ON_PURPOSE = re.compile(r"``+\s*(\{python\}[^`]*?)\s*``")
_SHOWN_CODE = re.compile(r"<(script|style|pre)\b.*?</\1>", re.DOTALL)
_STYLES = re.compile(r"""<style\b[^>]*>(.*?)</style>|<link\b[^>]*?\bhref=["']([^"']*)""", re.DOTALL)
#: A rule of the theme, and its file: Quarto's own styles are not enough.
_RULE, _SHEET = "wide-only", "report.css"
_HOW_TO_GET_IT = "conda env create -f environment.yml brings it; --engine builtin does without"


@dataclass(frozen=True, slots=True)
class Quarto:
    """The Quarto command of this machine.

    Parameters
    ----------
    path : str
        The executable.
    version : tuple of int
        Major, minor, patch; empty where the command did not say.
    """

    path: str
    version: tuple[int, ...]

    @property
    def is_recent(self) -> bool:
        """Whether it can make our documents."""
        return self.version >= MINIMUM


@functools.cache
def _version(path: str) -> tuple[int, ...]:
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, encoding="utf-8", timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"^(\d+)\.(\d+)(?:\.(\d+))?", done.stdout.strip())
    return tuple(int(part or 0) for part in found.groups()) if found else ()


def find_quarto() -> Quarto | None:
    """Look for the Quarto command: ``QUARTO_PATH``, then the search path.

    Returns
    -------
    Quarto or None
        The command and its version; None where there is none.
    """
    path = shutil.which(os.environ.get("QUARTO_PATH") or "quarto")
    return Quarto(path, _version(path)) if path else None


def choose_engine(asked: Literal["auto", "quarto", "builtin"]) -> EngineName:
    """Say which engine renders.

    Parameters
    ----------
    asked : {"auto", "quarto", "builtin"}
        ``auto`` is the built-in engine, also where Quarto is installed: the same inputs then give
        the same pages on every machine.

    Returns
    -------
    {"builtin", "quarto"}
        The engine.

    Raises
    ------
    InputError
        If Quarto is asked for and absent or too old.

    Examples
    --------
    >>> choose_engine("auto")
    'builtin'
    """
    if asked != "quarto":
        return "builtin"
    quarto = find_quarto()
    if quarto is not None and quarto.is_recent:
        return "quarto"
    wanted = ".".join(map(str, MINIMUM))
    if quarto is None:
        said = f"needs the Quarto command, version {wanted} or later, which is not installed"
    else:
        has = ".".join(map(str, quarto.version)) or "of unknown version"
        said = f"needs Quarto {wanted} or later; {quarto.path} is {has}"
    raise InputError(
        [Fault("command line", f"{said} ({_HOW_TO_GET_IT})", None, "--engine", asked, "builtin")]
    )


def _surroundings(environment: Mapping[str, str]) -> dict[str, str]:
    variables = {**os.environ, **environment}
    # the kernel chooses how charts are shown; a back end given from outside would hide them
    variables.pop("MPLBACKEND", None)
    variables["QUARTO_PYTHON"] = sys.executable
    variables["SOURCE_DATE_EPOCH"] = "946684800"  # Typst writes it into the PDF
    return variables


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End Quarto and the kernels and compilers that it started."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:  # Windows: what was started may be a script, the work its child's
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], check=False)
            process.kill()
    process.wait()


def _run(command: list[str], cwd: Path, variables: Mapping[str, str], seconds: float) -> str:
    """Run Quarto; return what it said, or raise an error with the end of it."""
    log = cwd / ".quarto-said"
    with log.open("wb") as stream:
        try:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise RenderError(f"Quarto cannot be started: {command[0]}: {error}") from error
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            _stop(process)
            said = _last_lines(log)
            raise RenderError(
                f"Quarto did not finish in {seconds:g} s and was ended\n{said}"
            ) from None
        except BaseException:
            _stop(process)
            raise
    if code:
        raise RenderError(f"Quarto failed (exit code {code})\n{_last_lines(log)}")
    said = _read(log)
    fatal = [line.strip() for line in said.splitlines() if _FATAL.search(line)]
    if fatal:
        raise RenderError("Quarto warned, and the page would be wrong\n  " + "\n  ".join(fatal))
    return said


def _read(log: Path) -> str:
    return _ANSI.sub("", log.read_text(encoding="utf-8", errors="replace"))


def _last_lines(log: Path) -> str:
    said = (line.rstrip() for line in _read(log).splitlines() if line.strip())
    lines = [line for line in said if not line.startswith("WARN: Error encountered when rendering")]
    traceback = [i for i, line in enumerate(lines) if "Traceback (most recent call last)" in line]
    if traceback:  # of a cell: what stands above shows the cell, and the last line the error
        lines = [*lines[: traceback[0]], lines[-1]]
    return "\n".join("  " + line for line in lines[-_MESSAGE_LINES:])


def page_faults(page: str, source: str = "") -> list[str]:
    """Name what Quarto leaves on a page that no reader should see.

    Parameters
    ----------
    page : str
        The page's HTML.
    source : str
        The text that it was made from: code between two or more backticks is shown on purpose.

    Returns
    -------
    list of str
        Code of an inline expression, a reference to nothing, no style sheet of the theme.

    Examples
    --------
    >>> page_faults("<style>.wide-only {}</style><p>Score: <code>{python} nobody</code></p>")
    ["an inline expression gave no result: '{python} nobody'"]
    """
    found = _left(_SHOWN_CODE.sub("", page), source, "html")
    return found if _is_styled(page) else [*found, "the page has no style sheet of the theme"]


def _left(words: str, source: str, target: Format) -> list[str]:
    """Name what is left in the words of a page, or of the Typst of a PDF."""
    code = (html.unescape(text).strip() for text in _CODE[target].findall(words))
    shown = _ON_PURPOSE.findall(source)
    found = [f"an inline expression gave no result: {text!r}" for text in code if text not in shown]
    return found + [
        f"{said}: {text!r}" for rule, said in _LEFT.items() for text in rule.findall(words)
    ]


def _is_styled(page: str) -> bool:
    for text, link in _STYLES.findall(page):
        if link.startswith("data:") and ";base64," in link:
            text = base64.b64decode(link.partition(",")[2]).decode(errors="replace")
        if _RULE in text or _RULE in link or unquote(link).endswith(_SHEET):
            return True
    return False


def _one_format(
    quarto: Quarto,
    copy: Path,
    relative: Path,
    target: Format,
    variables: Mapping[str, str],
    seconds: float,
) -> bytes:
    command = [quarto.path, "render", relative.as_posix(), "--to", QUARTO_FORMATS[target]]
    _run(command, copy, variables, seconds)
    found = sorted(copy.rglob(f"{relative.stem}.{target}"))
    if not found:
        raise RenderError(f"Quarto ended without an error and wrote no {relative.stem}.{target}")
    made = found[0].read_bytes()
    source = (copy / relative).read_text(encoding="utf-8")
    if target == "html":
        faults = page_faults(made.decode(errors="replace"), source)
    else:  # what the PDF was made from
        from spi_core.publish.render.convert import set_again

        faults = []
        for kept in copy.rglob(f"{relative.stem}.typ"):
            faults += _left(kept.read_text("utf-8"), source, target)
            made = set_again(kept, made)
    if faults:
        raise RenderError("Quarto wrote a page that is wrong\n  " + "\n  ".join(faults))
    return made


def render_with_quarto(
    document: Document,
    targets: Sequence[Format],
    parameters: Mapping[str, object],
    metadata: Mapping[str, Any],
    environment: Mapping[str, str],
    folder: Path,
    seconds: float = SECONDS,
) -> dict[Format, bytes]:
    """Render one document with the Quarto command.

    Parameters
    ----------
    document : Document
        The document, read.
    targets : sequence of {"html", "pdf"}
        What to make.
    parameters : mapping
        Values for the cell tagged ``parameters``.
    metadata : mapping
        The job's metadata; it overrides the document's.
    environment : mapping
        Environment variables to add.
    folder : pathlib.Path
        Private folder for the working copy: parallel jobs share nothing.
    seconds : float
        Time allowed for each format.

    Returns
    -------
    dict of str to bytes
        Each format's file.

    Raises
    ------
    RenderError
        If Quarto is absent, too old or stuck, fails, warns of a font, reference or shortcode that
        it doesn't know, writes nothing or leaves code on the page. The message ends with Quarto's
        last lines.
    """
    name = document.path.name
    quarto = find_quarto()
    if quarto is None or not quarto.is_recent:
        wanted = ".".join(map(str, MINIMUM))
        raise RenderError(f"{name}: Quarto {wanted} or later is not installed ({_HOW_TO_GET_IT})")
    copy = folder / "quarto"
    relative = working_copy(document, metadata, parameters, copy)
    variables = _surroundings(environment)
    made: dict[Format, bytes] = {}
    for target in targets:
        try:
            made[target] = _one_format(quarto, copy, relative, target, variables, seconds)
        except RenderError as error:
            given = ", ".join(f"{key}={value!r}" for key, value in parameters.items())
            where = f"{name} ({given})" if given else name
            raise RenderError(f"{where}, {target}: {error}") from error
    return made
