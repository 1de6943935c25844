"""Panels of series.yml, and protocols that are held against them: every fault by name."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from spi_core.edition.interventions.design import Design, Donor, Outcome
from spi_core.edition.interventions.panels import Wide, read_wide
from spi_core.edition.interventions.wide import awaits, ring, wide_faults
from tests.support.panels import ABOUT, city

CRIME = Outcome("crime", "down")
DESIGN = Design(
    "scheme", "Scheme", "2018", "ward", ("W0404", "W0405"), ("2016", "2017"), ("2019",), (CRIME,),
    series="city", comparison="london", spillover_km=1.0, worth=10.0,
)  # fmt: skip
OTHER = Design(
    "other", "Another", "2017", "ward", ("W0909",), ("2016",), ("2019",), (CRIME,), series="city",
    comparison="london", worth=10.0, excluded=("W0404", "W0405"),
)  # fmt: skip


def told(*designs: Design, panels: dict[str, Wide] | None = None) -> str:
    return "\n".join(
        map(str, wide_faults(designs, panels or {"city": city()}, "interventions.yml"))
    )


def test_a_sound_protocol_has_no_fault_and_the_ring_is_what_touches_or_is_near() -> None:
    assert told(DESIGN) == ""
    near = ring(city(), DESIGN)
    assert {"W0403", "W0304", "W0406"} <= near
    assert "W0402" not in near
    assert "W0402" in ring(city(), replace(DESIGN, spillover_km=2.1))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"series": "nowhere"}, "is no panel of series.yml"),
        ({"targeting": "msoa"}, "is no level of series city"),
        ({"treated": ("E05000026",)}, "'E05000026' is none of the wards of a city"),
        ({"primary": (Outcome("noise", "down"),)}, "'noise' is no measure of series city"),
        ({"after": ("2020",)}, "has no values in 2020"),
        ({"comparison": ("W0403", "W0909")}, "'W0403' lies inside the ring"),
        ({"donors": (Donor("B99"),)}, "column donors: 'B99'"),
    ],
)
def test_faults_are_named(changes: dict[str, object], words: str) -> None:
    assert words in told(replace(DESIGN, **changes))


def test_boundaries_of_another_vintage_are_said_to_be_such() -> None:
    later = city()
    later = replace(later, about=ABOUT | {"vintage": "wards of tomorrow"},
                    areas=later.areas.assign(ward="X" + later.areas["ward"]))  # fmt: skip
    said = told(replace(DESIGN, treated=("XW0404",)), panels={"city": city(), "later": later})
    assert "it is one of the wards of tomorrow" in said


def test_a_period_that_one_area_lacks_is_named() -> None:
    wide = city()
    cube = wide.cube.copy()
    cube[wide.areas.index.get_loc("L07071"), 0, 2] = np.nan
    said = told(DESIGN, panels={"city": replace(wide, cube=cube)})
    assert "crime: lacks 1 of its figures, the first" in said
    assert "W0707 in 2016" in said


def test_programmes_that_overlap_are_named_until_they_are_excluded() -> None:
    said = told(DESIGN, OTHER)
    assert "compares with areas of the programme other, which began 2017" in said
    assert "excluded: W0909" in said
    assert told(replace(DESIGN, excluded=("W0909",)), OTHER) == ""


def test_a_protocol_awaits_what_is_to_come() -> None:
    panels = {"city": city()}
    assert not awaits(DESIGN, panels)
    assert awaits(replace(DESIGN, after=("2031",)), panels)
    assert awaits(replace(DESIGN, series="to come"), panels)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    wide = city(size=4)
    rows = [(a, "crime", p, float(wide.cube[i, 0, t])) for i, a in enumerate(wide.areas.index)
            for t, p in enumerate(wide.periods)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["area_code", "measure_id", "period", "value"])
    frame.to_parquet(tmp_path / "values.parquet")
    wide.areas.reset_index().to_parquet(tmp_path / "areas.parquet")
    wide.pairs.to_parquet(tmp_path / "neighbours.parquet")
    entry = ABOUT | {part: f"{part}.parquet" for part in ("values", "areas", "neighbours")}
    (tmp_path / "series.yml").write_text(yaml.safe_dump({"series": [entry]}), "utf-8")
    return tmp_path


def test_a_panel_is_read_as_it_was_written(folder: Path) -> None:
    panels, faults = read_wide(folder)
    assert not faults
    wide = city(size=4)
    pd.testing.assert_frame_equal(
        panels["city"].cells("crime", "ward"), wide.cells("crime", "ward")
    )
    assert panels["city"].cells("crime", "ward").loc["W0000"].sum() == wide.cube[:2].sum()


def spoil(part: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], object]:
    def apply(folder: Path) -> None:
        path = folder / f"{part}.parquet"
        change(pd.read_parquet(path)).to_parquet(path)

    return apply


@pytest.mark.parametrize(
    ("apply", "words"),
    [
        (lambda f: (f / "values.parquet").unlink(), "values.parquet: is missing"),
        (lambda f: (f / "areas.parquet").write_text("no"), "cannot be read as Parquet"),
        (spoil("values", lambda v: v.drop(columns="period")), "lacks period"),
        (spoil("values", lambda v: pd.concat([v, v[:1]])), "has 1 rows twice"),
        (spoil("values", lambda v: v.assign(value=-1.0)), "values that are no counts"),
        (spoil("areas", lambda a: a[1:]), "areas that its areas do not list"),
        (spoil("areas", lambda a: a.drop(columns="ward")), "'ward' is no column of its areas"),
        (lambda f: (f / "series.yml").write_text("series: []"), "series: []"),
    ],
)
def test_a_spoilt_panel_is_a_fault_with_its_file(
    folder: Path, apply: Callable[[Path], object], words: str
) -> None:
    apply(folder)
    panels, faults = read_wide(folder)
    assert not panels
    assert words in "\n".join(map(str, faults))
