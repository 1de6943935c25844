"""The page on what changed since the last build: its sentence and its tables."""

from __future__ import annotations

import pandas as pd

from spi_core.present.base.numbers import day
from spi_core.present.base.page import Page
from spi_core.present.base.words import and_list
from spi_core.store import Tables

#: Rows shown on the page; the whole list stands in ``tables/revisions.parquet``.
LONGEST = 60


def _revisions(tables: Tables) -> pd.DataFrame | None:
    return tables["revisions"] if "revisions" in list(tables) else None


def lead(tables: Tables) -> str:
    """Say in one sentence what differs from the build before."""
    found = _revisions(tables)
    if found is None:
        return (
            "This is the first publication: no build with other data came before it here, so there "
            "is nothing to compare with."
        )
    before = compared_with(tables)
    if found.empty:
        return f"Nothing of what is compared here differs from {before}."
    counts = found["kind"].value_counts(sort=False)
    said = [f"{n} {_plural(kind, n)}" for kind, n in counts.items()]
    return f"Since {before}: {and_list(said)}."


def compared_with(tables: Tables) -> str:
    """Name the build that this one is compared with.

    Returns
    -------
    str
        Empty where there is none; without its data version where that rests on hidden figures.
    """
    if "compared_with" not in tables.about:
        return ""
    version = tables.about["compared_with"]
    return f"the build with data version {version}" if version else "the build before"


def _plural(kind: object, n: int) -> str:
    noun, _, what = str(kind).partition(" ")
    return f"{noun}{'s' if n != 1 and noun != 'method' else ''} {what}"


def details(tables: Tables) -> pd.DataFrame:
    """List the differences with names instead of codes, at most `LONGEST` of them.

    Returns
    -------
    DataFrame
        Cells as text; empty if there is nothing to list.
    """
    columns = {name: name.capitalize() for name in ("kind", "what", "field", "before", "after")}
    found = _revisions(tables)
    if found is None or found.empty:
        return pd.DataFrame(columns=list(columns.values()))
    names = {
        **dict(zip(tables["areas"]["code"], tables["areas"]["name"], strict=True)),
        **dict(zip(tables["indicators"]["id"], tables["indicators"]["name"], strict=True)),
    }
    shown = _together(found).head(LONGEST).rename(columns=columns)[list(columns.values())]
    parts = shown["What"].str.split(" · ")
    shown["What"] = [", ".join(names.get(p, p) for p in ps) for ps in parts]
    return shown.replace("", "–")


def _together(found: pd.DataFrame) -> pd.DataFrame:
    """Put figures of one indicator and time that came or went into one row, behind all others."""
    many = found["kind"].isin(["figure added", "figure removed"])
    parts = found.loc[many, "what"].str.split(" · ")
    what = parts.str[0] + " · " + parts.str[2:].str.join(" · ")
    counts = pd.DataFrame({"kind": found["kind"], "what": what})[many].value_counts(sort=False)
    said = counts.rename("n").reset_index()
    areas = said["n"].map(lambda n: f"{n} area{'s' if n != 1 else ''}")
    side = said["kind"].eq("figure added")
    rows = said.assign(field="figures", before=areas.where(~side, ""), after=areas.where(side, ""))
    return pd.concat([found[~many], rows[list(found)]])


def more(page: Page, tables: Tables) -> str:
    """Say that there are more differences than those listed, and where; empty if there are none."""
    found = _revisions(tables)
    n = 0 if found is None else len(_together(found))
    return page.text("more-revisions", shown=str(LONGEST), all=str(n)) if n > LONGEST else ""


def corrections(tables: Tables) -> pd.DataFrame:
    """List the corrections that the edition records, the newest first.

    Returns
    -------
    DataFrame
        Date, what and why: which file it is in says nothing to a reader.
    """
    found = tables["corrections"]
    if found.empty:
        return pd.DataFrame(columns=["Date", "What", "Why"])
    ordered = found.sort_values("date", ascending=False, kind="stable")
    ordered = ordered.assign(date=ordered["date"].map(day))
    return ordered.rename(columns=str.capitalize)[["Date", "What", "Why"]]
