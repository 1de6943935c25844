"""Generate the cells of one indicator from its recipe.

Three ways: ``draw`` counts at the indicator's finest level; ``anchor`` the earlier Census on the
published later one; ``split`` published ward figures among LSOAs so that the ward stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from lbbd84_places import SEED, Places, apportion, lsoa_base, standard, ward_base

NOTE = "Generated for illustration, not a real figure."
PERIODS = ("baseline", "current")
#: Label, first and last day, years added up, for each period.
KINDS: Mapping[str, tuple[tuple[str, str, str, tuple[int, ...]], ...]] = {
    "calendar": (("2013", "2013-01-01", "2013-12-31", (2013,)),
                 ("2014", "2014-01-01", "2014-12-31", (2014,))),
    "financial": (("2013/14", "2013-04-01", "2014-03-31", (2013,)),
                  ("2014/15", "2014-04-01", "2015-03-31", (2014,))),
    "school": (("2012/13", "2012-09-01", "2013-08-31", (2013,)),
               ("2013/14", "2013-09-01", "2014-08-31", (2014,))),
    "yearend": (("Mar 2014", "2014-03-31", "2014-03-31", (2013,)),
                ("Mar 2015", "2015-03-31", "2015-03-31", (2014,))),
    "three": (("2011–13", "2011-01-01", "2013-12-31", (2011, 2012, 2013)),
              ("2012–14", "2012-01-01", "2014-12-31", (2012, 2013, 2014))),
    "school_three": (("2010/11 to 2012/13", "2010-09-01", "2013-08-31", (2011, 2012, 2013)),
                     ("2011/12 to 2013/14", "2011-09-01", "2014-08-31", (2012, 2013, 2014))),
    "average": (("2011–13", "2011-01-01", "2013-12-31", (2011, 2012, 2013)),
                ("2012–14", "2012-01-01", "2014-12-31", (2012, 2013, 2014))),
    "census": (("Census 2001", "2001-04-29", "2001-04-29", (2001,)),
               ("Census 2011", "2011-03-27", "2011-03-27", (2011,))),
}  # fmt: skip
#: Standard deviation of an area's own movement from year to year, on the scale of the link.
WOBBLE = 0.05
#: Share of pupils eligible for free meals, the smaller group of an attainment gap.
ELIGIBLE = 0.3


def cells(recipe: Any, about: Any, places: Places, open_rows: pd.DataFrame) -> pd.DataFrame:
    """Generate both periods of one indicator.

    Parameters
    ----------
    recipe, about : namedtuple
        Its rows of ``recipes.csv`` and ``indicators.csv``.
    places : Places
        From :func:`lbbd84_places.read_places`.
    open_rows : DataFrame
        The indicator's published ward rows, for ``split``.

    Returns
    -------
    DataFrame
        Columns of ``observations``, and ``ward_code`` of each row.
    """
    rng = np.random.default_rng([SEED, *recipe.indicator_id.encode()])
    if recipe.how == "split":
        return split(recipe, about, places, open_rows, rng)
    frame = drawn(recipe, about, places, rng)
    if recipe.how == "anchor":
        later = split(recipe, about, places, census(recipe, about, places), rng)
        return pd.concat([frame[frame["period"] == "baseline"], later], ignore_index=True)
    return frame


def drawn(recipe: Any, about: Any, places: Places, rng: np.random.Generator) -> pd.DataFrame:
    small = about.finest_level == "lsoa"
    codes = places.lsoas if small else places.wards
    lean = _lean(recipe, places, small, rng)
    if recipe.how == "anchor":
        # wards differ as they did in the later Census
        real = _link(_published(recipe, places) / 100, "proportion")
        lean = lean + (real - real.mean())[places.ward_of]
    windows = KINDS[recipe.kind]
    count, base = _yearly(recipe, about, places, lean, small, rng)
    frames = []
    for period, (label, start, end, years) in zip(PERIODS, windows, strict=True):
        top, bottom = (sum(part[y] for y in years) for part in (count, base))
        if recipe.kind == "average":
            top, bottom = np.rint(top / len(years)), base[years[1]]
        if about.kind == "index":
            # points between two groups: no count, but the smaller group tells what may be shown
            value, top, bottom = np.round(top / len(years), 1), np.nan, np.rint(bottom * ELIGIBLE)
        else:
            value = np.divide(top * float(about.per), bottom, out=np.full(len(codes), np.nan),
                              where=bottom > 0)  # fmt: skip
        frames.append(rows(about.id, codes, period, (label, start, end), value, top, bottom))
    return _with_wards(pd.concat(frames, ignore_index=True), places)


def _yearly(
    recipe: Any, about: Any, places: Places, lean: np.ndarray, small: bool, rng: np.random.Generator
) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    """Draw counts and set bases for every year that a window of the indicator holds."""
    windows = KINDS[recipe.kind]
    middle = [float(np.mean(years)) for *_, years in windows]
    ends = [float(recipe.baseline), float(recipe.current or recipe.baseline)]
    low, high = (_link(np.array(e / (100 if about.kind == "proportion" else 1)), about.kind)
                 for e in ends)  # fmt: skip
    slope = 0.6 * WOBBLE * rng.normal(size=lean.size)
    count, base = {}, {}
    for year in sorted({y for *_, years in windows for y in years}):
        t = (year - middle[0]) / (middle[1] - middle[0])
        wave = lean + slope * t + 0.7 * WOBBLE * rng.normal(size=lean.size)
        whole = np.rint(ward_base(places, recipe.base, year) * float(recipe.share))
        base[year] = lsoa_base(places, recipe.base, whole) if small else whole.astype(int)
        count[year] = _count(about, low + (high - low) * t, wave, base[year], rng)
    return count, base


def _count(
    about: Any, level: float, wave: np.ndarray, base: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    if about.kind == "index":  # a difference of two shares: points, no count
        return np.exp(level) + wave + rng.normal(0, 2.0, size=base.size)
    if about.kind == "proportion":
        return rng.binomial(base, np.round(1 / (1 + np.exp(-(level + wave))), 9))
    mean = base * np.round(np.exp(level + wave - wave.var() / 2), 9) / float(about.per)
    return np.rint(mean) if about.kind == "mean" else rng.poisson(mean)


def _link(value: np.ndarray, kind: str) -> np.ndarray:
    return np.log(value / (1 - value)) if kind == "proportion" else np.log(value)


def _lean(recipe: Any, places: Places, small: bool, rng: np.random.Generator) -> np.ndarray:
    """How far each area lies from the borough's level, on the scale of the link."""
    loads = np.array([float(getattr(recipe, name)) for name in places.factors])
    own = np.sqrt(max(0.0, 1 - float(loads @ loads)))
    pattern = places.factors.to_numpy() @ loads + own * places.smooth(rng)
    if not small:
        pattern = standard(places.ward_mean(pattern))
    return (float(recipe.sd) * pattern).round(9)


