"""Show what was understood of an extract before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from spi_core.edition.areas.geography import Geography
from spi_core.edition.areas.rollup import rollup_differences
from spi_core.edition.framework import Framework
from spi_core.edition.panel import make_panel
from spi_core.errors import some
from spi_core.sources.extract.figures import KEY, PART
from spi_core.tables import records

FIGURES = ["value", "numerator", "denominator", "status", "period_label", "start", "end"]
#: A figure stands out from a change of its indicator's middle one by this factor.
JUMP = 2
#: Lines of one kind.
MOST = 6


def compare(
    new: pd.DataFrame, present: pd.DataFrame, limits: pd.DataFrame, periods: Sequence[str],
    names: Mapping[str, str],
) -> tuple[list[dict[str, Any]], list[str]]:  # fmt: skip
    """Set new figures beside the present ones and those of the period before.

    Parameters
    ----------
    new, present : DataFrame
        Observations, as taken and as they stand.
    limits : DataFrame
        ``indicator_id, min, max`` of the reference population.
    periods : sequence of str
        In order of time.
    names : mapping of str to str
        Names of areas.

    Returns
    -------
    tuple of list of dict, and list of str
        A row an indicator and period; what stands out, in sentences.
    """
    was = present.drop_duplicates(KEY).set_index(KEY)["value"]
    frames = [f[[*KEY, "value"]] for f in (new, present) if len(f)]
    then = pd.concat(frames).drop_duplicates(KEY).set_index(KEY)["value"]  # the file's come first
    limits = limits if len(limits) else pd.DataFrame(columns=["indicator_id", "min", "max"])
    low, high = (limits.groupby("indicator_id")[n].agg(n).to_dict() for n in ("min", "max"))
    rows, lines = [], []
    for (indicator, period), group in new.groupby(["indicator_id", "period"], sort=False):
        value, about = group["value"].to_numpy(float), f"{indicator}, {period}"
        before = _of(was, group, period)
        at = list(periods).index(str(period))
        earlier = _of(then, group, periods[at - 1]) if at else np.full(len(group), np.nan)
        figures, same = int(np.isfinite(value).sum()), int(np.isclose(value, before).sum())
        counts = group["status"].value_counts()
        rows.append({
            "indicator": indicator, "period": period, "label": group["period_label"].iloc[0],
            "figures": figures, "unchanged": same,
            "suppressed": int(counts.get("suppressed", 0)),
            "missing": int(counts.get("missing", 0)),
            "before": _middle(before), "after": _middle(value), "earlier_period": _middle(earlier),
        })  # fmt: skip
        area = [names.get(c, c) for c in group["area_code"]]
        told = [f"{a} {x:.6g}" for a, x in zip(area, value, strict=True)
                if x < low.get(indicator, -np.inf) or x > high.get(indicator, np.inf)]  # fmt: skip
        if told:
            lines.append(f"beyond the reference: {about}: {some(told, MOST)}")
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where((earlier > 0) & (value > 0), value / earlier, np.nan)
        off = ratio / np.nanmedian(ratio) if np.isfinite(ratio).any() else ratio
        size = np.maximum(off, 1 / off)
        told = [f"{area[k]} {earlier[k]:.6g} → {value[k]:.6g}"
                for k in np.argsort(-np.nan_to_num(size)) if size[k] >= JUMP]  # fmt: skip
        if told:
            lines.append(f"jumps since {periods[at - 1]}: {about}: {some(told, MOST)}")
        gone = [a for a, old, x in zip(area, before, value, strict=True) if old == old and x != x]
        here = present[(present["indicator_id"] == indicator) & (present["period"] == period)]
        both = here["area_code"].isin(group["area_code"])
        rest = [names.get(c, c) for c in here.loc[~both, "area_code"]]
        n = int(here.loc[both, "numerator"].notna().sum())
        counted = [f"of {n} areas"] if n and group["numerator"].isna().all() else []
        for what, who in (
            ("figures there are now that would go", gone),
            ("counts there are now that would go", counted),
            ("not in the extract, kept as they are", rest),
        ):
            lines += [f"{what}: {about}: {some(who, MOST)}"] if who else []
    return rows, lines


def beside_parts(
    new: pd.DataFrame, present: pd.DataFrame, framework: Framework, geography: Geography
) -> list[str]:
    """Name figures of larger areas that differ from what their parts make, beyond rounding.

    Parameters
    ----------
    new, present : DataFrame
        Observations, as taken and as they stand.
    framework : Framework
        Says how figures of parts make one.
    geography : Geography
        Says what is part of what.

    Returns
    -------
    list of str
        A sentence with how many there are of what is new, and both figures of each.
    """
    frames = [f[[*KEY, *FIGURES]] for f in (new, present) if len(f)]
    both, areas = pd.concat(frames).drop_duplicates(KEY), geography.areas
    both = both.merge(new[PART].drop_duplicates())  # indicators and periods of the file
    both = both[both["area_code"].isin(areas.index)]
    names = {code: str(name) for code, name in areas["name"].items()}
    panel = make_panel(both, framework, list(areas.index), list(both["period"].unique()))
    found = rollup_differences(panel, geography, framework).query("beyond_rounding")
    told = [
        f"{r.indicator_id} in {r.period}: {names[r.area_code]} {r.given:.6g} where its parts make "
        f"{r.rolled_up:.6g}"
        for r in records(found)
    ]
    many = f"{len(told)} figures differ from what the area's parts make, beyond rounding"
    return [f"{many}: {some(told, MOST)}"] if told else []


def _of(was: pd.Series, group: pd.DataFrame, period: object) -> np.ndarray[Any, Any]:
    at = pd.MultiIndex.from_arrays(
        [group["indicator_id"], group["area_code"], [period] * len(group)], names=KEY
    )
    found: np.ndarray[Any, Any] = was.reindex(at).to_numpy(float)
    return found


def _middle(x: np.ndarray[Any, Any]) -> float | None:
    return float(np.median(x[np.isfinite(x)])) if np.isfinite(x).any() else None
