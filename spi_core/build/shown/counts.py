"""How sure a figure is: from its counts, or by its standard error."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spi_core.method.intervals import LEVEL, difference, poisson, quantile, wilson

#: Below so many events a figure is flagged; below ten its publisher would withhold it.
FEW_EVENTS = 20


def with_intervals(
    values: pd.DataFrame, indicators: pd.DataFrame, model: pd.DataFrame, errors: pd.DataFrame
) -> pd.DataFrame:
    """Give each figure its interval: Wilson for a share, Byar or exact for a rate, times √φ.

    Parameters
    ----------
    values : DataFrame
        ``indicator_id, value, numerator, denominator, estimated``.
    indicators : DataFrame
        The register, index the ids: ``interval, per, natural_worst, natural_best, valid_min,
        valid_max``.
    model : DataFrame
        ``indicator_id, error, phi``.
    errors : DataFrame
        ``period, area_code, indicator_id, se, basis``.

    Returns
    -------
    DataFrame
        The same with ``value_low, value_high`` and ``few``, whether the figure rests on fewer
        events than `FEW_EVENTS`. A figure without counts has the interval of its published
        standard error, or of the reference population's spread, which is an upper bound; a
        modelled one and one without either has none.
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
    model = model.set_index("indicator_id").loc[values["indicator_id"]]
    wider = np.sqrt(model["phi"].to_numpy(float))
    keys = pd.MultiIndex.from_frame(values[["period", "area_code", "indicator_id"]])
    told = errors.set_index(["period", "area_code", "indicator_id"]).reindex(keys)
    given = told["basis"].isin(["published", "reference spread"]).to_numpy() & known
    half = quantile(LEVEL) * told["se"].to_numpy(float)
    value = values["value"].to_numpy(float)
    counted = (model["error"] == "counts").to_numpy() & ~given
    low = np.where(counted, value - wider * (value - low), np.where(given, value - half, np.nan))
    high = np.where(counted, value + wider * (high - value), np.where(given, value + half, np.nan))
    limits = indicators.loc[values["indicator_id"], ["valid_min", "valid_max"]].to_numpy(float)
    there = np.isfinite(low)  # a limit is no interval of a figure that has none
    low = np.where(there, np.fmax(low, limits[:, 0]), np.nan)
    high = np.where(there, np.fmin(high, limits[:, 1]), np.nan)
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
