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

from spi_core.action.distances import in_people
from spi_core.build.edition import build
from spi_core.build.shown.beside import indicator_standing
from spi_core.edition.inputs import load
from spi_core.errors import SpiError
from spi_core.present.base.page import Page
from spi_core.present.brief import here, lines, notes
from spi_core.present.brief.charts import scale_strip
from spi_core.present.brief.data import Brief, gather
from spi_core.present.brief.facts import Shown, standouts, to_ask
from spi_core.present.brief.notes import sources, strip_alt, years
from spi_core.present.brief.people import more_or_fewer
from spi_core.present.brief.rows import component_chart
from spi_core.present.brief.words import (
    change_sentence,
    component_alt,
    component_changes,
    headline,
    longer_ago,
    others,
    place,
    print_question,
    print_standouts,
)
from spi_core.present.brief.yardstick import yardstick
from spi_core.store import Tables
from tests.support.editions import WARDS, make_edition, read, write
from tests.support.pictures import overhang, overlapping

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


def test_rows_come_by_what_matters_and_the_unscored_last(tables: Tables) -> None:
    for code in WARDS:
        one = gather(tables, code)
        assert one.rows.iloc[0]["component"] == "Index"
        rows = one.components
        scored = rows[rows["score"].notna()]
        assert list(scored["gap"]) == sorted(scored["gap"])
        assert set(rows["component"]) == {"Shelter", "Safety", "Knowledge", "Rights", "Choice"}
        unscored = rows.iloc[len(scored) :]
        assert set(unscored["component"]) == {"Rights", "Choice"}
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
    rows = brief.rows.copy()
    rows.loc[rows["component"] == "Safety", ["rating", "gap"]] = ["strength", 9.0]
    text = headline(replace(brief, rows=rows))
    assert "its one strength is Safety" in text or "strength is Safety" in text


def test_a_place_is_an_interval_and_says_which_end_is_best(brief: Brief) -> None:
    assert np.isnan(brief.index["low"])
    assert (
        place(brief) == "How sure this score is, is not known, so it is given no place of 8 wards."
    )
    sure = {"low": 40.0, "high": 50.0, "rank": 6.0}
    alone = replace(brief, index=_but(brief.index, sure | {"rank_low": 2.0, "rank_high": 2.0}))
    wide = replace(brief, index=_but(brief.index, sure | {"rank_low": 5.0, "rank_high": 14.0}))
    assert place(alone).endswith("between 40 and 50: likely 2nd of 8 wards, 1st is best.")
    assert place(wide).endswith("likely 5th to 14th of 8 wards, 1st is best.")
    assert place(replace(brief, index=_but(brief.index, {"score": np.nan}))) == ""


def test_alternative_text_names_every_component_and_the_unscored(brief: Brief) -> None:
    text = component_alt(brief)
    for r in brief.components.dropna(subset="score").itertuples():
        assert f"{r.component} {r.score:.0f} (similar wards {r.other:.0f})" in text
    assert "Not scored: Rights and Choice." in text
    assert "The index, change " in text


def _printed(page: Page, one: Brief, capsys: pytest.CaptureFixture[str]) -> str:
    print_standouts(page, one)
    return capsys.readouterr().out


