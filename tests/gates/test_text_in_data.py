"""Text from data is text in every file of an edition and in its explorer, whatever it is like."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from spi_core.edition.inputs import load
from spi_core.text.cells import shielded
from tests.support.editions import WARDS
from tests.support.explorer_browser import FLAGS, Tab, chromium, made_data, served, write_site
from tests.support.hostile import PLAIN, carrying, csv_cells, differences, hostile, publish
from tests.support.payloads import MARK, PAYLOADS, leaks, plant

pytestmark = pytest.mark.gate

#: What only the explorer or a spreadsheet of another country would read.
OWN = {
    "words of the page": "Killed by cars, all. No score (edition), partial. No way: {area}",
    "names of JavaScript": "__proto__ constructor toString",
    "control characters": "a\x0bb\x01",
    "separators": "a;=1+1;b",
    "full width": "\u200b\uff1d1+1",
    "data of a page": "x\u2028]]>--!><\\u003c/script>",
}
TEXTS = PAYLOADS | OWN
VIEWS = {
    "map": f"area={WARDS[0]}&measure=rent&table=on",
    "rating": f"show=rating&area={WARDS[1]}&table=on",
    "change": "show=change&measure=burglary&table=on",
    "scorecard": f"view=scorecard&area={WARDS[0]}&table=on",
    "compare": f"view=compare&areas={','.join(WARDS[:3])}&measure=rent&table=on",
    "figure": "view=figure&measure=exam_points&table=on",
    "index": "view=figure&table=on",
    "weights": "view=weights&table=on",
    "targets": "view=targets&table=on",
    "about": "view=about&table=on",
}
#: Every element with its attributes and every text, in order, but for what follows from the length
#: of a name (places in a drawing) or is made of its letters (ids).
READ = """() => {
  const own = new RegExp("^(id|for|name|value|href|fill|d|[xy][12]?|c[xy]|width|height|viewBox)$" +
    "|^aria-(controls|labelledby|describedby|activedescendant)$|^data-(key|measure|weight)$");
  const found = [];
  const walk = (node) => {
    if (node.nodeType === 3) found.push(node.data);
    // whether a table scrolls goes by its width
    if (node.nodeType !== 1 || node.classList.contains("scrolls")) return;
    const given = [...node.attributes].filter((a) => !own.test(a.name));
    const said = (a) => `${a.name}=${a.value.replace(/ more-(left|right)/g, "")}`;
    found.push([node.localName, ...given.map(said)]);
    // what has room in a drawing, and what stands below it instead, goes by the length of names
    if (node.localName !== "svg" && !node.classList.contains("map-key"))
      node.childNodes.forEach(walk);
  };
  walk(document.getElementById("explorer"));
  return [document.title, ...found];
}"""
#: Drawings, and the key of the map: their elements, and their text.
NAMED = """() => {
  const parts = [...document.querySelectorAll("#explorer svg, .map-key")];
  const elements = parts.flatMap((part) => [...part.querySelectorAll("*")]);
  const attributes = elements.flatMap((e) => [...e.attributes].map((a) => a.name));
  const names = parts.map((part) => part.textContent).join("");
  return [elements.map((e) => e.localName), attributes, names];
}"""
DRAWN = {"svg", "title", "defs", "pattern", "rect", "path", "circle", "g", "text", "tspan", "line"}


class Made(NamedTuple):
    """An edition with a text in every field."""

    text: str
    edition: Path
    reports: Path


def _made(folder: Path, text: str) -> Made:
    edition = hostile(folder / "data" / "tiny", text)
    return Made(text, edition, publish(edition, folder / "reports"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return _made(tmp_path_factory.mktemp("plain"), PLAIN)


@pytest.fixture(scope="module", params=TEXTS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    plant()
    return _made(tmp_path_factory.mktemp("made"), TEXTS[request.param])


def test_every_file_says_it_and_none_reads_it(plain: Made, made: Made) -> None:
    assert differences(plain.reports, made.reports, made.text) == []
    assert leaks(made.reports) == []


def test_frozen_weights_are_read_as_they_were_written(made: Made) -> None:
    frozen = made.edition / "weights.csv"
    frozen.write_bytes((made.reports / "weights.csv").read_bytes())
    read = load(made.edition)  # refuses a component that is not the framework's
    frozen.unlink()
    population = read.settings["index"]["reference"]["name"]
    assert read.tables["weights"]["fitted_on"].str.contains(population, regex=False).any()


# the explorer


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield instance
        instance.close()


def _open(browser: Any, folder: Path) -> Tab:
    return Tab(browser, f"{folder.as_uri()}/", 1280).open()


def _views(tab: Tab, made: Made) -> dict[str, Any]:
    """What each view holds, the version of the data aside."""
    about = json.loads((made.reports / "tables" / "build.json").read_text("utf-8"))
    found = {name: tab.go(state).page.evaluate(READ) for name, state in VIEWS.items()}
    return {
        k: json.loads(json.dumps(v).replace(about["data_version"], "-")) for k, v in found.items()
    }


def _grammar(said: Any) -> Any:
    """Lists have other commas where a name holds "and"; sentences begin with a capital.

    Blanks and control characters are left to the browser, which shows neither in a title.
    """
    if isinstance(said, list):
        return [_grammar(part) for part in said]
    return re.sub(r"[\0-\x20,;]|and", "", said.casefold())


def _downloads(tab: Tab) -> dict[str, bytes]:
    found = {}
    tab.page.click("[data-key=share]")
    for kind in ("csv", "all-csv", "svg", "png", "geojson", "all-json"):
        with tab.page.expect_download() as caught:
            tab.page.click(f"[data-file={kind}]")
        found[kind] = Path(caught.value.path()).read_bytes()
        assert re.fullmatch(r"[\w.-]+", caught.value.suggested_filename)
    return found


@pytest.fixture(scope="module")
def plain_views(browser: Any, plain: Made) -> tuple[dict[str, Any], dict[str, bytes]]:
    tab = _open(browser, plain.reports / "explorer")
    found = _views(tab, plain), _downloads(tab.go(VIEWS["map"]))
    tab.close()
    return found


def test_every_view_shows_it_and_none_runs_it(
    browser: Any, plain_views: tuple[dict[str, Any], dict[str, bytes]], made: Made
) -> None:
    tab = _open(browser, made.reports / "explorer")
    found = _views(tab, made)
    for name, wanted in carrying(plain_views[0], made.text).items():
        assert _grammar(found[name]) == _grammar(wanted), name
    for name, state in VIEWS.items():
        elements, attributes, texts = tab.go(state).page.evaluate(NAMED)
        assert set(elements) <= DRAWN | {"span", "strong"}, name
        assert not {a for a in attributes if a.startswith("on") or a.endswith("src")}, name
        assert name != "map" or _grammar(made.text) in _grammar(texts)
    _use(tab, made.text)
    files = _downloads(tab.go(VIEWS["map"]))
    for kind in ("csv", "all-csv"):
        wanted, cells = csv_cells(plain_views[1][kind]), csv_cells(files[kind])
        own = {place for place in wanted if place.endswith((" 1", " 5"))}  # version, made of names
        assert carrying({p: c for p, c in wanted.items() if p not in own}, made.text) == {
            place: cell for place, cell in cells.items() if place not in own
        }
    drawing = ET.fromstring(files["svg"].decode())
    assert {e.tag.rpartition("}")[2] for e in drawing.iter()} <= DRAWN
    assert not [a for e in drawing.iter() for a in e.attrib if a.endswith("href") or a[:2] == "on"]
    assert files["png"][:8] == b"\x89PNG\r\n\x1a\n"
    assert made.text in json.loads(files["geojson"])["attribution"]
    assert made.text in json.loads(files["all-json"])["meta"]["title"]
    assert tab.page.evaluate(f"window.{MARK}") is None
    tab.close()


def _use(tab: Tab, text: str) -> None:
    """Click through the page as a reader does, and give it the text itself."""
    for view in ("scorecard", "compare", "figure", "weights", "targets", "about", "map"):
        tab.page.click(f"[data-view={view}]")
        tab.settle()
        assert tab.state()["view"] == view
    tab.page.click("[data-key=pick]")
    tab.page.fill(".pick input", f"{text} indicators.name")
    tab.page.fill("[data-key=find]", f"{text} areas.name 4")
    tab.page.keyboard.press("Enter")
    tab.settle()
    assert tab.state()["area"] == WARDS[2]
    tab.go(VIEWS["scorecard"])
    tab.page.hover(".name-button >> nth=3")
    typed = quote(text)
    tab.go(f"view={typed}&measure={typed}&area={typed}&areas={typed}&period={typed}&sort={typed}")
    assert tab.state()["view"] == "map"
    assert tab.state()["measure"] == "index"
    tab.page.evaluate("text => { location.hash = text; }", text)
    tab.settle()


def test_javascript_shields_as_python_does(browser: Any, tmp_path: Path) -> None:
    signs = ("=", "+", "-", "@", "|", "\uff1d", "\uff20", "\ufe66", "\u2212", "'", "a", "1", "1.5")
    before = (
        "",
        " ",
        "\t",
        "\r",
        "\n",
        "\x0b",
        "\x1c",
        "\x85",
        "\ufeff",
        "\u200b",
        "\u202e",
        "'",
        "b;",
    )
    after = ("", "1", "1+1", ";=x", "\t-x", "e5", ".", " ' =")
    texts = sorted({b + s + a for b in before for s in signs for a in after})
    with served(write_site(made_data(), tmp_path / "site")) as base:
        tab = Tab(browser, base, 1280).open(page="blank.html")
        found = tab.page.evaluate(
            "async (texts) => { const { shielded } = await import('./modules/records.js');"
            " return texts.map(shielded); }",
            texts,
        )
        tab.close()
    assert found == [shielded(text) for text in texts]
    assert len(set(found)) == len(texts)


def test_an_address_that_leads_nowhere_takes_nothing_else_with_it(
    browser: Any, tmp_path: Path
) -> None:
    data = made_data()
    data["meta"]["site"] = "https://["
    data["links"]["report"] = f"javascript:{MARK}=1"
    tab = _open(browser, write_site(data, tmp_path / "site"))
    assert tab.page.locator(".map .area").count() == len(data["areas"]["ward"]["code"])
    assert tab.page.locator("footer a[href]").count() == tab.page.locator("footer a").count() - 1
    tab.page.locator("footer a", has_text="Borough report").click()
    assert tab.page.evaluate(f"window.{MARK}") is None
    tab.close()
