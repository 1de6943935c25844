"""The build checks itself: what went in at each step, and what a second way of computing finds."""

from __future__ import annotations

import statistics

import numpy as np
import pandas as pd

from spi_core.build.evidence import Evidence
from spi_core.build.fitting import fit_weights
from spi_core.build.idle import idle
from spi_core.edition.inputs import Inputs
from spi_core.method.score import Estimated, Scores
from spi_core.uncertainty.decompose import decompose

#: Two ways to the same number may differ by rounding only.
TOLERANCE = 1e-9
#: Frozen weights are stored with twelve figures.
WEIGHT_TOLERANCE = 1e-8


def steps(a: Evidence, inputs: Inputs, filled: Estimated, scores: Scores) -> pd.DataFrame:
    """Count what goes in and comes out at each step, so that nothing is lost unseen.

    Parameters
    ----------
    a : Evidence
        What is compared.
    inputs, filled, scores : Inputs, Estimated and Scores
        Of all periods.

    Returns
    -------
    DataFrame
        ``step, what, count``.
    """
    p, used = inputs.panel, a.recipe.used
    missing = np.isnan(p.value)
    rows = [
        ("read", "rows of observations", len(inputs.tables["observations"])),
        ("laid out", "areas", len(p.areas)),
        ("laid out", "periods", len(p.periods)),
        ("laid out", "indicators", len(p.indicators)),
        ("laid out", "cells (areas × periods × indicators)", p.value.size),
        ("laid out", "cells without a value", int(missing.sum())),
        ("estimated", "cells filled by regression", int(filled.estimated.sum())),
        ("scored", "indicators that count in a component", int(used.sum())),
        ("scored", "indicators shown but not scored", int((~used).sum())),
        ("scored", "of these without values that differ", int((idle(a.scale) != "").sum())),
        ("scored", "cells beyond a goalpost, counted as the goalpost", int(scores.capped.sum())),
        ("scored", "component scores", int(np.isfinite(scores.component).sum())),
        ("scored", "index scores", int(np.isfinite(scores.index).sum())),
        (
            "compared",
            "indicators comparable over time that count",
            int(a.comparable_recipe.used.sum()),
        ),
        (
            "compared",
            "component scores in both periods",
            int(np.isfinite(a.comparable.component).all(0).sum()) * a.compared,
        ),
    ]
    return pd.DataFrame(rows, columns=["step", "what", "count"])


def quality_log(a: Evidence) -> pd.DataFrame:
    """Compute what matters a second way and say how far the two lie apart.

    Parameters
    ----------
    a : Evidence
        The edition's scores.

    Returns
    -------
    DataFrame
        ``check, result, detail``; result is ``passed``, ``failed`` or ``noted`` for what a reader
        must judge.
    """
    rows = [
        ("Inputs", "passed", "every file read and checked; a build with a fault writes nothing"),
        _formula(a),
        _means(a),
        _refit(a),
        _sum_of_contributions(a),
        _replicates(a),
        _signed(a),
        _roll_ups(a),
    ]
    return pd.DataFrame(rows, columns=["check", "result", "detail"])


def with_warnings(quality: pd.DataFrame, warnings: pd.DataFrame) -> pd.DataFrame:
    """Put into the log how many warnings of the inputs nobody has accepted.

    Parameters
    ----------
    quality, warnings : DataFrame
        The log, and the built table of that name.

    Returns
    -------
    DataFrame
        The log, with a row below that of the inputs.
    """
    n, all_ = int((warnings["accepted_by"] == "").sum()), len(warnings)
    said = f"{n} of {all_} still to be looked at" if all_ else "nothing looks like a slip"
    row = ("Warnings of the inputs", "noted" if n else "passed", said)
    below = pd.DataFrame([row], columns=list(quality.columns))
    return pd.concat([quality[:1], below, quality[1:]], ignore_index=True)


def _verdict(difference: float, tolerance: float) -> str:
    return "passed" if difference <= tolerance else "failed"


def _formula(a: Evidence) -> tuple[str, str, str]:
    """Component scores by z-scores, best and worst row: the method as it is written down."""
    means = a.recipe.means
    name = "Component scores by the formula with z-scores"
    if means[0].order != 1:
        said = f"the formula is of arithmetic means; this edition uses the {means[0].name}"
        return name, "noted", said
    weights = a.inputs.tables["weights"]
    if weights.empty:
        weights = fit_weights(a.scale, a.recipe.best, a.recipe.worst)
    table = weights.set_index("indicator_id").reindex(a.inputs.framework.ids)
    # polarity and standard deviation turn raw units into oriented z-scores; the means cancel
    unit = (table["weight"] / table["sd"]).to_numpy(float) * np.sign(a.recipe.best - a.recipe.worst)
    scores = np.full(a.scores.component.shape, np.nan)
    for c in np.flatnonzero(a.recipe.scored):
        at = np.flatnonzero((a.recipe.component_of == c) & a.recipe.used)
        best, worst = a.recipe.best[at], a.recipe.worst[at]
        capped = np.clip(a.filled.value[..., at], np.minimum(best, worst), np.maximum(best, worst))
        low, high = worst @ unit[at], best @ unit[at]
        scores[..., c] = 100 * (capped @ unit[at] - low) / (high - low)
    return name, *_apart(scores, a.scores.component)


