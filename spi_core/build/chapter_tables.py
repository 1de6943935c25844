"""Lay the chapters out as tables, for the explorer, the open data and anyone's spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from spi_core.build.chapters import Chapter
from spi_core.impact.analyse import Analysis
from spi_core.impact.results import PrimaryResult
from spi_core.impact.wide.numbers import WideAnalysis

NAN = float("nan")
SHARE = "% of the number expected"


def chapter_tables(chapters: Sequence[Chapter]) -> dict[str, pd.DataFrame]:
    """Tabulate what the chapters say.

    Parameters
    ----------
    chapters : sequence of Chapter
        Results, from ``run_chapters``.

    Returns
    -------
    dict of str to DataFrame
        ``impact`` (one row a primary outcome: the answer), ``impact_wards`` (raw means of every
        ward), ``impact_specifications``, ``impact_periods`` (event study) and ``impact_others``
        (placebo and exploratory outcomes). Empty without chapters. Nothing is rounded; an
        unbounded end of an interval is infinite.
    """
    if not chapters:
        return {}
    return {
        "impact": _frame(_answer(c, p) for c, p in _primary(chapters)),
        "impact_wards": _frame(row for c, p in _primary(chapters) for row in _wards(c, p)),
        "impact_specifications": _frame(row for c, p in _primary(chapters) for row in _grid(c, p)),
        "impact_periods": _frame(row for c, p in _primary(chapters) for row in _periods(c, p)),
        "impact_others": _frame(row for c in chapters for row in _others(c)),
    }


def _frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame.from_records(list(rows))


def _primary(chapters: Sequence[Chapter]) -> Iterator[tuple[Chapter, PrimaryResult]]:
    for chapter in chapters:
        for found in chapter.result.primary:
            yield chapter, found


def _key(chapter: Chapter, found: PrimaryResult) -> dict[str, Any]:
    return {"intervention": chapter.result.design.id, "outcome": found.outcome.id}


def _answer(chapter: Chapter, found: PrimaryResult) -> dict[str, Any]:
    """One row: who, when, what came out, how sure."""
    result, design = chapter.result, chapter.result.design
    return {
        **_key(chapter, found),
        "name": design.name,
        "start": design.start,
        "end": design.end,
        "label": found.outcome.label or found.outcome.id,
        "unit": SHARE if design.wide else found.outcome.unit,
        "better": found.outcome.direction,
        "before": ", ".join(design.before),
        "after": ", ".join(design.after),
        "level": chapter.level,
        "treated_wards": found.raw.treated_wards if found.raw else 0,
        "comparison_wards": found.raw.comparison_wards if found.raw else 0,
        "treated_before": found.raw.treated_before if found.raw else NAN,
        "treated_after": found.raw.treated_after if found.raw else NAN,
        "comparison_before": found.raw.comparison_before if found.raw else NAN,
        "comparison_after": found.raw.comparison_after if found.raw else NAN,
        "status": found.verdict.status,
        **_effect(found.analysis),
        "p": found.p,
        "p_holm": found.p_holm,
        "p_floor": result.floor,
        "sets": result.sets,
        "certainty": found.verdict.certainty,
        "maryland": found.verdict.maryland,
        "refusals": ", ".join(r.code for r in found.refusals),
        "inferred": design.inferred,
        "illustrative": chapter.illustrative,
        "protocol_sha256": result.provenance.protocol_sha256,
    }


def _effect(analysis: Analysis | WideAnalysis | None) -> dict[str, float]:
    """Effect and interval; of a panel of counts in per cent of what was expected."""
    names = ("did", "did_low", "did_high", "ancova", "low", "high")
    if analysis is None:
        return dict.fromkeys((*names, "minimum_detectable_effect"), NAN)
    if isinstance(analysis, Analysis):
        numbers = {name: float(getattr(analysis.panel, name)) for name in names}
        return {**numbers, "minimum_detectable_effect": analysis.power.effect}
    found = analysis.effect
    given = next((row.estimate for row in analysis.grid if row.key == "ancova"), NAN)
    ends = (found.low, found.high)
    numbers = dict(zip(names, (found.estimate, *ends, given, *ends), strict=True))
    return {**numbers, "minimum_detectable_effect": analysis.detectable}


def _wards(chapter: Chapter, found: PrimaryResult) -> Iterator[dict[str, Any]]:
    for row in found.raw.wards if found.raw else ():
        yield {
            **_key(chapter, found),
            "area_code": row.area_code,
            "treated": row.treated,
            "units": row.units,
            "population": row.population,
            "before": row.before,
            "after": row.after,
        }


def _grid(chapter: Chapter, found: PrimaryResult) -> Iterator[dict[str, Any]]:
    names = ("key", "label", "estimate", "low", "high", "p_exact", "se", "df", "p_model",
             "companion", "note")  # fmt: skip
    analysis = found.analysis
    if isinstance(analysis, WideAnalysis):
        for way in analysis.grid:
            told = (
                way.key,
                way.label,
                way.estimate,
                way.low,
                way.high,
                way.p,
                NAN,
                NAN,
                NAN,
                "",
                "",
            )
            yield {**_key(chapter, found), **dict(zip(names, told, strict=True))}
        return
    for row in analysis.grid if analysis else ():
        yield {**_key(chapter, found), **{name: getattr(row, name) for name in names}}


def _periods(chapter: Chapter, found: PrimaryResult) -> Iterator[dict[str, Any]]:
    analysis = found.analysis
    if isinstance(analysis, WideAnalysis):
        for period in analysis.study:
            ends = {name: getattr(period, name) for name in ("estimate", "low", "high")}
            base = {"base": "mean of the periods before", "period": period.period}
            yield {**_key(chapter, found), **base, **ends, "p": NAN}
        return
    study = analysis.study if analysis else None
    for row in study.effects if study else ():
        numbers = {name: getattr(row, name) for name in ("estimate", "low", "high", "p")}
        yield {
            **_key(chapter, found),
            "base": study.base if study else "",
            "period": row.period,
        } | numbers


def _others(chapter: Chapter) -> Iterator[dict[str, Any]]:
    for row in chapter.result.side:
        yield {
            "intervention": chapter.result.design.id,
            "outcome": row.outcome.id,
            "label": row.outcome.label or row.outcome.id,
            "unit": SHARE if chapter.result.design.wide else row.outcome.unit,
            "role": row.role,
            "estimate": row.estimate,
            "low": row.low,
            "high": row.high,
            "p": row.p,
            "p_adjusted": row.p_adjusted,
            "refusals": ", ".join(r.code for r in row.refusals),
        }
