"""Conformance: the corpus of small Quarto documents through the built-in engine, read back."""

from __future__ import annotations

import html.parser
import re
import signal
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
import typst
from pdf_checks import element_types, figure_alts, html_image_alts, page_texts, pdf_faults

from spi_core.errors import RenderError
from spi_core.publish import RenderJob, RenderResult, render

CORPUS = Path(__file__).parents[1] / "corpus"
DOCUMENTS = sorted(
    path.stem
    for path in CORPUS.glob("*.qmd")
    if not path.stem.startswith("_") and path.stem != "unknown-shortcode"
)


class _Text(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in {"style", "title", "annotation"}

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"style", "title", "annotation"}

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


@dataclass(frozen=True)
class Rendered:
    html_path: Path
    pdf_path: Path

    @property
    def html(self) -> str:
        return self.html_path.read_text(encoding="utf-8")

    @property
    def web(self) -> str:
        """The page's text, white space as single spaces."""
        parser = _Text()
        parser.feed(self.html)
        return " ".join("".join(parser.parts).split())

    @property
    def print(self) -> str:
        """The PDF's text, white space as single spaces."""
        return " ".join(" ".join(page_texts(self.pdf_path)).split())

    def both(self) -> tuple[str, str]:
        return self.web, self.print


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rendered]:
    folder = tmp_path_factory.mktemp("corpus")
    results = render([RenderJob(CORPUS / f"{name}.qmd", folder / name) for name in DOCUMENTS], 2)
    assert [str(result.error) for result in results if result.error] == []
    return {
        name: Rendered(*result.outputs) for name, result in zip(DOCUMENTS, results, strict=True)
    }


def one(path: Path, text: str, stem: str = "out", **job: object) -> RenderResult:
    """Render a document given as text."""
    source = path / "document.qmd"
    source.write_text(text, encoding="utf-8")
    (result,) = render([RenderJob(source, path / stem, **job)], 1)  # type: ignore[arg-type]
    return result


def document(body: str) -> str:
    return f'---\ntitle: "A title"\nlang: en-GB\n---\n\n{body}\n'


# Every document


@pytest.mark.parametrize("name", DOCUMENTS)
def test_pdf_is_accessible(corpus: dict[str, Rendered], name: str) -> None:
    assert pdf_faults(corpus[name].pdf_path) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_figures_have_the_same_alt_text_in_both_formats(
    corpus: dict[str, Rendered], name: str
) -> None:
    alts = html_image_alts(corpus[name].html_path)
    assert figure_alts(corpus[name].pdf_path) == alts
    assert all(alts)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_html_is_one_file_with_landmarks(corpus: dict[str, Rendered], name: str) -> None:
    page = corpus[name].html
    assert '<html lang="en-GB">' in page
    assert page.count("<main") == page.count("<h1") == 1
    assert 'href="#content"' in page
    assert not re.search(r'(?:src|href)="(?!#|data:|https://)', page)
    assert not re.search(r"url\(\"?(?!data:)", page)


def test_pdf_checks_fail_on_a_plain_pdf(tmp_path: Path) -> None:
    plain = tmp_path / "plain.pdf"
    text = b'#set text(lang: "en")\n== A heading\n#table(columns: 1, [a], [b])'
    typst.compile(text, output=str(plain), format="pdf")
    assert pdf_faults(plain) == [
        "no PDF/UA-1 identifier",
        "no title",
        "language is not en-GB",
        "title is not displayed",
        "first heading is not level 1",
        "table without header cells",
    ]


def test_pdf_checks_fail_on_a_figure_without_alt_text(
    corpus: dict[str, Rendered], tmp_path: Path
) -> None:
    def strip(node: pikepdf.Object) -> None:
        kids = node.get("/K", pikepdf.Array())
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary):
                if kid.get("/S") == "/Figure":
                    del kid["/Alt"]
                strip(kid)

    with pikepdf.open(corpus["crossrefs"].pdf_path) as pdf:
        strip(pdf.Root.StructTreeRoot)
        pdf.save(tmp_path / "stripped.pdf")
    assert pdf_faults(tmp_path / "stripped.pdf") == ["figure without alt text"]


