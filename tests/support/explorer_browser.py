"""The explorer in a real browser, cut off from any network, with an ear for trouble."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spi_core.explorer.data import explorer_data, explorer_json
from spi_core.explorer.page import SITE, element_module, index_page
from tests.support.browser import FLAGS, chromium
from tests.support.explorer_world import Size, made_tables

HOSTILE = (
    "</script><script>window.harmed = 1</script>",
    'St "Mary\'s" & <b>Park</b>',
    "Éowyn ŵ ẞ 区",
    "<img src=x onerror='window.harmed = 1'>",
    "=1+1, a sum",
)
#: One ward in each state, of one indicator: letter to whether a number is shown.
STATES = {"o": 1, "r": 1, "p": 1, "m": 1, "e": 1, "i": 1, "s": 0, "x": 0, "n": 0}
STATED = "indicator_070"
SIZE = Size(wards=12, lsoas=48, indicators=84, periods=3)
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) =>
  window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


def made_data(seed: int = 7) -> dict[str, Any]:
    """Make the data of a place with hostile names, postcodes, targets and cells in every state."""
    tables = made_tables(np.random.default_rng(seed), SIZE, HOSTILE)
    small = tables["areas"].query("level == 'lsoa'")["code"]
    tables.frames["postcodes"] = pd.DataFrame(
        {"postcode": [f"RM10 {i % 10}A{chr(65 + i % 26)}" for i in range(len(small))]}
    ).assign(area_code=list(small))
    tables.frames["postcodes"] = tables.frames["postcodes"].drop_duplicates("postcode")
    tables.frames["targets"] = pd.DataFrame(
        {
            "manifesto_theme": ["Homes & <i>streets</i>", "Homes & <i>streets</i>", "Health"],
            "indicator_id": ["indicator_001", "indicator_002", "indicator_003"],
            "target": [1.0, 99.0, 99.0],
            "by": "2030",
            "source": "A plan",
            "status": ["agreed", "agreed", "illustrative"],
            "note": "",
        }
    )
    data: dict[str, Any] = json.loads(explorer_json(explorer_data(tables)))
    _every_state(data)
    data["shapes"]["levels"]["ward"]["neighbours"][-1] = []  # an island
    return data


def _every_state(data: dict[str, Any]) -> None:
    at = place_of(data, STATED)
    column = data["figures"]["ward"][at]
    letters = list(column["state"][-1])
    flags = list(column["flags"][-1])
    for i, (letter, shown) in enumerate(STATES.items()):
        letters[i], flags[i] = letter, "0"
        column["value"][-1][i] = 20.0 + i if shown else None
        for end, step in (("value_low", -1.0), ("value_high", 1.0)):
            column[end][-1][i] = 20.0 + i + step if shown else None
    flags[0], flags[5] = "2", "4"
    column["state"][-1], column["flags"][-1] = "".join(letters), "".join(flags)


def place_of(data: dict[str, Any], measure: str) -> int:
    """Give the position of a measure."""
    return next(i for i, m in enumerate(data["measures"]) if m["id"] == measure)


def write_site(data: dict[str, Any], folder: Path) -> Path:
    """Write page, element, data and modules as the explorer's folder has them."""
    text = explorer_json(data)
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(index_page(data), encoding="utf-8")
    (folder / "spi-explorer.js").write_text(element_module(), encoding="utf-8")
    (folder / "data.json").write_text(text, encoding="utf-8")
    shutil.copytree(SITE, folder / "modules")
    host = '<!doctype html><html lang="en"><title>Host</title><style>p {color: maroon}</style>'
    element = '<main><p id="own">Own</p><spi-explorer src="data.json"></spi-explorer></main>'
    script = '<script type="module" src="spi-explorer.js"></script>'
    (folder / "host.html").write_text(host + element + script, encoding="utf-8")
    (folder / "blank.html").write_text("<!doctype html><title>x</title>", encoding="utf-8")
    return folder


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine only."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class Tab:
    """A tab that may reach one folder only; ``trouble`` lists errors and what was asked for."""

    def __init__(self, browser: Any, base: str, width: int, **options: Any) -> None:
        size = {"width": width, "height": 900}
        self.context = browser.new_context(viewport=size, locale="en-GB", **options)
        self.base, self.trouble = base, []
        self.context.add_init_script(WATCH)
        self.context.route("**/*", self._route)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("pageerror", lambda e: self.trouble.append(f"error: {e}"))
        self.page.on("dialog", lambda d: self.trouble.append(f"dialog: {d.message}"))
        self.page.on("console", self._console)

    def _route(self, route: Any) -> None:
        address = route.request.url
        if address.startswith((self.base, "data:", "blob:")):
            route.continue_()
        else:
            self.trouble.append(f"asked for {address}")
            route.abort()

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and "favicon" not in str(message.location):
            self.trouble.append(f"console: {message.text}")

    def open(self, state: str = "", page: str = "index.html") -> Tab:
        """Load the page at a state."""
        self.page.goto(f"{self.base}{page}#{state}")
        if page == "index.html":
            self.page.wait_for_function("window.spiExplorer !== undefined")
            self.settle()
        return self

    def settle(self) -> None:
        """Wait until charts are drawn."""
        frame = "new Promise(d => requestAnimationFrame(() => requestAnimationFrame(() => d(1))))"
        self.page.evaluate(frame)

    def go(self, state: str) -> Tab:
        """Follow a link to another state of the open page."""
        self.page.evaluate(
            """(to) => new Promise((done) => {
              if (location.hash.slice(1) === to) return done(1);
              addEventListener("hashchange", () => done(1), { once: true });
              location.hash = to;
            })""",
            state,
        )
        self.settle()
        return self

    def state(self) -> dict[str, Any]:
        """The state as the page holds it."""
        found: dict[str, Any] = self.page.evaluate("spiExplorer.state()")
        return found

    def text(self, selector: str) -> str:
        """The text of the first match, blanks joined."""
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def texts(self, selector: str) -> list[str]:
        """The texts of all matches."""
        return [" ".join(t.split()) for t in self.page.locator(selector).all_inner_texts()]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Headers and rows of the table twin."""
        heads, rows = self.page.evaluate(
            """() => { const cells = (r) => [...r.cells].map((c) => c.textContent);
              const t = document.querySelector("#explorer table");
              return [cells(t.tHead.rows[0]), [...t.tBodies[0].rows].map(cells)]; }"""
        )
        return [h.rstrip("▲▼") for h in heads], rows

    def violations(self) -> list[str]:
        """What the content policy had to stop."""
        found: list[str] = self.page.evaluate("window.violations")
        return found

    def close(self) -> None:
        """Close the tab; any trouble fails the test."""
        stopped = self.violations()
        self.context.close()
        assert self.trouble == []
        assert stopped == []


def speeds(
    folder: Path, level: str = "ward", slowdown: int = 4, loads: int = 5, changes: int = 9
) -> dict[str, float]:
    """Time the explorer in a folder, in a browser of its own.

    Parameters
    ----------
    folder : Path
        Holds ``index.html``.
    level : str
        Which areas the map shows.
    slowdown : int
        How many times the processor is slowed.
    loads, changes : int
        How many times the page is loaded and the measure is changed.

    Returns
    -------
    dict of str to float
        Milliseconds, medians: ``usable`` from the start of the load until the first view answers,
        ``painted`` until it is drawn; ``change`` from the choice of a measure until its map is
        drawn, ``slowest_change`` the largest of these, ``click`` from a click on a measure until
        the browser has shown what follows; and the number of ``areas``.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        firsts = []
        for _ in range(loads):
            tab = _opened(browser, folder, level, slowdown)
            firsts.append(tab.page.evaluate(FIRST))
            if len(firsts) < loads:
                tab.context.close()
        ids, areas = tab.page.evaluate(MEASURES, level)
        times = [tab.page.evaluate("i => spiExplorer.setMeasure(i)", i) for i in ids[1:][:changes]]
        clicks = [_clicked(tab, i) for i in ids[1:][:changes]]
        browser.close()
    usable, painted = (float(np.median(times)) for times in zip(*firsts, strict=True))
    return {
        "usable": usable,
        "painted": painted,
        "change": float(np.median(times)),
        "slowest_change": max(times),
        "click": float(np.median(clicks)),
        "areas": areas,
    }


