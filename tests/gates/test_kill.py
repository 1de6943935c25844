"""A run killed at any time leaves no half file, and the next run finishes with the same bytes."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import pikepdf
import psutil
import pytest

from tests.support.small import BRIEFS, BUILD, Small, kill_during

pytestmark = pytest.mark.gate

KILLS = 50
#: Seconds of processor time after which a command has begun its work.
BEGUN = 0.5
STOPPED = (130, "spi: stopped; run it again: what is finished is kept\n")
#: Parts of a run after which it is interrupted.
SHARES = (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9)


def whole(path: Path) -> bool:
    content = path.read_bytes()
    if path.suffix == ".pdf":
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return len(pdf.pages) > 0
    if path.suffix == ".html":
        return content.rstrip().endswith(b"</html>")
    if path.suffix == ".parquet":
        return len(pd.read_parquet(io.BytesIO(content))) >= 0  # one without rows is whole too
    if path.suffix == ".json":
        return bool(json.loads(content))
    return len(content) > 0


def heed() -> None:
    """Put back what a terminal's process has: a shell without job control hands on a deaf ear."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupt_during(small: Small, arguments: tuple[str, ...], seconds: float) -> tuple[int, str]:
    """Start a command and, a while after its first worker, press Ctrl-C in its terminal."""
    line, environment = small.line(*arguments, "--force", "--quiet")
    process = subprocess.Popen(
        line,
        cwd=small.project,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed,
    )
    watched = psutil.Process(process.pid)
    # a build starts no other process: after so long it has begun
    while process.poll() is None and not watched.children() and watched.cpu_times().user < BEGUN:
        time.sleep(0.01)
    time.sleep(seconds)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    said = process.communicate()[1]
    return process.returncode, said


def test_an_interrupted_run_says_so_in_one_line_and_the_next_one_finishes(tmp_path: Path) -> None:
    small = Small(tmp_path)
    undisturbed = small.finish()
    for arguments in (BUILD, BRIEFS):
        start = time.perf_counter()
        assert small.run(*arguments, "--force").returncode == 0
        length = time.perf_counter() - start
        # from the first moment of the process that workers are forked from to the last document
        ends = [interrupt_during(small, arguments, share * length) for share in SHARES]
        assert set(ends) <= {STOPPED, (0, "")}
        assert STOPPED in ends
        assert list(small.project.joinpath("reports").glob("spi-fault-*")) == []
        assert small.finish() == undisturbed


def test_killed_runs_leave_only_whole_files_and_the_next_one_finishes(tmp_path: Path) -> None:
    small = Small(tmp_path)
    undisturbed = small.finish()
    chance = random.Random(2014)
    for arguments in (BUILD, BRIEFS):
        start = time.perf_counter()
        assert small.run(*arguments, "--force").returncode == 0
        length = time.perf_counter() - start
        kills = attempts = 0
        while kills < KILLS // 2:
            attempts += 1
            assert attempts < 2 * KILLS, "runs end before they are killed"
            # importing takes the first seconds: most kills shall fall into the writing
            wait = length * chance.triangular(0.1, 1.0, 0.8)
            if kill_during(small, arguments, wait):
                kills += 1
            else:
                length = wait  # the machine is less busy than it was
            broken = [p.name for p in small.visible() if not whole(p)]
            assert broken == [], f"after kill {kills} of {arguments[0]}"
        assert small.finish() == undisturbed, f"after the kills of {arguments[0]}"
