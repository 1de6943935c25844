"""Indicators that repeat others, do not vary or have no values: words, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.build.edition import compute
from spi_core.edition.inputs import load
from spi_core.edition.warned.collect import collect
from tests.support.editions import Row, make_edition, read, rewrite, settings, write

#: A component of four, so that two of them can tell a third.
INDICATORS = ("absence", "exam_points", "library_loans")
Values = dict[str, np.ndarray]


def repeated(x: Values) -> Values:
    return x | {"absence": 0.1 + 0.01 * x["exam_points"]}


def opposed(x: Values) -> Values:
    return x | {"absence": 40 - 0.1 * x["exam_points"]}


def all_alike(x: Values) -> Values:
    return {i: x["exam_points"] * (0.01 if i == "absence" else 1) for i in x}


def triple(x: Values) -> Values:
    return x | {"absence": 0.02 * x["exam_points"] + 0.5 * x["library_loans"]}


def constant(x: Values) -> Values:
    return x | {"absence": np.full_like(x["absence"], 5.0)}


def none(x: Values) -> Values:
    return x | {"absence": np.full_like(x["absence"], np.nan)}


def planted(folder: Path, change: Callable[[Values], Values]) -> Path:
    """Replace the values of one component."""
    edition = make_edition(folder)
    rows = read(edition / "observations" / "all.csv")
    x = {
        i: np.array([float(r["value"]) for r in rows if r["indicator_id"] == i]) for i in INDICATORS
    }
    made = {i: iter(v) for i, v in change(x).items()}

    def value(r: Row) -> Row:
        if r["indicator_id"] not in INDICATORS:
            return r
        v = next(made[r["indicator_id"]])
        gone = {"value": "", "status": "missing"}
        return r | (gone if np.isnan(v) else {"value": f"{v:.12g}"})

    rewrite(edition / "observations" / "all.csv", lambda rows: [value(r) for r in rows])
    return edition


def reference(edition: Path, change: Callable[[Values], Values]) -> None:
    """Write moments of 1,000 areas; what is constant or missing in the edition varies in them."""
    ids = [r["id"] for r in read(edition / "indicators.csv")]
    rng, common = np.random.default_rng(3), np.random.default_rng(4).normal(size=1000)
    x = pd.DataFrame({i: 100 + common + rng.normal(size=1000) for i in ids})
    if change not in (constant, none):
        for name, values in change({i: x[i].to_numpy() for i in INDICATORS}).items():
            x[name] = values
    files = {"moments": "reference/moments.csv", "correlation": "reference/correlation.csv"}
    table = pd.DataFrame({"n_rows": 1000, "mean": x.mean(), "sd": x.std()})
    (edition / "reference").mkdir()
    table.rename_axis("indicator_id").to_csv(edition / files["moments"])
    x.corr().round(6).rename_axis("indicator_id").to_csv(edition / files["correlation"])
    settings(edition, lambda s: s["index"].update(reference={"name": "others", **files}))


@pytest.mark.parametrize("change", [repeated, opposed, all_alike, triple, constant, none])
@pytest.mark.parametrize("method", ["pca", "frozen", "reference"])
def test_an_edition_builds(tmp_path: Path, change: Callable[[Values], Values], method: str) -> None:
    edition = planted(tmp_path / "tiny", change)
    if method == "frozen":  # as if they had been principal components when they were frozen
        weights = compute(load(edition))["weights"].assign(method="pca")
        text = weights.astype(object).where(weights.notna(), "").astype(str)
        write(edition / "weights.csv", text.to_dict("records"))
    if method == "reference":  # a population in which the same holds exactly
        reference(edition, change)
    inputs = load(edition)
    tables = compute(inputs)
    warned = collect(inputs).query("warning.str.startswith('repeats')")
    assert len(warned) == {repeated: 1, opposed: 1, all_alike: 2, triple: 1}.get(change, 0)
    weights = tables["weights"].query("component == 'Knowledge'").set_index("indicator_id")
    assert np.isfinite(tables["standing"].query("element == 'index'")["score"]).all()
    assert weights["weight"].sum() == pytest.approx(1)
    if change in (constant, none):
        assert weights.at["absence", "weight"] == 0
        assert weights.at["absence", "reason"].startswith(("left out: ", "there is", "equal"))
