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
from spi_core.method.moments import moments
from spi_core.method.normalise import goalposts, minmax
from spi_core.method.weights import fit, scoring_weights

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


def test_equal_scores_are_coinrs_equal_weights_and_equal_ones_are_not() -> None:
    """COINr's mean of min–max scores: goalposts at both ends, shares of scores equal."""
    frame = pd.read_csv(HERE / "framework.csv")
    expected = pd.read_csv(HERE / "expected_arithmetic.csv", index_col="area")
    table = pd.read_csv(HERE / "areas_700.csv.gz", index_col=0)
    furthest = 0.0
    for component, of in frame[frame["level"] == 1].groupby("parent"):
        x, sign = table[of["code"]].to_numpy(), of["polarity"].to_numpy(float)
        ends = np.stack([np.nanmin(x, axis=0), np.nanmax(x, axis=0)])
        best, worst = np.where(sign > 0, ends[::-1], ends)
        whole = ~np.isnan(x).any(axis=1)
        apart = {}
        for method in ("equal_scores", "equal"):
            w = fit(moments(x), best, worst, sign, method)
            share = scoring_weights(w.weight, w.sd, best, worst)
            ours = goalposts(x[whole], best, worst) @ share
            apart[method] = float(np.abs(ours - expected.loc[whole, component]).max())
        assert apart["equal_scores"] < ATOL
        furthest = max(furthest, apart["equal"])
    assert furthest > 1
