"""Hold protocols that compare beyond the edition against the panels of ``series.yml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from spi_core.edition.interventions.design import Design
from spi_core.edition.interventions.panels import Wide
from spi_core.errors import Fault, some


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


def awaits(design: Design, panels: Mapping[str, Wide]) -> bool:
    """Whether a panel, or figures of it, that a protocol names are still to come.

    Parameters
    ----------
    design : Design
        Protocol.
    panels : mapping of str to Wide
        From ``series.yml``.
    """
    panel = panels.get(design.series)
    wanted = [(o.id, p) for o in design.outcomes for p in (*design.before, *design.after)]
    return panel is None or not all(panel.has(*cell) for cell in wanted)


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
    periods = (*design.earlier, *design.before, *design.after)
    for outcome in design.outcomes:
        if outcome.id not in panel.measures:
            allowed = some(panel.measures, 8)
            message = f"is no measure of series {design.series}"
            yield Fault(where, message, None, "primary", outcome.id, allowed)
            continue
        lacking = [p for p in periods if not panel.has(outcome.id, p)]
        if lacking:
            there = [p for p in panel.periods if panel.has(outcome.id, p)]
            message = f"has no values in {', '.join(lacking)}"
            allowed = f"periods {some(there, 8)}"
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
