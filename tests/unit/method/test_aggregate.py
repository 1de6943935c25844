from __future__ import annotations

import math

import numpy as np
import pytest

from spi_core.method.aggregate import _BLOCK_CELLS, _BLOCK_PRODUCTS, _blocks, _Level, hierarchy
from spi_core.method.means import Mean

NAN = np.nan


def _slow_mean(values: list[float], weights: list[float], order: float, minimum: int) -> float:
    """The formula, one parent at a time, over the children present."""
    pairs = [(v, w) for v, w in zip(values, weights, strict=True) if not math.isnan(v)]
    total = sum(w for _, w in pairs)
    if len(pairs) < max(minimum, 1) or total == 0:
        return NAN
    if order == 0:
        return math.exp(sum(w * math.log(v) for v, w in pairs) / total)
    return (sum(w * v**order for v, w in pairs) / total) ** (1 / order)


@pytest.mark.parametrize("missing", [0.0, 0.2, 0.8])
@pytest.mark.parametrize("orders", [[1, 1, 1], [0, -1, 1], [2, 0.5, -3], [0.5, 0, 10]])
def test_hierarchy_matches_the_formula_parent_by_parent(
    missing: float, orders: list[float]
) -> None:
    rng = np.random.default_rng(7)
    x = rng.uniform(1, 100, (2, 40, 9))
    x[rng.random(x.shape) < missing] = NAN
    parent = [[2, 0, 0, 1, 1, 1, 2, 2, 2], [0, 1, 1], [0, 0]]
    weights = [rng.uniform(0.1, 1, len(p)) for p in parent]
    minimum = [2, 1, 2]
    before = x.copy()
    result = hierarchy(x, parent, weights, [Mean(order) for order in orders], minimum)
    child = x
    for level in range(3):
        p = np.array(parent[level])
        for c in range(p.max() + 1):
            at = np.flatnonzero(p == c)
            expected = [
                _slow_mean(list(row), list(weights[level][at]), orders[level], minimum[level])
                for row in child[..., at].reshape(-1, at.size)
            ]
            ours = result.scores[level][..., c].ravel()
            np.testing.assert_allclose(ours, expected, rtol=1e-10)
            share = (~np.isnan(child[..., at])).mean(axis=-1)
            np.testing.assert_allclose(result.coverage[level][..., c], share)
        child = result.scores[level]
    np.testing.assert_array_equal(x, before)


def test_any_layout_and_number_of_blocks_gives_the_same() -> None:
    x = np.random.default_rng(1).uniform(0, 100, (4, 3000, 12))
    parent = [np.repeat([0, 1, 2], 4), [0, 0, 0]]
    whole = hierarchy(x, parent).scores
    for turned in (np.asfortranarray(x), x[:, ::-1][:, ::-1]):
        for a, b in zip(hierarchy(turned, parent).scores, whole, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-13)
    np.testing.assert_allclose(hierarchy(x[2], parent).scores[1], whole[1][2], rtol=1e-13)


@pytest.mark.parametrize(("k", "parents", "areas"), [(12, 3, 7000), (84, 12, 900), (600, 500, 3)])
def test_blocks_cover_every_row_once_and_are_as_large_as_a_cache_and_a_thread_allow(
    k: int, parents: int, areas: int
) -> None:
    member = np.eye(parents)[np.arange(k) % parents]
    level = _Level(member, Mean(1.0), np.ones(parents))
    found = [here for here, _ in _blocks(2 * areas, areas, np.ones((2, k)), level, (2,))]
    rows = np.concatenate([np.arange(2 * areas)[here] for here in found])
    np.testing.assert_array_equal(rows, np.arange(2 * areas))
    for here in found:
        n = here.stop - here.start
        fits = [m * k <= _BLOCK_CELLS and m * k * parents <= _BLOCK_PRODUCTS for m in (n, n + 1)]
        assert n == 1 or (n > 0 and fits[0])
        assert not fits[1] or here.stop % areas == 0


def test_weights_by_replicate_match_one_replicate_at_a_time() -> None:
    rng = np.random.default_rng(2)
    x = rng.uniform(0, 100, (3, 50, 4))
    x[0, 0, 0] = NAN
    w = rng.uniform(0, 1, (3, 4))
    parent = [[0, 0, 1, 1], [0, 0]]
    together = hierarchy(x, parent, [w, None])
    for r in range(3):
        alone = hierarchy(x[r], parent, [w[r], None])
        for a, b in zip(together.scores, alone.scores, strict=True):
            np.testing.assert_allclose(a[r], b, rtol=1e-13)
    # one panel, many sets of weights
    spread = hierarchy(x[1], parent, [w, None]).scores[1]
    assert spread.shape == (3, 50, 1)
    # replicates may have two axes
    both = hierarchy(x, parent, [np.stack([w, w[::-1]]), None]).scores[1]
    np.testing.assert_allclose(both[0], together.scores[1], rtol=1e-13)
    np.testing.assert_allclose(both[1, 2], hierarchy(x[2], parent, [w[0], None]).scores[1])
    np.testing.assert_allclose(spread[2], hierarchy(x[1], parent, [w[2], None]).scores[1])


