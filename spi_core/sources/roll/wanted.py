"""The figures that a new period needs: of what, whose, last of when, next of when."""

from __future__ import annotations

import re

import pandas as pd

from spi_core.edition.inputs import Inputs

COLUMNS = [
    "indicator_id", "name", "component", "owner", "partner", "access", "source_dataset",
    "level", "areas", "last_label", "last_start", "last_end", "next_start", "next_end", "note",
]  # fmt: skip
RARE = "Published about every {n} years: until there are newer ones, the last figures serve again."


def wanted(inputs: Inputs) -> pd.DataFrame:
    """List the figures to ask for, as long as the last two of an indicator lie apart.

    Parameters
    ----------
    inputs : Inputs
        The edition before the roll, or one whose new period is still empty.

    Returns
    -------
    DataFrame
        One row an indicator and level that has figures in its last period: ``indicator_id, name,
        component, owner, partner, access, source_dataset, level, areas, last_label, last_start,
        last_end, next_start, next_end, note``. What is published less often than every two years
        has no dates of the next.
    """
    given, register = inputs.tables["observations"], inputs.framework.indicators
    level = inputs.geography.areas["level"]
    order = {p: n for n, p in enumerate(inputs.periods)}
    given = given.assign(level=given["area_code"].map(level), at=given["period"].map(order))
    rows = []
    for indicator in inputs.framework.ids:
        own = given[given["indicator_id"] == indicator].dropna(subset=["start", "end"])
        if own.empty:
            continue
        about = register.loc[indicator]
        last = own[own["at"] == own["at"].max()]
        starts = own.groupby("at")["start"].first().drop_duplicates().tail(2)
        days = (starts.iloc[-1] - starts.iloc[0]).days if len(starts) > 1 else 365
        step = pd.DateOffset(months=max(round(days / 30.44), 1))
        start, end = last["start"].iloc[0], last["end"].iloc[0]
        after = pd.Timedelta(days=1)
        rare = re.search(r"(\d+) years", str(about["update_frequency"]))
        years = max(round(days / 365.25), int(rare[1]) if rare else 1)
        for name, areas in last.groupby("level", sort=False)["area_code"]:
            rows.append(
                {
                    "indicator_id": indicator,
                    "name": about["name"],
                    "component": about["component"],
                    "owner": about["publisher_or_owner"],
                    "partner": about["partner"],
                    "access": about["access"],
                    "source_dataset": about["source_dataset"],
                    "level": name,
                    "areas": areas.nunique(),
                    "last_label": last["period_label"].iloc[0],
                    "last_start": start,
                    "last_end": end,
                    # of what is published so seldom nobody can reckon the day
                    "next_start": start + step if years <= 2 else pd.NaT,
                    "next_end": end + after + step - after if years <= 2 else pd.NaT,
                    "note": RARE.format(n=years) if years > 1 else "",
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def by_owner(asked: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    """Sum up whom to ask for what.

    Parameters
    ----------
    asked : DataFrame
        From :func:`wanted`.

    Returns
    -------
    list of tuple of str
        Owner, partner, how many indicators, which.
    """
    groups = asked.drop_duplicates("indicator_id").groupby(["owner", "partner"], sort=False)
    return [
        (str(owner), str(partner), str(len(ids)), ", ".join(ids))
        for (owner, partner), ids in groups["indicator_id"]
    ]
