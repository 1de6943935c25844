"""The register of indicators, put in the order of the edition."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from spi_core.edition.framework import Framework, check_goalposts, make_framework
from spi_core.edition.readers.read import Read, read_table
from spi_core.edition.readers.schema import TABLES
from spi_core.edition.settings import read_edition_file
from tests.support.editions import make_edition, read, write


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_edition(tmp_path_factory.mktemp("data") / "tiny")


@pytest.fixture(scope="module")
def framework(edition: Path) -> Framework:
    return _framework(edition)


def _framework(edition: Path) -> Framework:
    settings, _ = read_edition_file(edition / "edition.yml")
    made, faults = make_framework(
        settings, read_table(edition / "indicators.csv", TABLES["indicators"])
    )
    assert made is not None
    assert faults == []
    return made


def test_components_and_dimensions_stand_in_the_order_of_the_edition(framework: Framework) -> None:
    assert framework.components == ("Shelter", "Safety", "Knowledge", "Rights", "Choice")
    assert framework.dimensions == ("Needs", "Foundations")
    assert framework.dimension_of.tolist() == [0, 0, 1, 1, 1]
    assert framework.component_of.tolist() == [0, 0, 0, 1, 1, 2, 2, 2, 3]


def test_a_component_knows_its_members_also_when_it_has_none(framework: Framework) -> None:
    assert framework.members(0).tolist() == [0, 1, 2]
    assert framework.members(3).tolist() == [8]
    assert framework.members(4).tolist() == []


def test_the_order_of_the_file_does_not_matter(tmp_path: Path, framework: Framework) -> None:
    other = make_edition(tmp_path / "tiny")
    rows = read(other / "indicators.csv")
    write(other / "indicators.csv", rows[5:] + rows[:5])
    assert _framework(other).ids == framework.ids


def test_polarity_is_an_array(framework: Framework) -> None:
    assert framework.polarity.tolist() == [-1, -1, -1, -1, -1, 1, -1, 1, 1]


def test_without_a_column_of_their_own_roll_up_and_interval_follow_from_the_kind(
    tmp_path: Path,
) -> None:
    other = make_edition(tmp_path / "tiny")
    rows = read(other / "indicators.csv")
    write(
        other / "indicators.csv",
        [{k: r[k] for k in r if k not in {"rollup", "interval"}} for r in rows],
    )
    found = _framework(other).indicators
    assert found["rollup"].tolist() == ["ratio"] * 2 + ["mean"] + ["ratio"] * 2 + [
        "mean",
        "ratio",
        "mean",
        "ratio",
    ]
    assert found.at["crowding", "interval"] == "wilson"
    assert found.at["burglary", "interval"] == "byar"
    assert found.at["rent", "interval"] == "none"


def test_a_register_of_which_nothing_is_sound_gives_no_framework(edition: Path) -> None:
    register = read_table(edition / "indicators.csv", TABLES["indicators"])
    made, faults = make_framework(
        {"framework": [{"dimension": "X", "components": ["Y"]}]}, register
    )
    assert made is None
    assert len(faults) == len(register.frame)
    assert make_framework({}, register) == (None, [])


def test_goalposts_are_checked_without_changing_them(edition: Path, framework: Framework) -> None:
    read = read_table(edition / "goalposts.csv", TABLES["goalposts"])
    before = read.frame.copy()
    assert check_goalposts(framework, read, framework.ids) == []
    pd.testing.assert_frame_equal(read.frame, before)
    assert len(check_goalposts(framework, Read(read.frame.iloc[2:], ()), framework.ids)) == 2
