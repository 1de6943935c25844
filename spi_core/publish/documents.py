"""Which documents an edition has, with the words that stand on each of their pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from spi_core.errors import Fault, InputError
from spi_core.present.base.edition import conditions
from spi_core.present.base.links import BRIEFS, explorer_page, ward_page
from spi_core.present.base.marks import page_mark, page_titles
from spi_core.present.base.words import capital
from spi_core.publish.render.job import RenderJob
from spi_core.publish.render.quarto import EngineName
from spi_core.store import Tables

__all__ = ["FORMATS", "Choice", "document_jobs"]

FORMATS = ("html", "pdf")
#: For reviewers, made when asked for: the executed notebook.
MORE_FORMATS = ("ipynb",)

#: Where each document of ``edition.yml`` comes from, what it is called in the site's navigation.
SOURCES = {
    "index": ("index.qmd", "Overview"),
    "borough-report": ("notebooks/borough-report.qmd", "{whole} report"),
    "impact-overview": ("notebooks/impact-overview.qmd", "Impact"),
    "methods": ("notebooks/methods.qmd", "Methods"),
    "what-changed": ("notebooks/what-changed.qmd", "Corrections and revisions"),
}
BRIEF = "notebooks/ward-brief.qmd"
#: One chapter an intervention; the overview lists them.
CHAPTER, CHAPTERS = "notebooks/impact.qmd", "impact-overview"


@dataclass(frozen=True, slots=True)
class Choice:
    """What of an edition is to be rendered.

    Parameters
    ----------
    documents : tuple of str
        Names of documents, ``impact`` (every chapter) or ``ward-brief``; all when empty.
    areas : tuple of str
        Codes of the areas whose briefs are wanted; all when empty.
    formats : tuple of {'html', 'pdf', 'ipynb'}
        What to make.
    engine : {'builtin', 'quarto'}
        What makes it.
    """

    documents: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    formats: tuple[str, ...] = FORMATS
    engine: EngineName = "builtin"


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
        For a document, area or format that the edition does not have.
    """
    reports = tables.about["edition"].get("reports", {})
    # without protocols there is nothing that an impact page could say
    absent = () if "impact" in tables else (CHAPTERS,)
    pages = [d for d in reports.get("documents", []) if d in SOURCES and d not in absent]
    chapters = ["impact"] if CHAPTERS in pages else []
    briefs = ["ward-brief"] if reports.get("ward_briefs", True) else []
    units = {
        str(area["code"]): str(area["name"])
        for area in tables.rows("areas")
        if area["level"] == tables.levels.unit.id and area["scored"]
    }
    _refuse(choice, [*pages, *chapters, *briefs], list(units))
    # naming an area asks for its brief, not for the whole site again
    wanted = choice.documents or (tuple(briefs) if choice.areas else (*pages, *chapters, *briefs))
    jobs = [_page(root, tables, folder, d, pages, choice) for d in pages if d in wanted]
    if "impact" in wanted:
        named: dict[str, str] = {}
        for row in tables.rows("impact"):
            named.setdefault(row["intervention"], row["name"])
        for intervention, name in named.items():
            jobs.append(_chapter(root, tables, folder, intervention, name, pages, choice))
    if "ward-brief" in wanted:
        codes = choice.areas or tuple(sorted(units))
        jobs += [_brief(root, tables, folder, c, units[c], pages, choice) for c in codes]
    return [replace(job, engine=choice.engine) for job in jobs]


def _refuse(choice: Choice, documents: list[str], areas: list[str]) -> None:
    asked = (
        ("document", choice.documents, documents),
        ("area", choice.areas, areas),
        ("format", choice.formats, [*FORMATS, *MORE_FORMATS]),
    )
    faults = [
        Fault(
            "command line",
            f"is not one of this edition’s {what}s",
            None,
            f"--{what}",
            value,
            ", ".join(known),
        )
        for what, values, known in asked
        for value in values
        if value not in known
    ]
    if faults:
        raise InputError(faults)


def _page(
    root: Path, tables: Tables, folder: Path, name: str, pages: Iterable[str], choice: Choice
) -> RenderJob:
    # the landing page has nothing a council would print
    formats = tuple(f for f in choice.formats if f != "pdf" or name != "index")
    return RenderJob(
        source=root / SOURCES[name][0],
        output_stem=folder / name,
        formats=formats,  # type: ignore[arg-type]
        parameters={} if name == "index" else {"edition": tables.about["edition"]["id"]},
        metadata={
            **_every_page(tables),
            **page_titles(name, tables),
            **_ways(tables, folder, folder / name, pages, formats),
        },
        environment=_environment(root, tables),
    )


def _brief(
    root: Path,
    tables: Tables,
    folder: Path,
    code: str,
    name: str,
    pages: Iterable[str],
    choice: Choice,
) -> RenderJob:
    edition = tables.about["edition"]
    stem = (folder / ward_page(code, name)).with_suffix("")
    brief = f"{capital(tables.levels.unit.one)} brief"
    named = (edition.get("area_name"), brief, edition["edition_year"])
    kicker = " · ".join(n for n in named if n)
    return RenderJob(
        source=root / BRIEF,
        output_stem=stem,
        formats=tuple(choice.formats),  # type: ignore[arg-type]
        parameters={"edition": edition["id"], "area": code},
        metadata={
            **_every_page(tables),
            "title": name,
            "kicker": kicker,
            **_ways(tables, folder, stem, pages, choice.formats),
        },
        environment=_environment(root, tables),
    )


def _chapter(
    root: Path,
    tables: Tables,
    folder: Path,
    intervention: str,
    name: str,
    pages: Iterable[str],
    choice: Choice,
) -> RenderJob:
    edition = tables.about["edition"]
    stem = folder / "impact" / intervention
    kicker = f"{edition.get('area_name', '')} · Impact of an intervention".strip(" ·")
    return RenderJob(
        source=root / CHAPTER,
        output_stem=stem,
        formats=tuple(choice.formats),  # type: ignore[arg-type]
        parameters={"edition": edition["id"], "intervention": intervention},
        metadata={
            **_every_page(tables),
            "title": name,
            "kicker": kicker,
            **_ways(tables, folder, stem, pages, choice.formats),
        },
        environment=_environment(root, tables),
    )


def _ways(
    tables: Tables, folder: Path, stem: Path, pages: Iterable[str], formats: Iterable[str]
) -> dict[str, object]:
    """Name where a page leads: the site's navigation, and the same page for print.

    The explorer and a PDF are linked only where there is one, or will be.
    """
    up = "" if stem.parent == folder else "../"
    nav: list[dict[str, object]] = []
    for page in pages:
        here = {"current": True} if folder / page == stem else {}
        title = SOURCES[page][1].format(whole=capital(tables.whole.one))
        nav.append({"title": title, "href": f"{up}{page}.html", **here})
        if page == "index":
            nav += _beside(tables, folder, up)
    paper = stem.with_name(f"{stem.name}.pdf")
    has_paper = "pdf" in formats or paper.exists()
    return {"nav": nav, **({"print-version": paper.name} if has_paper else {})}


def _beside(tables: Tables, folder: Path, up: str) -> list[dict[str, object]]:
    """List what the site has beside its pages: the briefs and the explorer."""
    made: list[dict[str, object]] = []
    if tables.about["edition"].get("reports", {}).get("ward_briefs", True):
        title = f"{capital(tables.levels.unit.one)} briefs"
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


def _environment(root: Path, tables: Tables) -> dict[str, str]:
    return {"SPI_ROOT": str(root), "SPI_TABLES": str(tables.folder.resolve())}
