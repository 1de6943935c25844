"""What can go wrong, said so that an analyst can mend it.

Every module raises one of these; the command line turns the class into an exit code
(2 for bad input, 1 for anything else that failed).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

__all__ = ["Fault", "InputError", "RenderError", "SpiError", "some"]


class SpiError(Exception):
    """Base class of every error this package raises on purpose."""

    exit_code = 1


class RenderError(SpiError):
    """A document could not be executed or converted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in one input file.

    Parameters
    ----------
    file : str
        Path of the file, as the analyst would open it.
    message : str
        What is wrong, as a clause ("is not a number").
    row : int, optional
        Row number as a spreadsheet shows it: the header is row 1.
    column : str, optional
        Column heading.
    value : object, optional
        The value found.
    allowed : str, optional
        What would be accepted.

    Examples
    --------
    >>> print(Fault("a.csv", "is not a number", row=3, column="value", value="n/a",
    ...             allowed="a number"))
    a.csv, row 3, column value: 'n/a' is not a number; allowed: a number
    """

    file: str
    message: str
    row: int | None = None
    column: str | None = None
    value: object = None
    allowed: str | None = None

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        value = f"{self.value:.12g}" if isinstance(self.value, float) else repr(self.value)
        what = f"{value} {self.message}" if self.value is not None else self.message
        return f"{place}: {what}" + (f"; allowed: {self.allowed}" if self.allowed else "")


class InputError(SpiError):
    """Inputs that are not fit to compute from; carries every fault found.

    Parameters
    ----------
    faults : iterable of Fault or str
        All faults of one run, in the order of files and rows.
    """

    exit_code = 2

    def __init__(self, faults: Iterable[Fault | str]) -> None:
        self.faults = tuple(Fault("input", f) if isinstance(f, str) else f for f in faults)
        super().__init__("\n".join(str(f) for f in self.faults))


def some(names: Collection[str], most: int = 40) -> str:
    """List what is allowed, shortened where the list would hide the message.

    Parameters
    ----------
    names : collection of str
        All that is allowed.
    most : int
        Longer lists show half as many and their number.

    Returns
    -------
    str
        Parted by commas.

    Examples
    --------
    >>> some(["a", "b", "c"]), some(["a", "b", "c"], most=2)
    ('a, b, c', 'a … (3 in all)')
    """
    listed = list(names)
    if len(listed) <= most:
        return ", ".join(listed)
    return f"{', '.join(listed[: most // 2])} … ({len(listed)} in all)"
