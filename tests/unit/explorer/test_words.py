"""What the explorer says in words: which way a figure went, what is missing, no bracket twice."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spi_core.explorer.data import explorer_data
from spi_core.explorer.measures import measure_tree
from spi_core.explorer.notes import ahead, meta
from spi_core.explorer.sentences import about_change, about_indicator, about_spread
from tests.support.explorer_checks import schema_faults
from tests.support.explorer_world import MadeTables, Size, made_tables

NESTED = re.compile(r"\([^)]*\(|\) \(")
UNITS = ("ratio (national = 100)", "% (published rate)", "score 0–8", "ratio (years of income)")


@pytest.fixture(scope="module")
def made() -> MadeTables:
    return made_tables(np.random.default_rng(8), Size(wards=6, lsoas=14, indicators=36, periods=2))


def _lacking(made: MadeTables, *unscored: str) -> MadeTables:
    """Leave components without a score."""
    frames = dict(made.frames)
    framework = frames["framework"]
    without = framework["component"].isin(unscored)
    frames["framework"] = framework.assign(
        scored=~without, note=np.where(without, "not scored: awaits council data", "")
    )
    for name in ("scores", "small_area_scores", "standing", "changes"):
        frames[name] = frames[name][~frames[name]["element"].isin(unscored)]
    return MadeTables(frames, made.about)


@pytest.mark.parametrize(
    ("rating", "word"),
    [("clear decline", "↘ clearly worse"), ("clear improvement", "↗ clearly be")],
)
def test_a_rating_of_a_figure_that_should_be_low_is_no_decline(rating: str, word: str) -> None:
    """Nor stands its arrow by a verb of the other direction: better or worse is all it means."""
    row = {"baseline": 37.1, "current": 43.6, "change": 6.5, "low": 2.6, "high": 10.5}
    row |= {"rating": rating, "reason": ""}
    labels = ("2013/14", "2014/15")
    said = about_change("Abbey, Violent crime", row, labels, 1, False, lower_is_better=True)
    assert word in said
    assert not re.search("rose|fell|declin", said)
    assert rating in about_change("Abbey, Turnout", row, labels, 1, False)


def test_every_written_change_says_it(made: MadeTables) -> None:
    data = explorer_data(made)
    said = 0
    for level in ("borough", "ward"):
        written = data["sentences"]["areas"][level]["change"]
        for measure, column, sentences in zip(
            data["measures"], data["figures"][level], written, strict=True
        ):
            for letter, sentence in zip(column["change_rating"], sentences, strict=True):
                falls = measure["polarity"] < 0 and letter in "id"
                said += falls
                assert ("↘ clearly worse" in sentence) == (falls and letter == "d")
                assert ("↗ clearly better" in sentence) == (falls and letter == "i")
    assert said > 20


@pytest.mark.parametrize("unit", UNITS)
def test_no_bracket_stands_in_or_behind_another(unit: str) -> None:
    figure = (118.7, 96.0, 145.1)
    for state in ("observed", "modelled"):
        said = about_indicator("Abbey, Deaths, 2013", unit, figure, 104.6, 0.0, "city", state, 1)
        assert not NESTED.search(said)
        assert "likely 96.0 to 145.1)" in said
    none = about_indicator(
        "Abbey, Deaths", unit, (math.nan,) * 3, 118.7, math.nan, "city", "missing", 1
    )
    spread = about_spread("Deaths", [67.2, 118.7], 104.6, (2, "wards"), "city", unit, 1)
    assert not NESTED.search(none + spread)
    assert "118.7" in none
    assert "to 118.7" in spread


def test_the_ends_of_a_spread_are_named_where_one_area_stands_there() -> None:
    wards, names = (3, "wards"), ["Abbey", "Heath", "River"]
    said = about_spread("Shelter", [40.24, 55.0, 71.8], 55.0, wards, "city", "", 1, names)
    assert said == (
        "Shelter, out of 100: the 3 wards score from 40.2 in Abbey to 71.8 in River; "
        "the city scores 55.0."
    )
    tied = about_spread("Shelter", [40.24, 40.21, 71.8], 55.0, wards, "city", "", 1, names)
    assert "from 40.2 to 71.8 in River" in tied  # as shown, two wards stand at the end
    alike = about_spread("Shelter", [40.2] * 3, math.nan, wards, "city", "", 1, names)
    assert not any(name in alike for name in names)


def test_the_first_sentence_says_what_the_index_is(made: MadeTables) -> None:
    large = explorer_data(made)
    spread = large["sentences"]["spread"]
    ward, small = spread["ward"][0][-1], spread["lsoa"]
    assert ward.startswith("How well people live, beyond income, out of 100: the 6 wards score ")
    scores = large["figures"]["ward"][0]["score"][-1]
    names = large["areas"]["ward"]["name"]
    for end in (min(scores), max(scores)):
        assert f"{end:.1f} in {names[scores.index(end)]}" in ward
    codes = large["areas"]["lsoa"]["code"]
    assert not any(code in said for row in small if row for said in row for code in codes)


def test_what_is_partial_says_so(made: MadeTables) -> None:
    lacking = _lacking(made, "Component 1", "Component 6")
    data = explorer_data(lacking)
    assert schema_faults(data) == []
    partial = {m["id"]: m["partial"] for m in data["measures"] if "partial" in m}
    assert partial == {
        "index": "Partial: 10 of 12 components. No score for Component 1 and Component 6.",
        "d-basic-human-needs": "Partial: 3 of 4 components. No score for Component 1.",
        "d-foundations-of-wellbeing": "Partial: 3 of 4 components. No score for Component 6.",
    }
    assert data["meta"]["partial"] == "10 of 12 components"
    assert "(partial: 10 of 12 components)" in data["meta"]["cite"]


def test_what_is_whole_or_empty_is_not_called_partial(made: MadeTables) -> None:
    assert not any("partial" in m.facts for m in measure_tree(made))
    found = meta(made)
    assert found["partial"] == ""
    assert "partial" not in found["cite"]
    dimension = [f"Component {i}" for i in range(4)]
    tree = measure_tree(_lacking(made, *dimension))
    partial = {m.id for m in tree if "partial" in m.facts}
    assert partial == {"index"}


@pytest.mark.parametrize(
    ("by", "early"),
    [
        ("2014", False),
        ("2015", True),
        ("2015-03-31", False),
        ("2015-04-01", True),
        ("2013/14", False),
        ("2014/15", True),
        ("2014–15", True),
        ("spring 2016", True),
        ("soon", False),
    ],
)
def test_a_target_is_early_only_before_its_day(by: str, early: bool) -> None:
    assert ahead(by, pd.Timestamp("2015-03-31")) == early
    assert not ahead(by, pd.NaT)


def test_the_schema_knows_every_word_of_a_target(made: MadeTables) -> None:
    rows: list[dict[str, Any]] = [
        {"indicator_id": f"indicator_00{i}", "target": target, "by": by}
        for i, (target, by) in enumerate([(0.0, "2014"), (0.0, "2040"), (99.0, "2040")], 1)
    ]
    same = {"manifesto_theme": "Homes", "source": "A plan", "status": "agreed", "note": ""}
    frames = made.frames | {"targets": pd.DataFrame(rows).assign(**same)}
    data = explorer_data(MadeTables(frames, made.about))
    assert schema_faults(data) == []
    words = [t["word"] for t in data["targets"]]
    assert set(words) <= {"reached", "not reached", "not yet"}
    assert "not yet" in words
    assert json.dumps(words)
