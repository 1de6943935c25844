"""An edition rolled on by a period and filled with generated figures, marked illustrative."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from spi_core.sources.roll.edition import Rolled, roll
from tests.support.editions import settings


def fill(edition: Path, seed: int = 5) -> pd.DataFrame:
    """Write figures of the new period: the last ones, moved a little, with the dates asked for.

    What is not due by then stays as it was published last, dates and all.
    """
    asked = pd.read_csv(edition / "source" / "wanted.csv", dtype=str).drop_duplicates(
        "indicator_id"
    )
    asked = asked.set_index("indicator_id")
    year = str(yaml.safe_load((edition / "edition.yml").read_text("utf-8"))["edition_year"])
    due = set(asked.index[asked["next_end"].fillna("9999").str[:4] <= year])
    files = sorted((edition / "observations").glob("*.csv"))
    all_rows = pd.concat([pd.read_csv(f, dtype={"period": str, "note": str}) for f in files])
    per = pd.read_csv(edition / "indicators.csv", index_col="id")["per"]
    kind = pd.read_csv(edition / "indicators.csv", index_col="id")["kind"]
    rng = np.random.default_rng(seed)
    last = all_rows[all_rows["period"] == "baseline"]
    again, last = (last[last["indicator_id"].isin(due) == is_due] for is_due in (False, True))
    own = asked.loc[last["indicator_id"]]
    new = last.assign(
        period="current",
        start=own["next_start"].to_numpy(),
        end=own["next_end"].to_numpy(),
        status="illustrative",
        note="Generated for a test",
    )
    new["period_label"] = new["start"].str[:4] + np.where(
        new["start"].str[:4] == new["end"].str[:4], "", "/" + new["end"].str[2:4]
    )
    step = np.exp(rng.normal(-0.03, 0.04, len(new)))
    counted = new["numerator"].notna() & new["denominator"].notna() & (new["denominator"] > 0)
    share = new["indicator_id"].map(kind).eq("proportion")
    top = np.round((new["numerator"] * step).clip(upper=new["denominator"].where(share)))
    rate = top / new["denominator"] * new["indicator_id"].map(per)
    new["numerator"] = top.where(counted, new["numerator"])
    new["value"] = np.where(counted, rate, np.minimum(new["value"] * step, _most(edition, new)))
    new.loc[new["value"].isna(), "status"] = "missing"
    new = pd.concat([new, again.assign(period="current")])
    new.to_csv(edition / "observations" / "generated.csv", index=False)
    settings(edition, lambda s: s.update(illustrative=True))
    return new


def _most(edition: Path, rows: pd.DataFrame) -> np.ndarray:
    top = pd.read_csv(edition / "indicators.csv", index_col="id")["valid_max"]
    return rows["indicator_id"].map(top).fillna(np.inf).to_numpy()


def rolled(edition: Path, label: str) -> Rolled:
    """Roll an edition and fill it."""
    made = roll(edition, label, None, {})
    fill(made.folder)
    return made
