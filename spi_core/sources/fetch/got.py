"""What a publisher's answers hold: one table of text, and what must be known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from spi_core.errors import Fault, InputError, some


@dataclass(frozen=True, slots=True)
class Got:
    """A table as it was answered.

    Parameters
    ----------
    frame : DataFrame
        Cells as text.
    file : str
        As messages call it.
    columns : mapping of str to str
        Headings of ``area``, ``period``, ``value`` and ``note``, as the protocol has them.
    rows : int
        How many rows the publisher says there are.
    coverage : float
        Share of what is counted that must have an area; below it there is no figure. Without it
        every row must have one.
    notes : list of str
        What was left out.
    licence : str
        As the answer says.
    """

    frame: pd.DataFrame
    file: str
    columns: Mapping[str, str]
    rows: int
    coverage: float = 1.0
    notes: list[str] = field(default_factory=list)
    licence: str = ""


def must_have(frame: pd.DataFrame, names: Iterable[str], file: str) -> None:
    """Refuse a table that lacks columns, with those that it has: one may have a new name."""
    if lacks := [name for name in names if name not in frame]:
        message = f"lacks {some(lacks)}; it has {some([str(c) for c in frame.columns])}"
        raise InputError([Fault(file, message, allowed="the columns that are asked for")])
