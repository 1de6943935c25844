"""Read a publisher's CSV as text: whole, or not at all."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

import pandas as pd

from spi_core.errors import Fault, InputError

#: Rows of a table; in memory each takes many times its length.
MOST = 2_000_000


def read_table(content: bytes, name: str) -> pd.DataFrame:
    """Read the bytes of a CSV file as text, every row as long as its headings.

    Parameters
    ----------
    content : bytes
        UTF-8.
    name : str
        As faults call it.

    Returns
    -------
    DataFrame
        Cells without blanks around them.

    Raises
    ------
    InputError
        For anything else.
    """
    try:
        text = io.StringIO(content.decode("utf-8-sig"), newline="")
        head, *rows = (row for row in _rows(text) if row)
    except ValueError as error:
        raise InputError([Fault(name, f"is no CSV in UTF-8: {error}")]) from None
    wrong = [n for n, row in enumerate(rows, 2) if len(row) != len(head)]
    faults = [Fault(name, "is named twice", 1, h) for h, n in Counter(head).items() if n > 1]
    if wrong:
        many = f"has {len(wrong)} rows of another length than its {len(head)} headings"
        faults.append(Fault(name, many, wrong[0], allowed="the whole file, unchanged"))
    if faults:
        raise InputError(faults)
    return pd.DataFrame(rows, columns=head, dtype=str)


def _rows(text: io.StringIO) -> Iterator[list[str]]:
    n = 0
    try:
        for n, row in enumerate(csv.reader(text, strict=True), 1):
            if n > MOST + 1:
                raise ValueError(f"it has more than {MOST:,} rows")
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise ValueError(f"row {n + 1}: {error}") from None
