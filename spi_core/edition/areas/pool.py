"""The reference population's areas outside the edition: similar areas are found among them too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spi_core.edition.areas.geography import Geography
from spi_core.edition.framework import Framework
from spi_core.edition.panel import Panel
from spi_core.edition.population import check_mapping, population, read_figures
from spi_core.edition.readers.read import Read, read_table
from spi_core.edition.readers.schema import TABLES
from spi_core.edition.settings import every_period
from spi_core.errors import Fault, InputError, some
from spi_core.files import shown

#: What the edition must name under ``index.reference``.
NEEDED = ("figures", "mapping", "areas")
CONTEXT = "reference/context.csv"


@dataclass(frozen=True, slots=True)
class Pool:
    """Areas that an edition's units may be like, though they lie elsewhere.

    Parameters
    ----------
    places : DataFrame
        Index the codes: ``name``, and ``place``, what the area lies in, blank where it is that.
    context : DataFrame
        ``area_code, variable, value``, also of the edition's units: all from one source.
    every : Panel
        Published figures of all periods, the earlier years first.
    fellows : DataFrame
        Of the areas that lie in others of the whole's kind: index the codes, ``home, home_name,
        population``; no rows where the edition does not say by what residents they count.
    compared : tuple of str
        Periods that are compared.
    """

    places: pd.DataFrame
    context: pd.DataFrame
    every: Panel
    fellows: pd.DataFrame
    compared: tuple[str, ...]

    @property
    def panel(self) -> Panel:
        """Figures of the periods that are compared."""
        return self.every.during([self.every.periods.index(p) for p in self.compared])


def from_reference(settings: Mapping[str, Any]) -> bool:
    """Whether similar areas come from the reference population, not from the units alone."""
    return bool((settings.get("comparators") or {}).get("from") == "reference")


def read_pool(
    folder: Path,
    settings: Mapping[str, Any],
    framework: Framework,
    geography: Geography,
    mapping: Read,
    context: Read,
) -> tuple[Pool | None, list[Fault]]:
    """Read the areas of the reference population that are none of the edition's units.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    settings : mapping
        ``edition.yml``.
    framework : Framework
        Its indicators.
    geography : Geography
        Its units of evidence: the population holds them, for none may be like itself.
    mapping, context : Read
        ``reference/mapping.csv`` and ``reference/context.csv``.

    Returns
    -------
    Pool or None, and list of Fault
        None where similar areas are the edition's own.
    """
    if not from_reference(settings) or mapping.faults or context.faults:
        return None, []
    named, periods = settings["index"].get("reference", {}), _compared(settings)
    lost = [name for name in NEEDED if name not in named]
    message = f"needs index.reference.{', '.join(lost)}"
    if not lost and settings["index"].get("shrinkage", "none") != "none":
        message = "needs figures as published, and index.shrinkage changes the edition's own"
    elif not lost and periods[-1] in set(mapping.frame["period"]):
        return _read(folder, settings, framework, geography, mapping.frame, context.frame)
    elif not lost:
        message = f"needs figures of the period {periods[-1]}, and {named['mapping']} has none"
    file, column = shown(folder / "edition.yml"), "comparators.from"
    return None, [Fault(file, message, None, column, "reference", "edition")]


def _compared(settings: Mapping[str, Any]) -> list[str]:
    return [p["id"] for p in settings["periods"] if p["id"] in ("baseline", "current")]


def _read(
    folder: Path,
    settings: Mapping[str, Any],
    framework: Framework,
    geography: Geography,
    mapping: pd.DataFrame,
    context: pd.DataFrame,
) -> tuple[Pool | None, list[Fault]]:
    named, wanted = settings["index"]["reference"], settings["comparators"]["context"]
    areas = read_table(folder / named["areas"], TABLES["population_areas"])
    try:
        figures = read_figures(folder / named["figures"])
    except InputError as error:
        return None, [*areas.faults, *error.faults]
    read = Read(mapping, ())
    faults = [*areas.faults, *check_mapping(read, figures, framework, every_period(settings))]
    if faults:
        return None, faults
    places, units = areas.frame.set_index("area_code"), geography.units
    if strange := sorted(set(units) - set(places.index)):
        message = f"has no {some(strange)}: an area could be found to be like itself"
        return None, [Fault(shown(folder / named["areas"]), message, None, "area_code")]
    keys = ["area_code", "variable"]
    there = set(zip(*(context.get(key, ()) for key in keys), strict=True))
    if lost := [(v, a) for v in wanted for a in places.index if (a, v) not in there]:
        message = f"has no {lost[0][0]} of {lost[0][1]}" if there else "is missing"
        allowed = f"one value of each area and variable; `spi reference {folder.name}` makes it"
        return None, [Fault(shown(folder / CONTEXT), message, None, "variable", None, allowed)]
    places = places.drop(index=units)
    fellows, faults = _fellows(areas.frame, geography.whole, settings, figures, folder)
    if faults:
        return None, faults
    home = places.get("borough_name", places["area_name"])
    cells = population(
        mapping,
        figures[figures["area_code"].isin(places.index)],
        dict(framework.indicators["per"]),
    )
    every = every_period(settings)
    panel = _panel(cells, every, list(places.index), framework.ids, mapping)
    about = pd.DataFrame(
        {"name": places["area_name"], "place": home.where(home != places["area_name"], "")}
    )
    compared = tuple(_compared(settings))
    return Pool(about, context[[*keys, "value"]], panel, fellows, compared), []


def _fellows(
    places: pd.DataFrame,
    whole: str,
    settings: Mapping[str, Any],
    figures: pd.DataFrame,
    folder: Path,
) -> tuple[pd.DataFrame, list[Fault]]:
    """Say what each area elsewhere lies in, and how many residents it counts with there."""
    named = settings["index"]["reference"]
    asked, columns = named.get("residents"), ["home", "home_name", "population"]
    places = places.set_index("area_code").rename(
        columns={"borough_code": "home", "borough_name": "home_name"}
    )
    if asked is None or whole not in set(places.get("home", ())):
        return pd.DataFrame(columns=columns), []
    if faults := _unclear(places, shown(folder / named["areas"])):
        return pd.DataFrame(), faults
    of = figures[(figures["figure_id"] == asked["figure"]) & (figures["period"] == asked["period"])]
    people = of.set_index("area_code")["value"].reindex(places.index)
    if lost := sorted(people.index[~(people > 0)]):
        message = f"has no {asked['figure']} of {asked['period']} of {some(lost)}"
        file, column = shown(folder / named["figures"]), "index.reference.residents"
        return pd.DataFrame(), [Fault(file, message, None, column)]
    elsewhere = places["home"] != whole
    return places.assign(population=people).loc[elsewhere, columns], []


def _unclear(places: pd.DataFrame, file: str) -> list[Fault]:
    """Say what has no name, or more than one: what a place is called is said once."""
    column = "borough_name"
    if "home_name" not in places:
        return [Fault(file, "is missing, and index.reference.residents needs it", None, column)]
    names = places.groupby("home")["home_name"].unique()
    return [
        Fault(file, f"{code} has {len(n)} names: {some(sorted(n))}", None, column, None, "one name")
        for code, n in names.items()
        if len(n) > 1
    ]


def _panel(
    cells: pd.DataFrame,
    periods: Sequence[str],
    areas: Sequence[str],
    ids: Sequence[str],
    mapping: pd.DataFrame,
) -> Panel:
    axes = [pd.Index(axis) for axis in (periods, areas, ids)]
    named = ("period", "area_code", "indicator_id")
    at = tuple(axis.get_indexer(pd.Index(cells[n])) for axis, n in zip(axes, named, strict=True))
    arrays = {}
    for name in ("value", "numerator", "denominator"):
        arrays[name] = np.full([len(axis) for axis in axes], np.nan)
        arrays[name][at] = cells[name]
    status = np.where(np.isnan(arrays["value"]), "missing", "observed")
    dates = mapping[["indicator_id", "period", "period_label", "start", "end"]]
    dates = dates[dates["period"].isin(periods)].reset_index(drop=True)
    return Panel(tuple(periods), tuple(areas), tuple(ids), **arrays, status=status, dates=dates)
