"""The how-to "A new level" of docs/contributing.md, followed step by step.

An edition of another country: municipalities with codes of seven digits are the unit of evidence,
a province is the whole, a country stands beside it; there are no boundaries, no lookup, and one
period.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from spi_core.cli import app
from spi_core.store import Tables
from tests.support.editions import (
    BOROUGH,
    WARDS,
    count,
    make_edition,
    only,
    rewrite,
    settings,
    spoil,
)

#: As the how-to gives it.
LEVELS = """
- country
- {id: province, order: 50, one: province, many: provinces, pattern: "[0-9]{2}", parent: country}
- {id: municipality, order: 35, one: municipality, many: municipalities, pattern: "[0-9]{7}",
   parent: province, role: evidence}
"""
WHOLE, COUNTRY = "36", "K00000001"
NEW = {BOROUGH: WHOLE} | {ward: f"360{4000 + i}" for i, ward in enumerate(WARDS)}
TABLES = ("observations/all.csv", "context.csv")


@pytest.fixture
def abroad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPI_ROOT", str(tmp_path))
    edition = make_edition(tmp_path / "data" / "abroad")
    count(edition)
    # 1. name the levels, and the area that the edition is about
    settings(edition, lambda s: s["geography"].update(levels=yaml.safe_load(LEVELS)))
    settings(edition, lambda s: s.update(area=WHOLE, area_name="Testland"))
    # 2. list the areas
    level = {"borough": "province", "ward": "municipality"}
    renamed = {"code": NEW, "parent_code": NEW | {"": COUNTRY}, "level": level}
    rewrite(edition / "geography" / "areas.csv", lambda rows: [
        *({c: renamed.get(c, {}).get(v, v) for c, v in r.items()} for r in rows),
        rows[0] | {"code": COUNTRY, "name": "Land", "level": "country", "population": "9000000"},
    ])  # fmt: skip
    # 3. their figures: one period is enough
    for name in TABLES:
        rewrite(edition / name, lambda rows: [
            r | {"area_code": NEW[r["area_code"]]} for r in rows if r.get("period") != "baseline"
        ])  # fmt: skip
    settings(edition, lambda s: s["periods"].pop(0))
    (edition / "breaks.csv").unlink()
    # 4. boundaries and a lookup are nobody's duty
    (edition / "geography" / "boundaries.geojson").unlink()
    (edition / "geography" / "lookup.csv").unlink()
    return edition


def _spi(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def tables(abroad: Path) -> Mapping[str, pd.DataFrame]:
    _spi("build", "abroad")
    return Tables(abroad.parents[1] / "reports" / "abroad" / "tables")


def test_it_passes_the_check_which_says_what_there_is_not(abroad: Path) -> None:
    said = _spi("check", "abroad", "--json")
    assert json.loads(said)
    assert "no maps: geography/ has no boundaries" in _spi("check", "abroad")


def test_municipalities_are_scored_ranked_and_rated(tables: Mapping[str, pd.DataFrame]) -> None:
    standing = tables["standing"].query("element == 'index'").set_index("area_code")
    units = [NEW[ward] for ward in WARDS]
    assert sorted(standing.index) == units
    assert sorted(standing["rank"]) == list(range(1, len(units) + 1))
    assert set(tables["standing"]["rating"]) >= {"similar", "not rated"}  # of some no counts
    # the province is made up of them
    scores = tables["scores"].query("element == 'index'").set_index("area_code")["score"]
    assert set(scores.index) == {WHOLE, *units}
    assert scores[units].min() < scores[WHOLE] < scores[units].max()
    assert not (tables["quality"]["result"] == "failed").any()


def test_one_period_has_no_change_and_no_boundaries_no_map(
    tables: Mapping[str, pd.DataFrame],
) -> None:
    for name in ("changes", "indicator_changes", "contributions", "gaps"):
        assert tables[name].empty
        assert len(tables[name].columns) > 1
    assert set(tables["values"]["period"]) == set(tables["scores"]["period"]) == {"current"}
    assert not [name for name in tables if name.startswith("map_")]
    # counts are their own error; what would rest on change has none
    assert set(tables["errors"]["basis"]) <= {"counts", "unknown", "no value"}


@pytest.mark.parametrize(
    ("column", "value", "message", "allowed"),
    [
        ("code", "36040001", "is not a code of level municipality", "[0-9]{7}"),
        ("level", "parish", "is not a level of this edition", "municipality"),
        ("parent_code", "", "every municipality lies in a larger area", "its code"),
        ("parent_code", "3604001", "is a municipality, which cannot hold a municipality", "larger"),
    ],
)
def test_an_area_is_held_against_its_level(
    abroad: Path, column: str, value: str, message: str, allowed: str
) -> None:
    path = abroad / "geography" / "areas.csv"
    if column == "parent_code":
        spoil(path, 5, parent_code=value)
    else:  # an area more: nothing else speaks of it
        rewrite(path, lambda rows: [*rows, rows[3] | {"code": "3609999"} | {column: value}])
    fault = only(abroad)
    row = 5 if column == "parent_code" else 12
    assert (fault.file.rpartition("/")[2], fault.row, fault.column) == ("areas.csv", row, column)
    assert message in fault.message
    assert allowed in str(fault.allowed)
