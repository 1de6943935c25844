"""Read ``series.yml``: panels of many areas, beyond the edition's own, to compare with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spi_core.edition.interventions.design import Design
from spi_core.errors import Fault, InputError, some
from spi_core.files import shown
from spi_core.text.yaml_text import parse_yaml

COLUMNS = {
    "values": ["area_code", "measure_id", "period", "value"],
    "areas": ["area_code", "x", "y"],
    "neighbours": ["area_code", "neighbour_code"],
}
KEYS = ("area_code", "neighbour_code", "measure_id", "period")


@dataclass(frozen=True, slots=True)
class Wide:
    """One panel of many areas.

    Parameters
    ----------
    about : mapping
        Its entry in ``series.yml``.
    measures, periods : tuple of str
        Sorted.
    cube : numpy.ndarray, shape (areas, measures, periods)
        Figures, NaN where there is none.
    areas, pairs : DataFrame
        Areas by code, with the codes of larger areas; pairs that touch.
    """

    about: Mapping[str, Any]
    measures: tuple[str, ...]
    periods: tuple[str, ...]
    cube: NDArray[np.float64]
    areas: pd.DataFrame
    pairs: pd.DataFrame

    def codes(self, level: str) -> pd.Series:
        """Code at a level of each of the panel's areas, by area."""
        column = self.about["levels"][level]
        return pd.Series(self.areas.index, self.areas.index) if column == "area_code" else (
            self.areas[column]
        )  # fmt: skip

    def cells(self, measure: str, level: str) -> pd.DataFrame:
        """Sum one measure: a row an area of the level, a column a period.

        An area without any figure counts as none; one that lacks some periods is NaN there.
        """
        figures = self.cube[:, self.measures.index(measure)].copy()
        figures[np.isnan(figures).all(axis=1)] = 0.0
        names, place = np.unique(self.codes(level).to_numpy(dtype=str), return_inverse=True)
        sums = np.zeros((names.size, len(self.periods)))
        np.add.at(sums, place, figures)
        return pd.DataFrame(sums, index=names, columns=list(self.periods))

    def names(self, level: str) -> dict[str, str]:
        """Names of the areas of a level; their codes where the panel has none."""
        column = self.about.get("names", {}).get(level)
        named = self.areas[column] if column else self.codes(level)
        return dict(zip(self.codes(level).astype(str), named.astype(str), strict=True))


def read_wide(folder: Path) -> tuple[dict[str, Wide], list[Fault]]:
    """Read the panels that an edition names.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``; it need not have a ``series.yml``.

    Returns
    -------
    dict of str to Wide, list of Fault
        By id; every fault found.
    """
    path = folder / "series.yml"
    if not path.exists():
        return {}, []
    file = shown(path)
    try:
        document = parse_yaml(file, path.read_bytes())
    except InputError as error:
        return {}, list(error.faults)
    schema = json.loads(files(__package__).joinpath("series.schema.json").read_text("utf-8"))
    found = jsonschema.Draft202012Validator(schema).iter_errors(document)
    faults = [
        Fault(file, f"{'/'.join(map(str, e.absolute_path)) or 'top level'}: {e.message}")
        for e in found
    ]
    if faults:
        return {}, faults
    made: dict[str, Wide] = {}
    for about in document["series"]:
        if about["id"] in made:
            faults.append(Fault(file, "is used twice", column="id", value=about["id"]))
        stamps = []
        for part in COLUMNS:
            source = folder / about[part]
            stamps.append(source.stat().st_mtime_ns if source.exists() else 0)
        panel, bad = _panel(folder, file, json.dumps(about), tuple(stamps))
        faults += bad
        if panel is not None:
            made[about["id"]] = panel
    return ({} if faults else made), faults


@lru_cache(maxsize=8)
def _panel(
    folder: Path, file: str, entry: str, _stamps: tuple[int, ...]
) -> tuple[Wide | None, tuple[Fault, ...]]:
    """One panel; read once a process as long as its files stay as they are."""
    about = json.loads(entry)
    read = {part: _frame(folder / about[part], part) for part in COLUMNS}
    faults = tuple(fault for _, found in read.values() for fault in found)
    if faults:
        return None, faults
    values, pairs = read["values"][0], read["neighbours"][0]
    areas = read["areas"][0].set_index("area_code")
    where = f"{file}, series {about['id']}"
    faults = (*_column_faults(about, areas, where), *_value_faults(values, areas, where))
    if faults:
        return None, faults
    return Wide(about, *_cube(values, areas.index), areas, pairs), ()


