"""The audit as tables: what a reviewer asks of weights, indicators and choices."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.build.audit.correlation import component_links
from spi_core.build.audit.importance import importance
from spi_core.build.audit.screening import double_counting, outliers, silent
from spi_core.build.evidence import Evidence
from spi_core.build.fitting import component_moments
from spi_core.build.idle import idle
from spi_core.method.moments import Moments, first_component, moments, orient
from spi_core.method.recipe import Recipe
from spi_core.uncertainty.bootstrap import bootstrap
from spi_core.uncertainty.reliability import audit_component

Array = NDArray[np.float64]

#: Fewer scores than this tell nothing of how an indicator moves with the index.
MOVING = 3


def audit_indicators(a: Evidence, weights: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Audit an edition.

    Parameters
    ----------
    a : Evidence
        Its scores and draws.
    weights : DataFrame
        The weights in use, in the columns of ``weights.csv``.

    Returns
    -------
    dict of str to DataFrame
        ``audit_components``, ``audit_indicators``, ``audit_links``, ``audit_findings``,
        ``audit_draws``.
    """
    return {
        "audit_components": _components(a),
        "audit_indicators": _indicators(a, weights),
        "audit_links": _links(a),
        "audit_findings": _findings(a),
        "audit_draws": _draws(a),
    }


def _scored(a: Evidence) -> Iterable[tuple[int, str, NDArray[np.intp]]]:
    """Scored components with their name and the positions of their indicators."""
    for c in np.flatnonzero(a.recipe.scored):
        at = np.flatnonzero((a.recipe.component_of == c) & a.recipe.used)
        yield int(c), a.inputs.framework.components[c], at


def _populations(a: Evidence, at: NDArray[np.intp]) -> dict[str, Moments]:
    """Name what the weights were fitted on, and the edition's own wards and periods."""
    own = moments(a.filled.value[:, a.rows][..., at].reshape(-1, at.size))
    if a.inputs.reference is None:
        return {"this edition": own}
    return {"reference": component_moments(a.scale, at), "this edition": own}


def _components(a: Evidence) -> pd.DataFrame:
    rows = []
    for _, name, at in _scored(a):
        sign = a.inputs.framework.polarity[at]
        for population, m in _populations(a, at).items():
            found = audit_component(m, sign)
            oriented, _ = orient(m, a.recipe.best[at], a.recipe.worst[at], sign)
            _, share = first_component(oriented.correlation)
            rows.append(
                {
                    "component": name,
                    "population": population,
                    "indicators": at.size,
                    "rows": found.n_rows,
                    "alpha": found.alpha.raw if found.alpha else np.nan,
                    "alpha_standardised": found.alpha.standardised if found.alpha else np.nan,
                    "kmo": np.nan if found.kmo is None else found.kmo,
                    "bartlett_chi2": found.bartlett.chi2 if found.bartlett else np.nan,
                    "bartlett_df": float(found.bartlett.df) if found.bartlett else np.nan,
                    "bartlett_p": found.bartlett.p if found.bartlett else np.nan,
                    "first_component": share,
                    "reasons": "; ".join(found.reasons.values()),
                }
            )
    return pd.DataFrame(rows)


def _indicators(a: Evidence, weights: pd.DataFrame) -> pd.DataFrame:
    """One row an indicator that counts: reliability, collinearity, weight's spread, importance."""
    rng = np.random.default_rng(a.inputs.settings["uncertainty"]["seed"] + 1)
    frames = []
    for _, name, at in _scored(a):
        sign = a.inputs.framework.polarity[at]
        m = component_moments(a.scale, at)
        found = audit_component(m, sign)
        ends = (a.recipe.best[at], a.recipe.worst[at])
        spread = bootstrap(m, *ends, sign, rng)
        fitted = (weights.loc[weights["component"] == name, "method"] == "pca").all()
        dropped = found.alpha.if_dropped if found.alpha else None
        frames.append(
            pd.DataFrame(
                {
                    "indicator_id": np.array(a.inputs.framework.ids)[at],
                    "component": name,
                    "msa": _or_nan(found.msa, at.size),
                    "vif": _or_nan(found.vif, at.size),
                    "alpha_if_dropped": _or_nan(dropped, at.size),
                    "weight_low": _or_nan(spread.low if fitted else None, at.size),
                    "weight_high": _or_nan(spread.high if fitted else None, at.size),
                    "bootstrap_failed": spread.n_failed,
                    "bootstrap_n": spread.n,
                }
            )
        )
    return pd.concat(frames, ignore_index=True).merge(_importance(a), on="indicator_id")


