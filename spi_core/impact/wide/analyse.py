"""Analyse one outcome against areas beyond the borough: every number a chapter shows of it."""

from __future__ import annotations

import math

import numpy as np

from spi_core.edition.interventions.design import Design, Outcome
from spi_core.impact.arrays import Bools, Floats
from spi_core.impact.wide.contrast import SetTest, compare, set_effects
from spi_core.impact.wide.describe import alike, balance, raw_means, ring_effect
from spi_core.impact.wide.expect import by_level, by_matches, by_pool, match
from spi_core.impact.wide.field import Field
from spi_core.impact.wide.numbers import (
    LABELS,
    WideAnalysis,
    WideBalance,
    WideRow,
    cost_of_one,
    in_percent,
    percent,
)
from spi_core.impact.wide.placebo import PlaceboSets, nearest_in_level
from spi_core.impact.wide.study import event, poisson, shocks, study_areas
from spi_core.impact.wide.synthetic import in_turn


def worth_of(design: Design, outcome: Outcome) -> float:
    """Smallest effect worth having as a logarithm, with the sign that is better."""
    share = design.worth / 100
    return math.log1p(share) if outcome.direction == "up" else math.log1p(-min(share, 0.99))


def periods_of(design: Design) -> tuple[list[str], Bools, Bools, Bools]:
    """All periods of a protocol in order; those earlier, averaged before, and after."""
    names = [*design.earlier, *design.before, *design.after]
    before = np.isin(names, design.before)
    after = np.isin(names, design.after)
    return names, ~(before | after), before, after


def choose_sets(
    design: Design, field: Field, sets: PlaceboSets, values: Floats, before: Bools
) -> PlaceboSets:
    """Keep the sets nearest in level, unless the areas were chosen for another reason."""
    if design.selection in ("other", "lot"):
        return sets
    level = values[:, before].mean(axis=1) + 1e-9
    near = nearest_in_level(sets.members, level, field.treated)
    return PlaceboSets(sets.members[near], sets.exact)


def estimate(
    design: Design, field: Field, values: Floats, sets: PlaceboSets, method: str, worth: float
) -> SetTest:
    """Effect on the treated areas by one method, on the log scale (points for `difference`).

    Parameters
    ----------
    design, field, values : Design, Field, numpy.ndarray (n, periods)
        Protocol, areas and outcome.
    sets : PlaceboSets
        Sets elsewhere.
    method : str
        Key of `LABELS`, of those for areas.
    worth : float
        Effect worth having on that scale; NaN for none.
    """
    expected = expect(design, field, values, method)
    after = periods_of(design)[3]
    treated = np.flatnonzero(field.treated)[None, :]
    parts = [
        set_effects(
            values[:, after].mean(axis=1),
            expected[:, after].mean(axis=1),
            members,
            ratio=method != "difference",
        )
        for members in (treated, sets.members)
    ]
    effects, errors = (np.concatenate(side) for side in zip(*parts, strict=True))
    return compare(effects, errors, exact=sets.exact, alpha=design.alpha, worth=worth)


def expect(design: Design, field: Field, values: Floats, method: str) -> Floats:
    """Values that a method expects, (n, periods)."""
    _, earlier, before, _ = periods_of(design)
    if method == "matched":
        found = match(
            values,
            earlier | before,
            field.pool,
            field.place,
            field.context,
            apart=design.spillover_km,
        )[0]
        return by_matches(values, before, found, ratio=True)
    if method == "ancova":
        return by_level(values, before, field.pool, field.context, ratio=True)
    if method == "last_year":
        last = np.arange(before.size) == np.flatnonzero(before)[-1]
        return by_pool(values, last, field.pool, ratio=True)
    return by_pool(values, before, field.pool, ratio=method != "difference")


def deciding(design: Design) -> str:
    """Which method the protocol names."""
    if design.estimator in ("ancova", "difference"):
        return design.estimator
    return "matched" if design.comparison == "matched" else "pool"


