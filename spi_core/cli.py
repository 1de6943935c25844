"""The command line: ``spi check|build|render|all|list``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from spi_core.errors import Fault, InputError, SpiError
from spi_core.present.theme import project_root

__all__ = ["main"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="The Social Progress Index of a borough: check the data, build tables, render reports.",
)

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
    Literal["auto", "builtin"],
    typer.Option(help="What renders: the built-in engine comes with pip."),
]
Area = Annotated[
    list[str] | None, typer.Option(help="GSS code of a ward; only its brief. Repeatable.")
]
Document = Annotated[
    list[str] | None,
    typer.Option(
        help="index, borough-report, impact-overview, impact, methods, ward-brief. Repeatable."
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

    def result(self, **facts: Any) -> None:
        """Tell a script what was done."""
        if self.json:
            typer.echo(json.dumps({"status": "done", **facts}, ensure_ascii=False, sort_keys=True))

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[Callable[[str], None]]:
        """Show a bar on a terminal's standard error; hand out the function that moves it on."""
        console = Console(stderr=True, quiet=self.quiet or self.json)
        text = TextColumn("{task.description}")
        columns = (text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda text: bar.update(task, advance=1, description=text)


def main() -> NoReturn:
    """Run the command line; exit 0 when done, 1 when something failed, 2 for bad input."""
    try:
        app(standalone_mode=False)
    except InputError as error:
        _explain_faults(error)
        sys.exit(error.exit_code)
    except SpiError as error:
        _explain(str(error))
        sys.exit(error.exit_code)
    except typer.Exit as leaving:
        sys.exit(leaving.exit_code)
    except typer.Abort:
        sys.exit(1)
    except Exception as error:
        if not hasattr(error, "format_message"):  # not one of click's usage errors
            raise
        typer.echo(f"spi: {error.format_message()}", err=True)
        sys.exit(2)
    sys.exit(0)


def _explain_faults(error: InputError) -> None:
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


def _explain(text: str) -> None:
    if "--json" in sys.argv:
        typer.echo(json.dumps({"status": "failed", "error": text}, ensure_ascii=False))
    else:
        typer.echo(f"spi: {text}", err=True)


def _edition_folder(edition: str) -> Path:
    given = Path(edition)
    if (given / "edition.yml").exists():
        return given.resolve()  # "." has no name to write under
    data = project_root() / "data"
    folder = data / edition
    if not (folder / "edition.yml").exists():
        known = ", ".join(sorted(p.parent.name for p in data.glob("*/edition.yml")))
        raise InputError(
            [Fault("command line", "is not an edition", None, "EDITION", edition, known)]
        )
    return folder


def _output_folder(name: str) -> Path:
    return project_root() / "reports" / name


@app.command()
def check(edition: Edition, quiet: Quiet = False, as_json: Json = False) -> None:
    """Read an edition's data and say everything that is wrong with it; write nothing."""
    from spi_core.inputs import load

    inputs = load(_edition_folder(edition))
    said = Said(quiet, as_json)
    shape = dict(zip(("periods", "areas", "indicators"), inputs.panel.value.shape, strict=True))
    filled = int((inputs.panel.status != "missing").sum())
    said.line(
        f"{inputs.settings['id']}: {shape['indicators']} indicators, {shape['areas']} areas, "
        f"{shape['periods']} periods, {filled} of {inputs.panel.value.size} cells; no faults "
        f"(data version {inputs.version})"
    )
    said.result(edition=inputs.settings["id"], data_version=inputs.version, cells=filled, **shape)


@app.command()
def build(edition: Edition, quiet: Quiet = False, as_json: Json = False) -> None:
    """Compute an edition and write its tables to reports/EDITION/tables/."""
    _build(edition, Said(quiet, as_json))


@app.command()
def render(
    edition: Edition,
    area: Area = None,
    document: Document = None,
    format_: Annotated[
        list[str] | None, typer.Option("--format", help="html or pdf. Repeatable.")
    ] = None,
    engine: Engine = "auto",
    jobs: Jobs = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Render a built edition's documents; with --area only that ward's brief."""
    from spi_core.publish.documents import FORMATS, Choice

    choice = Choice(tuple(document or ()), tuple(area or ()), tuple(format_ or FORMATS))
    _render(_edition_folder(edition).name, choice, jobs, Said(quiet, as_json))


@app.command(name="all")
def everything(
    edition: Edition,
    engine: Engine = "auto",
    jobs: Jobs = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Check, build and render an edition: the main job."""
    from spi_core.publish.documents import Choice

    said = Said(quiet, as_json)
    folder = _build(edition, Said(quiet or as_json, False))
    _render(folder.name, Choice(), jobs, said)


@app.command(name="list")
def list_editions(as_json: Json = False) -> None:
    """List the editions and what has been built of them."""
    from spi_core.settings import read_edition_file

    rows = []
    for path in sorted((project_root() / "data").glob("*/edition.yml")):
        settings, faults = read_edition_file(path)
        built = (_output_folder(path.parent.name) / "tables" / "build.json").exists()
        title = settings.get("title", "") if not faults else "edition.yml has faults"
        rows.append({"edition": path.parent.name, "title": title, "built": built})
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['edition']:<16} {'built' if row['built'] else '–':<6} {row['title']}")


def _build(edition: str, said: Said) -> Path:
    from spi_core.build import build as build_tables
    from spi_core.inputs import load

    started = time.perf_counter()
    inputs = load(_edition_folder(edition))
    folder = _output_folder(inputs.folder.name)
    tables = build_tables(inputs, folder)
    seconds = time.perf_counter() - started
    where = _shown(folder / "tables")
    said.line(f"{inputs.folder.name}: {len(tables)} tables in {seconds:.1f} s → {where}")
    said.result(edition=inputs.folder.name, tables=sorted(tables), seconds=round(seconds, 2))
    return folder


def _render(name: str, choice: Any, jobs: int | None, said: Said) -> None:
    from spi_core.publish.documents import document_jobs
    from spi_core.publish.engine import render as render_jobs
    from spi_core.store import Tables

    started = time.perf_counter()
    folder = _output_folder(name)
    todo = document_jobs(project_root(), Tables(folder / "tables"), folder, choice)
    with said.progress("rendering", len(todo)) as moved:
        results = render_jobs(todo, jobs, lambda r: moved(r.job.output_stem.name))
    failed = [r for r in results if r.error is not None]
    files = [_shown(p) for r in results for p in r.outputs]
    seconds = time.perf_counter() - started
    if not failed:
        count = f"{len(results)} documents, {len(files)} files"
        said.line(f"{name}: {count} in {seconds:.1f} s → {_shown(folder)}")
        said.result(edition=name, files=files, seconds=round(seconds, 2))
        return
    done = len(results) - len(failed)
    summary = f"{len(failed)} of {len(results)} documents failed; the other {done} are done"
    raise SpiError("\n".join([*(str(r.error) for r in failed), summary]))


def _shown(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


if __name__ == "__main__":
    main()
