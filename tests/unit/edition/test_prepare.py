"""The committed inputs of the open edition follow from the publishers' figures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.editions import OPEN, read, ward_figures

MADE = (
    "context.csv",
    "geography/areas.csv",
    "geography/lookup.csv",
    "geography/places.csv",
    "series/crime.csv",
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    script = OPEN / "source" / "prepare.py"
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    subprocess.run(
        [sys.executable, str(script), str(folder)],
        cwd=elsewhere,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        capture_output=True,
    )
    return folder


@pytest.mark.parametrize("name", MADE)
def test_prepare_gives_the_committed_file_byte_for_byte(prepared: Path, name: str) -> None:
    assert (prepared / name).read_bytes() == (OPEN / name).read_bytes()


def test_prepare_writes_these_files_and_no_other(prepared: Path) -> None:
    made = {p.relative_to(prepared).as_posix() for p in prepared.rglob("*") if p.is_file()}
    assert made == set(MADE)


#: Counts that the publication joined by ward name: Abbey's and Village's are another borough's.
LEFT_OUT = {("sickness_benefits", "current", ward) for ward in ("E05000026", "E05000041")}

# ---- the ward values once more, slowly, from the mapping and the publishers' figures

Figures = dict[tuple[str, str, str], float]


@pytest.fixture(scope="module")
def figures() -> Figures:
    return {
        (r["area_code"], r["figure_id"], r["period"]): float(r["value"])
        for r in ward_figures()
        if r["value"]
    }


@pytest.fixture(scope="module")
def observed() -> dict[tuple[str, str, str], dict[str, str]]:
    return {
        (r["indicator_id"], r["area_code"], r["period"]): r
        for name in ("observations", "history")
        for r in read(OPEN / name / "open.csv")
    }


def _sum(figures: Figures, area: str, names: str, period: str) -> float:
    return sum(figures[area, name, period] for name in names.split("+"))


def _wards() -> list[str]:
    areas = read(OPEN / "geography" / "areas.csv")
    return sorted(r["code"] for r in areas if r["level"] == "ward")


@pytest.mark.parametrize(
    "row",
    read(OPEN / "reference" / "mapping.csv"),
    ids=lambda r: f"{r['indicator_id']}-{r['period']}",
)
def test_every_ward_value_follows_from_its_figure(
    row: dict[str, str],
    figures: Figures,
    observed: dict[tuple[str, str, str], dict[str, str]],
) -> None:
    per = {r["id"]: float(r["per"]) for r in read(OPEN / "indicators.csv")}[row["indicator_id"]]
    wards = sorted({area for _, area, _ in observed})
    assert wards == _wards()
    for ward in wards:
        found = observed[row["indicator_id"], ward, row["period"]]
        for column in ("period_label", "start", "end"):
            assert found[column] == row[column]
        if (row["indicator_id"], row["period"], ward) in LEFT_OUT:
            assert [found[c] for c in ("value", "numerator", "denominator")] == [""] * 3
            assert (found["status"], bool(found["note"])) == ("missing", True)
            continue
        value = float(found["value"])
        if row["numerator_figures"]:
            top = _sum(figures, ward, row["numerator_figures"], row["figure_period"])
            assert float(found["numerator"]) == top
        else:
            assert found["numerator"] == ""
        if row["denominator_figures"] not in ("", "implied"):
            base = _sum(figures, ward, row["denominator_figures"], row["denominator_period"])
            assert float(found["denominator"]) == base
        if row["value_figure"]:
            published = figures[ward, row["value_figure"], row["figure_period"]]
            assert value == pytest.approx(published, abs=5.1e-7)  # stored to six decimals
        else:
            assert value == pytest.approx(top / base * per, abs=5e-7)
        if row["denominator_figures"] == "implied":
            implied = float(found["denominator"])
            assert implied > 0
            # the stored base gives the published rate back: half a unit of the base at most
            half = 0.0005 if "death" in row["numerator_figures"] else 0.5
            assert abs(implied - top * per / value) <= half * (1 + 1e-6)
        assert (found["status"], found["note"]) == ("observed", row["note"])


def test_no_row_is_left_over(observed: dict[tuple[str, str, str], dict[str, str]]) -> None:
    mapping = read(OPEN / "reference" / "mapping.csv")
    assert len(observed) == len(mapping) * len(_wards())
    scored = [r for r in mapping if not r["period"].isdigit()]
    assert len(scored) == 2 * len(read(OPEN / "indicators.csv"))


def test_goalposts_are_the_outer_percentiles_on_the_side_that_polarity_calls_worse() -> None:
    polarity = {r["id"]: r["polarity"] for r in read(OPEN / "indicators.csv")}
    london: dict[str, list[tuple[float, float]]] = {}
    for r in read(OPEN / "reference" / "distribution.csv"):
        london.setdefault(r["indicator_id"], []).append((float(r["p01"]), float(r["p99"])))
    for r in read(OPEN / "goalposts.csv"):
        low = min(p01 for p01, _ in london[r["indicator_id"]])
        high = max(p99 for _, p99 in london[r["indicator_id"]])
        up = int(polarity[r["indicator_id"]]) > 0
        expected = (low, high) if up else (high, low)
        assert (float(r["worst"]), float(r["best"])) == expected
    assert set(london) == set(polarity)


def test_populations_add_up_and_areas_nest() -> None:
    areas = {r["code"]: r for r in read(OPEN / "geography" / "areas.csv")}
    wards = [r for r in areas.values() if r["level"] == "ward"]
    assert sum(int(w["population"]) for w in wards) == int(areas["E09000002"]["population"])
    assert {areas[r["parent_code"]]["level"] for r in areas.values() if r["level"] == "lsoa"} == {
        "ward"
    }
    links = {r["from_code"]: r["to_code"] for r in read(OPEN / "geography" / "lookup.csv")}
    assert links == {c: r["parent_code"] for c, r in areas.items() if r["parent_code"]}


def test_one_small_areas_robberies_are_missing_not_zero() -> None:
    rows = [
        r
        for r in read(OPEN / "series" / "crime.csv")
        if r["area_code"] == "E01000039" and r["measure_id"] == "crime_robbery"
    ]
    assert {(r["status"], r["value"]) for r in rows} == {("missing", "")}
    assert all(r["note"] for r in rows)
    source = [
        r
        for r in read(OPEN / "source" / "lsoa_figures.csv")
        if r["area_code"] == "E01000039" and r["figure_id"] == "crime_robbery"
    ]
    assert all(float(r["value"]) == 0 for r in source)
