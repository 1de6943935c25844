"""The same inputs give the same bytes, whatever the machine’s zone, locale, masks and folders."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.once import once
from tests.support.project import command, copy_project, files

pytestmark = pytest.mark.gate

#: Each differs from what the first run had; the workers' own settings must win.
ELSEWHERE = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "POSIX",
    "LANG": "de_DE.UTF-8",
    "LANGUAGE": "de",
    "PYTHONHASHSEED": "4711",
    "SOURCE_DATE_EPOCH": "86400",
    "OPENBLAS_NUM_THREADS": "2",
    "OMP_NUM_THREADS": "2",
    "MPLBACKEND": "pdf",
    "COLUMNS": "40",
    "USER": "somebody-else",
    "HOSTNAME": "another-machine",
    "PYTHONUTF8": "1",
}


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render everything again under another root, in another order of parts."""

    def make(above: Path) -> None:
        above.mkdir()
        project = copy_project(above / "umbenannt")
        home, temporary = above / "home", above / "tmp"
        home.mkdir()
        temporary.mkdir()
        places = {"HOME": str(home), "TMPDIR": str(temporary), "MPLCONFIGDIR": str(home)}
        arguments = ("all", "lbbd-open", "--engine", "builtin", "--quiet", "--jobs", "1")
        line, environment = command(project, *arguments)
        variables = {**environment, **ELSEWHERE, **places}
        subprocess.run(line, cwd=home, env=variables, umask=0o077, check=True)
        assert list(temporary.iterdir()) == [], "working files are left behind"

    return once(tmp_path_factory, "ä b", make) / "umbenannt" / "reports" / "lbbd-open"


def test_every_file_is_the_same_bytes(rendered: Path, elsewhere: Path) -> None:
    here, there = files(rendered), files(elsewhere)
    assert list(here) == list(there)
    assert {Path(name).suffix for name in here} >= {".html", ".pdf", ".parquet", ".csv", ".json"}
    assert [name for name in here if here[name] != there[name]] == []


def test_no_file_knows_where_it_was_made(rendered: Path, elsewhere: Path) -> None:
    told = {}
    for folder in (rendered, elsewhere):
        project = folder.parents[1]
        marks = {project.name, str(project.parent), os.uname().nodename, "somebody-else"}
        for name, content in files(folder).items():
            found = [m for m in marks if len(m) > 7 and m.encode() in content]
            if found:
                told[name] = found
    assert told == {}


def test_everybody_may_read_what_a_private_mask_has_made(elsewhere: Path) -> None:
    modes = {p.name: oct(p.stat().st_mode & 0o777) for p in elsewhere.rglob("*") if p.is_file()}
    assert set(modes.values()) == {"0o644"}, modes


def test_the_record_agrees_that_nothing_differs(rendered: Path, elsewhere: Path) -> None:
    for folder in (rendered, elsewhere):
        line, environment = command(folder.parents[1], "verify", "lbbd-open", "--json")
        done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
        assert json.loads(done.stdout)["differences"] == []
        assert done.returncode == 0
