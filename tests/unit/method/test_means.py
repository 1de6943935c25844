"""A mean is one object: what it is called, what it takes, and who must agree with it."""

from __future__ import annotations

import json
import math
from importlib import resources

import jsonschema
import numpy as np
import pytest

from spi_core.edition.settings import _Validator
from spi_core.method.means import NAMED, Mean, lift, lowest, means_of


def _schema() -> jsonschema.protocols.Validator:
    text = (resources.files("spi_core.edition") / "edition.schema.json").read_text("utf-8")
    return _Validator(json.loads(text)["$defs"]["mean"])


def test_the_schema_of_editions_takes_the_means_there_are_and_no_other() -> None:
    """Settings and method cannot import each other: this keeps the two lists one."""
    schema = _schema()
    assert schema.schema["anyOf"][0]["enum"] == list(NAMED)
    assert all(name in schema.schema["description"] for name in NAMED)  # what a fault allows
    assert all(Mean.of(name).order == order for name, order in NAMED.items())
    edges = (0.01, 10.0)
    orders = [0, 0.3, *(s * e * f for s in (-1, 1) for e in edges for f in (0.999, 1, 1.001))]
    for order in (*orders, math.nan, math.inf, -math.inf):
        setting = {"mean": "generalised", "order": order}
        try:
            taken = Mean.of(setting).order == order
        except ValueError:
            taken = False
        assert schema.is_valid(setting) == taken, order


@pytest.mark.parametrize("order", [99, -10.5, 0.001, math.nan, math.inf])
def test_orders_that_would_lose_digits_are_refused(order: float) -> None:
    with pytest.raises(ValueError, match=r"0, or lie between 0\.01 and 10"):
        Mean(order)


def test_an_unknown_mean_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'median'.*arithmetic, geometric, harmonic"):
        Mean.of("median")


def test_means_are_called_by_name_or_by_order() -> None:
    named = [Mean.of(name).name for name in ("arithmetic", "geometric", "harmonic")]
    assert named == ["arithmetic mean", "geometric mean", "harmonic mean"]
    assert Mean.of({"mean": "generalised", "order": 0.3}).name == "generalised mean of order 0.3"
    assert Mean.of({"mean": "generalised", "order": 0}) == Mean.of("geometric")


def test_one_mean_without_zero_moves_the_scale_of_all() -> None:
    settings = {
        "component_mean": "arithmetic",
        "dimension_mean": {"mean": "generalised", "order": 2},
    }
    means = means_of({**settings, "index_mean": "harmonic"})
    assert [mean.order for mean in means] == [1, 2, -1]
    assert lowest(means) == 1
    np.testing.assert_allclose(lift([-3, 0, 50, 100], means), [1, 1, 50.5, 100])
    np.testing.assert_array_equal(lift([-3, 0, 50, 100], means[:2]), [0, 0, 50, 100])
    np.testing.assert_array_equal(lift([-3, 0, 50, 100], means[:1]), [-3, 0, 50, 100])


def test_a_single_mean_in_single_precision_stays_there() -> None:
    x = np.array([1, 50, 100], np.float32)
    for order in (1, 0, -1, 0.5, 10, -10):
        mean = Mean(order)
        found = mean.inverse(mean.forward(x))
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, x, rtol=1e-5)


@pytest.mark.parametrize("order", [0.5, 1.0, 2.0])
def test_where_both_scores_are_0_the_slope_is_that_of_the_first_point(order: float) -> None:
    # the derivative there would be infinite, 1 or 0
    found = Mean(order).slope([0.0, 0.0, np.nan], [0.0, 1.0, 1.0])
    np.testing.assert_allclose(found, [1, 1, np.nan])
    if order != 1:
        with pytest.raises(ValueError, match="needs scores of 0 or more"):
            Mean(order).forward(np.array([-1.0]))


def test_the_worked_example_of_the_human_development_index() -> None:
    """UNDP, *Technical notes*, note 1 (2020): (0.6971 · 0.3447 · 0.5506)^(1/3) = 0.510."""
    parts, mean = np.array([0.6971, 0.3447, 0.5506]), Mean.of("geometric")
    assert round(float(mean.inverse(mean.forward(parts).mean())), 3) == 0.510
