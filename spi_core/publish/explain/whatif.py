"""``spi what-if``: what was asked for, and its scenario in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spi_core.action.scenario import MARK, Area
from spi_core.errors import Fault, InputError
from spi_core.present.base.marks import LEGEND, marked
from spi_core.present.base.numbers import endpoints, number, ordinal, signed, with_unit
from spi_core.present.brief.people import noun_of
from spi_core.publish.named import chosen
from spi_core.store import Tables


def asked(
    tables: Tables, area: str, sets: Sequence[str], period: str | None
) -> tuple[Area, dict[str, float], str]:
    """Find what a scenario is of.

    Parameters
    ----------
    tables : Tables
        What was built.
    area, period : str
        As typed: a code, an id, a name or a label; the last period without one.
    sets : sequence of str
        ``indicator=value`` each.

    Returns
    -------
    tuple of Area, dict of str to float, str
        The area, its figures in the scenario, and whose and when it is in words.

    Raises
    ------
    InputError
        With every fault of all of it at once.
    """
    faults: list[Fault] = []

    def find(given: str, known: Mapping[str, str], option: str, what: str) -> str:
        try:
            return chosen(given, known, option, what)
        except InputError as error:
            faults.extend(error.faults)
            return ""

    edition = tables.about["edition"]
    names = {a["code"]: a["name"] for a in tables.rows("areas") if a["scored"]}
    labels = {p["id"]: str(p["label"]) for p in edition["periods"]}
    code = find(area, names, "--area", "is not a scored area of this edition")
    last = edition["periods"][-1]["id"]
    when = find(period or last, labels, "--period", "is not a period of this edition")
    known = {r["id"]: r["name"] for r in tables.rows("indicators")}
    wanted: dict[str, float] = {}
    if not sets:
        faults.append(_fault(None, "is missing", "indicator=value, as often as needed"))
    for given in sets:
        name, equals, text = given.rpartition("=")
        if not equals:
            faults.append(
                _fault(given, "sets nothing", "indicator=value, such as " + _model(known))
            )
            continue
        indicator = find(name, known, "--set", "is no indicator of this edition")
        value = _number(text)
        if not math.isfinite(value):
            faults.append(_fault(given, "sets no number", "a number such as 12.5"))
        if indicator in wanted:
            faults.append(_fault(given, "is set before", f"{indicator} once"))
        if indicator:
            wanted.setdefault(indicator, value)
    ground = Area(tables, edition, code, when)
    faults += ground.faults({k: v for k, v in wanted.items() if math.isfinite(v)})
    if faults:
        raise InputError(faults)
    return ground, wanted, f"{names[code]} ({code}), {labels[when]}"


def _number(text: str) -> float:
    try:
        return float(text.strip().replace("−", "-")) if "_" not in text else math.nan
    except ValueError:
        return math.nan


def _model(known: Mapping[str, str]) -> str:
    return f"{next(iter(known))}=12.5"


def _fault(value: str | None, message: str, allowed: str) -> Fault:
    return Fault("command line", message, None, "--set", value, allowed)


def told(scenario: Mapping[str, Any], whose: str, *, made_up: bool, units: str) -> Iterator[str]:
    """Say what would be scored.

    Parameters
    ----------
    scenario : mapping
        As :meth:`spi_core.action.scenario.Area.reckon` gives it.
    whose : str
        Of which area and period.
    made_up : bool
        The area's scores rest on generated figures.
    units : str
        What has places.

    Yields
    ------
    str
        Lines of plain text.
    """
    yield f"{MARK}: {whose}"
    for f in scenario["figures"]:
        yield f"  {_figure(f)}"
    for s in scenario["scores"]:
        yield f"  {_score(s, made_up)}"
    yield "  All other figures, weights and goalposts stay as they are."
    if any("low" in s["now"] for s in scenario["scores"]):
        yield "  A range moves along with its score; 1st is the best place."
    else:
        yield f"  Ranges and places are known of the latest scores of {units} alone."
    if made_up or any(f["illustrative"] for f in scenario["figures"]):
        yield f"  {LEGEND}"


def _figure(f: Mapping[str, Any]) -> str:
    now, then = (f[k]["value"] for k in ("now", "scenario"))
    digits = next((d for d in range(7) if round(then, d) == then), 6)
    shown = marked(with_unit(then, f["unit"], max(digits, 1)), f["illustrative"])
    said = f"{f['name']}: {marked(number(now), f['illustrative'])} → {shown}"
    if f["people"] is not None:
        size = number(abs(f["people"]), 0 if abs(f["people"]) >= 9.5 else 1)
        word = ("more" if f["people"] > 0 else "fewer") + noun_of(f["noun"], size)
        said += f", {size} {word}" if f["people"] else ""
    return f"{said}; beyond the goalpost, so counted as it" if f["capped"] else said


def _score(s: Mapping[str, Any], made_up: bool) -> str:
    title = "Index" if s["element"] == "index" else s["element"]
    now, then = s["now"], s["scenario"]
    if now["score"] is None or then["score"] is None:
        return f"{title}: no score, now or then"
    before, after = endpoints(now["score"], then["score"])
    said = f"{title}: {marked(before, made_up)} → {marked(after, made_up)}"
    said += f" ({signed(then['score'] - now['score'])})"
    if then.get("low") is not None:
        said += f", likely {number(then['low'], 1)} to {number(then['high'], 1)}"
    if then.get("rank") is not None:
        said += f"; place {_place(now)} → {_place(then)} of {s['of']}"
    return said


def _place(p: Mapping[str, Any]) -> str:
    ends = dict.fromkeys(ordinal(p[k]) for k in ("rank_low", "rank_high"))
    return " to ".join(ends)
