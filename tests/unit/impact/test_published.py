"""Published cases, and inference that needs no matrix of rows by rows."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from spi_core.impact.inference.clusters import cluster_inference
from spi_core.impact.inference.inversion import snap
from spi_core.impact.inference.wild import WEBB, wild_cluster_bootstrap
from spi_core.impact.wide.synthetic import synthetic


def sample(size: int, mean: float, error: float) -> np.ndarray:
    """Numbers with exactly this mean and this standard error of it."""
    raw = np.random.default_rng(size).normal(size=size)
    return mean + (raw - raw.mean()) / raw.std(ddof=1) * error * np.sqrt(size)


def test_card_and_krueger_balanced() -> None:
    """Table 3 of 1994: −2.28 (1.25) in Pennsylvania, 0.47 (0.48) in New Jersey: 2.75 (1.34)."""
    y = np.concatenate([sample(75, -2.28, 1.25), sample(309, 0.47, 0.48)])
    design = np.column_stack([np.ones(y.size), np.arange(y.size) >= 75]).astype(float)
    found = cluster_inference(y, design, np.arange(y.size))
    assert found.estimate == pytest.approx(2.75)
    assert found.hc2 == pytest.approx(1.34, abs=0.005)
    # rows are their own clusters: CR2 is HC2, and its degrees of freedom are Welch's
    parts = np.array([1.25, 0.48]) ** 2
    assert found.cr2 == pytest.approx(np.sqrt(parts.sum()))


def test_proposition_99() -> None:
    """Arkhangelsky and others (2021), table 1, by their package to six decimals."""
    data = pytest.importorskip("synthdid.datasets", reason="pip install synthdid-py: their data")
    table = data.load_california_prop99()
    frame = pd.DataFrame(table) if not isinstance(table, pd.DataFrame) else table
    wide = frame.pivot(index="Year", columns="State", values="PacksPerCapita")
    own = wide.pop("California").to_numpy()
    found = synthetic(own, wide.to_numpy(), wide.index.to_numpy() >= 1989)
    assert found.sdid == pytest.approx(-15.603829, abs=5e-6)
    assert found.did == pytest.approx(-27.349111, abs=5e-7)
    assert found.control == pytest.approx(-19.619665, abs=5e-6)


def test_cr2_of_many_rows_is_quick_and_what_the_whole_matrix_gives() -> None:
    rng = np.random.default_rng(1)
    cluster = np.repeat(np.arange(12), rng.integers(2, 9, 12))
    x = np.column_stack([np.ones(cluster.size), cluster < 4, rng.normal(size=cluster.size)])
    y = rng.normal(size=cluster.size)
    found = cluster_inference(y, x, cluster)
    bread = np.linalg.inv(x.T @ x)
    maker = np.eye(y.size) - x @ bread @ x.T
    residual, paths, total = maker @ y, [], 0.0
    for g in range(12):
        rows = cluster == g
        value, vector = np.linalg.eigh(maker[np.ix_(rows, rows)])
        lever = (vector / np.sqrt(value)) @ vector.T @ (x[rows] @ bread[:, 1])
        total += (lever @ residual[rows]) ** 2
        paths.append(maker[:, rows] @ lever)
    product = np.array(paths) @ np.array(paths).T
    assert found.cr2 == pytest.approx(np.sqrt(total), rel=1e-9)
    assert found.df == pytest.approx(np.trace(product) ** 2 / (product**2).sum(), rel=1e-9)
    many = np.repeat(np.arange(629), 60)[:34_902]
    tracemalloc.start()
    large = cluster_inference(
        rng.normal(size=many.size),
        np.column_stack([np.ones(many.size), many < 20]).astype(float),
        many,
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert large.df < 25
    assert peak < 2**29  # a matrix of 34,902² would be 18 times that


def test_cv3_stands_where_units_have_effects() -> None:
    """First differences by two years: the stacked regression with unit effects gives the same."""
    rng = np.random.default_rng(2)
    ward = np.repeat(np.arange(8), 5)
    treated = (ward < 3).astype(float)
    change = rng.normal(size=40) + treated
    plain = cluster_inference(change, np.column_stack([np.ones(40), treated]), ward)
    units = np.tile(np.eye(40), (2, 1))
    late = np.repeat([0.0, 1.0], 40)
    stacked = np.column_stack([late, late * np.tile(treated, 2), units])
    level = np.concatenate([np.zeros(40), change])
    found = cluster_inference(level, stacked, np.tile(ward, 2))
    assert found.estimate == pytest.approx(plain.estimate)
    assert found.cv3 == pytest.approx(plain.cv3, rel=1e-6)


def test_webb_weights_have_mean_0_and_variance_1_and_are_drawn() -> None:
    assert sum(WEBB) == pytest.approx(0.0)
    assert sum(w**2 for w in WEBB) / 6 == pytest.approx(1.0)
    rng = np.random.default_rng(3)
    ward = np.repeat(np.arange(6), 4)
    y = rng.normal(size=24) + (ward < 2)
    treated = np.arange(6) < 2
    exact = wild_cluster_bootstrap(y, treated, ward, rng)
    drawn = wild_cluster_bootstrap(y, treated, ward, rng, draws=4_000, weights="webb")
    assert exact.exact
    assert not drawn.exact
    assert drawn.monte_carlo_se > 0
    assert abs(drawn.p - exact.p) < 0.2


def test_an_end_that_is_zero_but_for_rounding_is_zero() -> None:
    assert snap(-4e-17, 0.5) == 0.0
    assert snap(1e-3, 0.5) == 1e-3
