"""The build's own checks find what they are there to find."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spi_core.build import edition as build_module
from spi_core.build.audit.checks import quality_log, steps
from spi_core.build.evidence import Evidence
from spi_core.edition.inputs import load
from tests.support.editions import INDICATORS, WARDS, make_edition, read, rewrite, settings, write

FORMULA = "Component scores by the formula with z-scores"
MEANS = "Dimensions and index are means of what is scored"
FROZEN = "Frozen weights"
PARTS = "Contributions add up to the change"


def assessed(edition: Path) -> Evidence:
    """Compute an edition and hand out what its checks are given."""
    kept: list[Evidence] = []
    with pytest.MonkeyPatch.context() as patch:
        log = build_module.quality_log
        patch.setattr(build_module, "quality_log", lambda a: [kept.append(a), log(a)][1])
        build_module.compute(load(edition))
    return kept[0]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return make_edition(tmp_path / "tiny")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return assessed(make_edition(tmp_path_factory.mktemp("sound") / "tiny"))


def _results(a: Evidence) -> dict[str, str]:
    log = quality_log(a)
    assert set(log["result"]) <= {"passed", "failed", "noted"}
    assert (log["detail"] != "").all()
    return dict(zip(log["check"], log["result"], strict=True))


def test_a_sound_edition_fails_nothing(sound: Evidence) -> None:
    results = _results(sound)
    assert "failed" not in results.values()
    assert (results[FORMULA], results[MEANS], results[PARTS]) == ("passed",) * 3
    assert results[FROZEN] == "noted"  # fitted by this build
    assert results["Expert sign-off"] == "noted"
    assert results["Borough values"] == "noted"  # some have no counts to add up


@pytest.mark.parametrize("level", ["component", "dimension", "index"])
@pytest.mark.parametrize("wrong", [1e-6, np.nan], ids=["moved", "lost"])
def test_a_score_that_was_tampered_with_fails(sound: Evidence, level: str, wrong: float) -> None:
    spoilt = getattr(sound.scores, level).copy()
    spoilt[(1, 3, 0)[: spoilt.ndim]] += wrong
    results = _results(replace(sound, scores=replace(sound.scores, **{level: spoilt})))
    assert results[FORMULA if level == "component" else MEANS] == "failed"


def test_means_are_checked_under_geometric_means_too(tiny: Path) -> None:
    settings(
        tiny,
        lambda s: s["index"].update(
            component_mean="geometric", dimension_mean="geometric", index_mean="geometric"
        ),
    )
    a = assessed(tiny)
    assert _results(a)[FORMULA] == "noted"
    assert _results(a)[MEANS] == "passed"
    spoilt = a.scores.index.copy()
    spoilt[0, 2] += 1e-6
    assert _results(replace(a, scores=replace(a.scores, index=spoilt)))[MEANS] == "failed"


def test_gaps_do_not_hide_a_wrong_score(tiny: Path) -> None:
    """One missing figure must not turn the comparison of every other component into nothing."""
    path = tiny / "observations" / "all.csv"
    gap = {"value": "", "numerator": "", "denominator": "", "status": "missing"}
    rewrite(path, lambda rows: [r | gap if r["indicator_id"] == "turnout" else r for r in rows])
    a = assessed(tiny)
    assert _results(a)[FORMULA] == "passed"
    spoilt = a.scores.component.copy()
    spoilt[0, 1, 1] += 0.5
    assert _results(replace(a, scores=replace(a.scores, component=spoilt)))[FORMULA] == "failed"


def _freeze(edition: Path) -> None:
    weights = build_module.compute(load(edition))["weights"]
    weights.to_csv(edition / "weights.csv", index=False)


def test_frozen_weights_of_the_same_data_pass(tiny: Path) -> None:
    _freeze(tiny)
    assert _results(assessed(tiny))[FROZEN] == "passed"


def test_frozen_weights_that_a_refit_would_not_give_are_noted_not_failed(tiny: Path) -> None:
    _freeze(tiny)
    rows = read(tiny / "weights.csv")
    posts = {r["indicator_id"]: r for r in read(tiny / "goalposts.csv")}
    shelter = [r for r in rows if r["component"] == "Shelter"]
    for r, weight in zip(shelter, (0.5, 0.3, 0.2), strict=True):
        r["weight"] = str(weight)
    reach = [
        float(r["weight"])
        * abs(float(posts[i]["best"]) - float(posts[i]["worst"]))
        / float(r["sd"])
        for r in shelter
        for i in [r["indicator_id"]]
    ]
    for r, part in zip(shelter, reach, strict=True):
        r["share"] = repr(part / sum(reach))
    write(tiny / "weights.csv", rows)
    a = assessed(tiny)
    assert _results(a)[FROZEN] == "noted"
    assert _results(a)[FORMULA] == "passed"  # by the weights in use, whatever a refit would say
    detail = quality_log(a).set_index("check").at[FROZEN, "detail"]
    assert "a refit differs by at most 1.7e-01" in detail


def test_given_weights_are_not_refitted(tiny: Path) -> None:
    _freeze(tiny)
    rewrite(tiny / "weights.csv", lambda rows: [r | {"method": "given"} for r in rows])
    settings(tiny, lambda s: s["index"].update(weights="given"))
    assert _results(assessed(tiny))[FROZEN] == "noted"


def test_failed_replicates_are_noted(sound: Evidence) -> None:
    failed = replace(sound.everything, n_failed=3)
    log = quality_log(replace(sound, everything=failed)).set_index("check")
    assert log.at["Monte Carlo", "result"] == "noted"
    assert log.at["Monte Carlo", "detail"] == "3 of 400 replicates failed"


def test_sign_off_passes_when_every_indicator_is_signed(tiny: Path) -> None:
    signature = {"organisation": "Council", "date": "2015-01-05", "caveat": "", "expert": "A. Ames"}
    rows = [{"indicator_id": i[0], **signature} for i in INDICATORS]
    columns = ["indicator_id", "expert", "organisation", "date", "caveat"]
    write(tiny / "signoff.csv", [{c: r[c] for c in columns} for r in rows])
    assert _results(assessed(tiny))["Expert sign-off"] == "passed"
    write(tiny / "signoff.csv", [{c: r[c] for c in columns} for r in rows[1:]])
    assert _results(assessed(tiny))["Expert sign-off"] == "noted"


def test_steps_count_what_goes_in_and_out(tiny: Path) -> None:
    gap = {"value": "", "numerator": "", "denominator": "", "status": "missing"}
    rewrite(
        tiny / "observations" / "all.csv",
        lambda rows: [
            r | gap
            if (r["indicator_id"], r["area_code"], r["period"]) == ("rent", WARDS[0], "current")
            else r
            for r in rows
        ],
    )
    a = assessed(tiny)
    table = steps(a, a.inputs, a.filled, a.scores)
    count = table.set_index("what")["count"].to_dict()
    assert count["rows of observations"] == 144
    assert count["cells (areas × periods × indicators)"] == 9 * 2 * 9
    # the ward's cell, and the borough's that rests on it
    assert count["cells without a value"] == count["cells filled by regression"] == 2
    assert count["indicators that count in a component"] == 8
    assert count["indicators shown but not scored"] == 1
    assert count["of these without values that differ"] == 0
    assert count["component scores"] == 9 * 2 * 3
    assert count["index scores"] == 9 * 2
    assert count["indicators comparable over time that count"] == 7
    assert count["component scores in both periods"] == 9 * 3
