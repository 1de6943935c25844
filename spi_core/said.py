"""How a command talks: to a person, to a script, or not at all."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from spi_core.errors import InputError

__all__ = ["Said", "explain", "explain_faults"]


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
            Console(width=None if sys.stdout.isatty() else 200).print(table)

    def result(self, **facts: Any) -> None:
        """Tell a script what was done."""
        if self.json:
            facts = {"status": "done"} | facts
            typer.echo(json.dumps(facts, ensure_ascii=False, sort_keys=True))

    @contextmanager
    def progress(self, what: str) -> Iterator[tuple[Callable[[int], None], Callable[[str], None]]]:
        """Show a bar on a terminal's standard error; hand out what sets its end and moves it."""
        console = Console(stderr=True, quiet=self.quiet or self.json)
        text = TextColumn("{task.description}")
        columns = (text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(what, total=None)
            yield (
                lambda total: bar.update(task, total=total),
                lambda text: bar.update(task, advance=1, description=text),
            )


def explain_faults(error: InputError) -> None:
    """Tell of bad input, every fault with its place; as JSON where ``--json`` stands anywhere.

    Parameters
    ----------
    error : InputError
        With all faults.
    """
    if "--json" in sys.argv:
        fields = ("file", "row", "column", "value", "message", "allowed")
        faults = [{f: getattr(fault, f) for f in fields} for fault in error.faults]
        typer.echo(
            json.dumps({"status": "bad input", "faults": faults}, ensure_ascii=False, default=str)
        )
        return
    for fault in error.faults:
        typer.echo(str(fault), err=True)
    n = len(error.faults)
    typer.echo(f"spi: {n} fault{'s' if n != 1 else ''} in the input; nothing was written", err=True)


def explain(text: str) -> None:
    """Tell why a command failed.

    Parameters
    ----------
    text : str
        A sentence, or several lines.
    """
    if "--json" in sys.argv:
        typer.echo(json.dumps({"status": "failed", "error": text}, ensure_ascii=False))
    else:
        typer.echo(f"spi: {text}", err=True)
