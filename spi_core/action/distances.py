"""How far an area's figures lie from others', in people, and how much change that would take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from spi_core.method.intervals import difference
from spi_core.tables import empty_table

Array: TypeAlias = NDArray[np.float64]
#: Kinds of figure with people, homes or events above the line.
COUNTED = ("rate", "proportion")
ENDS = ("value", "value_low", "value_high")
#: Years that "one year" and "four years" may be apart.
YEAR, FOUR = (0.75, 1.25), (3.5, 4.5)


def in_people(
    here: Sequence[ArrayLike], there: Sequence[ArrayLike], base: ArrayLike, per: ArrayLike
) -> Array:
    """Work out how many more an area counts than it would at another rate.

    Parameters
    ----------
    here, there : sequence of array_like
        Value, lower and upper end of its interval: the area's, and what it is held against.
    base : array_like
        The area's count below the line.
    per : array_like
        The value is per so many of it.

    Returns
    -------
    ndarray, shape (3, ...)
        Events, people or homes above that rate, negative below it: ``(value - other) base / per``
        and the ends of its interval, by Newcombe's rule.

    Examples
    --------
    >>> in_people((30.0, 27.0, 33.0), (20.0, 19.0, 21.0), 10_000, 1000).round(1)
    array([100. ,  68.4, 131.6])
    """
    low, high = difference(tuple(here), tuple(there))  # type: ignore[arg-type]
    gap = np.stack([np.asarray(here[0], float) - np.asarray(there[0], float), low, high])
    return np.asarray(gap * (np.asarray(base, float) / np.asarray(per, float)))


def middle_of(
    ends: Sequence[pd.DataFrame], peers: pd.DataFrame, units: Sequence[str]
) -> list[NDArray[np.float64]]:
    """Find the median of similar areas' values, and its interval.

    Parameters
    ----------
    ends : sequence of DataFrame
        One row an area, one column an indicator: values, and the ends of their intervals.
    peers : DataFrame
        ``area_code, peer_code``.
    units : sequence of str
        Areas whose similar ones are meant.

    Returns
    -------
    list of ndarray (units, indicators)
        Value, low, high; NaN without any. The standard error of a median of n like estimates is
        √(π/2) times that of their mean, so a half-width is ``√(π/2) √(mean h²) / √n``.
    """
    near = [end.reindex(peers["peer_code"]).set_axis(peers["area_code"]) for end in ends]

    def each(frame: pd.DataFrame) -> Any:
        return frame.groupby(level=0, sort=False)

    n, value = each(near[0]).count(), each(near[0]).median()
    down, up = (np.sqrt(np.pi / 2 * each((near[0] - end) ** 2).mean() / n) for end in near[1:])
    return [m.reindex(list(units)).to_numpy(float) for m in (value, value - down, value + up)]


def achieved_table(
    pairs: Sequence[pd.DataFrame], polarity: pd.Series, comparable: pd.MultiIndex
) -> pd.DataFrame:
    """Take what the reference's areas achieved in one year and in about four.

    Parameters
    ----------
    pairs : sequence of DataFrame
        ``reference/errors.csv`` and ``reference/history.csv``: ``indicator_id, years, areas,
        moved_p25, moved_median, moved_p75``, the change of its areas; the second with ``period``.
    polarity : Series
        +1 or -1 by indicator.
    comparable : MultiIndex
        Indicators and periods whose figures mean the same as the current ones.

    Returns
    -------
    DataFrame
        The built table ``achieved``; changes count for the better.
    """
    made = []
    for span, (low, high), told in zip(("year", "years"), (YEAR, FOUR), pairs, strict=True):
        if "moved_p75" not in told:
            continue
        rows = told.assign(period=told.get("period", "baseline"), span=span)
        keys = pd.MultiIndex.from_frame(rows[["indicator_id", "period"]])
        rows = rows[rows["years"].between(low, high) & keys.isin(comparable)]
        way = rows["indicator_id"].map(polarity)
        up = way > 0
        best = rows["moved_p75"].where(up, -rows["moved_p25"])
        made.append(rows.assign(middle=way * rows["moved_median"], best=best))
    if not made:
        return empty_table("achieved")
    columns = ["indicator_id", "span", "years", "areas", "middle", "best"]
    every = pd.concat(made).dropna(subset="best")
    # where a span has several pairs, the one nearest to its length
    far = (every["years"] - every["span"].map({"year": 1.0, "years": 4.0})).abs()
    every = every.assign(far=far).sort_values("far", kind="stable")
    found = every.drop_duplicates(["indicator_id", "span"]).sort_index(kind="stable")
    return found[columns].reset_index(drop=True)


def reach(needed: ArrayLike, year: ArrayLike, years: ArrayLike) -> NDArray[np.str_]:
    """Say how a change compares with what the best quarter of the reference's areas achieved.

    Parameters
    ----------
    needed : array_like
        Change for the better that is needed; 0 or less where nothing is.
    year, years : array_like
        What a quarter of those areas reached or passed in one year, and in four.

    Returns
    -------
    ndarray of str
        ``none needed``, ``one year``, ``four years``, ``further`` or, without either, ``unknown``.

    Examples
    --------
    >>> reach([-1.0, 2.0, 5.0, 9.0, 9.0], [3.0] * 4 + [float("nan")], [6.0] * 4 + [float("nan")])
    array(['none needed', 'one year', 'four years', 'further', 'unknown'],
          dtype='<U11')
    """
    n, one, four = (np.asarray(x, dtype=np.float64) for x in (needed, year, years))
    unknown = np.isnan(n) | (np.isnan(one) & np.isnan(four) & (n > 0))
    found = [unknown, n <= 0, n <= one, n <= four]
    return np.select(found, ["unknown", "none needed", "one year", "four years"], "further")


def distances_table(
    whole: str, units: Sequence[str], tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Hold every figure of the current period against similar areas, the whole and the reference.

    Parameters
    ----------
    whole : str
        Code of what the edition is about.
    units : sequence of str
        Codes of the units of evidence.
    tables : mapping of str to DataFrame
        ``values, peers, peer_values, indicators, reference, achieved``.

    Returns
    -------
    DataFrame
        The built table ``distances``: no row where either figure is unknown, estimated or withheld.
    """
    about = tables["indicators"].set_index("id")
    now = tables["values"].query("period == 'current'")
    now = now.assign(
        base=now["denominator"].where(now["indicator_id"].map(about["kind"]).isin(COUNTED))
    )

    elsewhere = tables["peer_values"]
    known = pd.concat([frame[~frame["estimated"]] for frame in (now, elsewhere)])
    areas = [whole, *units, *elsewhere["area_code"].unique()]

    def laid(column: str) -> pd.DataFrame:
        wide = known.pivot(index="area_code", columns="indicator_id", values=column)
        return wide.reindex(index=areas, columns=about.index).astype(float)

    ends, base, per = [laid(name) for name in ENDS], laid("base"), about["per"].to_numpy(float)
    peers = middle_of(ends, tables["peers"], units)
    mean = tables["reference"].query("period == 'current'").set_index("indicator_id")["mean"]
    average = mean.reindex(about.index).to_numpy(float)
    yards = [("peers", list(units), peers)] if len(units) else []
    yards += [("whole", list(units), [e.loc[whole].to_numpy() for e in ends])]
    yards += [("reference", [whole, *units], [average] * 3)]
    way, best = about["polarity"].to_numpy(float), tables["achieved"]
    year, years = (
        best[best["span"] == s].set_index("indicator_id")["best"].reindex(about.index).to_numpy()
        for s in ("year", "years")
    )
    made = []
    for beside, codes, other in yards:
        here = [e.loc[codes].to_numpy() for e in ends]
        there = [np.broadcast_to(x, here[0].shape) for x in other]
        low, high = difference(tuple(here), tuple(there))  # type: ignore[arg-type]
        people = in_people(here, there, base.loc[codes].to_numpy(), per)
        take = way * (there[0] - here[0])
        cells = {
            "value": here[0],
            "other": there[0],
            "take": take,
            "sure": (low > 0) | (high < 0),
            "people": people[0],
            "people_low": people[1],
            "people_high": people[2],
            "reach": reach(take, year, years),
        }
        keys = pd.MultiIndex.from_product([codes, about.index], names=["area_code", "indicator_id"])
        flat = {name: np.asarray(cell).ravel() for name, cell in cells.items()}
        made.append(pd.DataFrame(flat, index=keys).reset_index().assign(beside=beside))
    rows = pd.concat(made, ignore_index=True).dropna(subset=["value", "other"])
    generated = now.set_index(["area_code", "indicator_id"])["illustrative"]
    any_made = generated.groupby(level=1).any()
    own = generated.reindex(pd.MultiIndex.from_frame(rows[["area_code", "indicator_id"]]))
    said = own.eq(True).to_numpy() | (
        rows["beside"].ne("reference") & rows["indicator_id"].map(any_made)
    ).to_numpy(bool)
    return rows.assign(illustrative=said)[list(empty_table("distances"))].reset_index(drop=True)


def needs_table(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Lay out the annex to a tender: every distance with its source, as one flat table.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``distances, indicators, areas, values``.

    Returns
    -------
    DataFrame
        The built table ``needs``.
    """
    about = tables["indicators"].rename(
        columns={"id": "indicator_id", "name": "indicator", "publisher_or_owner": "publisher"}
    )
    theme = about["manifesto_theme"]
    about["theme"] = theme.where(theme.fillna("").ne(""), about["component"])
    names = tables["areas"].rename(columns={"code": "area_code", "name": "area_name"})
    now = tables["values"].query("period == 'current'")
    now = now[["area_code", "indicator_id", "period_label", "value_low", "value_high"]]
    rows = tables["distances"].merge(about, on="indicator_id")
    rows = rows.merge(names[["area_code", "area_name"]]).merge(now)
    return rows.reindex(columns=list(empty_table("needs")))
