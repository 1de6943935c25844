"""What a ward brief says follows from the tables, and stays true where figures are missing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from spi_core.build.edition import build
from spi_core.build.shown.beside import indicator_standing
from spi_core.edition.inputs import load
from spi_core.errors import SpiError
from spi_core.present.brief.charts import change_chart, component_strip, locator_map, ward_strip
from spi_core.present.brief.data import Brief, gather
from spi_core.present.brief.facts import Shown, standouts, to_ask
from spi_core.present.brief.notes import sources, years
from spi_core.present.brief.words import (
    change_alt,
    change_figure,
    change_sentence,
    component_alt,
    headline,
    longer_ago,
    of_places,
    place,
    print_question,
    print_rated,
    rated_markdown,
)
from spi_core.store import Tables
from tests.support.editions import WARDS, make_edition, read, write

GAPPY = WARDS[2]


def _built(folder: Path, gaps: bool) -> Tables:
    edition = make_edition(folder / "data" / "tiny")
    if gaps:  # two figures of one component in one ward: it is not scored there, nor in the borough
        path = edition / "observations" / "all.csv"
        blank = {"value": "", "numerator": "", "denominator": "", "status": "missing"}
        write(
            path,
            [
                r | blank
                if (r["area_code"], r["period"]) == (GAPPY, "current")
                and r["indicator_id"] in {"crowding", "rent"}
                else r
                for r in read(path)
            ],
        )
    build(load(edition), folder / "reports")
    return Tables(folder / "reports" / "tables")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return _built(tmp_path_factory.mktemp("sound"), gaps=False)


@pytest.fixture(scope="module")
def gappy(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return _built(tmp_path_factory.mktemp("gappy"), gaps=True)


@pytest.fixture(scope="module")
def brief(tables: Tables) -> Brief:
    return gather(tables, WARDS[0])


def _but(row: pd.Series, cells: dict[str, float]) -> pd.Series:
    """A row with some cells replaced."""
    return pd.Series({**row.to_dict(), **cells}, dtype=object)


def test_an_unknown_ward_names_those_there_are(tables: Tables) -> None:
    with pytest.raises(
        SpiError, match=r"no ward 'E05999999' in this edition; there are E05000101 Ward 1, "
    ):
        gather(tables, "E05999999")


def test_components_come_in_the_order_of_the_framework_scored_or_not(brief: Brief) -> None:
    assert brief.components["component"].tolist() == [
        "Shelter",
        "Safety",
        "Knowledge",
        "Rights",
        "Choice",
    ]
    unscored = brief.components[brief.components["score"].isna()]
    assert unscored["component"].tolist() == ["Rights", "Choice"]
    assert set(unscored["rating"]) == {"not rated"}
    assert all(word.startswith("not scored") for word in unscored["word"])


def test_scores_are_those_of_the_tables(tables: Tables, brief: Brief) -> None:
    scores = tables["scores"].query("period == 'current' and level == 'component'")
    expected = scores.pivot(index="element", columns="area_code", values="score")
    for r in brief.components.dropna(subset="score").itertuples():
        assert r.score == expected.at[r.component, WARDS[0]]
        assert (
            brief.spread.at[r.component, "highest"] == expected.loc[r.component, list(WARDS)].max()
        )


def test_the_headline_says_no_more_than_interval_and_ratings(tables: Tables) -> None:
    for code in WARDS:
        one = gather(tables, code)
        text, i = headline(one), one.index
        assert text.startswith(f"Ward {code[-1]} scores {i['score']:.0f} out of 100, ")
        clear = i["difference_low"] > 0 or i["difference_high"] < 0
        assert ("clearly above" in text or "clearly below" in text) == clear
        rated = set(
            one.components.loc[one.components["rating"].isin(["strength", "weakness"]), "component"]
        )
        named = {c for c in one.components["component"] if re.search(rf"\b{c}\b", text)}
        assert named <= rated
        assert ("No component of it is rated" in text) == (not rated)


def test_a_strength_is_only_called_so_where_it_is_rated_so(brief: Brief) -> None:
    rows = brief.components.copy()
    rows.loc[rows["component"] == "Safety", ["rating", "peers_difference"]] = ["strength", 9.0]
    text = headline(replace(brief, components=rows))
    assert "its one strength is Safety" in text or "strength is Safety" in text


def test_a_place_is_an_interval(brief: Brief) -> None:
    assert np.isnan(brief.index["low"])  # how sure it is nobody knows
    assert place(brief) == "not known"
    assert of_places(brief) == ""
    sure = {"low": 40.0, "high": 50.0, "rank": 6.0}
    alone = replace(brief, index=_but(brief.index, sure | {"rank_low": 2.0, "rank_high": 2.0}))
    wide = replace(brief, index=_but(brief.index, sure | {"rank_low": 5.0, "rank_high": 14.0}))
    assert (place(alone), place(wide)) == ("2nd", "5th–14th")
    assert of_places(wide) == f"of {len(brief.wards)}"


def test_alternative_text_names_every_component_and_the_unscored(brief: Brief) -> None:
    text = component_alt(brief)
    for r in brief.components.dropna(subset="score").itertuples():
        assert f"{r.component} {r.score:.0f} (borough {r.whole:.0f})" in text
    assert text.endswith("Not scored: Rights and Choice.")


@pytest.mark.parametrize("rating", ["strength", "weakness"])
def test_the_lists_hold_the_ratings_of_the_chart_above_them(tables: Tables, rating: str) -> None:
    """One yardstick: it is the symbols that are listed, wherever the borough's line is."""
    for code in WARDS:
        one = gather(tables, code)
        text = rated_markdown(one, rating)
        rated = one.components.set_index("component")["rating"]
        listed = {c for c in rated.index if re.search(rf"\b{c}\b(\*\*|[,.])", text)}
        assert listed == set(rated[rated == rating].index)


