"""The years before an edition's periods: what moved over several, and that nothing else moves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from spi_core.build.edition import build, compute
from spi_core.edition.inputs import load
from tests.support.editions import (
    OPEN,
    WARDS,
    broken,
    count,
    faults,
    make_edition,
    only,
    read,
    rewrite,
)
from tests.support.editions import settings as set_to
from tests.support.years import YEARS, add_years

Tables = Mapping[str, pd.DataFrame]
ABBEY, SAFETY = "E05000026", "Personal Safety"


@pytest.fixture(scope="module")
def open_tables(built_open: Path) -> Tables:
    return {p.stem: pd.read_parquet(p) for p in (built_open / "tables").glob("*.parquet")}


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    folder = make_edition(tmp_path / "data" / "tiny")
    count(folder)
    add_years(folder)
    return folder


def test_a_component_s_change_over_four_years_by_hand(open_tables: Tables) -> None:
    """Personal Safety of one ward: scores and interval from counts, goalposts, weights and φ."""
    history = open_tables["history"].query("area_code == @ABBEY").set_index("indicator_id")
    weights = open_tables["weights"].query("component == @SAFETY").set_index("indicator_id")
    posts = open_tables["goalposts"].set_index("indicator_id").loc[weights.index]
    past = pd.read_csv(OPEN / "reference" / "history.csv").query("period == '2010'")
    phi = past.set_index("indicator_id")["phi"].loc[weights.index]
    point = weights["share"] * 100 / (posts["best"] - posts["worst"])
    score, variance = {}, 0.0
    for period in ("2010", "current"):
        now = history[history["period"] == period].loc[weights.index]
        per = 1000 * now["numerator"] / now["denominator"]
        assert per.to_numpy() == pytest.approx(now["value"].to_numpy(), rel=1e-6)
        ends = posts[["worst", "best"]].to_numpy()
        held = now["value"].clip(ends.min(axis=1), ends.max(axis=1))
        score[period] = float((point * (held - posts["worst"])).sum())
        variance += float((point**2 * phi * per**2 / now["numerator"]).sum())
    own = open_tables["long_changes"].query("area_code == @ABBEY and element == @SAFETY").iloc[0]
    assert own["change"] == pytest.approx(score["current"] - score["2010"], abs=1e-9)
    assert (own["first"], own["last"], own["parts"], own["of"]) == ("2010", "2014", 7, 7)
    level = open_tables["long_tiers"].set_index("tier").at["long_changes", "coverage"]
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(variance)
    # counts of a dozen have a wider score interval than √x
    assert (own["high"] - own["low"]) / 2 == pytest.approx(half, rel=0.05)


def test_what_is_left_beside_london_by_hand(open_tables: Tables) -> None:
    history = open_tables["history"].query("indicator_id == 'robbery_offences'")
    first, last = (history[history["period"] == p].iloc[0] for p in ("2010", "current"))
    rows = history.set_index(["area_code", "period"])["value"]
    own = open_tables["long_changes"].query("element == 'robbery_offences'")
    for row in own.itertuples():
        before, after = rows[row.area_code, "2010"], rows[row.area_code, "current"]
        assert row.change == pytest.approx(after - before)
        london = last["reference"] / first["reference"]
        # London's ratio is of the wards that have both years: 624 of 625
        assert row.relative == pytest.approx(after - london * before, rel=0.01, abs=0.01)


def test_several_years_tell_what_one_year_cannot(open_tables: Tables) -> None:
    wards = open_tables["areas"].query("level == 'ward'")["code"]
    one, several = (
        t[t["area_code"].isin(wards) & (t["element"] == SAFETY)]["rating"].value_counts()
        for t in (open_tables["changes"], open_tables["long_changes"])
    )
    assert "clear improvement" not in one
    assert several.to_dict() == {"clear improvement": 12, "no clear change": 5}


def test_a_trend_s_ends_differ_by_the_change(open_tables: Tables) -> None:
    changes = open_tables["long_changes"].query("level != 'indicator'")
    trend = open_tables["long_scores"].set_index(["area_code", "element", "period"])["score"]
    for row in changes.itertuples():
        ends = [trend[row.area_code, row.element, p] for p in (row.from_period, row.to_period)]
        assert ends == [row.baseline, row.current]
        assert ends[1] - ends[0] == pytest.approx(row.change, abs=1e-12)
    clear = changes["rating"].isin(["clear improvement", "clear decline"])
    assert ((changes["low"] > 0) | (changes["high"] < 0)).eq(clear).all()
    one_year = open_tables["values"].set_index(["area_code", "indicator_id", "period"])
    mine = open_tables["history"].query("period in ['baseline', 'current']")
    keys = pd.MultiIndex.from_frame(mine[["area_code", "indicator_id", "period"]])
    for name in ("value", "value_low", "value_high"):
        assert np.array_equal(mine[name], one_year[name].reindex(keys), equal_nan=True)


def test_what_means_something_else_now_has_its_years_and_no_change(edition: Path) -> None:
    rewrite(
        edition / "breaks.csv",
        lambda rows: [*rows, broken("burglary", "Recorded anew.", "2011", "2012")],
    )
    tables = compute(load(edition))
    history = tables["history"].drop_duplicates(["indicator_id", "period"])
    same = history.set_index(["indicator_id", "period"])["comparable"]
    every = [*YEARS, "baseline", "current"]
    assert same["burglary"].reindex(every).tolist() == [False, False, True, True, True]
    assert same["exam_points"].reindex(every).tolist() == [False] * 4 + [True]
    assert same["robbery"].all()
    changes = tables["long_changes"].drop_duplicates("element").set_index("element")
    assert not {"burglary", "exam_points"} & set(changes.index)
    assert changes.loc["robbery", ["from_period", "first", "last", "years"]].tolist() == [
        "2010", "2010", "2014", 4,
    ]  # fmt: skip
    # one of two figures of Safety is left, fewer than a component needs
    assert "Safety" not in changes.index
    assert (changes.at["Shelter", "parts"], changes.at["Shelter", "of"]) == (3, 3)


def test_from_the_earliest_year_that_serves(edition: Path) -> None:
    rewrite(
        edition / "history" / "all.csv",
        lambda rows: [
            r for r in rows if r["period"] != "2010" or r["indicator_id"].startswith("rob")
        ],
    )
    changes = compute(load(edition))["long_changes"].drop_duplicates("element")
    first = changes.set_index("element")["first"]
    assert (first["robbery"], first["burglary"], first["Safety"]) == ("2010", "2011", "2011")


def test_a_gap_in_the_years_or_too_few_is_no_change_of_several(edition: Path) -> None:
    rewrite(edition / "history" / "all.csv", lambda rows: [
        r for r in rows
        if r["period"] != {"robbery": "2012", "burglary": "2013"}.get(r["indicator_id"], "2011")
        or r["indicator_id"] == "rent"
    ])  # fmt: skip
    elements = set(compute(load(edition))["long_changes"]["element"])
    # what has a figure each year, and no other component reaches half of its weight
    assert elements == {"burglary", "rent"}


def test_hidden_counts_of_earlier_years_stay_hidden(edition: Path, tmp_path: Path) -> None:
    set_to(edition, lambda s: s.update(disclosure={"method": "suppress"}))
    rewrite(edition / "indicators.csv", lambda rows: [
        r | {"disclosure_rule": "suppress<5"} if r["id"] == "robbery" else r for r in rows
    ])  # fmt: skip
    few = ("robbery", "2011", WARDS[0])
    rewrite(edition / "history" / "all.csv", lambda rows: [
        r | {"numerator": "3", "value": f"{3000 / int(r['denominator']):.6f}"}
        if (r["indicator_id"], r["period"], r["area_code"]) == few else r for r in rows
    ])  # fmt: skip
    table = build(load(edition), tmp_path / "public")["history"].query("indicator_id == 'robbery'")
    hidden = table[table["provenance"] == "suppressed"]
    # with another, so that the borough does not tell it
    assert (set(hidden["period"]), len(hidden) > 1) == ({"2011"}, True)
    assert WARDS[0] in set(hidden["area_code"])
    assert hidden[["value", "value_low", "value_high", "numerator"]].isna().all(axis=None)
    shown = build(load(edition), tmp_path / "internal", "internal")["history"]
    assert shown["value"].notna().all()


@pytest.mark.parametrize(
    ("years", "said"),
    [
        (None, "history.periods: is missing: history/ has figures of other years"),
        (["2010", "20x1", "2012"], "history.periods.1: '20x1' is not allowed"),
        (["2009", *YEARS], "'2009' has no figures in history/"),
        (["2010", "2011"], "'2012' is not a period of edition.yml"),
    ],
)
def test_years_named_and_years_there_are_held_together(
    edition: Path, years: list[str] | None, said: str
) -> None:
    set_to(edition, lambda s: s.update(history={"periods": years}) if years else s.pop("history"))
    assert said in str(only(edition))


def test_faults_and_warnings_of_earlier_years(edition: Path) -> None:
    table = edition / "history" / "all.csv"
    rows = read(table)
    at = next(n for n, r in enumerate(rows) if r["indicator_id"] == "rent")
    rewrite(table, lambda old: [*old[:at], old[at] | {"value": "9000"}, *old[at + 1 :]])
    found = compute(load(edition))  # a slip of the pen is no fault
    assert len(found["long_changes"])
    from spi_core.edition.warned.collect import collect

    said = collect(load(edition)).query("file == 'history/all.csv'")
    assert said["warning"].tolist() == ["jump of a factor 10: rent"]
    rewrite(table, lambda old: [*old[:at], old[at] | {"value": "-1"}, *old[at + 1 :]])
    assert "is outside the valid range of rent" in "".join(map(str, faults(edition)))
