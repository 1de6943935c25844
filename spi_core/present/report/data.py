"""What the report on the whole says, gathered from the built tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spi_core.errors import SpiError
from spi_core.levels import Level
from spi_core.present.base.edition import area_name, labels, why_no_index
from spi_core.present.base.marks import carried, marked
from spi_core.present.base.scale import beside_place
from spi_core.present.base.spans import from_other_dates, with_share

if TYPE_CHECKING:
    from spi_core.store import Tables

WARD_COLUMNS = (
    "score", "low", "high", "difference", "rank", "rank_low", "rank_high", "p_top", "p_bottom",
    "quarter", "places", "clear_quarter", "rating", "parts", "of", "illustrative",
)  # fmt: skip
GRID = ("score", "low", "high", "difference_low", "difference_high", "rating", "illustrative")
CHANGE = (
    "change", "low", "high", "rating", "reason", "relative", "relative_low", "relative_high",
    "relative_rating", "illustrative", "parts", "of", "level",
)  # fmt: skip
GAP = ("value_baseline", "value_current", "change", "change_low", "change_high")


@dataclass(frozen=True, slots=True)
class BoroughReport:
    """The figures of the report, one row a unit of evidence, component or indicator.

    Parameters
    ----------
    name, code : str
        The area that the edition is about.
    unit, whole : Level
        What its parts are, and what it is.
    score : float
        Its index score; NaN without one.
    periods : dict of str to str
        Label of ``baseline``, where there is one, and ``current``.
    place : str
        Whose units the whole is compared with; empty without reference figures.
    reference_score : float
        Index of an area whose every figure is the mean of those units; NaN without one.
    missing : DataFrame
        ``code, name`` of units without an index score; with their polygons where the edition has
        boundaries.
    wards : DataFrame
        Of the units with a score ``code, name, score, low, high, difference, rank, rank_low,
        rank_high, p_top, p_bottom, quarter, places, clear_quarter, rating, illustrative`` of the
        index, ``change, change_rating`` and the polygon where there are boundaries; by quarter,
        then name: within a quarter the order says nothing.
    grid : dict of str to DataFrame
        ``score, low, high, difference_low, difference_high, rating, illustrative``: index code,
        in the order of `wards`; columns the index, the dimensions and the components that
        are scored. The difference is from the whole.
    elements : DataFrame
        Index as the columns of `grid`: ``lowest, highest, above`` of the units' scores.
    quarters : DataFrame
        ``quarter, areas, lowest, highest, split``, as in the built table.
    home : Series
        The scores of the whole, index as the columns of `grid`.
    components : DataFrame
        In the order of the framework: ``component, dimension, indicators, comparable_indicators,
        scored, note``, and ``collected``: how many of the indicators it has figures of now.
    changes : DataFrame
        ``element, change, low, high, rating, reason, illustrative`` of the whole, the index
        first (NaN where it cannot be compared); ``risen, fallen``: how many units rose or fell
        clearly; ``up``: how many rose at all; ``share``: how many of its parts count in it.
    longer_ago : DataFrame
        ``rating, text`` of the whole's changes that count in no score's.
    uneven : dict of str to str
        Components that the whole has a score for in one period only: the period that lacks it,
        ``baseline`` or ``current``.
    ward_changes : DataFrame
        Index code of the unit, columns as ``changes.element``.
    gap : Series
        ``value_baseline, value_current, change, change_low, change_high`` of the distance between
        the highest and the lowest unit's index, comparable figures; NaN where not comparable.
    indicators : DataFrame
        One row an indicator, in the order of the register, index its id; see `_indicators`.
    lacking : str
        Why the whole has no index; empty where it has one.
    """

    name: str
    code: str
    unit: Level
    whole: Level
    score: float
    periods: dict[str, str]
    place: str
    reference_score: float
    missing: pd.DataFrame
    wards: pd.DataFrame
    grid: dict[str, pd.DataFrame]
    elements: pd.DataFrame
    quarters: pd.DataFrame
    home: pd.Series
    components: pd.DataFrame
    changes: pd.DataFrame
    longer_ago: pd.DataFrame
    uneven: dict[str, str]
    ward_changes: pd.DataFrame
    gap: pd.Series
    indicators: pd.DataFrame
    lacking: str

    @property
    def levels(self) -> tuple[Level, Level]:
        """The words that charts need: of the units and of the whole."""
        return self.unit, self.whole

    @property
    def mapped(self) -> bool:
        """Whether the edition has boundaries of the units."""
        return "geometry" in self.wards

    @property
    def scored(self) -> list[str]:
        """Components that have a score."""
        return list(self.components.loc[self.components["scored"], "component"])

    @property
    def dimensions(self) -> list[str]:
        """Dimensions that have a score, in the order of the framework."""
        named = dict.fromkeys(self.components["dimension"])
        return [d for d in named if self.grid["score"][d].notna().any()]

    @property
    def unscored_dimensions(self) -> list[str]:
        """Dimensions none of whose components has a score."""
        return [d for d in dict.fromkeys(self.components["dimension"]) if d not in self.dimensions]

    @property
    def compared(self) -> bool:
        """Whether the index can be compared with the baseline in any unit or in the whole."""
        return bool(
            self.ward_changes.notna().any(axis=None) or self.changes["change"].notna().any()
        )

    @property
    def illustrative(self) -> bool:
        """Whether any index score rests on generated values."""
        return bool(self.wards["illustrative"].any())

    @property
    def mark(self) -> str:
        """The mark of generated values, where any index score rests on one."""
        return marked("", self.illustrative)

    @property
    def n_dimensions(self) -> int:
        """How many dimensions the framework has."""
        return int(self.components["dimension"].nunique())

    @property
    def index_change(self) -> pd.Series:
        """The change of the whole's index: ``change, low, high, rating, risen, fallen, up``."""
        return self.changes.iloc[0]


