"""What `spi new-edition` makes of the figures at hand, and of files on disk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from spi_core.cli import app
from spi_core.disclosure.control import control
from spi_core.edition.inputs import load
from spi_core.errors import InputError
from spi_core.sources.new_edition_periods import breaks_as_asked, years_as_asked
from spi_core.sources.new_edition_places import find_place, suggested
from tests.support.editions import OPEN, read, write

FIGURES = OPEN.parent / "reference" / "london" / "ward_figures.parquet"
Spi = Callable[..., tuple[int, str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a project of two things only: the catalogue, and London's figures."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "reference").symlink_to(OPEN.parent / "reference")
    shutil.copytree(OPEN, tmp_path / "data" / "lbbd-open", ignore=shutil.ignore_patterns("source"))
    monkeypatch.setenv("SPI_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def spi(project: Path) -> Spi:
    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, arguments)
        if isinstance(done.exception, InputError):
            return 2, str(done.exception)
        assert done.exception is None, done.exception
        return done.exit_code, done.output

    return run


def same_weights(anew: Path) -> None:
    """Compare weights as numbers: the twelfth digit of an eigenvector is the processor's."""
    ours, theirs = (pd.read_csv(f / "weights.csv") for f in (OPEN, anew))
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-10)


def test_the_open_edition_is_what_the_command_makes(project: Path, spi: Spi) -> None:
    assert spi("new-edition", "E09000002", "--as", "anew")[0] == 0
    anew = project / "data" / "anew"
    same = [
        "observations/open.csv",
        "history/open.csv",
        "reference/history.csv",
        "reference/mapping.csv",
    ]
    same += [f"reference/{n}.csv" for n in ("errors", "moments", "correlation", "distribution")]
    for name in same:
        assert (anew / name).read_bytes() == (OPEN / name).read_bytes(), name
    for name, key in (("goalposts.csv", "reason"), ("indicators.csv", "manifesto_theme")):
        ours, theirs = ([r | {key: ""} for r in read(f / name)] for f in (OPEN, anew))
        assert ours == theirs
    same_weights(anew)
    # density is taken of other outlines: these are not generalised
    ours, theirs = (
        [r for r in read(f / "context.csv") if r["variable"] != "density"] for f in (OPEN, anew)
    )
    assert ours == theirs


@pytest.mark.gate
def test_another_boroughs_edition_has_its_own_areas_and_no_word_of_this_one(
    project: Path, spi: Spi
) -> None:
    code, said = spi("new-edition", "kensington & chelsea", "--json")
    made = json.loads(said)
    assert (code, made["edition"]) == (0, "kensington-and-chelsea-open")
    folder = project / "data" / made["edition"]
    every = folder / "reference" / "context.csv"  # of all London, to find similar wards in
    files = [p for p in folder.rglob("*.*") if p.is_file() and p != every]
    text = "".join(p.read_text("utf-8") for p in files)
    for word in ("Barking", "Dagenham", "Abbey,", "E09000002", "E05000026"):
        assert word not in text, word
    settings = yaml.safe_load((folder / "edition.yml").read_text("utf-8"))
    assert settings["area"] == "E09000020"
    assert "borough priority" not in text
    assert "UK-GeoJSON" in settings["attribution"]
    assert "  # share of a component’s weight" in (folder / "edition.yml").read_text("utf-8")
    inputs = load(folder)
    assert len(inputs.geography.units) == 18
    # the three boroughs with new wards in 2014 have no turnout of that year, and say so
    lost = [r for r in read(folder / "observations" / "open.csv") if r["status"] == "missing"]
    assert {(r["indicator_id"], r["period"]) for r in lost} >= {("turnout_borough", "current")}
    assert {r["note"] for r in lost} <= {
        "No figure is published.",
        "The publication joined these counts by ward name: they are another borough's ward's.",
    }


