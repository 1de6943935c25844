"""Targets: where a figure is heading, the verdict at its boundaries, and what is turned away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spi_core.action.targets import FARTHEST, judge, project, target_standing
from spi_core.edition.inputs import load
from spi_core.edition.warned.collect import collect
from tests.support.editions import faults, make_edition, write

NAN = float("nan")


def test_a_line_that_is_carried_on_as_by_hand() -> None:
    """30 four years ago, 26 now, eight years to go: r = 2, 3 × 26 - 2 × 30 = 18."""
    value, low, high = project((30, 28, 32), (26, 25, 27), 4, 8)
    assert value == 18
    # half-widths 3 × 1 and 2 × 2
    assert (low, high) == (18 - 5, 18 + 5)
    assert project((30, 28, 32), (26, 25, 27), 4, 0).tolist() == [26, 25, 27]


@pytest.mark.parametrize(
    ("target", "then", "ahead", "said"),
    [
        (21.0, (10.0, 8.0, 12.0), 5.0, "reached"),  # the latest figure is 19 to 21
        (20.9, (10.0, 8.0, 12.0), 5.0, "on track"),
        (12.0, (10.0, 8.0, 12.0), 5.0, "on track"),
        (11.9, (10.0, 8.0, 12.0), 5.0, "too uncertain to say"),
        (8.0, (10.0, 8.0, 12.0), 5.0, "too uncertain to say"),
        (7.9, (10.0, 8.0, 12.0), 5.0, "off track"),
        (18.9, (20.0, 19.0, 21.0), 0.0, "missed"),
        (20.0, (20.0, 19.0, 21.0), -1.0, "too uncertain to say"),
        (12.0, (NAN, NAN, NAN), 5.0, "too uncertain to say"),
    ],
)
def test_verdicts_at_their_boundaries(
    target: float, then: tuple[float, ...], ahead: float, said: str
) -> None:
    now = (20.0, 19.0, 21.0)
    assert judge(-1, target, now, then, ahead) == said
    turned = [tuple(-x for x in (v[0], v[2], v[1])) for v in (now, then)]
    assert judge(1, -target, *turned, ahead) == said


def test_a_figure_of_unknown_error_or_none_is_not_judged() -> None:
    assert judge(-1, 5.0, (4.0, NAN, NAN), (3.0, NAN, NAN), 1.0) == "too uncertain to say"
    assert judge(-1, 5.0, (NAN,) * 3, (NAN,) * 3, 1.0) == "no figure"


def _world(**target: Any) -> dict[str, pd.DataFrame]:
    value = {"indicator_id": "cold", "area_code": "B", "denominator": 2000.0, "estimated": False}
    ends = ["value", "value_low", "value_high"]
    years = (("baseline", 2010, (30.0, 28.0, 32.0)), ("current", 2014, (26.0, 25.0, 27.0)))
    values = [
        {**value, **dict(zip(ends, x, strict=True)), "period": p, "period_label": str(y),
         "start": pd.Timestamp(y, 1, 1), "end": pd.Timestamp(y, 12, 31), "illustrative": False}
        for p, y, x in years
    ]  # fmt: skip
    about = {"id": "cold", "polarity": -1, "kind": "proportion", "per": 100, "valid_min": 0.0,
             "valid_max": 100.0}  # fmt: skip
    given = {"indicator_id": "cold", "target": 24.0, "by": "2022", "status": "agreed", "owner": ""}
    return {
        "targets": pd.DataFrame([given | target]),
        "values": pd.DataFrame(values),
        "comparisons": pd.DataFrame({"indicator_id": ["cold"], "group": ["in step"]}),
        "indicators": pd.DataFrame([about]),
        "partners": pd.DataFrame([{"partner": "Homes", "indicator_id": "cold", "role": "leads"}]),
    }


def test_a_target_is_judged_in_people_with_its_owner() -> None:
    row = target_standing("B", [], _world()).iloc[0]
    assert (row["status"], row["owner"], row["first"]) == ("on track", "Homes", "2010")
    assert row["expected"] == pytest.approx(18, abs=0.01)
    assert row["people"] == pytest.approx((26 - 24) * 20)
    assert (row["people_low"], row["people_high"]) == (pytest.approx(20), pytest.approx(60))
    assert target_standing("B", [], _world(owner="Mayor")).iloc[0]["owner"] == "Mayor"


def test_bounds_hold_a_line_and_lend_no_error_to_what_has_none() -> None:
    world = _world(target=0.5, by="2029")
    row = target_standing("B", [], world).iloc[0]
    assert row["expected"] == pytest.approx(11, abs=0.1)
    steep = world["values"].assign(
        value_low=[28.0, 5.0], value=[30.0, 10.0], value_high=[32.0, 15.0]
    )
    row = target_standing("B", [], world | {"values": steep}).iloc[0]
    assert (row["expected"], row["expected_low"], row["status"]) == (0, 0, "on track")
    blank = world["values"].assign(value_low=NAN, value_high=NAN)
    row = target_standing("B", [], world | {"values": blank}).iloc[0]
    assert np.isnan(row["expected_low"])
    assert (row["status"], row["reason"]) == (
        "too uncertain to say",
        "the error of the figure is not known",
    )


def test_too_far_a_future_and_a_target_met_before_say_so() -> None:
    row = target_standing("B", [], _world(by=str(2014 + 4 * FARTHEST + 1))).iloc[0]
    assert row["status"] == "too uncertain to say"
    assert row["reason"] == "seen too briefly to look so far ahead"
    assert np.isnan(row["expected"])
    row = target_standing("B", [], _world(target=35.0)).iloc[0]
    assert (row["status"], row["reason"]) == ("reached", "already met by the earliest figure")
    broken = _world() | {
        "comparisons": pd.DataFrame({"indicator_id": ["cold"], "group": ["broken"]})
    }
    row = target_standing("B", [], broken).iloc[0]
    assert (row["status"], row["reason"]) == (
        "too uncertain to say",
        "no earlier figure means the same",
    )
    assert target_standing("B", [], {}).empty


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    made = make_edition(tmp_path / "tiny")
    role = {"indicator_id": "burglary", "role": "leads", "service": "", "contact": ""}
    write(made / "partners.csv", [{"partner": "Police"} | role])
    return made


GIVEN = {
    "manifesto_theme": "Safety", "indicator_id": "burglary", "target": "0.1", "by": "2020",
    "source": "Plan", "status": "agreed", "note": "", "owner": "Police",
}  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "column", "message", "allowed"),
    [
        ({"by": "soon"}, "by", "names no year", "a year, 2022/23 or 2022-03-31"),
        ({"by": ""}, "by", "", ""),
        ({"owner": "Mayor"}, "owner", "no partner of partners.csv", "Police"),
        ({"target": "-3"}, "target", "outside the valid range of burglary", "0 or more"),
        ({"status": "perhaps"}, "status", "", "agreed"),
    ],
)
def test_a_target_that_cannot_be_judged_is_turned_away(
    edition: Path, cells: dict[str, str], column: str, message: str, allowed: str
) -> None:
    write(edition / "targets.csv", [GIVEN | cells])
    (fault,) = faults(edition)
    assert (fault.row, fault.column) == (2, column)
    assert message in fault.message
    assert allowed in (fault.allowed or "")


def test_a_target_of_the_wrong_polarity_is_a_warning_not_a_stop(edition: Path) -> None:
    write(edition / "targets.csv", [GIVEN, GIVEN | {"target": "900", "by": "2021"}])
    assert faults(edition) == ()
    said = collect(load(edition)).query("warning == 'target already met'")
    assert said["row"].tolist() == [3]
    assert "wrong way round" in said["message"].iloc[0]
