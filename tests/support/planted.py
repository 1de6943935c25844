"""Faults that nobody foresaw, to be planted in a command or in a worker that imports this."""

from __future__ import annotations

from typing import Any

__all__ = ["HIDDEN", "explode", "raises"]

#: What a log must not hold: a count that is hidden in what is published.
HIDDEN = 4173


def explode(*arguments: Any, **named: Any) -> Any:
    """Fail with a figure at hand, in a variable and in the words of the error."""
    count = HIDDEN
    raise KeyError(f"Ward 3 has {count} offences")


def raises(error: BaseException) -> Any:
    """Make a function that raises an error, whatever it is called with."""

    def fails(*arguments: Any, **named: Any) -> Any:
        raise error

    return fails
