"""What the reference population tells of each indicator's error: φ, spread, its own change."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.edition.framework import Framework
from spi_core.method.errors import overdispersion, spread_of_changes
from spi_core.tables import records
from spi_core.uncertainty.sampling import overlap

Array: TypeAlias = NDArray[np.float64]

#: Years between the midpoints of two windows for what areas differ by to be noise: beyond them
#: they have truly changed, and φ would call that error.
ONE_YEAR = (0.75, 1.25)
PAIR = ("baseline", "current")
COLUMNS = [
    "indicator_id", "phi", "spread", "scale", "change", "moves", "change_se", "areas", "years",
]  # fmt: skip


def error_figures(cells: pd.DataFrame, mapping: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Work ``reference/errors.csv`` out of the population's figures.

    Parameters
    ----------
    cells : DataFrame
        ``indicator_id, period, area_code, value, numerator, denominator`` of the population.
    mapping : DataFrame
        ``indicator_id, period, start, end``.
    framework : Framework
        Kinds and limits of the indicators.

    Returns
    -------
    DataFrame
        One row an indicator with values in both periods, or the last two that the population
        has: then without its change, which is not that of the edition: ``indicator_id, phi,
        spread, scale, change, moves, change_se, areas, years``. φ is blank without counts and
        where the windows lie more or less than a year apart.
    """
    wide = cells.pivot(
        index=["indicator_id", "area_code"],
        columns="period",
        values=["value", "numerator", "denominator"],
    )
    have = [p for p in dict.fromkeys(mapping["period"]) if p in set(cells["period"])]
    pair = PAIR if set(PAIR) <= set(have) else tuple(have[-2:])
    if len(pair) < 2:
        return pd.DataFrame(columns=COLUMNS)
    shared = dict(zip(framework.ids, overlap(mapping, framework.ids, pair)[:, 0, 1], strict=True))
    # days since an arbitrary day
    ends = ((mapping[c] - pd.Timestamp(0)) / pd.Timedelta(days=1) for c in ("start", "end"))
    dated = mapping.assign(middle=sum(ends) / 2)
    when = dated.pivot(index="indicator_id", columns="period", values="middle")
    when = when.reindex(columns=list(pair)).dropna()
    rows = []
    for about in records(framework.indicators.reset_index()):
        if about.id not in wide.index or about.id not in when.index:
            continue
        years = float(np.diff(when.loc[about.id].to_numpy(float))[0]) / 365.25
        value, count, base = (
            wide.loc[about.id][name][list(pair)].to_numpy(float).T
            for name in ("value", "numerator", "denominator")
        )
        rows.append(_row(about, years, (value, count, base), shared[about.id]))
    made = pd.DataFrame(rows, columns=COLUMNS)
    return made if pair == PAIR else made.assign(change=np.nan, change_se=np.nan)


def _row(
    about: Any, years: float, pair: tuple[Array, Array, Array], shared: float
) -> dict[str, Any]:
    """Measure one indicator."""
    value, count, base = pair
    positive = bool((value[:, np.isfinite(value).all(axis=0)] > 0).all())
    # prices, ratios, ages: so many per cent; a share or a rate is bounded or may be 0
    log = positive and about.kind in ("index", "mean") and about.valid_min >= 0
    ratio = log or about.kind in ("rate", "proportion")
    spread = own = spread_of_changes(value, log=log, ratio=ratio)
    phi = np.nan
    if about.interval != "none" and np.isfinite(count).any():
        own = overdispersion(count, base, binomial=about.interval == "wilson", overlap=shared)
        ratio = True
        if ONE_YEAR[0] <= years <= ONE_YEAR[1]:
            phi = own.size
    figures = {"phi": phi, "spread": spread.size, "change": own.change, "change_se": own.change_se}
    return {
        "indicator_id": about.id,
        **{name: float(f"{x:.6g}") for name, x in figures.items()},
        "scale": "log" if log else "linear",
        "moves": "ratio" if ratio else "difference",
        "areas": own.n,
        "years": round(years, 2),
    }
