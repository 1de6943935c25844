"""Where indicators stand: a unit's against its whole and similar areas, the whole's elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from spi_core.method.intervals import LEVEL, quantile
from spi_core.tables import empty_table

__all__ = ["far_apart", "indicator_standing", "needed", "reference_standing", "with_points"]

#: Years between the two times of a figure beyond which a change is not "the year's".
FAR = 2.0
YEAR = 365.25
COUNTS = ("value", "numerator", "denominator")


def needed(
    area: Mapping[str, ArrayLike], whole: Mapping[str, ArrayLike], error: ArrayLike
) -> NDArray[np.float64]:
    """Work out how far an area's count lies from what the whole's rate would make it.

    Parameters
    ----------
    area, whole : mapping
        ``value, numerator, denominator`` of the area and of the whole.
    error : array_like
        Standard error of the area's value, from its counts.

    Returns
    -------
    ndarray
        Whole number, positive where the area has more; NaN where chance could explain the
        distance, or where it is not known.

    Examples
    --------
    >>> area = {"value": 30.0, "numerator": 300, "denominator": 10_000}
    >>> needed(area, {"value": 20.0, "numerator": 4000, "denominator": 200_000}, 1.7)
    array(100.)
    >>> needed(area, {"value": 28.0, "numerator": 5600, "denominator": 200_000}, 1.7)
    array(nan)
    """
    value, count, base = (np.asarray(area[name], dtype=np.float64) for name in COUNTS)
    home, of, among = (np.asarray(whole[name], dtype=np.float64) for name in COUNTS)
    clear = np.abs(value - home) > quantile(LEVEL) * np.asarray(error, dtype=np.float64)
    share = of / np.where(among > 0, among, np.nan)
    return np.where(clear, np.round(count - share * base), np.nan)


def indicator_standing(
    whole: str, units: Sequence[str], tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Say of each unit's weighted indicators what they do to its standing, in the current period.

    Parameters
    ----------
    whole : str
        Code of what the edition is about.
    units : sequence of str
        Codes of the units of evidence.
    tables : mapping of str to DataFrame
        ``values, weights, peers, errors``.

    Returns
    -------
    DataFrame
        ``pull``: how far the score lies above the whole's, times its share; ``peers_pull``: the
        same against the middle score of similar areas; ``peers_value``: the middle value of
        these; ``tells, peers_tells``: whether the figure's own interval is known and leaves out
        the whole's figure, or that middle value, so that it may be given as evidence; ``needed``:
        see :func:`needed`.
    """
    weights = tables["weights"].set_index("indicator_id")["share"]
    now = tables["values"].query("period == 'current'")
    errors = tables["errors"].query("period == 'current' and basis == 'counts'")

    def laid(frame: pd.DataFrame, column: str) -> pd.DataFrame:
        """One row an area, one column a weighted indicator."""
        wide = frame.pivot(index="area_code", columns="indicator_id", values=column)
        return wide.reindex(index=[whole, *units], columns=weights.index).astype(float)

    found = {name: laid(now, name) for name in ("score", *COUNTS, "value_low", "value_high")}
    mine = {name: wide.loc[list(units)] for name, wide in found.items()}
    home = {name: wide.loc[whole].to_numpy() for name, wide in found.items()}
    near = tables["peers"].groupby("area_code")["peer_code"].agg(list)
    middle = {
        name: pd.DataFrame(
            [found[name].reindex(near.get(code, [])).median() for code in units], index=list(units)
        )
        for name in ("score", "value")
    }
    error = laid(errors, "se").loc[list(units)]

    def apart(other: ArrayLike) -> NDArray[np.bool_]:
        return np.asarray((mine["value_low"] > other) | (mine["value_high"] < other))

    columns = {
        "pull": (mine["score"] - home["score"]) * weights,
        "peers_pull": (mine["score"] - middle["score"]) * weights,
        "peers_value": middle["value"],
        "needed": needed(mine, home, error),
    }
    tells = {"tells": apart(home["value"]), "peers_tells": apart(middle["value"])}
    keys = pd.MultiIndex.from_product([units, weights.index], names=["area_code", "indicator_id"])
    flat = {name: np.asarray(cells, dtype=np.float64).ravel() for name, cells in columns.items()}
    said = {name: cells.ravel() for name, cells in tells.items()}
    return pd.DataFrame({**flat, **said}, index=keys).reset_index()


def with_points(changes: pd.DataFrame, goalposts: pd.DataFrame) -> pd.DataFrame:
    """Add to the changes of indicators what they are in points of the 0–100 scale."""
    # without any change pandas takes what it maps for text
    worth = changes["indicator_id"].map(_scale(goalposts)).astype(float)
    return changes.assign(points=changes["change"] * worth)


def _scale(goalposts: pd.DataFrame) -> pd.Series:
    """Points of the 0–100 scale that one unit of each indicator is worth, better above 0."""
    posts = goalposts.set_index("indicator_id")
    return 100 / (posts["best"] - posts["worst"])


def reference_standing(whole: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Set the whole's figures against the average area of the reference population.

    Parameters
    ----------
    whole : str
        Code of what the edition is about.
    tables : mapping of str to DataFrame
        ``values, reference, goalposts, indicators``.

    Returns
    -------
    DataFrame
        One row an indicator of the reference, in points of the 0–100 scale: ``gap`` of the whole
        from its mean, current period; ``change`` of that mean, NaN where not comparable.
    """
    if tables["reference"].empty:
        return empty_table("reference_standing")
    mean = tables["reference"].pivot(index="indicator_id", columns="period", values="mean")
    mean = mean.reindex(columns=["baseline", "current"]).astype(float)
    now = tables["values"].query("area_code == @whole and period == 'current'")
    points = _scale(tables["goalposts"]).reindex(mean.index)
    here = now.set_index("indicator_id")["value"].reindex(mean.index)
    comparable = tables["indicators"].set_index("id")["comparable"].reindex(mean.index).eq("yes")
    moved = (mean["current"] - mean["baseline"]) * points
    gap = (here - mean["current"]) * points
    return pd.DataFrame({"gap": gap, "change": moved.where(comparable)}).reset_index()


def far_apart(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Find the figures in a change whose two times lie far more than a year apart.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``values, indicators``.

    Returns
    -------
    DataFrame
        ``area_code, component, first, last``: of every area and component the years of its
        comparable figure with the longest span, where that is more than two years.
    """
    about = tables["indicators"]
    counts = about[about["comparable"].eq("yes")].set_index("id")["component"]
    values = tables["values"].dropna(subset=["value", "start", "end"])
    values = values[values["indicator_id"].isin(counts.index)]
    middle = values["start"] + (values["end"] - values["start"]) / 2
    keys = [values[k] for k in ("area_code", "indicator_id", "period")]
    when = middle.groupby(keys, sort=False).first().unstack()
    if not {"baseline", "current"} <= set(when):
        return empty_table("far_apart")
    when = when.dropna(subset=["baseline", "current"]).reset_index()
    years = (when["current"] - when["baseline"]).dt.days / YEAR
    found = when.assign(
        years=years,
        component=when["indicator_id"].map(counts),
        first=when["baseline"].dt.year.astype("int64"),
        last=when["current"].dt.year.astype("int64"),
    )
    # of figures with equal spans the first by name
    found = found[years.round(1) > FAR].sort_values(
        ["area_code", "years", "indicator_id"], ascending=[True, False, True], kind="stable"
    )
    found = found.drop_duplicates(["area_code", "component"], ignore_index=True)
    return found[["area_code", "component", "first", "last"]]
