"""The methods chapter: the hand-worked ward equals the tables, and every table counts right."""

import re
from copy import deepcopy
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from spi_core.build.shown.registers import with_coverage
from spi_core.errors import SpiError
from spi_core.present.base.page import Page
from spi_core.present.base.prose import words_of
from spi_core.present.base.scale import averaging
from spi_core.present.methods import audit, register, small_areas, worked
from spi_core.present.methods import choices as choice
from spi_core.present.methods import tables as made
from spi_core.store import Tables, open_tables
from tests.support.editions import OPEN


@pytest.fixture(scope="module")
def tables(built_open) -> Tables:
    return open_tables(built_open / "tables")


@pytest.fixture
def w(tables):
    return worked.work_by_hand(tables, worked.choose_example(tables))


class Changed(dict):
    """Tables with some replaced."""

    def __init__(self, tables, about=None, **changes):
        super().__init__({name: tables[name] for name in tables} | changes)
        self.about = about or tables.about
        self.levels, self.whole = tables.levels, tables.whole


def wards(tables):
    return sorted(tables["standing"]["area_code"].unique())


@pytest.mark.parametrize("period", ["baseline", "current"])
def test_worked_scores_equal_the_tables_for_every_ward(tables, period):
    scores = tables["scores"].query("period == @period")
    scores = scores.set_index(["area_code", "element"])["score"]
    for code in wards(tables):
        w = worked.work_by_hand(tables, code, period)
        steps = dict(zip(w.indicators["id"], w.indicators["score"], strict=True))
        everything = steps | w.components | w.dimensions | {"index": w.index}
        got = pd.Series(everything)
        want = scores[code].reindex(got.index)
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-9)
        assert set(w.components) == set(tables["framework"].query("scored")["component"])


def _number(cell):
    return float(re.sub(r"[^\d.−-]", "", cell).replace("−", "-"))


def test_a_reader_with_a_calculator_reaches_the_printed_score(w):
    """From the printed cells alone, rounding and all."""
    components = {}
    for r in worked.indicator_steps(w).to_dict("records"):
        figure, _, logged = r["Figure"].partition("; ln ")
        parts = figure.split("=")
        if len(parts) == 2:
            factors = parts[0].replace(",", "").replace("÷", "/").replace("×", "*")
            figure = eval(factors)
            assert figure == pytest.approx(_number(parts[1]), rel=1e-4)
        else:
            figure = _number(parts[0])
        if logged:
            inside, scored = logged.split("=")
            assert np.log(eval(inside)) == pytest.approx(_number(scored), rel=1e-4)
            figure = _number(scored)
        low, high = _number(r["Worst"]), _number(r["Best"])
        score = min(100, max(0, 100 * (figure - low) / (high - low)))
        assert score == pytest.approx(_number(r["Score"].split()[0]), abs=0.02)
        product = score * _number(r["Share"])
        components[r["Component"]] = components.get(r["Component"], 0) + product
    for component, total in components.items():
        assert total == pytest.approx(w.components[component], abs=0.02)
    means = [np.mean([components[c] for c in of]) for of in w.parts.values()]
    assert round(float(np.mean(means)), 1) == round(w.index, 1)


def test_printed_sums_add_up(w):
    for r in worked.component_steps(w).to_dict("records"):
        assert sum(map(_number, r["Sum"].split("+"))) == pytest.approx(
            _number(r["Score"].strip("*")), abs=0.011
        )


def test_printed_shares_follow_from_weights(w):
    table = worked.share_steps(w, next(iter(w.components)))
    body, total = table.iloc[:-1], table.iloc[-1]
    raw = [
        _number(r["Weight"]) * _number(r["Distance of the goalposts"])
        / _number(r["Standard deviation"])
        for r in body.to_dict("records")
    ]  # fmt: skip
    shares = np.array(raw) / sum(raw)
    np.testing.assert_allclose(shares, body["Share"].map(_number), atol=2e-4)
    assert total["Share"] == "1.0000"


def test_equations_hold(w):
    component = next(iter(w.components))
    left, right = worked.component_equation(w, component).replace(r"\times", "*").split("=")
    assert eval(left) == pytest.approx(float(right), abs=0.02)
    text = worked.mean_equation([40.0, 60.0, 35.0], 45.0)
    assert text == "(40.00 + 60.00 + 35.00) ÷ 3 = 45.00"


