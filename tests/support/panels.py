"""A small city: a square of wards with two small areas each, in boroughs of 3 × 3 wards."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from spi_core.edition.interventions.panels import Wide

YEARS = ("2014", "2015", "2016", "2017", "2019")
ABOUT = {
    "id": "city",
    "vintage": "wards of a city that nobody built",
    "things": "offences",
    "levels": {"lsoa": "area_code", "ward": "ward", "borough": "borough"},
}


def city(
    size: int = 12,
    effect: float = 1.0,
    treated: Collection[str] = (),
    boroughs: Collection[str] = (),
    seed: int = 0,
) -> Wide:
    """Counts of offences; in the last year those of the treated are multiplied by ``effect``."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(size):
        for j in range(size):
            borough = f"B{(i // 3) * ((size + 2) // 3) + j // 3:02d}"
            code, x, y = f"{i:02d}{j:02d}", 1000 * i, 1000 * j
            rows += [(f"L{code}{k}", f"W{code}", borough, x, y + 300 * k) for k in range(2)]
    areas = pd.DataFrame(rows, columns=["area_code", "ward", "borough", "x", "y"]).set_index(
        "area_code"
    )
    level = 60 * np.exp(rng.normal(0, 0.5, len(areas)))
    year = np.array([1.0, 1.1, 1.05, 1.2, 1.3])
    own = np.exp(rng.normal(0, 0.05, (len(areas), year.size)))
    mean = level[:, None] * year * own
    hit = areas["ward"].isin(treated) | areas["borough"].isin(boroughs)
    mean[hit.to_numpy(), -1] *= effect
    cube = rng.poisson(mean).astype(float)[:, None, :]
    gap = np.abs(areas[["x", "y"]].to_numpy()[:, None] - areas[["x", "y"]].to_numpy()[None])
    one, other = np.nonzero((gap.sum(axis=2) <= 1000) & (gap.sum(axis=2) > 0))
    pairs = pd.DataFrame({"area_code": areas.index[one], "neighbour_code": areas.index[other]})
    pairs = pairs[pairs["area_code"] < pairs["neighbour_code"]]
    return Wide(ABOUT, ("crime",), YEARS, cube, areas, pairs)
