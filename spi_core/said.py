"""How a command talks: to a person, to a script, or not at all."""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import platform
import select
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

import spi_core
from spi_core.errors import NO_MEMORY, Fault, InputError, SpiError, where_it_arose
from spi_core.files import project_root

_HEAD = """\
A fault of the program. This file says where in the code it arose and what was asked for. It holds
no values of variables, and numbers in the words of an error are written as #.

"""

#: What a full or a small machine says without naming a file.
_LIMITS = (errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE)

_NEAREST = str.maketrans(
    {"→": "->", "−": "-", "≥": ">=", "≤": "<=", "–": "-", "’": "'", "…": "..."}
)
#: Bytes of address space with which the open edition is built and rendered; with less, libraries
#: abort, or wait for ever.
LEAST_MEMORY = 3 << 30

# What commands take.
Force = Annotated[
    bool, typer.Option("--force", help="Compute and render again what is up to date.")
]
Audience = Annotated[
    Literal["public", "internal"],
    typer.Option(help="internal: with suppressed values, marked, in reports/EDITION-internal/."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        help="Address of a Dask cluster, tcp://HOST:PORT, whose workers make the documents."
    ),
]
Edition = Annotated[
    str, typer.Argument(help="An edition's name, or the path of its folder.", metavar="EDITION")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, help="Documents at a time; a core each without it."),
]
Engine = Annotated[
    Literal["auto", "quarto", "builtin"],
    typer.Option(help="What renders; auto: the built-in one, also where Quarto is installed."),
]
Area = Annotated[
    list[str] | None, typer.Option(help="Name or GSS code of a ward; its brief. Repeatable.")
]
Document = Annotated[
    list[str] | None,
    typer.Option(
        help="index, borough-report, accountability, methods, impact, ward-brief, partner-brief, "
        "commissioning-brief … Repeatable."
    ),
]


