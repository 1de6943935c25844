"""The shipped open edition: real figures, frozen weights, and one number followed by hand."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spi_core.build.edition import build
from spi_core.build.fitting import fit_weights
from spi_core.build.treated import on_scale
from spi_core.edition.inputs import Inputs, load
from spi_core.present.base.edition import origin_sentence
from spi_core.store import Tables
from tests.support.editions import OPEN, ROOT, read, ward_figures
from tests.support.project import files


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return load(OPEN)


@pytest.fixture(scope="module")
def reports(built_open: Path) -> Path:
    return built_open


@pytest.fixture(scope="module")
def tables(reports: Path) -> Tables:
    return Tables(reports / "tables")


def test_every_figure_but_two_is_there_and_none_is_made_up(inputs: Inputs) -> None:
    """Abbey and Village share their names with other wards, and bore their counts of 2014."""
    panel = inputs.panel.take(inputs.geography.codes("ward"))
    current, sickness = panel.periods.index("current"), panel.indicators.index("sickness_benefits")
    left_out = [(current, a, sickness) for a in panel.rows(["E05000026", "E05000041"])]
    assert [tuple(cell) for cell in np.argwhere(~np.isfinite(panel.value))] == left_out
    assert [tuple(cell) for cell in np.argwhere(panel.status != "observed")] == left_out
    assert inputs.settings["illustrative"] is False


def test_frozen_weights_are_those_of_a_refit(inputs: Inputs) -> None:
    ids, scale = list(inputs.framework.ids), on_scale(inputs)
    posts = scale.tables["goalposts"].set_index("indicator_id").loc[ids]
    again = fit_weights(scale, posts["best"], posts["worst"]).set_index("indicator_id")
    frozen = inputs.tables["weights"].set_index("indicator_id").loc[again.index]
    for column in ("weight", "loading", "sd", "share"):
        np.testing.assert_allclose(frozen[column], again[column], rtol=1e-9, atol=1e-9)
    for column in ("component", "method", "reason", "fitted_on"):
        assert frozen[column].tolist() == again[column].tolist()


def test_pca_weights_are_the_first_eigenvector_of_rows_with_a_best_and_a_worst(
    inputs: Inputs,
) -> None:
    """Rows with exactly the reference moments, two rows added, and an eigenvector taken."""
    moments, correlation = inputs.reference or pytest.fail("no reference")
    posts = inputs.tables["goalposts"].set_index("indicator_id")
    polarity = inputs.framework.indicators["polarity"]
    weights = inputs.tables["weights"]
    for _, group in weights[weights["method"] == "pca"].groupby("component"):
        ids = list(group["indicator_id"])
        n, k = int(moments.at[ids[0], "n_rows"]), len(ids)
        z = np.random.default_rng(0).normal(size=(n, k))
        z -= z.mean(axis=0)
        z = z @ np.linalg.inv(np.linalg.cholesky(np.cov(z.T))).T
        r = correlation.loc[ids, ids].to_numpy()
        rows = z @ np.linalg.cholesky(r).T * moments.loc[ids, "sd"].to_numpy()
        rows += moments.loc[ids, "mean"].to_numpy()
        ends = posts.loc[ids, ["best", "worst"]].to_numpy().T
        rows = np.vstack([rows, ends]) * polarity[ids].to_numpy()
        vector = np.linalg.eigh(np.corrcoef(rows.T))[1][:, -1]
        np.testing.assert_allclose(group["weight"], vector / vector.sum(), rtol=1e-7)
        np.testing.assert_allclose(group["sd"], rows.std(axis=0, ddof=1), rtol=1e-7)


def test_scored_components_and_those_that_wait_for_council_data(tables: Tables) -> None:
    framework = tables["framework"]
    waiting = framework[~framework["scored"]]
    assert len(waiting)
    assert (waiting["indicators"] < 2).all()
    assert (framework.loc[framework["scored"], "indicators"] >= 2).all()
    assert all("awaits council data" in note for note in waiting["note"])


def test_the_readme_counts_right(tables: Tables) -> None:
    """These counts are what the README tells of the editions."""
    said = " ".join((ROOT / "README.md").read_text("utf-8").split())
    wards = sum(tables["areas"]["level"] == "ward")
    assert f"| {wards} ward briefs of two pages" in said
    assert f"{len(tables['indicators'])} indicators of {wards} wards, two periods" in said
    framework, words = tables["framework"], {10: "Ten", 12: "twelve"}
    scored, every = words[framework["scored"].sum()], words[len(framework)]
    assert f"{scored} of the framework's {every} components" in said
    whole = ROOT / "data" / "lbbd-84"
    lsoas = sum(r["level"] == "lsoa" for r in read(whole / "geography" / "areas.csv"))
    indicators = len(read(whole / "indicators.csv"))
    assert f"{indicators} indicators of borough, wards and {lsoas} LSOAs" in said


def test_the_tables_hold_a_score_for_every_ward_period_and_scored_element(tables: Tables) -> None:
    scores = tables["scores"]
    columns = ["area_code", "period", "element", "level", "score", "illustrative", "same_figures"]
    assert set(scores.columns) == set(columns)
    assert not scores["illustrative"].any()
    assert not scores.duplicated(["area_code", "period", "element", "level"]).any()
    assert scores["score"].between(0, 100).all()
    wards = scores[scores["area_code"].str.startswith("E05")]
    framework, each = tables["framework"], 2 * sum(tables["areas"]["level"] == "ward")
    assert wards.groupby("level").size().to_dict() == {
        "indicator": each * len(tables["indicators"]),
        "component": each * framework["scored"].sum(),
        "dimension": each * framework["dimension"].nunique(),
        "index": each,
    }


def test_what_is_not_comparable_has_no_change(tables: Tables) -> None:
    pairs = tables["comparisons"].set_index("indicator_id")
    broken = set(pairs.index[pairs["group"] == "broken"])
    assert broken == {"gcse_points", "turnout_borough"}
    changes = tables["indicator_changes"]
    assert changes.loc[changes["indicator_id"].isin(broken), "change"].isna().all()


def test_what_is_from_longer_ago_has_a_change_and_no_part_in_scores(tables: Tables) -> None:
    pairs = tables["comparisons"].set_index("indicator_id")
    longer = pairs[pairs["group"] == "further apart"]
    said = longer["reason"].to_dict()
    assert said["secure_tenure"] == "further apart: 2001 to 2011"
    assert said["turnout_mayoral"] == "further apart: 2008 to 2012"
    assert said["no2_concentration"] == "further apart: 2008 to 2011"
    assert not longer["in_change"].any()
    changes = tables["indicator_changes"].set_index("indicator_id")
    assert changes.loc["secure_tenure", "rating"].isin(["clear decline"]).all()
    assert changes.loc["secure_tenure", "reason"].eq("further apart: 2001 to 2011").all()
    moved = tables["contributions"].query("points != 0")["indicator_id"]
    assert set(moved) == set(pairs.index[pairs["in_change"]])
    index = tables["changes"].query("level == 'index'")
    assert (index["parts"].eq(7) & index["of"].eq(10)).all()
    # more than half of Foundations of Wellbeing cannot be compared
    lacking = tables["changes"].query("element == 'Foundations of Wellbeing'")
    assert lacking["change"].isna().all()


def test_one_published_number_from_the_source_to_the_download(
    reports: Path, tables: Tables, inputs: Inputs
) -> None:
    """Violence in one ward: 2 source rows → rate → score → component → ward-data.csv."""
    ward, i = "E05000032", "violence_offences"
    source = {
        (r["figure_id"], r["period"]): float(r["value"])
        for r in ward_figures()
        if r["area_code"] == ward
    }
    rate = source["crime_violence", "2014/15"] / source["population", "2014"] * 1000
    stored = next(
        r
        for r in read(OPEN / "observations" / "open.csv")
        if (r["indicator_id"], r["area_code"], r["period"]) == (i, ward, "current")
    )
    assert float(stored["value"]) == pytest.approx(rate, abs=5e-7)
    posts = next(r for r in read(OPEN / "goalposts.csv") if r["indicator_id"] == i)
    best, worst = float(posts["best"]), float(posts["worst"])
    score = 100 * (float(stored["value"]) - worst) / (best - worst)
    assert 0 < score < 100
    line = _ward_data(reports, ward, i)
    assert line["period_label"] == "2014/15"
    assert float(line["value"]) == float(stored["value"])
    assert float(line["numerator"]) == source["crime_violence", "2014/15"]
    assert float(line["denominator"]) == source["population", "2014"]
    assert float(line["score"]) == pytest.approx(score, abs=1e-9)
    assert line["provenance"] == "observed"
    assert line["data_version"] == Tables(reports / "tables").about["data_version"]
    assert line["area_name"] == inputs.geography.areas.at[ward, "name"]
    # its component is the mean of such scores, weighted by the frozen shares
    shares = {
        r["indicator_id"]: float(r["share"])
        for r in read(OPEN / "weights.csv")
        if r["component"] == "Personal Safety"
    }
    parts = {k: float(_ward_data(reports, ward, k)["score"]) for k in shares}
    component = float(_ward_data(reports, ward, "Personal Safety")["score"])
    assert component == pytest.approx(sum(shares[k] * parts[k] for k in shares), abs=1e-9)
    # dimension and index are plain means of what is scored
    framework = tables["framework"].query("scored")
    means = {
        d: np.mean([float(_ward_data(reports, ward, c)["score"]) for c in group["component"]])
        for d, group in framework.groupby("dimension")
    }
    for dimension, mean in means.items():
        assert float(_ward_data(reports, ward, dimension)["score"]) == pytest.approx(mean, abs=1e-9)
    index = float(_ward_data(reports, ward, "index")["score"])
    assert index == pytest.approx(np.mean(list(means.values())), abs=1e-9)


def _ward_data(reports: Path, ward: str, element: str) -> dict[str, Any]:
    with (reports / "ward-data.csv").open(encoding="utf-8", newline="") as stream:
        found = [
            r
            for r in csv.DictReader(stream)
            if (r["area_code"], r["element"], r["period"]) == (ward, element, "current")
        ]
    assert len(found) == 1, (element, len(found))
    return found[0]


def test_pages_say_how_many_figures_are_estimated(tables: Tables) -> None:
    wards = tables["values"][tables["values"]["area_code"].str.startswith("E05")]
    filled = int(wards["estimated"].sum())
    assert filled
    text = origin_sentence(tables)
    assert f"{filled} missing ward values are estimated from the other figures" in text
    assert "Every figure in it that is given comes from an official publication" in text


def test_ward_data_holds_each_ward_element_and_period_once(reports: Path, tables: Tables) -> None:
    data = pd.read_csv(reports / "ward-data.csv")
    assert not data.duplicated(["area_code", "level", "element", "period"]).any()
    assert set(data["area_code"]) == set(tables["areas"].query("level == 'ward'")["code"])
    baseline, current = data.groupby("period").size()
    assert baseline == current
    assert data[["unit", "publisher", "data_version"]].notna().all().all()
    # an earlier score that rests on other figures than the latest is not given
    blank = data["score"].isna()
    assert set(data.loc[blank, "period"]) == {"baseline"}
    assert "index" in set(data.loc[blank, "element"])
    assert not (data.loc[blank, "level"] == "indicator").any()


def test_the_borough_is_the_sum_of_its_wards_not_their_mean(inputs: Inputs) -> None:
    p = inputs.panel
    home, wards = p.areas.index("E09000002"), p.rows(inputs.geography.codes("ward"))
    k = p.indicators.index("violence_offences")
    rate = p.numerator[:, wards, k].sum(axis=1) / p.denominator[:, wards, k].sum(axis=1) * 1000
    np.testing.assert_allclose(p.value[:, home, k], rate, rtol=1e-12)


@pytest.mark.gate
def test_building_twice_gives_the_same_bytes(inputs: Inputs, reports: Path, tmp_path: Path) -> None:
    build(inputs, tmp_path / "lbbd-open")
    first, second = (files(folder) for folder in (reports, tmp_path / "lbbd-open"))
    assert list(first) == list(second)
    assert [name for name in first if first[name] != second[name]] == []
    assert {Path(name).parts[0] for name in first} >= {"tables", "impact", "ward-data.csv"}
