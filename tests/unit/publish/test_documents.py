"""Which documents an edition has, and what stands on each: the jobs that the engine is given."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.errors import InputError
from spi_core.present.base.marks import page_mark
from spi_core.publish.documents import Choice, document_jobs
from spi_core.publish.render.engine import render
from spi_core.publish.render.job import RenderJob
from spi_core.store import Tables
from tests.support.editions import ROOT, WARDS, make_edition, settings

Jobs = Callable[..., list[RenderJob]]


def _built(folder: Path, **reports: Any) -> Tables:
    edition = make_edition(folder / "data" / "tiny")
    settings(edition, lambda s: s["reports"].update(reports))
    build(load(edition), folder / "reports" / "tiny")
    return Tables(folder / "reports" / "tiny" / "tables")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return _built(
        tmp_path_factory.mktemp("project"), documents=["index", "borough-report", "methods"]
    )


@pytest.fixture
def jobs(tables: Tables) -> Jobs:
    def make(**choice: tuple[str, ...]) -> list[RenderJob]:
        return document_jobs(ROOT, tables, tables.folder.parent, Choice(**choice))

    return make


def _names(jobs: list[RenderJob]) -> list[str]:
    return [job.output_stem.name for job in jobs]


def test_site_pages_come_first_then_a_brief_for_every_ward(jobs: Jobs) -> None:
    names = _names(jobs())
    assert names[:4] == ["index", "borough-report", "methods", "decision"]
    assert names[4:] == [f"{w}-ward-{w[-1]}" for w in WARDS]


def test_every_document_is_made_as_page_and_print_but_the_landing_page(jobs: Jobs) -> None:
    formats = {job.output_stem.name: job.formats for job in jobs()}
    assert formats.pop("index") == ("html",)
    assert set(formats.values()) == {("html", "pdf")}


def test_no_two_jobs_write_the_same_file(jobs: Jobs) -> None:
    outputs = [job.output(target) for job in jobs() for target in job.formats]
    assert len(set(outputs)) == len(outputs) == 1 + 3 * 2 + 2 * len(WARDS)


def test_sources_exist_and_take_the_parameters_they_are_given(jobs: Jobs) -> None:
    for job in jobs():
        text = job.source.read_text(encoding="utf-8")
        assert "tags: [parameters]" in text
        for name in job.parameters:
            assert f"\n{name} = " in text, (job.source.name, name)


def test_a_brief_knows_its_ward_and_its_edition(jobs: Jobs, tables: Tables) -> None:
    (job,) = jobs(areas=(WARDS[2],))
    assert job.parameters == {"edition": "tiny", "area": WARDS[2]}
    assert job.metadata["title"] == "Ward 3"
    assert "Ward brief · 2014" in str(job.metadata["kicker"])
    assert job.output("pdf").parent == tables.folder.parent / "wards"
    assert job.environment["SPI_TABLES"] == str(tables.folder.resolve())
    assert Path(job.environment["SPI_TABLES"]).is_absolute()


def test_naming_a_ward_asks_for_its_brief_alone(jobs: Jobs) -> None:
    assert _names(jobs(areas=(WARDS[1], WARDS[0]))) == [
        f"{WARDS[1]}-ward-2",
        f"{WARDS[0]}-ward-1",
    ]


def test_a_ward_beside_other_documents_is_not_passed_over(jobs: Jobs) -> None:
    assert _names(jobs(documents=("methods",), areas=(WARDS[0],))) == [
        "methods",
        f"{WARDS[0]}-ward-1",
    ]


def test_documents_can_be_picked_and_so_can_formats(jobs: Jobs) -> None:
    assert _names(jobs(documents=("methods",))) == ["methods"]
    both = jobs(documents=("index", "ward-brief"), areas=(WARDS[0],), formats=("pdf",))
    assert [(j.output_stem.name, j.formats) for j in both][1] == (f"{WARDS[0]}-ward-1", ("pdf",))


@pytest.mark.parametrize(
    ("choice", "option", "allowed"),
    [
        (
            {"documents": ("metods",)},
            "--document",
            "index, borough-report, methods, commissioning-brief, decision, ward-brief",
        ),
        ({"documents": ("what-changed",)}, "--document", "then run 'spi build' first"),
        ({"areas": ("E05999999",)}, "--area", WARDS[0]),
        ({"areas": ("E09000099",)}, "--area", "(Ward 8)"),
        ({"formats": ("docx",)}, "--format", "html, pdf"),
    ],
)
def test_what_the_edition_does_not_have_is_named(
    jobs: Jobs, choice: dict[str, tuple[str, ...]], option: str, allowed: str
) -> None:
    with pytest.raises(InputError) as refused:
        jobs(**choice)
    (fault,) = refused.value.faults
    assert fault.column == option
    assert allowed in str(fault.allowed)


def test_every_wrong_choice_is_named_at_once(jobs: Jobs) -> None:
    with pytest.raises(InputError) as refused:
        jobs(documents=("a", "b"), areas=("c",))
    assert [f.value for f in refused.value.faults] == ["a", "b", "c"]


def test_navigation_leads_to_every_page_and_marks_where_one_is(jobs: Jobs) -> None:
    made = jobs()
    for job in made[:3]:
        nav: Any = job.metadata["nav"]
        here = [entry["href"] for entry in nav if entry.get("current")]
        assert here == [f"{job.output_stem.name}.html"]
    brief: Any = made[-1].metadata["nav"]
    assert not any(entry.get("current") for entry in brief)
    folder = made[-1].output_stem.parent
    targets = {(folder / entry["href"].split("#")[0]).resolve() for entry in brief}
    assert targets == {job.output("html").resolve() for job in made[:3]}


def test_a_loose_page_says_what_it_rests_on(jobs: Jobs, tables: Tables) -> None:
    for job in jobs():
        footer = str(job.metadata["footer"])
        assert "3 of 5 components scored" in footer
        assert footer.endswith(f"data version {tables.about['data_version']}")
        assert "mark" not in job.metadata


def test_illustrative_figures_are_marked_on_every_document(jobs: Jobs, tables: Tables) -> None:
    path = tables.folder / "build.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    about["edition"]["illustrative"] = True
    path.write_text(json.dumps(about), encoding="utf-8")
    marked = document_jobs(ROOT, Tables(tables.folder), tables.folder.parent, Choice())
    about["edition"]["illustrative"] = False
    path.write_text(json.dumps(about), encoding="utf-8")
    assert {job.metadata.get("mark") for job in marked} == {
        page_mark({"edition": {"illustrative": True}})
    }


def test_an_edition_may_have_no_briefs_or_no_pages(tmp_path: Path) -> None:
    bare = _built(tmp_path / "bare", documents=["methods"], ward_briefs=False)
    folder = bare.folder.parent
    assert _names(document_jobs(ROOT, bare, folder, Choice())) == ["methods"]
    with pytest.raises(InputError, match="--document: 'ward-brief' is not one of"):
        document_jobs(ROOT, bare, folder, Choice(documents=("ward-brief",)))


def test_without_interventions_there_is_no_impact_page_and_no_link_to_one(tmp_path: Path) -> None:
    bare = _built(tmp_path, documents=["index", "impact-overview"])
    made = document_jobs(ROOT, bare, bare.folder.parent, Choice())
    assert not [name for name in _names(made) if "impact" in name]
    nav: Any = made[0].metadata["nav"]
    assert [entry["href"] for entry in nav] == ["index.html", "index.html#sec-briefs"]


def test_the_explorer_is_in_the_navigation_of_every_page_where_there_is_one(
    tmp_path: Path,
) -> None:
    built = _built(tmp_path, documents=["index", "what-changed"])
    folder = built.folder.parent

    def ways() -> list[dict[str, str]]:
        jobs = document_jobs(ROOT, built, folder, Choice())
        return [{e["title"]: e["href"] for e in cast(Any, j.metadata["nav"])} for j in jobs]

    assert all("Data explorer" not in nav for nav in ways())
    (folder / "explorer").mkdir()
    (folder / "explorer" / "index.html").write_text("", encoding="utf-8")
    explorer = [nav["Data explorer"] for nav in ways()]
    assert explorer == ["explorer/index.html"] * 2 + ["../explorer/index.html"] * len(WARDS)
    # the log of corrections is no account of what has changed in the borough
    assert {tuple(nav)[-1] for nav in ways()} == {"Corrections and revisions"}


def test_the_briefs_are_found_from_every_page(jobs: Jobs) -> None:
    heading = (ROOT / "notebooks" / "index.qmd").read_text(encoding="utf-8")
    assert "{#sec-briefs}" in heading
    for job in jobs():
        nav = {e["title"]: e["href"] for e in cast(Any, job.metadata["nav"])}
        assert nav["Ward briefs"].endswith("index.html#sec-briefs")


def test_a_page_links_its_pdf_only_if_there_is_one_or_will_be(tmp_path: Path) -> None:
    built = _built(tmp_path, documents=["index", "methods"])
    folder = built.folder.parent

    def paper(*formats: str) -> list[object]:
        made = document_jobs(ROOT, built, folder, Choice(formats=formats))
        return [job.metadata.get("print-version") for job in made]

    assert paper("html", "pdf")[:3] == [None, "methods.pdf", f"{WARDS[0]}-ward-1.pdf"]
    assert set(paper("html")) == {None}
    (folder / "methods.pdf").write_bytes(b"")
    assert paper("html")[:3] == [None, "methods.pdf", None]
    block = (ROOT / "spi_core" / "present" / "theme" / "title-block.html").read_text("utf-8")
    assert '<a href="$print-version$">' in block


NEW = """---
title: A poster
---

