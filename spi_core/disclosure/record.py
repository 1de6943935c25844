"""Record what was decided: a log for reviewers, a summary for everyone."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.edition.areas.geography import Geography
from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel

#: Position 0 means published as it is; ``flagged`` and ``rounded`` are published too.
DECISIONS = (
    *("", "primary", "secondary", "withheld", "dominance", "source"),
    *("flagged", "rounded"),
)
REASONS = (
    "",
    "too small to show, or part of a total that is",
    "would give a hidden figure away",
    "what the rule must know is not given, too few events, or not safe cell by cell",
    "one contributor could be read from the sum",
    "hidden by its source",
    "rests on few events",
    "rounded to the nearest 5",
)


def make_log(
    panel: Panel, geography: Geography, framework: Framework, decision: NDArray[np.int8]
) -> pd.DataFrame:
    """List every decision; for reviewers only.

    Parameters
    ----------
    panel : Panel
        The axes.
    geography : Geography
        Levels.
    framework : Framework
        Rules.
    decision : ndarray of int, shape (periods, areas, indicators)
        Positions in :data:`DECISIONS`.

    Returns
    -------
    DataFrame
        ``indicator_id, area_code, level, period, decision, rule, reason``, sorted.
    """
    p, a, i = np.nonzero(decision)
    what = decision[p, a, i]
    areas = np.array(panel.areas, object)[a]
    rule = framework.indicators["disclosure_rule"].to_numpy(object)
    frame = pd.DataFrame(
        {
            "indicator_id": np.array(panel.indicators, object)[i],
            "area_code": areas,
            "level": geography.areas["level"].reindex(list(panel.areas)).to_numpy(object)[a],
            "period": np.array(panel.periods, object)[p],
            "decision": np.array(DECISIONS, object)[what],
            "rule": rule[i],
            "reason": np.array(REASONS, object)[what],
        }
    )
    return frame.sort_values(["indicator_id", "period", "area_code"], ignore_index=True)


def make_summary(
    public: Panel,
    panel: Panel,
    geography: Geography,
    framework: Framework,
    decision: NDArray[np.int8],
) -> pd.DataFrame:
    """Count what is shown and hidden, without saying what was hidden first.

    Parameters
    ----------
    public, panel : Panel
        After and before control.
    geography : Geography
        Levels.
    framework : Framework
        Rules.
    decision : ndarray of int, shape (periods, areas, indicators)
        Positions in :data:`DECISIONS`.

    Returns
    -------
    DataFrame
        One row an indicator, level and period that has a cell.
    """
    shape = panel.value.shape
    levels = geography.areas["level"].reindex(list(panel.areas)).to_numpy(object)
    counted = {
        "published": ~np.isnan(public.value),
        "suppressed": public.status == "suppressed",
        "flagged": decision == DECISIONS.index("flagged"),
        "rounded": decision == DECISIONS.index("rounded"),
    }
    rule = framework.indicators["disclosure_rule"].to_numpy(object)
    frames = []
    for level in dict.fromkeys(levels):
        here = levels == level
        index = pd.MultiIndex.from_product([panel.periods, panel.indicators])
        frame = index.to_frame(index=False, name=["period", "indicator_id"])
        for name, mask in counted.items():
            frame[name] = mask[:, here].sum(axis=1).ravel()
        frames.append(frame.assign(level=level, rule=np.tile(rule, shape[0])))
    long = pd.concat(frames, ignore_index=True)
    long["cells"] = long["published"] + long["suppressed"]
    names = ["indicator_id", "level", "period", "rule", "cells", *counted]
    return long[long["cells"] > 0][names].sort_values(names[:3], ignore_index=True)
