"""What stands beside the report's figures: cautions, corrections, what columns mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spi_core.present.base.edition import notes, only_first
from spi_core.present.base.numbers import day
from spi_core.present.base.words import and_list, capital, small
from spi_core.tables import records
from spi_core.text.words import NO_NEWER

if TYPE_CHECKING:
    from spi_core.present.base.page import Page
    from spi_core.present.report.data import BoroughReport
    from spi_core.store import Tables


def thin_sentence(components: pd.DataFrame) -> str:
    """Say which components rest on few indicators.

    Parameters
    ----------
    components : DataFrame
        ``component, note``.

    Returns
    -------
    str
        Empty if there is none.

    Examples
    --------
    >>> notes = ["thin", "", "thin"]
    >>> thin_sentence(pd.DataFrame({"component": ["Shelter", "Rights", "Safety"], "note": notes}))
    'Shelter and Safety rest on few indicators.'
    """
    thin = list(components.loc[components["note"] == "thin", "component"])
    return f"{and_list(thin)} {'rests' if len(thin) == 1 else 'rest'} on few indicators." * bool(
        thin
    )


def cautions(page: Page, tables: Tables, report: BoroughReport) -> list[str]:
    """List what is to be known before a change is quoted, what counts in none at the end.

    Parameters
    ----------
    page : Page
        The report's: its words introduce the list of what is left out.
    tables : Tables
        The edition's tables.
    report : BoroughReport
        What the report shows.

    Returns
    -------
    list of str
        Markdown; empty where there is nothing to know.
    """
    shown = report.indicators
    made = date_cautions(tables["dates"], shown.loc[shown["in_change"], "name"])
    made += notes(tables, "change")
    if again := list(shown.loc[shown["reason"] == NO_NEWER, "name"]):
        made.append(
            f"**Nothing newer published.** {capital(and_list([small(n) for n in again]))}: the "
            "same figure both times, which counts in the score and in no change."
        )
    broken = [
        f"{r.name} ({r.label_before} and {r.label_now}): {only_first(str(r.reason))}"
        for r in records(shown[shown["group"].eq("broken")])
    ]
    for note, rows in (("longer-ago", list(report.longer_ago["text"])), ("left-out", broken)):
        if rows:
            listed = "".join(f"  - {text}.\n" for text in rows)
            made.append(f"{page.text(note)}\n\n{listed}")
    return made


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


def date_cautions(dates: pd.DataFrame, names: pd.Series) -> list[str]:
    """Say which figures compare windows that overlap.

    Parameters
    ----------
    dates : DataFrame
        ``indicator_id, period, period_label, start, end`` of ``baseline`` and ``current``.
    names : Series
        Index indicator id: names of the indicators to speak of.

    Returns
    -------
    list of str
        Markdown; empty where there is none.
    """
    wide = dates.pivot(index="indicator_id", columns="period").reindex(names.index)
    if not {("start", "baseline"), ("start", "current")} <= set(wide.columns):
        return []
    overlap = names[wide[("start", "current")] <= wide[("end", "baseline")]]
    if overlap.empty:
        return []
    listed = [small(n) for n in overlap]
    return [
        f"**Rolling windows.** The two periods share years for {and_list(listed)}: their change is "
        "damped."
    ]
