"""Small areas are scored where enough of a component is published for them, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spi_core.build.edition import compute
from spi_core.edition.inputs import load
from tests.support.editions import WARDS, draw, make_edition, read, rewrite, settings

Tables = dict[str, pd.DataFrame]

#: Two in every ward.
SMALL = {f"E010000{i:02}": ward for i, ward in enumerate((w for w in WARDS for _ in range(2)), 1)}
SAFETY = ("burglary", "robbery")


def _three_levels(folder: Path, published: tuple[str, ...], coverage: float) -> Path:
    """Give an edition small areas and, for them, figures of some indicators."""
    edition = make_edition(folder / "tiny")
    geo = edition / "geography"
    ward, link = read(geo / "areas.csv")[1], read(geo / "lookup.csv")[0]
    people = {r["code"]: float(r["population"]) for r in read(geo / "areas.csv")}
    new = [
        ward
        | {"code": c, "name": c, "level": "lsoa", "parent_code": w, "population": people[w] / 2}
        for c, w in SMALL.items()
    ]
    rewrite(geo / "areas.csv", lambda rows: rows + new)
    links = [link | {"from_code": c, "to_code": w} for c, w in SMALL.items()]
    rewrite(geo / "lookup.csv", lambda rows: rows + links)
    draw(edition, list(SMALL))

    def add(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        """Part each ward's count between its two small areas, one to three."""
        small = []
        for r in rows:
            codes = [c for c, w in SMALL.items() if w == r["area_code"]]
            if r["indicator_id"] not in published:
                continue
            base = int(r["denominator"]) // 2
            quarter = int(r["numerator"]) // 4
            for code, top in zip(codes, (quarter, int(r["numerator"]) - quarter), strict=True):
                value = f"{1000 * top / base:.9g}"
                counts = {"numerator": str(top), "denominator": str(base), "value": value}
                small.append(r | {"area_code": code} | counts)
        return rows + small

    rewrite(edition / "observations" / "all.csv", add)

    def change(s: dict[str, Any]) -> None:
        s["geography"]["levels"].append("lsoa")
        s["index"]["small_area_coverage"] = coverage

    settings(edition, change)
    return edition


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return compute(load(_three_levels(tmp_path_factory.mktemp("data"), SAFETY, 0.75)))


def test_only_components_that_reach_the_coverage_are_scored(scored: Tables) -> None:
    coverage = scored["small_area_coverage"].set_index("component")
    assert coverage["covered"].to_dict() == pytest.approx(
        {"Shelter": 0, "Safety": 1, "Knowledge": 0, "Rights": 0, "Choice": 0}
    )
    assert coverage["scored"].to_dict() == {
        "Shelter": False, "Safety": True, "Knowledge": False, "Rights": False, "Choice": False,
    }  # fmt: skip
    assert set(scored["small_area_scores"]["element"]) == {"Safety"}
    assert (coverage["needed"] == 0.75).all()


def test_small_areas_score_by_the_same_goalposts_and_weights(scored: Tables) -> None:
    small = scored["small_area_scores"]
    assert len(small) == 2 * len(SMALL)
    assert (small["parent_code"] == small["area_code"].map(SMALL)).all()
    posts = scored["goalposts"].set_index("indicator_id")
    share = scored["weights"].set_index("indicator_id")["share"]
    rates = {r["indicator_id"]: 0.0 for r in scored["weights"].to_dict("records")}
    code, period = next(iter(SMALL)), "current"
    values = _panel_values(code, period)
    expected = 0.0
    for i in SAFETY:
        best, worst = posts.at[i, "best"], posts.at[i, "worst"]
        x = min(max(values[i], min(best, worst)), max(best, worst))
        expected += share[i] * 100 * (x - worst) / (best - worst)
    assert set(SAFETY) <= set(rates)
    row = small.query("area_code == @code and period == @period")
    assert row["score"].item() == pytest.approx(expected, abs=1e-6)


def _panel_values(code: str, period: str) -> dict[str, float]:
    """A small area's rates from the ward's counts: a quarter of them on half the people."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        rows = read(make_edition(Path(folder) / "tiny") / "observations" / "all.csv")
    ward = SMALL[code]
    return {
        r["indicator_id"]: 1000 * (int(r["numerator"]) // 4) / (int(r["denominator"]) // 2)
        for r in rows
        if (r["area_code"], r["period"]) == (ward, period) and r["indicator_id"] in SAFETY
    }


def test_the_ward_stands_beside_the_spread_of_its_small_areas(scored: Tables) -> None:
    spread = scored["small_area_spread"]
    assert len(spread) == 2 * len(WARDS)
    small = scored["small_area_scores"]
    wards = scored["scores"].query("element == 'Safety'")
    wards = wards.set_index(["area_code", "period"])["score"]
    for row in spread.itertuples():
        mine = small.query("parent_code == @row.area_code and period == @row.period")["score"]
        assert row.areas == 2
        assert (row.low, row.high) == (mine.min(), mine.max())
        assert row.median == pytest.approx(mine.mean())
        assert row.q1 == pytest.approx(mine.quantile(0.25))
        assert row.q3 == pytest.approx(mine.quantile(0.75))
        assert row.score == wards[row.area_code, row.period]
    # the ward's rate is the mean of its halves', so its score lies between theirs unless capped
    between = spread["score"].between(spread["low"] - 1e-9, spread["high"] + 1e-9)
    assert between.all()


def test_small_areas_change_nothing_above_them(scored: Tables, tmp_path: Path) -> None:
    plain = compute(load(make_edition(tmp_path / "tiny")))
    for name in ("scores", "weights", "standing", "changes", "audit_components"):
        pd.testing.assert_frame_equal(scored[name], plain[name], rtol=1e-9)
    assert not (scored["quality"]["result"] == "failed").any()


def test_below_the_coverage_nothing_is_scored(tmp_path: Path) -> None:
    tables = compute(load(_three_levels(tmp_path, ("burglary",), 0.75)))
    coverage = tables["small_area_coverage"].set_index("component")
    share = tables["weights"].set_index("indicator_id").at["burglary", "share"]
    assert coverage.at["Safety", "covered"] == pytest.approx(share)
    assert 0 < share < 0.75
    assert not coverage["scored"].any()
    assert "small_area_scores" not in tables
    assert "small_area_spread" not in tables


def test_a_low_threshold_does_not_score_a_component_by_one_indicator(tmp_path: Path) -> None:
    tables = compute(load(_three_levels(tmp_path, ("burglary",), 0.1)))
    assert not tables["small_area_coverage"]["scored"].any()
    assert "small_area_scores" not in tables


def test_an_edition_without_small_areas_says_that_nothing_is_covered(tmp_path: Path) -> None:
    tables = compute(load(make_edition(tmp_path / "tiny")))
    coverage = tables["small_area_coverage"]
    assert (coverage["covered"] == 0).all()
    assert not coverage["scored"].any()
    assert np.isfinite(tables["scores"]["score"]).all()
