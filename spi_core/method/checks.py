"""Check polarity and goalposts, and name the indicators at fault.

Pure functions know indicators by position; `ColumnError.named` turns positions into names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]


class ColumnError(ValueError):
    """A ValueError that knows which columns (positions of indicators) are at fault.

    Parameters
    ----------
    message : str
        What is wrong and what is allowed.
    columns : iterable of int
        Positions on the last axis, counted from 0.

    Examples
    --------
    >>> ColumnError("goalposts must differ", [1]).named(["burglary", "robbery"])
    'goalposts must differ: robbery'
    """

    def __init__(self, message: str, columns: Iterable[int]) -> None:
        self.message = message
        self.columns = tuple(int(c) for c in columns)
        super().__init__(f"{message}: column {', '.join(map(str, self.columns))}")

    def named(self, names: Sequence[str]) -> str:
        """Say the same with indicator names instead of positions.

        Parameters
        ----------
        names : sequence of str
            One name a column.

        Returns
        -------
        str
            The message for an analyst.
        """
        return f"{self.message}: {', '.join(names[c] for c in self.columns)}"


def refuse(bad: NDArray[np.bool_], message: str) -> None:
    """Raise a ColumnError if any column is bad; a fault on any leading axis counts.

    Parameters
    ----------
    bad : ndarray of bool (..., indicators)
        True where a value is not fit.
    message : str
        What is wrong and what is allowed.

    Raises
    ------
    ColumnError
        Naming every bad column.
    """
    if bad.any():
        bad = np.atleast_1d(bad)
        raise ColumnError(message, np.flatnonzero(bad.reshape(-1, bad.shape[-1]).any(axis=0)))


def check_polarity(polarity: ArrayLike) -> Array:
    """Return polarity as floats after checking that each is +1 or −1.

    Parameters
    ----------
    polarity : array_like (indicators,)
        +1 if higher is better, −1 if lower is better.

    Returns
    -------
    ndarray (indicators,)
        The same as float64.

    Raises
    ------
    ColumnError
        If a value is neither +1 nor −1; it names the columns.
    """
    p = np.asarray(polarity, dtype=np.float64)
    refuse(np.abs(p) != 1, "polarity must be +1 (higher is better) or -1")
    return p


def check_goalposts(
    best: ArrayLike, worst: ArrayLike, polarity: ArrayLike | None = None
) -> tuple[Array, Array]:
    """Return goalposts as floats after checking that they can carry a score.

    Parameters
    ----------
    best, worst : array_like (..., indicators)
        The values that score 100 and 0.
    polarity : array_like (indicators,), optional
        If given, best must lie on the side that polarity calls better.

    Returns
    -------
    best, worst : ndarray
        The same as float64.

    Raises
    ------
    ColumnError
        If a goalpost is not finite, both are equal (within 1e-12 of their size), or they are
        crossed; it names the columns.
    """
    b, w = np.broadcast_arrays(
        np.asarray(best, dtype=np.float64), np.asarray(worst, dtype=np.float64)
    )
    finite = np.isfinite(b) & np.isfinite(w)
    refuse(~finite, "goalposts must be finite numbers")
    equal = np.abs(b - w) <= 1e-12 * np.maximum(np.abs(b), np.abs(w))
    refuse(equal, "best and worst goalpost must differ")
    if polarity is not None:
        crossed = (b - w) * check_polarity(polarity) < 0
        refuse(crossed, "goalposts are crossed: best must be the better one by polarity")
    return b, w
