"""Scores that stand side by side differ by the change that stands beside them, in every format."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from spi_core.explorer.explore import explore
from spi_core.publish.open_data.write import open_data
from spi_core.store import Tables

#: Half a unit of the last digit shown, twice.
ROUNDED = 0.1001


def contradictions(
    scores: pd.DataFrame, changes: pd.DataFrame, periods: tuple[str, str], tolerance: float = 1e-9
) -> list[str]:
    """List areas and elements whose two scores tell another story than their change.

    `scores` and `changes` are indexed by area and element; a score that is not given tells none.
    """
    before, after = (scores[scores["period"] == p]["score"] for p in periods)
    found = pd.DataFrame({"moved": after - before}).join(changes[["change"]], how="inner").dropna()
    apart = found[(found["moved"] - found["change"]).abs() > tolerance]
    return [f"{', '.join(map(str, key))}: {row.to_dict()}" for key, row in apart.iterrows()]


@pytest.fixture(scope="module")
def outputs(built_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("story") / "lbbd-open"
    tables = Tables(built_open / "tables")
    explore(tables, folder / "explorer")
    open_data(tables, folder / "open-data")
    shutil.copy(built_open / "ward-data.csv", folder)
    return folder


ENDS = ("baseline", "current")
KEYS = ["area_code", "element"]


def test_the_flat_file_tells_one_story(outputs: Path) -> None:
    flat = pd.read_csv(outputs / "ward-data.csv")
    flat = flat[flat["level"] != "indicator"].set_index(KEYS)
    now = flat[flat["period"] == "current"]
    assert contradictions(flat, now, ENDS) == []
    # what the change is the difference of stands there, named so
    trend = flat.assign(score=flat["score_comparable"])
    assert contradictions(trend, now, ENDS) == []
    both = trend.dropna(subset="score").groupby(level=KEYS)["period"].nunique()
    assert (both == 2).sum() >= now["change"].notna().sum() > 100


def test_open_data_tell_one_story(outputs: Path) -> None:
    scores = pd.read_csv(outputs / "open-data" / "scores.csv").set_index(KEYS)
    changes = pd.read_csv(outputs / "open-data" / "changes.csv").set_index(KEYS)
    assert contradictions(scores, changes, ENDS) == []
    trend = scores.assign(score=scores["score_comparable"])
    assert contradictions(trend, changes, ENDS) == []
    assert scores["score_comparable"].notna().sum() > 200


def test_the_explorer_tells_one_story(outputs: Path) -> None:
    data = json.loads((outputs / "explorer" / "data.json").read_text("utf-8"))
    periods = [p["id"] for p in data["periods"]]
    scores, changes, given = [], [], 0
    for level, columns in data["figures"].items():
        for measure, column in zip(data["measures"], columns, strict=True):
            if column is None or "change" not in column or measure["kind"] == "indicator":
                continue
            for i, area in enumerate(data["areas"][level]["code"]):
                key = {"area_code": area, "element": measure["id"]}
                for p, period in enumerate(periods):
                    scores.append(key | {"period": period, "score": column["score"][p][i]})
                    given += p == 0 and column["score"][p][i] is not None
                changes.append(key | {"change": column["change"][i]})
    frames = [pd.DataFrame(rows).set_index(KEYS) for rows in (scores, changes)]
    assert contradictions(*frames, (periods[0], periods[-1]), ROUNDED) == []
    assert given > 50  # components all of whose figures are comparable keep their earlier score


def test_full_scores_of_both_periods_would_be_found(built_open: Path) -> None:
    tables = Tables(built_open / "tables")
    scores = tables["scores"].query("level == 'index'").set_index(KEYS)
    changes = tables["changes"].set_index(KEYS)
    assert len(contradictions(scores, changes, ENDS)) > 10
