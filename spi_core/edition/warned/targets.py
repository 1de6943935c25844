"""Targets that ask for nothing: met before they began, or the wrong way round."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import Panel
from spi_core.edition.warned.said import Places
from spi_core.errors import Warned
from spi_core.tables import records


def met_before(inputs: Inputs, given: Panel, places: Places) -> Iterator[Warned]:
    """Find targets that ask for no more than the whole had in the first period.

    Parameters
    ----------
    inputs : Inputs
        The edition; its panel is rolled up.
    given : Panel
        As published.
    places : Places
        Where each observation stands.

    Yields
    ------
    Warned
        One a target.
    """
    panel, framework = inputs.panel, inputs.framework
    whole = panel.areas.index(inputs.geography.whole)
    for r in records(inputs.tables["targets"]):
        at = framework.ids.index(r.indicator_id)
        known = [x for x in panel.value[:, whole, at] if np.isfinite(x)]
        way = int(framework.polarity[at])
        if known and way * (known[0] - r.target) >= 0:
            better = "higher" if way > 0 else "lower"
            message = (
                f"the target of {r.indicator_id}, {r.target:g}, asks for no more than the first "
                f"figure ({better} is better): met before it began, or the wrong way round"
            )
            yield Warned("target already met", "targets.csv", r.row, message)