def test_what_stands_out_is_what_is_rated_so(
    tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    """One yardstick: the signs of the table are those of the chart."""
    page = Page("brief", tables)
    for code in WARDS:
        one = gather(tables, code)
        text = _printed(page, one, capsys)
        rated = one.components.set_index("component")["rating"]
        for row in re.findall(r"^\| (\S) \S+ \| \*\*(.+?)\*\*", text, re.MULTILINE):
            assert {"▲": "strength", "▼": "weakness", "●": "similar"}[row[0]] == rated[row[1]]


def test_where_nothing_can_be_rated_the_page_says_why(
    tables: Tables, brief: Brief, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Page("brief", tables)
    none = replace(brief, standouts=brief.standouts.iloc[:0])
    unsure = "Nothing can be compared: how sure the figures are is not known."
    assert _printed(page, none, capsys).strip() == unsure
    assert "how sure the figures are is not known" in headline(none)
    rows = none.rows.assign(rating="similar")
    assert "no component clearly stands out" in headline(replace(none, rows=rows))
    near = _printed(page, replace(none, rows=rows), capsys)
    assert near.strip() == "No component lies far from what it is held against."
    rows = none.rows.assign(score=np.nan, rating="not rated")
    lost = _printed(page, replace(none, rows=rows), capsys)
    assert lost.strip() == "Nothing can be compared: figures are missing."


def test_the_components_that_are_not_told_are_counted(tables: Tables, brief: Brief) -> None:
    rows = brief.rows.copy()
    for name, rating in (("Safety", "weakness"), ("Shelter", "similar"), ("Knowledge", "strength")):
        rows.loc[rows["component"] == name, "rating"] = rating
    told = rows[rows["component"] == "Safety"]
    said = others(Page("brief", tables), replace(brief, rows=rows, standouts=told))
    assert said.startswith(
        "Its other components: 1 more that differ; 1 without a clear difference; 2 without a score"
    )
    every = replace(brief, rows=rows, standouts=rows)
    assert others(Page("brief", tables), every) == ""


def test_weaknesses_come_first_then_strengths_then_what_lies_furthest(tables: Tables) -> None:
    shown = Shown(tables, WARDS[0], gather(tables, WARDS[0]).yard)
    made = pd.DataFrame(
        [
            *((f"W{k}", "weakness", -20.0 + k) for k in range(4)),
            *((f"S{k}", "strength", 20.0 - k) for k in range(3)),
            *(("low", "similar", -6.0), ("high", "similar", 7.0), ("near", "similar", 0.4)),
        ],
        columns=["component", "rating", "gap"],
    ).assign(score=50.0, illustrative=False)

    def told(rows: pd.DataFrame) -> list[str]:
        return list(standouts(shown, rows)["component"])

    assert told(made) == ["W0", "W1", "W2", "S0", "S1"]
    assert told(made[4:]) == ["S0", "S1", "S2"]
    assert told(made[6:]) == ["S2", "low", "high"]
    assert told(made[7:]) == ["low", "high"]
    assert told(made[9:]) == []


def test_one_question_is_asked_of_a_figure_that_the_page_shows(
    tables: Tables, brief: Brief, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = Shown(tables, brief.code, brief.yard)
    shown.about = {
        i: SimpleNamespace(name=a.name, component=a.component, question=f"Why {i}?")
        for i, a in shown.about.items()
    }
    rows = pd.DataFrame({"indicator_id": ["", "crowding", "rent"], "gap": [-9.0, 3.0, -2.0]})
    assert to_ask(shown, rows) == ("rent", "Why rent?", False)
    shown.about["rent"].question = ""  # a catalogue need not have one
    assert to_ask(shown, rows) == ("crowding", "Why crowding?", False)
    assert to_ask(shown, rows[:1], ["crowding"]) == ("crowding", "Why crowding?", False)
    assert to_ask(shown, rows[:1]) == ("", "", False)
    page = Page("brief", tables)
    asked = replace(
        brief, to_ask=("Rent", "Why rent?", True), whom="Council: housing", contact="us"
    )
    print_question(page, asked)
    said = "**To ask about rent:** Why rent? **Whom:** Council: housing. "
    said += "[About this brief: us.]{.smaller}"
    assert f"{said}\u00a0◇" in capsys.readouterr().out
    print_question(page, replace(asked, whom=""))
    assert "Whom" not in capsys.readouterr().out
    print_question(page, replace(brief, to_ask=("", "", False)))
    assert capsys.readouterr().out == ""


def test_change_is_told_with_its_interval_its_rating_and_its_years(brief: Brief) -> None:
    ends = {"change_low": -0.4, "change_high": 5.6, "change_rating": "no clear change"}
    text = change_sentence(_with_index(brief, **ends, change=2.6), "2013")
    assert text.startswith(
        "From 2013 to 2014 the score of Ward 1 moved by +2.6 points (likely −0.4"
    )
    assert "no clear change, on 3 of 3 components." in text
    assert "-" not in text


def test_a_change_that_is_not_rated_says_why_instead(brief: Brief) -> None:
    text = change_sentence(brief, "2013")
    assert "○ not rated (error known for 0% of its weight)" in text
    assert "likely" not in text


def test_years_and_publishers_are_those_of_the_figures(tables: Tables) -> None:
    assert years(tables) == "differ: from 2013 to 2014, each figure with its own."
    assert sources(tables) == "Publishers: ONS."


def test_facts_name_the_figures_behind_the_components(tables: Tables, brief: Brief) -> None:
    values = tables["values"].query("area_code == @WARDS[0] and period == 'current'")
    shown = {f"{v:.1f}" for v in values["value"]} | {f"{v:,.0f}" for v in values["value"]}
    assert set(brief.facts["Here"]) <= shown
    assert list(brief.facts.columns[:4]) == ["Figure", "Here", "Likely", "Similar wards"]
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
        component_changes(one),
        change_sentence(one, "2013"),
        notes.strip_alt(one),
        *one.standouts["fact"],
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
            *(scale_strip(one, width) for width in (170, 88)),
            *(component_chart(one.rows, one.spread, one.heads, narrow=n) for n in (False, True)),
        ]
        for fig in figures:
            fig.canvas.draw()
            words = " ".join(t.get_text() for ax in fig.axes for t in ax.texts)
            assert "nan" not in words.lower()
            plt.close(fig)


def test_a_picture_changes_nothing_it_was_given(brief: Brief) -> None:
    before = brief.rows.copy()
    plt.close(component_chart(brief.rows, brief.spread, brief.heads))
    pd.testing.assert_frame_equal(brief.rows, before)


# ---- change: what it is between, what it does not include, what made it


def _with_index(brief: Brief, **cells: object) -> Brief:
    rows = brief.rows.copy()
    for name, value in cells.items():
        rows.loc[0, name] = value
    return replace(brief, rows=rows)


def test_a_clear_change_has_no_bound_of_nothing(brief: Brief) -> None:
    ends = {"change": 1.8, "change_low": 0.001, "change_high": 3.6}
    text = change_sentence(_with_index(brief, change_rating="clear improvement", **ends), "a")
    assert "rose by 1.8 points (likely just above 0 to +3.6)" in text
    assert " 0.0" not in text


@pytest.mark.parametrize(
    ("change", "left", "rating", "said"),
    [
        (
            3.84,
            0.04,
            "no clear difference",
            "own change on the same figures, +3.8 points (0.0 apart",
        ),
        (
            3.84,
            -0.46,
            "no clear difference",
            "own change on the same figures, +4.3 points (−0.5 apart",
        ),
        (
            -2.9,
            9.96,
            "clearly better",
            "better than Kent’s own change on the same figures, −12.9 points (+10.0",
        ),
        (
            1.25,
            -1.25,
            "clearly worse",
            "worse than Kent’s own change on the same figures, +2.4 points (−1.2 apart",
        ),
        (
            1.2,
            0.001,
            "clearly better",
            "own change on the same figures, about the same (just above 0 apart",
        ),
    ],
)
def test_the_reference_s_own_change_and_what_is_left_make_the_change(
    brief: Brief, change: float, left: float, rating: str, said: str
) -> None:
    way = {"clearly better": (0.0005, 19.0), "clearly worse": (-3.0, -0.1)}.get(rating, (-9.0, 9.0))
    cells = {"change": change, "change_low": -9.0, "change_high": 20.0, "relative": left}
    cells |= {"relative_low": way[0], "relative_high": way[1]}
    one = _with_index(brief, **cells, change_rating="no clear change", relative_rating=rating)
    assert said in change_sentence(replace(one, place="Kent"), "a")
    assert "own change" not in change_sentence(replace(one, place=""), "a")


def test_an_unclear_change_has_not_risen(brief: Brief) -> None:
    ends = {"change": 0.4, "change_low": -1.0, "change_high": 1.8}
    text = change_sentence(_with_index(brief, change_rating="no clear change", **ends), "a")
    assert "moved by +0.4 points" in text
    assert "rose" not in text


def test_components_that_moved_are_named_with_their_years(brief: Brief) -> None:
    rows = brief.rows.copy()
    told = {"Safety": "clear improvement", "Shelter": "clear decline", "Knowledge": "clear decline"}
    for name, word in told.items():
        ends = [word, 4.0 if "improvement" in word else -4.0, "2010", "2014", "clearly worse"]
        columns = ["change_rating", "change", "change_first", "change_last", "relative_rating"]
        rows.loc[rows["component"] == name, columns] = ends
    rows["partial"] = np.where(rows["component"] == "Shelter", " on 2 of 3 figures", "")
    text = component_changes(replace(brief, rows=rows, place="Kent"))
    assert "Clear improvement (↗) in Safety (+4.0 points, 2010 to 2014)." in text
    declined = " and ".join(
        f"{r.component} (−4.0 points{r.partial}, 2010 to 2014)"
        for r in rows.itertuples()
        if r.component in told and r.component != "Safety"
    )
    assert " on 2 of 3 figures" in declined
    assert f"Clear decline (↘) in {declined}." in text
    assert "Beside Kent’s own changes: clearly worse in " in text
    still = rows.assign(change_rating="no clear change", relative_rating="no clear difference")
    text = component_changes(replace(brief, rows=still, place="Kent"))
    assert text.startswith("No component shows a clear change (→). Beside Kent’s own changes: no ")
    assert component_changes(replace(brief, rows=still.assign(change=np.nan), place="")) == ""


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
    scored = one.rows[one.rows["score"].notna()]
    assert scored.set_index("component")["share"].to_dict() == {
        "Index": "2 of 3 components",
        "Shelter": "2 of 3 figures",
        "Safety": "0 of 2 figures",
        "Knowledge": "2 of 3 figures",
    }
    assert ", on 2 of 3 components." in change_sentence(one, "2013")
    assert "change not known (too few figures comparable in both periods)" in component_alt(one)
    said = list(one.longer_ago["text"])
    assert [text.split(", ")[0].split(" from ")[0] for text in said] == [
        "Crowding (further apart: 2001 to 2014)",
        "Burglary (further apart: 2001 to 2014)",
    ]
    assert all(text.endswith("○ not rated") for text in said)
    assert longer_ago(one) == "2, none of them with a clear change"
    clear = one.longer_ago.assign(rating=["clear decline", "not rated"])
    assert longer_ago(replace(one, longer_ago=clear)) == f"{said[0]}; 1 more"
    assert "cannot be compared" in _texts(component_chart(one.rows, one.spread, one.heads))
    assert (one.figures["Earlier period"] == "Census").sum() == len(early)
    assert longer_ago(replace(one, longer_ago=one.longer_ago[:0])) == ""


# ---- facts


def _standout(tables: Tables, component: str, rating: str) -> str:
    one = gather(tables, WARDS[0])
    rows = one.components.copy()
    gap = -9.0 if rating == "weakness" else 9.0
    rows.loc[rows["component"] == component, ["rating", "gap"]] = [rating, gap]
    found = standouts(Shown(tables, WARDS[0], one.yard), rows).set_index("component")["fact"]
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
    home = mine & values["area_code"].ne(WARDS[0])
    values.loc[home, ["value_low", "value_high"]] = [19.0, 21.0]
    about = tables["indicators"].copy()
    about.loc[about["id"].eq("burglary"), ["unit", "per"]] = ["per 1,000 residents", 1000]
    changed = _Changed(tables, values=values, indicators=about)
    whole = tables.about["edition"]["area"]
    changed["indicator_standing"] = indicator_standing(whole, WARDS, changed)
    return changed


def test_a_weakness_is_told_in_people_and_never_as_a_target(tables: Tables) -> None:
    text = _standout(cast(Tables, _burglaries(tables, 120)), "Safety", "weakness")
    assert re.fullmatch(
        r"Burglary: \*\*120\*\* in 2014, about 40 more \(likely \d+ to \d+\) "
        "than at similar wards’ rate",
        text,
    )
    for word in ("would", "should", "bring", "need", "target"):
        assert word not in text


def test_none_is_a_count_too(tables: Tables) -> None:
    none = _burglaries(tables, 0, value_low=0.0, value_high=0.9, score=99.0)
    text = _standout(cast(Tables, none), "Safety", "strength")
    assert text.startswith("Burglary: **0** in 2014, about 80 fewer (likely ")


def test_nothing_is_told_that_chance_could_explain_or_no_count_supports(tables: Tables) -> None:
    # its own interval holds what it is compared with: it is no evidence at all
    assert not _standout(cast(Tables, _burglaries(tables, 90)), "Safety", "weakness")
    blind = _burglaries(tables, 120, value_low=np.nan, value_high=np.nan)
    assert not _standout(cast(Tables, blind), "Safety", "weakness")
    blank = _burglaries(tables, 120, numerator=np.nan, denominator=np.nan)
    text = _standout(cast(Tables, blank), "Safety", "weakness")
    assert text == "Burglary: **30.0** per 1,000 residents, 2014; in similar wards 20.0"
    hidden = _burglaries(tables, 120, provenance="suppressed")
    assert "120" not in _standout(cast(Tables, hidden), "Safety", "weakness")


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((36.4, 15.0, 59.0), "about 36 more (likely 15 to 59)"),
        ((-1.0, -1.9, -0.2), "about 1 fewer (likely up to 2)"),
        ((0.6, 0.5001, 0.7), "about 1 more (likely 1 to 1)"),
        ((0.2, 0.1, 0.4), "less than 1 more"),
        ((-1200.0, -1500.0, -900.0), "about 1,200 fewer (likely 900 to 1,500)"),
    ],
)
def test_people_are_whole_and_a_bound_is_never_none(
    ends: tuple[float, float, float], said: str
) -> None:
    assert more_or_fewer(*ends) == said


