"""Sentences of the documents for action at their boundaries, and which documents there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from spi_core.errors import InputError
from spi_core.present.action import briefs, promises
from spi_core.present.action.data import Action, done_before, ends_and_way, gather_action
from spi_core.present.brief.people import in_people
from spi_core.publish.documents import Choice, document_jobs
from spi_core.store import Tables
from tests.support.editions import ROOT

NAN = float("nan")
VILLAGE = "E05000041"


@pytest.fixture(scope="module")
def tables(built_open: Path) -> Tables:
    return Tables(built_open / "tables")


@pytest.fixture(scope="module")
def police(tables: Tables) -> Action:
    return gather_action(tables, "partner", "police")


@pytest.mark.parametrize(
    ("people", "made_up", "said"),
    [
        ((21.4, 3.2, 42.2), False, "about 21 more children (likely 3 to 42)"),
        ((1.2, 0.6, 1.8), False, "about 1 more child (likely 1 to 2)"),
        ((0.4, 0.1, 0.6), False, "less than 1 more child"),
        ((-18.3, -31.7, -4.6), True, "about 18◇ fewer children (likely 5 to 32)"),
        ((-2.0, -4.0, -0.2), False, "about 2 fewer children (likely up to 4)"),
        ((NAN, NAN, NAN), False, "no count is published"),
    ],
)
def test_people_from_one_to_many_and_where_there_is_no_count(
    people: tuple[float, float, float], made_up: bool, said: str
) -> None:
    named = dict(zip(("people", "people_low", "people_high"), people, strict=True))
    assert in_people(SimpleNamespace(**named, illustrative=made_up, noun="child/children")) == said


def test_the_lead_names_the_costliest_figure_with_people_and_who_leads(police: Action) -> None:
    said = briefs.lead(police)
    begin = (
        "**Begin with assaults attended by ambulance crews**: in Abbey about 54 more "
        "assaults (likely 35 "
    )
    assert said.startswith(begin)  # 99, less 14,283 residents at 3.17 per 1,000
    assert said.endswith("similar wards. Who leads: Metropolitan Police (neighbourhood policing).")


def test_the_lead_without_counts_without_a_leader_and_where_all_is_best(police: Action) -> None:
    rows = police.behind.head(1)
    none = rows.assign(people=NAN, people_low=NAN, people_high=NAN)
    said = briefs.lead(replace(police, behind=none, leads={}))
    assert "in Abbey 43.6 against 22.0 in similar wards. Nobody is named who leads it." in said
    generated = briefs.lead(replace(police, behind=rows.assign(illustrative=True)))
    assert generated.endswith("◇")
    best = replace(police, behind=police.behind.head(0))
    assert "lies behind similar wards by more than chance could explain" in briefs.lead(best)
    assert briefs.lead(best).startswith("No figure")
    assert briefs.begin_table(best).empty
    (said,) = briefs.needs(best)
    assert said.startswith("These figures show no need of a single ward.")
    assert briefs.measures_table(best).empty
    assert briefs.orders(best)["orders"] == ""


def test_what_lies_behind_does_so_beyond_chance_by_both_intervals(tables: Tables) -> None:
    rows = gather_action(tables).behind
    assert (rows["take"] > 0).all()
    # fewer than none is no gap, and neither is one whose interval holds none
    assert (rows["people"].isna() | (rows["people_low"] * rows["people_high"] > 0)).all()
    assert rows["need"].is_monotonic_decreasing
    own = gather_action(tables, "theme", VILLAGE)
    assert own.name == "Village"
    assert set(own.behind["where"]) == {"Village"}


@pytest.mark.parametrize(
    ("here", "there", "said"),
    [
        (3.84, 1.86, ["3.8", "1.9", "−1.9"]),  # 1.98 apart: who subtracts gets 1.9
        (43.6, 25.8, ["43.6", "25.8", "−17.8"]),
        (0.82, 1.1, ["0.82", "1.1", "+0.28"]),
        (25.34, 25.28, ["25.34", "25.28", "−0.06"]),  # a gap is never printed as none
        (1234.4, 999.4, ["1,234", "999.4", "−234.6"]),
    ],
)
def test_who_subtracts_gets_the_change_that_is_printed(
    here: float, there: float, said: list[str]
) -> None:
    row = SimpleNamespace(value=here, other=there, unit="per 1,000 residents", illustrative=False)
    assert ends_and_way(row) == said
    row.unit, row.illustrative = "% of homes", True
    assert ends_and_way(row) == [f"{text}%◇" for text in said]


def test_every_row_adds_up_as_it_is_printed(tables: Tables) -> None:
    action = gather_action(tables)
    rows = briefs.begin_table(action).to_dict("records")
    assert rows
    for row in rows:
        here, there, way = (
            float(row[name].replace("−", "-").replace(",", "").strip("%"))
            for name in ("Here", "Similar wards", "To come level")
        )
        assert there - here == pytest.approx(way), row


def test_done_before_says_how_long_was_looked(police: Action) -> None:
    row = SimpleNamespace(indicator_id="robbery_offences", reach="further")
    assert done_before(police, row) == "no, not in four years"
    row = SimpleNamespace(indicator_id="child_poverty", reach="further")
    assert done_before(police, row) == "no, not in one year"
    row.reach = "four years"
    assert done_before(police, row) == "yes, in four years"


def test_whom_a_partner_needs_adds_up(police: Action) -> None:
    (said,) = briefs.needed(police)
    share = police.tables["weights"].set_index("indicator_id")["share"]
    about = police.tables["indicators"].query("component == 'Personal Safety'")["id"]
    part = 100 * share[police.about.index].sum() / share[about].sum()
    assert said.startswith(f"**Personal Safety**, {part:.0f}% of it yours: ")
    assert "London Fire Brigade (deliberate fires)" in said


def test_a_withheld_figure_says_so(police: Action) -> None:
    values = police.tables["values"].copy()
    here = (values["area_code"] == police.report.code) & (
        values["indicator_id"] == "robbery_offences"
    )
    values.loc[here, "value"] = np.nan
    values.loc[here, "provenance"] = "suppressed"
    table = briefs.moved_table(replace(police, tables=cast(Any, _Made(police.tables, values))))
    assert table.set_index("Figure")["Borough"]["Robbery, per 1,000 residents"] == "withheld"


class _Made:
    """Tables, one of them another."""

    def __init__(self, tables: Tables, values: pd.DataFrame) -> None:
        self.tables, self.values = tables, values

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.values if name == "values" else self.tables[name]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tables, name)


def test_without_targets_nobody_is_held_to_one_and_figures_are_counted(tables: Tables) -> None:
    every = gather_action(tables)
    said = promises.lead(every)
    assert said.startswith("**No promise is on record.**")
    found = promises.ratings(every).value_counts()
    assert f"{found['clear improvement']} clearly improved" in said
    assert f"{found['clear decline']} clearly declined" in said
    assert promises.promise_table(every).empty
    assert not any("have no target" in line for line in promises.unknown(every))


def test_impact_chapters_are_named_only_where_there_are_any(tables: Tables) -> None:
    every = gather_action(tables)
    for lacking, said in ({"no-programmes": True}, False), ({}, True):
        every.page.lacking = lacking
        assert ("impact chapters" in promises.unknown(every)[-1]) == said


def test_one_promise_and_many() -> None:
    page = SimpleNamespace(text=lambda name, **w: f"{name} {w}")
    made: Callable[..., Any] = lambda n: SimpleNamespace(  # noqa: E731
        page=page, figures={}, moved={}, about=[], report=SimpleNamespace(code="B"),
        tables={
            "target_standing": pd.DataFrame(
                {"area_code": ["B"] * n, "indicator_id": "a", "by": "2020", "status": "on track"}
            ),
            "indicators": pd.DataFrame({"id": ["a"], "name": ["A"], "unit": ["%"]}),
            "targets": pd.DataFrame({"indicator_id": ["a"], "by": ["2020"], "source": ["S"]}),
        },
    )  # fmt: skip
    assert "'counts': '2 on track'" in promises.lead(made(2))


def test_documents_for_partners_are_usual_and_for_commissioners_on_request(tables: Tables) -> None:
    def jobs(**choice: tuple[str, ...]) -> list[str]:
        made = document_jobs(ROOT, tables, tables.folder.parent, Choice(**choice))
        return [job.output_stem.relative_to(tables.folder.parent).as_posix() for job in made]

    usual = jobs()
    assert {"accountability", "partners/police", "partners/nhs"} <= set(usual)
    assert not any(name.startswith("commissioning/") for name in usual)
    asked = {"documents": ("partner-brief", "commissioning-brief")}
    assert jobs(**asked, only=("police",)) == ["partners/police"]
    assert "commissioning/crime-and-safety" in jobs(documents=("commissioning-brief",))
    assert jobs(documents=("commissioning-brief",), only=(VILLAGE,)) == [f"commissioning/{VILLAGE}"]
    assert jobs(only=("police",)) == ["partners/police"]


def test_a_partner_without_figures_is_refused_with_those_that_have(tables: Tables) -> None:
    choice = Choice(documents=("partner-brief",), only=("culture",))
    with pytest.raises(InputError) as refused:
        document_jobs(ROOT, tables, tables.folder.parent, choice)
    (fault,) = refused.value.faults
    assert (fault.value, fault.column) == ("culture", "--only")
    assert "police" in str(fault.allowed)
