"""The house: rooms in the order in which data flows, and a check that would notice."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
    assert "2 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("edition/panel.py", "from spi_core.method.score import score"),
        ("method/score.py", "from spi_core.edition.panel import Panel"),
        ("present/base/words.py", "from spi_core.publish.documents import Choice"),
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