FIRST = """["usable", "painted"].map((name) =>
  performance.getEntriesByName(`explorer:${name}`)[0].startTime)"""
MEASURES = """level => {
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const ids = data.measures.filter((m) => m.levels.includes(level)).map((m) => m.id);
  return [ids, data.areas[level].code.length];
}"""
#: The browser's own measure of a click, in steps of 8 ms.
SHOWN = """new Promise((done) => {
  new PerformanceObserver((list, watcher) => {
    const click = list.getEntries().find((e) => e.name === "click");
    if (!click) return;
    watcher.disconnect();
    done(click.duration);
  }).observe({ type: "event", durationThreshold: 16 });
})"""


def _opened(browser: Any, folder: Path, level: str, slowdown: int) -> Tab:
    tab = Tab(browser, f"{folder.as_uri()}/", 1280)
    tab.page.set_default_timeout(120_000)
    tools = tab.context.new_cdp_session(tab.page)
    tab.page.wait_for_timeout(2000)  # a browser that has just started is busy with itself
    tools.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    tab.open(f"level={level}")
    tab.page.wait_for_timeout(1000)
    return tab


def _clicked(tab: Tab, measure: str) -> float:
    """Pick a measure by mouse; give the milliseconds until what follows is on the screen."""
    tab.page.click("[data-key=pick]")
    tab.settle()
    tab.page.evaluate(f"window.shown = {SHOWN}; 0")
    tab.page.click(f".tree [data-measure={measure}]")
    return float(tab.page.evaluate("window.shown"))
