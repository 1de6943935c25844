"""What changed since the build before: every kind of difference is listed, nothing else is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from spi_core.build import edition as build_module
from spi_core.build.edition import build
from spi_core.build.revisions import compare_builds
from spi_core.edition.inputs import load
from spi_core.files import private_folder
from spi_core.store import Tables
from tests.support.editions import WARDS, make_edition, read, rewrite, settings, spoil

Change = Callable[[Path], object]
Rebuild = Callable[[Change], pd.DataFrame]


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition and the reports of its first build, which have nothing to compare."""
    folder = tmp_path_factory.mktemp("first")
    tables = build(load(make_edition(folder / "data" / "tiny")), folder / "reports" / "tiny")
    assert "revisions" not in tables
    assert "compared_with" not in Tables(folder / "reports" / "tiny" / "tables").about
    assert not any(folder.rglob("*previous*"))
    return folder


@pytest.fixture
def edition(first_build: Path, tmp_path: Path) -> Path:
    return shutil.copytree(first_build / "data" / "tiny", tmp_path / "data" / "tiny")


@pytest.fixture
def reports(first_build: Path, tmp_path: Path) -> Path:
    """Reports that one build has left."""
    return shutil.copytree(first_build / "reports", tmp_path / "reports") / "tiny"


@pytest.fixture
def rebuild(edition: Path, reports: Path) -> Rebuild:
    """Change the edition, build again and give what is said to have changed."""

    def run(change: Change) -> pd.DataFrame:
        change(edition)
        return build(load(edition), reports)["revisions"]

    return run


def _kept(reports: Path, which: int = -1) -> Path:
    """The folder of a build that is kept: the last one, or the one before."""
    private = private_folder(reports)
    return private / json.loads((private / "builds.json").read_text("utf-8"))[which]


