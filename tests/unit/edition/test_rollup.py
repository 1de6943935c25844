"""What a larger area's figure is when only its parts are known, and where the two disagree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.edition.areas.rollup import as_published, roll_up, rollup_differences
from spi_core.edition.inputs import Inputs, load
from spi_core.edition.panel import Panel
from tests.support.editions import BOROUGH, WARDS, draw, make_edition, read, rewrite, settings

HOME = 0  # the borough's place on the panel
CROWDING, RENT, ABSENCE = 0, 2, 6


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return load(make_edition(tmp_path_factory.mktemp("data") / "tiny"))


def _bare(inputs: Inputs) -> Panel:
    """The panel before the roll-up: nothing is known of the borough."""
    p = inputs.panel
    arrays = {n: getattr(p, n).copy() for n in ("value", "numerator", "denominator")}
    for a in arrays.values():
        a[:, HOME] = np.nan
    status = p.status.copy()
    status[:, HOME] = "missing"
    return replace(p, **arrays, status=status)


def _again(inputs: Inputs, panel: Panel) -> Panel:
    return roll_up(panel, inputs.geography, inputs.framework)


def test_a_rate_is_the_sum_of_counts_never_a_mean_of_rates(inputs: Inputs) -> None:
    rolled, p = _again(inputs, _bare(inputs)), inputs.panel
    for k, per in ((CROWDING, 100), (3, 1000)):
        top, base = p.numerator[:, 1:, k].sum(axis=1), p.denominator[:, 1:, k].sum(axis=1)
        np.testing.assert_allclose(rolled.value[:, HOME, k], top / base * per, rtol=1e-12)
        np.testing.assert_array_equal(rolled.numerator[:, HOME, k], top)
        np.testing.assert_array_equal(rolled.denominator[:, HOME, k], base)
        assert not np.allclose(rolled.value[:, HOME, k], p.value[:, 1:, k].mean(axis=1), rtol=1e-6)
        assert set(rolled.status[:, HOME, k]) == {"observed"}


@pytest.mark.parametrize("k", [RENT, ABSENCE])
def test_where_counts_are_not_known_the_mean_is_weighted_by_population(
    inputs: Inputs, k: int
) -> None:
    rolled, p = _again(inputs, _bare(inputs)), inputs.panel
    people = np.array([4000 + 250 * i for i in range(len(WARDS))])
    expected = (p.value[:, 1:, k] * people).sum(axis=1) / people.sum()
    np.testing.assert_allclose(rolled.value[:, HOME, k], expected, rtol=1e-12)
    assert set(rolled.status[:, HOME, k]) == {"modelled"}


def test_a_given_value_wins(inputs: Inputs) -> None:
    bare = _bare(inputs)
    bare.value[1, HOME, CROWDING], bare.status[1, HOME, CROWDING] = 33.0, "revised"
    rolled = _again(inputs, bare)
    assert rolled.value[1, HOME, CROWDING] == 33.0
    assert rolled.status[1, HOME, CROWDING] == "revised"
    assert np.isnan(rolled.numerator[1, HOME, CROWDING])


def test_a_suppressed_value_is_not_brought_back_from_its_parts(inputs: Inputs) -> None:
    bare = _bare(inputs)
    bare.status[1, HOME, CROWDING] = "suppressed"
    rolled = _again(inputs, bare)
    assert np.isnan(rolled.value[1, HOME, CROWDING])
    assert rolled.status[1, HOME, CROWDING] == "suppressed"
    assert np.isnan(rolled.numerator[1, HOME, CROWDING])


@pytest.mark.parametrize("k", [CROWDING, RENT])
def test_with_a_part_missing_nothing_is_filled(inputs: Inputs, k: int) -> None:
    bare = _bare(inputs)
    for array in (bare.value, bare.numerator, bare.denominator):
        array[0, 3, k] = np.nan
    bare.status[0, 3, k] = "missing"
    rolled = _again(inputs, bare)
    assert np.isnan(rolled.value[0, HOME, k])
    assert rolled.status[0, HOME, k] == "missing"
    assert np.isfinite(rolled.value[1, HOME, k])


@pytest.mark.parametrize(
    ("parts", "counted", "weighted"),
    [
        (["illustrative"], "illustrative", "illustrative"),
        (["illustrative", "modelled", "provisional"], "illustrative", "illustrative"),
        (["modelled", "revised"], "modelled", "modelled"),
        (["provisional", "revised"], "provisional", "modelled"),
        (["revised"], "revised", "modelled"),
        ([], "observed", "modelled"),
    ],
)
def test_a_sum_is_worth_its_weakest_part(
    inputs: Inputs, parts: list[str], counted: str, weighted: str
) -> None:
    bare = _bare(inputs)
    for i, status in enumerate(parts, 1):
        bare.status[1, i, :] = status
    rolled = _again(inputs, bare)
    assert rolled.status[1, HOME, CROWDING] == counted
    assert rolled.status[1, HOME, RENT] == weighted
    assert rolled.status[0, HOME, CROWDING] == "observed"


def test_rolling_up_changes_nothing_it_was_given(inputs: Inputs) -> None:
    bare = _bare(inputs)
    value, status = bare.value.copy(), bare.status.copy()
    _again(inputs, bare)
    np.testing.assert_array_equal(bare.value, value)
    np.testing.assert_array_equal(bare.status, status)


SMALL = {f"E0100000{i}": WARDS[max(i - 2, 0)] for i in range(1, 10)}  # two make the first ward


@pytest.fixture
def three_levels(tmp_path: Path) -> Path:
    """Crowding in the first ward is known for its two small areas only."""
    edition = make_edition(tmp_path / "tiny")
    geo, table = edition / "geography", edition / "observations" / "all.csv"
    ward, link = read(geo / "areas.csv")[1], read(geo / "lookup.csv")[0]
    new = [ward | {"code": c, "level": "lsoa", "parent_code": w} for c, w in SMALL.items()]
    rewrite(geo / "areas.csv", lambda rows: rows + new)
    links = [link | {"from_code": c, "to_code": w} for c, w in SMALL.items()]
    rewrite(geo / "lookup.csv", lambda rows: rows + links)
    one, other = list(SMALL)[:2]
    part = {"area_code": other, "numerator": "30", "denominator": "600", "value": "5"}
    rewrite(table, lambda rows: [rows[0] | {"area_code": one}, rows[0] | part, *rows[1:]])
    settings(edition, lambda s: s["geography"]["levels"].append("lsoa"))
    draw(edition, list(SMALL))
    return edition


def test_counts_go_up_through_every_level(three_levels: Path) -> None:
    loaded = load(three_levels)
    panel = loaded.panel
    parts, ward = panel.rows(list(SMALL)[:2]), panel.rows([WARDS[0]])[0]
    top = panel.numerator[0, parts, CROWDING].sum()
    base = panel.denominator[0, parts, CROWDING].sum()
    assert panel.value[0, ward, CROWDING] == pytest.approx(100 * top / base)
    wards = panel.rows(WARDS)
    assert panel.numerator[0, HOME, CROWDING] == panel.numerator[0, wards, CROWDING].sum()


def _given_for_the_borough(inputs: Inputs, indicator: int, value: float) -> Panel:
    bare = _bare(inputs)
    bare.value[1, HOME, indicator], bare.status[1, HOME, indicator] = value, "observed"
    return bare


def _differences(inputs: Inputs, panel: Panel) -> pd.DataFrame:
    return rollup_differences(panel, inputs.geography, inputs.framework)


def test_nothing_given_nothing_compared(inputs: Inputs) -> None:
    frame = _differences(inputs, _bare(inputs))
    assert frame.empty
    assert frame["beyond_rounding"].dtype == bool


@pytest.mark.parametrize(("off", "beyond"), [(0, False), (0.01, True), (-0.02, True)])
def test_a_difference_within_the_printed_decimals_is_rounding(
    inputs: Inputs, off: float, beyond: bool
) -> None:
    made = _again(inputs, _bare(inputs)).value[1, HOME, CROWDING]
    printed = round(round(made, 2) + off, 2)  # two decimals: half a unit is 0.005
    [row] = _differences(inputs, _given_for_the_borough(inputs, CROWDING, printed)).to_dict(
        "records"
    )
    assert (row["indicator_id"], row["area_code"]) == ("crowding", BOROUGH)
    assert (row["level"], row["period"], row["basis"]) == ("borough", "current", "counts")
    assert row["given"] == printed
    assert row["rolled_up"] == pytest.approx(made, rel=1e-12)
    assert row["difference"] == pytest.approx(printed - made)
    assert row["relative"] == pytest.approx((printed - made) / made)
    assert row["beyond_rounding"] == beyond


def test_a_whole_number_among_decimals_is_not_taken_as_rounded_to_one(inputs: Inputs) -> None:
    panel = _given_for_the_borough(inputs, CROWDING, 12.0)
    alone = _differences(inputs, panel)
    panel.value[0, HOME, CROWDING], panel.status[0, HOME, CROWDING] = 11.83, "observed"
    both = _differences(inputs, panel).set_index("period")
    difference = abs(alone["difference"].iloc[0])
    assert 0.01 < difference < 0.5, "the case needs a difference between the two precisions"
    assert not alone["beyond_rounding"].iloc[0]
    assert both.at["current", "beyond_rounding"]


def test_a_mean_of_rounded_parts_is_allowed_their_rounding_too(inputs: Inputs) -> None:
    bare = _bare(inputs)
    bare.value[:, 1:, ABSENCE] = np.round(bare.value[:, 1:, ABSENCE], 1)
    made = _again(inputs, bare).value[1, HOME, ABSENCE]
    for shift, beyond in ((0.05, False), (0.051, True)):
        bare.value[1, HOME, ABSENCE], bare.status[1, HOME, ABSENCE] = made + shift, "observed"
        [row] = _differences(inputs, bare).to_dict("records")
        assert row["basis"] == "weighted mean"
        assert row["beyond_rounding"] == beyond


def test_a_difference_says_when_it_rests_on_a_generated_value(inputs: Inputs) -> None:
    bare = _given_for_the_borough(inputs, CROWDING, 20.0)
    assert not _differences(inputs, bare)["illustrative"].item()
    bare.status[1, 4, CROWDING] = "illustrative"
    assert _differences(inputs, bare)["illustrative"].item()


def test_every_level_is_compared_with_the_one_below(three_levels: Path) -> None:
    loaded = load(three_levels)
    given = loaded.given
    ward = given.rows([WARDS[0]])[0]
    assert np.isnan(given.value[0, ward, CROWDING])
    given.value[0, ward, CROWDING], given.status[0, ward, CROWDING] = 50.0, "observed"
    given.value[0, HOME, CROWDING], given.status[0, HOME, CROWDING] = 50.0, "observed"
    frame = _differences(loaded, given)
    assert list(frame["level"]) == ["ward", "borough"]
    assert frame["beyond_rounding"].all()


def test_a_difference_cannot_tell_a_suppressed_figure(inputs: Inputs) -> None:
    given = _given_for_the_borough(inputs, CROWDING, 20.0)
    published = _again(inputs, given)
    published.status[1, 4, CROWDING] = "suppressed"
    shown = as_published(given, published)
    assert np.isnan([shown.value[1, 4, CROWDING], shown.numerator[1, 4, CROWDING]]).all()
    assert _differences(inputs, shown).empty
    assert np.isfinite(given.value[1, 4, CROWDING])
    published = _again(inputs, given)
    published.status[1, HOME, CROWDING] = "suppressed"
    assert _differences(inputs, as_published(given, published)).empty