def _frame(path: Path, part: str) -> tuple[Any, list[Fault]]:
    file, columns = shown(path), COLUMNS[part]
    try:
        frame = pd.read_parquet(path)
    except FileNotFoundError:
        return None, [Fault(file, "is missing: series.yml names it")]
    except Exception as error:  # a broken file: pyarrow has many words for it
        return None, [Fault(file, f"cannot be read as Parquet: {str(error).splitlines()[0]}")]
    lacking = [c for c in columns if c not in frame]
    if lacking:
        return None, [Fault(file, f"lacks {', '.join(lacking)}", allowed=", ".join(columns))]
    for column in columns:
        if column in KEYS:
            frame[column] = frame[column].astype("category" if part == "values" else str)
    keys = [frame[c].cat.codes if part == "values" else frame[c] for c in columns if c in KEYS]
    twice = frame[pd.concat(keys, axis=1).duplicated()]
    if len(twice):
        row = ", ".join(map(str, twice.iloc[0][columns]))
        return None, [Fault(file, f"has {len(twice)} rows twice; the first", value=row)]
    return frame, []


def _column_faults(about: Mapping[str, Any], areas: pd.DataFrame, where: str) -> Iterator[Fault]:
    """Columns that series.yml names and the areas lack."""
    named = {*about["levels"].values(), *about.get("names", {}).values(), about.get("context", "x")}
    allowed = some(sorted(areas.columns), 8)
    for column in sorted(named - {"area_code", *areas.columns}):
        yield Fault(where, "is no column of its areas", None, "levels", column, allowed)


def _value_faults(values: pd.DataFrame, areas: pd.DataFrame, where: str) -> Iterator[Fault]:
    """Areas that nobody lists, and figures that are no counts."""
    strange = sorted(set(values["area_code"].cat.categories) - set(areas.index))
    if strange:
        message = f"has values for {len(strange)} areas that its areas do not list; the first"
        yield Fault(where, message, column="area_code", value=strange[0])
    bad = ~(values["value"].to_numpy(dtype=float) >= 0)
    if bad.any():
        row = values[bad].iloc[0]
        value = f"{row['area_code']}, {row['measure_id']}, {row['period']}: {row['value']}"
        message = f"has {int(bad.sum())} values that are no counts; the first"
        yield Fault(where, message, column="value", value=value, allowed="0 or more")


def _cube(
    values: pd.DataFrame, areas: pd.Index
) -> tuple[tuple[str, ...], tuple[str, ...], NDArray[np.float64]]:
    """Lay the figures out by area, measure and period."""
    codes = {}
    for column in ("measure_id", "period"):
        names = sorted(values[column].cat.categories)
        codes[column] = (names, values[column].cat.set_categories(names).cat.codes.to_numpy())
    place = values["area_code"].cat.set_categories(areas).cat.codes.to_numpy()
    (measures, measure), (periods, period) = codes["measure_id"], codes["period"]
    cube = np.full((areas.size, len(measures), len(periods)), np.nan)
    cube[place, measure, period] = values["value"].to_numpy(dtype=float)
    return tuple(map(str, measures)), tuple(map(str, periods)), cube


def wide_faults(
    designs: tuple[Design, ...],
    panels: Mapping[str, Wide],
    file: str,
) -> list[Fault]:
    """Hold protocols that compare beyond the edition against the panels they name.

    Parameters
    ----------
    designs : tuple of Design
        All protocols of the edition.
    panels : mapping of str to Wide
        From ``series.yml``.
    file : str
        Name for messages.

    Returns
    -------
    list of Fault
        Unknown panels, levels, areas of another vintage, outcomes and periods, an area that lacks
        a period, areas compared with inside the ring, and programmes that overlap.
    """
    faults: list[Fault] = []
    for design in designs:
        if not design.wide:
            continue
        where = f"{file}, intervention {design.id}"
        panel = panels.get(design.series)
        if panel is None:
            allowed = ", ".join(panels) or "a panel in series.yml"
            faults.append(Fault(where, "is no panel of series.yml", None, "series", design.series,
                                allowed))  # fmt: skip
            continue
        if design.targeting not in panel.about["levels"]:
            allowed = ", ".join(panel.about["levels"])
            message = f"is no level of series {design.series}"
            faults.append(Fault(where, message, None, "targeting", design.targeting, allowed))
            continue
        found = [*_code_faults(design, panels, where), *_cell_faults(design, panel, where)]
        faults += found or [
            *_ring_faults(design, panel, where),
            *_overlap_faults(design, designs, panel, where),
        ]
    return faults


