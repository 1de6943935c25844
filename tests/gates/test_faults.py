"""What goes wrong around a run is named, leaves no half file, and the next run is whole."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.editions import WARDS
from tests.support.small import BRIEFS, BUILD, Small

pytestmark = pytest.mark.gate

#: Loaded by every Python that a run starts: no address of the internet, and another day.
GUARD = """
import socket, time
time.time = lambda: 1_000_000_000.0
def refuse(self, address, *rest):
    if self.family != socket.AF_UNIX:
        raise SystemExit(f"NETWORK {address}")
    return real(self, address, *rest)
real, socket.socket.connect = socket.socket.connect, refuse
socket.getaddrinfo = lambda *address, **_: refuse(socket.socket(), address)
"""
FONT = "spi_core/present/theme/fonts/Inter-Bold.otf"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return Small(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def undisturbed(small: Small) -> dict[str, bytes]:
    return small.finish()


@pytest.fixture
def disk(small: Small, undisturbed: dict[str, bytes]) -> Iterator[Path]:
    """Put the reports on a disk of their own, of 8 MB."""
    reports = small.project / "reports"
    shutil.rmtree(reports)
    reports.mkdir()
    options = ["-t", "tmpfs", "-o", "size=8m", "tmpfs", str(reports)]
    mounted = subprocess.run(["mount", *options], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here; the limit on file size is tested instead")
    yield reports
    subprocess.run(["umount", str(reports)], check=True)


def fill(disk: Path) -> Path:
    """Leave a few kilobytes free."""
    free = os.statvfs(disk)
    filler = disk / "filler"
    filler.write_bytes(bytes(free.f_bavail * free.f_frsize - 16_384))
    return filler


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, 6_000))


def test_an_area_that_does_not_exist_is_named_with_those_that_do(
    small: Small, undisturbed: dict[str, bytes]
) -> None:
    done = small.run("render", "tiny", "--area", "E05999999")
    assert done.returncode == 2
    assert "'E05999999' is not one of this edition’s areas" in done.stderr
    assert all(ward in done.stderr for ward in WARDS)
    assert small.files() == undisturbed


def test_a_missing_font_is_named_before_anything_is_rendered(
    small: Small, undisturbed: dict[str, bytes]
) -> None:
    font = small.project / FONT
    content = font.read_bytes()
    font.unlink()
    done = small.run(*BRIEFS, "--force")
    font.write_bytes(content)
    assert done.returncode == 1
    assert "missing font Inter-Bold.otf" in done.stderr
    assert small.files() == undisturbed


@pytest.mark.parametrize("arguments", [BUILD, BRIEFS])
def test_a_full_disk_is_named_and_the_next_run_is_whole(
    small: Small, undisturbed: dict[str, bytes], disk: Path, arguments: tuple[str, ...]
) -> None:
    if arguments == BRIEFS:
        assert small.run(*BUILD).returncode == 0
    filler = fill(disk)
    done = small.run(*arguments, "--force")
    assert done.returncode == 1
    assert "reports/tiny" in done.stderr
    assert "No space left on device" in done.stderr
    assert list(small.reports.rglob(".*")) == []
    filler.unlink()
    assert small.finish() == undisturbed


@pytest.mark.parametrize("arguments", [BUILD, BRIEFS])
def test_a_write_that_is_cut_short_is_named_and_the_next_run_is_whole(
    small: Small, undisturbed: dict[str, bytes], arguments: tuple[str, ...]
) -> None:
    small.finish()
    before = small.files()
    done = small.run(*arguments, "--force", before=small_files)
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert list(small.reports.rglob(".*")) == []
    if arguments == BRIEFS:
        assert small.files() == before
    assert small.finish() == undisturbed


@pytest.mark.parametrize("arguments", [BUILD, BRIEFS])
def test_a_folder_that_cannot_be_written_is_named(
    small: Small, undisturbed: dict[str, bytes], arguments: tuple[str, ...]
) -> None:
    small.finish()
    blocked = small.reports / ("tables" if arguments == BUILD else "wards")
    shutil.rmtree(blocked)
    blocked.write_text("a file where a folder should be")  # no right that root could ignore
    done = small.run(*arguments, "--force")
    blocked.unlink()
    assert done.returncode == 1
    assert f"reports/tiny/{blocked.name}" in done.stderr
    assert small.finish() == undisturbed


def test_without_room_for_working_files_the_message_says_where(
    small: Small, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    small.finish()
    nowhere = tmp_path / "full"
    nowhere.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(nowhere)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here")
    try:
        done = small.run(*BRIEFS, "--force", TMPDIR=str(nowhere))
        left = [p.name for p in nowhere.iterdir()]
    finally:
        subprocess.run(["umount", str(nowhere)], check=True)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert left == []
    assert small.files() == undisturbed


@pytest.fixture
def read_only(small: Small, undisturbed: dict[str, bytes]) -> Iterator[None]:
    """Let the reports be read and not written, by root neither."""
    reports = str(small.project / "reports")
    bound = subprocess.run(["mount", "--bind", reports, reports], capture_output=True, check=False)
    if bound.returncode:
        pytest.skip("no right to mount anything here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", reports], check=True)
        yield
    finally:
        subprocess.run(["umount", reports], check=True)


@pytest.mark.parametrize("arguments", [BUILD, BRIEFS])
def test_reports_that_cannot_be_written_are_named(
    small: Small, undisturbed: dict[str, bytes], read_only: None, arguments: tuple[str, ...]
) -> None:
    done = small.run(*arguments, "--force")
    assert done.returncode == 1
    assert "reports/tiny" in done.stderr
    assert "Read-only file system" in done.stderr
    assert len(done.stderr.splitlines()) <= 4
    assert small.files() == undisturbed
    assert small.run("verify", "tiny").returncode == 0


def test_too_small_a_limit_on_memory_is_named_at_once(
    small: Small, undisturbed: dict[str, bytes]
) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (900 << 20, 900 << 20))

    done = small.run(*BUILD, "--force", before=little)
    assert done.returncode == 1
    assert done.stderr == ("spi: a program may use 900 MB here (ulimit -v); 3,072 MB are needed\n")
    assert small.files() == undisturbed


def test_a_second_run_on_an_edition_waits_for_the_first(
    small: Small, undisturbed: dict[str, bytes]
) -> None:
    lines = [small.line(*arguments, "--force") for arguments in (BUILD, BRIEFS)]
    runs = [
        subprocess.Popen(line, cwd=small.project, env=env, stderr=subprocess.PIPE, text=True)
        for line, env in lines
    ]
    said = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert sorted(said) == [
        "",
        "spi: tiny: another run works on this edition; waiting for its end\n",
    ]
    assert small.finish() == undisturbed


def test_no_network_no_folder_for_temporary_files_another_clock_language_and_line_ends(
    small: Small, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    """The same bytes as ever, where a program that asked the internet would be stopped."""
    (tmp_path / "sitecustomize.py").write_text(GUARD)
    path = f"{tmp_path}{os.pathsep}{small.project}"
    asks = "import httpx; httpx.get('http://127.0.0.1:9')"
    line = [sys.executable, "-c", asks]
    caught = subprocess.run(
        line, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert caught.stderr.startswith("NETWORK "), "the guard catches nothing"
    long = tmp_path / ("x" * 100) / ("y" * 95)
    long.mkdir(parents=True)
    apart = ["unshare", "--map-root-user", "--net"]  # other programs than Python have no guard
    alone = not subprocess.run([*apart, "true"], capture_output=True, check=False).returncode
    before = {p: p.read_bytes() for p in (small.project / "data" / "tiny").rglob("*.csv")}
    try:
        for file, content in before.items():
            file.write_bytes(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
        for arguments, folder in ((BUILD, "/nowhere"), (BRIEFS, str(long))):
            line, variables = small.line(*arguments, "--force")
            odd = {"LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Apia", "TMPDIR": folder}
            done = subprocess.run(
                [*apart, *line] if alone else line,
                cwd=small.project,
                env={**variables, **odd, "PYTHONPATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, done.stderr) == (0, "")
        assert list(long.iterdir()) == []
        assert small.finish() == undisturbed
    finally:
        for file, content in before.items():
            file.write_bytes(content)