# One feature each


def test_headings(corpus: dict[str, Rendered]) -> None:
    shown = corpus["headings"]
    for text in shown.both():
        assert "See Section 2 and 2." in text.replace("\u00a0", " ")
        assert "1.1 Within the first" in text
        assert "3 Apart" not in text
        assert "1 March 2015" in text
    contents = shown.html.split('class="toc"')[1].split("</nav>")[0]
    assert "Apart" in contents
    assert "Hidden" not in contents
    assert page_texts(shown.pdf_path)[0].count("Hidden from the contents") == 1
    headings = [name for name in element_types(shown.pdf_path) if re.fullmatch("H[1-6]", name)]
    assert headings == ["H1", "H2", "H2", "H3", "H2", "H2", "H2"]


def test_cell_options(corpus: dict[str, Rendered]) -> None:
    for text in corpus["options"].both():
        assert "never shown" not in text
        assert "value + 1" in text
        assert "42" in text
        assert "shown_but_not_run = 1 / 0" in text
        assert "bold from asis" in text
        assert "**" not in text
        assert "plt.show" not in text
        text = text.replace("\u00a0", " ")
        assert "Figure 1: A line that rises" in text
        assert "Table 1: Three components" in text
        assert "Table 2: From HTML" in text
        assert "See Figure 1, Table 1 and Table 2." in text


def test_inline_expressions(corpus: dict[str, Rendered]) -> None:
    for text in corpus["inline"].both():
        assert "The score is 44 of 100, or 44.3." in text
        assert "Escaped: **not bold**." in text
        assert "As Markdown: bold inline." in text
        assert "{python} score" in text
        assert "A caption with the score 44" in text
    assert "<strong>bold inline</strong>" in corpus["inline"].html


def test_cross_references(corpus: dict[str, Rendered]) -> None:
    for text in corpus["crossrefs"].both():
        assert (
            "See Figure 1, Figure 1, 1, Chart 2, Table 1, Table 2, Table 1, Equation 1 and "
            "Where things are."
        ) in text.replace("\u00a0", " ")
    page = corpus["crossrefs"].html
    for label in ("fig-box", "fig-two", "tbl-hand", "tbl-div", "eq-score", "sec-where"):
        assert f'href="#{label}"' in page
        assert f'id="{label}"' in page
    with pikepdf.open(corpus["crossrefs"].pdf_path) as pdf:
        formulas = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary)]
        alts = [str(o.Alt) for o in formulas if o.get("/S") == "/Formula"]
    assert alts == ["S is 100 times X minus the worst over the best minus the worst"]


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
    page = corpus["callouts"].html
    assert page.count('role="note"') == 4
    assert page.count("<details") == page.count("<summary") == 1
    assert "<h2" not in page


def test_tables(corpus: dict[str, Rendered]) -> None:
    for text in corpus["tables"].both():
        assert "Raw HTML table" in text
        assert "Gascoigne" in text
        assert "Longbridge" in text
        assert "▲ strength" in text
    page = corpus["tables"].html
    assert page.count("<th") == page.count("scope=") + page.count("<thead")
    assert page.count('scope="row"') == 1
    assert page.count('tabindex="0"') == page.count("<table") == 3
    types = element_types(corpus["tables"].pdf_path)
    assert types.count("Table") == 3
    assert types.count("TH") == 7


def test_raw_blocks(corpus: dict[str, Rendered]) -> None:
    web, paper = corpus["raw"].both()
    assert "Only for the web." in web
    assert "Only for the web." not in paper
    assert "Only for print." in paper
    assert "Only for print." not in web
    assert "Inline web and" in web
    assert "Inline print and" in paper
    assert "1 / 0" in web


