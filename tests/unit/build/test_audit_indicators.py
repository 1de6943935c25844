"""The audit's tables: complete, reproducible, and right where a second way is at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from spi_core import store
from spi_core.build.edition import compute
from spi_core.edition.inputs import load
from tests.support.editions import OPEN, WARDS, make_edition, rewrite, settings

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return compute(load(make_edition(tmp_path_factory.mktemp("data") / "tiny")))


@pytest.fixture(scope="module")
def open_edition(built_open: Path) -> Tables:
    return dict(store.Tables(built_open / "tables"))


@pytest.fixture(scope="module", params=["tiny", "open_edition"])
def tables(request: pytest.FixtureRequest) -> Tables:
    return dict(request.getfixturevalue(request.param))


def _used(tables: Tables) -> list[str]:
    return list(tables["weights"].query("share > 0")["indicator_id"])


def _scores(tables: Tables, level: str = "indicator") -> pd.DataFrame:
    rows = tables["scores"].query("level == @level")
    rows = rows[rows["area_code"].isin(tables["standing"]["area_code"])]
    return rows.pivot(index=["period", "area_code"], columns="element", values="score")


def test_every_scored_component_and_used_indicator_is_audited(tables: Tables) -> None:
    scored = set(tables["framework"].query("scored")["component"])
    assert set(tables["audit_components"]["component"]) == scored
    for name in ("audit_indicators", "audit_links"):
        assert sorted(tables[name]["indicator_id"]) == sorted(_used(tables))
    left_out = tables["audit_left_out"]
    assert set(left_out.query("kind == 'indicator'")["what"]) == set(_used(tables))
    assert set(left_out.query("kind == 'component'")["what"]) == scored


def test_both_populations_are_audited_where_there_is_a_reference(
    tiny: Tables, open_edition: Tables
) -> None:
    assert set(tiny["audit_components"]["population"]) == {"this edition"}
    by_population = open_edition["audit_components"].groupby("component")["population"].agg(set)
    assert (by_population == {"reference", "this edition"}).all()
    reference = open_edition["audit_components"].query("population == 'reference'")
    moments, _ = load(OPEN).reference or pytest.fail("no reference")
    assert set(reference["rows"]) == set(moments["n_rows"])


def test_alpha_of_two_indicators_follows_from_their_correlation(tiny: Tables) -> None:
    """Standardised alpha of two is 2r/(1 + r): Spearman and Brown."""
    values = tiny["values"].query("area_code in @WARDS")
    wide = values.pivot(index=["period", "area_code"], columns="indicator_id", values="value")
    r = np.corrcoef(wide["burglary"], wide["robbery"])[0, 1]
    row = tiny["audit_components"].query("component == 'Safety'").iloc[0]
    assert row["alpha_standardised"] == pytest.approx(2 * r / (1 + r))
    # the larger eigenvalue of a 2 × 2 correlation matrix is 1 + |r|
    assert row["first_component"] == pytest.approx((1 + abs(r)) / 2)
    assert row["rows"] == 2 * len(WARDS)


def test_importance_is_the_squared_correlation_with_the_index(tables: Tables) -> None:
    table = tables["audit_indicators"].set_index("indicator_id")
    indicator, index = _scores(tables), _scores(tables, "index")["index"]
    r = indicator[table.index].corrwith(index)
    np.testing.assert_allclose(table["r_index"], r, atol=1e-9)
    np.testing.assert_allclose(table["effective"], r**2 / (r**2).sum(), atol=1e-9)
    assert table["nominal"].sum() == pytest.approx(1)
    # every mean is arithmetic, so nominal weights are the index's own
    framework = tables["framework"].query("scored").set_index("component")
    size = framework["dimension"].map(framework["dimension"].value_counts())
    share = tables["weights"].set_index("indicator_id")
    expected = share["share"] / share["component"].map(size) / framework["dimension"].nunique()
    np.testing.assert_allclose(table["nominal"], expected[table.index], rtol=1e-9)


def test_bootstrapped_weights_spread_around_the_fitted_ones(open_edition: Tables) -> None:
    table = open_edition["audit_indicators"].set_index("indicator_id")
    weights = open_edition["weights"].set_index("indicator_id").loc[table.index]
    pca = weights["method"] == "pca"
    assert pca.any()
    inside = weights["weight"].between(table["weight_low"], table["weight_high"])
    assert inside[pca].all()
    assert table.loc[~pca, ["weight_low", "weight_high"]].isna().all().all()


def test_recipes_are_compared_by_their_ranks(tables: Tables) -> None:
    recipes = tables["audit_recipes"].set_index("what")
    assert {"equal shares", "geometric means", "z-scores", "min–max", "percentile ranks"} <= set(
        recipes.index
    )
    assert recipes["max_rank_shift"].is_monotonic_decreasing
    assert (recipes["max_rank_shift"] >= recipes["mean_rank_shift"]).all()
    assert recipes["rank_correlation"].between(-1, 1).all()
    assert (recipes["reason"] == "").all()
    moved = recipes[recipes["max_rank_shift"] > 0]
    assert moved["furthest"].isin(tables["standing"]["area_code"]).all()
    np.testing.assert_array_equal(moved["furthest_by"].abs(), moved["max_rank_shift"])


def test_equal_shares_by_hand(tables: Tables) -> None:
    used = tables["weights"].query("share > 0")
    framework = tables["framework"].set_index("component")["dimension"]
    indicator = _scores(tables).loc["current", list(used["indicator_id"])]
    component = indicator.T.groupby(used.set_index("indicator_id")["component"]).mean()
    index = component.groupby(framework).mean().mean()
    base = _scores(tables, "index").loc["current", "index"]
    shift = index[base.index].rank(ascending=False) - base.rank(ascending=False)
    row = tables["audit_recipes"].set_index("what").loc["equal shares"]
    assert row["max_rank_shift"] == shift.abs().max()
    assert row["mean_rank_shift"] == pytest.approx(shift.abs().mean())
    assert row["rank_correlation"] == pytest.approx(stats.spearmanr(index[base.index], base)[0])


def test_leaving_a_component_out_by_hand(tables: Tables) -> None:
    framework = tables["framework"].query("scored").set_index("component")["dimension"]
    component = _scores(tables, "component").loc["current"]
    base = _scores(tables, "index").loc["current", "index"]
    for row in tables["audit_left_out"].query("kind == 'component'").itertuples():
        rest = component.drop(columns=row.what)
        index = rest.T.groupby(framework).mean().mean()
        assert row.max_score_shift == pytest.approx((index - base).abs().max(), abs=1e-9)


def test_draws_say_how_many_were_asked_for_and_failed(tables: Tables) -> None:
    draws = tables["audit_draws"].set_index("use")
    asked = {"tiny": 200}.get(str(tables["ward_data"]["edition"].iloc[0]), 5000)
    assert draws["replicates"].tolist() == [asked, asked]
    assert draws["failed"].tolist() == [0, 0]
    assert draws.at["ratings", "varied"] == "imputation, sampling"
    assert "weights" in draws.at["choices", "varied"]


def test_sobol_indices_are_shares_with_their_error(tables: Tables) -> None:
    sobol = tables["audit_sobol"]
    known = sobol[sobol["reason"] == ""]
    assert {"weights", "normaliser", "aggregator", "goalposts"} <= set(known["factor"])
    assert (known["total"] >= -known["total_error"]).all()
    assert (known["first"] <= known["total"] + known["first_error"] + known["total_error"]).all()
    # nothing is estimated in one edition, no error is known in another
    assert set(sobol.loc[sobol["reason"] != "", "factor"]) <= {"imputation", "sampling"}


def test_the_same_seed_gives_the_same_audit(tmp_path: Path, tiny: Tables) -> None:
    again = compute(load(make_edition(tmp_path / "tiny")))
    for name in (n for n in tiny if n.startswith("audit_")):
        pd.testing.assert_frame_equal(again[name], tiny[name], check_exact=True)


def test_shrinkage_is_audited_for_indicators_with_counts_only(
    tiny: Tables, open_edition: Tables
) -> None:
    assert tiny["audit_shrinkage"].empty  # this edition asks for no interval from its counts
    table = open_edition["audit_shrinkage"]
    assert len(table)
    assert table["kept_least"].ge(0).all()
    assert table["kept_mean"].le(1).all()
    assert (table["kept_least"] <= table["kept_mean"]).all()
    register = open_edition["indicators"].set_index("id")
    assert set(register.loc[table["indicator_id"], "interval"]) <= {"byar", "wilson"}


def test_a_recipe_that_is_not_defined_says_which_indicator_and_why(tmp_path: Path) -> None:
    """Chance explains all differences: shrunken values are the borough's, in both periods alike."""
    edition = make_edition(tmp_path / "tiny")
    rewrite(
        edition / "indicators.csv",
        lambda rows: [r | {"interval": "byar"} if r["id"] == "robbery" else r for r in rows],
    )

    def nearly_equal(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        for r in rows:
            if r["indicator_id"] == "robbery":
                top = 37 if r["area_code"] == WARDS[0] else 36
                r |= {"numerator": str(top), "denominator": "4000", "value": str(top / 4)}
        return rows

    rewrite(edition / "observations" / "all.csv", nearly_equal)
    settings(edition, lambda s: s["index"].update(shrinkage="empirical_bayes"))
    tables = compute(load(edition))
    assert np.isfinite(tables["scores"]["score"]).all()
    reasons = tables["audit_recipes"].set_index("what")["reason"]
    assert reasons["z-scores"] == "an indicator must vary; this one is constant: robbery"
    assert reasons["geometric means"] == ""
    draws = tables["audit_draws"].set_index("use")
    assert draws.at["choices", "failed"] < draws.at["choices", "replicates"]


@pytest.mark.parametrize(
    ("one", "other"), [("crowding", "cold_homes"), ("burglary", "robbery")], ids=["three", "two"]
)
def test_an_indicator_that_repeats_another_is_audited_as_far_as_that_goes(
    tmp_path: Path, one: str, other: str
) -> None:
    def repeat(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        of = {(r["area_code"], r["period"]): r for r in rows if r["indicator_id"] == one}
        kept = ("value", "numerator", "denominator")
        twins = {k: {name: of[k][name] for name in kept} for k in of}
        return [
            r | twins[r["area_code"], r["period"]] if r["indicator_id"] == other else r
            for r in rows
        ]

    edition = make_edition(tmp_path / "twins")
    rewrite(edition / "observations" / "all.csv", repeat)
    made = compute(load(edition))
    component = made["framework"].set_index("component").query("scored").index
    weights = made["weights"].query("indicator_id in [@one, @other]")
    assert weights["component"].isin(component).all()
    assert set(weights["method"]) == {"equal"}
    audited = made["audit_indicators"].set_index("indicator_id").loc[[one, other]]
    assert (audited["bootstrap_failed"] == audited["bootstrap_n"]).all()
    assert audited[["weight_low", "vif"]].isna().all().all()
    reasons = made["audit_components"].set_index("component")["reasons"]
    assert "singular" in reasons[weights["component"].iloc[0]]
