"""The explorer's page: whole in one file, safe with any name, and with a strict policy."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spi_core.errors import SpiError
from spi_core.explorer.bundle import bundle
from spi_core.explorer.data import explorer_data, explorer_json
from spi_core.explorer.explore import explore
from spi_core.explorer.flat import flat_csv
from spi_core.explorer.packing.pack import pack
from spi_core.explorer.page import SITE, element_module, embed_page, index_page
from spi_core.present.base.links import explorer_page
from spi_core.present.brief.explorer_link import explorer_address, print_source, qr_code
from tests.support.explorer_world import MadeTables, Size, made_tables

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    'St "Mary\'s" & <b>Park</b>',
    "Éowyn ŵ ẞ 区\u2028\u2029",
    "<img src=x onerror=alert(1)>",
    "$& \\u003c ${x} `y`",
)


class _Page(HTMLParser):
    """What a browser would see of a page: its elements, scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self.open = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag in self.inside:
            self.open = tag
            self.inside[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self.open = "" if tag == self.open else self.open

    def handle_data(self, data: str) -> None:
        if self.open:
            self.inside[self.open][-1] += data


@pytest.fixture(scope="module")
def made() -> MadeTables:
    size = Size(wards=7, lsoas=12, indicators=12, periods=2)
    return made_tables(np.random.default_rng(3), size, HOSTILE)


@pytest.fixture(scope="module")
def data(made: MadeTables) -> dict[str, Any]:
    return explorer_data(made)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Write a smallest site, so that what is tested is the joining."""
    files = {
        "index.html": "<!doctype html><title><!--title--></title><!--noscript--><!--csp-->"
        "<!--css--><!--data-->"
        "<div id=explorer></div><!--js-->",
        "explorer.css": "p { color: red; }\n",
        "main.js": 'import { twice } from "./b.js";\nexport function mount(root) {\n'
        "  return twice(root);\n}\n",
        "element.js": 'import { mount } from "./main.js";\n'
        "customElements.define('spi-explorer', class extends HTMLElement {});\n",
        "b.js": 'import {\n  one,\n} from "./c.js";\nexport const twice = (x) => [x, one];\n',
        "c.js": "export const one = 1;\n",
        "unpack.js": "// Long.\nexport function unpack(data) {\n  return data; // all\n}\n",
    }
    folder = tmp_path / "site"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_modules_come_after_what_they_import(site: Path) -> None:
    text = bundle(site, "main.js")
    places = [text.index(f"// {name}") for name in ("c.js", "b.js", "main.js")]
    assert places == sorted(places)
    assert not re.search(r"^\s*(import|export)\b", text, re.MULTILINE)
    assert bundle(site, "main.js", "element.js").count("// b.js") == 1


def test_what_only_readers_need_is_left_out(site: Path) -> None:
    text = bundle(site, "unpack.js")
    assert text == "// unpack.js\nfunction unpack(data) {\nreturn data; // all\n}\n"
    for path in SITE.glob("*.js"):  # else an indent could belong to a text
        for line in path.read_text("utf-8").splitlines():
            assert line.count("`") % 2 == 0, (path, line)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("c.js", 'import { twice } from "./b.js";\nexport const one = 1;', "in a ring"),
        ("c.js", "export const twice = 1;\nexport const one = 1;", "both declare 'twice'"),
        ("c.js", "export default 1;", "export default"),
        ("c.js", 'import * as all from "./d.js";', "import \\* as"),
        ("c.js", 'import { x } from "https://elsewhere.example/x.js";', "import { x }"),
        ("b.js", 'import { x } from "./gone.js";\nexport const twice = 1;', "b.js needs it"),
        ("c.js", 'export const one = "</script>";', "</script"),
    ],
)
def test_what_cannot_be_joined_is_refused_by_name(
    site: Path, name: str, text: str, said: str
) -> None:
    (site / name).write_text(text, encoding="utf-8")
    with pytest.raises(SpiError, match=said):
        bundle(site, "main.js")


def test_a_template_without_a_place_is_refused(site: Path, data: dict[str, Any]) -> None:
    (site / "index.html").write_text("<!--csp--><!--css--><!--data--><!--js-->", encoding="utf-8")
    with pytest.raises(SpiError, match="<!--title--> once, not 0"):
        index_page(data, site)


def _policy(page: _Page) -> dict[str, str]:
    found = [a["content"] for t, a in page.found if a.get("http-equiv")]
    assert len(found) == 1
    return {p.split()[0]: p.partition(" ")[2].strip() for p in str(found[0]).split("; ")}


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("real", [True, False])
def test_the_policy_allows_these_scripts_and_nothing_else(
    site: Path, data: dict[str, Any], real: bool
) -> None:
    page = _Page(index_page(data) if real else index_page(data, site))
    policy = _policy(page)
    scripts = [a for t, a in page.found if t == "script"]
    assert [s.get("type") for s in scripts] == ["application/json", "module"]
    assert not any("src" in s for s in scripts)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == _hash(page.inside["script"][1])
    assert policy["style-src"] == " ".join(_hash(s) for s in page.inside["style"])
    assert "unsafe" not in str(policy)
    assert "connect-src" not in policy  # default-src: none


def test_no_inline_handler_or_style_attribute_stands_in_a_page(data: dict[str, Any]) -> None:
    for text in (index_page(data), embed_page(data)):
        for tag, attributes in _Page(text).found:
            assert not any(a.startswith("on") or a == "style" for a in attributes), tag


def test_any_name_is_only_text(site: Path, data: dict[str, Any]) -> None:
    page = _Page(index_page(data, site))
    assert [t for t, _ in page.found if t in ("script", "img", "b")] == ["script", "script"]
    read = json.loads(page.inside["script"][0])
    assert read == json.loads(explorer_json(pack(data)))
    assert read["areas"]["ward"]["name"][: len(HOSTILE)] == list(HOSTILE)
    assert page.inside["title"] == [f"{HOSTILE[0]} – Borough Data Explorer"]


def test_the_data_in_the_page_are_ascii_and_the_same(site: Path, data: dict[str, Any]) -> None:
    awkward = {**data, "texts": ['◇ é 区 🏠 \u2028 <!-- " \\"', "\ue000 \ue001"]}
    inside = _Page(index_page(awkward, site)).inside["script"][0]
    assert inside.isascii()
    assert "<" not in inside
    assert json.loads(inside)["texts"] == awkward["texts"]


def test_any_name_is_only_text_on_the_page_about_embedding(data: dict[str, Any]) -> None:
    page = _Page(embed_page(data))
    assert "script" not in [t for t, _ in page.found]
    frame = next(a for t, a in page.found if t == "iframe")
    assert frame["title"] == HOSTILE[0]
    assert frame["src"] == "index.html#view=map"


def test_addresses_to_embed_are_whole_or_said_to_be_relative(data: dict[str, Any]) -> None:
    said = "write the full address of the folder"
    assert said in embed_page(data)
    sited = {**data, "meta": {**data["meta"], "site": "https://data.example.gov.uk/spi"}}
    sited["meta"]["short_title"] = "Of https://data.example.gov.uk/spi/explorer/"
    page = embed_page(sited)
    assert said not in page
    (frame,) = [a for t, a in _Page(page).found if t == "iframe"]
    assert frame["src"] == "index.html#view=map"
    assert frame["title"] == sited["meta"]["short_title"]
    assert "https://data.example.gov.uk/spi/explorer/spi-explorer.js" in page


def test_any_name_stays_in_its_cell(data: dict[str, Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(flat_csv(data), newline="")))
    wards = {r["area_name"] for r in rows if r["level"] == "ward"}
    assert wards == {*HOSTILE, "Ward 6"}
    assert {len(r) for r in rows} == {len(rows[0])}


def test_the_element_holds_its_style(site: Path) -> None:
    text = element_module(site)
    assert text.startswith('const EXPLORER_CSS = "p { color: red; }\\n";\n')
    assert "customElements.define" in text
    assert "// main.js" in text


def test_the_explorer_is_written_whole_and_alike(
    made: MadeTables, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = explore(made, tmp_path / "a", site)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    stale = tmp_path / "b" / "areas-region.geojson"
    stale.parent.mkdir()
    stale.write_text("{}", encoding="utf-8")
    second = explore(made, tmp_path / "b", site)
    assert [p.name for p in first] == [p.name for p in second]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(first, second, strict=True))
    assert {p.name for p in (tmp_path / "b").iterdir()} == {p.name for p in second}
    assert json.loads((tmp_path / "a" / "data.json").read_text(encoding="utf-8"))["schema"] == 1


def test_a_broken_site_leaves_the_last_explorer_alone(
    made: MadeTables, site: Path, tmp_path: Path
) -> None:
    files = explore(made, tmp_path / "out", site)
    before = {p: p.read_bytes() for p in files}
    (site / "c.js").unlink()
    with pytest.raises(SpiError, match=r"c\.js: the module is missing"):
        explore(made, tmp_path / "out", site)
    assert {p: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize(
    ("state", "page"),
    [
        ({}, "explorer/index.html"),
        ({"view": "map", "areas": "E1,E2"}, "explorer/index.html#view=map&areas=E1,E2"),
        ({"measure": "a&b=c#"}, "explorer/index.html#measure=a%26b%3Dc%23"),
    ],
)
def test_a_view_has_an_address(state: dict[str, str], page: str) -> None:
    assert explorer_page(**state) == page


def _with(made: MadeTables, folder: Path, **settings: str) -> MadeTables:
    edition = made.about["edition"] | settings
    tables = MadeTables(made.frames, made.about | {"edition": edition})
    tables.folder = folder / "tables"
    return tables


def test_a_brief_links_only_to_what_is_there(
    made: MadeTables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("SPI_FIGURES", str(tmp_path / "figures"))
    page = "explorer/index.html#view=scorecard&areas=E05000001"
    here = _with(made, tmp_path)
    assert explorer_address(here, "E05000001") is None
    print_source(here, "E05000001", "Heath", "Sources.")
    assert "Explore" not in capsys.readouterr().out
    (tmp_path / "explorer").mkdir()
    (tmp_path / "explorer" / "embed.html").write_text("", encoding="utf-8")
    assert explorer_address(here, "E05000001") == f"../{page}"
    print_source(here, "E05000001", "Heath", "Sources.")
    said = capsys.readouterr().out
    screen, paper = said.split('when-format="typst"')
    assert f"(<../{page}>)" in screen
    assert f"(<../{page}>)" in paper  # it works beside the explorer; a PDF sent on says whom to ask
    assert "ask the contact" in paper
    assert "ask the contact" not in screen
    assert "QR" not in said
    away = _with(made, tmp_path, site="https://data.example.gov.uk/spi/")
    print_source(away, "E05000001", "Heath", "Sources.")
    said = capsys.readouterr().out
    assert f"(<https://data.example.gov.uk/spi/{page}>)" in said
    assert (
        f'fig-alt="QR code that opens the explorer at Heath: https://data.example.gov.uk/spi/{page}"'
        in said
    )
    code = (tmp_path / "figures" / "explorer-code.svg").read_bytes()
    assert code == qr_code(f"https://data.example.gov.uk/spi/{page}")
    assert os.fsencode("<svg") in code
    assert code != qr_code(f"https://data.example.gov.uk/spi/{page}2")
