"""Cells of CSV files: no spreadsheet calculates one, and what was written is read again."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spi_core.edition.readers.sheet import read_cells
from spi_core.text.cells import csv_text, shielded, unshielded
from tests.support.spreadsheet import calculated

FORMULAS = (
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "|x", "=", "-", "'=1", "=cmd|' /C calc'!A0"),
    *("  =1", "\u00a0=1", "\x0b=1", "\ufeff=1", "\u200b\u200b@x", "\t=1", "\r=1", "\n=1", "\ttext"),
    *("\uff1d1", "\uff0b1", "\uff0d1+1", "\uff20x", "\ufe661", "- no data", "+44 20 7946 0000"),
    *("a;=1", "a;b; +x", "a\n@x", "a\t=1", "-1;=2", "inf;-x"),
)
PLAIN = (
    *(
        "",
        "-3.2",
        "+1",
        "-.5",
        "5.",
        "1e-05",
        "-1E+3",
        "a = b",
        "a-b",
        "x@y.org",
        "'tis",
        "\u22123.2",
    ),
    *("a, =1", "Ward 1; Ward 2", "a\nb", "\u2013", "\u25c7"),
)


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_calculate_is_kept_a_text(text: str) -> None:
    assert calculated(text) or text.startswith("'")
    assert not calculated(shielded(text))
    assert shielded(text).replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("text", PLAIN)
def test_all_else_stays_as_it_is(text: str) -> None:
    assert shielded(text) == text


SIGNS = st.text(st.sampled_from("=+-@|'; \t\n\r\x0b\u00a0\u200b\uff1d1.eEa"))


@given(SIGNS | st.text())
def test_no_text_is_calculated_and_each_is_read_again(text: str) -> None:
    assert not calculated(shielded(text))
    if text[:1] not in {"\t", "\r", "\n"}:  # a reader of cells strips these
        assert unshielded(shielded(text)) == text


def test_a_file_says_what_the_table_says(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "text": ["=1+1", 'a "b", c', "two\nlines", "a\r=1", "'=1"],
            "kind": pd.Categorical(["@a", "@b", "@a", "c", "@b"]),
            "number": [-1.5, np.nan, 2.0, 1e-7, 3.0],
            "whole": np.array([-1, None, 2, 3, 4], dtype=object),
            "day": pd.to_datetime(["2014-03-31"] * 5),
            "yes": [True, False, True, True, True],
        },
        index=[3, 3, 1, 0, 2],
    )
    path = tmp_path / "a.csv"
    path.write_text(csv_text(frame), encoding="utf-8", newline="")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    assert [r["number"] for r in rows] == ["-1.5", "", "2.0", "1e-07", "3.0"]
    assert [r["whole"] for r in rows] == ["-1", "", "2", "3", "4"]
    assert {r["day"] for r in rows} == {"2014-03-31"}
    assert [r["yes"] for r in rows] == ["True", "False", "True", "True", "True"]
    assert not [c for r in rows for c in r.values() if calculated(c)]
    read, faults, _ = read_cells(path)
    assert read is not None
    assert faults == []
    assert list(read["text"]) == ["=1+1", 'a "b", c', "two\nlines", "a\n=1", "'=1"]
    assert list(read["kind"]) == ["@a", "@b", "@a", "c", "@b"]
    assert frame["text"].iloc[0] == "=1+1"  # the table itself is left alone
