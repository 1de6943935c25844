"""What stands beside the report's figures: cautions, corrections, what columns mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spi_core.present.base.edition import only_first
from spi_core.present.base.numbers import day
from spi_core.present.base.words import and_list, capital, small
from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.present.report.data import BoroughReport


__all__ = [
    "columns_sentence",
    "corrections",
    "date_cautions",
    "indicator_caption",
    "left_out",
    "thin_sentence",
]


def thin_sentence(thin: list[str]) -> str:
    """Say which components rest on few indicators.

    Parameters
    ----------
    thin : list of str
        Components.

    Returns
    -------
    str
        Empty if there is none.

    Examples
    --------
    >>> thin_sentence(["Shelter", "Safety"])
    'Shelter and Safety rest on few indicators.'
    """
    if not thin:
        return ""
    return f"{and_list(thin)} {'rests' if len(thin) == 1 else 'rest'} on few indicators."


def left_out(indicators: pd.DataFrame) -> list[str]:
    """List the indicators that count in no change, with the reason.

    Parameters
    ----------
    indicators : DataFrame
        ``name, comparable, break_reason, label_before, label_now``.
    """
    rows = records(indicators[~indicators["comparable"]])
    return [
        f"{r.name} ({r.label_before} and {r.label_now}): {only_first(str(r.break_reason))}."
        for r in rows
    ]


def columns_sentence(report: BoroughReport) -> str:
    """Say what the columns of the table of indicators mean."""
    place, unit = report.place, report.unit.one
    two = len(report.periods) > 1
    signs = (
        "↗ clear improvement, → no clear change, ↘ clear decline, ○ not rated for want of counts"
    )
    said = []
    if place:
        later = ", in the later period" if two else ""
        said.append(f"*{capital(place)}* is the average {unit}, not {place} as a whole{later}.")
    if two:
        beside = f", with {place}’s average {unit} in brackets" if place else ""
        change = "*Change* is in points of the 0–100 scale, plus for better"
        said.append(f"{change} ({signs}){beside}.")
    return " ".join(said)


def indicator_caption(report: BoroughReport) -> str:
    """Say what the table of indicators holds."""
    beside = [f"{report.place}’s average {report.unit.one}"] if report.place else []
    beside += ["change in points"] if len(report.periods) > 1 else []
    text = f"The {report.whole.one}’s figures in the order of the framework"
    return f"{text}, {', '.join(beside)} and dates." if beside else f"{text}, with their dates."


def corrections(log: pd.DataFrame) -> list[str]:
    """Write the log of corrections as sentences, the latest first.

    Parameters
    ----------
    log : DataFrame
        ``date, what, why``; may be empty.

    Examples
    --------
    >>> log = {"date": ["2026-11-02"], "what": ["A name is corrected"], "why": ["Misspelt."]}
    >>> corrections(pd.DataFrame(log))
    ['2 November 2026: A name is corrected. Misspelt.']
    """
    made = []
    for r in records(log.sort_values("date", ascending=False) if len(log) else log):
        made.append(f"{day(r.date)}: {r.what.rstrip('.')}. {r.why.rstrip('.')}.")
    return made


def date_cautions(dates: pd.DataFrame, names: pd.Series, far: float = 3.0) -> list[str]:
    """Say which figures compare distant dates, and which compare windows that overlap.

    Parameters
    ----------
    dates : DataFrame
        ``indicator_id, period, period_label, start, end`` of ``baseline`` and ``current``.
    names : Series
        Index indicator id: names of the indicators to speak of.
    far : float
        Years between the starts of the two periods from which they are called distant.

    Returns
    -------
    list of str
        Markdown; a caution that applies to no indicator is left out.
    """
    wide = dates.pivot(index="indicator_id", columns="period").reindex(names.index)
    if not {("start", "baseline"), ("start", "current")} <= set(wide.columns):
        return []
    gap = (wide[("start", "current")] - wide[("start", "baseline")]).dt.days / 365.25
    distant = wide[gap >= far]
    overlap = names[wide[("start", "current")] <= wide[("end", "baseline")]]
    made = []
    if len(distant):
        pairs = distant["period_label"].groupby(["baseline", "current"], sort=False)
        listed = [
            f"{and_list([small(names[i]) for i in rows.index])} ({a} and {b})"
            for (a, b), rows in pairs
        ]
        made.append(f"**Dates far apart.** {capital('; '.join(listed))}.")
    if len(overlap):
        listed = [small(n) for n in overlap]
        made.append(
            f"**Overlapping windows.** The two periods share years for {and_list(listed)}: their "
            "change is damped."
        )
    return made
