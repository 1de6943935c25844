"""The command line as scripts and people meet it: exit codes, silence, JSON."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from spi_core.action.scenario import MARK
from spi_core.cli import main
from spi_core.publish.commands import _mark
from spi_core.publish.documents import Choice, document_jobs
from spi_core.said import Said
from spi_core.store import Tables
from tests.support.editions import make_edition, rewrite, settings, spoil
from tests.support.project import copy_documents

Run = Callable[..., "Done"]


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON: all of it, or it fails."""
        return json.loads(self.out)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "_quarto.yml").touch()
    copy_documents(tmp_path)
    make_edition(tmp_path / "data" / "tiny")
    monkeypatch.setenv("SPI_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def spi(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> Done:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["spi", *arguments])
        with pytest.raises(SystemExit) as leaving:
            main()
        code = leaving.value.code
        assert isinstance(code, int)
        return Done(code, *capsys.readouterr())

    return run


def test_check_says_what_is_there_and_writes_nothing(spi: Run, root: Path) -> None:
    done = spi("check", "tiny")
    assert (done.code, done.err) == (0, "")
    assert "9 indicators, 9 areas, 2 periods" in done.out
    assert "no faults" in done.out
    assert not (root / "reports").exists()


def test_check_says_that_no_address_is_known(spi: Run, root: Path) -> None:
    said = "no `site` in edition.yml: briefs on paper name the contact instead"
    assert said in spi("check", "tiny").out
    path = root / "data" / "tiny" / "edition.yml"
    path.write_text(path.read_text("utf-8") + "\nsite: https://data.example.gov.uk/spi\n", "utf-8")
    assert said not in spi("check", "tiny").out


def test_check_for_scripts(spi: Run) -> None:
    done = spi("check", "tiny", "--json")
    assert done.code == 0
    assert done.json["status"] == "done"
    assert (done.json["indicators"], done.json["areas"], done.json["periods"]) == (9, 9, 2)
    cells = {(r["indicator_id"], r["level"], r["period"]): r for r in done.json["coverage"]}
    assert len(cells) == 9 * 2 * 2
    assert cells["rent", "ward", "current"]["given"] == 8
    assert done.json["rollups"] == {"compared": 0, "beyond_rounding": 0, "worst": None}
    assert done.json["rebased"] == []


def test_check_shows_the_coverage_and_the_worst_roll_up(spi: Run, root: Path) -> None:
    table = root / "data" / "tiny" / "observations" / "all.csv"
    extra = {"area_code": "E09000099", "value": "99", "numerator": "", "denominator": ""}
    rewrite(table, lambda rows: [*rows, rows[0] | extra])
    done = spi("check", "tiny")
    lines = [line.split() for line in done.out.splitlines()]
    assert ["indicator", "borough", "ward"] in lines
    assert ["crowding", "1/1", "1/1", "8/8", "8/8"] in lines
    assert "1 given values compared" in done.out
    assert "1 beyond rounding, most of all crowding in Testing (borough E09000099" in done.out
    worst = spi("check", "tiny", "--json").json["rollups"]["worst"]
    assert (worst["area_code"], worst["given"]) == ("E09000099", 99)
    assert worst["difference"] == worst["given"] - worst["rolled_up"]


def test_build_writes_the_tables_and_says_where(spi: Run, root: Path) -> None:
    done = spi("build", "tiny")
    assert done.code == 0
    assert "reports/tiny/tables" in done.out
    folder = root / "reports" / "tiny"
    assert (folder / "tables" / "scores.parquet").exists()
    assert (folder / "ward-data.csv").exists()
    assert [p for p in folder.rglob("*") if p.name.startswith(".")] == []


def test_build_for_scripts_names_the_tables(spi: Run, root: Path) -> None:
    done = spi("build", "tiny", "--json")
    made = {p.stem for p in (root / "reports" / "tiny" / "tables").glob("*.parquet")}
    assert set(done.json["tables"]) == made
    assert done.json["edition"] == "tiny"


def test_open_data_needs_a_build_and_names_its_files(spi: Run, root: Path) -> None:
    done = spi("open-data", "tiny")
    assert done.code == 1
    assert "run 'spi build EDITION' first" in done.err
    assert spi("build", "tiny", "-q").code == 0
    done = spi("open-data", "tiny", "--json")
    assert done.code == 0
    folder = root / "reports" / "tiny" / "open-data"
    there = {p.relative_to(root).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {f[-len(g) :] for f in done.json["files"] for g in there if f.endswith(g)} == there
    assert {"scores.csv", "tiny.xlsx", "datapackage.json", "README.txt"} <= {
        p.name for p in folder.iterdir()
    }
    assert "tiny: open-data: " in spi("open-data", "tiny").out


def test_quiet_is_silent(spi: Run) -> None:
    assert spi("check", "tiny", "--quiet") == (0, "", "")
    assert spi("build", "tiny", "-q") == (0, "", "")


@pytest.mark.parametrize("place", ["data/tiny", "data/tiny/", "./data/../data/tiny"])
def test_an_edition_may_be_named_by_its_folder(spi: Run, root: Path, place: str) -> None:
    assert spi("build", place, "-q").code == 0
    assert (root / "reports" / "tiny" / "tables" / "build.json").exists()


def test_the_edition_one_stands_in_is_written_under_its_own_name(
    spi: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / "data" / "tiny")
    assert spi("build", ".", "-q").code == 0
    assert sorted(p.name for p in (root / "reports").iterdir()) == [".private", "tiny"]


def test_an_unknown_edition_names_those_there_are(spi: Run, root: Path) -> None:
    done = spi("build", "tinny")
    assert done.code == 2
    assert "'tinny' is not an edition; allowed: tiny" in done.err
    assert spi("check", "tinny", "--json").json["faults"][0]["value"] == "tinny"
    (root / "data" / "tinny").mkdir()
    assert (
        "'tinny' is not an edition: data/tinny/edition.yml is missing" in spi("check", "tinny").err
    )
    assert not (root / "reports").exists()


def test_bad_input_exits_with_2(spi: Run, root: Path) -> None:
    spoil(root / "data" / "tiny" / "observations" / "all.csv", 2, value="n/a")
    for command in ("check", "build", "all"):
        done = spi(command, "tiny")
        assert (done.code, done.out) == (2, "")
        assert "data/tiny/observations/all.csv, row 2, column value: 'n/a'" in done.err
        assert "1 fault in the input; nothing was written" in done.err
        answer = spi(command, "tiny", "--json")
        assert answer.code == 2
        assert answer.err == ""
        (fault,) = answer.json["faults"]
        assert fault["file"] == "data/tiny/observations/all.csv"
        assert (fault["row"], fault["column"], fault["value"]) == (2, "value", "n/a")
    assert "row 2" in spi("check", "tiny", "--quiet").err  # silent, but not about faults
    assert not (root / "reports").exists()


def test_rendering_what_was_never_built_fails_with_1(spi: Run) -> None:
    done = spi("render", "tiny")
    assert done.code == 1
    assert "run 'spi build EDITION' first" in done.err
    answer = spi("render", "tiny", "--json")
    assert answer.code == 1
    assert answer.json["status"] == "failed"


def test_an_area_may_be_named(spi: Run, root: Path) -> None:
    spi("build", "tiny", "-q")
    folder = root / "reports" / "tiny"
    choice = Choice(areas=("ward 1", "E05000101"))
    jobs = document_jobs(root, Tables(folder / "tables"), folder, choice)
    assert [job.parameters["area"] for job in jobs] == ["E05000101"]


@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [
        ("--area", "E05999999", "E05000101"),
        ("--area", "Wrd 1", "E05000101 (Ward 1)"),
        ("--document", "ward-breif", "ward-brief"),
        ("--format", "docx", "html, pdf"),
    ],
)
def test_what_the_edition_does_not_have_is_refused_before_anything_is_rendered(
    spi: Run, root: Path, option: str, value: str, allowed: str
) -> None:
    spi("build", "tiny", "-q")
    before = {p: p.stat().st_mtime_ns for p in (root / "reports").rglob("*")}
    done = spi("render", "tiny", option, value)
    assert done.code == 2
    assert repr(value) in done.err
    assert allowed in done.err
    assert {p: p.stat().st_mtime_ns for p in (root / "reports").rglob("*")} == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("build",), "EDITION"),
        (("bild", "tiny"), "bild"),
        (("build", "tiny", "--fast"), "--fast"),
        (("render", "tiny", "--engine", "word"), "word"),
        (("render", "tiny", "--jobs", "0"), "--jobs"),
    ],
)
def test_a_mistyped_command_exits_with_2(spi: Run, arguments: tuple[str, ...], said: str) -> None:
    done = spi(*arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


def test_help_exits_with_0_and_names_the_commands(spi: Run) -> None:
    done = spi("--help")
    assert done.code == 0
    for command in ("check", "build", "render", "all", "list"):
        assert command in done.out


def test_list_tells_what_is_built_and_what_is_broken(spi: Run, root: Path) -> None:
    broken = root / "data" / "broken"
    broken.mkdir()
    (broken / "edition.yml").write_text("id: [")
    assert spi("list", "--json").json[1]["built"] is False
    spi("build", "tiny", "-q")
    rows = {r["edition"]: r for r in spi("list", "--json").json}
    assert rows["tiny"]["built"] is True
    assert rows["broken"] == {
        "edition": "broken",
        "title": "edition.yml has faults",
        "built": False,
    }
    assert "tiny             built" in spi("list").out


def test_a_build_without_changes_is_up_to_date_and_can_be_forced(spi: Run, root: Path) -> None:
    assert " in " in spi("build", "tiny").out
    path = root / "reports" / "tiny" / "tables" / "build.json"
    written = path.stat().st_mtime_ns
    done = spi("build", "tiny")
    assert "tables up to date" in done.out
    assert spi("build", "tiny", "--json").json["up_to_date"] is True
    assert path.stat().st_mtime_ns == written
    assert spi("build", "tiny", "--force", "--json").json["up_to_date"] is False
    assert path.stat().st_mtime_ns > written


def test_verify_is_silent_about_what_is_as_recorded_and_names_the_rest(
    spi: Run, root: Path
) -> None:
    missing = spi("verify", "tiny")
    assert (missing.code, missing.out) == (1, "")
    assert "nothing is recorded here; run 'spi all EDITION' first" in missing.err
    spi("build", "tiny", "-q")
    assert spi("verify", "tiny") == (0, "tiny: as recorded\n", "")
    (root / "data" / "tiny" / "context.csv").write_text("by hand")
    (root / "reports" / "tiny" / "weights.csv").unlink()
    done = spi("verify", "tiny")
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines() == [
        "input context.csv: changed since the build",
        "table weights.csv: missing",
        "tiny: 2 differences",
    ]
    answer = spi("verify", "tiny", "--json")
    assert (answer.code, answer.json["status"]) == (1, "different")
    assert [d["name"] for d in answer.json["differences"]] == ["context.csv", "weights.csv"]


def test_verify_of_a_published_folder_alone_says_what_it_can(
    spi: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spi("build", "tiny", "-q")
    spi("open-data", "tiny", "-q")
    # where it was made the private record lies beside it, which names sources by the project
    assert spi("verify", str(root / "reports" / "tiny")).out.endswith("tiny: as recorded\n")
    (root / "www").mkdir()
    alone = shutil.move(root / "reports" / "tiny", root / "www" / "spi-of-tiny")
    shutil.rmtree(root / "data")
    unknown = "spi-of-tiny: inputs are not known: their record stays where the reports were made\n"
    assert spi("verify", str(alone)) == (0, f"{unknown}spi-of-tiny: as recorded\n", "")
    assert spi("verify", str(alone), "--json").json["inputs_known"] is False
    (Path(alone) / "ward-data.csv").write_text("by hand")
    done = spi("verify", str(alone))
    assert done.code == 1
    assert "table ward-data.csv: edited since it was made" in done.out


def test_a_rule_set_later_empties_the_folder_and_says_so(spi: Run, root: Path) -> None:
    spi("build", "tiny", "-q")
    spi("open-data", "tiny", "-q")
    edition, folder = root / "data" / "tiny", root / "reports" / "tiny"
    (folder / "copy of ward-data.csv").write_bytes((folder / "ward-data.csv").read_bytes())
    n = sum(p.is_file() for p in folder.rglob("*"))
    spoil(edition / "indicators.csv", 2, disclosure_rule="suppress<5")
    settings(edition, lambda s: s.update(disclosure={"method": "suppress"}))
    for command in ("render", "explore", "open-data"):
        done = spi(command, "tiny")
        assert done.code == 1
        assert "not made under the disclosure rules of now" in done.err
        assert "run 'spi build tiny' first" in done.err
    answer = spi("build", "tiny", "--json").json
    said = f"tiny: {n} files removed, not made under the disclosure rules of now; 'spi all' makes "
    assert answer["removed"] == [f"{said}them anew"]
    assert not (folder / "open-data" / "values.csv").exists()
    assert spi("verify", "tiny").code == 0
    assert spi("open-data", "tiny").code == 0
    assert "removed" not in spi("build", "tiny", "--force").out


def test_rules_that_cannot_be_read_stop_a_rendering(spi: Run, root: Path) -> None:
    spi("build", "tiny", "-q")
    spoil(root / "data" / "tiny" / "indicators.csv", 2, kind="percentage")
    done = spi("explore", "tiny")
    assert done.code == 2
    assert "'percentage'" in done.err


def test_all_needs_an_edition_and_names_those_there_are(spi: Run, root: Path) -> None:
    done = spi("all")
    assert done.code == 2
    assert "EDITION: is missing; allowed: tiny" in done.err
    done = spi("all", "--editions", "data/lbbd*")
    assert done.code == 2
    assert "'data/lbbd*' matches no edition; allowed: tiny" in done.err
    assert not (root / "reports").exists()


def test_faults_of_every_edition_are_named_before_any_is_built(spi: Run, root: Path) -> None:
    for name in ("other", "third"):
        make_edition(root / "data" / name)
        spoil(root / "data" / name / "observations" / "all.csv", 2, value="n/a")
    done = spi("all", "--editions", "data/*", "-j", "1")
    assert done.code == 2
    for name in ("other", "third"):
        assert f"data/{name}/observations/all.csv, row 2" in done.err
    assert not (root / "reports").exists()


def test_a_folder_that_cannot_be_written_is_a_sentence(spi: Run, root: Path) -> None:
    (root / "reports").write_text("a file where a folder should be")
    for command in (("build", "tiny"), ("render", "tiny"), ("verify", "tiny")):
        done = spi(*command)
        assert (done.code, done.out) == (1, "")
        assert "reports/tiny" in done.err
        assert "Traceback" not in done.err


def test_explain_follows_a_number_to_its_row_and_what_if_moves_it(spi: Run, root: Path) -> None:
    assert "run 'spi build EDITION' first" in spi("explain", "tiny", "E09000099").err
    assert spi("build", "tiny").code == 0
    done = spi("explain", "tiny", "E09000099", "crowding", "--json")
    assert (done.code, done.json["level"], done.json["parts"]) == (0, "indicator", [])
    said = spi("explain", "tiny", "E09000099").out
    assert "Index: " in said
    assert "observations/all.csv, row" in said
    wrong = spi("explain", "tiny", "E09000099", "crowdin")
    assert (wrong.code, "allowed: crowding" in wrong.err) == (2, True)
    moved = ("what-if", "tiny", "--area", "E05000101", "--set")
    done = spi(*moved, "crowding=9.5", "--set", "robbery=7", "--json")
    assert (done.code, done.json["scenario"]) == (0, MARK)
    assert len(done.json["figures"]) == 2
    wrong = spi(*moved, "crowding=950", "--set", "crowdin=1")
    assert (wrong.code, wrong.out, wrong.err.count("column --set")) == (2, "", 2)
    spoil(root / "data" / "tiny" / "observations" / "all.csv", 2, note="another note")
    stale = spi("explain", "tiny", "E09000099")
    assert (stale.code, "run 'spi build' first" in stale.err) == (1, True)


def test_what_only_colleagues_may_see_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    for audience, said in (("public", ""), ("internal", "OFFICIAL-SENSITIVE\n")):
        _mark(Said(False, False), audience)
        printed = capsys.readouterr()
        assert printed.out + printed.err == said
