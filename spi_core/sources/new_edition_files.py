"""An edition from files on disk: areas, figures and a short list of indicators are enough."""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spi_core.disclosure.control import control
from spi_core.disclosure.goalposts import BASIS, own_ends
from spi_core.edition.areas.geography import lies_in
from spi_core.edition.inputs import Inputs, load
from spi_core.edition.readers.schema import TABLES
from spi_core.edition.readers.sheet import find_tables, read_cells
from spi_core.errors import Fault, InputError, in_order, some
from spi_core.files import project_root, shown
from spi_core.levels import KNOWN, units_named
from spi_core.sources.new_edition import REPLICATES, columns, made_whole, with_settings, write_table
from spi_core.tables import records
from spi_core.text.words import NOT_STATED

#: Columns that each file must have, and what stands in others of the edition's table where it has
#: none of its own.
NEEDED = {
    "areas": ["code", "name", "level", "parent_code", "population"],
    "indicators": ["id", "name", "component", "dimension", "unit", "polarity"],
    "figures": ["area_code"],
}
INDICATOR = {
    "kind": "mean", "per": "1", "access": "public", "publisher_or_owner": NOT_STATED,
    "source_dataset": NOT_STATED, "licence": NOT_STATED, "disclosure_rule": "none",
    "comparable": "yes", "transform": "none", "rollup": "mean", "interval": "none", "error": "none",
}  # fmt: skip
LONG = ["indicator_id", "area_code", "value"]
DATED = ["period", "period_label", "start", "end"]
REASON = "1st and 99th percentile of all areas and periods of this edition"


def edition_from_files(source: Path, name: str, area: str, contact: str) -> Path:
    """Write ``data/<name>`` from a folder of files, checked as a build would check it.

    Parameters
    ----------
    source : Path
        ``areas`` (`NEEDED`; codes and levels of your own), ``figures`` (long: ``indicator_id,
        area_code, period, value``; or wide: ``area_code, period`` and a column an indicator) and
        ``indicators`` (`NEEDED`, and any other column of an edition's ``indicators.csv``), each
        ``.csv`` or ``.xlsx``; ``boundaries.gpkg`` or ``.geojson`` and ``context.csv`` if there are.
    name : str
        Of the edition.
    area : str
        Code of the area it is about; blank where one area holds all others.
    contact : str
        Who answers for it.

    Returns
    -------
    Path
        Its folder.

    Raises
    ------
    InputError
        With every fault of the files; nothing is left then.
    """
    areas, indicators, figures = (_read(source, table) for table in NEEDED)
    files = {table: shown(find_tables(source, table)[0]) for table in NEEDED}
    rows, faults = _long(figures, set(indicators["id"]), files["figures"])
    tops = areas.loc[areas["parent_code"] == "", "code"]
    whole = area or str(tops.iloc[0] if len(tops) else "")
    if whole not in set(areas["code"]) or (not area and len(tops) != 1):
        message, allowed = "is not the one area to make an edition of", some(list(tops))
        faults.append(Fault("command line", message, None, "AREA", whole, allowed))
    if not set(rows["area_code"]) & set(areas["code"]):
        message = "has figures of none of the areas"
        faults.append(
            Fault(files["figures"], message, None, "area_code", None, some(areas["code"]))
        )
    if faults:
        raise InputError(in_order(faults))
    periods = sorted(set(rows["period"]), key=lambda p: (len(p), p))
    ids = ["baseline", *(_slug(p) for p in periods[1:-1]), "current"][-len(periods) :]
    unit, levels = _levels(areas, set(rows["area_code"]))
    framework = indicators.groupby("dimension", sort=False)["component"].unique()
    changes: dict[str, Any] = {
        "id": name,
        "area": whole,
        "area_name": (place := str(areas.set_index("code").at[whole, "name"])),
        "title": f"Social Progress Index of {place}",
        "edition_year": periods[-1][:4].rjust(4, "0"),
        "geography": {"vintage": str(areas["vintage"].iloc[0]), "levels": levels},
        "periods": [{"id": i, "label": p} for i, p in zip(ids, periods, strict=True)],
        "framework": [{"dimension": d, "components": list(c)} for d, c in framework.items()],
        "contact": contact or f"Insight team, {place}",
        "uncertainty": {"replicates": REPLICATES, "seed": 1},
    }
    if not indicators["disclosure_rule"].isin(["", "none"]).all():
        changes["disclosure"] = {"method": "suppress"}
    with made_whole(name) as folder:
        template = resources.files("spi_core.sources") / "new_edition_files.yml"
        text = with_settings(template.read_text("utf-8"), changes)
        (folder / "edition.yml").write_text(text, encoding="utf-8", newline="\n")
        write_table(folder / "geography" / "areas.csv", areas[columns("areas")])
        indicators = indicators.assign(finest_level=indicators["finest_level"].replace("", unit))
        write_table(folder / "indicators.csv", indicators)
        rows = rows.assign(period=rows["period"].map(dict(zip(periods, ids, strict=True))))
        write_table(folder / "observations" / "figures.csv", rows[columns("observations")])
        for extra in ("boundaries.gpkg", "boundaries.geojson", "lookup.csv"):
            if (source / extra).exists():
                shutil.copy(source / extra, folder / "geography")
        if (source / "context.csv").exists():
            shutil.copy(source / "context.csv", folder)
        write_table(folder / "goalposts.csv", _goalposts(load(folder, without=("goalposts",))))
        load(folder)
    return project_root() / "data" / name


