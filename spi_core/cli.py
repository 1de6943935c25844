"""The command line: ``spi check|build|render|explore|all|verify|explain|what-if|list``."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import AbstractContextManager, suppress
from typing import Annotated, Any, NoReturn

import typer

from spi_core.errors import Fault, InputError, SpiError
from spi_core.files import project_root, shown
from spi_core.publish.commands import app as records
from spi_core.publish.named import (
    ASKED,
    edition_folder,
    edition_named,
    known_editions,
    matching,
)
from spi_core.said import (
    Area,
    Audience,
    Document,
    Edition,
    Engine,
    Force,
    Jobs,
    Json,
    Quiet,
    Said,
    Scheduler,
    end_streams,
    explain,
    nobody_reads,
    ready_streams,
    refuse_little_memory,
    told_of,
)
from spi_core.sources.commands import app as sources

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="The Social Progress Index of a borough: check the data, build tables, render reports.",
)
app.add_typer(sources)
app.add_typer(records)


def main() -> NoReturn:
    """Run the command line; exit 0 when done, 1 when something failed, 2 for bad input.

    Whatever a command raises ends here in words: no traceback is ever shown.
    """
    ready_streams()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # for arrays this small more cost more
        os.environ.setdefault(name, "1")
    ASKED.clear()
    code = 0
    try:
        refuse_little_memory()
        command = typer.main.get_command(app)
        with command.make_context("spi", sys.argv[1:] or ["--help"]) as context:
            command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as leaving:
        code = leaving.exit_code
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # said once, however often it is pressed
        # a process stopped within an exec (an import that makes a class) remembers that and would
        # end itself by the signal, whatever its exit code: the next exec forgets it
        exec("")
        explain(SpiError("stopped; run it again: what is finished is kept"))
        code = 130
    except Exception as error:
        told = told_of(error)
        code = told.exit_code
        if not (isinstance(error, BrokenPipeError) and nobody_reads()):
            with suppress(OSError):
                explain(told, ASKED)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: there is nothing left to stop
    end_streams()
    sys.exit(code)


@app.command()
def check(edition: Edition, quiet: Quiet = False, as_json: Json = False) -> None:
    """Read an edition's data and say everything that is wrong with it; write nothing."""
    from spi_core.build.treated import on_scale
    from spi_core.edition.inputs import load
    from spi_core.edition.summary import summarise
    from spi_core.present.base.links import site_note

    inputs = load(edition_folder(edition))
    on_scale(inputs)
    said = Said(quiet, as_json)
    summary = summarise(inputs)
    shape = dict(zip(("periods", "areas", "indicators"), inputs.panel.value.shape, strict=True))
    filled = int((inputs.panel.status != "missing").sum())
    said.line(
        f"{inputs.settings['id']}: {shape['indicators']} indicators, {shape['areas']} areas, "
        f"{shape['periods']} periods, {filled} of {inputs.panel.value.size} cells; no faults"
    )
    said.table(("indicator", *summary.coverage), summary.coverage.itertuples())
    for line in summary.lines:
        said.line(line)
    if note := site_note(inputs.settings):
        said.line(note)
    facts = {"cells": filled, **shape, **summary.facts}
    said.result(edition=inputs.settings["id"], **facts)