```{python}
#| tags: [parameters]
edition = ""
area = ""
```

```{python}
#| include: false
from spi_core.store import open_tables

t = open_tables(edition=edition)
```

There are `{python} len(t["areas"])` areas in it, this one is `{python} area`.
"""


def test_a_document_is_one_qmd_and_one_row(tmp_path: Path) -> None:
    """As docs/contributing.md tells it, literally."""
    root = tmp_path / "project"
    for name in ("_quarto.yml", "_brand.yml"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    (root / "notebooks" / "poster.qmd").write_text(NEW, "utf-8")
    row = {
        "source": "notebooks/poster.qmd",
        "each": "area",
        "folder": "posters",
        "formats": ["html"],
        "title": "{name}, a {unit}",
        "kicker": "{area} · Poster",
    }
    rows = root / "notebooks" / "documents.yml"
    rows.write_text(rows.read_text("utf-8") + yaml.safe_dump({"poster": row}), "utf-8")
    built = _built(tmp_path, documents=["index", "poster"], ward_briefs=False)
    made = document_jobs(root, built, built.folder.parent, Choice(areas=(WARDS[0],)))
    assert [job.output_stem.relative_to(built.folder.parent).as_posix() for job in made] == [
        f"posters/{WARDS[0]}-ward-1"
    ]
    assert made[0].formats == ("html",)
    (result,) = render(made, n_workers=1)
    assert result.error is None
    page = result.outputs[0].read_text("utf-8")
    assert "Ward 1, a ward" in page
    assert f"this one is {WARDS[0]}" in page
    assert 'href="../index.html"' in page
    assert [j.output_stem.name for j in document_jobs(root, built, built.folder, Choice())] == [
        "index",
        *(f"{w}-ward-{w[-1]}" for w in WARDS),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "notebooks/documents.yml: is missing"),
        ("- index", "is not a list of documents by name"),
        ("index: {navigation: Home}", "'index' has no source"),
        ("index: {source: a.qmd}", "column index: 'a.qmd' is no file of the project"),
        ("index: {source: index.qmd, colour: red}", "'colour' is not known"),
        ("index: {source: index.qmd, each: street}", "'street' cannot be gone through"),
        ("index: {source: index.qmd, formats: [docx]}", "are not its formats; allowed: html, pdf"),
        ("index: {source: index.qmd, title: '{tilte}'}", "'{tilte}' has no word"),
    ],
)
def test_rows_that_are_not_fit_are_faults(
    tables: Tables, tmp_path: Path, text: str | None, said: str
) -> None:
    (tmp_path / "index.qmd").write_text("", "utf-8")
    (tmp_path / "notebooks").mkdir()
    if text:
        (tmp_path / "notebooks" / "documents.yml").write_text(text, "utf-8")
    with pytest.raises(InputError) as refused:
        document_jobs(tmp_path, tables, tables.folder.parent, Choice())
    assert said in str(refused.value)