@dataclass(frozen=True, slots=True)
class Said:
    """How a command talks: to a person, to a script, or not at all."""

    quiet: bool
    json: bool

    def line(self, text: str) -> None:
        """Tell a person what was done."""
        if not (self.quiet or self.json):
            typer.echo(text)

    def table(self, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
        """Show a person columns, as wide as they need; no cell is cut in a pipe."""
        if not (self.quiet or self.json):
            table = Table(box=None, pad_edge=False)
            for head in heads:
                table.add_column(head, overflow="fold")
            for row in rows:
                table.add_row(*(Text(cell) for cell in row))
            _print(table)

    def tree(self, tree: Tree) -> None:
        """Show a person what a thing is made of."""
        if not (self.quiet or self.json):
            _print(tree)

    def result(self, **facts: Any) -> None:
        """Tell a script what was done."""
        if self.json:
            say_json({"status": "done"} | facts)

    def aside(self, text: str) -> None:
        """Tell a person, on standard error, what keeps a command from going on."""
        if not (self.quiet or self.json):
            typer.echo(f"spi: {text}", err=True)

    @contextmanager
    def progress(self, what: str) -> Iterator[tuple[Callable[[int], None], Callable[[str], None]]]:
        """Show a bar on a terminal's standard error; hand out what sets its end and moves it."""
        from rich import progress

        console = Console(stderr=True)
        silent = self.quiet or self.json or not console.is_terminal
        parts = (progress.BarColumn, progress.MofNCompleteColumn, progress.TimeElapsedColumn)
        columns = (progress.TextColumn("{task.description}"), *(part() for part in parts))
        with progress.Progress(*columns, console=console, transient=True, disable=silent) as bar:
            task = bar.add_task(what, total=None)
            yield (
                lambda total: bar.update(task, total=total),
                lambda text: bar.update(task, advance=1, description=text),
            )


def _print(shape: Table | Tree) -> None:
    Console(width=None if sys.stdout.isatty() else 200).print(shape)


def explain(error: SpiError, editions: Iterable[object] = ()) -> None:
    """Tell why a command failed; as one JSON object where ``--json`` stands anywhere.

    Parameters
    ----------
    error : SpiError
        Bad input is told fault by fault; what nobody foresaw goes into a log that is named.
    editions : iterable
        What the log says was asked for.
    """
    if isinstance(error, InputError):
        fields = ("file", "row", "column", "value", "message", "allowed")
        faults = [{f: getattr(fault, f) for f in fields} for fault in error.faults]
        n = len(faults)
        count = f"spi: {n} fault{'s' if n != 1 else ''} in the input; nothing was written"
        _explain([*map(str, error.faults), count], {"status": "bad input", "faults": faults})
        return
    lines = [str(error)] if str(error) else []
    facts: dict[str, object] = {"status": "failed"}
    if error.details:
        log = _write_log(error.details, editions)
        facts["log"] = log
        arose = " | ".join(line.strip() for line in error.details.splitlines()[-3:])
        what = f"this file: {log}" if log else f"this line, for no log can be written: {arose}"
        lines.append(f"a fault of the program; please send {what}")
    text = "\n".join(lines)
    _explain([f"spi: {text}"], facts | {"error": text})


def _explain(lines: Iterable[str], facts: Mapping[str, object]) -> None:
    if "--json" in sys.argv:
        say_json(facts)
    else:
        typer.echo("\n".join(lines), err=True)


def say_json(value: object) -> None:
    """Tell a script something, in one line that a console of any encoding can print.

    Parameters
    ----------
    value : object
        Anything that JSON can hold; other things as text.
    """
    typer.echo(json.dumps(value, sort_keys=True, default=str))


def _write_log(details: str, editions: Iterable[object]) -> Path | None:
    """Write down what whoever mends the program needs to know.

    It stands in the project's ``reports``, or in the system's folder for temporary files: never in
    the folder of an edition's reports, which is published.

    Parameters
    ----------
    details : str
        From :func:`where_it_arose`.
    editions : iterable
        Folders of the editions that were asked for. No hash of their data goes into the log: from
        it a hidden count could be guessed.

    Returns
    -------
    Path or None
        The file; None where neither folder can be written.
    """
    facts = {
        "command": shlex.join(sys.argv),
        "editions": ", ".join(map(str, editions)),
        "system": platform.platform(),
        "versions": f"spi-core {spi_core.__version__}, Python {platform.python_version()}",
        "packages": ", ".join(sorted(f"{d.name} {d.version}" for d in distributions())),
    }
    text = _HEAD + "".join(f"{name}: {fact}\n" for name, fact in facts.items()) + "\n" + details
    name = f"spi-fault-{datetime.now():%Y%m%d-%H%M%S-%f}.log"
    for folder in _folders():
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
            # for the one who ran it: the words of an error may quote a name from the data
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:  # noqa: PTH123
                stream.write(text)
            return folder / name
    return None


def _folders() -> Iterator[Path]:
    with suppress(OSError, SpiError):
        yield project_root() / "reports"
    with suppress(OSError):
        yield Path(tempfile.gettempdir())


def ready_streams() -> None:
    """Let no letter and no closed stream stop a command from saying what it has to say."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="spi")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """Write signs that a console lacks (cp1252 has no arrow) as others, the rest by number."""
    assert isinstance(error, UnicodeEncodeError)
    signs = error.object[error.start : error.end].translate(_NEAREST)
    return signs.encode("ascii", "backslashreplace").decode(), error.end


codecs.register_error("spi", _nearest)


def refuse_little_memory() -> None:
    """Stop where libraries could not even be loaded: some abort then, some wait for ever.

    Raises
    ------
    SpiError
        If the system's limit on a program's memory (``ulimit -v``) is lower than `LEAST_MEMORY`.
    """
    with suppress(ImportError):  # Windows has no such limit
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if 0 <= limit < LEAST_MEMORY:
            may, least = (f"{n >> 20:,} MB" for n in (limit, LEAST_MEMORY))
            raise SpiError(f"a program may use {may} here (ulimit -v); {least} are needed")


def nobody_reads() -> bool:
    """Tell whether the reader of what we say has gone, as ``head`` does.

    Returns
    -------
    bool
        True, too, where the system cannot tell (Windows).
    """
    if not hasattr(select, "poll"):
        return True
    poll = select.poll()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a stream without a file of the system
            poll.register(stream.fileno(), select.POLLERR)
    return bool(poll.poll(0))


def end_streams() -> None:
    """Write what is still to be written; nobody is told where that cannot be done."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):  # else the interpreter would complain as it ends
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def told_of(error: Exception) -> SpiError:
    """Turn what a command raised into what is told."""
    if isinstance(error, SpiError):
        return error
    if hasattr(error, "format_message"):  # one of click's usage errors
        return InputError([Fault("command line", error.format_message())])
    if isinstance(error, OSError) and (error.filename or error.errno in _LIMITS):
        return SpiError(f"{error.filename or 'the system'}: {error.strerror or error}")
    if isinstance(error, MemoryError):
        return SpiError(NO_MEMORY)
    return SpiError("", where_it_arose(error))
