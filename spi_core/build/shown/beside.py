"""Where indicators stand: a unit's against its whole and similar areas, the whole's elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from spi_core.edition.panel import Panel
from spi_core.method.intervals import LEVEL, quantile
from spi_core.method.recipe import Recipe
from spi_core.method.treat import Treatment
from spi_core.tables import empty_table

Array: TypeAlias = NDArray[np.float64]
Points: TypeAlias = Callable[[ArrayLike], Array]

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


def uncapped(recipe: Recipe, treatment: Treatment | None) -> Points:
    """Make the function that places raw values on the 0–100 scale, also beyond its ends.

    Parameters
    ----------
    recipe : Recipe
        Goalposts on the scale of scoring.
    treatment : Treatment or None
        What lies between raw values and that scale.

    Returns
    -------
    callable
        Of an array (..., indicators) in raw units; points of the same shape.
    """

    def points(x: ArrayLike) -> Array:
        treated = np.asarray(x, dtype=np.float64) if treatment is None else treatment.apply(x)
        return np.asarray(100 * (treated - recipe.worst) / (recipe.best - recipe.worst))

    return points


def with_points(changes: pd.DataFrame, panel: Panel, points: Points) -> pd.DataFrame:
    """Add to the changes of indicators what they are in points of the 0–100 scale.

    Parameters
    ----------
    changes : DataFrame
        ``area_code, indicator_id, change``.
    panel : Panel
        Raw values of the periods that are compared.
    points : callable
        From `uncapped`.

    Returns
    -------
    DataFrame
        ``points`` is NaN where there is no change.
    """
    scored = points(panel.value)
    keys = pd.MultiIndex.from_product([panel.areas, panel.indicators])
    moved = pd.Series((scored[-1] - scored[0]).ravel(), index=keys)
    at = pd.MultiIndex.from_frame(changes[["area_code", "indicator_id"]])
    found = moved.reindex(at).to_numpy(np.float64)
    return changes.assign(points=np.where(changes["change"].isna(), np.nan, found))


def reference_standing(
    whole: str, tables: Mapping[str, pd.DataFrame], points: Points
) -> pd.DataFrame:
    """Set the whole's figures against the average area of the reference population.

    Parameters
    ----------
    whole : str
        Code of what the edition is about.
    tables : mapping of str to DataFrame
        ``values, reference, indicators, comparisons``.
    points : callable
        From `uncapped`.

    Returns
    -------
    DataFrame
        One row an indicator of the reference, in points of the 0–100 scale: ``gap`` of the whole
        from its mean, current period; ``change`` of that mean, NaN where not comparable.
    """
    if tables["reference"].empty:
        return empty_table("reference_standing")
    about = tables["indicators"].set_index("id")
    known = tables["reference"]["indicator_id"].unique()
    mean = tables["reference"].pivot(index="period", columns="indicator_id", values="mean")
    mean = mean.reindex(index=["baseline", "current"], columns=about.index).astype(float)
    now = tables["values"].query("area_code == @whole and period == 'current'")
    here = now.set_index("indicator_id")["value"].reindex(about.index)
    before, after = points(mean.to_numpy())
    broken = tables["comparisons"].query("group in ['broken', 'not collected']")["indicator_id"]
    moved = np.where(about.index.isin(broken), np.nan, after - before)
    columns = {"gap": points(here.to_numpy(float)) - after, "change": moved}
    table = pd.DataFrame(columns, index=about.index.rename("indicator_id"))
    return table.loc[known].reset_index()
