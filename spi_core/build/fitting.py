"""Fit the weights of an edition: on its reference population, or on its own units and periods."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from spi_core.build.idle import idle
from spi_core.edition.inputs import Inputs
from spi_core.method.moments import Moments, add_rows, moments
from spi_core.method.weights import fit, scoring_weights

Array = NDArray[np.float64]

#: Columns of ``weights.csv``.
WEIGHTS = (
    *("indicator_id", "component", "method", "weight", "loading", "sd", "share", "reason"),
    *("fitted_on", "fitted_at"),
)


def fit_weights(inputs: Inputs, best: ArrayLike, worst: ArrayLike) -> pd.DataFrame:
    """Fit the weights of every component that has enough indicators.

    Parameters
    ----------
    inputs : Inputs
        The edition; its reference population is used where it names one.
    best, worst : array_like, shape (indicators,)
        Goalposts.

    Returns
    -------
    DataFrame
        Columns of ``weights.csv``, one row an indicator of a scored component.
    """
    settings, framework = inputs.settings["index"], inputs.framework
    ends = np.stack([np.asarray(best, float), np.asarray(worst, float)])
    counts = idle(inputs) == ""
    rows = []
    for c, name in enumerate(framework.components):
        at = framework.members(c)
        if counts[at].sum() >= settings["minimum_indicators"]:
            rows.append(_fit_component(inputs, at, ends, counts[at]).assign(component=name))
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(WEIGHTS))
    said = {"fitted_on": _population(inputs), "fitted_at": inputs.settings["edition_year"]}
    return table.assign(**said)[list(WEIGHTS)]


def _fit_component(
    inputs: Inputs, at: NDArray[np.intp], ends: Array, counts: NDArray[np.bool_]
) -> pd.DataFrame:
    """Fit on the indicators that count; the others get the weight 0."""
    k = at[counts]
    best, worst = ends[:, k]
    polarity = inputs.framework.polarity[k]
    w = fit(
        component_moments(inputs, k), best, worst, polarity, inputs.settings["index"]["weights"]
    )
    weight, loading, share = np.zeros(at.size), np.full(at.size, np.nan), np.zeros(at.size)
    sd = np.zeros(at.size)
    for i in np.flatnonzero(~counts):
        # an idle indicator's spread is that of its best and worst row: never 0
        sd[i] = add_rows(component_moments(inputs, at[[i]]), ends[:, at[[i]]]).sd[0]
    weight[counts], loading[counts], sd[counts] = w.weight, w.loading, w.sd
    share[counts] = scoring_weights(w.weight, w.sd, best, worst)
    return pd.DataFrame(
        {
            "indicator_id": np.array(inputs.framework.ids)[at],
            "method": w.method, "weight": weight, "loading": loading, "sd": sd, "share": share,
            "reason": w.reason,
        }
    )  # fmt: skip


def component_moments(inputs: Inputs, at: NDArray[np.intp]) -> Moments:
    """Take the moments that the weights of a component are fitted on.

    Parameters
    ----------
    at : ndarray of int
        Positions of the component's indicators.

    Returns
    -------
    Moments
        Of the reference population where the edition names one, else of its own areas and periods.
    """
    if inputs.reference is None:
        # what is larger is a mix of the units, what is smaller their parts: neither is a row more
        parts = inputs.panel.rows(inputs.geography.units)
        return moments(inputs.panel.value[:, parts][..., at].reshape(-1, at.size))
    table, matrix = inputs.reference
    ids = [inputs.framework.ids[k] for k in at]
    return Moments(
        mean=table.loc[ids, "mean"].to_numpy(float),
        sd=table.loc[ids, "sd"].to_numpy(float),
        correlation=matrix.loc[ids, ids].to_numpy(float),
        n_rows=int(table.loc[ids, "n_rows"].iloc[0]),
    )


def _population(inputs: Inputs) -> str:
    if inputs.reference is None:
        return f"areas and periods of {inputs.settings['id']}"
    return str(inputs.settings["index"]["reference"]["name"])
