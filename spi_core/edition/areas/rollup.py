"""What a larger area's value is when only its parts are known, and where the two disagree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.edition.areas.geography import Geography
from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel
from spi_core.tables import empty_table

#: From the firmest to the weakest: a sum is worth its weakest part.
WEAKNESS = ("observed", "revised", "provisional", "modelled", "illustrative")
MODELLED = WEAKNESS.index("modelled")
#: More decimals than this are the computer's, not the publisher's.
DECIMALS = 9


def roll_up(panel: Panel, geography: Geography, framework: Framework) -> Panel:
    """Fill the values of larger areas from their parts.

    Parameters
    ----------
    panel : Panel
        Observations; a value given for a larger area is kept.
    geography : Geography
        Areas and their parents.
    framework : Framework
        Says for each indicator whether counts are added up or the mean is weighted.

    Returns
    -------
    Panel
        Same axes. A cell is filled only when every part has a value, and never where the larger
        area's own figure is suppressed. Its status is that of its weakest part (``illustrative``
        as soon as one part is), and at best ``modelled`` where a mean was weighted.

    Notes
    -----
    ``ratio`` indicators: sum of numerators over sum of denominators, times ``per``. Others, and
    ratios whose counts are not known: mean of the parts, weighted by population.
    """
    arrays = {n: getattr(panel, n).copy() for n in ("value", "numerator", "denominator")}
    status = panel.status.copy()
    for code, parts in geography.families(panel.areas):
        at, members = panel.areas.index(code), panel.rows(parts)
        people = geography.areas.loc[parts, "population"].to_numpy(float)
        empty = np.isnan(arrays["value"][:, at]) & (status[:, at] != "suppressed")
        value, top, base = _from_parts(arrays, members, people, framework)
        weakest = np.maximum(weakness(status[:, members]).max(axis=1), np.isnan(top) * MODELLED)
        kind = np.array(WEAKNESS)[weakest]
        for name, filled in (("value", value), ("numerator", top), ("denominator", base)):
            arrays[name][:, at] = np.where(empty, filled, arrays[name][:, at])
        status[:, at] = np.where(empty & ~np.isnan(value), kind, status[:, at])
    return replace(panel, **arrays, status=status)


def rollup_differences(panel: Panel, geography: Geography, framework: Framework) -> pd.DataFrame:
    """Set each value given for a larger area against what its parts make.

    Parameters
    ----------
    panel : Panel
        Observations as given, before :func:`roll_up`. To be published it must first go through
        :func:`as_published`: a difference can tell a suppressed figure.
    geography : Geography
        Areas and their parents.
    framework : Framework
        Says for each indicator whether counts are added up or the mean is weighted.

    Returns
    -------
    DataFrame
        One row wherever both are known: ``indicator_id, area_code, level, period, given,
        rolled_up, difference`` (given less rolled up), ``relative`` (to the rolled-up value),
        ``beyond_rounding``, ``basis`` (``counts`` or ``weighted mean``) and ``illustrative``
        (either rests on a generated value).

    Notes
    -----
    A printed figure stands for all values that round to it, and so does a count that ``round5`` has
    rounded, or that is published whole where it was made of shares. Its decimals are the most that
    any figure of the indicator shows at that level, since ``12.0`` and ``12`` are the same number
    in a file. A weighted mean of rounded parts is itself uncertain by half a unit of the parts'
    last decimal; counts are taken as exact.
    """
    rolled = roll_up(panel, geography, framework)
    arrays = {n: getattr(rolled, n) for n in ("value", "numerator", "denominator")}
    level_of, per = geography.areas["level"], framework.indicators["per"].to_numpy(float)
    rules = framework.indicators["disclosure_rule"].astype(str)
    ruled, rounds = (rules.str.contains(word).to_numpy() for word in ("suppress", "round5"))
    printed = {
        name: _half_unit(panel.value[:, [level_of[a] == name for a in panel.areas]])
        for name in dict.fromkeys(level_of[a] for a in panel.areas)
    }
    frames = []
    for code, parts in geography.families(panel.areas):
        at, members = panel.areas.index(code), panel.rows(parts)
        people = geography.areas.loc[parts, "population"].to_numpy(float)
        value, top, base = _from_parts(arrays, members, people, framework)
        given, counted = panel.value[:, at], ~np.isnan(top)
        slack = printed[level_of[code]] + np.where(counted, 0, printed[level_of[parts[0]]])
        fives = (arrays["numerator"][:, [at, *members]] % 5 == 0).all(axis=1)
        parted = (rolled.status[:, members] == "modelled").any(axis=1)
        step = np.where(rounds & fives, 5.0, np.where(ruled & parted, 1.0, 0.0))
        off = np.where(counted, step / 2 * (len(parts) + 1) * per / np.maximum(base, 1), 0.0)
        made_up = (rolled.status[:, [at, *members]] == "illustrative").any(axis=1)
        p, k = np.nonzero(np.isfinite(given) & np.isfinite(value))
        frame = pd.DataFrame(
            {
                "indicator_id": np.array(panel.indicators, object)[k],
                "area_code": code,
                "level": level_of[code],
                "period": np.array(panel.periods, object)[p],
                "given": given[p, k],
                "rolled_up": value[p, k],
                "basis": np.where(counted, "counts", "weighted mean")[p, k],
                "illustrative": made_up[p, k],
                "slack": (slack + off)[p, k] + 1e-9 * np.abs(given[p, k]),
            }
        )
        frames.append(frame)
    return _measured(pd.concat(frames, ignore_index=True) if frames else pd.DataFrame())


def as_published(given: Panel, published: Panel) -> Panel:
    """Let the observations as given say no more than the published panel.

    Parameters
    ----------
    given : Panel
        Observations before the roll-up.
    published : Panel
        The same axes after disclosure control.

    Returns
    -------
    Panel
        The cells of ``given`` as ``published`` has them: suppressed, rounded, or as they are.
    """
    hidden = published.status == "suppressed"

    def told(own: NDArray[np.float64], shown: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(hidden | np.isnan(own), np.nan, shown)

    return replace(
        given,
        value=told(given.value, published.value),
        numerator=told(given.numerator, published.numerator),
        denominator=told(given.denominator, published.denominator),
        status=np.where(hidden, "suppressed", given.status),
    )


def weakness(status: NDArray[np.str_]) -> NDArray[np.intp]:
    """Say how weak each status is.

    Parameters
    ----------
    status : ndarray of str
        Statuses of any shape.

    Returns
    -------
    ndarray of int
        Position in :data:`WEAKNESS`; a missing or suppressed part, which fills nothing, counts
        as firm.

    Examples
    --------
    >>> weakness(np.array(["observed", "illustrative", "missing"])).tolist()
    [0, 4, 0]
    """
    found = status[..., None] == np.array(WEAKNESS)
    return np.asarray(found.argmax(axis=-1))


def _from_parts(
    arrays: Mapping[str, NDArray[np.float64]],
    members: NDArray[np.intp],
    people: NDArray[np.float64],
    framework: Framework,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    per = framework.indicators["per"].to_numpy(float)
    ratio = (framework.indicators["rollup"] == "ratio").to_numpy()
    parts = {name: a[:, members] for name, a in arrays.items()}
    top, base = parts["numerator"].sum(axis=1), parts["denominator"].sum(axis=1)
    counted = ratio & ~np.isnan(top) & ~np.isnan(base)
    rate = np.divide(top * per, base, out=np.full_like(top, np.nan), where=counted & (base > 0))
    mean = np.einsum("pak,a->pk", parts["value"], people / people.sum())
    return (
        np.where(counted, rate, mean),
        np.where(counted, top, np.nan),
        np.where(counted, base, np.nan),
    )


def _half_unit(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half a unit of the last decimal that each indicator shows, over periods and areas."""
    half = np.full(value.shape[-1], 0.5 * 10.0**-DECIMALS)
    for decimals in range(DECIMALS - 1, -1, -1):
        off = np.abs(np.round(value, decimals) - value) > 1e-9 * np.maximum(1, np.abs(value))
        half = np.where(off.any(axis=(0, 1)), half, 0.5 * 10.0**-decimals)
    return half


def _measured(frame: pd.DataFrame) -> pd.DataFrame:
    if frame.empty:
        return empty_table("rollup_differences")
    made = frame["rolled_up"].to_numpy()
    difference = frame["given"].to_numpy() - made
    relative = np.divide(difference, made, out=np.full_like(made, np.nan), where=made != 0)
    beyond = np.abs(difference) > frame["slack"]
    frame = frame.assign(difference=difference, relative=relative, beyond_rounding=beyond)
    return frame[list(empty_table("rollup_differences"))]
