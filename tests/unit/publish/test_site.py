"""What Quarto is given to make the site of an edition from, and what becomes of its pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pypdf import PdfReader

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.present.base.links import area_stem
from spi_core.publish import site
from spi_core.publish.documents import QUARTO, Choice, document_jobs, print_front
from spi_core.publish.editions import Edition
from spi_core.publish.render.source import read_document
from spi_core.store import Tables, open_tables
from spi_core.text.seal import plain
from tests.support.editions import ROOT, WARDS, make_edition, settings
from tests.support.fake_quarto import TOO_LONG
from tests.support.project import copy_documents

HOSTILE = 'A <b>*x*</b> "q" {{< include x >}}'


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    root = tmp_path_factory.mktemp("project")
    (root / "_quarto.yml").touch()
    copy_documents(root)
    inputs = make_edition(root / "data" / "tiny")
    listed = ["index", "borough-report", "methods"]
    settings(inputs, lambda s: s.update(title=HOSTILE, site="https://example.org/spi"))
    settings(inputs, lambda s: s["reports"].update(documents=listed))
    build(load(inputs), root / "reports" / "tiny")
    return Edition(inputs, root / "reports" / "tiny")


@pytest.fixture(scope="module")
def root(edition: Edition) -> Path:
    return edition.folder.parents[1]


@pytest.fixture(scope="module")
def pages(root: Path, edition: Edition) -> dict[str, str]:
    return site.site_pages(root, edition)


def header(page: str) -> dict[str, object]:
    return dict(yaml.safe_load(page.split("---\n")[1]))


def test_each_document_is_a_page_where_the_built_in_engine_has_it(
    root: Path, edition: Edition, pages: dict[str, str]
) -> None:
    tables = Tables(edition.folder / "tables")
    for job in document_jobs(root, tables, edition.folder, Choice()):
        place = job.output_stem.relative_to(edition.folder).as_posix() + ".qmd"
        said = header(pages[place])
        own = read_document(job.source).metadata
        for key in ("title", "kicker", "mark", "footer", "one-period", "print-version"):
            wanted = job.metadata.get(key, own.get(key))
            assert plain(str(said.get(key))) == plain(str(wanted)), (place, key)
        assert "metadata-files" not in said
        assert set(said["format"]) == {{"pdf": "typst"}.get(f, f) for f in job.formats}


def test_a_page_is_small_and_includes_what_it_shares(root: Path, pages: dict[str, str]) -> None:
    briefs = [text for place, text in pages.items() if place.startswith(f"wards/{WARDS[0][:3]}")]
    assert len(briefs) == len(WARDS)
    for brief, ward in zip(briefs, WARDS, strict=True):
        assert f"area = '{ward}'" in brief
        assert brief.endswith("{{< include /_bodies/ward-brief.qmd >}}\n")
        assert len(brief) < 2000
    # or the last ward's charts would stand on every page
    folders = [re.findall(r'"SPI_FIGURES"] = "(.*)"', text) for text in pages.values()]
    named = [folder for found in folders for folder in found]
    assert len(named) == len(set(named)) == sum("_bodies/" in text for text in pages.values())
    body = pages["_bodies/ward-brief.qmd"]
    assert not body.startswith("---")
    assert "tags: [parameters]" not in body
    whole = (root / "notebooks" / "ward-brief.qmd").read_text(encoding="utf-8")
    assert whole.endswith(body)
    assert len(body) > 0.9 * len(whole)


def test_a_page_reads_as_its_notebook_does(
    tmp_path: Path, root: Path, pages: dict[str, str]
) -> None:
    for place, text in pages.items():
        if place.endswith(".qmd"):
            path = tmp_path / place
            path.parent.mkdir(exist_ok=True)
            path.write_text(
                text.replace("include /_bodies", f"include {tmp_path}/_bodies"), "utf-8"
            )
    page = read_document(tmp_path / "methods.qmd")
    notebook = read_document(root / "notebooks" / "methods.qmd")
    codes = [
        [cell.source for cell in read.cells if cell.kind == "code"] for read in (page, notebook)
    ]
    assert codes[0][:1] + codes[0][3:] == codes[1]
    assert "edition = 'tiny'" in codes[0][1]


def test_a_notebook_by_itself_says_what_a_job_would(
    root: Path,
    edition: Edition,
    pages: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Quarto hands nothing of the project to it; of two blocks of metadata the later counts."""
    monkeypatch.setenv("SPI_ROOT", str(root))
    tables = open_tables(edition.folder / "tables")
    print_front(tables, "ward-brief", WARDS[0])
    assert capsys.readouterr().out == ""
    monkeypatch.setenv(QUARTO, "ward-brief.qmd")
    for name, key in (("ward-brief", WARDS[0]), ("index", "")):
        print_front(tables, name, key)
        whole = header(pages[f"wards/{area_stem(key, 'Ward 1')}.qmd" if key else "index.qmd"])
        said = header(capsys.readouterr().out)
        assert {"title", "footer"} <= set(said)
        assert said == {k: whole[k] for k in said}


