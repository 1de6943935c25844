"""The explorer: time to write it, its size, and how fast it answers in a browser."""

from __future__ import annotations

import gzip
import importlib.util
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.render import ROOT, timed
from spi_core.explorer.data import explorer_data
from spi_core.explorer.explore import explore
from spi_core.explorer.page import index_page
from tests.support.explorer_world import Size, made_tables

#: With 12 components, 3 dimensions and the index they have 100 measures.
LARGE = Size(wards=19, lsoas=131, indicators=84, periods=3)
LONDON = Size(wards=625, lsoas=4994, indicators=84, periods=2)


def commands(project: Path, repeats: int = 3) -> pd.DataFrame:
    """Time ``spi explore`` from cold, in a copy of the project that it builds first."""
    rows = []
    keep = shutil.ignore_patterns(".git", ".venv", "reports", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, project, ignore=keep)
    for path in sorted((project / "data").glob("*/edition.yml")):
        edition = path.parent.name
        timed(project, "build", edition)
        seconds = [timed(project, "explore", edition).seconds for _ in range(repeats)]
        page = project / "reports" / edition / "explorer" / "index.html"
        packed = _packed(page.read_bytes())
        rows.append((f"spi explore {edition}", statistics.median(seconds), 5.0, packed))
    return pd.DataFrame(rows, columns=["what", "median seconds", "limit", "kB gzipped"])


def generated() -> pd.DataFrame:
    """Measure the page of generated boroughs; random figures pack worse than real ones."""
    rows = []
    for name, size, limit in (
        ("19 wards, 131 LSOAs, 100 measures, 3 periods", LARGE, "500"),
        ("London: 625 wards, 4,994 LSOAs, 100 measures, 2 periods", LONDON, "–"),
    ):
        tables = made_tables(np.random.default_rng(7), size)
        start = time.perf_counter()
        data = explorer_data(tables)
        seconds = time.perf_counter() - start
        rows.append((name, seconds, _packed(index_page(data).encode()), limit))
    return pd.DataFrame(rows, columns=["what", "seconds", "kB gzipped", "limit kB"])


def in_browser(folder: Path, edition: Path) -> pd.DataFrame | None:
    """Time the first view and a change of measure; None without playwright or a browser."""
    if importlib.util.find_spec("playwright") is None:
        return None
    from tests.support.browser import chromium
    from tests.support.explorer_browser import speeds

    if chromium() is None:
        return None
    explore(made_tables(np.random.default_rng(7), LONDON), folder)
    first = speeds(edition, slowdown=4)
    london = speeds(folder, level="lsoa", slowdown=1, loads=1)
    slow = f"{edition.parent.name}, processor slowed 4 times"
    large = f"London, {london['areas']:.0f} LSOAs"
    rows = [
        (f"{slow}: first view answers", first["usable"], 1000),
        (f"{slow}: first view drawn", first["painted"], 1000),
        (f"{large}: measure changed, drawn", london["change"], 100),
        (f"{large}: measure clicked, on the screen", london["click"], 100),
    ]
    return pd.DataFrame(rows, columns=["what", "median ms", "limit"])


def _packed(content: bytes) -> float:
    return len(gzip.compress(content, 9)) / 1000


def main() -> None:
    print("Explorer\n")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        print(commands(project).round(2).to_string(index=False), "\n")
        print(generated().round(1).to_string(index=False), "\n")
        edition = project / "reports" / "lbbd-84" / "explorer"
        found = in_browser(Path(folder) / "london", edition)
        said = "No playwright or no Chromium: the browser was not timed."
        print(said if found is None else found.round(0).to_string(index=False), "\n")


if __name__ == "__main__":
    main()