@pytest.mark.gate
def test_a_borough_of_one_ward_has_a_ward_and_no_comparators(project: Path, spi: Spi) -> None:
    assert spi("new-edition", "City of London")[0] == 0
    inputs = load(project / "data" / "city-of-london-open")
    assert inputs.geography.units == ["E09000001W"]
    assert "comparators" not in inputs.settings


def test_nothing_is_overwritten_and_nothing_left_behind(project: Path, spi: Spi) -> None:
    (project / "data" / "mine").mkdir()
    for arguments, word in (
        (("E09000007", "--as", "mine"), "is there already: nothing is overwritten"),
        (("E09000007", "--as", "My Edition"), "lower-case letters, digits and hyphens"),
        (("E09000007", "--as", "m" * 300), "80 at most"),
        (("Camdn",), "Camden (E09000007)"),
        (("E09000007", "--periods", "1999,2014"), "1999 has no yearly figure"),
        (("E09000007", "--periods", "2013,2013"), "--periods: '2013' is named twice"),
        (
            ("E09000007", "--periods", "2012"),
            "'2012' has no figure of alevel_points_student; allowed: with one of 2013, 2014",
        ),
        (("E09000007", "--periods", "13"), "'13' is no year"),
        (("E09000007", "--periods", "9999"), "'9999' is no year"),
        (("E09000007", "--periods", "²²²²"), "'²²²²' is no year"),
        (("E09000007", "--like", "nothing"), "'nothing' is not an edition"),
        ((), "Barnet (E09000003)"),
    ):
        code, said = spi("new-edition", *arguments)
        assert code == 2
        assert word in said
    assert sorted(p.name for p in (project / "data").iterdir()) == [
        "lbbd-open",
        "mine",
        "reference",
    ]


def test_places_are_found_by_code_and_name(project: Path) -> None:
    assert find_place("e09000012").name == find_place(" HACKNEY ").name == "Hackney"
    london = find_place("London")
    assert (london.whole, len(london.units), suggested(london)) == (True, 625, "london")
    assert london.units["code"].is_unique


def mapping_of(*years: int) -> tuple[dict[tuple[str, str], pd.Series], list[dict[str, str]]]:
    frame = pd.read_csv(OPEN / "reference" / "mapping.csv", dtype=str, keep_default_na=False)
    frame[["start", "end"]] = frame[["start", "end"]].apply(pd.to_datetime)
    periods = [{"id": "baseline", "label": "2013"}, {"id": "current", "label": "2014"}]
    frame = frame.assign(file="mapping.csv", row=range(2, len(frame) + 2))
    settings = {"periods": periods, "history": {"periods": ["2010", "2011", "2012"]}}
    rows, named, past = years_as_asked(frame, settings, pd.read_parquet(FIGURES), years)
    assert past == [str(y) for y in range(2010, min(years, default=2013))]
    assert set(past) <= set(rows["period"])
    return {(r["indicator_id"], r["period"]): r for _, r in rows.iterrows()}, named


def test_yearly_figures_move_with_the_years_and_rarer_ones_stay() -> None:
    rows, named = mapping_of(2011, 2012, 2013, 2014)
    assert [p["id"] for p in named] == ["baseline", "y2012", "y2013", "current"]
    assert rows["violence_offences", "baseline"]["figure_period"] == "2011/12"
    assert rows["violence_offences", "2010"]["denominator_figures"] == "population_implied"
    assert rows["violence_offences", "baseline"]["denominator_period"] == "2011"
    assert f"{rows['violence_offences', 'baseline']['start']:%Y-%m-%d}" == "2011-04-01"
    assert rows["obesity_year6", "y2012"]["period_label"] == "2009/10 to 2011/12"
    assert rows["violence_offences", "y2013"]["note"].endswith("nationally in 2014.")
    assert "2014" not in rows["violence_offences", "y2012"]["note"]
    # income is of one year in all periods; a published rate's base is known for its own years only
    assert rows["housing_affordability_ratio", "baseline"]["denominator_period"] == "2012/13"
    assert rows["deliberate_fires", "y2012"]["value_figure"] == ""
    assert [p for i, p in rows if i == "secure_tenure"] == ["baseline", "current"]
    assert ("gcse_points", "y2012") in rows
    assert ("alevel_points_entry", "y2012") not in rows
    assert rows["turnout_borough", "current"]["figure_period"] == "2014"


