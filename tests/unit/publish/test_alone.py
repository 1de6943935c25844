"""Two runs on one edition: the second waits, whoever started it, and says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from spi_core.publish.keep.alone import alone
from tests.support.editions import ROOT

OTHER = """
import sys, time
from pathlib import Path
from spi_core.publish.keep.alone import alone
with alone([Path(sys.argv[1])], print):
    print("has it", flush=True)
    sys.stdin.read()
    Path(sys.argv[1], "written").touch()
"""


def test_a_second_run_waits_until_the_first_has_ended_or_was_killed(tmp_path: Path) -> None:
    folder, other = tmp_path / "tiny", tmp_path / "another"
    folder.mkdir()
    other.mkdir()
    for killed in (False, True):
        line = [sys.executable, "-c", OTHER, str(folder)]
        pipe = subprocess.PIPE
        first = subprocess.Popen(line, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        assert first.stdin
        assert first.stdout
        assert first.stdout.readline() == "has it\n"
        said: list[str] = []

        def end(text: str, said: list[str] = said, run: subprocess.Popen[str] = first) -> None:
            said.append(text)
            assert not (folder / "written").exists()
            run.kill() if killed else run.stdin.close()  # noqa: B023

        with alone([other], said.append):
            assert said == []  # an edition of its own has a lock of its own
        with alone([folder, folder], end):
            assert said == ["tiny: another run works on this edition; waiting for its end"]
            assert (folder / "written").exists() is not killed
        first.wait()
        (folder / "written").unlink(missing_ok=True)
    assert {p.name for p in tmp_path.rglob("*")} == {"tiny", "another"}


def test_where_no_lock_can_be_had_the_run_goes_on(tmp_path: Path) -> None:
    said: list[str] = []
    with alone([tmp_path / "nowhere"], said.append):
        assert said == []  # nobody is waited for
