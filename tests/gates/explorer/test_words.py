"""What the explorer's page says is what its figures say: no more, of the right date, marked."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spi_core.explorer.data import explorer_data, explorer_json
from tests.support.explorer_browser import HOSTILE, Tab, place_of, served, write_site
from tests.support.explorer_world import MadeTables, Size, made_tables

pytestmark = pytest.mark.gate

SIZE = Size(wards=9, lsoas=30, indicators=84, periods=3)
WARD = "E05000006"
#: Lower is better where the number does not divide by three.
LOW, HIGH = "indicator_034", "indicator_036"
UNSCORED = "c-component-3"
FIGURES = {
    LOW: ("Violent crime", "Crime and safety", "Offences that the police recorded."),
    HIGH: ("Lone parents in work", "Employment, skills and enterprise", "Of all lone parents."),
    "indicator_037": ("Council tenants behind on rent", "Housing", "Tenancies in arrears."),
    "indicator_038": ("Year 6 children who are obese", "Health", "Measured at school."),
    "indicator_039": ("Fine dust", "Environment", "Particles in the air."),
}
NUMBER = re.compile(r"[−+]?\d[\d,]*\.\d+")


def _world() -> dict[str, Any]:
    """Make a place with dates of its own for each figure and a component without a score."""
    tables = made_tables(np.random.default_rng(11), SIZE, HOSTILE)
    frames = tables.frames
    frames["dates"] = frames["dates"].assign(
        period_label=lambda f: "survey of " + f["period"], end=pd.Timestamp("2015-03-31")
    )
    framework = frames["framework"]
    without = framework["component"] == "Component 3"
    note = np.where(without, "not scored: awaits council data", "")
    frames["framework"] = framework.assign(scored=~without, note=note)
    for name in ("scores", "small_area_scores", "standing", "changes"):
        frames[name] = frames[name][frames[name]["element"] != "Component 3"]
    told = frames["indicators"].set_index("id")
    for name, (title, theme, about) in FIGURES.items():
        told.loc[name, ["name", "manifesto_theme", "description"]] = [title, theme, about]
    told.loc[LOW, "unit"] = "ratio (national = 100)"
    told["rationale"] = "made up"
    frames["indicators"] = told.reset_index()
    frames["targets"] = pd.DataFrame(
        {
            "manifesto_theme": ["Homes, streets", "Health", "Health"],
            "indicator_id": [LOW, HIGH, "indicator_040"],
            "target": [0.5, 99.0, 0.5],
            "by": ["2022", "2012", "2022"],
            "source": "A plan, of 2010",
            "status": ["illustrative", "agreed", "agreed"],
            "note": "",
        }
    )
    moves, values = frames["indicator_changes"], frames["values"]
    fell = (moves["indicator_id"] == HIGH) & (moves["area_code"] == WARD)
    moves.loc[fell, ["change", "low", "high"]] = [-9.0, -12.0, -6.0]
    moves.loc[fell, "rating"] = "clear decline"
    judged = values["indicator_id"].isin(frames["targets"]["indicator_id"])
    home = values["area_code"].str.startswith("E09")
    values.loc[judged & home, ["value", "numerator", "denominator"]] = [40.0, 1600.0, 4000.0]
    values.loc[judged & home, "provenance"] = "observed"
    made = MadeTables(frames, tables.about)
    data: dict[str, Any] = json.loads(explorer_json(explorer_data(made)))
    return data


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return _world()


@pytest.fixture(scope="module")
def host(data: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = write_site(data, tmp_path_factory.mktemp("words") / "made-up")
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def open_tab(browser: Any, host: str) -> Iterator[Tab]:
    tab = Tab(browser, host, 1280)
    yield tab
    tab.close()


@pytest.fixture
def tab(open_tab: Tab) -> Tab:
    """The page as it first opens."""
    open_tab.page.goto("about:blank")
    return open_tab.open()


def column(data: dict[str, Any], measure: str, level: str = "ward") -> dict[str, Any]:
    found: dict[str, Any] = data["figures"][level][place_of(data, measure)]
    return found


def ward(data: dict[str, Any]) -> int:
    codes: list[str] = data["areas"]["ward"]["code"]
    return codes.index(WARD)


def download(tab: Tab, kind: str) -> tuple[str, str]:
    if tab.page.locator("[data-key=share]").get_attribute("aria-expanded") == "false":
        tab.page.click("[data-key=share]")
    with tab.page.expect_download() as caught:
        tab.page.click(f"[data-file={kind}]")
    path = Path(caught.value.path())
    return caught.value.suggested_filename, path.read_text(encoding="utf-8-sig")


def signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−").replace("+0.0", "0.0").replace("−0.0", "0.0")


# 1: a change of scores rests on comparable figures, and says so


def test_the_scores_a_change_is_the_difference_of_stand_in_the_trend_alone(tab, data):
    """Two scores for one ward and year would be two numbers for one thing."""
    found, at = column(data, "index"), ward(data)
    move, ends = found["change"], [found[f"comparable_{e}"][at] for e in ("baseline", "current")]
    full = {f"{found[key][at]:.{d}f}" for key in ("low", "high") for d in (0, 1)}
    full |= {f"{v:.{d}f}" for v in found["score"][-1] for d in (0, 1)}
    levels = {f"{end:.{d}f}" for end in ends[1:] for d in (1, 2)} - full
    assert levels
    tab.go(f"area={WARD}&table=on")
    card = tab.text(".area-facts")
    assert "on comparable figures" in card
    heads, rows = tab.table()
    row = dict(zip(heads, rows[[r[0] for r in rows].index(_name(data))], strict=True))
    assert row["Change since 2012, comparable figures"].startswith(signed(move[at]))
    tab.go("show=change")
    for place in (".view-title", ".lead", ".legend"):
        assert "on comparable figures" in tab.text(place)
    assert "mean the same" in tab.text(".place figcaption, .place .caption, .place")
    tab.go(f"show=change&measure={HIGH}&area={WARD}&table=on")
    assert "comparable" not in tab.text("main").replace("comparable figures: use", "")
    tab.go(f"view=scorecard&area={WARD}&table=on")
    assert "comparable figures" in tab.text(".facts")
    heads, rows = tab.table()
    assert "comparable figures" in rows[0][heads.index("Change since")]
    for view in ("map", "map&show=change", "scorecard", "compare", "figure", "weights"):
        tab.go(f"view={view}&area={WARD}&table=on")
        # a scorecard has a hundred numbers more
        own = ".facts, .change-words, tbody tr:first-child" if view == "scorecard" else "main"
        told = " ".join(tab.texts(own))
        trend = "section:has(> h3:text-is('Over time: comparable scores'))"
        assert tab.page.locator(trend).count() == (view in ("compare", "figure"))
        for text in tab.texts(trend):
            told = told.replace(text, "")
        assert not levels & set(re.findall(r"\d+\.\d+", told)), view


def _name(data: dict[str, Any]) -> str:
    return str(data["areas"]["ward"]["name"][ward(data)])


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("period=baseline", False),
        ("period=year3", False),
        ("period=baseline&measure=d-opportunity&level=borough", False),
        ("period=baseline&measure=d-foundations-of-wellbeing", True),
        (f"period=baseline&measure={HIGH}", True),
    ],
)
def test_an_earlier_score_of_other_figures_is_not_given(tab, data, state, offered):
    tab.go(state)
    first, last = (data["periods"][at]["id"] for at in (0, -1))
    choices = tab.page.locator(f"input[value='period:{first}'], option[value='period:{first}']")
    assert choices.count()
    assert all(choice.is_enabled() == offered for choice in choices.all())
    assert tab.state().get("period", last) == (first if offered else last)
    assert ("would rest on other figures" in tab.text(".reason")) != offered


def test_files_hold_the_comparable_scores(tab, data):
    found = column(data, "index")
    _, text = download(tab, "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    for key in ("comparable_baseline", "comparable_current", "change"):
        assert [float(r[key]) for r in rows] == found[key]
    tab.go(f"measure={LOW}")
    _, text = download(tab, "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {(r["comparable_baseline"], r["better"]) for r in rows} == {("", "lower")}


# 2: which way a figure went


@pytest.mark.parametrize(("measure", "falls"), [(LOW, True), (HIGH, False)])
def test_a_clear_change_says_which_way_where_lower_is_better(tab, data, measure, falls):
    letters = column(data, measure)["change_rating"]
    tab.go(f"show=change&measure={measure}&table=on")
    lead = tab.text(".lead")
    worse = letters.count("d")
    assert worse > 0
    words = f"{worse} got clearly worse (it rose)" if falls else f"{worse} clearly declined"
    assert words in lead
    assert ("declined" in lead) != falls
    assert ("↘ clearly worse" in tab.text(".legend")) == falls
    heads, rows = tab.table()
    said = [row[heads.index("Change in words")] for row in rows]
    assert sum(("↘ clearly worse" if falls else "↘ clear decline") in s for s in said) == worse
    code = data["areas"]["ward"]["code"][letters.index("d")]
    for view in ("map", "scorecard"):
        tab.go(f"view={view}&show=change&measure={measure}&area={code}")
        tab.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        chip = ".area-facts" if view == "map" else f"li:has([data-measure={measure}])"
        assert ("↘ clearly worse" in tab.text(chip)) == falls
    tab.go(f"view=compare&show=change&measure={measure}&areas={code}")
    drawn = " ".join(tab.page.locator(".chart svg text").all_text_contents())
    assert ("↘ worse" in drawn) == falls


# 3: every figure has the date of its own


def test_each_figure_carries_its_own_date(tab, data):
    own, edition = "survey of current", re.compile(r"\b201[26]\b")
    tab.go(f"measure={LOW}&area={WARD}&table=on")
    heads, _ = tab.table()
    for text in (tab.text(".view-title"), tab.text(".area-facts"), tab.text("caption"), *heads):
        assert not edition.search(text)
    assert own in tab.text(".view-title")
    assert own in tab.text(".area-facts")
    assert own in tab.text("caption")
    assert f"Figure, {own}" in heads
    assert "Change since survey of baseline" in heads
    _, drawing = download(tab, "svg")
    assert own in drawing
    tab.go(f"measure={LOW}&period=baseline")
    assert tab.text(".view-title") == "Violent crime, survey of baseline"
    tab.go(f"measure={LOW}&show=change")
    assert "from survey of baseline to survey of current" in tab.text(".view-title")
    assert "from survey of baseline to survey of current" in tab.text(".legend h3")
    tab.go(f"view=compare&measure={LOW}&areas={WARD}&table=on")
    assert own in tab.text(".view-title")
    tab.go(f"view=figure&measure={LOW}&table=on")
    assert own in tab.table()[0]
    tab.go(f"view=scorecard&area={WARD}&table=on")
    heads, rows = tab.table()
    periods = {row[0]: row[heads.index("Period")] for row in rows}
    assert periods["Violent crime"] == own
    assert periods["Social Progress Index"] == "2016"
    tab.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert own in tab.text(f"li:has([data-measure={LOW}])")
    tab.go("view=targets&table=on")
    assert own in tab.text(".target")
    assert own in tab.table()[1][0]


# 4: partial


def test_what_is_partial_says_so_wherever_it_goes(tab, data):
    whole = data["measures"][0]["partial"]
    assert whole.startswith("Partial: 11 of 12 components")
    for state in ("", "view=compare", "view=scorecard", "view=weights", "show=change"):
        tab.go(state)
        assert tab.text(".partial") == whole
    tab.go("measure=d-basic-human-needs")
    assert tab.text(".partial") == "Partial: 3 of 4 components. No score for Component 3."
    for state in ("measure=d-opportunity", f"measure={LOW}", "measure=c-component-1"):
        tab.go(state)
        assert tab.page.locator(".partial").is_hidden()
    tab.go("view=about")
    assert whole in tab.text("main")
    tab.go("")
    _, drawing = download(tab, "svg")
    words = " ".join(re.findall(r">([^<]+)</text>", drawing))
    assert "Partial: 11 of 12" in words
    assert "(partial: 11 of 12" in words
    assert "(partial: 11 of 12 components)" in tab.page.locator("[data-copy=cite]").input_value()


# 5: what is made is marked where it is drawn


@pytest.mark.parametrize("view", ["figure", "compare"])
def test_made_points_are_marked_in_the_drawing(tab, data, view):
    at = ward(data)
    for measure in (m["id"] for m in data["measures"] if m["kind"] == "indicator"):
        found, home = column(data, measure), column(data, measure, "borough")
        flags = [row[at] for row in found.get("flags", ["0" * 9] * 3)]
        if view == "figure":
            flags += [row[0] for row in home.get("flags", ["0"] * 3)]
        made = sum(int(f, 16) >= 4 for f in flags)
        known = sum(row[at] is not None for row in found["value"])
        if made > 0 and known > 2 and int(flags[2], 16) < 4:
            break
    tab.go(f"view={view}&measure={measure}&area={WARD}&areas={WARD}")
    section = tab.page.locator("section:has(> h3:text-is('Over time')) svg text")
    assert section.all_text_contents().count("◇") == made
    note = tab.text("p.callout")
    assert "◇" in note
    assert f"{made} of " in note
    assert "figures drawn over time" in note


# 6: files that any program reads


@pytest.mark.parametrize("view", ["weights", "targets", "about"])
def test_tables_are_saved_as_clean_text(tab, view):
    tab.go(f"view={view}&weights=c-component-1:3" if view == "weights" else f"view={view}")
    _, text = download(tab, "csv")
    heads, *rows = csv.reader(io.StringIO(text))
    assert rows
    assert {len(row) for row in rows} == {len(heads)}
    assert heads[-1] == "illustrative"
    numbers: list[str] = {
        "weights": ["Your score", "Official score", "Difference"],
        "targets": ["Target", "First figure", "Latest figure"],
        "about": [],
    }[view]
    for name in numbers:
        cells = [row[heads.index(name)] for row in rows]
        assert all(cell == "" or float(cell) is not None for cell in cells)
        assert any(cells)
        assert all(len(cell.partition(".")[2]) <= 2 for cell in cells)
    if view == "weights":
        assert "Your place, likely places" in heads
        assert {row[-1] for row in rows} == {"yes"}
    if view == "targets":
        assert rows[0][-1] == "yes"


# 8: search


@pytest.mark.parametrize(
    ("words", "wanted", "unwanted"),
    [
        ("rent", "indicator_037", HIGH),
        ("obesity", "indicator_038", LOW),
        ("violence", LOW, HIGH),
        ("knife", LOW, HIGH),
        ("jobs", HIGH, LOW),
        ("schools", "indicator_038", LOW),
        ("pollution", "indicator_039", LOW),
        ("crimes police", LOW, HIGH),
        ("tenancy", "indicator_037", LOW),
        ("lone PARENTS", HIGH, "indicator_037"),
    ],
)
def test_search_finds_what_a_reader_would_call_it(tab, words, wanted, unwanted):
    tab.page.click("[data-key=pick]")
    tab.page.fill(".pick input", words)
    shown = tab.page.locator(".tree [data-measure]")
    found = shown.evaluate_all("all => all.map((b) => b.dataset.measure)")
    assert wanted in found
    assert unwanted not in found
    assert tab.page.get_attribute(".tree .best", "data-measure") == wanted  # what Enter takes
    tab.page.keyboard.press("Enter")
    tab.settle()
    assert tab.state()["measure"] == wanted


def test_search_without_a_hit_says_so(tab):
    tab.page.click("[data-key=pick]")
    tab.page.fill(".pick input", "zeppelin")
    assert tab.text(".pick .status") == "0 measures found"
    tab.page.keyboard.press("Enter")
    assert tab.state()["measure"] == "index"


# 14: targets


def test_a_target_not_due_is_no_failure(tab, data):
    tab.go("view=targets&table=on")
    words = [t["word"] for t in data["targets"]]
    assert words == ["not yet", "not reached", "not yet"]
    cards = tab.page.locator(".target")
    chip = cards.nth(0).locator(".chip").first
    assert "not yet, due 2022" in chip.inner_text()
    assert "chip-none" in str(chip.get_attribute("class"))
    assert "chip-down" in str(cards.nth(1).locator(".chip").first.get_attribute("class"))
    lead = tab.text(".lead")
    assert "none are reached" in lead
    assert "2 not reached yet, but not due either" in lead
    assert "1 not reached" in lead
    text = " ".join(tab.texts(".target"))
    assert "of the way" not in text
    said = {"i": "Clearly nearer", "d": "Clearly further", "n": "No clear change"}
    for card, target in zip(cards.all_inner_texts(), data["targets"], strict=True):
        moved = data["figures"]["borough"][target["measure"]]["change_rating"][0]
        assert said.get(moved, "can’t be rated") in card


# 15: the wards compared with are named


def test_similar_wards_are_named(tab, data):
    names = data["peers"]["names"][ward(data)]
    assert names[-1] == "Upton (Westham)"
    places = {f"area={WARD}": ".area-facts", f"show=rating&area={WARD}": ".legend"}
    places[f"view=scorecard&area={WARD}"] = "main"
    for state, place in places.items():
        tab.go(state)
        shown = tab.page.locator(place).first.text_content()
        said = re.search(r"Similar (?:wards|to [^:]+): (.*)", shown, re.DOTALL)
        assert said is not None, state
        assert all(name in said[1] for name in names)
    tab.go("show=rating")
    assert "Choose a ward to see which these are" in tab.text(".legend")


# 19: sentences


def test_sentences_are_whole_and_dates_are_written(tab, data):
    at = ward(data)
    score = column(data, "d-foundations-of-wellbeing")["score"][0][at]
    home = column(data, "d-foundations-of-wellbeing", "borough")["score"][0][0]
    tab.go(f"period=baseline&measure=d-foundations-of-wellbeing&area={WARD}")
    start = f"{_name(data)}, Foundations of Wellbeing, 2012: {score:.1f} out of 100"
    lead = tab.text(".lead")
    assert lead.startswith(start)
    assert f"the borough’s is {home:.1f} ◇" in lead
    for state in (f"measure={LOW}", f"measure={LOW}&period=baseline", f"measure={LOW}&level=lsoa"):
        tab.go(f"{state}&area={WARD}" if "lsoa" not in state else f"{state}&area=E01000003")
        for place in (".lead", ".readout", ".area-facts"):
            assert not re.search(r"\([^)]*\(|\) \(|ratio", tab.text(place))
    tab.go(f"area={WARD}")
    assert "similar against similar" not in tab.text(".area-facts")
    assert re.search(
        "Against similar wards: . (strength|similar|weak|not)", tab.text(".area-facts")
    )
    tab.go("view=about")
    assert "31 March 2015" in tab.text(".lead")
    tab.page.click("[data-key=share]")
    assert "31 March 2015" in tab.page.locator("[data-copy=cite]").input_value()
    assert not re.search(r"\d{4}-\d\d-\d\d", tab.text("main"))


# 20: classes


@pytest.mark.parametrize(
    "state", [f"measure={HIGH}&n=5", "classes=equal", f"show=change&classes=equal&measure={HIGH}"]
)
def test_no_two_classes_share_a_limit(tab, state):
    tab.go(state)
    labels = tab.texts(".legend-list [data-class^=class-] span:not(.count)")
    assert len(labels) > 3
    assert all(label.startswith("over ") for label in labels[:-1])
    assert not labels[-1].startswith("over ")
    limits = [NUMBER.findall(label) for label in labels]
    assert all(upper[0] == lower[1] for upper, lower in itertools.pairwise(limits))


# 22: names of files


def test_no_two_views_save_under_one_name(tab, data):
    states = [
        f"measure={LOW}",
        f"measure={LOW}&level=lsoa",
        f"measure={LOW}&period=baseline",
        f"measure={LOW}&show=change",
        f"measure={LOW}&area={WARD}",
        f"measure={LOW}&area=E05000001",
        "show=rating",
        f"view=scorecard&area={WARD}",
        "view=scorecard&area=E05000001",
        f"view=compare&areas={WARD},E05000001",
        "view=compare&areas=E05000001,E05000002",
        "view=weights&weights=c-component-1:3",
        "view=weights&weights=c-component-10:3",
    ]
    names = []
    for state in states:
        tab.go(state)
        names.append(download(tab, "csv")[0])
    names += [download(tab, kind)[0] for kind in ("all-csv", "all-json")]
    assert len({n.lower() for n in names}) == len(names)
    assert all("illustrative" in n for n in names)
    assert all(re.fullmatch(r"[\w.-]{10,200}", n) for n in names)


# 26, 27, 28


def test_a_change_between_observed_figures_is_not_called_made_up(tab, data):
    tab.go(f"show=change&measure={LOW}")
    note = tab.text("p.callout")
    assert "These changes rest in part on illustrative figures" in note
    assert "All figures" not in note
    tab.go(f"measure={LOW}")
    assert "have illustrative figures" in tab.text("p.callout")


@pytest.mark.parametrize(
    ("measure", "word"), [(LOW, "worse"), (HIGH, "better"), ("index", "better")]
)
def test_darker_says_whether_it_is_good(tab, measure, word):
    tab.go(f"measure={measure}")
    assert f"Darker is higher, which is {word}." in tab.text(".legend")


def test_help_counts_a_component_without_a_score(tab):
    tab.go("view=about")
    signs = [t for t in tab.texts(".legend-list li") if t.startswith("not scored")]
    assert signs
    assert not any("none here" in t for t in signs)


def test_a_component_without_a_score_has_nothing_to_class(tab, data):
    tab.go(f"measure={UNSCORED}&area={WARD}")
    legend = tab.text(".legend")
    assert "Awaits council data." in legend
    assert "Too few figures" not in legend
    assert "Darker" not in legend
    assert tab.page.locator(".legend-options").is_hidden()
    assert tab.text(".area-facts").count("not scored") == 1
    tab.go(f"measure={UNSCORED}")
    assert "Choose a ward" not in tab.text(".readout")
    tab.go("")
    assert tab.page.locator(".legend-options").is_visible()
