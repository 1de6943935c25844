"""What the borough report says, gathered from the built tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spi_core.errors import SpiError

if TYPE_CHECKING:
    import geopandas as gpd

    from spi_core.store import Tables

__all__ = ["BoroughReport", "gather_report"]

WARD_COLUMNS = (
    "score", "low", "high", "difference", "rank", "rank_low", "rank_high", "p_top", "p_bottom",
    "quarter", "rating",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BoroughReport:
    """The figures of the borough report, one row a ward, component or indicator.

    Parameters
    ----------
    name, code : str
        The borough.
    score : float
        Its index score.
    periods : dict of str to str
        Label of ``baseline`` and ``current``.
    wards : GeoDataFrame
        ``code, name, score, low, high, difference, rank, rank_low, rank_high, p_top, p_bottom,
        quarter, rating`` of the index, ``change, change_rating`` and the polygon; by quarter, then
        name: within a quarter the order says nothing.
    grid : dict of str to DataFrame
        ``score, low, high, rating``: index ward code, in the order of `wards`; columns the index,
        the dimensions and the components that are scored.
    borough : Series
        The borough's scores, index as the columns of `grid`.
    components : DataFrame
        In the order of the framework: ``component, dimension, indicators, comparable_indicators,
        scored, note``.
    changes : DataFrame
        ``element, change, low, high, rating`` of the borough, the index first; ``risen, fallen``:
        how many wards rose or fell clearly; ``up``: how many rose at all.
    ward_changes : DataFrame
        Index ward code, columns as ``changes.element``.
    gap : Series
        ``value_baseline, value_current, change, change_low, change_high`` of the distance between
        the highest and the lowest ward's index, comparable figures.
    indicators : DataFrame
        One row an indicator, in the order of the register, index its id; see `_indicators`.
    """

    name: str
    code: str
    score: float
    periods: dict[str, str]
    wards: gpd.GeoDataFrame
    grid: dict[str, pd.DataFrame]
    borough: pd.Series
    components: pd.DataFrame
    changes: pd.DataFrame
    ward_changes: pd.DataFrame
    gap: pd.Series
    indicators: pd.DataFrame

    @property
    def scored(self) -> list[str]:
        """Components that have a score."""
        return list(self.components.loc[self.components["scored"], "component"])

    @property
    def dimensions(self) -> list[str]:
        """Dimensions in the order of the framework."""
        return list(dict.fromkeys(self.components["dimension"]))

    @property
    def index_change(self) -> pd.Series:
        """The borough's change of the index: ``change, low, high, rating, risen, fallen, up``."""
        return self.changes.iloc[0]


def gather_report(tables: Tables) -> BoroughReport:
    """Collect what the borough report shows.

    Parameters
    ----------
    tables : Tables
        The edition's tables.

    Returns
    -------
    BoroughReport

    Raises
    ------
    SpiError
        If a ward of the scores has no polygon.
    """
    edition = tables.about["edition"]
    borough = str(edition["borough"])
    framework, standing = tables["framework"], tables["standing"]
    wards = _wards(tables)
    order = list(wards["code"])
    columns = ["index", *dict.fromkeys(framework["dimension"])]
    columns += list(framework.loc[framework["scored"], "component"])
    upper = standing[standing["element"].isin(columns)]
    grid = {
        name: upper.pivot(index="area_code", columns="element", values=name).loc[order, columns]
        for name in ("score", "low", "high", "rating")
    }
    home = upper.drop_duplicates("element").set_index("element")["borough"]
    changes, ward_changes = _changes(tables, borough, order)
    gaps = tables["gaps"].query("element == 'index' and measure == 'range'")
    return BoroughReport(
        name=str(edition["area_name"]),
        code=borough,
        score=float(home["index"]),
        periods={p["id"]: str(p["label"]) for p in edition["periods"]},
        wards=wards,
        grid=grid,
        borough=home[columns],
        components=framework,
        changes=changes,
        ward_changes=ward_changes,
        gap=gaps.iloc[0],
        indicators=_indicators(tables, borough, set(changes["element"])),
    )


