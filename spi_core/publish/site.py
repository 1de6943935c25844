"""The pages of Quarto's site: `_quarto.yml` runs this file before and after `quarto render`.

Before, it writes a small `.qmd` for every page that the edition has, which includes the body that
it shares with its like: where the built-in engine has the page, so that links are the same. After,
it puts explorer, open data and tables beside the pages and looks at what Quarto has made.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

from spi_core.errors import SpiError
from spi_core.files import project_root
from spi_core.present.base.figure import VARIABLE as FIGURES
from spi_core.present.base.links import explorer_page
from spi_core.present.base.marks import page_mark
from spi_core.publish.documents import Choice, document_jobs
from spi_core.publish.editions import Edition
from spi_core.publish.kinds import FORMATS
from spi_core.publish.named import edition_named
from spi_core.publish.parts import write_parts
from spi_core.publish.render.convert import set_again
from spi_core.publish.render.page import page_body, page_header
from spi_core.publish.render.quarto import page_faults
from spi_core.publish.render.source import read_document
from spi_core.store import Tables
from spi_core.text.seal import seal

#: Names the edition of the site.
VARIABLE = "SPI_EDITION"
#: What all pages of a kind share.
BODIES = "_bodies"
#: The first line of what is written here, and so what may be removed again.
MADE = (
    "---\n# Written by spi_core/publish/site.py for `quarto render`: edit the notebook instead.\n"
)
#: What the settings that an edition brings are called: Quarto reads them over _quarto.yml.
SETTINGS = "_quarto.yml.local"
#: Pages of one folder would overwrite each other's pictures: no page is a file alone.
_FIGURES = """```{{python}}
#| include: false
import os

os.environ["{variable}"] = "_figures/{stem}"
```

