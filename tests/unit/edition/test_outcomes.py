"""Outcomes of an edition: which there are, at which level, and rates from counts."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from spi_core.edition.interventions.design import Design, Outcome
from spi_core.edition.interventions.outcomes import (
    Known,
    as_rates,
    count_base,
    known_outcomes,
    shared_level,
)

LEVELS = {"W1": "ward", "W2": "ward", "L1": "lsoa"}
FINEST_FIRST = ("lsoa", "ward")
RATE = "fires a year per 1,000 residents of 2019"


def cells(*rows: tuple[str, str, str, float, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["outcome_id", "area_code", "period", "value", "unit"])


def design(*outcomes: Outcome) -> Design:
    return Design("a", "A", "2018", "ward", ("W1",), ("2017",), ("2019",), outcomes)


def test_periods_and_levels_are_those_with_values_below_the_borough() -> None:
    found = known_outcomes(
        cells(
            ("f", "W1", "2017", 1, "fires"),
            ("f", "L1", "2019", 1, "fires"),
            ("f", "B", "2020", 1, "fires"),
        ),
        LEVELS,
    )
    assert found["f"] == Known(frozenset({"2017", "2019"}), frozenset({"ward", "lsoa"}), True)


@pytest.mark.parametrize(
    ("unit", "count"),
    [
        ("fires", True),
        ("fires per 1,000 residents", False),
        ("% of homes", False),
        ("score", False),
        ("", False),
    ],
)
def test_a_unit_that_only_names_things_is_a_count(unit: str, count: bool) -> None:
    assert known_outcomes(cells(("f", "W1", "2017", 1, unit)), LEVELS)["f"].count is count


@pytest.mark.parametrize(
    ("unit", "count", "base"),
    [
        (RATE, True, 1000),
        ("fires per 100,000 residents", True, 100_000),
        (RATE, False, 0),  # the series is a rate already
        ("fires a year", True, 0),
        ("fires per 1,000 homes", True, 0),  # no population of homes is known
    ],
)
def test_a_rate_is_made_where_the_protocol_asks_for_one_and_counts_are_there(
    unit: str, count: bool, base: float
) -> None:
    assert (
        count_base(Outcome("f", "down", unit=unit), Known(frozenset(), frozenset(), count)) == base
    )


def test_rates_divide_by_one_population_for_all_periods() -> None:
    table = cells(
        ("f", "W1", "2017", 4, "fires"),
        ("f", "W1", "2019", 6, "fires"),
        ("g", "W1", "2019", 7, "score"),
        ("unasked", "W1", "2019", 9, "fires"),
    )
    before = table.copy()
    plan = design(Outcome("f", "down", unit=RATE), Outcome("g", "up"))
    found = as_rates(table, plan, known_outcomes(table, LEVELS), {"W1": 2000.0})
    assert found["outcome_id"].tolist() == ["f", "f", "g"]
    assert found["value"].tolist() == [2.0, 3.0, 7.0]
    pd.testing.assert_frame_equal(table, before)


def test_units_are_the_finest_level_that_all_outcomes_share() -> None:
    periods = frozenset({"2017"})
    known = {
        "fine": Known(periods, frozenset({"lsoa"})),
        "both": Known(periods, frozenset({"lsoa", "ward"})),
        "coarse": Known(periods, frozenset({"ward"})),
    }
    outcome = {name: Outcome(name, "down") for name in known}
    for first, second, level in (("fine", "both", "lsoa"), ("both", "coarse", "ward")):
        assert shared_level(design(outcome[first], outcome[second]), known, FINEST_FIRST) == level
    assert shared_level(design(outcome["fine"], outcome["coarse"]), known, FINEST_FIRST) == ""


def test_areas_chosen_below_the_unit_are_the_units_of_their_chapter() -> None:
    known = {name: Known(frozenset(), frozenset({"lsoa", "ward"})) for name in ("a", "b")}
    plan = replace(design(Outcome("a", "down")), targeting="lsoa", by_unit=False)
    assert shared_level(plan, known, FINEST_FIRST) == "lsoa"
    coarse = known | {"a": Known(frozenset(), frozenset({"ward"}))}
    assert shared_level(plan, coarse, FINEST_FIRST) == ""
