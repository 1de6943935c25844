"""Similar areas are found by what is not scored, and the choice is laid open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.build.edition import compute
from spi_core.edition.inputs import load
from spi_core.uncertainty.peers import nearest
from tests.support.editions import (
    OPEN,
    WARDS,
    copy_open,
    make_edition,
    only,
    read,
    settings,
    write,
)


def context(edition: Path, **values: dict[str, float]) -> None:
    """Add variables to the context, and have similar wards found by them, too."""
    rows = [
        {"area_code": a, "variable": v, "label": v, "period_label": "2013", "source": "ONS"}
        | {"value": f"{x[a]:.4f}"}
        for v, x in values.items()
        for a in WARDS
    ]
    head = list(read(edition / "context.csv")[0])
    both = [*read(edition / "context.csv"), *rows]
    write(edition / "context.csv", [{k: r[k] for k in head} for r in both])
    settings(edition, lambda s: s["comparators"]["context"].extend(values))


def of(edition: Path, indicator: str, period: str = "current") -> dict[str, float]:
    rows = read(edition / "observations" / "all.csv")
    key = (indicator, period)
    return {
        r["area_code"]: float(r["value"]) for r in rows if (r["indicator_id"], r["period"]) == key
    }


def test_owned_and_social_rented_make_up_secure_tenure(tmp_path: Path) -> None:
    """The list of the open edition as it was: "none of these is scored", it said."""
    edition = copy_open(tmp_path / "open")
    former = ["children", "older", "owned", "social_rented", "density"]
    settings(edition, lambda s: s["comparators"].update(context=former))
    fault = only(edition)
    assert (fault.column, fault.value) == ("comparators.context", "owned, social_rented")
    assert fault.message.startswith("tells exactly what is scored: secure_tenure")


def test_a_scored_variable_and_what_is_left_of_a_hundred(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "tiny")
    context(edition, not_crowded={a: 100 - x for a, x in of(edition, "crowding").items()})
    fault = only(edition)
    assert fault.value == "not_crowded"
    assert "scored: crowding;" in fault.message


def test_a_variable_that_two_indicators_make_up(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "tiny")
    one, two = of(edition, "burglary", "baseline"), of(edition, "robbery", "baseline")
    context(edition, crime={a: one[a] + two[a] for a in one})
    fault = only(edition)
    assert fault.value == "crime"
    assert "scored: burglary, robbery;" in fault.message


def test_the_other_choices_are_told(tmp_path: Path) -> None:
    edition = make_edition(tmp_path / "tiny")
    rng = np.random.default_rng(5)
    context(
        edition, density={a: float(x) for a, x in zip(WARDS, rng.uniform(20, 90, 8), strict=True)}
    )
    settings(edition, lambda s: s["comparators"].update(context=["children", "density"]))
    inputs = load(edition)
    tables = compute(inputs)
    table = tables["peer_choices"].set_index("variable")
    assert table["used"].to_dict() == {"children": True, "density": True, "older": False}
    wide = inputs.tables["context"].pivot(index="area_code", columns="variable", values="value")
    x = wide.loc[list(WARDS), ["density"]].to_numpy(float)
    mine = tables["peers"].groupby("area_code")["peer_code"].agg(set)
    kept = [
        len(mine[a] & {WARDS[i] for i in near}) / 5
        for a, near in zip(WARDS, nearest(x, 5).position, strict=True)
    ]
    assert table.at["children", "kept"] == pytest.approx(np.mean(kept))
    assert (table["furthest"] >= 0).all()


def test_who_has_no_near_area_is_known() -> None:
    """Thames and Gascoigne are like no other ward of the borough."""
    tables = compute(load(OPEN))
    names = tables["areas"].set_index("code")["name"]
    near = tables["peers"].groupby("area_code")["near"].any()
    assert sorted(names[near.index[~near]]) == ["Gascoigne", "Thames"]


def test_near_is_nearer_than_the_middle_of_all_distances() -> None:
    x = np.array([[0.0], [1.0], [2.0], [9.0]])
    found = nearest(x, 2)
    d = np.abs(x - x.T)[np.triu_indices(4, 1)] / x.std(ddof=1)
    assert found.usual == pytest.approx(np.median(d))
    near = pd.DataFrame(found.distance <= found.usual).any(axis=1)
    assert near.tolist() == [True, True, True, False]
