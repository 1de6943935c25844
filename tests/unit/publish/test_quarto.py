"""The Quarto engine: how it calls the command, and what it makes of what the command does."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from spi_core import cli
from spi_core.errors import InputError, RenderError
from spi_core.publish.render import quarto
from spi_core.publish.render.engine import render_document
from spi_core.publish.render.job import RenderJob, RenderResult
from spi_core.publish.render.source import read_document
from spi_core.text.seal import plain, seal
from tests.support.editions import make_edition
from tests.support.fake_quarto import TOO_LONG, calls, install
from tests.support.payloads import PAYLOADS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the fake command is a script")

TEXT = "---\ntitle: A title\n---\n\n```{python}\n#| tags: [parameters]\narea = ''\n```\n"
PROJECT = (
    "project: {type: website, render: [index.qmd]}\nwebsite: {title: Site}\nlang: en-GB\n"
    "execute: {echo: false}\nformat: {html: {css: spi_core/present/theme/report.css}}\n"
)


@pytest.fixture(autouse=True)
def fresh() -> None:
    quarto._version.cache_clear()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small project with one parameterised document that includes another file."""
    root = tmp_path / "project"
    (root / "notebooks" / "pictures").mkdir(parents=True)
    (root / "_quarto.yml").write_text(PROJECT, encoding="utf-8")
    (root / "notebooks" / "pictures" / "a.svg").write_text("<svg/>", encoding="utf-8")
    (root / "notebooks" / ".hidden").write_text("not copied", encoding="utf-8")
    (root / "shared").mkdir()
    (root / "shared" / "_part.qmd").write_text("Part.\n", encoding="utf-8")
    path = root / "notebooks" / "ward-brief.qmd"
    path.write_text(TEXT + "\n{{< include ../shared/_part.qmd >}}\n", encoding="utf-8")
    return path


def job(source: Path, **more: Any) -> RenderJob:
    return RenderJob(source, source.parents[1] / "out" / "abbey", engine="quarto", **more)


def one(source: Path, **more: Any) -> RenderResult:
    return render_document(job(source, **more))


def header(call: dict[str, Any]) -> dict[str, Any]:
    return dict(yaml.safe_load(call["page"].split("---\n")[1]))


