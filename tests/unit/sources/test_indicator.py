"""An indicator comes and goes in every file at once, or nothing changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from spi_core.edition.inputs import load
from spi_core.errors import InputError
from spi_core.sources.indicator.change import add, remove
from spi_core.sources.indicator.figure import Figure
from tests.support.editions import OPEN, copy_open, make_edition, read, write
from tests.support.project import files

ROW = {
    "name": "Damp homes",
    "component": "Shelter",
    "polarity": "-1",
    "description": "Homes with damp.",
    "unit": "% of homes",
    "publisher_or_owner": "Housing service",
    "source_dataset": "Stock survey",
    "rationale": "Harms health.",
    "worst": "30",
    "best": "2",
    "reason": "Agreed with the housing service",
    "why": "Asked for by tenants",
}


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    return make_edition(tmp_path / "tiny")


@pytest.fixture
def figures(edition: Path, tmp_path: Path) -> Path:
    rows = [r for r in read(edition / "observations" / "all.csv") if r["indicator_id"] == "rent"]
    moved = [
        {k: v for k, v in r.items() if k != "indicator_id"}
        | {"value": str(round(float(r["value"]) / 100, 3)), "numerator": "", "denominator": ""}
        for r in rows
    ]
    write(tmp_path / "damp.csv", moved)
    return tmp_path / "damp.csv"


def test_from_a_file_and_out_again(edition: Path, figures: Path) -> None:
    before = files(edition)
    done = add(edition, "damp", ROW, None, figures)
    inputs = load(edition)
    about = inputs.framework.indicators.loc["damp"]
    assert (about["dimension"], about["kind"], about["finest_level"]) == ("Needs", "mean", "ward")
    assert "added: 18 figures" in done[0] or "added: 16 figures" in done[0]
    assert read(edition / "corrections.csv")[-1]["why"] == "Asked for by tenants"
    assert [p.name for p in edition.parent.iterdir() if p.name.startswith(".")] == []
    remove(edition, "damp", None)
    after = files(edition)
    after.pop("corrections.csv")
    assert after.keys() == before.keys() - {"corrections.csv"}
    load(edition)
    for name in ("indicators.csv", "goalposts.csv"):
        assert read(edition / name) == [r for r in read(edition / name) if "damp" not in r.values()]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"component": "Sheltr"}, "'Sheltr' is not a component of edition.yml"),
        ({"colour": "red"}, "'colour' is no field"),
        ({"unit": ""}, "lacks unit"),
        ({"worst": "2"}, "goalposts.csv, row 11, column best"),  # found where all is checked
        ({"polarity": "up"}, "tiny/indicators.csv, row 11, column polarity"),
    ],
)
def test_nothing_changes_where_anything_is_wrong(
    edition: Path, figures: Path, row: dict[str, str], said: str
) -> None:
    before = files(edition.parent)
    with pytest.raises(InputError) as caught:
        add(edition, "damp", ROW | row, None, figures)
    assert said in str(caught.value)
    assert files(edition.parent) == before


def test_a_component_is_not_left_with_too_few(edition: Path) -> None:
    with pytest.raises(InputError, match="leaves Safety with 1, too few for a score"):
        remove(edition, "robbery", None)
    with pytest.raises(InputError, match="is not an indicator of the edition"):
        remove(edition, "robbry", None)


@pytest.mark.gate
def test_earlier_years_come_with_a_figure_and_go_with_it(tmp_path: Path) -> None:
    """Years that are shown and never scored: from the population too, unless nothing divides it."""
    (tmp_path / "data").mkdir()
    edition = tmp_path / "data" / "open"
    (tmp_path / "data" / "reference").symlink_to(OPEN.parent / "reference")
    shutil.copytree(OPEN, edition, ignore=shutil.ignore_patterns("source"))
    row = {k: v for k, v in ROW.items() if k not in ("worst", "best", "reason", "unit")}
    row |= {"component": "Personal Safety", "kind": "rate", "per": "1000", "unit": "per 1,000"}
    add(edition, "drugs", row, Figure("crime_drugs", "population"), None)
    past = read(edition / "history" / "drugs.csv")
    assert {(r["period"], r["period_label"]) for r in past} == {
        ("2011", "2011/12"), ("2012", "2012/13"),
    }  # fmt: skip
    figures = pd.read_parquet(OPEN.parent / "reference" / "london" / "ward_figures.parquet")
    count = figures.query("figure_id == 'crime_drugs' and period == '2011/12'")
    told = count.set_index("area_code")["value"]
    assert {r["area_code"]: float(r["numerator"]) for r in past if r["period"] == "2011"} == {
        code: told[code] for code in load(edition).geography.units
    }
    frame = load(edition).tables["history_errors"].query("indicator_id == 'drugs'")
    assert {"2011", "2012"} <= set(frame["period"])
    remove(edition, "drugs", None)
    assert not (edition / "history" / "drugs.csv").exists()


def test_a_figure_of_the_reference_refits_its_component_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    edition = copy_open(tmp_path / "data" / "open")
    tables = ("weights.csv", "goalposts.csv", "reference/errors.csv", "reference/distribution.csv")
    before = {name: read(edition / name) for name in tables}
    row = {k: v for k, v in ROW.items() if k not in ("worst", "best", "reason", "unit")}
    row |= {"component": "Personal Safety", "kind": "rate", "per": "1000", "unit": "per 1,000"}
    add(edition, "drugs", row, Figure("crime_drugs", "population"), None)
    for name, old in before.items():
        now = read(edition / name)
        assert any(r["indicator_id"] == "drugs" for r in now)
        kept = [r for r in now if r["indicator_id"] != "drugs"]
        same = [r.get("component") != "Personal Safety" for r in old]
        assert [r for r, s in zip(kept, same, strict=True) if s] == [
            r for r, s in zip(old, same, strict=True) if s
        ]
    shares = [float(r["share"]) for r in read(edition / "weights.csv")
              if r["component"] == "Personal Safety"]  # fmt: skip
    assert len(shares) == 8
    assert sum(shares) == pytest.approx(1)
    dates = {(r["period"], r["start"]) for r in read(edition / "observations" / "drugs.csv")}
    assert dates == {("baseline", "2013-04-01"), ("current", "2014-04-01")}
    (about,) = [r for r in read(edition / "indicators.csv") if r["id"] == "drugs"]
    assert about["numerator"] == "Crime drugs (offences)"
    assert about["denominator"] == "Population (persons)"
    assert about["publisher_or_owner"] == "Housing service"
    remove(edition, "drugs", None)
    for name, old in before.items():
        assert len(read(edition / name)) == len(old)
    assert not any("drugs" in p.read_text("utf-8") for p in edition.rglob("*.csv")
                   if p.name not in ("corrections.csv", "crime.csv"))  # fmt: skip
