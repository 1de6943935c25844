"""A copy of the project with everything rendered, made once for all gates."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT = shutil.ignore_patterns(".git", ".venv", "reports", "__pycache__", ".*_cache", ".hypothesis")


def copy_project(folder: Path) -> Path:
    shutil.copytree(ROOT, folder, ignore=LEFT)
    return folder


def command(project: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Give the command line and environment of ``spi`` in a copy of the project."""
    environment = {**os.environ, "SPI_ROOT": str(project), "PYTHONPATH": str(project)}
    return [sys.executable, "-m", "spi_core.cli", *arguments], environment


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``reports/lbbd-open`` of a copy of the project, wholly rendered."""
    project = copy_project(tmp_path_factory.mktemp("gates") / "project")
    line, environment = command(project, "all", "lbbd-open", "--quiet")
    subprocess.run(line, cwd=project, env=environment, check=True)
    return project / "reports" / "lbbd-open"
