"""Draw the errors and the choices of an edition: what every statement about its scores rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.build.fitting import component_moments
from spi_core.build.recipe import refuse_unscored
from spi_core.build.shown.similar import Similar, find_similar
from spi_core.build.treated import treat_errors
from spi_core.edition.inputs import Inputs
from spi_core.method.errors import expected
from spi_core.method.recipe import ENOUGH, Recipe, recipe_for
from spi_core.method.score import Estimated, Scores, score, take
from spi_core.method.treat import Treatment
from spi_core.uncertainty.alternatives import ALL, SAMPLING, Alternatives, pca_shares
from spi_core.uncertainty.sampling import Sampling, change_error, error_model, sampling
from spi_core.uncertainty.simulate import Draws, simulate

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One edition's scores with everything drawn around them.

    All arrays are of the baseline and the current period, or of the latter alone, and of the
    evidence, the units and their whole: what lies between or beside them changes nothing that is
    said of them.

    Parameters
    ----------
    inputs : Inputs
        In raw units, its panel cut to these periods.
    scale : Inputs
        On the scale of scoring, all levels and periods: what weights are fitted on.
    treatment : Treatment or None
        What lies between raw units and that scale.
    recipe, comparable_recipe : Recipe
        For levels, and for changes.
    filled : Estimated
        Values on the scale of scoring, gaps estimated.
    scores, comparable : Scores
        By the two recipes.
    errors, scale_errors : Sampling
        Of the raw values, and on the scale of scoring.
    model : DataFrame
        What each indicator's error is.
    sampling : Draws
        Only the values vary: for ratings, intervals and ranks.
    everything : Draws
        Every choice varies: for the audit.
    fell_back : mapping of int to int
        For each component with principal-component weights, how many of the bootstrapped sets
        of weights fell back to equal ones.
    similar : Similar or None
        Each unit's comparators.
    beside : Evidence or None
        The same of areas that the evidence is only held against: no standing, nothing but errors
        varied.
    relative : Evidence or None
        The same with a baseline that moved as the reference population did, so that its changes
        are what areas gained on that; None without a reference population's change or a baseline.
    """

    inputs: Inputs
    scale: Inputs
    treatment: Treatment | None
    recipe: Recipe
    comparable_recipe: Recipe
    filled: Estimated
    scores: Scores
    comparable: Scores
    errors: Sampling
    scale_errors: Sampling
    model: pd.DataFrame
    sampling: Draws
    everything: Draws
    fell_back: dict[int, int]
    similar: Similar | None = None
    beside: Evidence | None = None
    relative: Evidence | None = None

    @property
    def units(self) -> list[str]:
        """Codes of the units of evidence, sorted."""
        return self.inputs.geography.units

    @property
    def rows(self) -> NDArray[np.intp]:
        """Positions of the units."""
        return self.inputs.panel.rows(self.units)

    @property
    def now(self) -> int:
        """Position of the current period."""
        return self.inputs.panel.periods.index("current")

    @property
    def compared(self) -> bool:
        """Whether there is a baseline to compare the current period with."""
        return len(self.inputs.panel.periods) > 1

    def elements(self, level: str) -> tuple[str, ...]:
        """Names on one level.

        Parameters
        ----------
        level : {'component', 'dimension', 'index'}
            The level.
        """
        f = self.inputs.framework
        return {"component": f.components, "dimension": f.dimensions, "index": ("index",)}[level]


