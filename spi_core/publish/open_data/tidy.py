"""The built tables as open data: a few tidy tables with fixed headers, every row marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from spi_core.levels import levels_of
from spi_core.publish.open_data.described import TABLES

#: What the column ``status`` says.
ILLUSTRATIVE = "ILLUSTRATIVE: generated, not measured, or resting on generated values"
MEASURED = "rests on no generated value"
#: What it says of a row that has no value to show.
EMPTY = {"suppressed": "suppressed to protect people", "missing": "not available"}
COMPOSITES = ("index", "dimension", "component")


def tidy(tables: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Lay built tables out as open data.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        A built edition's tables.
    about : mapping
        Facts of the build: ``edition`` with its settings.

    Returns
    -------
    dict of str to DataFrame
        The tables of ``open_data.yml``, with these columns in this order; ``effects`` only where
        the edition has interventions, ``changelog`` where a build with other data came before. A
        suppressed cell has no value, count, interval or score.
    """
    areas = tables["areas"].set_index("code")
    labels = {p["id"]: p["label"] for p in about["edition"]["periods"]}
    made = {
        "scores": _scores(tables, about["edition"], labels),
        "values": _values(tables),
        "changes": _changes(tables),
        "indicators": _indicators(tables),
        "areas": _areas(areas),
    }
    if "impact" in tables and len(tables["impact"]):
        made["effects"] = _effects(tables["impact"])
    if "revisions" in tables and len(tables["revisions"]):
        made["changelog"] = _changelog(tables["revisions"], about["edition"])
    for name, frame in made.items():
        if "area_code" in frame:
            frame["area_name"] = frame["area_code"].map(areas["name"])
            frame["area_level"] = frame["area_code"].map(areas["level"])
            frame["parent_code"] = frame["area_code"].map(areas["parent_code"])
        said = frame["illustrative"].map({True: ILLUSTRATIVE, False: MEASURED})
        frame["status"] = said.where(frame["illustrative"], frame["provenance"].map(EMPTY))
        frame["status"] = frame["status"].fillna(said)
        made[name] = frame.reindex(columns=list(TABLES[name].columns)).reset_index(drop=True)
    return made


def _scores(
    tables: Mapping[str, Any], edition: Mapping[str, Any], labels: dict[str, str]
) -> pd.DataFrame:
    """Every area, period and composite, scored or not; then the small areas' components."""
    scores = tables["scores"]
    scores = scores[scores["level"].isin(COMPOSITES)]
    keys = ["area_code", "period", "element", "level"]
    scores = scores.assign(score=scores["score"].where(scores["same_figures"]))
    trend = tables["scores_comparable"].rename(columns={"score": "score_comparable"})
    frame = _grid(tables, edition, list(labels)).merge(scores, "left", keys)
    frame = frame.merge(trend[[*keys, "score_comparable"]], "left", keys)
    standing = tables["standing"].assign(period="current")
    shown = ["low", "high", "rank", "rank_low", "rank_high", "rating"]
    frame = frame.merge(standing[[*keys, *shown, "illustrative"]], "left", keys, suffixes=("", "_"))
    rests = [frame[c].astype("boolean").fillna(False) for c in ("illustrative", "illustrative_")]
    frame["illustrative"] = (rests[0] | rests[1]).astype(bool)
    parts = tables["completeness"].drop(columns="lacking")
    frame = frame.merge(parts, "left", keys)
    frame = frame.rename(columns={"parts": "components_scored", "of": "components_of"})
    if "small_area_scores" in tables:
        small = tables["small_area_scores"].assign(level="component")
        small["score"] = small["score"].where(small["same_figures"])
        small = small.drop(columns="quarter", errors="ignore")
        frame = pd.concat([frame, small], ignore_index=True)
    frame["period_label"] = frame["period"].map(labels)
    frame["provenance"] = frame["score"].notna().map({True: "computed", False: "missing"})
    return frame.rename(columns={"level": "element_level"})


