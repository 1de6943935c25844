"""Lay scores and what they rest on out as tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.edition.inputs import Inputs
from spi_core.method.recipe import Recipe
from spi_core.method.score import Estimated, Scores
from spi_core.method.treat import Treatment

LEVELS = ("indicator", "component", "dimension", "index")


def areas_table(inputs: Inputs) -> pd.DataFrame:
    """List the areas, and whether each is scored.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panel without LSOAs.

    Returns
    -------
    DataFrame
        The columns of ``geography/areas.csv`` and ``scored``.
    """
    areas = inputs.geography.areas.drop(columns=["file", "row"]).reset_index()
    return areas.assign(scored=areas["code"].isin(inputs.panel.areas))


def dates_table(inputs: Inputs) -> pd.DataFrame:
    """List what each indicator's periods mean, in the order of the edition.

    Returns
    -------
    DataFrame
        ``indicator_id, period, period_label, start, end``. The order of the rows read would tell
        of figures that a file is sorted by.
    """
    p = inputs.panel
    axes = {"indicator_id": pd.Index(list(p.indicators)), "period": pd.Index(list(p.periods))}
    return p.dates.sort_values(
        list(axes), key=lambda s: axes[str(s.name)].get_indexer(pd.Index(s)), ignore_index=True
    )


def framework_table(inputs: Inputs, recipe: Recipe, changing: Recipe) -> pd.DataFrame:
    """List the components in order: how many indicators each has and whether it is scored.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panel without LSOAs.
    recipe, changing : Recipe
        What was decided before scoring, and what counts in a change of scores.

    Returns
    -------
    DataFrame
        ``component, dimension, contents, indicators, comparable_indicators, scored, note``.
    """
    f = inputs.framework
    count = np.bincount(f.component_of, minlength=len(f.components))
    counted = np.bincount(f.component_of, weights=changing.used, minlength=len(f.components))
    thin = inputs.settings["index"].get("thin_below", 3)
    scored = recipe.scored
    why = np.where(count < recipe.minimum, "awaits council data", "too few figures that differ")
    note = np.where(~scored, np.char.add("not scored: ", why), np.where(count < thin, "thin", ""))
    said = {c: w for d in inputs.settings["framework"] for c, w in d.get("contents", {}).items()}
    return pd.DataFrame(
        {
            "component": f.components,
            "dimension": [f.dimensions[d] for d in f.dimension_of],
            "contents": [said.get(c, "") for c in f.components],
            "indicators": count,
            "comparable_indicators": counted.astype(int),
            "scored": scored,
            "note": note,
        }
    )


def goalposts_table(inputs: Inputs, recipe: Recipe, treatment: Treatment | None) -> pd.DataFrame:
    """List goalposts in raw units, and on the scale of scoring where an indicator is treated.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panel without LSOAs.
    recipe : Recipe
        What was decided before scoring.
    treatment : Treatment or None
        Fitted on the edition.

    Returns
    -------
    DataFrame
        The columns of ``goalposts.csv``, ``best_scored`` and ``worst_scored``, and what the
        treatment does to a figure: ``least, most, offset``.
    """
    posts = inputs.tables["goalposts"].drop(columns=["file", "row"]).set_index("indicator_id")
    ids = list(inputs.framework.ids)
    made = posts.loc[ids].assign(best_scored=recipe.best, worst_scored=recipe.worst)
    made[["least", "most", "offset"]] = [-np.inf, np.inf, 0.0]
    if treatment is not None:
        ends = (treatment.lower, treatment.upper, treatment.offset)
        made[["least", "most", "offset"]] = np.stack(ends, axis=1)
    return made.replace([np.inf, -np.inf], np.nan).reset_index()


def means_table(recipe: Recipe) -> pd.DataFrame:
    """List what the components, dimensions and the index are averaged by.

    Returns
    -------
    DataFrame
        ``level, mean, order, lowest``: the lowest score of the scale that the mean asks for.
    """
    return pd.DataFrame(
        {
            "level": LEVELS[1:],
            "mean": [m.name for m in recipe.means],
            "order": [m.order for m in recipe.means],
            "lowest": [max(m.lowest, 0.0) for m in recipe.means],
        }
    )


def values_table(
    inputs: Inputs, filled: Estimated, scale: Estimated, scores: Scores
) -> pd.DataFrame:
    """List every period, area and indicator, with where the value comes from.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panel without LSOAs.
    filled, scale : Estimated
        Raw values with gaps filled; the same as they are scored.
    scores : Scores
        From ``scale``.

    Returns
    -------
    DataFrame
        ``value, numerator, denominator, value_scored, score, provenance, estimated, capped`` and
        the indicator's own dates.
    """
    p = inputs.panel
    # what is suppressed stays so in every table, though its estimate went into the scores
    hidden = p.status == "suppressed"
    shown = filled.estimated & ~hidden
    frame = _grid(inputs, p.indicators).rename(columns={"element": "indicator_id"})
    for name in ("value", "numerator", "denominator"):
        frame[name] = getattr(p, name).ravel()
    # as published: shrunken and treated values stand beside them
    frame["value"] = np.where(shown, filled.value, p.value).ravel()
    frame["value_scored"] = scale.value.ravel()
    frame["score"] = scores.indicator.ravel()
    frame["provenance"] = np.where(shown, "estimated", p.status).ravel()
    frame["estimated"] = filled.estimated.ravel()
    frame["capped"] = scores.capped.ravel()
    return frame.merge(p.dates, on=["indicator_id", "period"], how="left")


def scores_table(inputs: Inputs, scores: Scores) -> pd.DataFrame:
    """List the scores of all levels that there are.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panel without LSOAs.
    scores : Scores
        Full or comparable.

    Returns
    -------
    DataFrame
        ``area_code, period, element, level, score``.
    """
    frames = []
    for level, elements in _elements(inputs).items():
        frame = _grid(inputs, elements).assign(level=level)
        frame["score"] = _by_level(scores)[level].ravel()
        frames.append(frame)
    long = pd.concat(frames, ignore_index=True)
    return long[["area_code", "period", "element", "level", "score"]].dropna(ignore_index=True)


def with_same_figures(
    scores: pd.DataFrame, inputs: Inputs, alike: dict[str, NDArray[np.bool_]]
) -> pd.DataFrame:
    """Say which scores may stand beside the current one: they rest on the same figures.

    Parameters
    ----------
    scores : DataFrame
        The table of scores.
    inputs : Inputs
        The edition, its panel without LSOAs.
    alike : dict of str to ndarray of bool (periods, elements of the level)
        From :func:`spi_core.build.recipe.same_figures`.

    Returns
    -------
    DataFrame
        ``scores`` with ``same_figures``, the same for all areas.
    """
    periods = inputs.panel.periods
    said = {
        (level, period, element): bool(alike[level][p, e])
        for level, elements in _elements(inputs).items()
        for p, period in enumerate(periods)
        for e, element in enumerate(elements)
    }
    keys = zip(scores["level"], scores["period"], scores["element"], strict=True)
    return scores.assign(same_figures=[said[key] for key in keys])


def completeness_table(inputs: Inputs, recipe: Recipe, scores: Scores) -> pd.DataFrame:
    """Count the components behind each dimension and index, and name those that are lacking.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panel without LSOAs.
    recipe : Recipe
        Says which components are scored at all.
    scores : Scores
        Full.

    Returns
    -------
    DataFrame
        ``area_code, period, element, level, parts, of, lacking``: components that have a score, of
        those that the edition scores, and the names of the others. No row for a dimension without
        any.
    """
    f, there = inputs.framework, np.isfinite(scores.component)
    groups = {(d, "dimension"): recipe.dimension_of == k for k, d in enumerate(f.dimensions)}
    frames = []
    for (element, level), members in (groups | {("index", "index"): recipe.scored}).items():
        at = np.flatnonzero(members & recipe.scored)
        if not at.size:
            continue
        frame = _grid(inputs, (element,)).assign(level=level, of=at.size)
        here = there[..., at].reshape(-1, at.size)
        frame["parts"] = here.sum(axis=1)
        frame["lacking"] = ""
        for row in np.flatnonzero(~here.all(axis=1)):
            names = [f.components[at[c]] for c in np.flatnonzero(~here[row])]
            frame.loc[row, "lacking"] = "; ".join(names)
        frames.append(frame)
    columns = ["area_code", "period", "element", "level", "parts", "of", "lacking"]
    return pd.concat(frames, ignore_index=True)[columns]


def not_collected_table(inputs: Inputs, recipe: Recipe) -> pd.DataFrame:
    """List the indicators that nobody has in a period: components are scored there without them.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panel without LSOAs.
    recipe : Recipe
        Says what is absent.

    Returns
    -------
    DataFrame
        ``period, indicator_id, component``; no rows where all was collected.
    """
    f = inputs.framework
    absent = np.zeros((len(inputs.panel.periods), len(f.ids)), bool)
    absent = absent if recipe.absent is None else recipe.absent
    rows = [
        (inputs.panel.periods[p], f.ids[k], f.components[f.component_of[k]])
        for p, k in np.argwhere(absent)
    ]
    return pd.DataFrame(rows, columns=["period", "indicator_id", "component"])


def with_parts(standing: pd.DataFrame, completeness: pd.DataFrame) -> pd.DataFrame:
    """Set the components behind a score beside it.

    Parameters
    ----------
    standing, completeness : DataFrame
        Tables; completeness of all periods.

    Returns
    -------
    DataFrame
        ``standing`` with ``parts`` and ``of``; NaN for components.
    """
    now = completeness[completeness["period"] == "current"]
    return standing.merge(now[["area_code", "element", "parts", "of"]], "left")


def coverage_table(inputs: Inputs, filled: Estimated) -> pd.DataFrame:
    """Count which of a component's indicators an area has, observed and estimated.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panel without LSOAs.
    filled : Estimated
        Raw values with gaps filled.

    Returns
    -------
    DataFrame
        ``period, area_code, component, indicators, present, estimated``.
    """
    f = inputs.framework
    frame = _grid(inputs, f.components).rename(columns={"element": "component"})
    member = f.component_of[:, None] == np.arange(len(f.components))
    present = np.isfinite(filled.value).astype(int) @ member
    frame["indicators"] = np.tile(member.sum(axis=0), len(frame) // len(f.components))
    frame["present"] = present.ravel()
    frame["estimated"] = (filled.estimated.astype(int) @ member).ravel()
    return frame


def _elements(inputs: Inputs) -> dict[str, tuple[str, ...]]:
    f = inputs.framework
    return dict(zip(LEVELS, (f.ids, f.components, f.dimensions, ("index",)), strict=True))


def _by_level(scores: Scores) -> dict[str, np.ndarray]:
    arrays = (scores.indicator, scores.component, scores.dimension, scores.index[..., None])
    return dict(zip(LEVELS, arrays, strict=True))


def _grid(inputs: Inputs, elements: tuple[str, ...]) -> pd.DataFrame:
    axes = [inputs.panel.periods, inputs.panel.areas, elements]
    index = pd.MultiIndex.from_product(axes, names=["period", "area_code", "element"])
    return index.to_frame(index=False)
