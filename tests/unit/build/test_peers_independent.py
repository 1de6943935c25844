"""Similar areas are found by what is not scored, and the choice is laid open."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
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

TENURES = [
    f"tenure_{kind}"
    for kind in (
        *("owned_outright", "owned_mortgage", "social_rented", "private_rented"),
        "other_or_rent_free",
    )
]
#: Columns of ``standing`` that hang on who is like whom.
RATED = {"rating", "rating_own", "reason"} | {
    f"peers_{name}" for name in ("median", "difference", "low", "high")
}


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


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return compute(load(OPEN))


@pytest.fixture(scope="module")
def raw() -> tuple[pd.DataFrame, pd.DataFrame]:
    """London's figures and the wards' names, as they lie in the folder that editions share."""
    london = OPEN.parent / "reference" / "london"
    figures = pd.read_parquet(london / "ward_figures.parquet")
    names = pd.read_csv(london / "wards.csv").set_index("area_code")
    return figures.set_index(["figure_id", "period", "area_code"])["value"].sort_index(), names


def test_who_has_few_near_areas_is_known(tables: dict[str, pd.DataFrame]) -> None:
    """Thames and Gascoigne are like few wards even of London."""
    names = tables["areas"].set_index("code")["name"]
    near = tables["peers"].groupby("area_code")["near"].mean()
    assert sorted(names[near.index[near < 0.5]]) == ["Gascoigne", "Thames"]


def test_similar_wards_are_londons_nearest(
    tables: dict[str, pd.DataFrame], raw: tuple[pd.Series, pd.DataFrame]
) -> None:
    """Worked out anew from counts, areas of outlines to the metre, one ward at a time."""
    figure, names = raw
    packed = (OPEN.parent / "reference" / "london" / "wards.geojson.gz").read_bytes()
    land = gpd.read_file(gzip.decompress(packed).decode()).to_crs(27700).set_index("area_code")
    land = land.set_precision(1.0)
    people, homes = figure["population", "2013"], sum(figure[f, "2011"] for f in TENURES)
    about = {
        "children": figure["population_0_15", "2013"] / people,
        "older": figure["population_65_plus", "2013"] / people,
        "social": figure["tenure_social_rented", "2011"] / homes,
        "density": people / land.area,
    }
    scaled = {n: (x - x.mean()) / x.std() for n, x in about.items()}
    furthest = []
    for ward in people.index:
        squares = sum((x - x[ward]) ** 2 for x in scaled.values())
        distance = np.sqrt(squares.drop(ward)).sort_values()[:5]
        furthest.append(distance.iloc[-1])
        mine = tables["peers"][tables["peers"]["area_code"] == ward].sort_values("order")
        if len(mine):
            assert list(mine["peer_code"]) == list(distance.index)
            assert mine["distance"].to_numpy() == pytest.approx(distance.to_numpy(), abs=1e-4)
            assert list(mine["name"]) == list(names["area_name"][distance.index])
    near = tables["peers"]["distance"] <= np.quantile(furthest, 0.95)
    assert (near == tables["peers"]["near"]).all()
    home = names["borough_name"][tables["peers"]["peer_code"]].to_numpy()
    own = home == "Barking and Dagenham"
    assert (np.where(own, "", home) == tables["peers"]["place"]).all()
    assert own.sum() == 24


def test_what_similar_wards_have_is_as_published(
    tables: dict[str, pd.DataFrame], raw: tuple[pd.Series, pd.DataFrame]
) -> None:
    """Middle figures and scores of River's, from counts, goalposts and weights by hand."""
    figure, _ = raw
    river = "E05000038"
    near = list(tables["peers"].query("area_code == @river").sort_values("order")["peer_code"])
    assert not set(near) & set(tables["areas"]["code"])
    people = figure["population", "2014"]
    robbery = 1000 * figure["crime_robbery", "2014/15"][near] / people[near]
    stands = tables["indicator_standing"].set_index(["area_code", "indicator_id"])
    assert stands.at[(river, "robbery_offences"), "peers_value"] == pytest.approx(robbery.median())
    posts = tables["goalposts"].set_index("indicator_id")
    shares = tables["weights"].set_index("indicator_id")
    values = tables["peer_values"].pivot(index="area_code", columns="indicator_id", values="value")
    ids = shares.index[shares["component"] == "Personal Safety"]
    worst, best = (posts.loc[ids, end] for end in ("worst", "best"))
    scores = (100 * (values.loc[near, ids] - worst) / (best - worst)).clip(0, 100)
    safety = (scores * shares.loc[ids, "share"]).sum(axis=1).median()
    standing = tables["standing"].set_index(["area_code", "element"])
    assert standing.at[(river, "Personal Safety"), "peers_median"] == pytest.approx(safety)


def test_where_similar_areas_come_from_moves_no_score(
    tmp_path: Path, tables: dict[str, pd.DataFrame]
) -> None:
    """Among the borough's own wards only what similar wards say is other."""
    edition = copy_open(tmp_path / "open")
    settings(edition, lambda s: s["comparators"].pop("from"))
    own = compute(load(edition))
    assert own["peer_values"].empty
    assert (own["peers"]["place"] == "").all()
    a, b = tables["standing"], own["standing"]
    alike = [c for c in a if c not in RATED]
    pd.testing.assert_frame_equal(a[alike], b[alike])
    assert (a["rating_own"] == b["rating"]).all()
    differ = tables["peer_choices"].set_index("variable").at["from", "ratings"]
    assert differ == (a["rating"] != b["rating"]).sum() > 50
    for name in ("scores", "changes", "indicator_changes", "gaps", "errors", "values"):
        pd.testing.assert_frame_equal(tables[name], own[name])


def without_areas(edition: Any) -> None:
    """Take out where the population's areas lie, and what needs that."""
    for name in ("areas", "residents"):
        edition["index"]["reference"].pop(name)


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        (without_areas, "comparators.from", "needs index.refer"),
        (lambda s: s["index"].update(shrinkage="empirical_bayes"), "comparators.from", "as publ"),
    ],
)
def test_comparators_from_a_reference_need_one(
    tmp_path: Path, change: Callable[[Any], object], column: str, said: str
) -> None:
    edition = copy_open(tmp_path / "open")
    settings(edition, change)
    fault = only(edition)
    assert fault.column == column
    assert said in fault.message
    assert fault.allowed == "edition"


def test_a_context_that_lacks_an_area_names_the_command(tmp_path: Path) -> None:
    edition = copy_open(tmp_path / "open")
    path = edition / "reference" / "context.csv"
    rows = read(path)
    write(path, [r for r in rows if (r["area_code"], r["variable"]) != ("E05000400", "older")])
    fault = only(edition)
    assert fault.message == "has no older of E05000400"
    assert "`spi reference open`" in str(fault.allowed)
    path.unlink()
    assert only(edition).message == "is missing"


def test_without_figures_of_now_nobody_elsewhere_is_like_anybody(tmp_path: Path) -> None:
    edition = copy_open(tmp_path / "open")
    path = edition / "reference" / "mapping.csv"
    write(path, [r for r in read(path) if r["period"] != "current"])
    fault = only(edition)
    assert "needs figures of the period current" in fault.message


def test_near_is_nearer_than_the_middle_of_all_distances() -> None:
    x = np.array([[0.0], [1.0], [2.0], [9.0]])
    found = nearest(x, 2)
    d = np.abs(x - x.T)[np.triu_indices(4, 1)] / x.std(ddof=1)
    assert found.usual == pytest.approx(np.median(d))
    near = pd.DataFrame(found.distance <= found.usual).any(axis=1)
    assert near.tolist() == [True, True, True, False]
