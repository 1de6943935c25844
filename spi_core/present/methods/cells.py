"""Cells of the worked example: a figure with the arithmetic that it comes from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spi_core.present.base.numbers import number


def figure_text(r: Any) -> str:
    """Write a raw figure with the division it comes from, where its counts are published.

    Parameters
    ----------
    r : mapping or Series
        ``value, numerator, denominator, per``; with ``transform`` and ``value_scored`` where the
        figure is scored by its logarithm.

    Returns
    -------
    str
        For instance ``331 ÷ 13,800 × 1,000 = 23.9855``.

    Examples
    --------
    >>> row = {"value": 23.985507, "numerator": 331, "denominator": 13800, "per": 1000}
    >>> figure_text(pd.Series(row))
    '331 ÷ 13,800 × 1,000 = 23.9855'
    >>> figure_text(pd.Series({**row, "numerator": float("nan")}))
    '23.9855'
    >>> logged = {"numerator": float("nan"), "transform": "log"}
    >>> figure_text(pd.Series({**row, **logged, "value_scored": np.log(23.985507)}))
    '23.9855; ln 23.9855 = 3.17745'
    """
    value = six(r["value"])
    scored = ""
    if r.get("transform") == "log":  # an offset keeps zeros apart from nothing
        plus = round(float(np.exp(r["value_scored"]) - r["value"]), 6)
        inside = f"({value} + {six(plus)})" if plus else value
        scored = f"; ln {inside} = {six(r['value_scored'])}"
    if pd.isna(r["numerator"]) or pd.isna(r["denominator"]):
        return value + scored
    places = [0 if float(r[k]).is_integer() else 3 for k in ("numerator", "denominator")]
    above, below = number(r["numerator"], places[0]), number(r["denominator"], places[1])
    times = "" if r["per"] == 1 else f" × {number(r['per'], 0)}"
    return f"{above} ÷ {below}{times} = {value}{scored}"


def six(value: float) -> str:
    """Write six figures that matter: all that the goalposts have.

    Parameters
    ----------
    value : float
        Any number.

    Examples
    --------
    >>> six(1234.5678)
    '1,234.57'
    """
    return f"{value:,.6g}"