def test_where_no_component_is_rated_so_the_sentence_says_so(
    brief: Brief, capsys: pytest.CaptureFixture[str]
) -> None:
    none = replace(brief, standouts=brief.standouts.iloc[:0])
    unsure = "Nothing can be compared: how sure the figures are is not known."
    assert rated_markdown(none, "strength") == unsure
    alone = "Nothing can be compared: no similar wards are known."
    assert rated_markdown(replace(none, peers=()), "strength") == alone
    assert "no similar wards are known" in headline(replace(none, peers=()))
    none = replace(none, components=none.components.assign(rating="similar"))
    assert "no component clearly stands out" in headline(none)
    said = "Against similar wards no component is a strength."
    assert rated_markdown(none, "strength") == said
    print_rated(none)
    text = capsys.readouterr().out
    assert 'layout="[[50,50]]"' in text
    assert said in text
    one = pd.DataFrame({"component": ["Safety"], "rating": ["weakness"], "fact": ["x"]})
    print_rated(replace(brief, standouts=one))
    assert 'layout="[[32,68]]"' in capsys.readouterr().out


def test_one_question_is_asked_of_the_figure_that_weighs_most(
    tables: Tables, brief: Brief, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = Shown(tables, brief.code)
    shown.stands = shown.stands.assign(peers_tells=True, tells=True, peers_pull=1.0, pull=1.0)
    shown.stands.loc["rent", ["peers_pull", "pull"]] = -3.0
    shown.stands.loc["crowding", ["peers_pull", "pull"]] = -2.0
    shown.about = {
        i: SimpleNamespace(name=a.name, component=a.component, question=f"Why {i}?")
        for i, a in shown.about.items()
    }
    home = shown.about["rent"].component
    parts = pd.DataFrame(
        {"component": [home], "rating": "weakness", "peers_difference": -9.0, "difference": -1.0}
    )
    name = shown.about["rent"].name
    assert to_ask(shown, parts) == (name, "Why rent?", False)
    shown.about["rent"].question = ""  # a catalogue need not have one
    assert to_ask(shown, parts.assign(rating="similar")) == ("", "", False)
    print_question(replace(brief, to_ask=(name, "Why rent?", True)))
    assert capsys.readouterr().out == f"**To ask about “{name}”:** Why rent?\u00a0◇\n"
    print_question(replace(brief, to_ask=("", "", False)))
    assert capsys.readouterr().out == ""


def test_of_many_strengths_two_are_told_and_the_rest_named(brief: Brief) -> None:
    rows = pd.DataFrame({"component": list("ABCD"), "rating": "strength", "fact": "Told."})
    text = rated_markdown(replace(brief, standouts=rows), "strength")
    assert text.count("Told.") == 2
    assert "Also ▲ C, D." in text


def test_change_is_told_with_its_interval_and_its_rating(brief: Brief) -> None:
    changes = brief.changes.copy()
    known = ["low", "high", "rating", "reason"]
    changes.loc[0, known] = [-0.4, 5.6, "no clear change", ""]
    text, row = change_sentence(replace(brief, changes=changes), "2013"), changes.iloc[0]
    assert f"likely {row['low']:+.1f} to".replace("-", "−") in text
    assert text.index("points (likely") < text.index("it went from")
    assert row["rating"] in text
    assert "-" not in text
    for r in brief.changes.itertuples():
        assert r.component in change_alt(brief)


def test_a_change_that_is_not_rated_says_why_instead(brief: Brief) -> None:
    text = change_sentence(brief, "2013")
    assert "○ not rated (error known for 0% of its weight)." in text
    assert "likely" not in text


def test_years_and_publishers_are_those_of_the_figures(tables: Tables) -> None:
    assert years(tables) == "differ: from 2013 to 2014, each figure with its own."
    assert sources(tables) == "Publishers: ONS."


def test_facts_name_the_figures_behind_the_components(tables: Tables, brief: Brief) -> None:
    values = tables["values"].query("area_code == @WARDS[0] and period == 'current'")
    shown = {f"{v:.1f}" for v in values["value"]} | {f"{v:,.0f}" for v in values["value"]}
    assert set(brief.facts["Here"]) <= shown
    assert not brief.facts.isin(["nan", "NaN"]).any().any()


# ---- where figures are missing


@pytest.mark.parametrize("code", WARDS)
def test_a_brief_can_be_written_for_every_ward_of_an_edition_with_gaps(
    gappy: Tables, code: str
) -> None:
    one = gather(gappy, code)
    texts = [
        headline(one),
        place(one),
        component_alt(one),
        change_alt(one),
        change_sentence(one, "2013"),
        rated_markdown(one, "strength"),
        rated_markdown(one, "weakness"),
    ]
    for text in texts:
        assert "nan" not in text.lower()
        assert "(– points" not in text  # a change that is not known is not told as one


def test_a_component_with_two_gaps_is_shown_as_not_scored(gappy: Tables) -> None:
    rows = gather(gappy, GAPPY).components.set_index("component")
    assert np.isnan(rows.at["Shelter", "score"])
    assert rows.at["Shelter", "rating"] == "not rated"
    assert rows.at["Shelter", "word"] != ""
    brief = gather(gappy, GAPPY)
    assert np.isnan(brief.index["score"])
    assert headline(brief) == (
        f"{brief.name} has no index: 2 of 3 components have a score (not Shelter)."
    )


# ---- pictures


def test_pictures_are_drawn_also_with_gaps(tables: Tables, gappy: Tables) -> None:
    for source, code in ((tables, WARDS[0]), (gappy, GAPPY)):
        one = gather(source, code)
        figures = [
            locator_map(source["map_ward"], code),
            ward_strip(one.wards, code, float(one.index["whole"]), (one.unit, one.whole)),
            *(component_strip(one.components, one.spread, narrow=n) for n in (False, True)),
            *(change_chart(one.changes, narrow=n) for n in (False, True)),
        ]
        for fig in figures:
            fig.canvas.draw()
            words = " ".join(t.get_text() for ax in fig.axes for t in ax.texts)
            assert "nan" not in words.lower()
            plt.close(fig)


def test_a_picture_changes_nothing_it_was_given(brief: Brief) -> None:
    before = brief.components.copy()
    plt.close(component_strip(brief.components, brief.spread))
    pd.testing.assert_frame_equal(brief.components, before)


# ---- change: what it is between, what it does not include, what made it


def _with_index(brief: Brief, **cells: object) -> Brief:
    changes = brief.changes.copy()
    for name, value in cells.items():
        changes.loc[0, name] = value
    return replace(brief, changes=changes)


def test_two_scores_of_one_year_are_explained(brief: Brief) -> None:
    moved = {"baseline": 50.6, "change": 3.6, "low": 2.0, "high": 5.0}
    far = _with_index(brief, current=54.2, rating="clear improvement", **moved)
    far = replace(far, index=_but(brief.index, {"score": 48.0}))
    text = change_sentence(far, "2013")
    assert "rose by 3.6 points (likely +2.0 to +5.0)" in text
    assert "leave out what cannot be compared, so they differ from the score of 48." in text
    near = replace(far, index=_but(brief.index, {"score": 54.1}))
    assert "differ from" not in change_sentence(near, "2013")


def test_a_clear_change_has_no_bound_of_nothing(brief: Brief) -> None:
    ends = {"change": 1.8, "low": 0.001, "high": 3.6, "baseline": 40.0, "current": 41.8}
    text = change_sentence(_with_index(brief, rating="clear improvement", **ends), "a")
    assert "likely just above 0 to +3.6" in text
    assert " 0.0" not in text


def test_an_unclear_change_has_not_risen(brief: Brief) -> None:
    ends = {"change": 0.4, "low": -1.0, "high": 1.8, "baseline": 40.0, "current": 40.4}
    text = change_sentence(_with_index(brief, rating="no clear change", **ends), "a")
    assert "moved by +0.4 points" in text
    assert "rose" not in text


def test_parts_of_a_change_are_told_each_way_and_clear_ones_first(brief: Brief) -> None:
    rows = [
        ("Turnout", -1.6, "not rated"),
        ("Fires", -0.4, "clear decline"),
        ("Rent", 2.0, "not rated"),
    ]
    parts = pd.DataFrame(rows, columns=["name", "points", "rating"])
    text = change_sentence(replace(brief, contributions=parts), "2013")
    assert "Most up: Rent (+2.0, not rated); most down: Fires (−0.4)." in text


def test_a_change_says_how_much_it_counts_and_what_is_from_longer_ago(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "data" / "tiny")
    path = edition / "observations" / "all.csv"
    census = {"period_label": "Census", "start": "2001-04-01", "end": "2001-04-30"}
    early = {"burglary", "crowding", "exam_points"}  # the last one cannot be compared at all
    write(
        path,
        [
            r | census if r["indicator_id"] in early and r["period"] == "baseline" else r
            for r in read(path)
        ],
    )
    build(load(edition), tmp_path / "reports")
    one = gather(Tables(tmp_path / "reports" / "tables"), WARDS[0])
    assert one.changes.set_index("component")["share"].to_dict() == {
        "Index": "2 of 3 components",
        "Shelter": "2 of 3 figures",
        "Safety": "0 of 2 figures",
        "Knowledge": "2 of 3 figures",
    }
    assert "It counts 2 of 3 components: of Safety too few figures" in change_sentence(one, "2013")
    assert "Shelter (2 of 3 figures) " in change_alt(one)
    assert "Safety: too few figures comparable in both periods" in change_alt(one)
    assert change_figure(one)[1].endswith("not rated, 2\u00a0of\u00a03\u00a0components")
    said = list(one.longer_ago["text"])
    assert [text.split(", ")[0].split(" from ")[0] for text in said] == [
        "Crowding (longer ago: 2001 to 2014)",
        "Burglary (longer ago: 2001 to 2014)",
    ]
    assert all(text.endswith("○ not rated") for text in said)
    assert longer_ago(one) == "2, none of them with a clear change"
    clear = one.longer_ago.assign(rating=["clear decline", "not rated"])
    assert longer_ago(replace(one, longer_ago=clear)) == f"{said[0]}; 1 more"
    fig = change_chart(one.changes)
    assert "2 of 3 figures" in [t.get_text() for t in fig.axes[0].texts]
    plt.close(fig)
    assert (one.figures["Earlier period"] == "Census").sum() == len(early)
    assert longer_ago(replace(one, longer_ago=one.longer_ago[:0])) == ""


# ---- facts


def test_the_table_of_facts_starts_with_the_furthest_and_says_which_way(tables: Tables) -> None:
    for code in WARDS:
        one = gather(tables, code)
        gaps = one.components.set_index("component")["difference"]
        told = [re.fullmatch(r"(.+) \((\d+) (better|worse)\)", c) for c in one.facts["Component"]]
        assert all(told)
        named = [m[1] for m in told if m]
        assert [abs(gaps[c]) for c in named] == sorted((abs(gaps[c]) for c in named), reverse=True)
        assert all((gaps[m[1]] > 0) == (m[3] == "better") for m in told if m)
        assert all(abs(gaps[c]) >= 1 for c in named)


def _standout(tables: Tables, component: str, rating: str) -> str:
    rows = gather(tables, WARDS[0]).components
    gap = -9.0 if rating == "weakness" else 9.0
    rows.loc[rows["component"] == component, ["rating", "peers_difference"]] = [rating, gap]
    found = standouts(Shown(tables, WARDS[0]), rows).set_index("component")["fact"]
    return str(found[component])


class _Changed(dict[str, pd.DataFrame]):
    """Tables of which some are replaced."""

    def __init__(self, tables: Tables, **frames: pd.DataFrame) -> None:
        super().__init__({name: tables[name] for name in tables} | frames)
        self.about, self.levels, self.whole = tables.about, tables.levels, tables.whole


def _burglaries(tables: Tables, n: int, **cells: object) -> _Changed:
    """The tables, with so many burglaries in the first ward and twenty in a thousand elsewhere."""
    values = tables["values"].copy()
    mine = values["indicator_id"].eq("burglary") & values["period"].eq("current")
    here = mine & values["area_code"].eq(WARDS[0])
    values.loc[mine, ["value", "numerator", "denominator", "score"]] = [20.0, 800, 40_000, 50.0]
    values.loc[here, ["value", "numerator", "denominator", "score"]] = [n / 4, n, 4000, 10.0]
    values.loc[here, ["value_low", "value_high"]] = [n / 4 - 3.3, n / 4 + 3.3]
    for name, cell in cells.items():
        values.loc[here, name] = cell
    errors = tables["errors"].copy()
    errors.loc[errors["indicator_id"].eq("burglary"), ["se", "basis"]] = [2.0, "counts"]
    about = tables["indicators"].copy()
    about.loc[about["id"].eq("burglary"), "unit"] = "per 1,000 residents"
    changed = _Changed(tables, values=values, errors=errors, indicators=about)
    whole = tables.about["edition"]["area"]
    changed["indicator_standing"] = indicator_standing(whole, WARDS, changed)
    return changed


def test_a_weakness_is_told_in_people_and_what_the_boroughs_rate_would_take(
    tables: Tables,
) -> None:
    text = _standout(cast(Tables, _burglaries(tables, 120)), "Safety", "weakness")
    assert text.startswith(
        "Burglary, 2014: 120, or 30.0 per 1,000 residents (likely 26.7 to 33.3; "
    )
    assert "; similar wards 20.0, borough" in text
    assert "**About 40 fewer a year** would bring it to the borough’s rate." in text


def test_nothing_is_asked_for_that_chance_could_explain_or_no_count_supports(
    tables: Tables,
) -> None:
    # its own interval holds what it is compared with: it is no evidence at all
    assert not _standout(cast(Tables, _burglaries(tables, 90)), "Safety", "weakness")
    blind = _burglaries(tables, 120, value_low=np.nan, value_high=np.nan)
    assert not _standout(cast(Tables, blind), "Safety", "weakness")
    blank = _burglaries(tables, 120, numerator=np.nan, denominator=np.nan)
    assert "fewer" not in _standout(cast(Tables, blank), "Safety", "weakness")
    assert "120" not in _standout(cast(Tables, blank), "Safety", "weakness")
    long = _burglaries(tables, 120, start=pd.Timestamp("2012-01-01"), period_label="2012–14")
    text = _standout(cast(Tables, long), "Safety", "weakness")
    assert "**About 40 fewer in 2012–14** would" in text


def test_a_strength_asks_for_nothing(tables: Tables) -> None:
    few = _burglaries(tables, 20, score=90.0)
    text = _standout(cast(Tables, few), "Safety", "strength")
    assert "20, or 5.0 per 1,000 residents" in text
    assert "would" not in text


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        (
            "ratio (national = 100)",
            "30.0, national = 100 (likely 26.7 to 33.3; similar wards 20.0, borough",
        ),
        ("ratio (years of income)", "30.0 years of income (likely"),
        ("score 0–8", "30.0 (score 0–8) (likely"),
        ("µg/m³", "30.0 µg/m³ (likely"),
        ("% (as published)", "30.0% (likely 26.7 to 33.3; similar wards 20.0%, borough"),
    ],
)
def test_a_fact_reads_well_in_any_unit(tables: Tables, unit: str, said: str) -> None:
    changed = _burglaries(tables, 120)
    changed["indicators"].loc[lambda d: d["id"].eq("burglary"), ["unit", "kind"]] = [unit, "index"]
    assert said in _standout(cast(Tables, changed), "Safety", "weakness")


