"""What rests on a generated value is marked in the tables, and nothing else is."""

from __future__ import annotations

import pandas as pd
import pytest

from spi_core.build.edition import compute
from spi_core.edition.inputs import load
from tests.support.editions import WARDS, make_edition, rewrite, settings

Tables = dict[str, pd.DataFrame]
ONE = WARDS[2]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """One burglary rate of one ward is generated; another ward lacks its robbery rate."""
    edition = make_edition(tmp_path_factory.mktemp("data") / "tiny")

    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        for r in rows:
            key = (r["indicator_id"], r["area_code"], r["period"])
            if key == ("burglary", ONE, "current"):
                r["status"] = "illustrative"
            if key == ("robbery", WARDS[0], "current"):
                r |= {"status": "missing", "value": "", "numerator": "", "denominator": ""}
        return rows

    rewrite(edition / "observations" / "all.csv", change)
    settings(edition, lambda s: s.update(illustrative=True))
    return compute(load(edition))


def _marked(frame: pd.DataFrame, *keys: str) -> set[tuple[str, ...]]:
    return set(frame.loc[frame["illustrative"], list(keys)].itertuples(index=False, name=None))


def test_values_are_marked_cell_by_cell(tables: Tables) -> None:
    found = _marked(tables["values"], "indicator_id", "area_code", "period")
    home = "E09000099"
    # the estimate of the missing robbery rate was fitted on the generated burglary rate
    estimated = {("robbery", WARDS[0], "current"), ("robbery", home, "current")}
    assert found == {("burglary", ONE, "current"), ("burglary", home, "current")} | estimated


def test_composites_of_a_generated_value_are_marked_in_every_area(tables: Tables) -> None:
    composites = tables["scores"][tables["scores"]["level"] != "indicator"]
    marked = composites.groupby("element")["illustrative"].agg(["all", "any"])
    assert (marked["all"] == marked["any"]).all()
    assert set(marked.index[marked["all"]]) == {"Safety", "Needs", "index"}


def test_comparisons_and_changes_follow_what_went_into_them(tables: Tables) -> None:
    assert set(tables["standing"].query("illustrative")["element"]) == {"Safety", "Needs", "index"}
    assert set(tables["changes"].query("illustrative")["element"]) == {"Safety", "Needs", "index"}
    moved = tables["indicator_changes"].query("illustrative")
    assert set(moved["indicator_id"]) >= {"burglary"}
    assert "crowding" not in set(moved["indicator_id"])


def test_the_flat_file_carries_the_mark(tables: Tables) -> None:
    rows = tables["ward_data"].set_index(["area_code", "element", "period"])["illustrative"]
    assert rows[ONE, "burglary", "current"]
    assert not rows[ONE, "burglary", "baseline"]
    assert rows[WARDS[5], "Needs", "current"]
    assert not rows[WARDS[5], "crowding", "current"]
