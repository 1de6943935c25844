"""Python as it is on Windows, as far as that can be had elsewhere.

Every process started with this folder on PYTHONPATH imports it, workers too: what the system of
Windows lacks is gone, what it refuses is refused, and text without an encoding is cp1252 with
lines that end in two characters.
"""

from __future__ import annotations

import builtins
import io
import multiprocessing
import os
import re
import select
import shutil
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

#: All that this project writes lies below here.
BELOW = os.environ["WINDOWS_BELOW"]
#: The longest path is 259 characters, of which a council's folders take up to a hundred.
LONGEST = 150
NAMES = re.compile(
    r'[<>:"|?*\\\x00-\x1f]|[ .]$|^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$', re.IGNORECASE
)

for module, lacking in {
    os: "fork forkpty killpg setpgid getpgid setsid mkfifo statvfs",
    signal: "pthread_sigmask SIGKILL SIGALRM SIGHUP alarm setitimer",
    select: "poll epoll",
}.items():
    for name in lacking.split():
        if hasattr(module, name):
            delattr(module, name)
multiprocessing.get_all_start_methods = lambda: ["spawn"]
shutil._use_fd_functions = False  # type: ignore[attr-defined]

#: Modules of ours that ask for the system's name, and nothing else of ``sys``.
ASKS = {"spi_core.publish.keep.alone"}
_import, _open, _rename = builtins.__import__, io.open, os.rename
_writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _importing(name: str, globals: Any = None, *rest: Any, **options: Any) -> Any:
    ours = str((globals or {}).get("__name__", "")).startswith("spi_core")
    if ours and name in ("fcntl", "resource", "pwd", "grp", "termios"):
        raise ModuleNotFoundError(f"No module named '{name}'", name=name)
    if ours and name == "msvcrt":
        return SimpleNamespace(LK_NBLCK=2, locking=_locking)
    module = _import(name, globals, *rest, **options)
    for asks in ASKS & sys.modules.keys():
        vars(sys.modules[asks])["sys"] = SimpleNamespace(platform="win32")
    return module


def _locking(handle: int, mode: int, n: int) -> None:
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise PermissionError(13, "Windows says so of a lock that another has") from error


def _opening(
    file: Any,
    mode: str = "r",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    *rest: Any,
    **options: Any,
) -> Any:
    if "b" not in mode:
        encoding = "cp1252" if encoding in (None, "locale") else encoding
        newline = "\r\n" if newline is None and "r" not in mode else newline
    return _open(file, mode, buffering, encoding, errors, newline, *rest, **options)


def _renaming(source: Any, target: Any, **options: Any) -> None:
    if os.path.lexists(target):
        raise FileExistsError(17, "Windows renames onto nothing that exists", str(target))
    _rename(source, target, **options)


def _in_use(call: Any) -> Any:
    """Refuse to remove or replace a file that this process still has open or mapped."""

    def guarded(path: Any, *rest: Any, **options: Any) -> Any:
        named = [
            os.path.realpath(p) for p in (path, *rest[:1]) if isinstance(p, (str, os.PathLike))
        ]
        held = {os.path.realpath(fd) for fd in Path("/proc/self/fd").iterdir()}
        with _open("/proc/self/maps", encoding="utf-8") as maps:
            held |= {line.rstrip("\n").split(maxsplit=5)[-1] for line in maps}
        for name in named:
            if name.startswith(BELOW) and name in held:
                raise PermissionError(13, "Windows keeps files that are in use", name)
        return call(path, *rest, **options)

    return guarded


def _seen(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        if not flags & _writing:
            return
    elif event in ("os.mkdir", "os.rename"):
        path = arguments[1] if event == "os.rename" else arguments[0]
    elif event in ("os.symlink", "os.link"):
        raise OSError(1314, "Windows lets few people make links", arguments[1])
    else:
        return
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if not isinstance(path, (str, os.PathLike)):
        return
    whole = os.path.abspath(path)  # noqa: PTH100, links stay
    if whole.startswith(BELOW):
        own = whole[len(BELOW) :].strip("/")
        if len(own) > LONGEST or any(NAMES.search(part) for part in own.split("/")):
            raise OSError(22, "Windows takes no such name", whole)


builtins.__import__ = _importing
builtins.open = io.open = _opening  # type: ignore[assignment]
os.rename = _renaming
if Path("/proc/self/maps").exists():
    for _name in ("replace", "unlink", "remove"):
        setattr(os, _name, _in_use(getattr(os, _name)))
sys.addaudithook(_seen)
