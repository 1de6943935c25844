"""The explorer as readers use it: on a phone and a desk, by mouse and by keys, off-line."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spi_core.explorer.explore import explore
from spi_core.explorer.sentences import change_word
from spi_core.method.ranking import quarter_of
from spi_core.present.base.numbers import number, ordinal, signed
from spi_core.store import Tables
from tests.support.browser import axe_run
from tests.support.explorer_browser import HOSTILE, STATED, STATES, Tab, place_of
from tests.support.explorer_hands import (
    VIEWS,
    WARD,
    WARDS,
    boxes,
    download,
    faults_of_view,
    legend,
    pick_by_keys,
    pick_by_mouse,
    press,
    radio_by_keys,
    radio_by_mouse,
)

pytestmark = pytest.mark.gate

HANDS: dict[str, tuple[Callable[..., None], Callable[..., None]]] = {
    "mouse": (pick_by_mouse, radio_by_mouse),
    "keys": (pick_by_keys, radio_by_keys),
}


@pytest.mark.parametrize("hand", HANDS)
def test_01_map_of_any_measure_level_and_period(tab, data, hand):
    pick, radio = HANDS[hand]
    assert tab.page.locator(".area").count() == len(data["areas"]["ward"]["code"])
    pick(tab, "figure number 20", "indicator_020")
    assert tab.state()["measure"] == "indicator_020"
    assert "number 20" in tab.text(".view-title")
    own = [p["label"] for p in data["measures"][place_of(data, "indicator_020")]["page"]["periods"]]
    radio(tab, own[1])
    assert tab.state()["period"] == "year3"
    radio(tab, "Small areas")
    assert tab.page.locator(".area").count() == len(data["areas"]["lsoa"]["code"])
    radio(tab, "Borough")
    assert tab.page.locator(".area").count() == 1
    radio(tab, "Wards")
    radio(tab, f"Change since {own[0]}")
    assert sum(legend(tab).values()) == len(data["areas"]["ward"]["code"])
    assert any("no clear change" in words for words in legend(tab))
    tree = tab.page.evaluate(
        """() => { document.querySelector("[data-key=pick]").click();
          const tree = [...document.querySelectorAll(".tree [data-measure]")];
          return tree.map((b) => b.dataset.measure); }"""
    )
    assert tree == [m["id"] for m in data["measures"]]


def test_02_scorecard_has_every_figure_with_sign_and_word(tab, data):
    tab.go(f"view=scorecard&area={WARD}")
    tab.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.page.locator(".dim").count() == 3
    shown = tab.page.locator(".dims [data-measure]")
    ids = [m["id"] for m in data["measures"] if m["kind"] != "index"]
    assert shown.evaluate_all("all => all.map(b => b.dataset.measure)") == ids
    ward = data["areas"]["ward"]["code"].index(WARD)
    wrong = []
    for place, measure in enumerate(data["measures"]):
        column = data["figures"]["ward"][place]
        if measure["kind"] != "indicator" or column["value"][-1][ward] is None:
            continue
        line = tab.page.locator(f".figures li:has([data-measure={measure['id']}])")
        text = " ".join(line.inner_text().split())
        if f"{column['value'][-1][ward]:.{measure['decimals']}f}" not in text:
            wrong.append((measure["id"], text))
        if not re.search("[▲●▼○↗→↘] ?(strength|similar|weak|not|clear|no|change)", text):
            wrong.append((measure["id"], text))
    assert wrong == []
    columns = {round(box["x"]) for box in boxes(tab, ".dim")}
    assert len(columns) == (3 if tab.page.viewport_size["width"] == 1280 else 1)


@pytest.mark.parametrize("hand", ["mouse", "keys"])
def test_02_describes_a_figure_and_shows_its_map(tab, hand):
    tab.go(f"view=scorecard&area={WARD}")
    tab.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    name = tab.page.locator("[data-measure=indicator_010]")
    if hand == "mouse":
        name.hover()
    else:
        tab.page.locator("[data-measure=indicator_009]").focus()
        press(tab, "Tab")
    assert "share to whom" in tab.text("[role=tooltip]")
    tip = tab.page.locator("[role=tooltip]").get_attribute("id")
    assert name.get_attribute("aria-describedby") == tip
    if hand == "mouse":
        name.click()
    else:
        press(tab, "Escape")
        assert tab.page.locator("[role=tooltip]").is_hidden()
        press(tab, "Enter")
    tab.settle()
    assert (tab.state()["view"], tab.state()["measure"]) == ("map", "indicator_010")
    assert tab.state()["area"] == WARD


def test_03_the_address_holds_the_view_and_back_returns(tab):
    tab.go(f"view=compare&areas={WARDS}&measure=indicator_010&classes=jenks&n=5&intervals=off")
    before = tab.state()
    tab.page.click("[data-view=scorecard]")
    assert tab.state()["view"] == "scorecard"
    assert tab.page.evaluate("document.activeElement.className") == "view-title"
    tab.page.go_back()
    tab.settle()
    assert tab.state() == before
    tab.page.reload()
    tab.page.wait_for_function("window.spiExplorer !== undefined")
    assert tab.state() == before
    tab.page.go_forward()
    tab.settle()
    assert tab.state()["view"] == "scorecard"


def test_03_a_brief_links_to_its_ward(tab, data):
    tab.go(f"view=scorecard&areas={WARD}")
    ward = data["areas"]["ward"]["code"].index(WARD)
    assert data["areas"]["ward"]["name"][ward] in tab.text(".view-title")


@pytest.mark.parametrize("words", ["ward 9", "e05000009", "St mary's"])
def test_04_finds_a_ward_by_name(tab, data, words):
    tab.page.focus("[data-key=find]")
    tab.page.keyboard.type(words)
    press(tab, "Enter")
    found = data["areas"]["ward"]["code"].index(tab.state()["area"])
    wanted = {"ward 9": "Ward 9", "e05000009": "Ward 9"}.get(words, HOSTILE[1])
    assert data["areas"]["ward"]["name"][found] == wanted


def test_04_finds_a_ward_by_postcode_and_keeps_it_to_itself(tab, data):
    lsoa = data["postcodes"]["sectors"]["RM103"][0]
    tab.page.fill("[data-key=find]", f"rm10 3{lsoa[1][:2].lower()}")
    tab.page.click(".found button")
    tab.settle()
    parent = data["areas"]["lsoa"]["parent"][lsoa[0]]
    assert tab.state()["area"] == data["areas"]["ward"]["code"][parent]
    assert "RM10" not in tab.page.url.upper()
    tab.page.fill("[data-key=find]", "SW1A 1AA")
    assert "not in this borough" in tab.text(".found")


def test_04_finds_a_ward_by_tapping_the_map(tab, data):
    areas = data["areas"]["ward"]["code"]
    for place in (2, 8):
        x, y = data["shapes"]["levels"]["ward"]["centre"][place]
        at = tab.page.evaluate(
            """([x, y]) => { const svg = document.querySelector(".map svg");
              svg.scrollIntoView({ block: "center" });
              const p = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
              return [p.x, p.y]; }""",
            [x, y],
        )
        tab.page.mouse.click(*at)
        tab.settle()
        assert tab.state()["area"] == areas[place]
        assert data["areas"]["ward"]["name"][place] in tab.text(".readout")


def test_05_compares_areas_and_their_comparators(tab, data):
    names = data["areas"]["ward"]["name"]
    tab.go("view=compare&measure=indicator_010")
    for code in (WARD, "E05000006"):
        tab.page.select_option("[data-key=add-area]", code)
    tab.settle()
    assert tab.state()["areas"] == [WARD, "E05000006"]
    assert "range of the difference" in tab.text(".lead")
    tab.page.click("[data-key=add-peers]")
    tab.settle()
    first = data["areas"]["ward"]["code"].index(WARD)
    peers = {data["areas"]["ward"]["code"][p] for p in data["peers"]["near"][first]}
    assert set(tab.state()["areas"]) == {WARD, "E05000006"} | peers
    assert tab.page.locator(".multiples h4").count() == 12
    headings = tab.texts(".compare-body h3")
    assert {"Side by side", "Over time", "How all areas are spread"} <= set(headings)
    charts = tab.page.locator(".chart svg")
    labels = charts.evaluate_all("all => all.map(c => c.getAttribute('aria-label'))")
    assert len(labels) == 16
    assert all(len(label) > 30 for label in labels)
    assert names[first] in charts.first.text_content()
    tab.go(f"view=compare&areas={','.join(data['areas']['ward']['code'])}")
    assert len(tab.state()["areas"]) == 10
    assert tab.page.locator("[data-key=add-area]").is_disabled()
    tab.page.click(f"[data-key=drop-{data['areas']['ward']['code'][0]}]")
    tab.settle()
    assert len(tab.state()["areas"]) == 9


def test_06_uncertainty_can_be_hidden_but_no_rank_stands_alone(tab):
    tab.go(f"measure=c-component-3&area={WARD}&table=on")
    heads, rows = tab.table()
    assert "Likely range" in heads
    place = heads.index("Place, likely places")
    assert all(re.search(r"likely \d+\w\w", row[place]) for row in rows)
    tab.page.click("[data-key=intervals]")
    tab.settle()
    assert tab.state()["intervals"] is False
    heads, rows = tab.table()
    assert "Likely range" not in heads
    place = heads.index("Place, likely places")
    assert all(re.search(r"likely \d+\w\w", row[place]) for row in rows)
    tab.go("show=change&measure=c-component-3")
    assert "no clear change" in tab.text(".legend")


def test_06_every_kind_of_figure_looks_and_reads_differently(tab, data):
    tab.go(f"measure={STATED}&table=on")
    heads, rows = tab.table()
    names = data["areas"]["ward"]["name"]
    known = {row[0]: row[heads.index("How it is known")] for row in rows}
    shown = {row[0]: row[1] for row in rows}
    words = {}
    for place, (letter, has_number) in enumerate(STATES.items()):
        word = data["states"][letter]["word"]
        assert word in known[names[place]]
        assert (shown[names[place]] == "–") != bool(has_number)
        words[letter] = known[names[place]]
    assert len(set(words.values())) == len(STATES)
    assert "low reliability" in words["o"]
    assert "illustrative" in words["i"]
    assert "recognised" in words["s"]
    fills = tab.page.locator(".area").evaluate_all("all => all.map(a => a.getAttribute('fill'))")
    hidden = [fills[i] for i, has_number in enumerate(STATES.values()) if not has_number]
    assert all(f.startswith("url(") for f in hidden)
    assert len(set(hidden)) == 3
    legends = tab.text(".legend")
    for word in ("suppressed", "missing", "not collected", "illustrative", "low reliability"):
        assert word in legends
    assert "estimated" in legends


def test_07_legend_offers_four_ways_and_counts_every_area(tab, data):
    limits = {}
    for method in ("quantile", "equal", "jenks", "fixed"):
        for count in (3, 5):
            tab.go(f"measure=indicator_010&classes={method}&n={count}")
            found = legend(tab)
            assert sum(found.values()) == len(data["areas"]["ward"]["code"])
            limits[method, count] = tuple(found)
    assert len({limits[m, 5] for m in ("quantile", "equal", "jenks")}) == 3
    tab.go("measure=indicator_010&classes=fixed&n=5&period=year3")
    both = [set(limits["fixed", 5]), set(legend(tab))]
    assert len([t for t in both[0] & both[1] if " to " in t]) >= 5
    tab.page.select_option(".legend-options select >> nth=0", "equal")
    tab.settle()
    assert tab.state()["classes"] == "equal"


def test_08_every_view_has_a_sortable_table(tab):
    for view in (v for v, state in VIEWS.items() if "table=on" in state):
        tab.go(VIEWS[view].replace("table=on", "table=off"))
        tab.page.click("[data-key=table]")
        tab.settle()
        assert tab.page.locator("caption").inner_text().strip()
        heads, rows = tab.table()
        assert all(heads), view
        assert rows, view
        assert tab.page.locator("tbody th[scope=row]").count() == len(rows)
        assert tab.page.locator("thead th[scope=col]").count() == len(heads)
        tab.page.locator("[data-key=sort-0]").focus()
        press(tab, "Enter")
        assert tab.page.locator("thead th").first.get_attribute("aria-sort") == "ascending", view
        first = [row[0] for row in tab.table()[1]]
        press(tab, "Enter")
        assert tab.page.locator("thead th").first.get_attribute("aria-sort") == "descending", view
        assert [row[0] for row in tab.table()[1]] == first[::-1], view


def test_08_the_map_is_walked_by_arrow_keys(tab, data):
    tab.go("measure=c-component-3")
    tab.page.focus("[data-key=find]")
    for _ in range(6):
        press(tab, "Tab")
        if tab.page.evaluate("document.activeElement.getAttribute('role')") == "listbox":
            break
    names = data["areas"]["ward"]["name"]
    seen, live = set(), tab.page.locator(".map-box [aria-live]")
    for key in ["Home"] + ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"] * 4:
        press(tab, key)
        said = live.inner_text()
        seen.add(said)
        assert re.search(r"Nothing further|: \d+\.\d\s◇?\s?\(likely .*likely \d+\w\w", said), said
    assert len(seen) > 4
    press(tab, "End")
    active = tab.page.locator(".map").get_attribute("aria-activedescendant")
    place = int(active.rsplit("-", 1)[1])
    assert names[place] in live.inner_text()
    press(tab, "Enter")
    assert tab.state()["area"] == data["areas"]["ward"]["code"][place]
    chosen = tab.page.locator(".area[aria-selected=true]")
    assert chosen.get_attribute("aria-label") == names[place]


def test_08_arrows_reach_every_area(tab, data):
    reached = tab.page.evaluate(
        """async (level) => {
          const map = document.querySelector(".map");
          const place = () => Number(map.getAttribute("aria-activedescendant").split("-").pop());
          const press = (key) =>
            map.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
          press("Home");
          const found = new Map([[place(), []]]);
          const queue = [place()];
          while (queue.length) {
            const way = found.get(queue.shift());
            for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
              press("Home");
              way.forEach(press);
              press(key);
              if (!found.has(place())) { found.set(place(), [...way, key]); queue.push(place()); }
            }
          }
          return found.size;
        }"""
    )
    assert reached == len(data["areas"]["ward"]["code"])


def test_08_no_violation_no_sideways_scroll_and_large_targets(tab, axe):
    tab.page.evaluate(axe)
    faults = {view: found for view in VIEWS if (found := faults_of_view(tab, VIEWS[view]))}
    assert faults == {}


def test_08_print_forced_colours_and_still_pictures(tab):
    tab.go(f"measure=c-component-3&area={WARD}&table=on")
    tab.page.emulate_media(media="print")
    assert tab.page.locator(".tabs").is_hidden()
    assert tab.page.locator(".bar").is_hidden()
    assert tab.page.locator(".mark").is_visible()
    assert tab.page.locator(".map svg").is_visible()
    tab.page.emulate_media(media="screen", forced_colors="active", reduced_motion="reduce")
    assert tab.page.locator(".map svg").is_visible()
    assert "0s" in tab.page.eval_on_selector(
        ".button", "b => getComputedStyle(b).transitionDuration"
    )
    checked = "getComputedStyle(document.querySelector('.segment input:checked + span'))"
    other = "getComputedStyle(document.querySelector('.segment input:not(:checked) + span'))"
    colours = tab.page.evaluate(f"[{checked}.backgroundColor, {other}.backgroundColor]")
    assert colours[0] != colours[1]


def test_09_downloads_say_what_they_are(tab, data):
    tab.go(f"measure={STATED}")
    tab.page.click("[data-key=share]")
    name, content = download(tab, "csv")
    assert "illustrative" in name
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    column = data["figures"]["ward"][place_of(data, STATED)]
    assert [r["area_code"] for r in rows] == data["areas"]["ward"]["code"]
    assert [float(r["value"]) if r["value"] else None for r in rows] == column["value"][-1]
    assert [r["state"] for r in rows[:9]] == [data["states"][s]["word"] for s in STATES]
    assert rows[5]["illustrative"] == "yes"
    assert rows[0]["low_reliability"] == "yes"
    assert rows[4]["area_name"] == "'" + HOSTILE[4]
    assert {r["data_version"] for r in rows} == {data["meta"]["data_version"]}
    name, content = download(tab, "svg")
    drawing = content.decode()
    assert drawing.startswith("<?xml")
    assert "style=" not in drawing
    assert data["meta"]["mark"] in drawing
    assert "data version" in drawing
    assert tab.page.evaluate(
        "t => !new DOMParser().parseFromString(t, 'image/svg+xml').querySelector('parsererror')",
        drawing,
    )
    name, content = download(tab, "png")
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(content[16:20], "big") == 2000
    name, content = download(tab, "geojson")
    features = json.loads(content)
    assert features["mark"] == data["meta"]["mark"]
    assert [f["id"] for f in features["features"]] == data["areas"]["ward"]["code"]
    name, content = download(tab, "all-csv")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    cells = sum(
        len(data["areas"][level]["code"]) * len(data["periods"])
        for level, columns in data["figures"].items()
        for column in columns
        if column
    )
    assert len(rows) == cells
    name, content = download(tab, "all-json")
    assert json.loads(content) == data


def written(iso: str) -> str:
    """A date as a sentence has it."""
    return f"{date.fromisoformat(iso):%-d %B %Y}"


def test_09_link_embed_code_and_citation(tab, data):
    tab.go(f"measure=indicator_010&area={WARD}")
    tab.page.click("[data-key=share]")
    link, code, cite = (
        tab.page.locator(f"[data-copy={k}]").input_value() for k in ("link", "embed", "cite")
    )
    assert link == tab.page.url
    parsed = tab.page.evaluate(
        """code => { const f = new DOMParser().parseFromString(code, "text/html").body.children;
          return [f.length, f[0].tagName, f[0].getAttribute("src"), f[0].title]; }""",
        code,
    )
    assert parsed[:3] == [1, "IFRAME", link]
    assert data["meta"]["data_version"] in cite
    assert written(data["meta"]["data_to"]) in cite
    assert data["meta"]["mark"] in cite
    local = tab.base.startswith("file:")
    assert re.search(r"Read from a local copy on|read on \d+ \w+ \d{4}", cite)
    assert (link in cite) != local
    assert tab.page.locator(".local").count() == local
    assert not local or "on this computer only" in tab.text(".local")


def test_10_a_figure_s_page_says_where_it_comes_from(tab, data):
    tab.go("view=figure&measure=indicator_010")
    terms = tab.texts("dl.page dt")
    wanted = ["What is counted", "Out of", "Direction", "Goalposts", "Weight", "Source", "Licence"]
    wanted += ["Periods", "Caveats", "Sign-off", "Next update", "Disclosure rule"]
    assert set(wanted) <= set(terms)
    page = data["measures"][place_of(data, "indicator_010")]["page"]
    facts = tab.text("dl.page")
    assert page["numerator"] in facts
    assert page["goalposts"]["best_text"] in facts
    tab.go("view=figure&measure=c-component-3")
    tab.page.locator("dd [data-measure]").first.click()
    tab.settle()
    assert tab.state()["measure"] == "indicator_021"


@pytest.mark.parametrize("hand", ["mouse", "keys"])
def test_11_own_weights_move_places_and_one_click_leads_back(tab, data, hand):
    tab.go("view=weights&table=on")
    assert "official index" in tab.text("[role=note].callout")
    _, official = tab.table()
    assert all(row[1] == row[2] and "same place" in row[6] for row in official)
    index = data["figures"]["ward"][0]["score"][-1]
    slider = tab.page.locator("[data-weight=c-component-3]")
    if hand == "keys":
        slider.focus()
        press(tab, "ArrowRight", 6)
    else:
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        tab.page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
        tab.settle()
    assert tab.state()["weights"] == {"c-component-3": 4}
    assert "weights=c-component-3:4" in tab.page.url
    assert "Not the official index" in tab.text("[role=note].callout:not(.mark)")
    rows = tab.table()[1]
    assert {row[7] for row in rows} == {"not the official index"}
    assert any("up" in row[6] for row in rows)
    assert all("likely" in row[4] for row in rows)
    assert len(rows) == len(index)
    tab.page.click("[data-key=reset-weights]")
    tab.settle()
    assert tab.state()["weights"] == {}
    assert "weights=" not in tab.page.url
    assert tab.table()[1] == official


def test_12_sentences_glossary_and_changes(tab, data):
    place, ward = place_of(data, "c-component-3"), data["areas"]["ward"]["code"].index(WARD)
    said = data["sentences"]["areas"]["ward"]
    tab.go("measure=c-component-3")
    assert tab.text(".lead") == " ".join(data["sentences"]["spread"]["ward"][place][-1].split())
    tab.go(f"measure=c-component-3&area={WARD}")
    assert tab.text(".lead") == " ".join(said["standing"][place][ward].split())
    tab.go(f"measure=c-component-3&area={WARD}&show=change")
    assert tab.text(".lead") == " ".join(said["change"][place][ward].split())
    tab.go("show=change&measure=c-component-3")
    assert re.search(r"of the \d+ wards, .* clearly improved", tab.text(".lead"))
    for view, state in VIEWS.items():
        tab.go(state)
        assert len(tab.text(".lead")) > 20, view
    tab.go("view=about")
    text = tab.text("main")
    assert all(term["text"] in text for term in data["glossary"])
    assert written(data["history"]["corrections"][0]["date"]) in text


def test_13_targets_by_theme(tab, data):
    tab.page.click("[data-view=targets]")
    assert set(tab.texts("main h3")) >= {t["theme"] for t in data["targets"]}
    cards = tab.texts(".target")
    assert len(cards) == len(data["targets"])
    for card, target in zip(
        cards, sorted(data["targets"], key=lambda t: t["theme"] == "Health"), strict=True
    ):
        assert target["word"] in card
        assert target["target_text"] in card
    assert "illustrative" in cards[-1]


def test_names_are_text_whatever_they_hold(tab, data):
    for state in VIEWS.values():
        tab.go(state)
        assert tab.page.evaluate("window.harmed === undefined")
        assert tab.page.locator("#explorer :is(b, i, img, script, iframe)").count() == 0
    tab.go("table=on")
    names = [row[0] for row in tab.table()[1]]
    assert set(HOSTILE) <= set(names)


def test_the_mark_stays_in_sight(tab, data):
    for state in VIEWS.values():
        tab.go(state)
        tab.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        box = tab.page.locator(".mark").bounding_box()
        assert 0 <= box["y"] < 20
        assert data["meta"]["mark"] in tab.text(".mark")
    tab.go(f"measure={STATED}")
    assert "illustrative" in tab.text("p.callout")
    labels = tab.page.locator(".map-labels").text_content()
    assert "25.0% ◇" in labels.replace("%◇", "% ◇")


def test_the_policy_allows_no_inline_and_no_network(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert "unsafe" not in policy[1]
    assert "default-src 'none'" in policy[1]
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"\sstyle=|\son\w+=", body)


def test_the_policy_stops_what_it_should(browser, host):
    tab = Tab(browser, host, 800)
    tab.open()
    tab.page.evaluate("document.body.setAttribute('style', 'color: red')")
    tab.page.evaluate("fetch('https://example.org/').catch(() => 0)")
    assert len(tab.violations()) == 2
    tab.context.close()


RANDOM_STATES = """
async ([address, seed]) => {
  const { openData } = await import(address + "modules/data.js");
  const { readState, validState, writeState, ...allowed } =
    await import(address + "modules/state.js");
  const { VIEWS, SHOWS, CLASS_METHODS, CLASS_COUNTS } = allowed;
  const model = openData(await (await fetch(address + "data.json")).json());
  let x = seed;
  const random = (n) => { x = (Math.imul(x, 1103515245) + 12345) >>> 0; return (x >>> 8) % n; };
  const one = (list) => list[random(list.length)];
  const codes = model.levels.flatMap((l) => model.areas(l.id).map((a) => a.code));
  const wrong = [], seen = new Set(), addresses = [];
  for (let i = 0; i < 200; i += 1) {
    const weighed = Array.from({ length: random(4) }, () => one(model.components).id);
    const weights = Object.fromEntries(weighed.map((id) => [id, random(9) / 2]));
    const state = validState({
      view: one(VIEWS), measure: one(model.measures).id, level: one(model.levels).id,
      period: one(model.periods).id, show: one(SHOWS), area: random(3) ? one(codes) : "",
      areas: Array.from({ length: random(12) }, () => one(codes)), classes: one(CLASS_METHODS),
      count: one(CLASS_COUNTS), intervals: Boolean(random(2)), table: Boolean(random(2)),
      sort: random(2) ? `${random(2) ? "-" : ""}${random(9)}` : "", weights,
    }, model);
    const text = writeState(state, model);
    const back = readState("#" + text, model);
    const plain = (s) => JSON.stringify({ ...s, weights: Object.entries(s.weights).sort() });
    if (plain(back) !== plain(state) || writeState(back, model) !== text) {
      wrong.push([text, plain(state), plain(back)]);
    }
    seen.add(text);
    addresses.push(text);
  }
  return { wrong, seen: seen.size, addresses };
}
"""


def test_03_two_hundred_random_states_survive_the_address(browser, host, folder):
    tab = Tab(browser, host, 1280)
    tab.page.goto(f"{host}blank.html")
    found = tab.page.evaluate(RANDOM_STATES, [host, 20261122])
    assert found["wrong"] == []
    assert found["seen"] > 190
    tab.open()
    for address in found["addresses"]:
        tab.go(address)
        assert tab.page.evaluate("spiExplorer.address()") == address
        assert len(tab.text(".view-title")) > 3
    for address in found["addresses"][:6]:
        tab.page.goto("about:blank")
        tab.open(address)
        assert tab.page.evaluate("spiExplorer.address()") == address
    for broken in ("view=nothing&n=x", "%E0%A4%A", "areas=,,&weights=:::", "sort=--1&level=moon"):
        tab.go(broken)
        assert tab.state()["view"] == "map"
    tab.close()


def test_classes_weights_and_grid_agree_with_slow_and_known_answers(browser, host):
    """Natural breaks against every possible split; weights against the formula; grid against OS."""
    tab = Tab(browser, host, 800)
    tab.page.goto(f"{host}blank.html")
    found = tab.page.evaluate(
        """async (address) => {
          const { classBreaks, classOf } = await import(address + "modules/breaks.js");
          const { weighArea } = await import(address + "modules/weigh.js");
          const { toLongitudeLatitude } = await import(address + "modules/osgb.js");
          const values = [1, 2, 2.5, 9, 9.2, 14, 15, 15.5, 30, 31, 31];
          const spread = (part) => { const m = part.reduce((a, b) => a + b, 0) / part.length;
            return part.reduce((a, b) => a + (b - m) ** 2, 0); };
          let best = Infinity, limits = null;
          const n = values.length;
          for (let i = 1; i < n - 1; i += 1) for (let j = i + 1; j < n; j += 1) {
            const parts = [values.slice(0, i), values.slice(i, j), values.slice(j)];
            const cost = parts.map(spread).reduce((a, b) => a + b);
            if (cost < best) { best = cost; limits = [values[i - 1], values[j - 1], 31]; }
          }
          const recipe = { dimension_order: 1, index_order: 1 };
          const geometric = { dimension_order: 0, index_order: 0 };
          return {
            jenks: classBreaks(values, "jenks", 3), limits, equal: classBreaks(values, "equal", 3),
            quantile: classBreaks([4, 1, 3, 2, null], "quantile", 3),
            same: classBreaks([5, 5], "quantile", 4),
            quarters: Array.from({ length: 56 }, (_, i) => {
              const many = Array.from({ length: i + 4 }, (__, k) => k);
              const breaks = classBreaks(many, "quantile", 4), counts = [0, 0, 0, 0];
              for (const v of many) counts[classOf(v, breaks)] += 1;
              return counts;
            }),
            none: classBreaks([null], "equal", 3), classes: values.map((v) => classOf(v, limits)),
            official: weighArea([10, 20, 60, null], [1, 1, 2, 2], [1, 1, 1, 1], recipe),
            own: weighArea([10, 20, 60, null], [1, 1, 2, 2], [3, 1, 0, 1], recipe),
            geometric: weighArea([10, 40, 60, null], [1, 1, 2, 2], [1, 1, 1, 1], geometric),
            caister: toLongitudeLatitude(651409.903, 313177.27),
          };
        }""",
        host,
    )
    tab.close()
    assert found["jenks"] == found["limits"]
    assert found["equal"] == [11, 21, 31]
    assert found["quantile"] == [1, 3, 4]
    assert found["quarters"] == [
        [int((quarter_of(np.arange(n, 0.0, -1)) == q).sum()) for q in (4, 3, 2, 1)]
        for n in range(4, 60)
    ]
    assert found["same"] == [5]
    assert found["none"] == []
    assert found["limits"] == [2.5, 15.5, 31]
    assert found["classes"] == [0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2]
    assert found["official"] == pytest.approx(37.5)
    assert found["own"] == pytest.approx(12.5)
    assert found["geometric"] == pytest.approx((20 * 60) ** 0.5)
    # the worked example of the Ordnance Survey's guide, 52°39'28.72"N 1°42'57.79"E in WGS 84
    assert found["caister"] == pytest.approx([1.716038, 52.657976], abs=6e-5)


def test_names_are_in_the_order_that_the_browser_would_give_them(browser, host):
    names = ["Ward 10", "ward 9", "Éowyn", "Eastbrook", "Abbey 2", "Abbey", "St Mary's", "St-James"]
    names += ["Stour", "Zoë", "zone", "E01000012 (Heath)", "E01000009 (Village)", "Ward 0009"]
    tab = Tab(browser, host, 800)
    tab.page.goto(f"{host}blank.html")
    found = tab.page.evaluate(
        """async ([address, names]) => {
          const { byName } = await import(address + "modules/format.js");
          const own = names.map((name) => ({ name })).sort(byName).map((a) => a.name);
          const slow = new Intl.Collator("en-GB", { numeric: true });
          return [own, [...names].sort(slow.compare)];
        }""",
        [host, names],
    )
    tab.close()
    assert found[0] == found[1]


@pytest.fixture(scope="module")
def built(built_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``reports/lbbd-open``, its tables and explorer made."""
    folder = shutil.copytree(built_open, tmp_path_factory.mktemp("reports") / "lbbd-open")
    explore(Tables(folder / "tables"), folder / "explorer")
    return folder


