"""What makes a document stale and what does not: each cause alone, with a stand-in engine."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from spi_core.errors import RenderError
from spi_core.files import file_digest
from spi_core.publish.keep import incremental, manifest
from spi_core.publish.keep.incremental import Batch, Outcome, render_changed
from spi_core.publish.keep.manifest import Manifest
from spi_core.publish.keep.verify import knows_inputs, verify
from spi_core.publish.render.job import RenderJob, RenderResult
from spi_core.store import write_tables
from tests.support.tables import table

#: What each document is said to have read.
READS = {
    "one": ("scores", "build.json#edition", "impact/a.json"),
    "two": ("values", "missing", "*"),
}
Rendered = Callable[..., list[str]]


class Project:
    """A project of two documents, whose engine writes what it was asked for."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.folder = root, root / "reports" / "tiny"
        self.inputs = root / "data" / "tiny"
        self.private = root / "reports" / ".private" / "tiny" / "record.json"
        self.fails: set[str] = set()
        self.turn = 0
        for name, text in {
            "_quarto.yml": "lang: en-GB\n",
            "_brand.yml": "color: {}\n",
            "notebooks/one.qmd": "One.\n{{< include _part.qmd >}}\n",
            "notebooks/_part.qmd": "Part.\n",
            "notebooks/two.qmd": "Two.\n",
            "notebooks/words/report.yml": "title: Three.\n",
            "data/tiny/edition.yml": "id: tiny\n",
            "data/tiny/observations/all.csv": "a,b\n",
        }.items():
            self.write(name, text)
        self.jobs = tuple(
            RenderJob(
                root / "notebooks" / f"{name}.qmd",
                self.folder / "pages" / name,
                parameters={"area": "E05"},
                metadata={"title": name},
                environment={"SPI_ROOT": str(root)},
            )
            for name in READS
        )
        monkeypatch.setattr(incremental, "render", self.render)
        self.build()

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def build(self, **changed: int) -> None:
        frames = {n: table(n, score=float(changed.get(n, 0))) for n in ("scores", "values")}
        about = {"edition": {"id": "tiny"}, "rows": changed}
        write_tables(self.folder / "tables", frames, about)
        self.write("reports/tiny/impact/a.json", "{}")
        tables = [*(self.folder / "tables").iterdir(), self.folder / "impact" / "a.json"]
        Manifest(self.folder).record_build(manifest.input_hashes(self.inputs), tables)

    def render(self, jobs: Iterable[RenderJob], *rest: Any) -> list[RenderResult]:
        results = []
        self.turn += 1
        for job in jobs:
            name = job.output_stem.name
            if name in self.fails:
                result = RenderResult(job, (), RenderError(f"{name} failed"), 0.0)
            else:
                outputs = tuple(job.output(target) for target in job.formats)
                for path in outputs:
                    self.write(str(path.relative_to(self.root)), f"{path.name} {self.turn}")
                result = RenderResult(job, outputs, None, 0.0, READS[name])
            rest[1](result)
            results.append(result)
        return results

    def run(self, *jobs: RenderJob, whole: bool = False, force: bool = False) -> Outcome:
        batch = Batch(self.folder, jobs or self.jobs, whole)
        (outcome,) = render_changed(self.root, [batch], force=force)
        return outcome

    def rendered(self, *jobs: RenderJob, **how: bool) -> list[str]:
        return [path.name for path in self.run(*jobs, **how).files]

    def differences(self) -> list[str]:
        return [str(d) for d in verify(self.root, self.inputs, self.folder)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(tmp_path, monkeypatch)
    assert made.rendered() == ["one.html", "one.pdf", "two.html", "two.pdf"]
    assert made.rendered() == []
    return made


ONE, TWO = ["one.html", "one.pdf"], ["two.html", "two.pdf"]


@pytest.mark.parametrize(
    ("name", "stale"),
    [
        ("notebooks/one.qmd", ONE),
        ("notebooks/_part.qmd", ONE),
        ("notebooks/two.qmd", TWO),
        ("notebooks/picture.svg", ONE + TWO),
        ("notebooks/helper.py", ONE + TWO),
        ("_brand.yml", ONE + TWO),
        ("_quarto.yml", ONE + TWO),
        ("notebooks/words/report.yml", ONE + TWO),
        ("reports/tiny/impact/a.json", ONE),
        ("reports/tiny/impact/b.json", []),
        ("README.md", []),
        ("data/tiny/observations/all.csv", []),
    ],
)
def test_a_changed_file_renders_what_rests_on_it(
    project: Project, name: str, stale: list[str]
) -> None:
    project.write(name, "Changed.\n{{< include _part.qmd >}}\n")
    assert project.rendered() == stale
    assert project.rendered() == []


def test_a_file_written_again_with_the_same_content_renders_nothing(project: Project) -> None:
    (project.root / "notebooks" / "one.qmd").touch()
    project.build()
    assert project.rendered() == []


def test_reports_may_lie_elsewhere_behind_a_link(project: Project) -> None:
    reports, elsewhere = project.root / "reports", project.root / "elsewhere"
    reports.rename(elsewhere)
    reports.symlink_to(elsewhere)
    project.build(scores=1)
    assert project.rendered() == ONE
    assert project.differences() == []


def test_a_changed_table_renders_the_documents_that_read_it(project: Project) -> None:
    project.build(scores=1)
    assert project.rendered() == ONE
    project.build(scores=1, values=1)
    assert project.rendered() == TWO


def test_a_fact_that_a_document_has_not_read_may_change(project: Project) -> None:
    project.build(other=5)  # only build.json#rows differs
    assert project.rendered() == []


def test_a_table_that_was_missing_and_now_is_there_counts_as_changed(project: Project) -> None:
    pd.DataFrame({"x": [1]}).to_parquet(project.folder / "tables" / "missing.parquet")
    assert project.rendered() == TWO


@pytest.mark.parametrize(
    "change",
    [
        {"parameters": {"area": "E06"}},
        {"metadata": {"title": "one", "footer": "data version abc"}},
        {"engine": "quarto"},
    ],
)
def test_another_parameter_or_footer_or_engine_renders_again(
    project: Project, change: dict[str, Any]
) -> None:
    one, two = project.jobs
    assert project.rendered(replace(one, **change), two) == ONE


def test_the_place_of_the_project_does_not_matter(project: Project) -> None:
    one, two = (replace(job, environment={"SPI_ROOT": "/elsewhere"}) for job in project.jobs)
    assert project.rendered(one, two) == []


def test_other_code_renders_everything_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "code_version", lambda: "other")
    assert project.rendered() == ONE + TWO


