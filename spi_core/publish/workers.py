"""Run a function over many arguments in worker processes that start warm."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

__all__ = ["run_all", "start_warm"]

R = TypeVar("R")

#: What makes a run the same everywhere: set order, time zone, locale, number of threads.
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class _Finished(Protocol):
    def __call__(self, index: int, result: Any, /) -> None: ...


@contextmanager
def _environment() -> Iterator[None]:
    """Set the workers' environment while one is started."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _context() -> tuple[BaseContext, bool]:
    """Return how to start processes, and whether each is to be used once only."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["spi_core.publish.preload"])
        return context, True
    return multiprocessing.get_context("spawn"), False


def _worker(connection: Connection, function: Callable[..., Any], once: bool) -> None:
    """Answer one message after another until the other side closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    if once:
        gc.disable()  # the process ends with its task: a tenth of the time goes into collecting
    while True:
        try:
            arguments = connection.recv()
        except EOFError:
            return
        try:
            answer = (True, function(*arguments))
        except BaseException:  # a notebook may call sys.exit: the worker reports, whatever happened
            answer = (False, traceback.format_exc(limit=-6))
        connection.send(answer)


class _Pool:
    """Up to ``size`` processes; single-use ones are replaced after every task."""

    def __init__(self, function: Callable[..., Any], size: int) -> None:
        self.function, self.size = function, size
        self.context, self.once = _context()
        self.idle: list[tuple[BaseProcess, Connection]] = []
        self.busy: dict[Connection, tuple[BaseProcess, int]] = {}

    def start(self) -> tuple[BaseProcess, Connection]:
        ours, theirs = self.context.Pipe()
        given = (theirs, self.function, self.once)
        process = self.context.Process(target=_worker, args=given, daemon=True)  # type: ignore[attr-defined]
        with _environment():
            process.start()
        theirs.close()
        return process, ours

    def give(self, index: int, arguments: tuple[Any, ...]) -> None:
        process, connection = self.idle.pop() if self.idle else self.start()
        self.busy[connection] = (process, index)
        with suppress(OSError):  # a worker that is already dead is found by collect
            connection.send(arguments)

    def collect(self) -> list[tuple[int, Any]]:
        """Wait for the next answers; a worker that died answers with a sentence."""
        answers = []
        for ready in wait(list(self.busy)):
            assert isinstance(ready, Connection)
            process, index = self.busy.pop(ready)
            try:
                good, answer = ready.recv()
            except (EOFError, OSError):
                process.join()
                answers.append((index, f"the worker process ended (exit code {process.exitcode})"))
                ready.close()
                continue
            answers.append((index, answer if good else f"internal error\n{answer}"))
            if self.once:
                ready.close()
                process.join()
            else:
                self.idle.append((process, ready))
        return answers

    def stop(self) -> None:
        for process, connection in [*self.idle, *((p, c) for c, (p, _) in self.busy.items())]:
            connection.close()
            process.terminate()
            process.join()


def start_warm() -> None:
    """Let the process that workers are forked from import what they need, in the background.

    Notes
    -----
    Where there is no fork server this does nothing: workers start when they are first needed.
    """
    if _context()[1]:
        from multiprocessing import forkserver  # not on Windows

        with _environment():
            forkserver.ensure_running()


def run_all(
    function: Callable[..., R],
    arguments: Sequence[tuple[Any, ...]],
    n_workers: int,
    finished: Callable[[int, R | str], None],
) -> None:
    """Call a function once for each tuple of arguments, in processes of their own.

    Parameters
    ----------
    function : callable
        A function of a module, whose arguments and result can be pickled.
    arguments : sequence of tuple
        The arguments of each call.
    n_workers : int
        Processes at a time, at least 1.
    finished : callable
        Called here with the position of each call and its result, as they arrive; with a sentence
        instead of a result where the worker raised an error or died.

    Raises
    ------
    ValueError
        If ``n_workers`` is below 1.
    """
    if n_workers < 1:
        raise ValueError(f"n_workers is {n_workers}; allowed: 1 or more")
    pool = _Pool(function, n_workers)
    queue = list(enumerate(arguments))[::-1]
    sys.stdout.flush()
    try:
        while queue or pool.busy:
            while queue and len(pool.busy) < n_workers:
                pool.give(*queue.pop())
            for index, answer in pool.collect():
                finished(index, answer)
    finally:
        pool.stop()
