"""What a period is called, and when it starts and ends, for each indicator."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from spi_core.edition.readers.sheet import read_cells
from spi_core.edition.summary import WANTED
from spi_core.sources.extract.cells import day, period_key
from spi_core.sources.extract.table import When

NEEDED = {"indicator_id", "last_label", "last_start", "next_start", "next_end"}
_YEAR = re.compile(r"(?<=\d{4}[/–-])\d\d\b|\b(?:19|20)\d\d\b")


class Calendar:
    """The edition's periods: what each means for each indicator.

    Parameters
    ----------
    labels : mapping of str to str
        Label of each period of ``edition.yml``, in order.
    present : DataFrame
        Observations of the edition.
    folder : Path
        Of the edition: ``source/wanted.csv`` tells the last period of an indicator without any.
    """

    def __init__(self, labels: Mapping[str, str], present: pd.DataFrame, folder: Path) -> None:
        self.labels = dict(labels)
        self.due = awaited(folder, [*labels][-1])
        self.known: dict[tuple[str, str], tuple[str, Any, Any]] = {}
        if len(present):
            rows = present.dropna(subset=["start", "end"]).drop_duplicates(
                ["indicator_id", "period"]
            )
            for r in rows.to_dict("records"):
                about = (str(r["period_label"]), r["start"], r["end"])
                self.known[str(r["indicator_id"]), str(r["period"])] = about

    def find(self, indicator: str, said: When) -> str | None:
        """Name the period that a time means for an indicator."""
        if said.text in self.labels:
            return said.text
        told = self.due | self.known
        own = {p: told[indicator, p] for p in self.labels if (indicator, p) in told}
        new = {p: period_key(t)[0] for p, t in self.labels.items() if p not in own}
        if said.day:
            at = pd.Timestamp(said.day)
            found = [p for p, (_, start, end) in own.items() if start <= at <= end]
            found = found or [p for p, key in new.items() if key == (str(at.year),)]
        else:
            found = [p for p, (label, _, _) in own.items() if period_key(label)[0] == said.key]
            found = found or [p for p, key in new.items() if key and key == said.key]
        return found[0] if len(found) == 1 else None

    def spell(self, indicator: str) -> str:
        """Say what the periods are called for an indicator."""
        told = self.due | self.known
        said = {p: told.get((indicator, p), (label,))[0] for p, label in self.labels.items()}
        return ", ".join(f"{period} is {label}" for period, label in said.items())

    def dates(self, indicator: str, period: str, said: When | None) -> tuple[str, Any, Any] | None:
        """Say what a period is called and when it starts and ends, or None where it can't be told.

        A new period is as long as the one before it, so many years later.
        """
        if (indicator, period) in self.known:
            return self.known[indicator, period]
        due = self.due.get((indicator, period))
        label = said.text if said and said.key else self.labels[period]
        key = period_key(label)[0]
        if due and not (said and said.key and key[0][:4] != str(due[1].year)):
            return due
        before = [about for (i, _), about in self.known.items() if i == indicator]
        for old, start, end in sorted(before, key=lambda about: about[2], reverse=True):
            was = period_key(old)[0]
            if key and len(was) == len(key) and [len(t) for t in was] == [len(t) for t in key]:
                years = int(key[0][:4]) - int(was[0][:4])
                last = end + pd.DateOffset(days=1) + pd.DateOffset(years=years)
                return label, start + pd.DateOffset(years=years), last - pd.DateOffset(days=1)
        if len(key) == 1 and len(key[0]) == 4 and not before:
            return label, pd.Timestamp(int(key[0]), 1, 1), pd.Timestamp(int(key[0]), 12, 31)
        return None


def awaited(folder: Path, period: str) -> dict[tuple[str, str], tuple[str, Any, Any]]:
    """Read in ``source/wanted.csv`` when an edition's last period is, for each indicator.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    period : str
        Id of its last period.

    Returns
    -------
    dict
        Label, start and end by indicator and period; of what has no dates there, nothing.
    """
    cells, _, _ = read_cells(folder / WANTED)
    found: dict[tuple[str, str], tuple[str, Any, Any]] = {}
    for r in cells.to_dict("records") if cells is not None and set(cells) >= NEEDED else ():
        last, start, end = (day(r[n]) for n in ("last_start", "next_start", "next_end"))
        if last and start and end:
            label, on = str(r["last_label"]), start.year - last.year
            if on and (start.month, start.day) == (last.month, last.day) and _YEAR.search(label):
                label = _later(label, on)
            else:
                label = f"{start} to {end}"
            found[str(r["indicator_id"]), period] = label, pd.Timestamp(start), pd.Timestamp(end)
    return found


def _later(label: str, on: int) -> str:
    """Write a label so many years later: 2014/15 as 2015/16."""
    return _YEAR.sub(lambda m: str(int(m[0]) + on)[-len(m[0]) :], label)
