"""One corpus of small documents through both engines, read back for what it says.

Nothing here looks at how an engine writes its files: only at what a reader of the page or the PDF
finds. Where the Quarto command is absent its half is skipped, and the summary says so.
"""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from spi_core.publish.render.engine import render
from spi_core.publish.render.job import RenderJob, RenderResult
from spi_core.publish.render.quarto import EngineName, find_quarto
from tests.support.editions import ROOT
from tests.support.pdf_checks import element_types, figure_alts, page_texts, pdf_faults
from tests.support.rendered import Rendered, spaces

CORPUS = ROOT / "tests" / "corpus"
DOCUMENTS = sorted(
    path.stem
    for path in CORPUS.glob("*.qmd")
    if not path.stem.startswith("_") and path.stem != "unknown-shortcode"
)
NEEDS_QUARTO = "the Quarto command (1.9 or later) is not installed: its half was not checked"


QUARTO = find_quarto()
ENGINES: list[EngineName] = ["builtin"]
if QUARTO is not None and QUARTO.is_recent:
    ENGINES.append("quarto")


def test_both_engines_are_checked() -> None:
    if "quarto" not in ENGINES:
        pytest.skip(NEEDS_QUARTO)
    assert ENGINES == ["builtin", "quarto"]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> EngineName:
    name: EngineName = request.param
    return name


@pytest.fixture(scope="module")
def corpus(engine: EngineName, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rendered]:
    folder = tmp_path_factory.mktemp(engine)
    jobs = [RenderJob(CORPUS / f"{name}.qmd", folder / name, engine=engine) for name in DOCUMENTS]
    results = render(jobs, 2)
    assert [str(result.error) for result in results if result.error] == []
    return {
        name: Rendered(*result.outputs) for name, result in zip(DOCUMENTS, results, strict=True)
    }


def one(engine: EngineName, path: Path, body: str, **job: object) -> RenderResult:
    source = path / "document.qmd"
    source.write_text(f'---\ntitle: "A title"\nlang: en-GB\n---\n\n{body}\n', encoding="utf-8")
    (result,) = render([RenderJob(source, path / "out", engine=engine, **job)], 1)  # type: ignore[arg-type]
    return result


# Every document


@pytest.mark.parametrize("name", DOCUMENTS)
def test_pdf_is_accessible(corpus: dict[str, Rendered], name: str) -> None:
    assert pdf_faults(corpus[name].pdf_path) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_page_says_its_language_and_title(corpus: dict[str, Rendered], name: str) -> None:
    page = corpus[name].page
    assert page.get("lang") == "en-GB"
    assert len(page.xpath("//main")) == 1
    (heading,) = corpus[name].texts("//h1")
    assert heading == spaces(page.findtext(".//title") or "").split(" – ")[0]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_pictures_have_the_same_words_in_both_formats(
    corpus: dict[str, Rendered], name: str
) -> None:
    alts = [image.get("alt") or "" for image in corpus[name].page.xpath("//main//img")]
    assert figure_alts(corpus[name].pdf_path) == alts
    assert all(alts)


# One feature each


def test_headings(corpus: dict[str, Rendered]) -> None:
    shown = corpus["headings"]
    for text in shown.both():
        assert "Numbered, with contents" in text
        assert "Insight team" in text
        assert "See Section 2 and 2." in text
        assert "1.1 Within the first" in text
        assert "3 Apart" not in text
        assert "1 March 2015" in text
    (contents,) = shown.page.xpath("//nav[contains(@class, 'toc') or @id = 'TOC']")
    assert "Apart" in contents.text_content()
    assert "Hidden" not in contents.text_content()
    assert page_texts(shown.pdf_path)[0].count("Hidden from the contents") == 1
    levels = shown.page.xpath("//main//*[self::h2 or self::h3][not(ancestor::nav)]")
    assert [heading.tag for heading in levels] == ["h2", "h3", "h2", "h2", "h2"]


