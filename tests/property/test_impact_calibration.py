"""A small version of benchmarks/impact_calibration.py, with a band as wide as chance asks for."""

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks import impact_calibration as bench


@pytest.mark.parametrize("sizes", ["even", "uneven"])
@pytest.mark.parametrize("treated", [3, 4])
def test_primary_test_rejects_a_true_null_as_often_as_it_says(sizes, treated):
    draws = 400
    world = bench.Scenario(sizes, treated, 0.10)
    share = bench.false_positives(world, draws, np.random.default_rng(11))
    low, high = binom.ppf([1e-4, 1 - 1e-4], draws, 0.05) / draws
    assert low <= share <= high


def test_naive_tests_reject_far_too_often():
    world = bench.Scenario("even", 4, 0.20)
    shares = bench.naive_positives(world, 300, np.random.default_rng(2))
    assert shares["LSOA rows, HC1"] > 0.10
    assert shares["CR2, Bell–McCaffrey"] < 0.09


def test_worst_wards_chosen_fool_one_end_of_the_bracket_and_not_the_union():
    shares = bench.regression_to_the_mean(0.5, 150, np.random.default_rng(3))
    assert shares["DiD"] > 0.12
    assert shares["DiD bias (SD of wards)"] < -0.6
    assert shares["union covers zero"] >= 0.90


def test_table_has_a_band_and_an_answer_for_every_scenario(monkeypatch):
    monkeypatch.setattr(bench, "regression_to_the_mean", lambda *_: {"union covers zero": 0.95})
    table = bench.run(5, np.random.default_rng(4))
    assert len(table) > 30
    assert set(table.loc[table["test"] == "permutation, CV3", "treated"]) == {3, 4, 6}
    assert (table["within"] == table["share"].between(table["low"], table["high"])).all()
