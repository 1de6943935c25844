"""The page on what changed says what the comparison found, in words and with names."""

import pandas as pd
import pytest

from spi_core.present.report import revisions as words


class FakeTables(dict):
    """Built tables without files."""

    def __init__(self, revisions, corrections=()):
        super().__init__(
            areas=pd.DataFrame({"code": ["E05000026"], "name": ["Abbey"]}),
            indicators=pd.DataFrame({"id": ["robbery"], "name": ["Robbery"]}),
            corrections=pd.DataFrame(corrections, columns=["date", "table", "what", "why"]),
        )
        if revisions is not None:
            columns = ["kind", "what", "field", "before", "after"]
            self["revisions"] = pd.DataFrame(revisions, columns=columns, dtype=str)
        self.about = {
            "edition": {"periods": [{"id": "current", "label": "2014"}]},
            "compared_with": "abc1234",
        }


REVISED = ("figure revised", "robbery · E05000026 · 2014", "value", "2.5", "")


def test_first_build_has_nothing_to_compare_with():
    assert "nothing to compare" in words.lead(FakeTables(None))
    assert words.details(FakeTables(None)).empty


def test_no_difference_is_said():
    assert words.lead(FakeTables([])) == (
        "Nothing of what is compared here differs from the build with data version abc1234."
    )


def test_a_version_that_rests_on_hidden_figures_is_not_named():
    tables = FakeTables([])
    tables.about["compared_with"] = ""
    assert words.compared_with(tables) == "the build before"
    assert words.lead(tables) == "Nothing of what is compared here differs from the build before."
    del tables.about["compared_with"]
    assert words.compared_with(tables) == ""


@pytest.mark.parametrize(("n", "said"), [(1, "1 figure revised"), (3, "3 figures revised")])
def test_lead_counts_each_kind(n, said):
    rows = [REVISED] * n + [("method changed", "weights", "weights", "pca", "equal")]
    assert words.lead(FakeTables(rows)) == (
        f"Since the build with data version abc1234: {said} and 1 method changed."
    )


def test_details_give_names_instead_of_codes_and_dashes_for_blanks():
    row = words.details(FakeTables([REVISED])).iloc[0]
    assert row["What"] == "Robbery, Abbey, 2014"
    assert (row["Before"], row["After"]) == ("2.5", "–")


def test_figures_that_came_or_went_stand_together_behind_what_was_revised():
    new = [("figure added", f"robbery · {a} · 2015", "", "", "") for a in ("E05000026", "E1")]
    shown = words.details(FakeTables([*new, REVISED]))
    assert list(shown["What"]) == ["Robbery, Abbey, 2014", "Robbery, 2015"]
    assert shown[["Field", "Before", "After"]].iloc[1].tolist() == ["figures", "–", "2 areas"]


def test_details_are_cut_at_the_longest_list_a_page_takes():
    assert len(words.details(FakeTables([REVISED] * (words.LONGEST + 5)))) == words.LONGEST


def test_corrections_stand_newest_first():
    rows = [("2026-01-01", "a.csv", "x", "y"), ("2026-02-01", "b.csv", "x", "y")]
    made = words.corrections(FakeTables([], rows))
    assert list(made["Date"]) == ["1 February 2026", "1 January 2026"]
    assert "b.csv" not in made.to_csv()  # the name of a file tells a reader nothing