@pytest.mark.parametrize(
    ("shown", "hidden"),
    [
        (("value + 1", "42"), ("never shown: include",)),
        (("shown_but_not_run = 1 / 0",), ("ZeroDivisionError",)),
        (("bold from asis",), ("**",)),
        ((), ("never shown: output", "never shown: warning", "plt.show")),
    ],
    ids=["echo and include", "eval", "output asis", "output, warning and echo"],
)
def test_cell_options(
    corpus: dict[str, Rendered], shown: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    for text in corpus["options"].both():
        assert [part for part in shown if part not in text] == []
        assert [part for part in hidden if part in text] == []


def test_labels_captions_and_alternative_text_of_cells(corpus: dict[str, Rendered]) -> None:
    shown = corpus["options"]
    for text in shown.both():
        assert "Figure 1: A line that rises" in text
        assert "Table 1: Three components" in text
        assert "Table 2: From HTML" in text
        assert "See Figure 1, Table 1 and Table 2." in text
    assert figure_alts(shown.pdf_path) == ["Line chart: the value rises from 1 to 3."]
    assert shown.texts("//figcaption//em") == ["rises"]


def test_inline_expressions(corpus: dict[str, Rendered]) -> None:
    for text in corpus["inline"].both():
        assert "The score is 44 of 100, or 44.3." in text
        assert "Escaped: **not bold**." in text
        assert "As Markdown: bold inline." in text
        assert "leaves nothing () behind" in text
        assert "A caption with the score 44" in text
        assert "The heading has 44 in it" in text
    assert corpus["inline"].texts("//main//strong") == ["bold inline"]


def test_cross_references(corpus: dict[str, Rendered]) -> None:
    shown = corpus["crossrefs"]
    for text in shown.both():
        assert (
            "See Figure 1, Figure 1, 1, Chart 2, Table 1, Table 2, Table 1, Equation 1 and "
            "Section 1."
        ) in text
    for label in ("fig-box", "fig-two", "tbl-hand", "tbl-div", "eq-score", "sec-where"):
        assert shown.page.xpath(f"//a[@href = '#{label}']"), label
        assert len(shown.page.xpath(f"//*[@id = '{label}']")) == 1, label


def test_equations_have_words(corpus: dict[str, Rendered]) -> None:
    with pikepdf.open(corpus["crossrefs"].pdf_path) as pdf:
        formulas = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary)]
        alts = [str(o.Alt) for o in formulas if o.get("/S") == "/Formula"]
    assert alts == ["S is 100 times X minus the worst over the best minus the worst"]
    assert corpus["crossrefs"].page.xpath("//*[local-name() = 'math']")


def test_callouts(corpus: dict[str, Rendered]) -> None:
    for text in corpus["callouts"].both():
        for part in (
            "How to read a score Nought is the worst.",
            "Titled by attribute A tip.",
            "Warning No title of its own.",
            "Folded in HTML Always open in print.",
            "Caution Careful.",
        ):
            assert part in text


def test_tables(corpus: dict[str, Rendered]) -> None:
    shown = corpus["tables"]
    for text in shown.both():
        for part in ("Pipe table", "Raw HTML table", "Gascoigne", "▲ strength"):
            assert part in text
    assert shown.texts("//table//thead//th") == [
        *("Component", "Rating", "Score"),
        *("Ward", "Score"),
    ]
    types = element_types(shown.pdf_path)
    assert types.count("Table") == 2
    assert types.count("TH") == 5


def test_a_table_in_html_without_a_fence(engine: EngineName, corpus: dict[str, Rendered]) -> None:
    """By itself: Quarto 1.10 did not come to an end with a fenced one in the same file.

    In print Quarto sets its cells as lines: so documents put it into a fence (docs/engines.md).
    """
    shown = corpus["raw-table"]
    assert all("Longbridge" in text for text in shown.both())
    assert shown.texts("//table//thead//th") == ["Ward", "Score"]
    assert element_types(shown.pdf_path).count("TH") == (2 if engine == "builtin" else 0)


def test_raw_blocks(corpus: dict[str, Rendered]) -> None:
    web, paper = corpus["raw"].both()
    assert "Only for the web." in web
    assert "Only for the web." not in paper
    assert "Only for print." in paper
    assert "Only for print." not in web
    assert "Inline web and" in web
    assert "Inline print and" in paper
    for text in (web, paper):
        assert "1 / 0" in text
        assert "ZeroDivisionError" not in text


def test_footnotes_and_citations(corpus: dict[str, Rendered]) -> None:
    shown = corpus["notes"]
    for text in shown.both():
        assert "Its footnote." in text
        assert "Stern et al. (2014, 3)" in text
        assert "Methodological Report" in text
    assert "Note" in element_types(shown.pdf_path)
    (mark,) = shown.page.xpath("//a[@role = 'doc-noteref']")
    assert shown.page.xpath(f"//*[@id = '{mark.get('href')[1:]}']")


def test_includes_and_metadata(corpus: dict[str, Rendered]) -> None:
    for text in corpus["structure"].both():
        assert "Text of the included part. run in the included part" in text
        assert "Write to Insight & Innovation; nested value." in text


