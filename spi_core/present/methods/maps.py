"""Maps of one measure at one level: areas filled by their quarter, gaps hatched and named."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from spi_core.levels import Level
from spi_core.present.base.canvas import page as sheet
from spi_core.present.base.marks import carried
from spi_core.present.base.numbers import number
from spi_core.present.base.polygons import draw_areas, rim
from spi_core.present.base.theme import chart_style, colour
from spi_core.present.report.maps import MISSING, QUARTER_FILL, SUPPRESSED

if TYPE_CHECKING:
    from spi_core.store import Tables

#: Quarters of the areas of a level, the highest first: the same on every map of every page.
QUARTERS = {1: "highest quarter", 2: "upper middle", 3: "lower middle", 4: "lowest quarter"}
#: An area of a level of which no quarters are made.
ALONE = "#F3F2F1"
#: Coastlines of a metre's detail make heavy pages: what a map this small can show, in metres.
DETAIL = {"detail": 35.0, "evidence": 25.0, "context": 40.0}
#: Hatching and words of areas without a score.
GAPS = {"missing": (MISSING, "no figure"), "suppressed": (SUPPRESSED, "withheld")}


def level_scores(tables: Tables, element: str, level: Level) -> gpd.GeoDataFrame:
    """Take the current scores of one component at one level with the polygons.

    Parameters
    ----------
    element : str
        A component, dimension or ``index``.
    level : Level
        One that has boundaries.

    Returns
    -------
    GeoDataFrame
        ``code, name, score, quarter, status, illustrative`` and the polygon in British National
        Grid; status is ``shown``, ``missing`` or ``suppressed``.
    """
    shapes: Any = tables[f"map_{level.id}"]
    made: gpd.GeoDataFrame = shapes[["code", "name", "geometry"]].merge(
        level_standing(tables, element, level), on="code", how="left"
    )
    # topology is kept: neighbours still share their borders
    return made.set_geometry(made.geometry.simplify_coverage(DETAIL[level.role]))


def level_standing(tables: Tables, element: str, level: Level) -> pd.DataFrame:
    """Take the areas of a level with their current score of one component.

    Parameters
    ----------
    element : str
        A component, dimension or ``index``.
    level : Level
        The level.

    Returns
    -------
    DataFrame
        ``code, score, quarter, illustrative, status``; quarter is NaN for larger areas.
    """
    areas = tables["areas"]
    made = pd.DataFrame({"code": areas.loc[areas["level"] == level.id, "code"]})
    scores = carried(tables, "small_area_scores" if level.role == "detail" else "scores")
    found = scores[(scores["element"] == element) & (scores["period"] == "current")]
    found = found.drop_duplicates("area_code").set_index("area_code")
    made["score"] = made["code"].map(found["score"]).astype(float)
    if level.role == "evidence":
        standing = tables["standing"].query("element == @element").set_index("area_code")
        found = found.assign(quarter=standing["quarter"])
    made["quarter"] = made["code"].map(found.get("quarter", pd.Series(dtype=float))).astype(float)
    made["illustrative"] = made["code"].map(found["illustrative"]).eq(True)
    hidden = made["code"].isin(_withheld(tables, element, level))
    made["status"] = "missing"
    made.loc[hidden, "status"] = "suppressed"
    made.loc[made["score"].notna(), "status"] = "shown"
    return made


def _withheld(tables: Tables, element: str, level: Level) -> set[str]:
    """Codes of areas of which some figure of a component is withheld."""
    values = tables["small_area_values" if level.role == "detail" else "values"]
    about = tables["indicators"]
    mine = set(about.loc[about["component"] == element, "id"])
    rows = values[(values["period"] == "current") & values["indicator_id"].isin(mine)]
    return set(rows.loc[rows["provenance"] == "suppressed", "area_code"])


def quarter_counts(areas: pd.DataFrame) -> dict[int, int]:
    """Count the areas in each quarter.

    Parameters
    ----------
    areas : DataFrame
        ``quarter``; NaN without one.

    Returns
    -------
    dict of int to int
        The highest first; quarters that no area is in are left out.

    Examples
    --------
    >>> quarter_counts(pd.DataFrame({"quarter": [4.0, 1.0, 2.0, 4.0, float("nan")]}))
    {1: 1, 2: 1, 4: 2}
    """
    return {q: n for q in QUARTERS if (n := int((areas["quarter"] == q).sum()))}


def level_sheet(
    maps: Sequence[tuple[gpd.GeoDataFrame, str]],
    outlines: Sequence[gpd.GeoDataFrame | None] | None = None,
    narrow: bool = False,
) -> Figure:
    """Draw maps of the same place beside each other: every area by its quarter of its level.

    Parameters
    ----------
    maps : sequence of tuple of GeoDataFrame and str
        From :func:`level_scores`, and the words above it.
    outlines : sequence of GeoDataFrame or None, optional
        Larger areas whose borders are drawn on top, one a map.
    narrow : bool
        For the phone: 88 mm wide, two maps a row.

    Returns
    -------
    Figure
        One key below all of them; with the number of areas of each quarter where there is one map.
    """
    width, gap = (88.0, 4.0) if narrow else (170.0, 4.0)
    most = 2 if narrow else 4 if len(maps) != 5 and len(maps) != 6 else 3
    columns = min(most, len(maps))
    across = min(54.0, (width - gap * (columns - 1)) / columns)
    titles = [textwrap.wrap(title, max(12, int(across / 1.65))) for _, title in maps]
    head = 2.0 + 3.4 * max(map(len, titles))
    bounds = [areas.total_bounds for areas, _ in maps]
    tall = across * max((north - south) / (east - west) for west, south, east, north in bounds)
    rows = -(-len(maps) // columns)
    keys = _keys(pd.concat([areas for areas, _ in maps]), counted=len(maps) == 1)
    step = 34.0 if len(maps) == 1 else 29.0
    across_key = max(1, int(width // step))
    foot = 3.0 + 4.4 * -(-len(keys) // across_key)
    height = rows * (head + tall + 2.0) + foot
    with chart_style(7.5):
        fig, page = sheet(width, height)
        for i, (areas, _) in enumerate(maps):
            x, y = (i % columns) * (across + gap), (i // columns) * (head + tall + 2.0)
            ax = fig.add_axes(
                (x / width, 1 - (y + head + tall) / height, across / width, tall / height)
            )
            _fill(ax, areas)
            over = outlines[i] if outlines is not None else None
            if over is not None:
                look = {"facecolor": "none", "edgecolor": colour("ink"), "linewidth": 0.5}
                draw_areas(ax, over, **look)
            ax.set_axis_off()
            ax.margins(0.01)
            for k, line in enumerate(titles[i]):
                page.text(x, y + 2.4 + 3.4 * k, line, weight="bold", va="center", fontsize=7.8)
        for i, (fill, word) in enumerate(keys):
            x, y = step * (i % across_key), height - foot + 3.0 + 4.4 * (i // across_key)
            page.add_patch(Rectangle((x + 0.2, y - 1.4), 4, 2.8, linewidth=0.5, **fill))
            page.text(x + 5.6, y, word, va="center", fontsize=7)
    return fig


def _fill(ax: Axes, areas: gpd.GeoDataFrame) -> None:
    shown = areas[areas["status"] == "shown"]
    for fill, group in (
        *((QUARTER_FILL[q], shown[shown["quarter"] == q]) for q in QUARTERS),
        (ALONE, shown[shown["quarter"].isna()]),
    ):
        if len(group):
            draw_areas(ax, group, facecolor=fill, edgecolor="white", linewidth=0.35)
    for status, (hatch, _) in GAPS.items():
        gone = areas[areas["status"] == status]
        if len(gone):
            look = {"facecolor": "white", "edgecolor": colour("muted"), "hatch": hatch * 2}
            draw_areas(ax, gone, linewidth=0.3, **look)
    rim(ax, areas, 0.6)


def _keys(areas: pd.DataFrame, counted: bool) -> list[tuple[dict[str, Any], str]]:
    """Say what the fills and hatches mean, with the number of areas of each if counted."""
    edge = {"edgecolor": colour("muted")}
    made: list[tuple[dict[str, Any], str]] = [
        ({"facecolor": QUARTER_FILL[q], **edge}, QUARTERS[q] + (f": {n}" if counted else ""))
        for q, n in quarter_counts(areas).items()
    ]
    if (areas["quarter"].isna() & (areas["status"] == "shown")).any():
        made.append(({"facecolor": ALONE, **edge}, "not divided"))
    for status, (hatch, word) in GAPS.items():
        n = int((areas["status"] == status).sum())
        if n:
            said = f"{word}: {n}" if counted else word
            made.append(({"facecolor": "white", "hatch": hatch * 2, **edge}, said))
    return made


def level_alt(areas: pd.DataFrame, element: str, level: Level) -> str:
    """Describe a map: how many areas in each quarter, and how many without a score.

    Parameters
    ----------
    areas : DataFrame
        From :func:`level_scores`.
    element : str
        What is mapped.
    level : Level
        Its level.
    """
    known = areas.dropna(subset="score").sort_values("score")
    text = f"Map of {element}, {level.noun(len(areas))}"
    if known.empty:
        return f"{text}: no area has a score."
    if len(areas) == 1:
        return f"{text}: {known['name'].iloc[0]} scores {number(known['score'].iloc[0], 0)}."
    low, high = known.iloc[0], known.iloc[-1]
    quarters = [f"{n} {QUARTERS[q]}" for q, n in quarter_counts(areas).items()]
    gaps = [
        f"{n} hatched, {word}"
        for status, (_, word) in GAPS.items()
        if (n := int((areas["status"] == status).sum()))
    ]
    return (
        f"{text}: {', '.join([*quarters, *gaps])}. "
        f"Lowest {low['name']}, {number(low['score'], 0)}; "
        f"highest {high['name']}, {number(high['score'], 0)}."
    )


def shown_flags(maps: Sequence[tuple[pd.DataFrame, str]]) -> list[bool]:
    """Say of every area with a score on some maps whether it rests on generated values.

    Parameters
    ----------
    maps : sequence of tuple of DataFrame and str
        As for :func:`level_sheet`.
    """
    return [
        bool(flag)
        for areas, _ in maps
        for flag in areas.loc[areas["status"] == "shown", "illustrative"]
    ]
