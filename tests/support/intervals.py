"""Intervals of raw values from the method's own formulas, cell by cell, to hold others against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel
from spi_core.method.intervals import poisson, wilson

__all__ = ["value_intervals"]


def value_intervals(
    panel: Panel, framework: Framework
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give both ends for each cell that has counts, in raw units; NaN elsewhere."""
    low, high = (np.full(panel.value.shape, np.nan) for _ in range(2))
    per = framework.indicators["per"].to_numpy(float)
    for k, kind in enumerate(framework.indicators["interval"]):
        x, n = panel.numerator[..., k], panel.denominator[..., k]
        if kind == "wilson":
            low[..., k], high[..., k] = (per[k] * end for end in wilson(x, n))
        elif kind == "byar":
            low[..., k], high[..., k] = (per[k] * end / n for end in poisson(x))
    return low, high