def test_numbers_shown_are_those_of_the_built_tables(browser, built):
    tables = Tables(built / "tables")
    data = json.loads((built / "explorer" / "data.json").read_text(encoding="utf-8"))
    names = dict(zip(tables["areas"]["code"], tables["areas"]["name"], strict=True))
    tab = Tab(browser, f"{built.as_uri()}/explorer/", 1280).open()
    wrong = []
    for measure in data["measures"]:
        if "ward" not in measure["levels"]:
            continue
        for period in ("baseline", "current"):
            same = tables["scores"].query("element == @measure['element'] and period == @period")
            if not same["same_figures"].all():
                continue  # not given: the address falls back to the latest period
            tab.go(f"measure={measure['id']}&period={period}&table=on")
            heads, rows = tab.table()
            wanted = expected(tables, measure, period)
            for row in rows:
                cell = dict(zip(heads, row, strict=True))
                code = next(c for c, n in names.items() if n == row[0] and c in wanted)
                for head, text in wanted.pop(code).items():
                    found = next((v for h, v in cell.items() if h.startswith(head)), None)
                    exact = head in ("Figure", "Score", "Change since")
                    plain = (found or "").replace("%", "")
                    if not (plain == text if exact else text in plain):
                        wrong.append((measure["id"], period, row[0], head, found, text))
            assert wanted == {}, "areas that the table lacks"
    tab.close()
    assert wrong == []


