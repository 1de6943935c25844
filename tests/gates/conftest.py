"""A copy of the project with both editions rendered, made once for all gates, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import AXE, FLAGS, chromium
from tests.support.once import once
from tests.support.project import WARDS_84, copy_project, run

#: Every kind of document of the illustrative edition.
KINDS_84 = (
    *("index", "borough-report", "decision", "accountability", "methods", "what-changed"),
    *("impact-overview", "impact"),
)
NOTEBOOKS_84 = ("methods", "ward-brief")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, shared by all workers."""
    return once(tmp_path_factory, "project", copy_project)


@pytest.fixture(scope="session")
def rendered(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``reports/lbbd-open`` of the copy, wholly rendered by the built-in engine."""

    def make(_: Path) -> None:
        run(project, "all", "lbbd-open", "--engine", "builtin")

    once(tmp_path_factory, "rendered", make)
    return project / "reports" / "lbbd-open"


@pytest.fixture(scope="session")
def rendered_84(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``reports/lbbd-84`` of the copy: every kind of document, two briefs and notebooks, data."""

    def make(_: Path) -> None:
        run(project, "build", "lbbd-84")
        run(project, "explore", "lbbd-84")
        run(project, "open-data", "lbbd-84")
        render = ("render", "lbbd-84", "--engine", "builtin")
        wards = [f"--area={code}" for code in WARDS_84]
        run(project, *render, *(f"--document={name}" for name in KINDS_84))
        run(project, *render, *wards)
        keyed = ("--document=partner-brief", "--document=commissioning-brief")
        run(project, *render, *keyed, "--only=nhs", "--only=crime-and-safety")
        notebooks = [f"--document={name}" for name in NOTEBOOKS_84]
        run(project, *render, "--format=ipynb", *notebooks, wards[0])

    once(tmp_path_factory, "rendered-84", make)
    return project / "reports" / "lbbd-84"


@pytest.fixture(scope="module", params=["lbbd-open", "lbbd-84"])
def site(request: pytest.FixtureRequest) -> Path:
    """The rendered folder of each edition in turn."""
    name = "rendered" if request.param == "lbbd-open" else "rendered_84"
    folder: Path = request.getfixturevalue(name)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield instance
        instance.close()


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.exists():
        pytest.skip(f"axe-core is not installed at {AXE} (make gates installs it where npm is)")
    return AXE.read_text(encoding="utf-8")
