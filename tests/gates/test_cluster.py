"""Documents on a Dask cluster: the same bytes as at home, and nothing lost when a worker dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.editions import WARDS
from tests.support.small import BUILD, Small

distributed = pytest.importorskip("distributed", reason="Dask is not installed")
pytestmark = pytest.mark.gate

RENDER = ("render", "tiny", "--document", "ward-brief")
SECONDS = 120


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    made = Small(tmp_path_factory.mktemp("cluster"))
    assert made.run(*BUILD).returncode == 0
    return made


@pytest.fixture(scope="module")
def at_home(small: Small) -> dict[str, bytes]:
    """The briefs as made here, without a cluster."""
    done = small.run(*RENDER)
    assert done.returncode == 0, done.stderr
    return briefs(small)


def briefs(small: Small) -> dict[str, bytes]:
    return {k: v for k, v in small.files().items() if k.startswith("wards/")}


@pytest.fixture(scope="module")
def address(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a scheduler and two workers, each a process with folders of its own."""
    folder = tmp_path_factory.mktemp("elsewhere")
    file = folder / "scheduler.json"
    _, environment = small.line()
    environment = {**environment, "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "SPI_ROOT": "/nowhere"}
    commands = (
        ("dask_scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard"),
        ("dask_worker", "--nworkers", "2", "--nthreads", "1", "--no-dashboard"),
    )
    running = []
    for name, *options in commands:
        line = [sys.executable, "-m", f"distributed.cli.{name}", *options, "--scheduler-file", file]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        running.append(subprocess.Popen(line, cwd=folder, env=environment, **quiet))
        until = time.monotonic() + SECONDS
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.2)
    yield json.loads(file.read_text(encoding="utf-8"))["address"]
    for process in reversed(running):
        process.terminate()
        process.wait(timeout=SECONDS)


def kill_a_busy_worker(address: str, gone: subprocess.Popen[str]) -> str:
    """Kill the process of the first worker seen at work; return its address."""
    with distributed.Client(address, set_as_default=False) as client:
        while gone.poll() is None:
            pids = client.run(os.getpid)
            for worker, tasks in client.processing().items():
                if any("_remote" in str(task) for task in tasks):
                    os.kill(pids[worker], signal.SIGKILL)
                    return str(worker)
            time.sleep(0.1)
    pytest.fail("the run ended before any worker was seen at work")


def test_a_killed_worker_loses_nothing_and_the_bytes_are_those_made_at_home(
    small: Small, at_home: dict[str, bytes], address: str
) -> None:
    line, environment = small.line(*RENDER, "--force", "--json", "--scheduler", address)
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(line, cwd=small.project, env=environment, **pipes)
    killed = kill_a_busy_worker(address, process)
    out, err = process.communicate(timeout=5 * SECONDS)
    assert process.returncode == 0, out + err
    assert len(json.loads(out)["files"]) == len(at_home) == 2 * len(WARDS)
    assert briefs(small) == at_home
    with distributed.Client(address, set_as_default=False) as client:
        assert killed not in client.scheduler_info()["workers"]
    assert small.run("verify", "tiny").returncode == 0
    assert f"{2 * len(WARDS)} files up to date" in small.run(*RENDER).stdout


def test_a_failing_cell_on_a_worker_is_named_and_the_others_go_on(
    small: Small, at_home: dict[str, bytes], address: str
) -> None:
    path = small.project / "notebooks" / "ward-brief.qmd"
    text = path.read_text(encoding="utf-8")
    code = "```{python}\n#| label: stops\nassert not area.endswith('3'), 'no third ward'\n```\n\n"
    path.write_text(
        text.replace("## Is it getting", code + "## Is it getting", 1), encoding="utf-8"
    )
    done = small.run(*RENDER, "--scheduler", address)
    path.write_text(text, encoding="utf-8")
    assert done.returncode == 1
    for part in ("Ward 3", "ward-brief.qmd, cell 'stops'", "E05000103", "no third ward"):
        assert part in done.stderr
    others = len(WARDS) - 1
    assert f"1 of {len(WARDS)} documents failed; the other {others} are done" in done.stderr


def test_no_scheduler_is_a_sentence(small: Small, at_home: dict[str, bytes]) -> None:
    done = small.run(*RENDER, "--force", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 1
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in done.stderr
