"""The indicator register as tables: what each indicator means, where its figures come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spi_core.present.base.edition import labels
from spi_core.present.base.numbers import number

if TYPE_CHECKING:
    from spi_core.store import Tables

#: Which way an indicator is read.
DIRECTION = {1: "↑ higher is better", -1: "↓ lower is better"}


def row_counts(tables: Tables) -> pd.DataFrame:
    """Show how many rows each step leaves, so that nothing gets lost unseen.

    Returns
    -------
    DataFrame
        In the order of the steps.
    """
    steps = tables["steps"]
    first = steps["step"] != steps["step"].shift()
    return pd.DataFrame(
        {
            "Step": steps["step"].where(first, ""),
            "What": steps["what"],
            "Count": [number(float(n), 0) for n in steps["count"]],
        }
    )


def register_meaning(tables: Tables) -> pd.DataFrame:
    """List what each indicator measures and why it is there.

    Returns
    -------
    DataFrame
        In the order of the framework: component, name with direction, definition, fraction, reason.
    """
    about = tables["indicators"]
    fraction = about["numerator"] + " ÷ " + about["denominator"]
    times = [f" × {number(p, 0)}" if p != 1 else "" for p in about["per"]]
    arrow = about["polarity"].map({k: v[0] for k, v in DIRECTION.items()})
    return pd.DataFrame(
        {
            "Component": about["component"],
            "Indicator": about["name"] + " " + arrow,
            "What it measures": about["description"],
            "Fraction": fraction + times,
            "Why it is here": about["rationale"],
        }
    )


def register_source(tables: Tables) -> pd.DataFrame:
    """List where each indicator comes from and when it was measured.

    Returns
    -------
    DataFrame
        In the order of the framework: name and id, publisher, data set, both periods, licence,
        whether change can be read, and notes where the tables have them; of an edition of one
        period that period, and nothing of change.
    """
    about, dates = tables["indicators"], tables["dates"]
    label = dates.pivot(index="indicator_id", columns="period", values="period_label")
    label = label.reindex(index=about["id"], columns=["baseline", "current"])
    label = label.astype(object).fillna("–")
    table = pd.DataFrame(
        {
            "Indicator": about["name"] + " (`" + about["id"] + "`)",
            "Publisher": about["publisher_or_owner"],
            "Data set": about["source_dataset"],
            "Baseline": label["baseline"].to_numpy(),
            "Current": label["current"].to_numpy(),
            "Licence": about["licence"],
            "Change": _counts(tables).reindex(about["id"]).to_numpy(),
        }
    )
    if "note" in dates:
        notes = dates.groupby("indicator_id")["note"].last()
        table["Notes"] = notes.reindex(about["id"]).fillna("").to_numpy()
    if len(labels(tables)) < 2:
        table = table.drop(columns=["Baseline", "Change"]).rename(columns={"Current": "Period"})
    return table


def _counts(tables: Tables) -> pd.Series:
    """Say of each indicator whether it counts in a change of scores, and if not, in one word."""
    pairs = tables["comparisons"].set_index("indicator_id")
    why = pairs["group"].where(pairs["group"].ne("in step"), "alone")
    return pairs["in_change"].map({True: "yes"}).fillna(why)


def register_short(tables: Tables) -> pd.DataFrame:
    """List the indicators in one line each, for paper.

    Returns
    -------
    DataFrame
        In the order of the framework: name with direction, publisher, the two periods, whether
        change can be read. No ids: on paper they lead nowhere.
    """
    about, full = tables["indicators"], register_source(tables)
    arrow = about["polarity"].map({k: v[0] for k, v in DIRECTION.items()})
    made = pd.DataFrame({"Indicator": about["name"] + " " + arrow, "Publisher": full["Publisher"]})
    if "Period" in full:
        return made.assign(Period=full["Period"])
    both = zip(full["Baseline"], full["Current"], strict=True)
    periods = [old if old == new else f"{old} → {new}" for old, new in both]
    return made.assign(Periods=periods, Change=full["Change"])
