"""Carry a panel from the areas of one vintage to those of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.edition.areas.rollup import MODELLED, WEAKNESS, weakness
from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel
from spi_core.tables import empty_table


def rebase(
    panel: Panel,
    links: pd.DataFrame,
    population: pd.Series,
    framework: Framework,
    areas: Sequence[str],
) -> Panel:
    """Carry observations of one vintage's areas to those of another.

    Parameters
    ----------
    panel : Panel
        Observations on the old areas.
    links : DataFrame
        ``from_code, to_code, weight``: the share of each old area that lies in each new one; the
        weights of an old area sum to 1.
    population : Series
        People of each old area, by code.
    framework : Framework
        Says for each indicator whether counts are added up or the mean is weighted.
    areas : sequence of str
        Codes of the new areas, in the order wanted.

    Returns
    -------
    Panel
        The new areas. A cell is filled only when every old area that reaches into the new one has
        a value; it is ``suppressed`` as soon as one of them is. Its status is that of the weakest
        old area, and at best ``modelled`` where one was split or a mean was weighted.

    Notes
    -----
    With w the share of old area s that lies in new area t: numerator and denominator are
    Σ w·n and Σ w·d, and the rate is recomputed from them. Others, and ratios whose counts are not
    known: Σ w·P·x / Σ w·P with the population P. Both assume that what is counted is spread
    within an old area as the weights are.
    """
    weight = _matrix(panel.areas, links, areas)
    reach = weight > 0
    people = weight * population.loc[list(panel.areas)].to_numpy(float)
    per = framework.indicators["per"].to_numpy(float)
    ratio = (framework.indicators["rollup"] == "ratio").to_numpy()
    top, base = _sum(panel.numerator, weight), _sum(panel.denominator, weight)
    counted = ratio & ~np.isnan(top) & ~np.isnan(base) & (base > 0)
    rate = np.divide(top * per, base, out=np.full_like(top, np.nan), where=counted)
    whole = people.sum(axis=1)[:, None]
    total = _sum(panel.value, people)
    mean = np.divide(total, whole, out=np.full_like(total, np.nan), where=whole > 0)
    value = np.where(counted, rate, mean)
    split = np.any(reach & (weight < 1), axis=1, keepdims=True)
    return replace(
        panel,
        areas=tuple(areas),
        value=value,
        numerator=np.where(counted, top, np.nan),
        denominator=np.where(counted, base, np.nan),
        status=_status(panel.status, reach, np.isnan(value), split | ~counted),
    )


def fill_from(panel: Panel, other: Panel) -> Panel:
    """Fill the cells that a panel lacks from another on the same axes.

    Parameters
    ----------
    panel : Panel
        Its own values win, also where they are suppressed.
    other : Panel
        Rebased from another vintage.

    Returns
    -------
    Panel
        Same axes.
    """
    empty = panel.status == "missing"
    names = ("value", "numerator", "denominator", "status")
    filled = {n: np.where(empty, getattr(other, n), getattr(panel, n)) for n in names}
    dates = pd.concat([panel.dates, other.dates], ignore_index=True)
    dates = dates.drop_duplicates(["indicator_id", "period"], ignore_index=True)
    return replace(panel, **filled, dates=dates)


def apportionment(links: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Say how much of each new area had to be apportioned.

    Parameters
    ----------
    links : DataFrame
        ``from_code, to_code, weight``.
    old, new : DataFrame
        Areas of the two vintages: index ``code``; ``level, vintage, population``.

    Returns
    -------
    DataFrame
        One row a new area, and a row with a blank ``area_code`` for each level as a whole:
        ``area_code, level, from_vintage, to_vintage, sources, population`` (of the old areas, as
        apportioned), ``apportioned`` (share of it from old areas that were split between several
        new ones, so that their figures rest on the weights) and ``moved`` (share of it from old
        areas whose larger part went elsewhere).

    Examples
    --------
    >>> links = pd.DataFrame({"from_code": ["a", "a", "b"], "to_code": ["x", "y", "y"],
    ...                       "weight": [0.75, 0.25, 1.0]})
    >>> areas = {"level": "ward", "vintage": "old", "population": 100}
    >>> old, new = (pd.DataFrame(areas, index=list(codes)) for codes in ("ab", "xy"))
    >>> apportionment(links, old, new)[["area_code", "population", "apportioned", "moved"]]
      area_code  population  apportioned  moved
    0                 200.0          0.5  0.125
    1         x        75.0          1.0  0.000
    2         y       125.0          0.2  0.200
    """
    if links.empty or old.empty:
        return empty_table("rebased")
    used = links[(links["weight"] > 0) & links["from_code"].isin(old.index)]
    most = used.groupby("from_code")["weight"].transform("max")
    first = ~used[used["weight"] == most].duplicated("from_code")
    people = used["weight"] * used["from_code"].map(old["population"])
    stays = first.reindex(used.index, fill_value=False)
    used = used.assign(
        level=used["to_code"].map(new["level"]),
        from_vintage=used["from_code"].map(old["vintage"]),
        to_vintage=used["to_code"].map(new["vintage"]),
        population=people,
        apportioned=people.where(used["weight"] < 1, 0.0),
        moved=people.where(~stays, 0.0),
    )
    keys = ["level", "from_vintage", "to_vintage"]
    each = _shares(used.rename(columns={"to_code": "area_code"}), ["area_code", *keys])
    whole = _shares(used, keys).assign(area_code="")
    frame = pd.concat([whole, each], ignore_index=True)
    return frame.sort_values([*keys, "area_code"], ignore_index=True)[list(empty_table("rebased"))]


def _shares(used: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    groups = used.groupby(keys, sort=True)
    frame = groups[["population", "apportioned", "moved"]].sum()
    frame["sources"] = groups["from_code"].nunique()
    people = frame["population"].where(frame["population"] > 0)
    frame["apportioned"] /= people
    frame["moved"] /= people
    return frame.reset_index()


def _matrix(old: Sequence[str], links: pd.DataFrame, new: Sequence[str]) -> NDArray[np.float64]:
    """Share of each old area (columns) in each new one (rows)."""
    matrix = np.zeros((len(new), len(old)))
    known = links[links["from_code"].isin(list(old)) & links["to_code"].isin(list(new))]
    at = (pd.Index(list(new)).get_indexer(pd.Index(known["to_code"])),
          pd.Index(list(old)).get_indexer(pd.Index(known["from_code"])))  # fmt: skip
    matrix[at] = known["weight"].to_numpy(float)
    return matrix


def _sum(x: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted sum over the old areas; NaN where one that reaches in has none, or none does."""
    reach = (weight > 0).astype(float)
    lacks = reach @ np.isnan(x).astype(float) > 0
    alone = reach.sum(axis=1)[:, None] == 0
    return np.where(lacks | alone, np.nan, weight @ np.nan_to_num(x))


def _status(
    status: NDArray[np.str_],
    reach: NDArray[np.bool_],
    empty: NDArray[np.bool_],
    estimated: NDArray[np.bool_],
) -> NDArray[np.str_]:
    part, old = reach.astype(float), weakness(status)
    weakest = estimated * MODELLED
    for step in range(1, len(WEAKNESS)):
        weakest = np.where(
            part @ (old >= step).astype(float) > 0, np.maximum(weakest, step), weakest
        )
    hidden = part @ (status == "suppressed").astype(float) > 0
    kind = np.array(WEAKNESS)[weakest]
    return np.where(hidden, "suppressed", np.where(empty, "missing", kind)).astype("U12")
