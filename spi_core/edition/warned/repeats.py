"""Numbers that other numbers tell exactly: within a component, and between scores and peers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import Panel
from spi_core.edition.warned.said import Places, Warned

__all__ = ["repeated", "told_by"]

Array = NDArray[np.float64]
#: A share of the standard deviation that rounding in publications leaves, of percentages too.
ROUNDING = 1e-3
#: Of so many others at most an exact function is looked for.
MOST = 3


def told_by(y: Array, others: Array, most: int = MOST) -> tuple[int, ...]:
    """Find the fewest others of which a number is an exact linear function.

    Parameters
    ----------
    y : ndarray (rows,)
        The number; NaN where missing.
    others : ndarray (rows, k)
        The others.
    most : int
        How many others to try together.

    Returns
    -------
    tuple of int
        Their positions; empty where there are none, or too few rows to tell.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=(20, 3))
    >>> told_by(100 - x[:, 0] - x[:, 2], x)
    (0, 2)
    """
    for size in range(1, most + 1):
        for at in combinations(range(others.shape[1]), size):
            rows = np.isfinite(y) & np.isfinite(others[:, at]).all(axis=1)
            if rows.sum() < 2 * size + 4:
                continue
            x, z = others[rows][:, at], y[rows] - y[rows].mean()
            x = x - x.mean(axis=0)
            left = z - x @ np.linalg.lstsq(x, z, rcond=None)[0]
            if z.std() > 0 and left.std() < ROUNDING * z.std():
                return at
    return ()


def repeated(inputs: Inputs, given: Panel, places: Places) -> Iterator[Warned]:
    """Warn of indicators that others of their component tell exactly.

    Parameters
    ----------
    inputs : Inputs
        The edition.
    given : Panel
        As given.
    places : Places
        Where each observation stands.

    Yields
    ------
    Warned
        One a set of indicators: what they say counts twice, and no principal component is defined.
    """
    units, ids, said = given.take(inputs.geography.units), given.indicators, set[frozenset[str]]()
    for c, component in enumerate(inputs.framework.components):
        at = inputs.framework.members(c)
        x = units.value[..., at].reshape(units.value[..., 0].size, at.size)
        for k in range(at.size):
            rest = np.delete(np.arange(at.size), k)
            found = [ids[at[rest[j]]] for j in told_by(x[:, k], x[:, rest])]
            together = frozenset((ids[at[k]], *found))
            if found and together not in said:
                said.add(together)
                message = (
                    f"is told exactly by {' and '.join(found)}: it counts twice in {component}, "
                    "which has no principal component and so equal weights"
                )
                where = places.of(ids[at[k]], given.periods[-1])
                yield Warned(f"repeats others: {ids[at[k]]}", *where, message)
