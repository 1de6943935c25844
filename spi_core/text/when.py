"""When something falls due, as people write it."""

from __future__ import annotations

import re

import pandas as pd
from pandas.api.typing import NaTType


def due(by: str) -> pd.Timestamp | NaTType:
    """Read the last day that a promise leaves.

    Parameters
    ----------
    by : str
        A date, a year or ``2022/23``; of anything else the last year named counts, to its end.

    Returns
    -------
    Timestamp
        NaT where no year is named.

    Examples
    --------
    >>> due("2014-06-30").date(), due("the end of 2022/23").date(), due("soon")
    (datetime.date(2014, 6, 30), datetime.date(2023, 12, 31), NaT)
    """
    day = pd.to_datetime(by, format="%Y-%m-%d", errors="coerce")
    spelt = re.sub(r"\b([12]\d)\d\d[/–](\d\d)\b", r"\1\2", by)
    years = re.findall(r"(?<!\d)[12]\d{3}(?!\d)", spelt)
    return pd.Timestamp(int(years[-1]), 12, 31) if pd.isna(day) and years else day
