"""What can go wrong, said so that an analyst can mend it.

Every module raises one of these; the command line turns the class into an exit code
(2 for bad input, 1 for anything else that failed).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from traceback import TracebackException

#: More faults than this that differ in nothing but their row are one.
MOST_ALIKE = 3
#: More faults than this that differ in nothing but row and value are one.
MOST_VALUES = 12
NO_MEMORY = "the memory that this run may use does not suffice"
#: A number that stands by itself: it may be a count that is hidden in what is published.
_NUMBER = re.compile(r"(?<!\w)\d[\d.,]*")


class SpiError(Exception):
    """Base class of every error this package raises on purpose.

    Parameters
    ----------
    message : str
        What an analyst needs to know.
    details : str
        Where something that nobody foresaw arose, for a log; empty where the message says it all.
    """

    exit_code = 1

    def __init__(self, message: str = "", details: str = "") -> None:
        super().__init__(message)
        self.details = details


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


@dataclass(frozen=True, slots=True)
class Warned:
    """What looks wrong and may be right.

    Parameters
    ----------
    warning : str
        What it is called in ``accepted.csv``: its kind, and what it is about.
    file : str
        Within the edition's folder.
    row : int or None
        As a spreadsheet counts, where it is about one row.
    message : str
        What looks wrong, in a sentence without its full stop.
    """

    warning: str
    file: str
    row: int | None
    message: str


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

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)  # it travels from a worker as what it was made of


def in_order(faults: list[Fault]) -> list[Fault]:
    """Say faults file by file and row by row, and like ones once.

    Parameters
    ----------
    faults : list of Fault
        As found.

    Returns
    -------
    list of Fault
        Of two of one cell the first, the cause. Of many cells that are wrong alike, of whatever
        values, the first, with a count and the next rows: whoever mends one mends them all.
    """
    files = list(dict.fromkeys(f.file for f in faults))
    cells: dict[object, Fault] = {}
    for fault in faults:
        cells.setdefault((fault.file, fault.row, fault.column) if fault.row else fault, fault)
    alike: dict[object, list[Fault]] = {}
    for fault in sorted(cells.values(), key=lambda f: (files.index(f.file), f.row or 0)):
        kind = (fault.file, fault.column, repr(fault.value), fault.message, fault.allowed)
        alike.setdefault(kind if fault.row else fault, []).append(fault)
    causes: dict[object, list[list[Fault]]] = {}
    for group in alike.values():
        f = group[0]
        cause = (f.file, f.column, f.message, f.allowed) if f.row else f
        causes.setdefault(cause, []).append(group)
    found: list[Fault] = []
    for groups in causes.values():
        if len(groups) > MOST_VALUES:  # the codes of another country, a column in another unit
            found += _as_one([f for group in groups for f in group], len(groups))
        else:
            for group in groups:
                found += _as_one(group) if len(group) > MOST_ALIKE else group
    return sorted(found, key=lambda f: (files.index(f.file), f.row or 0))


def _as_one(faults: list[Fault], values: int = 1) -> list[Fault]:
    first = faults[0]
    rows = some([str(f.row) for f in faults[:MOST_ALIKE]])
    many = f"{len(faults)} rows" + (f" with {values} values" if values > 1 else "")
    return [replace(first, message=f"{first.message} ({many}: {rows} …)")]


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


def where_it_arose(error: BaseException) -> str:
    """Tell the way to an error through the code, without the values at hand there.

    Parameters
    ----------
    error : BaseException
        The error, with those that it followed from.

    Returns
    -------
    str
        Lines of a traceback; numbers in the words of each error are written as ``#``.

    Examples
    --------
    >>> print(where_it_arose(ValueError("7 of E05000026 is too few")))
    ValueError: # of E05000026 is too few
    <BLANKLINE>
    """
    return "".join(_lines(TracebackException.from_exception(error)))


def _lines(told: TracebackException) -> Iterator[str]:
    before = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
    if before is not None:
        yield from _lines(before)
        yield "which led to\n"
    yield from told.stack.format()
    yield _NUMBER.sub("#", "".join(told.format_exception_only()))


def unforeseen(error: BaseException) -> SpiError:
    """Turn an error that nobody foresaw into one that can be sent from a worker, told and logged.

    Parameters
    ----------
    error : BaseException
        The error.

    Returns
    -------
    SpiError
        It names the kind of error; its ``details`` are for the log.

    Examples
    --------
    >>> str(unforeseen(KeyError("x")))
    'unforeseen KeyError'
    >>> str(unforeseen(MemoryError()))
    'the memory that this run may use does not suffice'
    """
    if isinstance(error, MemoryError):
        return SpiError(NO_MEMORY)
    return SpiError(f"unforeseen {type(error).__name__}", where_it_arose(error))