"""
SKIP = '<a class="skip-link" href="#quarto-document-content">Skip to main content</a>'
_LEADS_ON = '<meta http-equiv="refresh"'
_BODY = re.compile(r"<body\b[^>]*>")
_LINK = re.compile(r"""<(?:a|link|img|script)\b[^>]*?\s(?:href|src)=["']([^"']*)["']""")


def site_pages(root: Path, edition: Edition) -> dict[str, str]:
    """Write what Quarto is to render, as text.

    Parameters
    ----------
    root : Path
        The project's folder.
    edition : Edition
        The edition, built.

    Returns
    -------
    dict of str to str
        Path within the project to content: pages, the bodies they share, the edition's settings.
    """
    tables = Tables(edition.folder / "tables")
    jobs = document_jobs(root, tables, root, Choice(formats=FORMATS))
    pages: dict[str, str] = {}
    briefs: list[str] = []
    for job in jobs:
        document, body = read_document(job.source), f"{BODIES}/{job.source.name}"
        pages[body] = page_body(document)
        said = {key: value for key, value in job.metadata.items() if key != "nav"}
        if "html" not in job.formats or "pdf" not in job.formats:
            said.pop("print-version", None)
        said["sidebar"] = False  # the docs have one
        said["keep-typ"] = True  # for what has more pages than it promises
        head = page_header(document, said, {**job.parameters, "edition": edition.name})
        place = job.output_stem.relative_to(root).as_posix() + ".qmd"
        include = f"{{{{< include /{body} >}}}}\n"
        head += _FIGURES.format(variable=FIGURES, stem=job.output_stem.name)
        pages[place] = MADE + head.removeprefix("---\n") + include
        briefs += [place] if "area" in job.parameters else []
    settings, listed = _settings(tables, jobs[0].metadata), ""
    if briefs:
        listed = f"{briefs[0].rpartition('/')[0]}/index.qmd"
        pages[listed] = _listing(tables, briefs)
    left = settings["website"]["navbar"]["left"]
    for item in left:
        if "#" in item["href"] and listed:
            item["href"] = listed
    left.insert(1 + bool(listed), {"text": "Data explorer", "href": explorer_page()})
    pages[SETTINGS] = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    return pages


def _settings(tables: Tables, metadata: Any) -> dict[str, Any]:
    """Say what the site is called, where it leads and what stands on each of its pages."""
    about = tables.about["edition"]
    left = [
        {"text": seal(item["title"]), "href": re.sub(r"^([^/]*)\.html$", r"\1.qmd", item["href"])}
        for item in metadata["nav"]
    ]
    website: dict[str, Any] = {
        "title": seal(str(about["title"])),
        "description": seal(str(about.get("subtitle", about["title"]))),
        "navbar": {"title": False, "left": left},  # beside the links it has no room
        "page-footer": {"left": seal(str(metadata["footer"]))},
    }
    if about.get("site"):
        website["site-url"] = str(about["site"])
    return {"website": website}


def _listing(tables: Tables, briefs: Iterable[str]) -> str:
    """Write the page that lists the briefs."""
    said = {
        "title": f"{tables.levels.unit.one.capitalize()} briefs",
        "format": {"html": {"toc": False}},
        "sidebar": False,
        "listing": {
            "contents": [Path(brief).name for brief in briefs],
            "type": "table",
            "fields": ["title"],
            "sort": "title",
            "sort-ui": False,
            "page-size": 1000,
        },
    }
    return f"{MADE}{yaml.safe_dump(said, allow_unicode=True, sort_keys=False)}---\n"


def write_site(root: Path, edition: Edition) -> None:
    """Write the pages of an edition's site; those of another edition go.

    Parameters
    ----------
    root : Path
        The project's folder.
    edition : Edition
        The edition, built; its explorer and open data are made where they are not up to date.

    Raises
    ------
    SpiError
        If it is not built, or not under the disclosure rules of now.
    """
    write_parts(root, [edition])
    pages = site_pages(root, edition)
    for path in [*root.glob("*.qmd"), *root.glob("*/*.qmd")]:
        place = path.relative_to(root).as_posix()
        with path.open(encoding="utf-8", errors="replace") as stream:
            ours = place.startswith(f"{BODIES}/") or stream.read(len(MADE)) == MADE
        if ours and place not in pages:
            path.unlink()
    for place, text in pages.items():
        path = root / place
        # a preview renders again what was written
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")


def finish_site(edition: Edition, folder: Path, whole: bool = True) -> list[str]:
    """Put what is no page into the site, and look at the pages.

    Parameters
    ----------
    edition : Edition
        The edition.
    folder : Path
        Where Quarto has written the site, in the project's folder.
    whole : bool
        Whether it has written all pages, so that every link has a page to lead to.

    Returns
    -------
    list of str
        What is wrong with it: code left on a page, a missing style, links that lead nowhere.
    """
    for part in ("explorer", "open-data", "tables"):
        if (edition.folder / part).is_dir():
            shutil.copytree(edition.folder / part, folder / part, dirs_exist_ok=True)
    for path in (*edition.folder.glob("*.csv"), *edition.folder.glob("*/*.json")):
        place = folder / path.relative_to(edition.folder)
        place.parent.mkdir(exist_ok=True)
        shutil.copy2(path, place)
    for pdf in folder.rglob("*.pdf"):
        kept = (folder.parent / pdf.relative_to(folder)).with_suffix(".typ")
        if kept.is_file():
            pdf.write_bytes(set_again(kept, pdf.read_bytes()))
    pages, above = _pages(folder), _above(Tables(edition.folder / "tables"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        if SKIP not in text:
            made = _BODY.sub(lambda tag: f"{tag[0]}\n{above}", text, count=1)
            page.write_text(made, encoding="utf-8", newline="\n")
    return [fault for page in pages for fault in _faults(folder, page, whole)]


def _above(tables: Tables) -> str:
    """Write what stands above all else on a page, where Quarto lets nothing stand."""
    mark = page_mark(tables.about)
    aside = f'<aside class="mark" aria-label="Status of this document">{html.escape(mark)}</aside>'
    return f"{SKIP}\n{aside}" if mark else SKIP


def _pages(folder: Path) -> list[Path]:
    """List the pages; a first one that only leads on to another is Quarto's own."""
    return [
        page
        for page in sorted(folder.rglob("*.html"))
        if page.relative_to(folder).parts[0] not in ("explorer", "open-data", "site_libs")
        and _LEADS_ON not in page.read_text(encoding="utf-8")
    ]


def _faults(folder: Path, page: Path, whole: bool) -> Iterator[str]:
    name, text = page.relative_to(folder).as_posix(), page.read_text(encoding="utf-8")
    for fault in page_faults(text):
        yield f"{name}: {fault}"
    for link in sorted({html.unescape(found) for found in _LINK.findall(text) if whole}):
        parts = urlsplit(link)
        if not parts.scheme and not parts.netloc and parts.path:
            target = (folder if link.startswith("/") else page.parent) / unquote(parts.path).lstrip(
                "/"
            )
            if not target.exists():
                yield f"{name}: a link leads nowhere: {link}"


def main() -> int:
    """Do what Quarto asks for: before it renders, or after."""
    try:
        edition = edition_named(os.environ.get(VARIABLE) or "lbbd-open")
        if "QUARTO_PROJECT_OUTPUT_FILES" not in os.environ:
            write_site(project_root(), edition)
            return 0
        folder = Path(os.environ["QUARTO_PROJECT_OUTPUT_DIR"])
        faults = finish_site(edition, folder, "QUARTO_PROJECT_RENDER_ALL" in os.environ)
    except SpiError as error:
        faults = [str(error)]
    for fault in faults:
        print(fault, file=sys.stderr)
    return min(len(faults), 1)


if __name__ == "__main__":
    sys.exit(main())