def test_a_file_that_is_missing_or_was_edited_is_made_again(project: Project) -> None:
    pages = project.folder / "pages"
    (pages / "one.pdf").unlink()
    (pages / "two.html").write_text("by hand")
    assert project.rendered() == ["one.pdf", "two.html"]


def test_force_renders_everything(project: Project) -> None:
    assert project.rendered(force=True) == ONE + TWO


def test_a_failed_document_is_tried_again_and_the_others_are_not(project: Project) -> None:
    project.fails = {"one"}
    project.write("_brand.yml", "color: {ink: black}\n")
    outcome = project.run()
    assert [r.error is None for r in outcome.results] == [False, True]
    assert "1 documents rendered (2 files)" in outcome.summary
    assert [r.job.output_stem.name for r in project.run().results] == ["one"]
    project.fails = set()
    assert project.rendered() == ONE


def test_parts_rendered_one_after_the_other_share_one_record(project: Project) -> None:
    (project.folder / manifest.NAME).unlink()
    project.build()
    one, two = project.jobs
    html = replace(one, formats=("html",))
    assert project.rendered(html) == ["one.html"]
    assert project.rendered(two) == TWO
    assert project.rendered() == ["one.pdf"]
    assert project.rendered() == []


def test_two_records_open_at_once_lose_nothing(project: Project) -> None:
    first, second = Manifest(project.folder), Manifest(project.folder)
    hashes = manifest.Hashes(project.root, project.folder)
    for record, name in ((first, "x.html"), (second, "y.html")):
        project.write(f"reports/tiny/pages/{name}", name)
        output = project.folder / "pages" / name
        record.record_document(project.jobs[0], [output], ["scores"], hashes)
        record.save()
    assert {"pages/x.html", "pages/y.html", "pages/one.pdf"} <= set(
        Manifest(project.folder).documents
    )


