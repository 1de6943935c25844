"""An edition fetched whole from a server on loopback, checked, built, rendered; new wards; dues."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from spi_core.edition.inputs import load
from spi_core.sources.fetch import web
from spi_core.sources.fetch.due import due
from spi_core.sources.fetch.mapping import read_mapping
from tests.support.editions import WARDS
from tests.support.fetching import NEW, Template, World, alone, make_template, redraw
from tests.support.open_formats import faults_of
from tests.support.project import command, copy_project
from tests.support.publishers import HEAD, Reply, sources

pytestmark = pytest.mark.gate


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def world(tmp_path: Path, template: Template, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with alone(tmp_path, template, monkeypatch) as made:
        yield made


def test_an_edition_is_fetched_whole_and_published(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copy_project(tmp_path / "project")
    with alone(project, template, monkeypatch):
        fetch_and_publish(project)


def fetch_and_publish(project: Path) -> None:

    def spi(*arguments: str) -> str:
        line, environment = command(project, *arguments)
        done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    said = spi("fetch", "--due", "tiny")
    assert len(re.findall("due: never fetched", said)) == len(sources())
    assert "no faults" in spi("check", "tiny")
    spi("build", "tiny")
    spi("open-data", "tiny")
    spi("render", "tiny", "--engine", "builtin", "--area", WARDS[0], "--format", "html")
    reports = project / "reports" / "tiny"
    assert faults_of(reports / "open-data") == []
    [page] = (reports / "wards").glob("*.html")
    assert "Ward 1" in page.read_text("utf-8")
    scores = pd.read_csv(reports / "open-data" / "scores.csv")
    index = scores[(scores["element"] == "index") & (scores["period"] == "current")]
    assert len(index) == 9
    values = pd.read_csv(reports / "open-data" / "values.csv")
    assert values.loc[values["area_level"] == "ward", "value"].notna().all()


def test_every_figure_comes_as_it_was_published(world: World) -> None:
    for name in sources():
        found = world.fetch(name)
        assert found.counts["new"] == 16 * len(sources()[name]["figures"]), (name, found)
    inputs = load(world.edition)
    panel = inputs.panel
    people = inputs.geography.areas["population"]
    for r in world.publisher.observations:
        at = (panel.periods.index(r["period"]), panel.rows([r["area_code"]])[0],
              panel.indicators.index(r["indicator_id"]))  # fmt: skip
        value = float(r["value"])
        if r["indicator_id"] in ("burglary", "robbery"):
            value = 1000 * float(r["numerator"]) / people[r["area_code"]]
        assert np.isclose(panel.value[at], value, rtol=1e-5), r
    record = json.loads((world.edition / "sources" / "rent.fetched.json").read_text("utf-8"))
    assert record["licence"] == "uk-ogl"
    assert record["rows"] == 8
    assert [r["url"] for r in record["requests"]] == [
        f"{world.publisher.base}/datastore/{rest}"
        for rest in ("api/dataset/ward-figures", "rent.csv")
    ]
    assert len(record["requests"][0]["sha256"]) == 64
    assert "path" not in record["requests"][0]  # of this machine


def test_what_is_due(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert world.spi("fetch", "rent", "tiny") == 0
    assert "16 new" in capsys.readouterr().out
    mapping = read_mapping(world.about, "rent", web.registry())
    today = datetime.now(UTC).date()
    assert due(mapping, today)[0] is False
    assert due(mapping, today + timedelta(days=365))[0] is True
    world.publisher.change = lambda p, r: Reply(HEAD, kind="text/html") if "police" in p else r
    assert world.spi("fetch", "--due", "tiny") == 1
    told = capsys.readouterr()
    assert "rent: not due" in told.out
    assert "health: due: never fetched" in told.out
    assert "1 of 5 sources failed; fetched: cold-homes, crowding, health, turnout" in told.err
    world.publisher.change = lambda p, r: r
    assert world.spi("fetch", "--due", "tiny", "--json") == 0
    assert json.loads(capsys.readouterr().out)["sources"]["crime"]["counts"]["new"] == 32
    assert world.spi("fetch", "rents", "tiny") == 2
    assert "cold-homes, crime, crowding" in capsys.readouterr().err


def test_new_wards_are_one_command(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    redraw(world).publisher.arcgis_most = 4
    assert world.spi("fetch", "--due", "tiny") == 0
    assert "wards: not due: areas are fetched by name" in capsys.readouterr().out
    (world.edition / "context.csv").unlink()
    assert world.spi("fetch", "wards", "tiny") == 0, capsys.readouterr().err
    inputs = load(world.edition)
    assert [*inputs.geography.areas.query("level == 'ward'").index] == list(NEW)
    assert inputs.geography.areas["population"][NEW[8]] == 1130 + 1150
    weights = pd.read_csv(world.edition / "geography" / "rebase.csv").set_index(
        ["from_code", "to_code"]
    )["weight"]
    assert np.isclose(weights[WARDS[6], NEW[8]], 1130 / (1120 + 1130))
    assert np.allclose(weights.groupby(level=0).sum(), 1)
    said = yaml.safe_load((world.edition / "edition.yml").read_text("utf-8"))["geography"]
    assert (said["vintage"], said["lsoa_vintage"]) == ("2023", "2022")
    assert (world.edition / "sources" / "wards.fetched.json").exists()
    assert world.spi("fetch", "wards", "tiny") == 0  # once more: the old wards are not lost
    assert "is of 2023 already" in capsys.readouterr().out
    assert set(weights.index.levels[0]) == set(WARDS)