def test_notes_and_citations(corpus: dict[str, Rendered]) -> None:
    for text in corpus["notes"].both():
        assert "Its footnote." in text
        assert "Stern et al. (2014, 3)" in text
        assert "References" in text
        assert "Methodological Report" in text
    assert "Note" in element_types(corpus["notes"].pdf_path)


def test_structure(corpus: dict[str, Rendered]) -> None:
    web, paper = corpus["structure"].both()
    for text in (web, paper):
        assert "Text of the included part. run in the included part" in text
        assert "Write to Insight & Innovation; nested value." in text
        assert "Figure 1: Box in a layout" in text.replace("\u00a0", " ")
        assert "A sentence to remember." in text
    assert "Seen on the web." in web
    assert "Here inline web." in web
    assert "Seen in print." not in web
    assert "Seen in print." in paper
    assert "Here inline print." in paper
    assert "Seen on the web." not in paper
    pages = page_texts(corpus["structure"].pdf_path)
    assert len(pages) == 2
    assert "Seen in print." in pages[1]
    assert "page 2 of 2" in pages[1]
    page = corpus["structure"].html
    assert page.count('class="layout"') == 3
    assert "--columns: minmax(0, 2fr) minmax(0, 1fr)" in page


def test_parameters_reach_both_formats(tmp_path: Path) -> None:
    job = RenderJob(
        CORPUS / "parameters.qmd",
        tmp_path / "wards" / "E05000026-abbey",
        parameters={"area": "E05000026"},
        metadata={"title": "Abbey", "mark": "Illustrative data", "footer": "Data version abc"},
    )
    (result,) = render([job], 1)
    assert result.error is None
    shown = Rendered(*result.outputs)
    assert shown.html_path == tmp_path / "wards" / "E05000026-abbey.html"
    for text in shown.both():
        assert "Area E05000026, year 2013." in text
        for part in ("Abbey", "Illustrative data", "Data version abc"):
            assert part in text


def test_mark_and_footer_are_on_every_page(tmp_path: Path) -> None:
    body = "\n\n".join(["First.", "{{< pagebreak >}}", "Second.", "{{< pagebreak >}}", "Third."])
    result = one(
        tmp_path, document(body), metadata={"mark": "OFFICIAL-SENSITIVE", "footer": "Version 1"}
    )
    pages = page_texts(result.outputs[1])
    assert len(pages) == 3
    for number, text in enumerate(pages, start=1):
        assert text.count("OFFICIAL-SENSITIVE") == 1
        assert "Version 1" in text
        assert f"page {number} of 3" in text


def test_same_inputs_give_the_same_bytes(corpus: dict[str, Rendered], tmp_path: Path) -> None:
    jobs = [RenderJob(CORPUS / f"{name}.qmd", tmp_path / name) for name in ("options", "tables")]
    for result in render(jobs, 1):
        for path in result.outputs:
            first = corpus[path.stem]
            before = first.html_path if path.suffix == ".html" else first.pdf_path
            assert path.read_bytes() == before.read_bytes()


