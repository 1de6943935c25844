"""Scores against COINr 1.1.14 (R); how the values were made: tests/reference/README.md.

Tolerances: 1e-9 relative and absolute. The stored values have 12 significant digits, so a score
near 50 is known to 5e-11; the rest is room for sums taken in another order.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.method.aggregate import hierarchy
from spi_core.method.means import Mean
from spi_core.method.normalise import minmax

HERE = Path(__file__).parent / "index"
RTOL = ATOL = 1e-9


def _positions(frame: pd.DataFrame, level: int) -> np.ndarray:
    children = frame[frame["level"] == level]
    parents = frame.loc[frame["level"] == level + 1, "code"].tolist()
    return np.array([parents.index(p) for p in children["parent"]])


@pytest.mark.parametrize(("mean", "floor"), [("arithmetic", 0.0), ("geometric", 1.0)])
def test_scores_match_coinr(mean: str, floor: float) -> None:
    frame = pd.read_csv(HERE / "framework.csv")
    indicators = frame[frame["level"] == 1]
    x = pd.read_csv(HERE / "areas_700.csv.gz", index_col=0)[indicators["code"]].to_numpy()
    expected = pd.read_csv(HERE / f"expected_{mean}.csv", index_col="area")
    low, high = np.nanmin(x, axis=0), np.nanmax(x, axis=0)
    scores = minmax(x, low, high, indicators["polarity"], floor=floor)
    result = hierarchy(
        scores,
        [_positions(frame, 1), _positions(frame, 2), _positions(frame, 3)],
        means=[Mean.of(mean)] * 3,
    )
    for level, ours in enumerate(result.scores, start=2):
        codes = frame.loc[frame["level"] == level, "code"]
        np.testing.assert_allclose(ours, expected[codes], rtol=RTOL, atol=ATOL)
    assert np.isnan(x).mean() > 0.01, "the reference must exercise missing children"
