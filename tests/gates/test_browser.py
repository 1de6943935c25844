"""Every kind of page in a real browser: axe-core finds nothing, nothing overflows or is fetched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.gate

ROOT = Path(__file__).parents[2]
AXE = ROOT / ".venv" / "node" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = (
    "index.html",
    "borough-report.html",
    "methods.html",
    "what-changed.html",
    "impact-overview.html",
    "impact/pspo-dagenham.html",
    "impact/landlord-licensing-2014.html",
    "wards/E05000026-abbey.html",
)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next((p for name in CHROMIUM if (p := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        instance = playwright.chromium.launch(executable_path=path, args=flags)
        yield instance
        instance.close()


@pytest.fixture(scope="module")
def axe() -> str:
    path = Path(os.environ.get("AXE_CORE", AXE))
    if not path.exists():
        pytest.skip(f"axe-core is not installed at {path} (make gates installs it where npm is)")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("page", PAGES)
def test_page_has_no_accessibility_violations_and_fits(rendered, browser, axe, page, width):
    fetched: list[str] = []
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.on("request", lambda request: fetched.append(request.url))
    tab.goto((rendered / page).as_uri())
    # the script is put in by the test: a page that forbade it would still be tested
    tab.evaluate(axe)
    result = tab.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    overflow = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    tab.close()
    violations = [
        f"{v['id']}: {v['help']} ({len(v['nodes'])} places, first {v['nodes'][0]['html'][:120]})"
        for v in result["violations"]
    ]
    assert violations == []
    assert len(result["passes"]) > 10, "axe-core ran over nothing"
    assert overflow <= 0, f"the page is {overflow} px wider than the window"
    assert [u for u in fetched if not u.startswith(("file:", "data:"))] == []


def test_axe_finds_a_picture_without_alternative_text(browser, axe):
    tab = browser.new_page()
    tab.set_content(
        "<html lang='en'><title>x</title><main><h1>x</h1><img src='data:,'></main></html>"
    )
    tab.evaluate(axe)
    found = tab.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    tab.close()
    assert "image-alt" in {v["id"] for v in found["violations"]}


def test_links_between_pages_lead_somewhere(rendered, browser):
    tab = browser.new_page()
    lost = []
    for page in PAGES:
        tab.goto((rendered / page).as_uri())
        links = tab.eval_on_selector_all("a[href]", "as => as.map(a => a.href)")
        lost += [
            (page, link)
            for link in links
            if link.startswith("file:")
            and not Path(link.removeprefix("file://").split("#")[0]).exists()
        ]
    tab.close()
    assert lost == []
