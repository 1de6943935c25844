"""A map of more areas than get a shape each: one path a class, and everything else as before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from spi_core.explorer.data import explorer_data, explorer_json
from tests.support.browser import axe_run
from tests.support.explorer_browser import Tab, served, write_site
from tests.support.explorer_hands import download, faults_of_view, legend, press
from tests.support.explorer_world import Size, made_tables

pytestmark = pytest.mark.gate

MEASURE = "indicator_003"
STATE = f"level=lsoa&measure={MEASURE}"


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    """Make a place of more small areas than are drawn one by one."""
    size = Size(wards=24, lsoas=1600, indicators=12, periods=2)
    tables = made_tables(np.random.default_rng(11), size)
    made: dict[str, Any] = json.loads(explorer_json(explorer_data(tables)))
    return made


@pytest.fixture(scope="module")
def host(data: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(write_site(data, tmp_path_factory.mktemp("dense") / "explorer")) as address:
        yield address


@pytest.fixture(params=[320, 1280])
def tab(request: pytest.FixtureRequest, browser: Any, host: str) -> Iterator[Tab]:
    opened = Tab(browser, host, request.param)
    yield opened.open(STATE)
    opened.close()


@pytest.fixture
def blank(browser: Any, host: str) -> Iterator[Tab]:
    """Open a page without a policy, which may import the modules."""
    opened = Tab(browser, host, 800)
    opened.page.goto(f"{host}blank.html")
    yield opened
    opened.close()


def column(data: dict[str, Any]) -> dict[str, Any]:
    place = [m["id"] for m in data["measures"]].index(MEASURE)
    found: dict[str, Any] = data["figures"]["lsoa"][place]
    return found


def on_screen(tab: Tab, data: dict[str, Any], place: int) -> list[float]:
    """Where an area's inner point is in the window."""
    at: list[float] = tab.page.evaluate(
        """([x, y]) => { const svg = document.querySelector(".map svg");
          svg.scrollIntoView({ block: "center" });
          const p = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
          return [p.x, p.y]; }""",
        data["shapes"]["levels"]["lsoa"]["centre"][place],
    )
    return at


def painted(tab: Tab) -> dict[str, int]:
    """Fill of each class's path to the number of areas in it."""
    pairs = tab.page.locator(".area-class").evaluate_all(
        "all => all.map((p) => [p.getAttribute('fill'), p.getAttribute('d')])"
    )
    assert len({fill for fill, _ in pairs}) == len(pairs)
    return {fill: d.count("M") for fill, d in pairs}


def test_each_class_is_one_path_and_holds_its_areas(tab, data):
    assert tab.page.locator(".area").count() == 0
    counts = sorted(n for n in legend(tab).values() if n)
    assert sorted(painted(tab).values()) == counts
    assert sum(counts) == len(data["areas"]["lsoa"]["code"])
    tab.go(f"{STATE}&classes=equal&n=6")
    assert sorted(painted(tab).values()) == sorted(n for n in legend(tab).values() if n)
    tab.go("level=ward")
    assert tab.page.locator(".area").count() == len(data["areas"]["ward"]["code"])
    assert tab.page.locator(".area-class").count() == 0


def test_withheld_and_missing_areas_have_their_patterns(tab, data):
    letters = column(data)["state"][-1]
    found = painted(tab)
    for letter, pattern in (("s", "hatch"), ("x", "back")):
        (fill,) = [f for f in found if f.endswith(f"-{pattern})")]
        assert found[fill] == letters.count(letter) > 0
        assert tab.page.locator(fill[4:-1]).count() == 1


def test_a_tap_finds_the_area_under_it(tab, data):
    codes, names = data["areas"]["lsoa"]["code"], data["areas"]["lsoa"]["name"]
    withheld = column(data)["state"][-1].index("s")
    for place in (0, 700, withheld):
        tab.page.mouse.click(*on_screen(tab, data, place))
        tab.settle()
        assert tab.state()["area"] == codes[place]
        assert names[place] in tab.text(".readout")
        chosen = tab.page.locator("[role=option][aria-selected=true]")
        assert chosen.get_attribute("aria-label") == names[place]
        drawn = tab.page.locator(".ring-chosen").get_attribute("d")
        assert drawn == data["shapes"]["levels"]["lsoa"]["d"][place]
    tab.page.mouse.move(*on_screen(tab, data, 900))
    assert names[900] in tab.text(".readout")
    tab.page.mouse.move(1, 1)
    assert names[withheld] in tab.text(".readout")