def test_example_has_a_capped_figure_and_is_closest_to_the_borough(tables, w):
    steps = worked.indicator_steps(w)
    assert steps["Score"].str.contains("capped").any()
    index = tables["standing"].query("level == 'index'").set_index("area_code")["difference"]
    others = tables["values"].query("period == 'current' and capped and area_code in @index.index")
    assert abs(index[w.code]) == index[others["area_code"].unique()].abs().min()


def test_example_without_capped_figures_is_the_ward_closest_to_the_borough(tables):
    plain = Changed(tables, values=tables["values"].assign(capped=False))
    index = tables["standing"].query("level == 'index'").set_index("area_code")["difference"]
    assert worked.choose_example(plain) == index.abs().idxmin()


def test_worked_example_refuses_other_means(tables):
    means = tables["means"]
    means.loc[means["level"] == "index", ["mean", "order"]] = ["geometric mean", 0.0]
    with pytest.raises(SpiError, match="arithmetic"):
        worked.work_by_hand(Changed(tables, means=means), wards(tables)[0])
    said = averaging(Changed(tables, means=means))
    assert "the plain mean of its scored components, the index the geometric mean of its" in said
    assert averaging(tables) == (
        "A dimension is the plain mean of its scored components, the index the plain mean of its "
        "dimensions. A good score can therefore make up for a poor one."
    )


def test_worked_example_names_a_missing_figure(tables):
    values = tables["values"]
    here = (values["indicator_id"] == "child_poverty") & (values["area_code"] == wards(tables)[0])
    values.loc[here, "value"] = np.nan
    with pytest.raises(SpiError, match="child_poverty"):
        worked.work_by_hand(Changed(tables, values=values), wards(tables)[0])


def test_row_counts_agree_with_the_files(tables):
    counts = register.row_counts(tables).set_index("What")["Count"]
    rows = len(pd.read_csv(OPEN / "observations" / "open.csv"))
    assert counts["rows of observations"] == f"{rows:,}"
    assert counts["indicators"] == str(len(pd.read_csv(OPEN / "indicators.csv")))
    used = len(pd.read_csv(OPEN / "weights.csv"))
    assert counts["indicators that count in a component"] == str(used)


def test_bases_are_measured_against_residents(tables):
    table = made.base_table(tables).set_index("Indicator")
    alcohol = table.loc["Ambulance call-outs for alcohol"]
    assert float(alcohol["Per resident"]) > 3
    assert alcohol["Lowest to highest ward"] == "3.43 to 5.00"
    assert table.at["Deliberate fires", "Per resident"] == "1.00"
    order = table["Per resident"].astype(float)
    assert order.is_monotonic_increasing


def test_every_capped_value_is_named(tables):
    table = made.capped_table(tables)
    assert len(table) == tables["values"]["capped"].sum()
    row = table.query("Area == 'Abbey' and Period == '2014'").iloc[0]
    assert row["Counts as"] == "best, 5.103"
    assert row["Score"] == "100"
    ends = table["Counts as"].str.split(",").str[0].map({"best": "100", "worst": "0"})
    assert (ends == table["Score"]).all()


def test_goalpost_table_counts_caps_of_wards(tables):
    table = made.goalpost_table(tables)
    assert len(table) == len(tables["indicators"])
    assert table["Capped"].astype(int).sum() == len(made.capped_table(tables))
    assert set(table["Direction"]) == set(made.DIRECTION.values())


def test_periods_are_as_many_as_there_are(tables):
    about = deepcopy(tables.about)
    about["edition"]["periods"].insert(0, {"id": "y", "label": "2012"})
    three = Changed(tables, about)
    assert words_of(tables)["periods"] == "both periods"
    assert "Wards, all 3 periods" in made.goalpost_table(three)
    for name in ("tbl-levels", "tbl-withheld", "tbl-goalposts"):
        assert "all 3 periods" in Page("methods", three).text(name)


def test_weights_sum_to_one_as_printed(tables):
    table = made.weight_table(tables)
    sums = table.assign(w=table["Weight"].astype(float), p=table["Share"].astype(float))
    sums = sums.groupby("Component")[["w", "p"]].sum()
    np.testing.assert_allclose(sums, 1, atol=5e-4)


def test_every_component_has_a_reason(tables):
    table = made.weight_reasons(tables).set_index("Component")["Why these weights"]
    assert list(table.index) == list(tables["framework"]["component"])
    assert "KMO 0.49 is below 0.5" in table["Personal Rights"]
    assert table["Water & Sanitation"] == "Not scored: awaits council data"


