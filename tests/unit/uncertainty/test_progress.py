"""Ratings of change, their reasons, decomposition and gaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from spi_core.build.recipe import comparable_recipe
from spi_core.method.means import Mean, lift
from spi_core.method.recipe import Recipe
from spi_core.method.score import score
from spi_core.text.words import DECLINE, IMPROVEMENT, NO_CHANGE, NOT_RATED
from spi_core.uncertainty.change import (
    Change,
    change_table,
    indicator_change,
    indicator_moves,
    known_share,
    level_changes,
    level_moves,
)
from spi_core.uncertainty.decompose import decompose, influence
from spi_core.uncertainty.gaps import gap
from spi_core.uncertainty.pairs import Pair
from spi_core.uncertainty.sampling import Sampling
from spi_core.uncertainty.simulate import simulate

RECIPE = Recipe(
    best=np.full(6, 100.0),
    worst=np.zeros(6),
    share=np.array([0.5, 0.5, 0.2, 0.8, 0.3, 0.7]),
    component_of=np.array([0, 0, 1, 1, 2, 2]),
    dimension_of=np.array([0, 0, 1]),
    means=(Mean(1.0),) * 3,
    minimum=2,
)


def pair(broken=(), longer=()):
    k = RECIPE.share.size
    group, reason = np.full(k, "in step", dtype="U13"), np.full(k, "", dtype="U30")
    group[list(broken)], reason[list(broken)] = "broken", "the rules changed"
    group[list(longer)], reason[list(longer)] = "further apart", "further apart: 2001 to 2011"
    none = np.zeros(k)
    return Pair("2013", "2014", group, none, none, none > 0, reason)


def errors(shape, se=1.0, basis="counts"):
    return Sampling(
        se=np.full(shape, se),
        skew=np.zeros(shape),
        overlap=np.tile(np.eye(shape[0]), (shape[2], 1, 1)),
        change_se=np.full(shape[1:], se * 2**0.5),
        basis=np.full(shape, basis, "U16"),
        low=np.full(shape[2], -np.inf),
        high=np.full(shape[2], np.inf),
    )


def values(change, areas=3):
    first = np.random.default_rng(1).uniform(30, 60, (areas, 6))
    return np.stack([first, first + change])


def composites(value, sampling, recipe=RECIPE):
    draws = simulate(value, sampling, RECIPE, np.random.default_rng(1), 400, comparable=recipe)
    return by_level(level_changes(score(value, recipe), draws, RECIPE, recipe, sampling))


def by_level(c: Change) -> dict[str, Change]:
    """Part what is laid side by side: three components, two dimensions, the index."""
    parts = {"component": slice(0, 3), "dimension": slice(3, 5), "index": slice(5, 6)}
    return {
        name: Change(
            c.change[:, at],
            replace(c.tier, **{n: getattr(c.tier, n)[:, at] for n in ("clear", "low", "high")}),
            c.rating[:, at],
            c.reason[:, at],
            c.known[:, at],
        )
        for name, at in parts.items()
    }


def test_a_change_is_clear_when_its_interval_excludes_zero():
    value = values([3.4, 1.9, -3.4, -1.9, 0.0, np.nan])
    c = indicator_change(value, errors(value.shape), 1, pair())
    expected = [IMPROVEMENT, NO_CHANGE, DECLINE, NO_CHANGE, NO_CHANGE, NOT_RATED]
    assert c.rating.tolist() == [expected] * 3
    assert c.reason[0].tolist() == [""] * 5 + ["no value in one of the periods"]
    # 6 of 15 are clear, so that each interval is one of 96 %
    assert (c.tier.tested, c.tier.level) == (15, pytest.approx(0.96))
    half = stats.norm.ppf(0.98) * 2**0.5
    np.testing.assert_allclose(c.tier.high[:, 0] - c.change[:, 0], half, rtol=1e-9)


def test_polarity_turns_the_rating_not_the_number():
    value = values(5.0)
    c = indicator_change(value, errors(value.shape), -1, pair())
    assert (c.rating == DECLINE).all()
    assert (c.change > 0).all()
    assert (c.tier.low > 0).all()


@pytest.mark.parametrize(
    ("basis", "reason"),
    [("unknown", "its error is not known"), ("modelled", "modelled by its publisher")],
)
def test_indicators_without_a_known_error_are_not_rated(basis, reason):
    value = values(50.0)
    c = indicator_change(value, errors(value.shape, basis=basis), 1, pair())
    assert (c.rating == NOT_RATED).all()
    assert (c.reason == reason).all()
    assert np.isnan(c.tier.low).all()
    np.testing.assert_allclose(c.change, 50)


def test_an_upper_bound_of_the_error_may_rate():
    value = values(50.0)
    c = indicator_change(value, errors(value.shape, basis="reference spread"), 1, pair())
    assert (c.rating == IMPROVEMENT).all()


def test_indicators_that_cannot_be_compared_have_no_change():
    value = values(50.0)
    c = indicator_change(value, errors(value.shape), 1, pair(broken=[4]))
    assert (c.rating[:, 4] == NOT_RATED).all()
    assert (c.reason[:, 4] == "the rules changed").all()
    assert np.isnan(c.change[:, 4]).all()
    assert (c.rating[:, :4] == IMPROVEMENT).all()


def test_what_is_from_longer_ago_is_rated_by_itself():
    value = values([50.0, 1.9, 1.9, 1.9, 1.9, 1.9])
    c = indicator_change(value, errors(value.shape), 1, pair(longer=[0]))
    assert (c.rating[:, 0] == IMPROVEMENT).all()
    assert (c.reason[:, 0] == "further apart: 2001 to 2011").all()
    assert (c.reason[:, 1:] == "").all()
    # its three clear changes make none of the others clear: 15 tested, none clear
    assert (c.tier.tested, c.tier.clear.sum(), c.tier.level) == (
        15,
        0,
        pytest.approx(1 - 0.05 / 15),
    )
    assert (c.apart.tested, c.apart.clear.sum(), c.apart.level) == (3, 3, pytest.approx(0.9))
    half = stats.norm.ppf(0.95) * 2**0.5
    np.testing.assert_allclose(c.end("high")[:, 0] - c.change[:, 0], half, rtol=1e-9)
    unknown = indicator_change(value, errors(value.shape, basis="unknown"), 1, pair(longer=[0]))
    assert unknown.rating[0, 0] == NOT_RATED
    assert unknown.reason[0, 0] == "its error is not known; further apart: 2001 to 2011"


def test_certain_values_that_stay_are_no_change():
    value = values(0.0)
    c = indicator_change(value, errors(value.shape, se=0.0), 1, pair())
    assert (c.rating == NO_CHANGE).all()
    assert (composites(value, errors(value.shape, se=0.0))["index"].rating == NO_CHANGE).all()


def test_composites_are_rated_by_their_interval():
    value = values([6, 6, -6, -6, 0.1, 0.1])
    c = composites(value, errors(value.shape))
    assert c["component"].rating.tolist() == [[IMPROVEMENT, DECLINE, NO_CHANGE]] * 3
    assert c["dimension"].rating.tolist() == [[NO_CHANGE, NO_CHANGE]] * 3
    assert c["index"].rating.tolist() == [[NO_CHANGE]] * 3
    np.testing.assert_allclose(c["component"].change, [[6, -6, 0.1]] * 3)
    tier = c["component"].tier
    half = (tier.high - tier.low) / 2
    wide = stats.norm.ppf(0.5 + tier.level / 2)
    np.testing.assert_allclose(half[:, 0], wide * np.sqrt(2 * 0.5), rtol=0.15)


def test_change_counts_comparable_indicators_only():
    value = values([50, 0, 0, 0, 0, 0])
    recipe = comparable_recipe(RECIPE, pair(broken=[0]).counts)
    c = composites(value, errors(value.shape), recipe)
    assert (c["component"].rating[:, 0] == NOT_RATED).all()
    assert (c["component"].reason[:, 0] == "too few figures comparable in both periods").all()
    assert (c["index"].rating == NO_CHANGE).all()
    np.testing.assert_allclose(c["index"].change, 0, atol=1e-9)


def test_a_composite_is_rated_if_half_of_its_weight_has_a_known_error():
    value = values(50.0)
    sampling = errors(value.shape)
    sampling.basis[:, :, 1] = "unknown"  # half of the first component
    sampling.basis[:, :, 3] = "modelled"  # four fifths of the second
    c = composites(value, sampling)
    assert c["component"].rating[0].tolist() == [IMPROVEMENT, NOT_RATED, IMPROVEMENT]
    assert c["component"].reason[0, 1] == "error known for 20% of its weight"
    np.testing.assert_allclose(c["component"].known, [[0.5, 0.2, 1]] * 3)
    np.testing.assert_allclose(c["dimension"].known, [[0.35, 1]] * 3)
    assert c["dimension"].rating[0].tolist() == [NOT_RATED, IMPROVEMENT]
    np.testing.assert_allclose(c["index"].known, 0.675)
    assert (c["index"].rating == IMPROVEMENT).all()


def test_what_cannot_be_compared_is_no_known_weight():
    value = values(5.0)
    recipe = comparable_recipe(RECIPE, pair(broken=[0, 2]).counts)
    c = composites(value, errors(value.shape), recipe)
    # neither of the first two components is compared any more
    np.testing.assert_allclose(c["dimension"].known[:, 0], 0)
    np.testing.assert_allclose(c["index"].known, 0.5)


def test_known_share_follows_the_shares():
    known = np.zeros((1, 6), bool)
    known[0, 3] = True
    np.testing.assert_allclose(known_share(RECIPE, known), [[0, 0.8, 0, 0.4, 0, 0.2]])


def test_index_of_other_components_is_no_change():
    value = values(5.0)
    value[1, 1, 0] = np.nan
    c = composites(value, errors(value.shape))
    why = "not the same components are scored in both periods"
    assert c["index"].reason[:, 0].tolist() == ["", why, ""]
    assert c["dimension"].reason[1].tolist() == [why, ""]
    assert c["component"].reason[1, 0].startswith("too few")
    for level in c.values():
        assert (np.isnan(level.change) <= (level.rating == NOT_RATED)).all()
        assert ((level.reason != "") == (level.rating == NOT_RATED)).all()


def test_table_has_a_row_for_every_area_and_item():
    value = values(5.0)
    c = composites(value, errors(value.shape))["dimension"]
    table = change_table(c, ["E1", "E2", "E3"], ["x", "y"])
    assert table["area_code"].tolist() == ["E1", "E1", "E2", "E2", "E3", "E3"]
    assert table["item"].tolist() == ["x", "y"] * 3
    np.testing.assert_array_equal(table["change"], c.change.ravel())


@pytest.mark.parametrize(
    "call",
    [
        lambda: indicator_change(np.ones((1, 2, 6)), errors((1, 2, 6)), 1, pair()),
        lambda: composites(np.ones((1, 2, 6)), errors((1, 2, 6))),
        lambda: decompose(np.ones((1, 2, 6)), RECIPE),
    ],
)
def test_shapes_that_do_not_fit_are_refused(call):
    with pytest.raises(ValueError, match="two periods"):
        call()


@pytest.mark.parametrize("order", [1, 0, -1, 0.5, 2])
def test_contributions_add_up_exactly(order):
    recipe = replace(RECIPE, means=(Mean(order), Mean(0), Mean(order)))
    value = np.random.default_rng(2).uniform(5, 95, (2, 40, 6))
    value[1, 0] = value[0, 0]
    c = decompose(value, recipe)
    index = score(value, recipe).index
    np.testing.assert_allclose(c.index.sum(axis=1), index[1] - index[0], atol=1e-11)
    np.testing.assert_allclose(c.change, index[1] - index[0])
    np.testing.assert_array_equal(c.index[0], 0)


def test_arithmetic_contributions_are_effective_weights_times_change():
    value = values([4, 0, 0, 10, 0, -10])
    c = decompose(value, RECIPE)
    expected = [0.25 * 0.5 * 4, 0, 0, 0.25 * 0.8 * 10, 0, -0.5 * 0.7 * 10]
    np.testing.assert_allclose(c.index, [expected] * 3)


def test_geometric_contributions_are_log_mean_divisia():
    recipe = replace(RECIPE, means=(Mean(0.0),) * 3)
    value = np.random.default_rng(3).uniform(10, 90, (2, 5, 6))
    g0, g1 = score(value, recipe).index
    weight = RECIPE.share * np.array([0.25, 0.25, 0.25, 0.25, 0.5, 0.5])
    log_mean = (g1 - g0) / np.log(g1 / g0)
    x0, x1 = lift(value, recipe.means)  # scores under a geometric mean run from 1
    expected = log_mean[:, None] * weight * np.log(x1 / x0)
    np.testing.assert_allclose(decompose(value, recipe).index, expected, rtol=1e-10)


def test_tiny_changes_keep_their_digits():
    recipe = replace(RECIPE, means=(Mean(0.0),) * 3)
    value = values(1e-9)
    c = decompose(value, recipe)
    assert (c.index > 0).all()
    np.testing.assert_allclose(c.index.sum(axis=1), 1e-9, rtol=0.2)


def test_what_cannot_be_split_says_why():
    value = values(5.0)
    value[1, 1, 0] = np.nan
    value[:, 2] = np.nan
    c = decompose(value, RECIPE)
    assert c.reason.tolist() == ["", "scored components differ between the periods", "not scored"]
    assert np.isnan(c.index[1:]).all()
    assert np.isfinite(c.index[0]).all()


def test_a_component_missing_in_both_periods_is_left_out_of_the_split():
    value = values(5.0)
    value[:, :, 1] = np.nan
    assert (decompose(value, RECIPE).reason == "not scored").all()  # no index without it
    c = decompose(value, replace(RECIPE, missing_components=1))
    np.testing.assert_array_equal(c.index[:, :2], 0)
    np.testing.assert_allclose(c.index.sum(axis=1), 5)


def test_gap_of_certain_scores_is_their_spread():
    point = np.array([[10.0, 20, 30, 40, np.nan], [10, 20, 30, 80, 5]])
    g = gap(point, np.tile(point, (3, 1, 1)))
    np.testing.assert_allclose(g.value[0], [30, 15, np.std([10, 20, 30, 40], ddof=1)])
    np.testing.assert_allclose(g.change[:2], [40, 10])
    for a, b in ((g.low, g.value), (g.high, g.value), (g.change_low, g.change)):
        np.testing.assert_allclose(a, b)
    np.testing.assert_allclose(g.by_chance, 0, atol=1e-12)


def test_gap_of_equal_wards_reaches_down_to_nothing():
    rng = np.random.default_rng(4)
    point = 50 + rng.normal(size=(2, 17))
    g = gap(point, point + rng.normal(size=(2000, 2, 17)))
    assert (g.low[:, 2] == 0).all()
    assert (g.by_chance > 0).all()
    assert ((g.change_low < 0) & (g.change_high > 0)).all()


def test_gap_needs_two_wards():
    with pytest.raises(ValueError, match="two wards"):
        gap(np.array([[1.0, np.nan], [1.0, 2.0]]), np.ones((5, 2, 2)))


@pytest.mark.parametrize("basis", ["unknown", "modelled", "no value"])
def test_a_change_asks_the_first_and_the_last_of_three_periods(basis: str) -> None:
    value = np.concatenate([values(4.0), values(9.0)[1:]])
    for period, rated in ((0, False), (1, True), (2, False)):
        told = errors(value.shape)
        told.basis[period] = basis
        found = indicator_moves(value, told, pair())
        np.testing.assert_allclose(found.change, 9)
        assert (found.reason == "").all() == rated
        assert (found.known == rated).all()


def test_what_is_known_of_a_change_is_known_of_its_two_ends() -> None:
    """Of three periods the one between says nothing, whatever its error."""
    value = np.concatenate([values(2.0), values(4.0)[1:]])
    whole = composites(value, errors(value.shape))
    between = errors(value.shape)
    between.basis[1] = "unknown"
    last = errors(value.shape)
    last.basis[2] = "unknown"
    for level, rated in whole.items():
        assert (composites(value, between)[level].rating == rated.rating).all()
        assert (composites(value, last)[level].rating == NOT_RATED).all()


def test_an_indicator_changes_between_the_ends_whatever_lies_between() -> None:
    value = np.concatenate([values(2.0), values(4.0)[1:]])
    value[1, 0] = np.nan
    value[2, 1] = np.nan
    moves = indicator_moves(value, errors(value.shape), pair())
    np.testing.assert_allclose(moves.change[0], 4.0)
    assert (moves.reason[0] == "").all()
    assert (moves.reason[1] == "no value in one of the periods").all()


@pytest.mark.parametrize(
    ("basis", "reason"),
    [("modelled", "modelled by its publisher"), ("no value", "no value in one of the periods")],
)
def test_modelled_or_missing_in_one_of_the_periods_is_so_in_the_change(basis, reason) -> None:
    value = values(2.0)
    made = errors(value.shape)
    made.basis[1, 0] = basis
    moves = indicator_moves(value, made, pair())
    assert (moves.reason[0] == reason).all()
    assert (moves.reason[1] == "").all()


def test_a_clear_change_of_less_than_a_unit_is_named_by_its_direction() -> None:
    value = values([0.5, -0.5, 0.5, -0.5, 0.5, -0.5])
    c = indicator_change(value, errors(value.shape, se=0.01), 1, pair())
    assert c.rating.tolist() == [[IMPROVEMENT, DECLINE] * 3] * 3


def test_the_error_of_a_change_is_the_spread_of_its_draws() -> None:
    """Of the two ends, whatever lies between; what is scored at one end alone has no change."""
    value = np.concatenate([values(2.0), values(5.0)[1:]])
    value[1, 0, 0] = value[2, 1, 0] = np.nan
    draws = simulate(value, errors(value.shape), RECIPE, np.random.default_rng(1), 5)
    moves = level_moves(score(value, RECIPE), draws, RECIPE, RECIPE, errors(value.shape))
    moved = (draws.full.index[:, 2] - draws.full.index[:, 0])[:, [0, 2]]
    np.testing.assert_allclose(moves.se[[0, 2], -1], moved.std(axis=0, ddof=1), rtol=1e-5)
    np.testing.assert_allclose(moves.change[[0, 2]], 5)
    assert (moves.reason[[0, 2]] == "").all()
    # of the second area the first component, and with it its dimension and the index
    assert moves.reason[1].tolist() == [
        "too few figures comparable in both periods",
        *("", "", "not the same components are scored in both periods", ""),
        "not the same components are scored in both periods",
    ]


def test_half_of_the_weight_must_be_comparable() -> None:
    value = values(2.0)
    part = replace(RECIPE, share=np.array([1.0, 0, 1, 0, 0.3, 0.7]), minimum=1)
    told = errors(value.shape)
    draws = simulate(value, told, RECIPE, np.random.default_rng(1), 5, comparable=part)
    moves = level_moves(score(value, part), draws, RECIPE, part, told)
    # of the components a half, a fifth and all; of the dimensions (0.5 + 0.2)/2 and 1
    np.testing.assert_allclose(moves.known[0], [0.5, 0.2, 1, 0.35, 1, 0.675])
    np.testing.assert_allclose(moves.change[0], [2, np.nan, 2, np.nan, 2, 2])


def test_contributions_are_to_the_change_between_the_ends() -> None:
    value = np.random.default_rng(2).uniform(20, 80, (3, 4, 6))
    found, ends = decompose(value, RECIPE), decompose(value[[0, 2]], RECIPE)
    np.testing.assert_array_equal(found.index, ends.index)
    np.testing.assert_allclose(found.index.sum(axis=1), found.change)


def test_what_a_point_makes_in_the_index_of_arithmetic_means_is_its_share_of_it() -> None:
    part = replace(RECIPE, share=np.array([1.0, 0, 1, 0, 0.3, 0.7]), minimum=1)
    found = influence(score(values(0.0, areas=1)[0], part), part)
    # two components in the first of two dimensions, one in the other
    np.testing.assert_allclose(found, [[1 / 4, 0, 1 / 4, 0, 0.3 / 2, 0.7 / 2]])