def test_a_count_apart_is_known_with_its_interval_or_not_at_all() -> None:
    n, low, high = in_people((30.0, 27.0, 33.0), (20.0, 19.0, 21.0), 4000, 1000)
    assert 0 < low < n < high
    assert n == pytest.approx(40.0)
    n, low, high = in_people((30.0, 19.0, 33.0), (29.0, 24.0, 31.0), 4000, 1000)
    assert low < 0 < n < high
    assert np.isnan(in_people((30.0, np.nan, np.nan), (20.0, 19.0, 21.0), 4000, 1000)[1:]).all()


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("ratio (national = 100)", "**30.0**, national = 100, 2014; in similar wards 20.0"),
        ("ratio (years of income)", "**30.0** years of income, 2014; in similar wards"),
        ("score 0–8", "**30.0** (score 0–8), 2014; in similar wards"),
        ("µg/m³", "**30.0** µg/m³, 2014; in similar wards"),
        ("% (as published)", "**30.0%**, 2014; in similar wards 20.0%"),
        ("% of homes", "**30.0%** of homes, 2014; in similar wards 20.0%"),
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
    assert "more" not in text


def test_two_figures_that_differ_are_not_printed_alike(tables: Tables) -> None:
    near = _burglaries(
        tables, 120, value=20.04, value_low=20.02, value_high=20.06, numerator=np.nan
    )
    text = _standout(cast(Tables, near), "Safety", "weakness")
    assert "**20.04** per 1,000 residents, 2014; in similar wards 20.00" in text


