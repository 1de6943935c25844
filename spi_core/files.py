"""Files written whole or not at all, their hashes, and what a killed run left behind."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from spi_core.errors import Fault, InputError, SpiError

_SCRATCH = re.compile(r"^spi-(?P<process>\d+)-")
_LEFTOVER = re.compile(r"^\..+\.(?P<process>\d+)\.part$")
#: On Windows nobody can ask whether a process runs: there what is older than a day was left behind.
_ASKS, _STALE = hasattr(os, "fork"), 86_400.0
#: Lists that want to know what this process writes.
_listening: list[list[Path]] = []


class WriteError(SpiError, OSError):
    """A file that cannot be written: no room, no permission, no folder."""

    __str__ = Exception.__str__  # an OSError would show its arguments


def project_root(start: Path | None = None) -> Path:
    """Find the project: the folder that holds ``_quarto.yml``.

    Parameters
    ----------
    start : Path, optional
        Where to look first, then upwards; the current folder without it. The environment
        variable ``SPI_ROOT`` wins over both.

    Returns
    -------
    Path
        Absolute path.

    Raises
    ------
    SpiError
        If neither is there.
    """
    named = os.environ.get("SPI_ROOT")
    if named:
        return Path(named).resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "_quarto.yml").exists():
            return folder
    raise SpiError(f"{here}: not inside the project (no _quarto.yml here or above)")


def private_folder(folder: Path) -> Path:
    """Name the folder of what must not be published with an edition's reports.

    Parameters
    ----------
    folder : Path
        ``reports/<edition>``.

    Returns
    -------
    Path
        ``reports/.private/<edition>``: hashes of the inputs, what is kept of the build before. All
        of it can be made anew.
    """
    return folder.absolute().parent / ".private" / folder.name


def digest(content: bytes) -> str:
    """Hash bytes.

    Parameters
    ----------
    content : bytes
        Anything.

    Returns
    -------
    str
        SHA-256, hexadecimal.

    Examples
    --------
    >>> digest(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()


def file_digest(path: Path) -> str | None:
    """Hash a file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str or None
        SHA-256, hexadecimal; None where there is no such file.

    Raises
    ------
    SpiError
        If the file is there but cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise SpiError(f"{path}: cannot be read: {error.strerror or error}") from error


@contextmanager
def refusals_as_faults() -> Iterator[None]:
    """Turn what the system refuses while inputs are read into a fault of the file.

    Raises
    ------
    InputError
        For no permission, a disk that fails and the like.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None:  # not the system's
            raise
        message = f"cannot be read: {error.strerror}"
        raise InputError([Fault(str(error.filename or "an input"), message)]) from error


def temporary_name(target: Path) -> Path:
    """Name the file that a process writes before it moves it to its final name.

    Parameters
    ----------
    target : Path
        The final name.

    Returns
    -------
    Path
        Hidden, beside the target; it names the process, so that the next run can tell what a
        killed one has left behind.
    """
    return target.with_name(f".{target.name}.{os.getpid()}.part")


@contextmanager
def in_place(target: Path) -> Iterator[Path]:
    """Hand out a temporary path beside the target; move it there unless the body fails.

    Parameters
    ----------
    target : Path
        Where the file shall stand; its folder is made.

    Yields
    ------
    Path
        Where to write.

    Raises
    ------
    WriteError
        If the system refuses; the target is as it was.
    """
    part = temporary_name(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.chmod(0o644)  # reports are for everybody, whatever the writer's mask
        part.replace(target)
    except BaseException as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, SpiError):
            raise WriteError(f"{target}: cannot be written: {error.strerror or error}") from error
        raise
    for written in _listening:
        written.append(target.absolute())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and move it into place.

    Parameters
    ----------
    path : Path
        Where the file shall stand; its folder is made.
    content : bytes
        What it shall hold.

    Raises
    ------
    WriteError
        If the system refuses; nothing half-written is left.
    """
    with in_place(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def recording_writes() -> Iterator[list[Path]]:
    """List the files that this process writes in the meantime.

    Yields
    ------
    list of Path
        Absolute paths in the order of writing; it grows as the body runs.
    """
    written: list[Path] = []
    _listening.append(written)
    try:
        yield written
    finally:
        _listening.remove(written)


def remove_leftovers(folder: Path) -> int:
    """Remove what killed runs have left under temporary names.

    Parameters
    ----------
    folder : Path
        Searched with all its folders; may be absent.

    Returns
    -------
    int
        How many files were removed. Those of processes that still run stay.
    """
    count = 0
    for path in sorted(folder.rglob(".*.part")) if folder.is_dir() else []:
        if _abandoned(path, _LEFTOVER.match(path.name)):
            with suppress(OSError):  # another run may be faster; Windows keeps files in use
                path.unlink()
                count += 1
    return count


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Hand out a private folder for a run's working files; remove what killed runs have left.

    Yields
    ------
    Path
        An empty folder of the system's temporary folder, removed afterwards.

    Raises
    ------
    WriteError
        If it cannot be made.
    """
    above = _temporary_folder()
    for path in above.glob("spi-*"):
        if not path.is_symlink() and _abandoned(path, _SCRATCH.match(path.name)):
            shutil.rmtree(path, ignore_errors=True)
    try:
        folder = tempfile.mkdtemp(prefix=f"spi-{os.getpid()}-")
    except OSError as error:
        raise WriteError(f"{above}: no working folder: {error.strerror or error}") from error
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _temporary_folder() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except OSError as error:  # it names the folders that were tried
        raise WriteError(str(error.strerror)) from error


def _abandoned(path: Path, named: re.Match[str] | None) -> bool:
    """Tell whether the process that a working file or folder names has gone without it."""
    if named is None:
        return False
    process = int(named["process"])
    if not _ASKS:
        with suppress(OSError):  # another run may be faster
            return time.time() - path.stat().st_mtime > _STALE
        return False
    if process == os.getpid():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def shown(path: Path) -> str:
    """Write a path as the analyst would type it: from the current folder where it lies below.

    Parameters
    ----------
    path : Path
        Any path.

    Returns
    -------
    str
        With forward slashes.
    """
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, RuntimeError):  # elsewhere; a link that leads to itself
        return path.as_posix()
