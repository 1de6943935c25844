"""A mean that nobody has used is a setting: tables, explorer and sliders agree with the formula.

The oracle reads the edition's CSV files and works one area at a time, with nothing of the package
but the weights that the build says it used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spi_core.build.edition import build
from spi_core.edition.inputs import load
from spi_core.errors import SpiError
from spi_core.explorer.data import explorer_data, explorer_json
from spi_core.present.base.edition import score_meaning
from spi_core.present.base.scale import adds_up, averaging
from spi_core.present.brief.data import gather
from spi_core.present.brief.notes import score_note
from spi_core.present.methods.worked import work_by_hand
from spi_core.store import Tables
from tests.support.editions import PERIODS, WARDS, count, make_edition, read, settings
from tests.support.explorer_checks import schema_faults
from tests.support.modules import run_modules

#: Of components, dimensions, index; and where their scores start.
CASES = {
    "from 0": ([0.3, 0.5, 2.5], 0.0),
    "without a zero": (["geometric", -0.7, "harmonic"], 1.0),
}
ORDERS = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}
LEVELS = ("component", "dimension", "index")
SLIDERS = """
import { openData } from "./data.mjs";
import { weighLevel } from "./weigh.mjs";
const main = ([data, sets]) => sets.map((s) => weighLevel(openData(data), "ward", "current", s));
"""

Made = tuple[Tables, Path, list[float], float]


def _setting(mean: str | float) -> Any:
    return mean if isinstance(mean, str) else {"mean": "generalised", "order": mean}


@pytest.fixture(scope="module", params=list(CASES))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    means, low = CASES[request.param]
    edition = make_edition(tmp_path_factory.mktemp("data") / "tiny")
    chosen = {f"{level}_mean": _setting(m) for level, m in zip(LEVELS, means, strict=True)}
    settings(edition, lambda s: s["index"].update(chosen))
    count(edition)
    out = tmp_path_factory.mktemp("reports") / "tiny"
    build(load(edition), out)
    orders = [ORDERS.get(str(m), m) for m in means]
    return Tables(out / "tables"), edition, [float(b) for b in orders], low


def _mean(values: Sequence[float], weights: Sequence[float], order: float) -> float:
    total = math.fsum(weights)
    pairs = list(zip(values, weights, strict=True))
    if order == 0:
        return math.exp(math.fsum(w * math.log(v) for v, w in pairs) / total)
    return math.fsum(w * v**order for v, w in pairs) ** (1 / order) * total ** (-1 / order)


def _components(made: Made, area: str, period: str) -> dict[str, dict[str, float]]:
    """Work the component scores of one ward from the edition's files, by dimension."""
    tables, edition, orders, low = made
    value = {
        r["indicator_id"]: float(r["value"])
        for r in read(edition / "observations" / "all.csv")
        if (r["area_code"], r["period"]) == (area, period)
    }
    posts = {r["indicator_id"]: r for r in read(edition / "goalposts.csv")}
    share = tables["weights"].set_index("indicator_id")["share"]
    members: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for r in read(edition / "indicators.csv"):
        if r["id"] in share.index:
            best, worst = float(posts[r["id"]]["best"]), float(posts[r["id"]]["worst"])
            plain = min(max((value[r["id"]] - worst) / (best - worst), 0.0), 1.0)
            score = low + (100 - low) * plain
            parts = members.setdefault(r["dimension"], {}).setdefault(r["component"], [])
            parts.append((score, share[r["id"]]))
    return {
        d: {c: _mean(*zip(*parts, strict=True), orders[0]) for c, parts in of.items()}
        for d, of in members.items()
    }


def _index(
    of: dict[str, dict[str, float]], orders: list[float], weight: dict[str, float]
) -> tuple[dict[str, float], float]:
    """Dimensions and index by a reader's weights of components; each dimension by their mean."""
    dimension, mine = {}, []
    for d, parts in of.items():
        w = [weight.get(c, 1.0) for c in parts]
        if sum(w):
            dimension[d] = _mean(list(parts.values()), w, orders[1])
            mine.append(sum(w) / len(w))
    return dimension, _mean(list(dimension.values()), mine, orders[2])


def test_scores_are_those_of_the_formula(made: Made) -> None:
    tables, _, orders, low = made
    keys = ["area_code", "period", "level", "element"]
    scores = tables["scores"].set_index(keys)["score"].sort_index()
    for period in PERIODS:
        for ward in WARDS:
            of = _components(made, ward, period)
            dimension, index = _index(of, orders, {})
            components = {c: v for parts in of.values() for c, v in parts.items()}
            worked = (components, dimension, {"index": index})
            for level, expected in zip(LEVELS, worked, strict=True):
                found = scores[ward, period, level].to_dict()
                assert found == pytest.approx(expected, rel=1e-10), (ward, period, level)
    assert scores.xs("index", level="level").between(low, 100).all()


