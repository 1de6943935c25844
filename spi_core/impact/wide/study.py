"""Follow an effect over the periods, bound it honestly, and see what moved everywhere."""

from __future__ import annotations

import math

import numpy as np

from spi_core.edition.interventions.design import Design
from spi_core.impact.arrays import Bools, Floats
from spi_core.impact.wide.bounds import HonestBound, breakdown, relative_magnitudes
from spi_core.impact.wide.contrast import set_effects
from spi_core.impact.wide.expect import by_pool
from spi_core.impact.wide.field import Field
from spi_core.impact.wide.numbers import WidePeriod, percent
from spi_core.impact.wide.placebo import PlaceboSets


def study_areas(
    design: Design,
    field: Field,
    values: Floats,
    sets: PlaceboSets,
    names: list[str],
    before: Bools,
    after: Bools,
) -> tuple[tuple[WidePeriod, ...], float, tuple[HonestBound, ...], float]:
    """Period by period against the whole pool: matched areas agree before by construction."""
    expected = by_pool(values, before, field.pool, ratio=True)
    treated = np.flatnonzero(field.treated)[None, :]
    gaps = [
        set_effects(values[:, t], expected[:, t], members, ratio=True)[0]
        for t in range(len(names))
        for members in (treated, sets.members)
    ]
    rows = np.array([np.concatenate(gaps[k : k + 2]) for k in range(0, len(gaps), 2)]).T
    rows = rows[np.isfinite(rows).all(axis=1) | (np.arange(rows.shape[0]) == 0)]
    return event(design, rows, names, before, after, values[field.treated].sum(axis=0))


def event(
    design: Design,
    gaps: Floats,
    names: list[str],
    before: Bools,
    after: Bools,
    observed: Floats,
) -> tuple[tuple[WidePeriod, ...], float, tuple[HonestBound, ...], float]:
    """Event study, its joint test before the start, and honest bounds.

    Parameters
    ----------
    design : Design
        Protocol.
    gaps : numpy.ndarray, shape (1 + sets, periods)
        Logarithm of observed over expected, of the treated set and of the placebo sets.
    names, before, after : list of str, numpy.ndarray of bool (periods,)
        Periods.
    observed : numpy.ndarray, shape (periods,)
        Sums over the treated areas.

    Returns
    -------
    tuple
        Periods against the mean of those before; p that neither a step up to the start differs nor
        their slope; bounds and breakdown value, of months by years that end at the start.
    """
    own = gaps[0] - gaps[0, before].mean()
    others = gaps[1:] - gaps[1:, before].mean(axis=1, keepdims=True)
    others = others - np.median(others, axis=0)
    if not np.isfinite(own).all() or others.shape[0] < 2:
        return (), math.nan, (), math.nan
    reach = np.quantile(np.abs(others), 1 - design.alpha, axis=0)
    rows = tuple(
        WidePeriod(
            name,
            percent(own[t]),
            percent(own[t] - reach[t]),
            percent(own[t] + reach[t]),
            float(observed[t]),
            float(observed[t] / math.exp(own[t])),
        )
        for t, name in enumerate(names)
    )
    joint = _moved_apart(np.vstack([own, others])[:, ~after], times(names)[~after])
    bounds, broken = _honest(np.vstack([own, others]), years(names, after), after, design.alpha)
    return rows, joint, bounds, broken


def _moved_apart(gaps: Floats, when: Floats) -> float:
    """Test jointly every step before the start and their slope: a drift hides in single months."""
    steps, step = np.unique(when, return_inverse=True)
    if steps.size < 2:
        return math.nan
    blocks = np.array([gaps[:, step == k].mean(axis=1) for k in range(steps.size)]).T
    centred = steps - steps.mean()
    every = np.column_stack([blocks, blocks @ centred])
    spread = every[1:].std(axis=0)
    kept = spread > 0
    size = np.abs(every[:, kept] / spread[kept]).max(axis=1)
    return float((size >= size[0]).mean())


def _honest(
    gaps: Floats, when: Floats, after: Bools, alpha: float
) -> tuple[tuple[HonestBound, ...], float]:
    """Bounds against the last year before the start; a part of a year has seasons of its own."""
    periods = np.array([(~after & (when == year)).sum() for year in when])
    before = ~after & (periods == periods[~after][-1])
    past, later = (np.unique(when[side], return_inverse=True) for side in (before, after))
    if past[0].size < 2:
        return (), math.nan
    sides = []
    for side, (steps, step) in ((gaps[:, before], past), (gaps[:, after], later)):
        sums = np.array([side[:, step == k].mean(axis=1) for k in range(steps.size)])
        sides.append(sums.T)
    base = sides[0][:, [-1]]
    first, last = sides[0] - base, sides[1] - base
    parts = (first[0], last[0], later[0] - past[0][-1], first[1:], last[1:])
    found = relative_magnitudes(*parts, alpha=alpha)
    shown = tuple(
        HonestBound(b.magnitude, *(percent(e) for e in (b.set_low, b.set_high, b.low, b.high)))
        for b in found
    )
    return shown, breakdown(*parts, alpha=alpha)


def times(names: list[str]) -> Floats:
    """Give years, or quarters of months since year 0, so that a period left out counts."""
    parts = [[int(p) for p in name.split("-")] for name in names]
    return np.array([p[0] if len(p) == 1 else (12 * p[0] + p[1] - 1) // 3 for p in parts], float)


def years(names: list[str], after: Bools) -> Floats:
    """Give years; of months those counted from the first one after, so that seasons cancel."""
    parts = [[int(p) for p in name.split("-")] for name in names]
    if len(parts[0]) == 1:
        return times(names)
    months = np.array([12 * year + month for year, month in parts], float)
    return np.asarray((months - months[after][0]) // 12)


def poisson(
    values: Floats, field: Field, before: Bools, after: Bools
) -> tuple[float, float, float]:
    """Overdispersion of the Poisson model with effects of area and period, and its interval."""
    pool, inside = values[field.pool], values[field.treated]
    used = before | after
    fitted = np.outer(pool[:, used].sum(axis=1), pool[:, used].sum(axis=0)) / pool[:, used].sum()
    spare = (pool.shape[0] - 1) * (int(used.sum()) - 1)
    squares = np.divide(
        (pool[:, used] - fitted) ** 2, fitted, out=np.zeros_like(fitted), where=fitted > 0
    )
    phi = float(squares.sum() / spare)
    sums = [float(side[:, when].sum()) for side in (inside, pool) for when in (after, before)]
    if min(sums) <= 0:
        return phi, math.nan, math.nan
    effect = math.log(inside[:, after].mean() / inside[:, before].mean()) - math.log(
        pool[:, after].mean() / pool[:, before].mean()
    )
    reach = 1.959964 * math.sqrt(phi * sum(1 / s for s in sums))
    return phi, effect - reach, effect + reach


def shocks(totals: Floats, names: list[str]) -> tuple[tuple[str, float], ...]:
    """Find steps of the whole pool that recording may have made: four times the usual size."""
    steps = np.diff(np.log(totals))
    middle = np.median(steps)
    usual = 1.4826 * float(np.median(np.abs(steps - middle)))
    return tuple(
        (names[t + 1], percent(float(steps[t])))
        for t in np.flatnonzero(np.abs(steps - middle) > 4 * max(usual, 0.01))
    )
