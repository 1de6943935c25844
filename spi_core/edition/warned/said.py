"""Where in the files a warning stands."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from spi_core.edition.inputs import Inputs
from spi_core.files import shown


class Places:
    """Where each observation stands.

    Parameters
    ----------
    inputs : Inputs
        The edition.
    """

    def __init__(self, inputs: Inputs) -> None:
        read = [inputs.tables[name] for name in ("observations", "history")]
        self._found = pd.concat([r for r in read if len(r)] or read[:1], ignore_index=True)
        self._start = len(shown(inputs.folder)) + 1

    @cached_property
    def _rows(self) -> Mapping[Any, Any]:
        return self._found.groupby(["indicator_id", "period"]).indices

    def of(self, indicator: str, period: str, area: str | None = None) -> tuple[str, int | None]:
        """Find an observation, or the first of an indicator and period.

        Parameters
        ----------
        indicator, period, area : str
            What it is of.

        Returns
        -------
        tuple of str and int or None
            File within the edition's folder, and row; what was rebased stands in no row.
        """
        rows = self._rows.get((indicator, period), np.array([], int))
        if area is not None:
            rows = rows[(self._found["area_code"].iloc[rows] == area).to_numpy()]
        if not rows.size:
            return "observations", None
        r = self._found.iloc[rows[0]]
        return str(r["file"])[self._start :], int(r["row"])
