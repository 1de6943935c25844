"""Areas like the whole, with the reference population's units that they are made up of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from spi_core.edition.areas.geography import Geography
from spi_core.edition.areas.rollup import roll_up
from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import CELLS, Panel
from spi_core.edition.settings import earlier

#: Code of what all of them lie in: an area of no figures.
TOGETHER = "·"


def editions_elsewhere(inputs: Inputs) -> Inputs | None:
    """Make one edition of all areas of the whole's kind: their units' figures, rolled up.

    Parameters
    ----------
    inputs : Inputs
        The edition, with the reference population's areas.

    Returns
    -------
    Inputs or None
        Framework, settings and recipe of the edition; in geography and figures the other areas,
        :func:`homes` first, and their units. None where the population does not say which areas
        lie in one.
    """
    pool, places = inputs.pool, inputs.geography
    if pool is None or pool.fellows.empty:
        return None
    units = pool.fellows
    # one that is its own only unit: two levels, two codes
    codes = [
        f"{home}·" if code == home else str(code)
        for code, home in zip(units.index, units["home"], strict=True)
    ]
    homes = units.groupby("home").agg({"home_name": "first", "population": "sum"})
    level, unit = places.home.id, places.levels.unit.id
    areas = pd.concat(
        [
            _areas([TOGETHER], "", level, "", [homes["population"].sum()]),
            _areas(homes.index, homes["home_name"], level, TOGETHER, homes["population"]),
            _areas(codes, codes, unit, units["home"], units["population"]),
        ]
    )
    geography = Geography(areas, places.levels, None, TOGETHER)
    own = pool.every.take(list(units.index))
    blank: dict[str, Any] = dict.fromkeys(CELLS, np.nan) | {"status": "missing"}
    size = np.zeros(len(homes), np.intp)
    cells = {c: np.insert(getattr(own, c), size, blank[c], axis=1) for c in CELLS}
    given = replace(own, areas=(*homes.index, *codes), **cells)

    def rolled(periods: Sequence[str]) -> Panel:
        panel = given.during([given.periods.index(p) for p in periods])
        dates = panel.dates[panel.dates["period"].isin(periods)]
        return roll_up(replace(panel, dates=dates), geography, inputs.framework)

    past = earlier(inputs.settings)
    return replace(
        inputs,
        geography=geography,
        panel=rolled(list(inputs.periods)),
        history=rolled(past) if past else None,
    )


def homes(every: Inputs) -> list[str]:
    """Codes of the areas of the whole's kind, as they stand first in the panel.

    Parameters
    ----------
    every : Inputs
        From :func:`editions_elsewhere`.

    Returns
    -------
    list of str
        In order of code.
    """
    return [str(a) for a in every.geography.areas.query("parent_code == @TOGETHER").index]


def edition_of(every: Inputs, home: str) -> Inputs:
    """Make the edition of one of them, by itself.

    Parameters
    ----------
    every : Inputs
        From :func:`editions_elsewhere`, or from an earlier year on.
    home : str
        Code.

    Returns
    -------
    Inputs
        The area and its units alone.
    """
    areas = every.geography.areas
    own = areas[(areas.index == home) | (areas["parent_code"] == home)]
    return replace(
        every,
        geography=replace(every.geography, areas=own, whole=home),
        panel=every.panel.take(list(own.index)),
        history=every.history and every.history.take(list(own.index)),
    )


def _areas(codes: Any, names: Any, level: str, parents: Any, people: Any) -> pd.DataFrame:
    columns = {"name": names, "level": level, "parent_code": parents, "population": people}
    columns = {n: c.to_numpy() if isinstance(c, pd.Series) else c for n, c in columns.items()}
    return pd.DataFrame(columns, index=pd.Index(codes, name="code"))
