"""What a larger area's figure is when only its parts are known, and where areas lie."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from editions import BOROUGH, WARDS, draw, make_edition, only, read, rewrite, settings

from spi_core.geography import boundaries, load_boundaries, roll_up
from spi_core.inputs import Inputs, load
from spi_core.panel import Panel

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


def test_larger_areas_are_drawn_from_smaller_ones(inputs: Inputs) -> None:
    wards, borough = (boundaries(inputs.geography, level) for level in ("ward", "borough"))
    assert list(wards.index) == list(WARDS)
    assert wards["name"].iloc[0] == "Ward 1"
    assert list(borough.index) == [BOROUGH]
    assert borough.area.sum() == pytest.approx(wards.area.sum()) == 8e6
    with pytest.raises(ValueError, match="no polygons for level 'lsoa'"):
        boundaries(inputs.geography, "lsoa")


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
    inputs.geography.smallest.to_crs(4326).reset_index().to_file(path, driver="GeoJSON")
    polygons, faults = load_boundaries(path)
    assert faults == []
    assert polygons is not None
    assert polygons.crs.to_epsg() == 27700
    assert polygons.geom_equals_exact(inputs.geography.smallest, 0.1).all()
