"""Hold what edition.yml says of the tables against them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spi_core.edition.framework import Framework
from spi_core.edition.readers.read import Read, fault_at
from spi_core.edition.settings import earlier
from spi_core.errors import Fault, some
from spi_core.files import shown
from spi_core.tables import records
from spi_core.text.when import due


def check_years(folder: Path, settings: Mapping[str, Any], history: Read) -> list[Fault]:
    """Hold the years that edition.yml names against those that there are figures of."""
    if "periods" not in settings or history.lacks or history.faults:
        return []
    named, there = earlier(settings), set(history.frame.get("period", ()))
    file = shown(folder / "edition.yml")
    if there and not named:
        message, said = "is missing: history/ has figures of other years", sorted(there)
        return [Fault(file, message, None, "history.periods", None, ", ".join(said))]
    message = "has no figures in history/"
    allowed = ", ".join(sorted(there & set(named))) or "years that history/ has figures of"
    lost = [y for y in named if y not in there]
    return [Fault(file, message, None, "history.periods", y, allowed) for y in lost]


def telling(observations: pd.DataFrame) -> list[str] | None:
    """Name indicators with values that differ; None where the file does not say."""
    if observations.empty or not {"indicator_id", "value"} <= set(observations):
        return None
    different = observations.groupby("indicator_id")["value"].nunique()
    return [str(i) for i in different.index[different > 1]]


def check_claims(file: str, settings: Mapping[str, Any], reads: Mapping[str, Read]) -> list[Fault]:
    """Hold what edition.yml says of the tables against them."""
    faults = []
    for name in ("observations", "history", "series"):
        statuses = reads[name].frame.get("status", pd.Series(dtype=str))
        made_up = int((statuses == "illustrative").sum())
        if made_up and settings.get("illustrative") is False:
            message = f"is not allowed: {made_up} values of {name} are illustrative"
            faults.append(Fault(file, message, None, "illustrative", "false", "true"))
    if settings.get("index", {}).get("weights") == "given" and reads["weights"].frame.empty:
        message = "needs a file weights.csv beside edition.yml"
        faults.append(
            Fault(file, message, None, "index.weights", "given", "pca, equal, equal_scores")
        )
    return faults


def check_targets(targets: Read, partners: Read, framework: Framework) -> list[Fault]:
    """Check what the schema of ``targets.csv`` cannot say.

    Parameters
    ----------
    targets, partners : Read
        As read.
    framework : Framework
        Bounds of the indicators.

    Returns
    -------
    list of Fault
        Targets due on no day that can be told, outside their indicator's bounds, or owned by
        nobody of ``partners.csv``.
    """
    known, faults = sorted(set(partners.frame.get("partner", []))), []
    for r in records(targets.frame):
        if pd.isna(due(str(r.by))):
            message = "names no year: nobody could say when it falls due"
            faults.append(fault_at(r, "by", message, "a year, 2022/23 or 2022-03-31"))
        owner = getattr(r, "owner", "")
        if owner and owner not in known:
            message = "is no partner of partners.csv: add a row for it there, or leave it blank"
            faults.append(fault_at(r, "owner", message, some(known) or "blank"))
        if r.indicator_id not in framework.indicators.index:
            continue
        about = framework.indicators.loc[r.indicator_id]
        low, high = (float(about[c]) for c in ("valid_min", "valid_max"))
        if r.target < low or r.target > high:
            ends = (f"{low:g} or more" * (low > -np.inf), f"{high:g} or less" * (high < np.inf))
            message = f"is outside the valid range of {r.indicator_id}: no figure can reach it"
            faults.append(fault_at(r, "target", message, " and ".join(filter(None, ends))))
    return faults