# ---- without similar areas, the whole is what it is held against


def test_without_similar_areas_the_whole_is_the_yardstick(tables: Tables) -> None:
    alone = cast(Tables, _Changed(tables, peers=tables["peers"].iloc[:0]))
    one = gather(alone, WARDS[0])
    assert one.yard.name == "the borough"
    assert "the borough’s" in headline(one) or "not compared with the borough" in headline(one)
    assert set(one.components["rating"]) == {"not rated"}  # how sure the figures are nobody knows
    standing = tables["standing"].copy()
    standing[["difference_low", "difference_high"]] = [0.5, 2.0]
    sure = cast(Tables, _Changed(tables, peers=tables["peers"].iloc[:0], standing=standing))
    one = gather(sure, WARDS[0])
    assert {"above"} == set(one.components.dropna(subset="score")["word"])
    assert "clearly above the borough’s" in headline(one)
    assert "no similar wards are known" in notes.peers_sentence(one, sure).lower()


# ---- who lives here, what it is now, who is asked


def test_who_lives_here_is_said_as_far_as_it_is_known(
    tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = pd.DataFrame(
        [
            (WARDS[0], "young", "Residents aged 0–15, %", "2013", 25.4, "s"),
            (WARDS[0], "homes", "Households", "2011", 4321.0, "s"),
        ],
        columns=["area_code", "variable", "label", "period_label", "value", "source"],
    )
    changed = cast(Tables, _Changed(tables, context=rows))
    here.print_people(Page("brief", tables), changed, WARDS[0])
    text = capsys.readouterr().out
    assert "Residents aged 0–15 **25%** · Households **4,321** · figures of 2013 and 2011" in text
    here.print_people(
        Page("brief", tables), cast(Tables, _Changed(tables, context=rows[:0])), WARDS[0]
    )
    assert "figures of" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([("Heath", 0.95)], "nearly all of it keeps its name now."),
        ([("Beam", 0.84), ("Bow", 0.09)], "most of it (84% of its land) is called Beam now."),
        ([("Beam", 0.55), ("Bow", 0.3)], "is called Beam now, parts are in Bow (30%)."),
        ([("Beam", 0.45), ("Bow", 0.4)], "it is now in Beam (45%) and Bow (40%)."),
        ([], ""),
    ],
)
def test_what_an_old_ward_mostly_is_now(
    tables: Tables, parts: list[tuple[str, float]], said: str
) -> None:
    rows = [
        (WARDS[0], f"N{k}", name, share, "May 2022", "s") for k, (name, share) in enumerate(parts)
    ]
    columns = ["area_code", "successor_code", "successor", "share", "since", "source"]
    changed = cast(Tables, _Changed(tables, successors=pd.DataFrame(rows, columns=columns)))
    text = here.became(Page("brief", tables), changed, WARDS[0], "Heath")
    assert text.endswith(said)
    assert not text or text.startswith("This is the ward as it was until May 2022: ")


