"""What the explorer's modules work out, without a browser."""

from __future__ import annotations

import pytest

from tests.support.modules import run_modules

GROUPS = """
import { orderGroups } from "./against.mjs";
const main = (cells) => orderGroups(cells).map((group) => group.map((cell) => cell.name));
"""


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
