"""Leaks planted in disclosure control: an attack reports each within ten small worlds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from spi_core.disclosure import classify, columns, control, protect
from tests.support.disclosure_pointed import POINTED, pointed
from tests.support.disclosure_worlds import World, known_bases, ranges, shown_small, solved
from tests.support.replay import ruled_out

pytestmark = pytest.mark.gate
Plant = Callable[[pytest.MonkeyPatch], None]


def shown(world: World) -> bool:
    return shown_small(world, world.control().panel) > 0


def narrowed(world: World) -> bool:
    found = world.control()
    return (found.log["decision"] == "primary").any() and not solved(ranges(world, found)).empty


def bases(world: World) -> bool:
    return known_bases(world, world.control().panel) > 0


def replayed(world: World) -> bool:
    places = world.panel, world.framework, world.geography, world.control()
    return any(cell[-1] for cell in ruled_out(*places, np.random.default_rng(1)))


def by_true_count(patch: pytest.MonkeyPatch) -> None:
    """The partner is the part with the smallest count that nobody but us can see."""
    choose = protect._choose

    def smallest(s: Any, family: Any, demand: Any) -> Any:
        tree = s.tree
        s.tree = replace(tree, population=-s.counts.count[:, 0])  # alike in both periods
        found = choose(s, family, demand)
        s.tree = tree
        return found

    patch.setattr(protect, "_choose", smallest)


def no_zeros_beneath(patch: pytest.MonkeyPatch) -> None:
    """Zeros beneath a total too small to show are shown."""
    patch.setattr(classify, "_cascade", lambda code, counts, tree: np.zeros(code.shape, bool))


def parts_of_hidden_totals(patch: pytest.MonkeyPatch) -> None:
    """A total is hidden to cover another; its parts, all shown, add up to it."""

    def free(own: Any, tree: Any, linked: Any, most: Any) -> protect.Inside:
        return protect.Inside(own.copy(), (np.broadcast_to(most, own.shape),) * len(tree.families))

    patch.setattr(protect, "slack_inside", free)


def no_links(patch: pytest.MonkeyPatch) -> None:
    """A count hidden in one table follows from those that another publishes."""
    patch.setattr(control, "make_links", lambda *a: [])


def links_unprotected(patch: pytest.MonkeyPatch) -> None:
    """Tied tables have one threshold, and what follows from the sum is not looked at."""

    def none(links: Any, place: Any, cells: Any, counts: Any, tree: Any, hidden: Any) -> Any:
        return hidden.copy(), np.zeros(hidden.shape[1], bool)

    patch.setattr(control, "protect_links", none)


def no_zeros_of_small_sums(patch: pytest.MonkeyPatch) -> None:
    """Zeros that make up a sum too small to show are shown."""
    patch.setattr(control, "cascade_links", lambda links, place, cells, *rest: cells)


def small_bases(patch: pytest.MonkeyPatch) -> None:
    """What covers the count is taken to cover the people it is of."""
    patch.setattr(columns.Columns, "small_bases", lambda self: np.zeros(0, np.intp))


def tiny_bases(patch: pytest.MonkeyPatch) -> None:
    """A percentage of fewer people than the threshold counts as any other, its base too."""
    small_bases(patch)
    codes = classify._codes

    def blind(counts: Any, base: Any, limit: Any) -> Any:
        return codes(counts, np.where(base < limit, np.inf, base), limit)

    patch.setattr(classify, "_codes", blind)


@pytest.mark.parametrize(
    ("kind", "attack", "plant"),
    [
        ("close", replayed, by_true_count),
        ("lone", shown, no_zeros_beneath),
        ("lone", narrowed, parts_of_hidden_totals),
        *((kind, narrowed, no_links) for kind in ("sum", "base", "pooled")),
        *((kind, narrowed, links_unprotected) for kind in ("sum", "base", "pooled")),
        *((kind, shown, no_zeros_of_small_sums) for kind in ("sum", "pooled")),
        ("few people", bases, small_bases),
        ("few people", shown, tiny_bases),
    ],
)
def test_a_planted_leak_is_reported(
    kind: str, attack: Callable[[World], bool], plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    worlds = pointed(kind)
    assert not any(attack(world) for world in worlds)
    plant(monkeypatch)
    assert any(attack(world) for world in worlds)


@pytest.mark.parametrize("kind", POINTED)
def test_no_attack_learns_anything_of_worlds_drawn_around_it(kind: str) -> None:
    attacks = [shown, narrowed, bases] + [replayed] * (kind == "close")
    worlds = pointed(kind, 20)
    assert [(a.__name__, n) for a in attacks for n, w in enumerate(worlds) if a(w)] == []