def _wards(tables: Tables) -> gpd.GeoDataFrame:
    standing, changes = tables["standing"], tables["changes"]
    index = standing.loc[standing["level"] == "index"].set_index("area_code")
    change = changes.loc[changes["level"] == "index"].set_index("area_code")
    polygons = tables["map_ward"]
    lost = sorted(set(index.index) - set(polygons["code"]))
    if lost:
        raise SpiError(f"no polygon for {', '.join(lost)}")
    wards = polygons[polygons["code"].isin(index.index)].copy()
    for column in WARD_COLUMNS:
        wards[column] = wards["code"].map(index[column])
    wards["quarter"] = wards["quarter"].astype(int)
    wards["change"] = wards["code"].map(change["change"])
    wards["change_rating"] = wards["code"].map(change["rating"])
    return wards.sort_values(["quarter", "name"], ignore_index=True)


def _changes(tables: Tables, borough: str, order: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    known = tables["changes"].dropna(subset="change")
    known = known[known["level"].isin(["index", "component"])]
    elements = ["index", *tables["framework"]["component"]]
    change = known.pivot(index="area_code", columns="element", values="change")
    shown = [e for e in elements if e in change]
    wards = change.loc[order, shown]
    rated: Any = known.pivot(index="area_code", columns="element", values="rating")
    rated = rated.loc[order, shown]
    home = known[known["area_code"] == borough].set_index("element").loc[shown]
    rows = home[["change", "low", "high", "rating"]].reset_index()
    rows["risen"] = rated.eq("clear improvement").sum().to_numpy()
    rows["fallen"] = rated.eq("clear decline").sum().to_numpy()
    rows["up"] = wards.gt(0).sum().to_numpy()
    return rows, wards


def _indicators(tables: Tables, borough: str, in_change: set[str]) -> pd.DataFrame:
    """Each indicator's borough and London values with their own periods.

    ``name, unit, component, dimension, publisher, comparable, break_reason``; ``used`` if it counts
    in a score, ``in_change`` if it counts in the change of the index; ``before, now,
    label_before, label_now`` of the borough; ``london_before, london_now``: the mean of London's
    wards (NaN without a reference); in points of the 0–100 scale ``change, london_change`` (NaN
    where not comparable), ``rating`` of the change and ``gap`` (borough less London, current).
    """
    about = tables["indicators"].set_index("id")
    values = tables["values"]
    mine = values[values["area_code"] == borough]
    wide = mine.pivot(index="indicator_id", columns="period", values=["value", "period_label"])
    posts = tables["goalposts"].set_index("indicator_id").reindex(about.index)
    reference = tables.get("reference")
    london = pd.DataFrame(index=about.index, columns=["baseline", "current"], dtype=float)
    if reference is not None and len(reference):
        london = reference.pivot(index="indicator_id", columns="period", values="mean")
        london = london.reindex(about.index)
    out = about[["name", "unit", "component", "dimension", "break_reason"]].copy()
    out["publisher"] = about["publisher_or_owner"]
    out["comparable"] = about["comparable"].eq("yes")
    out["used"] = out.index.isin(tables["weights"].query("share > 0")["indicator_id"])
    out["in_change"] = out["used"] & out["comparable"] & out["component"].isin(in_change)
    for short, period in (("before", "baseline"), ("now", "current")):
        out[short] = wide[("value", period)].astype(float)
        out[f"label_{short}"] = wide[("period_label", period)]
        out[f"london_{short}"] = london[period]
    points = 100 / (posts["best"] - posts["worst"])
    out["gap"] = (out["now"] - out["london_now"]) * points
    made = tables["indicator_changes"].query("area_code == @borough").set_index("indicator_id")
    out["change"] = made["change"].reindex(out.index) * points
    out["rating"] = made["rating"].reindex(out.index).fillna("not rated")
    moved = (out["london_now"] - out["london_before"]) * points
    out["london_change"] = np.where(out["comparable"], moved, np.nan)
    return out