def test_coverage_counts_wards_with_every_indicator(tables):
    coverage = tables["coverage"]
    here = (coverage["component"] == "Shelter") & (coverage["period"] == "current")
    coverage.loc[here & (coverage["area_code"] == wards(tables)[0]), "present"] = 1
    bare = tables["framework"].drop(columns=["complete_baseline", "complete_current", "estimated"])
    framework = with_coverage(bare, coverage, wards(tables))
    table = made.coverage_table(Changed(tables, framework=framework)).set_index("Component")
    n = len(wards(tables))
    assert table.at["Shelter", "Complete, current"] == f"{n - 1} of {n} wards"
    assert table.at["Shelter", "Complete, baseline"] == f"{n} of {n} wards"
    assert table.at["Shelter", "Status"] == "scored, thin"
    assert table.at["Water & Sanitation", "Complete, current"] == "–"


def test_excluded_indicators_say_what_is_left(tables):
    table = made.excluded_table(tables).set_index("Indicator")["Consequence"]
    assert table.to_dict() == {
        **dict.fromkeys(
            (
                "GCSE results",
                "Unauthorised school absence",
                "Nitrogen dioxide in the air",
                "Dust particles (PM10) in the air",
                "Land that is green space",
                "Turnout at borough elections",
                "Turnout at Mayor of London elections",
                "Households owning or renting socially",
            ),
            "No change of the component is shown: too little is left",
        ),
        "Residents in work": "The component’s change rests on the other 2",
    }


def test_risen_tells_the_two_readings_apart(tables):
    every, comparable, n = made.risen(tables)
    changes = tables["changes"].query("level == 'index' and area_code != 'E09000002'")["change"]
    assert comparable == (changes > 0).sum()
    assert every < comparable <= n == len(wards(tables))


def test_the_register_on_paper_has_one_line_an_indicator_and_no_ids(tables):
    table, about = register.register_short(tables), tables["indicators"]
    assert len(table) == len(about)
    text = " ".join(table["Indicator"])
    for name, identity in zip(about["name"], about["id"], strict=True):
        assert name in text
        assert f"`{identity}`" not in text
    assert (
        table.set_index(about["id"]).at["secure_tenure", "Periods"] == "Census 2001 → Census 2011"
    )


def test_tiers_say_what_each_interval_covers(tables):
    table = audit.tier_table(tables)
    tiers = tables["tiers"]
    assert table["Clear"].astype(int).tolist() == tiers["clear"].tolist()
    assert table["Each interval covers"].str.endswith(" %").all()
    assert not table["Judged together"].str.contains("{", regex=False).any()


def test_error_model_says_phi_of_counts_alone(tables):
    table, model = audit.error_model(tables), tables["error_model"]
    assert len(table) == len(tables["indicators"])
    counted = model["error"].eq("counts").to_numpy()
    assert (table["φ"] != "–").tolist() == counted.tolist()
    assert table["Error"].eq("from counts").tolist() == counted.tolist()
    logged = model["scale"].eq("log") & model["spread"].notna()
    text = table["Spread of changes"]
    assert text[logged.to_numpy()].str.contains(" %", regex=False).all()
    assert (
        text[model["at_count"].notna().to_numpy()].str.endswith(" deaths of ward residents").all()
    )


def test_register_lists_every_indicator_and_notes_if_there_are_any(tables):
    meaning, source = register.register_meaning(tables), register.register_source(tables)
    assert len(meaning) == len(source) == len(tables["indicators"])
    assert register.register_meaning(tables)["Indicator"].iloc[0].endswith("↓")
    dates = tables["dates"].assign(note="as published")
    table = register.register_source(Changed(tables, dates=dates))
    assert (table["Notes"] == "as published").all()


def test_worked_result_is_frozen(w):
    assert set(asdict(w)) >= {"indicators", "components", "dimensions", "index"}
    with pytest.raises(AttributeError):
        w.index = 0


def test_error_basis_counts_every_ward_figure_once(tables):
    table = audit.error_basis(tables)
    count = len(tables["indicators"])
    # two wards lack one figure, whose indicator so stands in two rows
    assert table["Indicators"].astype(int).sum() == count + 1
    assert table.set_index("Basis").at["no value", "Indicators"] == "1"
    figures = table["Ward figures"].str.replace(",", "").astype(int).sum()
    assert figures == 2 * count * len(wards(tables))


