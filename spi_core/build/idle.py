"""Indicators that cannot tell the units apart: named with the reason, counted in no score."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.edition.inputs import Inputs


def idle(inputs: Inputs) -> NDArray[np.str_]:
    """Find indicators that cannot tell the units of evidence apart.

    Returns
    -------
    ndarray of str, shape (indicators,)
        Why an indicator counts in no score; empty for one that does.
    """
    value = inputs.panel.take(inputs.geography.units).value
    there = ~np.isnan(value)
    low = np.where(there, value, np.inf).min(axis=(0, 1))
    high = np.where(there, value, -np.inf).max(axis=(0, 1))
    unit = inputs.geography.levels.unit.one
    same = np.where(low == high, f"the same value in every {unit} and period", "")
    return np.where(there.any(axis=(0, 1)), same, f"no {unit} has a value")


def without(weights: pd.DataFrame, why: Mapping[str, str]) -> pd.DataFrame:
    """Give idle indicators the weight 0 and scale the others of their component to sum 1.

    Parameters
    ----------
    weights : DataFrame
        In the columns of ``weights.csv``.
    why : mapping of str to str
        Indicator to the reason it is idle; empty for one that counts.

    Returns
    -------
    DataFrame
        With the reason. A component of nothing but idle indicators keeps its numbers, unused.

    Examples
    --------
    >>> w = pd.DataFrame({"indicator_id": ["a", "b"], "component": "Shelter", "weight": 0.5,
    ...                   "share": [0.3, 0.7], "reason": "equal"})
    >>> without(w, {"a": "", "b": "no ward has a value"})[["weight", "share", "reason"]]
       weight  share                         reason
    0     1.0    1.0                          equal
    1     0.0    0.0  left out: no ward has a value
    """
    reason = weights["indicator_id"].map(why)
    out = weights.copy()
    for column in ("weight", "share"):
        kept = weights[column].where(reason == "", 0.0)
        total = kept.groupby(weights["component"]).transform("sum")
        out[column] = (kept / total.where(total > 0)).fillna(weights[column])
    out["reason"] = weights["reason"].where(reason == "", "left out: " + reason)
    return out