def _roll(edition: Path) -> None:
    """Move the periods on; rents of the new one are the last ones once more."""
    ids, later = {"baseline": "y2013", "current": "baseline"}, {"period_label": "2015"}
    later |= {"start": "2015-01-01", "end": "2015-12-31"}

    def moved(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        last = [r for r in rows if r["period"] == "current"]
        new = [r if r["indicator_id"] == "rent" else r | later for r in last]
        return [r | {"period": ids[r["period"]]} for r in rows] + new

    rewrite(edition / "observations" / "all.csv", moved)
    if (edition / "breaks.csv").exists():
        rewrite(
            edition / "breaks.csv",
            lambda rows: [r | {"from_period": "y2013", "to_period": "baseline"} for r in rows],
        )
    labels = {"y2013": "2013", "baseline": "2014", "current": "2015"}
    periods = [{"id": i, "label": label} for i, label in labels.items()]
    settings(edition, lambda s: s.update(periods=periods))


def _rows(revisions: pd.DataFrame, kind: str) -> list[tuple[str, str, str, str]]:
    mine = revisions[revisions["kind"] == kind]
    return list(mine[["what", "field", "before", "after"]].itertuples(index=False, name=None))


def test_a_revised_figure(rebuild: Rebuild) -> None:
    def revise(edition: Path) -> None:
        path = edition / "observations" / "all.csv"
        row = next(
            i
            for i, r in enumerate(read(path), 2)
            if (r["indicator_id"], r["area_code"], r["period"]) == ("rent", WARDS[0], "current")
        )
        spoil(path, row, value="1000", status="revised")

    found = _rows(rebuild(revise), "figure revised")
    ours = [r for r in found if r[0] == f"rent · {WARDS[0]} · 2014"]
    assert [(f, after) for _, f, _, after in ours] == [("value", "1000")]
    # the borough's figure rests on it, and nothing else does
    assert {r[0] for r in found} == {ours[0][0], "rent · E09000099 · 2014"}


def test_a_new_and_a_withdrawn_indicator(rebuild: Rebuild) -> None:
    def swap(edition: Path) -> None:
        for name, column in (
            ("indicators.csv", "id"),
            ("goalposts.csv", "indicator_id"),
            ("observations/all.csv", "indicator_id"),
        ):
            rewrite(
                edition / name,
                lambda rows, c=column: [
                    r | {c: "overcrowding"} if r[c] == "crowding" else r for r in rows
                ],
            )

    revisions = rebuild(swap)
    assert _rows(revisions, "indicator added") == [("overcrowding", "name", "", "Crowding")]
    assert _rows(revisions, "indicator removed") == [("crowding", "name", "Crowding", "")]
    # an indicator that comes or goes stands for its figures, weight and goalposts
    assert not any("crowding" in r[0] for r in _rows(revisions, "figure added"))
    assert _rows(revisions, "figure revised") == []


def test_a_year_further_on_figures_are_new_not_revised(rebuild: Rebuild) -> None:
    """What was the current period becomes the baseline: the same figures under another id."""

    def change(edition: Path) -> None:
        _roll(edition)
        rewrite(
            edition / "observations" / "all.csv",
            lambda rows: [
                r | {"value": "1000"}
                if (r["indicator_id"], r["area_code"], r["period"]) == ("rent", WARDS[0], "y2013")
                else r
                for r in rows
            ],
        )

    revisions = rebuild(change)
    revised = {r[0] for r in _rows(revisions, "figure revised")}
    assert revised == {f"rent · {area} · 2013" for area in (WARDS[0], "E09000099")}
    added = [r[0].split(" · ") for r in _rows(revisions, "figure added")]
    assert {label for _, _, label in added} == {"2015"}
    assert len(added) == 8 * 9
    assert _rows(revisions, "figure removed") == []


def test_whatever_defines_an_indicator_is_listed(rebuild: Rebuild) -> None:
    changed = {"description": "Else", "denominator": "Adults", "rationale": "New", "licence": "CC0"}
    revisions = rebuild(lambda e: spoil(e / "indicators.csv", 2, **changed))
    found = {f: after for what, f, _, after in _rows(revisions, "indicator revised")}
    assert found == changed


def test_weights_and_goalposts(rebuild: Rebuild) -> None:
    revisions = rebuild(lambda e: spoil(e / "goalposts.csv", 2, worst="17"))
    assert _rows(revisions, "goalpost revised") == [("crowding", "worst", "16.8", "17")]
    fields = {(what, field) for what, field, _, _ in _rows(revisions, "weight revised")}
    # the best and the worst row are part of the fit: its spread and so every share moves
    assert {("crowding", "share"), ("rent", "share")} <= fields
    assert "burglary" not in {what for what, _ in fields}


def test_population_and_names_of_areas(rebuild: Rebuild) -> None:
    revisions = rebuild(
        lambda e: spoil(e / "geography" / "areas.csv", 3, population="9999", name="New Ward")
    )
    assert _rows(revisions, "area revised") == [
        (WARDS[0], "name", "Ward 1", "New Ward"),
        (WARDS[0], "population", "4000", "9999"),
    ]


def test_method(rebuild: Rebuild) -> None:
    def change(edition: Path) -> None:
        settings(edition, lambda s: s["index"].update(weights="equal", index_mean="geometric"))

    found = _rows(rebuild(change), "method changed")
    assert ("weights", "weights", "pca", "equal") in found
    assert ("index_mean", "index_mean", "arithmetic", "geometric") in found
    assert len(found) == 2


def test_software(rebuild: Rebuild, monkeypatch: pytest.MonkeyPatch) -> None:
    import spi_core

    old = spi_core.__version__

    def upgrade(edition: Path) -> None:
        monkeypatch.setattr(build_module.spi_core, "__version__", "99.0")
        settings(edition, lambda s: s.update(contact="Somebody else"))  # other data, too

    assert _rows(rebuild(upgrade), "method changed") == [("software", "software", old, "99.0")]


def test_a_definition(rebuild: Rebuild) -> None:
    revisions = rebuild(lambda e: spoil(e / "indicators.csv", 4, unit="£ a month", name="Rents"))
    assert _rows(revisions, "indicator revised") == [
        ("rent", "name", "Rent", "Rents"),
        ("rent", "unit", "% of homes", "£ a month"),
    ]
    assert _rows(revisions, "figure revised") == []


def test_the_same_data_again_is_still_compared_with_the_build_before(
    rebuild: Rebuild, edition: Path, reports: Path
) -> None:
    first = rebuild(lambda e: spoil(e / "geography" / "areas.csv", 3, name="New Ward"))
    before = Tables(reports / "tables").about["compared_with"]
    again = build(load(edition), reports)["revisions"]
    pd.testing.assert_frame_equal(again, first)
    assert Tables(reports / "tables").about["compared_with"] == before
    assert len(again) == 1


def test_going_back_is_a_change_as_well(rebuild: Rebuild, edition: Path, reports: Path) -> None:
    rebuild(lambda e: spoil(e / "geography" / "areas.csv", 3, name="New Ward"))
    spoil(edition / "geography" / "areas.csv", 3, name="Ward 1")
    back = build(load(edition), reports)["revisions"]
    assert _rows(back, "area revised") == [(WARDS[0], "name", "New Ward", "Ward 1")]


def test_other_data_without_a_difference_that_counts(rebuild: Rebuild, reports: Path) -> None:
    revisions = rebuild(lambda e: settings(e, lambda s: s.update(contact="Somebody else")))
    assert revisions.empty
    assert list(revisions.columns) == ["kind", "what", "field", "before", "after"]
    assert "compared_with" in Tables(reports / "tables").about


def test_an_interrupted_build_before_is_not_compared_with(edition: Path, reports: Path) -> None:
    """Without build.json what is kept does not count."""
    (_kept(reports) / "build.json").unlink()
    spoil(edition / "geography" / "areas.csv", 3, name="New Ward")
    assert "revisions" not in build(load(edition), reports)


def test_a_kept_build_that_cannot_be_read_does_not_stop_the_next(
    rebuild: Rebuild, edition: Path, reports: Path
) -> None:
    rebuild(lambda e: spoil(e / "geography" / "areas.csv", 3, name="New Ward"))
    (_kept(reports, 0) / "values.parquet").unlink()
    tables = build(load(edition), reports)
    assert "revisions" not in tables
    assert json.loads((reports / "tables" / "build.json").read_text("utf-8"))["rows"]


# what is hidden now


@pytest.fixture
def ruled(edition: Path, reports: Path) -> Path:
    """Burglary under a rule, with every count far above it, and built so for the first time."""
    settings(edition, lambda s: s.update(disclosure={"method": "suppress"}))
    _rule(edition, "suppress<5")
    shutil.rmtree(reports)
    build(load(edition), reports)
    return edition


def _rule(edition: Path, text: str) -> None:
    rewrite(
        edition / "indicators.csv",
        lambda rows: [r | {"disclosure_rule": text} if r["id"] == "burglary" else r for r in rows],
    )


def _count(edition: Path, ward: str, count: int) -> None:
    rewrite(
        edition / "observations" / "all.csv",
        lambda rows: [
            r | {"numerator": str(count), "value": f"{1000 * count / int(r['denominator']):.6f}"}
            if (r["indicator_id"], r["area_code"], r["period"]) == ("burglary", ward, "current")
            else r
            for r in rows
        ],
    )


def test_a_figure_hidden_now_is_in_no_row_whatever_it_was(
    ruled: Path, rebuild: Rebuild, reports: Path
) -> None:
    def change(edition: Path) -> None:
        _count(edition, WARDS[0], 3)  # another ward's figure is hidden with it
        for ward in WARDS[5:]:
            _count(edition, ward, 150)

    revisions = rebuild(change)
    tables = Tables(reports / "tables")
    rows = tables["values"].query("indicator_id == 'burglary' and period == 'current'")
    hidden = set(rows.loc[rows["provenance"] == "suppressed", "area_code"])
    assert WARDS[0] in hidden
    assert len(hidden) > 1
    told = [r[0].split(" · ") for r in _rows(revisions, "figure revised")]
    told = {area for indicator, area, _ in told if indicator == "burglary"}
    assert told >= set(WARDS[5:]) - hidden
    assert not told & hidden
    # its data version rests on figures that are hidden now: even a short hash lets guesses be tried
    assert tables.about["compared_with"] == ""


def test_a_figure_hidden_under_another_period_is_hidden_as_well(
    ruled: Path, rebuild: Rebuild, reports: Path
) -> None:
    """What was the current period is the baseline now: ids alone would let it through."""

    def change(edition: Path) -> None:
        before = read(edition / "observations" / "all.csv")
        _count(edition, WARDS[0], 3)
        _roll(edition)
        burglary = {
            r["area_code"]: r
            for r in before
            if (r["indicator_id"], r["period"]) == ("burglary", "current")
        }
        cells = ("value", "numerator")
        rewrite(  # those of the new period are as high as ever
            edition / "observations" / "all.csv",
            lambda rows: [
                r | {k: burglary[r["area_code"]][k] for k in cells}
                if (r["indicator_id"], r["period"]) == ("burglary", "current")
                else r
                for r in rows
            ],
        )

    revisions = rebuild(change)
    tables = Tables(reports / "tables")
    rows = tables["values"].query("indicator_id == 'burglary' and period == 'baseline'")
    hidden = set(rows.loc[rows["provenance"] == "suppressed", "area_code"])
    assert WARDS[0] in hidden
    told = [r[0].split(" · ") for r in _rows(revisions, "figure revised")]
    assert not hidden & {area for i, area, label in told if (i, label) == ("burglary", "2014")}
    assert tables.about["compared_with"] == ""


@pytest.mark.parametrize("rule", ["suppress<8", "suppress<5;round5", "none"])
def test_a_build_under_other_rules_is_neither_compared_with_nor_kept(
    ruled: Path, reports: Path, rule: str
) -> None:
    before = _kept(reports)
    _rule(ruled, rule)
    assert "revisions" not in build(load(ruled), reports)
    assert not before.exists()
    assert "compared_with" not in Tables(reports / "tables").about


def test_rules_that_go_hide_nothing_of_before(ruled: Path, reports: Path) -> None:
    _rule(ruled, "none")
    settings(ruled, lambda s: s.update(disclosure="none"))
    assert "revisions" in build(load(ruled), reports)


def test_rounding_is_no_revision() -> None:
    frames = {
        "values": ["indicator_id", "area_code", "period", "value", "numerator", "denominator"],
        "indicators": ["id", "name", "component", "unit", "polarity"],
        "comparisons": ["indicator_id", "from_period", "to_period", "group", "in_change"],
        "weights": ["indicator_id", "weight", "share", "method"],
        "goalposts": ["indicator_id", "worst", "best"],
        "areas": ["code", "name", "vintage", "parent_code", "population"],
        "dates": ["indicator_id", "period", "period_label", "start", "end"],
    }
    tables = {n: pd.DataFrame(columns=c) for n, c in frames.items()}
    tables["indicators"] = pd.DataFrame([["rent", *"abcd"]], columns=frames["indicators"])
    one = pd.DataFrame([["rent", "E1", "now", 0.1 + 0.2, float("nan"), 3.0]])
    one.columns = frames["values"]
    about = {"software": "1", "edition": {"index": {}}}
    before = tables | {"values": one}
    after = tables | {"values": one.assign(value=0.3)}
    assert compare_builds(before, after, about, about).empty
    assert (
        len(compare_builds(before, tables | {"values": one.assign(value=0.31)}, about, about)) == 1
    )
    gone = tables | {"values": one.assign(denominator=float("nan"))}
    revised = compare_builds(before, gone, about, about)
    assert revised[["field", "before", "after"]].iloc[0].tolist() == ["denominator", "3", ""]
