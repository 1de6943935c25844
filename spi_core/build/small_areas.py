"""Score small areas where enough is published, and set each unit against its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.build.recipe import same_figures
from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import Panel
from spi_core.levels import levels_of
from spi_core.method.ranking import quarter_of, ranks
from spi_core.method.recipe import Recipe, absent_in, recipe_for
from spi_core.method.score import Estimated, Scores, estimate_missing, score


def small_area_tables(
    inputs: Inputs, recipe: Recipe, larger: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Score the levels below the unit of evidence, each by itself, and measure their spread.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panel with all scored levels.
    recipe : Recipe
        The full recipe.
    larger : DataFrame
        ``scores`` of the larger areas: ``area_code, period, element, level, score``.

    Returns
    -------
    dict of str to DataFrame
        ``small_area_coverage``: one row a level and component, the share of its weight that is
        available and whether it is scored; ``small_area_values``, one row a period, area and
        indicator that is published for its level; ``small_area_scores``; ``small_area_spread``:
        one row a period, larger area and component. The last two are absent where nothing reaches
        the edition's coverage.
    """
    details = levels_of(inputs.settings["geography"]["levels"]).details
    found: dict[str, list[pd.DataFrame]] = {}
    # an edition without small areas says of none that nothing is covered
    for level in [detail.id for detail in details] or [""]:
        for name, table in _of_level(inputs, recipe, larger, level).items():
            found.setdefault(name, []).append(table)
    return {name: pd.concat(tables, ignore_index=True) for name, tables in found.items()}


def _of_level(
    inputs: Inputs, recipe: Recipe, larger: pd.DataFrame, level: str
) -> dict[str, pd.DataFrame]:
    codes = inputs.geography.codes(level)
    panel = inputs.panel.take(codes)
    value = panel.value
    available = np.atleast_1d(np.isfinite(value).any(axis=(0, 1)))
    threshold = inputs.settings["index"].get("small_area_coverage", 0.75)
    fitted = recipe_for(replace(recipe, absent=None), available, threshold)
    fitted = replace(fitted, absent=absent_in(value, fitted))
    covered = _coverage(inputs, recipe, fitted, available, threshold)
    tables = {"small_area_coverage": covered.assign(level=level)}
    if not codes or not available.any():
        return tables
    limit = inputs.settings["index"].get("max_imputed", 1)
    filled = estimate_missing(value, fitted, np.arange(len(codes)), limit)
    scored = score(filled.value, fitted)
    tables["small_area_values"] = _values(panel, filled, scored, available)
    if not fitted.scored.any():
        return tables
    scores = _long(inputs, codes, scored, same_figures(inputs, fitted)["component"])
    tables["small_area_scores"] = scores
    # of what units are made up of: areas of other levels only overlap with them
    units, families = inputs.geography.units, inputs.geography.families(inputs.panel.areas)
    parts = [part for head, members in families if head in units for part in members]
    made_of = scores[scores["area_code"].isin(parts)]
    return tables | ({"small_area_spread": _spread(made_of, larger)} if len(made_of) else {})


def _coverage(
    inputs: Inputs, recipe: Recipe, fitted: Recipe, available: NDArray[np.bool_], threshold: float
) -> pd.DataFrame:
    n = recipe.dimension_of.size
    covered = np.bincount(recipe.component_of, weights=recipe.share * available, minlength=n)
    return pd.DataFrame(
        {
            "component": inputs.framework.components,
            "covered": covered,
            "needed": threshold,
            "scored": fitted.scored,
        }
    )


def _values(
    panel: Panel, filled: Estimated, scored: Scores, available: NDArray[np.bool_]
) -> pd.DataFrame:
    """One row a period, area and indicator; a suppressed value stays out though it is estimated."""
    axes = [panel.periods, panel.areas, panel.indicators]
    index = pd.MultiIndex.from_product(axes, names=["period", "area_code", "indicator_id"])
    shown = filled.estimated & (panel.status != "suppressed")
    columns = {
        "value": np.where(shown, filled.value, panel.value),
        "numerator": panel.numerator,
        "denominator": panel.denominator,
        "score": scored.indicator,
        "provenance": np.where(shown, "estimated", panel.status),
        "estimated": filled.estimated,
    }
    frame = pd.DataFrame({n: a.ravel() for n, a in columns.items()}, index=index).reset_index()
    offered = dict(zip(panel.indicators, available.tolist(), strict=True))
    return frame[frame["indicator_id"].map(offered)].reset_index(drop=True)


def _long(
    inputs: Inputs, codes: list[str], scores: Scores, alike: NDArray[np.bool_]
) -> pd.DataFrame:
    axes = [inputs.panel.periods, codes, inputs.framework.components]
    index = pd.MultiIndex.from_product(axes, names=["period", "area_code", "element"])
    same = np.repeat(alike[:, None], len(codes), axis=1)
    columns = {"score": scores.component.ravel(), "same_figures": same.ravel()}
    frame = pd.DataFrame(columns, index=index).reset_index()
    parent = inputs.geography.areas["parent_code"]
    frame.insert(2, "parent_code", frame["area_code"].map(parent))
    frame = frame.dropna(subset="score", ignore_index=True)
    level = frame["area_code"].map(inputs.geography.areas["level"])
    groups = frame.groupby(["period", level, "element"], sort=False)["score"]
    frame["quarter"] = groups.transform(lambda x: quarter_of(ranks(x.to_numpy())))
    return frame


def _spread(small: pd.DataFrame, larger: pd.DataFrame) -> pd.DataFrame:
    """Lowest, middle and highest score of each area's parts beside the area's own."""
    groups = small.groupby(["period", "parent_code", "element"], sort=False)["score"]
    spread = groups.agg(areas="size", low="min", median="median", high="max")
    spread.insert(2, "q1", groups.quantile(0.25))
    spread.insert(4, "q3", groups.quantile(0.75))
    frame = spread.reset_index().rename(columns={"parent_code": "area_code"})
    return frame.merge(larger[["period", "area_code", "element", "score"]], "left")
