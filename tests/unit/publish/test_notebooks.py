"""Notebooks hold words, layout and one call a cell: an analyst can move, cut and reword them."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.publish.documents import Choice, document_jobs
from spi_core.publish.render.engine import render
from spi_core.publish.render.source import read_document
from spi_core.store import Tables
from tests.support.editions import ROOT, WARDS, make_edition, settings

SOURCES = sorted((ROOT / "notebooks").glob("*.qmd"))
#: A program, however small: what belongs to spi_core.present.
PROGRAM = (
    *(ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.IfExp, ast.With),
    *(ast.Try, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.BoolOp, ast.Compare),
    *(ast.AugAssign, ast.JoinedStr, ast.Starred, ast.BinOp),
)
_INLINE = re.compile(r"`\{python\} ([^`]+)`")


def code(path: Path) -> Iterator[tuple[str, ast.Module, bool]]:
    """Every cell and inline expression of a notebook; whether it is the cell that sets up."""
    for cell in read_document(path).cells:
        if cell.kind == "code" and not cell.is_parameters:
            yield cell.name, ast.parse(cell.source), cell.options.get("include") is False
    for found in _INLINE.finditer(path.read_text("utf-8")):
        yield found[1], ast.parse(found[1].strip()), False


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_holds_no_program(path: Path) -> None:
    assert sum(setup for *_, setup in code(path)) == 1
    for name, tree, setup in code(path):
        inside = [type(node) for node in ast.walk(tree) if isinstance(node, PROGRAM)]
        assert inside == [], name
        kinds = [type(line) for line in tree.body]
        if setup:
            assert set(kinds) <= {ast.Import, ast.ImportFrom, ast.Assign}, name
        else:
            assert kinds == [ast.Expr], name
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert all(n.startswith("spi_core.") for n in names), (name, names)


def test_every_text_beside_the_notebooks_is_asked_for() -> None:
    """A misspelt name of a caption or of its end would be a text that nobody ever sees."""
    python = (p.read_text("utf-8") for p in (ROOT / "spi_core").rglob("*.py"))
    used = "".join([*python, *(p.read_text("utf-8") for p in SOURCES)])
    ends = re.compile(r"\.(none|lead|one-period|no-[a-z-]+)")
    for path in sorted((ROOT / "notebooks" / "words").glob("*.yml")):
        for key, value in yaml.safe_load(path.read_text("utf-8")).items():
            names = [f"{key}.{part}" for part in value] if isinstance(value, dict) else [key]
            for name in names:
                asked = ends.sub("", str(name))
                section, _, part = asked.rpartition(".")
                quoted = [f"{mark}{text}{mark}" for text in (asked, part) for mark in "'\""]
                quoted += [f'"{section}.'] * bool(section)  # the rest follows from the figures
                assert any(part in used for part in quoted), (path.name, name)


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Pages of a copy whose notebooks have their sections in the contrary order and other words."""
    root = tmp_path_factory.mktemp("edited")
    for name in ("_quarto.yml", "_brand.yml"):
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    theme = "spi_core/present/theme"
    shutil.copytree(ROOT / theme, root / theme)
    for path in (root / "notebooks").glob("*.qmd"):
        path.write_text(turned(path.read_text("utf-8")), "utf-8")
    words = root / "notebooks" / "words" / "report.yml"
    caption = r"(?m)^fig-dots: .*$"  # whatever it says today
    text, n = re.subn(caption, 'fig-dots: "Points in {now}"', words.read_text("utf-8"))
    assert n == 1
    words.write_text(text, "utf-8")
    edition = make_edition(root / "data" / "tiny")
    listed = ["index", "borough-report", "methods", "what-changed"]
    settings(edition, lambda s: s["reports"].update(documents=listed))
    build(load(edition), root / "reports" / "tiny")
    tables = Tables(root / "reports" / "tiny" / "tables")
    choice = Choice(documents=(*listed, "ward-brief"), areas=WARDS[:1], formats=("html",))
    results = render(document_jobs(root, tables, tables.folder.parent, choice), n_workers=1)
    assert [r.error for r in results if r.error] == []
    return {r.job.source.stem: r.outputs[0].read_text("utf-8") for r in results}


def turned(text: str) -> str:
    """Turn the order of the sections round, and say so in each heading."""
    start, *parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    whole = [part for part in parts if part.count(":::") % 2 == 0 and fenced(part)]
    for part, other in zip(list(whole), reversed(whole), strict=True):
        parts[parts.index(part)] = "\0" + other
    return start + "".join(p.lstrip("\0").replace("## ", "## Reworded: ", 1) for p in parts)


def fenced(part: str) -> bool:
    """Whether every block that a section opens is closed within it."""
    depth = 0
    for line in re.findall(r"^:{3,}.*$", part, re.MULTILINE):
        depth += 1 if line.strip(": ") else -1
        if depth < 0:
            return False
    return depth == 0


def test_sections_can_be_moved_and_words_changed(edited: dict[str, str]) -> None:
    report = edited["borough-report"]
    assert report.count("Reworded: ") >= 2 * 5  # in the contents and above the section
    assert report.index("Reworded: Sources") < report.index("Reworded: The numbers")
    assert "Points in 2014" in report
    assert {"index", "borough-report", "methods", "what-changed", "ward-brief"} == set(edited)
    assert all("Reworded: " in page for page in edited.values())


@pytest.mark.parametrize("name", ["index", "borough-report", "methods", "what-changed"])
def test_a_section_that_is_cut_leaves_the_rest(edited: dict[str, str], name: str) -> None:
    assert "??" not in edited[name]