def analyse_areas(
    design: Design, outcome: Outcome, field: Field, values: Floats, drawn: PlaceboSets
) -> WideAnalysis:
    """Compute everything about one outcome of treated wards or small areas.

    Parameters
    ----------
    design, outcome : Design, Outcome
        Protocol.
    field : Field
        Areas.
    values : numpy.ndarray, shape (n, periods)
        Counts.
    drawn : PlaceboSets
        Sets of the same shape.

    Raises
    ------
    ValueError
        Where nothing was recorded.
    """
    names, earlier, before, after = periods_of(design)
    sets = choose_sets(design, field, drawn, values, before)
    worth, method = worth_of(design, outcome), deciding(design)
    tests = {
        key: estimate(design, field, values, sets, key, worth)
        for key in ("pool", "matched", "ancova", "last_year")
    }
    points = estimate(design, field, values, sets, "difference", math.nan)
    chosen = tests[method] if method != "difference" else tests["pool"]
    expected = expect(design, field, values, method)
    inside, drift = field.treated, math.exp(chosen.drift)
    found, gaps = match(
        values, earlier | before, field.pool, field.place, field.context, apart=design.spillover_km
    )
    study, joint, bounds, broken = study_areas(design, field, values, sets, names, before, after)
    phi, low, high = poisson(values, field, before, after)
    shown = in_percent(chosen)
    grid = [_row(key, in_percent(test)) for key, test in tests.items()]
    level = float(expected[inside][:, after].mean())
    grid.append(_row("difference", points, 100 / level if level > 0 else math.nan))
    return WideAnalysis(
        raw=raw_means(field, values, before, after, found),
        effect=shown,
        method=method,
        observed=float(values[inside][:, after].sum()),
        expected=float(expected[inside][:, after].sum()) * drift,
        worth=percent(worth),
        detectable=percent(math.copysign(chosen.detectable, worth)),
        grid=tuple(grid),
        study=study,
        joint_p=joint,
        bounds=bounds,
        breakdown=broken,
        balance=balance(field, values, earlier | before, found),
        alike=alike(field, found),
        overlap=float((gaps[field.pool, 0] < gaps[inside, 0].mean()).mean()),
        ring=ring_effect(design, field, values, sets, before, after),
        overdispersion=phi,
        model_low=percent(low),
        model_high=percent(high),
        shocks=shocks(values[field.pool].sum(axis=0), names),
        cost=_cost(design, outcome, float(values[inside][:, after].sum()), shown),
    )


def analyse_boroughs(
    design: Design, outcome: Outcome, field: Field, values: Floats
) -> WideAnalysis:
    """Hold one borough against a mixture of others, each of which serves as placebo.

    Parameters
    ----------
    design, outcome, field, values
        As for `analyse_areas`; one area is treated.
    """
    names, _, before, after = periods_of(design)
    unit = int(np.flatnonzero(field.treated)[0])
    donors = np.flatnonzero(field.pool)
    y = np.log(values[[unit, *donors]] + 0.5).T
    each = in_turn(y, after)
    worth = worth_of(design, outcome)
    none = np.full(len(each), math.nan)
    tests = {
        key: compare(
            np.array([getattr(s, key) for s in each]),
            none,
            exact=True,
            alpha=design.alpha,
            worth=worth,
        )
        for key in ("sdid", "control", "did")
    }
    own, chosen = each[0], tests["sdid"]
    gaps = np.array([y[:, 0] - own.path] + [
        y[:, 1 + k] - each[1 + k].path for k in range(donors.size)
    ])  # fmt: skip
    study, joint, bounds, broken = event(design, gaps, names, before, after, values[unit])
    order = np.argsort(-own.weights)
    heaviest = [k for k in order if own.weights[k] >= 0.005][:12]
    heavy = [(field.names[donors[k]], "", float(own.weights[k])) for k in heaviest]
    mixed = np.log(values[donors][:, ~after] + 0.5).mean(axis=1)
    level = float(np.log(values[unit, ~after] + 0.5).mean())
    side = WideBalance(
        "path",
        (level - float(mixed.mean())) / float(mixed.std()),
        (level - float(own.weights @ mixed)) / float(mixed.std()),
    )
    sums = float(values[unit, after].sum())
    return WideAnalysis(
        raw=raw_means(field, values, ~after, after, donors[None, :]),
        effect=in_percent(chosen),
        method="sdid",
        observed=sums,
        expected=sums / math.exp(chosen.estimate),
        worth=percent(worth),
        detectable=percent(math.copysign(chosen.detectable, worth)),
        grid=tuple(_row(key, in_percent(test)) for key, test in tests.items()),
        study=study,
        joint_p=joint,
        bounds=bounds,
        breakdown=broken,
        balance=(side,),
        alike=tuple(heavy),
        overlap=float((np.array([s.fit for s in each[1:]]) < own.fit).mean()),
        ring=None,
        overdispersion=math.nan,
        model_low=math.nan,
        model_high=math.nan,
        shocks=shocks(values[donors].sum(axis=0), names),
        cost=_cost(design, outcome, sums, in_percent(chosen)),
    )


def _cost(
    design: Design, outcome: Outcome, observed: float, effect: SetTest
) -> tuple[float, float, float]:
    ends = effect.estimate, effect.low, effect.high
    return cost_of_one(design.cost, observed, *ends, outcome.direction)


def _row(key: str, test: SetTest, scale: float = 1.0) -> WideRow:
    ends = (scale * test.estimate, scale * test.low, scale * test.high)
    return WideRow(key, LABELS[key], *ends, test.p)
