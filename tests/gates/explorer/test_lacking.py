"""The explorer of editions that lack something whole: it says so, and nothing else breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.explorer.data import explorer_data
from spi_core.store import Tables
from tests.support.degenerate import BARE, MISSING, lacking
from tests.support.explorer_checks import schema_faults, wrong_cells

pytestmark = pytest.mark.gate


@pytest.mark.parametrize("what", [w for w in MISSING if w != "nothing"])
def test_what_is_lacking_is_said(what: str, tmp_path: Path) -> None:
    build(load(lacking(tmp_path / "edition", what)), tmp_path / "reports")
    tables = Tables(tmp_path / "reports" / "tables")
    data = explorer_data(tables)
    assert schema_faults(data) == []
    assert wrong_cells(data, tables) == []
    wards = data["figures"]["ward"]
    if what == "a ward":
        at = data["areas"]["ward"]["code"].index(BARE)
        assert all(c["state"][-1][at] in "xue" for c in wards if c)
        said = data["sentences"]["areas"]["ward"]["standing"]
        crowding = [m["id"] for m in data["measures"]].index("crowding")
        assert "no figure (missing)" in said[crowding][at]
    if what == "the baseline":
        assert {letter for c in wards if c for letter in c["state"][0]} == {"n", "u"}
        assert not any("change" in c for c in wards if c)
    if what == "a dimension":
        lacks = next(m for m in data["measures"] if m["id"] == "d-foundations")
        assert lacks["levels"] == []
    if what == "comparability":
        assert not any(set(c.get("change_rating", "-")) - {"-"} for c in wards if c)