def test_every_point_is_in_the_area_that_the_paths_say(blank, data):
    """The inner point of every area, and points anywhere against the browser's own answer."""
    shapes = data["shapes"]
    wrong = blank.page.evaluate(
        """async ([address, { width, height, levels }]) => {
          const { finder } = await import(address + "modules/rings.js");
          const { d, centre } = levels.lsoa;
          const find = finder(d, width, height);
          const wrong = centre.map((point, i) => [i, find(point)]).filter(([i, at]) => i !== at);
          const paths = d.map((path) => new Path2D(path));
          const pen = document.createElement("canvas").getContext("2d");
          for (let k = 0; k < 300; k += 1) {
            const point = [((k * 0.618034) % 1) * width, ((k * 0.754878) % 1) * height];
            const at = paths.findIndex((p) => pen.isPointInPath(p, ...point, "evenodd"));
            if (at !== find(point)) wrong.push([point, at, find(point)]);
          }
          for (const point of [[-5, -5], [width + 50, 10], [10, height + 50]]) {
            if (find(point) !== -1) wrong.push([point, find(point)]);
          }
          return wrong;
        }""",
        [blank.base, shapes],
    )
    assert wrong == []


def test_holes_and_islands_belong_to_whom_they_should(blank):
    found = blank.page.evaluate(
        """async (address) => {
          const { finder } = await import(address + "modules/rings.js");
          const find = finder(["M0 0l60 0 0 60-60 0zM20 20l20 0 0 20-20 0zM80 0l10 0 0 10-10 0z",
            "M20 20l20 0 0 20-20 0z", ""], 100, 60);
          return [[5, 5], [30, 30], [85, 5], [70, 5]].map(find);
        }""",
        blank.base,
    )
    assert found == [0, 1, 0, -1]


def test_arrow_keys_walk_and_the_screen_reader_hears(tab, data):
    names = data["areas"]["lsoa"]["name"]
    neighbours = data["shapes"]["levels"]["lsoa"]["neighbours"]
    chart, live = tab.page.locator(".map"), tab.page.locator(".map-box [aria-live]")
    chart.focus()
    press(tab, "End")
    places = []
    for key in ("", "ArrowLeft", "ArrowUp", "ArrowLeft"):
        if key:
            press(tab, key)
        option = tab.page.locator(f"#{chart.get_attribute('aria-activedescendant')}")
        places.append(int(option.get_attribute("id").rsplit("-", 1)[1]))
        assert option.get_attribute("role") == "option"
        assert option.get_attribute("aria-label") == names[places[-1]]
        assert option.get_attribute("aria-posinset") == str(places[-1] + 1)
        assert option.get_attribute("aria-setsize") == str(len(names))
        assert names[places[-1]] in live.inner_text()
    assert all(b in neighbours[a] for a, b in pairwise(places))
    press(tab, "Enter")
    assert tab.state()["area"] == data["areas"]["lsoa"]["code"][places[-1]]
    assert tab.page.locator("[role=option]").count() == 1
    press(tab, "ArrowRight")
    selected = tab.page.locator("[role=option]").evaluate_all(
        "all => all.map((o) => o.getAttribute('aria-selected'))"
    )
    assert sorted(selected) == ["false", "true"]


def test_no_violation_also_with_an_area_chosen_and_one_reached(tab, data, axe):
    tab.page.evaluate(axe)
    code = data["areas"]["lsoa"]["code"][5]
    for state in (STATE, f"{STATE}&area={code}"):
        assert faults_of_view(tab, state) == []
    tab.page.locator(".map").focus()
    press(tab, "Home")
    result = axe_run(tab.page, ".map-box")
    assert [v["id"] for v in result["violations"]] == []


def test_the_drawing_is_of_paths_and_the_picture_of_the_map(tab, data):
    tab.page.click("[data-key=share]")
    _, content = download(tab, "svg")
    drawing = content.decode()
    for leftover in ("class=", "role=", "aria-", "style=", "<image", "<canvas"):
        assert leftover not in drawing
    lengths = tab.page.evaluate(
        """text => { const svg = new DOMParser().parseFromString(text, "image/svg+xml");
          if (svg.querySelector("parsererror")) return null;
          return [...svg.querySelectorAll("path[shape-rendering]")].map((p) =>
            [p.getAttribute("fill"), p.getAttribute("d").split("M").length - 1]); }""",
        drawing,
    )
    assert sum(n for _, n in lengths) == len(data["areas"]["lsoa"]["code"])
    assert {fill for fill, _ in lengths} == set(painted(tab))
    for pattern in re.findall(r"url\(#([\w-]+)\)", drawing):
        assert f'id="{pattern}"' in drawing
    _, picture = download(tab, "png")
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"


def test_zoom_print_and_forced_colours(tab, data):
    before = on_screen(tab, data, 700)
    tab.page.click("[data-key=zoom-in]")
    tab.settle()
    assert on_screen(tab, data, 700) != before
    centres = np.array(data["shapes"]["levels"]["lsoa"]["centre"])
    middle = int(((centres - centres.mean(axis=0)) ** 2).sum(axis=1).argmin())
    tab.page.mouse.click(*on_screen(tab, data, middle))
    assert tab.state()["area"] == data["areas"]["lsoa"]["code"][middle]
    tab.page.emulate_media(media="print")
    assert tab.page.locator(".area-class").first.is_visible()
    tab.page.emulate_media(media="screen", forced_colors="active")
    fills = tab.page.locator(".area-class").evaluate_all(
        "all => all.map((p) => getComputedStyle(p).fill)"
    )
    assert len(set(fills)) == len(painted(tab))
