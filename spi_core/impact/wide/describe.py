"""Describe both sides: raw means, balance, who is compared with, what the neighbours did."""

from __future__ import annotations

import math

import numpy as np

from spi_core.edition.interventions.design import Design
from spi_core.impact.analyse import RawTable, WardRow
from spi_core.impact.arrays import Bools, Floats, Ints
from spi_core.impact.wide.contrast import compare
from spi_core.impact.wide.expect import by_pool
from spi_core.impact.wide.field import Field
from spi_core.impact.wide.numbers import DRAWN, WideBalance, WideRow, in_percent
from spi_core.impact.wide.placebo import PlaceboSets


def balance(field: Field, values: Floats, past: Bools, matches: Ints) -> tuple[WideBalance, ...]:
    """Gaps of level, path and context between the treated and both sides, in SD of the pool."""
    path = np.log(values[:, past] + 0.5)
    variables = {"level": path.mean(axis=1), "trend": path[:, -1] - path[:, 0]}
    variables["distance"] = np.sqrt(
        ((field.place - field.place[field.treated].mean(axis=0)) ** 2).sum(axis=1)
    )
    if field.context is not None:
        variables["context"] = field.context
    made = []
    for name, figure in variables.items():
        spread = float(figure[field.pool].std())
        inside = float(figure[field.treated].mean())
        sides = (figure[field.pool].mean(), figure[matches[field.treated]].mean())
        made.append(WideBalance(name, *((inside - float(s)) / spread for s in sides)))
    return tuple(made)


def alike(field: Field, matches: Ints) -> tuple[tuple[str, str, float], ...]:
    """Areas that serve most often as match of a treated one."""
    used, times = np.unique(matches[field.treated], return_counts=True)
    order = np.argsort(-times, kind="stable")[:12]
    total = times.sum()
    return tuple(
        (field.names[used[k]], field.homes[field.home[used[k]]], float(times[k] / total))
        for k in order
    )


def ring_effect(
    design: Design, field: Field, values: Floats, sets: PlaceboSets, before: Bools, after: Bools
) -> WideRow | None:
    """Effect on the neighbours, against the neighbours of placebo sets."""
    near = np.flatnonzero(field.ring & ~np.isin(field.codes, design.excluded))
    if not near.size:
        return None
    expected = by_pool(values, before, field.pool, ratio=True)[:, after].mean(axis=1)
    seen = values[:, after].mean(axis=1)
    effects = [math.log(seen[near].sum() / expected[near].sum())]
    for members in sets.members[:DRAWN]:
        around = np.setdiff1d(np.concatenate([field.links[m] for m in members]), members)
        around = around[field.pool[around]]
        if around.size and seen[around].sum() > 0:
            effects.append(math.log(seen[around].sum() / expected[around].sum()))
    test = compare(
        np.array(effects), np.full(len(effects), math.nan), exact=False, alpha=design.alpha
    )
    shown = in_percent(test)
    label = f"{near.size} neighbours"
    return WideRow("ring", label, shown.estimate, shown.low, shown.high, shown.p)


def raw_means(field: Field, values: Floats, before: Bools, after: Bools, matches: Ints) -> RawTable:
    """Means an area and period, of the treated and of those compared with."""
    inside, outside = field.treated, field.pool
    first, last = values[:, before].mean(axis=1), values[:, after].mean(axis=1)
    listed = np.flatnonzero(inside).tolist()
    shown = np.unique(matches[inside] if matches.shape[0] == inside.size else matches).tolist()
    rows = [
        WardRow(field.codes[k], bool(inside[k]), 1, math.nan, float(first[k]), float(last[k]))
        for k in [*listed, *shown]
    ]
    return RawTable(
        treated_before=float(first[inside].mean()),
        treated_after=float(last[inside].mean()),
        comparison_before=float(first[outside].mean()),
        comparison_after=float(last[outside].mean()),
        treated_units=int(inside.sum()),
        comparison_units=int(outside.sum()),
        treated_wards=int(inside.sum()),
        comparison_wards=int(outside.sum()),
        absent=(),
        wards=tuple(rows),
    )
