"""Generate the yearly series of two invented programmes: one works by a known amount, one not.

Every area keeps its level, all areas share the years, wards have years of their own, counts are
Poisson. What a programme adds is a number of events per 1,000 residents in its wards, so that the
truth is known exactly and in the unit of the chapter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from lbbd84_cells import NOTE
from lbbd84_places import SEED, Places

YEARS = tuple(range(2009, 2017))
STARTED = 2014  # 1 April: three quarters of the year


@dataclass(frozen=True, slots=True)
class Programme:
    """One invented programme.

    Parameters
    ----------
    outcome : str
        The series that it is said to change.
    effect : float
        Built in: events a year per 1,000 residents of 2019 in each treated ward.
    treated : tuple of str
        Ward codes, sorted.
    """

    outcome: str
    effect: float
    treated: tuple[str, ...]


#: Series: unit, the indicator whose level it starts from, the years' common course, and how far a
#: ward's year strays (per 1,000 residents).
MEASURES = {
    "asb_reports": ("reports", "antisocial_behaviour", -0.9, 1.0),
    "fly_tips": ("fly-tips", "fly_tipping", 0.6, 0.6),
    "library_users": ("residents", "library_active_users", -2.0, 1.8),
}


def programmes(places: Places) -> dict[str, Programme]:
    """Name the programmes, their wards and what was built in.

    Parameters
    ----------
    places : Places
        From :func:`lbbd84_places.read_places`.

    Returns
    -------
    dict of str to Programme
        By the id of ``interventions.yml``. Wardens went where the factor of need is highest, a
        lasting level that no year's figure moves; collections went to wards drawn by lot.
    """
    wards = np.array(places.wards)
    need = places.ward_mean(places.factors["need"].to_numpy())
    neediest = wards[np.argsort(-need, kind="stable")[:5]]
    lot = np.random.default_rng([SEED, *b"lot"]).choice(wards, size=6, replace=False)
    return {
        "street-wardens-example": Programme("asb_reports", -9.0, _sorted(neediest)),
        "bulky-waste-example": Programme("fly_tips", 0.0, _sorted(lot)),
    }


def _sorted(codes: np.ndarray) -> tuple[str, ...]:
    return tuple(sorted(map(str, codes)))


def series(places: Places, small: pd.DataFrame) -> pd.DataFrame:
    """Generate every series, one row a measure, LSOA and year.

    Parameters
    ----------
    places : Places
        From :func:`lbbd84_places.read_places`.
    small : DataFrame
        Generated LSOA observations, for each area's level.

    Returns
    -------
    DataFrame
        Columns of ``series``.
    """
    frames = [_measure(name, places, small) for name in MEASURES]
    return pd.concat(frames, ignore_index=True)


def _measure(name: str, places: Places, small: pd.DataFrame) -> pd.DataFrame:
    unit, indicator, course, stray = MEASURES[name]
    rng = np.random.default_rng([SEED, *name.encode()])
    own = small[small["indicator_id"] == indicator].groupby("area_code")["value"].mean()
    level, wards = own.loc[list(places.lsoas)].to_numpy(), len(places.wards)
    frames = []
    for year in YEARS:
        rate = level + course * (year - 2013) + rng.normal(0, stray, wards)[places.ward_of]
        rate = np.maximum(rate + _added(name, year, places), 1.0).round(9)
        frames.append(
            pd.DataFrame(
                {
                    "measure_id": name,
                    "area_code": list(places.lsoas),
                    "period": year,
                    "value": rng.poisson(places.people * rate / 1000),
                    "unit": unit,
                    "status": "illustrative",
                    "note": NOTE,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _added(name: str, year: int, places: Places) -> np.ndarray:
    """Add up what the programmes change in a year in each LSOA's rate."""
    share = 0.0 if year < STARTED else 0.75 if year == STARTED else 1.0
    added = np.zeros(len(places.lsoas))
    for programme in programmes(places).values():
        if programme.outcome == name:
            treated = np.isin(places.wards, programme.treated)[places.ward_of]
            added += share * programme.effect * treated
    return added
