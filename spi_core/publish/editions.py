"""Build editions and render them, doing only what has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from spi_core.disclosure.in_force import read_passed, rules_code, rules_differ, rules_of
from spi_core.edition.fingerprint import input_hashes
from spi_core.errors import InputError, SpiError
from spi_core.files import recording_writes, remove_leftovers
from spi_core.publish.documents import Choice, document_jobs
from spi_core.publish.keep.incremental import Batch, Outcome, render_changed
from spi_core.publish.keep.manifest import Manifest
from spi_core.publish.workers.pool import answers_of, start_warm
from spi_core.store import Tables


@dataclass(frozen=True, slots=True)
class Edition:
    """Where an edition's inputs are and where its reports go.

    Parameters
    ----------
    inputs : Path
        ``data/<edition>``.
    folder : Path
        ``reports/<edition>``, or ``reports/<edition>-internal``.
    audience : {"public", "internal"}
        Who may read the reports.
    """

    inputs: Path
    folder: Path
    audience: Literal["public", "internal"] = "public"

    @property
    def name(self) -> str:
        """The edition's name: that of its reports' folder."""
        return self.folder.name


@dataclass(frozen=True, slots=True)
class Built:
    """What became of an edition's tables.

    Parameters
    ----------
    edition : Edition
        The edition.
    tables : tuple of str
        Names of its tables.
    current : bool
        Whether they were up to date, so that nothing was computed.
    """

    edition: Edition
    tables: tuple[str, ...]
    current: bool


def build_editions(
    editions: Sequence[Edition],
    *,
    force: bool = False,
    n_workers: int | None = None,
    say: Callable[[str], object] = lambda _: None,
    rendered_next: bool = False,
) -> list[Built]:
    """Build the editions whose tables are not up to date.

    Parameters
    ----------
    editions : sequence of Edition
        The editions.
    force : bool
        Build all, up to date or not.
    n_workers : int, optional
        Editions at a time, where there are several; the number of cores by default.
    say : callable, optional
        Told in a sentence what was removed, where the rules of now would hide it.
    rendered_next : bool
        Whether documents follow: workers then import what they need in the meantime.

    Returns
    -------
    list of Built
        One an edition, in their order.

    Raises
    ------
    InputError
        With every fault of every edition, before any of them is written.
    SpiError
        If a build fails.
    """
    stale = [e for e in editions if force or not Manifest(e.folder).is_built(e.inputs)]
    if stale and rendered_next:
        start_warm()
    if len(stale) == 1:
        _build(stale[0], say)
    elif stale:
        answers = answers_of(_check, [(e,) for e in stale], n_workers)
        if faults := [f for each in answers if isinstance(each, InputError) for f in each.faults]:
            raise InputError(faults)
        raise_failed(stale, answers)
        built = answers_of(_noting, [(e,) for e in stale], n_workers)
        for notes in built:
            for note in notes if isinstance(notes, list) else ():
                say(note)
        raise_failed(stale, built)
    return [Built(e, tuple(Tables(e.folder / "tables")), e not in stale) for e in editions]


def _build(edition: Edition, say: Callable[[str], object]) -> None:
    from spi_core.build.edition import build  # takes seconds, which a run without changes must not
    from spi_core.edition.inputs import load

    remove_leftovers(edition.folder)
    hashes = input_hashes(edition.inputs)
    inputs = load(edition.inputs)
    with recording_writes() as written:
        build(inputs, edition.folder, edition.audience, say)
    Manifest(edition.folder).record_build(hashes, written)


def _check(edition: Edition) -> None:
    from spi_core.edition.inputs import load

    load(edition.inputs)


def _noting(edition: Edition) -> list[str]:
    """Build in another process; hand back what is to be said."""
    notes: list[str] = []
    try:
        _build(edition, notes.append)
    except SpiError as error:
        raise SpiError("\n".join([*notes, str(error)]), error.details) from error
    return notes


def refuse_other_rules(edition: Edition) -> None:
    """Stop before something is published of tables that have not passed the rules of now.

    Parameters
    ----------
    edition : Edition
        The edition, built.

    Raises
    ------
    InputError
        If the rules cannot be read.
    SpiError
        If they, or the code that applies them, are others than those of the build.
    """
    if edition.audience == "internal" or not (edition.folder / "tables" / "build.json").exists():
        return
    before = read_passed(edition.folder)
    if before and Manifest(edition.folder).build.get("inputs") == input_hashes(edition.inputs):
        now = {**before, "code": rules_code()}
    else:
        from spi_core.edition.inputs import (
            read_rules,  # seconds, which a run without changes must not take
        )

        now = rules_of(*read_rules(edition.inputs), edition.audience)
    if rules_differ(before, now):
        name = edition.inputs.name
        raise SpiError(
            f"{name}: its tables were not made under the disclosure rules of now (indicators.csv, "
            f"edition.yml or spi has changed); run 'spi build {name}' first"
        )


def raise_failed(editions: Sequence[Edition], answers: Sequence[object]) -> None:
    """Raise the errors among answers of the pool as one, each with its edition's name.

    Parameters
    ----------
    editions : sequence of Edition
        The editions.
    answers : sequence
        One an edition.

    Raises
    ------
    SpiError
        If there is any.
    """
    failed = {
        edition.name: answer
        for edition, answer in zip(editions, answers, strict=True)
        if isinstance(answer, SpiError)
    }
    if failed:
        details = "\n".join(error.details for error in failed.values() if error.details)
        raise SpiError("\n".join(f"{name}: {error}" for name, error in failed.items()), details)


def render_editions(
    root: Path,
    editions: Sequence[Edition],
    choice: Choice,
    **how: Any,
) -> list[Outcome]:
    """Render what has changed of built editions, in one pool.

    Parameters
    ----------
    root : Path
        The project's folder.
    editions : sequence of Edition
        The editions, built.
    choice : Choice
        What is wanted of each.
    **how
        Keywords as for :func:`spi_core.publish.keep.incremental.render_changed`.

    Returns
    -------
    list of Outcome
        One an edition, in their order.

    Raises
    ------
    InputError
        For a document, area or format that an edition does not have.
    SpiError
        If an edition has not been built, or not under the disclosure rules of now.
    """
    for e in editions:
        refuse_other_rules(e)
    whole = not (choice.documents or choice.areas or choice.only)
    jobs = [document_jobs(root, Tables(e.folder / "tables"), e.folder, choice) for e in editions]
    batches = [Batch(e.folder, tuple(j), whole) for e, j in zip(editions, jobs, strict=True)]
    return render_changed(root, batches, **how)
