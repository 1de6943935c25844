"""The explorer of a made-up place, open on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.explorer_browser import Tab, made_data, served, write_site


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return made_data()


@pytest.fixture(scope="module")
def folder(data: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(data, tmp_path_factory.mktemp("explorer") / "made-up")


@pytest.fixture(scope="module")
def host(folder: Path) -> Iterator[str]:
    with served(folder) as address:
        yield address


@pytest.fixture(params=[320, 1280])
def tab(request: pytest.FixtureRequest, browser: Any, folder: Path, host: str) -> Iterator[Tab]:
    """A phone that opens the file itself, and a desk that gets it from a server."""
    base = f"{folder.as_uri()}/" if request.param == 320 else host
    opened = Tab(browser, base, request.param)
    yield opened.open()
    opened.close()
