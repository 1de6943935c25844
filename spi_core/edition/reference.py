"""The reference population that weights are fitted on: means, standard deviations, correlations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spi_core.edition.framework import Framework
from spi_core.edition.readers.read import fault_at, read_table
from spi_core.edition.readers.schema import TABLES
from spi_core.edition.readers.sheet import read_cells
from spi_core.errors import Fault
from spi_core.files import shown
from spi_core.tables import records


def read_reference(
    folder: Path, settings: Mapping[str, Any], framework: Framework | None
) -> tuple[tuple[pd.DataFrame, pd.DataFrame] | None, list[Fault]]:
    """Read the moments and the correlation matrix that ``edition.yml`` names.

    Parameters
    ----------
    folder : Path
        The edition's folder.
    settings : mapping
        ``edition.yml``.
    framework : Framework or None
        Its indicators must all be there.

    Returns
    -------
    tuple of (DataFrame, DataFrame) or None, and list of Fault
        Moments with the treatment that they were taken after, and correlations, both by
        ``indicator_id``; None where none is named or one is
        not fit.
    """
    named = settings.get("index", {}).get("reference")
    if not named:
        return None, []
    read = read_table(folder / named["moments"], TABLES["moments"])
    matrix, found = _matrix(folder / named["correlation"])
    faults = [*read.faults, *found]
    ids = framework.ids if framework is not None else ()
    listed_in = {
        named["moments"]: read.frame.get("indicator_id"),
        named["correlation"]: matrix.index,
    }
    for name, listed in listed_in.items():
        if listed is not None and len(listed):
            file, message = shown(folder / name), "has no row for this indicator"
            lost = [i for i in ids if i not in set(listed)]
            faults += [Fault(file, message, None, "indicator_id", i) for i in lost]
    if not faults and framework is not None:
        faults = _other_transforms(read.frame, framework, folder.name)
    return (None if faults else (read.frame.set_index("indicator_id"), matrix)), faults


def _other_transforms(moments: pd.DataFrame, framework: Framework, edition: str) -> list[Fault]:
    """Moments serve only the treatment that they were taken after."""
    file, named = str(moments["file"].iloc[0]), framework.indicators
    if not {"transform", "lower", "upper", "offset"} <= set(moments):
        moments = moments.assign(transform="none")
    of = moments.set_index("indicator_id")["transform"].reindex(named.index)
    other = named.assign(of=of)[of != named["transform"]]
    message = f"is not what the moments of {file} were taken after"
    return [
        fault_at(r, "transform", message, f"{r.of}; `spi reference {edition}` takes others")
        for r in records(other)
    ]


def _matrix(path: Path) -> tuple[pd.DataFrame, list[Fault]]:
    raw, faults, _ = read_cells(path)
    file, empty = shown(path), pd.DataFrame()
    if raw is None or faults:
        return empty, faults
    if raw.columns[0] != "indicator_id":
        return empty, [Fault(file, "the column is missing", 1, "indicator_id")]
    ids = list(raw["indicator_id"])
    if ids != list(raw.columns[1:]):
        allowed = "the same indicators in the same order"
        return empty, [Fault(file, "has other rows than columns", allowed=allowed)]
    numbers = raw.drop(columns="indicator_id").apply(pd.to_numeric, errors="coerce")
    bad = np.argwhere(~(numbers.abs() <= 1).to_numpy())
    allowed = "a number from -1 to 1"
    message, cells = "is not a correlation", raw.to_numpy()
    faults = [
        Fault(file, message, int(raw.index[i]) + 2, ids[j], cells[i, j + 1], allowed)
        for i, j in bad
    ]
    matrix = numbers.astype(float).set_axis(pd.Index(ids, name="indicator_id"))
    symmetric = np.allclose(matrix, matrix.T) and np.allclose(np.diag(matrix), 1)
    if not faults and not symmetric:
        allowed = "the same number on both sides of a diagonal of 1"
        faults = [Fault(file, "is not a symmetric matrix of correlations", allowed=allowed)]
    return matrix, faults
