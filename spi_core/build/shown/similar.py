"""Which areas are most like each unit: its own kind, or in all of the reference population."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.build.shown.counts import with_intervals
from spi_core.build.treated import treat_errors, treat_estimated
from spi_core.edition.areas.pool import Pool
from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import Panel
from spi_core.method.recipe import Recipe, absent_in
from spi_core.method.score import Estimated, Scores, estimate_missing, score
from spi_core.method.treat import Treatment
from spi_core.tables import empty_table
from spi_core.uncertainty.change import stacked
from spi_core.uncertainty.peers import Peers, context_matrix, nearest
from spi_core.uncertainty.sampling import Sampling, sampling
from spi_core.uncertainty.simulate import simulate

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Areas of the reference population that are like one of the units, with their scores.

    Parameters
    ----------
    panel : Panel
        Their published figures.
    filled : Estimated
        The same with gaps estimated as the edition's are, by the population's own regressions.
    errors : Sampling
        Of the figures, by the model of the edition's own.
    scores : Scores
        By the edition's recipe.
    draws : ndarray (n, areas, elements)
        Replicates of the current scores, laid out as by `stacked`.
    index : Series
        Current index of every area of the population that is none of the units.
    own : Peers or None
        What the units would be compared with among themselves; None where they are too few.
    """

    panel: Panel
    filled: Estimated
    errors: Sampling
    scores: Scores
    draws: NDArray[np.floating]
    index: pd.Series
    own: Peers | None


@dataclass(frozen=True, slots=True)
class Similar:
    """Each unit's comparators.

    Parameters
    ----------
    near : Peers
        Positions in `codes`.
    codes : tuple of str
        The units, then the areas elsewhere that are like one of them.
    elsewhere : Elsewhere or None
        None where comparators are the edition's own.
    """

    near: Peers
    codes: tuple[str, ...]
    elsewhere: Elsewhere | None = None

    @property
    def scores(self) -> tuple[Array, NDArray[np.floating]] | None:
        """Current scores of the areas elsewhere, and their replicates."""
        there = self.elsewhere
        return None if there is None else (stacked(there.scores)[-1], there.draws)


def find_similar(
    inputs: Inputs, recipe: Recipe, treatment: Treatment | None, model: pd.DataFrame
) -> Similar | None:
    """Find each unit's comparators, and score those that lie elsewhere.

    Parameters
    ----------
    inputs : Inputs
        The edition, its panel cut to the periods that are compared.
    recipe : Recipe
        Of these periods.
    treatment : Treatment or None
        What lies between raw values and the scale of scoring.
    model : DataFrame
        What each indicator's error is.

    Returns
    -------
    Similar or None
        None where the edition does not say how to find them. Areas elsewhere are drawn from a
        stream of random numbers of their own: no number of the units' hangs on them.
    """
    rule, context = inputs.settings.get("comparators"), inputs.tables["context"]
    if rule is None or context.empty:
        return None
    units, pool, number = inputs.geography.units, inputs.pool, rule["number"]
    own = None
    if number < len(units):
        own = nearest(context_matrix(context, units, rule["context"]), number)
    if pool is None:
        return None if own is None else Similar(own, tuple(units))
    every = [*units, *pool.places.index]
    near = nearest(context_matrix(pool.context, every, rule["context"]), number, len(units))
    used = np.unique(near.position[near.position >= len(units)])
    kept = np.concatenate([np.arange(len(units)), used])
    near = replace(near, position=np.searchsorted(kept, near.position))
    elsewhere = _score(pool, used - len(units), inputs, recipe, treatment, model, own)
    return Similar(near, tuple(every[i] for i in kept), elsewhere)


def _score(
    pool: Pool,
    used: NDArray[np.intp],
    inputs: Inputs,
    recipe: Recipe,
    treatment: Treatment | None,
    model: pd.DataFrame,
    own: Peers | None,
) -> Elsewhere:
    value, settings = pool.panel.value, inputs.settings["uncertainty"]
    every = np.arange(value.shape[1])
    # what the population lacks is not estimated; a component that needs it has no score there
    known = replace(recipe, absent=absent_in(value, recipe))
    raw = estimate_missing(value, known, every, inputs.settings["index"].get("max_imputed", 1))
    scale = raw if treatment is None else treat_estimated(raw, treatment, every)
    index = pd.Series(score(scale.value, recipe).index[-1], pool.panel.areas)
    panel = pool.panel.take([pool.panel.areas[i] for i in used])
    raw, scale = (
        replace(f, value=f.value[:, used], estimated=f.estimated[:, used]) for f in (raw, scale)
    )
    errors = sampling(panel, inputs.framework, model)
    scaled = errors if treatment is None else treat_errors(errors, panel.value, treatment)
    rng = np.random.default_rng([settings["seed"], 0, 1, 1])
    drawn = simulate(
        scale.value, scaled, recipe, rng, settings["replicates"], estimated=scale
    )  # as the units' own are
    scores, draws = score(scale.value, recipe), stacked(drawn.full)[:, -1]
    return Elsewhere(panel, raw, errors, scores, draws, index, own)


def peers_table(inputs: Inputs, similar: Similar | None) -> pd.DataFrame:
    """List each unit's comparators, the nearest first.

    Parameters
    ----------
    inputs : Inputs
        The edition, for names.
    similar : Similar or None
        From `find_similar`.

    Returns
    -------
    DataFrame
        The built table ``peers``.
    """
    if similar is None:
        return empty_table("peers")
    units, near = inputs.geography.units, similar.near
    n, codes = near.position.shape[1], np.array(similar.codes)[near.position].ravel()
    places = inputs.geography.areas[["name"]].assign(place="")
    if inputs.pool is not None:
        places = pd.concat([places.loc[units], inputs.pool.places])
    return pd.DataFrame(
        {
            "area_code": np.repeat(units, n),
            "order": np.tile(np.arange(1, n + 1), len(units)),
            "peer_code": codes,
            "name": places.loc[codes, "name"].to_numpy(str),
            "place": places.loc[codes, "place"].to_numpy(str),
            "distance": near.distance.ravel(),
            "near": near.distance.ravel() <= near.usual,
        }
    )


def peer_values(
    register: pd.DataFrame, model: pd.DataFrame, similar: Similar | None
) -> pd.DataFrame:
    """List the current figures of similar areas that lie elsewhere, with their intervals.

    Parameters
    ----------
    register : DataFrame
        The indicators, index the ids.
    model : DataFrame
        The built table ``error_model``.
    similar : Similar or None
        From `find_similar`.

    Returns
    -------
    DataFrame
        The built table ``peer_values``.
    """
    if similar is None or similar.elsewhere is None:
        return empty_table("peer_values")
    there = similar.elsewhere
    axes = [there.panel.areas, there.panel.indicators]
    index = pd.MultiIndex.from_product(axes, names=["area_code", "indicator_id"])
    cells = {
        "value": np.where(there.filled.estimated, there.filled.value, there.panel.value),
        "numerator": there.panel.numerator,
        "denominator": there.panel.denominator,
        "score": there.scores.indicator,
        "estimated": there.filled.estimated,
        "se": there.errors.se,
        "basis": there.errors.basis,
    }
    flat = {name: array[-1].ravel() for name, array in cells.items()}
    frame = pd.DataFrame(flat, index=index).reset_index().assign(period="current")
    found = with_intervals(frame, register, model, frame)
    return found.dropna(subset="value")[list(empty_table("peer_values"))].reset_index(drop=True)
