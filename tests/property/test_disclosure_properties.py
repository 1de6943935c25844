"""What holds for every hierarchy under disclosure control."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spi_core.edition.panel import Panel
from spi_core.edition.rules import parse_rule
from tests.support.disclosure_worlds import (
    World,
    framework_of,
    geography_of,
    panel_of,
    random_world,
)

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=10, deadline=None)


def plain(seed: int, rule: str = "suppress<5") -> World:
    rng = np.random.default_rng(seed)
    geography = geography_of([[int(rng.integers(1, 6)) for _ in range(rng.integers(2, 6))]])
    framework = framework_of([rule, "none"], ["rate", "rate"])
    shape = (2, len(geography.areas), 2)
    top = rng.poisson(rng.choice([1, 5, 15]) * rng.gamma(2, 0.5, shape))
    panel = panel_of(geography, framework, top, np.full(shape, 1500.0))
    return World(
        panel, framework, geography, {"disclosure": {"method": "suppress"}}, panel.numerator
    )


def same(a: Panel, b: Panel) -> bool:
    return all(
        np.array_equal(getattr(a, n), getattr(b, n), equal_nan=True)
        for n in ("value", "numerator", "denominator")
    ) and bool((a.status == b.status).all())


@few
@given(seeds)
def test_nothing_is_published_below_the_threshold(seed: int) -> None:
    world = random_world(np.random.default_rng(seed))
    public = world.control().panel
    for i, text in enumerate(world.framework.indicators["disclosure_rule"]):
        shown = public.status[:, :, i] != "suppressed"
        true = world.panel.numerator[:, :, i][shown]
        assert not ((true > 0) & (true < (parse_rule(text).suppress or 0))).any()


@few
@given(seeds)
def test_a_second_time_changes_nothing(seed: int) -> None:
    world = plain(seed)
    once = world.control().panel
    assert same(replace(world, panel=once).control().panel, once)


@few
@given(seeds)
def test_the_order_of_areas_and_indicators_does_not_matter(seed: int) -> None:
    world = random_world(np.random.default_rng(seed))
    rng = np.random.default_rng(seed + 1)
    a = rng.permutation(len(world.panel.areas))
    i = rng.permutation(len(world.panel.indicators))
    names = ("value", "numerator", "denominator", "status")
    panel = replace(
        world.panel,
        areas=tuple(np.array(world.panel.areas)[a]),
        indicators=tuple(np.array(world.panel.indicators)[i]),
        **{n: getattr(world.panel, n)[:, a][:, :, i] for n in names},
    )
    framework = replace(world.framework, indicators=world.framework.indicators.iloc[i])
    mixed = replace(world, panel=panel, framework=framework).control()
    assert mixed.log.equals(world.control().log)


@few
@given(seeds)
def test_an_indicator_without_a_rule_stays_as_it_is(seed: int) -> None:
    world = plain(seed)
    public = world.control().panel
    assert np.array_equal(public.value[:, :, 1], world.panel.value[:, :, 1])


@few
@given(seeds)
def test_a_stricter_threshold_hides_first_all_that_a_milder_one_did(seed: int) -> None:
    first = [
        {
            (r.area_code, r.period)
            for r in plain(seed, rule).control().log.itertuples()
            if r.decision == "primary"
        }
        for rule in ("suppress<5", "suppress<8", "suppress<10")
    ]
    assert first[0] <= first[1] <= first[2]