def test_elections_still_to_come_are_not_taken() -> None:
    rows, named = mapping_of(2012, 2013)
    assert [p["label"] for p in named] == ["2012", "2013"]
    assert rows["turnout_borough", "current"]["figure_period"] == "2010"
    assert ("turnout_borough", "baseline") not in rows


def test_breaks_and_notes_of_other_years_are_not_taken_over(project: Path, spi: Spi) -> None:
    _, said = spi("new-edition", "E09000001", "--as", "earlier", "--periods", "2012,2013", "--json")
    folder = project / "data" / "earlier"
    assert read(folder / "breaks.csv") == []
    left_out = json.loads(said)["left_out"]
    assert [n for n in left_out if "Recording changed" in n]
    assert len(left_out) == 3
    notes = (folder / "edition.yml").read_text("utf-8").partition("\nnotes:")[2]
    assert "2014" not in notes
    assert "Visitors count" in notes


@pytest.mark.parametrize(
    ("years", "kept"),
    [
        ((2013, 2014), {("gcse", "baseline", "current"), ("turnout", "baseline", "current")}),
        # elections have no figure of 2013: their break spans it
        ((2012, 2013, 2014), {("gcse", "y2013", "current"), ("turnout", "baseline", "current")}),
        ((2012, 2014), {("gcse", "baseline", "current"), ("turnout", "baseline", "current")}),
        ((2012, 2013), set()),
    ],
)
def test_breaks_lie_where_their_dates_do(
    years: tuple[int, ...], kept: set[tuple[str, str, str]]
) -> None:
    breaks = pd.DataFrame(read(OPEN / "breaks.csv"))
    written, recipe = (pd.DataFrame(mapping_of(*y)[0].values()) for y in ((), years))
    made = breaks_as_asked(breaks, written, recipe)
    cells = zip(made["indicator_id"], made["from_period"], made["to_period"], strict=True)
    assert {(i.partition("_")[0], old, new) for i, old, new in cells} == kept


CODES = [f"41{i:05d}" for i in range(771)]
INDICATORS = [("homes", "Homes", "+1"), ("rent", "Rent", "-1"), ("school", "School", "+1"),
              ("work", "Work", "+1")]  # fmt: skip


def own_files(folder: Path, long: bool = False) -> Path:
    """Write areas, indicators and figures of three years as another country's analyst has them."""
    areas = [("41", "Testing", "Province", "", "771000")]
    areas += [(c, f"Vila {i}", "Municipality", "41", "1000") for i, c in enumerate(CODES)]
    keys = ("code", "name", "level", "parent_code", "population")
    write(folder / "areas.csv", [dict(zip(keys, a, strict=True)) for a in areas])
    keys = ("id", "name", "component", "dimension", "unit", "polarity")
    part = ("Shelter", "Shelter", "Chances", "Chances")
    rows = [(i, n, c, "Needs", "score", p) for (i, n, p), c in zip(INDICATORS, part, strict=True)]
    write(folder / "indicators.csv", [dict(zip(keys, r, strict=True)) for r in rows])
    figures = [
        {"area_code": c, "period": y}
        | {i: str(40 + (7 * k + 13 * j + t) % 29) for j, (i, _, _) in enumerate(INDICATORS)}
        for t, y in enumerate(("2019", "2020", "2021"))
        for k, c in enumerate(CODES)
    ]
    if long:
        figures = [
            {"indicator_id": i, "area_code": f["area_code"], "period": f["period"], "value": f[i]}
            for f in figures
            for i, _, _ in INDICATORS
        ]
    write(folder / "figures.csv", figures)
    return folder


