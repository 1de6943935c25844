"""Whole-process times of the main job: build, render all, one brief more."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[1]


def timed(project: Path, *arguments: str) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-m", "spi_core.cli", *arguments, "--quiet"]
    subprocess.run(command, cwd=project, check=True, env={**os.environ, "SPI_ROOT": str(project)})
    return time.perf_counter() - start


def run(repeats: int = 3) -> pd.DataFrame:
    """Time the commands on a copy, so that nobody's reports are overwritten."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        keep = shutil.ignore_patterns(".git", ".venv", "reports", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, project, ignore=keep)
        everything = [timed(project, "all", "lbbd-open") for _ in range(repeats)]
        build = [timed(project, "build", "lbbd-open") for _ in range(repeats)]
        one = [
            timed(project, "render", "lbbd-open", "--area", "E05000026", "-j", "1")
            for _ in range(repeats)
        ]
        two = ["--area", "E05000026", "--area", "E05000027", "-j", "1"]
        both = [timed(project, "render", "lbbd-open", *two) for _ in range(repeats)]
    one_s, both_s = statistics.median(one), statistics.median(both)
    rows = [
        ("spi build lbbd-open", statistics.median(build), "15"),
        ("spi all lbbd-open, from cold", statistics.median(everything), "60"),
        ("one ward brief, HTML and PDF, from cold", one_s, "–"),
        ("each further brief on one core", both_s - one_s, "1"),
    ]
    return pd.DataFrame(rows, columns=["what", "median seconds", "limit"])


def main() -> None:
    print("Rendering\n")
    print(run().round(2).to_string(index=False), "\n")


if __name__ == "__main__":
    main()