def test_contributions_add_up_and_intervals_hold_their_score(made: Made) -> None:
    tables = made[0]
    parts = tables["contributions"].groupby("area_code")["points"].sum()
    change = tables["changes"].query("level == 'index'").set_index("area_code")["change"]
    np.testing.assert_allclose(parts[change.index], change, atol=1e-9)
    standing = tables["standing"]
    assert standing.loc[standing["level"] == "index", "low"].notna().all()
    standing = standing.dropna(subset="low")  # known for half of the weight
    width = standing["high"] - standing["low"]
    assert (width > 0).all()
    assert (
        standing["score"].between(standing["low"] - width / 10, standing["high"] + width / 10).all()
    )
    assert standing["rank"].between(standing["rank_low"], standing["rank_high"]).all()
    checks = tables["quality"].set_index("check")["result"]
    assert checks["Dimensions and index are means of what is scored"] == "passed"
    assert checks["Contributions add up to the change"] == "passed"


def test_pages_call_the_means_by_their_names(made: Made) -> None:
    tables, _, orders, low = made
    names = {0.0: "geometric mean", -1.0: "harmonic mean"}
    called = [names.get(b, f"generalised mean of order {b}") for b in orders]
    said = averaging(tables)
    assert said.startswith(f"A component is the {called[0]} of its goalpost scores")
    assert f"A dimension is the {called[1]} of" in said
    assert f"the index the {called[2]} of" in said
    assert ("from 1 to 100" in said) == (low == 1)
    assert score_meaning(tables).startswith(f"A score of {low:g} means")
    brief = gather(tables, WARDS[0])
    assert score_note(tables, brief).startswith(
        f"run from {low:g} to 100: {low:g} is about the worst"
    )
    data = explorer_data(tables)
    texts = [m["description"] for m in data["measures"] if m["kind"] in ("index", "dimension")]
    assert texts[0] == f"The {called[2]} of 2 dimensions: Needs and Foundations."
    assert all(text.startswith(f"The {called[1]} of its components") for text in texts[1:])
    glossary = {row["term"]: row["text"] for row in data["glossary"]}
    meaning = f"A figure from {low:g} to 100; higher is better. A score of {low:g} means"
    assert glossary["Score"].startswith(meaning)
    assert not adds_up(tables)
    with pytest.raises(SpiError, match="every mean must be arithmetic"):
        work_by_hand(tables, WARDS[0])


def test_the_explorer_weighs_anew_by_the_same_means(made: Made, tmp_path: Path) -> None:
    tables, _, orders, low = made
    data = explorer_data(tables)
    assert schema_faults(data) == []
    recipe = data["recipe"]
    assert [recipe[k] for k in ("dimension_order", "index_order", "lowest")] == [*orders[1:], low]
    ids = {m["element"]: m["id"] for m in data["measures"]}
    sets = [{}, {"Shelter": 3.0}, {"Safety": 0.0, "Knowledge": 0.5}]
    mine = [{ids[c]: w for c, w in s.items()} for s in sets]
    # wide intervals: draws that leave the scale must not leave the reader without a range
    for column in data["figures"]["ward"]:
        if column and "low" in column:
            column["low"] = [low - 80] * len(WARDS)
            column["high"] = [low + 80] * len(WARDS)
    told = run_modules(SLIDERS, [json.loads(explorer_json(data)), mine])
    of = [_components(made, ward, "current") for ward in data["areas"]["ward"]["code"]]
    for weight, found in zip(sets, told, strict=True):
        expected = [_index(parts, orders, weight)[1] for parts in of]
        # the file's component scores have four decimals
        np.testing.assert_allclose(found["values"], expected, atol=1e-3)
        order = np.argsort(np.argsort(-np.array(expected))) + 1
        assert found["places"] == list(order)
        spread = np.array(found["ranges"], float)
        if not weight:  # the official index, and its own ranges
            index = data["figures"]["ward"][0]
            assert spread.T.tolist() == [index["rank_low"], index["rank_high"]]
            continue
        assert (spread[:, 0] <= order).all()
        assert (order <= spread[:, 1]).all()
        assert (spread[:, 1] - spread[:, 0] >= 5).all()
    official = tables["scores"].query("level == 'index' and period == 'current'")
    official = official.set_index("area_code")["score"][data["areas"]["ward"]["code"]]
    np.testing.assert_allclose(told[0]["values"], official, atol=1e-3)
