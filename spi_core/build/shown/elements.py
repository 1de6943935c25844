"""How the units of evidence lie and moved on each element, and what parts their quarters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from spi_core.text.words import DECLINE, IMPROVEMENT


def elements_table(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Say of each composite how far the units' scores reach and how many units moved.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``standing, changes, scores``.

    Returns
    -------
    DataFrame
        One row an element on which a unit is scored: ``lowest, q1, q3, highest`` of the scores;
        ``above``, how many units score above the whole; ``risen, fallen``, how many did so
        clearly, ``up``, how many rose at all, and ``up_in_full``, how many did by all figures,
        comparable or not.
    """
    standing, changes, scores = (tables[n] for n in ("standing", "changes", "scores"))
    now = standing.groupby(["element", "level"], sort=False)["score"]
    ends = {"lowest": now.min(), "highest": now.max()}
    frame = pd.DataFrame({**ends, "q1": now.quantile(0.25), "q3": now.quantile(0.75)})
    units = standing["area_code"].unique()
    moved = changes[changes["area_code"].isin(units)].dropna(subset="change")
    full = scores[scores["area_code"].isin(units)]
    full = full.pivot(index=["area_code", "element"], columns="period", values="score")
    full = full.reindex(columns=["baseline", "current"]).reset_index()
    counts = {
        "above": (standing["element"], standing["difference"].gt(0)),
        "risen": (moved["element"], moved["rating"].eq(IMPROVEMENT)),
        "fallen": (moved["element"], moved["rating"].eq(DECLINE)),
        "up": (moved["element"], moved["change"].gt(0)),
        "up_in_full": (full["element"], full["current"] > full["baseline"]),
    }
    frame = frame.reset_index()
    for name, (element, found) in counts.items():
        of_each = found.groupby(element).sum()
        frame[name] = of_each.reindex(frame["element"]).fillna(0).to_numpy(int)
    return frame


def quarters_table(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """List the quarters of the units by index, and whether the line above each parts anything.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``standing``.

    Returns
    -------
    DataFrame
        ``quarter, areas, lowest, highest`` of the scores; ``split``: whether some area above it
        cannot be told apart from one in it, as their likely places overlap.
    """
    index = tables["standing"].query("level == 'index'").dropna(subset="quarter")
    scores = index.groupby("quarter")["score"]
    ends = {"areas": scores.size(), "lowest": scores.min(), "highest": scores.max()}
    frame = pd.DataFrame(ends)
    rows = index.dropna(subset=["rank_low", "rank_high"])
    split = []
    for quarter in frame.index:
        above = rows.loc[rows["quarter"] < quarter, "rank_high"].to_numpy()
        below = rows.loc[rows["quarter"] == quarter, "rank_low"].to_numpy()
        split.append(bool(np.max(above, initial=-np.inf) >= np.min(below, initial=np.inf)))
    return frame.assign(split=np.array(split, dtype=bool)).reset_index()
