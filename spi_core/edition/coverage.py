"""What is there and what is not: indicator by level by period."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import pandas as pd

from spi_core.edition.areas.geography import Geography
from spi_core.edition.panel import Panel
from spi_core.edition.readers.read import Read
from spi_core.errors import Fault, some

COUNTS = ("given", "rolled_up", "suppressed", "missing", "illustrative")


def coverage_matrix(given: Panel, rolled: Panel, geography: Geography) -> pd.DataFrame:
    """Count the cells of each indicator, level and period by where they come from.

    Parameters
    ----------
    given : Panel
        Observations before the roll-up.
    rolled : Panel
        The same axes after it.
    geography : Geography
        Levels of the areas.

    Returns
    -------
    DataFrame
        ``indicator_id, level, period, areas, given, rolled_up, suppressed, missing,
        illustrative``: the middle four add up to ``areas``; ``illustrative`` counts those with a
        value that rests on a generated one.
    """
    level = geography.areas["level"].reindex(list(rolled.areas)).to_numpy()
    known, had = np.isfinite(rolled.value), np.isfinite(given.value)
    hidden = ~known & (rolled.status == "suppressed")
    kinds = (
        *(had & known, known & ~had, hidden, ~known & ~hidden),
        known & (rolled.status == "illustrative"),
    )
    frames = []
    for name in (n.id for n in geography.levels if (level == n.id).any()):
        here = level == name
        axes = [rolled.periods, rolled.indicators]
        index = pd.MultiIndex.from_product(axes, names=["period", "indicator_id"])
        counts = {n: k[:, here].sum(axis=1).ravel() for n, k in zip(COUNTS, kinds, strict=True)}
        frame = pd.DataFrame({"areas": int(here.sum()), **counts}, index=index)
        frames.append(frame.reset_index().assign(level=name))
    matrix = pd.concat(frames, ignore_index=True)
    order = {i: n for n, i in enumerate(rolled.indicators)}
    matrix = matrix.assign(at=matrix["indicator_id"].map(order)).sort_values("at", kind="stable")
    columns = ["indicator_id", "level", "period", "areas", *COUNTS]
    return matrix[columns].reset_index(drop=True)


def in_brief(matrix: pd.DataFrame) -> pd.DataFrame:
    """Write a coverage matrix as one row an indicator.

    Parameters
    ----------
    matrix : DataFrame
        From :func:`coverage_matrix`.

    Returns
    -------
    DataFrame
        Index ``indicator_id``, one column a level, one part a period: areas with a value out of
        all, with ``[c]`` where some are suppressed and ``[i]`` where some are illustrative; ``–``
        where the level has nothing at all.
    """
    keys = ["indicator_id", "level"]
    nothing = (matrix["missing"] == matrix["areas"]).groupby([matrix[k] for k in keys])
    have = (matrix["given"] + matrix["rolled_up"]).astype(str) + "/" + matrix["areas"].astype(str)
    have += np.where(matrix["suppressed"] > 0, "[c]", "")
    have += np.where(matrix["illustrative"] > 0, "[i]", "")
    joined = matrix.assign(have=have).groupby(keys, sort=False)["have"].agg(" ".join)
    wide = joined.mask(nothing.all(), "–").unstack("level")
    return wide.loc[matrix["indicator_id"].unique(), matrix["level"].unique()]


def check_presence(
    observations: Read, geography: Geography, links: pd.DataFrame, levels: Sequence[str]
) -> list[Fault]:
    """Find areas that have a row of an indicator in one period and none in another.

    Parameters
    ----------
    observations : Read
        All observation files; not checked where a key has a fault, which would look like a gap.
    geography : Geography
        The edition's areas.
    links : DataFrame
        ``from_code, to_code`` of the rebase lookup; an old area's row stands for its successors.
    levels : sequence of str
        Levels that are scored.

    Returns
    -------
    list of Fault
        One an indicator, level and period. A level without any row in a period is no fault: the
        figure is not collected there, as the coverage matrix shows.
    """
    keys = {"indicator_id", "area_code", "period"}
    frame = observations.frame
    doubt = [f for f in observations.faults if not f.column or keys & set(f.column.split(" + "))]
    if frame.empty or doubt:
        return []
    rows = frame[["indicator_id", "area_code", "period", "file"]]
    if not links.empty:
        heirs = links[links["from_code"] != links["to_code"]].set_index("from_code")["to_code"]
        rows = rows.join(heirs.rename("heir"), on="area_code")
        rows = rows.assign(area_code=rows["heir"].fillna(rows["area_code"])).drop(columns="heir")
        rows = rows.drop_duplicates(sorted(keys))
    rows = _with_wholes(rows, geography)
    rows = rows.assign(level=rows["area_code"].map(geography.areas["level"]))
    rows = rows[rows["level"].isin(list(levels))]
    faults = []
    for (indicator, name), group in rows.groupby(["indicator_id", "level"], sort=False):
        everywhere = set(group["area_code"])
        for period, part in group.groupby("period", sort=False):
            lost = sorted(everywhere - set(part["area_code"]))
            if lost:
                message = f"{indicator} has no row in {period} for {some(lost, 20)}"
                allowed = f"every {name} that has a row in another period; status missing or"
                allowed += " suppressed and a blank value where there is no figure"
                file = str(part["file"].iloc[0])
                faults.append(Fault(file, message, None, "area_code", None, allowed))
    return faults


def _with_wholes(rows: pd.DataFrame, geography: Geography) -> pd.DataFrame:
    """Add a row for each larger area whose parts all have one: the roll-up fills it."""
    keys = ["indicator_id", "period", "area_code"]
    families = geography.families(list(geography.areas.index))
    for _, alike in groupby(families, key=lambda f: geography.areas.at[f[0], "level"]):
        links = [(part, head, len(parts)) for head, parts in alike for part in parts]
        beneath = rows.merge(pd.DataFrame(links, columns=["area_code", "head", "parts"]))
        groups = beneath.groupby([*keys[:2], "head", "parts"], as_index=False)
        whole = groups.agg(file=("file", "first"), found=("file", "size"))
        whole = whole[whole["found"] == whole["parts"]].rename(columns={"head": "area_code"})
        rows = pd.concat([rows, whole[rows.columns]], ignore_index=True).drop_duplicates(keys)
    return rows
