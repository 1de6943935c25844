"""Text from data, sealed: nothing reads it as mark-up, everything shows it as it is written."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import lxml.html
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from spi_core.errors import RenderError
from spi_core.present.base.figure import emit_figure
from spi_core.present.base.theme import chart_style
from spi_core.present.impact.labels import name_room
from spi_core.publish.render.convert import to_html, to_pdf
from spi_core.text.seal import address, as_markdown, plain, seal, seal_frame
from tests.support.payloads import LOCAL_FILE, PAYLOADS, SECRET, SHORT, plant
from tests.support.pdf_checks import page_texts

ALL = {**{f"short {k}": v for k, v in SHORT.items()}, **PAYLOADS}
#: Starts of a line that make a list, a rule, a heading, a definition, a caption or a header.
STARTS = ("- a", "+ a", "* a", "1. a", "(1) a", "a) b", "#. a", "---", "===", ": a", "Table: a")
STARTS += ("::: a", "~ a", "> a", "| a", "# a", "    a", "\ta", "a\n\nb", "--- ---", "+---+---+")
TEXTS = [
    *ALL.values(),
    *STARTS,
    "it's 'so'",
    "a--b",
    "a...",
    "A & B",
    "&amp",
    "x_y _z_",
    "a __b__ c__d__.e ___f___",
    "$5 to $6",
]
#: Everywhere that a report puts text: alone, in a list, a table, a caption, a link, an attribute.
PLACES = """\
::::: {{#part{1}}}
{0}

- {0}

**{0}** *{0}* [{0}](x.html) [{0}]{{.smaller}} {0}: {0}

| {0} | b |
|:---|---:|
| {0} | **{0}** |

: {0}. {{#tbl-{1}}}

## Where {0} stands

::: {{.callout-note collapse="true" title="{0}"}}
{0}
:::

**{0}**
:   {0}
:::::

"""


def _shown(text: str) -> str:
    """What a reader should see: white space is a space."""
    return " ".join(text.split())


def _html(markdown: str, folder: Path, title: str = "Title") -> Any:
    page = to_html(markdown, {"title": title, "lang": "en-GB"}, folder, folder / "a.qmd")
    return lxml.html.document_fromstring(page)


def _skeleton(page: Any) -> list[tuple[str, list[str]]]:
    return [(str(e.tag), sorted(e.attrib)) for e in page.iter()]


def test_in_every_place_of_a_page_text_is_text(tmp_path: Path) -> None:
    plant()
    # of the same length: Pandoc gives the columns of long tables widths
    words = [re.sub(r"\S", "w", seal(text)) for text in TEXTS]
    made, twin = (
        _html("".join(PLACES.format(t, i) for i, t in enumerate(texts)), tmp_path)
        for texts in ([seal(text) for text in TEXTS], words)
    )
    assert SECRET not in lxml.html.tostring(made, encoding="unicode")
    for i, text in enumerate(TEXTS):
        part, other = (page.get_element_by_id(f"part{i}") for page in (made, twin))
        assert _skeleton(part) == _skeleton(other), text
        wanted = _shown(text).replace("it's", "it’s")
        assert _shown(part.text_content()).count(wanted) >= 14, text


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
def test_a_title_from_data_is_text(text: str, tmp_path: Path) -> None:
    metadata = seal({"title": text, "footer": text, "nav": [{"title": text, "href": "a.html#b"}]})
    page = to_html("Words.", {**metadata, "lang": "en-GB"}, tmp_path, tmp_path / "a.qmd")
    for place in ("//title", "//h1", "//footer/p", "//nav//a[@href='a.html#b']"):
        (element,) = lxml.html.document_fromstring(page).xpath(place)
        assert (len(element), _shown(element.text_content())) == (0, text), place


@pytest.mark.parametrize("sign", ["\x00", "\x7f", "\x9f", "\ufffe", "\uffff"])
def test_what_is_no_character_is_shown_as_one_that_is_lost(sign: str, tmp_path: Path) -> None:
    page = to_html("Words.", {"title": seal(f"a{sign}b"), "lang": "en"}, tmp_path, tmp_path / "a")
    assert "<title>a\ufffdb</title>" in page.decode()


def test_in_print_text_is_text(tmp_path: Path) -> None:
    markdown = "\n\n".join(f"- {seal(t)}\n\n[{seal(t)}]{{.smaller}}" for t in TEXTS)
    title = seal(PAYLOADS["typst"])
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(to_pdf(markdown, {"title": title}, tmp_path, tmp_path / "a.qmd"))
    said = re.sub(r"\s", "", "".join(page_texts(pdf)))
    for text in TEXTS:
        wanted = re.sub(r"\s|\ufe0f", "", text).replace("it's", "it’s")
        if "\u202e" not in text:  # carried out by whoever reads the page
            assert said.count(wanted) >= 2, text


def test_a_script_that_no_font_has_is_printed_by_number(tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(to_pdf("Ward \u4e2d \U0001f600.", {"title": "T"}, tmp_path, tmp_path / "a"))
    assert "Ward U+4E2D \U0001f600." in page_texts(pdf)[0]


@given(st.text(max_size=60))
def test_sealing_keeps_every_letter(text: str) -> None:
    """Only white space, control characters and the seal's own signs are not as they were."""
    wanted = re.sub("[ \t-\r\x1c-\x1f\x85\u2028\u2029]+", " ", text).strip(" ")
    wanted = re.sub("[\x00-\x08\x0e-\x1b\x7f-\x9f\U0001d000-\U0001d07f]", "\ufffd", wanted)
    assert plain(seal(text)) == wanted
    assert seal(seal(text)) != seal(text) or seal(text) == wanted


def test_ordinary_words_ids_and_numbers_are_left_alone() -> None:
    texts = ["violent_crime", "2012/13", "% (of homes)", "per 1,000", "Water & Sanitation"]
    texts += ["St Mary’s", "A-level points", "years' income", "E05000026", "not scored: why"]
    assert [seal(t) for t in texts] == texts
    assert seal({"a": [1, None, True, "b"]}) == {"a": [1, None, True, "b"]}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("**a** *b* `c`", "<strong>a</strong> <em>b</em> <code>c</code>"),
        ("[a](https://b.org/c_d#e)", '<a href="https://b.org/c_d#e">a</a>'),
        ("[a](mailto:b@c.org)", '<a href="mailto:b@c.org">a</a>'),
        ("**a [b](http://c)**", '<strong>a <a href="http://c">b</a></strong>'),
        ("`*a* <b> {{< x >}}`", "<code>*a* &lt;b&gt; {{&lt; x &gt;}}</code>"),
        ("[a](javascript:b) [a](c.html)", "[a](javascript:b) [a](c.html)"),
        ("![a](https://b.org/c.png)", "![a](https://b.org/c.png)"),
        ("<b>a</b> $x$ @y ~z~ 2 * 3 * 4", "&lt;b&gt;a&lt;/b&gt; $x$ @y ~z~ 2 * 3 * 4"),
        ("**a", "**a"),
    ],
)
def test_prose_holds_emphasis_code_and_links_and_nothing_else(
    text: str, wanted: str, tmp_path: Path
) -> None:
    for field in ("note", "notes", "caveat"):
        made = _html(seal({field: [text]})[field][0], tmp_path)
        (paragraph,) = made.xpath("//div[@class='body']/p")
        assert lxml.html.tostring(paragraph, encoding="unicode").strip() == f"<p>{wanted}</p>"
    elsewhere = _html(seal({"name": text})["name"], tmp_path)
    assert elsewhere.xpath("//div[@class='body']/p")[0].text_content() == text


def test_a_table_is_sealed_by_its_columns() -> None:
    frame = pd.DataFrame({"name": ["*a*", None], "note": ["*a*", "<b>"], "n": [1.0, 2.0]})
    sealed = seal_frame(frame.copy())
    assert sealed["name"][0] != "*a*"
    assert sealed["note"][0] == "*a*"
    assert sealed["name"].map(plain, na_action="ignore").equals(frame["name"])
    assert sealed["n"].equals(frame["n"])


def test_a_source_is_a_link_only_where_it_is_an_address() -> None:
    assert address(seal("https://example.org/a_b?c=d#e")).startswith("<https://")
    for text in ("javascript:x", "see https://a.org", "https://a.org/<b>", "https://a.org/ b"):
        assert plain(address(seal(text))) == text


def test_a_chart_shows_text_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPI_FIGURES", str(tmp_path))
    with warnings.catch_warnings(), chart_style():
        warnings.simplefilter("error")
        for text in ("$x^2$ #a *b*", "\\frac{1}{2} $\\href{}{}$", "\U0001f600"):
            fig, ax = plt.subplots(figsize=(2, 2))
            ax.set_title(seal(text))
            label = ax.text(0.5, 0.5, seal(text))
            assert label.get_text() == ax.get_title() == text
            emit_figure(fig, "a", "", seal(text))
        assert name_room([seal("$x$")], 80) == name_room(["$x$"], 80)


@pytest.mark.parametrize("text", TEXTS)
def test_in_a_notebook_text_is_text(text: str) -> None:
    markdown = as_markdown(f"**{seal(text)}** and `{seal(text)}`\n\n- {seal(text)}")
    page = lxml.html.fromstring(MarkdownIt("commonmark").enable("table").render(markdown))
    tags = {str(e.tag) for e in page.iter()} - {"span", "div"}
    assert tags <= {"p", "strong", "code", "ul", "li"}
    assert _shown(page.text_content()).count(_shown(text)) >= 3
    # a formula would be looked for once more in what is shown
    assert [e.text for e in page.xpath("//*[contains(text(), '$')]") if e.tag != "span"] == []


@pytest.mark.parametrize(
    "source", [str(LOCAL_FILE), "../a.svg", "a/../../b.svg", "\\\\host\\a.svg", "https://a/b.svg"]
)
def test_a_picture_from_elsewhere_is_refused(source: str, tmp_path: Path) -> None:
    plant()
    for convert in (to_html, to_pdf):
        with pytest.raises(RenderError, match=r"does not lie beside|not a local file"):
            convert(f"![]({source}){{fig-alt='a'}}", {"title": "T"}, tmp_path, tmp_path / "a.qmd")
