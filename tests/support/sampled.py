"""A panel and its framework for tests of errors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel


def make(value, numerator=None, denominator=None, kind=("byar",), per=(1000.0,), windows=None):
    """Panel and framework of one component; one year a period unless windows are given."""
    value = np.asarray(value, float)
    periods = tuple(f"p{i}" for i in range(value.shape[0]))
    ids = tuple(f"i{k}" for k in range(value.shape[2]))
    blank = np.full(value.shape, np.nan)
    windows = windows or [(f"{2010 + i}-01-01", f"{2010 + i}-12-31") for i in range(len(periods))]
    dates = pd.DataFrame(
        [(i, p, *w) for i in ids for p, w in zip(periods, windows, strict=True)],
        columns=["indicator_id", "period", "start", "end"],
    )
    panel = Panel(
        periods=periods,
        areas=tuple(f"a{i}" for i in range(value.shape[1])),
        indicators=ids,
        value=value,
        numerator=blank if numerator is None else np.asarray(numerator, float),
        denominator=blank if denominator is None else np.asarray(denominator, float),
        status=np.full(value.shape, "observed"),
        dates=dates,
    )
    register = pd.DataFrame(
        {"interval": kind, "per": per, "polarity": -1,
         "valid_min": 0.0, "valid_max": np.nan},
        index=list(ids),
    )  # fmt: skip
    return panel, Framework(register, ("c",), ("d",), np.zeros(len(ids), int), np.zeros(1, int))
