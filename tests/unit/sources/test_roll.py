"""A year further on: what a roll keeps, renames, empties and asks for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from spi_core.edition.inputs import load
from spi_core.edition.summary import summarise
from spi_core.errors import InputError
from spi_core.sources.indicator.change import add, remove
from spi_core.sources.roll.edition import read_breaks, roll
from spi_core.sources.roll.settings import mentions, roll_settings
from spi_core.sources.roll.wanted import wanted
from tests.support.editions import INDICATORS, copy_open, make_edition, read, write


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_edition(tmp_path_factory.mktemp("roll") / "tiny")
    signed = {"expert": "A. Nurse", "organisation": "NHS", "date": "2014-11-02", "caveat": ""}
    write(folder / "signoff.csv", [{"indicator_id": "rent", **signed}])
    said = "title: current figures\nperiods:\n"
    said += "  baseline: {label: '2013'}\n  'current': {label: '2014'}\n"
    (folder / "sources").mkdir()
    (folder / "sources" / "rent.yml").write_text(said, "utf-8")
    (folder / "sources" / "rent.fetched.json").write_text("{}", "utf-8")
    return folder


@pytest.fixture(scope="module")
def rolled(edition: Path) -> Path:
    before = {p: p.read_bytes() for p in edition.rglob("*") if p.is_file()}
    made = roll(edition, "2015", None, {"rent": "Another survey"})
    assert {p: p.read_bytes() for p in edition.rglob("*") if p.is_file()} == before
    assert made.folder == edition.with_name("tiny-2015")
    assert [p.name for p in edition.parent.iterdir() if p.name.startswith(".")] == []
    return made.folder


def test_periods_move_on_and_every_figure_with_them(edition: Path, rolled: Path) -> None:
    inputs, old = load(rolled), load(edition)
    assert inputs.periods == {"y2013": "2013", "baseline": "2014", "current": "2015"}
    pd.testing.assert_frame_equal(
        pd.DataFrame(inputs.panel.value[1]), pd.DataFrame(old.panel.value[1])
    )
    assert inputs.settings["edition_year"] == "2015"
    assert inputs.settings["follows"] == "tiny"
    for name in ("goalposts.csv", "indicators.csv", "context.csv"):
        assert (rolled / name).read_bytes() == (edition / name).read_bytes()


def test_nothing_is_fetched_for_the_new_period_with_the_dates_of_the_old(rolled: Path) -> None:
    said = yaml.safe_load((rolled / "sources" / "rent.yml").read_text("utf-8"))
    assert said["periods"] == {"y2013": {"label": "2013"}, "baseline": {"label": "2014"}}
    assert said["title"] == "current figures"
    assert not (rolled / "sources" / "rent.fetched.json").exists()


def test_a_break_is_of_its_pair_and_a_sign_off_waits(rolled: Path) -> None:
    pairs = {
        (r["indicator_id"], r["from_period"]): r["to_period"] for r in read(rolled / "breaks.csv")
    }
    assert pairs["rent", "baseline"] == "current"
    assert pairs["exam_points", "y2013"] == "baseline"  # between 2013 and 2014, as before
    assert [r["date"] for r in read(rolled / "signoff.csv")] == [""]


def test_one_line_says_that_figures_are_awaited(rolled: Path) -> None:
    lines = [line for line in summarise(load(rolled)).lines if "2015" in line]
    assert len(lines) == 1
    assert "no figures yet for 2015: 9 of 9 indicators, listed in" in lines[0]
    assert lines[0].endswith("; build waits for them")
    asked = read(rolled / "source" / "wanted.csv")
    assert {r["indicator_id"] for r in asked} == {i[0] for i in INDICATORS}
    dates = ("last_label", "last_start", "last_end", "next_start", "next_end")
    assert [asked[0][k] for k in dates] == [
        "2014", "2014-01-01", "2014-12-31", "2015-01-01", "2015-12-31",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "name", "said"),
    [
        ("2014", None, "'2014' is a period of the edition already"),
        ("–", None, "is no name"),
        ("2015" * 80, None, "--period: '2015"),
        (r"2015\1", None, "is no name"),  # no reference to a group
        ('2015: "x"', None, "is no name"),  # nor YAML
        ("2015\tx", None, "is no name"),
        ("2015\nlicence: ours", None, "is no name"),
        ("yes", None, "4 to 40"),
        ("next year", None, "'next year' is not after the last period; allowed: a year after 2014"),
        ("2011", None, "'2011' is not after the last period"),
        ("2013/14", None, "is not after the last period"),
        ("2015", "t" * 300, "is no name"),
        ("2015", "Tiny", "'Tiny' is no name"),
        ("2015", "../x", "'../x' is no name"),
        ("2015", "tiny-2015", "is there already and is not overwritten"),
    ],
)
def test_what_cannot_be_rolled_is_refused(
    edition: Path, rolled: Path, label: str, name: str | None, said: str
) -> None:
    before = sorted(p.name for p in edition.parent.iterdir())
    with pytest.raises(InputError, match=said):
        roll(edition, label, name, {})
    assert sorted(p.name for p in edition.parent.iterdir()) == before


def test_breaks_are_read_with_every_fault(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("indicator_id,reason\nrent,\ntent,Why\n")
    with pytest.raises(InputError) as caught:
        read_breaks(tmp_path / "b.csv", ["rent"])
    assert [(f.row, f.column) for f in caught.value.faults] == [(2, "reason"), (3, "indicator_id")]


def test_comments_stay_and_only_the_period_s_label_moves() -> None:
    old = (
        "# ours\nid: a-2014\nfollows: a\ntitle: Year 2014\nsubtitle: Since 2014/15\n"
        'periods: [{id: baseline, label: "2013"}, {id: current, label: "2014"}]\n'
        "seed: 2014\nnotes:\n  - Of 2014 only\n"
    )
    ids = {"current": "baseline", "baseline": "y2013"}
    text = roll_settings(old, ids, "2015", "a-2015")
    new = yaml.safe_load(text)
    assert text.startswith("# ours\n")
    assert new["periods"] == [
        {"id": "y2013", "label": "2013"},
        {"id": "baseline", "label": "2014"},
        {"id": "current", "label": "2015"},
    ]
    assert (new["id"], new["follows"], new["title"]) == ("a-2015", "a-2014", "Year 2015")
    assert (new["subtitle"], new["seed"]) == ("Since 2014/15", 2014)
    assert mentions(text, "2014") == ("row 9: Of 2014 only",)


def test_sums_over_periods_are_of_the_years_that_they_were_of() -> None:
    """Else the new year would be protected as part of a sum, and the old one not."""
    old = (
        "id: a\ntitle: a\nperiods:\n"
        "  - {id: pool, label: 2012-14}\n  - {id: y2012, label: '2012'}\n"
        "  - {id: baseline, label: '2013'}\n  - {id: current, label: '2014'}\n"
        "disclosure:\n  method: suppress\n  relations: [{total: current, parts: [baseline, b]}]\n"
        "  pooled:\n    - {total: pool, parts: [y2012, baseline, 'current']}\n"
    )
    new = yaml.safe_load(
        roll_settings(old, {"current": "baseline", "baseline": "y2013"}, "2015", "b")
    )
    assert new["disclosure"] == {
        "method": "suppress",
        "relations": [{"total": "current", "parts": ["baseline", "b"]}],  # indicators
        "pooled": [{"total": "pool", "parts": ["y2012", "y2013", "baseline"]}],
    }


def test_similar_areas_are_the_edition_s_own_while_the_population_lags(tmp_path: Path) -> None:
    """London's figures end with 2014: its wards have no scores of 2015 to be held against."""
    new = load(roll(copy_open(tmp_path / "open"), "2015", None, {}).folder)
    assert new.settings["comparators"]["from"] == "edition"
    assert new.pool is None


