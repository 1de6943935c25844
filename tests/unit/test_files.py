"""Files written whole or not at all, and what killed runs leave behind."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from spi_core import files
from spi_core.errors import SpiError
from spi_core.files import (
    WriteError,
    file_digest,
    in_place,
    recording_writes,
    remove_leftovers,
    scratch_folder,
    temporary_name,
    write_bytes,
)


def dead_process() -> int:
    """Return the number of a process that has ended."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_a_file_is_read_by_everybody_whatever_the_mask(tmp_path: Path) -> None:
    mask = os.umask(0o077)
    try:
        write_bytes(tmp_path / "a", b"x")
    finally:
        os.umask(mask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


def test_no_room_is_named_with_the_file_and_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"
    write_bytes(target, b"old")

    def fill() -> None:
        with in_place(target) as part:
            part.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(WriteError) as caught:
        fill()
    assert str(caught.value) == f"{target}: cannot be written: No space left on device"
    assert isinstance(caught.value, SpiError)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"table.csv": b"old"}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file where a folder should be")
    with pytest.raises(WriteError, match=r"reports/tiny/a.csv: cannot be written"):
        write_bytes(tmp_path / "reports" / "tiny" / "a.csv", b"")


def test_other_errors_pass_and_leave_nothing(tmp_path: Path) -> None:
    def stop() -> None:
        with in_place(tmp_path / "a") as part:
            part.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_ended_processes_go_and_others_stay(tmp_path: Path) -> None:
    running = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    names = {
        "dead": f".a.pdf.{dead_process()}.part",
        "alive": f".a.pdf.{running.pid}.part",
        "visible": "a.1.part",
        "foreign": ".gitkeep",
    }
    (tmp_path / "wards").mkdir()
    for name in names.values():
        (tmp_path / "wards" / name).touch()
    own = temporary_name(tmp_path / "b")  # a number that the system has used again
    own.touch()
    assert remove_leftovers(tmp_path) == 2
    left = {p.name for p in tmp_path.rglob("*") if p.is_file()}
    running.communicate(b"\n")
    assert left == {names["alive"], "a.1.part", ".gitkeep"}
    assert remove_leftovers(tmp_path / "nowhere") == 0


def test_working_folders_of_ended_processes_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / f"spi-{dead_process()}-x" / "render-y"
    left.mkdir(parents=True)
    (tmp_path / "spi-notes").mkdir()
    with scratch_folder() as folder:
        assert folder.parent == tmp_path
        assert {p.name for p in tmp_path.iterdir()} == {folder.name, "spi-notes"}
    assert [p.name for p in tmp_path.iterdir()] == ["spi-notes"]


def test_where_nobody_can_ask_what_is_older_than_a_day_was_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows: what another run writes at this moment stays."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(files, "_ASKS", False)
    old, new = (tmp_path / f".a.pdf.{n}.part" for n in (dead_process(), dead_process() + 100_000))
    folder = tmp_path / f"spi-{dead_process()}-x"
    folder.mkdir()
    for path in (old, new):
        path.touch()
    for path in (old, folder):
        os.utime(path, (time.time() - 90_000,) * 2)
    assert remove_leftovers(tmp_path) == 1
    with scratch_folder():
        pass
    assert list(tmp_path.iterdir()) == [new]


def test_without_a_place_for_working_files_the_message_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(WriteError, match="nowhere: no working folder"), scratch_folder():
        pass


def test_what_is_written_is_told_to_whoever_asks(tmp_path: Path) -> None:
    with recording_writes() as outer:
        write_bytes(tmp_path / "a", b"")
        with recording_writes() as inner:
            write_bytes(tmp_path / "b", b"")
        with pytest.raises(WriteError):
            write_bytes(tmp_path / "a" / "c", b"")
    write_bytes(tmp_path / "d", b"")
    assert ([p.name for p in outer], [p.name for p in inner]) == (["a", "b"], ["b"])


def test_a_hash_is_that_of_the_content_and_none_without_a_file(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"abc")
    assert file_digest(tmp_path / "a") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert file_digest(tmp_path / "b") is None
    assert file_digest(tmp_path) is None
