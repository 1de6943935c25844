"""README's lines for Windows, run as they stand there, without what Windows lacks.

``tests/support/windows`` takes it away in every process: no fork, so that workers are spawned; no
renaming onto a file, none removed that is open; no name that Windows refuses; text without an
encoding is cp1252. Console and folders are those of an office: cp1252, blanks, letters beyond it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from tests.support.editions import ROOT
from tests.support.project import files

pytestmark = pytest.mark.gate

BLOCK = re.compile(r"```powershell\n(.*?)```", re.DOTALL)
#: What is made anew on Windows; the rest must be found up to date.
REMADE = ("tables", "explorer", "open-data", "index.html", "what-changed.html", "what-changed.pdf")


@pytest.fixture(scope="module")
def lines() -> list[list[str]]:
    """The words of each line; Windows knows no other shell's ``&&``."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split("## On Windows\n")[1].split("\n## ")[0]
    found = [line.split() for block in BLOCK.findall(section) for line in block.splitlines()]
    assert len(found) >= 6
    return found


def test_what_sets_up_is_what_make_does(lines: list[list[str]]) -> None:
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line[1:] for line in lines if "install" in line]
    assert len(installs) == 2
    for words in installs:
        assert any(set(words) <= set(rule.split()) for rule in made.splitlines()), words
    named = re.search(r"^name: (\S+)", (ROOT / "environment.yml").read_text("utf-8"), re.MULTILINE)
    assert named
    assert ["conda", "activate", named[1]] in lines
    known = {"conda", "py", "python", "spi", "start"}
    assert {PureWindowsPath(line[0]).name for line in lines} <= known


@pytest.fixture(scope="module")
def office(project: Path, rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project in a council's folder, with all that was rendered but what is made anew."""
    there = tmp_path_factory.mktemp("office") / "Ann Smith – Zoë" / "social progress (中)"
    shutil.copytree(project, there, ignore=shutil.ignore_patterns("reports"))
    brief = "E05000029-*"
    left = shutil.ignore_patterns(*REMADE, brief)
    shutil.copytree(rendered, there / "reports" / rendered.name, ignore=left)
    kept = Path("reports", ".private", rendered.name)
    shutil.copytree(project / kept, there / kept)
    (there / "tmp folder").mkdir()
    return there


def test_the_lines_make_the_same_files(
    office: Path, rendered: Path, lines: list[list[str]]
) -> None:
    environment = {
        **{k: v for k, v in os.environ.items() if k not in ("SPI_ROOT", "LC_ALL", "LANG")},
        "WINDOWS_BELOW": str(office),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests/support/windows"), str(office)]),
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "cp1252",
        "TMPDIR": str(office / "tmp folder"),
    }
    for words in {tuple(line) for line in lines if PureWindowsPath(line[0]).name == "spi"}:
        done = subprocess.run(
            [sys.executable, "-m", "spi_core.cli", *words[1:]],
            cwd=office,
            env=environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode("cp1252")
        assert done.stderr == b""
        assert " -> reports/lbbd-open" in done.stdout.decode("cp1252")
    (page,) = (line[1] for line in lines if line[0] == "start")
    assert (office / Path(*PureWindowsPath(page).parts)).is_file()
    there, here = files(office / "reports" / "lbbd-open"), files(rendered)
    assert there.keys() == here.keys()
    assert [name for name in here if there[name] != here[name]] == []
    assert list((office / "tmp folder").iterdir()) == []
