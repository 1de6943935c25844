"""Every number of impact/expected.json (R: clubSandwich, estimatr, sandwich, brute force)."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.impact.inference.clusters import cluster_inference, compare_ward_means
from spi_core.impact.inference.inversion import exceedances
from spi_core.impact.inference.permutation import permute_wards
from spi_core.impact.inference.sets import ward_sets
from spi_core.impact.inference.studentise import studentised, ward_sums
from spi_core.impact.inference.wild import wild_cluster_bootstrap

HERE = Path(__file__).parent / "impact"
CHECKS = json.loads((HERE / "expected.json").read_text("utf-8"))["checks"]


@cache
def computed() -> dict[str, float]:
    table = pd.read_csv(HERE / "synthetic_wards.csv")
    rng = np.random.default_rng(0)
    ward = pd.factorize(table["ward"])[0].astype(np.int64)
    treated = table["treated"].to_numpy(float)
    before, after = table["y2019"].to_numpy(), table["y2021"].to_numpy()
    change, one = after - before, np.ones(len(table))
    side = np.bincount(ward, treated) > 0
    simple = np.column_stack([one, treated])
    fits = {
        "fd": cluster_inference(change, simple, ward),
        "fd_imd": cluster_inference(
            change, np.column_stack([simple, table["imd"].to_numpy()]), ward
        ),
        "ancova": cluster_inference(after, np.column_stack([simple, before]), ward),
        "popw": cluster_inference(
            change, simple, ward, weights=table["population"].to_numpy(float)
        ),
        "long": cluster_inference(
            np.concatenate([before, after]),
            np.column_stack(
                [
                    np.ones(2 * len(table)),
                    np.concatenate([0 * treated, treated]),
                    np.concatenate([treated, treated]),
                    np.concatenate([0 * one, one]),
                ]
            ),
            np.concatenate([ward, ward]),
        ),
    }
    found: dict[str, float] = {}
    for name, fit in fits.items():
        found |= {
            f"{name}_b": fit.estimate,
            f"{name}_se_hc1": fit.hc1,
            f"{name}_se_hc2": fit.hc2,
            f"{name}_se_hc3": fit.hc3,
            f"{name}_se_cr1": fit.cr1,
            f"{name}_p_cr1_tG1": fit.p_cr1,
            f"{name}_se_cr2": fit.cr2,
            f"{name}_df_bm": fit.df,
            f"{name}_p_cr2_bm": fit.p_cr2,
            f"{name}_se_cv3": fit.cv3,
        }
    means = compare_ward_means(np.bincount(ward, change) / np.bincount(ward), side)
    sets = ward_sets(side, rng)
    sums = ward_sums(change, ward)
    return found | {
        "wardmean_b": means.estimate,
        "wardmean_p_pooled": means.p_pooled,
        "wardmean_p_welch": means.p_welch,
        "wardmean_df_welch": means.df_welch,
        "perm_n": sets.members.shape[0],
        "perm_p_coef": exceedances(studentised(sets, sums, "coefficient")).mean(),
        "perm_p_cr1t": exceedances(studentised(sets, sums, "cr1")).mean(),
        "perm_p_cv3t": permute_wards(change, ward, sets).p,
        "p_wcr_rademacher_exact": wild_cluster_bootstrap(change, side, ward, rng).p,
    }


@pytest.mark.parametrize("check", CHECKS, ids=[check["name"] for check in CHECKS])
def test_impact_matches_r(check: dict) -> None:
    assert computed()[check["name"]] == pytest.approx(check["expected"], abs=check["tol"], rel=0)


def test_permutation_standard_error_is_the_jackknife_of_r() -> None:
    table = pd.read_csv(HERE / "synthetic_wards.csv")
    ward = pd.factorize(table["ward"])[0].astype(np.int64)
    side = np.bincount(ward, table["treated"]) > 0
    sets = ward_sets(side, np.random.default_rng(0))
    expected = {check["name"]: check["expected"] for check in CHECKS}
    change = (table["y2021"] - table["y2019"]).to_numpy()
    adjusted = permute_wards(change, ward, sets, covariates=table[["imd"]].to_numpy())
    ancova = permute_wards(
        table["y2021"].to_numpy(), ward, sets, covariates=table[["y2019"]].to_numpy()
    )
    assert permute_wards(change, ward, sets).se == pytest.approx(expected["fd_se_cv3"], abs=1e-9)
    assert adjusted.se == pytest.approx(expected["fd_imd_se_cv3"], abs=1e-9)
    assert ancova.se == pytest.approx(expected["ancova_se_cv3"], abs=1e-9)
