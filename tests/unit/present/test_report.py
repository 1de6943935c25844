"""The borough report says what the tables say: words, tables and charts against the inputs."""

import re
from dataclasses import replace

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import shapely

from spi_core.levels import KNOWN
from spi_core.present.base.edition import name_indicators, origin_sentence
from spi_core.present.base.links import ward_page, ward_slug
from spi_core.present.base.marks import picture_keys
from spi_core.present.base.page import Page
from spi_core.present.base.pairs import emit_both
from spi_core.present.base.theme import RATINGS
from spi_core.present.base.words import small
from spi_core.present.report import (
    captions as report_captions,
)
from spi_core.present.report import (
    changes as report_changes,
)
from spi_core.present.report import (
    charts,
    maps,
    quarters,
    trends,
)
from spi_core.present.report import (
    notes as report_notes,
)
from spi_core.present.report import (
    tables as report_tables,
)
from spi_core.present.report import (
    words as report_words,
)
from spi_core.present.report.data import gather_report
from spi_core.present.report.grid import CELL, component_grid
from spi_core.present.report.maps import QUARTER_FILL, quarter_text, ward_map
from spi_core.present.report.quarters import quarter_caption
from spi_core.store import Tables, open_tables
from spi_core.text.seal import seal
from tests.support.editions import OPEN
from tests.support.payloads import PAYLOADS
from tests.support.pictures import overhang, overlapping

CHARTS = ["map", "dots", "grid", "strip", "london"]


@pytest.fixture(scope="module")
def tables(built_open) -> Tables:
    return open_tables(built_open / "tables")


@pytest.fixture(scope="module")
def report(tables):
    return gather_report(tables)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("narrow", [False, True])
def test_a_name_of_two_lines_covers_no_other_row(report, narrow):
    wards = report.wards.copy()
    wards.loc[wards.index[5:8], "name"] = "Mottingham and Chislehurst North"
    panels = ["index", *report.dimensions]
    scores = {k: report.grid[k][panels] for k in ("score", "low", "high")}
    fig = charts.standing_dots(wards, scores, report.home, "borough", narrow)
    assert overlapping(fig) == []


def test_no_word_of_a_name_is_broken(report):
    """Walthamstow is longer than a line may be, and stays whole."""
    wards = gpd.GeoDataFrame(report.wards)
    wards["name"] = "Walthamstow and Thamesmead"
    named = [t for t in texts(ward_map(wards, report.quarters, report.unit, 160)) if "and" in t]
    assert set(named) <= {"Walthamstow and Thamesmead", "Walthamstow\nand\nThamesmead"}
    assert "Walthamstow\nand\nThamesmead" in named


@pytest.mark.parametrize("across", [60, 88, 100])
def test_no_name_on_the_map_crosses_a_border(report, across):
    """Every name and score lies wholly on its area; what has no room is not there."""
    wards = gpd.GeoDataFrame(report.wards)
    fig = ward_map(wards, report.quarters, report.unit, across)
    ax = fig.axes[0]
    inverse = ax.transData.inverted()
    shapes = wards.set_index("name").simplify_coverage(maps.DETAIL)
    named = [t for t in ax.texts if not t.get_text().isdigit()]
    for text in named:
        (west, south), (east, north) = inverse.transform(text.get_window_extent().get_points())
        home = shapes[text.get_text().replace("\n", " ")]
        assert home.contains(shapely.box(west, south, east, north)), text.get_text()
    assert len(ax.texts) == len(named) + len(wards)
    assert len(named) < len(wards) or across == 100
    assert len(named) == len(wards) or across < 100


def texts(fig):
    return [t.get_text() for ax in fig.axes for t in ax.texts]


def draw(report, name, narrow):
    panels = ["index", *report.dimensions]
    scores = {k: report.grid[k][panels] for k in ("score", "low", "high")}
    grid = [report.grid[k][report.scored] for k in ("score", "rating")]
    groups = report.components.set_index("component")["dimension"]
    if name == "map":
        return ward_map(report.wards, report.quarters, report.unit, narrow=narrow)
    if name == "dots":
        return charts.standing_dots(report.wards, scores, report.home, report.whole.one, narrow)
    if name == "grid":
        return component_grid(report.wards, *grid, report.home, report.levels, groups, narrow)
    if name == "strip":
        return report_changes.change_strip(
            report.changes, report.ward_changes, report.levels, narrow
        )
    rows = report.indicators.dropna(subset="change").head(12)
    return report_changes.london_dumbbell(rows, report.levels, narrow)


