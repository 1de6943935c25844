"""Editions that a command makes: how long it takes, every borough built, all of London."""

from __future__ import annotations

import gzip
import re
from dataclasses import asdict

import pandas as pd

from benchmarks.render import ROOT, copied, timed

#: Documents of London's edition: its 625 briefs are asked for one by one.
DOCUMENTS = ("index", "borough-report", "methods", "what-changed")


def boroughs() -> pd.DataFrame:
    """Make, check, build and render every borough; all of London with documents and explorer."""
    areas = pd.read_csv(ROOT / "data" / "reference" / "london" / "wards.csv")
    names = areas["borough_name"].unique()
    with copied() as project:
        made = [timed(project, "new-edition", name) for name in names]
        editions = [f"{re.sub('[^a-z]+', '-', name.lower())}-open" for name in names]
        built = [timed(project, "build", edition) for edition in editions]
        reports = [timed(project, "render", e, "--document=borough-report") for e in editions]
        timed(project, "new-edition", "London")
        runs = {
            "spi build london": timed(project, "build", "london"),
            "spi explore london": timed(project, "explore", "london"),
            "its documents without briefs": timed(
                project, "render", "london", *(f"--document={name}" for name in DOCUMENTS)
            ),
        }
        page = project / "reports" / "london" / "explorer" / "index.html"
        packed = len(gzip.compress(page.read_bytes(), 9)) / 1000
    rows = [
        (f"spi new-edition, mean of {len(names)}", pd.DataFrame(made).mean()),
        (f"spi build, mean of {len(names)}", pd.DataFrame(built).mean()),
        (f"its report rendered, mean of {len(names)}", pd.DataFrame(reports).mean()),
        *((what, pd.Series(asdict(run))) for what, run in runs.items()),
    ]
    table = pd.DataFrame([row.rename(what) for what, row in rows])
    print(f"London's explorer: {packed:.0f} kB gzipped (limit 500)")
    return table


def main() -> None:
    """Print the table."""
    print("Editions made by a command\n")
    print(boroughs().round(1).to_string(), "\n")


if __name__ == "__main__":
    main()
