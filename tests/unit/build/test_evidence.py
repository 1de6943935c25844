"""What the scores mean: ranks, ratings and changes say no more than their intervals allow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spi_core import store
from spi_core.build.edition import compute
from spi_core.edition.inputs import load
from spi_core.errors import InputError
from spi_core.text.words import DECLINE, IMPROVEMENT, NO_CHANGE, NOT_RATED
from tests.support.editions import (
    BOROUGH,
    INDICATORS,
    WARDS,
    broken,
    count,
    draw,
    make_edition,
    rewrite,
    settings,
    spoil,
    write,
)

Tables = dict[str, pd.DataFrame]
Row = dict[str, str]
Change = Callable[[Path], object]

RATED = ("strength", "similar", "weakness")
COMPARED = ("standing", "changes", "indicator_changes", "contributions", "gaps", "tiers", "errors")


def computed(folder: Path, change: Change | None = None) -> Tables:
    make_edition(folder)
    count(folder)
    if change is not None:
        change(folder)
    return compute(load(folder))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return computed(tmp_path_factory.mktemp("data") / "tiny")


@pytest.fixture(scope="module")
def open_edition(built_open: Path) -> Tables:
    return dict(store.Tables(built_open / "tables"))


@pytest.fixture(scope="module", params=["tiny", "open_edition"])
def tables(request: pytest.FixtureRequest) -> Tables:
    return dict(request.getfixturevalue(request.param))


# ---- standing


def test_every_ward_and_scored_element_stands_once(tables: Tables) -> None:
    standing = tables["standing"]
    assert not standing.duplicated(["area_code", "element", "level"]).any()
    scores = tables["scores"].query("period == 'current' and level != 'indicator'")
    scores = scores[scores["area_code"].str.startswith("E05")]
    both = standing.merge(scores, "outer", ["area_code", "element", "level"])
    assert len(both) == len(standing)
    np.testing.assert_allclose(both["score_x"], both["score_y"], rtol=0, atol=0)


def test_nothing_is_missing_where_a_rating_is_given(tables: Tables) -> None:
    rated = tables["standing"].query("rating in @RATED")
    assert len(rated)
    needed = ["score", "low", "high", "whole", "difference", "rank", "rank_low", "rank_high"]
    peers = ["peers_median", "peers_difference", "peers_low", "peers_high"]
    assert rated[[*needed, *peers, "quarter", "p_top", "p_bottom"]].notna().all().all()
    assert (rated["reason"] == "").all()
    unrated = tables["standing"].query("rating not in @RATED")
    assert (unrated["rating"] == NOT_RATED).all()
    assert (unrated["reason"] != "").all()


def test_a_strength_needs_the_interval_to_exclude_zero(tables: Tables) -> None:
    standing = tables["standing"]
    up, down = (standing[standing["rating"] == r] for r in ("strength", "weakness"))
    assert len(up)
    assert len(down)
    assert (up["peers_low"] > 0).all()
    assert (up["peers_difference"] > 0).all()
    assert (down["peers_high"] < 0).all()
    assert (down["peers_difference"] < 0).all()
    # some differ by more than a point and are similar all the same: chance could have made it
    chance = standing[(standing["rating"] == "similar") & (standing["peers_difference"].abs() > 1)]
    assert len(chance)


def test_scores_and_ranks_lie_within_their_intervals(tables: Tables) -> None:
    s = tables["standing"]
    assert s["rank"].between(s["rank_low"], s["rank_high"]).all()
    assert s["rank_low"].ge(1).all()
    assert s["rank_high"].le(s["area_code"].nunique()).all()
    assert s["p_top"].dropna().between(0, 1).all()
    assert s["quarter"].isin([1, 2, 3, 4]).all()
    sure = s.dropna(subset="low")
    assert len(sure)
    assert (sure["high"] > sure["low"]).all()
    assert sure["score"].between(sure["low"], sure["high"]).all()
    np.testing.assert_allclose(s["difference"], s["score"] - s["whole"], atol=1e-12)


def test_ranks_are_those_of_the_scores(tables: Tables) -> None:
    for _, group in tables["standing"].groupby(["level", "element"]):
        expected = group["score"].rank(ascending=False)
        np.testing.assert_array_equal(group["rank"], expected)


def test_comparators_are_other_wards_nearest_first_as_many_as_named(tables: Tables) -> None:
    peers = tables["peers"]
    assert (peers["area_code"] != peers["peer_code"]).all()
    assert not peers.duplicated(["area_code", "peer_code"]).any()
    assert peers.groupby("area_code").size().eq(5).all()
    assert peers.groupby("area_code")["distance"].apply(lambda d: d.is_monotonic_increasing).all()
    assert peers["area_code"].nunique() == tables["standing"]["area_code"].nunique()


# ---- change


LONGER = [f"further apart: {years}" for years in ("2001 to 2011", "2008 to 2012", "2012 to 2014")]


def test_a_change_is_rated_only_where_its_interval_excludes_zero(tables: Tables) -> None:
    polarity = tables["indicators"].set_index("id")["polarity"]
    indicator = tables["indicator_changes"]
    indicator = indicator.assign(better=indicator["indicator_id"].map(polarity))
    for changes in (tables["changes"].assign(better=1), indicator):
        clear = (changes["low"] > 0) | (changes["high"] < 0)
        better = changes["better"] * changes["change"] > 0
        rated = changes[changes["rating"] != NOT_RATED]
        assert len(rated)
        assert rated[["change", "low", "high"]].notna().all().all()
        expected = np.where(clear, np.where(better, IMPROVEMENT, DECLINE), NO_CHANGE)
        assert rated["rating"].tolist() == expected[rated.index].tolist()
        assert rated["reason"].isin(["", *LONGER]).all()
        unrated = changes[changes["rating"] == NOT_RATED]
        assert (unrated["reason"] != "").all()
    assert {IMPROVEMENT, NO_CHANGE} <= set(tables["changes"]["rating"])


def test_change_is_current_minus_baseline_of_comparable_scores(tables: Tables) -> None:
    wide = tables["scores_comparable"].pivot(
        index=["area_code", "level", "element"], columns="period", values="score"
    )
    rows = tables["changes"].dropna(subset="change")
    at = wide.loc[pd.MultiIndex.from_frame(rows[["area_code", "level", "element"]])]
    np.testing.assert_allclose(rows["baseline"], at["baseline"].to_numpy(), atol=1e-12)
    np.testing.assert_allclose(
        rows["change"], (at["current"] - at["baseline"]).to_numpy(), atol=1e-12
    )


def test_contributions_sum_to_the_change_of_the_index(tables: Tables) -> None:
    parts = tables["contributions"].groupby("area_code")["points"].sum()
    index = tables["changes"].query("level == 'index'").set_index("area_code")["change"]
    np.testing.assert_allclose(parts[index.index], index, rtol=0, atol=1e-9)
    rest = tables["comparisons"].query("not in_change")["indicator_id"]
    mine = tables["contributions"]
    mine = mine[mine["indicator_id"].isin(rest)]
    assert len(mine)
    assert (mine["points"] == 0).all()


def test_without_counts_or_a_reference_population_nothing_is_rated(tmp_path: Path) -> None:
    tables = compute(load(make_edition(tmp_path / "tiny")))
    assert set(tables["errors"]["basis"]) == {"unknown"}
    assert set(tables["changes"]["rating"]) == {NOT_RATED}
    assert set(tables["indicator_changes"]["reason"]) >= {"its error is not known"}
    standing = tables["standing"]
    assert set(standing["rating"]) == {NOT_RATED}
    assert standing["reason"].str.startswith("error known for 0%").all()
    # nor is anything sure of its place
    assert standing[["low", "high", "difference_low", "p_top"]].isna().all().all()
    assert standing["rank_low"].eq(1).all()
    assert standing["rank_high"].eq(len(WARDS)).all()


def test_a_published_standard_error_rates_what_has_no_counts(tmp_path: Path) -> None:
    def told(folder: Path) -> None:
        def survey(rows: list[Row]) -> list[Row]:
            error = {"exam_points": "8", "absence": "0.1", "library_loans": "0.1"}
            return [r | {"standard_error": error.get(r["indicator_id"], "")} for r in rows]

        rewrite(folder / "observations" / "all.csv", survey)

    tables = computed(tmp_path / "tiny", told)
    errors = tables["errors"].query("indicator_id == 'absence' and area_code in @WARDS")
    assert set(errors["basis"]) == {"published"}
    assert errors["se"].eq(0.1).all()
    knowledge = tables["standing"].query("element == 'Knowledge'")
    assert set(knowledge["rating"]) <= set(RATED)
    values = tables["values"].query("indicator_id == 'absence' and area_code in @WARDS")
    width = values["value_high"] - values["value_low"]
    np.testing.assert_allclose(width, 2 * 1.6449 * 0.1, rtol=1e-3)


def test_a_tier_counts_the_clear_and_says_what_its_intervals_cover(tables: Tables) -> None:
    tiers = tables["tiers"].set_index("tier")
    standing, changes = tables["standing"], tables["changes"]
    for name, frame, low, high in (
        ("changes", changes, "low", "high"),
        ("indicator_changes", tables["indicator_changes"], "low", "high"),
        ("whole", standing, "difference_low", "difference_high"),
        ("strengths", standing, "peers_low", "peers_high"),
    ):
        tier = tiers.loc[name]
        known = frame[~frame["reason"].isin(LONGER)].dropna(subset=low)
        clear = (known[low] > 0) | (known[high] < 0)
        assert (tier["tested"], tier["clear"]) == (len(known), clear.sum())
        assert tier["coverage"] == pytest.approx(1 - 0.1 * (clear.sum() or 0.5) / len(known))


def test_a_change_stands_beside_what_is_left_of_it(open_edition: Tables) -> None:
    model = open_edition["error_model"].set_index("indicator_id")
    for r in open_edition["indicator_changes"].dropna(subset="relative").itertuples():
        own, values = model.loc[r.indicator_id], open_edition["values"]
        mine = values.query("area_code == @r.area_code and indicator_id == @r.indicator_id")
        before, now = mine.set_index("period")["value"][["baseline", "current"]]
        moved = before * own["change"] if own["moves"] == "ratio" else before + own["change"]
        assert r.relative == pytest.approx(now - moved, abs=1e-9)
        clear = r.relative_low > 0 or r.relative_high < 0
        assert clear == (r.relative_rating in ("clearly better", "clearly worse"))
    index = open_edition["changes"].query("level == 'index'")
    assert index["relative"].notna().all()


def test_gaps_are_spreads_of_the_wards(tables: Tables) -> None:
    gaps = tables["gaps"].query("level == 'index'").set_index("measure")
    wards = tables["changes"].query("level == 'index' and area_code != @BOROUGH")
    wards = wards[wards["area_code"].str.startswith("E05")]
    for period in ("baseline", "current"):
        assert gaps.at["range", f"value_{period}"] == pytest.approx(np.ptp(wards[period]))
        assert gaps.at["standard deviation", f"value_{period}"] == pytest.approx(
            wards[period].std(ddof=1)
        )
    change = gaps["value_current"] - gaps["value_baseline"]
    np.testing.assert_allclose(gaps["change"], change, atol=1e-12)
    # none where the errors of less than half of the index are known: nothing would vary
    known = wards["known"].mean() >= 0.5
    assert gaps["low_current"].notna().all() == known
    assert not (gaps["low_current"] > gaps["high_current"]).any()


# ---- randomness


def test_the_same_seed_gives_the_same_tables_another_seed_other_draws(
    tmp_path: Path, tiny: Tables
) -> None:
    again = computed(tmp_path / "again" / "tiny")
    for name in COMPARED:
        pd.testing.assert_frame_equal(again[name], tiny[name], check_exact=True)
    other = computed(
        tmp_path / "other" / "tiny",
        lambda f: settings(f, lambda s: s["uncertainty"].update(seed=7)),
    )
    pd.testing.assert_frame_equal(other["scores"], tiny["scores"], check_exact=True)
    a, b = (t["standing"] for t in (other, tiny))
    assert (a["low"] != b["low"]).all()
    # the same distribution, though: intervals of 200 draws agree within a few points
    assert (a["low"] - b["low"]).abs().median() < 3


# ---- editions that lack something


def _drop_comparators(folder: Path) -> None:
    settings(folder, lambda s: s.pop("comparators"))


def _drop_context(folder: Path) -> None:
    (folder / "context.csv").unlink()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_drop_comparators, "the edition names no comparators"),
        (_drop_context, "the edition has no context.csv to find comparators by"),
    ],
)
def test_without_comparators_nothing_is_rated_and_says_why(
    tmp_path: Path, tiny: Tables, change: Change, reason: str
) -> None:
    tables = computed(tmp_path / "tiny", change)
    standing = tables["standing"]
    assert set(standing["rating"]) == {NOT_RATED}
    assert set(standing["reason"]) == {reason}
    assert list(standing.columns) == list(tiny["standing"].columns)
    assert standing["peers_difference"].isna().all()
    assert standing["rank_low"].notna().all()
    assert tables["peers"].empty
    assert list(tables["peers"].columns) == list(tiny["peers"].columns)


def test_nothing_comparable_leaves_every_change_unrated(tmp_path: Path) -> None:
    def break_all(folder: Path) -> None:
        write(folder / "breaks.csv", [broken(i, "New rules.") for i, *_ in INDICATORS])

    tables = computed(tmp_path / "tiny", break_all)
    assert tables["changes"]["change"].isna().all()
    assert set(tables["changes"]["rating"]) == {NOT_RATED}
    assert set(tables["indicator_changes"]["reason"]) == {"New rules."}
    assert tables["gaps"].empty
    assert "value_baseline" in tables["gaps"]
    assert tables["tiers"].query("tier == 'changes'")["tested"].tolist() == [0]
    assert tables["standing"]["score"].notna().all()


def test_geometric_means_build_and_contributions_still_add_up(tmp_path: Path) -> None:
    names = ("component_mean", "dimension_mean", "index_mean")
    tables = computed(
        tmp_path / "tiny",
        lambda f: settings(f, lambda s: s["index"].update(dict.fromkeys(names, "geometric"))),
    )
    assert np.isfinite(tables["scores"]["score"]).all()
    test_contributions_sum_to_the_change_of_the_index(tables)
    test_scores_and_ranks_lie_within_their_intervals(tables)


# ---- figures that cannot be scored: a clear error, or left out and said so


def _observed(folder: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    rewrite(folder / "observations" / "all.csv", lambda rows: [change(r) for r in rows])


def _set(value: str, *indicators: str) -> Change:
    blank = {"value": value, "numerator": "", "denominator": ""}
    blank |= {} if value else {"status": "missing"}
    return lambda folder: _observed(
        folder, lambda r: r | blank if r["indicator_id"] in indicators else r
    )


def _keep_wards(folder: Path, n: int) -> None:
    kept = {*WARDS[:n], BOROUGH}
    for name, column in (
        ("observations/all.csv", "area_code"),
        ("geography/areas.csv", "code"),
        ("geography/lookup.csv", "from_code"),
        ("context.csv", "area_code"),
    ):
        rewrite(folder / name, lambda rows, c=column: [r for r in rows if r[c] in kept])
    draw(folder, WARDS[:n])


def _sound(tables: Tables) -> None:
    """No NaN travels: every score is a number, whatever is rated is complete."""
    assert np.isfinite(tables["scores"]["score"]).all()
    test_nothing_is_missing_where_a_rating_is_given(tables)
    index = tables["standing"].query("level == 'index'")
    assert index[["rank", "low", "high", "whole"]].notna().all().all()
    assert not (tables["quality"]["result"] == "failed").any()
    weights = tables["weights"].groupby("component")[["weight", "share"]].sum()
    np.testing.assert_allclose(weights, 1, rtol=1e-9)


@pytest.mark.parametrize(
    ("value", "why"),
    [("900", "the same value in every ward and period"), ("", "no ward has a value")],
)
def test_an_indicator_that_tells_nothing_counts_in_no_score_and_says_so(
    tmp_path: Path, value: str, why: str
) -> None:
    tables = computed(tmp_path / "tiny", _set(value, "rent"))
    _sound(tables)
    weights = tables["weights"].set_index("indicator_id")
    assert weights.loc["rent", ["weight", "share"]].tolist() == [0, 0]
    assert weights.at["rent", "reason"] == f"left out: {why}"
    found = tables["audit_findings"].query("kind == 'left out'")
    assert found["indicators"].tolist() == ["rent"]
    assert found["reason"].tolist() == [f"counts in no score: {why}"]
    assert "rent" not in set(tables["audit_indicators"]["indicator_id"])
    # the component is that of the two others
    scores = tables["scores"].query("period == 'current' and area_code == @WARDS[0]")
    score = scores.set_index("element")["score"]
    share = weights["share"]
    two = sum(share[i] * score[i] for i in ("crowding", "cold_homes"))
    assert score["Shelter"] == pytest.approx(two)


def test_weights_with_one_left_out_can_be_frozen(tmp_path: Path) -> None:
    edition = tmp_path / "tiny"
    first = computed(edition, _set("900", "rent"))
    first["weights"].to_csv(edition / "weights.csv", index=False)
    again = compute(load(edition))
    np.testing.assert_allclose(again["scores"]["score"], first["scores"]["score"], rtol=1e-12)
    assert (again["quality"].query("check == 'Frozen weights'")["result"] == "passed").all()


def test_an_indicator_that_stops_telling_anything_is_left_out_of_frozen_weights(
    tmp_path: Path,
) -> None:
    edition = tmp_path / "tiny"
    first = computed(edition)
    first["weights"].to_csv(edition / "weights.csv", index=False)
    _set("", "rent")(edition)
    again = compute(load(edition))
    _sound(again)
    shares = again["weights"].set_index("indicator_id")["share"]
    old = first["weights"].set_index("indicator_id")["share"]
    assert shares["rent"] == 0
    assert shares["crowding"] / shares["cold_homes"] == pytest.approx(
        old["crowding"] / old["cold_homes"]
    )


@pytest.mark.parametrize("value", ["", "9"])
@pytest.mark.parametrize("gone", [("burglary", "robbery"), ("robbery",)])
def test_a_component_with_too_little_to_tell_is_not_scored(
    tmp_path: Path, gone: tuple[str, ...], value: str
) -> None:
    tables = computed(tmp_path / "tiny", _set(value, *gone))
    _sound(tables)
    framework = tables["framework"].set_index("component")
    assert not framework.at["Safety", "scored"]
    assert "Safety" not in set(tables["weights"]["component"])
    tables["weights"].to_csv(tmp_path / "tiny" / "weights.csv", index=False)
    assert load(tmp_path / "tiny").panel.areas  # frozen so, they can be read
    assert framework.at["Safety", "note"] == "not scored: too few figures that differ"
    assert framework.at["Rights", "note"] == "not scored: awaits council data"
    assert "Safety" not in set(tables["scores"]["element"])
    here = tables["scores"].query("period == 'current' and level != 'indicator'")
    wide = here.pivot(index="area_code", columns="element", values="score")
    np.testing.assert_allclose(wide["Needs"], wide["Shelter"])


def test_a_whole_dimension_without_figures_leaves_the_index_to_the_others(tmp_path: Path) -> None:
    gone = ("crowding", "cold_homes", "rent", "burglary", "robbery")
    tables = computed(tmp_path / "tiny", _set("", *gone))
    assert np.isfinite(tables["scores"]["score"]).all()
    assert not (tables["quality"]["result"] == "failed").any()
    assert set(tables["standing"]["rating"]) == {NOT_RATED}  # what is left has no counts
    wide = tables["scores"].query("period == 'current' and level != 'indicator'")
    wide = wide.pivot(index="area_code", columns="element", values="score")
    assert "Needs" not in wide
    np.testing.assert_allclose(wide["index"], wide["Foundations"])


def test_two_wards_can_be_scored_and_ranked_but_not_rated(tmp_path: Path) -> None:
    def two(folder: Path) -> None:
        _keep_wards(folder, 2)
        _drop_comparators(folder)

    tables = computed(tmp_path / "tiny", two)
    standing = tables["standing"]
    assert set(standing["area_code"]) == set(WARDS[:2])
    assert standing[["score", "rank", "rank_low", "rank_high"]].notna().all().all()
    assert set(standing["rating"]) == {NOT_RATED}
    assert np.isfinite(tables["scores"]["score"]).all()
    recipes = tables["audit_recipes"]  # two places have no rank correlation
    assert recipes["rank_correlation"].dtype == float
    assert recipes["rank_correlation"].isna().all()
    assert recipes["max_rank_shift"].notna().all()


def test_negative_values_pass_a_geometric_mean(tmp_path: Path) -> None:
    """Beyond a goalpost counts as the goalpost; a score of 0 is lifted to 1 for the logarithm."""

    def change(folder: Path) -> None:
        rewrite(folder / "indicators.csv", lambda rows: [r | {"valid_min": ""} for r in rows])
        _observed(
            folder,
            lambda r: (
                r | {"value": "-50"}
                if (r["indicator_id"], r["area_code"]) == ("library_loans", WARDS[1])
                else r
            ),
        )
        names = ("component_mean", "dimension_mean", "index_mean")
        settings(folder, lambda s: s["index"].update(dict.fromkeys(names, "geometric")))

    tables = computed(tmp_path / "tiny", change)
    _sound(tables)
    score = tables["scores"].query("element == 'library_loans' and area_code == @WARDS[1]")
    assert score["score"].tolist() == [1.0, 1.0]


def _all_missing(period: str) -> Change:
    blank = {"value": "", "numerator": "", "denominator": "", "status": "missing"}
    return lambda folder: _observed(folder, lambda r: r | blank if r["period"] == period else r)


def test_a_first_year_without_a_baseline_has_scores_and_no_change(tmp_path: Path) -> None:
    tables = computed(tmp_path / "tiny", _all_missing("baseline"))
    _sound(tables)
    assert tables["changes"]["change"].isna().all()


def _lookup(settings_: dict[str, Any], **index: Any) -> None:
    settings_["index"].update(index)


REFUSED: dict[str, tuple[Change, str]] = {
    "no figure at all": (
        _set("", *[i[0] for i in INDICATORS]),
        "indicators.csv: leaves no component that can be scored; allowed: 2 indicators",
    ),
    "no current figure": (
        _all_missing("current"),
        "column period: 'current' let no wards have an index: figures are missing for Shelter (",
    ),
    "two wards, five comparators": (
        lambda f: _keep_wards(f, 2),
        "column comparators.number: 5 is more than there are wards to choose from; allowed: "
        "no comparators",
    ),
    "five wards, five comparators": (
        lambda f: _keep_wards(f, 5),
        "comparators.number: 5 is more than there are wards to choose from; allowed: 3 to 4",
    ),
    "more indicators asked than any component has": (
        lambda f: settings(f, lambda s: _lookup(s, minimum_indicators=5)),
        "leaves no component that can be scored; allowed: 5 indicators",
    ),
    "equal goalposts": (
        lambda f: spoil(f / "goalposts.csv", 2, best="16.8"),
        "goalposts.csv, row 2, column best: 16.8 equals worst: the goalposts must differ",
    ),
    "goalposts equal but for rounding": (
        lambda f: spoil(f / "goalposts.csv", 2, best="16.799999999999997"),
        "equals worst: the goalposts must differ",
    ),
    "crossed goalposts": (
        lambda f: spoil(f / "goalposts.csv", 2, best="16.8", worst="7.2"),
        "row 2, column best: 16.8 contradicts the polarity of crowding; allowed: a value below",
    ),
    "a number no figure can be": (
        lambda f: spoil(f / "observations" / "all.csv", 34, value="1e308"),
        "row 34, column value: '1e308' is not a number",
    ),
    "a date beyond what dates can hold": (
        lambda f: spoil(f / "observations" / "all.csv", 2, end="9999-12-31"),
        "row 2, column end: '9999-12-31' is not a date; allowed: a date such as 2014-03-31",
    ),
    "a folder for edition.yml": (
        lambda f: ((f / "edition.yml").unlink(), (f / "edition.yml").mkdir()),
        "edition.yml: is missing",
    ),
    "context without a ward": (
        lambda f: rewrite(f / "context.csv", lambda rows: rows[1:]),
        "context.csv, column variable: 'children' has no children of E05000101",
    ),
    "context that is the same everywhere": (
        lambda f: rewrite(f / "context.csv", lambda rows: [r | {"value": "5"} for r in rows]),
        "'older' is the same for every ward",
    ),
    "a context variable that is not there": (
        lambda f: settings(f, lambda s: s["comparators"].update(context=["tenure"])),
        "comparators.context: 'tenure' is not a variable of context.csv; allowed: children, older",
    ),
    "periods out of order": (
        lambda f: settings(f, lambda s: s["periods"].reverse()),
        "column periods: 'current' must be the last period; allowed: in order of time",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_computed_is_refused_by_name(
    tmp_path: Path, change: Change, message: str
) -> None:
    with pytest.raises(InputError) as refused:
        computed(tmp_path / "tiny", change)
    assert message in str(refused.value)


def test_weights_that_do_not_sum_to_1_are_refused(tmp_path: Path) -> None:
    edition = tmp_path / "tiny"
    first = computed(edition)
    table = first["weights"].assign(weight=lambda t: t["weight"] * 1.1)
    table.to_csv(edition / "weights.csv", index=False)
    with pytest.raises(InputError, match=r"the weights of 'Shelter' sum to 1\.1; allowed: a sum"):
        load(edition)


def test_a_raised_minimum_unscores_a_component_that_frozen_weights_still_hold(
    tmp_path: Path,
) -> None:
    edition = tmp_path / "tiny"
    first = computed(edition)
    first["weights"].to_csv(edition / "weights.csv", index=False)
    settings(edition, lambda s: _lookup(s, minimum_indicators=3))
    scored = compute(load(edition))["framework"].set_index("component")["scored"]
    assert scored.to_dict() == {
        "Shelter": True,
        "Safety": False,
        "Knowledge": True,
        "Rights": False,
        "Choice": False,
    }