def test_a_place_is_the_same_on_every_tab(browser, built):
    tables = Tables(built / "tables")
    tab = Tab(browser, f"{built.as_uri()}/explorer/", 1280).open()
    for row in tables["standing"].query("element == 'index'").itertuples():
        ends = [ordinal(row.rank_low), ordinal(row.rank_high)]
        wanted = f"likely {' to '.join(dict.fromkeys(ends))}"
        name = tables["areas"].set_index("code").at[row.area_code, "name"]
        places = {
            "map": ".area-facts, .readout, .lead, tr.chosen",
            "scorecard": ".facts, tbody tr:first-child",
            "compare": "tr.chosen",
            "weights": f".moves li:has(strong:text-is('{name}')), tr.chosen",
        }
        for view, selector in places.items():
            tab.go(f"view={view}&area={row.area_code}&table=on")
            told = " ".join(tab.texts(selector))
            found = set(
                re.findall(r"likely \d+(?:st|nd|rd|th)(?: to \d+(?:st|nd|rd|th))?", told.lower())
            )
            assert found == {wanted}, (view, name)
    tab.close()


def expected(tables: Tables, measure: dict[str, Any], period: str) -> dict[str, dict[str, str]]:
    """What the table twin should say of each ward, from the unrounded built tables alone."""
    indicator, digits = measure["kind"] == "indicator", measure["decimals"]

    def rows(name: str, key: str) -> Any:
        frame = tables[name]
        frame = frame[frame[key] == measure["element"]]
        return frame[frame["period"] == period] if "period" in frame else frame

    if indicator:
        figures = rows("values", "indicator_id").set_index("area_code")["value"]
        moves = rows("indicator_changes", "indicator_id").set_index("area_code")
    else:
        figures = rows("scores", "element").set_index("area_code")["score"]
        moves = rows("changes", "element").set_index("area_code")
    stands = rows("standing", "element").set_index("area_code")
    wanted: dict[str, dict[str, str]] = {}
    for code in tables["areas"].query("level == 'ward'")["code"]:
        text = number(figures.get(code, math.nan), digits)
        wanted[code] = {"Figure" if indicator else "Score": text}
        if code in moves.index:
            wanted[code]["Change since"] = signed(moves.loc[code, "change"], digits)
            falls = measure["polarity"] < 0
            wanted[code]["Change in words"] = change_word(moves.loc[code, "rating"], falls)
        if period == "current" and code in stands.index:
            low, high = (ordinal(stands.loc[code, k]) for k in ("rank_low", "rank_high"))
            wanted[code]["Place"] = f"likely {low}" if low == high else f"likely {low} to {high}"
            wanted[code]["Against"] = stands.loc[code, "rating"]
    return wanted