def test_what_the_edition_is_called_stands_in_its_own_settings(pages: dict[str, str]) -> None:
    website = yaml.safe_load(pages[site.SETTINGS])["website"]
    assert website["site-url"] == "https://example.org/spi"
    assert plain(website["title"]) == " ".join(HOSTILE.split())
    assert not set("<*{") & set(website["title"])
    assert website["navbar"]["title"] is False  # beside all links it would be cut to a word
    left = {item["text"]: item["href"] for item in website["navbar"]["left"]}
    assert left["Ward briefs"] == "wards/index.qmd"
    assert left["Data explorer"] == "explorer/index.html"
    assert set(left.values()) - {"explorer/index.html"} <= set(pages)
    listed = header(pages["wards/index.qmd"])["listing"]
    assert len(listed["contents"]) == len(WARDS)  # type: ignore[index]


def test_nothing_tracked_is_written_and_another_editions_pages_go(
    root: Path, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "write_parts", lambda *_: None)
    before = {path: path.read_bytes() for path in (root / "notebooks").rglob("*.*")}
    own = root / "about.qmd"
    own.write_text("---\ntitle: Ours\n---\n", encoding="utf-8")
    old = root / "wards" / "E09-elsewhere.qmd"
    old.parent.mkdir()
    old.write_text(f"{site.MADE}title: Elsewhere\n---\n", encoding="utf-8")
    site.write_site(root, edition)
    assert own.exists()
    assert not old.exists()
    assert before == {path: path.read_bytes() for path in (root / "notebooks").rglob("*.*")}
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for place in site.site_pages(root, edition):
        if "/" not in place:
            assert ("/*.qmd" if place.endswith(".qmd") else "/_*.local") in ignored
        else:
            assert f"/{place.partition('/')[0]}/" in ignored
    # a preview that watches the files must come to rest
    stamps = {path: path.stat().st_mtime_ns for path in root.rglob("*.qmd")}
    site.write_site(root, edition)
    assert stamps == {path: path.stat().st_mtime_ns for path in root.rglob("*.qmd")}


def test_a_finished_site_has_its_data_and_no_dead_link(edition: Edition, tmp_path: Path) -> None:
    explorer = edition.folder / "explorer"
    explorer.mkdir(exist_ok=True)
    (explorer / "index.html").write_text("<p>", encoding="utf-8")
    page = (
        "<html><head><style>.wide-only</style></head><body class='x'><main>"
        "<a href='explorer/index.html#a'>"
        "<a href='./wards/none.html'><a href='https://example.org/x.html'><a href='#sec-a'></main>"
    )
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    (tmp_path / "first.html").write_text('<meta http-equiv="refresh" content="0">', "utf-8")
    assert site.finish_site(edition, tmp_path, whole=False) == []
    for _ in range(2):
        (fault,) = site.finish_site(edition, tmp_path)
        assert fault == "index.html: a link leads nowhere: ./wards/none.html"
    made = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert re.search(r"<body class='x'>\s*<a class=\"skip-link\"", made)
    assert made.count("skip-link") == 1


def test_a_pdf_of_more_pages_than_it_promises_is_set_smaller(
    edition: Edition, pages: dict[str, str], tmp_path: Path
) -> None:
    assert header(pages[f"wards/{area_stem(WARDS[0], 'Ward 1')}.qmd"])["keep-typ"] is True
    made = tmp_path / "_site" / "wards" / "a.pdf"
    made.parent.mkdir(parents=True)
    made.write_bytes(b"/Type/Page\n/Type/Page\n")
    (tmp_path / "wards").mkdir()
    (tmp_path / "wards" / "a.typ").write_text(TOO_LONG, encoding="utf-8")
    site.finish_site(edition, tmp_path / "_site")
    assert len(PdfReader(made).pages) == 1


def test_an_edition_that_is_not_built_is_said(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SPI_ROOT", str(root))
    make_edition(root / "data" / "other")
    for name, said in (("other", "run 'spi build"), ("nowhere", "is not an edition")):
        monkeypatch.setenv(site.VARIABLE, name)
        assert site.main() == 1
        assert said in capsys.readouterr().err
