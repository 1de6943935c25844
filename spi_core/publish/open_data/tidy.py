"""The built tables as open data: a few tidy tables with fixed headers, every row marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from spi_core.levels import levels_of

__all__ = ["EMPTY", "FIELDS", "ILLUSTRATIVE", "MEASURED", "TITLES", "Field", "tidy"]

#: What the column ``status`` says.
ILLUSTRATIVE = "ILLUSTRATIVE: generated, not measured, or resting on generated values"
MEASURED = "rests on no generated value"
#: What it says of a row that has no value to show.
EMPTY = {"suppressed": "suppressed to protect people", "missing": "not available"}
COMPOSITES = ("index", "dimension", "component")


class Field(NamedTuple):
    """A column of an open table.

    Parameters
    ----------
    kind : {'string', 'number', 'integer', 'boolean', 'date'}
        Its type, as the Table Schema of Frictionless names it.
    description : str
        What it holds.
    """

    kind: str
    description: str


_AREA = {
    "area_code": Field("string", "GSS code of the area"),
    "area_name": Field("string", "Name of the area"),
    "area_level": Field("string", "Level of the area: ward, borough or another of the edition's"),
}
_PERIOD = {
    "period": Field("string", "Period of the edition: baseline, current or an earlier one"),
    "period_label": Field("string", "What the period is"),
}
_INTERVAL = {
    "low": Field("number", "Lower end of the 90 % interval; blank where there is none"),
    "high": Field("number", "Upper end of the 90 % interval; blank where there is none"),
}
_MARKS = {
    "provenance": Field(
        "string",
        "observed, modelled, provisional, revised, estimated, illustrative; computed from several "
        "values; suppressed or missing where there is no value",
    ),
    "illustrative": Field("boolean", "true where the row rests on a generated value"),
    "status": Field("string", "The same in words"),
}
#: The columns of each table, in order: scripts may count on them.
FIELDS: dict[str, dict[str, Field]] = {
    "scores": {
        **_AREA,
        **_PERIOD,
        "element": Field("string", "index, or the name of a dimension or component"),
        "element_level": Field("string", "index, dimension or component"),
        "score": Field("number", "0 to 100, higher is better; blank where not scored"),
        **_INTERVAL,
        "rank": Field("number", "Rank among areas of its level, 1 the best; current period only"),
        "rank_low": Field("number", "Best rank of the 90 % interval"),
        "rank_high": Field("number", "Worst rank of the 90 % interval"),
        "rating": Field("string", "strength, similar or weakness beside areas in similar places"),
        **_MARKS,
    },
    "values": {
        **_AREA,
        **_PERIOD,
        "start": Field("date", "First day of the indicator's period"),
        "end": Field("date", "Last day of the indicator's period"),
        "indicator_id": Field("string", "Id of the indicator, see indicators.csv"),
        "indicator_name": Field("string", "Name of the indicator"),
        "unit": Field("string", "Unit of the value"),
        "value": Field("number", "Value; blank where suppressed or missing"),
        "numerator": Field("number", "Count above the line; blank where there is none"),
        "denominator": Field("number", "Count below the line; blank where there is none"),
        "score": Field("number", "0 to 100, higher is better"),
        **_MARKS,
    },
    "changes": {
        **_AREA,
        "element": Field("string", "index, a dimension or component, or an indicator's id"),
        "element_name": Field("string", "Its name"),
        "element_level": Field("string", "index, dimension, component or indicator"),
        "unit": Field("string", "Unit of the change"),
        "change": Field("number", "Current less baseline, from comparable indicators"),
        **_INTERVAL,
        "rating": Field("string", "clear improvement, no clear change, clear decline, not rated"),
        "reason": Field("string", "Why it is not rated"),
        **_MARKS,
    },
    "indicators": {
        "indicator_id": Field("string", "Id of the indicator"),
        "indicator_name": Field("string", "Name"),
        "component": Field("string", "Component it belongs to"),
        "dimension": Field("string", "Dimension it belongs to"),
        "description": Field("string", "What it measures"),
        "unit": Field("string", "Unit"),
        "polarity": Field("integer", "1 where higher is better, -1 where lower is"),
        "numerator": Field("string", "What is counted above the line"),
        "denominator": Field("string", "What is counted below the line"),
        "goalpost_worst": Field("number", "Value that scores 0"),
        "goalpost_best": Field("number", "Value that scores 100"),
        "weight_share": Field("number", "Share of the component's weight"),
        "comparable": Field("string", "no where the periods do not mean the same"),
        "break_reason": Field("string", "Why they do not"),
        "publisher_or_owner": Field("string", "Who publishes or owns the source"),
        "source_dataset": Field("string", "The source"),
        "licence": Field("string", "Licence of the source"),
        **_MARKS,
    },
    "areas": {
        **_AREA,
        "parent_code": Field("string", "GSS code of the area it lies in"),
        "vintage": Field("string", "Set of boundaries the code belongs to"),
        "population": Field("number", "People, as the edition gives them"),
        **_MARKS,
    },
    "effects": {
        "intervention": Field("string", "Id of the intervention"),
        "name": Field("string", "Its name"),
        "outcome": Field("string", "What was measured"),
        "unit": Field("string", "Unit of the effect"),
        "effect": Field("number", "Difference in differences"),
        **_INTERVAL,
        "p": Field("number", "Exact permutation p-value"),
        "certainty": Field("string", "How certain the evidence is"),
        "refusals": Field("string", "Why an effect is not stated, where it is not"),
        **_MARKS,
    },
}
#: What each table holds, in a line.
TITLES = {
    "scores": "Scores of the index, its dimensions and components",
    "values": "Values and scores of every indicator",
    "changes": "Change from the baseline to the current period",
    "indicators": "The indicators: what they mean, where they come from, how they count",
    "areas": "The areas",
    "effects": "Effects of interventions",
}


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
        The tables of :data:`FIELDS`, with these columns in this order; ``effects`` only where
        the edition has interventions. A suppressed cell has no value, count or score.
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
    for name, frame in made.items():
        if "area_code" in frame:
            frame["area_name"] = frame["area_code"].map(areas["name"])
            frame["area_level"] = frame["area_code"].map(areas["level"])
        said = frame["illustrative"].map({True: ILLUSTRATIVE, False: MEASURED})
        frame["status"] = said.where(frame["illustrative"], frame["provenance"].map(EMPTY))
        frame["status"] = frame["status"].fillna(said)
        made[name] = frame.reindex(columns=list(FIELDS[name])).reset_index(drop=True)
    return made


def _scores(
    tables: Mapping[str, Any], edition: Mapping[str, Any], labels: dict[str, str]
) -> pd.DataFrame:
    """Every area, period and composite, scored or not; then the small areas' components."""
    scores = tables["scores"]
    scores = scores[scores["level"].isin(COMPOSITES)]
    keys = ["area_code", "period", "element", "level"]
    frame = _grid(tables, edition, list(labels)).merge(scores, "left", keys)
    standing = tables["standing"].assign(period="current")
    shown = ["low", "high", "rank", "rank_low", "rank_high", "rating"]
    frame = frame.merge(standing[[*keys, *shown, "illustrative"]], "left", keys, suffixes=("", "_"))
    rests = [frame[c].astype("boolean").fillna(False) for c in ("illustrative", "illustrative_")]
    frame["illustrative"] = (rests[0] | rests[1]).astype(bool)
    if "small_area_scores" in tables:
        small = tables["small_area_scores"].assign(level="component")
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
    )
    # whatever the build holds, an open file shows nothing of a hidden cell
    hidden = frame["provenance"].isin(EMPTY)
    for column in ("value", "numerator", "denominator", "score"):
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
    return frame.assign(
        goalpost_worst=ids.map(posts["worst"]),
        goalpost_best=ids.map(posts["best"]),
        weight_share=ids.map(weights["share"]),
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
