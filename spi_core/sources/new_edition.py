"""Make the edition of an area whose figures stand in ``data/reference/``: offline, no script."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from spi_core.edition.framework import make_framework
from spi_core.edition.inputs import load
from spi_core.edition.population import IMPLIED, check_mapping, population, read_mapping
from spi_core.edition.readers.read import read_table
from spi_core.edition.readers.schema import TABLES
from spi_core.edition.settings import earlier, every_period, read_edition_file
from spi_core.errors import Fault, InputError
from spi_core.files import project_root, shown
from spi_core.levels import KNOWN
from spi_core.sources.context import context_table, outlines
from spi_core.sources.new_edition_periods import breaks_as_asked, notes_as_asked, years_as_asked
from spi_core.sources.new_edition_places import ALONE, Place
from spi_core.sources.reference import write_reference
from spi_core.sources.whole import NAME, NAMED
from spi_core.text.cells import csv_text

NOT_PUBLISHED = "No figure is published."
#: Similar areas are looked for where there are as many units as this.
FEW = 6
#: From so many units on, 1,000 replicates: an end of a 90 % range is then good to 7 % of its error.
MANY, REPLICATES = 100, 1000


def new_edition(
    place: Place, name: str, like: Path, years: Sequence[int] = (), contact: str = ""
) -> tuple[Path, list[str]]:
    """Write ``data/<name>`` from the figures at hand, checked as a build would check it.

    Parameters
    ----------
    place : Place
        What it is about.
    name : str
        Of the edition.
    like : Path
        The edition whose catalogue, recipe (``reference/mapping.csv``) and settings it takes.
    years : sequence of int
        Its periods, those of `like` where none are named.
    contact : str
        Who answers for it.

    Returns
    -------
    tuple of Path and list of str
        Its folder, and the notes of `like` that are left out since they name a year and the
        periods are others.

    Raises
    ------
    InputError
        If the folder is there already, or with what is wrong with `like`; nothing is left then.
    """
    settings, faults = read_edition_file(like / "edition.yml")
    if not faults and "mapping" not in settings["index"].get("reference", {}):
        message = "is missing: figures cannot be made into indicators without a recipe"
        file = shown(like / "edition.yml")
        faults = [Fault(file, message, None, "index.reference.mapping", None, "a CSV file")]
    if faults:
        raise InputError(faults)
    with made_whole(name) as folder:
        mapping = read_mapping(like, settings)
        figures = pd.read_parquet(place.folder / place.about["figures"])
        recipe, periods, past = years_as_asked(mapping.frame, settings, figures, years)
        text = (like / "edition.yml").read_text("utf-8")
        changes = _settings(place, name, settings, periods, contact)
        if past != earlier(settings):
            changes["history"] = {"periods": past} if past else None
        left_out: list[str] = []
        if periods != settings["periods"] and "notes" in settings:
            notes, left_out = notes_as_asked(settings["notes"])
            changes["notes"] = notes or None
        text = with_settings(text, changes)
        (folder / "edition.yml").write_text(text, encoding="utf-8", newline="\n")
        indicators = pd.read_csv(like / "indicators.csv", dtype=str, keep_default_na=False)
        # themes are of a council's own manifesto
        write_table(folder / "indicators.csv", indicators.assign(manifesto_theme=""))
        if (like / "partners.csv").exists():
            # services are alike in every borough, their addresses are not
            partners = pd.read_csv(like / "partners.csv", dtype=str, keep_default_na=False)
            write_table(folder / "partners.csv", partners.assign(contact=""))
        if (like / "breaks.csv").exists():
            breaks = pd.read_csv(like / "breaks.csv", dtype=str, keep_default_na=False)
            breaks = breaks_as_asked(breaks, mapping.frame, recipe)
            write_table(folder / "breaks.csv", breaks)
        write_table(folder / settings["index"]["reference"]["mapping"], recipe)
        codes = dict(zip(place.units["source_code"], place.units["code"], strict=True))
        own = figures[figures["area_code"].isin(codes)]
        own = own.assign(area_code=own["area_code"].map(codes))
        drawn = outlines(place.folder, place.about)
        drawn = drawn[drawn["area_code"].isin(codes)]
        drawn = drawn.assign(area_code=drawn["area_code"].map(codes)).sort_values("area_code")
        write_table(folder / "context.csv", context_table(place.about, own, drawn))
        write_table(folder / "geography" / "areas.csv", areas := _areas(place, own))
        links = areas[areas["parent_code"] != ""].sort_values("code")
        lookup = {"from_code": links["code"], "to_code": links["parent_code"]}
        nests = pd.DataFrame(lookup).assign(weight=1, basis="nests")
        write_table(folder / "geography" / "lookup.csv", nests)
        rows = _observations(folder, place, figures, own)
        before = rows["period"].isin(past)
        for stem, of in (("observations", rows[~before]), ("history", rows[before])):
            if len(of):
                write_table(folder / stem / "open.csv", of)
        drawn.rename(columns={"area_code": "code"}).to_file(
            folder / "geography" / "boundaries.geojson",
            driver="GeoJSON", COORDINATE_PRECISION=0, RFC7946="NO",
        )  # fmt: skip
        # to be fitted: an edition of this kind has frozen weights
        (folder / "weights.csv").touch()
        write_reference(folder)
        load(folder)
    return project_root() / "data" / name, left_out


@contextmanager
def made_whole(name: str) -> Iterator[Path]:
    """Hand out a folder beside the editions that becomes one of them unless the body fails."""
    target = project_root() / "data" / name
    if not NAME.fullmatch(name):
        raise InputError([Fault("command line", "is no name", None, "--as", name, NAMED)])
    if target.exists():
        message = "is there already: nothing is overwritten"
        allowed = "another name, or remove that folder first"
        raise InputError([Fault(shown(target), message, None, "--as", name, allowed)])
    making = target.with_name(f".{name}.part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        yield making
        making.rename(target)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def columns(table: str) -> list[str]:
    """Name the columns that a table of an edition must have, in order."""
    return [name for name, column in TABLES[table].columns.items() if column.required]


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write one table of the new edition, its folder too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(csv_text(frame), "utf-8", newline="\n")


def with_settings(text: str, changes: Mapping[str, Any]) -> str:
    r"""Change settings of ``edition.yml`` and keep what a person wrote beside the others.

    Parameters
    ----------
    text : str
        Of another edition's file.
    changes : mapping
        Value by name; None takes the setting out.

    Returns
    -------
    str
        Settings that were not there stand at the end.

    Examples
    --------
    >>> print(with_settings("id: a\n# why\narea: X\nsite: y\n", {"id": "b", "site": None}))
    id: b
    # why
    area: X
    <BLANKLINE>
    """
    parts = re.split(r"(?m)^(?=[a-z_]+:)", text)
    named = {part.partition(":")[0]: part for part in parts[1:]}
    for key, value in changes.items():
        # the comment before the next setting stays with that
        kept = re.search(r"(?:^#.*\n)*\Z", named.get(key, ""), re.MULTILINE)
        said = "" if value is None else _yaml({key: value})
        named[key] = said + (kept[0] if kept else "")
    return parts[0] + "".join(named.values())


def _yaml(value: Mapping[str, Any]) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=140)


def _settings(
    place: Place,
    name: str,
    like: Mapping[str, Any],
    periods: Sequence[Mapping[str, str]],
    contact: str,
) -> dict[str, Any]:
    about, year = place.about, periods[-1]["label"]
    unit: Any = about["unit"]
    if any(place.units["code"].str.endswith(ALONE)):
        unit = {"id": unit, "pattern": f"{KNOWN[unit].pattern}|{KNOWN[about['home']].pattern}W"}
    levels = [about["region"]["level"]] if place.whole else []
    changes = {
        "id": name,
        "title": f"Social Progress Index of {place.name}",
        "short_title": f"Social Progress Index {year}",
        "area": place.code,
        "area_name": place.name,
        "edition_year": year,
        "geography": {"vintage": about["vintage"], "levels": [*levels, about["home"], unit]},
        "periods": list(periods),
        "site": None,
        "home": None,
        "contact": contact or f"Insight team, {place.name}",
        "licence": about["licence"],
        "attribution": " ".join(about["attribution"].split()),
    }
    if len(place.units) < FEW:
        changes["comparators"] = None
    elif place.whole and "comparators" in like:  # its own areas are all that there are
        own = {key: value for key, value in like["comparators"].items() if key != "from"}
        changes["comparators"] = own
    if len(place.units) > MANY:
        changes["uncertainty"] = like["uncertainty"] | {"replicates": REPLICATES}
    return changes


def _areas(place: Place, own: pd.DataFrame) -> pd.DataFrame:
    about, asked = place.about, place.about["population"]
    counted = own[(own["figure_id"] == asked["figure"]) & (own["period"] == asked["period"])]
    people = counted.set_index("area_code")["value"].astype(int)
    units = place.units.rename(columns={"home_code": "parent_code"})
    units = units.assign(level=about["unit"], population=units["code"].map(people))
    homes = units.groupby(["parent_code", "home_name"], as_index=False)["population"].sum()
    homes = homes.set_axis(["code", "name", "population"], axis=1)
    top = about["region"] | {"population": people.sum(), "parent_code": ""}
    homes = homes.assign(level=about["home"], parent_code=top["code"] if place.whole else "")
    rows = [*([pd.DataFrame([top])] if place.whole else []), homes, units]
    made: pd.DataFrame = pd.concat(rows, ignore_index=True).assign(vintage=about["vintage"])
    return made[columns("areas")]


def _observations(
    folder: Path, place: Place, figures: pd.DataFrame, own: pd.DataFrame
) -> pd.DataFrame:
    """Work an edition's figures out as the recipe says, by the code that makes the reference's."""
    settings, faults = read_edition_file(folder / "edition.yml")
    indicators = read_table(folder / "indicators.csv", TABLES["indicators"])
    framework, found = make_framework(settings, indicators)
    mapping = read_mapping(folder, settings)
    faults += [*indicators.faults, *found, *mapping.faults]
    if framework is not None and not faults:
        faults = check_mapping(mapping, figures, framework, every_period(settings))
    if framework is None or faults:
        raise InputError(faults)
    cells = population(mapping.frame, own, dict(framework.indicators["per"]))
    areas = pd.DataFrame({"area_code": sorted(own["area_code"].unique())})
    rows = mapping.frame.merge(areas, how="cross")
    rows = rows.merge(cells, how="left", on=["indicator_id", "period", "area_code"])
    # whole people; what a model expects has decimals
    expected = rows["indicator_id"].map(framework.indicators["kind"]) == "index"
    base = rows["denominator"].round(3).where(expected, rows["denominator"].round())
    rows["denominator"] = rows["denominator"].where(rows["denominator_figures"] != IMPLIED, base)
    rows["value"] = rows["value"].round(6)
    lost = rows["value"].isna()
    rows["status"] = np.where(lost, "missing", "observed")
    rows.loc[lost, "note"] = NOT_PUBLISHED
    for about in place.about["left_out"]:
        used = rows["numerator_figures"].str.split("+").map(set(about["figures"]).isdisjoint)
        rows.loc[lost & ~used & (rows["figure_period"] == about["period"]), "note"] = about["note"]
    return rows[columns("observations")]
