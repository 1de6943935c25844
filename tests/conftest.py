"""Where tests have their folders, and the open edition built once for all who read it."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from tests.support.editions import OPEN
from tests.support.once import once


def pytest_configure() -> None:
    """Keep folders of tests near the root: a socket's path has room for 107 bytes."""
    if len(tempfile.gettempdir()) > 20 and os.access("/tmp", os.W_OK):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", "/tmp")


@pytest.fixture(scope="session")
def built_open(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``reports/lbbd-open`` with all tables and no documents: to read, or to copy and write to."""
    return once(tmp_path_factory, "lbbd-open", lambda folder: build(load(OPEN), folder))


@pytest.fixture
def usual_cells() -> Iterator[None]:
    """Let cells of CSV have the usual length: libraries of other tests raise it for the process."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)
