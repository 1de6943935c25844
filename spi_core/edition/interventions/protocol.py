"""Read and check `interventions.yml`: the protocols of the impact chapters."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema

from spi_core.edition.interventions.dated import Dated
from spi_core.edition.interventions.design import Design, Donor, Outcome, protocol_hash
from spi_core.errors import Fault, InputError, some
from spi_core.levels import Levels

_DATED = re.compile(r"[0-9]{4}(-[0-9]{2})?")


def read_designs(
    document: object,
    *,
    levels: Levels,
    areas: Mapping[str, Collection[str]],
    outcomes: Mapping[str, Collection[str]],
    covariates: Collection[str] = (),
    dated: Mapping[str, Dated] | None = None,
    file: str = "interventions.yml",
) -> tuple[Design, ...]:
    """Check a parsed `interventions.yml` and turn it into protocols.

    Parameters
    ----------
    document : object
        What the YAML parser returned.
    levels : Levels
        Of the edition.
    areas : mapping of str to collection of str
        Codes of each level that may be treated.
    outcomes : mapping of str to collection of str
        Known outcomes and the periods in which each has values. No value is read here.
    covariates : collection of str
        Columns of the areas table that may serve as covariate.
    dated : mapping of str to Dated, optional
        Protocols that were written down, by fingerprint. One that was written down before its
        figures came may wait for them: without them it is left out, and is no fault.
    file : str
        Name for error messages.

    Returns
    -------
    tuple of Design
        In the order of the file.

    Raises
    ------
    InputError
        With every fault found.
    """
    document = plain(document)
    faults = shape_faults(document, file)
    if faults:
        raise InputError(faults)
    assert isinstance(document, dict)
    designs: list[Design] = []
    for place, entry in enumerate(document["interventions"], start=1):
        where = f"{file}, intervention {place} ({entry['id']})"
        if not entry.get("series") and entry["targeting"] not in areas:
            allowed = ", ".join(areas)
            message = "is not a level that can be treated: units of evidence or their parts"
            faults.append(_fault(where, "targeting", entry["targeting"], message, allowed))
            continue
        if entry["targeting"] not in {level.id for level in levels}:
            allowed = ", ".join(level.id for level in levels)
            faults.append(_fault(where, "targeting", entry["targeting"], "is no level", allowed))
            continue
        design = make_design(entry, levels)
        known = (dated or {}).get(protocol_hash(design))
        if known is not None:
            design = replace(design, dated=known.written, unseen=known.unseen)
        faults += _time_faults(design, where)
        if design.wide:  # what it compares with is held against its panel
            faults += _side_faults(design, where)
        else:
            faults += _area_faults(design, set(areas[design.targeting]), where)
            lacking = list(_outcome_faults(design, outcomes, where))
            if lacking and design.unseen:
                continue
            faults += lacking
        if design.covariate and design.covariate not in covariates:
            allowed = ", ".join(sorted(covariates)) or "no covariates in the areas table"
            faults.append(_fault(where, "covariate", design.covariate, "is unknown", allowed))
        stated = entry.get("protocol_sha256")
        if stated and stated != protocol_hash(design):
            message = "is not the hash of this protocol: it was changed after it was fixed"
            faults.append(_fault(where, "protocol_sha256", stated, message, protocol_hash(design)))
        if design.id in {other.id for other in designs}:
            faults.append(_fault(where, "id", design.id, "is used twice", "one entry an id"))
        designs.append(design)
    if faults:
        raise InputError(faults)
    return tuple(designs)


def plain(node: object) -> object:
    """Give YAML dates and bare years as strings, so that the schema sees one type."""
    if isinstance(node, dict):
        periods = ("before", "after", "earlier")
        return {
            str(key): [str(item) for item in value]
            if key in periods and isinstance(value, list)
            else str(value)
            if key in ("start", "end", "id") and isinstance(value, int)
            else plain(value)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [plain(item) for item in node]
    return node.isoformat()[:10] if isinstance(node, datetime.date) else node


def shape_faults(document: object, file: str) -> list[Fault]:
    """Find faults of structure: keys, types, counts."""
    schema = json.loads(files(__package__).joinpath("interventions.schema.json").read_text("utf-8"))
    found = jsonschema.Draft202012Validator(schema).iter_errors(document)
    return [
        Fault(file, f"{'/'.join(map(str, error.absolute_path)) or 'top level'}: {error.message}")
        for error in sorted(found, key=lambda error: [str(part) for part in error.absolute_path])
    ]


def make_design(entry: Mapping[str, Any], levels: Levels) -> Design:
    """Make a Design of one entry whose shape is known to be right.

    Parameters
    ----------
    entry : mapping
        Of ``interventions.yml``.
    levels : Levels
        Of the edition.
    """
    values = {key: value for key, value in entry.items() if key != "protocol_sha256"}
    for key in ("treated", "excluded"):
        values[key] = tuple(sorted(values.get(key, ())))
    for key in ("earlier", "before", "after"):
        values[key] = tuple(values.get(key, ()))
    for key in ("primary", "exploratory", "placebo"):
        values[key] = tuple(Outcome(**item) for item in values.get(key, ()))
    if isinstance(values.get("comparison"), list):
        values["comparison"] = tuple(sorted(values["comparison"]))
    if values.get("comparison") == "borough":
        values["comparison"] = "others"
    donors = [{k: v or "" for k, v in d.items()} for d in values.get("donors", ())]
    values["donors"] = tuple(Donor(**donor) for donor in donors)
    for key in ("spillover_km", "worth", "cost"):
        values[key] = float(values.get(key, 0.0))
    values["end"] = values.get("end") or ""
    values["covariate"] = values.get("covariate") or ""
    level = levels[values["targeting"]]
    return Design(**values, by_unit=level.role == "evidence", called=level.many)


def _fault(where: str, column: str, value: object, message: str, allowed: str) -> Fault:
    return Fault(where, message, column=column, value=value, allowed=allowed)


def _sides(design: Design) -> dict[str, tuple[str, ...]]:
    named = {"treated": design.treated, "excluded": design.excluded}
    if isinstance(design.comparison, tuple):
        named["comparison"] = design.comparison
    return named


def _side_faults(design: Design, where: str) -> Iterator[Fault]:
    """Areas that stand on two sides."""
    sides = list(_sides(design).items())
    for index, (column, codes) in enumerate(sides):
        for other, others in sides[index + 1 :]:
            for code in sorted(set(codes) & set(others)):
                yield _fault(where, column, code, f"is also {other}", "one side each")


def _area_faults(design: Design, areas: set[str], where: str) -> Iterator[Fault]:
    """Unknown areas, areas on both sides, nobody left to compare with."""
    for column, codes in _sides(design).items():
        for code in codes:
            if code not in areas:
                yield _fault(
                    where, column, code, f"is none of the {design.called}", some(sorted(areas), 8)
                )
    yield from _side_faults(design, where)
    if design.comparison == "others" and not areas - set(design.treated) - set(design.excluded):
        yield Fault(
            where,
            f"all {design.called} are treated or excluded, so nothing is left to compare with",
            column="treated",
            allowed=f"some untreated {design.called}, "
            "or 'comparison: none' for a chapter that refuses",
        )


def _time_faults(design: Design, where: str) -> Iterator[Fault]:
    """Find ends before starts, periods on the wrong side of it, periods used twice."""
    shared = min(len(design.start), len(design.end))
    if design.end and design.end[:shared] < design.start[:shared]:
        yield _fault(where, "end", design.end, "is before the start", f"{design.start} or later")
    for column in ("start", "end"):
        value = getattr(design, column)
        if len(value) == 10:
            try:
                datetime.date.fromisoformat(value)
            except ValueError:
                yield _fault(where, column, value, "is no date", "a day of the calendar")
    for period in (*design.earlier, *design.before):
        start = design.start[: len(period)]
        if _DATED.fullmatch(period) and period >= start:
            yield _fault(where, "before", period, "is not before the start", f"up to {start}")
    for period in design.after:
        start = design.start[: len(period)]
        if _DATED.fullmatch(period) and period < start:
            yield _fault(where, "after", period, "is before the start", f"{start} or later")
    periods = (*design.earlier, *design.before, *design.after)
    for period in sorted({p for p in periods if periods.count(p) > 1}):
        yield _fault(where, "before", period, "is used twice", "earlier, before or after")


def _outcome_faults(
    design: Design, outcomes: Mapping[str, Collection[str]], where: str
) -> Iterator[Fault]:
    """Unknown outcomes, outcomes in two roles, outcomes missing in a period."""
    roles = {"primary": design.primary, "exploratory": design.exploratory}
    roles["placebo"] = design.placebo
    seen: dict[str, str] = {}
    for role, members in roles.items():
        for outcome in members:
            if outcome.id in seen:
                message = f"is already {seen[outcome.id]}"
                yield _fault(where, role, outcome.id, message, "one role an outcome")
            seen[outcome.id] = role
            if outcome.id not in outcomes:
                yield _fault(
                    where, role, outcome.id, "is no known outcome", some(sorted(outcomes), 8)
                )
                continue
            for period in (*design.earlier, *design.before, *design.after):
                if period not in outcomes[outcome.id]:
                    message = f"has no values in period {period}"
                    allowed = some(sorted(outcomes[outcome.id]), 8)
                    yield _fault(where, role, outcome.id, message, f"periods {allowed}")