def test_place_table_never_shows_a_place_without_its_range(tables):
    table = audit.place_table(tables)
    assert len(table) == len(wards(tables))
    ends = table["Likely place"].str.extract(r"^(\d+)(?:–(\d+))?$")  # 1–1 is said as 1
    low, high = ends[0].astype(int).to_numpy(), ends[1].fillna(ends[0]).astype(int).to_numpy()
    place = table["Place"].astype(float).to_numpy()
    assert ((low <= place) & (place <= high)).all()


@pytest.mark.parametrize(
    ("share", "words"), [(0.0, "under 1%"), (0.004, "under 1%"), (0.25, "25%"), (1.0, "over 99%")]
)
def test_a_drawn_chance_is_never_none_or_all(tables, share, words):
    standing = tables["standing"].assign(p_top=share)
    table = audit.place_table(Changed(tables, standing=standing))
    assert (table["Highest quarter"] == words).all()


def test_rating_rule_carries_the_editions_numbers(tables):
    rule = audit.rating_rule(tables)
    assert "the 5 wards" in rule
    assert "more than 1 point" in rule


def test_peers_are_listed_nearest_first(tables):
    names = tables["areas"].set_index("code")["name"]
    table = audit.peer_table(tables).set_index("Ward")["Similar wards, nearest first"]
    for peer in tables["peers"].query("order == 1").itertuples():
        place = "" if peer.peer_code in names.index else f" ({peer.place})"
        assert table[names[peer.area_code]].split(", ")[0] == f"{peer.name}{place}".replace(
            "'", "’"
        )


def test_audit_tables_keep_every_row(tables):
    assert len(audit.component_audit(tables)) == len(tables["audit_components"])
    assert len(audit.indicator_audit(tables)) == len(tables["audit_indicators"])
    assert len(audit.finding_table(tables)) == len(tables["audit_findings"])
    assert len(choice.recipe_table(tables)) == len(tables["audit_recipes"])
    assert len(choice.left_out_table(tables, least=0)) == len(tables["audit_left_out"])


def test_equal_weights_show_no_bootstrap_range(tables):
    table = audit.indicator_audit(tables).set_index("Indicator")["Weight, bootstrap"]
    assert table["Children in poverty"] == "equal"
    assert table["Robbery"].startswith("0.1")


def test_a_recipe_that_could_not_run_says_why(tables):
    recipes = tables["audit_recipes"]
    recipes.loc[0, ["max_rank_shift", "reason"]] = [np.nan, "a score is 0"]
    table = choice.recipe_table(Changed(tables, audit_recipes=recipes))
    assert table["Recipe"].iloc[0].endswith(": a score is 0")
    assert table["Largest shift of a place"].iloc[0] == "–"


def test_sobol_leaves_blank_what_did_not_vary(tables):
    sobol = tables["audit_sobol"]
    sobol.loc[sobol["factor"] == "imputation", ["first", "first_error", "total"]] = np.nan
    sobol.loc[sobol["factor"] == "imputation", "reason"] = "no cell was estimated"
    table = choice.sobol_table(Changed(tables, audit_sobol=sobol)).set_index("Choice")
    assert table.at["imputation", "Alone"] == "–"
    assert table.at["imputation", "Note"] == "no cell was estimated"
    assert "±" in table.at["chance in the figures", "With others"]


def test_shrinkage_is_listed_with_the_largest_move_first(tables):
    table = choice.shrinkage_table(tables)
    assert len(table) == len(tables["audit_shrinkage"])
    moves = [float(m) for m in table["Largest move, points"]]
    assert moves == sorted(moves, reverse=True)


def test_small_areas_without_any_figure_are_not_scored(tables):
    assert choice.small_area_sentence(tables).endswith("published by ward: no LSOA is scored.")


def test_small_areas_that_reach_the_coverage_are_named(tables):
    frame = pd.DataFrame(
        {"component": ["A", "B"], "covered": [0.9, 0.2], "needed": 0.75, "scored": [True, False]}
    )
    assert choice.small_area_sentence(Changed(tables, small_area_coverage=frame)).endswith(
        "holds for A."
    )
    nearest = choice.small_area_sentence(
        Changed(tables, small_area_coverage=frame.assign(scored=False))
    )
    assert nearest.endswith("A comes nearest with 90%.")


def test_small_areas_outside_every_unit_are_not_told_of(tables):
    """Such areas have scores, but no spread within units: the report once stopped there."""
    alone = {
        **{n: tables[n] for n in ("framework", "areas")},
        "small_area_scores": tables["scores"],
    }
    assert small_areas.small_area_components(alone) == []
