"""The docs: pages made from what they describe, links that lead somewhere, commands there are."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer
import yaml

from spi_core.cli import app
from tests.support.editions import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
#: What is read where it lies, and is no page of the site.
OTHERS = [
    p for p in ROOT.rglob("*.md") if p not in PAGES and not {".venv", "reports"} & set(p.parts)
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


def prose(page: Path) -> str:
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """The names that Pandoc, and GitHub, give headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    words = (re.sub(r"[^\w\- ]", "", h.lower()).strip() for h in HEADING.findall(text))
    return {re.sub(r"^[\d\-_.]+", "", word.replace(" ", "-")) for word in words}


def faults(page: Path) -> Iterator[str]:
    for link in LINK.findall(prose(page)):
        address, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", address):
            continue
        target = (page.parent / unquote(address)).resolve() if address else page
        if not target.exists():
            yield f"{link}: there is no such file"
        elif page in PAGES and not target.is_relative_to(DOCS):
            yield f"{link}: is no page of the site"
        elif (
            anchor
            and target.suffix == ".md"
            and re.sub(r"^[\d\-_.]+", "", anchor) not in anchors(target)
        ):
            yield f"{link}: there is no such heading"


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(faults(page)) == []


def test_every_page_is_found_from_the_first_and_in_the_sites_list() -> None:
    seen, ahead = set[Path](), [DOCS / "index.md"]
    while ahead:
        page = ahead.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(page.read_text("utf-8")))
        ahead += [(page.parent / link).resolve() for link in links if link.endswith(".md")]
    assert sorted(set(PAGES) - seen) == []
    site = yaml.safe_load((ROOT / "_quarto.yml").read_text("utf-8"))["website"]["sidebar"]
    listed = [path for entry in leaves(site["contents"]) for path in ROOT.glob(entry)]
    assert sorted(set(PAGES) - set(listed)) == []


def leaves(entries: Any) -> Iterator[str]:
    for entry in [entries] if isinstance(entries, str) else entries:
        yield from [entry] if isinstance(entry, str) else leaves(entry["contents"])


@pytest.fixture(scope="module")
def make() -> Any:
    spec = importlib.util.spec_from_file_location("docs_make", DOCS / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_made_from_schemas_and_parser_are_as_these_are(make: Any) -> None:
    for path, text in make.committed().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run 'make docs'"


def test_the_built_in_engine_renders_them_with_links_between_them(
    make: Any, tmp_path: Path
) -> None:
    named = [DOCS / name for name in ("index.md", "explanation/ratings.md", "explain.md")]
    made = make.render(named, tmp_path)
    assert "<title>Where a number comes from</title>" in made[2].read_text(encoding="utf-8")
    for page in made:
        text = page.read_text(encoding="utf-8")
        links = re.findall(r'href="([^#"]+)"', text)
        assert links
        named = {(page.parent / unquote(link)).resolve() for link in links}
        sources = {DOCS / p.relative_to(tmp_path) for p in named}
        assert [p for p in sources if not list(p.parent.glob(f"{p.stem}.*md"))] == []
        assert "<h1" in text
        assert "](" not in text


def shown(page: Path) -> Iterator[list[str]]:
    """Every ``spi`` command of a page's blocks, as a shell would take it apart."""
    for language, block in FENCE.findall(page.read_text(encoding="utf-8")):
        if language in ("", "sh", "powershell") and page.name != "commands.md":
            for line in block.replace("\\\n", " ").splitlines():
                for part in line.split("&&"):
                    words = shlex.split(part, comments=True, posix=language != "powershell")
                    if words and re.search(r"(^|[\\/])spi$", words[0]):
                        yield words[1:]


def test_every_command_that_is_shown_is_one_that_the_parser_takes() -> None:
    group: Any = typer.main.get_command(app)
    n = 0
    for page in [*PAGES, ROOT / "README.md"]:
        for words in shown(page):
            command, left = group, words
            with group.make_context("spi", words) as context:
                while hasattr(command, "commands"):
                    _, command, left = command.resolve_command(context, left)
                command.make_context(words[0], [w for w in left if w != "--help"], parent=context)
            n += 1
    assert n > 30
