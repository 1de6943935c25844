"""Read YAML that a person has written: whatever is wrong with it is a fault with its row."""

from __future__ import annotations

from typing import Any

import yaml

from spi_core.errors import Fault, InputError


def parse_yaml(file: str, content: bytes) -> Any:
    """Parse the content of a YAML file.

    Parameters
    ----------
    file : str
        Its path, as the analyst would open it.
    content : bytes
        Text in UTF-8.

    Returns
    -------
    object
        What it says; None where it says nothing.

    Raises
    ------
    InputError
        If it is not YAML.

    Examples
    --------
    >>> parse_yaml("a.yml", b"a: [1, 2]")
    {'a': [1, 2]}
    >>> parse_yaml("a.yml", b"date: 2014-02-30")
    Traceback (most recent call last):
    spi_core.errors.InputError: a.yml: is not valid YAML: day is out of range for month
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 (byte {error.start})"
        raise InputError([Fault(file, message, allowed="text in UTF-8")]) from None
    try:
        return yaml.safe_load(text)
    except Exception as error:  # its own errors, and what a date, a number or its depth gives
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        row = mark.line + 1 if mark else None
        raise InputError([Fault(file, f"is not valid YAML: {problem}", row)]) from None
