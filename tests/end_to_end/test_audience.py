"""What the public gets does not depend on any hidden value; what colleagues get is marked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
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
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tables]:
    """One edition for the public, one with the two hidden counts swapped, one for colleagues."""
    made = {}
    for name, counts, audience in (
        ("public", SMALL, "public"),
        ("swapped", SMALL[::-1], "public"),
        ("internal", SMALL, "internal"),
    ):
        folder = tmp_path_factory.mktemp(name)
        inputs = load(_edition(folder / "data", counts))
        made[name] = build(inputs, folder / "reports", audience)  # type: ignore[arg-type]
        about = json.loads((folder / "reports" / "tables" / "build.json").read_text("utf-8"))
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


def test_no_public_table_depends_on_which_hidden_count_is_which(built: dict[str, Tables]) -> None:
    public, swapped = built["public"], built["swapped"]
    assert set(public) == set(swapped)
    assert "disclosure_log" not in public
    for name, frame in public.items():
        other = swapped[name].drop(columns="data_version", errors="ignore")
        frame = frame.drop(columns="data_version", errors="ignore")
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(other), obj=name)


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
