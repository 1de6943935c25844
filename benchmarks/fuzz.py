"""Spoiled inputs in full: 2,000 loads, 400 imports, 50 builds; anything unforeseen ends it.

``python -m benchmarks.fuzz --loads 2000 --imports 400 --builds 50 --seed 22``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from pathlib import Path

import pandas as pd

from tests.support import fuzz


def main() -> None:
    """Print how many ended as what."""
    asked = argparse.ArgumentParser(description=__doc__)
    for name, number in (("loads", 2000), ("imports", 400), ("builds", 50), ("seed", 22)):
        asked.add_argument(f"--{name}", type=int, default=number)
    given = vars(asked.parse_args())
    warnings.simplefilter("ignore")
    rows = []
    for name in ("loads", "imports", "builds"):
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            found = getattr(fuzz, name)(Path(folder), given[name], given["seed"])
            seconds = time.process_time() - start
            what = ", ".join(f"{count} {end}" for end, count in sorted(found.items()))
            rows.append((name, given[name], what, seconds))
    table = pd.DataFrame(rows, columns=["what", "asked", "ended as", "processor seconds"])
    print(table.round(0).to_string(index=False))


if __name__ == "__main__":
    main()
