"""A run killed at any time leaves no half file, and the next run finishes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import pikepdf
import pytest

from tests.gates.conftest import command, copy_project

pytestmark = pytest.mark.gate

KILLS = 20
#: Some of everything, so that one run takes seconds: tables, a page, two briefs.
DOCUMENTS = ("--area", "E05000026", "--area", "E05000032")


def whole(path: Path) -> bool:
    if path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            return len(pdf.pages) == 2
    if path.suffix == ".html":
        return path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    if path.suffix == ".parquet":
        return len(pd.read_parquet(path)) >= 0  # a table without rows is whole too
    if path.suffix == ".json":
        return bool(json.loads(path.read_text(encoding="utf-8")))
    return True


def shown(reports: Path) -> list[Path]:
    """Files under their final names; temporary ones start with a dot."""
    files = [p for p in reports.rglob("*") if p.is_file()]
    return [
        p for p in files if not any(part.startswith(".") for part in p.relative_to(reports).parts)
    ]


def test_killed_runs_leave_only_whole_files(tmp_path):
    project = copy_project(tmp_path / "project")
    reports = project / "reports" / "lbbd-open"
    build, environment = command(project, "build", "lbbd-open", "--quiet")
    render, _ = command(project, "render", "lbbd-open", "--quiet", *DOCUMENTS)
    start = time.perf_counter()
    for line in (build, render):
        subprocess.run(line, cwd=project, env=environment, check=True)
    length = time.perf_counter() - start
    chance = random.Random(2014)
    for line in (build, render):
        for turn in range(KILLS // 2):
            # a session of its own: the workers die with the parent, as in a power cut
            process = subprocess.Popen(
                line,
                cwd=project,
                env=environment,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            time.sleep(chance.uniform(0.1, 0.6 * length))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            broken = [p.name for p in shown(reports) if not whole(p)]
            assert broken == [], f"after kill {turn + 1} of {line[3]}"
        # the next run finishes
        subprocess.run(line, cwd=project, env=environment, check=True)
    assert {p.suffix for p in shown(reports / "wards")} == {".html", ".pdf"}
