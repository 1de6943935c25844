"""Disclosure control: what each rule hides, rounds, flags and records."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from spi_core.disclosure.dominance import dominance, p_percent, protection
from spi_core.edition.rules import Rule, check_disclosure, parse_rule
from tests.support.disclosure_attack import attack
from tests.support.disclosure_worlds import (
    World,
    framework_of,
    geography_of,
    panel_of,
    random_world,
    ranges,
    small,
    solved,
    without_secondary,
)


def decided(world: World, **more: object) -> dict[str, str]:
    log = world.control(**more).log
    log = log[log["period"] == "current"]
    return dict(zip(log["area_code"], log["decision"], strict=True))


def test_a_rule_is_read_part_by_part() -> None:
    assert parse_rule("suppress<8;round5") == Rule(suppress=8, round5=True)
    assert parse_rule("dominance(2,85);p%15") == Rule(dominance=(2, 85), p_percent=15)
    assert not parse_rule("none").active
    assert not parse_rule("").active


@pytest.mark.parametrize(
    "text", ["suppress<1", "suppress<=5", "suppress<5;suppress<8", "none;round5", "round10", "x"]
)
def test_a_rule_outside_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no rule|twice"):
        parse_rule(text)


def rows(**change: str) -> list[object]:
    row = {"id": "a", "kind": "rate", "disclosure_rule": "none", "file": "indicators.csv", "row": 2}
    frame = pd.DataFrame([row | change, row | {"id": "b", "row": 3}])
    return list(frame.itertuples())


def test_a_bad_rule_is_a_fault_with_its_place() -> None:
    (fault,) = check_disclosure({}, rows(disclosure_rule="supress<5"), "edition.yml")
    assert (fault.file, fault.row, fault.column) == ("indicators.csv", 2, "disclosure_rule")
    assert fault.value == "supress<5"
    assert "suppress<K" in str(fault.allowed)


def test_a_rule_that_the_edition_would_not_apply_is_a_fault() -> None:
    (fault,) = check_disclosure(
        {"disclosure": "none"}, rows(disclosure_rule="suppress<5"), "edition.yml"
    )
    assert fault.column == "disclosure"


def test_rounding_a_mean_is_a_fault() -> None:
    settings = {"disclosure": {"method": "suppress"}}
    (fault,) = check_disclosure(settings, rows(disclosure_rule="round5", kind="mean"), "e")
    assert "rate or proportion" in str(fault.allowed)


def test_relations_must_name_indicators_once() -> None:
    relation = {"total": "a", "parts": ["b", "stranger", "b"]}
    settings = {"disclosure": {"method": "suppress", "relations": [relation]}}
    found = check_disclosure(settings, rows(), "edition.yml")
    assert [f.value for f in found] == ["stranger", "b"]


def test_one_small_count_takes_siblings_until_they_suffice() -> None:
    world = small([[2, 6, 9, 30], [20, 30]])
    # 6 leaves 2 + 6 = 8: someone who knows that 6 is 5 or more would read "at most 3"
    further = {"E01000001": "secondary", "E01000002": "secondary"}
    assert decided(world) == {"E01000000": "primary", **further}


def test_the_sibling_with_most_residents_comes_first() -> None:
    world = small([[2, 8, 30, 20], [20, 30]])
    world.geography.areas.loc["E01000003", "population"] = 1600.0
    assert decided(world) == {"E01000000": "primary", "E01000003": "secondary"}


@pytest.mark.parametrize("total", [6, 9, 10, 13, 40])
@pytest.mark.parametrize("shown", [[55], [9, 55], [5, 6, 7]])
def test_the_same_cells_are_hidden_whatever_the_small_count(total: int, shown: list[int]) -> None:
    """Else whoever repeats the choice for each possible count rules some out: 9 not taken for 4."""
    found = [decided(small([[n, total - n, *shown], [20, 30]])) for n in range(1, 5)]
    large = [f for n, f in enumerate(found, 1) if total - n >= 5]
    assert all(f == large[0] for f in large)


def test_two_hidden_ones_that_sum_to_two_are_not_left_alone() -> None:
    world = small([[1, 1, 30], [20, 30]])
    assert decided(world)["E01000002"] == "secondary"


def test_two_hidden_fours_are_not_left_alone() -> None:
    world = small([[4, 4, 30], [20, 30]])
    assert decided(world)["E01000002"] == "secondary"


def test_a_small_total_hides_all_its_parts_zeros_too() -> None:
    found = decided(small([[0, 3, 0], [20, 30], [40, 9]]))
    assert {found[f"E0100000{i}"] for i in range(3)} == {"primary"}
    assert found["E05000000"] == "primary"


@pytest.mark.parametrize("status", ["suppressed", "missing"])
def test_a_small_total_hides_what_lies_beneath_a_part_of_which_no_figure_is_given(
    status: str,
) -> None:
    """The borough has 3; one of its wards is hidden at the source, or has no figure of its own."""
    world = small([[0, 2, 0], [1, 0]])
    panel, at = world.panel, world.panel.areas.index("E05000000")
    cells = {n: getattr(panel, n).copy() for n in ("value", "numerator", "status")}
    cells["value"][:, at], cells["numerator"][:, at] = np.nan, np.nan
    cells["status"][:, at] = status
    public = replace(world, panel=replace(panel, **cells)).control().panel
    assert np.isnan(public.value).all()


def test_a_zero_elsewhere_is_shown() -> None:
    world = small([[0, 3, 12, 14], [20, 30]])
    assert "E01000000" not in decided(world)


def test_hiding_a_ward_hides_one_of_its_parts() -> None:
    """Otherwise the ward is the sum of what is shown."""
    found = decided(small([[3], [20, 30], [40, 50]]))
    assert found["E05000001"] == "secondary"
    assert found["E01000050"] == "secondary"


def test_a_large_share_of_a_base_is_hidden_like_a_small_count() -> None:
    geography = geography_of([[4, 2]])
    framework = framework_of(["suppress<5"], ["proportion"])
    top, base = np.zeros((2, 9, 1)), np.full((2, 9, 1), 50.0)
    top[:, 2:6, 0] = [48, 50, 30, 25]
    top[:, 7:, 0] = [20, 25]
    panel = panel_of(geography, framework, top, base)
    settings = {"disclosure": {"method": "suppress"}}
    found = decided(World(panel, framework, geography, settings, panel.numerator))
    assert found["E01000000"] == found["E01000001"] == "primary"


def test_a_base_below_the_threshold_is_hidden_with_its_zero() -> None:
    geography = geography_of([[4, 2]])
    framework = framework_of(["suppress<5"], ["proportion"])
    top, base = np.zeros((2, 9, 1)), np.full((2, 9, 1), 50.0)
    top[:, 2:, 0], base[:, 2] = [0, 20, 30, 25, 75, 20, 25], 3
    panel = panel_of(geography, framework, top, base)
    settings = {"disclosure": {"method": "suppress"}}
    world = World(panel, framework, geography, settings, panel.numerator)
    controlled = world.control()
    assert np.isnan(controlled.panel.denominator[:, 2, 0]).all()
    known = attack(controlled.panel, framework, geography, settings, table="denominator").set_index(
        ["area_code", "period"]
    )
    low, high = known.loc[("E01000000", "current"), ["low", "high"]]
    assert low <= 1 and high >= 4  # noqa: PT018


def test_the_public_panel_holds_nothing_of_a_hidden_cell() -> None:
    world = small([[2, 6, 9, 30], [20, 30]])
    public = world.control().panel
    hidden = public.status == "suppressed"
    assert hidden.sum() == 2 * 3
    for name in ("value", "numerator", "denominator"):
        assert np.isnan(getattr(public, name)[hidden]).all()
        assert np.array_equal(getattr(public, name)[~hidden], getattr(world.panel, name)[~hidden])


def test_a_count_hidden_by_its_source_is_protected_too() -> None:
    world = small([[8, 6, 9, 30], [20, 30]], rule="none")
    status = world.panel.status.copy()
    value, top = world.panel.value.copy(), world.panel.numerator.copy()
    status[1, 2, 0], value[1, 2, 0], top[1, 2, 0] = "suppressed", np.nan, np.nan
    panel = replace(world.panel, status=status, value=value, numerator=top)
    found = decided(replace(world, panel=panel))
    assert found["E01000000"] == "source"
    assert list(found.values()).count("secondary") >= 1


def test_a_ruled_value_without_its_count_is_withheld() -> None:
    world = small([[20, 6, 9, 30], [20, 30]])
    top, base = world.panel.numerator.copy(), world.panel.denominator.copy()
    top[:, 2], base[:, 2] = np.nan, np.nan
    found = decided(replace(world, panel=replace(world.panel, numerator=top, denominator=base)))
    assert found["E01000000"] == "withheld"


def test_rounded_counts_and_their_rates_agree() -> None:
    world = small([[12, 13, 48], [20, 31]], rule="suppress<5;round5")
    controlled = world.control()
    public = controlled.panel
    assert public.numerator[0, 2:5, 0].tolist() == [10, 15, 50]
    assert public.value[0, 2, 0] == pytest.approx(10 * 1000 / 1500)
    assert set(controlled.log["decision"]) == {"rounded"}
    assert (controlled.summary["rounded"] == controlled.summary["cells"]).all()


def test_few_events_withhold_and_some_more_flag() -> None:
    geography = geography_of([[2, 2]])
    framework = framework_of(["events<10"], ["index"])
    top, base = np.zeros((2, 7, 1)), np.full((2, 7, 1), 50.0)
    top[:, [2, 3, 5, 6], 0] = [9, 19, 20, 40]
    panel = panel_of(geography, framework, top, base)
    settings = {"disclosure": {"method": "suppress"}}
    world = World(panel, framework, geography, settings, panel.numerator)
    controlled = world.control()
    found = decided(world)
    assert found["E01000000"] == "withheld"
    flagged = [a for a, f in zip(panel.areas, controlled.flagged[1, :, 0], strict=True) if f]
    assert "E01000050" not in flagged
    assert found.get("E01000001") in ("flagged", "secondary")


def test_no_hidden_figure_is_flagged() -> None:
    """A small count would be, and the one that covers it would not."""
    found = small([[2, 6, 9, 30], [20, 30]], "suppress<5;events<12").control()
    hidden = found.panel.status == "suppressed"
    assert found.flagged.any()
    assert not (hidden & found.flagged).any()


def test_dominance_follows_the_published_rules() -> None:
    assert dominance([71, 29]) is True
    assert dominance([70, 30]) is False
    assert dominance([40, 40, 20], 2, 75) is True
    assert p_percent([90, 9, 1], 10) is True
    assert p_percent([50, 30, 20], 10) is False
    assert protection([60, 40], (1, 70)) == 0
    with pytest.raises(ValueError, match="not negative"):
        dominance([-1, 2])


def test_a_dominated_sum_is_hidden_and_without_contributors_withheld() -> None:
    geography = geography_of([[3, 2]])
    framework = framework_of(["dominance"], ["mean"])
    top = np.full((2, 8, 1), 100.0)
    panel = panel_of(geography, framework, top, np.full(top.shape, 10.0))
    world = World(
        panel, framework, geography, {"disclosure": {"method": "suppress"}}, panel.numerator
    )
    assert set(decided(world).values()) == {"withheld"}
    parts = [
        {"indicator_id": "i00", "area_code": a, "period": p, "amount": x}
        for a in panel.areas
        for p in panel.periods
        for x in ([90, 10] if a == "E01000000" else [50, 50])
    ]
    found = decided(world, contributions=pd.DataFrame(parts))
    assert found["E01000000"] == "dominance"
    assert list(found.values()).count("secondary") == 1


def test_a_relation_hides_what_would_give_a_part_away() -> None:
    geography = geography_of([[0, 0, 0, 0]])
    framework = framework_of(["suppress<5"] * 3, ["rate"] * 3)
    top = np.zeros((2, 5, 3))
    top[:, 1:, 1], top[:, 1:, 2] = [3, 20, 30, 40], [20, 21, 33, 41]
    top[:, :, 0] = top[:, :, 1] + top[:, :, 2]
    panel = panel_of(geography, framework, np.zeros_like(top), np.full(top.shape, 1500.0))
    top[:, 0] = top[:, 1:].sum(axis=1)
    panel = replace(panel, numerator=top)
    tied = {"method": "suppress", "relations": [{"total": "i00", "parts": ["i01", "i02"]}]}
    world = World(panel, framework, geography, {"disclosure": tied}, top)
    found = world.control()
    assert solved(ranges(world, found)).empty
    alone = replace(world, settings={"disclosure": {"method": "suppress"}}).control()
    assert len(solved(ranges(world, alone))) > 0


def test_the_summary_does_not_tell_first_from_further_cells() -> None:
    summary = small([[2, 6, 9, 30], [20, 30]]).control().summary
    lsoa = summary[summary["level"] == "lsoa"].iloc[0]
    assert (lsoa["cells"], lsoa["published"], lsoa["suppressed"]) == (6, 3, 3)
    assert (lsoa["flagged"], lsoa["rounded"]) == (0, 0)  # of what is shown, and by other rules
    assert not {"primary", "secondary"} & set(summary.columns)


def test_without_control_nothing_changes() -> None:
    world = replace(small([[2, 6], [9, 3]]), settings={"disclosure": "none"})
    controlled = world.control()
    assert np.array_equal(controlled.panel.value, world.panel.value, equal_nan=True)
    assert controlled.log.empty


def test_the_attack_finds_a_lone_hidden_cell() -> None:
    world = small([[2, 6, 9, 30], [20, 30]])
    found = world.control()
    merged = ranges(world, found, without_secondary(world, found))
    assert (merged["low"] == 2).all()
    assert (merged["high"] == 2).all()


def test_twenty_random_hierarchies_are_not_solved() -> None:
    for seed in range(1000, 1020):
        world = random_world(np.random.default_rng(seed))
        assert solved(ranges(world, world.control())).empty


def test_not_even_someone_who_knows_which_cells_were_small_narrows_them() -> None:
    world = small([[2, 6, 9, 30], [4, 4, 30], [0, 3, 12, 7], [1, 20, 30]])
    found = world.control()
    log = found.log
    low, high = np.full(world.truth.shape, np.nan), np.full(world.truth.shape, np.nan)
    for r in log.itertuples():
        at = world.panel.periods.index(r.period), world.panel.areas.index(r.area_code), 0
        low[at], high[at] = (1, 4) if r.decision == "primary" else (5, np.inf)
    assert solved(ranges(world, found, beliefs=(low, high))).empty