def test_wards_are_listed_by_quarter_then_name_not_by_score(report):
    order = report.wards[["quarter", "name"]].apply(tuple, axis=1).tolist()
    assert order == sorted(order)
    first = report.wards.loc[report.wards["quarter"] == 1, "score"]
    assert not first.is_monotonic_decreasing


def test_ward_figures_come_from_the_tables(tables, report):
    standing = tables["standing"].query("level == 'index'").set_index("area_code")
    change = tables["changes"].query("level == 'index'").set_index("area_code")
    for w in report.wards.itertuples():
        assert w.score == standing.at[w.code, "score"]
        assert (w.rank_low, w.rank_high) == tuple(standing.loc[w.code, ["rank_low", "rank_high"]])
        assert w.change == change.at[w.code, "change"]
        assert w.score - w.difference == pytest.approx(report.score, abs=1e-12)


def test_gap_to_london_agrees_with_the_published_means(report):
    reference = pd.read_csv(OPEN / "reference" / "distribution.csv")
    london = reference.query("period == 'current'").set_index("indicator_id")["mean"]
    polarity = pd.read_csv(OPEN / "indicators.csv", index_col="id")["polarity"]
    rows = report.indicators
    better = np.sign((rows["now"] - london[rows.index]) * polarity[rows.index])
    assert (np.sign(rows["gap"]) == better).all()
    finding = report_words.findings(report)[1]
    assert f"On {(better > 0).sum()} of {len(rows)} indicators the borough does better" in finding
    lead = report_words.lead_sentence(report)
    behind = f"On {(better < 0).sum()} of {len(rows)} figures Barking & Dagenham does worse"
    assert lead.startswith(behind)
    assert "It scores 47 out of 100, London’s average ward 56, its wards from" in lead


def test_london_is_left_out_without_a_reference(report):
    bare = report.indicators.assign(gap=np.nan, london_change=np.nan, london_now=np.nan)
    found = report_words.findings(replace(report, indicators=bare, place=""))
    assert len(found) == 4
    assert not any("London" in f for f in found)


def test_change_in_points_agrees_with_the_scores(tables, report):
    """Where nothing is capped, change in points is the difference of the two scores."""
    scores = tables["scores"].query("area_code == @report.code and level == 'indicator'")
    wide = scores.pivot(index="element", columns="period", values="score")
    rows = report.indicators[report.indicators["group"].isin(["in step", "further apart"])]
    # one ward's figure is not published, and so neither is the change of the whole's
    assert rows.index[rows["change"].isna()].tolist() == ["sickness_benefits"]
    rows = rows.dropna(subset="change")
    want = (wide["current"] - wide["baseline"])[rows.index]
    np.testing.assert_allclose(rows["change"], want, atol=1e-9)
    assert report.indicators.loc[["gcse_points", "turnout_borough"], "change"].isna().all()


def test_change_counts_only_comparable_indicators_of_scored_changes(tables, report):
    counted = report.indicators[report.indicators["in_change"]]
    assert set(counted["component"]) == set(report.changes["element"]) - {"index"}
    assert counted["group"].eq("in step").all()
    steps = tables["steps"].set_index("what")["count"]
    assert len(counted) == steps["indicators comparable over time that count"]
    assert f"On the {len(counted)} figures" in report_words.findings(report)[3]


def test_clear_rises_are_counted_from_ratings(tables, report):
    rated = tables["changes"].query("area_code != @report.code and element == 'Inclusiveness'")
    row = report.changes.set_index("element").loc["Inclusiveness"]
    assert row["risen"] == (rated["rating"] == "clear improvement").sum() > 0
    said = "in every ward so did Personal Freedom & Choice"
    assert said in report_captions.change_caption(report)


def test_lead_names_only_wards_whose_rank_interval_lies_in_the_quarter(tables, report):
    lead = report_words.lead_sentence(report)
    standing = tables["standing"].query("level == 'index'").set_index("area_code")
    names = tables["areas"].set_index("code")["name"]
    quarter = len(standing) // 4
    top, bottom = standing["rank_high"] <= quarter, standing["rank_low"] > len(standing) - quarter
    sure = standing[top | bottom]
    assert len(sure)
    for code, name in names[standing.index].items():
        assert (name in lead) == (code in sure.index)
    for value in (report.score, report.wards["score"].min(), report.wards["score"].max()):
        assert f" {value:.0f}" in lead


