"""Comparing with areas beyond the borough: sets, expectations, tests, bounds, oracles by hand."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from diff_diff.honest_did import _solve_rm_bounds_union

from spi_core.edition.interventions.design import Design, Donor, Outcome
from spi_core.impact.verdict import unclear
from spi_core.impact.wide.bounds import breakdown, relative_magnitudes
from spi_core.impact.wide.chapter import run_wide
from spi_core.impact.wide.contrast import compare, set_effects
from spi_core.impact.wide.expect import by_level, by_matches, by_pool, match
from spi_core.impact.wide.field import lay_out
from spi_core.impact.wide.numbers import cost_of_one
from spi_core.impact.wide.placebo import clumps, draw_sets, nearest_in_level
from spi_core.impact.wide.study import event
from tests.support.panels import city

NAN = float("nan")
YEARS = ("2015", "2016", "2017")
CRIME = Outcome("crime", "down", "Crime", "offences a year")
DESIGN = Design(
    "scheme", "Scheme", "2018", "ward", ("W0404", "W0405", "W0504"), YEARS, ("2019",), (CRIME,),
    series="city", comparison="matched", spillover_km=1.0, worth=20.0, selection="other",
)  # fmt: skip


def test_sets_have_the_shape_of_the_treated_one_and_stay_in_one_borough() -> None:
    field = lay_out(DESIGN, city())
    assert clumps(field.treated, field.links) == [3]
    assert not (field.pool & (field.treated | field.ring)).any()
    sets = draw_sets([3], field.pool, field.links, field.home, np.random.default_rng(1), draws=200)
    assert len({tuple(m) for m in sets.members.tolist()}) == len(sets.members) == 200
    for members in sets.members:
        chosen = np.isin(np.arange(field.home.size), members)
        assert clumps(chosen, field.links) == [3]
        assert field.pool[members].all()
        assert np.unique(field.home[members]).size == 1


def test_parts_that_do_not_touch_stay_apart_and_one_area_is_listed() -> None:
    field = lay_out(DESIGN, city())
    rng = np.random.default_rng(2)
    sets = draw_sets([2, 1], field.pool, field.links, field.home, rng, one_home=False, draws=200)
    for members in sets.members:
        assert clumps(np.isin(np.arange(field.home.size), members), field.links) == [2, 1]
    alone = draw_sets([1], field.pool, field.links, field.home, rng)
    assert alone.exact
    assert alone.members[:, 0].tolist() == np.flatnonzero(field.pool).tolist()


def test_sets_nearest_in_level_are_kept() -> None:
    level = np.arange(1.0, 13.0)
    treated = np.arange(12) == 11
    near = nearest_in_level(np.arange(11)[:, None], level, treated)
    assert np.flatnonzero(near).tolist() == [7, 8, 9, 10]


def test_the_poisson_estimate_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(3)
    y = rng.poisson(30, size=(12, 4)).astype(float)
    treated, before = np.arange(12) < 3, np.array([True, True, True, False])
    expected = by_pool(y, before, ~treated, ratio=True)
    members = np.flatnonzero(treated)[None, :]
    ours = set_effects(y[:, 3], expected[:, 3], members, ratio=True)[0][0]
    unit, time = (np.repeat(np.arange(12), 4), np.tile(np.arange(4), 12))
    columns = [(unit == k).astype(float) for k in range(12)]
    columns += [(time == t).astype(float) for t in (1, 2, 3)]
    columns.append(((unit < 3) & (time == 3)).astype(float))
    fit = sm.GLM(y.ravel(), np.column_stack(columns), family=sm.families.Poisson()).fit(tol=1e-12)
    assert ours == pytest.approx(fit.params[-1], rel=1e-6)


def test_points_and_levels_by_hand() -> None:
    y = np.array([[10.0, 12.0], [20.0, 26.0], [40.0, 52.0]])
    before, pool = np.array([True, False]), np.array([False, True, True])
    assert by_pool(y, before, pool, ratio=False)[0].tolist() == [10.0, 19.0]
    fitted = by_level(y, before, pool, None, ratio=False)
    assert fitted[:, 1] == pytest.approx([13.0, 26.0, 52.0])
    assert by_matches(y, before, np.array([[1], [2], [1]]), ratio=True)[0, 1] == 13.0


def test_matches_are_alike_before_and_out_of_reach() -> None:
    wide = city()
    field = lay_out(DESIGN, wide)
    y = wide.cells("crime", "ward").to_numpy()
    past = np.ones(y.shape[1], dtype=bool)
    past[-1] = False
    found, gaps = match(y, past, field.pool, field.place, None, apart=2.0, like=5)
    assert field.pool[found].all()
    km = np.sqrt(((field.place[:, None] - field.place[found]) ** 2).sum(axis=2))
    assert km.min() > 2.0
    assert (np.diff(gaps, axis=1) >= 0).all()
    level = np.log(y[:, past] + 0.5).mean(axis=1)
    spread = np.abs(level[found] - level[:, None]).mean()
    assert spread < np.abs(level[field.pool][None, :] - level[:, None]).mean() / 2


def test_the_interval_inverts_the_test() -> None:
    rng = np.random.default_rng(4)
    effects, errors = rng.normal(size=400), rng.uniform(0.5, 2.0, 400)
    found = compare(effects, errors, exact=False, alpha=0.05, worth=-1.0)
    for end in (found.low, found.high):
        for step, inside in ((0.999, True), (1.001, False)):
            at = found.estimate + (end - found.estimate) * step
            others = np.abs((effects[1:] - np.median(effects[1:])) / errors[1:])
            p = (1 + (others >= abs(found.estimate - at) / errors[0]).sum()) / 400
            assert bool(p > 0.05) is inside
    assert found.monte_carlo_se > 0
    few = compare(effects[:11], np.full(11, np.nan), exact=True, alpha=0.05)
    assert few.floor == 1 / 11
    assert np.isinf(few.low)
    assert np.isinf(few.high)


def test_honest_sets_are_those_of_diff_diff() -> None:
    rng = np.random.default_rng(5)
    before, after = np.append(rng.normal(size=4), 0.0), rng.normal(size=3)
    none = np.zeros((50, 5)), np.zeros((50, 3))
    for bound in relative_magnitudes(before, after, np.arange(1, 4), *none):
        theirs = _solve_rm_bounds_union(before[:-1], after, np.ones(3) / 3, 4, bound.magnitude)
        assert (bound.set_low, bound.set_high) == pytest.approx(theirs, abs=1e-6)
        assert (bound.low, bound.high) == pytest.approx((bound.set_low, bound.set_high))
    loose = relative_magnitudes(
        before, after, np.arange(1, 4), rng.normal(size=(300, 5)), np.zeros((300, 3))
    )
    assert (loose[2].low, loose[2].high) > (-np.inf, 0)
    assert loose[2].high - loose[2].low > loose[1].high - loose[1].low


def test_the_breakdown_value_is_where_zero_enters() -> None:
    before, after = np.array([0.0, 1.0, 0.0]), np.array([3.0])
    none = np.zeros((40, 3)), np.zeros((40, 1))
    assert breakdown(before, after, np.array([1]), *none) == pytest.approx(3.0, abs=0.011)
    assert np.isnan(breakdown(before, np.zeros(1), np.array([1]), *none))


def monthly(first: int, drift: float = 0.0) -> tuple[tuple[tuple[float, float], ...], float]:
    """Bounds in per cent: a fall of 30 % in 2022, seasons, a drift a year; months from `first`."""
    month = np.arange(first, 24)
    gap = 0.4 * np.sin(2 * np.pi * month / 12) + np.log(0.7) * (month >= 0) + drift * (month // 12)
    names = [f"{2022 + m // 12}-{m % 12 + 1:02d}" for m in month]
    gaps = np.vstack([gap, 1e-9 * np.random.default_rng(1).normal(size=(50, month.size))])
    bounds, broken = event(DESIGN, gaps, names, month < 0, month >= 0, np.ones(month.size))[2:]
    return tuple((b.low, b.high) for b in bounds), broken


def test_seasons_widen_no_bound_of_months_and_one_year_before_gives_none() -> None:
    still = (pytest.approx(-30.0), pytest.approx(-30.0))
    assert monthly(-24) == ((still,) * 4, pytest.approx(9.99, abs=0.02))
    # half a year has other seasons: it is left out
    assert monthly(-30) == ((still,) * 4, pytest.approx(9.99, abs=0.02))
    bounds, broken = monthly(-12)
    assert bounds == ()
    assert np.isnan(broken)
    bounds, broken = monthly(-24, drift=-0.1)  # a drift that goes on is a break as large as before
    mean = np.log(0.7) - 0.15
    ends = [100 * np.expm1(mean + sign * 0.15) for sign in (-1, 1)]
    assert bounds[2] == pytest.approx(ends)
    assert ends[1] == pytest.approx(-30.0)
    assert broken == pytest.approx(-mean / 0.15, abs=0.011)


def test_an_effect_that_was_built_in_is_found_and_the_verdict_says_so() -> None:
    found = run_wide(DESIGN, city(effect=0.5, treated=DESIGN.treated), np.random.default_rng(6))
    (crime,) = found.primary
    assert crime.verdict.status == "clear improvement"
    effect = crime.analysis.effect
    assert effect.low < -50 < effect.high < 0
    assert crime.analysis.observed < crime.analysis.expected
    assert crime.verdict.certainty in ("low", "moderate")
    beside = replace(DESIGN, alongside="homes were built")
    (told,) = run_wide(
        beside, city(effect=0.5, treated=DESIGN.treated), np.random.default_rng(6)
    ).primary
    assert told.verdict.status == "inconclusive"


def test_nothing_is_nothing_and_one_area_is_answered_with_low_certainty() -> None:
    one = replace(DESIGN, treated=("W0404",), worth=70.0)
    found = run_wide(one, city(), np.random.default_rng(7))
    (crime,) = found.primary
    assert crime.verdict.status == "no clear change"
    assert found.exact
    assert found.floor == 1 / (found.sets + 1)
    assert crime.verdict.certainty in ("very low", "low")


def test_boroughs_are_held_against_a_mixture_and_donors_with_schemes_are_left_out() -> None:
    design = replace(
        DESIGN, targeting="borough", treated=("B05",), comparison="boroughs",
        donors=(Donor("B11", "2016"), Donor("B12", ""), Donor("B30", "2020")),
    )  # fmt: skip
    wide = city(size=24, effect=0.4, boroughs=("B05",))
    field = lay_out(design, wide)
    left_out = {c for c, free in zip(field.codes, field.pool, strict=True) if not free}
    assert {"B05", "B11", "B12"} <= left_out
    assert "B30" not in left_out
    found = run_wide(design, wide, np.random.default_rng(8))
    (crime,) = found.primary
    assert found.floor == 1 / (int(field.pool.sum()) + 1)
    assert -75 < crime.analysis.effect.estimate < -40
    assert crime.verdict.certainty in ("very low", "low")


def test_too_little_to_compare_with_is_refused() -> None:
    wide = city()
    codes = sorted(wide.areas["ward"].unique())
    few = replace(DESIGN, excluded=tuple(c for c in codes[6:] if c not in DESIGN.treated))
    found = run_wide(few, wide, np.random.default_rng(9))
    assert [r.code for r in found.refusals] == ["no_comparison"]
    assert found.primary[0].verdict.status == "not answerable"


def test_inconclusive_is_not_no_change() -> None:
    assert unclear(-30.0, 10.0, -20.0) == "inconclusive"
    assert unclear(-15.0, 10.0, -20.0) == "no clear change"
    assert unclear(-15.0, -1.0, -20.0) == "inconclusive"


@pytest.mark.parametrize(
    ("effect", "low", "high", "direction", "wanted"),
    [
        (25.0, 11.11111, 100.0, "up", (50.0, 20.0, 100.0)),  # 80, 90, 50 were expected, 100 came
        (25.0, 11.11111, 100.0, "down", (NAN, NAN, NAN)),  # for the worse
        (25.0, -1.0, 60.0, "up", (NAN, NAN, NAN)),  # no effect is left open
        (-50.0, -100.0, 0.0, "down", (NAN, NAN, NAN)),  # zero itself is none
        (-50.0, -100.0, -20.0, "down", (10.0, 0.0, 40.0)),  # an end without bound
    ],
)
def test_one_more_or_fewer_costs_pounds_over_what_moved(
    effect: float, low: float, high: float, direction: str, wanted: tuple[float, ...]
) -> None:
    made = cost_of_one(1000.0, 100.0, effect, low, high, direction)
    np.testing.assert_allclose(made, wanted, rtol=1e-5)


def test_without_a_cost_nothing_is_said_of_it() -> None:
    assert np.isnan(cost_of_one(0.0, 100.0, -20.0, -30.0, -10.0, "down")).all()