def test_a_unit_that_does_not_name_its_base_gives_no_count(tables: Tables) -> None:
    changed = _burglaries(tables, 120)
    changed["indicators"].loc[lambda d: d["id"].eq("burglary"), "unit"] = "per 1,000 (as published)"
    text = _standout(cast(Tables, changed), "Safety", "weakness")
    assert "120" not in text
    assert "fewer" not in text


# ---- marks and lines in pictures


def _texts(fig: Figure) -> list[str]:
    found = [t.get_text() for ax in fig.axes for t in ax.texts]
    plt.close(fig)
    return found


def test_numbers_of_the_strip_carry_their_marks(brief: Brief) -> None:
    made_up = brief.wards.assign(illustrative=True)
    home, levels = float(brief.index["whole"]), (brief.unit, brief.whole)
    words = _texts(ward_strip(made_up, WARDS[0], home, levels, illustrative=True))
    numbers = [w for w in words if any(c.isdigit() for c in w)]
    assert len(numbers) >= 3
    assert all(w.endswith("◇") for w in numbers)
    plain = _texts(ward_strip(brief.wards, WARDS[0], home, levels))
    assert not any("◇" in w for w in plain)


def test_no_line_strikes_through_a_name(brief: Brief) -> None:
    for fig in (
        change_chart(brief.changes, narrow=True),
        component_strip(brief.components, brief.spread, narrow=True),
    ):
        ax = fig.axes[0]
        names = [t for t in ax.texts if t.get_text() in set(brief.components["component"])]
        assert names
        for text in names:
            ground = text.get_bbox_patch()
            assert ground is not None
            assert ground.get_facecolor() == (1.0, 1.0, 1.0, 1.0)
            scale, *zero = [ax.collections[0], *(n for n in ax.lines if n.get_linestyle() == "-")]
            assert len(scale.get_segments()) == 5  # type: ignore[attr-defined]
            assert all(text.get_zorder() > line.get_zorder() for line in (scale, *zero))
        plt.close(fig)


def test_the_chart_shows_what_its_symbols_compare_with(brief: Brief) -> None:
    rows = brief.components
    alone = rows.assign(peers_median=np.nan)
    with_ticks, without = (component_strip(r, brief.spread) for r in (rows, alone))
    lines = [
        sum(len(drawn.get_segments()) for drawn in fig.axes[0].collections)  # type: ignore[attr-defined]
        for fig in (with_ticks, without)
    ]
    assert lines[0] - lines[1] == int(rows["score"].notna().sum())
    plt.close(with_ticks)
    plt.close(without)


def test_a_share_beside_a_long_name_stay_out_of_the_scale(brief: Brief) -> None:
    rows = brief.changes.copy()
    rows.loc[1, "component"] = "Access to Information & Communications of Everybody"
    rows["share"] = "10 of 13 figures"
    fig = change_chart(rows)
    ax = fig.axes[0]
    for text in ax.texts:
        if text.get_text() == "10 of 13 figures":
            end = ax.transData.inverted().transform(text.get_window_extent().get_points())[1, 0]
            assert end <= 66
    plt.close(fig)
