"""What the reference population tells of each indicator's error: φ, spread, its own change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
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
    "moved_p25", "moved_median", "moved_p75", "at_count",
]  # fmt: skip
MOVED = COLUMNS[-4:-1]


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
        spread, scale, change, moves, change_se, areas, years``, and the quarters of its areas'
        own changes, ``moved_p25, moved_median, moved_p75``, in the indicator's unit. φ is blank
        without counts and where the windows lie more or less than a year apart. ``at_count``, where
        the error goes with the counts of another indicator: their harmonic mean.
    """
    have = [p for p in dict.fromkeys(mapping["period"]) if p in set(cells["period"])]
    pair = PAIR if set(PAIR) <= set(have) else tuple(have[-2:])
    if len(pair) < 2:
        return pd.DataFrame(columns=COLUMNS)
    between = _measured(cells, mapping, framework, pair)
    rows = [between(about, *pair) for about in records(framework.indicators.reset_index())]
    made = pd.DataFrame([row for row in rows if row], columns=COLUMNS)
    return made if pair == PAIR else made.assign(change=np.nan, change_se=np.nan)


def history_figures(
    cells: pd.DataFrame, mapping: pd.DataFrame, framework: Framework, periods: Sequence[str]
) -> pd.DataFrame:
    """Work ``reference/history.csv`` out: the population's figure of each year, and its change.

    Parameters
    ----------
    cells, mapping, framework
        As for :func:`error_figures`, of all years.
    periods : sequence of str
        The years before and the periods of the edition, in order of time.

    Returns
    -------
    DataFrame
        One row an indicator that has earlier years, and period: ``value``, the population's own
        (its counts, or the mean of its areas); ``change, moves, change_se, areas, years`` from
        then to the last period; ``phi`` and ``spread``, error alone: areas truly change in several
        years, so it is taken from each year's step between, the largest, and the spread carried
        over to the longer pair by ``√((1 − overlap) / (1 − overlap of the step))``.
    """
    between, shared = (
        _measured(cells, mapping, framework, periods),
        dict(zip(framework.ids, overlap(mapping, framework.ids, tuple(periods)), strict=True)),
    )
    rows: list[dict[str, Any]] = []
    for about in records(framework.indicators.reset_index()):
        own = cells[cells["indicator_id"] == about.id]
        have = [p for p in periods if p in set(own["period"])]
        if len(have) < 2 or have[0] in PAIR:
            continue
        steps = [(periods.index(a), periods.index(b)) for a, b in pairwise(have)]
        found = [between(about, periods[a], periods[b]) for a, b in steps]
        for n, first in enumerate(have):
            now = own[own["period"] == first]
            row = {"indicator_id": about.id, "period": first, "value": _whole(about, now)}
            row |= {name: found[-1][name] for name in ("scale", "moves")}
            if n < len(steps) and have[-1] == periods[-1]:
                row |= between(about, first, periods[-1])
                row["phi"] = pd.Series([f["phi"] for f in found[n:]]).max()
                far = 1 - shared[about.id][periods.index(first), -1]
                near = [max(1 - shared[about.id][a, b], 1e-9) for a, b in steps[n:]]
                alike = {f["scale"] for f in found[n:]} == {row["scale"]}
                sizes = [
                    f["spread"] * np.sqrt(far / x) for f, x in zip(found[n:], near, strict=True)
                ]
                row["spread"] = float(f"{max(sizes):.6g}") if alike else np.nan
            rows.append({"areas": len(now), **row})
    order = ["indicator_id", "period", "value", *COLUMNS[1:]]
    return pd.DataFrame(rows, columns=order)


def _whole(about: Any, now: pd.DataFrame) -> float:
    """Give the population's own figure: from its counts, or the mean of its areas."""
    counted = now.dropna(subset=["numerator", "denominator"])
    value = now["value"].mean()
    if len(counted):
        value = about.per * counted["numerator"].sum() / counted["denominator"].sum()
    return float(f"{value:.8g}")


def _measured(
    cells: pd.DataFrame, mapping: pd.DataFrame, framework: Framework, periods: Sequence[str]
) -> Callable[[Any, str, str], dict[str, Any]]:
    """Make the function that measures an indicator between two of the periods."""
    wide = cells.pivot(
        index=["indicator_id", "area_code"],
        columns="period",
        values=["value", "numerator", "denominator"],
    )
    shared = overlap(mapping, framework.ids, tuple(periods))
    # days since an arbitrary day
    ends = ((mapping[c] - pd.Timestamp(0)) / pd.Timedelta(days=1) for c in ("start", "end"))
    dated = mapping.assign(middle=sum(ends) / 2)
    when = dated.pivot(index="indicator_id", columns="period", values="middle")

    def between(about: Any, first: str, last: str) -> dict[str, Any]:
        pair = [first, last]
        middles = when.reindex(index=[about.id], columns=pair).to_numpy(float)[0]
        if about.id not in wide.index or np.isnan(middles).any():
            return {}
        value, count, base = (
            wide.loc[about.id][name][pair].to_numpy(float).T
            for name in ("value", "numerator", "denominator")
        )
        at = (framework.ids.index(about.id), *(list(periods).index(p) for p in pair))
        years = float(middles[1] - middles[0]) / 365.25
        row = _row(about, years, (value, count, base), shared[at])
        other = getattr(about, "error_counts", "")
        if other in wide.index:
            held = wide.loc[other]["numerator"][pair].reindex(wide.loc[about.id].index)
            count = held.to_numpy(float)[np.isfinite(value).all(axis=0)]
            count = count[(count > 0).all(axis=1)]
            row["at_count"] = float(f"{1 / (1 / count).mean():.6g}") if count.size else np.nan
        return row

    return between


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
    moved = np.nanpercentile(value[1] - value[0], (25, 50, 75))
    figures = {"phi": phi, "spread": spread.size, "change": own.change, "change_se": own.change_se}
    figures |= dict(zip(MOVED, moved, strict=True))
    return {
        "indicator_id": about.id,
        **{name: float(f"{x:.6g}") for name, x in figures.items()},
        "scale": "log" if log else "linear",
        "moves": "ratio" if ratio else "difference",
        "areas": own.n,
        "years": round(years, 2),
    }
