"""The door of interventions.yml: every fault is named, with what is allowed, and nothing is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from spi_core.build.chapters import run_chapters
from spi_core.edition.inputs import load
from tests.support.editions import OPEN, WARDS, faults, make_edition, only, spoil, write

Entry = dict[str, Any]


def entry(**changes: Any) -> Entry:
    values: Entry = {
        "id": "wardens",
        "name": "Wardens",
        "start": 2014,
        "targeting": "ward",
        "treated": list(WARDS[:3]),
        "before": ["baseline"],
        "after": ["current"],
        "primary": [{"id": "burglary", "direction": "down"}],
    }
    return values | changes


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    return make_edition(tmp_path / "tiny")


def put(edition: Path, *entries: Entry) -> Path:
    text = yaml.safe_dump({"interventions": list(entries)}, allow_unicode=True)
    (edition / "interventions.yml").write_text(text, "utf-8")
    return edition


def test_without_the_file_there_are_no_designs(edition: Path) -> None:
    assert load(edition).designs == ()


def test_a_sound_file_is_part_of_the_inputs(edition: Path) -> None:
    inputs = load(put(edition, entry()))
    assert [design.id for design in inputs.designs] == ["wardens"]


BAD: dict[str, tuple[Entry, str, str]] = {
    "unknown ward": ({"treated": ["E05999999", WARDS[0]]}, "is none of the wards", WARDS[0]),
    "end before start": ({"end": 2013}, "'2013' is before the start", "2014 or later"),
    "all wards treated": (
        {"treated": list(WARDS)}, "nothing is left to compare with", "comparison: none",
    ),
    "unknown outcome": (
        {"primary": [{"id": "joy", "direction": "up"}]}, "'joy' is no known outcome", "Choice",
    ),
    "missing period": ({"after": ["2019"]}, "has no values in period 2019", "baseline, current"),
    "changed protocol": ({"protocol_sha256": "0" * 64}, "it was changed after it was fixed", ""),
    "small areas": (
        {"targeting": "lsoa"}, "is not a level that can be treated", "ward",
    ),
    "too many primary outcomes": (
        {"primary": [{"id": f"o{i}", "direction": "up"} for i in range(7)]}, "is too long", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_fault_names_file_intervention_and_what_is_allowed(edition: Path, name: str) -> None:
    changes, message, allowed = BAD[name]
    found = [str(f) for f in faults(put(edition, entry(**changes)))]
    said = [f for f in found if message in f]
    assert said, found
    assert all("interventions.yml" in f for f in found)
    assert allowed in said[0]


def test_all_faults_of_all_interventions_come_at_once(edition: Path) -> None:
    found = faults(put(edition, entry(treated=["E05999999"]), entry(id="b", end=2013)))
    assert {f.value for f in found} >= {"E05999999", "2013"}


@pytest.mark.parametrize(
    ("content", "message", "row"),
    [
        (b"interventions:\n  - id: [a\n", "is not valid YAML", 3),
        (b"interventions: \xff", "is not UTF-8", None),
        (b"", "is not of type 'object'", None),
    ],
)
def test_a_file_that_cannot_be_read_is_a_fault_with_its_row(
    edition: Path, content: bytes, message: str, row: int | None
) -> None:
    (edition / "interventions.yml").write_bytes(content)
    fault = only(edition)
    assert message in fault.message
    assert fault.row == row


def test_faults_of_areas_are_not_repeated_for_interventions(edition: Path) -> None:
    put(edition, entry())
    spoil(edition / "geography" / "areas.csv", 3, population="many")
    assert all("interventions" not in f.file for f in faults(edition))


def _series(edition: Path, unit: str = "fires", areas: tuple[str, ...] = WARDS) -> None:
    columns = ("measure_id", "area_code", "period", "value", "unit", "status", "note")
    rows = [
        dict(zip(columns, ("fires", a, p, str(7 + i * k), unit, "illustrative", ""), strict=True))
        for k, p in enumerate(("2013", "2015"))
        for i, a in enumerate(areas)
    ]
    write(edition / "series" / "fires.csv", rows)


def _run(edition: Path, change: Callable[[Path], None] | None = None) -> Any:
    from spi_core.build.edition import compute

    if change:
        change(edition)
    inputs = load(edition)
    return run_chapters(inputs, compute(inputs))


def test_indicators_and_scores_serve_as_outcomes(edition: Path) -> None:
    outcomes = [{"id": "burglary", "direction": "down"}, {"id": "Safety", "direction": "up"}]
    (chapter,) = _run(
        put(edition, entry(primary=outcomes, placebo=[{"id": "index", "direction": "up"}]))
    )
    inputs = load(edition)
    rows = inputs.panel.rows(WARDS)
    value = inputs.panel.value[:, rows, inputs.panel.indicators.index("burglary")]
    change = value[1] - value[0]
    analysis = chapter.result.primary[0].analysis
    assert chapter.level == "ward"
    assert chapter.result.sets == 56
    assert analysis.effect.estimate == pytest.approx(change[:3].mean() - change[3:].mean())
    assert [p.analysis is not None for p in chapter.result.primary] == [True, True]
    assert chapter.result.side[0].estimate == chapter.result.side[0].estimate  # not NaN
    assert not chapter.illustrative


def test_a_chapter_that_rests_on_generated_values_says_so(edition: Path) -> None:
    from tests.support.editions import settings

    settings(edition, lambda values: values.update(illustrative=True))
    _series(edition)
    plan = entry(before=["2013"], after=["2015"], primary=[{"id": "fires", "direction": "down"}])
    (chapter,) = _run(put(edition, plan))
    assert chapter.illustrative


def test_a_further_chapter_changes_no_number_of_the_first(edition: Path) -> None:
    (alone,) = _run(put(edition, entry()))
    first, _ = _run(put(edition, entry(), entry(id="other", treated=list(WARDS[2:5]))))
    assert (
        first.result.primary[0].analysis.power_exact == alone.result.primary[0].analysis.power_exact
    )
    assert first.result.primary[0].p == alone.result.primary[0].p


def test_shipped_protocols_fit_their_fingerprints() -> None:
    document = yaml.safe_load((OPEN / "interventions.yml").read_text("utf-8"))
    stated = [e["protocol_sha256"] for e in document["interventions"]]
    assert len(set(stated)) == 7
    assert [d.id for d in load(OPEN).designs] == [e["id"] for e in document["interventions"]]