def test_lead_without_sure_wards_says_so(report):
    last = len(report.wards)
    vague = report.wards.assign(rank_low=1.0, rank_high=float(last), clear_quarter=np.nan)
    lead = report_words.lead_sentence(replace(report, wards=vague))
    assert "No ward is clearly in the highest or the lowest quarter" in lead
    first = last - last // 4 + 1.0  # of the lowest quarter
    river = vague["name"] == "River"
    one = vague.assign(
        rank_low=np.where(river, first, first - 1), clear_quarter=np.where(river, 4.0, np.nan)
    )
    lead = report_words.lead_sentence(replace(report, wards=one))
    assert "River is clearly in the lowest quarter" in lead


def test_no_single_figure_says_which_component_is_lacking(report):
    changes = report.changes.copy()
    changes.loc[0, ["change", "low", "high"]] = np.nan
    changes.loc[0, "rating"] = "not rated"
    one = replace(report, changes=changes, uneven={"Shelter": "baseline"})
    found = report_words.findings(one)[3]
    assert "no single figure for the borough: Shelter could not be scored for 2013" in found
    assert (
        f"From 2013 to 2014 the wards’ own index rose clearly in {report.index_change['risen']}"
        in found
    )
    assert "those" not in found
    figure = ("–", "no single figure: Shelter could not be scored for 2013")
    assert report_words.change_figure(one) == figure
    every = replace(one, uneven=dict.fromkeys(report.scored, "baseline"))
    assert "no component could be scored for 2013" in report_words.findings(every)[3]


def test_clear_rises_are_counted(tables, report):
    index = tables["changes"].query("area_code != @report.code and level == 'index'")
    risen = sum(index["rating"] == "clear improvement")
    said = f"The index rose clearly in {risen} of the {len(report.wards)} wards."
    assert report_words.risen_sentence(report) == said


def test_what_moved_most_says_how_much_of_it_counts(report):
    found = report_words.findings(report)[3]
    assert (
        "On the 24 figures of 7 of 10 components that can be compared, from 2013 to 2014 the index"
        in found
    )
    assert "Personal Freedom & Choice moved up most (+28.2, 2 of 3 figures)" in found
    assert "Shelter moved down most (−4.8, 2 of 2 figures)" in found


def test_what_prints_as_nothing_has_not_moved(report):
    changes = report.changes.copy()
    changes.loc[1:, "change"] = [0.04, *[-5.0] * (len(changes) - 2)]
    changes.loc[1, "rating"] = "no clear change"
    found = report_words.findings(replace(report, changes=changes))[3]
    assert "moved up most" not in found
    assert "moved down most (−5.0" in found


def test_a_figure_given_once_more_is_the_same_figure(tables, report):
    rows = report.indicators.copy()
    again = ["secure_tenure", "employment_rate"]
    rows.loc[again, "reason"] = "no newer figures"
    rows.loc[again, "change"] = np.nan
    rows.loc[again, "label_before"] = "Census 2011"
    shown = replace(report, indicators=rows)
    table = report_tables.indicator_table(shown).set_index(rows.index)
    assert table.at["secure_tenure", "Change"].startswith("same figure")
    assert table.at["secure_tenure", "Dates"].startswith("Census 2011")
    assert "→" not in table.at["secure_tenure", "Dates"]
    (line,) = [
        x
        for x in report_notes.cautions(Page("report", tables), tables, shown)
        if "Nothing newer published" in x
    ]
    assert all(small(rows.at[i, "name"]).lower() in line.lower() for i in again)


def test_a_component_counts_the_figures_that_were_collected(report):
    parts = report.components.copy()
    at = parts.index[parts["component"] == "Shelter"]
    parts.loc[at, "collected"] -= 1
    table = report_tables.component_table(replace(report, components=parts)).set_index("Component")
    assert table.at["Shelter", "Figures"] == "1 of 2"
    assert table.at["Personal Safety", "Figures"] == "7"


def test_a_column_beside_nobody_is_left_out(tables, report):
    assert "Beside London" in trends.several_years(tables, report)
    alone = trends.several_years(tables, replace(report, place=""))
    assert list(alone) == ["Component", "Years", "Rests on", "Change in points", "Wards"]


