"""An edition seen from an earlier year, which takes the place of the baseline."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import joined
from spi_core.edition.settings import earlier, every_period
from spi_core.uncertainty.pairs import pair_of

#: Annual figures of one definition, without a gap, that a change of several years rests on.
FEWEST = 4
#: What the population's figures say of a pair of years, in place of what they say of one year.
OF_THE_YEARS = [
    "phi", "spread", "scale", "at_count", "change", "moves", "change_se", "areas", "years",
]  # fmt: skip


def annual(inputs: Inputs) -> dict[str, NDArray[np.bool_]]:
    """Find the indicators that have a figure every year from an earlier one on.

    Parameters
    ----------
    inputs : Inputs
        The edition.

    Returns
    -------
    dict of str to ndarray of bool (indicators,)
        By the first year, the earliest first, where there are `FEWEST` figures up to the current
        one and some indicator has them: each a year from the one before
        (:func:`spi_core.uncertainty.pairs.pair_of`), no break between.
    """
    every, panel = every_period(inputs.settings), joined(inputs.history, inputs.panel)
    breaks, found = inputs.tables["breaks"], {}
    chain = np.ones(len(panel.indicators), bool)
    for n, (first, last) in enumerate(reversed([*pairwise(every)]), 2):
        chain = chain & pair_of(panel, breaks, inputs.settings, first, last).counts
        if n >= FEWEST and chain.any() and first in earlier(inputs.settings):
            found[first] = chain
    return dict(reversed(found.items()))


def since(inputs: Inputs, first: str, only: NDArray[np.bool_] | None = None) -> Inputs:
    """Make an edition whose baseline is an earlier year, the years since between its periods.

    Parameters
    ----------
    inputs : Inputs
        The edition, with `history`.
    first : str
        The year.
    only : ndarray of bool (indicators,), optional
        Indicators to keep; of the others it is as if nobody had collected them.

    Returns
    -------
    Inputs
        All that speaks of periods follows: figures, dates, breaks, and what the reference
        population says of errors and of its own change. Nothing is too long ago.
    """
    every = every_period(inputs.settings)
    every = every[every.index(first) :]
    names = dict(zip(every, ["baseline", *(f"y{p}" for p in every[1:-1]), "current"], strict=True))
    panel = joined(inputs.history, inputs.panel)
    keep = np.ones(len(panel.indicators), bool) if only is None else only
    panel = panel.during([panel.periods.index(p) for p in every])
    ids = np.array(panel.indicators)[keep]
    dates = panel.dates[panel.dates["indicator_id"].isin(ids)]
    panel = replace(
        panel,
        periods=tuple(names.values()),
        value=np.where(keep, panel.value, np.nan),
        status=np.where(keep, panel.status, "missing"),
        dates=_renamed(dates, names, "period"),
    )
    tables = dict(inputs.tables)
    read = [tables[name] for name in ("history", "observations") if len(tables[name])]
    tables["observations"] = _renamed(pd.concat(read, ignore_index=True), names, "period")
    if len(tables["breaks"]):
        tables["breaks"] = _renamed(tables["breaks"], names, "from_period", "to_period")
    tables["errors"] = _errors(tables, first)
    settings: dict[str, Any] = {k: v for k, v in inputs.settings.items() if k != "history"}
    settings["periods"] = [{"id": i, "label": p} for p, i in names.items()]
    settings["index"] = {**settings["index"], "change_years": [0, len(every) + 1]}
    return replace(inputs, panel=panel, tables=tables, settings=settings, history=None)


def _renamed(frame: pd.DataFrame, names: dict[str, str], *columns: str) -> pd.DataFrame:
    """Call periods by other names; rows of others go."""
    moved = frame.assign(**{c: frame[c].map(names) for c in columns})
    return moved.dropna(subset=list(columns)).reset_index(drop=True)


def _errors(tables: dict[str, pd.DataFrame], first: str) -> pd.DataFrame:
    """Take what the reference population says of these years; without it no spread is known."""
    read, past = tables["errors"], tables["history_errors"]
    if past.empty or read.empty:
        return read.assign(**dict.fromkeys(("spread", "change", "change_se"), np.nan))
    own = past[past["period"] == first].set_index("indicator_id").reindex(columns=OF_THE_YEARS)
    made = read.set_index("indicator_id").drop(columns=["file", "row"])
    of_now = made["phi"]
    made = own.reindex(made.index.union(own.index, sort=False))
    # of counts the year's own is known at least
    return made.assign(phi=made["phi"].fillna(of_now), scale=made["scale"].fillna("linear"),
                       moves=made["moves"].fillna("difference")).reset_index()  # fmt: skip