@pytest.mark.parametrize("long", [True, False], ids=["long", "wide"])
def test_an_edition_of_ones_own_files(project: Path, spi: Spi, long: bool) -> None:
    own_files(project / "mine", long)
    assert spi("new-edition", "--from", "mine", "--as", "own")[0] == 0
    inputs = load(project / "data" / "own")
    assert len(inputs.geography.units) == 771
    assert inputs.geography.levels.unit.many == "municipalities"
    assert list(inputs.periods.values()) == ["2019", "2020", "2021"]
    assert inputs.geography.polygons is None
    value = pd.DataFrame(read(project / "data" / "own" / "observations" / "figures.csv"))
    assert len(value) == 771 * 3 * 4
    worst = {
        r["indicator_id"]: (r["worst"], r["best"]) for r in read(project / "data/own/goalposts.csv")
    }
    assert worst["homes"] == ("40", "68")
    assert worst["rent"] == ("68", "40")


def test_faults_of_ones_own_files_name_row_and_remedy(project: Path, spi: Spi) -> None:
    folder = own_files(project / "mine", long=True)
    rows = read(folder / "figures.csv")
    rows[3]["value"], rows[4]["indicator_id"], rows[5]["period"] = "n/a", "hones", "spring"
    write(folder / "figures.csv", rows)
    code, said = spi("new-edition", "--from", "mine", "--as", "own")
    assert code == 2
    assert "mine/figures.csv, row 5, column value: 'n/a' is not a number" in said
    assert "row 6, column indicator_id: 'hones' is not an indicator; allowed: homes" in said
    assert "row 7, column period: 'spring' is no year" in said
    (folder / "indicators.csv").unlink()
    assert "with the columns id, name, component" in spi("new-edition", "--from", "mine")[1]
    assert not (project / "data" / "own").exists()


def test_goalposts_of_ones_own_files_rest_on_what_a_rule_shows(project: Path, spi: Spi) -> None:
    """District 3 has 2 cases of 1,150 in both years: the 1st percentile of all would tell it."""
    folder, districts = project / "mine", [f"D{k:02d}" for k in range(12)]
    keys = ("code", "name", "level", "parent_code", "population")
    areas = [
        ("T", "Town", "town", "", "17000"),
        *((d, d, "district", "T", "1000") for d in districts),
    ]
    write(folder / "areas.csv", [dict(zip(keys, a, strict=True)) for a in areas])
    part = {
        "dimension": "Needs",
        "unit": "per 1,000",
        "polarity": "-1",
        "kind": "rate",
        "per": "1000",
    }
    own = {"id": "cases", "name": "Cases", "component": "Safety", "disclosure_rule": "suppress<5"}
    other = {"id": "fires", "name": "Fires", "component": "Safety", "disclosure_rule": "none"}
    write(folder / "indicators.csv", [own | part, other | part])
    figures = []
    for k, code in enumerate(districts):
        for year in ("2019", "2020"):
            for i, n in (("cases", 2 if k == 3 else 9 + k), ("fires", 7 + k)):
                base = 1000 + 50 * k
                cells = {"value": 1000 * n / base, "numerator": n, "denominator": base}
                key = {"indicator_id": i, "area_code": code, "period": year}
                figures.append(key | {name: str(x) for name, x in cells.items()})
    write(folder / "figures.csv", figures)
    code, said = spi("new-edition", "--from", "mine", "--as", "own")
    assert code == 0, said
    inputs = load(project / "data" / "own")
    assert inputs.settings["disclosure"] == {"method": "suppress"}
    best = inputs.tables["goalposts"].set_index("indicator_id")["best"]
    shown = control(inputs.panel, inputs.framework, inputs.geography, inputs.settings).panel
    value = shown.take(districts).value[:, :, shown.indicators.index("cases")]
    assert np.isnan(value).any()
    assert best["cases"] == pytest.approx(np.nanpercentile(value, 1), rel=1e-5)
    assert best["cases"] > 5 > 1000 * 2 / 1150
