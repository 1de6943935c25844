"""The methods chapter's logs and lists that people keep: checks, corrections, revisions, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spi_core.present.base.edition import notes, origin_sentence
from spi_core.present.base.numbers import day
from spi_core.present.report.revisions import details
from spi_core.tables import records

if TYPE_CHECKING:
    from spi_core.present.base.page import Page
    from spi_core.present.methods.data import Methods
    from spi_core.store import Tables

#: Rows of the log of revisions that the chapter takes.
MOST = 40


def quality(tables: Tables) -> pd.DataFrame:
    """List the checks of the build."""
    return log_table(tables["quality"], ["check", "result", "detail"])


def warnings(tables: Tables) -> pd.DataFrame:
    """List what looks wrong in the inputs, at most `MOST` rows, and who found it right."""
    found = tables["warnings"].head(MOST)
    rows = [
        {
            "warning": w.warning,
            "where": w.file if pd.isna(w.row) else f"{w.file}, row {w.row:.0f}",
            "what": w.message,
            "accepted": f"{w.accepted_by}, {day(w.date)}: {w.reason}" if w.date else "nobody yet",
        }
        for w in records(found)
    ]
    return log_table(pd.DataFrame(rows), ["warning", "where", "what", "accepted"])


def corrections(tables: Tables) -> pd.DataFrame:
    """List what publishers' files say otherwise."""
    return log_table(tables["corrections"], ["date", "what", "why"])


def revisions(tables: Tables) -> pd.DataFrame:
    """List what changed since the build before, at most `MOST` rows."""
    return details(tables).head(MOST)


def more_revisions(page: Page, tables: Tables) -> str:
    """Say how many revisions there are beyond those listed, and where."""
    n = len(details(tables))
    return page.text("more-revisions", shown=str(MOST)) if n > MOST else ""


def sign_off(tables: Tables) -> pd.DataFrame:
    """List who signed which data set."""
    names = tables["indicators"].set_index("id")["name"]
    signed = tables["signoff"]
    signed = signed.assign(indicator_id=signed["indicator_id"].map(names))
    signed.columns = signed.columns.str.removesuffix("_id").str.replace("_", " ")
    return log_table(signed, list(signed.columns))


def log_table(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Show a log (quality, corrections, sign-off, revisions) with readable headings.

    Parameters
    ----------
    frame : DataFrame
        The log; may be empty.
    columns : list of str
        In the order to be shown.

    Returns
    -------
    DataFrame
        Cells as text.

    Examples
    --------
    >>> log = pd.DataFrame({"why": ["typo"], "what": ["a name"]})
    >>> log_table(log, ["what", "why"]).to_dict("records")
    [{'What': 'a name', 'Why': 'typo'}]
    """
    shown = frame.reindex(columns=columns)
    if "date" in shown:
        shown["date"] = shown["date"].map(day, na_action="ignore")
    shown = shown.rename(columns=str.capitalize)
    return shown.astype(object).where(shown.notna(), "").astype(str)


def print_twice(page: Page, tables: Tables) -> None:
    """Print what is counted more than once, where the edition says so (``output: asis``)."""
    if rows := tables.about["edition"].get("notes", {}).get("twice", []):
        page.say("twice")
        frame = pd.DataFrame(rows, columns=["The same thing", "enters through", "in"])
        page.table("tbl-double", frame)


def print_limits(tables: Tables, methods: Methods) -> None:
    """Print what the edition's keepers want known, and what is generated (``output: asis``)."""
    for note in notes(tables, "limits"):
        print(f"{note}\n")
    if methods.generated:
        print(methods.said(origin_sentence(tables)))
