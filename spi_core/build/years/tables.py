"""The tables of several years: every annual figure, and how far it moved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from spi_core.build.evidence import Evidence, errors_of
from spi_core.build.fellows.tables import fellow_tables
from spi_core.build.shown.beside import uncapped
from spi_core.build.shown.counts import with_intervals
from spi_core.build.years.changes import TABLES, long_tables, see_years
from spi_core.build.years.since import since
from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import joined
from spi_core.edition.settings import earlier, every_period
from spi_core.method.recipe import Recipe
from spi_core.method.treat import Treatment
from spi_core.tables import empty_table
from spi_core.uncertainty.pairs import broken_between

SHOWN = ["value", "value_low", "value_high", "numerator", "denominator", "provenance"]


def years_tables(
    inputs: Inputs,
    drawn: Evidence,
    recipe: Recipe,
    treatment: Treatment | None,
    values: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Set out the years before the periods, and the whole's change beside that of its fellows.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panels without details.
    drawn : Evidence
        Of the periods that are compared.
    recipe : Recipe
        What was decided before scoring.
    treatment : Treatment or None
        Fitted on the edition.
    values : DataFrame
        The built table of the periods.

    Returns
    -------
    dict of str to DataFrame
        ``history, long_changes, long_scores, long_tiers``, without rows where there are no years;
        ``fellows, fellow_changes``.
    """
    seen = see_years(inputs, recipe, treatment)
    made = fellow_tables(inputs, drawn, seen, recipe, treatment)
    if inputs.history is None:
        return made | {name: empty_table(name) for name in ("history", *TABLES)}
    made |= long_tables(inputs, seen, uncapped(recipe, treatment))
    return made | {"history": _history(inputs, values)}


def _history(inputs: Inputs, values: pd.DataFrame) -> pd.DataFrame:
    """List every annual figure of the indicators that have earlier ones."""
    panel, every = joined(inputs.history, inputs.panel), every_period(inputs.settings)
    frames = [_of_year(inputs, year) for year in earlier(inputs.settings)]
    found = pd.concat([*frames, values], ignore_index=True)
    dates = panel.dates[["indicator_id", "period", "period_label", "start", "end"]]
    past = dates.loc[dates["period"].isin(earlier(inputs.settings)), "indicator_id"].unique()
    columns = ["area_code", "indicator_id", "period", *SHOWN, "illustrative"]
    found = found.loc[found["indicator_id"].isin(past), columns]
    found = found.merge(dates, on=["indicator_id", "period"])
    breaks, ids = inputs.tables["breaks"], list(inputs.framework.ids)
    keys = pd.MultiIndex.from_frame(found[["indicator_id", "period"]])
    broken = {
        (i, p): bool(b)
        for p in every
        for i, b in zip(ids, broken_between(breaks, every, ids, p, every[-1]), strict=True)
    }
    told = inputs.tables["history_errors"]
    of_all = pd.Series(dtype=float)
    if len(told):
        of_all = told.set_index(["indicator_id", "period"])["value"]
    labels = {**{y: y for y in earlier(inputs.settings)}, **inputs.periods}
    found["year"] = found["period"].map(labels)
    found["comparable"] = [not broken[key] for key in keys]
    found["reference"] = of_all.reindex(keys).to_numpy(float) if len(told) else np.nan
    return found[[c for c in empty_table("history") if c != "flagged"]]


def _of_year(inputs: Inputs, year: str) -> pd.DataFrame:
    """Give the figures of an earlier year their intervals, as those of the periods have them."""
    past = since(inputs, year)
    cut = past.panel.during(past.panel.compared)
    model, errors = errors_of(replace(past, panel=cut))
    axes = [[year], cut.areas, cut.indicators]
    index = pd.MultiIndex.from_product(axes, names=["period", "area_code", "indicator_id"])
    names = ("value", "numerator", "denominator")
    cells = pd.DataFrame({n: getattr(cut, n)[0].ravel() for n in names}, index=index)
    cells = cells.assign(provenance=cut.status[0].ravel(), estimated=False).reset_index()
    cells["illustrative"] = cells["provenance"] == "illustrative"
    known = pd.DataFrame({"se": errors.se[0].ravel(), "basis": errors.basis[0].ravel()}, index)
    register = inputs.framework.indicators
    model = model.rename_axis("indicator_id").reset_index()
    return with_intervals(cells, register, model, known.reset_index())
