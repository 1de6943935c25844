"""A whole chapter: order of work, verdicts, refusals, JSON."""

import copy
import dataclasses
import json
from importlib.resources import files

import jsonschema
import numpy as np
import pandas as pd
import pytest

from spi_core.edition.interventions.design import Design, Outcome, protocol_hash
from spi_core.errors import InputError
from spi_core.impact.chapter import run_chapter
from spi_core.impact.results import to_json
from spi_core.impact.sample import arrange

WARDS = [f"W{i:02d}" for i in range(17)]
PERIODS = ("2015", "2016", "2017", "2019")


def areas(per_ward=6):
    units = [(f"{ward}_{i}", ward) for ward in WARDS for i in range(per_ward)]
    table = pd.DataFrame(units, columns=["area_code", "ward_code"])
    rng = np.random.default_rng(0)
    return table.assign(
        population=rng.integers(1_000, 3_000, len(table)), imd=rng.normal(20, 5, len(table))
    )


def values(effect=0.0, seed=2, outcomes=("crime", "quiet", "other"), treated=WARDS[:4]):
    """Levels that persist, with shocks of LSOA and ward; the effect falls on `crime` only."""
    rng, units = np.random.default_rng(seed), areas()
    codes, ward = units["area_code"], pd.factorize(units["ward_code"])[0]
    frames = []
    for outcome in outcomes:
        lasting = 20 + 4 * rng.normal(size=len(units)) + 2 * rng.normal(size=17)[ward]
        for period in PERIODS:
            level = lasting + rng.normal(size=len(units)) + 0.3 * rng.normal(size=17)[ward]
            if period == "2019" and outcome == "crime":
                level = level + effect * units["ward_code"].isin(treated)
            frames.append(
                pd.DataFrame(
                    {"outcome_id": outcome, "area_code": codes, "period": period, "value": level}
                )
            )
    return pd.concat(frames, ignore_index=True)


def design(**changes):
    settings = {
        "id": "a",
        "name": "A",
        "start": "2018",
        "targeting": "ward",
        "treated": tuple(WARDS[:4]),
        "earlier": ("2015",),
        "before": ("2016", "2017"),
        "after": ("2019",),
        "primary": (Outcome("crime", "down", "Crime", "per 1,000"),),
        "placebo": (Outcome("quiet", "down"),),
        "exploratory": (Outcome("other", "up"),),
        "covariate": "imd",
        "selection": "other",
    }
    return Design(**(settings | changes))


def chapter(plan=None, table=None, **more):
    table = values() if table is None else table
    rng = np.random.default_rng(7)
    return run_chapter(plan or design(), lambda: table, areas(), rng, **more)


def codes(result):
    return [refusal.code for refusal in result.primary[0].refusals]


RING = {ward: [WARDS[i - 1], WARDS[(i + 1) % 17]] for i, ward in enumerate(WARDS)}


@pytest.fixture(scope="module")
def clear():
    return chapter(table=values(effect=-4.0), neighbours=RING)


def test_built_in_effect_is_found_and_called_an_improvement(clear):
    (found,) = clear.primary
    assert found.verdict.status == "clear improvement"
    assert found.analysis.effect.low < -4 < found.analysis.effect.high
    assert found.p == found.p_holm == found.p_max_t == 1 / 2380
    assert (clear.sets, clear.exact, clear.floor) == (2380, True, 1 / 2380)
    assert found.verdict.maryland == 3
    assert found.verdict.certainty in ("moderate", "low")


def test_same_effect_in_the_other_direction_is_a_decline():
    plan = design(primary=(Outcome("crime", "up"),))
    result = chapter(plan, values(effect=-4.0))
    assert result.primary[0].verdict.status == "clear decline"


def test_no_effect_is_called_no_clear_change_and_not_no_effect():
    (found,) = chapter().primary
    assert found.verdict.status == "no clear change"


def test_grid_brackets_diagnostics_are_all_there(clear):
    analysis = clear.primary[0].analysis
    assert [row.key for row in analysis.grid] == [
        "unweighted",
        "population",
        "covariate",
        "ancova",
        "ward_means",
        "ward_log",
        "doubly_robust",
    ]
    assert all(row.estimate == pytest.approx(-4, abs=1.5) for row in analysis.grid[:5])
    assert analysis.panel.low <= min(analysis.panel.did_low, analysis.panel.ancova_low)
    assert analysis.panel.high >= max(analysis.panel.did_high, analysis.panel.ancova_high)
    assert analysis.study.base == "2017"
    assert [effect.period for effect in analysis.study.effects] == ["2015", "2016", "2019"]
    assert analysis.study.joint_p > 0.05
    assert analysis.trend.gap == 2.5
    assert analysis.trend.per_period == pytest.approx(analysis.effect.estimate / 2.5)
    assert len(analysis.refits) == 17
    assert analysis.donut.wards == 15  # two neighbours of a run of four wards drop out
    assert analysis.placebo.wards == 13
    assert analysis.placebo.p > 0.05
    assert analysis.moran.units == 17
    assert len(analysis.raw.wards) == 17
    assert 0.5 < analysis.power_exact < 0.95
    assert [row.role for row in clear.side] == ["placebo", "exploratory"]


