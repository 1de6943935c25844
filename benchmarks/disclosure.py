"""Speed of disclosure control: one borough, many boroughs, and with tables tied together."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from spi_core.disclosure.control import control
from spi_core.edition.areas.geography import Geography
from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel
from spi_core.levels import levels_of

INDICATORS = 84
RULES = ("none", "suppress<5", "suppress<10", "suppress<8")


def nested(boroughs: int, wards: int, lsoas: int) -> Geography:
    """Boroughs of equal wards of equal LSOAs."""
    rows = []
    for b in range(boroughs):
        rows.append((f"E09{b:06d}", "borough", "", 1500.0 * wards * lsoas))
        for w in range(b * wards, (b + 1) * wards):
            rows.append((f"E05{w:06d}", "ward", f"E09{b:06d}", 1500.0 * lsoas))
            rows += [
                (f"E01{w * lsoas + i:06d}", "lsoa", f"E05{w:06d}", 1500.0) for i in range(lsoas)
            ]
    table = pd.DataFrame(rows, columns=["code", "level", "parent_code", "population"])
    areas = table.set_index("code").assign(name="", vintage="2011")
    return Geography(areas, levels_of(["borough", "ward", "lsoa"]), None, "E09000000")


def world(geography: Geography, seed: int = 1) -> tuple[Panel, Framework]:
    """Draw two periods of 84 rates and proportions, from rare to common."""
    rng = np.random.default_rng(seed)
    areas = geography.areas
    ids = pd.Index([f"i{j:02d}" for j in range(INDICATORS)], name="id")
    kinds = np.array(["rate", "proportion"])[np.arange(INDICATORS) // 3 % 2]
    rules = [RULES[j % len(RULES)] for j in range(INDICATORS)]
    table = pd.DataFrame({"kind": kinds, "per": 100.0, "disclosure_rule": rules}, index=ids)
    leaf = (areas["level"] == "lsoa").to_numpy()
    shape = (2, len(areas), INDICATORS)
    base = np.where(kinds == "rate", 1500.0, 120.0) * leaf[:, None] * np.ones(shape)
    mean = rng.choice([1, 3, 8, 20, 40], INDICATORS) * rng.gamma(2, 0.5, shape[1:])
    top = np.minimum(rng.poisson(mean, shape), base)
    where = {code: a for a, code in enumerate(areas.index)}
    for level in ("lsoa", "ward"):
        for code in areas.index[areas["level"] == level]:
            for counts in (top, base):
                counts[:, where[areas.at[code, "parent_code"]]] += counts[:, where[code]]
    status = np.full(shape, "observed", dtype="U12")
    names = tuple(areas.index), tuple(ids)
    value = 100.0 * top / base
    panel = Panel(("baseline", "current"), *names, value, top, base, status, pd.DataFrame())
    return panel, Framework(table, (), (), np.zeros(INDICATORS, np.intp), np.zeros(0, np.intp))


def timed(sizes: tuple[int, int, int], relations: list[dict[str, object]]) -> tuple[object, ...]:
    """Time one panel; give its size, seconds and how much was hidden."""
    geography = nested(*sizes)
    panel, framework = world(geography)
    settings = {"disclosure": {"method": "suppress", "relations": relations}}
    start = time.perf_counter()
    found = control(panel, framework, geography, settings)
    seconds = time.perf_counter() - start
    kinds = found.log["decision"].value_counts()
    first, further = kinds.get("primary", 0), kinds.get("secondary", 0)
    return len(panel.areas), len(relations), seconds, first, further


def main() -> None:
    print(f"Disclosure control, {INDICATORS} indicators, 2 periods\n")
    tied: list[dict[str, object]] = [{"total": "i06", "parts": ["i07", "i08"]}]
    rows = [
        (*timed((1, 17, 6), []), "5"),
        (*timed((1, 17, 6), tied), "–"),
        (*timed((33, 20, 7), []), "60"),
    ]
    names = ["areas", "relations", "seconds", "hidden first", "hidden besides", "limit"]
    print(pd.DataFrame(rows, columns=names).round(2).to_string(index=False), "\n")


if __name__ == "__main__":
    main()
