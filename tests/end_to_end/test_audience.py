"""What the public gets does not depend on any hidden value; what colleagues get is marked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.explorer.explore import explore
from spi_core.publish.explain import words
from spi_core.publish.explain.tree import Lineage, Node
from spi_core.publish.open_data.write import open_data
from spi_core.store import Tables as StoredTables
from tests.support.editions import WARDS, Row, make_edition, rewrite, settings

Tables = dict[str, pd.DataFrame]
PAIR = (WARDS[1], WARDS[4])
SMALL = (2, 3)


def _edition(folder: Path, counts: tuple[int, int]) -> Path:
    """Give two wards of the same size small counts of burglary, to be hidden below 5."""
    edition = make_edition(folder / "tiny")

    def observations(rows: list[Row]) -> list[Row]:
        for r in rows:
            now = r["indicator_id"] == "burglary" and r["period"] == "current"
            if now and r["area_code"] in PAIR:
                top = counts[PAIR.index(r["area_code"])]
                changed = {"numerator": str(top), "denominator": "5000"}
                r |= changed | {"value": f"{top / 5:g}"}
        return rows

    def rules(rows: list[Row]) -> list[Row]:
        return [r | {"disclosure_rule": "suppress<5"} if r["id"] == "burglary" else r for r in rows]

    rewrite(edition / "observations" / "all.csv", observations)
    rewrite(edition / "indicators.csv", rules)
    settings(edition, lambda s: s.update(disclosure={"method": "suppress"}))
    return edition


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {n: tmp_path_factory.mktemp(n) / "tiny" for n in ("public", "swapped", "internal")}


@pytest.fixture(scope="module")
def built(folders: dict[str, Path]) -> dict[str, Tables]:
    """One edition for the public, one with the two hidden counts swapped, one for colleagues."""
    made = {}
    for name, counts, audience in (
        ("public", SMALL, "public"),
        ("swapped", SMALL[::-1], "public"),
        ("internal", SMALL, "internal"),
    ):
        folder = folders[name]
        inputs = load(_edition(folder.parent / "data", counts))
        made[name] = build(inputs, folder, audience)  # type: ignore[arg-type]
        about = json.loads((folder / "tables" / "build.json").read_text("utf-8"))
        assert about["audience"] == audience
    return made


def _hidden(tables: Tables) -> pd.DataFrame:
    return tables["values"].query("indicator_id == 'burglary' and provenance == 'suppressed'")


def test_small_counts_are_hidden_from_the_public_with_what_they_follow_from(
    built: dict[str, Tables],
) -> None:
    cells = _hidden(built["public"])
    assert set(cells["area_code"]) >= set(PAIR)
    assert cells[["value", "numerator", "denominator"]].isna().all(axis=None)
    flat = built["public"]["ward_data"].query("provenance == 'suppressed'")
    assert len(flat)
    assert flat[["value", "numerator", "denominator"]].isna().all(axis=None)


def test_no_byte_that_is_published_depends_on_which_hidden_count_is_which(
    built: dict[str, Tables], folders: dict[str, Path]
) -> None:
    """Tables, hashes and versions, explorer and open data; the gates add the documents."""
    made = {}
    for name in ("public", "swapped"):
        reports = folders[name]
        tables = StoredTables(reports / "tables")
        explore(tables, reports / "explorer")
        open_data(tables, reports / "open-data")
        files = [p for p in reports.rglob("*") if p.is_file()]
        made[name] = {p.relative_to(reports).as_posix(): p.read_bytes() for p in files}
    public, swapped = made["public"], made["swapped"]
    assert "tables/disclosure_log.parquet" not in public
    assert {"disclosure.json", "tables/build.json", "explorer/data.json"} <= set(public)
    assert set(public) == set(swapped)
    assert [name for name in public if public[name] != swapped[name]] == []


def test_the_component_is_scored_all_the_same_from_an_estimate(built: dict[str, Tables]) -> None:
    scores = built["public"]["scores"].query("element == 'Safety' and period == 'current'")
    if _hidden(built["public"])["estimated"].all():
        assert set(PAIR) <= set(scores["area_code"])
    else:  # too few complete rows to estimate from: then the component is not scored
        assert not set(PAIR) & set(scores["area_code"])


def test_colleagues_see_the_values_and_every_decision(built: dict[str, Tables]) -> None:
    internal = built["internal"]
    rows = internal["values"].set_index(["indicator_id", "area_code", "period"])
    found = [rows.loc[("burglary", w, "current"), "numerator"] for w in PAIR]
    assert found == list(SMALL)
    log = internal["disclosure_log"]
    primary = log[log["decision"] == "primary"]
    assert set(primary["area_code"]) == set(PAIR)
    assert set(primary["indicator_id"]) == {"burglary"}
    assert set(log["area_code"]) >= set(_hidden(built["public"])["area_code"])


def test_the_public_summary_counts_what_is_hidden_without_saying_why(
    built: dict[str, Tables],
) -> None:
    summary = built["public"]["disclosure_summary"]
    wards = summary.query("indicator_id == 'burglary' and level == 'ward' and period == 'current'")
    assert wards["suppressed"].item() == len(_hidden(built["public"]).query("period == 'current'"))
    assert not {"primary", "secondary", "decision"} & set(summary.columns)
    assert np.isfinite(summary.select_dtypes("number").to_numpy()).all()


def test_a_hidden_count_is_explained_without_saying_anything_of_it(
    built: dict[str, Tables], folders: dict[str, Path]
) -> None:
    told = {}
    for name in ("public", "swapped"):
        data = folders[name].parent / "data" / "tiny"
        tables = StoredTables(folders[name] / "tables")
        trees = [Lineage(data, tables, area).of("index") for area in PAIR]
        told[name] = json.dumps([tree.as_dict() for tree in trees]).replace(str(data), "")
        (hidden,) = (n for n in _nodes(trees[0]) if n.element == "burglary")
        assert hidden.facts["value"] is hidden.facts["numerator"] is None
        lines = " ".join(words.told(hidden))
        assert ": withheld" in lines
        assert "no count is shown" in lines
        assert "standard error" not in lines
    assert told["public"] == told["swapped"]


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for part in node.parts:
        yield from _nodes(part)