@pytest.mark.parametrize("selection", ["lasting_level", "baseline_figure", "other", "unknown"])
def test_a_reason_on_record_is_not_asked_for(selection):
    apart = values()
    treated = apart["area_code"].str[:3].isin(WARDS[:4])
    apart.loc[treated, "value"] += 10
    (found,) = chapter(design(selection=selection), apart).primary
    assert found.analysis.panel.baseline_gap > 0.5
    asked = any("why these areas" in words for words in found.verdict.change_mind)
    assert asked is (selection == "unknown")


def test_no_lot_is_denied_that_the_protocol_cannot_record(clear):
    verdict = clear.primary[0].verdict
    said = (*verdict.reasons, verdict.maryland_reason)
    assert any("records no drawing by lot" in words for words in said)
    assert not any("were not drawn by lot" in words for words in said)


def test_without_a_map_there_is_no_donut():
    analysis = chapter().primary[0].analysis
    assert analysis.donut is None
    assert analysis.moran is None


def test_protocol_is_hashed_before_outcomes_are_read(monkeypatch):
    seen = []
    original = protocol_hash

    def hashed(plan):
        seen.append("hash")
        return original(plan)

    def load():
        seen.append("load")
        return values()

    monkeypatch.setattr("spi_core.impact.chapter.protocol_hash", hashed)
    result = run_chapter(design(), load, areas(), np.random.default_rng(1))
    assert seen == ["hash", "load"]
    assert result.provenance.protocol_sha256 == original(design())


def test_no_fingerprint_is_of_values_that_the_chapter_does_not_show():
    table = values()
    swapped = table.copy()
    pair = swapped.index[(swapped["outcome_id"] == "crime") & (swapped["period"] == "2019")][:2]
    swapped.loc[pair, "value"] = table.loc[pair[::-1], "value"].to_numpy()
    one, other = chapter(table=table), chapter(table=swapped)
    assert one.primary[0].raw.wards == other.primary[0].raw.wards
    assert one.provenance == other.provenance
    swapped.loc[pair[0], "value"] += 1
    assert chapter(table=swapped).provenance.means_sha256 != one.provenance.means_sha256


def test_one_treated_ward_is_refused():
    result = chapter(design(treated=(WARDS[0],)))
    assert [refusal.code for refusal in result.refusals] == ["one_treated_ward"]
    assert "1/17" in result.refusals[0].detail
    assert result.primary[0].verdict.status == "not answerable"
    assert result.primary[0].analysis is None
    assert result.primary[0].raw.treated_wards == 1


def test_floor_above_alpha_is_refused():
    result = chapter(design(treated=tuple(WARDS[:2]), comparison=tuple(WARDS[2:5])))
    assert codes(result) == ["p_floor"]


def test_no_comparison_is_refused_with_raw_means():
    result = chapter(design(treated=tuple(WARDS), comparison="none"))
    assert codes(result) == ["no_comparison"]
    assert result.primary[0].raw.treated_units == 102
    assert np.isnan(result.primary[0].raw.comparison_before)
    assert "comparable areas" in result.refusals[0].needs
    to_json(result)


def test_copied_values_are_refused():
    table = values()
    units = areas().set_index("area_code")["ward_code"]
    ward = table["area_code"].map(units)
    table["value"] = table.groupby(["outcome_id", "period", ward])["value"].transform("mean")
    assert codes(chapter(table=table)) == ["copied_down"]


def test_carried_values_are_refused_and_some_are_a_caution():
    table = values().pivot(index=["outcome_id", "area_code"], columns="period", values="value")
    for share, expected in ((0.6, ["carried_forward"]), (0.3, [])):
        carried = table.copy()
        rows = np.arange(len(carried)) % 10 < 10 * share
        carried.loc[rows, "2019"] = carried.loc[rows, "2017"]
        long = carried.reset_index().melt(["outcome_id", "area_code"])
        result = chapter(table=long)
        assert codes(result) == expected
        if not expected:
            assert any("equal the period before" in words for words in result.primary[0].cautions)


def test_unbalanced_units_are_refused_by_code():
    table = values()
    gone = table["area_code"].eq("W03_2") & table["period"].eq("2019")
    result = chapter(table=table[~(gone & table["outcome_id"].eq("crime"))])
    assert codes(result) == ["unbalanced"]
    assert "W03_2" in result.primary[0].refusals[0].detail
    assert result.side[0].refusals == ()


def test_unit_without_any_value_is_counted_out_loud():
    table = values()
    result = chapter(table=table[table["area_code"] != "W09_1"])
    assert result.primary[0].raw.absent == ("W09_1",)
    assert any("dropped out" in reason for reason in result.primary[0].verdict.reasons)


def test_outcome_missing_for_whole_treated_wards_is_refused():
    table = values()
    gone = table["outcome_id"].eq("crime") & table["area_code"].str[:3].isin(WARDS[1:4])
    assert codes(chapter(table=table[~gone])) == ["one_treated_ward"]


