"""The built-in engine: accessible files, the same bytes, and what goes wrong with its name."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pikepdf
import pytest
import typst

from spi_core.errors import RenderError
from spi_core.publish.render.engine import render
from spi_core.publish.render.job import RenderJob, RenderResult
from tests.support.editions import ROOT
from tests.support.pdf_checks import pdf_faults
from tests.support.rendered import Rendered

CORPUS = ROOT / "tests" / "corpus"
#: Those that show what only this engine promises; test_conformance.py has them all.
DOCUMENTS = ("callouts", "crossrefs", "options", "structure", "tables")


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


# What only the built-in engine promises


def test_callouts_are_notes_and_folded_ones_details(corpus: dict[str, Rendered]) -> None:
    page = corpus["callouts"].html
    assert page.count('role="note"') == 4
    assert page.count("<details") == page.count("<summary") == 1
    assert "<h2" not in page


def test_wide_tables_scroll_by_keyboard(corpus: dict[str, Rendered]) -> None:
    page = corpus["tables"].html
    assert page.count("<th") == page.count("scope=") + page.count("<thead")
    assert page.count('scope="row"') == 1
    assert page.count('tabindex="0"') == page.count("<table") == 2


def test_layouts_are_grids(corpus: dict[str, Rendered]) -> None:
    page = corpus["structure"].html
    assert page.count('class="layout"') == 3
    assert "--columns: minmax(0, 2fr) minmax(0, 1fr)" in page


def test_a_reference_to_a_section_without_number_takes_its_words(tmp_path: Path) -> None:
    body = "## Where things are {#sec-where}\n\nSee @sec-where."
    result = one(tmp_path, document(body), formats=("html",))
    assert 'See <a href="#sec-where">Where things are</a>' in result.outputs[0].read_text("utf-8")


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
        ('::: {.content-visible when-profile="a"}\nText\n:::', "when-profile"),
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