def test_an_empty_or_childless_component_is_left_out_and_shows() -> None:
    x = np.array([[10.0, 20.0, NAN], [30.0, NAN, NAN]])
    # components: 0 has two indicators, 1 has none at all, 2 has no value
    result = hierarchy(x, [[0, 0, 2], [0, 0, 0]], minimum=[2, 1])
    np.testing.assert_array_equal(result.scores[0], [[15, NAN, NAN], [NAN, NAN, NAN]])
    np.testing.assert_array_equal(result.scores[1], [[15], [NAN]])
    np.testing.assert_allclose(result.coverage[0], [[1, 0, 0], [0.5, 0, 0]])
    np.testing.assert_allclose(result.coverage[1], [[1 / 3], [0]])


def test_two_areas_and_one_child_are_enough() -> None:
    assert hierarchy([[5.0], [7.0]], [[0]]).scores[0].ravel().tolist() == [5, 7]


def test_minimum_can_differ_by_parent() -> None:
    x = [[1.0, NAN, 3.0, NAN]]
    result = hierarchy(x, [[0, 0, 1, 1]], minimum=[[1, 2]])
    np.testing.assert_array_equal(result.scores[0], [[1, NAN]])


def test_missing_child_of_weight_zero_counts_as_missing() -> None:
    result = hierarchy([[4.0, NAN]], [[0, 0]], [[1.0, 0.0]])
    assert result.scores[0][0, 0] == 4
    assert result.coverage[0][0, 0] == 0.5
    assert np.isnan(hierarchy([[NAN, 4.0]], [[0, 0]], [[1.0, 0.0]]).scores[0][0, 0])


def test_low_scores_are_refused_where_the_mean_is_not_defined() -> None:
    def mean(order: float, *children: float) -> float:
        parent = [[0] * len(children)]
        return float(hierarchy([children], parent, means=[Mean(order)]).scores[0][0, 0])

    for order, word in ((0, "geometric mean"), (-1, "harmonic mean"), (-0.5, "of order -0.5")):
        for low in (0.0, -3.0):
            with pytest.raises(ValueError, match=rf"{word} needs scores above 0.*1–100"):
                mean(order, low, 5.0)
    with pytest.raises(ValueError, match="0 or more"):
        mean(2, -1.0, 5.0)
    assert mean(1, -1.0, 5.0) == 2
    assert mean(0.5, 0.0, 0.0) == 0


@pytest.mark.parametrize("x", [[[np.inf, 1.0]], [[np.inf, -np.inf]], [[np.inf, NAN]]])
def test_infinite_scores_are_refused(x: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="finite"):
        hierarchy(x, [[0, 0]])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"scores": [1.0, 2.0]}, "shape"),
        ({"parent": [[0, 0, 0]]}, "2 integer positions"),
        ({"parent": [[0.0, 0.0]]}, "2 integer positions"),
        ({"parent": [[0, -1]]}, "between 0 and"),
        ({"parent": [[0, 2], [0, 0]]}, "between 0 and 1"),
        ({"parent": []}, "at least 1"),
        ({"weights": [[1.0, 1.0], [1.0]]}, "2 sets of weights for 1"),
        ({"weights": [[1.0]]}, "2 values"),
        ({"weights": [[1.0, -1.0]]}, "not negative"),
        ({"weights": [[1.0, NAN]]}, "finite"),
        ({"weights": [[0.0, 0.0]]}, "above 0"),
        ({"means": [Mean(0), Mean(0)]}, "as many means"),
        ({"minimum": [1, 1]}, "as many means"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, object], word: str) -> None:
    fine: dict[str, object] = {"scores": [[1.0, 2.0]], "parent": [[0, 0]]}
    with pytest.raises(ValueError, match=word):
        hierarchy(**{**fine, **change})  # type: ignore[arg-type]


def test_a_minimum_above_the_number_of_children_is_never_met() -> None:
    result = hierarchy([[1.0, 2.0, 3.0]], [[0, 0, 1]], minimum=[2])
    np.testing.assert_array_equal(result.scores[0], [[1.5, NAN]])
    assert result.coverage[0].tolist() == [[1, 1]]