def test_the_record_is_the_same_bytes_each_time(project: Project) -> None:
    path = project.folder / manifest.NAME
    before = path.read_bytes()
    project.run(force=True)
    # the stand-in numbers its runs, so only hashes of documents differ
    after = json.loads(path.read_bytes())
    again = json.loads(before)
    for content in (after, again):
        for record in content["documents"].values():
            record.pop("sha256")
    assert after == again
    path.unlink()
    project.build()
    project.turn = 0
    project.run(force=True)
    assert path.read_bytes() == before


def test_a_record_that_cannot_be_read_counts_as_none(project: Project) -> None:
    (project.folder / manifest.NAME).write_text('{"format": 1, "docum')
    assert project.rendered() == ONE + TWO
    (project.folder / manifest.NAME).write_text('{"format": 99}')
    assert project.rendered() == ONE + TWO


@pytest.mark.parametrize("text", [None, '{"format": 2, "docum', '{"format": 99}'])
def test_a_private_record_that_is_lost_is_made_anew(project: Project, text: str | None) -> None:
    files = {path: path.read_bytes() for path in (project.folder / manifest.NAME, project.private)}
    project.private.unlink()
    if text is not None:
        project.private.write_text(text)
    assert not Manifest(project.folder).is_built(project.inputs)
    project.build()
    project.turn = 0
    assert project.rendered() == ONE + TWO
    assert {path: path.read_bytes() for path in files} == files
    assert project.rendered() == []


def test_the_public_record_holds_no_hash_of_an_input_or_source(project: Project) -> None:
    told = (project.folder / manifest.NAME).read_text("utf-8")
    known = project.private.read_text("utf-8")
    hidden = [*manifest.input_hashes(project.inputs).values()]
    hidden += [file_digest(path) for path in sorted((project.root / "notebooks").rglob("*.*"))]
    assert len(hidden) == 6
    for sha in hidden:
        assert str(sha) in known
        assert str(sha) not in told
    published = [file_digest(p) for p in project.folder.rglob("*.*") if p.name != manifest.NAME]
    assert all(str(sha) in told for sha in published)


def test_a_public_record_that_was_edited_is_made_anew(project: Project) -> None:
    path = project.folder / manifest.NAME
    before = path.read_bytes()
    path.write_bytes(before + b"\n")
    assert project.differences() == ["file manifest.json: edited since it was made"]
    assert not Manifest(project.folder).is_built(project.inputs)
    project.build()
    assert path.read_bytes() == before


def test_what_a_run_makes_while_the_rules_change_is_left_out(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = project.render

    def interrupted(jobs: Iterable[RenderJob], *rest: Any) -> list[RenderResult]:
        project.write("reports/tiny/disclosure.json", "{}")
        return render(jobs, *rest)

    monkeypatch.setattr(incremental, "render", interrupted)
    outcome = project.run(force=True)
    assert outcome.files == ()
    assert all("was built anew meanwhile" in str(r.error) for r in outcome.results)
    assert list((project.folder / "pages").iterdir()) == []


def test_documents_the_edition_no_longer_has_are_removed(project: Project) -> None:
    one, _ = project.jobs
    assert project.run(one).removed == ()  # a part was asked for: nothing goes
    (project.folder / "pages" / "two.pdf").write_text("by hand")
    gone = project.run(one, whole=True).removed
    assert [p.name for p in gone] == ["two.html"]
    assert {p.name for p in (project.folder / "pages").iterdir()} == {
        "one.html",
        "one.pdf",
        "two.pdf",  # somebody’s own by now
    }


def test_an_engine_that_does_not_tell_what_it_read_has_read_everything(project: Project) -> None:
    hashes = manifest.Hashes(project.root, project.folder)
    assert hashes.everything() == (
        "*",
        "build.json#edition",
        "build.json#rows",
        "impact/a.json",
        "scores",
        "values",
    )


# spi verify


def test_nothing_differs_after_a_run(project: Project) -> None:
    assert project.differences() == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "data/tiny/observations/all.csv",
            "a,c\n",
            "input observations/all.csv: changed since the build",
        ),
        ("data/tiny/observations/all.csv", None, "input observations/all.csv: missing"),
        ("data/tiny/weights.csv", "a\n", "input weights.csv: new since the build"),
        ("reports/tiny/tables/scores.parquet", "x", "table tables/scores.parquet: edited"),
        ("reports/tiny/tables/build.json", "{}", "table tables/build.json: edited"),
        ("reports/tiny/tables/values.parquet", None, "table tables/values.parquet: missing"),
        ("reports/tiny/pages/one.html", "x", "document pages/one.html: edited"),
        ("reports/tiny/pages/two.pdf", None, "document pages/two.pdf: missing"),
        ("reports/tiny/pages/three.pdf", "x", "file pages/three.pdf: unknown"),
        ("notebooks/_part.qmd", "x", "source notebooks/_part.qmd: changed since"),
    ],
)
def test_each_difference_is_named_once_and_alone(
    project: Project, name: str, text: str | None, said: str
) -> None:
    if text is None:
        (project.root / name).unlink()
    else:
        project.write(name, text)
    (difference,) = project.differences()
    assert difference.startswith(said)


