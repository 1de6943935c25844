"""What it costs to have a process ready for a document."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from benchmarks.render import ROOT

#: What `publish/render/working_copy.py` copies for a document of Quarto, above all.
COPIED = ("notebooks", "spi_core/present/theme")


def median(work: Callable[[], object], repeats: int) -> float:
    """Time work several times."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def start() -> None:
    """Start Python and import what a document needs."""
    line = [sys.executable, "-c", "import spi_core.publish.workers.preload"]
    subprocess.run(line, cwd=ROOT, check=True)


def fork() -> None:
    """Fork a process that has imported it, and wait for its end."""
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def copy() -> None:
    """Copy the files of a working copy."""
    with tempfile.TemporaryDirectory() as folder:
        for name in COPIED:
            shutil.copytree(ROOT / name, Path(folder) / name)


def main() -> None:
    """Print the table."""
    import spi_core.publish.workers.preload  # noqa: F401, so that the fork has it

    rows = [
        ("Python started, libraries imported", median(start, 3), 5.0),
        ("warm process forked", median(fork, 20), 0.01),
        ("a working copy made for Quarto", median(copy, 3), 0.1),
    ]
    table = pd.DataFrame(rows, columns=["what", "median seconds", "limit"])
    print(table.round(4).to_string(index=False))


if __name__ == "__main__":
    main()
