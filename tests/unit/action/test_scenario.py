"""What if: nothing changes for nothing, and a scenario is what a build with that figure scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spi_core.action.scenario import Area, moved_place
from spi_core.build.edition import compute
from spi_core.edition.inputs import load
from spi_core.errors import InputError
from spi_core.publish.explain.whatif import asked, told
from spi_core.store import Tables
from tests.support.editions import WARDS, Row, make_edition, rewrite, settings, write

VILLAGE, BOROUGH = "E05000041", "E09000002"


@pytest.fixture(scope="module")
def tables(built_open: Path) -> Tables:
    return Tables(built_open / "tables")


def area(tables: Tables, code: str = VILLAGE, period: str = "current") -> Area:
    return Area(tables, tables.about["edition"], code, period)


@pytest.mark.parametrize("code", [VILLAGE, "E05000038", BOROUGH])
@pytest.mark.parametrize("period", ["baseline", "current"])
def test_the_present_value_changes_nothing(tables: Tables, code: str, period: str) -> None:
    ground = area(tables, code, period)
    known = ground.figures.query("share > 0 and value.notna() and not estimated")["value"].to_dict()
    assert not ground.faults(known)
    found = ground.reckon(known)
    named = {"area_code": code, "period": period}
    scores = tables["scores"].set_index(["area_code", "period", "element"])["score"]
    stands = tables["standing"].set_index(["area_code", "element"])
    assert {s["level"] for s in found["scores"]} == {"component", "dimension", "index"}
    for s in found["scores"]:
        assert s["now"] == s["scenario"]
        assert s["now"]["score"] == pytest.approx(scores[(*named.values(), s["element"])], abs=1e-9)
        assert ("low" in s["now"]) == (period == "current" and code != BOROUGH)
        if "low" in s["now"]:
            row = stands.loc[(code, s["element"])]
            assert s["now"]["low"] == round(row["low"], 1)
            for key in ("rank", "rank_low", "rank_high"):
                assert s["now"][key] == row[key]
    assert all(f["people"] in (0, None) for f in found["figures"])


def test_people_scores_and_places_by_hand(tables: Tables) -> None:
    """River's robberies, 56 at 4.8 per 1,000: at 3.0 it is 21 fewer."""
    found = area(tables, "E05000038").reckon({"robbery_offences": 3.0})
    figure = found["figures"][0]
    rows = tables["values"].query("area_code == 'E05000038' and period == 'current'")
    row = rows.set_index("indicator_id").loc["robbery_offences"]
    assert figure["people"] == pytest.approx(3.0 * row["denominator"] / 1000 - 56)
    post = tables["goalposts"].set_index("indicator_id").loc["robbery_offences"]
    share = tables["weights"].set_index("indicator_id").loc["robbery_offences", "share"]
    gain = 100 * (3.0 - row["value"]) / (post["best"] - post["worst"])
    rise = [s["scenario"]["score"] - s["now"]["score"] for s in found["scores"]]
    # one of three components that are scored, in one of three dimensions
    assert rise == pytest.approx([gain * share, gain * share / 3, gain * share / 9])
    for s in found["scores"]:
        then = s["scenario"]
        assert 1 <= then["rank_low"] <= then["rank"] <= then["rank_high"] <= s["of"] == 17


def test_a_place_moves_only_past_what_is_clearly_passed() -> None:
    x, wide = np.array([70.0, 60.0, 59.0, 40.0]), np.array([3.0, 3.0, 3.0, 3.0])
    ends = [x - wide, x + wide]
    assert moved_place(x, ends, (4.0, 4.0, 4.0), 3, 60.0) == (2.5, 2.0, 4.0)
    assert moved_place(x, ends, (4.0, 4.0, 4.0), 3, 90.0) == (1.0, 1.0, 1.0)
    assert moved_place(x, ends, (1.0, 1.0, 1.0), 0, 10.0) == (4.0, 4.0, 4.0)
    # without a known error any place is possible
    ends[0][3] = ends[1][3] = np.nan
    assert moved_place(x, ends, (4.0, 1.0, 4.0), 3, 65.0) == (2.0, 1.0, 4.0)


