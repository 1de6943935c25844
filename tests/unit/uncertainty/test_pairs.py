"""Which figures count in the change from one period to another: breaks, dates, the one rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spi_core.build.edition import compute
from spi_core.build.recipe import broken_since, pair_compared
from spi_core.edition.inputs import load
from spi_core.edition.panel import Panel
from spi_core.uncertainty.pairs import NO_NEWER, Pair, pair_of
from tests.support.editions import (
    Row,
    broken,
    faults,
    make_edition,
    only,
    read,
    rewrite,
    settings,
    spoil,
    write,
)

PERIODS = ("2001", "2011", "2012", "2013")


def panel(dates: list[tuple[str, str, str, str]]) -> Panel:
    """Make a panel of which only the dates are looked at."""
    frame = pd.DataFrame(dates, columns=["indicator_id", "period", "start", "end"])
    frame[["start", "end"]] = frame[["start", "end"]].apply(pd.to_datetime)
    ids = tuple(dict.fromkeys(frame["indicator_id"]))
    blank = np.zeros((len(PERIODS), 0, len(ids)))
    return Panel(PERIODS, (), ids, blank, blank, blank, blank.astype(str), frame)


def said(
    dates: list[tuple[str, str, str, str]], first: str, last: str, *rows: Row, **index: Any
) -> Pair:
    edition = {"periods": [{"id": p} for p in PERIODS], "index": index}
    return pair_of(panel(dates), pd.DataFrame(rows), edition, first, last)


def yearly(*periods: str) -> list[tuple[str, str, str, str]]:
    return [("a", p, f"{p}-01-01", f"{p}-12-31") for p in periods]


@pytest.mark.parametrize(
    ("first", "last", "group"),
    [
        ("2001", "2011", "in step"),
        ("2001", "2012", "broken"),  # the break lies within
        ("2011", "2012", "broken"),
        ("2012", "2013", "in step"),
        ("2011", "2013", "broken"),
        ("2012", "2011", "broken"),  # whichever is named first
    ],
)
def test_a_break_parts_every_pair_that_spans_it(first: str, last: str, group: str) -> None:
    row = broken("a", "New rules", "2011", "2012")
    found = said(yearly(*PERIODS), first, last, row, change_years=[0, 20])
    assert found.group.tolist() == [group]
    assert found.reason.tolist() == ["New rules" if group == "broken" else ""]
    assert found.compared.tolist() == found.counts.tolist() == [group == "in step"]


@pytest.mark.parametrize(
    ("days", "group"),
    [
        # 0.75 and 1.25 years are 273.9375 and 456.5625 days
        (273, "closer"),
        (274, "in step"),
        (365, "in step"),
        (456, "in step"),
        (457, "further apart"),
        (3619, "further apart"),
    ],
)
def test_a_year_is_three_to_five_quarters(days: int, group: str) -> None:
    start = pd.Timestamp("2001-04-29")
    end = start + pd.Timedelta(days=days)
    dates = [("a", "2001", f"{start:%F}", f"{start:%F}"), ("a", "2011", f"{end:%F}", f"{end:%F}")]
    found = said(dates, "2001", "2011")
    assert found.group.tolist() == [group]
    assert found.years[0] == pytest.approx(days / 365.25)
    reason = "" if group == "in step" else f"{group}: 2001 to {end:%Y}"
    assert found.reason.tolist() == [reason]
    assert found.compared.all()  # its own change is shown all the same


def test_windows_are_held_by_their_middles_and_several_years_are_rolling() -> None:
    dates = [("a", "2011", "2008-01-01", "2012-12-31"), ("a", "2012", "2009-01-01", "2013-12-31")]
    found = said(dates, "2011", "2012")
    assert (found.group[0], found.rolling[0]) == ("in step", True)
    # the middles of 2010 and 2011; of 1,827 and 1,826 days
    assert found.when.ravel().tolist() == [2010, 2011]
    assert found.years[0] == pytest.approx(365.5 / 365.25)
    assert not said(yearly("2011", "2012"), "2011", "2012").rolling.any()
    for end, rolls in (("2011-07-01", False), ("2011-07-02", True)):  # of 547 and 548 days
        dates = [("a", "2011", "2010-01-01", end), *yearly("2012")]
        dates += [("b", p, *days) for _, p, *days in yearly("2011", "2012")]
        assert said(dates, "2011", "2012").rolling.tolist() == [rolls, False]
    two_years_then_one = [("a", "2011", "2010-01-01", "2011-12-31"), *yearly("2012")]
    assert said(two_years_then_one, "2011", "2012").rolling.all()


def test_an_edition_sets_its_own_step() -> None:
    dates = yearly("2001", "2011")
    assert said(dates, "2001", "2011").reason.tolist() == ["further apart: 2001 to 2011"]
    assert said(dates, "2001", "2011", change_years=[9.5, 10.5]).counts.all()


def test_what_was_not_collected_in_one_of_the_periods_has_no_change() -> None:
    found = said(
        [*yearly("2011", "2012"), ("b", "2012", "2012-01-01", "2012-12-31")], "2011", "2012"
    )
    assert found.group.tolist() == ["in step", "not collected"]
    assert found.compared.tolist() == [True, False]


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    return make_edition(tmp_path / "tiny")


def _middle(rows: list[Row]) -> list[Row]:
    about = {"period": "between", "period_label": "2013/14"}
    about |= {"start": "2013-07-01", "end": "2014-06-30"}
    return [*rows, *(r | about for r in rows if r["period"] == "baseline")]


def test_a_break_in_the_middle_takes_the_earlier_figure_out_of_every_trend(edition: Path) -> None:
    """Burglary means something else from 2013/14 on: neither its change nor its trend spans it."""
    settings(edition, lambda s: s["periods"].insert(1, {"id": "between", "label": "2013/14"}))
    rewrite(edition / "observations" / "all.csv", _middle)
    rows = [
        broken("burglary", "Recorded anew", "baseline", "between"),
        *read(edition / "breaks.csv"),
    ]
    write(edition / "breaks.csv", rows)
    inputs = load(edition)
    at = inputs.framework.ids.index("burglary")
    assert broken_since(inputs)[:, at].tolist() == [True, False, False]
    tables = compute(inputs)
    pairs = tables["comparisons"].set_index("indicator_id")
    assert pairs.at["burglary", "reason"] == "Recorded anew"
    changes = tables["indicator_changes"].set_index("indicator_id")
    assert changes.loc["burglary", "change"].isna().all()
    same = tables["scores"].set_index(["element", "period"])["same_figures"]
    assert not same["burglary", "baseline"].any()
    assert same["burglary", "between"].all()
    # Safety has one figure left and so no change; its scores stand nowhere side by side
    assert "Safety" not in set(tables["scores_comparable"]["element"])
    assert not same["Safety", "between"].any()
    assert same["Shelter", "between"].all()


def test_figures_of_other_dates_count_in_no_score_and_say_so(edition: Path) -> None:
    """The Census is twelve years back: crowding moves by itself, Shelter by the other two."""
    census = {"period_label": "Census", "start": "2001-04-01", "end": "2001-04-30"}

    def early(rows: list[Row]) -> list[Row]:
        old = ("crowding", "baseline")
        return [r | census if (r["indicator_id"], r["period"]) == old else r for r in rows]

    before = compute(load(edition))
    rewrite(edition / "observations" / "all.csv", early)
    after = compute(load(edition))
    pair = after["comparisons"].set_index("indicator_id").loc["crowding"]
    assert (pair["group"], pair["in_change"], pair["first"], pair["last"]) == (
        "further apart", False, 2001, 2014,
    )  # fmt: skip
    pd.testing.assert_frame_equal(
        before["scores"].query("period == 'current'").drop(columns="same_figures"),
        after["scores"].query("period == 'current'").drop(columns="same_figures"),
    )
    single = [t["indicator_changes"].query("indicator_id == 'crowding'") for t in (before, after)]
    assert single[0]["change"].tolist() == single[1]["change"].tolist()
    assert single[1]["reason"].str.endswith("further apart: 2001 to 2014").all()
    assert after["contributions"].query("indicator_id == 'crowding'")["points"].eq(0).all()
    shelter = after["changes"].query("element == 'Shelter'")
    assert (shelter["parts"].eq(2) & shelter["of"].eq(3)).all()
    # by hand: the scores of the other two, their shares scaled to sum 1
    share = after["weights"].set_index("indicator_id")["share"][["cold_homes", "rent"]]
    scores = after["scores"].pivot(index=["area_code", "period"], columns="element", values="score")
    own = (scores[list(share.index)] * share / share.sum()).sum(axis=1).unstack()
    expected = (own["current"] - own["baseline"]).reindex(shelter["area_code"])
    np.testing.assert_allclose(shelter["change"], expected, rtol=0, atol=1e-9)
    same = after["scores"].query("element == 'Shelter' and period == 'baseline'")["same_figures"]
    assert not same.any()


def test_a_break_is_listed_once(edition: Path) -> None:
    write(edition / "breaks.csv", [*read(edition / "breaks.csv")] * 2)
    found = faults(edition)
    assert {(Path(f.file).name, f.row) for f in found} == {("breaks.csv", 3)}


def test_an_edition_needs_no_breaks(edition: Path) -> None:
    (edition / "breaks.csv").unlink()
    assert pair_compared(load(edition)).counts.all()


def test_a_register_says_nothing_of_breaks(edition: Path) -> None:
    rewrite(edition / "indicators.csv", lambda rows: [r | {"comparable": "yes"} for r in rows])
    assert only(edition).column == "comparable"


@pytest.mark.parametrize("years", [[1.25, 0.75], [1], [-1, 1], "a year"])
def test_a_step_is_two_numbers_of_years(edition: Path, years: Any) -> None:
    settings(edition, lambda s: s["index"].update(change_years=years))
    assert all("change_years" in str(f.column) for f in faults(edition))
    assert faults(edition)


def test_every_break_says_what_is_wrong_with_it(edition: Path) -> None:
    spoil(edition / "breaks.csv", 2, from_period="current", to_period="baseline")
    fault = only(edition)
    assert (fault.column, fault.value, fault.row) == ("from_period", "current", 2)


def test_of_one_period_nothing_is_left_out_and_nothing_rolls() -> None:
    one = said(yearly("2013"), "2013", "2013")
    assert (one.group.tolist(), one.rolling.tolist()) == (["in step"], [False])
    assert (one.years.tolist(), one.when.tolist()) == ([0], [[0], [0]])


def test_the_same_figure_twice_is_told_from_none_at_all() -> None:
    twice = [("a", p, "2012-01-01", "2012-12-31") for p in ("2012", "2013")]
    assert said(twice, "2012", "2013").reason.tolist() == [NO_NEWER]
    (reason,) = said(yearly("2012"), "2012", "2013").reason
    assert reason == "no figures in one of the periods"


def test_only_breaks_between_the_two_periods_are_the_reason() -> None:
    rows = [
        {"indicator_id": "a", "from_period": one, "to_period": two, "reason": why}
        for one, two, why in (("2001", "2011", "before"), ("2012", "2013", "within"))
    ]
    assert said(yearly(*PERIODS), "2011", "2013", *rows).reason.tolist() == ["within"]
    assert said(yearly(*PERIODS), "2001", "2012", *rows).reason.tolist() == ["before"]
