"""What the explorer's modules work out, without a browser."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from spi_core.explorer.data import explorer_data, explorer_json
from tests.support.explorer_world import Size, made_tables
from tests.support.modules import run_modules

GROUPS = """
import { orderGroups } from "./against.mjs";
const main = (cells) => orderGroups(cells).map((group) => group.map((cell) => cell.name));
"""
SEARCH = """
import { openData } from "./data.mjs";
import { createSearch } from "./seek.mjs";
const main = ([data, ...words]) =>
  words.map((w) => createSearch(openData(data))(w).map((m) => m.id));
"""
WHOLE = """
import { openData } from "./data.mjs";
const main = (data) => {
  const model = openData(data);
  const [first, last] = data.periods.map((p) => p.id);
  const range = (area, period) => {
    const { low, high } = model.cell("index", area, period);
    return [low, high];
  };
  const home = model.home();
  return [range(home, last), range(home, first), range(model.areas("ward")[0], last)];
};
"""
SPANS = """
import { spanText } from "./format.mjs";
const main = (pairs) => pairs.map((pair) => spanText(...pair));
"""
AXIS = """
import { axisOf } from "./charts.mjs";
const main = (sets) => sets.map(([values, least]) => axisOf(values, 4, least).ticks);
"""


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    tables = made_tables(np.random.default_rng(3), Size(wards=5, lsoas=9, indicators=24, periods=2))
    made: dict[str, Any] = json.loads(explorer_json(explorer_data(tables)))
    return made


def test_the_name_of_the_index_finds_the_index_alone(data: dict[str, Any]) -> None:
    """All else is a part of it, which is no reason to be found."""
    part = next(m for m in data["measures"] if m["kind"] == "dimension")
    found, parts = run_modules(SEARCH, [data, "social pro", part["name"]])
    assert found == ["index"]
    assert parts[0] == part["id"]
    assert len(parts) > 1


def test_the_whole_has_the_range_that_it_has_among_others(data: dict[str, Any]) -> None:
    others = {"at": [1, 0], "score": [60.0, 50.0], "low": [59.0, 49.2], "high": [61.0, 50.9]}
    measures = [others, *[None] * (len(data["measures"]) - 1)]
    fellows = {"names": ["Here", "There"], "home": 0, "measures": measures}
    now, before, ward = run_modules(WHOLE, data | {"fellows": fellows})
    assert (now, before) == ([49.2, 50.9], [None, None])
    column = data["figures"]["ward"][0]
    assert ward == [column["low"][0], column["high"][0]]


def test_spans_of_years_are_told_apart_from_their_ends() -> None:
    pairs = [["2010", "2014"], ["2008/09 to 2010/11", "2011/12 to 2013/14"]]
    assert run_modules(SPANS, pairs) == ["2010 to 2014", "2008/09–2010/11 to 2011/12–2013/14"]


def test_an_axis_has_no_finer_steps_than_its_figures() -> None:
    fine, wide = run_modules(AXIS, [[[58.1, 59.2], 0.5], [[10.0, 90.0], 0.5]])
    assert fine == [58, 58.5, 59, 59.5]
    assert wide == [0, 20, 40, 60, 80, 100]


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        ([9, 8, 7], ["abc"]),
        ([20, 17, 14, 11], ["ab", "cd"]),  # each is close to the next, not to the first
        ([20, 10], ["a", "b"]),
    ],
)
def test_only_whom_chance_may_part_stand_in_one_line(values: list[int], groups: list[str]) -> None:
    cells = [
        {"name": name, "value": v, "low": v - 3, "high": v + 3}
        for name, v in zip("abcd", values, strict=False)
    ]
    assert ["".join(group) for group in run_modules(GROUPS, cells)] == groups
