"""Where indicators stand: a unit's against its whole and similar areas, the whole's elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from spi_core.action.distances import in_people, middle_of
from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import Panel
from spi_core.method.recipe import Recipe
from spi_core.method.score import score as scored
from spi_core.method.treat import Treatment
from spi_core.tables import empty_table

Array: TypeAlias = NDArray[np.float64]
Points: TypeAlias = Callable[[ArrayLike], Array]


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
        ``values, weights, peers, peer_values, indicators``.

    Returns
    -------
    DataFrame
        ``pull``: how far the score lies above the whole's, times its share; ``peers_pull``: the
        same against the middle score of similar areas; ``peers_value``: the middle value of
        these; ``tells, peers_tells``: whether the figure's own interval is known and leaves out
        the whole's figure, or that middle value, so that it may be given as evidence; ``apart``
        and ``peers_apart`` with their intervals, blank where chance could explain them: see
        :func:`spi_core.action.distances.in_people`.
    """
    weights = tables["weights"].set_index("indicator_id")["share"]
    elsewhere = tables["peer_values"]
    now = pd.concat([tables["values"].query("period == 'current'"), elsewhere])
    areas = [whole, *units, *elsewhere["area_code"].unique()]

    def laid(column: str) -> pd.DataFrame:
        """One row an area, one column a weighted indicator."""
        wide = now.pivot(index="area_code", columns="indicator_id", values=column)
        return wide.reindex(index=areas, columns=weights.index).astype(float)

    score, base = laid("score"), laid("denominator").loc[list(units)]
    ends = [laid(name) for name in ("value", "value_low", "value_high")]
    per = tables["indicators"].set_index("id")["per"].reindex(weights.index).to_numpy(float)
    mine, home = [end.loc[list(units)] for end in ends], [end.loc[whole] for end in ends]
    middle = middle_of(ends, tables["peers"], units)
    scores = middle_of([score] * 3, tables["peers"], units)[0]
    columns = {
        "pull": (score.loc[list(units)] - score.loc[whole]) * weights,
        "peers_pull": (score.loc[list(units)] - scores) * weights,
        "peers_value": middle[0],
    }
    for name, other in (("apart", [end.to_numpy() for end in home]), ("peers_apart", middle)):
        counts = in_people([end.to_numpy() for end in mine], other, base.to_numpy(), per)
        counts[:, ~((counts[1] > 0) | (counts[2] < 0))] = np.nan
        columns |= dict(zip((name, f"{name}_low", f"{name}_high"), counts, strict=True))
    tells = {
        name: ((mine[1] > other) | (mine[2] < other)).to_numpy()
        for name, other in (("tells", home[0]), ("peers_tells", middle[0]))
    }
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


def reference_scores(
    tables: Mapping[str, pd.DataFrame],
    inputs: Inputs,
    periods: Sequence[str],
    recipe: Recipe,
    treatment: Treatment | None,
) -> pd.DataFrame:
    """Score an area whose every figure is the mean of the reference's areas, current period.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``reference``.
    periods : sequence of str
        Those that are compared, the last of them the current one.
    recipe : Recipe
        Of these periods.
    treatment : Treatment or None
        What lies between raw values and the scale of scoring.

    Returns
    -------
    DataFrame
        ``element, level, score`` of what has a score; no rows without a reference.
    """
    mean = tables["reference"].pivot(index="period", columns="indicator_id", values="mean")
    f = inputs.framework
    x = mean.reindex(index=list(periods), columns=list(f.ids)).to_numpy(float)[:, None]
    found = scored(x if treatment is None else treatment.apply(x), recipe)
    named = (("component", f.components, found.component[-1, 0]),
             ("dimension", f.dimensions, found.dimension[-1, 0]),
             ("index", ("index",), [found.index[-1, 0]]))  # fmt: skip
    rows = [(e, level, s) for level, names, own in named for e, s in zip(names, own, strict=True)]
    return pd.DataFrame(rows, columns=["element", "level", "score"]).dropna(ignore_index=True)
