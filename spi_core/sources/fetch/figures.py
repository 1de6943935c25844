"""Make an edition's figures of a publisher's table; what is not whole makes none."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from spi_core.edition.areas.vintage import wanted_vintage
from spi_core.errors import Fault, InputError, some
from spi_core.sources.extract.cells import number
from spi_core.sources.extract.figures import COLUMNS
from spi_core.sources.fetch.got import Got, must_have
from spi_core.sources.fetch.mapping import Mapping

PARTS = ("value", "numerator", "denominator")


@dataclass(slots=True)
class Made:
    """Figures as text, in the columns of observations; ``incomplete`` says which were not made."""

    frame: pd.DataFrame
    incomplete: list[str] = field(default_factory=list)


def figures(mapping: Mapping, got: Got) -> Made:
    """Make figures.

    Parameters
    ----------
    mapping : Mapping
        What is wanted.
    got : Got
        What was answered.

    Returns
    -------
    Made
        An indicator and period has a figure for every area, or none at all.

    Raises
    ------
    InputError
        For a column that is not there, an area without a code, areas that are lacking or of another
        vintage, more rows than one a figure.
    """
    said, columns = mapping.said, {**got.columns, **mapping.said.get("columns", {})}
    lacks = [key for key in ("area", "period", "value") if key not in columns]
    if lacks:
        allowed = "headings of the answer"
        raise InputError(
            [Fault(mapping.file, "is missing", None, f"columns.{k}", None, allowed) for k in lacks]
        )
    frame, columns = _long(got, columns)
    parts = [f[p] for f in said["figures"] for p in PARTS if isinstance(f.get(p), dict)]
    needed = {*columns.values(), *said.get("where", {})}
    needed |= {name for p in parts for name in (*p.get("where", {}), p.get("column"))} - {None}
    must_have(frame, sorted(needed), got.file)
    frame = _where(frame, said.get("where", {}), got.file)
    area, period = columns["area"], columns["period"]
    blank = frame.index[frame[area] == ""]
    if len(blank) and got.coverage == 1:
        message = f"has no area ({len(blank)} rows)"
        raise InputError([Fault(got.file, message, int(blank[0]) + 2, area)])
    areas = _areas(mapping, set(frame[area]), got.file)
    made, rows, told = (
        Made(pd.DataFrame(columns=COLUMNS)),
        list[dict[str, Any]](),
        set(frame[period]),
    )
    for figure in said["figures"]:
        for name, about in said["periods"].items():
            what, times = f"{figure['indicator']}, {name}", mapping.times(name)
            if absent := [t for t in times if t not in told]:
                made.incomplete.append(f"{what}: nothing of {some(absent, 6)} in {got.file}")
                continue
            here = frame[frame[period].isin(times)]
            cells, found = dict[str, dict[str, str]](), list[str]()
            for part in (p for p in PARTS if p in figure):
                if figure[part] == "population":
                    people = mapping.about.areas.set_index("code")["population"]
                    cells[part] = {code: f"{people[code]:.10g}" for code in areas}
                    continue
                mine = _where(here, figure[part].get("where", {}), got.file)
                column = figure[part].get("column", columns["value"])
                found += _thin(mine, area, column, got.coverage)
                cells[part] = _cells(mine, columns, column, areas, len(times), mapping, got.file)
            if found:
                made.incomplete.append(f"{what}: {found[0]}")
                continue
            row = {"indicator_id": figure["indicator"], "period": name}
            row |= {"period_label": about["label"], "start": about["start"], "end": about["end"]}
            row |= {"status": figure.get("status", ""), "note": ""}
            rows += [{**row, "area_code": code, **{p: c[code] for p, c in cells.items()}}
                     for code in areas]  # fmt: skip
    if rows:
        made.frame = pd.DataFrame(rows, columns=COLUMNS, dtype=object).fillna("")
    return made


def _long(got: Got, columns: dict[str, str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Turn a table with a column a time into one with a row a time."""
    if not columns["period"].startswith("/"):
        return got.frame, columns
    pattern = columns["period"].strip("/")
    heads = [str(name) for name in got.frame.columns]
    times = [name for name in heads if re.search(pattern, name)]
    if not times:
        raise InputError([Fault(got.file, f"has no heading like {pattern}; it has {some(heads)}")])
    rest = [name for name in heads if name not in times]
    long = got.frame.melt(rest, times, "period", "value")
    return long, columns | {"period": "period", "value": "value"}


