"""A build of an edition with gaps: what is estimated is marked, what is not known is not scored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.build.edition import build, compute
from spi_core.edition.inputs import load
from tests.support.editions import BOROUGH, WARDS, make_edition, read, write

WARD = WARDS[2]
Table = dict[str, pd.DataFrame]


def _with_gaps(folder: Path, *indicators: str, period: str = "current") -> Table:
    edition = make_edition(folder / "tiny")
    path = edition / "observations" / "all.csv"
    blank = {"value": "", "numerator": "", "denominator": "", "status": "missing"}
    rows = [
        r | blank
        if (r["area_code"], r["period"]) == (WARD, period) and r["indicator_id"] in indicators
        else r
        for r in read(path)
    ]
    write(path, rows)
    return compute(load(edition))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Table]:
    kept: dict[tuple[str, ...], Table] = {}

    def make(*indicators: str) -> Table:
        if indicators not in kept:
            kept[indicators] = _with_gaps(tmp_path_factory.mktemp("data"), *indicators)
        return kept[indicators]

    return make


def _score(tables: Table, element: str, area: str = WARD, period: str = "current") -> float:
    rows = tables["scores"].query(
        "element == @element and area_code == @area and period == @period"
    )
    assert len(rows) < 2
    return float(rows["score"].iloc[0]) if len(rows) else np.nan


def _coverage(tables: Table, area: str = WARD) -> dict[str, int]:
    rows = tables["coverage"].query(
        "component == 'Shelter' and area_code == @area and period == 'current'"
    )
    return rows[["indicators", "present", "estimated"]].iloc[0].to_dict()


def test_one_missing_figure_is_estimated_and_marked(made: Callable[..., Table]) -> None:
    tables = made("rent")
    cell = (
        tables["values"]
        .query("area_code == @WARD and period == 'current' and indicator_id == 'rent'")
        .iloc[0]
    )
    assert cell["provenance"] == "estimated"
    assert np.isfinite(cell["value"])
    assert _coverage(tables) == {"indicators": 3, "present": 3, "estimated": 1}
    assert np.isfinite(_score(tables, "Shelter"))
    line = (
        tables["ward_data"]
        .query("area_code == @WARD and period == 'current' and element == 'rent'")
        .iloc[0]
    )
    assert line["provenance"] == "estimated"
    others = tables["values"].query("area_code != @WARD and area_code != @BOROUGH")
    assert "estimated" not in set(others["provenance"])


def test_two_missing_figures_leave_component_dimension_and_index_out(
    made: Callable[..., Table],
) -> None:
    tables, whole = made("rent", "crowding"), made()
    assert np.isnan(_score(tables, "Shelter"))
    assert _coverage(tables) == {"indicators": 3, "present": 1, "estimated": 0}
    assert _score(tables, "Safety") == pytest.approx(_score(whole, "Safety"))
    assert np.isnan([_score(tables, element) for element in ("Needs", "index")]).all()
    assert "estimated" not in set(tables["values"]["provenance"])
    missing = (
        tables["values"]
        .query("area_code == @WARD and period == 'current' and indicator_id == 'rent'")
        .iloc[0]
    )
    assert missing["provenance"] == "missing"
    assert np.isnan(missing["value"])


def test_change_is_not_told_where_the_two_periods_rest_on_other_components(
    made: Callable[..., Table],
) -> None:
    changes = made("rent", "crowding")["changes"].query("area_code == @WARD").set_index("element")
    for element in ("Shelter", "Needs", "index"):
        assert np.isnan(changes.at[element, "change"])
        assert changes.at[element, "rating"] == "not rated"
    assert np.isfinite(changes.at["Safety", "change"])


def test_a_component_of_one_indicator_is_not_scored_and_says_so(made: Callable[..., Table]) -> None:
    tables = made()
    framework = tables["framework"].set_index("component")
    assert framework["scored"].to_dict() == {
        "Shelter": True,
        "Safety": True,
        "Knowledge": True,
        "Rights": False,
        "Choice": False,
    }
    assert framework.at["Rights", "note"].startswith("not scored")
    assert framework.at["Safety", "note"] == "thin"
    assert framework.at["Knowledge", "comparable_indicators"] == 2
    assert {"Rights", "Choice"}.isdisjoint(tables["scores"]["element"])
    assert "turnout" in set(tables["scores"]["element"])


def test_every_cell_says_where_it_comes_from(made: Callable[..., Table]) -> None:
    values = made()["values"]
    assert set(values["provenance"]) <= {"observed", "modelled"}
    borough = values[values["area_code"] == BOROUGH].set_index(["indicator_id", "period"])
    assert borough.at[("crowding", "current"), "provenance"] == "observed"
    assert borough.at[("rent", "current"), "provenance"] == "modelled"


def test_a_build_never_writes_to_the_data(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "data" / "tiny")

    def everything() -> dict[Path, bytes]:
        return {p: p.read_bytes() for p in edition.rglob("*") if p.is_file()}

    before = everything()
    build(load(edition), tmp_path / "reports" / "tiny")
    assert everything() == before
    assert (tmp_path / "reports" / "tiny" / "weights.csv").exists()


def test_weights_as_written_can_be_frozen_and_give_the_same_scores(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "data" / "tiny")
    fitted = build(load(edition), tmp_path / "one")
    (edition / "weights.csv").write_bytes((tmp_path / "one" / "weights.csv").read_bytes())
    frozen = build(load(edition), tmp_path / "other")
    pd.testing.assert_series_equal(fitted["scores"]["score"], frozen["scores"]["score"], rtol=1e-12)


def test_frozen_weights_do_not_refit_when_figures_change(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "data" / "tiny")
    first = build(load(edition), tmp_path / "one")
    (edition / "weights.csv").write_bytes((tmp_path / "one" / "weights.csv").read_bytes())
    path = edition / "observations" / "all.csv"
    write(
        path,
        [
            r | {"value": str(float(r["value"]) * 1.2)} if r["indicator_id"] == "rent" else r
            for r in read(path)
        ],
    )
    second = build(load(edition), tmp_path / "one")
    pd.testing.assert_frame_equal(
        second["weights"][["indicator_id", "weight", "sd"]],
        first["weights"][["indicator_id", "weight", "sd"]],
        rtol=1e-12,
    )
