"""A user's figures for areas of another vintage: refused by name, or rebased when asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spi_core.build.edition import compute
from spi_core.edition.inputs import load
from spi_core.edition.summary import summarise
from tests.support.editions import (
    BOROUGH,
    WARDS,
    faults,
    make_edition,
    only,
    read,
    rewrite,
    settings,
    spoil,
    write,
)

#: The wards before the boundaries changed; the first was split between the first two of today.
OLD = tuple(w.replace("E050001", "E050000") for w in WARDS)
WEIGHTS = dict.fromkeys(zip(OLD[1:], WARDS[1:], strict=True), "1")
WEIGHTS = {(OLD[0], WARDS[0]): "0.75", (OLD[0], WARDS[1]): "0.25"} | WEIGHTS


@pytest.fixture
def old_baseline(tmp_path: Path) -> Path:
    """An edition whose baseline is given for the wards of 2002; nothing is asked for yet."""
    edition = make_edition(tmp_path / "tiny")
    geo = edition / "geography"
    today = read(geo / "areas.csv")
    former = [
        {**r, "code": o, "name": f"Old {r['name']}", "vintage": "2002"}
        for o, r in zip(OLD, today[1:], strict=True)
    ]
    write(geo / "areas.csv", today + former)
    names = ("from_code", "to_code", "weight", "basis")
    write(
        geo / "rebase.csv",
        [dict(zip(names, (*k, w, "people"), strict=True)) for k, w in WEIGHTS.items()],
    )
    then = dict(zip(WARDS, OLD, strict=True))
    rewrite(
        edition / "observations" / "all.csv",
        lambda rows: [
            {**r, "area_code": then[r["area_code"]]} if r["period"] == "baseline" else r
            for r in rows
        ],
    )
    return edition


def _ask(edition: Path) -> None:
    settings(edition, lambda s: s["geography"].update(compare_across_vintages=True))


def test_figures_of_another_vintage_are_refused_unless_asked_for(old_baseline: Path) -> None:
    found = faults(old_baseline)
    assert [f.value for f in found] == list(OLD)
    first = found[0]
    assert first.column == "area_code"
    assert first.row == 2
    assert "is a ward of vintage 2002, not of this edition's 2022 (9 rows)" in first.message
    assert f"its successors {WARDS[0]} (75 %), {WARDS[1]} (25 %)" in str(first.allowed)
    assert "compare_across_vintages: true" in str(first.allowed)


def test_a_retired_code_names_its_successors_also_without_the_switch_to_rebase(
    old_baseline: Path,
) -> None:
    settings(old_baseline, lambda s: s["geography"].update(compare_across_vintages=False))
    assert f"its successors {WARDS[4]} (100 %)" in str(faults(old_baseline)[4].allowed)


def test_what_is_asked_for_is_rebased(old_baseline: Path, tmp_path: Path) -> None:
    _ask(old_baseline)
    inputs, plain = load(old_baseline), load(make_edition(tmp_path / "plain"))
    k = plain.panel.indicators.index("crowding")
    one, two, three = (plain.panel.rows([w])[0] for w in WARDS[:3])
    top, base = plain.panel.numerator[0, :, k], plain.panel.denominator[0, :, k]
    moved = inputs.panel
    assert moved.areas == plain.panel.areas
    assert moved.numerator[0, one, k] == pytest.approx(0.75 * top[one])
    assert moved.denominator[0, two, k] == pytest.approx(0.25 * base[one] + base[two])
    rate = 100 * (0.25 * top[one] + top[two]) / (0.25 * base[one] + base[two])
    assert moved.value[0, two, k] == pytest.approx(rate)
    assert moved.status[0, [one, two, three], k].tolist() == ["modelled", "modelled", "observed"]
    home = moved.rows([BOROUGH])[0]
    assert moved.value[0, home, k] == pytest.approx(plain.panel.value[0, home, k])
    np.testing.assert_array_equal(moved.value[1], plain.panel.value[1])
    assert set(moved.dates["period"]) == {"baseline", "current"}


def test_it_is_said_how_much_was_apportioned(old_baseline: Path) -> None:
    _ask(old_baseline)
    inputs = load(old_baseline)
    whole = inputs.tables["rebased"].set_index("area_code").loc[""]
    people = np.array([4000 + 250 * i for i in range(len(WARDS))])
    assert whole["apportioned"] == pytest.approx(4000 / people.sum())
    assert whole["moved"] == pytest.approx(1000 / people.sum())
    said = summarise(inputs)
    assert "rebased from 8 wards of 2002 to those of 2022: 10.3% of the" in said.lines[-1]
    assert said.facts["rebased"][0]["sources"] == 8


def test_a_rebased_edition_is_built_like_any_other(old_baseline: Path) -> None:
    _ask(old_baseline)
    tables = compute(load(old_baseline))
    changes = tables["changes"].query("level == 'index'")
    assert set(WARDS) <= set(changes["area_code"])
    values = tables["values"].query("area_code == @WARDS[0] and indicator_id == 'crowding'")
    assert list(values["provenance"]) == ["modelled", "observed"]
    assert not set(OLD) & set(tables["areas"]["code"])


def test_a_lookup_whose_weights_do_not_sum_to_1(old_baseline: Path) -> None:
    _ask(old_baseline)
    spoil(old_baseline / "geography" / "rebase.csv", 3, weight="0.5")
    fault = only(old_baseline)
    assert fault.file.endswith("rebase.csv")
    assert f"the weights of {OLD[0]} sum to 1.25" in fault.message


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"from_code": "E05999999"}, "from_code", "is not in geography/areas.csv"),
        ({"from_code": WARDS[3]}, "from_code", "is an area of this edition"),
        ({"to_code": OLD[3]}, "to_code", "is not a ward of this edition's vintage"),
        ({"to_code": BOROUGH}, "to_code", "is not a ward of this edition's vintage"),
    ],
)
def test_a_lookup_between_the_wrong_areas(
    old_baseline: Path, cells: dict[str, str], column: str, message: str
) -> None:
    _ask(old_baseline)
    spoil(old_baseline / "geography" / "rebase.csv", 5, **cells)
    found = [f for f in faults(old_baseline) if f.file.endswith("rebase.csv")]
    assert [(f.row, f.column, f.message) for f in found] == [(5, column, message)]


def test_an_old_area_without_a_row_in_the_lookup_is_named(old_baseline: Path) -> None:
    _ask(old_baseline)
    rewrite(
        old_baseline / "geography" / "rebase.csv",
        lambda rows: [r for r in rows if r["from_code"] != OLD[5]],
    )
    found = [f for f in faults(old_baseline) if f.column == "area_code" and f.value]
    assert [f.value for f in found] == [OLD[5]]
    assert "with rows from it in geography/rebase.csv" in str(found[0].allowed)


def test_an_unchanged_area_may_stand_in_the_lookup(old_baseline: Path) -> None:
    _ask(old_baseline)
    path = old_baseline / "geography" / "rebase.csv"
    same = {"from_code": WARDS[7], "to_code": WARDS[7], "weight": "1", "basis": "unchanged"}
    rewrite(path, lambda rows: [*rows, same])
    assert faults(old_baseline) == ()


def test_context_of_another_vintage_cannot_be_rebased(old_baseline: Path) -> None:
    _ask(old_baseline)
    spoil(old_baseline / "context.csv", 2, area_code=OLD[0])
    found = [f for f in faults(old_baseline) if f.value == OLD[0]]
    assert len(found) == 1
    assert "is a ward of vintage 2002" in found[0].message
    assert "compare_across_vintages" not in str(found[0].allowed)


def test_areas_of_no_vintage_of_the_edition(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "tiny")
    settings(edition, lambda s: s["geography"].update(vintage="2030"))
    fault = only(edition)
    assert (fault.column, fault.value, fault.allowed) == ("vintage", "2022", "2030")
    assert "is not the vintage of the wards that edition.yml asks for" in fault.message
