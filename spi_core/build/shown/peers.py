"""What the choice of context variables decides: similar areas if it were another."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spi_core.edition.inputs import Inputs
from spi_core.tables import empty_table
from spi_core.uncertainty.peers import context_matrix, nearest


def peer_choices(inputs: Inputs, standing: pd.DataFrame) -> pd.DataFrame:
    """Find similar areas again without each context variable, and with each of the others.

    Parameters
    ----------
    inputs : Inputs
        The edition: its rule and ``context.csv``.
    standing : DataFrame
        The built table, for the index of the areas.

    Returns
    -------
    DataFrame
        ``variable, used, kept, furthest``: the variable that is left out, or would be used as well;
        the share of comparators that stay, and the largest move, in points, of the middle index of
        an area's comparators.
    """
    rule, context = inputs.settings.get("comparators"), inputs.tables["context"]
    if rule is None or context.empty:
        return empty_table("peer_choices")
    units, chosen = inputs.geography.units, list(rule["context"])
    complete = context[context["area_code"].isin(units)].groupby("variable")["value"].nunique()
    others = [v for v in complete.index[complete > 1] if v not in chosen]
    index = standing.query("element == 'index'").set_index("area_code")["score"].reindex(units)

    def found(variables: list[str]) -> tuple[list[set[int]], np.ndarray]:
        matrix = context_matrix(context, units, variables)
        near = nearest(matrix, rule["number"]).position
        return [set(p) for p in near], pd.DataFrame(index.to_numpy()[near]).median(
            axis=1
        ).to_numpy()

    now, middle = found(chosen)
    rows = []
    for variable in [*chosen, *others]:
        instead = (
            [v for v in chosen if v != variable] if variable in chosen else [*chosen, variable]
        )
        if not instead:
            continue
        other, moved = found(instead)
        kept = np.mean([len(a & b) / len(a) for a, b in zip(now, other, strict=True)])
        furthest = np.nanmax([0.0, *np.abs(moved - middle)])
        rows.append((variable, variable in chosen, float(kept), float(furthest)))
    return pd.DataFrame(rows, columns=["variable", "used", "kept", "furthest"])
