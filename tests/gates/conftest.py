"""A copy of the project with both editions rendered, made once for all gates."""

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


#: Every kind of document of the illustrative edition, and two wards: the other briefs are alike.
KINDS_84 = ("index", "borough-report", "methods", "what-changed", "impact-overview", "impact")
#: The second has the longest brief: it goes to a third page first.
WARDS_84 = ("E05000026", "E05000029")
NOTEBOOKS_84 = ("methods", "ward-brief")


def run(project: Path, *arguments: str) -> None:
    line, environment = command(project, *arguments, "--quiet")
    subprocess.run(line, cwd=project, env=environment, check=True)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project."""
    return copy_project(tmp_path_factory.mktemp("gates") / "project")


@pytest.fixture(scope="session")
def rendered(project: Path) -> Path:
    """``reports/lbbd-open`` of the copy, wholly rendered by the built-in engine."""
    run(project, "all", "lbbd-open", "--engine", "builtin")
    return project / "reports" / "lbbd-open"


@pytest.fixture(scope="session")
def rendered_84(project: Path) -> Path:
    """``reports/lbbd-84`` of the copy: every kind of document, two briefs, two notebooks."""
    run(project, "build", "lbbd-84")
    run(project, "explore", "lbbd-84")
    render = ("render", "lbbd-84", "--engine", "builtin")
    wards = [f"--area={code}" for code in WARDS_84]
    run(project, *render, *(f"--document={name}" for name in KINDS_84))
    run(project, *render, *wards)
    run(project, *render, "--format=ipynb", *(f"--document={n}" for n in NOTEBOOKS_84), wards[0])
    return project / "reports" / "lbbd-84"


@pytest.fixture(scope="session", params=["lbbd-open", "lbbd-84"])
def site(request: pytest.FixtureRequest) -> Path:
    """The rendered folder of each edition in turn."""
    name = "rendered" if request.param == "lbbd-open" else "rendered_84"
    folder: Path = request.getfixturevalue(name)
    return folder


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
