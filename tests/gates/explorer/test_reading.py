"""What a resident sees first, on a phone and on paper: figures explained, no way without end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from math import hypot
from pathlib import Path
from typing import Any

import pytest

from tests.support.explorer_browser import STATED, Tab, place_of
from tests.support.explorer_hands import WARD, WARDS, download, press, radio_by_mouse
from tests.support.pdf_checks import page_texts

pytestmark = pytest.mark.gate

PLAIN = "E05000009"  # a ward with a short name
WEIGHTS = "weights=c-component-3:3,c-component-7:0"
INDEX = "How well people live, beyond income, out of 100: the 12 wards score from "


@pytest.fixture
def phone(browser: Any, host: str) -> Iterator[Tab]:
    """A small phone without a mouse."""
    opened = Tab(browser, host, 320, has_touch=True, is_mobile=True)
    yield opened.open()
    opened.close()


@pytest.fixture
def desk(browser: Any, host: str) -> Iterator[Tab]:
    opened = Tab(browser, host, 1280)
    yield opened.open()
    opened.close()


def box(tab: Tab, selector: str) -> dict[str, float]:
    found: dict[str, float] = tab.page.locator(selector).first.bounding_box()
    return found


def name_of(data: dict[str, Any], code: str) -> str:
    wards = data["areas"]["ward"]
    found: str = wards["name"][wards["code"].index(code)]
    return found


def test_the_first_view_says_what_it_is_how_old_and_where_to_look(tab, data):
    assert tab.text(".lead").startswith(INDEX)
    assert re.search(r"Figures to [A-Z]\w+ \d{4}", tab.text(".glance"))
    finder, picker = box(tab, "[data-key=find]"), box(tab, "[data-key=pick]")
    assert tab.page.get_attribute("[data-key=find]", "placeholder").startswith("e.g. ")
    assert (finder["y"], finder["x"]) <= (picker["y"], picker["x"])
    if tab.page.viewport_size["width"] == 320:
        assert finder["y"] + finder["height"] < 568
        shown, level = box(tab, ".segments"), box(tab, ".compact select")
        assert abs(shown["y"] + shown["height"] - level["y"] - level["height"]) < 4
    tab.page.click("[data-key=more]")
    tab.settle()
    assert tab.state()["view"] == "about"
    assert tab.text("main h3") == "What is the Social Progress Index?"
    told = tab.text(".what-it-is p")
    assert all(m["name"] in told for m in data["measures"] if m["kind"] == "dimension")
    tab.go("measure=indicator_010")
    about = data["measures"][place_of(data, "indicator_010")]["description"]
    assert " ".join(about.split()) in tab.text(".glance")
    tab.page.click("[data-key=more]")
    assert tab.state()["view"] == "figure"


def test_a_line_of_a_scorecard_stands_beside_the_borough(desk, phone, data):
    ward = data["areas"]["ward"]["code"].index(WARD)
    desk.go(f"view=scorecard&area={WARD}")
    seen = set()
    for place, measure in enumerate(data["measures"]):
        own, home = (data["figures"][level][place] for level in ("ward", "borough"))
        if measure["kind"] != "indicator" or own["value"][-1][ward] is None:
            continue
        text = desk.text(f".figures li:has([data-measure={measure['id']}])")
        there = home["value"][-1][0]
        assert (f"borough {there:.{measure['decimals']}f}" if there is not None else "") in text
        (value, low, high), (at_home, home_low, home_high) = (
            [column.get(k, [[None]])[-1] for k in FIGURE] for column in (own, home)
        )
        apart = None
        if None not in (low[ward], home_low[0]):  # Newcombe's interval of the difference
            gap = value[ward] - at_home[0]
            down = hypot(value[ward] - low[ward], home_high[0] - at_home[0])
            up = hypot(high[ward] - value[ward], at_home[0] - home_low[0])
            side = (gap - down > 0) - (gap + up < 0)
            apart = ("not clearly different", "clearly better", "clearly worse")[
                side * measure["polarity"]
            ]
        verdicts = re.findall("(?<![↗↘] )clearly (?:better|worse)|not clearly different", text)
        assert verdicts == ([apart] if apart else []), measure["id"]
        seen.add(apart)
    assert len(seen) == 4
    assert desk.page.locator(".figures .what").first.is_hidden()
    phone.go(f"view=scorecard&area={WARD}")
    phone.page.locator(".comp summary").first.click()
    assert "Higher is better" in phone.text(".figures .what:visible")
    phone.go(f"measure=indicator_010&area={WARD}")
    phone.page.click("[data-key=card-about]")
    assert phone.state()["view"] == "figure"


FIGURE = ("value", "value_low", "value_high")


def test_own_weights_stay_in_sight_and_name_themselves(tab, data):
    tab.go("view=weights")
    assert tab.page.locator(".chart svg").count() == 0
    assert tab.page.locator(".follow").is_hidden()
    tab.go(f"view=weights&{WEIGHTS}&area={PLAIN}")
    tab.page.locator("[data-weight]").nth(5).scroll_into_view_if_needed()
    line = box(tab, ".follow")
    assert line["y"] + line["height"] <= 901
    assert line["height"] < 100
    assert re.search(r": .*\d+\w\w, likely .*Officially \d+\w\w, likely", tab.text(".follow"))
    assert name_of(data, PLAIN) in tab.text(".follow")
    ranges = tab.page.locator(".chart text", has_text=re.compile(r"^\d+\w\w( to \d+\w\w)?$"))
    assert ranges.count() == 2 * len(data["areas"]["ward"]["code"])
    tab.page.click("[data-key=share]")
    drawing = " ".join(download(tab, "svg")[1].decode().split())
    plain = re.sub("<[^>]+>", " ", drawing)
    assert "not the official index" in plain
    assert "counts three times;" in re.sub(r"\s+", " ", plain)
    tab.page.click("[data-key=reset-weights]")
    focus = "document.activeElement.textContent"
    assert tab.page.evaluate(focus) == "How much each component counts"


def test_a_list_is_not_covered_by_a_finger_s_keyboard(phone, desk):
    for tab, typed in ((phone, False), (desk, True)):
        tab.page.click("[data-key=pick]")
        focused = tab.page.evaluate("document.activeElement.type === 'search'")
        assert focused == typed
    press(desk, "ArrowDown", 2)
    second = "[...document.querySelectorAll('.tree [data-measure]')][1].dataset.measure"
    wanted = desk.page.evaluate(second)
    press(desk, "Enter")
    assert desk.state()["measure"] == wanted


@pytest.mark.parametrize(("state", "slider"), [
    ("view=weights", "[data-weight]"),
    (f"view=scorecard&area={WARD}", "[data-key=what-slide]"),
])  # fmt: skip
def test_a_swipe_past_a_slider_leaves_it_alone(browser, host, state, slider):
    tab = Tab(browser, host, 390, has_touch=True, is_mobile=True).open(state)
    touch = tab.context.new_cdp_session(tab.page)

    def finger(kind: str, **at: float) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at] if at else []})
        tab.settle()

    tab.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    row = tab.page.locator(slider).first
    row.evaluate("(it) => it.scrollIntoView({ block: 'center' })")
    before = row.input_value()
    for down, along in ((-15, 0), (0, -15)):
        box = row.bounding_box()
        x, y = box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2
        finger("touchStart", x=x, y=y)
        for step in range(1, 9):
            finger("touchMove", x=x + along * step, y=y + down * step)
        finger("touchEnd")
        tab.page.wait_for_timeout(200)
        assert (row.input_value() == before) == (down != 0)
    tab.close()


def test_compare_speaks_of_the_areas_compared(desk, data):
    codes = WARDS.split(",")
    desk.go(f"view=compare&areas={WARDS}&measure=indicator_010&show=change&table=on")
    told = desk.text(".lead")
    assert "12 wards" not in told
    assert sum(told.count(" ".join(name_of(data, c).split())) for c in codes) >= len(codes)
    heads, rows = desk.table()
    home = data["figures"]["borough"][place_of(data, "indicator_010")]
    changed = next(i for i, h in enumerate(heads) if h.startswith("Change since"))
    shown = rows[-1][changed].split("\u00a0")[0].replace("−", "-")
    assert float(shown) == pytest.approx(home["change"][0])
    assert rows[-1][heads.index("How it is known")] != "–"
    desk.go(f"view=compare&areas={WARDS}&measure=c-component-3&show=rating")
    words = {"s": "strength", "m": "similar", "w": "weakness", "-": "not rated"}
    column = data["figures"]["ward"][place_of(data, "c-component-3")]
    marks = desk.page.locator(".grid.thirds .chart").first.text_content()
    for code in codes:
        letter = column["rating"][data["areas"]["ward"]["code"].index(code)]
        assert words[letter] in marks
        assert words[letter] in desk.text(".lead").lower()


def test_the_focus_stays_by_the_areas_compared(tab):
    tab.go(f"view=compare&areas={WARDS}&measure=indicator_010")
    focus = "document.activeElement.dataset.key"
    first, second, third = (f"drop-{code}" for code in WARDS.split(","))
    for key, after in ((second, third), (third, first), (first, "add-area")):
        tab.page.focus(f"[data-key={key}]")
        press(tab, "Enter")
        assert tab.page.evaluate(focus) == after
    tab.go(f"view=compare&areas={WARDS}&measure=indicator_010")
    tab.page.focus("[data-key=clear-areas]")
    press(tab, "Enter")
    assert tab.page.evaluate(focus) == "add-area"


def test_no_choice_leads_nowhere(tab, data):
    first, last = (data["periods"][at]["id"] for at in (0, -1))
    tab.go(f"measure=indicator_010&period={first}")
    own = data["measures"][place_of(data, "indicator_010")]["page"]["periods"][0]["label"]
    radio_by_mouse(tab, f"Change since {own}")
    assert (tab.state()["show"], tab.state()["period"]) == ("change", last)
    radio_by_mouse(tab, "Small areas")
    assert tab.state()["show"] == "value"
    checked = tab.page.locator(".segments input:checked").first
    assert checked.is_enabled()
    assert "Only scores are rated." in tab.text(".reason")
    assert "Change: borough and wards only." in tab.text(".reason")
    group = tab.page.locator("fieldset.segments").first.get_attribute("aria-describedby")
    assert group == tab.page.get_attribute(".reason", "id")
    tab.go(f"level=lsoa&show=change&period={first}&measure=indicator_010")
    assert tab.state()["show"] == "value"
    assert tab.page.locator(".area").first.get_attribute("fill").startswith("#")


def test_a_wide_table_keeps_its_names_on_a_phone(phone):
    phone.go("measure=c-component-3&table=on&show=rating")
    wrap = phone.page.locator(".table-wrap")
    before = box(phone, "tbody th")
    wrap.evaluate("w => { w.scrollLeft = 260; }")
    assert wrap.evaluate("w => w.scrollLeft") == 260
    assert box(phone, "tbody th")["x"] == pytest.approx(before["x"], abs=1)
    caption = box(phone, "caption span")
    assert caption["x"] >= 0
    assert caption["x"] + caption["width"] <= 320
    assert before["width"] < 130
    heads, rows = phone.table()
    place = heads.index("Place, likely places")
    assert all(len(row[place]) < 30 for row in rows)
    lines = """c => { const r = document.createRange(); r.selectNodeContents(c);
      return new Set([...r.getClientRects()].map((b) => b.y)).size; }"""
    cells = phone.page.locator(f"tbody td:nth-child({place + 1})").all()
    assert all(cell.evaluate(lines) <= 2 for cell in cells[:4])


def test_arrows_say_when_they_jump(desk, data):
    shape = data["shapes"]["levels"]["ward"]
    heard = desk.page.evaluate(
        """() => {
          const map = document.querySelector(".map"), live = document.querySelector(".map-box .sr");
          const press = (key) =>
            map.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
          const place = () => Number(map.getAttribute("aria-activedescendant").split("-").pop());
          const keys = ["ArrowUp", "ArrowRight", "ArrowDown", "ArrowLeft"];
          press("Home");
          return Array.from({ length: 200 }, (_, i) => {
            const from = place();
            press(keys[(i * i + (i >> 3)) % 4]);
            return [from, place(), live.textContent];
          });
        }"""
    )
    jumps = 0
    for start, end, said in heard:
        jumped = end != start and end not in shape["neighbours"][start]
        assert said.startswith("Nothing next to it in this direction. Further on") == jumped
        jumps += jumped
    assert jumps > 0


def test_a_second_tap_leaves_an_area_and_dots_have_names(tab, data):
    x, y = data["shapes"]["levels"]["ward"]["centre"][2]
    for wanted in (data["areas"]["ward"]["code"][2], ""):
        at = tab.page.evaluate(
            """([x, y]) => { const svg = document.querySelector(".map svg");
              svg.scrollIntoView({ block: "center" });
              const p = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
              return [p.x, p.y]; }""",
            [x, y],
        )
        tab.page.mouse.click(*at)
        tab.settle()
        assert tab.state()["area"] == wanted
    dots = tab.page.locator(".place circle")
    told = dots.locator("title").all_text_contents()
    assert len(told) == dots.count() == len(data["areas"]["ward"]["code"])
    dots.first.scroll_into_view_if_needed()
    spot = box(tab, ".place circle")
    tab.page.mouse.click(spot["x"] + 4, spot["y"] + 14)
    tab.settle()
    assert name_of(data, tab.state()["area"]) in told[0]


def test_pictures_hold_the_whole_view_and_say_where(desk, data):
    where = data["meta"]["area_name"]
    desk.go(f"view=compare&areas={WARDS}&measure=indicator_010")
    desk.page.click("[data-key=share]")
    drawing = download(desk, "svg")[1].decode()
    text = " ".join(re.sub("<[^>]+>", " ", drawing).split())
    assert where in text
    assert "The marks below the columns are the areas compared." in text
    height = re.search(r'viewBox="0 0 1000 (\d+)"', drawing)
    assert height is not None
    assert int(height[1]) < 2300
    desk.go(f"view=scorecard&area={WARD}")
    text = " ".join(re.sub("<[^>]+>", " ", download(desk, "svg")[1].decode()).split())
    assert "Each is marked" not in text
    assert all(m["name"] in text for m in data["measures"] if m["kind"] == "component")
    assert re.search(r"\d ◇ [▲●▼○]", text)


def test_what_is_not_to_be_had_looks_so_in_forced_colours(desk):
    desk.go("measure=indicator_010")
    desk.page.emulate_media(forced_colors="active")
    rating = ".segment:has(input[value=rating]) span"
    colour = "s => getComputedStyle(document.querySelector(s)).color"
    disabled = desk.page.evaluate(colour, rating)
    assert disabled != desk.page.evaluate(colour, ".segment:has(input[value=change]) span")
    system = "() => { const p = document.querySelector('.lead'); p.style.color = 'GrayText';"
    assert disabled == desk.page.evaluate(f"{system} return getComputedStyle(p).color; }}")


WIDTHS = """() => matchMedia("print").addEventListener("change", (event) => {
  if (event.matches) window.fits = [...document.querySelectorAll(".chart svg")]
    .map((s) => Number(s.getAttribute("width")) - Math.floor(s.parentElement.clientWidth));
})"""


def printed(tab: Tab, state: str, path: Path) -> list[str]:
    tab.go(state)
    tab.page.evaluate(WIDTHS)
    tab.page.pdf(path=path, format="A4", margin=dict.fromkeys(SIDES, "12mm"))
    return [" ".join(text.split()) for text in page_texts(path)]


SIDES = ("top", "bottom", "left", "right")


def test_paper_has_the_mark_on_every_sheet_and_no_empty_ones(desk, data, tmp_path):
    path = tmp_path / "a.pdf"
    sheets = {
        view: printed(desk, state, path)
        for view, state in {
            "scorecard": f"view=scorecard&area={WARD}",
            "table": f"level=lsoa&measure={STATED}&area={WARD}&table=on",
            "weights": f"view=weights&{WEIGHTS}",
        }.items()
    }
    mark = data["meta"]["mark"]
    for view, number in product(sheets, range(6)):
        assert mark in "".join(sheets[view][number : number + 1] or [mark]), (view, number)
    assert len(sheets["scorecard"]) <= 5
    assert desk.page.locator(".spi").evaluate("e => getComputedStyle(e).display") == "block"
    rows = [s for s in sheets["table"] if re.search(r"E0100\d", s)]
    assert all("How it is known" in sheet for sheet in rows)
    assert "Component 3: three times" in sheets["weights"][0]
    assert set(desk.page.evaluate("window.fits")) <= {0}
    assert "Chosen" not in "".join(sheets["table"])
