"""Read ``interventions.yml`` at the door: the protocols, or every fault of the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from spi_core.edition.areas.geography import Geography
from spi_core.edition.framework import Framework
from spi_core.edition.interventions.dated import read_dated
from spi_core.edition.interventions.design import Design
from spi_core.edition.interventions.outcomes import (
    Known,
    known_outcomes,
    shared_level,
)
from spi_core.edition.interventions.panels import Wide, read_wide
from spi_core.edition.interventions.protocol import make_design, plain, read_designs, shape_faults
from spi_core.edition.interventions.wide import awaits, wide_faults
from spi_core.edition.readers.read import Read
from spi_core.errors import Fault, InputError
from spi_core.files import shown
from spi_core.levels import Levels
from spi_core.text.yaml_text import parse_yaml


def read_interventions(
    path: Path,
    settings: Mapping[str, Any],
    geography: Geography | None,
    framework: Framework | None,
    reads: Mapping[str, Read],
) -> tuple[tuple[Design, ...], dict[str, Wide], list[Fault]]:
    """Read and check the protocols of an edition's impact chapters.

    Parameters
    ----------
    path : Path
        ``interventions.yml``; an edition need not have one.
    settings : mapping
        ``edition.yml``.
    geography : Geography or None
        Its areas; None where they have faults of their own.
    framework : Framework or None
        Components and indicators.
    reads : mapping of str to Read
        The tables ``series`` and ``observations``.

    Returns
    -------
    tuple of Design, dict of str to Wide, list of Fault
        Protocols, and the panels of ``series.yml``. No design when there is a fault. Nothing is
        held against areas, series or periods that have faults of their own: what would be said of
        it is only their echo.
    """
    panels, faults = read_wide(path.parent)
    dated, found = read_dated(path.parent)
    faults += found
    if not path.exists() or faults:
        return (), panels, faults
    file = shown(path)
    try:
        document = parse_yaml(file, path.read_bytes())
    except InputError as error:
        return (), panels, list(error.faults)
    unfit = reads["series"].faults or "periods" not in settings
    if framework is None or geography is None or unfit:
        return (), panels, []
    homes = geography.homes()
    known = _known(settings, framework, reads, homes)
    try:
        designs = read_designs(
            document,
            levels=geography.levels,
            areas=homes,
            outcomes={name: about.periods for name, about in known.items()},
            dated=dated,
            file=file,
        )
    except InputError as error:
        return (), panels, list(error.faults)
    inner = [d for d in designs if not d.wide]
    faults = [f for d in inner for f in _unit_faults(d, known, geography, homes, file)]
    waiting = [d.id for d in designs if d.wide and d.unseen and awaits(d, panels)]
    designs = tuple(d for d in designs if d.id not in waiting)
    faults += wide_faults(designs, panels, file)
    return (() if faults else designs), panels, faults


def parse_protocols(path: Path, levels: Levels) -> list[tuple[Design, Mapping[str, Any]]]:
    """Read the protocols alone: nothing is held against areas or figures.

    Parameters
    ----------
    path : Path
        ``interventions.yml``.
    levels : Levels
        Of the edition.

    Returns
    -------
    list of Design and mapping
        Each with its entry.

    Raises
    ------
    InputError
        For faults of form.
    """
    file = shown(path)
    document: Any = plain(parse_yaml(file, path.read_bytes()))
    if faults := shape_faults(document, file):
        raise InputError(faults)
    entries = document["interventions"]
    strange = [e for e in entries if e["targeting"] not in levels]
    if strange:
        allowed = ", ".join(level.id for level in levels)
        raise InputError(
            Fault(file, f"intervention {e['id']}: is no level", None, "targeting", e["targeting"],
                  allowed)
            for e in strange
        )  # fmt: skip
    return [(make_design(entry, levels), entry) for entry in entries]


def filled(
    folder: Path,
    settings: Mapping[str, Any],
    framework: Framework,
    reads: Mapping[str, Read],
    homes: Mapping[str, Mapping[str, str]],
) -> set[tuple[str, str, str]]:
    """List which outcomes have figures in which periods.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    settings, framework, reads : mapping, Framework, mapping of str to Read
        As for `read_interventions`.
    homes : mapping
        Areas of each level that may be a chapter's unit.

    Returns
    -------
    set of tuple of str
        Panel ("" for the edition's own figures), outcome, period.
    """
    panels, faults = read_wide(folder)
    if faults:
        raise InputError(faults)
    own = _known(settings, framework, reads, homes)
    there = {("", name, period) for name, about in own.items() for period in about.periods}
    for name, panel in panels.items():
        there |= {(name, m, p) for m in panel.measures for p in panel.periods if panel.has(m, p)}
    return there


def filled_cells(reads: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """List the cells of series and observations that hold a value.

    Parameters
    ----------
    reads : mapping of str to DataFrame
        ``series`` and ``observations``.

    Returns
    -------
    DataFrame
        ``outcome_id, area_code, period, value, status, unit``; indicators have no unit here, as
        their values are what the indicator says they are.
    """
    columns = ["outcome_id", "area_code", "period", "value", "status", "unit"]
    parts = [pd.DataFrame(columns=columns)]
    for name, key in (("series", "measure_id"), ("observations", "indicator_id")):
        frame = reads[name]
        if not frame.empty:
            unit = frame["unit"] if name == "series" else ""
            rows = frame.rename(columns={key: "outcome_id"}).assign(unit=unit)
            parts.append(rows.loc[rows["value"].notna(), columns])
    return pd.concat([p for p in parts if len(p)] or parts, ignore_index=True)


def _known(
    settings: Mapping[str, Any],
    framework: Framework,
    reads: Mapping[str, Read],
    homes: Mapping[str, Mapping[str, str]],
) -> dict[str, Known]:
    """Series, indicators, and what the build will score."""
    periods = frozenset(p["id"] for p in settings["periods"])
    scored = {*framework.components, *framework.dimensions, "index"}
    known = {name: Known(periods, frozenset(list(homes)[-1:])) for name in scored}
    if reads["observations"].faults:
        known |= {name: Known(periods, frozenset(homes)) for name in framework.ids}
    cells = filled_cells({name: reads[name].frame for name in ("series", "observations")})
    return known | known_outcomes(cells, {c: level for level in homes for c in homes[level]})


def _unit_faults(
    design: Design,
    known: Mapping[str, Known],
    geography: Geography,
    homes: Mapping[str, Mapping[str, str]],
    file: str,
) -> list[Fault]:
    """Faults that show only when outcomes and areas are held against each other."""
    where = f"{file}, intervention {design.id}"
    level = shared_level(design, known, homes)
    if not level and not design.by_unit:
        message = f"{design.called} were treated, but an outcome has no values for them"
        return [Fault(where, message, allowed=f"outcomes with values for {design.called}")]
    if not level:
        message = "the outcomes have no level in common"
        kinds = ", or for ".join(geography.levels[name].many for name in homes)
        return [Fault(where, message, allowed=f"outcomes that all have values for {kinds}")]
    return []
