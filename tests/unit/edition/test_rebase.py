"""Figures of one vintage's areas carried to another's, by a lookup with weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spi_core.edition.areas.rebase import apportionment, fill_from, rebase
from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel

OLD, NEW = ("a", "b", "c"), ("x", "y")
#: Old b is split 60:40; a and c move whole.
LINKS = pd.DataFrame(
    {
        "from_code": ["a", "b", "b", "c"],
        "to_code": ["x", "x", "y", "y"],
        "weight": [1.0, 0.6, 0.4, 1.0],
    }
)
PEOPLE = pd.Series({"a": 100.0, "b": 200.0, "c": 300.0})


def _framework(rollup: list[str]) -> Framework:
    about = pd.DataFrame({"per": 100.0, "rollup": rollup}, index=list("ijk")[: len(rollup)])
    return _Only(about)  # type: ignore[return-value]


class _Only:
    """What the rebase reads of a framework."""

    def __init__(self, indicators: pd.DataFrame) -> None:
        self.indicators = indicators


def _panel(value: list[float], top: list[float], base: list[float], status: list[str]) -> Panel:
    cells = [np.array(x, float).reshape(1, -1, 1) for x in (value, top, base)]
    dates = pd.DataFrame({"indicator_id": ["i"], "period": ["now"], "period_label": ["2020"]})
    return Panel(
        ("now",), OLD, ("i",), *cells, status=np.array(status).reshape(1, -1, 1), dates=dates
    )


COUNTED = _panel([10, 20, 30], [10, 40, 90], [100, 200, 300], ["observed"] * 3)
BARE = _panel([10, 20, 30], [np.nan] * 3, [np.nan] * 3, ["observed"] * 3)


def _rebase(panel: Panel, rollup: str = "ratio", links: pd.DataFrame = LINKS) -> Panel:
    return rebase(panel, links, PEOPLE, _framework([rollup]), NEW)


def test_counts_are_apportioned_and_the_rate_recomputed() -> None:
    moved = _rebase(COUNTED)
    assert moved.areas == NEW
    np.testing.assert_allclose(moved.numerator[0, :, 0], [10 + 24, 16 + 90])
    np.testing.assert_allclose(moved.denominator[0, :, 0], [100 + 120, 80 + 300])
    np.testing.assert_allclose(moved.value[0, :, 0], [100 * 34 / 220, 100 * 106 / 380])


@pytest.mark.parametrize(("panel", "rollup"), [(COUNTED, "mean"), (BARE, "ratio")])
def test_means_and_rates_without_counts_are_weighted_by_population(
    panel: Panel, rollup: str
) -> None:
    moved = _rebase(panel, rollup)
    expected = [(100 * 10 + 120 * 20) / 220, (80 * 20 + 300 * 30) / 380]
    np.testing.assert_allclose(moved.value[0, :, 0], expected)
    assert np.isnan(moved.numerator).all()
    assert set(moved.status.ravel()) == {"modelled"}


@pytest.mark.parametrize("code", OLD)
def test_a_new_area_needs_every_old_one_that_reaches_into_it(code: str) -> None:
    at = OLD.index(code)
    panel = _rebase_without(at, "missing")
    touched = set(LINKS.loc[LINKS["from_code"] == code, "to_code"])
    for new, value, status in zip(NEW, panel.value[0, :, 0], panel.status[0, :, 0], strict=True):
        assert np.isnan(value) == (new in touched)
        assert (status == "missing") == (new in touched)


def _rebase_without(at: int, status: str) -> Panel:
    arrays = [x.copy() for x in (COUNTED.value, COUNTED.numerator, COUNTED.denominator)]
    for array in arrays:
        array[0, at, 0] = np.nan
    kinds = COUNTED.status.astype("U12")
    kinds[0, at, 0] = status
    dates = COUNTED.dates
    return _rebase(Panel(("now",), OLD, ("i",), *arrays, status=kinds, dates=dates))


def test_a_suppressed_part_hides_the_whole() -> None:
    panel = _rebase_without(1, "suppressed")
    assert panel.status[0, :, 0].tolist() == ["suppressed", "suppressed"]
    assert np.isnan(panel.value).all()


def test_a_whole_area_keeps_its_status_and_a_split_one_is_modelled() -> None:
    whole = LINKS.assign(to_code=["x", "x", "y", "y"], weight=[1.0, 1.0, 0.0, 1.0])
    assert _rebase(COUNTED, links=whole).status[0, :, 0].tolist() == ["observed", "observed"]
    assert _rebase(COUNTED).status[0, :, 0].tolist() == ["modelled", "modelled"]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_illustrative_part_makes_the_whole_illustrative(at: int) -> None:
    kinds = ["observed"] * 3
    kinds[at] = "illustrative"
    moved = _rebase(_panel([10, 20, 30], [10, 40, 90], [100, 200, 300], kinds))
    reached = LINKS.loc[LINKS["from_code"] == OLD[at], "to_code"]
    for new, status in zip(NEW, moved.status[0, :, 0], strict=True):
        assert (status == "illustrative") == (new in set(reached))


def test_an_area_that_no_old_one_reaches_stays_empty() -> None:
    moved = rebase(COUNTED, LINKS, PEOPLE, _framework(["ratio"]), ("x", "y", "z"))
    assert np.isnan(moved.value[0, 2, 0])
    assert moved.status[0, 2, 0] == "missing"


def test_a_value_of_its_own_wins_over_a_rebased_one() -> None:
    moved = _rebase(COUNTED)
    own = Panel(
        ("now",), NEW, ("i",),
        np.array([[[7.0], [np.nan]]]), np.full((1, 2, 1), np.nan), np.full((1, 2, 1), np.nan),
        status=np.array([[["revised"], ["missing"]]], "U12"), dates=moved.dates.iloc[:0],
    )  # fmt: skip
    filled = fill_from(own, moved)
    assert filled.value[0, 0, 0] == 7
    assert filled.status[0, :, 0].tolist() == ["revised", "modelled"]
    assert filled.value[0, 1, 0] == moved.value[0, 1, 0]
    assert list(filled.dates["period_label"]) == ["2020"]


def test_the_share_that_was_apportioned_and_moved_is_told() -> None:
    areas = {"level": "ward", "vintage": "2002"}
    old = pd.DataFrame(areas, index=list(OLD)).assign(population=PEOPLE)
    new = pd.DataFrame(areas | {"vintage": "2022"}, index=list(NEW)).assign(population=300)
    table = apportionment(LINKS, old, new).set_index("area_code")
    assert (table["from_vintage"] == "2002").all()
    assert (table["to_vintage"] == "2022").all()
    whole, x, y = table.loc[""], table.loc["x"], table.loc["y"]
    assert (whole["sources"], x["sources"], y["sources"]) == (3, 2, 2)
    assert (whole["population"], x["population"], y["population"]) == (600, 220, 380)
    assert (x["apportioned"], y["apportioned"]) == pytest.approx((120 / 220, 80 / 380))
    assert whole["apportioned"] == pytest.approx(200 / 600)
    assert (x["moved"], y["moved"]) == pytest.approx((0, 80 / 380))
    assert whole["moved"] == pytest.approx(80 / 600)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 6).flatmap(
        lambda s: st.tuples(
            st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=3), min_size=s, max_size=s),
            st.lists(st.integers(0, 500), min_size=s, max_size=s),
            st.lists(st.integers(500, 900), min_size=s, max_size=s),
        )
    )
)
def test_nothing_is_lost_or_made_by_moving(
    drawn: tuple[list[list[int]], list[int], list[int]],
) -> None:
    parts, top, base = drawn
    share = np.array(parts, float) + np.eye(3)[0]
    share /= share.sum(axis=1, keepdims=True)
    old, new = [f"o{i}" for i in range(len(top))], ["x", "y", "z"]
    names = {"from_code": np.repeat(old, 3), "to_code": np.tile(new, len(old))}
    links = pd.DataFrame(names).assign(weight=share.ravel())
    counts = [np.array(x, float).reshape(1, -1, 1) for x in (top, base)]
    panel = Panel(
        ("now",), tuple(old), ("i",), 100 * counts[0] / counts[1], *counts,
        status=np.full((1, len(old), 1), "observed"), dates=COUNTED.dates,
    )  # fmt: skip
    people = pd.Series(base, index=old, dtype=float)
    moved = rebase(panel, links, people, _framework(["ratio"]), new)
    assert np.nansum(moved.numerator) == pytest.approx(sum(top))
    assert np.nansum(moved.denominator) == pytest.approx(sum(base))
    rates = panel.value.ravel()
    held = moved.value[np.isfinite(moved.value)]
    assert (held >= rates.min() - 1e-9).all()
    assert (held <= rates.max() + 1e-9).all()
