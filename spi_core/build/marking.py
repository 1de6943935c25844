"""Mark every row of the tables that rests on a generated value."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel

#: Tables whose elements are indicators, components, dimensions and the index.
BY_ELEMENT = ("standing", "changes")
BY_INDICATOR = ("indicator_changes", "contributions")


def rests_on_generated(panel: Panel, framework: Framework) -> pd.Series:
    """Say of each indicator, component, dimension and the index whether a value was generated.

    Parameters
    ----------
    panel : Panel
        Observations of the scored areas.
    framework : Framework
        Which indicator belongs where.

    Returns
    -------
    Series of bool
        Index: indicator ids, component and dimension names, ``index``.

    Notes
    -----
    One generated value of one area marks the element in all areas: standard deviations,
    estimates and ranks are taken over all of them together.
    """
    found = (panel.status == "illustrative").any(axis=(0, 1))
    said = dict.fromkeys((*framework.components, *framework.dimensions, "index"), False)
    said |= dict(zip(framework.ids, found.tolist(), strict=True))
    for i, here in enumerate(found):
        component = framework.component_of[i]
        dimension = framework.dimensions[framework.dimension_of[component]]
        for name in (framework.components[component], dimension, "index"):
            said[name] |= bool(here)
    return pd.Series(said, dtype=bool)


def mark(
    tables: Mapping[str, pd.DataFrame], panel: Panel, framework: Framework
) -> dict[str, pd.DataFrame]:
    """Add the column ``illustrative`` to the tables that show values, scores and comparisons.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Built tables, among them ``values`` with ``provenance`` and ``estimated``.
    panel : Panel
        Observations of all areas the tables speak of.
    framework : Framework
        Which indicator belongs where.

    Returns
    -------
    dict of str to DataFrame
        The same tables. A value is marked by its own status, an estimate where its component
        holds generated values; a score of several indicators, a comparison or a change wherever
        one generated value went into it.
    """
    rests = rests_on_generated(panel, framework)
    home = framework.indicators["component"].map(rests)
    marked = dict(tables)
    own: dict[str, pd.Series] = {}
    for name in ("values", "small_area_values"):
        if name in tables:
            frame = tables[name]
            guessed = frame["estimated"] & frame["indicator_id"].map(home)
            marked[name] = frame.assign(
                illustrative=(frame["provenance"] == "illustrative") | guessed
            )
            keys = ["area_code", "period", "indicator_id"]
            own[name] = marked[name].set_index(keys)["illustrative"]
    for name, source in (
        ("scores", "values"),
        ("scores_comparable", "values"),
        ("small_area_scores", "small_area_values"),
    ):
        if name in tables:
            marked[name] = tables[name].assign(
                illustrative=_of_scores(tables[name], own[source], rests)
            )
    for name, column in (
        *((name, "element") for name in BY_ELEMENT),
        *((name, "indicator_id") for name in BY_INDICATOR),
    ):
        frame = marked[name]
        marked[name] = frame.assign(illustrative=frame[column].map(rests).astype(bool))
    return marked


def _of_scores(scores: pd.DataFrame, own: pd.Series, rests: pd.Series) -> pd.Series:
    """Mark an indicator’s score as its value, a composite as its members together."""
    said = scores["element"].map(rests).astype(bool)
    if "level" in scores:
        single = scores["level"] == "indicator"
        keys = pd.MultiIndex.from_frame(scores.loc[single, ["area_code", "period", "element"]])
        said[single] = own.reindex(keys, fill_value=False).to_numpy()
    return said