def _history(tables: Tables, counts: list[float]) -> Tables:
    """The tables, with burglaries of the first ward and a reference over the years."""
    n = len(counts)
    history = pd.DataFrame(
        {
            "area_code": WARDS[0],
            "indicator_id": "burglary",
            "period": [f"p{k}" for k in range(n)],
            "year": [f"{2010 + k}" for k in range(n)],
            "period_label": [f"{2010 + k}/{11 + k}" for k in range(n)],
            "value": [c / 4 for c in counts],
            "numerator": counts,
            "denominator": 4000.0,
            "provenance": "observed",
            "reference": 9.0,
            "comparable": True,
            "illustrative": False,
        }
    )
    changes = pd.DataFrame(
        {
            "area_code": [WARDS[0]],
            "element": "burglary",
            "level": "indicator",
            "first": "2010",
            "last": "2014",
            "change": (counts[-1] - counts[0]) / 4,
            "points": -5.0,
            "low": -1.0,
            "high": 11.0,
            "rating": "no clear change",
            "reason": "",
            "relative": 1.0,
            "relative_low": -1.0,
            "relative_high": 3.0,
            "relative_rating": "clearly worse",
            "baseline": counts[0] / 4,
            "current": counts[-1] / 4,
            "parts": 1,
            "of": 1,
            "illustrative": False,
        }
    )
    changed = _Changed(tables, history=history, long_changes=changes)
    about = tables["indicators"].copy()
    about.loc[about["id"].eq("burglary"), "unit"] = "per 1,000 residents"
    changed["indicators"] = about
    return cast(Tables, changed)


