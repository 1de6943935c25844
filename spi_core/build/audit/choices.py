"""Challenge an edition: what other recipes, or one thing left out, would do to its ranks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.build.evidence import Evidence
from spi_core.method.checks import ColumnError
from spi_core.method.means import Mean, Means, lift
from spi_core.method.normalise import fit_scale, goalposts, normalise
from spi_core.method.options import NormaliserName
from spi_core.method.recipe import Recipe, during
from spi_core.method.score import score, score_levels
from spi_core.uncertainty.sensitivity import (
    Shift,
    compare,
    leave_component_out,
    leave_indicator_out,
)
from spi_core.uncertainty.shrink import shrink_panel
from spi_core.uncertainty.sobol import choices

Array = NDArray[np.float64]

SOBOL_RUNS = 512
#: With more units than this a quarter of the runs: the mean shift over so many varies less.
MANY = 100


def audit_choices(a: Evidence) -> dict[str, pd.DataFrame]:
    """Score the edition by other choices.

    Parameters
    ----------
    a : Evidence
        Its scores and draws.

    Returns
    -------
    dict of str to DataFrame
        ``audit_recipes``, ``audit_left_out``, ``audit_sobol``, ``audit_shrinkage``.
    """
    return {
        "audit_recipes": _recipes(a),
        "audit_left_out": _left_out(a),
        "audit_sobol": _sobol(a),
        "audit_shrinkage": _shrinkage(a),
    }


def _recipes(a: Evidence) -> pd.DataFrame:
    """Every alternative recipe against the one in use, the largest rank shift first."""
    value, rows = a.filled.value, a.rows
    equal = _equal_shares(a.recipe)
    geometric = (Mean(0.0),) * 3
    named: dict[str, tuple[NormaliserName, Array, Means]] = {
        "equal shares": ("goalposts", equal, a.recipe.means),
        "geometric means": ("goalposts", a.recipe.share, geometric),
        "equal shares, geometric means": ("goalposts", equal, geometric),
    }
    kinds: dict[str, NormaliserName] = {
        "z-scores": "zscore", "min–max": "minmax", "percentile ranks": "percentile_rank",
    }  # fmt: skip
    for word, method in kinds.items():
        named[word] = (method, a.recipe.share, a.recipe.means)
        named[f"{word}, equal shares"] = (method, equal, a.recipe.means)
    scores, undefined = {}, {}
    for label, choice in named.items():
        try:
            scores[label] = _by_recipe(value[:, rows], a.recipe, *choice)[a.now]
        except ColumnError as error:  # shrunken values may not vary, though the published ones do
            undefined[label] = error.named(
                [str(i) for i in np.array(a.inputs.framework.ids)[a.recipe.used]]
            )
            scores[label] = np.full(rows.size, np.nan)
    shrunk = shrink_panel(a.inputs.panel, a.inputs.framework, a.units).value
    if a.treatment is not None:
        shrunk = a.treatment.apply(shrunk)
    home = a.inputs.geography.home.one
    scores[f"counts shrunk towards the {home}"] = score(shrunk[:, rows], a.recipe).index[a.now]
    table = _shift_table(a, compare(a.scores.index[a.now, rows], scores))
    table["reason"] = [
        undefined.get(w, r) for w, r in zip(table["what"], table["reason"], strict=True)
    ]
    return table.drop(columns="max_score_shift")


def _shrinkage(a: Evidence) -> pd.DataFrame:
    """How much of the wards' own values shrinking would keep, one row an indicator with counts."""
    p, rows = a.inputs.panel, a.rows
    found = shrink_panel(p, a.inputs.framework, a.units)
    kept = found.kept[a.now][rows]
    counted = ~np.isnan(kept).all(axis=0)
    value = found.value if a.treatment is None else a.treatment.apply(found.value)
    moved = np.abs(score(value, a.recipe).indicator - a.scores.indicator)[a.now][rows]
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
    value: Array, recipe: Recipe, method: NormaliserName, share: Array, means: Means
) -> Array:
    """Score the index by another recipe; the scale is fitted over both periods."""
    used, normal = recipe.used, np.full(value.shape, np.nan)
    best, worst = recipe.best[used], recipe.worst[used]
    if method == "goalposts":  # the only one that needs no spread
        normal[..., used] = goalposts(value[..., used], best, worst)
    else:
        scale = fit_scale(value[..., used], best, worst, np.sign(best - worst))
        normal[..., used] = normalise(value[..., used], scale, method)
    if method == "zscore":  # T-scores: on the scale of the others, so that means can be taken
        normal = 50 + 10 * normal
    return score_levels(lift(normal, means), replace(recipe, share=share, means=means))[-1]


def _shift_table(
    a: Evidence, shifts: Iterable[Shift], labels: Sequence[str] | None = None
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
                "furthest": a.units[furthest] if moved else "",
                "furthest_by": s.rank_shift[furthest] if moved else 0.0,
                "reason": s.reason,
            }
        )
    table = pd.DataFrame(rows)
    # None where not defined, as with two wards: a number all the same
    sizes = [c for c in table if str(c).endswith(("_shift", "_correlation"))]
    return table.astype(dict.fromkeys(sizes, float))


def _left_out(a: Evidence) -> pd.DataFrame:
    """Scores of the current period without each indicator and each component in turn."""
    used, rows = a.recipe.used, a.rows
    value, now = a.filled.value[[a.now]][:, rows], during(a.recipe, [a.now])

    def without(keep: NDArray[np.bool_]) -> Array:
        share = a.recipe.share.copy()
        share[np.flatnonzero(used)[~keep]] = 0.0
        total = np.bincount(a.recipe.component_of, weights=share)[a.recipe.component_of]
        rescaled = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
        index: Array = score(value, replace(now, share=rescaled)).index[0]
        return index

    ids = np.array(a.inputs.framework.ids)[used]
    member = a.recipe.component_of[used]
    names = [a.inputs.framework.components[c] for c in np.unique(member)]
    by_indicator = _shift_table(a, leave_indicator_out(without, int(used.sum())), list(ids))
    frames = [by_indicator.assign(kind="indicator")]
    if len(names) > 1:
        by_component = _shift_table(a, leave_component_out(without, member), names)
        frames.append(by_component.assign(kind="component"))
    return pd.concat(frames, ignore_index=True)


def _sobol(a: Evidence) -> pd.DataFrame:
    """Share of the mean rank shift's variance that each choice makes."""
    rng = np.random.default_rng(a.inputs.settings["uncertainty"]["seed"] + 2)
    found = choices(
        a.filled.value,
        a.scale_errors,
        a.recipe,
        rng,
        SOBOL_RUNS if len(a.units) <= MANY else SOBOL_RUNS // 4,
        period=a.now,
        estimated=a.filled,
        reference=np.isin(a.inputs.panel.areas, a.units),
    )
    names = ("first", "first_error", "total", "total_error")
    table = pd.DataFrame({"factor": found.factors, **{n: getattr(found, n) for n in names}})
    left = pd.DataFrame({"factor": list(found.left_out), "reason": list(found.left_out.values())})
    return pd.concat([table.assign(reason=""), left], ignore_index=True).assign(
        mean_rank_shift=found.mean, runs=found.n, failed=found.n_failed
    )