def test_layouts_and_classes(corpus: dict[str, Rendered]) -> None:
    for text in corpus["structure"].both():
        for part in ("Figure 1: Box in a layout", "Left cell. Right cell.", "44 of 100"):
            assert part in text
        assert "A sentence to remember." in text
        assert "{.lead}" not in text


def test_page_breaks(corpus: dict[str, Rendered]) -> None:
    pages = [spaces(text) for text in page_texts(corpus["structure"].pdf_path)]
    assert len(pages) == 2
    assert "On the second page." in pages[1]
    assert "page 2 of 2" in pages[1]


def test_words_that_lead_to_a_table_stay_on_its_page_with_their_heading(
    engine: EngineName, tmp_path: Path
) -> None:
    rows = "\n".join(f"| R{n} |" for n in range(12))
    parts = [
        f"Filler.\n\n## Heading {k}.\n\n::: {{.with-next}}\nLead {k}.\n:::\n\n"
        f"| Table {k}. |\n|---|\n{rows}\n"
        for k in range(10, 24)
    ]
    result = one(engine, tmp_path, "\n".join(parts))
    assert result.error is None
    pages = [spaces(text) for text in page_texts(result.outputs[1])]
    assert len(pages) > 4
    for k in range(10, 24):
        (page,) = [page for page in pages if f"Table {k}." in page]
        assert f"Lead {k}." in page
        assert f"Heading {k}." in page


def test_conditional_content(corpus: dict[str, Rendered]) -> None:
    web, paper = corpus["conditional"].both()
    for part in ("Seen on the web.", "Not in print.", "Here inline web.", "Wide"):
        assert part in web
        assert part not in paper
    for part in ("Seen in print.", "Not on the web.", "Here inline print."):
        assert part in paper
        assert part not in web
    assert corpus["conditional"].texts("//span[@class='smaller']") == ["keeps its class"]


def test_parameters_and_metadata_of_a_job(engine: EngineName, tmp_path: Path) -> None:
    job = RenderJob(
        CORPUS / "parameters.qmd",
        tmp_path / "wards" / "E05000026-abbey",
        parameters={"area": "E05000026"},
        metadata={"title": "Abbey", "mark": "Illustrative data", "footer": "Data version abc"},
        engine=engine,
    )
    (result,) = render([job], 1)
    assert result.error is None
    shown = Rendered(*result.outputs)
    assert shown.html_path == tmp_path / "wards" / "E05000026-abbey.html"
    for text in shown.both():
        assert "Area E05000026, year 2013." in text
        for part in ("Abbey", "Illustrative data", "Data version abc"):
            assert part in text


def test_mark_and_footer_are_on_every_page(engine: EngineName, tmp_path: Path) -> None:
    body = "\n\n".join(["First.", "{{< pagebreak >}}", "Second.", "{{< pagebreak >}}", "Third."])
    mark = {"mark": "OFFICIAL-SENSITIVE", "footer": "Version 1"}
    result = one(engine, tmp_path, body, metadata=mark)
    assert result.error is None
    pages = [spaces(text) for text in page_texts(result.outputs[1])]
    assert len(pages) == 3
    for number, text in enumerate(pages, start=1):
        assert text.count("OFFICIAL-SENSITIVE") == 1
        assert "Version 1" in text
        assert f"page {number} of 3" in text


# What goes wrong


def test_an_unknown_shortcode_is_named_with_file_and_line(
    engine: EngineName, tmp_path: Path
) -> None:
    job = RenderJob(CORPUS / "unknown-shortcode.qmd", tmp_path / "out", engine=engine)
    (result,) = render([job], 1)
    assert "unknown-shortcode.qmd, line 6: unknown shortcode {{< vidoe >}}" in str(result.error)
    assert "allowed: include, meta, pagebreak" in str(result.error)


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("```{python}\ntotal = 1\ntotal / 0\n```", "ZeroDivisionError"),
        ("Value `{python} nothing`.", "nothing"),
        ("See @fig-nowhere.", "@fig-nowhere"),
        ("{{< include nothing.qmd >}}", "nothing.qmd"),
    ],
    ids=["cell", "inline expression", "reference", "include"],
)
def test_a_fault_of_a_document_is_named_and_leaves_no_file(
    engine: EngineName, tmp_path: Path, body: str, part: str
) -> None:
    result = one(engine, tmp_path, body)
    assert part in str(result.error)
    assert "document.qmd" in str(result.error)
    assert not list(tmp_path.glob("*out*"))