def test_the_largest_movement_is_shown_and_called_a_change_only_if_clear(tables: Tables) -> None:
    changed = _history(tables, [36, 76, 34, 30, 56])
    one = replace(gather(changed, WARDS[0]), place="Kent")
    assert one.lines == ("burglary",)
    (line,) = lines.gathered(changed, one)
    picture = lines.picture(line, one)
    assert picture.draw is not None
    words = _texts(picture.draw(False))
    assert {"36", "76", "34", "30", "56", "Burglary", "2010/11", "2014/15", "Kent"} <= set(words)
    assert "→ no clear change" in words
    assert "clearly worse than in Kent" in words
    assert (
        "2010/11 9.0, 2011/12 19.0, 2012/13 8.5, 2013/14 7.5, 2014/15 14.0, → no clear change"
        in picture.alt
    )
    rated = changed["long_changes"].assign(rating="clear decline")
    (line,) = lines.gathered(cast(Tables, _Changed(changed, long_changes=rated)), one)
    assert line.verdict == ("↘ worse: the rate rose from 9.0 to 14.0", "clearly worse than in Kent")
    better = rated.assign(rating="clear improvement", change=-5.0, baseline=14.0, current=9.0)
    (line,) = lines.gathered(cast(Tables, _Changed(changed, long_changes=better)), one)
    assert line.verdict[0] == "↗ better: the rate fell from 14.0 to 9.0"
    assert gather(tables, WARDS[0]).lines == ()
    assert gather(_history(tables, [36, 76, 34]), WARDS[0]).lines == ()


