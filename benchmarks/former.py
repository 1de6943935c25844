"""Short commands beside those of an earlier version, in turn, so that a busy machine slows both."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from io import BytesIO
from pathlib import Path

import pandas as pd

from benchmarks.render import ROOT, WARD, copied

#: The version that the limits are of, and how often each command is run in both.
FORMER, TIMES = "b5626ba", 5
BRIEF = ("render", "lbbd-open", "--force", "-j", "1", "--engine", "builtin", "--area", WARD)
#: What is run, and how much of the former time it may take.
COMMANDS = {
    "spi list": (("list",), 1 / 3),
    "spi check lbbd-open": (("check", "lbbd-open"), 1 / 2),
    "one ward brief, HTML and PDF": (BRIEF, 1 / 2),
}


def run() -> pd.DataFrame:
    """Time each command in both versions, each built by itself, with its bytecode at hand."""
    rows = []
    with copied() as now, tempfile.TemporaryDirectory() as folder:
        then = Path(folder)
        archive = subprocess.run(
            ("git", "archive", FORMER), cwd=ROOT, check=True, capture_output=True
        )
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(then, filter="data")
        for project in (now, then):
            seconds(project, ("build", "lbbd-open"))
        for what, (command, limit) in COMMANDS.items():
            pairs = [[seconds(p, command) for p in (now, then)] for _ in range(TIMES + 1)][1:]
            share = statistics.median(a / b for a, b in pairs)
            middle = [statistics.median(each) for each in zip(*pairs, strict=True)]
            rows.append((what, *middle, share, limit))
    return pd.DataFrame(rows, columns=["what", "seconds", "former", "share of former", "limit"])


def seconds(project: Path, command: tuple[str, ...]) -> float:
    """Time one command of a version, from the shell."""
    own = {"SPI_ROOT": str(project), "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": ""}
    own["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "spi-bytecode")
    line = [sys.executable, "-m", "spi_core.cli", *command]
    start = time.perf_counter()
    subprocess.run(line, cwd=project, env=os.environ | own, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    print(f"{TIMES} runs in turn with commit {FORMER}; share: median of the pairs\n")
    print(run().round(2).to_string(index=False))


if __name__ == "__main__":
    main()
