"""Which documents an edition has, with the words that stand on each of their pages."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from spi_core.errors import Fault, InputError
from spi_core.files import project_root
from spi_core.present.base.edition import conditions
from spi_core.present.base.links import BRIEFS, area_stem, explorer_page, group_of, keys_of
from spi_core.present.base.marks import page_mark
from spi_core.present.base.prose import partner_name, put_in, words_of
from spi_core.publish.kinds import FORMATS, GROUPS, ROWS, TITLES, Document, documents
from spi_core.publish.named import chosen
from spi_core.publish.render.job import RenderJob
from spi_core.publish.render.quarto import EngineName
from spi_core.store import Tables
from spi_core.text.seal import seal

#: For reviewers, made when asked for: the executed notebook.
MORE_FORMATS = ("ipynb",)
#: Quarto tells a document's cells its name in this variable.
QUARTO = "QUARTO_DOCUMENT_FILE"

_UNLISTED = "is not among the documents that the edition was built with"
_LIST = "one that stands under `reports: documents` in edition.yml; then run 'spi build' first"


@dataclass(frozen=True, slots=True)
class Choice:
    """What of an edition is to be rendered.

    Parameters
    ----------
    documents : tuple of str
        Names of documents, ``impact`` (every chapter) or ``ward-brief``; all when empty.
    areas : tuple of str
        Codes or names of the areas whose briefs are wanted; all when empty.
    formats : tuple of {'html', 'pdf', 'ipynb'}
        What to make.
    engine : {'builtin', 'quarto'}
        What makes it.
    only : tuple of str
        Keys of the partners or themes (or, of a theme's document, areas) wanted; all when empty.
    """

    documents: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    formats: tuple[str, ...] = FORMATS
    engine: EngineName = "builtin"
    only: tuple[str, ...] = ()


def document_jobs(root: Path, tables: Tables, folder: Path, choice: Choice) -> list[RenderJob]:
    """List the documents of a built edition as jobs for the engine.

    Parameters
    ----------
    root : Path
        The project's folder.
    tables : Tables
        The built tables.
    folder : Path
        ``reports/<edition>``.
    choice : Choice
        What is wanted of it.

    Returns
    -------
    list of RenderJob
        Site pages first, then impact chapters, then briefs by code.

    Raises
    ------
    InputError
        For a document, area or format that the edition does not have, or rows that are not fit.
    """
    known = documents(root)
    had, units = _had(known, tables), _units(tables)
    # naming an area asks for its brief, not for the whole site again
    usual = [d.name for d in had if not d.asked and (d.each == "area" or not choice.areas)]
    wanted = list(choice.documents or usual)
    if choice.areas and not any(d.each == "area" and d.name in wanted for d in had):
        wanted += [d.name for d in had if not d.asked and d.each == "area"]
    keyed = [d for d in had if d.name in wanted and d.each in GROUPS]
    keys = [key for d in keyed for key in _keys(d, tables, units)]
    for document in (known[name] for name in choice.documents if name in known):
        if document not in had and not (document.needs or document.switch or document.beside):
            fault = Fault("command line", _UNLISTED, None, "--document", document.name, _LIST)
            raise InputError([fault])
    choice = _known(choice, [d.name for d in had], units, list(dict.fromkeys(keys)))
    if choice.only:
        wanted = [d.name for d in keyed]
    pages = [d for d in had if d.navigation]
    jobs = []
    for document in had:
        if document.name not in wanted:
            continue
        for key, name in _each(document, tables, units, choice):
            job = _job(root, tables, folder, document, key, name, choice.formats)
            ways = _ways(tables, folder, job.output_stem, pages, job.formats)
            jobs.append(replace(job, metadata={**job.metadata, **ways}, engine=choice.engine))
    return jobs


def _units(tables: Tables) -> dict[str, str]:
    """Name the areas that may have a document of their own."""
    unit = tables.levels.unit.id
    areas = (area for area in tables.rows("areas") if area["level"] == unit and area["scored"])
    return {str(area["code"]): str(area["name"]) for area in areas}


def print_front(tables: Tables, name: str, key: str = "") -> None:
    """Print what a job says of a document, where Quarto renders its notebook by itself.

    Parameters
    ----------
    tables : Tables
        The built tables.
    name : str
        The document's row.
    key : str
        The area or intervention that it is about.

    Notes
    -----
    Printed for Quarto alone: the built-in engine knows it from the job.
    """
    if QUARTO not in os.environ:
        return
    document, open_ = documents(project_root())[name], Tables(tables.folder)
    names = dict(_each(document, open_, _units(open_), Choice(only=(key,))))
    said = seal({**_every_page(open_), **page_titles(document, open_, names.get(key, ""))})
    print(f"---\n{yaml.safe_dump(said, allow_unicode=True)}---\n")


def _had(known: Mapping[str, Document], tables: Tables) -> list[Document]:
    """Take the documents that an edition has: those it lists first, in its order."""
    reports = tables.about["edition"].get("reports", {})
    # without protocols there is nothing that an impact page could say
    fit = {name: d for name, d in known.items() if not d.needs or d.needs in tables}
    listed = [fit[name] for name in reports.get("documents", []) if name in fit]
    listed += [d for d in fit.values() if d.asked and d not in listed]
    names = {d.name for d in listed}
    switched = [d for d in fit.values() if d.switch and reports.get(d.switch, True)]
    return listed + [d for d in fit.values() if d.beside in names] + switched


def _each(
    document: Document, tables: Tables, units: Mapping[str, str], choice: Choice
) -> Iterable[tuple[str, str]]:
    """Give what a kind of document is made for: nothing, every area or every intervention."""
    if document.each == "area":
        return [(code, units[code]) for code in choice.areas or sorted(units)]
    if document.each == "intervention":
        named: dict[str, str] = {}
        for row in tables.rows("impact"):
            named.setdefault(row["intervention"], row["name"])
        return named.items()
    if document.each in GROUPS:
        keys = _keys(document, tables, units)
        return [(k, t) for k, t in keys.items() if k in (choice.only or set(keys) - set(units))]
    return [("", "")]


def _keys(document: Document, tables: Tables, units: Mapping[str, str]) -> dict[str, str]:
    """Name the partners or themes of an edition; a theme's document may be had of an area too."""
    named = keys_of(sorted(group_of(row, document.each) for row in tables.rows("indicators")))
    if document.each == "partner":
        return {key: partner_name(text) for key, text in named.items()}
    return {**named, **units}


def _known(choice: Choice, names: list[str], units: Mapping[str, str], keys: list[str]) -> Choice:
    """Refuse what the edition does not have; give the areas their codes."""
    asked = (
        ("partner or theme", "only", choice.only, keys),
        ("document", "document", choice.documents, names),
        ("format", "format", choice.formats, [*FORMATS, *MORE_FORMATS]),
    )
    says = "is not one of this edition’s"
    faults = [
        Fault("command line", f"{says} {what}s", None, f"--{flag}", value, ", ".join(known))
        for what, flag, values, known in asked
        for value in values
        if value not in known
    ]
    codes = []
    for area in choice.areas:
        try:
            codes.append(chosen(area, units, "--area", f"{says} areas"))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return replace(choice, areas=tuple(dict.fromkeys(codes)))


def _job(
    root: Path,
    tables: Tables,
    folder: Path,
    document: Document,
    key: str,
    name: str,
    formats: Iterable[str],
) -> RenderJob:
    stem = area_stem(key, name) if document.each == "area" else key or document.name
    given = {document.each: key} if document.each else {}
    made = (*document.formats, *MORE_FORMATS)
    return RenderJob(
        source=root / document.source,
        output_stem=folder / document.folder / stem,
        formats=tuple(f for f in formats if f in made),  # type: ignore[misc]
        parameters={"edition": tables.about["edition"]["id"], **given},
        metadata={**_every_page(tables), **page_titles(document, tables, name)},
        environment={"SPI_ROOT": str(root), "SPI_TABLES": str(tables.folder.resolve())},
    )


def page_titles(document: Document, tables: Tables, name: str = "") -> dict[str, str]:
    """Name a page of the site after its edition.

    Parameters
    ----------
    name : str
        Of the area or intervention that it is about.

    Returns
    -------
    dict of str to str
        ``title``, ``subtitle`` and ``kicker``, as far as the row has them.
    """
    words, made = {**words_of(tables), "name": name}, {}
    for key in TITLES:
        variants = [f"{key}.{lacking}" for lacking in conditions(tables)]
        found = next((v for v in (*variants, key) if v in document.titles), None)
        if found:
            text = put_in(document.titles[found], words, ROWS, f"{document.name}, {found}")
            made[key] = " · ".join(part for part in text.split(" · ") if part)
    return {key: text for key, text in made.items() if text}


def _ways(
    tables: Tables, folder: Path, stem: Path, pages: Iterable[Document], formats: Iterable[str]
) -> dict[str, object]:
    """Name where a page leads: the site's navigation, and the same page for print.

    The explorer and a PDF are linked only where there is one, or will be.
    """
    up = "" if stem.parent == folder else "../"
    nav: list[dict[str, object]] = []
    for page in pages:
        here = {"current": True} if folder / page.name == stem else {}
        title = put_in(page.navigation, words_of(tables), ROWS, f"{page.name}, navigation")
        nav.append({"title": title, "href": f"{up}{page.name}.html", **here})
        if page.name == "index":
            nav += _beside(tables, folder, up)
    paper = stem.with_name(f"{stem.name}.pdf")
    has_paper = "pdf" in formats or paper.exists()
    return {"nav": nav, **({"print-version": paper.name} if has_paper else {})}


def _beside(tables: Tables, folder: Path, up: str) -> list[dict[str, object]]:
    """List what the site has beside its pages: the briefs and the explorer."""
    made: list[dict[str, object]] = []
    if tables.about["edition"].get("reports", {}).get("ward_briefs", True):
        title = f"{words_of(tables)['Unit']} briefs"
        made.append({"title": title, "href": f"{up}index.html#{BRIEFS}"})
    if (folder / explorer_page()).exists():
        made.append({"title": "Data explorer", "href": f"{up}{explorer_page()}"})
    return made


def _every_page(tables: Tables) -> dict[str, object]:
    """Footer and mark, which a loose page must still bear, and what the edition does without."""
    edition, framework = tables.about["edition"], tables.rows("framework")
    scored = f"{sum(row['scored'] for row in framework)} of {len(framework)} components scored"
    name = edition.get("short_title", edition["title"])
    footer = f"{name} · {scored} · data version {tables.about['data_version']}"
    mark = page_mark(tables.about)
    return {"footer": footer, **({"mark": mark} if mark else {}), **conditions(tables)}