@pytest.mark.parametrize("made_up", [(), ("y",), ("y", "baseline", "current")])
def test_lines_over_three_periods_are_flagged_value_by_value(tables, report, made_up):
    every = tables["scores_comparable"]
    every = pd.concat([every, every.query("period == 'baseline'").assign(period="y")])
    every["illustrative"] = every["period"].isin(made_up)
    held = {n: tables[n] for n in ("areas", "framework", "changes")} | {"scores_comparable": every}
    periods = [{"id": i, "label": i} for i in ("y", "baseline", "current")]
    about = {"edition": {"periods": periods}}

    class Three(dict):
        levels, about = tables.levels, None

    three = Three(held)
    three.about = about
    picture = trends.over_time(three, report.code)
    said = picture_keys(picture.illustrative, inside=False)
    if not made_up:
        assert said == ()
    else:
        assert ("every value" in said[0]) == (len(made_up) == 3)


def test_a_bound_beside_a_clear_rating_is_never_nothing(report):
    changes = report.changes.copy()
    changes.loc[0, ["low", "rating"]] = [0.001, "clear improvement"]
    assert "(likely just above 0 to +" in report_words.findings(replace(report, changes=changes))[3]


def test_published_figures_are_not_marked_because_others_are_generated(report):
    """A bullet is marked for the figures that it names, not for others of the same table."""
    some = report.indicators.copy()
    extra = some.iloc[[0]].assign(gap=np.nan, london_now=np.nan, illustrative_now=True)
    extra.index = ["invented"]
    mixed = replace(report, indicators=pd.concat([some, extra]))
    found = next(f for f in report_words.findings(mixed) if "Against" in f)
    assert "◇" not in found
    assert f"of the {len(report.indicators)} indicators with a figure for London" in found


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-3.0, 1.0, "no clear change"), (-3.0, -1.0, "a clear narrowing"), (1, 2, "a clear widening")],
)
def test_gap_is_called_changed_only_if_its_interval_says_so(report, low, high, verdict):
    gap = report.gap.copy()
    gap["change_low"], gap["change_high"] = low, high
    assert verdict in report_words.gap_sentence(replace(report, gap=gap))


def test_no_sentence_gives_an_exact_place(report):
    said = [report_words.lead_sentence(report), *report_words.findings(report)]
    said += [report_captions.standing_caption(report), report_captions.change_caption(report)]
    text = " ".join(said).lower()
    for word in ("rank", "1st", "17th", "best ward", "worst ward", "top ward"):
        assert word not in text


def test_standing_caption_names_only_wards_that_clearly_differ_on_every_dimension(tables, report):
    standing = tables["standing"].query("level == 'dimension'")
    low, high = (
        standing.pivot(index="area_code", columns="element", values=f"difference_{end}")
        for end in ("low", "high")
    )
    names = tables["areas"].set_index("code")["name"]
    above, _, below = report_captions.standing_caption(report).partition(";")
    for code in low.index:
        assert (names[code] in above) == (low.loc[code] > 0).all()
        assert (names[code] in below) == (high.loc[code] < 0).all()
    wide = {**report.grid, "difference_low": report.grid["difference_low"] * np.nan}
    assert "none clearly below" in report_captions.standing_caption(replace(report, grid=wide))


def test_the_map_names_only_wards_that_are_clearly_in_a_quarter(report):
    said = quarters.quarter_caption(report)
    sure = {*quarters.clearly(report, 1), *quarters.clearly(report, 4)}
    assert sure
    for name in report.wards["name"]:
        assert (name in said) == (name in sure)
    assert "lines between quarters run between wards too close to tell apart" in said


def test_the_quarters_of_the_legend_do_not_overlap(report):
    ends = quarters.quarter_ranges(report.quarters)
    lows, highs = ([float(ends[q][i]) for q in (1, 2, 3, 4)] for i in (0, 1))
    assert all(low > high for low, high in zip(lows[:-1], highs[1:], strict=True))
    drawn = " ".join(texts(ward_map(report.wards, report.quarters, report.unit)))
    for quarter, (low, high) in ends.items():
        assert f"{(report.wards['quarter'] == quarter).sum()} wards, {low} to {high}" in drawn


