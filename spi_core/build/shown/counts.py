"""How sure a figure is that rests on counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spi_core.method.intervals import difference, poisson, wilson

__all__ = ["FEW_EVENTS", "beside", "with_intervals"]

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


def beside(values: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """Say on which side of the whole's figure each figure clearly lies.

    Parameters
    ----------
    values, whole : DataFrame
        ``indicator_id, period, value, value_low, value_high`` of any areas, and of the whole.

    Returns
    -------
    DataFrame
        `values` with ``beside_whole``: 1 where the interval of the difference lies above 0, -1
        where it lies below, 0 where it holds it, NaN where one of the intervals is not known.
    """
    names = ["value", "value_low", "value_high"]
    home = whole.set_index(["indicator_id", "period"])[names]
    there = home.reindex(pd.MultiIndex.from_frame(values[["indicator_id", "period"]]))
    low, high = difference(
        tuple(values[n].to_numpy(float) for n in names),  # type: ignore[arg-type]
        tuple(there[n].to_numpy(float) for n in names),  # type: ignore[arg-type]
    )
    side = (low > 0).astype(float) - (high < 0)
    return values.assign(beside_whole=np.where(np.isnan(low), np.nan, side))
