"""Whatever is done to an edition's files, reading it either works or names the fault.

A share of what ``python -m benchmarks fuzz`` tries: 2,000 loads, 400 imports and 50 builds take
twenty minutes of a processor.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import fuzz

pytestmark = pytest.mark.gate


def test_any_spoiled_edition_loads_or_is_refused_with_a_reason(tmp_path: Path) -> None:
    found = fuzz.loads(tmp_path, 60)
    assert found["fault"] > 20, "the mutations spoil too little to test anything"
    assert found["result"] > 10


def test_any_spoiled_extract_is_understood_or_refused_with_a_reason(tmp_path: Path) -> None:
    found = fuzz.imports(tmp_path, 20)
    assert found["fault"] > 1  # of 20, and by chance
    assert found["result"] > 0


def test_a_figure_that_moves_moves_its_score(tmp_path: Path) -> None:
    assert fuzz.builds(tmp_path, 3) == {"score followed": 3}