def test_wards_are_called_too_close_only_if_no_two_can_be_told_apart(report):
    where = report.wards.sort_values("rank")
    n = len(where)

    def said(low, high):
        ends = [high <= np.full(n, n // 4), low > np.full(n, n - n // 4)]
        clear = np.select(ends, [1.0, 4.0], np.nan)
        ranked = where.assign(rank_low=low, rank_high=high, clear_quarter=clear)
        return report_words.lead_sentence(replace(report, wards=ranked, place=""))

    assert "the wards are too close together" in said(1.0, float(n))
    chain = np.arange(1.0, n + 1)
    assert "each of the others overlaps" in said(chain, chain + 3)
    pairs = 2 * ((chain - 1) // 2) + 1
    assert "most of the others overlap" in said(pairs, pairs + 1)


def test_where_no_error_is_known_no_order_is_claimed(report):
    lost = report.wards.assign(low=np.nan, high=np.nan, clear_quarter=np.nan)
    lost["change_rating"] = "not rated"
    unsure = replace(report, wards=lost)
    for said in (
        report_words.lead_sentence(unsure),
        report_words.findings(unsure)[0],
        quarter_caption(unsure),
    ):
        assert "ow sure the figures are is not known, so no order is claimed" in said
        assert not re.search("too close|could be|likely place|clearly", said)
    assert "is not known" in report_words.risen_sentence(unsure)
    assert "is not known" in report_captions.change_caption(unsure)
    assert report_tables.ward_table(unsure)["Likely place"][: len(lost)].eq("–").all()


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ((1.0, 4.0), "has 1 to 4 likely places"),
        ((4.0, 4.0), "has 4 likely places"),
        ((1.0, 1.0), "has 1 likely place,"),
    ],
)
def test_likely_places_are_counted(report, places, said):
    n = len(report.wards)
    vague = report.wards.assign(clear_quarter=np.nan, places=np.resize(places, n))
    text = report_words.findings(replace(report, wards=vague))[0]
    assert f"Each of the {n} wards {said}" in text
    assert "other" not in text


def test_the_source_of_figures_is_said_only_where_it_is_stated(tables, monkeypatch):
    about, read = tables["indicators"], Tables.__getitem__
    bare = about.assign(licence="Not stated")
    some = about.assign(licence=["Not stated", *about["licence"][1:]])
    for case, of in ((bare, "its figures"), (some, f"the figures of 1 of its {len(about)} ind")):

        def stated(self, name, case=case):
            return case if name == "indicators" else read(self, name)

        monkeypatch.setattr(Tables, "__getitem__", stated)
        said = origin_sentence(tables)
        assert f"The publisher or the licence of {of}" in said
        assert "official" not in said
        assert "Anyone" not in said


def test_indicators_are_counted_in_the_components_that_use_them(tables):
    used = tables["indicators"]["component"].nunique()
    of = len(tables["framework"])
    said = name_indicators(tables)
    assert f"in {used} of the framework’s {of} components" in said
    assert used < of


def test_grid_caption_counts_ratings(tables, report):
    rated = tables["standing"].query("level == 'component'")["rating"].value_counts()
    caption = report_captions.grid_caption(report)
    assert f"{rated['strength']} are strengths" in caption
    assert f"{rated['weakness']} are weaknesses" in caption
    bare = {**report.grid, "rating": report.grid["rating"].replace(".+", "not rated", regex=True)}
    for said in (report_captions.grid_caption, report_captions.grid_alt):
        assert "not one is rated" in said(replace(report, grid=bare))
    plain = {**report.grid, "rating": report.grid["rating"].replace("weakness", "similar")}
    caption = report_captions.grid_caption(replace(report, grid=plain))
    assert "0 are weaknesses" in caption
    assert "most weaknesses" not in caption


def test_grid_alt_names_every_strength(report):
    text = report_captions.grid_alt(report)
    for w in report.wards.itertuples():
        part = next(p for p in text.split(". ") if p.startswith(w.name))
        mine = report.grid["rating"].loc[w.code, report.scored]
        for component, rating in mine.items():
            assert (component in part) == (rating in ("strength", "weakness"))


def test_date_cautions_find_rolling_windows():
    days = [("a", "2001-01-01", "2001-12-31", "2011-01-01"),
            ("b", "2008-01-01", "2012-12-31", "2009-01-01"),
            ("c", "2013-01-01", "2013-12-31", "2014-01-01")]  # fmt: skip
    rows = []
    for i, start, end, later in days:
        rows.append((i, "baseline", f"{i} then", start, end))
        rows.append((i, "current", f"{i} now", later, "2015-12-31"))
    columns = ["indicator_id", "period", "period_label", "start", "end"]
    dates = pd.DataFrame(rows, columns=columns)
    dates[["start", "end"]] = dates[["start", "end"]].apply(pd.to_datetime)
    names = pd.Series({"a": "Homes", "b": "Life", "c": "Crime"})
    (overlap,) = report_notes.date_cautions(dates, names)
    assert overlap.startswith("**Rolling windows.** The two periods share years for life:")
    assert report_notes.date_cautions(dates, names[["c"]]) == []


def test_ward_table_has_every_ward_and_the_borough_last(tables, report):
    table = report_tables.ward_table(report)
    assert len(table) == len(report.wards) + 1
    assert table["Ward"].iloc[-1] == "**Barking & Dagenham**"
    abbey = table.set_index("Ward").loc["Abbey"]
    row = tables["standing"].query("area_code == 'E05000026' and element == 'index'").iloc[0]
    assert abbey["Index"] == f"{row['score']:.1f}"
    assert abbey["Likely place"] == f"{row['rank_low']:.0f}–{row['rank_high']:.0f}"
    assert abbey["Against similar wards"].endswith(row["rating"])


def test_component_table_says_why_a_component_has_no_score(tables, report):
    table = report_tables.component_table(report).set_index("Component")
    assert set(table.index) == set(tables["framework"]["component"])
    assert table.at["Water & Sanitation", "▲ Strength"] == "*not scored: awaits council data*"
    assert table.at["Water & Sanitation", "Borough"] == "–"
    assert table.at["Water & Sanitation", "Change"] == "–"
    assert table.at["Access to Basic Knowledge", "Change"] == "not compared: too few of 2 figures"
    assert table.at["Personal Rights", "Change"] == "not compared: too few of 3 figures"
    assert table.at["Shelter", "Change"].endswith("clear decline")
    freedom = table.at["Personal Freedom & Choice", "Change"]
    assert freedom.endswith("clear improvement, 2 of 3 figures")


def test_grid_table_signs_follow_the_ratings(report):
    table = report_tables.grid_table(report).set_index("Ward")
    names = report.wards.set_index("code")["name"]
    for code, name in names.items():
        for component in report.scored:
            sign = RATINGS[report.grid["rating"].at[code, component]].symbol
            assert table.at[name, component].startswith(sign)


def test_indicator_table_shows_dates_and_withholds_broken_change(report):
    table = report_tables.indicator_table(report).set_index(report.indicators.index)
    assert table.at["gcse_points", "Change"] == "not comparable"
    assert table.at["secure_tenure", "Dates"] == "Census 2001 → Census 2011, further apart"
    assert table.at["life_expectancy_male", "Dates"] == "2008–12 → 2009–13, rolling"
    assert table.at["jsa_claimant_rate", "Change"] == "+27 ↗ (+14)"
    assert not table.isin(["", "nan"]).any().any()


def test_map_has_every_score_and_every_name(report):
    shown = [
        t.replace("\n", " ") for t in texts(ward_map(report.wards, report.quarters, report.unit))
    ]
    for w in report.wards.itertuples():
        assert f"{w.score:.0f}" in shown
    assert set(report.wards["name"]) <= set(shown)


@pytest.mark.parametrize("narrow", [False, True])
def test_grid_prints_every_score(report, narrow):
    shown = texts(draw(report, "grid", narrow))
    want = [f"{v:.0f}" for v in report.grid["score"][report.scored].to_numpy().ravel()]
    assert len([t for t in shown if t in set(want)]) >= len(want)


def test_the_phone_shows_every_dimension_that_the_caption_speaks_of(report):
    shown = [t.replace("\n", " ") for t in texts(draw(report, "dots", narrow=True))]
    for panel in ("Index", *report.dimensions):
        assert panel in shown
    assert sum(t.startswith("borough ") for t in shown) == 1 + len(report.dimensions)


def test_ratings_of_the_grid_differ_without_colour(report):
    """On a black-and-white print the tints are two greys, and only rated cells have a sign."""

    def grey(value):
        return np.array([int(value[i : i + 2], 16) for i in (1, 3, 5)]) @ [0.299, 0.587, 0.114]

    assert abs(grey(CELL["strength"][0]) - grey(CELL["weakness"][0])) >= 30

    def signs(ratings):
        groups = report.components.set_index("component")["dimension"]
        grid = report.grid["score"][report.scored]
        fig = component_grid(report.wards, grid, ratings, report.home, report.levels, groups)
        return sum(len(ax.collections) for ax in fig.axes)

    rated = report.grid["rating"][report.scored]
    none = signs(rated.replace(list(CELL), "not rated"))
    assert signs(rated.replace(list(CELL), "similar")) == none + rated.size


@pytest.mark.parametrize("narrow", [False, True])
def test_long_names_of_components_stay_clear_of_their_change(report, narrow):
    long = "Access to Information & Communications"
    changes = report.changes.assign(element=report.changes["element"].replace("Shelter", long))
    moved = report.ward_changes.rename(columns={"Shelter": long})
    fig = report_changes.change_strip(changes, moved, (KNOWN["ward"], KNOWN["borough"]), narrow)
    assert overlapping(fig) == []


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", CHARTS)
def test_nothing_reaches_beyond_the_edge_of_a_chart(report, name, narrow):
    assert overhang(draw(report, name, narrow)) < 2


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", CHARTS)
def test_no_words_cover_each_other(report, name, narrow):
    assert overlapping(draw(report, name, narrow)) == []


@pytest.mark.parametrize("quarter", [1, 2, 3, 4])
def test_text_on_every_fill_has_contrast(quarter):
    def luminance(value):
        rgb = np.array([int(value[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    a, b = luminance(QUARTER_FILL[quarter]), luminance(quarter_text(quarter))
    assert (max(a, b) + 0.05) / (min(a, b) + 0.05) >= 4.5


@pytest.mark.parametrize("function", ["map_alt", "dots_alt", "grid_alt", "change_alt"])
def test_alt_text_carries_figures(report, function):
    text = getattr(report_captions, function)(report)
    assert len(text) > 100
    assert "nan" not in text


def test_words_fit_the_number(report):
    changes = report.changes.copy()
    changes.loc[0, ["risen", "fallen"]] = [1, 0]
    text = report_captions.change_alt(replace(report, changes=changes))
    assert "(1 ward clearly up, no ward clearly down)" in text
    rows = pd.DataFrame({"name": ["A", "B"], "change": [38.0, 2.0], "london_change": [np.nan, 1.0]})
    text = report_captions.london_alt(rows, "borough")
    assert "A +38, no figure for London" in text
    assert "–" not in text
    one = replace(report, wards=report.wards.assign(rank_low=1.0, rank_high=1.0))
    assert set(report_tables.ward_table(one)["Likely place"]) == {"1", ""}


def test_every_generated_cell_of_the_ward_table_is_marked(report):
    made_up = replace(report, wards=report.wards.assign(illustrative=True))
    table = report_tables.ward_table(made_up).iloc[:-1]
    for column in ("Index", "Likely range", "Likely place"):
        assert table[column].str.endswith("◇").all()


def test_both_widths_share_one_number_and_alternative_text(report, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SPI_FIGURES", str(tmp_path))
    wide, narrow = (draw(report, "map", n) for n in (False, True))
    emit_both(wide, narrow, "fig-map", "Caption.", "Words for those who cannot see it.")
    text = capsys.readouterr().out
    assert text.count("{#fig-map}") == 1
    assert text.count('fig-alt="Words for those who cannot see it."') == 2
    assert text.rstrip().endswith("Caption.\n:::::")
    assert {p.name for p in tmp_path.iterdir()} == {"fig-map.svg", "fig-map-narrow.svg"}


def test_slug_and_page():
    assert ward_slug("Barking & Dagenham") == "barking-dagenham"
    assert ward_page("E05000026", "Abbey", "pdf") == "wards/E05000026-abbey.pdf"
    assert ward_page("E05000026", seal("A[b]*c")) == "wards/E05000026-a-b-c.html"


@pytest.mark.parametrize("name", [*PAYLOADS.values(), "CON", "a/b", "\x00", "x" * 999, "??"])
def test_whatever_a_ward_is_called_its_page_has_a_plain_name(name):
    assert re.fullmatch(r"wards/E05000026(-[a-z0-9]+)*\.html", ward_page("E05000026", name))
    assert len(ward_page("E05000026", name)) <= 90
