"""Generate the monthly panel of an invented programme: a known effect, displacement, a pre-trend.

Wards, boroughs and who touches whom are real (May 2022); every figure is invented. Counts are
Poisson round a ward's own level, a season that all share and noise of the ward and month.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from lbbd84_places import SEED

LONDON = Path(__file__).parents[2] / "reference" / "london"
TARGET = "panels/monthly_illustrative.parquet"
STARTED = 24  # months before the start, July 2021 to June 2023, and as many after
TREATED = ("E05014054", "E05014065", "E05014067")
#: By measure: share that the programme takes away, share added next door, drift a month before it.
MEASURES = {"night_incidents": (0.30, 0.10, 0.0), "bike_thefts": (0.0, 0.0, 0.015)}


def monthly() -> pd.DataFrame:
    """Generate the panel.

    Returns
    -------
    DataFrame
        ``area_code, measure_id, period, value``.
    """
    codes = sorted(pd.read_parquet(LONDON / "ward22_areas.parquet")["area_code"].astype(str))
    pairs = pd.read_parquet(LONDON / "ward22_neighbours.parquet").astype(str)
    inside = np.isin(codes, TREATED)
    touching = {
        *pairs.loc[pairs["area_code"].isin(TREATED), "neighbour_code"],
        *pairs.loc[pairs["neighbour_code"].isin(TREATED), "area_code"],
    }
    near = np.isin(codes, sorted(touching)) & ~inside
    month = np.arange(2 * STARTED)
    names = [f"{2021 + (m + 6) // 12}-{(m + 6) % 12 + 1:02d}" for m in month]
    frames = []
    for measure, (effect, moved, drift) in MEASURES.items():
        rng = np.random.default_rng([SEED, *measure.encode()])
        level = 40 * np.exp(rng.normal(0, 0.4, (len(codes), 1)))
        season = 1 + 0.15 * np.cos(2 * np.pi * month / 12)
        mean = level * season * np.exp(rng.normal(0, 0.08, (len(codes), month.size)))
        after = month >= STARTED
        mean *= 1 - effect * np.outer(inside, after) + moved * np.outer(near, after)
        mean *= np.exp(drift * np.outer(inside, month - STARTED))
        value = rng.poisson(mean.round(9))
        frames.append(
            pd.DataFrame(
                {
                    "area_code": np.repeat(codes, month.size),
                    "measure_id": measure,
                    "period": np.tile(names, len(codes)),
                    "value": value.ravel().astype("int32"),
                }
            )
        )
    made = pd.concat(frames, ignore_index=True)
    return made.astype(dict.fromkeys(("area_code", "measure_id", "period"), "category"))
