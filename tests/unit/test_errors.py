"""The sentences an analyst reads when something is wrong."""

from __future__ import annotations

import pytest

from spi_core.errors import Fault, InputError, RenderError, SpiError, some


def test_a_fault_names_file_row_column_value_and_what_is_allowed() -> None:
    fault = Fault("a.csv", "is not a number", 7, "value", "n/a", "a number")
    assert str(fault) == "a.csv, row 7, column value: 'n/a' is not a number; allowed: a number"


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("a.csv", "is missing"), "a.csv: is missing"),
        (
            Fault("a.csv", "is too high", 2, "value", 140.0),
            "a.csv, row 2, column value: 140 is too high",
        ),
        (Fault("a.csv", "is odd", value=0), "a.csv: 0 is odd"),
        (Fault("a.csv", "is odd", value=""), "a.csv: '' is odd"),
    ],
)
def test_what_is_not_known_is_left_out(fault: Fault, text: str) -> None:
    assert str(fault) == text


def test_bad_input_carries_all_faults_and_exit_code_2() -> None:
    faults = [Fault("a.csv", "is missing"), Fault("b.csv", "is empty")]
    error = InputError(faults)
    assert error.faults == tuple(faults)
    assert str(error) == "a.csv: is missing\nb.csv: is empty"
    assert error.exit_code == 2
    assert InputError(["no figures"]).faults[0].message == "no figures"


def test_other_failures_have_exit_code_1() -> None:
    assert SpiError("x").exit_code == RenderError("x").exit_code == 1
    assert issubclass(InputError, SpiError)


def test_a_long_list_is_shortened_and_says_how_long_it_is() -> None:
    assert some([f"E{i}" for i in range(100)], most=4) == "E0, E1 … (100 in all)"
    assert some(["a", "b"]) == "a, b"
    assert some([]) == ""