def test_outcome_missing_for_one_ward_is_tested_on_the_rest():
    table = values()
    gone = table["outcome_id"].eq("crime") & table["area_code"].str[:3].eq(WARDS[10])
    result = chapter(table=table[~gone])
    assert result.primary[0].analysis.effect.sets == 1820


def test_outcome_that_never_varies_is_refused():
    table = values()
    table.loc[table["outcome_id"] == "crime", "value"] = 0.0
    assert codes(chapter(table=table)) == ["no_variation"]


def test_two_treated_wards_use_permutation_only():
    found = chapter(design(treated=tuple(WARDS[:2]))).primary[0]
    assert found.analysis.model is None
    assert found.analysis.wild is None
    assert all(np.isnan(row.p_model) for row in found.analysis.grid)
    assert any("permutation only" in words for words in found.cautions)


def test_lsoa_scheme_permutes_within_wards():
    chosen = tuple(f"{ward}_{i}" for ward in WARDS[:5] for i in (0, 1))
    table = values()
    hit = table["area_code"].isin(chosen) & table["period"].eq("2019")
    table.loc[hit & table["outcome_id"].eq("crime"), "value"] -= 6
    plan = design(targeting="lsoa", by_unit=False, treated=chosen)
    result = chapter(plan, table)
    found = result.primary[0]
    assert found.verdict.status == "clear improvement"
    assert found.analysis.effect.estimate == pytest.approx(-6, abs=1.5)
    assert not found.analysis.effect.exact
    assert found.analysis.effect.monte_carlo_se > 0
    assert np.isnan(found.p_max_t)
    to_json(result)


def test_lsoa_scheme_that_fills_its_wards_has_no_comparison():
    chosen = tuple(f"{ward}_{i}" for ward in WARDS[:4] for i in range(6))
    plan = design(targeting="lsoa", by_unit=False, treated=chosen)
    assert codes(chapter(plan)) == ["no_comparison"]


def test_drift_back_after_a_bad_year_is_not_claimed():
    """Only DiD is fooled by wards picked for a bad year; the bracket holds zero."""
    table = values()
    bad = table["period"].isin(["2016", "2017"]) & table["area_code"].str[:3].isin(WARDS[:4])
    table.loc[bad & table["outcome_id"].eq("crime"), "value"] += 3.0
    before = table.pivot(index=["outcome_id", "area_code"], columns="period", values="value")
    noisy = before.copy()
    # After, comparison units forget most of their level as well: strong regression to the mean.
    rng = np.random.default_rng(3)
    noisy["2019"] = 20 + 0.2 * (before["2017"] - 20) + rng.normal(size=len(before))
    noisy["2016"] = before["2017"]
    noisy["2016"] += 0.01 * rng.normal(size=len(before))
    plan = design(earlier=(), selection="baseline_figure", covariate="")
    found = chapter(plan, noisy.reset_index().melt(["outcome_id", "area_code"])).primary[0]
    assert found.analysis.panel.low < 0 < found.analysis.panel.high
    assert found.verdict.status == "inconclusive"
    assert found.analysis.panel.supports == "ancova"


def test_same_inputs_same_json(clear):
    again = chapter(table=values(effect=-4.0), neighbours=RING)
    assert json.dumps(to_json(again)) == json.dumps(to_json(clear))
    shuffled = values(effect=-4.0).sample(frac=1, random_state=1)
    other = chapter(table=shuffled, neighbours=RING)
    assert json.dumps(to_json(other)) == json.dumps(to_json(clear))


def test_json_is_plain_and_schema_rejects_what_is_wrong(clear):
    document = json.loads(json.dumps(to_json(clear), allow_nan=False))
    assert len(document["primary"][0]["analysis"]["effect"]["effects"]) == 2380
    assert document["primary"][0]["analysis"]["grid"][-1]["p_exact"] is None
    wrong = dataclasses.replace(clear, floor=1.5)
    schema = json.loads(files("spi_core.impact").joinpath("results.schema.json").read_text("utf-8"))
    follows = jsonschema.Draft202012Validator(schema)
    follows.validate(document)
    with pytest.raises(jsonschema.ValidationError):
        follows.validate(to_json(wrong))


def test_codes_used_twice_are_bad_input_and_not_a_refusal():
    table = values()
    with pytest.raises(InputError, match="occurs twice"):
        chapter(table=pd.concat([table, table.head(1)]))


def test_inputs_are_not_changed():
    table, places = values(), areas()
    kept = copy.deepcopy((table, places))
    run_chapter(design(), lambda: table, places, np.random.default_rng(0))
    pd.testing.assert_frame_equal(table, kept[0])
    pd.testing.assert_frame_equal(places, kept[1])


def test_arrange_reports_duplicates_and_missing_covariates():
    table = values()
    with pytest.raises(InputError, match="occurs twice"):
        arrange(design(), "crime", pd.concat([table, table.head(1)]), areas())
    places = areas()
    places.loc[3, "imd"] = np.nan
    with pytest.raises(InputError, match="imd"):
        arrange(design(), "crime", table, places)
