"""The next year by the book: rolled, filled with generated figures, an indicator more, read."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import lxml.html
import pandas as pd
import pytest

from tests.support.editions import settings
from tests.support.project import command, copy_project, run
from tests.support.rolled import fill

pytestmark = pytest.mark.gate

DRUGS = {
    "name": "Drug offences",
    "component": "Personal Safety",
    "polarity": "-1",
    "kind": "rate",
    "per": "1000",
    "unit": "per 1,000 residents",
    "description": "Recorded drug offences per 1,000 residents.",
    "rationale": "Asked for by the partnership.",
}
ABBEY = "E05000026"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The next edition, rendered; the last one built, so that there is one to compare with."""
    made = copy_project(tmp_path_factory.mktemp("next") / "project")
    settings(made / "data" / "lbbd-open", lambda s: s["uncertainty"].update(replicates=300))
    run(made, "build", "lbbd-open")
    run(made, "roll", "lbbd-open", "--period", "2015")
    fill(made / "data" / "lbbd-open-2015")
    cells = [part for k, v in DRUGS.items() for part in ("--set", f"{k}={v}")]
    figure = ("--figure", "crime_drugs", "--base", "population")
    run(made, "indicator", "add", "lbbd-open-2015", "crime_drugs", *figure, *cells)
    run(made, "build", "lbbd-open-2015")
    run(made, "explore", "lbbd-open-2015")
    documents = ("--document", "borough-report", "--document", "what-changed")
    run(made, "render", "lbbd-open-2015", *documents, "--format", "html")
    run(made, "render", "lbbd-open-2015", "--area", ABBEY)
    return made


@pytest.fixture(scope="module")
def site(project: Path) -> Path:
    return project / "reports" / "lbbd-open-2015"


def _text(path: Path) -> str:
    root = lxml.html.parse(str(path)).getroot()
    for gone in root.xpath("//script|//style"):
        gone.drop_tree()
    return re.sub(r"\s+", " ", root.text_content())


def _table(site: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(site / "tables" / f"{name}.parquet")


def test_the_report_speaks_of_the_new_year(site: Path) -> None:
    text = _text(site / "borough-report.html")
    assert "Change, 2014 to 2015" in text
    assert "2013 to 2015" not in text
    assert "2013 and 2015" not in text
    assert "London’s figures end with 2014: none is set beside those of 2015." in text
    assert "The scale rests on figures up to 2014." in text
    assert "Was it the borough, or was it London?" not in text
    assert "Drug offences was not collected for 2015" in text
    change = _table(site, "changes").query("area_code == 'E09000002' and element == 'index'")
    assert f"{change['change'].iloc[0]:+.1f}".replace("-", "−") in text


def test_no_figure_is_compared_with_itself(site: Path) -> None:
    pairs = _table(site, "comparisons").set_index("indicator_id")
    once = pairs.index[pairs["reason"] == "no newer figures"]
    assert {"secure_tenure", "employment_rate", "turnout_borough"} <= set(once)
    assert not pairs.loc[once, "in_change"].any()
    moved = _table(site, "indicator_changes").dropna(subset="change")
    assert not set(moved["indicator_id"]) & set(once)
    text = _text(site / "borough-report.html")
    assert "Census 2011 → Census 2011" not in text
    assert "same figure" in text
    assert "Nothing newer published." in text


def test_london_is_not_compared_with_a_year_it_has_no_figures_of(site: Path) -> None:
    assert _table(site, "changes")["relative"].isna().all()
    assert _table(site, "reference_standing")[["gap", "change"]].isna().all(axis=None)
    brief = _text(next(site.glob(f"wards/{ABBEY}*.html")))
    assert "London ward" not in brief
    assert "London’s figures end with 2014" in brief
    assert "From 2014 to 2015 the score of " in brief
    assert "beyond London" not in brief


def test_three_periods_are_lines_that_end_in_the_printed_change(site: Path) -> None:
    whole = "area_code == 'E09000002'"
    trend = _table(site, "scores_comparable").query(f"{whole} and level == 'component'")
    wide = trend.pivot(index="element", columns="period", values="score").dropna()
    assert len(wide) >= 5
    change = _table(site, "changes").query(whole).set_index("element")["change"]
    step = wide["current"] - wide["baseline"]
    pd.testing.assert_series_equal(step, change[wide.index], check_names=False, check_exact=False)
    for page in ("borough-report.html", next(site.glob(f"wards/{ABBEY}*.html")).name):
        found = next(site.rglob(page)).read_text("utf-8")
        assert "in 2013, 2014, 2015: " in found, page  # what the pictures say in words
        said = re.findall(r'alt="Comparable scores of [^"]*"', found)
        assert said, page
        assert all("illustrative" in x and "every value" not in x for x in said), page


def test_the_explorer_measures_change_from_last_year(site: Path) -> None:
    data = json.loads((site / "explorer" / "data.json").read_text("utf-8"))
    by_id = {m["id"]: i for i, m in enumerate(data["measures"])}
    ward = data["figures"]["ward"]
    lines = [c for c in ward if c and "trend" in c]
    assert lines
    assert all(len(c["trend"]) == 3 for c in lines)
    tenure = ward[by_id["secure_tenure"]]
    assert "change" not in tenure or set(tenure["change"]) == {None}
    said = [
        s for s in data["sentences"]["areas"]["ward"]["change"][by_id["ambulance_incidents"]] if s
    ]
    assert all("in 2014, " in s and "in 2015" in s for s in said)


def test_what_changed_is_what_is_new(site: Path) -> None:
    text = _text(site / "what-changed.html")
    assert re.search(r"Since the build with data version \w+ of lbbd-open: ", text)
    assert "1 indicator added" in text
    kinds = _table(site, "revisions").value_counts("kind")
    assert "figure revised" not in kinds
    assert "figure removed" not in kinds
    added = _table(site, "revisions").query("kind == 'figure added'")
    assert not added["what"].str.contains("secure_tenure|crime_drugs").any()


def test_check_says_in_one_line_what_is_awaited(project: Path) -> None:
    line, environment = command(project, "check", "lbbd-open-2015")
    said = subprocess.run(
        line, cwd=project, env=environment, capture_output=True, text=True, check=True
    ).stdout
    awaited = [x for x in said.splitlines() if "no figures yet" in x]
    assert len(awaited) == 1
    assert awaited[0].startswith("no figures yet for 2015: 1 of 35 indicators")
