"""What the borough report says, gathered from the built tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spi_core.errors import SpiError

if TYPE_CHECKING:
    import geopandas as gpd

    from spi_core.store import Tables

__all__ = ["BoroughReport", "gather_report"]


@dataclass(frozen=True, slots=True)
class BoroughReport:
    """The figures of the borough report, one row a ward, component or indicator.

    Parameters
    ----------
    name, code : str
        The borough.
    score, change : float
        Its index score, and the change of the index made of comparable indicators.
    periods : dict of str to str
        Label of ``baseline`` and ``current``.
    wards : GeoDataFrame
        ``code, name, score, difference, quarter, change`` and the polygon, by quarter, then name:
        within a quarter the order says nothing.
    grid : DataFrame
        Index ward code, in the order of `wards`; columns the index, the dimensions and the
        components that are scored: scores.
    quarters : DataFrame
        Like `grid`: the quarter of the wards for that column.
    borough : Series
        The borough's scores, index as the columns of `grid`.
    components : DataFrame
        In the order of the framework: ``component, dimension, indicators, comparable_indicators,
        scored, note, score`` (the borough's), ``low, high`` (of the wards).
    changes : DataFrame
        ``element, change, low, high, risen, fallen`` of the index and the comparable components:
        the borough's change, the wards' lowest and highest, how many wards rose and fell.
    ward_changes : DataFrame
        Index ward code, columns as ``changes.element``.
    indicators : DataFrame
        One row an indicator, in the order of the register, index its id; see `_indicators`.
    """

    name: str
    code: str
    score: float
    change: float
    periods: dict[str, str]
    wards: gpd.GeoDataFrame
    grid: pd.DataFrame
    quarters: pd.DataFrame
    borough: pd.Series
    components: pd.DataFrame
    changes: pd.DataFrame
    ward_changes: pd.DataFrame
    indicators: pd.DataFrame

    @property
    def scored(self) -> int:
        """How many components have a score."""
        return int(self.components["scored"].sum())


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
    upper = standing[standing["level"] != "indicator"]
    grid = upper.pivot(index="area_code", columns="element", values="score").loc[order, columns]
    quarters = upper.pivot(index="area_code", columns="element", values="quarter")
    home = upper.drop_duplicates("element").set_index("element")["borough"]
    changes, ward_changes = _changes(tables, borough, order)
    return BoroughReport(
        name=str(edition["area_name"]),
        code=borough,
        score=float(home["index"]),
        change=float(changes.loc[changes["element"] == "index", "change"].iloc[0]),
        periods={p["id"]: str(p["label"]) for p in edition["periods"]},
        wards=wards,
        grid=grid,
        quarters=quarters.loc[order, columns],
        borough=home[columns],
        components=_components(framework, upper),
        changes=changes,
        ward_changes=ward_changes,
        indicators=_indicators(tables, borough, set(changes["element"])),
    )


def _wards(tables: Tables) -> gpd.GeoDataFrame:
    standing, changes = tables["standing"], tables["changes"]
    index = standing.loc[standing["level"] == "index"].set_index("area_code")
    change = changes.loc[changes["level"] == "index"].set_index("area_code")["change"]
    polygons = tables["map_ward"]
    lost = sorted(set(index.index) - set(polygons["code"]))
    if lost:
        raise SpiError(f"no polygon for {', '.join(lost)}")
    wards = polygons[polygons["code"].isin(index.index)].copy()
    for column in ("score", "difference", "quarter"):
        wards[column] = wards["code"].map(index[column])
    wards["quarter"] = wards["quarter"].astype(int)
    wards["change"] = wards["code"].map(change)
    return wards.sort_values(["quarter", "name"], ignore_index=True)


def _components(framework: pd.DataFrame, upper: pd.DataFrame) -> pd.DataFrame:
    of = upper[upper["level"] == "component"].groupby("element")
    spread = pd.DataFrame(
        {"score": of["borough"].first(), "low": of["score"].min(), "high": of["score"].max()}
    )
    return framework.join(spread, on="component")


def _changes(
    tables: Tables, borough: str, order: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    changes = tables["changes"]
    elements = ["index", *tables["framework"]["component"]]
    wide = changes[changes["level"].isin(["index", "component"])].pivot(
        index="area_code", columns="element", values="change"
    )
    wide = wide[[e for e in elements if e in wide]]
    wards = wide.loc[order]
    rows = pd.DataFrame(
        {
            "element": wide.columns,
            "change": wide.loc[borough].to_numpy(),
            "low": wards.min().to_numpy(),
            "high": wards.max().to_numpy(),
            "risen": (wards > 0).sum().to_numpy(),
            "fallen": (wards < 0).sum().to_numpy(),
        }
    )
    return rows, wards


def _indicators(tables: Tables, borough: str, in_change: set[str]) -> pd.DataFrame:
    """Each indicator's borough and London values with their own periods.

    ``name, unit, component, dimension, publisher, comparable, break_reason``; ``used`` if it counts
    in a score, ``in_change`` if it counts in the change of the index; ``before, now,
    label_before, label_now`` of the borough; ``london_before, london_now``: the mean of London's
    wards (NaN without a reference); in points of the 0–100 scale ``change, london_change`` (NaN
    where not comparable) and ``gap`` (borough less London, current).
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
    change = tables["changes"].query("area_code == @borough and level == 'indicator'")
    out["change"] = change.set_index("element")["change"].reindex(out.index)
    moved = (out["london_now"] - out["london_before"]) * points
    out["london_change"] = np.where(out["comparable"], moved, np.nan)
    return out
