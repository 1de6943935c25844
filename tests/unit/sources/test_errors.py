"""What the reference population tells of error, against sums worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spi_core.edition.inputs import load
from spi_core.sources.errors import error_figures
from spi_core.sources.reference import population
from tests.support.editions import OPEN, ROOT

LONDON = ROOT / "data" / "reference" / "london" / "ward_figures.parquet"


@pytest.fixture(scope="module")
def made() -> SimpleNamespace:
    framework = load(OPEN).framework
    dates = ["start", "end"]
    mapping = pd.read_csv(
        OPEN / "reference" / "mapping.csv", dtype=str, keep_default_na=False
    ).assign(row=0)
    mapping[dates] = mapping[dates].apply(pd.to_datetime)
    cells = population(mapping, pd.read_parquet(LONDON), dict(framework.indicators["per"]))
    return SimpleNamespace(
        cells=cells,
        mapping=mapping,
        framework=framework,
        table=error_figures(cells, mapping, framework).set_index("indicator_id"),
    )


def test_the_file_is_what_the_figures_give(made: SimpleNamespace) -> None:
    file = pd.read_csv(OPEN / "reference" / "errors.csv", index_col="indicator_id")
    pd.testing.assert_frame_equal(file, made.table, check_dtype=False)


def test_phi_of_robbery_is_the_sum_of_squared_residuals_of_pairs() -> None:
    figures = pd.read_parquet(LONDON).set_index(["figure_id", "period", "area_code"])["value"]
    x0, x1 = (figures["crime_robbery", p] for p in ("2013/14", "2014/15"))
    n0, n1 = (figures["population", p] for p in ("2013", "2014"))
    ratio = (x1.sum() / n1.sum()) / (x0.sum() / n0.sum())
    # given its sum, the later count of a pair is binomial
    total, share = x0 + x1, ratio * n1 / (n0 + ratio * n1)
    residual = (x1 - total * share) ** 2 / (total * share * (1 - share))
    row = pd.read_csv(OPEN / "reference" / "errors.csv", index_col="indicator_id")
    assert row.at["robbery_offences", "phi"] == pytest.approx(residual.sum() / 624, rel=1e-5)
    assert row.at["robbery_offences", "change"] == pytest.approx(ratio, rel=1e-5)


def test_what_lies_years_apart_tells_no_overdispersion(made: SimpleNamespace) -> None:
    assert made.table.loc[["secure_tenure", "employment_rate"], "phi"].isna().all()
    assert made.table.at["secure_tenure", "years"] == pytest.approx(9.9, abs=0.05)
    near = made.table["years"].between(0.75, 1.25)
    counted = made.framework.indicators["interval"].ne("none").reindex(made.table.index)
    assert (made.table["phi"].notna() == (near & counted)).all()
    assert made.table["phi"].dropna().ge(1).all()


def test_spreads_are_of_logarithms_where_values_are_prices_or_ages(made: SimpleNamespace) -> None:
    logged = made.table["scale"] == "log"
    assert logged[["housing_affordability_ratio", "life_expectancy_male"]].all()
    assert not logged[["child_poverty", "robbery_offences"]].any()
    wide = made.cells.query("indicator_id == 'child_poverty'")
    wide = wide.pivot(index="area_code", columns="period", values="value")
    spread = (wide["current"] - wide["baseline"]).std()
    assert made.table.at["child_poverty", "spread"] == pytest.approx(spread, rel=1e-5)


def test_the_spread_of_life_expectancy_goes_with_deaths_and_holds_at_their_harmonic_mean(
    made: SimpleNamespace,
) -> None:
    of = ["life_expectancy_male", "life_expectancy_female", "life_expectancy_65"]
    assert made.table["at_count"].dropna().index.tolist() == of
    wide = made.cells.pivot(index="area_code", columns=["indicator_id", "period"])
    deaths = wide["numerator"]["mortality_ratio"][["baseline", "current"]].to_numpy()
    held = len(deaths) * 2 / (1 / deaths).sum()
    np.testing.assert_allclose(made.table.loc[of, "at_count"], held, rtol=1e-5)
    # the rule is worth having: it tells the fifth of wards with most deaths from that with fewest
    step = np.log(wide["value"][of[0]]).diff(axis=1)["current"].to_numpy()
    order = np.argsort(1 / deaths.mean(axis=1))
    few, many = step[order[-125:]], step[order[:125]]
    size = np.sqrt(deaths.mean(axis=1))
    expected = np.sqrt((size[order[:125]] ** 2).mean() / (size[order[-125:]] ** 2).mean())
    assert few.std() / many.std() == pytest.approx(expected, rel=0.25)


def test_one_period_tells_nothing(made: SimpleNamespace) -> None:
    one: dict[str, Any] = {
        n: getattr(made, n).query("period == 'current'") for n in ("cells", "mapping")
    }
    table = error_figures(one["cells"], one["mapping"], made.framework)
    assert table.empty
    assert list(table.columns)[:2] == ["indicator_id", "phi"]
    assert not np.isnan(made.table["spread"]).any()
