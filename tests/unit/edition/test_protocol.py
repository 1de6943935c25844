"""Reading interventions.yml: what is accepted, what is refused and in which words."""

import copy
import datetime

import pytest
import yaml

from spi_core.edition.interventions.design import protocol_hash
from spi_core.edition.interventions.protocol import read_designs
from spi_core.errors import InputError
from spi_core.levels import levels_of

WARDS = [f"W{i}" for i in range(1, 7)]
LSOAS = {f"L{i}{j}": f"W{i}" for i in range(1, 7) for j in range(1, 4)}
OUTCOMES = {"crime": ["2016", "2017", "2019"], "drugs": ["2016", "2017", "2019"], "jobs": ["2016"]}

TEXT = """
interventions:
  - id: pspo
    name: A scheme
    start: 2018-03-19
    targeting: ward
    treated: [W2, W1]
    before: [2016, 2017]
    after: [2019]
    primary:
      - {id: crime, direction: down, label: Crime, unit: per 1000}
    placebo:
      - {id: drugs, direction: down}
    selection: lasting_level
    card: {what: Patrols}
"""


def entry(**changes):
    document = yaml.safe_load(TEXT)
    document["interventions"][0].update(changes)
    return document


def read(document):
    levels, areas = levels_of(["borough", "ward", "lsoa"]), {"lsoa": LSOAS, "ward": WARDS}
    return read_designs(document, levels=levels, areas=areas, outcomes=OUTCOMES, covariates=["imd"])


def test_protocol_is_read_with_dates_and_years_as_text():
    (design,) = read(entry())
    assert design.start == "2018-03-19"
    assert design.before == ("2016", "2017")
    assert design.treated == ("W1", "W2")
    assert design.primary[0].unit == "per 1000"
    assert design.comparison == "others"
    assert design.card == {"what": "Patrols"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"treated": ["W1", "W9"]}, "'W9' is none of the wards"),
        ({"treated": ["L11"], "targeting": "lsoa", "excluded": ["L99"]}, "none of the LSOAs"),
        ({"end": datetime.date(2017, 1, 1)}, "'2017-01-01' is before the start"),
        ({"end": "2017"}, "'2017' is before the start"),
        ({"start": "2018-02-31"}, "is no date"),
        ({"start": "18 March"}, "does not match"),
        ({"treated": WARDS}, "nothing is left to compare with"),
        ({"treated": WARDS}, "comparison: none"),
        ({"excluded": ["W1"]}, "is also excluded"),
        ({"before": ["2018"]}, "is not before the start"),
        ({"after": ["2017"], "before": ["2016"]}, "'2017' is before the start"),
        ({"before": ["2016", "2017"], "earlier": ["2016"]}, "is used twice"),
        ({"primary": [{"id": "jobs", "direction": "up"}]}, "has no values in period 2017"),
        ({"primary": [{"id": "joy", "direction": "up"}]}, "is no known outcome"),
        ({"primary": [{"id": "drugs", "direction": "up"}]}, "is already primary"),
        ({"primary": [{"id": "crime"}]}, "'direction' is a required property"),
        ({"primary": [{"id": "crime", "direction": "better"}]}, "is not one of ['up', 'down']"),
        ({"primary": []}, "should be non-empty"),
        ({"primary": [{"id": f"o{i}", "direction": "up"} for i in range(7)]}, "is too long"),
        ({"covariate": "income"}, "is unknown"),
        ({"tretaed": ["W1"]}, "'tretaed' was unexpected"),
        ({"alpha": 0.9}, "greater than the maximum"),
        ({"protocol_sha256": "0" * 64}, "it was changed after it was fixed"),
    ],
)
def test_bad_protocol_is_refused_in_words(changes, message):
    with pytest.raises(InputError) as caught:
        read(entry(**changes))
    assert message in str(caught.value)


def test_all_faults_are_reported_at_once():
    with pytest.raises(InputError) as caught:
        read(entry(treated=["W8", "W9"], end="2017", covariate="income"))
    assert len(caught.value.faults) == 4


def test_document_that_is_no_protocol():
    for document in (None, [], {}, {"interventions": []}, {"interventions": "x"}):
        with pytest.raises(InputError):
            read(document)


def test_id_used_twice():
    document = entry()
    document["interventions"].append(copy.deepcopy(document["interventions"][0]))
    with pytest.raises(InputError, match="used twice"):
        read(document)


def test_borough_wide_scheme_may_declare_that_it_has_no_comparison():
    (design,) = read(entry(treated=WARDS, comparison="none"))
    assert design.comparison == "none"


def test_hash_ignores_order_of_codes_and_prose_and_nothing_else():
    (design,) = read(entry())
    same = read(entry(treated=["W1", "W2"], name="Another title", card={}))[0]
    assert protocol_hash(design) == protocol_hash(same)
    for change in (
        {"treated": ["W1", "W3"]},
        {"alpha": 0.1},
        {"primary": [{"id": "crime", "direction": "up", "label": "Crime", "unit": "per 1000"}]},
        {"selection": "unknown"},
        {"before": ["2017"]},
        {"covariate": "imd"},
    ):
        assert protocol_hash(read(entry(**change))[0]) != protocol_hash(design)


def test_stated_hash_that_fits_is_accepted():
    (design,) = read(entry())
    assert read(entry(protocol_sha256=protocol_hash(design))) == (design,)
