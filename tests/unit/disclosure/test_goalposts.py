"""Goalposts of an edition's own figures: of those that are hidden they tell nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.errors import InputError
from tests.support.editions import WARDS, Row, make_edition, read, rewrite, settings, write


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    """A ward with 2 burglaries, hidden by a rule."""
    made = make_edition(tmp_path / "tiny")
    settings(made, lambda s: s.update(disclosure={"method": "suppress"}))

    def ruled(rows: list[Row]) -> list[Row]:
        return [r | {"disclosure_rule": "suppress<5"} if r["id"] == "burglary" else r for r in rows]

    def few(rows: list[Row]) -> list[Row]:
        for r in rows:
            if (r["indicator_id"], r["area_code"]) == ("burglary", WARDS[3]):
                r |= {"numerator": "2", "denominator": "4000", "value": "0.5"}
        return rows

    rewrite(made / "indicators.csv", ruled)
    rewrite(made / "observations" / "all.csv", few)
    return made


def ends(edition: Path, best: str, basis: str = "edition distribution") -> None:
    rows = [
        r | {"best": best, "basis": basis} if r["indicator_id"] == "burglary" else r
        for r in read(edition / "goalposts.csv")
    ]
    write(edition / "goalposts.csv", rows)


def test_an_end_that_is_a_hidden_figure_is_refused(edition: Path, tmp_path: Path) -> None:
    """Of two periods of eight wards the 1st percentile is the least figure: 0.5 × 4,000 = 2."""
    ends(edition, "0.5")
    with pytest.raises(InputError) as refused:
        build(load(edition), tmp_path / "reports")
    (fault,) = refused.value.faults
    assert (fault.column, fault.value) == ("best", 0.5)
    assert "rests on figures that are hidden" in fault.message
    shown = str(fault.allowed).removeprefix("percentiles of what is shown: ").split(" and ")
    assert not list(tmp_path.glob("reports/*"))
    ends(edition, shown[0])
    build(load(edition), tmp_path / "reports")
    ends(edition, "0.5", "target")  # an end that somebody chose tells of no figure
    build(load(edition), tmp_path / "reports")
