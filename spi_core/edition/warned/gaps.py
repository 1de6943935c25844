"""Figures that the whole area lacks because some of its parts do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import Panel
from spi_core.edition.warned.said import Places
from spi_core.errors import Warned, some

#: Complete rows that the estimate of a gap needs beyond the component's indicators.
ROWS_TO_SPARE = 10


def whole_unscored(inputs: Inputs, given: Panel, places: Places) -> Iterator[Warned]:
    """Warn of components of the whole that are not scored for want of a few parts' figures.

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
        One a component, period and indicator, where a part lacks more than is estimated: what
        nobody has is no gap.
    """
    about, panel, name = inputs.geography, inputs.panel, inputs.settings["area_name"]
    at, whole = panel.rows(about.units), panel.rows([about.whole])[0]
    limit = inputs.settings["index"].get("max_imputed", 1)
    have = np.isfinite(given.take(about.units).value)
    gone = np.isnan(panel.value[:, whole]) & (panel.status[:, whole] != "suppressed")
    for c, component in enumerate(inputs.framework.components):
        members = inputs.framework.members(c)
        if members.size < inputs.settings["index"].get("minimum_indicators", 2):
            continue
        block = have[..., members]
        used = np.asarray(block.any(axis=1))
        gaps = (~block & used[:, None]).sum(axis=-1)
        rows = (block | ~used[:, None]).all(axis=-1).sum()
        # what is estimated for a part counts in the whole
        estimated = (gaps <= limit) & (rows >= members.size + ROWS_TO_SPARE)
        for t, k in np.argwhere(gone & have.any(axis=1)):
            if k not in members or (have[t, :, k] | estimated[t]).all():
                continue
            period, indicator = panel.periods[t], panel.indicators[k]
            lost = [panel.areas[a] for a in at[~have[t, :, k]]]
            names = some([str(about.areas.at[code, "name"]) for code in lost], 6)
            message = (
                f"{name}'s {component} will not be scored in {period}: {indicator} lacks "
                f"{len(lost)} of {len(at)} {about.levels.unit.many} ({names}); give the figure of "
                f"{name} ({about.whole})"
            )
            where = places.of(indicator, period)
            yield Warned(f"not scored: {component}", *where, message)
