"""The open data of every edition pass the validators of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.open_formats import faults_of

pytestmark = pytest.mark.gate


def test_outside_validators_find_nothing(site: Path) -> None:
    assert faults_of(site / "open-data") == []
