"""Decide the recipe of an edition: its goalposts, its weights, its means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.build.fitting import fit_weights
from spi_core.build.idle import idle, without
from spi_core.edition.inputs import Inputs
from spi_core.errors import Fault, InputError
from spi_core.files import shown
from spi_core.method.means import means_of
from spi_core.method.recipe import ENOUGH, Recipe, recipe_for
from spi_core.method.score import Scores
from spi_core.uncertainty.pairs import Pair, broken_between, pair_of


def make_recipe(inputs: Inputs) -> tuple[Recipe, pd.DataFrame]:
    """Take goalposts and frozen weights from the edition, or fit the weights.

    Returns
    -------
    tuple of Recipe and DataFrame
        The recipe, and the weights with method, reason and spread in the columns of
        ``weights.csv``.

    Raises
    ------
    InputError
        If no component has figures enough to be scored.

    Notes
    -----
    An indicator that cannot tell the wards apart (:func:`spi_core.build.idle.idle`) keeps its row
    with weight 0 and the reason; the weights of the others in its component are scaled to sum 1.
    """
    posts = inputs.tables["goalposts"].set_index("indicator_id").loc[list(inputs.framework.ids)]
    best, worst = posts["best"].to_numpy(float), posts["worst"].to_numpy(float)
    given = inputs.tables["weights"]
    table = fit_weights(inputs, best, worst) if given.empty else given.drop(columns=["file", "row"])
    why = idle(inputs)
    if (why != "").any():
        table = without(table, dict(zip(inputs.framework.ids, why, strict=True)))
    share = table.set_index("indicator_id")["share"].reindex(inputs.framework.ids).fillna(0.0)
    settings = inputs.settings["index"]
    recipe = Recipe(
        best=best,
        worst=worst,
        share=share.to_numpy(float),
        component_of=inputs.framework.component_of,
        dimension_of=inputs.framework.dimension_of,
        means=means_of(settings),
        minimum=settings["minimum_indicators"],
        missing_components=settings.get("missing_components", 0),
    )
    members = np.bincount(recipe.component_of[recipe.used], minlength=recipe.dimension_of.size)
    if (why != "").any() or (members[recipe.scored] < recipe.minimum).any():
        recipe = recipe_for(recipe, why == "", 0.0)
    if not recipe.used.any():
        allowed = f"{recipe.minimum} indicators of one component with figures that differ, or more"
        file = shown(inputs.folder / "indicators.csv")
        raise InputError([Fault(file, "leaves no component that can be scored", allowed=allowed)])
    scored = np.array(inputs.framework.components)[recipe.scored]
    return recipe, table[table["component"].isin(scored)].reset_index(drop=True)


def comparable_recipe(recipe: Recipe, counts: NDArray[np.bool_]) -> Recipe:
    """Leave out what counts in no change, for every statement of change.

    Parameters
    ----------
    recipe : Recipe
        The full recipe, of the periods that are compared.
    counts : ndarray of bool (indicators,)
        Of the :class:`spi_core.uncertainty.pairs.Pair` of these periods.

    Returns
    -------
    Recipe
        The same weights among the indicators that count and were collected in all these
        periods, rescaled to sum 1 in each component: the same set in all areas and periods. A
        component left with fewer than the minimum, or with less than half of its weight, counts
        in no change; an area that lacks one of the others has no change of its index.
    """
    kept = counts if recipe.absent is None else counts & ~recipe.absent.any(axis=0)
    return recipe_for(replace(recipe, absent=None, missing_components=0), kept, ENOUGH)


def pair_compared(inputs: Inputs) -> Pair:
    """Say which indicators count in the change that the edition tells: baseline to current."""
    first = "baseline" if "baseline" in inputs.periods else "current"
    return pair_of(inputs.panel, inputs.tables["breaks"], inputs.settings, first, "current")


def broken_since(inputs: Inputs) -> NDArray[np.bool_]:
    """Find the figures of each period that mean something else than those of the current one.

    Returns
    -------
    ndarray of bool (periods, indicators)
        No row of the current period.
    """
    periods, breaks, ids = list(inputs.periods), inputs.tables["breaks"], inputs.framework.ids
    return np.stack([broken_between(breaks, periods, ids, p, "current") for p in periods])


def same_figures(inputs: Inputs, recipe: Recipe) -> dict[str, NDArray[np.bool_]]:
    """Say which scores may stand beside the current one: by the recipe they rest on the same.

    Parameters
    ----------
    inputs : Inputs
        The edition.
    recipe : Recipe
        The full recipe, of all periods; for smaller areas, fitted to them.

    Returns
    -------
    dict of str to ndarray of bool (periods, elements of the level)
        An indicator's where no break lies between; a composite's where all that it scores was
        collected in both periods, no break lies between, and all of it counts in its change: two
        others side by side would tell another story than the change. The current period's own.
    """
    now, broken = inputs.panel.periods.index("current"), broken_since(inputs)
    absent = np.zeros_like(broken) if recipe.absent is None else recipe.absent
    apart = recipe.used & (broken | (absent != absent[now]) | ~pair_compared(inputs).counts)
    component = apart @ (recipe.component_of[:, None] == np.arange(recipe.dimension_of.size))
    # where components may be lacking, an index of all may stand beside one of fewer
    lacking = component | (recipe.missing_components > 0)
    dimension = lacking @ (recipe.dimension_of[:, None] == np.arange(recipe.dimension_of.max() + 1))
    levels = {"indicator": broken, "component": component, "dimension": dimension}
    levels["index"] = lacking[:, recipe.scored].any(axis=1, keepdims=True)
    alike = {level: ~found.astype(bool) for level, found in levels.items()}
    for found in alike.values():
        found[now] = True
    return alike


def refuse_unscored(inputs: Inputs, recipe: Recipe, scores: Scores) -> None:
    """Refuse an edition that has nothing to report: too few units with an index now.

    Raises
    ------
    InputError
        If fewer than two units, of several, have one; it names what they lack.
    """
    p, unit, rows = inputs.panel, inputs.geography.levels.unit, inputs.panel.rows
    now, units = p.periods.index("current"), rows(inputs.geography.units)
    found, least = int(np.isfinite(scores.index[now, units]).sum()), min(2, len(units))
    if found >= least:  # one alone has scores and no place
        return
    scored = np.isfinite(scores.component[now, units]).sum(axis=0)
    nobody = np.isnan(p.value[now, units]).all(axis=0)
    lacking = []
    for c in np.flatnonzero(recipe.scored & (scored < least)):
        names = [i for k, i in enumerate(p.indicators) if recipe.component_of[k] == c and nobody[k]]
        why = f" ({', '.join(names)})" if names else ""
        lacking.append(f"{inputs.framework.components[c]}{why}")
    message = (
        f"let {found or 'no'} {unit.one if found == 1 else unit.many} have an index: figures are "
        f"missing for {'; '.join(lacking)}"
    )
    of = f"of {int(recipe.scored.sum())} components"
    most = f"{recipe.missing_components} {of} without a score, for two {unit.many} at least"
    file = shown(inputs.folder / "observations")
    raise InputError([Fault(file, message, None, "period", "current", f"at most {most}")])