def test_the_new_baseline_s_label_is_no_line_to_read_again() -> None:
    text = "periods:\n  - id: baseline\n    label: '2014'\nnotes: 'All. Figures\n  of 2014.'\n"
    assert mentions(text, "2014") == ("row 5: Figures of 2014.",)


def test_no_day_is_reckoned_for_what_is_published_seldom(edition: Path, rolled: Path) -> None:
    inputs = load(edition)
    about = inputs.framework.indicators
    about.loc["rent", "update_frequency"] = "every 4 years"
    asked = wanted(inputs).set_index("indicator_id")
    assert asked.loc[["rent"], ["next_start", "next_end"]].isna().all(axis=None)
    assert asked.loc[["rent"], "note"].str.startswith("Published about every 4 years").all()
    assert asked.drop(index="rent")["next_start"].notna().any()


def test_a_new_indicator_is_asked_for_and_a_removed_one_is_not(
    rolled: Path, tmp_path: Path
) -> None:
    new = shutil.copytree(rolled, tmp_path / rolled.name)
    before = (new / "source" / "wanted.csv").read_bytes()
    rows = [r for r in read(new / "observations" / "all.csv") if r["indicator_id"] == "rent"]
    write(tmp_path / "damp.csv", [r | {"indicator_id": "damp"} for r in rows])
    row = {
        "name": "Damp homes", "component": "Shelter", "polarity": "-1", "unit": "% of homes",
        "description": "Homes with damp.", "publisher_or_owner": "Housing service",
        "source_dataset": "Stock survey", "rationale": "Harms health.", "worst": "3000",
        "best": "2", "reason": "Agreed",
    }  # fmt: skip
    add(new, "damp", row, None, tmp_path / "damp.csv")
    asked = [r for r in read(new / "source" / "wanted.csv") if r["indicator_id"] == "damp"]
    assert {(r["last_label"], r["next_end"]) for r in asked} == {("2014", "2015-12-31")}
    assert read(new / "corrections.csv")[-1]["why"] == "Harms health."
    remove(new, "damp", None)
    assert (new / "source" / "wanted.csv").read_bytes() == before
