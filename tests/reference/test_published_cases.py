"""Published cases with their data, and a panel that R was given: estimate, error, degrees, p.

What two of them need is not this project's to pass on. The deaths are read from Debian's package of
clubSandwich, which `make gates` installs; for the other `README.md` beside this file says where it
is had and what file to put into `published/`, or into the folder that SPI_PUBLISHED names.
"""

import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.impact.estimate.doubly_robust import doubly_robust
from spi_core.impact.inference.clusters import cluster_inference
from spi_core.impact.inference.wild import wild_cluster_bootstrap
from spi_core.impact.wide.contrast import set_effects
from spi_core.impact.wide.expect import by_pool

HERE = Path(__file__).parent
PUBLISHED = Path(os.environ.get("SPI_PUBLISHED", HERE / "published"))
EXPECTED = json.loads((HERE / "impact/expected_clubsandwich.json").read_text("utf-8"))


def published(name: str) -> Path:
    """Give a file that its owner publishes, or leave the test out."""
    path = PUBLISHED / name
    if not path.exists():
        pytest.skip(f"{name} is not in {PUBLISHED.name}/: see tests/reference/README.md")
    return path


def of_clubsandwich(name: str) -> pd.DataFrame:
    """Give a table that R's clubSandwich brings, or leave the test out."""
    if shutil.which("Rscript") is None:
        pytest.skip("no R with clubSandwich: apt-get install r-cran-clubsandwich")
    said = subprocess.run(
        ["Rscript", "-e", f'data("{name}", package = "clubSandwich"); write.csv({name})'],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    if said.returncode and "no package called" in said.stderr:
        pytest.skip("no clubSandwich in R: apt-get install r-cran-clubsandwich")
    assert said.returncode == 0, said.stderr
    return pd.read_csv(io.StringIO(said.stdout))


def effects_of(labels: pd.Series) -> np.ndarray:
    """Give a column for each value but the first."""
    values = labels.to_numpy()
    return (values[:, None] == np.unique(values)[1:]).astype(float)


def two_ways(table: pd.DataFrame, unit: str, columns: tuple[str, ...]) -> np.ndarray:
    """Regressors, the one of interest in column 1, with effects of unit and year."""
    shown = [table[name].to_numpy(float) for name in columns]
    return np.column_stack(
        [np.ones(len(table)), *shown, effects_of(table[unit]), effects_of(table["year"])]
    )


@pytest.mark.parametrize("case", ["panel", "panel_weighted", "wards_weighted"])
def test_what_clubsandwich_gives_of_areas_and_years_and_weights(case: str) -> None:
    if case == "wards_weighted":
        table = pd.read_csv(HERE / "impact/synthetic_wards.csv")
        y = (table["y2021"] - table["y2019"]).to_numpy()
        design = np.column_stack([np.ones(len(table)), table["treated"].to_numpy(float)])
        cluster, weights = pd.factorize(table["ward"])[0], table["population"].to_numpy(float)
    else:
        table = pd.read_csv(HERE / "impact/panel.csv")
        y, cluster = table["rate"].to_numpy(), table["area"].to_numpy()
        design = two_ways(table, "area", ("reached", "price"))
        weights = table["residents"].to_numpy(float) if case == "panel_weighted" else None
    found = cluster_inference(y, design, cluster, weights=weights)
    for name, value in EXPECTED[case].items():
        assert getattr(found, name) == pytest.approx(value, rel=1e-9), name


@pytest.mark.gate
def test_deaths_in_motor_vehicles_and_the_legal_drinking_age() -> None:
    """Vignette "Cluster-robust standard errors in panel data models" of clubSandwich."""
    table = of_clubsandwich("MortalityRates")
    table = table[table["cause"].eq("Motor Vehicle") & table["year"].le(1983)]
    table = table[table["beertaxa"].notna()]
    design, state = two_ways(table, "state", ("legal", "beertaxa")), table["state"].to_numpy()
    found = cluster_inference(table["mrate"].to_numpy(), design, state)
    assert found.estimate == pytest.approx(7.5877, abs=5e-5)
    assert found.cr2 == pytest.approx(2.51308, abs=5e-6)
    assert found.df == pytest.approx(24.5785, abs=5e-5)
    assert found.p_cr2 == pytest.approx(0.00583, abs=5e-6)
    weighed = cluster_inference(
        table["mrate"].to_numpy(), design, state, weights=table["pop"].to_numpy(float)
    )
    assert weighed.cr2 == pytest.approx(2.134818, abs=5e-7)
    assert weighed.df == pytest.approx(8.51953, abs=5e-6)


def test_health_insurance_of_the_self_employed() -> None:
    """Gruber and Poterba's reform by year, as in the example of boottest: H0 an effect of 0.04."""
    table = pd.read_stata(published("collapsed.dta")).dropna()
    share, own, post = (
        table[name].to_numpy(float) for name in ("hasinsurance", "selfemployed", "post")
    )
    design = np.column_stack([np.ones(share.size), own * post, own, post])
    found = cluster_inference(share - 0.04 * own * post, design, table["year"].to_numpy())
    assert found.estimate / found.cr1 == pytest.approx(2.0194, abs=5e-5)
    gap, late = share[own == 1] - share[own == 0], post[own == 1] > 0
    rng = np.random.default_rng(0)
    tested = (gap - 0.04 * late, late, np.arange(gap.size), rng)
    exact = wild_cluster_bootstrap(*tested)
    # 20 of 256; boottest prints 19 of them, .0742: it leaves out one of two ties
    assert (exact.p, exact.replications, exact.exact) == (0.078125, 256, True)
    drawn = wild_cluster_bootstrap(*tested, weights="webb")
    assert drawn.p == pytest.approx(0.0757, abs=3 * drawn.monte_carlo_se)


def employment() -> tuple[np.ndarray, np.ndarray, np.ndarray, list[int]]:
    """Logarithm of teenagers' employment by county and year, year reached, population, years."""
    # imported where it is needed: it takes seconds
    data = pytest.importorskip("moderndid", reason="pip install moderndid: their data")
    long = data.load_mpdta()
    table = pd.DataFrame({name: long[name].to_numpy() for name in long.columns})
    wide = table.pivot(index="countyreal", columns="year", values="lemp")
    rest = table.groupby("countyreal")[["first.treat", "lpop"]].first()
    years = [int(year) for year in wide.columns]
    return wide.to_numpy(), rest["first.treat"].to_numpy(), rest["lpop"].to_numpy(), years


#: README of R's did: effect by year reached and year; before it, steps from year to year.
COUNTIES = {
    2004: {2004: -0.0105, 2005: -0.0704, 2006: -0.1373, 2007: -0.1008},
    2006: {2004: 0.0065, 2005: -0.0028, 2006: -0.0046, 2007: -0.0412},
    2007: {2004: 0.0305, 2005: -0.0027, 2006: -0.0311, 2007: -0.0261},
}
#: With the population given, improved estimator, by the drdid_imp_panel of moderndid 0.2.
GIVEN_POPULATION = {
    2004: {2004: -0.014533, 2005: -0.076427, 2006: -0.140454, 2007: -0.106909},
    2006: {2006: 0.000947, 2007: -0.041312},
    2007: {2007: -0.028782},
}


def test_minimum_wages_and_the_employment_of_teenagers() -> None:
    """Callaway and Sant'Anna's counties, to the last digit that did prints.

    Averages over groups are taken here, as staggered starts are no method of this project's.
    Standard errors are not compared: theirs are drawn.
    """
    values, reached, population, years = employment()
    found: dict[tuple[int, int], float] = {}
    for start, effects in COUNTIES.items():
        treated, pool = reached == start, reached == 0
        side = (treated | pool).nonzero()[0]
        design = np.column_stack([np.ones(side.size), treated[side]]).astype(float)
        for year, effect in effects.items():
            base = np.array(years) == (start if year >= start else year) - 1
            now = years.index(year)
            expected = by_pool(values, base, pool, ratio=False)
            members = treated.nonzero()[0][None, :]
            wide = set_effects(values[:, now], expected[:, now], members, ratio=False)[0]
            change = (values[:, now] - values[:, base][:, 0])[side]
            close = cluster_inference(change, design, side)
            assert wide[0] == pytest.approx(effect, abs=5e-5)
            assert close.estimate == pytest.approx(float(wide[0]), abs=1e-12)
            found[start, year] = float(wide[0])
            if year in GIVEN_POPULATION[start]:
                given = doubly_robust(change, treated[side], population[side, None])
                assert given.estimate == pytest.approx(GIVEN_POPULATION[start][year], abs=5e-7)
    size = {start: int((reached == start).sum()) for start in COUNTIES}
    means = {s: np.mean([found[s, t] for t in years if t >= s]) for s in COUNTIES}
    assert list(means.values()) == pytest.approx([-0.0797, -0.0229, -0.0261], abs=5e-5)
    overall = sum(size[s] * means[s] for s in COUNTIES) / sum(size.values())
    assert overall == pytest.approx(-0.031, abs=5e-5)
    for event, effect in enumerate((-0.0199, -0.0510, -0.1373, -0.1008)):
        there = [s for s in COUNTIES if (s, s + event) in found]
        of_event = np.average(
            [found[s, s + event] for s in there], weights=[size[s] for s in there]
        )
        assert of_event == pytest.approx(effect, abs=5e-5)
