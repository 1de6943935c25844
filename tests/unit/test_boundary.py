"""Nothing that a person can type or put into a file shows a traceback; nor does a fault of ours."""

from __future__ import annotations

import copy
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
import yaml

from spi_core import cli
from spi_core.edition import inputs
from spi_core.present.base import theme
from spi_core.publish import commands, documents, editions, parts
from spi_core.publish.keep import verify
from spi_core.publish.render import engine
from spi_core.sources.fetch import mapping
from tests.support import planted
from tests.support.editions import ROOT, make_edition, read
from tests.support.project import copy_documents

WARD = "E05000101"
SENTENCE = "a fault of the program; please send this file: "

Run = Callable[..., "Done"]


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a small edition, built."""
    root = tmp_path_factory.mktemp("boundary")
    (root / "_quarto.yml").touch()
    shutil.copy(ROOT / "_brand.yml", root)
    copy_documents(root)
    edition = make_edition(root / "data" / "tiny")
    reports = root / "reports" / "tiny"
    editions.build_editions([editions.Edition(edition, reports)])
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that project, where the test stands."""
    copied = shutil.copytree(made, tmp_path / "project")
    monkeypatch.setenv("SPI_ROOT", str(copied))
    monkeypatch.setenv("QUARTO_PATH", str(tmp_path / "nowhere"))
    monkeypatch.chdir(copied)
    return copied


@pytest.fixture
def spi(root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> Done:
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["spi", *arguments])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        code = leaving.value.code
        assert isinstance(code, int)
        done = Done(code, *capfd.readouterr())
        assert "Traceback" not in done.out + done.err
        return done

    return run


def logs(root: Path) -> list[Path]:
    """Every log in a project, wherever it stands."""
    return sorted(root.rglob("spi-fault-*.log"))


def everything(root: Path) -> dict[str, int]:
    return {str(p): p.stat().st_mtime_ns for p in root.rglob("*")}


# What is typed

TYPED = [
    ("bild", "tiny"),
    ("", "tiny"),
    ("check",),
    ("check", ""),
    ("check", "tinny"),
    ("check", "tiny", "tiny"),
    ("check", "tiny", "--fast"),
    ("check", "tiny", "--json=1"),
    ("check", "a\nb"),
    ("check", "a\0b"),
    ("check", "\udcff\udc80"),
    ("check", "x" * 5000),
    ("check", "/" * 300),
    ("check", "data/tiny/edition.yml"),
    ("check", "data/tiny/edition.yml/deeper"),
    ("check", "."),
    ("build", "tiny", "--audience", "everybody"),
    ("all",),
    ("all", "tiny", "nowhere"),
    ("all", "--editions", ""),
    ("all", "--editions", "["),
    ("all", "--editions", "."),
    ("all", "--editions", "/**x"),
    ("all", "--editions", "a\0b"),
    ("all", "--editions", "\udcff"),
    ("all", "--editions", "x" * 5000),
    ("render", "tiny", "--area", ""),
    ("render", "tiny", "--area", "\udcff"),
    ("render", "tiny", "--area", "a\0\nb"),
    ("render", "tiny", "--document", ""),
    ("render", "tiny", "--document", "\udcff"),
    ("render", "tiny", "--format", ""),
    ("render", "tiny", "--format", "xyz"),
    ("render", "tiny", "--jobs", "-1"),
    ("render", "tiny", "--jobs", "0"),
    ("render", "tiny", "--jobs", "two"),
    ("render", "tiny", "--jobs", "9" * 5000),
    ("render", "tiny", "--engine", "word"),
    ("render", "tiny", "--engine", "quarto"),
    ("render", "tiny", "--scheduler", ""),
    ("render", "tiny", "--scheduler", "somewhere"),
    ("all", "tiny", "--scheduler", "tcp://a:b"),
]


@pytest.mark.parametrize("arguments", TYPED, ids=lambda a: ascii(" ".join(a))[:60])
def test_what_cannot_be_meant_is_bad_input_to_people_and_to_scripts(
    spi: Run, root: Path, arguments: tuple[str, ...]
) -> None:
    before = everything(root)
    done = spi(*arguments)
    assert (done.code, done.out) == (2, "")
    assert re.search(r"^spi: 1 fault in the input; nothing was written$", done.err, re.MULTILINE)
    answer = spi(*arguments, "--json")
    assert (answer.code, answer.err) == (2, "")
    (fault,) = json.loads(answer.out)["faults"]
    assert fault["file"] == "command line"
    assert everything(root) == before


