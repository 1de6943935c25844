"""Whatever an edition's files say, its documents show it as text: nothing in it acts or is lost."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import pikepdf
import pytest
from markdown_it import MarkdownIt

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.publish.documents import Choice, document_jobs
from spi_core.publish.render.engine import render
from spi_core.store import Tables
from tests.support.editions import ROOT, WARDS
from tests.support.explorer_browser import chromium
from tests.support.page_checks import broken_links, page_faults
from tests.support.payloads import LOCAL_FILE, MARK, PAYLOADS, SERVER, SHORT, leaks, plant
from tests.support.pdf_checks import element_types, figure_alts, page_texts, pdf_faults
from tests.support.poisoned import (
    MARK_FORM,
    Texts,
    harmless,
    missing_settings,
    poison,
    whole_edition,
)

pytestmark = pytest.mark.gate

DOCUMENTS = (
    "index",
    "borough-report",
    "decision",
    "accountability",
    "methods",
    "what-changed",
    "impact-overview",
    "impact",
)
#: Text that no document shows; the explorer, the open data or nobody has a use for it.
NOT_SHOWN = {
    *("basis", "fitted_at", "fitted_on", "note", "open_figures"),
    *("table", "theme", "update_frequency"),
    *("dataset", "kind"),  # of links to sources and of places: the explorer's alone
    *("question", "service", "noun"),  # the two briefs here have no figure that tells enough
}
#: Settings that a small edition cannot have all at once: kept out of the poisoned one.
UNUSED = {
    *("contents", "history"),  # shorter than a payload; years
    *("parent", "pattern", "role", "mean", "order"),  # names, words of the program, numbers
    *("change_years", "follows"),  # numbers, an edition's name
    *("residents", "figure", "period"),  # of the population's own file, found there or a fault
    *(
        "comparison",
        "covariate",
        "end",
        "excluded",
        "exploratory",
        "inferred",
        "alpha",
        "power",
        "cost",
        "selection",
    ),
    *("moments", "correlation", "reference", "name", "method", "parts", "pooled", "relations"),
    *("total", "protocol_sha256", "missing_components"),
    *("figures", "mapping", "areas"),  # files of a reference population, which it has not
    # a comparison with all of a city needs its panel, and a list of donors
    *("alongside", "series", "source", "estimator", "spillover_km", "donors", "worth", "sources"),
    *("what", "area"),
}
SEALED = re.compile("[\U0001d000-\U0001d07f]")


@dataclass
class Twin:
    """An edition's documents, and the texts that went into it."""

    folder: Path
    texts: Texts
    errors: list[str]

    def files(self, suffix: str) -> dict[str, Path]:
        """Documents by name; a brief's is its ward's code, whatever the ward is called."""
        found = sorted(self.folder.rglob(f"*.{suffix}"))
        return {p.stem[:9] if p.parent.name == "wards" else p.stem: p for p in found}


class _Listener(BaseHTTPRequestHandler):
    """Writes down what is asked for."""

    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[list[str]]:
    """What a loopback server is asked for: the one that payloads name."""
    address = urlsplit(SERVER)
    with ThreadingHTTPServer((address.hostname, address.port), _Listener) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        yield _Listener.asked
        listener.shutdown()


def _made(above: Path, fill: Any) -> Twin:
    edition = whole_edition(above / "tiny")
    assert missing_settings(edition) <= UNUSED, "the edition must use every setting of text"
    texts = fill(edition)
    folder = above / "reports" / "tiny"
    build(load(edition), folder)
    tables = Tables(folder / "tables")
    jobs = document_jobs(ROOT, tables, folder, Choice(documents=DOCUMENTS))
    jobs += document_jobs(ROOT, tables, folder, Choice(areas=WARDS[:2]))
    notebooks = Choice(documents=("methods", "ward-brief"), areas=WARDS[:1], formats=("ipynb",))
    jobs += document_jobs(ROOT, tables, folder, notebooks)
    return Twin(folder, texts, [str(r.error) for r in render(jobs, 2) if r.error])


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory, server: list[str]) -> Twin:
    """The documents of the edition whose every text is a payload."""
    plant()
    return _made(tmp_path_factory.mktemp("poisoned"), poison)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Twin:
    """The documents of its twin."""
    return _made(tmp_path_factory.mktemp("plain"), harmless)


def squeezed(text: str) -> str:
    """Text without white space and capitals: sentences begin some names with a small letter."""
    return re.sub(r"[\s\u202a-\u202e\ufe0f]+", "", text).casefold()


def _page(path: Path) -> Any:
    return lxml.html.document_fromstring(path.read_bytes())


def test_every_document_is_made(poisoned: Twin, plain: Twin) -> None:
    assert poisoned.errors == plain.errors == []
    for suffix, count in (("html", 10), ("pdf", 9), ("ipynb", 2)):
        assert len(poisoned.files(suffix)) == len(plain.files(suffix)) == count


def test_a_page_has_the_elements_of_its_twin(poisoned: Twin, plain: Twin) -> None:
    def skeleton(path: Path) -> list[tuple[str, list[str]]]:
        return [(str(e.tag), sorted(e.attrib)) for e in _page(path).iter()]

    for name, path in poisoned.files("html").items():
        assert skeleton(path) == skeleton(plain.files("html")[name]), name
        assert page_faults(path) == [], name


