"""A small edition in a copy of the project, whose runs take seconds: for faults and kills."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.editions import WARDS, make_edition
from tests.support.project import command, copy_project, files

#: Two briefs are enough to go wrong side by side.
BRIEFS = ("render", "tiny", "--area", WARDS[0], "--area", WARDS[1])
BUILD = ("build", "tiny")


class Small:
    """The project and its commands."""

    def __init__(self, above: Path) -> None:
        self.project = copy_project(above / "project")
        make_edition(self.project / "data" / "tiny")
        self.reports = self.project / "reports" / "tiny"

    def line(self, *arguments: str) -> tuple[list[str], dict[str, str]]:
        return command(self.project, *arguments)

    def run(
        self, *arguments: str, before: Callable[[], None] | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        line, variables = self.line(*arguments)
        run: Any = subprocess.run
        done: subprocess.CompletedProcess[str] = run(
            line,
            cwd=self.project,
            env={**variables, **environment},
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=before,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def finish(self) -> dict[str, bytes]:
        """Build and render what is not up to date; the record must then agree."""
        for arguments in (BUILD, BRIEFS):
            done = self.run(*arguments)
            assert done.returncode == 0, done.stderr
        verified = self.run("verify", "tiny")
        assert verified.returncode == 0, verified.stdout
        return self.files()

    def files(self) -> dict[str, bytes]:
        """Everything in the edition's folder, whatever its name."""
        return files(self.reports)

    def visible(self) -> list[Path]:
        """Files under their final names; temporary ones start with a dot."""
        return [p for p in self.reports.rglob("[!.]*") if p.is_file()]


def kill_during(
    small: Small,
    arguments: tuple[str, ...],
    seconds: float,
    after: Callable[[], bool] = lambda: True,
) -> bool:
    """Start a command and, once something has happened, wait, then kill it and its workers.

    Tell whether it still ran.
    """
    line, environment = small.line(*arguments, "--force", "--quiet")
    # a session of its own: the workers die with the parent, as in a power cut
    process = subprocess.Popen(
        line,
        cwd=small.project,
        env=environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None and not after():
        time.sleep(0.002)
    time.sleep(seconds)
    killed = process.poll() is None
    if killed:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return killed
