"""Worker processes: order, faults, reuse, environment."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from spi_core.errors import InputError, SpiError
from spi_core.publish.workers import pool as workers
from spi_core.text.yaml_text import parse_yaml

# Workers import the function that they run, so the tests use functions of the standard library.


def collect(function: Any, arguments: list[tuple[Any, ...]], size: int) -> list[tuple[int, Any]]:
    seen: list[tuple[int, Any]] = []
    workers.run_all(function, arguments, size, lambda i, r: seen.append((i, r)))
    return seen


def test_every_call_is_answered_once() -> None:
    assert sorted(collect(math.sqrt, [(9,), (1,), (4,)], 2)) == [(0, 3), (1, 1), (2, 2)]


def test_an_error_is_an_answer_and_the_rest_goes_on() -> None:
    answers = dict(collect(math.sqrt, [(4,), (-1,), (9,)], 1))
    assert (answers[0], answers[2]) == (2, 3)
    assert isinstance(answers[1], SpiError)
    assert str(answers[1]) == "unforeseen ValueError"
    assert "ValueError: math domain error" in answers[1].details


def test_an_error_of_ours_arrives_as_it_was_raised() -> None:
    answers = dict(collect(parse_yaml, [("header", b"x: [")], 1))
    assert isinstance(answers[0], InputError)
    assert [(f.file, f.row) for f in answers[0].faults] == [("header", 1)]
    assert answers[0].details == ""


def test_a_worker_that_dies_is_an_answer_and_the_rest_goes_on() -> None:
    answers = dict(collect(os._exit, [(3,), (4,)], 1))
    assert {i: str(error) for i, error in answers.items()} == {
        0: "the worker process ended (exit code 3)",
        1: "the worker process ended (exit code 4)",
    }


def test_whatever_happens_in_a_worker_nothing_is_printed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    calls = ["1 / 0", "raise SystemExit(3)", "raise KeyboardInterrupt", "raise MemoryError"]
    answers = dict(collect(exec, [(code,) for code in calls], 2))
    assert {type(error) for error in answers.values()} == {SpiError}
    assert [str(answers[i]).removeprefix("unforeseen ") for i in range(4)] == [
        *("ZeroDivisionError", "SystemExit", "KeyboardInterrupt"),
        "the memory that this run may use does not suffice",
    ]
    assert capfd.readouterr() == ("", "")


def test_a_socket_finds_room_however_long_the_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("x" * 100) / ("y" * 95)
    folder.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert len(str(workers._socket_folder())) <= 70
    # sockets lie in one folder for the whole process: this test needs a process of its own
    code = (
        "import math; from spi_core.publish.workers.pool import answers_of\n"
        "if __name__ == '__main__': print(answers_of(math.sqrt, [(9,)], 1))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[3.0]\n", "")
    assert list(folder.iterdir()) == []


def test_without_a_short_folder_workers_are_started_without_sockets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "_LONGEST", 0)
    assert collect(math.sqrt, [(9,)], 1) == [(0, 3)]
    assert workers._context()[1] is False


def test_answers_arrive_as_they_are_ready() -> None:
    assert [index for index, _ in collect(time.sleep, [(1.0,), (0.0,)], 2)] == [1, 0]


def test_processes_are_single_use() -> None:
    processes = {answer for _, answer in collect(os.getpid, [(), ()], 1)}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_workers_hash_alike_and_the_caller_is_left_alone() -> None:
    before = os.environ.get("PYTHONHASHSEED")
    assert collect(os.getenv, [("PYTHONHASHSEED",)], 1) == [(0, "0")]
    assert os.environ.get("PYTHONHASHSEED") == before


def test_without_fork_processes_are_reused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers.multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    processes = {answer for _, answer in collect(os.getpid, [(), (), ()], 1)}
    assert len(processes) == 1
    assert os.getpid() not in processes


def test_what_is_prepared_stays_for_the_calls_that_follow() -> None:
    # adds one and tells the count: by preparing in the worker, by the call in a fork that ends
    module = "__import__('builtins')"
    count = f"setattr({module}, 'n', getattr({module}, 'n', 0) + 1) or {module}.n"
    answers: dict[int, Any] = {}
    workers.run_all(eval, [(count,), (count,)], 1, answers.__setitem__, exec)
    assert answers == {0: 2, 1: 3}


def test_a_call_leaves_its_worker_as_it_was() -> None:
    calls = [("import os; os.environ['SPI_LEFT'] = '1'",), ("import os; os.environ['SPI_LEFT']",)]
    answers = dict(collect(exec, calls, 1))
    assert answers[0] is None
    assert str(answers[1]) == "unforeseen KeyError"


def test_a_fault_of_preparing_is_left_to_the_call() -> None:
    answers: dict[int, Any] = {}
    workers.run_all(os.getenv, [("SPI_NONE", "kept")], 1, answers.__setitem__, os.stat)
    assert answers == {0: "kept"}


def test_the_calls_of_a_pool_that_stops_are_stopped(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(60)"

    def interrupt(index: int, answer: object) -> None:
        while not (mark.exists() and mark.read_text()):
            time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workers.run_all(exec, [(code,), ("",)], 2, interrupt)
    process = int(mark.read_text())
    for _ in range(200):  # the system may take a moment
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            break
        if (
            Path(f"/proc/{process}/stat").exists()
            and ") Z" in Path(f"/proc/{process}/stat").read_text()
        ):
            break
        time.sleep(0.05)
    else:
        pytest.fail("the call still runs")


def test_no_workers_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        collect(math.sqrt, [(1,)], 0)
