"""Indicators that others of their component tell exactly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spi_core.edition.exact import told_by
from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import Panel
from spi_core.edition.warned.said import Places
from spi_core.errors import Warned


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