# ---- marks and lines in pictures


def _texts(fig: Figure) -> list[str]:
    found = [t.get_text() for ax in fig.axes for t in ax.texts]
    plt.close(fig)
    return found


def test_numbers_of_the_scale_carry_their_marks(brief: Brief) -> None:
    index = _but(brief.index, {"illustrative": True})
    marks = (("borough", 47.0, True), ("Kent’s average ward", 55.0, False))
    words = _texts(scale_strip(replace(brief, index=index, landmarks=marks), 170))
    assert {f"Ward 1 {brief.index['score']:.0f}◇", "borough 47◇", "Kent’s average ward 55"} <= {
        *words
    }
    assert not any("◇" in w for w in _texts(scale_strip(brief, 170)))


def test_the_scale_marks_what_the_page_compares_with(brief: Brief, tables: Tables) -> None:
    name, score, _ = brief.landmarks[0]
    assert (name, score) == (brief.yard.name, brief.index["other"])
    assert f"; {name} {score:.0f}" in strip_alt(brief)
    alone = strip_alt(replace(brief, landmarks=()))
    assert "; " not in alone.split("The ward")[0]
    assert ". The wards run from " in alone


def test_a_line_that_chance_could_have_drawn_is_not_asked_about_first(tables: Tables) -> None:
    shown = Shown(tables, WARDS[0], yardstick(True, tables.levels.unit, tables.whole))
    first, second = list(shown.stands.index)[:2]
    shown.stands[shown.yard.pull] = -1.0
    shown.about |= {i: shown.about[i]._replace(question=f"{i}?") for i in (first, second)}
    told = pd.DataFrame({"indicator_id": [first], "gap": [1.0]})
    for tells, asked in ((False, first), (True, second)):
        shown.stands[shown.yard.tells] = tells
        assert to_ask(shown, told, [second])[0] == asked


def test_all_briefs_have_one_scale_and_no_word_leaves_the_picture(tables: Tables) -> None:
    for score in (0.0, 3.0, 50.0, 99.0, 100.0):
        for width in (88, 170):
            one = gather(tables, WARDS[0])
            one = replace(
                one, name="A Ward with a Very Long Name", index=_but(one.index, {"score": score})
            )
            fig = scale_strip(one, width)
            label = next(t for t in fig.axes[0].texts if t.get_text().startswith("A Ward"))
            box = label.get_window_extent()
            assert box.x0 >= -0.5
            assert box.x1 <= fig.bbox.x1 + 0.5
            (mark,) = fig.axes[0].collections[-1].get_offsets()  # type: ignore[attr-defined]
            assert mark[0] == pytest.approx(3 + (width - 6) * score / 100)
            plt.close(fig)


def test_words_below_the_scale_keep_off_each_other_whatever_they_are(brief: Brief) -> None:
    ends = ("as poor as the reference area’s worst municipalities", "as good as its best")
    marks = (("borough", 41.0, False), ("the reference area’s average municipality", 70.0, False))
    for width in (88, 170):
        for landmarks in (marks[1:], marks):
            fig = scale_strip(replace(brief, ends=ends, landmarks=landmarks), width)
            assert overhang(fig) <= 1.5  # pixels: its line, not its letters
            assert overlapping(fig) == []
            plt.close(fig)


def test_the_chart_shows_what_its_symbols_compare_with(brief: Brief) -> None:
    rows = brief.rows
    charts = (
        component_chart(r, brief.spread, brief.heads) for r in (rows, rows.assign(other=np.nan))
    )
    with_ticks, without = (
        sum(len(drawn.get_segments()) for drawn in fig.axes[0].collections)  # type: ignore[attr-defined]
        for fig in charts
    )
    assert with_ticks - without == int(rows["score"].notna().sum())
    plt.close("all")


def test_a_long_name_stays_out_of_the_scale(brief: Brief) -> None:
    rows = brief.rows.copy()
    rows.loc[1, "component"] = "Access to Information & Communications of Everybody"
    fig = component_chart(rows, brief.spread, brief.heads)
    ax = fig.axes[0]
    label = next(t for t in ax.texts if t.get_text().startswith("Access"))
    end = ax.transData.inverted().transform(label.get_window_extent().get_points())[1, 0]
    assert end <= 57
    plt.close(fig)