def test_a_rebuilt_edition_scores_the_same(tmp_path: Path) -> None:
    """Weights frozen: whoever writes the figures into the data gets these scores."""
    folder = make_edition(tmp_path / "tiny")
    settings(folder, _of_geometric_means)
    rewrite(folder / "indicators.csv", lambda rows: [_logged(r, "burglary") for r in rows])
    frozen = compute(load(folder))["weights"].to_dict("records")
    write(folder / "weights.csv", [{k: str(v) for k, v in r.items()} for r in frozen])
    inputs, tables = load(folder), compute(load(folder))
    ground = Area(tables, inputs.settings, WARDS[0], "current")
    wanted = {"burglary": 18.0, "absence": 4.5}
    assert not ground.faults(wanted)
    found = ground.reckon(wanted)
    at = (inputs.panel.periods.index("current"), inputs.panel.areas.index(WARDS[0]))
    for name, value in wanted.items():
        inputs.panel.value[(*at, inputs.panel.indicators.index(name))] = value
    scores = compute(inputs)["scores"].set_index(["area_code", "period", "element"])["score"]
    for s in found["scores"]:
        expected = scores[(WARDS[0], "current", s["element"])]
        assert s["scenario"]["score"] == pytest.approx(expected, abs=1e-9)
        assert abs(s["scenario"]["score"] - s["now"]["score"]) > 1e-3


def _of_geometric_means(values: dict[str, Any]) -> None:
    values["index"] |= {"component_mean": "geometric", "index_mean": "geometric"}


def _logged(row: Row, name: str) -> Row:
    return row | {"transform": "log" if row["id"] == name else row["transform"]}


def test_every_fault_at_once(tables: Tables) -> None:
    sets = [
        "robery_offences=2",
        "foo",
        "child_poverty=140",
        "child_poverty=x",
        "robbery_offences=-1",
    ]
    with pytest.raises(InputError) as caught:
        asked(tables, "Vilage", sets, "1999")
    said = "\n".join(map(str, caught.value.faults))
    for part in (
        *("'Vilage' is not a scored area", "E05000041 (Village)", "'1999' is not a period"),
        *("robbery_offences (Robbery)", "'foo' sets nothing", "'child_poverty=x' sets no number"),
        *("is set before", "'child_poverty=140' is out of bounds; allowed: 0 to 100"),
        "'robbery_offences=-1' is out of bounds; allowed: 0 or more",
    ):
        assert part in said, said
    with pytest.raises(InputError, match="is missing"):
        asked(tables, VILLAGE, [], None)


def test_what_is_withheld_starts_no_scenario(tables: Tables) -> None:
    """A withheld figure has no value, count or score to be told by: it is refused, not moved."""
    frames = {name: tables[name] for name in tables}
    here = frames["values"]["indicator_id"].eq("robbery_offences")
    hidden = ["value", "numerator", "denominator", "value_scored", "score"]
    frames["values"].loc[here, hidden] = np.nan
    frames["values"].loc[here, "provenance"] = "suppressed"
    ground = Area(frames, tables.about["edition"], VILLAGE, "current")
    (fault,) = ground.faults({"robbery_offences": 2.0})
    assert "robbery_offences=2' has no figure to start from: it is withheld" in str(fault)
    assert "robbery_offences" not in str(fault.allowed)
    drawn = tables.about["edition"] | {"index": {"shrinkage": "empirical_bayes"}}
    (fault,) = Area(frames, drawn, VILLAGE, "current").faults({"robbery_offences": 2.0})
    assert "shrinkage" in str(fault)


def test_words(tables: Tables) -> None:
    ground, wanted, whose = asked(tables, "village", ["Robbery=1.5"], None)
    lines = list(told(ground.reckon(wanted), whose, made_up=False, units="wards"))
    assert lines[0] == "Scenario – not a figure: Village (E05000041), 2014"
    assert "fewer" in lines[1]
    assert any(line.strip().startswith("Index: ") and "place" in line for line in lines)
    ground, wanted, whose = asked(tables, BOROUGH, ["Robbery=1.5"], "2013")
    *_, last = told(ground.reckon(wanted), whose, made_up=True, units="wards")
    assert "◇" in last