def _means(a: Evidence) -> tuple[str, str, str]:
    """Dimensions and index one area at a time, with another library and the formula as written."""
    found = np.concatenate([a.scores.dimension, a.scores.index[..., None]], axis=-1)
    expected = np.full(found.shape, np.nan)
    _, of_parts, of_all = (mean.order for mean in a.recipe.means)
    for place in np.ndindex(a.scores.index.shape):
        parts = a.scores.component[place]
        for d in range(found.shape[-1] - 1):
            expected[(*place, d)] = _mean(parts[a.recipe.dimension_of == d], of_parts)
        expected[(*place, -1)] = _mean(expected[place][:-1], of_all)
    return "Dimensions and index are means of what is scored", *_apart(expected, found)


def _mean(x: np.ndarray, order: float) -> float:
    there = [float(v) for v in x if not np.isnan(v)]
    if not there:
        return float("nan")
    if order == 0:
        return statistics.geometric_mean(there)
    return float(statistics.fmean(v**order for v in there) ** (1 / order))


def _apart(expected: np.ndarray, found: np.ndarray) -> tuple[str, str]:
    """Compare two ways; a score that only one of them gives is a failure."""
    lost = int((np.isnan(expected) != np.isnan(found)).sum())
    apart = float(np.nan_to_num(np.abs(expected - found)).max())
    said = f"largest difference {_points(apart)}"
    return ("failed", f"{lost} scores only one way") if lost else (_verdict(apart, TOLERANCE), said)


def _points(apart: float) -> str:
    """Write a difference; within the tolerance the machine's rounding speaks, each time anew."""
    return f"{apart:.1e} points" if apart > TOLERANCE else "below a billionth of a point"


def _refit(a: Evidence) -> tuple[str, str, str]:
    frozen = a.inputs.tables["weights"]
    if frozen.empty:
        return "Frozen weights", "noted", "weights were fitted by this build and are not frozen yet"
    if a.inputs.settings["index"]["weights"] == "given":
        return "Frozen weights", "noted", "weights were given: there is nothing to fit them to"
    new = fit_weights(a.scale, a.recipe.best, a.recipe.worst).set_index("indicator_id")["weight"]
    apart = float((new - frozen.set_index("indicator_id")["weight"]).abs().max())
    said = f"a refit differs by at most {apart:.1e}"
    if _verdict(apart, WEIGHT_TOLERANCE) == "failed":
        # not wrong: weights stay as they were until somebody decides otherwise
        return "Frozen weights", "noted", f"{said}: the population they were fitted on has changed"
    return "Frozen weights", "passed", said


def _sum_of_contributions(a: Evidence) -> tuple[str, str, str]:
    name = "Contributions add up to the change"
    if not a.compared:
        return name, "noted", "there is one period and no change"
    parts = decompose(a.filled.value, a.comparable_recipe)
    split = parts.reason == ""
    if not split.any():
        return name, "noted", "no area has a change that could be split"
    apart = float(np.abs(parts.index.sum(axis=1) - parts.change)[split].max())
    said = f"largest difference between the sum and the change {_points(apart)}"
    return name, _verdict(apart, TOLERANCE), said


def _replicates(a: Evidence) -> tuple[str, str, str]:
    failed, asked = a.sampling.n_failed + a.everything.n_failed, a.sampling.n + a.everything.n
    return (
        "Monte Carlo",
        "passed" if not failed else "noted",
        f"{failed} of {asked} replicates failed",
    )


def _signed(a: Evidence) -> tuple[str, str, str]:
    register = a.inputs.tables["signoff"]
    dated = register if register.empty else register[register["date"] != ""]
    signed = 0 if dated.empty else dated["indicator_id"].nunique()
    n = len(a.inputs.framework.ids)
    return (
        "Expert sign-off",
        "passed" if signed >= n else "noted",
        f"{signed} of {n} indicators signed",
    )


def _roll_ups(a: Evidence) -> tuple[str, str, str]:
    places = a.inputs.geography
    status = a.inputs.panel.status[a.now, a.inputs.panel.areas.index(places.whole)]
    modelled = int((status == "modelled").sum())
    home, many = places.home.one, places.levels.unit.many
    said = f"{modelled} of {status.size} {home} values are population-weighted means of the {many}"
    return f"{home.capitalize()} values", "noted" if modelled else "passed", said
