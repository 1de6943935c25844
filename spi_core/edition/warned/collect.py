"""Collect the warnings of an edition, and who accepted which."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spi_core.edition.inputs import Inputs
from spi_core.edition.panel import joined
from spi_core.edition.warned.dates import periods
from spi_core.edition.warned.files import hidden, passed_over
from spi_core.edition.warned.gaps import whole_unscored
from spi_core.edition.warned.names import joined_by_name
from spi_core.edition.warned.repeats import repeated
from spi_core.edition.warned.said import Places
from spi_core.edition.warned.targets import met_before
from spi_core.edition.warned.values import (
    before,
    beyond_reference,
    fractions,
    jumps,
    observed,
    populations,
)
from spi_core.tables import records

#: Every check, in the order in which warnings are said; the first look at earlier years too.
OVER_YEARS = (joined_by_name, periods, fractions, jumps)
CHECKS = (
    *(*OVER_YEARS, beyond_reference, populations),
    *(repeated, hidden, passed_over, whole_unscored, met_before),
)
COLUMNS = ["warning", "file", "row", "message", "accepted_by", "date", "reason"]
#: Rows that are listed of one warning.
MOST_ROWS = 3


def collect(inputs: Inputs) -> pd.DataFrame:
    """Collect the warnings of an edition.

    Parameters
    ----------
    inputs : Inputs
        The edition. What it suppresses is in no warning.

    Returns
    -------
    DataFrame
        ``warning, file, row, message, accepted_by, date, reason``; the last three are blank until
        ``accepted.csv`` says who looked at it. A row left blank there stands for all of the file.
        An acceptance that nothing needs any longer is a warning, too.
    """
    given, places = observed(inputs), Places(inputs)
    years = joined(before(inputs), given)
    found = [
        w
        for check in CHECKS
        for w in check(inputs, years if check in OVER_YEARS else given, places)
    ]
    accepted, used = inputs.tables["accepted"], set[int]()
    rows = []
    for w in found:
        by: tuple[str, str, str] = ("", "", "")
        for a in records(accepted):
            about = (a.warning, a.of_file) == (w.warning, w.file)
            if about and (a.of_row == w.row or np.isnan(a.of_row)):
                by = (a.accepted_by, f"{a.date:%Y-%m-%d}", a.reason)
                used.add(a.row)
                break
        rows.append((w.warning, w.file, w.row, w.message, *by))
    for a in records(accepted):
        if a.row not in used:
            message = f"nothing is left to accept of {a.warning!r}: remove the row"
            rows.append(("accepted in vain", "accepted.csv", a.row, message, "", "", ""))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"row": float})


def in_words(warnings: pd.DataFrame) -> list[str]:
    """Say the warnings that nobody has accepted, alike ones once.

    Parameters
    ----------
    warnings : DataFrame
        From `collect`.

    Returns
    -------
    list of str
        One line a kind of warning and file, with its rows; then how many were accepted.
    """
    open_, lines = warnings[warnings["accepted_by"] == ""], []
    for (name, file), group in open_.groupby(["warning", "file"], sort=False):
        rows = [f"{r:.0f}" for r in group["row"].dropna()]
        more = f" ({len(group)} rows: {', '.join(rows[:MOST_ROWS])} …)"
        place = f"{file}, row {rows[0]}" if rows else file
        said = f"warning: {place}: {name}: {group['message'].iloc[0]}"
        lines.append(said + (more if len(group) > 1 else ""))
    n, accepted = len(open_), len(warnings) - len(open_)
    if n or accepted:
        lines.append(f"{n} warnings to look at; {accepted} accepted in accepted.csv")
    return lines
