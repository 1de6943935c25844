"""Reliability and principal components against psych 2.2.9 (R 4.2.2); see README.md there.

Tolerance: 1e-8 relative. The stored values have 15 significant digits; inverting a correlation
matrix loses up to its condition number (about 10 here) of them, the eigenvectors likewise.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.method.moments import Moments, first_component, moments
from spi_core.uncertainty.reliability import ComponentAudit, audit_component

HERE = Path(__file__).parent / "index"
RTOL = 1e-8
EXPECTED = pd.read_csv(HERE / "expected_reliability.csv")


def _component(code: str) -> tuple[pd.DataFrame, Moments, ComponentAudit]:
    frame = pd.read_csv(HERE / "framework.csv")
    members = frame[(frame["level"] == 1) & (frame["parent"] == code)]
    x = pd.read_csv(HERE / "areas_700.csv.gz", index_col=0)[members["code"]].to_numpy()
    m = moments(x * members["polarity"].to_numpy())
    expected = EXPECTED[EXPECTED["component"] == code].set_index("indicator")
    return expected.loc[members["code"]], m, audit_component(m)


@pytest.mark.parametrize("code", EXPECTED["component"].unique())
def test_audit_matches_psych(code: str) -> None:
    expected, _, result = _component(code)
    one = expected.iloc[0]
    assert result.reasons == {}
    assert result.n_rows == one["n"]
    assert result.alpha is not None
    assert result.bartlett is not None
    ours = {
        "alpha_raw": result.alpha.raw,
        "alpha_std": result.alpha.standardised,
        "kmo": result.kmo,
        "bartlett_chisq": result.bartlett.chi2,
        "bartlett_df": result.bartlett.df,
    }
    for name, value in ours.items():
        np.testing.assert_allclose(value, one[name], rtol=RTOL, err_msg=name)
    np.testing.assert_allclose(result.alpha.if_dropped, expected["alpha_std_if_dropped"], rtol=RTOL)
    np.testing.assert_allclose(result.msa, expected["msa"], rtol=RTOL)


@pytest.mark.parametrize("code", EXPECTED["component"].unique())
def test_first_component_matches_psych(code: str) -> None:
    expected, m, _ = _component(code)
    # No best and worst row here: the reference is the component of the 700 areas alone.
    loading, share = first_component(m.correlation)
    np.testing.assert_allclose(share, expected["pc1_share"].iloc[0], rtol=RTOL)
    np.testing.assert_allclose(loading / loading.sum(), expected["pc1_weight"], rtol=RTOL)


def test_first_component_is_the_largest_of_three_unlike_ones() -> None:
    """By power iteration, which knows no order of eigenvalues."""
    r = np.array([[1.0, 0.8, 0.3], [0.8, 1.0, 0.1], [0.3, 0.1, 1.0]])
    v = np.ones(3)
    for _ in range(500):
        v = r @ v / np.linalg.norm(r @ v)
    size = float(v @ r @ v)
    loading, share = first_component(r)
    np.testing.assert_allclose(loading, v * np.sqrt(size), atol=1e-9)
    assert share == pytest.approx(size / 3)
