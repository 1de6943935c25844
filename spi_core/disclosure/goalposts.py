"""Goalposts made of an edition's own figures rest on what is shown, or they tell what is hidden."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import Panel
from spi_core.edition.readers.read import fault_at
from spi_core.errors import InputError
from spi_core.tables import records

#: What ``goalposts.csv`` calls them, and the percentiles they are.
BASIS = "edition distribution"
ENDS = (1, 99)
#: Goalposts are stored with six figures.
ROUNDING = 1e-5


def own_ends(panel: Panel, inputs: Inputs) -> pd.DataFrame:
    """Take the percentiles of the units of evidence, all periods together.

    Parameters
    ----------
    panel : Panel
        The figures to take them of: as published, or as given.
    inputs : Inputs
        The edition.

    Returns
    -------
    DataFrame
        ``low, high`` by indicator; NaN where no unit has a figure.
    """
    value = panel.take(inputs.geography.units).value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no unit has a figure
        low, high = np.nanpercentile(value, ENDS, axis=(0, 1))
    return pd.DataFrame({"low": low, "high": high}, index=list(panel.indicators))


def refuse_telling(inputs: Inputs, shown: Panel) -> None:
    """Refuse goalposts that are percentiles of figures of which some are hidden.

    Parameters
    ----------
    inputs : Inputs
        The edition as it was read.
    shown : Panel
        As the public sees it.

    Raises
    ------
    InputError
        With every such goalpost: of few areas the 1st percentile is nearly the least figure, and
        with its base the hidden count follows from it.
    """
    given, public = own_ends(inputs.panel, inputs), own_ends(shown, inputs)
    posts, faults = inputs.tables["goalposts"], []
    for r in records(posts[posts["basis"] == BASIS]):
        ends = public.loc[r.indicator_id]
        for name in ("worst", "best"):
            post = getattr(r, name)
            if _among(post, given.loc[r.indicator_id]) and not _among(post, ends):
                message = "rests on figures that are hidden, and would tell them"
                allowed = f"percentiles of what is shown: {ends['low']:.6g} and {ends['high']:.6g}"
                faults.append(fault_at(r, name, message, allowed))
    if faults:
        raise InputError(faults)


def _among(post: float, ends: pd.Series) -> bool:
    return bool(np.isclose(post, ends.to_numpy(float), rtol=ROUNDING, atol=0).any())
