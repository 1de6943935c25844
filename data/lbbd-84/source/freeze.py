"""Fix lbbd-84's goalposts and weights once, from ward values that may be published.

``python data/lbbd-84/source/freeze.py [FOLDER]``, after ``generate.py``. A hidden value must not be
worked out from a goalpost or a standard deviation: what the disclosure rules hide has no part in
either.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from spi_core.build.fitting import fit_weights
from spi_core.build.treated import on_scale
from spi_core.disclosure.control import control
from spi_core.edition.inputs import Inputs, load

EDITION = Path(__file__).parent.parent
OPEN = EDITION.parent / "lbbd-open"
REASON = (
    "1st and 99th percentile of this edition's wards over both periods; "
    "ILLUSTRATIVE: it rests on generated values"
)


def goalposts(kept: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """Take the open edition's goalposts where it has them, else this edition's, and say so."""
    ours = ends[~ends.index.isin(kept["indicator_id"])]
    made = pd.DataFrame(
        {
            "indicator_id": ours.index,
            "worst": [f"{x:.6g}" for x in ours["worst"]],
            "best": [f"{x:.6g}" for x in ours["best"]],
            "basis": "edition distribution",
            "reason": REASON,
        }
    )
    posts = pd.concat([kept, made]).set_index("indicator_id").loc[ends.index]
    return posts.reset_index(names="indicator_id")


def published(inputs: Inputs) -> Inputs:
    """Leave what the public may see."""
    shown = control(inputs.panel, inputs.framework, inputs.geography, inputs.settings)
    return replace(inputs, panel=shown.panel)


def percentiles(inputs: Inputs) -> pd.DataFrame:
    """Take the 1st and 99th percentile of the wards, both periods together, worst and best."""
    value = inputs.panel.take(inputs.geography.codes("ward")).value
    low, high = np.nanpercentile(value, [1, 99], axis=(0, 1))
    up = inputs.framework.polarity > 0
    best, worst = np.where(up, high, low), np.where(up, low, high)
    return pd.DataFrame({"worst": worst, "best": best}, index=list(inputs.framework.ids))


def main(folder: Path = EDITION) -> None:
    kept = pd.read_csv(OPEN / "goalposts.csv", dtype=str)
    about = pd.read_csv(EDITION / "indicators.csv", index_col="id")
    with tempfile.TemporaryDirectory() as place:
        # chapters and their panels, which lie beside the edition, move no goalpost
        chapters = ("interventions.yml", "series.yml", "panels", "protocols")
        left_out = shutil.ignore_patterns("source", "weights.csv", "goalposts.csv", *chapters)
        copy = Path(shutil.copytree(EDITION, Path(place) / EDITION.name, ignore=left_out))
        # an edition without goalposts is not read: any will do until they are known
        any_ends = pd.DataFrame({"worst": 0, "best": about["polarity"]}, index=about.index)
        goalposts(kept, any_ends).to_csv(copy / "goalposts.csv", index=False)
        inputs = published(load(copy))
    posts = goalposts(kept, percentiles(inputs))
    numbers = posts.astype({"best": float, "worst": float})
    scale = on_scale(replace(inputs, tables={**inputs.tables, "goalposts": numbers}))
    ends = scale.tables["goalposts"]
    weights = fit_weights(scale, ends["best"], ends["worst"])
    for name, table in (("goalposts", posts), ("weights", weights)):
        path = folder / f"{name}.csv"
        table.to_csv(path, index=False, lineterminator="\n", float_format="%.12g")
        print(f"{path.name}: {len(table)} rows")


if __name__ == "__main__":
    main(*(Path(a) for a in sys.argv[1:2]))
