"""Small worlds drawn around what a choice may get wrong, so that a leak shows in the first few."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.support.disclosure_worlds import (
    PERIODS,
    World,
    framework_of,
    geography_of,
    panel_of,
    small,
)

RULES = ("suppress<3", "suppress<5", "suppress<8")


def close(rng: np.random.Generator) -> World:
    """One small count, and others of which each would do as its partner: which was taken tells."""
    rule = str(rng.choice(RULES))
    k = int(rule[-1])
    others = rng.integers(2 * k - 1, 2 * k + 3, rng.integers(2, 6)).tolist()
    return small([[int(rng.integers(1, k)), *others], [200, 300]], rule)


def lone(rng: np.random.Generator) -> World:
    """A small total with zeros beneath it; all others large, and made of large parts alone."""
    rule = str(rng.choice(RULES))
    first = [int(rng.integers(1, int(rule[-1]))), *[0] * int(rng.integers(0, 3))]
    rest = [rng.integers(30, 90, rng.integers(2, 5)).tolist() for _ in range(rng.integers(2, 5))]
    return small([first, *rest], rule)


def few_people(rng: np.random.Generator) -> World:
    """Percentages of very few people in two parts, of many in the others."""
    sizes = [int(rng.integers(4, 8)), 2]
    geography = geography_of([sizes])
    framework = framework_of([str(rng.choice(["suppress<8", "suppress<10"]))], ["proportion"])
    base = rng.integers(30, 300, (2, len(geography.areas), 1)).astype(float)
    base[:, 2:4] = rng.integers(1, 4, (2, 1, 1))
    top = rng.binomial(base.astype(int), 0.5)
    return _world(*(geography, framework), top, base)


def tied(rng: np.random.Generator, kind: str) -> World:
    """Counts tied to other tables: to their sum, their base or the pool of their years."""
    deep = rng.random() < 0.5
    wards = [int(rng.integers(1, 4)) if deep else 0 for _ in range(rng.integers(2, 5))]
    geography = geography_of([wards])
    rules = [str(rng.choice(RULES))] * 3
    shape = (2, len(geography.areas), 3)
    top = rng.poisson(rng.choice([0.7, 3, 8]) * rng.gamma(2, 0.5, shape)).astype(float)
    if kind == "pooled":
        framework, years = framework_of(rules[:1], ["rate"]), top.transpose(2, 1, 0)[..., :1]
        top = np.concatenate([years, years.sum(axis=0, keepdims=True)])
        names = [*PERIODS, "later", "all"]
        pool = [{"total": "all", "parts": names[:3]}]
        return _world(geography, framework, top, np.full(top.shape, 1500.0), names, pooled=pool)
    if kind == "base":
        relation = {"total": "denominator", "parts": ["i00", "i01", "i02"]}
        base = np.broadcast_to(top.sum(axis=2, keepdims=True), shape)
        framework = framework_of(rules, ["proportion"] * 3)
        return _world(geography, framework, top, base, relations=[relation])
    relation = {"total": "i00", "parts": ["i01", "i02"]}
    top[..., 0] = top[..., 1:].sum(axis=2)
    framework, base = framework_of(rules, ["rate"] * 3), np.full(shape, 1500.0)
    return _world(geography, framework, top, base, relations=[relation])


def _world(
    geography: Any, framework: Any, top: Any, base: Any, periods: Any = PERIODS, **more: Any
) -> World:
    panel = panel_of(geography, framework, top, base, periods)
    settings = {"disclosure": {"method": "suppress", **more}}
    return World(panel, framework, geography, settings, panel.numerator)


POINTED: Mapping[str, Callable[[np.random.Generator], World]] = {
    "close": close,
    "lone": lone,
    "few people": few_people,
    "sum": lambda rng: tied(rng, "sum"),
    "base": lambda rng: tied(rng, "base"),
    "pooled": lambda rng: tied(rng, "pooled"),
}


def pointed(kind: str, number: int = 10) -> list[World]:
    """Draw some worlds of a kind, always the same."""
    return [POINTED[kind](np.random.default_rng(seed)) for seed in range(number)]
