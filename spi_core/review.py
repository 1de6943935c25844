"""The audit as tables: what a reviewer asks of weights, indicators and choices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.aggregate import AggregatorName
from spi_core.assess import Assessment
from spi_core.audit import audit_component
from spi_core.columns import ColumnError
from spi_core.correlation import component_links
from spi_core.findings import double_counting, outliers, silent
from spi_core.fitting import component_moments
from spi_core.idle import idle
from spi_core.importance import importance
from spi_core.index import Recipe, lift, score, score_levels
from spi_core.moments import Moments, first_component, moments, orient
from spi_core.normalise import NormaliserName, fit_scale, goalposts, normalise
from spi_core.sensitivity import (
    Shift,
    compare,
    leave_component_out,
    leave_indicator_out,
)
from spi_core.shrink import shrink_panel
from spi_core.sobol import choices
from spi_core.weights import bootstrap

__all__ = ["review"]

Array = NDArray[np.float64]

SOBOL_RUNS = 512


def review(a: Assessment, weights: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Audit an edition.

    Parameters
    ----------
    a : Assessment
        Its scores and draws.
    weights : DataFrame
        The weights in use, in the columns of ``weights.csv``.

    Returns
    -------
    dict of str to DataFrame
        ``audit_components``, ``audit_indicators``, ``audit_links``, ``audit_findings``,
        ``audit_recipes``, ``audit_left_out``, ``audit_sobol``, ``audit_draws``,
        ``audit_shrinkage``.
    """
    return {
        "audit_components": _components(a),
        "audit_indicators": _indicators(a, weights),
        "audit_links": _links(a),
        "audit_findings": _findings(a),
        "audit_recipes": _recipes(a),
        "audit_left_out": _left_out(a),
        "audit_sobol": _sobol(a),
        "audit_draws": _draws(a),
        "audit_shrinkage": _shrinkage(a),
    }


def _rows(a: Assessment) -> NDArray[np.intp]:
    return a.inputs.panel.rows(a.wards)


def _scored(a: Assessment) -> Iterable[tuple[int, str, NDArray[np.intp]]]:
    """Scored components with their name and the positions of their indicators."""
    for c in np.flatnonzero(a.recipe.scored):
        at = np.flatnonzero((a.recipe.component_of == c) & a.recipe.used)
        yield int(c), a.inputs.framework.components[c], at


def _populations(a: Assessment, at: NDArray[np.intp]) -> dict[str, Moments]:
    """Name what the weights were fitted on, and the edition's own wards and periods."""
    own = moments(a.filled.value[:, _rows(a)][..., at].reshape(-1, at.size))
    if a.inputs.reference is None:
        return {"this edition": own}
    return {"reference": component_moments(a.scale, at), "this edition": own}


def _components(a: Assessment) -> pd.DataFrame:
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
                    "bartlett_df": found.bartlett.df if found.bartlett else np.nan,
                    "bartlett_p": found.bartlett.p if found.bartlett else np.nan,
                    "first_component": share,
                    "reasons": "; ".join(found.reasons.values()),
                }
            )
    return pd.DataFrame(rows)


def _indicators(a: Assessment, weights: pd.DataFrame) -> pd.DataFrame:
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


