"""Rendering as a user meets it: whole processes, from cold, with nothing changed, at scale."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import psutil
import typst

ROOT = Path(__file__).parents[1]
#: Briefs of all London, and boroughs that are made beside the open edition.
BRIEFS, BOROUGHS = 680, ("Camden", "Havering", "Tower Hamlets")
#: A further brief may take so many times a bare document of three charts.
TIMES_BARE = 3
WARD = "E05000026"


@dataclass(frozen=True, slots=True)
class Run:
    """One command: wall time, processor time of it and all it started, largest process."""

    seconds: float
    processor: float
    peak: float


class _Watch(threading.Thread):
    """Follow a process and its descendants: workers are not its children, nor waited for."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.process, self.peak = process, 0.0
        self.used: dict[int, float] = {}

    def run(self) -> None:
        while self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE:
            try:
                family = [self.process, *self.process.children(recursive=True)]
            except psutil.Error:
                return
            for member in family:
                self._note(member)
            time.sleep(0.1)

    def _note(self, member: psutil.Process) -> None:
        try:
            times, memory = member.cpu_times(), member.memory_info()
        except psutil.Error:
            return
        self.used[member.pid] = times.user + times.system
        self.peak = max(self.peak, memory.rss / 2**30)


def timed(project: Path, *arguments: str) -> Run:
    command = [sys.executable, "-m", "spi_core.cli", *arguments, "--quiet"]
    environment = {**os.environ, "SPI_ROOT": str(project), "PYTHONPATH": str(project)}
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=project, env=environment)
    watch = _Watch(psutil.Process(process.pid))
    watch.start()
    code = process.wait()
    seconds = time.perf_counter() - start
    watch.join()
    if code:
        raise subprocess.CalledProcessError(code, command)
    return Run(seconds, sum(watch.used.values()), watch.peak)


@contextmanager
def copied() -> Iterator[Path]:
    """Copy the project, so that nobody's reports are overwritten."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        keep = shutil.ignore_patterns(".git", ".venv", "reports", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, project, ignore=keep)
        yield project


def run() -> pd.DataFrame:
    """Time the main job and its parts."""
    builtin = ("lbbd-open", "--engine", "builtin")
    render = ("render", *builtin, "--force", "-j", "1")
    with copied() as project:
        cold = timed(project, "all", *builtin)
        unchanged = timed(project, "all", *builtin)
        build = timed(project, "build", "lbbd-open", "--force")
        one = timed(project, *render, "--area", WARD)
        briefs = timed(project, *render, "--document", "ward-brief")
        pages = list((project / "reports" / "lbbd-open" / "wards").glob("*.html"))
        weight = max(page.stat().st_size for page in pages) / 1e6
        print(f"the heaviest brief is a page of {weight:.2f} MB, everything in it\n")
        quarto = _quarto(project)
    more, least = 16, bare()
    each = Run((briefs.seconds - one.seconds) / more, (briefs.processor - one.processor) / more, 0)
    rows: list[tuple[str, Run, float | None]] = [
        ("spi all lbbd-open, from cold", cold, 60),
        ("spi all lbbd-open, nothing changed", unchanged, 3),
        ("spi build lbbd-open", build, 15),
        ("one ward brief, HTML and PDF, from cold", one, None),
        ("a bare document of three bar charts", least, None),
        ("each further brief on one core", each, TIMES_BARE * least.seconds),
    ]
    if quarto is not None:
        rows.append(("the same brief by quarto render -P", quarto, None))
    table = _table(rows)
    if quarto is not None:
        table["times as fast as quarto"] = [None] * 5 + [quarto.seconds / each.seconds, 1.0]
    return table


def bare(repeats: int = 16) -> Run:
    """Set three bar charts of matplotlib by Typst: the least that a document with charts takes."""
    plt.switch_backend("agg")
    wall, used = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats + 1):
            start, processor = time.perf_counter(), time.process_time()
            for name in ("a", "b", "c"):
                fig, ax = plt.subplots(figsize=(6.7, 2.5))
                ax.bar(range(12), range(1, 13))
                ax.set_title(name)
                fig.savefig(Path(folder) / f"{name}.svg")
                plt.close(fig)
            source = Path(folder) / "bare.typ"
            source.write_text("= Bare\n" + "".join(f'#image("{n}.svg")\n' for n in "abc"))
            typst.compile(source, output=source.with_suffix(".pdf"))
            wall.append(time.perf_counter() - start)
            used.append(time.process_time() - processor)
    return Run(statistics.median(wall[1:]), statistics.median(used[1:]), 0)


def many(boroughs: tuple[str, ...] = BOROUGHS) -> pd.DataFrame:
    """Time several boroughs at once, from nothing and with nothing changed."""
    with copied() as project:
        shutil.rmtree(project / "data" / "lbbd-84")
        for name in boroughs:
            timed(project, "new-edition", name)
        command = ("all", "--editions", "data/*-open", "--engine", "builtin")
        everything = timed(project, *command)
        made = len(list(project.glob("reports/*/wards/*.pdf")))
        for folder in project.glob("reports/*/wards"):
            shutil.rmtree(folder)
        again = timed(project, *command)
        unchanged = timed(project, *command)
    whole = f"{len(boroughs) + 1} boroughs from cold: tables, explorers, open data, {made} briefs"
    rows = [
        (whole, everything, None),
        (f"their {made} briefs alone, HTML and PDF", again, 480 * made / BRIEFS),
        ("nothing changed", unchanged, None),
    ]
    return _table(rows)


def _table(rows: list[tuple[str, Run, float | None]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "what": what,
                "seconds": run.seconds,
                "limit": limit,
                "share of limit": run.seconds / limit if limit else None,
                "processor seconds": run.processor,
                "largest process, GB": run.peak,
            }
            for what, run, limit in rows
        ]
    )


def _quarto(project: Path) -> Run | None:
    """Render one brief as a loop over parameters would, where Quarto is at hand."""
    quarto = shutil.which("quarto")
    if quarto is None:
        print("no quarto command here: nothing to compare with\n")
        return None
    start = time.perf_counter()
    tables = {"SPI_TABLES": str(project / "reports" / "lbbd-open" / "tables")}
    for target in ("html", "typst"):
        line = [quarto, "render", "notebooks/ward-brief.qmd", "--to", target, "-P", f"area:{WARD}"]
        subprocess.run(line, cwd=project, env={**os.environ, **tables}, check=True)
    return Run(time.perf_counter() - start, float("nan"), float("nan"))


def main() -> None:
    print("Rendering\n")
    print(run().round(2).to_string(index=False, na_rep="–"), "\n")
    print(many().round(2).to_string(index=False, na_rep="–"), "\n")


if __name__ == "__main__":
    main()
