"""The contract between the build and everything that reads its tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from spi_core.errors import SpiError
from spi_core.store import Tables, write_tables
from spi_core.tables import SCHEMA, check_table, describe, empty_table, fingerprint, schema_of
from tests.support.editions import ROOT

DOCS = ROOT / "docs" / "tables.md"


def scores() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area_code": ["E05000026", "E05000027"],
            "period": "current",
            "element": "index",
            "level": "index",
            "score": [43.2, np.nan],
            "illustrative": False,
            "same_figures": True,
        }
    )


def test_the_page_on_tables_is_made_from_the_schemas() -> None:
    assert DOCS.read_text("utf-8") == describe(), "run 'make docs'"


def test_a_table_as_described_passes_with_gaps_in_its_numbers() -> None:
    check_table("scores", scores())
    check_table("scores", empty_table("scores"))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda t: t.drop(columns="score"), "score"),
        (lambda t: t.assign(colour="blue"), "colour"),
        (lambda t: t.assign(score=["43", "44"]), "score"),
        (lambda t: t.assign(level="street"), "street"),
        (lambda t: t.assign(element=[None, "index"]), "element"),
        (lambda t: t.assign(illustrative=[None, True]), "illustrative"),
        (lambda t: t.assign(area_code="E05000026"), "E05000026"),
    ],
    ids=["lacks", "unknown", "type", "value", "blank", "blank flag", "key twice"],
)
def test_what_differs_from_the_schema_is_named(spoil, named: str) -> None:
    with pytest.raises(SpiError, match="scores") as caught:
        check_table("scores", spoil(scores()))
    assert named in str(caught.value)


def test_all_that_differs_is_named_at_once() -> None:
    with pytest.raises(SpiError) as caught:
        check_table("scores", scores().drop(columns="score").assign(level="street", colour="blue"))
    assert all(word in str(caught.value) for word in ("score", "street", "colour"))


def test_an_edition_may_bring_columns_to_the_register_alone() -> None:
    register = empty_table("indicators").assign(theme=pd.Series(dtype=str))
    check_table("indicators", register)
    with pytest.raises(SpiError, match="theme"):
        check_table("weights", empty_table("weights").assign(theme=pd.Series(dtype=str)))


def test_nothing_undescribed_is_written(tmp_path: Path) -> None:
    with pytest.raises(SpiError, match="sundries"):
        write_tables(tmp_path, {"sundries": scores()}, {})
    assert not (tmp_path / "build.json").exists()


def test_a_table_carries_its_schema_and_one_of_another_version_is_refused(tmp_path: Path) -> None:
    write_tables(tmp_path, {"scores": scores()}, {})
    path = tmp_path / "scores.parquet"
    assert parquet.read_schema(path).metadata[SCHEMA] == fingerprint("scores").encode()
    pd.testing.assert_frame_equal(Tables(tmp_path)["scores"], scores())
    old = parquet.read_table(path).replace_schema_metadata({SCHEMA: b"another"})
    parquet.write_table(old, path)
    for read in (lambda t: t["scores"], lambda t: t.rows("scores")):
        with pytest.raises(SpiError, match="run 'spi build"):
            read(Tables(tmp_path))


def test_every_map_has_one_schema() -> None:
    assert schema_of("map_ward") is schema_of("map_municipality")
