"""Rows of a table, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

__all__ = ["records"]


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """Go through a table row by row; a column is an attribute of the row.

    Parameters
    ----------
    frame : DataFrame
        Column names must be Python names; ``Index`` is the row's label.

    Yields
    ------
    namedtuple
        Untyped: what a column holds is the business of the table's schema.

    Examples
    --------
    >>> [r.name for r in records(pd.DataFrame({"name": ["Abbey", "River"]}))]
    ['Abbey', 'River']
    """
    yield from frame.itertuples()