def test_what_data_says_stands_on_the_pages_as_it_was_written(poisoned: Twin) -> None:
    texts = poisoned.texts
    seen = set()
    for name, path in poisoned.files("html").items():
        page = _page(path)
        for style in page.xpath("//style"):
            style.drop_tree()
        # names of places in a page and of files are made of a text's letters only
        kept = [v for e in page.iter() for k, v in e.attrib.items() if k not in ("id", "href")]
        for said in map(squeezed, [page.text_content(), *kept]):
            for found in re.finditer(MARK_FORM, said):
                seen.add(texts.fields[found[0]])
                wanted = squeezed(texts.texts[found[0]])
                before = said[max(0, found.start() - len(wanted)) : found.start()]
                assert before == wanted, (name, texts.fields[found[0]])
    assert set(texts.fields.values()) - seen == NOT_SHOWN


def test_no_address_of_a_page_comes_from_a_text(poisoned: Twin) -> None:
    for name, path in poisoned.files("html").items():
        page = _page(path)
        assert [v for v in page.xpath("//@src") if not v.startswith("data:")] == [], name
        assert [str(e.tag) for e in page.iter() if any(k.startswith("on") for k in e.attrib)] == []
        away = {urlsplit(h)[:2] for h in page.xpath("//a/@href") if urlsplit(h).scheme}
        # the edition's own site and the one source that is an address
        assert away <= {("https", "example.org")}, name
        elsewhere = ("explorer/", "open-data/", *(f"wards/{ward}" for ward in WARDS[2:]))
        assert [h for h in broken_links(path) if not any(m in h for m in elsewhere)] == [], name


def _addresses(path: Path) -> Counter[str]:
    with pikepdf.open(path) as pdf:
        links = [a.get("/A", {}) for page in pdf.pages for a in page.get("/Annots", [])]
    uris = [str(link["/URI"]) for link in links if "/URI" in link]
    # a link that runs over lines is an annotation a line
    return Counter({re.sub(r"(E\d{8})[^.#]*", r"\1", uri): 1 for uri in uris})


def test_print_shows_the_same_text_and_links_nowhere_else(poisoned: Twin, plain: Twin) -> None:
    said = ""
    for name, path in poisoned.files("pdf").items():
        twin = plain.files("pdf")[name]
        assert pdf_faults(path) == [], name
        assert _addresses(path) == _addresses(twin), name
        assert set(element_types(path)) == set(element_types(twin)), name
        assert len(figure_alts(path)) == len(figure_alts(twin)), name
        said += squeezed(" ".join([*page_texts(path), *figure_alts(path)]))
    payloads = [*SHORT.values(), *PAYLOADS.values()]
    assert [p for p in payloads if squeezed(p) not in said] == []
    assert not SEALED.search(said)


def test_a_notebook_shows_the_same_and_acts_no_more_than_its_twin(
    poisoned: Twin, plain: Twin
) -> None:
    def markdown(path: Path) -> str:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts = [c["source"] for c in cells if c["cell_type"] == "markdown"]
        shown = [o.get("data", {}) for c in cells for o in c.get("outputs", [])]
        texts += [data.get("text/markdown", "") for data in shown]
        joined = ["".join(t) for t in texts]
        return "\n".join(MarkdownIt("commonmark").enable("table").render(t) for t in joined)

    def tags(page: str) -> Counter[str]:
        # spans keep dollars from being formulas
        return Counter(tag for tag in re.findall(r"<([a-z]\w*)", page) if tag != "span")

    for name, path in poisoned.files("ipynb").items():
        mine, twin = markdown(path), markdown(plain.files("ipynb")[name])
        assert tags(mine) == tags(twin), name
        said = squeezed(lxml.html.fromstring(mine).text_content())
        for found in re.finditer(MARK_FORM, said):
            wanted = squeezed(poisoned.texts.texts[found[0]])
            before = said[max(0, found.start() - len(wanted)) : found.start()]
            assert before == wanted, (name, poisoned.texts.fields[found[0]])


def test_nothing_is_read_or_asked_for_and_nothing_lies_elsewhere(
    poisoned: Twin, server: list[str]
) -> None:
    assert server == []
    assert leaks(poisoned.folder) == []
    assert LOCAL_FILE.exists()
    for path in poisoned.folder.rglob("*"):
        if path.suffix in (".html", ".ipynb"):
            assert not SEALED.search(path.read_text("utf-8")), path.name
        assert len(path.name) <= 100
    above = poisoned.folder.parents[1]
    assert {p.name for p in above.iterdir()} == {"tiny", "first", "reports", ".private"}
    assert {p.name for p in poisoned.folder.parent.iterdir()} == {"tiny", ".private"}
    made = {p.name for p in poisoned.folder.iterdir()}
    assert made == {
        *(f"{d}.{s}" for d in DOCUMENTS[:-1] for s in ("html", "pdf")),
        *("methods.ipynb", "impact", "tables", "wards", "ward-data.csv", "weights.csv"),
        "needs.csv",
        "disclosure.json",  # what everything in the folder has passed
    } - {"index.pdf"}


def test_a_browser_shows_a_page_under_its_policy_and_runs_nothing(
    poisoned: Twin, server: list[str]
) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, page in poisoned.files("html").items():
            tab = browser.new_page()
            said: list[str] = []
            tab.on("console", lambda message, said=said: said.append(message.text))
            tab.on("request", lambda request, said=said: said.append(request.url[:200]))
            tab.goto(page.as_uri())
            assert [s for s in said if not s.startswith(("data:", page.as_uri()))] == [], name
            assert tab.evaluate(f"window.{MARK}") is None, name
            # the policy is there, and does what it says
            tab.evaluate(
                "() => { const s = document.createElement('script');"
                f" s.textContent = 'window.{MARK} = 1'; document.body.append(s) }}"
            )
            assert tab.evaluate(f"window.{MARK}") is None, name
            tab.close()
        browser.close()
    assert server == []
