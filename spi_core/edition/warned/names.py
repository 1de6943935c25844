"""Areas of one name with equal values: a table was joined by name, and all but one are wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import scipy

from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import Panel
from spi_core.edition.population import read_figures
from spi_core.edition.readers.read import read_table
from spi_core.edition.readers.schema import TABLES
from spi_core.edition.warned.said import Places
from spi_core.errors import InputError, Warned

#: So many pairs are equal by chance at most this often: a publication has hundreds of columns.
CHANCE = 1e-4


def joined_by_name(inputs: Inputs, given: Panel, places: Places) -> Iterator[Warned]:
    """Warn of figures, the edition's and its reference population's, that were joined by name.

    Parameters
    ----------
    inputs : Inputs
        The edition; ``index.reference.areas`` names the areas of the population's figures.
    given : Panel
        As given.
    places : Places
        Where each observation stands.

    Yields
    ------
    Warned
        One an indicator or figure, and period.
    """
    units, names = given.take(inputs.geography.units), inputs.geography.areas["name"]
    own = pd.DataFrame(
        np.moveaxis(units.value, 1, 0).reshape(len(units.areas), -1),
        pd.Index(units.areas, name="area_code"),
        pd.MultiIndex.from_product([units.periods, units.indicators]),
    )
    for (period, indicator), said in equal_values(own, names.reindex(own.index)):
        yield Warned(f"equal values: {indicator}", *places.of(indicator, period), said)
    named = inputs.settings["index"].get("reference", {})
    if "areas" not in named:
        return
    try:
        figures = read_figures(inputs.folder / named["figures"])
    except InputError as error:
        yield Warned("not checked: reference figures", named["figures"], None, str(error))
        return
    read = read_table(inputs.folder / named["areas"], TABLES["population_areas"])
    if read.faults:
        said = "; ".join(map(str, read.faults[:3]))
        yield Warned("not checked: reference areas", named["areas"], None, said)
        return
    wide = figures.pivot(index="area_code", columns=["figure_id", "period"], values="value")
    names = read.frame.set_index("area_code")["area_name"].reindex(wide.index)
    for (figure, period), said in equal_values(wide, names):
        yield Warned(f"equal values: {figure} {period}", named["figures"], None, said)


def equal_values(wide: pd.DataFrame, names: pd.Series) -> Iterator[tuple[tuple[str, str], str]]:
    """Find the columns in which areas of one name have equal values more often than by chance.

    Parameters
    ----------
    wide : DataFrame
        One row an area, one column a figure and period.
    names : Series
        Names of the areas, in the same order.

    Yields
    ------
    tuple of the column and str
        How many pairs are equal, and which.

    Notes
    -----
    By chance a pair is equal as often as any two areas are: figures rounded to 5, or of few events,
    often are.

    Examples
    --------
    >>> x = pd.DataFrame({("benefit", "2014"): [225.0, 310, 225, 490, 505, 640]})
    >>> list(equal_values(x, pd.Series(["Village", "Abbey", "Village", "Eton", "Mayes", "Gore"])))
    [(('benefit', '2014'), '1 of 1 pairs of areas with one name have equal values: Village')]
    """
    rows: Mapping[Any, Any] = names.groupby(names).indices
    pairs = [(n, *p) for n, r in rows.items() if len(r) > 1 for p in combinations(r, 2)]
    if not pairs:
        return
    label, one, two = (np.array(part) for part in zip(*pairs, strict=True))
    for column, x in wide.items():
        value = x.to_numpy(float)
        both = np.isfinite(value[one]) & np.isfinite(value[two])
        same = both & (value[one] == value[two])
        if not same.any():
            continue
        of_each, n = x.value_counts().to_numpy(float), int(x.notna().sum())
        by_chance = (of_each * (of_each - 1)).sum() / (n * (n - 1))
        # a table joined by name makes its own pairs equal: they are no evidence of chance
        by_chance -= 2 * same.sum() / (n * (n - 1))
        if scipy.special.bdtrc(same.sum() - 1, both.sum(), max(by_chance, 0.0)) < CHANCE:
            found = list(dict.fromkeys(label[same]))
            listed = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
            said = f"{same.sum()} of {both.sum()} pairs of areas with one name have equal values"
            yield column, f"{said}: {listed}"  # type: ignore[misc]