def test_a_public_folder_alone_is_compared_with_its_own_record(
    project: Project, tmp_path: Path
) -> None:
    alone = tmp_path / "www" / "tiny"
    shutil.copytree(project.folder, alone)
    assert knows_inputs(project.folder)
    assert not knows_inputs(alone)
    assert verify(alone, None, alone) == []
    assert verify(project.root, project.inputs, alone) == []
    (alone / "pages" / "one.pdf").write_text("by hand")
    (alone / "tables" / "scores.parquet").unlink()
    (alone / "new.html").write_text("?")
    assert [str(d) for d in verify(alone, None, alone)] == [
        "table tables/scores.parquet: missing",
        "document pages/one.pdf: edited since it was made",
        "file new.html: unknown: no command has recorded it",
    ]


def test_line_ends_of_inputs_are_no_difference(project: Project) -> None:
    (project.inputs / "observations" / "all.csv").write_bytes(b"a,b\r\n")
    assert project.differences() == []


def test_documents_that_rest_on_another_build_are_named(project: Project) -> None:
    project.build(scores=1)
    assert project.differences() == [
        f"document pages/{name}: rests on another build (scores)" for name in ONE
    ]


def test_other_code_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spi_core.publish.keep.verify.code_version", lambda: "other")
    assert project.differences() == [
        "code: spi or a library has changed since the build",
        "code: spi or a library has changed since the documents",
    ]


def test_files_of_other_commands_are_checked_too(project: Project) -> None:
    record = Manifest(project.folder)
    hashes = manifest.Hashes(project.root, project.folder)
    project.write("reports/tiny/explorer/index.html", "<html>")
    assert project.differences() == [
        "file explorer/index.html: unknown: no command has recorded it"
    ]
    record.record_part("explorer", [project.folder / "explorer" / "index.html"], hashes)
    assert project.differences() == []
    assert record.is_part_current("explorer", hashes)
    project.write("notebooks/words/report.yml", "title: Four.\n")
    assert not record.is_part_current("explorer", manifest.Hashes(project.root, project.folder))
    project.write("notebooks/words/report.yml", "title: Three.\n")
    project.write("reports/tiny/explorer/index.html", "<p>")
    assert project.differences() == ["file explorer/index.html: edited since it was made"]
    assert not record.is_part_current("explorer", hashes)


def test_is_built_asks_for_inputs_files_and_code(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_built() -> bool:
        return Manifest(project.folder).is_built(project.inputs)

    assert is_built()
    table = project.folder / "tables" / "scores.parquet"
    content = table.read_bytes()
    table.write_bytes(b"")
    assert not is_built()
    table.write_bytes(content)
    assert is_built()
    project.write("data/tiny/source/raw.csv", "the publisher’s own file is no input")
    assert is_built()
    project.write("data/tiny/signoff.csv", "a\n")
    assert not is_built()
    (project.inputs / "signoff.csv").unlink()
    monkeypatch.setattr(manifest, "code_version", lambda: "other")
    assert not is_built()


def test_a_run_without_changes_does_not_wait_for_pandas() -> None:
    code = "import sys, spi_core.publish.parts; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
