"""The recipe of an edition for other years than those it was written for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from spi_core.edition.population import IMPLIED
from spi_core.edition.settings import earlier
from spi_core.errors import Fault, InputError, some
from spi_core.tables import records

SHIFTED = ["period_label", "figure_period", "denominator_period", "note"]


def years_as_asked(
    mapping: pd.DataFrame,
    settings: Mapping[str, Any],
    figures: pd.DataFrame,
    years: Sequence[int],
) -> tuple[pd.DataFrame, list[dict[str, str]], list[str]]:
    """Write the recipe for the years asked for.

    Parameters
    ----------
    mapping : DataFrame
        ``reference/mapping.csv`` as read.
    settings : mapping
        ``periods`` that it was written for, ``id, label``, and ``history``.
    figures : DataFrame
        ``area_code, figure_id, period, value`` of the reference population.
    years : sequence of int
        None for those of `mapping`.

    Returns
    -------
    tuple of DataFrame, list of dict and list of str
        Columns of ``mapping.csv``, the periods and the earlier years. A yearly figure moves with
        the years, where it was published; of what is rarer the last two before the end of the last
        year stand in the first and the last period. What `mapping` says of a year before the first
        asked for is kept as an earlier one.

    Raises
    ------
    InputError
        If a year has no yearly figure at all, or an indicator no figure of any year asked for.
    """
    mapping, periods = mapping.drop(columns=["file", "row"]), settings["periods"]
    written = {int(p["label"]): p["id"] for p in periods if p["label"].isdecimal()}
    if not years or sorted(set(years)) == sorted(written):
        return mapping, [dict(p) for p in periods], earlier(settings)
    asked = sorted(set(years))
    before = {int(y): y for y in earlier(settings)}
    past = [y for y in sorted(before | written) if y < asked[0]]
    ids = ["baseline", *(f"y{y}" for y in asked[1:-1]), "current"][-len(asked) :]
    there = set(zip(figures["figure_id"], figures["period"], strict=True))
    rows: list[Mapping[str, Any]] = []
    yearly: set[int] = set()
    found = sorted({int(p) for _, p in there if re.fullmatch("[0-9]{4}", p)})
    without: list[Fault] = []
    for indicator, group in mapping.groupby("indicator_id", sort=False):
        of = {year: group[group["period"] == period] for year, period in written.items()}
        known = {year: row.iloc[0] for year, row in of.items() if len(row)}
        if _yearly(known):
            told = {y: group[group["period"] == p] for y, p in before.items()}
            told = {year: row.iloc[0] for year, row in told.items() if len(row)} | known
            made = {year: told.get(year) for year in past}
            made |= {y: told[y] if y in told else _of_year(known, y, there) for y in asked}
            yearly |= {year for year, row in made.items() if row is not None}
        else:
            over = sorted(known.values(), key=lambda r: r["end"])
            over = [r for r in over if r["end"].year <= asked[-1]][-min(2, len(asked)) :]
            made = dict(zip([asked[0], asked[-1]][-len(over) :], over, strict=True)) if over else {}
        if all(row is None for row in made.values()):
            can = [y for y in found if _reaches(known, y, there)]
            message, value = f"has no figure of {indicator}", some([str(y) for y in asked])
            allowed = f"with one of {some([str(y) for y in can])}"
            without.append(Fault("command line", message, None, "--periods", value, allowed))
        named = dict(zip(asked, ids, strict=True))
        rows += [{**r, "period": named.get(y, str(y))} for y, r in made.items() if r is not None]
    if lost := [y for y in asked if y not in yearly]:
        message, allowed = "has no yearly figure", some([str(y) for y in found])
        raise InputError(
            Fault("command line", message, None, "--periods", y, allowed) for y in lost
        )
    if without:
        raise InputError(without)
    labelled = [{"id": i, "label": str(y)} for i, y in zip(ids, asked, strict=True)]
    return pd.DataFrame(rows)[list(mapping)], labelled, [str(y) for y in past]


def breaks_as_asked(
    breaks: pd.DataFrame, written: pd.DataFrame, recipe: pd.DataFrame
) -> pd.DataFrame:
    """Keep the breaks that lie between figures of the new edition, under its own periods.

    Parameters
    ----------
    breaks : DataFrame
        ``breaks.csv`` of the edition that `written` is of.
    written, recipe : DataFrame
        Its ``mapping.csv`` and the new one: ``indicator_id, period, end``.

    Returns
    -------
    DataFrame
        Columns of `breaks`. A break came after the end of its earlier figure and not after that of
        its later one: figures that follow each other bear it unless both lie on one side of that.
    """
    end = written.set_index(["indicator_id", "period"])["end"].to_dict()
    rows = []
    for row in breaks.to_dict("records"):
        i = row["indicator_id"]
        old, new = (end.get((i, row[c])) for c in ("from_period", "to_period"))
        if old is None or new is None:
            continue  # of figures that the recipe does not make
        own = recipe[recipe["indicator_id"] == i].sort_values("end")
        for one, next_one in pairwise(records(own)):
            if one.end < new and next_one.end > old:
                rows.append(row | {"from_period": one.period, "to_period": next_one.period})
    return pd.DataFrame(rows, columns=breaks.columns)


def notes_as_asked(notes: Mapping[str, Sequence[Any]]) -> tuple[dict[str, list[Any]], list[str]]:
    """Part the notes on figures that name a year: it is another edition's.

    Parameters
    ----------
    notes : mapping
        Of ``edition.yml``: paragraphs, or rows of a table, by section.

    Returns
    -------
    tuple of dict and list of str
        What holds whatever the periods, and what a person has to read.

    Examples
    --------
    >>> notes_as_asked({"change": ["Stricter from 2014.", "Visitors count."], "limits": ["2014."]})
    ({'change': ['Visitors count.']}, ['Stricter from 2014.', '2014.'])
    """
    parted: dict[str, list[Any]] = {}
    left = []
    for section, lines in notes.items():
        for line in lines:
            text = line if isinstance(line, str) else ", ".join(line)
            if re.search(r"\b(?:19|20)[0-9]{2}\b", text):
                left.append(text)
            else:
                parted.setdefault(section, []).append(line)
    return parted, left


def _yearly(known: Mapping[int, Any]) -> bool:
    """Tell whether each period's figure is the one before, a year on."""
    first, *others = known
    return bool(others) and all(
        moved(known[first]["figure_period"], year - first) == known[year]["figure_period"]
        for year in others
    )


