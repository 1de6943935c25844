"""The house: rooms in the order in which data flows, and a check that would notice."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from tests.support.editions import ROOT

LINT = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache", str(folder / "pyproject.toml")],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "spi_core", tmp_path / "spi_core")
    return tmp_path


def test_rooms_import_only_from_those_above_them(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout
    assert "3 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("edition/panel.py", "from spi_core.method.score import score"),
        ("method/score.py", "from spi_core.edition.panel import Panel"),
        ("present/base/words.py", "from spi_core.publish.documents import Choice"),
        ("present/base/words.py", "from spi_core.method.intervals import wilson"),
        ("explorer/figures.py", "from spi_core.uncertainty.gaps import gap"),
    ],
)
def test_an_import_turned_round_is_found(copy: Path, module: str, line: str) -> None:
    path = copy / "spi_core" / module
    path.write_text(path.read_text("utf-8") + f"\n{line}\n", "utf-8")
    done = lint(copy)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout


def test_a_module_without_a_room_is_found(copy: Path) -> None:
    (copy / "spi_core" / "attic.py").write_text('"""Nobody said where this belongs."""\n', "utf-8")
    assert lint(copy).returncode == 1


def test_the_house_stays_readable() -> None:
    """A screen of rooms, rooms of at most 15, modules of one verb."""
    package = ROOT / "spi_core"
    flat = [p for p in package.glob("*.py") if p.name != "__init__.py"]
    assert len(flat) <= 7
    for folder in {p.parent for p in package.rglob("*.py")} - {package}:
        modules = [p for p in folder.glob("*.py") if p.name != "__init__.py"]
        assert len(modules) <= 15, folder
    long = {
        p: n for p in package.rglob("*.py") if (n := len(p.read_text("utf-8").splitlines())) > 350
    }
    assert not long
    assert (
        sum(len(p.read_text("utf-8").splitlines()) for p in (package / "method").glob("*.py"))
        <= 3000
    )


#: Declared though no module or notebook of ours imports them, and why.
NEEDED = {
    "ipykernel": "runs notebooks that --format ipynb writes, and Quarto's cells",
    "nbclient": "with it Quarto runs cells",
}


def plain(name: str) -> str:
    """Give a distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[ <>=!\[;]", name, maxsplit=1)[0]).lower()


def imported() -> set[str]:
    """Distributions that modules and notebooks import; extras are imported where they are used."""
    found = set()
    for path in (ROOT / "spi_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module or "")
    for path in (ROOT / "notebooks").glob("*.qmd"):
        found |= set(re.findall(r"^(?:import|from) (\S+)", path.read_text("utf-8"), re.MULTILINE))
    made_by = packages_distributions()
    names = {name.partition(".")[0] for name in found} - {"spi_core"}
    return {plain(d) for name in names - sys.stdlib_module_names for d in made_by[name]}


def test_what_is_declared_is_imported_and_what_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {plain(d) for d in project["dependencies"]}
    extra = {plain(d) for d in project["optional-dependencies"]["cluster"]}
    assert imported() | set(NEEDED) == declared | extra
    assert not imported() & set(NEEDED)


def test_the_conda_environment_has_the_same_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    by_pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    names = {plain(d) for d in [*(e for e in listed if isinstance(e, str)), *by_pip]}
    brought = {"python", "quarto", "jupyter", "pip", "", "-e"}
    assert names - brought == {plain(d) for d in project["dependencies"]}


def test_docstrings_do_not_repeat_the_type_that_the_signature_gives() -> None:
    bare = []
    for path in (ROOT / "spi_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                said = (ast.get_docstring(node) or "").partition("Returns\n-------\n")[2]
                first, _, rest = said.partition("\n")
                if first and " : " not in first and not rest.startswith(" "):
                    bare.append(f"{path.name}: {node.name}")
    assert bare == []


def test_helpers_of_tests_have_one_import_path() -> None:
    """A helper imported by two names is loaded twice, and what its copies hold differs."""
    helpers = {path.stem for path in (ROOT / "tests" / "support").glob("*.py")}
    other = []
    for path in (*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                top, _, rest = node.module.partition(".")
                if top in helpers or (top == "tests" and rest.partition(".")[0] != "support"):
                    other.append(f"{path.relative_to(ROOT)}: {node.module}")
    assert other == []


#: How many arguments without a name end with the encoding, and what else must be said.
TEXT = {"read_text": (1, set()), "write_text": (2, {"newline"}), "open": (3, set())}


def test_text_is_read_and_written_alike_on_every_system() -> None:
    """On Windows text without an encoding is cp1252, and lines end otherwise."""
    other = []
    for path in sorted((ROOT / "spi_core").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            named, said = node.func.attr, {keyword.arg for keyword in node.keywords}
            modes = [str(a.value) for a in node.args if isinstance(a, ast.Constant)]
            opens = named == "open" and "fileobj" not in said and not any("b" in m for m in modes)
            n, more = TEXT.get(named, (0, set()))
            if named == "open" and (not opens or (node.args and not modes)):
                continue  # bytes, or no file of its own
            where = f"{path.relative_to(ROOT)}:{node.lineno}: {named}"
            if n and not (more <= said and ("encoding" in said or len(node.args) >= n)):
                other.append(where)
            if named in ("run", "Popen") and "text" in said:
                other.append(f"{where} with text= and no encoding")
    assert other == []
