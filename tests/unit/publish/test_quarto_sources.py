"""The sources use documented Quarto syntax only: every name is looked up in a list of its manual.

Quarto ignores most names that it does not know, so a slip of the pen shows in no page. The lists
hold what the manual of Quarto 1.9 documents and the sources may use; whoever needs another name
looks it up and adds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from spi_core.present.base.edition import ABSENT, EMPTY
from spi_core.present.base.fonts import theme_dir
from spi_core.publish.render.source import read_document
from tests.support.editions import ROOT

SOURCES = sorted((ROOT / "notebooks").glob("*.qmd"))


def names(text: str) -> set[str]:
    return set(text.split())


PROJECT = names("type output-dir render execute-dir resources preview pre-render post-render")
WEBSITE = names(
    "title description site-url favicon search page-navigation page-footer navbar sidebar "
    "repo-url reader-mode back-to-top-navigation bread-crumbs"
)
NAVBAR = names("title logo background foreground search pinned collapse left right tools")
NAVIGATION = names("href file text icon aria-label rel target menu")
EXECUTE = names("echo output include eval warning error cache freeze daemon enabled")
DOCUMENT = names(
    "title subtitle author date date-format lang description format execute bibliography csl brand "
    "metadata-files number-sections number-depth toc toc-depth toc-title citeproc jupyter filters"
)
#: Metadata of ours: the template's partials print it, and the built-in engine keeps `pages`.
OWN = names("kicker mark footer site-page pages")
HTML = names(
    "toc toc-depth toc-title css template-partials embed-resources html-math-method fig-format "
    "filters theme minimal template number-sections format-links"
)
TYPST = names(
    "toc toc-depth toc-title papersize margin font-paths pdf-standard fig-format filters "
    "template-partials include-in-header shift-heading-level-by section-numbering keep-typ"
)
CELL = names(
    "echo output include eval warning error label fig-cap fig-alt tbl-cap tbl-colwidths tags "
    "layout layout-ncol layout-valign classes"
)
DIV_ATTRIBUTES = names(
    "layout layout-ncol layout-valign title collapse when-format unless-format when-meta "
    "tbl-colwidths "
    "fig-alt width"
)
FORMATS = {"html", "typst"}
#: What an edition may do without, spi_core.present.base.edition.conditions, and what a chapter
#: may hold, spi_core.present.impact.parts.conditions.
ASKED = {"no-maps", "no-small-maps", "one-period", *ABSENT, *EMPTY}
ASKED |= {"estimated", "generated", "decided", "wide"}
CALLOUTS = {f"callout-{kind}" for kind in names("note tip important warning caution")}

_DIV = re.compile(r"^:{3,}\s*\{(?P<attributes>[^}]*)\}", re.MULTILINE)
_PAIR = re.compile(r"([\w-]+)=(?:\"([^\"]*)\"|(\S+))")
_LABEL = re.compile(r"\{#(?P<label>[\w-]+)")


def project() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "_quarto.yml").read_text(encoding="utf-8")))


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def check_formats(formats: object) -> None:
    if not isinstance(formats, Mapping):
        assert formats in FORMATS
        return
    assert set(formats) <= FORMATS
    for name, allowed in (("html", HTML), ("typst", TYPST)):
        options = formats.get(name)
        if isinstance(options, Mapping):
            assert set(options) - allowed - DOCUMENT - OWN == set()
        else:
            assert options in (None, "default")


def test_the_project_file() -> None:
    settings = project()
    assert set(settings.pop("project")) <= PROJECT
    site = settings.pop("website")
    assert set(site) <= WEBSITE
    assert set(site["navbar"]) <= NAVBAR
    assert all(set(item) <= NAVIGATION for item in site["navbar"]["right"])
    assert set(settings) <= DOCUMENT
    assert set(settings["execute"]) <= EXECUTE
    check_formats(settings["format"])


def test_files_that_the_project_names_exist() -> None:
    settings = project()
    del settings["project"]["render"]
    decisions = settings["website"]["sidebar"]["contents"].pop()["contents"]
    assert list(ROOT.glob(decisions))
    # Quarto stops at a pattern that finds nothing, also before `make docs`
    (reference,) = (p for p in settings["website"]["sidebar"]["contents"] if "Reference" in str(p))
    found = ROOT.glob(reference["contents"].pop(0)["contents"])
    assert {"commands.md", "inputs.md"} <= {path.name for path in found}
    named = [text for text in strings(settings) if "/" in text or text.endswith(".yml")]
    assert len(named) > 15
    assert [text for text in named if not (ROOT / text).exists()] == []
    brand = yaml.safe_load((ROOT / "_brand.yml").read_text(encoding="utf-8"))
    files = [file["path"] for font in brand["typography"]["fonts"] for file in font["files"]]
    assert files
    assert [path for path in files if not (ROOT / path).is_file()] == []


def test_a_notebook_by_itself_has_the_options_of_the_project() -> None:
    """A file outside `project: render` gets nothing of _quarto.yml: _page.yml stands in."""
    alone = yaml.safe_load((ROOT / "notebooks" / "_page.yml").read_text(encoding="utf-8"))
    whole = project()
    rooted = yaml.safe_load(yaml.safe_dump(alone).replace("../", ""))
    assert rooted["format"]["typst"] == whole["format"]["typst"]
    for key in ("brand", "lang", "date-format", "execute"):
        assert rooted[key] == whole[key]
    web = rooted["format"]["html"]
    page = yaml.safe_load((theme_dir() / "page.yml").read_text(encoding="utf-8"))
    assert page == {key: rooted[key] for key in ("date-format", "format")}
    for key in ("filters", "template-partials", "html-math-method", "fig-format"):
        assert web[key] == whole["format"]["html"][key]
    assert [text for text in strings(rooted) if "/" in text and not (ROOT / text).exists()] == []
    for path in SOURCES:
        assert read_document(path).metadata["metadata-files"] == ["_page.yml"], path.name


def test_notebooks_are_no_pages_of_the_site() -> None:
    """A pattern without a slash in front would take them in, at other addresses."""
    assert all(pattern.startswith("/") for pattern in project()["project"]["render"])
    assert not any("notebooks" in pattern for pattern in project()["project"]["render"])


def test_quarto_finds_its_lines_in_gitignore() -> None:
    """It writes those that are missing into the tracked file (project-gitignore.ts)."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/.quarto/", "**/*.quarto_ipynb", "/_*.local"} <= set(lines)