def gather_report(tables: Tables) -> BoroughReport:
    """Collect what the report shows.

    Raises
    ------
    SpiError
        If a unit of the scores is not among the areas, or has no polygon where others have.
    """
    code = str(tables.about["edition"]["area"])
    framework, standing = tables["framework"], carried(tables, "standing")
    wards, missing = _wards(tables)
    order = list(wards["code"])
    columns = ["index", *dict.fromkeys(framework["dimension"])]
    columns += list(framework.loc[framework["scored"], "component"])
    upper = standing[standing["element"].isin(columns)]
    grid = {
        name: upper.pivot(index="area_code", columns="element", values=name).reindex(
            index=order, columns=columns
        )
        for name in GRID
    }
    # a unit that is not scored on a component is not rated on it either
    grid["rating"] = grid["rating"].astype(object).fillna("not rated")
    grid["illustrative"] = grid["illustrative"].eq(True)
    home = upper.dropna(subset="whole").drop_duplicates("element").set_index("element")["whole"]
    elements = tables["elements"].set_index("element")
    changes, ward_changes = _changes(tables, code, [*order, *missing["code"]], elements)
    lost = tables["not_collected"].query("period == 'current'")["component"].value_counts()
    gaps = tables["gaps"]
    if len(gaps):
        gaps = gaps.query("element == 'index' and measure == 'range'")
    return BoroughReport(
        name=area_name(tables),
        code=code,
        unit=tables.levels.unit,
        whole=tables.whole,
        score=float(home.get("index", np.nan)),
        periods=labels(tables),
        place=beside_place(tables),
        reference_score=_reference_score(tables),
        missing=missing,
        wards=wards,
        grid=grid,
        elements=elements,
        quarters=tables["quarters"],
        home=home.reindex(columns).astype(float),
        components=framework.assign(
            collected=framework["indicators"] - framework["component"].map(lost).fillna(0)
        ),
        changes=changes,
        longer_ago=from_other_dates(tables, code),
        uneven=_uneven(tables, code),
        ward_changes=ward_changes,
        gap=gaps.iloc[0] if len(gaps) else pd.Series(np.nan, index=list(GAP)),
        indicators=_indicators(tables, code),
        lacking=why_no_index(tables, code),
    )


def _reference_score(tables: Tables) -> float:
    found = tables["reference_scores"].query("element == 'index'")["score"]
    return float(found.iloc[0]) if len(found) and beside_place(tables) else np.nan


