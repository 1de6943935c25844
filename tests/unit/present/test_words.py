"""Numbers as text and sentences that claim no more than their figures."""

from __future__ import annotations

import math
import re

import pytest

from spi_core.present.base.numbers import number, ordinal, signed, with_unit
from spi_core.present.base.words import against_whole, and_list, standing_out

NAN = math.nan


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"),
        (-0.0, "0.00"),
        (-0.001, "0.00"),
        (0.456, "0.46"),
        (0.994, "0.99"),
        (0.996, "1.0"),
        (7.444, "7.4"),
        (-2.5, "−2.5"),
        (999.94, "999.9"),
        (999.96, "1,000"),
        (1234.5, "1,234"),
        (-1234567.0, "−1,234,567"),
        (NAN, "–"),
        (math.inf, "–"),
    ],
)
def test_a_number(value: float, text: str) -> None:
    assert number(value) == text


def test_decimals_can_be_asked_for() -> None:
    assert number(47.96, 0) == "48"
    assert number(-0.4, 0) == "0"
    assert number(2, 2) == "2.00"


@pytest.mark.parametrize("value", [-1.0, -0.35, -1500.0])
def test_the_minus_sign_is_a_minus_sign(value: float) -> None:
    assert number(value).startswith("−")
    assert signed(value).startswith("−")
    assert "-" not in number(value) + signed(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.24, "+1.2"),
        (-0.36, "−0.4"),
        (0.04, "0.0"),
        (-0.04, "0.0"),
        (1234.0, "+1,234.0"),
        (NAN, "–"),
    ],
)
def test_a_difference_has_a_sign_unless_it_rounds_to_nothing(value: float, text: str) -> None:
    assert signed(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (13.5, "% of households", "13.5% of households"),
        (25.33, "per 1,000 residents", "25.3 per 1,000 residents"),
        (6.53, "ratio (years of income)", "6.5 years of income"),
        (104.2, "ratio (national = 100)", "104.2 (ratio (national = 100))"),
        (48.0, "score 0–100", "48.0 (score 0–100)"),
        (-1.2, "points", "−1.2 points"),
    ],
)
def test_a_value_with_its_unit(value: float, unit: str, text: str) -> None:
    assert with_unit(value, unit) == text


@pytest.mark.parametrize(
    ("score", "low", "high", "words"),
    [
        (43.0, -6.7, -3.0, "clearly below"),
        (53.0, 3.0, 6.7, "clearly above"),
        (47.0, -2.3, 1.6, "not clearly different from"),
        (
            40.0,
            -9.0,
            0.0,
            "not clearly different from",
        ),  # an interval that reaches 0 excludes nothing
        (56.0, 0.0, 9.0, "not clearly different from"),
    ],
)
def test_clear_is_said_only_where_the_interval_excludes_zero(
    score: float, low: float, high: float, words: str
) -> None:
    assert against_whole(score, 48.2, low, high, "city") == f"{words} the city’s 48"


@pytest.mark.parametrize("figures", [(NAN, 48, 0, 1), (48, NAN, 0, 1), (50, 48, NAN, NAN)])
def test_what_cannot_be_compared_is_not_called_the_same(figures: tuple[float, ...]) -> None:
    assert against_whole(*figures, "city") == "not compared with the city"


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (111, "111th"),
        (2.5, "3rd"),
    ],
)
def test_a_place(n: float, text: str) -> None:
    assert ordinal(n) == text


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([], ""),
        (["Shelter"], "Shelter"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B and C"),
        (["A & B", "C", "D"], "A & B; C; and D"),
        (["A", "B and C", "D"], "A; B and C; and D"),
    ],
)
def test_a_list(items: list[str], text: str) -> None:
    assert and_list(items) == text


@pytest.mark.parametrize(
    ("strengths", "weaknesses", "text"),
    [
        ([], [], "no component clearly stands out."),
        (["A"], [], "its one strength is A."),
        ([], ["B", "C"], "its clearest weakness is B."),
        (["A", "D"], ["B"], "its clearest strength is A, its one weakness B."),
    ],
)
def test_only_rated_components_are_said_to_stand_out(
    strengths: list[str], weaknesses: list[str], text: str
) -> None:
    sentence = standing_out(strengths, weaknesses, "similar wards")
    assert sentence == f"Against similar wards {text}"
    assert len(re.findall(r"\b(strength|weakness)\b", sentence)) == bool(strengths) + bool(
        weaknesses
    )
