"""An edition and its publishers, which a test may spoil."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fetching import Template, World, alone, make_template


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def world(tmp_path: Path, template: Template, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with alone(tmp_path, template, monkeypatch) as made:
        yield made