def test_parameters_and_metadata_stand_in_the_document(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither --metadata-file nor metadata of the project override a document's title."""
    fake = install(tmp_path / "bin", monkeypatch)
    hostile = 'E05"; rm -rf $HOME\n```\n--to: pdf'
    result = one(
        source,
        parameters={"area": hostile},
        metadata={"title": "Abbey", "mark": "OFFICIAL-SENSITIVE", "footer": "v <1>"},
        environment={"SPI_TABLES": "/t", "SPI_ROOT": "/r"},
    )
    assert result.error is None
    web, paper = calls(fake)
    assert web["argv"][:2] == ["render", "notebooks/ward-brief.qmd"]
    assert [call["argv"][2:] for call in (web, paper)] == [["--to", "html"], ["--to", "typst"]]
    assert web["page"] == paper["page"]
    said = header(web)
    assert (said["title"], said["mark"]) == ("Abbey", "OFFICIAL-SENSITIVE")
    assert plain(said["footer"]) == "v <1>"
    parameters = web["page"].index("#| tags: [parameters]")
    given = web["page"].index(f"```{{python}}\n#| include: false\narea = {hostile!r}\n```")
    assert parameters < given < web["page"].index("{{< include ../shared/_part.qmd >}}")
    for call in (web, paper):
        assert call["environment"] == {
            "SPI_TABLES": "/t",
            "SPI_ROOT": "/r",
            "QUARTO_PYTHON": sys.executable,
            "MPLBACKEND": None,
            "SOURCE_DATE_EPOCH": "946684800",
        }


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS)
def test_what_data_says_reaches_quarto_sealed(
    text: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = install(tmp_path / "bin", monkeypatch)
    nav = [{"title": text, "href": "index.html"}]
    result = one(source, metadata={"title": text, "mark": text, "footer": text, "nav": nav})
    assert result.error is None
    for call in calls(fake):
        said = header(call)
        assert said["title"] == said["mark"] == said["footer"] == seal(text)
        assert said["nav"][0]["title"] == seal(text)
        assert plain(said["title"]) == text


def test_each_job_has_a_working_copy_of_its_own(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = install(tmp_path / "bin", monkeypatch)
    before = sorted(source.parents[1].rglob("*"))
    document = read_document(source)

    def make(name: str) -> bytes:
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            made = quarto.render_with_quarto(
                document, ["html"], {"area": name}, {}, {}, Path(folder)
            )
        return made["html"]

    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(make, "abc"))
    folders = {call["cwd"] for call in calls(fake)}
    assert len(folders) == 3
    assert not any(Path(str(folder)).exists() for folder in folders)
    assert sorted(source.parents[1].rglob("*")) == before
    assert all(page.startswith(b"<style>.wide-only</style>html of ---") for page in made)


def test_the_working_copy_holds_what_the_document_needs(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = install(tmp_path / "bin", monkeypatch)
    assert one(source, formats=("html",)).error is None
    (call,) = calls(fake)
    files = call["files"]
    assert isinstance(files, list)
    wanted = {
        "notebooks/ward-brief.qmd",
        "notebooks/pictures/a.svg",
        "shared/_part.qmd",
        "spi_core/present/theme/report.css",
        "spi_core/present/theme/fonts/Inter-Regular.otf",
    }
    assert wanted <= set(files)
    assert "notebooks/.hidden" not in files
    project = yaml.safe_load(str(call["project"]))
    assert project["project"] == {
        "type": "default",
        "output-dir": "_rendered",
        "render": ["notebooks/ward-brief.qmd"],
    }
    assert project["execute"] == {"echo": False, "cache": False, "freeze": False, "daemon": False}
    web = project["format"]["html"]
    assert web["css"] == "spi_core/present/theme/report.css"
    assert project["format"]["typst"]["pdf-standard"] == "ua-1"
    # the page of the built-in engine: its navigation and skip link stand outside <main>
    assert web["template"] == "spi_core/present/theme/template.html"
    assert web["minimal"] is web["embed-resources"] is True
    assert "website" not in project


def test_a_document_without_project_or_parameters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = install(tmp_path / "bin", monkeypatch)
    source = tmp_path / "alone" / "a.qmd"
    source.parent.mkdir()
    source.write_text("---\ntitle: A\n---\n", encoding="utf-8")
    assert one(source, formats=("pdf",)).error is None
    (call,) = calls(fake)
    assert call["argv"] == ["render", "a.qmd", "--to", "typst"]


def test_a_notebook_is_made_without_quarto(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = install(tmp_path / "bin", monkeypatch)
    assert one(source, formats=("ipynb",)).error is None
    assert calls(fake) == []


def test_failure_shows_the_last_lines(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "\n".join([*(f"line {n}" for n in range(40)), "\x1b[31mNameError: name 'x'\x1b[39m"])
    install(tmp_path / "bin", monkeypatch, fails=7, says=said)
    result = one(source, parameters={"area": "E05"})
    message = str(result.error)
    for part in ("ward-brief.qmd (area='E05'), html", "exit code 7", "line 39", "NameError"):
        assert part in message
    assert "line 12" not in message
    assert "\x1b" not in message
    assert not result.job.output("html").exists()


def test_a_cell_that_fails_is_shown_without_its_traceback(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = "An error occurred while executing the following cell:\n----\nbrief(nobody)\n----\n\n"
    head = "NameError       Traceback (most recent call last)\nCell In[2], line 1\n"
    said = f"{cell}{head}----> 1 brief(nobody)\n\nNameError: name 'nobody' is not defined\n"
    said += "\nWARN: Error encountered when rendering files\n"  # Quarto 1.11
    install(tmp_path / "bin", monkeypatch, fails=1, says=said)
    message = str(one(source).error)
    assert "brief(nobody)" in message
    assert message.endswith("NameError: name 'nobody' is not defined")
    assert "Traceback" not in message
    assert "---->" not in message


@pytest.mark.parametrize(
    "said",
    [
        "warning: unknown font family: inter",
        "WARNING (main.lua:1) Unable to resolve crossref @fig-nowhere",
        "WARNING: Shortcode 'vidoe' not found",
        "[WARNING] Citeproc: citation nobody2000 not found",
    ],
)
def test_a_warning_that_spoils_the_page_is_an_error(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    install(tmp_path / "bin", monkeypatch, says=said)
    assert said in str(one(source).error)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (
            "<style>.wide-only</style><p>47<code>{python} b.mark</code> of",
            "no result: '{python} b.mark'",
        ),
        (
            "<style>.wide-only</style><p>See <strong>?@fig-x</strong>.</p>",
            "leads nowhere: '?@fig-x'",
        ),
        ("<style>.wide-only</style><p><strong>?meta:contact</strong>", "metadata: '?meta:contact'"),
        ("<style>body {}</style><p>Plain</p>", "the page has no style sheet of the theme"),
    ],
)
def test_a_page_with_something_left_on_it_is_refused(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str, said: str
) -> None:
    install(tmp_path / "bin", monkeypatch, page=page)
    result = one(source, formats=("html",))
    assert said in str(result.error)
    assert not result.job.output("html").exists()


@pytest.mark.parametrize("link", ["x/report.css", "data:text/css;base64,LndpZGUtb25seSB7fQ=="])
def test_the_themes_style_is_known_in_each_form(link: str) -> None:
    assert quarto.page_faults(f'<link rel="stylesheet" href="{link}"><p>') == []


def test_a_pdf_with_something_left_in_it_is_refused(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(
        tmp_path / "bin",
        monkeypatch,
        # and a fence that is shown, its lines in colours
        typst=r"Score `{python} b.mark`, \`{python} 'x'\`, ?\@fig-x. ```{python}; 1 / 0; ```",
    )
    result = one(source, formats=("pdf",))
    assert "no result: '{python} b.mark'" in str(result.error)
    assert "nowhere" in str(result.error)
    assert "'x'" not in str(result.error)
    assert not result.job.output("pdf").exists()


def test_a_pdf_of_more_pages_than_it_promises_is_set_smaller(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for said, pages in ((TOO_LONG, 1), (TOO_LONG.replace("// At most", "//"), 2)):
        install(tmp_path / "bin", monkeypatch, page="/Type/Page\n/Type/Page\n", typst=said)
        made = one(source, formats=("pdf",)).job.output("pdf").read_bytes()
        assert len(re.findall(rb"/Type/Page\b", made)) == pages
        assert made.startswith(b"%PDF") == (pages == 1)


def test_code_that_a_page_shows_on_purpose_is_no_fault() -> None:
    shown = "<style>.wide-only</style><pre><code>`{python} x` @fig-x</code></pre><p>{python} @sec-x"
    assert quarto.page_faults(shown) == []
    shown = "<style>.wide-only</style><p>No <code>{python}</code> on a page"
    assert quarto.page_faults(shown) == []
    shown = "<style>.wide-only</style><p>Write <code>{python} score</code> there"
    assert (
        quarto.page_faults(shown, "Write `` `{python} score` `` or ``{python} score`` there") == []
    )
    assert len(quarto.page_faults(shown, "Write `{python} score` there")) == 1


def test_a_file_that_is_not_written_is_an_error(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "bin", monkeypatch, writes=False)
    assert "wrote no ward-brief.html" in str(one(source).error)


def test_a_command_that_hangs_is_ended(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = install(tmp_path / "bin", monkeypatch, sleeps=60, says="Executing cell 3")
    with pytest.raises(RenderError, match=r"did not finish in 0.5 s.*\n.*Executing cell 3"):
        quarto.render_with_quarto(
            read_document(source), ["html"], {}, {}, {}, tmp_path / "work", seconds=0.5
        )
    (call,) = calls(fake)
    with pytest.raises(ProcessLookupError):
        os.kill(int(str(call["process"])), 0)


def test_a_bad_document_stops_before_quarto(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = install(tmp_path / "bin", monkeypatch)
    source.write_text(TEXT + "\n{{< vidoe x >}}\n", encoding="utf-8")
    assert "ward-brief.qmd, line 10: unknown shortcode" in str(one(source).error)
    assert calls(fake) == []


# Which engine


def test_without_quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Path) -> None:
    monkeypatch.setenv("QUARTO_PATH", str(tmp_path / "nowhere"))
    with pytest.raises(
        InputError, match=r"1\.9 or later, which is not installed.*environment\.yml"
    ):
        quarto.choose_engine("quarto")
    assert "Quarto 1.9 or later is not installed" in str(one(source).error)


@pytest.mark.parametrize("version", ["1.9.0", "1.10.2", "2.0"])
def test_quarto_renders_only_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    install(tmp_path / "bin", monkeypatch, version=version)
    assert quarto.choose_engine("quarto") == "quarto"
    assert quarto.choose_engine("auto") == quarto.choose_engine("builtin") == "builtin"


@pytest.mark.parametrize(("asked", "engine"), [([], "builtin"), (["--engine", "quarto"], "quarto")])
def test_the_command_line_leaves_an_installed_quarto_alone_unless_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str], engine: str
) -> None:
    install(tmp_path / "bin", monkeypatch, version="1.10.2")
    (tmp_path / "_quarto.yml").touch()
    make_edition(tmp_path / "data" / "tiny")
    monkeypatch.setenv("SPI_ROOT", str(tmp_path))
    chosen: list[str] = []
    monkeypatch.setattr(cli, "_render", lambda _, choice, *rest: chosen.append(choice.engine))
    for step in ("_build", "_write_parts"):
        monkeypatch.setattr(cli, step, lambda *_, **how: None)
    for command in ("render", "all"):
        monkeypatch.setattr(sys, "argv", ["spi", command, "tiny", *asked])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        assert leaving.value.code == 0
    assert chosen == [engine, engine]


@pytest.mark.parametrize(("version", "said"), [("1.8.27", "is 1.8.27"), ("what?", "unknown")])
def test_an_old_quarto_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, said: str
) -> None:
    install(tmp_path / "bin", monkeypatch, version=version)
    with pytest.raises(InputError, match=said):
        quarto.choose_engine("quarto")


def test_the_command_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "_quarto.yml").touch()
    monkeypatch.setenv("SPI_ROOT", str(tmp_path))
    monkeypatch.setenv("QUARTO_PATH", str(tmp_path / "nowhere"))
    for command in ("render", "all"):
        monkeypatch.setattr(sys, "argv", ["spi", command, "any", "--engine", "quarto"])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        assert leaving.value.code == 2
        said = capsys.readouterr().err
        assert "--engine: 'quarto' needs the Quarto command, version 1.9 or later" in said
        assert "allowed: builtin" in said
        assert not (tmp_path / "reports").exists()
