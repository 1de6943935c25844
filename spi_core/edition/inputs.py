"""The door: read an edition's folder, find every fault at once, hand on what is fit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from spi_core.edition.agree import check_tables
from spi_core.edition.areas.geography import Geography, load_boundaries
from spi_core.edition.areas.nesting import check_codes, check_geography
from spi_core.edition.areas.pool import Pool, read_pool
from spi_core.edition.areas.rebase import apportionment, fill_from, rebase
from spi_core.edition.areas.rollup import roll_up
from spi_core.edition.areas.vintage import check_rebase, split_vintages
from spi_core.edition.fingerprint import input_files
from spi_core.edition.framework import (
    Framework,
    make_framework,
)
from spi_core.edition.interventions.design import Design
from spi_core.edition.interventions.panels import Wide
from spi_core.edition.interventions.read import read_interventions
from spi_core.edition.panel import (
    Panel,
    make_panel,
)
from spi_core.edition.population import check_dates, read_mapping
from spi_core.edition.readers.read import Read, join_reads, read_table
from spi_core.edition.readers.schema import TABLES
from spi_core.edition.readers.sheet import find_tables, unread
from spi_core.edition.reference import read_reference
from spi_core.edition.settings import earlier, read_edition_file
from spi_core.errors import Fault, InputError, Warned, in_order
from spi_core.files import refusals_as_faults, shown
from spi_core.levels import levels_of

#: Tables that may be a folder of several files.
FOLDERS = ("observations", "history", "series")
#: Tables by name: the file within the edition's folder, and whether it must be there.
FILES = {
    "indicators": ("indicators", True),
    "breaks": ("breaks", False),
    "observations": ("observations", True),
    "history": ("history", False),
    "areas": ("geography/areas", True),
    "lookup": ("geography/lookup", False),
    "rebase": ("geography/rebase", False),
    "goalposts": ("goalposts", True),
    "weights": ("weights", False),
    "series": ("series", False),
    "context": ("context", False),
    "distribution": ("reference/distribution", False),
    "errors": ("reference/errors", False),
    "history_errors": ("reference/history", False),
    "population_context": ("reference/context", False),
    "signoff": ("signoff", False),
    "corrections": ("corrections", False),
    "accepted": ("accepted", False),
    "targets": ("targets", False),
    "partners": ("partners", False),
    "successors": ("geography/successors", False),
    "other_indices": ("reference/other_indices", False),
    "places": ("geography/places", False),
    "postcodes": ("geography/postcodes", False),
}
BY_HAND = "put it back, or write it as docs/your-own-data.md says"
#: What `spi reference` makes anew, where there are figures to make it of.
BY_REFERENCE = ("goalposts", "moments", "correlation")


@dataclass(frozen=True, slots=True)
class Inputs:
    """A whole edition, checked.

    Parameters
    ----------
    folder : Path
        Where it was read from.
    settings : mapping
        ``edition.yml``.
    framework : Framework
        Dimensions, components, indicators.
    geography : Geography
        Areas, levels, polygons.
    panel : Panel
        Observations of all scored areas, larger areas rolled up.
    given : Panel
        The same before the roll-up: what the files say, and what was rebased.
    tables : mapping of str to DataFrame
        The other tables by name (``goalposts``, ``weights``, ``series``, …); empty when absent.
        ``rebased`` says how much of each area was apportioned from areas of another vintage.
    reference : tuple of DataFrame or None
        Moments and correlations of the reference population, index ``indicator_id``.
    designs : tuple of Design
        Protocols of the impact chapters, from ``interventions.yml``; empty without it.
    panels : mapping of str to Wide
        Panels of many areas that chapters compare with, from ``series.yml``.
    warned : tuple of Warned
        What the files hide, or hold besides what was read.
    history : Panel or None
        The years before the periods, larger areas rolled up: shown, compared and never scored.
    pool : Pool or None
        The reference population's other areas, where similar ones are found among them too.
    """

    folder: Path
    settings: Mapping[str, Any]
    framework: Framework
    geography: Geography
    panel: Panel
    given: Panel
    tables: Mapping[str, pd.DataFrame]
    reference: tuple[pd.DataFrame, pd.DataFrame] | None
    designs: tuple[Design, ...] = ()
    panels: Mapping[str, Wide] = field(default_factory=dict)
    warned: tuple[Warned, ...] = ()
    history: Panel | None = None
    pool: Pool | None = None

    @property
    def periods(self) -> dict[str, str]:
        """Period ids and their labels, in the order of ``edition.yml``."""
        return {p["id"]: p["label"] for p in self.settings["periods"]}


@refusals_as_faults()
def load(folder: Path, without: Collection[str] = ()) -> Inputs:
    """Read and check an edition.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    without : collection of str
        Names of tables to leave unread, as if their files were not there; ``reference`` stands
        for the moments and correlations.

    Returns
    -------
    Inputs
        Fit to compute from.

    Raises
    ------
    InputError
        With every fault of every file.
    """
    # a pipe may never end; a link that leads nowhere, passed over, takes its figures along unsaid
    if odd := [p for p in sorted(folder.rglob("[!.]*")) if not (p.is_file() or p.is_dir())]:
        known = "a file, or a link to one"
        raise InputError([Fault(shown(p), "is no file", allowed=known) for p in odd])
    if not folder.is_dir():
        others = sorted(p.parent.name for p in folder.parent.glob("*/edition.yml"))
        allowed = ", ".join(others) or None
        raise InputError([Fault(str(folder), "is not an edition's folder", allowed=allowed)])
    input_files(folder)
    settings, faults = read_edition_file(folder / "edition.yml")
    reads = {n: Read(pd.DataFrame(), ()) if n in without else read_all(folder, n) for n in FILES}
    faults += [f for read in reads.values() for f in read.faults]
    if any(str(f.column).startswith("history.") for f in faults):
        reads["history"] = Read(pd.DataFrame(), ())  # which years there are is not known
    polygons, found = load_boundaries(folder / "geography")
    faults += found
    areas, levels = reads["areas"], None
    if "geography" in settings:
        levels = levels_of(settings["geography"]["levels"], areas.frame.get("level", ()))
        found = check_codes(levels, areas)
        faults += found
        areas = replace(areas, faults=(*areas.faults, *found))
    reads["areas"], old, found = split_vintages(settings, levels, areas)
    faults += found
    framework, found = make_framework(settings, reads["indicators"])
    faults += found
    areas, geography = reads["areas"], None
    if levels is not None and not (areas.frame.empty or areas.faults):
        about = areas.frame.set_index("code")
        geography = Geography(about, levels, polygons, settings.get("area", ""))
    if levels is not None:
        faults += check_geography(settings, levels, areas, reads["lookup"], polygons)
    faults += check_rebase(areas, old, reads["rebase"])
    faults += check_tables(folder, settings, geography, framework, reads, old)
    none = "reference" in without
    reference, found = read_reference(folder, {} if none else settings, framework)
    mapping = read_mapping(folder, settings)
    faults += [*found, *mapping.faults]
    faults += [f for n in ("observations", "history") for f in check_dates(mapping, reads[n])]
    path = folder / "interventions.yml"
    designs, panels, found = read_interventions(path, settings, geography, framework, reads)
    faults += found
    pool = None
    if not (none or faults or framework is None or geography is None):
        of = reads["population_context"]
        pool, faults = read_pool(folder, settings, framework, geography, mapping, of)
    if faults or framework is None or geography is None:
        raise InputError(in_order([_with_remedy(f, folder.name, settings) for f in faults]))
    named = levels_of(settings["geography"]["levels"])
    scored = [code for level in named for code in geography.codes(level.id)]
    # the evidence first, so that it stands where it stood whatever else is laid beside it
    evidence = {geography.whole, *geography.units}
    scored.sort(key=lambda code: code not in evidence)
    tables = {name: read.frame for name, read in reads.items()}
    given, tables["rebased"] = _lay_out(settings, framework, scored, tables, old.frame)
    past = None
    if earlier(settings):
        past, _ = _lay_out(settings, framework, scored, tables, old.frame, "history")
    return Inputs(
        folder=folder,
        settings=settings,
        framework=framework,
        geography=geography,
        panel=roll_up(given, geography, framework),
        given=given,
        tables=tables,
        reference=reference,
        designs=designs,
        panels=panels,
        warned=tuple(w for read in (*reads.values(), mapping) for w in read.warned),
        history=None if past is None else roll_up(past, geography, framework),
        pool=pool,
    )


def _with_remedy(fault: Fault, edition: str, settings: Mapping[str, Any]) -> Fault:
    """Say of a file that is missing where it comes from."""
    if not fault.message.endswith("is missing") or fault.column or fault.allowed:
        return fault
    stem, made = Path(fault.file).stem, "figures" in settings.get("index", {}).get("reference", {})
    if stem in BY_REFERENCE and made:
        return replace(fault, allowed=f"`spi reference {edition}` makes it")
    fill = f"; `spi template {edition} OWNER` writes a workbook to fill in"
    return replace(fault, allowed=BY_HAND + fill * (stem == "observations"))


def read_rules(folder: Path) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    """Read of an edition only what decides which figures may be shown.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.

    Returns
    -------
    tuple of dict and list
        ``edition.yml``; ``id, disclosure_rule, kind`` of each indicator.

    Raises
    ------
    InputError
        With every fault of the two files.
    """
    settings, faults = read_edition_file(folder / "edition.yml")
    read = read_all(folder, "indicators")
    if faults or read.faults:
        raise InputError([*faults, *read.faults])
    columns = read.frame[["id", "disclosure_rule", "kind"]].astype(str)
    return settings, list(columns.itertuples(index=False, name=None))


def _lay_out(
    settings: Mapping[str, Any],
    framework: Framework,
    scored: list[str],
    tables: Mapping[str, pd.DataFrame],
    old: pd.DataFrame,
    name: str = "observations",
) -> tuple[Panel, pd.DataFrame]:
    """Make the panel of the scored areas; figures of another vintage are carried over to them."""
    frame, links = tables[name], tables["rebase"]
    past = name == "history"
    periods = earlier(settings) if past else [p["id"] for p in settings["periods"]]
    given = make_panel(frame[frame["area_code"].isin(scored)], framework, scored, periods)
    former = old.set_index("code") if len(old) else old
    used = sorted(set(frame["area_code"]) & set(former.index))
    if not used:
        return given, apportionment(links, former.iloc[:0], tables["areas"])
    before = make_panel(frame[frame["area_code"].isin(used)], framework, used, periods)
    moved = rebase(before, links, former["population"], framework, scored)
    shares = apportionment(links, former.loc[used], tables["areas"].set_index("code"))
    return fill_from(given, moved), shares


def read_all(folder: Path, name: str) -> Read:
    """Read all files of one of an edition's tables.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    name : str
        A key of `FILES`.
    """
    stem, needed = FILES[name]
    paths, strange = find_tables(folder, stem), unread(folder, stem)
    if not paths:
        lost = Fault(shown(folder / f"{stem}.csv"), "is missing")
        if (folder / stem).is_dir():
            lost = Fault(shown(folder / stem), "has no table in it: a file is missing")
        return Read(pd.DataFrame(), (*strange, *([lost] if needed and not strange else ())))
    read = join_reads((read_table(p, TABLES[name]) for p in paths), TABLES[name].unique)
    faults = [*strange, *read.faults]
    if len(paths) > 1 and name not in FOLDERS:
        message = f"stands beside {', '.join(p.name for p in paths[1:])}"
        faults.append(Fault(shown(paths[0]), message, allowed="one of them"))
    if needed and read.frame.empty and not faults:
        faults.append(Fault(shown(paths[0]), "has no rows", allowed="one row at least"))
    return replace(read, faults=tuple(faults))
