"""An attacker with a linear program and everything published: no hidden count may be narrowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spi_core.disclosure import classify, protect
from spi_core.edition.inputs import load
from spi_core.store import Tables
from tests.support.disclosure_worlds import (
    World,
    known_bases,
    random_world,
    ranges,
    shown_small,
    small,
    solved,
    without_secondary,
)
from tests.support.project import ROOT
from tests.support.replay import ruled_out

pytestmark = pytest.mark.gate
HIERARCHIES = 500


def test_none_of_500_random_hierarchies_is_solved() -> None:
    attacked, broken = 0, []
    for seed in range(HIERARCHIES):
        world = random_world(np.random.default_rng(seed))
        controlled = world.control()
        assert shown_small(world, controlled.panel) == 0, seed
        assert known_bases(world, controlled.panel) == 0, seed
        found = ranges(world, controlled)
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


@pytest.mark.parametrize("left_out", [classify.LOW, classify.HIGH])
def test_a_small_count_that_is_not_found_is_seen(
    monkeypatch: pytest.MonkeyPatch, left_out: int
) -> None:
    """Shows that the gate above can fail where the protection is blind, not only where it errs."""
    codes = classify._codes

    def blind(*arguments: Any) -> Any:
        found = codes(*arguments)
        return np.where(found == left_out, classify.SHOWN, found).astype(found.dtype)

    monkeypatch.setattr(classify, "_codes", blind)
    worlds = [random_world(np.random.default_rng(seed)) for seed in range(0, HIERARCHIES, 10)]
    assert sum(shown_small(world, world.control().panel) for world in worlds) > 10


def lost(world: World, seed: int = 1) -> tuple[int, list[object]]:
    """How many small counts were sought by repeating the choice, and those that were narrowed."""
    rng = np.random.default_rng(seed)
    places = world.panel, world.framework, world.geography
    found = list(ruled_out(*places, world.control(), rng))
    return len(found), [cell for cell in found if cell[-1]]


def illustrative() -> World:
    i = load(ROOT / "data" / "lbbd-84")
    return World(i.panel, i.framework, i.geography, i.settings, i.panel.numerator)


def single_wards() -> list[World]:
    rng, worlds = np.random.default_rng(7), []
    for rule in ("suppress<3", "suppress<5", "suppress<10") * 15:
        counts = rng.poisson(rng.choice([3, 8, 20]) * rng.gamma(2, 0.5, rng.integers(3, 9)))
        worlds.append(small([counts.tolist(), [200, 300]], rule))
    return worlds


def test_repeating_the_choice_for_other_counts_rules_none_out() -> None:
    sought, narrowed = lost(illustrative())
    assert sought > 200
    assert narrowed == []
    each = [lost(world) for world in single_wards()]
    assert sum(n for n, _ in each) > 150
    assert [cell for _, cells in each for cell in cells] == []


def test_repeating_a_choice_that_leaves_nothing_to_spare_rules_some_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shows that the gate above can fail."""
    start = protect._start

    def without_spare(*arguments: Any) -> Any:
        state = start(*arguments)
        state.spare[:] = 0.0
        return state

    monkeypatch.setattr(protect, "_start", without_spare)
    assert sum(len(lost(world)[1]) for world in single_wards()) > 3


def test_documents_for_action_hold_nothing_of_a_hidden_count(rendered_84: Path) -> None:
    """No distance, target or need of a hidden cell is published, in any unit, nor its middle."""
    tables = Tables(rendered_84 / "tables")
    now = tables["values"].query("period == 'current'")
    hidden = now[now["provenance"].eq("suppressed") | now["estimated"]]
    keys = set(zip(hidden["area_code"], hidden["indicator_id"], strict=True))
    assert len(keys) > 10
    for name in ("distances", "needs", "target_standing", "priorities"):
        rows = tables[name]
        told = rows.dropna(subset=["people"]) if name == "priorities" else rows
        told = told[told["value"].notna()] if name == "target_standing" else told
        assert not keys & set(zip(told["area_code"], told["indicator_id"], strict=True)), name
    # what similar areas are like is the middle of published figures alone
    shown = now[now["value"].notna() & ~now["estimated"]].set_index(["indicator_id", "area_code"])
    near = tables["peers"].groupby("area_code")["peer_code"].agg(list)
    for r in tables["distances"].query("beside == 'peers'").itertuples():
        own = shown["value"][r.indicator_id].reindex(near[r.area_code]).dropna()
        assert np.isclose(r.other, np.median(own))