def _importance(a: Assessment) -> pd.DataFrame:
    used, rows = a.recipe.used, _rows(a)
    indicator = a.scores.indicator[:, rows][..., used]
    found = importance(indicator, _index_share(a.recipe), a.scores.index[:, rows])
    shape = outliers(a.filled.value[:, rows][..., used])
    return pd.DataFrame(
        {
            "indicator_id": np.array(a.inputs.framework.ids)[used],
            "nominal": found.nominal,
            "effective": found.effective,
            "r_index": found.correlation,
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


def _links(a: Assessment) -> pd.DataFrame:
    """Whether an indicator goes with its own component or more with another."""
    used = a.recipe.used
    names = np.array(a.inputs.framework.components)
    found = component_links(a.scores.indicator[:, _rows(a)][..., used], a.recipe.component_of[used])
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


def _findings(a: Assessment) -> pd.DataFrame:
    used, rows = a.recipe.used, _rows(a)
    ids = np.array(a.inputs.framework.ids)[used]
    indicator = a.scores.indicator[:, rows][..., used]
    found = (*silent(indicator, a.scores.index[:, rows]), *double_counting(indicator))
    left_out = [
        {"kind": "left out", "indicators": i, "value": None, "reason": f"counts in no score: {why}"}
        for i, why in zip(a.inputs.framework.ids, idle(a.inputs), strict=True)
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


def _recipes(a: Assessment) -> pd.DataFrame:
    """Every alternative recipe against the one in use, the largest rank shift first."""
    value, rows = a.filled.value, _rows(a)
    equal = _equal_shares(a.recipe)
    geometric: tuple[AggregatorName, AggregatorName, AggregatorName] = ("geometric",) * 3
    named: dict[str, tuple[NormaliserName, Array, tuple[AggregatorName, ...]]] = {
        "equal shares": ("goalposts", equal, a.recipe.means),
        "geometric means": ("goalposts", a.recipe.share, geometric),
        "equal shares, geometric means": ("goalposts", equal, geometric),
    }
    for method, word in (
        ("zscore", "z-scores"),
        ("minmax", "min–max"),
        ("percentile_rank", "percentile ranks"),
    ):
        named[word] = (method, a.recipe.share, a.recipe.means)  # type: ignore[assignment]
        named[f"{word}, equal shares"] = (method, equal, a.recipe.means)  # type: ignore[assignment]
    scores, undefined = {}, {}
    for label, choice in named.items():
        try:
            scores[label] = _by_recipe(value[:, rows], a.recipe, *choice)[a.now]
        except ColumnError as error:  # shrunken values may not vary, though the published ones do
            undefined[label] = error.named(
                [str(i) for i in np.array(a.inputs.framework.ids)[a.recipe.used]]
            )
            scores[label] = np.full(rows.size, np.nan)
    shrunk = shrink_panel(a.inputs.panel, a.inputs.framework, a.wards).value
    if a.treatment is not None:
        shrunk = a.treatment.apply(shrunk)
    scores["counts shrunk towards the borough"] = score(shrunk[a.now][rows], a.recipe).index
    table = _shift_table(a, compare(a.scores.index[a.now, rows], scores))
    table["reason"] = [
        undefined.get(w, r) for w, r in zip(table["what"], table["reason"], strict=True)
    ]
    return table.drop(columns="max_score_shift")


def _shrinkage(a: Assessment) -> pd.DataFrame:
    """How much of the wards' own values shrinking would keep, one row an indicator with counts."""
    p, rows = a.inputs.panel, _rows(a)
    found = shrink_panel(p, a.inputs.framework, a.wards)
    kept = found.kept[a.now][rows]
    counted = ~np.isnan(kept).all(axis=0)
    value = found.value if a.treatment is None else a.treatment.apply(found.value)
    moved = np.abs(score(value[a.now], a.recipe).indicator - a.scores.indicator[a.now])[rows]
    return pd.DataFrame(
        {
            "indicator_id": np.array(p.indicators)[counted],
            "kept_mean": np.nanmean(kept[:, counted], axis=0),
            "kept_least": np.nanmin(kept[:, counted], axis=0),
            "largest_move": np.nanmax(moved[:, counted], axis=0),
        }
    )


def _equal_shares(recipe: Recipe) -> Array:
    size = np.bincount(recipe.component_of[recipe.used], minlength=recipe.dimension_of.size)
    return np.where(recipe.used, 1 / np.maximum(size, 1)[recipe.component_of], 0.0)


def _by_recipe(
    value: Array,
    recipe: Recipe,
    method: NormaliserName,
    share: Array,
    means: Sequence[AggregatorName],
) -> Array:
    """Score the index by another recipe; the scale is fitted over both periods."""
    used, normal = recipe.used, np.full(value.shape, np.nan)
    best, worst = recipe.best[used], recipe.worst[used]
    if method == "goalposts":  # the only one that needs no spread
        normal[..., used] = goalposts(value[..., used], best, worst)
    else:
        scale = fit_scale(value[..., used], best, worst, np.sign(best - worst))
        normal[..., used] = normalise(value[..., used], scale, method)
    if method == "zscore":
        normal = (
            50 + 10 * normal
        )  # T-scores: on the scale of the others, so that means can be taken
    normal = lift(normal, means)
    return score_levels(normal, replace(recipe, share=share, means=tuple(means)))[-1]  # type: ignore[arg-type]


def _shift_table(
    a: Assessment, shifts: Iterable[Shift], labels: Sequence[str] | None = None
) -> pd.DataFrame:
    rows = []
    for i, s in enumerate(shifts):
        furthest = int(np.argmax(np.abs(s.rank_shift)))
        moved = bool(s.max_rank_shift)
        rows.append(
            {
                "what": labels[i] if labels else s.label,
                "max_rank_shift": s.max_rank_shift,
                "mean_rank_shift": s.mean_rank_shift,
                "max_score_shift": s.max_score_shift,
                "rank_correlation": s.rank_correlation,
                "furthest": a.wards[furthest] if moved else "",
                "furthest_by": s.rank_shift[furthest] if moved else 0.0,
                "reason": s.reason,
            }
        )
    return pd.DataFrame(rows)


def _left_out(a: Assessment) -> pd.DataFrame:
    """Scores of the current period without each indicator and each component in turn."""
    used, rows = a.recipe.used, _rows(a)
    value = a.filled.value[a.now][rows]

    def without(keep: NDArray[np.bool_]) -> Array:
        share = a.recipe.share.copy()
        share[np.flatnonzero(used)[~keep]] = 0.0
        total = np.bincount(a.recipe.component_of, weights=share)[a.recipe.component_of]
        rescaled = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
        return score(value, replace(a.recipe, share=rescaled)).index

    ids = np.array(a.inputs.framework.ids)[used]
    member = a.recipe.component_of[used]
    names = [a.inputs.framework.components[c] for c in np.unique(member)]
    by_indicator = _shift_table(a, leave_indicator_out(without, int(used.sum())), list(ids))
    frames = [by_indicator.assign(kind="indicator")]
    if len(names) > 1:
        by_component = _shift_table(a, leave_component_out(without, member), names)
        frames.append(by_component.assign(kind="component"))
    return pd.concat(frames, ignore_index=True)


def _sobol(a: Assessment) -> pd.DataFrame:
    """Share of the mean rank shift's variance that each choice makes."""
    rng = np.random.default_rng(a.inputs.settings["uncertainty"]["seed"] + 2)
    wards = np.zeros(len(a.inputs.panel.areas), bool)
    wards[_rows(a)] = True
    found = choices(
        a.filled.value,
        a.scale_errors,
        a.recipe,
        rng,
        SOBOL_RUNS,
        period=a.now,
        estimated=a.filled,
        reference=wards,
    )
    names = ("first", "first_error", "total", "total_error")
    table = pd.DataFrame({"factor": found.factors, **{n: getattr(found, n) for n in names}})
    left = pd.DataFrame({"factor": list(found.left_out), "reason": list(found.left_out.values())})
    return pd.concat([table.assign(reason=""), left], ignore_index=True).assign(
        mean_rank_shift=found.mean, runs=found.n, failed=found.n_failed
    )


def _draws(a: Assessment) -> pd.DataFrame:
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
        for use, d in (("ratings", a.sampling), ("ranks", a.everything))
    ]
    fell = sum(a.fell_back.values())
    return pd.DataFrame(rows).assign(weight_sets_fallen_back=[0, fell])