def _reaches(known: Mapping[int, Any], year: int, there: set[tuple[str, str]]) -> bool:
    """Tell whether an indicator has a figure where a year is among those asked for."""
    if _yearly(known):
        return _of_year(known, year, there) is not None
    return any(row["end"].year <= year for row in known.values())


def _of_year(known: Mapping[int, Any], year: int, there: set[tuple[str, str]]) -> Any:
    """Move an indicator's row to a year; None where its figures do not reach."""
    if year in known:
        return known[year]
    first = min(known)
    row, by = known[first].copy(), year - first
    # what a note says of one year may not hold in another
    row["note"] = " ".join(
        s for s in re.split(r"(?<=\.) ", row["note"]) if not re.search("[0-9]{4}", s)
    )
    for column in SHIFTED[:-1]:
        row[column] = moved(row[column], by)
    for column in ("start", "end"):
        row[column] += pd.DateOffset(years=by)

    def published(names: str, period: str) -> bool:
        return all((n, period) in there for n in names.split("+") if n not in ("", IMPLIED))

    if not published(row["denominator_figures"], row["denominator_period"]):
        # the latest base there is served both periods already
        row["denominator_period"] = known[first]["denominator_period"]
        if len({r["denominator_period"] for r in known.values()}) > 1:
            return None
    if row["denominator_figures"] not in ("", IMPLIED):
        row["value_figure"] = ""  # of other years nobody knows what base a published rate has
    names = "+".join((row["value_figure"], row["numerator_figures"]))
    return row if published(names, row["figure_period"]) else None


def moved(text: str, by: int) -> str:
    """Move the years in the name of a period.

    Parameters
    ----------
    text : str
        Such as ``2010/11-2012/13``.
    by : int
        Years, forwards or back.

    Returns
    -------
    str
        With years of two and four digits moved.

    Examples
    --------
    >>> moved("2010/11-2012/13", -1), moved("2008–12", 2), moved("2013", 1)
    ('2009/10-2011/12', '2010–14', '2014')
    """

    def one(found: re.Match[str]) -> str:
        size = len(found[0])
        return f"{(int(found[0]) + by) % 10**size:0{size}d}"

    return re.sub(r"(?<!\d)(?:\d{4}|\d{2})(?!\d)", one, text)
