"""One run at a time works on an edition."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path


@contextmanager
def alone(editions: Iterable[Path], say: Callable[[str], object]) -> Iterator[None]:
    """Have editions for one run; another waits until it ends.

    Parameters
    ----------
    editions : iterable of Path
        ``data/<edition>`` of each. The inputs are locked and not the reports: a run that is refused
        writes nothing, not even a lock.
    say : callable
        Told in a sentence that there is another run.

    Notes
    -----
    The system lets go of a lock when its process ends, however it ends. A disk that knows no locks
    gives none.
    """
    with ExitStack() as held:
        for folder in sorted(set(editions)):  # in one order, or two could wait for each other
            with suppress(OSError):
                handle = os.open(_lockable(folder), os.O_RDONLY)
                held.callback(os.close, handle)
                if not _locked(handle):
                    say(f"{folder.name}: another run works on this edition; waiting for its end")
                    while not _locked(handle):
                        time.sleep(0.2)
        yield


def _lockable(folder: Path) -> Path:
    return folder if sys.platform != "win32" else folder / "edition.yml"


def _locked(handle: int) -> bool:
    """Try to have a file for this process alone; tell whether it has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, 1 << 30, os.SEEK_SET)  # far behind its end: all can still read it
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # as Linux and Windows say that another one has it
        return False
    return True