def _wards(tables: Tables) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take the units with an index score, and those without, with polygons where there are any."""
    standing, changes = carried(tables, "standing"), tables["changes"]
    index = standing.loc[standing["level"] == "index"].set_index("area_code")
    index = index.dropna(subset="score")
    change = changes.loc[changes["level"] == "index"].set_index("area_code")
    areas, unit = tables["areas"], tables.levels.unit.id
    units = tables.get(f"map_{unit}")
    if units is None:
        units = areas.loc[areas["level"] == unit, ["code", "name"]]
    lost = sorted(set(index.index) - set(units["code"]))
    if lost:
        raise SpiError(f"no polygon for {', '.join(lost)}")
    scored = units["code"].isin(index.index)
    wards = units[scored].copy()
    for column in WARD_COLUMNS:
        wards[column] = wards["code"].map(index[column])
    wards["quarter"] = wards["quarter"].fillna(0).astype(int)
    wards["change"] = wards["code"].map(change["change"]).astype(float)
    wards["change_rating"] = wards["code"].map(change["rating"]).astype(object).fillna("not rated")
    parts = tables["completeness"].query("element == 'index' and period == 'current'")
    missing = units[~scored].merge(
        parts[["area_code", "parts", "of", "lacking"]].rename(columns={"area_code": "code"}), "left"
    )
    missing = missing.sort_values("name", ignore_index=True)
    return wards.sort_values(["quarter", "name"], ignore_index=True), missing


def _changes(
    tables: Tables, code: str, order: list[str], elements: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    every = carried(tables, "changes")
    every = every[every["level"].isin(["index", "component"])]
    known = every.dropna(subset="change")
    change = known.pivot(index="area_code", columns="element", values="change")
    # the index stands first even where it cannot be compared: its row says why
    shown = ["index", *(e for e in tables["framework"]["component"] if e in change)]
    wards = change.reindex(index=order, columns=shown).astype(float)
    home = every[every["area_code"] == code].set_index("element").reindex(shown)
    rows = home[list(CHANGE)].rename_axis("element").reset_index()
    rows["rating"] = rows["rating"].fillna("not rated")
    rows["illustrative"] = rows["illustrative"].eq(True)
    for name in ("risen", "fallen", "up"):
        rows[name] = elements[name].reindex(shown).fillna(0).to_numpy(int)
    rows["share"] = with_share(rows)
    return rows, wards


def _uneven(tables: Tables, code: str) -> dict[str, str]:
    """Find the components that the whole has a comparable score for in one period only."""
    rows = tables["changes"].query("area_code == @code and level == 'component'")
    gone = rows.set_index("element")[["baseline", "current"]].isna()
    one = gone[gone["baseline"] != gone["current"]]
    return {str(c): "baseline" if lost else "current" for c, lost in one["baseline"].items()}


def _indicators(tables: Tables, code: str) -> pd.DataFrame:
    """Each indicator's values of the whole and of the reference with their own periods.

    ``name, unit, component, dimension, publisher, group, reason, rolling`` of its comparison;
    ``used`` if it counts in a score, ``in_change`` if it counts in the change of the index;
    ``before, now, label_before, label_now`` of the whole; ``london_before, london_now``: the mean
    of the reference's units (NaN without one); in points of the 0–100 scale ``change,
    london_change`` (NaN where not comparable), ``rating`` of the change and ``gap`` (whole less
    reference, current);
    ``illustrative_before, illustrative_now``: whether the whole's figure is generated.
    """
    about = tables["indicators"].set_index("id")
    values = carried(tables, "values")
    mine = values[values["area_code"] == code]
    cells = ["value", "period_label", "illustrative"]
    wide = mine.pivot(index="indicator_id", columns="period", values=cells).reindex(about.index)
    reference = tables.get("reference")
    london = pd.DataFrame(index=about.index, columns=["baseline", "current"], dtype=float)
    if reference is not None and len(reference):
        london = reference.pivot(index="indicator_id", columns="period", values="mean")
        london = london.reindex(about.index)
    out = about[["name", "unit", "component", "dimension"]].copy()
    pairs = tables["comparisons"].set_index("indicator_id").reindex(about.index)
    out["group"], out["reason"] = pairs["group"].fillna(""), pairs["reason"].fillna("")
    out["rolling"] = pairs["rolling"].eq(True)
    out["publisher"] = about["publisher_or_owner"]
    out["used"] = out.index.isin(tables["weights"].query("share > 0")["indicator_id"])
    out["in_change"] = pairs["in_change"].eq(True)
    for short, period in (("before", "baseline"), ("now", "current")):
        known = ("value", period) in wide
        out[short] = wide[("value", period)].astype(float) if known else np.nan
        label = wide[("period_label", period)] if known else pd.Series(index=out.index, dtype=str)
        out[f"label_{short}"] = label.fillna("–")
        made_up = wide[("illustrative", period)].eq(True) if known else False
        out[f"illustrative_{short}"] = made_up & out[short].notna()
        out[f"london_{short}"] = london[period].astype(float) if period in london else np.nan
    beside = tables["reference_standing"].set_index("indicator_id").reindex(about.index)
    out["gap"], out["london_change"] = beside["gap"], beside["change"]
    made = tables["indicator_changes"].query("area_code == @code").set_index("indicator_id")
    out["change"] = made["points"].reindex(out.index)
    out["rating"] = made["rating"].reindex(out.index).fillna("not rated")
    return out
