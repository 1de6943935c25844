"""Charts and tables as Markdown that both engines understand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from spi_core.present.base.figure import emit_figure, emit_table, pipe_table
from spi_core.present.base.marks import picture_keys
from spi_core.present.base.theme import RATINGS, brand, chart_style, colour, project_root

FRAME = pd.DataFrame({"Ward": ["Abbey", "Gascoigne"], "Score": ["47.9", "43.2"]})


def _figure() -> Figure:
    # made by hand, it does not join pyplot's list of open figures
    fig = Figure(figsize=(2, 1))
    fig.add_subplot().plot([0, 1], [2, 3])
    return fig


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPI_FIGURES", str(tmp_path / "pictures"))


def test_a_figure_is_written_and_shown_with_label_caption_and_alt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    emit_figure(_figure(), "fig-change", "Change since 2013.", 'A bar\nsays "up".', width="60%")
    out = capsys.readouterr().out
    path = tmp_path / "pictures" / "fig-change.svg"
    assert path.read_bytes().startswith(b"<?xml")
    attributes = '{#fig-change fig-alt="A bar says ”up”." width=60%}'
    expected = f"![Change since 2013.]({path.as_posix()}){attributes}"
    assert out == f"\n{expected}\n\n"


def test_without_a_caption_it_is_a_picture_without_a_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    emit_figure(_figure(), "locator", "", "Where the ward lies.")
    out = capsys.readouterr().out
    assert "#" not in out
    assert out.strip().startswith("![](")


@pytest.mark.parametrize(
    ("flags", "label", "said"),
    [
        ([True, True], "", "◇ every value in this picture is illustrative: generated"),
        ([True, False], "", "◇ this picture holds illustrative values: generated"),
        (True, "", "◇ this picture holds illustrative values: generated"),
        ([True, False], "43◇", "◇ illustrative: generated"),
        ([False, False], "", ""),
        (False, "", ""),
    ],
)
def test_the_key_says_which_values_of_a_picture_are_generated(
    flags: bool | list[bool], label: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key below a picture without marks must not read as if these were the measured ones."""
    fig = Figure(figsize=(7, 2))
    fig.text(0.5, 0.5, label)
    emit_figure(fig, "fig-x", "Caption.", "Words.", illustrative=flags)
    out = capsys.readouterr().out
    assert f"Words. {said}" in out if said else "◇" not in out


@pytest.mark.parametrize(
    "flags",
    [
        pd.DataFrame({"2013": [False], "2014": [False]}),
        [float("nan")],
        np.zeros((2, 2), bool),
        "no",
    ],
)
def test_what_is_not_one_flag_a_value_is_refused(flags: Any) -> None:
    """The names of a table's columns would call measured values generated."""
    with pytest.raises(TypeError, match="one flag a value"):
        emit_figure(Figure(figsize=(7, 2)), "fig-x", "Caption.", "Words.", illustrative=flags)
    with pytest.raises(TypeError, match="one flag a value"):
        picture_keys(flags, inside=False)


def test_a_narrow_picture_takes_the_words_that_fit(tmp_path: Path) -> None:
    for width in (7.0, 2.1):
        fig = Figure(figsize=(width, 1))
        emit_figure(fig, f"w{width}", "", "Words.", illustrative=[True])
        key = next(t for t in fig.texts if "◇" in t.get_text())
        assert key.get_window_extent().x1 <= fig.bbox.x1


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_a_figure_needs_alternative_text(alt: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'fig-x' needs alternative text"):
        emit_figure(_figure(), "fig-x", "Caption", alt)
    assert not (tmp_path / "pictures").exists()


def test_the_same_chart_is_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one", "other"):
        with chart_style():
            emit_figure(_figure(), name, "", "A line.")
        made.append((tmp_path / "pictures" / f"{name}.svg").read_bytes())
    assert made[0] == made[1]
    assert b"<dc:date>" not in made[0]


def test_a_table_has_a_header_row_and_sides() -> None:
    assert pipe_table(FRAME, ["left", "right"], [30, 1]).splitlines() == [
        "| Ward | Score |",
        "|:" + "-" * 30 + "|---:|",
        "| Abbey | 47.9 |",
        "| Gascoigne | 43.2 |",
    ]


def test_bars_and_new_lines_stay_in_their_cell() -> None:
    lines = pipe_table(pd.DataFrame({"a|b": ["one\ntwo", "x|y"]})).splitlines()
    assert lines == [r"| a\|b |", "|:---|", "| one two |", r"| x\|y |"]


@pytest.mark.parametrize("wrong", [["left"], ["left", "right", "left"]])
def test_sides_must_fit_the_columns(wrong: list[str]) -> None:
    with pytest.raises(ValueError, match="zip"):
        pipe_table(FRAME, wrong, [3, 3])


def test_a_captioned_table_is_numbered(capsys: pytest.CaptureFixture[str]) -> None:
    emit_table(FRAME, "tbl-scores", "Scores of two wards.")
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "| Ward | Score |"
    assert (
        lines[-2:] == [": Scores of two wards. {#tbl-scores}", ""]
        or lines[-1] == ": Scores of two wards. {#tbl-scores}"
    )
    assert lines[-2] == "" or lines[-3] == ""


def test_every_rating_has_a_symbol_of_its_own_and_a_colour_of_the_brand() -> None:
    assert set(RATINGS) >= {"strength", "similar", "weakness", "not rated"}
    assert len({r.symbol for r in RATINGS.values()}) == len(RATINGS)
    for rating in RATINGS.values():
        assert re.fullmatch(r"#[0-9A-Fa-f]{6}", colour(rating.colour))


def test_no_rating_is_red_or_green() -> None:
    for rating in RATINGS.values():
        red, green, blue = (int(colour(rating.colour)[i : i + 2], 16) for i in (1, 3, 5))
        assert not (green > red + 20 and green > blue + 20), rating
        assert not (red > 150 and green < 60), rating


def test_the_style_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = mpl.rcParams["axes.spines.top"], mpl.rcParams["svg.hashsalt"]
    with chart_style(7):
        assert mpl.rcParams["font.size"] == 7
        assert mpl.rcParams["font.family"][0] == brand()["typography"]["base"]["family"]
    assert (mpl.rcParams["axes.spines.top"], mpl.rcParams["svg.hashsalt"]) == before


def test_the_project_is_found_from_any_folder_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPI_ROOT", raising=False)
    (tmp_path / "_quarto.yml").touch()
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert project_root(tmp_path / "a" / "b") == tmp_path
    monkeypatch.setenv("SPI_ROOT", str(tmp_path / "a"))
    assert project_root(tmp_path) == tmp_path / "a"
