"""Treatments named in the catalogue reach the scores, are fitted once, and change nothing else."""

import numpy as np
import pytest

from spi_core.build.edition import compute
from spi_core.build.treated import fit_edition, treat_errors, treat_inputs
from spi_core.edition.inputs import load
from spi_core.errors import InputError
from spi_core.uncertainty.sampling import sampling
from tests.support.editions import BOROUGH, WARDS, copy_open, make_edition, only, rewrite


def with_transform(folder, **named):
    """Name treatments in the register."""

    def change(rows):
        return [{**r, "transform": named.get(r["id"], r["transform"])} for r in rows]

    rewrite(folder / "indicators.csv", change)
    return folder


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    return load(with_transform(make_edition(tmp_path_factory.mktemp("t") / "made"), rent="log"))


@pytest.fixture(scope="module")
def built(logged):
    return compute(logged)


def test_without_a_named_treatment_nothing_is_fitted(tmp_path):
    assert fit_edition(load(make_edition(tmp_path / "made"))) is None


def test_goalpost_score_of_a_logged_indicator_is_linear_in_the_logarithm(logged, built):
    values = built["values"].query("indicator_id == 'rent' and area_code == @WARDS[0]")
    posts = logged.tables["goalposts"].set_index("indicator_id").loc["rent"]
    low, high = np.log(posts["worst"]), np.log(posts["best"])
    expected = np.clip(100 * (np.log(values["value"]) - low) / (high - low), 0, 100)
    np.testing.assert_allclose(values["score"], expected, rtol=0, atol=1e-9)


def test_raw_values_and_their_changes_stay_raw(logged, built):
    panel = logged.panel
    k, w = panel.indicators.index("rent"), panel.areas.index(WARDS[0])
    shown = built["values"].query("indicator_id == 'rent' and area_code == @WARDS[0]")["value"]
    np.testing.assert_allclose(shown, panel.value[:, w, k])
    moved = built["indicator_changes"].query("indicator_id == 'rent' and area_code == @WARDS[0]")
    np.testing.assert_allclose(moved["change"], np.diff(panel.value[:, w, k]))


def test_other_indicators_score_as_without_the_treatment(tmp_path, built):
    plain = compute(load(make_edition(tmp_path / "made")))["scores"]
    both = plain.merge(built["scores"], on=["area_code", "period", "element", "level"])
    other = both.query("level == 'indicator' and element != 'rent'")
    np.testing.assert_array_equal(other["score_x"], other["score_y"])
    assert (both.query("element == 'rent'").eval("abs(score_x - score_y)") > 0.01).any()


def test_quality_log_recomputes_treated_scores(built):
    assert "failed" not in set(built["quality"]["result"])


def test_errors_follow_the_slope_of_the_logarithm(logged):
    treatment = fit_edition(logged)
    people = np.ones(len(logged.panel.areas))
    families = [(BOROUGH, logged.geography.units)]
    raw = sampling(logged.panel, logged.framework, None, families, people)
    scaled = treat_errors(raw, logged.panel.value, treatment)
    k = logged.panel.indicators.index("rent")
    np.testing.assert_allclose(scaled.se[..., k], raw.se[..., k] / logged.panel.value[..., k])
    others = np.delete(np.arange(len(logged.panel.indicators)), k)
    np.testing.assert_array_equal(scaled.se[..., others], raw.se[..., others])


@pytest.mark.parametrize("name", ["cap", "winsorise"])
def test_bounded_values_stay_within_the_fitted_bounds(tmp_path, name):
    inputs = load(with_transform(make_edition(tmp_path / "made"), burglary=name))
    treatment = fit_edition(inputs)
    k = inputs.panel.indicators.index("burglary")
    treated = treat_inputs(inputs, treatment).panel.value[..., k]
    assert (treated >= treatment.lower[k]).all()
    assert (treated <= treatment.upper[k]).all()


def test_moments_serve_only_the_treatment_that_they_were_taken_after(tmp_path):
    fault = only(with_transform(copy_open(tmp_path / "open"), violence_offences="log"))
    assert (fault.row, fault.column, fault.value) == (8, "transform", "log")
    assert fault.message.startswith("is not what the moments of ")
    assert fault.message.endswith("/reference/moments.csv were taken after")
    assert fault.allowed == "none; `spi reference open` takes others"


def test_a_logarithm_of_negative_values_is_named(tmp_path):
    folder = with_transform(make_edition(tmp_path / "made"), rent="log")
    rewrite(
        folder / "observations" / "all.csv",
        lambda rows: [{**r, "value": "-5"} if r["indicator_id"] == "rent" else r for r in rows],
    )
    rewrite(
        folder / "indicators.csv",
        lambda rows: [{**r, "valid_min": ""} if r["id"] == "rent" else r for r in rows],
    )
    with pytest.raises(InputError, match="rent"):
        compute(load(folder))