def _where(frame: pd.DataFrame, where: dict[str, Any], file: str) -> pd.DataFrame:
    for name, value in where.items():
        kept = frame[frame[name] == str(value)]
        if kept.empty:
            message = "is in no row"
            raise InputError([Fault(file, message, None, name, str(value),
                                    some(sorted(set(frame[name])), 12))])  # fmt: skip
        frame = kept
    return frame


def _areas(mapping: Mapping, there: set[str], file: str) -> list[str]:
    """List the areas that must be there; codes of another vintage are not they."""
    level = mapping.said["level"]
    vintage = wanted_vintage(mapping.about.settings, level)
    own = mapping.about.areas[mapping.about.areas["level"] == level]
    own = own[own["vintage"] == vintage] if (own["vintage"] == vintage).any() else own
    wanted = [str(code) for code in own["code"]]
    lacking = [code for code in wanted if code not in there]
    if len(lacking) == len(wanted):
        message = (
            f"has none of the {len(wanted)} {level}s of {vintage}, but {some(sorted(there), 4)}"
        )
        raise InputError([Fault(file, message, allowed=f"codes such as {wanted[0]}")])
    if lacking and not mapping.said.get("may_lack"):
        message = f"lacks {len(lacking)} of {len(wanted)} {level}s of {vintage}: {some(lacking, 6)}"
        raise InputError([Fault(file, message, allowed="all; may_lack: true in the mapping")])
    return wanted


def _thin(frame: pd.DataFrame, area: str, column: str, needed: float) -> list[str]:
    """Say how much of what is counted has no area, if it is too much."""
    if needed == 1:
        return []
    count = pd.to_numeric(frame[column])
    whole, share = count.sum(), count[frame[area] != ""].sum() / max(count.sum(), 1)
    if share >= needed:
        return []
    return [f"{100 * share:.1f} % of {whole:.0f} have an area, {100 * needed:.0f} % are needed"]


def _cells(
    frame: pd.DataFrame, columns: dict[str, str], column: str, areas: list[str], times: int,
    mapping: Mapping, file: str,
) -> dict[str, str]:  # fmt: skip
    """Make one cell an area of its rows."""
    make = mapping.said.get("make", "one")
    given = {str(code): rows for code, rows in frame.groupby(columns["area"])}
    cells = dict[str, str]()
    for code in areas:
        rows = given.get(code)
        if rows is None:
            cells[code] = ""
            continue
        texts, notes = list(rows[column]), [""] * len(rows)
        if "note" in columns:
            notes = list(rows[columns["note"]])
        hidden = [not t and bool(re.search("suppress|disclos", n.lower()))
                  for t, n in zip(texts, notes, strict=True)]  # fmt: skip
        texts = ["[c]" if h else t for t, h in zip(texts, hidden, strict=True)]
        if make == "one":
            if len(texts) > 1:
                message = f"has {len(texts)} rows for {code}"
                allowed = "a narrower where, or make: sum"
                raise InputError([Fault(file, message, int(rows.index[1]) + 2, allowed=allowed)])
            cells[code] = texts[0]
            continue
        kinds = [number(text) for text in texts]
        other = {k.kind for k in kinds} - {"number"}
        if "text" in other:
            wrong = next(t for t, k in zip(texts, kinds, strict=True) if k.kind == "text")
            raise InputError([Fault(file, "is no figure", None, column, wrong, "a number")])
        if rows[columns["period"]].nunique() < times:
            other.add("missing")
        total = math.fsum(k.value or 0.0 for k in kinds) / (len(kinds) if make == "mean" else 1)
        cells[code] = "[c]" if "suppressed" in other else ("" if other else f"{total:.12g}")
    return cells
