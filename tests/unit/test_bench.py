"""What documentation says of speed and calibration is measured, and mutants are what they say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from benchmarks.__main__ import PARTS, RESULTS, limits
from benchmarks.mutants import ROOMS, equivalents, mutants_of, mutated
from tests.support.editions import ROOT


def test_each_limit_stands_where_it_is_said_to_and_is_measured() -> None:
    for row in limits():
        text = re.sub(r"\s+", " ", (ROOT / row["in"]).read_text("utf-8"))
        assert row["limit"] in text, row
        assert row["part"] in PARTS, row
    for part in PARTS:
        assert (ROOT / "benchmarks" / f"{part}.py").exists()


def test_results_name_every_part_and_no_place() -> None:
    text = RESULTS.read_text("utf-8")
    assert re.findall(r"^## (\w+): ", text, re.MULTILINE) == list(PARTS)
    assert not re.search(r"/(work|home|root|Users|tmp)/", text)


@pytest.mark.parametrize("room", ROOMS)
def test_a_mutant_differs_from_the_original_in_one_line(room: str) -> None:
    paths = sorted((ROOT / "spi_core" / room).glob("[!_]*.py"))
    for path in paths[:: 4 if room == "uncertainty" else 5]:
        for mutant in mutants_of(path)[::20]:
            tree, was, becomes = mutated(mutant)
            before = ast.unparse(ast.parse(path.read_text("utf-8"))).splitlines()
            after = ast.unparse(tree).splitlines()
            assert len(before) == len(after)
            changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
            assert [(a.strip(), b.strip()) for a, b in changed] == [(was, becomes)]


def test_equivalents_are_mutants_of_the_code_of_now_and_say_why() -> None:
    for row in equivalents():
        path = Path(ROOT / "spi_core" / row["module"])
        assert row["was"] in map(str.strip, ast.unparse(ast.parse(path.read_text())).splitlines())
        assert row["was"] != row["becomes"]
        assert row["why"].endswith(".")