def test_the_brand_leaves_the_size_of_text_to_the_format() -> None:
    """10pt would be 13 px on the web; the Typst template sets its own."""
    brand = yaml.safe_load((ROOT / "_brand.yml").read_text(encoding="utf-8"))
    assert "size" not in brand["typography"]["base"]


def test_a_document_without_a_pdf_declares_none() -> None:
    kinds = yaml.safe_load((ROOT / "notebooks" / "documents.yml").read_text(encoding="utf-8"))
    for name, row in kinds.items():
        declared = set(read_document(ROOT / row["source"]).metadata["format"])
        made = {{"pdf": "typst"}.get(kind, kind) for kind in row.get("formats", ("html", "pdf"))}
        assert declared == made, name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_headers_and_cells(path: Path) -> None:
    document = read_document(path)
    assert set(document.metadata) - DOCUMENT - OWN == set()
    assert set(document.metadata.get("execute") or {}) <= EXECUTE
    check_formats(document.metadata.get("format", "html"))
    for cell in document.cells:
        assert set(cell.options) <= CELL, cell.name
    codes = [cell for cell in document.cells if cell.kind == "code"]
    assert [cell.is_parameters for cell in codes].count(True) <= 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_blocks_labels_and_conditions(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for match in _DIV.finditer(text):
        pairs = _PAIR.findall(match["attributes"])
        assert {name for name, *_ in pairs} <= DIV_ATTRIBUTES, match[0]
        for name, quoted, bare in pairs:
            if name in {"when-format", "unless-format"}:
                assert (quoted or bare) in FORMATS, match[0]
            if name == "when-meta":
                assert (quoted or bare) in ASKED, match[0]
        classes = re.findall(r"\.([\w-]+)", re.sub(_PAIR, "", match["attributes"]))
        kinds = {name for name in classes if name.startswith("callout-")}
        assert kinds <= CALLOUTS, match[0]
    for match in _LABEL.finditer(text):
        assert match["label"].split("-")[0] in {"fig", "tbl", "eq", "sec"}, match[0]
