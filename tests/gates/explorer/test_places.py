"""Where do you live, words on the map, periods and orders: the open edition as residents use it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.explorer_browser import Tab
from tests.support.explorer_hands import press

pytestmark = pytest.mark.gate

THAMES, RIVER, ABBEY = "E05000039", "E05000038", "E05000026"
SIZES = {320: True, 390: True, 1280: False}


@pytest.fixture(scope="module")
def written(rendered: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((rendered / "explorer" / "data.json").read_text("utf-8"))
    return found


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Any, rendered: Path) -> Iterator[Tab]:
    touch = SIZES[request.param]
    base = f"{(rendered / 'explorer').as_uri()}/"
    opened = Tab(browser, base, request.param, has_touch=touch, is_mobile=touch)
    yield opened.open()
    opened.close()


@pytest.fixture
def desk(browser: Any, rendered: Path) -> Iterator[Tab]:
    opened = Tab(browser, f"{(rendered / 'explorer').as_uri()}/", 1280)
    yield opened.open()
    opened.close()


def typed(tab: Tab, words: str) -> tuple[str, list[str]]:
    """What is said above the list and what is listed."""
    tab.page.fill("[data-key=find]", words)
    return " ".join(tab.texts(".found .said")), tab.texts(".found button")


@pytest.mark.parametrize(
    ("words", "area"),
    [
        ("Thames View", THAMES),  # a ward since May 2022
        ("becontree station", "E05000036"),
        ("st chads park", "E05000029"),
        ("river", RIVER),
        ("E05000030", "E05000030"),
        ("northbury", ABBEY),
    ],
)
def test_what_residents_call_it_leads_to_the_ward(desk: Tab, words: str, area: str) -> None:
    desk.page.focus("[data-key=find]")
    desk.page.keyboard.type(words)
    press(desk, "Enter")
    assert desk.state()["area"] == area
    assert desk.page.input_value("[data-key=find]") == ""


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        ("thams veiw", "Thames View"),
        ("longbrige", "Longbridge"),
        ("12 Longbridge Road", "Longbridge"),
        ("chadwel heth", "Chadwell Heath"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_nearest(desk: Tab, words: str, nearest: str) -> None:
    said, listed = typed(desk, words)
    assert said.startswith(f"Nothing here is called “{words}”. This page knows 17 wards")
    assert nearest in listed[0]
    press(desk, "Enter")
    assert desk.state()["area"] == ""  # it asks, it does not guess
    press(desk, "Enter")
    assert desk.state()["area"] != ""


@pytest.mark.parametrize("words", ["Village", "Dagenham", "mayesbrook"])
def test_several_meanings_are_asked(desk: Tab, words: str) -> None:
    desk.page.focus("[data-key=find]")
    desk.page.keyboard.type(words)
    press(desk, "Enter")
    assert desk.state()["area"] == ""
    assert desk.text(".found .said").startswith("Which one?")
    assert desk.page.evaluate("document.activeElement.closest('.found') !== null")


def test_a_former_and_a_present_ward_of_one_name_are_told_apart(page: Tab) -> None:
    _, listed = typed(page, "Village")
    assert listed[0].strip() == "Village, ward of 2002–2022"
    assert sum(text.startswith("Village, ward since May 2022 covers ") for text in listed) >= 1
    # as large as the name, not in the small print behind it
    large = "(found) => [...found].map((b) => b.firstChild.textContent.trim())"
    names = page.page.locator(".found button").evaluate_all(large)
    assert names[:2] == ["Village, ward of 2002–2022", "Village, ward since May 2022"]
    page.page.locator(".found button").first.click()
    assert page.text(".answer") == (
        "This is Village, the ward of 2002–2022. There is another, a ward since May 2022."
    )
    _, listed = typed(page, "River")  # no ward of today is called so
    assert listed[0] == "River ward"


def test_the_scenario_stands_under_the_score(page: Tab) -> None:
    page.go(f"view=scorecard&area={RIVER}")
    there = page.page.locator(".scenario summary").bounding_box()
    facts = page.page.locator(".facts").first.bounding_box()
    assert there is not None
    assert facts is not None
    assert 0 <= there["y"] - (facts["y"] + facts["height"]) < 60


@pytest.mark.parametrize("words", ["IG11 0AB", "RM10", "zzzz"])
def test_what_is_not_known_says_what_is(desk: Tab, words: str) -> None:
    """And what can be chosen stands there: no list is two screens away."""
    said, listed = typed(desk, words)
    assert said.endswith("Choose on the map or here:")
    assert len(listed) == 17
    assert listed[0] == "Abbey, ward of 2002–2022"
    press(desk, "ArrowDown", 2)
    press(desk, "Enter")
    assert desk.state()["area"] == "E05000027"
    said, listed = typed(desk, words)
    assert "20 parks, 6 stations and 19 wards since May 2022, but no streets" in said
    assert "spelling" not in said


def test_after_a_search_the_answer_is_on_the_screen(page: Tab) -> None:
    page.page.evaluate("scrollTo(0, 400)")
    page.page.fill("[data-key=find]", "Thames View")
    page.page.locator(".found button").click()
    page.page.wait_for_timeout(300)
    box = page.page.locator(".lead").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 900
    assert "Thames" in page.text(".lead")
    assert "covers 23% of Thames" in page.text(".answer")


@pytest.mark.parametrize("view", ["map", "scorecard", "weights", "compare"])
@pytest.mark.parametrize("words", ["Dagenham Heathway", "Thames View", "Central Park", "Village"])
def test_what_was_found_is_not_said_of_another_ward(desk: Tab, view: str, words: str) -> None:
    chosen = desk.go(f"view={view}").state()["area"]
    for other in (f"view={view}&area={RIVER}", f"view={view}", "view=figure"):
        desk.page.locator("[data-key=find]:visible").fill(words)
        desk.page.locator(".found button:visible").first.click()
        assert desk.page.locator(".answer:visible").count() == 1
        assert desk.state()["area"] not in (chosen, RIVER)
        desk.go(other)
        assert desk.page.locator(".answer:visible").count() == 0
        desk.go(f"view={view}")


LABELS = """() => {
  const svg = document.querySelector(".map svg");
  const paths = [...svg.querySelectorAll("path.area")];
  const at = (x, y) => { const p = new DOMPoint(x, y);
    return paths.findIndex((path) => path.isPointInFill(p.matrixTransform(path.getScreenCTM().inverse()))); };
  return [...svg.querySelectorAll(".map-labels text")].map((text) => {
    const b = text.getBoundingClientRect();
    const [dx, dy] = [b.width * .02, b.height * .16];  // letters do not fill their line
    const [l, r, t, d] = [b.left + dx, b.right - dx, b.top + dy, b.bottom - dy];
    const points = [];
    for (let i = 0; i <= 6; i += 1) for (let j = 0; j <= 4; j += 1) points.push([l + (r - l) * i / 6, t + (d - t) * j / 4]);
    return { text: text.textContent, box: [l, t, r, d], areas: [...new Set(points.map(([x, y]) => at(x, y)))] };
  });
}"""  # noqa: E501


@pytest.mark.parametrize("state", ["", "show=change", "show=rating", "measure=robbery_offences"])
def test_words_on_the_map_cross_no_border_and_no_other_word(
    page: Tab, written: dict[str, Any], state: str
) -> None:
    page.go(state)
    page.page.locator(".map svg").scroll_into_view_if_needed()
    found = page.page.evaluate(LABELS)
    for label in found:
        assert len(label["areas"]) == 1, label
        assert label["areas"] != [-1], label
    for i, a in enumerate(found):
        for b in found[:i]:
            left, top, right, bottom = a["box"]
            x0, y0, x1, y1 = b["box"]
            assert right <= x0 or x1 <= left or bottom <= y0 or y1 <= top, (a, b)
    shown = " ".join(label["text"] for label in found) + page.page.inner_text(".map-box")
    plain = shown.replace(" ", "").replace("\u00a0", "")
    for name in written["areas"]["ward"]["name"]:
        assert name.replace(" ", "") in plain, name


def test_landmarks_are_on_the_map(page: Tab, written: dict[str, Any]) -> None:
    found = page.page.evaluate(
        "[...document.querySelectorAll('.map-labels .landmark')].map((t) => t.textContent)"
    )
    assert found
    assert set(found) <= set(written["places"]["name"])


def test_periods_are_offered_only_between_comparable_figures(
    desk: Tab, written: dict[str, Any]
) -> None:
    """By the measure's own dates: a button "2014" must not lead to what its title calls 2012."""
    for i, measure in enumerate(written["measures"]):
        columns = written["figures"]["ward"][i]
        if columns is None:
            continue
        dated = measure.get("page", {}).get("periods") or written["periods"]
        labels = [p["label"] for p in dated if p]
        desk.go(f"measure={measure['id']}")
        shown = desk.texts(".segments:not(.compact) .segment:visible")
        both = measure["comparable"] and any(v is not None for v in columns[measure["shows"]][0])
        assert shown[:-2] == (labels if both else ["Latest"]), measure["id"]
        if both:
            since = f" since {labels[0]}" if len(labels[0]) < 9 else ""
            assert shown[-1] == f"Change{since}"
        for button in labels if both else ():
            desk.page.locator(".segment:visible", has_text=re.compile(f"^{button}$")).click()
            assert desk.text(".view-title").endswith(f", {button}"), measure["id"]
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_figure_has_its_years_counts_and_source(desk: Tab) -> None:
    desk.go(f"view=figure&measure=robbery_offences&area={RIVER}")
    table = desk.texts(".figure-trend tbody tr")
    assert [row.split("(")[-1].split(")")[0] for row in table] == [
        f"{n} counted" for n in (36, 76, 34, 30, 56)
    ]
    text = desk.page.inner_text("main")
    assert "2010/11 to 2014/15: +1.5 (likely −1.4 to +4.3)" in text.replace("\n", " ")
    assert "counted: 56 of 11,748" in text
    assert "1 April 2014 to 31 March 2015" in text
    assert "rincipal component" not in text
    assert desk.page.locator("dd a[href^='https://']").count() == 1


def test_what_is_too_close_to_order_is_said(desk: Tab) -> None:
    desk.go(f"view=compare&areas={ABBEY},{THAMES}")
    assert "Too close to order" in desk.text(".lead")
    desk.go("")
    desk.page.click(".in-order summary")
    lines = desk.texts(".place .in-order li")
    assert any(line.endswith(": too close to order") for line in lines)
    for line in lines:  # whose likely ranges do not touch stand in different lines
        ends = [[float(v) for v in pair] for pair in re.findall(r"\(([\d.]+) to ([\d.]+)\)", line)]
        assert ends
        assert max(low for low, _ in ends) <= min(high for _, high in ends), line


def test_no_targets_has_its_reason_and_advice_its_hand(page: Tab) -> None:
    touch = page.page.evaluate("matchMedia('(hover: none) and (pointer: coarse)').matches")
    assert page.text(".hint").startswith("Tap a ward" if touch else "Click the map")
    page.page.click("nav [data-view=targets]")
    page.settle()
    assert page.text(".lead").startswith("No targets are shown, because")
