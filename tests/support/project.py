"""A copy of the project, ``spi`` run in it, and the documents that it made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.editions import ROOT

LEFT = shutil.ignore_patterns(".git", ".venv", "reports", "__pycache__", ".*_cache", ".hypothesis")

#: Two wards of the illustrative edition: the other briefs are alike. The second has the longest
#: brief: it goes to a third page first.
WARDS_84 = ("E05000026", "E05000029")


def copy_project(folder: Path) -> Path:
    shutil.copytree(ROOT, folder, ignore=LEFT)
    return folder


def copy_documents(folder: Path) -> None:
    """Copy what a project needs to know its documents, and nothing else of it."""
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")


def command(project: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Give the command line and environment of ``spi`` in a copy of the project."""
    environment = {**os.environ, "SPI_ROOT": str(project), "PYTHONPATH": str(project)}
    return [sys.executable, "-m", "spi_core.cli", *arguments], environment


def run(project: Path, *arguments: str) -> None:
    line, environment = command(project, *arguments, "--quiet")
    subprocess.run(line, cwd=project, env=environment, check=True)


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, by name."""
    found = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def pages(site: Path) -> list[Path]:
    """Every HTML document of an edition; the explorer has tests of its own."""
    found = [p for p in sorted(site.rglob("*.html")) if "explorer" not in p.parts]
    assert len(found) >= 8, found
    return found


def pdfs(site: Path) -> list[Path]:
    """Every PDF of an edition."""
    found = sorted(site.rglob("*.pdf"))
    assert len(found) >= 7, found
    return found
