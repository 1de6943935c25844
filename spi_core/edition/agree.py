"""Hold an edition's tables against each other: each names what the others know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from spi_core.edition.areas.geography import Geography
from spi_core.edition.areas.nesting import AREA
from spi_core.edition.areas.vintage import check_old_codes
from spi_core.edition.breaks import check_breaks
from spi_core.edition.claims import check_claims, check_targets, check_years, telling
from spi_core.edition.comparators import check_comparators, check_independence
from spi_core.edition.coverage import check_presence
from spi_core.edition.framework import INDICATOR, Framework, check_goalposts, check_weights
from spi_core.edition.panel import check_keys, check_observations, check_order
from spi_core.edition.readers.read import Read, join_reads, names_of, strangers
from spi_core.edition.rules import check_overlap
from spi_core.edition.settings import earlier, every_period
from spi_core.errors import Fault
from spi_core.files import shown
from spi_core.levels import levels_of


def check_tables(
    folder: Path,
    settings: Mapping[str, Any],
    geography: Geography | None,
    framework: Framework | None,
    reads: Mapping[str, Read],
    old: Read,
) -> list[Fault]:
    """Check what every table says against the areas, indicators and periods of the edition.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    settings : mapping
        ``edition.yml``.
    geography, framework : Geography, Framework or None
        None where their own files have faults.
    reads : mapping of str to Read
        Every table as read.
    old : Read
        Areas of other vintages.

    Returns
    -------
    list of Fault
        In no order.
    """
    ids = [str(i) for i in reads["indicators"].frame.get("id", []) if i]
    areas = [str(c) for c in reads["areas"].frame.get("code", []) if c]
    periods, years = [p["id"] for p in settings.get("periods", [])], earlier(settings)
    observations, weights = reads["observations"], reads["weights"]
    former = [str(c) for c in old.frame.get("code", []) if c]
    names = names_of(reads["areas"].frame)
    lived = areas
    if geography is not None:  # a place that lies in a whole borough leads nowhere
        larger = {level.id for level in geography.levels.contexts}
        lived = [str(c) for c, level in geography.areas["level"].items() if level not in larger]
    faults = check_years(folder, settings, reads["history"])
    for read, known in ((observations, periods), (reads["history"], years)):
        found = check_keys(read, ids, areas, known, geography, former, names)
        found += check_old_codes(settings, read, old, reads["rebase"], rebased=True)
        if not found and geography is not None:
            scored = [level.id for level in levels_of(settings["geography"]["levels"])]
            found += check_presence(read, geography, reads["rebase"].frame, scored)
        faults += found + check_observations(read, framework)
    both = join_reads([reads["history"], replace(observations, faults=())], None)
    faults += check_order(both, every_period(settings))
    faults += check_breaks(reads["breaks"], ids, every_period(settings))
    if framework is not None and geography is not None and not faults:
        rules = framework.indicators["disclosure_rule"]
        file = shown(folder / "edition.yml")
        faults += check_overlap(settings, geography, rules, observations.frame, file)
    if framework is not None:
        faults += check_targets(reads["targets"], reads["partners"], framework)
        faults += check_goalposts(framework, reads["goalposts"], ids)
        minimum = settings.get("index", {}).get("minimum_indicators", 2)
        told = telling(observations.frame)
        faults += check_weights(framework, weights, reads["goalposts"], ids, minimum, told)
    for name, column, known in (("series", "area_code", areas), ("context", "area_code", areas),
                                ("other_indices", "area_code", areas),
                                ("places", "area_code", lived),
                                ("postcodes", "area_code", lived),
                                ("successors", "area_code", areas),
                                ("partners", "indicator_id", ids),
                                ("targets", "indicator_id", ids),
                                ("errors", "indicator_id", ids),
                                ("history_errors", "indicator_id", ids),
                                ("signoff", "indicator_id", ids)):  # fmt: skip
        there, what = (known + former, AREA) if column == "area_code" else (known, INDICATOR)
        faults += strangers(reads[name], column, there, what, names) if there else []
        faults += check_old_codes(settings, reads[name], old, reads["rebase"], rebased=False)
    file, context = shown(folder / "edition.yml"), reads["context"]
    # else a unit seems to lack what is misspelt
    if geography is not None and not strangers(context, "area_code", areas, AREA):
        found = check_comparators(file, settings, geography, context)
        if not (found or faults or context.faults or observations.faults):
            rule, units = settings.get("comparators"), geography.units
            found = check_independence(file, rule, context, observations, units)
        faults += found
    return faults + check_claims(file, settings, reads)
