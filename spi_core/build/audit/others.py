"""How other indices order the same areas: the handbook's step of links to other measures."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm, spearmanr

from spi_core.edition.inputs import Inputs
from spi_core.tables import empty_table

#: Fewer areas give no interval worth printing.
FEWEST = 5


def other_indices_table(inputs: Inputs, standing: pd.DataFrame) -> pd.DataFrame:
    """Correlate the ranks of the units in other indices with those in this one.

    Parameters
    ----------
    inputs : Inputs
        With ``reference/other_indices.csv``: figures of the units, or of areas within them, which
        are averaged by residents.
    standing : DataFrame
        Scores of the units by ``area_code`` and ``element``.

    Returns
    -------
    DataFrame
        One row another index and element (dimensions and the index): Spearman's ``correlation``,
        positive where both say the same is better, its 90 % interval ``low, high`` and ``areas``,
        how many units have both.

    Notes
    -----
    The interval is Bonett and Wright's (2000): tanh(atanh r ± z √((1 + r²/2)/(n − 3))). Indices
    that rest on the same sources agree more than their subjects do.
    """
    given = inputs.tables.get("other_indices", pd.DataFrame())
    if given.empty:
        return empty_table("other_indices")
    home = {a: unit for areas in inputs.geography.homes().values() for a, unit in areas.items()}
    given = given[given["area_code"].isin(list(home))]
    weight = given["area_code"].map(inputs.geography.areas["population"]).astype(float)
    sign = np.where(given["better"] == "higher", 1.0, -1.0)
    made = pd.DataFrame(
        {
            "other": given["other"],
            "area_code": given["area_code"].map(home),
            "sum": sign * given["value"] * weight,
            "weight": weight,
        }
    )
    sums = made.groupby(["other", "area_code"], sort=False)[["sum", "weight"]].sum()
    figure = (sums["sum"] / sums["weight"]).rename("figure").reset_index()
    source = given.groupby("other")["source"].first().to_dict()
    shown = standing[standing["level"] != "component"].dropna(subset="score")
    both = figure.merge(shown[["area_code", "element", "level", "score"]], on="area_code")
    rows = []
    for (other, element, level), of in both.groupby(["other", "element", "level"], sort=False):
        if len(of) < FEWEST:
            continue
        r = float(spearmanr(of["figure"], of["score"]).statistic)
        half = norm.ppf(0.95) * np.sqrt((1 + r * r / 2) / (len(of) - 3))
        low, high = np.tanh(np.arctanh(min(max(r, -0.999999), 0.999999)) + np.array([-half, half]))
        found = {"other": other, "element": element, "level": level, "areas": len(of)}
        found |= {"correlation": r, "low": low, "high": high, "source": source[other]}
        rows.append(found)
    return pd.DataFrame(rows) if rows else empty_table("other_indices")