def _read(source: Path, table: str) -> pd.DataFrame:
    """Read one of the files, with every column of the edition's table."""
    paths, needed = find_tables(source, table), NEEDED[table]
    if len(paths) != 1:
        message = "is missing" if not paths else f"is there {len(paths)} times"
        allowed = f"{table}.csv or .xlsx with the columns {', '.join(needed)}"
        raise InputError([Fault(shown(source / f"{table}.csv"), message, allowed=allowed)])
    frame, faults, _ = read_cells(paths[0])
    if frame is None or faults:
        raise InputError(faults)
    if lost := [c for c in needed if c not in frame]:
        message = "is missing among the headings"
        raise InputError(Fault(shown(paths[0]), message, 1, c, None, some(needed)) for c in lost)
    if frame.empty:
        raise InputError([Fault(shown(paths[0]), "has no rows", allowed="one row at least")])
    if table == "areas":
        frame["level"] = frame["level"].map(_slug)
        frame["vintage"] = frame.get("vintage", "as given")
    if table == "indicators":
        fill: dict[str, Any] = {"description": frame["name"], **INDICATOR}
        schema = TABLES["indicators"].columns
        for column in (c for c in schema if c not in frame and (schema[c].required or c in fill)):
            frame[column] = fill.get(column, "")
        frame = frame[[c for c in schema if c in frame]]
    return frame


def _long(figures: pd.DataFrame, known: set[str], file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Lay figures out one a row, with dates."""
    figures = figures.assign(row=figures.index + 2)
    if "period" not in figures:
        figures["period"] = "current"
    if not set(LONG) <= set(figures):
        wide = [c for c in figures if c in known]
        kept = [c for c in ("area_code", *DATED, "row") if c in figures]
        figures = figures.melt(kept, wide, "indicator_id")
    faults = []
    number = pd.to_numeric(figures["value"].replace("", None), errors="coerce")
    wrong = figures[number.isna() & (figures["value"] != "")]
    for column, bad, message, allowed in (
        ("value", wrong, "is not a number", "a number, or blank for a missing figure"),
        (
            "indicator_id",
            figures[~figures["indicator_id"].isin(known)],
            "is not an indicator",
            some(sorted(known)),
        ),
    ):
        cells = zip(bad["row"], bad[column], strict=True)
        faults += [Fault(file, message, r, column, v, allowed) for r, v in cells]
    if not {"start", "end"} <= set(figures):
        year = figures["period"].str.fullmatch("[0-9]{4}")
        for r in records(figures[~year]):
            message, allowed = "is no year, and there are no columns start and end", "such as 2014"
            faults.append(Fault(file, message, r.row, "period", r.period, allowed))
        figures["start"], figures["end"] = (
            figures["period"] + "-01-01",
            figures["period"] + "-12-31",
        )
    for column in ("numerator", "denominator", "note"):
        figures[column] = figures.get(column, "")
    if "period_label" not in figures:
        figures["period_label"] = figures["period"]
    if "status" not in figures:
        figures["status"] = np.where(figures["value"] == "", "missing", "observed")
    return figures, faults


def _levels(areas: pd.DataFrame, with_figures: set[str]) -> tuple[str, list[Any]]:
    """Describe the levels from large to small; the smallest with figures is the unit."""
    level = dict(zip(areas["code"], areas["level"], strict=True))
    parent = dict(zip(areas["code"], areas["parent_code"], strict=True))
    of = {n: [c for c in level if level[c] == n] for n in dict.fromkeys(level.values())}
    names = sorted(of, key=lambda n: max(len(lies_in(parent, c)) for c in of[n]))
    unit = [n for n in names if with_figures.intersection(of[n])][-1]
    usual = set(names) <= set(KNOWN) and units_named(names) == [unit]
    if usual and all(re.fullmatch(KNOWN[n].pattern, code) for n in names for code in of[n]):
        return unit, list(names)
    rows: list[Any] = []
    for place, name in enumerate(names):
        one, size = name.replace("_", " "), len(of[name][0])
        digits = all(c.isdigit() and len(c) == size for c in of[name])
        row: dict[str, Any] = {"id": name, "order": 10 * (len(names) - place), "one": one}
        row["many"] = re.sub("(?<=[^aeiou])y$", "ie", one)
        row["many"] = re.sub("(s|x|z|ch|sh)$", r"\1e", row["many"]) + "s"
        row["pattern"] = f"[0-9]{{{size}}}" if digits else "[^ ]+"
        rows.append(row | ({"role": "evidence"} if name == unit else {}))
    return unit, rows


def _goalposts(inputs: Inputs) -> pd.DataFrame:
    """Set goalposts by what will be published: an end of hidden figures would tell them."""
    shown = control(inputs.panel, inputs.framework, inputs.geography, inputs.settings).panel
    ends, up = own_ends(shown, inputs), inputs.framework.polarity > 0
    low, high = (ends[name].map("{:.6g}".format) for name in ends)
    frame = {"worst": np.where(up, low, high), "best": np.where(up, high, low)}
    index = ends.index.rename("indicator_id")
    return pd.DataFrame(frame, index).assign(basis=BASIS, reason=REASON).reset_index()


def _slug(text: str) -> str:
    slug = re.sub("[^a-z0-9]+", "_", text.lower()).strip("_")
    return slug if slug[:1].isalpha() else f"y{slug}"