def census(recipe: Any, about: Any, places: Places) -> pd.DataFrame:
    """Take published ward figures of the later Census, with a base to split."""
    base = np.rint(ward_base(places, recipe.base, 2011))
    value = _published(recipe, places)
    top = np.rint(value * base / 100)
    if recipe.base == "lone_parents":
        top = places.large[(recipe.pattern, "2011")].to_numpy()
    label = KINDS["census"][1][:3]
    return rows(about.id, places.wards, "current", label, value, top, base)


def _published(recipe: Any, places: Places) -> np.ndarray:
    figure = places.large[(recipe.pattern, "2011")].to_numpy()
    if recipe.base == "lone_parents":
        figure = figure / places.large[("lone_parents", "2011")].to_numpy() * 100
    return figure


def split(
    recipe: Any, about: Any, places: Places, given: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Part published ward figures among the LSOAs."""
    lean = _lean(recipe, places, True, rng)
    frames = []
    for period, part in given.groupby("period", sort=False):
        part = part.set_index("area_code").loc[list(places.wards)]
        shape = np.exp(lean) * _shape(recipe, places, period)
        counted = part[["numerator", "denominator"]].notna().to_numpy().all()
        if counted and about.rollup == "ratio":
            top, base = _parted(part, shape, places)
            value = top / base * float(about.per)
        else:
            top = base = np.full(len(places.lsoas), np.nan)
            ward = part["value"].to_numpy()
            level = (ward / places.ward_mean(shape))[places.ward_of]
            low, high = float(about.valid_min or -np.inf), float(about.valid_max or np.inf)
            value = np.clip(np.round(level * shape, 3), low, high)
        label = tuple(part.iloc[0][["period_label", "start", "end"]])
        frames.append(rows(about.id, places.lsoas, str(period), label, value, top, base))
    return _with_wards(pd.concat(frames, ignore_index=True), places)


def _parted(part: pd.DataFrame, shape: np.ndarray, places: Places) -> tuple[np.ndarray, np.ndarray]:
    """Numerators and denominators that add up to the ward's; the rarer side is what is parted."""
    top, whole = part["numerator"].to_numpy(), part["denominator"].to_numpy()
    base = apportion(whole, places.people, places.ward_of)
    rare = top.sum() * 2 <= whole.sum()
    weight = base * (shape if rare else 1 / shape)
    share = apportion(top if rare else whole - top, weight, places.ward_of)
    return (share if rare else base - share), base


def _shape(recipe: Any, places: Places, period: Any) -> np.ndarray:
    """Take published LSOA figures of other years or definitions, for their pattern only."""
    if recipe.how != "split" or not recipe.pattern:
        return np.ones(len(places.lsoas))
    if recipe.pattern.startswith("crime_"):
        year = "2013" if period == "baseline" else "2014"
        count = places.small[(recipe.pattern, year)].fillna(0).to_numpy(float)
        return (count + 1) / places.people
    year = "2013" if period == "baseline" else "2016"
    return places.small[(recipe.pattern, year)].to_numpy(float)


def rows(
    indicator: str, codes: tuple[str, ...], period: str, label: tuple[str, str, str],
    value: np.ndarray, top: np.ndarray, base: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    start = {"indicator_id": indicator, "area_code": list(codes), "period": period}
    frame = pd.DataFrame(start).assign(period_label=label[0], start=label[1], end=label[2])
    frame = frame.assign(value=np.round(value, 6), numerator=top, denominator=base)
    return frame.assign(status="illustrative", note=NOTE)


def _with_wards(frame: pd.DataFrame, places: Places) -> pd.DataFrame:
    home = dict(zip(places.lsoas, np.array(places.wards)[places.ward_of], strict=True))
    return frame.assign(ward_code=frame["area_code"].map(lambda c: home.get(c, c)))
