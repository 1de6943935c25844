"""How sure a figure is that rests on counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spi_core.method.intervals import poisson, wilson

__all__ = ["FEW_EVENTS", "with_intervals"]

#: Below so many events a figure is flagged; below ten its publisher would withhold it.
FEW_EVENTS = 20


def with_intervals(values: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Give each figure with counts its interval: Wilson for a share, Byar or exact for a rate.

    Parameters
    ----------
    values : DataFrame
        ``indicator_id, value, numerator, denominator, estimated``.
    indicators : DataFrame
        The register, index the ids: ``interval, per``.

    Returns
    -------
    DataFrame
        The same with ``value_low, value_high`` (NaN where there are no counts) and ``few``,
        whether the figure rests on fewer events than `FEW_EVENTS`.
    """
    kind = values["indicator_id"].map(indicators["interval"]).to_numpy()
    per = values["indicator_id"].map(indicators["per"]).to_numpy(float)
    base = values["denominator"].to_numpy(float)
    known = np.isfinite(values["value"].to_numpy(float)) & ~values["estimated"].to_numpy(bool)
    n = np.where(known & (base > 0), base, np.nan)
    x = np.where(np.isfinite(n), values["numerator"].to_numpy(float), np.nan)
    low, high = np.full(len(values), np.nan), np.full(len(values), np.nan)
    share, rate = kind == "wilson", kind == "byar"
    low[share], high[share] = wilson(x[share], n[share])
    low[share], high[share] = per[share] * low[share], per[share] * high[share]
    low[rate], high[rate] = poisson(x[rate])
    low[rate], high[rate] = per[rate] * low[rate] / n[rate], per[rate] * high[rate] / n[rate]
    few = (share | rate) & (values["numerator"].to_numpy(float) < FEW_EVENTS)
    return values.assign(value_low=low, value_high=high, few=few)
