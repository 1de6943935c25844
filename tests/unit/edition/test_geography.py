"""Where areas lie, and how larger ones are drawn from smaller ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from spi_core.edition.areas.geography import boundaries, load_boundaries
from spi_core.edition.inputs import Inputs, load
from tests.support.editions import (
    BOROUGH,
    WARDS,
    draw,
    faults,
    make_edition,
    only,
    read,
    rewrite,
    settings,
)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return load(make_edition(tmp_path_factory.mktemp("data") / "tiny"))


def test_larger_areas_are_drawn_from_smaller_ones(inputs: Inputs) -> None:
    wards, borough = (boundaries(inputs.geography, level) for level in ("ward", "borough"))
    assert list(wards.index) == list(WARDS)
    assert wards["name"].iloc[0] == "Ward 1"
    assert list(borough.index) == [BOROUGH]
    assert borough.area.sum() == pytest.approx(wards.area.sum()) == 8e6
    assert boundaries(inputs.geography, "lsoa") is None


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


def test_wards_are_drawn_from_their_small_areas(three_levels: Path) -> None:
    loaded = load(three_levels)
    assert boundaries(loaded.geography, "ward").area.tolist() == [2e6, *[1e6] * 7]


def test_a_scored_level_smaller_than_the_polygons_is_a_fault(three_levels: Path) -> None:
    draw(three_levels, WARDS)
    fault = only(three_levels)
    assert fault.file.endswith("boundaries.geojson")
    assert "no polygons of level lsoa" in fault.message


def test_polygons_come_in_british_national_grid_whatever_they_were_drawn_in(
    inputs: Inputs, tmp_path: Path
) -> None:
    path = tmp_path / "boundaries.geojson"
    inputs.geography.polygons.to_crs(4326).reset_index().to_file(path, driver="GeoJSON")
    polygons, faults = load_boundaries(tmp_path)
    assert faults == []
    assert polygons is not None
    assert polygons.crs.to_epsg() == 27700
    assert polygons.geom_equals_exact(inputs.geography.polygons, 0.1).all()


def test_an_area_that_lies_nowhere_or_in_another_borough(three_levels: Path) -> None:
    path = three_levels / "geography" / "areas.csv"
    other = "E09000098"

    def move(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        stray = {WARDS[7]: other, list(SMALL)[4]: ""}
        moved = [r | {"parent_code": stray.get(r["code"], r["parent_code"])} for r in rows]
        return [*moved, rows[0] | {"code": other, "name": "Elsewhere"}]

    rewrite(path, move)
    found = [f for f in faults(three_levels) if f.file.endswith("areas.csv")]
    assert [(f.column, f.value, f.allowed) for f in found] == [
        ("parent_code", other, BOROUGH),
        ("parent_code", None, "its code"),
    ]
    assert f"{WARDS[7]} is not of this edition" in found[0].message
    assert "every lsoa lies in a larger area" in found[1].message