def _code_faults(design: Design, panels: Mapping[str, Wide], where: str) -> Iterator[Fault]:
    """Areas that the panel does not have, and which panel has them."""
    panel = panels[design.series]
    known = set(panel.codes(design.targeting))
    named = {"treated": design.treated, "excluded": design.excluded}
    named["donors"] = tuple(donor.area for donor in design.donors)
    if isinstance(design.comparison, tuple):
        named["comparison"] = design.comparison
    for column, codes in named.items():
        for code in codes:
            if code in known:
                continue
            others = [p for p in panels.values() if design.targeting in p.about["levels"]]
            home = [p for p in others if code in set(p.codes(design.targeting))]
            message = f"is none of the {panel.about['vintage']}"
            if home:
                message += f": it is one of the {home[0].about['vintage']}"
            allowed = f"codes of series {design.series}; boundaries of two vintages never mix"
            yield Fault(where, message, None, column, code, allowed)


def _cell_faults(design: Design, panel: Wide, where: str) -> Iterator[Fault]:
    """Outcomes and periods that the panel lacks, wholly or for one area."""
    filled = np.isfinite(panel.cube).any(axis=0)
    periods = (*design.earlier, *design.before, *design.after)
    for outcome in design.outcomes:
        if outcome.id not in panel.measures:
            allowed = some(panel.measures, 8)
            message = f"is no measure of series {design.series}"
            yield Fault(where, message, None, "primary", outcome.id, allowed)
            continue
        own = filled[panel.measures.index(outcome.id)]
        there = [p for p, has in zip(panel.periods, own, strict=True) if has]
        lacking = [p for p in periods if p not in there]
        if lacking:
            allowed = f"periods {some(there, 8)}"
            message = f"has no values in {', '.join(lacking)}"
            yield Fault(where, message, None, "primary", outcome.id, allowed)
            continue
        table = panel.cells(outcome.id, design.targeting)[list(periods)]
        holes = [(str(a), str(p)) for a, p in zip(*np.nonzero(table.isna()), strict=True)]
        if holes:
            area, period = (int(k) for k in holes[0])
            value = f"{table.index[area]} in {table.columns[period]}"
            message = f"lacks {len(holes)} of its figures, the first"
            allowed = "every period for every area that has any, or another outcome or window"
            yield Fault(where, f"{outcome.id}: {message}", None, "period", value, allowed)


def _ring_faults(design: Design, panel: Wide, where: str) -> Iterator[Fault]:
    """Areas named as comparison that lie within the ring which spillover may reach."""
    if not isinstance(design.comparison, tuple):
        return
    near = ring(panel, design)
    for code in sorted(set(design.comparison) & near):
        allowed = f"areas further than {design.spillover_km:g} km that touch no treated one"
        message = "lies inside the ring that spillover may reach"
        yield Fault(where, message, None, "comparison", code, allowed)


def _overlap_faults(
    design: Design, designs: tuple[Design, ...], panel: Wide, where: str
) -> Iterator[Fault]:
    """Areas on the comparison side that another programme of the file reached in the window."""
    first, last = min(design.before), max(design.after)
    home = panel.codes(design.targeting)
    aside = {*design.treated, *design.excluded, *ring(panel, design)}
    for other in designs:
        same = other.start == design.start and set(other.treated) & set(design.treated)
        year = other.start[: len(first)]
        if other is design or same or not first <= year <= last:
            continue
        inside = set(home.astype(str)) & set(other.treated)
        column = panel.about["levels"].get(other.targeting)
        if not inside and column:
            there = panel.codes(other.targeting).isin(other.treated)
            inside = set(home[there].astype(str))
        reached = sorted(inside - aside)
        if reached:
            message = f"compares with areas of the programme {other.id}, which began {other.start}"
            allowed = "excluded: " + some(reached, 20)
            yield Fault(where, message, None, "comparison", some(reached, 3), allowed)


def ring(panel: Wide, design: Design) -> set[str]:
    """Untreated areas that touch a treated one or whose middle is nearer than the ring is wide.

    Parameters
    ----------
    panel : Wide
        Middles and pairs.
    design : Design
        Treated areas, and the width of the ring in kilometres.
    """
    home = panel.codes(design.targeting)
    inside = home.isin(design.treated)
    one, other = (panel.pairs[c].map(home) for c in ("area_code", "neighbour_code"))
    treated = list(design.treated)
    touching = {*other[one.isin(treated)], *one[other.isin(treated)]}
    middle = panel.areas[["x", "y"]].groupby(home).mean()
    gap = middle.to_numpy()[:, None] - panel.areas.loc[inside, ["x", "y"]].to_numpy()[None]
    near = np.sqrt((gap**2).sum(axis=2)).min(axis=1) <= 1000 * design.spillover_km
    return {str(c) for c in touching | set(middle.index[near])} - set(treated)
