"""Run a function over many arguments in worker processes that start warm."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, TypeVar

from spi_core.errors import SpiError, unforeseen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

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
#: Longest folder for a socket: its address has about 100 bytes, of which its own name takes 32.
_LONGEST = 70


def _socket_folder() -> str | None:
    """Find a folder for temporary files whose path leaves room for the name of a socket."""
    folders = (tempfile.gettempdir(), "/tmp", "/var/tmp")
    fit = (f for f in folders if len(os.fsencode(f)) <= _LONGEST and os.access(f, os.W_OK))
    return next(fit, None)


@contextmanager
def _environment() -> Iterator[None]:
    """Set the workers' environment while one is started; the terminal's Ctrl-C is not for them."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    folder, tempfile.tempdir = tempfile.tempdir, _socket_folder() or tempfile.tempdir
    posix = hasattr(signal, "pthread_sigmask")
    if posix:  # to start it lets Ctrl-C through again: it must run before that is held back
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]) if posix else None
    try:
        yield
    finally:
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        tempfile.tempdir = folder
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _context() -> tuple[BaseContext, bool]:
    """Return how to start workers, and whether they can fork: who forks them is met at a socket."""
    if "forkserver" in multiprocessing.get_all_start_methods() and _socket_folder():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["spi_core.publish.workers.preload"])
        return context, True
    return multiprocessing.get_context("spawn"), False


def _call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    """Call the function; its result or the error, ready to be sent."""
    try:
        return pickle.dumps(function(*arguments))
    except SpiError as error:
        return pickle.dumps(error)
    except BaseException as error:  # a notebook may call sys.exit: whatever happened is told
        return pickle.dumps(unforeseen(error))


def _call_in_fork(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    """Call the function in a fork of this process, which ends with it."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        try:
            gc.disable()  # nothing lives on: a tenth of the time would go into collecting
            theirs.send_bytes(_call(function, arguments))
        finally:
            os._exit(0)
    theirs.close()
    try:
        answer = ours.recv_bytes()
    except EOFError:
        answer = b""
    ours.close()
    _, status = os.waitpid(child, 0)
    return answer or pickle.dumps(_ended(os.waitstatus_to_exitcode(status)))


def _ended(code: int | None) -> SpiError:
    return SpiError(f"the worker process ended (exit code {code})")


def _worker(
    connection: Connection,
    function: Callable[..., Any],
    prepare: Callable[..., None] | None,
    forks: bool,
) -> None:
    """Answer one message after another until the other side closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    if forks:
        os.setpgid(0, 0)  # what it starts is stopped with it
    call = _call_in_fork if forks else _call
    try:
        while True:
            arguments = connection.recv()
            if prepare is not None:
                with suppress(Exception):  # the call meets the same fault, and reports it
                    prepare(*arguments)
            connection.send_bytes(call(function, arguments))
    except (EOFError, OSError):
        return
    except Exception as error:  # Python would print a traceback
        connection.send_bytes(pickle.dumps(unforeseen(error)))


class _Pool:
    """Up to ``size`` processes, each with one call at a time."""

    def __init__(
        self, function: Callable[..., Any], prepare: Callable[..., None] | None, size: int
    ) -> None:
        self.context, forks = _context()
        self.given = (function, prepare, forks)
        self.size = size
        self.idle: list[tuple[BaseProcess, Connection]] = []
        self.busy: dict[Connection, tuple[BaseProcess, int]] = {}

    def start(self) -> tuple[BaseProcess, Connection]:
        ours, theirs = self.context.Pipe()
        given = (theirs, *self.given)
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
        """Wait for the next answers; a worker that died answers with an error."""
        answers = []
        for ready in wait(list(self.busy)):
            assert isinstance(ready, Connection)
            process, index = self.busy.pop(ready)
            try:
                answers.append((index, ready.recv()))
                self.idle.append((process, ready))
            except (EOFError, OSError):
                process.join()
                answers.append((index, _ended(process.exitcode)))
                ready.close()
        return answers

    def stop(self) -> None:
        for process, connection in [*self.idle, *((p, c) for c, (p, _) in self.busy.items())]:
            connection.close()
            _, _, forks = self.given
            if forks and process.pid:
                with suppress(ProcessLookupError):  # not yet its own group, or gone
                    os.killpg(process.pid, signal.SIGTERM)
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
    finished: Callable[[int, R | SpiError], None],
    prepare: Callable[..., None] | None = None,
) -> None:
    """Call a function once for each tuple of arguments, side by side in other processes.

    Parameters
    ----------
    function : callable
        A function of a module, whose arguments and result can be pickled.
    arguments : sequence of tuple
        The arguments of each call.
    n_workers : int
        Processes at a time, at least 1.
    finished : callable
        Called here with the position of each call and its result, as they arrive; with an error
        instead of a result where the call raised one or the worker died.
    prepare : callable, optional
        Called in the worker with the arguments of each call before it: what it loads stays there
        for the calls that follow.

    Raises
    ------
    ValueError
        If ``n_workers`` is below 1.

    Notes
    -----
    Where the system can fork, each call has a process of its own: a fork of its worker, which
    has loaded what the calls share and is left as it was. Elsewhere (Windows) workers make one
    call after another.
    """
    if n_workers < 1:
        raise ValueError(f"n_workers is {n_workers}; allowed: 1 or more")
    pool = _Pool(function, prepare, n_workers)
    queue = list(enumerate(arguments))[::-1]
    sys.stdout.flush()
    try:
        while queue or pool.busy:
            while queue and len(pool.busy) < n_workers:
                pool.give(*queue.pop())
            for index, answer in pool.collect():
                if queue:  # the worker goes on while the answer is written here
                    pool.give(*queue.pop())
                finished(index, answer)
    finally:
        pool.stop()


def answers_of(
    function: Callable[..., R], arguments: Sequence[tuple[Any, ...]], n_workers: int | None = None
) -> list[R | SpiError]:
    """Call a function once for each tuple of arguments and wait for all.

    Parameters
    ----------
    function, arguments
        As for :func:`run_all`.
    n_workers : int, optional
        Processes at a time; the number of cores by default.

    Returns
    -------
    list
        Results in the order of the arguments; an error where the call raised one or the worker
        died.

    Examples
    --------
    >>> import math
    >>> answers_of(math.sqrt, [(9,), (4,)], 1)
    [3.0, 2.0]
    """
    answers: dict[int, R | SpiError] = {}
    run_all(function, arguments, n_workers or os.cpu_count() or 1, answers.__setitem__)
    return [answers[i] for i in range(len(arguments))]
