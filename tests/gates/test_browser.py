"""Every page in a real browser: axe-core finds nothing, nothing overflows or is fetched."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pikepdf
import pytest
from pypdf import PdfReader

from spi_core.present.base.fonts import theme_dir
from tests.support.browser import axe_run
from tests.support.page_checks import page_faults
from tests.support.project import pages

pytestmark = pytest.mark.gate


def faults_of_page(tab: Any, axe: str, page: Path) -> list[str]:
    """Open a page and list what is wrong with it."""
    fetched: list[str] = []
    tab.on("request", lambda request: fetched.append(request.url))
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(page.as_uri())
    # what the page's own policy forbids is said there
    faults = [f"the console says {text[:200]}" for text in said]
    # the script is put in by the test: a page that forbade it would still be tested
    tab.evaluate(axe)
    result = axe_run(tab)
    overflow = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    faults += [
        f"{v['id']}: {v['help']} ({len(v['nodes'])} places, first {v['nodes'][0]['html'][:120]})"
        for v in result["violations"]
    ]
    if len(result["passes"]) <= 10:
        faults.append("axe-core ran over nothing")
    if overflow > 0:
        faults.append(f"the page is {overflow} px wider than the window")
    faults += [f"fetches {u}" for u in fetched if not u.startswith(("file:", "data:"))]
    return faults


#: A page of Quarto's site as far as its grid and the styles of its code go.
QUARTO = """<meta name="viewport" content="width=device-width"><style>
.page-columns {{ display: grid; grid-template-columns: 1.5em minmax(0, 1fr) 1.5em; }}
.page-columns > * {{ grid-column: 2; }} pre code.sourceCode > span {{ white-space: pre; }}
{}</style><div class="page-columns"><main class="content" id="quarto-document-content">
<p>See <code>tests/unit/publish/test_quarto_sources.py</code>.
<pre><code>{}</code></pre><pre><code class="sourceCode"><span>{}</span></code></pre></main></div>"""


def test_a_page_of_quartos_site_is_as_wide_as_a_phone(browser, tmp_path):
    theme = [(theme_dir() / f"{name}.css").read_text("utf-8") for name in ("report", "site")]
    page, long = tmp_path / "page.html", "spi render lbbd-open --engine quarto " * 5
    tab = browser.new_page(viewport={"width": 320, "height": 640})
    for styles, fits in ((theme[:1], False), (theme, True)):
        page.write_text(QUARTO.format("\n".join(styles), long, long), encoding="utf-8")
        tab.goto(page.as_uri())
        assert (tab.evaluate("document.documentElement.scrollWidth") == 320) == fits


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_has_accessibility_violations_or_overflows(site, browser, axe, width):
    found = {}
    for page in pages(site):
        tab = browser.new_page(viewport={"width": width, "height": 900})
        faults = faults_of_page(tab, axe, page)
        tab.close()
        if faults:
            found[page.relative_to(site).as_posix()] = faults
    assert found == {}


def test_every_page_passes_our_own_checks(site):
    assert {p.name: found for p in pages(site) if (found := page_faults(p))} == {}


def test_the_mark_is_seen_on_screen_and_in_print(rendered_84, browser):
    """At the top of the window wherever a reader scrolls to, and on every sheet of a print."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto((rendered_84 / "methods.html").as_uri())
    tab.evaluate("window.scrollTo(0, document.body.scrollHeight / 2)")
    box = tab.locator("aside.mark").bounding_box()
    printed = tab.pdf(format="A4")
    tab.close()
    assert box is not None
    assert 0 <= box["y"] < 100
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert len(pdf.pages) > 5
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages]
    assert [n for n, text in enumerate(texts, start=1) if "Illustrative" not in text] == []


def test_axe_finds_a_picture_without_alternative_text(browser, axe):
    tab = browser.new_page()
    tab.set_content(
        "<html lang='en'><title>x</title><main><h1>x</h1><img src='data:,'></main></html>"
    )
    tab.evaluate(axe)
    found = axe_run(tab)
    tab.close()
    assert "image-alt" in {v["id"] for v in found["violations"]}


def test_links_between_pages_lead_somewhere(site, browser):
    tab = browser.new_page()
    lost = []
    for page in pages(site):
        tab.goto(page.as_uri())
        links = tab.eval_on_selector_all("a[href]", "as => as.map(a => a.href)")
        lost += [
            (page.name, link)
            for link in links
            if link.startswith("file:")
            and not Path(unquote(link.removeprefix("file://").split("#")[0])).exists()
        ]
    tab.close()
    # of the illustrative edition only two briefs and one of a partner are made here
    if site.name == "lbbd-84":
        lost = [(p, link) for p, link in lost if not re.search("/(wards|partners)/", link)]
    assert lost == []
