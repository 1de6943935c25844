"""What the registers of indicators and components say of the units' figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from spi_core.build.recipe import pair_compared
from spi_core.edition.inputs import Inputs
from spi_core.method.recipe import Recipe
from spi_core.tables import empty_table

#: What lies between these periods changes nothing that is said of them.
COMPARED = ("baseline", "current")


def with_ranges(
    goalposts: pd.DataFrame, values: pd.DataFrame, units: Sequence[str]
) -> pd.DataFrame:
    """Set the units' lowest and highest value, of both periods, beside the goalposts.

    Parameters
    ----------
    goalposts, values : DataFrame
        Built tables.
    units : sequence of str
        Codes of the units of evidence.

    Returns
    -------
    DataFrame
        ``goalposts`` with ``lowest, highest`` and ``capped``, how many values lie beyond.
    """
    mine = values["area_code"].isin(units) & values["period"].isin(COMPARED)
    of_each = values[mine].groupby("indicator_id")
    found = of_each.agg(lowest=("value", "min"), highest=("value", "max"), capped=("capped", "sum"))
    found = found.reindex(goalposts["indicator_id"])
    capped = found["capped"].fillna(0).to_numpy(int)
    ends = {name: found[name].to_numpy(float) for name in ("lowest", "highest")}
    return goalposts.assign(**ends, capped=capped)


def with_coverage(
    framework: pd.DataFrame, coverage: pd.DataFrame, units: Sequence[str]
) -> pd.DataFrame:
    """Count for each component the units that have all its figures, and what was estimated.

    Parameters
    ----------
    framework, coverage : DataFrame
        Built tables.
    units : sequence of str
        Codes of the units of evidence.

    Returns
    -------
    DataFrame
        ``framework`` with ``complete_baseline, complete_current`` and ``estimated``, of units in
        both periods.
    """
    mine = coverage[coverage["area_code"].isin(units) & coverage["period"].isin(COMPARED)]
    full = (mine["present"] == mine["indicators"]) & (mine["indicators"] > 0)
    names = framework["component"]
    counts = {"estimated": mine.groupby("component")["estimated"].sum()}
    for period in COMPARED:
        now = mine["period"] == period
        counts[f"complete_{period}"] = full[now].groupby(mine.loc[now, "component"]).sum()
    laid = {n: c.reindex(names).fillna(0).to_numpy(int) for n, c in counts.items()}
    return framework.assign(**laid)


def bases_table(
    whole: str, units: Sequence[str], tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Say how large each indicator's base is beside the number of residents, current period.

    Parameters
    ----------
    whole : str
        Code of what the edition is about.
    units : sequence of str
        Codes of the units of evidence.
    tables : mapping of str to DataFrame
        ``areas, values``.

    Returns
    -------
    DataFrame
        One row an indicator with a base, smallest first: ``denominator`` of the whole,
        ``per_resident``, and the units' ``lowest`` and ``highest``.
    """
    people = tables["areas"].set_index("code")["population"]
    now = tables["values"].query("period == 'current'").dropna(subset="denominator")
    # without any base pandas takes what it maps for text
    residents = now["area_code"].map(people).astype(float)
    now = now.assign(per_resident=now["denominator"] / residents)
    columns = ["indicator_id", "denominator", "per_resident", "illustrative"]
    home = now.loc[now["area_code"] == whole, columns].sort_values("per_resident")
    each = now[now["area_code"].isin(units)].groupby("indicator_id")["per_resident"]
    ends = {"lowest": each.min(), "highest": each.max()}
    laid = {name: home["indicator_id"].map(found).astype(float) for name, found in ends.items()}
    return home.assign(**laid).reset_index(drop=True)


def comparisons_table(inputs: Inputs, changing: Recipe) -> pd.DataFrame:
    """List what may be said of each indicator between the two periods that are compared.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panel without LSOAs.
    changing : Recipe
        What counts in a change of scores.

    Returns
    -------
    DataFrame
        ``indicator_id, from_period, to_period, group, years, first, last, rolling, in_change,
        reason``; no rows where there is one period. What might count and does not has too little
        beside it.
    """
    pair = pair_compared(inputs)
    if pair.first == pair.last:
        return empty_table("comparisons")
    alone = (pair.reason == "") & ~changing.used
    return pd.DataFrame(
        {
            "indicator_id": inputs.framework.ids,
            "from_period": pair.first,
            "to_period": pair.last,
            "group": pair.group,
            "years": pair.years,
            "first": pair.when[0],
            "last": pair.when[1],
            "rolling": pair.rolling,
            "in_change": changing.used,
            "reason": np.where(alone, "too little of its component can be compared", pair.reason),
        }
    )
