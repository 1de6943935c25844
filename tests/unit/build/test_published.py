"""The data version: of what is published, all of it that is data, and nothing that is hidden."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.build.edition import compute, publishable
from spi_core.build.published import data_version
from spi_core.disclosure.control import control
from spi_core.edition.inputs import load
from tests.support.editions import WARDS, Row, make_edition, rewrite, settings, spoil

Change = Callable[[Path], object]


def version(edition: Path) -> str:
    inputs = load(edition)
    controlled = control(inputs.panel, inputs.framework, inputs.geography, inputs.settings)
    inputs = publishable(inputs, controlled)
    return data_version(inputs, compute(inputs))


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    made = make_edition(tmp_path / "tiny")
    settings(made, lambda s: s.update(disclosure={"method": "suppress"}))
    rule = {"disclosure_rule": "suppress<5"}
    rewrite(
        made / "indicators.csv",
        lambda rows: [r | rule if r["id"] == "burglary" else r for r in rows],
    )
    counts(made, 2, 3)
    return made


def counts(edition: Path, *hidden: int) -> None:
    few = dict(zip(WARDS, hidden, strict=False))

    def change(rows: list[Row]) -> list[Row]:
        for r in rows:
            here = (r["indicator_id"], r["period"]) == ("burglary", "current")
            if here and (n := few.get(r["area_code"])):
                r |= {"numerator": str(n), "denominator": "5000", "value": f"{n / 5:g}"}
        return rows

    rewrite(edition / "observations" / "all.csv", change)


def test_hidden_counts_do_not_count(edition: Path) -> None:
    before = version(edition)
    counts(edition, 3, 2)
    assert version(edition) == before
    counts(edition, 4, 1)
    assert version(edition) == before
    counts(edition, 4, 2)  # now the borough's figure is another, and that is published
    assert version(edition) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda e: spoil(
            e / "observations" / "all.csv", 2, value="11.11", numerator="", denominator=""
        ),
        lambda e: spoil(e / "observations" / "all.csv", 2, status="revised"),
        lambda e: spoil(e / "goalposts.csv", 2, worst="17"),
        lambda e: spoil(e / "geography" / "areas.csv", 3, population="9999"),
        lambda e: spoil(e / "indicators.csv", 2, rationale="Better."),
        lambda e: spoil(e / "context.csv", 2, value="12.5"),
        lambda e: settings(e, lambda s: s.update(contact="Somebody else")),
        lambda e: spoil(e / "indicators.csv", 3, disclosure_rule="suppress<5"),
        lambda e: (e / "geography" / "boundaries.geojson").write_text(
            (e / "geography" / "boundaries.geojson").read_text().replace("540000", "540010")
        ),
    ],
)
def test_anything_that_is_published_counts(edition: Path, change: Change) -> None:
    before = version(edition)
    change(edition)
    assert version(edition) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda e: spoil(e / "observations" / "all.csv", 2, note="checked"),
        lambda e: rewrite(e / "observations" / "all.csv", lambda rows: rows[::-1]),
        lambda e: (e / "observations" / "all.csv").write_bytes(
            (e / "observations" / "all.csv").read_bytes().replace(b"\n", b"\r\n")
        ),
    ],
)
def test_what_is_not_published_does_not(edition: Path, change: Change) -> None:
    before = version(edition)
    change(edition)
    assert version(edition) == before


def test_the_last_figure_of_another_machine_does_not(edition: Path) -> None:
    inputs = load(edition)
    tables = compute(inputs)
    before = data_version(inputs, tables)

    def shaken(frame: pd.DataFrame) -> pd.DataFrame:
        numbers = frame.select_dtypes("float").columns
        return frame.assign(**{n: frame[n] * (1 + np.finfo(float).eps) for n in numbers})

    assert data_version(inputs, {name: shaken(frame) for name, frame in tables.items()}) == before