def draw_evidence(
    inputs: Inputs,
    scale: Inputs,
    recipe: Recipe,
    comparable_recipe: Recipe,
    filled: Estimated,
    treatment: Treatment | None = None,
) -> Evidence:
    """Draw the errors and the choices of an edition.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panel cut to the periods that are compared, the evidence first; its
        ``uncertainty`` names replicates and seed.
    scale : Inputs
        On the scale of scoring, all levels and periods.
    recipe, comparable_recipe : Recipe
        For levels, and for changes.
    filled : Estimated
        Values of the same areas and periods on the scale of scoring, gaps estimated.
    treatment : Treatment, optional
        What the catalogue names, fitted.

    Returns
    -------
    Evidence
        Of the evidence.

    Raises
    ------
    InputError
        If fewer than two units, of several, have an index in the current period.
    """
    settings, size = inputs.settings["uncertainty"], len(inputs.geography.units) + 1
    refuse_unscored(inputs, recipe, score(filled.value[:, :size], recipe))
    part = parts_of(inputs, scale, recipe, comparable_recipe, filled, treatment)
    rng = np.random.default_rng(settings["seed"])
    shares, fell_back = _bootstrapped_shares(scale, recipe, rng)
    evidence = part(slice(size), rng, 1, recipe)
    everything = simulate(
        evidence.filled.value,
        evidence.scale_errors,
        recipe,
        rng,
        settings["replicates"],
        vary=ALL,
        estimated=evidence.filled,
        alternatives=Alternatives(shares=shares),
        reference=np.isin(inputs.panel.areas[:size], inputs.geography.units),
    )
    beside = None
    if len(inputs.panel.areas) > size:
        # from a stream of their own: no draw of the evidence hangs on what stands beside it
        beside = part(slice(size, None), np.random.default_rng([settings["seed"], size]), 1, recipe)
    similar = find_similar(inputs, recipe, treatment, evidence.model)
    return replace(
        evidence, everything=everything, similar=similar, beside=beside, fell_back=fell_back
    )


def draw_changes(
    inputs: Inputs,
    recipe: Recipe,
    comparable_recipe: Recipe,
    filled: Estimated,
    treatment: Treatment | None,
    stream: int,
) -> Evidence:
    """Draw what changes rest on and no more, from a stream of random numbers of its own.

    Parameters
    ----------
    inputs, recipe, comparable_recipe, filled, treatment
        As for :func:`draw_evidence`; two periods.
    stream : int
        Its number, from 2 on.

    Returns
    -------
    Evidence
        Its scores of the full recipe are of no use: not all figures are there.
    """
    seed, size = inputs.settings["uncertainty"]["seed"], len(inputs.geography.units) + 1
    # levels are of no interest, unless nothing can be compared
    drawn = comparable_recipe if comparable_recipe.used.any() else recipe
    part = parts_of(inputs, inputs, recipe, comparable_recipe, filled, treatment)
    rng, beside = np.random.default_rng, None
    evidence = part(slice(size), rng([seed, 0, stream, 1]), stream, drawn)
    if len(inputs.panel.areas) > size:
        beside = part(slice(size, None), rng([seed, size, stream, 1]), stream, drawn)
    return replace(evidence, beside=beside)


def errors_of(inputs: Inputs) -> tuple[pd.DataFrame, Sampling]:
    """Say what each indicator's error is, and work out that of every value."""
    panel, places = inputs.panel, inputs.geography
    people = places.areas.loc[list(panel.areas), "population"].to_numpy(float)
    model = error_model(inputs.framework, inputs.tables["errors"])
    families, published = places.families(panel.areas), _published(inputs)
    return model, sampling(panel, inputs.framework, model, families, people, published)


def parts_of(
    inputs: Inputs,
    scale: Inputs,
    recipe: Recipe,
    comparable_recipe: Recipe,
    filled: Estimated,
    treatment: Treatment | None,
) -> Callable[[slice, np.random.Generator, int, Recipe], Evidence]:
    """Make the function that draws the errors of some areas, by the recipe it is given."""
    panel, settings = inputs.panel, inputs.settings["uncertainty"]
    model, errors = errors_of(inputs)
    scale_errors, n = errors, settings["replicates"]
    if treatment is not None:
        scale_errors = treat_errors(errors, panel.value, treatment)

    def part(at: slice, rng: np.random.Generator, stream: int, drawn: Recipe) -> Evidence:
        held, mine = take(filled, areas=at), scale_errors.take(at)
        draws = simulate(
            held.value,
            mine,
            drawn,
            rng,
            n,
            vary=SAMPLING,
            comparable=comparable_recipe,
            estimated=held,
        )
        found = Evidence(
            replace(inputs, panel=panel.take(panel.areas[at])),
            scale,
            treatment,
            recipe,
            comparable_recipe,
            held,
            score(held.value, recipe),
            score(held.value, comparable_recipe),
            errors.take(at),
            mine,
            model,
            draws,
            draws,
            {},
        )
        own = np.random.default_rng([settings["seed"], at.start or 0, stream])
        return replace(found, relative=_relative(found, own, n)) if found.compared else found

    return part


