"""The illustrative edition: byte for byte what its seeded scripts make, and marked as made."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import yaml

from spi_core.build.chapters import run_chapters
from spi_core.disclosure.control import control
from spi_core.edition.inputs import Inputs, load
from tests.support.editions import OPEN, ROOT, read, ward_figures

EDITION = ROOT / "data" / "lbbd-84"
GENERATED = (
    "observations/lsoa_illustrative.csv",
    "observations/ward_illustrative.csv",
    "observations/given_illustrative.csv",
    "series/programmes_illustrative.csv",
)
MADE = (*GENERATED, "observations/census_2011.csv", "signoff.csv")
FROZEN = ("goalposts.csv", "weights.csv")
COPIED = (
    "observations/open.csv",
    "history/open.csv",
    "context.csv",
    "geography/areas.csv",
    "geography/lookup.csv",
    "geography/places.csv",
    "geography/boundaries.geojson",
    "geography/successors.csv",
    "reference/distribution.csv",
    "reference/errors.csv",
    "reference/history.csv",
)
WRITTEN = (
    "partners.csv",
    "targets.csv",
    "breaks.csv",
    "indicators.csv",
    "edition.yml",
    "interventions.yml",
    "series.yml",
    "corrections.csv",
)
Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, elsewhere = (tmp_path_factory.mktemp(n) for n in ("prepared84", "elsewhere84"))
    subprocess.run(
        [sys.executable, str(EDITION / "source" / "generate.py"), str(folder)],
        cwd=elsewhere,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        capture_output=True,
    )
    _module("freeze").main(folder)
    return folder


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    return _module("generate")


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        f"lbbd84_{name}", EDITION / "source" / f"{name}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    spec.loader.exec_module(module)
    sys.dont_write_bytecode = kept
    return module


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return load(EDITION)


@pytest.fixture(scope="module")
def cells() -> dict[Key, dict[str, str]]:
    rows = [r for p in sorted((EDITION / "observations").glob("*.csv")) for r in read(p)]
    return {(r["indicator_id"], r["area_code"], r["period"]): r for r in rows}


@pytest.mark.parametrize("name", [*MADE, *COPIED])
def test_the_script_gives_the_committed_file_byte_for_byte(prepared: Path, name: str) -> None:
    assert (prepared / name).read_bytes() == (EDITION / name).read_bytes()


@pytest.mark.parametrize("name", FROZEN)
def test_goalposts_and_weights_follow_from_what_may_be_published(prepared: Path, name: str) -> None:
    frozen = {r["indicator_id"]: r for r in read(EDITION / name)}
    fitted = {r["indicator_id"]: r for r in read(prepared / name)}
    assert list(fitted) == list(frozen) == [r["id"] for r in read(EDITION / "indicators.csv")]
    for key, row in fitted.items():
        for column, text in row.items():
            if column in ("worst", "best", "weight", "loading", "sd", "share"):
                assert float(text) == pytest.approx(float(frozen[key][column]), rel=1e-6)
            else:
                assert text == frozen[key][column]


def test_goalposts_of_published_indicators_are_the_open_editions() -> None:
    ours = {r["indicator_id"]: r for r in read(EDITION / "goalposts.csv")}
    for r in read(OPEN / "goalposts.csv"):
        assert ours[r["indicator_id"]] == r


def test_weights_are_equal_because_rows_are_few() -> None:
    rows = read(EDITION / "weights.csv")
    assert {r["method"] for r in rows} == {"equal"}
    assert all("fewer than 10 per indicator" in r["reason"] for r in rows)


def test_nothing_else_is_in_the_edition(prepared: Path) -> None:
    there = {p.relative_to(EDITION).as_posix() for p in EDITION.rglob("*") if p.is_file()}
    there = {n for n in there if not n.startswith("source/")}
    made = {p.relative_to(prepared).as_posix() for p in prepared.rglob("*") if p.is_file()}
    assert made == {*MADE, *COPIED, *FROZEN, "panels/monthly_illustrative.parquet"}
    assert there == made | set(WRITTEN)
    assert max(p.stat().st_size for p in EDITION.rglob("*") if p.is_file()) < 2e6


@pytest.mark.parametrize("name", COPIED)
def test_what_is_taken_over_is_the_open_editions(name: str) -> None:
    assert (EDITION / name).read_bytes() == (OPEN / name).read_bytes()


# ---- marking: by origin, not by what the files say


def test_every_generated_cell_is_marked_and_no_other(
    generate: ModuleType, cells: dict[Key, dict[str, str]]
) -> None:
    truth = generate.generated_cells()
    assert len(truth) > 8000
    assert {key for key, r in cells.items() if r["status"] == "illustrative"} == truth
    assert all("not a real figure" in cells[key]["note"] for key in truth)
    real = {(r["indicator_id"], r["area_code"], r["period"])
            for n in ("open", "census_2011")
            for r in read(EDITION / "observations" / f"{n}.csv")}  # fmt: skip
    assert not real & truth
    gaps = set(cells) - truth - real
    assert {cells[key]["status"] for key in gaps} == {"missing", "suppressed"}
    assert all(cells[key]["value"] == "" for key in gaps)
    assert all("made up" in cells[key]["note"] for key in gaps)


def test_series_and_signoffs_say_what_they_are() -> None:
    assert {r["status"] for r in read(EDITION / GENERATED[-1])} == {"illustrative"}
    assert all("ILLUSTRATIVE" in r["caveat"] for r in read(EDITION / "signoff.csv"))
    assert {r["expert"] for r in read(EDITION / "signoff.csv")} == {"Invented expert"}
    theirs = {r["indicator_id"] for r in read(OPEN / "goalposts.csv")}
    ours = [r for r in read(EDITION / "goalposts.csv") if r["indicator_id"] not in theirs]
    assert {r["basis"] for r in ours} == {"edition distribution"}
    assert all("ILLUSTRATIVE" in r["reason"] for r in ours)


def test_census_figures_are_the_published_ones() -> None:
    rows = [r for r in ward_figures() if r["period"] == "2011"]
    figures = {(r["figure_id"], r["area_code"]): float(r["value"]) for r in rows}
    for r in read(EDITION / "observations" / "census_2011.csv"):
        ward, name = r["area_code"], r["indicator_id"]
        if name == "lone_parents_not_in_work":
            top = figures["lone_parents_not_employed", ward]
            assert float(r["numerator"]) == top
            expected = 100 * top / figures["lone_parents", ward]
        else:
            figure = {"no_qualifications": "no_qualifications_pct",
                      "level4_qualifications": "level4_pct"}[name]  # fmt: skip
            expected = figures[figure, ward]
        assert float(r["value"]) == pytest.approx(expected, abs=5.1e-7)
        assert (r["status"], r["period"]) == ("observed", "current")


# ---- what is generated hangs together


def test_catalogue_has_84_indicators_with_the_open_editions_corrections() -> None:
    """The catalogue of 2017 had 84 indicators, half of them from internal systems: a fact."""
    ours = {r["id"]: r for r in read(EDITION / "indicators.csv")}
    assert len(ours) == 84
    assert sum(r["access"] == "internal" for r in ours.values()) == 42
    for r in read(OPEN / "indicators.csv"):
        assert ours[r["id"]] == r


def test_counts_are_whole_and_make_the_value(cells: dict[Key, dict[str, str]]) -> None:
    about = {r["id"]: r for r in read(EDITION / "indicators.csv")}
    for (name, *_), r in cells.items():
        if r["status"] == "illustrative" and r["numerator"]:
            top, base = int(r["numerator"]), int(r["denominator"])  # whole numbers, or this fails
            per = float(about[name]["per"])
            assert float(r["value"]) == pytest.approx(top / base * per, abs=5.1e-7)


def test_lsoas_of_a_published_ward_add_up_to_it(cells: dict[Key, dict[str, str]]) -> None:
    parent = {r["code"]: r["parent_code"] for r in read(EDITION / "geography" / "areas.csv")}
    ratio = {r["id"] for r in read(EDITION / "indicators.csv") if r["rollup"] == "ratio"}
    sums: dict[Key, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (name, area, period), r in cells.items():
        if area.startswith("E01"):
            for i, column in enumerate(("numerator", "denominator")):
                sums[name, parent[area], period][i] += float(r[column] or "nan")
    compared = 0
    for key, found in sums.items():
        ward = cells.get(key)
        counted = ward and ward["status"] == "observed" and ward["numerator"] and key[0] in ratio
        if ward and counted and not np.isnan(found[0]):
            assert found == [float(ward["numerator"]), float(ward["denominator"])]
            compared += 1
    assert compared > 300


def test_ward_bases_are_published_residents_where_those_are_the_base(
    cells: dict[Key, dict[str, str]],
) -> None:
    people = {(r["area_code"], r["period"]): float(r["value"])
              for r in ward_figures()
              if r["figure_id"] == "population"}  # fmt: skip
    for (name, area, period), r in cells.items():
        if name in ("hate_crime", "arts_participation") and area.startswith("E05"):
            year = "2013" if period == "baseline" else "2014"
            assert float(r["denominator"]) == people[area, year]


def test_generated_figures_follow_the_real_pattern_of_need(inputs: Inputs) -> None:
    panel = inputs.panel.take(inputs.geography.codes("ward"))
    at = {name: i for i, name in enumerate(panel.indicators)}
    poor = panel.value[1, :, at["child_poverty"]]
    for name in ("homelessness_duty", "temporary_accommodation", "council_tax_arrears",
                 "water_bill_arrears", "domestic_abuse_offences"):  # fmt: skip
        assert np.corrcoef(panel.value[1, :, at[name]], poor)[0, 1] > 0.3, name


def test_neighbours_are_alike(generate: ModuleType, inputs: Inputs) -> None:
    places = generate.read_places()
    panel = inputs.panel.take(list(places.lsoas))
    about = inputs.framework.indicators
    drawn = np.flatnonzero((about["open_figures"] == "") & (about["finest_level"] == "lsoa"))
    near = places.touching - np.diag(np.diag(places.touching))
    near = near / near.sum(axis=1, keepdims=True)
    alike = []
    for i in drawn:
        x = panel.value[1, :, i]
        z = np.where(np.isnan(x), 0, x - np.nanmean(x))
        alike.append(float(z @ near @ z / (z @ z)))  # Moran's I
    assert len(alike) > 12
    assert np.mean(alike) > 0.2
    assert np.mean(np.array(alike) > 0) > 0.9


def test_both_periods_are_alike_but_not_the_same(inputs: Inputs) -> None:
    wards = inputs.panel.take(inputs.geography.codes("ward"))
    made = (wards.status == "illustrative").all(axis=(0, 1))
    between = [np.corrcoef(wards.value[0, :, i], wards.value[1, :, i])[0, 1]
               for i in np.flatnonzero(made)]  # fmt: skip
    assert np.median(between) > 0.6
    assert max(between) < 1


def test_every_component_can_be_scored_after_disclosure_control(inputs: Inputs) -> None:
    """At most one gap a component in most wards; and there is much to hide."""
    shown = control(inputs.panel, inputs.framework, inputs.geography, inputs.settings)
    wards = shown.panel.take(inputs.geography.codes("ward"))
    member = inputs.framework.component_of[:, None] == np.arange(len(inputs.framework.components))
    gaps = np.isnan(wards.value).astype(int) @ member
    assert ((gaps <= 1).mean(axis=1) > 0.7).all()
    decided = shown.log.groupby(["level", "decision"]).size()
    assert decided["ward", "primary"] >= 5
    assert decided["ward", "secondary"] >= 2
    assert decided["lsoa", "primary"] >= 100
    assert ("ward", "withheld") not in decided.index  # no rule that the figures cannot meet


def test_small_counts_are_common_at_lsoa_level(inputs: Inputs) -> None:
    small = inputs.panel.take(inputs.geography.codes("lsoa"))
    at = [small.indicators.index(n) for n in ("sewer_flooding_blockages", "serious_damp_hazards")]
    top = small.numerator[..., at]
    assert ((top > 0) & (top < 5)).mean() > 0.2


# ---- the invented programmes


@pytest.fixture(scope="module")
def verdicts(inputs: Inputs) -> dict[str, object]:
    none = pd.DataFrame(columns=["area_code", "period", "element", "level", "score"])
    chapters = run_chapters(inputs, {"scores_comparable": none})
    assert all(c.illustrative for c in chapters)
    return {c.result.design.id: c.result for c in chapters}


def test_protocols_treat_the_wards_that_the_generator_treats(generate: ModuleType) -> None:
    made = generate.programmes(generate.read_places())
    document = yaml.safe_load((EDITION / "interventions.yml").read_text("utf-8"))
    entries = document["interventions"]
    told = {e["id"]: (e["primary"][0]["id"], tuple(e["treated"])) for e in entries[:2]}
    assert tuple(entries[2]["treated"]) == _module("lbbd84_monthly").TREATED
    assert told == {name: (p.outcome, p.treated) for name, p in made.items()}
    for entry in entries:
        assert "invented" in entry["name"]
        assert "no figure of this chapter is real" in entry["card"]["This programme is invented"]
        assert entry["protocol_sha256"]


def test_months_and_neighbours_show_what_was_built_in(verdicts: dict) -> None:
    """An effect of −30 %, a tenth pushed next door, and a trend that passes for an effect."""
    nights, bikes = verdicts["street-lights-example"].primary
    assert nights.verdict.status == "clear improvement"
    assert nights.analysis.effect.low <= -30 <= nights.analysis.effect.high
    assert nights.analysis.ring.low <= 10 <= nights.analysis.ring.high
    assert nights.analysis.ring.p <= 0.05
    assert any("neighbours moved too" in reason for reason in nights.verdict.reasons)
    assert nights.analysis.joint_p > 0.05 >= bikes.analysis.joint_p
    assert any("did not move alike" in reason for reason in bikes.verdict.reasons)
    assert bikes.verdict.certainty == "very low"
    assert not bikes.analysis.breakdown >= 1
    assert verdicts["bulky-waste-example"].primary[0].verdict.maryland == 5


def test_the_monthly_panel_is_what_the_generator_makes(prepared: Path) -> None:
    name = "panels/monthly_illustrative.parquet"
    shipped, made = (pd.read_parquet(folder / name) for folder in (EDITION, prepared))
    pd.testing.assert_frame_equal(shipped, made)


@pytest.mark.parametrize(
    ("name", "status"),
    [("street-wardens-example", "clear improvement"), ("bulky-waste-example", "no clear change")],
)
def test_a_chapter_finds_what_was_built_in(
    generate: ModuleType, verdicts: dict, name: str, status: str
) -> None:
    result = verdicts[name]
    first = result.primary[0]
    truth = generate.built_in_effects()[name, first.outcome.id]
    assert first.verdict.status == status
    assert first.analysis.effect.low <= truth <= first.analysis.effect.high
    assert first.analysis.panel.low <= truth <= first.analysis.panel.high
    if truth:
        assert abs(truth) > first.analysis.power.effect  # above what the design can see
    for side in result.side:
        assert side.low < 0 < side.high  # nothing was built in
