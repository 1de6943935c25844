"""Other boroughs beside the edition's own: each as an edition made for it has it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from spi_core.build.fellows.editions import edition_of, editions_elsewhere
from spi_core.build.recipe import make_recipe
from spi_core.build.treated import fill, fit_edition, treat_inputs
from spi_core.cli import app
from spi_core.edition.inputs import Inputs, load
from spi_core.errors import InputError
from spi_core.method.score import score
from tests.support.editions import OPEN, settings

HOME, LONDON = "E09000002", OPEN.parent / "reference" / "london"
Tables = Mapping[str, pd.DataFrame]


@pytest.fixture(scope="module")
def tables(built_open: Path) -> Tables:
    return {p.stem: pd.read_parquet(p) for p in (built_open / "tables").glob("*.parquet")}


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return load(OPEN)


def by_element(frame: pd.DataFrame, code: str, column: str = "score") -> pd.Series:
    return frame[frame["area_code"] == code].set_index("element")[column].astype(float)


def test_the_whole_s_row_is_the_edition_s_own(tables: Tables) -> None:
    """Two numbers for one thing are none: its scores and changes, to the last digit."""
    own = by_element(tables["scores"].query("period == 'current' and level != 'indicator'"), HOME)
    pd.testing.assert_series_equal(
        by_element(tables["fellows"], HOME).sort_index(), own.dropna().sort_index()
    )
    for name in ("change", "relative"):
        long = by_element(tables["long_changes"].query("level != 'indicator'"), HOME, name)
        year = by_element(tables["changes"], HOME, name).dropna()
        found = by_element(tables["fellow_changes"], HOME, name)
        assert found.index.equals(found.index.drop_duplicates())
        for element, value in found.items():
            assert value == (long if element in long else year)[element], (name, element)
        assert set(found.index) == {*long.dropna().index, *year.index}


def test_the_whole_by_the_population_s_figures_has_the_same_scores(
    inputs: Inputs, tables: Tables
) -> None:
    """Taken as one of the others, from raw wards, it scores what the edition says."""
    assert inputs.pool is not None
    units = inputs.geography.units
    every, rows = inputs.pool.every, inputs.panel.rows(units)
    given = replace(
        every.take(list(every.areas[: len(units)])),
        areas=tuple(units),
        **{n: _both(inputs, n, rows) for n in ("value", "numerator", "denominator", "status")},
    )
    people = inputs.geography.areas.loc[units, "population"]
    own = pd.DataFrame({"home": HOME, "home_name": "Here", "population": people})
    made = replace(inputs, pool=replace(inputs.pool, every=given, fellows=own))
    every = editions_elsewhere(made)
    assert every is not None
    found = _scores(inputs, edition_of(every, HOME))
    for element, value in by_element(tables["fellows"], HOME).items():
        assert found[element] == pytest.approx(value, abs=1e-9), element


def _both(inputs: Inputs, name: str, rows: np.ndarray) -> np.ndarray:
    assert inputs.history is not None
    return np.concatenate([getattr(p, name)[:, rows] for p in (inputs.history, inputs.given)])


def _scores(inputs: Inputs, edition: Inputs) -> dict[str, float]:
    """Score an edition's whole by the first edition's goalposts and weights."""
    treatment = fit_edition(inputs)
    assert treatment is not None
    made, _ = make_recipe(treat_inputs(inputs, treatment))
    recipe, _, filled = fill(edition, made, treatment)
    now, f = edition.panel.periods.index("current"), edition.framework
    home = edition.panel.areas.index(edition.geography.whole)
    found = score(filled.value, recipe)
    names = (*f.components, *f.dimensions, "index")
    cells = (*found.component[now, home], *found.dimension[now, home], found.index[now, home])
    return dict(zip(names, map(float, cells), strict=True))


@pytest.mark.parametrize("code", ["E09000007", "E09000012", "E09000016"])
def test_another_borough_scores_what_its_own_edition_says(
    code: str, inputs: Inputs, tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Camden lacks obesity figures, Hackney a turnout, Havering nothing."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "reference").symlink_to(OPEN.parent / "reference")
    shutil.copytree(OPEN, tmp_path / "data" / "lbbd-open", ignore=shutil.ignore_patterns("source"))
    monkeypatch.setenv("SPI_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["new-edition", code, "--as", "other"]).exit_code == 0
    made = load(tmp_path / "data" / "other")
    pd.testing.assert_frame_equal(
        made.tables["goalposts"][["indicator_id", "best", "worst"]],
        inputs.tables["goalposts"][["indicator_id", "best", "worst"]],
    )
    own, found = _scores(inputs, made), by_element(tables["fellows"], code)
    assert set(found.index) == {e for e, v in own.items() if not np.isnan(v)}
    for element, value in found.items():
        # its files have six decimals
        assert own[element] == pytest.approx(value, abs=1e-4), element


def test_a_component_of_another_borough_by_hand(tables: Tables) -> None:
    """Personal Safety of Havering from the publisher's counts, goalposts and shares alone."""
    wards = pd.read_csv(LONDON / "wards.csv").query("borough_code == 'E09000016'")["area_code"]
    figures = pd.read_parquet(LONDON / "ward_figures.parquet")
    figures = figures[figures["area_code"].isin(wards)]
    total = figures.groupby(["figure_id", "period"])["value"].sum()
    recipe = pd.read_csv(OPEN / "reference" / "mapping.csv", dtype=str, keep_default_na=False)
    recipe = recipe.query("period == 'current'").set_index("indicator_id")
    posts = tables["goalposts"].set_index("indicator_id")
    per = tables["indicators"].set_index("id")["per"].astype(float)
    by_hand = 0.0
    for w in tables["weights"].query("component == 'Personal Safety'").itertuples():
        r, post = recipe.loc[w.indicator_id], posts.loc[w.indicator_id]
        top = total[r["numerator_figures"], r["figure_period"]]
        rate = per[w.indicator_id] * top / total[r["denominator_figures"], r["denominator_period"]]
        points = 100 * (rate - post["worst"]) / (post["best"] - post["worst"])
        by_hand += w.share * min(100.0, max(0.0, points))
    found = by_element(tables["fellows"], "E09000016")["Personal Safety"]
    assert found == pytest.approx(by_hand, abs=1e-9)


