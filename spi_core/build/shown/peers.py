"""What the choice of context variables decides: similar areas if it were another."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.build.shown.similar import Similar
from spi_core.edition.inputs import Inputs
from spi_core.tables import empty_table
from spi_core.uncertainty.peers import context_matrix, nearest

#: What stands for a variable where the edition's own units are the other choice.
OWN = "from"


def peer_choices(inputs: Inputs, standing: pd.DataFrame, similar: Similar | None) -> pd.DataFrame:
    """Find similar areas again without each context variable, and with each of the others.

    Parameters
    ----------
    inputs : Inputs
        The edition: its rule and ``context.csv``.
    standing : DataFrame
        The built table, for the index and the ratings of the areas.
    similar : Similar or None
        Those that were found.

    Returns
    -------
    DataFrame
        ``variable, used, kept, furthest, ratings``: the variable that is left out, or would be used
        as well; the share of comparators that stay, and the largest move, in points, of the middle
        index of an area's comparators. Where they come from elsewhere, the row `OWN` tells the
        same of the units alone, and how many ratings would be others.
    """
    if similar is None:
        return empty_table("peer_choices")
    rule, units, there = inputs.settings["comparators"], inputs.geography.units, similar.elsewhere
    context, codes, of = inputs.tables["context"], list(units), None
    index = standing.query("element == 'index'").set_index("area_code")["score"].reindex(units)
    if there is not None and inputs.pool is not None:
        context, of = inputs.pool.context, len(units)
        index = pd.concat([index, there.index])
        codes = list(index.index)
    chosen, every = list(rule["context"]), context[context["area_code"].isin(codes)]
    differing = every.groupby("variable")["value"].nunique()
    others = [v for v in differing.index[differing > 1] if v not in chosen]
    now = similar.near.position
    mine = [set(np.array(similar.codes)[p]) for p in now]

    def found(near: NDArray[np.intp]) -> tuple[float, float]:
        """Share of comparators that stay, and how far the middle index moves at most."""
        share = [len(a & {codes[i] for i in p}) / len(a) for a, p in zip(mine, near, strict=True)]
        before, after = (
            pd.DataFrame(index.reindex(of).to_numpy()[at]).median(axis=1).to_numpy()
            for of, at in ((list(similar.codes), now), (codes, near))
        )
        return float(np.mean(share)), float(np.nanmax([0.0, *np.abs(after - before)]))

    rows: list[tuple[object, ...]] = []
    for variable in [*chosen, *others]:
        used = variable in chosen
        instead = [v for v in chosen if v != variable] if used else [*chosen, variable]
        if instead:
            near = nearest(context_matrix(context, codes, instead), rule["number"], of).position
            rows.append((variable, used, *found(near), np.nan))
    if there is not None and there.own is not None:
        ratings = int((standing["rating"] != standing["rating_own"]).sum())
        rows.append((OWN, False, *found(there.own.position), ratings))
    return pd.DataFrame(rows, columns=list(empty_table("peer_choices")))
