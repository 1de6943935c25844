"""What a ward brief says follows from the tables, and stays true where figures are missing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from editions import WARDS, make_edition, read, write

from spi_core.build import build
from spi_core.errors import SpiError
from spi_core.inputs import load
from spi_core.present.brief import change_chart, component_strip, locator_map, ward_strip
from spi_core.present.brief_data import Brief, gather
from spi_core.present.brief_notes import newest, oldest, sources
from spi_core.present.brief_words import (
    change_alt,
    change_sentence,
    component_alt,
    ends_markdown,
    headline,
    place,
)
from spi_core.store import Tables

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
        assert brief.spread.at[r.component, "max"] == expected.loc[r.component, list(WARDS)].max()


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
        assert ("no component clearly stands out" in text) == (not rated)


def test_a_strength_is_only_called_so_where_it_is_rated_so(brief: Brief) -> None:
    rows = brief.components.copy()
    rows.loc[rows["component"] == "Safety", ["rating", "peers_difference"]] = ["strength", 9.0]
    text = headline(replace(brief, components=rows))
    assert "its one strength is Safety" in text or "strength is Safety" in text


def test_a_place_is_an_interval(brief: Brief) -> None:
    low, high = brief.index["rank_low"], brief.index["rank_high"]
    assert place(brief).startswith("likely ")
    assert (" to " in place(brief)) == (np.ceil(low) != np.ceil(high))


def test_alternative_text_names_every_component_and_the_unscored(brief: Brief) -> None:
    text = component_alt(brief)
    for r in brief.components.dropna(subset="score").itertuples():
        assert f"{r.component} {r.score:.0f} (borough {r.borough:.0f})" in text
    assert text.endswith("Not scored: Rights and Choice.")


@pytest.mark.parametrize("highest", [True, False])
def test_the_ends_lie_on_their_side_of_the_borough(tables: Tables, highest: bool) -> None:
    for code in WARDS:
        one = gather(tables, code)
        lines = ends_markdown(one, highest).data.split("\n")
        components = one.components.set_index("component")["difference"]
        for line in lines:
            found = re.search(r"\*\*(.+)\*\*", line)
            if found:
                assert (components[found[1]] > 0) == highest


def test_where_no_component_is_above_the_sentence_says_so(brief: Brief) -> None:
    rows = brief.components.assign(difference=-3.0)
    assert (
        ends_markdown(replace(brief, components=rows), True).data
        == "No component is above the borough."
    )
    rows = brief.components.assign(difference=3.0)
    assert (
        ends_markdown(replace(brief, components=rows), False).data
        == "No component is below the borough."
    )


def test_change_is_told_with_its_interval_and_its_rating(brief: Brief) -> None:
    text, row = change_sentence(brief, "2013", "2014"), brief.changes.iloc[0]
    assert f"likely {row['low']:+.1f} to".replace("-", "−") in text
    assert row["rating"] in text
    assert "-" not in text
    for r in brief.changes.itertuples():
        assert r.component in change_alt(brief)


def test_years_and_publishers_are_those_of_the_figures(tables: Tables) -> None:
    assert (oldest(tables), newest(tables)) == ("2013", "2014")
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
        change_sentence(one, "2013", "2014"),
        ends_markdown(one, True).data,
        ends_markdown(one, False).data,
    ]
    for text in texts:
        assert "nan" not in text.lower()
        assert "(– points" not in text  # a change that is not known is not told as one


def test_a_component_with_two_gaps_is_shown_as_not_scored(gappy: Tables) -> None:
    rows = gather(gappy, GAPPY).components.set_index("component")
    assert np.isnan(rows.at["Shelter", "score"])
    assert rows.at["Shelter", "rating"] == "not rated"
    assert rows.at["Shelter", "word"] != ""
    assert np.isfinite(gather(gappy, GAPPY).index["score"])


# ---- pictures


def test_pictures_are_drawn_also_with_gaps(tables: Tables, gappy: Tables) -> None:
    for source, code in ((tables, WARDS[0]), (gappy, GAPPY)):
        one = gather(source, code)
        figures = [
            locator_map(source["map_ward"], code),
            ward_strip(one.wards, code, float(one.index["borough"])),
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