def test_no_place_is_claimed_that_ranges_exclude(tables: Tables) -> None:
    for _, rows in tables["fellows"].groupby("element"):
        assert rows["rank"].between(rows["rank_low"], rows["rank_high"]).all()
        for r in rows.itertuples():
            assert r.rank_low >= 1 + (rows["low"] > r.high).sum()
            assert r.rank_high <= len(rows) - (rows["high"] < r.low).sum()


def test_who_lacks_a_component_has_no_index_and_who_lacks_a_figure_is_named(
    tables: Tables,
) -> None:
    every = tables["fellows"]
    parts = every.query("level == 'component'").groupby("name").size()
    of = tables["framework"]["scored"].sum()
    assert set(parts.index[parts == of]) == set(every.query("element == 'index'")["name"])
    assert len(parts) == 33
    lacking = every.query("element == 'Personal Rights' and lacking != ''").set_index("name")
    wards = pd.read_csv(LONDON / "wards.csv")
    turnout = pd.read_parquet(LONDON / "ward_figures.parquet")
    named = pd.read_csv(OPEN / "reference" / "mapping.csv").query(
        "indicator_id == 'turnout_borough' and period == 'current'"
    )
    there = turnout[
        turnout["figure_id"].eq(named["value_figure"].iloc[0])
        & turnout["period"].eq(str(named["figure_period"].iloc[0]))
    ]
    has = set(wards.loc[wards["area_code"].isin(there["area_code"]), "borough_name"])
    assert set(lacking.index) == set(wards["borough_name"]) - has


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the open edition beside the population's figures."""
    edition = tmp_path / "data" / "lbbd-open"
    shutil.copytree(OPEN, edition, ignore=shutil.ignore_patterns("source"))
    (tmp_path / "data" / "reference").symlink_to(OPEN.parent / "reference")
    return edition


@pytest.mark.parametrize(
    ("names", "said"),
    [(["Elsewhere"], "has 2 names: .*Else"), (None, "is missing, and index")],
)
def test_a_borough_has_one_name(folder: Path, names: list[str] | None, said: str) -> None:
    wards = pd.read_csv(LONDON / "wards.csv", dtype=str)
    if names is None:
        wards = wards.drop(columns="borough_name")
    else:
        wards.loc[wards["area_code"] == "E05000140", "borough_name"] = names
    wards.to_csv(folder / "wards.csv", index=False)
    settings(folder, lambda s: s["index"]["reference"].update(areas="wards.csv"))
    with pytest.raises(InputError, match=said):
        load(folder)


def test_without_residents_no_other_area_is_scored(folder: Path) -> None:
    settings(folder, lambda s: s["index"]["reference"].pop("residents"))
    assert editions_elsewhere(load(folder)) is None
    asked = {"figure": "population", "period": "1999"}
    settings(folder, lambda s: s["index"]["reference"].update(residents=asked))
    with pytest.raises(InputError, match="has no population of 1999"):
        load(folder)