def _or_nan(values: Array | None, k: int) -> Array:
    return np.full(k, np.nan) if values is None else values


def _importance(a: Evidence) -> pd.DataFrame:
    used, rows = a.recipe.used, a.rows
    indicator = a.scores.indicator[:, rows][..., used]
    index, nominal = a.scores.index[:, rows], _index_share(a.recipe)
    if np.isfinite(index).sum() < MOVING:
        effective = correlation = np.full(nominal.size, np.nan)
    else:
        found = importance(indicator, nominal, index)
        nominal, effective, correlation = found.nominal, found.effective, found.correlation
    shape = outliers(a.filled.value[:, rows][..., used])
    return pd.DataFrame(
        {
            "indicator_id": np.array(a.inputs.framework.ids)[used],
            "nominal": nominal,
            "effective": effective,
            "r_index": correlation,
            "skew": shape.skew,
            "kurtosis": shape.kurtosis,
            "skewed": shape.skewed,
            "outliers": shape.cells.reshape(-1, int(used.sum())).sum(axis=0),
        }
    )


def _index_share(recipe: Recipe) -> Array:
    """Give what each used indicator counts in the index if every mean is arithmetic."""
    scored = recipe.scored
    parts = np.bincount(recipe.dimension_of[scored], minlength=recipe.dimension_of.max() + 1)
    dimension = recipe.dimension_of[recipe.component_of[recipe.used]]
    return np.asarray(recipe.share[recipe.used] / parts[dimension] / (parts > 0).sum())


def _links(a: Evidence) -> pd.DataFrame:
    """Whether an indicator goes with its own component or more with another."""
    used = a.recipe.used
    names = np.array(a.inputs.framework.components)
    found = component_links(a.scores.indicator[:, a.rows][..., used], a.recipe.component_of[used])
    return pd.DataFrame(
        {
            "indicator_id": np.array(a.inputs.framework.ids)[used],
            "component": names[a.recipe.component_of[used]],
            "own_r": found.own,
            "nearest": np.where(found.nearest < 0, "", names[found.nearest]),
            "nearest_r": found.nearest_r,
            "misplaced": found.misplaced,
        }
    )


def _findings(a: Evidence) -> pd.DataFrame:
    used, rows = a.recipe.used, a.rows
    ids = np.array(a.inputs.framework.ids)[used]
    indicator = a.scores.indicator[:, rows][..., used]
    found = (*silent(indicator, a.scores.index[:, rows]), *double_counting(indicator))
    left_out = [
        {"kind": "left out", "indicators": i, "value": None, "reason": f"counts in no score: {why}"}
        for i, why in zip(a.inputs.framework.ids, idle(a.scale), strict=True)
        if why
    ]
    table = left_out + [
        {
            "kind": f.kind,
            "indicators": "; ".join(ids[list(f.columns)]),
            "value": f.value,
            "reason": f.reason,
        }
        for f in found
    ]
    return pd.DataFrame(table, columns=["kind", "indicators", "value", "reason"])


def _draws(a: Evidence) -> pd.DataFrame:
    """How many replicates were asked for, how many failed and what varied."""
    rows = [
        {
            "use": use,
            "replicates": d.n,
            "failed": d.n_failed,
            "why": "; ".join(f"{n} {why}" for why, n in d.failures.items()),
            "varied": ", ".join(sorted(d.varied)),
            "cells_without_error": int(d.fixed.sum()),
        }
        for use, d in (("ratings", a.sampling), ("choices", a.everything))
    ]
    fell = sum(a.fell_back.values())
    return pd.DataFrame(rows).assign(weight_sets_fallen_back=[0, fell])