# What goes wrong


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("See @fig-nowhere.", "unknown reference @fig-nowhere"),
        ("See [@nobody2000].", "nobody2000"),
        ("{{< meta nothing >}}", "nothing"),
        ("{{< include nothing.qmd >}}", "nothing.qmd"),
        ("Text {{< pagebreak >}} text.", "paragraph of its own"),
        ("# One", "'One': documents start at ##"),
        ("## Two\n\n#### Four", "'Four' skips a level"),
        ("![Caption](box.svg)", "alt text"),
        ('![Caption](box.svg){fig-alt="A box"}', "box.svg"),
        ('![C](https://example.org/a.png){fig-alt="A box"}', "not a local file"),
        ("::: {.callout-danger}\nText\n:::", "unknown callout .callout-danger"),
        ('::: {.content-visible when-format="pdf"}\nText\n:::', 'write "typst"'),
        ('::: {.content-visible when-meta="a"}\nText\n:::', "when-meta"),
        ("::: {.note\nText", "unclosed"),
        ("## A {#sec-a}\n\n## B {#sec-a}", "sec-a"),
        ("|  |  |\n|--|--|\n| 1 | 2 |\n", "header row"),
        ('::: {layout="[[1]]"}\nA\n\nB\n:::', "fewer places"),
        ("```{r}\n1\n```", "'r'"),
        ("```{python}\n#| fig-capp: x\n1\n```", "'fig-capp'"),
        ("```{python}\n#| error: true\n1\n```", "error: true"),
        ("```{python}\n#| echo: fenced\n1\n```", "'fenced'"),
    ],
)
def test_what_is_not_supported_stops_with_its_name(tmp_path: Path, body: str, message: str) -> None:
    result = one(tmp_path, document(body))
    assert isinstance(result.error, RenderError)
    assert message in str(result.error)
    assert "document.qmd" in str(result.error)
    assert not list(tmp_path.glob("*out*"))


def test_unknown_shortcode_names_those_allowed(tmp_path: Path) -> None:
    (result,) = render([RenderJob(CORPUS / "unknown-shortcode.qmd", tmp_path / "out")], 1)
    assert "unknown shortcode {{< vidoe" in str(result.error)
    assert "allowed: include, meta, pagebreak" in str(result.error)


def test_one_failure_leaves_the_others_whole(tmp_path: Path) -> None:
    failing = tmp_path / "failing.qmd"
    failing.write_text(
        document(
            "```{python}\n#| tags: [parameters]\narea = ''\n```\n\n"
            "```{python}\n#| label: sums\ntotal = 1\ntotal / 0\n```"
        ),
        encoding="utf-8",
    )
    jobs = [
        RenderJob(failing, tmp_path / "a", parameters={"area": "E05000026"}),
        RenderJob(CORPUS / "raw.qmd", tmp_path / "b"),
    ]
    seen: list[RenderResult] = []
    bad, good = render(jobs, 2, seen.append)
    assert good.error is None
    assert len(good.outputs) == 2
    assert len(seen) == 2
    message = str(bad.error)
    for part in ("failing.qmd", "cell 'sums', line 14", "area='E05000026'", "ZeroDivisionError"):
        assert part in message
    assert not list(tmp_path.glob("a.*"))


def test_a_worker_that_is_killed_is_reported(tmp_path: Path) -> None:
    killer = tmp_path / "killer.qmd"
    code = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    killer.write_text(document(f"```{{python}}\n{code}\n```"), encoding="utf-8")
    jobs = [
        RenderJob(killer, tmp_path / "a"),
        RenderJob(CORPUS / "raw.qmd", tmp_path / "b", formats=("html",)),
    ]
    bad, good = render(jobs, 1)
    assert f"exit code {-signal.SIGKILL}" in str(bad.error)
    assert good.error is None


def test_documents_do_not_see_each_other(tmp_path: Path) -> None:
    setter, getter = tmp_path / "setter.qmd", tmp_path / "getter.qmd"
    leak = "import builtins\nbuiltins.leak = leak = 1"
    setter.write_text(document(f"```{{python}}\n{leak}\n```"), encoding="utf-8")
    getter.write_text(document("`{python} 'leak' in dir(__builtins__)`"), encoding="utf-8")
    jobs = [RenderJob(path, tmp_path / path.stem, ("html",)) for path in (setter, getter)]
    assert "False" in render(jobs, 1)[1].outputs[0].read_text(encoding="utf-8").split("<main")[1]


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    (result,) = render([RenderJob(CORPUS / "raw.qmd", tmp_path / "file" / "out")], 1)
    assert "cannot be written" in str(result.error)


def test_two_jobs_for_one_file_are_refused(tmp_path: Path) -> None:
    job = RenderJob(CORPUS / "raw.qmd", tmp_path / "out")
    with pytest.raises(ValueError, match="two jobs write the same file"):
        render([job, job])
