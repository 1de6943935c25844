"""Areas like the whole, each an edition of its own, from the reference population's units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from spi_core.edition.areas.geography import Geography
from spi_core.edition.areas.rollup import roll_up
from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import CELLS, Panel
from spi_core.edition.settings import earlier


def editions_elsewhere(inputs: Inputs) -> Iterator[Inputs]:
    """Make an edition of each area of the whole's kind: its units' published figures, rolled up.

    Parameters
    ----------
    inputs : Inputs
        The edition, with the reference population's areas.

    Yields
    ------
    Inputs
        Framework, settings and recipe of the edition, geography and figures of the other area;
        none where the population does not say which areas lie in one.
    """
    pool, places = inputs.pool, inputs.geography
    if pool is None:
        return
    past, now = earlier(inputs.settings), list(inputs.periods)
    for (home, name), units in pool.fellows.groupby(["home", "home_name"]):
        # one that is its own only unit: two levels, two codes
        codes = [f"{home}·" if code == home else str(code) for code in units.index]
        areas = pd.DataFrame(
            {
                "name": [name, *codes],
                "level": [places.home.id, *[places.levels.unit.id] * len(codes)],
                "parent_code": ["", *[home] * len(codes)],
                "population": [units["population"].sum(), *units["population"]],
            },
            index=[home, *codes],
        )
        geography = Geography(areas, places.levels, None, str(home))
        own = pool.every.take(list(units.index))
        blank: dict[str, Any] = dict.fromkeys(CELLS, np.nan) | {"status": "missing"}
        cells = {c: np.insert(getattr(own, c), 0, blank[c], axis=1) for c in CELLS}
        given = replace(own, areas=(str(home), *codes), **cells)

        def rolled(periods: Sequence[str], given: Panel, geography: Geography) -> Panel:
            panel = given.during([given.periods.index(p) for p in periods])
            dates = panel.dates[panel.dates["period"].isin(periods)]
            return roll_up(replace(panel, dates=dates), geography, inputs.framework)

        yield replace(
            inputs,
            geography=geography,
            panel=rolled(now, given, geography),
            history=rolled(past, given, geography) if past else None,
        )
