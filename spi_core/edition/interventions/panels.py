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

    def has(self, measure: str, period: str) -> bool:
        """Whether any area has a figure of a measure in a period."""
        if measure not in self.measures or period not in self.periods:
            return False
        at = self.measures.index(measure), self.periods.index(period)
        return bool(np.isfinite(self.cube[:, at[0], at[1]]).any())

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