def test_without_a_command_the_commands_are_named(spi: Run) -> None:
    assert "Commands:" in spi().out
    assert spi("render", "--help").code == 0


def test_letters_that_a_console_lacks_are_written_out(root: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252"}
    line = [sys.executable, "-m", "spi_core.cli"]
    pipes: Any = {"capture_output": True, "check": False, "cwd": root, "env": environment}
    settings = root / "data" / "tiny" / "edition.yml"
    title = {**yaml.safe_load(settings.read_text("utf-8")), "title": "Zürich – 中 → ≥"}
    settings.write_text(yaml.safe_dump(title, allow_unicode=True), "utf-8")
    done = subprocess.run([*line, "list"], **pipes)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Zürich – ".encode("cp1252") + rb"\u4e2d -> >=" in done.stdout
    answer = subprocess.run([*line, "list", "--json"], **pipes)
    assert json.loads(answer.stdout)[0]["title"] == "Zürich – 中 → ≥"


# What stands in files


def _observations(root: Path) -> Path:
    return root / "data" / "tiny" / "observations" / "all.csv"


def _above(line: str) -> Callable[[Path], object]:
    """Put a line above the headings of the only file of observations."""

    def put(root: Path) -> None:
        path = _observations(root)
        path.write_text(line + "\n" + path.read_text("utf-8"), "utf-8")

    return put


def _workbook(member: str, change: Callable[[str], str]) -> Callable[[Path], object]:
    """Give the observations as a workbook in which one part is changed."""

    def put(root: Path) -> None:
        path = _observations(root)
        rows = read(path)
        book = openpyxl.Workbook()
        for cells in (list(rows[0]), *(list(r.values()) for r in rows)):
            book.active.append(cells)
        whole = io.BytesIO()
        book.save(whole)
        path.unlink()
        with (
            zipfile.ZipFile(whole) as old,
            zipfile.ZipFile(path.with_suffix(".xlsx"), "w") as new,
        ):
            for name in old.namelist():
                text = old.read(name).decode()
                new.writestr(name, change(text) if re.search(member, name) else text)

    return put


def _text(name: str, text: str | bytes) -> Callable[[Path], object]:
    def put(root: Path) -> None:
        content = text.encode() if isinstance(text, str) else text
        (root / "data" / "tiny" / name).write_bytes(content)

    return put


def _more(text: str) -> Callable[[Path], object]:
    """Add lines to edition.yml."""

    def put(root: Path) -> None:
        path = root / "data" / "tiny" / "edition.yml"
        path.write_text(path.read_text("utf-8") + text, "utf-8")

    return put


def _strange_name(root: Path) -> None:
    shutil.copy(_observations(root), _observations(root).parent / "\udcfc.txt~")


SHEET = r"xl/worksheets/sheet1\.xml"
BROKEN: dict[str, tuple[Callable[[Path], object], str, str]] = {
    # what is done, the file, a word of what is said
    "cut sheet": (
        _workbook(SHEET, lambda t: t[: len(t) // 2]),
        "all.xlsx",
        "cannot be read as an Excel workbook",
    ),
    "no workbook": (_text("context.xlsx", b"PK\x03\x04 not a zip"), "context", "stands beside"),
    "title": (_above("Table 1: crime in Testing"), "all.csv", "'Table 1: crime in Testing' stands"),
    "wide title": (_above("Table 1: crime,,,,,,,,,,"), "all.csv", "'Table 1: crime' stands"),
    "separator": (_above("sep=,"), "all.csv", "'sep=' stands where the headings belong"),
    "no day": (_more("released: 2014-02-30\n"), "edition.yml", "day is out of range"),
    "deep": (_text("edition.yml", "a: " + "[" * 500), "edition.yml", "is not valid YAML"),
    "long number": (_more(f"n: {'9' * 5000}\n"), "edition.yml", "is not valid YAML"),
    "no month": (_text("interventions.yml", "a: 2014-13-01"), "interventions.yml", "must be in"),
    "NUL": (_text("edition.yml", "a: \0"), "edition.yml", "is not valid YAML"),
    "not text": (_text("edition.yml", b"title: \xff"), "edition.yml", "is not UTF-8"),
    "no polygons": (_text("geography/boundaries.geojson", "[" * 5000), "geojson", "cannot be read"),
    "strange name": (_strange_name, "observations", "is no text in UTF-8"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_cannot_be_read_is_a_fault_that_names_it(
    spi: Run, root: Path, what: str
) -> None:
    spoil, file, said = BROKEN[what]
    spoil(root)
    done = spi("check", "tiny")
    assert (done.code, done.out) == (2, ""), done.err
    assert [line for line in done.err.splitlines() if file in line and said in line], done.err
    assert len(done.err.splitlines()) < 12  # one cause, no flood
    answer = spi("build", "tiny", "--json")
    assert (answer.code, answer.err) == (2, "")
    assert any(file in f["file"] and f["message"] for f in json.loads(answer.out)["faults"])
    assert logs(root) == []


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file that refuses even root")
def test_a_file_that_the_system_does_not_give_is_a_fault(spi: Run, root: Path) -> None:
    path = _observations(root)
    path.unlink()
    path.symlink_to("/proc/self/mem")  # there, and an error to whoever reads it
    for command in ("check", "build", "all"):
        done = spi(command, "tiny")
        assert done.code == 2
        assert "cannot be read: Input/output error" in done.err


ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1e308, float("nan"), float("inf"), 10**400, "", "x", "\x00", "2014-02-30"),
    *([], {}, [[]], [None], [1, "a"], {"a": {}}, "E05000101"),
)


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    keys = range(len(value)) if isinstance(value, list) else value
    for key in keys if isinstance(value, dict | list) else ():
        yield from _places(value[key], (*at, key))


def _odd_settings(seed: int, settings: Any) -> Any:
    """Put something that no hand would type in one or two places of edition.yml."""
    chance = random.Random(seed)
    changed = copy.deepcopy(settings)
    for _ in range(chance.choice([1, 1, 2])):
        at = chance.choice([p for p in _places(changed) if p])
        holder = changed
        for key in at[:-1]:
            holder = holder[key]
        if chance.random() < 0.3:
            del holder[at[-1]]
        else:
            holder[at[-1]] = copy.deepcopy(chance.choice(ODD))
    return changed


@pytest.mark.gate
def test_edition_yml_may_say_anything(spi: Run, root: Path) -> None:
    path = root / "data" / "tiny" / "edition.yml"
    settings = yaml.safe_load(path.read_text("utf-8"))
    codes = []
    for seed in range(25):
        text = yaml.safe_dump(_odd_settings(seed, settings), allow_unicode=True)
        path.write_text(text, "utf-8")
        done = spi("check", "tiny", "--json")
        assert json.loads(done.out)["status"] in ("done", "bad input"), (seed, text)
        codes.append(done.code)
    assert set(codes) == {0, 2}
    assert logs(root) == []


@pytest.mark.parametrize("name", ["tables/build.json", "tables/areas.parquet", "manifest.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"PAR1 cut PAR1"])
def test_what_a_build_has_left_may_be_spoilt(
    spi: Run, root: Path, name: str, content: bytes
) -> None:
    path = root / "reports" / "tiny" / name
    path.write_bytes(content)
    done = spi("render", "tiny", "--area", "E05999999")
    if name == "manifest.json":  # a record that cannot be read counts as none
        assert done.code == 2
    else:
        assert done.code == 1
        assert f"{path.name}: cannot be read" in done.err
        assert f"remove {path.parent} and run 'spi build EDITION'" in done.err
        shutil.rmtree(path.parent)
    assert spi("build", "tiny", "-q") == (0, "", "")
    assert logs(root) == []


def test_a_brand_that_is_no_yaml_is_named(spi: Run, root: Path) -> None:
    (root / "_brand.yml").write_text("color: [", "utf-8")
    theme.forget()
    done = spi("explore", "tiny")
    assert done.code == 2
    assert "_brand.yml, row 1: is not valid YAML" in done.err


# What nobody foresaw


def plant(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, what: Any = planted.explode
) -> None:
    monkeypatch.setattr(module, name, what)


PLACES = {
    "check": (("check", "tiny"), inputs, "make_framework"),
    "build": (("build", "tiny", "--force"), inputs, "make_panel"),
    "render": (("render", "tiny"), documents, "page_titles"),
    "explore": (("explore", "tiny"), parts, "remove_leftovers"),
    "open-data": (("open-data", "tiny"), parts, "remove_leftovers"),
    "fetch": (("fetch", "--due", "tiny"), mapping, "read_edition_file"),
    "all": (("all", "tiny", "--force"), inputs, "make_panel"),
    "verify": (("verify", "tiny"), verify, "input_hashes"),
    "list": (("list",), commands, "project_root"),
}


@pytest.mark.parametrize("command", PLACES)
def test_a_fault_of_the_program_is_a_sentence_and_a_log(
    spi: Run, root: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    arguments, module, name = PLACES[command]
    plant(monkeypatch, module, name)
    done = spi(*arguments)
    assert done.code == 1
    assert done.err.startswith(f"spi: {SENTENCE}")
    (log,) = logs(root)
    assert done.err == f"spi: {SENTENCE}{log}\n"
    assert log.parent == root / "reports"  # not in an edition's folder, which is published
    text = log.read_text("utf-8")
    for part in ("planted.py", "in explode", "KeyError", "Ward 3", "spi " + " ".join(arguments)):
        assert part.replace("Ward 3", "Ward #") in text
    assert re.search(r"^versions: spi-core [\d.]+, Python 3", text, re.MULTILINE)
    assert "numpy" in text
    assert str(planted.HIDDEN) not in text + done.out + done.err
    if command != "list":
        assert f"editions: {root / 'data' / 'tiny'}\n" in text
    answer = spi(*arguments, "--json")
    assert (answer.code, answer.err) == (1, "")
    facts = json.loads(answer.out)
    assert facts["status"] == "failed"
    assert facts["error"] == f"{SENTENCE}{facts['log']}"
    assert Path(facts["log"]) in logs(root)


@pytest.mark.parametrize(
    "error",
    [
        *(RecursionError(), EOFError(), StopIteration(), AssertionError()),
        *(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), OSError("AF_UNIX path too long")),
        *(ZeroDivisionError("\udcff"), BrokenPipeError(32, "Broken pipe"), TypeError(object())),
    ],
    ids=lambda e: type(e).__name__,
)
def test_whatever_its_kind(
    spi: Run, root: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    plant(monkeypatch, inputs, "load", planted.raises(error))
    done = spi("check", "tiny", "--quiet")
    (log,) = logs(root)
    assert done == (1, "", f"spi: {SENTENCE}{log}\n")
    assert type(error).__name__ in log.read_text("utf-8")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied", "x.csv"), "x.csv: cannot be read: Permission"),
        (KeyboardInterrupt(), "spi: stopped"),
        (MemoryError(), "spi: the memory that this run may use does not suffice"),
    ],
    ids=["refused", "stopped", "memory"],
)
def test_what_is_no_fault_of_the_program_leaves_no_log(
    spi: Run, root: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, said: str
) -> None:
    plant(monkeypatch, inputs, "make_framework", planted.raises(error))
    done = spi("check", "tiny")
    assert done.code == {KeyboardInterrupt: 130, MemoryError: 1}.get(type(error), 2)
    assert said in done.err
    assert logs(root) == []
    assert json.loads(spi("check", "tiny", "--json").out)["status"] != "done"


def test_the_log_finds_another_place_or_is_a_line(
    spi: Run, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, inputs, "make_framework")
    shutil.rmtree(root / "reports")
    (root / "reports").write_text("a file where a folder should be")
    elsewhere = tmp_path / "temporary"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    done = spi("check", "tiny")
    (log,) = logs(tmp_path)
    assert log.parent == elsewhere
    assert done == (1, "", f"spi: {SENTENCE}{log}\n")
    with monkeypatch.context() as nowhere:
        nowhere.setattr(tempfile, "tempdir", str(root / "_quarto.yml"))
        done = spi("check", "tiny")
        answer = spi("check", "tiny", "--json")
    assert done.code == 1
    (line,) = done.err.splitlines()
    assert line.startswith("spi: a fault of the program; please send this line, for no log can")
    assert "in explode" in line
    assert line.endswith("KeyError: 'Ward # has # offences'")
    assert json.loads(answer.out)["log"] is None


def test_a_fault_in_a_rendering_worker_is_a_sentence_and_a_log(
    spi: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, engine, "make_document")  # workers import it from beside this file
    done = spi("render", "tiny", "--area", WARD, "--area", "E05000102")
    assert (done.code, "in explode" in done.err) == (1, False)
    (log,) = logs(root)
    assert log.parent == root / "reports"
    lines = done.err.strip().splitlines()
    assert "Ward 1: ward-brief.qmd (edition='tiny', area='E05000101'): unforeseen K" in lines[0]
    assert lines[-2:] == [
        "2 of 2 documents failed; the other 0 are done",
        f"{SENTENCE}{log}",
    ]
    text = log.read_text("utf-8")
    assert text.count("in explode") == 2
    assert str(planted.HIDDEN) not in text + done.err
    answer = spi("render", "tiny", "--area", WARD, "--json")
    assert (answer.code, answer.err) == (1, "")
    assert Path(json.loads(answer.out)["log"]) in logs(root)


def test_a_fault_in_a_worker_that_builds_is_a_sentence_and_a_log(
    spi: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_edition(root / "data" / "other")
    plant(monkeypatch, editions, "_noting")
    done = spi("all", "tiny", "other", "--force", "--jobs", "1")
    (log,) = logs(root)
    assert done.code == 1
    assert done.err.splitlines() == [
        "spi: tiny: unforeseen KeyError",
        "other: unforeseen KeyError",
        f"{SENTENCE}{log}",
    ]
    assert log.read_text("utf-8").count("in explode") == 2


BRIEF = """---
title: Brief
---

```{python}
#| tags: [parameters]
edition = area = ""
```

```{python}
from spi_core.present.base.numbers import number
CODE
```
"""


@pytest.mark.parametrize(
    ("code", "said", "ours"),
    [
        ("number('many')", "line 12 (edition='tiny', area='E05000101'): TypeError", True),
        ("nmuber(1)", "line 12 (edition='tiny', area='E05000101'): NameError", False),
        ("import sys; sys.exit()", "SystemExit", False),
    ],
    ids=["ours", "the document's", "exit"],
)
def test_a_cell_that_fails_is_named_with_its_line_and_only_our_own_faults_have_a_log(
    spi: Run, root: Path, code: str, said: str, ours: bool
) -> None:
    (root / "notebooks").mkdir(exist_ok=True)
    path = root / "notebooks" / "ward-brief.qmd"
    path.write_text(BRIEF.replace("CODE", code), "utf-8")
    done = spi("render", "tiny", "--area", WARD, "--format", "html")
    assert done.code == 1
    assert "Ward 1: ward-brief.qmd, cell 2" in done.err
    assert said in done.err
    assert (SENTENCE in done.err) is ours
    assert ["numbers.py" in log.read_text("utf-8") for log in logs(root)] == [True] * ours


@pytest.mark.gate
def test_a_reader_that_goes_is_no_fault(root: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for arguments in (("check", "tiny"), ("check", "tiny", "--json"), ("--help",)):
        process = subprocess.Popen(
            [sys.executable, "-m", "spi_core.cli", *arguments],
            cwd=root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert (process.wait(), said) == (1, b"")
    assert logs(root) == []


def test_a_command_stopped_within_an_exec_still_ends_with_130(tmp_path: Path) -> None:
    """Python remembers such an interrupt, and ``python -m`` would then end by the signal."""
    (tmp_path / "stopped.py").write_text(
        "import typer\nfrom spi_core import cli\n"
        "typer.main.get_command = lambda app: exec('raise KeyboardInterrupt')\ncli.main()\n"
    )
    line = [sys.executable, "-m", "stopped"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        130,
        "spi: stopped; run it again: what is finished is kept\n",
    )