def _relative(e: Evidence, rng: np.random.Generator, n: int) -> Evidence | None:
    """Let the baseline move as the reference population did; what is left is the area's own."""
    ratio = (e.model["moves"] == "ratio").to_numpy()
    own, doubt = (e.model[name].to_numpy(float) for name in ("change", "change_se"))
    if e.treatment is not None:  # what moved by a difference may have no logarithm any more
        own = np.where(ratio | (np.array(e.treatment.name) != "log"), own, np.nan)
    # what is from longer ago has its own change beside the population's, and no part in scores
    recipe = recipe_for(e.recipe, np.isfinite(own) & e.comparable_recipe.used, ENOUGH)
    if not recipe.used.any():
        return None
    before = e.inputs.panel.value[0]
    value, filled = e.inputs.panel.value.copy(), e.filled.value.copy()
    value[0] = expected(before, own, ratio)
    scaled = value[0] if e.treatment is None else e.treatment.apply(value[0])
    gaps = np.isnan(scaled) & np.isfinite(filled[0] + own)
    # an estimate moves as the others do on average
    step = np.where(gaps, np.nan, scaled - filled[0])
    size = np.maximum(np.isfinite(step).sum(axis=0), 1)
    filled[0] = np.where(gaps, filled[0] + np.nansum(step, axis=0) / size, scaled)
    se = e.errors.se.copy()
    se[0] = np.hypot(se[0] * np.where(ratio, own, 1.0), doubt * np.where(ratio, before, 1.0))
    errors = replace(e.errors, se=se, change_se=change_error(se, e.errors.overlap))
    scale_errors = errors if e.treatment is None else treat_errors(errors, value, e.treatment)
    return replace(
        e,
        inputs=replace(e.inputs, panel=replace(e.inputs.panel, value=value)),
        comparable_recipe=recipe,
        filled=replace(e.filled, value=filled),
        comparable=score(filled, recipe),
        errors=errors,
        scale_errors=scale_errors,
        sampling=simulate(filled, scale_errors, recipe, rng, n, vary=SAMPLING),
    )


def _published(inputs: Inputs) -> Array | None:
    """Lay out the standard errors that publishers give; None where there are none."""
    rows, p = inputs.tables["observations"], inputs.panel
    if "standard_error" not in rows:
        return None
    rows = rows[rows["area_code"].isin(p.areas) & rows["period"].isin(p.periods)]
    axes = zip(
        ("period", "area_code", "indicator_id"), (p.periods, p.areas, p.indicators), strict=True
    )
    at = tuple(pd.Index(axis).get_indexer(pd.Index(rows[name])) for name, axis in axes)
    published = np.full(p.value.shape, np.nan)
    published[at] = rows["standard_error"]
    return published


def _bootstrapped_shares(
    inputs: Inputs, recipe: Recipe, rng: np.random.Generator
) -> tuple[Array, dict[int, int]]:
    weights = inputs.tables["weights"]
    method = (
        weights.drop_duplicates("component").set_index("component")["method"].to_dict()
        if not weights.empty
        else {}
    )
    parts = {
        int(c): component_moments(inputs, np.flatnonzero((recipe.component_of == c) & recipe.used))
        for c in np.flatnonzero(recipe.scored)
        if method.get(inputs.framework.components[c], "pca") == "pca"
    }
    return pca_shares(parts, recipe, inputs.framework.polarity, rng)
