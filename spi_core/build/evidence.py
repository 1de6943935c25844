"""Draw the errors and the choices of an edition: what every statement about its scores rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spi_core.uncertainty.alternatives import ALL, SAMPLING, Alternatives, pca_shares
from spi_core.errors import Fault, InputError
from spi_core.build.fitting import component_moments
from spi_core.method.score import Estimated, Recipe, Scores
from spi_core.edition.inputs import Inputs
from spi_core.uncertainty.sampling import Sampling, sampling
from spi_core.edition.readers.sheet import shown
from spi_core.method.treat import Treatment
from spi_core.build.treated import treat_errors, treat_inputs
from spi_core.uncertainty.simulate import Draws
from spi_core.uncertainty.simulate import simulate

__all__ = ["Assessment", "assess"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Assessment:
    """One edition's scores with everything drawn around them.

    Parameters
    ----------
    inputs : Inputs
        In raw units.
    scale : Inputs
        On the scale of scoring: the same unless the catalogue names a treatment.
    treatment : Treatment or None
        What lies between the two.
    recipe, comparable_recipe : Recipe
        For levels, and for changes.
    filled : Estimated
        Values on the scale of scoring, gaps estimated.
    scores, comparable : Scores
        By the two recipes.
    errors, scale_errors : Sampling
        Of the raw values, and on the scale of scoring.
    sampling : Draws
        Only the values vary: for ratings.
    everything : Draws
        Every choice varies: for ranks.
    fell_back : mapping of int to int
        For each component with principal-component weights, how many of the bootstrapped sets
        of weights fell back to equal ones.
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
    sampling: Draws
    everything: Draws
    fell_back: dict[int, int]

    @property
    def wards(self) -> list[str]:
        """GSS codes of the wards on the panel, sorted."""
        return [c for c in self.inputs.geography.codes("ward") if c in self.inputs.panel.areas]

    @property
    def now(self) -> int:
        """Position of the current period."""
        return self.inputs.panel.periods.index("current")

    def elements(self, level: str) -> tuple[str, ...]:
        """Names on one level.

        Parameters
        ----------
        level : {'component', 'dimension', 'index'}
            The level.
        """
        f = self.inputs.framework
        return {"component": f.components, "dimension": f.dimensions, "index": ("index",)}[level]


def assess(
    inputs: Inputs,
    recipe: Recipe,
    comparable_recipe: Recipe,
    filled: Estimated,
    scores: Scores,
    comparable: Scores,
    treatment: Treatment | None = None,
) -> Assessment:
    """Draw the errors and the choices of an edition.

    Parameters
    ----------
    inputs : Inputs
        The edition; its ``uncertainty`` names replicates and seed.
    recipe, comparable_recipe : Recipe
        For levels, and for changes.
    filled : Estimated
        Values on the scale of scoring, gaps estimated.
    scores, comparable : Scores
        By the two recipes.
    treatment : Treatment, optional
        What the catalogue names, fitted.

    Raises
    ------
    InputError
        If fewer than two wards have an index in the current period.
    """
    _refuse_unscored(inputs, scores)
    settings = inputs.settings["uncertainty"]
    rng = np.random.default_rng(settings["seed"])
    people = inputs.geography.areas.loc[list(inputs.panel.areas), "population"].to_numpy(float)
    errors = sampling(inputs.panel, inputs.framework, inputs.geography.borough, people)
    scale, scale_errors = inputs, errors
    if treatment is not None:
        scale = treat_inputs(inputs, treatment)
        scale_errors = treat_errors(errors, inputs.panel.value, treatment)
    parts, fell_back = _bootstrapped_shares(scale, recipe, rng)
    wards = np.array([a != inputs.geography.borough for a in inputs.panel.areas])
    n = settings["replicates"]
    chance = simulate(
        filled.value,
        scale_errors,
        recipe,
        rng,
        n,
        vary=SAMPLING,
        comparable=comparable_recipe,
        estimated=filled,
    )
    everything = simulate(
        filled.value,
        scale_errors,
        recipe,
        rng,
        n,
        vary=ALL,
        estimated=filled,
        alternatives=Alternatives(shares=parts),
        reference=wards,
    )
    return Assessment(
        inputs,
        scale,
        treatment,
        recipe,
        comparable_recipe,
        filled,
        scores,
        comparable,
        errors,
        scale_errors,
        chance,
        everything,
        fell_back,
    )


def _refuse_unscored(inputs: Inputs, scores: Scores) -> None:
    """Without two wards that have an index now there is nothing to report."""
    p = inputs.panel
    index = scores.index[p.periods.index("current"), p.rows(inputs.geography.codes("ward"))]
    found = int(np.isfinite(index).sum())
    if found < 2:
        file = shown(inputs.folder / "observations")
        message = f"let {found or 'no'} ward{'' if found else 's'} be scored"
        allowed = "all figures of one component for two wards at least"
        raise InputError([Fault(file, message, None, "period", "current", allowed)])


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