def _grid(
    tables: Mapping[str, Any], edition: Mapping[str, Any], periods: list[str]
) -> pd.DataFrame:
    framework, areas = tables["framework"], tables["areas"]
    details = [level.id for level in levels_of(edition["geography"]["levels"]).details]
    elements = [("index", "index")]
    elements += [(d, "dimension") for d in framework["dimension"].unique()]
    elements += [(c, "component") for c in framework["component"]]
    scored = areas.loc[areas["scored"] & ~areas["level"].isin(details), "code"]
    rows = [(a, p, *e) for a in scored for p in periods for e in elements]
    return pd.DataFrame(rows, columns=["area_code", "period", "element", "level"])


def _values(tables: Mapping[str, Any]) -> pd.DataFrame:
    frame: pd.DataFrame = tables["values"]
    if "small_area_values" in tables:
        small = tables["small_area_values"].merge(
            tables["dates"], "left", ["indicator_id", "period"]
        )
        frame = pd.concat([frame, small], ignore_index=True)
    about = tables["indicators"].set_index("id")
    frame = frame.assign(
        indicator_name=frame["indicator_id"].map(about["name"]),
        unit=frame["indicator_id"].map(about["unit"]),
        low=frame["value_low"],
        high=frame["value_high"],
    )
    # whatever the build holds, an open file shows nothing of a hidden cell
    hidden = frame["provenance"].isin(EMPTY)
    for column in ("value", "low", "high", "numerator", "denominator", "score"):
        frame[column] = frame[column].mask(hidden)
    return frame


def _changes(tables: Mapping[str, Any]) -> pd.DataFrame:
    about = tables["indicators"].set_index("id")
    composite = tables["changes"].rename(columns={"level": "element_level"})
    composite = composite.assign(element_name=composite["element"], unit="points of score")
    single = tables["indicator_changes"].rename(columns={"indicator_id": "element"})
    single = single.assign(
        element_level="indicator",
        element_name=single["element"].map(about["name"]),
        unit=single["element"].map(about["unit"]),
    )
    frame: pd.DataFrame = pd.concat([composite, single], ignore_index=True)
    frame["provenance"] = frame["change"].notna().map({True: "computed", False: "missing"})
    return frame


def _indicators(tables: Mapping[str, Any]) -> pd.DataFrame:
    frame: pd.DataFrame = tables["indicators"].rename(
        columns={"id": "indicator_id", "name": "indicator_name"}
    )
    posts = tables["goalposts"].set_index("indicator_id")
    weights = tables["weights"].set_index("indicator_id")
    names = [n for n in ("values", "small_area_values") if n in tables]
    used = pd.concat([tables[n][["indicator_id", "provenance", "illustrative"]] for n in names])
    used = used[~used["provenance"].isin(EMPTY)]
    kinds = used.groupby("indicator_id")["provenance"].agg(lambda s: ", ".join(sorted(set(s))))
    generated = used.groupby("indicator_id")["illustrative"].any()
    ids = frame["indicator_id"]
    pairs = tables["comparisons"].set_index("indicator_id")
    return frame.assign(
        goalpost_worst=ids.map(posts["worst"]),
        goalpost_best=ids.map(posts["best"]),
        weight_share=ids.map(weights["share"]),
        change_group=ids.map(pairs["group"]),
        in_change=ids.map(pairs["in_change"]).eq(True),
        change_reason=ids.map(pairs["reason"]),
        provenance=ids.map(kinds).fillna("missing"),
        illustrative=ids.map(generated).astype("boolean").fillna(False).astype(bool),
    )


def _areas(areas: pd.DataFrame) -> pd.DataFrame:
    frame = areas.reset_index().rename(columns={"code": "area_code"})
    return frame.assign(provenance="observed", illustrative=False)


def _effects(impact: pd.DataFrame) -> pd.DataFrame:
    frame = impact.drop(columns="outcome").rename(columns={"did": "effect", "label": "outcome"})
    known = frame["effect"].notna()
    return frame.assign(provenance=known.map({True: "computed", False: "missing"}))


def _changelog(revisions: pd.DataFrame, edition: Mapping[str, Any]) -> pd.DataFrame:
    """List what differs; in an edition with generated values a figure may be one."""
    figure = revisions["kind"].str.startswith("figure") & bool(edition.get("illustrative"))
    return revisions.assign(number=range(1, len(revisions) + 1), provenance="computed",
                            illustrative=figure)  # fmt: skip
