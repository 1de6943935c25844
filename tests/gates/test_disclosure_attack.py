"""An attacker with a linear program and everything published: no hidden count may be narrowed."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.disclosure_worlds import random_world, ranges, solved, without_secondary

pytestmark = pytest.mark.gate
HIERARCHIES = 500


def test_none_of_500_random_hierarchies_is_solved() -> None:
    attacked, broken = 0, []
    for seed in range(HIERARCHIES):
        world = random_world(np.random.default_rng(seed))
        found = ranges(world, world.control())
        attacked += len(found)
        # a reader who rules the truth out would prove nothing
        assert ((found["low"] <= found["true"]) & (found["true"] <= found["high"])).all()
        broken += [(seed, *row) for row in solved(found).itertuples(index=False)]
    assert attacked > 10_000
    assert not broken


def test_the_same_attack_solves_many_without_secondary_suppression() -> None:
    """Shows that the gate above can fail."""
    narrowed = 0
    for seed in range(0, HIERARCHIES, 10):
        world = random_world(np.random.default_rng(seed))
        found = world.control()
        narrowed += len(solved(ranges(world, found, without_secondary(world, found))))
    assert narrowed > 100