def test_performance_is_told(browser, host, capsys):
    """Figures for the record; limits stand in the benchmarks."""
    tab = Tab(browser, host, 1280)
    tab.context.new_cdp_session(tab.page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    tab.open()
    marks = "n => performance.getEntriesByName(n)[0].startTime"
    usable = tab.page.evaluate(marks, "explorer:usable")
    change = tab.page.evaluate("spiExplorer.setMeasure('indicator_010')")
    with capsys.disabled():
        print(
            f"\nexplorer at a quarter of the speed: usable after {usable:.0f} ms, "
            f"new measure in {change:.0f} ms"
        )
    assert tab.state()["measure"] == "indicator_010"
    tab.close()


def test_the_element_keeps_its_style_to_itself(browser, host, axe):
    tab = Tab(browser, host, 1280)
    tab.open(page="host.html", state=f"measure=indicator_010&area={WARD}")
    tab.page.locator("spi-explorer .area").first.wait_for()
    assert (
        tab.page.evaluate("getComputedStyle(document.querySelector('#own')).color")
        == "rgb(128, 0, 0)"
    )
    lead = tab.page.locator("spi-explorer .lead")
    assert lead.evaluate("p => getComputedStyle(p).color") == "rgb(18, 67, 109)"
    tab.page.evaluate(axe)
    result = axe_run(tab.page)
    assert [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in result["violations"]] == []
    tab.page.locator("spi-explorer [data-view=compare]").click()
    assert "view=compare" in tab.page.url
    tab.close()
