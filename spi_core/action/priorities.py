"""Which figures an area would gain most by: need times influence, among what is sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from spi_core.action.distances import COUNTED
from spi_core.method.intervals import difference
from spi_core.tables import empty_table

Array: TypeAlias = NDArray[np.float64]


def places(size: ArrayLike, among: ArrayLike) -> Array:
    """Rank what counts, the largest first, in each row.

    Parameters
    ----------
    size : array_like, shape (..., n)
        What goes by size; NaN is left out.
    among : array_like of bool, shape (..., n)
        What counts.

    Returns
    -------
    ndarray, shape (..., n)
        1 for the largest; equals in their order; NaN where nothing counts.

    Examples
    --------
    >>> places([0.2, 0.9, 0.5, 0.7], [True, True, True, False])
    array([ 3.,  1.,  2., nan])
    """
    x = np.asarray(size, dtype=np.float64)
    counts = np.asarray(among, bool) & ~np.isnan(x)
    order = np.argsort(np.where(counts, -x, np.inf), axis=-1, kind="stable")
    rank = np.argsort(order, axis=-1, kind="stable") + 1.0
    return np.where(counts, rank, np.nan)


def weighed(
    gap: ArrayLike, influence: ArrayLike, people: ArrayLike, sure: ArrayLike
) -> list[Array]:
    """Rank figures by what their gap costs the index, and otherwise.

    Parameters
    ----------
    gap : array_like, shape (areas, indicators)
        Points of the indicator's score by which the area lies behind; negative where ahead.
    influence : array_like, same shape
        Points of the index that one point of the indicator's score makes.
    people : array_like, same shape
        People, homes or events that the gap stands for, whatever their sign; NaN without a count.
    sure : array_like of bool, same shape
        The interval of the difference leaves out zero.

    Returns
    -------
    list of ndarray, shape (areas, indicators)
        ``need``, gap times influence, points of the index; the places by need, by the gap alone,
        and by people: each among what lies behind and is sure.

    Examples
    --------
    >>> need, by_need, by_gap, by_people = weighed(
    ...     [[10.0, 20.0, 5.0]], [[0.08, 0.03, 0.1]], [[np.nan, 40.0, 90.0]], [[True] * 3]
    ... )
    >>> need.round(2), by_need, by_gap
    (array([[0.8, 0.6, 0.5]]), array([[1., 2., 3.]]), array([[2., 1., 3.]]))
    >>> by_people
    array([[nan,  2.,  1.]])
    """
    behind = np.asarray(gap, dtype=np.float64)
    need = behind * np.asarray(influence, dtype=np.float64)
    counts = np.asarray(sure, bool) & (behind > 0)
    sizes = (need, behind, np.abs(np.asarray(people, dtype=np.float64)))
    return [need, *(places(size, counts) for size in sizes)]


def priorities_table(
    whole: str,
    units: Sequence[str],
    tables: Mapping[str, pd.DataFrame],
    influence: pd.DataFrame,
    unit: pd.DataFrame,
) -> pd.DataFrame:
    """Rank every weighted figure of the whole and of its units, in the current period.

    Parameters
    ----------
    whole : str
        Code of what the edition is about: held against the reference's average area.
    units : sequence of str
        Codes of the units of evidence: held against similar areas.
    tables : mapping of str to DataFrame
        ``values, weights, indicators, reference, reference_standing, indicator_standing``.
    influence : DataFrame
        One row an area, one column an indicator: points of the index for a point of its score.
    unit : DataFrame
        Alike: points of its score for one unit of the figure, the better way.

    Returns
    -------
    DataFrame
        The built table ``priorities``; no rows of the whole without a reference.
    """
    weights = tables["weights"].set_index("indicator_id")["share"]
    weights = weights[weights > 0]
    if weights.empty:
        return empty_table("priorities")
    made = [_units(units, weights, tables)]
    if not tables["reference"].empty:
        made.insert(0, _whole(whole, weights, tables))
    rows = pd.concat(made, ignore_index=True)
    made_of = influence.loc[rows["area_code"].unique(), weights.index]
    rows["influence"] = made_of.to_numpy(float).ravel()
    each = unit.loc[rows["area_code"].unique(), weights.index].to_numpy(float)
    rows["unit_component"] = (each * weights.to_numpy(float)).ravel()
    rows["unit_index"] = each.ravel() * rows["influence"]
    shape = (-1, len(weights))
    columns = ("gap", "influence", "people", "sure")
    arrays = (rows[name].to_numpy().reshape(shape) for name in columns)
    names = ("need", "place", "place_by_gap", "place_by_people")
    found = {n: a.ravel() for n, a in zip(names, weighed(*arrays), strict=True)}
    return rows.assign(**found)


def _whole(code: str, weights: pd.Series, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    now = tables["values"].query("area_code == @code and period == 'current'")
    own = now.set_index("indicator_id").reindex(weights.index)
    there = tables["reference"].query("period == 'current'").set_index("indicator_id")["mean"]
    other = there.reindex(weights.index).to_numpy(float)
    gap = tables["reference_standing"].set_index("indicator_id")["gap"].reindex(weights.index)
    value, *ends = (own[name].to_numpy(float) for name in ("value", "value_low", "value_high"))
    low, high = difference((value, ends[0], ends[1]), (other, other, other))
    about = tables["indicators"].set_index("id").reindex(weights.index)
    counted = about["kind"].isin(COUNTED).to_numpy()
    base = np.where(counted, own["denominator"].to_numpy(float), np.nan)
    scale = base / about["per"].to_numpy(float)
    return pd.DataFrame(
        {
            "area_code": code,
            "indicator_id": weights.index,
            "beside": "reference",
            "value": value,
            "other": other,
            "gap": -gap.to_numpy(float),
            "sure": (low > 0) | (high < 0),
            "people": (value - other) * scale,
            "people_low": low * scale,
            "people_high": high * scale,
            "illustrative": own["illustrative"].eq(True).to_numpy(),
        }
    )


def _units(
    units: Sequence[str], weights: pd.Series, tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    keys = pd.MultiIndex.from_product([units, weights.index], names=["area_code", "indicator_id"])
    named = ["area_code", "indicator_id"]
    stands = tables["indicator_standing"].set_index(named).reindex(keys)
    now = tables["values"].query("period == 'current'").set_index(named).reindex(keys)
    share = weights.reindex(keys.get_level_values(1)).to_numpy(float)
    columns = {
        "beside": "peers",
        "value": now["value"].to_numpy(float),
        "other": stands["peers_value"].to_numpy(float),
        "gap": -stands["peers_pull"].to_numpy(float) / share,
        "sure": stands["peers_tells"].eq(True).to_numpy(),
        "people": stands["peers_apart"].to_numpy(float),
        "people_low": stands["peers_apart_low"].to_numpy(float),
        "people_high": stands["peers_apart_high"].to_numpy(float),
        # what similar areas are like rests on all that is known of the figure
        "illustrative": now["illustrative"].eq(True).groupby(level=1).transform("any").to_numpy(),
    }
    return pd.DataFrame(columns, index=keys).reset_index()
