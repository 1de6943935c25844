"""Comparators and ratings against them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from spi_core.text.words import NOT_RATED, RATING_RULE, SIMILAR, STRENGTH, WEAKNESS
from spi_core.uncertainty.peers import (
    borough_difference,
    context_matrix,
    nearest,
    rate,
)

# ward 0 is rated; wards 1–5 are its comparators: median 50, average absolute deviation 4
PEERS = np.array([[1, 2, 3, 4, 5]] * 6)
OTHERS = np.array([40.0, 46, 50, 52, 54])


def rated(score, error=0.01, minimum=1.0, others=OTHERS, **options):
    point = np.append(score, others)[:, None]
    draws = point + np.random.default_rng(1).normal(0, error, (2000, 6, 1))
    r = rate(point, draws, PEERS, minimum, **options)
    return r, r.rating[0, 0]


def test_distances_match_scipy():
    x = np.random.default_rng(1).normal(size=(17, 5)) * [1, 10, 100, 1, 1]
    distance = cdist(x, x, "seuclidean", V=x.var(axis=0, ddof=1))
    np.fill_diagonal(distance, np.inf)
    found = nearest(x, 5)
    np.testing.assert_array_equal(found.position, np.argsort(distance, axis=1)[:, :5])
    np.testing.assert_allclose(found.distance, np.sort(distance, axis=1)[:, :5])


def test_ties_keep_the_order_of_the_wards():
    assert nearest([[0.0], [1.0], [-1.0], [5.0]], 2).position[0].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("context", "number", "message"),
    [
        ([[1.0], [2.0]], 2, "allow 1 to 1"),
        ([[1.0], [2.0]], 0, "allow 1 to 1"),
        ([[1.0, 3.0], [2.0, 3.0]], 1, "vary between wards: column 1"),
        ([[1.0], [np.nan]], 1, "without gaps"),
        ([1.0, 2.0], 1, "table of numbers"),
    ],
)
def test_context_that_cannot_compare_is_refused(context, number, message):
    with pytest.raises(ValueError, match=message):
        nearest(context, number)


def test_two_wards_are_each_others_comparator():
    assert nearest([[1.0], [2.0]], 1).position.tolist() == [[1], [0]]


def context(rows):
    return pd.DataFrame(rows, columns=["area_code", "variable", "value"])


def test_context_is_joined_on_codes():
    table = context(
        [("b", "v", 2.0), ("a", "w", 3.0), ("a", "v", 1.0), ("b", "w", 4.0), ("z", "v", 9)]
    )
    np.testing.assert_array_equal(context_matrix(table, ["a", "b"], ["w", "v"]), [[3, 1], [4, 2]])


def test_gaps_in_the_context_are_named():
    table = context([("a", "v", 1.0), ("b", "v", 1.0), ("b", "v", 2.0), ("a", "w", np.nan)])
    with pytest.raises(ValueError, match=r"a w, b w, b v \(twice\)"):
        context_matrix(table, ["a", "b"], ["v", "w"])


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (54.5, STRENGTH),
        (54.0, SIMILAR),
        (53.9, SIMILAR),
        (50.0, SIMILAR),
        (46.1, SIMILAR),
        (45.5, WEAKNESS),
    ],
)
def test_a_score_must_lie_beyond_the_average_deviation(score, expected):
    r, rating = rated(score)
    assert rating == expected
    assert r.median[0, 0] == 50
    assert r.spread[0, 0] == pytest.approx(4.0)


@pytest.mark.parametrize(("score", "expected"), [(50.9, SIMILAR), (51.1, STRENGTH)])
def test_a_difference_needs_the_stated_minimum(score, expected):
    assert rated(score, others=np.full(5, 50.0), error=1e-4)[1] == expected
    assert rated(score, others=np.full(5, 50.0), error=1e-4, minimum=0)[1] == STRENGTH


def test_a_difference_that_chance_could_make_is_similar():
    assert rated(56.0, error=1.0)[1] == STRENGTH
    r, rating = rated(56.0, error=6.0)
    assert rating == SIMILAR
    assert r.tier.low[0, 0] < 0 < r.tier.high[0, 0]


def test_the_error_of_a_difference_is_the_spread_of_drawn_differences():
    rng = np.random.default_rng(3)
    point = np.append(70.0, OTHERS)[:, None]
    draws = point + rng.normal(size=(7, 1, 1)) + 0.3 * rng.normal(size=(7, 6, 1))
    t = rate(point, draws, PEERS, 1).tier
    sd = (draws[:, 0] - np.median(draws[:, 1:], axis=1)).std(ddof=1)
    half = stats.norm.ppf(0.5 + t.level / 2) * sd
    np.testing.assert_allclose([t.low[0, 0], t.high[0, 0]], [20 - half, 20 + half])
    # of what nothing varies there is no error
    draws = np.concatenate([draws, 0 * draws + 1], axis=-1)
    _, t = borough_difference(np.repeat(point, 2, axis=1), draws, 2)
    sd = (draws[:, 0, 0] - draws[:, 2, 0]).std(ddof=1)
    half = stats.norm.ppf(0.5 + t.level / 2) * sd
    np.testing.assert_allclose([t.low[0, 0], t.high[0, 0]], [24 - half, 24 + half])
    assert t.tested == 5
    assert np.isnan(t.low[:, 1]).all()


def test_what_is_not_scored_is_not_rated_and_says_why():
    r, rating = rated(np.nan)
    assert (rating, r.reason[0, 0]) == (NOT_RATED, "not scored")
    r, rating = rated(90.0, others=np.array([50, 50, np.nan, np.nan, np.nan]))
    assert (rating, r.reason[0, 0]) == (NOT_RATED, "fewer than 3 comparators are scored")
    r, rating = rated(90.0, unknown=np.array([["not known"]] + [[""]] * 5))
    assert (rating, r.reason[0, 0]) == (NOT_RATED, "not known")
    assert r.tier.tested == 5


def test_a_comparator_without_a_score_is_left_out():
    r, rating = rated(90.0, others=np.array([40, 50, 60, np.nan, 70]))
    assert r.median[0, 0] == 55
    assert r.spread[0, 0] == pytest.approx(10)
    assert rating == STRENGTH


def test_a_ward_is_rated_against_others_that_are_not_rated_themselves():
    others = np.array([[40.0], [50.0], [60.0]])
    noise = np.random.default_rng(4).normal(size=(2000, 4, 1))
    r = rate([[90.0]], 90 + noise[:, :1], [[1, 2, 3]], 1, elsewhere=(others, others + noise[:, 1:]))
    assert (r.median.tolist(), r.rating.tolist()) == ([[50.0]], [[STRENGTH]])
    assert r.tier.tested == 1


def test_in_a_population_near_is_what_most_find():
    x = np.append(np.arange(60.0), [200.0, 300.0, 400.0])[:, None]
    few, every = nearest(x, 4, of=3), nearest(x, 4)
    np.testing.assert_array_equal(few.position, every.position[:3])
    assert few.usual == pytest.approx(np.quantile(every.distance[:, 3], 0.95))
    assert few.usual < every.usual


def test_the_rule_names_its_numbers():
    text = RATING_RULE.format(number=5, minimum=1.0, areas="wards", whose="wards’")
    assert "median of the 5 wards" in text
    assert "more than 1 point" in text
    assert "judged together" in text
    assert "own choice" in text


def test_ratings_refuse_what_does_not_fit():
    with pytest.raises(ValueError, match="same wards and items"):
        rate(np.ones((3, 1)), np.ones((5, 3, 1)), [[1, 2]], 1)
    with pytest.raises(ValueError, match="0 or more"):
        rate(np.ones((3, 1)), np.ones((5, 3, 1)), [[1], [0], [0]], minimum=-1)


def test_wards_against_their_borough():
    point = np.array([[50.0], [55.0], [49.0]])
    draws = point + np.random.default_rng(2).normal(size=(20_000, 3, 1))
    difference, tier = borough_difference(point, draws, 0)
    np.testing.assert_allclose(difference[:, 0], [5, -1])
    # one of two is clear: intervals of 95 %
    np.testing.assert_allclose((tier.high - tier.low)[:, 0] / 2, 1.96 * 2**0.5, rtol=0.03)
    assert tier.clear[:, 0].tolist() == [True, False]
