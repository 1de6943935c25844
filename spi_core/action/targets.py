"""Where the figures are heading, and whether that meets what was promised by the day it is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from spi_core.action.distances import COUNTED, ENDS, in_people
from spi_core.tables import empty_table
from spi_core.text.when import due

Array: TypeAlias = NDArray[np.float64]
REACHED, MISSED, ON, OFF, UNSURE, NO_FIGURE = (
    "reached", "missed", "on track", "off track", "too uncertain to say", "no figure",
)  # fmt: skip

#: A line is carried on at most so many times as long as it was seen.
FARTHEST = 4


def project(
    before: Sequence[ArrayLike], now: Sequence[ArrayLike], years: ArrayLike, ahead: ArrayLike
) -> Array:
    """Carry the straight line through two figures on to a later day.

    Parameters
    ----------
    before, now : sequence of array_like
        Value, lower and upper end of its interval: of the earlier figure, and of the latest.
    years, ahead : array_like
        Years between the two, and from the latest to that day.

    Returns
    -------
    ndarray, shape (3, ...)
        With ``r = ahead / years`` the value ``(1 + r) now - r before`` and its interval: the
        half-widths of ``(1 + r) now`` and ``r before`` squared and added, as for a difference.

    Examples
    --------
    By hand: 20 two years ago, 18 now, four years to go, so r = 2 and 3 × 18 - 2 × 20 = 14; each
    figure sure to within 1, so within √(3² + 2²) = 3.6.

    >>> project((20, 19, 21), (18, 17, 19), 2, 4).round(1)
    array([14. , 10.4, 17.6])
    """
    (a, a_low, a_high), (b, b_low, b_high) = (
        [np.asarray(x, dtype=np.float64) for x in one] for one in (before, now)
    )
    r = np.asarray(ahead, dtype=np.float64) / np.asarray(years, dtype=np.float64)
    value = (1 + r) * b - r * a
    low = np.hypot((1 + r) * (b - b_low), r * (a_high - a))
    high = np.hypot((1 + r) * (b_high - b), r * (a - a_low))
    return np.stack([value, value - low, value + high])


def judge(
    way: float, target: float, now: Sequence[float], then: Sequence[float], ahead: float
) -> str:
    """Judge a target by the figure and where it is heading, no further than intervals allow.

    Parameters
    ----------
    way : float
        +1 where higher is better, else -1.
    target : float
        The figure promised.
    now, then : sequence of float
        Value, lower and upper end: the latest figure, and what it is heading for.
    ahead : float
        Years from the latest figure's last day to the day the target is due.

    Returns
    -------
    str
        ``reached`` or, once due, ``missed``: the latest figure's interval lies wholly on that
        side of the target; ``on track`` or ``off track``: that of what it is heading for does;
        ``too uncertain to say`` where the interval holds the target or is not known.

    Examples
    --------
    >>> low = (18.0, 17.0, 19.0), (14.0, 10.4, 17.6)
    >>> [judge(-1, target, *low, 4) for target in (20, 17.8, 16, 9)]
    ['reached', 'on track', 'too uncertain to say', 'off track']
    >>> judge(-1, 16, *low, 0), judge(-1, 18.5, *low, 0), judge(1, 16, *low, 0)
    ('missed', 'too uncertain to say', 'reached')
    """

    def side(figure: Sequence[float]) -> int:
        low, high = (way * (x - target) for x in figure[1:])
        return int(min(low, high) >= 0) - int(max(low, high) < 0)

    if np.isnan(now[0]):
        return NO_FIGURE
    if side(now) > 0 or ahead <= 0:
        return {1: REACHED, -1: MISSED, 0: UNSURE}[side(now)]
    return {1: ON, -1: OFF, 0: UNSURE}[side(then)]


def target_standing(
    whole: str, units: Sequence[str], tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Judge every target for the whole and, where they have figures, for its units.

    Parameters
    ----------
    whole : str
        Code of what the edition is about.
    units : sequence of str
        Codes of the units of evidence.
    tables : mapping of str to DataFrame
        ``targets, values, history, comparisons, indicators, partners``.

    Returns
    -------
    DataFrame
        The built table ``target_standing``, without rows where no target is entered.
    """
    if "targets" not in tables:
        return empty_table("target_standing")
    about = tables["indicators"].set_index("id")
    lead = tables["partners"].query("role == 'leads'").drop_duplicates("indicator_id")
    owners = lead.set_index("indicator_id")["partner"]
    keys = ["indicator_id", "area_code"]
    now = tables["values"].query("period == 'current'").set_index(keys)
    past = _before(tables).set_index(keys)
    rows = []
    for target in tables["targets"].to_dict("records"):
        i, day = target["indicator_id"], due(str(target["by"]))
        one = about.loc[i]
        there = float(target["target"])
        for code in (whole, *units):
            mine, way = now.loc[(i, code)], float(one["polarity"])
            if code != whole and np.isnan(mine["value"]):
                continue
            here = [np.nan if mine["estimated"] else float(mine[end]) for end in ENDS]
            left = (day - mine["end"]).days / 365.25
            first = past.loc[(i, code)] if (i, code) in past.index else None
            span, then, far = np.nan, np.full(3, np.nan), False
            was = [np.nan] * 3 if first is None else [float(first[end]) for end in ENDS]
            if first is not None:
                span = (_middle(mine) - _middle(first)).days / 365.25
                far = left > FARTHEST * span
                if not far:
                    then = project(was, here, span, left)
                    # a bound that is not given bounds nothing; what is not known stays so
                    low, high = one["valid_min"], one["valid_max"]
                    then = np.where(then < low, low, np.where(then > high, high, then))
            base = float(mine["denominator"]) if one["kind"] in COUNTED else np.nan
            people = in_people(here, [there] * 3, base, float(one["per"]))
            status = judge(way, there, here, list(then), left)
            rows.append(
                {
                    "indicator_id": i, "by": str(target["by"]), "area_code": code, "due": day,
                    "owner": target.get("owner") or owners.get(i, ""), "target": there,
                    **dict(zip(ENDS, here, strict=True)), "last": str(mine["period_label"] or ""),
                    "before": was[0], "first": "" if first is None else str(first["period_label"]),
                    "years": span, "expected": then[0], "expected_low": then[1],
                    "expected_high": then[2], "status": status,
                    "reason": _why(status, way * (was[0] - there), here, was, far),
                    "people": people[0], "people_low": people[1], "people_high": people[2],
                    "illustrative": bool(mine["illustrative"]) or target["status"] == "illustrative"
                    or (first is not None and bool(first["illustrative"])),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _middle(row: pd.Series) -> pd.Timestamp:
    start, end = row["start"], row["end"]
    return pd.Timestamp(start + (end - start) / 2)


def _before(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Take the earliest figure that means the same: of the years before, else the baseline's."""
    kept = tables["comparisons"].query("group not in ['broken', 'not collected']")["indicator_id"]
    base = tables["values"].query("period == 'baseline' and not estimated")
    base = base[base["indicator_id"].isin(kept)]
    if "history" in tables:
        old = tables["history"].query("comparable and period != 'current'")
        base = pd.concat([old, base])
    found = base.dropna(subset="value").sort_values("start", kind="stable")
    return found.drop_duplicates(["indicator_id", "area_code"])


def _why(status: str, lead: float, here: Sequence[float], was: Sequence[float], far: bool) -> str:
    """Say what the word leaves out."""
    if status == REACHED and lead >= 0:
        return "already met by the earliest figure"
    if status != UNSURE:
        return ""
    if np.isnan(here[1]):
        return "the error of the figure is not known"
    if np.isnan(was[0]):
        return "no earlier figure means the same"
    if np.isnan(was[1]):
        return "the error of the earlier figure is not known"
    return "seen too briefly to look so far ahead" if far else "the likely range holds the target"
