"""Earlier years for the made-up edition: its baseline's figures, each year a little worse."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.support.editions import read, settings, write

YEARS = ("2010", "2011", "2012")


def add_years(folder: Path, seed: int = 3) -> None:
    """Write ``history/all.csv`` and name its years in ``edition.yml``."""
    rng, rows = np.random.default_rng(seed), []
    about = {r["id"]: r for r in read(folder / "indicators.csv")}
    for row in read(folder / "observations" / "all.csv"):
        if row["period"] != "baseline" or not row["value"]:
            continue
        for year in YEARS:
            own = row | {"period": year, "period_label": year}
            own |= {"start": f"{year}-01-01", "end": f"{year}-12-31"}
            worse = 1 - 0.03 * int(about[row["indicator_id"]]["polarity"]) * (2013 - int(year))
            value = float(row["value"]) * worse * rng.normal(1, 0.02)
            if row["numerator"]:
                per = float(about[row["indicator_id"]]["per"])
                own["numerator"] = str(round(value * int(row["denominator"]) / per))
                value = int(own["numerator"]) * per / int(row["denominator"])
            rows.append(own | {"value": f"{value:.6f}"})
    write(folder / "history" / "all.csv", rows)
    settings(folder, lambda s: s.update(history={"periods": list(YEARS)}))
