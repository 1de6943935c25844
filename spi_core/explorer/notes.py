"""What the explorer says about itself: edition, glossary, what has changed, targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from spi_core.explorer.codes import rows
from spi_core.explorer.measures import Measure
from spi_core.present.base.edition import score_meaning
from spi_core.present.base.links import ward_page
from spi_core.present.base.marks import page_mark
from spi_core.present.base.numbers import number
from spi_core.present.base.prose import fill, prose, put_in, words_of
from spi_core.present.base.scale import reference_place, scale_start
from spi_core.present.base.words import article, capital
from spi_core.present.report.revisions import compared_with
from spi_core.store import Tables
from spi_core.text.when import due

#: Terms that an edition has no use for: where it has no reference, one period, no generated figure.
REFERENCE = "{reference}’s own change"
CHANGE, MADE_UP = {"No clear change", "Comparable", REFERENCE}, {"Illustrative"}


def meta(tables: Tables) -> dict[str, Any]:
    """Say which edition this is, who made it and how to cite it."""
    about, edition = tables.about, tables.about["edition"]
    title = edition.get("short_title", edition["title"])
    ends = pd.to_datetime(tables["dates"]["end"]).dropna()
    date = f"{ends.max():%Y-%m-%d}" if len(ends) else ""
    version = about["data_version"]
    site = str(edition.get("site", "")).rstrip("/")
    framework = tables["framework"]
    scored = int(framework["scored"].sum())
    partial = f"{scored} of {len(framework)} components" if scored < len(framework) else ""
    named = f"{title} (partial: {partial})" if partial else title
    cite = f"{edition['contact']}: {named}, data version {version}."
    return {
        "id": edition["id"],
        "title": edition["title"],
        "subtitle": edition.get("subtitle", ""),
        "short_title": title,
        "area_name": edition.get("area_name", ""),
        "area": edition["area"],
        "whole": tables.whole.one,
        "explorer": f"{capital(tables.whole.one)} Data Explorer",
        "edition_year": edition["edition_year"],
        "data_version": version,
        "software": about["software"],
        "data_to": date,
        "partial": partial,
        "reference": reference_place(tables),
        "no_targets": fill("explorer", "no-targets", **words_of(tables)),
        "illustrative": bool(edition["illustrative"]),
        "mark": page_mark(about),
        "audience": str(about.get("audience", "public")),
        "attribution": edition["attribution"],
        "licence": edition["licence"],
        "contact": edition["contact"],
        "cite": f"{cite} {site}/explorer/" if site else cite,
        "site": site,
        "interval": 90,
    }


def glossary(tables: Tables) -> list[dict[str, str]]:
    """List the terms of the page.

    Parameters
    ----------
    tables : Tables
        The edition's tables; a term that it does not need is left out.

    Returns
    -------
    list of dict
        ``term`` and ``text``.
    """
    edition, texts = tables.about["edition"], prose("explorer")
    words = {**words_of(tables), "low": str(scale_start(tables)), "scale": score_meaning(tables)}
    words["reference"] = reference_place(tables)
    skip = set() if edition["illustrative"] else MADE_UP
    skip = skip | (set() if len(edition["periods"]) > 1 else CHANGE)
    skip = skip | (set() if words["reference"] else {REFERENCE})
    made = []
    for key in texts:
        _, glossary, term = key.rpartition("glossary.")
        if glossary and term not in skip:
            named = put_in(term, words, "notebooks/words/explorer.yml", key)
            made.append([named, fill("explorer", key, **words)])
    for level in tables.levels.details:
        if level.full:
            people = f": some {number(level.residents, 0)} residents" if level.residents else ""
            made.append([f"Small area ({level.one})", f"{capital(article(level.full))}{people}."])
    return [{"term": term, "text": text} for term, text in made]


def history(tables: Tables) -> dict[str, Any]:
    """List corrections and what differs from the last build with other data.

    Returns
    -------
    dict
        ``corrections``, ``revisions`` and, in words, the build that these are ``compared_with``.
    """
    frames = {n: tables[n] if n in tables else pd.DataFrame() for n in ("corrections", "revisions")}
    listed = {
        name: [{k: str(v) for k, v in r.items()} for r in rows(frame.fillna(""))]
        for name, frame in frames.items()
    }
    return {**listed, "compared_with": compared_with(tables)}


def links(tables: Tables, areas: pd.DataFrame) -> dict[str, Any]:
    """Say where the edition's other documents are, from the explorer's folder.

    Parameters
    ----------
    areas : DataFrame
        ``code`` and ``name`` of those that have a brief, in the order of the explorer.

    Returns
    -------
    dict
        ``index, report, methods, data`` and ``briefs``; None for what the edition does not render.
    """
    reports = tables.about["edition"].get("reports", {})
    pages = reports.get("documents", [])
    briefs = reports.get("ward_briefs", True)
    return {
        "index": "../index.html" if "index" in pages else None,
        "report": "../borough-report.html" if "borough-report" in pages else None,
        "methods": "../methods.html" if "methods" in pages else None,
        "data": "data.csv",
        "briefs": [
            {s: f"../{ward_page(code, name, s)}" for s in ("html", "pdf")} if briefs else None
            for code, name in zip(areas["code"], areas["name"], strict=True)
        ],
    }


def targets(
    tables: Tables,
    tree: Sequence[Measure],
    figures: dict[str, list[dict[str, Any] | None]],
) -> list[dict[str, Any]]:
    """Set the figures of the whole beside its targets.

    Parameters
    ----------
    tables : Tables
        The edition's tables; without ``targets`` there are none.
    tree : sequence of Measure
        The measures.
    figures : dict
        Columns by level.
    """
    if "targets" not in tables:
        return []
    place = {m.id: i for i, m in enumerate(tree)}
    dates = tables["dates"]
    now = dates[dates["period"] == tables.about["edition"]["periods"][-1]["id"]]
    ends = dict(zip(now["indicator_id"], now["end"], strict=True))
    home = figures.get(tables.whole.id, [None] * len(tree))
    return [
        _target(row, place[row["indicator_id"]], tree, home, ends.get(row["indicator_id"]))
        for row in rows(tables["targets"])
    ]


def _target(
    row: dict[str, Any],
    at: int,
    tree: Sequence[Measure],
    home: Sequence[dict[str, Any] | None],
    end: Any,
) -> dict[str, Any]:
    column = home[at]
    polarity = int(tree[at].facts["polarity"])
    value = None if column is None else column["value"][-1][0]
    first = None if column is None or len(column["value"]) < 2 else column["value"][0][0]
    target = float(row["target"])
    low, high = (_ends(column, key) for key in ("value_low", "value_high"))
    return {
        "theme": row["manifesto_theme"],
        "measure": at,
        "target": target,
        "target_text": number(target),
        "by": str(row["by"]),
        "source": row["source"],
        "status": row["status"],
        "note": row["note"],
        "baseline": first,
        "value": value,
        "word": _judged(polarity, (value, low, high), target, ahead(str(row["by"]), end)),
    }


def _ends(column: Mapping[str, Any] | None, key: str) -> float | None:
    return None if column is None or key not in column else column[key][-1][0]


def ahead(by: str, end: Any) -> bool:
    """Tell whether a target falls due after the period that its figure speaks of.

    Parameters
    ----------
    by : str
        A year, ``2022/23`` or a date; of anything else the last year named counts, to its end.
    end : Timestamp
        Last day of the figure's period; without one nothing can be called early.

    Examples
    --------
    >>> ahead("2022", pd.Timestamp("2015-03-31")), ahead("2014-12-31", pd.Timestamp("2015-03-31"))
    (True, False)
    >>> ahead("the end of 2014", pd.Timestamp("2014-12-31")), ahead("soon", pd.Timestamp("2014"))
    (False, False)
    """
    if end is None or pd.isna(end):
        return False
    day = due(by)
    return bool(pd.notna(day) and day > end)


def _judged(
    polarity: int,
    figure: tuple[float | None, float | None, float | None],
    target: float,
    early: bool,
) -> str:
    """Judge a figure by its target, no further than its interval and the date allow."""
    value, low, high = figure
    if value is None:
        return "no figure"
    if low is not None and high is not None and low < target < high:
        return "too close to call"
    if polarity * (value - target) >= 0:
        return "reached"
    return "not yet" if early else "not reached"