@app.command()
def build(
    edition: Edition,
    audience: Audience = "public",
    force: Force = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compute an edition and write its tables to reports/EDITION/tables/."""
    said, wanted = Said(quiet, as_json), [edition_named(edition, audience)]
    with _alone(wanted, said):
        _build(wanted, force, None, said)


@app.command()
def render(
    edition: Edition,
    area: Area = None,
    document: Document = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="A partner or theme, as its file is called; a theme's also by ward code."
        ),
    ] = None,
    format_: Annotated[
        list[str] | None, typer.Option("--format", help="html, pdf or ipynb. Repeatable.")
    ] = None,
    engine: Engine = "auto",
    audience: Audience = "public",
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    force: Force = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Render what has changed of a built edition; with --area only that ward's brief."""
    from spi_core.publish.documents import Choice
    from spi_core.publish.kinds import FORMATS
    from spi_core.publish.render.quarto import choose_engine

    _check_scheduler(scheduler)
    wanted = (tuple(document or ()), tuple(area or ()), tuple(format_ or FORMATS))
    choice = Choice(*wanted, choose_engine(engine), tuple(only or ()))
    how = {"force": force, "n_workers": jobs, "scheduler": scheduler}
    said, editions = Said(quiet, as_json), [edition_named(edition, audience)]
    with _alone(editions, said):
        _render(editions, choice, how, said)


@app.command()
def explore(
    edition: Edition,
    audience: Audience = "public",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a built edition's explorer: maps, scorecards, every figure, in one page."""
    _write_part(edition_named(edition, audience), "explorer", Said(quiet, as_json))


@app.command(name="open-data")
def open_data(edition: Edition, quiet: Quiet = False, as_json: Json = False) -> None:
    """Write a built edition's open data: CSV files, a workbook, their description."""
    _write_part(edition_named(edition), "open-data", Said(quiet, as_json))


@app.command(name="all")
def everything(
    edition: Annotated[
        list[str] | None,
        typer.Argument(help="Names of editions, or paths of their folders.", metavar="EDITION..."),
    ] = None,
    editions: Annotated[
        list[str] | None,
        typer.Option(help="Further editions by a pattern of folders, such as 'data/*'."),
    ] = None,
    engine: Engine = "auto",
    audience: Audience = "public",
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    force: Force = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Check, build and render editions, as far as anything has changed: the main job."""
    from spi_core.publish.documents import Choice
    from spi_core.publish.render.quarto import choose_engine

    said = Said(quiet, as_json)
    choice = Choice(engine=choose_engine(engine))  # before the work, not after it
    _check_scheduler(scheduler)
    wanted = [edition_named(name, audience) for name in edition or ()]
    wanted += [
        e for pattern in editions or () for e in matching(pattern, audience) if e not in wanted
    ]
    if not wanted:
        raise InputError(
            [Fault("command line", "is missing", None, "EDITION", None, known_editions())]
        )
    silent = Said(quiet or as_json, False)
    with _alone(wanted, said):
        _build(wanted, force, jobs, silent, rendered_next=True)
        _write_parts(wanted, force, jobs, silent)
        _render(wanted, choice, {"force": force, "n_workers": jobs, "scheduler": scheduler}, said)


def _alone(editions: list[Any], said: Said) -> AbstractContextManager[None]:
    from spi_core.publish.keep.alone import alone

    return alone((e.inputs for e in editions), said.aside)


def _check_scheduler(address: str | None) -> None:
    if address is not None:
        from spi_core.publish.workers.scheduler import check_address  # Dask takes a while to import

        check_address(address)


def _build(
    editions: list[Any], force: bool, jobs: int | None, said: Said, rendered_next: bool = False
) -> None:
    from spi_core.publish.editions import build_editions

    started, removed = time.perf_counter(), list[str]()

    def say(text: str) -> None:
        removed.append(text)
        said.line(text)

    for built in build_editions(
        editions, force=force, n_workers=jobs, say=say, rendered_next=rendered_next
    ):
        seconds = time.perf_counter() - started
        name, where = built.edition.name, shown(built.edition.folder / "tables")
        done = "up to date" if built.current else f"in {seconds:.1f} s"
        said.line(f"{name}: {len(built.tables)} tables {done} → {where}")
        facts = {"tables": sorted(built.tables), "up_to_date": built.current, "removed": removed}
        said.result(edition=name, seconds=round(seconds, 2), **facts)


def _write_part(edition: Any, name: Any, said: Said) -> None:
    from spi_core.publish.parts import write_part

    with _alone([edition], said):
        _say_part(write_part(project_root(), edition, name, force=True), said)


def _write_parts(editions: list[Any], force: bool, jobs: int | None, said: Said) -> None:
    from spi_core.publish.parts import write_parts

    for part in write_parts(project_root(), editions, force=force, n_workers=jobs):
        _say_part(part, said)


def _say_part(part: Any, said: Said) -> None:
    named, where = f"{part.edition.name}: {part.name}", shown(part.edition.folder / part.name)
    how = f"{len(part.files)} files in {part.seconds:.1f} s" if part.files else "up to date"
    said.line(f"{named}: {how} → {where}")
    files = [shown(path) for path in part.files]
    said.result(edition=part.edition.name, files=files, seconds=round(part.seconds, 2))


def _render(editions: list[Any], choice: Any, how: dict[str, Any], said: Said) -> None:
    from spi_core.present.base.links import site_note
    from spi_core.publish.editions import render_editions
    from spi_core.store import Tables

    started = time.perf_counter()
    with said.progress("rendering") as (plan, moved):
        outcomes = render_editions(
            *(project_root(), editions, choice),
            **how,
            on_plan=plan,
            on_progress=lambda r: moved(r.job.output_stem.name),
        )
    seconds = round(time.perf_counter() - started, 2)
    for edition in editions:
        if note := site_note(Tables(edition.folder / "tables").about["edition"]):
            said.line(f"{edition.name}: {note}")
    facts: list[dict[str, Any]] = []
    for edition, outcome in zip(editions, outcomes, strict=True):
        said.line(f"{edition.name}: {outcome.summary} in {seconds:.1f} s → {shown(edition.folder)}")
        facts.append({"edition": edition.name, **_files(outcome)})
    errors = [r.error for outcome in outcomes for r in outcome.results if r.error is not None]
    if errors:
        total = sum(len(outcome.results) for outcome in outcomes)
        done = f"the other {total - len(errors)} are done"
        lines = [*map(str, errors), f"{len(errors)} of {total} documents failed; {done}"]
        details = "\n".join(error.details for error in errors if error.details)
        raise SpiError("\n".join(lines), details)
    said.result(seconds=seconds, **(facts[0] if len(facts) == 1 else {"editions": facts}))


def _files(outcome: Any) -> dict[str, list[str]]:
    """List an outcome's files for scripts."""
    lists = {"files": outcome.files, "up_to_date": outcome.current, "removed": outcome.removed}
    return {name: [shown(path) for path in paths] for name, paths in lists.items()}


if __name__ == "__main__":
    main()
